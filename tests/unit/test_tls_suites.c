/* The registries of TLS code points, against those that libssl knows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/ssl.h>

#include "parse/tls_suites.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void
test_suites_table(void **state)
{
	const struct tls_suite *suite;
	size_t i, j;

	(void)state;
	/* The registry of 2025: 350 assigned, signalling values aside. */
	assert_int_equal(tls_suite_count, 350);
	for (i = 0; i < tls_suite_count; i++) {
		suite = &tls_suites[i];
		assert_true(i == 0 || tls_suites[i - 1].id < suite->id);
		assert_int_equal(strncmp(suite->name, "TLS_", 4), 0);
		assert_ptr_equal(tls_suite_find(suite->id), suite);
		assert_ptr_equal(tls_suite_find_name(suite->name), suite);
		for (j = 0; j < i; j++)
			assert_string_not_equal(tls_suites[j].name,
			    suite->name);
		if (suite->openssl != NULL)
			assert_ptr_equal(tls_suite_find_name(suite->openssl),
			    suite);
	}
}

static void
test_no_suite(void **state)
{
	/* Signalling, RFC 8701's, reserved, drafts, GOST's private ones. */
	static const uint16_t none[] = { 0x00FF, 0x5600, 0x0A0A, 0xFAFA,
	    0x001C, 0x001D, 0x0047, 0x0066, 0x006E, 0x0083, 0x00C8, 0x1300,
	    0x1308, 0xC000, 0xC0B6, 0xC107, 0xCC13, 0xCCA7, 0xCCAF, 0xD004,
	    0xFF85, 0xFFFF };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(none); i++)
		assert_null(tls_suite_find(none[i]));
	assert_null(tls_suite_find_name("NULL"));
	assert_null(tls_suite_find_name(""));
	assert_null(tls_suite_find_name("AES128-SHA "));
}

/* Suites of libssl that IANA assigned no id, or that are signals. */
static bool
is_unassigned(unsigned id)
{
	static const unsigned ids[] = { 0x0081, 0x0083, 0x00FF, 0x5600, 0xFF85,
	    0xFF87 };
	size_t i;

	for (i = 0; i < COUNT(ids); i++) {
		if (ids[i] == id)
			return true;
	}
	return false;
}

static void
test_libssl_suites(void **state)
{
	SSL_CTX *context = SSL_CTX_new(TLS_method());
	SSL *ssl = SSL_new(context);
	const struct tls_suite *suite;
	const SSL_CIPHER *cipher;
	unsigned id, compared = 0;

	(void)state;
	assert_non_null(ssl);
	for (id = 0; id <= 0xFFFF; id++) {
		unsigned char wire[2] = { (unsigned char)(id >> 8),
		    (unsigned char)(id & 0xff) };

		cipher = SSL_CIPHER_find(ssl, wire);
		if (cipher == NULL || is_unassigned(id))
			continue;
		suite = tls_suite_find((uint16_t)id);
		if (suite == NULL)
			fail_msg("0x%04X %s is not in the table", id,
			    SSL_CIPHER_get_name(cipher));
		else {
			assert_string_equal(suite->openssl,
			    SSL_CIPHER_get_name(cipher));
			/* libssl has no standard name for GOST's. */
			if (SSL_CIPHER_standard_name(cipher) != NULL)
				assert_string_equal(suite->name,
				    SSL_CIPHER_standard_name(cipher));
		}
		compared++;
	}
	assert_true(compared > 100);
	SSL_free(ssl);
	SSL_CTX_free(context);
}

struct class_case {
	const char *name;
	enum tls_suite_class class;
};

