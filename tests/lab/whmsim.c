/* whmsim: flags, and which of its three faces to show (server, whmapi1, state editor). */

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "whmsim.h"

struct server_flags {
	struct listen_at listeners[MAX_LISTENERS];
	size_t listener_count;
	const char *cert, *key, *pid_file;
};

static int
usage(FILE *out)
{
	fputs("usage: whmsim --listen ADDRESS:PORT ... --cert FILE --key FILE\n"
	    "              [--clear ADDRESS:PORT] ... [--priority GNUTLS-PRIORITY] [--hsts VALUE]\n"
	    "              [--state FILE] [--log FILE] [--root DIR] [--token USER:TOKEN] ...\n"
	    "              [--config FILE] [--pid-file FILE] [--version VERSION]\n"
	    "              [--quirk NAME] ... [--fault NAME[:FUNCTION]] ... [--delay MS]\n"
	    "       whmsim --cli [--config FILE] [--output=json|jsonpretty|yaml] FUNCTION [K=V ...]\n"
	    "       whmsim --set-state FILE PATH=JSON ...\n"
	    "       whmsim --list-quirks | --list-faults\n", out);
	return 64;
}

static int
token_add(struct sim *sim, char *text)
{
	char *colon = strchr(text, ':');

	if (colon == NULL || colon == text || colon[1] == '\0' || sim->token_count == MAX_TOKENS) {
		fputs("whmsim: --token wants USER:TOKEN\n", stderr);
		return -1;
	}
	*colon = '\0';
	sim->tokens[sim->token_count++] = (struct token){ text, colon + 1 };
	return 0;
}

static int
path_set(char *target, size_t size, const char *path)
{
	size_t length = strlen(path);

	if (length >= size)
		return -1;
	memcpy(target, path, length + 1);
	return 0;
}

/* The root is kept without a slash at its end, so that / is the empty string. */
static int
root_set(struct sim *sim, const char *path)
{
	size_t length;

	if (path_set(sim->root, sizeof sim->root, path) != 0)
		return -1;
	for (length = strlen(sim->root); length > 0 && sim->root[length - 1] == '/'; length--)
		sim->root[length - 1] = '\0';
	return 0;
}

static int
flag_set(struct sim *sim, struct server_flags *flags, int flag, char *value)
{
	switch (flag) {
	case 'l':
	case 'n':
		if (flags->listener_count == MAX_LISTENERS)
			return -1;
		flags->listeners[flags->listener_count++] = (struct listen_at){
			.address = value,
			.clear = flag == 'n',
		};
		return 0;
	case 'P':
		sim->priority = value;
		return 0;
	case 'H':
		sim->hsts = value;
		return 0;
	case 'c':
		flags->cert = value;
		return 0;
	case 'k':
		flags->key = value;
		return 0;
	case 's':
		return path_set(sim->state_file, sizeof sim->state_file, value);
	case 'o':
		return path_set(sim->log_file, sizeof sim->log_file, value);
	case 'r':
		return root_set(sim, value);
	case 't':
		return token_add(sim, value);
	case 'C':
		return path_set(sim->config_file, sizeof sim->config_file, value);
	case 'p':
		flags->pid_file = value;
		return 0;
	case 'v':
		snprintf(sim->knobs.version, sizeof sim->knobs.version, "%s", value);
		return 0;
	case 'q':
		return knobs_add_quirk(&sim->knobs, value);
	case 'f':
		return knobs_add_fault(&sim->knobs, value);
	case 'd':
		sim->knobs.delay_ms = (unsigned)strtoul(value, NULL, 10);
		return 0;
	default:
		return -1;
	}
}

static int
serve(int argc, char **argv)
{
	static const struct option options[] = {
		{ "listen", required_argument, NULL, 'l' },
		{ "clear", required_argument, NULL, 'n' },
		{ "priority", required_argument, NULL, 'P' },
		{ "hsts", required_argument, NULL, 'H' },
		{ "cert", required_argument, NULL, 'c' },
		{ "key", required_argument, NULL, 'k' },
		{ "state", required_argument, NULL, 's' },
		{ "log", required_argument, NULL, 'o' },
		{ "root", required_argument, NULL, 'r' },
		{ "token", required_argument, NULL, 't' },
		{ "config", required_argument, NULL, 'C' },
		{ "pid-file", required_argument, NULL, 'p' },
		{ "version", required_argument, NULL, 'v' },
		{ "quirk", required_argument, NULL, 'q' },
		{ "fault", required_argument, NULL, 'f' },
		{ "delay", required_argument, NULL, 'd' },
		{ NULL, 0, NULL, 0 },
	};
	struct server_flags flags = { .listener_count = 0 };
	struct sim sim = {
		.state_file = WHMSIM_STATE_FILE,
		.log_file = WHMSIM_LOG_FILE,
		.knobs = { .delay_ms = 3000 },
	};
	int flag;

	while ((flag = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (flag_set(&sim, &flags, flag, optarg) != 0)
			return usage(stderr);
	if (flags.listener_count == 0 || flags.cert == NULL || flags.key == NULL || optind != argc)
		return usage(stderr);
	return http_serve(&sim, flags.listeners, flags.listener_count, flags.cert, flags.key,
	    flags.pid_file);
}

/* All assignments or none. */
static int
set_state(const char *path, char **assignments)
{
	char why[MAX_REASON] = "cannot be written";
	int lock = store_lock(path);
	json_t *state = store_load(path, why, sizeof why);
	int result = state != NULL ? 0 : -1;

	for (; result == 0 && *assignments != NULL; assignments++)
		result = state_assign(state, *assignments, why, sizeof why);
	if (result == 0)
		result = store_save(path, state);
	if (result != 0)
		fprintf(stderr, "whmsim: %s: %s\n", path, why);
	json_decref(state);
	store_unlock(lock);
	return result == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');

	if (strcmp(slash != NULL ? slash + 1 : argv[0], "whmapi1") == 0)
		return cli_run(argc, argv);
	if (argc < 2)
		return usage(stderr);
	if (strcmp(argv[1], "--cli") == 0)
		return cli_run(argc, argv);
	if (strcmp(argv[1], "--set-state") == 0 && argc > 3)
		return set_state(argv[2], argv + 3);
	if (strcmp(argv[1], "--list-quirks") == 0) {
		quirks_print(stdout);
		return 0;
	}
	if (strcmp(argv[1], "--list-faults") == 0) {
		faults_print(stdout);
		return 0;
	}
	if (strcmp(argv[1], "--help") == 0) {
		usage(stdout);
		return 0;
	}
	return serve(argc, argv);
}
