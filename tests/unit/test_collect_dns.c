/*
 * What DNS says of the server's domains: name servers that answer from a table
 * of records, and every fault that one of their answers can have. Expected
 * facts follow RFC 7208 (SPF), 6376 (DKIM), 9989 (DMARC), 8461 and 8460
 * (MTA-STS, TLS reporting), 7672 (DANE), 8601 3 (a PTR that is confirmed).
 */
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "facts/snapshot.h"
#include "tests/unit/dns_host.h"

extern const struct collector collector_dns;

#define DNS PLANE_SOCKET
#define CLINIC "domains[0]"	/* clinic.example: sends from 192.0.2.25 */
#define ELSEWHERE "domains[1]"	/* elsewhere.example */
#define PARKED "domains[2]"	/* parked.example: no mail */
#define MXHOST "mx_hosts[0]"

/* Test vector of RFC 8463, appendix A.2. */
#define ED25519 "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
#define STS "https://mta-sts.clinic.example/.well-known/mta-sts.txt"
#define HASH "d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971"
#define POLICY(mode, mx) \
	"version: STSv1\r\nmode: " mode "\r\nmx: " mx "\r\nmax_age: 604800\r\n"

/* First in turn counts: a case's rows of a name and type replace the usual. */
static const struct zone_row good[] = {
	{ "clinic.example", DNS_MX, "10 mail.clinic.example" },
	{ "clinic.example", DNS_TXT, "v=spf1 +a +mx include:relay.example -all" },
	{ "clinic.example", DNS_TXT, "google-site-verification=x" },
	{ "clinic.example", DNS_A, "192.0.2.9" },
	{ "relay.example", DNS_TXT, "v=spf1 ip4:203.0.113.0/24 -all" },
	{ "mail.clinic.example", DNS_A, "192.0.2.25" },
	{ "default._domainkey.clinic.example", DNS_TXT, ED25519 },
	{ "_dmarc.clinic.example", DNS_TXT, "v=DMARC1; p=quarantine; np=reject;"
	    " aspf=s; rua=mailto:d@clinic.example,mailto:x@reports.example" },
	{ "clinic.example._report._dmarc.reports.example", DNS_TXT,
	    "v=DMARC1" },
	{ "_mta-sts.clinic.example", DNS_TXT, "v=STSv1; id=2026;" },
	{ STS, 0, POLICY("enforce", "mail.clinic.example") },
	{ "mta-sts.clinic.example", DNS_A, "192.0.2.25" },
	{ "_smtp._tls.clinic.example", DNS_TXT,
	    "v=TLSRPTv1; rua=mailto:t@clinic.example" },
	{ "_25._tcp.mail.clinic.example", DNS_TLSA, "3 1 1 " HASH },
	{ "25.2.0.192.in-addr.arpa", DNS_PTR, "server1.lab.example" },
	{ "server1.lab.example", DNS_A, "192.0.2.25" },
	{ "lab.example", DNS_CAA, "0 issue letsencrypt.org" },
	{ "parked.example", DNS_TXT, "v=spf1 -all" },
	{ "parked.example", DNS_MX, "0 ." },
	{ "_dmarc.parked.example", DNS_TXT, "v=DMARC1; p=reject; sp=reject" },
	{ "*._domainkey.parked.example", DNS_TXT, "v=DKIM1; p=" },
};

struct dns_case {
	const char *name;
	struct zone_row rows[6];	/* in the place of the good ones */
	struct expected expected[12];
};

#define IS(fact, value) { fact, DNS, FACT_KNOWN, value, NULL }
#define NOT(fact) { fact, DNS, FACT_ABSENT, NULL, NULL }
#define UNSURE(fact, why) { fact, DNS, FACT_UNKNOWN, why, NULL }
#define NO_ROW(name, type) { name, type, NULL }	/* hides the good one */

