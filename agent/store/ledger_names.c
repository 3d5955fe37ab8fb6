/*
 * Names of a ledger: each text once, with a number. A name that is known is
 * found with one look at the index and one at the text; lower-casing is done
 * eight bytes at a time, on the way to the hash and to the comparison.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "store/ledger_private.h"

/* Of names' bytes: those of an owner and class are this long on the whole. */
#define NAME_BYTES_MAX ((size_t)LEDGER_NAMES_MAX * 64)
#define MEMO_MAX 16384
#define FIRST_SLOTS 256
/* Strings lie in chunks of 2^13 places of 8 bytes, so that 32 bits find any of them. */
#define PLACE 8
#define CHUNK_BITS 13

void *
ledger_realloc(void *bytes, size_t count, size_t size)
{
	void *larger = reallocarray(bytes, count, size);

	if (larger == NULL) {
		fprintf(stderr, "cpward: out of memory: %zu times %zu bytes wanted\n", count, size);
		exit(1);
	}
	return larger;
}

/* ---- the index ---- */

static struct ledger_slot *
slots_new(size_t count)
{
	struct ledger_slot *slots = calloc(count, sizeof(*slots));

	if (slots == NULL) {
		fprintf(stderr, "cpward: out of memory: %zu slots wanted\n", count);
		exit(1);
	}
	return slots;
}

void
ledger_index_init(struct ledger_index *index)
{
	index->slots = slots_new(FIRST_SLOTS);
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
		larger.slots = slots_new((size_t)larger.mask + 1);
		for (i = 0; i <= index->mask; i++)
			if (index->slots[i].number != 0)
				slot_fill(&larger, index->slots[i].tag, index->slots[i].number - 1);
		free(index->slots);
		*index = larger;
	}
	slot_fill(index, ledger_tag(hash), number);
	index->count++;
}

/* ---- strings ---- */

#define EACH(byte) (0x0101010101010101u * (uint64_t)(byte))

/* 'A' to 'Z' of eight bytes in lower case, the others as they are. */
static inline uint64_t
lower_word(uint64_t word)
{
	uint64_t low = word & EACH(0x7f);
	uint64_t from_a = low + EACH(0x80 - 'A');
	uint64_t above_z = low + EACH(0x7f - 'Z');
	uint64_t upper = from_a & ~above_z & ~word & EACH(0x80);

	return word | upper >> 2;
}

static inline uint64_t
load(const char *bytes, size_t length)
{
	uint64_t word = 0;

	memcpy(&word, bytes, length);
	return word;
}

/*
 * A text of 32 bytes at most as four words, which overlap: with the length they
 * tell it from every other one. Nearly all names are that short, and two
 * classes of length are guessed well by the processor.
 */
struct text_words {
	uint64_t words[4];
};

static inline void
load_tiny(struct slice text, uint64_t words[2])
{
	const char *bytes = text.bytes;
	size_t length = text.length;

	if (length >= 4) {
		words[0] = load(bytes, 4);
		words[1] = load(bytes + length - 4, 4);
	} else if (length > 0) {
		words[0] = (uint64_t)(unsigned char)bytes[0] << 8 | (unsigned char)bytes[length / 2];
		words[1] = (unsigned char)bytes[length - 1];
	}
}

static inline __attribute__((always_inline)) struct text_words
load_words(struct slice text, bool lower)
{
	struct text_words loaded = { { 0 } };
	const char *bytes = text.bytes, *end = bytes + text.length;
	uint64_t *words = loaded.words;

	if (text.length > 16) {
		words[0] = load(bytes, 8);
		words[1] = load(bytes + 8, 8);
		words[2] = load(end - 16, 8);
		words[3] = load(end - 8, 8);
	} else if (text.length >= 8) {
		words[0] = load(bytes, 8);
		words[1] = load(end - 8, 8);
	} else
		load_tiny(text, words);
	if (lower) {
		words[0] = lower_word(words[0]);
		words[1] = lower_word(words[1]);
		words[2] = lower_word(words[2]);
		words[3] = lower_word(words[3]);
	}
	return loaded;
}

static inline uint64_t
words_hash(const struct text_words *loaded, uint64_t start, const struct ledger_seed *seed)
{
	uint64_t first = ledger_mix(loaded->words[0] ^ seed->words[0], loaded->words[1] ^ seed->words[1]);
	uint64_t last = ledger_mix(loaded->words[2] ^ seed->words[1], loaded->words[3] ^ start);

	return ledger_mix(first ^ last, seed->words[1]);
}

