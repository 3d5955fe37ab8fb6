/*
 * What hostile bytes become on their way to a terminal, into JSON and into a
 * manual page.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/arena.h"
#include "report/escape.h"

struct escape_case {
	const char *name;
	const char *bytes;
	size_t length;
	const char *want;
};

#define CASE(name, bytes, want) { name, bytes, sizeof(bytes) - 1, want }

static const struct escape_case terminal_cases[] = {
	CASE("plain text stays", "+no_sslv3 at 100%", "+no_sslv3 at 100%"),
	CASE("letters of other scripts stay", "m\xc3\xbcller \xe2\x82\xac \xe6\x97\xa5",
	    "m\xc3\xbcller \xe2\x82\xac \xe6\x97\xa5"),
	CASE("a backslash stays, regular expressions are full of them",
	    "^\\N{a}", "^\\N{a}"),
	CASE("colour sequence", "\x1b[31mred", "\\x1b[31mred"),
	CASE("OSC 8 link", "\x1b]8;;http://evil/\x1b\\x\x07",
	    "\\x1b]8;;http://evil/\\x1b\\x\\x07"),
	CASE("carriage return hides what was printed", "fail\rpass",
	    "fail\\x0dpass"),
	CASE("line feed and tab", "a\nb\tc", "a\\x0ab\\x09c"),
	CASE("backspace and DEL", "a\bb\x7f", "a\\x08b\\x7f"),
	CASE("NUL", "a\0b", "a\\x00b"),
	CASE("C1 as a raw byte", "\x9b" "31m", "\\x9b31m"),
	CASE("C1 as UTF-8", "\xc2\x9b" "31m", "\\u{9b}31m"),
	CASE("right-to-left override", "a\xe2\x80\xae" "b", "a\\u{202e}b"),
	CASE("isolates", "\xe2\x81\xa6x\xe2\x81\xa9", "\\u{2066}x\\u{2069}"),
	CASE("Arabic letter mark", "\xd8\x9c", "\\u{61c}"),
	CASE("zero width space and byte order mark",
	    "a\xe2\x80\x8b\xef\xbb\xbf", "a\\u{200b}\\u{feff}"),
	CASE("line separator", "\xe2\x80\xa8", "\\u{2028}"),
	CASE("tag characters", "\xf3\xa0\x81\x81", "\\u{e0041}"),
	CASE("private use", "\xee\x80\x80", "\\u{e000}"),
	CASE("noncharacter", "\xef\xbf\xbf", "\\u{ffff}"),
	CASE("overlong slash", "\xc0\xaf", "\\xc0\\xaf"),
	CASE("surrogate", "\xed\xa0\x80", "\\xed\\xa0\\x80"),
	CASE("above the last code point", "\xf4\x90\x80\x80",
	    "\\xf4\\x90\\x80\\x80"),
	CASE("cut sequence at the end", "a\xe2\x82", "a\\xe2\\x82"),
	CASE("cut sequence before a letter", "\xe2\x82z", "\\xe2\\x82z"),
	CASE("empty", "", ""),
};

static const struct escape_case utf8_cases[] = {
	CASE("plain text stays", "a\nb\x1b", "a\nb\x1b"),
	CASE("well-formed sequences stay", "\xe2\x82\xac\xf0\x9f\x94\x92",
	    "\xe2\x82\xac\xf0\x9f\x94\x92"),
	CASE("one bad byte", "a\xff" "b", "a\xef\xbf\xbd" "b"),
	CASE("every byte of an overlong form", "\xc0\xaf",
	    "\xef\xbf\xbd\xef\xbf\xbd"),
	CASE("every byte of a surrogate", "\xed\xa0\x80",
	    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"),
	CASE("a cut sequence is one", "\xe2\x82z", "\xef\xbf\xbdz"),
	CASE("a cut sequence at the end is one", "a\xf0\x9f\x94",
	    "a\xef\xbf\xbd"),
	CASE("NUL", "a\0b", "a\xef\xbf\xbd" "b"),
	CASE("empty", "", ""),
};

static const struct escape_case mdoc_cases[] = {
	CASE("plain text stays", "Exim refuses it.", "Exim refuses it."),
	CASE("no request begins a line", ".Sh BAD", "\\&.Sh BAD"),
	CASE("nor an apostrophe", "'br", "\\&'br"),
	CASE("backslash", "^\\N", "\\(ha\\eN"),
	CASE("hyphens that can be copied", "--root", "\\-\\-root"),
	CASE("other scripts", "caf\xc3\xa9 \xe2\x80\xa6",
	    "caf\\[u00E9] \\[u2026]"),
	CASE("accents", "~`", "\\(ti\\(ga"),
	CASE("control characters and bad bytes", "a\nb\xff",
	    "a\\[uFFFD]b\\[uFFFD]"),
};

struct width_case {
	const char *name;
	const char *text;
	unsigned want;
};

static const struct width_case width_cases[] = {
	{ "ascii", "abc", 3 },
	{ "two bytes, one column", "\xc3\xbc", 1 },
	{ "wide", "\xe6\x97\xa5\xe6\x9c\xac", 4 },
	{ "combining accent", "e\xcc\x81", 1 },
	{ "empty", "", 0 },
};

static void
check_cases(char *(*escape)(struct arena *, const char *, size_t),
    const struct escape_case *cases, size_t count)
{
	struct arena *arena = arena_new();
	size_t i;

	for (i = 0; i < count; i++) {
		char *got = escape(arena, cases[i].bytes, cases[i].length);

		if (strcmp(got, cases[i].want) != 0)
			fail_msg("%s: got \"%s\", want \"%s\"", cases[i].name,
			    got, cases[i].want);
	}
	arena_free(arena);
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
test_terminal(void **state)
{
	(void)state;
	check_cases(escape_terminal, terminal_cases, COUNT(terminal_cases));
}

static void
test_utf8(void **state)
{
	(void)state;
	check_cases(escape_utf8, utf8_cases, COUNT(utf8_cases));
}

static void
test_mdoc(void **state)
{
	(void)state;
	check_cases(escape_mdoc, mdoc_cases, COUNT(mdoc_cases));
}

static void
test_width(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(width_cases); i++)
		if (text_width(width_cases[i].text, strlen(width_cases[i].text)) !=
		    width_cases[i].want)
			fail_msg("%s: got %u, want %u", width_cases[i].name,
			    text_width(width_cases[i].text,
			    strlen(width_cases[i].text)), width_cases[i].want);
}

/* Jansson is the other reader of UTF-8: it must take whatever comes out. */
static void
assert_jansson_takes(struct arena *arena, const char *bytes, size_t length)
{
	json_t *text = json_string(escape_utf8(arena, bytes, length));

	if (text == NULL)
		fail_msg("refused: %02x %02x %02x", (unsigned char)bytes[0],
		    (unsigned char)bytes[1], (unsigned char)bytes[2]);
	json_decref(text);
}

static void
assert_terminal_is_printable(struct arena *arena, const char *bytes,
    size_t length)
{
	const char *p;

	for (p = escape_terminal(arena, bytes, length); *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			fail_msg("byte %02x came through", (unsigned char)*p);
}

/* Each byte alone and every pair, with a letter after it. */
static void
test_every_pair(void **state)
{
	unsigned first, second;

	(void)state;
	for (first = 0; first < 256; first++) {
		struct arena *arena = arena_new();

		for (second = 0; second < 256; second++) {
			const char bytes[3] = { (char)first, (char)second, 'z' };

			assert_jansson_takes(arena, bytes, sizeof(bytes));
			assert_terminal_is_printable(arena, bytes,
			    sizeof(bytes));
		}
		arena_free(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_terminal),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_mdoc),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_every_pair),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
