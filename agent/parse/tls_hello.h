/*
 * A ClientHello, byte by byte (RFC 8446 4.1.2, RFC 5246 7.4.1.2, RFC 6101
 * 5.6.1.2): no TLS library is asked, so nothing that the system's library
 * refuses to speak is missing from what can be offered.
 */
#ifndef CPWARD_PARSE_TLS_HELLO_H
#define CPWARD_PARSE_TLS_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

struct tls_offer {
	/*
	 * The highest version; TLS_1_3 offers it alone, in supported_versions
	 * with legacy_version 0x0303, and an empty key_share, so that a server
	 * answers with HelloRetryRequest: version, suite and group for no
	 * computation on either side (RFC 8446 4.1.4, 4.2.8). A lower one is
	 * what legacy_version says, without supported_versions.
	 */
	uint16_t version;
	const uint16_t *suites;		/* in the client's order, 1 to 400 */
	size_t suite_count;
	const uint16_t *groups;		/* 0 = no supported_groups */
	size_t group_count;
	const uint16_t *sigalgs;	/* 0 = no signature_algorithms */
	size_t sigalg_count;		/* below TLS 1.2 they are not sent */
	const char *server_name;	/* SNI, a host name; NULL = none */
	bool compression;		/* offers DEFLATE before null; not with TLS 1.3 */
	bool fallback_scsv;		/* RFC 7507 */
	bool session_ticket;		/* RFC 5077, empty */
	bool status_request;		/* RFC 6066 section 8 */
};

/*
 * Adds one record with the ClientHello to buf. extended_master_secret (RFC
 * 7627), renegotiation_info (RFC 5746; as SCSV for SSL 3.0) and
 * ec_point_formats always go along, no extensions with SSL 3.0. random is 32
 * bytes of the caller's. -1 when an argument is out of range or buf is full.
 */
int tls_client_hello(const struct tls_offer *offer,
    const uint8_t random[static 32], struct buf *buf);

/* An alert record: level warning (1) or fatal (2). */
int tls_alert(uint16_t version, uint8_t level, uint8_t description,
    struct buf *buf);

#endif
