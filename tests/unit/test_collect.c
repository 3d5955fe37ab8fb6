/*
 * All collectors together: facts from answers, the state each is reported in,
 * and that what they ask is what they declare.
 */
#include <fnmatch.h>
#include <stdlib.h>

#include "tests/unit/table_host.h"

#include "parse/keyvalue.h"

/* Gives one answer to everything, and keeps what was asked. */
struct uniform {
	struct host base;
	struct answer answer;
	const char *failing;		/* a prefix of what fails instead */
	bool files_only;		/* commands and the API are skipped */
	const char *undeclared;		/* the first question in no table */
};

static bool
declared(const struct question *question, const char *text)
{
	size_t i, j;

	for (i = 0; i < collector_count; i++)
		for (j = 0; j < collectors[i]->access_count; j++) {
			const struct access *access = &collectors[i]->accesses[j];
			const char *what = question->kind == ASK_WHM ?
			    question->function : strchr(text, ' ') + 1;

			if (access->kind == question->kind &&
			    fnmatch(access->what, what, 0) == 0)
				return true;
		}
	return false;
}

static void
uniform_ask(struct host *base, struct arena *arena,
    const struct question *question, struct answer *ret_answer)
{
	struct uniform *host = (struct uniform *)base;
	const char *text = question_text(arena, question);

	if (question->kind == ASK_CLOCK) {
		ret_answer->status = ANSWER_OK;
		ret_answer->bytes = arena_strdup(arena, "1763750000");
		ret_answer->length = 10;
		return;
	}
	if (host->undeclared == NULL && !declared(question, text))
		host->undeclared = strdup(text);
	*ret_answer = host->answer;
	if (host->failing != NULL && strncmp(text, host->failing,
	    strlen(host->failing)) == 0) {
		ret_answer->status = ANSWER_FAILED;
		ret_answer->why = "broken";
	}
	if (host->files_only && (question->kind == ASK_COMMAND ||
	    question->kind == ASK_WHM)) {
		ret_answer->status = ANSWER_SKIPPED;
		ret_answer->why = "skipped: not asked";
	}
	if (host->answer.bytes != NULL)
		ret_answer->bytes = arena_strdup(arena, host->answer.bytes);
}

static void
run_all(struct uniform *host, struct facts *facts)
{
	const struct collect_options options = { 0 };

	host->base.ask = uniform_ask;
	host->base.whm_name = "whmapi1";
	collect_all(&host->base, facts, &options);
	assert_int_equal(facts->collectors.count, collector_count);
	if (host->undeclared != NULL)
		fail_msg("no table declares \"%s\"", host->undeclared);
}

static const struct collector_report *
report_of(const struct facts *facts, const char *name)
{
	size_t i;

	for (i = 0; i < facts->collectors.count; i++)
		if (strcmp(facts->collectors.items[i].name, name) == 0)
			return &facts->collectors.items[i];
	fail_msg("there is no collector %s", name);
	return NULL;
}

/* ---- states ---- */

static const char *const names[] = { "platform", "site", "crypto", "settings",
	"accounts", "mail_paths", "exim", "exchange", "dovecot", "keys", "whm",
	"domains", "ledger", "dns", "probe" };

static void
test_all_fail(void **state)
{
	struct uniform host = { .answer = { ANSWER_FAILED, NULL, 0, 0,
	    "Input/output error" } };
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena);
	size_t i;

	(void)state;
	run_all(&host, facts);
	assert_true(facts->collected_at == 1763750000);
	assert_null(facts->host);
	assert_int_equal(collector_count, COUNT(names));
	for (i = 0; i < COUNT(names); i++) {
		const struct collector_report *report =
		    report_of(facts, names[i]);

		/* That nobody declared a manager needs no host. */
		assert_int_equal(report->state,
		    strcmp(names[i], "site") == 0 ? COLLECTOR_PARTIAL :
		    COLLECTOR_FAILED);
		assert_non_null(report->why);
		assert_true(report->duration_ms >= 0);
	}
	assert_int_equal(facts->accounts.count, 0);
	arena_free(arena);
}

