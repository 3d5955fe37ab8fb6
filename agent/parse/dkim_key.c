#include <limits.h>
#include <stdint.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "parse/dkim_private.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define BROKEN "p= is no RSA key, or one of more than 16384 bits"

_Static_assert(sizeof(unsigned long) == 8, "exponents are kept in 64 bits");

static void
pkey_free(EVP_PKEY **pkey)
{
	EVP_PKEY_free(*pkey);
}

/* ---- reading ---- */

static unsigned
bits_of(struct der number)
{
	return (unsigned)(number.length * 8) -
	    (unsigned)(__builtin_clz(number.bytes[0]) - 24);
}

bool
dkim_rsa_set(struct arena *arena, struct der modulus, struct der exponent,
    struct dkim_key *ret)
{
	size_t i;

	if (modulus.length == 0 || exponent.length == 0 ||
	    modulus.length > DKIM_BITS_MAX / 8)
		return false;
	ret->algorithm = DKIM_RSA;
	ret->bits = bits_of(modulus);
	ret->modulus = (const unsigned char *)arena_memdup(arena,
	    modulus.bytes, modulus.length);
	ret->modulus_length = modulus.length;
	ret->exponent = 0;
	if (exponent.length <= sizeof(ret->exponent))
		for (i = 0; i < exponent.length; i++)
			ret->exponent = ret->exponent << 8 | exponent.bytes[i];
	return true;
}

void
dkim_ed25519_set(struct arena *arena, const unsigned char *point,
    struct dkim_key *ret)
{
	*ret = (struct dkim_key){ .algorithm = DKIM_ED25519, .bits = 256,
	    .modulus = (const unsigned char *)arena_memdup(arena, point,
	    DKIM_ED25519_BYTES), .modulus_length = DKIM_ED25519_BYTES };
}

/* RSAPublicKey, RFC 8017 A.1.1. */
static bool
take_rsa(struct der der, struct der *ret_modulus, struct der *ret_exponent)
{
	struct der inside;

	return der_take(&der, DER_SEQUENCE, &inside) && der.length == 0 &&
	    der_take_unsigned(&inside, ret_modulus) &&
	    der_take_unsigned(&inside, ret_exponent) && inside.length == 0;
}

/* SubjectPublicKeyInfo, RFC 5280 4.1 and RFC 3279 2.3.1. */
static bool
take_public_key_info(struct der der, struct der *ret_key)
{
	struct der inside;

	return der_take(&der, DER_SEQUENCE, &inside) && der.length == 0 &&
	    der_take_bytes(&inside, LITERAL(RSA_ALGORITHM)) &&
	    der_take(&inside, DER_BIT_STRING, ret_key) &&
	    inside.length == 0 && der_take_bytes(ret_key, "", 1);
}

bool
dkim_names_oid(struct der der, const void *oid, size_t length)
{
	size_t head = 2 * 6 + length;	/* behind two heads, each the longest */

	return memmem(der.bytes, der.length < head ? der.length : head,
	    oid, length) != NULL;
}

/* The numbers as OpenSSL writes them: a sign that is wrong is mended. */
static bool
set_from_openssl(struct arena *arena, EVP_PKEY *pkey, struct dkim_key *ret)
{
	unsigned char *bytes = NULL;
	int length = i2d_PublicKey(pkey, &bytes);
	struct der modulus, exponent;
	bool done = length > 0 &&
	    take_rsa((struct der){ bytes, (size_t)length }, &modulus,
	    &exponent) && dkim_rsa_set(arena, modulus, exponent, ret);

	OPENSSL_free(bytes);
	return done;
}

/*
 * A shape that is not quite DER's, and what is odd about it. Nothing but RSA
 * gets there: OpenSSL has looped on hostile keys of other algorithms
 * (CVE-2022-0778).
 */
static bool
read_by_openssl(struct arena *arena, struct der der, struct dkim_key *ret,
    const char **ret_oddity)
{
	size_t behind;
	const unsigned char *bytes = der.bytes;
	CLEANUP(pkey_free) EVP_PKEY *pkey = NULL;
	bool done;

	if (!dkim_names_oid(der, LITERAL(RSA_OID)))
		return false;
	pkey = d2i_PUBKEY(NULL, &bytes, (long)der.length);
	done = pkey != NULL && EVP_PKEY_base_id(pkey) == EVP_PKEY_RSA &&
	    set_from_openssl(arena, pkey, ret);
	ERR_clear_error();
	if (!done)
		return false;
	behind = der.length - (size_t)(bytes - der.bytes);
	*ret_oddity = behind == 0 ? "p= is not quite DER, which strict "
	    "verifiers refuse" : arena_printf(arena, "p= has %zu bytes behind "
	    "the key, which strict verifiers refuse", behind);
	return true;
}

static const struct {
	const char *oid;
	size_t length;
	const char *error;
} other_algorithms[] = {
	{ LITERAL("\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"),
	    "p= holds an elliptic curve key, which DKIM does not know" },
	{ LITERAL(ED25519_OID), "p= holds an Ed25519 key; publish k=ed25519, "
	    "and its 32 bytes alone as p= (RFC 8463)" },
	{ LITERAL("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"),
	    "p= holds a key for RSASSA-PSS, which DKIM does not know" },
	{ LITERAL("\x06\x07\x2a\x86\x48\xce\x38\x04\x01"),
	    "p= holds a DSA key, which DKIM does not know" },
};

