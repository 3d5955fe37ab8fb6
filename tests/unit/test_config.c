/* cpward.ini: what it may hold, and that errors never quote it. */
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
#include "base/err.h"
#include "base/fileio.h"
#include "cmd/config.h"

/* The state of the group is a folder of our own. */
static int
setup(void **state)
{
	char *folder = strdup("/tmp/test_config.XXXXXX");

	*state = folder;
	return folder == NULL || mkdtemp(folder) == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	char *folder = *state, path[128];
	int result;

	snprintf(path, sizeof(path), "%s/cpward.ini", folder);
	(void)unlink(path);
	result = rmdir(folder);
	free(folder);
	return result;
}

static int
load_bytes(const char *folder, struct arena *arena, const void *bytes,
    size_t length, mode_t mode, struct config *config, struct err *err)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/cpward.ini", folder);
	memset(err, 0, sizeof(*err));
	if (file_replace(path, bytes, length, mode, err) != 0)
		fail_msg("%s: %s", path, err->text);
	return config_load(arena, path, false, config, err);
}

static int
load(const char *folder, struct arena *arena, const char *text,
    struct config *config, struct err *err)
{
	return load_bytes(folder, arena, text, strlen(text), 0644, config, err);
}

static void
assert_defaults(const struct config *config)
{
	assert_string_equal(config->profile, "hipaa");
	assert_null(config->state_dir);
	assert_null(config->root);
	assert_int_equal(config->whm_transport, WHM_AUTO);
	assert_null(config->whm_url);
	assert_string_equal(config->whm_user, "root");
	assert_null(config->whm_token_file);
	assert_null(config->whm_ca_file);
	assert_int_equal(config->whm_timeout, 30);
	assert_null(config->probe_host);
	assert_null(config->probe_source);
	assert_null(config->probe_ports);
	assert_int_equal(config->dns_server_count, 0);
	assert_false(config->dns_validating);
	assert_null(config->managed_by);
}

static void
test_defaults(void **state)
{
	static const char *const texts[] = {
		"", "\n\n", "# comment\n; comment\n  ; comment\n",
		"[agent]\n[whm]\n[probe]\n[dns]\n[site]\n",
		"[dns]\nvalidating = no\n", "\xef\xbb\xbf[agent]\r\n",
	};
	struct arena *arena = arena_new();
	struct config config;
	struct err err;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (load(*state, arena, texts[i], &config, &err) != 0)
			fail_msg("case %zu: %s", i, err.text);
		assert_defaults(&config);
	}
	arena_free(arena);
}

static void
test_every_key(void **state)
{
	static const char text[] =
	    "[agent]\r\n"
	    "profile = ours\r\n"
	    "state_dir=/srv/cpward\n"
	    "root = /mnt/copy of it ; a comment\n"
	    "\n"
	    "[whm]\n"
	    "# over the network\n"
	    "transport = https\n"
	    "url = https://[2001:db8::1]:2087\n"
	    "user: scanner\n"
	    "token_file = /etc/cpward/token\n"
	    "ca_file = /etc/cpward/ca.pem\n"
	    "timeout = 600\n"
	    "[probe]\n"
	    "host = 2001:db8::25\n"
	    "source = 2001:db8::26\n"
	    "ports = 25/smtp  8025/smtp\t993/imaps 4190/sieve 2087/https\n"
	    "[dns]\n"
	    "validating = yes\n"
	    "servers = 127.0.0.1 192.0.2.53:5353\t2001:db8::53 "
	    "[2001:db8::54] [2001:db8::55]:65535 fe80::1%lo\n"
	    "[site]\n"
	    "managed_by = Ansible, role \xc3\xa9";
	struct arena *arena = arena_new();
	struct config config;
	struct err err;

	if (load(*state, arena, text, &config, &err) != 0)
		fail_msg("%u: %s", err.line, err.text);
	assert_string_equal(config.profile, "ours");
	assert_string_equal(config.state_dir, "/srv/cpward");
	assert_string_equal(config.root, "/mnt/copy of it");
	assert_int_equal(config.whm_transport, WHM_HTTPS);
	assert_string_equal(config.whm_url, "https://[2001:db8::1]:2087");
	assert_string_equal(config.whm_user, "scanner");
	assert_string_equal(config.whm_token_file, "/etc/cpward/token");
	assert_string_equal(config.whm_ca_file, "/etc/cpward/ca.pem");
	assert_int_equal(config.whm_timeout, 600);
	assert_string_equal(config.probe_host, "2001:db8::25");
	assert_string_equal(config.probe_source, "2001:db8::26");
	assert_string_equal(config.probe_ports,
	    "25/smtp 8025/smtp 993/imaps 4190/sieve 2087/https");
	assert_int_equal(config.dns_server_count, 6);
	assert_string_equal(config.dns_servers[0], "127.0.0.1");
	assert_string_equal(config.dns_servers[1], "192.0.2.53:5353");
	assert_string_equal(config.dns_servers[2], "2001:db8::53");
	assert_string_equal(config.dns_servers[3], "[2001:db8::54]");
	assert_string_equal(config.dns_servers[4], "[2001:db8::55]:65535");
	assert_string_equal(config.dns_servers[5], "fe80::1%lo");
	assert_true(config.dns_validating);
	assert_string_equal(config.managed_by, "Ansible, role \xc3\xa9");
	arena_free(arena);
}

