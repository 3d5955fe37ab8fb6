/*
 * What checks share: judging planes, merging findings, the catalogue's own
 * rules. What the single checks say is in tests/checks/.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "checks/catalogue.h"
#include "checks/dates.h"
#include "checks/words.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PATH "exim.openssl_options"

/* openssl_options has the planes store, api, file and daemon. */
enum { STORE, API, CONF, DAEMON, PLANES };

static const enum plane planes[PLANES] =
    { PLANE_STORE, PLANE_API, PLANE_FILE, PLANE_DAEMON };

/*
 * What a plane holds, as one letter: P a value that passes, F one that fails,
 * Q one that can not be judged, N one that decides nothing, X asked and failed,
 * S skipped, - never asked, A absent.
 */
struct planes_case {
	const char *name;
	const char *planes;
	enum result result;
	const char *text;
};

static const struct planes_case planes_cases[] = {
	{ "all pass", "PPPP", RESULT_PASS, "value P" },
	{ "all fail", "FFFF", RESULT_FAIL, "value F" },
	{ "nearest fails", "PPPF", RESULT_FAIL,
	    "inconsistent: daemon (origin): value F; but file (origin): value P" },
	{ "store fails", "FPPP", RESULT_FAIL,
	    "inconsistent: daemon (origin): value P; but store (origin): value F" },
	{ "api and store disagree", "PFSS", RESULT_FAIL, "inconsistent: api" },
	{ "daemon failed", "PPPX", RESULT_UNKNOWN, "daemon: asked in vain" },
	{ "daemon failed, rest fails", "FFFX", RESULT_FAIL, "value F" },
	{ "store failed, rest passes", "XPPP", RESULT_UNKNOWN,
	    "store: asked in vain" },
	{ "store failed, daemon fails", "XSSF", RESULT_FAIL, "value F" },
	{ "daemon failed, file and store disagree", "FSPX", RESULT_FAIL,
	    "inconsistent: file" },
	{ "never asked is failed", "PSP-", RESULT_UNKNOWN,
	    "daemon: not collected" },
	{ "skipped forbids nothing", "PSSS", RESULT_PASS, "value P" },
	{ "skipped hides no fail", "SFSS", RESULT_FAIL, "value F" },
	{ "all skipped", "SSSS", RESULT_UNKNOWN, "skipped: told not to" },
	{ "all failed", "XXXX", RESULT_UNKNOWN, "asked in vain" },
	{ "failed or skipped", "XSSX", RESULT_UNKNOWN, "asked in vain" },
	{ "can not be judged", "PPPQ", RESULT_UNKNOWN, "daemon: value Q" },
	{ "can not be judged, rest fails", "FFFQ", RESULT_FAIL, "value F" },
	{ "decides nothing", "NNPP", RESULT_PASS, "value P" },
	{ "nothing decides", "NNNN", RESULT_UNKNOWN, "value N" },
	{ "nothing decides, rest skipped", "NSSS", RESULT_UNKNOWN, "value N" },
	{ "absent is judged by its default", "PSPA", RESULT_FAIL,
	    "inconsistent: daemon (origin): value D" },
};

static void
judge_letter(const struct evaluation *ev, enum plane plane,
    struct judgement *ret)
{
	const char *value = setting_value(ev, PATH, plane);

	switch (value[0]) {
	case 'P':
		judge(ret, RESULT_PASS, "value P");
		break;
	case 'F':
		judge(ret, RESULT_FAIL, "value F");
		ret->stock = true;
		break;
	case 'N':
		judge(ret, RESULT_NOTAPPLICABLE, "value N");
		break;
	case '+':	/* the documented default of file and daemon */
		judge(ret, RESULT_FAIL, "value D");
		break;
	default:
		judge(ret, RESULT_UNKNOWN, "value Q");
		break;
	}
}

static void
plane_set(struct fact_str *fact, char letter)
{
	static const char *const values[] = { "P", "F", "Q", "N" };
	size_t i;

	fact->meta.origin = "origin";
	if (letter == 'X')
		fact->meta.why = "asked in vain";
	else if (letter == 'S')
		fact->meta.why = FACT_SKIPPED_PREFIX "told not to";
	else if (letter == 'A')
		fact->meta.state = FACT_ABSENT;
	for (i = 0; i < COUNT(values); i++)
		if (values[i][0] == letter) {
			fact->meta.state = FACT_KNOWN;
			fact->value = values[i];
		}
}

