/*
 * What the platform collector makes of version files, update settings and
 * session files.
 */
#include "tests/unit/table_host.h"

extern const struct collector collector_platform;

#define VERSION "/usr/local/cpanel/version"
#define UPDATE "/etc/cpupdate.conf"
#define OS "/etc/os-release"
#define RAW "/var/cpanel/sessions/raw"
#define FORGED "platform.forged_sessions"
#define IN_FILE PLANE_FILE

static const struct collect_case cases[] = {
	{ "a server", { FILE_IS(VERSION, "11.134.0.30\n"),
	    FILE_IS(UPDATE, "CPANEL=lts\nRPMUP=daily\nUPDATES=daily\n"),
	    FILE_IS(OS, "NAME=\"AlmaLinux\"\nID=\"almalinux\"\n"
	    "VERSION_ID='9.4'\n"), DIR_IS(RAW, "") }, {
	    { "platform.cpanel_version", IN_FILE, FACT_KNOWN, "11.134.0.30",
	    VERSION },
	    { "platform.cpupdate_tier", IN_FILE, FACT_KNOWN, "lts",
	    UPDATE ":1" },
	    { "platform.cpupdate_updates", IN_FILE, FACT_KNOWN, "daily",
	    UPDATE ":3" },
	    { "platform.os_id", IN_FILE, FACT_KNOWN, "almalinux", OS ":2" },
	    { "platform.os_version", IN_FILE, FACT_KNOWN, "9.4", OS ":3" },
	    { FORGED, IN_FILE, FACT_KNOWN, "0", RAW } } },
	{ "nothing there", { { 0 } }, {
	    { "platform.cpanel_version", IN_FILE, FACT_ABSENT, NULL, VERSION },
	    { "platform.cpupdate_tier", IN_FILE, FACT_ABSENT, NULL, UPDATE },
	    { "platform.os_id", IN_FILE, FACT_ABSENT, NULL, OS },
	    { FORGED, IN_FILE, FACT_ABSENT, NULL, RAW } } },
	{ "nothing readable", { FILE_FAILS(VERSION), FILE_FAILS(UPDATE),
	    FILE_FAILS(OS), DIR_FAILS(RAW) }, {
	    { "platform.cpanel_version", IN_FILE, FACT_UNKNOWN,
	    "Input/output error", VERSION },
	    { "platform.cpupdate_tier", IN_FILE, FACT_UNKNOWN,
	    "Input/output error", UPDATE },
	    { "platform.cpupdate_updates", IN_FILE, FACT_UNKNOWN,
	    "Input/output error", UPDATE },
	    { "platform.os_version", IN_FILE, FACT_UNKNOWN,
	    "Input/output error", OS },
	    { FORGED, IN_FILE, FACT_UNKNOWN, "Permission denied", RAW } } },
	{ "no cPanel at all", { FILE_ORPHAN(VERSION), DIR_ORPHAN(RAW) }, {
	    { "platform.cpanel_version", IN_FILE, FACT_UNKNOWN, "no directory",
	    VERSION },
	    { FORGED, IN_FILE, FACT_UNKNOWN, "no directory", RAW } } },
	{ "a version without newline", { FILE_IS(VERSION, "11.136.0.1") }, {
	    { "platform.cpanel_version", IN_FILE, FACT_KNOWN, "11.136.0.1",
	    NULL } } },
	{ "a version with CRLF", { FILE_IS(VERSION, "11.136.0.1\r\n") }, {
	    { "platform.cpanel_version", IN_FILE, FACT_KNOWN, "11.136.0.1",
	    NULL } } },
	{ "a version that is none", { FILE_IS(VERSION, "<html>\n") }, {
	    { "platform.cpanel_version", IN_FILE, FACT_UNKNOWN,
	    "does not hold a version number", VERSION } } },
	{ "a version with more behind", { FILE_IS(VERSION, "11.1 beta\n") }, {
	    { "platform.cpanel_version", IN_FILE, FACT_UNKNOWN,
	    "does not hold a version number", NULL } } },
	{ "an empty version", { FILE_IS(VERSION, "") }, {
	    { "platform.cpanel_version", IN_FILE, FACT_UNKNOWN,
	    "does not hold a version number", NULL } } },
	{ "keys without values and twice",
	    { FILE_IS(UPDATE, "CPANEL\nUPDATES=daily\nUPDATES=never\n") }, {
	    { "platform.cpupdate_tier", IN_FILE, FACT_ABSENT, NULL,
	    UPDATE ":1" },
	    { "platform.cpupdate_updates", IN_FILE, FACT_KNOWN, "never",
	    UPDATE ":3" } } },
};

static void
test_cases(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		check_case(&collector_platform, &cases[i], NULL, 0);
}

/* ---- sessions ---- */

#define HONEST "user=root\nlogin_time=1763750000\nhasroot=1\n" \
	"origin_as_string=address=192.0.2.1,app=whostmgrd,method=handle_form_login\n" \
	"successful_internal_auth_with_timestamp=1763750000\n"
#define REFUSED "user=root\nneeds_auth=1\n" \
	"origin_as_string=address=192.0.2.1,app=whostmgrd,method=badpass\n"

