#include "parse/exim_mainlog_private.h"

/* ---- the stamp ---- */

/*
 * Eight bytes against "dddd-dd-", and "dd dd:dd": with the separators taken away
 * and '0' from the digits, each byte has to be 0, or 9 at most.
 */
#define DATE_ZEROS UINT64_C(0x2D30302D30303030)
#define DATE_ROOM UINT64_C(0x7F76767F76767676)
#define TIME_ZEROS UINT64_C(0x30303A3030203030)
#define TIME_ROOM UINT64_C(0x76767F76767F7676)

enum {
	STAMP_LENGTH = 19,	/* "2026-11-21 19:11:21" */
	ID_OLD = 16,		/* 6-6-2 */
	ID_NEW = 23,		/* 6-11-4 */
};

static bool
is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static bool
read_minute(const char *line, struct log_stamp *ret_stamp)
{
	static const uint8_t month_length[12] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	uint64_t date = exim_eight(line) ^ DATE_ZEROS, time = exim_eight(line + 8) ^ TIME_ZEROS;
	unsigned year, month, day, hour, minute;

	if (((date | (date + DATE_ROOM) | time | (time + TIME_ROOM)) & EXIM_HIGH) != 0)
		return false;
	/* Of two digits side by side the number, at the place of the first one. */
	date = date * 10 + (date >> 8);
	time = time * 10 + (time >> 8);
	year = (unsigned)(date & 0xFF) * 100 + (unsigned)(date >> 16 & 0xFF);
	month = (unsigned)(date >> 40 & 0xFF);
	day = (unsigned)(time & 0xFF);
	hour = (unsigned)(time >> 24 & 0xFF);
	minute = (unsigned)(time >> 48 & 0xFF);
	if (year < 1970 || month - 1 > 11 || day - 1 >= month_length[month - 1] || hour > 23 || minute > 59 ||
	    (month == 2 && day == 29 && !is_leap((int)year)))
		return false;
	ret_stamp->day = log_day((int)year, (int)month, (int)day);
	ret_stamp->hour = (uint8_t)hour;
	ret_stamp->minute = (uint8_t)minute;
	return true;
}

static inline bool
read_stamp(struct log_minute *last, const char *line)
{
	uint64_t date = exim_eight(line), time = exim_eight(line + 8);

	if (line[16] != ':' || line[17] < '0' || line[17] > '6' || line[18] < '0' || line[18] > '9' ||
	    (line[17] == '6' && line[18] != '0'))
		return false;
	if (last->stamp.day != 0 && date == exim_eight(last->text) && time == exim_eight(last->text + 8))
		return true;
	if (!read_minute(line, &last->stamp)) {
		last->stamp.day = 0;
		return false;
	}
	memcpy(last->text, line, sizeof(last->text));
	return true;
}

/* Behind milliseconds, zone and process id, where they are logged, and the blank. */
static const char *
skip_details(const char *at, const char *end)
{
	const char *digit;

	if (*at == '.') {
		for (at++; at < end && *at >= '0' && *at <= '9'; at++)
			;
	}
	if (end - at > 6 && at[0] == ' ' && (at[1] == '+' || at[1] == '-') && at[6] == ' ')
		at += 6;
	if (end - at > 3 && exim_pair(at) == EXIM_PAIR(' ', '[')) {
		for (digit = at + 2; digit < end && *digit >= '0' && *digit <= '9'; digit++)
			;
		if (digit > at + 2 && end - digit > 1 && exim_pair(digit) == EXIM_PAIR(']', ' '))
			at = digit + 1;
	}
	return end - at > 1 && *at == ' ' ? at + 1 : NULL;
}

/* ---- the message id ---- */

/*
 * From '0' to 'z': letters, digits and some signs. The blanks and dashes are where
 * an id has them, and none of the signs begins a line of Exim's that could look like this.
 */
static inline bool
are_id_bytes(uint64_t word)
{
	return exim_between(word, '0', 'z') == EXIM_HIGH;
}

/* The length of the id here; 0: none. What is not of it is taken for a '0' where words overlap. */
static unsigned
id_length(const char *at, const char *end)
{
	const uint64_t dash_at_6 = (uint64_t)('-' ^ '0') << 48;

	if (end - at <= ID_OLD || at[6] != '-' || !are_id_bytes(exim_eight(at) ^ dash_at_6))
		return 0;
	if (at[13] == '-' && at[ID_OLD] == ' ')
		return are_id_bytes(exim_eight(at + 8) ^ (uint64_t)('-' ^ '0') << 40) ?
		    ID_OLD : 0;
	if (end - at > ID_NEW && at[18] == '-' && at[ID_NEW] == ' ' &&
	    are_id_bytes(exim_eight(at + 8)) &&
	    are_id_bytes(exim_eight(at + 15) ^ (uint64_t)('-' ^ '0') << 24))
		return ID_NEW;
	return 0;
}

/* ---- the kind ---- */

