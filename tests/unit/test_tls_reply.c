/*
 * What servers answer to a ClientHello, byte strings written from RFC 8446
 * section 4, RFC 5246 section 7, RFC 4279 section 3, RFC 8422 5.4 and RFC 6066
 * section 8. What libssl really answers is in test_tls_hello.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parse/tls_reply.h"
#include "parse/tls_suites.h"
#include "tests/unit/tls_same.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define BYTES(literal) (literal), sizeof(literal) - 1
#define R32 "0123456789abcdef0123456789ABCDEF"
#define RETRY_RANDOM "\xCF\x21\xAD\x74\xE5\x9A\x61\x11" \
	"\xBE\x1D\x8C\x02\x1E\x65\xB8\x91" "\xC2\xA2\x11\x16\x7A\xBB\x8C\x5E" \
	"\x07\x9E\x09\xE2\xC8\xA8\x33\x9C"

/* 42 bytes (0x2a) each, without extensions. */
#define HELLO_OF(version, suite) "\2\0\0\x26" version R32 "\0" suite "\0"
#define RSA_HELLO HELLO_OF("\3\3", "\0\x9c")
#define DONE "\x0e\0\0\0"

struct reply_case {
	const char *name;
	const char *bytes;
	size_t length;
	struct tls_reply reply;
	size_t certificates;
};

#define HELLO(version_id, suite_id) .state = TLS_REPLY_HELLO, \
	.has_hello = true, .version = (version_id), .suite = (suite_id)

