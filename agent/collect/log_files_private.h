/*
 * Between the parts of collect/log_files.h: what a rotated file is called, and
 * telling a place in a file by the bytes before it.
 */
#ifndef CPWARD_COLLECT_LOG_FILES_PRIVATE_H
#define CPWARD_COLLECT_LOG_FILES_PRIVATE_H

#include "collect/log_files.h"

/* ---- names: log_files_names.c ---- */

enum log_packing {
	LOG_PLAIN,
	LOG_GZIP,
	LOG_PACKED,		/* in a way that is not read: xz, bzip2, zstd */
};

enum log_naming {
	LOG_NUMBERED,		/* ".1": the larger, the older */
	LOG_DATED,		/* "-20261115", "-20261115-031500", "-1795305600" */
	LOG_NAMED_OTHERWISE,	/* "-15112026": digits that do not sort */
};

struct log_rotated_name {
	const char *stem;	/* behind the log's name, packing aside: "-20261115" */
	enum log_packing packing;
	enum log_naming naming;
};

/*
 * Is name, of a file beside the log that is called base, one that logrotate
 * gives it? "NAME.offset", "NAME.bak" and "NAME~" are not.
 */
bool log_rotated_name(struct arena *arena, const char *base, const char *name,
    struct log_rotated_name *ret_name);

/* Older first; what names do not tell is 0. */
int log_rotated_compare(const struct log_rotated_name *a,
    const struct log_rotated_name *b);

/* Do the two names tell which is older? */
bool log_rotated_comparable(const struct log_rotated_name *a,
    const struct log_rotated_name *b);

/* ---- bytes: log_files_read.c ---- */

enum log_mark {
	LOG_MARK_DIFFERS,	/* other bytes, or not so many */
	LOG_MARK_MATCHES,	/* always so at offset 0 */
	LOG_MARK_UNREADABLE,	/* nobody can tell: *ret_why, a constant */
};
/* Has the part the position's bytes before its offset? */
enum log_mark log_mark_check(const struct log_part *part,
    const struct log_position *position, const char **ret_why);

/* As log_position_at, of the end of what the part holds. */
int log_position_at_end(const char *log, const struct log_part *part,
    struct log_position *ret_position);

/*
 * The first bytes, room at most: how many. Fewer come where the part ends
 * (*ret_why is NULL) or can not be read on (a constant).
 */
size_t log_head(const struct log_part *part, void *bytes, size_t room,
    const char **ret_why);

#endif
