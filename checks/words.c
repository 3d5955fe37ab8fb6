#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "checks/words.h"

#define BLANKS " \t\r\n\f\v"
#define SHOWN_MAX 160
#define NAME_MAX_SHOWN 48
#define NAMES_SHOWN 5

bool
word_next(const char **cursor, const char **ret_word, size_t *ret_length)
{
	const char *word = *cursor + strspn(*cursor, BLANKS);
	size_t length = strcspn(word, BLANKS);

	if (length == 0)
		return false;
	*ret_word = word;
	*ret_length = length;
	*cursor = word + length;
	return true;
}

bool
word_is(const char *word, size_t length, const char *wanted)
{
	return strlen(wanted) == length &&
	    strncasecmp(word, wanted, length) == 0;
}

bool
list_has(const char *const *items, size_t count, const char *word,
    size_t length)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (word_is(word, length, items[i]))
			return true;
	return false;
}

bool
number_read(const char *text, int64_t *ret_number)
{
	size_t digits;
	int64_t number = 0;
	size_t i;

	text += strspn(text, BLANKS);
	digits = strspn(text, "0123456789");
	if (digits == 0 || digits > 18 ||
	    text[digits + strspn(text + digits, BLANKS)] != '\0')
		return false;
	for (i = 0; i < digits; i++)
		number = number * 10 + (text[i] - '0');
	*ret_number = number;
	return true;
}

int
switch_read(const char *text)
{
	static const char *const on[] = { "1", "yes", "on", "true" };
	static const char *const off[] = { "0", "no", "off", "false" };
	const char *cursor = text, *word, *more;
	size_t length, rest;

	if (!word_next(&cursor, &word, &length))
		return 0;
	if (word_next(&cursor, &more, &rest))
		return -1;
	if (list_has(on, sizeof(on) / sizeof(on[0]), word, length))
		return 1;
	if (list_has(off, sizeof(off) / sizeof(off[0]), word, length))
		return 0;
	return -1;
}

void
item_list_begin(struct item_list *list, const char *text)
{
	text += strspn(text, BLANKS);
	list->separator = ':';
	if (text[0] == '<' && text[1] != '\0' &&
	    strchr("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", text[1]) != NULL) {
		list->separator = text[1];
		text += 2;
	}
	list->cursor = text;
}

bool
item_list_next(struct item_list *list, char *item, size_t size)
{
	const char *cursor = list->cursor;
	size_t length = 0;

	cursor += strspn(cursor, BLANKS);
	if (*cursor == '\0')
		return false;
	for (; *cursor != '\0'; cursor++) {
		if (*cursor == list->separator) {
			cursor++;
			if (*cursor != list->separator)
				break;
		}
		if (length + 1 < size)
			item[length++] = *cursor;
	}
	while (length > 0 && strchr(BLANKS, item[length - 1]) != NULL)
		length--;
	item[length] = '\0';
	list->cursor = cursor;
	return true;
}

/* How many bytes of the text may be shown when max is the limit. */
static size_t
cut(const char *text, size_t length, size_t max)
{
	if (length <= max)
		return length;
	while (max > 0 && ((unsigned char)text[max] & 0xc0) == 0x80)
		max--;
	return max;
}

const char *
shown(struct arena *arena, const char *value)
{
	size_t length = strlen(value);
	size_t kept = cut(value, length, SHOWN_MAX);

	return arena_printf(arena, "\"%.*s%s\"", (int)kept, value,
	    kept < length ? "..." : "");
}

void
text_mend(char *text)
{
	size_t length = strlen(text);
	size_t start = length;
	unsigned char lead;
	size_t want;

	while (start > 0 && length - start < 3 &&
	    ((unsigned char)text[start - 1] & 0xc0) == 0x80)
		start--;
	if (start == 0)
		return;
	lead = (unsigned char)text[start - 1];
	want = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
	if (want > 1 && length - (start - 1) < want)
		text[start - 1] = '\0';
}

void
text_add(char *text, size_t size, const char *separator, const char *format,
    ...)
{
	size_t length = strlen(text);
	va_list args;

	if (length > 0) {
		snprintf(text + length, size - length, "%s", separator);
		length = strlen(text);
	}
	va_start(args, format);
	vsnprintf(text + length, size - length, format, args);
	va_end(args);
	text_mend(text);
}

void
names_add(struct names *names, const char *name, size_t length)
{
	if (names->count++ < NAMES_SHOWN)
		text_add(names->text, sizeof(names->text), ", ", "%.*s",
		    (int)cut(name, length, NAME_MAX_SHOWN), name);
}

const char *
names_end(struct names *names)
{
	if (names->count > NAMES_SHOWN)
		text_add(names->text, sizeof(names->text), "", " and %zu more",
		    names->count - NAMES_SHOWN);
	return names->text;
}