/* Whole replies, to be read without being told that they ended. */
static const struct reply_case whole_cases[] = {
	{ "RSA key exchange", BYTES("\x16\3\3\0\x2e" RSA_HELLO DONE),
	    { HELLO(TLS_1_2, 0x009C) }, 0 },
	{ "compression", BYTES("\x16\3\1\0\x2e" "\2\0\0\x26\3\1" R32
	    "\0\0\x2f\1" DONE),
	    { HELLO(TLS_1_0, 0x002F), .compression = 1 }, 0 },
	{ "a message over three records",
	    BYTES("\x16\3\3\0\2\2\0" "\x16\3\3\0\4\0\x26\3\3"
	    "\x16\3\3\0\x28" R32 "\0\0\x9c\0" DONE),
	    { HELLO(TLS_1_2, 0x009C) }, 0 },
	{ "ECDHE with chain, staple and extensions",
	    BYTES("\x16\3\3\0\x6a" "\2\0\0\x39\3\3" R32 "\0\xc0\x2f\0" "\0\x11"
	    "\0\x17\0\0" "\xff\1\0\1\0" "\0\x23\0\0" "\0\5\0\0"
	    "\x0b\0\0\x0c" "\0\0\x09" "\0\0\2AB" "\0\0\1C"
	    "\x16\0\0\7" "\1\0\0\3ocs"
	    "\x0c\0\0\x0a" "\3\0\x1d\1P" "\x08\4\0\1S" DONE),
	    { HELLO(TLS_1_2, 0xC02F), .group = 0x001D, .sigalg = 0x0804,
	    .extended_master_secret = true, .renegotiation_info = true,
	    .session_ticket = true, .status_request = true,
	    .stapled = true }, 2 },
	{ "an empty staple", BYTES("\x16\3\3\0\x36" RSA_HELLO
	    "\x16\0\0\4" "\1\0\0\0" DONE),
	    { HELLO(TLS_1_2, 0x009C) }, 0 },
	{ "renegotiation_info of a renegotiation", BYTES("\x16\3\3\0\x36"
	    "\2\0\0\x2e\3\3" R32 "\0\0\x9c\0" "\0\6" "\xff\1\0\2\1x" DONE),
	    { HELLO(TLS_1_2, 0x009C) }, 0 },
	{ "DHE with TLS 1.2, p with leading zeroes", BYTES("\x16\3\3\0\x43"
	    HELLO_OF("\3\3", "\0\x9e")
	    "\x0c\0\0\x11" "\0\4\0\0\x7f\xff" "\0\1\2" "\0\1\3" "\4\1\0\1S"
	    DONE),
	    { HELLO(TLS_1_2, 0x009E), .dh_bits = 15, .sigalg = 0x0401 }, 0 },
	{ "DHE with TLS 1.0: no algorithm", BYTES("\x16\3\1\0\x41"
	    HELLO_OF("\3\1", "\0\x33")
	    "\x0c\0\0\x0f" "\0\4\x80\0\0\0" "\0\1\2" "\0\1\3" "\0\1S" DONE),
	    { HELLO(TLS_1_0, 0x0033), .dh_bits = 32 }, 0 },
	{ "DHE export with SSL 3.0", BYTES("\x16\3\0\0\x3f"
	    HELLO_OF("\3\0", "\0\x14")
	    "\x0c\0\0\x0d" "\0\2\x80\0" "\0\1\2" "\0\1\3" "\0\1S" DONE),
	    { HELLO(TLS_SSL3, 0x0014), .dh_bits = 16 }, 0 },
	{ "anonymous DH, export", BYTES("\x16\3\0\0\x3c"
	    HELLO_OF("\3\0", "\0\x17")
	    "\x0c\0\0\x0a" "\0\2\1\0" "\0\1\2" "\0\1\3" DONE),
	    { HELLO(TLS_SSL3, 0x0017), .dh_bits = 9 }, 0 },
	{ "RSA export: an RSA key, which is not looked at",
	    BYTES("\x16\3\0\0\x38" HELLO_OF("\3\0", "\0\3")
	    "\x0c\0\0\6" "\0\1\x7f\0\1\3" DONE),
	    { HELLO(TLS_SSL3, 0x0003) }, 0 },
	{ "DHE_PSK: a hint, no signature", BYTES("\x16\3\3\0\x3f"
	    HELLO_OF("\3\3", "\0\x90")
	    "\x0c\0\0\x0d" "\0\1h" "\0\2\xff\xff" "\0\1\2" "\0\1\3" DONE),
	    { HELLO(TLS_1_2, 0x0090), .dh_bits = 16 }, 0 },
	{ "ECDHE_PSK", BYTES("\x16\3\3\0\x39" HELLO_OF("\3\3", "\xc0\x35")
	    "\x0c\0\0\7" "\0\0" "\3\0\x17\1P" DONE),
	    { HELLO(TLS_1_2, 0xC035), .group = 0x0017 }, 0 },
	{ "PSK: a hint alone", BYTES("\x16\3\3\0\x35"
	    HELLO_OF("\3\3", "\0\x8c") "\x0c\0\0\3" "\0\1h" DONE),
	    { HELLO(TLS_1_2, 0x008C) }, 0 },
	{ "anonymous ECDH", BYTES("\x16\3\2\0\x37"
	    HELLO_OF("\3\2", "\xc0\x18") "\x0c\0\0\5" "\3\0\x17\1P" DONE),
	    { HELLO(TLS_1_1, 0xC018), .group = 0x0017 }, 0 },
	{ "explicit prime curve", BYTES("\x16\3\1\0\x37"
	    HELLO_OF("\3\1", "\xc0\x13") "\x0c\0\0\5" "\1junk" DONE),
	    { HELLO(TLS_1_0, 0xC013), .group = 0xFF01 }, 0 },
	{ "explicit binary curve", BYTES("\x16\3\1\0\x37"
	    HELLO_OF("\3\1", "\xc0\x13") "\x0c\0\0\5" "\2junk" DONE),
	    { HELLO(TLS_1_0, 0xC013), .group = 0xFF02 }, 0 },
	{ "a suite that nobody knows", BYTES("\x16\3\3\0\x37"
	    HELLO_OF("\3\3", "\xcc\x13") "\x0c\0\0\5" "\3\0\x17\1P" DONE),
	    { HELLO(TLS_1_2, 0xCC13) }, 0 },
	{ "HelloRequest, CertificateRequest, CCS: not of interest",
	    BYTES("\x14\3\3\0\1\1" "\x16\3\3\0\4\0\0\0\0"
	    "\x16\3\3\0\x33" RSA_HELLO "\x0d\0\0\1x" DONE),
	    { HELLO(TLS_1_2, 0x009C) }, 0 },
	{ "a warning before the ServerHello", BYTES("\x15\3\3\0\2\1\x70"
	    "\x16\3\3\0\x2e" RSA_HELLO DONE),
	    { HELLO(TLS_1_2, 0x009C) }, 0 },
	{ "TLS 1.3 ServerHello", BYTES("\x16\3\3\0\x3b" "\2\0\0\x37\3\3" R32
	    "\0\x13\1\0" "\0\x0f" "\0\x33\0\5\0\x1d\0\1K" "\0\x2b\0\2\3\4"),
	    { HELLO(TLS_1_3, 0x1301), .group = 0x001D }, 0 },
	{ "HelloRetryRequest, session id echoed", BYTES("\x16\3\3\0\x58"
	    "\2\0\0\x54\3\3" RETRY_RANDOM "\x20" R32 "\x13\2\0"
	    "\0\x0c" "\0\x2b\0\2\3\4" "\0\x33\0\2\x11\xec"),
	    { .state = TLS_REPLY_RETRY, .version = TLS_1_3, .suite = 0x1302,
	    .group = 0x11EC }, 0 },
	{ "HelloRetryRequest with a cookie alone", BYTES("\x16\3\3\0\x39"
	    "\2\0\0\x35\3\3" RETRY_RANDOM "\0\x13\1\0"
	    "\0\x0d" "\0\x2b\0\2\3\4" "\0\x2c\0\3\0\1c"),
	    { .state = TLS_REPLY_RETRY, .version = TLS_1_3,
	    .suite = 0x1301 }, 0 },
	{ "refused", BYTES("\x15\3\3\0\2\2\x28"), { .state = TLS_REPLY_ALERT,
	    .alert_level = 2, .alert = 40 }, 0 },
	{ "closed politely", BYTES("\x15\3\1\0\2\1\0"), {
	    .state = TLS_REPLY_ALERT, .alert_level = 1, .alert = 0 }, 0 },
	{ "an alert behind the ServerHello", BYTES("\x16\3\3\0\x2a" RSA_HELLO
	    "\x15\3\3\0\2\2\x50"), { HELLO(TLS_1_2, 0x009C), .alert_level = 2,
	    .alert = 80 }, 0 },
};

