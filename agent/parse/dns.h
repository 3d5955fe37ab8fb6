/*
 * DNS messages (RFC 1035, 3597, 6895): what a reply says of one question. Names
 * come out as text without the last dot, lower case; a byte that is neither a
 * letter, digit, '-' nor '_' stands as \DDD (RFC 1035 5.1); the root, a null
 * MX's name, is "". Everything in it was written by strangers.
 */
#ifndef CPWARD_PARSE_DNS_H
#define CPWARD_PARSE_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

enum dns_type {
	DNS_A = 1,
	DNS_NS = 2,
	DNS_CNAME = 5,
	DNS_SOA = 6,
	DNS_PTR = 12,
	DNS_MX = 15,
	DNS_TXT = 16,
	DNS_AAAA = 28,
	DNS_DS = 43,
	DNS_TLSA = 52,
	DNS_SPF = 99,
	DNS_CAA = 257,
};

/*
 * How asking ended. Only NODATA and NXDOMAIN say that there is no record;
 * whoever reads another outcome knows nothing about the name.
 */
enum dns_outcome {
	DNS_NOT_ASKED,		/* zeroed memory */
	DNS_RECORDS,		/* one or more */
	DNS_NODATA,		/* the name is there, the type is not */
	DNS_NXDOMAIN,		/* no such name */
	DNS_SERVFAIL,
	DNS_REFUSED,
	DNS_FAILED,		/* another RCODE: NOTIMP, FORMERR, … */
	DNS_MALFORMED,		/* a reply that is none */
	DNS_TRUNCATED,		/* TC is set: the records are not all there */
	DNS_NO_REPLY,		/* no message at all: timeout, no route, not asked by order */
};

struct dns_record {
	/* TXT: strings joined; MX, PTR, NS, CNAME: the name; else "". NUL behind. */
	const char *text;
	size_t text_length;	/* TXT may hold NULs */
	uint16_t preference;	/* MX */
	const unsigned char *rdata;	/* as on the wire: A, AAAA, TXT, TLSA, CAA, DS */
	size_t rdata_length;
};

/* Records of the type asked for, at the end of the CNAME chain, in wire order. */
struct dns_records {
	enum dns_outcome outcome;
	bool authenticated;	/* the AD bit */
	const char *why;	/* one sentence where outcome knows nothing */
	const struct dns_record *items;
	size_t count;
};

#define DNS_NAME_MAX 255	/* octets on the wire, RFC 1035 2.3.4 */
#define DNS_TEXT_MAX 1025	/* of a name as text, with NUL: 4 a byte at most */
#define DNS_CHAIN_MAX 16	/* CNAMEs followed inside one message */
#define DNS_QUERY_MAX 300

/*
 * Reads a reply to the question (name, type). Never fails: what is wrong is the
 * outcome. The records live in the arena; rdata is copied there. The ID is the
 * asker's affair. NODATA is believed of a resolver, of the authority, or with
 * a SOA at or above the name (RFC 2308 2.2), and only when the answer section
 * holds nothing but the chain; a referral, an OPT record's BADVERS or a message
 * that is cut off anywhere are never it.
 */
void dns_reply_read(struct arena *arena, const unsigned char *message,
    size_t length, const char *name, uint16_t type,
    struct dns_records *ret_records);

/*
 * A query of one question, class IN, with RD and AD set (RFC 6840 5.7 asks for
 * AD in the reply without DNSSEC records) and an EDNS0 OPT of that UDP size; 0 =
 * no OPT. name is text with or without the last dot, \DDD allowed; "." is the
 * root, "" no name; any other byte stands for itself. Returns
 * the length, 0 when name is no domain name.
 */
size_t dns_query_write(unsigned char out[DNS_QUERY_MAX], uint16_t id,
    const char *name, uint16_t type, uint16_t udp_size);

/* "TXT", "TYPE65280" (static, or in a ring of the caller's: out). */
const char *dns_type_name(uint16_t type, char out[16]);
/* 0 for a word that is none. */
uint16_t dns_type_parse(const char *word);
/* "no such name", "SERVFAIL", "timeout" for messages. */
const char *dns_outcome_name(enum dns_outcome outcome);
/* NXDOMAIN or NODATA. */
bool dns_absent(enum dns_outcome outcome);

/* "25.2.0.192.in-addr.arpa", "….ip6.arpa"; -1 when address is none. */
int dns_reverse_name(const char *address, char *out, size_t size);

/*
 * Where an evaluator gets its records from. pending: the answer is not there
 * yet; the evaluator gives up for now, with its own pending result, and is
 * called again from the start when it is. It may ask for several before that.
 */
struct dns_source {
	/* NULL = pending. The records stay as long as the source. */
	const struct dns_records *(*lookup)(void *data, const char *name,
	    uint16_t type);
	void *data;
};

#endif
