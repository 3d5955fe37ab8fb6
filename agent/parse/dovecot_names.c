/*
 * What doveconf knows of settings by name and the parser must know too.
 *
 * Taken from the settings' definitions of Dovecot 2.3.19 and 2.4.1. A name
 * missing here is still parsed: as text, and a block by its shape.
 */
#include <stdlib.h>
#include <string.h>

#include "parse/dovecot_private.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct type_row {
	const char *name;
	enum dovecot_type type;
};

/* Sorted by strcmp. No name changed its type from 2.3 to 2.4. */
static const struct type_row types[] = {
	{ "acl_cache_ttl", DOVECOT_TIME },
	{ "acl_defaults_from_inbox", DOVECOT_BOOL },
	{ "acl_globals_only", DOVECOT_BOOL },
	{ "acl_ignore", DOVECOT_BOOL },
	{ "auth_allow_cleartext", DOVECOT_BOOL },
	{ "auth_allow_weak_schemes", DOVECOT_BOOL },
	{ "auth_cache_negative_ttl", DOVECOT_TIME },
	{ "auth_cache_size", DOVECOT_SIZE },
	{ "auth_cache_ttl", DOVECOT_TIME },
	{ "auth_cache_verify_password_with_worker", DOVECOT_BOOL },
	{ "auth_debug", DOVECOT_BOOL },
	{ "auth_debug_passwords", DOVECOT_BOOL },
	{ "auth_failure_delay", DOVECOT_TIME },
	{ "auth_internal_failure_delay", DOVECOT_MSECS },
	{ "auth_policy_check_after_auth", DOVECOT_BOOL },
	{ "auth_policy_check_before_auth", DOVECOT_BOOL },
	{ "auth_policy_hash_truncate", DOVECOT_UINT },
	{ "auth_policy_log_only", DOVECOT_BOOL },
	{ "auth_policy_reject_on_fail", DOVECOT_BOOL },
	{ "auth_policy_report_after_auth", DOVECOT_BOOL },
	{ "auth_policy_server_timeout_msecs", DOVECOT_UINT },
	{ "auth_ssl_require_client_cert", DOVECOT_BOOL },
	{ "auth_ssl_username_from_cert", DOVECOT_BOOL },
	{ "auth_stats", DOVECOT_BOOL },
	{ "auth_use_winbind", DOVECOT_BOOL },
	{ "auth_verbose", DOVECOT_BOOL },
	{ "auth_worker_max_count", DOVECOT_UINT },
	{ "compress_deflate_level", DOVECOT_UINT },
	{ "compress_gz_level", DOVECOT_UINT },
	{ "crypt_acl_require_secure_key_sharing", DOVECOT_BOOL },
	{ "crypt_user_key_require_encrypted", DOVECOT_BOOL },
	{ "default_client_limit", DOVECOT_UINT },
	{ "default_idle_kill", DOVECOT_TIME },
	{ "default_idle_kill_interval", DOVECOT_TIME },
	{ "default_process_limit", DOVECOT_UINT },
	{ "default_vsz_limit", DOVECOT_SIZE },
	{ "disable_plaintext_auth", DOVECOT_BOOL },
	{ "dotlock_use_excl", DOVECOT_BOOL },
	{ "doveadm_port", DOVECOT_PORT },
	{ "doveadm_worker_count", DOVECOT_UINT },
	{ "dsync_commit_msgs_interval", DOVECOT_UINT },
	{ "event_exporter/transport_timeout", DOVECOT_MSECS },
	{ "event_exporter/unix_connect_timeout", DOVECOT_MSECS },
	{ "fifo_listener/mode", DOVECOT_OCTAL },
	{ "first_valid_gid", DOVECOT_UINT },
	{ "first_valid_uid", DOVECOT_UINT },
	{ "fs_compress_read_plain_fallback", DOVECOT_BOOL },
	{ "fs_crypt_read_plain_fallback", DOVECOT_BOOL },
	{ "fts_flatcurve_commit_limit", DOVECOT_UINT },
	{ "fts_flatcurve_min_term_size", DOVECOT_UINT },
	{ "fts_flatcurve_optimize_limit", DOVECOT_UINT },
	{ "fts_flatcurve_rotate_count", DOVECOT_UINT },
	{ "fts_flatcurve_rotate_time", DOVECOT_MSECS },
	{ "fts_flatcurve_substring_search", DOVECOT_BOOL },
	{ "imap_acl_allow_anyone", DOVECOT_BOOL },
	{ "imap_hibernate_timeout", DOVECOT_TIME },
	{ "imap_id_retain", DOVECOT_BOOL },
	{ "imap_idle_notify_interval", DOVECOT_TIME },
	{ "imap_literal_minus", DOVECOT_BOOL },
	{ "imap_max_line_length", DOVECOT_SIZE },
	{ "imap_metadata", DOVECOT_BOOL },
	{ "imap_urlauth_port", DOVECOT_PORT },
	{ "imapc_cmd_timeout", DOVECOT_TIME },
	{ "imapc_connection_retry_count", DOVECOT_UINT },
	{ "imapc_connection_retry_interval", DOVECOT_MSECS },
	{ "imapc_connection_timeout_interval", DOVECOT_MSECS },
	{ "imapc_max_idle_time", DOVECOT_TIME },
	{ "imapc_max_line_length", DOVECOT_SIZE },
	{ "imapc_port", DOVECOT_PORT },
	{ "imapc_ssl_verify", DOVECOT_BOOL },
	{ "inet_listener/haproxy", DOVECOT_BOOL },
	{ "inet_listener/port", DOVECOT_PORT },
	{ "inet_listener/reuse_port", DOVECOT_BOOL },
	{ "inet_listener/ssl", DOVECOT_BOOL },
	{ "language/default", DOVECOT_BOOL },
	{ "last_valid_gid", DOVECOT_UINT },
	{ "last_valid_uid", DOVECOT_UINT },
	{ "lazy_expunge_only_last_instance", DOVECOT_BOOL },
	{ "lda_mailbox_autocreate", DOVECOT_BOOL },
	{ "lda_mailbox_autosubscribe", DOVECOT_BOOL },
	{ "ldap_debug_level", DOVECOT_UINT },
	{ "ldap_max_idle_time", DOVECOT_TIME },
	{ "ldap_starttls", DOVECOT_BOOL },
	{ "ldap_timeout", DOVECOT_TIME },
	{ "lmtp_add_received_header", DOVECOT_BOOL },
	{ "lmtp_proxy", DOVECOT_BOOL },
	{ "lmtp_rcpt_check_quota", DOVECOT_BOOL },
	{ "lmtp_save_to_detail_mailbox", DOVECOT_BOOL },
	{ "lmtp_user_concurrency_limit", DOVECOT_UINT },
	{ "lmtp_verbose_replies", DOVECOT_BOOL },
	{ "login_proxy_max_disconnect_delay", DOVECOT_TIME },
	{ "login_proxy_max_reconnects", DOVECOT_UINT },
	{ "login_proxy_timeout", DOVECOT_MSECS },
	{ "mail_alt_check", DOVECOT_BOOL },
	{ "mail_attachment_min_size", DOVECOT_SIZE },
	{ "mail_cache_max_header_name_length", DOVECOT_UINT },
	{ "mail_cache_max_headers_count", DOVECOT_UINT },
	{ "mail_cache_max_size", DOVECOT_SIZE },
	{ "mail_cache_min_mail_count", DOVECOT_UINT },
	{ "mail_cache_purge_continued_percentage", DOVECOT_UINT },
	{ "mail_cache_purge_delete_percentage", DOVECOT_UINT },
	{ "mail_cache_purge_header_continue_count", DOVECOT_UINT },
	{ "mail_cache_purge_min_size", DOVECOT_SIZE },
	{ "mail_cache_record_max_size", DOVECOT_SIZE },
	{ "mail_cache_unaccessed_field_drop", DOVECOT_TIME },
	{ "mail_debug", DOVECOT_BOOL },
	{ "mail_ext_attachment_min_size", DOVECOT_SIZE },
	{ "mail_full_filesystem_access", DOVECOT_BOOL },
	{ "mail_index_log2_max_age", DOVECOT_TIME },
	{ "mail_index_log_rotate_max_size", DOVECOT_SIZE },
	{ "mail_index_log_rotate_min_age", DOVECOT_TIME },
	{ "mail_index_log_rotate_min_size", DOVECOT_SIZE },
	{ "mail_index_rewrite_max_log_bytes", DOVECOT_SIZE },
	{ "mail_index_rewrite_min_log_bytes", DOVECOT_SIZE },
	{ "mail_log_cached_only", DOVECOT_BOOL },
	{ "mail_max_keyword_length", DOVECOT_UINT },
	{ "mail_max_lock_timeout", DOVECOT_TIME },
	{ "mail_max_userip_connections", DOVECOT_UINT },
	{ "mail_nfs_index", DOVECOT_BOOL },
	{ "mail_nfs_storage", DOVECOT_BOOL },
	{ "mail_prefetch_count", DOVECOT_UINT },
	{ "mail_save_crlf", DOVECOT_BOOL },
	{ "mail_shared_explicit_inbox", DOVECOT_BOOL },
	{ "mail_sort_max_read_count", DOVECOT_UINT },
	{ "mail_temp_scan_interval", DOVECOT_TIME },
	{ "mail_utf8_extensions", DOVECOT_BOOL },
	{ "mail_vsize_bg_after_count", DOVECOT_UINT },
	{ "mailbox/autoexpunge", DOVECOT_TIME },
	{ "mailbox/autoexpunge_max_mails", DOVECOT_UINT },
	{ "mailbox_directory_name_legacy", DOVECOT_BOOL },
	{ "mailbox_idle_check_interval", DOVECOT_TIME },
	{ "mailbox_list_drop_noselect", DOVECOT_BOOL },
	{ "mailbox_list_index", DOVECOT_BOOL },
	{ "mailbox_list_index_include_inbox", DOVECOT_BOOL },
	{ "mailbox_list_index_very_dirty_syncs", DOVECOT_BOOL },
	{ "mailbox_list_iter_from_index_dir", DOVECOT_BOOL },
	{ "mailbox_list_utf8", DOVECOT_BOOL },
	{ "mailbox_list_validate_fs_names", DOVECOT_BOOL },
	{ "mailbox_notify_status", DOVECOT_BOOL },
	{ "maildir_broken_filename_sizes", DOVECOT_BOOL },
	{ "maildir_copy_with_hardlinks", DOVECOT_BOOL },
	{ "maildir_empty_new", DOVECOT_BOOL },
	{ "maildir_stat_dirs", DOVECOT_BOOL },
	{ "maildir_very_dirty_syncs", DOVECOT_BOOL },
	{ "mbox_dirty_syncs", DOVECOT_BOOL },
	{ "mbox_dotlock_change_timeout", DOVECOT_TIME },
	{ "mbox_lazy_writes", DOVECOT_BOOL },
	{ "mbox_lock_timeout", DOVECOT_TIME },
	{ "mbox_min_index_size", DOVECOT_SIZE },
	{ "mbox_very_dirty_syncs", DOVECOT_BOOL },
	{ "mdbox_preallocate_space", DOVECOT_BOOL },
	{ "mdbox_rotate_interval", DOVECOT_TIME },
	{ "mdbox_rotate_size", DOVECOT_SIZE },
	{ "metric_group_by_method/exponential_base", DOVECOT_UINT },
	{ "metric_group_by_method/exponential_max_magnitude", DOVECOT_UINT },
	{ "metric_group_by_method/exponential_min_magnitude", DOVECOT_UINT },
	{ "mmap_disable", DOVECOT_BOOL },
	{ "namespace/disabled", DOVECOT_BOOL },
	{ "namespace/hidden", DOVECOT_BOOL },
	{ "namespace/ignore_on_failure", DOVECOT_BOOL },
	{ "namespace/inbox", DOVECOT_BOOL },
	{ "namespace/order", DOVECOT_UINT },
	{ "namespace/subscriptions", DOVECOT_BOOL },
	{ "oauth2_force_introspection", DOVECOT_BOOL },
	{ "oauth2_send_auth_headers", DOVECOT_BOOL },
	{ "oauth2_use_worker_with_mech", DOVECOT_BOOL },
	{ "passdb/deny", DOVECOT_BOOL },
	{ "passdb/fields_import_all", DOVECOT_BOOL },
	{ "passdb/master", DOVECOT_BOOL },
	{ "passdb/pass", DOVECOT_BOOL },
	{ "passdb/use_cache", DOVECOT_BOOL },
	{ "passdb/use_worker", DOVECOT_BOOL },
	{ "pop3_enable_last", DOVECOT_BOOL },
	{ "pop3_fast_size_lookups", DOVECOT_BOOL },
	{ "pop3_lock_session", DOVECOT_BOOL },
	{ "pop3_migration_all_mailboxes", DOVECOT_BOOL },
	{ "pop3_migration_ignore_extra_uidls", DOVECOT_BOOL },
	{ "pop3_migration_ignore_missing_uidls", DOVECOT_BOOL },
	{ "pop3_migration_skip_size_check", DOVECOT_BOOL },
	{ "pop3_migration_skip_uidl_cache", DOVECOT_BOOL },
	{ "pop3_no_flag_updates", DOVECOT_BOOL },
	{ "pop3_reuse_xuidl", DOVECOT_BOOL },
	{ "pop3_save_uidl", DOVECOT_BOOL },
	{ "pop3c_port", DOVECOT_PORT },
	{ "pop3c_quick_received_date", DOVECOT_BOOL },
	{ "pop3c_ssl_verify", DOVECOT_BOOL },
	{ "quota/enforce", DOVECOT_BOOL },
	{ "quota/full_tempfail", DOVECOT_BOOL },
	{ "quota/hidden", DOVECOT_BOOL },
	{ "quota/ignore", DOVECOT_BOOL },
	{ "quota/ignore_unlimited", DOVECOT_BOOL },
	{ "quota/mail_size", DOVECOT_SIZE },
	{ "quota/mailbox_count", DOVECOT_UINT },
	{ "quota/mailbox_message_count", DOVECOT_UINT },
	{ "quota/message_count", DOVECOT_UINT },
	{ "quota/message_percentage", DOVECOT_UINT },
	{ "quota/storage_extra", DOVECOT_SIZE },
	{ "quota/storage_grace", DOVECOT_SIZE },
	{ "quota/storage_percentage", DOVECOT_UINT },
	{ "quota/storage_size", DOVECOT_SIZE },
	{ "quota_clone_unset", DOVECOT_BOOL },
	{ "quota_fs_message_limit", DOVECOT_BOOL },
	{ "quota_full_tempfail", DOVECOT_BOOL },
	{ "quota_over_status_lazy_check", DOVECOT_BOOL },
	{ "service/client_limit", DOVECOT_UINT },
	{ "service/drop_priv_before_exec", DOVECOT_BOOL },
	{ "service/idle_kill", DOVECOT_TIME },
	{ "service/idle_kill_interval", DOVECOT_TIME },
	{ "service/process_limit", DOVECOT_UINT },
	{ "service/process_min_avail", DOVECOT_UINT },
	{ "service/restart_request_count", DOVECOT_UINT },
	{ "service/service_count", DOVECOT_UINT },
	{ "service/vsz_limit", DOVECOT_SIZE },
	{ "shutdown_clients", DOVECOT_BOOL },
	{ "ssl_client_require_valid_cert", DOVECOT_BOOL },
	{ "ssl_prefer_server_ciphers", DOVECOT_BOOL },
	{ "ssl_require_crl", DOVECOT_BOOL },
	{ "ssl_server_request_client_cert", DOVECOT_BOOL },
	{ "ssl_server_require_crl", DOVECOT_BOOL },
	{ "ssl_verify_client_cert", DOVECOT_BOOL },
	{ "submission_add_received_header", DOVECOT_BOOL },
	{ "submission_max_mail_size", DOVECOT_SIZE },
	{ "submission_max_recipients", DOVECOT_UINT },
	{ "submission_relay_command_timeout", DOVECOT_MSECS },
	{ "submission_relay_connect_timeout", DOVECOT_MSECS },
	{ "submission_relay_max_idle_time", DOVECOT_TIME },
	{ "submission_relay_port", DOVECOT_PORT },
	{ "submission_relay_ssl_verify", DOVECOT_BOOL },
	{ "submission_relay_trusted", DOVECOT_BOOL },
	{ "trash_priority", DOVECOT_UINT },
	{ "unix_listener/mode", DOVECOT_OCTAL },
	{ "userdb/fields_import_all", DOVECOT_BOOL },
	{ "userdb/use_cache", DOVECOT_BOOL },
	{ "userdb/use_worker", DOVECOT_BOOL },
	{ "userdb_static_allow_all_users", DOVECOT_BOOL },
	{ "verbose_proctitle", DOVECOT_BOOL },
	{ "verbose_ssl", DOVECOT_BOOL },
	{ "version_ignore", DOVECOT_BOOL },
	{ "virtual_max_open_mailboxes", DOVECOT_UINT },
	{ "welcome_wait", DOVECOT_BOOL },
};

