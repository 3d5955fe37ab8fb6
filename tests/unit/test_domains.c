/*
 * What all checks on domains must hold: whatever fact is not known, nothing
 * passes because of it, nor fails; no text that strangers publish is too much.
 * What the single checks say is in tests/checks/.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "checks/catalogue.h"
#include "checks/networks.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NAME "clinic.example"
#define HOST "server1.lab.example"

/* ---- a domain that is right, under every word that a profile may want ---- */

static void
set_list(struct arena *arena, struct fact_list *list, const char *item)
{
	const char **items = arena_array(arena, 1, sizeof(*items));

	items[0] = item;
	list->meta.state = FACT_KNOWN;
	list->items = items;
	list->count = item == NULL ? 0 : 1;
}

static void
set_str(struct fact_str *fact, const char *value)
{
	fact->meta.state = value == NULL ? FACT_ABSENT : FACT_KNOWN;
	fact->value = value;
}

#define SET(fact, text) set_str(&(fact), text)
#define SET_LIST(fact, item) set_list(arena, &(fact), item)
#define SET_VALUE(fact, number) \
	do { (fact).meta.state = FACT_KNOWN; (fact).value = (number); } while (0)

static void
set_spf(struct arena *arena, struct domain_facts *domain)
{
	SET_VALUE(domain->exists, true);
	SET_LIST(domain->sends_from, "192.0.2.25");
	SET(domain->helo, HOST);
	SET_LIST(domain->spf_records, "v=spf1 ip4:192.0.2.25 -all");
	SET(domain->spf_error, NULL);
	SET(domain->spf_all, "-all");
	SET(domain->spf_open, NULL);
	SET_VALUE(domain->spf_lookups, 0);
	SET_VALUE(domain->spf_void_lookups, 0);
	SET_VALUE(domain->spf_ptr, false);
	SET_LIST(domain->spf_includes, NULL);
	SET_LIST(domain->spf_results, "192.0.2.25 pass");
}

static void
set_dkim(struct arena *arena, struct domain_facts *domain)
{
	SET(domain->dkim_selector, "default");
	SET(domain->dkim_private_key, "RSA 2048");
	SET(domain->dkim_expected, "v=DKIM1; k=rsa; p=MIIB");
	SET_LIST(domain->dkim_records, "v=DKIM1; k=rsa; p=MIIB");
	SET(domain->dkim_error, NULL);
	SET(domain->dkim_key, "RSA 2048");
	SET_VALUE(domain->dkim_matches, true);
	SET_VALUE(domain->dkim_testing, false);
	SET(domain->dkim_hashes, NULL);
	SET(domain->dkim_wildcard, "v=DKIM1; p=");
}

static void
set_dmarc(struct arena *arena, struct domain_facts *domain)
{
	static const char record[] = "v=DMARC1; p=reject; adkim=r; aspf=r; "
	    "rua=mailto:dmarc@" NAME;

	SET_LIST(domain->dmarc_records, record);
	SET(domain->dmarc_record, record);
	SET(domain->dmarc_domain, NAME);
	SET(domain->dmarc_error, NULL);
	SET(domain->dmarc_policy, "reject");
	SET(domain->dmarc_subdomain_policy, "reject");
	SET(domain->dmarc_nonexistent_policy, "reject");
	SET_VALUE(domain->dmarc_testing, false);
	SET(domain->dmarc_alignment, "adkim=r aspf=r");
	SET_LIST(domain->dmarc_removed, NULL);
	SET_LIST(domain->dmarc_unknown_tags, NULL);
	SET_LIST(domain->dmarc_rua, "mailto:dmarc@" NAME);
	SET_LIST(domain->dmarc_unauthorised, NULL);
}

static void
set_transport(struct arena *arena, struct domain_facts *domain)
{
	SET_LIST(domain->mx, "0 " NAME);
	SET(domain->mta_sts_record, "v=STSv1; id=1");
	SET(domain->mta_sts_error, NULL);
	SET(domain->mta_sts_mode, "enforce");
	SET_VALUE(domain->mta_sts_max_age, 604800);
	SET_LIST(domain->mta_sts_uncovered, NULL);
	SET(domain->tls_rpt_record, "v=TLSRPTv1; rua=mailto:t@" NAME);
	SET(domain->tls_rpt_error, NULL);
	SET_LIST(domain->tls_rpt_rua, "mailto:t@" NAME);
	SET_VALUE(domain->dnssec, true);
}

static void
set_log(struct facts *facts, struct domain_facts *domain)
{
	SET_VALUE(facts->ledger.exim_days, 30);
	SET_VALUE(facts->ledger.broken_deliveries, 0);
	SET_VALUE(domain->sent, 12);
	SET_VALUE(domain->sent_signed, 12);
	SET_VALUE(domain->sent_signed_other, 0);
}

