/*
 * Whose server it is: PTR, HELO and MX agree (RFC 5321 4.1.4, RFC 1912 2.1). And
 * domains without mail that must not look as if they had some.
 */
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "checks/catalogue.h"
#include "checks/domains.h"
#include "checks/networks.h"
#include "checks/words.h"

static const char *const ptr_words[] = { "ipv6", NULL };
static const char *const lockdown_words[] = { "null-mx", "revoked-dkim", NULL };

static const char not_collected[] = "not collected";

static const char *
reason(const struct fact_meta *meta)
{
	return meta->why != NULL ? meta->why : not_collected;
}

static bool
is_ipv6(const char *address)
{
	return strchr(address, ':') != NULL;
}

/* ---- the addresses that mail leaves from ---- */

static const char *
names_shown(const struct fact_list *list, struct names *names)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		names_add(names, list->items[i], strlen(list->items[i]));
	return names_end(names);
}

static void
say_ptr_unknown(const struct evaluation *ev, const char *address,
    const char *why, struct finding *finding)
{
	finding_part(ev, finding, RESULT_UNKNOWN,
	    "the PTR record of %s is not known: %s", address, why);
}

/* Leads somewhere, and not to the HELO name and back. */
static void
say_ptr_wrong(const struct evaluation *ev,
    const struct sending_address_facts *address, const char *helo,
    struct finding *finding)
{
	struct names names = { .count = 0 };

	if (list_has(address->ptr.items, address->ptr.count, helo,
	    strlen(helo)))
		finding_part(ev, finding, RESULT_FAIL, "%s leads to %s, which "
		    "does not lead back; publish at %s %s: %s", address->name,
		    helo, helo, is_ipv6(address->name) ? "AAAA" : "A",
		    address->name);
	else
		finding_part(ev, finding, RESULT_FAIL, "%s leads to \"%s\", "
		    "wanted %s, as which it says HELO; ask the owner of its "
		    "network, mostly the hoster, to change the PTR record%s",
		    address->name, names_shown(&address->ptr, &names), helo,
		    fact_list_empty(&address->confirmed) ? "" :
		    arena_printf(ev->arena, ", or say HELO as %s (in "
		    "/etc/mailhelo)", cut_text(ev->arena,
		    address->confirmed.items[0])));
}

static void
judge_address(const struct evaluation *ev, const char *name, const char *helo,
    struct finding *finding)
{
	const struct sending_address_facts *address =
	    sending_address_find(ev->facts, name);

	if (address == NULL) {
		say_ptr_unknown(ev, name, not_collected, finding);
		return;
	}
	finding_item_evidence(ev, finding, "sending_addresses.confirmed",
	    &address->confirmed.meta);
	if (address->confirmed.meta.state == FACT_KNOWN &&
	    list_has(address->confirmed.items, address->confirmed.count, helo,
	    strlen(helo)))
		return;
	finding_item_evidence(ev, finding, "sending_addresses.ptr",
	    &address->ptr.meta);
	if (fact_list_empty(&address->ptr))
		finding_part(ev, finding, RESULT_FAIL, "%s has no PTR record; "
		    "ask the owner of its network, mostly the hoster, to point "
		    "it to %s", name, helo);
	else if (address->ptr.meta.state != FACT_KNOWN)
		say_ptr_unknown(ev, name, reason(&address->ptr.meta), finding);
	else if (address->confirmed.meta.state == FACT_UNKNOWN)
		finding_part(ev, finding, RESULT_UNKNOWN, "whether the names "
		    "of %s lead back is not known: %s", name,
		    reason(&address->confirmed.meta));
	else
		say_ptr_wrong(ev, address, helo, finding);
}

static void
judge_addresses(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	const struct fact_list *senders = &domain->sends_from;
	bool ipv6 = want_has(ev, ptr_words[0]);
	size_t ipv4 = 0, i;

	if (!finding_part_known(ev, finding, DOMAIN_PART(domain, sends_from,
	    "where it sends from")) || !finding_part_known(ev, finding,
	    DOMAIN_PART(domain, helo, "as which it says HELO")))
		return;
	if (senders->count == 0)
		finding_part(ev, finding, RESULT_UNKNOWN,
		    "no address is known that it sends from");
	for (i = 0; i < senders->count; i++)
		ipv4 += !is_ipv6(senders->items[i]);
	for (i = 0; i < senders->count; i++)
		if (ipv6 || ipv4 == 0 || !is_ipv6(senders->items[i]))
			judge_address(ev, senders->items[i],
			    domain->helo.value, finding);
}

