/*
 * Numbers names in the order they come, for lists that grow while they are
 * looked up. Letters match in either case; a last dot does not count.
 */
#ifndef CPWARD_COLLECT_NAME_TABLE_H
#define CPWARD_COLLECT_NAME_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

struct name_table {
	struct arena *arena;
	struct name_entry *entries;
	size_t count;
	uint32_t *slots;	/* index into entries, plus 1; 0 = free */
	size_t slot_count;	/* a power of two */
};

struct name_entry {
	const char *name;	/* lower case, no last dot */
	uint16_t type;		/* of DNS; 0 where it does not matter */
	uint32_t hash;
};

void name_table_init(struct name_table *table, struct arena *arena);
/* The number of (name, type); *ret_new when it had none before. */
size_t name_table_add(struct name_table *table, const char *name,
    uint16_t type, bool *ret_new);

#endif
