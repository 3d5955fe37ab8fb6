#include <stdio.h>

#include "cmd/cmd.h"

#define FLAGS_CONFIG FLAG_BIT(FLAG_CONFIG)
#define FLAGS_HOST (FLAGS_CONFIG | FLAG_BIT(FLAG_ROOT) | \
	FLAG_BIT(FLAG_NO_NETWORK) | FLAG_BIT(FLAG_PROGRESS) | \
	FLAG_BIT(FLAG_QUIET))
#define FLAGS_DEPTH (FLAG_BIT(FLAG_FULL) | FLAG_BIT(FLAG_DEEP))
#define FLAGS_JUDGE (FLAGS_CONFIG | FLAG_BIT(FLAG_PROFILE) | \
	FLAG_BIT(FLAG_CHECK) | FLAG_BIT(FLAG_SKIP_CHECK) | \
	FLAG_BIT(FLAG_REFERENCE) | FLAG_BIT(FLAG_SEVERITY) | \
	FLAG_BIT(FLAG_FAIL_ON) | FLAG_BIT(FLAG_OUTPUT) | \
	FLAG_BIT(FLAG_QUIET) | FLAG_BIT(FLAG_EXIT_ZERO) | \
	FLAG_BIT(FLAG_COLOR))
#define FLAGS_PROBE (FLAG_BIT(FLAG_OUTPUT) | FLAG_BIT(FLAG_FULL) | \
	FLAG_BIT(FLAG_RELAY) | FLAG_BIT(FLAG_SOURCE) | FLAG_BIT(FLAG_NAME) | \
	FLAG_BIT(FLAG_QUIET) | FLAG_BIT(FLAG_COLOR))
#define FLAGS_LEDGER (FLAGS_CONFIG | FLAG_BIT(FLAG_ROOT) | \
	FLAG_BIT(FLAG_DAYS) | FLAG_BIT(FLAG_SINCE) | FLAG_BIT(FLAG_BY) | \
	FLAG_BIT(FLAG_DOMAIN) | FLAG_BIT(FLAG_NAMES) | FLAG_BIT(FLAG_IF) | \
	FLAG_BIT(FLAG_OUTPUT) | FLAG_BIT(FLAG_QUIET) | FLAG_BIT(FLAG_COLOR))

const struct command commands[] = {
	{ "scan", "", "look at this server, judge it, report",
	    "text, json or ndjson",
	    FLAGS_HOST | FLAGS_DEPTH | FLAGS_JUDGE, .run = cmd_scan },
	{ "collect", "", "write a snapshot of the facts, as JSON", "json",
	    FLAGS_HOST | FLAGS_DEPTH | FLAG_BIT(FLAG_OUTPUT), .run = cmd_collect_run },
	{ "evaluate", "--facts FILE", "judge a snapshot, anywhere",
	    "text, json or ndjson",
	    FLAGS_JUDGE | FLAG_BIT(FLAG_FACTS), .run = cmd_evaluate },
	{ "checks", "list | explain ID", "what is checked, and why",
	    "text, json or man",
	    FLAGS_CONFIG | FLAG_BIT(FLAG_PROFILE) | FLAG_BIT(FLAG_OUTPUT),
	    .run = cmd_checks },
	{ "profile", "list | show | lint", "which checks run, and how strictly",
	    NULL,
	    FLAGS_CONFIG, .run = cmd_profile_run },
	{ "probe", "HOST[:PORT]...", "what listeners offer, of any server of yours",
	    "text or json",
	    FLAGS_PROBE, .run = cmd_probe },
	{ "ledger", "[update|forecast]", "what the logs prove, and who would be cut off",
	    "text, json, csv or tsv",
	    FLAGS_LEDGER, .run = cmd_ledger,
	    .note = "without a word all sections; else clear, old, logins, clients, failures,\n"
	    "  bursts; update only reads; forecast wants --if" },
	{ "doctor", "", "can everything be seen that a scan needs?", NULL,
	    FLAGS_HOST | FLAG_BIT(FLAG_ACCESS), .run = cmd_doctor },
	{ "help", "", "this list", NULL, 0, .run = cmd_help },
	{ "version", "", "which cpward this is", NULL, 0, .run = cmd_version },
};
const size_t command_count = sizeof(commands) / sizeof(commands[0]);

int
cmd_help(struct arena *arena, const struct options *options, struct err *err)
{
	(void)arena;
	(void)options;
	(void)err;
	usage_print();
	return EXIT_OK;
}

int
cmd_version(struct arena *arena, const struct options *options,
    struct err *err)
{
	(void)arena;
	(void)options;
	(void)err;
	printf("cpward %s\n", CPWARD_VERSION);
	return EXIT_OK;
}