struct transport_case {
	const char *text;
	enum whm_choice transport;
};

static const struct transport_case transport_cases[] = {
	{ "transport = local\n", WHM_LOCAL },
	{ "transport = none\n", WHM_NONE },
	{ "url = https://a.test:1\ntoken_file = /t\n", WHM_HTTPS },
	{ "transport = local\nurl = https://a.test:65535\n", WHM_LOCAL },
	{ "transport = none\nurl = https://192.0.2.1:2087\n", WHM_NONE },
	{ "token_file = /t\n", WHM_AUTO },
};

static void
test_transports(void **state)
{
	struct arena *arena = arena_new();
	struct config config;
	struct err err;
	size_t i;

	for (i = 0; i < sizeof(transport_cases) / sizeof(transport_cases[0]);
	    i++) {
		if (load(*state, arena, arena_printf(arena, "[whm]\n%s",
		    transport_cases[i].text), &config, &err) != 0)
			fail_msg("%s: %s", transport_cases[i].text, err.text);
		if (config.whm_transport != transport_cases[i].transport)
			fail_msg("%s: %d", transport_cases[i].text,
			    config.whm_transport);
	}
	arena_free(arena);
}

struct refused_case {
	const char *name;
	const char *text;
	unsigned line;
	const char *message;
};

#define NO_URL "url is not of the form https://HOST:PORT, without user " \
    "and path"
#define NO_LINE "the line is no [section], no comment and no key = value"
#define BLANK "the line begins with a blank, wanted a key or section at its " \
    "start: a value ends with its line"
#define NO_SECTION "this section is unknown, wanted [agent], [whm], [probe], " \
    "[dns] or [site]"
#define SERVERS "servers has a word that is no address of a name server, " \
    "wanted such as 192.0.2.53 192.0.2.53:5353 [2001:db8::53]:53"
#define SECONDS "timeout is no number of seconds from 1 to 600"
#define USER "user is no name of a WHM user, wanted letters, digits and . _ -"
#define ADDRESS " is no IPv4 or IPv6 address, wanted one such as 127.0.0.1 " \
    "or ::1"
#define PORTS "ports has a word that is no PORT/PROTOCOL, wanted such as " \
    "25/smtp 465/smtps"
#define SECRET "SECRETSECRET"

