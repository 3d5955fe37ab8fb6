#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "parse/dovecot_private.h"

struct dovecot_slot {
	const char *text;	/* NULL: free */
	size_t owner;
	size_t number;
	uint64_t hash;
};

#define FIRST_SLOTS 256u

/* FNV-1a, its low bits mixed: names differ most in their last bytes. */
static uint64_t
hash_of(size_t owner, const char *text)
{
	uint64_t hash = 14695981039346656037u ^ ((uint64_t)owner * 0x9e3779b97f4a7c15u);

	for (; *text != '\0'; text++) {
		hash ^= (unsigned char)*text;
		hash *= 1099511628211u;
	}
	hash ^= hash >> 32;
	hash *= 0xd6e8feb86659fd93u;
	return hash ^ (hash >> 32);
}

void
dovecot_index_init(struct dovecot_index *index, struct arena *arena)
{
	index->arena = arena;
	index->slot_count = FIRST_SLOTS;
	index->used = 0;
	index->slots = arena_array(arena, index->slot_count, sizeof(*index->slots));
}

static struct dovecot_slot *
slot_for(const struct dovecot_index *index, size_t owner, const char *text,
    uint64_t hash)
{
	size_t position = hash & (index->slot_count - 1);
	struct dovecot_slot *slot;

	for (;;) {
		slot = &index->slots[position];
		if (slot->text == NULL)
			return slot;
		if (slot->hash == hash && slot->owner == owner &&
		    strcmp(slot->text, text) == 0)
			return slot;
		position = (position + 1) & (index->slot_count - 1);
	}
}

size_t
dovecot_index_find(const struct dovecot_index *index, size_t owner, const char *text)
{
	const struct dovecot_slot *slot = slot_for(index, owner, text,
	    hash_of(owner, text));

	return slot->text == NULL ? DOVECOT_NONE : slot->number;
}

static void
index_grow(struct dovecot_index *index)
{
	struct dovecot_slot *old = index->slots;
	size_t old_count = index->slot_count;

	index->slot_count *= 2;
	index->slots = arena_array(index->arena, index->slot_count,
	    sizeof(*index->slots));
	for (size_t i = 0; i < old_count; i++)
		if (old[i].text != NULL)
			*slot_for(index, old[i].owner, old[i].text, old[i].hash) = old[i];
}

void
dovecot_index_add(struct dovecot_index *index, size_t owner, const char *text,
    size_t number)
{
	uint64_t hash = hash_of(owner, text);
	struct dovecot_slot *slot;

	if ((index->used + 1) * 4 > index->slot_count * 3)
		index_grow(index);
	slot = slot_for(index, owner, text, hash);
	if (slot->text == NULL)
		index->used++;
	*slot = (struct dovecot_slot){
		.text = text, .owner = owner, .number = number, .hash = hash,
	};
}
