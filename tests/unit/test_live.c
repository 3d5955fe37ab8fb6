/*
 * The live host over a tree: what each question answers for files of every
 * kind, and whose names owners bear. Each test makes a tree of its own.
 */
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "host/host.h"
#include "host/network.h"
#include "host/probe.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TENANT 4711	/* no such user is needed */

struct fixture {
	char root[64];
	struct arena *arena;
	struct host *host;
};

static const char *
in_root(const struct fixture *fixture, const char *path)
{
	return arena_printf(fixture->arena, "%s%s", fixture->root, path);
}

static void
put_file(const struct fixture *fixture, const char *path, const char *text)
{
	const char *name = in_root(fixture, path);
	FILE *file = fopen(name, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(name, 0644), 0);
}

static void
make_dir(const struct fixture *fixture, const char *path, mode_t mode)
{
	assert_int_equal(mkdir(in_root(fixture, path), 0700), 0);
	assert_int_equal(chmod(in_root(fixture, path), mode), 0);
}

static int
setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct err err = { 0 };

	assert_non_null(fixture);
	fixture->arena = arena_new();
	snprintf(fixture->root, sizeof(fixture->root),
	    "/tmp/cpward-live-XXXXXX");
	assert_non_null(mkdtemp(fixture->root));
	assert_int_equal(chmod(fixture->root, 0755), 0);
	make_dir(fixture, "/etc", 0755);
	make_dir(fixture, "/shared", 0775);
	fixture->host = host_live(&(struct host_live_options){
	    .root = fixture->root, .whm_skipped = "skipped: not asked" }, &err);
	assert_non_null(fixture->host);
	*state = fixture;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *fixture = *state;
	pid_t child;
	int status;

	host_free(fixture->host);
	child = fork();
	if (child == 0) {
		execl("/bin/rm", "rm", "-rf", fixture->root, (char *)NULL);
		_exit(127);
	}
	waitpid(child, &status, 0);
	arena_free(fixture->arena);
	free(fixture);
	return status;
}

/* "ok BYTES", or the status and why. */
static const char *
shown(const struct fixture *fixture, const struct answer *answer)
{
	static const char *const words[] = { [ANSWER_FAILED] = "failed",
	    [ANSWER_OK] = "ok", [ANSWER_ABSENT] = "absent",
	    [ANSWER_NO_PARENT] = "no-parent", [ANSWER_SKIPPED] = "skipped" };

	return arena_printf(fixture->arena, "%s %s", words[answer->status],
	    answer->status == ANSWER_OK ? answer->bytes :
	    answer->why == NULL ? "" : answer->why);
}

static const char *
file(const struct fixture *fixture, const char *path, size_t cap)
{
	struct answer answer = host_file(fixture->host, fixture->arena, path,
	    cap);

	return shown(fixture, &answer);
}

static const char *
stat_of(const struct fixture *fixture, const char *path)
{
	struct host_stat st;
	struct answer answer = host_stat(fixture->host, fixture->arena, path,
	    &st);
	static const char *const kinds[] = { [HOST_REGULAR] = "file",
	    [HOST_DIRECTORY] = "dir", [HOST_OTHER] = "other" };

	if (answer.status != ANSWER_OK)
		return shown(fixture, &answer);
	return arena_printf(fixture->arena, "%s %04o %s %s", kinds[st.kind],
	    st.mode, st.owner, st.group);
}

static const char *
dir(const struct fixture *fixture, const char *path)
{
	struct answer answer = host_dir(fixture->host, fixture->arena, path);

	return shown(fixture, &answer);
}

static const char *
link_of(const struct fixture *fixture, const char *path)
{
	struct answer answer = host_link(fixture->host, fixture->arena, path);

	return shown(fixture, &answer);
}

/* ---- files ---- */

