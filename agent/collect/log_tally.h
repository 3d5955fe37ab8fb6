/*
 * What one line adds to the ledger, and a segment's loose ends. The rules stand
 * in cpward-ledger(7).
 */
#ifndef CPWARD_COLLECT_LOG_TALLY_H
#define CPWARD_COLLECT_LOG_TALLY_H

#include "collect/log_count.h"
#include "parse/exim_mainlog.h"

/*
 * Message ids by hash, with the hosted domain (a name of some ledger) whose
 * message it is. It holds LEDGER_OPEN_MAX; the oldest goes first.
 */
struct open_slot {
	uint64_t id;		/* 0 = free */
	uint32_t hosted;
	uint32_t turn;		/* its place in order */
};

struct open_set {
	struct open_slot *slots;	/* size is a power of two, half of it free at least */
	uint64_t *order;		/* ids as they came, LEDGER_OPEN_MAX of them, in a circle */
	size_t size, count;
	uint32_t turn;
};

void open_set_put(struct open_set *set, uint64_t id, uint32_t hosted);
bool open_set_find(const struct open_set *set, uint64_t id, uint32_t *ret_hosted);
bool open_set_remove(struct open_set *set, uint64_t id);
void open_set_clear(struct open_set *set);
void open_set_free(struct open_set *set);
/* Never 0. */
uint64_t log_message_id(struct slice id);

/* A delivery of a message that arrived in an earlier segment. */
struct log_pending {
	uint64_t id;
	struct ledger_mail row;		/* all but hosted and signed_by */
	uint32_t signing_domain;
};

/* What can only be told by what stands before: names are of one ledger. */
struct log_ends {
	struct open_set open;
	struct { struct log_pending *items; size_t count; } pending;	/* LEDGER_OPEN_MAX at most */
	struct { uint64_t *items; size_t count; } completed;	/* that arrived before; as many */
	uint64_t headless[LEDGER_NOTE_COUNT];	/* notes by log, before the first line with a stamp */
	int32_t last_day;		/* of the last line with one; 0 = none */
};

struct log_totals {
	uint64_t lines, broken;
	int32_t first_day, last_day;
	struct log_stamp last;
};

struct log_tally {
	enum log_kind kind;
	const char *log;
	struct ledger *ledger;
	int32_t reference_day;
	struct log_ends ends;
	struct log_totals totals;
	uint64_t by_log[LEDGER_NOTE_COUNT];	/* notes of the last line's day, not yet in the ledger */
	struct log_minute minute;	/* of the last line */
};

/* The notes whose name is the log: LEDGER_LINES, and what of them is broken. */
#define LOG_NOTES 4
extern const enum ledger_note_kind log_notes[LOG_NOTES];

bool log_stamp_is_later(const struct log_stamp *a, const struct log_stamp *b);

void log_tally_init(struct log_tally *tally, enum log_kind kind, const char *log);
void log_tally_free(struct log_tally *tally);
/* A new segment, counted into ledger; the totals go on. */
void log_tally_begin(struct log_tally *tally, struct ledger *ledger, int32_t reference_day);
/* length over LOG_LINE_MAX: it is broken, line is not looked at. */
void log_tally_line(struct log_tally *tally, const char *line, size_t length);
/* The segment is over. */
void log_tally_end(struct log_tally *tally);

void log_ends_init(struct log_ends *ends);
void log_ends_reset(struct log_ends *ends);
void log_ends_release(struct log_ends *ends);
/* A delivery waits for what stands before; where there is no room its domain is "". */
void log_ends_wait(struct log_ends *ends, struct ledger *ledger, const struct log_pending *pending);
/* A message is gone. */
void log_ends_complete(struct log_ends *ends, uint64_t id);
/* Counts a delivery whose domain is known. */
void log_ends_decide(struct ledger *ledger, struct ledger_mail *row, uint32_t hosted,
    uint32_t signing_domain);

/* Loose ends of all segments that are joined; their names are those of a ledger of its own. */
struct log_ends *log_ends_new(void);
void log_ends_free(struct log_ends *ends);
/*
 * Joins a segment's, which stand before ends. What that decides is counted in
 * late, whose names ends has.
 */
void log_ends_put_before(struct log_ends *ends, const struct log_tally *tally, struct ledger *late);
/* What an earlier run left. */
struct log_before {
	const char *log;
	int32_t day;		/* of its last line; 0 = none, then lines without a stamp are else_day's */
	int32_t else_day;
	const struct ledger_open *open;
	size_t open_count;
};
/* Joins that; what is undecided then is counted as not told. */
void log_ends_settle(struct log_ends *ends, const struct log_before *before, struct ledger *late);
/* What is open now, in the arena. */
void log_ends_open(const struct log_ends *ends, struct arena *arena, const struct ledger *late,
    struct ledger_open **ret_open, size_t *ret_count);

#endif
