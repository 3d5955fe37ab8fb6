#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse/tls_reply.h"
#include "parse/tls_suites.h"

#define RECORD_HEADER 5
#define RECORD_MAX (1u << 14)		/* RFC 8446 5.1 */
/*
 * With max_fragment_length at its least (RFC 6066 section 4) TLS_REPLY_MAX
 * bytes are 192 records. Whoever sends tiny ones makes us read all of them
 * again for each.
 */
#define RECORDS_MAX 512
#define MESSAGE_HEADER 4

enum record_type {
	RECORD_CHANGE_CIPHER_SPEC = 20,
	RECORD_ALERT = 21,
	RECORD_HANDSHAKE = 22,
	RECORD_APPLICATION_DATA = 23,
};

enum message_type {
	MESSAGE_HELLO_REQUEST = 0,
	MESSAGE_SERVER_HELLO = 2,
	MESSAGE_CERTIFICATE = 11,
	MESSAGE_SERVER_KEY_EXCHANGE = 12,
	MESSAGE_CERTIFICATE_REQUEST = 13,
	MESSAGE_SERVER_HELLO_DONE = 14,
	MESSAGE_CERTIFICATE_STATUS = 22,
	MESSAGE_SUPPLEMENTAL_DATA = 23,		/* RFC 4680 */
};

enum extension {
	EXT_STATUS_REQUEST = 5,
	EXT_EXTENDED_MASTER_SECRET = 23,
	EXT_SESSION_TICKET = 35,
	EXT_SUPPORTED_VERSIONS = 43,
	EXT_KEY_SHARE = 51,
	EXT_RENEGOTIATION_INFO = 0xFF01,
};

/* SHA-256 of "HelloRetryRequest", RFC 8446 4.1.3. */
static const uint8_t retry_random[32] = {
	0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11,
	0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
	0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E,
	0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
};

/* What stands in a ServerKeyExchange, which the suite alone says. */
enum key_exchange {
	KEY_EXCHANGE_DHE,
	KEY_EXCHANGE_ECDHE,
};

struct key_exchange_form {
	const char *prefix;	/* of the suite's name */
	enum key_exchange kind;
	bool hint;		/* a PSK identity hint before, RFC 4279, 5489 */
	bool is_signed;
};

/* The first that fits. */
static const struct key_exchange_form key_exchange_forms[] = {
	{ "TLS_DHE_PSK_", KEY_EXCHANGE_DHE, .hint = true },
	{ "TLS_PSK_DHE_", KEY_EXCHANGE_DHE, .hint = true },
	{ "TLS_DHE_", KEY_EXCHANGE_DHE, .is_signed = true },
	{ "TLS_DH_anon_", KEY_EXCHANGE_DHE, .is_signed = false },
	{ "TLS_ECDHE_PSK_", KEY_EXCHANGE_ECDHE, .hint = true },
	{ "TLS_ECDHE_", KEY_EXCHANGE_ECDHE, .is_signed = true },
	{ "TLS_ECDH_anon_", KEY_EXCHANGE_ECDHE, .is_signed = false },
};

/* Takes from the front; a failed one only gives zeroes and nothing. */
struct reader {
	const uint8_t *at;
	size_t left;
	bool failed;
};

static struct tls_slice
take(struct reader *reader, size_t length)
{
	struct tls_slice slice = { reader->at, 0 };

	if (reader->failed || length > reader->left) {
		reader->failed = true;
		reader->left = 0;
		return slice;
	}
	slice.length = length;
	reader->at += length;
	reader->left -= length;
	return slice;
}

static uint32_t
take_number(struct reader *reader, size_t size)
{
	struct tls_slice slice = take(reader, size);
	uint32_t value = 0;
	size_t i;

	for (i = 0; i < slice.length; i++)
		value = value << 8 | slice.bytes[i];
	return value;
}

/* A vector behind its length of size bytes. */
static struct tls_slice
take_vector(struct reader *reader, size_t size)
{
	return take(reader, take_number(reader, size));
}

static struct reader
read_slice(struct tls_slice slice)
{
	return (struct reader){ .at = slice.bytes, .left = slice.length };
}

