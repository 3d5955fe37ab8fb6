/*
 * Writes a day's file: a first line that says whose it is, a row a line, and a
 * last line with their number. Rows stand in the order of their bytes, so that
 * the same rows make the same file.
 *
 * The names of a day are put in order once; from then on rows are compared by
 * the places of their names, which are numbers.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#include "store/ledger_columns.h"

#define KEY_WORDS 3
#define NAME_BITS 24	/* names are fewer, see login_key in ledger.c */
#define WORD_BITS 8
/* Five names, three words, 24 counts and what stands between are shorter. */
#define LINE_BYTES_MAX 2048

/* ---- names in order ---- */

struct ordered_name {
	uint64_t head;		/* its first eight bytes, the first one highest */
	const struct ledger_string *string;
};

static int
compare_names(const void *a, const void *b)
{
	const struct ordered_name *one = a, *other = b;

	if (one->head != other->head)
		return one->head > other->head ? 1 : -1;
	return strcmp(one->string->text, other->string->text);
}

static uint64_t
head_of(const struct ledger_string *string)
{
	uint64_t head = 0;

	memcpy(&head, string->text, string->length < sizeof(head) ? string->length : sizeof(head));
	return be64toh(head);
}

static inline bool
is_name(const struct column *column)
{
	return column->type == COLUMN_DOMAIN || column->type == COLUMN_NAME;
}

static inline uint32_t
name_of(const struct column *column, const char *row)
{
	uint32_t name;

	memcpy(&name, row + column->offset, sizeof(name));
	return name;
}

/* Takes the names of a row that were not taken yet; places has one for each that was. */
static uint32_t
take_names(const struct ledger *ledger, enum ledger_kind kind, const char *row, uint32_t *places,
    struct ordered_name *names, uint32_t count)
{
	const struct column *column;
	uint32_t name;

	for (column = ledger_columns[kind]; column->type != COLUMN_END; column++) {
		if (!is_name(column))
			continue;
		name = name_of(column, row);
		if (places[name] != 0)
			continue;
		places[name] = 1;
		names[count].string = ledger_names_string(&ledger->names, name);
		names[count].head = head_of(names[count].string);
		count++;
	}
	return count;
}

/* Of each name's number its place among the names of the day; the caller frees it. */
static uint32_t *
places_of_names(const struct ledger *ledger, int32_t day)
{
	uint32_t *places = ledger_realloc(NULL, ledger->names.count, sizeof(*places)), count = 0, i;
	struct ordered_name *names = ledger_realloc(NULL, ledger->names.count, sizeof(*names));
	const struct ledger_rows *rows;
	enum ledger_kind kind;
	const char *row;

	memset(places, 0, ledger->names.count * sizeof(*places));
	for (kind = 0; kind < KIND_COUNT; kind++) {
		rows = ledger_rows_of((struct ledger *)ledger, kind);
		for (i = 0, row = rows->rows; i < rows->count; i++, row += ledger_row_size(kind))
			if (memcmp(row, &day, sizeof(day)) == 0)
				count = take_names(ledger, kind, row, places, names, count);
	}
	qsort(names, count, sizeof(*names), compare_names);
	for (i = 0; i < count; i++)
		places[names[i].string->number] = i;
	free(names);
	return places;
}

/* ---- rows in order ---- */

/* The key's columns, most significant first. */
struct ordered_row {
	uint64_t key[KEY_WORDS];
	const char *row;
};

static int
compare_rows(const void *a, const void *b)
{
	const struct ordered_row *one = a, *other = b;
	size_t i;

	for (i = 0; i < KEY_WORDS - 1 && one->key[i] == other->key[i]; i++)
		;
	return (one->key[i] > other->key[i]) - (one->key[i] < other->key[i]);
}

/* Of each value of a column of words its place among them. */
struct word_places {
	uint8_t of[COLUMNS_MAX][WORDS_MAX];
};

static struct word_places
places_of_words(enum ledger_kind kind)
{
	struct word_places places = { { { 0 } } };
	const struct column *column;
	unsigned one, other;

	for (column = ledger_columns[kind]; column->type != COLUMN_END; column++) {
		if (column->words == NULL)
			continue;
		for (one = 0; one < column->words->count; one++)
			for (other = 0; other < column->words->count; other++)
				places.of[column - ledger_columns[kind]][one] +=
				    strcmp(column->words->name(other), column->words->name(one)) < 0;
	}
	return places;
}

static void
key_of(enum ledger_kind kind, const char *row, const uint32_t *name_places,
    const struct word_places *word_places, uint64_t key[KEY_WORDS])
{
	const struct column *column;
	unsigned left = 64, bits;
	uint64_t place;
	size_t word = 0;

	memset(key, 0, KEY_WORDS * sizeof(*key));
	for (column = ledger_columns[kind]; ; column++) {
		if (is_name(column)) {
			place = name_places[name_of(column, row)];
			bits = NAME_BITS;
		} else if (column->words != NULL) {
			place = word_places->of[column - ledger_columns[kind]]
			    [(unsigned char)row[column->offset]];
			bits = WORD_BITS;
		} else
			return;
		if (left < bits) {
			word++;
			left = 64;
		}
		left -= bits;
		key[word] |= place << left;
	}
}

