/*
 * Exim's lists and printed values, and the idioms of values that code decides.
 * What each idiom and each stranger gives was asked of Exim 4.96 with -be,
 * once with a variable that is empty and once with one that is set.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "parse/exim_conf.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

/* Items are shown with '|' behind each. */
static const struct { const char *list, *items; } list_cases[] = {
	{ "", "" },
	{ "  ", "" },
	{ "a", "a|" },
	{ "a:b", "a|b|" },
	{ " a : b ", "a|b|" },
	{ "a:", "a|" },
	{ "a: ", "a|" },
	{ ":", "|" },
	{ ": :", "||" },
	{ ":a", "|a|" },
	{ "a: :b", "a||b|" },
	{ "a::b", "a:b|" },
	{ "a:::b", "a:|b|" },
	{ "::", ":|" },
	{ "::1:x", ":1|x|" },
	{ "a b : c", "a b|c|" },
	{ "<; ::1 ; 10.0.0.1", "::1|10.0.0.1|" },
	{ "<;a;;b", "a;b|" },
	{ "  <, a,b", "a|b|" },
	{ "<|a|b:c", "a|b:c|" },
	{ "<\n a\nb\n\nc", "a|b||c|" },
	{ "<a:b", "<a|b|" },
	{ "<", "<|" },
	{ "a : <; b", "a|<; b|" },
	{ "a\\  ", "a\\ |" },
	{ "25 : 465 : 587", "25|465|587|" },
};

static void
test_lists(void **state)
{
	struct arena *arena = arena_new();
	struct err err = { 0 };
	const char **items;
	char shown[256];
	size_t i, j, count;

	(void)state;
	for (i = 0; i < COUNT(list_cases); i++) {
		assert_int_equal(exim_list_split(arena, list_cases[i].list,
		    &items, &count, &err), 0);
		shown[0] = '\0';
		for (j = 0; j < count; j++) {
			strcat(shown, items[j]);
			strcat(shown, "|");
		}
		if (strcmp(shown, list_cases[i].items) != 0)
			fail_msg("\"%s\": %s, wanted %s", list_cases[i].list,
			    shown, list_cases[i].items);
	}
	arena_free(arena);
}

static void
test_list_too_long(void **state)
{
	struct arena *arena = arena_new();
	struct err err = { 0 };
	char *list = calloc(1, CONF_MAX_LINE + 2);
	const char **items;
	size_t count;

	(void)state;
	assert_non_null(list);
	memset(list, 'a', CONF_MAX_LINE + 1);
	assert_int_equal(exim_list_split(arena, list, &items, &count, &err),
	    -1);
	assert_int_equal(err.code, ERR_LIMIT);
	free(list);
	arena_free(arena);
}

static void
test_printed(void **state)
{
	static const struct { const char *value, *printed; } cases[] = {
		{ "", "" },
		{ "a b\\n", "a b\\n" },
		{ "a\nb\tc\rd\be\vf\f", "a\\nb\\tc\\rd\\be\\vf\\f" },
		{ "\303\244\001\177\a", "\\303\\244\\001\\177\\007" },
	};
	struct arena *arena = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		assert_string_equal(exim_value_printed(arena, cases[i].value),
		    cases[i].printed);
	arena_free(arena);
}

