/*
 * SPF (RFC 7208): whether receivers can use a domain's record and let its own
 * server pass, and what they are told of everybody else.
 */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "checks/catalogue.h"
#include "checks/domains.h"
#include "checks/words.h"

#define LOOKUPS_MAX 10		/* RFC 7208 4.6.4 */
#define LOOKUPS_SPARE 2
#define VOID_LOOKUPS_MAX 2
#define LENGTH_MAX 450		/* RFC 7208 3.4: with its frame below 512 */
#define EDITED_MAX 1024		/* a longer record is not written out again */
/* Nobody has more: the largest networks that were given out. */
#define IPV4_PREFIX_MIN 8
#define IPV6_PREFIX_MIN 16

static const char *const valid_words[] = { "450-bytes", "no-ptr",
    "2-lookups-spare", NULL };
static const char *const policy_words[] = { "hard-fail", "declared-includes",
    NULL };

/* ---- writing a record again ---- */

/* What is changed in it. */
struct change {
	char terms[EDITED_MAX];	/* put before its end, "ip4:192.0.2.25 ..." */
	const char *all;	/* that it ends in from now on; NULL = as it does */
	bool drop_ptr;
};

static bool
term_is_all(const char *term, size_t length)
{
	if (length > 0 && strchr("+-~?", term[0]) != NULL) {
		term++;
		length--;
	}
	return word_is(term, length, "all");
}

static bool
term_is_ptr(const char *term, size_t length)
{
	if (length > 0 && strchr("+-~?", term[0]) != NULL) {
		term++;
		length--;
	}
	return word_is(term, length, "ptr") ||
	    (length > 4 && strncasecmp(term, "ptr:", 4) == 0);
}

static bool
term_is_redirect(const char *term, size_t length)
{
	return length > 9 && strncasecmp(term, "redirect=", 9) == 0;
}

/* Turns others away, or leaves that to another record. */
static bool
term_is_good_end(const char *term, size_t length)
{
	return word_is(term, length, "-all") || word_is(term, length, "~all") ||
	    term_is_redirect(term, length);
}

static bool
has_term(const char *record, bool (*is)(const char *, size_t))
{
	const char *cursor = record, *term;
	size_t length;

	while (word_next(&cursor, &term, &length))
		if (is(term, length))
			return true;
	return false;
}

/* The record with the change made; NULL when it is too long to be shown. */
static const char *
record_edited(struct arena *arena, const char *record,
    const struct change *change)
{
	const char *cursor = record, *term, *terms = change->terms;
	const char *all = change->all;
	char text[3 * EDITED_MAX] = "";
	size_t length;

	if (strlen(record) > EDITED_MAX)
		return NULL;
	while (word_next(&cursor, &term, &length)) {
		bool is_all = term_is_all(term, length);

		if (change->drop_ptr && term_is_ptr(term, length))
			continue;
		if (terms[0] != '\0' &&
		    (is_all || term_is_redirect(term, length))) {
			text_add(text, sizeof(text), " ", "%s", terms);
			terms = "";
		}
		if (is_all && all != NULL) {
			text_add(text, sizeof(text), " ", "%s", all);
			all = NULL;
		} else {
			text_add(text, sizeof(text), " ", "%.*s", (int)length,
			    term);
		}
	}
	if (terms[0] != '\0')
		text_add(text, sizeof(text), " ", "%s", terms);
	if (all != NULL)
		text_add(text, sizeof(text), " ", "%s", all);
	return arena_strdup(arena, text);
}

static void
add_address(struct change *change, const char *address)
{
	text_add(change->terms, sizeof(change->terms), " ", "%s:%s",
	    strchr(address, ':') != NULL ? "ip6" : "ip4", address);
}

/* What receivers answer to mail from the address; NULL = nobody tried. */
static const char *
spf_result(const struct fact_list *results, const char *address)
{
	size_t length = strlen(address), i;

	for (i = 0; i < results->count; i++)
		if (strncmp(results->items[i], address, length) == 0 &&
		    results->items[i][length] == ' ')
			return results->items[i] + length + 1;
	return NULL;
}

/* Is the answer one, and no pass? */
static bool
is_refused(const char *result)
{
	return result != NULL && strcmp(result, "pass") != 0 &&
	    strcmp(result, "temperror") != 0;
}

