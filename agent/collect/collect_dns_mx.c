/* Where a domain's mail is sent, and how senders are held to TLS. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "collect/collect_dns.h"
#include "parse/dane.h"
#include "parse/mta_sts.h"

#define MX_MAX 32	/* hosts of one domain that are looked at */

/* ---- MX ---- */

static void
add_mx_host(struct dns_run *run, const char *name)
{
	struct facts *facts = run->collection->facts;
	bool is_new;
	size_t index = name_table_add(&run->mx_names, name, 0, &is_new);

	if (!is_new)
		return;
	collection_add(run->collection, "mx_hosts",
	    run->mx_names.entries[index].name);
	*arena_push(run->collection->scratch, &run->mx_done,
	    &run->mx_count) = false;
	facts->inventory.mx_hosts.value++;
}

static int
compare_mx(const void *a, const void *b)
{
	const struct dns_record *const *left = a, *const *right = b;

	if ((*left)->preference != (*right)->preference)
		return (*left)->preference < (*right)->preference ? -1 : 1;
	return strcmp((*left)->text, (*right)->text);
}

/*
 * Without an MX record mail comes to the domain's own address (RFC 5321 5.1).
 * A name that is gone is gone for every type; SPF asks for its TXT anyway.
 */
static void
set_existence(struct dns_run *run, struct domain_facts *domain,
    const struct dns_records *mx, const struct dns_records *txt,
    const char *origin)
{
	if (!dns_meta(run, &domain->exists.meta, mx, origin) &&
	    domain->exists.meta.state == FACT_UNKNOWN)
		return;
	meta_known(&domain->exists.meta, origin);
	domain->exists.value = mx->outcome != DNS_NXDOMAIN ||
	    txt->outcome != DNS_NXDOMAIN;
	if (mx->outcome == DNS_NODATA &&
	    strcmp(domain->mail.value, "none") != 0)
		add_mx_host(run, domain->name);
}

bool
dns_mx_step(struct dns_run *run, struct domain_facts *domain)
{
	const struct dns_records *records = dns_cache_lookup(run->cache,
	    domain->name, DNS_MX), *txt = dns_cache_lookup(run->cache,
	    domain->name, DNS_TXT);
	const struct dns_record *sorted[MX_MAX];
	struct arena *arena = run->collection->arena;
	const char *origin, **items;
	size_t count, i;

	if (records == NULL || txt == NULL)
		return false;
	origin = dns_origin(run, DNS_MX, domain->name);
	set_existence(run, domain, records, txt, origin);
	dns_set_authenticated(run, &domain->dnssec, records, origin);
	(void)dns_meta(run, &domain->mx.meta, records, origin);
	if (records->count > MX_MAX)
		dns_unknown(run, &domain->mx.meta, origin,
		    "more MX hosts than are looked at");
	if (domain->mx.meta.state == FACT_UNKNOWN)
		run->collection->facts->inventory.mx_hosts.meta =
		    domain->mx.meta;
	if (domain->mx.meta.state != FACT_KNOWN)
		return true;
	count = records->count;
	for (i = 0; i < count; i++)
		sorted[i] = &records->items[i];
	qsort(sorted, count, sizeof(*sorted), compare_mx);
	items = arena_array(arena, count, sizeof(*items));
	for (i = 0; i < count; i++) {
		/* RFC 7505: "0 ." takes no mail. */
		items[i] = arena_printf(arena, "%u %s", sorted[i]->preference,
		    sorted[i]->text[0] == '\0' ? "." : sorted[i]->text);
		if (sorted[i]->text[0] != '\0')
			add_mx_host(run, sorted[i]->text);
	}
	domain->mx.items = items;
	domain->mx.count = count;
	return true;
}

/* ---- the hosts ---- */

/* What is sent from is this server's, whatever else is known of it. */
static bool
is_ours(const struct dns_run *run, const char *address)
{
	const struct facts *facts = run->collection->facts;
	size_t i;

	if (own_address(&run->own, address))
		return true;
	for (i = 0; i < facts->sending_addresses.count; i++)
		if (strcmp(facts->sending_addresses.items[i].name,
		    address) == 0)
			return true;
	return false;
}

