/*
 * A world whose every DNS answer is the input's: its first line is client,
 * sender and HELO, with tabs between; each other line is an answer, and which
 * one a name gets is decided by its hash. A line begins with what it is: R
 * records (TXT strings or names, with \x1f between; the addresses are the
 * bytes), N no data, X no such name, S SERVFAIL, E the client's own address.
 *
 * Held: the verdict does not depend on how long answers take; questions are
 * bounded, and are domain names as dns.h writes them; an error has a reason.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

#include "base/arena.h"
#include "parse/spf.h"

/* Of one evaluation: what the limits of RFC 7208 4.6.4 and asking ahead allow. */
#define MOST_QUESTIONS 600
#define MOST_ROUNDS 600
#define MOST_LINES 64
#define MOST_ITEMS 40
#define SLOTS 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
	struct arena *arena;
	char *lines[MOST_LINES];
	size_t lengths[MOST_LINES];
	size_t count;
	unsigned char client[16];
	bool slow;
	bool asked[SLOTS];
	bool there[SLOTS];
	unsigned questions;
};

static uint32_t
hash(const char *name, uint16_t type)
{
	uint32_t value = 2166136261u ^ type;

	for (; *name != '\0'; name++)
		value = (value ^ (unsigned char)*name) * 16777619u;
	return value;
}

static void
check_name(const char *name)
{
	size_t i;

	if (strlen(name) >= DNS_TEXT_MAX)
		abort();
	for (i = 0; name[i] != '\0'; i++) {
		if ((name[i] < 'a' || name[i] > 'z') &&
		    (name[i] < '0' || name[i] > '9') &&
		    strchr("-_.\\", name[i]) == NULL)
			abort();
	}
}

/* Names of answers are written as dns_reply_read writes them. */
static const char *
answer_name(struct arena *arena, const char *text, size_t length)
{
	char *name = arena_memdup(arena, text, length > 200 ? 200 : length);
	char *at;

	for (at = name; *at != '\0'; at++) {
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at + 32);
		else if ((*at < 'a' || *at > 'z') &&
		    (*at < '0' || *at > '9') && strchr("-_.", *at) == NULL)
			*at = '_';
	}
	return name;
}

static void
fill_item(struct world *world, struct dns_record *item, uint16_t type,
    const char *text, size_t length)
{
	const size_t size = type == DNS_AAAA ? 16 : 4;
	unsigned char address[16] = { 0 };

	item->text = "";
	if (type == DNS_A || type == DNS_AAAA) {
		memcpy(address, text, length < size ? length : size);
		item->rdata = (unsigned char *)arena_memdup(world->arena,
		    address, size);
		item->rdata_length = size;
	} else if (type == DNS_TXT) {
		item->text = arena_memdup(world->arena, text, length);
		item->text_length = length;
	} else {
		item->text = answer_name(world->arena, text, length);
		item->text_length = strlen(item->text);
	}
}

static void
fill_records(struct world *world, struct dns_records *records, uint16_t type,
    const char *text, size_t length)
{
	struct dns_record *items = arena_array(world->arena, MOST_ITEMS,
	    sizeof(*items));
	size_t part;

	records->outcome = DNS_RECORDS;
	records->items = items;
	do {
		const char *end = memchr(text, 0x1f, length);

		part = end == NULL ? length : (size_t)(end - text);
		fill_item(world, &items[records->count++], type, text, part);
		part += end != NULL;
		text += part;
		length -= part;
	} while (length > 0 && records->count < MOST_ITEMS);
}

static const struct dns_records *
answer(struct world *world, const char *name, uint16_t type)
{
	struct dns_records *records = arena_alloc(world->arena,
	    sizeof(*records));
	size_t line = hash(name, type) % world->count;
	const char *text = world->lines[line];
	size_t length = world->lengths[line];

	switch (length == 0 ? 'N' : text[0]) {
	case 'N':
		records->outcome = DNS_NODATA;
		break;
	case 'X':
		records->outcome = DNS_NXDOMAIN;
		break;
	case 'S':
		records->outcome = DNS_SERVFAIL;
		break;
	case 'E':
		fill_records(world, records, type,
		    (const char *)world->client, type == DNS_AAAA ? 16 : 4);
		break;
	default:
		fill_records(world, records, type, text + 1, length - 1);
		break;
	}
	return records;
}