static void
test_whole(void **state)
{
	struct tls_reply reply;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(whole_cases); i++) {
		const struct reply_case *item = &whole_cases[i];

		print_message("%s\n", item->name);
		parse_copy(item->bytes, item->length, false, &reply);
		assert_same_reply(&reply, &item->reply);
		assert_int_equal(reply.certificate_count, item->certificates);
		tls_reply_done(&reply);
		assert_null(reply.assembled);
		/* That no more comes changes nothing. */
		parse_copy(item->bytes, item->length, true, &reply);
		assert_same_reply(&reply, &item->reply);
		tls_reply_done(&reply);
	}
}

static void
test_cut_everywhere(void **state)
{
	struct tls_reply reply;
	size_t i, cut;

	(void)state;
	for (i = 0; i < COUNT(whole_cases); i++) {
		const struct reply_case *item = &whole_cases[i];

		for (cut = 0; cut < item->length; cut++) {
			parse_copy(item->bytes, cut, false, &reply);
			assert_int_equal(reply.state, TLS_REPLY_MORE);
			assert_string_equal(reply.why, "");
			tls_reply_done(&reply);
			parse_copy(item->bytes, cut, true, &reply);
			assert_int_equal(reply.state, reply.has_hello ?
			    TLS_REPLY_HELLO : TLS_REPLY_BROKEN);
			assert_true(reply.why[0] != '\0');
			tls_reply_done(&reply);
		}
	}
}

static void
test_certificates(void **state)
{
	struct tls_reply reply;

	(void)state;
	parse_copy(BYTES("\x16\3\3\0\x2e" RSA_HELLO "\x0b\0\0\x0c"
	    "\x16\3\3\0\6" "\0\0\x09\0\0\2" "\x16\3\3\0\x0a" "AB" "\0\0\1C"
	    DONE), false, &reply);
	assert_int_equal(reply.state, TLS_REPLY_HELLO);
	assert_int_equal(reply.certificate_count, 2);
	assert_int_equal(reply.certificates[0].length, 2);
	assert_memory_equal(reply.certificates[0].bytes, "AB", 2);
	assert_int_equal(reply.certificates[1].length, 1);
	assert_memory_equal(reply.certificates[1].bytes, "C", 1);
	tls_reply_done(&reply);
}

struct file_case {
	const char *path;
	struct tls_reply reply;
	size_t certificates;
};

#define CORPUS "tests/fuzz/corpus/tls_reply/"

/*
 * Of gnutls-serv 3.7.9 --priority NORMAL:+VERS-ALL:%COMPAT (which turns
 * extended_master_secret off), an RSA certificate of 2048 bits. Offered was
 * what the name says.
 */
