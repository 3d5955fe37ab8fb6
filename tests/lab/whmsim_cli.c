/* whmapi1: the same answers on standard output, for root on the server, without a token. */

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "whmsim.h"

enum output { OUTPUT_YAML, OUTPUT_JSON, OUTPUT_JSONPRETTY };

struct cli {
	struct sim sim;
	enum output output;
	struct request request;
};

static bool
plain_scalar(const char *text)
{
	if (*text == '\0' || strspn(text, "0123456789.-+") == strlen(text))
		return false;
	if (strcmp(text, "yes") == 0 || strcmp(text, "no") == 0)
		return false;
	return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-/@")
	    == strlen(text) && *text != '-' && *text != '@';
}

static void
yaml_print(FILE *out, const json_t *value, int depth);

static void
yaml_scalar(FILE *out, const json_t *value)
{
	if (json_is_string(value) && plain_scalar(json_string_value(value)))
		fputs(json_string_value(value), out);
	else if (json_is_null(value))
		putc('~', out);
	else
		json_dumpf(value, out, JSON_ENCODE_ANY | JSON_COMPACT);
	putc('\n', out);
}

static void
yaml_child(FILE *out, const json_t *child, int depth)
{
	if ((json_is_object(child) && json_object_size(child) > 0)
	    || (json_is_array(child) && json_array_size(child) > 0)) {
		putc('\n', out);
		yaml_print(out, child, depth + 1);
	} else {
		putc(' ', out);
		yaml_scalar(out, child);
	}
}

static void
yaml_print(FILE *out, const json_t *value, int depth)
{
	const char *key;
	json_t *child;
	size_t index;

	json_object_foreach((json_t *)value, key, child) {
		fprintf(out, "%*s%s:", depth * 2, "", key);
		yaml_child(out, child, depth);
	}
	json_array_foreach(value, index, child) {
		fprintf(out, "%*s-", depth * 2, "");
		yaml_child(out, child, depth);
	}
	if (depth == 0 && json_is_array(value) && json_array_size(value) == 0)
		fputs("[]\n", out);
}

static void
cli_print(const struct cli *cli, const struct knobs *knobs, struct answer *answer)
{
	if (answer->document != NULL && cli->output == OUTPUT_YAML) {
		fputs("---\n", stdout);
		yaml_print(stdout, answer->document, 0);
		return;
	}
	answer_render(knobs, answer, cli->output == OUTPUT_JSONPRETTY ? 3 : 0);
	if (answer->fault == FAULT_TRUNCATED_CHUNK || answer->fault == FAULT_MIDBODY_CLOSE)
		answer->length /= 2;
	fwrite(answer->body, 1, answer->body != NULL ? answer->length : 0, stdout);
	if (answer->length > 0)
		putc('\n', stdout);
}

/* What happens before, or instead of, the answer. Returns the exit status, or -1 to go on. */
static int
cli_fault(const struct knobs *knobs, const struct answer *answer)
{
	if (answer->stderr_noise)
		fputs("Use of uninitialized value $x in concatenation (.) or string at "
		    "/usr/local/cpanel/Whostmgr/API.pm line 1.\n", stderr);
	switch (answer->fault) {
	case FAULT_SLOW_FIRST_BYTE:
		usleep(knobs->delay_ms * 1000);
		return -1;
	case FAULT_HANG:
		for (;;)
			pause();
	case FAULT_CLI_EXIT_1:
		fputs("whmapi1: internal error\n", stderr);
		return 1;
	case FAULT_CLI_SIGNAL:
		raise(SIGKILL);
		return 1;
	case FAULT_CLI_STDOUT_NOISE:
		fputs("[notice] updating the cache\n", stdout);
		return -1;
	default:
		return -1;
	}
}

static int
cli_options(struct cli *cli, int argc, char **argv, const char **ret_config)
{
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "--cli") == 0)
			continue;
		if (strcmp(argv[i], "--output=json") == 0)
			cli->output = OUTPUT_JSON;
		else if (strcmp(argv[i], "--output=jsonpretty") == 0)
			cli->output = OUTPUT_JSONPRETTY;
		else if (strcmp(argv[i], "--output=yaml") == 0)
			cli->output = OUTPUT_YAML;
		else if (strcmp(argv[i], "--config") == 0 && i + 1 < argc)
			*ret_config = argv[++i];
		else
			return -1;
	}
	return i;
}

/* api.version chooses the shape and is no argument of the function. */
static void
cli_arguments(struct cli *cli, int argc, char **argv, json_t *args, char *version, size_t size)
{
	for (int i = 0; i < argc; i++)
		args_add_pair(args, argv[i], strlen(argv[i]), false);
	if (args_get(args, "api.version") == NULL)
		return;
	snprintf(version, size, "%s", args_get(args, "api.version"));
	json_object_del(args, "api.version");
	cli->request.api_version = version;
}

static int
cli_answer(struct cli *cli)
{
	struct knobs knobs;
	struct answer answer;
	int status;

	api_answer(&cli->sim, &cli->request, &answer);
	knobs_for_request(&cli->sim, &knobs);
	status = cli_fault(&knobs, &answer);
	if (status < 0 && answer.status == 500) {
		status = 1;
	} else if (status < 0) {
		cli_print(cli, &knobs, &answer);
		status = answer.result == 0 && quirk_on(&knobs, QUIRK_CLI_EXIT_FOLLOWS_RESULT);
	}
	answer_done(&answer);
	return status;
}

int
cli_run(int argc, char **argv)
{
	const char *config = WHMSIM_CONFIG_FILE;
	char version[16];
	struct cli cli = {
		.sim = {
			.state_file = WHMSIM_STATE_FILE,
			.log_file = WHMSIM_LOG_FILE,
			.knobs = { .delay_ms = 3000 },
		},
		.request = { .via = VIA_CLI, .user = "root" },
	};
	int first = cli_options(&cli, argc, argv, &config);
	int status;

	if (first < 0 || first >= argc) {
		fputs("usage: whmapi1 [--output=json|jsonpretty|yaml] FUNCTION [KEY=VALUE ...]\n",
		    stderr);
		return 1;
	}
	if (sim_read_config(&cli.sim, &cli.sim.knobs, config, true) != 0)
		return 1;
	cli.request.function = argv[first];
	cli.request.args = json_object();
	cli_arguments(&cli, argc - first - 1, argv + first + 1, cli.request.args, version,
	    sizeof version);
	status = cli_answer(&cli);
	json_decref(cli.request.args);
	return fflush(stdout) == 0 ? status : 1;
}
