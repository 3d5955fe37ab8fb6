/*
 * DKIM key records and private keys. The expected results are the examples of
 * RFC 6376 and RFC 8463, what the openssl command prints about keys it made
 * (dkim_keys.h), and DER written by hand; libcrypto is asked beside.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include <cmocka.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/arena.h"
#include "parse/dkim.h"
#include "tests/unit/dkim_keys.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void
same_text(const char *name, const char *what, const char *got, const char *want)
{
	if (got == NULL ? want == NULL : want != NULL && strcmp(got, want) == 0)
		return;
	print_error("%s: %s: \"%s\", wanted \"%s\"\n", name, what,
	    got == NULL ? "(none)" : got, want == NULL ? "(none)" : want);
	fail();
}

static void
same_number(const char *name, const char *what, unsigned long got,
    unsigned long want)
{
	if (got == want)
		return;
	print_error("%s: %s: %lu, wanted %lu\n", name, what, got, want);
	fail();
}

static const char *
hex(struct arena *arena, const unsigned char *bytes, size_t length)
{
	char *text = arena_alloc(arena, 2 * length + 1);
	size_t i;

	for (i = 0; i < length; i++)
		snprintf(text + 2 * i, 3, "%02X", bytes[i]);
	return text;
}

static const char *
base64(struct arena *arena, const unsigned char *bytes, size_t length)
{
	unsigned char *text = arena_alloc(arena, 4 * ((length + 2) / 3) + 1);

	EVP_EncodeBlock(text, bytes, (int)length);
	return (const char *)text;
}

static struct dkim_record
read_text(struct arena *arena, const char *text)
{
	struct dkim_record record;

	dkim_record_read(arena, text, strlen(text), &record);
	return record;
}

/* ---- key pairs ---- */

struct pair_case {
	const char *name;
	const char *pem;
	const char *record;
	const char *key;	/* its name */
	const char *modulus;
	const char *publish;	/* NULL: as record */
};

#define RSA_CASE(size) { "RSA " #size, RSA_##size##_PEM, \
	"v=DKIM1; k=rsa; p=" RSA_##size##_P, "RSA " #size, \
	RSA_##size##_MODULUS, NULL }

static const struct pair_case pair_cases[] = {
	{ "RFC 6376 appendix C", RFC6376_PEM, RFC6376_RECORD, "RSA 1024",
	    RFC6376_MODULUS, "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADC"
	    "BiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3"
	    "b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzf"
	    "VjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB" },
	{ "RFC 8463 A.2, Ed25519", RFC8463_ED25519_PEM, RFC8463_ED25519_RECORD,
	    "Ed25519", "D75A980182B10AB7D54BFED3C964073A"
	    "0EE172F3DAA62325AF021A68F707511A", NULL },
	{ "RFC 8463 A.2, RSA", RFC8463_RSA_PEM, RFC8463_RSA_RECORD, "RSA 1024",
	    NULL, NULL },
	RSA_CASE(512), RSA_CASE(1024), RSA_CASE(2048), RSA_CASE(4096),
	RSA_CASE(8192),
	{ "PKCS #8", RSA_2048_PKCS8, "v=DKIM1; k=rsa; p=" RSA_2048_P,
	    "RSA 2048", RSA_2048_MODULUS, NULL },
	{ "three primes", RSA_THREE_PRIMES_PEM,
	    "v=DKIM1; k=rsa; p=" RSA_THREE_PRIMES_P, "RSA 2048",
	    RSA_THREE_PRIMES_MODULUS, NULL },
	{ "lines before", RSA_512_TEXT, "v=DKIM1; k=rsa; p=" RSA_512_P,
	    "RSA 512", RSA_512_MODULUS, NULL },
	{ "Ed25519", ED25519_PEM, "v=DKIM1; k=ed25519; p=" ED25519_P, "Ed25519",
	    NULL, NULL },
	{ "bare RSAPublicKey", RSA_2048_PEM, "k=rsa; p=" RSA_2048_BARE_P,
	    "RSA 2048", RSA_2048_MODULUS, "v=DKIM1; k=rsa; p=" RSA_2048_P },
};

static void
check_pair(struct arena *arena, const struct pair_case *test)
{
	struct dkim_record record = read_text(arena, test->record);
	struct dkim_key key;
	const char *why = NULL;

	same_text(test->name, "error", record.error, NULL);
	same_text(test->name, "weakness", record.weakness, NULL);
	if (dkim_private_key_read(arena, test->pem, strlen(test->pem), &key,
	    &why) != 0)
		same_text(test->name, "why", why, NULL);
	same_text(test->name, "name", dkim_key_name(arena, &key), test->key);
	same_text(test->name, "published", dkim_key_name(arena, &record.key),
	    test->key);
	if (test->modulus != NULL)
		same_text(test->name, "modulus",
		    hex(arena, key.modulus, key.modulus_length), test->modulus);
	same_number(test->name, "exponent", key.exponent,
	    key.algorithm == DKIM_RSA ? 65537 : 0);
	same_number(test->name, "equal", dkim_key_equal(&key, &record.key), 1);
	same_text(test->name, "to publish", dkim_record_write(arena, &key),
	    test->publish == NULL ? test->record : test->publish);
}

static void
test_pairs(void **state)
{
	struct arena *arena = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(pair_cases); i++)
		check_pair(arena, &pair_cases[i]);
	arena_free(arena);
}

static void
test_keys_of_others(void **state)
{
	struct arena *arena = arena_new();
	struct dkim_record a = read_text(arena, "p=" RSA_1024_P);
	struct dkim_record b = read_text(arena, RFC6376_RECORD);
	struct dkim_record point = read_text(arena, RFC8463_ED25519_RECORD);
	struct dkim_key other = a.key, none = { DKIM_NO_KEY, 0, NULL, 0, 0 };

	(void)state;
	assert_false(dkim_key_equal(&a.key, &b.key));
	assert_false(dkim_key_equal(&a.key, &point.key));
	assert_false(dkim_key_equal(&none, &none));
	other.exponent = 3;
	assert_false(dkim_key_equal(&a.key, &other));
	other.exponent = 0;	/* larger than is kept: nobody knows */
	assert_false(dkim_key_equal(&other, &other));
	assert_null(dkim_record_write(arena, &other));
	assert_null(dkim_record_write(arena, &none));
	assert_string_equal(dkim_key_name(arena, &none), "none");
	arena_free(arena);
}

