/*
 * Rows of the ledger, grouped: the lines of what is shown of it.
 */
#ifndef CPWARD_REPORT_LEDGER_GROUPS_H
#define CPWARD_REPORT_LEDGER_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/ledger.h"

struct arena;

/*
 * What stands before the blank line is the key. Who groups sets of it, and of
 * the counts, what his lines have; the rest stays zero and "".
 */
struct ledger_group {
	int32_t day;			/* by day */
	uint8_t direction, service, tls;
	const char *remote, *domain, *account;	/* "" = none or not told; never NULL */

	uint64_t messages;
	uint64_t recipients;		/* BURSTS, by account */
	uint64_t clear, old;		/* messages, by day and domain */
	uint64_t logins, clear_logins;
	uint64_t failures;
	uint64_t most;			/* FAILURES: in a day; BURSTS: recipients of a message */
	uint64_t hour_recipients;	/* BURSTS: in the busiest hour */
	uint64_t accounts;		/* FAILURES: how many were tried */
	unsigned services;		/* FAILURES: bits, 1 << ledger_service */
	int32_t most_day, hour_day;	/* the first with that many */
	uint8_t hour;
	int32_t last_day;		/* it was seen */

	int32_t counted_day;		/* FAILURES: the day that day_count is of */
	uint64_t day_count;
};

struct ledger_groups {
	struct ledger_group *items;
	size_t count;
	uint32_t *slots;		/* index into items, plus 1; 0 = free */
	size_t slot_count;		/* a power of two */
};

/*
 * The group of a key, made when there is none: *ret_new. The key's texts are
 * copied. Moves the others.
 */
struct ledger_group *ledger_group_of(struct arena *arena, struct ledger_groups *groups,
    const struct ledger_group *key, bool *ret_new);

/* The largest first, days as they came. No group is added afterwards. */
void ledger_groups_sort(struct ledger_groups *groups);

#endif
