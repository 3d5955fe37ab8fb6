/*
 * TLSA and CAA: the examples of RFC 6698 2.3, RFC 7671 and RFC 8659 4.2 and 4.4;
 * records that danetool (gnutls-bin 3.7) and ldns-dane (ldnsutils 1.8) made of a
 * chain, whose digests openssl dgst printed. Whether a record matches is what
 * openssl s_client -dane_tlsa_rrdata (3.0) said of a server with that chain.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "parse/dane.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define LEAF_SHA256 \
	"7c73b33a387d525aad8fabdd29d6d5bdaef841a526bbbc9a56af3547581a90f3"
#define LEAF_SHA512 \
	"3dc71ba9e80f9b9308093b0cbed67514a5b610fb8e15dd3570afb66ea859e67f" \
	"045d23e57dca232fb96d47e773a390b1e7d093e3336fb51742194627abceef21"
#define LEAF_KEY_SHA256 \
	"23601252cc97a91e5b511e5fafe1df490a1d1dbb93657cd37570b38cb8e101ee"
#define LEAF_KEY_SHA512 \
	"1a935d6da09849238c53e289004044025094b5294e1038be8380e61eac81bff8" \
	"12a9682ae8eaee869dbb6931d4d7d8c3af40b187c13084ce2248f52aaf4e7f8b"
#define CA_SHA256 \
	"a9bf4f1ee40f8d8e9b610a8629f1b914bc75eec92ff0908e31141439c6643ebe"
#define CA_SHA512 \
	"5ff57cda46cf617c7a777641aaa7292f061c7de1cd0200120b5921b0be476e5a" \
	"a06ab9d2606067703acb0a2b27f69fa8d42f45c871051b6cce71af3b3741f843"
#define CA_KEY_SHA256 \
	"180e0e8b5986694e8d951e6ca4921d6160e866f96230af57251362442bef4491"
#define CA_KEY_SHA512 \
	"d72bb5607154f8777d94315f0099ae0de1c93555e0a0f8e36351f40bbb4f9516" \
	"60f227fc14779933894c511a334f3eb73f423728f069eb9e53d8daa7cad0fa95"
#define EC_KEY "3059301306072a8648ce3d020106082a8648ce3d03010703420004"
#define LEAF_KEY EC_KEY \
	"30c5f25f4208cb094d848fe1c0e46b582c68902689c64a4cea76d039369fd560" \
	"e4c040cc106b83776051a99a140bbd77442cad29dd4edb17265887a08a2acd72"
#define CA_KEY EC_KEY \
	"728db5098a11518c5cfe279d55d0089e92ce1bfe74eadc53d5b55c50ad7180da" \
	"5ac2ee235cd2b9c9e2ba3687964ab012172ac85c8eedcbf0d5c38669a13f11af"

static const char *const chain[] = {
	"0 0 1 " LEAF_SHA256, "0 0 2 " LEAF_SHA512,
	"0 1 1 " LEAF_KEY_SHA256, "0 1 2 " LEAF_KEY_SHA512,
	"1 0 1 " CA_SHA256, "1 0 2 " CA_SHA512,
	"1 1 1 " CA_KEY_SHA256, "1 1 2 " CA_KEY_SHA512,
};

/* "030101 HEX" as octets. */
static struct dns_record
record_of(struct arena *arena, const char *hex)
{
	size_t length = strlen(hex) / 2, i;
	unsigned char *rdata = arena_alloc(arena, length);
	unsigned byte;

	for (i = 0; i < length && sscanf(hex + 2 * i, "%2x", &byte) == 1; i++)
		rdata[i] = (unsigned char)byte;
	return (struct dns_record){ .text = "", .rdata = rdata,
	    .rdata_length = length };
}

struct tlsa_case {
	const char *name;
	const char *rdata;	/* hexadecimal */
	const char *text;
	bool matches;
};

