/*
 * What YAML can not say of SPF (tests/spf has the cases): queries that are
 * none, how many questions are asked and when, and records too large for any
 * zone. Sections are RFC 7208's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "parse/spf.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define MOST_ASKED 2048

/* A server that has one TXT text for every name, and nothing else. */
struct server {
	struct dns_record txt;
	struct dns_records texts;
	char asked[MOST_ASKED][80];	/* "TYPE NAME", in their order */
	size_t count;
	bool pending;			/* but for TXT of example.com */
};

static const struct dns_records absent = { .outcome = DNS_NODATA };

static const struct dns_records *
server_lookup(void *data, const char *name, uint16_t type)
{
	struct server *server = data;

	assert_true(server->count < MOST_ASKED);
	snprintf(server->asked[server->count++], sizeof(server->asked[0]),
	    "%u %.60s", type, name);
	if (server->pending &&
	    (type != DNS_TXT || strcmp(name, "example.com") != 0))
		return NULL;
	return type == DNS_TXT ? &server->texts : &absent;
}

static void
server_begin(struct server *server, const char *text)
{
	memset(server, 0, sizeof(*server));
	server->txt.text = text;
	server->txt.text_length = strlen(text);
	server->texts.outcome = DNS_RECORDS;
	server->texts.items = &server->txt;
	server->texts.count = 1;
}

static struct spf_verdict
check(struct arena *arena, struct server *server, const char *address,
    const char *sender, const char *helo, const char *domain)
{
	const struct dns_source source = { server_lookup, server };
	const struct spf_query query = { .address = address, .sender = sender,
		.helo = helo, .domain = domain };
	struct spf_verdict verdict;

	spf_check(arena, &source, &query, true, &verdict);
	return verdict;
}

static size_t
times_asked(const struct server *server, const char *question)
{
	size_t times = 0, i;

	for (i = 0; i < server->count; i++)
		times += strcmp(server->asked[i], question) == 0;
	return times;
}

/* ---- queries ---- */

static char long_sender[1400];

static const struct query_case {
	const char *name;
	const char *address, *sender, *helo, *domain;
	enum spf_result result;
	const char *asked;	/* the first question; NULL = none */
} query_cases[] = {
	{ "the sender's domain", "192.0.2.1", "a@Example.com", "h.example.org",
	    NULL, SPF_FAIL, "16 example.com" },
	{ "null sender", "192.0.2.1", "", "h.example.org", NULL, SPF_FAIL,
	    "16 h.example.org" },
	{ "no sender at all", "192.0.2.1", NULL, "h.example.org", NULL,
	    SPF_FAIL, "16 h.example.org" },
	{ "no HELO", "192.0.2.1", "", NULL, NULL, SPF_NONE, NULL },
	{ "the domain given", "192.0.2.1", "a@example.com", "h.example.org",
	    "other.example.net", SPF_FAIL, "16 other.example.net" },
	{ "the last dot", "192.0.2.1", "a@example.com.", "h", NULL, SPF_FAIL,
	    "16 example.com" },
	{ "a name not of ASCII", "192.0.2.1", "a@\xC3\xA4.example.com", "h",
	    NULL, SPF_FAIL, "16 \\195\\164.example.com" },
	{ "the last @ counts", "192.0.2.1", "\"a@b\"@example.com", "h", NULL,
	    SPF_FAIL, "16 example.com" },
	{ "the root", "192.0.2.1", "a@.", "h", NULL, SPF_NONE, NULL },
	{ "one label", "192.0.2.1", "a@localhost", "h", NULL, SPF_NONE, NULL },
	{ "an address literal", "192.0.2.1", "a@[192.0.2.1]", "h", NULL,
	    SPF_NONE, NULL },
	{ "no address", "192.0.2.256", "a@example.com", "h", NULL,
	    SPF_PERMERROR, NULL },
	{ "an empty address", "", "a@example.com", "h", NULL, SPF_PERMERROR,
	    NULL },
	{ "a sender that no server takes", "192.0.2.1", long_sender, "h", NULL,
	    SPF_NONE, NULL },
};

static void
test_queries(void **state)
{
	static struct server server;
	struct arena *arena = arena_new();
	struct spf_verdict verdict;
	size_t i;

	(void)state;
	memset(long_sender, 'a', sizeof(long_sender) - 1);
	for (i = 0; i < COUNT(query_cases); i++) {
		const struct query_case *c = &query_cases[i];

		server_begin(&server, "v=spf1 -all");
		verdict = check(arena, &server, c->address, c->sender, c->helo,
		    c->domain);
		if (verdict.result != c->result)
			fail_msg("%s: %s", c->name,
			    spf_result_name(verdict.result));
		if ((server.count > 0) != (c->asked != NULL) || (c->asked &&
		    strcmp(server.asked[0], c->asked) != 0))
			fail_msg("%s: asked for %s", c->name, server.asked[0]);
	}
	arena_free(arena);
}

/* ---- questions ---- */

/* Two hosts, a relay and the domain itself: all in the second round. */
static void
test_asked_in_one_round(void **state)
{
	static struct server server;
	struct arena *arena = arena_new();

	(void)state;
	server_begin(&server, "v=spf1 a mx a:b.example.com exists:%{i}.x.com "
	    "include:r.example.org redirect=s.example.org");
	server.pending = true;
	assert_int_equal(check(arena, &server, "192.0.2.1", "a@example.com",
	    "h", NULL).result, SPF_PENDING);
	assert_true(times_asked(&server, "1 example.com") > 0);
	assert_int_equal(times_asked(&server, "15 example.com"), 1);
	assert_int_equal(times_asked(&server, "1 b.example.com"), 1);
	assert_int_equal(times_asked(&server, "1 192.0.2.1.x.com"), 1);
	assert_int_equal(times_asked(&server, "16 r.example.org"), 1);
	assert_int_equal(times_asked(&server, "16 s.example.org"), 1);
	assert_int_equal(times_asked(&server, "28 example.com"), 0);
	arena_free(arena);
}