/* Of a run for few facts: what has no part in them is not asked. */
static void
test_only_what_is_needed(void **state)
{
	static const char *const needs[] = { "?transports.hosts_require_tls",
		"dns.caa" };
	static const struct {
		const char *name;
		bool runs;
	} expected[] = { { "platform", true }, { "exim", true },
		{ "accounts", true }, { "whm", true }, { "dns", true },
		{ "mail_paths", false }, { "probe", false },
		{ "keys", false }, { "crypto", false } };
	struct uniform host = { .answer = { ANSWER_ABSENT, NULL, 0, 0, NULL } };
	struct collect_options options = { .needs = needs,
	    .need_count = COUNT(needs) };
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena);
	size_t i;

	(void)state;
	host.base.ask = uniform_ask;
	host.base.whm_name = "whmapi1";
	collect_all(&host.base, facts, &options);
	for (i = 0; i < COUNT(expected); i++) {
		const char *why = report_of(facts, expected[i].name)->why;

		assert_int_equal(expected[i].runs, why == NULL ||
		    strcmp(why, COLLECTOR_NOT_NEEDED) != 0);
	}
	/* How many there are is told by who lists them. */
	options.needs = (const char *const[]){ "inventory.tokens" };
	options.need_count = 1;
	facts = facts_new(arena);
	collect_all(&host.base, facts, &options);
	assert_string_equal(report_of(facts, "mail_paths")->why,
	    COLLECTOR_NOT_NEEDED);
	assert_int_equal(report_of(facts, "whm")->state, COLLECTOR_FAILED);
	arena_free(arena);
}

/* As with --root and no API: what was not to be asked is no failure. */
static void
test_skipped(void **state)
{
	struct uniform host = { .answer = { ANSWER_ABSENT, NULL, 0, 0, NULL },
	    .files_only = true };
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena);

	(void)state;
	run_all(&host, facts);
	assert_int_equal(report_of(facts, "whm")->state, COLLECTOR_SKIPPED);
	assert_string_equal(report_of(facts, "whm")->why, "skipped: not asked");
	assert_int_equal(report_of(facts, "platform")->state, COLLECTOR_OK);
	assert_true(fact_skipped(&facts->exim.log_selector.
	    plane[PLANE_DAEMON].meta));
	arena_free(arena);
}

static void
test_partial(void **state)
{
	struct uniform host = { .answer = { ANSWER_ABSENT, NULL, 0, 0, NULL },
	    .failing = "file /etc/os-release" };
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena);

	(void)state;
	run_all(&host, facts);
	assert_int_equal(report_of(facts, "platform")->state,
	    COLLECTOR_PARTIAL);
	assert_string_equal(report_of(facts, "platform")->why, "broken");
	assert_int_equal(report_of(facts, "settings")->state, COLLECTOR_OK);
	assert_null(report_of(facts, "settings")->why);
	arena_free(arena);
}

/* Bytes that fit nothing, everywhere. */
static void
test_junk(void **state)
{
	static const char *const junk[] = { "", "\n", "/", "junk", "a: b\nc=d\n",
	    "1/2/3/", "{\"metadata\":{\"result\":1},\"data\":{}}", "\377\376\n" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(junk); i++) {
		struct uniform host = { .answer = { ANSWER_OK,
		    (char *)(uintptr_t)junk[i], strlen(junk[i]), 0, NULL } };
		struct arena *arena = arena_new();

		run_all(&host, facts_new(arena));
		arena_free(arena);
	}
}

/* ---- facts from answers ---- */

static void
test_meta(void **state)
{
	static const struct {
		struct answer answer;
		enum fact_state state;
		const char *why;
	} answers[] = {
		{ { ANSWER_OK, NULL, 0, 0, NULL }, FACT_KNOWN, NULL },
		{ { ANSWER_OK, NULL, 0, 1, "stderr" }, FACT_KNOWN, NULL },
		{ { ANSWER_ABSENT, NULL, 0, 0, "x" }, FACT_ABSENT, NULL },
		{ { ANSWER_NO_PARENT, NULL, 0, 0, "no directory" },
		    FACT_UNKNOWN, "no directory" },
		{ { ANSWER_FAILED, NULL, 0, 0, "%s%n" }, FACT_UNKNOWN,
		    "%s%n" },
		{ { ANSWER_SKIPPED, NULL, 0, 0, "skipped: x" }, FACT_UNKNOWN,
		    "skipped: x" },
	};
	struct arena *arena = arena_new();
	struct collection collection = { .arena = arena, .scratch = arena };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(answers); i++) {
		struct fact_meta meta = { FACT_UNKNOWN, NULL, NULL };

		assert_int_equal(meta_from_answer(&collection, &meta,
		    &answers[i].answer, "/f"), answers[i].state == FACT_KNOWN);
		assert_int_equal(meta.state, answers[i].state);
		assert_string_equal(meta.origin, "/f");
		if (answers[i].why == NULL)
			assert_null(meta.why);
		else
			assert_string_equal(meta.why, answers[i].why);
	}
	arena_free(arena);
}

