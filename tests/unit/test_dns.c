/*
 * DNS messages, byte strings written from RFC 1035 section 4, RFC 2308 section
 * 2, RFC 6891 and RFC 6604. What a name server really answers is in
 * dns_replies.h, with dig's words for it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>

#include "base/arena.h"
#include "parse/dane.h"
#include "parse/dns.h"
#include "tests/unit/dns_replies.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define BYTES(literal) (const unsigned char *)(literal), sizeof(literal) - 1

/* flags of a resolver's reply (QR RD RA), of an authority's (QR AA) */
#define RESOLVER "\x81\x80"
#define VALIDATED "\x81\xa0"
#define AUTHORITY "\x84\x00"
#define NEITHER "\x80\x00"
#define COUNTS(an, ns, ar) "\0\1\0" an "\0" ns "\0" ar
/* The name of the question stands at 12, c0 0c; example at 14, c0 0e. */
#define QUESTION(type) "\1a\7example\0" type "\0\1"
#define ASKED "a.example"
#define TXT_ "\0\x10"
#define A_ "\0\1"
#define MX_ "\0\x0f"
#define CNAME_ "\0\5"
#define RR(owner, type, size) owner type "\0\1\0\0\0\x3c" size
#define SOA_OF(owner) RR(owner, "\0\6", "\0\x16") "\0\0" \
	"\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5"
#define NS_OF(owner) RR(owner, "\0\2", "\0\5") "\2ns\xc0\x0e"
#define OPT(ttl) "\0\0\x29\4\xd0" ttl "\0\0"
#define REPLY(flags, counts, rest) BYTES("\x12\x34" flags counts rest)

struct reply_case {
	const char *name;
	uint16_t type;
	const unsigned char *message;
	size_t length;
	enum dns_outcome outcome;
	const char *said;	/* records, a line each; why, where nothing is known */
};