static const struct file_case file_cases[] = {
	{ CORPUS "gnutls-ecdhe", { HELLO(TLS_1_2, 0xC02F), .group = 0x001D,
	    .sigalg = 0x0804, .renegotiation_info = true,
	    .session_ticket = true }, 1 },
	{ CORPUS "gnutls-dhe", { HELLO(TLS_1_2, 0x009E), .dh_bits = 2048,
	    .sigalg = 0x0804, .renegotiation_info = true }, 1 },
	{ CORPUS "gnutls-tls10", { HELLO(TLS_1_0, 0x002F),
	    .renegotiation_info = true }, 1 },
	{ CORPUS "gnutls-retry", { .state = TLS_REPLY_RETRY,
	    .version = TLS_1_3, .suite = 0x1301, .group = 0x001D }, 0 },
	{ CORPUS "gnutls-ssl3", { .state = TLS_REPLY_ALERT, .alert_level = 2,
	    .alert = 70 }, 0 },
};

static void
test_gnutls(void **state)
{
	static char bytes[TLS_REPLY_MAX];
	struct tls_reply reply;
	size_t length, i;
	FILE *file;

	(void)state;
	for (i = 0; i < COUNT(file_cases); i++) {
		const struct file_case *item = &file_cases[i];

		print_message("%s\n", item->path);
		file = fopen(item->path, "re");
		assert_non_null(file);
		length = fread(bytes, 1, sizeof(bytes), file);
		fclose(file);
		parse_copy(bytes, length, false, &reply);
		assert_same_reply(&reply, &item->reply);
		assert_int_equal(reply.certificate_count, item->certificates);
		tls_reply_done(&reply);
	}
}

struct broken_case {
	const char *name;
	const char *bytes;
	size_t length;
	bool ended;
	const char *why;
};

#define C4(x) x x x x
#define ONE_CERTIFICATE "\0\0\1C"

