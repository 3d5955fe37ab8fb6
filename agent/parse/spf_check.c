#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"

#include "parse/spf_private.h"

/* Questions that one round may ask before their turn. */
#define AHEAD_MAX 64
#define AHEAD_DEPTH SPF_LOOKUP_LIMIT
#define POSTMASTER "postmaster"

enum match {
	MATCH_NO,
	MATCH_YES,
	MATCH_PENDING,
	MATCH_TEMPERROR,
	MATCH_PERMERROR,
};

/* The record whose terms are judged. */
struct place {
	const char *domain;
	const struct spf_scan *scan;
};

static enum spf_result check_domain(struct spf_eval *eval, const char *domain);

/* ---- what is said ---- */

/* The first reason is the cause: what an include says is not said over. */
static void
set_why(struct spf_eval *eval, const char *why)
{
	if (eval->verdict->why == NULL)
		eval->verdict->why = why;
}

static enum match
set_fault(struct spf_eval *eval, const char *name, uint16_t type,
    const struct dns_records *records)
{
	set_why(eval, spf_outcome_text(eval->arena, name, type, records));
	return MATCH_TEMPERROR;
}

static enum match
set_wrong(struct spf_eval *eval, const char *domain,
    const struct spf_term *term, const char *text)
{
	set_why(eval, arena_printf(eval->arena, "%s: %s: %s", domain,
	    spf_quote(eval->arena, term->text), text));
	return MATCH_PERMERROR;
}

/* ---- limits, 4.6.4 ---- */

static bool
count_lookup(struct spf_eval *eval, const char *domain,
    const struct spf_term *term)
{
	if (++eval->lookups <= SPF_LOOKUP_LIMIT)
		return true;
	set_wrong(eval, domain, term, "more than 10 lookups");
	return false;
}

/* Terms are counted, not questions: the hosts of one mx are one. */
static enum match
count_void(struct spf_eval *eval, const char *domain,
    const struct spf_term *term)
{
	if (++eval->voids <= SPF_VOID_LIMIT)
		return MATCH_NO;
	return set_wrong(eval, domain, term,
	    "more than 2 lookups that found nothing");
}

/* ---- addresses ---- */

static bool
bits_equal(const unsigned char *one, const unsigned char *other, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(one, other, whole) != 0)
		return false;
	return rest == 0 ||
	    ((one[whole] ^ other[whole]) >> (8 - rest)) == 0;
}

static unsigned
prefix_of(const struct spf_eval *eval, const struct spf_term *term)
{
	return eval->ipv6 ? term->prefix6 : term->prefix4;
}

static uint16_t
address_type(const struct spf_eval *eval)
{
	return eval->ipv6 ? DNS_AAAA : DNS_A;
}

static bool
address_in(const struct spf_eval *eval, const struct dns_records *records,
    unsigned prefix)
{
	const size_t size = eval->ipv6 ? 16 : 4;
	size_t i;

	for (i = 0; i < records->count; i++) {
		if (records->items[i].rdata_length == size &&
		    bits_equal(records->items[i].rdata, eval->address, prefix))
			return true;
	}
	return false;
}

/* ---- the names of an address, 5.5 ---- */

/* For a fault that 5.5 passes over: the verdict tells it all the same. */
static void
note_fault(struct spf_eval *eval, const char *name, uint16_t type,
    const struct dns_records *records)
{
	if (!dns_absent(records->outcome))
		set_fault(eval, name, type, records);
}

static bool
validate_among(struct spf_eval *eval, const struct dns_records *pointers)
{
	struct spf_validated *validated = &eval->validated;
	size_t count = pointers->count, i;
	bool pending = false;

	if (count > SPF_NAME_LIMIT)
		count = SPF_NAME_LIMIT;
	validated->count = 0;
	for (i = 0; i < count; i++) {
		const char *name = pointers->items[i].text;
		const struct dns_records *records = eval->source->lookup(
		    eval->source->data, name, address_type(eval));

		if (records == NULL)
			pending = true;
		else if (records->outcome != DNS_RECORDS)
			note_fault(eval, name, address_type(eval), records);
		else if (address_in(eval, records, eval->ipv6 ? 128 : 32))
			validated->names[validated->count++] = name;
	}
	return !pending;
}

