/*
 * The allow-list, the command line that whmapi1 gets, what its exit status
 * means, and what is refused before anything is sent. What goes over HTTPS is
 * tested against the simulator: tests/whm.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "host/command.h"
#include "host/whm_transport.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- the allow-list ---- */

struct allow_case {
	const char *name;
	bool allowed;
	const char *function;
	struct whm_argument arguments[4];
};

static const struct allow_case allow_cases[] = {
	{ "a reader", true, "version", { { NULL, NULL } } },
	{ "a reader with arguments", true, "get_tweaksetting",
	    { { "key", "requiressl" }, { "module", "Main" } } },
	{ "a writer", false, "set_tweaksetting",
	    { { "key", "requiressl" }, { "value", "0" } } },
	{ "a name that begins like a reader's", false, "version2",
	    { { NULL, NULL } } },
	{ "another path", false, "../scripts2/reboot", { { NULL, NULL } } },
	{ "no name", false, "", { { NULL, NULL } } },
	{ "repairs", false, "exim_configuration_check", { { NULL, NULL } } },
	{ "leaves files", false, "validate_current_installed_exim_config",
	    { { NULL, NULL } } },
	{ "sets a cache", false, "validate_current_dkims",
	    { { "domain", "a.example" } } },
	{ "can disable", false, "backup_destination_validate",
	    { { "id", "x" } } },
	{ "private keys", false, "fetch_service_ssl_components",
	    { { NULL, NULL } } },
	{ "private keys of hosts", false, "fetch_vhost_ssl_components",
	    { { NULL, NULL } } },
	{ "a certificate with its key", false, "fetchcrtinfo",
	    { { "id", "x" } } },
	{ "DKIM keys", false, "fetch_dkim_private_keys",
	    { { "domain", "a.example" } } },
	{ "second factors", false, "twofactorauth_get_tfa_config_for_user",
	    { { "user", "root" } } },
	{ "cPHulk's password among others", false, "get_service_config",
	    { { "service", "dovecot" } } },
	{ "a key of Dovecot's store", true, "get_service_config_key",
	    { { "service", "dovecot" }, { "key", "ssl_min_protocol" } } },
	{ "cPHulk's password", false, "get_service_config_key",
	    { { "service", "dovecot" }, { "key", "hulk_auth_passwd" } } },
	{ "cPHulk's password behind another key", false,
	    "get_service_config_key", { { "service", "dovecot" },
	    { "key", "ssl_min_protocol" }, { "key-1", "hulk_auth_passwd" } } },
	{ "no key", false, "get_service_config_key",
	    { { "service", "dovecot" } } },
	{ "another version of the API", false, "version",
	    { { "api.version", "0" } } },

	{ "UAPI, a reader", true, "uapi_cpanel", { { "cpanel.user", "bob" },
	    { "cpanel.module", "Email" }, { "cpanel.function", "list_pops" } } },
	{ "UAPI, a writer", false, "uapi_cpanel", { { "cpanel.user", "bob" },
	    { "cpanel.module", "Email" }, { "cpanel.function", "delete_pop" } } },
	{ "UAPI, another module", false, "uapi_cpanel",
	    { { "cpanel.user", "bob" }, { "cpanel.module", "Mime" },
	    { "cpanel.function", "list_pops" } } },
	{ "UAPI, two functions", false, "uapi_cpanel",
	    { { "cpanel.module", "Email" }, { "cpanel.function", "list_pops" },
	    { "cpanel.function", "delete_pop" } } },
	{ "UAPI, no function", false, "uapi_cpanel",
	    { { "cpanel.module", "Email" } } },

	{ "batch of readers", true, "batch", { { "command", "version" },
	    { "command", "get_tweaksetting?key=requiressl&module=Main" } } },
	{ "batch with numbered commands", true, "batch",
	    { { "command-0", "version" }, { "command-1", "cphulk_status" } } },
	{ "batch with a writer", false, "batch", { { "command", "version" },
	    { "command", "set_tweaksetting?key=requiressl&value=0" } } },
	{ "batch in a batch", false, "batch",
	    { { "command", "batch?command=version" } } },
	{ "batch with a UAPI reader", true, "batch", { { "command",
	    "uapi_cpanel?cpanel.user=bob&cpanel.module=Email"
	    "&cpanel.function=list_pops" } } },
	{ "batch with a UAPI writer", false, "batch", { { "command",
	    "uapi_cpanel?cpanel.user=bob&cpanel.module=Email"
	    "&cpanel.function=delete_pop" } } },
	{ "batch with a UAPI writer in disguise", false, "batch", { { "command",
	    "uapi_cpanel?cpanel.module=Email&cpanel.function=list_pops"
	    "&cpanel%2efunction=delete%5fpop" } } },
	{ "batch with an encoded key", true, "batch", { { "command",
	    "get_service_config_key?service=dovecot&key=ssl%5Fmin_protocol" } } },
	{ "batch with cPHulk's password", false, "batch", { { "command",
	    "get_service_config_key?service=dovecot&key=hulk%5Fauth_passwd" } } },
	{ "batch with another argument", false, "batch",
	    { { "command", "version" }, { "abort_on_error", "1" } } },
	{ "empty batch", false, "batch", { { NULL, NULL } } },
	{ "empty command", false, "batch", { { "command", "" } } },
	{ "an encoded function is none", false, "batch",
	    { { "command", "%76ersion" } } },
};

