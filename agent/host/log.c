#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "host/log.h"

const char *
log_question_text(struct arena *arena, const char *path)
{
	return arena_join(arena, "log ", path);
}

/* ---- an open file ---- */

static ssize_t
read_fd(const struct host_log *log, uint64_t offset, void *bytes, size_t room)
{
	const int *fd = log->data;
	ssize_t got;

	/* pread(2) would refuse it; no file is that long. */
	if (offset > INT64_MAX)
		return 0;
	do
		got = pread(*fd, bytes, room, (off_t)offset);
	while (got < 0 && errno == EINTR);
	return got;
}

static void
close_fd(struct host_log *log)
{
	int *fd = log->data;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int
log_from_fd(struct arena *arena, int fd, struct host_log *ret_log)
{
	struct stat st;
	int *kept;

	if (fstat(fd, &st) != 0)
		return -1;
	/* Read from front to back; where the kernel will not hear it, no harm. */
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	kept = arena_alloc(arena, sizeof(*kept));
	*kept = fd;
	*ret_log = (struct host_log){ .status = ANSWER_OK,
	    .device = st.st_dev, .inode = st.st_ino, .size = st.st_size,
	    .mtime = st.st_mtime, .read = read_fd, .close = close_fd,
	    .data = kept };
	return 0;
}

/* ---- bytes in memory ---- */

struct memory {
	const char *bytes;
	size_t length;
};

static ssize_t
read_memory(const struct host_log *log, uint64_t offset, void *bytes,
    size_t room)
{
	const struct memory *memory = log->data;
	size_t length;

	if (offset >= memory->length)
		return 0;
	length = memory->length - (size_t)offset;
	if (length > room)
		length = room;
	memcpy(bytes, memory->bytes + offset, length);
	return (ssize_t)length;
}

static void
close_memory(struct host_log *log)
{
	(void)log;	/* the bytes are the arena's */
}

void
log_from_bytes(struct arena *arena, const char *bytes, size_t length,
    struct host_log *ret_log)
{
	struct memory *memory = arena_alloc(arena, sizeof(*memory));

	*memory = (struct memory){ bytes, length };
	*ret_log = (struct host_log){ .status = ANSWER_OK,
	    .size = (int64_t)length, .read = read_memory,
	    .close = close_memory, .data = memory };
}

/* ---- any host's ---- */

/* A file has a time even where it comes whole; what it is called there stays unknown. */
static void
open_as_file(struct host *host, struct arena *arena, const char *path,
    struct host_log *ret_log)
{
	struct answer answer = host_file(host, arena, path, HOST_CAP_LIST);
	struct host_stat st;

	if (answer.status != ANSWER_OK) {
		ret_log->status = answer.status;
		ret_log->why = answer.why;
		return;
	}
	log_from_bytes(arena, answer.bytes, answer.length, ret_log);
	if (host_stat(host, arena, path, &st).status == ANSWER_OK)
		ret_log->mtime = st.mtime;
}

struct host_log
host_open_log(struct host *host, struct arena *arena, const char *path)
{
	struct host_log log = { .status = ANSWER_FAILED };

	if (host->open_log != NULL)
		host->open_log(host, arena, path, &log);
	else
		open_as_file(host, arena, path, &log);
	if (log.status != ANSWER_OK && log.why == NULL)
		log.why = "no reason was given";
	return log;
}
