/*
 * Running programs: what comes of their output, their end and their errors,
 * and that nothing they do holds us up.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "host/command.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TIMEOUT 30	/* seconds; never reached by a test that passes */

static struct answer
run_sh(struct arena *arena, const char *script, size_t cap, int timeout)
{
	const char *const argv[] = { "/bin/sh", "-c", script, NULL };
	struct answer answer;

	command_run(arena, argv, cap, timeout, &answer);
	return answer;
}

static const struct {
	const char *name;
	const char *script;
	enum answer_status status;
	int code;
	const char *bytes;
	const char *why;	/* NULL = none */
} cases[] = {
	{ "output", "echo one; echo two", ANSWER_OK, 0, "one\ntwo\n", NULL },
	{ "no output", ":", ANSWER_OK, 0, "", NULL },
	{ "exit status", "echo out; exit 3", ANSWER_OK, 3, "out\n", NULL },
	{ "status 255", "exit 255", ANSWER_OK, 255, "", NULL },
	{ "killed", "echo out; kill -TERM $$", ANSWER_OK, 143, "out\n", NULL },
	{ "killed hard", "kill -KILL $$", ANSWER_OK, 137, "", NULL },
	{ "SIGPIPE ends it as elsewhere", "kill -PIPE $$", ANSWER_OK, 141, "",
	    NULL },
	{ "a message", "echo 'no such option' >&2; exit 1", ANSWER_OK, 1, "",
	    "no such option" },
	{ "the first of its lines", "echo first >&2; echo second >&2",
	    ANSWER_OK, 0, "", "first" },
	{ "a line with a CR", "printf 'first\\r\\nsecond\\n' >&2", ANSWER_OK, 0,
	    "", "first" },
	{ "an empty first line", "printf '\\nsecond\\n' >&2", ANSWER_OK, 0, "",
	    NULL },
	{ "no input", "cat; echo end", ANSWER_OK, 0, "end\n", NULL },
	{ "the shell of a script is not there", "exec /bin/none", ANSWER_OK,
	    127, "", "/bin/sh: 1: exec: /bin/none: not found" },
	{ "too much output", "head -c 101 /dev/zero", ANSWER_FAILED, -1, NULL,
	    "/bin/sh printed more than is allowed" },
	{ "output without end", "exec cat /dev/zero", ANSWER_FAILED, -1, NULL,
	    "/bin/sh printed more than is allowed" },
	{ "just not too much", "head -c 100 /dev/zero | tr '\\0' x; echo e >&2",
	    ANSWER_OK, 0, NULL, "e" },
	{ "messages beyond what is kept",
	    "echo first >&2; head -c 1000000 /dev/zero >&2; echo out",
	    ANSWER_OK, 0, "out\n", "first" },
	{ "one message longer than what is kept",
	    "head -c 300 /dev/zero | tr '\\0' x >&2;"
	    "head -c 90000 /dev/zero | tr '\\0' y >&2", ANSWER_OK, 0, "",
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" },
	{ "output, messages closed first", "exec 2>&-; echo out", ANSWER_OK, 0,
	    "out\n", NULL },
	{ "messages, output closed first",
	    "exec >&-; sleep 0.1; echo late >&2; exit 2", ANSWER_OK, 2, "",
	    "late" },
};

static void
test_cases(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct arena *arena = arena_new();
		struct answer answer = run_sh(arena, cases[i].script, 100,
		    TIMEOUT);

		if (answer.status != cases[i].status ||
		    (cases[i].code >= 0 && answer.code != cases[i].code) ||
		    (cases[i].bytes != NULL &&
		    (answer.length != strlen(cases[i].bytes) ||
		    strcmp(answer.bytes, cases[i].bytes) != 0)) ||
		    (answer.why == NULL) != (cases[i].why == NULL) ||
		    (answer.why != NULL &&
		    strcmp(answer.why, cases[i].why) != 0))
			fail_msg("%s: status %d, code %d, \"%s\", why \"%s\"",
			    cases[i].name, answer.status, answer.code,
			    answer.bytes, answer.why == NULL ? "" : answer.why);
		arena_free(arena);
	}
}

static void
test_binary(void **state)
{
	struct arena *arena = arena_new();
	struct answer answer = run_sh(arena, "printf 'a\\000b\\377'", 100,
	    TIMEOUT);

	(void)state;
	assert_int_equal(answer.status, ANSWER_OK);
	assert_int_equal(answer.length, 4);
	assert_memory_equal(answer.bytes, "a\0b\xff", 5);
	arena_free(arena);
}

