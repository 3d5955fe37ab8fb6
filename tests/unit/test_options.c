/*
 * The command line: every flag, on every command that takes it and on every
 * one that does not, and what an error names.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "cmd/options.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MAX_ARGS 12

/* A command that takes whatever there is. */
static const struct command all = { .name = "all", .flags = ~0u };

static int
parse(struct arena *arena, const struct command *command,
    const char *const *words, struct options *options, struct err *err)
{
	char *argv[MAX_ARGS + 2] = { arena_strdup(arena, command->name) };
	int argc = 1;

	memset(err, 0, sizeof(*err));
	for (; *words != NULL; words++)
		argv[argc++] = arena_strdup(arena, *words);
	argv[argc] = NULL;
	return options_parse(arena, command, argc, argv, options, err);
}

static void
test_defaults(void **state)
{
	static const char *const words[] = { NULL };
	struct arena *arena = arena_new();
	struct options options;
	struct err err;

	(void)state;
	assert_int_equal(parse(arena, &all, words, &options, &err), 0);
	assert_null(options.config);
	assert_null(options.profile);
	assert_null(options.root);
	assert_null(options.facts);
	assert_int_equal(options.checks.count, 0);
	assert_int_equal(options.outputs.count, 0);
	assert_int_equal(options.arguments.count, 0);
	assert_int_equal(options.severity, SEVERITY_INFO);
	assert_int_equal(options.fail_on, SEVERITY_MEDIUM);
	assert_int_equal(options.color, COLOR_AUTO);
	assert_false(options.no_network || options.progress || options.quiet ||
	    options.exit_zero || options.access);
	assert_null(options.source);
	assert_null(options.name);
	assert_false(options.full || options.deep || options.relay);
	arena_free(arena);
}

static void
test_every_flag(void **state)
{
	static const char *const words[] = { "--config=c.ini", "--profile",
	    "p", "--root", "/r", "--severity", "high", "--fail-on=low",
	    "--facts", "f", "--color=never", NULL };
	static const char *const probe[] = { "--source", "::1", "--name=n",
	    "--relay", NULL };
	static const char *const switches[] = { "--no-network", "--progress",
	    "--quiet", "--exit-zero", "--access", "--full", "--deep", NULL };
	struct arena *arena = arena_new();
	struct options options;
	struct err err;

	(void)state;
	assert_int_equal(parse(arena, &all, words, &options, &err), 0);
	assert_string_equal(options.config, "c.ini");
	assert_string_equal(options.profile, "p");
	assert_string_equal(options.root, "/r");
	assert_int_equal(options.severity, SEVERITY_HIGH);
	assert_int_equal(options.fail_on, SEVERITY_LOW);
	assert_string_equal(options.facts, "f");
	assert_int_equal(options.color, COLOR_NEVER);
	assert_int_equal(parse(arena, &all, switches, &options, &err), 0);
	assert_true(options.no_network && options.progress && options.quiet &&
	    options.exit_zero && options.access && options.full &&
	    options.deep);
	assert_int_equal(parse(arena, &all, probe, &options, &err), 0);
	assert_string_equal(options.source, "::1");
	assert_string_equal(options.name, "n");
	assert_true(options.relay);
	arena_free(arena);
}

static void
test_repeated(void **state)
{
	static const char *const words[] = { "--check", "a.*", "--check=b",
	    "--skip-check", "c", "--reference", "45 CFR", "-o", "json",
	    "--output=text:f", NULL };
	static const char *const last[] = { "--profile", "a", "--profile", "b",
	    "--severity", "low", "--severity", "critical", "-ojson:x", NULL };
	struct arena *arena = arena_new();
	struct options options;
	struct err err;

	(void)state;
	assert_int_equal(parse(arena, &all, words, &options, &err), 0);
	assert_int_equal(options.checks.count, 2);
	assert_string_equal(options.checks.items[0], "a.*");
	assert_string_equal(options.checks.items[1], "b");
	assert_int_equal(options.skipped_checks.count, 1);
	assert_string_equal(options.skipped_checks.items[0], "c");
	assert_string_equal(options.references.items[0], "45 CFR");
	assert_int_equal(options.outputs.count, 2);
	assert_string_equal(options.outputs.items[0], "json");
	assert_string_equal(options.outputs.items[1], "text:f");
	/* Of what can be one only, the last counts. */
	assert_int_equal(parse(arena, &all, last, &options, &err), 0);
	assert_string_equal(options.profile, "b");
	assert_int_equal(options.severity, SEVERITY_CRITICAL);
	assert_string_equal(options.outputs.items[0], "json:x");
	arena_free(arena);
}

/* ---- arguments ---- */

