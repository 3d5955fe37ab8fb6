#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "parse/dns.h"

#define HEADER_SIZE 12
#define MESSAGE_MAX 65535	/* what TCP's length has room for, RFC 1035 4.2.2 */
#define LABEL_MAX 63
/*
 * A name has 127 labels at most, so whoever needs more jumps than that only
 * wants them walked, in each of a message's thousands of names.
 */
#define JUMPS_MAX 128
/* Records of one answer section; 64 KiB have room for 4,000 addresses. */
#define ANSWERS_MAX 1024
#define CLASS_IN 1

/* Seen in replies, never asked for. */
#define TYPE_DNAME 39
#define TYPE_OPT 41
#define TYPE_RRSIG 46

#define OPTION_EXTENDED_ERROR 15	/* RFC 8914 */

enum header_bit {
	BIT_QR = 0x8000,
	BIT_AA = 0x0400,
	BIT_TC = 0x0200,
	BIT_RD = 0x0100,
	BIT_RA = 0x0080,
	BIT_AD = 0x0020,
};

enum rcode {
	RCODE_NOERROR = 0,
	RCODE_SERVFAIL = 2,
	RCODE_NXDOMAIN = 3,
	RCODE_REFUSED = 5,
};

/* RFC 6895 2.3. */
static const char *const rcode_names[] = {
	[1] = "FORMERR", [2] = "SERVFAIL", [3] = "NXDOMAIN", [4] = "NOTIMP",
	[5] = "REFUSED", [6] = "YXDOMAIN", [7] = "YXRRSET", [8] = "NXRRSET",
	[9] = "NOTAUTH", [10] = "NOTZONE", [16] = "BADVERS", [23] = "BADCOOKIE",
};

/* RFC 8914 4: those that tell an admin where to look. */
static const char *const extended_errors[] = {
	[6] = "DNSSEC bogus",
	[7] = "signature expired",
	[8] = "signature not yet valid",
	[9] = "DNSKEY missing",
	[10] = "RRSIGs missing",
	[12] = "NSEC missing",
	[13] = "cached error",
	[15] = "blocked",
	[16] = "censored",
	[17] = "filtered",
	[18] = "prohibited",
	[20] = "not authoritative",
	[22] = "no reachable authority",
	[23] = "network error",
};