static const struct refused_case refused_cases[] = {
	{ "unknown section", "[" SECRET "]\nprofile = x\n", 1, NO_SECTION },
	{ "unknown section without keys", "[agent]\n[whn]\n", 2, NO_SECTION },
	{ "a section with blanks", "[ agent ]\n", 1, NO_SECTION },
	{ "an empty section", "[]\n", 1, NO_SECTION },
	{ "a section in capitals", "[Agent]\n", 1, NO_SECTION },
	{ "a section without its end", "[agent\n", 1, NO_LINE },
	{ "a key before the sections", "profile = x\n", 1,
	    "the line stands before the first section, wanted [agent], [whm], "
	    "[probe], [dns] or [site] above it" },
	{ "unknown key", "[whm]\n\ntoken = " SECRET "\n", 3,
	    "this key is unknown in [whm], wanted one of transport, url, "
	    "user, token_file, ca_file, timeout" },
	{ "a key of another section", "[agent]\nurl = https://a:1\n", 2,
	    "this key is unknown in [agent], wanted one of profile, "
	    "state_dir, root" },
	{ "a key in capitals", "[site]\nManaged_By = x\n", 2,
	    "this key is unknown in [site], wanted one of managed_by" },
	{ "a key twice", "[whm]\nuser = a\n[agent]\n[whm]\nuser = a\n", 5,
	    "user is given twice, first in line 2" },
	{ "a line without =", "[whm]\n" SECRET "\n", 2, NO_LINE },
	{ "the first bad line counts", "[whm]\n" SECRET "\nnope = 1\n", 2,
	    NO_LINE },
	{ "an empty value", "[agent]\nprofile =\n", 2,
	    "profile is empty, wanted a value" },
	{ "a value that is a comment", "[agent]\nprofile = ; hipaa\n", 2,
	    "profile is empty, wanted a value" },
	{ "a continued value", "[whm]\ntoken_file = /a\n  " SECRET "\n", 3,
	    BLANK },
	{ "an indented key", "[whm]\n\tuser = a\n", 2, BLANK },
	{ "an indented section", " [whm]\n", 1, BLANK },
	{ "a relative path", "[agent]\nstate_dir = " SECRET "\n", 2,
	    "state_dir is no absolute path, wanted one that begins with /" },
	{ "a relative root", "[agent]\nroot = .\n", 2,
	    "root is no absolute path, wanted one that begins with /" },
	{ "a token for its file", "[whm]\ntoken_file = " SECRET "\n", 2,
	    "token_file is no absolute path, wanted one that begins with /" },
	{ "a relative ca_file", "[whm]\nca_file = ca.pem\n", 2,
	    "ca_file is no absolute path, wanted one that begins with /" },
	{ "unknown transport", "[whm]\ntransport = " SECRET "\n", 2,
	    "transport is unknown, wanted local, https or none" },
	{ "no seconds", "[whm]\ntimeout = 0\n", 2, SECONDS },
	{ "too many seconds", "[whm]\ntimeout = 601\n", 2, SECONDS },
	{ "seconds beyond 64 bits", "[whm]\n"
	    "timeout = 18446744073709551617\n", 2, SECONDS },
	{ "negative seconds", "[whm]\ntimeout = -1\n", 2, SECONDS },
	{ "a unit", "[whm]\ntimeout = 30s\n", 2, SECONDS },
	{ "a user with a colon", "[whm]\nuser = root:" SECRET "\n", 2, USER },
	{ "a user with a blank", "[whm]\nuser = a b\n", 2, USER },
	{ "plain HTTP", "[whm]\nurl = http://a:2087\n", 2, NO_URL },
	{ "no port", "[whm]\nurl = https://a\n", 2, NO_URL },
	{ "port 0", "[whm]\nurl = https://a:0\n", 2, NO_URL },
	{ "port 65536", "[whm]\nurl = https://a:65536\n", 2, NO_URL },
	{ "no host", "[whm]\nurl = https://:2087\n", 2, NO_URL },
	{ "a slash", "[whm]\nurl = https://a:2087/\n", 2, NO_URL },
	{ "a path", "[whm]\nurl = https://a:2087/json-api\n", 2, NO_URL },
	{ "a user in the url", "[whm]\nurl = https://root@a:2087\n", 2,
	    NO_URL },
	{ "a password in the url", "[whm]\nurl = https://r:" SECRET
	    "@a:2087\n", 2, NO_URL },
	{ "brackets not closed", "[whm]\nurl = https://[::1:2087\n", 2,
	    NO_URL },
	{ "brackets with a name", "[whm]\nurl = https://[zz]:2087\n", 2,
	    NO_URL },
	{ "https without url", "[whm]\nuser = a\ntransport = https\n"
	    "token_file = /t\n", 3,
	    "transport https needs url, which is not given" },
	{ "https without token", "[whm]\nurl = https://a:1\n"
	    "transport = https\n", 3,
	    "transport https needs token_file, which is not given" },
	{ "url without token", "[whm]\n\nurl = https://a:1\n", 3,
	    "transport https needs token_file, which is not given" },
	{ "a name for an address", "[probe]\nhost = " SECRET "\n", 2,
	    "host" ADDRESS },
	{ "an address with a port", "[probe]\nhost = 127.0.0.1:25\n", 2,
	    "host" ADDRESS },
	{ "an address in brackets", "[probe]\n\nsource = [::1]\n", 3,
	    "source" ADDRESS },
	{ "a port without protocol", "[probe]\nports = 25\n", 2, PORTS },
	{ "a protocol without port", "[probe]\nports = /smtp\n", 2, PORTS },
	{ "an unknown protocol", "[probe]\nports = 25/smtp 70/" SECRET "\n",
	    2, PORTS },
	{ "a port that is none", "[probe]\nports = 0/smtp\n", 2, PORTS },
	{ "port 65536 to probe", "[probe]\nports = 65536/smtp\n", 2, PORTS },
	{ "a comma between ports", "[probe]\nports = 25/smtp,26/smtp\n", 2,
	    PORTS },
	{ "a slash too many", "[probe]\nports = 25/smtp/tls\n", 2, PORTS },
	{ "source twice", "[probe]\nsource = ::1\nsource = ::1\n", 3,
	    "source is given twice, first in line 2" },
	{ "an unknown key of probe", "[probe]\nport = 25/smtp\n", 2,
	    "this key is unknown in [probe], wanted one of host, source, "
	    "ports" },
	{ "a name for a server", "[dns]\nservers = 192.0.2.1 " SECRET "\n",
	    2, SERVERS },
	{ "a comma between servers", "[dns]\nservers = 192.0.2.1,192.0.2.2\n",
	    2, SERVERS },
	{ "a server's port 0", "[dns]\nservers = 192.0.2.1:0\n", 2, SERVERS },
	{ "a server's port 65536", "[dns]\nservers = [::1]:65536\n", 2,
	    SERVERS },
	{ "no port behind the colon", "[dns]\nservers = 192.0.2.1:\n", 2,
	    SERVERS },
	{ "a port that is a word", "[dns]\nservers = 192.0.2.1:domain\n", 2,
	    SERVERS },
	{ "a bracket that is left open", "[dns]\nservers = [::1:53\n", 2,
	    SERVERS },
	{ "a word behind the bracket", "[dns]\nservers = [::1]53\n", 2,
	    SERVERS },
	{ "an address that is none", "[dns]\nservers = 192.0.2.256\n", 2,
	    SERVERS },
	{ "an old spelling", "[dns]\nservers = 127.1\n", 2, SERVERS },
	{ "too many servers", "[dns]\nservers = ::1 ::1 ::1 ::1 ::1 ::1 ::1 "
	    "::1 ::1 ::1 ::1 ::1 ::1 ::1 ::1 ::1 ::1\n", 2,
	    "servers has more than 16 words" },
	{ "a validating that is none", "[dns]\nvalidating = true\n", 2,
	    "validating is unknown, wanted yes or no" },
	{ "validating without servers", "[dns]\n\nvalidating = yes\n", 3,
	    "validating needs servers, which are not given" },
	{ "an unknown key of dns", "[dns]\nserver = ::1\n", 2,
	    "this key is unknown in [dns], wanted one of servers, "
	    "validating" },
	{ "a control character", "[site]\nmanaged_by = a\x1b[31m\n", 2,
	    "the line has a control character (byte 27)" },
	{ "a control character in a comment", "# \x7f\n", 1,
	    "the line has a control character (byte 127)" },
	{ "a lone carriage return", "[site]\nmanaged_by = a\rb\n", 2,
	    "the line has a control character (byte 13)" },
};

