/*
 * An exim.conf.local of any bytes: its blocks put back together, markers
 * between them, must be the file, and each is read as main options.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "parse/exim_conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Finds each block's text, in order, at the line that it names. */
static void
check_blocks(const char *file, const struct exim_local_block *blocks,
    size_t count)
{
	const char *at = file;
	unsigned line = 1;
	size_t i;

	for (i = 0; i < count; i++) {
		for (; line < blocks[i].line; line++) {
			at = strchr(at, '\n');
			if (at == NULL)
				break;
			at++;
		}
		/* A marker without a newline ends the file. */
		if (at == NULL && blocks[i].text[0] == '\0' && i == count - 1)
			return;
		if (at == NULL || strncmp(at, blocks[i].text,
		    strlen(blocks[i].text)) != 0)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct exim_local_block *blocks = NULL;
	struct exim_conf conf = { 0 };
	struct err err = { 0 }, problem;
	size_t count = 0, i;

	if (exim_local_parse(arena, "/etc/exim.conf.local", data, size,
	    &blocks, &count, &err) != 0) {
		if (err.code == ERR_NONE)
			abort();
		arena_free(arena);
		return 0;
	}
	check_blocks(arena_memdup(arena, data, size), blocks, count);
	for (i = 0; i < count; i++) {
		memset(&problem, 0, sizeof(problem));
		if (exim_local_options(arena, "/etc/exim.conf.local",
		    &blocks[i], NULL, &conf, &problem) != 0 &&
		    problem.code == ERR_NONE)
			abort();
	}
	arena_free(arena);
	return 0;
}