static inline bool
words_same(const struct text_words *a, const struct text_words *b)
{
	return ((a->words[0] ^ b->words[0]) | (a->words[1] ^ b->words[1]) |
	    (a->words[2] ^ b->words[2]) | (a->words[3] ^ b->words[3])) == 0;
}

/* A longer text is taken in pieces of 32 bytes, the last of which overlaps. */
static inline struct slice
piece_at(struct slice text, size_t at)
{
	return (struct slice){ text.bytes + (at + 32 <= text.length ? at : text.length - 32), 32 };
}

static __attribute__((noinline)) uint64_t
long_hash(struct slice text, const struct ledger_seed *seed, bool lower)
{
	uint64_t hash = text.length;
	struct text_words loaded;
	size_t at;

	for (at = 0; at < text.length; at += 32) {
		loaded = load_words(piece_at(text, at), lower);
		hash = words_hash(&loaded, hash, seed);
	}
	return hash;
}

static __attribute__((noinline)) bool
long_same(struct slice text, struct slice other, bool lower)
{
	struct text_words ours, theirs;
	size_t at;

	for (at = 0; at < text.length; at += 32) {
		ours = load_words(piece_at(text, at), lower);
		theirs = load_words(piece_at(other, at), false);
		if (!words_same(&ours, &theirs))
			return false;
	}
	return true;
}

static inline struct ledger_string *
string_at(const struct ledger_strings *strings, uint32_t place)
{
	return (struct ledger_string *)(void *)(strings->chunks[place >> CHUNK_BITS] +
	    (size_t)(place & ((1u << CHUNK_BITS) - 1)) * PLACE);
}

static inline __attribute__((always_inline)) bool
text_same(struct slice text, const struct text_words *words, const struct ledger_string *string, bool lower)
{
	struct slice other = { string->text, string->length };
	struct text_words theirs;

	if (text.length != other.length)
		return false;
	if (text.length > 32)
		return long_same(text, other, lower);
	theirs = load_words(other, false);
	return words_same(words, &theirs);
}

/* text: STRING_MAX bytes at most. NULL when it is not among them; its hash either way. */
static inline __attribute__((always_inline)) struct ledger_string *
strings_find(const struct ledger_strings *strings, struct slice text, bool lower, uint64_t *ret_hash)
{
	struct text_words words = { { 0 } };
	const struct ledger_slot *slot;
	struct ledger_string *string;
	uint64_t hash;
	uint32_t at;

	if (text.length > 32) {
		hash = long_hash(text, &strings->seed, lower);
	} else {
		words = load_words(text, lower);
		hash = words_hash(&words, text.length, &strings->seed);
	}
	*ret_hash = hash;
	for (at = ledger_tag(hash) & strings->index.mask;; at = (at + 1) & strings->index.mask) {
		slot = &strings->index.slots[at];
		if (slot->number == 0)
			return NULL;
		if (slot->tag != ledger_tag(hash))
			continue;
		string = string_at(strings, slot->number - 1);
		if (text_same(text, &words, string, lower))
			return string;
	}
}

static void
strings_init(struct ledger_strings *strings, const struct ledger_seed *seed)
{
	memset(strings, 0, sizeof(*strings));
	strings->seed = *seed;
	ledger_index_init(&strings->index);
}

static void
strings_done(struct ledger_strings *strings)
{
	size_t i;

	for (i = 0; i < strings->chunk_count; i++)
		free(strings->chunks[i]);
	free(strings->chunks);
	ledger_index_done(&strings->index);
	memset(strings, 0, sizeof(*strings));
}

/* Place for one more of this many bytes, in units of PLACE. */
static uint32_t
place_new(struct ledger_strings *strings, size_t bytes)
{
	uint32_t places = (uint32_t)((bytes + PLACE - 1) / PLACE), place;

	if (strings->chunk_count == 0 || strings->chunk_used + places > 1u << CHUNK_BITS) {
		strings->chunks = ledger_realloc(strings->chunks, strings->chunk_count + 1,
		    sizeof(*strings->chunks));
		strings->chunks[strings->chunk_count++] = ledger_realloc(NULL, 1u << CHUNK_BITS, PLACE);
		strings->chunk_used = 0;
	}
	place = (uint32_t)(strings->chunk_count - 1) << CHUNK_BITS | strings->chunk_used;
	strings->chunk_used += places;
	return place;
}

