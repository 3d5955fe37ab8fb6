#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "parse/dkim_private.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define BEGIN "-----BEGIN "
#define END "-----END "
#define DASHES "-----"

/* RSA of 16384 bits: its numbers are 4.5 times the modulus, and have heads. */
#define PRIVATE_MAX (5 * DKIM_BITS_MAX / 8)

#define BROKEN "it is no DER of a private key, or broken"

struct span {
	const char *text;
	size_t length;
};

/* Takes a line off text, without what ends it. */
static bool
next_line(struct span *text, struct span *ret_line)
{
	const char *end;
	size_t length;

	if (text->length == 0)
		return false;
	end = memchr(text->text, '\n', text->length);
	length = end == NULL ? text->length : (size_t)(end - text->text);
	*ret_line = (struct span){ text->text, length };
	if (end != NULL)
		length++;
	text->text += length;
	text->length -= length;
	while (ret_line->length > 0 &&
	    strchr(" \t\r", ret_line->text[ret_line->length - 1]) != NULL &&
	    ret_line->text[ret_line->length - 1] != '\0')
		ret_line->length--;
	return true;
}

/* "-----BEGIN RSA PRIVATE KEY-----": the words between. */
static bool
line_label(struct span line, const char *head, struct span *ret_label)
{
	size_t around = strlen(head) + strlen(DASHES);

	if (line.length < around ||
	    memcmp(line.text, head, strlen(head)) != 0 ||
	    memcmp(line.text + line.length - strlen(DASHES), LITERAL(DASHES)) != 0)
		return false;
	*ret_label = (struct span){ line.text + strlen(head),
	    line.length - around };
	return true;
}

static bool
ends_with(struct span span, const char *end)
{
	return span.length >= strlen(end) && memcmp(span.text + span.length -
	    strlen(end), end, strlen(end)) == 0;
}

static bool
span_is(struct span span, const char *text)
{
	return span.length == strlen(text) && ends_with(span, text);
}

/* ---- what a block holds ---- */

static void
pkey_free(EVP_PKEY **pkey)
{
	EVP_PKEY_free(*pkey);
}

/*
 * RSAPrivateKey, RFC 8017 A.1.2. Nobody writes one but in DER, so there is no
 * second opinion of OpenSSL's to ask, which would take a millisecond.
 */
static const char *
read_pkcs1(struct arena *arena, struct der der, struct dkim_key *ret)
{
	struct der inside, version, modulus, exponent, number;
	unsigned i;

	if (!der_take(&der, DER_SEQUENCE, &inside) ||
	    !der_take_unsigned(&inside, &version) ||
	    !der_take_unsigned(&inside, &modulus) ||
	    !der_take_unsigned(&inside, &exponent))
		return BROKEN;
	/* d, p, q, d mod p-1, d mod q-1, 1/q mod p */
	for (i = 0; i < 6; i++)
		if (!der_take_unsigned(&inside, &number) || number.length == 0)
			return BROKEN;
	/* More primes than two are a version of their own, not 0. */
	if (version.length != 0 && !der_take(&inside, DER_SEQUENCE, &number))
		return BROKEN;
	return inside.length == 0 &&
	    dkim_rsa_set(arena, modulus, exponent, ret) ? NULL : BROKEN;
}

/* CurvePrivateKey, RFC 8410 section 7: the public point has to be computed. */
static const char *
read_ed25519(struct arena *arena, struct der der, struct dkim_key *ret)
{
	unsigned char point[DKIM_ED25519_BYTES];
	size_t length = sizeof(point);
	struct der seed;
	CLEANUP(pkey_free) EVP_PKEY *pkey = NULL;
	bool done;

	if (!der_take(&der, DER_OCTET_STRING, &seed) || der.length != 0)
		return BROKEN;
	pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed.bytes,
	    seed.length);
	done = pkey != NULL && EVP_PKEY_get_raw_public_key(pkey, point,
	    &length) == 1 && length == sizeof(point);
	ERR_clear_error();
	if (!done)
		return BROKEN;
	dkim_ed25519_set(arena, point, ret);
	return NULL;
}

