/*
 * Values by type: what doveconf accepts, and the one form in which 2.3 prints
 * it. 2.4 prints what was written.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "parse/dovecot_private.h"

/* Digits at the start of text; -1 when there are none or too many. */
static int
take_number(const char **text, uint64_t *ret_number)
{
	uint64_t number = 0;
	unsigned digit;

	if (**text < '0' || **text > '9')
		return -1;
	for (; **text >= '0' && **text <= '9'; (*text)++) {
		digit = (unsigned)(**text - '0');
		if (number > (UINT64_MAX - digit) / 10)
			return -1;
		number = number * 10 + digit;
	}
	*ret_number = number;
	return 0;
}

static const char *
canonical_bool(const char *value, const char **ret_value)
{
	if (strcasecmp(value, "yes") == 0 || strcasecmp(value, "y") == 0 ||
	    strcmp(value, "1") == 0)
		*ret_value = "yes";
	else if (strcasecmp(value, "no") == 0)
		*ret_value = "no";
	else
		return "invalid boolean value (use yes or no)";
	return NULL;
}

/* A unit may be cut short anywhere: "s", "se", "second". */
static bool
is_unit(const char *text, const char *unit)
{
	return *text != '\0' && strncasecmp(text, unit, strlen(text)) == 0;
}

/* Seconds in a unit, 0 for none known; *ret_msecs for thousandths. */
static uint64_t
unit_seconds(const char *text, bool *ret_msecs)
{
	static const struct {
		const char *name;
		unsigned seconds;
	} units[] = {
		{ "secs", 1 }, { "seconds", 1 },
		{ "mins", 60 }, { "minutes", 60 },
		{ "msecs", 0 }, { "mseconds", 0 }, { "millisecs", 0 },
		{ "milliseconds", 0 },
		{ "hours", 3600 }, { "days", 86400 }, { "weeks", 604800 },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (is_unit(text, units[i].name)) {
			*ret_msecs = units[i].seconds == 0;
			return units[i].seconds == 0 ? 1 : units[i].seconds;
		}
	return 0;
}

/* The interval in seconds, or in thousandths of one. */
static const char *
parse_interval(const char *value, bool msecs, uint64_t *ret_number)
{
	uint64_t number, unit = 1;
	bool unit_msecs = false;

	if (take_number(&value, &number) < 0)
		return "invalid time interval";
	while (*value == ' ')
		value++;
	if (*value == '\0' && number != 0)
		return "time interval is missing units (add e.g. 's' for seconds)";
	if (*value != '\0')
		unit = unit_seconds(value, &unit_msecs);
	if (unit == 0)
		return "invalid time interval";
	if (unit_msecs && !msecs) {
		if (number % 1000 != 0)
			return "milliseconds not supported for this setting";
		number /= 1000;
	} else if (msecs && !unit_msecs) {
		unit *= 1000;
	}
	if (number > UINT32_MAX / unit)
		return "time interval is too large";
	*ret_number = number * unit;
	return NULL;
}

static const char *
interval_text(struct arena *arena, uint64_t seconds)
{
	static const struct {
		const char *name;
		unsigned seconds;
	} units[] = {
		{ "weeks", 604800 }, { "days", 86400 }, { "hours", 3600 },
		{ "mins", 60 },
	};

	if (seconds == 0)
		return "0";
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (seconds % units[i].seconds == 0)
			return arena_printf(arena, "%llu %s",
			    (unsigned long long)(seconds / units[i].seconds),
			    units[i].name);
	return arena_printf(arena, "%llu secs", (unsigned long long)seconds);
}

static const char *
canonical_interval(struct arena *arena, bool msecs, const char *value,
    const char **ret_value)
{
	uint64_t number;
	const char *problem = parse_interval(value, msecs, &number);

	if (problem != NULL)
		return problem;
	if (!msecs)
		*ret_value = interval_text(arena, number);
	else if (number % 1000 == 0)
		*ret_value = interval_text(arena, number / 1000);
	else
		*ret_value = arena_printf(arena, "%llu ms", (unsigned long long)number);
	return NULL;
}

static const char size_units[] = "BKMGT";

static const char *
parse_size(const char *value, uint64_t *ret_number)
{
	uint64_t number;
	unsigned shift = 0;
	const char *unit;

	if (take_number(&value, &number) < 0)
		return "invalid size";
	while (*value == ' ')
		value++;
	if (*value != '\0') {
		unit = strchr(size_units, *value & ~0x20);
		if (unit == NULL || *unit == '\0')
			return "invalid size";
		shift = 10 * (unsigned)(unit - size_units);
		value++;
	}
	if (shift > 0 && (*value == 'i' || *value == 'I'))
		value++;
	if (shift > 0 && (*value == 'b' || *value == 'B'))
		value++;
	if (*value != '\0')
		return "invalid size";
	if (number > UINT64_MAX >> shift)
		return "size is too large";
	*ret_number = number << shift;
	return NULL;
}

static const char *
canonical_size(struct arena *arena, const char *value, const char **ret_value)
{
	static const char printed[] = "BkMGT";
	uint64_t number;
	const char *problem = parse_size(value, &number);
	unsigned unit = 0;

	if (problem != NULL)
		return problem;
	if (number == 0) {
		*ret_value = "0";
		return NULL;
	}
	for (; unit + 1 < sizeof(printed) - 1 && number % 1024 == 0; unit++)
		number /= 1024;
	*ret_value = arena_printf(arena, "%llu %c", (unsigned long long)number,
	    printed[unit]);
	return NULL;
}

static const char *
canonical_number(struct arena *arena, uint64_t max, const char *value,
    const char **ret_value)
{
	uint64_t number;

	if (take_number(&value, &number) < 0 || *value != '\0' || number > max)
		return "invalid number";
	*ret_value = arena_printf(arena, "%llu", (unsigned long long)number);
	return NULL;
}

static const char *
canonical_octal(struct arena *arena, const char *value, const char **ret_value)
{
	uint64_t number = 0;
	const char *byte;

	if (*value != '0') {
		if (take_number(&value, &number) < 0 || *value != '\0' ||
		    number > UINT32_MAX)
			return "invalid number";
	} else {
		for (byte = value; *byte >= '0' && *byte <= '7'; byte++) {
			number = number * 8 + (unsigned)(*byte - '0');
			if (number > UINT32_MAX)
				return "invalid number";
		}
		if (*byte != '\0')
			return "invalid number";
	}
	*ret_value = arena_printf(arena, "0%llo", (unsigned long long)number);
	return NULL;
}

/* 2.4 leaves these to the moment the setting is used. */
static bool
is_decided_later(enum dovecot_version version, enum dovecot_type type,
    const char *value)
{
	if (version != DOVECOT_2_4)
		return false;
	if (strcmp(value, "unlimited") == 0)
		return type != DOVECOT_BOOL && type != DOVECOT_PORT;
	return strstr(value, "%{") != NULL || strstr(value, "$SET:") != NULL ||
	    strstr(value, "$ENV:") != NULL;
}

const char *
dovecot_value_canonical(struct arena *arena, enum dovecot_version version,
    enum dovecot_type type, const char *value, const char **ret_value)
{
	*ret_value = value;
	if (is_decided_later(version, type, value))
		return NULL;
	switch (type) {
	case DOVECOT_BOOL:
		return canonical_bool(value, ret_value);
	case DOVECOT_TIME:
		return canonical_interval(arena, false, value, ret_value);
	case DOVECOT_MSECS:
		return canonical_interval(arena, true, value, ret_value);
	case DOVECOT_SIZE:
		return canonical_size(arena, value, ret_value);
	case DOVECOT_UINT:
		return canonical_number(arena, UINT32_MAX, value, ret_value);
	case DOVECOT_PORT:
		return canonical_number(arena, UINT16_MAX, value, ret_value);
	case DOVECOT_OCTAL:
		return canonical_octal(arena, value, ret_value);
	case DOVECOT_TEXT:
		break;
	}
	return NULL;
}

/* A word in quotes; *text is behind the first one and moves behind the last. */
static const char *
quoted_word(const char **text, char *word)
{
	for (; **text != '"'; (*text)++) {
		if (**text == '\\')
			(*text)++;
		if (**text == '\0')
			return "missing ending '\"'";
		*word++ = **text;
	}
	*word = '\0';
	(*text)++;
	if (**text != '\0' && **text != ' ' && **text != ',')
		return "expected ',' or ' ' after '\"'";
	return NULL;
}

const char *
dovecot_list_words(struct arena *arena, const char *value,
    const char ***ret_words, size_t *ret_count)
{
	const char **words = NULL;
	const char *problem;
	size_t count = 0, length;
	char *word;

	for (;;) {
		value += strspn(value, " ,");
		if (*value == '\0')
			break;
		length = strcspn(value, " ,\"");
		word = arena_alloc(arena, (*value == '"' ? strlen(value) : length) + 1);
		if (*value == '"') {
			value++;
			problem = quoted_word(&value, word);
			if (problem != NULL)
				return problem;
		} else {
			if (value[length] == '"')
				return "'\"' in the middle of a string";
			memcpy(word, value, length);
			value += length;
		}
		*arena_push(arena, &words, &count) = word;
	}
	*ret_words = words;
	*ret_count = count;
	return NULL;
}

const char *
dovecot_list_quote(struct arena *arena, const char *word)
{
	char *quoted, *to;

	if (*word != '\0' && strpbrk(word, " ,\"\\=#") == NULL)
		return word;
	quoted = to = arena_alloc(arena, 2 * strlen(word) + 3);
	*to++ = '"';
	for (; *word != '\0'; word++) {
		if (*word == '"' || *word == '\\')
			*to++ = '\\';
		*to++ = *word;
	}
	*to = '"';
	return quoted;
}
