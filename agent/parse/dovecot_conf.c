#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "parse/dovecot_section.h"

static int
refuse(const struct dovecot_line *line, struct err *err, const char *problem)
{
	/* The value is not quoted: it may be a password. */
	return err_at(err, ERR_PARSE, line->place.file, line->place.line, "%s: %s",
	    line->key, problem);
}

static struct dovecot_change
change_at(const struct dovecot_parser *parser, const struct dovecot_line *line,
    const char *name)
{
	return (struct dovecot_change){
		.scope = parser->section->scope,
		.filter = parser->scopes[parser->section->scope].text,
		.name = name, .place = line->place,
	};
}

/* The name by which the table of types knows the setting. */
static const char *
type_name(const struct dovecot_parser *parser, const char *key)
{
	const struct dovecot_section *section = parser->section;

	if (section->kind == DOVECOT_SECTION_MAP)
		return "";
	if (section->prefix != NULL)
		return dovecot_section_setting(parser->arena, section, key) +
		    strlen(section->path);
	if (section->type == NULL)
		return key;
	/* Any setting may stand in a block of 2.4, not only the block's own. */
	key = dovecot_section_short_key(parser->arena, section, key);
	return parser->version == DOVECOT_2_4 &&
	    dovecot_type_of(arena_printf(parser->arena, "%s/%s", section->type, key)) ==
	    DOVECOT_TEXT ? key : arena_printf(parser->arena, "%s/%s", section->type, key);
}

/* Checked as doveconf checks it; 2.3 also keeps its canonical form. */
static int
check_type(struct dovecot_parser *parser, const struct dovecot_line *line,
    const char **value, struct err *err)
{
	enum dovecot_type type = dovecot_type_of(type_name(parser, line->key));
	const char *canonical, *problem;

	if (parser->dialect == DOVECOT_OUTPUT || line->type == DOVECOT_LINE_FILE ||
	    type == DOVECOT_TEXT)
		return 0;
	/* What stayed unexpanded has a value that only Dovecot knows. */
	if (line->type == DOVECOT_LINE_VARIABLE && strchr(*value, '$') != NULL)
		return 0;
	problem = dovecot_value_canonical(parser->arena, parser->version, type, *value,
	    &canonical);
	if (problem != NULL)
		return refuse(line, err, problem);
	if (parser->version == DOVECOT_2_3)
		*value = canonical;
	return 0;
}

static int
set_named(struct dovecot_parser *parser, const struct dovecot_line *line,
    const char *name, const char *value, struct err *err)
{
	struct dovecot_change change = change_at(parser, line, name);

	if (dovecot_settings_grow(&parser->settings, strlen(name) + strlen(value) +
	    sizeof(struct dovecot_setting), &line->place, err) < 0)
		return -1;
	dovecot_settings_set(&parser->settings, &change, value,
	    line->type == DOVECOT_LINE_FILE);
	return 0;
}

static int
set_word(struct dovecot_parser *parser, const struct dovecot_line *line,
    const char *value, struct err *err)
{
	struct dovecot_change change = change_at(parser, line, parser->section->path);
	const char *canonical, *problem;

	problem = dovecot_value_canonical(parser->arena, parser->version, DOVECOT_BOOL,
	    value, &canonical);
	if (problem != NULL)
		return refuse(line, err, problem);
	if (dovecot_settings_grow(&parser->settings, strlen(line->key) +
	    sizeof(struct dovecot_setting), &line->place, err) < 0)
		return -1;
	dovecot_settings_word(&parser->settings, &change,
	    arena_strdup(parser->arena, line->key), strcmp(canonical, "no") != 0);
	return 0;
}

static int
set_list(struct dovecot_parser *parser, const struct dovecot_line *line,
    const char *name, const char *value, struct err *err)
{
	struct dovecot_change change = change_at(parser, line, name);
	const char **words, *problem;
	size_t count;

	problem = dovecot_list_words(parser->arena, value, &words, &count);
	if (problem != NULL)
		return refuse(line, err, problem);
	if (dovecot_settings_grow(&parser->settings, strlen(name) +
	    count * sizeof(struct dovecot_setting), &line->place, err) < 0)
		return -1;
	dovecot_settings_list(&parser->settings, &change, words, count);
	return 0;
}

static int
set_map(struct dovecot_parser *parser, const struct dovecot_line *line,
    const char *name, const char *value, struct err *err)
{
	struct dovecot_change change = change_at(parser, line, name);

	if (*value != '\0')
		return refuse(line, err, "setting is a string list, a block is wanted");
	dovecot_settings_clear_map(&parser->settings, &change);
	return dovecot_settings_grow(&parser->settings, strlen(name) +
	    sizeof(struct dovecot_setting), &line->place, err);
}