static const struct collect_case session_cases[] = {
	{ "honest ones", { DIR_IS(RAW, "root:A/root:B/root:C/"),
	    FILE_IS(RAW "/root:A", HONEST), FILE_IS(RAW "/root:B", REFUSED),
	    FILE_IS(RAW "/root:C", "") }, {
	    { FORGED, IN_FILE, FACT_KNOWN, "0", RAW } } },
	{ "a line that is no pair", { DIR_IS(RAW, "root:A/root:B/"),
	    FILE_IS(RAW "/root:A", HONEST "junk\n"),
	    FILE_IS(RAW "/root:B", HONEST) }, {
	    { FORGED, IN_FILE, FACT_KNOWN, "1", RAW } } },
	{ "a key twice", { DIR_IS(RAW, "root:A/"),
	    FILE_IS(RAW "/root:A", HONEST "user=admin\n") }, {
	    { FORGED, IN_FILE, FACT_KNOWN, "1", NULL } } },
	{ "logged in with a refused password", { DIR_IS(RAW, "a/b/c/d/e/"),
	    FILE_IS(RAW "/a", REFUSED "hasroot=1\n"),
	    FILE_IS(RAW "/b", REFUSED "tfa_verified=1\n"),
	    FILE_IS(RAW "/c",
	    REFUSED "successful_internal_auth_with_timestamp=1\n"),
	    FILE_IS(RAW "/d",
	    REFUSED "successful_external_auth_with_timestamp=1\n"),
	    FILE_IS(RAW "/e", REFUSED "locale=en\n") }, {
	    { FORGED, IN_FILE, FACT_KNOWN, "4", NULL } } },
	{ "one ended meanwhile", { DIR_IS(RAW, "a/b/"),
	    FILE_IS(RAW "/a", HONEST), FILE_ABSENT(RAW "/b") }, {
	    { FORGED, IN_FILE, FACT_KNOWN, "0", NULL } } },
	{ "one can not be read", { DIR_IS(RAW, "a/b/"),
	    FILE_IS(RAW "/a", HONEST), FILE_FAILS(RAW "/b") }, {
	    { FORGED, IN_FILE, FACT_UNKNOWN,
	    "1 of 2 session files can not be read", RAW } } },
	{ "one forged says enough", { DIR_IS(RAW, "a/b/"),
	    FILE_IS(RAW "/a", "junk\n"), FILE_FAILS(RAW "/b") }, {
	    { FORGED, IN_FILE, FACT_KNOWN, "1", RAW } } },
};

static void
test_sessions(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(session_cases); i++)
		check_case(&collector_platform, &session_cases[i], NULL, 0);
}

/* One row's text repeated: many sessions, many lines, a huge file. */
static const char *
repeated(struct arena *arena, const char *format, unsigned count)
{
	size_t size = (strlen(format) + 8) * count + 1, length = 0;
	char *text = arena_alloc(arena, size);
	unsigned i;

	for (i = 0; i < count; i++) {
		/* The formats are of this file. */
		const char *hash = strchr(format, '#');

		length += (size_t)snprintf(text + length, size - length,
		    "%.*s%u%s", (int)(hash - format), format, i, hash + 1);
	}
	return text;
}

static void
test_many(void **state)
{
	struct arena *arena = arena_new();
	const struct {
		struct row rows[3];
		struct expected expected;
	} many[] = {
		{ { { "dir " RAW, ANSWER_OK, repeated(arena, "s#/", 20001), 0,
		    NULL } }, { FORGED, IN_FILE, FACT_UNKNOWN,
		    "holds 20001 sessions, more than the 20000", RAW } },
		{ { { "dir " RAW, ANSWER_OK, repeated(arena, "s#/", 20000), 0,
		    NULL } }, { FORGED, IN_FILE, FACT_KNOWN, "0", RAW } },
		{ { DIR_IS(RAW, "a/"), { "file " RAW "/a", ANSWER_OK,
		    repeated(arena, "k#=1\n", 500), 0, NULL } },
		    { FORGED, IN_FILE, FACT_KNOWN, "0", RAW } },
		{ { DIR_IS(RAW, "a/"), { "file " RAW "/a", ANSWER_OK,
		    repeated(arena, "k#=1\n", 501), 0, NULL } },
		    { FORGED, IN_FILE, FACT_KNOWN, "1", RAW } },
		{ { DIR_IS(RAW, "a/"), { "file " RAW "/a", ANSWER_OK,
		    repeated(arena, "a#=1\n", 10000), 0, NULL } },
		    { FORGED, IN_FILE, FACT_UNKNOWN,
		    "1 of 1 session files can not be read", RAW } },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(many); i++) {
		struct table_host host = { .rows = many[i].rows,
		    .row_count = COUNT(many[i].rows) };
		struct facts *facts = facts_new(arena);

		table_run(&host, &collector_platform, facts);
		check_fact(facts, "many", &many[i].expected);
	}
	arena_free(arena);
}

static void
test_name(void **state)
{
	static const struct {
		struct row rows[2];
		const char *wanted;
	} names[] = {
		{ { FILE_IS("/etc/hostname", "a.example.com\n"),
		    FILE_IS("/proc/sys/kernel/hostname", "b\n") },
		    "a.example.com" },
		{ { FILE_IS("/etc/hostname", "\n"),
		    FILE_IS("/proc/sys/kernel/hostname", "b\n") }, "b" },
		{ { FILE_FAILS("/etc/hostname"),
		    FILE_IS("/proc/sys/kernel/hostname", "b") }, "b" },
		{ { FILE_FAILS("/etc/hostname") }, NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(names); i++) {
		struct arena *arena = arena_new();
		struct table_host host = { .rows = names[i].rows,
		    .row_count = 2 };
		struct facts *facts = facts_new(arena);

		table_run(&host, &collector_platform, facts);
		if (names[i].wanted == NULL)
			assert_null(facts->host);
		else
			assert_string_equal(facts->host, names[i].wanted);
		arena_free(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_sessions),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