/* Providers have several names for the same record: "spf.relay.example". */
static bool
includes(const struct domain_facts *domain, const char *name)
{
	const struct fact_list *list = &domain->spf_includes;
	size_t i;

	for (i = 0; i < list->count; i++)
		if (name_within(list->items[i], name) ||
		    (strchr(list->items[i], '.') != NULL &&
		    name_within(name, list->items[i])))
			return true;
	return false;
}

/* Where the domain's mail leaves from and its record does not say so. */
static void
add_senders(const struct evaluation *ev, const struct domain_facts *domain,
    struct change *change)
{
	const struct fact_str *smarthost = &ev->facts->dns.smarthost_spf;
	const struct fact_list *senders = &domain->sends_from;
	size_t i;

	if (smarthost->meta.state == FACT_KNOWN &&
	    domain->spf_includes.meta.state == FACT_KNOWN &&
	    !includes(domain, smarthost->value))
		text_add(change->terms, sizeof(change->terms), " ",
		    "include:%s", smarthost->value);
	for (i = 0; smarthost->meta.state == FACT_ABSENT &&
	    i < senders->count; i++)
		if (is_refused(spf_result(&domain->spf_results,
		    senders->items[i])))
			add_address(change, senders->items[i]);
}

/*
 * The record mended: with all its senders, and never to be published with an
 * end that lets anyone pass. all NULL = a good end stays.
 */
static const char *
record_mended(const struct evaluation *ev, const struct domain_facts *domain,
    const char *record, const char *all, bool drop_ptr)
{
	struct change change = { .all = all, .drop_ptr = drop_ptr };

	add_senders(ev, domain, &change);
	if (all == NULL && !has_term(record, term_is_good_end))
		change.all = "~all";
	return record_edited(ev->arena, record, &change);
}

/*
 * A record for a domain that has none, or none that can be mended; ends in "",
 * or in what more there is to say. NULL = what it sends from is not known.
 */
static const char *
record_new(const struct evaluation *ev, const struct domain_facts *domain,
    const char *all)
{
	const struct fact_str *smarthost = &ev->facts->dns.smarthost_spf;
	struct change change = { .all = all };
	size_t i;

	if (smarthost->meta.state == FACT_KNOWN)
		text_add(change.terms, sizeof(change.terms), "",
		    "include:%s", smarthost->value);
	else if (smarthost->meta.state == FACT_ABSENT &&
	    domain->sends_from.meta.state == FACT_KNOWN)
		for (i = 0; i < domain->sends_from.count; i++)
			add_address(&change, domain->sends_from.items[i]);
	return change.terms[0] == '\0' ? NULL :
	    record_edited(ev->arena, "v=spf1", &change);
}

static const char *
publish(const struct evaluation *ev, const struct domain_facts *domain,
    const char *record, const char *more)
{
	const char *text = record == NULL ? NULL :
	    record_to_publish(ev->arena, record);

	return text == NULL ? NULL : arena_printf(ev->arena,
	    "publish at %s TXT: %s%s", domain->name, text, more);
}

static const char *
publish_new(const struct evaluation *ev, const struct domain_facts *domain,
    const char *all, const char *more)
{
	const char *record = record_new(ev, domain, all);

	if (record == NULL)
		return arena_printf(ev->arena, "publish one that names the "
		    "addresses it sends from and ends in %s", all);
	return publish(ev, domain, record, more);
}

/* ---- one record ---- */

/* Is the term there, and does it let pass? */
static bool
lets_pass(const char *record, const char *wanted)
{
	const char *cursor = record, *term;
	size_t length;

	while (word_next(&cursor, &term, &length))
		if (word_is(term + (*term == '+'), length - (*term == '+'),
		    wanted))
			return true;
	return false;
}

/* Does the record name every address that the domain sends from? */
static bool
names_senders(const char *record, const struct fact_list *senders)
{
	char term[64];
	size_t i;

	if (senders->meta.state != FACT_KNOWN || senders->count == 0)
		return false;
	for (i = 0; i < senders->count; i++) {
		term[0] = '\0';
		text_add(term, sizeof(term), "", "%s:%s",
		    strchr(senders->items[i], ':') != NULL ? "ip6" : "ip4",
		    senders->items[i]);
		if (!lets_pass(record, term))
			return false;
	}
	return true;
}

