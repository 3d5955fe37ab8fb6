/*
 * From days of the ledger to facts, and from logs to days: what counts, what
 * is left out, and what a log that is not whole makes of it.
 */
#include <stdlib.h>
#include <unistd.h>

#include "collect/ledger_totals.h"
#include "table_host.h"

extern const struct collector collector_ledger;

#define MAINLOG "/var/log/exim_mainlog"
#define MAILLOG "/var/log/maillog"
#define LOGIN_LOG "/usr/local/cpanel/logs/login_log"
#define LOG PLANE_LOG
#define KNOWN FACT_KNOWN
#define ABSENT FACT_ABSENT
#define UNKNOWN FACT_UNKNOWN

/* ---- sums of days ---- */

static const unsigned char secret[LEDGER_SECRET_BYTES] = { 1 };

static struct slice
slice(const char *text)
{
	return (struct slice){ text, strlen(text) };
}

static uint32_t
account(struct ledger *ledger, const char *name)
{
	return ledger_account(ledger, LEDGER_OURS, slice(name));
}

static uint32_t
domain(struct ledger *ledger, const char *name)
{
	return ledger_domain(ledger, LEDGER_OURS, slice(name));
}

static const char *
key_at(struct arena *arena, const char *name, const char *of_domain)
{
	char key[17];

	ledger_account_key(secret, slice(name), key);
	return arena_printf(arena, "%s%s%s", key, of_domain[0] != '\0' ? "@" : "", of_domain);
}

static void
add_login(struct ledger *ledger, const char *name, const char *address, uint32_t hours,
    bool trusted)
{
	ledger_add_login(ledger, &(struct ledger_login){
		.day = 100,
		.account = account(ledger, name),
		.domain = domain(ledger, "a.example"),
		.network = ledger_network(ledger, LEDGER_STRANGERS, slice(address)),
		.service = LEDGER_IMAP,
		.tls = trusted ? LOG_TLS_NONE : LOG_TLS_1_3,
		.trusted = trusted,
		.hours = hours,
		.count = 1,
	});
}

/* Two networks in one hour and two in another are not four at once. */
static void
test_networks_at_once(void **state)
{
	struct ledger *day = ledger_new(secret);
	struct arena *arena = arena_new();
	struct ledger_totals totals;
	const struct account_total *found;

	(void)state;
	add_login(day, "x@a.example", "192.0.2.1", 1u << 3 | 1u << 4, false);
	add_login(day, "x@a.example", "192.0.2.200", 1u << 4, false);	/* the same network */
	add_login(day, "x@a.example", "198.51.100.1", 1u << 4, false);
	add_login(day, "x@a.example", "203.0.113.1", 1u << 3, false);
	add_login(day, "x@a.example", "2001:db8:1::1", 1u << 4, false);
	add_login(day, "x@a.example", "127.0.0.1", 1u << 4, true);
	add_login(day, "y@a.example", "127.0.0.1", 1u << 4, true);
	ledger_totals_init(&totals, arena, secret);
	ledger_totals_add(day, 100, &totals);
	found = total_find(&totals.accounts, sizeof(*found),
	    key_at(arena, "x@a.example", "a.example"));
	assert_non_null(found);
	assert_int_equal(found->networks.count, 3);
	assert_int_equal(found->networks.day, 100);
	assert_null(total_find(&totals.accounts, sizeof(*found),
	    key_at(arena, "y@a.example", "a.example")));
	assert_int_equal(totals.mailbox_logins, 7);
	assert_int_equal(totals.mailbox_logins_clear, 0);
	ledger_totals_done(&totals);
	ledger_free(day);
	arena_free(arena);
}

static void
add_failure(struct ledger *ledger, enum ledger_service service, const char *name,
    const char *source, uint64_t count)
{
	ledger_add_failure(ledger, &(struct ledger_failure){
		.day = 100,
		.account = name == NULL ? LEDGER_NO_NAME : account(ledger, name),
		.domain = name == NULL ? LEDGER_NO_NAME : domain(ledger, "a.example"),
		.source = source == NULL ? LEDGER_NO_NAME :
		    ledger_name(ledger, LEDGER_STRANGERS, slice(source)),
		.service = (uint8_t)service,
		.count = count,
	});
}

