#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "cmd/options.h"

/* val is the flag's number + 256, so that it can not be a short option. */
struct flag_row {
	const char *name;
	const char *argument;	/* NULL = takes none */
	const char *help;
};

static const struct flag_row flag_rows[FLAG_COUNT] = {
	[FLAG_CONFIG] = { "config", "FILE", "in place of /etc/cpward/cpward.ini" },
	[FLAG_PROFILE] = { "profile", "NAME", "name, or a path with a slash" },
	[FLAG_ROOT] = { "root", "DIR", "read all files from below DIR" },
	[FLAG_CHECK] = { "check", "GLOB", "only these checks; repeatable" },
	[FLAG_SKIP_CHECK] = { "skip-check", "GLOB", "not these; repeatable" },
	[FLAG_REFERENCE] = { "reference", "CITATION",
	    "only checks that cite it; repeatable" },
	[FLAG_SEVERITY] = { "severity", "LEVEL", "only this level and above" },
	[FLAG_FAIL_ON] = { "fail-on", "LEVEL",
	    "exit status 2 from this level on (medium)" },
	[FLAG_OUTPUT] = { "output", "FORMAT[:FILE]",
	    NULL },	/* the command's own */
	[FLAG_FACTS] = { "facts", "FILE", "a snapshot to judge" },
	[FLAG_NO_NETWORK] = { "no-network", NULL, "no DNS, no sockets, no https API" },
	[FLAG_PROGRESS] = { "progress", NULL, "say what is being collected" },
	[FLAG_QUIET] = { "quiet", NULL, "no warnings on standard error" },
	[FLAG_EXIT_ZERO] = { "exit-zero", NULL, "exit 0 in place of 2 and 3" },
	[FLAG_COLOR] = { "color", "WHEN", "auto, always or never" },
	[FLAG_ACCESS] = { "access", NULL, "list all that a scan would use" },
	[FLAG_FULL] = { "full", NULL,
	    "everything that listeners take, not only a verdict" },
	[FLAG_DEEP] = { "deep", NULL,
	    "also ask Exim about a stranger's mail (exim -bh)" },
	[FLAG_RELAY] = { "relay", NULL, "ask whether a stranger may relay" },
	[FLAG_SOURCE] = { "source", "ADDRESS", "connect from this address" },
	[FLAG_NAME] = { "name", "NAME", "ask for and verify this name" },
	[FLAG_DAYS] = { "days", "N", "the last N days (30)" },
	[FLAG_SINCE] = { "since", "DAY", "from this day on, as in 2026-11-21" },
	[FLAG_BY] = { "by", "WHAT", "a table by day, domain or account" },
	[FLAG_DOMAIN] = { "domain", "NAME", "only this domain of the server" },
	[FLAG_NAMES] = { "names", NULL,
	    "names of accounts, on a terminal or in a file" },
	[FLAG_IF] = { "if", "SETTING=VALUE", "what a forecast is of" },
	[FLAG_HELP] = { "help", NULL, "this help" },
};

