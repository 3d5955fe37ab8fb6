/* Readers: the server itself, its settings, services, updates and backups. */

#include <stdlib.h>
#include <string.h>

#include "whmsim.h"

#define CPANEL_CONFIG "/var/cpanel/cpanel.config"
#define CPANEL_CONFIG_DEFAULTS "/usr/local/cpanel/etc/cpanel.config"
#define LOCALOPTS "/etc/exim.conf.localopts"
#define WWWACCT_CONF "/etc/wwwacct.conf"
#define CPUPDATE_CONF "/etc/cpupdate.conf"
#define DOVECOT_STORE "/var/cpanel/conf/dovecot/main"

/* A resolved copy of a place of the state; the call fails when the state has none. */
static json_t *
state_copy(struct call *call, const char *path)
{
	json_t *value = state_at(call->state, path);

	if (value == NULL) {
		call_fail(call, "the simulator's state has no %s", path);
		return NULL;
	}
	return state_resolve(value);
}

static void
data_from(struct call *call, const char *path)
{
	call->data = state_copy(call, path);
}

static void
data_wrap(struct call *call, const char *name, const char *path)
{
	json_t *value = state_copy(call, path);

	if (value != NULL)
		call->data = json_pack("{s:o}", name, value);
}

void
read_version(struct call *call)
{
	call->data = json_pack("{s:s}", "version", call->version);
}

void
read_hostname(struct call *call)
{
	data_wrap(call, "hostname", "hostname");
}

void
read_installed_versions(struct call *call)
{
	data_from(call, "installed_versions");
	if (call->data != NULL)
		json_object_set_new(call->data, "cpanel_and_whm", json_string(call->version));
}

static enum pair_state
tweak_get(const struct call *call, const char *module, const char *key, char *ret, size_t size)
{
	enum pair_state state;

	if (strcmp(module, "Mail") == 0)
		return pair_get(call->sim, LOCALOPTS, '=', key, ret, size);
	if (strcmp(module, "Basic") == 0)
		return pair_get(call->sim, WWWACCT_CONF, ' ', key, ret, size);
	if (strcmp(module, "Apache") == 0)
		return PAIR_ABSENT;
	state = pair_get(call->sim, CPANEL_CONFIG, '=', key, ret, size);
	if (state == PAIR_ABSENT && pair_get(call->sim, CPANEL_CONFIG_DEFAULTS, '=', key, ret,
	    size) == PAIR_VALUE)
		return PAIR_VALUE;
	return state;
}

/* How an unset key shows is not documented: null, no value, or "". */
static void
tweak_unset(struct call *call, json_t *tweak)
{
	if (call_quirk(call, QUIRK_TWEAK_UNSET_MISSING))
		return;
	json_object_set_new(tweak, "value", call_quirk(call, QUIRK_TWEAK_UNSET_EMPTY)
	    ? json_string("") : json_null());
}

void
read_tweaksetting(struct call *call)
{
	const char *key = call_need(call, "key");
	const char *module = call_arg(call, "module");
	char value[4096];
	enum pair_state state;
	json_t *tweak;

	if (key == NULL)
		return;
	state = tweak_get(call, module != NULL ? module : "Main", key, value, sizeof value);
	if (state == PAIR_NO_FILE) {
		call_fail(call, "The system could not read the settings of module %s.",
		    module != NULL ? module : "Main");
		return;
	}
	if (state == PAIR_ABSENT && call_quirk(call, QUIRK_TWEAK_UNKNOWN_FAILS)) {
		call_fail(call, "Invalid Tweak Setting: %s", key);
		return;
	}
	tweak = json_pack("{s:s}", "key", key);
	if (state == PAIR_VALUE)
		json_object_set_new(tweak, "value", json_string(value));
	else
		tweak_unset(call, tweak);
	call->data = json_pack("{s:o}", "tweaksetting", tweak);
}

void
read_password_strengths(struct call *call)
{
	const char *name = call_arg(call, "name");
	json_t *one;

	data_from(call, "password_strengths");
	if (name == NULL || call->data == NULL)
		return;
	one = json_object_get(call->data, name);
	if (one == NULL) {
		call_fail(call, "Invalid application: %s", name);
		return;
	}
	one = json_pack("{s:O}", name, one);
	json_decref(call->data);
	call->data = one;
}