static void
test_refused(void **state)
{
	char path[128];
	size_t i;

	snprintf(path, sizeof(path), "%s/cpward.ini", (char *)*state);
	for (i = 0; i < sizeof(refused_cases) / sizeof(refused_cases[0]);
	    i++) {
		const struct refused_case *c = &refused_cases[i];
		struct arena *arena = arena_new();
		struct config config;
		struct err err;

		if (load(*state, arena, c->text, &config, &err) == 0)
			fail_msg("%s: was not refused", c->name);
		if (err.code != ERR_CONTENT || err.line != c->line ||
		    strcmp(err.text, c->message) != 0 ||
		    strcmp(err.source, path) != 0)
			fail_msg("%s: code %d, %s:%u: %s", c->name, err.code,
			    err.source, err.line, err.text);
		if (strstr(err.text, SECRET) != NULL ||
		    strstr(err.hint, SECRET) != NULL)
			fail_msg("%s: quotes the file", c->name);
		arena_free(arena);
	}
}

/* The longest line that is allowed is read whole; one byte more is refused. */
static void
test_line_length(void **state)
{
	char text[512], value[256];
	struct arena *arena = arena_new();
	struct config config;
	struct err err;
	int extra;

	for (extra = 0; extra <= 1; extra++) {
		memset(value, 'a', sizeof(value));
		value[190 - strlen("managed_by=") + (size_t)extra] = '\0';
		snprintf(text, sizeof(text), "[site]\nmanaged_by=%s\n", value);
		if (load(*state, arena, text, &config, &err) != -extra)
			fail_msg("%d more: %s", extra, err.text);
		if (extra == 0)
			assert_string_equal(config.managed_by, value);
	}
	assert_int_equal(err.code, ERR_CONTENT);
	assert_int_equal(err.line, 2);
	assert_string_equal(err.text,
	    "the line has 191 bytes, wanted at most 190");
	assert_string_equal(err.hint, "a token, key or certificate stands in "
	    "a file of its own: token_file, ca_file");
	arena_free(arena);
}

