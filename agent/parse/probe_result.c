#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include <jansson.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/quote.h"
#include "parse/probe_result.h"
#include "parse/tls_suites.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define SCHEMA "cpward.probe/1"
#define MAX_LISTENERS 4096
/* There are no more code points; and chains and names of a certificate. */
#define MAX_LIST 65536

static const char *const protocol_names[PROBE_PROTOCOL_COUNT] = {
	[PROBE_TLS] = "tls",
	[PROBE_SMTP] = "smtp",
	[PROBE_SMTPS] = "smtps",
	[PROBE_IMAP] = "imap",
	[PROBE_IMAPS] = "imaps",
	[PROBE_POP3] = "pop3",
	[PROBE_POP3S] = "pop3s",
	[PROBE_SIEVE] = "sieve",
	[PROBE_HTTP] = "http",
	[PROBE_HTTPS] = "https",
};

static const char *const feature_names[FEATURE_COUNT] = {
	[FEATURE_SECURE_RENEGOTIATION] = "secure_renegotiation",
	[FEATURE_CLIENT_RENEGOTIATION] = "client_renegotiation",
	[FEATURE_COMPRESSION] = "compression",
	[FEATURE_TICKETS] = "tickets",
	[FEATURE_OCSP_STAPLE] = "ocsp_staple",
	[FEATURE_EXTENDED_MASTER_SECRET] = "extended_master_secret",
	[FEATURE_FALLBACK_SCSV] = "fallback_scsv",
	[FEATURE_STARTTLS_INJECTION] = "starttls_injection",
};

static const char *const status_names[] = {
	[PROBE_FAILED] = "failed",
	[PROBE_CLOSED] = "closed",
	[PROBE_OPEN] = "open",
};

/* ORDER_UNKNOWN is null. */
static const char *const order_names[] = {
	[ORDER_UNKNOWN] = NULL,
	[ORDER_SERVER] = "server",
	[ORDER_CLIENT] = "client",
};

/* IANA's registry for mail, cPanel's manual for 26 and 2077 to 2096. */
static const struct {
	unsigned port;
	enum probe_protocol protocol;
} ports[] = {
	{ 25, PROBE_SMTP },
	{ 26, PROBE_SMTP },
	{ 80, PROBE_HTTP },
	{ 110, PROBE_POP3 },
	{ 143, PROBE_IMAP },
	{ 443, PROBE_HTTPS },
	{ 465, PROBE_SMTPS },
	{ 587, PROBE_SMTP },
	{ 993, PROBE_IMAPS },
	{ 995, PROBE_POP3S },
	{ 2077, PROBE_HTTP },
	{ 2078, PROBE_HTTPS },
	{ 2079, PROBE_HTTP },
	{ 2080, PROBE_HTTPS },
	{ 2082, PROBE_HTTP },
	{ 2083, PROBE_HTTPS },
	{ 2086, PROBE_HTTP },
	{ 2087, PROBE_HTTPS },
	{ 2095, PROBE_HTTP },
	{ 2096, PROBE_HTTPS },
	{ 4190, PROBE_SIEVE },
};

const char *
probe_protocol_name(enum probe_protocol protocol)
{
	return protocol_names[protocol];
}

/* Index of a word in names, where NULL is no word; -1. */
static int
word_find(const char *const *names, size_t count, const char *word)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (names[i] != NULL && strcmp(names[i], word) == 0)
			return (int)i;
	return -1;
}

int
probe_protocol_parse(const char *word, enum probe_protocol *ret_protocol)
{
	int found = word_find(protocol_names, COUNT(protocol_names), word);

	if (found < 0)
		return -1;
	*ret_protocol = (enum probe_protocol)found;
	return 0;
}

bool
probe_protocol_implicit(enum probe_protocol protocol)
{
	return protocol == PROBE_TLS || protocol == PROBE_SMTPS ||
	    protocol == PROBE_IMAPS || protocol == PROBE_POP3S ||
	    protocol == PROBE_HTTPS;
}

enum probe_protocol
probe_protocol_of_port(unsigned port)
{
	size_t i;

	for (i = 0; i < COUNT(ports); i++)
		if (ports[i].port == port)
			return ports[i].protocol;
	return PROBE_TLS;
}

const char *
probe_feature_name(enum probe_feature feature)
{
	return feature_names[feature];
}

