/*
 * What Dovecot is told: the datastore that WHM keeps, the generated files, and
 * doveconf -n. Names and meaning are 2.4's throughout.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "collect/collect.h"
#include "parse/dovecot_conf.h"
#include "parse/keyvalue.h"

#define DOVECONF "/usr/bin/doveconf"
#define CONF "/etc/dovecot/dovecot.conf"
#define DATASTORE "/var/cpanel/conf/dovecot/main"

enum setting_kind {
	SETTING_TEXT,
	SETTING_CIPHERS,	/* expanded to suites */
	SETTING_SECONDS,	/* a time, as digits */
	SETTING_WORDS,		/* words, one blank between */
};

struct setting_row {
	const char *name;	/* 2.4's */
	const char *protocol;	/* as that protocol has it; NULL = outside filters */
	size_t offset;
	enum setting_kind kind;
	const char *stored;	/* key of the datastore; NULL = not kept there */
};

#define ROW(name, protocol, member, kind, stored) \
	{ name, protocol, offsetof(struct dovecot_facts, member), kind, stored }

static const struct setting_row setting_rows[] = {
	ROW("ssl", NULL, ssl, SETTING_TEXT, NULL),
	ROW("ssl_min_protocol", NULL, ssl_min_protocol, SETTING_TEXT,
	    "ssl_min_protocol"),
	ROW("ssl_cipher_list", NULL, cipher_suites, SETTING_CIPHERS,
	    "ssl_cipher_list"),
	ROW("auth_allow_cleartext", NULL, auth_allow_cleartext, SETTING_TEXT,
	    "auth_allow_cleartext"),
	ROW("auth_mechanisms", NULL, auth_mechanisms, SETTING_WORDS, NULL),
	ROW("auth_verbose", NULL, auth_verbose, SETTING_TEXT, NULL),
	ROW("auth_verbose_passwords", NULL, auth_verbose_passwords,
	    SETTING_TEXT, NULL),
	ROW("auth_debug_passwords", NULL, auth_debug_passwords, SETTING_TEXT,
	    NULL),
	ROW("auth_failure_delay", NULL, auth_failure_delay, SETTING_SECONDS,
	    NULL),
	ROW("mail_max_userip_connections", "imap", mail_max_userip_connections,
	    SETTING_TEXT, NULL),
	ROW("login_log_format_elements", NULL, login_log_format_elements,
	    SETTING_TEXT, NULL),
	ROW("mail_plugins", "imap", mail_plugins, SETTING_WORDS, NULL),
	ROW("mail_log_events", NULL, mail_log_events, SETTING_WORDS, NULL),
	ROW("mail_log_fields", NULL, mail_log_fields, SETTING_WORDS, NULL),
	ROW("service/imap-login/inet_listener/imaps/port", NULL, imaps_port,
	    SETTING_TEXT, NULL),
	ROW("log_path", NULL, log_path, SETTING_TEXT, NULL),
	ROW("info_log_path", NULL, info_log_path, SETTING_TEXT, NULL),
};

#define SETTING_ROWS (sizeof(setting_rows) / sizeof(setting_rows[0]))

/* Dovecot 2.3 and 2.4's own default, doc.dovecot.org ssl_cipher_list. */
#define DEFAULT_CIPHERS "ALL:!kRSA:!SRP:!kDHd:!DSS:!aNULL:!eNULL:!EXPORT:" \
	"!DES:!3DES:!MD5:!PSK:!RC4:!ADH:!LOW@STRENGTH"

static struct fact_str *
row_fact(struct collection *collection, const struct setting_row *row,
    enum plane plane)
{
	return &((struct setting *)(void *)((char *)
	    &collection->facts->dovecot + row->offset))->plane[plane];
}

/*
 * "2 secs", "1 min", "0": Dovecot's times; NULL when it is none. As in Dovecot
 * a unit may be cut short; "m" is minutes.
 */
static const char *
seconds_text(struct arena *arena, const char *value)
{
	static const struct {
		const char *unit;
		long ms;
	} units[] = {
		{ "seconds", 1000 }, { "secs", 1000 }, { "minutes", 60000 },
		{ "mins", 60000 }, { "hours", 3600000 }, { "days", 86400000 },
		{ "weeks", 604800000 }, { "msecs", 1 }, { "mseconds", 1 },
		{ "milliseconds", 1 }, { "millisecs", 1 },
	};
	char *end;
	long number = strtol(value, &end, 10);
	size_t i;

	if (end == value || number < 0 || number > 1000000)
		return NULL;
	while (*end == ' ')
		end++;
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strncasecmp(end, units[i].unit, strlen(end)) == 0)
			return arena_printf(arena, "%ld",
			    number * units[i].ms / 1000);
	return NULL;
}

