/*
 * Blocks and filters: where a line stands decides the name of its setting.
 *
 * A filter begins the names afresh (its settings are the global ones, seen by
 * some); a block puts its own name in front; a named filter of 2.4 is the
 * beginning of its settings' names.
 */
#include <string.h>

#include "parse/dovecot_section.h"

void
dovecot_section_init(struct dovecot_parser *parser, const char *file)
{
	struct dovecot_section *root = arena_alloc(parser->arena, sizeof(*root));
	struct dovecot_scope *scope;

	dovecot_index_init(&parser->scope_index, parser->arena);
	dovecot_index_init(&parser->block_index, parser->arena);
	scope = arena_push(parser->arena, &parser->scopes, &parser->scope_count);
	scope->text = "";
	dovecot_index_add(&parser->scope_index, 0, scope->text, 0);
	root->path = "";
	root->place.file = file;
	parser->section = root;
}

static int
refuse(const struct dovecot_line *line, struct err *err, const char *problem)
{
	return err_at(err, ERR_PARSE, line->place.file, line->place.line, "%s%s%s: %s",
	    line->key, *line->value == '\0' ? "" : " ", line->value, problem);
}

/* Names keep '/' between levels: what stands for itself is escaped. */
static const char *
element_escape(struct arena *arena, const char *name)
{
	static const char plain[] = "=/\\ ,", escaped[] = "es\\_+";
	char *text, *to;
	const char *found;

	if (*name == '\0')
		return "\\.";
	if (strpbrk(name, plain) == NULL)
		return arena_strdup(arena, name);
	text = to = arena_alloc(arena, 2 * strlen(name) + 1);
	for (; *name != '\0'; name++) {
		found = strchr(plain, *name);
		if (found != NULL)
			*to++ = '\\';
		*to++ = found == NULL ? *name : escaped[found - plain];
	}
	return text;
}

/* What follows "word_" in key, or NULL. */
static const char *
behind_prefix(const char *key, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(key, word, length) != 0 || key[length] != '_' ||
	    key[length + 1] == '\0')
		return NULL;
	return key + length + 1;
}

/*
 * 2.4 takes "passdb_static_password", "static_password" and "password" in
 * passdb static for the same setting.
 */
const char *
dovecot_section_short_key(struct arena *arena, const struct dovecot_section *section,
    const char *key)
{
	const char *rest;

	if (section->type == NULL || !section->shortens)
		return key;
	rest = behind_prefix(key, section->type);
	if (rest != NULL)
		key = rest;
	rest = behind_prefix(key, section->element);
	if (rest != NULL && dovecot_is_prefixed(arena_printf(arena, "%s_%s",
	    section->type, section->element), rest))
		key = rest;
	return key;
}

static const char *
prefixed_key(struct arena *arena, const char *prefix, const char *key)
{
	if (behind_prefix(key, prefix) != NULL)
		return key;
	if (dovecot_is_prefixed(prefix, key))
		return arena_printf(arena, "%s_%s", prefix, key);
	return NULL;
}

const char *
dovecot_section_setting(struct arena *arena, const struct dovecot_section *section,
    const char *key)
{
	const char *whole = key;

	if (section->kind == DOVECOT_SECTION_MAP)
		return arena_printf(arena, "%s%s", section->path, key);
	if (section->prefix != NULL) {
		whole = prefixed_key(arena, section->prefix, key);
		if (whole == NULL)
			return arena_printf(arena, "%s%s/%s", section->path,
			    section->prefix, key);
	}
	return arena_printf(arena, "%s%s", section->path,
	    dovecot_section_short_key(arena, section, whole));
}

enum dovecot_block
dovecot_section_block_of(const struct dovecot_parser *parser,
    const struct dovecot_section *section, const char *key)
{
	enum dovecot_block block;

	if (section->prefix != NULL &&
	    dovecot_is_prefixed(section->prefix, key))
		key = arena_printf(parser->arena, "%s_%s", section->prefix, key);
	key = dovecot_section_short_key(parser->arena, section, key);
	if (section->type != NULL) {
		block = dovecot_block_of(parser->version, arena_printf(parser->arena,
		    "%s/%s", section->type, key));
		if (block != DOVECOT_BLOCK_UNKNOWN)
			return block;
	}
	return dovecot_block_of(parser->version, key);
}

