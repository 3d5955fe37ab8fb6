/*
 * Our YAML: what libyaml reads, without anchors, aliases, tags and further
 * documents, as nodes that know their line. Private to the engine.
 *
 * Caps: 1 MiB, 8 levels. A key given twice in one map is an error. Scalars are
 * text; what they mean is decided by who asks for it, so that 11.134 stays
 * what was written and "no" is a word unless a boolean is wanted.
 */
#ifndef CPWARD_ENGINE_YAML_H
#define CPWARD_ENGINE_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts/profile_data.h"

struct arena;
struct err;

#define YAML_MAX_BYTES (1024u * 1024)

enum yaml_kind {
	YAML_TEXT,
	YAML_LIST,
	YAML_MAP,
};

struct yaml_node {
	enum yaml_kind kind;
	bool plain;		/* text without quotes */
	unsigned line;
	const char *source;
	const char *text;	/* YAML_TEXT */
	/* YAML_LIST, YAML_MAP: in the file's order */
	struct yaml_node *first;
	struct yaml_node *next;
	size_t count;
	const char *key;	/* of this node in the map that holds it */
	unsigned key_line;
};

/*
 * Reads and parses a file. trusted: one that root will act upon, as
 * file_read_trusted wants it. ERR_NOINPUT when it is missing.
 */
int yaml_load_file(struct arena *arena, const char *path, bool trusted,
    const struct yaml_node **ret_root, struct err *err);

/* Parses the whole of bytes. ERR_CONTENT with source and line. */
int yaml_load(struct arena *arena, const char *source, const char *bytes,
    size_t length, const struct yaml_node **ret_root, struct err *err);

/* The value of a key, NULL when the map lacks it. */
const struct yaml_node *yaml_get(const struct yaml_node *map,
    const char *key);

/*
 * ERR_CONTENT at the node's line, what does not print shown as '?'. -1. Text
 * of the file goes into it only where base/quote.h allows it.
 */
int yaml_error(const struct yaml_node *node, struct err *err,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
/* As yaml_error, at the line of the node's key. */
int yaml_key_error(const struct yaml_node *node, struct err *err,
    const char *format, ...) __attribute__((format(printf, 3, 4)));


/*
 * Each wants one type and names the node by what ("severity") when it is of
 * another. Text is wanted not empty; an integer is wanted plain, decimal.
 */
int yaml_map(const struct yaml_node *node, const char *what, struct err *err);
int yaml_text(const struct yaml_node *node, const char *what,
    const char **ret_text, struct err *err);
/* Wants our schema word. */
int yaml_schema(const struct yaml_node *node, const char *wanted,
    struct err *err);
int yaml_integer(const struct yaml_node *node, const char *what,
    int64_t minimum, int64_t maximum, int64_t *ret_integer, struct err *err);
int yaml_bool(const struct yaml_node *node, const char *what, bool *ret_bool,
    struct err *err);
/* A map of text to text, in the file's order. */
int yaml_pairs(struct arena *arena, const struct yaml_node *node,
    const char *what, const struct pair **ret_pairs, size_t *ret_count,
    struct err *err);
int yaml_texts(struct arena *arena, const struct yaml_node *node,
    const char *what, const char *const **ret_texts, size_t *ret_count,
    struct err *err);

/* Refuses keys of the map that are not among the known ones. */
int yaml_known_keys(const struct yaml_node *map, const char *const *known,
    size_t count, const char *what, struct err *err);

#endif