/* Of one day all services and accounts together, and never of two days. */
static void
test_failures_of_a_day(void **state)
{
	struct ledger *day = ledger_new(secret);
	struct arena *arena = arena_new();
	struct ledger_totals totals;
	const struct source_total *source;
	const struct account_total *found;

	(void)state;
	add_failure(day, LEDGER_SMTP, "x@a.example", "192.0.2.1", 30);
	add_failure(day, LEDGER_IMAP, "x@a.example", "192.0.2.1", 40);
	add_failure(day, LEDGER_IMAP, NULL, "192.0.2.1", 50);
	add_failure(day, LEDGER_WEBMAIL, "x@a.example", NULL, 5);
	add_failure(day, LEDGER_IMAP, NULL, "127.0.0.2", 300);
	add_failure(day, LEDGER_IMAP, "x@a.example", "::1", 7);
	ledger_totals_init(&totals, arena, secret);
	ledger_totals_add(day, 100, &totals);
	ledger_totals_add(day, 101, &totals);
	source = total_find(&totals.sources, sizeof(*source), "192.0.2.1");
	assert_non_null(source);
	assert_int_equal(source->worst.count, 120);
	assert_int_equal(source->worst.day, 100);
	assert_int_equal(source->services, 1u << LEDGER_SMTP | 1u << LEDGER_IMAP);
	found = total_find(&totals.accounts, sizeof(*found),
	    key_at(arena, "x@a.example", "a.example"));
	assert_null(total_find(&totals.sources, sizeof(*source), "127.0.0.2"));
	assert_int_equal(found->worst.count, 82);
	assert_int_equal(totals.failures, 250);
	ledger_totals_done(&totals);
	ledger_free(day);
	arena_free(arena);
}

static void
add_out(struct ledger *ledger, const char *remote, enum log_tls tls, enum ledger_signed signed_by)
{
	ledger_add_mail(ledger, &(struct ledger_mail){
		.day = 100,
		.remote = ledger_domain(ledger, LEDGER_STRANGERS, slice(remote)),
		.hosted = domain(ledger, "a.example"),
		.direction = LEDGER_OUT,
		.tls = (uint8_t)tls,
		.signed_by = (uint8_t)signed_by,
		.messages = 1,
		.recipients = 1,
	});
}

static void
test_versions(void **state)
{
	static const enum log_tls versions[] = { LOG_TLS_NONE, LOG_TLS_SOME, LOG_TLS_SSL3,
		LOG_TLS_1_0, LOG_TLS_1_1, LOG_TLS_1_2, LOG_TLS_1_3 };
	struct ledger *day = ledger_new(secret);
	struct arena *arena = arena_new();
	struct ledger_totals totals;
	const struct peer_total *peer;
	const struct hosted_total *hosted;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(versions); i++)
		add_out(day, "b.example", versions[i], i < 3 ? LEDGER_SIGNED : i < 5 ?
		    LEDGER_SIGNED_OTHER : LEDGER_UNSIGNED);
	ledger_totals_init(&totals, arena, secret);
	ledger_totals_add(day, 100, &totals);
	assert_int_equal(totals.out, 7);
	assert_int_equal(totals.out_clear, 1);
	assert_int_equal(totals.out_old, 3);
	assert_int_equal(totals.out_untold, 1);
	assert_int_equal(totals.out_tls13, 1);
	peer = total_find(&totals.peers, sizeof(*peer), "b.example");
	assert_int_equal(peer->out, 7);
	assert_int_equal(peer->last_day, 100);
	hosted = total_find(&totals.hosted, sizeof(*hosted), "a.example");
	assert_int_equal(hosted->sent, 7);
	assert_int_equal(hosted->sent_signed, 3);
	assert_int_equal(hosted->sent_signed_other, 2);
	ledger_totals_done(&totals);
	ledger_free(day);
	arena_free(arena);
}

