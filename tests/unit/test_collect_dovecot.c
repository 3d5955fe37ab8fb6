/*
 * What the dovecot collector makes of WHM's datastore, the generated files and
 * doveconf -n. Expected values are from doc.dovecot.org (2.3 and 2.4).
 */
#include "tests/unit/table_host.h"

extern const struct collector collector_dovecot;

#define CONF "/etc/dovecot/dovecot.conf"
#define STORE_FILE "/var/cpanel/conf/dovecot/main"
#define DOVECONF "/usr/bin/doveconf -n"
#define SUITE "ECDHE-RSA-AES128-GCM-SHA256"

#define STORE PLANE_STORE
#define IN_FILE PLANE_FILE
#define DAEMON PLANE_DAEMON

static const struct row usual[] = {
	FILE_IS(CONF, "ssl = required\nssl_min_protocol = TLSv1.2\n"
	    "ssl_cipher_list = " SUITE "\ndisable_plaintext_auth = yes\n"),
	FILE_IS(STORE_FILE, "---\nssl_min_protocol: TLSv1.2\n"
	    "ssl_cipher_list: '" SUITE "'\ndisable_plaintext_auth: 'yes'\n"
	    "protocols:\n  ssl_min_protocol: SSLv3\n"),
	RUN_IS(DOVECONF, "# 2.3.21 (47349e2482): " CONF "\n"
	    "ssl = required\nssl_min_protocol = TLSv1.2\n"
	    "ssl_cipher_list = " SUITE "\n"),
};

