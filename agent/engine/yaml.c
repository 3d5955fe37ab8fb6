#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fileio.h"
#include "base/quote.h"
#include "engine/yaml.h"

#define MAX_DEPTH 8
#define KEYS_SIZE 256

struct loader {
	struct arena *arena;
	yaml_parser_t parser;
	const char *source;
	const char *bytes;
	size_t length;
	unsigned depth;
	struct err *err;
};

static unsigned
mark_line(const yaml_mark_t *mark)
{
	return (unsigned)mark->line + 1;
}

/*
 * YAML's escapes can make any control character; U+0080 to U+009F command
 * some terminals too.
 */
static void
make_printable(char *text)
{
	unsigned char *at = (unsigned char *)text;

	for (; *at != '\0'; at++) {
		if (*at < 0x20 || *at == 0x7f) {
			*at = '?';
		} else if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0) {
			at[0] = '?';
			at[1] = '?';
		}
	}
}

static int
error_at(const char *source, unsigned line, struct err *err,
    const char *format, va_list args)
{
	char text[sizeof(err->text)];

	vsnprintf(text, sizeof(text), format, args);
	make_printable(text);
	return err_at(err, ERR_CONTENT, source, line, "%s", text);
}

int
yaml_error(const struct yaml_node *node, struct err *err, const char *format,
    ...)
{
	va_list args;

	va_start(args, format);
	error_at(node->source, node->line, err, format, args);
	va_end(args);
	return -1;
}

int
yaml_key_error(const struct yaml_node *node, struct err *err,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	error_at(node->source, node->key_line, err, format, args);
	va_end(args);
	return -1;
}

static int
loader_error(struct loader *loader, const yaml_event_t *event,
    const char *text)
{
	return err_at(loader->err, ERR_CONTENT, loader->source,
	    mark_line(&event->start_mark), "%s", text);
}

static unsigned
offset_line(const struct loader *loader, size_t offset)
{
	unsigned line = 1;
	size_t i;

	for (i = 0; i < offset && i < loader->length; i++)
		line += loader->bytes[i] == '\n';
	return line;
}

/* libyaml's own words about the grammar, which quote nothing of the file. */
static int
parser_error(struct loader *loader)
{
	const yaml_parser_t *parser = &loader->parser;
	const char *problem = parser->problem != NULL ? parser->problem :
	    "is not valid YAML";

	if (parser->error == YAML_READER_ERROR)
		return err_at(loader->err, ERR_CONTENT, loader->source,
		    offset_line(loader, parser->problem_offset), "%s",
		    problem);
	return err_at(loader->err, ERR_CONTENT, loader->source,
	    mark_line(&parser->problem_mark), "%s", problem);
}

static int
next_event(struct loader *loader, yaml_event_t *ret_event)
{
	if (yaml_parser_parse(&loader->parser, ret_event) == 1)
		return 0;
	return parser_error(loader);
}

static const char *
refused_property(const yaml_event_t *event)
{
	const yaml_char_t *anchor = NULL, *tag = NULL;

	switch (event->type) {
	case YAML_ALIAS_EVENT:
		return "an alias (*) is not allowed here";
	case YAML_SCALAR_EVENT:
		anchor = event->data.scalar.anchor;
		tag = event->data.scalar.tag;
		break;
	case YAML_SEQUENCE_START_EVENT:
		anchor = event->data.sequence_start.anchor;
		tag = event->data.sequence_start.tag;
		break;
	case YAML_MAPPING_START_EVENT:
		anchor = event->data.mapping_start.anchor;
		tag = event->data.mapping_start.tag;
		break;
	default:
		return NULL;
	}
	if (anchor != NULL)
		return "an anchor (&) is not allowed here";
	return tag != NULL ? "a tag (!) is not allowed here" : NULL;
}

static int load_node(struct loader *loader, const yaml_event_t *event,
    struct yaml_node **ret_node);

static int
load_text(struct loader *loader, const yaml_event_t *event,
    struct yaml_node *node)
{
	const char *value = (const char *)event->data.scalar.value;
	size_t length = event->data.scalar.length;