/* OneAsymmetricKey, RFC 5958 section 2; what may follow the key is no matter. */
static const char *
read_pkcs8(struct arena *arena, struct der der, struct dkim_key *ret)
{
	struct der inside, version, algorithm, key;

	if (!der_take(&der, DER_SEQUENCE, &inside) ||
	    !der_take_unsigned(&inside, &version) ||
	    !der_take(&inside, DER_SEQUENCE, &algorithm) ||
	    !der_take(&inside, DER_OCTET_STRING, &key))
		return BROKEN;
	if (der_take_bytes(&algorithm, LITERAL(RSA_OID)))
		return read_pkcs1(arena, key, ret);
	if (der_take_bytes(&algorithm, LITERAL(ED25519_OID)))
		return read_ed25519(arena, key, ret);
	return "it is neither RSA nor Ed25519";
}

/* ---- PEM, RFC 7468 and, with header lines, RFC 1421 ---- */

static const struct label {
	const char *label;
	const char *(*read)(struct arena *, struct der, struct dkim_key *);
	const char *why;	/* it is of no use, when nothing reads it */
} labels[] = {
	{ "RSA PRIVATE KEY", read_pkcs1, NULL },
	{ "PRIVATE KEY", read_pkcs8, NULL },
	{ "ENCRYPTED PRIVATE KEY", NULL, "encrypted" },
	{ "EC PRIVATE KEY", NULL, "an elliptic curve key, which DKIM does not "
	    "know" },
	{ "DSA PRIVATE KEY", NULL, "a DSA key, which DKIM does not know" },
	{ "OPENSSH PRIVATE KEY", NULL, "a key of OpenSSH's own format" },
};

static const struct label *
label_find(struct span name)
{
	size_t i;

	for (i = 0; i < COUNT(labels); i++)
		if (span_is(name, labels[i].label))
			return &labels[i];
	return NULL;
}

/* Text starts behind the line that says so; its other half has to be there. */
static bool
block_body(struct span text, struct span label, struct span *ret_body)
{
	struct span rest = text, line, ended;

	while (next_line(&rest, &line)) {
		if (!line_label(line, END, &ended))
			continue;
		*ret_body = (struct span){ text.text,
		    (size_t)(line.text - text.text) };
		return ended.length == label.length &&
		    memcmp(ended.text, label.text, label.length) == 0;
	}
	return false;
}

/* Header lines, down to an empty one; false when they say "encrypted". */
static bool
skip_headers(struct span *body)
{
	struct span rest = *body, line;
	const char *colon;

	if (!next_line(&rest, &line))
		return true;
	colon = memchr(line.text, ':', line.length);
	if (colon == NULL)
		return true;
	do {
		if (ends_with(line, "ENCRYPTED"))
			return false;
	} while (line.length > 0 && next_line(&rest, &line));
	*body = rest;
	return true;
}

static const char *
read_block(struct arena *arena, struct span text, struct span name,
    struct dkim_key *ret)
{
	const struct label *label = label_find(name);
	unsigned char bytes[PRIVATE_MAX];
	struct der der = { .bytes = bytes };
	struct span body;
	enum base64_result result;
	const char *why;
	size_t at;

	if (label == NULL || label->read == NULL)
		return label == NULL ? "a private key of an unknown kind" :
		    label->why;
	if (!block_body(text, name, &body))
		return "it breaks off: no line ends the private key";
	if (!skip_headers(&body))
		return "encrypted";
	result = dkim_base64_read(body.text, body.length, bytes, sizeof(bytes),
	    &der.length, &at);
	if (result == BASE64_LONG)
		why = "it is longer than an RSA key of 16384 bits";
	else if (result != BASE64_FINE || der.length == 0)
		why = "it is no base64";
	else
		why = label->read(arena, der, ret);
	explicit_bzero(bytes, der.length);
	return why;
}

int
dkim_private_key_read(struct arena *arena, const char *bytes, size_t length,
    struct dkim_key *ret, const char **ret_why)
{
	struct span text = { bytes, length }, line, label;
	struct dkim_key key = { .algorithm = DKIM_NO_KEY };
	bool public = false;
	const char *why = NULL;

	if (length > DKIM_TEXT_MAX)
		why = "it is larger than 64 KiB, no key";
	while (why == NULL && next_line(&text, &line)) {
		if (!line_label(line, BEGIN, &label))
			continue;
		if (ends_with(label, "PRIVATE KEY")) {
			why = read_block(arena, text, label, &key);
			break;
		}
		public = public || ends_with(label, "PUBLIC KEY");
	}
	if (why == NULL && key.algorithm == DKIM_NO_KEY)
		why = public ? "it holds a public key, no private one" :
		    "it holds no private key in PEM";
	if (why != NULL) {
		*ret_why = why;
		return -1;
	}
	*ret = key;
	return 0;
}