static void
test_bytes(void **state)
{
	struct fixture *fixture = *state;
	struct answer answer;
	int fd;

	put_file(fixture, "/etc/text", "text\n");
	put_file(fixture, "/etc/empty", "");
	fd = open(in_root(fixture, "/etc/binary"), O_WRONLY | O_CREAT, 0644);
	assert_int_equal(write(fd, "a\0b\xff\r\n", 6), 6);
	close(fd);
	assert_string_equal(file(fixture, "/etc/text", 100), "ok text\n");
	assert_string_equal(file(fixture, "/etc/empty", 100), "ok ");
	answer = host_file(fixture->host, fixture->arena, "/etc/binary", 6);
	assert_int_equal(answer.status, ANSWER_OK);
	assert_int_equal(answer.length, 6);
	assert_memory_equal(answer.bytes, "a\0b\xff\r\n", 7);
}

static void
test_cap(void **state)
{
	struct fixture *fixture = *state;

	put_file(fixture, "/etc/five", "12345");
	assert_string_equal(file(fixture, "/etc/five", 5), "ok 12345");
	assert_string_equal(file(fixture, "/etc/five", 4),
	    "failed /etc/five: is larger than is read");
	/* A terabyte of holes. */
	put_file(fixture, "/etc/sparse", "");
	assert_int_equal(truncate(in_root(fixture, "/etc/sparse"),
	    (off_t)1 << 40), 0);
	assert_string_equal(file(fixture, "/etc/sparse", HOST_CAP_LIST),
	    "failed /etc/sparse: is larger than is read");
}

static void
make_socket(const struct fixture *fixture, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s%s",
	    fixture->root, path);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address,
	    sizeof(address)), 0);
	close(fd);
}

/* None of them blocks: an alarm would end the test. */
static void
test_no_plain_file(void **state)
{
	static const char *const paths[] = { "/etc/fifo", "/etc/socket",
	    "/etc/dir", "/etc/to-fifo", "/shared/fifo" };
	struct fixture *fixture = *state;
	size_t i;

	assert_int_equal(mkfifo(in_root(fixture, "/etc/fifo"), 0666), 0);
	assert_int_equal(mkfifo(in_root(fixture, "/shared/fifo"), 0666), 0);
	make_socket(fixture, "/etc/socket");
	make_dir(fixture, "/etc/dir", 0755);
	assert_int_equal(symlink("fifo", in_root(fixture, "/etc/to-fifo")), 0);
	alarm(20);
	for (i = 0; i < COUNT(paths); i++)
		assert_string_equal(file(fixture, paths[i], 100), arena_printf(
		    fixture->arena, "failed %s: is not a regular file",
		    paths[i]));
	assert_string_equal(dir(fixture, "/etc/fifo"),
	    "failed /etc/fifo: Not a directory");
	assert_non_null(strstr(stat_of(fixture, "/etc/fifo"), "other "));
	assert_non_null(strstr(stat_of(fixture, "/etc/socket"), "other "));
	alarm(0);
}

static void
test_device(void **state)
{
	struct fixture *fixture = *state;

	if (geteuid() != 0 || mknod(in_root(fixture, "/etc/tty"),
	    S_IFCHR | 0666, makedev(5, 0)) != 0) {
		print_message("skipped: no device can be made here\n");
		skip();
	}
	assert_string_equal(file(fixture, "/etc/tty", 100),
	    "failed /etc/tty: is not a regular file");
}

static void
test_hard_link(void **state)
{
	struct fixture *fixture = *state;

	put_file(fixture, "/etc/one", "one");
	put_file(fixture, "/shared/one", "shared");
	assert_int_equal(link(in_root(fixture, "/etc/one"),
	    in_root(fixture, "/etc/two")), 0);
	assert_string_equal(file(fixture, "/etc/two", 100), "ok one");
	assert_string_equal(file(fixture, "/shared/one", 100), "ok shared");
	assert_int_equal(link(in_root(fixture, "/etc/one"),
	    in_root(fixture, "/shared/two")), 0);
	assert_string_equal(file(fixture, "/shared/two", 100), "failed "
	    "/shared/two: has more than one name below a directory that is "
	    "not root's");
	/* Its modes may be told. */
	assert_non_null(strstr(stat_of(fixture, "/shared/two"), "file 0644 "));
}

