/*
 * How mail is exchanged with other servers: transports and ACLs as the exim
 * collector hands them over, and what is asked of programs. Expected values
 * follow the Exim specification (chapters 15, 30 and 43) and cPanel's Exim
 * Configuration Manager pages.
 */
#include "tests/unit/table_host.h"

extern const struct collector collector_exim, collector_exchange;

#define CONF "/etc/exim.conf"
#define LOCALOPTS "/etc/exim.conf.localopts"
#define IN_FILE PLANE_FILE
#define DAEMON PLANE_DAEMON
#define TOTAL "inventory.transports"
#define ROUTE "begin routers\nr:\n  driver = dnslookup\n  transport = out\n"
#define OUT ROUTE "begin transports\nout:\n  driver = smtp\n"
#define LOCAL ROUTE "begin transports\nout:\n  driver = smtp\n"
#define INBOUND "exchange.required_inbound"
#define ACL(text) "acl_smtp_mail = m\nbegin acl\nm:\n" text

/* ---- transports ---- */

static const struct collect_case transport_cases[] = {
	{ "as cPanel makes them", { FILE_IS(CONF, OUT) }, {
	    { TOTAL, IN_FILE, FACT_KNOWN, "1", CONF },
	    { "transports[0]", IN_FILE, FACT_KNOWN, "out", NULL },
	    { "transports[0].hosts_require_tls", IN_FILE, FACT_ABSENT, NULL,
	    CONF },
	    { "transports[0].tls_tempfail_tryclear", IN_FILE, FACT_ABSENT,
	    NULL, CONF } } },
	{ "options as they stand", { FILE_IS(CONF, OUT
	    "  hosts_require_tls = *\n  no_tls_tempfail_tryclear\n"
	    "  hosts_avoid_tls = ${if eq{a}{b}{*}{}}\n  tls_verify_hosts =\n"
	    "  tls_try_verify_hosts = a.example : *.b.example\n"
	    "  tls_verify_certificates = /ca\n  hosts_try_dane = *\n") }, {
	    { "transports[0].hosts_require_tls", IN_FILE, FACT_KNOWN, "*",
	    CONF ":8" },
	    { "transports[0].tls_tempfail_tryclear", IN_FILE, FACT_KNOWN,
	    "false", CONF ":9" },
	    { "transports[0].hosts_avoid_tls", IN_FILE, FACT_KNOWN,
	    "${if eq{a}{b}{*}{}}", CONF ":10" },
	    { "transports[0].tls_verify_hosts", IN_FILE, FACT_KNOWN, "",
	    CONF ":11" },
	    { "transports[0].tls_try_verify_hosts", IN_FILE, FACT_KNOWN,
	    "a.example : *.b.example", NULL },
	    { "transports[0].tls_verify_certificates", IN_FILE, FACT_KNOWN,
	    "/ca", NULL },
	    { "transports[0].hosts_try_dane", IN_FILE, FACT_KNOWN, "*", NULL },
	    } },
	{ "no router uses it", { FILE_IS(CONF, "begin transports\nout:\n"
	    "  driver = smtp\n") }, {
	    { TOTAL, IN_FILE, FACT_KNOWN, "0", CONF } } },
	{ "a router's transport is code", { FILE_IS(CONF, "begin routers\nr:\n"
	    "  driver = dnslookup\n  transport = ${if eq{a}{b}{x}{y}}\n"
	    "begin transports\na:\n  driver = smtp\nb:\n  driver = smtp\n"
	    "p:\n  driver = pipe\n  command = /bin/true\n") }, {
	    { TOTAL, IN_FILE, FACT_KNOWN, "2", NULL },
	    { "transports[1]", IN_FILE, FACT_KNOWN, "b", NULL } } },
	{ "Dovecot's LMTP", { FILE_IS(CONF, LOCAL "  protocol = lmtp\n"
	    "  hosts = 127.0.0.1\n") }, {
	    { TOTAL, IN_FILE, FACT_KNOWN, "0", NULL } } },
	{ "LMTP on another machine", { FILE_IS(CONF, LOCAL
	    "  protocol = lmtp\n  hosts = node2.example\n") }, {
	    { TOTAL, IN_FILE, FACT_KNOWN, "1", NULL } } },
	{ "a filter on this machine", { FILE_IS(CONF, LOCAL
	    "  hosts = <; 127.0.0.1 ; ::1\n  hosts_override\n") }, {
	    { TOTAL, IN_FILE, FACT_KNOWN, "0", NULL } } },
	{ "hosts that the router replaces", { FILE_IS(CONF, LOCAL
	    "  hosts = 127.0.0.1\n") }, {
	    { TOTAL, IN_FILE, FACT_KNOWN, "1", NULL } } },
	{ "hosts that no router replaces", { FILE_IS(CONF, "begin routers\nr:\n"
	    "  driver = accept\n  transport = out\nbegin transports\nout:\n"
	    "  driver = smtp\n  hosts = localhost\n") }, {
	    { TOTAL, IN_FILE, FACT_KNOWN, "0", NULL } } },
	{ "a name that begins like this machine", { FILE_IS(CONF, LOCAL
	    "  hosts = 127.0.0.1.evil.example\n  hosts_override\n") }, {
	    { TOTAL, IN_FILE, FACT_KNOWN, "1", NULL } } },
	{ "no configuration", { FILE_FAILS(CONF) }, {
	    { TOTAL, IN_FILE, FACT_UNKNOWN, "Input/output error", CONF },
	    { INBOUND, IN_FILE, FACT_UNKNOWN, "Input/output error", CONF } } },
	{ "a configuration that Exim refuses", { FILE_IS(CONF, "nonsense\n") }, {
	    { TOTAL, IN_FILE, FACT_UNKNOWN, "exim.conf:1", CONF } } },
};

