/*
 * What is written straight to a stream is what Jansson would have written.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/json_build.h"
#include "report/json_write.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const texts[] = {
	"",
	"plain",
	"quote \" backslash \\ slash /",
	"\b\f\n\r\t\x01\x1f",
	"\xc3\xa9",				/* two bytes */
	"\xe2\x82\xac and \xe2\x80\xae",	/* three */
	"\xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf",	/* four: surrogates */
	"a\xc3\xa9\"b\xf0\x90\x80\x80\\c",
	"cut \xe2\x82",
	"\xff\xfe overlong \xc0\xaf surrogate \xed\xa0\x80",
	"mixed \xff then \xc3\xa9 then \"",
};

static char *
written(const char *text)
{
	size_t size;
	char *bytes = NULL;
	FILE *out = open_memstream(&bytes, &size);

	assert_non_null(out);
	json_write_text(out, text);
	assert_int_equal(fclose(out), 0);
	return bytes;
}

static void
test_text(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		json_t *json = json_build_text(texts[i]);
		char *want = json_dumps(json, JSON_BUILD_FLAGS);
		char *got = written(texts[i]);

		assert_non_null(want);
		assert_string_equal(got, want);
		free(got);
		free(want);
		json_decref(json);
	}
}

/* Jansson lets DEL through: it moves no cursor, but it is no character. */
static void
test_others(void **state)
{
	char *null = written(NULL);
	char *del = written("\x7f");

	(void)state;
	assert_string_equal(null, "null");
	assert_string_equal(del, "\"\\u007F\"");
	free(null);
	free(del);
}

static void
test_values(void **state)
{
	static const char *const items[] = { "a", "\"" };
	char *got = NULL;
	size_t size;
	FILE *out = open_memstream(&got, &size);

	(void)state;
	assert_non_null(out);
	json_write_texts(out, NULL, 0);
	json_write_texts(out, items, 2);
	json_write_int(out, INT64_MIN);
	json_write_bool(out, true);
	json_write_bool(out, false);
	json_write_raw(out, ", ");
	assert_int_equal(fclose(out), 0);
	assert_string_equal(got,
	    "[][\"a\", \"\\\"\"]-9223372036854775808truefalse, ");
	free(got);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
