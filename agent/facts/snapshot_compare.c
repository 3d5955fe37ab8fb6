#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "facts/snapshot.h"
#include "facts/snapshot_private.h"

/* Only our own field names and item names go into a path. */
#define PATH_MAX_BYTES (64u * 1024)

struct comparison {
	void (*changed)(void *context, const char *path,
	    const struct fact_meta *before, const struct fact_meta *after);
	void *context;
	size_t count;
	struct buf path;
};

static bool
lists_equal(const struct fact_list *before, const struct fact_list *after)
{
	size_t i;

	if (before->count != after->count)
		return false;
	for (i = 0; i < before->count; i++)
		if (strcmp(before->items[i], after->items[i]) != 0)
			return false;
	return true;
}

static bool
values_equal(enum field_type type, const void *before, const void *after)
{
	switch (type) {
	case FIELD_BOOL:
		return ((const struct fact_bool *)before)->value ==
		    ((const struct fact_bool *)after)->value;
	case FIELD_INT:
		return ((const struct fact_int *)before)->value ==
		    ((const struct fact_int *)after)->value;
	case FIELD_LIST:
		return lists_equal(before, after);
	case FIELD_STR:
	case FIELD_SETTING:
		break;
	}
	return strcmp(((const struct fact_str *)before)->value,
	    ((const struct fact_str *)after)->value) == 0;
}

static bool
facts_equal(const struct snapshot_key *key, const struct fact_meta *before,
    const struct fact_meta *after)
{
	if (before->state != after->state)
		return false;
	return before->state != FACT_KNOWN ||
	    values_equal(key->type, before, after);
}

/* An over-long item name is cut, never the list's or the fact's. */
static void
path_set(struct comparison *comparison, const char *section, const char *item,
    const char *key)
{
	buf_clear(&comparison->path);
	buf_adds(&comparison->path, section);
	if (item != NULL)
		buf_addf(&comparison->path, "[%.4096s]", item);
	if (key != NULL)
		buf_addf(&comparison->path, ".%s", key);
}

static void
tell(struct comparison *comparison, const struct fact_meta *before,
    const struct fact_meta *after)
{
	comparison->count++;
	comparison->changed(comparison->context, comparison->path.bytes,
	    before, after);
}

static void
compare_owners(struct comparison *comparison,
    const struct snapshot_section *section, const char *item,
    const void *before, const void *after)
{
	const struct fact_meta *left, *right;
	const struct snapshot_key *key;
	size_t i;

	for (i = 0; i < section->key_count; i++) {
		key = &section->keys[i];
		left = snapshot_fact(key, before);
		right = snapshot_fact(key, after);
		if (facts_equal(key, left, right))
			continue;
		path_set(comparison, section->name, item, key->name);
		tell(comparison, left, right);
	}
}

static void
compare_lists(struct comparison *comparison, struct arena *scratch,
    const struct snapshot_section *section, const struct facts *before,
    const struct facts *after)
{
	static const struct fact_meta there = { .state = FACT_KNOWN };
	const void **left, **right;
	size_t left_count, right_count, i = 0, j = 0;
	int order;

	left = snapshot_items(scratch, before, section->list, &left_count);
	right = snapshot_items(scratch, after, section->list, &right_count);
	while (i < left_count || j < right_count) {
		if (i == left_count)
			order = 1;
		else if (j == right_count)
			order = -1;
		else
			order = strcmp(snapshot_item_name(left[i]),
			    snapshot_item_name(right[j]));
		if (order == 0) {
			compare_owners(comparison, section,
			    snapshot_item_name(left[i]), left[i], right[j]);
		} else {
			path_set(comparison, section->name,
			    snapshot_item_name(order < 0 ? left[i] : right[j]),
			    NULL);
			tell(comparison, order < 0 ? &there : NULL,
			    order < 0 ? NULL : &there);
		}
		i += order <= 0;
		j += order >= 0;
	}
}

size_t
snapshot_compare(const struct facts *before, const struct facts *after,
    void (*changed)(void *context, const char *path,
    const struct fact_meta *before, const struct fact_meta *after),
    void *context)
{
	struct comparison comparison = { changed, context, 0, { 0 } };
	const struct snapshot_section *section;
	struct arena *scratch = arena_new();
	struct snapshot_layout layout;
	size_t i;

	buf_init(&comparison.path, PATH_MAX_BYTES);
	snapshot_layout_make(scratch, &layout);
	for (i = 0; i < layout.section_count; i++) {
		section = &layout.sections[i];
		if (section->list != NULL)
			compare_lists(&comparison, scratch, section, before,
			    after);
		else
			compare_owners(&comparison, section, NULL,
			    (const char *)before + section->offset,
			    (const char *)after + section->offset);
	}
	buf_done(&comparison.path);
	arena_free(scratch);
	return comparison.count;
}
