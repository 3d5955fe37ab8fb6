#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/err.h"
#include "report/forecast.h"

#define EXIM_SERVICES (1u << LEDGER_SMTP)
#define DOVECOT_SERVICES (1u << LEDGER_IMAP | 1u << LEDGER_POP3 | 1u << LEDGER_SIEVE | \
	1u << LEDGER_SUBMISSION | 1u << LEDGER_OTHER_SERVICE)

/* ---- SETTING=VALUE ---- */

static int
parse_floor(struct arena *arena, const char *value, struct forecast_rule *rule)
{
	(void)arena;
	if (strcmp(value, "TLSv1.2") == 0)
		rule->floor = LOG_TLS_1_2;
	else if (strcmp(value, "TLSv1.3") == 0)
		rule->floor = LOG_TLS_1_3;
	else
		return -1;
	return 0;
}

static int
parse_yes(struct arena *arena, const char *value, struct forecast_rule *rule)
{
	(void)arena;
	(void)rule;
	return strcmp(value, "1") == 0 ? 0 : -1;
}

static int
parse_no(struct arena *arena, const char *value, struct forecast_rule *rule)
{
	(void)arena;
	(void)rule;
	return strcmp(value, "no") == 0 ? 0 : -1;
}

/* The next word of a list, in lower case; NULL at its end. */
static char *
next_word(struct arena *arena, const char **rest, const char *separators)
{
	size_t length, i;
	char *word;

	*rest += strspn(*rest, separators);
	length = strcspn(*rest, separators);
	if (length == 0)
		return NULL;
	word = arena_memdup(arena, *rest, length);
	for (i = 0; i < length; i++)
		word[i] = (char)tolower((unsigned char)word[i]);
	*rest += length;
	return word;
}

static int
parse_domains(struct arena *arena, const char *value, struct forecast_rule *rule)
{
	const char *word;

	while ((word = next_word(arena, &value, ": \t")) != NULL) {
		size_t length = strlen(word);

		if (strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-_.*") != length ||
		    length > 253)
			return -1;
		*arena_push(arena, &rule->domains, &rule->domain_count) = word;
	}
	return rule->domain_count == 0 ? -1 : 0;
}

static int
parse_protocols(struct arena *arena, const char *value, struct forecast_rule *rule)
{
	/* lmtp has no logins; none is what cPanel calls an empty list. */
	static const struct {
		const char *word;
		unsigned services;
	} words[] = {
		{ "imap", 1u << LEDGER_IMAP },
		{ "pop3", 1u << LEDGER_POP3 },
		{ "sieve", 1u << LEDGER_SIEVE },
		{ "submission", 1u << LEDGER_SUBMISSION },
		{ "lmtp", 0 },
		{ "none", 0 },
	};
	const char *word;
	size_t count = 0, i;

	while ((word = next_word(arena, &value, ", \t")) != NULL) {
		for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (strcmp(word, words[i].word) == 0)
				break;
		if (i == sizeof(words) / sizeof(words[0]))
			return -1;
		rule->services |= words[i].services;
		count++;
	}
	return count == 0 ? -1 : 0;
}

struct setting_row {
	const char *name;
	const char *values;	/* that it takes */
	int (*parse)(struct arena *arena, const char *value, struct forecast_rule *rule);
};

static const struct setting_row setting_rows[FORECAST_SETTING_COUNT] = {
	[FORECAST_EXIM_MIN_VERSION] = { "exim.min_version", "TLSv1.2|TLSv1.3", parse_floor },
	[FORECAST_EXIM_REQUIRE_SECURE_AUTH] = { "exim.require_secure_auth", "1", parse_yes },
	[FORECAST_EXIM_HOSTS_REQUIRE_TLS] = { "exim.hosts_require_tls", "DOMAIN[:DOMAIN...]",
	    parse_domains },
	[FORECAST_DOVECOT_SSL_MIN_PROTOCOL] = { "dovecot.ssl_min_protocol", "TLSv1.2|TLSv1.3",
	    parse_floor },
	[FORECAST_DOVECOT_AUTH_ALLOW_CLEARTEXT] = { "dovecot.auth_allow_cleartext", "no",
	    parse_no },
	[FORECAST_DOVECOT_PROTOCOLS] = { "dovecot.protocols",
	    "imap,pop3,sieve,submission,lmtp or none: what stays", parse_protocols },
};

static int
hint_settings(struct arena *arena, struct err *err)
{
	const char *list = "";
	size_t i;

	for (i = 0; i < FORECAST_SETTING_COUNT; i++)
		list = arena_join(arena, list, i == 0 ? "" : "; ", setting_rows[i].name, "=",
		    setting_rows[i].values);
	return err_hint(err, "SETTING=VALUE is one of %s", list);
}

int
forecast_parse(struct arena *arena, const char *text, struct forecast_rule *ret_rule,
    struct err *err)
{
	size_t length = strcspn(text, "="), i;
	struct forecast_rule rule = { .name = arena_memdup(arena, text, length) };

