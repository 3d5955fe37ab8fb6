/*
 * Replacing a file whole or not at all, and reading our own files.
 *
 * The host's files are read through host/host.h, never from here; this is for
 * what belongs to cpward: configuration, profiles, snapshots, reports, state.
 */
#ifndef CPWARD_BASE_FILEIO_H
#define CPWARD_BASE_FILEIO_H

#include <stddef.h>
#include <sys/types.h>

struct buf;
struct err;

/*
 * Appends the file to buf, up to its ceiling. Codes: ERR_NOINPUT when it is
 * missing, ERR_LIMIT when larger than the ceiling, ERR_IO else.
 */
int file_read(const char *path, struct buf *buf, struct err *err);

/*
 * As file_read, for a file that root will act upon: refused with ERR_CONTENT
 * unless it is a regular file that only its owner can write and that root or
 * the caller owns.
 */
int file_read_trusted(const char *path, struct buf *buf, struct err *err);

/*
 * As file_read_trusted, for a secret: mode 0600 or stricter wanted (systemd
 * credentials are 0400).
 */
int file_read_secret(const char *path, struct buf *buf, struct err *err);

/*
 * Writes a new file beside path, flushes it to disk and renames it over path.
 * The new file has the given mode. On failure path is as it was and nothing is
 * left beside it. A symbolic link at path is replaced, not followed.
 */
int file_replace(const char *path, const void *bytes, size_t length,
    mode_t mode, struct err *err);

#endif
