/*
 * Between the two halves of collect/log_files.h: telling a place in a file by
 * the bytes before it.
 */
#ifndef CPWARD_COLLECT_LOG_FILES_PRIVATE_H
#define CPWARD_COLLECT_LOG_FILES_PRIVATE_H

#include "collect/log_files.h"

/* Has the part the position's bytes before its offset? True at offset 0. */
bool log_mark_matches(const struct log_part *part,
    const struct log_position *position);

/* As log_position_at, of the end of what the part holds. */
int log_position_at_end(const char *log, const struct log_part *part,
    struct log_position *ret_position);

#endif
