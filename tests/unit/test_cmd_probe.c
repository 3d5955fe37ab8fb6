/*
 * cpward probe: what its arguments ask for, and the status it leaves with. The
 * prober is one of ours that notes what it is asked and answers from a table.
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
#include "cmd/cmd.h"
#include "host/probe.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What the prober was asked: "HOST 25/smtp 465/smtps; HOST …" */
struct notes {
	char text[2048];
	struct probe_request last;
};

/* A status for each target in turn; the last goes on. */
struct answers {
	const char *no_address;		/* NULL = the host has one */
	enum probe_status statuses[4];
	size_t count;
	const char *why;
};

/* The prober has no argument for its test: these two stand in for one. */
static struct notes notes;
static struct answers answers;

int
probe_run(struct arena *arena, const struct probe_request *request,
    struct probe_result *ret_result, struct err *err)
{
	size_t used = strlen(notes.text), i;

	used += (size_t)snprintf(notes.text + used, sizeof(notes.text) - used,
	    "%s%s", used == 0 ? "" : "; ", request->host);
	notes.last = *request;
	if (answers.no_address != NULL)
		return err_set(err, ERR_IO, "%s", answers.no_address);
	ret_result->count = request->target_count;
	ret_result->listeners = arena_array(arena, request->target_count,
	    sizeof(*ret_result->listeners));
	for (i = 0; i < request->target_count; i++) {
		const struct probe_target *target = &request->targets[i];

		used += (size_t)snprintf(notes.text + used,
		    sizeof(notes.text) - used, " %u/%s", target->port,
		    probe_protocol_name(target->protocol));
		probe_listener_init(&ret_result->listeners[i], "192.0.2.7",
		    target->port, target->protocol);
		ret_result->listeners[i].status = answers.statuses[i <
		    answers.count ? i : answers.count - 1];
		ret_result->listeners[i].why = answers.why;
	}
	return 0;
}

/* Runs the command with standard output in *ret_out. */
static int
run(struct arena *arena, const char *const *arguments, size_t count,
    const struct options *options, const char **ret_out, struct err *err)
{
	char path[] = "/tmp/cpward-probe-XXXXXX";
	int fd = mkstemp(path), out = dup(1), status;
	char *text = arena_alloc(arena, 65536);
	struct options given = *options;

	memset(&notes, 0, sizeof(notes));
	memset(err, 0, sizeof(*err));
	given.arguments.items = (const char **)(uintptr_t)arguments;
	given.arguments.count = count;
	given.quiet = true;
	fflush(stdout);
	dup2(fd, 1);
	status = cmd_probe(arena, &given, err);
	fflush(stdout);
	dup2(out, 1);
	close(out);
	unlink(path);
	assert_true(pread(fd, text, 65535, 0) >= 0);
	close(fd);
	*ret_out = text;
	return status;
}

/* ---- arguments ---- */

#define MAIL " 25/smtp 465/smtps 587/smtp 110/pop3 143/imap 993/imaps " \
	"995/pop3s 4190/sieve"

static const struct {
	const char *arguments[4];
	const char *asked;
} argument_cases[] = {
	{ { "mail.example" }, "mail.example" MAIL },
	{ { "192.0.2.7" }, "192.0.2.7" MAIL },
	{ { "2001:db8::1" }, "2001:db8::1" MAIL },
	{ { "[2001:db8::1]" }, "2001:db8::1" MAIL },
	{ { "::1" }, "::1" MAIL },
	{ { "mail.example:587" }, "mail.example 587/smtp" },
	{ { "mail.example:2087" }, "mail.example 2087/https" },
	{ { "mail.example:8443" }, "mail.example 8443/tls" },
	{ { "mail.example:8025/smtp" }, "mail.example 8025/smtp" },
	{ { "192.0.2.7:25/smtps" }, "192.0.2.7 25/smtps" },
	{ { "[::1]:4190" }, "::1 4190/sieve" },
	{ { "[::1]:8025/smtp" }, "::1 8025/smtp" },
	{ { "a:25", "b:25", "a:465" }, "a 25/smtp 465/smtps; b 25/smtp" },
	{ { "a:25", "a:25/smtp" }, "a 25/smtp" },
	{ { "a:25", "a:25/tls" }, "a 25/smtp 25/tls" },
	{ { "_dane.a_b.example:1" }, "_dane.a_b.example 1/tls" },
	{ { "a:65535" }, "a 65535/tls" },
};

