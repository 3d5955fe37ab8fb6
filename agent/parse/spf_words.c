#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"

#include "parse/spf_private.h"

#define QUOTED_MAX 100	/* bytes of a term that a message shows */
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static bool
starts_with(struct spf_span text, const char *word, size_t length)
{
	return text.length >= length && memcmp(text.at, word, length) == 0;
}

const char *
spf_quote(struct arena *arena, struct spf_span text)
{
	char out[4 * QUOTED_MAX + 8];
	size_t length = 0, i;

	out[length++] = '"';
	for (i = 0; i < text.length && i < QUOTED_MAX; i++) {
		unsigned char byte = (unsigned char)text.at[i];

		if (byte < ' ' || byte > '~') {
			snprintf(out + length, 5, "\\%03u", byte);
			length += 4;
		} else {
			out[length++] = (char)byte;
		}
	}
	if (i < text.length) {
		memcpy(out + length, "...", 3);
		length += 3;
	}
	out[length++] = '"';
	return arena_memdup(arena, out, length);
}

const char *
spf_outcome_text(struct arena *arena, const char *name, uint16_t type,
    const struct dns_records *records)
{
	char room[16];

	return arena_printf(arena, "%s of %s: %s", dns_type_name(type, room),
	    name, records->why != NULL ? records->why :
	    dns_outcome_name(records->outcome));
}

/* ---- what somebody meant ---- */

/* An address with or without a prefix length: "ip4", "ip6"; NULL = none. */
static const char *
address_mechanism(struct spf_span text)
{
	const char *slash = memchr(text.at, '/', text.length);
	char copy[INET6_ADDRSTRLEN];
	unsigned char address[16];

	if (slash != NULL)
		text.length = (size_t)(slash - text.at);
	if (text.length == 0 || text.length >= sizeof(copy))
		return NULL;
	memcpy(copy, text.at, text.length);
	copy[text.length] = '\0';
	if (inet_pton(AF_INET, copy, address) == 1)
		return "ip4";
	return inet_pton(AF_INET6, copy, address) == 1 ? "ip6" : NULL;
}

static const struct slip {
	const char *written;
	const char *meant;
} slips[] = {
	{ "ip", "ip4:" },
	{ "ipv4", "ip4:" },
	{ "ip-v4", "ip4:" },
	{ "ip_4", "ip4:" },
	{ "ip-4", "ip4:" },
	{ "i4", "ip4:" },
	{ "pi4", "ip4:" },
	{ "p4", "ip4:" },
	{ "ipv6", "ip6:" },
	{ "ip-6", "ip6:" },
	{ "aaaa", "a:" },
	{ "host", "a:" },
	{ "hostname", "a:" },
	{ "server", "a:" },
	{ "incl", "include:" },
	{ "includes", "include:" },
	{ "included", "include:" },
	{ "inlcude", "include:" },
	{ "inclue", "include:" },
	{ "inclde", "include:" },
	{ "incude", "include:" },
	{ "inculde", "include:" },
	{ "incluce", "include:" },
	{ "nclude", "include:" },
	{ "spf", "include:" },
	{ "exist", "exists:" },
	{ "redirect", "redirect=" },
	{ "exp", "exp=" },
	{ "xm", "mx" },
	{ "al", "all" },
	{ "alll", "all" },
	{ "any", "all" },
};

static const char *
slip_meant(struct spf_span name)
{
	size_t i;

	for (i = 0; i < COUNT(slips); i++) {
		if (spf_span_is(name, slips[i].written))
			return slips[i].meant;
	}
	return NULL;
}

/* A name of two labels or more and nothing else; not a range of addresses. */
static bool
looks_like_host(struct spf_span text)
{
	bool letter = false;
	size_t i;

	for (i = 0; i < text.length; i++)
		letter |= (text.at[i] | 0x20) >= 'a' &&
		    (text.at[i] | 0x20) <= 'z';
	return letter && memchr(text.at, ':', text.length) == NULL &&
	    memchr(text.at, '/', text.length) == NULL &&
	    spf_domain_spec_check(text) == SPF_NO_MISTAKE;
}

/* ---- mistakes ---- */

/* What is wrong, and a hint behind it in all the words that it takes. */
static const char *
mistake_printf(struct arena *arena, const struct spf_term *wrong,
    const char *fault, const char *hint)
{
	return arena_printf(arena, "%s: %s%s%s",
	    spf_quote(arena, wrong->text), fault, hint == NULL ? "" : "; ",
	    hint == NULL ? "" : hint);
}

static const char *
meant(struct arena *arena, const char *mechanism, struct spf_span value)
{
	const char *quoted = spf_quote(arena, value);

	return arena_printf(arena, "%s:%.*s is meant", mechanism,
	    (int)strlen(quoted) - 2, quoted + 1);
}

