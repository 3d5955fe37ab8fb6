/*
 * The report that an admin reads, byte for byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "report/report.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char empty_text[] =
	"cpward 0.1.0: unknown host, facts of 2026-11-21T19:00:00Z\n"
	"Profile hipaa: HIPAA, baseline\n"
	"0 of 0 observable controls pass\n"
	"\n"
	"findings, fail: none\n"
	"Technical observations, not legal advice.\n";

static const char small_text[] =
	"cpward 0.1.0: mail.example.org, facts of 2026-11-21T19:00:00Z\n"
	"Profile hipaa: HIPAA, baseline\n"
	"2 of 6 observable controls pass; 3 fail, 1 unknown, 1 notapplicable,\n"
	"3 notselected\n"
	"\n"
	"CRITICAL tls.exim.min_version: Exim refuses TLS below 1.2\n"
	"    fail exim: openssl_options is \"+no_sslv2 +no_sslv3\", wanted also +no_tlsv1\n"
	"         and +no_tlsv1_1\n"
	"         from /etc/exim.conf:31\n"
	"         stock: cPanel's own default\n"
	"         45 CFR 164.312(e)(1), 45 CFR 164.312(e)(2)(ii) and 1 more\n"
	"         cpward checks explain tls.exim.min_version\n"
	"\n"
	"HIGH     access.privilege.api_tokens: Tokens hold what they need\n"
	"    fail * (5 subjects): * holds the privilege all, wanted a list of them\n"
	"         such as root/a, root/b, root/c and 2 more\n"
	" unknown root/z: the privileges are not known\n"
	"         from whmapi1 api_token_list: timeout after 30 s\n"
	"         45 CFR 164.312(a)(1)\n"
	"         cpward checks explain access.privilege.api_tokens\n"
	"\n"
	"HIGH     auth.dovecot.cleartext_off: No password in clear\n"
	"    fail dovecot: inconsistent: the file says no, the daemon says yes\n"
	"         from /etc/dovecot/dovecot.conf:12\n"
	"         from doveconf -n\n"
	"         cpward checks explain auth.dovecot.cleartext_off\n"
	"\n"
	"MEDIUM   backup.recent: Backups are recent\n"
	" unknown backup: backup.newest_set is not known: 403 from whm\n"
	"         from whmapi1 backup_date_list\n"
	"         access.mfa_policy: not asked\n"
	"         cpward checks explain backup.recent\n"
	"\n"
	"collectors that did not see everything:\n"
	"    whm partial: 403 from whm\n"
	"    tls skipped: --no-network\n"
	"\n"
	"pass:\n"
	"    access.privilege.api_tokens (2 of 8), mfa.admin, volume.limits\n"
	"notapplicable:\n"
	"    log.mailbox_access dovecot: Dovecot is off\n"
	"\n"
	"findings, fail: 1 critical, 6 high\n"
	"findings, unknown: 1 high, 1 medium\n"
	"Some lines stand for many findings: -o json lists every one.\n"
	"Technical observations, not legal advice.\n";

/* What a hostile name can do: nothing but look odd. */
static const char hostile_text[] =
	"cpward 0.1.0: a\\x1b]0;owned\\x07, facts of 2026-11-21T19:00:00Z\n"
	"Profile hi\\x0apaa: HIPAA\\u{202e}\n"
	"0 of 1 observable controls pass; 1 fail\n"
	"\n"
	"LOW      x.\\x0dhostile: T\\x9b\n"
	"    fail /home/\\xff/\\u{200b}: mode\\x0a0644\n"
	"         from /etc/\\x1b[2J\n"
	"         ref\\x07\n"
	"         cpward checks explain x.\\x0dhostile\n"
	"\n"
	"collectors that did not see everything:\n"
	"    c\\x08 failed: why\\x0d\n"
	"\n"
	"findings, fail: 1 low\n"
	"Technical observations, not legal advice.\n";

