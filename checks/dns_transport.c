/*
 * What a domain's DNS says of TLS on the way to it: MTA-STS (RFC 8461), TLS
 * reporting (RFC 8460), DANE (RFC 7672).
 */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "checks/catalogue.h"
#include "checks/domains.h"
#include "checks/words.h"

#define AGE_MIN 604800		/* a week: shorter is outlived by an attack */
#define AGE_MAX 31557600	/* RFC 8461 3.2 */

static const char *const sts_words[] = { "testing", "enforce", NULL };
static const char *const tlsa_words[] = { "matching", "every-mx", NULL };

static const char not_collected[] = "not collected";

static bool
wants(const struct evaluation *ev, const char *word)
{
	return strcmp(ev->want->string, word) == 0;
}

/* ---- dns.mta_sts ---- */

/* The mx lines of a policy that names the domain's hosts. */
static const char *
policy_mx_lines(struct arena *arena, const struct fact_list *mx)
{
	const char *lines = "";
	size_t i;

	if (mx->meta.state != FACT_KNOWN || mx->count == 0)
		return "\"mx: \" and each MX host, ";
	for (i = 0; i < mx->count; i++)
		lines = arena_printf(arena, "%s\"mx: %s\", ", lines,
		    cut_text(arena, mx_host_name(mx->items[i])));
	return lines;
}

static void
say_no_policy(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	finding_part(ev, finding, RESULT_FAIL, "no MTA-STS record is "
	    "published; serve https://mta-sts.%s/.well-known/mta-sts.txt with "
	    "the lines \"version: STSv1\", \"mode: testing\", %s\"max_age: %d\", "
	    "then publish at _mta-sts.%s TXT: \"v=STSv1; id=1\"", domain->name,
	    policy_mx_lines(ev->arena, &domain->mx), AGE_MIN, domain->name);
}

static void
judge_age(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	const struct fact_int *age = &domain->mta_sts_max_age;

	if (!finding_part_known(ev, finding, DOMAIN_PART(domain,
	    mta_sts_max_age, "max_age of the MTA-STS policy")) ||
	    (age->value >= AGE_MIN && age->value <= AGE_MAX))
		return;
	finding_item_evidence(ev, finding,
	    DOMAIN_FACT(domain, mta_sts_max_age));
	finding_part(ev, finding, RESULT_FAIL, "max_age of the MTA-STS policy "
	    "is %" PRId64 ", wanted %d to %d seconds", age->value, AGE_MIN,
	    AGE_MAX);
}

/* In mode enforce, mail to an MX that no line names is not sent. */
static void
judge_coverage(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	const struct fact_list *uncovered = &domain->mta_sts_uncovered;
	struct names names = { .count = 0 };
	size_t i;

	if (fact_list_empty(uncovered) || !finding_part_need(ev, finding,
	    DOMAIN_PART(domain, mta_sts_uncovered,
	    "which MX hosts the MTA-STS policy names")))
		return;
	for (i = 0; i < uncovered->count; i++)
		names_add(&names, uncovered->items[i],
		    strlen(uncovered->items[i]));
	finding_part(ev, finding, RESULT_FAIL, "no mx line of the MTA-STS "
	    "policy names %s, which mail is then not sent to",
	    names_end(&names));
}

static void
judge_mode(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	const struct fact_str *mode = &domain->mta_sts_mode;
	bool enforce = wants(ev, sts_words[1]);

	if (!finding_part_need(ev, finding, DOMAIN_PART(domain, mta_sts_mode,
	    "the mode of the MTA-STS policy")))
		return;
	if (fact_is(mode, "enforce")) {
		judge_coverage(ev, domain, finding);
	} else if (enforce || !fact_is(mode, "testing")) {
		finding_part(ev, finding, RESULT_FAIL, "the MTA-STS policy is "
		    "in mode %s, wanted %s; when TLS reports show no failure, "
		    "set it, and change the id of the record at _mta-sts.%s",
		    cut_text(ev->arena, mode->value), enforce ? "enforce" :
		    "testing or enforce", domain->name);
	}
	if (enforce)
		judge_age(ev, domain, finding);
}