static void
test_classes(void **state)
{
	static const struct class_case cases[] = {
		{ "TLS_AES_256_GCM_SHA384", SUITE_TLS13 },
		{ "TLS_CHACHA20_POLY1305_SHA256", SUITE_TLS13 },
		{ "TLS_AES_128_CCM_8_SHA256", SUITE_TLS13 },
		{ "TLS_SHA256_SHA256", SUITE_TLS13 },
		{ "TLS_SM4_GCM_SM3", SUITE_TLS13 },
		{ "TLS_GOSTR341112_256_WITH_MAGMA_MGM_S", SUITE_TLS13 },
		{ "TLS_GOSTR341112_256_WITH_MAGMA_CTR_OMAC", SUITE_OTHER },
		{ "ECDHE-RSA-AES128-GCM-SHA256", SUITE_ECDHE_GCM },
		{ "ECDHE-ECDSA-AES256-GCM-SHA384", SUITE_ECDHE_GCM },
		{ "ECDHE-RSA-CHACHA20-POLY1305", SUITE_ECDHE_CHACHA },
		{ "ECDHE-ECDSA-CHACHA20-POLY1305", SUITE_ECDHE_CHACHA },
		{ "ECDHE-RSA-AES128-SHA256", SUITE_ECDHE_CBC_SHA2 },
		{ "ECDHE-RSA-AES256-SHA384", SUITE_ECDHE_CBC_SHA2 },
		{ "ECDHE-ECDSA-AES256-SHA384", SUITE_ECDHE_CBC_SHA2 },
		{ "ECDHE-RSA-AES128-SHA", SUITE_OTHER },
		{ "ECDHE-RSA-CAMELLIA128-SHA256", SUITE_OTHER },
		{ "ECDHE-ECDSA-AES128-CCM", SUITE_OTHER },
		{ "ECDHE-ARIA128-GCM-SHA256", SUITE_OTHER },
		{ "ECDHE-PSK-AES128-CBC-SHA256", SUITE_OTHER },
		{ "TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256", SUITE_OTHER },
		{ "ECDHE-PSK-CHACHA20-POLY1305", SUITE_OTHER },
		{ "DHE-RSA-AES256-GCM-SHA384", SUITE_OTHER },
		{ "AES256-GCM-SHA384", SUITE_OTHER },
		{ "EXP-RC4-MD5", SUITE_OTHER },
		{ "TLS_NULL_WITH_NULL_NULL", SUITE_OTHER },
	};
	size_t counts[SUITE_OTHER + 1] = { 0 }, i;
	const struct tls_suite *suite;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		suite = tls_suite_find_name(cases[i].name);
		if (suite == NULL || suite->class != cases[i].class)
			fail_msg("%s", cases[i].name);
	}
	for (i = 0; i < tls_suite_count; i++)
		counts[tls_suites[i].class]++;
	assert_int_equal(counts[SUITE_TLS13], 15);
	assert_int_equal(counts[SUITE_ECDHE_GCM], 4);
	assert_int_equal(counts[SUITE_ECDHE_CHACHA], 2);
	assert_int_equal(counts[SUITE_ECDHE_CBC_SHA2], 4);
}

static void
test_groups(void **state)
{
	const struct tls_group *group;
	size_t i, j;

	(void)state;
	for (i = 0; i < tls_group_count; i++) {
		group = &tls_groups[i];
		assert_ptr_equal(tls_group_find(group->id), group);
		assert_int_equal(group->weak, group->bits < 112);
		for (j = 0; j < i; j++)
			assert_string_not_equal(tls_groups[j].name,
			    group->name);
		/* Hybrids come first, what TLS 1.3 may use before the rest. */
		assert_true(i == 0 || tls_groups[i - 1].hybrid >=
		    group->hybrid);
		assert_true(i == 0 || tls_groups[i - 1].tls13 >=
		    group->tls13);
		assert_true(i == 0 || tls_groups[i - 1].weak <= group->weak);
	}
	/* RFC 8422 5.1.1, RFC 8446 4.2.7: every number from 1 to 41. */
	for (i = 1; i <= 41; i++)
		assert_non_null(tls_group_find((uint16_t)i));
	for (i = 0x100; i <= 0x104; i++)
		assert_non_null(tls_group_find((uint16_t)i));
	assert_null(tls_group_find(0));
	assert_null(tls_group_find(42));
}

struct code_case {
	unsigned id;
	const char *name;
};