void
probe_listener_init(struct probe_listener *listener, const char *address,
    unsigned port, enum probe_protocol protocol)
{
	size_t i;

	*listener = (struct probe_listener){
		.address = address,
		.host = address,
		.port = port,
		.protocol = protocol,
	};
	for (i = 0; i < PROBE_VERSION_COUNT; i++)
		listener->versions[i].version = (uint16_t)(TLS_SSL3 + i);
}

bool
code_list_has(const struct code_list *list, uint16_t id)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (list->ids[i] == id)
			return true;
	return false;
}

void
code_list_add(struct arena *arena, struct code_list *list, uint16_t id)
{
	if (!code_list_has(list, id))
		*arena_push(arena, &list->ids, &list->count) = id;
}

/* ---- code points and their names ---- */

struct code_kind {
	const char *what;
	const char *(*name)(uint16_t id, char *buffer);
	bool (*find)(const char *name, uint16_t *ret_id);
};

static bool
suite_find(const char *name, uint16_t *ret_id)
{
	const struct tls_suite *suite = tls_suite_find_name(name);

	if (suite != NULL)
		*ret_id = suite->id;
	return suite != NULL;
}

static bool
group_find(const char *name, uint16_t *ret_id)
{
	size_t i;

	for (i = 0; i < tls_group_count; i++)
		if (strcmp(tls_groups[i].name, name) == 0) {
			*ret_id = tls_groups[i].id;
			return true;
		}
	return false;
}

static bool
sigalg_find(const char *name, uint16_t *ret_id)
{
	size_t i;

	for (i = 0; i < tls_sigalg_count; i++)
		if (strcmp(tls_sigalgs[i].name, name) == 0) {
			*ret_id = tls_sigalgs[i].id;
			return true;
		}
	return false;
}

static const struct code_kind suite_kind = {
	"suite", tls_suite_name, suite_find
};
static const struct code_kind group_kind = {
	"group", tls_group_name, group_find
};
static const struct code_kind sigalg_kind = {
	"signature algorithm", tls_sigalg_name, sigalg_find
};

/* A name, or "0x7A7A". */
static bool
code_parse(const struct code_kind *kind, const char *name, uint16_t *ret_id)
{
	unsigned id = 0;
	size_t i;

	if (strncmp(name, "0x", 2) != 0)
		return kind->find(name, ret_id);
	for (i = 2; name[i] != '\0'; i++) {
		char c = name[i];

		if (i > 5 || strchr("0123456789abcdefABCDEF", c) == NULL)
			return false;
		id = id << 4 | (unsigned)(c <= '9' ? c - '0' :
		    (c | 0x20) - 'a' + 10);
	}
	*ret_id = (uint16_t)id;
	return i == 6;
}

/* ---- members: one table for writing and reading ---- */

enum member_type {
	MEMBER_TEXT,		/* never null: NULL is written as "" */
	MEMBER_TEXT_OR_NULL,
	MEMBER_TEXTS,		/* const char *const *, then a size_t */
	MEMBER_BOOL,
	MEMBER_SEEN,		/* true, false, null */
	MEMBER_NUMBER,		/* unsigned */
	MEMBER_NUMBER_OR_NULL,	/* 0 is null */
	MEMBER_SIZE,		/* size_t */
	MEMBER_TIME,		/* int64_t */
	MEMBER_WORD,		/* an enum, by words */
	MEMBER_CODE_OR_NULL,	/* uint16_t, 0 is null */
	MEMBER_CODES,		/* struct code_list */
};

struct member {
	const char *name;
	enum member_type type;
	size_t offset;
	unsigned maximum;		/* NUMBER, SIZE */
	const char *const *words;	/* WORD; NULL among them is null */
	size_t word_count;
	const struct code_kind *kind;	/* CODE, CODES */
};

#define MEMBER(type, structure, member) \
	#member, type, offsetof(struct structure, member)
#define WORDS(names) 0, names, COUNT(names), NULL
#define CODES(kind) 0, NULL, 0, &kind

