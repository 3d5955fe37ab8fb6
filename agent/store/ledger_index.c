/* Numbers by the hash of what they stand for: open addressing, half of the slots free at least. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/ledger_hash.h"

#define FIRST_SLOTS 256

static void *
slots_new(size_t count, size_t size)
{
	void *slots = calloc(count, size);

	if (slots == NULL) {
		fprintf(stderr, "cpward: out of memory: %zu slots wanted\n", count);
		exit(1);
	}
	return slots;
}

/* ---- rows ---- */

void
ledger_index_init(struct ledger_index *index)
{
	index->slots = slots_new(FIRST_SLOTS, sizeof(*index->slots));
	index->mask = FIRST_SLOTS - 1;
	index->count = 0;
}

void
ledger_index_done(struct ledger_index *index)
{
	free(index->slots);
	memset(index, 0, sizeof(*index));
}

static void
slot_fill(struct ledger_index *index, uint32_t tag, uint32_t number)
{
	uint32_t at = tag & index->mask;

	while (index->slots[at].number != 0)
		at = (at + 1) & index->mask;
	index->slots[at] = (struct ledger_slot){ tag, number + 1 };
}

void
ledger_index_put(struct ledger_index *index, uint64_t hash, uint32_t number)
{
	struct ledger_index larger;
	uint32_t i;

	/*
	 * Half of it stays free: most searches end at the first slot. The tag is
	 * all that is needed to place an entry anew.
	 */
	if (index->count >= index->mask / 2) {
		larger.count = index->count;
		larger.mask = index->mask * 2 + 1;
		larger.slots = slots_new((size_t)larger.mask + 1, sizeof(*larger.slots));
		for (i = 0; i <= index->mask; i++)
			if (index->slots[i].number != 0)
				slot_fill(&larger, index->slots[i].tag, index->slots[i].number - 1);
		free(index->slots);
		*index = larger;
	}
	slot_fill(index, ledger_tag(hash), number);
	index->count++;
}

/* ---- texts ---- */

void
ledger_text_index_init(struct ledger_text_index *index)
{
	index->slots = slots_new(FIRST_SLOTS, sizeof(*index->slots));
	index->mask = FIRST_SLOTS - 1;
	index->count = 0;
}

void
ledger_text_index_done(struct ledger_text_index *index)
{
	free(index->slots);
	memset(index, 0, sizeof(*index));
}

static void
text_slot_fill(struct ledger_text_index *index, const struct ledger_text_slot *slot)
{
	uint32_t at = ledger_tag(slot->hash) & index->mask;

	while (index->slots[at].number != 0)
		at = (at + 1) & index->mask;
	index->slots[at] = *slot;
}

void
ledger_text_index_put(struct ledger_text_index *index, const struct ledger_text_slot *slot)
{
	struct ledger_text_index larger;
	uint32_t i;

	if (index->count >= index->mask / 2) {
		larger.count = index->count;
		larger.mask = index->mask * 2 + 1;
		larger.slots = slots_new((size_t)larger.mask + 1, sizeof(*larger.slots));
		for (i = 0; i <= index->mask; i++)
			if (index->slots[i].number != 0)
				text_slot_fill(&larger, &index->slots[i]);
		free(index->slots);
		*index = larger;
	}
	text_slot_fill(index, slot);
	index->count++;
}
