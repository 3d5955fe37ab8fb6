/*
 * DMARC (RFC 9989): what receivers are told to do with mail that only claims to
 * be a domain's, and whether the record says it as the standard has it.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "checks/catalogue.h"
#include "checks/dates.h"
#include "checks/domains.h"
#include "checks/words.h"

#define EDITED_MAX 1024		/* a longer record is not written out again */

static const char *const policy_words[] = { "published", "enforced", NULL };
static const char *const hygiene_words[] = { "known-tags", "alignment", NULL };

/* Weakest first. */
static const char *const policies[] = { "none", "quarantine", "reject" };

enum { POLICY_NONE, POLICY_QUARANTINE, POLICY_REJECT };

/* -1 for a word that is none. */
static int
policy_rank(const char *word)
{
	int i;

	for (i = POLICY_REJECT; i >= 0; i--)
		if (strcasecmp(policies[i], word) == 0)
			break;
	return i;
}

/* ---- writing a record again ---- */

/* The next tag of the record, blanks around it dropped; false at the end. */
static bool
tag_next(const char **cursor, const char **ret_tag, size_t *ret_length)
{
	static const char blanks[] = " \t\r\n";
	const char *tag;
	size_t length;

	do {
		tag = *cursor + strspn(*cursor, blanks);
		length = strcspn(tag, ";");
		*cursor = tag + length + (tag[length] == ';');
		while (length > 0 && strchr(blanks, tag[length - 1]) != NULL)
			length--;
	} while (length == 0 && **cursor != '\0');
	*ret_tag = tag;
	*ret_length = length;
	return length > 0;
}

static bool
tag_among(const char *tag, size_t length, const struct fact_list *names)
{
	size_t name = 0;

	while (name < length && strchr(" \t=", tag[name]) == NULL)
		name++;
	return names->meta.state == FACT_KNOWN &&
	    list_has(names->items, names->count, tag, name);
}

/* A tag of URIs without what stands between "!" and the next comma. */
static void
add_sizeless(char *text, size_t size, const char *tag, size_t length)
{
	const char *end = tag + length, *stop;

	while (tag < end) {
		for (stop = tag; stop < end && *stop != '!'; stop++)
			;
		text_add(text, size, "", "%.*s", (int)(stop - tag), tag);
		for (tag = stop; tag < end && *tag != ','; tag++)
			;
	}
}

static bool
holds_uris(const char *tag, size_t length)
{
	return length > 3 && (strncasecmp(tag, "rua", 3) == 0 ||
	    strncasecmp(tag, "ruf", 3) == 0);
}

/* The value of pct; -1 when the record has none. */
static int64_t
percentage(const char *record)
{
	const char *cursor = record, *tag, *value;
	size_t length;
	char digits[8];
	int64_t number;

	while (tag_next(&cursor, &tag, &length)) {
		value = memchr(tag, '=', length);
		if (value == NULL || strncasecmp(tag, "pct", 3) != 0 ||
		    !word_is(tag, 3 + strcspn(tag + 3, " \t="), "pct"))
			continue;
		value++;
		digits[0] = '\0';
		text_add(digits, sizeof(digits), "", "%.*s",
		    (int)(tag + length - value), value);
		if (number_read(digits, &number))
			return number;
	}
	return -1;
}

/*
 * The record with more at its end and, when it is to be tidied, without tags
 * that nobody reads; NULL when it is too long to be shown. RFC 9989 has t=y for
 * what pct=0 was meant to say, and without it receivers would begin to act.
 */
static const char *
record_edited(struct arena *arena, const struct domain_facts *domain,
    bool tidy, const char *more)
{
	const char *cursor = domain->dmarc_record.value, *tag;
	char text[2 * EDITED_MAX] = "";
	size_t length;

	if (strlen(cursor) > EDITED_MAX)
		return NULL;
	while (tag_next(&cursor, &tag, &length)) {
		if (tidy && strncasecmp(tag, "pct", 3) == 0 &&
		    percentage(domain->dmarc_record.value) == 0 &&
		    domain->dmarc_testing.value == false) {
			tag = "t=y";
			length = strlen(tag);
		}
		if (tidy && (tag_among(tag, length, &domain->dmarc_removed) ||
		    tag_among(tag, length, &domain->dmarc_unknown_tags)))
			continue;
		if (text[0] != '\0')
			text_add(text, sizeof(text), "", "; ");
		if (tidy && holds_uris(tag, length))
			add_sizeless(text, sizeof(text), tag, length);
		else
			text_add(text, sizeof(text), "", "%.*s", (int)length,
			    tag);
	}
	return arena_printf(arena, "%s%s", text, more);
}

