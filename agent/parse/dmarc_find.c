#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "parse/dmarc.h"
#include "parse/tag_list.h"

#define PREFIX "_dmarc."
#define REPORT "._report._dmarc."
#define NAME_MAX_CHARS (DNS_NAME_MAX - 2)	/* without the last dot */
#define JUMP_LABELS 7	/* RFC 9989 4.10, step 4 */

struct step {
	const char *name;	/* behind "_dmarc."; in the domain's own copy */
	bool found;		/* one valid record and no more */
	struct dmarc_record record;
};

/* One walk from a domain up. */
struct walk {
	char *domain;		/* lower case, no last dot; in the arena */
	struct step steps[DMARC_WALK_LIMIT];
	size_t count;
	const struct step *last;	/* the shortest name with a record; NULL = none */
	const char *why;	/* a name that can not be looked up; NULL = none */
	size_t duplicates;
	const char *duplicates_at;
};

/* ---- names ---- */

/* Characters of a name as they count on the wire: \DDD is one. */
static size_t
name_length(const char *name)
{
	size_t length = 0;

	for (; *name != '\0'; length++)
		name += name[0] == '\\' && name[1] != '\0' &&
		    name[2] != '\0' && name[3] != '\0' ? 4 : 1;
	return length;
}

/* NULL when it can be no domain name. */
static char *
copy_domain(struct arena *arena, const char *domain)
{
	size_t length = strlen(domain), i;
	char *copy;

	if (length > 0 && domain[length - 1] == '.')
		length--;
	if (length == 0 || length >= DNS_TEXT_MAX || domain[0] == '.' ||
	    domain[length - 1] == '.' || strstr(domain, "..") != NULL)
		return NULL;
	copy = arena_memdup(arena, domain, length);
	for (i = 0; i < length; i++)
		if (copy[i] >= 'A' && copy[i] <= 'Z')
			copy[i] = (char)(copy[i] - 'A' + 'a');
	return name_length(copy) <= NAME_MAX_CHARS ? copy : NULL;
}

static size_t
count_labels(const char *name)
{
	size_t labels = 1;

	for (; *name != '\0'; name++)
		labels += *name == '.';
	return labels;
}

/* The rest of name behind its first labels. */
static const char *
skip_labels(const char *name, size_t labels)
{
	for (; labels > 0; labels--)
		name = strchr(name, '.') + 1;
	return name;
}

static void
list_names(struct walk *walk)
{
	size_t labels = count_labels(walk->domain);
	const char *name = walk->domain;
	size_t skip = labels > JUMP_LABELS ? labels - JUMP_LABELS : 1;

	walk->steps[walk->count++].name = name;
	while (labels > skip) {
		name = skip_labels(name, skip);
		labels -= skip;
		skip = 1;
		walk->steps[walk->count++].name = name;
	}
}

/* ---- asking ---- */

static const struct dns_records no_such_name = { .outcome = DNS_NXDOMAIN };

/* Of TXT at prefix + middle + name. A name too long for DNS has no records. */
static const struct dns_records *
ask(const struct dns_source *source, const char *prefix, const char *middle,
    const char *name)
{
	char full[2 * DNS_TEXT_MAX + sizeof(REPORT)];
	size_t a = strlen(prefix), b = strlen(middle), c = strlen(name);

	memcpy(full, prefix, a);
	memcpy(full + a, middle, b);
	memcpy(full + a + b, name, c + 1);
	return name_length(full) > NAME_MAX_CHARS ? &no_such_name :
	    source->lookup(source->data, full, DNS_TXT);
}

static const char *
lookup_fault(struct arena *arena, const char *prefix, const char *middle,
    const char *name, const struct dns_records *records)
{
	return arena_printf(arena, "%s%s%s: %s", prefix, middle, name,
	    records->why != NULL ? records->why :
	    dns_outcome_name(records->outcome));
}

/* Several records at one name are as good as none (4.10, steps 2 and 6). */
static void
read_step(struct arena *arena, struct walk *walk, struct step *step,
    const struct dns_records *records)
{
	struct dmarc_record record;
	size_t count = 0, i;

	for (i = 0; i < records->count; i++)
		if (dmarc_record_read(arena, records->items[i].text,
		    records->items[i].text_length, &record) && count++ == 0)
			step->record = record;
	step->found = count == 1;
	if (count > 1 && walk->last == NULL && walk->duplicates == 0) {
		walk->duplicates = count;
		walk->duplicates_at = step->name;
	}
}

