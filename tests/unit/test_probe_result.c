/* cpward.probe/1: what is written is read again, and what is wrong is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "parse/probe_result.h"
#include "parse/tls_suites.h"

#define UNSEEN_VERSION(name) \
	"\"" name "\": {\"accepted\": null, \"order\": null, \"suites\": [], " \
	"\"undecided\": []}"
#define UNSEEN_FEATURES \
	"\"features\": {\"secure_renegotiation\": null, " \
	"\"client_renegotiation\": null, \"compression\": null, " \
	"\"tickets\": null, \"ocsp_staple\": null, " \
	"\"extended_master_secret\": null, \"fallback_scsv\": null, " \
	"\"starttls_injection\": null}"

/* A listener of which nothing is known. */
#define UNSEEN \
	"{\"schema\": \"cpward.probe/1\", \"listeners\": [" \
	"{\"address\": \"::1\", \"host\": \"::1\", \"port\": 4190, " \
	"\"protocol\": \"sieve\", \"status\": \"failed\", \"why\": null, " \
	"\"source\": null, \"full\": false, \"connections\": 0, " \
	"\"duration_ms\": 0, \"greeting\": null, \"starttls\": null, " \
	"\"mechanisms\": null, \"clear_login\": null, \"relay\": null, " \
	"\"http_status\": null, \"location\": null, \"hsts\": null, " \
	"\"groups\": [], \"groups_undecided\": [], \"group\": null, " \
	"\"sigalgs\": [], \"dh_bits\": null, \"versions\": {" \
	UNSEEN_VERSION("SSLv3") ", " UNSEEN_VERSION("TLSv1.0") ", " \
	UNSEEN_VERSION("TLSv1.1") ", " UNSEEN_VERSION("TLSv1.2") ", " \
	UNSEEN_VERSION("TLSv1.3") "}, " UNSEEN_FEATURES ", \"chains\": []}]}\n"

/* One in which every member has a value of its own. */
#define SEEN \
	"{\"schema\": \"cpward.probe/1\", \"listeners\": [" \
	"{\"address\": \"192.0.2.7\", \"host\": \"mail.example\", " \
	"\"port\": 587, \"protocol\": \"smtp\", \"status\": \"open\", " \
	"\"why\": \"421 later\", \"source\": \"192.0.2.9\", \"full\": true, " \
	"\"connections\": 7, \"duration_ms\": 12, " \
	"\"greeting\": \"220 \\u00e9\\u001b\\\"\\\\\\ufffd\", " \
	"\"starttls\": true, \"mechanisms\": \"PLAIN LOGIN\", " \
	"\"clear_login\": false, \"relay\": true, \"http_status\": 301, " \
	"\"location\": \"https://a.example/\", \"hsts\": \"max-age=1\", " \
	"\"groups\": [\"x25519\", \"0x7777\"], " \
	"\"groups_undecided\": [\"secp256r1\"], " \
	"\"group\": \"X25519MLKEM768\", " \
	"\"sigalgs\": [\"rsa_pss_rsae_sha256\"], \"dh_bits\": 1024, " \
	"\"versions\": {" \
	"\"SSLv3\": {\"accepted\": false, \"order\": null, \"suites\": [], " \
	"\"undecided\": []}, " UNSEEN_VERSION("TLSv1.0") ", " \
	UNSEEN_VERSION("TLSv1.1") ", " \
	"\"TLSv1.2\": {\"accepted\": true, \"order\": \"client\", " \
	"\"suites\": [\"ECDHE-RSA-AES128-GCM-SHA256\", \"0x7A7A\"], " \
	"\"undecided\": [\"AES128-SHA\"]}, " \
	"\"TLSv1.3\": {\"accepted\": true, \"order\": \"server\", " \
	"\"suites\": [\"TLS_AES_128_GCM_SHA256\"], \"undecided\": []}}, " \
	"\"features\": {\"secure_renegotiation\": true, " \
	"\"client_renegotiation\": false, \"compression\": false, " \
	"\"tickets\": true, \"ocsp_staple\": false, " \
	"\"extended_master_secret\": true, \"fallback_scsv\": null, " \
	"\"starttls_injection\": false}, " \
	"\"chains\": [{\"server_name\": \"mail.example\", " \
	"\"trusted\": false, \"why\": \"self-signed\", " \
	"\"subject\": \"CN=\\ud83d\\udce7\", \"issuer\": \"CN=ca\", " \
	"\"names\": [\"mail.example\", \"*.example\"], " \
	"\"not_before\": -1, \"not_after\": 4102444800, " \
	"\"key\": \"RSA 2048\", \"signature\": \"sha256WithRSAEncryption\", " \
	"\"sha256\": \"ab\", \"spki_sha256\": \"cd\", " \
	"\"digests\": [\"0 0 1 ab\", \"0 1 1 cd\"], \"ocsp_url\": true, " \
	"\"must_staple\": false, \"sent\": 2}]}]}\n"