/* ---- from logs to facts ---- */

#define ARRIVES(day) \
	"2026-11-" day " 08:11:21 1xUqUb-000001-8A <= a@b.example H=(mx) [203.0.113.9]:58028 " \
	"P=esmtps X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no S=488 for x@a.example\n"
#define SUBMITTED(day, protocol, x) \
	"2026-11-" day " 08:40:10 1xUqUc-000002-1B <= x@a.example H=(pc) [198.51.100.23]:45806 " \
	"P=" protocol x " A=dovecot_login:x@a.example S=500 for r@b.example s@b.example\n"
#define LEAVES(day, x) \
	"2026-11-" day " 08:40:11 1xUqUc-000002-1B => r@b.example R=lookuphost T=remote_smtp " \
	"H=mx.b.example [203.0.113.30]" x " C=\"250 OK\"\n"
#define TLS " X=TLS1.3:TLS_AES_256_GCM_SHA384:256"
#define LOGGED_IN(day, how) \
	"Nov " day " 08:30:02 imap-login: Info: Login: user=<x@a.example>, method=PLAIN, " \
	"rip=198.51.100.23, lip=192.0.2.25, mpid=1" how ", session=<A9gxOc5gfIR/AAAB>\n"
#define PANEL(day) \
	"[2026-11-" day " 09:12:40 +0000] info [cpsrvd] 192.0.2.20 - root - SUCCESS LOGIN whostmgrd\n"

static const struct row usual[] = {
	FILE_IS(MAINLOG, ARRIVES("10") SUBMITTED("20", "esmtpsa", TLS) LEAVES("20", TLS)),
	FILE_IS(MAILLOG, LOGGED_IN("19", ", TLS") LOGGED_IN("20", ", TLS")),
	FILE_IS(LOGIN_LOG, PANEL("12")),
	STAT_IS(MAILLOG, "file 0600 root root 1 1795262400"),
	STAT_IS("/var/log/dovecot.log", "file 0600 root root 1 1795262400"),
	STAT_IS("/var/log/exim/main.log", "file 0600 root root 1 1795262400"),
};

