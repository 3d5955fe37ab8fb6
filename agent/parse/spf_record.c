#include <string.h>
#include <strings.h>

#include "base/arena.h"

#include "parse/spf_private.h"

#define WALK_MAX 64	/* terms that look up, of one walk */
#define TOLD_VOIDS 4	/* named in the message */
#define REMARKS_MAX 16

/* The way from the domain's own record to the one being read. */
struct step {
	const char *domain;
	const struct step *up;
	bool decides;	/* own record and redirects: its "all" ends it */
	bool passes;	/* no include on the way turns a pass into another answer */
};

/*
 * Every term is visited, whether or not answers are there: what is missing
 * is asked for in one round.
 */
struct walk {
	struct arena *arena;
	const struct dns_source *source;
	struct spf_record *ret;
	struct spf_eval names;	/* for %{d} and %{o} */
	bool pending;
	const char *why;
	struct spf_span voids[TOLD_VOIDS];
};

static void walk_record(struct walk *walk, const struct step *step,
    const struct dns_records *records);

/* ---- what is said ---- */

static bool
is_own(const struct step *step)
{
	return step->up == NULL;
}

/* The first error is told. It names the record when that is another's. */
static void
complain(struct walk *walk, const struct step *step, const char *text)
{
	if (walk->ret->error != NULL)
		return;
	walk->ret->error = is_own(step) ? text :
	    arena_printf(walk->arena, "in the record of %s: %s", step->domain,
	    text);
}

static void
complain_of(struct walk *walk, const struct step *step,
    const struct spf_term *term, const char *text)
{
	if (walk->ret->error == NULL)
		complain(walk, step, arena_printf(walk->arena, "%s: %s",
		    spf_quote(walk->arena, term->text), text));
}

static void
remark(struct walk *walk, const char *text)
{
	struct spf_record *ret = walk->ret;
	const char **remarks = (const char **)(uintptr_t)ret->remarks;

	if (ret->remark_count >= REMARKS_MAX)
		return;
	*arena_push(walk->arena, &remarks, &ret->remark_count) = text;
	ret->remarks = remarks;
}

/* ---- lookups ---- */

static void
note_fault(struct walk *walk, const char *name, uint16_t type,
    const struct dns_records *records)
{
	if (walk->why == NULL)
		walk->why = spf_outcome_text(walk->arena, name, type, records);
}

/* NULL = not known: pending, or nobody can tell. */
static const struct dns_records *
known(struct walk *walk, const char *name, uint16_t type,
    const struct dns_records *records)
{
	if (records == NULL)
		walk->pending = true;
	else if (records->outcome == DNS_RECORDS ||
	    dns_absent(records->outcome))
		return records;
	else
		note_fault(walk, name, type, records);
	return NULL;
}

static const struct dns_records *
look_up(struct walk *walk, const char *name, uint16_t type)
{
	return known(walk, name, type, spf_lookup(walk->source, name, type));
}

static const struct dns_records *
look_up_host(struct walk *walk, const char *host, uint16_t type)
{
	return known(walk, host, type, walk->source->lookup(walk->source->data,
	    host, type));
}

static bool
is_absent(const struct dns_records *records)
{
	return records != NULL && records->outcome != DNS_RECORDS;
}

static void
count_void(struct walk *walk, const struct spf_term *term)
{
	if (walk->ret->voids < TOLD_VOIDS)
		walk->voids[walk->ret->voids] = term->text;
	walk->ret->voids++;
}

/* ---- terms ---- */

/* IPv6 is asked for only when it decides: nothing for whoever sends. */
static void
visit_a(struct walk *walk, const struct step *step,
    const struct spf_term *term, const char *target)
{
	(void)step;
	if (is_absent(look_up(walk, target, DNS_A)) &&
	    is_absent(look_up(walk, target, DNS_AAAA)))
		count_void(walk, term);
}

static void
visit_exists(struct walk *walk, const struct step *step,
    const struct spf_term *term, const char *target)
{
	(void)step;
	if (is_absent(look_up(walk, target, DNS_A)))
		count_void(walk, term);
}

/* Have the hosts no address at all, not one of them? */
static bool
hosts_absent(struct walk *walk, const struct dns_records *exchangers,
    uint16_t type)
{
	bool absent = true, asked = false;
	size_t i;

	for (i = 0; i < exchangers->count; i++) {
		const char *host = exchangers->items[i].text;

		if (spf_is_root(host))
			continue;
		asked = true;
		absent &= is_absent(look_up_host(walk, host, type));
	}
	return asked && absent;
}

static void
visit_mx(struct walk *walk, const struct step *step,
    const struct spf_term *term, const char *target)
{
	const struct dns_records *exchangers = look_up(walk, target, DNS_MX);

	if (exchangers == NULL)
		return;
	if (exchangers->outcome != DNS_RECORDS)
		count_void(walk, term);
	else if (exchangers->count > SPF_NAME_LIMIT)
		complain_of(walk, step, term, arena_printf(walk->arena,
		    "%s has %zu MX hosts, 10 are allowed", target,
		    exchangers->count));
	else if (walk->ret->lookups <= SPF_LOOKUP_LIMIT &&
	    hosts_absent(walk, exchangers, DNS_A) &&
	    hosts_absent(walk, exchangers, DNS_AAAA))
		count_void(walk, term);
}