static void
test_missing(void **state)
{
	struct fixture *fixture = *state;

	assert_string_equal(file(fixture, "/etc/none", 100),
	    "absent /etc/none: does not exist");
	assert_string_equal(file(fixture, "/none/none", 100),
	    "no-parent /none/none: the directory does not exist");
	assert_non_null(strstr(stat_of(fixture, "/etc/none"), "absent "));
	assert_non_null(strstr(stat_of(fixture, "/no/no"), "no-parent "));
	assert_non_null(strstr(dir(fixture, "/none"), "absent "));
	assert_non_null(strstr(dir(fixture, "/none/x"), "no-parent "));
	assert_non_null(strstr(link_of(fixture, "/etc/none"), "absent "));
	assert_non_null(strstr(link_of(fixture, "/none/x"), "no-parent "));
}

static void
test_access(void **state)
{
	struct fixture *fixture = *state;

	if (geteuid() == 0) {
		print_message("skipped: root may read everything\n");
		skip();
	}
	put_file(fixture, "/etc/mine", "x");
	assert_int_equal(chmod(in_root(fixture, "/etc/mine"), 0), 0);
	make_dir(fixture, "/etc/closed", 0);
	assert_string_equal(file(fixture, "/etc/mine", 100),
	    "failed /etc/mine: Permission denied");
	assert_non_null(strstr(dir(fixture, "/etc/closed"),
	    "failed /etc/closed: Permission denied"));
	assert_string_equal(file(fixture, "/etc/closed/x", 100),
	    "failed /etc/closed/x: Permission denied");
	assert_int_equal(chmod(in_root(fixture, "/etc/closed"), 0700), 0);
}

/* As root: a file of root's in a tenant's home is not for us either. */
static void
test_tenant(void **state)
{
	struct fixture *fixture = *state;

	if (geteuid() != 0) {
		print_message("skipped: only root can give files away\n");
		skip();
	}
	make_dir(fixture, "/home", 0755);
	make_dir(fixture, "/home/t", 0711);
	put_file(fixture, "/home/t/roots", "ROOT");
	assert_int_equal(chmod(in_root(fixture, "/home/t/roots"), 0600), 0);
	put_file(fixture, "/home/t/open", "open");
	assert_int_equal(chown(in_root(fixture, "/home/t"), TENANT, TENANT), 0);
	assert_string_equal(file(fixture, "/home/t/roots", 100),
	    "failed /home/t/roots: Permission denied");
	assert_string_equal(file(fixture, "/home/t/open", 100), "ok open");
	assert_string_equal(stat_of(fixture, "/home/t/roots"),
	    "file 0600 0 0");
}

/* ---- names in a directory, links ---- */

static void
test_dir(void **state)
{
	struct fixture *fixture = *state;
	struct answer answer;
	const char **names;
	size_t count;

	make_dir(fixture, "/etc/d", 0755);
	answer = host_dir(fixture->host, fixture->arena, "/etc/d");
	assert_int_equal(answer.status, ANSWER_OK);
	assert_int_equal(answer.length, 0);
	host_names(fixture->arena, &answer, &names, &count);
	assert_int_equal(count, 0);
	put_file(fixture, "/etc/d/b", "");
	put_file(fixture, "/etc/d/a\nb", "");
	put_file(fixture, "/etc/d/.hidden", "");
	put_file(fixture, "/etc/d/\xff", "");
	make_dir(fixture, "/etc/d/B", 0755);
	answer = host_dir(fixture->host, fixture->arena, "/etc/d");
	host_names(fixture->arena, &answer, &names, &count);
	assert_int_equal(count, 5);
	assert_string_equal(names[0], ".hidden");
	assert_string_equal(names[1], "B");
	assert_string_equal(names[2], "a\nb");
	assert_string_equal(names[3], "b");
	assert_string_equal(names[4], "\xff");
	assert_string_equal(dir(fixture, "/etc/d/b"),
	    "failed /etc/d/b: Not a directory");
}