static const struct dns_case cases[] = {
	{ "SPF as it should be", { { NULL, 0, NULL } }, {
	    { CLINIC ".spf_records", DNS, FACT_KNOWN,
	    "v=spf1 +a +mx include:relay.example -all",
	    "dns TXT clinic.example" },
	    NOT(CLINIC ".spf_error"), IS(CLINIC ".spf_all", "-all"),
	    IS(CLINIC ".spf_lookups", "3"), IS(CLINIC ".spf_void_lookups", "0"),
	    IS(CLINIC ".spf_ptr", "no"),
	    IS(CLINIC ".spf_includes", "relay.example"),
	    IS(CLINIC ".spf_results", "192.0.2.25 pass") } },
	{ "DKIM and DMARC as they should be", { { NULL, 0, NULL } }, {
	    { CLINIC ".dkim_records", DNS, FACT_KNOWN, ED25519,
	    "dns TXT default._domainkey.clinic.example" },
	    NOT(CLINIC ".dkim_error"), IS(CLINIC ".dkim_key", "Ed25519"),
	    IS(CLINIC ".dkim_matches", "yes"), IS(CLINIC ".dkim_testing", "no"),
	    NOT(CLINIC ".dkim_hashes"),
	    IS(CLINIC ".dmarc_domain", "clinic.example"),
	    IS(CLINIC ".dmarc_policy", "quarantine"),
	    IS(CLINIC ".dmarc_subdomain_policy", "quarantine"),
	    IS(CLINIC ".dmarc_nonexistent_policy", "reject"),
	    IS(CLINIC ".dmarc_alignment", "aspf=s"),
	    IS(CLINIC ".dmarc_unauthorised", "") } },
	{ "mail hosts as they should be", { { NULL, 0, NULL } }, {
	    IS(CLINIC ".mx", "10 mail.clinic.example"),
	    IS(CLINIC ".dnssec", "yes"), IS("inventory.mx_hosts", "1"),
	    IS(MXHOST, "mail.clinic.example"), IS(MXHOST ".leads", "here"),
	    IS(MXHOST ".addresses", "192.0.2.25"),
	    IS(MXHOST ".tlsa", "3 1 1 " HASH), IS(MXHOST ".dnssec", "yes"),
	    IS("sending_addresses[0].ptr", "server1.lab.example"),
	    IS("sending_addresses[0].confirmed", "server1.lab.example"),
	    IS("dns.caa", "0 issue \"letsencrypt.org\"") } },
	{ "transport policies as they should be", { { NULL, 0, NULL } }, {
	    IS(CLINIC ".mta_sts_record", "v=STSv1; id=2026;"),
	    NOT(CLINIC ".mta_sts_error"), IS(CLINIC ".mta_sts_mode", "enforce"),
	    IS(CLINIC ".mta_sts_max_age", "604800"),
	    IS(CLINIC ".mta_sts_uncovered", ""),
	    IS(CLINIC ".tls_rpt_rua", "mailto:t@clinic.example"),
	    NOT(CLINIC ".tls_rpt_error") } },
	{ "a domain without mail", { { NULL, 0, NULL } }, {
	    IS(PARKED ".mx", "0 ."), IS(PARKED ".spf_all", "-all"),
	    IS(PARKED ".dmarc_policy", "reject"),
	    IS(PARKED ".dkim_wildcard", "v=DKIM1; p="),
	    IS("inventory.mx_hosts", "1") } },
	{ "nothing published", { NO_ROW("clinic.example", DNS_TXT),
	    NO_ROW("default._domainkey.clinic.example", DNS_TXT),
	    NO_ROW("_dmarc.clinic.example", DNS_TXT),
	    NO_ROW("_mta-sts.clinic.example", DNS_TXT),
	    NO_ROW("_smtp._tls.clinic.example", DNS_TXT),
	    NO_ROW("clinic.example", DNS_MX) }, {
	    NOT(CLINIC ".spf_records"), NOT(CLINIC ".spf_all"),
	    NOT(CLINIC ".spf_results"), NOT(CLINIC ".dkim_records"),
	    NOT(CLINIC ".dkim_matches"), NOT(CLINIC ".dmarc_record"),
	    NOT(CLINIC ".dmarc_policy"), NOT(CLINIC ".mta_sts_record"),
	    NOT(CLINIC ".mta_sts_mode"), NOT(CLINIC ".tls_rpt_record"),
	    NOT(CLINIC ".mx"), IS(MXHOST, "clinic.example") } },
	{ "the address is not in it", {
	    { "clinic.example", DNS_TXT, "v=spf1 ip4:192.0.2.9 ~all" } }, {
	    IS(CLINIC ".spf_results", "192.0.2.25 softfail"),
	    IS(CLINIC ".spf_all", "~all") } },
	{ "an include that does not exist", {
	    { "clinic.example", DNS_TXT,
	    "v=spf1 include:gone.example -all" } }, {
	    IS(CLINIC ".spf_error", "\"include:gone.example\": gone.example"
	    " has no SPF record"),
	    IS(CLINIC ".spf_results", "192.0.2.25 permerror") } },
	{ "an include that lets everybody pass", {
	    { "clinic.example", DNS_TXT,
	    "v=spf1 include:a.example -all" },
	    { "a.example", DNS_TXT, "v=spf1 redirect=b.example" },
	    { "b.example", DNS_TXT, "v=spf1 mx:none.example all" } }, {
	    IS(CLINIC ".spf_all", "-all"), IS(CLINIC ".spf_open", "b.example")
	    } },
	{ "an include that refuses everybody", {
	    { "clinic.example", DNS_TXT,
	    "v=spf1 ip4:192.0.2.25 -include:a.example ~all" },
	    { "a.example", DNS_TXT, "v=spf1 +all" } }, {
	    IS(CLINIC ".spf_all", "~all"), NOT(CLINIC ".spf_open") } },
	{ "two SPF records", {
	    { "clinic.example", DNS_TXT, "v=spf1 -all" },
	    { "clinic.example", DNS_TXT, "v=spf1 +mx -all" } }, {
	    IS(CLINIC ".spf_records", "v=spf1 +mx -all,v=spf1 -all"),
	    IS(CLINIC ".spf_results", "192.0.2.25 permerror") } },
	{ "a key that is not ours", {
	    { "default._domainkey.clinic.example", DNS_TXT,
	    "v=DKIM1; k=ed25519; t=y; h=sha256; "
	    "p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" } }, {
	    IS(CLINIC ".dkim_matches", "no"), IS(CLINIC ".dkim_testing", "yes"),
	    IS(CLINIC ".dkim_hashes", "sha256") } },
	{ "two keys at one selector", {
	    { "default._domainkey.clinic.example", DNS_TXT, ED25519 },
	    { "default._domainkey.clinic.example", DNS_TXT, "v=DKIM1; p=" } },
	    { IS(CLINIC ".dkim_error", "2 records where one is allowed") } },
	{ "a revoked key", {
	    { "default._domainkey.clinic.example", DNS_TXT, "v=DKIM1; p=" } }, {
	    IS(CLINIC ".dkim_key", "revoked"),
	    IS(CLINIC ".dkim_matches", "no") } },
	{ "DMARC of the domain above", {
	    NO_ROW("_dmarc.clinic.example", DNS_TXT),
	    { "_dmarc.example", DNS_TXT, "v=DMARC1; p=reject; sp=none" } }, {
	    IS(CLINIC ".dmarc_domain", "example"),
	    IS(CLINIC ".dmarc_policy", "none"), NOT(CLINIC ".dmarc_records") },
	    },
	{ "tags that are gone", {
	    { "_dmarc.clinic.example", DNS_TXT,
	    "v=DMARC1; p=none; pct=50; t=y; rua=mailto:a@other.example!10m" },
	    }, {
	    IS(CLINIC ".dmarc_removed", "!size,pct"),
	    IS(CLINIC ".dmarc_testing", "yes"),
	    IS(CLINIC ".dmarc_unauthorised",
	    "mailto:a@other.example!10m") } },
	{ "two DMARC records", {
	    { "_dmarc.clinic.example", DNS_TXT, "v=DMARC1; p=none" },
	    { "_dmarc.clinic.example", DNS_TXT, "v=DMARC1; p=reject" } }, {
	    IS(CLINIC ".dmarc_records",
	    "v=DMARC1; p=none,v=DMARC1; p=reject"),
	    NOT(CLINIC ".dmarc_policy"),
	    IS(CLINIC ".dmarc_error",
	    "2 records at _dmarc.clinic.example where one is allowed: "
	    "none counts") } },
	{ "mail hosts of others", {
	    { "clinic.example", DNS_MX, "20 mx2.other.example" },
	    { "clinic.example", DNS_MX, "10 mail.clinic.example" },
	    { "mx2.other.example", DNS_A, "203.0.113.9" },
	    { "mx2.other.example", DNS_AAAA, "2001:db8::9" },
	    { "mail.clinic.example", DNS_A, "192.0.2.25" },
	    { "mail.clinic.example", DNS_A, "203.0.113.9" } }, {
	    IS(CLINIC ".mx", "10 mail.clinic.example,20 mx2.other.example"),
	    IS("mx_hosts[0].leads", "both"), IS("mx_hosts[1].leads",
	    "elsewhere"), IS("mx_hosts[1].addresses",
	    "2001:db8::9,203.0.113.9"), NOT("mx_hosts[1].tlsa"),
	    IS(CLINIC ".mta_sts_uncovered", "mx2.other.example") } },
	/* RFC 5321 5.1: then its own address is the mail host. */
	{ "no MX record", { NO_ROW("clinic.example", DNS_MX),
	    { "clinic.example", DNS_A, "192.0.2.25" } }, {
	    NOT(CLINIC ".mx"), IS("inventory.mx_hosts", "1"),
	    IS(MXHOST, "clinic.example"), IS(MXHOST ".leads", "here"),
	    IS(CLINIC ".exists", "yes") } },
	{ "a mail host without an address", {
	    NO_ROW("mail.clinic.example", DNS_A) }, {
	    NOT(MXHOST ".addresses"), NOT(MXHOST ".leads") } },
	{ "a policy for other hosts", { { STS, 0,
	    POLICY("testing", "*.other.example") } }, {
	    IS(CLINIC ".mta_sts_mode", "testing"),
	    IS(CLINIC ".mta_sts_uncovered", "mail.clinic.example") } },
	{ "a policy that is none", { { STS, 0, "hello" } }, {
	    IS(CLINIC ".mta_sts_error",
	    "line 1: \"hello\" is no field with a value"),
	    NOT(CLINIC ".mta_sts_mode") } },
	{ "a policy that can not be fetched", { NO_ROW(STS, 0) }, {
	    UNSURE(CLINIC ".mta_sts_mode", "connection refused"),
	    UNSURE(CLINIC ".mta_sts_error", "connection refused"),
	    IS(CLINIC ".mta_sts_record", "v=STSv1; id=2026;") } },
	{ "a policy that is not there", { { STS, 404, "" } }, {
	    IS(CLINIC ".mta_sts_error",
	    "its policy can not be fetched: HTTP status 404"),
	    NOT(CLINIC ".mta_sts_mode") } },
	{ "a policy host that is out of order", { { STS, 503, "" } }, {
	    UNSURE(CLINIC ".mta_sts_error", "HTTP status 503"),
	    UNSURE(CLINIC ".mta_sts_mode", "HTTP status 503") } },
	{ "a policy behind a certificate for another name", {
	    { STS, FETCH_BAD_CERTIFICATE, "the certificate is for another name"
	    } }, {
	    IS(CLINIC ".mta_sts_error", "its policy can not be fetched: "
	    "the certificate is for another name"),
	    NOT(CLINIC ".mta_sts_mode") } },
	{ "a policy host without an address", {
	    NO_ROW("mta-sts.clinic.example", DNS_A) }, {
	    IS(CLINIC ".mta_sts_error", "its policy can not be fetched: "
	    "mta-sts.clinic.example has no address"),
	    NOT(CLINIC ".mta_sts_mode") } },
	{ "two MTA-STS records", {
	    { "_mta-sts.clinic.example", DNS_TXT, "v=STSv1; id=1" },
	    { "_mta-sts.clinic.example", DNS_TXT, "v=STSv1; id=2" } }, {
	    IS(CLINIC ".mta_sts_error", "several records: none counts") } },
	{ "a PTR that does not lead back", {
	    { "server1.lab.example", DNS_A, "203.0.113.1" } }, {
	    IS("sending_addresses[0].ptr", "server1.lab.example"),
	    IS("sending_addresses[0].confirmed", "") } },
	{ "no PTR", { NO_ROW("25.2.0.192.in-addr.arpa", DNS_PTR) }, {
	    NOT("sending_addresses[0].ptr"),
	    NOT("sending_addresses[0].confirmed") } },
	{ "no CAA on the way up", { NO_ROW("lab.example", DNS_CAA) }, {
	    NOT("dns.caa") } },
	{ "a wildcard key in use", {
	    { "*._domainkey.parked.example", DNS_TXT, ED25519 } }, {
	    IS(PARKED ".dkim_wildcard", ED25519) } },
};

