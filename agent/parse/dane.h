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

/* 0, or -1 and *ret_why (static). */
int tlsa_read(const struct dns_record *record, struct tlsa *ret,
    const char **ret_why);

/*
 * Does a chain satisfy the record? digests are "DEPTH SELECTOR MATCHING HEX",
 * depth 0 the server's own certificate, as a listener's facts have them. DANE-EE
 * is compared with depth 0 alone, DANE-TA with any. matching 0 is true when the
 * data's own digest is there; usages 0 and 1 never match (RFC 7672 3.1.3).
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

int caa_read(struct arena *arena, const struct dns_record *record,
    struct caa *ret, const char **ret_why);
/* "0 issue \"letsencrypt.org\""; in the arena. */
const char *caa_text(struct arena *arena, const struct caa *caa);

#endif