static const struct typographic {
	const char *bytes;
	size_t length;
	const char *text;
} typographic[] = {
	{ "\t", 1, "a tab stands in it; terms are separated by blanks" },
	{ "\r", 1, "a carriage return stands in it" },
	{ "\n", 1, "a line break stands in it; terms are separated by blanks" },
	{ "\0", 1, "a NUL stands in it" },
	{ "\xE2\x80\x93", 3, "a long dash stands in it; - is meant" },
	{ "\xE2\x80\x94", 3, "a long dash stands in it; - is meant" },
	{ "\xE2\x88\x92", 3, "a minus sign of another alphabet stands in it; "
	    "- is meant" },
	{ "\xE2\x80\x90", 3, "a hyphen of another alphabet stands in it; "
	    "- is meant" },
	{ "\xE2\x80\x91", 3, "a hyphen of another alphabet stands in it; "
	    "- is meant" },
	{ "\xE2\x80\x98", 3, "a typographic quote stands in it; none is wanted" },
	{ "\xE2\x80\x99", 3, "a typographic quote stands in it; none is wanted" },
	{ "\xE2\x80\x9C", 3, "a typographic quote stands in it; none is wanted" },
	{ "\xE2\x80\x9D", 3, "a typographic quote stands in it; none is wanted" },
	{ "\xC2\xA0", 2, "a no-break space stands in it; a blank is meant" },
	{ "\xE2\x80\x8B", 3, "an invisible space stands in it" },
	{ "\xEF\xBB\xBF", 3, "a byte order mark stands in it" },
};

static const char *
byte_text(struct arena *arena, const struct spf_term *wrong)
{
	struct spf_span rest = wrong->text;
	size_t i;

	while (rest.length > 0 && rest.at[0] >= '!' && rest.at[0] <= '~')
		rest = spf_span_from(rest, 1);
	for (i = 0; i < COUNT(typographic); i++) {
		if (starts_with(rest, typographic[i].bytes,
		    typographic[i].length))
			return mistake_printf(arena, wrong,
			    typographic[i].text, NULL);
	}
	return mistake_printf(arena, wrong,
	    "a byte stands in it that is no visible ASCII character", NULL);
}

static const char *
mechanism_hint(struct arena *arena, const struct spf_term *wrong)
{
	struct spf_span text = wrong->text, value;
	const char *found;

	if (memchr("+-?~", text.at[0], 4) != NULL)
		text = spf_span_from(text, 1);
	if (text.length == 0)
		return "nothing may stand between it and its mechanism";
	found = address_mechanism(text);
	if (found != NULL)
		return meant(arena, found, text);
	value = spf_span_from(text, wrong->name.length);
	found = slip_meant(wrong->name);
	if (found != NULL && strncmp(found, "ip", 2) == 0 && value.length > 1 &&
	    address_mechanism(spf_span_from(value, 1)) != NULL)
		return meant(arena, address_mechanism(spf_span_from(value, 1)),
		    spf_span_from(value, 1));
	if (found != NULL)
		return arena_printf(arena, "%s is meant", found);
	if (strchr(",;\"'", text.at[text.length - 1]) != NULL)
		return "terms are separated by blanks, without commas, "
		    "semicolons and quotes";
	if (looks_like_host(text))
		return "a: or include: is wanted before a name";
	return NULL;
}

static const char *
mechanism_text(struct arena *arena, const struct spf_term *wrong)
{
	return mistake_printf(arena, wrong, "unknown mechanism",
	    mechanism_hint(arena, wrong));
}

/* "ip4: 192.0.2.1" is two terms. */
static const char *
argument_missing_text(struct arena *arena, const struct spf_term *wrong)
{
	const char last = wrong->text.at[wrong->text.length - 1];

	if ((last == ':' || last == '=') && !wrong->last)
		return mistake_printf(arena, wrong, "nothing stands behind it",
		    last == ':' ? "a blank behind the colon is not allowed" :
		    "a blank behind the equals sign is not allowed");
	return mistake_printf(arena, wrong,
	    wrong->kind == SPF_IP4 || wrong->kind == SPF_IP6 ?
	    "an address is wanted behind it" : "a domain is wanted behind it",
	    NULL);
}

static const char *
address_text(struct arena *arena, const struct spf_term *wrong)
{
	const char *begin = wrong->name.at + wrong->name.length + 1;
	struct spf_span value = { begin, (size_t)(wrong->text.at +
	    wrong->text.length - begin) };
	const char *other;

	other = address_mechanism(value);
	if (other != NULL && !spf_span_is(wrong->name, other))
		return mistake_printf(arena, wrong,
		    wrong->kind == SPF_IP4 ? "no IPv4 address" :
		    "no IPv6 address", meant(arena, other, value));
	if (looks_like_host(value))
		return mistake_printf(arena, wrong,
		    "a name where an address is wanted",
		    meant(arena, "a", value));
	return mistake_printf(arena, wrong, wrong->kind == SPF_IP4 ?
	    "no IPv4 address; four numbers of 0 to 255 are wanted" :
	    "no IPv6 address", NULL);
}

