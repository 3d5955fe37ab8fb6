/*
 * A user's name and the request in login_log are a client's choice, and nothing
 * tells how they are escaped. cPanel's own words about what happened come last:
 * those that stand before are no words of cPanel's. A failure can so not be
 * hidden by them; a success that has others before it makes the line BROKEN.
 */
#include <string.h>

#include "parse/panel_log.h"

#define LENGTH(text) (sizeof(text) - 1)
#define WORD_MAX 32
#define LOGIN_WORD " LOGIN "
#define POSSESSOR " (possessor: "

struct text {
	const char *at;
	const char *end;
};

static const struct outcome {
	const char *word;
	size_t length;
	enum panel_log_kind kind;
} outcomes[] = {
	{ "SUCCESS", 7, PANEL_LOG_LOGIN },
	{ "FAILED", 6, PANEL_LOG_FAILURE },
	{ "DEFERRED", 8, PANEL_LOG_DEFERRED },
};

static bool
is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool
starts(struct text text, const char *word)
{
	size_t length = strlen(word);

	return (size_t)(text.end - text.at) >= length &&
	    memcmp(text.at, word, length) == 0;
}

/* Goes on behind a word when it stands here. */
static bool
skip(struct text *text, const char *word)
{
	if (!starts(*text, word))
		return false;
	text->at += strlen(word);
	return true;
}

/* Up to a byte, which is gone over, too; false when it does not come. */
static bool
take_until(struct text *text, char byte, struct slice *ret_piece)
{
	const char *stop = memchr(text->at, byte,
	    (size_t)(text->end - text->at));

	if (stop == NULL)
		return false;
	*ret_piece = (struct slice){ text->at, (size_t)(stop - text->at) };
	text->at = stop + 1;
	return true;
}

/* ---- stamps ---- */

/* A number of so many digits and the byte behind it. */
static bool
take_number(struct text *text, int digits, char behind, int most, int *ret)
{
	int value = 0, i;

	if (text->end - text->at <= digits)
		return false;
	for (i = 0; i < digits; i++) {
		if (!is_digit(text->at[i]))
			return false;
		value = value * 10 + text->at[i] - '0';
	}
	if (text->at[digits] != behind || value > most)
		return false;
	text->at += digits + 1;
	*ret = value;
	return true;
}

static bool
is_date(int year, int month, int day)
{
	static const int days[] = {
		31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
	};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return year >= 1970 && month >= 1 && day >= 1 &&
	    day <= days[month - 1] && (month != 2 || day < 29 || leap);
}

/* "19:11:22 -0600]"; the zone is not applied. */
static bool
take_time(struct text *text, struct log_stamp *stamp)
{
	int hour, minute, second, zone;

	if (!take_number(text, 2, ':', 23, &hour) ||
	    !take_number(text, 2, ':', 59, &minute) ||
	    !take_number(text, 2, ' ', 60, &second) ||
	    (!skip(text, "+") && !skip(text, "-")) ||
	    !take_number(text, 4, ']', 2359, &zone))
		return false;
	stamp->hour = (uint8_t)hour;
	stamp->minute = (uint8_t)minute;
	return true;
}

/* "[2018-08-23 08:24:57 +0800]" */
static bool
take_stamp(struct text *text, struct log_stamp *ret_stamp)
{
	struct log_stamp stamp = { 0 };
	int year, month, day;

	if (!skip(text, "[") || !take_number(text, 4, '-', 9999, &year) ||
	    !take_number(text, 2, '-', 12, &month) ||
	    !take_number(text, 2, ' ', 31, &day) ||
	    !is_date(year, month, day) || !take_time(text, &stamp))
		return false;
	stamp.day = log_day(year, month, day);
	*ret_stamp = stamp;
	return true;
}

/* "[07/15/2013:16:21:50 -0000]" */
static bool
take_old_stamp(struct text *text, struct log_stamp *ret_stamp)
{
	struct log_stamp stamp = { 0 };
	int year, month, day;

	if (!skip(text, "[") || !take_number(text, 2, '/', 12, &month) ||
	    !take_number(text, 2, '/', 31, &day) ||
	    !take_number(text, 4, ':', 9999, &year) ||
	    !is_date(year, month, day) || !take_time(text, &stamp))
		return false;
	stamp.day = log_day(year, month, day);
	*ret_stamp = stamp;
	return true;
}

/* ---- words ---- */

/* An address; "internal" is an empty one. */
static bool
take_address(struct text *text, struct slice *ret_address)
{
	struct slice word;
	size_t i;

	if (!take_until(text, ' ', &word) || word.length == 0)
		return false;
	if (slice_is(word, "internal")) {
		*ret_address = (struct slice){ 0 };
		return true;
	}
	for (i = 0; i < word.length; i++) {
		char byte = word.bytes[i];

		if (!is_digit(byte) && byte != '.' && byte != ':' &&
		    !(byte >= 'a' && byte <= 'f') &&
		    !(byte >= 'A' && byte <= 'F'))
			return false;
	}
	*ret_address = word;
	return word.length < 46;	/* INET6_ADDRSTRLEN */
}