static const char *
join_words(struct arena *arena, const char *value)
{
	const char **words;
	struct buf text;
	size_t count, i;
	char *copy;

	dovecot_words(arena, value, &words, &count);
	buf_init(&text, CONF_MAX_LINE);
	for (i = 0; i < count; i++)
		(void)buf_addf(&text, "%s%s", i > 0 ? " " : "", words[i]);
	copy = arena_memdup(arena, text.bytes, text.length);
	buf_done(&text);
	return copy;
}

static void
set_value(struct collection *collection, const struct setting_row *row,
    struct fact_str *fact, const char *origin, const char *value)
{
	const char *text = value;

	switch (row->kind) {
	case SETTING_CIPHERS:
		set_cipher_suites(collection, fact, origin, value);
		return;
	case SETTING_SECONDS:
		text = seconds_text(collection->scratch, value);
		break;
	case SETTING_WORDS:
		text = join_words(collection->scratch, value);
		break;
	case SETTING_TEXT:
		break;
	}
	if (text == NULL)
		meta_unknown(collection, &fact->meta, origin,
		    "\"%.40s\" is not a time", value);
	else
		set_string(collection, fact, origin, text);
}

static const struct dovecot_setting *
find_setting(struct collection *collection, const struct dovecot_conf *conf,
    const struct setting_row *row, const char **ret_value)
{
	const struct dovecot_setting *setting, *outer;

	if (row->protocol != NULL) {
		setting = dovecot_conf_setting_for(conf, row->protocol,
		    row->name);
		*ret_value = setting == NULL ? NULL : setting->value;
		/* 2.4: a list block in a protocol adds to the list outside. */
		outer = dovecot_conf_setting(conf, row->name);
		if (setting != NULL && setting->appended && outer != NULL &&
		    outer != setting)
			*ret_value = arena_printf(collection->scratch, "%s %s",
			    outer->value, setting->value);
		return setting;
	}
	return dovecot_conf_lookup(collection->scratch, conf, row->name,
	    ret_value);
}

static void
set_plane(struct collection *collection, const struct dovecot_conf *conf,
    enum plane plane, const char *source)
{
	const struct dovecot_setting *setting;
	const char *value, *origin;
	struct fact_str *fact;
	size_t i;

	for (i = 0; i < SETTING_ROWS; i++) {
		setting = find_setting(collection, conf, &setting_rows[i],
		    &value);
		fact = row_fact(collection, &setting_rows[i], plane);
		origin = source;
		if (setting != NULL)
			origin = plane == PLANE_FILE ? arena_printf(
			    collection->scratch, "%s:%u", setting->place.file,
			    setting->place.line) : arena_printf(
			    collection->scratch, "%s %s", source,
			    setting->name);
		if (setting != NULL)
			set_value(collection, &setting_rows[i], fact, origin,
			    value);
		else if (setting_rows[i].kind == SETTING_CIPHERS)
			set_value(collection, &setting_rows[i], fact,
			    "Dovecot's default", DEFAULT_CIPHERS);
		else
			meta_absent(&fact->meta,
			    arena_strdup(collection->arena, source));
	}
}

/* ---- connections that are treated otherwise ---- */

static void
forbid_pass(struct collection *collection, const char *name,
    const char *source, const struct dovecot_setting *setting)
{
	const char *where = setting->place.line == 0 ? source : arena_printf(
	    collection->scratch, "%s:%u", setting->place.file,
	    setting->place.line);
	bool passdb = strncmp(setting->name, "passdb/", 7) == 0;
	struct fact_meta *meta;
	size_t i;

	for (i = 0; i < SETTING_ROWS; i++) {
		if (setting_rows[i].protocol != NULL ||
		    strcmp(setting_rows[i].name, name) != 0)
			continue;
		meta = &row_fact(collection, &setting_rows[i],
		    PLANE_DAEMON)->meta;
		/* What the daemon itself says is not the file's to doubt. */
		if (source[0] == '/' && meta->state != FACT_UNKNOWN)
			continue;
		/* A passdb's value may be a password. */
		meta_unknown(collection, meta, where, "%s%s%s has %s%s%.80s",
		    where, setting->filter[0] != '\0' ? ": " : "",
		    setting->filter, passdb ? "a passdb that lets anybody in" :
		    setting->name, passdb ? "" : " = ",
		    passdb ? "" : setting->value);
	}
}