static void
test_nothing_asked_behind_all(void **state)
{
	static struct server server;
	struct arena *arena = arena_new();

	(void)state;
	server_begin(&server, "v=spf1 a -all mx redirect=s.example.org");
	server.pending = true;
	assert_int_equal(check(arena, &server, "2001:db8::1", "a@example.com",
	    "h", NULL).result, SPF_PENDING);
	assert_true(times_asked(&server, "28 example.com") > 0);
	assert_int_equal(times_asked(&server, "15 example.com"), 0);
	assert_int_equal(times_asked(&server, "16 s.example.org"), 0);
	arena_free(arena);
}

/* A record that lets somebody pass at once costs one question. */
static void
test_nothing_asked_behind_match(void **state)
{
	static struct server server;
	struct arena *arena = arena_new();
	struct spf_verdict verdict;

	(void)state;
	server_begin(&server, "v=spf1 IP4:192.0.2.0/24 a mx -all");
	verdict = check(arena, &server, "192.0.2.1", "a@example.com", "h",
	    NULL);
	assert_int_equal(verdict.result, SPF_PASS);
	assert_string_equal(verdict.mechanism, "IP4:192.0.2.0/24");
	assert_null(verdict.why);
	assert_int_equal(server.count, 1);
	arena_free(arena);
}

/* ---- hostile records ---- */

static char *
repeated(struct arena *arena, const char *piece, size_t times)
{
	size_t length = strlen(piece), i;
	char *text = arena_alloc(arena, 8 + length * times);

	memcpy(text, "v=spf1 ", 7);
	for (i = 0; i < times; i++)
		memcpy(text + 7 + i * length, piece, length);
	return text;
}

static const struct hostile_case {
	const char *name;
	const char *piece;
	size_t times;
	enum spf_result result;
	const char *error;	/* part of it */
	size_t most_asked;	/* while everything is pending, both together */
} hostile_cases[] = {
	{ "ten thousand hosts", "a:%{i}.example.com ", 10000, SPF_PERMERROR,
	    "64 or more lookups", 200 },
	{ "ten thousand known hosts", "a:h.example.com ", 3000, SPF_PERMERROR,
	    "64 or more lookups", 200 },
	{ "a thousand mx", "mx:h.example.com ", 1000, SPF_PERMERROR,
	    "64 or more lookups", 200 },
	{ "a thousand relays", "include:r.example.com ", 1000, SPF_PERMERROR,
	    "leads back to itself", 200 },
	{ "a thousand validated names", "exists:%{p}.e.com ", 1000,
	    SPF_PERMERROR, "64 or more lookups", 200 },
	{ "a thousand pointers", "ptr:%{p}.e.com ", 1000, SPF_PERMERROR,
	    "64 or more lookups", 200 },
	{ "addresses alone", "ip4:192.0.2.200 ", 4000, SPF_NEUTRAL, NULL, 2 },
	{ "macros in one name", "%{s}", 16000, SPF_PERMERROR,
	    "unknown mechanism", 2 },
};

static void
test_hostile_records(void **state)
{
	static struct server server;
	const struct dns_source source = { server_lookup, &server };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(hostile_cases); i++) {
		const struct hostile_case *c = &hostile_cases[i];
		struct arena *arena = arena_new();
		char *text = repeated(arena, c->piece, c->times);
		struct spf_record record;
		struct spf_verdict verdict;
		const char *why;

		server_begin(&server, text);
		verdict = check(arena, &server, "192.0.2.1", "a@example.com",
		    "h.example.org", NULL);
		if (verdict.result != c->result)
			fail_msg("%s: %s", c->name,
			    spf_result_name(verdict.result));
		assert_true(spf_record_read(arena, &source, "example.com",
		    &record, &why));
		assert_true(record.lookups <= 64);
		if ((record.error == NULL) != (c->error == NULL) || (c->error &&
		    strstr(record.error, c->error) == NULL))
			fail_msg("%s: %s", c->name, record.error);
		server_begin(&server, text);
		server.pending = true;
		check(arena, &server, "192.0.2.1", "a@example.com",
		    "h.example.org", NULL);
		spf_record_read(arena, &source, "example.com", &record, &why);
		if (server.count > c->most_asked)
			fail_msg("%s: %zu questions", c->name, server.count);
		arena_free(arena);
	}
}

/* A message shows a part of a term as long as a record. */
static void
test_long_term_is_cut(void **state)
{
	static struct server server;
	const struct dns_source source = { server_lookup, &server };
	struct arena *arena = arena_new();
	struct spf_record record;
	const char *why;

	(void)state;
	server_begin(&server, repeated(arena, "\x01", 60000));
	assert_true(spf_record_read(arena, &source, "example.com", &record,
	    &why));
	assert_true(strlen(record.error) < 600);
	assert_int_equal(record.longest, 60007);
	arena_free(arena);
}

static void
test_result_names(void **state)
{
	(void)state;
	assert_string_equal(spf_result_name(SPF_PENDING), "pending");
	assert_string_equal(spf_result_name(SPF_SOFTFAIL), "softfail");
	assert_string_equal(spf_result_name(SPF_PERMERROR), "permerror");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_queries),
		cmocka_unit_test(test_asked_in_one_round),
		cmocka_unit_test(test_nothing_asked_behind_all),
		cmocka_unit_test(test_nothing_asked_behind_match),
		cmocka_unit_test(test_hostile_records),
		cmocka_unit_test(test_long_term_is_cut),
		cmocka_unit_test(test_result_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
