/*
 * Exim's lists, printed values, and the idioms of values that code decides.
 */
#include <stdio.h>
#include <string.h>

#include "parse/exim_private.h"

static bool
is_punct(char c)
{
	return c > ' ' && c < 0x7f && !exim_is_alpha(c) && !exim_is_digit(c);
}

static bool
is_control(char c)
{
	return (c > 0 && c < ' ') || c == 0x7f;
}

static const char *
skip_space_but(const char *text, int separator)
{
	while (exim_is_space(*text) && *text != separator)
		text++;
	return text;
}

/* Takes a leading "<X" and settles which separator the list has. */
static const char *
settle_separator(const char *text, int *separator)
{
	if (*separator > 0)
		return text;
	if (*text == '<' && (is_punct(text[1]) || is_control(text[1]))) {
		*separator = text[1];
		return skip_space_but(text + 2, *separator);
	}
	*separator = *separator == 0 ? ':' : -*separator;
	return text;
}

/* Trailing blanks go, unless a backslash stands before the last one left. */
static size_t
trim_item(const char *item, size_t length)
{
	while (length > 0 && exim_is_space(item[length - 1]) &&
	    (length == 1 || item[length - 2] != '\\'))
		length--;
	return length;
}

char *
exim_list_next(struct arena *arena, const char **list, int *separator)
{
	const char *at = skip_space_but(*list, *separator), *end;
	bool doubles;
	char *item;
	size_t length = 0;

	at = settle_separator(at, separator);
	if (*at == '\0')
		return NULL;
	/* A control character as separator can not stand for itself. */
	doubles = !is_control((char)*separator);
	if (*at == *separator && (*++at != *separator || !doubles)) {
		*list = at;
		return arena_strdup(arena, "");
	}
	item = arena_alloc(arena, strlen(at) + 1);
	do {
		/* The first byte is data, be it the second of two separators. */
		for (end = at + 1; *end != '\0' && *end != *separator; end++)
			;
		memcpy(item + length, at, (size_t)(end - at));
		length += (size_t)(end - at);
		at = end;
	} while (*at != '\0' && *++at == *separator && doubles);
	item[trim_item(item, length)] = '\0';
	*list = at;
	return item;
}

int
exim_list_split(struct arena *arena, const char *value,
    const char ***ret_items, size_t *ret_count, struct err *err)
{
	const char **items = NULL, *item;
	size_t count = 0;
	int separator = 0;

	if (strlen(value) > CONF_MAX_LINE)
		return err_set(err, ERR_LIMIT, "list of %zu bytes, over %u",
		    strlen(value), CONF_MAX_LINE);
	while ((item = exim_list_next(arena, &value, &separator)) != NULL)
		*arena_push(arena, &items, &count) = item;
	*ret_items = items;
	*ret_count = count;
	return 0;
}

/* %s stands for the log, once; %D and %M for the day and the month. */
static enum exim_main_log
main_log_file(struct arena *arena, const char *item, const char **ret_path)
{
	const char *at = strstr(item, "%s");

	if (item[0] == '\0')
		return EXIM_LOG_COMPILED;
	if (item[0] != '/' || at == NULL || memchr(item, '%', (size_t)(at - item)) != NULL ||
	    strchr(at + 2, '%') != NULL)
		return EXIM_LOG_UNTOLD;
	*ret_path = arena_join(arena, arena_memdup(arena, item, (size_t)(at - item)), "main",
	    at + 2);
	return EXIM_LOG_FILE;
}

enum exim_main_log
exim_main_log(struct arena *arena, const char *value, const char **ret_path)
{
	const char *item;
	int separator = ':';

	if (strpbrk(value, "$\\") != NULL)
		return EXIM_LOG_UNTOLD;
	if (value[0] == '\0')
		return EXIM_LOG_COMPILED;
	while ((item = exim_list_next(arena, &value, &separator)) != NULL)
		if (strcmp(item, "syslog") != 0)
			return main_log_file(arena, item, ret_path);
	return EXIM_LOG_SYSLOG;
}