static size_t
count_words(const char *const *words, size_t most)
{
	size_t count = 0;

	while (count < most && words[count] != NULL)
		count++;
	return count;
}

static void
test_arguments(void **state)
{
	const struct options options = { .quiet = true };
	size_t i;

	(void)state;
	answers = (struct answers){ .statuses = { PROBE_OPEN }, .count = 1 };
	for (i = 0; i < COUNT(argument_cases); i++) {
		struct arena *arena = arena_new();
		const char *out;
		struct err err;
		int status = run(arena, argument_cases[i].arguments,
		    count_words(argument_cases[i].arguments, 4), &options,
		    &out, &err);

		if (status != 0 ||
		    strcmp(notes.text, argument_cases[i].asked) != 0)
			fail_msg("%s: %d, \"%s\", wanted \"%s\"",
			    argument_cases[i].arguments[0], status, notes.text,
			    argument_cases[i].asked);
		arena_free(arena);
	}
}

static const struct {
	const char *argument;
	const char *text;
} refused_cases[] = {
	{ "", "probe: \"\" names no host" },
	{ ":25", "probe: \":25\" names no host" },
	{ "-x", "probe: \"-x\" names no host" },
	{ "a b", "probe: \"a b\" names no host" },
	{ "a/b", "probe: \"a/b\" names no host" },
	{ "smtp://a", "probe: \"smtp://a\" has no port from 1 to 65535" },
	{ "a:", "probe: \"a:\" has no port from 1 to 65535" },
	{ "a:0", "probe: \"a:0\" has no port from 1 to 65535" },
	{ "a:65536", "probe: \"a:65536\" has no port from 1 to 65535" },
	{ "a:99999999999999999999", "probe: \"a:99999999999999999999\" has no "
	    "port from 1 to 65535" },
	{ "a:-25", "probe: \"a:-25\" has no port from 1 to 65535" },
	{ "a:25x", "probe: \"a:25x\" has no protocol that is known behind its "
	    "port" },
	{ "a:25/", "probe: \"a:25/\" has no protocol that is known behind its "
	    "port" },
	{ "a:25/SMTP", "probe: \"a:25/SMTP\" has no protocol that is known "
	    "behind its port" },
	{ "[::1", "probe: \"[::1\" has no [ADDRESS] that ends before the "
	    "port" },
	{ "[::1]25", "probe: \"[::1]25\" has no [ADDRESS] that ends before "
	    "the port" },
	{ "[a]:25", "probe: \"[a]:25\" has no address in its brackets" },
	{ "[::1]:", "probe: \"[::1]:\" has no port from 1 to 65535" },
};

static void
test_refused(void **state)
{
	const struct options options = { .quiet = true };
	const char *out;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(refused_cases); i++) {
		const char *const arguments[] = { "good.example",
		    refused_cases[i].argument };
		struct arena *arena = arena_new();
		struct err err;

		if (run(arena, arguments, 2, &options, &out, &err) != -1 ||
		    err.code != ERR_USAGE ||
		    strcmp(err.text, refused_cases[i].text) != 0)
			fail_msg("\"%s\": %s", arguments[1], err.text);
		assert_string_equal(notes.text, "");
		arena_free(arena);
	}
}

