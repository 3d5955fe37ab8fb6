/*
 * What the probe collector asks for, and what it makes of the answer: whose
 * a port is, what was not seen, which names lead here.
 */
#include <stdlib.h>

#include "tests/unit/table_host.h"

#include "host/probe.h"
#include "parse/probe_result.h"
#include "parse/tls_suites.h"

extern const struct collector collector_probe;

#define S PLANE_SOCKET
#define KNOWN FACT_KNOWN
#define UNKNOWN FACT_UNKNOWN
#define ABSENT FACT_ABSENT
#define FIB "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 0.0.0.0\n" \
	"        /0 universe UNICAST\n           |-- 192.0.2.2\n" \
	"              /32 host LOCAL\n        |-- 192.0.2.255\n" \
	"           /32 link BROADCAST\n"

/* Answers with the document of one result, and keeps what was asked. */
struct probe_host {
	struct host base;
	const struct probe_result *result;
	enum answer_status status;	/* of the probe */
	enum answer_status address_status;
	const char *document;		/* instead of the result's */
	const char *address;		/* of every name */
	const char *fib;		/* NULL = can not be read */
	const char *nat;
	char asked[4096];		/* the probe's question */
	size_t addresses_asked;
};

static void
answer_text(struct arena *arena, struct answer *answer, const char *text)
{
	answer->status = ANSWER_OK;
	answer->bytes = arena_strdup(arena, text);
	answer->length = strlen(text);
}

static void
answer_probe(struct probe_host *host, struct arena *arena,
    struct answer *answer)
{
	char *bytes = NULL;
	size_t length = 0;
	FILE *stream;

	answer->status = host->status;
	answer->why = host->status == ANSWER_SKIPPED ? "skipped: --no-network" :
	    "no socket";
	if (host->status != ANSWER_OK)
		return;
	if (host->document != NULL) {
		answer_text(arena, answer, host->document);
		return;
	}
	stream = open_memstream(&bytes, &length);
	probe_result_write(stream, host->result, 0);
	fclose(stream);
	answer_text(arena, answer, bytes);
	free(bytes);
}

static void
probe_ask(struct host *base, struct arena *arena,
    const struct question *question, struct answer *ret_answer)
{
	struct probe_host *host = (struct probe_host *)base;
	const char *text = question_text(arena, question);

	ret_answer->status = ANSWER_ABSENT;
	if (question->kind == ASK_PROBE) {
		snprintf(host->asked, sizeof(host->asked), "%s", text);
		answer_probe(host, arena, ret_answer);
	} else if (question->kind == ASK_ADDRESS) {
		host->addresses_asked++;
		ret_answer->status = host->address_status;
		ret_answer->why = host->address_status == ANSWER_SKIPPED ?
		    "skipped: --no-network" : "SERVFAIL";
		if (host->address_status == ANSWER_OK)
			answer_text(arena, ret_answer, host->address);
	} else if (strcmp(text, "file /proc/net/fib_trie") == 0) {
		ret_answer->status = ANSWER_FAILED;
		ret_answer->why = "fib_trie: Permission denied";
		if (host->fib != NULL)
			answer_text(arena, ret_answer, host->fib);
	} else if (strcmp(text, "file /var/cpanel/cpnat") == 0 &&
	    host->nat != NULL) {
		answer_text(arena, ret_answer, host->nat);
	} else if (strcmp(text, "file /proc/net/if_inet6") == 0) {
		answer_text(arena, ret_answer,
		    "20010db8000000000000000000000007 02 40 00 80     eth0\n");
	}
}

static void
run(struct probe_host *host, struct facts *facts,
    const struct collect_options *options)
{
	struct collection collection = { .host = &host->base, .facts = facts,
	    .arena = facts->arena, .scratch = arena_new(),
	    .options = options };

	host->base.ask = probe_ask;
	collector_probe.collect(&collection);
	facts_sort(facts);
	arena_free(collection.scratch);
}

static void
expect(const struct facts *facts, const char *name,
    const struct expected *expected, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		check_fact(facts, name, &expected[i]);
}

static void
own(struct facts *facts, const char *const *owners, size_t count)
{
	facts->site.port_owners = (struct fact_list){
	    { FACT_KNOWN, "/proc/net/tcp", NULL }, owners, count };
}

static void
add_domains(struct facts *facts, size_t count)
{
	size_t i, list;

	for (list = 0; strcmp(field_lists[list].name, "domains") != 0;)
		list++;
	for (i = 0; i < count; i++)
		facts_add_item(facts, &field_lists[list], arena_printf(
		    facts->arena, "d%zu.example", i));
	facts->inventory.domains.meta.state = FACT_KNOWN;
}

/* ---- listeners ---- */

