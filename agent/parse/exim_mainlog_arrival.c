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
 * A Message-ID as the sender wrote it: parts of it may be quoted, and hold blanks. The
 * end of a HELO name in there means that the "id=" was the HELO's.
 */
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
		if (at == NULL || EXIM_FIND(quoted, at, ") [") != NULL)
			return NULL;
	}
}

/* To the end of the line. */
static const char *
read_recipients(const char *at, const char *end, struct exim_log_event *event)
{
	const char *begin = at;
	struct slice recipient;

	for (;; at++) {
		at = exim_read_address(at, end, &recipient);
		if (at == NULL || (recipient.bytes[0] == '"' &&
		    EXIM_FIND(recipient.bytes, at, ") [") != NULL))
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
		return exim_read_bracketed(at, end, &value);
	case ARRIVAL_FOR:
		return read_recipients(at, end, event);
	default:
		return exim_read_value(at, end, &value);
	}
}

bool
exim_read_arrival(const char *at, const char *end, struct exim_log_event *event)
{
	enum arrival_place last = ARRIVAL_SENDER, place;
	const char *name;
	bool sized = false;

	event->has_sender = true;
	at = exim_read_address(at, end, &event->sender);
	if (at == NULL)
		return false;
	if (event->sender.length == 2 && exim_pair(event->sender.bytes) == EXIM_PAIR('<', '>'))
		event->sender = (struct slice){ .bytes = NULL };
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