static const struct broken_case broken_cases[] = {
	{ "SMTP banner", BYTES("220 mx.example.com ESMTP\r\n"), false,
	    "no TLS record: begins with \"220 mx.example.com ESMTP\"" },
	{ "HTTP", BYTES("HTTP/1.1 400 Bad Request\r\n\r\n"), false,
	    "no TLS record: begins with \"HTTP/1.1 400 Bad Request\"" },
	{ "quotes and control characters", BYTES("\"\\\x1b[2J\0\xff"), false,
	    "no TLS record: begins with \"\\\"\\\\\\x1b[2J\\x00\\xff\"" },
	{ "a long text", BYTES("500 0123456789012345678901234567890123456789"
	    "0123456789012345678901234567890123456789"), false,
	    "no TLS record: begins with \"500 "
	    "01234567890123456789012345678901234567890123456789012345678\"" },
	{ "a record of version 2", BYTES("\x16\2\0\0\x2e"), false,
	    "no TLS record: begins with \"\\x16\\x02\\x00\\x00.\"" },
	{ "text behind a record", BYTES("\x15\3\3\0\2\1\x70" "421 no\r\n"),
	    false, "no TLS record: begins with \"421 no\"" },
	{ "SSL 2.0", BYTES("\x80\x0b\4\0\1\0\2\0\0\0\0\0\0"), false,
	    "an SSL 2.0 server hello" },
	{ "nothing", BYTES(""), true, "ended without a byte" },
	{ "a warning, then nothing", BYTES("\x15\3\3\0\2\1\x70"), true,
	    "ended after 7 bytes without a ServerHello" },
	{ "long record", BYTES("\x16\3\3\x40\1"), false,
	    "record of 16385 bytes, at most 16384" },
	{ "empty handshake record", BYTES("\x16\3\3\0\0"), false,
	    "handshake record without a byte" },
	{ "application data", BYTES("\x17\3\3\0\1x"), false,
	    "application data within the handshake" },
	{ "alert of one byte", BYTES("\x15\3\3\0\1\2"), false,
	    "alert of 1 bytes, 2 wanted" },
	{ "alert of level 9", BYTES("\x15\3\3\0\2\x09\x28"), false,
	    "alert of level 9" },
	{ "long message", BYTES("\x16\3\3\0\4\2\1\x80\1"), false,
	    "handshake message 2 of 98305 bytes, at most 98304" },
	{ "Certificate first", BYTES("\x16\3\3\0\4\x0b\0\0\0"), false,
	    "handshake message 11 before a ServerHello" },
	{ "two ServerHellos", BYTES("\x16\3\3\0\x54" RSA_HELLO RSA_HELLO),
	    false, "second ServerHello" },
	{ "an unknown message", BYTES("\x16\3\3\0\x2e" RSA_HELLO
	    "\x63\0\0\0"), false,
	    "handshake message 99, which no server sends here" },
	{ "ServerHelloDone with a body", BYTES("\x16\3\3\0\x2f" RSA_HELLO
	    "\x0e\0\0\1x"), false, "ServerHelloDone of 1 bytes" },
	{ "short ServerHello", BYTES("\x16\3\3\0\5\2\0\0\1\3"), false,
	    "malformed ServerHello of 1 bytes" },
	{ "ServerHello with a session id of 33 bytes",
	    BYTES("\x16\3\3\0\x4b" "\2\0\0\x47\3\3" R32 "\x21" R32 "x"
	    "\0\x9c\0"), false, "malformed ServerHello of 71 bytes" },
	{ "ServerHello with a byte too many", BYTES("\x16\3\3\0\x2b"
	    "\2\0\0\x27\3\3" R32 "\0\0\x9c\0\0"), false,
	    "malformed ServerHello of 39 bytes" },
	{ "extensions longer than the hello", BYTES("\x16\3\3\0\x30"
	    "\2\0\0\x2c\3\3" R32 "\0\0\x9c\0" "\0\5\0\x17\0\0"), false,
	    "malformed ServerHello of 44 bytes" },
	{ "an extension longer than all of them", BYTES("\x16\3\3\0\x30"
	    "\2\0\0\x2c\3\3" R32 "\0\0\x9c\0" "\0\4\0\x17\0\1"), false,
	    "malformed ServerHello of 44 bytes" },
	{ "supported_versions of one byte", BYTES("\x16\3\3\0\x31"
	    "\2\0\0\x2d\3\3" R32 "\0\x13\1\0" "\0\5\0\x2b\0\1\3"), false,
	    "supported_versions of 1 bytes, 2 wanted" },
	{ "key_share cut off", BYTES("\x16\3\3\0\x34" "\2\0\0\x30\3\3" R32
	    "\0\x13\1\0" "\0\x08\0\x33\0\4\0\x1d\0\1"), false,
	    "malformed key_share of 4 bytes" },
	{ "HelloRetryRequest without a version", BYTES("\x16\3\3\0\x2a"
	    "\2\0\0\x26\3\3" RETRY_RANDOM "\0\x13\1\0"), false,
	    "HelloRetryRequest for version 0x0303, below TLS 1.3" },
	{ "an empty certificate", BYTES("\x16\3\3\0\x34" RSA_HELLO
	    "\x0b\0\0\6" "\0\0\3" "\0\0\0"), false,
	    "malformed list of certificates, behind 0" },
	{ "a certificate longer than the list", BYTES("\x16\3\3\0\x38"
	    RSA_HELLO "\x0b\0\0\x0a" "\0\0\7" ONE_CERTIFICATE "\0\xff\xff"),
	    false, "malformed list of certificates, behind 1" },
	{ "a list shorter than the message", BYTES("\x16\3\3\0\x32" RSA_HELLO
	    "\x0b\0\0\4" "\0\0\0x"), false,
	    "malformed Certificate of 4 bytes" },
	{ "Certificate twice", BYTES("\x16\3\3\0\x40"
	    RSA_HELLO "\x0b\0\0\7" "\0\0\4" ONE_CERTIFICATE
	    "\x0b\0\0\7" "\0\0\4" ONE_CERTIFICATE), false,
	    "second Certificate of 7 bytes" },
	{ "17 certificates", BYTES("\x16\3\3\0\x75" RSA_HELLO
	    "\x0b\0\0\x47" "\0\0\x44" C4(C4(ONE_CERTIFICATE))
	    ONE_CERTIFICATE), false, "more than 16 certificates" },
	{ "a status of type 2", BYTES("\x16\3\3\0\x32" RSA_HELLO
	    "\x16\0\0\4" "\2\0\0\0"), false,
	    "malformed CertificateStatus of 4 bytes" },
	{ "a DH modulus of zero", BYTES("\x16\3\3\0\x3d"
	    HELLO_OF("\3\3", "\0\x9e")
	    "\x0c\0\0\x0f" "\0\2\0\0" "\0\1\2" "\0\1\3" "\4\1\0\1S"), false,
	    "malformed ServerKeyExchange of 15 bytes" },
	{ "a DH modulus longer than the message", BYTES("\x16\3\3\0\x30"
	    HELLO_OF("\3\3", "\0\x9e") "\x0c\0\0\2" "\xff\xff"), false,
	    "malformed ServerKeyExchange of 2 bytes" },
	{ "curve type 4", BYTES("\x16\3\3\0\x38"
	    HELLO_OF("\3\3", "\xc0\x2f")
	    "\x0c\0\0\x0a" "\4\0\x1d\1P" "\x08\4\0\1S"), false,
	    "malformed ServerKeyExchange of 10 bytes" },
	{ "a byte behind the signature", BYTES("\x16\3\3\0\x39"
	    HELLO_OF("\3\3", "\xc0\x2f")
	    "\x0c\0\0\x0b" "\3\0\x1d\1P" "\x08\4\0\1Sx"), false,
	    "malformed ServerKeyExchange of 11 bytes" },
};

