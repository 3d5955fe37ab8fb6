/*
 * Dovecot's configuration, 2.3 and 2.4: bytes to settings in force, each with
 * the file and line it stands at.
 *
 * Grammar: doc.dovecot.org "Configuration file" for 2.3 and for 2.4, and what
 * doveconf 2.3.19 and 2.4.1 make of it. Values are those doveconf prints: 2.4's
 * keep their text, 2.3's booleans, numbers, sizes and times have one form
 * ("yes", "10 M", "2 hours"). <file values are not read but marked; $name (2.3)
 * and $SET:name (2.4) are replaced, and left as they are when nothing sets the
 * name and we do not know its default; $ENV:name is empty, since the
 * environment of Dovecot's master process is not ours.
 */
#ifndef CPWARD_PARSE_DOVECOT_CONF_H
#define CPWARD_PARSE_DOVECOT_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "parse/conf_source.h"

struct arena;
struct dovecot_index;
struct err;

enum dovecot_version {
	DOVECOT_2_3 = 203,	/* no dovecot_config_version in the file */
	DOVECOT_2_4 = 204,
};

struct dovecot_setting {
	/*
	 * The name as the product writes it, sections before it with '/':
	 * "ssl", "service/imap-login/inet_listener/imap/port",
	 * "passdb/0/driver", "plugin/quota". In 2.4 a named filter's block is
	 * flattened into the setting's long name (ssl_server { cert_file } is
	 * ssl_server_cert_file); a setting of another kind inside it is
	 * "ssl_server/ssl_min_protocol". A named section of 2.4, also an empty
	 * one, has the setting "name": "passdb/pam/name". In a section's name
	 * '/' is "\s", ' ' "\_", '=' "\e", ',' "\+", '\' "\\".
	 */
	const char *name;
	const char *value;
	/*
	 * The filters it stands under, outermost first, as doveconf -n writes
	 * them joined by " / ": "" for none, "protocol imap",
	 * "local_name mail.example.com / protocol imap". 2.4's groups stand
	 * under "group @label name".
	 */
	const char *filter;
	bool from_file;		/* written as <path: value is the path */
	/*
	 * 2.4: a list block that adds to the list seen from outside the filter
	 * or to the default; a word that it takes off is "!word".
	 */
	bool appended;
	struct conf_place place;
};

struct dovecot_conf {
	enum dovecot_version version;
	const char *config_version;	/* "2.4.1", "" in 2.3 */
	struct dovecot_setting *settings;	/* last one wins: one per
						 * name and filter */
	size_t setting_count;
	const char **files;		/* every file read, the main one first */
	size_t file_count;
	const struct dovecot_index *index;	/* for the lookups */
};

/*
 * Parses bytes as the main file at path. Refuses what doveconf refuses by
 * grammar (ERR_PARSE with file and line), caps (ERR_LIMIT), failing includes.
 * All of *ret_conf lives in the arena.
 */
int dovecot_conf_parse(struct arena *arena, const char *path,
    const void *bytes, size_t length, const struct conf_source *source,
    struct dovecot_conf *ret_conf, struct err *err);

/*
 * What `doveconf -n` prints, through the same grammar; origin takes the place
 * of the file name and lines are those of the output. Values that doveconf
 * hides ("# hidden, use -P to show it": ssl_key and ssl_dh of 2.3 too) have the
 * value "" and are marked from_file false.
 */
int doveconf_parse(struct arena *arena, const char *origin, const void *bytes,
    size_t length, struct dovecot_conf *ret_conf, struct err *err);

/* The setting outside every filter, or of a group that is in force there. */
const struct dovecot_setting *dovecot_conf_setting(
    const struct dovecot_conf *conf, const char *name);
/*
 * As seen by one protocol: its own filter first, then one of the others that
 * is negated (protocol !lmtp), then no filter.
 */
const struct dovecot_setting *dovecot_conf_setting_for(
    const struct dovecot_conf *conf, const char *protocol, const char *name);

/*
 * One word for both generations. Names are 2.4's; the value is normalised to
 * the 2.4 meaning (disable_plaintext_auth = yes is auth_allow_cleartext = no).
 * *ret_value lives in the arena. NULL when not set under either name.
 */
const struct dovecot_setting *dovecot_conf_lookup(struct arena *arena,
    const struct dovecot_conf *conf, const char *name_2_4,
    const char **ret_value);

/* Blank- or comma-separated words of a value; quotes round one are taken off. */
void dovecot_words(struct arena *arena, const char *value,
    const char ***ret_words, size_t *ret_count);

#endif
