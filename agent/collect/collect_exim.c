/*
 * What Exim is told, on three planes: the store (exim.conf.localopts, and the
 * @CONFIG@ block of exim.conf.local, which beats it), the generated file, and
 * what the daemon makes of it (exim -bP).
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "collect/collect_exchange.h"
#include "collect/collect_exim.h"
#include "facts/fields.h"
#include "parse/exim_conf.h"
#include "parse/keyvalue.h"

#define EXIM "/usr/sbin/exim"
#define CONF EXIM_CONF
#define LOCAL "/etc/exim.conf.local"
#define LOCALOPTS "/etc/exim.conf.localopts"

/* How a main option becomes a setting. */
enum option_kind {
	OPTION_TEXT,		/* as it stands; ${ in it is code */
	OPTION_CIPHERS,		/* expanded to suites */
};

struct option_row {
	const char *name;	/* of the main option */
	size_t offset;		/* of the setting in struct exim_facts */
	enum option_kind kind;
	bool empty_is_unset;	/* exim -bP prints both as "name = " */
	bool in_localopts;	/* under the same name */
};

static const struct option_row option_rows[] = {
	{ "openssl_options", offsetof(struct exim_facts, openssl_options),
	    OPTION_TEXT, true, true },
	{ "tls_require_ciphers", offsetof(struct exim_facts, cipher_suites),
	    OPTION_CIPHERS, true, true },
	{ "tls_advertise_hosts",
	    offsetof(struct exim_facts, tls_advertise_hosts),
	    OPTION_TEXT, false, false },
	{ "tls_on_connect_ports",
	    offsetof(struct exim_facts, tls_on_connect_ports),
	    OPTION_TEXT, false, false },
	{ "daemon_smtp_ports", offsetof(struct exim_facts, daemon_smtp_ports),
	    OPTION_TEXT, false, false },
	{ "recipients_max", offsetof(struct exim_facts, recipients_max),
	    OPTION_TEXT, false, false },
	{ "disable_ipv6", offsetof(struct exim_facts, disable_ipv6),
	    OPTION_TEXT, false, false },
	{ "log_selector", offsetof(struct exim_facts, log_selector),
	    OPTION_TEXT, true, false },
	{ "log_file_path", offsetof(struct exim_facts, log_file_path),
	    OPTION_TEXT, true, false },
};

#define OPTION_ROWS (sizeof(option_rows) / sizeof(option_rows[0]))

static struct setting *
row_setting(struct exim_facts *exim, const struct option_row *row)
{
	return (struct setting *)(void *)((char *)exim + row->offset);
}

/* "exim -bP openssl_options" or "/etc/exim.conf:31". */
const char *
exim_option_origin(struct collection *collection, const char *source,
    const struct exim_option *option)
{
	if (option == NULL)
		return source;
	/* What a command prints is found by name, not by line. */
	if (source[0] != '/')
		return arena_printf(collection->scratch, "%s %s", source,
		    option->name);
	return arena_printf(collection->scratch, "%s:%u", option->place.file,
	    option->place.line);
}

/*
 * local_interfaces may name ports of its own, "0.0.0.0.25" or "[::1]:25", which
 * then count in place of daemon_smtp_ports (Exim specification, section 14.2).
 */
static bool
names_ports(struct arena *arena, const char *interfaces)
{
	const char **items;
	struct err err = { 0 };
	size_t count, dots, i;
	const char *at;

	if (exim_list_split(arena, interfaces, &items, &count, &err) != 0)
		return true;
	for (i = 0; i < count; i++) {
		for (dots = 0, at = items[i]; *at != '\0'; at++)
			dots += *at == '.';
		if (dots > 3 || strstr(items[i], "]:") != NULL ||
		    (strchr(items[i], ':') != NULL && dots == 1))
			return true;
	}
	return false;
}