/* ---- the record in force ---- */

/* Whose record it is: the domain's own, or one above it (RFC 9989 4.10). */
static const char *
record_owner(const struct evaluation *ev, const struct domain_facts *domain)
{
	return domain->dmarc_domain.meta.state == FACT_KNOWN ?
	    cut_text(ev->arena, domain->dmarc_domain.value) : domain->name;
}

static const char *
publish(const struct evaluation *ev, const char *owner, const char *record)
{
	const char *text = record == NULL ? NULL :
	    record_to_publish(ev->arena, record);

	return text == NULL ? NULL : arena_printf(ev->arena,
	    "publish at _dmarc.%s TXT: %s" IN_ITS_PLACE, owner, text);
}

/* The first record of a domain must not cost it mail: it only watches. */
static const char *
publish_first(const struct evaluation *ev, const struct domain_facts *domain)
{
	return arena_printf(ev->arena, "publish at _dmarc.%s TXT: \"v=DMARC1; "
	    "p=none; rua=mailto:postmaster@%s\"", domain->name, domain->name);
}

/* True when it says so: none of several records counts. */
static bool
say_several(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	const struct fact_list *records = &domain->dmarc_records;

	if (records->meta.state != FACT_KNOWN || records->count < 2)
		return false;
	finding_item_evidence(ev, finding, DOMAIN_FACT(domain, dmarc_records));
	finding_part(ev, finding, RESULT_FAIL, "%zu DMARC records are "
	    "published at _dmarc.%s, and receivers follow none of several; "
	    "delete all but one", records->count, domain->name);
	return true;
}

/* False when receivers ignore it, or nobody knows whether they do. */
static bool
judge_usable(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	if (domain->dmarc_error.meta.state == FACT_ABSENT)
		return true;
	if (finding_part_need(ev, finding, DOMAIN_PART(domain, dmarc_error,
	    "whether receivers can use the DMARC record")))
		finding_part(ev, finding, RESULT_FAIL, "receivers ignore the "
		    "DMARC record %s: %s", record_shown(ev->arena,
		    domain->dmarc_record.value), cut_text(ev->arena,
		    domain->dmarc_error.value));
	return false;
}

/* ---- dns.dmarc.policy ---- */

static int
compare_rollout(const void *name, const void *pair)
{
	return strcasecmp(name, ((const struct pair *)pair)->name);
}

/* The day until which the domain may only watch; NULL = none is declared. */
static const char *
rollout_day(const struct parameters *parameters, const char *domain)
{
	const struct pair *pair = NULL;

	if (parameters->dmarc_rollout_count == 0)
		return NULL;
	pair = bsearch(domain, parameters->dmarc_rollout,
	    parameters->dmarc_rollout_count, sizeof(*pair), compare_rollout);
	if (pair == NULL)
		pair = bsearch("*", parameters->dmarc_rollout,
		    parameters->dmarc_rollout_count, sizeof(*pair),
		    compare_rollout);
	return pair == NULL ? NULL : pair->value;
}

static bool
is_enforced(const struct evaluation *ev)
{
	return strcmp(ev->want->string, policy_words[1]) == 0;
}

/* It asks for nothing to be done; a dated roll-out may begin so. */
static void
judge_watching(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	const char *policy = domain->dmarc_policy.value, *until = NULL;
	bool by_testing = policy_rank(policy) > POLICY_NONE;
	int64_t day;

	if (!is_enforced(ev))
		until = rollout_day(ev->parameters, domain->name);
	if (until != NULL && date_read(until, &day) &&
	    ev->facts->collected_at < day + SECONDS_A_DAY) {
		finding_part(ev, finding, RESULT_PASS, "DMARC only watches "
		    "(%s) until %s, as the profile declares",
		    by_testing ? "t=y" : "p=none", until);
		return;
	}
	finding_part(ev, finding, RESULT_FAIL, "the DMARC record %s only "
	    "watches (%s%s%s)%s%s, wanted p=quarantine or p=reject%s",
	    record_shown(ev->arena, domain->dmarc_record.value),
	    by_testing ? "t=y takes p=" : "p=none", by_testing ? policy : "",
	    by_testing ? " back a step" : "", until == NULL ? "" :
	    ", and its roll-out was to end on ", until == NULL ? "" : until,
	    by_testing ? " without t=y" : "");
	finding_remedy(ev, finding, arena_printf(ev->arena, "raise it when its "
	    "reports show that all the domain's own mail passes%s",
	    until != NULL || is_enforced(ev) ? "" : ", and until then name "
	    "the domain with a date in the profile's dmarc_rollout"));
}