/*
 * All names are asked before the first answer is read, so that one round is
 * enough; parents are shared, and the source asks each once. false = pending.
 */
static bool
walk_up(struct arena *arena, const struct dns_source *source,
    const char *domain, struct walk *walk)
{
	const struct dns_records *records[DMARC_WALK_LIMIT];
	bool pending = false;
	size_t i;

	memset(walk, 0, sizeof(*walk));
	walk->domain = copy_domain(arena, domain);
	if (walk->domain == NULL) {
		walk->why = "that is no domain name";
		return true;
	}
	list_names(walk);
	for (i = 0; i < walk->count; i++) {
		records[i] = ask(source, PREFIX, "", walk->steps[i].name);
		pending |= records[i] == NULL;
	}
	if (pending)
		return false;
	for (i = 0; i < walk->count; i++) {
		struct step *step = &walk->steps[i];

		if (records[i]->outcome == DNS_RECORDS)
			read_step(arena, walk, step, records[i]);
		else if (!dns_absent(records[i]->outcome)) {
			walk->why = lookup_fault(arena, PREFIX, "", step->name,
			    records[i]);
			break;
		}
		if (step->found) {
			walk->last = step;
			if (step->record.psd != 'u')
				break;
		}
	}
	return true;
}

/* ---- what the walk says ---- */

/* One label more than step has, of the domain that the walk began at. */
static const char *
one_below(const struct walk *walk, const struct step *step)
{
	const char *name = step->name - 1;	/* its dot */

	while (name > walk->domain && name[-1] != '.')
		name--;
	return name;
}

static bool
is_psd(const struct walk *walk, const struct step *step)
{
	return step->record.psd == 'y' && step != &walk->steps[0];
}

/*
 * 4.10.2: the walk ended at psd=n or psd=y, if there was one; without them the
 * shortest name with a record. NULL when it is not known.
 */
static const char *
organizational_domain(const struct walk *walk)
{
	if (walk->why != NULL)
		return NULL;
	if (walk->last == NULL)
		return walk->domain;
	return is_psd(walk, walk->last) ? one_below(walk, walk->last) :
	    walk->last->name;
}

/* 4.10.1: the organizational domain's record, else that of its PSD. */
static const struct step *
inherited(const struct walk *walk, const char *organizational)
{
	size_t i;

	for (i = 0; i < walk->count; i++)
		if (walk->steps[i].found &&
		    walk->steps[i].name == organizational)
			return &walk->steps[i];
	return walk->last;
}

static enum dmarc_policy
first_set(enum dmarc_policy first, enum dmarc_policy second)
{
	return first != DMARC_UNSET ? first : second;
}

/* What stands for p, sp or np in a record, its own faults heeded. */
static enum dmarc_policy
applied(const struct dmarc_record *record, enum dmarc_policy policy)
{
	if (record->ignored)
		return DMARC_UNSET;
	return record->as_none ? DMARC_NONE : policy;
}

static void
set_inherited(const struct walk *walk, struct dmarc_found *ret)
{
	const struct step *step = inherited(walk, ret->organizational);
	const struct dmarc_record *record;
	enum dmarc_policy sp, np;

	if (step == NULL)
		return;
	record = &step->record;
	sp = first_set(record->subdomain, record->policy);
	np = first_set(record->nonexistent, sp);
	ret->below = applied(record, sp);
	ret->below_nonexistent = applied(record, np);
	if (ret->domain == NULL) {
		ret->domain = step->name;
		ret->record = *record;
		ret->effective = ret->below;
	}
}

