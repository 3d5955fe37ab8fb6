/*
 * What DNS says of the domains that are hosted here, of the hosts that take
 * their mail and of the addresses that it leaves from. Everything that is to be
 * asked of a stretch of domains is asked at once, then what the answers lead
 * to, until nothing is left to ask.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "collect/collect_dns.h"
#include "facts/fields.h"
#include "parse/dane.h"
#include "parse/spf.h"

/* So many domains at a time: what their answers take up is freed behind them. */
#define STRETCH 10000
/* An SPF record can lead from name to name 10 times, each by a CNAME of its own. */
#define ROUNDS_MAX 40
#define PTR_NAMES_MAX 10	/* of one address */

enum mail_kind {
	HAS_MAIL = 1,
	NO_MAIL = 2,
};

/* What is asked of which domains. */
static const struct {
	dns_step *step;
	unsigned kinds;
} steps[] = {
	{ dns_mx_step, HAS_MAIL | NO_MAIL },
	{ dns_spf_step, HAS_MAIL | NO_MAIL },
	{ dns_dkim_step, HAS_MAIL },
	{ dns_dkim_wildcard_step, NO_MAIL },
	{ dns_dmarc_step, HAS_MAIL | NO_MAIL },
	{ dns_mta_sts_step, HAS_MAIL },
	{ dns_tls_rpt_step, HAS_MAIL },
};

#define STEPS (sizeof(steps) / sizeof(steps[0]))

static unsigned
mail_kind(const struct domain_facts *domain)
{
	const char *mail = domain->mail.value;

	if (domain->mail.meta.state != FACT_KNOWN)
		return 0;
	if (strcmp(mail, "sends") == 0 || strcmp(mail, "receives") == 0)
		return HAS_MAIL;
	return strcmp(mail, "none") == 0 ? NO_MAIL : 0;
}

/* ---- the addresses that mail leaves from ---- */

/* Does a domain that sends from the address say HELO with the name? */
static bool
says_helo(const struct dns_run *run, const char *address, const char *name)
{
	const struct facts *facts = run->collection->facts;
	size_t i, j;

	for (i = 0; i < facts->domains.count; i++) {
		const struct domain_facts *domain = &facts->domains.items[i];

		if (domain->helo.value == NULL ||
		    strcasecmp(domain->helo.value, name) != 0)
			continue;
		for (j = 0; j < domain->sends_from.count; j++)
			if (strcmp(domain->sends_from.items[j], address) == 0)
				return true;
	}
	return false;
}

/* A name that an address leads to, and that leads back to it: RFC 8601 3. */
static bool
set_confirmed(struct dns_run *run, struct sending_address_facts *address,
    const struct dns_records *records)
{
	struct fact_meta meta = address->ptr.meta;
	const char *const *found = NULL, **names = arena_array(run->work,
	    records->count + 1, sizeof(*names));
	const struct dns_records *failed;
	size_t count = 0, found_count, i, j;
	bool done = true, sure = true;

	for (i = 0; i < records->count && i < PTR_NAMES_MAX; i++) {
		if (!dns_addresses(run, records->items[i].text, &found,
		    &found_count, &failed)) {
			done = false;
			continue;
		}
		for (j = 0; j < found_count; j++)
			if (strcmp(found[j], address->name) == 0)
				break;
		if (j < found_count)
			names[count++] = records->items[i].text;
		else if (failed != NULL) {
			dns_meta(run, &meta, failed, address->ptr.meta.origin);
			sure = sure && !says_helo(run, address->name,
			    records->items[i].text);
		}
	}
	/* A name that is confirmed stands, if no other one is asked for. */
	if (count > 0 && sure)
		meta = address->ptr.meta;
	if (done)
		dns_set_list(run, &address->confirmed, &meta, names, count);
	return done;
}

