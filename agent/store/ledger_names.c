/* Names of a ledger: each text once, with a number. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/ledger_hash.h"

/* Of names' bytes: those of an owner and class are this long on the whole. */
#define NAME_BYTES_MAX ((size_t)LEDGER_NAMES_MAX * 64)
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

/* ---- strings ---- */

static inline struct ledger_string *
string_at(const struct ledger_strings *strings, uint32_t place)
{
	return (struct ledger_string *)(void *)(strings->chunks[place >> CHUNK_BITS] +
	    (size_t)(place & ((1u << CHUNK_BITS) - 1)) * PLACE);
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
	uint32_t place, number = names->count++;

	if (number == names->room) {
		names->room = names->room == 0 ? 64 : names->room * 2;
		names->places = ledger_realloc(names->places, names->room, sizeof(*names->places));
	}
	place = place_new(&names->strings, sizeof(*string) + text.length + 1);
	names->places[number] = place;
	string = string_at(&names->strings, place);
	*string = (struct ledger_string){ .number = number, .length = (uint8_t)text.length,
	    .owner = (uint8_t)owner, .class = (uint8_t)class };
	memcpy(string->text, text.bytes, text.length);
	string->text[text.length] = '\0';
	ledger_text_index_put(&names->index, &(struct ledger_text_slot){ .hash = hash,
	    .number = number + 1, .length = string->length, .is_domain = is_domain(string->text) });
	return number;
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
	size_t i;

	memset(names, 0, sizeof(*names));
	names->seed = *seed;
	ledger_text_index_init(&names->index);
	ledger_text_index_init(&names->accounts);
	ledger_text_index_init(&names->networks);
	for (i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
		struct slice text = { first[i], strlen(first[i]) };

		(void)name_add(names, LEDGER_OURS, NAME_PLAIN, text, ledger_text_hash(text, seed, false));
	}
}

void
ledger_names_done(struct ledger_names *names)
{
	size_t i;

	for (i = 0; i < names->strings.chunk_count; i++)
		free(names->strings.chunks[i]);
	free(names->strings.chunks);
	ledger_text_index_done(&names->index);
	ledger_text_index_done(&names->accounts);
	ledger_text_index_done(&names->networks);
	free(names->places);
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
	uint64_t hash = ledger_text_hash(text, &names->seed, false);
	const struct ledger_text_slot *found = ledger_text_find(&names->index, hash, text.length);

	return found != NULL ? found->number - 1 :
	    name_new(names, string->owner, string->class, text, hash);
}

bool
ledger_names_read(struct ledger_names *names, enum ledger_owner owner, enum name_class class,
    struct slice text, uint32_t *ret_number)
{
	const struct ledger_text_slot *found;
	uint64_t hash;

	if (text.length > STRING_MAX)
		return false;
	hash = ledger_text_hash(text, &names->seed, false);
	found = ledger_text_find(&names->index, hash, text.length);
	if (found == NULL && !is_name(text))
		return false;
	*ret_number = found != NULL ? found->number - 1 : name_new(names, owner, class, text, hash);
	return true;
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
	const struct ledger_text_slot *found;
	uint64_t hash;

	if (domain.length > STRING_MAX)
		return NAME_ODD;
	hash = ledger_text_hash(domain, &names->seed, true);
	found = ledger_text_find(&names->index, hash, domain.length);
	if (found == NULL)
		return domain_new(names, owner, domain, hash);
	/* "(other)" and what only ledger_name takes are no domains. */
	return found->is_domain ? found->number - 1 : NAME_ODD;
}

uint32_t
ledger_name(struct ledger *ledger, enum ledger_owner owner, struct slice name)
{
	struct ledger_names *names = &ledger->names;
	const struct ledger_text_slot *found;
	uint64_t hash;

	if (name.length > STRING_MAX)
		return NAME_ODD;
	hash = ledger_text_hash(name, &names->seed, false);
	found = ledger_text_find(&names->index, hash, name.length);
	if (found != NULL)
		return found->number - 1;
	return is_name(name) ? name_new(names, owner, NAME_PLAIN, name, hash) : NAME_ODD;
}

size_t
ledger_name_count(const struct ledger *ledger)
{
	return ledger->names.count;
}

const char *
ledger_text(const struct ledger *ledger, uint32_t name)
{
	return ledger_names_string(&ledger->names, name)->text;
}
