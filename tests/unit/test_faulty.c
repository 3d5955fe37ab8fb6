/*
 * The faulty host: exactly the n-th question fails, whatever it is, and all
 * others are answered as by the host within.
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

static void
echo_ask(struct host *host, struct arena *arena,
    const struct question *question, struct answer *ret_answer)
{
	(void)host;
	ret_answer->status = ANSWER_OK;
	ret_answer->bytes = question->kind == ASK_CLOCK ?
	    arena_strdup(arena, "1700000000") :
	    question_text(arena, question);
	ret_answer->length = strlen(ret_answer->bytes);
}

static struct host echo = { .ask = echo_ask, .whm_name = "whm root@h:2087" };

static void
test_nth(void **state)
{
	static const char *const argv[] = { "/bin/x", NULL };
	size_t n, asked, i;

	(void)state;
	for (n = 0; n <= 6; n++) {
		struct arena *arena = arena_new();
		struct host *host = host_faulty(&echo, n, &asked);
		struct host_stat st;
		struct answer answers[5];

		assert_int_equal(asked, 0);
		assert_string_equal(host->whm_name, "whm root@h:2087");
		answers[0] = host_file(host, arena, "/f", 10);
		/* Not counted: a server can not take it away. */
		assert_int_equal(host_now(host), 1700000000);
		answers[1] = host_dir(host, arena, "/d");
		answers[2] = host_command(host, arena, argv, 10);
		answers[3] = host_whm(host, arena, "version", NULL, 0);
		answers[4] = host_stat(host, arena, "/s", &st);
		assert_int_equal(asked, 5);
		for (i = 0; i < 4; i++)
			assert_int_equal(answers[i].status, n == i + 1 ?
			    ANSWER_FAILED : ANSWER_OK);
		/* What it echoes is no status: it failed anyhow. */
		assert_int_equal(answers[4].status, ANSWER_FAILED);
		if (n == 1)
			assert_string_equal(answers[0].why,
			    "injected fault: file /f");
		if (n == 3)
			assert_string_equal(answers[2].why,
			    "injected fault: run /bin/x");
		if (n == 5)
			assert_string_equal(answers[4].why,
			    "injected fault: stat /s");
		else
			assert_string_equal(answers[4].why,
			    "the recorded status can not be read");
		host_free(host);
		arena_free(arena);
	}
}

/* Of a batch the n-th counts as if it were asked alone. */
static void
test_nth_of_batch(void **state)
{
	static const struct dns_question questions[] = {
		{ "a.example", 16 }, { "b.example", 15 }, { "c.example", 1 } };
	size_t n, asked, i;

	(void)state;
	for (n = 0; n <= 5; n++) {
		struct arena *arena = arena_new();
		struct host *host = host_faulty(&echo, n, &asked);
		struct answer answers[3];

		(void)host_file(host, arena, "/f", 10);
		host_dns(host, arena, questions, 3, answers);
		assert_int_equal(asked, 4);
		for (i = 0; i < 3; i++)
			assert_int_equal(answers[i].status, n == i + 2 ?
			    ANSWER_FAILED : ANSWER_OK);
		if (n == 3)
			assert_string_equal(answers[1].why,
			    "injected fault: dns MX b.example");
		assert_string_equal(answers[2].bytes, n == 4 ? "" :
		    "dns A c.example");
		host_free(host);
		arena_free(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nth),
		cmocka_unit_test(test_nth_of_batch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