/* Two records put together let more pass than either: one is kept. */
static void
say_several(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	const struct fact_list *records = &domain->spf_records;
	const char *kept = NULL;
	size_t fit = 0, i;

	for (i = 0; i < records->count; i++)
		if (names_senders(records->items[i], &domain->sends_from)) {
			kept = records->items[i];
			fit++;
		}
	finding_fail(ev, finding, "%zu SPF records are published, and "
	    "receivers follow none of several: %s; keep %s", records->count,
	    records_shown(ev->arena, records), fit == 1 ?
	    arena_printf(ev->arena, "%s, which names the addresses it sends "
	    "from, and delete the others", shown(ev->arena, kept)) :
	    "one, add to it what is needed of the others, and delete these");
}

/* The domain's one record; NULL when the finding is settled. */
static const char *
only_record(const struct evaluation *ev, const struct domain_facts *domain,
    const char *none, const char *all, struct finding *finding)
{
	const struct fact_list *records = &domain->spf_records;

	finding_item_evidence(ev, finding, DOMAIN_FACT(domain, spf_records));
	if (fact_list_empty(records)) {
		finding_part(ev, finding, RESULT_FAIL, "%s", none);
		finding_remedy(ev, finding,
		    publish_new(ev, domain, all, ""));
	} else if (!finding_part_need(ev, finding, DOMAIN_PART(domain,
	    spf_records, "the SPF record"))) {
		return NULL;
	} else if (records->count > 1) {
		say_several(ev, domain, finding);
	} else {
		return records->items[0];
	}
	return NULL;
}

/* ---- dns.spf.valid ---- */

#define SPARE_LOOKUPS "name hosts by ip4: and ip6: in the place of include:, " \
	"a and mx"

struct spf_judgement {
	const struct domain_facts *domain;
	const char *record;
	const char *shown;	/* the record in a message; NULL = not made yet */
	bool drop_ptr;
	bool mend;		/* its senders are not all in it */
	const char *advice;	/* where no record can be written out */
	bool no_lookup_left;	/* for another include: */
};

/* Made when something is wrong: most records are right. */
static const char *
quoted(const struct evaluation *ev, struct spf_judgement *spf)
{
	if (spf->shown == NULL)
		spf->shown = record_shown(ev->arena, spf->record);
	return spf->shown;
}

/* False: receivers say permerror or nobody knows; the rest says nothing more. */
static bool
judge_usable(const struct evaluation *ev, struct spf_judgement *spf,
    struct finding *finding)
{
	const struct domain_facts *domain = spf->domain;

	if (domain->spf_error.meta.state == FACT_ABSENT)
		return true;
	if (!finding_part_need(ev, finding, DOMAIN_PART(domain, spf_error,
	    "whether receivers can use the SPF record")))
		return true;
	finding_part(ev, finding, RESULT_FAIL, "receivers can not use the SPF "
	    "record %s: %s", quoted(ev, spf),
	    cut_text(ev->arena, domain->spf_error.value));
	finding_remedy(ev, finding, publish_new(ev, domain, "~all",
	    " in its place, with the other senders of the domain before ~all"));
	return false;
}

static void
judge_limits(const struct evaluation *ev, struct spf_judgement *spf,
    struct finding *finding)
{
	const struct domain_facts *domain = spf->domain;
	int64_t limit = LOOKUPS_MAX -
	    (want_has(ev, valid_words[2]) ? LOOKUPS_SPARE : 0);

