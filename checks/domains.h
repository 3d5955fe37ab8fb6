/*
 * What the checks on domains share: whether a domain is theirs, joining its
 * facts with those of its addresses and MX hosts, and records in messages.
 *
 * Thousands of domains have the same fault. A message says the same of all of
 * them but for the domain's name, so that the report can tell them as one.
 */
#ifndef CPWARD_CHECKS_DOMAINS_H
#define CPWARD_CHECKS_DOMAINS_H

#include "checks/check.h"

/* A fact of the judged domain, as finding_item_evidence takes it. */
#define DOMAIN_FACT(domain, member) "domains." #member, &(domain)->member.meta
/* The same for finding_part_need, with what it is in a message. */
#define DOMAIN_PART(domain, member, what) \
	"domains." #member, what, &(domain)->member.meta
/*
 * As finding_part_need, but a fact that is known is no evidence: of a record
 * that is fine only what decides is kept.
 */
bool finding_part_known(const struct evaluation *ev, struct finding *finding,
    const char *path, const char *what, const struct fact_meta *meta);

/*
 * Does its mail come in here, or leave from here? Else the finding is settled:
 * not applicable, or unknown where that is. A domain that is no longer
 * registered has no use for a record: only domain_is_used lets it through.
 */
bool domain_is_used(const struct evaluation *ev,
    const struct domain_facts *domain, struct finding *finding);
bool domain_is_gone(const struct domain_facts *domain);
bool domain_has_mail(const struct evaluation *ev,
    const struct domain_facts *domain, struct finding *finding);
/* The same for a domain that is here and has no mail. */
bool domain_has_no_mail(const struct evaluation *ev,
    const struct domain_facts *domain, struct finding *finding);

/* By name; NULL when nobody listed it. The lists are sorted by name. */
const struct sending_address_facts *sending_address_find(
    const struct facts *facts, const char *name);
const struct mx_host_facts *mx_host_find(const struct facts *facts,
    const char *name);

/* Is it known, and true? */
bool fact_true(const struct fact_bool *fact);
/* Is it known, and this word, whatever its case? */
bool fact_is(const struct fact_str *fact, const char *word);
/* Absent, or known and empty. */
bool fact_list_empty(const struct fact_list *list);

/* The host of "10 mail.example.com"; "." for a null MX (RFC 7505). */
const char *mx_host_name(const char *mx);

/*
 * A published record in quotes, cut where it is longer than any sane one: it
 * was written by strangers.
 */
const char *record_shown(struct arena *arena, const char *record);
/* A second record beside the first makes both void. */
#define IN_ITS_PLACE " in its place"
/*
 * A record to be published, in quotes; NULL when it holds what a zone file or
 * a panel would read otherwise, which strangers may have put there.
 */
const char *record_to_publish(struct arena *arena, const char *record);
/* Several of them, commas between; the first five, the others counted. */
const char *records_shown(struct arena *arena, const struct fact_list *records);

/* Text from outside as it is, cut after 300 bytes. */
const char *cut_text(struct arena *arena, const char *text);

/* Is the name the domain, or one below it? Case does not count. */
bool name_within(const char *name, const char *domain);

/* Puts "; remedy" behind the message of a finding that fails. NULL = none. */
void finding_remedy(const struct evaluation *ev, struct finding *finding,
    const char *remedy);

/* Does the profile's want list have the word? */
bool want_has(const struct evaluation *ev, const char *word);

#endif
