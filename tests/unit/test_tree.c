/*
 * Walking paths below a root: what is followed, what is refused, and that
 * nothing ever leads out of it. Each test makes a tree of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/tree.h"
#include "tests/unit/table_host.h"

#define TENANT 4711	/* no such user is needed */

struct fixture {
	char base[64];		/* secret beside root */
	char root[80];
	struct tree tree;
};

static const char *
in_root(const struct fixture *fixture, const char *path)
{
	static char text[4][PATH_MAX];
	static unsigned turn;
	char *at = text[turn++ % 4];

	snprintf(at, PATH_MAX, "%s%s", fixture->root, path);
	return at;
}

static void
put_file(const char *path, const char *text, mode_t mode)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void
make_dir(const char *path, mode_t mode)
{
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static int
setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	char path[PATH_MAX];

	assert_non_null(fixture);
	snprintf(fixture->base, sizeof(fixture->base),
	    "/tmp/cpward-tree-XXXXXX");
	assert_non_null(mkdtemp(fixture->base));
	assert_int_equal(chmod(fixture->base, 0755), 0);
	snprintf(fixture->root, sizeof(fixture->root), "%s/root",
	    fixture->base);
	make_dir(fixture->root, 0755);
	snprintf(path, sizeof(path), "%s/secret", fixture->base);
	put_file(path, "SECRET", 0644);
	make_dir(in_root(fixture, "/etc"), 0755);
	make_dir(in_root(fixture, "/etc/deep"), 0755);
	make_dir(in_root(fixture, "/home"), 0755);
	make_dir(in_root(fixture, "/shared"), 0775);
	put_file(in_root(fixture, "/etc/file"), "file", 0644);
	put_file(in_root(fixture, "/shared/file"), "shared", 0644);
	assert_int_equal(tree_open(&fixture->tree, fixture->root), 0);
	*state = fixture;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *fixture = *state;
	pid_t child;
	int status;

	tree_close(&fixture->tree);
	child = fork();
	if (child == 0) {
		execl("/bin/rm", "rm", "-rf", fixture->base, (char *)NULL);
		_exit(127);
	}
	waitpid(child, &status, 0);
	free(fixture);
	return status;
}

/* What the file holds, or in brackets why not: "[absent]". */
static const char *
read_path(struct fixture *fixture, const char *path)
{
	static const char *const words[] = { [TREE_ABSENT] = "[absent]",
	    [TREE_NO_PARENT] = "[no parent]" };
	static char text[512];
	struct tree_entry entry;
	enum tree_status status;
	char why[300] = "";
	ssize_t got;

	status = tree_open_entry(&fixture->tree, path, O_RDONLY, NULL, NULL,
	    &entry, why, sizeof(why));
	if (status == TREE_ABSENT || status == TREE_NO_PARENT)
		return words[status];
	if (status == TREE_FAILED) {
		snprintf(text, sizeof(text), "[%s]", why);
		return text;
	}
	got = read(entry.fd, text, sizeof(text) - 1);
	close(entry.fd);
	text[got < 0 ? 0 : got] = '\0';
	return text;
}

/* ---- links below root's own directories ---- */

