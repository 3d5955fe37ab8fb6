/*
 * Runs the check cases: tests/checks/CHECK-ID/CASE/ with facts.json, expect
 * and, where parameters matter, profile.yaml. expect has one finding a line:
 *
 *	result<TAB>subject<TAB>text that the message contains
 *
 * TAP on standard output. Every check of the catalogue must have a passing, a
 * failing and an unknown case.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fileio.h"
#include "engine/evaluate.h"
#include "facts/snapshot.h"

struct suite {
	struct arena *arena;
	const char *root;
	unsigned number;
	unsigned failures;
};

static void
report(struct suite *suite, const char *name, const char *why)
{
	suite->number++;
	if (why == NULL) {
		printf("ok %u - %s\n", suite->number, name);
		return;
	}
	suite->failures++;
	printf("not ok %u - %s\n# %s\n", suite->number, name, why);
}

static char *
slurp(struct arena *arena, const char *path, size_t *ret_length,
    struct err *err)
{
	struct buf buf;
	char *copy = NULL;

	buf_init(&buf, 16u * 1024 * 1024);
	if (file_read(path, &buf, err) == 0) {
		copy = arena_memdup(arena, buf.bytes, buf.length);
		*ret_length = buf.length;
	}
	buf_done(&buf);
	return copy;
}

static const struct finding *
find_subject(const struct findings *findings, const char *subject)
{
	size_t i;

	for (i = 0; i < findings->count; i++)
		if (strcmp(findings->items[i].subject, subject) == 0)
			return &findings->items[i];
	return NULL;
}

/* NULL when the line holds. */
static const char *
check_line(struct arena *arena, char *line, const struct findings *findings)
{
	char *subject = strchr(line, '\t'), *text;
	const struct finding *finding;

	if (subject == NULL || (text = strchr(subject + 1, '\t')) == NULL)
		return arena_printf(arena, "expect: \"%s\" has no two tabs",
		    line);
	*subject++ = '\0';
	*text++ = '\0';
	finding = find_subject(findings, subject);
	if (finding == NULL)
		return arena_printf(arena, "no finding on %s", subject);
	if (strcmp(result_name(finding->result), line) != 0)
		return arena_printf(arena, "%s: wanted %s, got %s: %s",
		    subject, line, result_name(finding->result),
		    finding->message);
	if (strstr(finding->message, text) == NULL)
		return arena_printf(arena, "%s: wanted \"%s\" in: %s", subject,
		    text, finding->message);
	return NULL;
}

static const char *
check_expect(struct arena *arena, char *expect,
    const struct findings *findings)
{
	size_t lines = 0;
	const char *why;
	char *line, *save = NULL;

	for (line = strtok_r(expect, "\n", &save); line != NULL;
	    line = strtok_r(NULL, "\n", &save)) {
		lines++;
		why = check_line(arena, line, findings);
		if (why != NULL)
			return why;
	}
	if (lines != findings->count)
		return arena_printf(arena, "wanted %zu findings, got %zu",
		    lines, findings->count);
	return NULL;
}

static int
load_profile(struct arena *arena, const char *directory,
    const struct profile_path *path, struct profile *profile,
    struct data *data, struct err *err)
{
	char *own = arena_printf(arena, "%s/profile.yaml", directory);

	if (profile_load(arena, path, access(own, R_OK) == 0 ? own : "hipaa",
	    profile, err) != 0)
		return -1;
	if (data_load(arena, arena_printf(arena, "%s/data", path->shipped),
	    data, err) != 0)
		return -1;
	data->max_age_days = profile->data_max_age_days;
	return 0;
}

static void
warn(void *context, const char *text)
{
	*(const char **)context = text;
}

static const char *
run_case(struct arena *arena, const char *check, const char *directory,
    char **ret_expect)
{
	const struct profile_path path = { NULL, "profiles" };
	const struct selection selection = { .checks = &check,
	    .check_count = 1 };
	const char *warning = NULL;
	char text[1400], *bytes, *expect;
	struct findings findings;
	struct profile profile;
	struct facts *facts;
	struct err err = { 0 };
	struct data data;
	size_t length;

	bytes = slurp(arena, arena_printf(arena, "%s/facts.json", directory),
	    &length, &err);
	if (bytes == NULL || snapshot_read(arena, directory, bytes, length,
	    warn, &warning, &facts, &err) != 0 || load_profile(arena,
	    directory, &path, &profile, &data, &err) != 0 ||
	    (expect = slurp(arena, arena_printf(arena, "%s/expect",
	    directory), &length, &err)) == NULL) {
		err_format(&err, text, sizeof(text));
		return arena_strdup(arena, text);
	}
	/* A mistyped path would make a case prove something else. */
	if (warning != NULL)
		return warning;
	*ret_expect = arena_strdup(arena, expect);
	evaluate(arena, &profile, facts, &data, &selection, &findings);
	return check_expect(arena, expect, &findings);
}

static int
only_directories(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && entry->d_type == DT_DIR;
}

static bool
begins(const char *expect, const char *word)
{
	const char *line;

	for (line = expect; line != NULL && *line != '\0';
	    line = strchr(line, '\n'), line += line != NULL)
		if (strncmp(line, word, strlen(word)) == 0)
			return true;
	return false;
}

static void
run_check(struct suite *suite, const struct check *check)
{
	static const char *const wanted[] = { "pass\t", "fail\t", "unknown\t" };
	char *root = arena_printf(suite->arena, "%s/%s", suite->root,
	    check->id);
	bool seen[3] = { false, false, false };
	struct dirent **names;
	char *expect;
	int count, i, j;

	count = scandir(root, &names, only_directories, alphasort);
	for (i = 0; i < count; i++) {
		expect = NULL;
		report(suite, arena_printf(suite->arena, "%s/%s", check->id,
		    names[i]->d_name), run_case(suite->arena, check->id,
		    arena_printf(suite->arena, "%s/%s", root,
		    names[i]->d_name), &expect));
		for (j = 0; expect != NULL && j < 3; j++)
			seen[j] |= begins(expect, wanted[j]);
		free(names[i]);
	}
	if (count >= 0)
		free(names);
	report(suite, arena_printf(suite->arena,
	    "%s has passing, failing and unknown cases", check->id),
	    seen[0] && seen[1] && seen[2] ? NULL : "one of them is missing");
}

int
main(int argc, char **argv)
{
	struct suite suite = { .arena = arena_new() };
	size_t table, i;

	suite.root = argc > 1 ? argv[1] : "tests/checks";
	for (table = 0; table < check_catalogue_count; table++)
		for (i = 0; i < check_catalogue[table].count; i++)
			run_check(&suite, &check_catalogue[table].checks[i]);
	printf("1..%u\n", suite.number);
	arena_free(suite.arena);
	return suite.failures > 0 || suite.number == 0;
}
