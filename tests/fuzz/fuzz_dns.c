/*
 * Any bytes as a reply to the question that they hold: whatever comes out is
 * whole, names are names, and "there is none" is nothing that a broken or
 * truncated message can say. And any bytes as a name: what is asked for it is
 * answered by itself with no knowledge.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "parse/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool condition)
{
	if (!condition)
		abort();
}

/* The question as \DDD, where it is not compressed; "a.example" else. */
static const char *
question_name(struct arena *arena, const uint8_t *data, size_t size,
    size_t *ret_end)
{
	const char *name = "";
	size_t at = 12, i;

	*ret_end = 0;
	while (at < size && data[at] != 0) {
		if (data[at] > 63 || at + data[at] >= size || at > 267)
			return "a.example";
		for (i = 1; i <= data[at]; i++)
			name = arena_printf(arena, "%s\\%03u", name,
			    data[at + i]);
		name = arena_printf(arena, "%s.", name);
		at += data[at] + 1u;
	}
	*ret_end = at + 1;
	return name[0] == '\0' ? "." : name;
}

static void
check_name(const struct dns_record *record)
{
	unsigned char query[DNS_QUERY_MAX];

	must(record->text_length < DNS_TEXT_MAX);
	must(strspn(record->text, "abcdefghijklmnopqrstuvwxyz0123456789-_.\\")
	    == record->text_length);
	must((dns_query_write(query, 0, record->text, DNS_A, 0) != 0) ==
	    (record->text[0] != '\0'));
}

static void
check_record(uint16_t type, const struct dns_record *record)
{
	must(record->text != NULL &&
	    record->text[record->text_length] == '\0');
	switch (type) {
	case DNS_A:
		must(record->rdata_length == 4);
		break;
	case DNS_AAAA:
		must(record->rdata_length == 16);
		break;
	case DNS_TXT:
	case DNS_SPF:
		must(record->rdata_length > record->text_length);
		break;
	case DNS_MX:
	case DNS_PTR:
	case DNS_NS:
	case DNS_CNAME:
		check_name(record);
		break;
	default:
		break;
	}
}

static void
check_records(const uint8_t *data, size_t size, uint16_t type,
    const struct dns_records *records)
{
	bool known = records->outcome == DNS_RECORDS ||
	    dns_absent(records->outcome);
	size_t i;

	must(records->outcome != DNS_NOT_ASKED &&
	    records->outcome != DNS_NO_REPLY);
	must((records->why == NULL) == known);
	must((records->count > 0) == (records->outcome == DNS_RECORDS));
	must(!records->authenticated || known);
	if (known) {
		must(size >= 17 && (data[2] & 0xFA) == 0x80);
		must((data[3] & 15) ==
		    (records->outcome == DNS_NXDOMAIN ? 3 : 0));
	}
	for (i = 0; i < records->count; i++)
		check_record(type, &records->items[i]);
}

static void
check_query(struct arena *arena, const char *name)
{
	unsigned char query[DNS_QUERY_MAX];
	struct dns_records records;
	size_t length = dns_query_write(query, 0x1234, name, DNS_MX, 1232);

	if (length == 0)
		return;
	must(length >= 28 && length <= 12 + DNS_NAME_MAX + 4 + 11);
	dns_reply_read(arena, query, length, name, DNS_MX, &records);
	must(records.outcome == DNS_MALFORMED);
	/* Nobody's word: neither a resolver's nor an authority's. */
	query[2] |= 0x80;
	dns_reply_read(arena, query, length, name, DNS_MX, &records);
	must(records.outcome == DNS_FAILED);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct dns_records records;
	uint16_t type = DNS_TXT;
	const char *name;
	char text[80];
	size_t end;

	name = question_name(arena, data, size, &end);
	if (end != 0 && end + 2 <= size)
		type = (uint16_t)(data[end] << 8 | data[end + 1]);
	dns_reply_read(arena, data, size, name, type, &records);
	check_records(data, size, type, &records);
	name = arena_memdup(arena, data, size > 2048 ? 2048 : size);
	check_query(arena, name);
	(void)dns_type_parse(name);
	if (dns_reverse_name(name, text, sizeof(text)) == 0)
		must(strlen(text) < 74);
	arena_free(arena);
	return 0;
}
