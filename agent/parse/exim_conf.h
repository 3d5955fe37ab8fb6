/*
 * Exim's run-time configuration: bytes to a tree of settings, each with the
 * file and line it stands at.
 *
 * Grammar: Exim specification, chapter 6 "The Exim run time configuration
 * file". Macros, conditionals and includes are expanded; string expansions
 * (${...}) are not: they stay text. ACL statements, rewrite and retry rules
 * stay text with their line.
 */
#ifndef CPWARD_PARSE_EXIM_CONF_H
#define CPWARD_PARSE_EXIM_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "parse/conf_source.h"

struct arena;
struct err;

enum exim_section {
	EXIM_MAIN,
	EXIM_ACL,
	EXIM_AUTHENTICATORS,
	EXIM_ROUTERS,
	EXIM_TRANSPORTS,
	EXIM_RETRY,
	EXIM_REWRITE,
	EXIM_LOCAL_SCAN,
};

struct exim_option {
	const char *name;	/* without no_, not_ and hide */
	const char *value;	/* unquoted, macros replaced; booleans are
				 * "true" and "false"; never NULL */
	bool boolean;		/* written as a bare, no_ or not_ option, or a
				 * known boolean option set to a boolean word */
	bool hidden;
	struct conf_place place;
};

/* domainlist, hostlist, addresslist or localpartlist */
struct exim_named_list {
	const char *type;
	const char *name;
	const char *value;
	bool hidden;
	struct conf_place place;
};

/* A router, transport or authenticator, in the order of the file. */
struct exim_driver {
	enum exim_section section;
	const char *name;
	const char *driver;	/* "" when none is given */
	struct exim_option *options;
	size_t option_count;
	struct conf_place place;
};

/* One statement line of an ACL, a retry or a rewrite rule. */
struct exim_statement {
	const char *text;
	struct conf_place place;
};

struct exim_acl {
	const char *name;
	struct exim_statement *statements;
	size_t statement_count;
	struct conf_place place;
};

struct exim_macro {
	const char *name;
	const char *value;
	struct conf_place place;
};

struct exim_conf {
	struct exim_option *options;	/* the main section */
	size_t option_count;
	struct exim_named_list *lists;
	size_t list_count;
	struct exim_driver *drivers;
	size_t driver_count;
	struct exim_acl *acls;
	size_t acl_count;
	struct exim_statement *retry;
	size_t retry_count;
	struct exim_statement *rewrite;
	size_t rewrite_count;
	struct exim_macro *macros;
	size_t macro_count;
	const char **files;		/* every file read, the main one first */
	size_t file_count;
};

/*
 * Parses bytes as the main configuration file at path (absolute; relative
 * includes start at its directory). predefined holds names of macros that the
 * build defines (_HAVE_TLS, …: `exim -bP macros`), NULL-terminated, NULL for
 * the set of cPanel's OpenSSL build. All of *ret_conf lives in the arena.
 * Refuses what Exim refuses when it reads its file: ERR_PARSE with file and
 * line; ERR_LIMIT over a cap; the source's error when an include fails.
 */
int exim_conf_parse(struct arena *arena, const char *path,
    const void *bytes, size_t length, const char *const *predefined,
    const struct conf_source *source, struct exim_conf *ret_conf,
    struct err *err);

/* The main option of that name, or NULL when the file does not set it. */
const struct exim_option *exim_conf_option(const struct exim_conf *conf,
    const char *name);
const struct exim_named_list *exim_conf_list(const struct exim_conf *conf,
    const char *name);
const struct exim_driver *exim_conf_driver(const struct exim_conf *conf,
    enum exim_section section, const char *name);
const struct exim_option *exim_driver_option(const struct exim_driver *driver,
    const char *name);
const struct exim_acl *exim_conf_acl(const struct exim_conf *conf,
    const char *name);

/*
 * The items of a list value: separator ':' or as changed by a leading "<X",
 * doubled separators made single, white space around items dropped (Exim
 * specification, section 6.21). Items live in the arena.
 */
int exim_list_split(struct arena *arena, const char *value,
    const char ***ret_items, size_t *ret_count, struct err *err);

/*
 * What `exim -bP` prints (all main options, one "name = value", "name" or
 * "no_name" a line): the same options as a parsed file gives, places without
 * line and with origin as the file name.
 */
int exim_bp_parse(struct arena *arena, const char *origin, const void *bytes,
    size_t length, struct exim_conf *ret_conf, struct err *err);

/*
 * The layered edit file /etc/exim.conf.local: text under the marker lines
 * @CONFIG@, @BEGINACL@, … One block per marker, in the order of the file.
 */
struct exim_local_block {
	const char *marker;	/* with its signs: "@CONFIG@" */
	const char *text;	/* verbatim, "" when empty */
	unsigned line;		/* of the first line of text */
};
int exim_local_parse(struct arena *arena, const char *path,
    const void *bytes, size_t length, struct exim_local_block **ret_blocks,
    size_t *ret_count, struct err *err);

/* Main options set by the text of one block, as the generated file has them. */
int exim_local_options(struct arena *arena, const char *path,
    const struct exim_local_block *block, struct exim_conf *ret_conf,
    struct err *err);

/*
 * What a value with a string expansion amounts to, by comparing it, blanks
 * removed, with a closed table of idioms. Never by substring: the inverse of
 * each idiom differs in one brace.
 */
enum exim_idiom {
	EXIM_IDIOM_NONE,		/* code decides; we do not evaluate */
	EXIM_IDIOM_LITERAL,		/* no expansion in it */
	EXIM_IDIOM_ALL_UNDER_TLS,	/* "*" inside TLS, "" in clear */
	EXIM_IDIOM_ALL_IN_CLEAR,	/* the inverse */
};
enum exim_idiom exim_value_idiom(const char *value);

#endif
