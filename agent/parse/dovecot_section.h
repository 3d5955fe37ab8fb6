/*
 * Blocks, filters and the names of what stands in them. For
 * agent/parse/dovecot_*.c only.
 */
#ifndef CPWARD_PARSE_DOVECOT_SECTION_H
#define CPWARD_PARSE_DOVECOT_SECTION_H

#include "parse/dovecot_settings.h"

enum dovecot_section_kind {
	DOVECOT_SECTION_FILTER,		/* and the file itself */
	DOVECOT_SECTION_BLOCK,
	DOVECOT_SECTION_PREFIX,		/* 2.4 named filter */
	DOVECOT_SECTION_MAP,
	DOVECOT_SECTION_LIST,
};

struct dovecot_section {
	struct dovecot_section *outer;
	enum dovecot_section_kind kind;
	size_t scope;		/* number of the filter it stands under */
	const char *path;	/* of the names in it: "" or ends in '/' */
	const char *type;	/* innermost block: "service"; NULL */
	const char *element;	/* its name: "imap-login" */
	const char *prefix;	/* innermost named filter: "ssl_server"; NULL */
	bool shortens;		/* 2.4: type_key is key */
	bool stray;		/* 2.3 filter in a block: nothing can be set */
	struct conf_place place;
};

struct dovecot_scope {
	struct dovecot_filter filter;
	const char *text;
	bool is_connection;	/* inside local, local_name or remote */
};

struct dovecot_parser {
	struct arena *arena;
	enum dovecot_version version;
	enum dovecot_dialect dialect;
	struct dovecot_lines lines;
	struct dovecot_settings settings;
	struct dovecot_section *section;
	unsigned depth;
	struct dovecot_scope *scopes;
	size_t scope_count;
	struct dovecot_index scope_index;
	struct dovecot_index block_index;	/* owner: scope */
	size_t *counters;		/* unnamed blocks by path */
	size_t counter_count;
	const char *config_version;
};

/* Sections nest no deeper; doveconf knows no such cap. */
#define DOVECOT_MAX_SECTIONS 64

void dovecot_section_init(struct dovecot_parser *parser, const char *file);
/* "key name {" and "group @label name {". */
int dovecot_section_begin(struct dovecot_parser *parser,
    const struct dovecot_line *line, struct err *err);
int dovecot_section_end(struct dovecot_parser *parser,
    const struct dovecot_line *line, struct err *err);

/* The name of a setting written as key in the section. */
const char *dovecot_section_setting(struct arena *arena,
    const struct dovecot_section *section, const char *key);
/* key without the name of the block it stands in: "namespace_prefix". */
const char *dovecot_section_short_key(struct arena *arena,
    const struct dovecot_section *section, const char *key);
/* What the block or setting key is, there. */
enum dovecot_block dovecot_section_block_of(const struct dovecot_parser *parser,
    const struct dovecot_section *section, const char *key);

/* A value with $ in it. dovecot_expand.c */
int dovecot_expand(struct dovecot_parser *parser, const struct dovecot_line *line,
    const char **ret_value, struct err *err);

#endif