static bool
has_byte(struct slice slice, char byte)
{
	return memchr(slice.bytes, byte, slice.length) != NULL;
}

static bool
is_clean(struct slice slice)
{
	size_t i;

	for (i = 0; i < slice.length; i++)
		if ((unsigned char)slice.bytes[i] < ' ' ||
		    slice.bytes[i] == 127)
			return false;
	return true;
}

static bool
is_word(struct slice slice)
{
	return slice.length > 0 && slice.length <= WORD_MAX &&
	    slice_is_plain(slice, "_-");
}

/* ---- login_log ---- */

/* "FAILED LOGIN ": where it stands in a text, and what; NULL when it does not. */
static const char *
find_outcome(struct text text, const struct outcome **ret_outcome)
{
	const char *login, *start;
	size_t i;

	while ((login = memmem(text.at, (size_t)(text.end - text.at),
	    LOGIN_WORD, LENGTH(LOGIN_WORD))) != NULL) {
		for (i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
			if ((size_t)(login - text.at) < outcomes[i].length)
				continue;
			start = login - outcomes[i].length;
			if (memcmp(start, outcomes[i].word,
			    outcomes[i].length) != 0)
				continue;
			*ret_outcome = &outcomes[i];
			return start;
		}
		text.at = login + 1;
	}
	return NULL;
}

/* "webmaild" or "webmaild: user password incorrect" */
static bool
read_service(struct text text, struct panel_log_event *event)
{
	struct slice word;

	if (!take_until(&text, ':', &word)) {
		word = (struct slice){ text.at, (size_t)(text.end - text.at) };
		text.at = text.end;
	} else if (!skip(&text, " ")) {
		return false;
	}
	event->service = word;
	event->reason = (struct slice){ text.at,
	    (size_t)(text.end - text.at) };
	return is_word(word) && is_clean(event->reason);
}

/* "acct" or "a@b.test (possessor: acct)" */
static bool
read_user(struct slice user, struct panel_log_event *event)
{
	struct slice possessor = { 0 };
	const char *open = memmem(user.bytes, user.length, POSSESSOR,
	    LENGTH(POSSESSOR));

	if (open != NULL) {
		const char *end = user.bytes + user.length;

		possessor.bytes = open + LENGTH(POSSESSOR);
		possessor.length = (size_t)(end - possessor.bytes);
		if (possessor.length < 2 || end[-1] != ')')
			return false;
		possessor.length--;
		user.length = (size_t)(open - user.bytes);
		if (!slice_is_plain(possessor, "_-.@"))
			return false;
	}
	event->user = user;
	event->possessor = possessor;
	return is_clean(user) && !has_byte(user, '"');
}

/* "\"POST /login/?login_only=1 HTTP/1.1\"", without a quote inside */
static bool
is_request(struct text text)
{
	struct slice line;

	return skip(&text, "\"") && take_until(&text, '"', &line) &&
	    text.at == text.end && is_clean(line) && has_byte(line, ' ');
}

/* "USER \"REQUEST\" " or "USER - ", up to the outcome */
static bool
read_login_user(struct text text, struct panel_log_event *event)
{
	const char *request = memmem(text.at, (size_t)(text.end - text.at),
	    " \"", 2);
	struct slice user = { text.at, 0 };

	if (text.end - text.at >= 2 && memcmp(text.end - 2, "\" ", 2) == 0) {
		if (request == NULL || !is_request((struct text){ request + 1,
		    text.end - 1 }))
			return false;
		user.length = (size_t)(request - text.at);
	} else {
		if (text.end - text.at < 3 ||
		    memcmp(text.end - 3, " - ", 3) != 0)
			return false;
		user.length = (size_t)(text.end - 3 - text.at);
	}
	return read_user(user, event);
}

/* Behind the address and " - " of both forms, where an outcome was seen. */
static bool
read_login(struct text text, struct panel_log_event *event)
{
	const struct outcome *outcome, *later;
	const char *first = find_outcome(text, &outcome), *at = first, *next;
	struct text rest = { NULL, text.end };

	if (at == NULL)
		return false;
	/* The blank of " LOGIN " may begin the next one. */
	while ((next = find_outcome((struct text){ at + outcome->length + LENGTH(LOGIN_WORD) - 1,
	    text.end }, &later)) != NULL) {
		at = next;
		outcome = later;
	}
	if (at != first && outcome->kind == PANEL_LOG_LOGIN)
		return false;
	rest.at = at + outcome->length + LENGTH(LOGIN_WORD);
	event->kind = outcome->kind;
	text.end = at;
	if (event->kind != PANEL_LOG_FAILURE)
		return read_login_user(text, event) && read_service(rest, event);
	/* Who guesses writes the request: a quote in it must not hide that he failed. */
	if (!read_login_user(text, event))
		event->user = event->possessor = (struct slice){ 0 };
	return read_service(rest, event);
}

