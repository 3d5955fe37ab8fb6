/* Writers. What they set is what the readers then show. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "whmsim.h"

#define SCRIPTS "/usr/local/cpanel/scripts/"

static json_t *
state_need(struct call *call, const char *path)
{
	json_t *value = state_at(call->state, path);

	if (value == NULL)
		call_fail(call, "the simulator's state has no %s", path);
	call->state_changed = value != NULL;
	return value;
}

/* A number where the text is one: the state keeps integers as the readers show them. */
static json_t *
value_parse(const char *text)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(text, &end, 10);
	return errno == 0 && end != text && *end == '\0' ? json_integer(number) : json_string(text);
}

static const char *
tweak_file(const char *module, char *ret_separator)
{
	*ret_separator = strcmp(module, "Basic") == 0 ? ' ' : '=';
	if (strcmp(module, "Main") == 0)
		return "/var/cpanel/cpanel.config";
	if (strcmp(module, "Mail") == 0)
		return "/etc/exim.conf.localopts";
	if (strcmp(module, "Basic") == 0)
		return "/etc/wwwacct.conf";
	return NULL;
}

/* Settings that cPanel keeps in a second place. */
static void
tweak_follow(struct call *call, const char *key, const char *value)
{
	if (strcmp(key, "smtpmailgidonly") == 0 && tree_exists(call->sim, "/var/cpanel"))
		tree_touch(call->sim, "/var/cpanel/smtpgidonlytweak", strcmp(value, "1") == 0);
	if (strcmp(key, "minpwstrength") == 0) {
		json_t *strengths = state_need(call, "password_strengths");

		json_object_set_new(strengths, "default", value_parse(value));
	}
}

/* A missing or empty value empties the setting: no error, as documented. */
void
write_tweaksetting(struct call *call)
{
	const char *key = call_need(call, "key");
	const char *module = call_arg(call, "module");
	const char *value = call_arg(call, "value");
	const char *path;
	char old[4096], separator;

	if (key == NULL)
		return;
	if (module == NULL)
		module = "Main";
	path = tweak_file(module, &separator);
	if (path == NULL) {
		call_fail(call, "Invalid module: %s", module);
		return;
	}
	if (call_quirk(call, QUIRK_TWEAK_SET_REFUSES_UNKNOWN)
	    && pair_get(call->sim, path, separator, key, old, sizeof old) == PAIR_ABSENT) {
		call_fail(call, "Invalid Tweak Setting: %s", key);
		return;
	}
	if (strpbrk(key, "=\r\n") != NULL || (value != NULL && strpbrk(value, "\r\n") != NULL)
	    || pair_set(call->sim, path, separator, key,
	    value != NULL && *value != '\0' ? value : NULL) != 0) {
		call_fail(call, "The system could not write %s.", path);
		return;
	}
	if (strcmp(module, "Main") == 0)
		tweak_follow(call, key, value != NULL ? value : "");
	if (strcmp(module, "Mail") == 0 && !call_quirk(call, QUIRK_TWEAK_MAIL_NO_REBUILD)) {
		call_run_after(call, SCRIPTS "buildeximconf");
		call_run_after(call, SCRIPTS "restartsrv_exim");
	}
}

/* Omitted names stay as they are. */
void
write_password_strengths(struct call *call)
{
	json_t *strengths = state_need(call, "password_strengths");
	const char *name;
	json_t *old;
	void *next;

	json_object_foreach_safe(strengths, next, name, old) {
		const char *text = call_arg(call, name);
		char *end;
		long value;

		if (text == NULL)
			continue;
		value = strtol(text, &end, 10);
		if (end == text || *end != '\0' || value < 0 || value > 100) {
			call_fail(call, "Invalid value for %s: %s", name, text);
			return;
		}
		if (call_quirk(call, QUIRK_STRENGTHS_ROUND_5))
			value = (value + 2) / 5 * 5;
		json_object_set_new(strengths, name, json_integer(value));
		if (strcmp(name, "default") == 0 && tree_exists(call->sim, "/var/cpanel/cpanel.config"))
			pair_set(call->sim, "/var/cpanel/cpanel.config", '=', "minpwstrength", text);
	}
}