static const struct collect_case cases[] = {
	{ "all three are there", { { .ask = NULL } }, {
	    { "ledger.exim_days", LOG, KNOWN, "2", MAINLOG },
	    { "ledger.exim_last_day", LOG, KNOWN, "2026-11-20", NULL },
	    { "ledger.dovecot_days", LOG, KNOWN, "2", MAILLOG },
	    { "ledger.panel_days", LOG, KNOWN, "10", LOGIN_LOG },
	    { "ledger.first_day", LOG, KNOWN, "2026-11-19", NULL },
	    { "ledger.stored", LOG, UNKNOWN, "skipped: ", NULL },
	    { "ledger.out_messages", LOG, KNOWN, "1", NULL },
	    { "ledger.in_messages", LOG, KNOWN, "1", NULL },
	    { "ledger.submissions", LOG, KNOWN, "1", NULL },
	    { "ledger.broken_arrivals", LOG, KNOWN, "0", MAINLOG },
	    { "ledger.broken_arrivals_last", LOG, ABSENT, NULL, MAINLOG },
	    { "ledger.submissions_clear_last", LOG, ABSENT, NULL, NULL },
	    { "ledger.most_recipients", LOG, KNOWN, "2", NULL },
	    { "ledger.mailbox_logins", LOG, KNOWN, "2", NULL },
	    { "ledger.panel_logins_last", LOG, KNOWN, "2026-11-12", NULL },
	    { "inventory.peer_domains", LOG, KNOWN, "0", NULL } } },
	{ "in clear", {
	    FILE_IS(MAINLOG, SUBMITTED("20", "esmtpa", "") LEAVES("20", "")),
	    FILE_IS(MAILLOG, LOGGED_IN("18", "") LOGGED_IN("20", ", secured")) }, {
	    { "ledger.out_clear", LOG, KNOWN, "1", NULL },
	    { "ledger.submissions_clear", LOG, KNOWN, "1", NULL },
	    { "ledger.submissions_clear_last", LOG, KNOWN, "2026-11-20", NULL },
	    { "ledger.mailbox_logins_clear", LOG, KNOWN, "1", NULL },
	    { "ledger.mailbox_logins_clear_last", LOG, KNOWN, "2026-11-18", NULL },
	    { "inventory.peer_domains", LOG, KNOWN, "1", NULL },
	    { "peer_domains[0]", LOG, KNOWN, "b.example", NULL },
	    { "peer_domains[0].out_clear", LOG, KNOWN, "1", NULL },
	    { "peer_domains[0].last_day", LOG, KNOWN, "2026-11-20", NULL } } },
	{ "arrivals that can not be read", {
	    FILE_IS(MAINLOG, SUBMITTED("17", "esmtpsa", TLS " junk=\"") SUBMITTED("18", "esmtpsa", " X=x")
		LEAVES("20", TLS)) }, {
	    { "ledger.broken_arrivals", LOG, KNOWN, "2", MAINLOG },
	    { "ledger.broken_arrivals_last", LOG, KNOWN, "2026-11-18", MAINLOG },
	    { "ledger.broken_lines", LOG, KNOWN, "2", NULL },
	    { "ledger.submissions", LOG, KNOWN, "0", NULL } } },
	{ "before the window", {
	    FILE_IS(MAINLOG, "2026-10-01 08:00:00 Start queue run: pid=1\n"
		LEAVES("20", TLS)) }, {
	    { "ledger.exim_days", LOG, KNOWN, "1", NULL },
	    { "ledger.dovecot_days", LOG, KNOWN, "2", NULL } } },
	{ "before the window, and of one log alone", {
	    FILE_IS(MAINLOG, "2026-10-01 08:00:00 Start queue run: pid=1\n"
		LEAVES("20", TLS)), FILE_IS(MAILLOG, "") }, {
	    { "ledger.first_day", LOG, KNOWN, "2026-10-01", NULL } } },
	/* A daemon that logs elsewhere leaves its old log behind. */
	{ "nothing new for eight days", {
	    FILE_IS(MAINLOG, LEAVES("12", TLS) LEAVES("13", "")),
	    FILE_IS(MAILLOG, LOGGED_IN("12", "") LOGGED_IN("13", "")) }, {
	    { "ledger.exim_days", LOG, UNKNOWN, "is of 2026-11-13", MAINLOG },
	    { "ledger.dovecot_days", LOG, UNKNOWN, "is of 2026-11-13", MAILLOG },
	    { "ledger.panel_days", LOG, KNOWN, "10", LOGIN_LOG },
	    { "ledger.out_clear", LOG, KNOWN, "1", NULL } } },
	{ "nothing new for seven days", {
	    FILE_IS(MAINLOG, LEAVES("13", TLS) LEAVES("14", TLS)) }, {
	    { "ledger.exim_days", LOG, KNOWN, "2", NULL } } },
	{ "a day ahead of utc", {
	    FILE_IS(MAINLOG, LEAVES("22", TLS)) }, {
	    { "ledger.exim_last_day", LOG, KNOWN, "2026-11-22", NULL } } },
	{ "the mainlog is not there", {
	    FILE_ABSENT(MAINLOG) }, {
	    { "ledger.exim_days", LOG, ABSENT, NULL, MAINLOG },
	    { "ledger.out_messages", LOG, ABSENT, NULL, MAINLOG },
	    { "ledger.mailbox_logins", LOG, KNOWN, "2", NULL },
	    { "inventory.senders", LOG, ABSENT, NULL, NULL },
	    { "inventory.login_sources", LOG, KNOWN, "0", NULL } } },
	{ "the mainlog can not be read", {
	    FILE_FAILS(MAINLOG) }, {
	    { "ledger.exim_days", LOG, UNKNOWN, "Input/output error", NULL },
	    { "ledger.broken_arrivals", LOG, UNKNOWN, "Input/output error", NULL },
	    { "ledger.out_messages", LOG, UNKNOWN, "Input/output error", NULL },
	    { "ledger.mailbox_logins", LOG, KNOWN, "2", NULL },
	    { "inventory.peer_domains", LOG, UNKNOWN, "Input/output error", NULL } } },
	{ "empty logs", {
	    FILE_IS(MAINLOG, ""), FILE_IS(MAILLOG, ""), FILE_IS(LOGIN_LOG, "") }, {
	    { "ledger.exim_days", LOG, KNOWN, "0", NULL },
	    { "ledger.exim_last_day", LOG, ABSENT, NULL, NULL },
	    { "ledger.panel_days", LOG, KNOWN, "0", NULL },
	    { "ledger.first_day", LOG, ABSENT, NULL, NULL },
	    { "ledger.out_messages", LOG, KNOWN, "0", NULL } } },
	{ "nothing can be read", {
	    FILE_FAILS(MAINLOG), FILE_FAILS(MAILLOG), FILE_FAILS(LOGIN_LOG) }, {
	    { "ledger.failures", LOG, UNKNOWN, "Input/output error", NULL },
	    { "ledger.first_day", LOG, UNKNOWN, "Input/output error", NULL },
	    { "ledger.panel_days", LOG, UNKNOWN, "Input/output error", NULL },
	    { "inventory.login_accounts", LOG, UNKNOWN, "Input/output error", NULL } } },
};