/* 2.3: blocks that are no maps merge by name, but for these. */
static const char *const numbered_2_3[] = { "passdb", "userdb" };
static const char *const maps_2_3[] = { "dict", "plugin" };

/* 2.4 named list filters: a block needs a name. */
static const char *const named_2_4[] = {
	"crypt_global_private_key", "crypt_user_key_encryption_key", "dict", "dict_map",
	"dict_map_key_field", "dict_map_value_field", "event_exporter", "fifo_listener", "fs",
	"fts", "inet_listener", "language", "mailbox", "metric", "metric_group_by",
	"metric_group_by_method", "mysql", "namespace", "passdb", "pgsql", "quota",
	"quota_warning", "service", "unix_listener", "userdb",
};

/* 2.4 named filters: a block must not have a name. */
static const char *const filters_2_4[] = {
	"acl_sharing_map", "auth_policy", "cassandra", "dict_server", "doveadm_server",
	"event_exporter_http_post", "fts_decoder_tika", "fts_flatcurve", "fts_solr", "imapc",
	"last_login", "layout_fs", "layout_imapc", "layout_imapdir", "layout_index",
	"layout_maildir++", "mail_attribute", "mail_ext_attachment", "mail_lua", "maildir",
	"mbox", "mdbox", "notify_status", "oauth2", "oauth2_local_validation",
	"passdb_bsdauth", "passdb_imapc", "passdb_ldap", "passdb_lua", "passdb_pam",
	"passdb_passwd", "passdb_passwd_file", "passdb_static", "pop3c", "quota_clone",
	"quota_count", "quota_fs", "quota_imapc", "quota_maildir", "quota_over_status",
	"sdbox", "ssl_client", "ssl_server", "stats_server", "userdb_ldap", "userdb_lua",
	"userdb_passwd", "userdb_passwd_file", "userdb_static", "virtual", "welcome",
};