static const struct reply_case reply_cases[] = {
	/* records */
	{ "a text", DNS_TXT, REPLY(RESOLVER, COUNTS("\1", "\0", "\0"),
	    QUESTION(TXT_) RR("\xc0\x0c", TXT_, "\0\x0c") "\x0bv=spf1 -all"),
	    DNS_RECORDS, "[v=spf1 -all]\n" },
	{ "two texts, one in two strings", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\2", "\0", "\1"), QUESTION(TXT_)
	    RR("\xc0\x0c", TXT_, "\0\7") "\3abc\2de"
	    RR("\xc0\x0c", TXT_, "\0\2") "\1x" OPT("\0\0\0\0")),
	    DNS_RECORDS, "[abcde]\n[x]\n" },
	{ "empty strings", DNS_TXT, REPLY(RESOLVER, COUNTS("\2", "\0", "\0"),
	    QUESTION(TXT_) RR("\xc0\x0c", TXT_, "\0\1") "\0"
	    RR("\xc0\x0c", TXT_, "\0\3") "\0\0\0"),
	    DNS_RECORDS, "[]\n[]\n" },
	{ "the answer shouts", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\1", "\0", "\0"), "\1A\7EXAMPLE\0" TXT_
	    "\0\1" RR("\1a\7exAmple\0", TXT_, "\0\2") "\1X"),
	    DNS_RECORDS, "[X]\n" },
	{ "an address", DNS_A, REPLY(RESOLVER, COUNTS("\1", "\0", "\0"),
	    QUESTION(A_) RR("\xc0\x0c", A_, "\0\4") "\xc0\0\2\1"),
	    DNS_RECORDS, "c0000201\n" },
	{ "an address of three octets", DNS_A,
	    REPLY(RESOLVER, COUNTS("\1", "\0", "\0"),
	    QUESTION(A_) RR("\xc0\x0c", A_, "\0\3") "\xc0\0\2"),
	    DNS_MALFORMED, "an address of another length" },
	{ "MX in order of the wire, null MX too", DNS_MX,
	    REPLY(RESOLVER, COUNTS("\3", "\0", "\0"), QUESTION(MX_)
	    RR("\xc0\x0c", MX_, "\0\6") "\0\x14\1M\xc0\x0e"
	    RR("\xc0\x0c", MX_, "\0\3") "\0\0\0"
	    RR("\xc0\x0c", MX_, "\0\x0b") "\1\1\3.*\xff\3a-_\0"),
	    DNS_RECORDS, "20 m.example\n0 \n257 \\046\\042\\255.a-_\n" },
	{ "a MX name that ends before its record", DNS_MX,
	    REPLY(RESOLVER, COUNTS("\1", "\0", "\0"), QUESTION(MX_)
	    RR("\xc0\x0c", MX_, "\0\7") "\0\x14\1m\xc0\x0e" "x"),
	    DNS_MALFORMED, "a record's name does not fit" },
	{ "a MX name that ends behind its record", DNS_MX,
	    REPLY(RESOLVER, COUNTS("\1", "\0", "\0"), QUESTION(MX_)
	    RR("\xc0\x0c", MX_, "\0\5") "\0\x14\1m\xc0\x0e"),
	    DNS_MALFORMED, "a record's name does not fit" },
	{ "a MX of nothing", DNS_MX,
	    REPLY(RESOLVER, COUNTS("\1", "\0", "\0"), QUESTION(MX_)
	    RR("\xc0\x0c", MX_, "\0\2") "\0\x14"),
	    DNS_MALFORMED, "a record's name does not fit" },
	{ "a string that goes past its record", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\1", "\0", "\0"),
	    QUESTION(TXT_) RR("\xc0\x0c", TXT_, "\0\3") "\3ab"),
	    DNS_MALFORMED, "strings of a TXT record" },
	{ "a text without a string", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\1", "\0", "\0"),
	    QUESTION(TXT_) RR("\xc0\x0c", TXT_, "\0\0")),
	    DNS_MALFORMED, "strings of a TXT record" },
	{ "an unknown type", 65280, REPLY(RESOLVER, COUNTS("\1", "\0", "\0"),
	    QUESTION("\xff\0") RR("\xc0\x0c", "\xff\0", "\0\2") "\1\2"),
	    DNS_RECORDS, "0102\n" },
	{ "records of other names beside it", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\2", "\0", "\0"), QUESTION(TXT_)
	    RR("\xc0\x0e", TXT_, "\0\2") "\1n"
	    RR("\xc0\x0c", TXT_, "\0\2") "\1y"),
	    DNS_RECORDS, "[y]\n" },
	{ "a record of another class beside it", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\2", "\0", "\0"), QUESTION(TXT_)
	    "\xc0\x0c" TXT_ "\0\3\0\0\0\x3c\0\2\1n"
	    RR("\xc0\x0c", TXT_, "\0\2") "\1y"),
	    DNS_RECORDS, "[y]\n" },
	{ "octets behind the last record", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\1", "\0", "\0"),
	    QUESTION(TXT_) RR("\xc0\x0c", TXT_, "\0\2") "\1y" "garbage"),
	    DNS_RECORDS, "[y]\n" },

	/* CNAME */
	{ "a chain in order", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\3", "\0", "\0"), QUESTION(TXT_)
	    RR("\xc0\x0c", CNAME_, "\0\4") "\1b\xc0\x0e"
	    RR("\1b\xc0\x0e", CNAME_, "\0\4") "\1c\xc0\x0e"
	    RR("\1c\xc0\x0e", TXT_, "\0\2") "\1y"),
	    DNS_RECORDS, "[y]\n" },
	{ "a chain backwards", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\3", "\0", "\0"), QUESTION(TXT_)
	    RR("\1c\xc0\x0e", TXT_, "\0\2") "\1y"
	    RR("\1b\xc0\x0e", CNAME_, "\0\4") "\1C\xc0\x0e"
	    RR("\xc0\x0c", CNAME_, "\0\4") "\1B\xc0\x0e"),
	    DNS_RECORDS, "[y]\n" },
	{ "the CNAME itself", DNS_CNAME,
	    REPLY(RESOLVER, COUNTS("\1", "\0", "\0"), QUESTION(CNAME_)
	    RR("\xc0\x0c", CNAME_, "\0\4") "\1b\xc0\x0e"),
	    DNS_RECORDS, "b.example\n" },
	{ "a chain that ends with a resolver's nothing", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\1", "\0", "\0"), QUESTION(TXT_)
	    RR("\xc0\x0c", CNAME_, "\0\4") "\1b\xc0\x0e"),
	    DNS_NODATA, "" },
	{ "a chain that leaves the authority's zone", DNS_TXT,
	    REPLY(AUTHORITY, COUNTS("\1", "\0", "\0"), QUESTION(TXT_)
	    RR("\xc0\x0c", CNAME_, "\0\5") "\3com\0"),
	    DNS_FAILED, "does not know where a CNAME leads" },
	{ "a SOA of another zone does not help", DNS_TXT,
	    REPLY(AUTHORITY, COUNTS("\1", "\1", "\0"), QUESTION(TXT_)
	    RR("\xc0\x0c", CNAME_, "\0\5") "\3com\0" SOA_OF("\xc0\x0e")),
	    DNS_FAILED, "does not know where a CNAME leads" },
	{ "a chain that ends in the authority's zone", DNS_TXT,
	    REPLY(AUTHORITY, COUNTS("\1", "\1", "\0"), QUESTION(TXT_)
	    RR("\xc0\x0c", CNAME_, "\0\4") "\1b\xc0\x0e" SOA_OF("\xc0\x0e")),
	    DNS_NODATA, "" },
	{ "a chain to a name that is not there, RFC 6604", DNS_TXT,
	    REPLY("\x81\x83", COUNTS("\1", "\1", "\0"), QUESTION(TXT_)
	    RR("\xc0\x0c", CNAME_, "\0\4") "\1b\xc0\x0e" SOA_OF("\xc0\x0e")),
	    DNS_NXDOMAIN, "" },
	{ "a CNAME to itself", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\1", "\0", "\0"), QUESTION(TXT_)
	    RR("\xc0\x0c", CNAME_, "\0\2") "\xc0\x0c"),
	    DNS_MALFORMED, "more than 16 CNAMEs" },
	{ "two CNAMEs of one name", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\2", "\0", "\0"), QUESTION(TXT_)
	    RR("\xc0\x0c", CNAME_, "\0\4") "\1b\xc0\x0e"
	    RR("\xc0\x0c", CNAME_, "\0\4") "\1c\xc0\x0e"),
	    DNS_MALFORMED, "two CNAMEs" },
	{ "the same CNAME twice", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\3", "\0", "\0"), QUESTION(TXT_)
	    RR("\xc0\x0c", CNAME_, "\0\4") "\1b\xc0\x0e"
	    RR("\xc0\x0c", CNAME_, "\0\4") "\1B\xc0\x0e"
	    RR("\1b\xc0\x0e", TXT_, "\0\2") "\1y"),
	    DNS_RECORDS, "[y]\n" },
	{ "a DNAME and the CNAME made of it, RFC 6672 3.1", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\2", "\1", "\0"), QUESTION(TXT_)
	    RR("\xc0\x0e", "\0\x27", "\0\5") "\3net\0"
	    RR("\xc0\x0c", CNAME_, "\0\7") "\1a\3net\0" SOA_OF("\3net\0")),
	    DNS_NODATA, "" },
	{ "a DNAME and nothing made of it", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\1", "\0", "\0"), QUESTION(TXT_)
	    RR("\xc0\x0e", "\0\x27", "\0\5") "\3net\0"),
	    DNS_MALFORMED, "records of another name" },

	/* nothing */
	{ "no data, with a SOA", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\0", "\1", "\0"),
	    QUESTION(TXT_) SOA_OF("\xc0\x0e")), DNS_NODATA, "" },
	{ "no data, a resolver's word alone", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\0", "\0", "\0"), QUESTION(TXT_)),
	    DNS_NODATA, "" },
	{ "no data, the authority's word alone", DNS_TXT,
	    REPLY(AUTHORITY, COUNTS("\0", "\0", "\0"), QUESTION(TXT_)),
	    DNS_NODATA, "" },
	{ "no data with NS and SOA", DNS_TXT,
	    REPLY(NEITHER, COUNTS("\0", "\2", "\0"),
	    QUESTION(TXT_) NS_OF("\xc0\x0e") SOA_OF("\xc0\x0e")),
	    DNS_NODATA, "" },
	{ "nobody's word", DNS_TXT,
	    REPLY(NEITHER, COUNTS("\0", "\0", "\0"), QUESTION(TXT_)),
	    DNS_FAILED, "lame: neither" },
	{ "a referral", DNS_TXT, REPLY(NEITHER, COUNTS("\0", "\1", "\0"),
	    QUESTION(TXT_) NS_OF("\xc0\x0e")), DNS_FAILED, "lame: a referral" },
	{ "a referral by one that says it is a resolver", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\0", "\1", "\0"),
	    QUESTION(TXT_) NS_OF("\0")), DNS_FAILED, "lame: a referral" },
	{ "no such name", DNS_TXT, REPLY("\x81\x83", COUNTS("\0", "\1", "\0"),
	    QUESTION(TXT_) SOA_OF("\xc0\x0e")), DNS_NXDOMAIN, "" },
	{ "no such name, and its record", DNS_TXT,
	    REPLY("\x81\x83", COUNTS("\1", "\0", "\0"),
	    QUESTION(TXT_) RR("\xc0\x0c", TXT_, "\0\2") "\1y"),
	    DNS_MALFORMED, "NXDOMAIN, and yet records" },
	{ "records of another name alone", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\1", "\0", "\0"), QUESTION(TXT_)
	    RR("\xc0\x0e", TXT_, "\0\2") "\1n"),
	    DNS_MALFORMED, "records of another name" },
	{ "a record of another class alone", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\1", "\0", "\0"), QUESTION(TXT_)
	    "\xc0\x0c" TXT_ "\0\3\0\0\0\x3c\0\2\1n"),
	    DNS_MALFORMED, "records of another name" },

	/* no answer */
	{ "SERVFAIL", DNS_TXT, REPLY("\x81\x82", COUNTS("\0", "\0", "\0"),
	    QUESTION(TXT_)), DNS_SERVFAIL, "SERVFAIL" },
	{ "SERVFAIL, RFC 8914 says why", DNS_TXT,
	    REPLY("\x81\x82", COUNTS("\0", "\0", "\1"), QUESTION(TXT_)
	    "\0\0\x29\4\xd0\0\0\0\0\0\x0b\0\x0f\0\7\0\6bogus"),
	    DNS_SERVFAIL, "SERVFAIL (DNSSEC bogus)" },
	{ "SERVFAIL with a record", DNS_TXT,
	    REPLY("\x81\x82", COUNTS("\1", "\0", "\0"),
	    QUESTION(TXT_) RR("\xc0\x0c", TXT_, "\0\2") "\1y"),
	    DNS_SERVFAIL, "SERVFAIL" },
	{ "REFUSED", DNS_TXT, REPLY("\x81\x05", COUNTS("\0", "\0", "\0"),
	    QUESTION(TXT_)), DNS_REFUSED, "REFUSED" },
	{ "FORMERR, the header alone", DNS_TXT,
	    REPLY("\x80\x01", "\0\0\0\0\0\0\0\0", ""), DNS_FAILED, "FORMERR" },
	{ "FORMERR that counts what it does not repeat", DNS_TXT,
	    REPLY("\x80\x01", COUNTS("\0", "\0", "\1"), QUESTION(TXT_)),
	    DNS_FAILED, "FORMERR" },
	{ "NOTIMP", DNS_TXT, REPLY("\x80\x04", COUNTS("\0", "\0", "\0"),
	    QUESTION(TXT_)), DNS_FAILED, "NOTIMP" },
	{ "an RCODE without a name", DNS_TXT, REPLY("\x80\x0f",
	    COUNTS("\0", "\0", "\0"), QUESTION(TXT_)), DNS_FAILED, "RCODE 15" },
	{ "BADVERS looks like NOERROR", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\0", "\0", "\1"),
	    QUESTION(TXT_) OPT("\1\0\0\0")), DNS_FAILED, "BADVERS" },
	{ "BADCOOKIE looks like NXDOMAIN's neighbour", DNS_TXT,
	    REPLY("\x81\x87", COUNTS("\0", "\0", "\1"),
	    QUESTION(TXT_) OPT("\1\0\0\0")), DNS_FAILED, "BADCOOKIE" },
	{ "truncated, empty", DNS_TXT,
	    REPLY("\x83\x80", COUNTS("\0", "\0", "\0"), QUESTION(TXT_)),
	    DNS_TRUNCATED, "truncated" },
	{ "truncated, with a record", DNS_TXT,
	    REPLY("\x83\x80", COUNTS("\1", "\0", "\0"),
	    QUESTION(TXT_) RR("\xc0\x0c", TXT_, "\0\2") "\1y"),
	    DNS_TRUNCATED, "truncated" },
	{ "truncated within a record", DNS_TXT,
	    REPLY("\x83\x80", COUNTS("\2", "\0", "\0"),
	    QUESTION(TXT_) RR("\xc0\x0c", TXT_, "\0\2") "\1y" "\xc0"),
	    DNS_TRUNCATED, "truncated" },
	{ "truncated NXDOMAIN", DNS_TXT,
	    REPLY("\x83\x83", COUNTS("\0", "\0", "\0"), QUESTION(TXT_)),
	    DNS_TRUNCATED, "truncated" },

	/* no reply */
	{ "nothing", DNS_TXT, BYTES(""), DNS_MALFORMED, "shorter" },
	{ "half a header", DNS_TXT, BYTES("\x12\x34\x81\x80\0\1\0\0\0\0\0"),
	    DNS_MALFORMED, "shorter than a header" },
	{ "a query", DNS_TXT, REPLY("\1\0", COUNTS("\0", "\0", "\0"),
	    QUESTION(TXT_)), DNS_MALFORMED, "it is a query" },
	{ "an update's reply", DNS_TXT,
	    REPLY("\xa8\0", COUNTS("\0", "\0", "\0"), QUESTION(TXT_)),
	    DNS_MALFORMED, "opcode" },
	{ "no question", DNS_TXT, REPLY(RESOLVER, "\0\0\0\0\0\0\0\0", ""),
	    DNS_MALFORMED, "does not hold one question" },
	{ "two questions", DNS_TXT,
	    REPLY(RESOLVER, "\0\2\0\0\0\0\0\0", QUESTION(TXT_) QUESTION(TXT_)),
	    DNS_MALFORMED, "does not hold one question" },
	{ "another name", DNS_TXT, REPLY("\x81\x83",
	    COUNTS("\0", "\0", "\0"), "\1b\7example\0" TXT_ "\0\1"),
	    DNS_MALFORMED, "answers another question" },
	{ "another type", DNS_TXT, REPLY("\x81\x83",
	    COUNTS("\0", "\0", "\0"), QUESTION(A_)),
	    DNS_MALFORMED, "answers another question" },
	{ "another class", DNS_TXT, REPLY("\x81\x83",
	    COUNTS("\0", "\0", "\0"), "\1a\7example\0" TXT_ "\0\3"),
	    DNS_MALFORMED, "answers another question" },
	{ "SERVFAIL for another name", DNS_TXT, REPLY("\x81\x82",
	    COUNTS("\0", "\0", "\0"), "\1b\7example\0" TXT_ "\0\1"),
	    DNS_MALFORMED, "answers another question" },
	{ "half a question", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\0", "\0", "\0"), "\1a\7example\0\0\x10\0"),
	    DNS_MALFORMED, "the question goes past the end" },
	{ "fewer answers than counted", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\1", "\0", "\0"), QUESTION(TXT_)),
	    DNS_MALFORMED, "a name goes past the end" },
	{ "fewer authorities than counted", DNS_TXT,
	    REPLY("\x81\x83", COUNTS("\0", "\1", "\0"), QUESTION(TXT_)),
	    DNS_MALFORMED, "a name goes past the end" },
	{ "fewer additionals than counted", DNS_TXT,
	    REPLY("\x81\x83", COUNTS("\0", "\0", "\1"), QUESTION(TXT_)),
	    DNS_MALFORMED, "a name goes past the end" },
	{ "65535 answers", DNS_TXT, REPLY(RESOLVER, "\0\1\xff\xff\0\0\0\0",
	    QUESTION(TXT_)), DNS_MALFORMED, "more than 1024" },
	{ "a record that is cut off", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\1", "\0", "\0"), QUESTION(TXT_)
	    "\xc0\x0c" TXT_ "\0\1\0\0\0\x3c\0"),
	    DNS_MALFORMED, "a record goes past the end" },
	{ "data that is cut off", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\1", "\0", "\0"), QUESTION(TXT_)
	    RR("\xc0\x0c", TXT_, "\0\3") "\1y"),
	    DNS_MALFORMED, "a record goes past the end" },
	{ "two OPT records", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\0", "\0", "\2"), QUESTION(TXT_)
	    OPT("\0\0\0\0") OPT("\0\0\0\0")), DNS_MALFORMED, "OPT record" },
	{ "a pointer to itself", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\1", "\0", "\0"), QUESTION(TXT_)
	    RR("\xc0\x1b", TXT_, "\0\2") "\1y"),
	    DNS_MALFORMED, "leads nowhere" },
	{ "a pointer forwards", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\1", "\0", "\0"), QUESTION(TXT_)
	    RR("\xc0\x20", TXT_, "\0\2") "\1y"),
	    DNS_MALFORMED, "leads nowhere" },
	{ "a pointer past the end", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\1", "\0", "\0"), QUESTION(TXT_)
	    RR("\xff\xff", TXT_, "\0\2") "\1y"),
	    DNS_MALFORMED, "leads nowhere" },
	{ "a pointer into the header", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\1", "\0", "\0"), QUESTION(TXT_)
	    RR("\xc0\x04", TXT_, "\0\2") "\1y"),
	    DNS_MALFORMED, "leads nowhere" },
	{ "a pointer back into its own name", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\1", "\0", "\0"), QUESTION(TXT_)
	    RR("\1z\xc0\x1b", TXT_, "\0\2") "\1y"),
	    DNS_MALFORMED, "leads nowhere" },
	{ "half a pointer", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\1", "\0", "\0"), QUESTION(TXT_) "\xc0"),
	    DNS_MALFORMED, "past the end" },
	{ "an extended label, RFC 6891 5", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\1", "\0", "\0"), QUESTION(TXT_)
	    RR("\x41x\0", TXT_, "\0\2") "\1y"),
	    DNS_MALFORMED, "a label of a kind" },
	{ "a loop in a name of no interest", DNS_TXT,
	    REPLY(RESOLVER, COUNTS("\1", "\0", "\1"), QUESTION(TXT_)
	    RR("\xc0\x0c", TXT_, "\0\2") "\1y"
	    RR("\xc0\x29", A_, "\0\0")), DNS_MALFORMED, "leads nowhere" },
};

