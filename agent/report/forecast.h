/*
 * Who would be hit by a tightened setting, by what the ledger tells of those
 * who came. A pure function of rows: nothing is asked of anybody.
 */
#ifndef CPWARD_REPORT_FORECAST_H
#define CPWARD_REPORT_FORECAST_H

#include "report/ledger_groups.h"

struct err;

enum forecast_setting {
	FORECAST_EXIM_MIN_VERSION,		/* openssl_options, in both directions */
	FORECAST_EXIM_REQUIRE_SECURE_AUTH,
	FORECAST_EXIM_HOSTS_REQUIRE_TLS,
	FORECAST_DOVECOT_SSL_MIN_PROTOCOL,
	FORECAST_DOVECOT_AUTH_ALLOW_CLEARTEXT,	/* 2.3: disable_plaintext_auth */
	FORECAST_DOVECOT_PROTOCOLS,
	FORECAST_SETTING_COUNT,
};

struct forecast_rule {
	enum forecast_setting setting;
	const char *name, *value;		/* as given */
	enum log_tls floor;			/* MIN_VERSION, SSL_MIN_PROTOCOL */
	const char **domains;			/* HOSTS_REQUIRE_TLS: lower case; "*", "*.example" */
	size_t domain_count;
	unsigned services;			/* PROTOCOLS: that stay, 1 << ledger_service */
};

/* "exim.min_version=TLSv1.2"; ERR_USAGE names what can be asked. */
int forecast_parse(struct arena *arena, const char *text, struct forecast_rule *ret_rule,
    struct err *err);

/* What else decides, as the server has it now. */
struct forecast_server {
	/* Exim sends in clear after a failed handshake; NULL = not known, and taken for its default */
	const char *tries_clear;		/* "yes", "no" */
	bool cipher_not_logged;			/* log_selector has no tls_cipher: clear says nothing */
};

/* What becomes of those whom the setting concerns. */
enum forecast_fate {
	FATE_LOGIN_REFUSED,
	FATE_SENT_CLEAR,	/* to another server, for its handshake fails */
	FATE_DEFERRED,		/* to another server: TLS is required, in the end it bounces */
	FATE_TLS_REFUSED,	/* from another server, which then does as it likes */
	FATE_LOGIN_UNTOLD,	/* the log has no version, or not even whether there was TLS */
	FATE_MAIL_UNTOLD,
	FATE_COUNT,
};

struct forecast {
	struct arena *arena;
	const struct forecast_rule *rule;
	struct forecast_server server;
	struct ledger_groups fates[FATE_COUNT];
	uint64_t counts[FATE_COUNT];		/* messages or logins */
	uint64_t unaffected_messages, unaffected_logins;
	bool *seen;				/* of rule->domains: mail went there */
	int32_t last_day;			/* with rows; 0 = none */
};

void forecast_init(struct forecast *forecast, struct arena *arena,
    const struct forecast_rule *rule, const struct forecast_server *server);
void forecast_add(struct forecast *forecast, const struct ledger *day, int32_t number);
/* Puts the lines in order; no add afterwards. */
void forecast_sort(struct forecast *forecast);

enum forecast_verdict {
	FORECAST_NOBODY,
	FORECAST_SOMEBODY,
	FORECAST_UNTOLD,	/* nobody of whom the ledger tells enough, but it does not tell all */
};
enum forecast_verdict forecast_verdict(const struct forecast *forecast);

#endif