/* What is listened on is then not what daemon_smtp_ports says. */
static void
weigh_interfaces(struct collection *collection, enum plane plane,
    const char *source, const struct exim_conf *conf)
{
	const struct exim_option *interfaces = exim_conf_option(conf,
	    "local_interfaces");
	const char *origin;

	if (interfaces == NULL ||
	    !names_ports(collection->scratch, interfaces->value))
		return;
	origin = exim_option_origin(collection, source, interfaces);
	meta_unknown(collection, &collection->facts->exim.daemon_smtp_ports
	    .plane[plane].meta, origin,
	    "the ports are decided by local_interfaces at %s", origin);
}

static void
set_option(struct collection *collection, const struct option_row *row,
    enum plane plane, const char *source, const struct exim_option *option)
{
	struct fact_str *fact = &row_setting(&collection->facts->exim,
	    row)->plane[plane];
	const char *origin = exim_option_origin(collection, source, option);
	bool unset = option == NULL ||
	    (row->empty_is_unset && option->value[0] == '\0');

	if (option != NULL && strstr(option->value, "${") != NULL)
		meta_unknown(collection, &fact->meta, origin,
		    "decided at %s", origin);
	else if (row->kind == OPTION_CIPHERS)
		set_cipher_suites(collection, fact, origin,
		    unset ? NULL : option->value);
	else if (unset)
		meta_absent(&fact->meta,
		    arena_strdup(collection->arena, origin));
	else
		set_string(collection, fact, origin, option->value);
}

/* ---- the generated file ---- */

static void
plane_unknown(struct collection *collection, enum plane plane,
    const char *origin, const char *why)
{
	struct exim_facts *exim = &collection->facts->exim;
	size_t i;

	for (i = 0; i < OPTION_ROWS; i++)
		meta_unknown(collection,
		    &row_setting(exim, &option_rows[i])->plane[plane].meta,
		    origin, "%s", why);
	meta_unknown(collection, &exim->auth_offered.plane[plane].meta, origin,
	    "%s", why);
	if (plane != PLANE_FILE)
		return;
	meta_unknown(collection, &exim->auth_mechanisms.meta, origin, "%s",
	    why);
	exchange_file_unknown(collection, origin, why);
}

/* ---- where the keys lie ---- */