static struct dovecot_section *
section_push(struct dovecot_parser *parser, enum dovecot_section_kind kind,
    const struct dovecot_line *line)
{
	struct dovecot_section *section = arena_alloc(parser->arena, sizeof(*section));

	*section = *parser->section;
	section->outer = parser->section;
	section->kind = kind;
	section->place = line->place;
	parser->section = section;
	parser->depth++;
	return section;
}

static char *
lower(struct arena *arena, const char *text)
{
	char *copy = arena_strdup(arena, text);

	for (char *byte = copy; *byte != '\0'; byte++)
		if (*byte >= 'A' && *byte <= 'Z')
			*byte += 'a' - 'A';
	return copy;
}

/* The number of the scope with that text; 2.3 compares names of hosts caseless. */
static size_t
scope_for(struct dovecot_parser *parser, const struct dovecot_filter *filter,
    const char *text)
{
	bool caseless = parser->version == DOVECOT_2_3 && filter->local_name != NULL &&
	    filter->protocol == NULL;
	const char *key = caseless ? lower(parser->arena, text) : text;
	size_t number = dovecot_index_find(&parser->scope_index, 0, key);
	struct dovecot_scope *scope;

	if (number != DOVECOT_NONE)
		return number;
	scope = arena_push(parser->arena, &parser->scopes, &parser->scope_count);
	scope->filter = *filter;
	scope->text = text;
	scope->is_connection = dovecot_filter_is_connection(filter) ||
	    parser->scopes[parser->section->scope].is_connection;
	number = parser->scope_count - 1;
	dovecot_index_add(&parser->scope_index, 0, key, number);
	return number;
}

static int
filter_begin(struct dovecot_parser *parser, const struct dovecot_line *line,
    struct err *err)
{
	struct dovecot_section *section = parser->section;
	const struct dovecot_scope *outer = &parser->scopes[section->scope];
	struct dovecot_filter filter;
	const char *problem, *text;

	if (parser->version == DOVECOT_2_4 &&
	    (section->kind == DOVECOT_SECTION_BLOCK ||
	    section->kind == DOVECOT_SECTION_PREFIX))
		return refuse(line, err, "not allowed inside a named filter");
	problem = dovecot_filter_narrow(parser->arena, parser->version, &outer->filter,
	    line->key, line->value, &filter);
	if (problem != NULL)
		return refuse(line, err, problem);
	text = dovecot_filter_text(parser->arena, &filter);
	if (parser->version == DOVECOT_2_4 && *outer->text != '\0')
		text = arena_printf(parser->arena, "%s%s%s", outer->text,
		    *text == '\0' ? "" : " / ", text);
	if (dovecot_settings_grow(&parser->settings, strlen(text) +
	    sizeof(struct dovecot_scope), &line->place, err) < 0)
		return -1;
	section = section_push(parser, DOVECOT_SECTION_FILTER, line);
	section->scope = scope_for(parser, &filter, text);
	section->stray = *section->path != '\0' &&
	    section->outer->kind != DOVECOT_SECTION_MAP;
	if (!section->stray && *section->path != '\0')
		section->kind = DOVECOT_SECTION_MAP;
	else
		section->path = "";
	section->type = NULL;
	return 0;
}

/* The number that an unnamed block gets among those of its kind and place. */
static const char *
next_number(struct dovecot_parser *parser, const char *path)
{
	size_t number = dovecot_index_find(&parser->block_index, parser->section->scope,
	    path);

	if (number == DOVECOT_NONE) {
		*arena_push(parser->arena, &parser->counters,
		    &parser->counter_count) = 0;
		number = parser->counter_count - 1;
		dovecot_index_add(&parser->block_index, parser->section->scope, path,
		    number);
	}
	return arena_printf(parser->arena, "%zu", parser->counters[number]++);
}

static int
map_begin(struct dovecot_parser *parser, const struct dovecot_line *line,
    struct err *err)
{
	const char *name = dovecot_section_setting(parser->arena, parser->section,
	    line->key);
	struct dovecot_section *section;

	if (dovecot_settings_grow(&parser->settings, strlen(name), &line->place, err) < 0)
		return -1;
	section = section_push(parser, DOVECOT_SECTION_MAP, line);
	section->path = arena_printf(parser->arena, "%s/", name);
	section->type = section->prefix = NULL;
	return 0;
}

