/*
 * What the parts of the dns collector share: a run over a stretch of domains,
 * whose look-ups go out in rounds. A step fills facts from the cache, or says
 * false when an answer is still to come; then it runs again, from its start,
 * after the next round.
 */
#ifndef CPWARD_COLLECT_COLLECT_DNS_H
#define CPWARD_COLLECT_COLLECT_DNS_H

#include "collect/addresses.h"
#include "collect/collect.h"
#include "collect/dns_cache.h"
#include "collect/name_table.h"

struct dns_run {
	struct collection *collection;
	struct own_addresses own;
	struct name_table mx_names;	/* of facts->mx_hosts, in their order */
	bool *mx_done;			/* likewise */
	size_t mx_count;
	/* of this stretch of domains: */
	struct dns_cache *cache;
	struct dns_source source;
	struct arena *work;		/* freed after each round */
};

/* true when done. */
typedef bool dns_step(struct dns_run *run, struct domain_facts *domain);

dns_step dns_spf_step, dns_dkim_step, dns_dkim_wildcard_step, dns_dmarc_step,
    dns_mx_step, dns_mta_sts_step, dns_tls_rpt_step;

/* The facts of one MX host; true when done. */
bool dns_mx_host_step(struct dns_run *run, struct mx_host_facts *host);
/* Fetches the policies of these domains, all at once. */
void dns_mta_sts_policies(struct dns_run *run, struct domain_facts *domains,
    size_t count);

/* ---- facts from records ---- */

/* "dns TXT _dmarc.example.com", in the facts' arena. */
const char *dns_origin(struct dns_run *run, uint16_t type, const char *name);

/*
 * Known when there are records, absent when the name server says so, else
 * unknown with what happened. True when known.
 */
bool dns_meta(struct dns_run *run, struct fact_meta *meta,
    const struct dns_records *records, const char *origin);
void dns_unknown(struct dns_run *run, struct fact_meta *meta,
    const char *origin, const char *why);

/* Text as published, at most 4,096 bytes; a NUL in it stands as \000. */
const char *dns_text(struct dns_run *run, const struct dns_record *record);

/* Copies of strings, sorted by bytes: name servers rotate their answers. */
void dns_set_list(struct dns_run *run, struct fact_list *list,
    const struct fact_meta *meta, const char *const *items, size_t count);
/* Known with the value, absent when it is NULL. */
void dns_set_optional(struct dns_run *run, struct fact_str *fact,
    const char *origin, const char *value);

/*
 * Do the answers' AD bits count? Sets the fact: known where the admin vouches
 * for the name servers, else unknown.
 */
void dns_set_authenticated(struct dns_run *run, struct fact_bool *fact,
    const struct dns_records *records, const char *origin);

/*
 * Addresses of a name, A and AAAA, as text, in the work arena. false = still to
 * come. *ret_failed is the answer that nobody could give, NULL when both came.
 */
bool dns_addresses(struct dns_run *run, const char *name,
    const char *const **ret_items, size_t *ret_count,
    const struct dns_records **ret_failed);

#endif