/* ---- records ---- */

struct record_case {
	const char *name;
	const char *text;
	const char *error;
	const char *key;
	bool revoked;
	bool testing;
	bool strict;
	const char *hashes;
	const char *services;
};

#define P "p=" RSA_512_P
#define FINE NULL, .key = "RSA 512"
#define REFUSED .key = "none"

static const struct record_case record_cases[] = {
	{ "p alone", P, FINE },
	{ "everything", "v=DKIM1; h=sha1:sha256; k=rsa; n=a=20note; s=email; "
	    "t=y:s; " P, FINE, .testing = true, .strict = true,
	    .hashes = "sha1:sha256", .services = "email" },
	{ "a semicolon at the end", "v=DKIM1; k=rsa; " P ";", FINE },
	{ "a semicolon and a blank", "v=DKIM1; k=rsa; " P "; ", FINE },
	{ "no blanks", "v=DKIM1;k=rsa;" P, FINE },
	{ "v not there", "k=rsa; " P, FINE },
	{ "unknown tags", "v=DKIM1; x=1; long_name9=; " P, FINE },
	{ "g= of RFC 4871", "v=DKIM1; g=; " P, FINE },
	{ "g= with a name", "v=DKIM1; g=joe; " P, FINE },
	{ "notes in quoted-printable",
	    "v=DKIM1; n=a=3Bb=20=C3=A4, =3D; " P, FINE },
	{ "FWS everywhere", " v\t=\r\n\tDKIM1 \r\n ;\r\n k =  rsa\t; h = sha256 "
	    "\r\n : sha1 ; t = s : y ; s = x\t:\t* ; p = "
	    "M\tFwwDQYJKoZIhvcNAQEBBQAD" " SwAwSAJBANmBe10IgY+u7h3enWTukkqtUD5P"
	    "\r\n\tR52Tb/mPfjC0QJTocVBq6Za/PlzfV+Py92VaCak19F4WrbVTK5Gg5tW220MC"
	    "AwEAAQ \r\n = = ", FINE, .testing = true, .strict = true,
	    .hashes = "sha256 \r\n : sha1", .services = "x\t:\t*" },
	{ "a bare line feed", "v=DKIM1;\n" P,
	    "byte 9 is 0x0a, which no tag list has", REFUSED },
	{ "a line break without a blank", "v=DKIM1;\r\nk=rsa; " P,
	    "byte 9 is 0x0d, which no tag list has", REFUSED },
	{ "a line break at the end", P "\r\n",
	    "byte 131 is 0x0d, which no tag list has", REFUSED },
	{ "UTF-8", "v=DKIM1; n=\xc3\xa4; " P,
	    "byte 12 is 0xc3, which no tag list has", REFUSED },
	{ "DEL", "v=DKIM1; n=\x7f; " P,
	    "byte 12 is 0x7f, which no tag list has", REFUSED },
	{ "nothing", "", "it has no tag", REFUSED },
	{ "blanks", " \t ", "it has no tag", REFUSED },
	{ "a semicolon alone", ";", "it has no tag", REFUSED },
	{ "a semicolon first", "; " P, "it has no tag", REFUSED },
	{ "two semicolons", "v=DKIM1;; " P,
	    "there is nothing between two semicolons", REFUSED },
	{ "two semicolons at the end", "v=DKIM1; " P "; ;",
	    "there is nothing between two semicolons", REFUSED },
	{ "a word", "v=DKIM1; rsa; " P, "\"rsa\" is no tag=value", REFUSED },
	{ "a long word",
	    "0123456789012345678901234567890123456789x",
	    "\"0123456789012345678901234567890123456789\" is no tag=value",
	    REFUSED },
	{ "a name with a digit first", "1k=rsa; " P,
	    "\"1k\" is no name of a tag", REFUSED },
	{ "a name with a hyphen", "a-b=rsa; " P,
	    "\"a-b\" is no name of a tag", REFUSED },
	{ "no name", "=rsa; " P, "\"\" is no name of a tag", REFUSED },
	{ "quotes around", "\"v=DKIM1; " P "\"",
	    "\"\"v\" is no name of a tag", REFUSED },
	{ "SPF", "v=spf1 a mx -all", "v=spf1 a mx -all is not DKIM1", REFUSED },
	{ "DKIM2", "v=DKIM2; " P, "v=DKIM2 is not DKIM1", REFUSED },
	{ "dkim1", "v=dkim1; " P, "v=dkim1 is not DKIM1", REFUSED },
	{ "empty v", "v=; " P, "v= is not DKIM1", REFUSED },
	{ "v behind", "k=rsa; v=DKIM1; " P, "v= is not the first tag", REFUSED },
	{ "V is another tag", "V=DKIM1; " P, FINE },
	{ "P is another tag", "v=DKIM1; P=" RSA_512_P,
	    "there is no p=, no key", REFUSED },
	{ "v twice", "v=DKIM1; v=DKIM1; " P, "tag v= is there twice", REFUSED },
	{ "k twice", "k=rsa; k=rsa; " P, "tag k= is there twice", REFUSED },
	{ "p twice", P "; p=", "tag p= is there twice", REFUSED },
	{ "h twice", "h=sha256; h=sha1; " P, "tag h= is there twice", REFUSED },
	{ "s twice", "s=*; s=*; " P, "tag s= is there twice", REFUSED },
	{ "t twice", "t=y; " P "; t=s", "tag t= is there twice", REFUSED },
	{ "n twice", "n=; n=; " P, "tag n= is there twice", REFUSED },
	{ "g twice", "g=*; g=*; " P, "tag g= is there twice", REFUSED },
	{ "an unknown one twice", "foo=1; bar=2; foo =3; " P,
	    "tag foo= is there twice", REFUSED },
	{ "revoked", "v=DKIM1; k=rsa; p=", NULL, REFUSED, .revoked = true },
	{ "revoked, with FWS", "v=DKIM1; p= \r\n\t ; t=s", NULL, REFUSED,
	    .revoked = true, .strict = true },
	{ "revoked, whatever k and h", "k=dss; h=sha1; p=;", NULL, REFUSED,
	    .revoked = true, .hashes = "sha1" },
	{ "empty h", "h=; " P, "h= does not allow sha256", .key = "RSA 512",
	    .hashes = "" },
	{ "sha1 alone", "h=sha1; " P, "h=sha1 allows SHA-1 and not SHA-256, "
	    "and verifiers refuse SHA-1 (RFC 8301 3.1)", .key = "RSA 512",
	    .hashes = "sha1" },
	{ "neither", "h=sha512:x; " P, "h=sha512:x does not allow sha256",
	    .key = "RSA 512", .hashes = "sha512:x" },
	{ "case counts", "h=SHA256; " P, "h=SHA256 does not allow sha256",
	    .key = "RSA 512", .hashes = "SHA256" },
	{ "a part of the name", "h=sha2567; " P,
	    "h=sha2567 does not allow sha256", .key = "RSA 512", .hashes = "sha2567" },
	{ "other services", "s=tlsrpt; " P, "s=tlsrpt does not allow email",
	    .key = "RSA 512", .services = "tlsrpt" },
	{ "unknown flags", "t=x:yes:; " P, FINE },
	{ "empty t", "t=; " P, FINE },
	{ "k=dss", "k=dss; " P, "k=dss is neither rsa nor ed25519", .key = "other" },
	{ "k=RSA", "k=RSA; " P, "k=RSA is neither rsa nor ed25519", .key = "other" },
	{ "empty k", "k=; " P, "k= is neither rsa nor ed25519", .key = "other" },
	{ "backslash before the semicolon", "v=DKIM1\\; k=rsa\\; " P,
	    "v=DKIM1\\ is not DKIM1", REFUSED },
	{ "no base64", "p=MF*w", "p= is no base64: its character 3 is *",
	    REFUSED },
	{ "PEM in it", "p=-----BEGIN PUBLIC KEY-----",
	    "p= is no base64: its character 1 is -", REFUSED },
	{ "base64url", "p=MF-w", "p= is no base64: its character 3 is -",
	    REFUSED },
	{ "no padding", "p=MFw", "p= is no base64: it breaks off inside a "
	    "group of four", REFUSED },
	{ "half the padding", "p=MF=", "p= is no base64: it breaks off inside "
	    "a group of four", REFUSED },
	{ "three of it", "p=M===", "p= is no base64: its character 2 is =",
	    REFUSED },
	{ "padding too much", "p=MFw==", "p= is no base64: its character 5 is "
	    "=", REFUSED },
	{ "something behind it", "p=MFw=MFww", "p= is no base64: its character "
	    "5 is M", REFUSED },
	{ "a string cut at 255", "p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKC",
	    "p= breaks off: the key has 294 bytes, 30 of them are there",
	    REFUSED },
	{ "an Ed25519 key without k", "p=" ED25519_P, "p= has 32 bytes, as an "
	    "Ed25519 key has, and k= is not ed25519", REFUSED },
	{ "SubjectPublicKeyInfo of Ed25519", "k=ed25519; p=" ED25519_INFO_P,
	    "p= holds a SubjectPublicKeyInfo; k=ed25519 wants its last 32 "
	    "bytes alone (RFC 8463 4.2)", REFUSED },
	{ "the same as RSA", "p=" ED25519_INFO_P, "p= holds an Ed25519 key; "
	    "publish k=ed25519, and its 32 bytes alone as p= (RFC 8463)",
	    REFUSED },
	{ "RSA as Ed25519", "k=ed25519; " P,
	    "p= has 94 bytes, an Ed25519 key has 32", REFUSED },
	{ "EC", "p=" EC_P, "p= holds an elliptic curve key, which DKIM does "
	    "not know", REFUSED },
	{ "RSASSA-PSS", "p=" PSS_P, "p= holds a key for RSASSA-PSS, which DKIM "
	    "does not know", REFUSED },
	{ "DSA", "p=" DSA_P, "p= holds a DSA key, which DKIM does not know",
	    REFUSED },
	{ "no DER", "p=AAAA", "p= is no RSA key, or one of more than 16384 "
	    "bits", REFUSED },
};

