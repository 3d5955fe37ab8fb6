#include <string.h>

#include "parse/dovecot_log.h"
#include "parse/dovecot_log_private.h"

#define MONTH_KEY(a, b, c) \
	((uint32_t)(a) << 16 | (uint32_t)(b) << 8 | (uint32_t)(c))
#define SYSLOG_STAMP 15		/* "Nov 21 19:11:22" */
#define SYSLOG_MINUTE 12
#define ISO_STAMP 19		/* "2026-11-21T19:11:22" */
#define LOGIN_SUFFIX "-login"
#define LENGTH(text) (sizeof(text) - 1)

/* What a connection's last line gives as the reason for its end. */
struct reason {
	const char *text;	/* of 2.2 to 2.4; a count may follow */
	size_t length;
	const char *code;	/* of 2.4, in parentheses of its own */
	enum dovecot_log_kind kind;
	bool nameless;		/* nobody has tried to log in yet */
};

static const struct reason reasons[] = {
#define REASON(text, code, kind, nameless) \
	{ text, LENGTH(text), code, kind, nameless }
	REASON("no auth attempts", "no_auth_attempts", DOVECOT_LOG_ABORTED,
	    true),
	REASON("auth failed", "auth_failed", DOVECOT_LOG_AUTH_FAILURE, false),
	REASON("disconnected during TLS handshake",
	    "tls_handshake_not_finished", DOVECOT_LOG_TLS_FAILURE, true),
	REASON("disconnected before auth was ready", "auth_process_not_ready",
	    DOVECOT_LOG_ABORTED, true),
	REASON("tried to use disallowed plaintext auth",
	    "cleartext_auth_disabled", DOVECOT_LOG_CLEAR_REFUSED, false),
	REASON("tried to use disallowed cleartext auth",
	    "cleartext_auth_disabled", DOVECOT_LOG_CLEAR_REFUSED, false),
	REASON("authorization failed", "authorization_failed",
	    DOVECOT_LOG_AUTH_FAILURE, false),
	REASON("user disabled", "user_disabled", DOVECOT_LOG_AUTH_FAILURE,
	    false),
	REASON("password expired", "password_expired",
	    DOVECOT_LOG_AUTH_FAILURE, false),
	REASON("login disabled", "login_disabled", DOVECOT_LOG_AUTH_FAILURE,
	    false),
#undef REASON
};

/*
 * What a login process writes that is read. Whatever else it says (of its
 * auth connection, of a proxy, of a mechanism) is of no interest.
 */
static const struct verb {
	const char *text;
	size_t length;
	enum dovecot_log_kind kind;
	bool has_reason;
} verbs[] = {
#define VERB(text, kind, has_reason) { text, LENGTH(text), kind, has_reason }
	VERB("Login: ", DOVECOT_LOG_LOGIN, false),
	VERB("Logged in: ", DOVECOT_LOG_LOGIN, false),
	VERB("Disconnected", DOVECOT_LOG_ABORTED, true),
	VERB("Login aborted: ", DOVECOT_LOG_ABORTED, true),
	VERB("Aborted login", DOVECOT_LOG_ABORTED, true),
	VERB("Login failed: Plaintext authentication disabled",
	    DOVECOT_LOG_CLEAR_REFUSED, false),
	VERB("Login failed: Cleartext authentication disabled",
	    DOVECOT_LOG_CLEAR_REFUSED, false),
	VERB("Login failed: SSL required for authentication",
	    DOVECOT_LOG_CLEAR_REFUSED, false),
	VERB("Maximum number of connections", DOVECOT_LOG_ABORTED, true),
	VERB("Internal login failure", DOVECOT_LOG_ABORTED, true),
#undef VERB
};

static bool
is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool
starts(const char *at, const char *end, const char *text, size_t length)
{
	/* Most words of a table differ at the first byte. */
	return (size_t)(end - at) >= length && *at == *text &&
	    memcmp(at, text, length) == 0;
}