static void
set_leads(struct dns_run *run, struct mx_host_facts *host,
    const char *const *addresses, size_t count)
{
	size_t ours = 0, i;

	host->leads.meta = host->addresses.meta;
	if (host->leads.meta.state != FACT_KNOWN)
		return;
	for (i = 0; i < count; i++)
		ours += is_ours(run, addresses[i]);
	if (ours < count && run->own.why != NULL)
		meta_unknown(run->collection, &host->leads.meta,
		    host->addresses.meta.origin,
		    "the addresses of this server are not known: %s",
		    run->own.why);
	else
		host->leads.value = ours == count ? "here" :
		    ours == 0 ? "elsewhere" : "both";
}

static void
set_addresses(struct dns_run *run, struct mx_host_facts *host,
    const char *const *addresses, size_t count,
    const struct dns_records *failed, const char *origin)
{
	struct fact_meta meta;

	if (failed != NULL)
		dns_meta(run, &meta, failed, origin);
	else if (count == 0)
		meta_absent(&meta, origin);
	else
		meta_known(&meta, origin);
	dns_set_list(run, &host->addresses, &meta, addresses, count);
	set_leads(run, host, addresses, count);
}

static void
set_tlsa(struct dns_run *run, struct mx_host_facts *host,
    const struct dns_records *records, const char *origin)
{
	struct fact_meta meta;
	struct tlsa tlsa;
	const char **items, *why;
	size_t i;

	if (!dns_meta(run, &meta, records, origin)) {
		host->tlsa.meta = meta;
		return;
	}
	items = arena_array(run->work, records->count, sizeof(*items));
	for (i = 0; i < records->count; i++)
		items[i] = tlsa_read(&records->items[i], &tlsa, &why) == 0 ?
		    tlsa_text(run->work, &tlsa) :
		    arena_join(run->work, "unusable: ", why);
	dns_set_list(run, &host->tlsa, &meta, items, records->count);
}

/* RFC 7672 2.1: addresses and TLSA must all be signed. */
static void
set_host_signed(struct dns_run *run, struct mx_host_facts *host,
    const struct dns_records *tlsa, const char *origin)
{
	const struct dns_records *const answers[] = { tlsa,
	    dns_cache_lookup(run->cache, host->name, DNS_A),
	    dns_cache_lookup(run->cache, host->name, DNS_AAAA) };
	bool secure = true;
	size_t i;

	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		dns_set_authenticated(run, &host->dnssec, answers[i], origin);
		if (host->dnssec.meta.state != FACT_KNOWN)
			return;
		secure = secure && host->dnssec.value;
	}
	host->dnssec.value = secure;
}

bool
dns_mx_host_step(struct dns_run *run, struct mx_host_facts *host)
{
	const char *tlsa_name = arena_join(run->work, "_25._tcp.",
	    host->name), *const *addresses = NULL, *origin;
	const struct dns_records *tlsa = dns_cache_lookup(run->cache,
	    tlsa_name, DNS_TLSA), *failed;
	size_t count;

	if (!dns_addresses(run, host->name, &addresses, &count, &failed) ||
	    tlsa == NULL)
		return false;
	set_addresses(run, host, addresses, count, failed,
	    arena_join(run->collection->arena, "dns A AAAA ", host->name));
	origin = dns_origin(run, DNS_TLSA, tlsa_name);
	set_tlsa(run, host, tlsa, origin);
	set_host_signed(run, host, tlsa, origin);
	return true;
}

/* ---- MTA-STS and TLS reporting ---- */

/*
 * The TXT records at a name that are of one kind. RFC 8460 3, 8461 3.1: of
 * several none counts.
 */
struct kind_of_record {
	size_t count;
	const struct dns_record *record;
	const char *error;
};

static struct kind_of_record
find_kind(const struct dns_records *records, const char *version)
{
	struct kind_of_record found = { 0 };
	size_t length = strlen(version), i;

	for (i = 0; i < records->count; i++) {
		const struct dns_record *record = &records->items[i];

		if (record->text_length < length ||
		    strncmp(record->text, version, length) != 0)
			continue;
		found.record = record;
		found.count++;
	}
	if (found.count > 1)
		found.error = "several records: none counts";
	return found;
}

