/*
 * The bytes of a ClientHello, written from RFC 8446 4.1.2, RFC 5246 7.4.1.2
 * and RFC 6101 5.6.1.2, and what a real libssl answers to them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "parse/tls_hello.h"
#include "parse/tls_reply.h"
#include "parse/tls_suites.h"
#include "tests/unit/tls_same.h"
#include "tests/unit/tls_server.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define BYTES(literal) (literal), sizeof(literal) - 1
#define R32 "0123456789abcdef0123456789ABCDEF"

static const uint8_t *const client_random = (const uint8_t *)R32;

struct bytes_case {
	const char *name;
	struct tls_offer offer;
	const char *bytes;
	size_t length;
};

/* The count is said: gcc 10 takes a sizeof here for a missing initializer. */
#define OFFER_SUITES(count, ...) .suites = (const uint16_t[]){ __VA_ARGS__ }, \
	.suite_count = (count)
#define OFFER_GROUPS(count, ...) .groups = (const uint16_t[]){ __VA_ARGS__ }, \
	.group_count = (count)
#define OFFER_SIGALGS(count, ...) .sigalgs = (const uint16_t[]){ __VA_ARGS__ }, \
	.sigalg_count = (count)

static const struct bytes_case bytes_cases[] = {
	{ "SSL 3.0: no extensions, SCSV instead", {
	    .version = TLS_SSL3, OFFER_SUITES(1, 0x0005),
	    .server_name = "a.example", .session_ticket = true },
	    BYTES("\x16\3\0\0\x2f" "\1\0\0\x2b" "\3\0" R32 "\0"
	    "\0\4" "\0\5" "\0\xff" "\1\0") },
	{ "TLS 1.1: no signature_algorithms", {
	    .version = TLS_1_1, OFFER_SUITES(1, 0x002F),
	    OFFER_SIGALGS(1, 0x0401) },
	    BYTES("\x16\3\1\0\x3e" "\1\0\0\x3a" "\3\2" R32 "\0"
	    "\0\2" "\0\x2f" "\1\0" "\0\x0f"
	    "\0\x17\0\0" "\xff\1\0\1\0" "\0\x0b\0\2\1\0") },
	{ "TLS 1.2 with all there is", {
	    .version = TLS_1_2, OFFER_SUITES(2, 0xC02F, 0x009C),
	    OFFER_GROUPS(2, 0x001D, 0x0017), OFFER_SIGALGS(1, 0x0804),
	    .server_name = "mx.a", .compression = true,
	    .fallback_scsv = true, .session_ticket = true,
	    .status_request = true },
	    BYTES("\x16\3\1\0\x6f" "\1\0\0\x6b" "\3\3" R32 "\0"
	    "\0\6" "\xc0\x2f" "\0\x9c" "\x56\0" "\2\1\0" "\0\x3b"
	    "\0\0\0\x09\0\7\0\0\4mx.a"
	    "\0\x17\0\0" "\xff\1\0\1\0"
	    "\0\x0a\0\6\0\4\0\x1d\0\x17"
	    "\0\x0b\0\2\1\0" "\0\x23\0\0" "\0\5\0\5\1\0\0\0\0"
	    "\0\x0d\0\4\0\2\x08\4") },
	{ "TLS 1.3: session id, supported_versions, empty key_share", {
	    .version = TLS_1_3, OFFER_SUITES(1, 0x1301),
	    OFFER_GROUPS(1, 0x11EC), OFFER_SIGALGS(1, 0x0403) },
	    BYTES("\x16\3\1\0\x7b" "\1\0\0\x77" "\3\3" R32 "\x20" R32
	    "\0\2" "\x13\1" "\1\0" "\0\x2c"
	    "\0\x17\0\0" "\xff\1\0\1\0" "\0\x0a\0\4\0\2\x11\xec"
	    "\0\x0b\0\2\1\0" "\0\x0d\0\4\0\2\4\3"
	    "\0\x2b\0\3\2\3\4" "\0\x33\0\2\0\0") },
};

static void
test_bytes(void **state)
{
	struct buf buf;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bytes_cases); i++) {
		const struct bytes_case *item = &bytes_cases[i];

		buf_init(&buf, 4096);
		print_message("%s\n", item->name);
		assert_int_equal(tls_client_hello(&item->offer, client_random,
		    &buf), 0);
		assert_int_equal(buf.length, item->length);
		assert_memory_equal(buf.bytes, item->bytes, item->length);
		buf_done(&buf);
	}
}

struct refused_case {
	const char *name;
	struct tls_offer offer;
};

