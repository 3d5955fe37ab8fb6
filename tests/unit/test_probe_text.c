/* What an admin reads of a listener, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "parse/tls_suites.h"
#include "report/probe_text.h"

#define NOW 1795305600	/* 2026-11-22T00:00:00Z */
#define DAY 86400

static const char *
render(struct arena *arena, const struct probe_listener *listeners,
    size_t count, bool color)
{
	const struct probe_text_options options = {
		.version = "0.1.0", .now = NOW, .duration_ms = 12,
		.color = color,
	};
	const struct probe_result result = {
		(struct probe_listener *)(uintptr_t)listeners, count
	};
	char *bytes = NULL, *text;
	size_t length = 0;
	FILE *stream = open_memstream(&bytes, &length);

	probe_text(stream, &result, &options);
	fclose(stream);
	text = arena_memdup(arena, bytes, length);
	free(bytes);
	return text;
}

static void
assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("no \"%s\" in:\n%s", part, text);
}

static void
assert_lacks(const char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		fail_msg("\"%s\" in:\n%s", part, text);
}

/* ---- whole documents ---- */

static const char nothing_text[] =
	"cpward 0.1.0: what 0 listeners offer\n"
	"\n"
	"0 connections, 12 ms\n";

static const char three_text[] =
	"cpward 0.1.0: what 3 listeners offer\n"
	"\n"
	"192.0.2.7:587 smtp mail.example\n"
	"    greeting    220 mail.example ESMTP\n"
	"    STARTTLS    offered\n"
	"    before TLS  no mechanism is offered\n"
	"                a password in clear is refused\n"
	"    SSLv3       refused\n"
	"    TLSv1.0     refused\n"
	"    TLSv1.1     refused\n"
	"    TLSv1.2     accepted, the server's order decides\n"
	"                ECDHE-RSA-AES256-GCM-SHA384, ECDHE-RSA-AES128-GCM-SHA256\n"
	"                not known: 1 more suite, --full tells\n"
	"    TLSv1.3     accepted\n"
	"                TLS_AES_256_GCM_SHA384\n"
	"    groups      x25519\n"
	"                X25519MLKEM768 when all are offered\n"
	"                not known: 2 more groups, --full tells\n"
	"    certificate asked for mail.example\n"
	"                subject CN=mail.example\n"
	"                for mail.example, *.example\n"
	"                issuer CN=R11,O=Let's Encrypt,C=US\n"
	"                expires 2026-12-22T00:00:00Z, in 30 days\n"
	"                trusted\n"
	"                key RSA 2048, signed with sha256WithRSAEncryption, 2\n"
	"                certificates sent\n"
	"    sha256      ab\n"
	"    features    secure renegotiation, session tickets\n"
	"    without     compression\n"
	"    probed from 192.0.2.9\n"
	"\n"
	"192.0.2.7:110 pop3 mail.example\n"
	"    closed      nothing listens\n"
	"\n"
	"[2001:db8::1]:465 smtps\n"
	"    unknown     timeout after 30 s\n"
	"\n"
	"8 connections, 12 ms\n";

static void
fill_good(struct arena *arena, struct probe_listener *listener,
    struct probe_chain *chain)
{
	static const char *const names[] = { "mail.example", "*.example" };
	struct probe_version *versions = listener->versions;

	probe_listener_init(listener, "192.0.2.7", 587, PROBE_SMTP);
	listener->host = "mail.example";
	listener->status = PROBE_OPEN;
	listener->source = "192.0.2.9";
	listener->connections = 7;
	listener->greeting = "220 mail.example ESMTP";
	listener->starttls = PROBE_YES;
	listener->mechanisms_seen = true;
	listener->mechanisms = "";
	listener->clear_login = PROBE_NO;
	versions[0].accepted = versions[1].accepted = versions[2].accepted =
	    PROBE_NO;
	versions[3].accepted = versions[4].accepted = PROBE_YES;
	versions[3].order = ORDER_SERVER;
	code_list_add(arena, &versions[3].suites, 0xc030);
	code_list_add(arena, &versions[3].suites, 0xc02f);
	code_list_add(arena, &versions[3].undecided, 0x009c);
	code_list_add(arena, &versions[4].suites, 0x1302);
	code_list_add(arena, &listener->groups, 0x001d);
	code_list_add(arena, &listener->groups_undecided, 0x0017);
	code_list_add(arena, &listener->groups_undecided, 0x0018);
	listener->group = 0x11ec;
	listener->features[FEATURE_SECURE_RENEGOTIATION] = PROBE_YES;
	listener->features[FEATURE_TICKETS] = PROBE_YES;
	listener->features[FEATURE_COMPRESSION] = PROBE_NO;
	*chain = (struct probe_chain){ .server_name = "mail.example",
	    .trusted = PROBE_YES, .subject = "CN=mail.example",
	    .issuer = "CN=R11,O=Let's Encrypt,C=US", .names = names,
	    .name_count = 2, .not_before = NOW - DAY,
	    .not_after = NOW + 30 * DAY, .key = "RSA 2048",
	    .signature = "sha256WithRSAEncryption", .sha256 = "ab",
	    .spki_sha256 = "cd", .sent = 2 };
	listener->chains = chain;
	listener->chain_count = 1;
}