static const char narrow_text[] =
	"cpward 0.1.0: mail.example.org, facts of\n"
	"2026-11-21T19:00:00Z\n"
	"Profile hipaa: HIPAA, baseline\n"
	"0 of 1 observable controls pass; 1 error\n"
	"\n"
	"\x1b[31mHIGH\x1b[0m     x.wide: \xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e "
	"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e \xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\n"
	"         \xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\n"
	"   \x1b[31merror\x1b[0m host:\n"
	"         /a/path/that/is/longer/than/the/line\n"
	"         stays whole\n"
	"         cpward checks explain x.wide\n"
	"\n"
	"findings, fail: none\n"
	"findings, error: 1 high\n"
	"Technical observations, not legal\n"
	"advice.\n";


static const struct field field = { .name = "x", .type = FIELD_SETTING };

static const struct fact_str options_store = {
	{ .state = FACT_ABSENT, .origin = "/etc/exim.conf.localopts" }, NULL,
};
static const struct fact_str options_file = {
	{ .state = FACT_KNOWN, .origin = "/etc/exim.conf:31" }, "+no_sslv2",
};
static const struct fact_str options_daemon = {
	{ .state = FACT_UNKNOWN, .origin = "exim -bP",
	    .why = "skipped: --root" }, NULL,
};
static struct evidence options_evidence[] = {
	{ "exim.openssl_options", &field, PLANE_STORE, &options_store.meta, false, 0 },
	{ "exim.openssl_options", &field, PLANE_FILE, &options_file.meta, false, 0 },
	{ "exim.openssl_options", &field, PLANE_DAEMON, &options_daemon.meta, false, 0 },
};

static const struct fact_str acls_unknown = {
	{ .state = FACT_UNKNOWN, .origin = "whmapi1 api_token_list",
	    .why = "timeout after 30 s" }, NULL,
};
static struct evidence acls_evidence[] = {
	{ "tokens.acls", &field, PLANE_API, &acls_unknown.meta, false, 0 },
};

static const struct fact_str clear_file = {
	{ .state = FACT_KNOWN, .origin = "/etc/dovecot/dovecot.conf:12" }, "no",
};
static const struct fact_str clear_daemon = {
	{ .state = FACT_KNOWN, .origin = "doveconf -n" }, "yes",
};
static struct evidence clear_evidence[] = {
	{ "dovecot.auth_allow_cleartext", &field, PLANE_FILE, &clear_file.meta, false, 0 },
	{ "dovecot.auth_allow_cleartext", &field, PLANE_DAEMON,
	    &clear_daemon.meta, false, 0 },
};

static const struct fact_str backup_unknown = {
	{ .state = FACT_UNKNOWN, .origin = "whmapi1 backup_date_list",
	    .why = "403 from whm" }, NULL,
};
static const struct fact_str backup_known = {
	{ .state = FACT_KNOWN, .origin = "/backup" }, "1",
};
static const struct fact_str mfa_unknown = {
	{ .state = FACT_UNKNOWN, .why = "not asked" }, NULL,
};
static struct evidence backup_evidence[] = {
	{ "backup.newest_archive", &field, PLANE_FILE, &backup_known.meta, false, 0 },
	{ "backup.newest_set", &field, PLANE_API, &backup_unknown.meta, false, 0 },
	{ "access.mfa_policy", &field, PLANE_API, &mfa_unknown.meta, false, 0 },
};

static const char *const tls_references[] = {
	"45 CFR 164.312(e)(1)", "45 CFR 164.312(e)(2)(ii)", "NIST SP 800-52r2",
};
static const char *const token_references[] = { "45 CFR 164.312(a)(1)" };

#define TOKEN(name, outcome, text) { \
	.check = "access.privilege.api_tokens", .subject = (name), \
	.scope = "token", .title = "Tokens hold what they need", \
	.result = (outcome), .severity = SEVERITY_HIGH, .message = (text), \
	.evidence = acls_evidence, .evidence_count = COUNT(acls_evidence), \
	.references = token_references, \
	.reference_count = COUNT(token_references), \
}
#define ALL(name) TOKEN(name, RESULT_FAIL, \
	name " holds the privilege all, wanted a list of them")

