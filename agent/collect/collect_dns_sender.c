/* SPF, DKIM and DMARC of one domain. */
#include <string.h>

#include "base/arena.h"
#include "collect/collect_dns.h"
#include "parse/dkim.h"
#include "parse/dmarc.h"
#include "parse/spf.h"

/* ---- SPF ---- */

/* One verdict an address; true when all are there. */
static bool
set_spf_results(struct dns_run *run, struct domain_facts *domain,
    const char *origin)
{
	struct collection *collection = run->collection;
	size_t count = domain->sends_from.count, i;
	struct spf_verdict verdict;
	const char **items;
	bool done = true;

	if (domain->sends_from.meta.state != FACT_KNOWN) {
		domain->spf_results.meta = domain->sends_from.meta;
		return true;
	}
	items = arena_array(run->work, count + 1, sizeof(*items));
	meta_known(&domain->spf_results.meta, origin);
	for (i = 0; i < count; i++) {
		const struct spf_query query = {
			.address = domain->sends_from.items[i],
			.sender = arena_join(run->work, "postmaster@",
			    domain->name),
			.helo = domain->helo.value != NULL ?
			    domain->helo.value : domain->name,
			.now = collection->facts->collected_at,
		};

		spf_check(run->work, &run->source, &query, false, &verdict);
		done = done && verdict.result != SPF_PENDING;
		/* A pass or fail beside a look-up that failed is not sure. */
		if (verdict.why != NULL && verdict.result != SPF_PERMERROR)
			meta_unknown(run->collection,
			    &domain->spf_results.meta, origin, "%s",
			    verdict.why);
		items[i] = arena_join(run->work, query.address, " ",
		    spf_result_name(verdict.result));
	}
	if (done)
		dns_set_list(run, &domain->spf_results,
		    &(struct fact_meta){ domain->spf_results.meta.state,
		    domain->spf_results.meta.origin,
		    domain->spf_results.meta.why }, items, count);
	return done;
}

static void
set_spf_record(struct dns_run *run, struct domain_facts *domain,
    const struct spf_record *record, const char *why, const char *origin)
{
	struct fact_meta known = { FACT_KNOWN, origin, NULL };
	struct fact_meta reached = known;

	if (why != NULL)
		meta_unknown(run->collection, &reached, origin, "%s", why);
	dns_set_list(run, &domain->spf_records, &known, record->records,
	    record->record_count);
	dns_set_list(run, &domain->spf_includes, &known, record->includes,
	    record->include_count);
	/* An error that is seen stays one, whatever the rest would say. */
	dns_set_optional(run, &domain->spf_error, origin, record->error);
	if (why != NULL && record->error == NULL)
		domain->spf_error.meta = reached;
	dns_set_optional(run, &domain->spf_all, origin, record->all);
	if (why != NULL && record->all == NULL)
		domain->spf_all.meta = reached;
	dns_set_optional(run, &domain->spf_open, origin, record->open);
	if (why != NULL && record->open == NULL)
		domain->spf_open.meta = reached;
	domain->spf_lookups.meta = reached;
	domain->spf_lookups.value = record->lookups;
	domain->spf_void_lookups.meta = reached;
	domain->spf_void_lookups.value = record->voids;
	domain->spf_ptr.meta = why != NULL && !record->uses_ptr ? reached :
	    known;
	domain->spf_ptr.value = record->uses_ptr;
}

static void
set_all_spf(struct domain_facts *domain, const struct fact_meta *meta)
{
	domain->spf_records.meta = *meta;
	domain->spf_includes.meta = *meta;
	domain->spf_error.meta = *meta;
	domain->spf_all.meta = *meta;
	domain->spf_open.meta = *meta;
	domain->spf_lookups.meta = *meta;
	domain->spf_void_lookups.meta = *meta;
	domain->spf_ptr.meta = *meta;
	domain->spf_results.meta = *meta;
}

