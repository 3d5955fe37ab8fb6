/*
 * The code points that TLS peers speak of, and what is known of each: one
 * table a kind, from the IANA registries "TLS Cipher Suites", "TLS Supported
 * Groups" and "TLS SignatureScheme".
 */
#ifndef CPWARD_PARSE_TLS_SUITES_H
#define CPWARD_PARSE_TLS_SUITES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Wire versions, RFC 8446 section 4.2.1 and RFC 6101. */
enum tls_version {
	TLS_SSL3 = 0x0300,
	TLS_1_0 = 0x0301,
	TLS_1_1 = 0x0302,
	TLS_1_2 = 0x0303,
	TLS_1_3 = 0x0304,
};

/* "SSLv3", "TLSv1.0" … "TLSv1.3", as OpenSSL and Dovecot write them; else NULL. */
const char *tls_version_name(uint16_t version);
/* 0 for a name that is none. */
uint16_t tls_version_parse(const char *name);

/*
 * What a suite is made of, as far as a verdict asks: which of the classes it
 * belongs to. Every suite is in exactly one.
 */
enum tls_suite_class {
	SUITE_TLS13,		/* RFC 8446: cipher and hash alone */
	SUITE_ECDHE_GCM,	/* ECDHE with AES-GCM */
	SUITE_ECDHE_CHACHA,	/* ECDHE with ChaCha20-Poly1305 */
	SUITE_ECDHE_CBC_SHA2,	/* ECDHE with AES-CBC and SHA-256/384 */
	SUITE_OTHER,		/* everything else, weak or merely old */
};

struct tls_suite {
	uint16_t id;
	const char *name;	/* IANA's, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" */
	const char *openssl;	/* OpenSSL's; NULL where it has none */
	enum tls_suite_class class;
};

/* Every suite that IANA ever assigned, signalling values left out, by id. */
extern const struct tls_suite tls_suites[];
extern const size_t tls_suite_count;

/* NULL when IANA assigned none. */
const struct tls_suite *tls_suite_find(uint16_t id);
const struct tls_suite *tls_suite_find_name(const char *name);	/* either name */
/*
 * The name that configurations use: OpenSSL's, else IANA's, else "0x1301".
 * buffer serves the last case.
 */
const char *tls_suite_name(uint16_t id, char buffer[static 8]);

struct tls_group {
	uint16_t id;
	const char *name;	/* "x25519", "secp256r1", "ffdhe2048", "X25519MLKEM768" */
	unsigned bits;		/* classical strength: 128, 112, … 0 = not known */
	bool tls13;		/* may be used with TLS 1.3 (RFC 8446 4.2.7) */
	bool hybrid;		/* post-quantum hybrid */
	bool weak;		/* below 112 bits, or explicit/obsolete */
};

/* Best first: hybrids, then X25519, the NIST curves, the rest. */
extern const struct tls_group tls_groups[];
extern const size_t tls_group_count;
const struct tls_group *tls_group_find(uint16_t id);
const char *tls_group_name(uint16_t id, char buffer[static 8]);

struct tls_sigalg {
	uint16_t id;
	const char *name;	/* "rsa_pss_rsae_sha256", "ecdsa_secp256r1_sha256" */
	bool tls13;		/* may sign a TLS 1.3 handshake */
	bool weak;		/* SHA-1, SHA-224, MD5, DSA */
};

extern const struct tls_sigalg tls_sigalgs[];
extern const size_t tls_sigalg_count;
const char *tls_sigalg_name(uint16_t id, char buffer[static 8]);

/* "handshake_failure" (RFC 8446 section 6, RFC 5246 7.2); "alert 99" else. */
const char *tls_alert_name(uint8_t description, char buffer[static 16]);

#endif
