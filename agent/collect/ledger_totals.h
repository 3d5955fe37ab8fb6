/*
 * What days of the ledger amount to together: the sums that facts are made of.
 * Days are given oldest first, one after the other.
 */
#ifndef CPWARD_COLLECT_LEDGER_TOTALS_H
#define CPWARD_COLLECT_LEDGER_TOTALS_H

#include "store/ledger.h"

struct arena;

struct peer_total {
	uint64_t out, out_clear, out_old;
	uint64_t in, in_clear, in_old;
	int32_t last_day;	/* with mail in clear or old; 0 = none */
};

struct hosted_total {
	uint64_t sent, sent_signed, sent_signed_other;
};

/* The most of something on one day; day 0 = there was none. */
struct day_most {
	uint64_t count;
	int32_t day;
};

struct source_total {
	struct day_most worst;	/* failures */
	unsigned services;	/* bits, 1 << ledger_service */
	struct day_most today;
};

struct account_total {
	struct day_most worst;	/* failures */
	struct day_most networks;	/* within one hour */
	struct day_most today;
};

struct sender_total {
	uint64_t recipients;
	uint64_t peak;		/* recipients within one hour */
	int32_t peak_day;
	uint8_t peak_hour;
	uint32_t most;		/* of one message */
};

/*
 * A table by name. Names are numbered by a ledger of its own, which bounds them
 * and folds those that are too many into "(other)".
 */
struct total_table {
	struct ledger *names;
	void *items;		/* by the name's number; unused ones are zero */
	bool *used;
	size_t room;
};

/* Of a log: how it was written. Days are those of the ledger. */
enum { LEDGER_LOG_COUNT = 3 };
struct log_total {
	const char *path;	/* as its notes have it; set by the caller */
	int32_t whole_from;	/* the log's first whole day; set by the caller */
	uint32_t days;		/* with lines, from whole_from on */
	int32_t first_day, last_day;	/* with lines; 0 = none */
};

struct ledger_totals {
	struct arena *arena;
	struct log_total logs[LEDGER_LOG_COUNT];	/* by log_kind */
	uint64_t broken;
	uint64_t broken_arrivals;
	int32_t broken_arrivals_last;
	uint64_t broken_deliveries;
	int32_t broken_deliveries_last;

	uint64_t out, out_clear, out_old, out_tls13, out_untold, out_signed;
	uint64_t fallbacks;
	uint64_t in, in_clear, in_old;
	uint64_t submissions, submissions_clear;
	int32_t submissions_clear_last;
	uint32_t most_recipients;
	uint64_t mailbox_logins, mailbox_logins_clear;
	int32_t mailbox_logins_clear_last;
	uint64_t panel_logins;
	int32_t panel_logins_last;
	uint64_t failures;

	struct total_table peers;	/* struct peer_total */
	struct total_table hosted;	/* struct hosted_total */
	struct total_table sources;	/* struct source_total */
	struct total_table accounts;	/* struct account_total, "KEY@domain" */
	struct total_table senders;	/* struct sender_total, "KEY@domain" */
};

/*
 * Everything zero but arena, and what the caller sets of the logs. The secret is copied:
 * names are told apart by their hash under it, so nobody who chooses names may know it.
 */
void ledger_totals_init(struct ledger_totals *totals, struct arena *arena,
    const unsigned char secret[LEDGER_SECRET_BYTES]);
void ledger_totals_done(struct ledger_totals *totals);

/* As ledger_days_each visits; data is the totals. */
void ledger_totals_add(const struct ledger *day, int32_t number, void *data);

/*
 * The items of a table one after the other: *cursor begins at 0, NULL is the
 * end.
 */
const void *total_next(const struct total_table *table, size_t size, size_t *cursor,
    const char **ret_name);

/* An item by its name; NULL when there is none. */
const void *total_find(const struct total_table *table, size_t size, const char *name);

#endif