static const struct member listener_members[] = {
	{ MEMBER(MEMBER_TEXT, probe_listener, address), 0, NULL, 0, NULL },
	{ MEMBER(MEMBER_TEXT, probe_listener, host), 0, NULL, 0, NULL },
	{ MEMBER(MEMBER_NUMBER, probe_listener, port), 65535, NULL, 0, NULL },
	{ MEMBER(MEMBER_WORD, probe_listener, protocol), WORDS(protocol_names) },
	{ MEMBER(MEMBER_WORD, probe_listener, status), WORDS(status_names) },
	{ MEMBER(MEMBER_TEXT_OR_NULL, probe_listener, why), 0, NULL, 0, NULL },
	{ MEMBER(MEMBER_TEXT_OR_NULL, probe_listener, source), 0, NULL, 0, NULL },
	{ MEMBER(MEMBER_BOOL, probe_listener, full), 0, NULL, 0, NULL },
	{ MEMBER(MEMBER_NUMBER, probe_listener, connections), INT_MAX, NULL, 0, NULL },
	{ MEMBER(MEMBER_TIME, probe_listener, duration_ms), 0, NULL, 0, NULL },
	{ MEMBER(MEMBER_TEXT_OR_NULL, probe_listener, greeting), 0, NULL, 0, NULL },
	{ MEMBER(MEMBER_SEEN, probe_listener, starttls), 0, NULL, 0, NULL },
	{ MEMBER(MEMBER_TEXT_OR_NULL, probe_listener, mechanisms), 0, NULL, 0, NULL },
	{ MEMBER(MEMBER_SEEN, probe_listener, clear_login), 0, NULL, 0, NULL },
	{ MEMBER(MEMBER_SEEN, probe_listener, relay), 0, NULL, 0, NULL },
	{ MEMBER(MEMBER_NUMBER_OR_NULL, probe_listener, http_status), 999, NULL, 0, NULL },
	{ MEMBER(MEMBER_TEXT_OR_NULL, probe_listener, location), 0, NULL, 0, NULL },
	{ MEMBER(MEMBER_TEXT_OR_NULL, probe_listener, hsts), 0, NULL, 0, NULL },
	{ MEMBER(MEMBER_CODES, probe_listener, groups), CODES(group_kind) },
	{ MEMBER(MEMBER_CODES, probe_listener, groups_undecided), CODES(group_kind) },
	{ MEMBER(MEMBER_CODE_OR_NULL, probe_listener, group), CODES(group_kind) },
	{ MEMBER(MEMBER_CODES, probe_listener, sigalgs), CODES(sigalg_kind) },
	{ MEMBER(MEMBER_NUMBER_OR_NULL, probe_listener, dh_bits), INT_MAX, NULL, 0, NULL },
};

static const struct member version_members[] = {
	{ MEMBER(MEMBER_SEEN, probe_version, accepted), 0, NULL, 0, NULL },
	{ MEMBER(MEMBER_WORD, probe_version, order), WORDS(order_names) },
	{ MEMBER(MEMBER_CODES, probe_version, suites), CODES(suite_kind) },
	{ MEMBER(MEMBER_CODES, probe_version, undecided), CODES(suite_kind) },
};

static const struct member chain_members[] = {
	{ MEMBER(MEMBER_TEXT_OR_NULL, probe_chain, server_name), 0, NULL, 0, NULL },
	{ MEMBER(MEMBER_SEEN, probe_chain, trusted), 0, NULL, 0, NULL },
	{ MEMBER(MEMBER_TEXT_OR_NULL, probe_chain, why), 0, NULL, 0, NULL },
	{ MEMBER(MEMBER_TEXT, probe_chain, subject), 0, NULL, 0, NULL },
	{ MEMBER(MEMBER_TEXT, probe_chain, issuer), 0, NULL, 0, NULL },
	{ MEMBER(MEMBER_TEXTS, probe_chain, names), 0, NULL, 0, NULL },
	{ MEMBER(MEMBER_TIME, probe_chain, not_before), 0, NULL, 0, NULL },
	{ MEMBER(MEMBER_TIME, probe_chain, not_after), 0, NULL, 0, NULL },
	{ MEMBER(MEMBER_TEXT, probe_chain, key), 0, NULL, 0, NULL },
	{ MEMBER(MEMBER_TEXT, probe_chain, signature), 0, NULL, 0, NULL },
	{ MEMBER(MEMBER_TEXT, probe_chain, sha256), 0, NULL, 0, NULL },
	{ MEMBER(MEMBER_TEXT, probe_chain, spki_sha256), 0, NULL, 0, NULL },
	{ MEMBER(MEMBER_TEXTS, probe_chain, digests), 0, NULL, 0, NULL },
	{ MEMBER(MEMBER_BOOL, probe_chain, ocsp_url), 0, NULL, 0, NULL },
	{ MEMBER(MEMBER_BOOL, probe_chain, must_staple), 0, NULL, 0, NULL },
	{ MEMBER(MEMBER_SIZE, probe_chain, sent), INT_MAX, NULL, 0, NULL },
};

