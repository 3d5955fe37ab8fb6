/*
 * One option line: "name = value", "name", "no_name", with hide before it.
 */
#include <stdio.h>
#include <string.h>

#include "parse/exim_private.h"

/* An option line taken apart. */
struct option_line {
	char name[EXIM_NAME_SIZE];
	size_t prefix;		/* length of no_ or not_ */
	const char *rest;	/* behind the name, blanks skipped */
	bool hidden;
};

static const struct exim_row unknown_text = { "", EXIM_TEXT, NULL };
static const struct exim_row unknown_boolean = { "", EXIM_BOOL, NULL };

/* Longer names are cut, as Exim does; no option has such a name. */
static const char *
read_word(const char *text, char name[EXIM_NAME_SIZE])
{
	size_t length = 0;

	for (; exim_is_name(*text); text++)
		if (length < EXIM_NAME_SIZE - 1)
			name[length++] = *text;
	name[length] = '\0';
	return exim_skip_space(text);
}

static int
split_line(struct exim_parse *parse, const struct exim_line *line,
    struct option_line *ret)
{
	const char *text = exim_skip_space(line->text);

	if (!exim_is_alpha(*text))
		return exim_refuse(parse, &line->place,
		    "option setting expected, not \"%c\"",
		    *text > ' ' && *text < 0x7f ? *text : '?');
	ret->rest = read_word(text, ret->name);
	ret->hidden = strcmp(ret->name, "hide") == 0;
	if (ret->hidden)
		ret->rest = read_word(ret->rest, ret->name);
	ret->prefix = 0;
	if (strncmp(ret->name, "no_", 3) == 0)
		ret->prefix = 3;
	else if (strncmp(ret->name, "not_", 4) == 0)
		ret->prefix = 4;
	return 0;
}

static bool
is_boolean(enum exim_type type)
{
	return type == EXIM_BOOL || type == EXIM_BOOL_VERIFY ||
	    type == EXIM_EXPAND_BOOL;
}

struct exim_option *
exim_option_last(struct exim_option *options, size_t count, const char *name)
{
	while (count > 0)
		if (strcmp(options[--count].name, name) == 0)
			return &options[count];
	return NULL;
}

/* Exim refuses a second setting, but for those it joins. */
static int
check_second(struct exim_parse *parse, const struct exim_line *line,
    const struct option_line *option, const struct exim_table *table,
    const struct exim_row *row, struct exim_seen *seen,
    const struct exim_settings *settings)
{
	bool second;
	size_t index;

	if (row->type == EXIM_CONDITION || row->type == EXIM_REPEATED)
		return 0;
	if (row == &unknown_text || row == &unknown_boolean) {
		if (exim_charge(parse, *settings->count) != 0)
			return -1;
		second = exim_option_last(*settings->options, *settings->count,
		    option->name + option->prefix) != NULL;
	} else {
		index = (size_t)(row - table->rows);
		second = (seen->bits[index / 64] >> (index % 64) & 1) != 0;
		seen->bits[index / 64] |= UINT64_C(1) << (index % 64);
	}
	if (second)
		return exim_refuse(parse, &line->place,
		    "\"%s\" option set for the second time", option->name);
	return 0;
}

static int
check_form(struct exim_parse *parse, const struct exim_line *line,
    const struct option_line *option, enum exim_type type)
{
	char next = *option->rest;

	if (is_boolean(type)) {
		if (next == '\0' || (option->prefix == 0 && next == '='))
			return 0;
		return exim_refuse(parse, &line->place, "extra characters "
		    "follow boolean option %s%s", option->name, next == '#' ?
		    " (# is comment only at line start)" : "");
	}
	if (option->prefix != 0)
		return exim_refuse(parse, &line->place,
		    "negation prefix applied to a non-boolean option");
	if (next == '\0')
		return exim_refuse(parse, &line->place, "unexpected end of "
		    "line (data missing) after %s", option->name);
	if (next != '=')
		return exim_refuse(parse, &line->place,
		    "missing \"=\" after %s", option->name);
	return 0;
}