static const struct {
	const char *words[6];
	const char *arguments;	/* blanks between */
	bool quiet;
} argument_cases[] = {
	{ { "list" }, "list", false },
	{ { "explain", "tls.x" }, "explain tls.x", false },
	{ { "explain", "--quiet", "tls.x" }, "explain tls.x", true },
	{ { "--quiet", "explain" }, "explain", true },
	{ { "explain", "--", "--quiet" }, "explain --quiet", false },
	{ { "--" }, "", false },
	{ { "--quiet", "--", "-o" }, "-o", true },
	{ { "-" }, "-", false },
	{ { "" }, "", false },
	{ { "--help" }, "--help", false },
	{ { "-h" }, "--help", false },
	{ { "x", "--help" }, "--help", false },
};

static void
test_arguments(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(argument_cases); i++) {
		struct arena *arena = arena_new();
		struct options options;
		struct err err;
		const char *text = "";

		assert_int_equal(parse(arena, &all, argument_cases[i].words,
		    &options, &err), 0);
		for (j = 0; j < options.arguments.count; j++)
			text = arena_printf(arena, "%s%s%s", text,
			    j > 0 ? " " : "", options.arguments.items[j]);
		assert_string_equal(text, argument_cases[i].arguments);
		assert_int_equal(options.quiet, argument_cases[i].quiet);
		arena_free(arena);
	}
}

/* ---- errors ---- */

static const struct {
	const char *words[6];
	const char *text;
} errors[] = {
	{ { "--bogus" }, "checks: does not know --bogus" },
	{ { "-x" }, "checks: does not know -x" },
	{ { "explain", "tls.x", "--bogus" }, "checks: does not know --bogus" },
	{ { "explain", "-x" }, "checks: does not know -x" },
	{ { "list", "-o", "json", "--bogus" },
	    "checks: does not know --bogus" },
	{ { "--profile=x", "list", "--bogus=1" },
	    "checks: does not know --bogus=1" },
	{ { "-o" }, "checks: wants a value behind -o" },
	{ { "--profile" }, "checks: wants a value behind --profile" },
	{ { "list", "--profile" }, "checks: wants a value behind --profile" },
	{ { "--root", "/x" }, "checks: does not take --root" },
	{ { "--root=/x" }, "checks: does not take --root" },
	{ { "list", "--root", "/x" }, "checks: does not take --root" },
	{ { "list", "--quiet" }, "checks: does not take --quiet" },
	{ { "-xo" }, "checks: does not know -x" },
};

static void
test_errors(void **state)
{
	const struct command *checks = command_find("checks");
	size_t i;

	(void)state;
	assert_non_null(checks);
	for (i = 0; i < COUNT(errors); i++) {
		struct arena *arena = arena_new();
		struct options options = { .profile = "untouched" };
		struct err err;

		if (parse(arena, checks, errors[i].words, &options, &err) != -1 ||
		    err.code != ERR_USAGE ||
		    strcmp(err.text, errors[i].text) != 0)
			fail_msg("\"%s\", wanted \"%s\"", err.text,
			    errors[i].text);
		assert_string_equal(err.hint,
		    "cpward checks --help lists what it takes");
		assert_string_equal(options.profile, "untouched");
		arena_free(arena);
	}
}

static const struct {
	const char *word;
	const char *text;	/* NULL = accepted */
	enum severity severity;
} levels[] = {
	{ "--severity=critical", NULL, SEVERITY_CRITICAL },
	{ "--severity=high", NULL, SEVERITY_HIGH },
	{ "--severity=medium", NULL, SEVERITY_MEDIUM },
	{ "--severity=low", NULL, SEVERITY_LOW },
	{ "--severity=info", NULL, SEVERITY_INFO },
	{ "--severity=High", "--severity: no level \"High\", wanted critical, "
	    "high, medium, low or info", 0 },
	{ "--severity=", "--severity: no level \"\", wanted critical, high, "
	    "medium, low or info", 0 },
	{ "--fail-on=none", "--fail-on: no level \"none\", wanted critical, "
	    "high, medium, low or info", 0 },
	{ "--color=yes", "--color: \"yes\", wanted auto, always or never", 0 },
	{ "--color=", "--color: \"\", wanted auto, always or never", 0 },
};

static void
test_levels(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(levels); i++) {
		const char *const words[] = { levels[i].word, NULL };
		struct arena *arena = arena_new();
		struct options options;
		struct err err;
		int result = parse(arena, &all, words, &options, &err);

		if (levels[i].text == NULL) {
			assert_int_equal(result, 0);
			assert_int_equal(options.severity, levels[i].severity);
		} else {
			assert_int_equal(result, -1);
			assert_int_equal(err.code, ERR_USAGE);
			assert_string_equal(err.text, levels[i].text);
		}
		arena_free(arena);
	}
}

static void
test_colors(void **state)
{
	static const char *const words[][2] = { { "--color=auto", NULL },
	    { "--color=always", NULL }, { "--color=never", NULL } };
	static const enum color_choice wanted[] = { COLOR_AUTO, COLOR_ALWAYS,
	    COLOR_NEVER };
	struct arena *arena = arena_new();
	struct options options;
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(words); i++) {
		assert_int_equal(parse(arena, &all, words[i], &options, &err),
		    0);
		assert_int_equal(options.color, wanted[i]);
	}
	arena_free(arena);
}

