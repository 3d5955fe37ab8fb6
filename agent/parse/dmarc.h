/*
 * DMARC, RFC 9989: policy records, and the tree walk that finds the one in force.
 * Tag names count as written, as RFC 6376 3.2 has it; their keywords in any case.
 */
#ifndef CPWARD_PARSE_DMARC_H
#define CPWARD_PARSE_DMARC_H

#include "parse/dns.h"

#define DMARC_WALK_LIMIT 8	/* queries, RFC 9989 4.10 */
#define DMARC_URI_LIMIT 64	/* of one rua; more are not read */
#define DMARC_UNKNOWN_LIMIT 16	/* likewise */

enum dmarc_policy {
	DMARC_UNSET,
	DMARC_NONE,
	DMARC_QUARANTINE,
	DMARC_REJECT,
};

struct dmarc_record {
	const char *text;	/* as published */
	const char *error;	/* why receivers ignore it, or a tag of it; NULL = fine */
	/*
	 * RFC 9989 4.10.1: p is missing, or p, sp or np is none of the three
	 * words. With a valid rua receivers act as if it said p=none alone, else
	 * they apply no DMARC. A tag that stands twice makes it invalid, too.
	 */
	bool as_none;
	bool ignored;
	enum dmarc_policy policy;	/* p; UNSET = not there, or no such word */
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

/*
 * Is it one at all ("v=DMARC1" first)? Then the rest is read. What is wrong
 * in it is an error, never a reason to return false: it still is the record.
 */
bool dmarc_record_read(struct arena *arena, const char *text, size_t length,
    struct dmarc_record *ret);

/* What a receiver finds for mail whose From is of domain. */
struct dmarc_found {
	const char *domain;	/* where the record in force stands; NULL = none */
	const char *organizational;	/* organizational domain, by the walk */
	struct dmarc_record record;
	/*
	 * Of several records at one name, none counts: how many were there, at
	 * the first such name below the record in force.
	 */
	size_t duplicates;
	const char *duplicates_at;	/* NULL = no such name */
	/*
	 * The policy for mail of the domain, p of its own record or sp of the
	 * organizational domain's; RFC 9989 says what stands in for a missing
	 * one. t=y is not applied. UNSET when there is no record, and when the
	 * record is one that receivers ignore.
	 */
	enum dmarc_policy effective;
	/*
	 * For names below the domain that publish nothing: those that exist,
	 * and those that do not. The organizational domain's record decides.
	 */
	enum dmarc_policy below;
	enum dmarc_policy below_nonexistent;
};

/*
 * false = pending. *ret_why is set when a name on the way can not be looked up,
 * and nothing that the walk would have found there may be called absent. Known
 * is then only what does not depend on it: with a record of the domain's own,
 * domain, record and effective; else nothing. Strings live in the arena.
 */
bool dmarc_find(struct arena *arena, const struct dns_source *source,
    const char *domain, struct dmarc_found *ret, const char **ret_why);

/*
 * RFC 9990 4: may reports be sent to uri, which the record at domain names? A
 * host in another organizational domain must say so at
 * DOMAIN._report._dmarc.HOST, and may not send them on to a third host.
 * false = pending; else *ret_state is "own", "authorised", "not authorised",
 * "not a mailto URI" or, where it can not be looked up, NULL with *ret_why.
 */
bool dmarc_report_uri(struct arena *arena, const struct dns_source *source,
    const char *domain, const char *uri, const char **ret_state,
    const char **ret_why);

const char *dmarc_policy_name(enum dmarc_policy policy);

#endif