static void
judge_sts(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	finding_item_evidence(ev, finding,
	    DOMAIN_FACT(domain, mta_sts_record));
	if (domain->mta_sts_record.meta.state == FACT_ABSENT) {
		say_no_policy(ev, domain, finding);
		return;
	}
	if (!finding_part_need(ev, finding, DOMAIN_PART(domain, mta_sts_record,
	    "the MTA-STS record")))
		return;
	if (domain->mta_sts_error.meta.state == FACT_ABSENT)
		judge_mode(ev, domain, finding);
	else if (finding_part_need(ev, finding, DOMAIN_PART(domain,
	    mta_sts_error, "whether senders can use MTA-STS")))
		finding_part(ev, finding, RESULT_FAIL, "senders can not use "
		    "MTA-STS: %s", cut_text(ev->arena,
		    domain->mta_sts_error.value));
}

static void
say_reporting(const struct evaluation *ev, const struct domain_facts *domain,
    const char *fault, struct finding *finding)
{
	finding_part(ev, finding, RESULT_FAIL, "%s; publish at _smtp._tls.%s "
	    "TXT: \"v=TLSRPTv1; rua=mailto:postmaster@%s\"", fault,
	    domain->name, domain->name);
}

static void
judge_reporting(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	const struct fact_str *record = &domain->tls_rpt_record;

	finding_item_evidence(ev, finding,
	    DOMAIN_FACT(domain, tls_rpt_record));
	if (record->meta.state == FACT_ABSENT) {
		say_reporting(ev, domain,
		    "no TLS reporting record is published", finding);
		return;
	}
	if (!finding_part_need(ev, finding, DOMAIN_PART(domain, tls_rpt_record,
	    "the TLS reporting record")))
		return;
	if (domain->tls_rpt_error.meta.state != FACT_ABSENT) {
		if (finding_part_need(ev, finding, DOMAIN_PART(domain,
		    tls_rpt_error,
		    "whether senders can use the TLS reporting record")))
			say_reporting(ev, domain, arena_printf(ev->arena,
			    "senders can not use the TLS reporting record "
			    "%s: %s", record_shown(ev->arena, record->value),
			    cut_text(ev->arena,
			    domain->tls_rpt_error.value)), finding);
	} else if (wants(ev, sts_words[1])) {
		if (fact_list_empty(&domain->tls_rpt_rua))
			say_reporting(ev, domain, arena_printf(ev->arena,
			    "the TLS reporting record %s has no rua",
			    record_shown(ev->arena, record->value)), finding);
		else
			(void)finding_part_known(ev, finding, DOMAIN_PART(
			    domain, tls_rpt_rua, "who gets TLS reports"));
	}
}

static void
evaluate_mta_sts(const struct evaluation *ev,
    const struct domain_facts *domain, struct finding *finding)
{
	if (!domain_has_mail(ev, domain, finding))
		return;
	judge_sts(ev, domain, finding);
	judge_reporting(ev, domain, finding);
	if (finding->message != NULL)
		return;
	if (fact_is(&domain->mta_sts_mode, "enforce"))
		finding_pass(ev, finding, "MTA-STS is in mode enforce and TLS "
		    "reporting is on");
	else
		finding_pass(ev, finding, "MTA-STS is in mode testing and TLS "
		    "reporting is on");
}

/* ---- dns.dnssec_tlsa ---- */

struct dane {
	size_t hosts;		/* MX hosts that are this server */
	size_t published;	/* of them, those with TLSA records */
};

/* "3 1 1 0123…": usage, selector and matching type are a digit each. */
static bool
tlsa_is(const char *tlsa, const char *numbers)
{
	return strncmp(tlsa, numbers, strlen(numbers)) == 0;
}

