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
 * The mechanism may be a client's, too, unless it is a LOGIN's: ManageSieve
 * takes a quoted one with blanks. That the same element is there twice is all
 * that can be seen of it.
 */
#include <limits.h>
#include <string.h>

#include "parse/dovecot_log_private.h"

#define USER_MAX 80		/* str_sanitize() in client-common.c */
#define ADDRESS_MAX 45		/* INET6_ADDRSTRLEN without its NUL */
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

/* The reader of one list. */
struct list {
	struct dovecot_log_event *event;
	bool named_by_client;
	unsigned seen;		/* a bit for each element */
	const char *name;	/* where the user's begins */
	unsigned named;		/* elements with a key, but for the two in <> */
	unsigned named_before;	/* of those, before the name */
	unsigned named_inside;	/* and what could be a part of it, see note_brackets */
	bool told_since;	/* an address or the security, behind the name's begin */
	bool told_inside;
};

static bool
starts(const char *at, const char *end, const char *text, size_t length)
{
	/* Most words of a table differ at the first byte. */
	return (size_t)(end - at) >= length && *at == *text &&
	    memcmp(at, text, length) == 0;
}

static bool
slice_starts(struct slice slice, const char *text)
{
	return starts(slice.bytes, slice.bytes + slice.length, text,
	    strlen(text));
}

/*
 * Behind the key of an element, and which it is; NULL: none that is known. Words in the
 * code and not in a table: a comparison with a constant is one of numbers.
 */
static inline const char *
skip_key(const char *at, const char *end, enum element *ret_element)
{
#define KEY(text, element)						\
	if ((size_t)(end - at) >= sizeof(text) - 1 &&			\
	    memcmp(at, text, sizeof(text) - 1) == 0) {			\
		*ret_element = element;					\
		return at + sizeof(text) - 1;				\
	}
	KEY("user=<", ELEMENT_USER)
	KEY("method=", ELEMENT_METHOD)
	KEY("rip=", ELEMENT_REMOTE)
	KEY("lip=", ELEMENT_LOCAL)
	KEY("mpid=", ELEMENT_PID)
	KEY("session=<", ELEMENT_SESSION)
#undef KEY
	return NULL;
}

const char *
dovecot_elements_find(const char *at, const char *end)
{
	enum element element;

	while ((at = memchr(at, ':', (size_t)(end - at))) != NULL) {
		at++;
		if (end - at > 1 && *at == ' ' &&
		    skip_key(at + 1, end, &element) != NULL)
			return at + 1;
	}
	return NULL;
}

/* ---- where a value ends ---- */

/* What a byte may be part of. */
enum {
	NUMBER = 1,
	ADDRESS = 2,
	METHOD = 4,	/* of a mechanism that exists (RFC 4422 3.1) */
	SESSION = 8,	/* Base64; one that a proxy gave may have more */
};

static const uint8_t classes[UCHAR_MAX + 1] = {
#define DIGIT(byte) [byte] = NUMBER | ADDRESS | METHOD | SESSION
	DIGIT('0'), DIGIT('1'), DIGIT('2'), DIGIT('3'), DIGIT('4'),
	DIGIT('5'), DIGIT('6'), DIGIT('7'), DIGIT('8'), DIGIT('9'),
#undef DIGIT
#define HEX(byte) [byte] = ADDRESS | METHOD | SESSION
	HEX('A'), HEX('B'), HEX('C'), HEX('D'), HEX('E'), HEX('F'),
	HEX('a'), HEX('b'), HEX('c'), HEX('d'), HEX('e'), HEX('f'),
#undef HEX
#define LETTER(byte) [byte] = METHOD | SESSION
	LETTER('G'), LETTER('H'), LETTER('I'), LETTER('J'), LETTER('K'),
	LETTER('L'), LETTER('M'), LETTER('N'), LETTER('O'), LETTER('P'),
	LETTER('Q'), LETTER('R'), LETTER('S'), LETTER('T'), LETTER('U'),
	LETTER('V'), LETTER('W'), LETTER('X'), LETTER('Y'), LETTER('Z'),
	LETTER('g'), LETTER('h'), LETTER('i'), LETTER('j'), LETTER('k'),
	LETTER('l'), LETTER('m'), LETTER('n'), LETTER('o'), LETTER('p'),
	LETTER('q'), LETTER('r'), LETTER('s'), LETTER('t'), LETTER('u'),
	LETTER('v'), LETTER('w'), LETTER('x'), LETTER('y'), LETTER('z'),
	LETTER('-'), LETTER('_'),
#undef LETTER
	[':'] = ADDRESS | SESSION, ['.'] = ADDRESS | SESSION,
	['+'] = SESSION, ['/'] = SESSION, ['='] = SESSION, ['@'] = SESSION,
};