/* ---- mail that is refused without TLS ---- */

static const struct collect_case inbound_cases[] = {
	{ "no ACL", { FILE_IS(CONF, OUT) }, {
	    { INBOUND, IN_FILE, FACT_KNOWN, "", CONF } } },
	{ "partners", { FILE_IS(CONF, ACL("  accept authenticated = *\n"
	    "  deny message = TLS please\n"
	    "       sender_domains = a.example : *.b.example\n"
	    "       !encrypted = *\n  accept\n")) }, {
	    { INBOUND, IN_FILE, FACT_KNOWN, "a.example,*.b.example", CONF } } },
	{ "partners by address", { FILE_IS(CONF,
	    ACL("  deny ! encrypted = *\n  senders = *@a.example\n")) }, {
	    { INBOUND, IN_FILE, FACT_KNOWN, "a.example", NULL } } },
	{ "a named list", { FILE_IS(CONF, "domainlist p = a.example\n"
	    ACL("  deny sender_domains = +p\n  !encrypted = *\n")) }, {
	    { INBOUND, IN_FILE, FACT_KNOWN, "a.example", NULL } } },
	{ "everybody", { FILE_IS(CONF, ACL("  require encrypted = *\n")) }, {
	    { INBOUND, IN_FILE, FACT_KNOWN, "*", NULL } } },
	{ "the inverse", { FILE_IS(CONF, ACL("  deny encrypted = *\n"
	    "  sender_domains = a.example\n")) }, {
	    { INBOUND, IN_FILE, FACT_UNKNOWN, "decided at " CONF ":4", NULL },
	    } },
	{ "some hosts only", { FILE_IS(CONF, ACL("  deny !encrypted = *\n"
	    "  hosts = 192.0.2.1\n")) }, {
	    { INBOUND, IN_FILE, FACT_UNKNOWN, "decided at " CONF ":4", NULL },
	    } },
	{ "a file of partners", { FILE_IS(CONF, ACL("  deny !encrypted = *\n"
	    "  sender_domains = lsearch;/etc/partners\n")) }, {
	    { INBOUND, IN_FILE, FACT_UNKNOWN, "decided at", NULL } } },
	{ "some ciphers only", { FILE_IS(CONF, ACL("  deny !encrypted = A:B\n"
	    "  sender_domains = a.example\n")) }, {
	    { INBOUND, IN_FILE, FACT_UNKNOWN, "decided at", NULL } } },
	{ "let through before", { FILE_IS(CONF, ACL(
	    "  accept hosts = 192.0.2.1\n  deny !encrypted = *\n"
	    "  sender_domains = a.example\n")) }, {
	    { INBOUND, IN_FILE, FACT_UNKNOWN, "decided at " CONF ":4", NULL },
	    } },
	{ "local mail let through before", { FILE_IS(CONF, ACL(
	    "  accept hosts = :\n  deny !encrypted = *\n"
	    "  sender_domains = a.example\n")) }, {
	    { INBOUND, IN_FILE, FACT_KNOWN, "a.example", NULL } } },
	{ "a condition of one's own", { FILE_IS(CONF, ACL("  deny condition = "
	    "${if def:tls_in_cipher{no}{yes}}\n")) }, {
	    { INBOUND, IN_FILE, FACT_UNKNOWN, "decided at", NULL } } },
	{ "in an ACL that is called", { FILE_IS(CONF, ACL("  deny acl = n\n"
	    "n:\n  deny !encrypted = *\n")) }, {
	    { INBOUND, IN_FILE, FACT_UNKNOWN, "decided at " CONF ":6", NULL },
	    } },
	{ "which ACL is code", { FILE_IS(CONF, "acl_smtp_rcpt = "
	    "${if eq{a}{b}{x}{y}}\n") }, {
	    { INBOUND, IN_FILE, FACT_UNKNOWN, "decided at " CONF ":1", NULL },
	    } },
	{ "only logged", { FILE_IS(CONF, ACL("  warn logwrite = in clear\n"
	    "  !encrypted = *\n")) }, {
	    { INBOUND, IN_FILE, FACT_UNKNOWN, "decided at", NULL } } },
};