static bool
reader_ended(const struct reader *reader)
{
	return !reader->failed && reader->left == 0;
}

static void __attribute__((format(printf, 2, 3)))
set_broken(struct tls_reply *reply, const char *format, ...)
{
	va_list args;

	reply->state = TLS_REPLY_BROKEN;
	va_start(args, format);
	vsnprintf(reply->why, sizeof(reply->why), format, args);
	va_end(args);
}

static void
parse_extension(struct tls_reply *reply, unsigned type, struct tls_slice data)
{
	struct reader reader = read_slice(data);

	switch (type) {
	case EXT_STATUS_REQUEST:
		reply->status_request = true;
		break;
	case EXT_EXTENDED_MASTER_SECRET:
		reply->extended_master_secret = true;
		break;
	case EXT_SESSION_TICKET:
		reply->session_ticket = true;
		break;
	case EXT_RENEGOTIATION_INFO:
		/* RFC 5746 3.4: of a first handshake, empty; else no good. */
		reply->renegotiation_info = data.length == 1 &&
		    data.bytes[0] == 0;
		break;
	case EXT_SUPPORTED_VERSIONS:
		reply->version = (uint16_t)take_number(&reader, 2);
		if (!reader_ended(&reader))
			set_broken(reply, "supported_versions of %zu bytes, "
			    "2 wanted", data.length);
		break;
	case EXT_KEY_SHARE:
		/* The group alone, or with the server's share behind it. */
		reply->group = (uint16_t)take_number(&reader, 2);
		if (reader.left > 0)
			(void)take_vector(&reader, 2);
		if (!reader_ended(&reader))
			set_broken(reply, "malformed key_share of %zu bytes",
			    data.length);
		break;
	}
}

static void
parse_extensions(struct tls_reply *reply, struct reader *hello)
{
	struct reader reader;
	struct tls_slice data;
	unsigned type;

	if (hello->left == 0)
		return;
	reader = read_slice(take_vector(hello, 2));
	while (!hello->failed && reader.left > 0 &&
	    reply->state != TLS_REPLY_BROKEN) {
		type = take_number(&reader, 2);
		data = take_vector(&reader, 2);
		if (reader.failed)
			hello->failed = true;
		else
			parse_extension(reply, type, data);
	}
}

/* RFC 8446 4.1.3, RFC 5246 7.4.1.3. */
static void
parse_server_hello(struct tls_reply *reply, struct tls_slice body)
{
	struct reader reader = read_slice(body);
	struct tls_slice random, session;
	bool retry;

	reply->version = (uint16_t)take_number(&reader, 2);
	random = take(&reader, sizeof(retry_random));
	session = take_vector(&reader, 1);
	reply->suite = (uint16_t)take_number(&reader, 2);
	reply->compression = (uint8_t)take_number(&reader, 1);
	parse_extensions(reply, &reader);
	if (reply->state == TLS_REPLY_BROKEN)
		return;
	if (!reader_ended(&reader) || session.length > 32) {
		set_broken(reply, "malformed ServerHello of %zu bytes",
		    body.length);
		return;
	}
	retry = memcmp(random.bytes, retry_random, sizeof(retry_random)) == 0;
	if (retry && reply->version <= TLS_1_2) {
		set_broken(reply, "HelloRetryRequest for version 0x%04x, "
		    "below TLS 1.3", (unsigned)reply->version);
		return;
	}
	reply->has_hello = !retry;
	if (retry)
		reply->state = TLS_REPLY_RETRY;
	else if (reply->version > TLS_1_2)
		reply->state = TLS_REPLY_HELLO;	/* the rest is encrypted */
}

/* RFC 5246 7.4.2. */
static void
parse_certificates(struct tls_reply *reply, struct tls_slice body)
{
	struct reader reader = read_slice(body), list;
	struct tls_slice certificate;

	list = read_slice(take_vector(&reader, 3));
	if (!reader_ended(&reader) || reply->certificate_count > 0) {
		set_broken(reply, "%s Certificate of %zu bytes",
		    reply->certificate_count > 0 ? "second" : "malformed",
		    body.length);
		return;
	}
	while (list.left > 0) {
		certificate = take_vector(&list, 3);
		if (list.failed || certificate.length == 0) {
			set_broken(reply, "malformed list of certificates, "
			    "behind %zu", reply->certificate_count);
			return;
		}
		if (reply->certificate_count == TLS_REPLY_CERTIFICATES) {
			set_broken(reply, "more than %d certificates",
			    TLS_REPLY_CERTIFICATES);
			return;
		}
		reply->certificates[reply->certificate_count++] = certificate;
	}
}