static void
test_dir_cap(void **state)
{
	struct fixture *fixture = *state;
	struct answer answer = { ANSWER_FAILED, NULL, 0, 0, NULL };

	make_dir(fixture, "/etc/d", 0755);
	put_file(fixture, "/etc/d/one", "");
	put_file(fixture, "/etc/d/two", "");
	fixture->host->ask(fixture->host, fixture->arena, &(struct question){
	    .kind = ASK_DIR, .path = "/etc/d", .cap = 8 }, &answer);
	assert_string_equal(shown(fixture, &answer), "ok one/two/");
	answer = (struct answer){ .status = ANSWER_FAILED };
	fixture->host->ask(fixture->host, fixture->arena, &(struct question){
	    .kind = ASK_DIR, .path = "/etc/d", .cap = 7 }, &answer);
	assert_string_equal(shown(fixture, &answer),
	    "failed /etc/d: has more names than are read");
}

static void
test_link(void **state)
{
	struct fixture *fixture = *state;

	put_file(fixture, "/etc/file", "");
	assert_int_equal(symlink("/no where", in_root(fixture, "/etc/l")), 0);
	assert_int_equal(symlink("x", in_root(fixture, "/shared/l")), 0);
	assert_string_equal(link_of(fixture, "/etc/l"), "ok /no where");
	assert_string_equal(link_of(fixture, "/shared/l"), "ok x");
	assert_non_null(strstr(link_of(fixture, "/etc/file"), "failed "));
}

/* ---- names of owners ---- */

static void
test_owner_names(void **state)
{
	struct fixture *fixture = *state;
	unsigned gid = (unsigned)getegid();

	put_file(fixture, "/etc/passwd", "mail:x:8:12::/:/bin/sh\n"
	    "root:x:0:0:root:/root:/bin/sh\ntenant:x:4711:4711::/:/bin/sh\n");
	put_file(fixture, "/etc/group", arena_printf(fixture->arena,
	    "other:x:%u:\nown:x:%u:\n", gid + 1, gid));
	assert_int_equal(chmod(in_root(fixture, "/etc/passwd"), 04640), 0);
	/* Whoever owns the tree counts as root in it. */
	assert_string_equal(stat_of(fixture, "/etc/passwd"),
	    "file 4640 root own");
	if (geteuid() != 0) {
		print_message("the rest is skipped: only root can give files "
		    "away\n");
		return;
	}
	assert_int_equal(chown(in_root(fixture, "/etc/group"), TENANT, 1), 0);
	assert_string_equal(stat_of(fixture, "/etc/group"),
	    "file 0644 tenant other");
	assert_int_equal(chown(in_root(fixture, "/etc/group"), 4712, 999), 0);
	assert_string_equal(stat_of(fixture, "/etc/group"),
	    "file 0644 4712 999");
	assert_int_equal(chown(in_root(fixture, "/etc/group"), 8, 0), 0);
	assert_string_equal(stat_of(fixture, "/etc/group"),
	    "file 0644 mail own");
}

static void
test_no_owner_names(void **state)
{
	struct fixture *fixture = *state;

	assert_string_equal(stat_of(fixture, "/etc"), arena_printf(
	    fixture->arena, "dir 0755 0 %u", (unsigned)getegid()));
}

/* passwd(5): the password may be empty, and of two names the first counts. */
static void
test_odd_passwd(void **state)
{
	struct fixture *fixture = *state;

	put_file(fixture, "/etc/passwd", "\n#root:x:0:0\n+::::::\nbad:x\n"
	    "bad:x:\n:x:0:0:::\nroot::0:0:root:/root:/bin/sh\n"
	    "a:x:1:1:::\nb:x:2:2:::\nc:x:3:3:::\ntoor:x:0:0:::\n"
	    "zoor:x:0:0:::");
	put_file(fixture, "/etc/group", arena_printf(fixture->arena,
	    "g::%u:\nh::%u:", (unsigned)getegid(), (unsigned)getegid()));
	assert_string_equal(stat_of(fixture, "/etc"), "dir 0755 root g");
}

/* ---- the rest of the questions ---- */