static bool
address_step(struct dns_run *run, struct sending_address_facts *address)
{
	const struct dns_records *records;
	const char **names, *origin;
	struct fact_meta meta;
	char reverse[80];
	size_t i;

	if (dns_reverse_name(address->name, reverse, sizeof(reverse)) != 0) {
		meta_unknown(run->collection, &address->ptr.meta,
		    address->local.meta.origin, "%s is no address",
		    address->name);
		address->confirmed.meta = address->ptr.meta;
		return true;
	}
	records = dns_cache_lookup(run->cache, reverse, DNS_PTR);
	if (records == NULL)
		return false;
	origin = dns_origin(run, DNS_PTR, reverse);
	(void)dns_meta(run, &meta, records, origin);
	names = arena_array(run->work, records->count + 1, sizeof(*names));
	for (i = 0; i < records->count; i++)
		names[i] = records->items[i].text;
	dns_set_list(run, &address->ptr, &meta, names, records->count);
	return set_confirmed(run, address, records);
}

/* ---- the server as a whole ---- */

/* RFC 8659 3: the closest name that has any; false = still to come. */
static bool
caa_step(struct dns_run *run)
{
	struct dns_facts *dns = &run->collection->facts->dns;
	const char *name = run->collection->facts->host, *at, **items, *why;
	const struct dns_records *records = NULL;
	bool done = true, decided = false;
	struct fact_meta meta;
	struct caa caa;
	size_t i;

	if (name == NULL) {
		meta_unknown(run->collection, &dns->caa.meta, "dns CAA",
		    "the server's name is not known");
		return true;
	}
	meta_absent(&meta, dns_origin(run, DNS_CAA, name));
	for (at = name; at != NULL && *at != '\0' && !decided;
	    at = strchr(at, '.'), at += at != NULL) {
		records = dns_cache_lookup(run->cache, at, DNS_CAA);
		done = done && records != NULL;
		if (records == NULL)
			continue;	/* its parents are asked beside it */
		decided = !dns_absent(records->outcome);
		if (decided)
			dns_meta(run, &meta, records, dns_origin(run, DNS_CAA,
			    at));
	}
	if (!done)
		return false;
	items = arena_array(run->work, (decided ? records->count : 0) + 1,
	    sizeof(*items));
	for (i = 0; meta.state == FACT_KNOWN && i < records->count; i++)
		items[i] = caa_read(run->work, &records->items[i], &caa,
		    &why) == 0 ? caa_text(run->work, &caa) :
		    arena_printf(run->work, "unusable: %s", why);
	dns_set_list(run, &dns->caa, &meta, items,
	    meta.state == FACT_KNOWN ? records->count : 0);
	return true;
}

/* "smtp.relay.example::587": the first host of the route. */
static const char *
smarthost_name(struct dns_run *run)
{
	const char *at = smarthost_of_all(&run->collection->facts->site);
	size_t length;

	if (at == NULL)
		return NULL;
	length = strcspn(at, " \t\r\n:;");
	return length == 0 || at[0] == '[' || strspn(at, "0123456789.") >=
	    length ? NULL : arena_memdup(run->work, at, length);
}

/*
 * The name to include for mail that leaves by a smarthost: the host's own or
 * that of a domain above it, the closest that has an SPF record.
 */
static bool
smarthost_step(struct dns_run *run)
{
	struct fact_str *fact = &run->collection->facts->dns.smarthost_spf;
	const char *name = smarthost_name(run), *at, *why = NULL;
	struct spf_record record;
	bool done = true;

	/* Absent without one; unknown where nobody knows whether there is. */
	fact->meta = run->collection->facts->site.smarthost.meta;
	if (fact->meta.state == FACT_UNKNOWN)
		return true;
	fact->meta.state = FACT_ABSENT;
	for (at = name; at != NULL && strchr(at, '.') != NULL;
	    at = strchr(at, '.'), at += at != NULL) {
		if (!spf_record_read(run->work, &run->source, at, &record,
		    &why)) {
			done = false;
			continue;
		}
		if (record.records == NULL && why != NULL) {
			dns_unknown(run, &fact->meta, dns_origin(run, DNS_TXT,
			    at), why);
			return done;
		}
		if (record.record_count > 0) {
			meta_known(&fact->meta, dns_origin(run, DNS_TXT, at));
			fact->value = arena_strdup(run->collection->arena, at);
			return done;
		}
	}
	return done;
}