static struct probe_listener
open_listener(struct arena *arena, unsigned port, enum probe_protocol protocol)
{
	struct probe_listener listener;
	size_t i;

	probe_listener_init(&listener, "127.0.0.1", port, protocol);
	listener.host = "127.0.0.1";
	listener.status = PROBE_OPEN;
	listener.source = "127.0.0.2";
	for (i = 0; i < PROBE_VERSION_COUNT; i++)
		listener.versions[i].accepted = i < 3 ? PROBE_NO : PROBE_YES;
	code_list_add(arena, &listener.versions[3].suites, 0xc030);
	code_list_add(arena, &listener.versions[3].undecided, 0xc02f);
	code_list_add(arena, &listener.versions[4].suites, 0x1302);
	code_list_add(arena, &listener.groups, 0x11ec);
	listener.group = 0x11ec;
	listener.features[FEATURE_SECURE_RENEGOTIATION] = PROBE_YES;
	if (!probe_protocol_implicit(protocol) && protocol != PROBE_HTTP) {
		listener.starttls = PROBE_YES;
		listener.mechanisms_seen = true;
		listener.mechanisms = "PLAIN LOGIN";
		listener.clear_login = PROBE_YES;
	}
	return listener;
}

static const struct expected smtp_facts[] = {
	{ "listeners[0]", S, KNOWN, "127.0.0.1:25", NULL },
	{ "listeners[0].protocol", S, KNOWN, "smtp", NULL },
	{ "listeners[0].service", S, KNOWN, "exim", "/proc/net/tcp" },
	{ "listeners[0].program", S, KNOWN, "/usr/sbin/exim", NULL },
	{ "listeners[0].starttls", S, KNOWN, "yes", "smtp 127.0.0.1:25" },
	{ "listeners[0].clear_mechanisms", S, KNOWN, "PLAIN,LOGIN", NULL },
	{ "listeners[0].clear_login", S, KNOWN, "possible", NULL },
	{ "listeners[0].protocols", S, KNOWN, "TLSv1.2,TLSv1.3",
	    "tls 127.0.0.1:25" },
	{ "listeners[0].protocols_undecided", S, KNOWN, "", NULL },
	{ "listeners[0].suites", S, KNOWN,
	    "TLS_AES_256_GCM_SHA384,ECDHE-RSA-AES256-GCM-SHA384", NULL },
	{ "listeners[0].suites_undecided", S, KNOWN,
	    "ECDHE-RSA-AES128-GCM-SHA256", NULL },
	{ "listeners[0].groups", S, KNOWN, "X25519MLKEM768", NULL },
	{ "listeners[0].group", S, KNOWN, "X25519MLKEM768", NULL },
	{ "listeners[0].dh_bits", S, ABSENT, NULL, NULL },
	{ "listeners[0].secure_renegotiation", S, KNOWN, "yes", NULL },
	{ "listeners[0].client_renegotiation", S, UNKNOWN, "--full", NULL },
	{ "listeners[0].trust", S, UNKNOWN, "no certificate was seen", NULL },
	{ "listeners[0].clear_http", S, ABSENT, NULL, NULL },
	{ "listening.exim", S, KNOWN, "25", "probe 127.0.0.1" },
	{ "listening.dovecot", S, KNOWN, "", NULL },
	{ "listening.source", S, KNOWN, "127.0.0.2", NULL },
	{ "listening.complete_lists", S, KNOWN, "no", NULL },
	{ "inventory.listeners", S, KNOWN, "1", NULL },
};

static void
test_smtp(void **state)
{
	static const char *const owners[] = { "25 /usr/sbin/exim" };
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena);
	struct probe_listener listener = open_listener(arena, 25, PROBE_SMTP);
	const struct probe_result result = { &listener, 1 };
	struct probe_host host = { .result = &result, .status = ANSWER_OK };

	(void)state;
	own(facts, owners, COUNT(owners));
	run(&host, facts, NULL);
	expect(facts, "smtp", smtp_facts, COUNT(smtp_facts));
	arena_free(arena);
}

static void
test_certificate(void **state)
{
	static const char *const names[] = { "mail.example.com" };
	static const struct expected wanted[] = {
		{ "listeners[0].trust", S, KNOWN, "self-signed", NULL },
		{ "listeners[0].names", S, KNOWN, "mail.example.com", NULL },
		{ "listeners[0].not_after", S, KNOWN, "200", NULL },
		{ "listeners[0].key", S, KNOWN, "RSA 2048", NULL },
		{ "listeners[0].starttls", S, ABSENT, NULL, NULL },
		{ "listeners[0].clear_login", S, ABSENT, NULL, NULL },
		{ "listeners[0].dh_bits", S, UNKNOWN, "was not decided", NULL },
		{ "listeners[0].protocols_undecided", S, KNOWN, "TLSv1.0",
		    NULL },
	};
	struct probe_chain chain = { .trusted = PROBE_NO, .why = "self-signed",
	    .subject = "", .issuer = "", .names = names, .name_count = 1,
	    .not_before = 100, .not_after = 200, .key = "RSA 2048",
	    .signature = "sha256WithRSAEncryption", .sha256 = "aa",
	    .spki_sha256 = "bb", .sent = 1 };
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena);
	struct probe_listener listener = open_listener(arena, 465, PROBE_SMTPS);
	const struct probe_result result = { &listener, 1 };
	struct probe_host host = { .result = &result, .status = ANSWER_OK };

	(void)state;
	listener.chains = &chain;
	listener.chain_count = 1;
	listener.versions[1].accepted = PROBE_UNKNOWN;
	/* DHE-RSA-AES128-SHA */
	code_list_add(arena, &listener.versions[3].undecided, 0x0033);
	run(&host, facts, NULL);
	expect(facts, "certificate", wanted, COUNT(wanted));
	arena_free(arena);
}

