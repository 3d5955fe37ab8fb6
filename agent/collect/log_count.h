/*
 * From lines to the ledger. A log is cut into segments that are counted by
 * themselves, on as many processors as there are, and joined in the order of
 * time: what a segment can not know (whose message it is that leaves, when it
 * arrived in an earlier one) waits until its predecessor is joined to it.
 */
#ifndef CPWARD_COLLECT_LOG_COUNT_H
#define CPWARD_COLLECT_LOG_COUNT_H

#include "collect/log_files.h"

enum log_kind { LOG_EXIM, LOG_DOVECOT, LOG_PANEL };

struct log_count_options {
	enum log_kind kind;
	const char *log;		/* path, for notes and messages */
	const unsigned char *secret;	/* LEDGER_SECRET_BYTES */
	int64_t deadline;		/* clock_ms(); 0 = none */
	const struct log_position *position;	/* where the parts go on; NULL = they begin */
	unsigned threads;		/* 0 = as many as processors, 4 at most */
	size_t segment;			/* bytes; 0 = 32 MiB */
	/*
	 * Takes what the ledger has of the days from first on, which it loses
	 * then, when it has become large; never called from two threads at once.
	 * -1: counting ends, err is set. NULL = the ledger holds it all.
	 */
	int (*spill)(void *data, const struct ledger *ledger, int32_t first, struct err *err);
	void *spill_data;
};

struct log_count_result {
	struct log_position position;	/* where the next run goes on */
	bool read;			/* something was; position is set */
	uint64_t bytes, lines, broken;
	int32_t first_day, last_day;	/* of the lines read; 0 = none had a stamp */
	struct log_stamp last;		/* the newest line's */
	/* What was left out because of the deadline, or could not be read; NULL = all was read. */
	const char *incomplete;		/* in the arena */
};

/*
 * Counts the parts, newest first, into ledger. open is what the state holds and
 * is replaced by what is open now. Where result.read is false, what the ledger
 * has, and what was spilled, is to be dropped. -1 only where spilling failed.
 */
int log_count(struct arena *arena, const struct log_parts *parts,
    const struct log_count_options *options, struct ledger *ledger,
    struct ledger_open **open, size_t *open_count, struct log_count_result *ret_result,
    struct err *err);

/*
 * The earliest day of the lines that a part begins with, 64 KiB of them; 0 =
 * none has a stamp, or they can not be read. Of the options kind, log and
 * secret are looked at.
 */
int32_t log_part_first_day(struct arena *arena, const struct log_part *part,
    const struct log_count_options *options);

#endif
