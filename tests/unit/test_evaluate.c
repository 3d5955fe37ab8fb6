/*
 * The engine: needs that are not known, lists that are empty or not whole,
 * what is selected, and the order of findings. The checks are made up here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "engine/evaluate.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- checks that only say that they were asked ---- */

static void
pass_host(const struct evaluation *ev, struct finding *finding)
{
	finding_pass(ev, finding, "judged, wanted %lld",
	    (long long)ev->want->integer);
}

static void
say_nothing(const struct evaluation *ev, struct finding *finding)
{
	(void)ev;
	(void)finding;
}

static void
pass_reseller(const struct evaluation *ev,
    const struct reseller_facts *reseller, struct finding *finding)
{
	finding_pass(ev, finding, "reseller %s", reseller->name);
}

static void
pass_token(const struct evaluation *ev, const struct token_facts *token,
    struct finding *finding)
{
	finding_pass(ev, finding, "token %s", token->name);
}

static void
pass_password_file(const struct evaluation *ev,
    const struct password_file_facts *file, struct finding *finding)
{
	finding_pass(ev, finding, "password_file %s", file->name);
}

static void
pass_private_key(const struct evaluation *ev,
    const struct private_key_facts *key, struct finding *finding)
{
	finding_pass(ev, finding, "private_key %s", key->name);
}

static void
pass_mail_path(const struct evaluation *ev,
    const struct mail_path_facts *path, struct finding *finding)
{
	finding_pass(ev, finding, "mail_path %s", path->name);
}

static const struct check plain = { .id = "a.plain", .title = "A plain one",
	.scope = SCOPE_HOST, .subject = "host", .evaluate.host = pass_host,
	.remediation = "a.fix", .mode = REMEDIATION_GUIDED };
static const struct check service = { .id = "b.service",
	.scope = SCOPE_SERVICE, .subject = "exim", .evaluate.host = pass_host };
static const struct check needing = { .id = "a.needing",
	.scope = SCOPE_HOST, .subject = "host", .evaluate.host = pass_host,
	.needs = { "exim.openssl_options", "tokens.acls",
	"access.cphulk_enabled", "access.mfa_policy" } };
static const struct check optional = { .id = "a.optional",
	.scope = SCOPE_HOST, .subject = "host", .evaluate.host = pass_host,
	.needs = { "?access.cphulk_enabled" } };
static const struct check silent = { .id = "a.silent",
	.scope = SCOPE_HOST, .subject = "host", .evaluate.host = say_nothing };
static const struct check resellers = { .id = "c.resellers",
	.scope = SCOPE_RESELLER, .evaluate.reseller = pass_reseller };
static const struct check needing_resellers = { .id = "c.needing",
	.scope = SCOPE_RESELLER, .evaluate.reseller = pass_reseller,
	.needs = { "resellers.acls", "access.cphulk_enabled" } };
static const struct check tokens = { .id = "c.tokens",
	.scope = SCOPE_TOKEN, .evaluate.token = pass_token };
static const struct check password_files = { .id = "c.password_files",
	.scope = SCOPE_PASSWORD_FILE,
	.evaluate.password_file = pass_password_file };
static const struct check private_keys = { .id = "c.private_keys",
	.scope = SCOPE_PRIVATE_KEY, .evaluate.private_key = pass_private_key };
static const struct check mail_paths = { .id = "c.mail_paths",
	.scope = SCOPE_MAIL_PATH, .evaluate.mail_path = pass_mail_path };

static const char *const citations[] = { "45 CFR 164.312(e)(1)",
	"45 CFR 164.312(a)(2)(iv)" };

#define ENTRY(row, level) { .check = &row, .severity = level, \
	.selected = true, .references = citations, .reference_count = 2, \
	.want = { .integer = 7 } }

static struct findings
judge_entries(struct arena *arena, struct profile_entry *entries, size_t count,
    const struct facts *facts, const struct selection *selection)
{
	static const struct selection everything;
	static const struct data data;
	struct profile profile = { .entries = entries, .entry_count = count };
	struct findings findings;

	evaluate(arena, &profile, facts, &data,
	    selection == NULL ? &everything : selection, &findings);
	return findings;
}

static void
known(struct fact_meta *meta)
{
	*meta = (struct fact_meta){ FACT_KNOWN, "test", NULL };
}

static void
add_item(struct facts *facts, const char *list, const char *name)
{
	size_t i;

	for (i = 0; i < field_list_count; i++)
		if (strcmp(field_lists[i].name, list) == 0)
			facts_add_item(facts, &field_lists[i], name);
}