static const struct dns_records *
lookup_pointers(struct spf_eval *eval, char reverse[DNS_TEXT_MAX])
{
	if (dns_reverse_name(eval->address_text, reverse, DNS_TEXT_MAX) < 0)
		return NULL;
	return eval->source->lookup(eval->source->data, reverse, DNS_PTR);
}

bool
spf_validate_names(struct spf_eval *eval)
{
	const struct dns_records *pointers;
	char reverse[DNS_TEXT_MAX];

	if (eval->validated.known || eval->validated.pending)
		return eval->validated.known;
	pointers = lookup_pointers(eval, reverse);
	if (pointers == NULL)
		eval->validated.pending = true;
	else if (pointers->outcome != DNS_RECORDS)
		note_fault(eval, reverse, DNS_PTR, pointers);
	else
		eval->validated.pending = !validate_among(eval, pointers);
	eval->validated.known = !eval->validated.pending;
	return eval->validated.known;
}

/* ---- mechanisms, section 5 ---- */

static enum match
match_all(struct spf_eval *eval, const struct place *place,
    const struct spf_term *term, const char *target)
{
	(void)eval;
	(void)place;
	(void)term;
	(void)target;
	return MATCH_YES;
}

static enum match
match_ip4(struct spf_eval *eval, const struct place *place,
    const struct spf_term *term, const char *target)
{
	(void)place;
	(void)target;
	return !eval->ipv6 && bits_equal(term->address, eval->address,
	    term->prefix4) ? MATCH_YES : MATCH_NO;
}

static enum match
match_ip6(struct spf_eval *eval, const struct place *place,
    const struct spf_term *term, const char *target)
{
	(void)place;
	(void)target;
	return eval->ipv6 && bits_equal(term->address, eval->address,
	    term->prefix6) ? MATCH_YES : MATCH_NO;
}

/* The records of a mechanism's own question; MATCH_YES when there are some. */
static enum match
ask(struct spf_eval *eval, const struct place *place,
    const struct spf_term *term, const char *target, uint16_t type,
    const struct dns_records **ret_records)
{
	char text[DNS_TEXT_MAX];

	/* What nobody can be asked for is no match, and no lookup either, 4.8. */
	if (spf_name_write(target, text) < 0)
		return MATCH_NO;
	*ret_records = eval->source->lookup(eval->source->data, text, type);
	if (*ret_records == NULL)
		return MATCH_PENDING;
	if ((*ret_records)->outcome == DNS_RECORDS)
		return MATCH_YES;
	if (dns_absent((*ret_records)->outcome))
		return count_void(eval, place->domain, term);
	return set_fault(eval, target, type, *ret_records);
}

static enum match
match_a(struct spf_eval *eval, const struct place *place,
    const struct spf_term *term, const char *target)
{
	const struct dns_records *records;
	enum match found = ask(eval, place, term, target, address_type(eval),
	    &records);

	if (found != MATCH_YES)
		return found;
	return address_in(eval, records, prefix_of(eval, term)) ? MATCH_YES :
	    MATCH_NO;
}

static enum match
match_exists(struct spf_eval *eval, const struct place *place,
    const struct spf_term *term, const char *target)
{
	const struct dns_records *records;

	return ask(eval, place, term, target, DNS_A, &records);
}

static enum match
match_exchanger(struct spf_eval *eval, const struct spf_term *term,
    const char *host, const struct dns_records *records, bool *ret_any)
{
	*ret_any |= records->outcome == DNS_RECORDS;
	if (records->outcome != DNS_RECORDS && !dns_absent(records->outcome))
		return set_fault(eval, host, address_type(eval), records);
	return address_in(eval, records, prefix_of(eval, term)) ? MATCH_YES :
	    MATCH_NO;
}