struct owner_case {
	const char *name;
	unsigned port;
	const char *owner;	/* NULL = whose is not known */
	const char *service;
};

static const struct owner_case owner_cases[] = {
	{ "not known", 993, NULL, "dovecot" },
	{ "Debian's exim", 25, "25 /usr/sbin/exim4", "exim" },
	{ "replaced by an update", 25, "25 /usr/sbin/exim (deleted)", "exim" },
	{ "a proxy", 25, "25 /usr/sbin/haproxy", "other" },
	{ "no exim but so called", 25, "25 /opt/exim/proxy", "other" },
	{ "dovecot's master", 143, "143 /usr/sbin/dovecot", "dovecot" },
	{ "a login process", 143, "143 /usr/libexec/dovecot/imap-login",
	    "dovecot" },
	{ "cPanel's perl", 2087, "2087 /usr/local/cpanel/3rdparty/bin/perl",
	    "cpsrvd" },
	{ "the same on a WebDAV port", 2078,
	    "2078 /usr/local/cpanel/3rdparty/bin/perl", "cpdavd" },
	{ "cPanel's perl on a mail port", 25,
	    "25 /usr/local/cpanel/3rdparty/bin/perl", "other" },
	{ "nginx", 443, "443 /usr/sbin/nginx", "httpd" },
	{ "a VPN on 443", 443, "443 /usr/sbin/openvpn", "other" },
	{ "nobody listens, and yet", 25, "26 /usr/sbin/exim", "other" },
};

static void
test_owners(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(owner_cases); i++) {
		const struct owner_case *row = &owner_cases[i];
		const struct expected wanted = { "listeners[0].service", S,
		    KNOWN, row->service, NULL };
		struct arena *arena = arena_new();
		struct facts *facts = facts_new(arena);
		struct probe_listener listener = open_listener(arena,
		    row->port, PROBE_SMTP);
		const struct probe_result result = { &listener, 1 };
		struct probe_host host = { .result = &result,
		    .status = ANSWER_OK };

		if (row->owner != NULL)
			own(facts, &row->owner, 1);
		run(&host, facts, NULL);
		check_fact(facts, row->name, &wanted);
		arena_free(arena);
	}
}

/* The port is counted where it belongs, and whose it is stays unknown. */
static void
test_owner_not_seen(void **state)
{
	static const char *const owners[] = { "993 unknown program" };
	static const struct expected wanted[] = {
		{ "listeners[0].service", S, UNKNOWN, "no process", NULL },
		{ "listeners[0].program", S, UNKNOWN, "no process", NULL },
		{ "listening.dovecot", S, KNOWN, "993", NULL },
	};
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena);
	struct probe_listener listener = open_listener(arena, 993,
	    PROBE_IMAPS);
	const struct probe_result result = { &listener, 1 };
	struct probe_host host = { .result = &result, .status = ANSWER_OK };

	(void)state;
	own(facts, owners, COUNT(owners));
	run(&host, facts, NULL);
	expect(facts, "owner not seen", wanted, COUNT(wanted));
	arena_free(arena);
}

/* Which of the two answered at 127.0.0.1 stands in no fact. */
static void
test_two_owners(void **state)
{
	static const char *const owners[] = { "993 /usr/sbin/dovecot",
	    "993 /usr/bin/stunnel", "143 /usr/sbin/dovecot",
	    "143 /usr/libexec/dovecot/imap-login" };
	static const struct expected wanted[] = {
		{ "listeners[0]", S, KNOWN, "127.0.0.1:143", NULL },
		{ "listeners[0].service", S, KNOWN, "dovecot", NULL },
		{ "listeners[1].service", S, UNKNOWN, "held by "
		    "/usr/sbin/dovecot and by /usr/bin/stunnel", NULL },
		{ "listeners[1].program", S, UNKNOWN, "held by", NULL },
		{ "listening.dovecot", S, KNOWN, "993 143", NULL },
	};
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena);
	struct probe_listener listeners[2] = {
		open_listener(arena, 993, PROBE_IMAPS),
		open_listener(arena, 143, PROBE_IMAP),
	};
	const struct probe_result result = { listeners, 2 };
	struct probe_host host = { .result = &result, .status = ANSWER_OK };

	(void)state;
	own(facts, owners, COUNT(owners));
	run(&host, facts, NULL);
	expect(facts, "two owners", wanted, COUNT(wanted));
	arena_free(arena);
}