static bool
by_smarthost(const struct evaluation *ev, const struct domain_facts *domain)
{
	return ev->facts->dns.smarthost_spf.meta.state == FACT_KNOWN ||
	    domain->sends_from.meta.state == FACT_ABSENT;
}

/* What receivers see of mail that a smarthost sends is the smarthost's. */
static void
judge_senders(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	const struct fact_str *smarthost = &ev->facts->dns.smarthost_spf;

	if (smarthost->meta.state == FACT_ABSENT) {
		if (!by_smarthost(ev, domain))
			judge_addresses(ev, domain, finding);
		return;
	}
	finding_evidence(ev, finding, "dns.smarthost_spf");
	if (smarthost->meta.state == FACT_UNKNOWN)
		finding_part(ev, finding, RESULT_UNKNOWN, "whether mail leaves "
		    "through a smarthost is not known: %s",
		    reason(&smarthost->meta));
}

/* ---- the hosts that take mail ---- */

static const char *
publish_mx(const struct evaluation *ev, const struct domain_facts *domain)
{
	return arena_printf(ev->arena, "publish at %s MX: 0 %s", domain->name,
	    ev->facts->host != NULL ? ev->facts->host : "and the server's name");
}

static bool
is_trusted(const struct evaluation *ev, const char *address)
{
	const struct parameters *parameters = ev->parameters;
	size_t i;

	for (i = 0; i < parameters->trusted_host_count; i++)
		if (network_has(parameters->trusted_hosts[i].name, address))
			return true;
	return false;
}

/* Some of its addresses are not this server's: a gateway that is declared? */
static void
judge_elsewhere(const struct evaluation *ev, const struct domain_facts *domain,
    const struct mx_host_facts *host, struct finding *finding)
{
	struct names strangers = { .count = 0 };
	size_t i;

	if (!finding_part_need(ev, finding, "mx_hosts.addresses",
	    "to which addresses its MX leads", &host->addresses.meta))
		return;
	for (i = 0; i < host->addresses.count; i++)
		if (sending_address_find(ev->facts,
		    host->addresses.items[i]) == NULL &&
		    !is_trusted(ev, host->addresses.items[i]))
			names_add(&strangers, host->addresses.items[i],
			    strlen(host->addresses.items[i]));
	if (strangers.count > 0)
		finding_part(ev, finding, RESULT_FAIL, "MX %s leads elsewhere "
		    "(%s), wanted this server or a gateway that the profile "
		    "names in parameters: trusted_hosts; unless it is yours, "
		    "%s", host->name, names_end(&strangers),
		    publish_mx(ev, domain));
}

static void
judge_mx_host(const struct evaluation *ev, const struct domain_facts *domain,
    const char *name, struct finding *finding)
{
	const struct mx_host_facts *host = mx_host_find(ev->facts, name);

	if (host != NULL)
		finding_item_evidence(ev, finding, "mx_hosts.leads",
		    &host->leads.meta);
	if (host == NULL || host->leads.meta.state == FACT_UNKNOWN)
		finding_part(ev, finding, RESULT_UNKNOWN, "where MX %s leads "
		    "is not known: %s", cut_text(ev->arena, name), host == NULL ? not_collected :
		    reason(&host->leads.meta));
	else if (host->leads.meta.state == FACT_ABSENT)
		finding_part(ev, finding, RESULT_FAIL, "MX %s has no address",
		    cut_text(ev->arena, name));
	else if (strcmp(host->leads.value, "here") != 0)
		judge_elsewhere(ev, domain, host, finding);
}

