/* The fields that lines of several kinds have. */
#include "parse/exim_mainlog_private.h"

enum { ADDRESS_MAX = 45 };	/* INET6_ADDRSTRLEN without its NUL */

/* Where a value ends, without the colon that ends the fields. */
static inline const char *
value_end(const struct exim_walk *walk)
{
	const char *end = exim_token_end(walk->at, walk->end);

	if (walk->colon && end > walk->at && end[-1] == ':' && (end == walk->end || *end == ' '))
		end--;
	return end;
}

bool
exim_read_value(struct exim_walk *walk, struct slice *ret_value)
{
	const char *end = value_end(walk);

	*ret_value = exim_slice(walk->at, end);
	walk->at = end;
	return ret_value->length > 0;
}

bool
exim_skip_quoted(struct exim_walk *walk)
{
	const char *from = walk->at + 1, *quote, *slash;

	if (walk->at == walk->end || *walk->at != '"')
		return false;
	for (;; from = quote + 1) {
		quote = memchr(from, '"', (size_t)(walk->end - from));
		if (quote == NULL)
			return false;
		for (slash = quote; slash > from && slash[-1] == '\\'; slash--)
			;
		if ((quote - slash) % 2 == 0)
			break;
	}
	walk->at = quote + 1;
	return true;
}

/*
 * Exim takes local parts with quoted blanks without quotes, too ("a\ b"). Nobody
 * has such a thing; taken here, it would make a blank in an address look like the
 * end of it.
 */
static bool
ends_in_backslash(const char *begin, const char *end)
{
	return end > begin && end[-1] == '\\';
}

bool
exim_read_address(struct exim_walk *walk, struct slice *ret_address)
{
	const char *begin = walk->at, *end;

	if (begin < walk->end && *begin == '"' &&
	    (!exim_skip_quoted(walk) || walk->at == walk->end || *walk->at != '@'))
		return false;
	end = value_end(walk);
	if (end == walk->at || ends_in_backslash(walk->at, end))
		return false;
	walk->at = end;
	*ret_address = exim_slice(begin, end);
	return true;
}

bool
exim_read_bracketed(struct exim_walk *walk, struct slice *ret_address)
{
	const char *begin = walk->at + 1, *end, *close;

	if (walk->at == walk->end || *walk->at != '<')
		return false;
	walk->at = begin;
	if (begin < walk->end && *begin == '"' && !exim_skip_quoted(walk))
		return false;
	end = exim_token_end(walk->at, walk->end);
	close = memchr(walk->at, '>', (size_t)(end - walk->at));
	if (close == NULL)
		return false;
	*ret_address = exim_slice(begin, close);
	walk->at = close + 1;
	return true;
}

/* ---- H= ---- */

/* A hexadecimal digit, or one of ".:". */
static inline bool
is_address_byte(unsigned char byte)
{
	return (unsigned)(byte - '0') <= ':' - '0' || (unsigned)((byte | 0x20) - 'a') <= 'f' - 'a' ||
	    byte == '.';
}

static inline bool
is_digit(char byte)
{
	return (unsigned char)(byte - '0') <= 9;
}

bool
exim_read_host_address(struct exim_walk *walk, struct slice *ret_address)
{
	const char *begin = walk->at + 1, *at = begin, *end = walk->end;
	bool parted = false;

	if (walk->at == end || *walk->at != '[')
		return false;
	for (; at < end && is_address_byte((unsigned char)*at); at++)
		parted |= *at == '.' || *at == ':';
	if (!parted || at == end || *at != ']' || at - begin > ADDRESS_MAX)
		return false;
	*ret_address = exim_slice(begin, at++);
	if (end - at >= 2 && *at == ':' && is_digit(at[1])) {
		for (at++; at < end && is_digit(*at); at++)
			;
	}
	if (at < end && *at == '*')
		at++;
	walk->at = at;
	return at == end || *at == ' ' || *at == ':' || *at == ',';
}

/*
 * A HELO name may hold anything where helo_accept_junk_hosts allows it; it ends at the
 * first ")" that has an address behind it. If that was the client's doing, the
 * rest of what it wrote can't be a line.
 */
static bool
read_helo(struct exim_walk *walk, struct slice *ret_helo, struct slice *ret_address)
{
	const char *begin = walk->at + 1, *from = begin, *close;

	for (;; from = close + 1) {
		close = memchr(from, ')', (size_t)(walk->end - from));
		if (close == NULL || walk->end - close < 3)
			return false;
		if (close[1] != ' ' || close[2] != '[')
			continue;
		walk->at = close + 2;
		if (exim_read_host_address(walk, ret_address))
			break;
	}
	*ret_helo = exim_slice(begin, close);
	return true;
}

/* A host's name and the blank behind it. */
static bool
read_name(struct exim_walk *walk, struct slice *ret_name)
{
	const char *end = exim_token_end(walk->at, walk->end);

	if (end == walk->at || end == walk->end || *end != ' ')
		return false;
	*ret_name = exim_slice(walk->at, end);
	walk->at = end + 1;
	return true;
}