	if (memchr(value, '\0', length) != NULL)
		return loader_error(loader, event, "text holds a NUL");
	node->kind = YAML_TEXT;
	node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	node->text = arena_memdup(loader->arena, value, length);
	return 0;
}

static int
compare_keys(const void *a, const void *b)
{
	const struct yaml_node *const *left = a, *const *right = b;
	int order = strcmp((*left)->key, (*right)->key);

	/* Of two equal keys the later is the one to complain about. */
	if (order != 0)
		return order;
	return (*left)->key_line < (*right)->key_line ? -1 :
	    (*left)->key_line > (*right)->key_line;
}

static int
given_twice(const struct yaml_node *node, struct err *err)
{
	if (!quotable_name(node->key))
		return yaml_key_error(node, err,
		    "a key that is no name is given twice");
	return yaml_key_error(node, err, "key \"%s\" is given twice",
	    node->key);
}

static int
check_keys(struct loader *loader, const struct yaml_node *map)
{
	const struct yaml_node **sorted, *node;
	size_t i = 0;
	int result = 0;

	if (map->count < 2)
		return 0;
	sorted = calloc(map->count, sizeof(*sorted));
	if (sorted == NULL)
		return err_at(loader->err, ERR_IO, loader->source, 0,
		    "out of memory");
	for (node = map->first; node != NULL; node = node->next)
		sorted[i++] = node;
	qsort(sorted, map->count, sizeof(*sorted), compare_keys);
	for (i = 1; i < map->count && result == 0; i++)
		if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0)
			result = given_twice(sorted[i], loader->err);
	free(sorted);
	return result;
}

/* The key has been read: its value comes next. */
static int
load_pair(struct loader *loader, const yaml_event_t *key_event,
    struct yaml_node **ret_node)
{
	struct yaml_node *key;
	yaml_event_t event;
	int result;

	if (key_event->type != YAML_SCALAR_EVENT)
		return loader_error(loader, key_event,
		    "a key is wanted here, as text");
	if (load_node(loader, key_event, &key) != 0 ||
	    next_event(loader, &event) != 0)
		return -1;
	result = load_node(loader, &event, ret_node);
	yaml_event_delete(&event);
	if (result != 0)
		return -1;
	(*ret_node)->key = key->text;
	(*ret_node)->key_line = key->line;
	return 0;
}

static int
load_members(struct loader *loader, yaml_event_type_t end,
    struct yaml_node *node)
{
	struct yaml_node **last = &node->first;
	yaml_event_t event;
	int result;

	for (;;) {
		if (next_event(loader, &event) != 0)
			return -1;
		if (event.type == end) {
			yaml_event_delete(&event);
			return 0;
		}
		result = node->kind == YAML_MAP ?
		    load_pair(loader, &event, last) :
		    load_node(loader, &event, last);
		yaml_event_delete(&event);
		if (result != 0)
			return -1;
		last = &(*last)->next;
		node->count++;
	}
}

static int
load_node(struct loader *loader, const yaml_event_t *event,
    struct yaml_node **ret_node)
{
	const char *refused = refused_property(event);
	struct yaml_node *node;

	if (refused != NULL)
		return loader_error(loader, event, refused);
	node = arena_alloc(loader->arena, sizeof(*node));
	node->source = loader->source;
	node->line = mark_line(&event->start_mark);
	*ret_node = node;
	if (event->type == YAML_SCALAR_EVENT)
		return load_text(loader, event, node);
	if (loader->depth == MAX_DEPTH)
		return loader_error(loader, event,
		    "is nested deeper than 8 levels");
	loader->depth++;
	node->kind = event->type == YAML_MAPPING_START_EVENT ? YAML_MAP :
	    YAML_LIST;
	if (load_members(loader, node->kind == YAML_MAP ?
	    YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT, node) != 0)
		return -1;
	loader->depth--;
	return node->kind == YAML_MAP ? check_keys(loader, node) : 0;
}

static int
load_event(struct loader *loader, const yaml_event_t *event,
    struct yaml_node **root)
{
	switch (event->type) {
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
	case YAML_STREAM_END_EVENT:
		return 0;
	case YAML_DOCUMENT_START_EVENT:
		if (*root != NULL)
			return loader_error(loader, event,
			    "a second document is not allowed here");
		return 0;
	default:
		return load_node(loader, event, root);
	}
}