static const struct { const char *value; enum exim_idiom idiom; }
idiom_cases[] = {
	/* no expansion */
	{ "*", EXIM_IDIOM_LITERAL },
	{ "", EXIM_IDIOM_LITERAL },
	{ "<; 127.0.0.1 ; ::1", EXIM_IDIOM_LITERAL },
	{ "!tls_in_cipher", EXIM_IDIOM_LITERAL },
	/* everyone inside TLS */
	{ "${if eq{$tls_in_cipher}{}{}{*}}", EXIM_IDIOM_ALL_UNDER_TLS },
	{ "${if eq{$tls_cipher}{}{}{*}}", EXIM_IDIOM_ALL_UNDER_TLS },
	{ "${if eq{${tls_in_cipher}}{}{}{*}}", EXIM_IDIOM_ALL_UNDER_TLS },
	{ "${if eq {$tls_in_cipher} {} { } { * } }", EXIM_IDIOM_ALL_UNDER_TLS },
	{ "${if !eq{$tls_in_cipher}{}{*}{}}", EXIM_IDIOM_ALL_UNDER_TLS },
	{ "${if !eq{$tls_cipher}{}{*}{}}", EXIM_IDIOM_ALL_UNDER_TLS },
	{ "${if ! eq{$tls_in_cipher}{}{*}}", EXIM_IDIOM_ALL_UNDER_TLS },
	{ "${if def:tls_in_cipher{*}{}}", EXIM_IDIOM_ALL_UNDER_TLS },
	{ "${if def:tls_in_cipher{*}}", EXIM_IDIOM_ALL_UNDER_TLS },
	{ "${if def:tls_cipher {*}}", EXIM_IDIOM_ALL_UNDER_TLS },
	{ "${if\tdef:tls_cipher{*} }", EXIM_IDIOM_ALL_UNDER_TLS },
	{ "${if !def:tls_in_cipher{}{*}}", EXIM_IDIOM_ALL_UNDER_TLS },
	{ " ${if def:tls_in_cipher{*}} ", EXIM_IDIOM_ALL_UNDER_TLS },
	/* the inverses, one brace apart */
	{ "${if eq{$tls_in_cipher}{}{*}{}}", EXIM_IDIOM_ALL_IN_CLEAR },
	{ "${if eq{$tls_cipher}{}{*}{}}", EXIM_IDIOM_ALL_IN_CLEAR },
	{ "${if eq{$tls_in_cipher}{}{*}}", EXIM_IDIOM_ALL_IN_CLEAR },
	{ "${if !eq{$tls_in_cipher}{}{}{*}}", EXIM_IDIOM_ALL_IN_CLEAR },
	{ "${if!eq{$tls_in_cipher}{}{}{*}}", EXIM_IDIOM_ALL_IN_CLEAR },
	{ "${if def:tls_in_cipher{}{*}}", EXIM_IDIOM_ALL_IN_CLEAR },
	{ "${if !def:tls_in_cipher{*}{}}", EXIM_IDIOM_ALL_IN_CLEAR },
	{ "${if !def:tls_cipher{*}}", EXIM_IDIOM_ALL_IN_CLEAR },
	/* strangers: a blank that counts gives "*" in clear and inside */
	{ "${if eq{$tls_in_cipher}{ }{}{*}}", EXIM_IDIOM_NONE },
	{ "${if eq{ $tls_in_cipher}{}{}{*}}", EXIM_IDIOM_NONE },
	{ "${if eq{$tls_in_cipher }{}{}{*}}", EXIM_IDIOM_NONE },
	{ "${if eq{$tls_in_cipher}{}{}{**}}", EXIM_IDIOM_NONE },
	{ "${if eq{$tls_in_cipher}{x}{}{*}}", EXIM_IDIOM_NONE },
	{ "${if eq{$tls_out_cipher}{}{}{*}}", EXIM_IDIOM_NONE },
	{ "${if eq{$tls_in_cipher_std}{}{}{*}}", EXIM_IDIOM_NONE },
	{ "${if def:tls_in_cipher{*}{*}}", EXIM_IDIOM_NONE },
	{ "${if def:tls_in_cipher{*}{}} : 10.0.0.1", EXIM_IDIOM_NONE },
	{ "10.0.0.1 : ${if def:tls_in_cipher{*}{}}", EXIM_IDIOM_NONE },
	{ "${if def:tls_in_cipher{*}{}}x", EXIM_IDIOM_NONE },
	{ "${if def:tls_in_cipher{*}", EXIM_IDIOM_NONE },
	{ "${if def: tls_in_cipher{*}}", EXIM_IDIOM_NONE },
	{ "${if def:{tls_in_cipher}{*}}", EXIM_IDIOM_NONE },
	{ "${if def:$tls_in_cipher{*}}", EXIM_IDIOM_NONE },
	{ "${ifdef:tls_in_cipher{*}}", EXIM_IDIOM_NONE },
	{ "${ if def:tls_in_cipher{*}}", EXIM_IDIOM_NONE },
	{ "${if !!def:tls_in_cipher{*}}", EXIM_IDIOM_NONE },
	{ "${if eq{${tls_in_cipher}{}{}{*}}", EXIM_IDIOM_NONE },
	{ "${if match_ip{$sender_host_address}{iplsearch;/etc/exim.smtpauth}"
	    "{*}{}}", EXIM_IDIOM_NONE },
	{ "$tls_in_cipher", EXIM_IDIOM_NONE },
	{ "\\*", EXIM_IDIOM_NONE },
};