static void
judge_below(const struct evaluation *ev, const char *path, const char *whom,
    const char *what, const struct fact_str *policy, const char *own,
    struct finding *finding)
{
	if (finding_part_known(ev, finding, path, what, &policy->meta) &&
	    policy_rank(policy->value) < policy_rank(own)) {
		finding_item_evidence(ev, finding, path, &policy->meta);
		finding_part(ev, finding, RESULT_FAIL, "the DMARC policy for "
		    "%s is %s, weaker than %s", whom,
		    cut_text(ev->arena, policy->value), own);
	}
}

/* What a policy in earnest demands beside p. */
static void
judge_enforced(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	const char *own = domain->dmarc_policy.value;

	if (domain->dmarc_testing.value)
		finding_part(ev, finding, RESULT_FAIL, "the DMARC record %s "
		    "says t=y, wanted none of it", record_shown(ev->arena,
		    domain->dmarc_record.value));
	judge_below(ev, "domains.dmarc_subdomain_policy", "subdomains",
	    "the DMARC policy for subdomains",
	    &domain->dmarc_subdomain_policy, own, finding);
	judge_below(ev, "domains.dmarc_nonexistent_policy",
	    "names that do not exist",
	    "the DMARC policy for names that do not exist",
	    &domain->dmarc_nonexistent_policy, own, finding);
}

static void
judge_policy(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	int rank;

	if (!finding_part_need(ev, finding, DOMAIN_PART(domain, dmarc_policy,
	    "the DMARC policy")) || !finding_part_known(ev, finding,
	    DOMAIN_PART(domain, dmarc_testing,
	    "whether the DMARC record says t=y")))
		return;
	rank = policy_rank(domain->dmarc_policy.value);
	if (rank < 0) {
		finding_part(ev, finding, RESULT_UNKNOWN, "what the DMARC "
		    "policy %s means is not known", shown(ev->arena,
		    domain->dmarc_policy.value));
		return;
	}
	/* RFC 9989 4.7: t=y asks for the policy one step below. */
	if (rank - (domain->dmarc_testing.value ? 1 : 0) <= POLICY_NONE)
		judge_watching(ev, domain, finding);
	else if (is_enforced(ev))
		judge_enforced(ev, domain, finding);
}

static void
judge_reports(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	const char *owner = record_owner(ev, domain);

	if (!fact_list_empty(&domain->dmarc_rua)) {
		(void)finding_part_known(ev, finding, DOMAIN_PART(domain,
		    dmarc_rua, "who gets reports"));
		return;
	}
	finding_item_evidence(ev, finding, DOMAIN_FACT(domain, dmarc_rua));
	finding_part(ev, finding, RESULT_FAIL, "the DMARC record %s has no "
	    "rua, so that nobody reports who forges the domain",
	    record_shown(ev->arena, domain->dmarc_record.value));
	finding_remedy(ev, finding, publish(ev, owner, record_edited(ev->arena,
	    domain, false, arena_printf(ev->arena, "; rua=mailto:postmaster@%s",
	    owner))));
}

static void
say_no_record(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	finding_item_evidence(ev, finding, DOMAIN_FACT(domain, dmarc_record));
	finding_part(ev, finding, RESULT_FAIL,
	    "no DMARC record is published");
	finding_remedy(ev, finding, arena_printf(ev->arena, "%s, name the "
	    "domain with a date in the profile's dmarc_rollout, and raise it "
	    "to p=quarantine or p=reject when its reports show that all its "
	    "own mail passes", publish_first(ev, domain)));
}