static void
test_closed_and_failed(void **state)
{
	static const char *const owners[] = { "587 /usr/sbin/exim" };
	static const struct expected wanted[] = {
		{ "inventory.listeners", S, KNOWN, "2", NULL },
		{ "listening.exim", S, KNOWN, "", NULL },
		{ "listeners[0]", S, KNOWN, "127.0.0.1:465", NULL },
		{ "listeners[0].protocols", S, UNKNOWN, "421 busy", NULL },
		{ "listeners[0].trust", S, UNKNOWN, "421 busy", NULL },
		{ "listeners[1].starttls", S, UNKNOWN, "refuses the connection,"
		    " but /usr/sbin/exim listens on port 587 at another", NULL },
	};
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena);
	struct probe_listener listeners[3];
	const struct probe_result result = { listeners, 3 };
	struct probe_host host = { .result = &result, .status = ANSWER_OK };

	(void)state;
	probe_listener_init(&listeners[0], "127.0.0.1", 25, PROBE_SMTP);
	listeners[0].status = PROBE_CLOSED;
	probe_listener_init(&listeners[1], "127.0.0.1", 465, PROBE_SMTPS);
	listeners[1].status = PROBE_FAILED;
	listeners[1].why = "421 busy";
	probe_listener_init(&listeners[2], "127.0.0.1", 587, PROBE_SMTP);
	listeners[2].status = PROBE_CLOSED;
	own(facts, owners, COUNT(owners));
	run(&host, facts, NULL);
	expect(facts, "closed and failed", wanted, COUNT(wanted));
	arena_free(arena);
}

/* A port without TLS has no facts of TLS, and an address of its own no proof. */
static void
test_clear(void **state)
{
	static const struct expected wanted[] = {
		{ "listeners[0]", S, KNOWN, "127.0.0.1:143", NULL },
		{ "listeners[0].starttls", S, KNOWN, "no", NULL },
		{ "listeners[0].protocols", S, ABSENT, NULL, NULL },
		{ "listeners[0].clear_login", S, UNKNOWN,
		    "own address 127.0.0.1", NULL },
		{ "listeners[1].clear_http", S, KNOWN, "answers 401", NULL },
		{ "listeners[2].clear_http", S, KNOWN,
		    "redirect https://mail.example.com:2083/", NULL },
		{ "listeners[2].protocols", S, ABSENT, NULL, NULL },
		{ "listeners[2].trust", S, ABSENT, NULL, NULL },
	};
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena);
	struct probe_listener listeners[3];
	const struct probe_result result = { listeners, 3 };
	struct probe_host host = { .result = &result, .status = ANSWER_OK };

	(void)state;
	listeners[0] = open_listener(arena, 2082, PROBE_HTTP);
	listeners[0].http_status = 301;
	listeners[0].location = "https://mail.example.com:2083/";
	listeners[1] = open_listener(arena, 2077, PROBE_HTTP);
	listeners[1].http_status = 401;
	listeners[2] = open_listener(arena, 143, PROBE_IMAP);
	listeners[2].starttls = PROBE_NO;
	listeners[2].source = "127.0.0.1";
	run(&host, facts, NULL);
	expect(facts, "clear", wanted, COUNT(wanted));
	arena_free(arena);
}

/* ---- the question ---- */

struct question_case {
	const char *name;
	const char *host;		/* facts->host */
	struct collect_options options;
	const char *text;
};

static const struct question_case question_cases[] = {
	{ "usual", "server1.example.com", { .full = false },
	    "probe 127.0.0.1 name server1.example.com from 127.0.0.2 25/smtp "
	    "26/smtp 465/smtps 587/smtp 110/pop3 143/imap 993/imaps 995/pop3s "
	    "4190/sieve 2083/https 2087/https 2096/https 2082/http 2086/http "
	    "2095/http 2078/https 2080/https 2077/http 2079/http 443/https "
	    "verdict" },
	{ "complete", "server1.example.com", { .full = true,
	    .probe_ports = "25/smtp, 8443" },
	    "probe 127.0.0.1 name server1.example.com from 127.0.0.2 25/smtp "
	    "8443/tls full" },
	{ "another address", "server1.example.com",
	    { .probe_host = "192.0.2.2", .probe_ports = "26/smtp" },
	    "probe 192.0.2.2 name server1.example.com 26/smtp verdict" },
	{ "a source", NULL, { .probe_source = "127.0.0.9",
	    .probe_ports = "993" }, "probe 127.0.0.1 from 127.0.0.9 993/imaps "
	    "verdict" },
	{ "a name that is none", "bad name\r\nRCPT", { .probe_ports = "25" },
	    "probe 127.0.0.1 from 127.0.0.2 25/smtp verdict" },
};

static void
test_question(void **state)
{
	static const struct probe_result none = { NULL, 0 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(question_cases); i++) {
		struct arena *arena = arena_new();
		struct facts *facts = facts_new(arena);
		struct probe_host host = { .result = &none,
		    .status = ANSWER_OK };

		facts->host = question_cases[i].host;
		run(&host, facts, &question_cases[i].options);
		if (strcmp(host.asked, question_cases[i].text) != 0)
			fail_msg("%s: asked \"%s\", wanted \"%s\"",
			    question_cases[i].name, host.asked,
			    question_cases[i].text);
		arena_free(arena);
	}
}

