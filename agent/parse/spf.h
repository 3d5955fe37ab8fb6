/*
 * SPF, RFC 7208: which addresses may send mail of a domain. A parser, and an
 * evaluator that asks a dns_source and does no I/O itself.
 */
#ifndef CPWARD_PARSE_SPF_H
#define CPWARD_PARSE_SPF_H

#include "parse/dns.h"

enum spf_result {
	SPF_PENDING,	/* the source has not all answers yet */
	SPF_NONE,
	SPF_NEUTRAL,
	SPF_PASS,
	SPF_FAIL,
	SPF_SOFTFAIL,
	SPF_TEMPERROR,
	SPF_PERMERROR,
};

#define SPF_LOOKUP_LIMIT 10	/* RFC 7208 4.6.4 */
#define SPF_VOID_LIMIT 2
#define SPF_NAME_LIMIT 10	/* addresses of one mx, names of one ptr */

struct spf_query {
	const char *address;	/* the client's, IPv4 or IPv6 */
	const char *sender;	/* MAIL FROM without <>; "" = null: postmaster@HELO */
	const char *helo;
	const char *domain;	/* to check; NULL = the sender's, else helo's */
	const char *receiver;	/* for %{r}; NULL = "unknown" */
	int64_t now;		/* for %{t} */
};

struct spf_verdict {
	enum spf_result result;
	const char *mechanism;	/* that matched, as written, "-all"; NULL = none */
	/*
	 * temperror, permerror: what is wrong, and where. Beside another result
	 * a lookup for ptr or %{p} failed, which RFC 7208 5.5 reads as no match:
	 * who asks a better resolver may see another result.
	 */
	const char *why;
	const char *explanation;	/* of a fail, exp= expanded; NULL = none */
};

/*
 * RFC 7208 4, check_host. Strings live in the arena. With explain, exp= is
 * looked up too on fail.
 */
void spf_check(struct arena *arena, const struct dns_source *source,
    const struct spf_query *query, bool explain, struct spf_verdict *ret);

/* What a domain's record is, without any client: for an admin's eyes. */
struct spf_record {
	/* All TXT records that are SPF's by RFC 7208 4.5, as published. */
	const char *const *records;
	size_t record_count;
	/*
	 * Why receivers will say permerror, to whoever no earlier term lets pass;
	 * NULL = nothing found.
	 */
	const char *error;
	/*
	 * What receivers pass over and the admin did not mean: terms behind
	 * "all", "ip4=192.0.2.1", a TXT record that begins with "v=spf10".
	 */
	const char *const *remarks;
	size_t remark_count;
	/* What ends it, redirect= followed: "-all", "~all", "?all", "+all"; NULL = nothing. */
	const char *all;
	/*
	 * The most a receiver can be made to look up, all terms taken as not
	 * matching: terms of RFC 7208 4.6.4, and those among them that find
	 * nothing, neither for IPv4 nor for IPv6. Counted to the end even past the
	 * limits (64 at most).
	 */
	unsigned lookups;
	unsigned voids;
	/* Whose record, included and not negated, ends in "+all"; NULL = none's. */
	const char *open;
	bool uses_ptr;		/* anywhere in it */
	/* A name that is looked up depends on the sender: voids are not all known. */
	bool uses_macros;
	/* Targets of include: and redirect= in the domain's own record. */
	const char *const *includes;
	size_t include_count;
	size_t longest;		/* bytes of the longest record */
};

/*
 * false = pending. ret->records is NULL and *ret_why set when nobody can tell
 * (SERVFAIL, …) whether there is a record; when a name that the record leads to
 * can not be looked up, *ret_why says so and the rest is as far as it got.
 */
bool spf_record_read(struct arena *arena, const struct dns_source *source,
    const char *domain, struct spf_record *ret, const char **ret_why);

const char *spf_result_name(enum spf_result result);

#endif