static bool
tlsa_usable(const char *tlsa)
{
	return tlsa_is(tlsa, "3 ") || tlsa_is(tlsa, "2 ");
}

/* Holds a whole certificate or key; digests do not tell. */
static bool
tlsa_unhashed(const char *tlsa)
{
	return strlen(tlsa) > 5 && strncmp(tlsa + 3, " 0 ", 3) == 0;
}

/*
 * Is it of a certificate that is shown? Digests are "DEPTH SELECTOR MATCHING
 * HEX"; usage 3 is the server's own certificate, depth 0, usage 2 any above.
 */
static bool
tlsa_matches(const char *tlsa, const struct fact_list *digests)
{
	size_t i;

	for (i = 0; i < digests->count; i++) {
		const char *rest = strchr(digests->items[i], ' ');

		if (rest != NULL && strlen(tlsa) > 2 &&
		    strcasecmp(tlsa + 2, rest + 1) == 0 &&
		    (tlsa_is(tlsa, "2 ") || strncmp(digests->items[i], "0 ",
		    2) == 0))
			return true;
	}
	return false;
}

/* The hash of the server's own key, for a record 3 1 1; NULL = not seen. */
static const char *
live_key(const struct fact_list *digests)
{
	static const char own[] = "0 1 1 ";
	size_t i;

	for (i = 0; i < digests->count; i++)
		if (strncmp(digests->items[i], own, strlen(own)) == 0)
			return digests->items[i] + strlen(own);
	return NULL;
}

/* What the records of a host amount to, the best of them. */
struct match {
	size_t usable;
	const char *wanted;	/* matches, 3 1 1 or usage 2 */
	const char *other;	/* matches */
	const char *unhashed;	/* could match */
};

static struct match
match_records(const struct mx_host_facts *host)
{
	struct match match = { .usable = 0 };
	size_t i;

	for (i = 0; i < host->tlsa.count; i++) {
		const char *tlsa = host->tlsa.items[i];

		if (!tlsa_usable(tlsa))
			continue;
		match.usable++;
		if (tlsa_matches(tlsa, &host->digests)) {
			if (tlsa_is(tlsa, "3 1 1 ") || tlsa_is(tlsa, "2 "))
				match.wanted = tlsa;
			else
				match.other = tlsa;
		} else if (tlsa_unhashed(tlsa)) {
			match.unhashed = tlsa;
		}
	}
	return match;
}

static void
say_mismatch(const struct evaluation *ev, const struct mx_host_facts *host,
    struct finding *finding)
{
	const char *live = live_key(&host->digests);

	finding_part(ev, finding, RESULT_FAIL, "no TLSA record of MX %s "
	    "matches the certificate that port 25 shows, and senders who check "
	    "DANE deliver nothing: %s", host->name,
	    records_shown(ev->arena, &host->tlsa));
	if (live != NULL)
		finding_remedy(ev, finding, arena_printf(ev->arena,
		    "publish at _25._tcp.%s TLSA: 3 1 1 %s", host->name,
		    live));
}

static void
judge_match(const struct evaluation *ev, const struct mx_host_facts *host,
    struct finding *finding)
{
	struct match match = match_records(host);
	const char *best = match.other;

	if (match.usable == 0) {
		finding_part(ev, finding, RESULT_FAIL, "no TLSA record of MX "
		    "%s is of usage 2 or 3, which mail servers use: %s",
		    host->name, records_shown(ev->arena, &host->tlsa));
		return;
	}
	finding_item_evidence(ev, finding, "mx_hosts.digests",
	    &host->digests.meta);
	if (host->digests.meta.state != FACT_KNOWN)
		finding_part(ev, finding, RESULT_UNKNOWN, "the certificate "
		    "that port 25 shows for %s is not known: %s", host->name,
		    host->digests.meta.why != NULL ? host->digests.meta.why :
		    not_collected);
	else if (match.wanted == NULL && best != NULL &&
	    wants(ev, tlsa_words[1]))
		finding_part(ev, finding, RESULT_FAIL, "the TLSA record of MX "
		    "%s that matches is %.5s, wanted 3 1 1 or one of usage 2",
		    host->name, best);
	else if (match.wanted == NULL && best == NULL && match.unhashed != NULL)
		finding_part(ev, finding, RESULT_UNKNOWN, "whether the TLSA "
		    "record %s of MX %s matches is not known: it is not hashed",
		    shown(ev->arena, match.unhashed), host->name);
	else if (match.wanted == NULL && best == NULL)
		say_mismatch(ev, host, finding);
}