/* ---- nobody could be asked ---- */

static const struct expected skipped_facts[] = {
	{ "listening.exim", S, UNKNOWN, "skipped: --no-network", NULL },
	{ "listening.httpd", S, UNKNOWN, "skipped: --no-network", NULL },
	{ "listening.source", S, UNKNOWN, "skipped: --no-network", NULL },
	{ "inventory.listeners", S, UNKNOWN, "skipped: --no-network", NULL },
	{ "inventory.mail_names", S, UNKNOWN, "skipped: --no-network", NULL },
};

static const struct expected failed_facts[] = {
	{ "listening.exim", S, UNKNOWN, "no socket", NULL },
	{ "inventory.listeners", S, UNKNOWN, "no socket", NULL },
};

static void
test_not_asked(void **state)
{
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena), *failed = facts_new(arena),
	    *junk = facts_new(arena);
	struct probe_host host = { .status = ANSWER_SKIPPED,
	    .address_status = ANSWER_SKIPPED };

	(void)state;
	add_domains(facts, 3);
	run(&host, facts, NULL);
	expect(facts, "skipped", skipped_facts, COUNT(skipped_facts));
	assert_int_equal(facts->mail_names.count, 0);
	assert_int_equal(host.addresses_asked, 1);
	host.status = ANSWER_FAILED;
	run(&host, failed, NULL);
	expect(failed, "failed", failed_facts, COUNT(failed_facts));
	host.status = ANSWER_OK;
	host.document = "{\"schema\": \"no\"}";
	run(&host, junk, NULL);
	assert_int_equal(junk->inventory.listeners.meta.state, FACT_UNKNOWN);
	assert_false(fact_skipped(&junk->inventory.listeners.meta));
	arena_free(arena);
}

/* ---- names ---- */

struct name_case {
	const char *name;
	enum answer_status status;
	const char *address;
	const char *fib;
	const char *nat;
	struct expected expected[3];
};

static const struct name_case name_cases[] = {
	{ "here", ANSWER_OK, "192.0.2.2\n", FIB, NULL, {
	    { "mail_names[0].address", S, KNOWN, "here", NULL },
	    { "mail_names[0].listener", S, KNOWN, "127.0.0.1:993", NULL },
	    { "mail_names[1].listener", S, KNOWN, "127.0.0.1:443", NULL } } },
	{ "here by IPv6", ANSWER_OK, "198.51.100.1\n2001:db8::7\n", FIB, NULL, {
	    { "mail_names[0].address", S, KNOWN, "here", NULL } } },
	{ "here behind NAT", ANSWER_OK, "203.0.113.9\n", FIB,
	    "192.0.2.2 203.0.113.9\n", {
	    { "mail_names[0].address", S, KNOWN, "here", NULL } } },
	{ "elsewhere", ANSWER_OK, "198.51.100.1\n198.51.100.2\n", FIB, NULL, {
	    { "mail_names[0].address", S, KNOWN, "198.51.100.1", NULL },
	    { "mail_names[0].listener", S, ABSENT, NULL, NULL },
	    { "mail_names[0].trust", S, ABSENT, NULL, NULL } } },
	{ "a broadcast address is nobody's", ANSWER_OK, "192.0.2.255\n", FIB,
	    NULL, { { "mail_names[0].address", S, KNOWN, "192.0.2.255",
	    NULL } } },
	{ "own addresses not known", ANSWER_OK, "198.51.100.1\n", NULL, NULL, {
	    { "mail_names[0].address", S, UNKNOWN, "Permission denied",
	    NULL } } },
	{ "no address", ANSWER_ABSENT, NULL, FIB, NULL, {
	    { "mail_names[0].address", S, ABSENT, NULL, NULL } } },
	{ "not to be told", ANSWER_FAILED, NULL, FIB, NULL, {
	    { "mail_names[0].address", S, UNKNOWN, "SERVFAIL", NULL },
	    { "inventory.mail_names", S, KNOWN, "2", NULL } } },
};

static void
test_names(void **state)
{
	static const struct probe_result none = { NULL, 0 };
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(name_cases); i++) {
		const struct name_case *row = &name_cases[i];
		struct arena *arena = arena_new();
		struct facts *facts = facts_new(arena);
		struct probe_host host = { .result = &none,
		    .status = ANSWER_OK, .address_status = row->status,
		    .address = row->address, .fib = row->fib,
		    .nat = row->nat };

		add_domains(facts, 1);
		run(&host, facts, NULL);
		for (j = 0; j < COUNT(row->expected) &&
		    row->expected[j].fact != NULL; j++)
			check_fact(facts, row->name, &row->expected[j]);
		arena_free(arena);
	}
}

