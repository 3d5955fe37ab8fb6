/*
 * /etc/exim.conf.local: cPanel's marked blocks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "parse/exim_conf.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

/* Blocks are shown as MARKER@LINE{TEXT}. */
static const struct { const char *file, *blocks; } cases[] = {
	{ "", "" },
	{ "\n\n", "" },
	{ "@CONFIG@\n", "@CONFIG@@2{}" },
	{ "@CONFIG@", "@CONFIG@@2{}" },
	{ "@AUTH@\n@CONFIG@\na = b\n", "@AUTH@@2{}@CONFIG@@3{a = b\n}" },
	{ "%RETRYBLOCK%\n* *\n@AUTH@\n\n", "%RETRYBLOCK%@2{* *\n}@AUTH@@4{\n}" },
	{ "@CONFIG@ \r\na = \\\r\n b\n", "@CONFIG@@2{a = \\\r\n b\n}" },
	{ "@CONFIG@\na\n@CONFIG@\nb", "@CONFIG@@2{a\n}@CONFIG@@4{b}" },
	{ "@UNKNOWN_9@\nx\n@AUTH@\n", "@UNKNOWN_9@@2{x\n}@AUTH@@4{}" },
	/* nothing may be lost */
	{ "\na = b\n@CONFIG@\n", "@1{\na = b\n}@CONFIG@@4{}" },
	/* no markers */
	{ "@CONFIG@\n @AUTH@\n@auth@\n@AUTH@ x\n@AUTH\n@@\n@AU%\n",
	    "@CONFIG@@2{ @AUTH@\n@auth@\n@AUTH@ x\n@AUTH\n@@\n@AU%\n}" },
};

static void
test_blocks(void **state)
{
	struct exim_local_block *blocks;
	struct arena *arena = arena_new();
	char shown[512];
	size_t i, j, count, at;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct err err = { 0 };

		assert_int_equal(exim_local_parse(arena, "/etc/exim.conf.local",
		    cases[i].file, strlen(cases[i].file), &blocks, &count,
		    &err), 0);
		shown[at = 0] = '\0';
		for (j = 0; j < count; j++)
			at += (size_t)snprintf(shown + at, sizeof(shown) - at,
			    "%s@%u{%s}", blocks[j].marker, blocks[j].line,
			    blocks[j].text);
		assert_string_equal(shown, cases[i].blocks);
	}
	arena_free(arena);
}

static void
test_nul(void **state)
{
	struct exim_local_block *blocks = NULL;
	struct arena *arena = arena_new();
	struct err err = { 0 };
	size_t count = 0;

	(void)state;
	assert_int_equal(exim_local_parse(arena, "/etc/exim.conf.local",
	    "@CONFIG@\na\0b\n", 13, &blocks, &count, &err), -1);
	assert_int_equal(err.code, ERR_PARSE);
	assert_int_equal(err.line, 2);
	arena_free(arena);
}

static int
read_file(void *context, const char *path, struct buf *buf, struct err *err)
{
	(void)context;
	if (strcmp(path, "/etc/inc") == 0)
		return buf_adds(buf, "tls_crl = inc\n");
	return err_set(err, ERR_ABSENT, "no such file");
}

static void
test_options(void **state)
{
	static const char file[] = "@AUTH@\n\n@CONFIG@\nX = 10.0.0.1\n"
	    "hide tls_require_ciphers = \\\n  HIGH\n"
	    "auto_thaw=165s\n.include inc\nhostlist h = X\n@ENDACL@\n";
	static const struct conf_source source = { NULL, read_file, NULL };
	struct exim_local_block *blocks = NULL;
	struct arena *arena = arena_new();
	const struct exim_option *option;
	struct exim_conf conf = { 0 };
	struct err err = { 0 };
	size_t count = 0;

	(void)state;
	assert_int_equal(exim_local_parse(arena, "/etc/exim.conf.local", file,
	    sizeof(file) - 1, &blocks, &count, &err), 0);
	assert_int_equal(count, 3);
	assert_int_equal(exim_local_options(arena, "/etc/exim.conf.local",
	    &blocks[1], &source, &conf, &err), 0);
	option = exim_conf_option(&conf, "tls_require_ciphers");
	assert_string_equal(option->value, "HIGH");
	assert_true(option->hidden);
	assert_string_equal(option->place.file, "/etc/exim.conf.local");
	assert_int_equal(option->place.line, 5);
	assert_string_equal(exim_conf_option(&conf, "auto_thaw")->value,
	    "2m45s");
	assert_string_equal(exim_conf_option(&conf, "tls_crl")->value, "inc");
	assert_string_equal(exim_conf_list(&conf, "h")->value, "10.0.0.1");
	arena_free(arena);
}

static void
test_option_errors(void **state)
{
	static const struct {
		const char *text;
		enum err_code code;
		unsigned line;
	} wrong[] = {
		{ "drop_cr\nnosuch = 1\n", ERR_PARSE, 12 },
		{ "tls_crl = a\ntls_crl = b\n", ERR_PARSE, 12 },
		{ ".include /etc/inc\n", ERR_IO, 11 },
	};
	struct arena *arena = arena_new();
	struct exim_conf conf = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(wrong); i++) {
		const struct exim_local_block block = { "@CONFIG@",
		    wrong[i].text, 11 };
		struct err err = { 0 };

		assert_int_equal(exim_local_options(arena,
		    "/etc/exim.conf.local", &block, NULL, &conf, &err), -1);
		assert_int_equal(err.code, wrong[i].code);
		assert_int_equal(err.line, wrong[i].line);
		assert_string_equal(err.source, "/etc/exim.conf.local");
	}
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_option_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