/* What is in the way of reading it, in the words of whoever has to mend it. */
static const char *
rsa_error(struct arena *arena, struct der der)
{
	size_t i, size = der_size(der);

	if (der.length == DKIM_ED25519_BYTES && size != der.length)
		return "p= has 32 bytes, as an Ed25519 key has, and k= is not "
		    "ed25519";
	for (i = 0; i < COUNT(other_algorithms); i++)
		if (dkim_names_oid(der, other_algorithms[i].oid,
		    other_algorithms[i].length))
			return other_algorithms[i].error;
	if (der.bytes[0] != DER_SEQUENCE || size == 0)
		return BROKEN;
	if (size > der.length)
		return arena_printf(arena, "p= breaks off: the key has %zu "
		    "bytes, %zu of them are there", size, der.length);
	return BROKEN;
}

const char *
dkim_rsa_read(struct arena *arena, struct der der, struct dkim_key *ret,
    const char **ret_oddity)
{
	struct der key, modulus, exponent;
	bool bare = !take_public_key_info(der, &key);

	if (take_rsa(bare ? der : key, &modulus, &exponent) &&
	    dkim_rsa_set(arena, modulus, exponent, ret)) {
		if (bare)
			*ret_oddity = "p= is an RSAPublicKey alone, which many "
			    "verifiers refuse: they want it in a "
			    "SubjectPublicKeyInfo";
		return NULL;
	}
	return read_by_openssl(arena, der, ret, ret_oddity) ? NULL :
	    rsa_error(arena, der);
}

/* ---- comparing and naming ---- */

bool
dkim_key_equal(const struct dkim_key *a, const struct dkim_key *b)
{
	if (a->algorithm != b->algorithm || a->modulus_length == 0 ||
	    a->modulus_length != b->modulus_length ||
	    memcmp(a->modulus, b->modulus, a->modulus_length) != 0)
		return false;
	return a->algorithm == DKIM_ED25519 ||
	    (a->exponent == b->exponent && a->exponent != 0);
}

const char *
dkim_key_name(struct arena *arena, const struct dkim_key *key)
{
	switch (key->algorithm) {
	case DKIM_RSA:
		return arena_printf(arena, "RSA %u", key->bits);
	case DKIM_ED25519:
		return "Ed25519";
	case DKIM_OTHER:
		return "other";
	case DKIM_NO_KEY:
		break;
	}
	return "none";
}

/* ---- writing ---- */

/* DER is written from its end, where every length is known already. */
struct back {
	unsigned char bytes[DKIM_PUBLIC_MAX];
	size_t at;
};

static void
put(struct back *back, const void *bytes, size_t length)
{
	back->at -= length;
	memcpy(back->bytes + back->at, bytes, length);
}

static void
put_head(struct back *back, enum der_tag tag, size_t length)
{
	unsigned char head[4] = { tag, (unsigned char)length };
	size_t size = 2;

	if (length >= 0x100) {
		head[1] = 0x82;
		head[2] = (unsigned char)(length >> 8);
		head[3] = (unsigned char)length;
		size = 4;
	} else if (length >= 0x80) {
		head[1] = 0x81;
		head[2] = (unsigned char)length;
		size = 3;
	}
	put(back, head, size);
}

static void
put_unsigned(struct back *back, const unsigned char *bytes, size_t length)
{
	put(back, bytes, length);
	if (bytes[0] >= 0x80)
		put(back, "", 1);
	put_head(back, DER_INTEGER, length + (bytes[0] >= 0x80));
}

static void
put_public_key_info(struct back *back, const struct dkim_key *key)
{
	unsigned char exponent[sizeof(key->exponent)];
	size_t length = 0;
	unsigned long rest;

	for (rest = key->exponent; rest != 0; rest >>= 8)
		exponent[sizeof(exponent) - ++length] = (unsigned char)rest;
	put_unsigned(back, exponent + sizeof(exponent) - length, length);
	put_unsigned(back, key->modulus, key->modulus_length);
	put_head(back, DER_SEQUENCE, sizeof(back->bytes) - back->at);
	put(back, "", 1);	/* no bit of the last byte is unused */
	put_head(back, DER_BIT_STRING, sizeof(back->bytes) - back->at);
	put(back, LITERAL(RSA_ALGORITHM));
	put_head(back, DER_SEQUENCE, sizeof(back->bytes) - back->at);
}

static const char *
record_with(struct arena *arena, const char *head, const unsigned char *bytes,
    size_t length)
{
	size_t head_length = strlen(head);
	/* EVP_EncodeBlock ends with a NUL. */
	char *text = arena_alloc(arena, head_length + 4 * ((length + 2) / 3) + 1);

	memcpy(text, head, head_length);
	EVP_EncodeBlock((unsigned char *)text + head_length, bytes, (int)length);
	return text;
}

const char *
dkim_record_write(struct arena *arena, const struct dkim_key *key)
{
	struct back back;

	if (key->algorithm == DKIM_ED25519)
		return record_with(arena, "v=DKIM1; k=ed25519; p=",
		    key->modulus, key->modulus_length);
	if (key->algorithm != DKIM_RSA || key->exponent == 0 ||
	    key->modulus_length == 0)
		return NULL;
	back.at = sizeof(back.bytes);
	put_public_key_info(&back, key);
	return record_with(arena, "v=DKIM1; k=rsa; p=", back.bytes + back.at,
	    sizeof(back.bytes) - back.at);
}