static void
test_names_are_capped(void **state)
{
	static const struct probe_result none = { NULL, 0 };
	static const struct expected many = { "inventory.mail_names", S,
	    UNKNOWN, "64 of 80 names", NULL };
	static const struct expected down = { "inventory.mail_names", S,
	    UNKNOWN, "failed 3 times: SERVFAIL", NULL };
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena), *broken = facts_new(arena);
	struct probe_host host = { .result = &none, .status = ANSWER_OK,
	    .address_status = ANSWER_OK, .address = "192.0.2.2\n",
	    .fib = FIB };

	(void)state;
	add_domains(facts, 40);
	run(&host, facts, NULL);
	assert_int_equal(host.addresses_asked, 64);
	assert_int_equal(facts->mail_names.count, 64);
	check_fact(facts, "many", &many);
	host.addresses_asked = 0;
	host.address_status = ANSWER_FAILED;
	add_domains(broken, 40);
	run(&host, broken, NULL);
	assert_int_equal(host.addresses_asked, 3);
	check_fact(broken, "down", &down);
	arena_free(arena);
}

/* A name is judged by what the listener showed for it. */
static void
test_name_shown(void **state)
{
	static const char *const names[] = { "mail.d0.example" };
	static const char *const owners[] = { "465 /usr/sbin/exim" };
	static const struct expected wanted[] = {
		{ "mail_names[0].listener", S, KNOWN, "127.0.0.1:465", NULL },
		{ "mail_names[0].trust", S, KNOWN, "trusted", NULL },
		{ "mail_names[0].names", S, KNOWN, "mail.d0.example", NULL },
		{ "mail_names[1].address", S, KNOWN, "here", NULL },
		{ "mail_names[1].listener", S, ABSENT, NULL, NULL },
	};
	struct probe_chain chains[2] = { { .subject = "", .issuer = "",
	    .key = "", .signature = "", .sha256 = "", .spki_sha256 = "" },
	    { .server_name = "mail.d0.example", .trusted = PROBE_YES,
	    .names = names, .name_count = 1, .not_after = 200, .subject = "",
	    .issuer = "", .key = "", .signature = "", .sha256 = "",
	    .spki_sha256 = "" } };
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena);
	struct probe_listener listener = open_listener(arena, 465, PROBE_SMTPS);
	const struct probe_result result = { &listener, 1 };
	struct probe_host host = { .result = &result, .status = ANSWER_OK,
	    .address_status = ANSWER_OK, .address = "192.0.2.2\n",
	    .fib = FIB };

	(void)state;
	listener.chains = chains;
	listener.chain_count = 2;
	own(facts, owners, COUNT(owners));
	add_domains(facts, 1);
	run(&host, facts, NULL);
	assert_non_null(strstr(host.asked, "465/smtps+mail.d0.example "));
	expect(facts, "name shown", wanted, COUNT(wanted));
	arena_free(arena);
}

/* Nobody has the names' own not_before, and a roots' verdict leaves it out. */
static void
test_name_not_yet_good(void **state)
{
	static const char *const names[] = { "mail.d0.example" };
	static const struct expected wanted[] = {
		{ "mail_names[0].trust", S, KNOWN, "good from 1970-01-02 on "
		    "only", NULL },
	};
	struct probe_chain chains[2] = { { .subject = "", .issuer = "",
	    .key = "", .signature = "", .sha256 = "", .spki_sha256 = "" },
	    { .server_name = "mail.d0.example", .trusted = PROBE_YES,
	    .names = names, .name_count = 1, .not_before = 86400,
	    .not_after = 172800, .subject = "", .issuer = "", .key = "",
	    .signature = "", .sha256 = "", .spki_sha256 = "" } };
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena);
	struct probe_listener listener = open_listener(arena, 993, PROBE_IMAPS);
	const struct probe_result result = { &listener, 1 };
	struct probe_host host = { .result = &result, .status = ANSWER_OK,
	    .address_status = ANSWER_OK, .address = "192.0.2.2\n",
	    .fib = FIB };

	(void)state;
	facts->collected_at = 86399;
	listener.chains = chains;
	listener.chain_count = 2;
	add_domains(facts, 1);
	run(&host, facts, NULL);
	expect(facts, "not yet good", wanted, COUNT(wanted));
	arena_free(arena);
}

/* It leads here, something listens, and the run was to ask other ports. */
static void
test_name_not_asked(void **state)
{
	static const char *const owners[] = { "993 /usr/sbin/dovecot" };
	static const struct expected wanted[] = {
		{ "mail_names[0].address", S, KNOWN, "here", NULL },
		{ "mail_names[0].listener", S, UNKNOWN,
		    "port 993 was not asked", NULL },
		{ "mail_names[0].trust", S, UNKNOWN,
		    "port 993 was not asked", NULL },
		{ "mail_names[1].listener", S, ABSENT, NULL, NULL },
	};
	static const struct probe_result none = { NULL, 0 };
	const struct collect_options options = { .probe_ports = "25/smtp" };
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena);
	struct probe_host host = { .result = &none, .status = ANSWER_OK,
	    .address_status = ANSWER_OK, .address = "192.0.2.2\n",
	    .fib = FIB };

	(void)state;
	own(facts, owners, COUNT(owners));
	add_domains(facts, 1);
	run(&host, facts, &options);
	expect(facts, "not asked", wanted, COUNT(wanted));
	arena_free(arena);
}

