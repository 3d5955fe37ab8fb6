/* "<=" and "(=": receive.c, receive_msg(), add_host_info_for_log(); log.c, log_write(). */
#include "parse/exim_mainlog_private.h"

/* Fields in Exim's order. What stands between them and isn't here tells nothing. */
enum arrival_place {
	ARRIVAL_SENDER,
	ARRIVAL_BOUNCED,
	ARRIVAL_HOST,
	ARRIVAL_USER,
	ARRIVAL_PROTOCOL,
	ARRIVAL_TLS,
	ARRIVAL_VERIFIED,
	ARRIVAL_CERTIFICATE,
	ARRIVAL_AUTHENTICATED,
	ARRIVAL_SIZE,
	ARRIVAL_ID,
	ARRIVAL_SUBJECT,
	ARRIVAL_FROM,
	ARRIVAL_FOR,
	ARRIVAL_UNKNOWN,
};

/* Digits up to the next blank. */
static inline const char *
read_size(const char *at, const char *end, uint64_t *ret_size)
{
	const char *begin = at;
	uint64_t size = 0;
	unsigned digit;

	for (; at < end; at++) {
		digit = (unsigned)(unsigned char)*at - '0';
		if (digit > 9)
			break;
		if (__builtin_expect(at - begin >= 19, 0) &&
		    (at - begin >= 20 || size > (UINT64_MAX - digit) / 10))
			return NULL;
		size = size * 10 + digit;
	}
	*ret_size = size;
	return at > begin ? at : NULL;
}

/*
 * Whether no address is quoted like this: the end of a HELO name in it means that the field
 * was the HELO's. As a domain literal may hold a double quote, at which forged text could
 * close, the beginning of one isn't taken either.
 */
static bool
is_forged(const char *quoted, const char *end)
{
	return EXIM_FIND(quoted, end, ") [") != NULL || EXIM_FIND(quoted, end, "@[") != NULL;
}

/* A Message-ID as the sender wrote it: parts of it may be quoted, and hold blanks. */
static inline const char *
skip_message_id(const char *at, const char *end)
{
	const char *begin = at, *quoted;

	for (;;) {
		at = exim_skip_word(at, end);
		if (at == NULL || at == end || *at != '"')
			return at == begin ? NULL : at;
		quoted = at;
		at = exim_skip_quoted(at, end);
		if (at == NULL || is_forged(quoted, at))
			return NULL;
	}
}

/* "S=77": the size. As a recipient it would be written with a domain. */
static bool
is_size(struct slice recipient)
{
	size_t i;

	if (recipient.length < 3 || recipient.bytes[1] != '=')
		return false;
	for (i = 2; i < recipient.length && (unsigned char)(recipient.bytes[i] - '0') <= 9; i++)
		;
	return i == recipient.length;
}

/*
 * To the end of the line. The size is on every line: where it is among the recipients, the
 * "for" was not Exim's.
 */
static const char *
read_recipients(const char *at, const char *end, struct exim_log_event *event)
{
	const char *begin = at;
	struct slice recipient;

	for (;; at++) {
		at = exim_read_address(at, end, &recipient);
		if (at == NULL || (recipient.bytes[0] == '"' && is_forged(recipient.bytes, at)) ||
		    (recipient.bytes[0] == 'S' && is_size(recipient)))
			return NULL;
		if (event->recipient_count++ == 0)
			event->recipient = recipient;
		if (at == end)
			break;
		if (*at != ' ')
			return NULL;
	}
	event->recipients = exim_slice(begin, end);
	return at;
}

static const char *
read_from(const char *at, const char *end)
{
	struct slice sender;

	at = exim_read_bracketed(at, end, &sender);
	return at == NULL || (sender.length > 0 && sender.bytes[0] == '"' &&
	    is_forged(sender.bytes, at)) ? NULL : at;
}

/* By the letter before "="; 0: no place. */
static const uint8_t letter_places[UINT8_MAX + 1] = {
	['R'] = ARRIVAL_BOUNCED,
	['H'] = ARRIVAL_HOST,
	['U'] = ARRIVAL_USER,
	['P'] = ARRIVAL_PROTOCOL,
	['X'] = ARRIVAL_TLS,
	['A'] = ARRIVAL_AUTHENTICATED,
	['S'] = ARRIVAL_SIZE,
	['T'] = ARRIVAL_SUBJECT,
};

/* The place of the field, and its value's at *at. At least two bytes are left. */
static inline enum arrival_place
read_place(const char **at, const char *end)
{
	const char *name = *at;
	unsigned letter = letter_places[(unsigned char)name[0]];

	if (letter != 0 && name[1] == '=') {
		*at = name + 2;
		return (enum arrival_place)letter;
	}
	*at = name + 3;
	switch (exim_eight_or_less(name, end) & 0xFFFFFF) {
	case EXIM_TRIPLE('C', 'V', '='):
		return ARRIVAL_VERIFIED;
	case EXIM_TRIPLE('D', 'N', '='):
		return ARRIVAL_CERTIFICATE;
	case EXIM_TRIPLE('i', 'd', '='):
		return ARRIVAL_ID;
	case EXIM_TRIPLE('i', 'd', '*'):
		*at = name + 4;
		return EXIM_BEGINS(name, end, "id*=") ? ARRIVAL_ID : ARRIVAL_UNKNOWN;
	case EXIM_TRIPLE('f', 'o', 'r'):
		*at = name + 4;
		return EXIM_BEGINS(name, end, "for ") ? ARRIVAL_FOR : ARRIVAL_UNKNOWN;
	case EXIM_TRIPLE('f', 'r', 'o'):
		*at = name + 5;
		return EXIM_BEGINS(name, end, "from ") ? ARRIVAL_FROM : ARRIVAL_UNKNOWN;
	default:
		return ARRIVAL_UNKNOWN;
	}
}