/* Why a policy is unknown that is to be fetched. */
static const char not_fetched[] = "it was not fetched";

static void
set_policy_meta(struct domain_facts *domain, const struct fact_meta *meta)
{
	domain->mta_sts_mode.meta = *meta;
	domain->mta_sts_max_age.meta = *meta;
	domain->mta_sts_uncovered.meta = *meta;
}

/*
 * Is there a host to fetch the policy from? Without one there is no policy:
 * absent, and an error. With one it is unknown until it is fetched; where nobody
 * can tell, it is not tried. false = still to come.
 */
static bool
find_policy_host(struct dns_run *run, struct domain_facts *domain,
    const char **ret_error)
{
	const char *name = arena_join(run->work, "mta-sts.", domain->name);
	const char *origin, *const *addresses;
	const struct dns_records *failed;
	struct fact_meta meta = { FACT_UNKNOWN, NULL, not_fetched };
	size_t count;

	if (!dns_addresses(run, name, &addresses, &count, &failed))
		return false;
	origin = arena_printf(run->collection->arena, "dns A AAAA %s", name);
	meta.origin = origin;
	if (count == 0 && failed == NULL) {
		meta_absent(&meta, origin);
		*ret_error = arena_printf(run->work, "its policy can not be "
		    "fetched: %s has no address", name);
	} else if (count == 0) {
		dns_meta(run, &meta, failed, origin);
	}
	set_policy_meta(domain, &meta);
	return true;
}

bool
dns_mta_sts_step(struct dns_run *run, struct domain_facts *domain)
{
	const char *name = arena_join(run->work, "_mta-sts.",
	    domain->name), *origin, *id, *wrong = NULL, *error = NULL;
	const struct dns_records *records = dns_cache_lookup(run->cache, name,
	    DNS_TXT);
	struct kind_of_record found;
	struct fact_meta meta;

	if (records == NULL)
		return false;
	origin = dns_origin(run, DNS_TXT, name);
	found = find_kind(records, "v=STSv1");
	if (dns_meta(run, &meta, records, origin) && found.count == 0)
		meta_absent(&meta, origin);
	domain->mta_sts_record.meta = meta;
	domain->mta_sts_error.meta = meta;
	set_policy_meta(domain, &meta);
	if (meta.state != FACT_KNOWN)
		return true;
	if (!find_policy_host(run, domain, &error))
		return false;
	domain->mta_sts_record.value = arena_strdup(run->collection->arena,
	    dns_text(run, found.record));
	if (!mta_sts_record_read(run->work, found.record->text,
	    found.record->text_length, &id, &wrong) && wrong == NULL)
		wrong = "it does not begin with \"v=STSv1;\"";
	dns_set_optional(run, &domain->mta_sts_error, origin,
	    found.error != NULL ? found.error : wrong != NULL ? wrong : error);
	return true;
}

bool
dns_tls_rpt_step(struct dns_run *run, struct domain_facts *domain)
{
	const char *name = arena_join(run->work, "_smtp._tls.",
	    domain->name), *origin, *error = NULL, *const *rua = NULL;
	const struct dns_records *records = dns_cache_lookup(run->cache, name,
	    DNS_TXT);
	struct kind_of_record found;
	struct fact_meta meta;
	size_t count = 0;

	if (records == NULL)
		return false;
	origin = dns_origin(run, DNS_TXT, name);
	found = find_kind(records, "v=TLSRPTv1");
	if (dns_meta(run, &meta, records, origin) && found.count == 0)
		meta_absent(&meta, origin);
	domain->tls_rpt_record.meta = meta;
	domain->tls_rpt_error.meta = meta;
	domain->tls_rpt_rua.meta = meta;
	if (meta.state != FACT_KNOWN)
		return true;
	domain->tls_rpt_record.value = arena_strdup(run->collection->arena,
	    dns_text(run, found.record));
	if (!tls_rpt_record_read(run->work, found.record->text,
	    found.record->text_length, &rua, &count, &error) && error == NULL)
		error = "it does not begin with \"v=TLSRPTv1;\"";
	dns_set_optional(run, &domain->tls_rpt_error, origin,
	    found.error != NULL ? found.error : error);
	dns_set_list(run, &domain->tls_rpt_rua, &meta, rua, count);
	return true;
}

