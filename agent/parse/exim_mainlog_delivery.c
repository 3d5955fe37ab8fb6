/*
 * "=>", "->", ">>", "==" and "**": deliver.c, delivery_log(), deferral_log(),
 * failure_log(), string_log_address(), d_hostlog(), d_tlslog().
 */
#include "parse/exim_mainlog_private.h"

/* Fields in Exim's order. */
enum delivery_place {
	DELIVERY_ADDRESS,
	DELIVERY_SENDER,
	DELIVERY_RETURN_PATH,
	DELIVERY_ROUTER,
	DELIVERY_TRANSPORT,
	DELIVERY_HOST,
	DELIVERY_TLS,
	DELIVERY_VERIFIED,
	DELIVERY_CERTIFICATE,
	DELIVERY_AUTHENTICATED,
	DELIVERY_SIGNED,
	DELIVERY_CONFIRMATION,
	DELIVERY_QUEUED,
	DELIVERY_TOOK,
	DELIVERY_UNKNOWN,
};

/* Candidates for the address behind a pipe's command, which may hold anything. */
enum { TRIES_MAX = 16 };

/* ---- the address ---- */

/* "(PARENT, PARENT)" */
static const char *
skip_parents(const char *at, const char *end)
{
	const char *behind;

	for (at++; ; at = behind + 1) {
		if (at < end && *at == '"')
			at = exim_skip_quoted(at, end);
		if (at == NULL)
			return NULL;
		behind = exim_token_end(at, end);
		if (behind == at || behind == end || *behind != ' ')
			return NULL;
		if (behind[-1] == ')')
			return behind;
		if (behind[-1] != ',')
			return NULL;
	}
}

/* Pipes, files and automatic replies: a local part that may hold blanks, then "<…>" always. */
static const char *
read_generated(const char *at, const char *end, struct exim_log_event *event)
{
	const char *from = at, *address_end, *behind, *parents;
	unsigned tries;

	for (tries = 0; ; tries++, from = address_end + 1) {
		address_end = tries == TRIES_MAX ? NULL : EXIM_FIND(from, end, " <");
		if (address_end == NULL)
			return NULL;
		behind = exim_read_bracketed(address_end + 1, end, &event->original);
		if (behind != NULL && (behind == end || *behind == ' ' || *behind == ':'))
			break;
	}
	parents = address_end[-1] == ')' ? memrchr(at, '(', (size_t)(address_end - at)) : NULL;
	if (parents != NULL && parents > at && parents[-1] == ' ')
		address_end = parents - 1;
	event->address = exim_slice(at, address_end);
	return behind;
}

static inline bool
is_generated(const char *at, const char *end)
{
	return *at == '|' || *at == '/' || *at == '>' || EXIM_BEGINS(at, end, "save ");
}

/* At least one byte is left. */
static inline const char *
read_address(const char *at, const char *end, struct exim_log_event *event)
{
	if (is_generated(at, end))
		return read_generated(at, end, event);
	at = exim_read_address(at, end, &event->address);
	if (at != NULL && end - at > 2 && exim_pair(at) == EXIM_PAIR(' ', '('))
		at = skip_parents(at + 1, end);
	if (at != NULL && end - at > 2 && exim_pair(at) == EXIM_PAIR(' ', '<'))
		at = exim_read_bracketed(at + 1, end, &event->original);
	return at;
}

/* ---- the fields ---- */

/* By the letter before "="; 0: no place. */
static const uint8_t letter_places[UINT8_MAX + 1] = {
	['F'] = DELIVERY_SENDER,
	['P'] = DELIVERY_RETURN_PATH,
	['R'] = DELIVERY_ROUTER,
	['T'] = DELIVERY_TRANSPORT,
	['H'] = DELIVERY_HOST,
	['X'] = DELIVERY_TLS,
	['A'] = DELIVERY_AUTHENTICATED,
	['C'] = DELIVERY_CONFIRMATION,
};

/* The place of the field, and its value's at *at. At least two bytes are left. */
static inline enum delivery_place
read_place(const char **at, const char *end)
{
	const char *name = *at;
	unsigned letter = letter_places[(unsigned char)name[0]];

	if (letter != 0 && name[1] == '=') {
		*at = name + 2;
		return (enum delivery_place)letter;
	}
	*at = name + 3;
	switch (exim_eight_or_less(name, end) & 0xFFFFFF) {
	case EXIM_TRIPLE('C', 'V', '='):
		return DELIVERY_VERIFIED;
	case EXIM_TRIPLE('D', 'N', '='):
		return DELIVERY_CERTIFICATE;
	case EXIM_TRIPLE('Q', 'T', '='):
		return DELIVERY_QUEUED;
	case EXIM_TRIPLE('D', 'T', '='):
		return DELIVERY_TOOK;
	case EXIM_TRIPLE('D', 'K', 'I'):
		*at = name + 5;
		return EXIM_BEGINS(name, end, "DKIM=") ? DELIVERY_SIGNED : DELIVERY_UNKNOWN;
	default:
		return DELIVERY_UNKNOWN;
	}
}

static inline const char *
read_field(const char *at, const char *end, enum delivery_place place,
    struct exim_log_event *event)
{
	struct slice value;

