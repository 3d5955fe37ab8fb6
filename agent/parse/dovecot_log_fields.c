/*
 * The list that login_log_format_elements makes: ", " between the elements,
 * nothing escaped. A user's name is logged as the client sent it, up to
 * USER_MAX bytes with '?' for control characters, so that "x>, TLS,
 * session=<y" looks like three elements. A name ends at the first '>' that
 * ends an element, and what follows has to make sense without it:
 *
 *  - every known element stands there once at most: what is forged is there twice
 *    where the format has it;
 *  - a name that holds an element ends in '>' like the last forged one, which
 *    only an element in <> does: see is_ambiguous.
 *
 * The mechanism is a client's, too, in capitals and without blanks; only one
 * that exists reaches a LOGIN or an AUTH_FAILURE.
 */
#include <string.h>

#include "parse/dovecot_log_private.h"

#define USER_MAX 80		/* str_sanitize() in client-common.c */
#define CUT "..."
#define CUT_MIN 73		/* a cut name: 80 without "...", without a cut UTF-8 character */

/* The elements that are known. */
enum element {
	ELEMENT_USER,
	ELEMENT_SESSION,
	ELEMENT_METHOD,
	ELEMENT_REMOTE,
	ELEMENT_LOCAL,
	ELEMENT_PID,
	ELEMENT_SECURITY,	/* a bare word */
	ELEMENT_CIPHER,		/* bare: "TLSv1.3 with cipher …" */
	ELEMENT_OTHER,
	ELEMENT_BRACKETS,	/* another one, "name=<value>" */
};

static const struct key {
	const char *text;
	size_t length;
	enum element element;
} keys[] = {
	{ "user=<", 6, ELEMENT_USER },
	{ "method=", 7, ELEMENT_METHOD },
	{ "rip=", 4, ELEMENT_REMOTE },
	{ "lip=", 4, ELEMENT_LOCAL },
	{ "mpid=", 5, ELEMENT_PID },
	{ "session=<", 9, ELEMENT_SESSION },
};

/* The reader of one list. */
struct list {
	struct dovecot_log_event *event;
	bool named_by_client;
	unsigned seen;		/* a bit for each element */
	const char *name;	/* the last value in <> that a client may have chosen */
	/* since name, and in all: elements with a key; and address or security among them */
	unsigned named_since;
	bool told_since;
	unsigned named;
	unsigned named_inside;	/* of those, which could be part of a name */
	bool told_inside;
};

static bool
starts(const char *at, const char *end, const char *text, size_t length)
{
	return (size_t)(end - at) >= length && memcmp(at, text, length) == 0;
}

static bool
slice_starts(struct slice slice, const char *text)
{
	return starts(slice.bytes, slice.bytes + slice.length, text,
	    strlen(text));
}

static const struct key *
find_key(const char *at, const char *end)
{
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (*at == keys[i].text[0] &&
		    starts(at, end, keys[i].text, keys[i].length))
			return &keys[i];
	return NULL;
}

const char *
dovecot_elements_find(const char *at, const char *end)
{
	while ((at = memchr(at, ':', (size_t)(end - at))) != NULL) {
		at++;
		if (end - at > 1 && *at == ' ' &&
		    find_key(at + 1, end) != NULL)
			return at + 1;
	}
	return NULL;
}

/* The end of an element that begins here: at ", " or the end. */
static const char *
element_end(const char *at, const char *end)
{
	while ((at = memchr(at, ',', (size_t)(end - at))) != NULL) {
		if (end - at > 1 && at[1] == ' ')
			return at;
		at++;
	}
	return end;
}

/* The '>' that ends a value in <>: at the end, or before ", ". NULL: none. */
static const char *
brackets_end(const char *at, const char *end)
{
	while ((at = memchr(at, '>', (size_t)(end - at))) != NULL) {
		if (end - at == 1 || starts(at + 1, end, ", ", 2))
			return at;
		at++;
	}
	return NULL;
}

