/*
 * What the files of SPF share: terms of a record, macros, and what is known of
 * one evaluation. Sections are RFC 7208's.
 */
#ifndef CPWARD_PARSE_SPF_PRIVATE_H
#define CPWARD_PARSE_SPF_PRIVATE_H

#include "parse/spf.h"

/* Bytes that stand in a record; there is no NUL behind them. */
struct spf_span {
	const char *at;
	size_t length;
};

struct spf_span spf_span_from(struct spf_span span, size_t skip);
/* Case does not count. */
bool spf_span_is(struct spf_span span, const char *word);

enum spf_kind {
	SPF_UNKNOWN_TERM,
	SPF_ALL,
	SPF_INCLUDE,
	SPF_A,
	SPF_MX,
	SPF_PTR,
	SPF_IP4,
	SPF_IP6,
	SPF_EXISTS,
	SPF_REDIRECT,
	SPF_EXP,
	SPF_OTHER_MODIFIER,
};

/* What is wrong with a term; spf_mistake_text has the words. */
enum spf_mistake {
	SPF_NO_MISTAKE,
	SPF_BAD_BYTE,		/* not %x21-7E */
	SPF_BAD_MECHANISM,	/* no such mechanism */
	SPF_BAD_ALL,		/* "all" has something behind it */
	SPF_BAD_MODIFIER,	/* "=value" */
	SPF_NO_ARGUMENT,	/* a domain or an address is wanted */
	SPF_BAD_ARGUMENT,	/* "ptr/24" */
	SPF_BAD_MACRO,
	SPF_BAD_TOPLABEL,	/* the name does not end as 7.1 wants */
	SPF_BAD_LABEL,		/* empty, or over 63 bytes */
	SPF_BAD_ADDRESS,
	SPF_BAD_PREFIX,
	SPF_TWICE,		/* redirect= or exp= */
};

struct spf_term {
	enum spf_kind kind;
	enum spf_mistake mistake;
	char qualifier;			/* '+' when none is written */
	bool last;			/* nothing stands behind it */
	struct spf_span text;		/* as written */
	struct spf_span name;		/* of mechanism or modifier */
	struct spf_span domain;		/* domain-spec; empty = the record's own */
	unsigned char prefix4;		/* bits */
	unsigned char prefix6;
	unsigned char address[16];	/* ip4: the first 4 */
};

/*
 * The next term of *rest, which is moved behind it; false at the end. A
 * term with a mistake has its text and name all the same.
 */
bool spf_term_next(struct spf_span *rest, struct spf_term *ret);

/* Everything of one record that must be known before its first term is judged. */
struct spf_scan {
	struct spf_span terms;		/* behind "v=spf1" */
	bool wrong;			/* first_wrong has a mistake: permerror, 4.6 */
	bool has_all;
	struct spf_term first_wrong;
	struct spf_term redirect;	/* SPF_UNKNOWN_TERM = none */
	struct spf_term exp;
};

void spf_scan_record(const struct dns_record *record, struct spf_scan *ret);

/* Is it an SPF record, 4.5? */
bool spf_is_record(const struct dns_record *record);
/* How many records are, and the first; 4.5 allows one. */
size_t spf_select(const struct dns_records *records,
    const struct dns_record **ret_first);

/* ---- names and macros, section 7 ---- */

#define SPF_RAW_NAME_MAX 256	/* an expanded name with NUL: 253 at most, 7.3 */
#define SPF_VALUE_MAX 1024	/* bytes of a sender or HELO; RFC 5321 4.5.3.1 has 256 */
#define SPF_EXPLANATION_MAX 1024
#define SPF_ADDRESS_TEXT 64	/* an IPv6 address as nibbles and dots: 63 */

struct spf_macro {
	char letter;		/* small; or '%', '_', '-': "%%", "%_", "%-" */
	bool escaped;		/* the letter was a capital */
	bool reversed;
	unsigned keep;		/* right-hand parts; 0 = all */
	struct spf_span delimiters;
};

