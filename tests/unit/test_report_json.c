/*
 * The JSON and NDJSON documents of a small run, byte for byte.
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
#define KNOWN(where) { .state = FACT_KNOWN, .origin = (where) }

#define DIGEST_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DIGEST_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

#define HEAD(host, rest) \
	"{\n" \
	"\"schema\": \"cpward.report/1\",\n" \
	"\"tool\": {\"name\": \"cpward\", \"version\": \"0.1.0\"},\n" \
	"\"host\": " host ",\n" \
	"\"started_at\": \"2026-11-21T19:00:00Z\",\n" \
	"\"finished_at\": \"2026-11-21T19:00:01Z\",\n" \
	"\"profile\": {\"id\": \"hipaa\", \"title\": \"HIPAA, baseline\", " \
	"\"digest\": \"sha256:" DIGEST_A "\"},\n" \
	"\"facts_digest\": \"sha256:" DIGEST_B "\",\n" \
	rest "}\n"

#define ZEROS \
	"{\"pass\": 0, \"fail\": 0, \"unknown\": 0, \"error\": 0, " \
	"\"notapplicable\": 0, \"notselected\": 0, \"waived\": 0, " \
	"\"attested\": 0, \"expired\": 0, \"fixed\": 0}"

static const char empty_json[] = HEAD("null",
	"\"summary\": " ZEROS ",\n"
	"\"by_severity\": {\"critical\": " ZEROS ", \"high\": " ZEROS
	", \"medium\": " ZEROS ", \"low\": " ZEROS ", \"info\": " ZEROS "},\n"
	"\"collectors\": [],\n"
	"\"findings\": [\n"
	"]\n");

#define SUMMARY \
	"{\"pass\": 1, \"fail\": 2, \"unknown\": 1, \"error\": 0, " \
	"\"notapplicable\": 0, \"notselected\": 3, \"waived\": 0, " \
	"\"attested\": 0, \"expired\": 0, \"fixed\": 0}"
#define CRITICAL \
	"{\"pass\": 0, \"fail\": 1, \"unknown\": 1, \"error\": 0, " \
	"\"notapplicable\": 0, \"notselected\": 0, \"waived\": 0, " \
	"\"attested\": 0, \"expired\": 0, \"fixed\": 0}"
#define LOW \
	"{\"pass\": 1, \"fail\": 1, \"unknown\": 0, \"error\": 0, " \
	"\"notapplicable\": 0, \"notselected\": 0, \"waived\": 0, " \
	"\"attested\": 0, \"expired\": 0, \"fixed\": 0}"

#define COLLECTORS \
	"[{\"name\": \"exim\", \"state\": \"ok\", \"why\": null, " \
	"\"duration_ms\": 3}, " \
	"{\"name\": \"whm\", \"state\": \"partial\", \"why\": \"403 from \\\"whm\\\"\", " \
	"\"duration_ms\": 40}]"

#define FINDING_1 \
	"{\"check\": \"tls.exim.min_version\", \"subject\": \"exim\", " \
	"\"scope\": \"service\", \"title\": \"Exim refuses TLS below 1.2\", " \
	"\"result\": \"fail\", \"severity\": \"critical\", " \
	"\"message\": \"TLSv1 is offered\", \"count\": 1, \"stock\": true, " \
	"\"evidence\": [" \
	"{\"fact\": \"exim.openssl_options\", \"plane\": \"store\", " \
	"\"state\": \"absent\", \"value\": null, " \
	"\"origin\": \"/etc/exim.conf.localopts\", \"why\": null}, " \
	"{\"fact\": \"exim.openssl_options\", \"plane\": \"file\", " \
	"\"state\": \"known\", \"value\": \"+no_sslv2 +no_sslv3\", " \
	"\"origin\": \"/etc/exim.conf:31\", \"why\": null}], " \
	"\"references\": [\"45 CFR 164.312(e)(1)\", " \
	"\"45 CFR 164.312(e)(2)(ii)\"], " \
	"\"remediation\": {\"id\": \"exim.openssl_options\", " \
	"\"mode\": \"guided\"}, \"waiver\": null}"

#define FINDING_2 \
	"{\"check\": \"tls.exim.offered\", \"subject\": \"exim\", " \
	"\"scope\": \"service\", \"title\": \"Exim offers STARTTLS\", " \
	"\"result\": \"unknown\", \"severity\": \"critical\", " \
	"\"message\": \"not decided\", \"count\": 1, \"stock\": false, " \
	"\"evidence\": [{\"fact\": \"exim.tls_advertise_hosts\", " \
	"\"plane\": \"daemon\", \"state\": \"unknown\", \"value\": null, " \
	"\"origin\": null, \"why\": \"timeout after 5 s\"}], " \
	"\"references\": [], \"remediation\": null, \"waiver\": null}"

/* Bytes from the host: an escape sequence, an override, a cut character. */
#define FINDING_3 \
	"{\"check\": \"x.hostile\", \"subject\": \"a\\u001B[2J\\u202Eb\\uFFFD\", " \
	"\"scope\": \"path\", \"title\": \"Hostile\", \"result\": \"fail\", " \
	"\"severity\": \"low\", \"message\": \"quote \\\" and backslash \\\\\", " \
	"\"count\": 1, \"stock\": false, \"evidence\": [" \
	"{\"fact\": \"tokens.acls\", \"plane\": \"api\", \"state\": \"known\", " \
	"\"value\": [\"all\", \"caf\\u00E9\", \"\\uFFFD\"], " \
	"\"origin\": \"whmapi1 api_token_list\", \"why\": null}, " \
	"{\"fact\": \"tokens.expires_at\", \"plane\": \"api\", " \
	"\"state\": \"known\", \"value\": -9223372036854775808, " \
	"\"origin\": null, \"why\": null}, " \
	"{\"fact\": \"access.mfa_policy\", \"plane\": \"api\", " \
	"\"state\": \"known\", \"value\": false, \"origin\": null, " \
	"\"why\": null}, " \
	"{\"fact\": \"dovecot.version\", \"plane\": \"daemon\", " \
	"\"state\": \"known\", \"value\": \"2.4.1\", \"origin\": null, " \
	"\"why\": null}], " \
	"\"references\": [], " \
	"\"remediation\": null, \"waiver\": null}"

