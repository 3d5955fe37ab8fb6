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

static const char tls_is_required[] = "a TLS session is required";

/* ---- the address ---- */

/* "(PARENT, PARENT) " */
static bool
skip_parents(struct exim_walk *walk)
{
	const char *end;

	for (walk->at++; ; walk->at = end + 1) {
		if (walk->at < walk->end && *walk->at == '"' && !exim_skip_quoted(walk))
			return false;
		end = exim_token_end(walk->at, walk->end);
		if (end == walk->at || end == walk->end || *end != ' ')
			return false;
		if (end[-1] == ')')
			break;
		if (end[-1] != ',')
			return false;
	}
	walk->at = end;
	return true;
}

/* Pipes, files and automatic replies: a local part that may hold blanks, then "<…>" always. */
static bool
read_generated(struct exim_walk *walk, struct exim_log_event *event)
{
	const char *begin = walk->at, *end, *parents;
	struct slice address;
	unsigned tries;

	for (tries = 0; tries < TRIES_MAX; tries++) {
		end = memmem(walk->at, (size_t)(walk->end - walk->at), " <", 2);
		if (end == NULL)
			return false;
		walk->at = end + 1;
		if (exim_read_bracketed(walk, &event->original) &&
		    (walk->at == walk->end || *walk->at == ' ' || *walk->at == ':'))
			break;
		walk->at = end + 1;
	}
	address = exim_slice(begin, end);
	parents = end[-1] == ')' ? memrchr(begin, '(', address.length) : NULL;
	if (parents > begin && parents[-1] == ' ')
		address.length = (size_t)(parents - 1 - begin);
	event->address = address;
	return tries < TRIES_MAX;
}

static bool
read_address(struct exim_walk *walk, struct exim_log_event *event)
{
	if (walk->at == walk->end)
		return false;
	if (*walk->at == '|' || *walk->at == '/' || *walk->at == '>' || EXIM_BEGINS(walk, "save "))
		return read_generated(walk, event);
	if (!exim_read_address(walk, &event->address))
		return false;
	if (walk->end - walk->at >= 2 && exim_pair(walk->at) == EXIM_PAIR(' ', '(')) {
		walk->at++;
		if (!skip_parents(walk))
			return false;
	}
	if (walk->end - walk->at < 2 || exim_pair(walk->at) != EXIM_PAIR(' ', '<'))
		return true;
	walk->at++;
	return exim_read_bracketed(walk, &event->original);
}

/* ---- the fields ---- */

static enum delivery_place
place_of_three(const struct exim_walk *walk)
{
	if (EXIM_BEGINS(walk, "CV="))
		return DELIVERY_VERIFIED;
	if (EXIM_BEGINS(walk, "DN="))
		return DELIVERY_CERTIFICATE;
	if (EXIM_BEGINS(walk, "QT="))
		return DELIVERY_QUEUED;
	if (EXIM_BEGINS(walk, "DT="))
		return DELIVERY_TOOK;
	return DELIVERY_UNKNOWN;
}

/* Steps over the name of the field. */
static enum delivery_place
read_place(struct exim_walk *walk)
{
	static const struct {
		unsigned name;
		enum delivery_place place;
	} places[] = {
		{ EXIM_PAIR('R', '='), DELIVERY_ROUTER },
		{ EXIM_PAIR('T', '='), DELIVERY_TRANSPORT },
		{ EXIM_PAIR('H', '='), DELIVERY_HOST },
		{ EXIM_PAIR('X', '='), DELIVERY_TLS },
		{ EXIM_PAIR('C', '='), DELIVERY_CONFIRMATION },
		{ EXIM_PAIR('F', '='), DELIVERY_SENDER },
		{ EXIM_PAIR('P', '='), DELIVERY_RETURN_PATH },
		{ EXIM_PAIR('A', '='), DELIVERY_AUTHENTICATED },
	};
	enum delivery_place place;
	unsigned name;
	size_t i;

	if (walk->end - walk->at < 3)
		return DELIVERY_UNKNOWN;
	name = exim_pair(walk->at);
	for (i = 0; walk->at[1] == '=' && i < sizeof(places) / sizeof(places[0]); i++) {
		if (name == places[i].name) {
			walk->at += 2;
			return places[i].place;
		}
	}
	if (EXIM_BEGINS(walk, "DKIM=")) {
		walk->at += 5;
		return DELIVERY_SIGNED;
	}
	place = place_of_three(walk);
	if (place != DELIVERY_UNKNOWN)
		walk->at += 3;
	return place;
}

