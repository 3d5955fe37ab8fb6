/*
 * scan_faults RECORDING PROFILE
 *
 * Runs a recorded scan once whole, then once for every question it asks with
 * that one question failing, and holds three things each time:
 *
 *	nothing becomes pass that was not pass;
 *	a finding changes only if a fact that it rests on changed;
 *	whatever lost a fact it needs does not stay pass in silence: the facts
 *	that changed are unknown now.
 *
 * TAP on standard output.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "facts/snapshot.h"
#include "tests/replay/replayed.h"

struct changes {
	struct arena *arena;
	const char **paths;
	size_t count;
	const char *wrong;	/* a fact that changed and is not unknown */
};

static void
note_change(void *context, const char *path, const struct fact_meta *before,
    const struct fact_meta *after)
{
	struct changes *changes = context;

	*arena_push(changes->arena, &changes->paths, &changes->count) =
	    arena_strdup(changes->arena, path);
	/*
	 * What is not there may be listed, unknown, when its look-up fails. Of
	 * the processes that hold a socket another may be named.
	 */
	if (before != NULL && after != NULL && after->state == FACT_KNOWN &&
	    strncmp(path, "inventory.", 10) != 0 &&
	    strncmp(path, "site.", 5) != 0 &&
	    strstr(path, ".program.file") == NULL)
		changes->wrong = changes->paths[changes->count - 1];
}

/* "tokens.acls" of evidence against "tokens[root/x].acls.api" of a change. */
static bool
same_fact(const char *evidence, const char *changed)
{
	const char *bracket = strchr(changed, '[');
	size_t length = strlen(evidence);

	if (bracket == NULL)
		return strncmp(evidence, changed, length) == 0 &&
		    (changed[length] == '.' || changed[length] == '\0');
	return strncmp(evidence, changed, (size_t)(bracket - changed)) == 0;
}

static bool
rests_on_change(const struct finding *finding, const struct changes *changes)
{
	size_t i, j;

	/* A skipped plane that fails now keeps its state: its reason tells. */
	for (i = 0; i < finding->evidence_count; i++)
		if (finding->evidence[i].meta->why != NULL &&
		    strstr(finding->evidence[i].meta->why, "injected fault"))
			return true;
	for (i = 0; i < finding->evidence_count; i++)
		for (j = 0; j < changes->count; j++)
			if (same_fact(finding->evidence[i].fact,
			    changes->paths[j]))
				return true;
	return false;
}

static const char *
compare_finding(struct arena *arena, const struct finding *after,
    const struct replayed *whole, const struct changes *changes)
{
	const struct finding *before = replayed_find(&whole->findings,
	    after->check, after->subject);
	enum result was = before == NULL ? RESULT_UNKNOWN : before->result;

	if (after->result == RESULT_PASS && was != RESULT_PASS)
		return arena_printf(arena, "%s %s became pass from %s: %s",
		    after->check, after->subject, result_name(was),
		    after->message);
	if (after->result == RESULT_NOTAPPLICABLE &&
	    was != RESULT_NOTAPPLICABLE)
		return arena_printf(arena, "%s %s became notapplicable: %s",
		    after->check, after->subject, after->message);
	if (after->result == RESULT_ERROR)
		return arena_printf(arena, "%s %s is an error: %s",
		    after->check, after->subject, after->message);
	if (before != NULL && after->result != was &&
	    !rests_on_change(after, changes))
		return arena_printf(arena,
		    "%s %s went from %s to %s without a changed fact: %s",
		    after->check, after->subject, result_name(was),
		    result_name(after->result), after->message);
	return NULL;
}

/* NULL when all that must hold holds with the n-th question failing. */
static const char *
run_fault(struct arena *arena, struct host *inner, const char *profile,
    size_t n, const struct replayed *whole)
{
	struct changes changes = { .arena = arena };
	struct err err = { 0 };
	struct replayed faulted;
	struct host *host;
	const char *why = NULL;
	size_t asked, i;

	host = host_faulty(inner, n, &asked);
	if (replayed_scan(arena, host, profile, NULL, &faulted, &err) != 0)
		why = arena_strdup(arena, err.text);
	host_free(host);
	if (why != NULL)
		return why;
	snapshot_compare(whole->facts, faulted.facts, note_change, &changes);
	if (changes.wrong != NULL)
		return arena_printf(arena, "%s got another value instead of "
		    "becoming unknown", changes.wrong);
	for (i = 0; why == NULL && i < faulted.findings.count; i++)
		why = compare_finding(arena, &faulted.findings.items[i], whole,
		    &changes);
	return why;
}

int
main(int argc, char **argv)
{
	struct arena *arena = arena_new(), *each;
	size_t asked = 0, counted, n, failures = 0;
	struct err err = { 0 };
	struct replayed whole;
	struct host *inner, *counting;
	const char *why;

	if (argc != 3)
		return 64;
	inner = host_replay(argv[1], &err);
	if (inner == NULL) {
		fprintf(stderr, "%s: %s\n", err.source, err.text);
		return 1;
	}
	counting = host_faulty(inner, 0, &asked);
	if (replayed_scan(arena, counting, argv[2], NULL, &whole, &err) != 0) {
		fprintf(stderr, "%s:%u: %s\n", err.source, err.line, err.text);
		return 1;
	}
	host_free(counting);
	counted = asked;
	printf("1..%zu\n", counted);
	for (n = 1; n <= counted; n++) {
		each = arena_new();
		why = run_fault(each, inner, argv[2], n, &whole);
		failures += why != NULL;
		if (why != NULL)
			printf("not ok %zu - question %zu fails\n# %s\n", n, n,
			    why);
		else
			printf("ok %zu - question %zu fails\n", n, n);
		arena_free(each);
	}
	host_free(inner);
	arena_free(arena);
	return failures > 0 || counted < 20;
}