static char *
write_result(struct arena *arena, const struct probe_result *result,
    unsigned indent)
{
	char *bytes = NULL, *text;
	size_t length = 0;
	FILE *stream = open_memstream(&bytes, &length);

	probe_result_write(stream, result, indent);
	fclose(stream);
	text = arena_memdup(arena, bytes, length);
	free(bytes);
	return text;
}

static struct probe_result
read_result(struct arena *arena, const char *text)
{
	struct probe_result result;
	struct err err = { 0 };

	if (probe_result_read(arena, text, strlen(text), &result, &err) != 0)
		fail_msg("%s", err.text);
	return result;
}

/* ---- words ---- */

static void
test_protocols(void **state)
{
	static const struct {
		unsigned port;
		enum probe_protocol protocol;
		const char *name;
		bool implicit;
	} cases[] = {
		{ 25, PROBE_SMTP, "smtp", false },
		{ 26, PROBE_SMTP, "smtp", false },
		{ 587, PROBE_SMTP, "smtp", false },
		{ 465, PROBE_SMTPS, "smtps", true },
		{ 143, PROBE_IMAP, "imap", false },
		{ 993, PROBE_IMAPS, "imaps", true },
		{ 110, PROBE_POP3, "pop3", false },
		{ 995, PROBE_POP3S, "pop3s", true },
		{ 4190, PROBE_SIEVE, "sieve", false },
		{ 80, PROBE_HTTP, "http", false },
		{ 2077, PROBE_HTTP, "http", false },
		{ 2079, PROBE_HTTP, "http", false },
		{ 2082, PROBE_HTTP, "http", false },
		{ 2086, PROBE_HTTP, "http", false },
		{ 2095, PROBE_HTTP, "http", false },
		{ 443, PROBE_HTTPS, "https", true },
		{ 2078, PROBE_HTTPS, "https", true },
		{ 2080, PROBE_HTTPS, "https", true },
		{ 2083, PROBE_HTTPS, "https", true },
		{ 2087, PROBE_HTTPS, "https", true },
		{ 2096, PROBE_HTTPS, "https", true },
		{ 8443, PROBE_TLS, "tls", true },
		{ 0, PROBE_TLS, "tls", true },
	};
	enum probe_protocol protocol;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (probe_protocol_of_port(cases[i].port) != cases[i].protocol)
			fail_msg("port %u", cases[i].port);
		assert_string_equal(probe_protocol_name(cases[i].protocol),
		    cases[i].name);
		assert_int_equal(probe_protocol_parse(cases[i].name, &protocol),
		    0);
		assert_int_equal(protocol, cases[i].protocol);
		assert_int_equal(probe_protocol_implicit(protocol),
		    cases[i].implicit);
	}
	assert_int_equal(probe_protocol_parse("SMTP", &protocol), -1);
	assert_int_equal(probe_protocol_parse("", &protocol), -1);
	assert_string_equal(probe_feature_name(FEATURE_STARTTLS_INJECTION),
	    "starttls_injection");
}

