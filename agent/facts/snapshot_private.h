/*
 * Shared by the files of snapshot: the order in which facts stand on disk,
 * and how bytes that are no UTF-8 travel through JSON.
 *
 * A byte that belongs to no valid UTF-8 sequence is written as the private
 * character U+EF80 to U+EFFF (0xEF00 plus the byte), and read back as that
 * byte; these characters themselves are written byte by byte likewise. So
 * every string comes back as it was, and two names never become one (with
 * U+FFFD or U+00XX a tenant could make two paths collide).
 */
#ifndef CPWARD_FACTS_SNAPSHOT_PRIVATE_H
#define CPWARD_FACTS_SNAPSHOT_PRIVATE_H

#include <stdbool.h>

#include "facts/fields.h"

#define SNAPSHOT_SCHEMA "cpward.facts/1"

/* One fact of a group or item: "openssl_options.file". */
struct snapshot_key {
	const char *name;
	const struct field *field;
	enum field_type type;	/* of the fact itself: never FIELD_SETTING */
	enum plane plane;
};

struct snapshot_section {
	const char *name;	/* "exim", "tokens" */
	const struct field_list *list;	/* NULL for a group */
	size_t offset;		/* in struct facts */
	struct snapshot_key *keys;	/* by name, bytewise */
	size_t key_count;
};

struct snapshot_layout {
	struct snapshot_section *sections;	/* by name, bytewise */
	size_t section_count;
};

void snapshot_layout_make(struct arena *arena,
    struct snapshot_layout *ret_layout);

/* The fact of that key in a group's or item's struct. */
void *snapshot_fact(const struct snapshot_key *key, const void *owner);

/* The items of a list, by name, bytewise. Each begins with its name. */
const void **snapshot_items(struct arena *arena, const struct facts *facts,
    const struct field_list *list, size_t *ret_count);
const char *snapshot_item_name(const void *item);


#endif