/* text is not among them, and hash is its. */
static struct ledger_string *
strings_add(struct ledger_strings *strings, struct slice text, uint64_t hash, uint32_t *ret_place)
{
	uint32_t place = place_new(strings, sizeof(struct ledger_string) + text.length + 1);
	struct ledger_string *string = string_at(strings, place);

	memset(string, 0, sizeof(*string));
	string->length = (uint8_t)text.length;
	memcpy(string->text, text.bytes, text.length);
	string->text[text.length] = '\0';
	ledger_index_put(&strings->index, hash, place);
	*ret_place = place;
	return string;
}

/* ---- the memo ---- */

static bool
memo_find(const struct ledger_memo *memo, struct slice text, uint32_t *ret_number, uint64_t *ret_hash)
{
	const struct ledger_string *found = strings_find(&memo->texts, text, false, ret_hash);

	if (found == NULL)
		return false;
	*ret_number = found->number;
	return true;
}

static void
memo_keep(struct ledger_memo *memo, struct slice text, uint64_t hash, uint32_t number)
{
	struct ledger_seed seed = memo->texts.seed;
	uint32_t place;

	if (memo->texts.index.count == MEMO_MAX) {
		strings_done(&memo->texts);
		strings_init(&memo->texts, &seed);
	}
	strings_add(&memo->texts, text, hash, &place)->number = number;
}

/* ---- names ---- */

static bool
is_domain_byte(unsigned char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') ||
	    (byte != '\0' && strchr("-_.:[]", byte) != NULL);
}

static bool
is_name(struct slice text)
{
	size_t i;

	for (i = 0; i < text.length; i++)
		if (text.bytes[i] < ' ' || text.bytes[i] > '~')
			return false;
	return true;
}

static bool
is_domain(const char *text)
{
	for (; *text != '\0'; text++)
		if (!is_domain_byte((unsigned char)*text))
			return false;
	return true;
}

static uint32_t
name_add(struct ledger_names *names, enum ledger_owner owner, enum name_class class,
    struct slice text, uint64_t hash)
{
	struct ledger_string *string;

	if (names->count == names->room) {
		names->room = names->room == 0 ? 64 : names->room * 2;
		names->places = ledger_realloc(names->places, names->room, sizeof(*names->places));
	}
	string = strings_add(&names->strings, text, hash, &names->places[names->count]);
	string->number = names->count++;
	string->owner = (uint8_t)owner;
	string->class = (uint8_t)class;
	string->is_domain = is_domain(string->text);
	return string->number;
}

/* Adds a name that was not found, if its owner has room for one more of its class. */
static uint32_t
name_new(struct ledger_names *names, enum ledger_owner owner, enum name_class class,
    struct slice text, uint64_t hash)
{
	if (!names->unbounded && (names->used[owner][class].count >= LEDGER_NAMES_MAX ||
	    names->used[owner][class].bytes + text.length > NAME_BYTES_MAX))
		return NAME_OTHER;
	names->used[owner][class].count++;
	names->used[owner][class].bytes += text.length;
	return name_add(names, owner, class, text, hash);
}

void
ledger_names_init(struct ledger_names *names, const struct ledger_seed *seed)
{
	static const char *const first[] = {
		[NAME_NONE] = "", [NAME_OTHER] = "(other)", [NAME_ODD] = "(odd)",
	};
	uint64_t hash;
	size_t i;

	memset(names, 0, sizeof(*names));
	strings_init(&names->strings, seed);
	strings_init(&names->accounts.texts, seed);
	strings_init(&names->networks.texts, seed);
	for (i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
		struct slice text = { first[i], strlen(first[i]) };

		(void)strings_find(&names->strings, text, false, &hash);
		(void)name_add(names, LEDGER_OURS, NAME_PLAIN, text, hash);
	}
}

const struct ledger_string *
ledger_names_string(const struct ledger_names *names, uint32_t number)
{
	return string_at(&names->strings, names->places[number]);
}

uint32_t
ledger_names_take(struct ledger_names *names, const struct ledger_string *string)
{
	struct slice text = { string->text, string->length };
	const struct ledger_string *found;
	uint64_t hash;

	found = strings_find(&names->strings, text, false, &hash);
	return found != NULL ? found->number :
	    name_new(names, string->owner, string->class, text, hash);
}