/* Records as text, a line each. */
static const char *
records_text(struct arena *arena, uint16_t type,
    const struct dns_records *records)
{
	const char *text = "";
	size_t i, j;

	for (i = 0; i < records->count; i++) {
		const struct dns_record *record = &records->items[i];

		if (type == DNS_TXT)
			text = arena_printf(arena, "%s[%s]\n", text, record->text);
		else if (type == DNS_MX)
			text = arena_printf(arena, "%s%u %s\n", text,
			    record->preference, record->text);
		else if (record->rdata == NULL)
			text = arena_printf(arena, "%s%s\n", text, record->text);
		else {
			for (j = 0; j < record->rdata_length; j++)
				text = arena_printf(arena, "%s%02x", text,
				    record->rdata[j]);
			text = arena_printf(arena, "%s\n", text);
		}
	}
	return text;
}

static bool
knows(enum dns_outcome outcome)
{
	return outcome == DNS_RECORDS || dns_absent(outcome);
}

static void
expect_reply(struct arena *arena, const struct reply_case *expected)
{
	/* No octet behind it is ours: valgrind and asan see who reads on. */
	unsigned char *message = malloc(expected->length);
	struct dns_records records;

	if (expected->length > 0)
		memcpy(message, expected->message, expected->length);
	dns_reply_read(arena, message, expected->length, ASKED, expected->type,
	    &records);
	free(message);
	if (records.outcome != expected->outcome)
		fail_msg("%s: %s (%s), expected %s", expected->name,
		    dns_outcome_name(records.outcome),
		    records.why == NULL ? "" : records.why,
		    dns_outcome_name(expected->outcome));
	if ((records.why == NULL) != knows(records.outcome) ||
	    (records.count > 0) != (records.outcome == DNS_RECORDS))
		fail_msg("%s: why or records where there are none",
		    expected->name);
	if (records.outcome == DNS_RECORDS)
		assert_string_equal(records_text(arena, expected->type,
		    &records), expected->said);
	else if (!knows(records.outcome) &&
	    strstr(records.why, expected->said) == NULL)
		fail_msg("%s: \"%s\", expected \"%s\"", expected->name,
		    records.why, expected->said);
}