static int
set_2_4(struct dovecot_parser *parser, const struct dovecot_line *line,
    const char *value, struct err *err)
{
	const char *name;

	if (parser->section->kind == DOVECOT_SECTION_LIST)
		return set_word(parser, line, value, err);
	name = dovecot_section_setting(parser->arena, parser->section, line->key);
	if (parser->section->kind == DOVECOT_SECTION_MAP)
		return set_named(parser, line, name, value, err);
	switch (dovecot_section_block_of(parser, parser->section, line->key)) {
	case DOVECOT_BLOCK_LIST:
		return set_list(parser, line, name, value, err);
	case DOVECOT_BLOCK_MAP:
		return set_map(parser, line, name, value, err);
	case DOVECOT_BLOCK_FILTER:
		return refuse(line, err, "setting is a named filter, a block is wanted");
	case DOVECOT_BLOCK_NAMED:
		return refuse(line, err,
		    "setting is a named list filter, a named block is wanted");
	case DOVECOT_BLOCK_NUMBERED:
	case DOVECOT_BLOCK_UNKNOWN:
		break;
	}
	if (check_type(parser, line, &value, err) < 0)
		return -1;
	return set_named(parser, line, name, value, err);
}

static int
set_2_3(struct dovecot_parser *parser, const struct dovecot_line *line,
    const char *value, struct err *err)
{
	if (parser->section->stray || (parser->section->kind == DOVECOT_SECTION_MAP &&
	    strchr(line->key, '/') != NULL))
		return refuse(line, err, "unknown setting");
	if (check_type(parser, line, &value, err) < 0)
		return -1;
	return set_named(parser, line, dovecot_section_setting(parser->arena,
	    parser->section, line->key), value, err);
}

static int
set(struct dovecot_parser *parser, const struct dovecot_line *line, struct err *err)
{
	const char *value;

	if (*line->key == '\0')
		return refuse(line, err, "the setting's name is missing");
	if (parser->section->type == NULL && *parser->section->path == '\0' &&
	    parser->scopes[parser->section->scope].is_connection &&
	    dovecot_is_auth(parser->version, line->key))
		return refuse(line, err,
		    "auth settings are not supported inside local and remote");
	if (line->type == DOVECOT_LINE_VARIABLE) {
		if (dovecot_expand(parser, line, &value, err) < 0)
			return -1;
	} else {
		value = arena_strdup(parser->arena, line->value);
	}
	return parser->version == DOVECOT_2_3 ? set_2_3(parser, line, value, err) :
	    set_2_4(parser, line, value, err);
}

/* "*" in the new name stands for both of these. */
static const char *const mail_services[] = { "imap", "pop3" };

static const char *
obsolete_value(struct arena *arena, const struct dovecot_obsolete *row,
    const char *value)
{
	if (row->no != NULL && strcasecmp(value, "no") == 0)
		return row->no;
	if (row->yes != NULL && strcasecmp(value, "yes") == 0)
		return row->yes;
	return arena_printf(arena, "%s%s", value, row->append == NULL ? "" : row->append);
}

/* now: the setting's new name, whole. */
static int
set_renamed(struct dovecot_parser *parser, const struct dovecot_line *line,
    const char *now, const char *value, struct err *err)
{
	const char *last = strrchr(now, '/'), *problem;
	const char *known = last == NULL ? now :
	    arena_printf(parser->arena, "service%s", last);

	problem = dovecot_value_canonical(parser->arena, parser->version,
	    dovecot_type_of(known), value, &value);
	if (problem != NULL)
		return refuse(line, err, problem);
	return set_named(parser, line, now, value, err);
}

/* Services are the same for all: a filter only says which are meant. */
static int
set_services(struct dovecot_parser *parser, const struct dovecot_line *line,
    const char *now, const char *value, struct err *err)
{
	const char *star = strchr(now, '*');
	const char *protocol = parser->scopes[parser->section->scope].filter.protocol;
	struct dovecot_section *here = parser->section;
	int status = 0;

	while (parser->section->outer != NULL)
		parser->section = parser->section->outer;
	if (star == NULL)
		status = set_renamed(parser, line, now, value, err);
	for (size_t i = 0; star != NULL && status == 0 && i < 2; i++)
		if (protocol == NULL || strcmp(protocol, mail_services[i]) == 0)
			status = set_renamed(parser, line, arena_printf(parser->arena,
			    "%.*s%s%s", (int)(star - now), now, mail_services[i], star + 1),
			    value, err);
	parser->section = here;
	return status;
}

static int
set_obsolete(struct dovecot_parser *parser, const struct dovecot_line *line,
    const struct dovecot_obsolete *row, struct err *err)
{
	const char *value = obsolete_value(parser->arena, row, line->value);

	if (row->now == NULL)
		return 0;
	if (strncmp(row->now, "service/", 8) == 0)
		return set_services(parser, line, row->now, value, err);
	return set_renamed(parser, line, row->now, value, err);
}