static void
check_record(struct arena *arena, const struct record_case *test)
{
	struct dkim_record record = read_text(arena, test->text);

	same_text(test->name, "error", record.error, test->error);
	same_text(test->name, "key", dkim_key_name(arena, &record.key),
	    test->key);
	same_number(test->name, "revoked", record.revoked, test->revoked);
	same_number(test->name, "testing", record.testing, test->testing);
	same_number(test->name, "strict", record.strict, test->strict);
	same_text(test->name, "hashes", record.hashes, test->hashes);
	same_text(test->name, "services", record.services, test->services);
}

static void
test_records(void **state)
{
	struct arena *arena = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(record_cases); i++)
		check_record(arena, &record_cases[i]);
	arena_free(arena);
}

static void
test_long_and_binary_records(void **state)
{
	struct arena *arena = arena_new();
	char *text = arena_alloc(arena, 70000);
	struct dkim_record record;
	size_t i;

	(void)state;
	memset(text, 'A', 70000);
	memcpy(text, "p=", 2);
	dkim_record_read(arena, text, 70000, &record);
	assert_string_equal(record.error, "it has 70000 bytes, more than a TXT "
	    "record holds");
	dkim_record_read(arena, text, 65534, &record);
	assert_string_equal(record.error, "p= is longer than an RSA key of "
	    "16384 bits");
	for (i = 0; i < 33; i++)
		snprintf(text + 4 * i, 5, "%c%c=;",
		    (char)('a' + i / 26), (char)('a' + i % 26));
	dkim_record_read(arena, text, 4 * 33, &record);
	assert_string_equal(record.error, "it has more than 32 tags");
	dkim_record_read(arena, "v=DKIM1;\0" P, 20, &record);
	assert_string_equal(record.error,
	    "byte 9 is 0x00, which no tag list has");
	dkim_record_read(arena, RFC6376_RECORD "garbage",
	    strlen(RFC6376_RECORD), &record);
	assert_null(record.error);
	arena_free(arena);
}