/* The macro that text begins with, which is a '%'. Returns its length, 0 = wrong. */
size_t spf_macro_read(struct spf_span text, struct spf_macro *ret);
/* Syntax of a macro-string (section 12); blanks are allowed in an explanation. */
enum spf_mistake spf_macro_string_check(struct spf_span text, bool blanks);
enum spf_mistake spf_domain_spec_check(struct spf_span spec);
/* Does the name depend on who sends: any macro but %{d}, %{o} and the literals? */
bool spf_needs_client(struct spf_span spec);

/* Names that lead to the client's address and back, 5.5. */
struct spf_validated {
	bool known;
	bool pending;	/* and was asked for already */
	const char *names[SPF_NAME_LIMIT];
	size_t count;
};

/* One check_host from its start, includes and redirects with it. */
struct spf_eval {
	struct arena *arena;
	const struct dns_source *source;
	const struct spf_query *query;
	bool explain;
	bool ipv6;
	unsigned char address[16];
	char address_text[SPF_ADDRESS_TEXT];	/* %{c}: an IPv4-mapped one as IPv4 */
	char sender[2 * SPF_VALUE_MAX];		/* %{s}: never without a local part */
	struct spf_span local;			/* in it */
	struct spf_span sender_domain;		/* in it */
	unsigned lookups;			/* of SPF_LOOKUP_LIMIT */
	unsigned voids;				/* of SPF_VOID_LIMIT */
	unsigned ahead;				/* questions asked before their turn */
	unsigned includes;			/* we are inside of */
	struct spf_validated validated;
	struct spf_verdict *verdict;
};

enum spf_named {
	SPF_NAMED,
	SPF_UNNAMED,	/* what came out can be no domain name */
	SPF_NAME_PENDING,
};

/*
 * Expands a domain-spec that spf_domain_spec_check likes, with domain as %{d}.
 * The name has no last dot and is not escaped.
 */
enum spf_named spf_expand_name(struct spf_eval *eval, struct spf_span spec,
    const char *domain, char ret_name[SPF_RAW_NAME_MAX]);
/* An explanation string, 6.2; SPF_UNNAMED when it is none. */
enum spf_named spf_expand_explanation(struct spf_eval *eval,
    struct spf_span text, const char *domain,
    char ret_text[SPF_EXPLANATION_MAX]);

/* The host of a null MX, RFC 7505: there is none. */
bool spf_is_root(const char *host);

/*
 * Writes a name as the names of dns.h are. -1 when it is none: an empty label,
 * one over 63 bytes, more than 253 bytes (RFC 1035 2.3.4).
 */
int spf_name_write(const char *name, char ret_text[DNS_TEXT_MAX]);

/*
 * Asks for a name that is not escaped. NULL = pending. A name that can not be
 * asked for is one that does not exist (4.3, 4.8).
 */
const struct dns_records *spf_lookup(const struct dns_source *source,
    const char *name, uint16_t type);

/* Fills eval->validated; false = pending. */
bool spf_validate_names(struct spf_eval *eval);

/* ---- words ---- */

/* The term between quotes; bytes that no terminal should see as \DDD. */
const char *spf_quote(struct arena *arena, struct spf_span text);
/* What is wrong with a term, and what was meant. */
const char *spf_mistake_text(struct arena *arena, const struct spf_term *wrong);
/* What is meant by a modifier that looks like a mechanism; NULL = nothing. */
const char *spf_modifier_meant(struct arena *arena,
    const struct spf_term *modifier);
/* Why a TXT record that looks like SPF's is none; NULL = it does not. */
const char *spf_near_miss(struct arena *arena, const struct dns_record *record);
/* "TXT of example.com: SERVFAIL" */
const char *spf_outcome_text(struct arena *arena, const char *name,
    uint16_t type, const struct dns_records *records);

#endif
