/*
 * The output of `exim -bP`: the configuration in force, as Exim prints it.
 */
#include <stdio.h>
#include <string.h>

#include "parse/exim_private.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static const char not_displayable[] = "<value not displayable>";

struct bp_reader {
	struct arena *arena;
	struct exim_conf *conf;
	struct exim_driver *driver;	/* NULL: main options */
	struct conf_place place;
	struct err *err;
};

static int
refuse(struct bp_reader *reader)
{
	return err_at(reader->err, ERR_PARSE, reader->place.file,
	    reader->place.line, "not \"name = value\", \"name\" or "
	    "\"no_name\", as exim -bP prints them");
}

/* "NAME router:" and the like begin the options of a driver. */
static bool
read_driver(struct bp_reader *reader, const char *line)
{
	static const struct { const char *word; enum exim_section section; }
	classes[] = {
		{ " router:", EXIM_ROUTERS },
		{ " transport:", EXIM_TRANSPORTS },
		{ " authenticator:", EXIM_AUTHENTICATORS },
	};
	struct exim_conf *conf = reader->conf;
	const char *end = line;
	size_t i;

	while (exim_is_name(*end))
		end++;
	for (i = 0; i < COUNT(classes); i++)
		if (strcmp(end, classes[i].word) == 0)
			break;
	if (i == COUNT(classes))
		return false;
	reader->driver = arena_push(reader->arena, &conf->drivers,
	    &conf->driver_count);
	*reader->driver = (struct exim_driver){
	    .section = classes[i].section,
	    .name = arena_memdup(reader->arena, line, (size_t)(end - line)),
	    .driver = "", .place = reader->place };
	return true;
}

static bool
read_list(struct bp_reader *reader, const char *line)
{
	static const char *const types[] = {
		"domainlist", "hostlist", "addresslist", "localpartlist",
	};
	struct exim_named_list *list;
	const char *name, *end, *value;
	size_t i, length;

	for (i = 0; i < COUNT(types); i++) {
		length = strlen(types[i]);
		if (strncmp(line, types[i], length) == 0 &&
		    line[length] == ' ')
			break;
	}
	if (i == COUNT(types))
		return false;
	for (end = name = line + length + 1; exim_is_name(*end); end++)
		;
	if (strncmp(end, " = ", 3) != 0)
		return false;
	value = end + 3;
	list = arena_push(reader->arena, &reader->conf->lists,
	    &reader->conf->list_count);
	list->type = types[i];
	list->name = arena_memdup(reader->arena, name, (size_t)(end - name));
	list->hidden = strcmp(value, not_displayable) == 0;
	list->value = list->hidden ? "" : arena_strdup(reader->arena, value);
	list->place = reader->place;
	return true;
}

static struct exim_option *
add_option(struct bp_reader *reader)
{
	struct exim_driver *driver = reader->driver;
	struct exim_conf *conf = reader->conf;
	struct exim_option *option;

	if (driver != NULL)
		option = arena_push(reader->arena, &driver->options,
		    &driver->option_count);
	else
		option = arena_push(reader->arena, &conf->options,
		    &conf->option_count);
	option->place = reader->place;
	return option;
}

/* "name = value", or "name =" of a list of users that is empty. */
static void
read_value(struct bp_reader *reader, const char *line, size_t length)
{
	struct exim_option *option = add_option(reader);
	const char *value = line + length + 2;

	if (*value == ' ')
		value++;
	option->name = arena_memdup(reader->arena, line, length);
	option->hidden = strcmp(value, not_displayable) == 0;
	option->value = option->hidden ? "" :
	    arena_strdup(reader->arena, value);
	if (reader->driver != NULL && strcmp(option->name, "driver") == 0)
		reader->driver->driver = option->value;
}

static void
read_boolean(struct bp_reader *reader, const char *line)
{
	struct exim_option *option = add_option(reader);
	bool negated = strncmp(line, "no_", 3) == 0;

	option->name = arena_strdup(reader->arena, line + (negated ? 3 : 0));
	option->value = negated ? "false" : "true";
	option->boolean = true;
}

static int
read_line(struct bp_reader *reader, const char *line)
{
	size_t length = 0;

	/* "*expand_NAME" are Exim's own; 4.96 prints one of appendfile's. */
	if (*line == '\0' || *line == '*' || read_driver(reader, line) ||
	    read_list(reader, line))
		return 0;
	while (exim_is_name(line[length]))
		length++;
	if (length == 0)
		return refuse(reader);
	if (line[length] == '\0')
		read_boolean(reader, line);
	else if (strncmp(line + length, " =", 2) == 0 &&
	    (line[length + 2] == ' ' || line[length + 2] == '\0'))
		read_value(reader, line, length);
	else
		return refuse(reader);
	return 0;
}

int
exim_bp_parse(struct arena *arena, const char *origin, const void *bytes,
    size_t length, struct exim_conf *ret_conf, struct err *err)
{
	struct exim_conf conf = { 0 };
	struct bp_reader reader = { .arena = arena, .conf = &conf,
	    .place = { arena_strdup(arena, origin), 0 }, .err = err };
	const char *at = bytes, *end = at + length, *stop;
	char *line;

	if (length > CONF_MAX_FILE)
		return err_at(err, ERR_LIMIT, origin, 0,
		    "exim -bP printed %zu bytes, over %u", length,
		    CONF_MAX_FILE);
	for (; at < end; at = stop + 1) {
		stop = memchr(at, '\n', (size_t)(end - at));
		if (stop == NULL)
			stop = end;
		reader.place.line++;
		line = arena_memdup(arena, at, (size_t)(stop - at));
		if (strlen(line) != (size_t)(stop - at))
			return refuse(&reader);
		if (read_line(&reader, line) != 0)
			return -1;
		if (stop == end)
			break;
	}
	*ret_conf = conf;
	return 0;
}