static void
judge_signed(const struct evaluation *ev, const struct mx_host_facts *host,
    struct finding *finding)
{
	const struct fact_bool *dnssec = &host->dnssec;

	finding_item_evidence(ev, finding, "mx_hosts.dnssec", &dnssec->meta);
	if (dnssec->meta.state != FACT_KNOWN)
		finding_part(ev, finding, RESULT_UNKNOWN, "whether the zone of "
		    "MX %s is signed is not known: %s", host->name,
		    dnssec->meta.why != NULL ? dnssec->meta.why :
		    not_collected);
	else if (!dnssec->value)
		finding_part(ev, finding, RESULT_FAIL, "the TLSA records of MX "
		    "%s stand in a zone that is not signed, and nobody uses "
		    "them; sign the zone, or take them out", host->name);
}

static void
judge_records(const struct evaluation *ev, const struct mx_host_facts *host,
    struct dane *dane, struct finding *finding)
{
	const struct fact_list *tlsa = &host->tlsa;

	finding_item_evidence(ev, finding, "mx_hosts.tlsa", &tlsa->meta);
	if (fact_list_empty(tlsa)) {
		if (wants(ev, tlsa_words[1]))
			finding_part(ev, finding, RESULT_FAIL, "MX %s has no "
			    "TLSA record; publish at _25._tcp.%s TLSA: 3 1 1 "
			    "and the SHA-256 of the public key that port 25 "
			    "shows, beside the next key's before a renewal",
			    host->name, host->name);
	} else if (tlsa->meta.state != FACT_KNOWN) {
		finding_part(ev, finding, RESULT_UNKNOWN, "the TLSA record of "
		    "MX %s is not known: %s", host->name,
		    tlsa->meta.why != NULL ? tlsa->meta.why : not_collected);
	} else {
		dane->published++;
		judge_signed(ev, host, finding);
		judge_match(ev, host, finding);
	}
}

/* The certificates of a gateway before the server are not this server's. */
static void
judge_host(const struct evaluation *ev, const char *name, struct dane *dane,
    struct finding *finding)
{
	const struct mx_host_facts *host = mx_host_find(ev->facts, name);

	if (host != NULL && (fact_is(&host->leads, "elsewhere") ||
	    host->leads.meta.state == FACT_ABSENT))
		return;
	dane->hosts++;
	if (host != NULL && host->leads.meta.state != FACT_UNKNOWN) {
		judge_records(ev, host, dane, finding);
		return;
	}
	finding_part(ev, finding, RESULT_UNKNOWN, "where MX %s leads is not "
	    "known: %s", cut_text(ev->arena, name), host == NULL ||
	    host->leads.meta.why == NULL ? not_collected :
	    host->leads.meta.why);
	if (host != NULL)
		finding_item_evidence(ev, finding, "mx_hosts.leads",
		    &host->leads.meta);
}

/* DANE begins with a signed MX answer (RFC 7672 2.2.1). */
static void
judge_zone(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	if (!wants(ev, tlsa_words[1]) || !finding_part_need(ev, finding,
	    DOMAIN_PART(domain, dnssec,
	    "whether the zone of the domain is signed")) ||
	    domain->dnssec.value)
		return;
	finding_part(ev, finding, RESULT_FAIL, "the zone of %s is not signed; "
	    "sign it and give the DS record to its registrar", domain->name);
}