static void
test_links(void **state)
{
	static const struct {
		const char *link, *target, *ask, *wanted;
	} cases[] = {
		{ "/etc/l1", "file", "/etc/l1", "file" },
		{ "/etc/l2", "/etc/file", "/etc/l2", "file" },
		{ "/etc/l3", "../etc/./file", "/etc/l3", "file" },
		{ "/etc/l4", "l3", "/etc/l4", "file" },
		{ "/etc/l5", "/etc/deep", "/etc/l5/../file", "file" },
		{ "/etc/l6", "deep/", "/etc/l6//../file", "file" },
		{ "/etc/l7", "/", "/etc/l7/etc/l7/etc/file", "file" },
		/* ".." of the root is the root, as in a chroot. */
		{ "/etc/up", "../../../../../../etc/file", "/etc/up", "file" },
		{ "/etc/out", "../../secret", "/etc/out", "[absent]" },
		{ "/etc/out2", "/../secret", "/etc/out2", "[absent]" },
		{ "/etc/out3", "/proc/self/root", "/etc/out3/etc/passwd",
		    "[no parent]" },
		/* Nothing at the end of a link. */
		{ "/etc/dangling", "nothing", "/etc/dangling", "[absent]" },
		{ "/etc/dangling2", "/none/file", "/etc/dangling2",
		    "[no parent]" },
		{ "/etc/dangling3", "nothing", "/etc/dangling3/file",
		    "[no parent]" },
		{ "/etc/self", "self", "/etc/self",
		    "[self: too many symbolic links]" },
		{ "/etc/round", "/etc/trip", "/etc/round", "[absent]" },
		{ "/etc/trip", "round", "/etc/round",
		    "[round: too many symbolic links]" },
	};
	struct fixture *fixture = *state;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		assert_int_equal(symlink(cases[i].target,
		    in_root(fixture, cases[i].link)), 0);
		assert_string_equal(read_path(fixture, cases[i].ask),
		    cases[i].wanted);
	}
}

static void
test_link_out_of_tree(void **state)
{
	struct fixture *fixture = *state;
	char target[PATH_MAX];

	/* An absolute target is the root's, not the system's. */
	snprintf(target, sizeof(target), "%s/secret", fixture->base);
	assert_int_equal(symlink(target, in_root(fixture, "/etc/abs")), 0);
	assert_string_equal(read_path(fixture, "/etc/abs"), "[no parent]");
	assert_int_equal(symlink("/etc/passwd",
	    in_root(fixture, "/etc/passwd")), 0);
	assert_string_equal(read_path(fixture, "/etc/passwd"),
	    "[passwd: too many symbolic links]");
}

/* Exactly 40 links are followed, as the kernel follows them. */
static void
test_chain(void **state)
{
	struct fixture *fixture = *state;
	char name[32], target[32] = "file";
	int i;

	for (i = 1; i <= 41; i++) {
		snprintf(name, sizeof(name), "/etc/c%d", i);
		assert_int_equal(symlink(target, in_root(fixture, name)), 0);
		snprintf(target, sizeof(target), "c%d", i);
	}
	assert_string_equal(read_path(fixture, "/etc/c40"), "file");
	assert_string_equal(read_path(fixture, "/etc/c41"),
	    "[c1: too many symbolic links]");
}

static void
test_nofollow(void **state)
{
	struct fixture *fixture = *state;
	struct tree_entry entry;
	char why[300];

	assert_int_equal(symlink("file", in_root(fixture, "/etc/l")), 0);
	assert_int_equal(symlink("/etc", in_root(fixture, "/e")), 0);
	assert_int_equal(tree_find(&fixture->tree, "/e/l", TREE_NOFOLLOW,
	    &entry, why, sizeof(why)), TREE_OK);
	assert_true(S_ISLNK(entry.st.st_mode));
	close(entry.fd);
	assert_int_equal(tree_find(&fixture->tree, "/e/l", TREE_FOLLOW,
	    &entry, why, sizeof(why)), TREE_OK);
	assert_true(S_ISREG(entry.st.st_mode));
	close(entry.fd);
}

/* ---- what is not there ---- */

static void
test_missing(void **state)
{
	static const struct {
		const char *ask, *wanted;
	} cases[] = {
		{ "/etc/nothing", "[absent]" },
		{ "/nothing", "[absent]" },
		{ "/etc/nothing/", "[absent]" },
		{ "/etc/nothing/file", "[no parent]" },
		{ "/none/of/this", "[no parent]" },
		{ "/etc/nothing/..", "[no parent]" },
		{ "/etc/nothing/.", "[no parent]" },
		{ "/etc/file/file", "[file: is not a directory]" },
		{ "/etc/file/..", "[file: is not a directory]" },
		{ "/etc/./deep/.././file", "file" },
		{ "//etc///file", "file" },
		{ "/../../etc/file", "file" },
	};
	struct fixture *fixture = *state;
	size_t i;

	for (i = 0; i < COUNT(cases); i++)
		assert_string_equal(read_path(fixture, cases[i].ask),
		    cases[i].wanted);
}