const struct command *
command_find(const char *name)
{
	size_t i;

	for (i = 0; i < command_count; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int
set_level(const char *flag, const char *value, enum severity *ret_severity,
    struct err *err)
{
	if (severity_parse(value, ret_severity) == 0)
		return 0;
	return err_set(err, ERR_USAGE, "--%s: no level \"%.40s\", wanted "
	    "critical, high, medium, low or info", flag, value);
}

static int
set_color(const char *value, enum color_choice *ret_color, struct err *err)
{
	static const char *const words[] = {
		[COLOR_AUTO] = "auto",
		[COLOR_ALWAYS] = "always",
		[COLOR_NEVER] = "never",
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(value, words[i]) == 0) {
			*ret_color = (enum color_choice)i;
			return 0;
		}
	return err_set(err, ERR_USAGE,
	    "--color: \"%.40s\", wanted auto, always or never", value);
}

/* Ten years are more than any log goes back. */
#define MAX_DAYS 3660

static int
set_days(const char *value, unsigned *ret_days, struct err *err)
{
	size_t length = strspn(value, "0123456789"), i;
	unsigned days = 0;

	for (i = 0; i < length && days <= MAX_DAYS; i++)
		days = days * 10 + (unsigned)(value[i] - '0');
	if (value[length] != '\0' || days < 1 || days > MAX_DAYS)
		return err_set(err, ERR_USAGE, "--days: \"%.40s\", wanted a "
		    "number from 1 to %d", value, MAX_DAYS);
	*ret_days = days;
	return 0;
}

static void
add_word(struct arena *arena, struct word_list *list, const char *word)
{
	*arena_push(arena, &list->items, &list->count) = word;
}

static int
take_flag(struct arena *arena, enum flag flag, const char *value,
    struct options *options, struct err *err)
{
	switch (flag) {
	case FLAG_CONFIG:
		options->config = value;
		return 0;
	case FLAG_PROFILE:
		options->profile = value;
		return 0;
	case FLAG_ROOT:
		options->root = value;
		return 0;
	case FLAG_CHECK:
		add_word(arena, &options->checks, value);
		return 0;
	case FLAG_SKIP_CHECK:
		add_word(arena, &options->skipped_checks, value);
		return 0;
	case FLAG_REFERENCE:
		add_word(arena, &options->references, value);
		return 0;
	case FLAG_SEVERITY:
		return set_level("severity", value, &options->severity, err);
	case FLAG_FAIL_ON:
		return set_level("fail-on", value, &options->fail_on, err);
	case FLAG_OUTPUT:
		add_word(arena, &options->outputs, value);
		return 0;
	case FLAG_FACTS:
		options->facts = value;
		return 0;
	case FLAG_NO_NETWORK:
		options->no_network = true;
		return 0;
	case FLAG_PROGRESS:
		options->progress = true;
		return 0;
	case FLAG_QUIET:
		options->quiet = true;
		return 0;
	case FLAG_EXIT_ZERO:
		options->exit_zero = true;
		return 0;
	case FLAG_COLOR:
		return set_color(value, &options->color, err);
	case FLAG_ACCESS:
		options->access = true;
		return 0;
	case FLAG_FULL:
		options->full = true;
		return 0;
	case FLAG_DEEP:
		options->deep = true;
		return 0;
	case FLAG_RELAY:
		options->relay = true;
		return 0;
	case FLAG_SOURCE:
		options->source = value;
		return 0;
	case FLAG_NAME:
		options->name = value;
		return 0;
	case FLAG_DAYS:
		return set_days(value, &options->days, err);
	case FLAG_SINCE:
		options->since = value;
		return 0;
	case FLAG_BY:
		options->by = value;
		return 0;
	case FLAG_DOMAIN:
		options->domain = value;
		return 0;
	case FLAG_NAMES:
		options->names = true;
		return 0;
	case FLAG_IF:
		options->condition = value;
		return 0;
	case FLAG_HELP:
	case FLAG_COUNT:
		break;
	}
	return 0;
}

static int
bad_usage(const struct command *command, const char *flag, const char *what,
    struct err *err)
{
	err_set(err, ERR_USAGE, "%s: %s %.80s", command->name, what, flag);
	return err_hint(err, "cpward %s --help lists what it takes",
	    command->name);
}

/* What getopt_long(3) stumbled over; it moves words, so none by its place. */
static const char *
bad_word(struct arena *arena, char **argv)
{
	return optopt > 0 && optopt < 256 ?
	    arena_printf(arena, "-%c", optopt) : argv[optind - 1];
}

int
options_parse(struct arena *arena, const struct command *command,
    int argc, char **argv, struct options *ret_options, struct err *err)
{
	struct option table[FLAG_COUNT + 1] = { { NULL, 0, NULL, 0 } };
	struct options options = { .fail_on = SEVERITY_MEDIUM };
	int flag;

	for (flag = 0; flag < FLAG_COUNT; flag++)
		table[flag] = (struct option){ flag_rows[flag].name,
		    flag_rows[flag].argument != NULL ? required_argument :
		    no_argument, NULL, flag + 256 };
	opterr = 0;
	optind = 0;	/* glibc: as if nothing had been parsed before */
	for (;;) {
		flag = getopt_long(argc, argv, ":o:h", table, NULL);
		if (flag == -1)
			break;
		if (flag == '?')
			return bad_usage(command, bad_word(arena, argv),
			    "does not know", err);
		if (flag == ':')
			return bad_usage(command, bad_word(arena, argv),
			    "wants a value behind", err);
		flag = flag == 'o' ? FLAG_OUTPUT : flag == 'h' ? FLAG_HELP :
		    flag - 256;
		if (flag == FLAG_HELP) {
			add_word(arena, &options.arguments, "--help");
			break;
		}
		if ((command->flags & FLAG_BIT(flag)) == 0)
			return bad_usage(command, arena_printf(arena, "--%s",
			    flag_rows[flag].name), "does not take", err);
		if (take_flag(arena, (enum flag)flag, optarg, &options,
		    err) != 0)
			return -1;
	}
	for (; optind < argc; optind++)
		add_word(arena, &options.arguments, argv[optind]);
	*ret_options = options;
	return 0;
}

void
usage_print(void)
{
	size_t i;

	printf("usage: cpward COMMAND [FLAG...]\n\n");
	for (i = 0; i < command_count; i++)
		printf("  %-9s %-18s %s\n", commands[i].name,
		    commands[i].synopsis, commands[i].summary);
	printf("\ncpward COMMAND --help lists a command's flags; see cpward(8)\n");
}

void
command_usage_print(const struct command *command)
{
	char left[64];
	int flag;

	printf("usage: cpward %s%s%s\n  %s\n\n", command->name,
	    command->synopsis[0] != '\0' ? " " : "", command->synopsis,
	    command->summary);
	if (command->note != NULL)
		printf("  %s\n\n", command->note);
	for (flag = 0; flag < FLAG_HELP; flag++) {
		const struct flag_row *row = &flag_rows[flag];

		if ((command->flags & FLAG_BIT(flag)) == 0)
			continue;
		snprintf(left, sizeof(left), "%s--%s%s%s",
		    flag == FLAG_OUTPUT ? "-o, " : "", row->name,
		    row->argument != NULL ? " " : "",
		    row->argument != NULL ? row->argument : "");
		if (flag == FLAG_OUTPUT)
			printf("  %-28s %s; repeatable\n", left, command->formats);
		else
			printf("  %-28s %s\n", left, row->help);
	}
}