	/* Where the whole is unknown its parts are, for the same reason. */
	if (domain->spf_lookups.meta.state == FACT_KNOWN ||
	    finding->message == NULL)
		if (finding_part_known(ev, finding, DOMAIN_PART(domain,
		    spf_lookups, "how many lookups the SPF record takes")) &&
		    domain->spf_lookups.value > limit) {
			finding_item_evidence(ev, finding,
			    DOMAIN_FACT(domain, spf_lookups));
			finding_part(ev, finding, RESULT_FAIL, "the SPF record "
			    "%s takes %" PRId64 " lookups, wanted %" PRId64
			    " at most", quoted(ev, spf),
			    domain->spf_lookups.value, limit);
			spf->advice = SPARE_LOOKUPS;
		}
	if (domain->spf_void_lookups.meta.state == FACT_KNOWN ||
	    finding->message == NULL)
		if (finding_part_known(ev, finding, DOMAIN_PART(domain,
		    spf_void_lookups, "how many lookups find nothing")) &&
		    domain->spf_void_lookups.value > VOID_LOOKUPS_MAX) {
			finding_item_evidence(ev, finding,
			    DOMAIN_FACT(domain, spf_void_lookups));
			finding_part(ev, finding, RESULT_FAIL, "%" PRId64
			    " lookups of the SPF record %s find nothing, "
			    "wanted %d at most", domain->spf_void_lookups.value,
			    quoted(ev, spf), VOID_LOOKUPS_MAX);
			spf->advice = "take the names out that lead nowhere";
		}
}

static void
judge_shape(const struct evaluation *ev, struct spf_judgement *spf,
    struct finding *finding)
{
	const struct domain_facts *domain = spf->domain;
	size_t length = strlen(spf->record);

	if (want_has(ev, valid_words[0]) && length > LENGTH_MAX)
		finding_part(ev, finding, RESULT_FAIL, "the SPF record %s is "
		    "%zu bytes long, wanted %d at most", quoted(ev, spf),
		    length, LENGTH_MAX);
	if (!want_has(ev, valid_words[1]) || !finding_part_known(ev, finding,
	    DOMAIN_PART(domain, spf_ptr, "whether the SPF record uses ptr")) ||
	    !domain->spf_ptr.value)
		return;
	spf->drop_ptr = has_term(spf->record, term_is_ptr);
	finding_part(ev, finding, RESULT_FAIL, "the SPF record %s uses ptr%s, "
	    "which RFC 7208 advises against", quoted(ev, spf),
	    spf->drop_ptr ? "" : " in a record that it includes");
}

static void
judge_addresses(const struct evaluation *ev, struct spf_judgement *spf,
    struct finding *finding)
{
	const struct domain_facts *domain = spf->domain;
	struct names refused = { .count = 0 };
	const char *answer = NULL;
	size_t i;

	if (domain->sends_from.meta.state == FACT_ABSENT) {
		finding_item_evidence(ev, finding,
		    DOMAIN_FACT(domain, sends_from));
		finding_part(ev, finding, RESULT_UNKNOWN, "mail leaves through "
		    "a smarthost, and whether the SPF record lets its "
		    "addresses pass is not known: no SPF record is at its "
		    "name; see what its provider says is to be included");
		return;
	}
	if (!finding_part_known(ev, finding, DOMAIN_PART(domain, sends_from,
	    "where it sends from")) ||
	    !finding_part_need(ev, finding, DOMAIN_PART(domain, spf_results,
	    "what receivers answer to its mail")))
		return;
	if (domain->sends_from.count == 0)
		finding_part(ev, finding, RESULT_UNKNOWN,
		    "no address is known that it sends from");
	for (i = 0; i < domain->sends_from.count; i++) {
		const char *address = domain->sends_from.items[i];
		const char *result = spf_result(&domain->spf_results, address);

		if (result == NULL || strcmp(result, "temperror") == 0) {
			finding_part(ev, finding, RESULT_UNKNOWN, "what "
			    "receivers answer to %s is not known: %s", address,
			    result == NULL ? "not collected" : "temperror");
		} else if (is_refused(result)) {
			answer = answer == NULL || strcmp(answer, result) == 0 ?
			    result : "no pass";
			names_add(&refused, address, strlen(address));
		}
	}
	if (refused.count == 0)
		return;
	spf->mend = true;
	finding_part(ev, finding, RESULT_FAIL, "the SPF record %s lets "
	    "receivers answer %s to %s, which it sends from",
	    quoted(ev, spf), cut_text(ev->arena, answer),
	    names_end(&refused));
}

static void
judge_smarthost(const struct evaluation *ev, struct spf_judgement *spf,
    struct finding *finding)
{
	const struct domain_facts *domain = spf->domain;
	const char *smarthost = cut_text(ev->arena,
	    ev->facts->dns.smarthost_spf.value);
	const struct fact_list *others = &domain->spf_includes;
	struct names names = { .count = 0 };
	size_t i;

