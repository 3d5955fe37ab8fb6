/* The fields that lines of several kinds have. */
#include "parse/exim_mainlog_private.h"

enum { ADDRESS_MAX = 45 };	/* INET6_ADDRSTRLEN without its NUL */

static inline bool
is_digit(char byte)
{
	return (unsigned char)(byte - '0') <= 9;
}

static inline bool
is_capital(char byte)
{
	return (unsigned char)(byte - 'A') <= 'Z' - 'A';
}

const char *
exim_skip_quoted(const char *at, const char *end)
{
	const char *from, *quote, *slash;

	if (at == end || *at != '"')
		return NULL;
	for (from = at + 1; ; from = quote + 1) {
		quote = memchr(from, '"', (size_t)(end - from));
		if (quote == NULL)
			return NULL;
		for (slash = quote; slash > from && slash[-1] == '\\'; slash--)
			;
		if ((quote - slash) % 2 == 0)
			return quote + 1;
	}
}

const char *
exim_skip_word(const char *at, const char *end)
{
	const char *from = at, *slash;

	for (;; from = at + 1) {
		at = exim_token_end(from, end);
		if (at == from || at[-1] != '\\')
			return at;
		for (slash = at; slash > from && slash[-1] == '\\'; slash--)
			;
		if ((at - slash) % 2 == 0)
			return at;
		if (at == end)
			return NULL;
	}
}

/* An address with or without quotes; what ends it is not looked at. */
static inline const char *
skip_address(const char *at, const char *end)
{
	if (at < end && *at == '"') {
		at = exim_skip_quoted(at, end);
		if (at == NULL || at == end || *at != '@')
			return NULL;
	}
	return exim_skip_word(at, end);
}

const char *
exim_read_address(const char *at, const char *end, struct slice *ret_address)
{
	const char *behind = skip_address(at, end);

	/* A parenthesis at the end is that of a HELO name, which wrote the address. */
	if (behind == NULL || behind == at || behind[-1] == ')')
		return NULL;
	*ret_address = exim_slice(at, behind);
	return behind;
}

const char *
exim_read_bracketed(const char *at, const char *end, struct slice *ret_address)
{
	const char *begin = at + 1, *from = begin, *close;

	if (at == end || *at != '<')
		return NULL;
	at = skip_address(begin, end);
	if (at == NULL)
		return NULL;
	/* In quotes it closes nothing. */
	if (at > begin && *begin == '"')
		from = exim_skip_quoted(begin, end);
	close = memrchr(from, '>', (size_t)(at - from));
	if (close == NULL)
		return NULL;
	*ret_address = exim_slice(begin, close);
	return close + 1;
}

/* ---- H= ---- */

/* Behind a port, when there is one. */
static inline const char *
skip_port(const char *at, const char *end)
{
	uint64_t word;

	if (end - at < 2 || *at != ':' || !is_digit(at[1]))
		return at;
	word = exim_eight_or_less(at + 1, end);
	return at + 1 + exim_first_mark((~exim_between(word, '0', '9') & EXIM_HIGH) |
	    UINT64_C(0x80) << 56);
}

/* Behind the bytes that an address may have; a zero is none of them, so the end stops it. */
static inline const char *
skip_address_bytes(const char *at, const char *end)
{
	uint64_t others;

	for (;;) {
		/* '.' to ':' are the digits, the separators and '/'. */
		others = ~exim_between(exim_eight_or_less(at, end), '.', ':') & EXIM_HIGH;
		if (others == 0) {
			at += 8;
			continue;
		}
		at += exim_first_mark(others);
		if (at >= end || (unsigned char)((*at | 0x20) - 'a') > 'f' - 'a')
			return at;
		at++;
	}
}

/* Whether there is a separator behind four digits at most: every address has one. */
static inline bool
has_separator(const char *at, const char *end)
{
	const char *begin = at;

	while (at < end && *at != '.' && *at != ':')
		at++;
	return at < end && at - begin <= 4;
}

const char *
exim_read_host_address(const char *at, const char *end, struct slice *ret_address)
{
	const char *begin = at + 1;

	if (at == end || *at != '[')
		return NULL;
	at = skip_address_bytes(begin, end);
	if (at >= end || *at != ']' || at - begin > ADDRESS_MAX || !has_separator(begin, at))
		return NULL;
	*ret_address = exim_slice(begin, at);
	at = skip_port(at + 1, end);
	if (at < end && *at == '*')
		at++;
	return at == end || *at == ' ' || *at == ':' || *at == ',' ? at : NULL;
}

/*
 * A HELO name may hold anything where helo_accept_junk_hosts allows it; it ends at the
 * first ")" that has an address behind it. If that was the client's doing, the
 * rest of what it wrote can't be a line.
 */
static const char *
read_helo(const char *at, const char *end, struct slice *ret_helo, struct slice *ret_address)
{
	const char *from = at + 1, *close, *behind;

	for (;; from = close + 1) {
		close = memchr(from, ')', (size_t)(end - from));
		if (close == NULL || end - close < 3)
			return NULL;
		if (exim_pair(close + 1) != EXIM_PAIR(' ', '['))
			continue;
		behind = exim_read_host_address(close + 2, end, ret_address);
		if (behind != NULL)
			break;
	}
	*ret_helo = exim_slice(at + 1, close);
	return behind;
}