/* ---- DER ---- */

struct der_case {
	const char *name;
	const char *bytes;	/* of p=, in hex */
	const char *error;
	unsigned bits;
	unsigned long exponent;
	const char *weakness;
	const char *oddity;
};

#define RSA "300d06092a864886f70d0101010500"
#define NO_RSA "p= is no RSA key, or one of more than 16384 bits"
#define BARE "p= is an RSAPublicKey alone, which many verifiers refuse: they " \
	"want it in a SubjectPublicKeyInfo"
#define BER "p= is not quite DER, which strict verifiers refuse"
/* 257 * 263 is 0x010807. */
#define N "0203010807"
#define E "020103"

static const struct der_case der_cases[] = {
	{ "SubjectPublicKeyInfo", "301c" RSA "030b00" "3008" N E,
	    NULL, 17, 3, NULL, NULL },
	{ "RSAPublicKey", "3008" N E, NULL, 17, 3, NULL, BARE },
	{ "even", "3008" "0203010806" E, NULL, 17, 3, "the modulus is even",
	    BARE },
	{ "3 * 257", "3007" "02020303" E, NULL, 10, 3,
	    "the modulus can be divided by 3", BARE },
	{ "53 * 257", "3007" "02023535" E, NULL, 14, 3,
	    "the modulus can be divided by 53", BARE },
	{ "59 * 257", "3007" "02023b3b" E, NULL, 14, 3,
	    "the modulus can be divided by 59", BARE },
	{ "251 * 257", "3008" "020300fbfb" E, NULL, 16, 3,
	    "the modulus can be divided by 251", BARE },
	{ "2^64 + 1 is 274177 * 67280421310721", "300e"
	    "0209010000000000000001" E, NULL, 65, 3, NULL, BARE },
	{ "2^64 + 9, and 2^4 is 1 modulo 5", "300e" "0209010000000000000009" E,
	    NULL, 65, 3, "the modulus can be divided by 5", BARE },
	{ "exponent 1", "3008" N "020101", NULL, 17, 1,
	    "the public exponent is 1: signatures prove nothing", BARE },
	{ "exponent 2", "3008" N "020102", NULL, 17, 2,
	    "the public exponent is even, which no RSA key has", BARE },
	{ "exponent 0", "3008" N "020100", NO_RSA, 0, 0, NULL, NULL },
	{ "modulus 0", "3006" "020100" E, NO_RSA, 0, 0, NULL, NULL },
	{ "exponent of 64 bits", "3010" N "020900ffffffffffffffff", NULL, 17,
	    0xFFFFFFFFFFFFFFFF, NULL, BARE },
	{ "exponent of 65 bits", "3010" N "0209010000000000000001", NULL, 17, 0,
	    "the public exponent is larger than 64 bits, which verifiers "
	    "refuse", BARE },
	{ "length in a longer form, by OpenSSL",
	    "30811c" RSA "030b00" "3008" N E, NULL, 17, 3, NULL, BER },
	{ "length with a leading zero, by OpenSSL",
	    "3082001c" RSA "030b00" "3008" N E, NULL, 17, 3, NULL, BER },
	{ "indefinite length, by OpenSSL",
	    "3080" RSA "030b00" "3008" N E "0000", NULL, 17, 3, NULL, BER },
	{ "no NULL behind the algorithm, by OpenSSL",
	    "301a" "300b06092a864886f70d010101" "030b00" "3008" N E,
	    NULL, 17, 3, NULL, BER },
	{ "leading zero, by OpenSSL",
	    "301d" RSA "030c00" "3009" "020400010807" E, NULL, 17, 3, NULL,
	    BER },
	{ "leading zero in a bare one", "3009" "020400010807" E, NO_RSA,
	    0, 0, NULL, NULL },
	/* OpenSSL does not look at the sign of a key's numbers. */
	{ "negative, by OpenSSL", "301c" RSA "030b00" "3008" "0203fe0807" E,
	    NULL, 24, 3, "the modulus can be divided by 19", BER },
	{ "negative in a bare one", "3007" "0202fbfb" E, NO_RSA,
	    0, 0, NULL, NULL },
	{ "negative exponent, by OpenSSL", "301c" RSA "030b00" "3008" N
	    "0201fd", NULL, 17, 253, NULL, BER },
	{ "bytes behind", "301c" RSA "030b00" "3008" N E "0500", NULL, 17, 3,
	    NULL, "p= has 2 bytes behind the key, which strict verifiers "
	    "refuse" },
	{ "bytes behind a bare one", "3008" N E "00", NO_RSA, 0, 0, NULL,
	    NULL },
	{ "bytes behind the bit string", "301e" RSA "030b00" "3008" N E "0500",
	    NO_RSA, 0, 0, NULL, NULL },
	{ "bytes behind the numbers", "301e" RSA "030d00" "300a" N E "0500",
	    NO_RSA, 0, 0, NULL, NULL },
	{ "a byte less", "301c" RSA "030b00" "3008" N "0201",
	    "p= breaks off: the key has 30 bytes, 29 of them are there",
	    0, 0, NULL, NULL },
	{ "a head alone", "3082", NO_RSA, 0, 0, NULL, NULL },
	{ "a length of four gigabytes", "3084ffffffff" N,
	    "p= breaks off: the key has 4294967301 bytes, 11 of them are "
	    "there", 0, 0, NULL, NULL },
	{ "a length of five bytes", "3085ffffffffff" N, NO_RSA, 0, 0, NULL,
	    NULL },
	{ "one byte", "30", NO_RSA, 0, 0, NULL, NULL },
};

