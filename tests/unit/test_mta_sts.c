/*
 * MTA-STS and TLS reporting. Records and policies are written from the grammars
 * of RFC 8461 3.1 and 3.2 and RFC 8460 3, with their examples among them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "parse/mta_sts.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
check_error(const char *name, const char *got, const char *wanted)
{
	if ((got == NULL) != (wanted == NULL) ||
	    (got != NULL && strstr(got, wanted) == NULL))
		fail_msg("%s: \"%s\", wanted \"%s\"", name,
		    got == NULL ? "(none)" : got,
		    wanted == NULL ? "(none)" : wanted);
}

/* ---- the TXT record ---- */

struct record_case {
	const char *text;
	const char *id;		/* NULL = none */
	const char *error;	/* a part; NULL = fine */
};

static const struct record_case records[] = {
	{ "v=STSv1; id=20160831085700Z;", "20160831085700Z", NULL },	/* 3.1 */
	{ "v=STSv1;id=1", "1", NULL },
	{ "v=STSv1 ;\tid=aZ09 ; ", "aZ09", NULL },
	{ "v=STSv1; id=12345678901234567890123456789012",
	    "12345678901234567890123456789012", NULL },
	{ "v=STSv1; id=1; id=2", "1", NULL },
	{ "v=STSv1; x.y-z_1=a:b,c; id=1", "1", NULL },

	{ "v=STSv1", NULL, "no id" },
	{ "v=STSv1;", NULL, "no id" },
	{ "v=STSv1; ID=1", NULL, "no id" },
	{ "v=STSv1; id=", NULL, "id=: not 1 to 32" },
	{ "v=STSv1; id=2016-08-31", NULL, "id=2016-08-31: not 1 to 32" },
	{ "v=STSv1; id=123456789012345678901234567890123", NULL,
	    "not 1 to 32" },
	{ "v=STSv1; id = 1", NULL, "\"id = 1\" is no field" },
	{ "v=STSv1; id=1; x", "1", "\"x\" is no field" },
	{ "v=STSv1; id=1; x=", "1", "\"x=\" is no field" },
	{ "v=STSv1; id=1; x=a b", "1", "\"x=a b\" is no field" },
	{ "v=STSv1; id=1; x=a=b", "1", "\"x=a=b\" is no field" },
	{ "v=STSv1; id=1; _x=a", "1", "\"_x=a\" is no field" },
	{ "v=STSv1;; id=1", NULL, "\"\" is no field" },
	{ "v=STSv1; id=1\xc3\xa4", NULL, "id=1??: not" },
};

static void
test_records(void **state)
{
	struct arena *arena = arena_new();
	const char *id, *error;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(records); i++) {
		const struct record_case *c = &records[i];

		assert_true(mta_sts_record_read(arena, c->text,
		    strlen(c->text), &id, &error));
		check_error(c->text, error, c->error);
		check_error(c->text, id, c->id);
		if (id != NULL)
			assert_string_equal(id, c->id);
	}
	arena_free(arena);
}

static void
test_no_records(void **state)
{
	static const char *const texts[] = {
		"", "v=STSv1 id=1", "v=STSv2; id=1", "v=stsv1; id=1",
		"V=STSv1; id=1", " v=STSv1; id=1", "v = STSv1; id=1",
		"v=STSv10; id=1", "id=1; v=STSv1", "v=spf1 -all",
	};
	struct arena *arena = arena_new();
	const char *id, *error;
	const char *const *rua;
	size_t count, i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++)
		if (mta_sts_record_read(arena, texts[i], strlen(texts[i]), &id,
		    &error) || tls_rpt_record_read(arena, texts[i],
		    strlen(texts[i]), &rua, &count, &error))
			fail_msg("\"%s\" is taken for a record", texts[i]);
	assert_false(mta_sts_record_read(arena, "v=STSv1\0; id=1", 14, &id,
	    &error));
	arena_free(arena);
}

/* ---- the policy ---- */

struct policy_case {
	const char *name;
	const char *text;
	const char *mode;	/* NULL = none read */
	int64_t max_age;
	const char *mx;		/* ' ' between them */
	const char *error;	/* a part; NULL = fine */
};

#define HEAD "version: STSv1\nmode: enforce\nmax_age: 604800\n"
#define MX "mx: mail.example.com\n"