static void
test_keyvalue_fact(void **state)
{
	const struct keyvalue pair = { "k", "v", 7 }, bare = { "k", NULL, 8 };
	struct arena *arena = arena_new();
	struct collection collection = { .arena = arena, .scratch = arena };
	struct fact_str fact = { .value = NULL };

	(void)state;
	set_from_keyvalue(&collection, &fact, "/f", &pair);
	assert_int_equal(fact.meta.state, FACT_KNOWN);
	assert_string_equal(fact.meta.origin, "/f:7");
	assert_string_equal(fact.value, "v");
	set_from_keyvalue(&collection, &fact, "/f", &bare);
	assert_int_equal(fact.meta.state, FACT_ABSENT);
	assert_string_equal(fact.meta.origin, "/f:8");
	set_from_keyvalue(&collection, &fact, "/f", NULL);
	assert_int_equal(fact.meta.state, FACT_ABSENT);
	assert_string_equal(fact.meta.origin, "/f");
	arena_free(arena);
}

/* ---- the keys that Exim and Dovecot are told to read ---- */

extern const struct collector collector_exim, collector_dovecot,
    collector_keys;

#define P PLANE_FILE
#define EXIM "/etc/exim.conf"
#define DOVECOT "/etc/dovecot/dovecot.conf"
#define SNI "/var/cpanel/ssl/domain_tls"
#define DKIM "/var/cpanel/domain_keys/private"
#define KEY "file 0640 root mail 1 1"

static const struct row usual[] = {
	FILE_IS(EXIM, "tls_privatekey = /etc/exim.key\n"),
	FILE_IS(DOVECOT, "ssl_key = </etc/dovecot/ssl/dovecot.key\n"),
};