/* 2.4 settings whose name begins with a named filter's. */
static const char *const prefixed_2_4[] = {
	"auth_policy_check_after_auth", "auth_policy_check_before_auth",
	"auth_policy_hash_mech", "auth_policy_hash_nonce", "auth_policy_hash_truncate",
	"auth_policy_log_only", "auth_policy_reject_on_fail", "auth_policy_report_after_auth",
	"auth_policy_request_attributes", "auth_policy_server_api_header",
	"auth_policy_server_url", "event_exporter_http_post_url", "fts_flatcurve_commit_limit",
	"fts_flatcurve_min_term_size", "fts_flatcurve_optimize_limit",
	"fts_flatcurve_rotate_count", "fts_flatcurve_rotate_time",
	"fts_flatcurve_substring_search", "imapc_cmd_timeout", "imapc_connection_retry_count",
	"imapc_connection_retry_interval", "imapc_connection_timeout_interval",
	"imapc_features", "imapc_host", "imapc_list_prefix", "imapc_master_user",
	"imapc_max_idle_time", "imapc_max_line_length", "imapc_password", "imapc_port",
	"imapc_rawlog_dir", "imapc_sasl_mechanisms", "imapc_ssl", "imapc_user",
	"last_login_key", "last_login_precision", "mail_ext_attachment_hash",
	"mail_ext_attachment_min_size", "mail_ext_attachment_path",
	"maildir_broken_filename_sizes", "maildir_copy_with_hardlinks", "maildir_empty_new",
	"maildir_stat_dirs", "maildir_very_dirty_syncs", "mbox_dirty_syncs",
	"mbox_dotlock_change_timeout", "mbox_lazy_writes", "mbox_lock_timeout", "mbox_md5",
	"mbox_min_index_size", "mbox_read_locks", "mbox_very_dirty_syncs", "mbox_write_locks",
	"mdbox_preallocate_space", "mdbox_rotate_interval", "mdbox_rotate_size",
	"notify_status_value", "oauth2_active_attribute", "oauth2_active_value",
	"oauth2_client_id", "oauth2_client_secret", "oauth2_fields",
	"oauth2_force_introspection", "oauth2_grant_url", "oauth2_introspection_mode",
	"oauth2_introspection_url", "oauth2_issuers", "oauth2_openid_configuration_url",
	"oauth2_scope", "oauth2_send_auth_headers", "oauth2_tokeninfo_url",
	"oauth2_use_worker_with_mech", "oauth2_username_attribute",
	"oauth2_username_validation_format", "passdb_ldap_bind", "passdb_ldap_bind_userdn",
	"passdb_ldap_filter", "passdb_pam_failure_show_msg", "passdb_pam_max_requests",
	"passdb_pam_service_name", "passdb_pam_session", "passdb_pam_setcred",
	"passdb_passwd_file_path", "passdb_static_password", "pop3c_features", "pop3c_host",
	"pop3c_master_user", "pop3c_password", "pop3c_port", "pop3c_quick_received_date",
	"pop3c_rawlog_dir", "pop3c_ssl", "pop3c_ssl_verify", "pop3c_user", "quota_clone_unset",
	"quota_fs_message_limit", "quota_fs_mount_path", "quota_fs_type",
	"quota_imapc_mailbox_name", "quota_imapc_root_name", "quota_over_status_current",
	"quota_over_status_lazy_check", "quota_over_status_mask", "ssl_client_ca_dir",
	"ssl_client_ca_file", "ssl_client_cert_file", "ssl_client_key_file",
	"ssl_client_key_password", "ssl_client_require_valid_cert", "ssl_server_alt_cert_file",
	"ssl_server_alt_key_file", "ssl_server_ca_file", "ssl_server_cert_file",
	"ssl_server_cert_username_field", "ssl_server_dh_file", "ssl_server_key_file",
	"ssl_server_key_password", "ssl_server_prefer_ciphers",
	"ssl_server_request_client_cert", "ssl_server_require_crl", "userdb_ldap_filter",
	"userdb_ldap_iterate_filter", "userdb_passwd_file_path",
	"userdb_static_allow_all_users", "virtual_max_open_mailboxes", "welcome_wait",
};

