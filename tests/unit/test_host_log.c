/*
 * Opening a log through each kind of host: what is opened and what is not, what
 * it was then, and its bytes, in pieces.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "host/host.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TENANT 4711	/* no such user is needed */

struct fixture {
	char root[64];
	char recording[80];
	struct arena *arena;
	struct host *host;
};

static const char *
in_root(const struct fixture *fixture, const char *path)
{
	return arena_printf(fixture->arena, "%s%s", fixture->root, path);
}

static void
put(const struct fixture *fixture, const char *path, const void *bytes,
    size_t length)
{
	int fd = open(in_root(fixture, path), O_CREAT | O_WRONLY | O_TRUNC,
	    0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), length);
	close(fd);
}

static int
setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct err err = { 0 };

	assert_non_null(fixture);
	fixture->arena = arena_new();
	snprintf(fixture->root, sizeof(fixture->root),
	    "/tmp/cpward-host-log-XXXXXX");
	assert_non_null(mkdtemp(fixture->root));
	assert_int_equal(chmod(fixture->root, 0755), 0);
	snprintf(fixture->recording, sizeof(fixture->recording), "%s.ndjson",
	    fixture->root);
	assert_int_equal(mkdir(in_root(fixture, "/var"), 0755), 0);
	fixture->host = host_live(&(struct host_live_options){
	    .root = fixture->root, .whm_skipped = "skipped: none" }, &err);
	assert_non_null(fixture->host);
	*state = fixture;
	return 0;
}

static int
teardown(void **state)
{
	static const char *const names[] = { "/var/log", "/var/link",
	    "/var/other", "/var/fifo", "/var/theirs/log", "/var/theirs/link",
	    "/var/theirs/two", "/var/theirs/also" };
	struct fixture *fixture = *state;
	size_t i;

	host_free(fixture->host);
	for (i = 0; i < COUNT(names); i++)
		unlink(in_root(fixture, names[i]));
	rmdir(in_root(fixture, "/var/theirs"));
	assert_int_equal(rmdir(in_root(fixture, "/var")), 0);
	assert_int_equal(rmdir(fixture->root), 0);
	unlink(fixture->recording);
	arena_free(fixture->arena);
	free(fixture);
	return 0;
}

