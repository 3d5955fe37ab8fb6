/*
 * What the files of the Exim parser share; for agent/parse/exim_*.c only.
 *
 * One struct exim_parse carries a parse. The reader (exim_read.c) gives it
 * logical lines, exim_macro.c replaces macros in them, exim_conf.c takes them
 * apart by section, exim_option.c knows the options and exim_value.c their
 * values. The behaviour followed is that of Exim 4.96's readconf.c; where
 * releases differ the comment says so.
 */
#ifndef CPWARD_PARSE_EXIM_PRIVATE_H
#define CPWARD_PARSE_EXIM_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include "parse/exim_conf.h"

#define EXIM_NAME_SIZE 64	/* Exim truncates or refuses longer names */
#define EXIM_COND_DEPTH 10	/* .ifdef in .ifdef, Exim's CSTATE_STACK_SIZE */

/*
 * Steps that one parse may spend in searches that grow with the file (macros
 * over lines, duplicates): far over what a real file needs, and a bound on
 * what a hostile one can cost.
 */
#define EXIM_MAX_WORK (16u * 1024 * 1024)

struct exim_file {
	const char *name;
	struct buf buf;		/* owned bytes; unused for the main file */
	const char *bytes;
	size_t length;
	size_t at;
	unsigned line;		/* of the line last read */
};

struct exim_known_macro {
	const char *name;
	const char *value;
	size_t name_length;
	uint64_t pair;		/* see pair_bit() in exim_macro.c */
	struct conf_place place;
};

/* A logical line: continuations joined, macros replaced, blanks trimmed. */
struct exim_line {
	char *text;		/* in the reader's buffer until the next read */
	struct conf_place place;
};

struct exim_parse {
	struct arena *arena;
	const struct conf_source *source;
	struct err *err;
	struct exim_conf *conf;

	struct exim_file stack[CONF_MAX_DEPTH + 1];
	size_t depth;		/* the file read now is stack[depth] */
	struct buf line;
	struct buf scratch;
	size_t stale_end;	/* of a line passed over, see exim_read.c */
	char stale_byte;
	size_t total_read;
	size_t total_lines;	/* bytes of all logical lines */
	size_t work;

	int cond;		/* 0 taken, 1 not yet, 2 no more */
	int cond_stack[EXIM_COND_DEPTH];
	size_t cond_depth;
	char next_section[24];	/* set when a section ends, "" at the end */

	struct exim_known_macro *macros;	/* of the file, oldest first */
	size_t macro_count;
	struct exim_known_macro *builtin;	/* in the order they are tried */
	size_t builtin_count;
	bool builtin_ready;
	const char *const *predefined;
	const char **listed;	/* predefined's names sorted, NULL if not given */
	size_t listed_count;
};

/* exim_read.c */
void exim_parse_init(struct exim_parse *parse, struct arena *arena,
    const char *path, const void *bytes, size_t length, unsigned first_line,
    const char *const *predefined, const struct conf_source *source,
    struct exim_conf *conf, struct err *err);