static const char *const only_path[] = { PATH, NULL };

static void
finding_of(struct arena *arena, const char *letters, struct finding *finding)
{
	struct facts *facts = facts_new(arena);
	struct evaluation ev = {
		.arena = arena,
		.facts = facts,
		.check = check_find("tls.exim.min_version"),
	};
	size_t i;

	for (i = 0; i < PLANES; i++)
		plane_set(&facts->exim.openssl_options.plane[planes[i]],
		    letters[i]);
	memset(finding, 0, sizeof(*finding));
	evaluate_planes(&ev, only_path, judge_letter, finding);
}

static void
test_planes(void **state)
{
	struct arena *arena = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(planes_cases); i++) {
		const struct planes_case *row = &planes_cases[i];
		struct finding finding;

		finding_of(arena, row->planes, &finding);
		if (finding.result != row->result ||
		    strstr(finding.message, row->text) == NULL)
			fail_msg("%s: %s: %s", row->name,
			    result_name(finding.result), finding.message);
		assert_int_equal(finding.evidence_count, PLANES);
	}
	arena_free(arena);
}

static void
test_stock_is_no_contradiction(void **state)
{
	struct arena *arena = arena_new();
	struct finding finding;

	(void)state;
	finding_of(arena, "FFFF", &finding);
	assert_true(finding.stock);
	finding_of(arena, "PPPF", &finding);
	assert_false(finding.stock);
	finding_of(arena, "PPPP", &finding);
	assert_false(finding.stock);
	arena_free(arena);
}

/* ---- the socket beside the configuration ---- */

/* Letters as above, the last for the socket; held: a policy is known. */
static const struct {
	const char *name;
	const char *planes;
	bool held;
	enum result result;
	const char *text;
} socket_cases[] = {
	{ "all pass", "PPPPP", false, RESULT_PASS, "value P" },
	{ "all fail", "FFFFF", false, RESULT_FAIL, "value F; value F" },
	{ "weaker than configured", "PPPPF", false, RESULT_FAIL,
	    "inconsistent: socket (origin): value F; but daemon" },
	{ "weaker than configured, held or not", "PPPPF", true, RESULT_FAIL,
	    "inconsistent: socket (origin): value F; but daemon" },
	{ "stricter, nothing known", "FFFFP", false, RESULT_FAIL,
	    "inconsistent: socket (origin): value P; but daemon" },
	{ "stricter, held", "FFFFP", true, RESULT_PASS,
	    "value P; held by the policy: value F" },
	{ "stricter, held, file and api differ", "FPFFP", true, RESULT_FAIL,
	    "inconsistent: daemon (origin): value F; but api" },
	{ "passes, file and api differ", "PFPPP", false, RESULT_FAIL,
	    "inconsistent: daemon (origin): value P; but api" },
	{ "stricter, held, a plane failed", "FFFXP", true, RESULT_UNKNOWN,
	    "daemon: asked in vain" },
	{ "socket failed, rest passes", "PPPPX", false, RESULT_UNKNOWN,
	    "socket: asked in vain" },
	{ "socket failed, rest fails", "FFFFX", true, RESULT_FAIL, "value F" },
	{ "socket skipped", "PPPPS", false, RESULT_PASS, "value P" },
	{ "socket decides nothing", "PPPPN", false, RESULT_PASS, "value P" },
	{ "only the socket is known", "SSSSF", false, RESULT_FAIL,
	    "value F" },
	{ "only the socket is known, and it is fine", "SSSSP", true,
	    RESULT_PASS, "value P" },
};

/* The socket's letter stands in listening.exim. */
static void
judge_with_socket(const struct evaluation *ev, enum plane plane,
    struct judgement *ret)
{
	const char *value = setting_value(ev, "listening.exim", plane);

	if (plane != PLANE_SOCKET)
		judge_letter(ev, plane, ret);
	else if (value[0] == 'N')
		judge(ret, RESULT_NOTAPPLICABLE, "value N");
	else
		judge(ret, value[0] == 'P' ? RESULT_PASS : RESULT_FAIL,
		    "value %s", value);
}