/* 2.4 lists of words, those of a named list filter as "filter/setting". */
static const char *const lists_2_4[] = {
	"acl_groups", "apparmor_hats", "auth_mechanisms", "auth_realms",
	"doveadm_allowed_commands", "imap_capability", "imap_client_workarounds",
	"imapc_features", "imapc_sasl_mechanisms", "listen", "lmtp_client_workarounds",
	"login_plugins", "login_source_ips", "login_trusted_networks", "mail_access_groups",
	"mail_always_cache_fields", "mail_attachment_detection_options", "mail_cache_fields",
	"mail_log_events", "mail_log_fields", "mail_never_cache_fields", "mail_plugins",
	"mailbox/special_use", "mbox_read_locks", "mbox_write_locks",
	"metric/exporter_include", "metric/fields", "oauth2_issuers", "oauth2_scope",
	"passdb/mechanisms_filter", "pop3_client_workarounds", "pop3c_features", "protocols",
	"service/extra_groups", "submission_backend_capabilities",
	"submission_client_workarounds", "valid_chroot_dirs",
};

static const char *const maps_2_4[] = {
	"auth_policy_request_attributes", "charset_aliases", "imap_id_send",
	"import_environment", "oauth2_fields", "passdb/fields", "userdb/fields",
	"userdb/iterate_fields",
};