#define FINDING_4 \
	"{\"check\": \"x.pass\", \"subject\": \"host\", \"scope\": \"host\", " \
	"\"title\": \"Pass\", \"result\": \"pass\", \"severity\": \"low\", " \
	"\"message\": \"fine\", \"count\": 1, \"stock\": false, " \
	"\"evidence\": [], \"references\": [], \"remediation\": null, " \
	"\"waiver\": null}"

static const char small_json[] = HEAD("\"mail.example.org\"",
	"\"summary\": " SUMMARY ",\n"
	"\"by_severity\": {\"critical\": " CRITICAL ", \"high\": " ZEROS
	", \"medium\": " ZEROS ", \"low\": " LOW ", \"info\": " ZEROS "},\n"
	"\"collectors\": " COLLECTORS ",\n"
	"\"findings\": [\n"
	FINDING_1 ",\n"
	FINDING_2 ",\n"
	FINDING_3 ",\n"
	FINDING_4 "\n"
	"]\n");

static const char small_ndjson[] =
	"{\"schema\": \"cpward.report/1\", "
	"\"tool\": {\"name\": \"cpward\", \"version\": \"0.1.0\"}, "
	"\"host\": \"mail.example.org\", "
	"\"started_at\": \"2026-11-21T19:00:00Z\", "
	"\"finished_at\": \"2026-11-21T19:00:01Z\", "
	"\"profile\": {\"id\": \"hipaa\", \"title\": \"HIPAA, baseline\", "
	"\"digest\": \"sha256:" DIGEST_A "\"}, "
	"\"facts_digest\": \"sha256:" DIGEST_B "\", "
	"\"summary\": " SUMMARY ", "
	"\"by_severity\": {\"critical\": " CRITICAL ", \"high\": " ZEROS
	", \"medium\": " ZEROS ", \"low\": " LOW ", \"info\": " ZEROS "}, "
	"\"collectors\": " COLLECTORS "}\n"
	FINDING_1 "\n"
	FINDING_2 "\n"
	FINDING_3 "\n"
	FINDING_4 "\n";