static void
test_broken(void **state)
{
	struct tls_reply reply;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(broken_cases); i++) {
		const struct broken_case *item = &broken_cases[i];

		print_message("%s\n", item->name);
		parse_copy(item->bytes, item->length, item->ended, &reply);
		assert_string_equal(reply.why, item->why);
		assert_int_equal(reply.state, TLS_REPLY_BROKEN);
		tls_reply_done(&reply);
	}
}

static void
test_ended_within_hello(void **state)
{
	struct tls_reply reply;

	(void)state;
	parse_copy(BYTES("\x16\3\3\0\x2e" RSA_HELLO "\x0b\0"), false, &reply);
	assert_int_equal(reply.state, TLS_REPLY_MORE);
	assert_true(reply.has_hello);
	assert_int_equal(reply.suite, 0x009C);
	tls_reply_done(&reply);
	parse_copy(BYTES("\x16\3\3\0\x2e" RSA_HELLO "\x0b\0"), true, &reply);
	assert_int_equal(reply.state, TLS_REPLY_HELLO);
	assert_string_equal(reply.why,
	    "ended after 49 bytes without a ServerHelloDone");
	tls_reply_done(&reply);
}

/* A peer that never comes to the end is not read for ever. */
static void
test_too_many_bytes(void **state)
{
	static const char header[] = "\x14\3\3\x3f\xfb";	/* 16 KiB in all */
	const size_t size = TLS_REPLY_MAX + 0x4000;
	char *bytes = malloc(size);
	struct tls_reply reply;
	size_t i;

	(void)state;
	assert_non_null(bytes);
	for (i = 0; i < size; i++)
		bytes[i] = i % 0x4000 < 5 ? header[i % 0x4000] : 0;
	tls_reply_parse((uint8_t *)bytes, TLS_REPLY_MAX, false, &reply);
	assert_int_equal(reply.state, TLS_REPLY_MORE);
	tls_reply_done(&reply);
	tls_reply_parse((uint8_t *)bytes, TLS_REPLY_MAX + 1, false, &reply);
	assert_int_equal(reply.state, TLS_REPLY_BROKEN);
	assert_string_equal(reply.why,
	    "98305 bytes without a ServerHello");
	tls_reply_done(&reply);
	free(bytes);
}

/* Each record is a reason to read all of them again. */
static void
test_too_many_records(void **state)
{
	static const struct {
		const char *name;
		const char *record;
		size_t length;
	} floods[] = {
		{ "change_cipher_spec, empty", BYTES("\x14\3\3\0\0") },
		{ "warnings", BYTES("\x15\3\3\0\2\1\x70") },
		{ "HelloRequest", BYTES("\x16\3\3\0\4\0\0\0\0") },
	};
	struct tls_reply reply;
	char bytes[9 * 513];
	size_t i, at;

	(void)state;
	for (i = 0; i < COUNT(floods); i++) {
		size_t length = floods[i].length;

		print_message("  %s\n", floods[i].name);
		for (at = 0; at < 513; at++)
			memcpy(bytes + at * length, floods[i].record, length);
		tls_reply_parse((const uint8_t *)bytes, 512 * length, false,
		    &reply);
		assert_int_equal(reply.state, TLS_REPLY_MORE);
		tls_reply_done(&reply);
		tls_reply_parse((const uint8_t *)bytes, 513 * length, false,
		    &reply);
		assert_int_equal(reply.state, TLS_REPLY_BROKEN);
		assert_string_equal(reply.why, "more than 512 records");
		tls_reply_done(&reply);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_cut_everywhere),
		cmocka_unit_test(test_certificates),
		cmocka_unit_test(test_gnutls),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_ended_within_hello),
		cmocka_unit_test(test_too_many_bytes),
		cmocka_unit_test(test_too_many_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
