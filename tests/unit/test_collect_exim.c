/*
 * What the exim collector makes of the store, the generated file and the
 * daemon's own answer. Expected values are from the Exim specification
 * (chapters 14 and 33) and from cPanel's Exim Configuration Manager pages.
 */
#include "tests/unit/table_host.h"

extern const struct collector collector_exim;

#define CONF "/etc/exim.conf"
#define LOCAL "/etc/exim.conf.local"
#define LOCALOPTS "/etc/exim.conf.localopts"
#define BP "/usr/sbin/exim -bP"
#define BP_AUTH BP " authenticators"
#define SUITE "ECDHE-RSA-AES128-GCM-SHA256"

#define STORE PLANE_STORE
#define IN_FILE PLANE_FILE
#define DAEMON PLANE_DAEMON

#define PRINTED "openssl_options = +no_sslv2 +no_sslv3\n" \
	"tls_require_ciphers = " SUITE "\ntls_advertise_hosts = *\n" \
	"tls_on_connect_ports = 465\ndaemon_smtp_ports = 25 : 465 : 587\n" \
	"recipients_max = 50000\nlog_selector = +all\n"

static const struct row usual[] = {
	FILE_IS(CONF, "openssl_options = +no_sslv2 +no_sslv3\n"
	    "tls_require_ciphers = " SUITE "\n"
	    "auth_advertise_hosts = ${if eq {$tls_in_cipher}{}{}{*}}\n"),
	FILE_IS(LOCALOPTS, "openssl_options= +no_sslv2 +no_sslv3\n"
	    "require_secure_auth=1\n"),
	RUN_IS(BP, PRINTED
	    "auth_advertise_hosts = ${if eq {$tls_in_cipher}{}{}{*}}\n"),
};

/* ---- main options on their planes ---- */