/* RFC 6066 section 8; type 1 is ocsp, and no other is asked for. */
static void
parse_certificate_status(struct tls_reply *reply, struct tls_slice body)
{
	struct reader reader = read_slice(body);
	struct tls_slice response;
	unsigned type = take_number(&reader, 1);

	response = take_vector(&reader, 3);
	if (type != 1 || !reader_ended(&reader))
		set_broken(reply, "malformed CertificateStatus of %zu bytes",
		    body.length);
	else
		reply->stapled = response.length > 0;
}

static const struct key_exchange_form *
find_key_exchange(uint16_t id)
{
	const struct tls_suite *suite = tls_suite_find(id);
	const struct key_exchange_form *form;
	size_t i;

	if (suite == NULL)
		return NULL;
	for (i = 0; i < sizeof(key_exchange_forms) /
	    sizeof(key_exchange_forms[0]); i++) {
		form = &key_exchange_forms[i];
		if (strncmp(suite->name, form->prefix,
		    strlen(form->prefix)) == 0)
			return form;
	}
	return NULL;
}

/* 0 for a number that is none. */
static unsigned
count_bits(struct tls_slice number)
{
	unsigned bits = 0, first;
	size_t i;

	for (i = 0; i < number.length && number.bytes[i] == 0; i++)
		;
	if (i == number.length)
		return 0;
	for (first = number.bytes[i]; first > 0; first >>= 1)
		bits++;
	return bits + 8 * (unsigned)(number.length - i - 1);
}

/* ServerDHParams, RFC 5246 7.4.3: p, g, Ys. */
static void
parse_dh_params(struct tls_reply *reply, struct reader *reader)
{
	reply->dh_bits = count_bits(take_vector(reader, 2));
	(void)take_vector(reader, 2);
	(void)take_vector(reader, 2);
	if (reply->dh_bits == 0)
		reader->failed = true;
}

/*
 * ServerECDHParams, RFC 8422 5.4 and RFC 4492 5.4. False for an explicit
 * curve: it is known by the group that stands for its kind, and what follows
 * is not read.
 */
static bool
parse_ecdh_params(struct tls_reply *reply, struct reader *reader)
{
	enum { EXPLICIT_PRIME = 1, EXPLICIT_CHAR2 = 2, NAMED_CURVE = 3 };

	switch (take_number(reader, 1)) {
	case NAMED_CURVE:
		reply->group = (uint16_t)take_number(reader, 2);
		(void)take_vector(reader, 1);
		return true;
	case EXPLICIT_PRIME:
		reply->group = 0xFF01;
		return false;
	case EXPLICIT_CHAR2:
		reply->group = 0xFF02;
		return false;
	default:
		reader->failed = true;
		return true;
	}
}

static void
parse_server_key_exchange(struct tls_reply *reply, struct tls_slice body)
{
	const struct key_exchange_form *form = find_key_exchange(reply->suite);
	struct reader reader = read_slice(body);

	if (form == NULL)
		return;
	if (form->hint)
		(void)take_vector(&reader, 2);
	if (form->kind == KEY_EXCHANGE_DHE)
		parse_dh_params(reply, &reader);
	else if (!parse_ecdh_params(reply, &reader))
		return;
	if (form->is_signed) {
		if (reply->version == TLS_1_2)
			reply->sigalg = (uint16_t)take_number(&reader, 2);
		(void)take_vector(&reader, 2);
	}
	if (!reader_ended(&reader))
		set_broken(reply, "malformed ServerKeyExchange of %zu bytes",
		    body.length);
}