static void *
add(struct facts *facts, const char *list, const char *name)
{
	size_t i;

	for (i = 0; strcmp(field_lists[i].name, list) != 0; i++)
		;
	return facts_add_item(facts, &field_lists[i], name);
}

static void
set(struct fact_str *fact, const char *value)
{
	fact->meta.state = FACT_KNOWN;
	fact->value = value;
}

/* As the domains collector leaves them. */
static struct facts *
server(struct arena *arena)
{
	static const char *const addresses[] = { "192.0.2.25" };
	struct facts *facts = facts_new(arena);
	struct domain_facts *clinic = add(facts, "domains", "clinic.example");

	set(&clinic->mail, "sends");
	set(&clinic->helo, "server1.lab.example");
	set(&clinic->dkim_selector, "default");
	set(&clinic->dkim_expected, ED25519);
	clinic->sends_from.meta.state = FACT_KNOWN;
	clinic->sends_from.items = addresses;
	clinic->sends_from.count = 1;
	set(&((struct domain_facts *)add(facts, "domains",
	    "elsewhere.example"))->mail, "elsewhere");
	set(&((struct domain_facts *)add(facts, "domains",
	    "parked.example"))->mail, "none");
	(void)add(facts, "sending_addresses", "192.0.2.25");
	facts->host = "server1.lab.example";
	facts->inventory.domains.meta.state = FACT_KNOWN;
	facts->inventory.domains.value = 3;
	return facts;
}