/* Refused, not cut: the name cut to 255 bytes is another file's. */
static void
test_long_name(void **state)
{
	struct fixture *fixture = *state;
	char name[400] = "/etc/", path[PATH_MAX + 10];
	size_t i;

	memset(name + 5, 'a', 255);
	put_file(in_root(fixture, name), "255", 0644);
	assert_string_equal(read_path(fixture, name), "255");
	memset(name + 5, 'a', 256);
	assert_non_null(strstr(read_path(fixture, name), "too long"));
	memset(name + 5, 'b', 300);
	assert_non_null(strstr(read_path(fixture, name), "too long"));

	memset(path, '/', sizeof(path));
	memcpy(path + PATH_MAX - 10, "etc/file", 9);
	assert_string_equal(read_path(fixture, path), "file");
	memset(path, '/', sizeof(path));
	memcpy(path + PATH_MAX - 8, "etc/file", 9);
	assert_string_equal(read_path(fixture, path), "[path: is too long]");

	for (i = 0; i < 400; i += 2)
		memcpy(path + i, "/d", 3);
	assert_string_equal(read_path(fixture, path), "[no parent]");
}

static void
test_long_link(void **state)
{
	struct fixture *fixture = *state;
	char target[PATH_MAX - 200];

	/* Each following puts the same long way in front of what is left. */
	memset(target, '/', sizeof(target));
	memcpy(target + sizeof(target) - 10, "/etc/loop", 10);
	assert_int_equal(symlink(target, in_root(fixture, "/etc/loop")), 0);
	assert_non_null(strstr(read_path(fixture, "/etc/loop/a/b"), "loop: "));
}

static void
test_deep(void **state)
{
	struct fixture *fixture = *state;
	char path[PATH_MAX] = "";
	int i;

	for (i = 0; i < 70; i++) {
		strcat(path, "/d");
		make_dir(in_root(fixture, path), 0755);
	}
	strcat(path, "/file");
	put_file(in_root(fixture, path), "deep", 0644);
	assert_string_equal(read_path(fixture, path),
	    "[d: the path is too deep]");
	assert_string_equal(read_path(fixture, "/d/d/../../etc/file"), "file");
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
	static const char *const asks[] = { "/etc/file", "/etc/nothing",
	    "/none/x", "/etc/l/x", "/etc/l", "/shared/l", "/etc/file/x", "/",
	    "/etc/deep/..", "/etc/self" };
	struct fixture *fixture = *state;
	int before;
	size_t i;

	/* One directory is kept, and no more than one. */
	read_path(fixture, "/etc/file");
	before = open_descriptors();
	assert_int_equal(symlink("/etc/deep", in_root(fixture, "/etc/l")), 0);
	assert_int_equal(symlink("self", in_root(fixture, "/etc/self")), 0);
	assert_int_equal(symlink("file", in_root(fixture, "/shared/l")), 0);
	for (i = 0; i < COUNT(asks); i++)
		read_path(fixture, asks[i]);
	assert_int_equal(open_descriptors(), before);
}

/* ---- the directory that is kept for the next path ---- */

