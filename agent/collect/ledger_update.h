/*
 * Brings the ledger up to date: finds what the logs have that was not read,
 * counts it, commits. Shared by the collector of the logs' facts and `cpward
 * ledger`.
 */
#ifndef CPWARD_COLLECT_LEDGER_UPDATE_H
#define CPWARD_COLLECT_LEDGER_UPDATE_H

#include "collect/log_count.h"

struct dovecot_facts;

/* What became of one log in this run. */
struct ledger_log {
	const char *path;		/* "/var/log/exim_mainlog" */
	enum log_kind kind;
	enum answer_status status;	/* of looking: OK, ABSENT, FAILED, SKIPPED */
	const char *why;		/* FAILED, SKIPPED */
	const char *gap;		/* as log_parts.gap */
	struct log_count_result result;
	int64_t size, mtime;		/* of the log itself */
	int32_t newest_day;		/* of that mtime; 0 = no file could be read */
	bool went_on;			/* an earlier run had read some of it */
};

struct ledger_update {
	struct ledger_log *logs;	/* in the arena */
	size_t log_count;
	int32_t first_day;		/* whole from here on; 0 = nothing was ever read */
};

struct ledger_update_options {
	/* Where the ledger is kept; NULL: nothing is stored, and days come from this run alone. */
	const char *directory;
	unsigned seconds;		/* for a first run; 0 = 60 */
	const char *dovecot_log;	/* log_path, where it is a file; NULL = the system's maillog */
};

/*
 * The file that Dovecot writes logins to, by its log_path and info_log_path;
 * NULL when that is syslog's. *ret_why is set when nobody knows: lines that are
 * found then may be anybody's.
 */
const char *ledger_dovecot_log(const struct dovecot_facts *dovecot, const char **ret_why);

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
