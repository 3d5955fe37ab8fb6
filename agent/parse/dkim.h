/*
 * DKIM key records (RFC 6376 3.6.1, 8301, 8463), and the key pair on disk. Sizes
 * and moduli are read straight from the DER, capped; whatever has another shape
 * is left to OpenSSL.
 */
#ifndef CPWARD_PARSE_DKIM_H
#define CPWARD_PARSE_DKIM_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

enum dkim_algorithm {
	DKIM_NO_KEY,
	DKIM_RSA,
	DKIM_ED25519,
	DKIM_OTHER,		/* k= is neither */
};

/* A public key, enough to compare two: modulus and exponent, or the point. */
struct dkim_key {
	enum dkim_algorithm algorithm;
	unsigned bits;		/* 2048; 256 for Ed25519 */
	const unsigned char *modulus;	/* big-endian, no leading zero; Ed25519: 32 bytes */
	size_t modulus_length;
	unsigned long exponent;	/* RSA; 0 = larger than a long */
};

struct dkim_record {
	const char *error;	/* why it is no key record, or can not be used; NULL = fine */
	bool revoked;		/* p= is empty */
	bool testing;		/* t=y */
	bool strict;		/* t=s */
	const char *hashes;	/* h=, as published; NULL = any */
	const char *services;	/* s=; NULL = any */
	struct dkim_key key;
	/*
	 * A modulus that has a factor below 2^16, a public exponent of 1, …:
	 * what makes the size a lie. NULL = nothing seen.
	 */
	const char *weakness;
};

/* text need not end with a NUL; the strings live in the arena. */
void dkim_record_read(struct arena *arena, const char *text, size_t length,
    struct dkim_record *ret);

/*
 * The public half of a private key file: PEM, PKCS #1 or PKCS #8, RSA or
 * Ed25519, not encrypted. 0, or -1 and *ret_why (static or in the arena). No
 * secret part is kept: bytes stay the caller's, who wipes them, and whatever
 * was decoded on the way is wiped here.
 */
int dkim_private_key_read(struct arena *arena, const char *bytes,
    size_t length, struct dkim_key *ret, const char **ret_why);

bool dkim_key_equal(const struct dkim_key *a, const struct dkim_key *b);

/* "RSA 2048", "Ed25519"; in the arena. */
const char *dkim_key_name(struct arena *arena, const struct dkim_key *key);

/*
 * The record to publish for it: "v=DKIM1; k=rsa; p=MIIB…" (SubjectPublicKeyInfo
 * in base64), for Ed25519 "v=DKIM1; k=ed25519; p=…" (RFC 8463 4.2).
 */
const char *dkim_record_write(struct arena *arena, const struct dkim_key *key);

#endif
