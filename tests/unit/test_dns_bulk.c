/*
 * The bulk resolver without a network: names of servers, resolv.conf, pacing,
 * and when a server is taken for dead. tests/dns has it against servers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fileio.h"
#include "host/dns_private.h"
#include "host/host.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *text;
	const char *csv;	/* NULL = refused */
} names[] = {
	{ "192.0.2.53", "192.0.2.53:53" },
	{ "192.0.2.53:5353", "192.0.2.53:5353" },
	{ "[192.0.2.53]:1", "192.0.2.53:1" },
	{ "2001:db8::53", "[2001:db8::53]:53" },
	{ "::1", "[::1]:53" },
	{ "[::1]", "[::1]:53" },
	{ "[::1]:65535", "[::1]:65535" },
	{ "fe80::1%lo", "[fe80::1]:53" },
	{ "", NULL },
	{ "localhost", NULL },
	{ "192.0.2", NULL },
	{ "192.0.2.53:", NULL },
	{ "192.0.2.53:0", NULL },
	{ "192.0.2.53:65536", NULL },
	{ "192.0.2.53:99999999999999999999", NULL },
	{ "192.0.2.53:-1", NULL },
	{ "192.0.2.53:53 ", NULL },
	{ "[::1", NULL },
	{ "[::1]53", NULL },
	{ "[::1]:", NULL },
	{ "[]:53", NULL },
	{ "1111:2222:3333:4444:5555:6666:7777:8888:9999", NULL },
};

static void
test_servers(void **state)
{
	struct dns_server server;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(names); i++) {
		int result = dns_server_init(&server, names[i].text);

		if (result != (names[i].csv == NULL ? -1 : 0) ||
		    (result == 0 && strcmp(server.csv, names[i].csv) != 0))
			fail_msg("\"%s\": %d \"%s\"", names[i].text, result,
			    server.csv);
	}
}

static const struct {
	const char *text;
	size_t count;
	const char *servers[3];
} resolv_confs[] = {
	{ "nameserver 192.0.2.1\nnameserver\t192.0.2.2\n", 2,
	    { "192.0.2.1", "192.0.2.2" } },
	{ "# nameserver 192.0.2.1\n;nameserver 192.0.2.2\nsearch example\n"
	    "nameserver 2001:db8::1 # ours", 1, { "2001:db8::1" } },
	{ "nameserver 192.0.2.1\nnameserver 192.0.2.2\n"
	    "nameserver 192.0.2.3\nnameserver 192.0.2.4\n", 3,
	    { "192.0.2.1", "192.0.2.2", "192.0.2.3" } },
	{ "nameserver ns.example\nnameservers 192.0.2.1\n", 1,
	    { "127.0.0.1" } },
	{ "", 1, { "127.0.0.1" } },
	{ "options edns0\n\n\nnameserver 192.0.2.9\r\n", 1, { "192.0.2.9" } },
};

static void
test_resolv_conf(void **state)
{
	char path[] = "/tmp/test_dns_bulk.XXXXXX";
	struct err err = { .code = ERR_NONE };
	const char **servers;
	size_t count, i, j;

	(void)state;
	assert_true(mkstemp(path) >= 0);
	for (i = 0; i < COUNT(resolv_confs); i++) {
		struct arena *arena = arena_new();

		assert_int_equal(file_replace(path, resolv_confs[i].text,
		    strlen(resolv_confs[i].text), 0600, &err), 0);
		dns_resolv_conf(arena, path, &servers, &count);
		if (count != resolv_confs[i].count)
			fail_msg("case %zu: %zu servers", i, count);
		for (j = 0; j < count; j++)
			assert_string_equal(servers[j],
			    resolv_confs[i].servers[j]);
		arena_free(arena);
	}
	(void)unlink(path);
}

static void
test_no_resolv_conf(void **state)
{
	struct arena *arena = arena_new();
	const char **servers;
	size_t count;

	(void)state;
	dns_resolv_conf(arena, "/none/resolv.conf", &servers, &count);
	assert_int_equal(count, 1);
	assert_string_equal(servers[0], "127.0.0.1");
	arena_free(arena);
}

