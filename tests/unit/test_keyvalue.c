/*
 * Files of one setting a line: what is a key, what a value, and which of
 * several lines counts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "parse/keyvalue.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TEXT(text) text, sizeof(text) - 1

static const struct {
	const char *name;
	const char *bytes;
	size_t length;
	char separator;
	/* "LINE:KEY=VALUE" or "LINE:KEY", one blank between. */
	const char *wanted;
} cases[] = {
	{ "nothing", TEXT(""), '=', "" },
	{ "newlines", TEXT("\n\r\n\n"), '=', "" },
	{ "pairs", TEXT("a=1\nb=2\n"), '=', "1:a=1 2:b=2" },
	{ "no newline at the end", TEXT("a=1\nb=2"), '=', "1:a=1 2:b=2" },
	{ "CRLF", TEXT("a=1\r\nb\r\nc=\r\n"), '=', "1:a=1 2:b 3:c=" },
	{ "a bare key", TEXT("a\nb=\n"), '=', "1:a 2:b=" },
	{ "blanks around", TEXT("a \t= \t1 \t\n"), '=', "1:a=1" },
	{ "comments and blank lines", TEXT("#a=1\n\n# b\nc=3\n"), '=', "4:c=3" },
	{ "a comment behind is the value's", TEXT("a=1 # b\n"), '=',
	    "1:a=1 # b" },
	{ "indented lines", TEXT("a: 1\n  b: 2\n\tc: 3\nd: 4\n"), ':',
	    "1:a=1 4:d=4" },
	{ "the first separator splits", TEXT("a=b=c=\n"), '=', "1:a=b=c=" },
	{ "another's separator", TEXT("a:1\nb=2\n"), ':', "1:a=1 2:b=2" },
	{ "no key", TEXT("=1\n"), '=', "1:=1" },
	{ "quotes", TEXT("a=\"x\"\nb='y'\nc=\"\"\nd=''\n"), '=',
	    "1:a=x 2:b=y 3:c= 4:d=" },
	{ "quotes that do not match", TEXT("a=\"x'\nb=\"\nc='\nd=\"x\nf=x\"\n"),
	    '=', "1:a=\"x' 2:b=\" 3:c=' 4:d=\"x 5:f=x\"" },
	{ "one pair of quotes goes", TEXT("a=\"'x'\"\nb=\"\"x\"\"\n"), '=',
	    "1:a='x' 2:b=\"x\"" },
	{ "blanks inside quotes stay", TEXT("a=\" x \"\n"), '=', "1:a= x " },
	{ "a NUL ends its line", TEXT("a=1\0junk\nb\0=2\n\0c=3\nd=4\n"), '=',
	    "1:a=1 2:b 4:d=4" },
	{ "bytes that are no text", TEXT("\377=\376\n"), '=',
	    "1:\377=\376" },
	{ "a key twice", TEXT("a=1\na=2\n"), '=', "1:a=1 2:a=2" },
};

static void
test_cases(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct arena *arena = arena_new();
		const char *text = "";
		struct keyvalues values;

		keyvalues_parse(arena, cases[i].bytes, cases[i].length,
		    cases[i].separator, &values);
		for (j = 0; j < values.count; j++)
			text = arena_printf(arena, "%s%s%u:%s%s%s", text,
			    j > 0 ? " " : "", values.items[j].line,
			    values.items[j].key,
			    values.items[j].value != NULL ? "=" : "",
			    values.items[j].value != NULL ?
			    values.items[j].value : "");
		if (strcmp(text, cases[i].wanted) != 0)
			fail_msg("%s: \"%s\", wanted \"%s\"", cases[i].name,
			    text, cases[i].wanted);
		arena_free(arena);
	}
}

static void
test_find(void **state)
{
	static const char text[] = "a=1\nb\na=2\nab=3\nb=4\nb\n";
	struct arena *arena = arena_new();
	struct keyvalues values;

	(void)state;
	keyvalues_parse(arena, text, sizeof(text) - 1, '=', &values);
	assert_int_equal(values.count, 6);
	assert_string_equal(keyvalues_find(&values, "a")->value, "2");
	assert_int_equal(keyvalues_find(&values, "a")->line, 3);
	assert_null(keyvalues_find(&values, "b")->value);
	assert_int_equal(keyvalues_find(&values, "b")->line, 6);
	assert_string_equal(keyvalues_find(&values, "ab")->value, "3");
	assert_null(keyvalues_find(&values, "A"));
	assert_null(keyvalues_find(&values, ""));
	keyvalues_parse(arena, "", 0, '=', &values);
	assert_null(keyvalues_find(&values, "a"));
	keyvalues_parse(arena, NULL, 0, '=', &values);
	assert_int_equal(values.count, 0);
	arena_free(arena);
}

/* Megabytes without a newline, and a hundred thousand lines. */
static void
test_large(void **state)
{
	struct arena *arena = arena_new();
	size_t size = 1 << 20, i;
	char *bytes = arena_alloc(arena, size);
	struct keyvalues values;

	(void)state;
	memset(bytes, '=', size);
	keyvalues_parse(arena, bytes, size, '=', &values);
	assert_int_equal(values.count, 1);
	assert_int_equal(strlen(values.items[0].value), size - 1);
	for (i = 0; i < size; i += 8)
		memcpy(bytes + i, "key=val\n", 8);
	keyvalues_parse(arena, bytes, size, '=', &values);
	assert_int_equal(values.count, size / 8);
	assert_int_equal(values.items[size / 8 - 1].line, size / 8);
	assert_string_equal(values.items[size / 8 - 1].value, "val");
	arena_free(arena);
}

/* The index finds what the walk finds: the last line of a key. */
static void
test_index(void **state)
{
	static const char text[] = "b=1\na=2\nb=3\nab=4\n=5\na=6\n";
	static const char *const keys[] = { "", "a", "ab", "b", "c", "A" };
	static const unsigned lines[] = { 5, 6, 4, 3, 0, 0 };
	struct arena *arena = arena_new();
	struct keyvalue_index index;
	const struct keyvalue *found;
	struct keyvalues values;
	size_t i;

	(void)state;
	keyvalues_parse(arena, text, sizeof(text) - 1, '=', &values);
	keyvalues_index(arena, &values, &index);
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		found = keyvalue_index_find(&index, keys[i]);
		assert_int_equal(found == NULL ? 0 : found->line, lines[i]);
		assert_ptr_equal(found, keyvalues_find(&values, keys[i]));
	}
	keyvalues_parse(arena, "", 0, '=', &values);
	keyvalues_index(arena, &values, &index);
	assert_null(keyvalue_index_find(&index, "a"));
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_index),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