static void
test_documents(void **state)
{
	struct arena *arena = arena_new();
	struct probe_listener listeners[3] = { { .port = 0 } };
	struct probe_chain chain;

	(void)state;
	fill_good(arena, &listeners[0], &chain);
	probe_listener_init(&listeners[1], "192.0.2.7", 110, PROBE_POP3);
	listeners[1].host = "mail.example";
	listeners[1].status = PROBE_CLOSED;
	listeners[1].connections = 1;
	probe_listener_init(&listeners[2], "2001:db8::1", 465, PROBE_SMTPS);
	listeners[2].why = "timeout after 30 s";
	assert_string_equal(render(arena, NULL, 0, false), nothing_text);
	assert_string_equal(render(arena, listeners, 3, false), three_text);
	arena_free(arena);
}

/* ---- single lines ---- */

static void
test_dates(void **state)
{
	static const struct {
		int64_t before;
		int64_t after;
		const char *line;
	} cases[] = {
		{ NOW, NOW, "expires 2026-11-22T00:00:00Z, in 0 days\n" },
		{ NOW, NOW + DAY - 1, "expires 2026-11-22T23:59:59Z, in 0 " },
		{ NOW, NOW + DAY, "expires 2026-11-23T00:00:00Z, in 1 day\n" },
		{ 0, NOW - 1, "expired 2026-11-21T23:59:59Z, 0 days ago\n" },
		{ 0, NOW - 3 * DAY, "expired 2026-11-19T00:00:00Z, 3 days ago" },
		{ NOW + 1, NOW + DAY, "not valid before 2026-11-22T00:00:01Z" },
		{ INT64_MIN, INT64_MIN, "expired 1970-01-01T00:00:00Z" },
		{ INT64_MIN, INT64_MAX, "expires 1970-01-01T00:00:00Z" },
	};
	struct arena *arena = arena_new();
	struct probe_listener listener = { .port = 0 };
	struct probe_chain chain;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fill_good(arena, &listener, &chain);
		chain.not_before = cases[i].before;
		chain.not_after = cases[i].after;
		assert_has(render(arena, &listener, 1, false), cases[i].line);
	}
	arena_free(arena);
}

static void
test_bad_listener(void **state)
{
	struct arena *arena = arena_new();
	struct probe_listener listener = { .port = 0 };
	struct probe_chain chain;
	const char *text;

	(void)state;
	fill_good(arena, &listener, &chain);
	listener.full = true;
	listener.why = "421 too many connections";
	listener.mechanisms = "PLAIN LOGIN";
	listener.clear_login = PROBE_YES;
	listener.relay = PROBE_YES;
	listener.dh_bits = 1024;
	listener.versions[0].accepted = PROBE_YES;
	listener.versions[1].accepted = PROBE_UNKNOWN;
	listener.versions[3].order = ORDER_CLIENT;
	listener.features[FEATURE_SECURE_RENEGOTIATION] = PROBE_NO;
	listener.features[FEATURE_STARTTLS_INJECTION] = PROBE_YES;
	chain.trusted = PROBE_NO;
	chain.why = "self-signed certificate";
	chain.server_name = NULL;
	chain.name_count = 0;
	chain.subject = "";
	chain.must_staple = true;
	text = render(arena, &listener, 1, false);
	assert_has(text, "    before TLS  offers PLAIN LOGIN\n"
	    "                a password may be sent in clear\n"
	    "    relay       a stranger's mail to a stranger is accepted\n"
	    "    SSLv3       accepted\n"
	    "    TLSv1.0     not known\n"
	    "    TLSv1.1     refused\n"
	    "    TLSv1.2     accepted, the client's order decides\n");
	assert_has(text, "    DHE         1024 bits\n"
	    "    certificate without a name asked for\n"
	    "                subject empty\n"
	    "                for no name\n");
	assert_has(text, "not trusted: self-signed certificate\n");
	assert_has(text, "must staple\n");
	assert_null(strstr(text, "not for"));
	chain.server_name = "webmail.example";
	text = render(arena, &listener, 1, false);
	assert_has(text, "                for no name\n"
	    "                not for webmail.example\n");
	chain.server_name = NULL;
	text = render(arena, &listener, 1, false);
	assert_has(text, "    features    session tickets\n"
	    "                STARTTLS injection\n"
	    "    without     compression\n"
	    "                secure renegotiation\n"
	    "    not seen    421 too many connections\n");
	assert_lacks(text, "--full");
	arena_free(arena);
}