/* Without an MX record senders take the domain's own address, RFC 5321 5.1. */
static void
judge_own_address(const struct evaluation *ev,
    const struct domain_facts *domain, struct finding *finding)
{
	const struct mx_host_facts *host =
	    mx_host_find(ev->facts, domain->name);

	if (host != NULL && (fact_is(&host->leads, "here") ||
	    host->leads.meta.state == FACT_UNKNOWN))
		judge_mx_host(ev, domain, domain->name, finding);
	else
		finding_part(ev, finding, RESULT_FAIL,
		    "no MX record is published; %s", publish_mx(ev, domain));
}

static void
judge_mx(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	const struct fact_list *mx = &domain->mx;
	size_t i;

	finding_item_evidence(ev, finding, DOMAIN_FACT(domain, mx));
	if (fact_list_empty(mx)) {
		judge_own_address(ev, domain, finding);
		return;
	}
	if (!finding_part_need(ev, finding, DOMAIN_PART(domain, mx,
	    "the MX record")))
		return;
	for (i = 0; i < mx->count; i++) {
		const char *name = mx_host_name(mx->items[i]);

		if (strcmp(name, ".") == 0)
			finding_part(ev, finding, RESULT_FAIL, "its MX is "
			    "\"%s\", which turns all mail away; %s",
			    cut_text(ev->arena, mx->items[i]),
			    publish_mx(ev, domain));
		else
			judge_mx_host(ev, domain, name, finding);
	}
}

static void
evaluate_ptr_mx(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	if (!domain_is_used(ev, domain, finding))
		return;
	if (domain_is_gone(domain)) {
		finding_item_evidence(ev, finding, DOMAIN_FACT(domain, exists));
		finding_fail(ev, finding, "the domain does not exist in DNS, "
		    "and nobody can answer its mail; renew it at its "
		    "registrar, or take it off this server");
		return;
	}
	judge_senders(ev, domain, finding);
	judge_mx(ev, domain, finding);
	if (finding->message != NULL)
		return;
	if (by_smarthost(ev, domain))
		finding_pass(ev, finding, "the MX leads here; mail leaves "
		    "through a smarthost, whose PTR is its own");
	else if (fact_list_empty(&domain->mx))
		finding_pass(ev, finding, "PTR and HELO agree; without an MX "
		    "record its mail comes to its own address, which is here");
	else
		finding_pass(ev, finding, "PTR, HELO and MX agree");
}

/* ---- dns.nonmail.lockdown ---- */

/* What is to be published so that nothing can pass for the domain's mail. */
struct lock {
	const char *records;	/* "at NAME TXT: \"...\", at ..."; NULL = none */
};

static void
lock_add(const struct evaluation *ev, struct lock *lock, const char *below,
    const char *domain, const char *record)
{
	lock->records = arena_printf(ev->arena, "%s%sat %s%s %s",
	    lock->records == NULL ? "" : lock->records,
	    lock->records == NULL ? "" : ", ", below, domain, record);
}

static void
judge_closed_spf(const struct evaluation *ev,
    const struct domain_facts *domain, struct lock *lock,
    struct finding *finding)
{
	static const char *const wanted[] = { "v=spf1", "-all" };
	const struct fact_list *records = &domain->spf_records;
	const char *cursor, *word;
	size_t length, words = 0;

	finding_item_evidence(ev, finding, DOMAIN_FACT(domain, spf_records));
	if (!fact_list_empty(records) && !finding_part_need(ev, finding,
	    DOMAIN_PART(domain, spf_records, "the SPF record")))
		return;
	cursor = records->count == 1 ? records->items[0] : "";
	while (words < 2 && word_next(&cursor, &word, &length) &&
	    word_is(word, length, wanted[words]))
		words++;
	if (words == 2 && !word_next(&cursor, &word, &length))
		return;
	finding_part(ev, finding, RESULT_FAIL,
	    "its SPF record is not \"v=spf1 -all\"%s%s",
	    records->count > 0 ? " but " : "", records->count > 0 ?
	    records_shown(ev->arena, records) : "");
	lock_add(ev, lock, "", domain->name, records->count > 0 ?
	    "TXT: \"v=spf1 -all\"" IN_ITS_PLACE : "TXT: \"v=spf1 -all\"");
}

