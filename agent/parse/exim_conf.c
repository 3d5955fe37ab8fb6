/*
 * The sections of an Exim configuration: main options and named lists, then
 * each "begin" section, as readconf_main, readconf_rest and readconf_driver_init
 * of Exim take them.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "parse/exim_private.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static const char *const list_types[] = {
	"domainlist", "hostlist", "addresslist", "localpartlist",
};

static char *
keep(struct exim_parse *parse, const char *text)
{
	return arena_strdup(parse->arena, text);
}

static int
check_list_name(struct exim_parse *parse, const struct exim_line *line,
    const char *type, const char *name)
{
	const struct exim_conf *conf = parse->conf;
	size_t i;

	if (exim_charge(parse, conf->list_count) != 0)
		return -1;
	for (i = 0; i < conf->list_count; i++)
		if (conf->lists[i].type == type &&
		    strcmp(conf->lists[i].name, name) == 0)
			return exim_refuse(parse, &line->place,
			    "duplicate name \"%s\" for a named %s", name, type);
	return 0;
}

/*
 * A named list, text behind its type. How many there may be of a type is a
 * constant of the build (16 unless changed), so it is not checked here.
 */
static int
read_list(struct exim_parse *parse, const struct exim_line *line,
    const char *type, const char *text, bool hidden)
{
	struct exim_named_list *list;
	const char *name, *value;

	if (strncmp(text, "_cache", 6) == 0)
		text += 6;
	if (!exim_is_space(*text))
		return exim_refuse(parse, &line->place,
		    "unrecognized configuration line");
	name = text = exim_skip_space(text);
	while (exim_is_name(*text))
		text++;
	name = arena_memdup(parse->arena, name, (size_t)(text - name));
	if (check_list_name(parse, line, type, name) != 0)
		return -1;
	text = exim_skip_space(text);
	if (*text != '=')
		return exim_refuse(parse, &line->place,
		    "missing '=' after \"%s\"", name);
	value = exim_string_read(parse, &line->place, name,
	    exim_skip_space(text + 1));
	if (value == NULL)
		return -1;
	list = arena_push(parse->arena, &parse->conf->lists,
	    &parse->conf->list_count);
	*list = (struct exim_named_list){ .type = type, .name = name,
	    .value = value, .hidden = hidden, .place = line->place };
	return 0;
}

static int
read_main_option(struct exim_parse *parse, const struct exim_line *line,
    struct exim_seen *seen)
{
	struct exim_settings settings = { &parse->conf->options,
	    &parse->conf->option_count };
	char name[EXIM_NAME_SIZE];
	int known = exim_option_read(parse, line, &exim_main_table, false,
	    seen, &settings, name);

	if (known != 0)
		return known < 0 ? -1 : 0;
	return exim_refuse(parse, &line->place, "main option \"%s\" unknown",
	    name);
}

static int
read_main_line(struct exim_parse *parse, const struct exim_line *line,
    struct exim_seen *seen)
{
	const char *text = line->text;
	bool hidden = strncmp(text, "hide", 4) == 0 && exim_is_space(text[4]);
	size_t i, length;

	if (line->place.line == 1 && strncmp(text, "\xef\xbb\xbf", 3) == 0)
		return exim_refuse(parse, &line->place,
		    "found unexpected BOM (Byte Order Mark)");
	if (exim_is_upper(*text))
		return exim_macro_define(parse, line);
	if (hidden)
		text += 5;
	for (i = 0; i < COUNT(list_types); i++) {
		length = strlen(list_types[i]);
		if (strncmp(text, list_types[i], length) == 0)
			return read_list(parse, line, list_types[i],
			    text + length, hidden);
	}
	return read_main_option(parse, line, seen);
}

static int
read_main(struct exim_parse *parse)
{
	struct exim_seen seen = { { 0 } };
	struct exim_line line;
	int got;

	while ((got = exim_read_line(parse, &line)) == 1)
		if (read_main_line(parse, &line, &seen) != 0)
			return -1;
	return got < 0 ? -1 : exim_main_check(parse);
}

