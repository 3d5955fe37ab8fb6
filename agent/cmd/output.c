#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fileio.h"
#include "cmd/output.h"

#define MAX_LINKS 40
#define HEAD_BYTES 200
#define TAIL_BYTES 255

/* On the way to the directory that the file shall stand in. */
struct walk {
	struct arena *arena;
	const char *path;	/* of the file, as the caller named it */
	int fd;			/* the directory reached; -1 = none yet */
	unsigned links;
	struct err *err;
};

/* ---- the directory ---- */

static int
walk_failed(struct walk *walk, const char *name, int number)
{
	return err_at(walk->err, number == ENOENT || number == ENOTDIR ?
	    ERR_NOINPUT : ERR_IO, walk->path, 0, "\"%s\" on its path: %s",
	    name, strerror(number));
}

static bool
is_ours(const struct stat *st)
{
	return st->st_uid == 0 || st->st_uid == geteuid();
}

/* What a descriptor stands for, by the kernel's word. */
static const char *
real_path(struct walk *walk, int fd)
{
	char path[PATH_MAX];
	ssize_t length = readlink(arena_printf(walk->arena,
	    "/proc/self/fd/%d", fd), path, sizeof(path));

	return length < 0 ? "a directory on its path" :
	    arena_memdup(walk->arena, path, (size_t)length);
}

static int
check_directory(struct walk *walk, int fd, const struct stat *st)
{
	bool shared = (st->st_mode & (S_IWGRP | S_IWOTH)) != 0 &&
	    (st->st_mode & S_ISVTX) == 0;

	if (is_ours(st) && !shared)
		return 0;
	err_at(walk->err, ERR_USAGE, walk->path, 0, "%.300s belongs to uid %u "
	    "and has mode %04o, wanted a directory of root%s that others can "
	    "not write into", real_path(walk, fd), (unsigned)st->st_uid,
	    (unsigned)st->st_mode & 07777,
	    geteuid() == 0 ? "" : " or the caller");
	return err_hint(walk->err, "name a file in another folder");
}

/* The walk goes on from fd, which it takes. */
static int
enter(struct walk *walk, int fd, const char *name)
{
	struct stat st;
	int result;

	if (fstat(fd, &st) != 0)
		result = walk_failed(walk, name, errno);
	else if (!S_ISDIR(st.st_mode))
		result = walk_failed(walk, name, ENOTDIR);
	else
		result = check_directory(walk, fd, &st);
	if (result != 0) {
		close(fd);
		return -1;
	}
	if (walk->fd >= 0)
		close(walk->fd);
	walk->fd = fd;
	return 0;
}

/* Takes fd, a symbolic link in a directory that was found in order. */
static int
read_link(struct walk *walk, int fd, const struct stat *st, const char *name,
    const char **ret_target)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(fd, "", target, sizeof(target));
	int number = length < 0 ? errno : length == 0 ? ENOENT :
	    length == sizeof(target) ? ENAMETOOLONG :
	    walk->links++ == MAX_LINKS ? ELOOP : 0;

	close(fd);
	if (!is_ours(st)) {
		err_at(walk->err, ERR_USAGE, walk->path, 0, "\"%s\" on its "
		    "path is a symbolic link of uid %u, wanted one of root%s",
		    name, (unsigned)st->st_uid,
		    geteuid() == 0 ? "" : " or the caller");
		return err_hint(walk->err, "name a file in another folder");
	}
	if (number != 0)
		return walk_failed(walk, name, number);
	*ret_target = arena_memdup(walk->arena, target, (size_t)length);
	return 0;
}