static void
judge_closed_dmarc(const struct evaluation *ev,
    const struct domain_facts *domain, struct lock *lock,
    struct finding *finding)
{
	const struct fact_str *policy = &domain->dmarc_policy;
	const char *seen = "";

	if (domain->dmarc_record.meta.state != FACT_ABSENT) {
		if (!finding_part_known(ev, finding, DOMAIN_PART(domain,
		    dmarc_record, "the DMARC record")) ||
		    !finding_part_need(ev, finding, DOMAIN_PART(domain,
		    dmarc_policy, "the DMARC policy")) ||
		    !finding_part_known(ev, finding, DOMAIN_PART(domain,
		    dmarc_testing, "whether the DMARC record says t=y")))
			return;
		if (fact_is(policy, "reject") && !domain->dmarc_testing.value &&
		    domain->dmarc_error.meta.state == FACT_ABSENT)
			return;
		if (domain->dmarc_error.meta.state == FACT_UNKNOWN) {
			(void)finding_part_need(ev, finding, DOMAIN_PART(
			    domain, dmarc_error,
			    "whether receivers can use the DMARC record"));
			return;
		}
		if (domain->dmarc_error.meta.state == FACT_ABSENT)
			seen = arena_printf(ev->arena, " but p=%s%s",
			    cut_text(ev->arena, policy->value),
			    domain->dmarc_testing.value ? " with t=y" : "");
	}
	finding_item_evidence(ev, finding,
	    DOMAIN_FACT(domain, dmarc_record));
	finding_part(ev, finding, RESULT_FAIL,
	    "its DMARC policy is not p=reject%s", seen);
	lock_add(ev, lock, "_dmarc.", domain->name,
	    "TXT: \"v=DMARC1; p=reject\"");
}

static void
judge_null_mx(const struct evaluation *ev, const struct domain_facts *domain,
    struct lock *lock, struct finding *finding)
{
	const struct fact_list *mx = &domain->mx;

	finding_item_evidence(ev, finding, DOMAIN_FACT(domain, mx));
	if (!fact_list_empty(mx) && !finding_part_need(ev, finding,
	    DOMAIN_PART(domain, mx, "the MX record")))
		return;
	if (mx->count == 1 && strcmp(mx_host_name(mx->items[0]), ".") == 0)
		return;
	finding_part(ev, finding, RESULT_FAIL, "its MX is not null%s%s",
	    mx->count > 0 ? " but " : "", mx->count > 0 ?
	    records_shown(ev->arena, mx) : "");
	lock_add(ev, lock, "", domain->name, mx->count > 0 ?
	    "MX: 0 ." IN_ITS_PLACE : "MX: 0 .");
}

/* Is the tag p of a key record there and empty (RFC 6376 3.6.1)? */
static bool
key_is_revoked(const char *record)
{
	static const char blanks[] = " \t\r\n";
	const char *tag, *next;

	for (tag = record; tag != NULL; tag = next) {
		next = strchr(tag, ';');
		next = next == NULL ? NULL : next + 1;
		tag += strspn(tag, blanks);
		if (tag[0] != 'p')
			continue;
		tag += 1 + strspn(tag + 1, blanks);
		if (tag[0] != '=')
			continue;
		tag += 1 + strspn(tag + 1, blanks);
		return tag[0] == '\0' || tag[0] == ';';
	}
	return false;
}

static void
judge_revoked_keys(const struct evaluation *ev,
    const struct domain_facts *domain, struct lock *lock,
    struct finding *finding)
{
	const struct fact_str *wildcard = &domain->dkim_wildcard;

	finding_item_evidence(ev, finding, DOMAIN_FACT(domain, dkim_wildcard));
	if (wildcard->meta.state != FACT_ABSENT && !finding_part_need(ev,
	    finding, DOMAIN_PART(domain, dkim_wildcard,
	    "the record at *._domainkey")))
		return;
	if (wildcard->meta.state == FACT_KNOWN &&
	    key_is_revoked(wildcard->value))
		return;
	finding_part(ev, finding, RESULT_FAIL,
	    "its DKIM keys are not revoked by *._domainkey");
	lock_add(ev, lock, "*._domainkey.", domain->name,
	    "TXT: \"v=DKIM1; p=\"");
}