static const struct collect_case option_cases[] = {
	{ "how clients may log in", { FILE_IS(CONF, "begin authenticators\n"
	    "one:\n  driver = plaintext\n  public_name = PLAIN\n"
	    "  server_condition = Yes\n"
	    "two:\n  driver = dovecot\n  public_name = LOGIN\n"
	    "  server_socket = /x\n  server_condition = yes\n"
	    "three:\n  driver = plaintext\n  public_name = X\n"
	    "  server_condition = ${if eq{1}{1}}\n"
	    "out:\n  driver = plaintext\n  public_name = PLAIN\n"
	    "  client_send = ^u^p\n") }, {
	    { "exim.auth_mechanisms", IN_FILE, FACT_KNOWN,
	    "PLAIN accepts any password,LOGIN,X", CONF } } },
	{ "no authenticator", { FILE_IS(CONF, "openssl_options = +all\n") }, {
	    { "exim.auth_mechanisms", IN_FILE, FACT_KNOWN, "", CONF } } },
	{ "how clients may log in is not known", { FILE_FAILS(CONF) }, {
	    { "exim.auth_mechanisms", IN_FILE, FACT_UNKNOWN, "Input/output error",
	    CONF } } },
	{ "interfaces with ports of their own", { FILE_IS(CONF,
	    "local_interfaces = <; 0.0.0.0.25 ; 0.0.0.0.587\n"
	    "daemon_smtp_ports = 25 : 465\n"), RUN_IS(BP, PRINTED
	    "auth_advertise_hosts = \nlocal_interfaces = <; [::1]:25\n") }, {
	    { "exim.daemon_smtp_ports", IN_FILE, FACT_UNKNOWN,
	    "decided by local_interfaces", CONF ":1" },
	    { "exim.daemon_smtp_ports", DAEMON, FACT_UNKNOWN,
	    "decided by local_interfaces", NULL } } },
	/* What exim -bP prints is what is compiled in, where nothing is set. */
	{ "where the log is", { FILE_IS(CONF, "log_file_path = /l/%slog : syslog\n"),
	    RUN_IS(BP, "log_file_path = /var/log/exim_%slog\n") }, {
	    { "exim.log_file_path", IN_FILE, FACT_KNOWN, "/l/%slog : syslog", CONF ":1" },
	    { "exim.log_file_path", DAEMON, FACT_KNOWN, "/var/log/exim_%slog",
	    "exim -bP log_file_path" } } },
	{ "where the log is, not set", { FILE_IS(CONF, "\n"), RUN_IS(BP, "log_file_path = \n") }, {
	    { "exim.log_file_path", IN_FILE, FACT_ABSENT, NULL, CONF },
	    { "exim.log_file_path", DAEMON, FACT_ABSENT, NULL, NULL } } },
	{ "where the log is, decided by code", { FILE_IS(CONF,
	    "log_file_path = ${if exists{/l}{/l/%slog}{syslog}}\n") }, {
	    { "exim.log_file_path", IN_FILE, FACT_UNKNOWN, "decided at " CONF ":1", NULL } } },
	{ "interfaces without", { FILE_IS(CONF, "local_interfaces = "
	    "<; ::0 ; 192.0.2.1 ; ::ffff:192.0.2.1\n"
	    "daemon_smtp_ports = 25 : 465\n") }, {
	    { "exim.daemon_smtp_ports", IN_FILE, FACT_KNOWN, "25 : 465",
	    NULL } } },
	{ "as cPanel ships it", { { 0 } }, {
	    { "exim.openssl_options", STORE, FACT_KNOWN,
	    "+no_sslv2 +no_sslv3", LOCALOPTS ":1" },
	    { "exim.openssl_options", IN_FILE, FACT_KNOWN,
	    "+no_sslv2 +no_sslv3", CONF ":1" },
	    { "exim.openssl_options", DAEMON, FACT_KNOWN,
	    "+no_sslv2 +no_sslv3", "exim -bP openssl_options" },
	    { "exim.cipher_suites", IN_FILE, FACT_KNOWN, SUITE, NULL },
	    { "exim.cipher_suites", DAEMON, FACT_KNOWN, SUITE, NULL },
	    { "exim.auth_offered", IN_FILE, FACT_KNOWN, "tls-only", CONF ":3" },
	    { "exim.auth_offered", DAEMON, FACT_KNOWN, "tls-only",
	    "exim -bP auth_advertise_hosts" },
	    { "exim.require_secure_auth", STORE, FACT_KNOWN, "1",
	    LOCALOPTS ":2" },
	    { "exim.acl_ratelimit", STORE, FACT_ABSENT, NULL, LOCALOPTS },
	    { "exim.recipients_max", IN_FILE, FACT_ABSENT, NULL, CONF },
	    { "exim.recipients_max", DAEMON, FACT_KNOWN, "50000", NULL },
	    { "site.exim_local_blocks", STORE, FACT_ABSENT, NULL, LOCAL } } },
	{ "an option that code decides",
	    { FILE_IS(CONF, "\nrecipients_max = 7\n"
	    "tls_advertise_hosts = ${if eq{$received_port}{25}{*}{}}\n") },
	    { { "exim.tls_advertise_hosts", IN_FILE, FACT_UNKNOWN,
	    "decided at " CONF ":3", CONF ":3" },
	    { "exim.recipients_max", IN_FILE, FACT_KNOWN, "7", CONF ":2" } } },
	{ "a cipher list that code decides",
	    { FILE_IS(CONF, "tls_require_ciphers = ${if eq{$received_port}{25}"
	    "{ALL}{HIGH}}\n") },
	    { { "exim.cipher_suites", IN_FILE, FACT_UNKNOWN,
	    "decided at " CONF ":1", NULL } } },
	{ "a cipher list that matches nothing",
	    { FILE_IS(CONF, "tls_require_ciphers = NO-SUCH-SUITE\n") },
	    { { "exim.cipher_suites", IN_FILE, FACT_UNKNOWN,
	    "knows no suite that this cipher string matches", NULL } } },
	{ "set empty, as -bP prints what is not set",
	    { FILE_IS(CONF, "openssl_options =\ntls_advertise_hosts =\n") },
	    { { "exim.openssl_options", IN_FILE, FACT_ABSENT, NULL, NULL },
	    { "exim.tls_advertise_hosts", IN_FILE, FACT_KNOWN, "", NULL } } },
	{ "no configuration", { FILE_ABSENT(CONF) },
	    { { "exim.openssl_options", IN_FILE, FACT_UNKNOWN, "", CONF },
	    { "exim.auth_offered", IN_FILE, FACT_UNKNOWN, "", CONF },
	    { "exim.openssl_options", DAEMON, FACT_KNOWN,
	    "+no_sslv2 +no_sslv3", NULL } } },
	{ "an unreadable configuration", { FILE_FAILS(CONF) },
	    { { "exim.openssl_options", IN_FILE, FACT_UNKNOWN,
	    "Input/output error", CONF },
	    { "exim.cipher_suites", IN_FILE, FACT_UNKNOWN,
	    "Input/output error", CONF },
	    { "exim.openssl_options", STORE, FACT_KNOWN,
	    "+no_sslv2 +no_sslv3", NULL } } },
	{ "a configuration that does not parse",
	    { FILE_IS(CONF, "openssl_options = +no_sslv3\n\nno such option\n") },
	    { { "exim.openssl_options", IN_FILE, FACT_UNKNOWN, CONF ":3:",
	    CONF },
	    { "exim.cipher_suites", IN_FILE, FACT_UNKNOWN, CONF ":3:", CONF },
	    { "exim.tls_advertise_hosts", IN_FILE, FACT_UNKNOWN, CONF ":3:",
	    CONF },
	    { "exim.auth_offered", IN_FILE, FACT_UNKNOWN, CONF ":3:", CONF } } },
	{ "an include that is not there",
	    { FILE_IS(CONF, "openssl_options = +no_sslv3\n"
	    ".include /etc/exim.more\n") },
	    { { "exim.openssl_options", IN_FILE, FACT_UNKNOWN,
	    "/etc/exim.more", CONF } } },
	{ "an include that is there",
	    { FILE_IS(CONF, ".include /etc/exim.more\n"),
	    FILE_IS("/etc/exim.more", "\nopenssl_options = +no_tlsv1\n") },
	    { { "exim.openssl_options", IN_FILE, FACT_KNOWN, "+no_tlsv1",
	    "/etc/exim.more:2" } } },
	{ "a conditional include that is not there",
	    { FILE_IS(CONF, ".include_if_exists /etc/nowhere/exim.more\n"
	    "openssl_options = +no_sslv3\n"),
	    FILE_ORPHAN("/etc/nowhere/exim.more") },
	    { { "exim.openssl_options", IN_FILE, FACT_KNOWN, "+no_sslv3",
	    CONF ":2" } } },
	{ "a conditional include that can not be read",
	    { FILE_IS(CONF, ".include_if_exists /etc/exim.more\n"
	    "openssl_options = +no_sslv3\n"), FILE_FAILS("/etc/exim.more") },
	    { { "exim.openssl_options", IN_FILE, FACT_UNKNOWN,
	    "Input/output error", CONF } } },
	{ "exim is not there", { { "run " BP, ANSWER_ABSENT, NULL, 0,
	    "/usr/sbin/exim: No such file or directory" } },
	    { { "exim.openssl_options", DAEMON, FACT_UNKNOWN,
	    "No such file or directory", "exim -bP" },
	    { "exim.auth_offered", DAEMON, FACT_UNKNOWN,
	    "No such file or directory", NULL },
	    { "exim.openssl_options", IN_FILE, FACT_KNOWN,
	    "+no_sslv2 +no_sslv3", NULL } } },
	{ "no command runs", { { "run " BP, ANSWER_SKIPPED, NULL, 0,
	    "skipped: no command runs with --root" } },
	    { { "exim.openssl_options", DAEMON, FACT_UNKNOWN,
	    "skipped: no command runs with --root", NULL } } },
	{ "exim refuses its configuration",
	    { RUN_ENDS(BP, 1, "Exim configuration error in line 3") },
	    { { "exim.openssl_options", DAEMON, FACT_UNKNOWN, "exim -bP ended "
	    "with status 1: Exim configuration error in line 3", NULL },
	    { "exim.auth_offered", DAEMON, FACT_UNKNOWN, "status 1", NULL } } },
	{ "exim was killed", { RUN_ENDS(BP, 137, NULL) },
	    { { "exim.cipher_suites", DAEMON, FACT_UNKNOWN, "status 137",
	    NULL } } },
	{ "exim prints what is no option list",
	    { RUN_IS(BP, "<html>not exim</html>\n") },
	    { { "exim.openssl_options", DAEMON, FACT_UNKNOWN, "exim -bP",
	    NULL } } },
	{ "exim prints nothing", { RUN_IS(BP, "") },
	    { { "exim.openssl_options", DAEMON, FACT_UNKNOWN, "", NULL },
	    { "exim.auth_offered", DAEMON, FACT_UNKNOWN, "", NULL } } },
	{ "exim does not print one of them",
	    { RUN_IS(BP, "openssl_options = +no_sslv3\n"
	    "auth_advertise_hosts = \n") },
	    { { "exim.openssl_options", DAEMON, FACT_KNOWN, "+no_sslv3", NULL },
	    { "exim.log_selector", DAEMON, FACT_UNKNOWN,
	    "exim -bP does not print log_selector", NULL },
	    { "exim.auth_offered", DAEMON, FACT_KNOWN, "never", NULL } } },
	{ "exim does not print auth_advertise_hosts", { RUN_IS(BP, PRINTED) },
	    { { "exim.auth_offered", DAEMON, FACT_UNKNOWN,
	    "does not print auth_advertise_hosts", NULL },
	    { "exim.log_selector", DAEMON, FACT_KNOWN, "+all", NULL } } },
	/* What was printed is known, whatever the second question brings. */
	{ "the authenticators can not be asked",
	    { RUN_IS(BP, PRINTED "auth_advertise_hosts = *\n"),
	    RUN_ENDS(BP_AUTH, 1, "broken") },
	    { { "exim.openssl_options", DAEMON, FACT_KNOWN,
	    "+no_sslv2 +no_sslv3", "exim -bP openssl_options" },
	    { "exim.log_selector", DAEMON, FACT_KNOWN, "+all", NULL },
	    { "exim.auth_offered", DAEMON, FACT_UNKNOWN,
	    "exim -bP authenticators ended with status 1: broken",
	    "exim -bP authenticators" } } },
};

