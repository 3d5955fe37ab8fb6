/*
 * DKIM (RFC 6376, 8301, 8463): is the key that the server signs with the one
 * that is published, and strong enough?
 */
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "checks/catalogue.h"
#include "checks/domains.h"
#include "checks/words.h"

#define RSA_MIN 1024		/* below it receivers count no signature, RFC 8301 */
#define RSA_GOOD 2048
#define RSA "RSA "

static const char *const dkim_words[] = { "rsa-2048", "sha256-only", NULL };

struct dkim_judgement {
	const struct domain_facts *domain;
	const char *place;	/* "default._domainkey.example.com" */
	bool new_key;		/* its record alone does not help */
	const char *note;	/* of a pass; NULL = none */
};

/*
 * Where the record stands. Written when something is to be said of it: most
 * records are right.
 */
static const char *
place(const struct evaluation *ev, struct dkim_judgement *dkim)
{
	const struct domain_facts *domain = dkim->domain;

	if (dkim->place == NULL)
		dkim->place = arena_printf(ev->arena, "%s._domainkey.%s",
		    domain->dkim_selector.meta.state == FACT_KNOWN ?
		    domain->dkim_selector.value : "default", domain->name);
	return dkim->place;
}

/* The bits of "RSA 2048"; -1 when it is another kind of key. */
static int64_t
rsa_bits(const struct fact_str *key)
{
	int64_t bits;

	if (key->meta.state != FACT_KNOWN ||
	    strncmp(key->value, RSA, strlen(RSA)) != 0 ||
	    !number_read(key->value + strlen(RSA), &bits))
		return -1;
	return bits;
}

static int64_t
rsa_wanted(const struct evaluation *ev)
{
	return want_has(ev, dkim_words[0]) ? RSA_GOOD : RSA_MIN;
}

static void
judge_private_key(const struct evaluation *ev, struct dkim_judgement *dkim,
    struct finding *finding)
{
	const struct fact_str *key = &dkim->domain->dkim_private_key;
	int64_t bits = rsa_bits(key);

	if (key->meta.state == FACT_ABSENT) {
		finding_item_evidence(ev, finding,
		    DOMAIN_FACT(dkim->domain, dkim_private_key));
		finding_part(ev, finding, RESULT_FAIL,
		    "the server has no DKIM key for it");
		dkim->new_key = true;
	} else if (key->meta.state == FACT_UNKNOWN) {
		(void)finding_part_need(ev, finding, DOMAIN_PART(dkim->domain,
		    dkim_private_key, "the key that the server signs with"));
	}
	if (bits >= 0 && bits < rsa_wanted(ev))
		dkim->new_key = true;
}

static void
judge_strength(const struct evaluation *ev, struct dkim_judgement *dkim,
    struct finding *finding)
{
	const struct fact_str *key = &dkim->domain->dkim_key;
	int64_t bits = rsa_bits(key), wanted = rsa_wanted(ev);

	if (!finding_part_need(ev, finding, DOMAIN_PART(dkim->domain, dkim_key,
	    "what kind of DKIM key is published")))
		return;
	if (strcmp(key->value, "revoked") == 0)
		finding_part(ev, finding, RESULT_FAIL, "the DKIM key at %s is "
		    "revoked: %s", place(ev, dkim),
		    shown(ev->arena, dkim->domain->dkim_records.items[0]));
	else if (bits < 0 && strcmp(key->value, "Ed25519") != 0)
		finding_part(ev, finding, RESULT_UNKNOWN, "how strong the "
		    "published DKIM key is, is not known: %s",
		    shown(ev->arena, key->value));
	else if (bits >= 0 && bits < wanted)
		finding_part(ev, finding, RESULT_FAIL, "the published DKIM key "
		    "is RSA %" PRId64 ", wanted RSA %" PRId64 " at least",
		    bits, wanted);
	else if (bits >= 0 && bits < RSA_GOOD)
		dkim->note = arena_printf(ev->arena, "it is RSA %" PRId64
		    ", and RFC 8301 advises %d", bits, RSA_GOOD);
}

/* A colon-separated list of h=, RFC 6376 3.6.1. */
static bool
hashes_have(const char *hashes, const char *word)
{
	struct item_list list;
	char item[32];

	item_list_begin(&list, hashes);
	while (item_list_next(&list, item, sizeof(item)))
		if (word_is(item, strlen(item), word))
			return true;
	return false;
}

/*
 * Without h= any hash would do, but no receiver takes SHA-1 (RFC 8301 3.1), so
 * a record without it is fine, and one that names SHA-1 is an old one.
 */
static void
judge_hashes(const struct evaluation *ev, struct dkim_judgement *dkim,
    struct finding *finding)
{
	const struct fact_str *hashes = &dkim->domain->dkim_hashes;

	if (hashes->meta.state == FACT_ABSENT || !finding_part_need(ev,
	    finding, DOMAIN_PART(dkim->domain, dkim_hashes,
	    "which hashes the DKIM record allows")))
		return;
	if (!hashes_have(hashes->value, "sha256"))
		finding_part(ev, finding, RESULT_FAIL, "the record at %s "
		    "allows h=%s alone, wanted sha256", place(ev, dkim),
		    cut_text(ev->arena, hashes->value));
	else if (want_has(ev, dkim_words[1]) &&
	    hashes_have(hashes->value, "sha1"))
		finding_part(ev, finding, RESULT_FAIL, "the record at %s "
		    "allows h=%s, wanted sha256 alone", place(ev, dkim),
		    cut_text(ev->arena, hashes->value));
}

static void
judge_match(const struct evaluation *ev, struct dkim_judgement *dkim,
    struct finding *finding)
{
	const struct domain_facts *domain = dkim->domain;