static void
test_next_path_in_one_directory(void **state)
{
	struct fixture *fixture = *state;

	assert_string_equal(read_path(fixture, "/etc/file"), "file");
	assert_string_equal(read_path(fixture, "/etc/file"), "file");
	assert_string_equal(read_path(fixture, "/etc/nothing"), "[absent]");
	assert_string_equal(read_path(fixture, "/etc/.."), read_path(fixture,
	    "/"));
	/* Links in it lead as they do from the root. */
	assert_int_equal(symlink("../etc/file", in_root(fixture, "/etc/up")),
	    0);
	assert_int_equal(symlink("../../secret", in_root(fixture, "/etc/out")),
	    0);
	assert_int_equal(symlink("file", in_root(fixture, "/etc/l")), 0);
	assert_string_equal(read_path(fixture, "/etc/file"), "file");
	assert_string_equal(read_path(fixture, "/etc/up"), "file");
	assert_string_equal(read_path(fixture, "/etc/file"), "file");
	assert_string_equal(read_path(fixture, "/etc/out"), "[absent]");
	assert_string_equal(read_path(fixture, "/etc/l"), "file");
	/* Another directory of that name, and none. */
	assert_string_equal(read_path(fixture, "/etc/file"), "file");
	assert_int_equal(unlink(in_root(fixture, "/etc/file")), 0);
	assert_string_equal(read_path(fixture, "/etc/file"), "[absent]");
}

/* Somebody may write to it now: its links are followed no more. */
static void
test_kept_directory_changes_hands(void **state)
{
	struct fixture *fixture = *state;

	put_file(in_root(fixture, "/shared/b"), "b", 0644);
	assert_int_equal(symlink("b", in_root(fixture, "/shared/l")), 0);
	assert_int_equal(chmod(in_root(fixture, "/shared"), 0755), 0);
	assert_string_equal(read_path(fixture, "/shared/b"), "b");
	assert_string_equal(read_path(fixture, "/shared/l"), "b");
	assert_string_equal(read_path(fixture, "/shared/b"), "b");
	assert_int_equal(chmod(in_root(fixture, "/shared"), 01757), 0);
	assert_string_equal(read_path(fixture, "/shared/l"), "[l: is a symbolic "
	    "link below a directory that is not root's]");
}

/* ---- below what others can write ---- */

static void
test_writable_directory(void **state)
{
	struct fixture *fixture = *state;
	struct tree_entry entry;
	char why[300];

	assert_int_equal(symlink("file", in_root(fixture, "/shared/l")), 0);
	assert_string_equal(read_path(fixture, "/shared/file"), "shared");
	assert_string_equal(read_path(fixture, "/shared/l"), "[l: is a symbolic "
	    "link below a directory that is not root's]");
	assert_int_equal(chmod(in_root(fixture, "/shared"), 01757), 0);
	assert_string_equal(read_path(fixture, "/shared/l"), "[l: is a symbolic "
	    "link below a directory that is not root's]");
	/* A way through it stays a tenant's, wherever it leads. */
	assert_int_equal(symlink("file", in_root(fixture, "/etc/l")), 0);
	assert_string_equal(read_path(fixture, "/shared/../etc/l"), "[l: is a "
	    "symbolic link below a directory that is not root's]");
	assert_int_equal(tree_find(&fixture->tree, "/shared/file", TREE_FOLLOW,
	    &entry, why, sizeof(why)), TREE_OK);
	assert_true(entry.tenant);
	close(entry.fd);
	assert_int_equal(chmod(in_root(fixture, "/shared"), 0755), 0);
	assert_string_equal(read_path(fixture, "/shared/l"), "shared");
	assert_int_equal(tree_find(&fixture->tree, "/shared/file", TREE_FOLLOW,
	    &entry, why, sizeof(why)), TREE_OK);
	assert_false(entry.tenant);
	close(entry.fd);
}

/* A link in root's directory may lead into a tenant's; there it ends. */
static void
test_link_into_writable(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(symlink("/shared/file",
	    in_root(fixture, "/etc/in")), 0);
	assert_int_equal(symlink("/shared/l", in_root(fixture, "/etc/in2")), 0);
	assert_int_equal(symlink("/etc/file",
	    in_root(fixture, "/shared/l")), 0);
	assert_string_equal(read_path(fixture, "/etc/in"), "shared");
	assert_string_equal(read_path(fixture, "/etc/in2"), "[l: is a symbolic "
	    "link below a directory that is not root's]");
}