static const struct tlsa_case tlsa_cases[] = {
	{ "danetool, the key", "030101" LEAF_KEY_SHA256,
	    "3 1 1 " LEAF_KEY_SHA256, true },
	{ "danetool, the certificate", "030002" LEAF_SHA512,
	    "3 0 2 " LEAF_SHA512, true },
	{ "danetool, the CA's key", "020101" CA_KEY_SHA256,
	    "2 1 1 " CA_KEY_SHA256, true },
	{ "danetool, the CA's certificate", "020001" CA_SHA256,
	    "2 0 1 " CA_SHA256, true },
	{ "danetool, not the domain's own CA", "000101" CA_KEY_SHA256,
	    "0 1 1 " CA_KEY_SHA256, false },
	{ "danetool, not the domain's own key", "010101" LEAF_KEY_SHA256,
	    "1 1 1 " LEAF_KEY_SHA256, false },
	{ "ldns-dane 3 0 1", "030001" LEAF_SHA256, "3 0 1 " LEAF_SHA256, true },
	{ "ldns-dane 3 1 2", "030102" LEAF_KEY_SHA512,
	    "3 1 2 " LEAF_KEY_SHA512, true },
	{ "ldns-dane 3 1 0", "030100" LEAF_KEY, "3 1 0 " LEAF_KEY, true },
	{ "the CA's whole key", "020100" CA_KEY, "2 1 0 " CA_KEY, true },
	{ "the CA's key, SHA-512", "020102" CA_KEY_SHA512,
	    "2 1 2 " CA_KEY_SHA512, true },
	{ "the leaf is no anchor", "020001" LEAF_SHA256, "2 0 1 " LEAF_SHA256,
	    false },
	{ "nor its key", "020101" LEAF_KEY_SHA256, "2 1 1 " LEAF_KEY_SHA256,
	    false },
	{ "the CA is no leaf", "030001" CA_SHA256, "3 0 1 " CA_SHA256, false },
	{ "nor its key", "030101" CA_KEY_SHA256, "3 1 1 " CA_KEY_SHA256, false },
	{ "certificate for key", "030101" LEAF_SHA256, "3 1 1 " LEAF_SHA256,
	    false },
	{ "key for certificate", "030001" LEAF_KEY_SHA256,
	    "3 0 1 " LEAF_KEY_SHA256, false },
	{ "the leaf's whole key for a certificate", "030000" LEAF_KEY,
	    "3 0 0 " LEAF_KEY, false },
	{ "whole, but only a digest", "030100" LEAF_KEY_SHA256,
	    "3 1 0 " LEAF_KEY_SHA256, false },
	{ "RFC 6698 2.3", "000001"
	    "d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971",
	    "0 0 1 d2abde240d7cd3ee6b4b28c54df034b9"
	    "7983a1d16e8a410e4561cb106618e971", false },
	{ "RFC 6698 2.3", "010102"
	    "92003ba34942dc74152e2f2c408d29eca5a520e7f2e06bb944f4dca346baf63c"
	    "1b177615d466f6c4b71c216a50292bd58c9ebdd2f74e38fe51ffd48c43326cbc",
	    "1 1 2 92003ba34942dc74152e2f2c408d29ec"
	    "a5a520e7f2e06bb944f4dca346baf63c1b177615d466f6c4b71c216a50292bd5"
	    "8c9ebdd2f74e38fe51ffd48c43326cbc", false },
	{ "RFC 7671 5.2", "020001"
	    "e8b54e0b4baa815b06d3462d65fbc7c0cf556eccf9f5303ebfbb77d022f834c0",
	    "2 0 1 e8b54e0b4baa815b06d3462d65fbc7c0"
	    "cf556eccf9f5303ebfbb77d022f834c0", false },
	{ "a matching that nobody knows", "030103" LEAF_KEY_SHA256,
	    "3 1 3 " LEAF_KEY_SHA256, false },
	{ "a selector that nobody knows", "030201" LEAF_KEY_SHA256,
	    "3 2 1 " LEAF_KEY_SHA256, false },
	{ "a usage of one's own", "ff0101" LEAF_KEY_SHA256,
	    "255 1 1 " LEAF_KEY_SHA256, false },
};

static void
test_tlsa(void **state)
{
	struct arena *arena = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(tlsa_cases); i++) {
		const struct tlsa_case *row = &tlsa_cases[i];
		struct dns_record record = record_of(arena, row->rdata);
		const char *why = "unset";
		struct tlsa tlsa;

		assert_int_equal(tlsa_read(&record, &tlsa, &why), 0);
		assert_null(why);
		assert_string_equal(tlsa_text(arena, &tlsa), row->text);
		if (tlsa_matches(&tlsa, chain, COUNT(chain)) != row->matches)
			fail_msg("%s: %s", row->name, row->matches ?
			    "does not match" : "matches");
		assert_false(tlsa_matches(&tlsa, NULL, 0));
	}
	arena_free(arena);
}

/* One octet less or more of a digest, a digit of another: nothing matches. */
static void
test_digest_of_one_other_octet(void **state)
{
	struct arena *arena = arena_new();
	struct dns_record record = record_of(arena, "030101" LEAF_KEY_SHA256);
	unsigned char *rdata = (unsigned char *)(uintptr_t)record.rdata;
	const char *why;
	struct tlsa tlsa;
	size_t i;

	(void)state;
	for (i = 3; i < record.rdata_length; i++) {
		rdata[i] ^= 0x10;
		assert_int_equal(tlsa_read(&record, &tlsa, &why), 0);
		assert_false(tlsa_matches(&tlsa, chain, COUNT(chain)));
		rdata[i] ^= 0x10;
	}
	arena_free(arena);
}