/*
 * cPanel makes a subdomain for every addon domain. A record of its own for each
 * is nobody's custom; the parent's sp= and np= speak for them (RFC 9989 4.7).
 */
static bool
is_subdomain(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	if (!finding_part_known(ev, finding, DOMAIN_PART(domain, kind,
	    "of which kind the domain is,")))
		return true;
	if (strcmp(domain->kind.value, "sub") != 0)
		return false;
	finding_item_evidence(ev, finding, DOMAIN_FACT(domain, kind));
	finding_notapplicable(ev, finding, "it is a subdomain without mail: "
	    "forged mail of it meets the DMARC policy that its parent has for "
	    "subdomains");
	return true;
}

static void
evaluate_lockdown(const struct evaluation *ev,
    const struct domain_facts *domain, struct finding *finding)
{
	struct lock lock = { .records = NULL };

	if (!domain_has_no_mail(ev, domain, finding) ||
	    is_subdomain(ev, domain, finding))
		return;
	judge_closed_spf(ev, domain, &lock, finding);
	judge_closed_dmarc(ev, domain, &lock, finding);
	if (want_has(ev, lockdown_words[0]))
		judge_null_mx(ev, domain, &lock, finding);
	if (want_has(ev, lockdown_words[1]))
		judge_revoked_keys(ev, domain, &lock, finding);
	if (lock.records != NULL)
		finding_remedy(ev, finding, arena_printf(ev->arena, "if no "
		    "mail is ever sent as the domain, publish %s",
		    lock.records));
	if (finding->message == NULL)
		finding_pass(ev, finding, "receivers are told to reject "
		    "whatever claims to come from it");
}

const struct check dns_mx_checks[] = {
	{
		.id = "dns.ptr_mx",
		.title = "PTR, HELO and MX of a domain's server agree",
		.scope = SCOPE_DOMAIN,
		.needs = { "domains.mail", "?domains.exists",
		    "domains.sends_from", "domains.helo", "domains.mx", "sending_addresses.ptr",
		    "sending_addresses.confirmed", "mx_hosts.leads",
		    "mx_hosts.addresses", "?dns.smarthost_spf" },
		.evaluate.domain = evaluate_ptr_mx,
		.want = WANT_LIST,
		.want_words = ptr_words,
		.remediation = "dns.ptr",
		.mode = REMEDIATION_MANUAL,
		.explain =
		    "Large receivers turn mail away from an address whose name "
		    "does not lead back to it, or is not the one that the server "
		    "says HELO with. The PTR record lives with the owner of the "
		    "network: the hoster's panel or support sets it. The HELO "
		    "name of an address is in /etc/mailhelo (WHM, Home > Service "
		    "Configuration > Exim Configuration Manager). An MX that "
		    "leads past this server takes the mail along; a filter "
		    "before it is declared in the profile's trusted_hosts. A "
		    "profile may demand ipv6.",
	},
	{
		.id = "dns.nonmail.lockdown",
		.title = "Domains without mail can not be used to send some",
		.scope = SCOPE_DOMAIN,
		.needs = { "domains.mail", "domains.kind",
		    "domains.spf_records", "domains.dmarc_record",
		    "domains.dmarc_policy", "domains.dmarc_testing",
		    "domains.dmarc_error", "domains.mx",
		    "domains.dkim_wildcard" },
		.evaluate.domain = evaluate_lockdown,
		.want = WANT_LIST,
		.want_words = lockdown_words,
		.remediation = "dns.lockdown",
		.mode = REMEDIATION_MANUAL,
		.explain =
		    "A parked domain that nobody mails from is the cheapest mask "
		    "for who wants to look like the clinic. Publish v=spf1 -all "
		    "and a DMARC record with p=reject (in cPanel, Domains > Zone "
		    "Editor). Make sure first that nothing sends as the domain, "
		    "web forms and newsletters too: with these records all its "
		    "mail is lost. Domains whose mail is another server's are "
		    "not judged. A profile may demand null-mx (RFC 7505) and "
		    "revoked-dkim.",
	},
};