_Static_assert(offsetof(struct probe_chain, name_count) ==
    offsetof(struct probe_chain, names) + sizeof(const char *const *),
    "a MEMBER_TEXTS has its count behind it");
_Static_assert(offsetof(struct probe_chain, digest_count) ==
    offsetof(struct probe_chain, digests) + sizeof(const char *const *),
    "a MEMBER_TEXTS has its count behind it");

/* ---- writing ---- */

struct writer {
	FILE *stream;
	unsigned indent;
	unsigned depth;
	bool empty;	/* the innermost object or array is, so far */
};

static void
write_line(const struct writer *writer)
{
	if (writer->indent > 0)
		fprintf(writer->stream, "\n%*s",
		    (int)(writer->indent * writer->depth), "");
}

static void
write_begin(struct writer *writer, char bracket)
{
	fputc(bracket, writer->stream);
	writer->depth++;
	writer->empty = true;
}

static void
write_end(struct writer *writer, char bracket)
{
	writer->depth--;
	if (!writer->empty)
		write_line(writer);
	fputc(bracket, writer->stream);
	writer->empty = false;
}

static void
write_next(struct writer *writer)
{
	if (!writer->empty)
		fputs(writer->indent > 0 ? "," : ", ", writer->stream);
	write_line(writer);
	writer->empty = false;
}

/*
 * One character of UTF-8 (RFC 3629, section 4), at least a byte; U+FFFD for
 * what is ill-formed, as long as the part that could have been one.
 */
static size_t
utf8_next(const unsigned char *text, uint32_t *ret_code)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t length, i;

	*ret_code = text[0] < 0x80 ? text[0] : 0xfffd;
	if (text[0] < 0xc2 || text[0] > 0xf4)
		return 1;
	length = text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
	if (text[0] == 0xe0)
		low = 0xa0;
	else if (text[0] == 0xed)
		high = 0x9f;
	else if (text[0] == 0xf0)
		low = 0x90;
	else if (text[0] == 0xf4)
		high = 0x8f;
	for (i = 1; i < length; i++) {
		if (text[i] < low || text[i] > high)
			return i;
		low = 0x80;
		high = 0xbf;
	}
	*ret_code = text[0] & (0xffu >> (length + 1));
	for (i = 1; i < length; i++)
		*ret_code = *ret_code << 6 | (text[i] & 0x3fu);
	return length;
}

/*
 * ASCII alone, so that a document on a terminal can not move its cursor: what
 * is not printable ASCII is escaped, an ill-formed sequence as U+FFFD.
 */
static void
write_text(struct writer *writer, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	uint32_t code;

	fputc('"', writer->stream);
	while (*at != '\0') {
		at += utf8_next(at, &code);
		if (code == '"' || code == '\\')
			fprintf(writer->stream, "\\%c", (char)code);
		else if (code >= 0x20 && code < 0x7f)
			fputc((int)code, writer->stream);
		else if (code < 0x10000)
			fprintf(writer->stream, "\\u%04" PRIx32, code);
		else
			fprintf(writer->stream, "\\u%04" PRIx32 "\\u%04" PRIx32,
			    0xd800 + ((code - 0x10000) >> 10),
			    0xdc00 + ((code - 0x10000) & 0x3ff));
	}
	fputc('"', writer->stream);
}

static void
write_text_or_null(struct writer *writer, const char *text)
{
	if (text == NULL)
		fputs("null", writer->stream);
	else
		write_text(writer, text);
}

static void
write_name(struct writer *writer, const char *name)
{
	write_next(writer);
	write_text(writer, name);
	fputs(": ", writer->stream);
}

static void
write_seen(struct writer *writer, enum probe_seen seen)
{
	fputs(seen == PROBE_UNKNOWN ? "null" : seen == PROBE_YES ? "true" :
	    "false", writer->stream);
}

