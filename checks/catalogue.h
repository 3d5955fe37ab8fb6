/*
 * The tables of checks, one per topic. The sizes stand here so that the
 * compiler can build the catalogue; a test holds that no row is empty.
 */
#ifndef CPWARD_CHECKS_CATALOGUE_H
#define CPWARD_CHECKS_CATALOGUE_H

#include "checks/check.h"

extern const struct check platform_checks[4];
extern const struct check tls_checks[6];
extern const struct check panel_checks[1];
extern const struct check key_exchange_checks[1];
extern const struct check crypto_checks[1];
extern const struct check cert_checks[3];
extern const struct check smtp_checks[4];
extern const struct check auth_checks[8];
extern const struct check access_checks[4];
extern const struct check password_checks[4];
extern const struct check rest_checks[1];
extern const struct check dns_spf_checks[2];
extern const struct check dns_dkim_checks[1];
extern const struct check dns_dmarc_checks[2];
extern const struct check dns_mx_checks[2];
extern const struct check dns_transport_checks[2];
extern const struct check volume_checks[1];
extern const struct check log_checks[4];
extern const struct check log_mail_checks[4];
extern const struct check log_login_checks[4];
extern const struct check backup_checks[1];

#endif