	switch (place) {
	case DELIVERY_SENDER:
		event->has_sender = true;
		return exim_read_bracketed(at, end, &event->sender);
	case DELIVERY_RETURN_PATH:
		return exim_read_bracketed(at, end, &value);
	case DELIVERY_ROUTER:
		return exim_read_value(at, end, &event->router);
	case DELIVERY_TRANSPORT:
		return exim_read_value(at, end, &event->transport);
	case DELIVERY_HOST:
		return exim_read_remote(at, end, event);
	case DELIVERY_TLS:
		return exim_read_tls(at, end, event);
	case DELIVERY_VERIFIED:
		return exim_read_verified(at, end, event);
	case DELIVERY_CERTIFICATE:
		return exim_skip_certificate(at, end);
	case DELIVERY_SIGNED:
		return exim_read_value(at, end, &event->signing_domain);
	case DELIVERY_CONFIRMATION:
		return exim_skip_quoted(at, end);
	default:
		return exim_read_value(at, end, &value);
	}
}

/*
 * Fields behind *last, from the blank before the first one to the end. Where a word comes
 * that is no field, the place of the blank before it is *ret_word, when that is not NULL, and
 * it ends there.
 */
static bool
read_fields(const char *at, const char *end, struct exim_log_event *event,
    enum delivery_place *last, const char **ret_word)
{
	enum delivery_place place;
	const char *name;

	while (at < end) {
		if (end - at < 3 || *at != ' ')
			return false;
		name = ++at;
		place = read_place(&at, end);
		if (place == DELIVERY_UNKNOWN) {
			/* Behind the reply only times can stand. */
			at = *last < DELIVERY_CONFIRMATION ? exim_skip_unknown(name, end) : NULL;
			if (at == NULL && ret_word != NULL) {
				*ret_word = name - 1;
				return true;
			}
		} else {
			if (place <= *last)
				return false;
			at = read_field(at, end, *last = place, event);
		}
		if (at == NULL)
			return false;
	}
	return true;
}

bool
exim_read_delivery(const char *at, const char *end, struct exim_log_event *event)
{
	enum delivery_place last = DELIVERY_ADDRESS;

	/* By the system filter: there is no recipient. */
	if (EXIM_BEGINS(at, end, "discarded (")) {
		event->address = exim_slice(at, at + sizeof("discarded") - 1);
		return true;
	}
	at = read_address(at, end, event);
	return at != NULL && read_fields(at, end, event, &last, NULL) &&
	    (event->transport.length > 0 || event->address.bytes[0] == ':');
}

/* ---- failures and deferrals ---- */

/* The ": " before the text, outside of quotes; the end without a text. */
static const char *
text_begin(const char *at, const char *end)
{
	while (at < end) {
		if (*at == '"') {
			at = exim_skip_quoted(at, end);
			if (at == NULL)
				return end;
			continue;
		}
		if (*at == ':' && (end - at == 1 || at[1] == ' '))
			return at;
		at++;
	}
	return end;
}

static bool
says_tls_is_required(const char *at, const char *end)
{
	return EXIM_BEGINS(at, end, ": a TLS session is required");
}

/* Behind the address of "**": "…: text". */
static bool
read_failure(const char *at, const char *end, struct exim_log_event *event)
{
	enum delivery_place last = DELIVERY_ADDRESS;
	const char *text;

	/* The colon may have been taken for a part of the domain. */
	if (at[-1] == ':' && (at == end || *at == ' ')) {
		at--;
		if (event->original.length == 0)
			event->address.length--;
	}
	text = text_begin(at, end);
	event->tls_required = says_tls_is_required(text, end);
	return read_fields(at, text, event, &last, NULL) && event->address.length > 0;
}

/*
 * ERRNO_TLSFAILURE and ERRNO_TLSREQUIRED (src/macros.h): where a message may go
 * in clear, Exim sends it so and defers nothing.
 */
static bool
is_tls_error(const char *digits, const char *end)
{
	return end - digits == 2 && digits[-1] == '-' && digits[0] == '3' &&
	    (digits[1] == '7' || digits[1] == '8');
}

/* "(ERRNO)[: ERROR][ H=…][ DT=…][: text]" */
static bool
read_error(const char *at, const char *end, struct exim_log_event *event)
{
	enum delivery_place last = DELIVERY_TRANSPORT;
	const char *digits, *text;
	bool tls_error;

	digits = at += *at == '-';
	while (at < end && *at >= '0' && *at <= '9')
		at++;
	tls_error = is_tls_error(digits, at);
	if (at == digits || at == end || *at++ != ')')
		return false;
	if (EXIM_BEGINS(at, end, ": ")) {
		/* A system error's words stand before the host; they have no '=' and no ':'. */
		for (text = at + 2; text < end && *text != ':' && *text != '='; text++)
			;
		if (text < end && *text == '=' && text - at >= 4 &&
		    exim_pair(text - 2) == EXIM_PAIR(' ', 'H'))
			at = text - 2;
	}
	text = text_begin(at, end);
	event->tls_required = tls_error || says_tls_is_required(text, end);
	return read_fields(at, text, event, &last, NULL);
}

/* Behind the address of "==": "… defer (ERRNO)…" */
static bool
read_deferral(const char *at, const char *end, struct exim_log_event *event)
{
	enum delivery_place last = DELIVERY_ADDRESS;
	const char *word = NULL;

	if (!read_fields(at, end, event, &last, &word) || word == NULL || last > DELIVERY_TRANSPORT)
		return false;
	if (EXIM_BEGINS(word, end, " routing"))
		word += sizeof(" routing") - 1;
	if (!EXIM_BEGINS(word, end, " defer (") || end - word < 10)
		return false;
	return read_error(word + sizeof(" defer (") - 1, end, event);
}

bool
exim_read_undelivered(const char *at, const char *end, struct exim_log_event *event)
{
	at = read_address(at, end, event);
	if (at == NULL)
		return false;
	return event->kind == EXIM_LOG_FAILURE ? read_failure(at, end, event) :
	    read_deferral(at, end, event);
}