bool
exim_read_peer(struct exim_walk *walk, struct exim_log_event *event, bool *ret_helo)
{
	struct slice helo;
	bool has_helo;

	if (walk->at == walk->end ||
	    (*walk->at != '[' && *walk->at != '(' && !read_name(walk, &event->host)))
		return false;
	has_helo = walk->at < walk->end && *walk->at == '(';
	if (ret_helo != NULL)
		*ret_helo = has_helo;
	if (!has_helo)
		return exim_read_host_address(walk, &event->host_address);
	if (!read_helo(walk, &helo, &event->host_address))
		return false;
	if (event->host.length == 0) {
		event->host = helo;
		event->host_is_helo = helo.length > 0;
	}
	return true;
}

bool
exim_read_remote(struct exim_walk *walk, struct exim_log_event *event)
{
	const char *at;

	if (!exim_read_value(walk, &event->host))
		return false;
	at = walk->at;
	if (EXIM_BEGINS(walk, " DS ["))
		at += 3;
	if (walk->end - at < 2 || at[0] != ' ' || at[1] != '[')
		return true;	/* a local delivery over LMTP has a name alone */
	walk->at = at + 1;
	return exim_read_host_address(walk, &event->host_address);
}

/* ---- X=, CV=, DN=, A= ---- */

/* A name of a cipher suite, or a protocol's version. */
static inline bool
is_suite_byte(unsigned char byte)
{
	return (unsigned)(byte - '0') <= 9 || (unsigned)((byte | 0x20) - 'a') <= 'z' - 'a' ||
	    byte == '-' || byte == '_' || byte == '.';
}

static bool
is_suite(struct slice name)
{
	size_t i;

	for (i = 0; i < name.length; i++) {
		if (!is_suite_byte((unsigned char)name.bytes[i]))
			return false;
	}
	return name.length > 0;
}

/* VERSION:SUITE:BITS, and "*" for a session that was resumed. */
bool
exim_read_tls(struct exim_walk *walk, struct exim_log_event *event)
{
	const char *begin = walk->at, *end, *first, *last;
	struct slice value;

	if (!exim_read_value(walk, &value))
		return false;
	end = begin + value.length - (walk->at[-1] == '*');
	for (last = end; last > begin && is_digit(last[-1]); last--)
		;
	first = memchr(begin, ':', value.length);
	if (first == NULL || last == end || last - first < 2 || last[-1] != ':')
		return false;
	value = exim_slice(begin, first);
	event->cipher = exim_slice(first + 1, last - 1);
	event->tls = log_tls_version(value);
	return is_suite(value) && is_suite(event->cipher);
}

bool
exim_read_verified(struct exim_walk *walk, struct exim_log_event *event)
{
	struct slice value;

	if (!exim_read_value(walk, &value))
		return false;
	if (slice_is(value, "no"))
		event->verified = EXIM_LOG_CV_NO;
	else if (slice_is(value, "yes"))
		event->verified = EXIM_LOG_CV_YES;
	else if (slice_is(value, "dane"))
		event->verified = EXIM_LOG_CV_DANE;
	return event->verified != EXIM_LOG_CV_NONE;
}

bool
exim_skip_certificate(struct exim_walk *walk)
{
	const char *begin = walk->at + 1, *quote;

	if (walk->at == walk->end || *walk->at != '"')
		return false;
	quote = memchr(begin, '"', (size_t)(walk->end - begin));
	/* The end of a HELO name inside: the "DN=" was the HELO's. */
	if (quote == NULL || memmem(begin, (size_t)(quote - begin), ") [", 3) != NULL)
		return false;
	walk->at = quote + 1;
	return true;
}

bool
exim_read_authenticated(struct exim_walk *walk, struct exim_log_event *event)
{
	struct slice value, *id = &event->authenticated_id;
	const char *colon;

	if (!exim_read_value(walk, &value))
		return false;
	colon = memchr(value.bytes, ':', value.length);
	event->authenticator = value;
	if (colon != NULL) {
		event->authenticator = exim_slice(value.bytes, colon);
		*id = exim_slice(colon + 1, value.bytes + value.length);
		colon = memchr(id->bytes, ':', id->length);
		if (colon != NULL)
			*id = exim_slice(id->bytes, colon);
	}
	return event->authenticator.length > 0;
}

/* ---- additions ---- */

static inline bool
is_capital(char byte)
{
	return (unsigned char)(byte - 'A') <= 'Z' - 'A';
}

bool
exim_skip_unknown(struct exim_walk *walk)
{
	const char *begin = walk->at, *at = begin, *end = value_end(walk);
	bool capitals = true;

	if (at == end || !is_capital(*at))
		return false;
	for (; at < end && at - begin < 8; at++) {
		if (!is_capital(*at) && !is_digit(*at)) {
			if ((unsigned char)(*at - 'a') > 'z' - 'a')
				break;
			capitals = false;
		}
	}
	walk->at = end;
	if (at < end && *at == '=')
		return end - at > 1;
	if (at < end && (*at == '.' || *at == '*' || *at == '-'))
		at++;
	return at == end && capitals;
}