static int
list_begin(struct dovecot_parser *parser, const struct dovecot_line *line,
    struct err *err)
{
	const char *name = dovecot_section_setting(parser->arena, parser->section,
	    line->key);
	struct dovecot_change change = {
		.scope = parser->section->scope, .name = name, .place = line->place,
		.filter = parser->scopes[parser->section->scope].text,
	};

	if (dovecot_settings_grow(&parser->settings, strlen(name), &line->place, err) < 0)
		return -1;
	dovecot_settings_open_list(&parser->settings, &change);
	section_push(parser, DOVECOT_SECTION_LIST, line)->path = name;
	return 0;
}

/* A block of its own name, or a number: passdb 0, service imap-login. */
static int
block_begin(struct dovecot_parser *parser, const struct dovecot_line *line,
    bool numbered, struct err *err)
{
	struct dovecot_section *outer = parser->section, *section;
	const char *key = dovecot_section_short_key(parser->arena, outer, line->key);
	const char *path = arena_printf(parser->arena, "%s%s%s%s/", outer->path,
	    outer->prefix == NULL ? "" : outer->prefix,
	    outer->prefix == NULL ? "" : "/", key);
	const char *element = numbered ? next_number(parser, path) :
	    element_escape(parser->arena, line->value);

	path = arena_printf(parser->arena, "%s%s/", path, element);
	if (dovecot_settings_grow(&parser->settings, 2 * strlen(path), &line->place,
	    err) < 0)
		return -1;
	section = section_push(parser, DOVECOT_SECTION_BLOCK, line);
	section->path = path;
	section->type = arena_strdup(parser->arena, key);
	section->element = element;
	section->shortens = parser->version == DOVECOT_2_4;
	section->prefix = NULL;
	return 0;
}

/* The name of the block just begun, as the setting that it is to Dovecot. */
static int
set_name(struct dovecot_parser *parser, const struct dovecot_line *line,
    struct err *err)
{
	struct dovecot_section *section = parser->section;
	struct dovecot_change change = {
		.scope = section->scope, .place = line->place,
		.filter = parser->scopes[section->scope].text,
		.name = arena_printf(parser->arena, "%sname", section->path),
	};

	dovecot_settings_set(&parser->settings, &change,
	    arena_strdup(parser->arena, line->value), false);
	return dovecot_settings_grow(&parser->settings, strlen(change.name) +
	    sizeof(struct dovecot_setting), &line->place, err);
}

/* 2.3 passdb NAME { }: NAME may not come twice. */
static int
numbered_name(struct dovecot_parser *parser, const struct dovecot_line *line,
    struct err *err)
{
	struct dovecot_section *section = parser->section;
	const char *path = arena_printf(parser->arena, "%s %s", section->type,
	    line->value);

	if (dovecot_index_find(&parser->block_index, section->scope, path) !=
	    DOVECOT_NONE)
		return refuse(line, err, "already exists");
	dovecot_index_add(&parser->block_index, section->scope, path, 0);
	return set_name(parser, line, err);
}

static int
begin_2_3(struct dovecot_parser *parser, const struct dovecot_line *line,
    struct err *err)
{
	enum dovecot_block block = dovecot_block_of(parser->version, line->key);

	if (parser->section->kind == DOVECOT_SECTION_MAP)
		return refuse(line, err, "section not allowed here");
	if (*line->key == '\0' || strcmp(line->key, "}") == 0 || parser->section->stray)
		return refuse(line, err, "unknown section");
	if (dovecot_is_auth(parser->version, line->key) &&
	    parser->scopes[parser->section->scope].is_connection)
		return refuse(line, err,
		    "auth settings are not supported inside local and remote");
	if (block == DOVECOT_BLOCK_MAP && *parser->section->path == '\0')
		return map_begin(parser, line, err);
	if (block_begin(parser, line, block == DOVECOT_BLOCK_NUMBERED ||
	    *line->value == '\0', err) < 0)
		return -1;
	if (block == DOVECOT_BLOCK_NUMBERED && *line->value != '\0')
		return numbered_name(parser, line, err);
	return 0;
}