static void
test_replies(void **state)
{
	struct arena *arena = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(reply_cases); i++)
		expect_reply(arena, &reply_cases[i]);
	arena_free(arena);
}

/* A message cut anywhere says nothing of the name. */
static void
test_cut_replies(void **state)
{
	struct arena *arena = arena_new();
	struct dns_records records;
	size_t i, length;

	(void)state;
	for (i = 0; i < COUNT(reply_cases); i++) {
		const struct reply_case *whole = &reply_cases[i];

		if (!knows(whole->outcome) ||
		    strcmp(whole->name, "octets behind the last record") == 0)
			continue;
		for (length = 0; length < whole->length; length++) {
			unsigned char *cut = malloc(length);

			memcpy(cut, whole->message, length);
			dns_reply_read(arena, cut, length, ASKED, whole->type,
			    &records);
			free(cut);
			if (records.outcome != DNS_MALFORMED)
				fail_msg("%s, cut to %zu: %s", whole->name,
				    length, dns_outcome_name(records.outcome));
		}
	}
	arena_free(arena);
}

/* ---- what Knot DNS says, in dig's words ---- */

static const char *
dig_strings(struct arena *arena, const struct dns_record *record)
{
	const unsigned char *at = record->rdata, *string;
	const char *text = "";

	for (; at < record->rdata + record->rdata_length; at += *at + 1) {
		text = arena_printf(arena, "%s%s\"", text,
		    at == record->rdata ? "" : " ");
		for (string = at + 1; string <= at + *at; string++)
			text = arena_printf(arena, *string == '"' ||
			    *string == '\\' ? "%s\\%c" : *string < ' ' ||
			    *string > '~' ? "%s\\%03d" : "%s%c", text, *string);
		text = arena_printf(arena, "%s\"", text);
	}
	return text;
}