/*
 * The old form: "USER [STAMP] \"REQUEST\" FAILED LOGIN …". The name ends at the
 * first stamp; with a second one behind it nobody knows which is the server's.
 */
static bool
read_old_login(struct text text, struct panel_log_event *event)
{
	struct slice user = { text.at, 0 };
	struct text look = text, stamped = { 0 };
	struct log_stamp stamp;
	const char *open;

	while ((open = memmem(look.at, (size_t)(look.end - look.at), " [",
	    2)) != NULL) {
		look.at = open + 1;
		if (!take_old_stamp(&look, &stamp) || !starts(look, " "))
			continue;
		if (stamped.at != NULL)
			return false;
		event->stamp = stamp;
		stamped = look;
		user.length = (size_t)(open - user.bytes);
	}
	if (stamped.at == NULL || !read_login(stamped, event) ||
	    event->user.length > 0)
		return false;
	return read_user(user, event) &&
	    (event->kind != PANEL_LOG_LOGIN || user.length > 0);
}

/* ---- session_log ---- */

/* "user:TOKEN ": the token is a live secret and goes nowhere. */
static bool
take_session(struct text *text, struct slice *ret_user)
{
	struct slice word;
	const char *colon;

	if (!take_until(text, ' ', &word))
		return false;
	colon = memrchr(word.bytes, ':', word.length);
	if (colon == NULL || colon + 1 == word.bytes + word.length)
		return false;
	*ret_user = (struct slice){ word.bytes, (size_t)(colon - word.bytes) };
	return is_clean(*ret_user) && !has_byte(*ret_user, ':');
}

/* "address=192.0.2.75,app=cpaneld,creator=user,method=handle_form_login,…" */
static bool
read_session_fields(struct text text, struct panel_log_event *event)
{
	struct slice rest = { text.at, (size_t)(text.end - text.at) }, piece;

	while (slice_next(&rest, ',', &piece)) {
		struct tag tag = tag_split(piece);
		struct slice *place = slice_is(tag.name, "app") ?
		    &event->service : slice_is(tag.name, "method") ?
		    &event->method : NULL;

		if (place == NULL)
			continue;
		if (place->length > 0 || !is_word(tag.value))
			return false;
		*place = tag.value;
	}
	return true;
}

/* Behind the address: "NEW user:TOKEN fields", "PURGE user:TOKEN reason". */
static bool
read_session(struct text text, struct panel_log_event *event)
{
	if (skip(&text, "NEW ")) {
		event->kind = PANEL_LOG_SESSION;
		return take_session(&text, &event->user) &&
		    read_session_fields(text, event);
	}
	event->kind = PANEL_LOG_SESSION_END;
	return skip(&text, "PURGE ") && take_session(&text, &event->user);
}

/* ---- a line ---- */

/* "info [cpsrvd] ADDRESS …" behind the stamp; false when it is broken. */
static bool
read_new_form(struct text text, struct panel_log_event *event)
{
	const struct outcome *outcome;
	struct slice program;

	if (!skip(&text, " info [") || !take_until(&text, ']', &program) ||
	    !skip(&text, " "))
		return true;
	if (!take_address(&text, &event->remote))
		return find_outcome(text, &outcome) == NULL;
	if (starts(text, "NEW ") || starts(text, "PURGE "))
		return read_session(text, event);
	if (find_outcome(text, &outcome) == NULL)
		return true;
	/* Nobody logs in as nobody. */
	return skip(&text, "- ") && read_login(text, event) &&
	    (event->kind != PANEL_LOG_LOGIN || event->user.length > 0);
}

/* "ADDRESS - USER [STAMP] …" */
static bool
read_old_form(struct text text, struct panel_log_event *event)
{
	const struct outcome *outcome;

	if (find_outcome(text, &outcome) == NULL)
		return true;
	return take_address(&text, &event->remote) && skip(&text, "- ") &&
	    read_old_login(text, event);
}

void
panel_log_read(const char *line, size_t length, struct panel_log_event *ret_event)
{
	struct panel_log_event event = { .kind = PANEL_LOG_OTHER };
	struct text text = { line, line + length };
	struct log_stamp stamp;
	bool good;

	if (length > LOG_LINE_MAX)
		good = false;
	else if (starts(text, "["))
		good = !take_stamp(&text, &event.stamp) ||
		    read_new_form(text, &event);
	else
		good = read_old_form(text, &event);
	/* Nothing of another line may be taken for something. */
	stamp = event.stamp;
	if (!good || event.kind == PANEL_LOG_OTHER)
		event = (struct panel_log_event){
			.kind = good ? PANEL_LOG_OTHER : PANEL_LOG_BROKEN,
			.stamp = stamp,
		};
	*ret_event = event;
}