static const struct collect_case key_cases[] = {
	{ "none", { { 0 } }, {
	    { "inventory.private_keys", P, FACT_KNOWN, "0", NULL } } },
	{ "each is told once", { STAT_IS("/etc/exim.key", KEY),
	    STAT_FAILS("/etc/dovecot/ssl/dovecot.key"),
	    DIR_IS(SNI, "example.com/empty.example/"),
	    STAT_IS(SNI "/example.com/combined", "file 0644 root 4711 1 1"),
	    DIR_IS(DKIM, "example.com/"),
	    STAT_IS(DKIM "/example.com", "file 0600 root root 1 1"),
	    STAT_ORPHAN("/var/cpanel/ssl/cpanel/cpanel.pem") }, {
	    { "inventory.private_keys", P, FACT_KNOWN, "4", NULL },
	    { "private_keys[0]", P, FACT_KNOWN, "/etc/dovecot/ssl/dovecot.key",
	    NULL },
	    { "private_keys[0].mode", P, FACT_UNKNOWN, "Permission denied",
	    NULL },
	    { "private_keys[0].owner", P, FACT_UNKNOWN, "Permission denied",
	    NULL },
	    { "private_keys[1]", P, FACT_KNOWN, "/etc/exim.key", NULL },
	    { "private_keys[1].mode", P, FACT_KNOWN, "0640", "/etc/exim.key" },
	    { "private_keys[1].kind", P, FACT_KNOWN, "exim", NULL },
	    { "private_keys[2].kind", P, FACT_KNOWN, "dkim", NULL },
	    { "private_keys[3].kind", P, FACT_KNOWN, "sni", NULL },
	    { "private_keys[3].group", P, FACT_KNOWN, "4711", NULL } } },
	{ "cpsrvd's own and the one that an admin installed",
	    { STAT_IS("/var/cpanel/ssl/cpanel/cpanel.pem", KEY),
	    STAT_IS("/var/cpanel/ssl/cpanel/mycpanel.pem", KEY) }, {
	    { "inventory.private_keys", P, FACT_KNOWN, "2", NULL },
	    { "private_keys[1]", P, FACT_KNOWN,
	    "/var/cpanel/ssl/cpanel/mycpanel.pem", NULL },
	    { "private_keys[1].kind", P, FACT_KNOWN, "cpanel", NULL } } },
	{ "elsewhere, and by an expansion",
	    { FILE_IS(EXIM, "tls_privatekey = ${if exists{/k/$tls_in_sni/c}"
	    "{/k/$tls_in_sni/c}{/opt/x.key}}\n"),
	    FILE_IS(DOVECOT, "ssl_key = </opt/d.key\nlocal_name a.example {\n"
	    "  ssl_key = </opt/a.key\n}\n"),
	    STAT_IS("/opt/x.key", KEY), STAT_IS("/opt/d.key", KEY),
	    STAT_IS("/opt/a.key", KEY) }, {
	    { "inventory.private_keys", P, FACT_UNKNOWN,
	    "decided at /etc/exim.conf:1", NULL },
	    { "private_keys[0].kind", P, FACT_KNOWN, "sni", NULL },
	    { "private_keys[1].kind", P, FACT_KNOWN, "dovecot", NULL },
	    { "private_keys[2].kind", P, FACT_KNOWN, "exim", NULL } } },
	{ "by cPanel's own expansion", { FILE_IS(EXIM, "tls_privatekey = "
	    "${if exists{" SNI "/$tls_in_sni/combined}{" SNI "/$tls_in_sni/"
	    "combined}{/etc/exim.key}}\n"), STAT_IS("/etc/exim.key", KEY) }, {
	    { "inventory.private_keys", P, FACT_KNOWN, "1", NULL } } },
	{ "a DKIM key of its own", { FILE_IS(EXIM, "begin transports\n"
	    "remote_smtp:\n  driver = smtp\n"
	    "  dkim_private_key = /opt/dkim.pem\n"),
	    STAT_IS("/opt/dkim.pem", KEY) }, {
	    { "inventory.private_keys", P, FACT_KNOWN, "1", NULL },
	    { "private_keys[0].kind", P, FACT_KNOWN, "dkim", NULL } } },
	{ "DKIM keys where cPanel keeps them, or nothing is signed",
	    { FILE_IS(EXIM, "begin transports\nremote_smtp:\n  driver = smtp\n"
	    "  dkim_private_key = /var/cpanel/domain_keys/private/$dkim_domain\n"
	    "other:\n  driver = smtp\n  dkim_private_key = 0\n") }, {
	    { "inventory.private_keys", P, FACT_KNOWN, "0", NULL } } },
	{ "DKIM keys in a directory of its own", { FILE_IS(EXIM,
	    "begin transports\nremote_smtp:\n  driver = smtp\n"
	    "  dkim_private_key = /opt/dkim/$dkim_domain\n") }, {
	    { "inventory.private_keys", P, FACT_UNKNOWN,
	    "decided at " EXIM ":4", NULL } } },
	{ "the certificate's file holds the key",
	    { FILE_IS(EXIM, "tls_certificate = /opt/both.pem\n"),
	    STAT_IS("/opt/both.pem", KEY) }, {
	    { "private_keys[0]", P, FACT_KNOWN, "/opt/both.pem", NULL } } },
	{ "code decides all of it",
	    { FILE_IS(EXIM, "\ntls_privatekey = ${lookup{x}lsearch{/a$b}}\n") },
	    { { "inventory.private_keys", P, FACT_UNKNOWN,
	    "Exim's is decided at " EXIM ":2", NULL } } },
	{ "no file but the key itself",
	    { FILE_IS(DOVECOT, "ssl = yes\nssl_key = SECRET\n") }, {
	    { "inventory.private_keys", P, FACT_UNKNOWN,
	    DOVECOT ":2 names no file", NULL } } },
	{ "no second key", { FILE_IS(DOVECOT, "ssl_alt_key =\n") }, {
	    { "inventory.private_keys", P, FACT_KNOWN, "0", NULL } } },
	{ "Exim's configuration can not be read", { FILE_FAILS(EXIM) }, {
	    { "inventory.private_keys", P, FACT_UNKNOWN,
	    "not every key file is known: " EXIM ": Input/output error",
	    NULL } } },
	{ "Dovecot's does not parse", { FILE_IS(DOVECOT, "protocol imap {\n") },
	    { { "inventory.private_keys", P, FACT_UNKNOWN, DOVECOT ":",
	    NULL } } },
	{ "folders that can not be listed", { DIR_FAILS(SNI) }, {
	    { "inventory.private_keys", P, FACT_UNKNOWN,
	    "not every key file is known: " SNI ": Permission denied",
	    NULL } } },
};

static void
test_keys(void **state)
{
	static const struct collector *const chain[] = { &collector_exim,
	    &collector_dovecot, &collector_keys };
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(key_cases); i++) {
		const struct collect_case *c = &key_cases[i];
		struct arena *arena = arena_new();
		struct table_host host = { .base.ask = table_ask,
		    .rows = c->rows, .row_count = COUNT(c->rows),
		    .usual = usual, .usual_count = COUNT(usual) };
		struct facts *facts = facts_new(arena);
		struct collection collection = { .host = &host.base,
		    .facts = facts, .arena = arena };

		for (j = 0; j < COUNT(chain); j++) {
			collection.scratch = arena_new();
			chain[j]->collect(&collection);
			arena_free(collection.scratch);
		}
		for (j = 0; j < COUNT(c->expected) &&
		    c->expected[j].fact != NULL; j++)
			check_fact(facts, c->name, &c->expected[j]);
		arena_free(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_fail),
		cmocka_unit_test(test_only_what_is_needed),
		cmocka_unit_test(test_skipped),
		cmocka_unit_test(test_partial),
		cmocka_unit_test(test_junk),
		cmocka_unit_test(test_meta),
		cmocka_unit_test(test_keyvalue_fact),
		cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