bool
dns_spf_step(struct dns_run *run, struct domain_facts *domain)
{
	const char *origin, *why = NULL;
	struct spf_record record;
	struct fact_meta meta;
	bool read = spf_record_read(run->work, &run->source, domain->name,
	    &record, &why);

	if (!read) {
		/* Its own questions go out in the same round. */
		if (domain->sends_from.count > 0)
			(void)set_spf_results(run, domain, "");
		return false;
	}
	origin = dns_origin(run, DNS_TXT, domain->name);
	if (record.records == NULL && why != NULL) {
		meta_unknown(run->collection, &meta, origin, "%s", why);
		set_all_spf(domain, &meta);
	} else if (record.record_count == 0) {
		meta_absent(&meta, origin);
		set_all_spf(domain, &meta);
	} else if (set_spf_results(run, domain, origin)) {
		set_spf_record(run, domain, &record, why, origin);
	} else {
		return false;
	}
	return true;
}

/* ---- DKIM ---- */

static void
set_all_dkim(struct domain_facts *domain, const struct fact_meta *meta)
{
	domain->dkim_records.meta = *meta;
	domain->dkim_error.meta = *meta;
	domain->dkim_key.meta = *meta;
	domain->dkim_matches.meta = *meta;
	domain->dkim_testing.meta = *meta;
	domain->dkim_hashes.meta = *meta;
}

/*
 * The key on disk is compared, not the record's text: tags may differ. The same
 * text has the same key.
 */
static void
set_dkim_match(struct dns_run *run, struct domain_facts *domain,
    const char *text, const struct dkim_key *published, const char *origin)
{
	struct dkim_record expected;

	domain->dkim_matches.meta = domain->dkim_expected.meta;
	if (domain->dkim_expected.meta.state != FACT_KNOWN)
		return;
	meta_known(&domain->dkim_matches.meta, origin);
	domain->dkim_matches.value = published->algorithm != DKIM_NO_KEY &&
	    strcmp(text, domain->dkim_expected.value) == 0;
	if (domain->dkim_matches.value)
		return;
	dkim_record_read(run->work, domain->dkim_expected.value,
	    strlen(domain->dkim_expected.value), &expected);
	domain->dkim_matches.value = dkim_key_equal(published, &expected.key);
}

static const char *
dkim_fault(struct dns_run *run, const struct dns_records *records,
    const struct dkim_record *record)
{
	if (records->count > 1)
		return arena_printf(run->work, "%zu records where one is "
		    "allowed", records->count);
	return record->error != NULL ? record->error :
	    record->weakness != NULL ? record->weakness : record->oddity;
}

bool
dns_dkim_step(struct dns_run *run, struct domain_facts *domain)
{
	const char *name = arena_join(run->work, domain->dkim_selector.value,
	    "._domainkey.", domain->name), *origin, **texts;
	const struct dns_records *records = dns_cache_lookup(run->cache, name,
	    DNS_TXT);
	struct dkim_record record;
	struct fact_meta meta;
	size_t i;

	if (records == NULL)
		return false;
	origin = dns_origin(run, DNS_TXT, name);
	if (!dns_meta(run, &meta, records, origin)) {
		set_all_dkim(domain, &meta);
		return true;
	}
	texts = arena_array(run->work, records->count, sizeof(*texts));
	for (i = 0; i < records->count; i++)
		texts[i] = dns_text(run, &records->items[i]);
	set_all_dkim(domain, &meta);
	dns_set_list(run, &domain->dkim_records, &meta, texts, records->count);
	dkim_record_read(run->work, records->items[0].text,
	    records->items[0].text_length, &record);
	dns_set_optional(run, &domain->dkim_error, origin,
	    dkim_fault(run, records, &record));
	dns_set_optional(run, &domain->dkim_key, origin, record.revoked ?
	    "revoked" : record.key.algorithm == DKIM_NO_KEY ? NULL :
	    dkim_key_name(run->work, &record.key));
	dns_set_optional(run, &domain->dkim_hashes, origin, record.hashes);
	domain->dkim_testing.value = record.testing;
	set_dkim_match(run, domain, texts[0], &record.key, origin);
	return true;
}

