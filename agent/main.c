#include <locale.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "cmd/cmd.h"
#include "report/escape.h"

/* What may pass from the caller's environment into a program run as root. */
static const char *const kept_variables[] = {
	"TERM", "COLUMNS", "NO_COLOR", "TZ", "CREDENTIALS_DIRECTORY",
	"NOTIFY_SOCKET",
#ifdef __SANITIZE_ADDRESS__
	"ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS",
#endif
};

#define KEPT (sizeof(kept_variables) / sizeof(kept_variables[0]))

/*
 * LD_*, OPENSSL_CONF, SSL_CERT_*, *_PROXY, CURL_* and the like would let
 * whoever set them decide what root trusts.
 */
static void
clean_environment(void)
{
	char *values[KEPT];
	size_t i;

	for (i = 0; i < KEPT; i++) {
		const char *value = getenv(kept_variables[i]);

		values[i] = value == NULL ? NULL : strdup(value);
	}
	clearenv();
	for (i = 0; i < KEPT; i++) {
		if (values[i] != NULL)
			setenv(kept_variables[i], values[i], 1);
		free(values[i]);
	}
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
	    "/sbin:/bin", 1);
}

static void
print_error(struct arena *arena, const struct err *err)
{
	char text[1400];

	err_format(err, text, sizeof(text));
	fprintf(stderr, "cpward: %s\n",
	    escape_terminal(arena, text, strlen(text)));
	if (err->hint[0] != '\0')
		fprintf(stderr, "hint: %s\n", escape_terminal(arena,
		    err->hint, strlen(err->hint)));
}

static int
run_command(const struct command *command, int argc, char **argv)
{
	struct arena *arena = arena_new();
	struct options options;
	struct err err = { 0 };
	int status = -1;

	if (options_parse(arena, command, argc, argv, &options, &err) != 0)
		;
	else if (options.arguments.count == 1 &&
	    strcmp(options.arguments.items[0], "--help") == 0)
		status = (command_usage_print(command), EXIT_OK);
	else
		status = command->run(arena, &options, &err);
	if (err.code != ERR_NONE) {
		print_error(arena, &err);
		status = exit_status_of(err.code);
	}
	arena_free(arena);
	return status;
}

static void
no_command(const char *name)
{
	struct arena *arena = arena_new();
	struct err err = { 0 };

	err_set(&err, ERR_USAGE, "no command \"%.40s\"", name);
	err_hint(&err, "cpward help lists them");
	print_error(arena, &err);
	arena_free(arena);
}

enum { LARGE_BYTES = 256 << 10 };

int
main(int argc, char **argv)
{
	const struct command *command;
	const char *name;

	clean_environment();
	/* Large arrays grow in place, and go back when they are freed: glibc would stop that by and by. */
	(void)mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
	name = argc < 2 || strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "-h") == 0 ? "help" :
	    strcmp(argv[1], "--version") == 0 ? "version" : argv[1];
	command = command_find(name);
	if (command == NULL) {
		no_command(name);
		return EXIT_USAGE;
	}
	if (argc < 2) {
		usage_print();
		return EXIT_USAGE;
	}
	return run_command(command, argc - 1, argv + 1);
}