void
read_twofactor_status(struct call *call)
{
	data_wrap(call, "is_enabled", "twofactor.is_enabled");
}

/* "User-controlled accounts": whether root and resellers are among them is not documented. */
void
read_twofactor_users(struct call *call)
{
	const char *user = call_arg(call, "user");
	json_t *one, *resellers;
	const char *name;
	json_t *ignored;

	data_from(call, "twofactor.users");
	if (call->data == NULL)
		return;
	if (call_quirk(call, QUIRK_TWOFACTOR_NO_ADMINS)) {
		json_object_del(call->data, "root");
		resellers = state_at(call->state, "resellers");
		json_object_foreach(resellers, name, ignored)
			json_object_del(call->data, name);
	}
	if (user != NULL) {
		one = json_incref(json_object_get(call->data, user));
		json_decref(call->data);
		call->data = json_object();
		if (one != NULL)
			json_object_set_new(call->data, user, one);
	}
}

void
read_cphulk_status(struct call *call)
{
	json_t *enabled = state_copy(call, "cphulk.is_enabled");

	if (enabled != NULL)
		call->data = json_pack("{s:o, s:s}", "is_enabled", enabled, "service", "cPHulk");
}

void
read_cphulk_config(struct call *call)
{
	json_t *config = state_copy(call, "cphulk.config");

	if (config == NULL)
		return;
	json_object_set(config, "is_enabled", state_at(call->state, "cphulk.is_enabled"));
	call->data = json_pack("{s:o}", "cphulk_config", config);
}

void
read_cphulk_records(struct call *call)
{
	const char *list = call_need(call, "list_name");
	const char *skip = call_arg(call, "skip_enabled_check");
	char path[32];
	json_t *records;

	if (list == NULL)
		return;
	if (strcmp(list, "white") != 0 && strcmp(list, "black") != 0) {
		call_fail(call, "Invalid list_name: %s", list);
		return;
	}
	if (json_integer_value(state_at(call->state, "cphulk.is_enabled")) != 1
	    && (skip == NULL || strcmp(skip, "1") != 0)) {
		call_fail(call, "cPHulk is disabled on the server.");
		return;
	}
	snprintf(path, sizeof path, "cphulk.%s", list);
	records = state_copy(call, path);
	if (records != NULL)
		call->data = json_pack("{s:s, s:o, s:s, s:i, s:i}", "list_name", list,
		    "ips_in_list", records, "requester_ip", "192.0.2.10",
		    "requester_ip_is_whitelisted", 0, "restart_ssh", 0);
}

void
read_servicestatus(struct call *call)
{
	const char *wanted = call_arg(call, "service");
	json_t *services = state_copy(call, "services");
	json_t *service;
	size_t index = 0;

	if (services == NULL)
		return;
	while (index < json_array_size(services)) {
		service = json_array_get(services, index);
		if (wanted != NULL && strcmp(wanted,
		    json_string_value(json_object_get(service, "name"))) != 0) {
			json_array_remove(services, index);
			continue;
		}
		/* the member is left out when nobody watches the service */
		if (json_integer_value(json_object_get(service, "monitored")) == 0)
			json_object_del(service, "running");
		index++;
	}
	call->data = json_pack("{s:o}", "service", services);
}

static json_t *
service_store(struct call *call)
{
	const char *service = call_need(call, "service");
	json_t *store;

	if (service == NULL)
		return NULL;
	if (strcmp(service, "dovecot") != 0) {
		call_fail(call, "The service \"%s\" is not supported.", service);
		return NULL;
	}
	store = datastore_read(call->sim, DOVECOT_STORE);
	if (store == NULL)
		call_fail(call, "The system could not read the configuration of dovecot.");
	return store;
}

/* A new server holds but `protocols`: what was never set is not there. */
void
read_service_config(struct call *call)
{
	json_t *secret;

	call->data = service_store(call);
	secret = state_at(call->state, "dovecot_hulk_auth_passwd");
	if (call->data != NULL && secret != NULL)
		json_object_set(call->data, "hulk_auth_passwd", secret);
}