/* Top-level keys of the store only; whether the daemon is rebuilt is not documented. */
void
write_service_config_key(struct call *call)
{
	const char *service = call_need(call, "service");
	const char *key = service != NULL ? call_need(call, "key") : NULL;
	const char *value = call_arg(call, "value");

	if (key == NULL)
		return;
	if (strcmp(service, "dovecot") != 0) {
		call_fail(call, "The service \"%s\" is not supported.", service);
		return;
	}
	if (strpbrk(key, ".: \r\n") != NULL
	    || (value != NULL && strpbrk(value, "\r\n") != NULL)
	    || datastore_set(call->sim, "/var/cpanel/conf/dovecot/main", key,
	    value != NULL ? value : "") != 0) {
		call_fail(call, "The system could not set \"%s\".", key);
		return;
	}
	snprintf(call->reason, sizeof call->reason, "Succeeded");
	if (call_quirk(call, QUIRK_DOVECOT_SET_REBUILDS)) {
		call_run_after(call, SCRIPTS "builddovecotconf");
		call_run_after(call, SCRIPTS "restartsrv_dovecot");
	}
}

void
write_cphulk_key(struct call *call)
{
	const char *key = call_need(call, "key");
	const char *value = call_arg(call, "value");
	json_t *config = key != NULL ? state_need(call, "cphulk.config") : NULL;

	if (config == NULL)
		return;
	if (json_object_get(config, key) == NULL) {
		call_fail(call, "Invalid cPHulk configuration key: %s", key);
		return;
	}
	json_object_set_new(config, key, value_parse(value != NULL ? value : ""));
	call->data = json_pack("{s:o}", "cphulk_config", state_resolve(config));
}

static void
cphulk_switch(struct call *call, bool on)
{
	json_t *cphulk = state_need(call, "cphulk");

	if (cphulk == NULL)
		return;
	json_object_set_new(cphulk, "is_enabled", json_integer(on));
	tree_touch(call->sim, "/var/cpanel/hulkd/enabled", on);
}

void
write_cphulk_enable(struct call *call)
{
	cphulk_switch(call, true);
}

void
write_cphulk_disable(struct call *call)
{
	cphulk_switch(call, false);
}

static void
twofactor_switch(struct call *call, bool on)
{
	json_t *twofactor = state_need(call, "twofactor");

	json_object_set_new(twofactor, "is_enabled", json_integer(on));
}

void
write_twofactor_enable(struct call *call)
{
	twofactor_switch(call, true);
}

void
write_twofactor_disable(struct call *call)
{
	twofactor_switch(call, false);
}

/* The defaults the document prints; whether an omitted key falls back to them is not said. */
static const struct {
	const char *key;
	const char *value;
} backup_defaults[] = {
	{ "backup_daily_enable", "1" }, { "backup_daily_retention", "5" },
	{ "backup_weekly_enable", "0" }, { "backup_weekly_retention", "4" },
	{ "backup_monthly_enable", "0" }, { "backup_monthly_retention", "1" },
	{ "backupfiles", "1" }, { "backuplogs", "0" }, { "backuptype", "compressed" },
	{ "maximum_timeout", "7200" },
};

/* The setter's own spelling of one key. */
static const char *
backup_setter_name(const char *key)
{
	return strcmp(key, "backupsuspendedaccounts") == 0 ? "backupsuspendedaccts" : key;
}

void
write_backup_config(struct call *call)
{
	json_t *config = state_need(call, "backup.config");
	const char *key;
	json_t *old;
	void *next;

	if (config != NULL && call_quirk(call, QUIRK_BACKUP_SET_RESETS)) {
		for (size_t i = 0; i < sizeof backup_defaults / sizeof backup_defaults[0]; i++)
			json_object_set_new(config, backup_defaults[i].key,
			    value_parse(backup_defaults[i].value));
	}
	json_object_foreach_safe(config, next, key, old) {
		const char *value = call_arg(call, backup_setter_name(key));

		if (value != NULL)
			json_object_set_new(config, key,
			    json_is_string(old) ? json_string(value) : value_parse(value));
	}
}

static bool
cadence_valid(const char *value)
{
	return strcmp(value, "daily") == 0 || strcmp(value, "manual") == 0
	    || strcmp(value, "never") == 0;
}

static void
cpupdate_set(struct call *call, const char *key, const char *value)
{
	if (strpbrk(value, "\r\n") != NULL
	    || pair_set(call->sim, "/etc/cpupdate.conf", '=', key, value) != 0)
		call_fail(call, "The system could not write /etc/cpupdate.conf.");
}

void
write_cpanel_updates(struct call *call)
{
	const char *updates = call_need(call, "updates");

	if (updates == NULL)
		return;
	if (!cadence_valid(updates)) {
		call_fail(call, "Invalid update preference: %s", updates);
		return;
	}
	call->data = json_pack("{s:s}", "updates", updates);
	cpupdate_set(call, "UPDATES", updates);
}

/* Omitted keys are retained. */
void
write_updateconf(struct call *call)
{
	static const char *const keys[] = {
		"CPANEL", "UPDATES", "RPMUP", "SARULESUP", "STAGING_DIR", "SECURITY_UPDATES",
	};

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		const char *value = call_arg(call, keys[i]);

		if (value != NULL)
			cpupdate_set(call, keys[i], value);
	}
}