	for (i = 0; i < FORECAST_SETTING_COUNT; i++)
		if (strcmp(rule.name, setting_rows[i].name) == 0)
			break;
	if (i == FORECAST_SETTING_COUNT) {
		err_set(err, ERR_USAGE, "--if: no setting \"%.40s\" can be forecast", rule.name);
		return hint_settings(arena, err);
	}
	rule.setting = (enum forecast_setting)i;
	rule.value = text[length] == '=' ? arena_strdup(arena, text + length + 1) : "";
	if (setting_rows[i].parse(arena, rule.value, &rule) == 0) {
		*ret_rule = rule;
		return 0;
	}
	err_set(err, ERR_USAGE, "--if: %s=\"%.80s\", wanted %s", rule.name, rule.value,
	    setting_rows[i].values);
	return hint_settings(arena, err);
}

/* ---- what becomes of a row ---- */

static bool
matches(const char *pattern, const char *domain)
{
	size_t tail = strlen(pattern) - 1, length = strlen(domain);

	if (pattern[0] != '*')
		return strcmp(pattern, domain) == 0;
	return length >= tail && strcmp(domain + length - tail, pattern + 1) == 0;
}

/* Is TLS required to this domain? Marks each entry of the list that says so. */
static bool
is_required(struct forecast *forecast, const char *domain)
{
	bool found = false;
	size_t i;

	for (i = 0; i < forecast->rule->domain_count; i++)
		if (matches(forecast->rule->domains[i], domain)) {
			forecast->seen[i] = true;
			found = true;
		}
	return found;
}

/* FATE_COUNT: it goes on as it did. */
static enum forecast_fate
fate_below_floor(const struct forecast *forecast, unsigned tls, enum forecast_fate hit,
    enum forecast_fate untold)
{
	if (tls == LOG_TLS_SOME)
		return untold;
	if (tls == LOG_TLS_NONE)
		return forecast->server.cipher_not_logged ? untold : FATE_COUNT;
	return tls >= LOG_TLS_SSL3 && tls < forecast->rule->floor ? hit : FATE_COUNT;
}

/* After a handshake that fails Exim sends in clear, unless it was told not to. */
static enum forecast_fate
fate_out(const struct forecast *forecast)
{
	const char *tries_clear = forecast->server.tries_clear;

	return tries_clear != NULL && strcmp(tries_clear, "no") == 0 ? FATE_DEFERRED :
	    FATE_SENT_CLEAR;
}

/* false: the setting is not about it. */
static bool
fate_of_mail(struct forecast *forecast, const struct ledger_mail *row, const char *remote,
    enum forecast_fate *ret_fate)
{
	switch (forecast->rule->setting) {
	case FORECAST_EXIM_MIN_VERSION:
		*ret_fate = fate_below_floor(forecast, row->tls, row->direction == LEDGER_OUT ?
		    fate_out(forecast) : FATE_TLS_REFUSED, FATE_MAIL_UNTOLD);
		/* Submissions are told by their logins. */
		return row->direction == LEDGER_OUT || row->direction == LEDGER_IN;
	case FORECAST_EXIM_HOSTS_REQUIRE_TLS:
		if (row->direction != LEDGER_OUT)
			return false;
		*ret_fate = FATE_COUNT;
		if (is_required(forecast, remote) && row->tls == LOG_TLS_NONE)
			*ret_fate = forecast->server.cipher_not_logged ?
			    FATE_MAIL_UNTOLD : FATE_DEFERRED;
		return true;
	default:
		return false;
	}
}

static unsigned
services_of(enum forecast_setting setting)
{
	switch (setting) {
	case FORECAST_EXIM_MIN_VERSION:
	case FORECAST_EXIM_REQUIRE_SECURE_AUTH:
		return EXIM_SERVICES;
	case FORECAST_DOVECOT_SSL_MIN_PROTOCOL:
	case FORECAST_DOVECOT_AUTH_ALLOW_CLEARTEXT:
	case FORECAST_DOVECOT_PROTOCOLS:
		return DOVECOT_SERVICES;
	case FORECAST_EXIM_HOSTS_REQUIRE_TLS:
	case FORECAST_SETTING_COUNT:
		break;
	}
	return 0;
}

/*
 * Does the client send the password itself? Dovecot lets other mechanisms go on
 * without TLS (src/auth/mech.c, MECH_SEC_PLAINTEXT).
 */
static bool
is_plaintext(const char *method)
{
	static const char *const others[] = {
		"APOP", "CRAM-MD5", "DIGEST-MD5", "EXTERNAL", "GSS-SPNEGO", "GSSAPI", "NTLM",
		"OTP", "RPA", "SCRAM-SHA-1", "SCRAM-SHA-256", "SKEY",
	};
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcasecmp(method, others[i]) == 0)
			return false;
	return true;
}

