/*
 * Files of one setting a line: exim.conf.localopts and cpanel.config
 * ("key=value", a bare "key" means the default), cpupdate.conf, os-release and
 * csf.conf (values may be quoted), the Dovecot datastore and the backup
 * configuration ("key: value"), userdomains and trueuserowners ("name: name"),
 * and lists of one entry a line.
 *
 * Blank lines and lines that begin with '#' are skipped, as is anything
 * indented (a nested map of the datastore). A NUL ends the line it stands in.
 */
#ifndef CPWARD_PARSE_KEYVALUE_H
#define CPWARD_PARSE_KEYVALUE_H

#include <stddef.h>

struct arena;

struct keyvalue {
	const char *key;
	const char *value;	/* unquoted; NULL when the separator is missing */
	unsigned line;
};

struct keyvalues {
	struct keyvalue *items;
	size_t count;
};

/*
 * Splits at the first separator ('=' or ':'). Blanks around key and value are
 * dropped; a value wholly inside '' or "" loses the quotes. Lives in the
 * arena.
 */
void keyvalues_parse(struct arena *arena, const char *bytes, size_t length,
    char separator, struct keyvalues *ret_values);

/* The last line of that key wins, as in the products; NULL when there is none. */
const struct keyvalue *keyvalues_find(const struct keyvalues *values,
    const char *key);

/* The same for files of thousands of keys, looked up thousands of times. */
struct keyvalue_index {
	const struct keyvalue **sorted;
	size_t count;
};
void keyvalues_index(struct arena *arena, const struct keyvalues *values,
    struct keyvalue_index *ret_index);
const struct keyvalue *keyvalue_index_find(const struct keyvalue_index *index,
    const char *key);

#endif