static void
write_texts(struct writer *writer, const char *const *texts, size_t count)
{
	size_t i;

	write_begin(writer, '[');
	for (i = 0; i < count; i++) {
		write_next(writer);
		write_text(writer, texts[i]);
	}
	write_end(writer, ']');
}

static void
write_codes(struct writer *writer, const struct code_kind *kind,
    const struct code_list *list)
{
	char buffer[8];
	size_t i;

	write_begin(writer, '[');
	for (i = 0; i < list->count; i++) {
		write_next(writer);
		write_text(writer, kind->name(list->ids[i], buffer));
	}
	write_end(writer, ']');
}

static void
write_number_or_null(struct writer *writer, unsigned number)
{
	if (number == 0)
		fputs("null", writer->stream);
	else
		fprintf(writer->stream, "%u", number);
}

static void
write_member(struct writer *writer, const struct member *member,
    const void *structure)
{
	const void *value = (const char *)structure + member->offset;
	const char *text;
	char buffer[8];
	uint16_t code;

	write_name(writer, member->name);
	switch (member->type) {
	case MEMBER_TEXT:
		text = *(const char *const *)value;
		write_text(writer, text == NULL ? "" : text);
		return;
	case MEMBER_TEXT_OR_NULL:
		write_text_or_null(writer, *(const char *const *)value);
		return;
	case MEMBER_TEXTS:
		write_texts(writer, *(const char *const *const *)value,
		    *(const size_t *)(const void *)((const char *)value +
		    sizeof(const char *const *)));
		return;
	case MEMBER_BOOL:
		write_seen(writer, *(const bool *)value ? PROBE_YES : PROBE_NO);
		return;
	case MEMBER_SEEN:
		write_seen(writer, *(const enum probe_seen *)value);
		return;
	case MEMBER_NUMBER:
		fprintf(writer->stream, "%u", *(const unsigned *)value);
		return;
	case MEMBER_NUMBER_OR_NULL:
		write_number_or_null(writer, *(const unsigned *)value);
		return;
	case MEMBER_SIZE:
		fprintf(writer->stream, "%zu", *(const size_t *)value);
		return;
	case MEMBER_TIME:
		fprintf(writer->stream, "%" PRId64, *(const int64_t *)value);
		return;
	case MEMBER_WORD:
		write_text_or_null(writer,
		    member->words[*(const unsigned *)value]);
		return;
	case MEMBER_CODE_OR_NULL:
		code = *(const uint16_t *)value;
		write_text_or_null(writer, code == 0 ? NULL :
		    member->kind->name(code, buffer));
		return;
	case MEMBER_CODES:
		write_codes(writer, member->kind, value);
		return;
	}
}

static void
write_members(struct writer *writer, const struct member *members,
    size_t count, const void *structure)
{
	size_t i;

	for (i = 0; i < count; i++)
		write_member(writer, &members[i], structure);
}

static void
write_versions(struct writer *writer, const struct probe_listener *listener)
{
	size_t i;

	write_name(writer, "versions");
	write_begin(writer, '{');
	for (i = 0; i < PROBE_VERSION_COUNT; i++) {
		write_name(writer, tls_version_name((uint16_t)(TLS_SSL3 + i)));
		write_begin(writer, '{');
		write_members(writer, version_members, COUNT(version_members),
		    &listener->versions[i]);
		write_end(writer, '}');
	}
	write_end(writer, '}');
}

static void
write_features(struct writer *writer, const struct probe_listener *listener)
{
	size_t i;

	write_name(writer, "features");
	write_begin(writer, '{');
	for (i = 0; i < FEATURE_COUNT; i++) {
		write_name(writer, feature_names[i]);
		write_seen(writer, listener->features[i]);
	}
	write_end(writer, '}');
}

static void
write_chains(struct writer *writer, const struct probe_listener *listener)
{
	size_t i;

	write_name(writer, "chains");
	write_begin(writer, '[');
	for (i = 0; i < listener->chain_count; i++) {
		write_next(writer);
		write_begin(writer, '{');
		write_members(writer, chain_members, COUNT(chain_members),
		    &listener->chains[i]);
		write_end(writer, '}');
	}
	write_end(writer, ']');
}