static const char *
dig_hex(struct arena *arena, const unsigned char *bytes, size_t length)
{
	const char *text = "";
	size_t i;

	for (i = 0; i < length; i++)
		text = arena_printf(arena, "%s%02X", text, bytes[i]);
	return text;
}

static const char *
dig_record(struct arena *arena, uint16_t type, const struct dns_record *record)
{
	char address[INET6_ADDRSTRLEN];
	const char *why;
	struct tlsa tlsa;
	struct caa caa;

	switch (type) {
	case DNS_A:
		return arena_strdup(arena, inet_ntop(AF_INET, record->rdata,
		    address, sizeof(address)));
	case DNS_AAAA:
		return arena_strdup(arena, inet_ntop(AF_INET6, record->rdata,
		    address, sizeof(address)));
	case DNS_MX:
		return arena_printf(arena, "%u %s.", record->preference,
		    record->text);
	case DNS_TXT:
	case DNS_SPF:
		return dig_strings(arena, record);
	case DNS_TLSA:
		assert_int_equal(tlsa_read(record, &tlsa, &why), 0);
		return arena_printf(arena, "%u %u %u %s", tlsa.usage,
		    tlsa.selector, tlsa.matching, dig_hex(arena, tlsa.data,
		    tlsa.length));
	case DNS_CAA:
		assert_int_equal(caa_read(arena, record, &caa, &why), 0);
		return caa_text(arena, &caa);
	case DNS_NS:
	case DNS_PTR:
	case DNS_CNAME:
		return arena_printf(arena, "%s.", record->text);
	default:
		return arena_printf(arena, "\\# %zu %s", record->rdata_length,
		    dig_hex(arena, record->rdata, record->rdata_length));
	}
}