/* Reading of one section of drivers. */
struct driver_reader {
	enum exim_section section;
	const char *class;
	size_t first;		/* drivers before it are of other sections */
	bool open;		/* the last driver still takes options */
	const struct exim_driver_kind *kind;	/* NULL: not known yet */
	bool known;		/* its driver option was read */
	struct exim_seen generic;
	struct exim_seen private;
};

static struct exim_driver *
last_driver(struct exim_parse *parse)
{
	return &parse->conf->drivers[parse->conf->driver_count - 1];
}

static const char *
driver_value(const struct exim_driver *driver, const char *name)
{
	const struct exim_option *option = exim_driver_option(driver, name);

	return option == NULL ? NULL : option->value;
}

static int
check_router(struct exim_parse *parse, const struct exim_driver *driver,
    const struct exim_driver_kind *kind)
{
	static const char *const selves[] = {
		"freeze", "defer", "send", "pass", "fail",
	};
	const char *transport = driver_value(driver, "transport");
	const char *verify_only = driver_value(driver, "verify_only");
	const char *self = driver_value(driver, "self");
	size_t i;

	if (kind != NULL && kind->needs_transport && transport == NULL &&
	    (verify_only == NULL || strcmp(verify_only, "true") != 0))
		return exim_refuse(parse, &driver->place, "%s router: a "
		    "transport is required for this router", driver->name);
	if (kind != NULL && kind->forbids_transport && transport != NULL)
		return exim_refuse(parse, &driver->place, "%s router: a "
		    "transport must not be defined for this router",
		    driver->name);
	if (self == NULL || strncmp(self, "reroute:", 8) == 0)
		return 0;
	for (i = 0; i < COUNT(selves); i++)
		if (strcmp(self, selves[i]) == 0)
			return 0;
	return exim_refuse(parse, &driver->place,
	    "%s router: %s is not valid for the self option", driver->name,
	    self);
}

static int
check_transport(struct exim_parse *parse, const struct exim_driver *driver)
{
	const char *body = driver_value(driver, "body_only");
	const char *headers = driver_value(driver, "headers_only");

	if (body == NULL || headers == NULL || strcmp(body, "true") != 0 ||
	    strcmp(headers, "true") != 0)
		return 0;
	return exim_refuse(parse, &driver->place, "%s transport: body_only "
	    "and headers_only are mutually exclusive", driver->name);
}

static int
check_authenticator(struct exim_parse *parse, const struct exim_driver *driver,
    const struct exim_driver_kind *kind)
{
	if (kind == NULL || !kind->needs_public_name ||
	    driver_value(driver, "public_name") != NULL)
		return 0;
	return exim_refuse(parse, &driver->place, "no public name specified "
	    "for the %s authenticator", driver->name);
}

/*
 * What holds for every driver of a class. What a driver asks of its own
 * options when it starts is not checked: that is its code, not a grammar.
 */
static int
close_driver(struct exim_parse *parse, struct driver_reader *reader)
{
	const struct exim_driver *driver;

	if (!reader->open)
		return 0;
	reader->open = false;
	driver = last_driver(parse);
	if (!reader->known)
		return exim_refuse(parse, &driver->place,
		    "no driver defined for %s \"%s\"", reader->class,
		    driver->name);
	switch (reader->section) {
	case EXIM_ROUTERS:
		return check_router(parse, driver, reader->kind);
	case EXIM_TRANSPORTS:
		return check_transport(parse, driver);
	default:
		return check_authenticator(parse, driver, reader->kind);
	}
}

static int
open_driver(struct exim_parse *parse, struct driver_reader *reader,
    const struct exim_line *line, const char *name, const char *rest)
{
	struct exim_conf *conf = parse->conf;
	struct exim_driver *driver;
	size_t i;

	if (close_driver(parse, reader) != 0 ||
	    exim_charge(parse, conf->driver_count) != 0)
		return -1;
	for (i = reader->first; i < conf->driver_count; i++)
		if (strcmp(conf->drivers[i].name, name) == 0)
			return exim_refuse(parse, &line->place,
			    "there are two %ss called \"%s\"", reader->class,
			    name);
	rest = exim_skip_space(rest);
	if (*rest != '\0')
		return exim_refuse(parse, &line->place, "extra characters "
		    "follow driver name %s%s", name, *rest == '#' ?
		    " (# is comment only at line start)" : "");
	driver = arena_push(parse->arena, &conf->drivers, &conf->driver_count);
	*driver = (struct exim_driver){ .section = reader->section,
	    .name = keep(parse, name), .driver = "", .place = line->place };
	reader->open = true;
	reader->known = false;
	reader->kind = NULL;
	memset(&reader->generic, 0, sizeof(reader->generic));
	memset(&reader->private, 0, sizeof(reader->private));
	return 0;
}

