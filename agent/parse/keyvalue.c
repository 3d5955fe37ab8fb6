#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "parse/keyvalue.h"

static const char *
copy_trimmed(struct arena *arena, const char *from, const char *end)
{
	while (from < end && (*from == ' ' || *from == '\t'))
		from++;
	while (end > from && (end[-1] == ' ' || end[-1] == '\t' ||
	    end[-1] == '\r'))
		end--;
	return arena_memdup(arena, from, (size_t)(end - from));
}

static const char *
unquote(struct arena *arena, const char *value)
{
	size_t length = strlen(value);

	if (length < 2 || (value[0] != '"' && value[0] != '\'') ||
	    value[length - 1] != value[0])
		return value;
	return arena_memdup(arena, value + 1, length - 2);
}

static void
parse_line(struct arena *arena, const char *from, const char *end,
    char separator, unsigned line, struct keyvalues *values)
{
	const char *nul = memchr(from, '\0', (size_t)(end - from));
	const char *split;
	struct keyvalue *item;

	if (nul != NULL)
		end = nul;
	if (from == end || *from == '#' || *from == ' ' || *from == '\t' ||
	    *from == '\r')
		return;
	split = memchr(from, separator, (size_t)(end - from));
	item = arena_push(arena, &values->items, &values->count);
	item->line = line;
	item->key = copy_trimmed(arena, from, split == NULL ? end : split);
	if (split != NULL)
		item->value = unquote(arena,
		    copy_trimmed(arena, split + 1, end));
}

void
keyvalues_parse(struct arena *arena, const char *bytes, size_t length,
    char separator, struct keyvalues *ret_values)
{
	const char *at = bytes, *end = bytes + length, *newline;
	unsigned line = 0;

	memset(ret_values, 0, sizeof(*ret_values));
	for (; at < end; at = newline + 1) {
		newline = memchr(at, '\n', (size_t)(end - at));
		if (newline == NULL)
			newline = end;
		parse_line(arena, at, newline, separator, ++line, ret_values);
	}
}

const struct keyvalue *
keyvalues_find(const struct keyvalues *values, const char *key)
{
	size_t i;

	for (i = values->count; i > 0; i--)
		if (strcmp(values->items[i - 1].key, key) == 0)
			return &values->items[i - 1];
	return NULL;
}

/* Of equal keys the last line comes last. */
static int
compare_keys(const void *a, const void *b)
{
	const struct keyvalue *const *left = a, *const *right = b;
	int order = strcmp((*left)->key, (*right)->key);

	return order != 0 ? order : *left < *right ? -1 : *left > *right;
}

void
keyvalues_index(struct arena *arena, const struct keyvalues *values,
    struct keyvalue_index *ret_index)
{
	size_t i;

	ret_index->count = values->count;
	ret_index->sorted = arena_array(arena, values->count,
	    sizeof(*ret_index->sorted));
	for (i = 0; i < values->count; i++)
		ret_index->sorted[i] = &values->items[i];
	if (values->count > 0)
		qsort(ret_index->sorted, values->count,
		    sizeof(*ret_index->sorted), compare_keys);
}

const struct keyvalue *
keyvalue_index_find(const struct keyvalue_index *index, const char *key)
{
	size_t low = 0, high = index->count, middle;

	/* The first key that is greater: the one before it is the last equal. */
	while (low < high) {
		middle = low + (high - low) / 2;
		if (strcmp(index->sorted[middle]->key, key) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || strcmp(index->sorted[low - 1]->key, key) != 0)
		return NULL;
	return index->sorted[low - 1];
}
