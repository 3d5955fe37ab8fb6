/*
 * Any bytes as a domain, a report URI and the TXT records on the way up from
 * it, a line each: the first line is the domain, the second the URI; a record
 * goes to one name after the other, '!' and a digit is an outcome instead.
 * What is found stands in the domain's own tree, and a fault is never a "none".
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "parse/dmarc.h"

#define RECORDS_MAX 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
	struct arena *arena;
	struct dns_records answers[RECORDS_MAX];
	size_t count;
	size_t asked;
	bool fault;
	bool pending;
};

static const struct dns_records none = { .outcome = DNS_NXDOMAIN };

/* By the name's length, so that the same name has the same answer. */
static const struct dns_records *
lookup(void *data, const char *name, uint16_t type)
{
	struct world *world = data;
	const struct dns_records *answer = world->count == 0 ? &none :
	    &world->answers[strlen(name) % world->count];

	if (type != DNS_TXT || strlen(name) > DNS_TEXT_MAX * 3)
		abort();
	world->asked++;
	if (answer->outcome == DNS_NOT_ASKED) {
		world->pending = true;
		return NULL;
	}
	world->fault |= answer->outcome != DNS_RECORDS &&
	    !dns_absent(answer->outcome);
	return answer;
}

static void
add_answer(struct world *world, const char *line, size_t length)
{
	struct dns_records *answer = &world->answers[world->count++];
	struct dns_record *item = arena_alloc(world->arena, 2 * sizeof(*item));

	if (length >= 2 && line[0] == '!') {
		answer->outcome = (enum dns_outcome)((line[1] & 0x0f) %
		    (DNS_NO_REPLY + 1));
		if (answer->outcome != DNS_RECORDS)
			return;
		line += 2;
		length -= 2;
		answer->count = 2;
	} else {
		answer->outcome = DNS_RECORDS;
		answer->count = 1;
	}
	item[0].text = arena_memdup(world->arena, line, length);
	item[0].text_length = length;
	item[1] = item[0];
	answer->items = item;
}

static const char *
next_line(const char **rest, size_t *left, size_t *ret_length)
{
	const char *line = *rest, *end = memchr(line, '\n', *left);

	*ret_length = end == NULL ? *left : (size_t)(end - line);
	*left -= *ret_length + (end != NULL);
	*rest += *ret_length + (end != NULL);
	return line;
}

static void
check_record(const struct dmarc_record *record)
{
	size_t i;

	if (record->text == NULL || record->text[0] != 'v' ||
	    (record->ignored && record->error == NULL) ||
	    (record->ignored && record->as_none) ||
	    record->rua_count > DMARC_URI_LIMIT ||
	    record->unknown_count > DMARC_UNKNOWN_LIMIT ||
	    record->removed_count > 4 || strchr("ynu", record->psd) == NULL)
		abort();
	for (i = 0; i < record->rua_count; i++)
		if (record->rua[i][0] == '\0')
			abort();
	if (record->error != NULL)
		for (i = 0; record->error[i] != '\0'; i++)
			if (record->error[i] < ' ' || record->error[i] > '~')
				abort();
}

static void
check_found(const struct dmarc_found *found, const char *why, bool fault)
{
	if (found->domain != NULL) {
		check_record(&found->record);
		if (found->record.ignored && found->effective != DMARC_UNSET)
			abort();
		if (found->record.as_none && found->effective != DMARC_NONE)
			abort();
	} else if (found->effective != DMARC_UNSET) {
		abort();
	}
	if (why == NULL && found->organizational == NULL)
		abort();
	/* A fault on the way that nothing came before: not "none". */
	if (why != NULL && (!fault ? found->domain != NULL :
	    found->organizational != NULL || found->below != DMARC_UNSET))
		abort();
	if (found->domain != NULL && found->organizational != NULL &&
	    strlen(found->organizational) == 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world world = { .arena = arena_new() };
	struct dns_source source = { lookup, &world };
	const char *rest = (const char *)data, *why, *judged, *line;
	const char *domain, *uri;
	struct dmarc_record record;
	struct dmarc_found found;
	size_t left = size > 8192 ? 8192 : size, length;
	bool done;

	line = next_line(&rest, &left, &length);
	domain = arena_memdup(world.arena, line, length);
	line = next_line(&rest, &left, &length);
	uri = arena_memdup(world.arena, line, length);
	while (left > 0 && world.count < RECORDS_MAX) {
		line = next_line(&rest, &left, &length);
		if (dmarc_record_read(world.arena, line, length, &record))
			check_record(&record);
		add_answer(&world, line, length);
	}
	done = dmarc_find(world.arena, &source, domain, &found, &why);
	if (world.asked > DMARC_WALK_LIMIT || done == world.pending)
		abort();
	if (done)
		check_found(&found, why, world.fault);
	if (dmarc_report_uri(world.arena, &source, domain, uri, &judged,
	    &why) && (judged == NULL) == (why == NULL))
		abort();
	arena_free(world.arena);
	return 0;
}
