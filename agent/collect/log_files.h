/*
 * Which bytes of a log have not been read yet: the log itself and what it was
 * before it was rotated, by rename (NAME-20261115, NAME.1), by copytruncate,
 * and compressed (.gz).
 */
#ifndef CPWARD_COLLECT_LOG_FILES_H
#define CPWARD_COLLECT_LOG_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "host/host.h"
#include "store/ledger.h"

struct arena;

/* One file, or the end of one, that is to be read. */
struct log_part {
	const char *path;
	struct host_log file;	/* open */
	bool compressed;	/* gzip: from and to count the bytes it holds */
	uint64_t from;		/* first byte to read */
	uint64_t to;		/* behind the last; UINT64_MAX: to the end of a gzip member chain */
	int32_t reference_day;	/* when it was last written, in local time */
	const struct log_part *before;	/* the next older one; NULL = none */
};

struct log_parts {
	/*
	 * Oldest first. The last is the log itself, where it could be opened,
	 * even when it has nothing new.
	 */
	struct log_part *parts;
	size_t count;
	/*
	 * Where reading left off could not be found again: bytes may be missing
	 * before parts[0]. NULL = it was found, or there was no position. With a
	 * gap the rotated files among the parts are those that were written to
	 * after the position's last day; their lines tell whether they begin
	 * behind it, and from which on they are to be read (log_parts_leave).
	 */
	const char *gap;
	/*
	 * Files that could not be opened: path and why; NULL = none. Without a
	 * position nothing older than these is among the parts.
	 */
	const char *failed;
	bool lost;		/* one of them is not the log itself: no later run looks for it */
	bool absent;		/* the log is not there, and its directory is */
};

/*
 * position NULL: all there is. A file that is in two places at once (the copy
 * of a copytruncate beside what is left of it) is one. The parts are open
 * until log_parts_close.
 */
void log_parts_find(struct host *host, struct arena *arena, const char *log,
    const struct log_position *position, struct log_parts *ret_parts);
void log_parts_close(struct log_parts *parts);
/* Closes the oldest, so many: they are no parts any more. */
void log_parts_leave(struct log_parts *parts, size_t count);

/*
 * Reading a part from front to back: up to room bytes at a time, 0 at the end,
 * -1 with *ret_why (a constant) when it fails. A reader belongs to one thread.
 */
struct log_reader;
struct log_reader *log_reader_open(const struct log_part *part, uint64_t from, uint64_t to);
ssize_t log_reader_read(struct log_reader *reader, void *bytes, size_t room, const char **ret_why);
void log_reader_close(struct log_reader *reader);

/*
 * The position that says "read up to offset of this part, and all of those
 * before it", with its mark. offset is of the file's bytes, uncompressed. Of a
 * file's beginning the end of the part before it says the same, and that is
 * what comes. -1 when it can not be read. log is kept, not copied.
 */
int log_position_at(const char *log, const struct log_part *part, uint64_t offset,
    struct log_position *ret_position);

#endif