static json_t *
token_find(struct call *call, const char *name)
{
	json_t *tokens = json_object_get(state_at(call->state, "tokens"), call->request->user);
	json_t *token = json_object_get(tokens, name);

	if (token == NULL)
		call_fail(call, "The API token \"%s\" does not exist.", name);
	call->state_changed = token != NULL;
	return token;
}

/* No acl: all privileges of the user, which for root is "all". */
static json_t *
token_acls(struct call *call)
{
	json_t *names = args_all(call->request->args, "acl");
	json_t *acls, *name;
	size_t index;

	if (json_array_size(names) == 0) {
		json_decref(names);
		return strcmp(call->request->user, "root") == 0
		    ? json_pack("{s:i}", "all", 1) : user_privileges(call, call->request->user);
	}
	acls = json_object();
	json_array_foreach(names, index, name)
		json_object_set_new(acls, json_string_value(name), json_integer(1));
	json_decref(names);
	return acls;
}

/* Widens by omission: what isn't sent again is no longer a limit. */
static void
token_rewrite(struct call *call, json_t *token)
{
	const char *expires_at = call_arg(call, "expires_at");
	json_t *addresses = args_all(call->request->args, "whitelist_ip");

	json_object_set_new(token, "acls", token_acls(call));
	json_object_set_new(token, "expires_at", expires_at != NULL && *expires_at != '\0'
	    && strcmp(expires_at, "0") != 0 ? value_parse(expires_at) : json_null());
	json_object_set_new(token, "whitelist_ips",
	    json_array_size(addresses) > 0 ? json_incref(addresses) : json_null());
	json_decref(addresses);
}

/* The acls are a list here, an object of 0 and 1 in api_token_list. */
static json_t *
token_show(json_t *token)
{
	json_t *shown = state_resolve(token);
	json_t *list = json_array();
	const char *acl;
	json_t *granted;

	json_object_foreach(json_object_get(shown, "acls"), acl, granted) {
		if (json_integer_value(granted) == 1)
			json_array_append_new(list, json_string(acl));
	}
	json_object_set_new(shown, "acls", list);
	return shown;
}

void
write_token_update(struct call *call)
{
	const char *name = call_need(call, "token_name");
	const char *new_name = call_arg(call, "new_name");
	json_t *token = name != NULL ? token_find(call, name) : NULL;
	json_t *tokens;

	if (token == NULL)
		return;
	token_rewrite(call, token);
	if (new_name != NULL && *new_name != '\0' && strcmp(new_name, name) != 0) {
		tokens = json_object_get(state_at(call->state, "tokens"), call->request->user);
		json_object_set_new(token, "name", json_string(new_name));
		json_object_set(tokens, new_name, token);
		json_object_del(tokens, name);
	}
	call->data = token_show(token);
}

void
write_token_revoke(struct call *call)
{
	const char *name = call_need(call, "token_name");

	if (name != NULL && token_find(call, name) != NULL)
		json_object_del(json_object_get(state_at(call->state, "tokens"),
		    call->request->user), name);
}

static json_t *
domains_all(const struct call *call)
{
	json_t *domains = json_array();
	const char *user, *domain;
	json_t *account, *type;

	json_object_foreach(state_at(call->state, "accounts"), user, account) {
		json_object_foreach(json_object_get(account, "domains"), domain, type)
			json_array_append_new(domains, json_string(domain));
	}
	return domains;
}

/* Without a domain it hits every domain of the server, as the real one does. */
void
write_dmarc(struct call *call)
{
	const char *policy = call_need(call, "policy");
	json_t *records = policy != NULL ? state_need(call, "dmarc") : NULL;
	json_t *domains = args_all(call->request->args, "domain");
	json_t *policies = args_all(call->request->args, "policy");
	json_t *payload = json_array();
	json_t *domain;
	size_t index;

	if (records != NULL && json_array_size(domains) == 0) {
		json_decref(domains);
		domains = domains_all(call);
	}
	for (index = 0; records != NULL && index < json_array_size(domains); index++) {
		json_t *own = json_array_get(policies, index);

		domain = json_array_get(domains, index);
		json_object_set(records, json_string_value(domain),
		    own != NULL ? own : json_array_get(policies, 0));
		json_array_append_new(payload, json_pack("{s:O, s:s, s:i}", "domain", domain, "msg",
		    "Installed DMARC record", "status", 1));
	}
	json_decref(domains);
	json_decref(policies);
	if (records != NULL)
		call->data = json_pack("{s:O}", "payload", payload);
	json_decref(payload);
}