/* The prefixes of the built-in macros that tell what a build has. */
static const struct { const char *driver, *option; } prefixes[] = {
	[EXIM_AUTHENTICATORS] = { "_DRIVER_AUTHENTICATOR",
	    "_OPT_AUTHENTICATOR" },
	[EXIM_ROUTERS] = { "_DRIVER_ROUTER", "_OPT_ROUTER" },
	[EXIM_TRANSPORTS] = { "_DRIVER_TRANSPORT", "_OPT_TRANSPORT" },
};

static int
settle_driver(struct exim_parse *parse, struct driver_reader *reader,
    const struct exim_line *line)
{
	struct exim_driver *driver = last_driver(parse);
	const char *name = driver_value(driver, "driver");
	enum exim_listed listed;

	if (reader->known || name == NULL)
		return 0;
	reader->known = true;
	driver->driver = name;
	reader->kind = exim_driver_kind(reader->section, name);
	listed = exim_macro_listed(parse, prefixes[reader->section].driver, "",
	    name);
	if (listed == EXIM_LISTED ||
	    (listed == EXIM_NOT_ASKED && reader->kind != NULL))
		return 0;
	return exim_refuse(parse, &line->place,
	    "%s %s: cannot find %s driver \"%s\"", reader->class,
	    driver->name, reader->class, name);
}

/*
 * Which private options a build has is known only from its macros. Without
 * them an unknown one is taken as text: a whole configuration must not be lost
 * to an option of a release younger than the tables.
 */
static int
read_private_option(struct exim_parse *parse, struct driver_reader *reader,
    const struct exim_line *line, struct exim_settings *settings)
{
	const struct exim_table unknown = { prefixes[reader->section].option,
	    last_driver(parse)->driver, NULL, 0 };
	bool lenient = exim_macro_listed(parse, "_OPT_MAIN", "", "") ==
	    EXIM_NOT_ASKED;
	char name[EXIM_NAME_SIZE];
	int known = exim_option_read(parse, line, reader->kind == NULL ?
	    &unknown : &reader->kind->table, lenient, &reader->private,
	    settings, name);

	if (known != 0)
		return known < 0 ? -1 : 0;
	return exim_refuse(parse, &line->place, "option \"%s\" unknown", name);
}

static int
read_driver_option(struct exim_parse *parse, struct driver_reader *reader,
    const struct exim_line *line)
{
	struct exim_driver *driver = last_driver(parse);
	struct exim_settings settings = { &driver->options,
	    &driver->option_count };
	char name[EXIM_NAME_SIZE];
	int known = exim_option_read(parse, line,
	    exim_generic_table(reader->section), false, &reader->generic,
	    &settings, name);

	if (known < 0)
		return -1;
	if (known > 0)
		return settle_driver(parse, reader, line);
	if (reader->known)
		return read_private_option(parse, reader, line, &settings);
	return exim_refuse(parse, &line->place, "option \"%s\" unknown "
	    "(\"driver\" must be specified before any private options)", name);
}

static int
read_drivers(struct exim_parse *parse, enum exim_section section,
    const char *class)
{
	struct driver_reader reader = { .section = section, .class = class,
	    .first = parse->conf->driver_count };
	char name[EXIM_NAME_SIZE];
	struct exim_line line;
	const char *rest;
	int got, result;

	while ((got = exim_read_line(parse, &line)) == 1) {
		rest = exim_name_read(line.text, name);
		if (rest == NULL)
			return exim_refuse(parse, &line.place,
			    "exim item name too long (over %d characters)",
			    EXIM_NAME_SIZE - 1);
		if (exim_is_upper(*name) && *rest == '=')
			result = close_driver(parse, &reader) != 0 ? -1 :
			    exim_macro_define(parse, &line);
		else if (*rest == ':')
			result = open_driver(parse, &reader, &line, name,
			    rest + 1);
		else if (!reader.open)
			result = exim_refuse(parse, &line.place,
			    "%s name missing", class);
		else
			result = read_driver_option(parse, &reader, &line);
		if (result != 0)
			return -1;
	}
	return got < 0 ? -1 : close_driver(parse, &reader);
}