static const struct field setting_field = {
	.name = "openssl_options", .type = FIELD_SETTING,
};
static const struct field list_field = { .name = "acls", .type = FIELD_LIST };
static const struct field int_field = { .name = "expires_at", .type = FIELD_INT };
static const struct field bool_field = { .name = "mfa_policy", .type = FIELD_BOOL };
static const struct field str_field = { .name = "version", .type = FIELD_STR };

static const struct fact_str options_store = {
	{ .state = FACT_ABSENT, .origin = "/etc/exim.conf.localopts" },
	"not to be shown",
};
static const struct fact_str options_file = {
	KNOWN("/etc/exim.conf:31"), "+no_sslv2 +no_sslv3",
};
static const struct fact_str advertise = {
	{ .state = FACT_UNKNOWN, .why = "timeout after 5 s" }, NULL,
};
static const char *const acl_items[] = { "all", "caf\xc3\xa9", "\xff" };
static const struct fact_list acls = { KNOWN("whmapi1 api_token_list"),
	acl_items, COUNT(acl_items) };
static const struct fact_int expires = { KNOWN(NULL), INT64_MIN };
static const struct fact_bool mfa = { KNOWN(NULL), false };
static const struct fact_str dovecot = { KNOWN(NULL), "2.4.1" };

static struct evidence evidence_1[] = {
	{ "exim.openssl_options", &setting_field, PLANE_STORE,
	    &options_store.meta, false, 0 },
	{ "exim.openssl_options", &setting_field, PLANE_FILE,
	    &options_file.meta, false, 0 },
};
static struct evidence evidence_2[] = {
	{ "exim.tls_advertise_hosts", &setting_field, PLANE_DAEMON,
	    &advertise.meta, false, 0 },
};
static struct evidence evidence_3[] = {
	{ "tokens.acls", &list_field, PLANE_API, &acls.meta, false, 0 },
	{ "tokens.expires_at", &int_field, PLANE_API, &expires.meta, false, 0 },
	{ "access.mfa_policy", &bool_field, PLANE_API, &mfa.meta, false, 0 },
	{ "dovecot.version", &str_field, PLANE_DAEMON, &dovecot.meta, false, 0 },
};

static const char *const references[] = {
	"45 CFR 164.312(e)(1)", "45 CFR 164.312(e)(2)(ii)",
};

static struct finding finding_items[] = {
	{
		.check = "tls.exim.min_version", .subject = "exim",
		.scope = "service", .title = "Exim refuses TLS below 1.2",
		.result = RESULT_FAIL, .severity = SEVERITY_CRITICAL,
		.message = "TLSv1 is offered", .stock = true,
		.evidence = evidence_1, .evidence_count = COUNT(evidence_1),
		.references = references, .reference_count = 2,
		.remediation = "exim.openssl_options",
		.remediation_mode = REMEDIATION_GUIDED,
	}, {
		.check = "tls.exim.offered", .subject = "exim",
		.scope = "service", .title = "Exim offers STARTTLS",
		.result = RESULT_UNKNOWN, .severity = SEVERITY_CRITICAL,
		.message = "not decided",
		.evidence = evidence_2, .evidence_count = COUNT(evidence_2),
	}, {
		.check = "x.hostile",
		.subject = "a\x1b[2J\xe2\x80\xae" "b\xe2\x82",
		.scope = "path", .title = "Hostile",
		.result = RESULT_FAIL, .severity = SEVERITY_LOW,
		.message = "quote \" and backslash \\",
		.evidence = evidence_3, .evidence_count = COUNT(evidence_3),
	}, {
		.check = "x.pass", .subject = "host", .scope = "host",
		.title = "Pass", .result = RESULT_PASS,
		.severity = SEVERITY_LOW, .message = "fine",
	},
};