void
read_service_config_key(struct call *call)
{
	const char *key = call_need(call, "key");
	json_t *store, *value;

	if (key == NULL)
		return;
	store = service_store(call);
	if (store == NULL)
		return;
	value = json_object_get(store, key);
	call->data = json_pack("{s:O?}", key, value);
	json_decref(store);
}

/* "installed" in the state stands for the version this simulator plays. */
static void
replace_installed(json_t *object, const char *version)
{
	const char *key;
	json_t *value;
	void *next;

	json_object_foreach_safe(object, next, key, value) {
		if (json_is_string(value) && strcmp(json_string_value(value), "installed") == 0)
			json_object_set_new(object, key, json_string(version));
	}
}

/* Versions come without the leading 11. here, unlike in version. */
void
read_update_availability(struct call *call)
{
	const char *installed = strncmp(call->version, "11.", 3) == 0
	    ? call->version + 3 : call->version;
	json_t *update = state_copy(call, "updates.availability");
	char tier[64];

	if (update == NULL)
		return;
	replace_installed(update, installed);
	json_object_set_new(update, "current_version", json_string(installed));
	if (pair_get(call->sim, CPUPDATE_CONF, '=', "CPANEL", tier, sizeof tier) == PAIR_VALUE)
		json_object_set_new(update, "tier", json_string(tier));
	if (json_object_get(update, "update_available") == NULL)
		json_object_set_new(update, "update_available", json_integer(version_compare(
		    installed, json_string_value(json_object_get(update, "newest_version"))) < 0));
	call->data = update;
}

void
read_tiers(struct call *call)
{
	data_from(call, "updates.tiers");
	if (call->data != NULL)
		replace_installed(call->data, call->version);
}

/* Documented with its payload beside metadata instead of below data. */
void
read_needs_reboot(struct call *call)
{
	json_t *reboot = state_copy(call, "reboot");

	if (call_quirk(call, QUIRK_REBOOT_UNDER_DATA))
		call->data = reboot;
	else
		call->top = reboot;
}

void
read_backup_config(struct call *call)
{
	data_wrap(call, "backup_config", "backup.config");
}

void
read_backup_destinations(struct call *call)
{
	data_wrap(call, "destination_list", "backup.destinations");
}

void
read_backup_dates(struct call *call)
{
	data_wrap(call, "backup_set", "backup.dates");
}

/* The form of `when` is not documented: an ISO time, or its date alone. */
void
read_backup_sets(struct call *call)
{
	json_t *sets = state_copy(call, "backup.sets");
	json_t *legend = state_copy(call, "backup.legend");
	json_t *list, *set;
	const char *user;
	size_t index;

	if (call_quirk(call, QUIRK_BACKUP_WHEN_DATE)) {
		json_object_foreach(sets, user, list) {
			json_array_foreach(list, index, set)
				json_object_set_new(set, "when", json_sprintf("%.10s",
				    json_string_value(json_object_get(set, "when"))));
		}
	}
	if (sets != NULL && legend != NULL)
		call->data = json_pack("{s:O, s:O}", "backup_set", sets, "destination_legend",
		    legend);
	json_decref(sets);
	json_decref(legend);
}

void
read_backup_transport(struct call *call)
{
	json_t *transports = state_copy(call, "backup.transports");

	if (transports != NULL)
		call->data = json_pack("{s:i, s:o}", "pages", 1, "transport_status", transports);
}

void
read_security_advice(struct call *call)
{
	data_wrap(call, "payload", "advice");
}

void
read_modsec_installed(struct call *call)
{
	json_t *installed = state_copy(call, "modsec_installed");

	if (installed == NULL)
		return;
	if (call_quirk(call, QUIRK_MODSEC_FLAT))
		call->data = json_pack("{s:o}", "installed", installed);
	else
		call->data = json_pack("{s:{s:o}}", "data", "installed", installed);
}

void
read_autossl_providers(struct call *call)
{
	data_wrap(call, "payload", "autossl");
}

void
read_current_profile(struct call *call)
{
	data_from(call, "profile");
}

void
read_is_role_enabled(struct call *call)
{
	const char *role = call_need(call, "role");

	if (role != NULL)
		call->data = json_pack("{s:i}", "enabled", role_enabled(call, role));
}