static int
load_stream(struct loader *loader, struct yaml_node **root)
{
	yaml_event_type_t type;
	yaml_event_t event;
	int result;

	do {
		if (next_event(loader, &event) != 0)
			return -1;
		type = event.type;
		result = load_event(loader, &event, root);
		yaml_event_delete(&event);
	} while (result == 0 && type != YAML_STREAM_END_EVENT);
	if (result == 0 && *root == NULL)
		return err_at(loader->err, ERR_CONTENT, loader->source, 1,
		    "is empty");
	return result;
}

int
yaml_load(struct arena *arena, const char *source, const char *bytes,
    size_t length, const struct yaml_node **ret_root, struct err *err)
{
	struct loader loader = {
		.arena = arena,
		.source = arena_strdup(arena, source),
		.bytes = bytes,
		.length = length,
		.err = err,
	};
	struct yaml_node *root = NULL;
	int result;

	if (length > YAML_MAX_BYTES)
		return err_at(err, ERR_CONTENT, source, 0,
		    "has %zu bytes, wanted at most %u", length,
		    YAML_MAX_BYTES);
	if (yaml_parser_initialize(&loader.parser) != 1)
		return err_at(err, ERR_IO, source, 0, "out of memory");
	/* Else a file could be UTF-16 by its first bytes. */
	yaml_parser_set_encoding(&loader.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&loader.parser,
	    (const unsigned char *)bytes, length);
	result = load_stream(&loader, &root);
	yaml_parser_delete(&loader.parser);
	if (result == 0)
		*ret_root = root;
	return result;
}

int
yaml_load_file(struct arena *arena, const char *path, bool trusted,
    const struct yaml_node **ret_root, struct err *err)
{
	struct buf bytes;
	int result;

	buf_init(&bytes, YAML_MAX_BYTES);
	result = trusted ? file_read_trusted(path, &bytes, err) :
	    file_read(path, &bytes, err);
	if (result == 0)
		result = yaml_load(arena, path, bytes.bytes, bytes.length,
		    ret_root, err);
	else if (err->code == ERR_LIMIT)
		err->code = ERR_CONTENT;
	buf_done(&bytes);
	return result;
}

const struct yaml_node *
yaml_get(const struct yaml_node *map, const char *key)
{
	const struct yaml_node *node;

	for (node = map->first; node != NULL; node = node->next)
		if (strcmp(node->key, key) == 0)
			return node;
	return NULL;
}

/* "text", "a list", "a map": what the node is, for messages. */
static const char *
yaml_kind_word(const struct yaml_node *node)
{
	switch (node->kind) {
	case YAML_LIST:
		return "a list";
	case YAML_MAP:
		return "a map";
	case YAML_TEXT:
		break;
	}
	return node->text[0] == '\0' ? "empty" : "text";
}

int
yaml_map(const struct yaml_node *node, const char *what, struct err *err)
{
	if (node->kind == YAML_MAP)
		return 0;
	return yaml_error(node, err, "%s is %s, wanted a map of keys", what,
	    yaml_kind_word(node));
}

int
yaml_text(const struct yaml_node *node, const char *what,
    const char **ret_text, struct err *err)
{
	if (node->kind != YAML_TEXT || node->text[0] == '\0')
		return yaml_error(node, err, "%s is %s, wanted text", what,
		    yaml_kind_word(node));
	*ret_text = node->text;
	return 0;
}

int
yaml_schema(const struct yaml_node *node, const char *wanted, struct err *err)
{
	const char *seen = NULL;

	if (yaml_text(node, "schema", &seen, err) != 0)
		return -1;
	if (strcmp(seen, wanted) == 0)
		return 0;
	if (!quotable_schema(seen))
		return yaml_error(node, err,
		    "schema is other text, wanted \"%s\"", wanted);
	return yaml_error(node, err, "schema is \"%s\", wanted \"%s\"", seen,
	    wanted);
}