static void
set_hosts(struct arena *arena, struct facts *facts)
{
	struct sending_address_facts *address =
	    arena_array(arena, 1, sizeof(*address));
	struct mx_host_facts *host = arena_array(arena, 1, sizeof(*host));

	address->name = "192.0.2.25";
	SET_LIST(address->ptr, HOST);
	SET_LIST(address->confirmed, HOST);
	facts->sending_addresses.items = address;
	facts->sending_addresses.count = 1;
	host->name = NAME;
	SET_LIST(host->addresses, "192.0.2.25");
	SET(host->leads, "here");
	SET_LIST(host->tlsa, "3 1 1 aa");
	SET_VALUE(host->dnssec, true);
	SET_LIST(host->digests, "0 1 1 aa");
	facts->mx_hosts.items = host;
	facts->mx_hosts.count = 1;
}

static struct facts *
good_facts(struct arena *arena, const char *mail)
{
	struct facts *facts = facts_new(arena);
	struct domain_facts *domain = arena_array(arena, 1, sizeof(*domain));

	facts->host = HOST;
	facts->domains.items = domain;
	facts->domains.count = 1;
	domain->name = NAME;
	SET(domain->account, "clinic");
	SET(domain->kind, "main");
	SET(domain->mail, mail);
	SET(facts->dns.smarthost_spf, NULL);
	set_spf(arena, domain);
	set_dkim(arena, domain);
	set_dmarc(arena, domain);
	set_transport(arena, domain);
	set_hosts(arena, facts);
	set_log(facts, domain);
	if (strcmp(mail, "none") == 0) {
		SET_LIST(domain->spf_records, "v=spf1 -all");
		SET_LIST(domain->mx, "0 .");
	}
	return facts;
}

/* Each check wants all that it can. */
static void
judge_domain(struct arena *arena, const struct facts *facts,
    const struct check *check, struct finding *finding)
{
	static const char *const all[] = { "450-bytes", "no-ptr",
	    "2-lookups-spare", "hard-fail", "declared-includes", "rsa-2048",
	    "sha256-only", "known-tags", "alignment", "ipv6", "null-mx",
	    "revoked-dkim", "every-message" };
	static const char *const last[] = { "enforced", "enforce", "every-mx" };
	struct want want = { .list = all, .list_count = COUNT(all) };
	const struct parameters parameters = { .partners = NULL };
	const struct evaluation ev = { .arena = arena, .check = check,
	    .facts = facts, .want = &want, .parameters = &parameters };
	size_t i, j;

	for (i = 0; check->want == WANT_STRING &&
	    check->want_words[i] != NULL; i++)
		for (j = 0; j < COUNT(last); j++)
			if (strcmp(check->want_words[i], last[j]) == 0)
				want.string = last[j];
	assert_true(check->want == WANT_LIST || want.string != NULL);
	memset(finding, 0, sizeof(*finding));
	check->evaluate.domain(&ev, facts->domains.items, finding);
}

static const char *
mail_of(const struct check *check)
{
	return strcmp(check->id, "dns.nonmail.lockdown") == 0 ? "none" :
	    "sends";
}

static void
each_check(void (*visit)(const struct check *check))
{
	size_t table, i, seen = 0;

	for (table = 0; table < check_catalogue_count; table++)
		for (i = 0; i < check_catalogue[table].count; i++)
			if (check_catalogue[table].checks[i].scope ==
			    SCOPE_DOMAIN) {
				visit(&check_catalogue[table].checks[i]);
				seen++;
			}
	assert_int_equal(seen, 10);
}

/* ---- one fact of many is unknown ---- */

/* Facts that only say what to publish, or what another check judges. */
static const char *const no_reason[][2] = {
	{ "dns.spf.valid", "domains.spf_includes" },
	{ "dns.spf.policy", "domains.sends_from" },
	{ "dns.spf.policy", "domains.spf_results" },
	{ "dns.spf.policy", "domains.spf_error" },
	{ "dns.spf.policy", "domains.spf_open" },	/* dns.spf.valid tells */
	{ "dns.spf.policy", "dns.smarthost_spf" },
	{ "dns.dkim.valid", "domains.dkim_expected" },
	{ "dns.dmarc.policy", "domains.dmarc_records" },
	{ "dns.dmarc.policy", "domains.dmarc_domain" },
	{ "dns.dmarc.hygiene", "domains.dmarc_domain" },
	{ "dns.dmarc.hygiene", "domains.dmarc_records" },
	{ "dns.ptr_mx", "domains.exists" },	/* known where the MX is */
	{ "dns.ptr_mx", "mx_hosts.addresses" },
	{ "dns.ptr_mx", "sending_addresses.ptr" },
	{ "dns.mta_sts", "domains.mx" },
	/* It sends: then it is judged, and DKIM= in a line is the selector. */
	{ "dns.dkim.signing_observed", "domains.mail" },
	{ "dns.dkim.signing_observed", "exim.log_selector" },
	{ "dns.dkim.signing_observed", "ledger.out_signed" },
	/* Of which day the last was, where there was none. */
	{ "dns.dkim.signing_observed", "ledger.broken_deliveries_last" },
};