void exim_parse_done(struct exim_parse *parse);
/* 1 with *ret_line, 0 when a section ends (next_section is set), -1. */
int exim_read_line(struct exim_parse *parse, struct exim_line *ret_line);
/* Counts work done; -1 with ERR_LIMIT when there was too much. */
int exim_charge(struct exim_parse *parse, size_t work);
int exim_refuse(struct exim_parse *parse, const struct conf_place *place,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* exim_macro.c */
/*
 * Replaces the macros in the physical line that starts at offset of
 * parse->line. whole says that it also starts a logical line: NAME of a
 * definition is then left alone.
 */
int exim_macro_replace(struct exim_parse *parse, size_t offset, bool whole,
    bool *ret_found);
int exim_macro_define(struct exim_parse *parse, const struct exim_line *line);
void exim_macro_export(struct exim_parse *parse);
/* Whether the build has NAME: prefix_GROUP_NAME of predefined, upper case. */
enum exim_listed { EXIM_NOT_ASKED, EXIM_LISTED, EXIM_NOT_LISTED };
enum exim_listed exim_macro_listed(const struct exim_parse *parse,
    const char *prefix, const char *group, const char *name);

/* exim_table.c */
enum exim_type {
	EXIM_TEXT,
	EXIM_BOOL,
	EXIM_BOOL_VERIFY,	/* sets NAME_sender and NAME_recipient */
	EXIM_EXPAND_BOOL,	/* a boolean, or text when it holds a $ */
	EXIM_INT,
	EXIM_MKINT,		/* printed with K and M */
	EXIM_KINT,		/* counted in K */
	EXIM_OCTAL,
	EXIM_FIXED,
	EXIM_TIME,
	EXIM_TIME_LIST,
	EXIM_TIME_TEXT,		/* a time, or text that starts with $ */
	EXIM_INT_TEXT,		/* an integer, since 4.98 also text with $ */
	EXIM_OWNER,		/* a user or group */
	EXIM_OWNER_LIST,
	EXIM_REWRITE_LIST,
	EXIM_CONDITION,		/* settings are joined with "and" */
	EXIM_REPEATED,		/* settings are joined to one list */
};

struct exim_row {
	const char *name;
	enum exim_type type;
	const char *alias;	/* the name that -bP prints it under */
};

struct exim_table {
	const char *prefix;	/* of its built-in macros, "_OPT_MAIN" */
	const char *group;	/* driver, "" for a generic table */
	const struct exim_row *rows;
	size_t count;
};

struct exim_driver_kind {
	enum exim_section section;
	const char *name;
	struct exim_table table;
	bool needs_transport;
	bool forbids_transport;
	bool needs_public_name;	/* others are named as the instance is */
};

#define EXIM_MAX_ROWS 320
/* Rows of one table that are set already: Exim refuses a second setting. */
struct exim_seen {
	uint64_t bits[EXIM_MAX_ROWS / 64];
};

/* The options that one section or one driver collects. */
struct exim_settings {
	struct exim_option **options;
	size_t *count;
};

extern const struct exim_table exim_main_table;
const struct exim_table *exim_generic_table(enum exim_section section);
const struct exim_driver_kind *exim_driver_kind(enum exim_section section,
    const char *name);
/* Sets parse->listed to the macros that a full build defines, sorted. */
void exim_option_macros(struct exim_parse *parse);
const struct exim_row *exim_row_find(const struct exim_table *table,
    const char *name);

/* exim_option.c */
/*
 * Reads one option line into settings. 1 when table knows it, 0 with its name
 * when it does not, -1 when the line is wrong. lenient takes an unknown name
 * as text.
 */
int exim_option_read(struct exim_parse *parse, const struct exim_line *line,
    const struct exim_table *table, bool lenient, struct exim_seen *seen,
    struct exim_settings *settings, char ret_name[EXIM_NAME_SIZE]);
struct exim_option *exim_option_last(struct exim_option *options, size_t count,
    const char *name);

/* exim_value.c */
/* The value as -bP prints it, in the arena, of a typed value; NULL: error. */
const char *exim_value_read(struct exim_parse *parse,
    const struct conf_place *place, const char *name, enum exim_type type,
    const char *text);
const char *exim_string_read(struct exim_parse *parse,
    const struct conf_place *place, const char *name, const char *text);
/* A word or a quoted string at *text, which moves behind it. */
char *exim_dequote(struct arena *arena, const char **text);
bool exim_time_read(const char *text, char end, int *ret_seconds);
bool exim_fixed_read(const char *text, char end, int *ret_thousandths);

/* exim_conf.c: as exim_conf_parse, the first line of bytes being that line. */
int exim_conf_parse_from(struct arena *arena, const char *path, unsigned line,
    const void *bytes, size_t length, const char *const *predefined,
    const struct conf_source *source, struct exim_conf *ret_conf,
    struct err *err);

/* exim_check.c: what Exim checks when the main section has ended */
int exim_main_check(struct exim_parse *parse);

/* exim_rule.c */
int exim_retry_check(struct exim_parse *parse, const struct exim_line *line);
int exim_rewrite_check(struct exim_parse *parse, const struct conf_place *place,
    const char *rule, bool global);
bool exim_acl_ends(const char *text);
int exim_acl_check(struct exim_parse *parse, const struct exim_line *line,
    const char **verb);

/* exim_list.c */
/*
 * Next item at *list, NULL at the end. *separator is set by the first call: 0
 * takes ':' or what "<X" says, -X takes X or what "<X" says, X is fixed.
 */
char *exim_list_next(struct arena *arena, const char **list, int *separator);

/* The C locale's classes, whatever locale the program has. */
static inline bool
exim_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool
exim_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
exim_is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static inline bool
exim_is_alpha(char c)
{
	return exim_is_upper(c) || (c >= 'a' && c <= 'z');
}

static inline bool
exim_is_name(char c)
{
	return exim_is_alpha(c) || exim_is_digit(c) || c == '_';
}

static inline const char *
exim_skip_space(const char *text)
{
	while (exim_is_space(*text))
		text++;
	return text;
}

/*
 * A name at text, blanks around it skipped, cut to EXIM_NAME_SIZE - 1.
 * Returns the text behind it, or NULL when it is longer than that.
 */
const char *exim_name_read(const char *text, char name[EXIM_NAME_SIZE]);

#endif