/* Appends the items of text to a list as Exim stores it: separators doubled. */
static const char *
join_list(struct exim_parse *parse, const char *name, const char *before,
    const char *text)
{
	char separator = strncmp(name, "headers_add", 11) == 0 ? '\n' :
	    strncmp(name, "set", 3) == 0 ? ';' : ':';
	int given = -separator;
	const char *item, *at;
	struct buf out;

	buf_init(&out, CONF_MAX_TOTAL);
	buf_adds(&out, before);
	while ((item = exim_list_next(parse->arena, &text, &given)) != NULL) {
		if (out.length > 0)
			buf_addc(&out, separator);
		for (at = item; *at != '\0'; at++) {
			buf_addc(&out, *at);
			if (*at == separator)
				buf_addc(&out, separator);
		}
	}
	before = arena_memdup(parse->arena, out.bytes, out.length);
	buf_done(&out);
	return before;
}

/* The value of a setting that is joined with earlier ones of its name. */
static const char *
join_value(struct exim_parse *parse, const struct exim_row *row,
    const struct exim_option *earlier, const char *value)
{
	if (row->type == EXIM_REPEATED)
		return join_list(parse, row->name,
		    earlier == NULL ? "" : earlier->value, value);
	if (earlier == NULL)
		return value;
	return arena_printf(parse->arena,
	    "${if and{{bool_lax{%s}}{bool_lax{%s}}}}", earlier->value, value);
}

static void
add_option(struct exim_parse *parse, const struct exim_settings *settings,
    const struct exim_option *option)
{
	*arena_push(parse->arena, settings->options, settings->count) = *option;
}

static int
store_option(struct exim_parse *parse, const struct exim_row *row,
    struct exim_option *option, const struct exim_settings *settings)
{
	struct exim_option *earlier;
	const char *name = option->name;

	if (row->type == EXIM_BOOL_VERIFY) {
		option->name = arena_printf(parse->arena, "%s_sender", name);
		add_option(parse, settings, option);
		option->name = arena_printf(parse->arena, "%s_recipient", name);
	}
	if (row->type != EXIM_CONDITION && row->type != EXIM_REPEATED) {
		add_option(parse, settings, option);
		return 0;
	}
	earlier = exim_option_last(*settings->options, *settings->count, name);
	option->value = join_value(parse, row, earlier, option->value);
	/* Each joining copies what was there: hostile files repeat it. */
	if (exim_charge(parse, strlen(option->value) * 8) != 0)
		return -1;
	if (earlier == NULL)
		add_option(parse, settings, option);
	else
		earlier->value = option->value;
	return 0;
}

static const struct exim_row *
find_row(const struct exim_parse *parse, const struct exim_table *table,
    const struct option_line *option, bool lenient)
{
	const char *name = option->name + option->prefix;
	const struct exim_row *row = exim_row_find(table, name);
	enum exim_listed listed = exim_macro_listed(parse, table->prefix,
	    table->group, name);

	if (listed == EXIM_NOT_LISTED)
		return NULL;
	if (row != NULL || (listed == EXIM_NOT_ASKED && !lenient))
		return row;
	return *option->rest == '=' ? &unknown_text : &unknown_boolean;
}

int
exim_option_read(struct exim_parse *parse, const struct exim_line *line,
    const struct exim_table *table, bool lenient, struct exim_seen *seen,
    struct exim_settings *settings, char ret_name[EXIM_NAME_SIZE])
{
	struct option_line parts;
	struct exim_option option = { .place = line->place };
	const struct exim_row *row;
	const char *text;

	if (split_line(parse, line, &parts) != 0)
		return -1;
	row = find_row(parse, table, &parts, lenient);
	if (row == NULL) {
		memcpy(ret_name, parts.name, EXIM_NAME_SIZE);
		return 0;
	}
	if (check_second(parse, line, &parts, table, row, seen, settings) != 0 ||
	    check_form(parse, line, &parts, row->type) != 0)
		return -1;
	text = *parts.rest == '=' ? exim_skip_space(parts.rest + 1) : "";
	option.hidden = parts.hidden;
	option.name = row->alias != NULL ? row->alias : *row->name != '\0' ?
	    row->name : arena_strdup(parse->arena, parts.name + parts.prefix);
	if (is_boolean(row->type) && *text == '\0')
		option.value = parts.prefix == 0 ? "true" : "false";
	else
		option.value = exim_value_read(parse, &line->place, parts.name,
		    row->type, text);
	if (option.value == NULL)
		return -1;
	option.boolean = is_boolean(row->type) &&
	    (row->type != EXIM_EXPAND_BOOL || strchr(text, '$') == NULL);
	return store_option(parse, row, &option, settings) == 0 ? 1 : -1;
}
