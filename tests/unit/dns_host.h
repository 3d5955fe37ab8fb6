/*
 * A host whose name servers answer from a table of records in presentation
 * format, each with a fault of its own if need be. A name with no row does not
 * exist; one with rows of another type, or below which a row stands, has no
 * data. Policies are fetched from the table as well.
 */
#ifndef CPWARD_TESTS_DNS_HOST_H
#define CPWARD_TESTS_DNS_HOST_H

#include <arpa/inet.h>

#include "parse/dns.h"
#include "tests/unit/table_host.h"

struct zone_row {
	const char *name;
	/* of the URL "name": 0, value is its body; else its status or code */
	uint16_t type;
	const char *value;	/* of TXT: the text; several rows: several records */
};

enum dns_fault {
	FAULT_NONE,
	FAULT_SERVFAIL,
	FAULT_REFUSED,
	FAULT_NOTIMP,
	FAULT_TRUNCATED,
	FAULT_GARBAGE,
	FAULT_SHORT,
	FAULT_OTHER_QUESTION,
	FAULT_LAME,		/* a referral, no answer */
	FAULT_NO_REPLY,
	FAULT_COUNT,
};

static const char *const fault_names[FAULT_COUNT] = {
	"none", "SERVFAIL", "REFUSED", "NOTIMP", "truncated", "garbage",
	"short", "other question", "lame", "no reply",
};

struct dns_host {
	struct table_host files;	/* first: both are struct host */
	const struct zone_row *zone;
	size_t zone_count;
	size_t asked;			/* questions so far */
	size_t fault_at;		/* which of them fails; 0 = none */
	enum dns_fault fault;
	bool authenticated;		/* AD in every reply */
	const char *skipped;		/* "skipped: …" in the place of all replies */
	char last[300];			/* what the failing question was */
};

struct dns_writer {
	unsigned char bytes[4096];
	size_t length;
};

static inline void
put16(struct dns_writer *writer, unsigned value)
{
	writer->bytes[writer->length++] = (unsigned char)(value >> 8);
	writer->bytes[writer->length++] = (unsigned char)value;
}

static inline void
put_name(struct dns_writer *writer, const char *name)
{
	unsigned char query[DNS_QUERY_MAX];
	size_t length;

	if (strcmp(name, ".") == 0) {
		writer->bytes[writer->length++] = 0;
		return;
	}
	length = dns_query_write(query, 0, name, DNS_A, 0);
	assert_true(length > 16);
	memcpy(writer->bytes + writer->length, query + 12, length - 16);
	writer->length += length - 16;
}

static inline void
put_text(struct dns_writer *writer, const char *text)
{
	size_t length = strlen(text), part;

	do {
		part = length > 255 ? 255 : length;
		writer->bytes[writer->length++] = (unsigned char)part;
		memcpy(writer->bytes + writer->length, text, part);
		writer->length += part;
		text += part;
		length -= part;
	} while (length > 0);
}

static inline void
put_hex(struct dns_writer *writer, const char *hex)
{
	unsigned byte;

	for (; sscanf(hex, "%2x", &byte) == 1; hex += 2)
		writer->bytes[writer->length++] = (unsigned char)byte;
}

static inline void
put_rdata(struct dns_writer *writer, const struct zone_row *row)
{
	unsigned a, b, c;
	char tag[32];
	int at = 0;

	switch (row->type) {
	case DNS_A:
		assert_int_equal(inet_pton(AF_INET, row->value,
		    writer->bytes + writer->length), 1);
		writer->length += 4;
		return;
	case DNS_AAAA:
		assert_int_equal(inet_pton(AF_INET6, row->value,
		    writer->bytes + writer->length), 1);
		writer->length += 16;
		return;
	case DNS_MX:
		assert_int_equal(sscanf(row->value, "%u %n", &a, &at), 1);
		put16(writer, a);
		put_name(writer, row->value + at);
		return;
	case DNS_TLSA:
		assert_int_equal(sscanf(row->value, "%u %u %u %n", &a, &b, &c,
		    &at), 3);
		writer->bytes[writer->length++] = (unsigned char)a;
		writer->bytes[writer->length++] = (unsigned char)b;
		writer->bytes[writer->length++] = (unsigned char)c;
		put_hex(writer, row->value + at);
		return;
	case DNS_CAA:
		assert_int_equal(sscanf(row->value, "%u %31s %n", &a, tag,
		    &at), 2);
		writer->bytes[writer->length++] = (unsigned char)a;
		writer->bytes[writer->length++] = (unsigned char)strlen(tag);
		memcpy(writer->bytes + writer->length, tag, strlen(tag));
		writer->length += strlen(tag);
		memcpy(writer->bytes + writer->length, row->value + at,
		    strlen(row->value + at));
		writer->length += strlen(row->value + at);
		return;
	case DNS_TXT:
		put_text(writer, row->value);
		return;
	default:
		put_name(writer, row->value);
		return;
	}
}

