/* Files: replaced whole or not at all; trusted and secret ones are checked. */
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/fileio.h"

static int
setup(void **state)
{
	char *folder = strdup("/tmp/test_fileio.XXXXXX");

	*state = folder;
	return folder == NULL || mkdtemp(folder) == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", (char *)*state);
	free(*state);
	return system(command);
}

struct path {
	char text[256];
};

static struct path
below(void **state, const char *name)
{
	struct path path;

	snprintf(path.text, sizeof(path.text), "%s/%s", (char *)*state, name);
	return path;
}

static void
put(const char *path, const char *text, mode_t mode)
{
	struct err err = { 0 };

	if (file_replace(path, text, strlen(text), mode, &err) != 0)
		fail_msg("%s: %s", path, err.text);
}

static void
assert_holds(const char *path, const char *text)
{
	struct err err = { 0 };
	struct buf buf;

	buf_init(&buf, 1 << 20);
	if (file_read(path, &buf, &err) != 0)
		fail_msg("%s: %s", path, err.text);
	assert_string_equal(buf.bytes, text);
	buf_done(&buf);
}

static size_t
entries(const char *folder)
{
	DIR *dir = opendir(folder);
	size_t count = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count - 2;	/* . and .. */
}

static void
test_replace(void **state)
{
	struct path path = below(state, "f");
	struct stat st;

	put(path.text, "old", 0644);
	assert_holds(path.text, "old");
	put(path.text, "new and longer", 0600);
	assert_holds(path.text, "new and longer");
	assert_int_equal(stat(path.text, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	put(path.text, "", 0640);
	assert_holds(path.text, "");
	assert_int_equal(entries(*state), 1);
}

/* The mode is the one asked for, whatever the umask says. */
static void
test_replace_minds_no_umask(void **state)
{
	struct path path = below(state, "f");
	mode_t before = umask(0777);
	struct stat st;

	put(path.text, "x", 0644);
	umask(before);
	assert_int_equal(stat(path.text, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
}

static void
test_replace_takes_a_links_place(void **state)
{
	struct path link = below(state, "link"), target = below(state, "t");
	struct stat st;

	put(target.text, "target", 0644);
	assert_int_equal(symlink("t", link.text), 0);
	put(link.text, "new", 0644);
	assert_int_equal(lstat(link.text, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_holds(link.text, "new");
	assert_holds(target.text, "target");
}

/* In a child: the disk is full after 4 KiB. */
static void
test_failed_write_keeps_the_old_file(void **state)
{
	struct path path = below(state, "f");
	int status;
	pid_t child;

	put(path.text, "old", 0644);
	child = fork();
	if (child == 0) {
		struct rlimit limit = { 4096, 4096 };
		struct err err = { 0 };
		static char bytes[100000];

		signal(SIGXFSZ, SIG_IGN);
		if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
			_exit(2);
		if (file_replace(path.text, bytes, sizeof(bytes), 0644,
		    &err) != -1)
			_exit(3);
		if (err.code != ERR_IO ||
		    strcmp(err.text, "can not be written: File too large"))
			_exit(4);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_holds(path.text, "old");
	assert_int_equal(entries(*state), 1);
}

static void
test_replace_where_none_can_be(void **state)
{
	struct path folder = below(state, "folder");
	struct path lost = below(state, "no/such/f");
	struct err err = { 0 };

	assert_int_equal(file_replace(lost.text, "x", 1, 0644, &err), -1);
	assert_int_equal(err.code, ERR_NOINPUT);
	assert_int_equal(mkdir(folder.text, 0755), 0);
	memset(&err, 0, sizeof(err));
	assert_int_equal(file_replace(folder.text, "x", 1, 0644, &err), -1);
	assert_int_equal(err.code, ERR_IO);
	assert_string_equal(err.text, "can not be written: Is a directory");
	assert_int_equal(entries(*state), 1);
}

static void
test_read_appends_up_to_the_ceiling(void **state)
{
	struct path path = below(state, "f");
	struct err err = { 0 };
	struct buf buf;

	put(path.text, "12345", 0644);
	buf_init(&buf, 8);
	assert_int_equal(buf_adds(&buf, "abc"), 0);
	assert_int_equal(file_read(path.text, &buf, &err), 0);
	assert_string_equal(buf.bytes, "abc12345");
	assert_int_equal(file_read(path.text, &buf, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	assert_string_equal(err.text, "is larger than the 8 bytes allowed");
	assert_string_equal(err.source, path.text);
	buf_done(&buf);
}

typedef int read_file(const char *path, struct buf *buf, struct err *err);

struct mode_case {
	read_file *read;
	mode_t mode;
	enum err_code code;	/* ERR_NONE = read */
	const char *text;
};

static const struct mode_case mode_cases[] = {
	{ file_read, 0666, ERR_NONE, "" },
	{ file_read_trusted, 0400, ERR_NONE, "" },
	{ file_read_trusted, 0644, ERR_NONE, "" },
	{ file_read_trusted, 0755, ERR_NONE, "" },
	{ file_read_trusted, 0664, ERR_CONTENT,
	    "has mode 0664, wanted 0644" },
	{ file_read_trusted, 0646, ERR_CONTENT,
	    "has mode 0646, wanted 0644" },
	{ file_read_secret, 0600, ERR_NONE, "" },
	{ file_read_secret, 0400, ERR_NONE, "" },
	{ file_read_secret, 0640, ERR_CONTENT, "has mode 0640, wanted 0600" },
	{ file_read_secret, 0604, ERR_CONTENT, "has mode 0604, wanted 0600" },
	{ file_read_secret, 0610, ERR_CONTENT, "has mode 0610, wanted 0600" },
};

static void
test_modes(void **state)
{
	struct path path = below(state, "f");
	size_t i;

	for (i = 0; i < sizeof(mode_cases) / sizeof(mode_cases[0]); i++) {
		const struct mode_case *c = &mode_cases[i];
		struct err err = { 0 };
		struct buf buf;

		put(path.text, "text", c->mode);
		buf_init(&buf, 100);
		if (c->read(path.text, &buf, &err) !=
		    (c->code == ERR_NONE ? 0 : -1) || err.code != c->code ||
		    strcmp(err.text, c->text) != 0)
			fail_msg("case %zu: code %d, %s", i, err.code,
			    err.text);
		/* Nothing of a refused file is handed on. */
		assert_string_equal(buf.bytes,
		    c->code == ERR_NONE ? "text" : "");
		assert_int_equal(err.hint[0] != '\0', c->code != ERR_NONE);
		buf_done(&buf);
	}
}

struct kind_case {
	const char *name;
	read_file *read;
	enum err_code code;
	const char *text;
};

static void
test_kinds(void **state)
{
	static const struct kind_case cases[] = {
		{ "folder", file_read, ERR_IO, "is a directory" },
		{ "folder", file_read_trusted, ERR_IO, "is a directory" },
		{ "fifo", file_read_trusted, ERR_CONTENT,
		    "is not a regular file" },
		{ "fifo", file_read_secret, ERR_CONTENT,
		    "is not a regular file" },
		{ "missing", file_read, ERR_NOINPUT,
		    "can not be opened: No such file or directory" },
		{ "file/below", file_read, ERR_NOINPUT,
		    "can not be opened: Not a directory" },
		{ "loop", file_read, ERR_IO,
		    "can not be opened: Too many levels of symbolic links" },
	};
	size_t i;

	assert_int_equal(mkdir(below(state, "folder").text, 0755), 0);
	assert_int_equal(mkfifo(below(state, "fifo").text, 0600), 0);
	assert_int_equal(symlink("loop", below(state, "loop").text), 0);
	put(below(state, "file").text, "", 0644);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct path path = below(state, cases[i].name);
		struct err err = { 0 };
		struct buf buf;

		buf_init(&buf, 100);
		if (cases[i].read(path.text, &buf, &err) != -1 ||
		    err.code != cases[i].code ||
		    strcmp(err.text, cases[i].text) != 0)
			fail_msg("case %zu: code %d, %s", i, err.code,
			    err.text);
		buf_done(&buf);
	}
}

/* Only root can make a file that belongs to somebody else. */
static void
test_owner(void **state)
{
	struct path path = below(state, "f");
	struct err err = { 0 };
	struct buf buf;

	if (geteuid() != 0) {
		print_message("skipped: only root can give a file away\n");
		skip();
	}
	put(path.text, "text", 0600);
	assert_int_equal(chown(path.text, 12345, (gid_t)-1), 0);
	buf_init(&buf, 100);
	assert_int_equal(file_read_trusted(path.text, &buf, &err), -1);
	assert_int_equal(err.code, ERR_CONTENT);
	assert_string_equal(err.text, "belongs to uid 12345, wanted root");
	assert_int_equal(file_read(path.text, &buf, &err), 0);
	buf_done(&buf);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_replace),
		TEST(test_replace_minds_no_umask),
		TEST(test_replace_takes_a_links_place),
		TEST(test_failed_write_keeps_the_old_file),
		TEST(test_replace_where_none_can_be),
		TEST(test_read_appends_up_to_the_ceiling),
		TEST(test_modes),
		TEST(test_kinds),
		TEST(test_owner),
	};

	return cmocka_run_group_tests_name("fileio", tests, NULL, NULL);
}