static void
test_options(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(option_cases); i++)
		check_case(&collector_exim, &option_cases[i], usual,
		    COUNT(usual));
}

/* ---- is AUTH offered in clear? ---- */

#define AUTH(driver, lines) \
	driver ":\n  driver = plaintext\n  public_name = PLAIN\n" \
	"  server_prompts = :\n  server_condition = yes\n" lines
#define CONDITION(text) "  server_advertise_condition = " text "\n"
#define CLIENT "smart:\n  driver = plaintext\n  public_name = PLAIN\n" \
	"  client_send = ^user^pass\n"

static const struct {
	const char *name;
	const char *hosts;		/* auth_advertise_hosts; NULL = not set */
	const char *authenticators;
	enum fact_state state;
	const char *text;
} auth_cases[] = {
	/* The idioms of the option itself, each with its inverse. */
	{ "cPanel's own", "${if eq {$tls_in_cipher}{}{}{*}}", "",
	    FACT_KNOWN, "tls-only" },
	{ "its inverse", "${if eq {$tls_in_cipher}{}{*}{}}", "",
	    FACT_KNOWN, "always" },
	{ "def", "${if def:tls_in_cipher{*}{}}", "", FACT_KNOWN, "tls-only" },
	{ "def, its inverse", "${if def:tls_in_cipher{}{*}}", "",
	    FACT_KNOWN, "always" },
	{ "another port", "${if eq{$received_port}{465}{*}{}}", "",
	    FACT_UNKNOWN, "decided at " CONF ":1" },
	{ "an idiom with more behind it",
	    "${if eq {$tls_in_cipher}{}{}{*}} : 192.0.2.1", "",
	    FACT_UNKNOWN, "decided at " CONF ":1" },
	{ "none", "", "", FACT_KNOWN, "never" },
	{ "separators only", " : ", "", FACT_KNOWN, "never" },
	{ "some hosts", "127.0.0.1 : 192.0.2.0/24", "", FACT_KNOWN,
	    "hosts 127.0.0.1 : 192.0.2.0/24" },
	{ "all but none", "!*", "", FACT_KNOWN, "hosts !*" },
	/* Then the authenticators decide. */
	{ "all, no authenticator", "*", "", FACT_KNOWN, "never" },
	{ "not set is all", NULL, AUTH("plain", ""), FACT_KNOWN, "always" },
	{ "no condition", "*", AUTH("plain", ""), FACT_KNOWN, "always" },
	{ "an empty condition", "*", AUTH("plain", CONDITION("")),
	    FACT_KNOWN, "always" },
	{ "ifdef", "*", AUTH("plain", CONDITION("${if def:tls_in_cipher}")),
	    FACT_KNOWN, "tls-only" },
	{ "not def", "*", AUTH("plain", CONDITION("${if !def:tls_in_cipher}")),
	    FACT_UNKNOWN, "decided at " CONF ":8" },
	{ "ifdef yes no", "*",
	    AUTH("plain", CONDITION("${if def:tls_in_cipher {yes}{no}}")),
	    FACT_KNOWN, "tls-only" },
	{ "ifdef no yes", "*",
	    AUTH("plain", CONDITION("${if def:tls_in_cipher {no}{yes}}")),
	    FACT_UNKNOWN, "decided at" },
	{ "ifdef true false", "*",
	    AUTH("plain", CONDITION("${if def:tls_in_cipher{true}{false}}")),
	    FACT_KNOWN, "tls-only" },
	{ "ifdef false true", "*",
	    AUTH("plain", CONDITION("${if def:tls_in_cipher{false}{true}}")),
	    FACT_UNKNOWN, "decided at" },
	{ "ifdef 1 0", "*",
	    AUTH("plain", CONDITION("${if def:tls_in_cipher{1}{0}}")),
	    FACT_KNOWN, "tls-only" },
	{ "ifdef 0 1", "*",
	    AUTH("plain", CONDITION("${if def:tls_in_cipher{0}{1}}")),
	    FACT_UNKNOWN, "decided at" },
	{ "Exim's example", "*", AUTH("plain",
	    CONDITION("${if eq{$tls_in_cipher}{}{no}{yes}}")),
	    FACT_KNOWN, "tls-only" },
	{ "Exim's example, inverse", "*", AUTH("plain",
	    CONDITION("${if eq{$tls_in_cipher}{}{yes}{no}}")),
	    FACT_UNKNOWN, "decided at" },
	{ "eq false true", "*", AUTH("plain",
	    CONDITION("${if eq {$tls_in_cipher}{} {false}{true}}")),
	    FACT_KNOWN, "tls-only" },
	{ "eq true false", "*", AUTH("plain",
	    CONDITION("${if eq {$tls_in_cipher}{} {true}{false}}")),
	    FACT_UNKNOWN, "decided at" },
	{ "eq 0 1", "*", AUTH("plain",
	    CONDITION("${if eq{$tls_in_cipher}{}{0}{1}}")),
	    FACT_KNOWN, "tls-only" },
	{ "eq 1 0", "*", AUTH("plain",
	    CONDITION("${if eq{$tls_in_cipher}{}{1}{0}}")),
	    FACT_UNKNOWN, "decided at" },
	{ "not eq", "*", AUTH("plain",
	    CONDITION("${if !eq{$tls_in_cipher}{}}")), FACT_KNOWN, "tls-only" },
	{ "eq alone is the inverse", "*", AUTH("plain",
	    CONDITION("${if eq{$tls_in_cipher}{}}")),
	    FACT_UNKNOWN, "decided at" },
	{ "not eq yes no", "*", AUTH("plain",
	    CONDITION("${if !eq{$tls_in_cipher}{}{yes}{no}}")),
	    FACT_KNOWN, "tls-only" },
	{ "not eq no yes", "*", AUTH("plain",
	    CONDITION("${if !eq{$tls_in_cipher}{}{no}{yes}}")),
	    FACT_UNKNOWN, "decided at" },
	{ "the outgoing cipher is another thing", "*", AUTH("plain",
	    CONDITION("${if def:tls_out_cipher}")),
	    FACT_UNKNOWN, "decided at" },
	{ "an idiom inside another", "*", AUTH("plain",
	    CONDITION("${if or{{def:tls_in_cipher}{eq{1}{1}}}}")),
	    FACT_UNKNOWN, "decided at" },
	/* More than one authenticator. */
	{ "both inside TLS", "*",
	    AUTH("plain", CONDITION("${if def:tls_in_cipher}"))
	    AUTH("login", CONDITION("${if def:tls_in_cipher}")),
	    FACT_KNOWN, "tls-only" },
	{ "the second in clear", "*",
	    AUTH("plain", CONDITION("${if def:tls_in_cipher}"))
	    AUTH("login", ""), FACT_KNOWN, "always" },
	{ "code, then in clear: in clear it is", "*",
	    AUTH("plain", CONDITION("${if eq{$received_port}{25}{no}{yes}}"))
	    AUTH("login", ""), FACT_KNOWN, "always" },
	{ "in clear, then code", "*", AUTH("login", "")
	    AUTH("plain", CONDITION("${if eq{$received_port}{25}{no}{yes}}")),
	    FACT_KNOWN, "always" },
	{ "TLS, then code", "*",
	    AUTH("login", CONDITION("${if def:tls_in_cipher}"))
	    AUTH("plain", CONDITION("${if eq{$received_port}{25}{no}{yes}}")),
	    FACT_UNKNOWN, "decided at" },
	/* Exim advertises what has a server side only (auths.c, au->server). */
	{ "a client of a smarthost offers nothing", "*", CLIENT,
	    FACT_KNOWN, "never" },
	{ "a client beside a server inside TLS", "*",
	    CLIENT AUTH("plain", CONDITION("${if def:tls_in_cipher}")),
	    FACT_KNOWN, "tls-only" },
};