/* ---- the deadline ---- */

/* Waits up to a second for the process to be gone. */
static bool
gone(pid_t pid)
{
	char path[64], state;
	FILE *file;
	int i;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	for (i = 0; i < 100; i++) {
		file = fopen(path, "re");
		if (file == NULL)
			return true;
		/* Nobody may reap an orphan here; dead is enough. */
		if (fscanf(file, "%*d %*s %c", &state) == 1 &&
		    (state == 'Z' || state == 'X')) {
			fclose(file);
			return true;
		}
		fclose(file);
		usleep(10000);
	}
	return false;
}

/* What is printed before the end is the child's child, which sleeps on. */
static void
test_deadline(void **state)
{
	static const char *const scripts[] = {
		"sleep 600 & echo $!; wait",
		"sleep 600 & echo $!",
		"sleep 600 & echo $!; kill -KILL $$",
		"trap '' TERM INT HUP; sleep 600 & echo $!; wait",
		"sleep 600 & echo $!; exec >&- 2>&-; wait",
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(scripts); i++) {
		struct arena *arena = arena_new();
		struct answer answer = run_sh(arena, scripts[i], 100, 1);

		assert_int_equal(answer.status, ANSWER_FAILED);
		assert_string_equal(answer.why, "/bin/sh did not end in time");
		assert_true(atoi(answer.bytes) > 1);
		assert_true(gone(atoi(answer.bytes)));
		arena_free(arena);
	}
}

/* It closed its output and stays: that it never ended is no answer. */
static void
test_deadline_silent(void **state)
{
	struct arena *arena = arena_new();
	struct answer answer = run_sh(arena, "exec >&- 2>&-; exec sleep 600",
	    100, 1);

	(void)state;
	assert_int_equal(answer.status, ANSWER_FAILED);
	assert_string_equal(answer.why, "/bin/sh did not end in time");
	arena_free(arena);
}

static void
test_cap_ends_group(void **state)
{
	struct arena *arena = arena_new();
	struct answer answer = run_sh(arena, "sleep 600 & echo $!; "
	    "head -c 200 /dev/zero; wait", 100, TIMEOUT);

	(void)state;
	assert_int_equal(answer.status, ANSWER_FAILED);
	assert_true(gone(atoi(answer.bytes)));
	arena_free(arena);
}

/* ---- programs that do not run ---- */