static bool
read_field(struct exim_walk *walk, enum delivery_place place, struct exim_log_event *event)
{
	struct slice value;

	switch (place) {
	case DELIVERY_SENDER:
		event->has_sender = true;
		return exim_read_bracketed(walk, &event->sender);
	case DELIVERY_RETURN_PATH:
		return exim_read_bracketed(walk, &value);
	case DELIVERY_ROUTER:
		return exim_read_value(walk, &event->router);
	case DELIVERY_TRANSPORT:
		return exim_read_value(walk, &event->transport);
	case DELIVERY_HOST:
		return exim_read_remote(walk, event);
	case DELIVERY_TLS:
		return exim_read_tls(walk, event);
	case DELIVERY_VERIFIED:
		return exim_read_verified(walk, event);
	case DELIVERY_CERTIFICATE:
		return exim_skip_certificate(walk);
	case DELIVERY_SIGNED:
		return exim_read_value(walk, &event->signing_domain);
	case DELIVERY_CONFIRMATION:
		return exim_skip_quoted(walk);
	default:
		return exim_read_value(walk, &value);
	}
}

/*
 * Fields from the blank before the first one to the end of the line, to ": text" or to a
 * word that is no field, in front of which it stops. *last: the one before; ret_word may be
 * NULL: then there can't be such a word.
 */
static bool
read_fields(struct exim_walk *walk, struct exim_log_event *event, enum delivery_place *last,
    bool *ret_word)
{
	enum delivery_place place;

	while (walk->at < walk->end && !(walk->colon && *walk->at == ':')) {
		const char *begin = walk->at;

		if (*walk->at++ != ' ')
			return false;
		place = read_place(walk);
		if (place == DELIVERY_UNKNOWN) {
			if (*last < DELIVERY_CONFIRMATION && exim_skip_unknown(walk))
				continue;
			walk->at = begin;
			if (ret_word != NULL)
				*ret_word = true;
			return ret_word != NULL;
		}
		if (place <= *last || !read_field(walk, place, event))
			return false;
		*last = place;
	}
	return true;
}

bool
exim_read_delivery(struct exim_walk *walk, struct exim_log_event *event)
{
	enum delivery_place last = DELIVERY_ADDRESS;

	/* By the system filter: there is no recipient. */
	if (EXIM_BEGINS(walk, "discarded (")) {
		event->address = exim_slice(walk->at, walk->at + sizeof("discarded") - 1);
		return true;
	}
	if (!read_address(walk, event))
		return false;
	return read_fields(walk, event, &last, NULL) &&
	    (event->transport.length > 0 || event->address.bytes[0] == ':');
}

/* ---- failures and deferrals ---- */

/* "(ERRNO)[: ERROR][ H=…][ DT=…]", up to the text. */
static bool
skip_error(struct exim_walk *walk, struct exim_log_event *event)
{
	enum delivery_place last = DELIVERY_TRANSPORT;
	const char *begin;

	for (begin = walk->at; walk->at < walk->end &&
	    ((*walk->at >= '0' && *walk->at <= '9') || (*walk->at == '-' && walk->at == begin)); )
		walk->at++;
	if (walk->at == begin || walk->at == walk->end || *walk->at++ != ')')
		return false;
	/* A system error's words stand before the host; they have no '=' and no ':'. */
	if (EXIM_BEGINS(walk, ": ")) {
		for (begin = walk->at + 2; begin < walk->end && *begin != ':' && *begin != '='; begin++)
			;
		if (begin == walk->end || *begin == ':' || begin - walk->at < 4 ||
		    begin[-1] != 'H' || begin[-2] != ' ')
			return true;
		walk->at = begin - 2;
	}
	walk->colon = true;
	return read_fields(walk, event, &last, NULL);
}

static bool
read_defer(struct exim_walk *walk, struct exim_log_event *event)
{
	enum delivery_place last = DELIVERY_ADDRESS;
	bool word = false;

	if (!read_fields(walk, event, &last, &word) || !word || last > DELIVERY_TRANSPORT)
		return false;
	walk->at++;
	if (EXIM_BEGINS(walk, "routing "))
		walk->at += 8;
	if (!EXIM_BEGINS(walk, "defer ("))
		return false;
	walk->at += 7;
	return skip_error(walk, event);
}

bool
exim_read_undelivered(struct exim_walk *walk, struct exim_log_event *event)
{
	enum delivery_place last = DELIVERY_ADDRESS;

	walk->colon = event->kind == EXIM_LOG_FAILURE;
	if (!read_address(walk, event))
		return false;
	if (event->kind == EXIM_LOG_FAILURE ? !read_fields(walk, event, &last, NULL) :
	    !read_defer(walk, event))
		return false;
	if (EXIM_BEGINS(walk, ": ")) {
		walk->at += 2;
		event->tls_required = exim_begins(walk, tls_is_required, sizeof(tls_is_required) - 1);
	}
	return true;
}