static const struct row files[] = {
	FILE_IS("/proc/net/fib_trie", "     |-- 192.0.2.25\n"
	    "        /32 host LOCAL\n"),
};

static void
run(struct dns_host *host, struct facts *facts, bool validating)
{
	static const char *const servers[] = { "192.0.2.53" };
	struct collect_options options = { .dns_servers = servers,
	    .dns_server_count = 1, .dns_validating = validating };
	struct collection collection = { .host = &host->files.base,
	    .facts = facts, .arena = facts->arena, .scratch = arena_new(),
	    .options = &options };

	host->files.base.ask = dns_ask;
	host->files.base.whm_name = "whmapi1";
	host->files.usual = files;
	host->files.usual_count = COUNT(files);
	collector_dns.collect(&collection);
	arena_free(collection.scratch);
	facts_sort(facts);
}

static bool
replaces(const struct zone_row *row, const struct zone_row *old)
{
	return row->name != NULL && strcmp(row->name, old->name) == 0 &&
	    (row->type == old->type || strncmp(row->name, "https:", 6) == 0);
}

/* The good zone with the case's rows in it. */
static size_t
make_zone(const struct zone_row *rows, size_t count, struct zone_row *ret)
{
	size_t used = 0, i, j;

	for (i = 0; i < count; i++)
		if (rows[i].name != NULL && rows[i].value != NULL)
			ret[used++] = rows[i];
	for (i = 0; i < COUNT(good); i++) {
		for (j = 0; j < count; j++)
			if (replaces(&rows[j], &good[i]))
				break;
		if (j == count)
			ret[used++] = good[i];
	}
	return used;
}