/* ---- pacing: a server that is simulated, in microseconds ---- */

/*
 * Replies come at a rate that is what the window brings over the way, up to what
 * the server can. Returns the largest window on the way.
 */
static unsigned
simulate(struct dns_server *server, unsigned replies, double trip_us,
    double server_per_us)
{
	unsigned largest = 0, i;
	double now = 1e6;

	dns_server_begin(server, (int64_t)now);
	for (i = 0; i < replies; i++) {
		double rate = server->window / trip_us;

		now += 1 / (rate < server_per_us ? rate : server_per_us);
		dns_server_replied(server, (int64_t)now);
		if (server->window > largest)
			largest = server->window;
	}
	return largest;
}

static void
test_window_near(void **state)
{
	struct dns_server server;

	(void)state;
	assert_int_equal(dns_server_init(&server, "192.0.2.53"), 0);
	/* 64 in flight keep it busy: what stands behind them only waits. */
	if (simulate(&server, 100000, 256, 0.25) > 256)
		fail_msg("the window of a near server is %u", server.window);
	assert_in_range(server.window, 64, 200);
}

static void
test_window_far(void **state)
{
	struct dns_server server;

	(void)state;
	assert_int_equal(dns_server_init(&server, "192.0.2.53"), 0);
	(void)simulate(&server, 70000, 20000, 0.25);
	assert_in_range(server.window, 1024, 4096);
}

static void
test_window_lost(void **state)
{
	struct dns_server server;
	unsigned before, i;

	(void)state;
	assert_int_equal(dns_server_init(&server, "192.0.2.53"), 0);
	(void)simulate(&server, 70000, 20000, 0.25);
	before = server.window;
	for (i = 0; i < 3 * before; i++) {
		/* Every other one: the window ends at its least. */
		dns_server_lost(&server, 1, (int64_t)2e9 + i * 1000);
		dns_server_replied(&server, (int64_t)2e9 + i * 1000);
	}
	assert_true(server.window < before / 2);
	for (i = 0; i < 100000; i++)
		dns_server_lost(&server, 1, (int64_t)4e9 + i * 1000);
	assert_in_range(server.window, 1, 16);
}

/* A wide window that is empty does not leave all at once. */
static void
test_paced(void **state)
{
	struct dns_server server;
	unsigned sent = 0;
	int64_t now = (int64_t)9e9;

	(void)state;
	assert_int_equal(dns_server_init(&server, "192.0.2.53"), 0);
	(void)simulate(&server, 70000, 20000, 0.25);
	server.in_flight = 0;
	dns_server_refill(&server, now);
	for (; dns_server_has_room(&server, false); sent++)
		dns_server_sent(&server, false);
	assert_in_range(sent, 1, 128);
	assert_true(dns_server_held_back(&server));
	dns_server_refill(&server, now + 1000);
	assert_true(dns_server_has_room(&server, false));
}

/* ---- health ---- */

static void
silence(struct dns_server *server, unsigned tries)
{
	while (tries-- > 0)
		dns_server_silent(server);
}

#define SECOND 1000000

