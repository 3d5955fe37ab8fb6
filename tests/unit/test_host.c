/*
 * The typed askers: what they ask, and what they make of an answer that an
 * implementation gave badly.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "host/host.h"
#include "host/probe.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct single {
	struct host base;
	struct answer answer;
	char asked[200];
	size_t cap;
};

static void
single_ask(struct host *host, struct arena *arena,
    const struct question *question, struct answer *ret_answer)
{
	struct single *single = (struct single *)host;

	*ret_answer = single->answer;
	snprintf(single->asked, sizeof(single->asked), "%s",
	    question_text(arena, question));
	single->cap = question->cap;
}

#define SINGLE(...) { .base.ask = single_ask, .answer = { __VA_ARGS__ } }
#define TEXT(text) (char *)(uintptr_t)text, sizeof(text) - 1

static void
test_questions(void **state)
{
	static const char *const argv[] = { "/bin/x", "-a", "", "b c", NULL };
	static const struct whm_argument arguments[] = {
		{ "api.version", "1" }, { "key", "" } };
	struct single single = SINGLE(ANSWER_ABSENT, NULL, 0, 0, NULL);
	struct arena *arena = arena_new();
	struct host_stat st;

	(void)state;
	host_file(&single.base, arena, "/etc/a b", 77);
	assert_string_equal(single.asked, "file /etc/a b");
	assert_int_equal(single.cap, 77);
	host_dir(&single.base, arena, "/d");
	assert_string_equal(single.asked, "dir /d");
	host_link(&single.base, arena, "/l");
	assert_string_equal(single.asked, "link /l");
	host_stat(&single.base, arena, "/s", &st);
	assert_string_equal(single.asked, "stat /s");
	host_command(&single.base, arena, argv, 5);
	assert_string_equal(single.asked, "run /bin/x -a  b c");
	host_command_input(&single.base, arena, argv, "EHLO x\r\nQUIT\r\n", 5);
	assert_string_equal(single.asked, "run /bin/x -a  b c <<EHLO x|QUIT|");
	host_whm(&single.base, arena, "get", arguments, 2);
	assert_string_equal(single.asked, "whm get api.version=1 key=");
	assert_int_equal(host_now(&single.base), -1);
	assert_string_equal(single.asked, "clock");
	arena_free(arena);
}

/* A fact's reason is printed: none of these may come without one. */
static void
test_reasons(void **state)
{
	static const struct {
		enum answer_status status;
		const char *why, *wanted;
	} cases[] = {
		{ ANSWER_FAILED, NULL, "no reason was given" },
		{ ANSWER_NO_PARENT, NULL, "no reason was given" },
		{ ANSWER_ABSENT, NULL, "does not exist" },
		{ ANSWER_SKIPPED, NULL, "skipped: no reason was given" },
		{ ANSWER_FAILED, "busy", "busy" },
		{ ANSWER_NO_PARENT, "none", "none" },
		{ ANSWER_SKIPPED, "skipped: x", "skipped: x" },
	};
	struct arena *arena = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct single single = SINGLE(cases[i].status, NULL, 0, 0,
		    cases[i].why);
		struct answer answer = host_file(&single.base, arena, "/f", 9);

		assert_int_equal(answer.status, cases[i].status);
		assert_non_null(answer.why);
		assert_string_equal(answer.why, cases[i].wanted);
		assert_string_equal(answer.bytes, "");
	}
	arena_free(arena);
}

