/*
 * What the WHM API says, asked in two batches: every call starts a Perl
 * program, and a part of a batch that fails takes only its own facts with it.
 * Sources: api.docs.cpanel.net, WHM API 1, a page a function.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "collect/collect_whm.h"
#include "facts/fields.h"
#include "parse/whm_reply.h"

#define MAX_ROWS 48
#define LOCAL "/etc/exim.conf.local"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define TWEAK(name) \
	{ "get_tweaksetting", "key=" name, name, 0, "tweak." name, \
	    whm_read_setting, "tweaksetting/value", false }
#define MAIL(name, fact, read) \
	{ "get_tweaksetting", "key=" name "&module=Mail", name, 0, fact, \
	    read, "tweaksetting/value", false }
#define DOVECOT(name, fact, read, otherwise) \
	{ "get_service_config_key", "key=" name "&service=dovecot", name, 58, \
	    fact, read, name, otherwise }

static const struct whm_row setting_rows[] = {
	TWEAK("alwaysredirecttossl"),
	TWEAK("requiressl"),
	TWEAK("disable-security-tokens"),
	TWEAK("popbeforesmtp"),
	TWEAK("resetpass"),
	TWEAK("resetpass_sub"),
	TWEAK("emailpasswords"),
	TWEAK("domainowner_mail_pass"),
	TWEAK("cookieipvalidation"),
	TWEAK("account_login_access"),
	TWEAK("smtpmailgidonly"),
	TWEAK("nobodyspam"),
	TWEAK("maxemailsperhour"),
	TWEAK("email_send_limits_max_defer_fail_percentage"),
	MAIL("openssl_options", "exim.openssl_options", whm_read_setting),
	MAIL("tls_require_ciphers", "exim.cipher_suites", whm_read_ciphers),
	MAIL("require_secure_auth", "exim.require_secure_auth",
	    whm_read_setting),
	MAIL("acl_dictionary_attack", "exim.acl_dictionary_attack",
	    whm_read_setting),
	MAIL("acl_ratelimit", "exim.acl_ratelimit", whm_read_setting),
	DOVECOT("ssl_min_protocol", "dovecot.ssl_min_protocol",
	    whm_read_setting, false),
	DOVECOT("ssl_cipher_list", "dovecot.cipher_suites", whm_read_ciphers,
	    false),
	DOVECOT("auth_allow_cleartext", "dovecot.auth_allow_cleartext",
	    whm_read_cleartext, false),
	DOVECOT("disable_plaintext_auth", "dovecot.auth_allow_cleartext",
	    whm_read_no_plaintext, true),
};

/* Rows of one function stand together: it is asked once. */
#define ROW(function, since, fact, read, path) \
	{ function, NULL, NULL, since, fact, read, path, false }

static const struct whm_row server_rows[] = {
	ROW("version", 0, "platform.cpanel_version", whm_read_text, "version"),
	ROW("get_update_availability", 56, "platform.update_available",
	    whm_read_flag, "update_available"),
	ROW("get_update_availability", 56, "platform.newest_version",
	    whm_read_short_version, "newest_version"),
	ROW("get_update_availability", 56, "platform.tier", whm_read_text,
	    "tier"),
	ROW("get_current_profile", 76, "site.server_profile", whm_read_text,
	    "code"),
	ROW("get_current_profile", 76, "site.disabled_roles", whm_read_roles,
	    "disabled_roles"),
	{ "listaccts", "want=user,child_nodes", NULL, 0,
	    "site.linked_accounts", whm_read_linked, "acct", false },
	ROW("getminimumpasswordstrengths", 82, "access.strength_default",
	    whm_read_int, "default"),
	ROW("getminimumpasswordstrengths", 82, "access.strength_virtual",
	    whm_read_int, "virtual"),
	ROW("getminimumpasswordstrengths", 82, "access.strength_passwd",
	    whm_read_int, "passwd"),
	ROW("twofactorauth_policy_status", 54, "access.mfa_policy",
	    whm_read_flag, "is_enabled"),
	ROW("twofactorauth_get_user_configs", 54, "access.mfa_users",
	    whm_read_enrolled, ""),
	ROW("cphulk_status", 0, "access.cphulk_enabled", whm_read_flag,
	    "is_enabled"),
	ROW("load_cphulk_config", 0, "access.cphulk_by_address",
	    whm_read_flag, "cphulk_config/ip_based_protection"),
	ROW("load_cphulk_config", 0, "access.cphulk_max_by_address",
	    whm_read_int, "cphulk_config/max_failures_byip"),
	ROW("backup_config_get", 0, "backup.enabled", whm_read_flag,
	    "backup_config/backupenable"),
	ROW("backup_config_get", 0, "backup.daily", whm_read_flag,
	    "backup_config/backup_daily_enable"),
	ROW("backup_config_get", 0, "backup.daily_retention", whm_read_int,
	    "backup_config/backup_daily_retention"),
	ROW("backup_config_get", 0, "backup.weekly", whm_read_flag,
	    "backup_config/backup_weekly_enable"),
	ROW("backup_config_get", 0, "backup.accounts", whm_read_flag,
	    "backup_config/backupaccts"),
	ROW("backup_config_get", 0, "backup.configuration", whm_read_flag,
	    "backup_config/backupfiles"),
	ROW("backup_date_list", 0, "backup.newest_set", whm_read_newest_set,
	    "backup_set"),
	ROW("api_token_list", 64, "inventory.tokens", whm_read_tokens,
	    "tokens"),
};