static void
test_code_list(void **state)
{
	struct arena *arena = arena_new();
	struct code_list list = { 0 };

	(void)state;
	assert_false(code_list_has(&list, 0));
	code_list_add(arena, &list, 0xc02f);
	code_list_add(arena, &list, 0);
	code_list_add(arena, &list, 0xc02f);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.ids[0], 0xc02f);
	assert_true(code_list_has(&list, 0));
	assert_false(code_list_has(&list, 1));
	arena_free(arena);
}

/* ---- writing ---- */

static void
test_write_unseen(void **state)
{
	struct arena *arena = arena_new();
	struct probe_listener listener;
	struct probe_result result = { &listener, 1 };

	(void)state;
	probe_listener_init(&listener, "::1", 4190, PROBE_SIEVE);
	assert_int_equal(listener.versions[0].version, TLS_SSL3);
	assert_int_equal(listener.versions[4].version, TLS_1_3);
	assert_string_equal(write_result(arena, &result, 0), UNSEEN);
	arena_free(arena);
}

static void
fill_listener(struct arena *arena, struct probe_listener *listener,
    struct probe_chain *chain)
{
	static const char *const names[] = { "mail.example", "*.example" };
	static const char *const digests[] = { "0 0 1 ab", "0 1 1 cd" };
	static const enum probe_seen features[FEATURE_COUNT] = { PROBE_YES,
	    PROBE_NO, PROBE_NO, PROBE_YES, PROBE_NO, PROBE_YES, PROBE_UNKNOWN,
	    PROBE_NO };
	struct probe_version *versions = listener->versions;

	probe_listener_init(listener, "192.0.2.7", 587, PROBE_SMTP);
	listener->host = "mail.example";
	listener->status = PROBE_OPEN;
	listener->why = "421 later";
	listener->source = "192.0.2.9";
	listener->full = true;
	listener->connections = 7;
	listener->duration_ms = 12;
	listener->greeting = "220 \xc3\xa9\x1b\"\\\xff";
	listener->starttls = PROBE_YES;
	listener->mechanisms_seen = true;
	listener->mechanisms = "PLAIN LOGIN";
	listener->clear_login = PROBE_NO;
	listener->relay = PROBE_YES;
	listener->http_status = 301;
	listener->location = "https://a.example/";
	listener->hsts = "max-age=1";
	code_list_add(arena, &listener->groups, 0x001d);
	code_list_add(arena, &listener->groups, 0x7777);
	code_list_add(arena, &listener->groups_undecided, 0x0017);
	listener->group = 0x11ec;
	code_list_add(arena, &listener->sigalgs, 0x0804);
	listener->dh_bits = 1024;
	versions[0].accepted = PROBE_NO;
	versions[3].accepted = versions[4].accepted = PROBE_YES;
	versions[3].order = ORDER_CLIENT;
	versions[4].order = ORDER_SERVER;
	code_list_add(arena, &versions[3].suites, 0xc02f);
	code_list_add(arena, &versions[3].suites, 0x7a7a);
	code_list_add(arena, &versions[3].undecided, 0x002f);
	code_list_add(arena, &versions[4].suites, 0x1301);
	memcpy(listener->features, features, sizeof(features));
	*chain = (struct probe_chain){ "mail.example", PROBE_NO,
	    "self-signed", "CN=\xf0\x9f\x93\xa7", "CN=ca", names, 2, -1,
	    4102444800, "RSA 2048", "sha256WithRSAEncryption", "ab", "cd",
	    digests, 2, true, false, 2 };
	listener->chains = chain;
	listener->chain_count = 1;
}

static void
test_write_seen(void **state)
{
	struct arena *arena = arena_new();
	struct probe_listener listener;
	struct probe_result result = { &listener, 1 };
	struct probe_chain chain;

	(void)state;
	fill_listener(arena, &listener, &chain);
	assert_string_equal(write_result(arena, &result, 0), SEEN);
	arena_free(arena);
}