/* In their order: the first that matches, or that nobody can tell, decides. */
static enum match
match_exchangers(struct spf_eval *eval, const struct place *place,
    const struct spf_term *term, const struct dns_records *exchangers)
{
	bool asked = false, any = false;
	enum match found;
	size_t i;

	for (i = 0; i < exchangers->count; i++) {
		const char *host = exchangers->items[i].text;
		const struct dns_records *records;

		if (spf_is_root(host))
			continue;
		asked = true;
		records = eval->source->lookup(eval->source->data, host,
		    address_type(eval));
		if (records == NULL)
			return MATCH_PENDING;
		found = match_exchanger(eval, term, host, records, &any);
		if (found != MATCH_NO)
			return found;
	}
	return asked && !any ? count_void(eval, place->domain, term) :
	    MATCH_NO;
}

static enum match
match_mx(struct spf_eval *eval, const struct place *place,
    const struct spf_term *term, const char *target)
{
	const struct dns_records *exchangers;
	enum match found = ask(eval, place, term, target, DNS_MX, &exchangers);

	if (found != MATCH_YES)
		return found;
	if (exchangers->count > SPF_NAME_LIMIT)
		return set_wrong(eval, place->domain, term,
		    "more than 10 MX hosts");
	return match_exchangers(eval, place, term, exchangers);
}

static bool
is_at_or_below(const char *name, const char *domain)
{
	size_t name_length = strlen(name), length = strlen(domain);

	return name_length >= length &&
	    strcmp(name + name_length - length, domain) == 0 &&
	    (name_length == length || name[name_length - length - 1] == '.');
}

static enum match
match_ptr(struct spf_eval *eval, const struct place *place,
    const struct spf_term *term, const char *target)
{
	const struct dns_records *pointers;
	char text[DNS_TEXT_MAX];
	size_t i;

	pointers = lookup_pointers(eval, text);
	if (pointers == NULL || !spf_validate_names(eval))
		return MATCH_PENDING;
	if (dns_absent(pointers->outcome))
		return count_void(eval, place->domain, term);
	if (spf_name_write(target, text) < 0)
		return MATCH_NO;
	for (i = 0; i < eval->validated.count; i++) {
		if (is_at_or_below(eval->validated.names[i], text))
			return MATCH_YES;
	}
	return MATCH_NO;
}

/* 5.2: what the included record says of the client. */
static enum match
match_include(struct spf_eval *eval, const struct place *place,
    const struct spf_term *term, const char *target)
{
	enum spf_result result;

	eval->includes++;
	result = check_domain(eval, target);
	eval->includes--;
	switch (result) {
	case SPF_PENDING:
		return MATCH_PENDING;
	case SPF_PASS:
		return MATCH_YES;
	case SPF_TEMPERROR:
		return MATCH_TEMPERROR;
	case SPF_PERMERROR:
		return MATCH_PERMERROR;
	case SPF_NONE:
		return set_wrong(eval, place->domain, term,
		    arena_printf(eval->arena, "%s has no SPF record", target));
	default:
		return MATCH_NO;
	}
}

static const struct matcher {
	enum match (*match)(struct spf_eval *eval, const struct place *place,
	    const struct spf_term *term, const char *target);
	bool looks_up;		/* one of the terms of 4.6.4 */
	enum match unnamed;	/* when its target is no domain name, 4.8 */
} matchers[] = {
	[SPF_ALL] = { match_all, false, MATCH_NO },
	[SPF_INCLUDE] = { match_include, true, MATCH_PERMERROR },
	[SPF_A] = { match_a, true, MATCH_NO },
	[SPF_MX] = { match_mx, true, MATCH_NO },
	[SPF_PTR] = { match_ptr, true, MATCH_NO },
	[SPF_IP4] = { match_ip4, false, MATCH_NO },
	[SPF_IP6] = { match_ip6, false, MATCH_NO },
	[SPF_EXISTS] = { match_exists, true, MATCH_NO },
};

/* The name that a term is about: its domain-spec, or the record's domain. */
static enum spf_named
name_target(struct spf_eval *eval, const char *domain,
    const struct spf_term *term, char room[SPF_RAW_NAME_MAX],
    const char **ret_target)
{
	*ret_target = domain;
	if (term->domain.length == 0)
		return SPF_NAMED;
	*ret_target = room;
	return spf_expand_name(eval, term->domain, domain, room);
}

