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

/* Steps over the name of the field. */
static enum arrival_place
read_place(struct exim_walk *walk)
{
	const char *at = walk->at;

	if (walk->end - at < 4)
		return walk->end - at == 3 && exim_pair(at) == EXIM_PAIR('S', '=') ?
		    (walk->at += 2, ARRIVAL_SIZE) : ARRIVAL_UNKNOWN;
	walk->at += 2;
	switch (exim_pair(at)) {
	case EXIM_PAIR('R', '='):
		return ARRIVAL_BOUNCED;
	case EXIM_PAIR('H', '='):
		return ARRIVAL_HOST;
	case EXIM_PAIR('U', '='):
		return ARRIVAL_USER;
	case EXIM_PAIR('P', '='):
		return ARRIVAL_PROTOCOL;
	case EXIM_PAIR('X', '='):
		return ARRIVAL_TLS;
	case EXIM_PAIR('A', '='):
		return ARRIVAL_AUTHENTICATED;
	case EXIM_PAIR('S', '='):
		return ARRIVAL_SIZE;
	case EXIM_PAIR('T', '='):
		return ARRIVAL_SUBJECT;
	default:
		walk->at = at;
		break;
	}
	if (at[2] == '=') {
		walk->at += 3;
		switch (exim_pair(at)) {
		case EXIM_PAIR('C', 'V'):
			return ARRIVAL_VERIFIED;
		case EXIM_PAIR('D', 'N'):
			return ARRIVAL_CERTIFICATE;
		case EXIM_PAIR('i', 'd'):
			return ARRIVAL_ID;
		default:
			walk->at = at;
			break;
		}
	}
	if (EXIM_BEGINS(walk, "for ")) {
		walk->at += 4;
		return ARRIVAL_FOR;
	}
	if (EXIM_BEGINS(walk, "from ")) {
		walk->at += 5;
		return ARRIVAL_FROM;
	}
	if (EXIM_BEGINS(walk, "id*=")) {
		walk->at += 4;
		return ARRIVAL_ID;
	}
	return ARRIVAL_UNKNOWN;
}

static bool
read_size(struct exim_walk *walk, uint64_t *ret_size)
{
	struct slice digits;
	size_t i;

	if (!exim_read_value(walk, &digits))
		return false;
	*ret_size = 0;
	for (i = 0; i < digits.length; i++) {
		unsigned digit = (unsigned)(unsigned char)digits.bytes[i] - '0';

		if (digit > 9 || __builtin_mul_overflow(*ret_size, 10, ret_size) ||
		    __builtin_add_overflow(*ret_size, digit, ret_size))
			return false;
	}
	return true;
}

/*
 * A Message-ID as the sender wrote it: parts of it may be quoted, and hold blanks. The
 * end of a HELO name in there means that the "id=" was the HELO's.
 */
static bool
skip_message_id(struct exim_walk *walk)
{
	const char *begin = walk->at, *from = begin, *quoted;
	const char *slash;

	for (;;) {
		walk->at = exim_token_end(from, walk->end);
		for (slash = walk->at; slash > from && slash[-1] == '\\'; slash--)
			;
		if (walk->at == walk->end)
			return walk->at > begin;
		if ((walk->at - slash) % 2 != 0) {
			from = walk->at + 1;
			continue;
		}
		if (*walk->at != '"')
			return *walk->at == ' ' && walk->at > begin;
		quoted = walk->at;
		if (!exim_skip_quoted(walk) ||
		    memmem(quoted, (size_t)(walk->at - quoted), ") [", 3) != NULL)
			return false;
		from = walk->at;
	}
}

/* To the end of the line. */
static bool
read_recipients(struct exim_walk *walk, struct exim_log_event *event)
{
	const char *begin = walk->at;
	struct slice recipient;

	for (;; walk->at++) {
		if (!exim_read_address(walk, &recipient) || (recipient.bytes[0] == '"' &&
		    memmem(recipient.bytes, recipient.length, ") [", 3) != NULL))
			return false;
		if (event->recipient_count++ == 0)
			event->recipient = recipient;
		if (walk->at == walk->end)
			break;
		if (*walk->at != ' ')
			return false;
	}
	event->recipients = exim_slice(begin, walk->end);
	return true;
}

static bool
read_field(struct exim_walk *walk, enum arrival_place place, struct exim_log_event *event)
{
	struct slice value;

	switch (place) {
	case ARRIVAL_HOST:
		return exim_read_peer(walk, event, NULL);
	case ARRIVAL_USER:
		return exim_read_value(walk, &event->user);
	case ARRIVAL_PROTOCOL:
		return exim_read_value(walk, &event->protocol);
	case ARRIVAL_TLS:
		return exim_read_tls(walk, event);
	case ARRIVAL_VERIFIED:
		return exim_read_verified(walk, event);
	case ARRIVAL_CERTIFICATE:
		return exim_skip_certificate(walk);
	case ARRIVAL_AUTHENTICATED:
		return exim_read_authenticated(walk, event);
	case ARRIVAL_SIZE:
		return read_size(walk, &event->size);
	case ARRIVAL_ID:
		return skip_message_id(walk);
	case ARRIVAL_SUBJECT:
		return exim_skip_quoted(walk);
	case ARRIVAL_FROM:
		return exim_read_bracketed(walk, &value);
	case ARRIVAL_FOR:
		return read_recipients(walk, event);
	default:
		return exim_read_value(walk, &value);
	}
}

static bool
read_sender(struct exim_walk *walk, struct exim_log_event *event)
{
	event->has_sender = true;
	if (!exim_read_address(walk, &event->sender))
		return false;
	if (slice_is(event->sender, "<>"))
		event->sender = (struct slice){ .bytes = NULL };
	return true;
}

bool
exim_read_arrival(struct exim_walk *walk, struct exim_log_event *event)
{
	enum arrival_place last = ARRIVAL_SENDER, place;

	if (!read_sender(walk, event))
		return false;
	while (walk->at < walk->end) {
		if (*walk->at++ != ' ')
			return false;
		place = read_place(walk);
		if (place == ARRIVAL_UNKNOWN) {
			/* Behind the id only words of Exim's own can stand. */
			if (last >= ARRIVAL_ID || !exim_skip_unknown(walk))
				return false;
			continue;
		}
		/* The size is on every line: what comes later has it before it. */
		if (place <= last || (place > ARRIVAL_SIZE && last < ARRIVAL_SIZE) ||
		    !read_field(walk, place, event))
			return false;
		last = place;
	}
	return last >= ARRIVAL_SIZE;
}