/* 2026-11-21 12:00 UTC */
#define NOW 1795262400

/* Where the daemons say that they log; a reason stands for a configuration that could not be read. */
struct told {
	const char *log_file_path;	/* of Exim; NULL = not set */
	const char *log_path;		/* of Dovecot */
	const char *exim_why, *dovecot_why;
};

static const struct told as_shipped = { NULL, "syslog", NULL, NULL };

static struct facts *
run_case(struct arena *arena, const struct row *rows, const struct told *told)
{
	struct table_host host = { .rows = rows, .row_count = 10,
	    .usual = usual, .usual_count = COUNT(usual) };
	struct facts *facts = facts_new(arena);
	struct fact_str *path = &facts->dovecot.log_path.plane[PLANE_DAEMON];
	struct fact_str *info = &facts->dovecot.info_log_path.plane[PLANE_DAEMON];
	struct fact_str *exim = &facts->exim.log_file_path.plane[PLANE_DAEMON];

	facts->collected_at = NOW;
	path->meta.state = info->meta.state = told->dovecot_why != NULL ? FACT_UNKNOWN : FACT_KNOWN;
	path->meta.why = info->meta.why = told->dovecot_why;
	path->value = told->log_path;
	info->value = "";
	exim->meta.state = told->exim_why != NULL ? FACT_UNKNOWN :
	    told->log_file_path != NULL ? FACT_KNOWN : FACT_ABSENT;
	exim->meta.why = told->exim_why;
	exim->value = told->log_file_path;
	table_run(&host, &collector_ledger, facts);
	facts_sort(facts);
	return facts;
}

static void
test_logs(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct arena *arena = arena_new();
		struct facts *facts = run_case(arena, cases[i].rows, &as_shipped);

		for (j = 0; j < COUNT(cases[i].expected) && cases[i].expected[j].fact != NULL; j++)
			check_fact(facts, cases[i].name, &cases[i].expected[j]);
		arena_free(arena);
	}
}

/*
 * Whoever can write to syslog could have written what stands in maillog, and what
 * Exim wrote before its log was moved says nothing of today.
 */