/* The record that stands for every selector nobody publishes. */
bool
dns_dkim_wildcard_step(struct dns_run *run, struct domain_facts *domain)
{
	const char *name = arena_join(run->work, "*._domainkey.",
	    domain->name), *origin;
	const struct dns_records *records = dns_cache_lookup(run->cache, name,
	    DNS_TXT);

	if (records == NULL)
		return false;
	origin = dns_origin(run, DNS_TXT, name);
	if (dns_meta(run, &domain->dkim_wildcard.meta, records, origin))
		domain->dkim_wildcard.value = arena_strdup(
		    run->collection->arena, dns_text(run, &records->items[0]));
	return true;
}

/* ---- DMARC ---- */

static void
set_all_dmarc(struct domain_facts *domain, const struct fact_meta *meta)
{
	domain->dmarc_record.meta = *meta;
	domain->dmarc_domain.meta = *meta;
	domain->dmarc_error.meta = *meta;
	domain->dmarc_policy.meta = *meta;
	domain->dmarc_subdomain_policy.meta = *meta;
	domain->dmarc_nonexistent_policy.meta = *meta;
	domain->dmarc_testing.meta = *meta;
	domain->dmarc_alignment.meta = *meta;
	domain->dmarc_removed.meta = *meta;
	domain->dmarc_unknown_tags.meta = *meta;
	domain->dmarc_rua.meta = *meta;
	domain->dmarc_unauthorised.meta = *meta;
}

/* Which of the report addresses nobody will send to; false = still to come. */
static bool
set_unauthorised(struct dns_run *run, struct domain_facts *domain,
    const struct dmarc_found *found, const char *origin)
{
	const char **items = arena_array(run->work, found->record.rua_count +
	    1, sizeof(*items)), *state, *why = NULL;
	struct fact_meta meta = { FACT_KNOWN, origin, NULL };
	bool done = true;
	size_t count = 0, i;

	for (i = 0; i < found->record.rua_count; i++) {
		state = NULL;
		if (!dmarc_report_uri(run->work, &run->source, found->domain,
		    found->record.rua[i], &state, &why))
			done = false;
		else if (state == NULL)
			meta_unknown(run->collection, &meta, origin, "%s", why);
		else if (strcmp(state, "own") != 0 &&
		    strcmp(state, "authorised") != 0)
			items[count++] = found->record.rua[i];
	}
	/* One that is known to be refused stands, whatever the others are. */
	if (count > 0)
		meta_known(&meta, origin);
	if (done)
		dns_set_list(run, &domain->dmarc_unauthorised, &meta, items,
		    count);
	return done;
}

static const char *
policy_word(enum dmarc_policy policy)
{
	return policy == DMARC_UNSET ? NULL : dmarc_policy_name(policy);
}

static void
set_alignment(struct dns_run *run, struct domain_facts *domain,
    const struct dmarc_record *record, const char *origin)
{
	const char *alignment = NULL;

	if (record->adkim != 0 || record->aspf != 0)
		alignment = arena_printf(run->work, "%s%.1s%s%s%.1s",
		    record->adkim != 0 ? "adkim=" : "", &record->adkim,
		    record->adkim != 0 && record->aspf != 0 ? " " : "",
		    record->aspf != 0 ? "aspf=" : "", &record->aspf);
	dns_set_optional(run, &domain->dmarc_alignment, origin, alignment);
}