/* Each maximal cut sequence is one U+FFFD; what is well-formed stays. */
static void
test_write_texts(void **state)
{
	static const struct {
		const char *bytes;
		const char *json;
	} cases[] = {
		{ "a\r\n\tb", "a\\u000d\\u000a\\u0009b" },
		{ "\x7f", "\\u007f" },
		{ "\xc3", "\\ufffd" },
		{ "\xe2\x82", "\\ufffd" },
		{ "\xe2\x82" "a", "\\ufffda" },
		{ "\xc0\xaf", "\\ufffd\\ufffd" },
		{ "\xed\xa0\x80", "\\ufffd\\ufffd\\ufffd" },
		{ "\xf4\x90\x80\x80", "\\ufffd\\ufffd\\ufffd\\ufffd" },
		{ "\xf4\x8f\xbf\xbf", "\\udbff\\udfff" },
		{ "\xe2\x80\xae", "\\u202e" },
	};
	struct arena *arena = arena_new();
	struct probe_listener listener;
	struct probe_result result = { &listener, 1 };
	char *written, *wanted;
	size_t i;

	(void)state;
	probe_listener_init(&listener, "::1", 1, PROBE_TLS);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		listener.greeting = cases[i].bytes;
		written = write_result(arena, &result, 0);
		wanted = arena_printf(arena, "\"greeting\": \"%s\",",
		    cases[i].json);
		if (strstr(written, wanted) == NULL)
			fail_msg("case %zu: no %s in %s", i, wanted, written);
		result = read_result(arena, written);
		assert_string_equal(write_result(arena, &result, 0), written);
		result = (struct probe_result){ &listener, 1 };
	}
	arena_free(arena);
}

/* Mechanisms that were looked for and are not there differ from unseen ones. */
static void
test_write_mechanisms(void **state)
{
	struct arena *arena = arena_new();
	struct probe_listener listener;
	struct probe_result result = { &listener, 1 };

	(void)state;
	probe_listener_init(&listener, "::1", 1, PROBE_TLS);
	listener.mechanisms_seen = true;
	result = read_result(arena, write_result(arena, &result, 0));
	assert_true(result.listeners[0].mechanisms_seen);
	assert_string_equal(result.listeners[0].mechanisms, "");
	arena_free(arena);
}

/* ---- reading ---- */

static void
test_round_trip(void **state)
{
	static const char *const documents[] = { UNSEEN, SEEN,
	    "{\"schema\": \"cpward.probe/1\", \"listeners\": []}\n" };
	struct arena *arena = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
		struct probe_result result = read_result(arena, documents[i]);
		struct probe_result again = read_result(arena,
		    write_result(arena, &result, 2));

		assert_string_equal(write_result(arena, &result, 0),
		    documents[i]);
		assert_string_equal(write_result(arena, &again, 0),
		    documents[i]);
	}
	arena_free(arena);
}

/* The values themselves, not only that they come out as they went in. */
static void
test_read_values(void **state)
{
	struct arena *arena = arena_new();
	struct probe_result result = read_result(arena, SEEN);
	const struct probe_listener *listener = &result.listeners[0];

	(void)state;
	assert_int_equal(result.count, 1);
	assert_int_equal(listener->port, 587);
	assert_int_equal(listener->protocol, PROBE_SMTP);
	assert_int_equal(listener->status, PROBE_OPEN);
	assert_true(listener->full);
	assert_int_equal(listener->duration_ms, 12);
	assert_int_equal(listener->clear_login, PROBE_NO);
	assert_int_equal(listener->relay, PROBE_YES);
	assert_int_equal(listener->group, 0x11ec);
	assert_int_equal(listener->groups.ids[1], 0x7777);
	assert_int_equal(listener->versions[3].version, TLS_1_2);
	assert_int_equal(listener->versions[3].suites.ids[0], 0xc02f);
	assert_int_equal(listener->versions[3].order, ORDER_CLIENT);
	assert_int_equal(listener->features[FEATURE_TICKETS], PROBE_YES);
	assert_int_equal(listener->chains[0].not_after, 4102444800);
	assert_int_equal(listener->chains[0].name_count, 2);
	assert_string_equal(listener->chains[0].names[1], "*.example");
	arena_free(arena);
}