static struct exim_statement
statement_of(struct exim_parse *parse, const struct exim_line *line)
{
	return (struct exim_statement){ keep(parse, line->text), line->place };
}

static int
open_acl(struct exim_parse *parse, const struct exim_line *line,
    const char *name)
{
	struct exim_conf *conf = parse->conf;
	struct exim_acl *acl;
	size_t i;

	if (exim_charge(parse, conf->acl_count) != 0)
		return -1;
	for (i = 0; i < conf->acl_count; i++)
		if (strcmp(conf->acls[i].name, name) == 0)
			return exim_refuse(parse, &line->place,
			    "there are two ACLs called \"%s\"", name);
	acl = arena_push(parse->arena, &conf->acls, &conf->acl_count);
	*acl = (struct exim_acl){ .name = keep(parse, name),
	    .place = line->place };
	return 0;
}

/* A line between ACLs: a macro or the name of the next one. */
static int
read_acl_head(struct exim_parse *parse, const struct exim_line *line,
    bool *ret_open)
{
	char name[EXIM_NAME_SIZE];
	const char *rest = exim_name_read(line->text, name);

	*ret_open = false;
	if (rest != NULL && exim_is_upper(*name) && *rest == '=')
		return exim_macro_define(parse, line);
	if (rest == NULL || *rest != ':' || *name == '\0')
		return exim_refuse(parse, &line->place,
		    "missing or malformed ACL name");
	*ret_open = true;
	return open_acl(parse, line, name);
}

static int
read_acls(struct exim_parse *parse)
{
	const char *verb = NULL;
	struct exim_line line;
	struct exim_acl *acl;
	bool open = false;
	int got;

	while ((got = exim_read_line(parse, &line)) == 1) {
		if (!open || exim_acl_ends(line.text)) {
			verb = NULL;
			if (read_acl_head(parse, &line, &open) != 0)
				return -1;
			continue;
		}
		if (exim_acl_check(parse, &line, &verb) != 0)
			return -1;
		acl = &parse->conf->acls[parse->conf->acl_count - 1];
		*arena_push(parse->arena, &acl->statements,
		    &acl->statement_count) = statement_of(parse, &line);
	}
	return got;
}

static int
read_retries(struct exim_parse *parse)
{
	struct exim_line line;
	int got;

	while ((got = exim_read_line(parse, &line)) == 1) {
		if (exim_retry_check(parse, &line) != 0)
			return -1;
		*arena_push(parse->arena, &parse->conf->retry,
		    &parse->conf->retry_count) = statement_of(parse, &line);
	}
	return got;
}

static int
read_rewrites(struct exim_parse *parse)
{
	struct exim_line line;
	int got;

	while ((got = exim_read_line(parse, &line)) == 1) {
		if (exim_rewrite_check(parse, &line.place, line.text, true) !=
		    0)
			return -1;
		*arena_push(parse->arena, &parse->conf->rewrite,
		    &parse->conf->rewrite_count) = statement_of(parse, &line);
	}
	return got;
}

/* Exim takes a section's name in any case and with or without its last s. */
static const struct {
	const char *name;
	enum exim_section section;
	const char *class;
} sections[] = {
	{ "acl", EXIM_ACL, NULL },
	{ "authenticator", EXIM_AUTHENTICATORS, "authenticator" },
	{ "local_scan", EXIM_LOCAL_SCAN, NULL },
	{ "retry", EXIM_RETRY, NULL },
	{ "rewrite", EXIM_REWRITE, NULL },
	{ "router", EXIM_ROUTERS, "router" },
	{ "transport", EXIM_TRANSPORTS, "transport" },
};