static void
test_allow_list(void **state)
{
	size_t i, count;

	(void)state;
	for (i = 0; i < COUNT(allow_cases); i++) {
		const struct allow_case *c = &allow_cases[i];

		for (count = 0; count < 4 &&
		    c->arguments[count].name != NULL; count++)
			;
		if (whm_call_allowed(c->function, c->arguments, count) !=
		    c->allowed)
			fail_msg("%s: wanted %s", c->name,
			    c->allowed ? "allowed" : "refused");
	}
}

/* ---- the local command: this stands in for the one that runs programs ---- */

static struct {
	unsigned runs;
	char line[4096];
	struct answer answer;
} program;

void
command_run(struct arena *arena, const char *const *argv, size_t cap,
    int timeout, struct answer *ret_answer)
{
	size_t used = 0;

	(void)cap;
	program.runs++;
	program.line[0] = '\0';
	for (; *argv != NULL; argv++)
		used += (size_t)snprintf(program.line + used,
		    sizeof(program.line) - used, "%s%s", used > 0 ? " " : "",
		    *argv);
	snprintf(program.line + used, sizeof(program.line) - used, " %ds",
	    timeout);
	*ret_answer = program.answer;
	if (ret_answer->bytes != NULL)
		ret_answer->bytes = arena_strdup(arena, program.answer.bytes);
}

static struct answer
ask(struct arena *arena, const struct whm_transport_options *options,
    const struct question *question)
{
	struct whm_transport *transport = whm_transport_new(options);
	struct answer answer = { 0 };

	whm_transport_ask(transport, arena, question, &answer);
	whm_transport_free(transport);
	return answer;
}

static void
test_command_line(void **state)
{
	const struct whm_argument arguments[] = {
		{ "command", "get_tweaksetting?key=a&module=Mail" },
		{ "command", "version" },
	};
	struct arena *arena = arena_new();
	struct answer answer;

	(void)state;
	memset(&program, 0, sizeof(program));
	program.answer = (struct answer){ ANSWER_OK, (char *)(uintptr_t)"{}", 2,
	    0, "Use of uninitialized value" };
	answer = ask(arena, &(struct whm_transport_options){ .local = true,
	    .timeout = 7 }, &(struct question){ .kind = ASK_WHM,
	    .function = "batch", .arguments = arguments, .argument_count = 2,
	    .cap = 100 });
	assert_string_equal(program.line, "/usr/local/cpanel/bin/whmapi1 "
	    "--output=json batch api.version=1 "
	    "command=get_tweaksetting%3Fkey%3Da%26module%3DMail "
	    "command=version 7s");
	assert_int_equal(answer.status, ANSWER_OK);
	assert_int_equal(answer.code, 0);
	assert_null(answer.why);
	assert_memory_equal(answer.bytes, "{}", 2);
	arena_free(arena);
}

