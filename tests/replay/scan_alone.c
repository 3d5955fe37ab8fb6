/*
 * scan_alone RECORDING MORE PROFILE
 *
 * Runs a recorded scan once whole, then once for every check by itself, when
 * only what that check needs is collected: each finding must be the same, or a
 * check rests on a fact that its row does not name. MORE holds answers to what is
 * asked in that case only.
 *
 * TAP on standard output.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "tests/replay/replayed.h"

static const char *
compare(struct arena *arena, const struct findings *whole,
    const struct findings *alone, const char *check)
{
	size_t count = 0, i;

	for (i = 0; i < whole->count; i++)
		count += strcmp(whole->items[i].check, check) == 0;
	if (count != alone->count)
		return arena_printf(arena, "%zu findings, by itself %zu",
		    count, alone->count);
	for (i = 0; i < alone->count; i++) {
		const struct finding *after = &alone->items[i];
		const struct finding *before = replayed_find(whole, check,
		    after->subject);

		if (before == NULL || before->result != after->result ||
		    strcmp(before->message, after->message) != 0)
			return arena_printf(arena, "%s\n#   %s\n#   by itself "
			    "%s\n#   %s", after->subject, before == NULL ?
			    "" : result_name(before->result),
			    before == NULL ? "" : before->message,
			    after->message);
	}
	return NULL;
}

static const char *
run_alone(struct arena *arena, struct host *host, const char *profile,
    const char *check, const struct findings *whole)
{
	struct replayed alone;
	struct err err = { 0 };

	if (replayed_scan(arena, host, profile, check, &alone, &err) != 0)
		return arena_strdup(arena, err.text);
	return compare(arena, whole, &alone.findings, check);
}

int
main(int argc, char **argv)
{
	struct arena *arena = arena_new(), *each;
	size_t number = 0, failures = 0, i;
	struct replayed whole;
	struct err err = { 0 };
	struct host *host;
	const char *why;

	if (argc != 4)
		return 64;
	host = replayed_host(argv[2], argv[1], &err);
	if (host == NULL || replayed_scan(arena, host, argv[3], NULL, &whole,
	    &err) != 0) {
		fprintf(stderr, "%s:%u: %s\n", err.source, err.line, err.text);
		return 1;
	}
	for (i = 0; i < whole.findings.count; i++) {
		const char *check = whole.findings.items[i].check;

		if (i > 0 && strcmp(check,
		    whole.findings.items[i - 1].check) == 0)
			continue;
		each = arena_new();
		why = run_alone(each, host, argv[3], check, &whole.findings);
		failures += why != NULL;
		printf("%s %zu - %s\n", why == NULL ? "ok" : "not ok",
		    ++number, check);
		if (why != NULL)
			printf("# %s\n", why);
		arena_free(each);
	}
	printf("1..%zu\n", number);
	host_free(host);
	arena_free(arena);
	return failures > 0 || number < 20;
}
