/*
 * What the logs prove of logins: that they are recorded, how many failed, which
 * accounts look shared or stolen, and that all of it is kept to be read.
 */
#include <string.h>

#include "base/arena.h"
#include "checks/catalogue.h"
#include "checks/dates.h"
#include "checks/domains.h"
#include "checks/ledger.h"
#include "checks/words.h"

/* All that logins and their failures are read from. */
static const char *const login_logs[] = { "ledger.exim_days",
    "ledger.dovecot_days", "ledger.panel_days" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Do all three logs reach back? Each that does not has a part of its own. */
static bool
logs_reach(const struct evaluation *ev, struct finding *finding)
{
	bool all = true;
	size_t i;

	for (i = 0; i < COUNT(login_logs); i++)
		all &= ledger_reaches(ev, finding, login_logs[i]);
	return all;
}

/* Of the days of the logs the fewest: for so long nothing was missed. */
static long long
fewest_days(const struct ledger_facts *ledger)
{
	long long days = ledger_count(&ledger->exim_days);

	if (ledger_count(&ledger->dovecot_days) < days)
		days = ledger_count(&ledger->dovecot_days);
	if (ledger_count(&ledger->panel_days) < days)
		days = ledger_count(&ledger->panel_days);
	return days;
}

/* ---- log.panel.logins ---- */

static void
evaluate_panel_logins(const struct evaluation *ev, struct finding *finding)
{
	const struct ledger_facts *ledger = &ev->facts->ledger;
	const struct fact_int *days = &ledger->panel_days;
	long long logins = ledger_count(&ledger->panel_logins);

	finding_evidence(ev, finding, "ledger.panel_days");
	finding_evidence(ev, finding, "ledger.panel_logins");
	finding_evidence(ev, finding, "ledger.panel_logins_last");
	if (days->meta.state == FACT_ABSENT)
		finding_fail(ev, finding, "the panel's login_log is not there, "
		    "wanted the logins of 30 days in it");
	else if (logins > 0)
		finding_pass(ev, finding, "login_log has %lld logins of the "
		    "last 30 days, the last on %s", logins,
		    ledger_last(&ledger->panel_logins_last));
	else if (days->meta.state == FACT_UNKNOWN)
		(void)ledger_reaches(ev, finding, "ledger.panel_days");
	else
		finding_unknown(ev, finding, "login_log has no login of the "
		    "last 30 days, and whether there was none or none is "
		    "recorded is not known");
}

/* ---- review.report.patterns ---- */

/* Whole days from a day to the time of the facts; -1 when it is no date. */
static long long
age_days(const struct evaluation *ev, const struct fact_str *day)
{
	int64_t seconds;

	if (day->meta.state != FACT_KNOWN || !date_read(day->value, &seconds))
		return -1;
	/* The server's days may be ahead of those of UTC. */
	return ev->facts->collected_at < seconds ? 0 :
	    (long long)((ev->facts->collected_at - seconds) / SECONDS_A_DAY);
}

static void
judge_newest_line(const struct evaluation *ev, struct finding *finding)
{
	const struct fact_str *last = &ev->facts->ledger.exim_last_day;
	long long age = age_days(ev, last), wanted = ev->want->integer;

	finding_evidence(ev, finding, "ledger.exim_last_day");
	if (last->meta.state == FACT_ABSENT)
		finding_part(ev, finding, RESULT_FAIL, "the ledger has no line "
		    "of Exim's log of the last 30 days, wanted one of the last "
		    "%lld", wanted);
	else if (age < 0)
		finding_part(ev, finding, RESULT_UNKNOWN, "of which day the "
		    "newest line is, is not known: %s", last->meta.why != NULL ?
		    last->meta.why : "not collected");
	else if (age > wanted)
		finding_part(ev, finding, RESULT_FAIL, "the newest line of "
		    "Exim's log in the ledger is of %s, %lld days old, wanted at "
		    "most %lld", last->value, age, wanted);
}

/*
 * What a program can see of it: the figures are there, current and kept. That
 * somebody reads them it can not see, and the message says so.
 */
static void
evaluate_report(const struct evaluation *ev, struct finding *finding)
{
	const struct ledger_facts *ledger = &ev->facts->ledger;

	if (!finding_need(ev, finding, "ledger.stored"))
		return;
	finding_evidence(ev, finding, "ledger.first_day");
	if (!ledger->stored.value)
		finding_part(ev, finding, RESULT_FAIL, "what the logs tell is "
		    "not kept beyond this run, wanted a ledger");
	judge_newest_line(ev, finding);
	if (logs_reach(ev, finding) && finding->message == NULL)
		finding_pass(ev, finding, "the ledger has %lld of the last 30 "
		    "days and is kept; who reads it is not seen here",
		    ledger_count(&ledger->exim_days));
}

/* ---- review.failed_logins ---- */

static const char *const failure_words[] = { "source-100", "account-20",
    NULL };
#define SOURCE_MAX 100
#define ACCOUNT_MAX 20

/* Those with too many, and the worst of them. */
struct excess {
	struct names names;
	const char *worst;
	const char *day;
	long long count;
};

static void
excess_add(struct excess *excess, const char *name,
    const struct fact_int *count, const struct fact_str *day, long long most)
{
	if (ledger_count(count) <= most)
		return;
	names_add(&excess->names, name, strlen(name));
	if (ledger_count(count) <= excess->count)
		return;
	excess->worst = name;
	excess->count = ledger_count(count);
	excess->day = ledger_last(day);
}

static void
judge_sources(const struct evaluation *ev, struct finding *finding)
{
	const struct facts *facts = ev->facts;
	struct excess excess = { .worst = NULL };
	size_t i;

	for (i = 0; i < facts->login_sources.count; i++) {
		const struct login_source_facts *source =
		    &facts->login_sources.items[i];

		excess_add(&excess, source->name, &source->worst_count,
		    &source->worst_day, SOURCE_MAX);
		if (ledger_count(&source->worst_count) > SOURCE_MAX)
			finding_item_evidence(ev, finding,
			    "login_sources.worst_count",
			    &source->worst_count.meta);
	}
	if (excess.worst != NULL)
		finding_part(ev, finding, RESULT_FAIL, "more than %d logins "
		    "failed on one day from %s; the most were %lld from %s on "
		    "%s", SOURCE_MAX, names_end(&excess.names), excess.count,
		    excess.worst, excess.day);
	(void)ledger_whole(ev, finding, "inventory.login_sources");
}

static void
judge_accounts(const struct evaluation *ev, struct finding *finding)
{
	const struct facts *facts = ev->facts;
	struct excess excess = { .worst = NULL };
	size_t i;

	for (i = 0; i < facts->login_accounts.count; i++) {
		const struct login_account_facts *account =
		    &facts->login_accounts.items[i];

		excess_add(&excess, account->name, &account->worst_count,
		    &account->worst_day, ACCOUNT_MAX);
		if (ledger_count(&account->worst_count) > ACCOUNT_MAX)
			finding_item_evidence(ev, finding,
			    "login_accounts.worst_count",
			    &account->worst_count.meta);
	}
	if (excess.worst != NULL)
		finding_part(ev, finding, RESULT_FAIL, "more than %d logins "
		    "failed on one day for %s; the most were %lld for %s on %s",
		    ACCOUNT_MAX, names_end(&excess.names), excess.count,
		    excess.worst, excess.day);
	(void)ledger_whole(ev, finding, "inventory.login_accounts");
}

static void
evaluate_failed_logins(const struct evaluation *ev, struct finding *finding)
{
	const struct ledger_facts *ledger = &ev->facts->ledger;

	finding_evidence(ev, finding, "ledger.failures");
	if (want_has(ev, failure_words[0]))
		judge_sources(ev, finding);
	if (want_has(ev, failure_words[1]))
		judge_accounts(ev, finding);
	if (logs_reach(ev, finding) && finding->message == NULL)
		finding_pass(ev, finding, "%lld logins failed in %lld days, "
		    "none too often on one day", ledger_count(&ledger->failures),
		    fewest_days(ledger));
}

/* ---- review.anomalous_logins ---- */

/* The collector lists those with as many within an hour, or more. */
#define NETWORKS_LISTED_FROM 3

static void
find_many_networks(const struct evaluation *ev, struct finding *finding)
{
	const struct facts *facts = ev->facts;
	struct excess excess = { .worst = NULL };
	size_t i;

	for (i = 0; i < facts->login_accounts.count; i++) {
		const struct login_account_facts *account =
		    &facts->login_accounts.items[i];

		excess_add(&excess, account->name, &account->networks,
		    &account->networks_day, (long long)ev->want->integer);
		if (ledger_count(&account->networks) > ev->want->integer)
			finding_item_evidence(ev, finding,
			    "login_accounts.networks",
			    &account->networks.meta);
	}
	if (excess.worst != NULL)
		finding_part(ev, finding, RESULT_FAIL, "within one hour %s "
		    "%s used from more than %lld networks; the most were %lld, "
		    "%s on %s", names_end(&excess.names),
		    excess.names.count == 1 ? "was" : "were",
		    (long long)ev->want->integer, excess.count, excess.worst,
		    excess.day);
}

static void
evaluate_anomalous_logins(const struct evaluation *ev, struct finding *finding)
{
	const struct ledger_facts *ledger = &ev->facts->ledger;
	long long logins = ledger_count(&ledger->mailbox_logins) +
	    ledger_count(&ledger->submissions) +
	    ledger_count(&ledger->panel_logins);

	finding_evidence(ev, finding, "ledger.mailbox_logins");
	finding_evidence(ev, finding, "ledger.submissions");
	finding_evidence(ev, finding, "ledger.panel_logins");
	if (ev->want->integer < NETWORKS_LISTED_FROM - 1) {
		finding_unknown(ev, finding, "accounts used from fewer than %d "
		    "networks within an hour are not listed, and the profile "
		    "wants %lld", NETWORKS_LISTED_FROM,
		    (long long)ev->want->integer);
		return;
	}
	find_many_networks(ev, finding);
	(void)ledger_whole(ev, finding, "inventory.login_accounts");
	if (!logs_reach(ev, finding) || !ledger_arrivals_read(ev, finding) ||
	    finding->message != NULL)
		return;
	if (logins == 0)
		finding_notapplicable(ev, finding,
		    "nobody logged in within %lld days", fewest_days(ledger));
	else
		finding_pass(ev, finding, "no account was used from more than "
		    "%lld networks within one hour in %lld days, %lld logins",
		    (long long)ev->want->integer, fewest_days(ledger), logins);
}

const struct check log_login_checks[] = {
	{
		.id = "log.panel.logins",
		.title = "Logins to WHM, cPanel and webmail are recorded",
		.scope = SCOPE_HOST,
		.subject = "host",
		.needs = { "?ledger.panel_days", "?ledger.panel_logins",
		    "?ledger.panel_logins_last" },
		.evaluate.host = evaluate_panel_logins,
		.remediation = "whm.login-log",
		.mode = REMEDIATION_MANUAL,
		.explain =
		    "Who opened webmail, or the panel with which every mailbox "
		    "can be opened, is asked for first after a breach. cPanel "
		    "writes it to /usr/local/cpanel/logs/login_log and keeps old "
		    "months in logs/archive. When the file is gone or nothing is "
		    "added to it, look at the disk's free space and at what "
		    "rotates it, then restart cpsrvd with "
		    "/usr/local/cpanel/scripts/restartsrv_cpsrvd: open sessions "
		    "go on. A server that nobody logs in to for a month looks the "
		    "same, and log in is all it takes.",
	},
	{
		.id = "review.report.patterns",
		.title = "The report of patterns in the logs is current and kept",
		.scope = SCOPE_HOST,
		.subject = "host",
		.needs = { "ledger.stored", "?ledger.first_day",
		    "?ledger.exim_last_day", "?ledger.exim_days",
		    "?ledger.dovecot_days", "?ledger.panel_days" },
		.evaluate.host = evaluate_report,
		.want = WANT_INT,
		.remediation = "cpward.ledger",
		.mode = REMEDIATION_MANUAL,
		.explain =
		    "The rule wants the records of system activity reviewed "
		    "regularly. Each scan reads what is new in the logs of Exim, "
		    "Dovecot and the panel into a ledger of counts, which cpward "
		    "ledger prints: who was reached in clear, old TLS, failed "
		    "logins by source, bursts. This check holds that these "
		    "figures are there, whole and current. Whether somebody reads "
		    "them no program sees: print the report every month, and keep "
		    "who read it and when among your own papers. Run cpward scan "
		    "or cpward ledger update from cron, more often than the logs "
		    "are removed. The server's users notice nothing.",
	},
	{
		.id = "review.failed_logins",
		.title = "Failed logins are at a normal level",
		.scope = SCOPE_HOST,
		.subject = "host",
		.needs = { "?ledger.failures", "?ledger.exim_days",
		    "?ledger.dovecot_days", "?ledger.panel_days",
		    "?inventory.login_sources", "?login_sources.worst_count",
		    "?inventory.login_accounts",
		    "?login_accounts.worst_count" },
		.evaluate.host = evaluate_failed_logins,
		.want = WANT_LIST,
		.want_words = failure_words,
		.remediation = "whm.block-source",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "More than a hundred failures a day from one address are no "
		    "mistyped password, and nothing stopped them. cpward ledger "
		    "failures lists addresses, cpward ledger --by account --names "
		    "the accounts. In WHM, Home > Security Center > cPHulk Brute "
		    "Force Protection, set the limits by address, and put an "
		    "address on the blacklist; a "
		    "whole office behind one address with one old password on a "
		    "phone looks the same and is locked out with it, so ask "
		    "first. An account that is guessed at needs a new password. "
		    "Accounts are named by a key of this server's.",
	},
	{
		.id = "review.anomalous_logins",
		.title = "No account is used from many networks at once",
		.scope = SCOPE_HOST,
		.subject = "host",
		.needs = { "?ledger.mailbox_logins", "?ledger.submissions",
		    "?ledger.panel_logins", "?ledger.exim_days",
		    "?ledger.dovecot_days", "?ledger.panel_days",
		    "?ledger.broken_arrivals", "?ledger.broken_arrivals_last",
		    "?inventory.login_accounts", "?login_accounts.networks" },
		.evaluate.host = evaluate_anomalous_logins,
		.want = WANT_INT,
		.remediation = "mailbox.contact-owner",
		.mode = REMEDIATION_MANUAL,
		.explain =
		    "A password that is shared, or stolen, shows as one account "
		    "in several networks (/24 of IPv4, /48 of IPv6) within the "
		    "same hour. Two are a phone and an office; a provider that "
		    "fetches mail from many addresses may be more. cpward ledger "
		    "--by account --names says whose account the key is: ask the owner, "
		    "give each person an account of their own, and where nobody "
		    "can explain it change the password, which logs all its "
		    "devices out.",
	},
};
