/* The functions: name, branch that brought it, what it does to the server, ACL, handler.
 *
 * Branches: the "available since" of the official OpenAPI document (11.50 is branch 50). ACLs: the
 * document's where it names one; "all" stands for root-level functions. */

#include <string.h>

#include "whmsim.h"

static const struct function functions[] = {
	/* readers */
	{ "acctcounts", 0, 0, "acct-summary", read_acctcounts },
	{ "api_token_list", 64, 0, "manage-api-tokens", read_api_token_list },
	{ "applist", 0, 0, NULL, read_applist },
	{ "backup_config_get", 38, 0, "all", read_backup_config },
	{ "backup_date_list", 38, 0, "all", read_backup_dates },
	{ "backup_destination_list", 38, 0, "all", read_backup_destinations },
	{ "backup_get_transport_status", 78, 0, "all", read_backup_transport },
	{ "backup_set_list_combined", 80, 0, "all", read_backup_sets },
	{ "cphulk_status", 48, 0, "all", read_cphulk_status },
	{ "fetch_security_advice", 80, 0, "all", read_security_advice },
	{ "fetch_ssl_vhosts", 32, 0, "ssl-info", read_ssl_vhosts },
	{ "get_autossl_providers", 58, 0, "all", read_autossl_providers },
	{ "get_available_tiers", 38, 0, "all", read_tiers },
	{ "get_best_ssldomain_for_service", 56, 0, "all", read_best_ssldomain },
	{ "get_current_profile", 76, 0, NULL, read_current_profile },
	{ "get_domain_info", 70, 0, "acct-summary", read_domain_info },
	{ "get_service_config", 58, FUNCTION_MAP_DATA, "all",
	    read_service_config },
	{ "get_service_config_key", 58, FUNCTION_MAP_DATA, "all", read_service_config_key },
	{ "get_tweaksetting", 0, 0, "all", read_tweaksetting },
	{ "get_update_availability", 56, 0, "all", read_update_availability },
	{ "gethostname", 0, 0, "basic-system-info", read_hostname },
	{ "getminimumpasswordstrengths", 82, FUNCTION_MAP_DATA, "all", read_password_strengths },
	{ "installed_versions", 64, FUNCTION_MAP_DATA, "all", read_installed_versions },
	{ "is_role_enabled", 76, 0, NULL, read_is_role_enabled },
	{ "list_pops_for", 50, 0, "list-accts", read_list_pops_for },
	{ "list_users", 0, 0, "list-accts", read_list_users },
	{ "listaccts", 0, 0, "list-accts", read_listaccts },
	{ "listacls", 0, 0, "all", read_listacls },
	{ "listresellers", 0, 0, "all", read_listresellers },
	{ "load_cphulk_config", 48, 0, "all", read_cphulk_config },
	{ "modsec_is_installed", 46, 0, "all", read_modsec_installed },
	{ "myprivs", 0, 0, NULL, read_myprivs },
	{ "read_cphulk_records", 48, 0, "all", read_cphulk_records },
	{ "servicestatus", 38, 0, "status", read_servicestatus },
	{ "system_needs_reboot", 64, 0, "all", read_needs_reboot },
	{ "twofactorauth_get_user_configs", 54, FUNCTION_MAP_DATA, "all", read_twofactor_users },
	{ "twofactorauth_policy_status", 54, 0, "all", read_twofactor_status },
	{ "uapi_cpanel", 86, 0, "cpanel-api", read_uapi },
	{ "validate_current_dmarcs", 124, 0, "all", read_dmarcs },
	{ "version", 38, 0, "basic-system-info", read_version },
	{ "batch", 0, 0, NULL, run_batch },

	/* readers that a scan must never call: they return secrets or change something */
	{ "fetch_service_ssl_components", 40, FUNCTION_SECRET, "all", secret_service_ssl },
	{ "fetch_vhost_ssl_components", 32, FUNCTION_SECRET, "all", secret_vhost_ssl },
	{ "fetchcrtinfo", 32, FUNCTION_SECRET, "ssl-info", secret_crt },
	{ "fetch_dkim_private_keys", 78, FUNCTION_SECRET, "all", secret_dkim },
	{ "twofactorauth_get_tfa_config_for_user", 118, FUNCTION_SECRET, "all", secret_twofactor },
	{ "exim_configuration_check", 0, FUNCTION_MUTATING, "all", effect_exim_check },
	{ "validate_current_installed_exim_config", 0, FUNCTION_MUTATING, "all",
	    effect_exim_validate },
	{ "validate_current_dkims", 78, FUNCTION_MUTATING, "all", effect_dkims },
	{ "backup_destination_validate", 38, FUNCTION_MUTATING, "all",
	    effect_destination_validate },

	/* writers */
	{ "api_token_revoke", 64, FUNCTION_MUTATING, "manage-api-tokens", write_token_revoke },
	{ "api_token_update", 68, FUNCTION_MUTATING, "manage-api-tokens", write_token_update },
	{ "apply_dmarc", 124, FUNCTION_MUTATING, "all", write_dmarc },
	{ "backup_config_set", 38, FUNCTION_MUTATING, "all", write_backup_config },
	{ "disable_cphulk", 48, FUNCTION_MUTATING, "all", write_cphulk_disable },
	{ "enable_cphulk", 48, FUNCTION_MUTATING, "all", write_cphulk_enable },
	{ "set_cpanel_updates", 38, FUNCTION_MUTATING, "all", write_cpanel_updates },
	{ "set_cphulk_config_key", 70, FUNCTION_MUTATING, "all", write_cphulk_key },
	{ "set_service_config_key", 58, FUNCTION_MUTATING, "all", write_service_config_key },
	{ "set_tweaksetting", 0, FUNCTION_MUTATING, "all", write_tweaksetting },
	{ "setminimumpasswordstrengths", 0, FUNCTION_MUTATING, "all", write_password_strengths },
	{ "twofactorauth_disable_policy", 54, FUNCTION_MUTATING, "all", write_twofactor_disable },
	{ "twofactorauth_enable_policy", 54, FUNCTION_MUTATING, "all", write_twofactor_enable },
	{ "update_updateconf", 0, FUNCTION_MUTATING | FUNCTION_POST_ONLY, "all",
	    write_updateconf },

	/* declared POST, known by name only */
	{ "addzonerecord", 0, FUNCTION_MUTATING | FUNCTION_POST_ONLY, "edit-dns", NULL },
	{ "add_configclusterserver", 0, FUNCTION_MUTATING | FUNCTION_POST_ONLY, "all", NULL },
	{ "backup_destination_set", 38, FUNCTION_MUTATING | FUNCTION_POST_ONLY, "all", NULL },
	{ "batch_create_cphulk_records", 48, FUNCTION_MUTATING | FUNCTION_POST_ONLY, "all", NULL },
	{ "editzonerecord", 0, FUNCTION_MUTATING | FUNCTION_POST_ONLY, "edit-dns", NULL },
	{ "fetch_connected_application", 0, FUNCTION_POST_ONLY, "all", NULL },
	{ "list_connected_applications", 0, FUNCTION_POST_ONLY, "all", NULL },
	{ "personalization_get", 0, FUNCTION_POST_ONLY, NULL, NULL },
	{ "personalization_set", 0, FUNCTION_MUTATING | FUNCTION_POST_ONLY, NULL, NULL },
	{ "php_fpm_config_get", 0, FUNCTION_POST_ONLY, "all", NULL },
	{ "php_fpm_config_set", 0, FUNCTION_MUTATING | FUNCTION_POST_ONLY, "all", NULL },
	{ "php_ini_set_content", 0, FUNCTION_MUTATING | FUNCTION_POST_ONLY, "all", NULL },
	{ "remove_connected_application", 0, FUNCTION_MUTATING | FUNCTION_POST_ONLY, "all", NULL },
	{ "restore_config_from_upload", 0, FUNCTION_MUTATING | FUNCTION_POST_ONLY, "all", NULL },
	{ "save_connected_application", 0, FUNCTION_MUTATING | FUNCTION_POST_ONLY, "all", NULL },
	{ "twofactorauth_set_tfa_config_for_user", 54, FUNCTION_MUTATING | FUNCTION_POST_ONLY,
	    "all", NULL },
	{ "update_customizations", 0, FUNCTION_MUTATING | FUNCTION_POST_ONLY, "all", NULL },
	{ "update_sql_config", 0, FUNCTION_MUTATING | FUNCTION_POST_ONLY, "all", NULL },
};

const struct function *
function_at(size_t index)
{
	return index < sizeof functions / sizeof functions[0] ? &functions[index] : NULL;
}

const struct function *
function_find(const char *name)
{
	for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
		if (strcmp(functions[i].name, name) == 0)
			return &functions[i];
	return NULL;
}