static inline const char *
read_field(const char *at, const char *end, enum arrival_place place, struct exim_log_event *event)
{
	struct slice value;
	bool helo;

	switch (place) {
	case ARRIVAL_HOST:
		return exim_read_peer(at, end, event, &helo);
	case ARRIVAL_USER:
		return exim_read_value(at, end, &event->user);
	case ARRIVAL_PROTOCOL:
		return exim_read_value(at, end, &event->protocol);
	case ARRIVAL_TLS:
		return exim_read_tls(at, end, event);
	case ARRIVAL_VERIFIED:
		return exim_read_verified(at, end, event);
	case ARRIVAL_CERTIFICATE:
		return exim_skip_certificate(at, end);
	case ARRIVAL_AUTHENTICATED:
		return exim_read_authenticated(at, end, event);
	case ARRIVAL_SIZE:
		return read_size(at, end, &event->size);
	case ARRIVAL_ID:
		return skip_message_id(at, end);
	case ARRIVAL_SUBJECT:
		return exim_skip_quoted(at, end);
	case ARRIVAL_FROM:
		return read_from(at, end);
	case ARRIVAL_FOR:
		return read_recipients(at, end, event);
	default:
		return exim_read_value(at, end, &value);
	}
}

/* Fields behind last, from the blank before the first one to the end. */
static inline bool
read_fields(const char *at, const char *end, enum arrival_place last, struct exim_log_event *event)
{
	enum arrival_place place;
	const char *name;
	bool sized = false;

	while (at < end) {
		if (end - at < 3 || *at != ' ')
			return false;
		name = ++at;
		place = read_place(&at, end);
		if (place == ARRIVAL_UNKNOWN) {
			/* Behind the id only words of Exim's own can stand. */
			at = last < ARRIVAL_ID ? exim_skip_unknown(name, end) : NULL;
		} else {
			if (place <= last)
				return false;
			sized |= place == ARRIVAL_SIZE;
			at = read_field(at, end, last = place, event);
		}
		if (at == NULL)
			return false;
	}
	/* The size is on every line. */
	return sized;
}

/* ---- a HELO name that holds its own end ---- */

/* Ends of a HELO name that are looked at; a line with more stays broken. */
enum { HELO_ENDS_MAX = 16 };

/* What was read up to the peer, with the HELO name from helo to close where it is shown. */
static struct exim_log_event
event_at_peer(const struct exim_log_event *event, const char *helo, const char *close)
{
	struct exim_log_event peer = { .kind = event->kind, .stamp = event->stamp, .id = event->id,
		.sender = event->sender, .has_sender = true, .host = event->host };

	if (peer.host.length == 0 || event->host_is_helo) {
		peer.host = exim_slice(helo, close);
		peer.host_is_helo = true;
	}
	return peer;
}

/* Whether what ident (rfc1413) said of the client's user follows the peer. */
static bool
has_ident(const char *at, const char *end)
{
	while (EXIM_BEGINS(at, end, " I=[") || EXIM_BEGINS(at, end, " TFO"))
		at = exim_token_end(at + 1, end);
	return EXIM_BEGINS(at, end, " U=");
}

/*
 * A line that is not whole when its HELO name ends at the first ") [ADDRESS]": at which later
 * one is it? *event is as the first reading left it. The reading that is whole is the true
 * one, for no other one is:
 *
 * One that begins inside the HELO name has to take in the true ") [ADDRESS]". A blank before a
 * '[' stands in quoted text only, that of an address isn't taken with such an end, so it is in
 * a subject that the HELO name opened. One that begins behind the true end begins inside quoted
 * text: of the subject, the id, an address. Either has one double quote less, or more, of the
 * true line's than pairs: Exim escapes them in T=, addresses have them in pairs, and nothing
 * else may hold one, but a domain literal (see is_forged).
 *
 * What a certificate's DN= or ident's U= holds is escaped by nobody: a line that may have one
 * stays broken.
 */
static bool __attribute__((noinline, cold))
read_again(const char *end, struct exim_log_event *event)
{
	struct exim_log_event reading, whole = { .kind = EXIM_LOG_BROKEN };
	const char *close, *at, *helo;
	unsigned ends = 0;

	if (event->host_address.bytes == NULL)
		return false;
	close = event->host_address.bytes - 3;
	if (*close != ')' || EXIM_FIND(close, end, " DN=\"") != NULL)
		return false;
	helo = event->host_is_helo ? event->host.bytes : close;
	for (; close != NULL; close = EXIM_FIND(close + 1, end, ") [")) {
		reading = event_at_peer(event, helo, close);
		at = exim_read_host_address(close + 2, end, &reading.host_address);
		if (at == NULL)
			continue;
		if (++ends > HELO_ENDS_MAX || has_ident(at, end))
			return false;
		if (!read_fields(at, end, ARRIVAL_HOST, &reading) || reading.protocol.length == 0)
			continue;
		if (whole.kind != EXIM_LOG_BROKEN)
			return false;
		whole = reading;
	}
	if (whole.kind == EXIM_LOG_BROKEN)
		return false;
	*event = whole;
	return true;
}

bool
exim_read_arrival(const char *at, const char *end, struct exim_log_event *event)
{
	event->has_sender = true;
	at = exim_read_address(at, end, &event->sender);
	if (at == NULL)
		return false;
	if (event->sender.length == 2 && exim_pair(event->sender.bytes) == EXIM_PAIR('<', '>'))
		event->sender = (struct slice){ .bytes = NULL };
	return read_fields(at, end, ARRIVAL_SENDER, event) || read_again(end, event);
}