static const char *
toplabel_text(struct arena *arena, const struct spf_term *wrong)
{
	const char *found = address_mechanism(wrong->domain);

	if (found != NULL)
		return mistake_printf(arena, wrong,
		    "an address where a name is wanted",
		    meant(arena, found, wrong->domain));
	if (wrong->kind == SPF_INCLUDE &&
	    memchr(wrong->domain.at, '/', wrong->domain.length) != NULL)
		return mistake_printf(arena, wrong,
		    "no domain name; include: takes no prefix length", NULL);
	return mistake_printf(arena, wrong, "no domain name",
	    "two labels at least are wanted, the last not a number");
}

static const char *
prefix_text(struct arena *arena, const struct spf_term *wrong)
{
	const char *hint = "0 to 32 are wanted, //0 to //128 for IPv6";

	if (wrong->kind == SPF_IP4)
		hint = "0 to 32 are wanted";
	else if (wrong->kind == SPF_IP6)
		hint = "0 to 128 are wanted";
	return mistake_printf(arena, wrong, "no prefix length", hint);
}

/* Those that need no second look. */
static const char *const plain_mistakes[SPF_TWICE + 1] = {
	[SPF_BAD_ALL] = "\"all\" takes nothing behind it",
	[SPF_BAD_MODIFIER] = "a modifier without a name",
	[SPF_BAD_ARGUMENT] = "takes a domain behind a colon and nothing else",
	[SPF_BAD_MACRO] = "no macro of RFC 7208 section 7; a % stands as %%",
	[SPF_BAD_LABEL] = "no domain name: a label is empty or over 63 bytes",
	[SPF_TWICE] = "stands twice",
};

static const char *(*const mistake_texts[SPF_TWICE + 1])(struct arena *arena,
    const struct spf_term *wrong) = {
	[SPF_BAD_BYTE] = byte_text,
	[SPF_BAD_MECHANISM] = mechanism_text,
	[SPF_NO_ARGUMENT] = argument_missing_text,
	[SPF_BAD_TOPLABEL] = toplabel_text,
	[SPF_BAD_ADDRESS] = address_text,
	[SPF_BAD_PREFIX] = prefix_text,
};

const char *
spf_mistake_text(struct arena *arena, const struct spf_term *wrong)
{
	if (mistake_texts[wrong->mistake] != NULL)
		return mistake_texts[wrong->mistake](arena, wrong);
	return mistake_printf(arena, wrong, plain_mistakes[wrong->mistake],
	    NULL);
}

/* ---- what is no mistake, and not meant ---- */

static const char *const mechanism_words[] = {
	"include", "ip4", "ip6", "a", "mx", "exists", "ptr",
};

const char *
spf_modifier_meant(struct arena *arena, const struct spf_term *modifier)
{
	const char *slip = slip_meant(modifier->name);
	size_t i;

	if (spf_span_is(modifier->name, "v"))
		return "a second record begins here; one is wanted, with the "
		    "terms of both";
	for (i = 0; i < COUNT(mechanism_words); i++) {
		if (spf_span_is(modifier->name, mechanism_words[i]))
			return meant(arena, mechanism_words[i],
			    modifier->domain);
	}
	return slip == NULL ? NULL : arena_printf(arena, "%s is meant", slip);
}

/* Is there "spf1" or "spf2" within the first bytes? */
static bool
mentions_spf(struct spf_span text)
{
	size_t i;

	for (i = 0; i + 3 <= text.length && i < 8; i++) {
		if (strncasecmp(text.at + i, "spf", 3) == 0)
			return true;
	}
	return false;
}

static bool
begins_like_spf(struct spf_span text)
{
	return mentions_spf(text) && text.length >= 4 &&
	    (memchr(text.at, '=', text.length < 8 ? text.length : 8) != NULL ||
	    strncasecmp(text.at, "spf1", 4) == 0);
}

/* SPF's, one experiment of Sender ID's and what people make of it. */
const char *
spf_near_miss(struct arena *arena, const struct dns_record *record)
{
	struct spf_span text = { record->text, record->text_length };
	const char *hint;

	if (spf_is_record(record) || !begins_like_spf(text) ||
	    starts_with(text, "spf2.0", 6))
		return NULL;
	if (strncasecmp(text.at, "v=spf1", 6) == 0)
		hint = "a blank is wanted behind v=spf1";
	else if (text.at[0] == '"' || (unsigned char)text.at[0] >= 0x80)
		hint = "the quotes are part of it";
	else
		hint = "it must begin with v=spf1 and a blank";
	return arena_printf(arena, "%s is no SPF record: %s",
	    spf_quote(arena, text), hint);
}
