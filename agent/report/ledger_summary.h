/*
 * What days of the ledger come to: totals, the lines of each section, and a
 * table by day, domain or account. Days are added one after the other, oldest
 * first, and may be gone afterwards. Its size follows from how many partners,
 * accounts and sources there are, not from how many days.
 */
#ifndef CPWARD_REPORT_LEDGER_SUMMARY_H
#define CPWARD_REPORT_LEDGER_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/ledger_groups.h"

struct arena;

#define LEDGER_DIRECTIONS 4
#define LEDGER_TLS_COUNT 8	/* enum log_tls */

enum ledger_section {
	SECTION_CLEAR,		/* partners reached in clear: direction, remote, domain */
	SECTION_OLD,		/* partners below TLS 1.2: the same and tls */
	SECTION_LOGINS,		/* logins without TLS: account, service, remote (network) */
	SECTION_CLIENTS,	/* logins below TLS 1.2: the same and tls */
	SECTION_FAILURES,	/* failed logins: remote (source) */
	SECTION_BURSTS,		/* what accounts sent at once: account */
	SECTION_COUNT,
};
#define SECTION_ALL ((1u << SECTION_COUNT) - 1)

enum ledger_by { BY_NOTHING, BY_DAY, BY_DOMAIN, BY_ACCOUNT };

struct ledger_summary {
	struct arena *arena;
	const char *domain;		/* NULL = of all hosted domains */
	enum ledger_by by;

	int32_t first_day, last_day;	/* that have rows; 0 = none has */
	uint64_t lines, broken;
	uint64_t mail[LEDGER_DIRECTIONS][LEDGER_TLS_COUNT];	/* messages */
	uint64_t logins[LEDGER_SERVICE_COUNT][LEDGER_TLS_COUNT];	/* not those trusted */
	uint64_t trusted[LEDGER_SERVICE_COUNT];	/* in clear, from the server itself */
	uint64_t failures;
	uint64_t notes[LEDGER_NOTE_COUNT];
	struct ledger_groups sections[SECTION_COUNT];
	struct ledger_groups table;	/* by */
	struct ledger_groups tried;	/* source and account, for counting */
};

/* domain in lower case; all lives in the arena. */
void ledger_summary_init(struct ledger_summary *summary, struct arena *arena,
    const char *domain, enum ledger_by by);
void ledger_summary_add(struct ledger_summary *summary, const struct ledger *day,
    int32_t number);
/* Puts the lines in order: the largest first, days as they came. No add afterwards. */
void ledger_summary_sort(struct ledger_summary *summary);

const char *ledger_section_word(enum ledger_section section);

#endif
