#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "parse/tls_hello.h"
#include "parse/tls_suites.h"

#define RECORD_ALERT 21
#define RECORD_HANDSHAKE 22
#define HANDSHAKE_CLIENT_HELLO 1

#define EMPTY_RENEGOTIATION_INFO_SCSV 0x00FF	/* RFC 5746 3.3 */
#define FALLBACK_SCSV 0x5600			/* RFC 7507 section 2 */

#define MAX_CODES 400		/* of each list */
#define MAX_SERVER_NAME 255
/* 400 suites, groups and signature algorithms are less than 3 KiB. */
#define MAX_HELLO 4096

enum extension {
	EXT_SERVER_NAME = 0,
	EXT_STATUS_REQUEST = 5,
	EXT_SUPPORTED_GROUPS = 10,
	EXT_EC_POINT_FORMATS = 11,
	EXT_SIGNATURE_ALGORITHMS = 13,
	EXT_EXTENDED_MASTER_SECRET = 23,
	EXT_SESSION_TICKET = 35,
	EXT_SUPPORTED_VERSIONS = 43,
	EXT_KEY_SHARE = 51,
	EXT_RENEGOTIATION_INFO = 0xFF01,
};

/* All of these write into a buffer that is known to be large enough. */
static void
add_u8(struct buf *buf, unsigned value)
{
	(void)buf_addc(buf, (char)value);
}

static void
add_u16(struct buf *buf, unsigned value)
{
	add_u8(buf, value >> 8);
	add_u8(buf, value & 0xff);
}

static void
add_codes(struct buf *buf, const uint16_t *codes, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		add_u16(buf, codes[i]);
}

static void
add_extension(struct buf *buf, enum extension type, const void *bytes,
    size_t length)
{
	add_u16(buf, type);
	add_u16(buf, (unsigned)length);
	(void)buf_add(buf, bytes, length);
}

/* A list of codes behind its length in bytes, RFC 8446 4.2.7 and 4.2.3. */
static void
add_code_extension(struct buf *buf, enum extension type, const uint16_t *codes,
    size_t count)
{
	if (count == 0)
		return;
	add_u16(buf, type);
	add_u16(buf, (unsigned)(2 * count + 2));
	add_u16(buf, (unsigned)(2 * count));
	add_codes(buf, codes, count);
}

/* RFC 6066 section 3: a list of one name of type host_name. */
static void
add_server_name(struct buf *buf, const char *name)
{
	unsigned length = (unsigned)strlen(name);

	add_u16(buf, EXT_SERVER_NAME);
	add_u16(buf, length + 5);
	add_u16(buf, length + 3);
	add_u8(buf, 0);
	add_u16(buf, length);
	(void)buf_adds(buf, name);
}

static void
add_extensions(struct buf *buf, const struct tls_offer *offer)
{
	if (offer->server_name != NULL)
		add_server_name(buf, offer->server_name);
	add_extension(buf, EXT_EXTENDED_MASTER_SECRET, NULL, 0);
	add_extension(buf, EXT_RENEGOTIATION_INFO, "\0", 1);
	add_code_extension(buf, EXT_SUPPORTED_GROUPS, offer->groups,
	    offer->group_count);
	add_extension(buf, EXT_EC_POINT_FORMATS, "\1\0", 2);
	if (offer->session_ticket)
		add_extension(buf, EXT_SESSION_TICKET, NULL, 0);
	if (offer->status_request)
		add_extension(buf, EXT_STATUS_REQUEST, "\1\0\0\0\0", 5);
	/* RFC 5246 7.4.1.4.1: never in the hello of an earlier version. */
	if (offer->version >= TLS_1_2)
		add_code_extension(buf, EXT_SIGNATURE_ALGORITHMS,
		    offer->sigalgs, offer->sigalg_count);
	if (offer->version == TLS_1_3) {
		add_extension(buf, EXT_SUPPORTED_VERSIONS, "\2\3\4", 3);
		add_extension(buf, EXT_KEY_SHARE, "\0\0", 2);
	}
}