static void
test_stat(void **state)
{
	static const struct {
		const char *text;
		enum answer_status status;
		enum host_file_kind kind;
		unsigned mode;
		const char *owner, *group;
		int64_t size, mtime;
	} cases[] = {
		{ "file 0640 root mail 12 1700000000", ANSWER_OK, HOST_REGULAR,
		    0640, "root", "mail", 12, 1700000000 },
		{ "dir 1777 0 4711 0 -1", ANSWER_OK, HOST_DIRECTORY, 01777,
		    "0", "4711", 0, -1 },
		{ "other 0600 a.b-c _x$ 9000000000000 0", ANSWER_OK, HOST_OTHER,
		    0600, "a.b-c", "_x$", 9000000000000, 0 },
		{ "", ANSWER_FAILED, 0, 0, NULL, NULL, 0, 0 },
		{ "file", ANSWER_FAILED, 0, 0, NULL, NULL, 0, 0 },
		{ "file 0640 root mail 12", ANSWER_FAILED, 0, 0, NULL, NULL,
		    0, 0 },
		{ "file 0999 root mail 12 5", ANSWER_FAILED, 0, 0, NULL, NULL,
		    0, 0 },
		{ "file 0640 root mail x 5", ANSWER_FAILED, 0, 0, NULL, NULL,
		    0, 0 },
		/* 64 bytes: no name that we print is so long. */
		{ "file 0640 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		    "aaaaaaaaaaaaaaaaaaaaaaaaaaaa mail 1 1", ANSWER_FAILED, 0, 0,
		    NULL, NULL, 0, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct arena *arena = arena_new();
		struct single single = SINGLE(ANSWER_OK,
		    (char *)(uintptr_t)cases[i].text, strlen(cases[i].text), 0,
		    NULL);
		struct host_stat st = { 0 };
		struct answer answer = host_stat(&single.base, arena, "/s",
		    &st);

		if (answer.status != cases[i].status)
			fail_msg("\"%s\": status %d", cases[i].text,
			    answer.status);
		if (answer.status == ANSWER_OK) {
			assert_int_equal(st.kind, cases[i].kind);
			assert_int_equal(st.mode, cases[i].mode);
			assert_string_equal(st.owner, cases[i].owner);
			assert_string_equal(st.group, cases[i].group);
			assert_true(st.size == cases[i].size);
			assert_true(st.mtime == cases[i].mtime);
		} else {
			assert_string_equal(answer.why,
			    "the recorded status can not be read");
			assert_null(st.owner);
		}
		arena_free(arena);
	}
}

static void
test_names(void **state)
{
	static const struct {
		const char *bytes;
		size_t length, count;
		const char *first, *last;
	} cases[] = {
		{ "", 0, 0, NULL, NULL },
		{ "a/", 2, 1, "a", "a" },
		{ "a/b c/\n/", 8, 3, "a", "\n" },
		{ "a/half", 6, 1, "a", "a" },
		{ "half", 4, 0, NULL, NULL },
		{ "/", 1, 1, "", "" },
	};
	struct arena *arena = arena_new();
	const char **names;
	size_t count, i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct answer answer = { ANSWER_OK,
		    (char *)(uintptr_t)cases[i].bytes, cases[i].length, 0,
		    NULL };

		host_names(arena, &answer, &names, &count);
		assert_int_equal(count, cases[i].count);
		if (count > 0) {
			assert_string_equal(names[0], cases[i].first);
			assert_string_equal(names[count - 1], cases[i].last);
		}
	}
	arena_free(arena);
}

static void
test_now(void **state)
{
	struct single now = SINGLE(ANSWER_OK, TEXT("1763750000"), 0, NULL);
	struct single failed = SINGLE(ANSWER_FAILED, TEXT("17"), 0, "x");

	(void)state;
	assert_true(host_now(&now.base) == 1763750000);
	assert_true(host_now(&failed.base) == -1);
	host_free(NULL);
}

/* A megabyte of question: cut, and no worse. */
static void
test_long_question(void **state)
{
	struct arena *arena = arena_new();
	char *path = arena_alloc(arena, 3 * 1024 * 1024);
	char *text;

	(void)state;
	memset(path, 'x', 3 * 1024 * 1024 - 1);
	text = question_text(arena, &(struct question){ .kind = ASK_FILE,
	    .path = path });
	assert_true(strncmp(text, "file", 4) == 0);
	arena_free(arena);
}

/* What an answer depends on is all in the question, for a replay to find it. */
static void
test_network_questions(void **state)
{
	static const char *const names[] = { "webmail.clinic.example",
	    "mail.clinic.example" };
	static const struct probe_target targets[] = {
		{ .port = 25, .protocol = PROBE_SMTP },
		{ .port = 443, .protocol = PROBE_HTTPS, .server_names = names,
		  .server_name_count = 2 },
	};
	struct probe_request request = { .host = "127.0.0.1",
	    .ehlo = "x.example", .targets = targets, .target_count = 2 };
	struct arena *arena = arena_new();
	const struct question question = { .kind = ASK_PROBE,
	    .probe = &request };

	(void)state;
	assert_string_equal(question_text(arena, &question),
	    "probe 127.0.0.1 25/smtp "
	    "443/https+webmail.clinic.example+mail.clinic.example verdict");
	request.source = "127.0.0.2";
	request.server_name = "server.example";
	request.relay = true;
	request.full = true;
	request.target_count = 1;
	assert_string_equal(question_text(arena, &question),
	    "probe 127.0.0.1 name server.example from 127.0.0.2 25/smtp relay "
	    "full");
	assert_string_equal(question_text(arena, &(struct question){
	    .kind = ASK_ADDRESS, .name = names[1] }),
	    "address mail.clinic.example");
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_network_questions),
		cmocka_unit_test(test_questions),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_stat),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_now),
		cmocka_unit_test(test_long_question),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