/* ---- which command takes which flag: cpward(8) ---- */

static const struct {
	const char *word;
	enum flag flag;
} flag_words[] = {
	{ "--config=x", FLAG_CONFIG }, { "--profile=x", FLAG_PROFILE },
	{ "--root=/x", FLAG_ROOT }, { "--check=x", FLAG_CHECK },
	{ "--skip-check=x", FLAG_SKIP_CHECK },
	{ "--reference=x", FLAG_REFERENCE }, { "--severity=low", FLAG_SEVERITY },
	{ "--fail-on=low", FLAG_FAIL_ON }, { "-ojson", FLAG_OUTPUT },
	{ "--output=json", FLAG_OUTPUT }, { "--facts=x", FLAG_FACTS },
	{ "--no-network", FLAG_NO_NETWORK }, { "--progress", FLAG_PROGRESS },
	{ "--quiet", FLAG_QUIET }, { "--exit-zero", FLAG_EXIT_ZERO },
	{ "--color=auto", FLAG_COLOR }, { "--access", FLAG_ACCESS },
	{ "--full", FLAG_FULL }, { "--deep", FLAG_DEEP },
	{ "--relay", FLAG_RELAY }, { "--source=::1", FLAG_SOURCE },
	{ "--name=x", FLAG_NAME },
};

static const struct {
	const char *command;
	const char *flags;	/* " --flag " of each that it takes */
} accepted[] = {
	{ "scan", " --config --profile --root --check --skip-check --reference "
	    "--severity --fail-on --output --no-network --progress --quiet "
	    "--exit-zero --color --full --deep " },
	{ "collect", " --config --root --output --no-network --progress "
	    "--quiet --full --deep " },
	{ "evaluate", " --config --profile --check --skip-check --reference "
	    "--severity --fail-on --output --facts --quiet --exit-zero "
	    "--color " },
	{ "checks", " --config --profile --output " },
	{ "profile", " --config " },
	{ "doctor", " --config --root --no-network --progress --quiet "
	    "--access " },
	{ "probe", " --output --quiet --color --full --relay --source --name " },
	{ "ledger", " --config --root --days --since --by --domain --names --if --output --quiet --color " },
	{ "help", " " },
	{ "version", " " },
};

static bool
is_accepted(const char *flags, const char *word)
{
	char name[40];

	if (strncmp(word, "-o", 2) == 0)
		word = "--output";
	snprintf(name, sizeof(name), " %.*s ", (int)strcspn(word, "="), word);
	return strstr(flags, name) != NULL;
}

static void
test_commands(void **state)
{
	size_t i, j;

	(void)state;
	assert_int_equal(command_count, COUNT(accepted));
	for (i = 0; i < COUNT(accepted); i++)
		for (j = 0; j < COUNT(flag_words); j++) {
			const char *word = flag_words[j].word;
			const char *const words[] = { word, NULL };
			struct arena *arena = arena_new();
			struct options options;
			struct err err;
			int result = parse(arena,
			    command_find(accepted[i].command), words, &options,
			    &err);

			if ((result == 0) !=
			    is_accepted(accepted[i].flags, word))
				fail_msg("%s %s: %d", accepted[i].command,
				    word, result);
			arena_free(arena);
		}
}

static void
test_find(void **state)
{
	(void)state;
	assert_non_null(command_find("scan"));
	assert_null(command_find("sca"));
	assert_null(command_find("Scan"));
	assert_null(command_find(""));
}

/* ---- help ---- */

static const char *
printed(struct arena *arena, const struct command *command)
{
	char path[] = "/tmp/cpward-options-XXXXXX";
	int fd = mkstemp(path), out = dup(1);
	char *text = arena_alloc(arena, 65536);

	fflush(stdout);
	dup2(fd, 1);
	if (command == NULL)
		usage_print();
	else
		command_usage_print(command);
	fflush(stdout);
	dup2(out, 1);
	close(out);
	unlink(path);
	assert_true(pread(fd, text, 65535, 0) > 0);
	close(fd);
	return text;
}

static void
test_help(void **state)
{
	struct arena *arena = arena_new();
	const char *text = printed(arena, NULL);
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(accepted); i++) {
		assert_non_null(strstr(text, arena_printf(arena, "\n  %s ",
		    accepted[i].command)));
	}
	for (i = 0; i < COUNT(accepted); i++) {
		text = printed(arena, command_find(accepted[i].command));
		for (j = 0; j < COUNT(flag_words); j++) {
			const char *word = flag_words[j].word;
			const char *name = arena_printf(arena, "--%.*s ",
			    (int)strcspn(word + 2, "="), word + 2);

			if (strncmp(word, "--", 2) == 0)
				assert_int_equal(strstr(text, name) != NULL,
				    is_accepted(accepted[i].flags, word));
		}
	}
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_every_flag),
		cmocka_unit_test(test_repeated),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_colors),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