static void
add_suites(struct buf *buf, const struct tls_offer *offer)
{
	bool renegotiation_scsv = offer->version == TLS_SSL3;

	add_u16(buf, (unsigned)(2 * (offer->suite_count + renegotiation_scsv +
	    offer->fallback_scsv)));
	add_codes(buf, offer->suites, offer->suite_count);
	if (renegotiation_scsv)
		add_u16(buf, EMPTY_RENEGOTIATION_INFO_SCSV);
	if (offer->fallback_scsv)
		add_u16(buf, FALLBACK_SCSV);
}

static void
add_hello_body(struct buf *buf, const struct tls_offer *offer,
    const uint8_t random[static 32])
{
	bool tls13 = offer->version == TLS_1_3;
	struct buf extensions;

	add_u16(buf, tls13 ? TLS_1_2 : offer->version);
	(void)buf_add(buf, random, 32);
	/*
	 * RFC 8446 D.4: a session id makes the handshake look like one of TLS
	 * 1.2 to what is between. No secret, so any bytes will do.
	 */
	add_u8(buf, tls13 ? 32 : 0);
	if (tls13)
		(void)buf_add(buf, random, 32);
	add_suites(buf, offer);
	add_u8(buf, offer->compression ? 2 : 1);
	if (offer->compression)
		add_u8(buf, 1);
	add_u8(buf, 0);
	if (offer->version == TLS_SSL3)
		return;
	buf_init(&extensions, MAX_HELLO);
	add_extensions(&extensions, offer);
	add_u16(buf, (unsigned)extensions.length);
	(void)buf_add(buf, extensions.bytes, extensions.length);
	buf_done(&extensions);
}

static bool
offer_valid(const struct tls_offer *offer)
{
	if (tls_version_name(offer->version) == NULL ||
	    offer->suite_count == 0 || offer->suite_count > MAX_CODES ||
	    offer->group_count > MAX_CODES || offer->sigalg_count > MAX_CODES)
		return false;
	/* RFC 8446 4.1.2: exactly one method, null. */
	if (offer->version == TLS_1_3 && offer->compression)
		return false;
	return offer->server_name == NULL || (offer->server_name[0] != '\0' &&
	    strlen(offer->server_name) <= MAX_SERVER_NAME);
}

int
tls_client_hello(const struct tls_offer *offer,
    const uint8_t random[static 32], struct buf *buf)
{
	struct buf body, record;
	int result;

	if (!offer_valid(offer))
		return -1;
	buf_init(&body, MAX_HELLO);
	buf_init(&record, MAX_HELLO);
	add_hello_body(&body, offer, random);
	add_u8(&record, RECORD_HANDSHAKE);
	/* RFC 8446 5.1: 0x0301 for what old servers would else refuse. */
	add_u16(&record, offer->version == TLS_SSL3 ? TLS_SSL3 : TLS_1_0);
	add_u16(&record, (unsigned)body.length + 4);
	add_u8(&record, HANDSHAKE_CLIENT_HELLO);
	add_u8(&record, 0);
	add_u16(&record, (unsigned)body.length);
	(void)buf_add(&record, body.bytes, body.length);
	result = buf_add(buf, record.bytes, record.length);
	buf_done(&record);
	buf_done(&body);
	return result;
}

int
tls_alert(uint16_t version, uint8_t level, uint8_t description,
    struct buf *buf)
{
	uint8_t record[] = { RECORD_ALERT, 0, 0, 0, 2, level, description };

	if (tls_version_name(version) == NULL || level < 1 || level > 2)
		return -1;
	/* The record layer of TLS 1.3 says 1.2, RFC 8446 5.1. */
	if (version == TLS_1_3)
		version = TLS_1_2;
	record[1] = (uint8_t)(version >> 8);
	record[2] = (uint8_t)(version & 0xff);
	return buf_add(buf, record, sizeof(record));
}