/* A suite by IANA's name too, and a member of a later version. */
static void
test_read_tolerates(void **state)
{
	struct arena *arena = arena_new();
	struct probe_result result;
	char *text = arena_strdup(arena, SEEN);
	char *at = strstr(text, "\"ECDHE-RSA-AES128-GCM-SHA256\", \"0x7A7A\"");

	(void)state;
	text = arena_printf(arena, "%.*s\"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\""
	    ", \"0xc030\"%s", (int)(at - text), text,
	    at + strlen("\"ECDHE-RSA-AES128-GCM-SHA256\", \"0x7A7A\""));
	at = strstr(text, "\"listeners\"");
	result = read_result(arena, arena_printf(arena,
	    "%.*s\"later\": 1, %s", (int)(at - text), text, at));
	assert_int_equal(result.listeners[0].versions[3].suites.ids[0], 0xc02f);
	assert_int_equal(result.listeners[0].versions[3].suites.ids[1], 0xc030);
	arena_free(arena);
}

/* What stands in SEEN once is changed to something wrong. */
struct hostile_case {
	const char *name;
	const char *from;
	const char *to;
	const char *message;
};

static const struct hostile_case hostile_cases[] = {
	{ "another schema", "cpward.probe/1", "cpward.probe/2",
	    "schema is not cpward.probe/1" },
	{ "listeners is missing", "\"listeners\"", "\"listener\"",
	    "listeners is missing" },
	{ "cut off", "\"sent\": 2}]}]}", "", "no JSON at byte" },
	{ "a member twice", "\"port\": 587", "\"port\": 587, \"port\": 25",
	    "no JSON at byte" },
	{ "a member is missing", "\"address\"", "\"adress\"",
	    "listeners[0].address is missing" },
	{ "address null", "\"192.0.2.7\"", "null",
	    "listeners[0].address is no string" },
	{ "port too high", "587", "65536",
	    "listeners[0].port is no whole number from 0 to 65535" },
	{ "port negative", "587", "-1", "listeners[0].port is no" },
	{ "port a string", "587", "\"587\"", "listeners[0].port is no" },
	{ "port a fraction", "587", "587.0", "listeners[0].port is no" },
	{ "an unknown protocol", "\"smtp\"", "\"gopher\"",
	    "listeners[0].protocol is \"gopher\", which is unknown" },
	{ "a word that is not shown", "\"smtp\"", "\"\\u001b[2J\"",
	    "listeners[0].protocol is no word that is known" },
	{ "protocol null", "\"smtp\"", "null",
	    "listeners[0].protocol is no word that is known" },
	{ "an unknown status", "\"open\"", "\"ajar\"",
	    "listeners[0].status is \"ajar\", which is unknown" },
	{ "why a number", "\"421 later\"", "421",
	    "listeners[0].why is no string" },
	{ "full null", "\"full\": true", "\"full\": null",
	    "listeners[0].full is neither true nor false" },
	{ "a NUL in a text", "220 ", "220\\u0000", "no JSON at byte" },
	{ "starttls a string", "\"starttls\": true", "\"starttls\": \"yes\"",
	    "listeners[0].starttls is neither true, false nor null" },
	{ "http_status too high", "301", "1000",
	    "listeners[0].http_status is no whole number from 0 to 999" },
	{ "connections beyond int", "\"connections\": 7",
	    "\"connections\": 2147483648", "listeners[0].connections is no" },
	{ "beyond 64 bits", "\"duration_ms\": 12",
	    "\"duration_ms\": 99999999999999999999", "no JSON at byte" },
	{ "duration a string", "\"duration_ms\": 12", "\"duration_ms\": \"\"",
	    "listeners[0].duration_ms is no whole number" },
	{ "groups an object", "[\"x25519\", \"0x7777\"]", "{}",
	    "listeners[0].groups is no array" },
	{ "an unknown group", "\"x25519\"", "\"x52519\"",
	    "listeners[0].groups names no group that is known" },
	{ "too few digits", "\"0x7777\"", "\"0x777\"",
	    "listeners[0].groups names no group" },
	{ "too many digits", "\"0x7777\"", "\"0x77777\"",
	    "listeners[0].groups names no group" },
	{ "no digits", "\"0x7777\"", "\"0x77g7\"",
	    "listeners[0].groups names no group" },
	{ "a number for a group", "\"X25519MLKEM768\"", "4588",
	    "listeners[0].group names no group" },
	{ "an unknown signature algorithm", "rsa_pss_rsae_sha256", "rot13",
	    "listeners[0].sigalgs names no signature algorithm that is known" },
	{ "a version is missing", "\"TLSv1.1\"", "\"TLSv1.4\"",
	    "listeners[0].versions.TLSv1.1 is missing" },
	{ "an unknown suite", "AES128-SHA\"", "AES129-SHA\"",
	    "listeners[0].versions.TLSv1.2.undecided names no suite" },
	{ "a group for a suite", "\"TLS_AES_128_GCM_SHA256\"", "\"x25519\"",
	    "listeners[0].versions.TLSv1.3.suites names no suite" },
	{ "an unknown order", "\"client\"", "\"clients\"",
	    "listeners[0].versions.TLSv1.2.order is \"clients\"" },
	{ "a feature is missing", "\"tickets\"", "\"ticket\"",
	    "listeners[0].features.tickets is missing" },
	{ "a feature as number", "\"tickets\": true", "\"tickets\": 1",
	    "listeners[0].features.tickets is neither true, false nor null" },
	{ "features an array", "\"features\": {", "\"features\": [], \"x\": {",
	    "listeners[0].features is no object" },
	{ "chains a string", "\"chains\": [", "\"chains\": \"\", \"x\": [",
	    "listeners[0].chains is no array" },
	{ "a chain that is none", "\"chains\": [{", "\"chains\": [1, {",
	    "listeners[0].chains[0].server_name is missing" },
	{ "names of a number", "\"*.example\"", "7",
	    "listeners[0].chains[0].names is no string" },
	{ "sent negative", "\"sent\": 2", "\"sent\": -2",
	    "listeners[0].chains[0].sent is no whole number" },
	{ "subject null", "\"CN=ca\"", "null",
	    "listeners[0].chains[0].issuer is no string" },
	{ "the second listener", "}]}]}", "}]}, []]}",
	    "listeners[1].address is missing" },
};

