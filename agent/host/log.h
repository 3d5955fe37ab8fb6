/*
 * What logs are made of, for the implementations of the door: an open file, or
 * bytes in memory. Both leave device, inode and mtime as they can be told.
 */
#ifndef CPWARD_HOST_LOG_H
#define CPWARD_HOST_LOG_H

#include "host/host.h"

/*
 * The log is the file behind fd, which log->close closes. -1 with errno when
 * that can not be had; fd is then still the caller's.
 */
int log_from_fd(struct arena *arena, int fd, struct host_log *ret_log);

/* The log is these bytes, which must stay as long as it is open. */
void log_from_bytes(struct arena *arena, const char *bytes, size_t length,
    struct host_log *ret_log);

/* "log /var/log/exim_mainlog": what was asked, as text. */
const char *log_question_text(struct arena *arena, const char *path);

#endif