static enum forecast_fate
fate_of_login(const struct forecast *forecast, const struct ledger_login *row,
    const char *method)
{
	bool clear = row->tls == LOG_TLS_NONE && !row->trusted;

	switch (forecast->rule->setting) {
	case FORECAST_EXIM_MIN_VERSION:
	case FORECAST_DOVECOT_SSL_MIN_PROTOCOL:
		/* Dovecot logs whether there was TLS always. */
		if (row->service != LEDGER_SMTP && row->tls == LOG_TLS_NONE)
			return FATE_COUNT;
		return fate_below_floor(forecast, row->tls, FATE_LOGIN_REFUSED,
		    FATE_LOGIN_UNTOLD);
	case FORECAST_EXIM_REQUIRE_SECURE_AUTH:
		/* Exim trusts no address here: from loopback it is refused as well. */
		if (row->tls != LOG_TLS_NONE)
			return FATE_COUNT;
		return forecast->server.cipher_not_logged ? FATE_LOGIN_UNTOLD : FATE_LOGIN_REFUSED;
	case FORECAST_DOVECOT_AUTH_ALLOW_CLEARTEXT:
		return clear && is_plaintext(method) ? FATE_LOGIN_REFUSED : FATE_COUNT;
	case FORECAST_DOVECOT_PROTOCOLS:
		if (row->service == LEDGER_OTHER_SERVICE)
			return FATE_LOGIN_UNTOLD;
		return (forecast->rule->services & 1u << row->service) != 0 ? FATE_COUNT :
		    FATE_LOGIN_REFUSED;
	case FORECAST_EXIM_HOSTS_REQUIRE_TLS:
	case FORECAST_SETTING_COUNT:
		break;
	}
	return FATE_COUNT;
}

/* ---- counting ---- */

static struct ledger_group *
fate_group(struct forecast *forecast, enum forecast_fate fate,
    const struct ledger_group *key, int32_t day, uint64_t count)
{
	bool is_new;
	struct ledger_group *group = ledger_group_of(forecast->arena,
	    &forecast->fates[fate], key, &is_new);

	if (is_new || group->last_day < day)
		group->last_day = day;
	forecast->counts[fate] += count;
	return group;
}

static void
add_mail(struct forecast *forecast, const struct ledger *day, const struct ledger_mail *row)
{
	const struct ledger_group key = {
		.direction = row->direction,
		.tls = row->tls,
		.remote = ledger_text(day, row->remote),
		.domain = ledger_text(day, row->hosted),
		.account = "",
	};
	enum forecast_fate fate;

	if (!fate_of_mail(forecast, row, key.remote, &fate))
		return;
	if (fate == FATE_COUNT)
		forecast->unaffected_messages += row->messages;
	else
		fate_group(forecast, fate, &key, row->day, row->messages)->messages +=
		    row->messages;
}

static void
add_login(struct forecast *forecast, const struct ledger *day, const struct ledger_login *row)
{
	const struct ledger_group key = {
		.service = row->service,
		.tls = row->tls,
		.remote = ledger_text(day, row->network),
		.domain = ledger_text(day, row->domain),
		.account = ledger_text(day, row->account),
	};
	enum forecast_fate fate;

	if ((services_of(forecast->rule->setting) & 1u << row->service) == 0)
		return;
	fate = fate_of_login(forecast, row, ledger_text(day, row->method));
	if (fate == FATE_COUNT)
		forecast->unaffected_logins += row->count;
	else
		fate_group(forecast, fate, &key, row->day, row->count)->logins += row->count;
}

void
forecast_init(struct forecast *forecast, struct arena *arena,
    const struct forecast_rule *rule, const struct forecast_server *server)
{
	*forecast = (struct forecast){
		.arena = arena,
		.rule = rule,
		.server = *server,
		.seen = arena_array(arena, rule->domain_count + 1, sizeof(bool)),
	};
}

void
forecast_add(struct forecast *forecast, const struct ledger *day, int32_t number)
{
	size_t mails, logins, i;
	const struct ledger_mail *mail = ledger_mails(day, &mails);
	const struct ledger_login *login = ledger_logins(day, &logins);

	for (i = 0; i < mails; i++)
		add_mail(forecast, day, &mail[i]);
	for (i = 0; i < logins; i++)
		add_login(forecast, day, &login[i]);
	if (mails + logins > 0)
		forecast->last_day = number;
}

void
forecast_sort(struct forecast *forecast)
{
	size_t i;

	for (i = 0; i < FATE_COUNT; i++)
		ledger_groups_sort(&forecast->fates[i]);
}

enum forecast_verdict
forecast_verdict(const struct forecast *forecast)
{
	uint64_t hit = 0;
	size_t i;

	for (i = 0; i < FATE_LOGIN_UNTOLD; i++)
		hit += forecast->fates[i].count;
	if (hit > 0)
		return FORECAST_SOMEBODY;
	if (forecast->fates[FATE_LOGIN_UNTOLD].count > 0 ||
	    forecast->fates[FATE_MAIL_UNTOLD].count > 0)
		return FORECAST_UNTOLD;
	for (i = 0; i < forecast->rule->domain_count; i++)
		if (!forecast->seen[i])
			return FORECAST_UNTOLD;
	/* Nobody came whom it could hit: that tells nothing of who will come. */
	return forecast->unaffected_messages + forecast->unaffected_logins == 0 ?
	    FORECAST_UNTOLD : FORECAST_NOBODY;
}
