#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "report/escape.h"

#define BAD_SEQUENCE UINT32_MAX
#define REPLACEMENT "\xef\xbf\xbd"	/* U+FFFD */

/* The longest that one byte of input becomes: "\[uFFFD]". */
#define MAX_GROWTH 8

struct range {
	uint32_t first;
	uint32_t last;
};

/* A lead byte, how many follow it, and what the first of them may be. */
struct lead {
	unsigned char first, last;
	unsigned char following;
	unsigned char low, high;
};

/* Unicode 15, table 3-7: no overlong forms, no surrogates, no end beyond. */
static const struct lead leads[] = {
	{ 0xc2, 0xdf, 1, 0x80, 0xbf },
	{ 0xe0, 0xe0, 2, 0xa0, 0xbf },
	{ 0xe1, 0xec, 2, 0x80, 0xbf },
	{ 0xed, 0xed, 2, 0x80, 0x9f },
	{ 0xee, 0xef, 2, 0x80, 0xbf },
	{ 0xf0, 0xf0, 3, 0x90, 0xbf },
	{ 0xf1, 0xf3, 3, 0x80, 0xbf },
	{ 0xf4, 0xf4, 3, 0x80, 0x8f },
};

/* Controls, what is invisible, what moves text, what has no glyph. */
static const struct range unprintable[] = {
	{ 0x00, 0x1f },
	{ 0x7f, 0x9f },
	{ 0xad, 0xad },			/* soft hyphen */
	{ 0x034f, 0x034f },		/* grapheme joiner */
	{ 0x061c, 0x061c },		/* Arabic letter mark */
	{ 0x115f, 0x1160 },		/* Hangul fillers */
	{ 0x17b4, 0x17b5 },
	{ 0x180b, 0x180f },
	{ 0x200b, 0x200f },		/* zero width, direction marks */
	{ 0x2028, 0x202e },		/* separators, bidi embedding */
	{ 0x2060, 0x206f },		/* joiners, bidi isolates */
	{ 0x3164, 0x3164 },
	{ 0xe000, 0xf8ff },		/* private use */
	{ 0xfdd0, 0xfdef },		/* noncharacters */
	{ 0xfe00, 0xfe0f },		/* variation selectors */
	{ 0xfeff, 0xfeff },		/* byte order mark */
	{ 0xffa0, 0xffa0 },
	{ 0xfff0, 0xfffb },
	{ 0xfffe, 0xffff },
	{ 0x1bca0, 0x1bca3 },
	{ 0x1d173, 0x1d17a },
	{ 0xe0000, 0x10ffff },		/* tags, private use */
};

static const struct range combining[] = {
	{ 0x0300, 0x036f }, { 0x0483, 0x0489 }, { 0x0591, 0x05bd },
	{ 0x0610, 0x061a }, { 0x064b, 0x065f }, { 0x0e31, 0x0e31 },
	{ 0x0e34, 0x0e3a }, { 0x0e47, 0x0e4e }, { 0x1ab0, 0x1aff },
	{ 0x1dc0, 0x1dff }, { 0x20d0, 0x20ff }, { 0xfe20, 0xfe2f },
};

