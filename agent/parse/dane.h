/*
 * What DNS says of certificates: TLSA (RFC 6698, 7671, 7672) and CAA (RFC 8659).
 */
#ifndef CPWARD_PARSE_DANE_H
#define CPWARD_PARSE_DANE_H

#include "parse/dns.h"

struct tlsa {
	unsigned usage;		/* 3 = DANE-EE, 2 = DANE-TA; others are no use for SMTP */
	unsigned selector;	/* 0 = certificate, 1 = its public key */
	unsigned matching;	/* 0 = whole, 1 = SHA-256, 2 = SHA-512 */
	const unsigned char *data;
	size_t length;
};

/*
 * 0, or -1 and *ret_why (static): no data, or a digest of another length. Any
 * usage, selector and matching is read. data stays the record's.
 */
int tlsa_read(const struct dns_record *record, struct tlsa *ret,
    const char **ret_why);

/*
 * Does a chain satisfy the record? digests are "DEPTH SELECTOR MATCHING HEX",
 * depth 0 the server's own certificate, as parse/probe_result.h has them.
 * DANE-EE is compared with depth 0 alone, DANE-TA with what stands above it
 * (OpenSSL, so Postfix and Exim, takes no leaf for an anchor); whether the chain
 * up to there verifies is not asked. matching 0 is true when the data's own
 * digest is there; usages 0 and 1 never match (RFC 7672 3.1.3), nor do
 * selectors and matchings that nobody knows.
 */
bool tlsa_matches(const struct tlsa *tlsa, const char *const *digests,
    size_t count);

/* "3 1 1 0123…" (data in hexadecimal, whole); in the arena. */
const char *tlsa_text(struct arena *arena, const struct tlsa *tlsa);

struct caa {
	bool critical;
	const char *tag;	/* lower case */
	const char *value;
};

/* 0, or -1 and *ret_why (static). */
int caa_read(struct arena *arena, const struct dns_record *record,
    struct caa *ret, const char **ret_why);
/*
 * "0 issue \"letsencrypt.org\"", as a zone file has it, flags of no meaning
 * left out; in the arena.
 */
const char *caa_text(struct arena *arena, const struct caa *caa);

#endif
