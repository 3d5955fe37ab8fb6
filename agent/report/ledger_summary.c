#include <string.h>

#include "base/arena.h"
#include "report/ledger_summary.h"

const char *
ledger_section_word(enum ledger_section section)
{
	static const char *const words[SECTION_COUNT] = {
		[SECTION_CLEAR] = "clear",
		[SECTION_OLD] = "old",
		[SECTION_LOGINS] = "logins",
		[SECTION_CLIENTS] = "clients",
		[SECTION_FAILURES] = "failures",
		[SECTION_BURSTS] = "bursts",
	};

	return words[section];
}

/* ---- where a row counts ---- */

static struct ledger_group *
section_group(struct ledger_summary *summary, enum ledger_section section,
    const struct ledger_group *key, int32_t day)
{
	bool is_new;
	struct ledger_group *group = ledger_group_of(summary->arena,
	    &summary->sections[section], key, &is_new);

	if (is_new || group->last_day < day)
		group->last_day = day;
	return group;
}

/* The line of the table that a row of this day, domain and account counts in; NULL = in none. */
static struct ledger_group *
table_group(struct ledger_summary *summary, int32_t day, const char *domain,
    const char *account)
{
	struct ledger_group key = { .remote = "", .domain = "", .account = "" };
	struct ledger_group *group;
	bool is_new;

	switch (summary->by) {
	case BY_NOTHING:
		return NULL;
	case BY_DAY:
		key.day = day;
		break;
	case BY_DOMAIN:
		key.domain = domain;
		break;
	case BY_ACCOUNT:
		if (account == NULL || account[0] == '\0')
			return NULL;
		key.domain = domain;
		key.account = account;
		break;
	}
	group = ledger_group_of(summary->arena, &summary->table, &key, &is_new);
	if (is_new || group->last_day < day)
		group->last_day = day;
	return group;
}

/* ---- rows ---- */

static bool
is_wanted(const struct ledger_summary *summary, const char *domain)
{
	return summary->domain == NULL || strcmp(summary->domain, domain) == 0;
}

static void
add_mail(struct ledger_summary *summary, const struct ledger *day,
    const struct ledger_mail *row)
{
	struct ledger_group key = {
		.direction = row->direction,
		.remote = ledger_text(day, row->remote),
		.domain = ledger_text(day, row->hosted),
		.account = "",
	};
	bool partner = row->direction == LEDGER_IN || row->direction == LEDGER_OUT;
	/* What a program on the server hands in is on no wire. */
	bool clear = row->tls == LOG_TLS_NONE && row->direction != LEDGER_LOCAL;
	struct ledger_group *group;

	if (!is_wanted(summary, key.domain))
		return;
	summary->mail[row->direction][row->tls] += row->messages;
	if (partner && (clear || log_tls_is_old(row->tls))) {
		key.tls = row->tls;
		group = section_group(summary, clear ? SECTION_CLEAR : SECTION_OLD,
		    &key, row->day);
		group->messages += row->messages;
		group->recipients += row->recipients;
	}
	group = table_group(summary, row->day, key.domain, NULL);
	if (group == NULL)
		return;
	group->messages += row->messages;
	group->recipients += row->recipients;
	group->clear += clear ? row->messages : 0;
	group->old += log_tls_is_old(row->tls) ? row->messages : 0;
}

static void
add_login(struct ledger_summary *summary, const struct ledger *day,
    const struct ledger_login *row)
{
	struct ledger_group key = {
		.service = row->service,
		.tls = row->tls,
		.remote = ledger_text(day, row->network),
		.domain = ledger_text(day, row->domain),
		.account = ledger_text(day, row->account),
	};
	bool trusted = row->tls == LOG_TLS_NONE && row->trusted;
	bool clear = row->tls == LOG_TLS_NONE && !row->trusted;
	struct ledger_group *group;

	if (!is_wanted(summary, key.domain))
		return;
	if (trusted)
		summary->trusted[row->service] += row->count;
	else
		summary->logins[row->service][row->tls] += row->count;
	if (clear || log_tls_is_old(row->tls))
		section_group(summary, clear ? SECTION_LOGINS : SECTION_CLIENTS,
		    &key, row->day)->logins += row->count;
	group = table_group(summary, row->day, key.domain, key.account);
	if (group == NULL)
		return;
	group->logins += row->count;
	group->clear_logins += clear ? row->count : 0;
}