static bool
is_among(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static int
type_compare(const void *name, const void *row)
{
	return strcmp(name, ((const struct type_row *)row)->name);
}

enum dovecot_type
dovecot_type_of(const char *name)
{
	const struct type_row *row = bsearch(name, types, COUNT(types),
	    sizeof(types[0]), type_compare);

	return row == NULL ? DOVECOT_TEXT : row->type;
}

static enum dovecot_block
block_of_2_3(const char *name)
{
	if (is_among(name, numbered_2_3, COUNT(numbered_2_3)))
		return DOVECOT_BLOCK_NUMBERED;
	if (is_among(name, maps_2_3, COUNT(maps_2_3)))
		return DOVECOT_BLOCK_MAP;
	return DOVECOT_BLOCK_UNKNOWN;
}

enum dovecot_block
dovecot_block_of(enum dovecot_version version, const char *name)
{
	if (version == DOVECOT_2_3)
		return block_of_2_3(name);
	if (is_among(name, named_2_4, COUNT(named_2_4)))
		return DOVECOT_BLOCK_NAMED;
	if (is_among(name, filters_2_4, COUNT(filters_2_4)))
		return DOVECOT_BLOCK_FILTER;
	if (is_among(name, lists_2_4, COUNT(lists_2_4)))
		return DOVECOT_BLOCK_LIST;
	if (is_among(name, maps_2_4, COUNT(maps_2_4)))
		return DOVECOT_BLOCK_MAP;
	return DOVECOT_BLOCK_UNKNOWN;
}

bool
dovecot_is_prefixed(const char *filter, const char *key)
{
	size_t length = strlen(filter);

	for (size_t i = 0; i < COUNT(prefixed_2_4); i++)
		if (strncmp(prefixed_2_4[i], filter, length) == 0 &&
		    prefixed_2_4[i][length] == '_' &&
		    strcmp(prefixed_2_4[i] + length + 1, key) == 0)
			return true;
	return false;
}

bool
dovecot_is_auth(enum dovecot_version version, const char *name)
{
	/* The authentication service reads these too. */
	static const char *const shared[] = {
		"base_dir", "first_valid_gid", "first_valid_uid", "last_valid_gid",
		"last_valid_uid", "passdb", "userdb", "verbose_proctitle",
	};
	static const char *const only_2_3[] = { "ssl_client_ca_dir", "ssl_client_ca_file" };
	static const char *const others[] = {
		"auth_allow_cleartext", "auth_policy_request_attributes",
		"auth_socket_path",
	};

	if (strncmp(name, "auth_", 5) == 0)
		return version == DOVECOT_2_3 ? strcmp(name, "auth_socket_path") != 0 :
		    !is_among(name, others, COUNT(others));
	return is_among(name, shared, COUNT(shared)) ||
	    (version == DOVECOT_2_3 && is_among(name, only_2_3, COUNT(only_2_3)));
}

const char *
dovecot_default_of(const char *name)
{
	/* The settings that configurations add to. */
	static const char *const empty[] = {
		"auth_realms", "imap_client_workarounds", "imap_capability",
		"login_plugins", "login_trusted_networks", "mail_access_groups",
		"mail_plugins", "pop3_client_workarounds", "ssl_cipher_suites",
		"ssl_options",
	};

	return is_among(name, empty, COUNT(empty)) ? "" : NULL;
}

/*
 * Those that turn into settings of services stand for the IMAP and the POP3
 * one, "*" being "imap" or "pop3".
 */
static const struct dovecot_obsolete obsolete[] = {
	{ .name = "auth_chroot", .now = "service/auth/chroot" },
	{ .name = "auth_count" },
	{ .name = "auth_executable", .now = "service/auth/executable" },
	{ .name = "auth_process_size", .now = "service/auth/vsz_limit", .append = " M" },
	{ .name = "auth_user", .now = "service/auth/user" },
	{ .name = "dbox_rotate_days" },
	{ .name = "dbox_rotate_min_size" },
	{ .name = "dbox_rotate_size", .now = "mdbox_rotate_size" },
	{ .name = "director_consistent_hashing" },
	{ .name = "fsync_disable", .now = "mail_fsync", .yes = "never",
	    .no = "optimized" },
	{ .name = "login_chroot", .now = "service/*-login/chroot", .yes = "login",
	    .no = "" },
	{ .name = "login_dir" },
	{ .name = "login_executable", .now = "service/*-login/executable" },
	{ .name = "login_max_connections", .now = "service/*-login/client_limit" },
	{ .name = "login_max_processes_count", .now = "service/*-login/process_limit" },
	{ .name = "login_process_per_connection",
	    .now = "service/*-login/service_count", .yes = "1", .no = "0" },
	{ .name = "login_process_size", .now = "service/*-login/vsz_limit", .append = " M" },
	{ .name = "login_processes_count", .now = "service/*-login/process_min_avail" },
	{ .name = "login_user", .now = "service/*-login/user" },
	{ .name = "mail_cache_compress_continued_percentage",
	    .now = "mail_cache_purge_continued_percentage" },
	{ .name = "mail_cache_compress_delete_percentage",
	    .now = "mail_cache_purge_delete_percentage" },
	{ .name = "mail_cache_compress_header_continue_count",
	    .now = "mail_cache_purge_header_continue_count" },
	{ .name = "mail_cache_compress_min_size", .now = "mail_cache_purge_min_size" },
	{ .name = "mail_drop_priv_before_exec", .now = "service/*/drop_priv_before_exec" },
	{ .name = "mail_executable", .now = "service/*/executable" },
	{ .name = "mail_log_max_lines_per_sec" },
	{ .name = "mail_process_size", .now = "service/*/vsz_limit", .append = " M" },
	{ .name = "maildir_copy_preserve_filename" },
	{ .name = "max_mail_processes", .now = "service/*/process_limit" },
	{ .name = "sieve", .now = "plugin/sieve" },
	{ .name = "sieve_storage", .now = "plugin/sieve_storage" },
	{ .name = "ssl_dh_parameters_length" },
	{ .name = "ssl_disable", .now = "ssl", .yes = "no", .no = "yes" },
	{ .name = "ssl_parameters_regenerate" },
};

const struct dovecot_obsolete *
dovecot_obsolete_find(const char *name)
{
	for (size_t i = 0; i < COUNT(obsolete); i++)
		if (strcmp(obsolete[i].name, name) == 0)
			return &obsolete[i];
	return NULL;
}