static void
evaluate_policy(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	if (!domain_has_mail(ev, domain, finding))
		return;
	if (domain->dmarc_record.meta.state == FACT_ABSENT) {
		if (!say_several(ev, domain, finding))
			say_no_record(ev, domain, finding);
		return;
	}
	if (!finding_part_need(ev, finding, DOMAIN_PART(domain, dmarc_record,
	    "the DMARC record")))
		return;
	if (!judge_usable(ev, domain, finding)) {
		finding_remedy(ev, finding, publish_first(ev, domain));
		return;
	}
	judge_policy(ev, domain, finding);
	judge_reports(ev, domain, finding);
	if (finding->message != NULL)
		return;
	if (policy_rank(domain->dmarc_policy.value) == POLICY_REJECT &&
	    !domain->dmarc_testing.value)
		finding_pass(ev, finding,
		    "DMARC tells receivers to reject forged mail");
	else
		finding_pass(ev, finding,
		    "DMARC tells receivers to quarantine forged mail");
}

/* ---- dns.dmarc.hygiene ---- */

/* True when the record has tags to be taken out. */
static bool
judge_tags(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	static const char removed_what[] = "which removed tags the DMARC "
	    "record has", unknown_what[] = "which strange tags the DMARC "
	    "record has";
	const struct {
		const char *path;
		const struct fact_list *list;
		const char *what;
		const char *fault;
	} rows[] = {
		{ "domains.dmarc_removed", &domain->dmarc_removed,
		    removed_what, "which RFC 9989 removed" },
		{ "domains.dmarc_unknown_tags", &domain->dmarc_unknown_tags,
		    unknown_what, "which no standard knows" },
	};
	bool any = false;
	size_t row, i;

	for (row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
		const struct fact_list *list = rows[row].list;
		struct names tags = { .count = 0 };

		if (fact_list_empty(list) || !finding_part_need(ev, finding,
		    rows[row].path, rows[row].what, &list->meta))
			continue;
		for (i = 0; i < list->count; i++)
			names_add(&tags, list->items[i],
			    strlen(list->items[i]));
		finding_part(ev, finding, RESULT_FAIL, "the DMARC record %s "
		    "has %s, %s", record_shown(ev->arena,
		    domain->dmarc_record.value), names_end(&tags),
		    rows[row].fault);
		any = true;
	}
	return any;
}

/* What is to be put at the end of the record; "" = nothing. */
static const char *
judge_alignment(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	const struct fact_str *alignment = &domain->dmarc_alignment;
	const char *stated = "";
	bool adkim, aspf;

	if (alignment->meta.state != FACT_ABSENT) {
		if (!finding_part_need(ev, finding, DOMAIN_PART(domain,
		    dmarc_alignment, "which alignment the DMARC record states")))
			return "";
		stated = alignment->value;
	}
	adkim = strstr(stated, "adkim=") != NULL;
	aspf = strstr(stated, "aspf=") != NULL;
	if (adkim && aspf)
		return "";
	finding_part(ev, finding, RESULT_FAIL, "the DMARC record %s does not "
	    "state %s", record_shown(ev->arena, domain->dmarc_record.value),
	    adkim ? "aspf" : aspf ? "adkim" : "adkim and aspf");
	return adkim ? "; aspf=r" : aspf ? "; adkim=r" : "; adkim=r; aspf=r";
}

/* The host of "mailto:name@host!10m". */
static const char *
uri_host(struct arena *arena, const char *uri)
{
	const char *at = strrchr(uri, '@');
	const char *host = at == NULL ? uri : at + 1;

	return cut_text(arena, arena_memdup(arena, host,
	    strcspn(host, "!?")));
}

/* RFC 9990: reports go to who asked for them. */
static void
judge_agreed(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	const struct fact_list *strangers = &domain->dmarc_unauthorised;
	const char *host;

	if (fact_list_empty(strangers) || !finding_part_need(ev, finding,
	    DOMAIN_PART(domain, dmarc_unauthorised,
	    "whether all who get reports have agreed")))
		return;
	host = uri_host(ev->arena, strangers->items[0]);
	finding_part(ev, finding, RESULT_FAIL, "%s has not agreed to get "
	    "reports on the domain (%s%s), so that none are sent; its owner "
	    "publishes at %s._report._dmarc.%s TXT: \"v=DMARC1\"", host,
	    cut_text(ev->arena, strangers->items[0]), strangers->count == 1 ?
	    "" : arena_printf(ev->arena, ", and %zu more",
	    strangers->count - 1), record_owner(ev, domain), host);
}