/* ---- the policy behind the record ---- */

static void
set_uncovered(struct dns_run *run, struct domain_facts *domain,
    const struct mta_sts_policy *policy, const char *origin)
{
	struct fact_meta meta = domain->mx.meta;
	const char **items = arena_array(run->work, domain->mx.count + 1,
	    sizeof(*items)), *host;
	size_t count = 0, i, j;

	for (i = 0; i < domain->mx.count; i++) {
		host = strchr(domain->mx.items[i], ' ') + 1;
		for (j = 0; j < policy->mx_count; j++)
			if (mta_sts_covers(policy->mx[j], host))
				break;
		if (j == policy->mx_count)
			items[count++] = host;
	}
	if (meta.state == FACT_KNOWN)
		meta.origin = origin;
	dns_set_list(run, &domain->mta_sts_uncovered, &meta, items, count);
}

/*
 * What the server itself answered, to everybody, is as good as no policy.
 * What only kept us from it, or may pass, says nothing.
 */
static bool
is_final(const struct answer *answer)
{
	return answer->code == FETCH_BAD_CERTIFICATE ||
	    (answer->code >= 200 && answer->code < 500 &&
	    answer->code != 408 && answer->code != 429);
}

static void
policy_not_fetched(struct dns_run *run, struct domain_facts *domain,
    const struct answer *answer, const char *origin)
{
	struct fact_meta meta;
	const char *why = answer->status == ANSWER_OK ? arena_printf(run->work,
	    "HTTP status %d", answer->code) : answer->why;

	if (is_final(answer)) {
		meta_absent(&meta, origin);
		if (domain->mta_sts_error.value == NULL)
			dns_set_optional(run, &domain->mta_sts_error, origin,
			    arena_printf(run->work,
			    "its policy can not be fetched: %s", why));
	} else {
		dns_unknown(run, &meta, origin, why);
		if (domain->mta_sts_error.meta.state == FACT_ABSENT)
			domain->mta_sts_error.meta = meta;
	}
	set_policy_meta(domain, &meta);
}

static void
read_policy(struct dns_run *run, struct domain_facts *domain,
    const struct answer *answer, const char *origin)
{
	struct mta_sts_policy policy;

	if (answer->status != ANSWER_OK || answer->code != 200) {
		policy_not_fetched(run, domain, answer, origin);
		return;
	}
	mta_sts_policy_read(run->work, answer->bytes, answer->length, &policy);
	if (policy.error != NULL && domain->mta_sts_error.value == NULL)
		dns_set_optional(run, &domain->mta_sts_error, origin,
		    policy.error);
	dns_set_optional(run, &domain->mta_sts_mode, origin, policy.mode);
	meta_known(&domain->mta_sts_max_age.meta, origin);
	domain->mta_sts_max_age.value = policy.max_age;
	set_uncovered(run, domain, &policy, origin);
}

void
dns_mta_sts_policies(struct dns_run *run, struct domain_facts *domains,
    size_t count)
{
	struct arena *arena = run->collection->arena;
	struct domain_facts **asked = arena_array(run->work, count,
	    sizeof(struct domain_facts *));
	const char **urls = arena_array(run->work, count, sizeof(*urls));
	struct answer *answers;
	size_t used = 0, i;

	for (i = 0; i < count; i++) {
		if (domains[i].mta_sts_record.meta.state != FACT_KNOWN ||
		    domains[i].mta_sts_mode.meta.why != not_fetched)
			continue;
		asked[used] = &domains[i];
		urls[used++] = arena_printf(arena,
		    "https://mta-sts.%s/.well-known/mta-sts.txt",
		    domains[i].name);
	}
	if (used == 0)
		return;
	answers = arena_array(run->work, used, sizeof(*answers));
	host_fetch(run->collection->host, run->work, urls, used,
	    MTA_STS_POLICY_MAX, answers);
	for (i = 0; i < used; i++)
		read_policy(run, asked[i], &answers[i], urls[i]);
}
