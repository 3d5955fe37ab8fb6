/*
 * Reads a day's file: a first line that says whose it is, a row a line, and a
 * last line with their number, so that a file that was cut is noticed.
 *
 * Years of it are read at once: a line is cut with eight bytes looked at at a
 * time, and a column that is as in the row before is not looked up, as rows
 * are in order.
 */
#include <endian.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"

#include "store/ledger_columns.h"

bool
ledger_number(struct slice text, uint64_t max, uint64_t *ret_number)
{
	uint64_t number = 0;
	size_t i;

	if (text.length == 0 || text.length > 20)
		return false;
	for (i = 0; i < text.length; i++) {
		unsigned digit = (unsigned char)text.bytes[i] - (unsigned)'0';

		if (digit > 9 || number > (max - digit) / 10)
			return false;
		number = number * 10 + digit;
	}
	*ret_number = number;
	return true;
}

bool
ledger_day_number(struct slice text, int32_t *ret_day)
{
	uint64_t year, month, day;
	char again[11];

	if (text.length != 10 ||
	    !ledger_number((struct slice){ text.bytes, 4 }, 9999, &year) ||
	    !ledger_number((struct slice){ text.bytes + 5, 2 }, 12, &month) ||
	    !ledger_number((struct slice){ text.bytes + 8, 2 }, 31, &day) || month == 0)
		return false;
	*ret_day = log_day((int)year, (int)month, (int)day);
	log_day_text(*ret_day, again);
	return memcmp(again, text.bytes, 10) == 0;
}

/* What a column of the row before was, and what came of it. */
struct last_value {
	struct slice text;
	uint32_t value;
};

struct reader {
	struct ledger *ledger;
	bool indexed;
	int32_t day;
	char day_text[11];
	const char *source;
	struct err *err;

	const char *at, *end;
	unsigned line;
	struct slice pieces[COLUMNS_MAX + 2];	/* of the line */
	struct last_value last[KIND_COUNT][COLUMNS_MAX];
};

static int
damaged(const struct reader *reader, const char *what)
{
	err_at(reader->err, ERR_CONTENT, reader->source, reader->line, "%s", what);
	return err_hint(reader->err, "restore the file from a backup, or move it away: its day is lost then");
}

#define EACH(byte) (0x0101010101010101u * (uint64_t)(byte))

/* Bit 7 of each of eight bytes that is below ' '. */
static inline uint64_t
controls(const char *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	word = le64toh(word);
	return ~((word & EACH(0x7f)) + EACH(0x60)) & ~word & EACH(0x80);
}

/* The next line's pieces; how many, 0 when it has too many, does not end or has another control byte. */
static size_t
line_cut(struct reader *reader)
{
	const char *from = reader->at, *word, *stop;
	uint64_t found;
	size_t count = 0;

	for (word = from; word < reader->end; word += 8)
		for (found = controls(word); found != 0; found &= found - 1) {
			stop = word + (unsigned)__builtin_ctzll(found) / 8;
			if (stop >= reader->end || count == COLUMNS_MAX + 2)
				return 0;
			reader->pieces[count++] = (struct slice){ from, (size_t)(stop - from) };
			from = stop + 1;
			if (*stop == '\n') {
				reader->at = from;
				return count;
			}
			if (*stop != '\t')
				return 0;
		}
	return 0;
}

static bool
read_word(const struct word_table *words, struct slice text, uint32_t *ret_value)
{
	unsigned i;

	for (i = 0; i < words->count; i++)
		if (slice_is(text, words->name(i))) {
			*ret_value = i;
			return true;
		}
	return false;
}

static bool
read_hours(struct slice text, uint32_t *ret_hours)
{
	uint32_t hours = 0;
	size_t i;

	if (text.length != 6)
		return false;
	for (i = 0; i < 6; i++) {
		char digit = text.bytes[i];

		if (digit >= '0' && digit <= '9')
			hours = hours << 4 | (uint32_t)(digit - '0');
		else if (digit >= 'a' && digit <= 'f')
			hours = hours << 4 | (uint32_t)(digit - 'a' + 10);
		else
			return false;
	}
	*ret_hours = hours;
	return true;
}

static bool
read_each_hour(struct slice text, char *value)
{
	struct slice piece;
	uint32_t hours[24];
	uint64_t number;
	size_t i;

	for (i = 0; i < 24; i++) {
		const char *comma = i < 23 ? memchr(text.bytes, ',', text.length) : text.bytes + text.length;

		if (comma == NULL)
			return false;
		piece = (struct slice){ text.bytes, (size_t)(comma - text.bytes) };
		if (!ledger_number(piece, UINT32_MAX, &number))
			return false;
		hours[i] = (uint32_t)number;
		if (i < 23)
			text = (struct slice){ comma + 1, text.length - piece.length - 1 };
	}
	memcpy(value, hours, sizeof(hours));
	return true;
}

/* Whose names a row's are: what comes in, fails or is noted is of strangers' choice. */
static enum ledger_owner
row_owner(enum ledger_kind kind, const char *row)
{
	const struct ledger_mail *mail = (const struct ledger_mail *)(const void *)row;

	return kind == KIND_FAILURE || kind == KIND_NOTE ||
	    (kind == KIND_MAIL && mail->direction == LEDGER_IN) ? LEDGER_STRANGERS : LEDGER_OURS;
}