static void
parse_message(struct tls_reply *reply, unsigned type, struct tls_slice body)
{
	if (type != MESSAGE_SERVER_HELLO && type != MESSAGE_HELLO_REQUEST &&
	    !reply->has_hello) {
		set_broken(reply, "handshake message %u before a ServerHello",
		    type);
		return;
	}
	switch (type) {
	case MESSAGE_SERVER_HELLO:
		if (reply->has_hello)
			set_broken(reply, "second ServerHello");
		else
			parse_server_hello(reply, body);
		break;
	case MESSAGE_CERTIFICATE:
		parse_certificates(reply, body);
		break;
	case MESSAGE_CERTIFICATE_STATUS:
		parse_certificate_status(reply, body);
		break;
	case MESSAGE_SERVER_KEY_EXCHANGE:
		parse_server_key_exchange(reply, body);
		break;
	case MESSAGE_SERVER_HELLO_DONE:
		if (body.length > 0)
			set_broken(reply, "ServerHelloDone of %zu bytes",
			    body.length);
		else
			reply->state = TLS_REPLY_HELLO;
		break;
	case MESSAGE_HELLO_REQUEST:	/* RFC 5246 7.4.1.1: ignored */
	case MESSAGE_CERTIFICATE_REQUEST:
	case MESSAGE_SUPPLEMENTAL_DATA:
		break;
	default:
		set_broken(reply, "handshake message %u, which no server sends "
		    "here", type);
	}
}

/* Handshake bytes without records; used is how many were parsed. */
struct assembly {
	uint8_t *bytes;
	size_t length;
	size_t used;
};

static void
parse_messages(struct tls_reply *reply, struct assembly *assembly)
{
	struct reader reader;
	struct tls_slice body;
	unsigned type;
	size_t length;

	while (reply->state == TLS_REPLY_MORE &&
	    assembly->length - assembly->used >= MESSAGE_HEADER) {
		reader = (struct reader){
			.at = assembly->bytes + assembly->used,
			.left = assembly->length - assembly->used,
		};
		type = take_number(&reader, 1);
		length = take_number(&reader, 3);
		if (length > TLS_REPLY_MAX) {
			set_broken(reply, "handshake message %u of %zu bytes, "
			    "at most %u", type, length, TLS_REPLY_MAX);
			return;
		}
		body = take(&reader, length);
		if (reader.failed)
			return;
		assembly->used += MESSAGE_HEADER + length;
		parse_message(reply, type, body);
	}
}

/*
 * Warnings (unrecognized_name, RFC 6066 section 3) say nothing of what
 * follows, but close_notify says that nothing will.
 */
static void
parse_alert(struct tls_reply *reply, struct tls_slice body)
{
	enum { WARNING = 1, FATAL = 2, CLOSE_NOTIFY = 0 };

	if (body.length != 2) {
		set_broken(reply, "alert of %zu bytes, 2 wanted", body.length);
		return;
	}
	if (body.bytes[0] != WARNING && body.bytes[0] != FATAL) {
		set_broken(reply, "alert of level %u", body.bytes[0]);
		return;
	}
	if (body.bytes[0] == WARNING && body.bytes[1] != CLOSE_NOTIFY)
		return;
	reply->alert_level = body.bytes[0];
	reply->alert = body.bytes[1];
	reply->state = reply->has_hello ? TLS_REPLY_HELLO : TLS_REPLY_ALERT;
}

/* The first bytes, so that a banner or another protocol is recognised. */
static void
set_no_tls(struct tls_reply *reply, const uint8_t *bytes, size_t length)
{
	size_t used, i;

	set_broken(reply, "no TLS record: begins with \"");
	used = strlen(reply->why);
	/* Room for an escape, the quote and the NUL. */
	for (i = 0; i < length && used + 6 <= sizeof(reply->why); i++) {
		char *at = reply->why + used;

		if (bytes[i] == '\r' || bytes[i] == '\n')
			break;
		if (bytes[i] == '"' || bytes[i] == '\\')
			snprintf(at, 3, "\\%c", bytes[i]);
		else if (bytes[i] >= 0x20 && bytes[i] < 0x7f)
			snprintf(at, 2, "%c", bytes[i]);
		else
			snprintf(at, 5, "\\x%02x", bytes[i]);
		used += strlen(at);
	}
	memcpy(reply->why + used, "\"", 2);
}