static void
test_idioms(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(idiom_cases); i++)
		if (exim_value_idiom(idiom_cases[i].value) !=
		    idiom_cases[i].idiom)
			fail_msg("%s: %d, wanted %d", idiom_cases[i].value,
			    exim_value_idiom(idiom_cases[i].value),
			    idiom_cases[i].idiom);
}

/* As Exim 4.96's log.c reads it: the first item that is a file, whatever comes behind it. */
static const struct {
	const char *value;
	enum exim_main_log wanted;
	const char *path;
} main_log_cases[] = {
	{ "/var/log/exim_%slog", EXIM_LOG_FILE, "/var/log/exim_mainlog" },
	{ "/var/log/exim_%slog:syslog", EXIM_LOG_FILE, "/var/log/exim_mainlog" },
	{ "syslog : /var/log/exim_%slog", EXIM_LOG_FILE, "/var/log/exim_mainlog" },
	{ "/var/log/exim/%s.log", EXIM_LOG_FILE, "/var/log/exim/main.log" },
	{ "/a/%slog : /b/%slog", EXIM_LOG_FILE, "/a/mainlog" },
	{ "/a::b/%slog", EXIM_LOG_FILE, "/a:b/mainlog" },
	{ "", EXIM_LOG_COMPILED, NULL },
	{ ":syslog", EXIM_LOG_COMPILED, NULL },
	{ "syslog::/a/%slog", EXIM_LOG_UNTOLD, NULL },	/* one item: the colons stand for one */
	{ "syslog : : /a/%slog", EXIM_LOG_COMPILED, NULL },
	{ "syslog", EXIM_LOG_SYSLOG, NULL },
	{ "syslog : syslog", EXIM_LOG_SYSLOG, NULL },
	{ "/var/log/exim_%s-%D", EXIM_LOG_UNTOLD, NULL },
	{ "/var/log/%M/exim_%slog", EXIM_LOG_UNTOLD, NULL },
	{ "/var/log/exim_mainlog", EXIM_LOG_UNTOLD, NULL },	/* Exim does not start with it */
	{ "$spool_directory/log/%slog", EXIM_LOG_UNTOLD, NULL },
	{ "/var\\t/%slog", EXIM_LOG_UNTOLD, NULL },
	{ "log/%slog", EXIM_LOG_UNTOLD, NULL },
	{ "<; /var/log/exim_%slog", EXIM_LOG_UNTOLD, NULL },	/* ':' it is, whatever stands there */
	{ "/%slog/%slog", EXIM_LOG_UNTOLD, NULL },
};

static void
test_main_log(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(main_log_cases); i++) {
		struct arena *arena = arena_new();
		const char *path = NULL;
		enum exim_main_log found = exim_main_log(arena, main_log_cases[i].value, &path);

		if (found != main_log_cases[i].wanted)
			fail_msg("%s: %d, wanted %d", main_log_cases[i].value, found,
			    main_log_cases[i].wanted);
		if (found == EXIM_LOG_FILE)
			assert_string_equal(path, main_log_cases[i].path);
		else
			assert_null(path);
		arena_free(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_list_too_long),
		cmocka_unit_test(test_printed),
		cmocka_unit_test(test_idioms),
		cmocka_unit_test(test_main_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