static void
evaluate_tlsa(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	struct dane dane = { .hosts = 0 };
	const struct fact_list *mx = &domain->mx;
	size_t i;

	if (!domain_has_mail(ev, domain, finding))
		return;
	if (fact_list_empty(mx)) {
		finding_item_evidence(ev, finding, DOMAIN_FACT(domain, mx));
		finding_notapplicable(ev, finding,
		    "no MX record is published");
		return;
	}
	if (!finding_part_known(ev, finding, DOMAIN_PART(domain, mx,
	    "the MX record")))
		return;
	if (strcmp(mx_host_name(mx->items[0]), ".") == 0) {
		finding_item_evidence(ev, finding, DOMAIN_FACT(domain, mx));
		finding_notapplicable(ev, finding, "its MX is null");
		return;
	}
	for (i = 0; i < mx->count; i++)
		judge_host(ev, mx_host_name(mx->items[i]), &dane, finding);
	if (dane.hosts > 0)
		judge_zone(ev, domain, finding);
	if (finding->message != NULL)
		return;
	if (dane.hosts == 0)
		finding_notapplicable(ev, finding,
		    "none of its MX hosts leads here");
	else if (dane.published == 0)
		finding_notapplicable(ev, finding,
		    "no TLSA record is published");
	else
		finding_pass(ev, finding, "the TLSA records match the "
		    "certificate that port 25 shows");
}

const struct check dns_transport_checks[] = {
	{
		.id = "dns.mta_sts",
		.title = "MTA-STS and TLS reporting are published",
		.scope = SCOPE_DOMAIN,
		.needs = { "domains.mail", "domains.mx",
		    "domains.mta_sts_record", "domains.mta_sts_error",
		    "domains.mta_sts_mode", "domains.mta_sts_max_age",
		    "domains.mta_sts_uncovered", "domains.tls_rpt_record",
		    "domains.tls_rpt_error", "domains.tls_rpt_rua" },
		.evaluate.domain = evaluate_mta_sts,
		.want = WANT_STRING,
		.want_words = sts_words,
		.remediation = "dns.mta-sts",
		.mode = REMEDIATION_MANUAL,
		.explain =
		    "Without it whoever stands between two mail servers can take "
		    "TLS away and read the mail. MTA-STS tells senders over "
		    "HTTPS that this domain's mail comes over TLS only, TLS "
		    "reporting tells you what failed. Begin in mode testing, "
		    "with a valid certificate for mta-sts.DOMAIN (a subdomain "
		    "in cPanel, Domains, and AutoSSL), read the reports, then "
		    "enforce. Under enforce mail to an MX without a certificate "
		    "for its name is not delivered. A profile wants testing or "
		    "enforce.",
	},
	{
		.id = "dns.dnssec_tlsa",
		.title = "TLSA records match the certificate of the mail server",
		.scope = SCOPE_DOMAIN,
		.needs = { "domains.mail", "domains.mx", "domains.dnssec",
		    "mx_hosts.leads", "mx_hosts.tlsa", "mx_hosts.dnssec",
		    "mx_hosts.digests" },
		.evaluate.domain = evaluate_tlsa,
		.want = WANT_STRING,
		.want_words = tlsa_words,
		.remediation = "dns.tlsa",
		.mode = REMEDIATION_MANUAL,
		.explain =
		    "DANE proves the mail server's certificate by signed DNS. A "
		    "TLSA record that does not match stops the mail of every "
		    "sender that checks, often after a renewal: publish the next "
		    "key's record first, renew after two times its TTL, then "
		    "take the old one out. It needs DNSSEC (in cPanel, Domains > "
		    "Zone Editor, DNSSEC, and the DS record at the registrar). "
		    "Whether a zone is signed is only believed of a validating "
		    "resolver that cpward.ini names. A profile wants matching "
		    "(what is there matches) or every-mx.",
	},
};
