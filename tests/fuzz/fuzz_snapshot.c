/*
 * Any bytes as a snapshot: no crash, and what is accepted comes back the same
 * when it is written and read again.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "facts/snapshot.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void
ignore_warning(void *context, const char *text)
{
	(void)context;
	(void)text;
}

static void
ignore_change(void *context, const char *path, const struct fact_meta *before,
    const struct fact_meta *after)
{
	(void)context;
	(void)path;
	(void)before;
	(void)after;
}

static void
check_round_trip(struct arena *arena, const struct facts *facts)
{
	char *text = NULL, first[65], second[65];
	struct err err = { 0 };
	struct facts *again;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	if (out == NULL || snapshot_write(out, facts, &err) != 0 ||
	    fclose(out) != 0)
		abort();
	if (snapshot_read(arena, "again", text, length, NULL, NULL, &again,
	    &err) != 0)
		abort();
	if (snapshot_compare(facts, again, ignore_change, NULL) != 0)
		abort();
	snapshot_digest(facts, first);
	snapshot_digest(again, second);
	if (strcmp(first, second) != 0)
		abort();
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct arena *arena = arena_new();
	struct err err = { 0 };
	struct facts *facts;

	if (snapshot_read(arena, "fuzz", (const char *)bytes, length,
	    ignore_warning, NULL, &facts, &err) == 0)
		check_round_trip(arena, facts);
	else if (err.code == ERR_NONE || err.text[0] == '\0')
		abort();
	arena_free(arena);
	return 0;
}