static void
test_refused(void **state)
{
	static const uint16_t many[401] = { 0 };
	static const char long_name[257] =
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	const struct refused_case cases[] = {
		{ "no version", { OFFER_SUITES(1, 0x2F) } },
		{ "SSL 2.0", { .version = 0x0200, OFFER_SUITES(1, 0x2F) } },
		{ "no suite", { .version = TLS_1_2 } },
		{ "401 suites", { .version = TLS_1_2, .suites = many,
		    .suite_count = 401 } },
		{ "401 groups", { .version = TLS_1_2, OFFER_SUITES(1, 0x2F),
		    .groups = many, .group_count = 401 } },
		{ "401 signature algorithms", { .version = TLS_1_2,
		    OFFER_SUITES(1, 0x2F), .sigalgs = many,
		    .sigalg_count = 401 } },
		{ "compression with TLS 1.3", { .version = TLS_1_3,
		    OFFER_SUITES(1, 0x1301), .compression = true } },
		{ "empty name", { .version = TLS_1_2, OFFER_SUITES(1, 0x2F),
		    .server_name = "" } },
		{ "name of 256 bytes", { .version = TLS_1_2,
		    OFFER_SUITES(1, 0x2F), .server_name = long_name } },
	};
	struct buf buf;
	size_t i;

	(void)state;
	buf_init(&buf, 8192);
	for (i = 0; i < COUNT(cases); i++) {
		if (tls_client_hello(&cases[i].offer, client_random,
		    &buf) != -1)
			fail_msg("%s", cases[i].name);
		assert_int_equal(buf.length, 0);
	}
	buf_done(&buf);
}

static void
test_largest(void **state)
{
	static const uint16_t many[400] = { 0 };
	struct tls_offer offer = {
		.version = TLS_1_3,
		.suites = many, .suite_count = 400,
		.groups = many, .group_count = 400,
		.sigalgs = many, .sigalg_count = 400,
		.fallback_scsv = true, .session_ticket = true,
		.status_request = true,
	};
	char name[256];
	struct buf buf;

	(void)state;
	memset(name, 'a', 255);
	name[255] = '\0';
	offer.server_name = name;
	buf_init(&buf, 8192);
	assert_int_equal(tls_client_hello(&offer, client_random, &buf), 0);
	/* 5 + 4 + 67 + 2 + 802 + 2 + 2 + (264 + 4 + 5 + 806 + 6 + 4 + 9 + 806
	 * + 7 + 6) */
	assert_int_equal(buf.length, 2801);
	assert_int_equal((uint8_t)buf.bytes[3] << 8 | (uint8_t)buf.bytes[4],
	    2801 - 5);
	buf_done(&buf);
	buf_init(&buf, 2800);
	assert_int_equal(tls_client_hello(&offer, client_random, &buf), -1);
	assert_int_equal(buf.length, 0);
	buf_done(&buf);
}

static void
test_alert(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 100);
	assert_int_equal(tls_alert(TLS_1_0, 2, 80, &buf), 0);
	assert_int_equal(tls_alert(TLS_1_3, 1, 0, &buf), 0);
	assert_int_equal(buf.length, 14);
	assert_memory_equal(buf.bytes, "\x15\3\1\0\2\2\x50" "\x15\3\3\0\2\1\0",
	    14);
	assert_int_equal(tls_alert(0x0200, 2, 80, &buf), -1);
	assert_int_equal(tls_alert(TLS_1_2, 0, 80, &buf), -1);
	assert_int_equal(tls_alert(TLS_1_2, 3, 80, &buf), -1);
	assert_int_equal(buf.length, 14);
	buf_done(&buf);
}

struct answer_case {
	const char *name;
	struct tls_server server;
	struct tls_offer offer;
	struct tls_reply reply;		/* what is to come of it */
	size_t certificates;
};

#define ALL_SIGALGS OFFER_SIGALGS(5, 0x0403, 0x0804, 0x0401, 0x0201, 0x0203)
#define TO_1_2 { TLS1_VERSION, TLS1_2_VERSION, NULL, NULL }
#define TO_1_3 { TLS1_VERSION, TLS1_3_VERSION, NULL, NULL }
#define RETRY(id, suite_id) { .state = TLS_REPLY_RETRY, .version = TLS_1_3, \
	.suite = (suite_id), .group = (id) }
#define REFUSAL(number) { .state = TLS_REPLY_ALERT, .alert_level = 2, \
	.alert = (number) }