static void
write_listener(struct writer *writer, const struct probe_listener *listener)
{
	struct probe_listener seen = *listener;

	/* null = not seen, "" = none offered. */
	if (!seen.mechanisms_seen)
		seen.mechanisms = NULL;
	else if (seen.mechanisms == NULL)
		seen.mechanisms = "";
	write_next(writer);
	write_begin(writer, '{');
	write_members(writer, listener_members, COUNT(listener_members), &seen);
	write_versions(writer, &seen);
	write_features(writer, &seen);
	write_chains(writer, &seen);
	write_end(writer, '}');
}

void
probe_result_write(FILE *stream, const struct probe_result *result,
    unsigned indent)
{
	struct writer writer = { .stream = stream, .indent = indent };
	size_t i;

	write_begin(&writer, '{');
	write_name(&writer, "schema");
	write_text(&writer, SCHEMA);
	write_name(&writer, "listeners");
	write_begin(&writer, '[');
	for (i = 0; i < result->count; i++)
		write_listener(&writer, &result->listeners[i]);
	write_end(&writer, ']');
	write_end(&writer, '}');
	fputc('\n', stream);
}

/* ---- reading ---- */

struct reader {
	struct arena *arena;
	struct err *err;
};

/* "listeners[3].chains[0]" is where, "" the document itself. */
static int
refuse(const struct reader *reader, const char *where, const char *name,
    const char *what)
{
	return err_set(reader->err, ERR_PARSE, "%s%s%s %s", where,
	    where[0] == '\0' ? "" : ".", name, what);
}

/* NULL when it is missing. */
static const json_t *
read_get(const struct reader *reader, const json_t *object, const char *where,
    const char *name)
{
	const json_t *value = json_object_get(object, name);

	if (value == NULL)
		refuse(reader, where, name, "is missing");
	return value;
}

/* NULL unless it is an array of at most maximum. */
static const json_t *
read_array(const struct reader *reader, const json_t *object,
    const char *where, const char *name, size_t maximum)
{
	const json_t *array = read_get(reader, object, where, name);

	if (array == NULL)
		return NULL;
	if (!json_is_array(array)) {
		refuse(reader, where, name, "is no array");
		return NULL;
	}
	if (json_array_size(array) > maximum) {
		refuse(reader, where, name, arena_printf(reader->arena,
		    "has %zu entries, wanted at most %zu",
		    json_array_size(array), maximum));
		return NULL;
	}
	return array;
}

static const json_t *
read_object(const struct reader *reader, const json_t *object,
    const char *where, const char *name)
{
	const json_t *value = read_get(reader, object, where, name);

	if (value != NULL && !json_is_object(value)) {
		refuse(reader, where, name, "is no object");
		return NULL;
	}
	return value;
}

static int
read_text(const struct reader *reader, const json_t *json, const char *where,
    const char *name, const char **ret_text)
{
	if (!json_is_string(json))
		return refuse(reader, where, name, "is no string");
	*ret_text = arena_strdup(reader->arena, json_string_value(json));
	return 0;
}

static int
read_texts(const struct reader *reader, const json_t *object,
    const char *where, const char *name, void *value)
{
	const json_t *array = read_array(reader, object, where, name, MAX_LIST);
	size_t count = json_array_size(array), i;
	const char **texts;

	if (array == NULL)
		return -1;
	texts = arena_array(reader->arena, count, sizeof(*texts));
	for (i = 0; i < count; i++)
		if (read_text(reader, json_array_get(array, i), where,
		    name, &texts[i]) != 0)
			return -1;
	*(const char *const **)value = texts;
	*(size_t *)(void *)((char *)value + sizeof(texts)) = count;
	return 0;
}

static int
read_seen(const struct reader *reader, const json_t *json, const char *where,
    const char *name, enum probe_seen *ret_seen)
{
	if (!json_is_boolean(json) && !json_is_null(json))
		return refuse(reader, where, name,
		    "is neither true, false nor null");
	*ret_seen = json_is_null(json) ? PROBE_UNKNOWN :
	    json_is_true(json) ? PROBE_YES : PROBE_NO;
	return 0;
}

static int
read_number(const struct reader *reader, const json_t *json,
    const char *where, const struct member *member, unsigned *ret_number)
{
	json_int_t number = json_integer_value(json);

	if (!json_is_integer(json) || number < 0 || number > member->maximum)
		return refuse(reader, where, member->name,
		    arena_printf(reader->arena,
		    "is no whole number from 0 to %u", member->maximum));
	*ret_number = (unsigned)number;
	return 0;
}