/* The kind's rows of a day, in order; the caller frees them. */
static struct ordered_row *
rows_in_order(const struct ledger *ledger, enum ledger_kind kind, int32_t day,
    const uint32_t *name_places, size_t *ret_count)
{
	const struct ledger_rows *rows = ledger_rows_of((struct ledger *)ledger, kind);
	struct ordered_row *ordered = ledger_realloc(NULL, rows->count + 1, sizeof(*ordered));
	struct word_places word_places = places_of_words(kind);
	const char *row = rows->rows;
	size_t count = 0, i;

	for (i = 0; i < rows->count; i++, row += ledger_row_size(kind)) {
		if (memcmp(row, &day, sizeof(day)) != 0)
			continue;
		ordered[count].row = row;
		key_of(kind, row, name_places, &word_places, ordered[count++].key);
	}
	qsort(ordered, count, sizeof(*ordered), compare_rows);
	*ret_count = count;
	return ordered;
}

/* ---- lines ---- */

static inline char *
put(char *at, const char *text, size_t length)
{
	memcpy(at, text, length);
	return at + length;
}

static inline char *
put_number(char *at, uint64_t number)
{
	char digits[20];
	size_t first = sizeof(digits);

	do
		digits[--first] = (char)('0' + number % 10);
	while ((number /= 10) != 0);
	return put(at, digits + first, sizeof(digits) - first);
}

static char *
put_hours(char *at, uint32_t hours)
{
	static const char digits[] = "0123456789abcdef";
	int shift;

	for (shift = 20; shift >= 0; shift -= 4)
		*at++ = digits[hours >> shift & 0xf];
	return at;
}

static char *
put_each_hour(char *at, const char *value)
{
	uint32_t hours[24];
	size_t i;

	memcpy(hours, value, sizeof(hours));
	for (i = 0; i < 24; i++) {
		if (i > 0)
			*at++ = ',';
		at = put_number(at, hours[i]);
	}
	return at;
}

static char *
put_column(char *at, const struct ledger *ledger, const struct column *column, const char *row)
{
	const char *value = row + column->offset;
	const struct ledger_string *string;
	const char *word;
	uint64_t wide;
	uint32_t number;

	switch (column->type) {
	case COLUMN_WORD:
	case COLUMN_FLAG:
		word = column->words->name(*(const unsigned char *)value);
		return put(at, word, strlen(word));
	case COLUMN_DOMAIN:
	case COLUMN_NAME:
		string = ledger_names_string(&ledger->names, name_of(column, row));
		return put(at, string->text, string->length);
	case COLUMN_COUNT:
		memcpy(&wide, value, sizeof(wide));
		return put_number(at, wide);
	case COLUMN_SMALL:
		memcpy(&number, value, sizeof(number));
		return put_number(at, number);
	case COLUMN_HOURS:
		memcpy(&number, value, sizeof(number));
		return put_hours(at, number);
	case COLUMN_EACH_HOUR:
		return put_each_hour(at, value);
	case COLUMN_END:
		break;
	}
	return at;
}

static size_t
add_kind(struct buf *buf, const struct ledger *ledger, enum ledger_kind kind, int32_t day,
    const char *day_text, const uint32_t *name_places)
{
	char line[LINE_BYTES_MAX], *begin = line, *at;
	const struct column *column;
	struct ordered_row *rows;
	size_t count, i;

	rows = rows_in_order(ledger, kind, day, name_places, &count);
	begin = put(begin, ledger_kind_names[kind], strlen(ledger_kind_names[kind]));
	*begin++ = '\t';
	begin = put(begin, day_text, strlen(day_text));
	for (i = 0; i < count; i++) {
		at = begin;
		for (column = ledger_columns[kind]; column->type != COLUMN_END; column++) {
			*at++ = '\t';
			at = put_column(at, ledger, column, rows[i].row);
		}
		*at++ = '\n';
		(void)buf_add(buf, line, (size_t)(at - line));
	}
	free(rows);
	return count;
}

void
ledger_day_write(const struct ledger *ledger, int32_t day, struct buf *buf)
{
	uint32_t *name_places = places_of_names(ledger, day);
	enum ledger_kind kind;
	char day_text[11];
	size_t count = 0;

	log_day_text(day, day_text);
	(void)buf_addf(buf, LEDGER_SCHEMA " %s\n", day_text);
	for (kind = 0; kind < KIND_COUNT; kind++)
		count += add_kind(buf, ledger, kind, day, day_text, name_places);
	(void)buf_addf(buf, "end %zu\n", count);
	free(name_places);
}