static void
assert_refused(const char *name, const char *text, size_t length,
    const char *message)
{
	struct arena *arena = arena_new();
	struct probe_result result = { NULL, 99 };
	struct err err = { 0 };

	if (probe_result_read(arena, text, length, &result, &err) == 0)
		fail_msg("%s: was not refused", name);
	if (err.code != ERR_PARSE || strstr(err.text, message) != err.text)
		fail_msg("%s: code %d, %s", name, err.code, err.text);
	assert_int_equal(result.count, 99);
	arena_free(arena);
}

static void
test_hostile(void **state)
{
	struct arena *arena = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(hostile_cases) / sizeof(hostile_cases[0]);
	    i++) {
		const struct hostile_case *c = &hostile_cases[i];
		const char *at = strstr(SEEN, c->from);
		char *text;

		if (at == NULL)
			fail_msg("%s: %s is not there", c->name, c->from);
		text = arena_printf(arena, "%.*s%s%s",
		    (int)(at - SEEN), SEEN, c->to, at + strlen(c->from));
		assert_refused(c->name, text, strlen(text), c->message);
	}
	arena_free(arena);
}

static void
test_no_document(void **state)
{
	static const char *const texts[] = { "", "\n", "null", "[]", "7",
	    "{\"listeners\": []}", "\xff" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_refused(texts[i], texts[i], strlen(texts[i]),
		    texts[i][0] == '{' ? "schema" : "");
}

/* A million entries where a list, a listener or a chain is wanted. */
static void
test_million(void **state)
{
	static const struct {
		const char *from;
		const char *entry;
		const char *message;
	} cases[] = {
		{ "\"AES128-SHA\"", "\"AES128-SHA\"",
		    "listeners[0].versions.TLSv1.2.undecided has 1000000 "
		    "entries, wanted at most 65536" },
		{ "\"*.example\"", "\"\"",
		    "listeners[0].chains[0].names has 1000001 entries" },
	};
	size_t size = 20u * 1000 * 1000, length, i, j;
	char *text = malloc(size);

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *at = strstr(SEEN, cases[i].from);

		length = (size_t)(at - SEEN);
		memcpy(text, SEEN, length);
		for (j = 0; j < 1000000; j++)
			length += (size_t)sprintf(text + length, "%s%s",
			    j == 0 ? "" : ",", cases[i].entry);
		length += (size_t)sprintf(text + length, "%s",
		    at + strlen(cases[i].from));
		assert_refused(cases[i].from, text, length, cases[i].message);
	}
	length = (size_t)sprintf(text,
	    "{\"schema\": \"cpward.probe/1\", \"listeners\": [");
	for (j = 0; j < 1000000; j++)
		length += (size_t)sprintf(text + length, "%s{}",
		    j == 0 ? "" : ",");
	length += (size_t)sprintf(text + length, "]}");
	assert_refused("listeners", text, length,
	    "listeners has 1000000 entries, wanted at most 4096");
	free(text);
}