/* The directory that was last looked into stays open: it is that one. */
static size_t
open_files(struct fixture *fixture)
{
	size_t count = 0;
	int fd;

	(void)host_open_log(fixture->host, fixture->arena, "/var/none");

	for (fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void
check_bytes(const struct host_log *log, const char *bytes, size_t length)
{
	char got[64];
	size_t offset;

	assert_int_equal(log->status, ANSWER_OK);
	assert_true(log->size == (int64_t)length);
	for (offset = 0; offset < length; offset++) {
		assert_int_equal(log->read(log, offset, got, 1), 1);
		assert_int_equal(got[0], bytes[offset]);
	}
	assert_int_equal(log->read(log, 0, got, sizeof(got)), length);
	assert_memory_equal(got, bytes, length);
	assert_int_equal(log->read(log, length, got, sizeof(got)), 0);
	assert_int_equal(log->read(log, UINT64_MAX, got, sizeof(got)), 0);
}

/* ---- live ---- */

static void
test_file(void **state)
{
	struct fixture *fixture = *state;
	const struct timespec times[2] = { { .tv_sec = 1 },
	    { .tv_sec = 1795305600 } };
	size_t before = open_files(fixture);
	struct host_log log;
	struct stat st;
	char got[8];

	put(fixture, "/var/log", "a\nb\0c\n", 6);
	assert_int_equal(utimensat(AT_FDCWD, in_root(fixture, "/var/log"),
	    times, 0), 0);
	assert_int_equal(stat(in_root(fixture, "/var/log"), &st), 0);
	log = host_open_log(fixture->host, fixture->arena, "/var/log");
	check_bytes(&log, "a\nb\0c\n", 6);
	assert_true(log.device == st.st_dev);
	assert_true(log.inode == st.st_ino);
	assert_true(log.mtime == 1795305600);
	/* It is the file that was opened, whatever bears its name by now. */
	assert_int_equal(unlink(in_root(fixture, "/var/log")), 0);
	put(fixture, "/var/log", "new\n", 4);
	check_bytes(&log, "a\nb\0c\n", 6);
	log.close(&log);
	/* Closed twice is closed. */
	log.close(&log);
	assert_int_equal(open_files(fixture), before);
	log = host_open_log(fixture->host, fixture->arena, "/var/log");
	/* What is written later is there to be read, beyond the size. */
	put(fixture, "/var/log", "newer\n", 6);
	assert_true(log.size == 4);
	assert_int_equal(log.read(&log, 0, got, sizeof(got)), 6);
	log.close(&log);
}

/* Larger than any cap on a file, and than 32 bits; most of it is a hole. */
static void
test_large(void **state)
{
	struct fixture *fixture = *state;
	const off_t size = INT64_C(6) << 30;
	struct host_log log;
	char got[8];
	int fd;

	put(fixture, "/var/log", "first\n", 6);
	fd = open(in_root(fixture, "/var/log"), O_WRONLY);
	if (pwrite(fd, "last\n", 5, size - 5) != 5) {
		print_message("no file of 6 GiB can be had here: %s\n",
		    strerror(errno));
		close(fd);
		skip();
	}
	close(fd);
	log = host_open_log(fixture->host, fixture->arena, "/var/log");
	assert_int_equal(log.status, ANSWER_OK);
	assert_true(log.size == size);
	assert_int_equal(log.read(&log, (uint64_t)size - 5, got,
	    sizeof(got)), 5);
	assert_memory_equal(got, "last\n", 5);
	log.close(&log);
}

static void
test_refused(void **state)
{
	static const struct {
		const char *path;
		enum answer_status status;
		const char *why;
	} cases[] = {
		{ "/var/none", ANSWER_ABSENT, "/var/none: does not exist" },
		{ "/none/log", ANSWER_NO_PARENT,
		    "/none/log: none: the directory does not exist" },
		{ "/var", ANSWER_FAILED, "/var: is not a regular file" },
		{ "/var/fifo", ANSWER_FAILED,
		    "/var/fifo: is not a regular file" },
		{ "/var/log/x", ANSWER_FAILED,
		    "/var/log/x: log: is not a directory" },
	};
	struct fixture *fixture = *state;
	size_t before = open_files(fixture), i;
	struct host_log log;

	put(fixture, "/var/log", "x\n", 2);
	assert_int_equal(mkfifo(in_root(fixture, "/var/fifo"), 0600), 0);
	for (i = 0; i < COUNT(cases); i++) {
		log = host_open_log(fixture->host, fixture->arena,
		    cases[i].path);
		assert_int_equal(log.status, cases[i].status);
		assert_string_equal(log.why, cases[i].why);
	}
	assert_int_equal(open_files(fixture), before);
}

/* Links are followed where root alone can put them, inside the tree. */
static void
test_links(void **state)
{
	struct fixture *fixture = *state;
	struct host_log log;

	put(fixture, "/var/other", "other\n", 6);
	assert_int_equal(symlink("/var/other", in_root(fixture, "/var/link")),
	    0);
	log = host_open_log(fixture->host, fixture->arena, "/var/link");
	check_bytes(&log, "other\n", 6);
	log.close(&log);
	if (geteuid() != 0) {
		print_message("not root: no directory of somebody else's\n");
		skip();
	}
	assert_int_equal(mkdir(in_root(fixture, "/var/theirs"), 0755), 0);
	put(fixture, "/var/theirs/log", "theirs\n", 7);
	assert_int_equal(symlink("/var/other",
	    in_root(fixture, "/var/theirs/link")), 0);
	put(fixture, "/var/theirs/two", "two\n", 4);
	assert_int_equal(link(in_root(fixture, "/var/theirs/two"),
	    in_root(fixture, "/var/theirs/also")), 0);
	assert_int_equal(chown(in_root(fixture, "/var/theirs"), TENANT,
	    TENANT), 0);
	/* As its owner, who may not read what is root's. */
	log = host_open_log(fixture->host, fixture->arena, "/var/theirs/log");
	assert_int_equal(log.status, ANSWER_FAILED);
	assert_string_equal(log.why, "/var/theirs/log: Permission denied");
	assert_int_equal(chown(in_root(fixture, "/var/theirs/log"), TENANT,
	    TENANT), 0);
	log = host_open_log(fixture->host, fixture->arena, "/var/theirs/log");
	check_bytes(&log, "theirs\n", 7);
	log.close(&log);
	log = host_open_log(fixture->host, fixture->arena, "/var/theirs/link");
	assert_int_equal(log.status, ANSWER_FAILED);
	log = host_open_log(fixture->host, fixture->arena, "/var/theirs/two");
	assert_int_equal(log.status, ANSWER_FAILED);
}

/* ---- a host that opens no logs ---- */

static void
table_ask(struct host *host, struct arena *arena,
    const struct question *question, struct answer *ret_answer)
{
	const char *ask = question_text(arena, question);

	(void)host;
	ret_answer->status = ANSWER_OK;
	if (strcmp(ask, "file /log") == 0)
		ret_answer->bytes = arena_strdup(arena, "a\nb\n");
	else if (strcmp(ask, "stat /log") == 0)
		ret_answer->bytes = arena_strdup(arena,
		    "file 0640 root root 4 1795305600");
	else if (strcmp(ask, "file /bare") == 0)
		ret_answer->bytes = arena_strdup(arena, "");
	else if (strcmp(ask, "file /skipped") == 0)
		*ret_answer = (struct answer){ .status = ANSWER_SKIPPED,
		    .why = "skipped: all" };
	else
		*ret_answer = (struct answer){ .status = ANSWER_ABSENT };
	ret_answer->length = ret_answer->bytes == NULL ? 0 :
	    strlen(ret_answer->bytes);
}

static struct host table = { .ask = table_ask, .whm_name = "whm" };

static void
test_as_file(void **state)
{
	struct fixture *fixture = *state;
	struct host_log log;

	log = host_open_log(&table, fixture->arena, "/log");
	check_bytes(&log, "a\nb\n", 4);
	assert_true(log.mtime == 1795305600);
	assert_true(log.device == 0 && log.inode == 0);
	log.close(&log);
	log = host_open_log(&table, fixture->arena, "/bare");
	check_bytes(&log, "", 0);
	assert_true(log.mtime == 0);
	log.close(&log);
	log = host_open_log(&table, fixture->arena, "/none");
	assert_int_equal(log.status, ANSWER_ABSENT);
	assert_string_equal(log.why, "does not exist");
	log = host_open_log(&table, fixture->arena, "/skipped");
	assert_int_equal(log.status, ANSWER_SKIPPED);
	assert_string_equal(log.why, "skipped: all");
}

/* ---- on file ---- */

/* A log with what a live one can not be given at will. */
struct odd {
	struct host base;
	struct host_log log;
	const char *bytes;
	size_t length;
	int number;		/* reading fails with it; 0 = it does not */
};

static ssize_t
odd_read(const struct host_log *log, uint64_t offset, void *bytes, size_t room)
{
	const struct odd *odd = log->data;

	if (odd->number != 0) {
		errno = odd->number;
		return -1;
	}
	if (offset >= odd->length || room == 0)
		return 0;
	/* A byte at a time: fewer than room is no end. */
	*(char *)bytes = odd->bytes[offset];
	return 1;
}

static void
odd_close(struct host_log *log)
{
	(void)log;
}

static void
odd_open(struct host *host, struct arena *arena, const char *path,
    struct host_log *ret_log)
{
	struct odd *odd = (struct odd *)host;

	(void)arena;
	(void)path;
	*ret_log = odd->log;
	ret_log->read = odd_read;
	ret_log->close = odd_close;
	ret_log->data = odd;
}

static struct host_log
round_trip(struct fixture *fixture, const struct odd *odd)
{
	struct err err = { 0 };
	struct odd copy = *odd;
	struct host *recorder, *replayer;
	struct host_log log;

	copy.base = (struct host){ .open_log = odd_open, .whm_name = "whm" };
	recorder = host_record(&copy.base, fixture->recording, &err);
	assert_non_null(recorder);
	log = host_open_log(recorder, fixture->arena, "/l");
	assert_int_equal(log.status, odd->log.status);
	if (log.status == ANSWER_OK)
		log.close(&log);
	host_free(recorder);
	replayer = host_replay(fixture->recording, &err);
	if (replayer == NULL)
		fail_msg("%s:%u: %s", err.source, err.line, err.text);
	log = host_open_log(replayer, fixture->arena, "/l");
	host_free(replayer);
	return log;
}

static void
test_recorded(void **state)
{
	static const struct odd odds[] = {
		{ .bytes = "a\nb\n", .length = 4, .log = { .size = 4,
		    .device = 66306, .inode = 131, .mtime = 1795305600 } },
		{ .bytes = "", .length = 0, .log = { .mtime = -1 } },
		{ .bytes = "\x1f\x8b\0\377\0", .length = 5, .log = { .size = 5,
		    .device = UINT64_MAX, .inode = UINT64_C(1) << 63,
		    .mtime = INT64_MIN } },
		/* It grew meanwhile: what it was is what counts. */
		{ .bytes = "line\nnew", .length = 8, .log = { .size = 5,
		    .inode = 1 } },
	};
	struct fixture *fixture = *state;
	struct host_log log;
	struct odd odd;
	size_t i;

	for (i = 0; i < COUNT(odds); i++) {
		odd = odds[i];
		odd.log.status = ANSWER_OK;
		log = round_trip(fixture, &odd);
		check_bytes(&log, odd.bytes, (size_t)odd.log.size);
		assert_true(log.device == odd.log.device);
		assert_true(log.inode == odd.log.inode);
		assert_true(log.mtime == odd.log.mtime);
		log.close(&log);
	}
}

static void
test_not_recorded(void **state)
{
	static const struct {
		struct odd odd;
		enum answer_status status;
		const char *why;
	} cases[] = {
		{ { .log = { .status = ANSWER_ABSENT, .why = "gone" } },
		    ANSWER_ABSENT, "gone" },
		{ { .log = { .status = ANSWER_NO_PARENT, .why = "no /var" } },
		    ANSWER_NO_PARENT, "no /var" },
		{ { .log = { .status = ANSWER_FAILED, .why = "refused" } },
		    ANSWER_FAILED, "refused" },
		{ { .log = { .status = ANSWER_OK, .size = 5 }, .bytes = "12345",
		    .length = 5, .number = EIO }, ANSWER_FAILED,
		    "/l: Input/output error" },
		/* Emptied while it was recorded. */
		{ { .log = { .status = ANSWER_OK, .size = 5 }, .bytes = "123",
		    .length = 3 }, ANSWER_FAILED, "/l: Stale file handle" },
		{ { .log = { .status = ANSWER_OK,
		    .size = HOST_LOG_RECORDED + 1 } }, ANSWER_FAILED,
		    "/l: is too long to be recorded" },
	};
	struct fixture *fixture = *state;
	struct err err = { 0 };
	struct host_log log;
	struct host *host;
	size_t i;
	FILE *file;

	for (i = 0; i < COUNT(cases); i++) {
		log = round_trip(fixture, &cases[i].odd);
		if (log.status != cases[i].status ||
		    strcmp(log.why, cases[i].why) != 0)
			fail_msg("%zu: status %d, \"%s\"", i, log.status,
			    log.why);
	}
	/* A recording from before there were logs; its files are no logs. */
	file = fopen(fixture->recording, "we");
	assert_non_null(file);
	fputs("{\"ask\":\"file /l\",\"status\":\"ok\",\"text\":\"x\"}\n", file);
	assert_int_equal(fclose(file), 0);
	host = host_replay(fixture->recording, &err);
	assert_non_null(host);
	log = host_open_log(host, fixture->arena, "/l");
	assert_int_equal(log.status, ANSWER_FAILED);
	assert_string_equal(log.why, "not recorded: log /l");
	host_free(host);
}

static void
test_recorded_length(void **state)
{
	struct fixture *fixture = *state;
	char *bytes = malloc(HOST_LOG_RECORDED);
	struct host_log log;
	struct odd odd = { .bytes = bytes, .length = HOST_LOG_RECORDED,
	    .log = { .status = ANSWER_OK, .size = HOST_LOG_RECORDED } };
	char last;

	memset(bytes, 'x', HOST_LOG_RECORDED);
	bytes[HOST_LOG_RECORDED - 1] = '\n';
	log = round_trip(fixture, &odd);
	assert_int_equal(log.status, ANSWER_OK);
	assert_true(log.size == HOST_LOG_RECORDED);
	assert_int_equal(log.read(&log, HOST_LOG_RECORDED - 1, &last, 1), 1);
	assert_int_equal(last, '\n');
	log.close(&log);
	free(bytes);
}

/* ---- faulty ---- */

/* A log that opens is two questions; one that does not is one. */
static void
test_faulty(void **state)
{
	struct fixture *fixture = *state;
	size_t before = open_files(fixture), asked, n;
	struct host_log log, absent;
	struct host *host;
	char got[16];

	put(fixture, "/var/log", "0123456789", 10);
	for (n = 0; n <= 5; n++) {
		host = host_faulty(fixture->host, n, &asked);
		absent = host_open_log(host, fixture->arena, "/var/none");
		assert_int_equal(absent.status, n == 1 ? ANSWER_FAILED :
		    ANSWER_ABSENT);
		log = host_open_log(host, fixture->arena, "/var/log");
		assert_int_equal(asked, n == 2 ? 2 : 3);
		if (n == 2) {
			assert_int_equal(log.status, ANSWER_FAILED);
			assert_string_equal(log.why,
			    "injected fault: log /var/log");
			host_free(host);
			continue;
		}
		assert_int_equal(log.status, ANSWER_OK);
		assert_true(log.size == 10);
		assert_int_equal(log.read(&log, 0, got, 16), n == 3 ? 5 : 10);
		assert_int_equal(log.read(&log, 4, got, 16), n == 3 ? 1 : 6);
		errno = 0;
		assert_int_equal(log.read(&log, 5, got, 16), n == 3 ? -1 : 5);
		if (n == 3)
			assert_int_equal(errno, EIO);
		log.close(&log);
		(void)host_file(host, fixture->arena, "/var/log", 100);
		assert_int_equal(asked, 4);
		host_free(host);
	}
	assert_int_equal(open_files(fixture), before);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_file),
		TEST(test_large),
		TEST(test_refused),
		TEST(test_links),
		TEST(test_as_file),
		TEST(test_recorded),
		TEST(test_not_recorded),
		TEST(test_recorded_length),
		TEST(test_faulty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