/* ---- needs ---- */

static void
test_row(void **state)
{
	struct profile_entry entries[] = { ENTRY(plain, SEVERITY_HIGH),
	    ENTRY(service, SEVERITY_LOW) };
	struct arena *arena = arena_new();
	struct findings findings = judge_entries(arena, entries, 2,
	    facts_new(arena), NULL);
	const struct finding *finding = findings.items;

	(void)state;
	assert_int_equal(findings.count, 2);
	assert_int_equal(findings.notselected, 0);
	assert_string_equal(finding->check, "a.plain");
	assert_string_equal(finding->subject, "host");
	assert_string_equal(finding->scope, "host");
	assert_string_equal(finding->title, "A plain one");
	assert_int_equal(finding->result, RESULT_PASS);
	assert_int_equal(finding->severity, SEVERITY_HIGH);
	assert_string_equal(finding->message, "judged, wanted 7");
	assert_ptr_equal(finding->references, citations);
	assert_int_equal(finding->reference_count, 2);
	assert_string_equal(finding->remediation, "a.fix");
	assert_int_equal(finding->remediation_mode, REMEDIATION_GUIDED);
	assert_string_equal(findings.items[1].subject, "exim");
	assert_string_equal(findings.items[1].scope, "service");
	assert_null(findings.items[1].remediation);
	arena_free(arena);
}

static void
test_needs(void **state)
{
	struct profile_entry entries[] = { ENTRY(needing, SEVERITY_HIGH) };
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena);
	struct findings findings;

	(void)state;
	findings = judge_entries(arena, entries, 1, facts, NULL);
	assert_int_equal(findings.items[0].result, RESULT_UNKNOWN);
	assert_string_equal(findings.items[0].message,
	    "access.cphulk_enabled is not known: not collected");
	assert_int_equal(findings.items[0].evidence_count, 1);
	assert_string_equal(findings.items[0].evidence[0].fact,
	    "access.cphulk_enabled");
	known(&facts->access.cphulk_enabled.meta);
	facts->access.mfa_policy.meta.why = "HTTP status 500";
	findings = judge_entries(arena, entries, 1, facts, NULL);
	assert_int_equal(findings.items[0].result, RESULT_UNKNOWN);
	assert_string_equal(findings.items[0].message,
	    "access.mfa_policy is not known: HTTP status 500");
	/* Absent is an answer; settings and items are the evaluator's. */
	facts->access.mfa_policy.meta = (struct fact_meta){ FACT_ABSENT, "x",
	    NULL };
	findings = judge_entries(arena, entries, 1, facts, NULL);
	assert_int_equal(findings.items[0].result, RESULT_PASS);
	arena_free(arena);
}

static void
test_optional(void **state)
{
	struct profile_entry entries[] = { ENTRY(optional, SEVERITY_HIGH) };
	struct arena *arena = arena_new();
	struct findings findings = judge_entries(arena, entries, 1,
	    facts_new(arena), NULL);

	(void)state;
	assert_int_equal(findings.items[0].result, RESULT_PASS);
	arena_free(arena);
}

static void
test_silent(void **state)
{
	struct profile_entry entries[] = { ENTRY(silent, SEVERITY_INFO) };
	struct arena *arena = arena_new();
	struct findings findings = judge_entries(arena, entries, 1,
	    facts_new(arena), NULL);

	(void)state;
	assert_int_equal(findings.items[0].result, RESULT_ERROR);
	assert_non_null(strstr(findings.items[0].message,
	    "a.silent gave no judgement on host"));
	arena_free(arena);
}

/* ---- lists ---- */

static const struct {
	const struct check *check;
	const char *list;
	const char *counted;
	const char *judged;
} lists[] = {
	{ &resellers, "resellers", "inventory.resellers", "reseller x" },
	{ &tokens, "tokens", "inventory.tokens", "token x" },
	{ &password_files, "password_files", "inventory.password_files",
	    "password_file x" },
	{ &private_keys, "private_keys", "inventory.private_keys",
	    "private_key x" },
	{ &mail_paths, "mail_paths", "inventory.mail_paths", "mail_path x" },
};