static const struct collect_case cases[] = {
	{ "as cPanel may ship it", { { 0 } }, {
	    { "dovecot.ssl", IN_FILE, FACT_KNOWN, "required", CONF ":1" },
	    { "dovecot.ssl", DAEMON, FACT_KNOWN, "required",
	    "doveconf -n ssl" },
	    { "dovecot.ssl_min_protocol", STORE, FACT_KNOWN, "TLSv1.2",
	    STORE_FILE ":2" },
	    { "dovecot.ssl_min_protocol", IN_FILE, FACT_KNOWN, "TLSv1.2",
	    CONF ":2" },
	    { "dovecot.cipher_suites", STORE, FACT_KNOWN, SUITE, NULL },
	    { "dovecot.cipher_suites", IN_FILE, FACT_KNOWN, SUITE, NULL },
	    { "dovecot.auth_allow_cleartext", STORE, FACT_KNOWN, "no",
	    STORE_FILE ":4" },
	    { "dovecot.auth_allow_cleartext", IN_FILE, FACT_KNOWN, "no",
	    CONF ":4" },
	    { "dovecot.auth_allow_cleartext", DAEMON, FACT_ABSENT, NULL,
	    "doveconf -n" },
	    { "dovecot.auth_verbose", IN_FILE, FACT_ABSENT, NULL, CONF },
	    { "dovecot.version", DAEMON, FACT_KNOWN, "2.3.21",
	    "doveconf -n" } } },
	/* The question is asked the other way round in 2.3. */
	{ "cleartext forbidden, 2.3",
	    { FILE_IS(STORE_FILE, "disable_plaintext_auth: yes\n"),
	    FILE_IS(CONF, "disable_plaintext_auth = yes\n") }, {
	    { "dovecot.auth_allow_cleartext", STORE, FACT_KNOWN, "no", NULL },
	    { "dovecot.auth_allow_cleartext", IN_FILE, FACT_KNOWN, "no",
	    NULL } } },
	{ "cleartext allowed, 2.3",
	    { FILE_IS(STORE_FILE, "disable_plaintext_auth: 'no'\n"),
	    FILE_IS(CONF, "disable_plaintext_auth = no\n") }, {
	    { "dovecot.auth_allow_cleartext", STORE, FACT_KNOWN, "yes", NULL },
	    { "dovecot.auth_allow_cleartext", IN_FILE, FACT_KNOWN, "yes",
	    NULL } } },
	{ "cleartext allowed, 2.4",
	    { FILE_IS(STORE_FILE, "auth_allow_cleartext: yes\n"
	    "disable_plaintext_auth: yes\n") }, {
	    { "dovecot.auth_allow_cleartext", STORE, FACT_KNOWN, "yes",
	    STORE_FILE ":1" } } },
	{ "cleartext, the key alone",
	    { FILE_IS(STORE_FILE, "disable_plaintext_auth\n") }, {
	    { "dovecot.auth_allow_cleartext", STORE, FACT_ABSENT, NULL,
	    NULL } } },
	/* What is neither yes nor no must not become the safe one. */
	{ "cleartext, neither yes nor no",
	    { FILE_IS(STORE_FILE, "disable_plaintext_auth: maybe\n") }, {
	    { "dovecot.auth_allow_cleartext", STORE, FACT_UNKNOWN,
	    "\"maybe\" is neither yes nor no", STORE_FILE ":1" } } },
	{ "cleartext, empty",
	    { FILE_IS(STORE_FILE, "disable_plaintext_auth:\n") }, {
	    { "dovecot.auth_allow_cleartext", STORE, FACT_UNKNOWN,
	    "neither yes nor no", NULL } } },
	/* The datastore. */
	{ "no datastore", { FILE_ABSENT(STORE_FILE) }, {
	    { "dovecot.ssl_min_protocol", STORE, FACT_ABSENT, NULL,
	    STORE_FILE },
	    { "dovecot.auth_allow_cleartext", STORE, FACT_ABSENT, NULL, NULL },
	    { "dovecot.cipher_suites", STORE, FACT_UNKNOWN,
	    "skipped: ssl_cipher_list is not set in " STORE_FILE, NULL } } },
	{ "an unreadable datastore", { FILE_FAILS(STORE_FILE) }, {
	    { "dovecot.ssl_min_protocol", STORE, FACT_UNKNOWN,
	    "Input/output error", STORE_FILE },
	    { "dovecot.cipher_suites", STORE, FACT_UNKNOWN,
	    "Input/output error", STORE_FILE },
	    { "dovecot.ssl_min_protocol", IN_FILE, FACT_KNOWN, "TLSv1.2",
	    NULL } } },
	{ "not even its directory", { FILE_ORPHAN(STORE_FILE) }, {
	    { "dovecot.auth_allow_cleartext", STORE, FACT_UNKNOWN,
	    "no directory", STORE_FILE } } },
	{ "an indented key is another map's",
	    { FILE_IS(STORE_FILE, "x:\n  ssl_min_protocol: SSLv3\n") }, {
	    { "dovecot.ssl_min_protocol", STORE, FACT_ABSENT, NULL, NULL } } },
	{ "a cipher list that matches nothing",
	    { FILE_IS(STORE_FILE, "ssl_cipher_list: NONE-SUCH\n") }, {
	    { "dovecot.cipher_suites", STORE, FACT_UNKNOWN, "knows no suite",
	    STORE_FILE ":1" } } },
	/* The generated file. */
	{ "no file", { FILE_ABSENT(CONF) }, {
	    { "dovecot.ssl", IN_FILE, FACT_UNKNOWN, "", CONF },
	    { "dovecot.cipher_suites", IN_FILE, FACT_UNKNOWN, "", CONF },
	    { "dovecot.ssl", DAEMON, FACT_KNOWN, "required", NULL } } },
	{ "an unreadable file", { FILE_FAILS(CONF) }, {
	    { "dovecot.ssl", IN_FILE, FACT_UNKNOWN, "Input/output error",
	    CONF },
	    { "dovecot.imaps_port", IN_FILE, FACT_UNKNOWN,
	    "Input/output error", CONF } } },
	{ "a file that does not parse",
	    { FILE_IS(CONF, "ssl = required\n\nprotocol imap {\n") }, {
	    { "dovecot.ssl", IN_FILE, FACT_UNKNOWN, CONF ":", CONF },
	    { "dovecot.mail_plugins", IN_FILE, FACT_UNKNOWN, CONF ":", CONF },
	    { "dovecot.cipher_suites", IN_FILE, FACT_UNKNOWN, CONF ":",
	    CONF } } },
	{ "an include that is not there",
	    { FILE_IS(CONF, "!include conf.d/ssl.conf\n") }, {
	    { "dovecot.ssl", IN_FILE, FACT_UNKNOWN,
	    "/etc/dovecot/conf.d/ssl.conf", CONF } } },
	{ "one that need not be",
	    { FILE_IS(CONF, "!include_try conf.d/ssl.conf\nssl = yes\n"),
	    FILE_ORPHAN("/etc/dovecot/conf.d/ssl.conf") }, {
	    { "dovecot.ssl", IN_FILE, FACT_KNOWN, "yes", CONF ":2" } } },
	{ "a pattern of files",
	    { FILE_IS(CONF, "ssl = no\n!include conf.d/*.conf\n"),
	    DIR_IS("/etc/dovecot/conf.d",
	    ".hidden.conf/10-a.conf/20-b.conf/README/"),
	    FILE_IS("/etc/dovecot/conf.d/10-a.conf", "ssl = yes\n"),
	    FILE_IS("/etc/dovecot/conf.d/20-b.conf", "\nssl = required\n"),
	    FILE_IS("/etc/dovecot/conf.d/README", "{{{\n"),
	    FILE_IS("/etc/dovecot/conf.d/.hidden.conf", "}}}\n") }, {
	    { "dovecot.ssl", IN_FILE, FACT_KNOWN, "required",
	    "/etc/dovecot/conf.d/20-b.conf:2" } } },
	{ "a pattern in a directory that can not be read",
	    { FILE_IS(CONF, "ssl = yes\n!include_try conf.d/*.conf\n"),
	    DIR_FAILS("/etc/dovecot/conf.d") }, {
	    { "dovecot.ssl", IN_FILE, FACT_UNKNOWN, "Permission denied",
	    CONF } } },
	{ "settings of protocol imap",
	    { FILE_IS(CONF, "mail_plugins = quota\n"
	    "mail_max_userip_connections = 10\n"
	    "protocol imap {\n  mail_plugins = quota   imap_quota\n"
	    "  mail_max_userip_connections = 20\n}\n"
	    "protocol pop3 {\n  mail_max_userip_connections = 3\n}\n") }, {
	    { "dovecot.mail_max_userip_connections", IN_FILE, FACT_KNOWN, "20",
	    CONF ":5" },
	    { "dovecot.mail_plugins", IN_FILE, FACT_KNOWN, "quota imap_quota",
	    CONF ":4" } } },
	{ "the port of imaps",
	    { FILE_IS(CONF, "service imap-login {\n  inet_listener imaps {\n"
	    "    port = 0\n  }\n}\n") }, {
	    { "dovecot.imaps_port", IN_FILE, FACT_KNOWN, "0", CONF ":3" } } },
	{ "no cipher list is Dovecot's own", { FILE_IS(CONF, "ssl = yes\n"),
	    RUN_IS(DOVECONF, "# 2.3.4 (x): " CONF "\nssl = yes\n") }, {
	    /* Expanded by whatever library: known, and not the empty one. */
	    { "dovecot.auth_mechanisms", IN_FILE, FACT_ABSENT, NULL, CONF },
	    { "dovecot.version", DAEMON, FACT_KNOWN, "2.3.4", NULL } } },
	{ "words are set apart by one blank",
	    { FILE_IS(CONF, "auth_mechanisms = plain   login\n"
	    "mail_log_events =\n") }, {
	    { "dovecot.auth_mechanisms", IN_FILE, FACT_KNOWN, "plain login",
	    NULL },
	    { "dovecot.mail_log_events", IN_FILE, FACT_KNOWN, "", NULL } } },
	/* Some connections are treated otherwise: nothing may pass then. */
	{ "a protocol without TLS", { RUN_IS(DOVECONF, "# 2.3.21 (x): " CONF
	    "\nssl = required\nprotocol pop3 {\n  ssl = no\n}\n") }, {
	    { "dovecot.ssl", DAEMON, FACT_UNKNOWN, "protocol pop3 has ssl = no",
	    NULL },
	    { "dovecot.ssl", IN_FILE, FACT_KNOWN, "required", NULL },
	    { "dovecot.ssl_min_protocol", DAEMON, FACT_ABSENT, NULL, NULL } } },
	{ "a network that may log in clear", { RUN_IS(DOVECONF,
	    "# 2.3.21 (x): " CONF "\nremote 10.0.0.0/8 {\n"
	    "  disable_plaintext_auth = no\n}\n") }, {
	    { "dovecot.auth_allow_cleartext", DAEMON, FACT_UNKNOWN,
	    "remote 10.0.0.0/8", NULL } } },
	{ "this machine may", { RUN_IS(DOVECONF, "# 2.3.21 (x): " CONF
	    "\nremote 127.0.0.1/32 {\n  disable_plaintext_auth = no\n}\n") }, {
	    { "dovecot.auth_allow_cleartext", DAEMON, FACT_ABSENT, NULL,
	    NULL } } },
	{ "all the world calls itself this machine", { RUN_IS(DOVECONF,
	    "# 2.3.21 (x): " CONF "\nremote 127.0.0.1/0 {\n"
	    "  disable_plaintext_auth = no\n}\n") }, {
	    { "dovecot.auth_allow_cleartext", DAEMON, FACT_UNKNOWN, "remote",
	    NULL } } },
	{ "the same value inside", { RUN_IS(DOVECONF, "# 2.3.21 (x): " CONF
	    "\nssl = required\nprotocol imap {\n  ssl = required\n}\n") }, {
	    { "dovecot.ssl", DAEMON, FACT_KNOWN, "required", NULL } } },
	{ "a name of its own protocol version, seen in the file alone",
	    { FILE_IS(CONF, "ssl_min_protocol = TLSv1.2\n"
	    "local_name a.example {\n  ssl_min_protocol = TLSv1\n}\n"),
	    { "run " DOVECONF, ANSWER_SKIPPED, NULL, 0, "skipped: --root" } }, {
	    { "dovecot.ssl_min_protocol", IN_FILE, FACT_KNOWN, "TLSv1.2", NULL },
	    { "dovecot.ssl_min_protocol", DAEMON, FACT_UNKNOWN,
	    CONF ":3: local_name a.example", CONF ":3" } } },
	{ "networks that are trusted", { RUN_IS(DOVECONF, "# 2.3.21 (x): " CONF
	    "\nssl = required\nlogin_trusted_networks = 127.0.0.0/8 "
	    "10.0.0.0/8\n") }, {
	    { "dovecot.ssl", DAEMON, FACT_UNKNOWN, "login_trusted_networks",
	    NULL },
	    { "dovecot.auth_allow_cleartext", DAEMON, FACT_UNKNOWN,
	    "login_trusted_networks", NULL } } },
	{ "this machine is trusted", { RUN_IS(DOVECONF, "# 2.3.21 (x): " CONF
	    "\nssl = required\nlogin_trusted_networks = 127.0.0.0/8, ::1\n") },
	    { { "dovecot.ssl", DAEMON, FACT_KNOWN, "required", NULL } } },
	{ "one password for all", { RUN_IS(DOVECONF, "# 2.3.21 (x): " CONF
	    "\nauth_mechanisms = plain\npassdb {\n"
	    "  args = nopassword=y\n  driver = static\n}\n") }, {
	    { "dovecot.auth_mechanisms", DAEMON, FACT_UNKNOWN,
	    "has a passdb that lets anybody in", NULL } } },
	{ "one password for all, in 2.4", { RUN_IS(DOVECONF, "# 2.4.1 (x): " CONF
	    "\ndovecot_config_version = 2.4.1\nauth_mechanisms = plain\n"
	    "passdb static {\n  password = x\n}\n") }, {
	    { "dovecot.auth_mechanisms", DAEMON, FACT_UNKNOWN, "has a passdb that lets anybody in",
	    NULL } } },
	{ "a listener of imaps without TLS", { RUN_IS(DOVECONF,
	    "# 2.3.21 (x): " CONF "\nssl = required\n"
	    "service imap-login {\n  inet_listener imaps {\n    ssl = no\n"
	    "  }\n}\n") }, {
	    { "dovecot.ssl", DAEMON, FACT_UNKNOWN, "imaps/ssl = no", NULL } } },
	/* doveconf. */
	{ "doveconf is not there", { { "run " DOVECONF, ANSWER_ABSENT, NULL, 0,
	    "/usr/bin/doveconf: No such file or directory" } }, {
	    { "dovecot.ssl", DAEMON, FACT_UNKNOWN,
	    "No such file or directory", "doveconf -n" },
	    { "dovecot.version", DAEMON, FACT_UNKNOWN,
	    "No such file or directory", NULL },
	    { "dovecot.ssl", IN_FILE, FACT_KNOWN, "required", NULL } } },
	{ "no command runs", { { "run " DOVECONF, ANSWER_SKIPPED, NULL, 0,
	    "skipped: no command runs with --root" } }, {
	    { "dovecot.ssl", DAEMON, FACT_UNKNOWN,
	    "skipped: no command runs with --root", NULL },
	    { "dovecot.version", DAEMON, FACT_UNKNOWN, "skipped: no command",
	    NULL } } },
	{ "doveconf refuses", { RUN_ENDS(DOVECONF, 89, "doveconf: Fatal: "
	    "Error in configuration file line 3") }, {
	    { "dovecot.ssl", DAEMON, FACT_UNKNOWN, "doveconf -n ended with "
	    "status 89: doveconf: Fatal", NULL },
	    { "dovecot.version", DAEMON, FACT_UNKNOWN, "status 89", NULL } } },
	{ "doveconf without a version",
	    { RUN_IS(DOVECONF, "ssl = yes\n") }, {
	    { "dovecot.version", DAEMON, FACT_UNKNOWN,
	    "does not begin with its version", NULL },
	    { "dovecot.ssl", DAEMON, FACT_KNOWN, "yes", NULL } } },
	{ "doveconf 2.4",
	    { RUN_IS(DOVECONF, "# 2.4.1-4 (7d8c0e5759): " CONF "\n"
	    "dovecot_config_version = 2.4.1\nauth_allow_cleartext = yes\n") }, {
	    { "dovecot.version", DAEMON, FACT_KNOWN, "2.4.1", NULL },
	    { "dovecot.auth_allow_cleartext", DAEMON, FACT_KNOWN, "yes",
	    NULL } } },
};