/* why: the walk above the domain's own record did not get to its end. */
static void
set_dmarc(struct dns_run *run, struct domain_facts *domain,
    const struct dmarc_found *found, const char *why, const char *origin)
{
	const struct dmarc_record *record = &found->record;
	struct fact_meta known = { FACT_KNOWN, origin, NULL };

	set_all_dmarc(domain, &known);
	domain->dmarc_record.value = arena_strdup(run->collection->arena,
	    record->text);
	domain->dmarc_domain.value = arena_strdup(run->collection->arena,
	    found->domain);
	dns_set_optional(run, &domain->dmarc_error, origin, record->error);
	dns_set_optional(run, &domain->dmarc_policy, origin,
	    policy_word(found->effective));
	if (why != NULL) {
		meta_unknown(run->collection,
		    &domain->dmarc_subdomain_policy.meta, origin, "%s", why);
		domain->dmarc_nonexistent_policy.meta =
		    domain->dmarc_subdomain_policy.meta;
	} else {
		dns_set_optional(run, &domain->dmarc_subdomain_policy, origin,
		    policy_word(found->below));
		dns_set_optional(run, &domain->dmarc_nonexistent_policy,
		    origin, policy_word(found->below_nonexistent));
	}
	domain->dmarc_testing.value = record->testing;
	set_alignment(run, domain, record, origin);
	dns_set_list(run, &domain->dmarc_removed, &known, record->removed,
	    record->removed_count);
	dns_set_list(run, &domain->dmarc_unknown_tags, &known,
	    record->unknown, record->unknown_count);
	dns_set_list(run, &domain->dmarc_rua, &known, record->rua,
	    record->rua_count);
}

/* What is published at the domain itself, right or not. */
static void
set_dmarc_records(struct dns_run *run, struct domain_facts *domain,
    const struct dns_records *records, const char *origin)
{
	struct dmarc_record record;
	struct fact_meta meta;
	const char **texts;
	size_t count = 0, i;

	if (!dns_meta(run, &meta, records, origin)) {
		domain->dmarc_records.meta = meta;
		return;
	}
	texts = arena_array(run->work, records->count, sizeof(*texts));
	for (i = 0; i < records->count; i++)
		if (records->count == 1 || dmarc_record_read(run->work,
		    records->items[i].text, records->items[i].text_length,
		    &record))
			texts[count++] = dns_text(run, &records->items[i]);
	if (count == 0)
		meta.state = FACT_ABSENT;
	dns_set_list(run, &domain->dmarc_records, &meta, texts, count);
}

bool
dns_dmarc_step(struct dns_run *run, struct domain_facts *domain)
{
	const char *name = arena_join(run->work, "_dmarc.", domain->name);
	const struct dns_records *own = dns_cache_lookup(run->cache, name,
	    DNS_TXT);
	const char *origin, *why = NULL;
	struct dmarc_found found;
	struct fact_meta meta;

	if (!dmarc_find(run->work, &run->source, domain->name, &found, &why) ||
	    own == NULL)
		return false;
	origin = dns_origin(run, DNS_TXT, name);
	if (found.domain == NULL && why != NULL) {
		meta_unknown(run->collection, &meta, origin, "%s", why);
		set_all_dmarc(domain, &meta);
	} else if (found.domain == NULL) {
		meta_absent(&meta, origin);
		set_all_dmarc(domain, &meta);
		if (found.duplicates > 1)
			dns_set_optional(run, &domain->dmarc_error, origin,
			    arena_printf(run->work, "%zu records at _dmarc.%s "
			    "where one is allowed: none counts",
			    found.duplicates, found.duplicates_at));
	} else {
		if (strcmp(found.domain, domain->name) != 0)
			origin = dns_origin(run, DNS_TXT, arena_printf(
			    run->work, "_dmarc.%s", found.domain));
		if (!set_unauthorised(run, domain, &found, origin))
			return false;
		meta = domain->dmarc_unauthorised.meta;
		set_dmarc(run, domain, &found, why, origin);
		domain->dmarc_unauthorised.meta = meta;
	}
	set_dmarc_records(run, domain, own, dns_origin(run, DNS_TXT, name));
	return true;
}