static void
test_put_aside(void **state)
{
	struct dns_server server;
	int64_t now = 100 * SECOND;
	unsigned i;

	(void)state;
	assert_int_equal(dns_server_init(&server, "192.0.2.53"), 0);
	dns_server_begin(&server, now);
	silence(&server, 31);
	assert_false(dns_server_paused(&server, now + 2 * SECOND));
	/* A reply in between, and the count begins anew. */
	dns_server_replied(&server, now + 2 * SECOND);
	silence(&server, 31);
	assert_false(dns_server_wants_probe(&server, now + 4 * SECOND));
	silence(&server, 1);
	now += 4 * SECOND;
	assert_true(dns_server_paused(&server, now));
	assert_true(dns_server_wants_probe(&server, now));
	assert_false(dns_server_dead(&server));
	for (i = 0; i < 3; i++) {
		assert_false(dns_server_dead(&server));
		assert_true(dns_server_wants_probe(&server, now));
		server.probing = true;
		assert_false(dns_server_wants_probe(&server, now));
		dns_server_probed(&server, false, now);
		assert_false(dns_server_wants_probe(&server, now));
		now += SECOND / 2;
	}
	assert_true(dns_server_dead(&server));
	/* The next batch has one probe, and believes what it says. */
	dns_server_begin(&server, now);
	assert_false(dns_server_dead(&server));
	assert_true(dns_server_paused(&server, now));
	assert_true(dns_server_wants_probe(&server, now));
	dns_server_probed(&server, false, now);
	assert_true(dns_server_dead(&server));
	dns_server_probed(&server, true, now);
	assert_false(dns_server_dead(&server));
	assert_false(dns_server_paused(&server, now));
}

/* Many in no time, as where nobody listens. */
static void
test_refused_at_once(void **state)
{
	struct dns_server server;

	(void)state;
	assert_int_equal(dns_server_init(&server, "192.0.2.53"), 0);
	dns_server_begin(&server, SECOND);
	silence(&server, 255);
	assert_false(dns_server_paused(&server, SECOND));
	silence(&server, 1);
	assert_true(dns_server_paused(&server, SECOND));
}

/* ---- the door ---- */

static void
test_bad_server(void **state)
{
	static const char *const servers[] = { "192.0.2.53", "ns.example" };
	struct err err = { .code = ERR_NONE };

	(void)state;
	assert_null(dns_asker_new(&(struct dns_asker_options){
	    .servers = servers, .server_count = 2 }, &err));
	assert_int_equal(err.code, ERR_CONTENT);
	assert_string_equal(err.text, "\"ns.example\" is no name server, "
	    "wanted ADDR, ADDR:PORT or [ADDR]:PORT");
}

/* Nothing is asked, and nothing opened; of no questions nothing comes. */
static void
test_nothing(void **state)
{
	static const char *const servers[] = { "192.0.2.53" };
	struct arena *arena = arena_new();
	struct err err = { .code = ERR_NONE };
	struct dns_asker *asker = dns_asker_new(&(struct dns_asker_options){
	    .servers = servers, .server_count = 1 }, &err);

	(void)state;
	assert_non_null(asker);
	dns_ask_all(asker, arena, NULL, 0, NULL);
	dns_asker_free(asker);
	dns_asker_free(NULL);
	arena_free(arena);
}

static void
test_no_network(void **state)
{
	static const char *const urls[] = { "https://a.example/" };
	static const struct dns_question questions[] = {
		{ "a.example", DNS_TXT }, { "b.example", DNS_MX } };
	struct host_live_options options = {
	    .network_skipped = "skipped: --no-network" };
	struct err err = { .code = ERR_NONE };
	struct host *host = host_live(&options, &err);
	struct arena *arena = arena_new();
	struct answer answers[2];
	size_t i;

	(void)state;
	assert_non_null(host);
	host_dns(host, arena, questions, 2, answers);
	for (i = 0; i < 2; i++) {
		assert_int_equal(answers[i].status, ANSWER_SKIPPED);
		assert_string_equal(answers[i].why, "skipped: --no-network");
	}
	host_fetch(host, arena, urls, 1, 100, answers);
	assert_int_equal(answers[0].status, ANSWER_SKIPPED);
	host_free(host);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_servers),
		cmocka_unit_test(test_resolv_conf),
		cmocka_unit_test(test_no_resolv_conf),
		cmocka_unit_test(test_window_near),
		cmocka_unit_test(test_window_far),
		cmocka_unit_test(test_window_lost),
		cmocka_unit_test(test_paced),
		cmocka_unit_test(test_put_aside),
		cmocka_unit_test(test_refused_at_once),
		cmocka_unit_test(test_bad_server),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_no_network),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