/* ---- stamps ---- */

/* Two digits, or -1. */
static int
two_digits(const char *at)
{
	return is_digit(at[0]) && is_digit(at[1]) ?
	    (at[0] - '0') * 10 + at[1] - '0' : -1;
}

static int
month_of(const char *name)
{
	switch (MONTH_KEY((unsigned char)name[0], (unsigned char)name[1],
	    (unsigned char)name[2])) {
	case MONTH_KEY('J', 'a', 'n'): return 1;
	case MONTH_KEY('F', 'e', 'b'): return 2;
	case MONTH_KEY('M', 'a', 'r'): return 3;
	case MONTH_KEY('A', 'p', 'r'): return 4;
	case MONTH_KEY('M', 'a', 'y'): return 5;
	case MONTH_KEY('J', 'u', 'n'): return 6;
	case MONTH_KEY('J', 'u', 'l'): return 7;
	case MONTH_KEY('A', 'u', 'g'): return 8;
	case MONTH_KEY('S', 'e', 'p'): return 9;
	case MONTH_KEY('O', 'c', 't'): return 10;
	case MONTH_KEY('N', 'o', 'v'): return 11;
	case MONTH_KEY('D', 'e', 'c'): return 12;
	default: return 0;
	}
}

static int
days_in_month(int year, int month)
{
	static const int days[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
	};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

/* "19:11:22"; a leap second is a second. */
static bool
read_time(const char *at, struct log_stamp *ret_stamp)
{
	int hour = two_digits(at), minute = two_digits(at + 3);
	int second = two_digits(at + 6);

	if (at[2] != ':' || at[5] != ':' || hour < 0 || hour > 23 ||
	    minute < 0 || minute > 59 || second < 0 || second > 60)
		return false;
	ret_stamp->hour = (uint8_t)hour;
	ret_stamp->minute = (uint8_t)minute;
	return true;
}

/* The latest such day that is not behind another; a 29 February looks for its year. */
static bool
latest_day(int month, int day, int32_t latest, int32_t *ret_day)
{
	/* 400 years are 146097 days: the year of latest, but for a day or two. */
	int year = 1970 + (int)((int64_t)latest * 400 / 146097);
	int tries;

	/* Eight years can lie between two leap years. */
	for (tries = 0; tries < 10; tries++, year--) {
		if (day > days_in_month(year, month))
			continue;
		*ret_day = log_day(year, month, day);
		if (*ret_day > latest)
			continue;
		/* Early in January the year was taken too low. */
		if (latest - *ret_day >= 365 && tries == 0 &&
		    day <= days_in_month(year + 1, month) &&
		    log_day(year + 1, month, day) <= latest)
			*ret_day = log_day(year + 1, month, day);
		return true;
	}
	return false;
}

/* "Nov 21 19:11:22", of which so many bytes are there. */
static bool
read_syslog_stamp(const char *at, int32_t reference_day,
    struct log_stamp *ret_stamp)
{
	struct log_stamp stamp = { 0 };
	int month, day;

	if (at[3] != ' ' || at[6] != ' ' || !is_digit(at[5]) ||
	    (at[4] != ' ' && !is_digit(at[4])))
		return false;
	month = month_of(at);
	day = (at[4] == ' ' ? 0 : (at[4] - '0') * 10) + at[5] - '0';
	if (month == 0 || day == 0 || !read_time(at + 7, &stamp) ||
	    !latest_day(month, day, reference_day + 1, &stamp.day))
		return false;
	*ret_stamp = stamp;
	return true;
}

/* The same, where only the second differs from that of the line before. */
static bool
read_next_stamp(struct log_minute *minute, const char *at, int32_t reference_day,
    struct log_stamp *ret_stamp)
{
	int second = two_digits(at + SYSLOG_MINUTE + 1);

	if (minute->stamp.day != 0 && minute->reference_day == reference_day &&
	    memcmp(at, minute->text, SYSLOG_MINUTE) == 0 &&
	    at[SYSLOG_MINUTE] == ':' && second >= 0 && second <= 60) {
		*ret_stamp = minute->stamp;
		return true;
	}
	if (!read_syslog_stamp(at, reference_day, ret_stamp))
		return false;
	memcpy(minute->text, at, SYSLOG_MINUTE);
	minute->reference_day = reference_day;
	minute->stamp = *ret_stamp;
	return true;
}

/* What is behind the seconds: ".123456+01:00", ",123", "Z". */
static bool
is_stamp_rest(char byte)
{
	return is_digit(byte) || byte == '.' || byte == ',' || byte == '+' ||
	    byte == '-' || byte == ':' || byte == 'Z';
}

/*
 * "2026-11-21T19:11:22.123456+01:00" of rsyslog up to end, and with a blank
 * instead of the T a usual log_timestamp. The zone is not applied.
 */
static bool
read_iso_stamp(const char *at, const char *end, struct log_stamp *ret_stamp)
{
	struct log_stamp stamp = { 0 };
	int century, year, month, day;

	if (at[4] != '-' || at[7] != '-' || (at[10] != 'T' && at[10] != ' '))
		return false;
	century = two_digits(at);
	year = two_digits(at + 2);
	month = two_digits(at + 5);
	day = two_digits(at + 8);
	if (century < 19 || year < 0 || month < 1 || month > 12 || day < 1 ||
	    day > days_in_month(century * 100 + year, month) ||
	    !read_time(at + 11, &stamp))
		return false;
	stamp.day = log_day(century * 100 + year, month, day);
	for (at += ISO_STAMP; at < end; at++)
		if (!is_stamp_rest(*at))
			return false;
	*ret_stamp = stamp;
	return true;
}

/* Where the text behind a stamp begins, if it is one; NULL when it can't be. */
static const char *
skip_stamp(const char *at, const char *end)
{
	if (end - at <= ISO_STAMP)
		return NULL;
	if (!is_digit(*at))
		return at[SYSLOG_STAMP] == ' ' ? at + SYSLOG_STAMP + 1 : NULL;
	at = memchr(at + ISO_STAMP, ' ', (size_t)(end - at) - ISO_STAMP);
	return at == NULL ? NULL : at + 1;
}

static bool
read_stamp(struct log_minute *minute, const char *at, const char *end,
    int32_t reference_day, struct log_stamp *ret_stamp)
{
	return is_digit(*at) ? read_iso_stamp(at, end, ret_stamp) :
	    read_next_stamp(minute, at, reference_day, ret_stamp);
}

/* ---- who writes ---- */

/* Behind "Info: " and the like, and which it was: 'I'nfo; 0 for none. */
static const char *
read_severity(const char *at, const char *end, char *ret_severity)
{
	static const struct {
		const char *text;
		size_t length;
	} severities[] = {
		{ "Info: ", 6 }, { "Warning: ", 9 }, { "Error: ", 7 },
		{ "Debug: ", 7 }, { "Fatal: ", 7 }, { "Panic: ", 7 },
	};
	size_t i;

	*ret_severity = 0;
	/* Of what a login process says nearly nothing begins so. */
	if (at == end || memchr("IWEDFP", *at, 6) == NULL)
		return at;
	for (i = 0; i < sizeof(severities) / sizeof(severities[0]); i++) {
		if (starts(at, end, severities[i].text, severities[i].length)) {
			*ret_severity = *at;
			return at + severities[i].length;
		}
	}
	return at;
}

/* Behind "dovecot: " or "dovecot[123]: "; NULL for another program. */
static const char *
read_program(const char *at, const char *end)
{
	static const char name[] = "dovecot";

	if ((size_t)(end - at) < LENGTH(name) || memcmp(at, name, LENGTH(name)) != 0)
		return NULL;
	at += LENGTH(name);
	if (at < end && *at == '[') {
		do
			at++;
		while (at < end && is_digit(*at));
		if (at == end || *at++ != ']')
			return NULL;
	}
	return starts(at, end, ": ", 2) ? at + 2 : NULL;
}

/*
 * The text behind the stamp begins with a host in syslog, and with "SERVICE: "
 * and a severity in a file of Dovecot's own. NULL: not Dovecot's.
 */
static const char *
find_body(const char *at, const char *end)
{
	const char *blank = memchr(at, ' ', (size_t)(end - at));
	char severity;

	if (blank == NULL || blank == at)
		return NULL;
	if (blank[-1] != ':')
		return read_program(blank + 1, end);
	read_severity(blank + 1, end, &severity);
	return severity == 0 ? NULL : at;
}

/* "imap-login: ": what is before "-login", and behind it. NULL: another service. */
static const char *
read_login_service(const char *at, const char *end, struct slice *ret_service)
{
	const char *start = at;
	size_t length;

	while (at < end && ((*at >= 'a' && *at <= 'z') || *at == '-' ||
	    is_digit(*at)))
		at++;
	length = (size_t)(at - start);
	if (length <= LENGTH(LOGIN_SUFFIX) || !starts(at, end, ": ", 2) ||
	    memcmp(at - LENGTH(LOGIN_SUFFIX), LOGIN_SUFFIX,
	    LENGTH(LOGIN_SUFFIX)) != 0)
		return NULL;
	ret_service->bytes = start;
	ret_service->length = length - LENGTH(LOGIN_SUFFIX);
	return at + 2;
}

/* ---- what it says ---- */

static const struct verb *
find_verb(const char *at, const char *end)
{
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (starts(at, end, verbs[i].text, verbs[i].length))
			return &verbs[i];
	return NULL;
}

/* The last "(…)" of a text, which is cut before it; false when it does not end in one. */
static bool
cut_parentheses(const char *start, const char **end, struct slice *ret_inside)
{
	const char *open;

	if (*end == start || (*end)[-1] != ')')
		return false;
	open = memrchr(start, '(', (size_t)(*end - start));
	if (open == NULL)
		return false;
	ret_inside->bytes = open + 1;
	ret_inside->length = (size_t)(*end - open) - 2;
	*end = open;
	while (*end > start && (*end)[-1] == ' ')
		(*end)--;
	return true;
}

/* "auth failed, 2 attempts in 4 secs": the number; 1 when it is not said. */
static uint32_t
read_attempts(struct slice text)
{
	const char *at = memchr(text.bytes, ',', text.length);
	const char *end = text.bytes + text.length;
	uint32_t count = 0;

	if (at == NULL || !starts(at, end, ", ", 2))
		return 1;
	for (at += 2; at < end && is_digit(*at) && count < 1000000; at++)
		count = count * 10 + (uint32_t)(*at - '0');
	return count > 0 && starts(at, end, " attempt", LENGTH(" attempt")) ?
	    count : 1;
}

static bool
reason_says(const struct reason *reason, struct slice said)
{
	return slice_is(said, reason->code) || (starts(said.bytes,
	    said.bytes + said.length, reason->text, reason->length) &&
	    (said.length == reason->length ||
	    said.bytes[reason->length] == ',' ||
	    said.bytes[reason->length] == ' '));
}

/*
 * The reason at the end of a message, "(text)" or "(text) (code)". The text
 * comes from Dovecot alone; the code, when there is one, says the same.
 */
static const struct reason *
read_reason(const char *start, const char *end, uint32_t *ret_attempts)
{
	const struct reason *reason = NULL;
	struct slice said;
	size_t i, round;

	*ret_attempts = 1;
	for (round = 0; round < 2 && cut_parentheses(start, &end, &said);
	    round++)
		for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
			if (!reason_says(&reasons[i], said))
				continue;
			if (reason == NULL)
				reason = &reasons[i];
			if (*ret_attempts == 1)
				*ret_attempts = read_attempts(said);
			break;
		}
	return reason;
}