static void
test_not_for_us(void **state)
{
	struct fixture *fixture = *state;

	if (geteuid() == 0) {
		print_message("skipped: root may read everything\n");
		skip();
	}
	put_file(in_root(fixture, "/etc/none"), "x", 0);
	assert_string_equal(read_path(fixture, "/etc/none"),
	    "[/etc/none: Permission denied]");
	make_dir(in_root(fixture, "/etc/closed"), 0);
	assert_string_equal(read_path(fixture, "/etc/closed/x"),
	    "[x: Permission denied]");
	assert_int_equal(chmod(in_root(fixture, "/etc/closed"), 0700), 0);
}

static void
test_root_missing(void **state)
{
	struct fixture *fixture = *state;
	struct tree tree;

	assert_int_equal(tree_open(&tree, in_root(fixture, "/nothing")), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(tree_open(&tree, in_root(fixture, "/etc/file")), -1);
	assert_int_equal(errno, ENOTDIR);
}

/* ---- as root: below a tenant's home ---- */

static void
need_root(void)
{
	if (geteuid() == 0)
		return;
	print_message("skipped: only root can give files away\n");
	skip();
}

static void
make_home(const struct fixture *fixture)
{
	make_dir(in_root(fixture, "/home/t"), 0711);
	put_file(in_root(fixture, "/home/t/own"), "own", 0600);
	assert_int_equal(chown(in_root(fixture, "/home/t/own"), TENANT,
	    TENANT), 0);
	assert_int_equal(chown(in_root(fixture, "/home/t"), TENANT, TENANT), 0);
}

/* The Uid line of /proc/self/status: real, effective, saved, file system. */
static void
status_ids(const char *line, unsigned ids[4])
{
	FILE *file = fopen("/proc/self/status", "re");
	char text[256];
	bool found = false;

	assert_non_null(file);
	while (!found && fgets(text, sizeof(text), file) != NULL)
		found = strncmp(text, line, strlen(line)) == 0 &&
		    sscanf(text + strlen(line), "%u %u %u %u", &ids[0],
		    &ids[1], &ids[2], &ids[3]) == 4;
	fclose(file);
	assert_true(found);
}

static void
test_tenant(void **state)
{
	struct fixture *fixture = *state;
	gid_t groups[2], zero = 0;
	unsigned ids[4];

	need_root();
	make_home(fixture);
	assert_string_equal(read_path(fixture, "/home/t/own"), "own");
	/* What root left there for nobody else. */
	put_file(in_root(fixture, "/home/t/roots"), "ROOT", 0600);
	assert_string_equal(read_path(fixture, "/home/t/roots"),
	    "[/home/t/roots: Permission denied]");
	/* Root's supplementary groups are not the tenant's. */
	assert_int_equal(setgroups(1, &zero), 0);
	put_file(in_root(fixture, "/home/t/group"), "GROUP", 0640);
	assert_string_equal(read_path(fixture, "/home/t/group"),
	    "[/home/t/group: Permission denied]");
	make_dir(in_root(fixture, "/home/t/closed"), 0700);
	put_file(in_root(fixture, "/home/t/closed/x"), "x", 0644);
	assert_string_equal(read_path(fixture, "/home/t/closed/x"),
	    "[x: Permission denied]");
	put_file(in_root(fixture, "/home/t/public"), "public", 0644);
	assert_string_equal(read_path(fixture, "/home/t/public"), "public");
	/* Afterwards everything is root's again. */
	status_ids("Uid:", ids);
	assert_int_equal(ids[3], 0);
	status_ids("Gid:", ids);
	assert_int_equal(ids[3], getegid());
	assert_int_equal(getgroups(2, groups), 1);
	assert_int_equal(groups[0], 0);
	assert_string_equal(read_path(fixture, "/etc/file"), "file");
}

static void
test_tenant_links(void **state)
{
	struct fixture *fixture = *state;
	struct tree_entry entry;
	char why[300];

	need_root();
	make_home(fixture);
	put_file(in_root(fixture, "/etc/roots"), "ROOT", 0600);
	assert_int_equal(symlink("/etc/roots",
	    in_root(fixture, "/home/t/l")), 0);
	assert_int_equal(symlink("/etc", in_root(fixture, "/home/t/d")), 0);
	assert_int_equal(link(in_root(fixture, "/etc/roots"),
	    in_root(fixture, "/home/t/hard")), 0);
	assert_string_equal(read_path(fixture, "/home/t/l"), "[l: is a symbolic "
	    "link below a directory that is not root's]");
	assert_string_equal(read_path(fixture, "/home/t/d/roots"), "[d: is a "
	    "symbolic link below a directory that is not root's]");
	assert_string_equal(read_path(fixture, "/home/t/hard"),
	    "[/home/t/hard: Permission denied]");
	/* Not even by going back up. */
	assert_string_equal(read_path(fixture, "/home/t/../../etc/roots"),
	    "[/home/t/../../etc/roots: Permission denied]");
	assert_string_equal(read_path(fixture, "/etc/roots"), "ROOT");
	/* A link at the end may be looked at, not followed. */
	assert_int_equal(tree_find(&fixture->tree, "/home/t/l", TREE_NOFOLLOW,
	    &entry, why, sizeof(why)), TREE_OK);
	assert_true(S_ISLNK(entry.st.st_mode));
	assert_true(entry.tenant);
	close(entry.fd);
}

/* Restored on the ways that fail, too. */
static void
test_tenant_restored(void **state)
{
	static const char *const asks[] = { "/home/t/none", "/home/t/none/x",
	    "/home/t/l", "/home/t/own/x", "/home/t/roots", "/home/t/..",
	    "/home/t" };
	struct fixture *fixture = *state;
	unsigned ids[4];
	size_t i;

	need_root();
	make_home(fixture);
	put_file(in_root(fixture, "/home/t/roots"), "ROOT", 0600);
	assert_int_equal(symlink("own", in_root(fixture, "/home/t/l")), 0);
	for (i = 0; i < COUNT(asks); i++) {
		read_path(fixture, asks[i]);
		status_ids("Uid:", ids);
		assert_int_equal(ids[3], 0);
		status_ids("Gid:", ids);
		assert_int_equal(ids[3], getegid());
	}
}

/* The owner of a copied tree counts as root in it; root is root anyway. */
static void
test_copied_tree(void **state)
{
	struct fixture *fixture = *state;
	struct tree tree;
	struct fixture copied = *fixture;

	need_root();
	assert_int_equal(symlink("file", in_root(fixture, "/etc/l")), 0);
	assert_int_equal(chown(fixture->root, TENANT, TENANT), 0);
	assert_int_equal(chown(in_root(fixture, "/etc"), TENANT, TENANT), 0);
	/* Before: root's tree, in which /etc is a tenant's. */
	assert_non_null(strstr(read_path(fixture, "/etc/l"), "symbolic link"));
	assert_int_equal(tree_open(&tree, fixture->root), 0);
	copied.tree = tree;
	assert_string_equal(read_path(&copied, "/etc/l"), "file");
	assert_int_equal(chown(in_root(fixture, "/etc"), 0, 0), 0);
	assert_string_equal(read_path(&copied, "/etc/l"), "file");
	assert_int_equal(chown(in_root(fixture, "/etc"), TENANT + 1, 0), 0);
	assert_non_null(strstr(read_path(&copied, "/etc/l"), "symbolic link"));
	tree_close(&tree);
}

/* ---- a swap in the middle ---- */

/*
 * Exchanges two names until it is killed, as fast as it can: renameat2(2) with
 * RENAME_EXCHANGE, so that the name is never missing.
 */
static pid_t
start_swapping(const char *one, const char *other)
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child != 0)
		return child;
	for (;;)
		if (renameat2(AT_FDCWD, one, AT_FDCWD, other, 2) != 0)
			_exit(1);
}