static bool
is_no_reason(const char *check, const char *path)
{
	size_t i;

	for (i = 0; i < COUNT(no_reason); i++)
		if (strcmp(no_reason[i][0], check) == 0 &&
		    strcmp(no_reason[i][1], path) == 0)
			return true;
	return false;
}

/* The fact of the path, in the only domain, host or address there is. */
static struct fact_meta *
fact_of(struct facts *facts, const char *path)
{
	const char *dot = strchr(path, '.');
	const struct field *field;
	const void *fact;
	char list[32];
	void *item;

	if (field_find(facts, path, &fact) != NULL)
		return (struct fact_meta *)(uintptr_t)fact;
	snprintf(list, sizeof(list), "%.*s", (int)(dot - path), path);
	field = field_find_in_list(list, dot + 1);
	item = strcmp(list, "domains") == 0 ? (void *)facts->domains.items :
	    strcmp(list, "mx_hosts") == 0 ? (void *)facts->mx_hosts.items :
	    (void *)facts->sending_addresses.items;
	return (struct fact_meta *)(uintptr_t)field_meta(field,
	    (char *)item + field->offset, PLANE_SOCKET);
}

static void
unknown_is_unknown(const struct check *check)
{
	size_t i;

	for (i = 0; i < CHECK_MAX_NEEDS && check->needs[i] != NULL; i++) {
		const char *path = check->needs[i] + (check->needs[i][0] == '?');
		struct arena *arena = arena_new();
		struct facts *facts = good_facts(arena, mail_of(check));
		struct fact_meta *meta = fact_of(facts, path);
		struct finding finding;

		meta->state = FACT_UNKNOWN;
		meta->why = "SERVFAIL from 192.0.2.53";
		judge_domain(arena, facts, check, &finding);
		if (finding.result != (is_no_reason(check->id, path) ?
		    RESULT_PASS : RESULT_UNKNOWN) ||
		    (finding.result == RESULT_UNKNOWN &&
		    strstr(finding.message, meta->why) == NULL))
			fail_msg("%s, %s unknown: %s: %s", check->id, path,
			    result_name(finding.result), finding.message);
		arena_free(arena);
	}
}

static void
test_one_unknown_fact_makes_unknown(void **state)
{
	(void)state;
	each_check(unknown_is_unknown);
}

static void
good_passes(const struct check *check)
{
	struct arena *arena = arena_new();
	struct finding finding;

	judge_domain(arena, good_facts(arena, mail_of(check)), check,
	    &finding);
	if (finding.result != RESULT_PASS)
		fail_msg("%s: %s: %s", check->id, result_name(finding.result),
		    finding.message);
	arena_free(arena);
}

static void
test_a_good_domain_passes(void **state)
{
	(void)state;
	each_check(good_passes);
}

static void
nothing_known(const struct check *check)
{
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena);
	struct domain_facts *domain = arena_array(arena, 1, sizeof(*domain));
	struct finding finding;

	domain->name = NAME;
	facts->domains.items = domain;
	facts->domains.count = 1;
	judge_domain(arena, facts, check, &finding);
	assert_int_equal(finding.result, RESULT_UNKNOWN);
	SET(domain->mail, mail_of(check));
	judge_domain(arena, facts, check, &finding);
	if (finding.message == NULL || finding.result != RESULT_UNKNOWN)
		fail_msg("%s: %s: %s", check->id, result_name(finding.result),
		    finding.message == NULL ? "no message" : finding.message);
	arena_free(arena);
}

static void
test_nothing_known_pleases_no_check(void **state)
{
	(void)state;
	each_check(nothing_known);
}

/* ---- what strangers may publish ---- */

#define HUGE_TEXT 70000
#define MESSAGE_MAX 12000

static void
set_hostile(struct arena *arena, const struct field *field,
    struct fact_meta *meta, const char *text)
{
	meta->state = FACT_KNOWN;
	if (field->type == FIELD_STR)
		((struct fact_str *)(void *)meta)->value = text;
	else if (field->type == FIELD_LIST)
		set_list(arena, (struct fact_list *)(void *)meta, text);
	else if (field->type == FIELD_INT)
		((struct fact_int *)(void *)meta)->value = INT64_MIN;
}