static void
test_auth_offered(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(auth_cases); i++) {
		struct arena *arena = arena_new();
		const char *hosts = auth_cases[i].hosts;
		struct row rows[] = { { "file " CONF, ANSWER_OK, arena_printf(
		    arena, "%s%s\nbegin authenticators\n%s",
		    hosts == NULL ? "" : "auth_advertise_hosts = ",
		    hosts == NULL ? "" : hosts,
		    auth_cases[i].authenticators), 0, NULL } };
		struct table_host host = { .rows = rows, .row_count = 1 };
		struct facts *facts = facts_new(arena);
		const struct expected expected = { "exim.auth_offered", IN_FILE,
		    auth_cases[i].state, auth_cases[i].text, NULL };

		table_run(&host, &collector_exim, facts);
		check_fact(facts, auth_cases[i].name, &expected);
		arena_free(arena);
	}
}

#define PRINTED_DRIVER(name, condition) name " authenticator:\n" \
	"client_condition = \ndriver = plaintext\npublic_name = PLAIN\n" \
	"server_advertise_condition = " condition "\nserver_condition = yes\n" \
	"client_send = \nserver_prompts = :\n"

static const struct collect_case printed_cases[] = {
	{ "printed: inside TLS",
	    { RUN_IS(BP, PRINTED "auth_advertise_hosts = *\n"),
	    RUN_IS(BP_AUTH, PRINTED_DRIVER("plain",
	    "${if def:tls_in_cipher}")) },
	    { { "exim.auth_offered", DAEMON, FACT_KNOWN, "tls-only",
	    "exim -bP auth_advertise_hosts" } } },
	{ "printed: an empty condition is none",
	    { RUN_IS(BP, PRINTED "auth_advertise_hosts = *\n"),
	    RUN_IS(BP_AUTH, PRINTED_DRIVER("plain", "")) },
	    { { "exim.auth_offered", DAEMON, FACT_KNOWN, "always", NULL } } },
	{ "printed: a client only, its server options empty",
	    { RUN_IS(BP, PRINTED "auth_advertise_hosts = *\n"),
	    RUN_IS(BP_AUTH, "smart authenticator:\ndriver = plaintext\n"
	    "server_advertise_condition = \nserver_condition = \n"
	    "server_prompts = \nno_server_debug_print\n"
	    "client_send = ^user^pass\n") },
	    { { "exim.auth_offered", DAEMON, FACT_KNOWN, "never", NULL } } },
	{ "printed: code",
	    { RUN_IS(BP, PRINTED "auth_advertise_hosts = *\n"),
	    RUN_IS(BP_AUTH, PRINTED_DRIVER("plain",
	    "${if eq{$received_port}{25}}")) },
	    { { "exim.auth_offered", DAEMON, FACT_UNKNOWN,
	    "decided at plain server_advertise_condition", NULL } } },
	{ "printed: none",
	    { RUN_IS(BP, PRINTED "auth_advertise_hosts = *\n"),
	    RUN_IS(BP_AUTH, "") },
	    { { "exim.auth_offered", DAEMON, FACT_KNOWN, "never", NULL } } },
	{ "printed: not an option list",
	    { RUN_IS(BP, PRINTED "auth_advertise_hosts = *\n"),
	    RUN_IS(BP_AUTH, "<html>\n") },
	    { { "exim.auth_offered", DAEMON, FACT_UNKNOWN,
	    "exim -bP authenticators", NULL } } },
};