/* ---- MX hosts ---- */

#define TLSA_WHY "SERVFAIL from 192.0.2.53"

/* As the dns collector leaves it: tlsa NULL = none, "?" = nobody can tell. */
static struct mx_host_facts *
add_mx_host(struct facts *facts, const char *name, const char *tlsa,
    const char *leads)
{
	struct mx_host_facts *mx;
	const char **records;
	size_t list;

	for (list = 0; strcmp(field_lists[list].name, "mx_hosts") != 0;)
		list++;
	mx = facts_add_item(facts, &field_lists[list], name);
	mx->tlsa.meta = (struct fact_meta){ FACT_ABSENT, "dns TLSA", NULL };
	mx->leads.meta = (struct fact_meta){ FACT_KNOWN, "dns A", NULL };
	mx->leads.value = leads;
	if (leads != NULL && strcmp(leads, "?") == 0)
		mx->leads = (struct fact_str){ { FACT_UNKNOWN, "dns A",
		    "no reply" }, NULL };
	if (tlsa != NULL && strcmp(tlsa, "?") == 0)
		mx->tlsa.meta = (struct fact_meta){ FACT_UNKNOWN, "dns TLSA",
		    TLSA_WHY };
	else if (tlsa != NULL) {
		records = arena_array(facts->arena, 1, sizeof(*records));
		records[0] = tlsa;
		mx->tlsa = (struct fact_list){ { FACT_KNOWN, "dns TLSA", NULL },
		    records, 1 };
	}
	return mx;
}

struct mx_case {
	const char *name;
	const char *mx;
	const char *tlsa;
	const char *leads;
	const char *asked;		/* in the question; NULL = not for it */
	struct expected digests;
};

#define DIGESTS(state, text) { "mx_hosts[0].digests", S, state, text, NULL }
#define RECORD "3 1 1 abcd"

static const struct mx_case mx_cases[] = {
	{ "it leads here", "mx.example", RECORD, "here", "25/smtp+mx.example ",
	    DIGESTS(KNOWN, "0 0 1 aa,0 1 1 bb") },
	{ "it leads here too", "mx.example", RECORD, "both",
	    "25/smtp+mx.example ", DIGESTS(KNOWN, "0 0 1 aa,0 1 1 bb") },
	{ "the host's own name needs no asking", "host.example", RECORD, "here",
	    "25/smtp 26/smtp", DIGESTS(KNOWN, "0 0 1 cc") },
	{ "no TLSA", "mx.example", NULL, "here", NULL, DIGESTS(ABSENT, NULL) },
	{ "elsewhere", "mx.example", RECORD, "elsewhere", NULL,
	    DIGESTS(UNKNOWN, "mx.example does not lead here") },
	{ "no address", "mx.example", RECORD, NULL, NULL,
	    DIGESTS(UNKNOWN, "mx.example does not lead here") },
	{ "nobody knows whether there is TLSA", "mx.example", "?", "here", NULL,
	    DIGESTS(UNKNOWN, TLSA_WHY) },
	{ "nobody knows where it leads", "mx.example", RECORD, "?", NULL,
	    DIGESTS(UNKNOWN, "no reply") },
	{ "no host name", "_m.example", RECORD, "here", NULL,
	    DIGESTS(UNKNOWN, "_m.example is no host name") },
};

static const char *const leaf_digests[] = { "0 0 1 aa", "0 1 1 bb" };
static const char *const own_digests[] = { "0 0 1 cc" };

static struct probe_chain
mx_chain(const char *name, const char *const *digests, size_t count)
{
	return (struct probe_chain){ .server_name = name, .subject = "",
	    .issuer = "", .key = "", .signature = "", .sha256 = "",
	    .spki_sha256 = "", .digests = digests, .digest_count = count,
	    .sent = 1 };
}

static void
test_mx_hosts(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(mx_cases); i++) {
		const struct mx_case *row = &mx_cases[i];
		struct arena *arena = arena_new();
		struct facts *facts = facts_new(arena);
		struct probe_listener listener = open_listener(arena, 25,
		    PROBE_SMTP);
		const struct probe_result result = { &listener, 1 };
		struct probe_host host = { .result = &result,
		    .status = ANSWER_OK };
		struct probe_chain chains[] = {
			mx_chain("host.example", own_digests, 1),
			mx_chain("mx.example", leaf_digests, 2),
		};

		listener.chains = chains;
		listener.chain_count = 2;
		facts->host = "host.example";
		(void)add_mx_host(facts, row->mx, row->tlsa, row->leads);
		run(&host, facts, NULL);
		if (row->asked != NULL && strstr(host.asked, row->asked) == NULL)
			fail_msg("%s: asked \"%s\"", row->name, host.asked);
		if (row->asked == NULL && strchr(host.asked, '+') != NULL)
			fail_msg("%s: asked \"%s\"", row->name, host.asked);
		check_fact(facts, row->name, &row->digests);
		arena_free(arena);
	}
}