static const struct answer_case answer_cases[] = {
	{ "TLS 1.2, ECDHE on x25519", TO_1_2, {
	    .version = TLS_1_2, OFFER_SUITES(1, 0xC02F), OFFER_GROUPS(1, 0x001D),
	    OFFER_SIGALGS(1, 0x0804), .server_name = "mx.example.com" },
	    { .state = TLS_REPLY_HELLO, .version = TLS_1_2, .suite = 0xC02F,
	    .group = 0x001D, .sigalg = 0x0804, .has_hello = true,
	    .extended_master_secret = true, .renegotiation_info = true }, 1 },
	{ "TLS 1.2, ECDSA, ticket and staple", {
	    TLS1_VERSION, TLS1_2_VERSION, NULL, "a response" }, {
	    .version = TLS_1_2, OFFER_SUITES(1, 0xC02C),
	    OFFER_GROUPS(2, 0x0018, 0x0017), OFFER_SIGALGS(1, 0x0403),
	    .session_ticket = true, .status_request = true },
	    { .state = TLS_REPLY_HELLO, .version = TLS_1_2, .suite = 0xC02C,
	    .group = 0x0018, .sigalg = 0x0403, .has_hello = true,
	    .extended_master_secret = true, .renegotiation_info = true,
	    .session_ticket = true, .status_request = true,
	    .stapled = true }, 1 },
	{ "TLS 1.2, DHE", TO_1_2, {
	    .version = TLS_1_2, OFFER_SUITES(1, 0x009E), OFFER_SIGALGS(1, 0x0401) },
	    { .state = TLS_REPLY_HELLO, .version = TLS_1_2, .suite = 0x009E,
	    .dh_bits = 2048, .sigalg = 0x0401, .has_hello = true,
	    .extended_master_secret = true, .renegotiation_info = true }, 1 },
	{ "TLS 1.2, RSA key exchange", TO_1_2, {
	    .version = TLS_1_2, OFFER_SUITES(1, 0x009C), OFFER_SIGALGS(1, 0x0401),
	    .compression = true },
	    { .state = TLS_REPLY_HELLO, .version = TLS_1_2, .suite = 0x009C,
	    .has_hello = true, .extended_master_secret = true,
	    .renegotiation_info = true }, 1 },
	{ "TLS 1.2, anonymous ECDH", TO_1_2, {
	    .version = TLS_1_2, OFFER_SUITES(1, 0xC018), OFFER_GROUPS(1, 0x0017),
	    ALL_SIGALGS },
	    { .state = TLS_REPLY_HELLO, .version = TLS_1_2, .suite = 0xC018,
	    .group = 0x0017, .has_hello = true,
	    .extended_master_secret = true, .renegotiation_info = true }, 0 },
	{ "TLS 1.1, anonymous DH", TO_1_2, {
	    .version = TLS_1_1, OFFER_SUITES(1, 0x0034) },
	    { .state = TLS_REPLY_HELLO, .version = TLS_1_1, .suite = 0x0034,
	    /* libssl's choice when no certificate says how strong. */
	    .dh_bits = 1024, .has_hello = true,
	    .extended_master_secret = true, .renegotiation_info = true }, 0 },
	{ "TLS 1.0, ECDHE on secp521r1", TO_1_2, {
	    .version = TLS_1_0, OFFER_SUITES(1, 0xC013), OFFER_GROUPS(1, 0x0019) },
	    { .state = TLS_REPLY_HELLO, .version = TLS_1_0, .suite = 0xC013,
	    .group = 0x0019, .has_hello = true,
	    .extended_master_secret = true, .renegotiation_info = true }, 1 },
	{ "TLS 1.1 offered to TLS 1.2 alone", {
	    TLS1_2_VERSION, TLS1_2_VERSION, NULL, NULL }, {
	    .version = TLS_1_1, OFFER_SUITES(1, 0x002F) }, REFUSAL(70), 0 },
	/* SSL 3.0 has no protocol_version, RFC 6101 5.4.2. */
	{ "SSL 3.0 offered", TO_1_2, {
	    .version = TLS_SSL3, OFFER_SUITES(1, 0x002F) }, REFUSAL(40), 0 },
	{ "no suite in common", {
	    TLS1_VERSION, TLS1_2_VERSION, "AES128-SHA", NULL }, {
	    .version = TLS_1_2, OFFER_SUITES(1, 0x0035) }, REFUSAL(40), 0 },
	{ "fallback", TO_1_2, {
	    .version = TLS_1_1, OFFER_SUITES(1, 0x002F), .fallback_scsv = true },
	    REFUSAL(86), 0 },
	{ "TLS 1.3 on x25519", TO_1_3, {
	    .version = TLS_1_3, OFFER_SUITES(1, 0x1301), OFFER_GROUPS(1, 0x001D),
	    ALL_SIGALGS }, RETRY(0x001D, 0x1301), 0 },
	{ "TLS 1.3 on secp256r1", TO_1_3, {
	    .version = TLS_1_3, OFFER_SUITES(1, 0x1302), OFFER_GROUPS(1, 0x0017),
	    ALL_SIGALGS, .server_name = "mx.example.com" },
	    RETRY(0x0017, 0x1302), 0 },
	{ "TLS 1.3 on x448", TO_1_3, {
	    .version = TLS_1_3, OFFER_SUITES(1, 0x1303), OFFER_GROUPS(1, 0x001E),
	    ALL_SIGALGS, .session_ticket = true, .status_request = true },
	    RETRY(0x001E, 0x1303), 0 },
	{ "TLS 1.3, no group in common", TO_1_3, {
	    .version = TLS_1_3, OFFER_SUITES(1, 0x1301), OFFER_GROUPS(1, 0x0001),
	    ALL_SIGALGS }, REFUSAL(40), 0 },
	{ "TLS 1.3 offered to TLS 1.2", TO_1_2, {
	    .version = TLS_1_3, OFFER_SUITES(1, 0x1301), OFFER_GROUPS(1, 0x001D),
	    ALL_SIGALGS }, REFUSAL(70), 0 },
};