static void
set_servers(struct collection *collection)
{
	struct dns_facts *dns = &collection->facts->dns;
	const struct collect_options *options = collection->options;
	const char *origin = "cpward.ini [dns] servers", **items;
	size_t i;

	meta_known(&dns->validating.meta, "cpward.ini [dns] validating");
	if (options == NULL || options->dns_server_count == 0) {
		meta_absent(&dns->servers.meta, origin);
		return;
	}
	dns->validating.value = options->dns_validating;
	meta_known(&dns->servers.meta, origin);
	items = arena_array(collection->arena, options->dns_server_count,
	    sizeof(*items));
	for (i = 0; i < options->dns_server_count; i++)
		items[i] = arena_strdup(collection->arena,
		    options->dns_servers[i]);
	dns->servers.items = items;
	dns->servers.count = options->dns_server_count;
}

/* ---- rounds ---- */

/* Which steps are still to be done, a bit each. */
struct stretch {
	struct domain_facts *domains;
	size_t count;
	unsigned char *left;
	bool server_done;	/* addresses, CAA, smarthost: with the first stretch */
};

static void
domains_round(struct dns_run *run, struct stretch *stretch)
{
	size_t i, step;

	for (i = 0; i < stretch->count; i++)
		for (step = 0; stretch->left[i] != 0 && step < STEPS; step++)
			if ((stretch->left[i] & 1u << step) != 0 &&
			    steps[step].step(run, &stretch->domains[i]))
				stretch->left[i] &= (unsigned char)
				    ~(1u << step);
}

static void
mx_round(struct dns_run *run)
{
	struct facts *facts = run->collection->facts;
	size_t i;

	for (i = 0; i < run->mx_count; i++)
		if (!run->mx_done[i])
			run->mx_done[i] = dns_mx_host_step(run,
			    &facts->mx_hosts.items[i]);
}

static void
server_round(struct dns_run *run, struct stretch *stretch)
{
	struct facts *facts = run->collection->facts;
	bool done = caa_step(run) & smarthost_step(run);
	size_t i;

	for (i = 0; i < facts->sending_addresses.count; i++)
		done &= address_step(run, &facts->sending_addresses.items[i]);
	stretch->server_done = done;
}

static void
run_stretch(struct dns_run *run, struct stretch *stretch)
{
	struct arena *scratch = run->collection->scratch;
	size_t rounds = 0, i, step;

	stretch->left = arena_array(scratch, stretch->count + 1, 1);
	for (i = 0; i < stretch->count; i++)
		for (step = 0; step < STEPS; step++)
			if (mail_kind(&stretch->domains[i]) &
			    steps[step].kinds)
				stretch->left[i] |= (unsigned char)(1u << step);
	do {
		run->work = arena_new();
		domains_round(run, stretch);
		mx_round(run);
		if (!stretch->server_done)
			server_round(run, stretch);
		arena_free(run->work);
	} while (dns_cache_ask(run->cache) > 0 && ++rounds < ROUNDS_MAX &&
	    dns_cache_skipped(run->cache) == NULL);
}

/* ---- a run that may not ask ---- */

static void
skip_fields(struct collection *collection, void *item,
    const struct field *fields, size_t count, const char *why)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (fields[i].planes == PLANE_BIT(PLANE_SOCKET))
			meta_unknown(collection, (struct fact_meta *)(void *)
			    ((char *)item + fields[i].offset), "dns", "%s",
			    why);
}

