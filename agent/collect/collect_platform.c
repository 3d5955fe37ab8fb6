/*
 * Which cPanel and which operating system this is, how it updates itself, and
 * whether its session files bear the mark of a known exploit.
 */
#include <string.h>

#include "base/arena.h"
#include "collect/collect.h"
#include "parse/keyvalue.h"

#define VERSION_FILE "/usr/local/cpanel/version"
#define UPDATE_CONF "/etc/cpupdate.conf"
#define OS_RELEASE "/etc/os-release"
#define SESSIONS "/var/cpanel/sessions/raw"

#define SESSION_CAP (64u * 1024)
#define SESSION_LINES 500	/* cPanel writes some twenty */
#define SESSIONS_READ 20000	/* files; a larger store is not read whole */

static void
collect_version(struct collection *collection)
{
	struct fact_str *version =
	    &collection->facts->platform.cpanel_version.plane[PLANE_FILE];
	struct answer answer = host_file(collection->host,
	    collection->scratch, VERSION_FILE, 4096);
	size_t length;

	if (!meta_from_answer(collection, &version->meta, &answer,
	    VERSION_FILE))
		return;
	length = strspn(answer.bytes, "0123456789.");
	if (length == 0 || answer.bytes[length + strspn(answer.bytes + length,
	    "\r\n ")] != '\0')
		meta_unknown(collection, &version->meta, VERSION_FILE,
		    "does not hold a version number");
	else
		version->value = arena_memdup(collection->arena, answer.bytes,
		    length);
}

struct wanted {
	const char *key;
	struct fact_str *fact;
};

/* The same keys=values file for several facts. */
static void
collect_pairs(struct collection *collection, const char *path,
    const struct wanted *wanted, size_t count)
{
	struct answer answer = host_file(collection->host,
	    collection->scratch, path, HOST_CAP_CONFIG);
	struct keyvalues values;
	size_t i;

	if (answer.status == ANSWER_OK)
		keyvalues_parse(collection->scratch, answer.bytes,
		    answer.length, '=', &values);
	for (i = 0; i < count; i++)
		if (answer.status == ANSWER_OK)
			set_from_keyvalue(collection, wanted[i].fact, path,
			    keyvalues_find(&values, wanted[i].key));
		else
			meta_from_answer(collection, &wanted[i].fact->meta,
			    &answer, path);
}

/* Lines that only a successful login writes. */
static const char *const login_marks[] = {
	"hasroot", "tfa_verified", "successful_internal_auth_with_timestamp",
	"successful_external_auth_with_timestamp",
};

/*
 * CVE-2026-41940 forges a session by carrying line ends into a raw session
 * file: a line that is no "key=value", a key that comes twice, or the marks of
 * a login in a session that was made by a refused password. Session names are
 * live secrets: only their number is kept.
 */
static bool
session_forged(struct arena *scratch, const struct answer *answer)
{
	const struct keyvalue *origin;
	struct keyvalues values;
	size_t i;

	keyvalues_parse(scratch, answer->bytes, answer->length, '=', &values);
	if (values.count > SESSION_LINES)
		return true;
	origin = keyvalues_find(&values, "origin_as_string");
	if (origin != NULL && origin->value != NULL &&
	    strstr(origin->value, "method=badpass") != NULL)
		for (i = 0; i < sizeof(login_marks) / sizeof(login_marks[0]);
		    i++)
			if (keyvalues_find(&values, login_marks[i]) != NULL)
				return true;
	for (i = 0; i < values.count; i++)
		if (values.items[i].value == NULL ||
		    keyvalues_find(&values, values.items[i].key) !=
		    &values.items[i])
			return true;
	return false;
}

static void
collect_sessions(struct collection *collection)
{
	struct fact_int *forged = &collection->facts->platform.forged_sessions;
	struct answer answer = host_dir(collection->host, collection->scratch,
	    SESSIONS);
	const char **names;
	struct arena *each;
	size_t count, unread = 0, i;
	char *path;

	if (!meta_from_answer(collection, &forged->meta, &answer, SESSIONS))
		return;
	host_names(collection->scratch, &answer, &names, &count);
	if (count > SESSIONS_READ) {
		meta_unknown(collection, &forged->meta, SESSIONS,
		    "holds %zu sessions, more than the %d that are read",
		    count, SESSIONS_READ);
		return;
	}
	for (i = 0; i < count; i++) {
		each = arena_new();
		path = arena_printf(each, "%s/%s", SESSIONS, names[i]);
		answer = host_file(collection->host, each, path, SESSION_CAP);
		if (answer.status == ANSWER_OK && session_forged(each, &answer))
			forged->value++;
		/* One that ended since the listing is no fault. */
		unread += answer.status == ANSWER_FAILED;
		arena_wipe(each);
	}
	/* One forged session says enough, whatever was not read. */
	if (unread > 0 && forged->value == 0)
		meta_unknown(collection, &forged->meta, SESSIONS,
		    "%zu of %zu session files can not be read", unread, count);
}

static void
collect_name(struct collection *collection)
{
	static const char *const paths[] = { "/etc/hostname",
	    "/proc/sys/kernel/hostname" };
	struct answer answer;
	size_t length, i;

	for (i = 0; i < 2 && collection->facts->host == NULL; i++) {
		answer = host_file(collection->host, collection->scratch,
		    paths[i], 4096);
		length = strcspn(answer.bytes, "\r\n");
		if (answer.status == ANSWER_OK && length > 0)
			collection->facts->host = arena_memdup(
			    collection->arena, answer.bytes, length);
	}
}

static void
collect_platform(struct collection *collection)
{
	struct platform_facts *platform = &collection->facts->platform;
	const struct wanted updates[] = {
		{ "CPANEL", &platform->cpupdate_tier },
		{ "UPDATES", &platform->cpupdate_updates },
	};
	const struct wanted os[] = {
		{ "ID", &platform->os_id },
		{ "VERSION_ID", &platform->os_version },
	};

	collect_name(collection);
	collect_version(collection);
	collect_pairs(collection, UPDATE_CONF, updates, 2);
	collect_pairs(collection, OS_RELEASE, os, 2);
	collect_sessions(collection);
}

static const struct access platform_accesses[] = {
	{ ASK_FILE, "/etc/hostname", "the server's name" },
	{ ASK_FILE, "/proc/sys/kernel/hostname", "the server's name" },
	{ ASK_FILE, VERSION_FILE, "the version of cPanel" },
	{ ASK_FILE, UPDATE_CONF, "tier and update settings" },
	{ ASK_FILE, OS_RELEASE, "the operating system" },
	{ ASK_DIR, SESSIONS, "session files, for signs of CVE-2026-41940" },
	{ ASK_FILE, SESSIONS "/*", "their lines are counted, never kept" },
};

static const char *const platform_groups[] = { "platform", NULL };

extern const struct collector collector_platform;
const struct collector collector_platform = {
	.name = "platform",
	.accesses = platform_accesses,
	.access_count = sizeof(platform_accesses) / sizeof(platform_accesses[0]),
	.collect = collect_platform,
	.groups = platform_groups,
	.planes = PLANE_BIT(PLANE_FILE),
	.always = true,
};