static const struct {
	const struct whm_row *rows;
	size_t count;
} batches[] = {
	{ setting_rows, COUNT(setting_rows) },
	{ server_rows, COUNT(server_rows) },
};

/* ---- the commands of a batch ---- */


static bool
is_same_command(const struct whm_row *a, const struct whm_row *b)
{
	return strcmp(a->function, b->function) == 0 &&
	    (a->query == b->query || (a->query != NULL && b->query != NULL &&
	    strcmp(a->query, b->query) == 0));
}

/* command_of[row] is the command that answers it. */
static size_t
build_commands(struct arena *arena, const struct whm_row *rows, size_t count,
    const char **functions, struct whm_argument *arguments,
    size_t *command_of)
{
	size_t used = 0, i;

	for (i = 0; i < count; i++) {
		if (i == 0 || !is_same_command(&rows[i - 1], &rows[i])) {
			functions[used] = rows[i].function;
			arguments[used].name = "command";
			arguments[used].value = rows[i].query == NULL ?
			    rows[i].function : arena_printf(arena, "%s?%s",
			    rows[i].function, rows[i].query);
			used++;
		}
		command_of[i] = used - 1;
	}
	return used;
}

/* ---- facts ---- */

static void
reading_init(struct collection *collection, const struct whm_row *row,
    struct whm_reading *ret_reading)
{
	const void *fact = NULL;
	const struct field *field = field_find(collection->facts, row->fact,
	    &fact);

	memset(ret_reading, 0, sizeof(*ret_reading));
	ret_reading->collection = collection;
	ret_reading->row = row;
	ret_reading->meta = (struct fact_meta *)(uintptr_t)field_meta(field,
	    fact, PLANE_API);
	/* Every fact begins with its meta. */
	ret_reading->fact = ret_reading->meta;
	ret_reading->origin = arena_printf(collection->arena, "%s %s%s%s",
	    collection->host->whm_name, row->function,
	    row->key != NULL ? " " : "", row->key != NULL ? row->key : "");
}

/*
 * What the admin wrote into exim.conf.local beats the tweak setting, whatever
 * the API says of it: the exim collector left its place in the store plane.
 */
static bool
is_beaten_by_local(struct whm_reading *reading, const struct setting *setting)
{
	const struct fact_meta *store = &setting->plane[PLANE_STORE].meta;
	const char *origin = store->origin;
	size_t length = strlen(LOCAL);

	if (origin == NULL || strncmp(origin, LOCAL, length) != 0 ||
	    strchr(": ,", origin[length]) == NULL)
		return false;
	/* Not set there itself, but made void by another option, or unreadable. */
	if (origin[length] != ':')
		meta_unknown(reading->collection, reading->meta,
		    reading->origin, "%s", store->why != NULL ? store->why :
		    "not told by the exim collector");
	else
		meta_unknown(reading->collection, reading->meta,
		    reading->origin, FACT_SKIPPED_PREFIX
		    "set in %.*s, which beats the tweak setting",
		    (int)strcspn(origin, " ,"), origin);
	return true;
}

static bool
is_beaten_by_template(struct whm_reading *reading)
{
	const char *why = dovecot_store_beaten(reading->collection);

	if (why != NULL)
		meta_unknown(reading->collection, reading->meta,
		    reading->origin, "%s", why);
	return why != NULL;
}

static bool
is_beaten(struct whm_reading *reading)
{
	const char *path = reading->row->fact;
	const void *setting = NULL;

	if (strncmp(path, "dovecot.", 8) == 0)
		return is_beaten_by_template(reading);
	if (strncmp(path, "exim.", 5) != 0)
		return false;
	(void)field_find(reading->collection->facts, path, &setting);
	return is_beaten_by_local(reading, setting);
}

static void
reading_failed(struct whm_reading *reading, const struct whm_reply *part)
{
	struct collection *collection = reading->collection;

	if (part->verdict == WHM_UNKNOWN_FUNCTION && reading->row->since != 0)
		meta_unknown(collection, reading->meta, reading->origin,
		    "needs cPanel %u: %s", reading->row->since, part->text);
	else
		meta_unknown(collection, reading->meta, reading->origin, "%s",
		    whm_reply_why(collection->scratch, part));
}