bool
ledger_names_read(struct ledger_names *names, enum ledger_owner owner, enum name_class class,
    struct slice text, uint32_t *ret_number)
{
	const struct ledger_string *found;
	uint64_t hash;

	if (text.length > STRING_MAX)
		return false;
	found = strings_find(&names->strings, text, false, &hash);
	if (found == NULL && !is_name(text))
		return false;
	*ret_number = found != NULL ? found->number : name_new(names, owner, class, text, hash);
	return true;
}

void
ledger_names_done(struct ledger_names *names)
{
	strings_done(&names->strings);
	strings_done(&names->accounts.texts);
	strings_done(&names->networks.texts);
	free(names->places);
}

static __attribute__((noinline)) uint32_t
domain_new(struct ledger_names *names, enum ledger_owner owner, struct slice domain, uint64_t hash)
{
	char text[STRING_MAX];
	size_t i;

	for (i = 0; i < domain.length; i++) {
		unsigned char byte = (unsigned char)domain.bytes[i];

		if (byte >= 'A' && byte <= 'Z')
			byte |= 0x20;
		if (!is_domain_byte(byte))
			return NAME_ODD;
		text[i] = (char)byte;
	}
	return name_new(names, owner, NAME_DOMAIN, (struct slice){ text, domain.length }, hash);
}

uint32_t
ledger_domain(struct ledger *ledger, enum ledger_owner owner, struct slice domain)
{
	struct ledger_names *names = &ledger->names;
	const struct ledger_string *found;
	uint64_t hash;

	if (domain.length > STRING_MAX)
		return NAME_ODD;
	found = strings_find(&names->strings, domain, true, &hash);
	if (found == NULL)
		return domain_new(names, owner, domain, hash);
	/* "(other)" and what only ledger_name takes are no domains. */
	return found->is_domain ? found->number : NAME_ODD;
}

uint32_t
ledger_name(struct ledger *ledger, enum ledger_owner owner, struct slice name)
{
	struct ledger_names *names = &ledger->names;
	const struct ledger_string *found;
	uint64_t hash;

	if (name.length > STRING_MAX)
		return NAME_ODD;
	found = strings_find(&names->strings, name, false, &hash);
	if (found != NULL)
		return found->number;
	return is_name(name) ? name_new(names, owner, NAME_PLAIN, name, hash) : NAME_ODD;
}

const char *
ledger_text(const struct ledger *ledger, uint32_t name)
{
	return ledger_names_string(&ledger->names, name)->text;
}

/* ---- accounts ---- */

/*
 * HMAC-SHA-256 (RFC 2104): the digests of the secret's two pads are worked out
 * once. What OpenSSL 1.1.1 and 3.x both have for it begins with the secret each
 * time, or costs five times as much to copy.
 */
enum { SHA256_BLOCK = 64, SHA256_BYTES = 32 };

struct ledger_keyer {
	EVP_MD_CTX *inner, *outer;	/* behind the pads */
	EVP_MD_CTX *one;		/* for one account */
};

static void
need(int done)
{
	if (done != 1) {
		fprintf(stderr, "cpward: no SHA-256 in this OpenSSL\n");
		exit(1);
	}
}

static EVP_MD_CTX *
pad_digested(const unsigned char secret[LEDGER_SECRET_BYTES], unsigned char mask)
{
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	unsigned char pad[SHA256_BLOCK];
	size_t i;

	for (i = 0; i < sizeof(pad); i++)
		pad[i] = mask ^ (i < LEDGER_SECRET_BYTES ? secret[i] : 0);
	need(digest != NULL && EVP_DigestInit_ex(digest, EVP_sha256(), NULL) == 1
	    && EVP_DigestUpdate(digest, pad, sizeof(pad)) == 1);
	explicit_bzero(pad, sizeof(pad));
	return digest;
}

static struct ledger_keyer *
keyer_new(const unsigned char secret[LEDGER_SECRET_BYTES])
{
	struct ledger_keyer *keyer = ledger_realloc(NULL, 1, sizeof(*keyer));

	keyer->inner = pad_digested(secret, 0x36);
	keyer->outer = pad_digested(secret, 0x5c);
	keyer->one = EVP_MD_CTX_new();
	need(keyer->one != NULL);
	return keyer;
}

void
ledger_keyer_free(struct ledger_keyer *keyer)
{
	if (keyer == NULL)
		return;
	EVP_MD_CTX_free(keyer->inner);
	EVP_MD_CTX_free(keyer->outer);
	EVP_MD_CTX_free(keyer->one);
	free(keyer);
}