/* East Asian wide and fullwidth (UAX 11), in blocks. */
static const struct range wide[] = {
	{ 0x1100, 0x115f }, { 0x2e80, 0x303e }, { 0x3041, 0xa4cf },
	{ 0xac00, 0xd7a3 }, { 0xf900, 0xfaff }, { 0xfe30, 0xfe6f },
	{ 0xff00, 0xff60 }, { 0xffe0, 0xffe6 }, { 0x1f300, 0x1f64f },
	{ 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool
in_ranges(const struct range *ranges, size_t count, uint32_t code)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

static const struct lead *
lead_find(unsigned char byte)
{
	size_t i;

	for (i = 0; i < COUNT(leads); i++)
		if (byte >= leads[i].first && byte <= leads[i].last)
			return &leads[i];
	return NULL;
}

/*
 * Takes one character, at least one byte. An ill-formed one is BAD_SEQUENCE
 * and as long as the part that could have been one.
 */
static size_t
utf8_next(const unsigned char *bytes, size_t length, uint32_t *ret_code)
{
	const struct lead *lead = lead_find(bytes[0]);
	uint32_t code;
	size_t i;

	*ret_code = bytes[0] < 0x80 ? bytes[0] : BAD_SEQUENCE;
	if (lead == NULL)
		return 1;
	code = bytes[0] & (0x3fu >> lead->following);
	for (i = 1; i <= lead->following; i++) {
		unsigned char low = i == 1 ? lead->low : 0x80;
		unsigned char high = i == 1 ? lead->high : 0xbf;

		if (i >= length || bytes[i] < low || bytes[i] > high)
			return i;
		code = code << 6 | (bytes[i] & 0x3fu);
	}
	*ret_code = code;
	return i;
}

static char *
append(char *out, const void *bytes, size_t length)
{
	memcpy(out, bytes, length);
	return out + length;
}

static char *
terminal_character(char *out, const unsigned char *bytes, size_t length,
    uint32_t code)
{
	size_t i;

	if (code == BAD_SEQUENCE || code < 0x80) {
		if (code != BAD_SEQUENCE &&
		    !in_ranges(unprintable, COUNT(unprintable), code))
			return append(out, bytes, length);
		for (i = 0; i < length; i++)
			out += sprintf(out, "\\x%02x", bytes[i]);
		return out;
	}
	if (in_ranges(unprintable, COUNT(unprintable), code))
		return out + sprintf(out, "\\u{%x}", (unsigned)code);
	return append(out, bytes, length);
}

static char *
utf8_character(char *out, const unsigned char *bytes, size_t length,
    uint32_t code)
{
	if (code == BAD_SEQUENCE || code == 0)
		return append(out, REPLACEMENT, strlen(REPLACEMENT));
	return append(out, bytes, length);
}

static char *
mdoc_character(char *out, const unsigned char *bytes, size_t length,
    uint32_t code)
{
	/* Bytes that roff(7) reads as something else, or prints as a curl. */
	static const char *const special[128] = {
		['\\'] = "\\e",
		['-'] = "\\-",
		['^'] = "\\(ha",
		['~'] = "\\(ti",
		['`'] = "\\(ga",
	};

	if (code == BAD_SEQUENCE || code < 0x20 || code == 0x7f)
		code = 0xfffd;
	if (code >= 0x80)
		return out + sprintf(out, "\\[u%04X]", (unsigned)code);
	if (special[code] != NULL)
		return append(out, special[code], strlen(special[code]));
	return append(out, bytes, length);
}

typedef char *escape_character(char *out, const unsigned char *bytes,
    size_t length, uint32_t code);

static char *
escape_with(escape_character *escape, char *out, const char *bytes,
    size_t length)
{
	const unsigned char *p = (const unsigned char *)bytes;
	uint32_t code;
	size_t used;

	for (; length > 0; p += used, length -= used) {
		used = utf8_next(p, length, &code);
		out = escape(out, p, used, code);
	}
	*out = '\0';
	return out;
}

char *
escape_terminal(struct arena *arena, const char *bytes, size_t length)
{
	char *out = arena_array(arena, length + 1, MAX_GROWTH);

	escape_with(terminal_character, out, bytes, length);
	return out;
}

char *
escape_utf8(struct arena *arena, const char *bytes, size_t length)
{
	char *out = arena_array(arena, length + 1, MAX_GROWTH);

	escape_with(utf8_character, out, bytes, length);
	return out;
}

char *
escape_mdoc(struct arena *arena, const char *bytes, size_t length)
{
	char *out = arena_array(arena, length + 1, MAX_GROWTH);
	char *start = out;

	if (length > 0 && (bytes[0] == '.' || bytes[0] == '\''))
		start = append(start, "\\&", 2);
	escape_with(mdoc_character, start, bytes, length);
	return out;
}

char *
escape_csv(struct arena *arena, const char *bytes, size_t length)
{
	bool formula = length > 0 && memchr("=+-@\t\r", bytes[0], 6) != NULL;
	bool quoted = false;
	char *start = arena_array(arena, length + 4, 2), *out = start + 1;
	size_t i;

	if (formula)
		*out++ = '\'';
	for (i = 0; i < length; i++) {
		quoted |= memchr(",\"\r\n", bytes[i], 4) != NULL;
		if (bytes[i] == '"')
			*out++ = '"';
		*out++ = bytes[i];
	}
	if (!quoted)
		return start + 1;
	start[0] = '"';
	*out = '"';
	return start;
}

unsigned
text_width(const char *text, size_t length)
{
	const unsigned char *p = (const unsigned char *)text;
	unsigned width = 0;
	uint32_t code;
	size_t used;

	for (; length > 0; p += used, length -= used) {
		used = utf8_next(p, length, &code);
		if (in_ranges(wide, COUNT(wide), code))
			width += 2;
		else if (!in_ranges(combining, COUNT(combining), code))
			width++;
	}
	return width;
}