static bool
has_control(struct slice slice)
{
	size_t i;

	for (i = 0; i < slice.length; i++)
		if ((unsigned char)slice.bytes[i] < ' ')
			return true;
	return false;
}

static bool
is_address(struct slice slice)
{
	size_t i;

	for (i = 0; i < slice.length; i++) {
		char byte = slice.bytes[i];

		if (!((byte >= '0' && byte <= '9') || byte == '.' ||
		    byte == ':' || (byte >= 'a' && byte <= 'f') ||
		    (byte >= 'A' && byte <= 'F')))
			return false;
	}
	return slice.length < 46;	/* INET6_ADDRSTRLEN */
}

/* ---- bare elements ---- */

/* "TSL" is what 2.4.1 and 2.4.2 say of a connection whose TLS another process has. */
static bool
read_security(struct slice text, struct dovecot_log_event *event)
{
	if (slice_is(text, "secured")) {
		event->security = DOVECOT_LOG_SECURED;
		return true;
	}
	if (!slice_is(text, "TLS") && !slice_is(text, "TSL") &&
	    !slice_starts(text, "TLS: ") &&
	    !slice_is(text, "TLS handshaking") &&
	    !slice_starts(text, "TLS handshaking: "))
		return false;
	event->security = DOVECOT_LOG_ENCRYPTED;
	/* 2.3 has no reason of its own for it. */
	if (event->kind == DOVECOT_LOG_ABORTED &&
	    slice_starts(text, "TLS handshaking"))
		event->kind = DOVECOT_LOG_TLS_FAILURE;
	return true;
}

/* "TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)", compression behind it */
static bool
read_cipher(struct slice text, struct dovecot_log_event *event)
{
	static const char with[] = " with cipher ";
	const char *end = text.bytes + text.length;
	const char *at = memchr(text.bytes, ' ', text.length), *blank;
	struct slice version, cipher;

	if (at == NULL || !starts(at, end, with, sizeof(with) - 1))
		return false;
	version = (struct slice){ text.bytes, (size_t)(at - text.bytes) };
	at += sizeof(with) - 1;
	blank = memchr(at, ' ', (size_t)(end - at));
	if (blank == NULL || blank == at || !starts(blank, end, " (", 2))
		return false;
	cipher = (struct slice){ at, (size_t)(blank - at) };
	if (!slice_is_plain(version, ".") || !slice_is_plain(cipher, "-_"))
		return false;
	event->tls = log_tls_version(version);
	event->cipher = cipher;
	return true;
}

static enum element
read_bare(struct slice text, struct dovecot_log_event *event)
{
	const char *open;

	if (read_security(text, event))
		return ELEMENT_SECURITY;
	if (read_cipher(text, event))
		return ELEMENT_CIPHER;
	/* "auth_user=<joe@example.com>" of somebody's own format */
	open = memchr(text.bytes, '=', text.length);
	if (open != NULL && text.bytes[text.length - 1] == '>' &&
	    starts(open, text.bytes + text.length, "=<", 2) &&
	    slice_is_plain((struct slice){ text.bytes,
	    (size_t)(open - text.bytes) }, "_"))
		return ELEMENT_BRACKETS;
	return ELEMENT_OTHER;
}

/* ---- elements with a key ---- */

static bool
read_user(struct slice value, struct dovecot_log_event *event)
{
	event->user = value;
	event->user_cut = value.length >= CUT_MIN &&
	    memcmp(value.bytes + value.length - (sizeof(CUT) - 1), CUT,
	    sizeof(CUT) - 1) == 0;
	return !has_control(value) &&
	    (event->kind != DOVECOT_LOG_LOGIN || value.length > 0);
}