/* Numbers below this were megabytes before Dovecot 2. */
static bool
is_megabytes(const char *value)
{
	size_t length = strlen(value);

	return length > 0 && length < 5 && strspn(value, "0123456789") == length &&
	    atoi(value) > 0 && atoi(value) < 1024;
}

static const char *const tls_versions[] = { "SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2" };
#define TLS_VERSIONS (sizeof(tls_versions) / sizeof(tls_versions[0]))

/* "!SSLv3 TLSv1.2": the lowest one enabled, or NULL where doveconf gives up. */
static const char *
lowest_tls(struct arena *arena, const char *protocols)
{
	signed char enabled[TLS_VERSIONS] = { 0 };
	bool listed = false;
	const char **words, *word;
	size_t count, version;

	dovecot_words(arena, protocols, &words, &count);
	for (size_t i = 0; i < count; i++) {
		word = words[i] + (*words[i] == '!');
		for (version = 0; version < TLS_VERSIONS; version++)
			if (strcmp(word, tls_versions[version]) == 0)
				break;
		if (version == TLS_VERSIONS)
			return NULL;
		enabled[version] = *words[i] == '!' ? -1 : 1;
		listed = listed || *words[i] != '!';
	}
	for (version = 0; version < TLS_VERSIONS; version++)
		if (enabled[version] == (listed ? 1 : 0))
			return tls_versions[version];
	return NULL;
}

static int
set_as(struct dovecot_parser *parser, const struct dovecot_line *line,
    enum dovecot_line_type type, const char *key, const char *value, struct err *err)
{
	struct dovecot_line changed = *line;

	changed.type = type;
	changed.key = key;
	changed.value = value;
	return set(parser, &changed, err);
}

/* protocols = imaps pop3s, of Dovecot 1: ports that are always there now. */
static const char *
protocols_without_ports(struct arena *arena, const char *value)
{
	const char **words, *kept = "";
	size_t count;

	dovecot_words(arena, value, &words, &count);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(words[i], "imaps") == 0 || strcmp(words[i], "pop3s") == 0)
			continue;
		kept = arena_printf(arena, "%s%s%s", kept, *kept == '\0' ? "" : " ",
		    strcmp(words[i], "managesieve") == 0 ? "sieve" : words[i]);
	}
	return kept;
}

/* A plain value at top level or in a filter of 2.3; 1: it was an old setting. */
static int
set_old(struct dovecot_parser *parser, const struct dovecot_line *line,
    struct err *err)
{
	const struct dovecot_obsolete *row = dovecot_obsolete_find(line->key);
	const char *key = line->key, *value = line->value;
	size_t length = strlen(key);

	if (row != NULL)
		return set_obsolete(parser, line, row, err) < 0 ? -1 : 1;
	if (strcmp(key, "ssl_protocols") == 0) {
		value = lowest_tls(parser->arena, value);
		if (value == NULL)
			return 1;
		key = "ssl_min_protocol";
	} else if (strcmp(key, "auth_cache_size") == 0 && is_megabytes(value)) {
		value = arena_printf(parser->arena, "%sM", value);
	} else if (strcmp(key, "protocols") == 0 && strchr(value, '"') == NULL) {
		value = protocols_without_ports(parser->arena, value);
	} else if (strcmp(key, "ssl_cert_file") == 0 ||
	    strcmp(key, "ssl_key_file") == 0 || strcmp(key, "ssl_ca_file") == 0) {
		if (*value == '\0')
			return 1;
		return set_as(parser, line, DOVECOT_LINE_FILE,
		    arena_memdup(parser->arena, key, length - 5), value, err) < 0 ? -1 : 1;
	} else {
		return 0;
	}
	return set_as(parser, line, DOVECOT_LINE_VALUE, key, value, err) < 0 ? -1 : 1;
}

static int
apply_value(struct dovecot_parser *parser, const struct dovecot_line *line,
    struct err *err)
{
	int status = 0;

	if (parser->version == DOVECOT_2_3 && parser->dialect == DOVECOT_FILE &&
	    line->type == DOVECOT_LINE_VALUE && *parser->section->path == '\0' &&
	    !parser->section->stray)
		status = set_old(parser, line, err);
	if (status != 0)
		return status < 0 ? -1 : 0;
	return set(parser, line, err);
}

static int
apply(struct dovecot_parser *parser, const struct dovecot_line *line, struct err *err)
{
	switch (line->type) {
	case DOVECOT_LINE_WRONG:
		return err_at(err, ERR_PARSE, line->place.file, line->place.line, "%s",
		    line->problem);
	case DOVECOT_LINE_VALUE:
	case DOVECOT_LINE_FILE:
	case DOVECOT_LINE_VARIABLE:
		return apply_value(parser, line, err);
	case DOVECOT_LINE_BEGIN:
	case DOVECOT_LINE_GROUP:
		return dovecot_section_begin(parser, line, err);
	case DOVECOT_LINE_END:
		return dovecot_section_end(parser, line, err);
	case DOVECOT_LINE_INCLUDE:
	case DOVECOT_LINE_INCLUDE_TRY:
		return dovecot_lines_include(&parser->lines, line->value,
		    line->type == DOVECOT_LINE_INCLUDE_TRY, &line->place, err);
	}
	return 0;
}