static struct finding small_items[] = {
	{
		.check = "tls.exim.min_version", .subject = "exim",
		.scope = "service", .title = "Exim refuses TLS below 1.2",
		.result = RESULT_FAIL, .severity = SEVERITY_CRITICAL,
		.message = "openssl_options is \"+no_sslv2 +no_sslv3\", "
		    "wanted also +no_tlsv1 and +no_tlsv1_1",
		.stock = true,
		.evidence = options_evidence,
		.evidence_count = COUNT(options_evidence),
		.references = tls_references,
		.reference_count = COUNT(tls_references),
	},
	ALL("root/a"),
	ALL("root/b"),
	TOKEN("root/b2", RESULT_PASS, "a list"),
	ALL("root/c"),
	TOKEN("root/c2", RESULT_PASS, "another list"),
	ALL("root/d"),
	ALL("root/e"),
	TOKEN("root/z", RESULT_UNKNOWN, "the privileges are not known"),
	{
		.check = "auth.dovecot.cleartext_off", .subject = "dovecot",
		.scope = "service", .title = "No password in clear",
		.result = RESULT_FAIL, .severity = SEVERITY_HIGH,
		.message = "inconsistent: the file says no, the daemon says yes",
		.evidence = clear_evidence,
		.evidence_count = COUNT(clear_evidence),
	}, {
		.check = "mfa.admin", .subject = "host", .scope = "host",
		.title = "x", .result = RESULT_PASS,
		.severity = SEVERITY_HIGH, .message = "fine",
	}, {
		.check = "backup.recent", .subject = "backup",
		.scope = "service", .title = "Backups are recent",
		.result = RESULT_UNKNOWN, .severity = SEVERITY_MEDIUM,
		.message = "backup.newest_set is not known: 403 from whm",
		.evidence = backup_evidence,
		.evidence_count = COUNT(backup_evidence),
	}, {
		.check = "log.mailbox_access", .subject = "dovecot",
		.scope = "service", .title = "x",
		.result = RESULT_NOTAPPLICABLE, .severity = SEVERITY_MEDIUM,
		.message = "Dovecot is off",
	}, {
		.check = "volume.limits", .subject = "host", .scope = "host",
		.title = "x", .result = RESULT_PASS,
		.severity = SEVERITY_LOW, .message = "fine",
	},
};

static struct collector_report small_collectors[] = {
	{ "exim", COLLECTOR_OK, NULL, 3 },
	{ "whm", COLLECTOR_PARTIAL, "403 from whm", 40 },
	{ "tls", COLLECTOR_SKIPPED, "skipped: --no-network", 0 },
	{ "keys", COLLECTOR_SKIPPED, COLLECTOR_NOT_NEEDED, 0 },
};

static const struct fact_str hostile_fact = {
	{ .state = FACT_KNOWN, .origin = "/etc/\x1b[2J" }, "x",
};
static struct evidence hostile_evidence[] = {
	{ "mail_paths.mode", &field, PLANE_FILE, &hostile_fact.meta, false, 0 },
};
static const char *const hostile_references[] = { "ref\x07" };
static struct finding hostile_items[] = {
	{
		.check = "x.\rhostile", .scope = "path",
		.subject = "/home/\xff/\xe2\x80\x8b", .title = "T\x9b",
		.result = RESULT_FAIL, .severity = SEVERITY_LOW,
		.message = "mode\n0644",
		.evidence = hostile_evidence, .evidence_count = 1,
		.references = hostile_references, .reference_count = 1,
	},
};
static struct collector_report hostile_collectors[] = {
	{ "c\b", COLLECTOR_FAILED, "why\r", 1 },
};

