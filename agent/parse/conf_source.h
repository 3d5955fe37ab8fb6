/*
 * How a configuration parser reaches the files that its input includes.
 *
 * The parsers are pure: they see bytes and call back for more of them. The
 * caller decides what a path means (a live file, one below --root, a test's
 * table) and which ones may be read.
 */
#ifndef CPWARD_PARSE_CONF_SOURCE_H
#define CPWARD_PARSE_CONF_SOURCE_H

#include <stddef.h>

struct buf;
struct err;

/* Caps that both configuration parsers hold; past one is ERR_LIMIT. */
#define CONF_MAX_FILE (16u * 1024 * 1024)	/* bytes of one file */
#define CONF_MAX_TOTAL (32u * 1024 * 1024)	/* bytes of all files read */
#define CONF_MAX_DEPTH 16			/* includes in includes */
#define CONF_MAX_LINE (256u * 1024)		/* bytes of one logical line */
#define CONF_MAX_FILES 4096			/* files in one configuration */

struct conf_source {
	void *context;
	/*
	 * Appends the bytes of path (absolute) to buf, whose ceiling is
	 * CONF_MAX_FILE. 0, or -1 with err: ERR_ABSENT when the file does not
	 * exist, any other code when it could not be looked at.
	 */
	int (*read)(void *context, const char *path, struct buf *buf,
	    struct err *err);
	/*
	 * The paths that match a glob pattern (absolute), sorted as glob(3)
	 * does under the C locale, in *ret_paths (owned by the context, valid
	 * until the next call). 0, also for no match, or -1 with err.
	 */
	int (*glob)(void *context, const char *pattern,
	    const char *const **ret_paths, size_t *ret_count, struct err *err);
};

/* Where a value stands. */
struct conf_place {
	const char *file;
	unsigned line;		/* 1-based; the first line of a continued one */
};

#endif