static const struct {
	uint16_t type;
	const char *name;
} types[] = {
	{ DNS_A, "A" }, { DNS_NS, "NS" }, { DNS_CNAME, "CNAME" },
	{ DNS_SOA, "SOA" }, { DNS_PTR, "PTR" }, { DNS_MX, "MX" },
	{ DNS_TXT, "TXT" }, { DNS_AAAA, "AAAA" }, { DNS_DS, "DS" },
	{ DNS_TLSA, "TLSA" }, { DNS_SPF, "SPF" }, { DNS_CAA, "CAA" },
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* ---- names ---- */

/* As on the wire without compression, letters small, the root's NUL counted. */
struct wire_name {
	unsigned char bytes[DNS_NAME_MAX];
	size_t length;
};

static unsigned char
lower(unsigned char byte)
{
	return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
}

static bool
digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* One byte of a label behind *text, which moves on; -1 for a bad \. */
static int
label_byte(const char **text)
{
	const char *at = *text;
	int value;

	if (*at != '\\') {
		*text = at + 1;
		return (unsigned char)*at;
	}
	if (at[1] == '\0')
		return -1;
	if (!digit(at[1])) {
		*text = at + 2;
		return (unsigned char)at[1];
	}
	if (!digit(at[2]) || !digit(at[3]))
		return -1;
	value = (at[1] - '0') * 100 + (at[2] - '0') * 10 + (at[3] - '0');
	*text = at + 4;
	return value > 255 ? -1 : value;
}

/* Letters stay as they are. -1 when text is no domain name. */
static int
name_parse(const char *text, struct wire_name *name)
{
	size_t start = 0, at = 1;
	int byte;

	if (*text == '\0')
		return -1;
	if (strcmp(text, ".") == 0)
		text++;
	while (*text != '\0') {
		if (*text != '.') {
			byte = label_byte(&text);
			if (byte < 0 || at - start > LABEL_MAX ||
			    at >= DNS_NAME_MAX - 1)
				return -1;
			name->bytes[at++] = (unsigned char)byte;
			continue;
		}
		if (at == start + 1)
			return -1;
		name->bytes[start] = (unsigned char)(at - start - 1);
		start = at++;
		text++;
	}
	if (at > start + 1) {
		name->bytes[start] = (unsigned char)(at - start - 1);
		start = at;
	}
	name->bytes[start] = 0;
	name->length = start + 1;
	return 0;
}

/* RFC 1035 5.1 without the last dot: "" is the root. Returns the length. */
static size_t
name_text(const struct wire_name *name, char out[DNS_TEXT_MAX])
{
	const unsigned char *at = name->bytes;
	char *end = out;
	unsigned left;

	while ((left = *at++) != 0) {
		if (end != out)
			*end++ = '.';
		for (; left > 0; left--, at++) {
			if ((*at >= 'a' && *at <= 'z') || digit((char)*at) ||
			    *at == '-' || *at == '_')
				*end++ = (char)*at;
			else
				end += sprintf(end, "\\%03u", *at);
		}
	}
	*end = '\0';
	return (size_t)(end - out);
}

static bool
name_equal(const struct wire_name *a, const struct wire_name *b)
{
	return a->length == b->length &&
	    memcmp(a->bytes, b->bytes, a->length) == 0;
}

/* Is ancestor name itself, or above it? */
static bool
name_below(const struct wire_name *name, const struct wire_name *ancestor)
{
	size_t at = 0;

	while (name->length - at > ancestor->length)
		at += name->bytes[at] + 1u;
	return name->length - at == ancestor->length &&
	    memcmp(name->bytes + at, ancestor->bytes, ancestor->length) == 0;
}

/* ---- the message ---- */

/* A reader moves on; the first thing wrong stays in why, and it stands still. */
struct reader {
	const unsigned char *message;
	size_t length;
	size_t at;
	const char *why;
};

static int
wrong(struct reader *reader, const char *why)
{
	if (reader->why == NULL)
		reader->why = why;
	return -1;
}

static unsigned
get16(const unsigned char *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

static unsigned
get_count(const struct reader *reader, unsigned section)
{
	return get16(reader->message + 4 + section * 2);
}

/* Appends the label that stands at; its size, 0 for the root's. */
static int
label_take(struct reader *reader, size_t at, struct wire_name *name)
{
	unsigned size = reader->message[at], i;
	unsigned char *out = name->bytes + name->length;

	if (size > LABEL_MAX)
		return wrong(reader, "a label of a kind that does not exist");
	if (size >= reader->length - at)
		return wrong(reader, "a name goes past the end");
	if (name->length + 1 + size > DNS_NAME_MAX)
		return wrong(reader, "a name of more than 255 octets");
	out[0] = (unsigned char)size;
	for (i = 1; i <= size; i++)
		out[i] = lower(reader->message[at + i]);
	name->length += 1 + size;
	return (int)size;
}

/*
 * Pointers lead backwards only, behind the header (RFC 1035 4.1.4: to a prior
 * occurrence), so there is no loop.
 */
static int
name_take(struct reader *reader, struct wire_name *name)
{
	size_t at = reader->at, start = at, end = 0, to;
	unsigned jumps = 0;
	int size;

	name->length = 0;
	do {
		while (at < reader->length && reader->message[at] >= 0xC0) {
			if (reader->length - at < 2)
				return wrong(reader, "a name goes past the end");
			to = get16(reader->message + at) & 0x3FFF;
			if (to < HEADER_SIZE || to >= start ||
			    ++jumps > JUMPS_MAX)
				return wrong(reader,
				    "a compressed name leads nowhere");
			end = end == 0 ? at + 2 : end;
			at = start = to;
		}
		if (at >= reader->length)
			return wrong(reader, "a name goes past the end");
		size = label_take(reader, at, name);
		if (size < 0)
			return -1;
		at += 1 + (size_t)size;
	} while (size > 0);
	reader->at = end == 0 ? at : end;
	return 0;
}

struct record {
	uint16_t owner;		/* where its name begins */
	uint16_t type;
	uint16_t class;
	uint16_t rdata;		/* where it begins */
	uint16_t rdata_length;
	bool used;		/* stands on the way from the question to the answer */
	uint32_t ttl;
};

/*
 * Nearly every record's owner is a pointer to the question's name, which stands
 * behind the header and was read.
 */
static bool
is_question_name(const struct reader *reader, size_t at)
{
	return reader->length - at >= 2 &&
	    get16(reader->message + at) == (0xC000 | HEADER_SIZE);
}

static int
owner_take(struct reader *reader)
{
	struct wire_name owner;

	if (!is_question_name(reader, reader->at))
		return name_take(reader, &owner);
	reader->at += 2;
	return 0;
}

static int
record_take(struct reader *reader, struct record *record)
{
	const unsigned char *at;

	record->owner = (uint16_t)reader->at;
	record->used = false;
	if (owner_take(reader) < 0)
		return -1;
	if (reader->length - reader->at < 10)
		return wrong(reader, "a record goes past the end");
	at = reader->message + reader->at;
	record->type = (uint16_t)get16(at);
	record->class = (uint16_t)get16(at + 2);
	record->ttl = (uint32_t)get16(at + 4) << 16 | get16(at + 6);
	record->rdata_length = (uint16_t)get16(at + 8);
	reader->at += 10;
	record->rdata = (uint16_t)reader->at;
	if (record->rdata_length > reader->length - reader->at)
		return wrong(reader, "a record goes past the end");
	reader->at += record->rdata_length;
	return 0;
}

/* The name that ends a record's data and begins skip octets into it. */
static int
rdata_name(struct reader *reader, const struct record *record, size_t skip,
    struct wire_name *name)
{
	/* Compressed or not, it may end nowhere but where the data does. */
	struct reader inside = {
		.message = reader->message,
		.length = (size_t)record->rdata + record->rdata_length,
		.at = record->rdata + skip,
	};

	if (record->rdata_length <= skip || name_take(&inside, name) < 0 ||
	    inside.at != inside.length)
		return wrong(reader, "a record's name does not fit in it");
	return 0;
}

/* ---- what a reply says ---- */

struct reply {
	struct reader reader;
	uint16_t type;			/* that was asked for */
	struct wire_name name;		/* then the target of each CNAME */
	unsigned chain;			/* CNAMEs followed */
	struct record answers[ANSWERS_MAX];
	size_t answer_count;
	size_t found;			/* answers of the type, for the name */
	/* Of the authority section; only the end of the chain tells of what. */
	bool referral;			/* NS */
	size_t soa;			/* where the owner of one begins; 0 = none */
	unsigned rcode;			/* with the OPT record's bits */
	int extended_error;		/* RFC 8914; -1 = none */
};

static bool
flag(const struct reply *reply, enum header_bit bit)
{
	return (get16(reply->reader.message + 2) & bit) != 0;
}

/* Exactly the question that was asked, RFC 5452 9.1. */
static int
question_take(struct reply *reply, const char *name)
{
	struct reader *reader = &reply->reader;
	struct wire_name asked, seen;
	size_t i;

	if (get_count(reader, 0) != 1)
		return wrong(reader, "it does not hold one question");
	if (name_parse(name, &asked) < 0)
		return wrong(reader, "what was asked for is no domain name");
	for (i = 0; i < asked.length; i++)
		asked.bytes[i] = lower(asked.bytes[i]);
	if (name_take(reader, &seen) < 0)
		return -1;
	if (reader->length - reader->at < 4)
		return wrong(reader, "the question goes past the end");
	if (!name_equal(&seen, &asked) ||
	    get16(reader->message + reader->at) != reply->type ||
	    get16(reader->message + reader->at + 2) != CLASS_IN)
		return wrong(reader, "it answers another question");
	reader->at += 4;
	reply->name = asked;
	return 0;
}

static int
answers_take(struct reply *reply)
{
	size_t count = get_count(&reply->reader, 1), i;

	if (count > ANSWERS_MAX)
		return wrong(&reply->reader, "more than 1024 answers");
	for (i = 0; i < count; i++) {
		if (record_take(&reply->reader, &reply->answers[i]) < 0)
			return -1;
	}
	reply->answer_count = count;
	return 0;
}

static int
authority_take(struct reply *reply)
{
	size_t count = get_count(&reply->reader, 2), i;
	struct record record;

	for (i = 0; i < count; i++) {
		if (record_take(&reply->reader, &record) < 0)
			return -1;
		if (record.class != CLASS_IN)
			continue;
		if (record.type == DNS_NS)
			reply->referral = true;
		else if (record.type == DNS_SOA)
			reply->soa = record.owner;
	}
	return 0;
}

static void
options_read(struct reply *reply, const struct record *record)
{
	const unsigned char *at = reply->reader.message + record->rdata;
	size_t left = record->rdata_length, size;

	while (left >= 4) {
		size = get16(at + 2);
		if (size > left - 4)
			return;		/* nothing but a hint is lost */
		if (get16(at) == OPTION_EXTENDED_ERROR && size >= 2)
			reply->extended_error = (int)get16(at + 4);
		at += 4 + size;
		left -= 4 + size;
	}
}

/* The OPT record carries the upper bits of the RCODE, RFC 6891 6.1.3. */
static int
additional_take(struct reply *reply)
{
	size_t count = get_count(&reply->reader, 3), i;
	struct record record;
	bool seen = false;

	for (i = 0; i < count; i++) {
		if (record_take(&reply->reader, &record) < 0)
			return -1;
		if (record.type != TYPE_OPT)
			continue;
		/* RFC 6891 6.1.1, 6.1.2: one, and the root's. */
		if (seen || reply->reader.message[record.owner] != 0)
			return wrong(&reply->reader, "an OPT record too many");
		seen = true;
		reply->rcode |= record.ttl >> 24 << 4;
		options_read(reply, &record);
	}
	return 0;
}

/*
 * The whole message; octets behind the last record are nobody's, and are passed
 * over as BIND and Unbound do.
 */
static int
sections_take(struct reply *reply)
{
	if (answers_take(reply) < 0 || authority_take(reply) < 0)
		return -1;
	return additional_take(reply);
}

static bool
owner_matches(const struct reply *reply, const struct record *record)
{
	struct reader reader = reply->reader;
	struct wire_name owner;

	if (reply->chain == 0 && is_question_name(&reader, record->owner))
		return true;
	reader.at = record->owner;
	return name_take(&reader, &owner) == 0 &&
	    name_equal(&owner, &reply->name);
}

/*
 * Marks what the answer section says of the name: records of the type, else the
 * one CNAME (RFC 2181 10.1), then *ret_target is its. -1 when it says two things.
 */
static int
name_look_up(struct reply *reply, struct wire_name *ret_target,
    bool *ret_aliased)
{
	struct wire_name target;
	size_t i;

	*ret_aliased = false;
	for (i = 0; i < reply->answer_count; i++) {
		struct record *record = &reply->answers[i];

		if (record->class != CLASS_IN ||
		    (record->type != reply->type &&
		    record->type != DNS_CNAME) ||
		    !owner_matches(reply, record))
			continue;
		record->used = true;
		if (record->type == reply->type) {
			reply->found++;
			continue;
		}
		if (rdata_name(&reply->reader, record, 0, &target) < 0)
			return -1;
		if (*ret_aliased && !name_equal(ret_target, &target))
			return wrong(&reply->reader, "two CNAMEs of one name");
		*ret_target = target;
		*ret_aliased = true;
	}
	return 0;
}

/* A chain longer than that, or one that bites its tail, tells nothing. */
static int
chain_follow(struct reply *reply)
{
	struct wire_name target;
	bool aliased;

	for (;;) {
		if (name_look_up(reply, &target, &aliased) < 0)
			return -1;
		if (reply->found > 0 || !aliased)
			return 0;
		if (++reply->chain > DNS_CHAIN_MAX)
			return wrong(&reply->reader, "more than 16 CNAMEs");
		reply->name = target;
	}
}

/*
 * Does the answer section hold something that the chain does not explain? Next
 * to records that is of no interest, but it is no way to say that there are
 * none. A DNAME comes with the CNAMEs made of it, RFC 6672 3.1.
 */
static bool
stray(const struct reply *reply)
{
	size_t i;

	for (i = 0; i < reply->answer_count; i++) {
		const struct record *record = &reply->answers[i];

		if (!record->used && record->type != TYPE_RRSIG &&
		    !(record->type == TYPE_DNAME && reply->chain > 0))
			return true;
	}
	return false;
}

/* Is there a SOA of a zone that the end of the chain is in? RFC 2308 2.2. */
static bool
has_soa(const struct reply *reply)
{
	struct reader reader = reply->reader;
	struct wire_name zone;

	reader.at = reply->soa;
	return reply->soa != 0 && name_take(&reader, &zone) == 0 &&
	    name_below(&reply->name, &zone);
}

static const char *
rcode_why(struct arena *arena, const struct reply *reply)
{
	unsigned rcode = reply->rcode;
	int code = reply->extended_error;
	const char *hint = NULL;
	const char *name;

	name = rcode < COUNT(rcode_names) && rcode_names[rcode] != NULL ?
	    rcode_names[rcode] : arena_printf(arena, "RCODE %u", rcode);
	if (code >= 0 && (size_t)code < COUNT(extended_errors))
		hint = extended_errors[code];
	return hint == NULL ? name :
	    arena_printf(arena, "%s (%s)", name, hint);
}

static enum dns_outcome
rcode_outcome(unsigned rcode)
{
	switch (rcode) {
	case RCODE_SERVFAIL:
		return DNS_SERVFAIL;
	case RCODE_REFUSED:
		return DNS_REFUSED;
	default:
		return DNS_FAILED;
	}
}

/*
 * NOERROR without records: NODATA when the server can know. It does with a SOA,
 * as a resolver, or as the authority of the name that was asked for; a CNAME's
 * target may be another's (RFC 1034 4.3.2).
 */
static enum dns_outcome
nodata_outcome(const struct reply *reply, const char **ret_why)
{
	if (has_soa(reply))
		return DNS_NODATA;
	if (reply->referral && !flag(reply, BIT_AA)) {
		*ret_why = "lame: a referral from a server that does not know "
		    "the answer";
		return DNS_FAILED;
	}
	if (flag(reply, BIT_RA) || (flag(reply, BIT_AA) && reply->chain == 0))
		return DNS_NODATA;
	*ret_why = reply->chain > 0 ?
	    "the server does not know where a CNAME leads" :
	    "lame: neither a resolver nor the authority of the name";
	return DNS_FAILED;
}

static enum dns_outcome
reply_outcome(struct arena *arena, struct reply *reply, const char **ret_why)
{
	if (reply->rcode != RCODE_NOERROR && reply->rcode != RCODE_NXDOMAIN) {
		*ret_why = rcode_why(arena, reply);
		return rcode_outcome(reply->rcode);
	}
	if (chain_follow(reply) < 0)
		return DNS_MALFORMED;
	if (reply->rcode == RCODE_NOERROR && reply->found > 0)
		return DNS_RECORDS;
	if (reply->found > 0 || stray(reply)) {
		wrong(&reply->reader, reply->found > 0 ?
		    "NXDOMAIN, and yet records" : "records of another name");
		return DNS_MALFORMED;
	}
	/* RFC 6604: it is the last name of the chain that does not exist. */
	return reply->rcode == RCODE_NXDOMAIN ? DNS_NXDOMAIN :
	    nodata_outcome(reply, ret_why);
}

/* ---- records ---- */

/* TXT's strings joined; a single one is not copied again. */
static int
text_read(struct arena *arena, struct reader *reader, struct dns_record *out)
{
	const unsigned char *rdata = out->rdata;
	size_t length = out->rdata_length, at;
	char *text;

	for (at = 0; at < length; at += 1u + rdata[at])
		;
	if (length == 0 || at != length)
		return wrong(reader, "strings of a TXT record do not fit in it");
	if (rdata[0] + 1u == length) {
		out->text = (const char *)rdata + 1;
		out->text_length = length - 1;
		return 0;
	}
	out->text = text = arena_alloc(arena, length);
	for (at = 0; at < length; at += 1u + rdata[at]) {
		memcpy(text, rdata + at + 1, rdata[at]);
		text += rdata[at];
	}
	out->text_length = (size_t)(text - out->text);
	return 0;
}

enum rdata_form {
	RDATA_RAW,		/* as it came */
	RDATA_FIXED,		/* of size octets */
	RDATA_TEXT,		/* strings behind their length */
	RDATA_NAME,		/* a name, size octets into it */
	RDATA_DROPPED,		/* compressed names inside: no use outside the message */
};

static const struct form {
	uint16_t type;
	enum rdata_form form;
	size_t size;
} forms[] = {
	{ DNS_TXT, RDATA_TEXT, 0 },
	{ DNS_A, RDATA_FIXED, 4 },
	{ DNS_AAAA, RDATA_FIXED, 16 },
	{ DNS_MX, RDATA_NAME, 2 },
	{ DNS_PTR, RDATA_NAME, 0 },
	{ DNS_NS, RDATA_NAME, 0 },
	{ DNS_CNAME, RDATA_NAME, 0 },
	{ TYPE_DNAME, RDATA_NAME, 0 },
	{ DNS_SPF, RDATA_TEXT, 0 },
	{ DNS_SOA, RDATA_DROPPED, 0 },
};

static const struct form *
form_find(uint16_t type)
{
	static const struct form raw = { 0, RDATA_RAW, 0 };
	size_t i;

	for (i = 0; i < COUNT(forms); i++) {
		if (forms[i].type == type)
			return &forms[i];
	}
	return &raw;
}

static int
named_read(struct arena *arena, struct reader *reader,
    const struct record *record, const struct form *form,
    struct dns_record *out)
{
	char text[DNS_TEXT_MAX];
	struct wire_name name;

	if (rdata_name(reader, record, form->size, &name) < 0)
		return -1;
	if (record->type == DNS_MX)
		out->preference =
		    (uint16_t)get16(reader->message + record->rdata);
	out->text_length = name_text(&name, text);
	out->text = arena_memdup(arena, text, out->text_length);
	return 0;
}

static int
record_read(struct arena *arena, struct reader *reader,
    const struct record *record, struct dns_record *out)
{
	const struct form *form = form_find(record->type);

	out->text = "";
	if (form->form == RDATA_DROPPED)
		return 0;
	if (form->form == RDATA_NAME)
		return named_read(arena, reader, record, form, out);
	if (form->form == RDATA_FIXED && record->rdata_length != form->size)
		return wrong(reader, "an address of another length");
	out->rdata_length = record->rdata_length;
	out->rdata = (const unsigned char *)arena_memdup(arena,
	    reader->message + record->rdata, record->rdata_length);
	return form->form == RDATA_TEXT ? text_read(arena, reader, out) : 0;
}

static int
records_read(struct arena *arena, struct reply *reply,
    struct dns_records *records)
{
	struct dns_record *items = arena_array(arena, reply->found,
	    sizeof(*items));
	size_t count = 0, i;

	for (i = 0; i < reply->answer_count; i++) {
		const struct record *record = &reply->answers[i];

		if (!record->used || record->type != reply->type)
			continue;
		if (record_read(arena, &reply->reader, record,
		    &items[count++]) < 0)
			return -1;
	}
	records->items = items;
	records->count = count;
	return 0;
}

/* Is it a reply that can be read at all? */
static int
header_check(struct reader *reader)
{
	if (reader->length < HEADER_SIZE)
		return wrong(reader, "shorter than a header");
	if (reader->length > MESSAGE_MAX)
		return wrong(reader, "longer than any message");
	if ((get16(reader->message + 2) & BIT_QR) == 0)
		return wrong(reader, "it is a query");
	if ((get16(reader->message + 2) & 0x7800) != 0)
		return wrong(reader, "its opcode is not QUERY");
	return 0;
}

static enum dns_outcome
message_outcome(struct arena *arena, struct reply *reply, const char *name,
    const char **ret_why)
{
	bool useless;

	if (header_check(&reply->reader) < 0)
		return DNS_MALFORMED;
	reply->rcode = get16(reply->reader.message + 2) & 15;
	useless = reply->rcode != RCODE_NOERROR &&
	    reply->rcode != RCODE_NXDOMAIN;
	/* Who can not read or will not hear a query need not repeat it. */
	if (useless && get_count(&reply->reader, 0) == 0)
		return reply_outcome(arena, reply, ret_why);
	if (question_take(reply, name) < 0)
		return DNS_MALFORMED;
	if (flag(reply, BIT_TC)) {
		*ret_why = "truncated reply";
		return DNS_TRUNCATED;
	}
	/* In a refusal the rest is for more bits of the reason alone. */
	if (sections_take(reply) < 0 && !useless)
		return DNS_MALFORMED;
	return reply_outcome(arena, reply, ret_why);
}

static void
reply_init(struct reply *reply, const unsigned char *message, size_t length,
    uint16_t type)
{
	/* All but the answers, which are written before they are read. */
	reply->reader = (struct reader){
		.message = message, .length = length, .at = HEADER_SIZE,
	};
	reply->type = type;
	reply->chain = 0;
	reply->answer_count = reply->found = 0;
	reply->referral = false;
	reply->soa = 0;
	reply->rcode = 0;
	reply->extended_error = -1;
}

void
dns_reply_read(struct arena *arena, const unsigned char *message,
    size_t length, const char *name, uint16_t type,
    struct dns_records *ret_records)
{
	struct dns_records records = { 0 };
	struct reply reply;

	reply_init(&reply, message, length, type);
	records.outcome = message_outcome(arena, &reply, name, &records.why);
	if (records.outcome == DNS_RECORDS &&
	    records_read(arena, &reply, &records) < 0)
		records.outcome = DNS_MALFORMED;
	if (records.outcome == DNS_MALFORMED)
		records.why = arena_printf(arena, "malformed reply: %s",
		    reply.reader.why);
	else if (records.outcome == DNS_RECORDS || dns_absent(records.outcome))
		records.authenticated = flag(&reply, BIT_AD);
	*ret_records = records;
}

/* ---- queries ---- */

static unsigned char *
put16(unsigned char *out, unsigned value)
{
	*out++ = (unsigned char)(value >> 8);
	*out++ = (unsigned char)value;
	return out;
}

size_t
dns_query_write(unsigned char out[DNS_QUERY_MAX], uint16_t id,
    const char *name, uint16_t type, uint16_t udp_size)
{
	struct wire_name wire;
	unsigned char *at = out;

	if (name_parse(name, &wire) < 0)
		return 0;
	at = put16(at, id);
	at = put16(at, BIT_RD | BIT_AD);
	at = put16(at, 1);
	at = put16(at, 0);
	at = put16(at, 0);
	at = put16(at, udp_size != 0);
	memcpy(at, wire.bytes, wire.length);
	at = put16(at + wire.length, type);
	at = put16(at, CLASS_IN);
	if (udp_size == 0)
		return (size_t)(at - out);
	*at++ = 0;
	at = put16(at, TYPE_OPT);
	at = put16(at, udp_size);
	at = put16(at, 0);
	at = put16(at, 0);
	at = put16(at, 0);
	return (size_t)(at - out);
}

/* ---- words ---- */

const char *
dns_type_name(uint16_t type, char out[16])
{
	size_t i;

	for (i = 0; i < COUNT(types); i++) {
		if (types[i].type == type)
			return types[i].name;
	}
	snprintf(out, 16, "TYPE%u", type);
	return out;
}

uint16_t
dns_type_parse(const char *word)
{
	unsigned long number;
	char *end;
	size_t i;

	for (i = 0; i < COUNT(types); i++) {
		if (strcasecmp(types[i].name, word) == 0)
			return types[i].type;
	}
	if (strncasecmp(word, "TYPE", 4) != 0 || !digit(word[4]))
		return 0;
	number = strtoul(word + 4, &end, 10);
	return *end == '\0' && number <= UINT16_MAX ? (uint16_t)number : 0;
}

const char *
dns_outcome_name(enum dns_outcome outcome)
{
	static const char *const names[] = {
		[DNS_NOT_ASKED] = "not asked",
		[DNS_RECORDS] = "records",
		[DNS_NODATA] = "no such record",
		[DNS_NXDOMAIN] = "no such name",
		[DNS_SERVFAIL] = "SERVFAIL",
		[DNS_REFUSED] = "REFUSED",
		[DNS_FAILED] = "failure",
		[DNS_MALFORMED] = "malformed reply",
		[DNS_TRUNCATED] = "truncated reply",
		[DNS_NO_REPLY] = "no reply",
	};

	return (size_t)outcome < COUNT(names) ? names[outcome] : "not asked";
}

bool
dns_absent(enum dns_outcome outcome)
{
	return outcome == DNS_NXDOMAIN || outcome == DNS_NODATA;
}

static void
reverse4(const unsigned char *bytes, char *out)
{
	sprintf(out, "%u.%u.%u.%u.in-addr.arpa", bytes[3], bytes[2], bytes[1],
	    bytes[0]);
}

static void
reverse6(const unsigned char *bytes, char *out)
{
	int i;

	for (i = 15; i >= 0; i--)
		out += sprintf(out, "%x.%x.", bytes[i] & 15u, bytes[i] >> 4);
	strcpy(out, "ip6.arpa");
}

int
dns_reverse_name(const char *address, char *out, size_t size)
{
	static const unsigned char mapped[12] = { [10] = 0xFF, [11] = 0xFF };
	unsigned char bytes[16];
	char name[80];

	if (inet_pton(AF_INET, address, bytes) == 1)
		reverse4(bytes, name);
	else if (inet_pton(AF_INET6, address, bytes) != 1)
		return -1;
	else if (memcmp(bytes, mapped, sizeof(mapped)) == 0)
		reverse4(bytes + 12, name);
	else
		reverse6(bytes, name);
	if (strlen(name) >= size)
		return -1;
	strcpy(out, name);
	return 0;
}