static struct finding narrow_items[] = {
	{
		.check = "x.wide", .subject = "host", .scope = "host",
		.title = "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e "
		    "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e "
		    "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e "
		    "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e",
		.result = RESULT_ERROR, .severity = SEVERITY_HIGH,
		.message = "/a/path/that/is/longer/than/the/line stays whole",
	},
};

struct fixture {
	struct arena *arena;
	struct facts *facts;
	struct findings findings;
	struct run run;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->arena = arena_new();
	f->facts = facts_new(f->arena);
	f->facts->host = "mail.example.org";
	f->facts->collected_at = 1795287600;
	f->run = (struct run){
		.version = "0.1.0",
		.started_at = 1,
		.finished_at = 2,
		.profile_id = "hipaa",
		.profile_title = "HIPAA, baseline",
		.profile_digest = "aa",
		.facts = f->facts,
		.facts_digest = "bb",
		.findings = &f->findings,
	};
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	arena_free(f->arena);
	free(f);
	return 0;
}

static void
assert_text(const struct fixture *f, unsigned width, bool color,
    const char *want)
{
	const struct report_options options = { .color = color, .width = width };
	struct err err = { 0 };
	char *got = NULL;
	size_t size;
	FILE *out = open_memstream(&got, &size);

	assert_non_null(out);
	if (report_write(out, REPORT_TEXT, &f->run, &options, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(got, want);
	assert_int_equal(size, strlen(want));
	free(got);
}

static void
test_empty(void **state)
{
	struct fixture *f = *state;

	f->facts->host = NULL;
	assert_text(f, 80, false, empty_text);
	assert_text(f, 0, false, empty_text);
}

static void
test_small(void **state)
{
	struct fixture *f = *state;

	f->findings = (struct findings){ small_items, COUNT(small_items), 3 };
	f->facts->collectors.items = small_collectors;
	f->facts->collectors.count = COUNT(small_collectors);
	assert_text(f, 80, false, small_text);
}

static void
test_hostile(void **state)
{
	struct fixture *f = *state;

	f->facts->host = "a\x1b]0;owned\x07";
	f->run.profile_id = "hi\npaa";
	f->run.profile_title = "HIPAA\xe2\x80\xae";
	f->findings = (struct findings){ hostile_items, 1, 0 };
	f->facts->collectors.items = hostile_collectors;
	f->facts->collectors.count = 1;
	assert_text(f, 80, false, hostile_text);
}

static void
test_narrow_and_coloured(void **state)
{
	struct fixture *f = *state;

	f->findings = (struct findings){ narrow_items, 1, 0 };
	assert_text(f, 40, true, narrow_text);
	assert_text(f, 7, true, narrow_text);
}

/* An origin that the message names already is not told again. */
static const char origin_text[] =
	"cpward 0.1.0: mail.example.org, facts of 2026-11-21T19:00:00Z\n"
	"Profile hipaa: HIPAA, baseline\n"
	"0 of 2 observable controls pass; 2 fail\n"
	"\n"
	"INFO     x.named: t\n"
	"    fail host: it is off (/etc/dovecot/dovecot.conf:12)\n"
	"         cpward checks explain x.named\n"
	"\n"
	"INFO     x.longer: t\n"
	"    fail host: it is off in /etc/dovecot/dovecot.conf:120 and\n"
	"         /srv/etc/dovecot/dovecot.conf:12\n"
	"         from /etc/dovecot/dovecot.conf:12\n"
	"         cpward checks explain x.longer\n"
	"\n"
	"collectors that did not see everything:\n"
	"    exim failed: a reason that is long enough to go on in the next line of the\n"
	"        report\n"
	"\n"
	"findings, fail: 2 info\n"
	"Technical observations, not legal advice.\n";

static void
test_origins(void **state)
{
	struct collector_report collector = { "exim", COLLECTOR_FAILED,
		"a reason that is long enough to go on in the next line of the "
		"report", 1 };
	struct finding items[] = {
		{
			.check = "x.named", .subject = "host", .title = "t",
			.result = RESULT_FAIL,
			.message = "it is off (/etc/dovecot/dovecot.conf:12)",
			.evidence = clear_evidence, .evidence_count = 1,
		}, {
			.check = "x.longer", .subject = "host", .title = "t",
			.result = RESULT_FAIL,
			.message = "it is off in /etc/dovecot/dovecot.conf:120 "
			    "and /srv/etc/dovecot/dovecot.conf:12",
			.evidence = clear_evidence, .evidence_count = 1,
		},
	};
	struct fixture *f = *state;

	f->findings = (struct findings){ items, COUNT(items), 0 };
	f->facts->collectors.items = &collector;
	f->facts->collectors.count = 1;
	assert_text(f, 80, false, origin_text);
}

/* Where it is kept and the line in force: not the command that repeats it. */
static const char planes_text[] =
	"cpward 0.1.0: mail.example.org, facts of 2026-11-21T19:00:00Z\n"
	"Profile hipaa: HIPAA, baseline\n"
	"0 of 2 observable controls pass; 2 fail\n"
	"\n"
	"INFO     x.daemon: t\n"
	"    fail host: off\n"
	"         from exim -bP\n"
	"         cpward checks explain x.daemon\n"
	"\n"
	"INFO     x.planes: t\n"
	"    fail host: off\n"
	"         from /etc/exim.conf.localopts:7\n"
	"         from /etc/exim.conf:31\n"
	"         cpward checks explain x.planes\n"
	"\n"
	"findings, fail: 2 info\n"
	"Technical observations, not legal advice.\n";

static void
test_planes(void **state)
{
	static const struct fact_meta store = { FACT_KNOWN,
	    "/etc/exim.conf.localopts:7", NULL };
	static const struct fact_meta api = { FACT_KNOWN,
	    "whmapi1 get_tweaksetting x", NULL };
	static const struct fact_meta file = { FACT_KNOWN,
	    "/etc/exim.conf:31", NULL };
	static const struct fact_meta daemon = { FACT_KNOWN, "exim -bP", NULL };
	struct evidence all[] = {
		{ "exim.x", &field, PLANE_STORE, &store, false, 0 },
		{ "exim.x", &field, PLANE_API, &api, false, 0 },
		{ "exim.x", &field, PLANE_FILE, &file, false, 0 },
		{ "exim.x", &field, PLANE_DAEMON, &daemon, false, 0 },
	};
	struct finding items[] = {
		{ .check = "x.daemon", .subject = "host", .title = "t",
		    .result = RESULT_FAIL, .message = "off",
		    .evidence = &all[3], .evidence_count = 1 },
		{ .check = "x.planes", .subject = "host", .title = "t",
		    .result = RESULT_FAIL, .message = "off",
		    .evidence = all, .evidence_count = COUNT(all) },
	};
	struct fixture *f = *state;

	f->findings = (struct findings){ items, COUNT(items), 0 };
	assert_text(f, 80, false, planes_text);
}

/* Results that later commands give, and a verdict that rests on five facts. */
static const char results_text[] =
	"cpward 0.1.0: mail.example.org, facts of 2026-11-21T19:00:00Z\n"
	"Profile hipaa: HIPAA, baseline\n"
	"0 of 4 observable controls pass; 1 waived, 1 attested, 1 expired, 1 fixed\n"
	"\n"
	"HIGH     x.expired: t\n"
	" expired host: m\n"
	"         from /etc/1\n"
	"         from /etc/2\n"
	"         from /etc/3\n"
	"         and 2 more places\n"
	"         cpward checks explain x.expired\n"
	"\n"
	"fixed:\n"
	"    x.fixed host: m\n"
	"waived:\n"
	"    x.waived host: m\n"
	"attested:\n"
	"    x.attested host: m\n"
	"\n"
	"findings, fail: none\n"
	"findings, expired: 1 high\n"
	"Technical observations, not legal advice.\n";

static void
test_results(void **state)
{
	static const struct fact_meta metas[] = {
		{ FACT_KNOWN, "/etc/1", NULL }, { FACT_KNOWN, "/etc/2", NULL },
		{ FACT_KNOWN, "/etc/2", NULL }, { FACT_KNOWN, "/etc/3", NULL },
		{ FACT_KNOWN, "/etc/4", NULL }, { FACT_KNOWN, "/etc/5", NULL },
	};
	static const char *const facts[] = { "a", "b", "c", "d", "e", "f" };
	struct evidence evidence[COUNT(metas)];
	struct finding items[] = {
		{ .check = "x.attested", .result = RESULT_ATTESTED },
		{ .check = "x.expired", .result = RESULT_EXPIRED,
		    .evidence = evidence, .evidence_count = COUNT(metas) },
		{ .check = "x.fixed", .result = RESULT_FIXED },
		{ .check = "x.waived", .result = RESULT_WAIVED },
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < COUNT(metas); i++)
		evidence[i] = (struct evidence){ facts[i], &field, PLANE_FILE,
			&metas[i], false, 0 };
	for (i = 0; i < COUNT(items); i++) {
		items[i].subject = "host";
		items[i].title = "t";
		items[i].message = "m";
		items[i].severity = SEVERITY_HIGH;
	}
	f->findings = (struct findings){ items, COUNT(items), 0 };
	assert_text(f, 80, false, results_text);
}

struct alike_case {
	const char *name;
	const char *subjects[5];
	const char *messages[5];
	bool stock[5];
	const char *want;	/* the lines between the title and the hint */
	const char *scope;	/* NULL = path */
};

#define KEY_A "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA2QAZ+a/b=="
#define KEY_B "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAyNJb+c/d="
#define DIGEST_A "0c72cac70f745dac19998811a131d662c9ac69dbdbe7cb23e5b514b56664c5d3"
#define DIGEST_B "2c72cac70f745dac19998811a131d662c9ac69dbdbe7cb23e5b514b56664c5d3"

static const struct alike_case alike_cases[] = {
	{
		"three stand alone", { "a", "b", "c" }, { "m", "m", "m" }, { 0 },
		"    fail a: m\n    fail b: m\n    fail c: m\n", NULL,
	}, {
		"four stand as one", { "a", "b", "c", "d" },
		{ "m", "m", "m", "m" }, { 0 },
		"    fail * (4 subjects): m\n         such as a, b, c and 1 more\n", NULL,
	}, {
		"the odd one out stays, at its place",
		{ "a", "b", "c", "d", "e" }, { "m", "odd", "m", "m", "m" }, { 0 },
		"    fail * (4 subjects): m\n         such as a, c, d and 1 more\n"
		"    fail b: odd\n", NULL,
	}, {
		"a subject inside a longer name is not the subject",
		{ "a", "b", "c", "d" }, { "xa", "xb", "xc", "xd" }, { 0 },
		"    fail a: xa\n    fail b: xb\n    fail c: xc\n    fail d: xd\n", NULL,
	}, {
		"a star that was there is not a subject",
		{ "a", "b", "c", "d" }, { "is a", "is *", "is c", "is d" }, { 0 },
		"    fail a: is a\n    fail b: is *\n    fail c: is c\n"
		"    fail d: is d\n", NULL,
	}, {
		"the shipped default is told apart",
		{ "a", "b", "c", "d" }, { "m", "m", "m", "m" }, { 0, 1, 0, 0 },
		"    fail a: m\n    fail b: m\n         stock: cPanel's own default\n"
		"    fail c: m\n    fail d: m\n", NULL,
	}, {
		"names below a domain, and addresses in it, are the domain's",
		{ "a.example", "b.example", "c.example", "d.example" },
		{ "_dmarc.a.example: rua=mailto:x@a.example. https://mta-sts.a.example/p",
		    "_dmarc.b.example: rua=mailto:x@b.example. https://mta-sts.b.example/p",
		    "_dmarc.c.example: rua=mailto:x@c.example. https://mta-sts.c.example/p",
		    "_dmarc.d.example: rua=mailto:x@d.example. https://mta-sts.d.example/p" },
		{ 0 },
		"    fail * (4 subjects): _dmarc.*: rua=mailto:x@*. https://mta-sts.*/p\n"
		"         such as a.example, b.example, c.example and 1 more\n",
		.scope = "domain",
	}, {
		"a record about a domain at another's name",
		{ "a.example", "b.example", "c.example", "d.example" },
		{ "wanted a.example._report._dmarc.x.example",
		    "wanted b.example._report._dmarc.x.example",
		    "wanted c.example._report._dmarc.x.example",
		    "wanted d.example._report._dmarc.x.example" }, { 0 },
		"    fail * (4 subjects): wanted *._report._dmarc.x.example\n"
		"         such as a.example, b.example, c.example and 1 more\n",
		.scope = "domain",
	}, {
		"a domain inside another one is not the domain",
		{ "a.example", "b.example", "c.example", "d.example" },
		{ "has a.example.org", "has b.example.org", "has xa.example",
		    "has d-a.example" }, { 0 },
		"    fail a.example: has a.example.org\n"
		"    fail b.example: has b.example.org\n"
		"    fail c.example: has xa.example\n"
		"    fail d.example: has d-a.example\n",
		.scope = "domain",
	}, {
		"keys and digests of records are not looked at",
		{ "a.example", "b.example", "c.example", "d.example" },
		{ "k=rsa; p=" KEY_A "\" and 3 1 1 " DIGEST_A,
		    "k=rsa; p=" KEY_B "\" and 3 1 1 " DIGEST_B,
		    "k=rsa; p=" KEY_A "\" and 3 1 1 " DIGEST_B,
		    "k=rsa; p=" KEY_B "\" and 3 1 1 " DIGEST_A }, { 0 },
		"    fail * (4 subjects): k=rsa; p=...\" and 3 1 1 ...\n"
		"         such as a.example, b.example, c.example and 1 more\n",
		.scope = "domain",
	}, {
		"a key that was cut is a key",
		{ "a.example", "b.example", "c.example", "d.example" },
		{ "p=" KEY_A "...\"", "p=" KEY_B "...\"", "p=" KEY_A "...\"",
		    "p=" KEY_B "...\"" }, { 0 },
		"    fail * (4 subjects): p=...\"\n"
		"         such as a.example, b.example, c.example and 1 more\n",
		.scope = "domain",
	}, {
		"but other words of records are",
		{ "a.example", "b.example", "c.example", "d.example" },
		{ "\"v=spf1 ip4:192.0.2.1 -all\"", "\"v=spf1 ip4:192.0.2.2 -all\"",
		    "\"v=spf1 ip4:192.0.2.3 -all\"",
		    "\"v=spf1 ip4:192.0.2.4 -all\"" }, { 0 },
		"    fail a.example: \"v=spf1 ip4:192.0.2.1 -all\"\n"
		"    fail b.example: \"v=spf1 ip4:192.0.2.2 -all\"\n"
		"    fail c.example: \"v=spf1 ip4:192.0.2.3 -all\"\n"
		"    fail d.example: \"v=spf1 ip4:192.0.2.4 -all\"\n",
		.scope = "domain",
	}, {
		"bytes that stand for parts of a message are no parts",
		{ "a.example", "b.example", "c.example", "d.example" },
		{ "a.example \x01", "b.example b.example", "c.example \x02",
		    "d.example \x03\x01" }, { 0 },
		"    fail a.example: a.example \\x01\n"
		"    fail b.example: b.example b.example\n"
		"    fail c.example: c.example \\x02\n"
		"    fail d.example: d.example \\x03\\x01\n",
		.scope = "domain",
	},
};

static void
test_alike(void **state)
{
	static const char head[] =
	    "cpward 0.1.0: mail.example.org, facts of 2026-11-21T19:00:00Z\n"
	    "Profile hipaa: HIPAA, baseline\n"
	    "0 of 1 observable controls pass; 1 fail\n\n"
	    "INFO     x.y: t\n";
	struct fixture *f = *state;
	size_t i, j;

	for (i = 0; i < COUNT(alike_cases); i++) {
		const struct alike_case *c = &alike_cases[i];
		struct finding items[5] = { 0 };

		for (j = 0; j < 5 && c->subjects[j] != NULL; j++)
			items[j] = (struct finding){
				.check = "x.y", .subject = c->subjects[j],
				.title = "t",
				.scope = c->scope == NULL ? "path" : c->scope,
				.result = RESULT_FAIL, .message = c->messages[j],
				.stock = c->stock[j],
			};
		f->findings = (struct findings){ items, j, 0 };
		print_message("%s\n", c->name);
		assert_text(f, 80, false, arena_printf(f->arena,
		    "%s%s         cpward checks explain x.y\n\n"
		    "findings, fail: %zu info\n%s"
		    "Technical observations, not legal advice.\n", head,
		    c->want, j, strstr(c->want, "* (") == NULL ? "" :
		    "Some lines stand for many findings: -o json lists every one.\n"));
	}
}

/* Each says something else, but for the last six. */
static const char many_text[] =
	"cpward 0.1.0: mail.example.org, facts of 2026-11-21T19:00:00Z\n"
	"Profile hipaa: HIPAA, baseline\n"
	"0 of 1 observable controls pass; 1 fail\n"
	"\n"
	"INFO     x.y: t\n"
	"    fail * (6 subjects): the same\n"
	"         such as d14, d15, d16 and 3 more\n"
	"    fail d00: other 00\n"
	"    fail d01: other 01\n"
	"    fail d02: other 02\n"
	"    fail d03: other 03\n"
	"    fail d04: other 04\n"
	"    fail d05: other 05\n"
	"    fail d06: other 06\n"
	"    fail d07: other 07\n"
	"    fail d08: other 08\n"
	"    fail d09: other 09\n"
	"    fail d10: other 10\n"
	"         and 3 more findings\n"
	"         cpward checks explain x.y\n"
	"\n"
	"notapplicable:\n"
	"    x.y d20: none 20\n"
	"    x.y d21: none 21\n"
	"    x.y d22: none 22\n"
	"    x.y d23: none 23\n"
	"    x.y d24: none 24\n"
	"    x.y d25: none 25\n"
	"    x.y d26: none 26\n"
	"    x.y d27: none 27\n"
	"    x.y d28: none 28\n"
	"    x.y d29: none 29\n"
	"    x.y d30: none 30\n"
	"    x.y d31: none 31\n"
	"    x.y and 2 more findings\n"
	"\n"
	"findings, fail: 20 info\n"
	"Some lines stand for many findings: -o json lists every one.\n"
	"Technical observations, not legal advice.\n";

static void
test_many(void **state)
{
	struct finding items[34] = { 0 };
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < COUNT(items); i++)
		items[i] = (struct finding){
			.check = "x.y", .title = "t", .scope = "domain",
			.subject = arena_printf(f->arena, "d%02zu", i),
			.result = i < 20 ? RESULT_FAIL : RESULT_NOTAPPLICABLE,
			.message = i < 14 ?
			    arena_printf(f->arena, "other %02zu", i) :
			    i < 20 ? "the same" :
			    arena_printf(f->arena, "none %02zu", i),
		};
	f->findings = (struct findings){ items, COUNT(items), 0 };
	assert_text(f, 80, false, many_text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(test_small, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile, setup, teardown),
		cmocka_unit_test_setup_teardown(test_narrow_and_coloured, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_origins, setup, teardown),
		cmocka_unit_test_setup_teardown(test_planes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_results, setup, teardown),
		cmocka_unit_test_setup_teardown(test_alike, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