static void
test_bad_tlsa(void **state)
{
	static const struct {
		const char *rdata;
		const char *why;
	} cases[] = {
		{ "", "it holds no data" },
		{ "03", "it holds no data" },
		{ "030101", "it holds no data" },
		{ "03010123", "its SHA-256 digest does not have 32 octets" },
		{ "030101" LEAF_KEY_SHA256 "00",
		    "its SHA-256 digest does not have 32 octets" },
		{ "030102" LEAF_KEY_SHA256,
		    "its SHA-512 digest does not have 64 octets" },
	};
	struct arena *arena = arena_new();
	struct tlsa tlsa;
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct dns_record record = record_of(arena, cases[i].rdata);

		assert_int_equal(tlsa_read(&record, &tlsa, &why), -1);
		assert_string_equal(why, cases[i].why);
	}
	arena_free(arena);
}

/* Lines of a snapshot that are no digests match nothing. */
static void
test_bad_digests(void **state)
{
	static const char *const junk[] = { "", "0", " ", "0 ", "0 1",
	    "0 1 1", "0 1 1 ", "00 1 1 " LEAF_KEY_SHA256,
	    "0 1 1 " LEAF_KEY_SHA256 "0", LEAF_KEY_SHA256,
	    "1 1 1 " LEAF_KEY_SHA256 };
	struct arena *arena = arena_new();
	struct dns_record record = record_of(arena, "030101" LEAF_KEY_SHA256);
	const char *why;
	struct tlsa tlsa;

	(void)state;
	assert_int_equal(tlsa_read(&record, &tlsa, &why), 0);
	assert_false(tlsa_matches(&tlsa, junk, COUNT(junk)));
	arena_free(arena);
}

struct caa_case {
	const char *rdata;
	size_t length;
	const char *text;	/* else why there is none */
	bool ok;
};

#define RDATA(literal) (literal), sizeof(literal) - 1

static const struct caa_case caa_cases[] = {
	/* RFC 8659 4.2, 4.3, 4.4, 4.5 */
	{ RDATA("\0\5issueca1.example.net"), "0 issue \"ca1.example.net\"",
	    true },
	{ RDATA("\0\5issueca1.example.net; account=230123"),
	    "0 issue \"ca1.example.net; account=230123\"", true },
	{ RDATA("\0\5issue;"), "0 issue \";\"", true },
	{ RDATA("\0\5issue%%%%%"), "0 issue \"%%%%%\"", true },
	{ RDATA("\0\x09issuewildca2.example.org"),
	    "0 issuewild \"ca2.example.org\"", true },
	{ RDATA("\0\5iodefmailto:security@example.com"),
	    "0 iodef \"mailto:security@example.com\"", true },
	{ RDATA("\x80\3tbsUnknown"), "128 tbs \"Unknown\"", true },
	{ RDATA("\0\5ISSUEx"), "0 issue \"x\"", true },
	{ RDATA("\1\5issue"), "0 issue \"\"", true },
	{ RDATA("\0\5issuea\"b\\c\x1b\xff"),
	    "0 issue \"a\\\"b\\\\c\\027\\255\"", true },
	{ RDATA(""), "it is too short for its tag", false },
	{ RDATA("\0"), "it is too short for its tag", false },
	{ RDATA("\0\6issue"), "it is too short for its tag", false },
	{ RDATA("\0\0"), "its tag is no word of letters and digits", false },
	{ RDATA("\0\5is-uex"), "its tag is no word of letters and digits",
	    false },
	{ RDATA("\0\5issueca.example\0.evil.example"), "its value holds a NUL",
	    false },
};

static void
test_caa(void **state)
{
	struct arena *arena = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(caa_cases); i++) {
		const struct caa_case *row = &caa_cases[i];
		const struct dns_record record = { .text = "", .rdata =
		    (const unsigned char *)row->rdata,
		    .rdata_length = row->length };
		const char *why = "unset";
		struct caa caa;

		assert_int_equal(caa_read(arena, &record, &caa, &why),
		    row->ok ? 0 : -1);
		assert_string_equal(row->ok ? caa_text(arena, &caa) : why,
		    row->text);
		assert_true(!row->ok || why == NULL);
	}
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tlsa),
		cmocka_unit_test(test_digest_of_one_other_octet),
		cmocka_unit_test(test_bad_tlsa),
		cmocka_unit_test(test_bad_digests),
		cmocka_unit_test(test_caa),
	};

	return cmocka_run_group_tests_name("dane", tests, NULL, NULL);
}
