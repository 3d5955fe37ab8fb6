/*
 * A key and value file of any bytes, under each separator: no line gives two
 * items, none is longer than the file, and the last of a key is the one found.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "parse/keyvalue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_values(const struct keyvalues *values, size_t size)
{
	const struct keyvalue *found;
	unsigned line = 0;
	size_t i;

	for (i = 0; i < values->count; i++) {
		const struct keyvalue *item = &values->items[i];

		if (item->line <= line || item->line > size ||
		    strlen(item->key) > size ||
		    (item->value != NULL && strlen(item->value) > size))
			abort();
		line = item->line;
		/* Each pair against each is too slow for a long file. */
		if (i > 100)
			continue;
		found = keyvalues_find(values, item->key);
		if (found == NULL || found < item ||
		    strcmp(found->key, item->key) != 0)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char separators[] = { '=', ':', '#' };
	struct arena *arena = arena_new();
	struct keyvalues values;
	size_t i;

	for (i = 0; i < sizeof(separators); i++) {
		keyvalues_parse(arena, (const char *)data, size, separators[i],
		    &values);
		check_values(&values, size);
	}
	arena_free(arena);
	return 0;
}
