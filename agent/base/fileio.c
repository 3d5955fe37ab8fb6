#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/fileio.h"

static int
file_error(struct err *err, const char *path, const char *what)
{
	enum err_code code = errno == ENOENT || errno == ENOTDIR ?
	    ERR_NOINPUT : ERR_IO;

	return err_at(err, code, path, 0, "%s: %s", what, strerror(errno));
}

static int
read_all(int fd, const char *path, struct buf *buf, struct err *err)
{
	char chunk[16384];
	ssize_t got;

	for (;;) {
		got = read(fd, chunk, sizeof(chunk));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return file_error(err, path, "can not be read");
		if (got == 0)
			return 0;
		if (buf_add(buf, chunk, (size_t)got) != 0)
			return err_at(err, ERR_LIMIT, path, 0,
			    "is larger than the %zu bytes allowed", buf->max);
	}
}

static int
check_trust(const struct stat *st, const char *path, mode_t forbidden,
    struct err *err)
{
	if (!S_ISREG(st->st_mode))
		return err_at(err, ERR_CONTENT, path, 0,
		    "is not a regular file");
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return err_at(err, ERR_CONTENT, path, 0,
		    "belongs to uid %u, wanted root", (unsigned)st->st_uid);
	if ((st->st_mode & forbidden) != 0) {
		err_at(err, ERR_CONTENT, path, 0, "has mode %04o, wanted %04o",
		    (unsigned)st->st_mode & 07777,
		    (unsigned)(st->st_mode & 07777 & ~forbidden));
		return err_hint(err, "chmod %04o %s",
		    (unsigned)(st->st_mode & 07777 & ~forbidden), path);
	}
	return 0;
}

static int
read_checked(const char *path, struct buf *buf, bool trusted,
    mode_t forbidden, struct err *err)
{
	struct stat st;
	int fd, result;

	/* Non-blocking, so that a FIFO can not hold the run up. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return file_error(err, path, "can not be opened");
	if (fstat(fd, &st) != 0)
		result = file_error(err, path, "can not be examined");
	else if (S_ISDIR(st.st_mode))
		result = err_at(err, ERR_IO, path, 0, "is a directory");
	else if (trusted && check_trust(&st, path, forbidden, err) != 0)
		result = -1;
	else
		result = read_all(fd, path, buf, err);
	close(fd);
	return result;
}

int
file_read(const char *path, struct buf *buf, struct err *err)
{
	return read_checked(path, buf, false, 0, err);
}

int
file_read_trusted(const char *path, struct buf *buf, struct err *err)
{
	return read_checked(path, buf, true, S_IWGRP | S_IWOTH, err);
}

int
file_read_secret(const char *path, struct buf *buf, struct err *err)
{
	return read_checked(path, buf, true, S_IRWXG | S_IRWXO, err);
}

static int
write_all(int fd, const char *bytes, size_t length)
{
	ssize_t done;

	while (length > 0) {
		done = write(fd, bytes, length);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		bytes += done;
		length -= (size_t)done;
	}
	return 0;
}

/* The rename is durable only once the directory is flushed too. */
static void
flush_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *directory;
	int fd;

	directory = slash == NULL ? strdup(".") :
	    strndup(path, slash == path ? 1 : (size_t)(slash - path));
	if (directory == NULL)
		return;
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
	free(directory);
}

int
file_replace(const char *path, const void *bytes, size_t length,
    mode_t mode, struct err *err)
{
	char *temporary;
	int fd;

	if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
		return err_at(err, ERR_IO, path, 0, "out of memory");
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0) {
		file_error(err, path, "no file can be made beside it");
		free(temporary);
		return -1;
	}
	if (write_all(fd, bytes, length) != 0 || fchmod(fd, mode) != 0 ||
	    fsync(fd) != 0 || rename(temporary, path) != 0) {
		file_error(err, path, "can not be written");
		(void)unlink(temporary);
		close(fd);
		free(temporary);
		return -1;
	}
	close(fd);
	free(temporary);
	flush_directory(path);
	return 0;
}