static enum match
match_term(struct spf_eval *eval, const struct place *place,
    const struct spf_term *term)
{
	const struct matcher *matcher = &matchers[term->kind];
	char room[SPF_RAW_NAME_MAX];
	const char *target;

	if (!matcher->looks_up)
		return matcher->match(eval, place, term, NULL);
	if (!count_lookup(eval, place->domain, term))
		return MATCH_PERMERROR;
	switch (name_target(eval, place->domain, term, room, &target)) {
	case SPF_NAMED:
		return matcher->match(eval, place, term, target);
	case SPF_NAME_PENDING:
		return MATCH_PENDING;
	default:
		if (matcher->unnamed == MATCH_PERMERROR)
			set_wrong(eval, place->domain, term,
			    "expands to no domain name");
		return matcher->unnamed;
	}
}

/* ---- records, 4.4 to 4.7 ---- */

/* 6.2: whatever is wrong with an explanation, there is none. */
static bool
explain(struct spf_eval *eval, const struct place *place)
{
	const struct dns_records *records;
	char name[SPF_RAW_NAME_MAX], text[SPF_EXPLANATION_MAX];
	enum spf_named named;

	if (place->scan->exp.kind != SPF_EXP)
		return true;
	named = spf_expand_name(eval, place->scan->exp.domain, place->domain,
	    name);
	if (named != SPF_NAMED)
		return named == SPF_UNNAMED;
	records = spf_lookup(eval->source, name, DNS_TXT);
	if (records == NULL)
		return false;
	if (records->outcome != DNS_RECORDS || records->count != 1)
		return true;
	named = spf_expand_explanation(eval, (struct spf_span){
	    records->items[0].text, records->items[0].text_length },
	    place->domain, text);
	if (named == SPF_NAMED)
		eval->verdict->explanation = arena_strdup(eval->arena, text);
	return named != SPF_NAME_PENDING;
}

static enum spf_result
qualifier_result(char qualifier)
{
	switch (qualifier) {
	case '-':
		return SPF_FAIL;
	case '~':
		return SPF_SOFTFAIL;
	case '?':
		return SPF_NEUTRAL;
	default:
		return SPF_PASS;
	}
}

/* Only the mechanism of the domain's own record, or its redirect's, is told. */
static enum spf_result
conclude(struct spf_eval *eval, const struct place *place,
    const struct spf_term *term)
{
	enum spf_result result = qualifier_result(term->qualifier);

	if (eval->includes > 0)
		return result;
	if (result == SPF_FAIL && eval->explain && !explain(eval, place))
		return SPF_PENDING;
	eval->verdict->mechanism = arena_memdup(eval->arena, term->text.at,
	    term->text.length);
	return result;
}

static enum spf_result
follow_redirect(struct spf_eval *eval, const struct place *place)
{
	const struct spf_term *redirect = &place->scan->redirect;
	char target[SPF_RAW_NAME_MAX];
	enum spf_result result;

	if (redirect->kind != SPF_REDIRECT)
		return SPF_NEUTRAL;
	if (!count_lookup(eval, place->domain, redirect))
		return SPF_PERMERROR;
	switch (spf_expand_name(eval, redirect->domain, place->domain,
	    target)) {
	case SPF_NAME_PENDING:
		return SPF_PENDING;
	case SPF_UNNAMED:
		set_wrong(eval, place->domain, redirect,
		    "expands to no domain name");
		return SPF_PERMERROR;
	default:
		result = check_domain(eval, target);
	}
	if (result != SPF_NONE)
		return result;
	set_wrong(eval, place->domain, redirect,
	    arena_printf(eval->arena, "%s has no SPF record", target));
	return SPF_PERMERROR;
}

