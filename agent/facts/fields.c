#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "facts/fields.h"

#define STORE PLANE_BIT(PLANE_STORE)
#define API PLANE_BIT(PLANE_API)
#define FILES PLANE_BIT(PLANE_FILE)
#define DAEMON PLANE_BIT(PLANE_DAEMON)
#define SOCKET PLANE_BIT(PLANE_SOCKET)
#define LOGS PLANE_BIT(PLANE_LOG)

/*
 * The compiler checks that the member has the type the row says: the two
 * operands of the comparison must be pointers to the same type.
 */
#define OFFSET(owner, member, kind) \
	(offsetof(owner, member) + \
	    0 * sizeof(&((owner *)0)->member == (kind *)0))
#define BOOL(owner, member, plane) \
	{ #member, FIELD_BOOL, plane, OFFSET(owner, member, struct fact_bool), { NULL, NULL }, { NULL, NULL } }
#define INT(owner, member, plane) \
	{ #member, FIELD_INT, plane, OFFSET(owner, member, struct fact_int), { NULL, NULL }, { NULL, NULL } }
#define STR(owner, member, plane) \
	{ #member, FIELD_STR, plane, OFFSET(owner, member, struct fact_str), { NULL, NULL }, { NULL, NULL } }
#define LIST(owner, member, plane) \
	{ #member, FIELD_LIST, plane, OFFSET(owner, member, struct fact_list), { NULL, NULL }, { NULL, NULL } }
#define SETTING(owner, member, text, planes, upstream, shipped, document) \
	{ text, FIELD_SETTING, planes, OFFSET(owner, member, struct setting), \
	    { upstream, document }, { shipped, document##_SHIPPED } }

#define NO_DOC NULL
#define NO_DOC_SHIPPED NULL

static const struct field platform_fields[] = {
	SETTING(struct platform_facts, cpanel_version, "cpanel_version",
	    FILES | API, NULL, NULL, NO_DOC),
	BOOL(struct platform_facts, update_available, API),
	STR(struct platform_facts, newest_version, API),
	STR(struct platform_facts, tier, API),
	STR(struct platform_facts, cpupdate_tier, FILES),
	STR(struct platform_facts, cpupdate_updates, FILES),
	STR(struct platform_facts, os_id, FILES),
	STR(struct platform_facts, os_version, FILES),
	INT(struct platform_facts, forged_sessions, FILES),
};

static const struct field site_fields[] = {
	STR(struct site_facts, server_profile, API),
	LIST(struct site_facts, disabled_roles, API),
	LIST(struct site_facts, linked_accounts, API),
	BOOL(struct site_facts, dns_cluster, FILES),
	INT(struct site_facts, nat_addresses, FILES),
	STR(struct site_facts, smarthost, STORE),
	INT(struct site_facts, remote_domains, FILES),
	INT(struct site_facts, secondary_mx, FILES),
	INT(struct site_facts, manual_mx, FILES),
	LIST(struct site_facts, port_owners, FILES),
	LIST(struct site_facts, products, FILES),
	LIST(struct site_facts, local_templates, FILES),
	LIST(struct site_facts, exim_local_blocks, STORE),
	LIST(struct site_facts, exim_code, FILES),
	STR(struct site_facts, managed_by, FILES),
};

/* Where upstream's default is documented, and where cPanel's. */
#define EXIM_SPEC "Exim specification, main configuration"
#define EXIM_SPEC_SHIPPED EXIM_EDITOR_SHIPPED
#define EXIM_EDITOR NULL
#define EXIM_EDITOR_SHIPPED "docs.cpanel.net, Exim Configuration Manager - Basic Editor"

static const struct field exim_fields[] = {
	SETTING(struct exim_facts, openssl_options, "openssl_options",
	    STORE | API | FILES | DAEMON,
	    "+no_sslv2 +no_sslv3 +single_dh_use +no_ticket +no_renegotiation",
	    "+no_sslv2 +no_sslv3 +no_tlsv1 +no_tlsv1_1", EXIM_SPEC),
	SETTING(struct exim_facts, cipher_suites, "cipher_suites",
	    STORE | API | FILES | DAEMON, NULL, NULL, NO_DOC),
	SETTING(struct exim_facts, tls_advertise_hosts, "tls_advertise_hosts",
	    FILES | DAEMON, "*", NULL, EXIM_SPEC),
	SETTING(struct exim_facts, tls_on_connect_ports,
	    "tls_on_connect_ports", FILES | DAEMON, "", NULL, EXIM_SPEC),
	SETTING(struct exim_facts, daemon_smtp_ports, "daemon_smtp_ports",
	    FILES | DAEMON, "smtp", NULL, EXIM_SPEC),
	SETTING(struct exim_facts, auth_offered, "auth_offered",
	    FILES | DAEMON, NULL, NULL, NO_DOC),
	LIST(struct exim_facts, auth_mechanisms, FILES),
	SETTING(struct exim_facts, require_secure_auth, "require_secure_auth",
	    STORE | API, NULL, "1", EXIM_EDITOR),
	SETTING(struct exim_facts, recipients_max, "recipients_max",
	    FILES | DAEMON, "50000", NULL, EXIM_SPEC),
	SETTING(struct exim_facts, disable_ipv6, "disable_ipv6",
	    FILES | DAEMON, "false", NULL, EXIM_SPEC),
	SETTING(struct exim_facts, log_selector, "log_selector",
	    FILES | DAEMON, "", NULL, EXIM_SPEC),
	SETTING(struct exim_facts, log_file_path, "log_file_path",
	    FILES | DAEMON, NULL, NULL, NO_DOC),
	SETTING(struct exim_facts, acl_dictionary_attack,
	    "acl_dictionary_attack", STORE | API, NULL, "1", EXIM_EDITOR),
	SETTING(struct exim_facts, acl_ratelimit, "acl_ratelimit",
	    STORE | API, NULL, "1", EXIM_EDITOR),
	LIST(struct exim_facts, trustedmailhosts, FILES),
	LIST(struct exim_facts, skipsmtpcheckhosts, FILES),
	LIST(struct exim_facts, senderverifybypasshosts, FILES),
	LIST(struct exim_facts, backupmxhosts, FILES),
	LIST(struct exim_facts, alwaysrelay, FILES),
	LIST(struct exim_facts, relayhosts, FILES),
};

#define DOVECOT_DOC "doc.dovecot.org, settings"
#define DOVECOT_DOC_SHIPPED "docs.cpanel.net, Mailserver Configuration"

/*
 * ssl_min_protocol has no upstream default here: it was TLSv1 up to 2.3.14,
 * so its absence is judged with dovecot.version.
 */
static const struct field dovecot_fields[] = {
	STR(struct dovecot_facts, version, DAEMON),
	SETTING(struct dovecot_facts, ssl, "ssl", FILES | DAEMON,
	    "yes", NULL, DOVECOT_DOC),
	SETTING(struct dovecot_facts, ssl_min_protocol, "ssl_min_protocol",
	    STORE | API | FILES | DAEMON, NULL, "TLSv1.2", DOVECOT_DOC),
	SETTING(struct dovecot_facts, cipher_suites, "cipher_suites",
	    STORE | API | FILES | DAEMON, NULL, NULL, NO_DOC),
	SETTING(struct dovecot_facts, auth_allow_cleartext,
	    "auth_allow_cleartext", STORE | API | FILES | DAEMON,
	    "no", "yes", DOVECOT_DOC),
	SETTING(struct dovecot_facts, auth_mechanisms, "auth_mechanisms",
	    FILES | DAEMON, "plain", NULL, DOVECOT_DOC),
	SETTING(struct dovecot_facts, auth_verbose, "auth_verbose",
	    FILES | DAEMON, "no", NULL, DOVECOT_DOC),
	SETTING(struct dovecot_facts, auth_verbose_passwords,
	    "auth_verbose_passwords", FILES | DAEMON, "no", NULL, DOVECOT_DOC),
	SETTING(struct dovecot_facts, auth_debug_passwords,
	    "auth_debug_passwords", FILES | DAEMON, "no", NULL, DOVECOT_DOC),
	SETTING(struct dovecot_facts, auth_failure_delay, "auth_failure_delay",
	    FILES | DAEMON, "2", NULL, DOVECOT_DOC),
	SETTING(struct dovecot_facts, mail_max_userip_connections,
	    "mail_max_userip_connections", FILES | DAEMON, "10", NULL,
	    DOVECOT_DOC),
	SETTING(struct dovecot_facts, login_log_format_elements,
	    "login_log_format_elements", FILES | DAEMON,
	    "user=<%u> method=%m rip=%r lip=%l mpid=%e %c session=<%{session}>",
	    NULL, DOVECOT_DOC),
	SETTING(struct dovecot_facts, mail_plugins, "mail_plugins",
	    FILES | DAEMON, "", NULL, DOVECOT_DOC),
	SETTING(struct dovecot_facts, mail_log_events, "mail_log_events",
	    FILES | DAEMON,
	    "delete undelete expunge copy mailbox_delete mailbox_rename", NULL,
	    DOVECOT_DOC),
	SETTING(struct dovecot_facts, mail_log_fields, "mail_log_fields",
	    FILES | DAEMON, "uid box msgid size", NULL, DOVECOT_DOC),
	SETTING(struct dovecot_facts, imaps_port, "imaps_port",
	    FILES | DAEMON, "993", NULL, DOVECOT_DOC),
	SETTING(struct dovecot_facts, log_path, "log_path",
	    FILES | DAEMON, "syslog", NULL, DOVECOT_DOC),
	SETTING(struct dovecot_facts, info_log_path, "info_log_path",
	    FILES | DAEMON, "", NULL, DOVECOT_DOC),
};

#define CONFIG_DOC NULL
#define CONFIG_DOC_SHIPPED "docs.cpanel.net, The cpanel.config File"
#define TWEAK(member, text, shipped) \
	SETTING(struct tweak_facts, member, text, STORE | API, NULL, shipped, \
	    CONFIG_DOC)

static const struct field tweak_fields[] = {
	TWEAK(alwaysredirecttossl, "alwaysredirecttossl", "1"),
	TWEAK(requiressl, "requiressl", "1"),
	TWEAK(disable_security_tokens, "disable-security-tokens", "0"),
	TWEAK(popbeforesmtp, "popbeforesmtp", "0"),
	TWEAK(resetpass, "resetpass", "1"),
	TWEAK(resetpass_sub, "resetpass_sub", "1"),
	TWEAK(emailpasswords, "emailpasswords", "0"),
	TWEAK(domainowner_mail_pass, "domainowner_mail_pass", "0"),
	TWEAK(cookieipvalidation, "cookieipvalidation", "strict"),
	TWEAK(account_login_access, "account_login_access", "owner_root"),
	TWEAK(smtpmailgidonly, "smtpmailgidonly", "1"),
	TWEAK(nobodyspam, "nobodyspam", "1"),
	TWEAK(maxemailsperhour, "maxemailsperhour", ""),
	TWEAK(email_send_limits_max_defer_fail_percentage,
	    "email_send_limits_max_defer_fail_percentage", ""),
};

static const struct field access_fields[] = {
	BOOL(struct access_facts, smtp_gid_only, FILES),
	BOOL(struct access_facts, csf_smtp_block, FILES),
	BOOL(struct access_facts, lfd_mail_logins, FILES),
	INT(struct access_facts, strength_default, API),
	INT(struct access_facts, strength_virtual, API),
	INT(struct access_facts, strength_passwd, API),
	BOOL(struct access_facts, mfa_policy, API),
	LIST(struct access_facts, mfa_users, API),
	BOOL(struct access_facts, cphulk_enabled, API),
	BOOL(struct access_facts, cphulk_by_address, API),
	INT(struct access_facts, cphulk_max_by_address, API),
};

static const struct field backup_fields[] = {
	BOOL(struct backup_facts, enabled, API),
	BOOL(struct backup_facts, daily, API),
	INT(struct backup_facts, daily_retention, API),
	BOOL(struct backup_facts, weekly, API),
	BOOL(struct backup_facts, accounts, API),
	BOOL(struct backup_facts, configuration, API),
	INT(struct backup_facts, newest_archive, FILES),
	INT(struct backup_facts, newest_set, API),
};

static const struct field crypto_fields[] = {
	STR(struct crypto_facts, policy_min_protocol, FILES),
	STR(struct crypto_facts, policy, FILES),
	BOOL(struct crypto_facts, fips_enabled, FILES),
};

static const struct field exchange_fields[] = {
	BOOL(struct exchange_facts, dane_supported, DAEMON),
	LIST(struct exchange_facts, required_inbound, FILES),
	LIST(struct exchange_facts, required_outbound, FILES),
	STR(struct exchange_facts, relay_from_outside, DAEMON),
	STR(struct exchange_facts, sender_binding, FILES),
	LIST(struct exchange_facts, tunnels, DAEMON),
};

#define LISTENING(member) \
	SETTING(struct listening_facts, member, #member, SOCKET, NULL, NULL, \
	    NO_DOC)

static const struct field listening_fields[] = {
	LISTENING(exim),
	LISTENING(dovecot),
	LISTENING(cpsrvd),
	LISTENING(cpdavd),
	LISTENING(httpd),
	STR(struct listening_facts, source, SOCKET),
	BOOL(struct listening_facts, complete_lists, SOCKET),
};

static const struct field dns_fields[] = {
	LIST(struct dns_facts, servers, FILES),
	BOOL(struct dns_facts, validating, FILES),
	STR(struct dns_facts, smarthost_spf, SOCKET),
	LIST(struct dns_facts, caa, SOCKET),
};

static const struct field ledger_fields[] = {
	BOOL(struct ledger_facts, stored, LOGS),
	STR(struct ledger_facts, first_day, LOGS),
	INT(struct ledger_facts, exim_days, LOGS),
	STR(struct ledger_facts, exim_last_day, LOGS),
	INT(struct ledger_facts, dovecot_days, LOGS),
	INT(struct ledger_facts, panel_days, LOGS),
	INT(struct ledger_facts, broken_lines, LOGS),
	INT(struct ledger_facts, broken_arrivals, LOGS),
	STR(struct ledger_facts, broken_arrivals_last, LOGS),
	INT(struct ledger_facts, broken_deliveries, LOGS),
	STR(struct ledger_facts, broken_deliveries_last, LOGS),
	INT(struct ledger_facts, out_messages, LOGS),
	INT(struct ledger_facts, out_clear, LOGS),
	INT(struct ledger_facts, out_old, LOGS),
	INT(struct ledger_facts, out_tls13, LOGS),
	INT(struct ledger_facts, out_untold, LOGS),
	INT(struct ledger_facts, out_signed, LOGS),
	INT(struct ledger_facts, out_fallbacks, LOGS),
	INT(struct ledger_facts, in_messages, LOGS),
	INT(struct ledger_facts, in_clear, LOGS),
	INT(struct ledger_facts, in_old, LOGS),
	INT(struct ledger_facts, submissions, LOGS),
	INT(struct ledger_facts, submissions_clear, LOGS),
	STR(struct ledger_facts, submissions_clear_last, LOGS),
	INT(struct ledger_facts, most_recipients, LOGS),
	INT(struct ledger_facts, mailbox_logins, LOGS),
	INT(struct ledger_facts, mailbox_logins_clear, LOGS),
	STR(struct ledger_facts, mailbox_logins_clear_last, LOGS),
	INT(struct ledger_facts, panel_logins, LOGS),
	STR(struct ledger_facts, panel_logins_last, LOGS),
	INT(struct ledger_facts, failures, LOGS),
};

static const struct field inventory_fields[] = {
	INT(struct inventory_facts, accounts, FILES),
	INT(struct inventory_facts, domains, FILES),
	INT(struct inventory_facts, resellers, FILES),
	INT(struct inventory_facts, tokens, API),
	INT(struct inventory_facts, password_files, FILES),
	INT(struct inventory_facts, private_keys, FILES),
	INT(struct inventory_facts, mail_paths, FILES),
	INT(struct inventory_facts, transports, FILES),
	INT(struct inventory_facts, listeners, SOCKET),
	INT(struct inventory_facts, mail_names, SOCKET),
	INT(struct inventory_facts, sending_addresses, FILES),
	INT(struct inventory_facts, mx_hosts, SOCKET),
	INT(struct inventory_facts, peer_domains, LOGS),
	INT(struct inventory_facts, login_sources, LOGS),
	INT(struct inventory_facts, login_accounts, LOGS),
	INT(struct inventory_facts, senders, LOGS),
};

static const struct field account_fields[] = {
	STR(struct account_facts, domain, FILES),
	STR(struct account_facts, owner, FILES),
	STR(struct account_facts, home, FILES),
};

static const struct field domain_fields[] = {
	STR(struct domain_facts, account, FILES),
	STR(struct domain_facts, kind, FILES),
	STR(struct domain_facts, mail, FILES),
	BOOL(struct domain_facts, exists, SOCKET),
	LIST(struct domain_facts, sends_from, FILES),
	STR(struct domain_facts, helo, FILES),
	LIST(struct domain_facts, spf_records, SOCKET),
	STR(struct domain_facts, spf_error, SOCKET),
	STR(struct domain_facts, spf_all, SOCKET),
	INT(struct domain_facts, spf_lookups, SOCKET),
	INT(struct domain_facts, spf_void_lookups, SOCKET),
	BOOL(struct domain_facts, spf_ptr, SOCKET),
	STR(struct domain_facts, spf_open, SOCKET),
	LIST(struct domain_facts, spf_includes, SOCKET),
	LIST(struct domain_facts, spf_results, SOCKET),
	STR(struct domain_facts, dkim_selector, FILES),
	STR(struct domain_facts, dkim_private_key, FILES),
	STR(struct domain_facts, dkim_expected, FILES),
	LIST(struct domain_facts, dkim_records, SOCKET),
	STR(struct domain_facts, dkim_error, SOCKET),
	STR(struct domain_facts, dkim_key, SOCKET),
	BOOL(struct domain_facts, dkim_matches, SOCKET),
	BOOL(struct domain_facts, dkim_testing, SOCKET),
	STR(struct domain_facts, dkim_hashes, SOCKET),
	STR(struct domain_facts, dkim_wildcard, SOCKET),
	LIST(struct domain_facts, dmarc_records, SOCKET),
	STR(struct domain_facts, dmarc_record, SOCKET),
	STR(struct domain_facts, dmarc_domain, SOCKET),
	STR(struct domain_facts, dmarc_error, SOCKET),
	STR(struct domain_facts, dmarc_policy, SOCKET),
	STR(struct domain_facts, dmarc_subdomain_policy, SOCKET),
	STR(struct domain_facts, dmarc_nonexistent_policy, SOCKET),
	BOOL(struct domain_facts, dmarc_testing, SOCKET),
	STR(struct domain_facts, dmarc_alignment, SOCKET),
	LIST(struct domain_facts, dmarc_removed, SOCKET),
	LIST(struct domain_facts, dmarc_unknown_tags, SOCKET),
	LIST(struct domain_facts, dmarc_rua, SOCKET),
	LIST(struct domain_facts, dmarc_unauthorised, SOCKET),
	LIST(struct domain_facts, mx, SOCKET),
	STR(struct domain_facts, mta_sts_record, SOCKET),
	STR(struct domain_facts, mta_sts_error, SOCKET),
	STR(struct domain_facts, mta_sts_mode, SOCKET),
	INT(struct domain_facts, mta_sts_max_age, SOCKET),
	LIST(struct domain_facts, mta_sts_uncovered, SOCKET),
	STR(struct domain_facts, tls_rpt_record, SOCKET),
	STR(struct domain_facts, tls_rpt_error, SOCKET),
	LIST(struct domain_facts, tls_rpt_rua, SOCKET),
	BOOL(struct domain_facts, dnssec, SOCKET),
	INT(struct domain_facts, sent, LOGS),
	INT(struct domain_facts, sent_signed, LOGS),
	INT(struct domain_facts, sent_signed_other, LOGS),
};

static const struct field reseller_fields[] = {
	LIST(struct reseller_facts, acls, FILES),
};

static const struct field token_fields[] = {
	LIST(struct token_facts, acls, API),
	INT(struct token_facts, expires_at, API),
	LIST(struct token_facts, whitelist_ips, API),
};

static const struct field password_file_fields[] = {
	INT(struct password_file_facts, entries, FILES),
	LIST(struct password_file_facts, schemes, FILES),
};

static const struct field private_key_fields[] = {
	STR(struct private_key_facts, kind, FILES),
	STR(struct private_key_facts, mode, FILES),
	STR(struct private_key_facts, owner, FILES),
	STR(struct private_key_facts, group, FILES),
};

static const struct field mail_path_fields[] = {
	STR(struct mail_path_facts, kind, FILES),
	STR(struct mail_path_facts, mode, FILES),
	STR(struct mail_path_facts, owner, FILES),
	STR(struct mail_path_facts, group, FILES),
};

static const struct field transport_fields[] = {
	STR(struct transport_facts, hosts_require_tls, FILES),
	STR(struct transport_facts, hosts_avoid_tls, FILES),
	STR(struct transport_facts, tls_tempfail_tryclear, FILES),
	STR(struct transport_facts, tls_verify_hosts, FILES),
	STR(struct transport_facts, tls_try_verify_hosts, FILES),
	STR(struct transport_facts, tls_verify_certificates, FILES),
	STR(struct transport_facts, tls_verify_cert_hostnames, FILES),
	STR(struct transport_facts, hosts_try_dane, FILES),
	STR(struct transport_facts, hosts_require_dane, FILES),
};

static const struct field listener_fields[] = {
	STR(struct listener_facts, protocol, SOCKET),
	STR(struct listener_facts, service, FILES),
	STR(struct listener_facts, program, FILES),
	BOOL(struct listener_facts, starttls, SOCKET),
	LIST(struct listener_facts, clear_mechanisms, SOCKET),
	STR(struct listener_facts, clear_login, SOCKET),
	LIST(struct listener_facts, protocols, SOCKET),
	LIST(struct listener_facts, protocols_undecided, SOCKET),
	LIST(struct listener_facts, suites, SOCKET),
	LIST(struct listener_facts, suites_undecided, SOCKET),
	LIST(struct listener_facts, groups, SOCKET),
	LIST(struct listener_facts, groups_undecided, SOCKET),
	STR(struct listener_facts, group, SOCKET),
	INT(struct listener_facts, dh_bits, SOCKET),
	BOOL(struct listener_facts, secure_renegotiation, SOCKET),
	BOOL(struct listener_facts, client_renegotiation, SOCKET),
	BOOL(struct listener_facts, compression, SOCKET),
	BOOL(struct listener_facts, tickets, SOCKET),
	BOOL(struct listener_facts, ocsp_staple, SOCKET),
	BOOL(struct listener_facts, extended_master_secret, SOCKET),
	BOOL(struct listener_facts, fallback_scsv, SOCKET),
	BOOL(struct listener_facts, starttls_injection, SOCKET),
	STR(struct listener_facts, clear_http, SOCKET),
	STR(struct listener_facts, hsts, SOCKET),
	STR(struct listener_facts, trust, SOCKET),
	LIST(struct listener_facts, names, SOCKET),
	INT(struct listener_facts, not_before, SOCKET),
	INT(struct listener_facts, not_after, SOCKET),
	STR(struct listener_facts, key, SOCKET),
	STR(struct listener_facts, signature, SOCKET),
	BOOL(struct listener_facts, must_staple, SOCKET),
	STR(struct listener_facts, fingerprint, SOCKET),
};

static const struct field mail_name_fields[] = {
	STR(struct mail_name_facts, address, SOCKET),
	STR(struct mail_name_facts, listener, SOCKET),
	STR(struct mail_name_facts, trust, SOCKET),
	LIST(struct mail_name_facts, names, SOCKET),
	INT(struct mail_name_facts, not_after, SOCKET),
};

static const struct field sending_address_fields[] = {
	STR(struct sending_address_facts, local, FILES),
	LIST(struct sending_address_facts, ptr, SOCKET),
	LIST(struct sending_address_facts, confirmed, SOCKET),
};

static const struct field mx_host_fields[] = {
	LIST(struct mx_host_facts, addresses, SOCKET),
	STR(struct mx_host_facts, leads, SOCKET),
	LIST(struct mx_host_facts, tlsa, SOCKET),
	BOOL(struct mx_host_facts, dnssec, SOCKET),
	LIST(struct mx_host_facts, digests, SOCKET),
};

static const struct field peer_domain_fields[] = {
	INT(struct peer_domain_facts, out, LOGS),
	INT(struct peer_domain_facts, out_clear, LOGS),
	INT(struct peer_domain_facts, out_old, LOGS),
	INT(struct peer_domain_facts, in, LOGS),
	INT(struct peer_domain_facts, in_clear, LOGS),
	INT(struct peer_domain_facts, in_old, LOGS),
	STR(struct peer_domain_facts, last_day, LOGS),
};

static const struct field login_source_fields[] = {
	STR(struct login_source_facts, worst_day, LOGS),
	INT(struct login_source_facts, worst_count, LOGS),
	LIST(struct login_source_facts, services, LOGS),
};

static const struct field login_account_fields[] = {
	STR(struct login_account_facts, worst_day, LOGS),
	INT(struct login_account_facts, worst_count, LOGS),
	INT(struct login_account_facts, networks, LOGS),
	STR(struct login_account_facts, networks_day, LOGS),
};

static const struct field sender_fields[] = {
	INT(struct sender_facts, most, LOGS),
	INT(struct sender_facts, peak, LOGS),
	STR(struct sender_facts, peak_hour, LOGS),
	INT(struct sender_facts, recipients, LOGS),
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define GROUP(member, table) \
	{ #member, offsetof(struct facts, member), table, COUNT(table) }

const struct field_group field_groups[] = {
	GROUP(platform, platform_fields),
	GROUP(site, site_fields),
	GROUP(exim, exim_fields),
	GROUP(dovecot, dovecot_fields),
	GROUP(tweak, tweak_fields),
	GROUP(access, access_fields),
	GROUP(backup, backup_fields),
	GROUP(crypto, crypto_fields),
	GROUP(exchange, exchange_fields),
	GROUP(listening, listening_fields),
	GROUP(dns, dns_fields),
	GROUP(ledger, ledger_fields),
	GROUP(inventory, inventory_fields),
};
const size_t field_group_count = COUNT(field_groups);

#define ITEMS(member, item, table) \
	{ #member, offsetof(struct facts, member), sizeof(item), \
	    "inventory." #member, table, COUNT(table) }

const struct field_list field_lists[] = {
	ITEMS(accounts, struct account_facts, account_fields),
	ITEMS(domains, struct domain_facts, domain_fields),
	ITEMS(resellers, struct reseller_facts, reseller_fields),
	ITEMS(tokens, struct token_facts, token_fields),
	ITEMS(password_files, struct password_file_facts,
	    password_file_fields),
	ITEMS(private_keys, struct private_key_facts, private_key_fields),
	ITEMS(mail_paths, struct mail_path_facts, mail_path_fields),
	ITEMS(transports, struct transport_facts, transport_fields),
	ITEMS(listeners, struct listener_facts, listener_fields),
	ITEMS(mail_names, struct mail_name_facts, mail_name_fields),
	ITEMS(sending_addresses, struct sending_address_facts,
	    sending_address_fields),
	ITEMS(mx_hosts, struct mx_host_facts, mx_host_fields),
	ITEMS(peer_domains, struct peer_domain_facts,
	    peer_domain_fields),
	ITEMS(login_sources, struct login_source_facts, login_source_fields),
	ITEMS(login_accounts, struct login_account_facts,
	    login_account_fields),
	ITEMS(senders, struct sender_facts, sender_fields),
};
const size_t field_list_count = COUNT(field_lists);

struct facts *
facts_new(struct arena *arena)
{
	struct facts *facts = arena_alloc(arena, sizeof(*facts));

	facts->arena = arena;
	return facts;
}

static const struct field *
field_by_name(const struct field *fields, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	return NULL;
}

const struct field *
field_find(const struct facts *facts, const char *path, const void **ret_fact)
{
	const char *dot = strchr(path, '.');
	const struct field *field;
	size_t i;

	for (i = 0; dot != NULL && i < field_group_count; i++) {
		const struct field_group *group = &field_groups[i];

		if (strlen(group->name) != (size_t)(dot - path) ||
		    strncmp(group->name, path, (size_t)(dot - path)) != 0)
			continue;
		field = field_by_name(group->fields, group->field_count,
		    dot + 1);
		if (field != NULL)
			*ret_fact = (const char *)facts + group->offset +
			    field->offset;
		return field;
	}
	return NULL;
}

const struct field *
field_find_in_list(const char *list, const char *name)
{
	size_t i;

	for (i = 0; i < field_list_count; i++)
		if (strcmp(field_lists[i].name, list) == 0)
			return field_by_name(field_lists[i].fields,
			    field_lists[i].field_count, name);
	return NULL;
}

const struct fact_meta *
field_meta(const struct field *field, const void *fact, enum plane plane)
{
	/* Every fact begins with its meta. */
	if (field->type != FIELD_SETTING)
		return fact;
	return &((const struct setting *)fact)->plane[plane].meta;
}

enum plane
field_plane(const struct field *field)
{
	unsigned plane;

	assert(field->type != FIELD_SETTING);
	for (plane = 0; plane < PLANE_COUNT - 1; plane++)
		if (field->planes == PLANE_BIT(plane))
			break;
	return (enum plane)plane;
}

void *
facts_add_item(struct facts *facts, const struct field_list *list,
    const char *name)
{
	LIST_OF(char) *items = (void *)((char *)facts + list->offset);
	char *item;

	items->items = arena_grow(facts->arena, items->items, items->count,
	    list->item_size);
	item = items->items + items->count++ * list->item_size;
	*(const char **)(void *)item = arena_strdup(facts->arena, name);
	return item;
}

/* Every item begins with its name. */
static int
compare_items(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

void
facts_sort(struct facts *facts)
{
	size_t i;

	for (i = 0; i < field_list_count; i++) {
		LIST_OF(char) *items = (void *)((char *)facts +
		    field_lists[i].offset);

		if (items->count > 1)
			qsort(items->items, items->count,
			    field_lists[i].item_size, compare_items);
	}
}
