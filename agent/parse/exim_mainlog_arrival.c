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
	const char *begin = at, *from = at, *slash, *quoted;

	for (;;) {
		at = exim_token_end(from, end);
		for (slash = at; slash > from && slash[-1] == '\\'; slash--)
			;
		if (at == end || (*at == ' ' && (at - slash) % 2 == 0))
			return at > begin ? at : NULL;
		if ((at - slash) % 2 != 0) {
			from = at + 1;
			continue;
		}
		quoted = at;
		at = exim_skip_quoted(at, end);
		if (at == NULL || memmem(quoted, (size_t)(at - quoted), ") [", 3) != NULL)
			return NULL;
		from = at;
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
		    memmem(recipient.bytes, recipient.length, ") [", 3) != NULL))
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

/* Names of more than a letter; the place behind it at *at. */
static enum arrival_place
long_place(const char **at, const char *end)
{
	static const struct {
		char name[6];
		uint8_t length;
		uint8_t place;
	} places[] = {
		{ "CV=", 3, ARRIVAL_VERIFIED },
		{ "id=", 3, ARRIVAL_ID },
		{ "for ", 4, ARRIVAL_FOR },
		{ "DN=", 3, ARRIVAL_CERTIFICATE },
		{ "id*=", 4, ARRIVAL_ID },
		{ "from ", 5, ARRIVAL_FROM },
	};
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (!exim_begins(*at, end, places[i].name, places[i].length))
			continue;
		*at += places[i].length;
		return (enum arrival_place)places[i].place;
	}
	return ARRIVAL_UNKNOWN;
}

static inline enum arrival_place
place_of(char letter)
{
	switch (letter) {
	case 'R':
		return ARRIVAL_BOUNCED;
	case 'H':
		return ARRIVAL_HOST;
	case 'U':
		return ARRIVAL_USER;
	case 'P':
		return ARRIVAL_PROTOCOL;
	case 'X':
		return ARRIVAL_TLS;
	case 'A':
		return ARRIVAL_AUTHENTICATED;
	case 'S':
		return ARRIVAL_SIZE;
	case 'T':
		return ARRIVAL_SUBJECT;
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

	event->has_sender = true;
	at = exim_read_address(at, end, &event->sender);
	if (at == NULL)
		return false;
	if (event->sender.length == 2 && exim_pair(event->sender.bytes) == EXIM_PAIR('<', '>'))
		event->sender = (struct slice){ .bytes = NULL };
	while (at < end) {
		if (end - at < 3 || *at++ != ' ')
			return false;
		place = ARRIVAL_UNKNOWN;
		if (at[1] == '=')
			place = place_of(*at);
		if (place != ARRIVAL_UNKNOWN)
			at += 2;
		else
			place = long_place(&at, end);
		/* The size is on every line: what comes later has it before it. */
		if (place <= last || (place > ARRIVAL_SIZE && place != ARRIVAL_UNKNOWN &&
		    last < ARRIVAL_SIZE))
			return false;
		if (place != ARRIVAL_UNKNOWN)
			at = read_field(at, end, last = place, event);
		else	/* behind the id only words of Exim's own can stand */
			at = last < ARRIVAL_ID ? exim_skip_unknown(at, end) : NULL;
		if (at == NULL)
			return false;
	}
	return last >= ARRIVAL_SIZE;
}