/*
 * The list can't be read, or in two ways. That logins failed, and how many, stands
 * before it, and the last name that was tried must not hide those before.
 */
static void
forget_elements(struct dovecot_log_event *event)
{
	const struct dovecot_log_event whole = *event;

	event->kind = DOVECOT_LOG_BROKEN;
	if (whole.kind == DOVECOT_LOG_AUTH_FAILURE)
		*event = (struct dovecot_log_event){ .kind = whole.kind,
		    .is_dovecot = whole.is_dovecot, .stamp = whole.stamp,
		    .service = whole.service, .attempts = whole.attempts,
		    .doubtful = true };
}

/* The message of a login process and the elements behind it. */
static void
read_message(const char *at, const char *end, struct dovecot_log_event *event)
{
	const struct verb *verb = find_verb(at, end);
	const struct reason *reason = NULL;
	const char *elements;
	uint32_t attempts;

	if (verb == NULL)
		return;
	event->kind = verb->kind;
	/* From the last two bytes on: they may be the ": " before the list. */
	elements = dovecot_elements_find(at + verb->length - 2, end);
	if (verb->has_reason)
		reason = read_reason(at, elements == NULL ? end : elements - 2,
		    &attempts);
	if (reason != NULL) {
		event->kind = reason->kind;
		if (reason->kind == DOVECOT_LOG_AUTH_FAILURE)
			event->attempts = attempts;
	}
	if (elements != NULL && !dovecot_elements_read(elements, end,
	    event->kind != DOVECOT_LOG_LOGIN &&
	    (reason == NULL || !reason->nameless), event))
		forget_elements(event);
	/* A login of nobody is no login. */
	if (event->kind == DOVECOT_LOG_LOGIN && event->user.length == 0)
		event->kind = DOVECOT_LOG_BROKEN;
}