	/* Said already. */
	if (domain->dkim_private_key.meta.state != FACT_KNOWN ||
	    (domain->dkim_key.meta.state == FACT_KNOWN &&
	    strcmp(domain->dkim_key.value, "revoked") == 0))
		return;
	if (finding_part_need(ev, finding, DOMAIN_PART(domain, dkim_matches,
	    "whether the published DKIM key is the one on the server")) &&
	    !domain->dkim_matches.value)
		finding_part(ev, finding, RESULT_FAIL, "the published DKIM key "
		    "is not the one the server signs with: %s",
		    shown(ev->arena, domain->dkim_records.items[0]));
}

/* A record that receivers can read. */
static void
judge_key(const struct evaluation *ev, struct dkim_judgement *dkim,
    struct finding *finding)
{
	const struct domain_facts *domain = dkim->domain;

	judge_strength(ev, dkim, finding);
	judge_match(ev, dkim, finding);
	judge_hashes(ev, dkim, finding);
	if (finding_part_known(ev, finding, DOMAIN_PART(domain, dkim_testing,
	    "whether the DKIM record says t=y")) && domain->dkim_testing.value)
		finding_part(ev, finding, RESULT_FAIL, "the record at %s says "
		    "t=y (testing), and receivers then treat signed mail as "
		    "unsigned", place(ev, dkim));
}

static void
judge_record(const struct evaluation *ev, struct dkim_judgement *dkim,
    struct finding *finding)
{
	const struct domain_facts *domain = dkim->domain;
	const struct fact_list *records = &domain->dkim_records;

	finding_item_evidence(ev, finding, DOMAIN_FACT(domain, dkim_records));
	if (fact_list_empty(records))
		finding_part(ev, finding, RESULT_FAIL,
		    "no DKIM key is published at %s", place(ev, dkim));
	else if (records->meta.state != FACT_KNOWN)
		finding_part(ev, finding, RESULT_UNKNOWN, "the record at %s is "
		    "not known: %s", place(ev, dkim), records->meta.why != NULL ?
		    records->meta.why : "not collected");
	else if (records->count > 1)
		finding_part(ev, finding, RESULT_FAIL, "%zu records are "
		    "published at %s, and receivers may take either",
		    records->count, place(ev, dkim));
	else if (domain->dkim_error.meta.state == FACT_KNOWN)
		finding_part(ev, finding, RESULT_FAIL, "receivers can not use "
		    "the record at %s: %s", place(ev, dkim),
		    cut_text(ev->arena, domain->dkim_error.value));
	else if (domain->dkim_error.meta.state == FACT_UNKNOWN)
		(void)finding_part_need(ev, finding, DOMAIN_PART(domain,
		    dkim_error, "whether receivers can use the DKIM record"));
	else
		judge_key(ev, dkim, finding);
}

static const char *
dkim_remedy(const struct evaluation *ev, struct dkim_judgement *dkim)
{
	const struct fact_str *expected = &dkim->domain->dkim_expected;
	const struct fact_list *records = &dkim->domain->dkim_records;
	const char *text = expected->meta.state != FACT_KNOWN ? NULL :
	    record_to_publish(ev->arena, expected->value);

	if (dkim->new_key)
		return arena_printf(ev->arena, "make a new key in cPanel, "
		    "Email Deliverability, and publish its record at %s",
		    place(ev, dkim));
	if (text != NULL)
		return arena_printf(ev->arena, "publish at %s TXT: %s%s",
		    place(ev, dkim), text, records->count == 0 ? "" :
		    records->count == 1 ? IN_ITS_PLACE : " in their place");
	return "publish there the record that cPanel shows in Email "
	    "Deliverability";
}

static void
evaluate_dkim(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	struct dkim_judgement dkim = { .domain = domain };

	if (!domain_has_mail(ev, domain, finding))
		return;
	if (finding_part_known(ev, finding, DOMAIN_PART(domain, dkim_selector,
	    "the DKIM selector")))
		judge_record(ev, &dkim, finding);
	judge_private_key(ev, &dkim, finding);
	if (finding->message == NULL) {
		finding_pass(ev, finding, "the published DKIM key is the one "
		    "the server signs with");
		if (dkim.note != NULL)
			finding->message = arena_printf(ev->arena, "%s; %s",
			    finding->message, dkim.note);
	} else if (finding->result == RESULT_FAIL) {
		finding_remedy(ev, finding, dkim_remedy(ev, &dkim));
	}
}

const struct check dns_dkim_checks[] = {
	{
		.id = "dns.dkim.valid",
		.title = "The DKIM key is published, the server's own and strong",
		.scope = SCOPE_DOMAIN,
		.needs = { "domains.mail", "domains.dkim_selector",
		    "domains.dkim_private_key", "domains.dkim_expected",
		    "domains.dkim_records", "domains.dkim_error",
		    "domains.dkim_key", "domains.dkim_matches",
		    "domains.dkim_testing", "domains.dkim_hashes" },
		.evaluate.domain = evaluate_dkim,
		.want = WANT_LIST,
		.want_words = dkim_words,
		.remediation = "dns.dkim.publish",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "Receivers check that a mail was not changed and comes from "
		    "the domain by the key in its DNS. A record that is missing, "
		    "old or another server's makes every signed mail look "
		    "forged. In cPanel, Email > Email Deliverability shows the "
		    "record that belongs to the key on the server: install it, "
		    "or give it to whoever runs the domain's DNS. Keys of less "
		    "than 1024 bits count as no signature (RFC 8301). A new key "
		    "breaks the signatures until its record is seen everywhere: "
		    "publish first, sign after. A profile may demand rsa-2048 "
		    "and sha256-only.",
	},
};
