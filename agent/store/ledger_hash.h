/*
 * Hashes of texts, and numbers by hash. What differs in letter case alone has
 * one hash where lower is asked for: lower-casing is done on the way, eight bytes
 * at a time.
 *
 * Two texts are taken for one when 64 bits of their hash and their lengths are
 * the same; neither text is looked at. Who chooses names does not know the seed
 * and can not look for such two; by chance there are some in one of 2^29 ledgers
 * whose four quotas of names are all used up.
 */
#ifndef CPWARD_STORE_LEDGER_HASH_H
#define CPWARD_STORE_LEDGER_HASH_H

#include <string.h>

#include "store/ledger_private.h"

#define LEDGER_EACH(byte) (0x0101010101010101u * (uint64_t)(byte))

/* 'A' to 'Z' of eight bytes in lower case, the others as they are. */
static inline uint64_t
ledger_lower_word(uint64_t word)
{
	uint64_t low = word & LEDGER_EACH(0x7f);
	uint64_t from_a = low + LEDGER_EACH(0x80 - 'A');
	uint64_t above_z = low + LEDGER_EACH(0x7f - 'Z');
	uint64_t upper = from_a & ~above_z & ~word & LEDGER_EACH(0x80);

	return word | upper >> 2;
}

static inline uint64_t
ledger_load(const char *bytes, size_t length)
{
	uint64_t word = 0;

	memcpy(&word, bytes, length);
	return word;
}

/*
 * A text of 32 bytes at most as four words, which overlap: with the length they
 * tell it from every other one. Nearly all names are that short, and few
 * classes of length are guessed well by the processor.
 */
struct ledger_text_words {
	uint64_t words[4];
};

static inline void
ledger_load_tiny(struct slice text, uint64_t words[2])
{
	const char *bytes = text.bytes;
	size_t length = text.length;

	if (length >= 4) {
		words[0] = ledger_load(bytes, 4);
		words[1] = ledger_load(bytes + length - 4, 4);
	} else if (length > 0) {
		words[0] = (uint64_t)(unsigned char)bytes[0] << 8 | (unsigned char)bytes[length / 2];
		words[1] = (unsigned char)bytes[length - 1];
	}
}

static inline __attribute__((always_inline)) struct ledger_text_words
ledger_load_words(struct slice text, bool lower)
{
	struct ledger_text_words loaded = { { 0 } };
	const char *bytes = text.bytes, *end = bytes + text.length;
	uint64_t *words = loaded.words;

	if (text.length > 16) {
		words[0] = ledger_load(bytes, 8);
		words[1] = ledger_load(bytes + 8, 8);
		words[2] = ledger_load(end - 16, 8);
		words[3] = ledger_load(end - 8, 8);
	} else if (text.length >= 8) {
		words[0] = ledger_load(bytes, 8);
		words[1] = ledger_load(end - 8, 8);
	} else
		ledger_load_tiny(text, words);
	if (lower) {
		words[0] = ledger_lower_word(words[0]);
		words[1] = ledger_lower_word(words[1]);
		words[2] = ledger_lower_word(words[2]);
		words[3] = ledger_lower_word(words[3]);
	}
	return loaded;
}

static inline uint64_t
ledger_words_hash(const struct ledger_text_words *loaded, uint64_t start, const struct ledger_seed *seed)
{
	/* Each word with a seed of its own: else some texts would have one hash whatever the seed is. */
	uint64_t first = ledger_mix(loaded->words[0] ^ seed->words[0], loaded->words[1] ^ seed->words[1]);
	uint64_t last = ledger_mix(loaded->words[2] ^ seed->words[2],
	    loaded->words[3] ^ start ^ seed->words[3]);

	return ledger_mix(first ^ last, seed->words[1]);
}

/* A longer text is taken in pieces of 32 bytes, the last of which overlaps. */
static inline struct slice
ledger_piece_at(struct slice text, size_t at)
{
	return (struct slice){ text.bytes + (at + 32 <= text.length ? at : text.length - 32), 32 };
}

static inline uint64_t
ledger_long_hash(struct slice text, const struct ledger_seed *seed, bool lower)
{
	uint64_t hash = text.length;
	struct ledger_text_words loaded;
	size_t at;

	for (at = 0; at < text.length; at += 32) {
		loaded = ledger_load_words(ledger_piece_at(text, at), lower);
		hash = ledger_words_hash(&loaded, hash, seed);
	}
	return hash;
}

static inline __attribute__((always_inline)) uint64_t
ledger_text_hash(struct slice text, const struct ledger_seed *seed, bool lower)
{
	struct ledger_text_words words;

	if (text.length > 32)
		return ledger_long_hash(text, seed, lower);
	words = ledger_load_words(text, lower);
	return ledger_words_hash(&words, text.length, seed);
}

/* length: STRING_MAX at most. NULL: it is not there. */
static inline __attribute__((always_inline)) const struct ledger_text_slot *
ledger_text_find(const struct ledger_text_index *index, uint64_t hash, size_t length)
{
	const struct ledger_text_slot *slot;
	uint32_t at;

	for (at = ledger_tag(hash) & index->mask;; at = (at + 1) & index->mask) {
		slot = &index->slots[at];
		if (slot->number == 0)
			return NULL;
		if (slot->hash == hash && slot->length == length)
			return slot;
	}
}

void ledger_text_index_init(struct ledger_text_index *index);
void ledger_text_index_done(struct ledger_text_index *index);
/* Adds one that was not found. */
void ledger_text_index_put(struct ledger_text_index *index, const struct ledger_text_slot *slot);

#endif