static void
test_cases(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		check_case(&collector_dovecot, &cases[i], usual, COUNT(usual));
}

/* ---- times ---- */

static const struct {
	const char *value;
	const char *seconds;	/* NULL = not a time */
} times[] = {
	{ "2", "2" },
	{ "0", "0" },
	{ "2s", "2" },
	{ "2 s", "2" },
	{ "2 secs", "2" },
	{ "15 seconds", "15" },
	{ "1 min", "60" },
	{ "2 mins", "120" },
	{ "2 minutes", "120" },
	{ "1m", "60" },
	{ "1 hour", "3600" },
	{ "2h", "7200" },
	{ "1 day", "86400" },
	{ "1w", "604800" },
	{ "2 weeks", "1209600" },
	{ "2000 ms", "2" },
	{ "2000 msecs", "2" },
	{ "1999 milliseconds", "1" },
	{ "1999ms", "1" },
	{ "500 msecs", "0" },
	{ "soon", NULL },
	{ "2 sausages", NULL },
	{ "2 x", NULL },
	{ "-2", NULL },
	{ "99999999999999999999", NULL },
};

static void
test_times(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(times); i++) {
		struct arena *arena = arena_new();
		struct row rows[] = { { "run " DOVECONF, ANSWER_OK,
		    arena_printf(arena, "# 2.3.21 (x): " CONF "\n"
		    "auth_failure_delay = %s\n", times[i].value), 0, NULL } };
		struct table_host host = { .rows = rows, .row_count = 1 };
		struct facts *facts = facts_new(arena);
		const struct expected expected = { "dovecot.auth_failure_delay",
		    DAEMON, times[i].seconds == NULL ? FACT_UNKNOWN :
		    FACT_KNOWN, times[i].seconds == NULL ? "is not a time" :
		    times[i].seconds, NULL };

		table_run(&host, &collector_dovecot, facts);
		check_fact(facts, times[i].value, &expected);
		arena_free(arena);
	}
}