	if (!finding_part_need(ev, finding, DOMAIN_PART(domain, spf_includes,
	    "what the SPF record includes")) ||
	    includes(domain, smarthost))
		return;
	/* A provider's record may stand at a name unlike its smarthost's. */
	for (i = 0; i < others->count; i++)
		names_add(&names, others->items[i], strlen(others->items[i]));
	if (others->count > 0) {
		finding_part(ev, finding, RESULT_UNKNOWN, "the SPF record %s "
		    "does not include %s, by which mail leaves, and whether %s "
		    "stands for that smarthost is not known; see what its "
		    "provider says is to be included", quoted(ev, spf),
		    smarthost, names_end(&names));
		return;
	}
	spf->mend = true;
	finding_part(ev, finding, RESULT_FAIL, "the SPF record %s does not "
	    "include %s, and mail leaves through that smarthost",
	    quoted(ev, spf), smarthost);
	if (domain->spf_lookups.meta.state != FACT_KNOWN ||
	    domain->spf_lookups.value < LOOKUPS_MAX)
		return;
	spf->no_lookup_left = true;
	spf->advice = arena_printf(ev->arena, SPARE_LOOKUPS ", then add "
	    "include:%s", smarthost);
}

/* A smarthost's addresses are what receivers see, not the server's. */
static void
judge_senders(const struct evaluation *ev, struct spf_judgement *spf,
    struct finding *finding)
{
	const struct fact_str *smarthost = &ev->facts->dns.smarthost_spf;

	if (smarthost->meta.state == FACT_ABSENT) {
		judge_addresses(ev, spf, finding);
		return;
	}
	finding_evidence(ev, finding, "dns.smarthost_spf");
	if (smarthost->meta.state == FACT_KNOWN)
		judge_smarthost(ev, spf, finding);
	else
		finding_part(ev, finding, RESULT_UNKNOWN, "whether mail leaves "
		    "through a smarthost is not known: %s",
		    smarthost->meta.why != NULL ? smarthost->meta.why :
		    "not collected");
}

static void
evaluate_valid(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	struct spf_judgement spf = { .domain = domain };

	if (!domain_has_mail(ev, domain, finding))
		return;
	spf.record = only_record(ev, domain, "no SPF record is published",
	    "~all", finding);
	if (spf.record == NULL || !judge_usable(ev, &spf, finding))
		return;
	judge_limits(ev, &spf, finding);
	judge_shape(ev, &spf, finding);
	judge_senders(ev, &spf, finding);
	finding_remedy(ev, finding, spf.advice);
	if ((spf.mend || spf.drop_ptr) && !spf.no_lookup_left)
		finding_remedy(ev, finding, publish(ev, domain,
		    record_mended(ev, domain, spf.record, NULL, spf.drop_ptr),
		    IN_ITS_PLACE));
	if (finding->message != NULL)
		return;
	if (ev->facts->dns.smarthost_spf.meta.state == FACT_KNOWN)
		finding_pass(ev, finding,
		    "the SPF record is valid and includes the smarthost");
	else
		finding_pass(ev, finding, "the SPF record is valid and lets "
		    "every address pass that it sends from");
}

/* ---- dns.spf.policy ---- */

/*
 * The record ends wrong: in this one, or in another that redirect= leads to,
 * which only its owner can change.
 */
static void
say_end(const struct evaluation *ev, const struct domain_facts *domain,
    const char *record, const char *fault, const char *wanted,
    struct finding *finding)
{
	const char *cursor = record, *term;
	size_t length;

	finding_part(ev, finding, RESULT_FAIL, "the SPF record %s %s",
	    record_shown(ev->arena, record), fault);
	while (word_next(&cursor, &term, &length))
		if (term_is_redirect(term, length) &&
		    !has_term(record, term_is_all)) {
			finding_remedy(ev, finding, arena_printf(ev->arena,
			    "the record of %s must end in %s",
			    cut_text(ev->arena, arena_memdup(ev->arena,
			    term + 9, length - 9)), wanted));
			return;
		}
	if (domain->spf_error.meta.state == FACT_KNOWN)
		finding_remedy(ev, finding, arena_printf(ev->arena, "mend the "
		    "record first: %s", cut_text(ev->arena,
		    domain->spf_error.value)));
	else
		finding_remedy(ev, finding, publish(ev, domain, record_mended(
		    ev, domain, record, wanted, false), IN_ITS_PLACE));
}