static void
test_cases(void **state)
{
	struct zone_row zone[COUNT(good) + 8];
	struct dns_host host = { .zone = zone, .authenticated = true };
	struct arena *arena;
	struct facts *facts;
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		host.zone_count = make_zone(cases[i].rows,
		    COUNT(cases[i].rows), zone);
		arena = arena_new();
		facts = server(arena);
		run(&host, facts, true);
		for (j = 0; j < COUNT(cases[i].expected) &&
		    cases[i].expected[j].fact != NULL; j++)
			check_fact(facts, cases[i].name,
			    &cases[i].expected[j]);
		arena_free(arena);
	}
}

/* ---- every answer, with every fault ---- */

struct change {
	const char *name;
	size_t lost;
};

/* What one faulty answer may do to a fact: make it unknown, and no more. */
static void
only_unknown(void *context, const char *path, const struct fact_meta *before,
    const struct fact_meta *after)
{
	struct change *change = context;

	if (before == NULL || after == NULL) {
		/* MX hosts that nobody told of. */
		if (strncmp(path, "mx_hosts[", 9) != 0 || before == NULL)
			fail_msg("%s: %s came or went", change->name, path);
		change->lost++;
		return;
	}
	if (after->state != FACT_UNKNOWN)
		fail_msg("%s: %s was %s and is %s", change->name, path,
		    fact_state_name(before->state),
		    fact_state_name(after->state));
	if (after->why == NULL)
		fail_msg("%s: %s is unknown without a reason", change->name,
		    path);
	change->lost++;
}