/*
 * How often the fair file was read in 2,000 askings; the secret, never. On a busy
 * machine all of these may fall into one turn of the other process: then on until
 * the fair one was read once.
 */
static unsigned
read_under_swap(struct fixture *fixture, const char *ask, pid_t child)
{
	unsigned fair = 0, i;
	int status;

	for (i = 0; i < 2000 || (fair == 0 && i < 2000000); i++) {
		const char *text = read_path(fixture, ask);

		if (strstr(text, "SECRET") != NULL ||
		    strstr(text, "ROOT") != NULL) {
			kill(child, SIGKILL);
			fail_msg("asking %u read \"%s\"", i, text);
		}
		fair += strcmp(text, "fair") == 0;
	}
	assert_int_equal(waitpid(child, &status, WNOHANG), 0);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	return fair;
}

static void
test_swap_file(void **state)
{
	struct fixture *fixture = *state;
	char secret[PATH_MAX];
	pid_t child;

	snprintf(secret, sizeof(secret), "%s/secret", fixture->base);
	put_file(in_root(fixture, "/shared/x"), "fair", 0644);
	assert_int_equal(symlink(secret, in_root(fixture, "/shared/y")), 0);
	child = start_swapping(in_root(fixture, "/shared/x"),
	    in_root(fixture, "/shared/y"));
	assert_true(read_under_swap(fixture, "/shared/x", child) > 0);
}