static void
test_socket_plane(void **state)
{
	static const char *const paths[] = { PATH, "listening.exim", NULL };
	struct arena *arena = arena_new();
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(socket_cases); i++) {
		struct facts *facts = facts_new(arena);
		struct evaluation ev = { .arena = arena, .facts = facts,
		    .check = check_find("tls.exim.min_version") };
		struct finding finding = { .result = RESULT_UNKNOWN };

		for (j = 0; j < PLANES; j++)
			plane_set(&facts->exim.openssl_options.plane[
			    planes[j]], socket_cases[i].planes[j]);
		plane_set(&facts->listening.exim.plane[PLANE_SOCKET],
		    socket_cases[i].planes[PLANES]);
		evaluate_planes_held(&ev, paths, judge_with_socket,
		    socket_cases[i].held ? "the policy" : NULL, &finding);
		if (finding.result != socket_cases[i].result ||
		    strstr(finding.message, socket_cases[i].text) == NULL)
			fail_msg("%s: %s: %s", socket_cases[i].name,
			    result_name(finding.result), finding.message);
	}
	arena_free(arena);
}

struct stock_case {
	const char *path;
	const char *value;
	enum plane plane;
	bool stock;
};

static const struct stock_case stock_cases[] = {
	{ "dovecot.auth_allow_cleartext", "yes", PLANE_DAEMON, true },
	{ "dovecot.auth_allow_cleartext", "no", PLANE_DAEMON, false },
	{ "tweak.resetpass", NULL, PLANE_STORE, true },
	{ "tweak.account_login_access", "owner_root", PLANE_API, true },
	{ "exim.recipients_max", NULL, PLANE_FILE, false },
};

static void
test_setting_is_stock(void **state)
{
	struct arena *arena = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(stock_cases); i++) {
		const struct stock_case *row = &stock_cases[i];
		struct facts *facts = facts_new(arena);
		struct evaluation ev = { .arena = arena, .facts = facts };
		const void *fact;
		struct fact_str *plane;

		assert_non_null(field_find(facts, row->path, &fact));
		plane = &((struct setting *)(uintptr_t)fact)->plane[row->plane];
		plane->meta.state = row->value == NULL ? FACT_ABSENT :
		    FACT_KNOWN;
		plane->value = row->value;
		if (setting_is_stock(&ev, row->path, row->plane) != row->stock)
			fail_msg("%s %s", row->path,
			    row->value == NULL ? "absent" : row->value);
	}
	arena_free(arena);
}

struct merge_case {
	enum result first, second, result;
	const char *message;
};

static const struct merge_case merge_cases[] = {
	{ RESULT_PASS, RESULT_PASS, RESULT_PASS, "first; second" },
	{ RESULT_PASS, RESULT_FAIL, RESULT_FAIL, "second" },
	{ RESULT_FAIL, RESULT_PASS, RESULT_FAIL, "first" },
	{ RESULT_FAIL, RESULT_UNKNOWN, RESULT_FAIL, "first" },
	{ RESULT_UNKNOWN, RESULT_FAIL, RESULT_FAIL, "second" },
	{ RESULT_PASS, RESULT_UNKNOWN, RESULT_UNKNOWN, "second" },
	{ RESULT_UNKNOWN, RESULT_PASS, RESULT_UNKNOWN, "first" },
	{ RESULT_FAIL, RESULT_FAIL, RESULT_FAIL, "first; second" },
	{ RESULT_PASS, RESULT_NOTAPPLICABLE, RESULT_PASS, "first" },
	{ RESULT_FAIL, RESULT_ERROR, RESULT_ERROR, "second" },
};

static void
test_merge(void **state)
{
	struct arena *arena = arena_new();
	struct evaluation ev = { .arena = arena };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(merge_cases); i++) {
		const struct merge_case *row = &merge_cases[i];
		struct finding all = { 0 };
		const struct finding first = { .result = row->first,
		    .message = "first" };
		const struct finding second = { .result = row->second,
		    .message = "second" };

		finding_merge(&ev, &all, &first);
		finding_merge(&ev, &all, &second);
		assert_int_equal(all.result, row->result);
		assert_string_equal(all.message, row->message);
	}
	arena_free(arena);
}