/* ---- programs and localopts ---- */

#define BV "/usr/sbin/exim -bV"
#define SUPPORT "Exim version 4.96 #2 built\nSupport for: crypteq iconv() "
#define WG "/usr/bin/wg show all latest-handshakes"
#define NO_TUNNELS { "run " WG, ANSWER_ABSENT, NULL, 0, NULL }, \
	{ "run /usr/sbin/swanctl --list-sas", ANSWER_ABSENT, NULL, 0, NULL }, \
	{ "run /sbin/ip xfrm policy", ANSWER_OK, "", 0, NULL }
#define DANE "exchange.dane_supported"
#define BINDING "exchange.sender_binding"
#define TUNNELS "exchange.tunnels"

static const struct row usual[] = { NO_TUNNELS };

static const struct collect_case program_cases[] = {
	{ "DANE", { RUN_IS(BV, SUPPORT "DANE DKIM\nLookups\n") }, {
	    { DANE, DAEMON, FACT_KNOWN, "yes", "exim -bV" } } },
	{ "DANE at the end", { RUN_IS(BV, SUPPORT "DANE\n") }, {
	    { DANE, DAEMON, FACT_KNOWN, "yes", NULL } } },
	{ "no DANE", { RUN_IS(BV, SUPPORT "DANEX XDANE\nDANE\n") }, {
	    { DANE, DAEMON, FACT_KNOWN, "no", NULL } } },
	{ "not said", { RUN_IS(BV, "Exim version 4.96\n") }, {
	    { DANE, DAEMON, FACT_UNKNOWN, "does not print", NULL } } },
	{ "no Exim", { RUN_FAILS(BV, "did not end in time") }, {
	    { DANE, DAEMON, FACT_UNKNOWN, "did not end in time", NULL } } },
	{ "not asked to go deep", { { 0 } }, {
	    { "exchange.relay_from_outside", DAEMON, FACT_UNKNOWN,
	    "skipped: asked with --deep only", NULL } } },
	{ "no localopts", { FILE_ABSENT(LOCALOPTS) }, {
	    { BINDING, IN_FILE, FACT_UNKNOWN, "there is no", LOCALOPTS } } },
	{ "localopts as shipped", { FILE_IS(LOCALOPTS, "a=1\n") }, {
	    { BINDING, IN_FILE, FACT_KNOWN, "none", LOCALOPTS } } },
	{ "said to be off", { FILE_IS(LOCALOPTS,
	    "rewrite_from=disable\nsetsenderheader=0\n") }, {
	    { BINDING, IN_FILE, FACT_KNOWN, "none", LOCALOPTS ":1" } } },
	{ "Sender: added", { FILE_IS(LOCALOPTS,
	    "rewrite_from=remote\nsetsenderheader=1\n") }, {
	    { BINDING, IN_FILE, FACT_KNOWN, "sender-added", LOCALOPTS ":2" },
	    } },
	{ "From: rewritten", { FILE_IS(LOCALOPTS,
	    "rewrite_from=all\nsetsenderheader=1\n") }, {
	    { BINDING, IN_FILE, FACT_KNOWN, "from-rewritten",
	    LOCALOPTS ":1" } } },
	{ "From: rewritten outside", { FILE_IS(LOCALOPTS,
	    "rewrite_from=remote\nsetsenderheader\n") }, {
	    { BINDING, IN_FILE, FACT_KNOWN, "from-rewritten-outside", NULL },
	    } },
	{ "a word of no document", { FILE_IS(LOCALOPTS, "rewrite_from=x\n") }, {
	    { BINDING, IN_FILE, FACT_UNKNOWN, "not documented", NULL } } },
	{ "localopts unreadable", { FILE_FAILS(LOCALOPTS) }, {
	    { BINDING, IN_FILE, FACT_UNKNOWN, "Input/output error", NULL } } },
	{ "no tunnels", { { 0 } }, {
	    { TUNNELS, DAEMON, FACT_KNOWN, "", NULL } } },
	{ "tunnels", { RUN_IS(WG, "wg0\tK=\t0\n"),
	    RUN_IS("/usr/bin/wg show all endpoints", "wg0\tK=\t192.0.2.1:1\n"),
	    RUN_IS("/sbin/ip xfrm policy", "\tdir out\n"
	    "\ttmpl src 192.0.2.7 dst 192.0.2.8\n") }, {
	    { TUNNELS, DAEMON, FACT_KNOWN,
	    "wg0@192.0.2.1 down CHACHA20_POLY1305,@192.0.2.8 policy -",
	    NULL } } },
	{ "strongSwan is stopped", {
	    RUN_ENDS("/usr/sbin/swanctl --list-sas", 2, "connecting failed") }, {
	    { TUNNELS, DAEMON, FACT_UNKNOWN, "ended with status 2: connecting",
	    NULL } } },
};

