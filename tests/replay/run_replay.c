/*
 * run_replay DIRECTORY
 *
 * Whole scans over recorded answers. DIRECTORY/base.ndjson is a recording of a
 * well-configured server; each SITUATION below it changes some answers
 * (answers.ndjson: of equal questions the last one wins) and says what comes
 * of it (expect): one finding a line that is not pass,
 *
 *	result<TAB>check<TAB>subject<TAB>text that the message contains
 *
 * All findings that are not listed must be pass. TAP on standard output.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fileio.h"
#include "tests/replay/replayed.h"

static const char *
check_line(struct arena *arena, char *line, const struct findings *findings,
    bool *listed)
{
	char *fields[4], *save = NULL;
	const struct finding *finding;
	size_t i;

	for (i = 0; i < 4; i++) {
		fields[i] = strtok_r(i == 0 ? line : NULL, "\t", &save);
		if (fields[i] == NULL)
			return "expect: a line has fewer than four fields";
	}
	finding = replayed_find(findings, fields[1], fields[2]);
	if (finding == NULL)
		return arena_printf(arena, "no finding %s on %s", fields[1],
		    fields[2]);
	listed[finding - findings->items] = true;
	if (strcmp(result_name(finding->result), fields[0]) != 0 ||
	    strstr(finding->message, fields[3]) == NULL)
		return arena_printf(arena, "%s on %s: wanted %s \"%s\", got "
		    "%s: %s", fields[1], fields[2], fields[0], fields[3],
		    result_name(finding->result), finding->message);
	return NULL;
}

static const char *
check_findings(struct arena *arena, char *expect,
    const struct findings *findings)
{
	bool *listed = arena_array(arena, findings->count + 1, sizeof(*listed));
	char *line, *save = NULL;
	const char *why;
	size_t i;

	for (line = strtok_r(expect, "\n", &save); line != NULL;
	    line = strtok_r(NULL, "\n", &save)) {
		why = check_line(arena, line, findings, listed);
		if (why != NULL)
			return why;
	}
	for (i = 0; i < findings->count; i++)
		if (!listed[i] && findings->items[i].result != RESULT_PASS)
			return arena_printf(arena, "%s on %s is %s: %s",
			    findings->items[i].check,
			    findings->items[i].subject,
			    result_name(findings->items[i].result),
			    findings->items[i].message);
	return NULL;
}

static const char *
run_situation(struct arena *arena, const char *root, const char *name)
{
	char *profile = arena_printf(arena, "%s/profile.yaml", root);
	struct err err = { 0 };
	struct replayed replayed;
	const char *why = NULL;
	struct host *host;
	struct buf expect;
	char text[1400];

	host = replayed_host(arena_printf(arena, "%s/base.ndjson", root),
	    arena_printf(arena, "%s/%s/answers.ndjson", root, name), &err);
	buf_init(&expect, 1024 * 1024);
	if (host == NULL || file_read(arena_printf(arena, "%s/%s/expect",
	    root, name), &expect, &err) != 0 ||
	    replayed_scan(arena, host, profile, NULL, &replayed, &err) != 0) {
		err_format(&err, text, sizeof(text));
		why = arena_strdup(arena, text);
	} else {
		why = check_findings(arena, arena_memdup(arena, expect.bytes,
		    expect.length), &replayed.findings);
	}
	buf_done(&expect);
	host_free(host);
	return why;
}

static int
only_directories(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && entry->d_type == DT_DIR;
}

int
main(int argc, char **argv)
{
	struct dirent **names;
	struct arena *arena;
	int count, failures = 0, i;
	const char *why;

	if (argc != 2)
		return 64;
	count = scandir(argv[1], &names, only_directories, alphasort);
	printf("1..%d\n", count);
	for (i = 0; i < count; i++) {
		arena = arena_new();
		why = run_situation(arena, argv[1], names[i]->d_name);
		failures += why != NULL;
		printf("%sok %d - %s\n", why == NULL ? "" : "not ", i + 1,
		    names[i]->d_name);
		if (why != NULL)
			printf("# %s\n", why);
		free(names[i]);
		arena_free(arena);
	}
	free(names);
	return failures > 0 || count < 3;
}
