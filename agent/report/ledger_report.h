/*
 * What `cpward ledger` says: text for people, documents cpward.ledger/1 and
 * cpward.forecast/1, and the rows themselves for other programs. Names come from logs, and what
 * prints them escapes them.
 */
#ifndef CPWARD_REPORT_LEDGER_REPORT_H
#define CPWARD_REPORT_LEDGER_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "collect/ledger_update.h"
#include "report/forecast.h"
#include "report/ledger_summary.h"

/* Whose key it is, of the accounts that the server has now. */
struct account_names {
	struct account_name {
		char key[17];
		const char *name;	/* "user@domain", a system user */
	} *items;			/* by key */
	size_t count;
};
void account_names_sort(struct account_names *names);
/* NULL when nobody's, and for names NULL. */
const char *account_names_find(const struct account_names *names, const char *key);

/* Which days, and what of them could be read. */
struct ledger_covered {
	const char *version;		/* of cpward */
	int32_t first_day, last_day;	/* asked for */
	const struct ledger_update *update;
	/* Each a sentence: what was not read, and why; 0 = all was. */
	const char *const *unread;
	size_t unread_count;
};

struct ledger_report {
	struct ledger_covered covered;
	const struct ledger_summary *summary;	/* sorted */
	unsigned sections;			/* 1 << ledger_section */
	const struct account_names *names;	/* NULL = accounts are shown by key */
};

struct ledger_text_options {
	bool color;
	bool utf8;		/* bars of blocks */
	unsigned width;		/* columns; 0 = 80, as in a pipe */
};

void ledger_report_text(FILE *out, const struct ledger_report *report,
    const struct ledger_text_options *options);
void ledger_report_json(FILE *out, const struct ledger_report *report);

/* ---- forecast ---- */

struct forecast_report {
	struct ledger_covered covered;
	const struct forecast *forecast;	/* sorted */
	const struct account_names *names;
};

void forecast_report_text(FILE *out, const struct forecast_report *report,
    const struct ledger_text_options *options);
void forecast_report_json(FILE *out, const struct forecast_report *report);

/* ---- rows ---- */

enum ledger_row_kind {
	ROW_MAIL, ROW_LOGIN, ROW_FAILURE, ROW_SENDER, ROW_NOTE,
	ROW_KIND_COUNT,
};

struct ledger_row_options {
	bool csv;			/* commas, quotes; else tabs between */
	const char *domain;		/* NULL = of all hosted domains; else no notes */
	unsigned sections;		/* only rows of these; SECTION_ALL: every row */
	const struct account_names *names;
};

/* A day's rows of a kind, one a line, in the order of their bytes. */
void ledger_rows_write(FILE *out, const struct ledger *day, enum ledger_row_kind kind,
    const struct ledger_row_options *options);

#endif
