/*
 * The command line: one table of flags, one of commands, and which accepts
 * which.
 */
#ifndef CPWARD_CMD_OPTIONS_H
#define CPWARD_CMD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "facts/finding.h"

struct arena;
struct err;

enum flag {
	FLAG_CONFIG,
	FLAG_PROFILE,
	FLAG_ROOT,
	FLAG_CHECK,
	FLAG_SKIP_CHECK,
	FLAG_REFERENCE,
	FLAG_SEVERITY,
	FLAG_FAIL_ON,
	FLAG_OUTPUT,
	FLAG_FACTS,
	FLAG_NO_NETWORK,
	FLAG_PROGRESS,
	FLAG_QUIET,
	FLAG_EXIT_ZERO,
	FLAG_COLOR,
	FLAG_ACCESS,
	FLAG_FULL,
	FLAG_DEEP,
	FLAG_RELAY,
	FLAG_SOURCE,
	FLAG_NAME,
	FLAG_DAYS,
	FLAG_SINCE,
	FLAG_BY,
	FLAG_DOMAIN,
	FLAG_NAMES,
	FLAG_IF,
	FLAG_HELP,
	FLAG_COUNT,
};

#define FLAG_BIT(flag) (1u << (flag))

enum color_choice {
	COLOR_AUTO,
	COLOR_ALWAYS,
	COLOR_NEVER,
};

struct word_list {
	const char **items;
	size_t count;
};

struct options {
	const char *config;
	const char *profile;
	const char *root;
	struct word_list checks;
	struct word_list skipped_checks;
	struct word_list references;
	enum severity severity;		/* info = all */
	enum severity fail_on;		/* medium */
	struct word_list outputs;	/* FORMAT or FORMAT:FILE */
	const char *facts;
	bool no_network;
	bool progress;
	bool quiet;
	bool exit_zero;
	enum color_choice color;
	bool access;
	bool full;		/* complete lists of what listeners take */
	bool deep;		/* also ask what leaves traces */
	bool relay;		/* ask whether a stranger may relay */
	const char *source;	/* address that probes come from; NULL = any */
	const char *name;	/* asked for and verified; NULL = the host's */
	unsigned days;		/* of the ledger, up to today; 0 = not given */
	const char *since;	/* its first day, "2026-11-21"; NULL = not given */
	const char *by;		/* "day", "domain", "account"; NULL = not given */
	const char *domain;	/* hosted; NULL = all */
	bool names;		/* of accounts, in place of their keys */
	const char *condition;	/* --if SETTING=VALUE */
	struct word_list arguments;	/* what is not a flag */
};

struct command {
	const char *name;
	const char *synopsis;	/* of its arguments: "list | explain ID" */
	const char *summary;
	const char *formats;	/* that -o takes; NULL = it has no -o */
	unsigned flags;		/* FLAG_BITs it accepts */
	/* Returns the exit status; err, when set, decides instead. */
	int (*run)(struct arena *arena, const struct options *options,
	    struct err *err);
	const char *note;	/* for --help: what its arguments are; or NULL */
};

extern const struct command commands[];
extern const size_t command_count;

const struct command *command_find(const char *name);

/* argv[0] is the command's name. ERR_USAGE when anything is wrong. */
int options_parse(struct arena *arena, const struct command *command,
    int argc, char **argv, struct options *ret_options, struct err *err);

/* What `cpward help` and `cpward COMMAND --help` print. */
void usage_print(void);
void command_usage_print(const struct command *command);

#endif