static int
read_word(const struct reader *reader, const json_t *json, const char *where,
    const struct member *member, unsigned *ret_word)
{
	const char *word = json_string_value(json);
	int found = word == NULL ? -1 :
	    word_find(member->words, member->word_count, word);

	/* Where a word is null it is the first. */
	if (json_is_null(json) && member->words[0] == NULL)
		found = 0;
	if (found < 0)
		return refuse(reader, where, member->name,
		    word != NULL && quotable_name(word) ?
		    arena_printf(reader->arena, "is \"%s\", which is unknown",
		    word) : "is no word that is known");
	*ret_word = (unsigned)found;
	return 0;
}

static int
read_code(const struct reader *reader, const json_t *json, const char *where,
    const struct member *member, uint16_t *ret_code)
{
	const char *name = json_string_value(json);

	if (name != NULL && code_parse(member->kind, name, ret_code))
		return 0;
	return refuse(reader, where, member->name, arena_printf(reader->arena,
	    "names no %s that is known, wanted a name or 0x and four digits",
	    member->kind->what));
}

static int
read_codes(const struct reader *reader, const json_t *object,
    const char *where, const struct member *member, struct code_list *ret_list)
{
	const json_t *array = read_array(reader, object, where, member->name,
	    MAX_LIST);
	struct code_list list = { .count = json_array_size(array) };
	size_t i;

	if (array == NULL)
		return -1;
	list.ids = arena_array(reader->arena, list.count, sizeof(*list.ids));
	for (i = 0; i < list.count; i++)
		if (read_code(reader, json_array_get(array, i), where, member,
		    &list.ids[i]) != 0)
			return -1;
	*ret_list = list;
	return 0;
}

static int
read_time(const struct reader *reader, const json_t *json, const char *where,
    const char *name, int64_t *ret_time)
{
	if (!json_is_integer(json))
		return refuse(reader, where, name, "is no whole number");
	*ret_time = json_integer_value(json);
	return 0;
}

static bool
member_nullable(enum member_type type)
{
	return type == MEMBER_TEXT_OR_NULL || type == MEMBER_NUMBER_OR_NULL ||
	    type == MEMBER_CODE_OR_NULL;
}

static int
read_member(const struct reader *reader, const json_t *object,
    const char *where, const struct member *member, void *structure)
{
	const json_t *json = read_get(reader, object, where, member->name);
	void *value = (char *)structure + member->offset;
	unsigned number;

	if (json == NULL)
		return -1;
	if (json_is_null(json) && member_nullable(member->type))
		return 0;	/* as the zeroed struct has it */
	switch (member->type) {
	case MEMBER_TEXT:
	case MEMBER_TEXT_OR_NULL:
		return read_text(reader, json, where, member->name, value);
	case MEMBER_TEXTS:
		return read_texts(reader, object, where, member->name, value);
	case MEMBER_BOOL:
		if (!json_is_boolean(json))
			return refuse(reader, where, member->name,
			    "is neither true nor false");
		*(bool *)value = json_is_true(json);
		return 0;
	case MEMBER_SEEN:
		return read_seen(reader, json, where, member->name, value);
	case MEMBER_NUMBER:
	case MEMBER_NUMBER_OR_NULL:
		return read_number(reader, json, where, member, value);
	case MEMBER_SIZE:
		if (read_number(reader, json, where, member, &number) != 0)
			return -1;
		*(size_t *)value = number;
		return 0;
	case MEMBER_TIME:
		return read_time(reader, json, where, member->name, value);
	case MEMBER_WORD:
		return read_word(reader, json, where, member, value);
	case MEMBER_CODE_OR_NULL:
		return read_code(reader, json, where, member, value);
	case MEMBER_CODES:
		return read_codes(reader, object, where, member, value);
	}
	return -1;
}

static int
read_members(const struct reader *reader, const json_t *object,
    const char *where, const struct member *members, size_t count,
    void *structure)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (read_member(reader, object, where, &members[i],
		    structure) != 0)
			return -1;
	return 0;
}