/* The names of an address: known when there is one. */
static void
visit_ptr(struct walk *walk, const struct step *step,
    const struct spf_term *term, const char *target)
{
	(void)step;
	(void)term;
	(void)target;
	walk->ret->uses_ptr = true;
}

static bool
is_on_the_way(const struct step *step, const char *domain)
{
	for (; step != NULL; step = step->up) {
		if (strcasecmp(step->domain, domain) == 0)
			return true;
	}
	return false;
}

/* include and redirect */
static void
visit_record(struct walk *walk, const struct step *step,
    const struct spf_term *term, const char *target)
{
	const struct dns_records *records;
	const struct dns_record *record;
	struct step next = { target, step,
	    step->decides && term->kind == SPF_REDIRECT,
	    step->passes && (term->kind == SPF_REDIRECT ||
	    term->qualifier == '+') };

	if (is_on_the_way(step, target)) {
		complain_of(walk, step, term, "leads back to itself");
		return;
	}
	records = look_up(walk, target, DNS_TXT);
	if (records == NULL)
		return;
	if (records->outcome != DNS_RECORDS)
		count_void(walk, term);
	if (spf_select(records, &record) == 0)
		complain_of(walk, step, term, arena_printf(walk->arena,
		    "%s has no SPF record", target));
	else
		walk_record(walk, &next, records);
}

static void (*const visits[])(struct walk *walk, const struct step *step,
    const struct spf_term *term, const char *target) = {
	[SPF_INCLUDE] = visit_record,
	[SPF_REDIRECT] = visit_record,
	[SPF_A] = visit_a,
	[SPF_MX] = visit_mx,
	[SPF_PTR] = visit_ptr,
	[SPF_EXISTS] = visit_exists,
	[SPF_EXP] = NULL,
};

static void
visit_term(struct walk *walk, const struct step *step,
    const struct spf_term *term)
{
	char room[SPF_RAW_NAME_MAX];
	const char *target = step->domain;

	if (term->kind > SPF_EXP || visits[term->kind] == NULL ||
	    walk->ret->lookups >= WALK_MAX)
		return;
	walk->ret->lookups++;
	walk->ret->uses_ptr |= term->kind == SPF_PTR;
	if (spf_needs_client(term->domain)) {
		walk->ret->uses_macros = true;
		return;
	}
	if (term->domain.length > 0) {
		target = room;
		if (spf_expand_name(&walk->names, term->domain, step->domain,
		    room) != SPF_NAMED)
			return;
	}
	visits[term->kind](walk, step, term, target);
}

/* ---- records ---- */

static const char *
all_text(char qualifier)
{
	switch (qualifier) {
	case '-':
		return "-all";
	case '~':
		return "~all";
	case '?':
		return "?all";
	default:
		return "+all";
	}
}

static void
walk_terms(struct walk *walk, const struct step *step,
    const struct spf_scan *scan)
{
	struct spf_span rest = scan->terms;
	struct spf_term term;

	while (spf_term_next(&rest, &term)) {
		if (term.kind == SPF_ALL) {
			if (step->decides)
				walk->ret->all = all_text(term.qualifier);
			else if (step->passes && term.qualifier == '+')
				walk->ret->open = arena_strdup(walk->arena,
				    step->domain);
			return;
		}
		if (term.kind < SPF_REDIRECT)
			visit_term(walk, step, &term);
	}
	if (scan->redirect.kind == SPF_REDIRECT)
		visit_term(walk, step, &scan->redirect);
}

/* There is one SPF record at least. */
static void
walk_record(struct walk *walk, const struct step *step,
    const struct dns_records *records)
{
	const struct dns_record *record;
	struct spf_scan scan;
	size_t count = spf_select(records, &record);

	if (count > 1) {
		if (walk->ret->error == NULL)
			complain(walk, step, arena_printf(walk->arena,
			    "%zu SPF records, one is wanted", count));
		return;
	}
	spf_scan_record(record, &scan);
	if (scan.wrong) {
		if (walk->ret->error == NULL)
			complain(walk, step, spf_mistake_text(walk->arena,
			    &scan.first_wrong));
		return;
	}
	walk_terms(walk, step, &scan);
}

static void
judge_limits(struct walk *walk)
{
	struct spf_record *ret = walk->ret;
	const char *list = "";
	unsigned i;

	if (ret->error != NULL)
		return;
	if (ret->lookups > SPF_LOOKUP_LIMIT)
		ret->error = arena_printf(walk->arena,
		    "%u%s lookups, 10 are allowed", ret->lookups,
		    ret->lookups == WALK_MAX ? " or more" : "");
	if (ret->error != NULL || ret->voids <= SPF_VOID_LIMIT)
		return;
	for (i = 0; i < ret->voids && i < TOLD_VOIDS; i++) {
		const char *term = spf_quote(walk->arena, walk->voids[i]);

		list = arena_printf(walk->arena, "%s%s%.*s", list,
		    i == 0 ? "" : ", ", (int)strlen(term) - 2, term + 1);
	}
	ret->error = arena_printf(walk->arena,
	    "%u lookups that find nothing, 2 are allowed: %s%s", ret->voids,
	    list, ret->voids > TOLD_VOIDS ? ", ..." : "");
}