/* Names and words: 32 bits that the text stands for. */
static bool
read_value(struct reader *reader, enum ledger_kind kind, const struct column *column,
    struct slice text, const char *row, uint32_t *ret_value)
{
	struct last_value *last = &reader->last[kind][column - ledger_columns[kind]];
	bool known;

	if (last->text.bytes != NULL && last->text.length == text.length &&
	    memcmp(last->text.bytes, text.bytes, text.length) == 0) {
		*ret_value = last->value;
		return true;
	}
	if (column->words != NULL)
		known = read_word(column->words, text, ret_value);
	else
		known = ledger_names_read(&reader->ledger->names, row_owner(kind, row),
		    column->type == COLUMN_DOMAIN ? NAME_DOMAIN : NAME_PLAIN, text, ret_value);
	*last = (struct last_value){ text, *ret_value };
	return known;
}

static bool
read_column(struct reader *reader, enum ledger_kind kind, const struct column *column,
    struct slice text, char *row)
{
	char *value = row + column->offset;
	uint64_t wide = 0;
	uint32_t number = 0;

	switch (column->type) {
	case COLUMN_WORD:
	case COLUMN_FLAG:
		if (!read_value(reader, kind, column, text, row, &number))
			return false;
		*(unsigned char *)value = (unsigned char)number;
		return true;
	case COLUMN_DOMAIN:
	case COLUMN_NAME:
		if (!read_value(reader, kind, column, text, row, &number))
			return false;
		memcpy(value, &number, sizeof(number));
		return true;
	case COLUMN_COUNT:
		if (!ledger_number(text, UINT64_MAX, &wide))
			return false;
		memcpy(value, &wide, sizeof(wide));
		return true;
	case COLUMN_SMALL:
		if (!ledger_number(text, UINT32_MAX, &wide))
			return false;
		number = (uint32_t)wide;
		memcpy(value, &number, sizeof(number));
		return true;
	case COLUMN_HOURS:
		if (!read_hours(text, &number))
			return false;
		memcpy(value, &number, sizeof(number));
		return true;
	case COLUMN_EACH_HOUR:
		return read_each_hour(text, value);
	case COLUMN_END:
		break;
	}
	return false;
}

static int
read_row(struct reader *reader, enum ledger_kind kind, size_t count)
{
	const struct column *column = ledger_columns[kind];
	union ledger_row row;
	size_t i;

	memset(&row, 0, ledger_row_size(kind));
	memcpy(&row, &reader->day, sizeof(reader->day));
	if (!slice_is(reader->pieces[1], reader->day_text))
		return damaged(reader, "is not a row of this day");
	for (i = 2; i < count && column->type != COLUMN_END; i++, column++)
		if (!read_column(reader, kind, column, reader->pieces[i], (char *)&row))
			return damaged(reader, "has a column that no row of its kind has there");
	if (i != count || column->type != COLUMN_END)
		return damaged(reader, "has not as many columns as its kind");
	if (reader->indexed)
		ledger_add(reader->ledger, kind, &row);
	else
		ledger_append(reader->ledger, kind, &row);
	return 0;
}

/* The kind of the line that was cut; KIND_COUNT when it is no row. */
static enum ledger_kind
line_kind(const struct reader *reader, size_t count, enum ledger_kind last)
{
	enum ledger_kind kind;

	if (count < 2)
		return KIND_COUNT;
	if (slice_is(reader->pieces[0], ledger_kind_names[last]))
		return last;
	for (kind = 0; kind < KIND_COUNT; kind++)
		if (slice_is(reader->pieces[0], ledger_kind_names[kind]))
			break;
	return kind;
}

static int
read_first_line(struct reader *reader)
{
	char first[64];

	snprintf(first, sizeof(first), LEDGER_SCHEMA " %s", reader->day_text);
	reader->line = 1;
	return line_cut(reader) == 1 && slice_is(reader->pieces[0], first) ? 0 :
	    damaged(reader, "does not begin with \"" LEDGER_SCHEMA "\" and the day of its name");
}

/* "end ROWS", and nothing behind it. */
static int
read_last_line(struct reader *reader, size_t count, size_t rows)
{
	struct slice text = reader->pieces[0];
	uint64_t number;

	if (count != 1 || text.length < 5 || memcmp(text.bytes, "end ", 4) != 0 ||
	    !ledger_number((struct slice){ text.bytes + 4, text.length - 4 }, SIZE_MAX, &number))
		return damaged(reader, "is neither a row nor the file's end");
	if (number != rows || reader->at != reader->end)
		return damaged(reader, "the end is not where the file says it is");
	return 0;
}

int
ledger_day_read(struct ledger *ledger, bool indexed, int32_t day, const char *source,
    struct slice text, struct err *err)
{
	struct reader reader = {
		.ledger = ledger,
		.indexed = indexed,
		.day = day,
		.source = source,
		.err = err,
		.at = text.bytes,
		.end = text.bytes + text.length,
	};
	enum ledger_kind kind = KIND_MAIL;
	size_t count, rows = 0;

	log_day_text(day, reader.day_text);
	if (read_first_line(&reader) != 0)
		return -1;
	for (;; rows++) {
		reader.line++;
		if (reader.at == reader.end)
			return damaged(&reader, "the file was cut: it has no last line");
		count = line_cut(&reader);
		if (count == 0)
			return damaged(&reader, "is not a whole line of columns");
		kind = line_kind(&reader, count, kind);
		if (kind == KIND_COUNT)
			return read_last_line(&reader, count, rows);
		if (read_row(&reader, kind, count) != 0)
			return -1;
	}
}
