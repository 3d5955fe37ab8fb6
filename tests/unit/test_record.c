/*
 * Recording answers and giving them back: whatever a host answered, replay
 * answers the same; what is no recording is refused with its line.
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
#include "host/host.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Answers everything with the answer that it was given. */
struct single {
	struct host base;
	struct answer answer;
};

static void
single_ask(struct host *host, struct arena *arena,
    const struct question *question, struct answer *ret_answer)
{
	struct single *single = (struct single *)host;

	(void)question;
	*ret_answer = single->answer;
	if (single->answer.bytes != NULL)
		ret_answer->bytes = arena_memdup(arena, single->answer.bytes,
		    single->answer.length);
}

static int
setup(void **state)
{
	char *path = strdup("/tmp/cpward-record-XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	*state = path;
	return 0;
}

static int
teardown(void **state)
{
	unlink(*state);
	free(*state);
	return 0;
}

/* ---- the round trip ---- */

#define BYTES(text) (char *)(uintptr_t)text, sizeof(text) - 1

static const struct {
	const char *name;
	struct answer answer;
} answers[] = {
	{ "text", { ANSWER_OK, BYTES("line\nline\n"), 0, NULL } },
	{ "empty", { ANSWER_OK, BYTES(""), 0, NULL } },
	{ "no bytes at all", { ANSWER_OK, NULL, 0, 0, NULL } },
	{ "UTF-8", { ANSWER_OK, BYTES("na\303\257ve \"quoted\" \\ \t"), 0,
	    NULL } },
	{ "a NUL in text", { ANSWER_OK, BYTES("a\0b"), 0, NULL } },
	{ "NULs only", { ANSWER_OK, BYTES("\0\0\0"), 0, NULL } },
	{ "one binary byte", { ANSWER_OK, BYTES("\377"), 0, NULL } },
	{ "two", { ANSWER_OK, BYTES("\377\0"), 0, NULL } },
	{ "three", { ANSWER_OK, BYTES("\377\0\001"), 0, NULL } },
	{ "four", { ANSWER_OK, BYTES("\377\376\375\374"), 0, NULL } },
	{ "five", { ANSWER_OK, BYTES("\377===="), 0, NULL } },
	{ "ends in NULs", { ANSWER_OK, BYTES("\377\0\0\0\0"), 0, NULL } },
	{ "overlong UTF-8", { ANSWER_OK, BYTES("\300\200"), 0, NULL } },
	{ "a status and a message", { ANSWER_OK, BYTES("out"), 143, "stderr" } },
	{ "failed", { ANSWER_FAILED, NULL, 0, 0, "Input/output error" } },
	{ "failed with output", { ANSWER_FAILED, BYTES("half"), 137, "late" } },
	{ "absent", { ANSWER_ABSENT, NULL, 0, 0, "does not exist" } },
	{ "absent without a word", { ANSWER_ABSENT, NULL, 0, 0, NULL } },
	{ "no parent", { ANSWER_NO_PARENT, NULL, 0, 0, "no directory" } },
	{ "skipped", { ANSWER_SKIPPED, NULL, 0, 0, "skipped: none" } },
};

static void
check_same(const char *name, const struct answer *is,
    const struct answer *wanted)
{
	if (is->status != wanted->status || is->code != wanted->code ||
	    is->length != wanted->length ||
	    (is->length > 0 && memcmp(is->bytes, wanted->bytes,
	    is->length) != 0) ||
	    (is->why == NULL) != (wanted->why == NULL) ||
	    (is->why != NULL && strcmp(is->why, wanted->why) != 0))
		fail_msg("%s: status %d, code %d, %zu bytes, why \"%s\"", name,
		    is->status, is->code, is->length,
		    is->why == NULL ? "" : is->why);
}

static void
test_round_trip(void **state)
{
	struct arena *arena = arena_new();
	struct err err = { 0 };
	struct single single = { .base.ask = single_ask };
	struct host *recorder, *replayer;
	struct answer answer;
	size_t i;

	recorder = host_record(&single.base, *state, &err);
	assert_non_null(recorder);
	for (i = 0; i < COUNT(answers); i++) {
		single.answer = answers[i].answer;
		answer = (struct answer){ .status = ANSWER_FAILED };
		recorder->ask(recorder, arena, &(struct question){
		    .kind = ASK_FILE, .path = answers[i].name, .cap = 100 },
		    &answer);
		check_same("passed on", &answer, &answers[i].answer);
	}
	host_free(recorder);
	replayer = host_replay(*state, &err);
	if (replayer == NULL)
		fail_msg("line %u: %s", err.line, err.text);
	for (i = 0; i < COUNT(answers); i++) {
		answer = (struct answer){ .status = ANSWER_FAILED };
		replayer->ask(replayer, arena, &(struct question){
		    .kind = ASK_FILE, .path = answers[i].name, .cap = 100 },
		    &answer);
		check_same(answers[i].name, &answer, &answers[i].answer);
	}
	host_free(replayer);
	arena_free(arena);
}

/* Each kind of question is kept under its own words. */
static void
test_questions(void **state)
{
	static const char *const argv[] = { "/bin/x", "-a", "b c", NULL };
	static const struct whm_argument arguments[] = { { "k", "v" },
	    { "empty", "" } };
	static const struct question questions[] = {
		{ .kind = ASK_FILE, .path = "/p" },
		{ .kind = ASK_STAT, .path = "/p" },
		{ .kind = ASK_DIR, .path = "/p" },
		{ .kind = ASK_LINK, .path = "/p" },
		{ .kind = ASK_COMMAND, .argv = argv },
		{ .kind = ASK_WHM, .function = "version",
		    .arguments = arguments, .argument_count = 2 },
		{ .kind = ASK_CLOCK },
		{ .kind = ASK_DNS, .name = "a.example", .type = 16 },
		{ .kind = ASK_DNS, .name = "a.example", .type = 15 },
		{ .kind = ASK_DNS, .name = "a.example", .type = 65280 },
		{ .kind = ASK_FETCH, .url = "https://a.example/x" },
	};
	struct arena *arena = arena_new();
	struct err err = { 0 };
	struct single single = { .base.ask = single_ask };
	struct host *host = host_record(&single.base, *state, &err);
	struct answer answer;
	size_t i;

	for (i = 0; i < COUNT(questions); i++) {
		single.answer = (struct answer){ ANSWER_OK, NULL, 0,
		    (int)i + 1, NULL };
		host->ask(host, arena, &questions[i], &answer);
	}
	host_free(host);
	host = host_replay(*state, &err);
	assert_non_null(host);
	for (i = 0; i < COUNT(questions); i++) {
		answer = (struct answer){ .status = ANSWER_FAILED };
		host->ask(host, arena, &questions[i], &answer);
		assert_int_equal(answer.status, ANSWER_OK);
		assert_int_equal(answer.code, i + 1);
	}
	host_free(host);
	arena_free(arena);
}

/* A batch is on file one by one; what is not there fails alone. */
static void
test_batch(void **state)
{
	static const struct dns_question questions[] = {
		{ "a.example", 16 }, { "b.example", 16 }, { "new.example", 15 },
	};
	struct arena *arena = arena_new();
	struct err err = { 0 };
	struct single single = { .base.ask = single_ask, .answer = {
	    ANSWER_OK, (char *)(uintptr_t)"\0\1\200\377", 4, 0, NULL } };
	struct host *host = host_record(&single.base, *state, &err);
	struct answer got[3];
	size_t i;

	host_dns(host, arena, questions, 2, got);
	host_free(host);
	host = host_replay(*state, &err);
	assert_non_null(host);
	host_dns(host, arena, questions, 3, got);
	for (i = 0; i < 2; i++) {
		assert_int_equal(got[i].status, ANSWER_OK);
		assert_int_equal(got[i].length, 4);
		assert_memory_equal(got[i].bytes, "\0\1\200\377", 5);
	}
	assert_int_equal(got[2].status, ANSWER_FAILED);
	assert_string_equal(got[2].why,
	    "not recorded: dns MX new.example");
	host_free(host);
	arena_free(arena);
}

/* ---- recordings by hand ---- */

static void
write_recording(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static const struct {
	const char *name;
	const char *line;
	enum answer_status status;
	const char *bytes;
	const char *why;
} replayed[] = {
	{ "the last answer wins",
	    "{\"ask\":\"file /f\",\"status\":\"ok\",\"text\":\"old\"}\n"
	    "{\"ask\":\"file /f\",\"status\":\"ok\",\"text\":\"new\"}\n",
	    ANSWER_OK, "new", NULL },
	{ "empty lines, no newline at the end",
	    "\n\n{\"ask\":\"file /f\",\"status\":\"ok\",\"text\":\"x\"}",
	    ANSWER_OK, "x", NULL },
	{ "nothing recorded", "", ANSWER_FAILED, "",
	    "not recorded: file /f" },
	{ "another path", "{\"ask\":\"file /g\",\"status\":\"ok\"}\n",
	    ANSWER_FAILED, "", "not recorded: file /f" },
	{ "no status", "{\"ask\":\"file /f\",\"text\":\"x\"}\n", ANSWER_FAILED,
	    NULL, "no reason was given" },
	{ "a status nobody knows",
	    "{\"ask\":\"file /f\",\"status\":\"fine\",\"text\":\"x\"}\n",
	    ANSWER_FAILED, NULL, "no reason was given" },
	{ "text that is none",
	    "{\"ask\":\"file /f\",\"status\":\"ok\",\"text\":5}\n",
	    ANSWER_FAILED, "", "the recorded bytes can not be read" },
	{ "base64 that is none",
	    "{\"ask\":\"file /f\",\"status\":\"ok\",\"base64\":\"!!!!\"}\n",
	    ANSWER_FAILED, "", "the recorded bytes can not be read" },
	{ "base64 of padding only",
	    "{\"ask\":\"file /f\",\"status\":\"ok\",\"base64\":\"====\"}\n",
	    ANSWER_OK, "", NULL },
	{ "base64 of one byte",
	    "{\"ask\":\"file /f\",\"status\":\"ok\",\"base64\":\"eA==\"}\n",
	    ANSWER_OK, "x", NULL },
};

static void
test_replayed(void **state)
{
	size_t i;

	for (i = 0; i < COUNT(replayed); i++) {
		struct arena *arena = arena_new();
		struct err err = { 0 };
		struct host *host;
		struct answer answer;

		write_recording(*state, replayed[i].line);
		host = host_replay(*state, &err);
		if (host == NULL)
			fail_msg("%s: %s", replayed[i].name, err.text);
		assert_string_equal(host->whm_name, "whmapi1");
		answer = host_file(host, arena, "/f", 100);
		if (answer.status != replayed[i].status ||
		    (replayed[i].bytes != NULL &&
		    strcmp(answer.bytes, replayed[i].bytes) != 0) ||
		    (replayed[i].why != NULL && (answer.why == NULL ||
		    strcmp(answer.why, replayed[i].why) != 0)))
			fail_msg("%s: status %d \"%s\", why \"%s\"",
			    replayed[i].name, answer.status, answer.bytes,
			    answer.why == NULL ? "" : answer.why);
		host_free(host);
		arena_free(arena);
	}
}

#define GOOD "{\"ask\":\"file /f\",\"status\":\"ok\",\"text\":\"x\"}\n"

static const struct {
	const char *name;
	const char *text;
	unsigned line;
} malformed[] = {
	{ "no JSON", GOOD "hello\n" GOOD, 2 },
	{ "half a line", GOOD GOOD "{\"ask\":\"file", 3 },
	{ "an array", "[1]\n", 1 },
	{ "no ask", GOOD "\n{\"status\":\"ok\"}\n", 3 },
	{ "an ask of another type", "{\"ask\":5}\n", 1 },
	{ "two on a line", "{\"ask\":\"a\"} {\"ask\":\"b\"}\n", 1 },
	{ "not UTF-8", "{\"ask\":\"\377\"}\n", 1 },
};

static void
test_malformed(void **state)
{
	size_t i;

	for (i = 0; i < COUNT(malformed); i++) {
		struct err err = { 0 };
		struct host *host;

		write_recording(*state, malformed[i].text);
		host = host_replay(*state, &err);
		if (host != NULL || err.code != ERR_CONTENT ||
		    err.line != malformed[i].line ||
		    strcmp(err.source, *state) != 0)
			fail_msg("%s: %s:%u: %s", malformed[i].name,
			    err.source, err.line, err.text);
	}
}

static void
test_files(void **state)
{
	struct single single = { .base.ask = single_ask,
	    .base.whm_name = "whm root@h:2087" };
	struct err err = { 0 };
	struct host *host;

	assert_null(host_replay("/none/recording", &err));
	assert_int_equal(err.code, ERR_NOINPUT);
	memset(&err, 0, sizeof(err));
	assert_null(host_record(&single.base, "/none/recording", &err));
	assert_int_equal(err.code, ERR_IO);
	assert_string_equal(err.source, "/none/recording");
	memset(&err, 0, sizeof(err));
	host = host_record(&single.base, *state, &err);
	assert_string_equal(host->whm_name, "whm root@h:2087");
	host_free(host);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_round_trip),
		TEST(test_questions),
		TEST(test_batch),
		TEST(test_replayed),
		TEST(test_malformed),
		TEST(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
