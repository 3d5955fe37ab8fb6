/* What the forms of `cpward ledger` share. */
#ifndef CPWARD_CMD_CMD_LEDGER_H
#define CPWARD_CMD_CMD_LEDGER_H

#include "cmd/cmd.h"
#include "report/ledger_report.h"

/* A ledger that is up to date, and which days of it are wanted. */
struct ledger_run {
	struct config config;
	struct host *host;
	struct facts *facts;		/* those below */
	struct ledger_update update;
	struct ledger_days *days;
	int32_t first_day, last_day;	/* last_day: DAY_END when all since first_day */
	/* What was not read, as sentences: none = all was. */
	const char **unread;
	size_t unread_count;
};

#define DAY_END 2932896		/* 9999-12-31 */

/*
 * Collects where Dovecot logs to and the facts that needs names (NULL at the
 * end; NULL = no more), reads what is new in the logs, and warns of what could
 * not be read. Close it in any case.
 */
int ledger_run_open(struct arena *arena, const struct options *options,
    const char *const *needs, struct ledger_run *run, struct err *err);
void ledger_run_close(struct ledger_run *run);

/* last_row: the last day that has rows, 0 when none has; it ends an open range. */
void ledger_run_covered(const struct ledger_run *run, int32_t last_row,
    struct ledger_covered *ret_covered);
int ledger_run_status(const struct ledger_run *run);

/* The names of all accounts that the server has now, by their keys. */
void ledger_run_names(struct arena *arena, const struct ledger_run *run,
    struct account_names *ret_names);

/* ERR_USAGE when --names is given and standard output is neither unused nor a terminal. */
int cmd_names_check(struct arena *arena, const struct options *options, struct err *err);

/* Does standard output show UTF-8? The terminal's driver knows (termios(3), IUTF8). */
bool cmd_utf8(const char *path);

int cmd_ledger_forecast(struct arena *arena, const struct options *options,
    struct err *err);

#endif
