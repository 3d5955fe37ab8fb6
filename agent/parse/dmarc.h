/*
 * DMARC, RFC 9989: policy records, and the tree walk that finds the one in force.
 */
#ifndef CPWARD_PARSE_DMARC_H
#define CPWARD_PARSE_DMARC_H

#include "parse/dns.h"

#define DMARC_WALK_LIMIT 8	/* queries, RFC 9989 4.10 */

enum dmarc_policy {
	DMARC_UNSET,
	DMARC_NONE,
	DMARC_QUARANTINE,
	DMARC_REJECT,
};

struct dmarc_record {
	const char *text;	/* as published */
	const char *error;	/* why receivers ignore it, or a tag of it; NULL = fine */
	enum dmarc_policy policy;	/* p; UNSET = not there */
	enum dmarc_policy subdomain;	/* sp */
	enum dmarc_policy nonexistent;	/* np */
	bool testing;		/* t=y */
	char psd;		/* 'y' 'n' 'u' */
	char adkim;		/* 'r' 's'; 0 = not stated */
	char aspf;
	const char *const *rua;	/* URIs as published, size suffix included */
	size_t rua_count;
	const char *const *removed;	/* "pct", "rf", "ri", "!size": gone since RFC 9989 */
	size_t removed_count;
	const char *const *unknown;	/* tags nobody knows: a typing error, or to come */
	size_t unknown_count;
};

/* Is it one at all ("v=DMARC1" first)? Then the rest is read. */
bool dmarc_record_read(struct arena *arena, const char *text, size_t length,
    struct dmarc_record *ret);

/* What a receiver finds for mail whose From is of domain. */
struct dmarc_found {
	const char *domain;	/* where the record in force stands; NULL = none */
	const char *organizational;	/* organizational domain, by the walk */
	struct dmarc_record record;
	/* Of several records at one name, none counts: how many were there. */
	size_t duplicates;
	/*
	 * The policy for mail of the domain, p of its own record or sp of the
	 * organizational domain's; RFC 9989 says what stands in for a missing
	 * one. t=y is not applied.
	 */
	enum dmarc_policy effective;
};

/*
 * false = pending. *ret_why is set when a name on the way can not be looked up,
 * and nothing that the walk would have found there may be called absent; found
 * is then as far as it got.
 */
bool dmarc_find(struct arena *arena, const struct dns_source *source,
    const char *domain, struct dmarc_found *ret, const char **ret_why);

/*
 * RFC 9990: may reports about domain be sent to uri? One whose host lies in
 * another organizational domain must say so at DOMAIN._report._dmarc.HOST.
 * false = pending; else *ret_state is "own", "authorised", "not authorised",
 * "not a mailto URI" or, where it can not be looked up, NULL with *ret_why.
 */
bool dmarc_report_uri(struct arena *arena, const struct dns_source *source,
    const char *domain, const char *uri, const char **ret_state,
    const char **ret_why);

const char *dmarc_policy_name(enum dmarc_policy policy);

#endif