static size_t
from_hex(const char *text, unsigned char *out)
{
	size_t i, length = strlen(text) / 2;

	for (i = 0; i < length; i++)
		sscanf(text + 2 * i, "%2hhx", &out[i]);
	return length;
}

static void
check_der(struct arena *arena, const struct der_case *test)
{
	unsigned char bytes[256];
	size_t length = from_hex(test->bytes, bytes);
	struct dkim_record record = read_text(arena,
	    arena_printf(arena, "p=%s", base64(arena, bytes, length)));

	same_text(test->name, "error", record.error, test->error);
	same_number(test->name, "bits", record.key.bits, test->bits);
	same_number(test->name, "exponent", record.key.exponent,
	    test->exponent);
	same_text(test->name, "weakness", record.weakness, test->weakness);
	same_text(test->name, "oddity", record.oddity, test->oddity);
}

static void
test_der(void **state)
{
	struct arena *arena = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(der_cases); i++)
		check_der(arena, &der_cases[i]);
	arena_free(arena);
}

/* A modulus of that many bytes, each 0xC5, and exponent 3. */
static struct dkim_record
read_long_modulus(struct arena *arena, size_t length)
{
	unsigned char *der = arena_alloc(arena, length + 12);
	size_t inside = length + 8;

	memcpy(der, "\x30\x82", 2);
	der[2] = (unsigned char)(inside >> 8);
	der[3] = (unsigned char)inside;
	memcpy(der + 4, "\x02\x82", 2);
	der[6] = (unsigned char)((length + 1) >> 8);
	der[7] = (unsigned char)(length + 1);
	memset(der + 9, 0xC5, length);
	memcpy(der + 9 + length, "\x02\x01\x03", 3);
	return read_text(arena, arena_printf(arena, "p=%s",
	    base64(arena, der, length + 12)));
}

/* A length of 129 in two bytes, where one will do. */
static void
test_long_length(void **state)
{
	struct arena *arena = arena_new();
	unsigned char der[4 + 129] = "\x30\x82\x00\x81\x02\x7c";
	struct dkim_record record;

	(void)state;
	memset(der + 6, 0x45, 124);
	memcpy(der + 6 + 124, "\x02\x01\x03", 3);
	record = read_text(arena, arena_printf(arena, "p=%s",
	    base64(arena, der, sizeof(der))));
	assert_string_equal(record.error, NO_RSA);
	arena_free(arena);
}

static void
test_largest_modulus(void **state)
{
	struct arena *arena = arena_new();
	struct dkim_record record = read_long_modulus(arena, 2048);

	(void)state;
	assert_null(record.error);
	assert_int_equal(record.key.bits, 16384);
	assert_string_equal(record.weakness,
	    "the modulus can be divided by 197");	/* 0xC5 */
	record = read_long_modulus(arena, 2049);
	assert_string_equal(record.error, NO_RSA);
	record = read_long_modulus(arena, 4200);
	assert_string_equal(record.error,
	    "p= is longer than an RSA key of 16384 bits");
	arena_free(arena);
}

/* ---- private keys ---- */

struct private_case {
	const char *name;
	const char *text;
	const char *why;	/* NULL: the key of 512 bits is read */
};

#define RSA_HEAD "-----BEGIN RSA PRIVATE KEY-----\n"
#define RSA_TAIL "-----END RSA PRIVATE KEY-----\n"
#define CERTIFICATE "-----BEGIN CERTIFICATE-----\nMIIB\n" \
	"-----END CERTIFICATE-----\n"
#define NOT_DER "it is no DER of a private key, or broken"
#define NOT_BASE64 "it is no base64"
#define NOT_THERE "it holds no private key in PEM"

static const struct private_case private_cases[] = {
	{ "a certificate before", CERTIFICATE RSA_512_PEM, NULL },
	{ "the first of two", RSA_512_PEM RSA_2048_PEM, NULL },
	{ "a broken one behind", RSA_512_PEM RSA_HEAD "*\n", NULL },
	{ "its public half before", "-----BEGIN PUBLIC KEY-----\n" RSA_512_P
	    "\n-----END PUBLIC KEY-----\n" RSA_512_PEM, NULL },
	{ "a line before that is no head", "-----BEGIN\nBEGIN x\n" RSA_512_PEM,
	    NULL },
	{ "encrypted", RSA_2048_ENCRYPTED, "encrypted" },
	{ "PKCS #8, encrypted", RSA_2048_PKCS8_ENCRYPTED, "encrypted" },
	{ "EC", EC_PEM, "an elliptic curve key, which DKIM does not know" },
	{ "PKCS #8, EC", EC_PKCS8, "it is neither RSA nor Ed25519" },
	{ "empty", "", NOT_THERE },
	{ "a certificate", CERTIFICATE, NOT_THERE },
	{ "a public key", "-----BEGIN PUBLIC KEY-----\n" RSA_512_P
	    "\n-----END PUBLIC KEY-----\n",
	    "it holds a public key, no private one" },
	{ "a blank before the head", " " RSA_HEAD "AAAA\n" RSA_TAIL,
	    NOT_THERE },
	{ "OpenSSH", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbn\n",
	    "a key of OpenSSH's own format" },
	{ "an unknown kind", "-----BEGIN ANY PRIVATE KEY-----\n",
	    "a private key of an unknown kind" },
	{ "no end", RSA_HEAD "MIIB\n",
	    "it breaks off: no line ends the private key" },
	{ "another end", RSA_HEAD "MIIB\n-----END PRIVATE KEY-----\n" RSA_TAIL,
	    "it breaks off: no line ends the private key" },
	{ "no base64", RSA_HEAD "MI*B\n" RSA_TAIL, NOT_BASE64 },
	{ "no padding", RSA_HEAD "MIIBA\n" RSA_TAIL, NOT_BASE64 },
	{ "nothing between", RSA_HEAD RSA_TAIL, NOT_BASE64 },
	{ "headers alone", RSA_HEAD "X-Note: a\n" RSA_TAIL, NOT_BASE64 },
	{ "no DER", RSA_HEAD "AAAA\n" RSA_TAIL, NOT_DER },
	{ "cut short", RSA_HEAD
	    "MIIBOwIBAAJBAKUvKFZC+dUCIYryZOQowHewnKuoFWopCYcDjMhX9ekzE7ZuRseC\n"
	    RSA_TAIL, NOT_DER },
	{ "PKCS #8, cut short", "-----BEGIN PRIVATE KEY-----\n"
	    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v\n-----END PRIVATE KEY-----\n",
	    NOT_DER },
};