static void
judge_end(const struct evaluation *ev, const struct domain_facts *domain,
    const char *record, const char *wanted, struct finding *finding)
{
	const struct fact_str *all = &domain->spf_all;
	const char *fault, *choice = strcmp(wanted, "-all") == 0 ? "-all" :
	    "~all or -all";

	if (all->meta.state == FACT_ABSENT) {
		finding_item_evidence(ev, finding,
		    DOMAIN_FACT(domain, spf_all));
		say_end(ev, domain, record, "does not end in all, so that "
		    "receivers answer neutral to everybody else", wanted,
		    finding);
		return;
	}
	if (!finding_part_need(ev, finding, DOMAIN_PART(domain, spf_all,
	    "what the SPF record ends in")))
		return;
	if (strcmp(all->value, "-all") == 0 || strcmp(all->value, wanted) == 0)
		return;
	fault = strcmp(all->value, "+all") == 0 ?
	    ", which lets anyone send as the domain" :
	    strcmp(all->value, "?all") == 0 ?
	    ", which tells receivers nothing" : "";
	say_end(ev, domain, record, arena_printf(ev->arena,
	    "ends in %s%s, wanted %s", cut_text(ev->arena, all->value), fault,
	    choice), wanted, finding);
}

/* The number behind the last slash, or the last two; -1 without one. */
static int64_t
prefix_length(const char *term, const char *slashes)
{
	const char *at = strstr(term, slashes);
	char digits[8] = "";
	int64_t bits;

	if (at == NULL)
		return -1;
	at += strlen(slashes);
	text_add(digits, sizeof(digits), "", "%.*s",
	    (int)strspn(at, "0123456789"), at);
	return number_read(digits, &bits) ? bits : -1;
}

static bool
is_shorter(int64_t bits, int64_t least)
{
	return bits >= 0 && bits < least;
}

/*
 * Does the term let half the world pass, though the record ends well? A name
 * without macros exists for every sender or for none.
 */
static bool
term_is_open(const char *term)
{
	term += *term == '+';
	if (strncasecmp(term, "ip4:", 4) == 0)
		return is_shorter(prefix_length(term, "/"), IPV4_PREFIX_MIN);
	if (strncasecmp(term, "ip6:", 4) == 0)
		return is_shorter(prefix_length(term, "/"), IPV6_PREFIX_MIN);
	if (strncasecmp(term, "exists:", 7) == 0)
		return strchr(term, '%') == NULL;
	if (strncasecmp(term, "mx", 2) == 0)
		term++;
	else if (strncasecmp(term, "a", 1) != 0)
		return false;
	return (term[1] == ':' || term[1] == '/') &&
	    (is_shorter(prefix_length(term, "/"), IPV4_PREFIX_MIN) ||
	    is_shorter(prefix_length(term, "//"), IPV6_PREFIX_MIN));
}

static void
judge_open(const struct evaluation *ev, const char *record,
    struct finding *finding)
{
	struct names open = { .count = 0 };
	const char *cursor = record, *term;
	size_t length;

	while (word_next(&cursor, &term, &length) &&
	    !term_is_all(term, length))
		if (term_is_open(arena_memdup(ev->arena, term, length)))
			names_add(&open, term, length);
	if (open.count == 0)
		return;
	finding_part(ev, finding, RESULT_FAIL, "the SPF record %s holds %s, "
	    "which lets anyone send as the domain", record_shown(ev->arena,
	    record), names_end(&open));
	finding_remedy(ev, finding,
	    "name the addresses that it really sends from");
}

/* What is included lets pass whom it lets pass, and the world with it. */
static void
judge_open_include(const struct evaluation *ev,
    const struct domain_facts *domain, const char *record,
    struct finding *finding)
{
	if (domain->spf_open.meta.state != FACT_KNOWN)
		return;
	finding_item_evidence(ev, finding, DOMAIN_FACT(domain, spf_open));
	finding_part(ev, finding, RESULT_FAIL, "the SPF record %s includes "
	    "that of %s, which ends in +all and lets anyone send as the "
	    "domain", record_shown(ev->arena, record),
	    cut_text(ev->arena, domain->spf_open.value));
	finding_remedy(ev, finding, "take that include: out");
}