static const char *
skip_class(const char *at, const char *end, uint8_t class)
{
	/* Sessions and addresses are long enough for this to be half of the work. */
	for (; end - at >= 4; at += 4) {
		if ((classes[(unsigned char)at[0]] & class) == 0)
			return at;
		if ((classes[(unsigned char)at[1]] & class) == 0)
			return at + 1;
		if ((classes[(unsigned char)at[2]] & class) == 0)
			return at + 2;
		if ((classes[(unsigned char)at[3]] & class) == 0)
			return at + 3;
	}
	while (at < end && (classes[(unsigned char)*at] & class) != 0)
		at++;
	return at;
}

/* Anything up to ", " or the end. */
static const char *
skip_free(const char *at, const char *end)
{
	while ((at = memchr(at, ',', (size_t)(end - at))) != NULL) {
		if (end - at > 1 && at[1] == ' ')
			return at;
		at++;
	}
	return end;
}

static bool
has_brackets(struct slice slice)
{
	return memchr(slice.bytes, '<', slice.length) != NULL ||
	    memchr(slice.bytes, '>', slice.length) != NULL;
}

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Eight bytes at a time: is there one below ' '? */
static bool
has_control(struct slice slice)
{
	uint64_t word, found = 0;
	size_t i;

	for (i = 0; i + sizeof(word) <= slice.length; i += sizeof(word)) {
		memcpy(&word, slice.bytes + i, sizeof(word));
		found |= (word - EACH(' ')) & ~word & EACH(0x80);
	}
	for (; i < slice.length; i++)
		found |= (unsigned char)slice.bytes[i] < ' ';
	return found != 0;
}

/* To the first '>' that ends an element; NULL when there is none. */
static const char *
skip_user(const char *at, const char *end)
{
	while ((at = memchr(at, '>', (size_t)(end - at))) != NULL) {
		if (end - at == 1 || starts(at + 1, end, ", ", 2))
			return at;
		at++;
	}
	return NULL;
}

/* ---- bare elements ---- */

/* "TSL" is what 2.4.1 and 2.4.2 say of a connection whose TLS another process has. */
static bool
read_security(struct slice text, struct list *list)
{
	struct dovecot_log_event *event = list->event;
	bool handshaking;

	if (slice_is(text, "secured")) {
		event->security = DOVECOT_LOG_SECURED;
		return true;
	}
	handshaking = slice_is(text, "TLS handshaking") ||
	    slice_starts(text, "TLS handshaking: ");
	if (!handshaking && !slice_is(text, "TLS") &&
	    !slice_is(text, "TSL") && !slice_starts(text, "TLS: "))
		return false;
	event->security = DOVECOT_LOG_ENCRYPTED;
	/* 2.3 has no reason of its own for it. Who tried to log in was beyond it. */
	if (handshaking && event->kind == DOVECOT_LOG_ABORTED &&
	    !list->named_by_client)
		event->kind = DOVECOT_LOG_TLS_FAILURE;
	return true;
}

/* "TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)", compression behind it */
static bool
read_cipher(struct slice text, struct dovecot_log_event *event)
{
	static const char with[] = " with cipher ";
	const char *end = text.bytes + text.length, *at, *stop;

	at = skip_class(text.bytes, end, METHOD | ADDRESS);
	if (!starts(at, end, with, sizeof(with) - 1))
		return false;
	stop = skip_class(at + sizeof(with) - 1, end, METHOD);
	if (!starts(stop, end, " (", 2))
		return false;
	event->tls = log_tls_version((struct slice){ text.bytes,
	    (size_t)(at - text.bytes) });
	at += sizeof(with) - 1;
	event->cipher = (struct slice){ at, (size_t)(stop - at) };
	return stop > at;
}

/* "auth_user=<joe@example.com>" of somebody's own format */
static bool
is_bracketed(struct slice text)
{
	const char *end = text.bytes + text.length;
	const char *open = memchr(text.bytes, '=', text.length);
	struct slice name, value;

	if (open == NULL || !starts(open, end, "=<", 2) || end[-1] != '>' ||
	    end - open < 3)
		return false;
	name = (struct slice){ text.bytes, (size_t)(open - text.bytes) };
	value = (struct slice){ open + 2, (size_t)(end - open) - 3 };
	return slice_is_plain(name, "_") && !has_brackets(value);
}