static void
test_real_replies(void **state)
{
	struct arena *arena = arena_new();
	struct dns_records records;
	unsigned char query[DNS_QUERY_MAX];
	const char *said;
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(real_replies); i++) {
		const struct real_reply *real = &real_replies[i];

		dns_reply_read(arena, (const unsigned char *)real->message,
		    real->length, real->name, real->type, &records);
		if (records.outcome != real->outcome)
			fail_msg("%s: %s, expected %s", real->name,
			    dns_outcome_name(records.outcome),
			    dns_outcome_name(real->outcome));
		for (said = "", j = 0; j < records.count; j++)
			said = arena_printf(arena, "%s%s\n", said, dig_record(
			    arena, real->type, &records.items[j]));
		assert_string_equal(said, real->said);
		/* The server read our question as we meant it. */
		j = dns_query_write(query, 0, real->name, real->type, 0);
		assert_memory_equal(query + 12, real->message + 12, j - 12);
	}
	arena_free(arena);
}

static void
test_authenticated(void **state)
{
	static const struct reply_case cases[] = {
		{ "records", DNS_TXT, REPLY(VALIDATED, COUNTS("\1", "\0", "\0"),
		    QUESTION(TXT_) RR("\xc0\x0c", TXT_, "\0\2") "\1y"),
		    DNS_RECORDS, NULL },
		{ "no such name", DNS_TXT, REPLY("\x81\xa3",
		    COUNTS("\0", "\0", "\0"), QUESTION(TXT_)),
		    DNS_NXDOMAIN, NULL },
		{ "SERVFAIL", DNS_TXT, REPLY("\x81\xa2",
		    COUNTS("\0", "\0", "\0"), QUESTION(TXT_)),
		    DNS_SERVFAIL, NULL },
	};
	struct arena *arena = arena_new();
	struct dns_records records;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		dns_reply_read(arena, cases[i].message, cases[i].length, ASKED,
		    cases[i].type, &records);
		assert_int_equal(records.outcome, cases[i].outcome);
		assert_int_equal(records.authenticated,
		    cases[i].outcome != DNS_SERVFAIL);
	}
	arena_free(arena);
}