static void
test_every_fault_of_every_answer(void **state)
{
	struct dns_host host = { .zone = good, .zone_count = COUNT(good),
	    .authenticated = true };
	struct arena *arena = arena_new();
	struct facts *right = server(arena);
	size_t total, at, lost = 0;
	int fault;

	(void)state;
	run(&host, right, true);
	total = host.asked;
	assert_true(total > 20);
	for (fault = FAULT_SERVFAIL; fault < FAULT_COUNT; fault++)
		for (at = 1; at <= total; at++) {
			struct arena *other = arena_new();
			struct facts *facts = server(other);
			struct change change = { .lost = 0 };
			char name[400];

			host.asked = 0;
			host.fault_at = at;
			host.fault = (enum dns_fault)fault;
			run(&host, facts, true);
			snprintf(name, sizeof(name), "%s of %s",
			    fault_names[fault], host.last);
			change.name = name;
			(void)snapshot_compare(right, facts, only_unknown,
			    &change);
			lost += change.lost;
			arena_free(other);
		}
	/* A fault that changes nothing at all was not put in. */
	assert_true(lost > total * (FAULT_COUNT - 1));
	arena_free(arena);
}

/* ---- runs that may not look, or can not trust ---- */

static void
test_not_asked(void **state)
{
	struct dns_host host = { .zone = good, .zone_count = COUNT(good),
	    .skipped = "skipped: --no-network" };
	struct arena *arena = arena_new();
	struct facts *facts = server(arena);
	static const char *const paths[] = { CLINIC ".spf_records",
		CLINIC ".dkim_matches", CLINIC ".dmarc_policy", CLINIC ".mx",
		CLINIC ".mta_sts_mode", PARKED ".dkim_wildcard",
		"sending_addresses[0].ptr", "dns.caa", "inventory.mx_hosts" };
	const struct fact_meta *meta;
	const char *value;
	size_t i;

	(void)state;
	run(&host, facts, true);
	for (i = 0; i < COUNT(paths); i++) {
		meta = find_fact(arena, facts, &(struct expected){ paths[i],
		    DNS, FACT_UNKNOWN, "", NULL }, &value);
		assert_int_equal(meta->state, FACT_UNKNOWN);
		assert_true(fact_skipped(meta));
	}
	arena_free(arena);
}

/* Without the admin's word an AD bit is anybody's. */
static void
test_ad_needs_a_validating_resolver(void **state)
{
	struct dns_host host = { .zone = good, .zone_count = COUNT(good),
	    .authenticated = true };
	struct arena *arena = arena_new();
	struct facts *facts = server(arena);

	(void)state;
	run(&host, facts, false);
	check_fact(facts, "nobody vouches", &(struct expected)
	    UNSURE(CLINIC ".dnssec", "no validating resolver"));
	check_fact(facts, "nobody vouches", &(struct expected)
	    UNSURE(MXHOST ".dnssec", "no validating resolver"));
	facts = server(arena);
	host.authenticated = false;
	run(&host, facts, true);
	check_fact(facts, "not signed", &(struct expected)
	    IS(CLINIC ".dnssec", "no"));
	arena_free(arena);
}

/* Two domains with one MX and one include: each is asked once. */
static void
test_nothing_is_asked_twice(void **state)
{
	struct dns_host host = { .zone = good, .zone_count = COUNT(good) };
	struct arena *arena = arena_new();
	struct facts *facts = server(arena);
	size_t one;

	(void)state;
	run(&host, facts, false);
	one = host.asked;
	facts = server(arena);
	*(struct domain_facts *)add(facts, "domains", "clinic.example") =
	    facts->domains.items[0];
	host.asked = 0;
	run(&host, facts, false);
	assert_int_equal(host.asked, one + 1);	/* its policy is fetched again */
	arena_free(arena);
}