static void
test_merged_stock(void **state)
{
	struct arena *arena = arena_new();
	struct evaluation ev = { .arena = arena };
	const struct finding stock = { .result = RESULT_FAIL,
	    .message = "stock", .stock = true };
	const struct finding own = { .result = RESULT_FAIL, .message = "own" };
	const struct finding good = { .result = RESULT_PASS,
	    .message = "good" };
	struct finding mixed = { 0 }, alone = { 0 };

	(void)state;
	finding_merge(&ev, &mixed, &stock);
	finding_merge(&ev, &mixed, &own);
	assert_false(mixed.stock);
	finding_merge(&ev, &alone, &good);
	finding_merge(&ev, &alone, &stock);
	assert_true(alone.stock);
	arena_free(arena);
}

static void
each_check(void (*visit)(const struct check *check, void *context),
    void *context)
{
	size_t table, i;

	for (table = 0; table < check_catalogue_count; table++)
		for (i = 0; i < check_catalogue[table].count; i++)
			visit(&check_catalogue[table].checks[i], context);
}

static bool
path_exists(const struct facts *facts, const char *path)
{
	const char *dot = strchr(path, '.');
	const void *fact;
	char list[64];

	if (field_find(facts, path, &fact) != NULL)
		return true;
	snprintf(list, sizeof(list), "%.*s", (int)(dot - path), path);
	return field_find_in_list(list, dot + 1) != NULL;
}

static void
check_row(const struct check *check, void *context)
{
	const struct facts *facts = context;
	bool single = check_scope_list(check->scope) == NULL;
	size_t i;

	assert_ptr_equal(check_find(check->id), check);
	assert_non_null(check->title);
	assert_null(strchr(check->title, '\n'));
	assert_non_null(check->evaluate.host);
	assert_int_equal(check->subject != NULL, single);
	assert_non_null(check->needs[0]);
	for (i = 0; i < CHECK_MAX_NEEDS && check->needs[i] != NULL; i++)
		if (!path_exists(facts, check->needs[i] +
		    (check->needs[i][0] == '?')))
			fail_msg("%s needs %s, which is no fact", check->id,
			    check->needs[i]);
	/* The reader of `explain` needs a way to act and what can break. */
	if (check->explain == NULL || strlen(check->explain) < 150)
		fail_msg("%s explains too little", check->id);
	assert_non_null(check->remediation);
	assert_int_not_equal(check->mode, REMEDIATION_NONE);
}

static void
test_catalogue(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	each_check(check_row, facts_new(arena));
	assert_null(check_find("tls.exim"));
	assert_null(check_find(""));
	arena_free(arena);
}

static void
count_check(const struct check *check, void *context)
{
	(void)check;
	++*(size_t *)context;
}

static void
test_catalogue_size(void **state)
{
	size_t count = 0;

	(void)state;
	each_check(count_check, &count);
	assert_int_equal(count, 60);
}

/* finding_item_evidence looks for them by their places. */
static void
test_rows_are_in_order_of_place(void **state)
{
	size_t list, i;

	(void)state;
	for (list = 0; list < field_list_count; list++)
		for (i = 1; i < field_lists[list].field_count; i++)
			if (field_lists[list].fields[i - 1].offset >=
			    field_lists[list].fields[i].offset)
				fail_msg("%s.%s", field_lists[list].name,
				    field_lists[list].fields[i].name);
}

/* auto is kept for what no user, client or partner can feel. */
static void
check_mode(const struct check *check, void *context)
{
	static const char *const unfelt[] =
	    { "log.exim.selectors", "log.no_phi_secrets" };

	(void)context;
	if ((check->mode == REMEDIATION_AUTO) != list_has(unfelt,
	    COUNT(unfelt), check->id, strlen(check->id)))
		fail_msg("%s is %s", check->id,
		    remediation_mode_name(check->mode));
}

static void
test_auto_is_never_felt(void **state)
{
	(void)state;
	each_check(check_mode, NULL);
}

static const char *const some_words[] = { "word" };