bool
dmarc_find(struct arena *arena, const struct dns_source *source,
    const char *domain, struct dmarc_found *ret, const char **ret_why)
{
	const struct step *own;
	struct walk walk;

	memset(ret, 0, sizeof(*ret));
	if (!walk_up(arena, source, domain, &walk))
		return false;
	own = &walk.steps[0];
	*ret_why = walk.why;
	ret->organizational = organizational_domain(&walk);
	ret->duplicates = walk.duplicates;
	ret->duplicates_at = walk.duplicates_at;
	if (own->found) {
		ret->domain = own->name;
		ret->record = own->record;
		ret->effective = applied(&own->record, own->record.policy);
	}
	if (walk.why == NULL)
		set_inherited(&walk, ret);
	return true;
}

/* ---- reports ---- */

/* RFC 9990 4, step 9: reports may not be sent on to a third host. */
static bool
sent_elsewhere(const struct dmarc_record *record, const char *host)
{
	struct slice uri, named;
	size_t i;

	for (i = 0; i < record->rua_count; i++) {
		uri.bytes = record->rua[i];
		uri.length = strcspn(record->rua[i], "!");
		if (uri_mailto_host(uri, &named) && !slice_is_word(named, host))
			return true;
	}
	return false;
}

static bool
is_authorised(struct arena *arena, const struct dns_records *records,
    const char *host)
{
	struct dmarc_record record;
	bool authorised = false;
	size_t i;

	for (i = 0; i < records->count; i++) {
		if (!dmarc_record_read(arena, records->items[i].text,
		    records->items[i].text_length, &record))
			continue;
		if (sent_elsewhere(&record, host))
			return false;
		authorised = true;
	}
	return authorised;
}

/* Is one the other, or below it? Then they are most likely one organization's. */
static bool
related(const char *a, const char *b)
{
	size_t length = strlen(a), other = strlen(b);
	const char *end;

	if (length < other)
		return related(b, a);
	end = a + length - other;
	return strcmp(end, b) == 0 && (end == a || end[-1] == '.');
}

static const char *
uri_host(struct arena *arena, const char *uri)
{
	struct slice slice = { uri, strcspn(uri, "!") }, host;

	return uri_mailto_host(slice, &host) ? copy_domain(arena,
	    arena_memdup(arena, host.bytes, host.length)) : NULL;
}

/*
 * What the host says weighs alone once the domains differ, and also when
 * nobody can tell: a host that agrees gets the reports either way.
 */
static void
judge_host(struct arena *arena, const char *domain, const char *host,
    const char *why, const struct dns_records *records,
    const char **ret_state, const char **ret_why)
{
	if (records->outcome == DNS_RECORDS &&
	    is_authorised(arena, records, host)) {
		*ret_state = "authorised";
	} else if (records->outcome != DNS_RECORDS &&
	    !dns_absent(records->outcome)) {
		*ret_why = lookup_fault(arena, domain, REPORT, host, records);
	} else if (why != NULL) {
		*ret_why = why;
	} else {
		*ret_state = "not authorised";
	}
}

bool
dmarc_report_uri(struct arena *arena, const struct dns_source *source,
    const char *domain, const char *uri, const char **ret_state,
    const char **ret_why)
{
	const struct dns_records *records = NULL;
	const char *host = uri_host(arena, uri), *own, *other;
	struct walk from, to;
	bool ready;

	*ret_state = *ret_why = NULL;
	if (host == NULL) {
		*ret_state = "not a mailto URI";
		return true;
	}
	/* Most are the domain's own, which needs no walk. */
	if (strcasecmp(host, domain) == 0) {
		*ret_state = "own";
		return true;
	}
	ready = walk_up(arena, source, domain, &from);
	ready &= walk_up(arena, source, host, &to);
	if (from.domain == NULL) {
		*ret_why = from.why;
		return true;
	}
	/* One round less for a host that is a stranger's in any case. */
	if (!related(from.domain, host))
		records = ask(source, from.domain, REPORT, host);
	if (!ready)
		return false;
	own = organizational_domain(&from);
	other = organizational_domain(&to);
	if (strcmp(from.domain, host) == 0 ||
	    (own != NULL && other != NULL && strcmp(own, other) == 0)) {
		*ret_state = "own";
		return true;
	}
	if (records == NULL)
		records = ask(source, from.domain, REPORT, host);
	if (records == NULL)
		return false;
	judge_host(arena, from.domain, host,
	    from.why != NULL ? from.why : to.why, records, ret_state, ret_why);
	return true;
}