static void
test_smarthost(void **state)
{
	struct zone_row zone[COUNT(good) + 8];
	static const struct zone_row rows[] = {
		{ "smtp.relay.example", DNS_A, "203.0.113.5" } };
	struct dns_host host = { .zone = zone };
	struct arena *arena = arena_new();
	struct facts *facts = server(arena);

	(void)state;
	host.zone_count = make_zone(rows, 1, zone);
	set(&facts->site.smarthost, "* smtp.relay.example::587");
	meta_absent(&facts->domains.items[0].sends_from.meta, "smarthost");
	run(&host, facts, false);
	check_fact(facts, "smarthost", &(struct expected)
	    IS("dns.smarthost_spf", "relay.example"));
	check_fact(facts, "smarthost", &(struct expected)
	    NOT(CLINIC ".spf_results"));
	facts = server(arena);
	set(&facts->site.smarthost, "partner.example smtp.relay.example");
	run(&host, facts, false);
	check_fact(facts, "smarthost of one partner", &(struct expected)
	    NOT("dns.smarthost_spf"));
	facts = server(arena);
	set(&facts->site.smarthost,
	    "partner.example mx.partner.example; * smtp.relay.example");
	run(&host, facts, false);
	check_fact(facts, "smarthost of the rest", &(struct expected)
	    IS("dns.smarthost_spf", "relay.example"));
	arena_free(arena);
}

static void
test_a_domain_that_is_gone(void **state)
{
	static const struct zone_row zone[] = {
		{ "parked.example", DNS_TXT, "v=spf1 -all" } };
	struct dns_host host = { .zone = zone, .zone_count = COUNT(zone) };
	struct arena *arena = arena_new();
	struct facts *facts = server(arena);

	(void)state;
	run(&host, facts, false);
	check_fact(facts, "gone", &(struct expected)IS(CLINIC ".exists", "no"));
	check_fact(facts, "gone", &(struct expected)
	    IS("inventory.mx_hosts", "0"));
	check_fact(facts, "there", &(struct expected)
	    IS(PARKED ".exists", "yes"));
	arena_free(arena);
}

/*
 * An address with two names: one that is confirmed does not tell where the name
 * leads that the server says HELO with, when looking that up failed.
 */
static void
test_faults_of_the_way_back(void **state)
{
	static const struct zone_row zone[] = {
		{ "25.2.0.192.in-addr.arpa", DNS_PTR, "other.example" },
		{ "25.2.0.192.in-addr.arpa", DNS_PTR, "server1.lab.example" },
		{ "other.example", DNS_A, "192.0.2.25" },
		{ "server1.lab.example", DNS_A, "192.0.2.25" } };
	struct dns_host host = { .zone = zone, .zone_count = COUNT(zone),
	    .fault = FAULT_SERVFAIL };
	const struct fact_list *confirmed;
	struct arena *arena;
	struct facts *facts;
	size_t total = SIZE_MAX, one = 0;

	(void)state;
	for (; host.fault_at <= total; host.fault_at++) {
		arena = arena_new();
		facts = server(arena);
		host.asked = 0;
		run(&host, facts, false);
		if (host.fault_at == 0)
			total = host.asked;
		confirmed = &facts->sending_addresses.items[0].confirmed;
		one += confirmed->count == 1;
		if (confirmed->meta.state == FACT_KNOWN)
			assert_string_equal(confirmed->items[confirmed->count -
			    1], "server1.lab.example");
		arena_free(arena);
	}
	/* Without the other name it stands: A and AAAA of it failed once each. */
	assert_int_equal(one, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_every_fault_of_every_answer),
		cmocka_unit_test(test_not_asked),
		cmocka_unit_test(test_ad_needs_a_validating_resolver),
		cmocka_unit_test(test_nothing_is_asked_twice),
		cmocka_unit_test(test_smarthost),
		cmocka_unit_test(test_a_domain_that_is_gone),
		cmocka_unit_test(test_faults_of_the_way_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
