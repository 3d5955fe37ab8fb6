/*
 * DKIM key records (RFC 6376 3.6.1, 8301, 8463), and the key pair on disk. Sizes
 * and moduli are read straight from the DER, capped; a public key of another shape
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
	unsigned long exponent;	/* RSA; 0 = larger than 64 bits */
};

struct dkim_record {
	/*
	 * Why it is no key record, or can not be used; NULL = fine. A revoked
	 * record is fine and has no key.
	 */
	const char *error;
	bool revoked;		/* p= is empty */
	bool testing;		/* t=y */
	bool strict;		/* t=s */
	const char *hashes;	/* h=, as published; NULL = any */
	const char *services;	/* s=; NULL = any */
	struct dkim_key key;
	/*
	 * The key is read, but some verifiers can't: p= is an RSAPublicKey with
	 * no SubjectPublicKeyInfo around it (RFC 6376 3.6.1 says so, its
	 * example and erratum 3017 do not, and OpenSSL's d2i_PUBKEY, which Exim
	 * and OpenDKIM call, refuses it), or it is not quite DER, or bytes
	 * follow it. NULL = nothing odd.
	 */
	const char *oddity;
	/*
	 * A modulus that has a factor below 256, a public exponent of 1, …:
	 * what makes the size a lie. NULL = nothing seen.
	 */
	const char *weakness;
};

/*
 * text is what the TXT record's strings hold together; it need not end with a
 * NUL. What ret points at lives in the arena. Sizes below 1024 bits are read
 * like any other: whether they will do (RFC 8301 3.2) is not judged here.
 */
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

/* Two keys that are known, whole and the same. */
bool dkim_key_equal(const struct dkim_key *a, const struct dkim_key *b);

/* "RSA 2048", "Ed25519", "other", "none"; static or in the arena. */
const char *dkim_key_name(struct arena *arena, const struct dkim_key *key);

/*
 * The record to publish for it: "v=DKIM1; k=rsa; p=MIIB…" (SubjectPublicKeyInfo
 * in base64), for Ed25519 "v=DKIM1; k=ed25519; p=…" (RFC 8463 4.2).
 * NULL when the key is not known whole.
 */
const char *dkim_record_write(struct arena *arena, const struct dkim_key *key);

#endif