static void
test_lists(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(lists); i++) {
		struct profile_entry entries[] = { { .check = lists[i].check,
		    .severity = SEVERITY_LOW, .selected = true } };
		struct arena *arena = arena_new();
		struct facts *facts = facts_new(arena);
		struct fact_meta *meta;
		struct findings findings;
		const void *fact;

		assert_non_null(field_find(facts, lists[i].counted, &fact));
		meta = (struct fact_meta *)(uintptr_t)fact;
		/* Nobody looked. */
		findings = judge_entries(arena, entries, 1, facts, NULL);
		assert_int_equal(findings.count, 1);
		assert_int_equal(findings.items[0].result, RESULT_UNKNOWN);
		assert_string_equal(findings.items[0].subject, "host");
		assert_string_equal(findings.items[0].message, arena_printf(
		    arena, "the list of %s is not whole: not collected",
		    lists[i].list));
		/* Known to be empty is not applicable, never a pass. */
		known(meta);
		findings = judge_entries(arena, entries, 1, facts, NULL);
		assert_int_equal(findings.count, 1);
		assert_int_equal(findings.items[0].result,
		    RESULT_NOTAPPLICABLE);
		assert_string_equal(findings.items[0].evidence[0].fact,
		    lists[i].counted);
		/* Two that are there. */
		add_item(facts, lists[i].list, "x");
		add_item(facts, lists[i].list, "w");
		findings = judge_entries(arena, entries, 1, facts, NULL);
		assert_int_equal(findings.count, 2);
		assert_string_equal(findings.items[0].subject, "w");
		assert_string_equal(findings.items[1].subject, "x");
		assert_string_equal(findings.items[1].message,
		    lists[i].judged);
		/* Two, and perhaps more. */
		*meta = (struct fact_meta){ FACT_UNKNOWN, "x", "cut off" };
		findings = judge_entries(arena, entries, 1, facts, NULL);
		assert_int_equal(findings.count, 3);
		assert_string_equal(findings.items[0].subject, "host");
		assert_int_equal(findings.items[0].result, RESULT_UNKNOWN);
		assert_non_null(strstr(findings.items[0].message, "cut off"));
		assert_int_equal(findings.items[1].result, RESULT_PASS);
		/* A list that is not there is not known to be empty. */
		*meta = (struct fact_meta){ FACT_ABSENT, "x", NULL };
		findings = judge_entries(arena, entries, 1, facts, NULL);
		assert_int_equal(findings.items[0].result, RESULT_UNKNOWN);
		arena_free(arena);
	}
}

static void
test_list_needs(void **state)
{
	struct profile_entry entries[] = { ENTRY(needing_resellers,
	    SEVERITY_LOW) };
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena);
	struct findings findings;

	(void)state;
	known(&facts->inventory.resellers.meta);
	add_item(facts, "resellers", "x");
	findings = judge_entries(arena, entries, 1, facts, NULL);
	assert_int_equal(findings.count, 1);
	assert_string_equal(findings.items[0].subject, "x");
	assert_int_equal(findings.items[0].result, RESULT_UNKNOWN);
	known(&facts->access.cphulk_enabled.meta);
	findings = judge_entries(arena, entries, 1, facts, NULL);
	assert_int_equal(findings.items[0].result, RESULT_PASS);
	arena_free(arena);
}

/* ---- what is selected ---- */

static const struct {
	const char *name;
	const char *checks[2], *skipped[2], *references[2];
	enum severity severity;
	/* of a.plain (high), a.silent (info), b.service (low, not cited) */
	const char *wanted;
} selections[] = {
	{ "all", { NULL }, { NULL }, { NULL }, SEVERITY_INFO,
	    "a.plain b.service a.silent" },
	{ "one", { "a.plain" }, { NULL }, { NULL }, SEVERITY_INFO, "a.plain" },
	{ "a glob", { "a.*" }, { NULL }, { NULL }, SEVERITY_INFO,
	    "a.plain a.silent" },
	{ "two globs", { "b.*", "*.silent" }, { NULL }, { NULL },
	    SEVERITY_INFO, "b.service a.silent" },
	{ "a part is no glob", { "plain" }, { NULL }, { NULL }, SEVERITY_INFO,
	    "" },
	{ "a class", { "[ab].[ps]*" }, { "*.silent" }, { NULL }, SEVERITY_INFO,
	    "a.plain b.service" },
	{ "skipped", { NULL }, { "a.*" }, { NULL }, SEVERITY_INFO,
	    "b.service" },
	{ "skipping beats", { "a.plain" }, { "*" }, { NULL }, SEVERITY_INFO,
	    "" },
	{ "severity", { NULL }, { NULL }, { NULL }, SEVERITY_LOW,
	    "a.plain b.service" },
	{ "the highest", { NULL }, { NULL }, { NULL }, SEVERITY_CRITICAL, "" },
	{ "a citation", { NULL }, { NULL }, { "45 CFR 164.312(e)(1)" },
	    SEVERITY_INFO, "a.plain a.silent" },
	{ "its beginning", { NULL }, { NULL }, { "45 CFR 164.312(a)" },
	    SEVERITY_INFO, "a.plain a.silent" },
	{ "either of two", { NULL }, { NULL }, { "none", "45 CFR" },
	    SEVERITY_INFO, "a.plain a.silent" },
	/* cpward(8): a reference of the check begins with it. */
	{ "its middle", { NULL }, { NULL }, { "164.312" }, SEVERITY_INFO, "" },
	{ "another", { NULL }, { NULL }, { "45 CFR 164.308" }, SEVERITY_INFO,
	    "" },
};