/* A text with a NUL, and its octets as they came. */
static void
test_text_with_nul(void **state)
{
	static const unsigned char message[] = "\x12\x34" RESOLVER
	    COUNTS("\1", "\0", "\0") QUESTION(TXT_)
	    RR("\xc0\x0c", TXT_, "\0\6") "\2a\0\2bc";
	struct arena *arena = arena_new();
	struct dns_records records;

	(void)state;
	dns_reply_read(arena, message, sizeof(message) - 1, ASKED, DNS_TXT,
	    &records);
	assert_int_equal(records.count, 1);
	assert_int_equal(records.items[0].text_length, 4);
	assert_memory_equal(records.items[0].text, "a\0bc", 5);
	assert_int_equal(records.items[0].rdata_length, 6);
	assert_memory_equal(records.items[0].rdata, "\2a\0\2bc", 6);
	arena_free(arena);
}

static void
put16(unsigned char *at, unsigned value)
{
	at[0] = (unsigned char)(value >> 8);
	at[1] = (unsigned char)value;
}

/* name0 → name1 → … as CNAMEs, then a TXT; name is one letter. */
static size_t
chain_message(unsigned char *out, unsigned links)
{
	static const unsigned char head[] = "\x12\x34" RESOLVER
	    COUNTS("\0", "\0", "\0") QUESTION(TXT_);
	size_t length = sizeof(head) - 1;
	unsigned i;

	memcpy(out, head, length);
	out[7] = (unsigned char)(links + 1);
	for (i = 0; i < links; i++) {
		unsigned char record[] = RR("\1a\xc0\x0e", CNAME_, "\0\4")
		    "\1b\xc0\x0e";

		record[1] = (unsigned char)('a' + i);
		record[15] = (unsigned char)('b' + i);
		memcpy(out + length, record, sizeof(record) - 1);
		length += sizeof(record) - 1;
	}
	memcpy(out + length, RR("\1a\xc0\x0e", TXT_, "\0\2") "\1y", 16);
	out[length + 1] = (unsigned char)('a' + links);
	return length + 16;
}

static void
test_chain_limit(void **state)
{
	struct arena *arena = arena_new();
	struct dns_records records;
	unsigned char message[1024];
	size_t length;

	(void)state;
	length = chain_message(message, DNS_CHAIN_MAX);
	dns_reply_read(arena, message, length, ASKED, DNS_TXT, &records);
	assert_int_equal(records.outcome, DNS_RECORDS);
	length = chain_message(message, DNS_CHAIN_MAX + 1);
	dns_reply_read(arena, message, length, ASKED, DNS_TXT, &records);
	assert_int_equal(records.outcome, DNS_MALFORMED);
	arena_free(arena);
}

/* 1024 records of one name are read, one more is refused. */
static void
test_answer_limit(void **state)
{
	static const unsigned char head[] = "\x12\x34" RESOLVER
	    COUNTS("\0", "\0", "\0") QUESTION(A_);
	static const unsigned char record[] = RR("\xc0\x0c", A_, "\0\4")
	    "\xc0\0\2\1";
	unsigned char *message = malloc(65536);
	struct arena *arena = arena_new();
	struct dns_records records;
	size_t length = sizeof(head) - 1, i;

	(void)state;
	memcpy(message, head, length);
	for (i = 0; i < 1025; i++, length += sizeof(record) - 1)
		memcpy(message + length, record, sizeof(record) - 1);
	put16(message + 6, 1024);
	dns_reply_read(arena, message, length, ASKED, DNS_A, &records);
	assert_int_equal(records.outcome, DNS_RECORDS);
	assert_int_equal(records.count, 1024);
	put16(message + 6, 1025);
	dns_reply_read(arena, message, length, ASKED, DNS_A, &records);
	assert_int_equal(records.outcome, DNS_MALFORMED);
	arena_free(arena);
	free(message);
}

struct query_case {
	const char *name;
	const unsigned char *wire;	/* of the name; NULL = it is none */
	size_t length;
};

#define L63 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk"
#define L61 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghi"

static const struct query_case query_cases[] = {
	{ "a.example", BYTES("\1a\7example\0") },
	{ "a.example.", BYTES("\1a\7example\0") },
	{ "A.eXample", BYTES("\1A\7eXample\0") },
	{ ".", BYTES("\0") },
	{ "com", BYTES("\3com\0") },
	{ "_25._tcp.mx", BYTES("\3_25\4_tcp\2mx\0") },
	{ "a\\046b.\\255\\000\\\\", BYTES("\3a.b\3\xff\0\\\0") },
	{ "a\\.b", BYTES("\3a.b\0") },
	{ "b\xc3\xbc!@*.x", BYTES("\6b\xc3\xbc!@*\1x\0") },
	{ L63, BYTES("\x3f" L63 "\0") },
	{ L63 "." L63 "." L63 "." L61,
	    BYTES("\x3f" L63 "\x3f" L63 "\x3f" L63 "\x3d" L61 "\0") },
	{ "", NULL, 0 },
	{ "..", NULL, 0 },
	{ ".a", NULL, 0 },
	{ "a..b", NULL, 0 },
	{ "a..", NULL, 0 },
	{ L63 "x", NULL, 0 },
	{ L63 "." L63 "." L63 "." L61 "x", NULL, 0 },
	{ L63 "." L63 "." L63 "." L61 ".x", NULL, 0 },
	{ "a\\", NULL, 0 },
	{ "a\\25", NULL, 0 },
	{ "a\\2x5", NULL, 0 },
	{ "a\\256", NULL, 0 },
};