/*
 * An element without a key that is known, and where it ends; NULL when it
 * can't be one. A lone '<' or '>' is a piece of a name.
 */
static const char *
read_bare(const char *at, const char *end, enum element *ret_element,
    struct list *list)
{
	const char *stop = skip_free(at, end);
	struct slice text = { at, (size_t)(stop - at) };

	if (text.length == 0)
		return NULL;
	/* What nearly all of them are. */
	if (text.length == 3 && memcmp(at, "TLS", 3) == 0) {
		list->event->security = DOVECOT_LOG_ENCRYPTED;
		*ret_element = ELEMENT_SECURITY;
		return stop;
	}
	if (has_brackets(text)) {
		*ret_element = ELEMENT_BRACKETS;
		return is_bracketed(text) ? stop : NULL;
	}
	*ret_element = read_cipher(text, list->event) ? ELEMENT_CIPHER :
	    read_security(text, list) ? ELEMENT_SECURITY : ELEMENT_OTHER;
	return stop;
}

/* ---- elements with a key ---- */

static bool
read_user(struct slice value, struct dovecot_log_event *event)
{
	event->user = value;
	event->user_cut = value.length >= CUT_MIN &&
	    memcmp(value.bytes + value.length - (sizeof(CUT) - 1), CUT,
	    sizeof(CUT) - 1) == 0;
	return !has_control(value);
}

/* The mechanism of a failure may be what a client made up. */
static const char *
read_method(const char *at, const char *end, struct dovecot_log_event *event)
{
	const char *stop = event->kind == DOVECOT_LOG_LOGIN ?
	    skip_class(at, end, METHOD) : skip_free(at, end);

	event->method = (struct slice){ at, (size_t)(stop - at) };
	return has_brackets(event->method) || has_control(event->method) ?
	    NULL : stop;
}

static const char *
read_address(const char *at, const char *end, struct slice *ret_address)
{
	const char *stop = skip_class(at, end, ADDRESS);

	*ret_address = (struct slice){ at, (size_t)(stop - at) };
	return stop - at > ADDRESS_MAX ? NULL : stop;
}

/* Where the value ends, '>' included for one in <>; NULL when it can't be one. */
static const char *
read_value(enum element element, const char *at, const char *end,
    struct dovecot_log_event *event)
{
	const char *stop;

	switch (element) {
	case ELEMENT_USER:
		stop = skip_user(at, end);
		return stop != NULL && read_user((struct slice){ at,
		    (size_t)(stop - at) }, event) ? stop + 1 : NULL;
	case ELEMENT_SESSION:
		stop = skip_class(at, end, SESSION);
		return stop < end && *stop == '>' ? stop + 1 : NULL;
	case ELEMENT_METHOD:
		return read_method(at, end, event);
	case ELEMENT_REMOTE:
		return read_address(at, end, &event->remote);
	case ELEMENT_LOCAL:
		return read_address(at, end, &event->local);
	default:
		return skip_class(at, end, NUMBER);
	}
}

/* ---- the list ---- */

/*
 * A name could go on up to here, where an element ends in '>': then what
 * stands between is the client's. The first such place that has an address or
 * the security before it leaves the most outside.
 */
static void
note_brackets(struct list *list, const char *end)
{
	if (list->name == NULL || list->told_inside || !list->told_since ||
	    end - list->name > USER_MAX)
		return;
	list->told_inside = true;
	list->named_inside = list->named - list->named_before;
}

static void
begin_name(struct list *list, const char *start)
{
	list->name = start;
	list->named_before = list->named;
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
	if (element >= ELEMENT_METHOD && element <= ELEMENT_PID)
		list->named++;
	if (element == ELEMENT_REMOTE || element == ELEMENT_SECURITY ||
	    element == ELEMENT_CIPHER)
		list->told_since = true;
	return true;
}

/* One element, and where it ends; NULL when it can't be one. */
static const char *
read_element(struct list *list, const char *at, const char *end)
{
	enum element element = ELEMENT_OTHER;
	const char *start = skip_key(at, end, &element), *stop;

	stop = start == NULL ? read_bare(at, end, &element, list) :
	    read_value(element, start, end, list->event);
	if (stop == NULL || (stop != end && !starts(stop, end, ", ", 2)) ||
	    !note_element(list, element))
		return NULL;
	if (element == ELEMENT_SESSION || element == ELEMENT_BRACKETS)
		note_brackets(list, stop - 1);
	if (element == ELEMENT_USER)
		begin_name(list, start);
	return stop;
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