static const struct policy_case policies[] = {
	{ "the example of 3.2", "version: STSv1\r\nmode: enforce\r\n"
	    "mx: mail.example.com\r\nmx: *.example.net\r\n"
	    "mx: backupmx.example.com\r\nmax_age: 604800\r\n", "enforce",
	    604800, "mail.example.com *.example.net backupmx.example.com",
	    NULL },
	{ "LF alone", HEAD MX, "enforce", 604800, "mail.example.com", NULL },
	{ "no end of the last line", HEAD "mx: mail.example.com", "enforce",
	    604800, "mail.example.com", NULL },
	{ "blanks behind the colon and at the end",
	    "version:STSv1 \nmode:\ttesting\t\nmax_age:   0\nmx:a.example  \r\n",
	    "testing", 0, "a.example", NULL },
	{ "in any order", "mx: a.example\nmax_age: 31557600\nmode: testing\n"
	    "version: STSv1\n", "testing", 31557600, "a.example", NULL },
	{ "none needs no mx", "version: STSv1\nmode: none\nmax_age: 86400\n",
	    "none", 86400, "", NULL },
	{ "unknown fields", HEAD MX "x-y.z: a=b;c \xc3\xa4 d\nMode: none\n",
	    "enforce", 604800, "mail.example.com", NULL },
	{ "the first of two counts", HEAD MX "mode: none\nmax_age: 1\n"
	    "version: STSv2\n", "enforce", 604800, "mail.example.com", NULL },

	{ "nothing", "", NULL, 0, "", "it has no version" },
	{ "no version", "mode: enforce\nmax_age: 604800\n" MX, "enforce",
	    604800, "mail.example.com", "it has no version" },
	{ "another version", "version: STSv2\nmode: enforce\nmax_age: 1\n" MX,
	    "enforce", 1, "mail.example.com",
	    "line 1: version is \"STSv2\", not STSv1" },
	{ "no mode", "version: STSv1\nmax_age: 604800\n" MX, NULL, 604800,
	    "mail.example.com", "it has no mode" },
	{ "a mode of its own", "version: STSv1\nmode: Enforce\nmax_age: 1\n" MX,
	    NULL, 1, "mail.example.com", "line 2: mode is \"Enforce\"" },
	{ "no max_age", "version: STSv1\nmode: enforce\n" MX, "enforce", 0,
	    "mail.example.com", "it has no max_age" },
	{ "max_age over the limit", "version: STSv1\nmode: enforce\n"
	    "max_age: 31557601\n" MX, "enforce", 31557601, "mail.example.com",
	    "line 3: max_age is 31557601, over 31557600" },
	{ "max_age of eleven digits", "version: STSv1\nmode: enforce\n"
	    "max_age: 00000000001\n" MX, "enforce", 0, "mail.example.com",
	    "not 1 to 10 digits" },
	{ "max_age below zero", "version: STSv1\nmode: enforce\n"
	    "max_age: -1\n" MX, "enforce", 0, "mail.example.com",
	    "max_age is \"-1\"" },
	{ "no mx", HEAD, "enforce", 604800, "", "it has no mx" },
	{ "a star alone", HEAD "mx: *\n", "enforce", 604800, "",
	    "line 4: mx is \"*\"" },
	{ "a star inside", HEAD "mx: a.*.example\n", "enforce", 604800, "",
	    "mx is \"a.*.example\"" },
	{ "two names in one line", HEAD "mx: a.example, b.example\n",
	    "enforce", 604800, "", "mx is \"a.example, b.example\"" },
	{ "a name with its last dot", HEAD "mx: a.example.\n", "enforce",
	    604800, "", "mx is \"a.example.\"" },
	{ "an empty line", HEAD "\n" MX, "enforce", 604800, "mail.example.com",
	    "line 4: it is empty" },
	{ "an empty line at the end", HEAD MX "\r\n", "enforce", 604800,
	    "mail.example.com", "line 5: it is empty" },
	{ "a line without colon", HEAD MX "mx mail.example.com\n", "enforce",
	    604800, "mail.example.com", "\"mx mail.example.com\" is no field" },
	{ "a blank before the colon", "version : STSv1\n", NULL, 0, "",
	    "\"version : STSv1\" is no field" },
	{ "a byte order mark", "\xef\xbb\xbf" HEAD MX, "enforce", 604800,
	    "mail.example.com", "line 1: \"???version: STSv1\" is no field" },
	{ "CR alone", "version: STSv1\rmode: enforce\rmax_age: 1\r", NULL, 0,
	    "", "line 1: \"version: STSv1?mode: enforce?max_age: 1?\"" },
	{ "a web page", "<!DOCTYPE html>\n<html>\n", NULL, 0, "",
	    "line 1: \"<!DOCTYPE html>\" is no field" },
};

static void
test_policies(void **state)
{
	struct arena *arena = arena_new();
	struct mta_sts_policy got;
	size_t i, j, length;

	(void)state;
	for (i = 0; i < COUNT(policies); i++) {
		const struct policy_case *c = &policies[i];
		char mx[256] = "";

		print_message("%s\n", c->name);
		mta_sts_policy_read(arena, c->text, strlen(c->text), &got);
		check_error(c->name, got.error, c->error);
		assert_int_equal(got.mode != NULL, c->mode != NULL);
		if (got.mode != NULL)
			assert_string_equal(got.mode, c->mode);
		assert_int_equal(got.max_age, c->max_age);
		for (j = 0, length = 0; j < got.mx_count; j++)
			length += (size_t)snprintf(mx + length,
			    sizeof(mx) - length, "%s%s", j > 0 ? " " : "",
			    got.mx[j]);
		assert_string_equal(mx, c->mx);
	}
	arena_free(arena);
}