static enum spf_result
evaluate_terms(struct spf_eval *eval, const struct place *place)
{
	struct spf_span rest = place->scan->terms;
	struct spf_term term;

	while (spf_term_next(&rest, &term)) {
		if (term.kind >= SPF_REDIRECT)
			continue;	/* modifiers */
		switch (match_term(eval, place, &term)) {
		case MATCH_YES:
			return conclude(eval, place, &term);
		case MATCH_PENDING:
			return SPF_PENDING;
		case MATCH_TEMPERROR:
			return SPF_TEMPERROR;
		case MATCH_PERMERROR:
			return SPF_PERMERROR;
		default:
			break;
		}
	}
	return follow_redirect(eval, place);
}

static enum spf_result
check_record(struct spf_eval *eval, const char *domain,
    const struct dns_record *record)
{
	struct spf_scan scan;

	spf_scan_record(record, &scan);
	if (scan.wrong) {
		set_why(eval, arena_printf(eval->arena, "%s: %s", domain,
		    spf_mistake_text(eval->arena, &scan.first_wrong)));
		return SPF_PERMERROR;
	}
	return evaluate_terms(eval, &(struct place){ domain, &scan });
}

static enum spf_result
check_domain(struct spf_eval *eval, const char *domain)
{
	const struct dns_records *records = spf_lookup(eval->source, domain,
	    DNS_TXT);
	const struct dns_record *record;

	if (records == NULL)
		return SPF_PENDING;
	if (dns_absent(records->outcome))
		return SPF_NONE;
	if (records->outcome != DNS_RECORDS) {
		set_fault(eval, domain, DNS_TXT, records);
		return SPF_TEMPERROR;
	}
	switch (spf_select(records, &record)) {
	case 0:
		return SPF_NONE;
	case 1:
		return check_record(eval, domain, record);
	default:
		set_why(eval, arena_printf(eval->arena,
		    "%s: more than one SPF record", domain));
		return SPF_PERMERROR;
	}
}

/* ---- asking before the turn ---- */

static void ask_ahead(struct spf_eval *eval, const char *domain,
    unsigned depth);

static const struct dns_records *
lookup_ahead(struct spf_eval *eval, const char *name, uint16_t type)
{
	eval->ahead++;
	return spf_lookup(eval->source, name, type);
}

static void
ask_ahead_mx(struct spf_eval *eval, const char *target)
{
	const struct dns_records *exchangers = lookup_ahead(eval, target,
	    DNS_MX);
	size_t i;

	if (exchangers == NULL || exchangers->count > SPF_NAME_LIMIT)
		return;
	for (i = 0; i < exchangers->count; i++) {
		if (spf_is_root(exchangers->items[i].text) ||
		    eval->ahead >= AHEAD_MAX)
			continue;
		eval->ahead++;
		eval->source->lookup(eval->source->data,
		    exchangers->items[i].text, address_type(eval));
	}
}

static void
ask_ahead_term(struct spf_eval *eval, const char *domain,
    const struct spf_term *term, unsigned depth)
{
	char room[SPF_RAW_NAME_MAX];
	const char *target;

	if (name_target(eval, domain, term, room, &target) != SPF_NAMED)
		return;
	switch (term->kind) {
	case SPF_INCLUDE:
	case SPF_REDIRECT:
		ask_ahead(eval, target, depth + 1);
		break;
	case SPF_A:
		lookup_ahead(eval, target, address_type(eval));
		break;
	case SPF_MX:
		ask_ahead_mx(eval, target);
		break;
	case SPF_PTR:
		spf_validate_names(eval);
		break;
	case SPF_EXISTS:
		lookup_ahead(eval, target, DNS_A);
		break;
	default:
		break;
	}
}

/*
 * Asks for whatever the rest of the evaluation may want, so that the answers
 * come in one round. Nothing of it counts.
 */