static inline void
put_record(struct dns_writer *writer, const char *owner,
    const struct zone_row *row)
{
	size_t at;

	put_name(writer, owner);
	put16(writer, row->type);
	put16(writer, 1);
	put16(writer, 0);
	put16(writer, 300);
	at = writer->length;
	put16(writer, 0);
	put_rdata(writer, row);
	writer->bytes[at] = (unsigned char)((writer->length - at - 2) >> 8);
	writer->bytes[at + 1] = (unsigned char)(writer->length - at - 2);
}

/* Does the zone hold the name, or one below it? */
static inline bool
zone_has(const struct dns_host *host, const char *name)
{
	size_t length = strlen(name), own, i;

	for (i = 0; i < host->zone_count; i++) {
		own = strlen(host->zone[i].name);
		if (own >= length && strcasecmp(host->zone[i].name + own -
		    length, name) == 0 && (own == length ||
		    host->zone[i].name[own - length - 1] == '.'))
			return true;
	}
	return false;
}

static inline void
dns_reply(const struct dns_host *host, const struct question *question,
    enum dns_fault fault, struct dns_writer *writer)
{
	static const struct zone_row root_ns = { ".", DNS_NS, "ns.example" };
	unsigned rcode = fault == FAULT_SERVFAIL ? 2 :
	    fault == FAULT_REFUSED ? 5 : fault == FAULT_NOTIMP ? 4 :
	    zone_has(host, question->name) || fault != FAULT_NONE ? 0 : 3;
	unsigned answers = 0;
	size_t i;

	memset(writer, 0, sizeof(*writer));
	writer->length = 12;
	writer->bytes[2] = fault == FAULT_LAME ? 0x80 : 0x81;
	writer->bytes[2] |= fault == FAULT_TRUNCATED ? 0x02 : 0;
	writer->bytes[3] = (unsigned char)(rcode |
	    (fault == FAULT_LAME ? 0 : 0x80) |
	    (host->authenticated ? 0x20 : 0));
	writer->bytes[5] = 1;
	put_name(writer, fault == FAULT_OTHER_QUESTION ?
	    "other.example" : question->name);
	put16(writer, question->type);
	put16(writer, 1);
	if (fault == FAULT_LAME) {
		put_record(writer, ".", &root_ns);
		writer->bytes[9] = 1;
		return;
	}
	for (i = 0; fault == FAULT_NONE && i < host->zone_count; i++)
		if (host->zone[i].type == question->type &&
		    strcasecmp(host->zone[i].name, question->name) == 0) {
			put_record(writer, question->name, &host->zone[i]);
			answers++;
		}
	writer->bytes[7] = (unsigned char)answers;
	if (fault == FAULT_SHORT)
		writer->length = 11;
	if (fault == FAULT_GARBAGE)
		memset(writer->bytes + 2, 0xff, writer->length - 2);
}

static inline void
fetch_reply(const struct dns_host *host, struct arena *arena,
    const struct question *question, struct answer *ret_answer)
{
	size_t i;

	ret_answer->status = ANSWER_FAILED;
	ret_answer->why = "mta-sts: connection refused";
	for (i = 0; i < host->zone_count; i++) {
		if (strcmp(host->zone[i].name, question->url) != 0)
			continue;
		ret_answer->code = host->zone[i].type == 0 ? 200 :
		    host->zone[i].type;
		ret_answer->why = host->zone[i].value;
		if (ret_answer->code == FETCH_BAD_CERTIFICATE)
			return;
		ret_answer->status = ANSWER_OK;
		ret_answer->why = NULL;
		ret_answer->bytes = arena_strdup(arena, host->zone[i].value);
		ret_answer->length = strlen(ret_answer->bytes);
	}
}

static inline void
dns_ask(struct host *base, struct arena *arena,
    const struct question *question, struct answer *ret_answer)
{
	struct dns_host *host = (struct dns_host *)base;
	enum dns_fault fault = FAULT_NONE;
	struct dns_writer writer;

	if (question->kind != ASK_DNS && question->kind != ASK_FETCH) {
		table_ask(base, arena, question, ret_answer);
		return;
	}
	if (host->skipped != NULL) {
		ret_answer->status = ANSWER_SKIPPED;
		ret_answer->why = host->skipped;
		return;
	}
	if (++host->asked == host->fault_at) {
		fault = host->fault;
		snprintf(host->last, sizeof(host->last), "%s",
		    question_text(arena, question));
	}
	if (fault == FAULT_NO_REPLY || (fault != FAULT_NONE &&
	    question->kind == ASK_FETCH)) {
		ret_answer->status = ANSWER_FAILED;
		ret_answer->why = "no reply from 192.0.2.53 in 3 tries";
	} else if (question->kind == ASK_FETCH) {
		fetch_reply(host, arena, question, ret_answer);
	} else {
		dns_reply(host, question, fault, &writer);
		ret_answer->status = ANSWER_OK;
		ret_answer->bytes = arena_memdup(arena, writer.bytes,
		    writer.length);
		ret_answer->length = writer.length;
	}
}

#endif