static void
test_too_large(void **state)
{
	char *text = malloc(PROBE_RESULT_MAX_BYTES + 1);

	(void)state;
	memset(text, ' ', PROBE_RESULT_MAX_BYTES + 1);
	assert_refused("a byte too many", text, PROBE_RESULT_MAX_BYTES + 1,
	    "the document has 33554433 bytes, wanted at most 33554432");
	free(text);
}

/* Every code point goes out by a name that is read as the same one. */
static void
test_every_code(void **state)
{
	struct arena *arena = arena_new();
	struct probe_result result = read_result(arena, UNSEEN), again;
	struct probe_listener *listener = &result.listeners[0];
	uint16_t *ids = arena_array(arena, 65536, sizeof(*ids));
	size_t i;

	(void)state;
	for (i = 0; i < 65536; i++)
		ids[i] = (uint16_t)i;
	listener->versions[3].suites = (struct code_list){ ids, 65536 };
	listener->groups = listener->sigalgs = listener->versions[3].suites;
	again = read_result(arena, write_result(arena, &result, 0));
	listener = &again.listeners[0];
	assert_int_equal(listener->versions[3].suites.count, 65536);
	assert_memory_equal(listener->versions[3].suites.ids, ids, 131072);
	assert_memory_equal(listener->groups.ids, ids, 131072);
	assert_memory_equal(listener->sigalgs.ids, ids, 131072);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_protocols),
		cmocka_unit_test(test_code_list),
		cmocka_unit_test(test_write_unseen),
		cmocka_unit_test(test_write_seen),
		cmocka_unit_test(test_write_texts),
		cmocka_unit_test(test_write_mechanisms),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_read_values),
		cmocka_unit_test(test_read_tolerates),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_no_document),
		cmocka_unit_test(test_million),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_every_code),
	};

	return cmocka_run_group_tests_name("probe_result", tests, NULL, NULL);
}