/* Facts of which nothing is known must not please any check. */
static void
check_is_not_pleased(const struct check *check, void *context)
{
	struct facts *facts = context;
	const struct want want = { .integer = 50, .string = "word",
	    .list = some_words, .list_count = 1 };
	/* Without a partner or tunnel some checks have no subject. */
	const struct parameters parameters = { .partners = some_words,
	    .partner_count = 1, .tunnels = some_words, .tunnel_count = 1 };
	const struct data data = { .max_age_days = 0 };
	const struct evaluation ev = { .arena = facts->arena, .check = check,
	    .facts = facts, .want = &want, .parameters = &parameters,
	    .data = &data };
	struct finding finding = { 0 };

	if (check_scope_list(check->scope) != NULL)
		return;
	check->evaluate.host(&ev, &finding);
	if (finding.message == NULL || finding.result != RESULT_UNKNOWN)
		fail_msg("%s: %s: %s", check->id, result_name(finding.result),
		    finding.message == NULL ? "no message" : finding.message);
}

static void
skip_field(const struct field *field, char *fact)
{
	static const char why[] = FACT_SKIPPED_PREFIX "told not to";
	int plane;

	for (plane = 0; plane < PLANE_COUNT; plane++)
		((struct fact_meta *)(uintptr_t)field_meta(field, fact,
		    (enum plane)plane))->why = why;
}

static void
test_unknown_facts_please_no_check(void **state)
{
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena);
	size_t group, i;

	(void)state;
	each_check(check_is_not_pleased, facts);
	for (group = 0; group < field_group_count; group++)
		for (i = 0; i < field_groups[group].field_count; i++)
			skip_field(&field_groups[group].fields[i],
			    (char *)facts + field_groups[group].offset +
			    field_groups[group].fields[i].offset);
	each_check(check_is_not_pleased, facts);
	arena_free(arena);
}

struct floor_case {
	const char *version;
	enum result result;
};

/* WP Squared is a branch of its own within 11.136. */
static void
test_branch_of_three_numbers(void **state)
{
	static const struct pair rows[] = {
		{ "11.134", "11.134.0.20" },
		{ "11.136", "11.136.0.5" },
		{ "11.136.1", "11.136.1.7" },
	};
	static const struct floor_case cases[] = {
		{ "11.136.0.5", RESULT_PASS }, { "11.136.0.4", RESULT_FAIL },
		{ "11.136.1.7", RESULT_PASS }, { "11.136.1.6", RESULT_FAIL },
		{ "136.1.6", RESULT_FAIL }, { "11.138.0.1", RESULT_PASS },
		{ "11.132.0.99", RESULT_FAIL },
	};
	const struct check *check = check_find("plat.cpanel.known_exploited");
	const struct data data = { .cpanel_floors = { "cpanel-floors", 0, rows,
	    COUNT(rows) } };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct arena *arena = arena_new();
		struct facts *facts = facts_new(arena);
		struct fact_str *version =
		    &facts->platform.cpanel_version.plane[PLANE_FILE];
		const struct evaluation ev = { .arena = arena, .check = check,
		    .facts = facts, .data = &data };
		struct finding finding = { 0 };

		version->meta.state = FACT_KNOWN;
		version->value = cases[i].version;
		facts->platform.cpanel_version.plane[PLANE_API].meta.why =
		    FACT_SKIPPED_PREFIX "no API";
		facts->platform.forged_sessions.meta.state = FACT_KNOWN;
		check->evaluate.host(&ev, &finding);
		if (finding.result != cases[i].result)
			fail_msg("%s: %s", cases[i].version, finding.message);
		arena_free(arena);
	}
}

struct day_case {
	const char *text;
	int64_t seconds;	/* of date -u -d TEXT +%s; -1 = no date */
};

static const struct day_case day_cases[] = {
	{ "1970-01-01", 0 },
	{ "2000-02-29", 951782400 },
	{ "2024-06-30", 1719705600 },
	{ "2026-11-01", 1793491200 },
	{ "2032-05-31", 1969574400 },
	{ "2100-03-01", 4107542400 },
	{ "2023-02-29", -1 },
	{ "2026-13-01", -1 },
	{ "2026-00-10", -1 },
	{ "2026-11-31", -1 },
	{ "2026-1-1", -1 },
	{ "1969-12-31", -1 },
	{ "2026-11-01T00:00:00Z", -1 },
	{ "", -1 },
};

static void
test_dates(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(day_cases); i++) {
		const struct day_case *row = &day_cases[i];
		int64_t seconds = -1;

		assert_int_equal(date_read(row->text, &seconds),
		    row->seconds >= 0);
		assert_int_equal(seconds, row->seconds);
		if (seconds >= 0)
			assert_string_equal(date_write(seconds + 86399).text,
			    row->text);
	}
	assert_string_equal(date_write(-1).text, "no date");
	assert_string_equal(date_write(INT64_MAX).text, "no date");
}