static const struct place_case {
	const char *name;
	struct told told;
	struct row rows[10];
	struct expected expected[3];
} place_cases[] = {
	{ "Dovecot's own file", { NULL, "/var/log/dovecot.log", NULL, NULL },
	    { FILE_IS("/var/log/dovecot.log", LOGGED_IN("20", ", TLS")) }, {
	    { "ledger.dovecot_days", LOG, KNOWN, "1", "/var/log/dovecot.log" } } },
	{ "Dovecot's is not known", { NULL, NULL, NULL, "exit status 89" }, { { .ask = NULL } }, {
	    { "ledger.dovecot_days", LOG, UNKNOWN,
	    "where Dovecot logs is not known: exit status 89", MAILLOG },
	    { "ledger.exim_days", LOG, KNOWN, "2", MAINLOG },
	    { "ledger.mailbox_logins", LOG, KNOWN, "2", NULL } } },
	{ "Dovecot's is not known, nor there", { NULL, NULL, NULL, "exit status 89" },
	    { FILE_ABSENT(MAILLOG) }, {
	    { "ledger.dovecot_days", LOG, UNKNOWN,
	    "where Dovecot logs is not known: exit status 89", MAILLOG } } },
	{ "cPanel's path, said aloud", { "/var/log/exim_%slog", "syslog", NULL, NULL },
	    { { .ask = NULL } }, {
	    { "ledger.exim_days", LOG, KNOWN, "2", MAINLOG } } },
	{ "and syslog as well", { "/var/log/exim_%slog : syslog", "syslog", NULL, NULL },
	    { { .ask = NULL } }, {
	    { "ledger.exim_days", LOG, KNOWN, "2", MAINLOG } } },
	{ "Exim's is another file", { "/var/log/exim/%s.log", "syslog", NULL, NULL },
	    { FILE_IS("/var/log/exim/main.log", LEAVES("20", "")) }, {
	    { "ledger.exim_days", LOG, KNOWN, "1", "/var/log/exim/main.log" },
	    { "ledger.out_clear", LOG, KNOWN, "1", "/var/log/exim/main.log" },
	    { "ledger.in_messages", LOG, KNOWN, "0", NULL } } },
	{ "Exim's is another file, not there yet", { "/var/log/exim/%s.log", "syslog", NULL, NULL },
	    { { .ask = NULL } }, {
	    { "ledger.exim_days", LOG, ABSENT, NULL, "/var/log/exim/main.log" } } },
	/* Read for the first of them; what the other says is nowhere. */
	{ "Exim's is Dovecot's, too", { NULL, MAINLOG, NULL, NULL },
	    { FILE_IS(MAINLOG, LEAVES("19", "") LOGGED_IN("19", ", TLS") LOGGED_IN("20", ", TLS")),
	    STAT_IS(MAINLOG, "file 0600 root root 1 1795262400") }, {
	    { "ledger.dovecot_days", LOG, KNOWN, "2", MAINLOG },
	    { "ledger.exim_days", LOG, UNKNOWN, "two daemons write it", MAINLOG } } },
	{ "Exim's is syslog alone", { "syslog", "syslog", NULL, NULL }, { { .ask = NULL } }, {
	    { "ledger.exim_days", LOG, UNKNOWN,
	    "Exim logs to syslog alone: log_file_path is \"syslog\"", MAINLOG },
	    { "ledger.out_messages", LOG, KNOWN, "1", NULL },
	    { "ledger.dovecot_days", LOG, KNOWN, "2", NULL } } },
	/* What is not there is not there, and fails what wants it. */
	{ "Exim's is syslog alone, and no file is there", { "syslog", "syslog", NULL, NULL },
	    { FILE_ABSENT(MAINLOG) }, {
	    { "ledger.exim_days", LOG, ABSENT, NULL, MAINLOG } } },
	{ "Exim's is a file for each day", { "/var/log/exim_%s-%D", "syslog", NULL, NULL },
	    { { .ask = NULL } }, {
	    { "ledger.exim_days", LOG, UNKNOWN, "which file Exim logs to can not be told "
	    "from log_file_path \"/var/log/exim_%s-%D\"", MAINLOG } } },
	{ "Exim's is not known", { NULL, "syslog", "exit status 1", NULL }, { { .ask = NULL } }, {
	    { "ledger.exim_days", LOG, UNKNOWN, "where Exim logs is not known: exit status 1",
	    MAINLOG },
	    { "ledger.out_messages", LOG, KNOWN, "1", NULL } } },
	{ "Exim's is not known, nor there", { NULL, "syslog", "exit status 1", NULL },
	    { FILE_ABSENT(MAINLOG) }, {
	    { "ledger.exim_days", LOG, UNKNOWN, "where Exim logs is not known: exit status 1",
	    MAINLOG } } },
};