static void
check_private(struct arena *arena, const char *name, const char *text,
    const char *want)
{
	struct dkim_key key = { .bits = 1 };
	const char *why = NULL;
	int done = dkim_private_key_read(arena, text, strlen(text), &key, &why);

	same_text(name, "why", why, want);
	same_number(name, "status", (unsigned long)-done, want != NULL);
	same_number(name, "bits", key.bits, want == NULL ? 512 : 1);
	if (want == NULL)
		same_text(name, "modulus", hex(arena, key.modulus,
		    key.modulus_length), RSA_512_MODULUS);
}

/* The key of 512 bits with every line ended in that way, and a header. */
static const char *
key_with(struct arena *arena, const char *header, const char *line_end)
{
	const char *at;
	char *text = arena_alloc(arena, 4096), *to = text;

	for (at = RSA_512_PEM; *at != '\0'; at++) {
		if (*at != '\n') {
			*to++ = *at;
			continue;
		}
		to = stpcpy(to, line_end);
		to = stpcpy(to, header);
		header = "";
	}
	return text;
}

static void
test_private(void **state)
{
	struct arena *arena = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(private_cases); i++)
		check_private(arena, private_cases[i].name,
		    private_cases[i].text, private_cases[i].why);
	check_private(arena, "CR LF", key_with(arena, "", "\r\n"), NULL);
	check_private(arena, "blanks", key_with(arena, "", " \t\n"), NULL);
	check_private(arena, "header",
	    key_with(arena, "X-Note: a\nX-More: b\n\n", "\n"), NULL);
	arena_free(arena);
}

struct private_der_case {
	const char *name;
	const char *label;
	const char *bytes;	/* in hex */
	const char *why;
	const char *key;
};

#define PKCS1 "RSA PRIVATE KEY"
#define PKCS8 "PRIVATE KEY"
/* Numbers that are none of a working key, but of its shape. */
#define SIX "020101" "020101" "020101" "020101" "020101" "020101"
#define TINY "301d" "020100" N E SIX
#define SEED "9d61b19deffd5a60ba844af492ec2cc4" \
	"4449c5697b326919703bac031cae7f60"
#define POINT "d75a980182b10ab7d54bfed3c964073a" \
	"0ee172f3daa62325af021a68f707511a"

static const struct private_der_case private_der_cases[] = {
	{ "RSAPrivateKey", PKCS1, TINY, NULL, "RSA 17" },
	{ "bytes behind it", PKCS1, TINY "0500", NULL, "RSA 17" },
	{ "other primes", PKCS1, "301f" "020101" N E SIX "3000", NULL,
	    "RSA 17" },
	{ "no other primes", PKCS1, "301d" "020101" N E SIX, NOT_DER, NULL },
	{ "a number too few", PKCS1, "301a" "020100" N E "020101" "020101"
	    "020101" "020101" "020101", NOT_DER, NULL },
	{ "a number too many", PKCS1, "3020" "020100" N E SIX "020101", NOT_DER,
	    NULL },
	{ "a number that is 0", PKCS1, "301d" "020100" N E "020100" "020101"
	    "020101" "020101" "020101" "020101", NOT_DER, NULL },
	{ "modulus 0", PKCS1, "301b" "020100" "020100" E SIX, NOT_DER, NULL },
	{ "negative", PKCS1, "301d" "020100" "0203fe0807" E SIX, NOT_DER, NULL },
	{ "indefinite length", PKCS1, "3080" "020100" N E SIX "0000", NOT_DER,
	    NULL },
	{ "PrivateKeyInfo", PKCS8, "3033" "020100" RSA "041f" TINY, NULL,
	    "RSA 17" },
	{ "no NULL behind the algorithm", PKCS8,
	    "3031" "020100" "300b06092a864886f70d010101" "041f" TINY, NULL,
	    "RSA 17" },
	{ "attributes", PKCS8, "3035" "020100" RSA "041f" TINY "a000", NULL,
	    "RSA 17" },
	{ "PKCS #1 as PKCS #8", PKCS8, TINY, NOT_DER, NULL },
	{ "PKCS #8 as PKCS #1", PKCS1, "3033" "020100" RSA "041f" TINY, NOT_DER,
	    NULL },
	{ "Ed25519", PKCS8, "302e" "020100" "300506032b6570" "0422" "0420" SEED,
	    NULL, "Ed25519" },
	{ "Ed25519 with its public half, RFC 8410 section 10.3", PKCS8,
	    "3051" "020101" "300506032b6570" "0422" "0420" SEED "812100" POINT,
	    NULL, "Ed25519" },
	{ "Ed25519, a byte short", PKCS8, "302d" "020100" "300506032b6570"
	    "0421" "041f" "61b19deffd5a60ba844af492ec2cc4"
	    "4449c5697b326919703bac031cae7f60", NOT_DER, NULL },
	{ "RSASSA-PSS", PKCS8, "3031" "020100" "300b06092a864886f70d01010a"
	    "041f" TINY, "it is neither RSA nor Ed25519", NULL },
};