static int
read_versions(const struct reader *reader, const json_t *object,
    const char *where, struct probe_listener *listener)
{
	const json_t *versions = read_object(reader, object, where, "versions");
	const char *below;
	size_t i;

	if (versions == NULL)
		return -1;
	below = arena_printf(reader->arena, "%s.versions", where);
	for (i = 0; i < PROBE_VERSION_COUNT; i++) {
		const char *name = tls_version_name((uint16_t)(TLS_SSL3 + i));
		const json_t *version = read_object(reader, versions, below,
		    name);

		if (version == NULL || read_members(reader, version,
		    arena_printf(reader->arena, "%s.%s", below, name),
		    version_members, COUNT(version_members),
		    &listener->versions[i]) != 0)
			return -1;
	}
	return 0;
}

static int
read_features(const struct reader *reader, const json_t *object,
    const char *where, struct probe_listener *listener)
{
	const json_t *features = read_object(reader, object, where, "features");
	const char *below;
	size_t i;

	if (features == NULL)
		return -1;
	below = arena_printf(reader->arena, "%s.features", where);
	for (i = 0; i < FEATURE_COUNT; i++) {
		const json_t *seen = read_get(reader, features, below,
		    feature_names[i]);

		if (seen == NULL || read_seen(reader, seen, below,
		    feature_names[i], &listener->features[i]) != 0)
			return -1;
	}
	return 0;
}

static int
read_chains(const struct reader *reader, const json_t *object,
    const char *where, struct probe_listener *listener)
{
	const json_t *chains = read_array(reader, object, where, "chains",
	    MAX_LIST);
	size_t i;

	if (chains == NULL)
		return -1;
	listener->chain_count = json_array_size(chains);
	listener->chains = arena_array(reader->arena, listener->chain_count,
	    sizeof(*listener->chains));
	for (i = 0; i < listener->chain_count; i++)
		if (read_members(reader, json_array_get(chains, i),
		    arena_printf(reader->arena, "%s.chains[%zu]", where, i),
		    chain_members, COUNT(chain_members),
		    &listener->chains[i]) != 0)
			return -1;
	return 0;
}

static int
read_listener(const struct reader *reader, const json_t *object, size_t index,
    struct probe_listener *listener)
{
	const char *where = arena_printf(reader->arena, "listeners[%zu]",
	    index);

	probe_listener_init(listener, "", 0, PROBE_TLS);
	if (read_members(reader, object, where, listener_members,
	    COUNT(listener_members), listener) != 0 ||
	    read_versions(reader, object, where, listener) != 0 ||
	    read_features(reader, object, where, listener) != 0)
		return -1;
	listener->mechanisms_seen = listener->mechanisms != NULL;
	return read_chains(reader, object, where, listener);
}

static int
read_document(const struct reader *reader, const json_t *document,
    struct probe_result *ret_result)
{
	const char *schema = json_string_value(json_object_get(document,
	    "schema"));
	struct probe_result result;
	const json_t *listeners;
	size_t i;

	if (schema == NULL || strcmp(schema, SCHEMA) != 0)
		return refuse(reader, "", "schema", "is not " SCHEMA);
	listeners = read_array(reader, document, "", "listeners",
	    MAX_LISTENERS);
	if (listeners == NULL)
		return -1;
	result.count = json_array_size(listeners);
	result.listeners = arena_array(reader->arena, result.count,
	    sizeof(*result.listeners));
	for (i = 0; i < result.count; i++)
		if (read_listener(reader, json_array_get(listeners, i), i,
		    &result.listeners[i]) != 0)
			return -1;
	*ret_result = result;
	return 0;
}

static void
document_put(json_t **document)
{
	json_decref(*document);
}

int
probe_result_read(struct arena *arena, const char *bytes, size_t length,
    struct probe_result *ret_result, struct err *err)
{
	const struct reader reader = { .arena = arena, .err = err };
	CLEANUP(document_put) json_t *document = NULL;
	json_error_t error;

	if (length > PROBE_RESULT_MAX_BYTES)
		return err_set(err, ERR_PARSE, "the document has %zu bytes, "
		    "wanted at most %u", length, PROBE_RESULT_MAX_BYTES);
	document = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &error);
	if (document == NULL)
		return err_set(err, ERR_PARSE, "no JSON at byte %d",
		    error.position);
	return read_document(&reader, document, ret_result);
}