static const struct dns_records *
lookup(void *data, const char *name, uint16_t type)
{
	struct world *world = data;
	size_t slot = hash(name, type) % SLOTS;

	check_name(name);
	if (++world->questions > MOST_QUESTIONS)
		abort();
	if (world->slow && !world->there[slot]) {
		world->asked[slot] = true;
		return NULL;
	}
	return answer(world, name, type);
}

/* Somebody who waits must have asked for something. */
static void
next_round(struct world *world)
{
	bool any = false;
	size_t i;

	for (i = 0; i < SLOTS; i++) {
		any |= world->asked[i];
		world->there[i] |= world->asked[i];
		world->asked[i] = false;
	}
	if (!any || !world->slow)
		abort();
	world->questions = 0;
}

static void
begin(struct world *world, bool slow)
{
	memset(world->asked, 0, sizeof(world->asked));
	memset(world->there, 0, sizeof(world->there));
	world->slow = slow;
	world->questions = 0;
}

static struct spf_verdict
check(struct world *world, const struct spf_query *query, bool slow)
{
	const struct dns_source source = { lookup, world };
	struct spf_verdict verdict;
	unsigned rounds = 0;

	begin(world, slow);
	spf_check(world->arena, &source, query, true, &verdict);
	while (verdict.result == SPF_PENDING) {
		if (++rounds > MOST_ROUNDS)
			abort();
		next_round(world);
		spf_check(world->arena, &source, query, true, &verdict);
	}
	if ((verdict.result == SPF_TEMPERROR ||
	    verdict.result == SPF_PERMERROR) && verdict.why == NULL)
		abort();
	return verdict;
}

static struct spf_record
read_record(struct world *world, const char *domain, bool slow)
{
	const struct dns_source source = { lookup, world };
	struct spf_record record;
	const char *why;
	unsigned rounds = 0;

	begin(world, slow);
	while (!spf_record_read(world->arena, &source, domain, &record, &why)) {
		if (++rounds > MOST_ROUNDS)
			abort();
		next_round(world);
	}
	return record;
}

static bool
same(const char *one, const char *other)
{
	return (one == NULL) == (other == NULL) &&
	    (one == NULL || strcmp(one, other) == 0);
}

static void
run(struct world *world, const struct spf_query *query, const char *domain)
{
	struct spf_verdict one = check(world, query, false);
	struct spf_verdict other = check(world, query, true);
	struct spf_record record, slow;

	if (one.result != other.result || !same(one.mechanism, other.mechanism))
		abort();
	record = read_record(world, domain, false);
	slow = read_record(world, domain, true);
	if (record.lookups != slow.lookups || record.voids != slow.voids ||
	    !same(record.error, slow.error) || !same(record.all, slow.all) ||
	    record.lookups > 64 || record.voids > record.lookups)
		abort();
}

static void
read_lines(struct world *world, char *text, size_t size)
{
	while (size > 0 && world->count < MOST_LINES) {
		char *end = memchr(text, '\n', size);
		size_t length = end == NULL ? size : (size_t)(end - text);

		world->lines[world->count] = text;
		world->lengths[world->count++] = length;
		text[length] = '\0';
		length += end != NULL;
		text += length;
		size -= length;
	}
}

/* The piece before the next tab, which becomes a NUL. */
static const char *
cut(char **text)
{
	char *begin = *text, *tab = strchr(begin, '\t');

	if (tab == NULL) {
		*text = begin + strlen(begin);
	} else {
		*tab = '\0';
		*text = tab + 1;
	}
	return begin;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world world = { .arena = arena_new() };
	struct spf_query query = { .now = 1700000000 };
	char *first;

	read_lines(&world, arena_memdup(world.arena, data, size), size);
	if (world.count > 1) {
		first = world.lines[0];
		query.address = cut(&first);
		query.sender = cut(&first);
		query.helo = cut(&first);
		if (inet_pton(AF_INET6, query.address, world.client) != 1)
			inet_pton(AF_INET, query.address, world.client);
		run(&world, &query, "example.com");
	}
	arena_free(world.arena);
	return 0;
}