static void
test_where_daemons_log(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(place_cases); i++) {
		const struct place_case *c = &place_cases[i];
		struct arena *arena = arena_new();
		struct facts *facts = run_case(arena, c->rows, &c->told);

		for (j = 0; j < COUNT(c->expected) && c->expected[j].fact != NULL; j++)
			check_fact(facts, c->name, &c->expected[j]);
		arena_free(arena);
	}
}

static void
add_domain(struct facts *facts, struct arena *arena, const char *name)
{
	struct domain_facts *item = arena_push(arena, &facts->domains.items,
	    &facts->domains.count);

	item->name = name;
}

static void
test_domains(void **state)
{
	static const struct row rows[10] = {
		FILE_IS(MAINLOG, SUBMITTED("20", "esmtpsa", TLS)
		    LEAVES("20", TLS " DKIM=a.example")),
	};
	struct table_host host = { .rows = rows, .row_count = 10,
	    .usual = usual, .usual_count = COUNT(usual) };
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena);

	(void)state;
	facts->collected_at = NOW;
	add_domain(facts, arena, "a.example");
	add_domain(facts, arena, "c.example");
	table_run(&host, &collector_ledger, facts);
	assert_int_equal(facts->domains.items[0].sent.meta.state, FACT_KNOWN);
	assert_int_equal(facts->domains.items[0].sent.value, 1);
	assert_int_equal(facts->domains.items[0].sent_signed.value, 1);
	assert_int_equal(facts->domains.items[1].sent.meta.state, FACT_KNOWN);
	assert_int_equal(facts->domains.items[1].sent.value, 0);
	arena_free(arena);
}

/* A ledger that can not be opened makes everything unknown, and stops nothing. */
static void
test_no_ledger(void **state)
{
	static const struct row none[10] = { { .ask = NULL } };
	static const struct expected expected[] = {
		{ "ledger.stored", LOG, UNKNOWN, "/dev/null", NULL },
		{ "ledger.exim_days", LOG, UNKNOWN, "/dev/null", NULL },
		{ "ledger.out_messages", LOG, UNKNOWN, "/dev/null", NULL },
		{ "ledger.panel_logins_last", LOG, UNKNOWN, "/dev/null", NULL },
		{ "inventory.senders", LOG, UNKNOWN, "/dev/null", NULL },
	};
	const struct collect_options options = { .ledger_directory = "/dev/null/ledger" };
	struct table_host host = { .rows = none, .row_count = 10,
	    .usual = usual, .usual_count = COUNT(usual) };
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena);
	struct collection collection = { .host = &host.base, .facts = facts, .arena = arena,
	    .scratch = arena_new(), .options = &options };
	size_t i;

	(void)state;
	facts->collected_at = NOW;
	add_domain(facts, arena, "a.example");
	host.base.ask = table_ask;
	collector_ledger.collect(&collection);
	arena_free(collection.scratch);
	for (i = 0; i < COUNT(expected); i++)
		check_fact(facts, "no ledger", &expected[i]);
	assert_int_equal(facts->domains.items[0].sent.meta.state, FACT_UNKNOWN);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_networks_at_once),
		cmocka_unit_test(test_failures_of_a_day),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_logs),
		cmocka_unit_test(test_where_daemons_log),
		cmocka_unit_test(test_domains),
		cmocka_unit_test(test_no_ledger),
	};

	return cmocka_run_group_tests_name("collect_ledger", tests, NULL, NULL);
}