static struct collector_report collectors[] = {
	{ "exim", COLLECTOR_OK, NULL, 3 },
	{ "whm", COLLECTOR_PARTIAL, "403 from \"whm\"", 40 },
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
	f->facts->collectors.items = collectors;
	f->facts->collectors.count = COUNT(collectors);
	f->findings = (struct findings){ finding_items, COUNT(finding_items), 3 };
	f->run = (struct run){
		.version = "0.1.0",
		.started_at = 1795287600,
		.finished_at = 1795287601,
		.profile_id = "hipaa",
		.profile_title = "HIPAA, baseline",
		.profile_digest = DIGEST_A,
		.facts = f->facts,
		.facts_digest = DIGEST_B,
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
assert_renders(const struct run *run, enum report_format format,
    const char *want)
{
	const struct report_options options = { .width = 80 };
	struct err err = { 0 };
	char *got = NULL;
	size_t size;
	FILE *out = open_memstream(&got, &size);

	assert_non_null(out);
	if (report_write(out, format, run, &options, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(got, want);
	assert_int_equal(size, strlen(want));
	free(got);
}

static void
test_empty_run(void **state)
{
	struct fixture *f = *state;

	f->facts->host = NULL;
	f->facts->collectors.count = 0;
	f->findings = (struct findings){ 0 };
	assert_renders(&f->run, REPORT_JSON, empty_json);
}

static void
test_json(void **state)
{
	struct fixture *f = *state;

	assert_renders(&f->run, REPORT_JSON, small_json);
}

static void
test_ndjson(void **state)
{
	struct fixture *f = *state;

	assert_renders(&f->run, REPORT_NDJSON, small_ndjson);
}

static void
test_full_disk(void **state)
{
	static const enum report_format formats[] = {
		REPORT_TEXT, REPORT_JSON, REPORT_NDJSON,
	};
	const struct report_options options = { .width = 80 };
	struct fixture *f = *state;
	struct finding *many = calloc(1000, sizeof(*many));
	size_t i;

	/* More than a buffer holds, then less: failing early and at the end. */
	assert_non_null(many);
	for (i = 0; i < 1000; i++)
		many[i] = finding_items[i % 2];
	for (i = 0; i < 2 * COUNT(formats); i++) {
		enum report_format format = formats[i / 2];
		struct err err = { 0 };
		FILE *out = fopen("/dev/full", "w");

		if (i % 2 == 0)
			f->findings = (struct findings){ many, 1000, 0 };
		else
			f->findings = (struct findings){ finding_items, 1, 0 };

		assert_non_null(out);
		assert_int_equal(report_write(out, format, &f->run,
		    &options, &err), -1);
		assert_int_equal(err.code, ERR_IO);
		assert_string_equal(err.text,
		    "the report was not written: No space left on device");
		fclose(out);
	}
	free(many);
}

static void
test_format_words(void **state)
{
	enum report_format format = REPORT_TEXT;

	(void)state;
	assert_int_equal(report_format_parse("ndjson", &format), 0);
	assert_int_equal(format, REPORT_NDJSON);
	assert_int_equal(report_format_parse("json", &format), 0);
	assert_int_equal(format, REPORT_JSON);
	assert_int_equal(report_format_parse("text", &format), 0);
	assert_int_equal(format, REPORT_TEXT);
	assert_int_equal(report_format_parse("xml", &format), -1);
	assert_int_equal(report_format_parse("", &format), -1);
	assert_int_equal(format, REPORT_TEXT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_empty_run, setup, teardown),
		cmocka_unit_test_setup_teardown(test_json, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ndjson, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full_disk, setup, teardown),
		cmocka_unit_test(test_format_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