/* Whose mail servers may send as the domain must be a declared partner. */
static bool
is_declared(const struct evaluation *ev, const struct domain_facts *domain,
    const char *include)
{
	size_t i;

	if (name_within(include, domain->name))
		return true;
	for (i = 0; i < ev->parameters->partner_count; i++)
		if (name_within(include, ev->parameters->partners[i]))
			return true;
	return false;
}

static void
judge_includes(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	const struct fact_list *includes = &domain->spf_includes;
	struct names strangers = { .count = 0 };
	size_t i;

	if (includes->meta.state == FACT_ABSENT || !finding_part_need(ev,
	    finding, DOMAIN_PART(domain, spf_includes,
	    "what the SPF record includes")))
		return;
	for (i = 0; i < includes->count; i++)
		if (!is_declared(ev, domain, includes->items[i]))
			names_add(&strangers, includes->items[i],
			    strlen(includes->items[i]));
	if (strangers.count > 0)
		finding_part(ev, finding, RESULT_FAIL, "the SPF record lets %s "
		    "send as the domain, which the profile does not declare in "
		    "parameters: partners", names_end(&strangers));
}

static void
evaluate_policy(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	const char *wanted = want_has(ev, policy_words[0]) ? "-all" : "~all";
	const char *record;

	if (!domain_has_mail(ev, domain, finding))
		return;
	record = only_record(ev, domain, "no SPF record is published that "
	    "could end in ~all or -all", wanted, finding);
	if (record == NULL)
		return;
	judge_end(ev, domain, record, wanted, finding);
	judge_open(ev, record, finding);
	judge_open_include(ev, domain, record, finding);
	if (want_has(ev, policy_words[1]))
		judge_includes(ev, domain, finding);
	if (finding->message != NULL)
		return;
	if (strcmp(domain->spf_all.value, "-all") == 0)
		finding_pass(ev, finding, "the SPF record ends in -all");
	else
		finding_pass(ev, finding, "the SPF record ends in ~all");
}

const struct check dns_spf_checks[] = {
	{
		.id = "dns.spf.valid",
		.title = "Each domain has one valid SPF record that covers its server",
		.scope = SCOPE_DOMAIN,
		.needs = { "domains.mail", "domains.sends_from",
		    "domains.spf_records", "domains.spf_error",
		    "domains.spf_lookups", "domains.spf_void_lookups",
		    "domains.spf_ptr", "domains.spf_includes",
		    "domains.spf_results", "?dns.smarthost_spf" },
		.evaluate.domain = evaluate_valid,
		.want = WANT_LIST,
		.want_words = valid_words,
		.remediation = "dns.spf.publish",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "Receivers look up who may send as a domain. Two records, an "
		    "error or more than ten lookups count as none (RFC 7208), "
		    "and a record without the server's own address sends the "
		    "clinic's mail to the spam folder. In cPanel, Email > Email "
		    "Deliverability, repair the record, or give it to whoever "
		    "runs the domain's DNS. Services that send for the domain, "
		    "newsletters for instance, must be in the one record: ask "
		    "before you replace it. A profile may demand 450-bytes, "
		    "no-ptr and 2-lookups-spare.",
	},
	{
		.id = "dns.spf.policy",
		.title = "SPF tells receivers to turn away everybody else",
		.scope = SCOPE_DOMAIN,
		.needs = { "domains.mail", "domains.sends_from",
		    "domains.spf_records", "domains.spf_all",
		    "domains.spf_includes", "domains.spf_results",
		    "?domains.spf_error", "?domains.spf_open",
		    "?dns.smarthost_spf" },
		.evaluate.domain = evaluate_policy,
		.want = WANT_LIST,
		.want_words = policy_words,
		.remediation = "dns.spf.policy",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "A record that ends in +all lets the whole world send as the "
		    "domain, ?all and no end say nothing. End it in ~all, or, "
		    "once every sender is in it, in -all (in cPanel, Email > "
		    "Email Deliverability, Manage). Behind -all, mail that is "
		    "forwarded without a new sender address is turned away. A "
		    "profile may demand hard-fail and declared-includes: every "
		    "include: is a partner's or the domain's own.",
	},
};