/* One name of the path; ret_target is set when it is a link to follow. */
static int
step(struct walk *walk, const char *name, const char **ret_target)
{
	int fd = openat(walk->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	*ret_target = NULL;
	if (fd < 0)
		return walk_failed(walk, name, errno);
	if (fstat(fd, &st) == 0 && S_ISLNK(st.st_mode))
		return read_link(walk, fd, &st, name, ret_target);
	return enter(walk, fd, name);
}

/* From where an absolute or a relative path begins. */
static int
begin(struct walk *walk, const char *start)
{
	int fd = open(start, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? walk_failed(walk, start, errno) :
	    enter(walk, fd, start);
}

/* Opens a directory, name by name. */
static int
walk_to(struct walk *walk, const char *rest)
{
	const char *name, *target;
	size_t length;

	if (rest[0] != '/' && begin(walk, ".") != 0)
		return -1;
	for (;;) {
		if (rest[0] == '/' && begin(walk, "/") != 0)
			return -1;
		rest += strspn(rest, "/");
		length = strcspn(rest, "/");
		if (length == 0)
			return 0;
		name = arena_memdup(walk->arena, rest, length);
		rest += length;
		rest += strspn(rest, "/");
		if (step(walk, name, &target) != 0)
			return -1;
		if (target != NULL)
			rest = arena_printf(walk->arena, "%s/%s", target, rest);
	}
}

/* ---- the file ---- */

/* Rows of the ledger have no heading: they begin "mail,2026-11-21,". */
static bool
is_ledger_row(const char *head, size_t length)
{
	static const char *const kinds[] = {
		"mail", "login", "failure", "sender", "note",
	};
	static const char form[] = "S0000-00-00S";
	size_t kind, i;

	for (kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
		const char *at = head + strlen(kinds[kind]);

		if (length < strlen(kinds[kind]) + strlen(form) ||
		    memcmp(head, kinds[kind], strlen(kinds[kind])) != 0)
			continue;
		for (i = 0; form[i] != '\0'; i++)
			if (form[i] == 'S' ? at[i] != '\t' && at[i] != ',' :
			    form[i] == '0' ? at[i] < '0' || at[i] > '9' :
			    at[i] != form[i])
				break;
		return form[i] == '\0';
	}
	return false;
}

/*
 * A text begins "cpward 1.0"; JSON and NDJSON name their schema at the
 * beginning, a snapshot names its at the end.
 */
static bool
is_our_output(const char *head, size_t head_length, const char *tail,
    size_t tail_length)
{
	static const char text[] = "cpward ";
	static const char snapshot[] = "\"schema\": \"cpward.facts/1\"";
	static const char *const reports[] = {
		"\"schema\": \"cpward.probe/1\"",
		"\"schema\": \"cpward.ledger/1\"",
		"\"schema\": \"cpward.forecast/1\"",
		"\"schema\":\"cpward.report/1\"",
		"\"schema\": \"cpward.report/1\"",
	};
	size_t length = strlen(text), i;

	if (head_length == 0)
		return true;
	if (head_length > length && memcmp(head, text, length) == 0 &&
	    head[length] >= '0' && head[length] <= '9')
		return true;
	if (is_ledger_row(head, head_length))
		return true;
	for (i = 0; i < sizeof(reports) / sizeof(reports[0]); i++)
		if (memmem(head, head_length, reports[i], strlen(reports[i])))
			return true;
	return memmem(tail, tail_length, snapshot, strlen(snapshot)) != NULL;
}

static int
check_content(const char *path, int fd, const struct stat *st,
    struct err *err)
{
	off_t behind = st->st_size > TAIL_BYTES ? st->st_size - TAIL_BYTES : 0;
	char head[HEAD_BYTES], tail[TAIL_BYTES];
	ssize_t head_length = pread(fd, head, sizeof(head), 0);
	ssize_t tail_length = pread(fd, tail, sizeof(tail), behind);

	if (head_length < 0 || tail_length < 0)
		return err_at(err, ERR_IO, path, 0, "%s", strerror(errno));
	if (is_our_output(head, (size_t)head_length, tail,
	    (size_t)tail_length))
		return 0;
	err_at(err, ERR_USAGE, path, 0, "is there and is not cpward's output");
	return err_hint(err, "name another file, or remove this one");
}

static int
check_target(int directory, const char *name, const char *path,
    struct err *err)
{
	struct stat st;
	int fd, result;

	if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return 0;
	if (!S_ISREG(st.st_mode))
		return err_at(err, ERR_USAGE, path, 0,
		    "is there and is not a regular file");
	fd = openat(directory, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0)
		result = err_at(err, ERR_IO, path, 0, "%s", strerror(errno));
	else
		result = check_content(path, fd, &st, err);
	if (fd >= 0)
		close(fd);
	return result;
}

/* Through the directory's descriptor: its name may stand for another now. */
static int
make_temporary(struct output *output, struct err *err)
{
	char *path = arena_printf(output->arena, "/proc/self/fd/%d/%s.XXXXXX",
	    output->directory, output->name);
	int fd = mkostemp(path, O_CLOEXEC);

	if (fd < 0)
		return err_at(err, ERR_IO, output->path, 0,
		    "no file can be made beside it: %s", strerror(errno));
	output->temporary = strrchr(path, '/') + 1;
	output->stream = fdopen(fd, "w");
	if (output->stream != NULL)
		return 0;
	close(fd);
	return err_set(err, ERR_IO, "no memory for %s", output->path);
}

static void
output_free(struct output *output)
{
	if (output->stream != NULL)
		fclose(output->stream);
	if (output->temporary != NULL)
		(void)unlinkat(output->directory, output->temporary, 0);
	if (output->directory >= 0)
		close(output->directory);
	arena_free(output->arena);
}

int
output_open(struct output *output, const char *path, struct err *err)
{
	struct walk walk = { .path = path, .fd = -1, .err = err };
	const char *slash, *directory;
	int result;

	*output = (struct output){ .path = path, .directory = -1 };
	if (path == NULL) {
		output->stream = stdout;
		return 0;
	}
	output->arena = walk.arena = arena_new();
	slash = strrchr(path, '/');
	output->name = slash == NULL ? path : slash + 1;
	directory = slash == NULL ? "." : arena_memdup(walk.arena, path,
	    (size_t)(output->name - path));
	if (output->name[0] == '\0' || strcmp(output->name, ".") == 0 ||
	    strcmp(output->name, "..") == 0)
		result = err_at(err, ERR_USAGE, path, 0,
		    "is a directory, wanted a file");
	else
		result = walk_to(&walk, directory);
	output->directory = walk.fd;
	if (result != 0 || check_target(walk.fd, output->name, path, err) != 0 ||
	    make_temporary(output, err) != 0) {
		output_free(output);
		return -1;
	}
	return 0;
}

/* So that the name lasts as the bytes do. Not all file systems can. */
static void
flush_directory(int directory)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", directory);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

static int
put_file(struct output *output, struct err *err)
{
	if (check_target(output->directory, output->name, output->path,
	    err) != 0)
		return -1;
	if (fflush(output->stream) != 0 || ferror(output->stream) ||
	    fsync(fileno(output->stream)) != 0 ||
	    renameat(output->directory, output->temporary, output->directory,
	    output->name) != 0)
		return err_at(err, ERR_IO, output->path, 0,
		    "can not be written: %s", strerror(errno));
	output->temporary = NULL;
	flush_directory(output->directory);
	return 0;
}

int
output_close(struct output *output, struct err *err)
{
	int result = err->code == ERR_NONE ? 0 : -1;

	if (output->path == NULL) {
		if (fflush(stdout) != 0 || ferror(stdout))
			return err_set(err, ERR_IO, "standard output: %s",
			    strerror(errno));
		return 0;
	}
	if (result == 0)
		result = put_file(output, err);
	output_free(output);
	return result;
}
