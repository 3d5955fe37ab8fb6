/*
 * What the files of the DKIM reader share.
 */
#ifndef CPWARD_PARSE_DKIM_PRIVATE_H
#define CPWARD_PARSE_DKIM_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

#include "parse/der.h"
#include "parse/dkim.h"

#define DKIM_TEXT_MAX 65535u	/* a TXT record's data; a key file too */
#define DKIM_BITS_MAX 16384u	/* the largest modulus OpenSSL verifies with */
/* Modulus and exponent of that size each, and what is around them. */
#define DKIM_PUBLIC_MAX (2 * DKIM_BITS_MAX / 8 + 64)
#define DKIM_ED25519_BYTES 32u

#define RSA_OID "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
#define ED25519_OID "\x06\x03\x2b\x65\x70"
#define RSA_ALGORITHM "\x30\x0d" RSA_OID "\x05\x00"
#define LITERAL(text) (text), sizeof(text) - 1

enum base64_result {
	BASE64_FINE,
	BASE64_WRONG,	/* a character that is none of it */
	BASE64_UNEVEN,	/* characters are missing at the end */
	BASE64_LONG,	/* more than out has room for */
};

/*
 * Base64 with blanks, tabs, CR and LF anywhere. *ret_length is what was written
 * to out, in any case; *ret_at where reading ended.
 */
enum base64_result dkim_base64_read(const char *text, size_t length,
    unsigned char *out, size_t size, size_t *ret_length, size_t *ret_at);

/*
 * The key of a p= of k=rsa, of at most DKIM_PUBLIC_MAX bytes. NULL, or what is
 * wrong with it.
 */
const char *dkim_rsa_read(struct arena *arena, struct der der,
    struct dkim_key *ret, const char **ret_oddity);

/* A key as read: its size is checked, its modulus or point copied. */
bool dkim_rsa_set(struct arena *arena, struct der modulus, struct der exponent,
    struct dkim_key *ret);
void dkim_ed25519_set(struct arena *arena, const unsigned char *point,
    struct dkim_key *ret);

/* Is the algorithm named where a key names its own? */
bool dkim_names_oid(struct der der, const void *oid, size_t length);

const char *dkim_weakness(struct arena *arena, const struct dkim_key *key);

#endif
