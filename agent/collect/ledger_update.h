/*
 * Brings the ledger up to date: finds what the logs have that was not read,
 * counts it, commits. Shared by the collector of the logs' facts and `cpward
 * ledger`.
 */
#ifndef CPWARD_COLLECT_LEDGER_UPDATE_H
#define CPWARD_COLLECT_LEDGER_UPDATE_H

#include "collect/log_count.h"

struct facts;

/* What became of one log in this run. */
struct ledger_log {
	const char *path;		/* "/var/log/exim_mainlog" */
	enum log_kind kind;
	enum answer_status status;	/* of looking: OK, ABSENT, FAILED, SKIPPED */
	const char *why;		/* FAILED, SKIPPED */
	const char *gap;		/* as log_parts.gap */
	bool lost;			/* as log_parts.lost */
	struct log_count_result result;
	int64_t size, mtime;		/* of the log itself */
	int32_t newest_day;		/* of that mtime; 0 = no file could be read */
	int32_t first_day;		/* whole from here on: log_position's; 0 = nothing was ever read */
};

struct ledger_update {
	struct ledger_log *logs;	/* in the arena */
	size_t log_count;
	int32_t first_day;		/* all logs of mail are whole from here on; 0 = none was ever read */
};

struct ledger_update_options {
	/* Where the ledger is kept; NULL: nothing is stored, and days come from this run alone. */
	const char *directory;
	unsigned seconds;		/* for a first run; 0 = 60 */
	/* The files that the daemons' settings name; NULL = where cPanel has them. */
	const char *exim_log, *dovecot_log;
};

/*
 * Where a daemon logs, by its settings. With a reason lines that are found at
 * cPanel's place may be old, or anybody's.
 */
struct ledger_place {
	const char *path;	/* a file; NULL = where cPanel has it */
	const char *why;	/* a sentence: what is read there may not be what is written; NULL = it is */
	bool elsewhere;		/* with a reason: it is known to be in no file */
};

/* Exim's, by log_file_path; Dovecot's logins, by log_path and info_log_path. */
struct ledger_place ledger_exim_place(struct arena *arena, const struct facts *facts);
struct ledger_place ledger_dovecot_place(struct arena *arena, const struct facts *facts);

/*
 * Afterwards the days are to be had from ledger_days_each below. NULL and err
 * when the store can not be opened or written; a log that can not be read is no
 * error, it says so in ret_update.
 */
struct ledger_days;
struct ledger_days *ledger_update(struct host *host, struct arena *arena,
    const struct ledger_update_options *options, struct ledger_update *ret_update,
    struct err *err);

/* As ledger_each_day, of the store or of this run. */
int ledger_days_each(struct ledger_days *days, int32_t first, int32_t last,
    void (*visit)(const struct ledger *day, int32_t number, void *data), void *data,
    struct err *err);
/* For naming accounts: LEDGER_SECRET_BYTES. */
const unsigned char *ledger_days_secret(const struct ledger_days *days);
void ledger_days_close(struct ledger_days *days);	/* NULL is fine */

#endif
