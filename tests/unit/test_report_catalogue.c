/*
 * What is printed from the check tables: the list, the explanation, the
 * manual page. The tables here are a scratch catalogue of three checks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checks/check.h"
#include "engine/profile.h"
#include "report/catalogue.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct check first_table[] = {
	{
		.id = "c.third", .title = "Nobody chose this",
		.scope = SCOPE_HOST, .subject = "host",
		.needs = { "access.mfa_policy" },
		.want = WANT_NONE, .explain = "It is not in the profile.",
	}, {
		.id = "a.first", .title = "Exim refuses old TLS",
		.scope = SCOPE_SERVICE, .subject = "exim",
		.needs = { "exim.openssl_options", "dovecot.version" },
		.want = WANT_STRING,
		.remediation = "exim.openssl_options",
		.mode = REMEDIATION_GUIDED,
		.explain = "Old TLS can be broken, and every client of the last "
		    "ten years speaks 1.2. Set +no_tlsv1_1 in the Exim "
		    "Configuration Manager. .forward and ^\\N stay.",
	},
};

static const struct check second_table[] = {
	{
		.id = "b.second", .title = "Tokens hold what they need",
		.scope = SCOPE_TOKEN,
		.needs = { "tokens.acls", "?tokens.expires_at" },
		.want = WANT_LIST, .explain = "Short.",
	},
};

const struct check_table check_catalogue[] = {
	{ first_table, COUNT(first_table) },
	{ second_table, COUNT(second_table) },
};
const size_t check_catalogue_count = COUNT(check_catalogue);

static const char *const references[] = {
	"45 CFR 164.312(e)(1)", "45 CFR 164.312(e)(2)(ii)",
};
static const char *const wanted[] = { "all", "create-user-session" };

static struct profile_entry entries[] = {
	{
		.check = &first_table[1], .severity = SEVERITY_CRITICAL,
		.want = { .string = "TLSv1.2" },
		.references = references, .reference_count = 2,
		.selected = true, .file = "hipaa.yaml", .line = 12,
	}, {
		.check = &second_table[0], .severity = SEVERITY_HIGH,
		.want = { .list = wanted, .list_count = 2 },
		.selected = false, .file = "hipaa.yaml", .line = 30,
	},
};

static const struct profile profile = {
	.id = "hipaa", .title = "HIPAA, baseline",
	.entries = entries, .entry_count = COUNT(entries),
};

static const char list_text[] =
	"a.first   critical  Exim refuses old TLS\n"
	"b.second  high      Tokens hold what they need\n"
	"c.third   -         Nobody chose this\n";

static const char list_json[] =
	"{\n"
	"\"schema\": \"cpward.checks/1\",\n"
	"\"checks\": [\n"
	"{\"id\": \"a.first\", \"title\": \"Exim refuses old TLS\", "
	"\"scope\": \"service\", \"severity\": \"critical\", "
	"\"needs\": [\"exim.openssl_options\", \"dovecot.version\"], "
	"\"references\": [\"45 CFR 164.312(e)(1)\", "
	"\"45 CFR 164.312(e)(2)(ii)\"], "
	"\"remediation\": {\"id\": \"exim.openssl_options\", "
	"\"mode\": \"guided\"}, "
	"\"explain\": \"Old TLS can be broken, and every client of the last "
	"ten years speaks 1.2. Set +no_tlsv1_1 in the Exim "
	"Configuration Manager. .forward and ^\\\\N stay.\"},\n"
	"{\"id\": \"b.second\", \"title\": \"Tokens hold what they need\", "
	"\"scope\": \"token\", \"severity\": \"high\", "
	"\"needs\": [\"tokens.acls\", \"tokens.expires_at\"], "
	"\"references\": [], \"remediation\": null, \"explain\": \"Short.\"},\n"
	"{\"id\": \"c.third\", \"title\": \"Nobody chose this\", "
	"\"scope\": \"host\", \"severity\": null, "
	"\"needs\": [\"access.mfa_policy\"], "
	"\"references\": [], \"remediation\": null, "
	"\"explain\": \"It is not in the profile.\"}\n"
	"]\n"
	"}\n";

static const char first_explained[] =
	"a.first: Exim refuses old TLS\n"
	"\n"
	"severity     critical, by hipaa.yaml:12\n"
	"scope        service: exim\n"
	"want         TLSv1.2\n"
	"facts        exim.openssl_options: store, api, file, daemon\n"
	"             dovecot.version: daemon\n"
	"references   45 CFR 164.312(e)(1)\n"
	"             45 CFR 164.312(e)(2)(ii)\n"
	"remediation  exim.openssl_options, guided\n"
	"\n"
	"Old TLS can be broken, and every client of the last ten years speaks 1.2. Set\n"
	"+no_tlsv1_1 in the Exim Configuration Manager. .forward and ^\\N stay.\n";

static const char second_explained[] =
	"b.second: Tokens hold what they need\n"
	"\n"
	"severity     high, not selected, by hipaa.yaml:30\n"
	"scope        token\n"
	"want         all, create-user-session\n"
	"facts        tokens.acls: api\n"
	"             tokens.expires_at: api, if known\n"
	"remediation  none\n"
	"\n"
	"Short.\n";

static const char third_explained[] =
	"c.third: Nobody chose this\n"
	"\n"
	"severity     none: the profile does not list this check\n"
	"scope        host\n"
	"facts        access.mfa_policy: api\n"
	"remediation  none\n"
	"\n"
	"It is not in the profile.\n";

static const char manual[] =
	".\\\" Printed by cpward from the tables in checks/; edit those.\n"
	".Dd November 21, 2026\n"
	".Dt CPWARD-CHECKS 7\n"
	".Os\n"
	".Sh NAME\n"
	".Nm cpward-checks\n"
	".Nd the checks that cpward makes\n"
	".Sh DESCRIPTION\n"
	"All checks that\n"
	".Xr cpward 8\n"
	"knows, by id.\n"
	"Severity, want and references are those of the profile\n"
	".Dq hipaa .\n"
	"Another profile can set its own, see\n"
	".Xr cpward-profile 5 .\n"
	"A fact is judged on each of its planes;\n"
	".Xr cpward 8\n"
	"says what they are.\n"
	".Ss a.first\n"
	"Exim refuses old TLS.\n"
	".Bl -tag -width \"remediation\" -compact\n"
	".It severity\n"
	"critical\n"
	".It scope\n"
	"service: exim\n"
	".It want\n"
	"TLSv1.2\n"
	".It facts\n"
	"exim.openssl_options, dovecot.version\n"
	".It references\n"
	"45 CFR 164.312(e)(1), 45 CFR 164.312(e)(2)(ii)\n"
	".It remediation\n"
	"exim.openssl_options, guided\n"
	".El\n"
	".Pp\n"
	"Old TLS can be broken, and every client of the last ten years speaks 1.2.\n"
	"Set +no_tlsv1_1 in the Exim Configuration Manager.\n"
	"\\&.forward and \\(ha\\eN stay.\n"
	".Ss b.second\n"
	"Tokens hold what they need.\n"
	".Bl -tag -width \"remediation\" -compact\n"
	".It severity\n"
	"high\n"
	".It scope\n"
	"token\n"
	".It want\n"
	"all, create\\-user\\-session\n"
	".It facts\n"
	"tokens.acls, tokens.expires_at\n"
	".It remediation\n"
	"none\n"
	".El\n"
	".Pp\n"
	"Short.\n"
	".Ss c.third\n"
	"Nobody chose this.\n"
	".Bl -tag -width \"remediation\" -compact\n"
	".It severity\n"
	"none\n"
	".It scope\n"
	"host\n"
	".It facts\n"
	"access.mfa_policy\n"
	".It remediation\n"
	"none\n"
	".El\n"
	".Pp\n"
	"It is not in the profile.\n"
	".Sh SEE ALSO\n"
	".Xr cpward-profile 5 ,\n"
	".Xr cpward 8\n";

struct output {
	char *bytes;
	size_t size;
	FILE *out;
};

static void
output_start(struct output *o)
{
	*o = (struct output){ 0 };
	o->out = open_memstream(&o->bytes, &o->size);
	assert_non_null(o->out);
}

static void
assert_output(struct output *o, int status, const char *want)
{
	assert_int_equal(status, 0);
	assert_int_equal(fclose(o->out), 0);
	assert_string_equal(o->bytes, want);
	assert_int_equal(o->size, strlen(want));
	free(o->bytes);
}

static void
test_list_text(void **state)
{
	struct output o;

	(void)state;
	output_start(&o);
	assert_output(&o, catalogue_text(o.out, &profile), list_text);
}

static void
test_list_json(void **state)
{
	struct output o;

	(void)state;
	output_start(&o);
	assert_output(&o, catalogue_json(o.out, &profile), list_json);
}

static void
test_manual(void **state)
{
	struct output o;

	(void)state;
	output_start(&o);
	assert_output(&o, catalogue_man(o.out, &profile), manual);
}

static void
test_explain(void **state)
{
	static const struct {
		const struct check *check;
		const struct profile_entry *entry;
		const char *want;
	} cases[] = {
		{ &first_table[1], &entries[0], first_explained },
		{ &second_table[0], &entries[1], second_explained },
		{ &first_table[0], NULL, third_explained },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct output o;

		output_start(&o);
		assert_output(&o, catalogue_explain(o.out, cases[i].check,
		    cases[i].entry), cases[i].want);
	}
}

static void
test_full_disk(void **state)
{
	FILE *out = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(out);
	assert_int_equal(catalogue_text(out, &profile), -1);
	assert_int_equal(catalogue_json(out, &profile), -1);
	assert_int_equal(catalogue_man(out, &profile), -1);
	assert_int_equal(catalogue_explain(out, &first_table[1], NULL), -1);
	fclose(out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list_text),
		cmocka_unit_test(test_list_json),
		cmocka_unit_test(test_manual),
		cmocka_unit_test(test_explain),
		cmocka_unit_test(test_full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