/* Blocks that 2.4 refuses inside others, by the innermost one's type. */
static bool
is_misplaced(const struct dovecot_section *section, const char *key)
{
	const char *type = section->type;

	if (section->kind != DOVECOT_SECTION_BLOCK || *type == '@')
		return false;
	if (strcmp(key, "service") == 0)
		return true;
	if (strcmp(key, "namespace") == 0)
		return strcmp(type, "namespace") == 0 || strcmp(type, "mailbox") == 0;
	return strcmp(key, "mailbox") == 0 && strcmp(type, "mailbox") == 0;
}

static int
prefix_begin(struct dovecot_parser *parser, const struct dovecot_line *line)
{
	struct dovecot_section *section = section_push(parser, DOVECOT_SECTION_PREFIX,
	    line);

	section->prefix = arena_strdup(parser->arena, line->key);
	return 0;
}

static int
begin_2_4(struct dovecot_parser *parser, const struct dovecot_line *line,
    struct err *err)
{
	enum dovecot_block block = dovecot_section_block_of(parser, parser->section,
	    line->key);
	bool named = *line->value != '\0' || line->quoted;

	if (parser->section->kind == DOVECOT_SECTION_MAP ||
	    parser->section->kind == DOVECOT_SECTION_LIST)
		return refuse(line, err, "section not allowed here");
	/* plugin { } is what 2.3 files have and 2.4 no longer knows. */
	if (*line->key == '\0' || strcmp(line->key, "}") == 0 ||
	    strcmp(line->key, "plugin") == 0)
		return refuse(line, err, "unknown section");
	if (dovecot_is_auth(parser->version, line->key) &&
	    parser->scopes[parser->section->scope].is_connection)
		return refuse(line, err,
		    "auth settings are not supported inside local and remote");
	if (block == DOVECOT_BLOCK_UNKNOWN)
		block = named ? DOVECOT_BLOCK_NAMED : DOVECOT_BLOCK_MAP;
	if (block == DOVECOT_BLOCK_MAP)
		return map_begin(parser, line, err);
	if (block == DOVECOT_BLOCK_LIST)
		return list_begin(parser, line, err);
	if (block == DOVECOT_BLOCK_FILTER)
		return named ? refuse(line, err, "must not have a section name") :
		    prefix_begin(parser, line);
	if (!named)
		return refuse(line, err, "section name is missing");
	if (strncmp(line->value, "__", 2) == 0)
		return refuse(line, err, "section name must not begin with \"__\"");
	if (is_misplaced(parser->section, line->key))
		return refuse(line, err, "not allowed inside this section");
	if (block_begin(parser, line, false, err) < 0)
		return -1;
	/* An empty block of 2.4 says something: passdb pam { } is a passdb. */
	return set_name(parser, line, err);
}

/* Its settings come into force where "@label = name" stands. */
static int
group_begin(struct dovecot_parser *parser, const struct dovecot_line *line,
    struct err *err)
{
	struct dovecot_section *section;
	const char *text;

	if (*line->key != '@')
		return refuse(line, err, "a group's label begins with '@'");
	if (parser->section->outer != NULL)
		return refuse(line, err, "groups must be defined at top level");
	text = arena_printf(parser->arena, "group %s %s", line->key, line->value);
	if (dovecot_settings_grow(&parser->settings, strlen(text) +
	    sizeof(struct dovecot_scope), &line->place, err) < 0)
		return -1;
	section = section_push(parser, DOVECOT_SECTION_FILTER, line);
	section->scope = scope_for(parser, &(struct dovecot_filter){ 0 }, text);
	return 0;
}

int
dovecot_section_begin(struct dovecot_parser *parser, const struct dovecot_line *line,
    struct err *err)
{
	if (parser->depth >= DOVECOT_MAX_SECTIONS)
		return err_at(err, ERR_LIMIT, line->place.file, line->place.line,
		    "sections nest more than %u deep", DOVECOT_MAX_SECTIONS);
	if (line->type == DOVECOT_LINE_GROUP)
		return group_begin(parser, line, err);
	if (dovecot_filter_is(line->key))
		return filter_begin(parser, line, err);
	if (parser->version == DOVECOT_2_3)
		return begin_2_3(parser, line, err);
	return begin_2_4(parser, line, err);
}

int
dovecot_section_end(struct dovecot_parser *parser, const struct dovecot_line *line,
    struct err *err)
{
	if (parser->section->outer == NULL)
		return err_at(err, ERR_PARSE, line->place.file, line->place.line,
		    "unexpected '}'");
	parser->section = parser->section->outer;
	parser->depth--;
	return 0;
}