int
yaml_integer(const struct yaml_node *node, const char *what, int64_t minimum,
    int64_t maximum, int64_t *ret_integer, struct err *err)
{
	long long value;
	char *end;

	if (node->kind != YAML_TEXT)
		return yaml_error(node, err, "%s is %s, wanted a number", what,
		    yaml_kind_word(node));
	errno = 0;
	value = strtoll(node->text, &end, 10);
	/* strtoll takes blanks and a plus sign too. */
	if (errno != 0 || *end != '\0' || !node->plain ||
	    (node->text[0] != '-' && (node->text[0] < '0' ||
	    node->text[0] > '9')) || value < minimum || value > maximum)
		return yaml_error(node, err,
		    "%s is other text, wanted a number from %lld to %lld",
		    what, (long long)minimum, (long long)maximum);
	*ret_integer = value;
	return 0;
}

int
yaml_bool(const struct yaml_node *node, const char *what, bool *ret_bool,
    struct err *err)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {
		{ "yes", true }, { "true", true },
		{ "no", false }, { "false", false },
	};
	size_t i;

	for (i = 0; node->kind == YAML_TEXT && node->plain &&
	    i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(node->text, words[i].word) != 0)
			continue;
		*ret_bool = words[i].value;
		return 0;
	}
	if (node->kind != YAML_TEXT || node->text[0] == '\0')
		return yaml_error(node, err, "%s is %s, wanted yes or no",
		    what, yaml_kind_word(node));
	return yaml_error(node, err,
	    "%s is other text, wanted yes or no without quotes", what);
}

int
yaml_texts(struct arena *arena, const struct yaml_node *node,
    const char *what, const char *const **ret_texts, size_t *ret_count,
    struct err *err)
{
	const struct yaml_node *item;
	const char **texts;
	size_t count = 0;

	if (node->kind != YAML_LIST)
		return yaml_error(node, err, "%s is %s, wanted a list", what,
		    yaml_kind_word(node));
	texts = arena_array(arena, node->count, sizeof(*texts));
	for (item = node->first; item != NULL; item = item->next) {
		if (item->kind != YAML_TEXT || item->text[0] == '\0')
			return yaml_error(item, err,
			    "an item of %s is %s, wanted text", what,
			    yaml_kind_word(item));
		texts[count++] = item->text;
	}
	*ret_texts = texts;
	*ret_count = count;
	return 0;
}

int
yaml_pairs(struct arena *arena, const struct yaml_node *node,
    const char *what, const struct pair **ret_pairs, size_t *ret_count,
    struct err *err)
{
	const struct yaml_node *value;
	struct pair *pairs;
	size_t count = 0;

	if (yaml_map(node, what, err) != 0)
		return -1;
	pairs = arena_array(arena, node->count, sizeof(*pairs));
	for (value = node->first; value != NULL; value = value->next) {
		if (value->key[0] == '\0')
			return yaml_key_error(value, err,
			    "%s has an empty key", what);
		if (value->kind != YAML_TEXT || value->text[0] == '\0')
			return yaml_error(value, err,
			    "%s: a value is %s, wanted text", what,
			    yaml_kind_word(value));
		pairs[count].name = value->key;
		pairs[count++].value = value->text;
	}
	*ret_pairs = pairs;
	*ret_count = count;
	return 0;
}

/* "schema, id or title" */
static void
join_keys(const char *const *known, size_t count, char *out, size_t size)
{
	size_t used = 0, i;

	out[0] = '\0';
	for (i = 0; i < count && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%s",
		    i == 0 ? "" : i + 1 == count ? " or " : ", ", known[i]);
}

int
yaml_known_keys(const struct yaml_node *map, const char *const *known,
    size_t count, const char *what, struct err *err)
{
	const struct yaml_node *node;
	char wanted[KEYS_SIZE];
	size_t i;

	for (node = map->first; node != NULL; node = node->next) {
		for (i = 0; i < count; i++)
			if (strcmp(node->key, known[i]) == 0)
				break;
		if (i < count)
			continue;
		join_keys(known, count, wanted, sizeof(wanted));
		if (!quotable_name(node->key))
			return yaml_key_error(node, err,
			    "%s has a key that is no name, wanted %s", what,
			    wanted);
		return yaml_key_error(node, err,
		    "%s has the unknown key \"%s\", wanted %s", what,
		    node->key, wanted);
	}
	return 0;
}