/* ---- domains whose mail leaves through TLS alone ---- */

#define OUTBOUND "exchange.required_outbound"
#define PARTNER(options) "begin routers\nlocal:\n  driver = accept\n" \
	"  domains = +local_domains\n  transport = box\n" \
	"partner:\n  driver = dnslookup\n  transport = tls\n" options \
	"lookuphost:\n  driver = dnslookup\n  transport = out\n" \
	"begin transports\nbox:\n  driver = appendfile\n  file = /x\n" \
	"out:\n  driver = smtp\ntls:\n  driver = smtp\n" \
	"  hosts_require_tls = *\n"
#define NOT_REQUIRED(name, options) \
	{ name, { FILE_IS(CONF, PARTNER(options)) }, { \
	    { OUTBOUND, IN_FILE, FACT_KNOWN, "", NULL } } }

static const struct collect_case outbound_cases[] = {
	{ "a router for partners, before all", { FILE_IS(CONF, PARTNER(
	    "  domains = Hospital.example : lab.example\n"
	    "  ignore_target_hosts = 0.0.0.0 : 127.0.0.0/8\n")) }, {
	    { OUTBOUND, IN_FILE, FACT_KNOWN, "hospital.example,lab.example",
	    CONF } } },
	{ "a route to the partner's host", { FILE_IS(CONF, "begin routers\n"
	    "p:\n  driver = manualroute\n  domains = hospital.example\n"
	    "  route_list = * mx.hospital.example\n  transport = tls\n"
	    "begin transports\ntls:\n  driver = smtp\n"
	    "  hosts_require_tls = *\n") }, {
	    { OUTBOUND, IN_FILE, FACT_KNOWN, "hospital.example", NULL } } },
	{ "behind one that takes all", { FILE_IS(CONF, "begin routers\n"
	    "all:\n  driver = dnslookup\n  transport = out\n"
	    "p:\n  driver = dnslookup\n  domains = hospital.example\n"
	    "  transport = tls\nbegin transports\nout:\n  driver = smtp\n"
	    "tls:\n  driver = smtp\n  hosts_require_tls = *\n") }, {
	    { OUTBOUND, IN_FILE, FACT_KNOWN, "", NULL } } },
	{ "behind one that takes it in clear", { FILE_IS(CONF, "begin routers\n"
	    "first:\n  driver = dnslookup\n  domains = hospital.example\n"
	    "  condition = ${if eq{$sender_host_address}{192.0.2.1}}\n"
	    "  transport = out\n"
	    "p:\n  driver = dnslookup\n"
	    "  domains = hospital.example : lab.example\n"
	    "  transport = tls\nbegin transports\nout:\n  driver = smtp\n"
	    "tls:\n  driver = smtp\n  hosts_require_tls = *\n") }, {
	    { OUTBOUND, IN_FILE, FACT_KNOWN, "lab.example", NULL } } },
	{ "the transport requires it of some", { FILE_IS(CONF, "begin routers\n"
	    "p:\n  driver = dnslookup\n  domains = hospital.example\n"
	    "  transport = tls\nbegin transports\ntls:\n  driver = smtp\n"
	    "  hosts_require_tls = mx.hospital.example\n") }, {
	    { OUTBOUND, IN_FILE, FACT_KNOWN, "", NULL } } },
	{ "and avoids it", { FILE_IS(CONF, "begin routers\n"
	    "p:\n  driver = dnslookup\n  domains = hospital.example\n"
	    "  transport = tls\nbegin transports\ntls:\n  driver = smtp\n"
	    "  hosts_require_tls = *\n  hosts_avoid_tls = *\n") }, {
	    { OUTBOUND, IN_FILE, FACT_KNOWN, "", NULL } } },
	NOT_REQUIRED("only if a condition holds",
	    "  domains = hospital.example\n  condition = ${if eq{a}{b}}\n"),
	NOT_REQUIRED("only for some senders",
	    "  domains = hospital.example\n  senders = *@clinic.example\n"),
	NOT_REQUIRED("domains by a lookup",
	    "  domains = lsearch;/etc/partners\n"),
	NOT_REQUIRED("domains by a named list", "  domains = +partners\n"),
	NOT_REQUIRED("all but one", "  domains = !hospital.example\n"),
	NOT_REQUIRED("domains by code", "  domains = ${lookup{x}}\n"),
	NOT_REQUIRED("where a time-out passes it on",
	    "  domains = hospital.example\n  pass_on_timeout\n"),
	{ "a host that is not found passes it on", { FILE_IS(CONF,
	    "begin routers\np:\n  driver = manualroute\n"
	    "  domains = hospital.example\n  host_find_failed = pass\n"
	    "  route_list = * mx.hospital.example\n  transport = tls\n"
	    "begin transports\ntls:\n  driver = smtp\n"
	    "  hosts_require_tls = *\n") }, {
	    { OUTBOUND, IN_FILE, FACT_KNOWN, "", NULL } } },
	{ "the configuration is broken", { FILE_IS(CONF, "no_such = 1\n") }, {
	    { OUTBOUND, IN_FILE, FACT_UNKNOWN, "no_such", NULL } } },
};

