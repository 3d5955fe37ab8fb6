#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "parse/spf_private.h"

#define VERSION_TAG "v=spf1"

static const char *const result_names[] = {
	[SPF_PENDING] = "pending",
	[SPF_NONE] = "none",
	[SPF_NEUTRAL] = "neutral",
	[SPF_PASS] = "pass",
	[SPF_FAIL] = "fail",
	[SPF_SOFTFAIL] = "softfail",
	[SPF_TEMPERROR] = "temperror",
	[SPF_PERMERROR] = "permerror",
};

const char *
spf_result_name(enum spf_result result)
{
	return result_names[result];
}

/* ---- arguments ---- */

static bool
is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool
is_alpha(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

struct spf_span
spf_span_from(struct spf_span span, size_t skip)
{
	span.at += skip;
	span.length -= skip;
	return span;
}

/*
 * A prefix length of 1 to 3 digits, 5.6: no leading zeroes (and so 5.3's, which
 * the suite of section "a" reads the same way).
 */
static int
parse_prefix(struct spf_span digits, unsigned most, unsigned char *ret_prefix)
{
	unsigned value = 0;
	size_t i;

	if (digits.length == 0 || digits.length > 3 ||
	    (digits.at[0] == '0' && digits.length > 1))
		return -1;
	for (i = 0; i < digits.length; i++) {
		if (!is_digit(digits.at[i]))
			return -1;
		value = value * 10 + (unsigned)(digits.at[i] - '0');
	}
	if (value > most)
		return -1;
	*ret_prefix = (unsigned char)value;
	return 0;
}

/* Where the digits that end the text begin, behind a slash; 0 = there are none. */
static size_t
last_prefix(struct spf_span text)
{
	size_t i = text.length;

	while (i > 0 && is_digit(text.at[i - 1]))
		i--;
	return i < text.length && i > 0 && text.at[i - 1] == '/' ? i : 0;
}

/*
 * Takes dual-cidr-length (5.3) off the end of the text. A domain-spec may hold
 * slashes, but none may end like this.
 */
static enum spf_mistake
take_prefixes(struct spf_span *text, struct spf_term *term)
{
	size_t digits = last_prefix(*text);

	if (digits > 1 && text->at[digits - 2] == '/') {
		if (parse_prefix(spf_span_from(*text, digits), 128,
		    &term->prefix6) < 0)
			return SPF_BAD_PREFIX;
		text->length = digits - 2;
		digits = last_prefix(*text);
	}
	if (digits > 0) {
		if (parse_prefix(spf_span_from(*text, digits), 32,
		    &term->prefix4) < 0)
			return SPF_BAD_PREFIX;
		text->length = digits - 1;
	}
	return SPF_NO_MISTAKE;
}

static enum spf_mistake
parse_nothing(struct spf_term *term, struct spf_span argument)
{
	(void)term;
	return argument.length == 0 ? SPF_NO_MISTAKE : SPF_BAD_ALL;
}

/* ":" domain-spec */
static enum spf_mistake
parse_domain(struct spf_term *term, struct spf_span argument)
{
	if (argument.length == 0)
		return SPF_NO_ARGUMENT;
	if (argument.at[0] != ':')
		return SPF_BAD_ARGUMENT;
	term->domain = spf_span_from(argument, 1);
	return spf_domain_spec_check(term->domain);
}

static enum spf_mistake
parse_optional_domain(struct spf_term *term, struct spf_span argument)
{
	return argument.length == 0 ? SPF_NO_MISTAKE :
	    parse_domain(term, argument);
}

/* [ ":" domain-spec ] [ dual-cidr-length ] */
static enum spf_mistake
parse_host(struct spf_term *term, struct spf_span argument)
{
	enum spf_mistake mistake = take_prefixes(&argument, term);

	return mistake != SPF_NO_MISTAKE ? mistake :
	    parse_optional_domain(term, argument);
}

/* ":" address [ "/" bits ]; inet_pton allows no octet with a leading zero. */
static enum spf_mistake
parse_address(struct spf_term *term, struct spf_span argument, int family,
    unsigned most, unsigned char *ret_prefix)
{
	char text[INET6_ADDRSTRLEN];
	const char *slash;

	if (argument.length < 2)
		return SPF_NO_ARGUMENT;
	if (argument.at[0] != ':')
		return SPF_BAD_ARGUMENT;
	argument = spf_span_from(argument, 1);
	slash = memchr(argument.at, '/', argument.length);
	if (slash != NULL) {
		size_t length = (size_t)(slash - argument.at);

		if (parse_prefix(spf_span_from(argument, length + 1), most,
		    ret_prefix) < 0)
			return SPF_BAD_PREFIX;
		argument.length = length;
	}
	if (argument.length >= sizeof(text))
		return SPF_BAD_ADDRESS;
	memcpy(text, argument.at, argument.length);
	text[argument.length] = '\0';
	return inet_pton(family, text, term->address) == 1 ? SPF_NO_MISTAKE :
	    SPF_BAD_ADDRESS;
}

static enum spf_mistake
parse_ip4(struct spf_term *term, struct spf_span argument)
{
	return parse_address(term, argument, AF_INET, 32, &term->prefix4);
}

static enum spf_mistake
parse_ip6(struct spf_term *term, struct spf_span argument)
{
	return parse_address(term, argument, AF_INET6, 128, &term->prefix6);
}

/* ---- terms ---- */

static const struct mechanism {
	const char *name;
	enum spf_kind kind;
	enum spf_mistake (*parse)(struct spf_term *term,
	    struct spf_span argument);
} mechanisms[] = {
	{ "include", SPF_INCLUDE, parse_domain },
	{ "ip4", SPF_IP4, parse_ip4 },
	{ "a", SPF_A, parse_host },
	{ "mx", SPF_MX, parse_host },
	{ "all", SPF_ALL, parse_nothing },
	{ "ip6", SPF_IP6, parse_ip6 },
	{ "exists", SPF_EXISTS, parse_domain },
	{ "ptr", SPF_PTR, parse_optional_domain },
};

/* Most words differ in the first letter; a capital is told by the rest. */
bool
spf_span_is(struct spf_span span, const char *word)
{
	return span.length > 0 && (span.at[0] | 0x20) == word[0] &&
	    strncasecmp(span.at, word, span.length) == 0 &&
	    word[span.length] == '\0';
}

static enum spf_mistake
parse_mechanism(struct spf_term *term)
{
	struct spf_span rest = term->text;
	size_t length = 0, i;

	term->qualifier = '+';
	if (strchr("+-?~", rest.at[0]) != NULL) {
		term->qualifier = rest.at[0];
		rest = spf_span_from(rest, 1);
	}
	while (length < rest.length && rest.at[length] != ':' &&
	    rest.at[length] != '/')
		length++;
	term->name = (struct spf_span){ rest.at, length };
	for (i = 0; i < sizeof(mechanisms) / sizeof(mechanisms[0]); i++) {
		if (!spf_span_is(term->name, mechanisms[i].name))
			continue;
		term->kind = mechanisms[i].kind;
		return mechanisms[i].parse(term, spf_span_from(rest, length));
	}
	return SPF_BAD_MECHANISM;
}

/*
 * The length of the name when the term is a modifier, 4.6.1: a name, and "="
 * directly behind it.
 */
static size_t
modifier_name(struct spf_span text)
{
	size_t i = 0;

	if (!is_alpha(text.at[0]))
		return 0;
	while (i < text.length && (is_alpha(text.at[i]) ||
	    is_digit(text.at[i]) || strchr("-_.", text.at[i]) != NULL))
		i++;
	return i < text.length && text.at[i] == '=' ? i : 0;
}

static enum spf_mistake
parse_modifier(struct spf_term *term, size_t name_length)
{
	struct spf_span value = spf_span_from(term->text, name_length + 1);

	term->name = (struct spf_span){ term->text.at, name_length };
	if (spf_span_is(term->name, "redirect"))
		term->kind = SPF_REDIRECT;
	else if (spf_span_is(term->name, "exp"))
		term->kind = SPF_EXP;
	else
		term->kind = SPF_OTHER_MODIFIER;
	term->domain = value;
	if (term->kind == SPF_OTHER_MODIFIER)
		return spf_macro_string_check(value, false);
	return spf_domain_spec_check(value);
}

static enum spf_mistake
parse_term(struct spf_term *term)
{
	size_t length = modifier_name(term->text);

	if (length > 0)
		return parse_modifier(term, length);
	if (term->text.at[0] == '=')
		return SPF_BAD_MODIFIER;
	return parse_mechanism(term);
}

bool
spf_term_next(struct spf_span *rest, struct spf_term *ret)
{
	const char *at = rest->at, *end = at + rest->length, *begin;
	bool printable = true;

	while (at < end && *at == ' ')
		at++;
	for (begin = at; at < end && *at != ' '; at++)
		printable &= *at >= 0x21 && *at <= 0x7E;
	*rest = (struct spf_span){ at, (size_t)(end - at) };
	if (at == begin)
		return false;
	*ret = (struct spf_term){ .prefix4 = 32, .prefix6 = 128 };
	ret->text = ret->name = (struct spf_span){ begin,
	    (size_t)(at - begin) };
	ret->last = at == end;
	ret->mistake = printable ? parse_term(ret) : SPF_BAD_BYTE;
	return true;
}

/* ---- records ---- */

bool
spf_is_record(const struct dns_record *record)
{
	const size_t length = sizeof(VERSION_TAG) - 1;

	return record->text_length >= length &&
	    strncasecmp(record->text, VERSION_TAG, length) == 0 &&
	    (record->text_length == length || record->text[length] == ' ');
}

size_t
spf_select(const struct dns_records *records,
    const struct dns_record **ret_first)
{
	size_t count = 0, i;

	*ret_first = NULL;
	for (i = 0; i < records->count; i++) {
		if (!spf_is_record(&records->items[i]))
			continue;
		if (count++ == 0)
			*ret_first = &records->items[i];
	}
	return count;
}

/* 6: these two must not stand there twice. */
static void
keep_modifier(struct spf_term *kept, struct spf_term *term)
{
	if (kept->kind != SPF_UNKNOWN_TERM)
		term->mistake = SPF_TWICE;
	else
		*kept = *term;
}

void
spf_scan_record(const struct dns_record *record, struct spf_scan *ret)
{
	const size_t skip = sizeof(VERSION_TAG) - 1;
	struct spf_span rest = { record->text + skip,
	    record->text_length - skip };
	struct spf_term term;

	memset(ret, 0, sizeof(*ret));
	ret->terms = rest;
	while (!ret->wrong && spf_term_next(&rest, &term)) {
		if (term.mistake == SPF_NO_MISTAKE &&
		    term.kind == SPF_REDIRECT)
			keep_modifier(&ret->redirect, &term);
		else if (term.mistake == SPF_NO_MISTAKE && term.kind == SPF_EXP)
			keep_modifier(&ret->exp, &term);
		else if (term.kind == SPF_ALL)
			ret->has_all = true;
		if (term.mistake != SPF_NO_MISTAKE) {
			ret->wrong = true;
			ret->first_wrong = term;
		}
	}
}