/* In the clear, before anybody speaks TLS: no row of TLS, but no silence. */
static void
test_without_tls(void **state)
{
	struct arena *arena = arena_new();
	struct probe_listener listener = { .port = 0 };
	const char *text;

	(void)state;
	probe_listener_init(&listener, "::1", 25, PROBE_SMTP);
	listener.status = PROBE_OPEN;
	listener.starttls = PROBE_NO;
	text = render(arena, &listener, 1, false);
	assert_has(text, "[::1]:25 smtp\n    STARTTLS    not offered\n\n");
	probe_listener_init(&listener, "::1", 465, PROBE_SMTPS);
	listener.status = PROBE_OPEN;
	listener.why = "no ServerHello";
	text = render(arena, &listener, 1, false);
	assert_has(text, "[::1]:465 smtps\n    TLS         not known\n"
	    "    not seen    no ServerHello\n");
	probe_listener_init(&listener, "::1", 80, PROBE_HTTP);
	listener.status = PROBE_OPEN;
	listener.http_status = 301;
	listener.location = "https://a/";
	text = render(arena, &listener, 1, false);
	assert_has(text, "HTTP        301, sent on to https://a/\n");
	arena_free(arena);
}

/* Whatever a peer says, it can not speak to the terminal. */
static void
test_hostile(void **state)
{
	static const char *const hostile = "a\x1b[2J\r\n\xff\xe2\x80\xae";
	const char *names[] = { hostile, hostile };
	struct arena *arena = arena_new();
	struct probe_listener listener = { .port = 0 };
	struct probe_chain chain;
	const char *text;
	size_t i;

	(void)state;
	fill_good(arena, &listener, &chain);
	listener.address = listener.host = listener.why = listener.source =
	    listener.greeting = listener.mechanisms = listener.location =
	    listener.hsts = hostile;
	listener.http_status = 200;
	chain = (struct probe_chain){ .server_name = hostile, .why = hostile,
	    .subject = hostile, .issuer = hostile, .names = names,
	    .name_count = 2, .key = hostile, .signature = hostile,
	    .sha256 = hostile };
	text = render(arena, &listener, 1, false);
	for (i = 0; text[i] != '\0'; i++)
		if (((unsigned char)text[i] < 0x20 && text[i] != '\n') ||
		    (unsigned char)text[i] >= 0x80)
			fail_msg("byte %u in:\n%s", (unsigned char)text[i],
			    text);
	assert_has(text, "a\\x1b[2J\\x0d\\x0a\\xff\\u{202e}");
	arena_free(arena);
}

/* All that a server with many names has would fill the screen. */
static void
test_many_names(void **state)
{
	const char *names[20];
	struct arena *arena = arena_new();
	struct probe_listener listener = { .port = 0 };
	struct probe_chain chains[9];
	const char *text;
	size_t i;

	(void)state;
	fill_good(arena, &listener, &chains[0]);
	for (i = 0; i < 20; i++)
		names[i] = "a";
	chains[0].names = names;
	chains[0].name_count = 20;
	for (i = 1; i < 9; i++)
		chains[i] = chains[0];
	listener.chain_count = 9;
	text = render(arena, &listener, 1, false);
	assert_has(text, "for a, a, a, a, a, a, a, a, a, a, a, a and 8 more\n");
	assert_has(text, "and 1 more names: -o json has them\n");
	arena_free(arena);
}

static void
test_color(void **state)
{
	struct arena *arena = arena_new();
	struct probe_listener listener = { .port = 0 };
	struct probe_chain chain;
	const char *text;

	(void)state;
	fill_good(arena, &listener, &chain);
	listener.versions[1].accepted = PROBE_YES;
	listener.versions[2].accepted = PROBE_UNKNOWN;
	text = render(arena, &listener, 1, true);
	assert_has(text, "\x1b[1m192.0.2.7:587 smtp mail.example\x1b[0m\n");
	assert_has(text, "TLSv1.0     \x1b[31maccepted\x1b[0m\n");
	assert_has(text, "TLSv1.1     \x1b[33mnot known\x1b[0m\n");
	assert_has(text, "SSLv3       refused\n");
	assert_lacks(render(arena, &listener, 1, false), "\x1b");
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_bad_listener),
		cmocka_unit_test(test_without_tls),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_many_names),
		cmocka_unit_test(test_color),
	};

	return cmocka_run_group_tests_name("probe_text", tests, NULL, NULL);
}