static void
test_with_root(void **state)
{
	static const char *const argv[] = { "/bin/true", NULL };
	struct fixture *fixture = *state;
	struct answer answer;

	answer = host_command(fixture->host, fixture->arena, argv, 100);
	assert_string_equal(shown(fixture, &answer),
	    "skipped skipped: no command runs with --root");
	answer = host_whm(fixture->host, fixture->arena, "version", NULL, 0);
	assert_string_equal(shown(fixture, &answer),
	    "skipped skipped: not asked");
	assert_true(host_now(fixture->host) > 1700000000);
}

static void
test_running_system(void **state)
{
	static const char *const argv[] = { "/bin/echo", "here", NULL };
	struct fixture *fixture = *state;
	struct err err = { 0 };
	struct host *live = host_live(&(struct host_live_options){
	    .whm_skipped = "skipped: none" }, &err);
	struct answer answer;

	assert_non_null(live);
	answer = host_command(live, fixture->arena, argv, 100);
	assert_string_equal(shown(fixture, &answer), "ok here\n");
	/* /proc gives no sizes. */
	answer = host_file(live, fixture->arena, "/proc/self/status",
	    HOST_CAP_CONFIG);
	assert_non_null(strstr(shown(fixture, &answer), "ok Name:"));
	answer = host_file(live, fixture->arena, "/proc/self/status", 20);
	assert_string_equal(shown(fixture, &answer),
	    "failed /proc/self/status: is larger than is read");
	host_free(live);
}

static void
test_root_missing(void **state)
{
	struct fixture *fixture = *state;
	struct err err = { 0 };

	assert_null(host_live(&(struct host_live_options){
	    .root = in_root(fixture, "/none") }, &err));
	assert_int_equal(err.code, ERR_NOINPUT);
	assert_string_equal(err.source, in_root(fixture, "/none"));
	assert_string_equal(err.text,
	    "can not be opened: No such file or directory");
	memset(&err, 0, sizeof(err));
	put_file(fixture, "/etc/file", "");
	assert_null(host_live(&(struct host_live_options){
	    .root = in_root(fixture, "/etc/file") }, &err));
	assert_int_equal(err.code, ERR_NOINPUT);
}

/* No resolver is asked: numbers are names that need none. */
static void
test_network(void **state)
{
	static const struct probe_target target = { .port = 25,
	    .protocol = PROBE_SMTP };
	const struct probe_request request = { .host = "192.0.2.1",
	    .ehlo = "x.example", .targets = &target, .target_count = 1 };
	struct fixture *fixture = *state;
	struct err err = { 0 };
	struct answer answer;
	struct host *host = host_live(&(struct host_live_options){
	    .root = fixture->root, .whm_skipped = "skipped: none",
	    .network_skipped = "skipped: --no-network" }, &err);
	int64_t wasted = NETWORK_WASTE_MS;

	answer = host_probe(host, fixture->arena, &request);
	assert_string_equal(shown(fixture, &answer),
	    "skipped skipped: --no-network");
	answer = host_address(host, fixture->arena, "192.0.2.1");
	assert_string_equal(shown(fixture, &answer),
	    "skipped skipped: --no-network");
	host_free(host);
	answer = host_address(fixture->host, fixture->arena, "192.0.2.1");
	assert_string_equal(shown(fixture, &answer), "ok 192.0.2.1\n");
	answer = (struct answer){ .status = ANSWER_FAILED };
	network_address(fixture->arena, "192.0.2.1", &wasted, &answer);
	assert_string_equal(shown(fixture, &answer),
	    "failed no more lookups: resolver is slow");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_bytes),
		TEST(test_cap),
		TEST(test_no_plain_file),
		TEST(test_device),
		TEST(test_hard_link),
		TEST(test_missing),
		TEST(test_access),
		TEST(test_tenant),
		TEST(test_dir),
		TEST(test_dir_cap),
		TEST(test_link),
		TEST(test_owner_names),
		TEST(test_no_owner_names),
		TEST(test_odd_passwd),
		TEST(test_with_root),
		TEST(test_running_system),
		TEST(test_root_missing),
		TEST(test_network),
	};

	umask(022);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