static const char *
script_file(struct arena *arena, const char *text, mode_t mode)
{
	char *path = arena_strdup(arena, "/tmp/cpward-command-XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
	return path;
}

static void
test_no_program(void **state)
{
	static const struct {
		const char *name;
		const char *text;	/* NULL = no file at all */
		mode_t mode;
		enum answer_status status;
		const char *why;
	} programs[] = {
		{ "missing", NULL, 0, ANSWER_ABSENT,
		    "No such file or directory" },
		{ "not executable", "#!/bin/sh\n", 0644, ANSWER_FAILED,
		    "Permission denied" },
		{ "no program", "\177ELF", 0755, ANSWER_FAILED,
		    "Exec format error" },
		/* The program is there: what is missing is another. */
		{ "its interpreter is missing", "#!/none/perl\n", 0755,
		    ANSWER_FAILED, "No such file or directory" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(programs); i++) {
		struct arena *arena = arena_new();
		const char *path = programs[i].text == NULL ? "/none/program" :
		    script_file(arena, programs[i].text, programs[i].mode);
		const char *const argv[] = { path, NULL };
		struct answer answer;

		command_run(arena, argv, 100, TIMEOUT, &answer);
		if (programs[i].text != NULL)
			unlink(path);
		if (answer.status != programs[i].status ||
		    strcmp(answer.why, arena_printf(arena, "%s: %s", path,
		    programs[i].why)) != 0)
			fail_msg("%s: status %d, %s", programs[i].name,
			    answer.status, answer.why);
		arena_free(arena);
	}
}

/* ---- what it inherits ---- */

static void
test_environment(void **state)
{
	static const char *const argv[] = { "/usr/bin/env", NULL };
	struct arena *arena = arena_new();
	struct answer answer;

	(void)state;
	assert_int_equal(setenv("CPWARD_TEST", "as it is", 1), 0);
	command_run(arena, argv, 65536, TIMEOUT, &answer);
	assert_int_equal(answer.status, ANSWER_OK);
	assert_non_null(strstr(answer.bytes, "CPWARD_TEST=as it is\n"));
	assert_int_equal(unsetenv("CPWARD_TEST"), 0);
	command_run(arena, argv, 65536, TIMEOUT, &answer);
	assert_null(strstr(answer.bytes, "CPWARD_TEST"));
	arena_free(arena);
}

/* No shell stands between: arguments arrive as they are. */
static void
test_arguments(void **state)
{
	static const char *const argv[] = { "/usr/bin/printf", "%s|", "a b",
	    "$(id)", "", "'\"", "*", NULL };
	struct arena *arena = arena_new();
	struct answer answer;

	(void)state;
	command_run(arena, argv, 100, TIMEOUT, &answer);
	assert_string_equal(answer.bytes, "a b|$(id)||'\"|*|");
	arena_free(arena);
}

/* A program that reads nothing of it, some of it, all of it. */
static void
test_input(void **state)
{
	static const char *const reads[] = { "/bin/cat", NULL };
	static const char *const some[] = { "/usr/bin/head", "-c2", NULL };
	static const char *const none[] = { "/bin/true", NULL };
	char long_input[HOST_INPUT_MAX + 2];
	struct arena *arena = arena_new();
	struct answer answer;

	(void)state;
	command_run_input(arena, reads, "a\r\nb", 100, TIMEOUT, &answer);
	assert_string_equal(answer.bytes, "a\r\nb");
	command_run_input(arena, reads, "", 100, TIMEOUT, &answer);
	assert_string_equal(answer.bytes, "");
	command_run_input(arena, some, "abc", 100, TIMEOUT, &answer);
	assert_string_equal(answer.bytes, "ab");
	command_run_input(arena, none, "abc", 100, TIMEOUT, &answer);
	assert_int_equal(answer.status, ANSWER_OK);
	memset(long_input, 'a', sizeof(long_input));
	long_input[HOST_INPUT_MAX + 1] = '\0';
	command_run_input(arena, reads, long_input, 65536, TIMEOUT, &answer);
	assert_int_equal(answer.status, ANSWER_FAILED);
	long_input[HOST_INPUT_MAX] = '\0';
	command_run_input(arena, reads, long_input, 65536, TIMEOUT, &answer);
	assert_int_equal(answer.length, HOST_INPUT_MAX);
	arena_free(arena);
}

/* Descriptors 0 to 2, and that which ls itself opens. */
static void
test_descriptors(void **state)
{
	struct arena *arena = arena_new();
	struct answer answer;
	int fd;

	(void)state;
	/* What this test was started with is not command_run's. */
	for (fd = 3; fd < 256; fd++)
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	answer = run_sh(arena, "ls /proc/self/fd | wc -l; "
	    "readlink /proc/self/fd/0", 100, TIMEOUT);
	assert_string_equal(answer.bytes, "4\n/dev/null\n");
	arena_free(arena);
}

static void
test_signal_mask(void **state)
{
	struct arena *arena = arena_new();
	struct answer answer;
	sigset_t set, old;

	(void)state;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, &old);
	signal(SIGPIPE, SIG_IGN);
	answer = run_sh(arena, "kill -TERM $$; echo alive", 100, TIMEOUT);
	sigprocmask(SIG_SETMASK, &old, NULL);
	assert_int_equal(answer.code, 128 + SIGTERM);
	assert_string_equal(answer.bytes, "");
	answer = run_sh(arena, "kill -PIPE $$; echo alive", 100, TIMEOUT);
	signal(SIGPIPE, SIG_DFL);
	assert_int_equal(answer.code, 128 + SIGPIPE);
	arena_free(arena);
}

static int
open_descriptors(void)
{
	int count = 0, fd;

	for (fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void
test_no_leak(void **state)
{
	static const char *const none[] = { "/none/program", NULL };
	struct arena *arena = arena_new();
	int before = open_descriptors();
	struct answer answer;

	(void)state;
	run_sh(arena, "echo", 100, TIMEOUT);
	run_sh(arena, "exec cat /dev/zero", 100, TIMEOUT);
	command_run(arena, none, 100, TIMEOUT, &answer);
	assert_int_equal(open_descriptors(), before);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_binary),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_deadline_silent),
		cmocka_unit_test(test_cap_ends_group),
		cmocka_unit_test(test_no_program),
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_input),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_signal_mask),
		cmocka_unit_test(test_no_leak),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