static void
test_nul(void **state)
{
	static const char text[] = "[site]\nmanaged_by = a\0b\n";
	struct arena *arena = arena_new();
	struct config config;
	struct err err;

	assert_int_equal(load_bytes(*state, arena, text, sizeof(text) - 1, 0644,
	    &config, &err), -1);
	assert_int_equal(err.code, ERR_CONTENT);
	assert_int_equal(err.line, 2);
	assert_string_equal(err.text,
	    "the line has a control character (byte 0)");
	arena_free(arena);
}

static void
test_too_large(void **state)
{
	char *text = malloc(64 * 1024 + 1);
	struct arena *arena = arena_new();
	struct config config;
	struct err err;

	memset(text, '\n', 64 * 1024 + 1);
	assert_int_equal(load_bytes(*state, arena, text, 64 * 1024, 0644, &config,
	    &err), 0);
	assert_int_equal(load_bytes(*state, arena, text, 64 * 1024 + 1, 0644, &config,
	    &err), -1);
	assert_int_equal(err.code, ERR_CONTENT);
	free(text);
	arena_free(arena);
}

static void
test_missing(void **state)
{
	struct arena *arena = arena_new();
	struct err err = { 0 };
	struct config config;

	(void)state;
	assert_int_equal(config_load(arena, "/nowhere/cpward.ini", false,
	    &config, &err), -1);
	assert_int_equal(err.code, ERR_NOINPUT);
	memset(&err, 0, sizeof(err));
	assert_int_equal(config_load(arena, "/nowhere/cpward.ini", true,
	    &config, &err), 0);
	assert_int_equal(err.code, ERR_NONE);
	assert_defaults(&config);
	arena_free(arena);
}

static void
test_others_may_not_write(void **state)
{
	struct arena *arena = arena_new();
	struct config config;
	struct err err;

	assert_int_equal(load_bytes(*state, arena, "", 0, 0600, &config, &err), 0);
	assert_int_equal(load_bytes(*state, arena, "", 0, 0620, &config, &err), -1);
	assert_int_equal(err.code, ERR_CONTENT);
	assert_int_equal(load_bytes(*state, arena, "", 0, 0602, &config, &err), -1);
	assert_int_equal(err.code, ERR_CONTENT);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_every_key),
		cmocka_unit_test(test_transports),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_line_length),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_others_may_not_write),
	};

	return cmocka_run_group_tests_name("config", tests, setup, teardown);
}