static const char *
listed(const char *text, char *joined, size_t size)
{
	struct item_list list;
	char item[16];

	joined[0] = '\0';
	item_list_begin(&list, text);
	while (item_list_next(&list, item, sizeof(item)))
		text_add(joined, size, "|", "%s", item);
	return joined;
}

static void
test_item_list(void **state)
{
	char joined[128];

	(void)state;
	assert_string_equal(listed("25 : 465 :587", joined, sizeof(joined)),
	    "25|465|587");
	assert_string_equal(listed("<; 25; 465", joined, sizeof(joined)),
	    "25|465");
	assert_string_equal(listed("127.0.0.1 : ::::1", joined,
	    sizeof(joined)), "127.0.0.1|::1");
	assert_string_equal(listed("<;;;a", joined, sizeof(joined)), ";a");
	assert_string_equal(listed("", joined, sizeof(joined)), "");
	assert_string_equal(listed("<", joined, sizeof(joined)), "<");
	assert_string_equal(listed("aaaaaaaaaaaaaaaaaaaaaaaa : b", joined,
	    sizeof(joined)), "aaaaaaaaaaaaaaa|b");
}

static void
test_values_are_cut_between_characters(void **state)
{
	struct arena *arena = arena_new();
	struct judgement judgement = { .result = RESULT_UNKNOWN };
	char value[900];
	size_t i;

	(void)state;
	for (i = 0; i + 1 < sizeof(value) - 1; i += 2)
		memcpy(value + i, "\xc3\xa4", 2);
	value[sizeof(value) - 2] = '\0';
	/* 160 bytes are shown, in quotes and with three points */
	assert_int_equal(strlen(shown(arena, value)), 160 + 5);
	judge(&judgement, RESULT_FAIL, "x%s", value);
	/* 639 bytes fit: an x and 319 characters of two bytes */
	assert_int_equal(strlen(judgement.text), 639);
	judge(&judgement, RESULT_FAIL, "%s", value);
	assert_int_equal(strlen(judgement.text), 638);
	/* bytes that are no UTF-8 at all do no harm */
	memset(value, 0x80, sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	assert_non_null(shown(arena, value));
	judge(&judgement, RESULT_FAIL, "%s", value);
	arena_free(arena);
}

static void
test_names(void **state)
{
	struct names names = { .count = 0 };
	char long_name[200];
	int i;

	(void)state;
	memset(long_name, 'n', sizeof(long_name));
	names_add(&names, "a", 1);
	assert_string_equal(names_end(&names), "a");
	for (i = 0; i < 5; i++)
		names_add(&names, long_name, sizeof(long_name));
	assert_non_null(strstr(names_end(&names), "n and 1 more"));
}

static void
test_switches_and_numbers(void **state)
{
	int64_t number;

	(void)state;
	assert_int_equal(switch_read("1"), 1);
	assert_int_equal(switch_read(" Yes "), 1);
	assert_int_equal(switch_read(""), 0);
	assert_int_equal(switch_read("0"), 0);
	assert_int_equal(switch_read("no"), 0);
	assert_int_equal(switch_read("plain"), -1);
	assert_int_equal(switch_read("1 0"), -1);
	assert_true(number_read(" 50000 ", &number));
	assert_int_equal(number, 50000);
	assert_false(number_read("", &number));
	assert_false(number_read("-1", &number));
	assert_false(number_read("10M", &number));
	assert_false(number_read("9999999999999999999", &number));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_planes),
		cmocka_unit_test(test_stock_is_no_contradiction),
		cmocka_unit_test(test_socket_plane),
		cmocka_unit_test(test_setting_is_stock),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_merged_stock),
		cmocka_unit_test(test_catalogue),
		cmocka_unit_test(test_catalogue_size),
		cmocka_unit_test(test_rows_are_in_order_of_place),
		cmocka_unit_test(test_auto_is_never_felt),
		cmocka_unit_test(test_unknown_facts_please_no_check),
		cmocka_unit_test(test_branch_of_three_numbers),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_item_list),
		cmocka_unit_test(test_values_are_cut_between_characters),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_switches_and_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