#define PASSED "{\"metadata\":{\"result\":1}}"
#define FAILED "{\"metadata\":{\"result\":0,\"reason\":\"no\"}}"

static const struct exit_case {
	const char *name;
	const char *function;
	struct answer program;
	const char *why;	/* in it; NULL when the bytes are to be judged */
} exit_cases[] = {
	{ "fine", "version", { ANSWER_OK, (char *)(uintptr_t)PASSED, 0, 0, NULL },
	    NULL },
	{ "a refusal, told by both", "version", { ANSWER_OK,
	    (char *)(uintptr_t)FAILED, 0, 1, NULL }, NULL },
	{ "a refusal, told by the reply alone", "version", { ANSWER_OK,
	    (char *)(uintptr_t)FAILED, 0, 0, NULL }, NULL },
	{ "a success that the exit status denies", "version", { ANSWER_OK,
	    (char *)(uintptr_t)PASSED, 0, 1, NULL }, "exit status 1, wanted 0" },
	{ "nothing but an exit status", "version", { ANSWER_OK,
	    (char *)(uintptr_t)"", 0, 2, "whmapi1: internal error" },
	    "whmapi1 version: exit status 2, wanted 0: whmapi1: internal error" },
	{ "killed", "version", { ANSWER_OK, (char *)(uintptr_t)"", 0, 137, NULL },
	    "ended by signal 9" },
	{ "no such program", "version", { ANSWER_ABSENT, NULL, 0, 0, "gone" },
	    "no such program" },
	{ "late", "version", { ANSWER_FAILED, (char *)(uintptr_t)"", 0, 137,
	    "whmapi1 did not end in time" }, "did not end in time" },
};

static void
test_exit_status(void **state)
{
	struct arena *arena = arena_new();
	struct answer answer;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(exit_cases); i++) {
		const struct exit_case *c = &exit_cases[i];

		program.answer = c->program;
		if (c->program.bytes != NULL)
			program.answer.length = strlen(c->program.bytes);
		answer = ask(arena, &(struct whm_transport_options){
		    .local = true }, &(struct question){ .kind = ASK_WHM,
		    .function = c->function, .cap = 100 });
		if (answer.status != (c->why == NULL ? ANSWER_OK :
		    ANSWER_FAILED) || (c->why != NULL &&
		    strstr(answer.why, c->why) == NULL) || (c->why == NULL &&
		    answer.code != 0))
			fail_msg("%s: status %d, \"%s\"", c->name,
			    answer.status, answer.why != NULL ? answer.why :
			    "");
	}
	arena_free(arena);
}

static void
test_refused_is_never_run(void **state)
{
	const struct whm_argument arguments[] = {
		{ "command", "version" },
		{ "command", "set_tweaksetting?key=requiressl&value=0" },
	};
	struct arena *arena = arena_new();
	struct answer answer;

	(void)state;
	memset(&program, 0, sizeof(program));
	answer = ask(arena, &(struct whm_transport_options){ .local = true },
	    &(struct question){ .kind = ASK_WHM, .function = "batch",
	    .arguments = arguments, .argument_count = 2, .cap = 100 });
	assert_int_equal(answer.status, ANSWER_FAILED);
	assert_string_equal(answer.why,
	    "batch: not on the allow-list, not sent");
	assert_int_equal(program.runs, 0);
	arena_free(arena);
}

/* ---- https: what is refused before a byte is sent ---- */

static void
test_names(void **state)
{
	static const struct {
		struct whm_transport_options options;
		const char *name;
	} cases[] = {
		{ { .local = true, .user = "bob" }, "whmapi1" },
		{ { .url = "https://h.example:2087" },
		    "whm root@h.example:2087" },
		{ { .url = "https://[::1]:2087", .user = "bob" },
		    "whm bob@[::1]:2087" },
	};
	struct whm_transport *transport;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		transport = whm_transport_new(&cases[i].options);
		assert_string_equal(whm_transport_name(transport),
		    cases[i].name);
		whm_transport_free(transport);
	}
	whm_transport_free(NULL);
}