/* What port 25 did not show, and why. */
static void
test_mx_host_not_shown(void **state)
{
	static const char *const owners[] = { "465 /usr/sbin/exim" };
	static const struct {
		const char *name;
		enum answer_status status;
		enum probe_status port;
		enum probe_seen starttls;
		const char *why;	/* of the chain */
		const char *ports;
		bool owned;		/* port 25 by nobody */
		const char *wanted;
	} cases[] = {
		{ "no probe", ANSWER_FAILED, PROBE_OPEN, PROBE_YES, NULL, NULL,
		    false, "no socket" },
		{ "skipped", ANSWER_SKIPPED, PROBE_OPEN, PROBE_YES, NULL, NULL,
		    false, "skipped: --no-network" },
		{ "the handshake failed", ANSWER_OK, PROBE_OPEN, PROBE_YES,
		    "refused: unrecognized_name", NULL, false,
		    "refused: unrecognized_name" },
		{ "no STARTTLS", ANSWER_OK, PROBE_OPEN, PROBE_NO, NULL, NULL,
		    false, "port 25 does not offer STARTTLS" },
		{ "closed", ANSWER_OK, PROBE_CLOSED, PROBE_UNKNOWN, NULL, NULL,
		    false, "port 25 refuses the connection" },
		{ "not to be asked", ANSWER_OK, PROBE_OPEN, PROBE_YES, NULL,
		    "993", false, "port 25 was not asked" },
		{ "nobody listens", ANSWER_OK, PROBE_OPEN, PROBE_YES, NULL, NULL,
		    true, "nothing listens on port 25" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct arena *arena = arena_new();
		struct facts *facts = facts_new(arena);
		struct probe_listener listener;
		const struct probe_result result = { &listener, 1 };
		struct probe_host host = { .result = &result,
		    .status = cases[i].status };
		struct probe_chain chain = { .server_name = "mx.example",
		    .why = cases[i].why };
		const struct collect_options options = {
		    .probe_ports = cases[i].ports };
		const struct expected wanted = DIGESTS(UNKNOWN,
		    cases[i].wanted);

		probe_listener_init(&listener, "127.0.0.1", 25, PROBE_SMTP);
		listener.status = cases[i].port;
		listener.starttls = cases[i].starttls;
		listener.chains = &chain;
		listener.chain_count = cases[i].why != NULL;
		if (cases[i].owned)
			own(facts, owners, COUNT(owners));
		(void)add_mx_host(facts, "mx.example", RECORD, "here");
		run(&host, facts, &options);
		check_fact(facts, cases[i].name, &wanted);
		arena_free(arena);
	}
}

/* They come first; the names of the domains get what room is left. */
static void
test_mx_hosts_are_capped(void **state)
{
	static const struct probe_result none = { NULL, 0 };
	static const struct expected left = { "inventory.mail_names", S,
	    UNKNOWN, "60 of 80 names", NULL };
	static const struct expected full = { "inventory.mail_names", S,
	    UNKNOWN, "0 of 2 names", NULL };
	static const struct expected last = { "mx_hosts[64].digests", S,
	    UNKNOWN, "64 names are asked for", NULL };
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena), *many = facts_new(arena);
	struct probe_host host = { .result = &none, .status = ANSWER_OK,
	    .address_status = ANSWER_OK, .address = "192.0.2.2\n",
	    .fib = FIB };
	size_t i;

	(void)state;
	add_domains(facts, 40);
	for (i = 0; i < 4; i++)
		(void)add_mx_host(facts, arena_printf(arena, "mx%zu.example",
		    i), RECORD, "here");
	run(&host, facts, NULL);
	assert_int_equal(facts->mail_names.count, 60);
	assert_non_null(strstr(host.asked, "25/smtp+mx0.example+mx1.example+"
	    "mx2.example+mx3.example "));
	check_fact(facts, "left", &left);
	add_domains(many, 1);
	for (i = 0; i < 65; i++)
		(void)add_mx_host(many, arena_printf(arena, "mx%02zu.example",
		    i), RECORD, "here");
	run(&host, many, NULL);
	assert_int_equal(many->mail_names.count, 0);
	assert_non_null(strstr(host.asked, "+mx63.example "));
	check_fact(many, "full", &full);
	check_fact(many, "last", &last);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_smtp),
		cmocka_unit_test(test_certificate),
		cmocka_unit_test(test_owners),
		cmocka_unit_test(test_owner_not_seen),
		cmocka_unit_test(test_two_owners),
		cmocka_unit_test(test_closed_and_failed),
		cmocka_unit_test(test_clear),
		cmocka_unit_test(test_question),
		cmocka_unit_test(test_not_asked),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_names_are_capped),
		cmocka_unit_test(test_name_not_yet_good),
		cmocka_unit_test(test_name_not_asked),
		cmocka_unit_test(test_name_shown),
		cmocka_unit_test(test_mx_hosts),
		cmocka_unit_test(test_mx_host_not_shown),
		cmocka_unit_test(test_mx_hosts_are_capped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