/* Rows of a day come together: what a day has is known when the next begins. */
static void
count_in_day(struct ledger_group *group, int32_t day, uint64_t count)
{
	if (group->counted_day != day) {
		group->counted_day = day;
		group->day_count = 0;
	}
	group->day_count += count;
	if (group->day_count > group->most) {
		group->most = group->day_count;
		group->most_day = day;
	}
}

static void
add_failure(struct ledger_summary *summary, const struct ledger *day,
    const struct ledger_failure *row)
{
	const char *domain = ledger_text(day, row->domain);
	struct ledger_group key = {
		.remote = ledger_text(day, row->source),
		.domain = "",
		.account = "",
	};
	struct ledger_group *group;
	bool is_new = false;

	if (!is_wanted(summary, domain))
		return;
	summary->failures += row->count;
	group = section_group(summary, SECTION_FAILURES, &key, row->day);
	group->failures += row->count;
	group->services |= 1u << row->service;
	count_in_day(group, row->day, row->count);
	key.account = ledger_text(day, row->account);
	if (key.account[0] != '\0')
		(void)ledger_group_of(summary->arena, &summary->tried, &key, &is_new);
	group->accounts += is_new;
	group = table_group(summary, row->day, domain, key.account);
	if (group != NULL)
		group->failures += row->count;
}

static void
add_sender(struct ledger_summary *summary, const struct ledger *day,
    const struct ledger_sender *row)
{
	struct ledger_group key = {
		.remote = "",
		.domain = ledger_text(day, row->domain),
		.account = ledger_text(day, row->account),
	};
	struct ledger_group *group;
	unsigned hour;

	if (!is_wanted(summary, key.domain))
		return;
	group = section_group(summary, SECTION_BURSTS, &key, row->day);
	group->messages += row->messages;
	group->recipients += row->recipients;
	if (row->most > group->most) {
		group->most = row->most;
		group->most_day = row->day;
	}
	for (hour = 0; hour < 24; hour++)
		if (row->hours[hour] > group->hour_recipients) {
			group->hour_recipients = row->hours[hour];
			group->hour_day = row->day;
			group->hour = (uint8_t)hour;
		}
	/* By day and domain its messages are counted as mail. */
	group = summary->by != BY_ACCOUNT ? NULL :
	    table_group(summary, row->day, key.domain, key.account);
	if (group == NULL)
		return;
	group->messages += row->messages;
	group->recipients += row->recipients;
}

void
ledger_summary_init(struct ledger_summary *summary, struct arena *arena,
    const char *domain, enum ledger_by by)
{
	*summary = (struct ledger_summary){
		.arena = arena,
		.domain = domain,
		.by = by,
	};
}

void
ledger_summary_add(struct ledger_summary *summary, const struct ledger *day,
    int32_t number)
{
	size_t mails, logins, failures, senders, notes, i;
	const struct ledger_mail *mail = ledger_mails(day, &mails);
	const struct ledger_login *login = ledger_logins(day, &logins);
	const struct ledger_failure *failure = ledger_failures(day, &failures);
	const struct ledger_sender *sender = ledger_senders(day, &senders);
	const struct ledger_note *note = ledger_notes(day, &notes);

	if (mails + logins + failures + senders + notes == 0)
		return;
	if (summary->first_day == 0)
		summary->first_day = number;
	summary->last_day = number;
	/* A day without any mail has its line as well. */
	if (summary->by == BY_DAY)
		(void)table_group(summary, number, "", NULL);
	for (i = 0; i < mails; i++)
		add_mail(summary, day, &mail[i]);
	for (i = 0; i < logins; i++)
		add_login(summary, day, &login[i]);
	for (i = 0; i < failures; i++)
		add_failure(summary, day, &failure[i]);
	for (i = 0; i < senders; i++)
		add_sender(summary, day, &sender[i]);
	for (i = 0; i < notes; i++)
		summary->notes[note[i].kind] += note[i].count;
	summary->lines = summary->notes[LEDGER_LINES];
	summary->broken = summary->notes[LEDGER_BROKEN];
}

void
ledger_summary_sort(struct ledger_summary *summary)
{
	size_t i;

	for (i = 0; i < SECTION_COUNT; i++)
		ledger_groups_sort(&summary->sections[i]);
	ledger_groups_sort(&summary->table);
}