static void
test_outbound(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(outbound_cases); i++)
		check_case(&collector_exim, &outbound_cases[i], NULL, 0);
}

static void
test_transports(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(transport_cases); i++)
		check_case(&collector_exim, &transport_cases[i], NULL, 0);
}

static void
test_inbound(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(inbound_cases); i++)
		check_case(&collector_exim, &inbound_cases[i], NULL, 0);
}

static void
test_programs(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(program_cases); i++)
		check_case(&collector_exchange, &program_cases[i], usual,
		    COUNT(usual));
}

/* ---- is mail of strangers for strangers taken? ---- */

#define BH "run /usr/sbin/exim -bh 192.0.2.200 " \
	"<<EHLO stranger.example.net|MAIL FROM:<>|" \
	"RCPT TO:<stranger@example.com>|QUIT|"
#define HEAD "\n**** SMTP testing session as if from host 192.0.2.200\n" \
	"**** but without any ident (RFC 1413) callback.\n" \
	"**** This is not for real!\n\n"
#define HELLO HEAD "220-a.example ESMTP Exim\r\n220 no spam\r\n" \
	"250-a.example Hello [192.0.2.200]\r\n250-SIZE 1\r\n250 HELP\r\n"

static const struct {
	const char *name;
	struct row row;
	enum fact_state state;
	const char *text;
} relay_cases[] = {
	{ "refused", { BH, ANSWER_OK, HELLO "250 OK\r\n"
	    "550 relay not permitted\r\n221 closing\r\n", 0, NULL },
	    FACT_KNOWN, "refused" },
	{ "refused in several lines", { BH, ANSWER_OK, HELLO "250 OK\r\n"
	    "550-relay\r\n550 not permitted\r\n221 closing\r\n", 0, NULL },
	    FACT_KNOWN, "refused" },
	{ "refused as cPanel does", { BH, ANSWER_OK, HELLO "250 OK\r\n"
	    ">>> deny: condition test succeeded in ACL\r\n"
	    "550-(stranger.example.net) [192.0.2.200] is currently not permitted "
	    "to\r\n550-relay through this server.\r\n550 log in\r\n"
	    "221 closing\r\n", 0, NULL },
	    FACT_KNOWN, "refused" },
	/* example.com takes no mail (RFC 7505): an open relay says so too. */
	{ "refused for another reason", { BH, ANSWER_OK, HELLO "250 OK\r\n"
	    "550 Unrouteable address\r\n221 closing\r\n", 0, NULL },
	    FACT_UNKNOWN, "550 Unrouteable address" },
	{ "a relay spoken of elsewhere", { BH, ANSWER_OK, HELLO "250 OK\r\n"
	    ">>> relay_domains\r\n550 Unrouteable address\r\n"
	    "221 relay closing\r\n", 0, NULL },
	    FACT_UNKNOWN, "550 Unrouteable address" },
	{ "accepted", { BH, ANSWER_OK, HELLO "250 OK\r\n250 Accepted\r\n"
	    "221 closing\r\n", 0, NULL }, FACT_KNOWN, "accepted" },
	{ "put off", { BH, ANSWER_OK, HELLO "250 OK\r\n451 later\r\n"
	    "221 closing\r\n", 0, NULL }, FACT_UNKNOWN, "RCPT \"451 later\"" },
	{ "refused before", { BH, ANSWER_OK, HELLO "550 no\r\n"
	    "503 sender not yet given\r\n221 closing\r\n", 0, NULL },
	    FACT_UNKNOWN, "MAIL was answered \"550 no\" and RCPT \"503 " },
	{ "cut off", { BH, ANSWER_OK, HELLO, 0, NULL }, FACT_UNKNOWN,
	    "MAIL was answered \"\" and RCPT \"\"" },
	{ "no answer", { BH, ANSWER_FAILED, NULL, 0, "did not end in time" },
	    FACT_UNKNOWN, "did not end in time" },
};

static void
test_relay(void **state)
{
	const struct collect_options options = { .deep = true };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(relay_cases); i++) {
		struct arena *arena = arena_new();
		struct facts *facts = facts_new(arena);
		struct table_host host = { .rows = &relay_cases[i].row,
		    .row_count = 1, .base = {
		    .ask = table_ask, .whm_name = "whmapi1" } };
		struct collection collection = { .host = &host.base,
		    .facts = facts, .arena = arena, .scratch = arena_new(),
		    .options = &options };
		const struct expected expected = {
		    "exchange.relay_from_outside", DAEMON,
		    relay_cases[i].state, relay_cases[i].text, NULL };

		collector_exchange.collect(&collection);
		arena_free(collection.scratch);
		check_fact(facts, relay_cases[i].name, &expected);
		arena_free(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_transports),
		cmocka_unit_test(test_outbound),
		cmocka_unit_test(test_inbound),
		cmocka_unit_test(test_programs),
		cmocka_unit_test(test_relay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