static const struct token_case {
	const char *name;
	const char *bytes;
	mode_t mode;
	const char *why;
} token_cases[] = {
	/* Port 1 of the loopback answers nobody: the token was fine. */
	{ "fine", "S3CR3TMARK0123456789ABCDEFGHIJKL\n", 0600,
	    "connection refused" },
	{ "as systemd hands it over", "S3CR3TMARK", 0400,
	    "connection refused" },
	{ "empty", "", 0600, "holds no API token" },
	{ "a newline", "\n", 0600, "holds no API token" },
	{ "with the user", "root:S3CR3TMARK\n", 0600, "holds more than one" },
	{ "the whole header", "whm root:S3CR3TMARK\n", 0600,
	    "holds more than one" },
	{ "two lines", "S3CR3TMARK\nS3CR3TMARK\n", 0600,
	    "holds more than one" },
	{ "another header in it", "S3CR3TMARK\r\nX-Evil: 1", 0600,
	    "holds more than one" },
	{ "readable for others", "S3CR3TMARK\n", 0644, "has mode 0644" },
	{ "too long", NULL, 0600, "is larger than the 256 bytes allowed" },
};

static void
check_token(const struct token_case *c, const char *path)
{
	struct arena *arena = arena_new();
	struct answer answer;
	FILE *file = fopen(path, "w");
	int i;

	assert_non_null(file);
	if (c->bytes != NULL)
		fputs(c->bytes, file);
	for (i = 0; c->bytes == NULL && i < 30; i++)
		fputs("S3CR3TMARK", file);
	fclose(file);
	assert_int_equal(chmod(path, c->mode), 0);
	answer = ask(arena, &(struct whm_transport_options){
	    .url = "https://127.0.0.1:1", .token_file = path, .timeout = 5 },
	    &(struct question){ .kind = ASK_WHM, .function = "version",
	    .cap = 100 });
	if (answer.status != ANSWER_FAILED ||
	    strstr(answer.why, c->why) == NULL)
		fail_msg("%s: \"%s\"", c->name, answer.why);
	assert_null(strstr(answer.why, "S3CR3TMARK"));
	unlink(path);
	arena_free(arena);
}

static void
test_token_files(void **state)
{
	char path[] = "/tmp/cpward-token-XXXXXX";
	int fd = mkstemp(path);
	size_t i;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	for (i = 0; i < COUNT(token_cases); i++)
		check_token(&token_cases[i], path);
}

static void
test_options(void **state)
{
	static const struct {
		struct whm_transport_options options;
		const char *why;
	} cases[] = {
		{ { .url = NULL }, "url is not https://HOST:PORT" },
		{ { .url = "http://h:2086", .token_file = "/x" },
		    "url is not https://HOST:PORT" },
		{ { .url = "https://", .token_file = "/x" },
		    "url is not https://HOST:PORT" },
		{ { .url = "https://root:pw@h:2087", .token_file = "/x" },
		    "url is not https://HOST:PORT" },
		{ { .url = "https://h:2087/json-api", .token_file = "/x" },
		    "url is not https://HOST:PORT" },
		{ { .url = "https://h:2087" }, "no API token" },
		{ { .url = "https://h:2087", .token_file = "/x", .user = "a:b" },
		    "user is no name" },
		{ { .url = "https://h:2087", .token_file = "/x",
		    .user = "a\r\nX: 1" }, "user is no name" },
		{ { .url = "https://h:2087", .token_file = "/nowhere/token" },
		    "/nowhere/token: can not be opened" },
	};
	struct arena *arena = arena_new();
	struct answer answer;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		answer = ask(arena, &cases[i].options, &(struct question){
		    .kind = ASK_WHM, .function = "version", .cap = 100 });
		assert_int_equal(answer.status, ANSWER_FAILED);
		if (strstr(answer.why, cases[i].why) == NULL ||
		    strstr(answer.why, "pw") != NULL)
			fail_msg("\"%s\", wanted \"%s\"", answer.why,
			    cases[i].why);
	}
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_allow_list),
		cmocka_unit_test(test_command_line),
		cmocka_unit_test(test_exit_status),
		cmocka_unit_test(test_refused_is_never_run),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_token_files),
		cmocka_unit_test(test_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