/* Nothing of a broken line may be taken for something. */
static void
keep_stamp_alone(struct dovecot_log_event *event)
{
	*event = (struct dovecot_log_event){
		.kind = DOVECOT_LOG_BROKEN,
		.stamp = event->stamp,
		.is_dovecot = event->is_dovecot,
	};
}

void
dovecot_log_read_next(struct log_minute *minute, const char *line, size_t length,
    int32_t reference_day, struct dovecot_log_event *ret_event)
{
	const char *end = line + length, *text, *at;
	char severity;

	*ret_event = (struct dovecot_log_event){ .kind = DOVECOT_LOG_OTHER };
	if (length > LOG_LINE_MAX) {
		ret_event->kind = DOVECOT_LOG_BROKEN;
		return;
	}
	text = skip_stamp(line, end);
	at = text == NULL ? NULL : find_body(text, end);
	/* Most lines are another program's: the stamp can wait. */
	if (at == NULL || !read_stamp(minute, line, text - 1, reference_day,
	    &ret_event->stamp))
		return;
	ret_event->is_dovecot = true;
	at = read_login_service(at, end, &ret_event->service);
	if (at == NULL)
		return;
	at = read_severity(at, end, &severity);
	if (severity == 0 || severity == 'I')
		read_message(at, end, ret_event);
	if (ret_event->kind == DOVECOT_LOG_BROKEN)
		keep_stamp_alone(ret_event);
	else if (ret_event->kind == DOVECOT_LOG_OTHER)
		ret_event->service = (struct slice){ 0 };
}

void
dovecot_log_read(const char *line, size_t length, int32_t reference_day,
    struct dovecot_log_event *ret_event)
{
	struct log_minute minute = { .stamp = { .day = 0 } };

	dovecot_log_read_next(&minute, line, length, reference_day, ret_event);
}