#define VERSION_KEY "dovecot_config_version"

static bool
is_known_version(const char *value)
{
	return strncmp(value, "2.4.", 4) == 0 && value[4] != '\0' &&
	    strspn(value + 4, "0123456789") == strlen(value + 4);
}

/* 1: the line was the version's. */
static int
apply_version(struct dovecot_parser *parser, const struct dovecot_line *line,
    bool first, struct err *err)
{
	if (line->key == NULL || strcmp(line->key, VERSION_KEY) != 0)
		return 0;
	if (!first && parser->version == DOVECOT_2_3)
		return refuse(line, err, "must be the first setting");
	if (line->type != DOVECOT_LINE_VALUE)
		return refuse(line, err, "must be a plain value");
	if (!first && *parser->config_version != '\0' &&
	    strcmp(parser->config_version, line->value) != 0)
		return refuse(line, err, "value can't be changed once set");
	if (!is_known_version(line->value))
		return refuse(line, err, "unknown version, 2.4.x wanted");
	parser->version = parser->lines.version = DOVECOT_2_4;
	parser->config_version = arena_strdup(parser->arena, line->value);
	return 1;
}

static int
check_end(struct dovecot_parser *parser, const char *path, struct err *err)
{
	const struct dovecot_setting *storage;

	if (parser->section->outer != NULL)
		return err_at(err, ERR_PARSE, parser->section->place.file,
		    parser->section->place.line, "no '}' ends this section");
	if (parser->version == DOVECOT_2_3 || parser->dialect == DOVECOT_OUTPUT)
		return 0;
	storage = dovecot_settings_find(&parser->settings, 0, "dovecot_storage_version");
	if (storage == NULL || *storage->value == '\0')
		return err_at(err, ERR_PARSE, path, 0,
		    "dovecot_storage_version must be set");
	return 0;
}

static int
parse_lines(struct dovecot_parser *parser, const char *path, struct err *err)
{
	struct dovecot_line line;
	bool first = true;
	int status;

	while ((status = dovecot_lines_next(&parser->lines, &line, err)) > 0) {
		status = apply_version(parser, &line, first, err);
		if (status == 0)
			status = apply(parser, &line, err);
		if (status < 0)
			return -1;
		first = false;
	}
	return status < 0 ? -1 : check_end(parser, path, err);
}

static int
parse(struct arena *arena, const char *path, const void *bytes, size_t length,
    const struct conf_source *source, enum dovecot_version version,
    struct dovecot_conf *ret_conf, struct err *err)
{
	struct dovecot_parser parser = {
		.arena = arena, .version = version, .config_version = "",
		.dialect = source == NULL ? DOVECOT_OUTPUT : DOVECOT_FILE,
	};
	struct dovecot_conf conf = { 0 };
	int status;

	dovecot_lines_init(&parser.lines, arena, source, parser.dialect);
	parser.lines.version = version;
	dovecot_settings_init(&parser.settings, arena);
	dovecot_section_init(&parser, path);
	status = dovecot_lines_open(&parser.lines, path, bytes, length, err);
	if (status == 0)
		status = parse_lines(&parser, path, err);
	dovecot_lines_done(&parser.lines);
	if (status < 0)
		return -1;
	conf.version = parser.version;
	conf.config_version = parser.config_version;
	conf.files = parser.lines.files;
	conf.file_count = parser.lines.file_count;
	dovecot_settings_finish(&parser.settings, &conf);
	dovecot_conf_index(arena, &conf);
	*ret_conf = conf;
	return 0;
}

int
dovecot_conf_parse(struct arena *arena, const char *path, const void *bytes,
    size_t length, const struct conf_source *source, struct dovecot_conf *ret_conf,
    struct err *err)
{
	return parse(arena, path, bytes, length, source, DOVECOT_2_3, ret_conf, err);
}

int
doveconf_parse(struct arena *arena, const char *origin, const void *bytes,
    size_t length, struct dovecot_conf *ret_conf, struct err *err)
{
	/* The first line is "# 2.4.1 (hash): /etc/dovecot/dovecot.conf". */
	bool is_2_4 = length > 5 && memcmp(bytes, "# 2.4", 5) == 0;

	return parse(arena, origin, bytes, length, NULL,
	    is_2_4 ? DOVECOT_2_4 : DOVECOT_2_3, ret_conf, err);
}