static int
read_section(struct exim_parse *parse, size_t index)
{
	switch (sections[index].section) {
	case EXIM_ACL:
		return read_acls(parse);
	case EXIM_RETRY:
		return read_retries(parse);
	case EXIM_REWRITE:
		return read_rewrites(parse);
	case EXIM_LOCAL_SCAN:
		return err_at(parse->err, ERR_PARSE,
		    parse->stack[parse->depth].name,
		    parse->stack[parse->depth].line,
		    "local_scan() options not supported");
	default:
		return read_drivers(parse, sections[index].section,
		    sections[index].class);
	}
}

static size_t
find_section(const char *name)
{
	size_t i, length = strlen(name), known;

	for (i = 0; i < COUNT(sections); i++) {
		known = strlen(sections[i].name);
		if (strncasecmp(name, sections[i].name, known) == 0 &&
		    (length == known || (length == known + 1 &&
		    (name[known] == 's' || name[known] == 'S'))))
			break;
	}
	return i;
}

static int
read_rest(struct exim_parse *parse)
{
	bool had[COUNT(sections)] = { false };
	const struct exim_file *file;
	size_t index;

	while (parse->next_section[0] != '\0') {
		file = &parse->stack[parse->depth];
		index = find_section(parse->next_section);
		if (index == COUNT(sections))
			return err_at(parse->err, ERR_PARSE, file->name,
			    file->line, "\"%s\" is not a known configuration "
			    "section name", parse->next_section);
		if (had[index])
			return err_at(parse->err, ERR_PARSE, file->name,
			    file->line, "\"%s\" section is repeated in the "
			    "configuration file", parse->next_section);
		had[index] = true;
		if (read_section(parse, index) != 0)
			return -1;
	}
	return 0;
}

int
exim_conf_parse_from(struct arena *arena, const char *path, unsigned line,
    const void *bytes, size_t length, const char *const *predefined,
    const struct conf_source *source, struct exim_conf *ret_conf,
    struct err *err)
{
	struct exim_conf conf = { 0 };
	struct exim_parse parse;
	int result;

	if (length > CONF_MAX_FILE)
		return err_at(err, ERR_LIMIT, path, 0,
		    "the file has %zu bytes, over %u", length, CONF_MAX_FILE);
	exim_parse_init(&parse, arena, path, bytes, length, line, predefined,
	    source, &conf, err);
	result = read_main(&parse);
	if (result == 0)
		result = read_rest(&parse);
	if (result == 0) {
		exim_macro_export(&parse);
		*ret_conf = conf;
	}
	exim_parse_done(&parse);
	return result;
}

int
exim_conf_parse(struct arena *arena, const char *path, const void *bytes,
    size_t length, const char *const *predefined,
    const struct conf_source *source, struct exim_conf *ret_conf,
    struct err *err)
{
	return exim_conf_parse_from(arena, path, 1, bytes, length, predefined,
	    source, ret_conf, err);
}

const struct exim_option *
exim_conf_option(const struct exim_conf *conf, const char *name)
{
	return exim_option_last(conf->options, conf->option_count, name);
}

const struct exim_named_list *
exim_conf_list(const struct exim_conf *conf, const char *name)
{
	size_t i;

	for (i = 0; i < conf->list_count; i++)
		if (strcmp(conf->lists[i].name, name) == 0)
			return &conf->lists[i];
	return NULL;
}

const struct exim_driver *
exim_conf_driver(const struct exim_conf *conf, enum exim_section section,
    const char *name)
{
	size_t i;

	for (i = 0; i < conf->driver_count; i++)
		if (conf->drivers[i].section == section &&
		    strcmp(conf->drivers[i].name, name) == 0)
			return &conf->drivers[i];
	return NULL;
}

const struct exim_option *
exim_driver_option(const struct exim_driver *driver, const char *name)
{
	return exim_option_last(driver->options, driver->option_count, name);
}

const struct exim_acl *
exim_conf_acl(const struct exim_conf *conf, const char *name)
{
	size_t i;

	for (i = 0; i < conf->acl_count; i++)
		if (strcmp(conf->acls[i].name, name) == 0)
			return &conf->acls[i];
	return NULL;
}