static bool
read_value(enum element element, struct slice value,
    struct dovecot_log_event *event)
{
	switch (element) {
	case ELEMENT_USER:
		return read_user(value, event);
	case ELEMENT_METHOD:
		event->method = value;
		return event->kind != DOVECOT_LOG_LOGIN ?
		    !has_control(value) : slice_is_plain(value, "-_");
	case ELEMENT_REMOTE:
		event->remote = value;
		return is_address(value);
	case ELEMENT_LOCAL:
		event->local = value;
		return is_address(value);
	case ELEMENT_PID:
		return slice_is_digits(value);
	case ELEMENT_SESSION:
		/* Base64; a proxy's own ones may have more. */
		return slice_is_plain(value, "+/=:._@-");
	default:
		return true;
	}
}

/* ---- the list ---- */

/*
 * A name could go on up to here, where an element ends in '>': then what
 * stands between is the client's.
 */
static void
note_brackets(struct list *list, const char *end)
{
	if (list->name == NULL || end - list->name > USER_MAX)
		return;
	list->named_inside += list->named_since;
	list->told_inside |= list->told_since;
	list->named_since = 0;
	list->told_since = false;
}

static void
begin_name(struct list *list, const char *start)
{
	list->name = start;
	list->named_since = 0;
	list->told_since = false;
}

/*
 * An address or a security word could be part of a name, and the format would
 * still have other elements. (With nothing outside, the format would be
 * "user=<%u>" alone: then the list is what it looks like.)
 */
static bool
is_ambiguous(const struct list *list)
{
	return list->named_by_client && list->told_inside &&
	    list->named > list->named_inside;
}

/* What is counted of an element: false when it is there twice. */
static bool
note_element(struct list *list, enum element element)
{
	unsigned bit = 1u << element;

	if (element == ELEMENT_OTHER || element == ELEMENT_BRACKETS)
		return true;
	if ((list->seen & bit) != 0)
		return false;
	list->seen |= bit;
	if (element >= ELEMENT_METHOD && element <= ELEMENT_PID) {
		list->named++;
		list->named_since++;
	}
	if (element == ELEMENT_REMOTE || element == ELEMENT_SECURITY ||
	    element == ELEMENT_CIPHER)
		list->told_since = true;
	return true;
}

/* One element, and where it ends; NULL when it can't be one. */
static const char *
read_element(struct list *list, const char *at, const char *end)
{
	const struct key *key = at == end ? NULL : find_key(at, end);
	bool in_brackets = key != NULL && key->text[key->length - 1] == '<';
	enum element element = key == NULL ? ELEMENT_OTHER : key->element;
	const char *start = at + (key == NULL ? 0 : key->length);
	const char *stop = in_brackets ? brackets_end(start, end) :
	    element_end(start, end);
	struct slice value;

	if (stop == NULL || stop == at)
		return NULL;
	value = (struct slice){ start, (size_t)(stop - start) };
	if (key == NULL)
		element = read_bare(value, list->event);
	else if (!read_value(element, value, list->event))
		return NULL;
	/* A lone '<' or '>' is a piece of a name. */
	if (!in_brackets && element != ELEMENT_BRACKETS &&
	    (memchr(value.bytes, '<', value.length) != NULL ||
	    memchr(value.bytes, '>', value.length) != NULL))
		return NULL;
	if (!note_element(list, element))
		return NULL;
	if (element == ELEMENT_SESSION || element == ELEMENT_BRACKETS)
		note_brackets(list, start + value.length);
	if (element == ELEMENT_USER)
		begin_name(list, start);
	return stop + in_brackets;
}

bool
dovecot_elements_read(const char *at, const char *end, bool named_by_client,
    struct dovecot_log_event *event)
{
	struct list list = {
		.event = event,
		.named_by_client = named_by_client,
	};

	for (;;) {
		at = read_element(&list, at, end);
		if (at == NULL)
			return false;
		if (at == end)
			break;
		at += 2;	/* ", " */
	}
	if (event->tls != LOG_TLS_NONE &&
	    event->security != DOVECOT_LOG_SECURED)
		event->security = DOVECOT_LOG_ENCRYPTED;
	if (event->security == DOVECOT_LOG_ENCRYPTED &&
	    event->tls == LOG_TLS_NONE)
		event->tls = LOG_TLS_SOME;
	return !is_ambiguous(&list);
}