static void
test_flags(void **state)
{
	static const char *const arguments[] = { "mail.example:25" };
	const struct options options = { .full = true, .relay = true,
	    .source = "127.0.0.2", .name = "mx.example" };
	struct arena *arena = arena_new();
	const char *out;
	struct err err;

	(void)state;
	answers = (struct answers){ .statuses = { PROBE_OPEN }, .count = 1 };
	/* Nobody could tell whether it relays. */
	assert_int_equal(run(arena, arguments, 1, &options, &out, &err), 3);
	assert_non_null(strstr(out, "    not seen    relay: "));
	assert_true(notes.last.full && notes.last.relay);
	assert_string_equal(notes.last.source, "127.0.0.2");
	assert_string_equal(notes.last.server_name, "mx.example");
	assert_non_null(strchr(notes.last.ehlo, '.'));
	arena_free(arena);
}

static const struct {
	struct options options;
	size_t arguments;
	const char *text;
} usage_cases[] = {
	{ { .quiet = true }, 0, "probe: wants a HOST or HOST:PORT" },
	{ { .source = "lo" }, 1, "--source: \"lo\" is no IPv4 or IPv6 address" },
	{ { .name = "a b" }, 1, "--name: \"a b\" is no host name" },
	{ { .name = "" }, 1, "--name: \"\" is no host name" },
};

static void
test_usage(void **state)
{
	static const char *const arguments[] = { "mail.example:25" };
	static const char *formats[] = { "ndjson" };
	const struct options format = { .outputs = { formats, 1 } };
	struct arena *arena = arena_new();
	const char *out;
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(usage_cases); i++) {
		assert_int_equal(run(arena, arguments,
		    usage_cases[i].arguments, &usage_cases[i].options, &out,
		    &err), -1);
		assert_int_equal(err.code, ERR_USAGE);
		assert_string_equal(err.text, usage_cases[i].text);
	}
	assert_int_equal(run(arena, arguments, 1, &format, &out, &err), -1);
	assert_string_equal(err.text,
	    "-o: no format \"ndjson\", wanted text or json");
	arena_free(arena);
}

/* ---- status ---- */

static const struct {
	struct answers answers;
	int status;
} status_cases[] = {
	{ { NULL, { PROBE_OPEN }, 1, NULL }, 0 },
	{ { NULL, { PROBE_OPEN, PROBE_CLOSED }, 2, NULL }, 0 },
	{ { NULL, { PROBE_OPEN, PROBE_FAILED }, 2, NULL }, 3 },
	{ { NULL, { PROBE_OPEN }, 1, "421 later" }, 3 },
	{ { NULL, { PROBE_CLOSED }, 1, NULL }, 3 },
	{ { NULL, { PROBE_FAILED }, 1, "timeout" }, 3 },
	{ { "mail.example has no address", { PROBE_OPEN }, 1, NULL }, 3 },
};

static void
test_status(void **state)
{
	static const char *const arguments[] = { "mail.example" };
	const struct options options = { .quiet = true };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(status_cases); i++) {
		struct arena *arena = arena_new();
		const char *out;
		struct err err;
		int status;

		answers = status_cases[i].answers;
		status = run(arena, arguments, 1, &options, &out, &err);
		if (status != status_cases[i].status)
			fail_msg("case %zu: %d", i, status);
		if (answers.no_address != NULL)
			assert_non_null(strstr(out, "\nmail.example:4190 sieve"
			    "\n    unknown     mail.example has no "
			    "address\n"));
		arena_free(arena);
	}
}

/* The document is whole, and of every host. */
static void
test_json(void **state)
{
	static const char *const arguments[] = { "a.example:25", "b.example" };
	static const char *formats[] = { "json" };
	const struct options options = { .outputs = { formats, 1 } };
	struct arena *arena = arena_new();
	struct probe_result result;
	const char *out;
	struct err err;

	(void)state;
	answers = (struct answers){ .statuses = { PROBE_OPEN }, .count = 1 };
	assert_int_equal(run(arena, arguments, 2, &options, &out, &err), 0);
	assert_int_equal(probe_result_read(arena, out, strlen(out), &result,
	    &err), 0);
	assert_int_equal(result.count, 9);
	assert_int_equal(result.listeners[8].port, 4190);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests_name("cmd_probe", tests, NULL, NULL);
}