static void
test_queries(void **state)
{
	unsigned char out[DNS_QUERY_MAX];
	size_t i, length;

	(void)state;
	for (i = 0; i < COUNT(query_cases); i++) {
		const struct query_case *query = &query_cases[i];

		length = dns_query_write(out, 0x1234, query->name, DNS_CAA, 0);
		if (query->wire == NULL) {
			if (length != 0)
				fail_msg("\"%s\" is a name", query->name);
			continue;
		}
		if (length != 12 + query->length + 4)
			fail_msg("\"%s\": %zu octets", query->name, length);
		assert_memory_equal(out, "\x12\x34\1\x20\0\1\0\0\0\0\0\0", 12);
		assert_memory_equal(out + 12, query->wire, query->length);
		assert_memory_equal(out + 12 + query->length, "\1\1\0\1", 4);
	}
}

/* dig +qr +adflag +edns=0 +bufsize=1232 +nocookie: the same octets. */
static void
test_query_with_opt(void **state)
{
	static const unsigned char expected[] = "\x12\x34\1\x20\0\1\0\0\0\0\0\1"
	    "\1a\7example\0\0\x10\0\1" "\0\0\x29\4\xd0\0\0\0\0\0\0";
	unsigned char out[DNS_QUERY_MAX];

	(void)state;
	assert_int_equal(dns_query_write(out, 0x1234, "a.example", DNS_TXT,
	    1232), sizeof(expected) - 1);
	assert_memory_equal(out, expected, sizeof(expected) - 1);
}

static void
test_words(void **state)
{
	static const struct {
		uint16_t type;
		const char *word;
	} types[] = {
		{ 1, "A" }, { 2, "NS" }, { 5, "CNAME" }, { 6, "SOA" },
		{ 12, "PTR" }, { 15, "MX" }, { 16, "TXT" }, { 28, "AAAA" },
		{ 43, "DS" }, { 52, "TLSA" }, { 99, "SPF" }, { 257, "CAA" },
		{ 65280, "TYPE65280" }, { 3, "TYPE3" },
	};
	char out[16];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(types); i++) {
		assert_string_equal(dns_type_name(types[i].type, out),
		    types[i].word);
		assert_int_equal(dns_type_parse(types[i].word), types[i].type);
	}
	assert_int_equal(dns_type_parse("txt"), DNS_TXT);
	assert_int_equal(dns_type_parse(""), 0);
	assert_int_equal(dns_type_parse("TXTX"), 0);
	assert_int_equal(dns_type_parse("TYPE"), 0);
	assert_int_equal(dns_type_parse("TYPE65536"), 0);
	assert_int_equal(dns_type_parse("TYPE1x"), 0);
	assert_int_equal(dns_type_parse("TYPE-1"), 0);
	assert_string_equal(dns_outcome_name(DNS_NXDOMAIN), "no such name");
	for (i = DNS_NOT_ASKED; i <= DNS_NO_REPLY; i++)
		assert_int_equal(dns_absent((enum dns_outcome)i),
		    i == DNS_NXDOMAIN || i == DNS_NODATA);
}

static void
test_reverse_names(void **state)
{
	static const struct {
		const char *address;
		const char *name;
	} cases[] = {
		{ "192.0.2.25", "25.2.0.192.in-addr.arpa" },
		{ "255.255.255.255", "255.255.255.255.in-addr.arpa" },
		/* RFC 3596 2.5's own example. */
		{ "4321:0:1:2:3:4:567:89ab", "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0."
		    "2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa" },
		{ "::ffff:192.0.2.25", "25.2.0.192.in-addr.arpa" },
	};
	char out[74];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		assert_int_equal(dns_reverse_name(cases[i].address, out,
		    sizeof(out)), 0);
		assert_string_equal(out, cases[i].name);
		assert_int_equal(dns_reverse_name(cases[i].address, out,
		    strlen(cases[i].name)), -1);
	}
	assert_int_equal(dns_reverse_name("192.0.2", out, sizeof(out)), -1);
	assert_int_equal(dns_reverse_name("fe80::1%lo", out, sizeof(out)), -1);
	assert_int_equal(dns_reverse_name("mail.example", out, sizeof(out)), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replies),
		cmocka_unit_test(test_cut_replies),
		cmocka_unit_test(test_real_replies),
		cmocka_unit_test(test_authenticated),
		cmocka_unit_test(test_text_with_nul),
		cmocka_unit_test(test_chain_limit),
		cmocka_unit_test(test_answer_limit),
		cmocka_unit_test(test_queries),
		cmocka_unit_test(test_query_with_opt),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_reverse_names),
	};

	return cmocka_run_group_tests_name("dns", tests, NULL, NULL);
}