static void
test_swap_directory(void **state)
{
	struct fixture *fixture = *state;
	pid_t child;

	make_dir(in_root(fixture, "/shared/x"), 0755);
	put_file(in_root(fixture, "/shared/x/secret"), "fair", 0644);
	/* The way out that a plain open(2) would take. */
	assert_int_equal(symlink("../..", in_root(fixture, "/shared/y")), 0);
	child = start_swapping(in_root(fixture, "/shared/x"),
	    in_root(fixture, "/shared/y"));
	assert_true(read_under_swap(fixture, "/shared/x/secret", child) > 0);
}

/* As root: the tenant swaps his file for a hard link to root's. */
static void
test_swap_tenant(void **state)
{
	struct fixture *fixture = *state;
	pid_t child;

	need_root();
	make_home(fixture);
	put_file(in_root(fixture, "/home/t/x"), "fair", 0644);
	put_file(in_root(fixture, "/etc/roots"), "ROOT", 0600);
	assert_int_equal(link(in_root(fixture, "/etc/roots"),
	    in_root(fixture, "/home/t/y")), 0);
	child = start_swapping(in_root(fixture, "/home/t/x"),
	    in_root(fixture, "/home/t/y"));
	assert_true(read_under_swap(fixture, "/home/t/x", child) > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_links),
		TEST(test_link_out_of_tree),
		TEST(test_chain),
		TEST(test_nofollow),
		TEST(test_missing),
		TEST(test_long_name),
		TEST(test_long_link),
		TEST(test_deep),
		TEST(test_no_leak),
		TEST(test_next_path_in_one_directory),
		TEST(test_kept_directory_changes_hands),
		TEST(test_writable_directory),
		TEST(test_link_into_writable),
		TEST(test_not_for_us),
		TEST(test_root_missing),
		TEST(test_tenant),
		TEST(test_tenant_links),
		TEST(test_tenant_restored),
		TEST(test_copied_tree),
		TEST(test_swap_file),
		TEST(test_swap_directory),
		TEST(test_swap_tenant),
	};

	umask(022);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
