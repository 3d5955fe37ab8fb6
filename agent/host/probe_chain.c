#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/arena.h"
#include "host/probe_private.h"

#define NAMES_MAX 1000	/* of a leaf that are kept */

/* ---- is it trusted? ---- */

static void
chain_verify(struct arena *arena, struct probe_trust *trust,
    STACK_OF(X509) *certificates, struct probe_chain *chain)
{
	int error = probe_trust_verify(trust, certificates);

	if (error == -1) {
		chain->why = "the system's roots can not be read";
		return;
	}
	chain->trusted = error == X509_V_OK ? PROBE_YES : PROBE_NO;
	if (error != X509_V_OK)
		chain->why = arena_strdup(arena,
		    X509_verify_cert_error_string(error));
}

/* ---- what it says ---- */

/* RFC 2253; control characters and what is not ASCII are escaped. */
static const char *
name_text(struct arena *arena, X509_NAME *name)
{
	BIO *bio = BIO_new(BIO_s_mem());
	const char *text = "";
	char *bytes;
	long length;

	if (bio == NULL)
		return text;
	if (X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) >= 0) {
		length = BIO_get_mem_data(bio, &bytes);
		if (length > 4 * PROBE_TEXT_MAX)
			length = 4 * PROBE_TEXT_MAX;
		text = arena_memdup(arena, bytes,
		    length > 0 ? (size_t)length : 0);
	}
	BIO_free(bio);
	return text;
}

static void
name_add(struct arena *arena, struct probe_chain *chain,
    const ASN1_STRING *string)
{
	const char *bytes = (const char *)ASN1_STRING_get0_data(string);
	int length = ASN1_STRING_length(string);
	const char **names = (const char **)(uintptr_t)chain->names;

	/* A NUL inside would let one name pass for another. */
	if (length <= 0 || length > 255 || chain->name_count >= NAMES_MAX ||
	    memchr(bytes, '\0', (size_t)length) != NULL)
		return;
	*arena_push(arena, &names, &chain->name_count) =
	    arena_memdup(arena, bytes, (size_t)length);
	chain->names = names;
}

/* The common name is none: clients stopped taking it (RFC 9525 section 2). */
static void
chain_names(struct arena *arena, struct probe_chain *chain, X509 *leaf)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(leaf, NID_subject_alt_name,
	    NULL, NULL);
	int i;

	for (i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (name->type == GEN_DNS)
			name_add(arena, chain, name->d.dNSName);
	}
	GENERAL_NAMES_free(names);
}

static const char *
curve_name(EVP_PKEY *key)
{
	char sn[64] = "";
	int nid = NID_undef;

#if OPENSSL_VERSION_NUMBER >= 0x30000000L
	if (EVP_PKEY_get_group_name(key, sn, sizeof(sn), NULL) == 1)
		nid = OBJ_sn2nid(sn);
#else
	const EC_KEY *ec = EVP_PKEY_get0_EC_KEY(key);

	(void)sn;
	if (ec != NULL && EC_KEY_get0_group(ec) != NULL)
		nid = EC_GROUP_get_curve_name(EC_KEY_get0_group(ec));
#endif
	if (nid == NID_undef)
		return "with an explicit curve";
	return EC_curve_nid2nist(nid) != NULL ? EC_curve_nid2nist(nid) :
	    OBJ_nid2sn(nid);
}

static const char *
key_text(struct arena *arena, X509 *leaf)
{
	EVP_PKEY *key = X509_get0_pubkey(leaf);

	if (key == NULL)
		return "";
	switch (EVP_PKEY_base_id(key)) {
	case EVP_PKEY_RSA:
		return arena_printf(arena, "RSA %d", EVP_PKEY_bits(key));
	case EVP_PKEY_RSA_PSS:
		return arena_printf(arena, "RSA-PSS %d", EVP_PKEY_bits(key));
	case EVP_PKEY_DSA:
		return arena_printf(arena, "DSA %d", EVP_PKEY_bits(key));
	case EVP_PKEY_EC:
		return arena_printf(arena, "EC %s", curve_name(key));
	case EVP_PKEY_ED25519:
		return "Ed25519";
	case EVP_PKEY_ED448:
		return "Ed448";
	default:
		return arena_printf(arena, "%s %d",
		    OBJ_nid2sn(EVP_PKEY_base_id(key)), EVP_PKEY_bits(key));
	}
}

static int
signature_bits(X509 *certificate)
{
	int bits = 0;

	if (X509_get_signature_info(certificate, NULL, NULL, &bits, NULL) != 1)
		ERR_clear_error();
	return bits;
}

/* A root's own signature proves nothing and is not looked at by anyone. */
static const char *
weakest_signature(struct arena *arena, STACK_OF(X509) *certificates)
{
	X509 *weakest = sk_X509_value(certificates, 0);
	char text[80];
	int i;

	for (i = 1; i < sk_X509_num(certificates); i++) {
		X509 *certificate = sk_X509_value(certificates, i);

		if (X509_NAME_cmp(X509_get_subject_name(certificate),
		    X509_get_issuer_name(certificate)) != 0 &&
		    signature_bits(certificate) < signature_bits(weakest))
			weakest = certificate;
	}
	i = X509_get_signature_nid(weakest);
	if (i != NID_undef)
		return OBJ_nid2ln(i);
	const X509_ALGOR *algorithm;
	const ASN1_OBJECT *object;

	X509_get0_signature(NULL, &algorithm, weakest);
	X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	OBJ_obj2txt(text, sizeof(text), object, 1);
	return arena_strdup(arena, text);
}

