/*
 * One fact: a value with its state, where it was read, and, when it is
 * unknown, why. Zeroed memory is an unknown fact, the safe end.
 *
 * absent:  looked, and it is not there.
 * unknown: everything else. A plane that the run was told not to ask has a
 *          reason beginning "skipped: ".
 */
#ifndef CPWARD_FACTS_FACT_H
#define CPWARD_FACTS_FACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fact_state {
	FACT_UNKNOWN,
	FACT_ABSENT,
	FACT_KNOWN,
};

struct fact_meta {
	enum fact_state state;
	const char *origin;	/* "/etc/exim.conf:31", "whmapi1 version"; NULL = none */
	const char *why;	/* when unknown; NULL = nobody looked */
};

struct fact_bool {
	struct fact_meta meta;
	bool value;
};

struct fact_int {
	struct fact_meta meta;
	int64_t value;
};

struct fact_str {
	struct fact_meta meta;
	const char *value;
};

struct fact_list {
	struct fact_meta meta;
	const char *const *items;
	size_t count;
};

/*
 * Where a setting was seen, from the admin's store to the wire. A later plane
 * is nearer the wire; the API speaks for the store, so it stands beside it.
 */
enum plane {
	PLANE_STORE,	/* localopts, cpanel.config, the Dovecot datastore */
	PLANE_API,	/* the WHM API's answer */
	PLANE_FILE,	/* the generated configuration; a plain file */
	PLANE_DAEMON,	/* exim -bP, doveconf -n */
	PLANE_SOCKET,	/* what a listener did */
	PLANE_LOG,	/* what a log line proves */
	PLANE_COUNT,
};

#define PLANE_BIT(plane) (1u << (plane))

/* One setting as text on each of its planes (the field table says which). */
struct setting {
	struct fact_str plane[PLANE_COUNT];
};

#define FACT_SKIPPED_PREFIX "skipped: "
/* … behind which a flag follows: asked for when the admin says so, not by default. */
#define FACT_ON_REQUEST_PREFIX FACT_SKIPPED_PREFIX "asked with "

bool fact_skipped(const struct fact_meta *meta);
bool fact_on_request(const struct fact_meta *meta);
const char *plane_name(enum plane plane);	/* "store", "daemon", … */
const char *fact_state_name(enum fact_state state);

#endif