static void
cut_everywhere(const uint8_t *bytes, size_t length)
{
	struct tls_reply reply;
	size_t cut;

	for (cut = 0; cut < length; cut++) {
		parse_copy(bytes, cut, false, &reply);
		assert_int_equal(reply.state, TLS_REPLY_MORE);
		tls_reply_done(&reply);
		parse_copy(bytes, cut, true, &reply);
		assert_int_equal(reply.state, reply.has_hello ?
		    TLS_REPLY_HELLO : TLS_REPLY_BROKEN);
		assert_true(reply.why[0] != '\0');
		tls_reply_done(&reply);
	}
}

static void
test_libssl_answers(void **state)
{
	SSL_CTX *context = tls_server_new();
	uint8_t bytes[16384];
	struct tls_reply reply;
	struct buf hello;
	size_t length, i;

	(void)state;
	for (i = 0; i < COUNT(answer_cases); i++) {
		const struct answer_case *item = &answer_cases[i];

		print_message("%s\n", item->name);
		buf_init(&hello, 4096);
		assert_int_equal(tls_client_hello(&item->offer, client_random,
		    &hello), 0);
		length = tls_server_answer(context, &item->server, hello.bytes,
		    hello.length, bytes, sizeof(bytes));
		buf_done(&hello);
		parse_copy(bytes, length, false, &reply);
		assert_same_reply(&reply, &item->reply);
		assert_int_equal(reply.certificate_count, item->certificates);
		tls_reply_done(&reply);
		/* A CCS behind HelloRetryRequest is not waited for. */
		if (item->reply.state == TLS_REPLY_HELLO)
			cut_everywhere(bytes, length);
	}
	SSL_CTX_free(context);
}

/* Every code point there is, in one hello: libssl reads it all the same. */
static void
test_everything_offered(void **state)
{
	static const struct tls_server server = TO_1_2;
	SSL_CTX *context = tls_server_new();
	uint16_t suites[400], groups[100], sigalgs[100];
	struct tls_offer offer = {
		.version = TLS_1_2,
		.suites = suites, .suite_count = tls_suite_count,
		.groups = groups, .group_count = tls_group_count,
		.sigalgs = sigalgs, .sigalg_count = tls_sigalg_count,
	};
	uint8_t bytes[16384];
	struct tls_reply reply;
	struct buf hello;
	size_t length, i;

	(void)state;
	for (i = 0; i < tls_suite_count; i++)
		suites[i] = tls_suites[i].id;
	for (i = 0; i < tls_group_count; i++)
		groups[i] = tls_groups[i].id;
	for (i = 0; i < tls_sigalg_count; i++)
		sigalgs[i] = tls_sigalgs[i].id;
	buf_init(&hello, 4096);
	assert_int_equal(tls_client_hello(&offer, client_random, &hello), 0);
	length = tls_server_answer(context, &server, hello.bytes, hello.length,
	    bytes, sizeof(bytes));
	parse_copy(bytes, length, false, &reply);
	assert_string_equal(reply.why, "");
	assert_int_equal(reply.state, TLS_REPLY_HELLO);
	assert_int_equal(reply.version, TLS_1_2);
	assert_non_null(tls_suite_find(reply.suite));
	tls_reply_done(&reply);
	buf_done(&hello);
	SSL_CTX_free(context);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_largest),
		cmocka_unit_test(test_alert),
		cmocka_unit_test(test_libssl_answers),
		cmocka_unit_test(test_everything_offered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