/* 127.x.y.z with a mask of 8 or more, or ::1 itself. */
static bool
is_loopback(const char *network, size_t length)
{
	const char *slash = memchr(network, '/', length);
	size_t address = slash == NULL ? length : (size_t)(slash - network);
	long mask = slash == NULL ? 128 : strtol(slash + 1, NULL, 10);

	if (address == 3 && strncmp(network, "::1", 3) == 0)
		return mask == 128;
	return address > 4 && strncmp(network, "127.", 4) == 0 && mask >= 8 &&
	    strspn(network, "0123456789.") >= address;
}

static bool
is_loopback_only(const char *networks)
{
	size_t length;

	for (;; networks += length) {
		networks += strspn(networks, " ,");
		length = strcspn(networks, " ,");
		if (length == 0)
			return true;
		if (!is_loopback(networks, length))
			return false;
	}
}

/* Who is on this machine needs no TLS to be alone with it. */
static bool
from_loopback(const char *filter)
{
	const char *remote = strstr(filter, "remote ");

	return remote != NULL && (remote == filter || remote[-1] == ' ') &&
	    is_loopback(remote + 7, strcspn(remote + 7, " "));
}

/* A static passdb has one password for all, or asks for none. */
static bool
lets_anybody_in(const struct dovecot_setting *setting)
{
	const char *last = strrchr(setting->name, '/');

	/* In 2.4 the section's name is the driver unless it says otherwise. */
	if (strncmp(setting->name, "passdb/static/", 14) == 0)
		return true;
	return strncmp(setting->name, "passdb/", 7) == 0 && last != NULL &&
	    strcmp(last, "/driver") == 0 &&
	    strcmp(setting->value, "static") == 0;
}

/*
 * A protocol, a network or a name may have another value than stands outside,
 * and a listener or a trusted network may do without TLS. That is not weighed
 * here; it takes the place of what the daemon says, so that what fails outside
 * still fails, and nothing passes.
 */
static void
note_exceptions(struct collection *collection, const struct dovecot_conf *conf,
    const char *source)
{
	const struct dovecot_setting *setting, *outside;
	const char *name;
	size_t i;

	for (i = 0; i < conf->setting_count; i++) {
		setting = &conf->settings[i];
		name = strcmp(setting->name, "disable_plaintext_auth") == 0 ?
		    "auth_allow_cleartext" : setting->name;
		outside = dovecot_conf_setting(conf, setting->name);
		if (setting->filter[0] != '\0' &&
		    strncmp(setting->filter, "group ", 6) != 0 &&
		    !from_loopback(setting->filter) &&
		    (outside == NULL ||
		    strcmp(outside->value, setting->value) != 0))
			forbid_pass(collection, name, source, setting);
		if (strcmp(name, "login_trusted_networks") == 0 &&
		    !is_loopback_only(setting->value)) {
			forbid_pass(collection, "ssl", source, setting);
			forbid_pass(collection, "auth_allow_cleartext", source,
			    setting);
		}
		if (lets_anybody_in(setting))
			forbid_pass(collection, "auth_mechanisms", source,
			    setting);
		if (strcmp(setting->value, "no") == 0 && (strcmp(name,
		    "service/imap-login/inet_listener/imaps/ssl") == 0 ||
		    strcmp(name,
		    "service/pop3-login/inet_listener/pop3s/ssl") == 0))
			forbid_pass(collection, "ssl", source, setting);
	}
}

static void
plane_unknown(struct collection *collection, enum plane plane,
    const char *origin, const char *why)
{
	size_t i;

	for (i = 0; i < SETTING_ROWS; i++)
		if (plane != PLANE_STORE || setting_rows[i].stored != NULL)
			meta_unknown(collection, &row_fact(collection,
			    &setting_rows[i], plane)->meta, origin, "%s", why);
}