static void
test_auth_printed(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(printed_cases); i++)
		check_case(&collector_exim, &printed_cases[i], usual,
		    COUNT(usual));
}

/* ---- the store: localopts, and the block that beats it ---- */

static const struct collect_case store_cases[] = {
	{ "@CONFIG@ beats localopts",
	    { FILE_IS(LOCAL, "@CONFIG@\n\nopenssl_options = +no_tlsv1\n"
	    "tls_require_ciphers = " SUITE "\n@BEGINACL@\n"),
	    FILE_IS(LOCALOPTS, "openssl_options=+no_sslv3\n"
	    "tls_require_ciphers=ALL\nacl_ratelimit=0\n") },
	    { { "exim.openssl_options", STORE, FACT_KNOWN, "+no_tlsv1",
	    LOCAL ":3" },
	    { "exim.cipher_suites", STORE, FACT_KNOWN, SUITE, NULL },
	    { "exim.acl_ratelimit", STORE, FACT_KNOWN, "0", LOCALOPTS ":3" },
	    { "site.exim_local_blocks", STORE, FACT_KNOWN, "@CONFIG@",
	    LOCAL } } },
	{ "another block beats nothing",
	    { FILE_IS(LOCAL, "@CONFIG@\n\n@BEGINACL@\n  deny hosts = "
	    "192.0.2.1\n@ROUTERSTART@\n \t\n") },
	    { { "exim.openssl_options", STORE, FACT_KNOWN,
	    "+no_sslv2 +no_sslv3", LOCALOPTS ":1" },
	    { "site.exim_local_blocks", STORE, FACT_KNOWN, "@BEGINACL@",
	    NULL } } },
	{ "@CONFIG@ decides by code",
	    { FILE_IS(LOCAL, "@CONFIG@\nopenssl_options = "
	    "${if eq{a}{b}{+all}{}}\n") },
	    { { "exim.openssl_options", STORE, FACT_UNKNOWN,
	    "decided at " LOCAL ":2", LOCAL ":2" } } },
	{ "@CONFIG@ advertises AUTH itself",
	    { FILE_IS(LOCAL, "@CONFIG@\nauth_advertise_hosts = *\n") },
	    { { "exim.require_secure_auth", STORE, FACT_UNKNOWN, "skipped: "
	    "auth_advertise_hosts at " LOCAL ":2 beats require_secure_auth",
	    LOCAL },
	    { "exim.openssl_options", STORE, FACT_KNOWN,
	    "+no_sslv2 +no_sslv3", NULL } } },
	{ "@CONFIG@ does not parse",
	    { FILE_IS(LOCAL, "@CONFIG@\nno such option\n") },
	    { { "exim.openssl_options", STORE, FACT_UNKNOWN, LOCAL ":2:",
	    LOCAL },
	    { "exim.cipher_suites", STORE, FACT_UNKNOWN, LOCAL ":2:", NULL },
	    { "exim.require_secure_auth", STORE, FACT_UNKNOWN, LOCAL ":2:",
	    NULL },
	    { "exim.acl_dictionary_attack", STORE, FACT_UNKNOWN, LOCAL ":2:",
	    NULL },
	    { "site.smarthost", STORE, FACT_UNKNOWN, LOCAL ":2:", NULL } } },
	{ "exim.conf.local can not be read", { FILE_FAILS(LOCAL) },
	    { { "exim.openssl_options", STORE, FACT_UNKNOWN,
	    "Input/output error", LOCAL },
	    { "exim.require_secure_auth", STORE, FACT_UNKNOWN,
	    "Input/output error", NULL },
	    { "site.exim_local_blocks", STORE, FACT_UNKNOWN,
	    "Input/output error", LOCAL } } },
	{ "nor its directory", { FILE_ORPHAN(LOCAL) },
	    { { "exim.openssl_options", STORE, FACT_UNKNOWN, "no directory",
	    LOCAL } } },
	{ "localopts can not be read", { FILE_FAILS(LOCALOPTS) },
	    { { "exim.openssl_options", STORE, FACT_UNKNOWN,
	    "Input/output error", LOCALOPTS },
	    { "exim.acl_ratelimit", STORE, FACT_UNKNOWN,
	    "Input/output error", LOCALOPTS },
	    { "site.smarthost", STORE, FACT_UNKNOWN, "Input/output error",
	    LOCALOPTS } } },
	{ "no localopts", { FILE_ABSENT(LOCALOPTS) },
	    { { "exim.openssl_options", STORE, FACT_ABSENT, NULL, LOCALOPTS },
	    { "exim.require_secure_auth", STORE, FACT_ABSENT, NULL, NULL },
	    { "exim.cipher_suites", STORE, FACT_UNKNOWN, "skipped: "
	    "tls_require_ciphers is not set in " LOCALOPTS, NULL },
	    { "site.smarthost", STORE, FACT_ABSENT, NULL, NULL } } },
	{ "bare keys stand for the default",
	    { FILE_IS(LOCALOPTS, "openssl_options\nrequire_secure_auth\n"
	    "tls_require_ciphers\nsmarthost_routelist\n") },
	    { { "exim.openssl_options", STORE, FACT_ABSENT, NULL,
	    LOCALOPTS ":1" },
	    { "exim.require_secure_auth", STORE, FACT_ABSENT, NULL,
	    LOCALOPTS ":2" },
	    { "exim.cipher_suites", STORE, FACT_UNKNOWN, "skipped: ", NULL },
	    { "site.smarthost", STORE, FACT_ABSENT, NULL, NULL } } },
	{ "a key given twice",
	    { FILE_IS(LOCALOPTS, "require_secure_auth=1\n"
	    "require_secure_auth=0\n") },
	    { { "exim.require_secure_auth", STORE, FACT_KNOWN, "0",
	    LOCALOPTS ":2" } } },
	{ "a comment is no setting",
	    { FILE_IS(LOCALOPTS, "#require_secure_auth=0\n") },
	    { { "exim.require_secure_auth", STORE, FACT_ABSENT, NULL, NULL } } },
	{ "a smarthost",
	    { FILE_IS(LOCALOPTS, "smarthost_routelist=* mx.example.net\n") },
	    { { "site.smarthost", STORE, FACT_KNOWN, "* mx.example.net",
	    LOCALOPTS ":1" } } },
	{ "a cipher list in localopts",
	    { FILE_IS(LOCALOPTS, "tls_require_ciphers=" SUITE "\n") },
	    { { "exim.cipher_suites", STORE, FACT_KNOWN, SUITE, NULL } } },
	{ "one that means nothing",
	    { FILE_IS(LOCALOPTS, "tls_require_ciphers=!!\n") },
	    { { "exim.cipher_suites", STORE, FACT_UNKNOWN, "knows no suite",
	    LOCALOPTS ":1" } } },
};

static void
test_store(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(store_cases); i++)
		check_case(&collector_exim, &store_cases[i], usual,
		    COUNT(usual));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_auth_offered),
		cmocka_unit_test(test_auth_printed),
		cmocka_unit_test(test_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