static void
ask_ahead(struct spf_eval *eval, const char *domain, unsigned depth)
{
	const struct dns_records *records;
	const struct dns_record *record;
	struct spf_scan scan;
	struct spf_span rest;
	struct spf_term term;

	records = lookup_ahead(eval, domain, DNS_TXT);
	if (records == NULL || depth > AHEAD_DEPTH ||
	    spf_select(records, &record) != 1)
		return;
	spf_scan_record(record, &scan);
	if (scan.wrong)
		return;
	for (rest = scan.terms; eval->ahead < AHEAD_MAX &&
	    spf_term_next(&rest, &term) && term.kind != SPF_ALL; ) {
		if (term.kind < SPF_REDIRECT)
			ask_ahead_term(eval, domain, &term, depth);
	}
	if (!scan.has_all && scan.redirect.kind == SPF_REDIRECT)
		ask_ahead_term(eval, domain, &scan.redirect, depth);
}

/* ---- the beginning, 4.1 to 4.3 ---- */

static int
read_address(struct spf_eval *eval, const char *address)
{
	static const unsigned char mapped[12] = { [10] = 0xFF, [11] = 0xFF };

	if (inet_pton(AF_INET, address, eval->address) != 1) {
		if (inet_pton(AF_INET6, address, eval->address) != 1)
			return -1;
		eval->ipv6 = memcmp(eval->address, mapped,
		    sizeof(mapped)) != 0;
		if (!eval->ipv6)
			memmove(eval->address, eval->address + 12, 4);
	}
	inet_ntop(eval->ipv6 ? AF_INET6 : AF_INET, eval->address,
	    eval->address_text, sizeof(eval->address_text));
	return 0;
}

/* 4.3: a sender without a local part is postmaster; the null one is HELO's. */
static int
read_sender(struct spf_eval *eval, const struct spf_query *query)
{
	const char *helo = query->helo == NULL ? "" : query->helo;
	const char *sender = query->sender == NULL ? "" : query->sender;
	const char *at = strrchr(sender, '@');
	struct spf_span local = { POSTMASTER, strlen(POSTMASTER) };

	if (strlen(helo) > SPF_VALUE_MAX || strlen(sender) > SPF_VALUE_MAX)
		return -1;
	if (at != NULL && at > sender)
		local = (struct spf_span){ sender, (size_t)(at - sender) };
	snprintf(eval->sender, sizeof(eval->sender), "%.*s@%s",
	    (int)local.length, local.at, at != NULL ? at + 1 :
	    *sender != '\0' ? sender : helo);
	eval->local = (struct spf_span){ eval->sender, local.length };
	eval->sender_domain.at = eval->sender + local.length + 1;
	eval->sender_domain.length = strlen(eval->sender_domain.at);
	return 0;
}

/* 4.3: a name that is malformed or has one label only is not looked up. */
static int
read_domain(const struct spf_eval *eval, const char *domain,
    char ret_domain[SPF_RAW_NAME_MAX])
{
	char text[DNS_TEXT_MAX];
	size_t length;

	if (domain == NULL)
		domain = eval->sender_domain.at;
	length = strlen(domain);
	if (length > 0 && domain[length - 1] == '.')
		length--;
	if (length == 0 || length >= SPF_RAW_NAME_MAX || *domain == '[')
		return -1;
	memcpy(ret_domain, domain, length);
	ret_domain[length] = '\0';
	return strchr(ret_domain, '.') == NULL ? -1 :
	    spf_name_write(ret_domain, text);
}

void
spf_check(struct arena *arena, const struct dns_source *source,
    const struct spf_query *query, bool explain_fail, struct spf_verdict *ret)
{
	struct spf_eval eval = {
		.arena = arena, .source = source, .query = query,
		.explain = explain_fail, .verdict = ret,
	};
	char domain[SPF_RAW_NAME_MAX];

	*ret = (struct spf_verdict){ .result = SPF_NONE };
	if (read_address(&eval, query->address) < 0) {
		ret->result = SPF_PERMERROR;
		ret->why = arena_printf(arena, "\"%s\" is no address",
		    query->address);
		return;
	}
	if (read_sender(&eval, query) < 0 ||
	    read_domain(&eval, query->domain, domain) < 0)
		return;
	ret->result = check_domain(&eval, domain);
	if (ret->result == SPF_PENDING) {
		ask_ahead(&eval, domain, 0);
		*ret = (struct spf_verdict){ .result = SPF_PENDING };
	}
}