/* ---- the domain's own record ---- */

static void
remark_modifier(struct walk *walk, const struct spf_term *term)
{
	const char *hint = spf_modifier_meant(walk->arena, term);

	if (hint != NULL)
		remark(walk, arena_printf(walk->arena,
		    "%s: a modifier that no receiver knows; %s",
		    spf_quote(walk->arena, term->text), hint));
}

/* What the admin wrote behind the end, where nobody reads it. */
static void
remark_rest(struct walk *walk, const struct spf_scan *scan,
    const struct spf_term *all, struct spf_span rest)
{
	const char *end = spf_quote(walk->arena, all->text);
	struct spf_term term;

	if (all->qualifier == '+' && all->text.at[0] != '+')
		remark(walk, "\"all\" without a qualifier is +all: everybody "
		    "may send");
	if (scan->redirect.kind == SPF_REDIRECT)
		remark(walk, arena_printf(walk->arena,
		    "%s: does not count beside %s",
		    spf_quote(walk->arena, scan->redirect.text), end));
	while (walk->ret->remark_count < REMARKS_MAX &&
	    spf_term_next(&rest, &term)) {
		if (term.kind < SPF_REDIRECT)
			remark(walk, arena_printf(walk->arena,
			    "%s: does not count behind %s",
			    spf_quote(walk->arena, term.text), end));
	}
}

static void
keep_include(struct walk *walk, const struct spf_term *term)
{
	struct spf_record *ret = walk->ret;
	const char **includes = (const char **)(uintptr_t)ret->includes;

	if (ret->include_count >= WALK_MAX)
		return;
	*arena_push(walk->arena, &includes, &ret->include_count) =
	    arena_memdup(walk->arena, term->domain.at, term->domain.length);
	ret->includes = includes;
}

static void
describe(struct walk *walk, const struct dns_record *record)
{
	struct spf_span rest;
	struct spf_scan scan;
	struct spf_term term;

	spf_scan_record(record, &scan);
	rest = scan.terms;
	while (!scan.wrong && spf_term_next(&rest, &term)) {
		if (term.kind == SPF_OTHER_MODIFIER)
			remark_modifier(walk, &term);
		else if (term.kind == SPF_INCLUDE)
			keep_include(walk, &term);
		else if (term.kind == SPF_ALL)
			break;
	}
	if (scan.wrong)
		return;
	if (scan.has_all)
		remark_rest(walk, &scan, &term, rest);
	else if (scan.redirect.kind == SPF_REDIRECT)
		keep_include(walk, &scan.redirect);
}

static void
keep_records(struct walk *walk, const struct dns_records *records)
{
	struct spf_record *ret = walk->ret;
	const char **kept = NULL;
	size_t i;

	for (i = 0; i < records->count; i++) {
		const struct dns_record *record = &records->items[i];
		const char *miss;

		if (spf_is_record(record)) {
			*arena_push(walk->arena, &kept, &ret->record_count) =
			    arena_memdup(walk->arena, record->text,
			    record->text_length);
			if (record->text_length > ret->longest)
				ret->longest = record->text_length;
			continue;
		}
		miss = spf_near_miss(walk->arena, record);
		if (miss != NULL)
			remark(walk, miss);
	}
	ret->records = kept;
}

/* The domain without its last dot, and what %{d} and %{o} need. */
static const char *
begin_walk(struct walk *walk, const struct spf_query *query,
    const char *domain, char room[SPF_RAW_NAME_MAX])
{
	size_t length = strlen(domain);

	if (length > 0 && domain[length - 1] == '.' &&
	    length < SPF_RAW_NAME_MAX) {
		memcpy(room, domain, length - 1);
		room[length - 1] = '\0';
		domain = room;
	}
	walk->names.query = query;
	walk->names.arena = walk->arena;
	walk->names.source = walk->source;
	walk->names.sender_domain = (struct spf_span){ domain,
	    strlen(domain) };
	return domain;
}

bool
spf_record_read(struct arena *arena, const struct dns_source *source,
    const char *domain, struct spf_record *ret, const char **ret_why)
{
	struct walk walk = { .arena = arena, .source = source, .ret = ret };
	static const struct spf_query nobody;
	const struct dns_record *record;
	const struct dns_records *records;
	char room[SPF_RAW_NAME_MAX];
	struct step own = { .decides = true, .passes = true };

	memset(ret, 0, sizeof(*ret));
	own.domain = begin_walk(&walk, &nobody, domain, room);
	records = look_up(&walk, own.domain, DNS_TXT);
	if (records != NULL && spf_select(records, &record) > 0)
		walk_record(&walk, &own, records);
	*ret_why = walk.why;
	if (walk.pending || records == NULL)
		return !walk.pending;
	judge_limits(&walk);
	keep_records(&walk, records);
	if (ret->record_count == 1)
		describe(&walk, record);
	return true;
}