static void
check_private_der(struct arena *arena, const struct private_der_case *test)
{
	unsigned char bytes[256];
	size_t length = from_hex(test->bytes, bytes);
	const char *why = NULL, *text = arena_printf(arena,
	    "-----BEGIN %s-----\n%s\n-----END %s-----\n", test->label,
	    base64(arena, bytes, length), test->label);
	struct dkim_key key;
	int done = dkim_private_key_read(arena, text, strlen(text), &key, &why);

	same_text(test->name, "why", why, test->why);
	if (done == 0)
		same_text(test->name, "key", dkim_key_name(arena, &key),
		    test->key);
}

static void
test_private_der(void **state)
{
	struct arena *arena = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(private_der_cases); i++)
		check_private_der(arena, &private_der_cases[i]);
	arena_free(arena);
}

static void
test_private_long_and_binary(void **state)
{
	struct arena *arena = arena_new();
	size_t tail = sizeof(RSA_512_PEM) - 1;
	char *text = arena_alloc(arena, 70000);
	const char *why;
	struct dkim_key key;

	(void)state;
	memset(text + 100, '\xff', 65000 - 100);
	memcpy(text + 65000 - tail - 1, "\n" RSA_512_PEM, tail + 1);
	assert_int_equal(dkim_private_key_read(arena, text, 65000, &key, &why),
	    0);
	assert_int_equal(key.bits, 512);
	assert_int_equal(dkim_private_key_read(arena, text, 70000, &key, &why),
	    -1);
	assert_string_equal(why, "it is larger than 64 KiB, no key");
	memset(text, 'A', 40000);
	memcpy(text, RSA_HEAD, sizeof(RSA_HEAD) - 1);
	memcpy(text + 40000, "\n" RSA_TAIL, sizeof(RSA_TAIL));
	assert_int_equal(dkim_private_key_read(arena, text,
	    40000 + sizeof(RSA_TAIL), &key, &why), -1);
	assert_string_equal(why, "it is longer than an RSA key of 16384 bits");
	arena_free(arena);
}

/* ---- secrets ---- */

#define STACK_SIZE (256 * 1024)
#define MARK 12		/* bytes in a row that are no accident */

struct secret_run {
	ucontext_t back;
	ucontext_t there;
	struct arena *arena;
	const char *pem;
	struct dkim_key key;
	int done;
	unsigned char stack[STACK_SIZE];
};

/* makecontext passes ints, in which a pointer has no room. */
static void
run_there(unsigned high, unsigned low)
{
	struct secret_run *run =
	    (struct secret_run *)((uintptr_t)high << 32 | low);
	const char *why;

	run->done = dkim_private_key_read(run->arena, run->pem,
	    strlen(run->pem), &run->key, &why);
}

/* Reads the key on a stack of its own, so that what is left there can be seen. */
static struct secret_run *
run_secretly(struct arena *arena, const char *pem)
{
	struct secret_run *run = calloc(1, sizeof(*run));
	uintptr_t where = (uintptr_t)run;

	assert_non_null(run);
	run->arena = arena;
	run->pem = pem;
	getcontext(&run->there);
	run->there.uc_stack.ss_sp = run->stack;
	run->there.uc_stack.ss_size = sizeof(run->stack);
	run->there.uc_link = &run->back;
	makecontext(&run->there, (void (*)(void))run_there, 2,
	    (unsigned)(where >> 32), (unsigned)where);
	swapcontext(&run->back, &run->there);
	assert_int_equal(run->done, 0);
	return run;
}

static bool
holds_any(const void *memory, size_t size, const unsigned char *secret,
    size_t length)
{
	size_t i;

	for (i = 0; i + MARK <= length; i++)
		if (memmem(memory, size, secret + i, MARK) != NULL)
			return true;
	return false;
}

/* d, p and q, or the seed, as OpenSSL reads them. */
static size_t
secrets_of(const char *pem, unsigned char secrets[3][512], size_t lengths[3])
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	const BIGNUM *numbers[3];
	size_t i;

	assert_non_null(pkey);
	lengths[0] = 512;
	if (EVP_PKEY_get_raw_private_key(pkey, secrets[0], &lengths[0]) == 1) {
		EVP_PKEY_free(pkey);
		BIO_free(bio);
		return 1;
	}
	ERR_clear_error();
	RSA_get0_key(EVP_PKEY_get0_RSA(pkey), NULL, NULL, &numbers[0]);
	RSA_get0_factors(EVP_PKEY_get0_RSA(pkey), &numbers[1], &numbers[2]);
	for (i = 0; i < 3; i++)
		lengths[i] = (size_t)BN_bn2bin(numbers[i], secrets[i]);
	EVP_PKEY_free(pkey);
	BIO_free(bio);
	return 3;
}

static void
check_secrets(const char *name, const char *pem)
{
	struct arena *arena = arena_new();
	/* All that is allocated between these two, in one chunk. */
	const char *first = arena_alloc(arena, 1), *last;
	struct secret_run *run = run_secretly(arena, pem);
	unsigned char secrets[3][512];
	size_t lengths[3], i, count = secrets_of(pem, secrets, lengths);

	last = arena_alloc(arena, 1);
	assert_true(last > first && last - first < 1024);
	/* The looking itself is sound: the public half is found. */
	assert_true(holds_any(first, (size_t)(last - first), run->key.modulus,
	    run->key.modulus_length));
	for (i = 0; i < count; i++) {
		if (holds_any(first, (size_t)(last - first), secrets[i],
		    lengths[i])) {
			print_error("%s: secret %zu in the arena\n", name, i);
			fail();
		}
		if (holds_any(run->stack, sizeof(run->stack), secrets[i],
		    lengths[i])) {
			print_error("%s: secret %zu on the stack\n", name, i);
			fail();
		}
	}
	free(run);
	arena_free(arena);
}

