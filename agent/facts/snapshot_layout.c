#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "facts/snapshot_private.h"


static int
compare_keys(const void *a, const void *b)
{
	const struct snapshot_key *left = a, *right = b;

	return strcmp(left->name, right->name);
}

static int
compare_sections(const void *a, const void *b)
{
	const struct snapshot_section *left = a, *right = b;

	return strcmp(left->name, right->name);
}

static int
compare_items(const void *a, const void *b)
{
	const void *const *left = a, *const *right = b;

	return strcmp(snapshot_item_name(*left), snapshot_item_name(*right));
}

static void
add_keys(struct arena *arena, struct snapshot_section *section,
    const struct field *field)
{
	struct snapshot_key *key;
	unsigned plane;

	for (plane = 0; plane < PLANE_COUNT; plane++) {
		if ((field->planes & PLANE_BIT(plane)) == 0)
			continue;
		key = arena_push(arena, &section->keys, &section->key_count);
		key->name = arena_printf(arena, "%s.%s", field->name,
		    plane_name((enum plane)plane));
		key->field = field;
		key->type = field->type == FIELD_SETTING ? FIELD_STR :
		    field->type;
		key->plane = (enum plane)plane;
	}
}

static void
add_section(struct arena *arena, struct snapshot_layout *layout,
    const char *name, const struct field_list *list, size_t offset,
    const struct field *fields, size_t field_count)
{
	struct snapshot_section *section;
	size_t i;

	section = arena_push(arena, &layout->sections, &layout->section_count);
	section->name = name;
	section->list = list;
	section->offset = offset;
	for (i = 0; i < field_count; i++)
		add_keys(arena, section, &fields[i]);
	qsort(section->keys, section->key_count, sizeof(*section->keys),
	    compare_keys);
}

void
snapshot_layout_make(struct arena *arena, struct snapshot_layout *ret_layout)
{
	struct snapshot_layout layout = { 0 };
	size_t i;

	for (i = 0; i < field_group_count; i++)
		add_section(arena, &layout, field_groups[i].name, NULL,
		    field_groups[i].offset, field_groups[i].fields,
		    field_groups[i].field_count);
	for (i = 0; i < field_list_count; i++)
		add_section(arena, &layout, field_lists[i].name,
		    &field_lists[i], field_lists[i].offset,
		    field_lists[i].fields, field_lists[i].field_count);
	qsort(layout.sections, layout.section_count,
	    sizeof(*layout.sections), compare_sections);
	*ret_layout = layout;
}

void *
snapshot_fact(const struct snapshot_key *key, const void *owner)
{
	/* The caller knows whether what it gave us may be written. */
	char *fact = (char *)(uintptr_t)owner + key->field->offset;

	if (key->field->type == FIELD_SETTING)
		return &((struct setting *)(void *)fact)->plane[key->plane];
	return fact;
}

const void **
snapshot_items(struct arena *arena, const struct facts *facts,
    const struct field_list *list, size_t *ret_count)
{
	const LIST_OF(char) *items =
	    (const void *)((const char *)facts + list->offset);
	const void **sorted;
	size_t i;

	sorted = arena_array(arena, items->count, sizeof(*sorted));
	for (i = 0; i < items->count; i++)
		sorted[i] = items->items + i * list->item_size;
	if (items->count > 1)
		qsort(sorted, items->count, sizeof(*sorted), compare_items);
	*ret_count = items->count;
	return sorted;
}

const char *
snapshot_item_name(const void *item)
{
	return *(const char *const *)item;
}