static void
survives(const struct check *check)
{
	static char huge[HUGE_TEXT + 1];
	static const char *const texts[] = { "", " ", ";", "; ;", "=", "p",
	    "!", "@", "2", "3 ", "3 1", "v=spf1", "all", "-", "ptr:",
	    "redirect=", "\x1b[31m\r\n", "\xff\xfe", "v=DMARC1; rua=!!!,,!",
	    huge };
	const struct field *field;
	struct finding finding;
	size_t i, j;

	memset(huge, 'a', HUGE_TEXT);
	memcpy(huge, "v=spf1 \xf0\x9f", 9);
	for (i = 0; i < CHECK_MAX_NEEDS && check->needs[i] != NULL; i++)
		for (j = 0; j < COUNT(texts); j++) {
			const char *path = check->needs[i] +
			    (check->needs[i][0] == '?');
			struct arena *arena = arena_new();
			struct facts *facts = good_facts(arena, mail_of(check));
			const void *unused;
			const char *dot = strchr(path, '.');
			char list[32];

			snprintf(list, sizeof(list), "%.*s", (int)(dot - path),
			    path);
			field = field_find(facts, path, &unused);
			if (field == NULL)
				field = field_find_in_list(list, dot + 1);
			/* Strangers do not write our files. */
			if (field->type == FIELD_SETTING ||
			    (field_plane(field) == PLANE_FILE &&
			    texts[j] == huge)) {
				arena_free(arena);
				continue;
			}
			set_hostile(arena, field, fact_of(facts, path),
			    texts[j]);
			judge_domain(arena, facts, check, &finding);
			if (finding.message == NULL ||
			    strlen(finding.message) > MESSAGE_MAX)
				fail_msg("%s, %s hostile: %zu bytes", check->id,
				    path, finding.message == NULL ? 0 :
				    strlen(finding.message));
			arena_free(arena);
		}
}

static void
test_no_text_is_too_much(void **state)
{
	(void)state;
	each_check(survives);
}

/* ---- networks ---- */

static const struct {
	const char *network;
	const char *address;
	bool has;
} network_cases[] = {
	{ "192.0.2.1", "192.0.2.1", true },
	{ "192.0.2.1", "192.0.2.2", false },
	{ "192.0.2.0/24", "192.0.2.255", true },
	{ "192.0.2.0/24", "192.0.3.0", false },
	{ "192.0.2.7/24", "192.0.2.9", true },
	{ "192.0.2.0/23", "192.0.3.1", true },
	{ "0.0.0.0/0", "203.0.113.9", true },
	{ "0.0.0.0/0", "2001:db8::1", false },
	{ "192.0.2.0/33", "192.0.2.0", false },
	{ "192.0.2.0/", "192.0.2.0", false },
	{ "192.0.2.0/2x", "192.0.2.0", false },
	{ "192.0.2", "192.0.2.0", false },
	{ "192.0.2.256", "192.0.2.0", false },
	{ "192.0.2.1.1", "192.0.2.1", false },
	{ "", "", false },
	{ "2001:db8::25", "2001:0DB8:0:0:0:0:0:0025", true },
	{ "2001:db8::/32", "2001:db8:ffff::1", true },
	{ "2001:db8::/32", "2001:db9::1", false },
	{ "::/0", "2001:db8::1", true },
	{ "::", "0:0:0:0:0:0:0:0", true },
	{ "::1", "0:0:0:0:0:0:0:1", true },
	{ "1::", "1:0:0:0:0:0:0:0", true },
	{ "::192.0.2.1", "0:0:0:0:0:0:c000:201", true },
	{ "::ffff:192.0.2.1", "0:0:0:0:0:ffff:c000:201", true },
	{ "1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201", true },
	{ "1:2:3:4:5:6:7:192.0.2.1", "1:2:3:4:5:6:7:c000", false },
	{ "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0", true },
	{ "1:2:3:4:5:6:7:8::", "1:2:3:4:5:6:7:8", false },
	{ "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:0", false },
	{ "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8", false },
	{ "1::2::3", "1:0:0:0:2:0:0:3", false },
	{ ":1::", "1::", false },
	{ "1:", "1::", false },
	{ "12345::", "2345::", false },
	{ "g::", "::", false },
	{ "::/129", "::", false },
};

static void
test_networks(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(network_cases); i++)
		if (network_has(network_cases[i].network,
		    network_cases[i].address) != network_cases[i].has)
			fail_msg("%s, %s", network_cases[i].network,
			    network_cases[i].address);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_good_domain_passes),
		cmocka_unit_test(test_one_unknown_fact_makes_unknown),
		cmocka_unit_test(test_nothing_known_pleases_no_check),
		cmocka_unit_test(test_no_text_is_too_much),
		cmocka_unit_test(test_networks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