static void
read_row(struct collection *collection, const struct whm_row *row,
    const struct whm_reply *part)
{
	struct whm_reading reading;

	reading_init(collection, row, &reading);
	if (row->otherwise && reading.meta->state != FACT_ABSENT)
		return;
	if (is_beaten(&reading))
		return;
	if (part->verdict == WHM_UNKNOWN_SETTING)
		/* Said in words what others say by null: it is not set. */
		row->read(&reading, NULL);
	else if (part->verdict != WHM_OK)
		reading_failed(&reading, part);
	else if (part->data == NULL)
		meta_unknown(collection, reading.meta, reading.origin,
		    "%s: the reply has no data", row->function);
	else
		row->read(&reading, part->data);
}

static void
rows_unknown(struct collection *collection, const struct whm_row *rows,
    size_t count, const char *why)
{
	struct whm_reading reading;
	size_t i;

	for (i = 0; i < count; i++) {
		reading_init(collection, &rows[i], &reading);
		if (!is_beaten(&reading))
			meta_unknown(collection, reading.meta, reading.origin,
			    "%s", why);
	}
}

static void
collect_batch(struct collection *collection, const struct whm_row *rows,
    size_t count)
{
	struct arena *scratch = collection->scratch;
	struct whm_argument arguments[MAX_ROWS];
	const char *functions[MAX_ROWS], *why = NULL;
	struct whm_reply reply = { 0 }, parts[MAX_ROWS];
	size_t command_of[MAX_ROWS], commands, i;
	struct answer answer;

	commands = build_commands(scratch, rows, count, functions, arguments,
	    command_of);
	answer = host_whm(collection->host, scratch, "batch", arguments,
	    commands);
	if (answer.status != ANSWER_OK) {
		why = answer.why != NULL ? answer.why : "no reply";
	} else {
		whm_reply_read(scratch, "batch", answer.code, answer.bytes,
		    answer.length, &reply);
		explicit_bzero(answer.bytes, answer.length);
		(void)whm_batch_split(scratch, &reply, functions, commands,
		    parts, &why);
	}
	if (why != NULL)
		rows_unknown(collection, rows, count, why);
	for (i = 0; why == NULL && i < count; i++)
		read_row(collection, &rows[i], &parts[command_of[i]]);
	whm_reply_done(&reply);
}

static void
collect_whm(struct collection *collection)
{
	size_t i;

	for (i = 0; i < COUNT(batches); i++)
		collect_batch(collection, batches[i].rows, batches[i].count);
}

_Static_assert(COUNT(setting_rows) <= MAX_ROWS &&
    COUNT(server_rows) <= MAX_ROWS, "a batch has more rows than room");

static const struct access whm_accesses[] = {
	{ ASK_WHM, "batch", "carries the questions below, two times" },
	{ ASK_WHM, "get_tweaksetting", "tweak settings, Exim's basic editor" },
	{ ASK_WHM, "get_service_config_key", "Dovecot's TLS and cleartext login" },
	{ ASK_WHM, "version", "cPanel's version" },
	{ ASK_WHM, "get_update_availability", "is cPanel up to date?" },
	{ ASK_WHM, "get_current_profile", "which roles are off" },
	{ ASK_WHM, "listaccts", "accounts whose mail is on another server" },
	{ ASK_WHM, "getminimumpasswordstrengths", "password strengths" },
	{ ASK_WHM, "twofactorauth_policy_status", "is 2FA allowed?" },
	{ ASK_WHM, "twofactorauth_get_user_configs", "who uses 2FA" },
	{ ASK_WHM, "cphulk_status", "is cPHulk on?" },
	{ ASK_WHM, "load_cphulk_config", "cPHulk's limits" },
	{ ASK_WHM, "backup_config_get", "what is backed up, how often" },
	{ ASK_WHM, "backup_date_list", "the newest backup" },
	{ ASK_WHM, "api_token_list", "API tokens and their privileges" },
};

static const char *const whm_groups[] = { "platform", "site", "exim",
    "dovecot", "tweak", "access", "backup", "inventory", NULL };

static const char *const whm_lists[] = { "tokens", NULL };
static const char *const whm_depends[] = { "settings", "exim", "dovecot", NULL };

extern const struct collector collector_whm;
const struct collector collector_whm = {
	.name = "whm",
	.accesses = whm_accesses,
	.access_count = COUNT(whm_accesses),
	.collect = collect_whm,
	.groups = whm_groups,
	.planes = PLANE_BIT(PLANE_API),
	.lists = whm_lists,
	.depends = whm_depends,
};