static void
test_names(void **state)
{
	static const struct code_case groups[] = {
		{ 1, "sect163k1" }, { 14, "sect571r1" }, { 18, "secp192k1" },
		{ 19, "secp192r1" }, { 22, "secp256k1" }, { 23, "secp256r1" },
		{ 25, "secp521r1" }, { 26, "brainpoolP256r1" },
		{ 29, "x25519" }, { 30, "x448" }, { 256, "ffdhe2048" },
		{ 260, "ffdhe8192" }, { 4587, "SecP256r1MLKEM768" },
		{ 4588, "X25519MLKEM768" }, { 4589, "SecP384r1MLKEM1024" },
		{ 25497, "X25519Kyber768Draft00" }, { 0x2A2A, "0x2A2A" },
	};
	static const struct code_case sigalgs[] = {
		{ 0x0804, "rsa_pss_rsae_sha256" }, { 0x0101, "rsa_pkcs1_md5" },
		{ 0x0201, "rsa_pkcs1_sha1" }, { 0x0203, "ecdsa_sha1" },
		{ 0x0202, "dsa_sha1" }, { 0x0403, "ecdsa_secp256r1_sha256" },
		{ 0x0807, "ed25519" }, { 0xFEFE, "0xFEFE" },
	};
	static const struct code_case suites[] = {
		{ 0x1301, "TLS_AES_128_GCM_SHA256" },
		{ 0xC02F, "ECDHE-RSA-AES128-GCM-SHA256" },
		{ 0x000A, "DES-CBC3-SHA" }, { 0x0003, "EXP-RC4-MD5" },
		{ 0xC03C, "TLS_RSA_WITH_ARIA_128_CBC_SHA256" },
		{ 0x0A0A, "0x0A0A" },
	};
	static const struct code_case alerts[] = {
		{ 0, "close_notify" }, { 40, "handshake_failure" },
		{ 70, "protocol_version" }, { 86, "inappropriate_fallback" },
		{ 112, "unrecognized_name" }, { 99, "alert 99" },
		{ 255, "alert 255" },
	};
	char buffer[16];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(groups); i++)
		assert_string_equal(tls_group_name((uint16_t)groups[i].id,
		    buffer), groups[i].name);
	for (i = 0; i < COUNT(sigalgs); i++)
		assert_string_equal(tls_sigalg_name((uint16_t)sigalgs[i].id,
		    buffer), sigalgs[i].name);
	for (i = 0; i < COUNT(suites); i++)
		assert_string_equal(tls_suite_name((uint16_t)suites[i].id,
		    buffer), suites[i].name);
	for (i = 0; i < COUNT(alerts); i++)
		assert_string_equal(tls_alert_name((uint8_t)alerts[i].id,
		    buffer), alerts[i].name);
}

static void
test_sigalgs(void **state)
{
	const struct tls_sigalg *sigalg;
	unsigned hash, signature;
	size_t i, j;

	(void)state;
	for (i = 0; i < tls_sigalg_count; i++) {
		sigalg = &tls_sigalgs[i];
		hash = sigalg->id >> 8;
		signature = sigalg->id & 0xff;
		/* RFC 5246 7.4.1.4.1: MD5 1, SHA-1 2, SHA-224 3; DSA 2. */
		assert_int_equal(sigalg->weak, hash <= 3 || (hash <= 6 &&
		    signature == 2));
		/* RFC 8446 4.2.3: RSASSA-PKCS1-v1_5 for certificates alone. */
		assert_false(sigalg->tls13 && (sigalg->weak || (hash <= 6 &&
		    signature == 1)));
		for (j = 0; j < i; j++)
			assert_int_not_equal(tls_sigalgs[j].id, sigalg->id);
	}
}

static void
test_versions(void **state)
{
	static const struct code_case cases[] = {
		{ 0x0300, "SSLv3" }, { 0x0301, "TLSv1.0" },
		{ 0x0302, "TLSv1.1" }, { 0x0303, "TLSv1.2" },
		{ 0x0304, "TLSv1.3" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		assert_string_equal(tls_version_name((uint16_t)cases[i].id),
		    cases[i].name);
		assert_int_equal(tls_version_parse(cases[i].name),
		    cases[i].id);
	}
	assert_null(tls_version_name(0x0200));
	assert_null(tls_version_name(0x0305));
	assert_int_equal(tls_version_parse("TLSv1"), 0);
	assert_int_equal(tls_version_parse(""), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_suites_table),
		cmocka_unit_test(test_no_suite),
		cmocka_unit_test(test_libssl_suites),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_sigalgs),
		cmocka_unit_test(test_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
