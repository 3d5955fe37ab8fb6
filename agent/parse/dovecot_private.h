/*
 * What the files of the Dovecot parser share: lines, values, names, a hash.
 * For agent/parse/dovecot_*.c and their unit tests only.
 */
#ifndef CPWARD_PARSE_DOVECOT_PRIVATE_H
#define CPWARD_PARSE_DOVECOT_PRIVATE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "parse/dovecot_conf.h"

/* Lines: dovecot_lines.c */

enum dovecot_line_type {
	DOVECOT_LINE_WRONG,	/* problem says why */
	DOVECOT_LINE_VALUE,	/* key = value */
	DOVECOT_LINE_FILE,	/* key = <value */
	DOVECOT_LINE_VARIABLE,	/* key = value with a $ outside quotes */
	DOVECOT_LINE_BEGIN,	/* key value { */
	DOVECOT_LINE_GROUP,	/* group key value { */
	DOVECOT_LINE_END,	/* } */
	DOVECOT_LINE_INCLUDE,
	DOVECOT_LINE_INCLUDE_TRY,
};

struct dovecot_line {
	enum dovecot_line_type type;
	const char *key;	/* both valid until the next line */
	const char *value;
	bool quoted;		/* the value or the section's name was */
	const char *problem;
	struct conf_place place;
};

enum dovecot_dialect {
	DOVECOT_FILE,		/* a configuration file */
	DOVECOT_OUTPUT,		/* what doveconf prints */
};

struct dovecot_input;

struct dovecot_lines {
	struct arena *arena;
	const struct conf_source *source;
	enum dovecot_version version;
	enum dovecot_dialect dialect;
	struct dovecot_input *input;	/* innermost file being read */
	struct buf physical;		/* the line as it stands in the file */
	struct buf logical;		/* continued lines joined */
	size_t total;			/* bytes of all files */
	const char **files;
	size_t file_count;
};

void dovecot_lines_init(struct dovecot_lines *lines, struct arena *arena,
    const struct conf_source *source, enum dovecot_dialect dialect);
void dovecot_lines_done(struct dovecot_lines *lines);

/* Bytes to read next; they stay the caller's. */
int dovecot_lines_open(struct dovecot_lines *lines, const char *path,
    const void *bytes, size_t length, struct err *err);

/*
 * The files of an !include line, read before the rest of the file that holds
 * it. A pattern is relative to that file. try takes missing files for none.
 */
int dovecot_lines_include(struct dovecot_lines *lines, const char *pattern,
    bool try, const struct conf_place *place, struct err *err);

/* 1 with the next statement, 0 at the end, -1 with err. */
int dovecot_lines_next(struct dovecot_lines *lines, struct dovecot_line *ret_line,
    struct err *err);


/* Hash: dovecot_index.c. Texts are kept, not copied; they must outlive it. */

#define DOVECOT_NONE ((size_t)-1)

struct dovecot_index {
	struct arena *arena;
	struct dovecot_slot *slots;
	size_t slot_count;	/* a power of two */
	size_t used;
};

void dovecot_index_init(struct dovecot_index *index, struct arena *arena);
/* The number kept for the text under its owner, or DOVECOT_NONE. */
size_t dovecot_index_find(const struct dovecot_index *index, size_t owner,
    const char *text);
void dovecot_index_add(struct dovecot_index *index, size_t owner, const char *text,
    size_t number);

void dovecot_conf_index(struct arena *arena, struct dovecot_conf *conf);

/* Filters: dovecot_filter.c */

struct dovecot_net {
	unsigned char address[16];
	int family;		/* 0: a host's name */
	unsigned bits;
};

struct dovecot_filter {
	struct dovecot_net local, remote;
	const char *local_text, *local_name, *remote_text, *protocol;
};

/* "protocol", "local", "local_name" or "remote". */
bool dovecot_filter_is(const char *key);

/*
 * child becomes parent narrowed by one filter. Returns NULL, or why doveconf
 * refuses it there. 2.4 filters hold their own condition only, 2.3 ones also
 * their parents'.
 */
const char *dovecot_filter_narrow(struct arena *arena, enum dovecot_version version,
    const struct dovecot_filter *parent, const char *key, const char *value,
    struct dovecot_filter *child);

/* The filter as doveconf writes it, levels joined by " / ". */
const char *dovecot_filter_text(struct arena *arena,
    const struct dovecot_filter *filter);

/* Narrowed by an end of the connection, not by protocol alone. */
bool dovecot_filter_is_connection(const struct dovecot_filter *filter);

/* Values: dovecot_values.c */

enum dovecot_type {
	DOVECOT_TEXT,
	DOVECOT_BOOL,
	DOVECOT_TIME,
	DOVECOT_MSECS,
	DOVECOT_SIZE,
	DOVECOT_UINT,
	DOVECOT_OCTAL,
	DOVECOT_PORT,
};

/* name: as in dovecot_setting, sections' own names left out. */
enum dovecot_type dovecot_type_of(const char *name);

/*
 * The value as doveconf 2.3 prints it in *ret_value (in the arena). Returns
 * NULL, or what is wrong with it.
 */
const char *dovecot_value_canonical(struct arena *arena, enum dovecot_version version,
    enum dovecot_type type, const char *value, const char **ret_value);

/*
 * The words of a 2.4 list, quotes taken off. Returns NULL, or what is wrong.
 */
const char *dovecot_list_words(struct arena *arena, const char *value,
    const char ***ret_words, size_t *ret_count);
/* A word as it stands in a list's value: quoted when it must be. */
const char *dovecot_list_quote(struct arena *arena, const char *word);

/* Names: dovecot_names.c */

enum dovecot_block {
	DOVECOT_BLOCK_UNKNOWN,
	DOVECOT_BLOCK_NUMBERED,	/* 2.3 passdb, userdb: every block is a new one */
	DOVECOT_BLOCK_NAMED,	/* named ones merge: service, namespace */
	DOVECOT_BLOCK_MAP,	/* key = value below one setting: plugin, fields */
	DOVECOT_BLOCK_LIST,	/* 2.4: word = yes|no */
	DOVECOT_BLOCK_FILTER,	/* 2.4 named filter: its name is a prefix */
};

enum dovecot_block dovecot_block_of(enum dovecot_version version, const char *name);
/* 2.4: filter_key is a setting's whole name. */
bool dovecot_is_prefixed(const char *filter, const char *key);
/* Refused inside local, local_name and remote. */
bool dovecot_is_auth(enum dovecot_version version, const char *name);
/* What a setting holds that was never set; NULL when we do not know. */
const char *dovecot_default_of(const char *name);

struct dovecot_obsolete {
	const char *name;
	const char *now;	/* NULL: ignored */
	const char *append;	/* to the value; NULL */
	const char *yes, *no;	/* what these turn into; NULL: stay */
};

/* 2.3: settings of older versions that it still takes. */
const struct dovecot_obsolete *dovecot_obsolete_find(const char *name);

#endif
