#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "collect/name_table.h"

#define FIRST_SLOTS 1024

void
name_table_init(struct name_table *table, struct arena *arena)
{
	memset(table, 0, sizeof(*table));
	table->arena = arena;
	table->slot_count = FIRST_SLOTS;
	table->slots = arena_array(arena, FIRST_SLOTS, sizeof(*table->slots));
}

/* Fowler, Noll and Vo's, 32 bits, variant 1a. */
static uint32_t
hash_name(const char *name, size_t length, uint16_t type)
{
	uint32_t hash = 2166136261u ^ type;
	size_t i;

	for (i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)tolower((unsigned char)name[i]))
		    * 16777619u;
	return hash;
}

static void
place(struct name_table *table, size_t index)
{
	size_t mask = table->slot_count - 1;
	size_t slot = table->entries[index].hash & mask;

	while (table->slots[slot] != 0)
		slot = (slot + 1) & mask;
	table->slots[slot] = (uint32_t)(index + 1);
}

static void
grow(struct name_table *table)
{
	size_t i;

	table->slot_count *= 2;
	table->slots = arena_array(table->arena, table->slot_count,
	    sizeof(*table->slots));
	for (i = 0; i < table->count; i++)
		place(table, i);
}

static bool
is_entry(const struct name_entry *entry, const char *name, size_t length,
    uint16_t type, uint32_t hash)
{
	return entry->hash == hash && entry->type == type &&
	    strncasecmp(entry->name, name, length) == 0 &&
	    entry->name[length] == '\0';
}

size_t
name_table_add(struct name_table *table, const char *name, uint16_t type,
    bool *ret_new)
{
	size_t length = strlen(name), slot, i;
	struct name_entry *entry;
	uint32_t hash;
	char *copy;

	length -= length > 1 && name[length - 1] == '.';
	hash = hash_name(name, length, type);
	*ret_new = false;
	for (slot = hash & (table->slot_count - 1); table->slots[slot] != 0;
	    slot = (slot + 1) & (table->slot_count - 1)) {
		i = table->slots[slot] - 1;
		if (is_entry(&table->entries[i], name, length, type, hash))
			return i;
	}
	*ret_new = true;
	copy = arena_memdup(table->arena, name, length);
	for (i = 0; i < length; i++)
		copy[i] = (char)tolower((unsigned char)copy[i]);
	entry = arena_push(table->arena, &table->entries, &table->count);
	*entry = (struct name_entry){ copy, type, hash };
	place(table, table->count - 1);
	if (table->count > table->slot_count / 2)
		grow(table);
	return table->count - 1;
}