/* A path that an expansion goes on from is not the whole path. */
static const char *
literal_path(struct arena *arena, const char *at, size_t *ret_length)
{
	*ret_length = strspn(at, "/.-_0123456789abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	return at[*ret_length] == '$' || *ret_length < 2 ? NULL :
	    arena_memdup(arena, at, *ret_length);
}

/*
 * Every path that stands whole in the value: looked at, not judged by, so one
 * too many does no harm. cPanel's expressions go on from a directory of keys
 * that is listed anyway, and name the service's own file.
 */
static void
note_key_option(struct collection *collection, const char *kind,
    const char *directory, const struct exim_option *option)
{
	const char *at, *path;
	size_t found = 0, length;
	bool elsewhere = false;

	if (strpbrk(option->value, "/$") == NULL)
		return;		/* "0": nothing is signed */
	for (at = option->value; *at != '\0'; at += *at != '\0') {
		if (*at != '/' || (at > option->value &&
		    strchr("{ \t:", at[-1]) == NULL))
			continue;
		path = literal_path(collection->arena, at, &length);
		/* Only cPanel's own directory is listed by the keys collector. */
		if (at[length] == '$' && length > 1) {
			elsewhere |= strncmp(at, directory,
			    strlen(directory)) != 0 ||
			    at[strlen(directory)] != '/';
			found++;
		}
		at += length - 1;
		if (path == NULL)
			continue;
		*arena_push(collection->arena, &collection->key_places.items,
		    &collection->key_places.count) = (struct key_place){
		    kind, path };
		found++;
	}
	if (found == 0 || elsewhere)
		collection->key_places_why = arena_printf(collection->arena,
		    "Exim's is decided at %s:%u", option->place.file,
		    option->place.line);
}

static void
note_key_places(struct collection *collection, const struct exim_conf *conf)
{
	const struct exim_option *option = exim_conf_option(conf,
	    "tls_privatekey");
	size_t i;

	if (option == NULL)	/* then the certificate's file holds the key */
		option = exim_conf_option(conf, "tls_certificate");
	if (option != NULL)	/* else Exim makes one in memory */
		note_key_option(collection, "exim", SNI_KEYS, option);
	for (i = 0; i < conf->driver_count; i++) {
		option = exim_driver_option(&conf->drivers[i],
		    "dkim_private_key");
		if (option != NULL)
			note_key_option(collection, "dkim", DKIM_KEYS, option);
	}
}

static void
collect_file(struct collection *collection)
{
	struct fact_str *offered =
	    &collection->facts->exim.auth_offered.plane[PLANE_FILE];
	struct conf_source source = collection_source(collection);
	struct answer answer = host_file(collection->host,
	    collection->scratch, CONF, CONF_MAX_FILE);
	const struct exim_option *option;
	struct err err = { 0 };
	struct exim_conf conf;
	char text[1400];
	size_t i;

	if (answer.status != ANSWER_OK) {
		plane_unknown(collection, PLANE_FILE, CONF, answer.why);
		collection->key_places_why = arena_strdup(collection->arena,
		    answer.why);
		return;
	}
	if (exim_conf_parse(collection->scratch, CONF, answer.bytes,
	    answer.length, NULL, &source, &conf, &err) != 0) {
		err_format(&err, text, sizeof(text));
		plane_unknown(collection, PLANE_FILE, CONF, text);
		collection->key_places_why = arena_strdup(collection->arena,
		    text);
		return;
	}
	note_key_places(collection, &conf);
	exim_collect_mechanisms(collection, &conf);
	exchange_collect_file(collection, CONF, &conf);
	for (i = 0; i < OPTION_ROWS; i++)
		set_option(collection, &option_rows[i], PLANE_FILE, CONF,
		    exim_conf_option(&conf, option_rows[i].name));
	weigh_interfaces(collection, PLANE_FILE, CONF, &conf);
	option = exim_conf_option(&conf, "auth_advertise_hosts");
	if (exim_reduce_auth_offered(collection, CONF, option, offered))
		exim_reduce_authenticators(collection, &conf,
		    exim_option_origin(collection, CONF, option), offered);
}

/* ---- the daemon ---- */

/* NULL when the output was had, else why not. */
static const char *
ask_exim(struct collection *collection, const char *const *argv,
    const char *origin, struct exim_conf *ret_conf)
{
	struct answer answer = host_command(collection->host,
	    collection->scratch, argv, HOST_CAP_CONFIG);
	struct err err = { 0 };
	char text[1400];

	if (answer.status != ANSWER_OK)
		return answer.why;
	/* Exim prints a configuration error on standard output. */
	if (answer.code != 0)
		return arena_printf(collection->scratch,
		    "%s ended with status %d: %.300s", origin, answer.code,
		    answer.why != NULL ? answer.why : answer.bytes);
	if (exim_bp_parse(collection->scratch, origin, answer.bytes,
	    answer.length, ret_conf, &err) == 0)
		return NULL;
	err_format(&err, text, sizeof(text));
	return arena_strdup(collection->scratch, text);
}

static void
collect_daemon(struct collection *collection)
{
	static const char *const main_options[] = { EXIM, "-bP", NULL };
	static const char *const authenticators[] = { EXIM, "-bP",
	    "authenticators", NULL };
	struct fact_str *offered =
	    &collection->facts->exim.auth_offered.plane[PLANE_DAEMON];
	const struct exim_option *option;
	struct exim_conf conf, drivers;
	const char *origin = "exim -bP", *why;
	size_t i;

	why = ask_exim(collection, main_options, origin, &conf);
	if (why != NULL) {
		plane_unknown(collection, PLANE_DAEMON, origin, why);
		return;
	}
	for (i = 0; i < OPTION_ROWS; i++) {
		option = exim_conf_option(&conf, option_rows[i].name);
		if (option == NULL)
			meta_unknown(collection, &row_setting(
			    &collection->facts->exim,
			    &option_rows[i])->plane[PLANE_DAEMON].meta, origin,
			    "%s does not print %s", origin,
			    option_rows[i].name);
		else
			set_option(collection, &option_rows[i], PLANE_DAEMON,
			    origin, option);
	}
	weigh_interfaces(collection, PLANE_DAEMON, origin, &conf);
	option = exim_conf_option(&conf, "auth_advertise_hosts");
	if (option == NULL) {
		meta_unknown(collection, &offered->meta, origin,
		    "%s does not print auth_advertise_hosts", origin);
		return;
	}
	if (!exim_reduce_auth_offered(collection, origin, option, offered))
		return;
	why = ask_exim(collection, authenticators, "exim -bP authenticators",
	    &drivers);
	if (why != NULL)
		meta_unknown(collection, &offered->meta,
		    "exim -bP authenticators", "%s", why);
	else
		exim_reduce_authenticators(collection, &drivers,
		    exim_option_origin(collection, origin, option), offered);
}

/* ---- the store ---- */

/* The @CONFIG@ block's options, or false when there are none to be had. */
static bool
read_local(struct collection *collection, struct exim_conf *ret_conf,
    struct err *err)
{
	struct fact_list *blocks = &collection->facts->site.exim_local_blocks;
	struct conf_source source = collection_source(collection);
	struct arena *scratch = collection->scratch;
	struct exim_local_block *items;
	const char **markers = NULL;
	size_t count, marker_count = 0, i;
	struct answer answer;
	bool found = false;

	answer = host_file(collection->host, scratch, LOCAL, CONF_MAX_FILE);
	memset(ret_conf, 0, sizeof(*ret_conf));
	if (!meta_from_answer(collection, &blocks->meta, &answer, LOCAL)) {
		if (answer.status == ANSWER_ABSENT)
			return false;	/* until somebody customises */
		err_at(err, ERR_IO, LOCAL, 0, "%s", answer.why);
		return false;
	}
	if (exim_local_parse(scratch, LOCAL, answer.bytes, answer.length,
	    &items, &count, err) != 0) {
		meta_unknown(collection, &blocks->meta, LOCAL, "%s", err->text);
		return false;
	}
	for (i = 0; i < count; i++) {
		if (items[i].text[strspn(items[i].text, " \t\r\n")] != '\0')
			*arena_push(collection->arena, &markers,
			    &marker_count) = arena_strdup(collection->arena,
			    items[i].marker);
		if (strcmp(items[i].marker, "@CONFIG@") == 0)
			found = exim_local_options(scratch, LOCAL, &items[i],
			    &source, ret_conf, err) == 0;
	}
	blocks->items = markers;
	blocks->count = marker_count;
	return found;
}

static void
set_stored(struct collection *collection, const struct option_row *row,
    const struct exim_conf *local, const struct keyvalues *localopts)
{
	struct fact_str *fact = &row_setting(&collection->facts->exim,
	    row)->plane[PLANE_STORE];
	const struct exim_option *option = exim_conf_option(local, row->name);
	const struct keyvalue *pair = keyvalues_find(localopts, row->name);

	if (option != NULL) {
		set_option(collection, row, PLANE_STORE, LOCAL, option);
	} else if (row->kind == OPTION_CIPHERS) {
		/* cPanel's own list is nowhere documented whole. */
		if (pair == NULL || pair->value == NULL)
			meta_unknown(collection, &fact->meta, LOCALOPTS,
			    FACT_SKIPPED_PREFIX "%s is not set in %s", row->name,
			    LOCALOPTS);
		else
			set_cipher_suites(collection, fact, arena_printf(
			    collection->scratch, "%s:%u", LOCALOPTS,
			    pair->line), pair->value);
	} else {
		set_from_keyvalue(collection, fact, LOCALOPTS, pair);
	}
}

static const struct {
	const char *key;
	size_t offset;
} localopts_rows[] = {
	{ "require_secure_auth",
	    offsetof(struct exim_facts, require_secure_auth) },
	{ "acl_dictionary_attack",
	    offsetof(struct exim_facts, acl_dictionary_attack) },
	{ "acl_ratelimit", offsetof(struct exim_facts, acl_ratelimit) },
};

#define LOCALOPTS_ROWS (sizeof(localopts_rows) / sizeof(localopts_rows[0]))

static struct fact_str *
localopts_fact(struct collection *collection, size_t row)
{
	return &((struct setting *)(void *)((char *)&collection->facts->exim +
	    localopts_rows[row].offset))->plane[PLANE_STORE];
}

static void
store_unknown(struct collection *collection, const char *origin,
    const char *why)
{
	size_t i;

	for (i = 0; i < OPTION_ROWS; i++)
		if (option_rows[i].in_localopts)
			meta_unknown(collection, &row_setting(
			    &collection->facts->exim,
			    &option_rows[i])->plane[PLANE_STORE].meta, origin,
			    "%s", why);
	for (i = 0; i < LOCALOPTS_ROWS; i++)
		meta_unknown(collection, &localopts_fact(collection, i)->meta,
		    origin, "%s", why);
}

static void
collect_store(struct collection *collection)
{
	struct facts *facts = collection->facts;
	const struct exim_option *beaten;
	struct keyvalues localopts = { 0 };
	struct err err = { 0 };
	struct exim_conf local;
	struct answer answer;
	char text[1400];
	size_t i;

	if (!read_local(collection, &local, &err) && err.code != ERR_NONE) {
		err_format(&err, text, sizeof(text));
		store_unknown(collection, LOCAL, text);
		meta_unknown(collection, &facts->site.smarthost.meta, LOCALOPTS,
		    "%s", text);
		return;
	}
	answer = host_file(collection->host, collection->scratch, LOCALOPTS,
	    HOST_CAP_CONFIG);
	if (answer.status != ANSWER_OK && answer.status != ANSWER_ABSENT) {
		store_unknown(collection, LOCALOPTS, answer.why);
		meta_unknown(collection, &facts->site.smarthost.meta, LOCALOPTS,
		    "%s", answer.why);
		return;
	}
	keyvalues_parse(collection->scratch, answer.bytes, answer.length, '=',
	    &localopts);
	for (i = 0; i < OPTION_ROWS; i++)
		if (option_rows[i].in_localopts)
			set_stored(collection, &option_rows[i], &local,
			    &localopts);
	for (i = 0; i < LOCALOPTS_ROWS; i++)
		set_from_keyvalue(collection, localopts_fact(collection, i),
		    LOCALOPTS, keyvalues_find(&localopts,
		    localopts_rows[i].key));
	set_from_keyvalue(collection, &facts->site.smarthost, LOCALOPTS,
	    keyvalues_find(&localopts, "smarthost_routelist"));
	beaten = exim_conf_option(&local, "auth_advertise_hosts");
	if (beaten != NULL)
		meta_unknown(collection,
		    &facts->exim.require_secure_auth.plane[PLANE_STORE].meta,
		    LOCAL, FACT_SKIPPED_PREFIX "auth_advertise_hosts at %s:%u "
		    "beats require_secure_auth", LOCAL, beaten->place.line);
}

static void
collect_exim(struct collection *collection)
{
	collect_store(collection);
	collect_file(collection);
	collect_daemon(collection);
}

static const struct access exim_accesses[] = {
	{ ASK_FILE, LOCAL, "options that beat the Basic Editor's" },
	{ ASK_FILE, LOCALOPTS, "the Basic Editor's settings" },
	{ ASK_FILE, CONF, "the generated configuration" },
	{ ASK_FILE, "/var/cpanel/exim_hidden/*", "included by exim.conf" },
	{ ASK_FILE, "/etc/exim*", "included by exim.conf" },
	{ ASK_COMMAND, EXIM " -bP", "the options as the daemon reads them" },
	{ ASK_COMMAND, EXIM " -bP authenticators",
	    "asked when AUTH is advertised to all" },
};

static const char *const exim_groups[] = { "exim", NULL };

static const char *const exim_lists[] = { "transports", NULL };

extern const struct collector collector_exim;
const struct collector collector_exim = {
	.name = "exim",
	.accesses = exim_accesses,
	.access_count = sizeof(exim_accesses) / sizeof(exim_accesses[0]),
	.collect = collect_exim,
	.groups = exim_groups,
	.planes = PLANE_BIT(PLANE_STORE) | PLANE_BIT(PLANE_FILE) |
	    PLANE_BIT(PLANE_DAEMON),
	.lists = exim_lists,
};