static void
test_limits(void **state)
{
	struct arena *arena = arena_new();
	static char text[MTA_STS_POLICY_MAX + 1];
	struct mta_sts_policy got;
	size_t length;

	(void)state;
	memset(text, 'x', sizeof(text));
	mta_sts_policy_read(arena, text, sizeof(text), &got);
	assert_string_equal(got.error, "it is larger than 65536 bytes");
	length = (size_t)sprintf(text, HEAD);
	while (length + 16 < MTA_STS_POLICY_MAX)
		length += (size_t)sprintf(text + length, "mx: a.example\n");
	mta_sts_policy_read(arena, text, length, &got);
	assert_int_equal(got.mx_count, 512);
	assert_string_equal(got.error, "line 516: more mx lines than are read");
	mta_sts_policy_read(arena, "version: STSv1\0\n", 16, &got);
	check_error("a NUL", got.error, "\"version: STSv1?\" is no field");
	arena_free(arena);
}

/* 4.1: the star is one label, the leftmost. */
static void
test_covers(void **state)
{
	static const struct {
		const char *pattern;
		const char *host;
		bool covers;
	} cases[] = {
		{ "mail.example.com", "mail.example.com", true },
		{ "mail.example.com", "MAIL.Example.com.", true },
		{ "*.example.com", "mail.example.com", true },
		{ "*.EXAMPLE.com", "mail.example.COM.", true },
		{ "*.example.com", "example.com", false },
		{ "*.example.com", "a.mail.example.com", false },
		{ "*.example.com", ".example.com", false },
		{ "*.example.com", "mailexample.com", false },
		{ "mail.example.com", "mail.example.co", false },
		{ "mail.example.com", "a.mail.example.com", false },
		{ "mail.example.com", "", false },
		{ "*.example.com", "", false },
		{ "*.com", "example.com", true },
		{ "", "", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		if (mta_sts_covers(cases[i].pattern, cases[i].host) !=
		    cases[i].covers)
			fail_msg("%s and %s", cases[i].pattern, cases[i].host);
}

/* ---- TLS reporting ---- */

struct report_case {
	const char *text;
	const char *rua;	/* ' ' between them */
	const char *error;	/* a part; NULL = fine */
};

static const struct report_case reports[] = {
	/* RFC 8460 3.1: both examples */
	{ "v=TLSRPTv1;rua=mailto:reports@example.com",
	    "mailto:reports@example.com", NULL },
	{ "v=TLSRPTv1; rua=https://reporting.example.com/v1/tlsrpt",
	    "https://reporting.example.com/v1/tlsrpt", NULL },
	{ "v=TLSRPTv1; rua=mailto:a@example.com , https://example.com/r;",
	    "mailto:a@example.com https://example.com/r", NULL },
	{ "v=TLSRPTv1; rua=mailto:a@example.com; rua=mailto:b@example.com",
	    "mailto:a@example.com mailto:b@example.com", NULL },
	{ "v=TLSRPTv1; x=1; rua=MAILTO:a@example.com", "MAILTO:a@example.com",
	    NULL },
	{ "v=TLSRPTv1; rua=https://example.com/?a=b", "https://example.com/?a=b",
	    NULL },

	{ "v=TLSRPTv1", "", "it has no rua" },
	{ "v=TLSRPTv1;", "", "it has no rua" },
	{ "v=TLSRPTv1; rua=", "", "it has no rua" },
	{ "v=TLSRPTv1; ruf=mailto:a@example.com", "", "it has no rua" },
	{ "v=TLSRPTv1; rua", "", "\"rua\" is no field" },
	{ "v=TLSRPTv1; rua=a@example.com", "a@example.com",
	    "\"a@example.com\" is neither a mailto: nor an https: URI" },
	{ "v=TLSRPTv1; rua=http://example.com/r", "http://example.com/r",
	    "\"http://example.com/r\" is neither" },
	{ "v=TLSRPTv1; rua=https://", "https://", "\"https://\" is neither" },
	{ "v=TLSRPTv1; rua=,mailto:a@example.com", "mailto:a@example.com",
	    "rua: \"\" is neither" },
	{ "v=TLSRPTv1; rua=mailto:x, mailto:a@example.com",
	    "mailto:x mailto:a@example.com", "\"mailto:x\" is neither" },
};

static void
test_reports(void **state)
{
	struct arena *arena = arena_new();
	const char *const *rua;
	const char *error;
	size_t count, i, j, length;

	(void)state;
	for (i = 0; i < COUNT(reports); i++) {
		const struct report_case *c = &reports[i];
		char joined[256] = "";

		print_message("%s\n", c->text);
		assert_true(tls_rpt_record_read(arena, c->text,
		    strlen(c->text), &rua, &count, &error));
		check_error(c->text, error, c->error);
		for (j = 0, length = 0; j < count; j++)
			length += (size_t)snprintf(joined + length,
			    sizeof(joined) - length, "%s%s", j > 0 ? " " : "",
			    rua[j]);
		assert_string_equal(joined, c->rua);
	}
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_no_records),
		cmocka_unit_test(test_policies),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_covers),
		cmocka_unit_test(test_reports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