const char *
exim_read_peer(const char *at, const char *end, struct exim_log_event *event, bool *ret_helo)
{
	struct slice helo;

	if (at == end)
		return NULL;
	if (*at != '[' && *at != '(') {
		at = exim_read_value(at, end, &event->host);
		if (at == NULL || end - at < 2 || *at++ != ' ')
			return NULL;
	}
	*ret_helo = *at == '(';
	if (*at != '(')
		return exim_read_host_address(at, end, &event->host_address);
	at = read_helo(at, end, &helo, &event->host_address);
	if (at != NULL && event->host.length == 0) {
		event->host = helo;
		event->host_is_helo = helo.length > 0;
	}
	return at;
}

const char *
exim_read_remote(const char *at, const char *end, struct exim_log_event *event)
{
	at = exim_read_value(at, end, &event->host);
	if (at == NULL)
		return NULL;
	if (EXIM_BEGINS(at, end, " DS ["))
		at += 3;
	/* A local delivery over LMTP has a name alone. */
	if (end - at < 2 || exim_pair(at) != EXIM_PAIR(' ', '['))
		return at;
	return exim_read_host_address(at + 1, end, &event->host_address);
}

/* ---- X=, CV=, DN=, A= ---- */

/* As Exim writes it since 4.93, without a look into the table of all there were. */
static inline enum log_tls
tls_version(const char *at, size_t length)
{
	if (length == 6 && memcmp(at, "TLS1.", 5) == 0 && (at[5] == '2' || at[5] == '3'))
		return at[5] == '3' ? LOG_TLS_1_3 : LOG_TLS_1_2;
	return log_tls_version((struct slice){ .bytes = at, .length = length });
}

/*
 * VERSION:SUITE:BITS, and "*" for a session that was resumed. '*' is the lowest
 * byte of that, so that neither quotes nor parentheses are taken for a part of it.
 */
const char *
exim_read_tls(const char *at, const char *end, struct exim_log_event *event)
{
	const char *behind = exim_below(at, end, '*'), *suite, *bits;
	uint64_t colon = exim_equal(exim_eight_or_less(at, behind), ':');

	if (behind - at < 5 || colon == 0 || *at == ':')
		return NULL;
	suite = at + exim_first_mark(colon) + 1;
	bits = memchr(suite, ':', (size_t)(behind - suite));
	if (bits == NULL || bits == suite)
		return NULL;
	event->tls = tls_version(at, (size_t)(suite - 1 - at));
	event->cipher = exim_slice(suite, bits);
	at = ++bits;
	while (at < behind && is_digit(*at))
		at++;
	if (at == bits)
		return NULL;
	if (at < behind && *at == '*')
		at++;
	return at == behind ? behind : NULL;
}

const char *
exim_read_verified(const char *at, const char *end, struct exim_log_event *event)
{
	struct slice value;

	if (end - at < 2)
		return NULL;
	if (exim_pair(at) == EXIM_PAIR('n', 'o') && (end - at == 2 || at[2] == ' ')) {
		event->verified = EXIM_LOG_CV_NO;
		return at + 2;
	}
	at = exim_read_value(at, end, &value);
	if (slice_is(value, "yes"))
		event->verified = EXIM_LOG_CV_YES;
	else if (slice_is(value, "dane"))
		event->verified = EXIM_LOG_CV_DANE;
	return event->verified != EXIM_LOG_CV_NONE ? at : NULL;
}

const char *
exim_skip_certificate(const char *at, const char *end)
{
	const char *begin = at + 1, *quote;

	if (at == end || *at != '"')
		return NULL;
	quote = memchr(begin, '"', (size_t)(end - begin));
	/* The end of a HELO name inside: the "DN=" was the HELO's. */
	if (quote == NULL || EXIM_FIND(begin, quote, ") [") != NULL)
		return NULL;
	return quote + 1;
}

const char *
exim_read_authenticated(const char *at, const char *end, struct exim_log_event *event)
{
	struct slice value, *id = &event->authenticated_id;
	const char *colon;

	at = exim_read_value(at, end, &value);
	if (at == NULL)
		return NULL;
	colon = memchr(value.bytes, ':', value.length);
	event->authenticator = value;
	if (colon != NULL) {
		event->authenticator = exim_slice(value.bytes, colon);
		*id = exim_slice(colon + 1, at);
		colon = memchr(id->bytes, ':', id->length);
		if (colon != NULL)
			*id = exim_slice(id->bytes, colon);
	}
	return event->authenticator.length > 0 ? at : NULL;
}

/* ---- additions ---- */

const char *
exim_skip_unknown(const char *at, const char *end)
{
	const char *begin = at, *behind = exim_token_end(at, end);
	bool capitals = true;

	if (at == behind || !is_capital(*at))
		return NULL;
	for (; at < behind && at - begin < 8; at++) {
		if (is_capital(*at) || is_digit(*at))
			continue;
		if ((unsigned char)(*at - 'a') > 'z' - 'a')
			break;
		capitals = false;
	}
	if (at < behind && *at == '=')
		return behind - at > 1 ? behind : NULL;
	for (begin = at; at < behind && at - begin < 2 && (*at == '.' || *at == '*' || *at == '-'); )
		at++;
	return at == behind && capitals ? behind : NULL;
}
