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
	const char *name;	/* without no_, not_ and hide; of two names for
				 * one option that which -bP prints */
	const char *value;	/* as in force: unquoted, macros replaced,
				 * numbers and times as -bP prints them,
				 * booleans "true" and "false"; never NULL.
				 * Users and groups stay as written. */
	bool boolean;		/* an option of boolean type, and not one that
				 * is decided by an expansion */
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
 * Parses bytes as the main configuration file at path (absolute; a relative
 * include starts at the directory of the file that has it). All of *ret_conf
 * lives in the arena; on failure it is left alone.
 *
 * predefined holds the lines of `exim -bP macros`, "NAME=value" or "NAME",
 * NULL-terminated: what that build defines, and from _OPT_, _DRIVER_, _LOG_
 * and _ACL_ names which options, drivers, log selectors and ACL conditions it
 * has. NULL stands for cPanel's OpenSSL build with all options of Exim 4.94
 * to 4.99; an option of a driver that is unknown then is taken as text.
 *
 * Refuses what Exim refuses when it reads its file: ERR_PARSE with file and
 * line (the first one of a continued line); ERR_LIMIT over a cap; the source's
 * error when an include fails. Not looked at: whether users and groups exist,
 * what an expansion gives, what a driver asks of its options when it starts,
 * the build's limit of named lists. An option set twice in force (verify and
 * verify_sender of a router) is there twice; the last one counts, and it is
 * that which the functions below give.
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

/* "!encrypted = *": a condition, or a modifier such as message or set. */
struct exim_condition {
	const char *name;
	const char *value;	/* "" when there is none: endpass */
	bool negated;
};

/* A verb with what follows it up to the next verb. */
struct exim_rule {
	const char *verb;	/* accept deny defer discard drop require warn */
	struct exim_condition *conditions;
	size_t condition_count;
	struct conf_place place;
};

/* The statements of an ACL of a parsed configuration, in order. */
void exim_acl_rules(struct arena *arena, const struct exim_acl *acl,
    struct exim_rule **ret_rules, size_t *ret_count);

/*
 * Which file Exim writes its main log to, by the value of log_file_path: that
 * of its first item that is no "syslog" (Exim's log.c, set_file_path). A file,
 * in *ret_path; the one that was compiled in, for an empty item or no value;
 * none; or which one can not be told: the value is expanded, or the file has
 * another name each day.
 */
enum exim_main_log { EXIM_LOG_FILE, EXIM_LOG_COMPILED, EXIM_LOG_SYSLOG, EXIM_LOG_UNTOLD };
enum exim_main_log exim_main_log(struct arena *arena, const char *value, const char **ret_path);

/*
 * The items of a list value: separator ':' or as changed by a leading "<X",
 * doubled separators made single, white space around items dropped (Exim
 * specification, section 6.21). Items live in the arena.
 */
int exim_list_split(struct arena *arena, const char *value,
    const char ***ret_items, size_t *ret_count, struct err *err);

/*
 * What `exim -bP` prints, one "name = value", "name" or "no_name" a line: main
 * options; behind a line "NAME router:", transport or authenticator the options
 * of that driver (-bP routers); named lists (-bP +NAME). Places have origin as
 * file and the line of the output. Values are as printed: compare them with
 * exim_value_printed() of a parsed file's. A value that Exim kept from us is
 * hidden and "".
 */
int exim_bp_parse(struct arena *arena, const char *origin, const void *bytes,
    size_t length, struct exim_conf *ret_conf, struct err *err);

/* A value with its unprintable bytes as -bP prints them: \n, \t, \303. */
const char *exim_value_printed(struct arena *arena, const char *value);

/*
 * The layered edit file /etc/exim.conf.local: text under the marker lines
 * @CONFIG@, @BEGINACL@, %RETRYBLOCK%, … One block per marker, in the order of
 * the file. Text that stands before the first marker makes a block with marker
 * "". A NUL byte is ERR_PARSE, a file over CONF_MAX_FILE is ERR_LIMIT.
 */
struct exim_local_block {
	const char *marker;	/* with its signs: "@CONFIG@" */
	const char *text;	/* verbatim, "" when empty */
	unsigned line;		/* of the first line of text */
};
int exim_local_parse(struct arena *arena, const char *path,
    const void *bytes, size_t length, struct exim_local_block **ret_blocks,
    size_t *ret_count, struct err *err);

/*
 * Main options set by the text of one block, as the generated file has them,
 * with places in path. source gives what the block includes; it may be NULL,
 * then an include is ERR_IO.
 */
int exim_local_options(struct arena *arena, const char *path,
    const struct exim_local_block *block, const struct conf_source *source,
    struct exim_conf *ret_conf, struct err *err);

/*
 * What a value with a string expansion amounts to, by comparing it with a
 * closed table of idioms, blanks passed over where Exim passes over them.
 * Never by substring: the inverse of each idiom differs in one brace.
 */
enum exim_idiom {
	EXIM_IDIOM_NONE,		/* code decides; we do not evaluate */
	EXIM_IDIOM_LITERAL,		/* no $ and no \ in it: as written */
	EXIM_IDIOM_ALL_UNDER_TLS,	/* "*" inside TLS, "" in clear */
	EXIM_IDIOM_ALL_IN_CLEAR,	/* the inverse */
};
enum exim_idiom exim_value_idiom(const char *value);

#endif