static const char *
hex_text(struct arena *arena, const unsigned char *bytes, unsigned length)
{
	char *text = arena_alloc(arena, 2 * (size_t)length + 1);
	unsigned i;

	for (i = 0; i < length; i++)
		snprintf(text + 2 * (size_t)i, 3, "%02x", bytes[i]);
	return text;
}

/* RFC 6698 2.1.3; whole certificates would be too much to pass on. */
static const struct {
	unsigned matching;
	const EVP_MD *(*type)(void);
} matchings[] = {
	{ 1, EVP_sha256 },
	{ 2, EVP_sha512 },
};

static void
digest_der(struct arena *arena, struct probe_chain *chain, int depth,
    unsigned selector, const unsigned char *der, int size)
{
	const char **digests = (const char **)(uintptr_t)chain->digests;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length;
	size_t i;

	for (i = 0; size > 0 && i < sizeof(matchings) / sizeof(matchings[0]);
	    i++) {
		if (EVP_Digest(der, (size_t)size, digest, &length,
		    matchings[i].type(), NULL) != 1)
			continue;
		*arena_push(arena, &digests, &chain->digest_count) =
		    arena_printf(arena, "%d %u %u %s", depth, selector,
		    matchings[i].matching, hex_text(arena, digest, length));
	}
	chain->digests = digests;
}

/* As sent: also what no path needs can be what a TLSA record names. */
static void
chain_digests(struct arena *arena, struct probe_chain *chain,
    STACK_OF(X509) *certificates)
{
	int depth;

	for (depth = 0; depth < sk_X509_num(certificates) &&
	    depth < PROBE_DIGESTS_DEPTH; depth++) {
		X509 *certificate = sk_X509_value(certificates, depth);
		unsigned char *der = NULL, *key = NULL;
		int size;

		size = i2d_X509(certificate, &der);
		digest_der(arena, chain, depth, 0, der, size);
		size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate),
		    &key);
		digest_der(arena, chain, depth, 1, key, size);
		OPENSSL_free(der);
		OPENSSL_free(key);
	}
}

/* The hexadecimal part of one of the chain's digests; NULL = not there. */
static const char *
leaf_digest(const struct probe_chain *chain, const char *prefix)
{
	size_t i;

	for (i = 0; i < chain->digest_count; i++)
		if (strncmp(chain->digests[i], prefix, strlen(prefix)) == 0)
			return chain->digests[i] + strlen(prefix);
	return NULL;
}

static int64_t
time_seconds(const ASN1_TIME *time)
{
	struct tm tm;

	return ASN1_TIME_to_tm(time, &tm) == 1 ? (int64_t)timegm(&tm) : 0;
}

static void
chain_extensions(struct probe_chain *chain, X509 *leaf)
{
	STACK_OF(OPENSSL_STRING) *urls = X509_get1_ocsp(leaf);

	chain->ocsp_url = sk_OPENSSL_STRING_num(urls) > 0;
	X509_email_free(urls);
	/* RFC 7633: status_request (5) is the only feature in use. */
	chain->must_staple =
	    X509_get_ext_by_NID(leaf, NID_tlsfeature, -1) >= 0;
}

struct probe_chain *
probe_chain_read(struct arena *arena, struct probe_trust *trust,
    STACK_OF(X509) *certificates)
{
	X509 *leaf = sk_X509_num(certificates) > 0 ?
	    sk_X509_value(certificates, 0) : NULL;
	struct probe_chain *chain;

	if (leaf == NULL)
		return NULL;
	chain = arena_alloc(arena, sizeof(*chain));
	chain->subject = name_text(arena, X509_get_subject_name(leaf));
	chain->issuer = name_text(arena, X509_get_issuer_name(leaf));
	chain_names(arena, chain, leaf);
	chain->not_before = time_seconds(X509_get0_notBefore(leaf));
	chain->not_after = time_seconds(X509_get0_notAfter(leaf));
	chain->key = key_text(arena, leaf);
	chain->signature = weakest_signature(arena, certificates);
	chain_digests(arena, chain, certificates);
	chain->sha256 = leaf_digest(chain, "0 0 1 ");
	chain->spki_sha256 = leaf_digest(chain, "0 1 1 ");
	chain_extensions(chain, leaf);
	chain->sent = (size_t)sk_X509_num(certificates);
	chain_verify(arena, trust, certificates, chain);
	ERR_clear_error();
	return chain;
}

STACK_OF(X509) *
probe_chain_parse(const struct tls_slice *certificates, size_t count)
{
	STACK_OF(X509) *stack = sk_X509_new_null();
	size_t i;

	for (i = 0; stack != NULL && i < count; i++) {
		const unsigned char *at = certificates[i].bytes;
		X509 *certificate = d2i_X509(NULL, &at,
		    (long)certificates[i].length);

		if (certificate == NULL ||
		    sk_X509_push(stack, certificate) == 0) {
			X509_free(certificate);
			sk_X509_pop_free(stack, X509_free);
			stack = NULL;
		}
	}
	ERR_clear_error();
	return stack;
}