/* Key files of every filter; 2.3 and 2.4 name the setting differently. */
static void
note_key_places(struct collection *collection, const struct dovecot_conf *conf)
{
	size_t i;

	for (i = 0; i < conf->setting_count; i++) {
		const struct dovecot_setting *setting = &conf->settings[i];

		if (strcmp(setting->name, "ssl_key") != 0 &&
		    strcmp(setting->name, "ssl_server_key_file") != 0 &&
		    strcmp(setting->name, "ssl_alt_key") != 0)
			continue;
		if (setting->value[0] == '\0')
			continue;	/* there is none */
		if (setting->value[0] != '/') {
			collection->key_places_why = arena_printf(
			    collection->arena, "%s:%u names no file",
			    setting->place.file, setting->place.line);
			continue;
		}
		*arena_push(collection->arena, &collection->key_places.items,
		    &collection->key_places.count) = (struct key_place){
		    setting->filter[0] == '\0' ? "dovecot" : "sni",
		    arena_strdup(collection->arena, setting->value) };
	}
}

static void
collect_file(struct collection *collection)
{
	struct conf_source source = collection_source(collection);
	struct answer answer = host_file(collection->host,
	    collection->scratch, CONF, CONF_MAX_FILE);
	struct dovecot_conf conf;
	struct err err = { 0 };
	char text[1400];

	if (answer.status != ANSWER_OK) {
		plane_unknown(collection, PLANE_FILE, CONF, answer.why);
		collection->key_places_why = arena_strdup(collection->arena,
		    answer.why);
		return;
	}
	if (dovecot_conf_parse(collection->scratch, CONF, answer.bytes,
	    answer.length, &source, &conf, &err) != 0) {
		err_format(&err, text, sizeof(text));
		plane_unknown(collection, PLANE_FILE, CONF, text);
		collection->key_places_why = arena_strdup(collection->arena,
		    text);
		return;
	}
	note_key_places(collection, &conf);
	set_plane(collection, &conf, PLANE_FILE, CONF);
	note_exceptions(collection, &conf, CONF);
}

/* doveconf's first line is "# 2.3.21 (47349e2482): /etc/dovecot/dovecot.conf". */
static void
set_version(struct collection *collection, const char *output)
{
	struct fact_str *version = &collection->facts->dovecot.version;
	size_t length;

	if (strncmp(output, "# ", 2) != 0 ||
	    !isdigit((unsigned char)output[2])) {
		meta_unknown(collection, &version->meta, "doveconf -n",
		    "doveconf -n does not begin with its version");
		return;
	}
	length = strspn(output + 2, "0123456789.");
	set_string(collection, version, "doveconf -n",
	    arena_memdup(collection->scratch, output + 2, length));
}

static void
collect_daemon(struct collection *collection)
{
	static const char *const argv[] = { DOVECONF, "-n", NULL };
	struct dovecot_facts *dovecot = &collection->facts->dovecot;
	struct answer answer = host_command(collection->host,
	    collection->scratch, argv, HOST_CAP_CONFIG);
	const char *origin = "doveconf -n";
	struct dovecot_conf conf;
	struct err err = { 0 };
	char text[1400] = "";

	if (answer.status != ANSWER_OK)
		snprintf(text, sizeof(text), "%s", answer.why);
	else if (answer.code != 0)
		snprintf(text, sizeof(text), "%s ended with status %d: %.300s",
		    origin, answer.code, answer.why == NULL ? "" : answer.why);
	else if (doveconf_parse(collection->scratch, origin, answer.bytes,
	    answer.length, &conf, &err) != 0)
		err_format(&err, text, sizeof(text));
	if (text[0] != '\0') {
		plane_unknown(collection, PLANE_DAEMON, origin, text);
		meta_unknown(collection, &dovecot->version.meta, origin, "%s",
		    text);
		return;
	}
	set_version(collection, answer.bytes);
	set_plane(collection, &conf, PLANE_DAEMON, origin);
	note_exceptions(collection, &conf, origin);
}

/* ---- the datastore ---- */

/* 2.3 keeps the opposite question under another name. */
static const struct keyvalue *
find_stored(struct collection *collection, const struct keyvalues *store,
    const struct setting_row *row)
{
	const struct keyvalue *pair = keyvalues_find(store, row->stored);
	struct keyvalue *inverse;

	if (pair != NULL ||
	    strcmp(row->stored, "auth_allow_cleartext") != 0)
		return pair;
	pair = keyvalues_find(store, "disable_plaintext_auth");
	if (pair == NULL || pair->value == NULL)
		return pair;
	inverse = arena_alloc(collection->scratch, sizeof(*inverse));
	*inverse = *pair;
	if (strcmp(pair->value, "no") == 0)
		inverse->value = "yes";
	else if (strcmp(pair->value, "yes") == 0)
		inverse->value = "no";
	return inverse;
}

