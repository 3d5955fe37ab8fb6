/*
 * A cpward.probe/1 document of any bytes. What is read is written, read again
 * and written the same.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "parse/probe_result.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *
write_result(const struct probe_result *result, size_t *ret_length)
{
	char *bytes = NULL;
	FILE *stream = open_memstream(&bytes, ret_length);

	probe_result_write(stream, result, 1);
	fclose(stream);
	return bytes;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct probe_result result, again;
	size_t length, second_length;
	struct err err = { 0 };
	char *first, *second;

	if (probe_result_read(arena, (const char *)data, size, &result,
	    &err) == 0) {
		first = write_result(&result, &length);
		if (probe_result_read(arena, first, length, &again, &err) != 0)
			abort();
		second = write_result(&again, &second_length);
		if (length != second_length ||
		    memcmp(first, second, length) != 0)
			abort();
		free(first);
		free(second);
	} else if (err.code != ERR_PARSE || err.text[0] == '\0') {
		abort();
	}
	arena_free(arena);
	return 0;
}