/* ---- what beats the datastore ---- */

static const struct {
	const char *name;
	struct fact_meta meta;
	const char *items[2];
	const char *why;	/* NULL = the datastore speaks */
} templates[] = {
	{ "none", { FACT_KNOWN, NULL, NULL }, { NULL }, NULL },
	{ "another service's", { FACT_KNOWN, NULL, NULL },
	    { "/var/cpanel/templates/exim/main.local" }, NULL },
	{ "Dovecot's", { FACT_KNOWN, NULL, NULL },
	    { "/var/cpanel/templates/exim/main.local",
	    "/var/cpanel/templates/dovecot2.4/main.local" },
	    "skipped: /var/cpanel/templates/dovecot2.4/main.local decides what "
	    "is used of the datastore" },
	{ "not known", { FACT_UNKNOWN, NULL, "Permission denied" }, { NULL },
	    "whether a local template beats " STORE_FILE " is not known: "
	    "Permission denied" },
	{ "not looked at", { FACT_UNKNOWN, NULL, NULL }, { NULL },
	    "is not known: not collected" },
};

static void
test_templates(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(templates); i++) {
		struct arena *arena = arena_new();
		struct table_host host = { .usual = usual,
		    .usual_count = COUNT(usual) };
		struct facts *facts = facts_new(arena);
		struct fact_list *list = &facts->site.local_templates;
		struct expected expected = { "dovecot.ssl_min_protocol", STORE,
		    FACT_KNOWN, "TLSv1.2", NULL };

		list->meta = templates[i].meta;
		list->items = templates[i].items;
		list->count = (templates[i].items[0] != NULL) +
		    (templates[i].items[1] != NULL);
		if (templates[i].why != NULL) {
			expected.state = FACT_UNKNOWN;
			expected.text = templates[i].why;
		}
		table_run(&host, &collector_dovecot, facts);
		check_fact(facts, templates[i].name, &expected);
		assert_int_equal(facts->dovecot.ssl.plane[IN_FILE].meta.state,
		    FACT_KNOWN);
		arena_free(arena);
	}
}

/* Dovecot's own list, doc.dovecot.org ssl_cipher_list: no kRSA, no 3DES. */
static void
test_own_ciphers(void **state)
{
	static const struct row rows[] = { FILE_IS(CONF, "ssl = yes\n") };
	struct arena *arena = arena_new();
	struct table_host host = { .rows = rows, .row_count = 1 };
	struct facts *facts = facts_new(arena);
	const struct fact_str *suites =
	    &facts->dovecot.cipher_suites.plane[IN_FILE];

	(void)state;
	table_run(&host, &collector_dovecot, facts);
	assert_int_equal(suites->meta.state, FACT_KNOWN);
	assert_non_null(strstr(suites->value, SUITE));
	assert_null(strstr(suites->value, "DES-"));
	assert_true(strncmp(suites->meta.origin, "Dovecot's default", 17) == 0);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_templates),
		cmocka_unit_test(test_own_ciphers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
