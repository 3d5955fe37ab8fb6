/*
 * What a server answers to a ClientHello, until it needs keys: ServerHello or
 * HelloRetryRequest (RFC 8446 4.1.3), an alert, and up to TLS 1.2 the
 * certificates, the stapled status, ServerKeyExchange (RFC 5246 7.4.2-7.4.5).
 * The bytes are hostile.
 */
#ifndef CPWARD_PARSE_TLS_REPLY_H
#define CPWARD_PARSE_TLS_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TLS_REPLY_MAX (96u * 1024)	/* bytes that are looked at */
#define TLS_REPLY_CERTIFICATES 16	/* of a chain; more is broken */

enum tls_reply_state {
	TLS_REPLY_MORE,		/* not all there yet */
	TLS_REPLY_HELLO,	/* a ServerHello, and all that comes in clear */
	TLS_REPLY_RETRY,	/* HelloRetryRequest */
	TLS_REPLY_ALERT,	/* refused: alert says why */
	TLS_REPLY_BROKEN,	/* no TLS, or a wrong one: why says it */
};

struct tls_slice {
	const uint8_t *bytes;	/* inside assembled */
	size_t length;
};

struct tls_reply {
	enum tls_reply_state state;
	uint16_t version;	/* negotiated: supported_versions, else server_version */
	uint16_t suite;
	uint8_t compression;	/* 0 = null, 1 = DEFLATE */
	/* key_share's (TLS 1.3) or ServerKeyExchange's; 0 = none. An explicit
	 * curve is 0xFF01 or 0xFF02, as in tls_groups. */
	uint16_t group;
	unsigned dh_bits;	/* of the modulus p; 0 = no DHE seen */
	uint16_t sigalg;	/* of ServerKeyExchange, TLS 1.2; 0 = none */
	bool has_hello;		/* ServerHello was read though more is wanted */
	bool extended_master_secret;
	bool renegotiation_info;
	bool session_ticket;
	bool status_request;	/* the extension was taken up */
	bool stapled;		/* CertificateStatus came, not empty */
	uint8_t alert_level;
	uint8_t alert;
	char why[96];		/* BROKEN, and HELLO without a ServerHelloDone */
	struct tls_slice certificates[TLS_REPLY_CERTIFICATES];	/* DER, leaf first */
	size_t certificate_count;
	uint8_t *assembled;	/* handshake messages without records; parse_done frees */
};

/*
 * Reads all bytes received so far, from the first: call it again, with the
 * earlier result freed, when more have come. ended says that none will: what
 * is incomplete then is HELLO when a ServerHello is whole (the rest is
 * missing), else BROKEN. A HELLO below TLS 1.3 is given when ServerHelloDone
 * is there. An alert behind a complete ServerHello keeps HELLO and its fields.
 */
void tls_reply_parse(const uint8_t *bytes, size_t length, bool ended,
    struct tls_reply *ret_reply);
void tls_reply_done(struct tls_reply *reply);

#endif