static void
test_secrets(void **state)
{
	(void)state;
	check_secrets("RSA 2048", RSA_2048_PEM);
	check_secrets("PKCS #8", RSA_2048_PKCS8);
	check_secrets("Ed25519", ED25519_PEM);
}

/* ---- beside OpenSSL ---- */

static EVP_PKEY *
new_key(int type, int bits)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(type, NULL);
	EVP_PKEY *pkey = NULL;

	assert_non_null(context);
	assert_int_equal(EVP_PKEY_keygen_init(context), 1);
	if (bits != 0)
		assert_int_equal(EVP_PKEY_CTX_set_rsa_keygen_bits(context,
		    bits), 1);
	assert_int_equal(EVP_PKEY_keygen(context, &pkey), 1);
	EVP_PKEY_CTX_free(context);
	return pkey;
}

static const char *
pem_of(struct arena *arena, EVP_PKEY *pkey, bool traditional)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *bytes;
	const char *text;
	long length;

	assert_int_equal(traditional ? PEM_write_bio_PrivateKey_traditional(bio,
	    pkey, NULL, NULL, 0, NULL, NULL) : PEM_write_bio_PKCS8PrivateKey(
	    bio, pkey, NULL, NULL, 0, NULL, NULL), 1);
	length = BIO_get_mem_data(bio, &bytes);
	text = arena_memdup(arena, bytes, (size_t)length);
	BIO_free(bio);
	return text;
}

/* What OpenSSL would publish: the end of it alone for Ed25519. */
static const char *
record_of(struct arena *arena, EVP_PKEY *pkey)
{
	unsigned char *der = NULL;
	int length = i2d_PUBKEY(pkey, &der);
	const char *text;

	assert_true(length > 32);
	text = EVP_PKEY_base_id(pkey) == EVP_PKEY_RSA ?
	    arena_printf(arena, "v=DKIM1; k=rsa; p=%s",
	    base64(arena, der, (size_t)length)) :
	    arena_printf(arena, "v=DKIM1; k=ed25519; p=%s",
	    base64(arena, der + length - 32, 32));
	OPENSSL_free(der);
	return text;
}

static void
check_random_key(struct arena *arena, int type, int bits, bool traditional)
{
	EVP_PKEY *pkey = new_key(type, bits);
	const char *pem = pem_of(arena, pkey, traditional);
	const char *text = record_of(arena, pkey);
	char name[16];

	if (bits == 0)
		snprintf(name, sizeof(name), "Ed25519");
	else
		snprintf(name, sizeof(name), "RSA %d", bits);
	check_pair(arena, &(struct pair_case){ .name = pem, .pem = pem,
	    .record = text, .key = name });
	EVP_PKEY_free(pkey);
}

static void
test_random_keys(void **state)
{
	struct arena *arena = arena_new();
	int i;

	(void)state;
	for (i = 0; i < 8; i++) {
		check_random_key(arena, EVP_PKEY_RSA, 1024 + i, i % 2 == 0);
		check_random_key(arena, EVP_PKEY_ED25519, 0, false);
	}
	arena_free(arena);
}

static void
check_changed(struct arena *arena, const unsigned char *der, size_t length)
{
	struct dkim_record record = read_text(arena,
	    arena_printf(arena, "p=%s", base64(arena, der, length)));
	const unsigned char *at = der;
	EVP_PKEY *pkey;
	const BIGNUM *n, *e;
	unsigned char modulus[128];

	if (record.error != NULL)
		return;
	pkey = d2i_PUBKEY(NULL, &at, (long)length);
	assert_non_null(pkey);
	RSA_get0_key(EVP_PKEY_get0_RSA(pkey), &n, &e, NULL);
	assert_int_equal(record.key.bits, BN_num_bits(n));
	assert_int_equal(BN_bn2bin(n, modulus), record.key.modulus_length);
	assert_memory_equal(modulus, record.key.modulus,
	    record.key.modulus_length);
	if (BN_num_bits(e) <= 64)
		assert_int_equal(record.key.exponent, BN_get_word(e));
	EVP_PKEY_free(pkey);
}

/* The reason for saying that a bare key is odd. */
static void
test_bare_key(void **state)
{
	unsigned char der[272];
	const unsigned char *at = der;
	int length = EVP_DecodeBlock(der,
	    (const unsigned char *)RSA_2048_BARE_P, sizeof(RSA_2048_BARE_P) - 1);

	(void)state;
	assert_int_equal(length, 270);
	assert_null(d2i_PUBKEY(NULL, &at, length));
	ERR_clear_error();
}

/* Every bit of a key changed once: what is taken, OpenSSL reads the same way. */
static void
test_changed_bits(void **state)
{
	struct arena *arena = arena_new();
	unsigned char der[128];
	int length = EVP_DecodeBlock(der, (const unsigned char *)RSA_512_P,
	    sizeof(RSA_512_P) - 1);
	int i;

	(void)state;
	assert_int_equal(length, 96);	/* two of them padding */
	for (i = 0; i < 94 * 8; i++) {
		der[i / 8] ^= (unsigned char)(1 << i % 8);
		check_changed(arena, der, 94);
		der[i / 8] ^= (unsigned char)(1 << i % 8);
	}
	ERR_clear_error();
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_keys_of_others),
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_long_and_binary_records),
		cmocka_unit_test(test_der),
		cmocka_unit_test(test_long_length),
		cmocka_unit_test(test_largest_modulus),
		cmocka_unit_test(test_private),
		cmocka_unit_test(test_private_der),
		cmocka_unit_test(test_private_long_and_binary),
		cmocka_unit_test(test_secrets),
		cmocka_unit_test(test_random_keys),
		cmocka_unit_test(test_bare_key),
		cmocka_unit_test(test_changed_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