/* SSL 2.0: two bytes of length with the high bit, then SERVER-HELLO (4). */
static bool
is_ssl2(const uint8_t *bytes, size_t length)
{
	return length >= 3 && (bytes[0] & 0x80) != 0 && bytes[2] == 4;
}

/* false when this can be no TLS; true also for a beginning that still may be. */
static bool
record_plausible(const uint8_t *bytes, size_t length)
{
	return length == 0 || (bytes[0] >= RECORD_CHANGE_CIPHER_SPEC &&
	    bytes[0] <= RECORD_APPLICATION_DATA &&
	    (length < 2 || bytes[1] == 3));
}

static void
parse_record(struct tls_reply *reply, unsigned type, struct tls_slice body,
    bool whole, struct assembly *assembly)
{
	switch (type) {
	case RECORD_HANDSHAKE:
		if (body.length == 0 && whole) {
			set_broken(reply, "handshake record without a byte");
			break;
		}
		memcpy(assembly->bytes + assembly->length, body.bytes,
		    body.length);
		assembly->length += body.length;
		parse_messages(reply, assembly);
		break;
	case RECORD_ALERT:
		if (whole)
			parse_alert(reply, body);
		break;
	case RECORD_APPLICATION_DATA:
		set_broken(reply, "application data within the handshake");
		break;
	case RECORD_CHANGE_CIPHER_SPEC:
		break;
	}
}

/* All records, and what is there of the last one. */
static void
parse_records(struct tls_reply *reply, struct reader *reader,
    struct assembly *assembly)
{
	struct tls_slice body;
	unsigned type, count = 0;
	size_t length;
	bool whole;

	while (reply->state == TLS_REPLY_MORE && reader->left > 0) {
		if (count++ == RECORDS_MAX) {
			set_broken(reply, "more than %d records", RECORDS_MAX);
			return;
		}
		if (!record_plausible(reader->at, reader->left)) {
			set_no_tls(reply, reader->at, reader->left);
			return;
		}
		if (reader->left < RECORD_HEADER)
			return;
		type = take_number(reader, 1);
		(void)take_number(reader, 2);
		length = take_number(reader, 2);
		if (length > RECORD_MAX) {
			set_broken(reply, "record of %zu bytes, at most %u",
			    length, RECORD_MAX);
			return;
		}
		whole = length <= reader->left;
		body = take(reader, whole ? length : reader->left);
		parse_record(reply, type, body, whole, assembly);
	}
}

/* Nothing more will be looked at: what is known has to do. */
static void
finish(struct tls_reply *reply, size_t length)
{
	const char *what = length > TLS_REPLY_MAX ? "" : "ended after ";

	if (reply->has_hello) {
		reply->state = TLS_REPLY_HELLO;
		snprintf(reply->why, sizeof(reply->why),
		    "%s%zu bytes without a ServerHelloDone", what, length);
	} else if (length == 0)
		set_broken(reply, "ended without a byte");
	else
		set_broken(reply, "%s%zu bytes without a ServerHello", what,
		    length);
}

void
tls_reply_parse(const uint8_t *bytes, size_t length, bool ended,
    struct tls_reply *ret_reply)
{
	struct assembly assembly = { .length = 0 };
	struct reader reader = {
		.at = bytes,
		.left = length < TLS_REPLY_MAX ? length : TLS_REPLY_MAX,
	};

	memset(ret_reply, 0, sizeof(*ret_reply));
	if (is_ssl2(bytes, length)) {
		set_broken(ret_reply, "an SSL 2.0 server hello");
		return;
	}
	/* Slices point into it, so it never moves. */
	assembly.bytes = malloc(reader.left + 1);
	if (assembly.bytes == NULL) {
		set_broken(ret_reply, "out of memory");
		return;
	}
	ret_reply->assembled = assembly.bytes;
	parse_records(ret_reply, &reader, &assembly);
	if (ret_reply->state == TLS_REPLY_MORE &&
	    (ended || length > TLS_REPLY_MAX))
		finish(ret_reply, length);
}

void
tls_reply_done(struct tls_reply *reply)
{
	free(reply->assembled);
	memset(reply, 0, sizeof(*reply));
}