static void
skip_all(struct collection *collection, const char *why)
{
	struct facts *facts = collection->facts;
	const struct field_list *list;
	LIST_OF(char) *items;
	size_t i, j;

	meta_unknown(collection, &facts->dns.smarthost_spf.meta, "dns", "%s",
	    why);
	meta_unknown(collection, &facts->dns.caa.meta, "dns", "%s", why);
	meta_unknown(collection, &facts->inventory.mx_hosts.meta, "dns", "%s",
	    why);
	for (i = 0; i < field_list_count; i++) {
		list = &field_lists[i];
		if (strcmp(list->name, "domains") != 0 &&
		    strcmp(list->name, "sending_addresses") != 0)
			continue;
		items = (void *)((char *)facts + list->offset);
		for (j = 0; j < items->count; j++)
			skip_fields(collection, items->items + j *
			    list->item_size, list->fields, list->field_count,
			    why);
	}
}

/* ---- all of it ---- */

static void
collect_dns(struct collection *collection)
{
	struct facts *facts = collection->facts;
	struct dns_run run = { .collection = collection };
	struct stretch stretch = { .server_done = false };
	const char *skipped = NULL;
	struct arena *answers;
	size_t first = 0;

	set_servers(collection);
	own_addresses_find(collection, &run.own);
	name_table_init(&run.mx_names, collection->scratch);
	facts->inventory.mx_hosts.meta = facts->inventory.domains.meta;
	do {
		answers = arena_new();
		run.cache = dns_cache_new(answers, collection->host);
		run.source = dns_cache_source(run.cache);
		stretch.domains = facts->domains.items + first;
		stretch.count = facts->domains.count - first;
		if (stretch.count > STRETCH)
			stretch.count = STRETCH;
		run_stretch(&run, &stretch);
		if (dns_cache_skipped(run.cache) != NULL)
			skipped = arena_strdup(collection->arena,
			    dns_cache_skipped(run.cache));
		arena_free(answers);
		if (skipped == NULL) {
			run.work = arena_new();
			dns_mta_sts_policies(&run, stretch.domains,
			    stretch.count);
			arena_free(run.work);
		}
		first += stretch.count;
	} while (first < facts->domains.count && skipped == NULL);
	if (skipped != NULL)
		skip_all(collection, skipped);
}

static const struct access dns_accesses[] = {
	{ ASK_FILE, "/proc/net/*", "which MX lead here" },
	{ ASK_FILE, NAT_MAP, "which MX lead here" },
	{ ASK_DNS, "MX *", "where each domain's mail is sent" },
	{ ASK_DNS, "TXT *", "SPF, and the records it includes" },
	{ ASK_DNS, "TXT default._domainkey.*", "DKIM keys" },
	{ ASK_DNS, "TXT _dmarc.*", "DMARC policies" },
	{ ASK_DNS, "TXT *._report._dmarc.*", "may DMARC reports be sent there?" },
	{ ASK_DNS, "TXT _mta-sts.*", "MTA-STS" },
	{ ASK_DNS, "TXT _smtp._tls.*", "TLS reporting" },
	{ ASK_DNS, "A AAAA *", "addresses of MX hosts; SPF" },
	{ ASK_DNS, "TLSA _25._tcp.*", "DANE" },
	{ ASK_DNS, "PTR *", "names of the addresses that mail leaves from" },
	{ ASK_DNS, "CAA *", "who may issue for the server's name" },
	{ ASK_FETCH, "https://mta-sts.*/.well-known/mta-sts.txt",
	    "MTA-STS policies, where a record says there is one" },
};

static const char *const dns_groups[] = { "dns", NULL };

static const char *const dns_lists[] = { "domains", "mx_hosts",
    "sending_addresses", NULL };
static const char *const dns_depends[] = { "domains", NULL };

extern const struct collector collector_dns;
const struct collector collector_dns = {
	.name = "dns",
	.accesses = dns_accesses,
	.access_count = sizeof(dns_accesses) / sizeof(dns_accesses[0]),
	.collect = collect_dns,
	.groups = dns_groups,
	.planes = PLANE_BIT(PLANE_SOCKET),
	.lists = dns_lists,
	.depends = dns_depends,
};