static enum exim_log_kind
arrow_kind(unsigned arrow)
{
	switch (arrow) {
	case EXIM_PAIR('<', '='):
	case EXIM_PAIR('(', '='):
		return EXIM_LOG_ARRIVAL;
	case EXIM_PAIR('=', '>'):
	case EXIM_PAIR('-', '>'):
	case EXIM_PAIR('>', '>'):
		return EXIM_LOG_DELIVERY;
	case EXIM_PAIR('=', '='):
		return EXIM_LOG_DEFERRAL;
	case EXIM_PAIR('*', '*'):
		return EXIM_LOG_FAILURE;
	default:
		return EXIM_LOG_OTHER;
	}
}

/* "=>" and so on, and what it is about. */
static bool
read_arrow(const char *at, const char *end, struct exim_log_event *event)
{
	event->further = *at == '-';
	event->cutthrough = *at == '>';
	if (end - at < 4 || at[2] != ' ')
		return false;
	at += 3;
	if (event->kind == EXIM_LOG_ARRIVAL)
		return exim_read_arrival(at, end, event);
	if (event->kind == EXIM_LOG_DELIVERY)
		return exim_read_delivery(at, end, event);
	return exim_read_undelivered(at, end, event);
}

/* "Completed", or "Completed QT=…" */
static bool
is_completed(const char *at, const char *end)
{
	return EXIM_BEGINS(at, end, "Completed") &&
	    (end - at == sizeof("Completed") - 1 || EXIM_BEGINS(at, end, "Completed QT="));
}

static bool
read_rest(const char *at, const char *end, struct exim_log_event *event)
{
	unsigned length;

	at = skip_details(at, end);
	if (at == NULL)
		return false;
	length = id_length(at, end);
	if (length == 0)
		return exim_read_free(at, end, event);
	event->id = exim_slice(at, at + length);
	at += length + 1;
	if (end - at < 2)
		return end > at;
	event->kind = arrow_kind(exim_pair(at));
	if (event->kind != EXIM_LOG_OTHER)
		return read_arrow(at, end, event);
	if (!is_completed(at, end))
		return exim_read_free(at, end, event);
	event->kind = EXIM_LOG_COMPLETED;
	return true;
}

/* In pieces; for all of it at once compilers choose what takes thrice as long. */
static inline void
clear(struct exim_log_event *event)
{
	enum { PIECE = 64 };
	char *bytes = (char *)event;
	size_t i;

	for (i = 0; i + PIECE <= sizeof(*event); i += PIECE)
		memset(bytes + i, 0, PIECE);
	memset(bytes + i, 0, sizeof(*event) % PIECE);
}

/* "=> " or the like behind a blank, or where the line begins. */
static bool
has_arrow(const char *line, const char *end, const char *arrow)
{
	return exim_begins(line, end, arrow + 1, 3) || exim_find(line, end, arrow, 4) != NULL;
}

/*
 * What a line that could not be read may have said. A long HELO name makes the line of an
 * arrival overflow Exim's buffer, and of the whole line only that is logged. Where the stamp
 * is gone, as at the end of a line whose beginning is lost, any arrow may be the line's.
 */
static enum exim_log_kind
broken_kind(const struct exim_log_event *event, const char *line, const char *end)
{
	if (event->stamp.day == 0) {
		if (has_arrow(line, end, " <= ") || has_arrow(line, end, " (= "))
			return EXIM_LOG_BROKEN_ARRIVAL;
		return has_arrow(line, end, " => ") || has_arrow(line, end, " -> ") ||
		    has_arrow(line, end, " >> ") ? EXIM_LOG_BROKEN_DELIVERY : EXIM_LOG_BROKEN;
	}
	if (event->kind == EXIM_LOG_ARRIVAL || (event->id.length > 0 &&
	    EXIM_BEGINS(event->id.bytes + event->id.length + 1, end, "**** log string overflowed")))
		return EXIM_LOG_BROKEN_ARRIVAL;
	return event->kind == EXIM_LOG_DELIVERY ? EXIM_LOG_BROKEN_DELIVERY : EXIM_LOG_BROKEN;
}

void
exim_log_read_next(struct log_minute *minute, const char *line, size_t length,
    struct exim_log_event *ret_event)
{
	enum exim_log_kind kind = EXIM_LOG_BROKEN;

	clear(ret_event);
	/* Of a line that is too long nobody may have kept the bytes. */
	if (length <= LOG_LINE_MAX && length > STAMP_LENGTH && read_stamp(minute, line)) {
		ret_event->stamp = minute->stamp;
		if (read_rest(line + STAMP_LENGTH, line + length, ret_event))
			return;
		kind = broken_kind(ret_event, line, line + length);
		clear(ret_event);
		ret_event->stamp = minute->stamp;
	} else if (length <= LOG_LINE_MAX) {
		kind = broken_kind(ret_event, line, line + length);
	}
	ret_event->kind = kind;
}

void
exim_log_read(const char *line, size_t length, struct exim_log_event *ret_event)
{
	struct log_minute minute = { .stamp = { .day = 0 } };

	exim_log_read_next(&minute, line, length, ret_event);
}