/* Escapes that Exim prints by letter; other bytes are printed in octal. */
static const char *
escape_letter(char c)
{
	static const char from[] = "\n\r\b\v\f\t";
	static const char *const letters[] = {
		"\\n", "\\r", "\\b", "\\v", "\\f", "\\t",
	};
	const char *at = strchr(from, c);

	return at == NULL ? NULL : letters[at - from];
}

const char *
exim_value_printed(struct arena *arena, const char *value)
{
	char *out = arena_alloc(arena, strlen(value) * 4 + 1), *at = out;
	const char *letter;

	for (; *value != '\0'; value++) {
		if (*value >= ' ' && *value < 0x7f) {
			*at++ = *value;
			continue;
		}
		letter = escape_letter(*value);
		if (letter != NULL)
			at = stpcpy(at, letter);
		else
			at += sprintf(at, "\\%03o", (unsigned char)*value);
	}
	return out;
}

/*
 * Values that amount to "everyone inside TLS" or to its inverse. A blank
 * stands for any blanks or none, which Exim skips there; in the strings that
 * eq compares, blanks count, so none is allowed. '@' stands for a name that
 * holds the cipher and is empty in clear: $tls_in_cipher, or $tls_cipher of
 * Exim before 4.84.
 */
static const struct {
	const char *pattern;
	enum exim_idiom idiom;
} idioms[] = {
	{ "${if eq {$@} {} { } { * } }", EXIM_IDIOM_ALL_UNDER_TLS },
	{ "${if eq {$@} {} { * } { } }", EXIM_IDIOM_ALL_IN_CLEAR },
	{ "${if eq {$@} {} { * } }", EXIM_IDIOM_ALL_IN_CLEAR },
	{ "${if ! eq {$@} {} { * } { } }", EXIM_IDIOM_ALL_UNDER_TLS },
	{ "${if ! eq {$@} {} { * } }", EXIM_IDIOM_ALL_UNDER_TLS },
	{ "${if ! eq {$@} {} { } { * } }", EXIM_IDIOM_ALL_IN_CLEAR },
	{ "${if def:@ { * } { } }", EXIM_IDIOM_ALL_UNDER_TLS },
	{ "${if def:@ { * } }", EXIM_IDIOM_ALL_UNDER_TLS },
	{ "${if def:@ { } { * } }", EXIM_IDIOM_ALL_IN_CLEAR },
	{ "${if ! def:@ { * } { } }", EXIM_IDIOM_ALL_IN_CLEAR },
	{ "${if ! def:@ { * } }", EXIM_IDIOM_ALL_IN_CLEAR },
	{ "${if ! def:@ { } { * } }", EXIM_IDIOM_ALL_UNDER_TLS },
};

/* Passes a cipher's name, "{name}" too where braces are allowed. */
static const char *
match_cipher(const char *value, bool braces)
{
	static const char *const names[] = { "tls_in_cipher", "tls_cipher" };
	bool braced = braces && *value == '{';
	size_t i, length;

	value += braced;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		length = strlen(names[i]);
		if (strncmp(value, names[i], length) != 0 ||
		    exim_is_name(value[length]))
			continue;
		value += length;
		if (braced && *value != '}')
			return NULL;
		return value + braced;
	}
	return NULL;
}

static bool
match_idiom(const char *pattern, const char *value)
{
	const char *after;

	for (; *pattern != '\0'; pattern++) {
		if (*pattern == ' ') {
			after = exim_skip_space(value);
			/* "ifeq" would be another word than "if eq". */
			if (after == value && pattern[-1] == 'f' &&
			    pattern[1] != '!')
				return false;
			value = after;
		} else if (*pattern == '@') {
			value = match_cipher(value, pattern[-1] == '$');
			if (value == NULL)
				return false;
		} else if (*pattern != *value++) {
			return false;
		}
	}
	return *exim_skip_space(value) == '\0';
}

enum exim_idiom
exim_value_idiom(const char *value)
{
	size_t i;

	if (strpbrk(value, "$\\") == NULL)
		return EXIM_IDIOM_LITERAL;
	value = exim_skip_space(value);
	for (i = 0; i < sizeof(idioms) / sizeof(*idioms); i++)
		if (match_idiom(idioms[i].pattern, value))
			return idioms[i].idiom;
	return EXIM_IDIOM_NONE;
}