static size_t
count_words(const char *const *words)
{
	return (size_t)(words[0] != NULL) + (words[0] != NULL &&
	    words[1] != NULL);
}

static void
test_selection(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(selections); i++) {
		struct profile_entry entries[] = {
			ENTRY(plain, SEVERITY_HIGH),
			ENTRY(silent, SEVERITY_INFO),
			{ .check = &service, .severity = SEVERITY_LOW,
			    .selected = true },
		};
		const struct selection selection = {
			selections[i].checks, count_words(selections[i].checks),
			selections[i].skipped,
			count_words(selections[i].skipped),
			selections[i].references,
			count_words(selections[i].references),
			selections[i].severity,
		};
		struct arena *arena = arena_new();
		struct findings findings = judge_entries(arena, entries, 3,
		    facts_new(arena), &selection);
		const char *text = "";

		for (j = 0; j < findings.count; j++)
			text = arena_printf(arena, "%s%s%s", text,
			    j > 0 ? " " : "", findings.items[j].check);
		if (strcmp(text, selections[i].wanted) != 0)
			fail_msg("%s: \"%s\", wanted \"%s\"",
			    selections[i].name, text, selections[i].wanted);
		assert_int_equal(findings.count + findings.notselected, 3);
		arena_free(arena);
	}
}

/* Left out by the profile: counted, whatever is asked for. */
static void
test_select_no(void **state)
{
	static const char *const asked[] = { "a.plain" };
	const struct selection selection = { .checks = asked,
	    .check_count = 1 };
	struct profile_entry entries[] = { ENTRY(plain, SEVERITY_HIGH) };
	struct arena *arena = arena_new();
	struct findings findings;

	(void)state;
	entries[0].selected = false;
	findings = judge_entries(arena, entries, 1, facts_new(arena),
	    &selection);
	assert_int_equal(findings.count, 0);
	assert_int_equal(findings.notselected, 1);
	assert_false(profile_entry_selected(&entries[0], &selection));
	findings = judge_entries(arena, entries, 0, facts_new(arena), NULL);
	assert_int_equal(findings.count + findings.notselected, 0);
	arena_free(arena);
}

/* ---- order ---- */

static void
test_order(void **state)
{
	static const char *const wanted[] = { "b.service exim",
	    "a.plain host", "a.silent host", "c.resellers B", "c.resellers a",
	    "c.resellers b", "c.resellers host", "c.resellers \303\251" };
	struct profile_entry entries[] = { ENTRY(resellers, SEVERITY_LOW),
	    ENTRY(silent, SEVERITY_HIGH), ENTRY(service, SEVERITY_CRITICAL),
	    ENTRY(plain, SEVERITY_HIGH) };
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena);
	struct findings findings;
	size_t i;

	(void)state;
	add_item(facts, "resellers", "b");
	add_item(facts, "resellers", "\303\251");
	add_item(facts, "resellers", "a");
	add_item(facts, "resellers", "B");
	findings = judge_entries(arena, entries, COUNT(entries), facts, NULL);
	assert_int_equal(findings.count, COUNT(wanted));
	for (i = 0; i < COUNT(wanted); i++)
		assert_string_equal(arena_printf(arena, "%s %s",
		    findings.items[i].check, findings.items[i].subject),
		    wanted[i]);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_row),
		cmocka_unit_test(test_needs),
		cmocka_unit_test(test_optional),
		cmocka_unit_test(test_silent),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_list_needs),
		cmocka_unit_test(test_selection),
		cmocka_unit_test(test_select_no),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