static void
digest_lower(EVP_MD_CTX *digest, struct slice account)
{
	unsigned char lower[SHA256_BLOCK];
	size_t from, i, piece;

	for (from = 0; from < account.length; from += piece) {
		piece = account.length - from < sizeof(lower) ? account.length - from : sizeof(lower);
		for (i = 0; i < piece; i++) {
			lower[i] = (unsigned char)account.bytes[from + i];
			if (lower[i] >= 'A' && lower[i] <= 'Z')
				lower[i] |= 0x20;
		}
		need(EVP_DigestUpdate(digest, lower, piece));
	}
	explicit_bzero(lower, sizeof(lower));
}

static void
account_key(const struct ledger_keyer *keyer, struct slice account, char ret_key[static 17])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char bytes[SHA256_BYTES];
	size_t i;

	need(EVP_MD_CTX_copy_ex(keyer->one, keyer->inner));
	digest_lower(keyer->one, account);
	need(EVP_DigestFinal_ex(keyer->one, bytes, NULL));
	need(EVP_MD_CTX_copy_ex(keyer->one, keyer->outer));
	need(EVP_DigestUpdate(keyer->one, bytes, sizeof(bytes)));
	need(EVP_DigestFinal_ex(keyer->one, bytes, NULL));
	for (i = 0; i < 16; i++)
		ret_key[i] = digits[i % 2 == 0 ? bytes[i / 2] >> 4 : bytes[i / 2] & 0xf];
	ret_key[16] = '\0';
}

void
ledger_account_key(const unsigned char secret[LEDGER_SECRET_BYTES], struct slice account,
    char ret_key[static 17])
{
	struct ledger_keyer *keyer = keyer_new(secret);

	account_key(keyer, account, ret_key);
	ledger_keyer_free(keyer);
}

uint32_t
ledger_account(struct ledger *ledger, enum ledger_owner owner, struct slice account)
{
	struct ledger_memo *memo = &ledger->names.accounts;
	bool memorable = account.length <= STRING_MAX;
	uint64_t hash = 0;
	uint32_t number;
	char key[17];

	if (account.length == 0)
		return NAME_NONE;
	if (memorable && memo_find(memo, account, &number, &hash))
		return number;
	if (ledger->keyer == NULL)
		ledger->keyer = keyer_new(ledger->secret);
	account_key(ledger->keyer, account, key);
	number = ledger_name(ledger, owner, (struct slice){ key, 16 });
	/* When ours has no room any more, the key is still found if it has been there before. */
	if (memorable && number != NAME_OTHER)
		memo_keep(memo, account, hash, number);
	return number;
}

/* ---- networks ---- */

static const unsigned char v4_mapped[12] = { [10] = 0xff, [11] = 0xff };

/* false when it is no address; text has room for "ffff:ffff:ffff::/48". */
static bool
network_text(const char *address, char text[static 32])
{
	unsigned char bytes[16], *v4 = bytes;

	if (inet_pton(AF_INET6, address, bytes) == 1) {
		if (memcmp(bytes, v4_mapped, sizeof(v4_mapped)) != 0) {
			memset(bytes + 6, 0, 10);
			(void)inet_ntop(AF_INET6, bytes, text, 32);
			memcpy(text + strlen(text), "/48", 4);
			return true;
		}
		v4 = bytes + 12;
	} else if (inet_pton(AF_INET, address, bytes) != 1)
		return false;
	snprintf(text, 32, "%u.%u.%u.0/24", v4[0], v4[1], v4[2]);
	return true;
}

uint32_t
ledger_network(struct ledger *ledger, enum ledger_owner owner, struct slice address)
{
	struct ledger_memo *memo = &ledger->names.networks;
	char copy[INET6_ADDRSTRLEN], text[32];
	uint64_t hash;
	uint32_t number;

	if (address.length == 0)
		return NAME_NONE;
	if (address.length >= sizeof(copy))
		return NAME_ODD;
	if (memo_find(memo, address, &number, &hash))
		return number;
	memcpy(copy, address.bytes, address.length);
	copy[address.length] = '\0';
	if (strlen(copy) != address.length || !network_text(copy, text))
		return NAME_ODD;
	number = ledger_name(ledger, owner, (struct slice){ text, strlen(text) });
	if (number != NAME_OTHER)
		memo_keep(memo, address, hash, number);
	return number;
}