static void
set_stored(struct collection *collection, const struct keyvalues *store,
    const struct setting_row *row)
{
	const struct keyvalue *pair = find_stored(collection, store, row);
	struct fact_str *fact = row_fact(collection, row, PLANE_STORE);

	if (pair != NULL && pair->value != NULL &&
	    strcmp(row->stored, "auth_allow_cleartext") == 0 &&
	    strcmp(pair->value, "yes") != 0 && strcmp(pair->value, "no") != 0) {
		meta_unknown(collection, &fact->meta, arena_printf(
		    collection->scratch, "%s:%u", DATASTORE, pair->line),
		    "\"%.40s\" is neither yes nor no", pair->value);
	} else if (row->kind != SETTING_CIPHERS) {
		set_from_keyvalue(collection, fact, DATASTORE, pair);
	} else if (pair == NULL || pair->value == NULL) {
		/* cPanel's own list changes with its versions. */
		meta_unknown(collection, &fact->meta, DATASTORE,
		    FACT_SKIPPED_PREFIX "%s is not set in %s", row->stored,
		    DATASTORE);
	} else {
		set_cipher_suites(collection, fact, arena_printf(
		    collection->scratch, "%s:%u", DATASTORE, pair->line),
		    pair->value);
	}
}

const char *
dovecot_store_beaten(struct collection *collection)
{
	const struct fact_list *templates =
	    &collection->facts->site.local_templates;
	size_t i;

	if (templates->meta.state != FACT_KNOWN)
		return arena_printf(collection->scratch,
		    "whether a local template beats %s is not known: %s",
		    DATASTORE, templates->meta.why == NULL ? "not collected" :
		    templates->meta.why);
	for (i = 0; i < templates->count; i++)
		if (strstr(templates->items[i], "/dovecot") != NULL)
			return arena_printf(collection->scratch,
			    FACT_SKIPPED_PREFIX
			    "%s decides what is used of the datastore",
			    templates->items[i]);
	return NULL;
}

static void
collect_store(struct collection *collection)
{
	const char *why = dovecot_store_beaten(collection);
	struct keyvalues store = { 0 };
	struct answer answer;
	size_t i;

	if (why != NULL) {
		plane_unknown(collection, PLANE_STORE, DATASTORE, why);
		return;
	}
	answer = host_file(collection->host, collection->scratch, DATASTORE,
	    HOST_CAP_CONFIG);
	if (answer.status != ANSWER_OK && answer.status != ANSWER_ABSENT) {
		plane_unknown(collection, PLANE_STORE, DATASTORE, answer.why);
		return;
	}
	keyvalues_parse(collection->scratch, answer.bytes, answer.length, ':',
	    &store);
	for (i = 0; i < SETTING_ROWS; i++)
		if (setting_rows[i].stored != NULL)
			set_stored(collection, &store, &setting_rows[i]);
}

static void
collect_dovecot(struct collection *collection)
{
	collect_store(collection);
	/* The file last: its exceptions stand on the daemon's plane. */
	collect_daemon(collection);
	collect_file(collection);
}

static const struct access dovecot_accesses[] = {
	{ ASK_FILE, DATASTORE, "WHM's Mailserver Configuration" },
	{ ASK_FILE, CONF, "the generated configuration" },
	{ ASK_FILE, "/etc/dovecot/*", "included by dovecot.conf" },
	{ ASK_DIR, "/etc/dovecot/*", "patterns of included files" },
	{ ASK_COMMAND, DOVECONF " -n", "the settings as the daemon reads them" },
};

static const char *const dovecot_groups[] = { "dovecot", NULL };

extern const struct collector collector_dovecot;
const struct collector collector_dovecot = {
	.name = "dovecot",
	.accesses = dovecot_accesses,
	.access_count = sizeof(dovecot_accesses) / sizeof(dovecot_accesses[0]),
	.collect = collect_dovecot,
	.groups = dovecot_groups,
	.planes = PLANE_BIT(PLANE_STORE) | PLANE_BIT(PLANE_FILE) |
	    PLANE_BIT(PLANE_DAEMON),
};
