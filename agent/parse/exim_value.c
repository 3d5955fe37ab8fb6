/*
 * Values of Exim options: what is written to what `exim -bP` prints.
 *
 * Exim reads numbers with strtol and sscanf into ints and lets some of them
 * wrap; the same is done here, in unsigned arithmetic, because the value in
 * force is the wrapped one.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "parse/exim_private.h"

#define TIME_LIST_MAX 10	/* Exim's DELAY_WARNING_SIZE less 2 */

const char *
exim_name_read(const char *text, char name[EXIM_NAME_SIZE])
{
	size_t length = 0;

	text = exim_skip_space(text);
	if (exim_is_alpha(*text)) {
		for (; exim_is_name(*text); text++) {
			if (length == EXIM_NAME_SIZE - 1)
				return NULL;
			name[length++] = *text;
		}
	}
	name[length] = '\0';
	return exim_skip_space(text);
}

static int
octal_digit(char c)
{
	return c >= '0' && c <= '7' ? c - '0' : -1;
}

static int
hex_digit(char c)
{
	if (exim_is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Up to two more digits behind the first, which *text is at. */
static char
read_octal(const char **text)
{
	int value = octal_digit(**text), i;

	for (i = 0; i < 2 && octal_digit((*text)[1]) >= 0; i++)
		value = value * 8 + octal_digit(*++*text);
	return (char)value;
}

/* Up to two digits behind the x that *text is at; none makes a NUL. */
static char
read_hex(const char **text)
{
	int value = 0, i;

	for (i = 0; i < 2 && hex_digit((*text)[1]) >= 0; i++)
		value = value * 16 + hex_digit(*++*text);
	return (char)value;
}

/* *text is at a backslash and is left at the last byte of the escape. */
static char
read_escape(const char **text)
{
	static const char from[] = "bfnrtv", to[] = "\b\f\n\r\t\v";
	const char *at = *text + 1, *known;
	char value = *at;

	if (value == '\0')
		return '\\';
	if (octal_digit(value) >= 0)
		value = read_octal(&at);
	else if (value == 'x')
		value = read_hex(&at);
	else if ((known = strchr(from, value)) != NULL)
		value = to[known - from];
	*text = at;
	return value;
}

char *
exim_dequote(struct arena *arena, const char **text)
{
	const char *at = *text;
	char *out = arena_alloc(arena, strlen(at) + 1);
	size_t length = 0;

	if (*at != '"') {
		while (*at != '\0' && !exim_is_space(*at))
			out[length++] = *at++;
	} else {
		for (at++; *at != '\0' && *at != '"'; at++)
			out[length++] = *at == '\\' ? read_escape(&at) : *at;
		if (*at != '\0')
			at++;
	}
	*text = at;
	return out;
}

static void
refuse_extra(struct exim_parse *parse, const struct conf_place *place,
    const char *rest, const char *what, const char *name)
{
	exim_refuse(parse, place, "extra characters follow %s%s%s", what, name,
	    *rest == '#' ? " (# is comment only at line start)" : "");
}

const char *
exim_string_read(struct exim_parse *parse, const struct conf_place *place,
    const char *name, const char *text)
{
	const char *at = text, *value;

	if (*text != '"')
		return arena_strdup(parse->arena, text);
	value = exim_dequote(parse->arena, &at);
	if (at == text + 1 || at[-1] != '"') {
		exim_refuse(parse, place,
		    "missing quote at end of string value for %s", name);
		return NULL;
	}
	if (*at != '\0') {
		refuse_extra(parse, place, at, "string value for ", name);
		return NULL;
	}
	return value;
}

static bool
exim_boolean_read(const char *word, bool *ret_value)
{
	if (strcasecmp(word, "true") == 0 || strcasecmp(word, "yes") == 0)
		*ret_value = true;
	else if (strcasecmp(word, "false") == 0 || strcasecmp(word, "no") == 0)
		*ret_value = false;
	else
		return false;
	return true;
}

static const char *
boolean_value(struct exim_parse *parse, const struct conf_place *place,
    const char *name, const char *text)
{
	char word[EXIM_NAME_SIZE];
	const char *rest = exim_name_read(text, word);
	bool value;

	if (rest == NULL) {
		exim_refuse(parse, place, "exim item name too long (over %d "
		    "characters) for the \"%s\" option", EXIM_NAME_SIZE - 1,
		    name);
		return NULL;
	}
	if (!exim_boolean_read(word, &value)) {
		exim_refuse(parse, place, "\"%s\" is not a valid value for "
		    "the \"%s\" option", word, name);
		return NULL;
	}
	if (*rest != '\0') {
		exim_refuse(parse, place, "extra characters follow \"%s\" for "
		    "boolean option %s%s", word, name,
		    *rest == '#' ? " (# is comment only at line start)" : "");
		return NULL;
	}
	return value ? "true" : "false";
}

/* Multiplies by 1024 times over; false when it passes the limits. */
static bool
scale(long *value, int times, long low, long high)
{
	for (; times > 0; times--) {
		if (*value > high / 1024 || *value < low / 1024)
			return false;
		*value *= 1024;
	}
	return true;
}

/* How often a suffix multiplies by 1024, -1 when it is none of them. */
static int
suffix_power(char c, const char *suffixes)
{
	const char *at = c == '\0' ? NULL : strchr(suffixes, c);

	return at == NULL ? -1 : (int)((at - suffixes) / 2) + 1;
}

/*
 * An integer with an optional suffix. Options counted in K take more suffixes
 * and start at K: the suffix K itself changes nothing.
 */
static bool
integer_value(struct exim_parse *parse, const struct conf_place *place,
    const char *name, enum exim_type type, const char *text, long *ret)
{
	const char *what = type == EXIM_OCTAL ? "octal " : "";
	bool in_k = type == EXIM_KINT, fits;
	char label[32], *end;
	long value;
	int power;

	errno = 0;
	value = strtol(text, &end, type == EXIM_OCTAL ? 8 : 0);
	if (end == text) {
		exim_refuse(parse, place, "%sinteger expected for %s", what,
		    name);
		return false;
	}
	fits = errno != ERANGE;
	power = suffix_power(*end, in_k ? "KkMmGgTtPpEeZz" : "KkMmGgTt");
	if (fits && power >= 0) {
		end++;
		fits = in_k ? scale(&value, power - 1, LONG_MIN, LONG_MAX) :
		    scale(&value, power, INT_MIN, INT_MAX);
	} else if (fits && in_k && *end != '\0') {
		/* Bytes, but only with something behind: refused below. */
		value = value / 1024;
	}
	if (!fits || (!in_k && (value > INT_MAX || value < INT_MIN))) {
		exim_refuse(parse, place, "absolute value of integer \"%s\" "
		    "is too large (overflow)", text);
		return false;
	}
	end = (char *)exim_skip_space(end);
	if (*end != '\0') {
		snprintf(label, sizeof(label), "%sinteger value for ", what);
		refuse_extra(parse, place, end, label, name);
		return false;
	}
	*ret = value;
	return true;
}

static const char *
print_mkint(struct arena *arena, long value)
{
	int x = (int)value;

	if (x == 0 || (x & 1023) != 0)
		return arena_printf(arena, "%d", x);
	x >>= 10;
	if ((x & 1023) != 0)
		return arena_printf(arena, "%dK", x);
	return arena_printf(arena, "%dM", x >> 10);
}

static const char *
print_kint(struct arena *arena, long x)
{
	if (x == 0)
		return "0";
	if ((x & ((1L << 30) - 1)) == 0)
		return arena_printf(arena, "%ldT", x >> 30);
	if ((x & ((1L << 20) - 1)) == 0)
		return arena_printf(arena, "%ldG", x >> 20);
	if ((x & ((1L << 10) - 1)) == 0)
		return arena_printf(arena, "%ldM", x >> 10);
	return arena_printf(arena, "%ldK", x);
}

static const char *
integer_text(struct exim_parse *parse, const struct conf_place *place,
    const char *name, enum exim_type type, const char *text)
{
	long value;

	if (!integer_value(parse, place, name, type, text, &value))
		return NULL;
	switch (type) {
	case EXIM_MKINT:
		return print_mkint(parse->arena, value);
	case EXIM_KINT:
		return print_kint(parse->arena, value);
	case EXIM_OCTAL:
		return arena_printf(parse->arena, "%#o", (unsigned)value);
	default:
		return arena_printf(parse->arena, "%ld", value);
	}
}

/* Digits at *text as sscanf("%d") reads them: as a long, cut to an int. */
static unsigned
read_digits(const char **text)
{
	char *end;
	long value = strtol(*text, &end, 10);

	*text = end;
	return (unsigned)value;
}

/* Digits behind a decimal point; the fourth and further ones count nothing. */
static unsigned
read_fraction(const char **text)
{
	unsigned value = 0, weight = 100;

	while (exim_is_digit(*++*text)) {
		value += (unsigned)(**text - '0') * weight;
		weight /= 10;
	}
	return value;
}

bool
exim_fixed_read(const char *text, char end, int *ret_thousandths)
{
	unsigned value;

	if (!exim_is_digit(*text))
		return false;
	value = read_digits(&text) * 1000u;
	if (*text == '.')
		value += read_fraction(&text);
	*ret_thousandths = (int)value;
	return *text == end;
}

static const char *
print_fixed(struct arena *arena, int value)
{
	char digits[8];
	int length;

	length = snprintf(digits, sizeof(digits), "%03d", value % 1000);
	while (length > 1 && digits[length - 1] == '0')
		digits[--length] = '\0';
	return arena_printf(arena, "%d.%s", value / 1000, digits);
}

static const char *
fixed_value(struct exim_parse *parse, const struct conf_place *place,
    const char *name, const char *text)
{
	const char *at = text;
	char *end;
	unsigned value;

	strtol(text, &end, 10);
	if (end == text) {
		exim_refuse(parse, place,
		    "fixed-point number expected for %s", name);
		return NULL;
	}
	value = read_digits(&at);
	if ((int)value >= 0)
		value *= 1000u;
	if ((int)value < 0) {
		exim_refuse(parse, place,
		    "integer \"%s\" is too large (overflow)", text);
		return NULL;
	}
	if (*at == '.')
		value += read_fraction(&at);
	at = exim_skip_space(at);
	if (*at != '\0') {
		refuse_extra(parse, place, at, "fixed-point value for ", name);
		return NULL;
	}
	return print_fixed(parse->arena, (int)value);
}

bool
exim_time_read(const char *text, char end, int *ret_seconds)
{
	static const struct { char letter; unsigned seconds; } units[] = {
		{ 'w', 604800 }, { 'd', 86400 }, { 'h', 3600 }, { 'm', 60 },
		{ 's', 1 },
	};
	unsigned total = 0, value;
	size_t i;

	do {
		if (!exim_is_digit(*text))
			return false;
		value = read_digits(&text);
		for (i = 0; i < sizeof(units) / sizeof(*units); i++)
			if (*text == units[i].letter)
				break;
		if (i == sizeof(units) / sizeof(*units))
			return false;
		total += value * units[i].seconds;
		text++;
	} while (*text != end);
	*ret_seconds = (int)total;
	return *ret_seconds >= 0;
}

static const char *
print_time(struct arena *arena, int seconds)
{
	int s = seconds % 60, m = seconds / 60 % 60, h = seconds / 3600 % 24;
	int d = seconds / 86400 % 7, w = seconds / 604800;
	char text[80], part[16];
	const struct { int count; char letter; } parts[] = {
		{ w, 'w' }, { d, 'd' }, { h, 'h' }, { m, 'm' }, { s, 's' },
	};
	size_t i;

	text[0] = '\0';
	for (i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (parts[i].count == 0)
			continue;
		snprintf(part, sizeof(part), "%d%c", parts[i].count,
		    parts[i].letter);
		strcat(text, part);
	}
	return arena_strdup(arena, text[0] == '\0' ? "0s" : text);
}

static const char *
time_value(struct exim_parse *parse, const struct conf_place *place,
    const char *name, const char *text)
{
	int seconds;

	if (!exim_time_read(text, '\0', &seconds)) {
		exim_refuse(parse, place, "invalid time value for %s", name);
		return NULL;
	}
	return print_time(parse->arena, seconds);
}

/* One time of a list, up to its colon or the end; false when it is none. */
static bool
list_time(const char *text, const char *colon, int *ret_seconds)
{
	const char *end = colon;

	if (colon == NULL)
		return exim_time_read(text, '\0', ret_seconds);
	while (end > text && exim_is_space(end[-1]))
		end--;
	return exim_time_read(text, *end, ret_seconds);
}

/* Times in rising order; a list that starts with 0s is an empty one. */
static const char *
time_list_value(struct exim_parse *parse, const struct conf_place *place,
    const char *name, const char *text)
{
	const char *colon, *value = "", *problem = NULL;
	int seconds, first = 0, last = -1, count = 0;

	if (*text == '\0')
		return "";
	do {
		colon = strchr(text, ':');
		if (count == TIME_LIST_MAX)
			problem = "too many time values";
		else if (!list_time(text, colon, &seconds))
			problem = "invalid time value";
		else if (seconds <= last)
			problem = "time value out of order";
		if (problem != NULL) {
			exim_refuse(parse, place, "%s for %s", problem, name);
			return NULL;
		}
		value = count == 0 ? print_time(parse->arena, seconds) :
		    arena_printf(parse->arena, "%s:%s", value,
		    print_time(parse->arena, seconds));
		if (count++ == 0)
			first = seconds;
		last = seconds;
		if (colon != NULL)
			text = exim_skip_space(colon + 1);
	} while (colon != NULL);
	return first == 0 ? "" : value;
}

/*
 * A list of users or groups as -bP prints it, but by the names written:
 * numbers would need the host's passwd file. Exim makes room for as many
 * names as there are colons with something behind, and reads no more.
 */
static const char *
owner_list_value(struct exim_parse *parse, const char *text)
{
	const char *rest = text, *at, *value = "";
	char *item;
	int separator = 0;
	size_t room = *text != '\0';

	if (strpbrk(text, "$\\") != NULL)
		return text;
	for (at = text; *at != '\0'; at++)
		if (*at == ':' && at[1] != '\0')
			room++;
	while (room-- > 0 &&
	    (item = exim_list_next(parse->arena, &rest, &separator)) != NULL)
		value = *value == '\0' ? item :
		    arena_printf(parse->arena, "%s:%s", value, item);
	return value;
}

static const char *
owner_value(struct exim_parse *parse, const struct conf_place *place,
    const char *name, enum exim_type type, const char *text)
{
	const char *value = exim_string_read(parse, place, name, text);

	if (value == NULL)
		return NULL;
	if (type == EXIM_OWNER_LIST)
		return owner_list_value(parse, value);
	if (*value == '\0') {
		exim_refuse(parse, place, "user or group \"\" for %s was not "
		    "found", name);
		return NULL;
	}
	return value;
}

/* Rules of headers_rewrite: a list of rules, each checked. */
static const char *
rewrite_value(struct exim_parse *parse, const struct conf_place *place,
    const char *name, const char *text)
{
	const char *value = exim_string_read(parse, place, name, text);
	const char *rest = value;
	char *rule;
	int separator = 0;

	if (value == NULL)
		return NULL;
	while ((rule = exim_list_next(parse->arena, &rest, &separator)) != NULL)
		if (exim_rewrite_check(parse, place, rule, false) != 0)
			return NULL;
	return value;
}

const char *
exim_value_read(struct exim_parse *parse, const struct conf_place *place,
    const char *name, enum exim_type type, const char *text)
{
	switch (type) {
	case EXIM_EXPAND_BOOL:
		if (strchr(text, '$') != NULL)
			return exim_string_read(parse, place, name, text);
		return boolean_value(parse, place, name, text);
	case EXIM_BOOL:
	case EXIM_BOOL_VERIFY:
		return boolean_value(parse, place, name, text);
	case EXIM_INT_TEXT:
		if (strchr(text, '$') != NULL)
			return exim_string_read(parse, place, name, text);
		return integer_text(parse, place, name, EXIM_INT, text);
	case EXIM_INT:
	case EXIM_MKINT:
	case EXIM_KINT:
	case EXIM_OCTAL:
		return integer_text(parse, place, name, type, text);
	case EXIM_FIXED:
		return fixed_value(parse, place, name, text);
	case EXIM_TIME_TEXT:
		if (*text == '$')
			return arena_strdup(parse->arena, text);
		return time_value(parse, place, name, text);
	case EXIM_TIME:
		return time_value(parse, place, name, text);
	case EXIM_TIME_LIST:
		return time_list_value(parse, place, name, text);
	case EXIM_OWNER:
	case EXIM_OWNER_LIST:
		return owner_value(parse, place, name, type, text);
	case EXIM_REWRITE_LIST:
		return rewrite_value(parse, place, name, text);
	default:
		return exim_string_read(parse, place, name, text);
	}
}