static void
judge_hygiene(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	const char *more = "", *remedy;
	bool edited = false;
	int64_t percent;

	if (!judge_usable(ev, domain, finding))
		return;
	judge_agreed(ev, domain, finding);
	if (want_has(ev, hygiene_words[0]))
		edited = judge_tags(ev, domain, finding);
	if (want_has(ev, hygiene_words[1]))
		more = judge_alignment(ev, domain, finding);
	if (!edited && more[0] == '\0')
		return;
	remedy = publish(ev, record_owner(ev, domain),
	    record_edited(ev->arena, domain, edited, more));
	percent = percentage(domain->dmarc_record.value);
	if (remedy != NULL && edited && percent > 0 && percent < 100)
		remedy = arena_printf(ev->arena, "%s when its reports show "
		    "that all the domain's own mail passes: receivers that "
		    "still read pct then judge all of it", remedy);
	finding_remedy(ev, finding, remedy);
}

static void
evaluate_hygiene(const struct evaluation *ev,
    const struct domain_facts *domain, struct finding *finding)
{
	bool several;

	if (!domain_has_mail(ev, domain, finding))
		return;
	several = say_several(ev, domain, finding);
	if (domain->dmarc_record.meta.state == FACT_ABSENT) {
		if (!several)
			finding_notapplicable(ev, finding,
			    "no DMARC record is published");
		return;
	}
	if (finding_part_need(ev, finding, DOMAIN_PART(domain, dmarc_record,
	    "the DMARC record")))
		judge_hygiene(ev, domain, finding);
	if (finding->message == NULL)
		finding_pass(ev, finding, "the DMARC record is well-formed");
}

const struct check dns_dmarc_checks[] = {
	{
		.id = "dns.dmarc.policy",
		.title = "DMARC tells receivers what to do with forged mail",
		.scope = SCOPE_DOMAIN,
		.needs = { "domains.mail", "domains.dmarc_records",
		    "domains.dmarc_record", "domains.dmarc_domain",
		    "domains.dmarc_error", "domains.dmarc_policy",
		    "domains.dmarc_subdomain_policy",
		    "domains.dmarc_nonexistent_policy",
		    "domains.dmarc_testing", "domains.dmarc_rua" },
		.evaluate.domain = evaluate_policy,
		.want = WANT_STRING,
		.want_words = policy_words,
		.remediation = "dns.dmarc.publish",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "SPF and DKIM say nothing about the sender that a patient "
		    "sees; DMARC does. Begin with p=none and an address for "
		    "reports (in cPanel, Email > Email Deliverability, Manage), "
		    "read them for some weeks, and raise the policy to "
		    "quarantine or reject when all the domain's own mail "
		    "passes: before, newsletters and forms that nobody thought "
		    "of are lost, and mail to lists suffers from p=reject. The "
		    "profile's parameters name in dmarc_rollout which domain "
		    "may stay at p=none until when. A profile wants published, "
		    "or enforced: quarantine or reject, subdomains too.",
	},
	{
		.id = "dns.dmarc.hygiene",
		.title = "The DMARC record is what RFC 9989 makes of it",
		.scope = SCOPE_DOMAIN,
		.needs = { "domains.mail", "domains.dmarc_records",
		    "domains.dmarc_record", "domains.dmarc_domain",
		    "domains.dmarc_error", "domains.dmarc_alignment",
		    "domains.dmarc_removed", "domains.dmarc_unknown_tags",
		    "domains.dmarc_unauthorised" },
		.evaluate.domain = evaluate_hygiene,
		.want = WANT_LIST,
		.want_words = hygiene_words,
		.remediation = "dns.dmarc.rewrite",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "Receivers pass over what they can not read. RFC 9989 "
		    "(2026) took pct, rf, ri and the size behind a report's "
		    "address out of DMARC: pct=50 no longer halves anything. "
		    "Reports to another organization's address are only sent "
		    "when that says in its own DNS that it wants them. Rewrite "
		    "the record in cPanel, Email > Email Deliverability, "
		    "Manage; receivers that still read pct judge more mail without "
		    "it, and t=y is what pct=0 was. A profile may "
		    "demand known-tags and alignment.",
	},
};
