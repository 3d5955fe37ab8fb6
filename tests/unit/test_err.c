/* Errors: the first wins, everything is cut to fit, and how they print. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static void
test_first_error_wins(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(err_at(&err, ERR_PARSE, "/etc/exim.conf", 31,
	    "tag \"%s\" has no value", "p"), -1);
	assert_int_equal(err_set(&err, ERR_IO, "echo"), -1);
	assert_int_equal(err_at(&err, ERR_IO, "/other", 1, "echo"), -1);
	assert_int_equal(err.code, ERR_PARSE);
	assert_int_equal(err.line, 31);
	assert_string_equal(err.source, "/etc/exim.conf");
	assert_string_equal(err.text, "tag \"p\" has no value");
	assert_int_equal(err_hint(&err, "add %d", 1), -1);
	assert_int_equal(err_hint(&err, "add 2"), -1);
	assert_string_equal(err.hint, "add 1");
}

static void
test_long_texts_are_cut(void **state)
{
	char text[2000];
	struct err err = { 0 };

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	err_at(&err, ERR_IO, text, 1, "%s", text);
	err_hint(&err, "%s", text);
	assert_int_equal(strlen(err.source), sizeof(err.source) - 1);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_int_equal(strlen(err.hint), sizeof(err.hint) - 1);
}

struct format_case {
	const char *source;
	unsigned line;
	size_t size;
	const char *expected;
};

static void
test_format(void **state)
{
	static const struct format_case cases[] = {
		{ NULL, 0, 64, "is bad" },
		{ "", 5, 64, "is bad" },
		{ "/f", 0, 64, "/f: is bad" },
		{ "/f", 12, 64, "/f:12: is bad" },
		{ "/f", 4294967295u, 64, "/f:4294967295: is bad" },
		{ "/f", 12, 8, "/f:12: " },
		{ "/f", 12, 1, "" },
	};
	char out[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = { 0 };

		memset(out, '#', sizeof(out));
		err_at(&err, ERR_CONTENT, cases[i].source, cases[i].line,
		    "is bad");
		err_format(&err, out, cases[i].size);
		assert_string_equal(out, cases[i].expected);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_error_wins),
		cmocka_unit_test(test_long_texts_are_cut),
		cmocka_unit_test(test_format),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
