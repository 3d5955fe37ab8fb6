#include "checks/catalogue.h"

#define TABLE(checks) { checks, sizeof(checks) / sizeof((checks)[0]) }

const struct check_table check_catalogue[] = {
	TABLE(platform_checks),
	TABLE(tls_checks),
	TABLE(panel_checks),
	TABLE(key_exchange_checks),
	TABLE(crypto_checks),
	TABLE(cert_checks),
	TABLE(smtp_checks),
	TABLE(auth_checks),
	TABLE(access_checks),
	TABLE(password_checks),
	TABLE(rest_checks),
	TABLE(dns_spf_checks),
	TABLE(dns_dkim_checks),
	TABLE(dns_dmarc_checks),
	TABLE(dns_mx_checks),
	TABLE(dns_transport_checks),
	TABLE(volume_checks),
	TABLE(log_checks),
	TABLE(log_mail_checks),
	TABLE(log_login_checks),
	TABLE(backup_checks),
};

const size_t check_catalogue_count =
    sizeof(check_catalogue) / sizeof(check_catalogue[0]);
