/*
 * What Exim checks when the main section has ended: options that contradict
 * each other, and values with a grammar of their own. A value that holds an
 * expansion is left to the running Exim.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "parse/exim_private.h"

#define LOCALHOST_MAX 16
#define SYSLOG_NAME_MAX 32
#define PATH_LENGTH_MAX 200
#define DAY_TEXT "1d"
#define DAY_SECONDS (24 * 60 * 60)

/* Of Exim 4.94 to 4.99; predefined says which of them a build has. */
static const char *const log_selectors[] = {
	"8bitmime", "acl_warn_skipped", "address_rewrite", "all",
	"all_parents", "arguments", "connection_id", "connection_reject",
	"delay_delivery", "deliver_time", "delivery_size", "dkim",
	"dkim_verbose", "dnslist_defer", "dnssec", "etrn",
	"host_lookup_failed", "ident_timeout", "incoming_interface",
	"incoming_port", "lost_incoming_connection", "millisec", "msg_id",
	"msg_id_created", "outgoing_interface", "outgoing_port", "pid",
	"pipelining", "protocol_detail", "proxy", "queue_run", "queue_time",
	"queue_time_exclusive", "queue_time_overall", "receive_time",
	"received_recipients", "received_sender", "rejected_header",
	"rejected_headers", "retry_defer", "return_path_on_delivery",
	"sender_on_delivery", "sender_verify_fail", "size_reject",
	"skip_delivery", "smtp_confirmation", "smtp_connection",
	"smtp_incomplete_transaction", "smtp_mailauth", "smtp_no_mail",
	"smtp_protocol_error", "smtp_syntax_error", "subject", "tainted",
	"tls_certificate_verified", "tls_cipher", "tls_on_connect",
	"tls_peerdn", "tls_resumption", "tls_sni", "unknown_in_list",
};

/* OpenSSL's SSL_OP_ names that Exim knows, whatever OpenSSL is built in. */
static const char *const openssl_tokens[] = {
	"all", "allow_no_dhe_kex", "allow_unsafe_legacy_renegotiation",
	"cipher_server_preference", "cryptopro_tlsext_bug",
	"dont_insert_empty_fragments", "enable_middlebox_compat",
	"ephemeral_rsa", "legacy_server_connect",
	"microsoft_big_sslv3_buffer", "microsoft_sess_id_bug",
	"msie_sslv2_rsa_padding", "netscape_challenge_bug",
	"netscape_reuse_cipher_change_bug", "no_anti_replay",
	"no_compression", "no_encrypt_then_mac", "no_renegotiation",
	"no_session_resumption_on_renegotiation", "no_sslv2", "no_sslv3",
	"no_ticket", "no_tlsv1", "no_tlsv1_1", "no_tlsv1_2", "no_tlsv1_3",
	"prioritize_chacha", "safari_ecdhe_ecdsa_bug", "single_dh_use",
	"single_ecdh_use", "ssleay_080_client_dh_bug",
	"sslref2_reuse_cert_type_bug", "tls_block_padding_bug", "tls_d5_bug",
	"tls_rollback_bug", "tlsext_padding",
};

static const char *const syslog_facilities[] = {
	"mail", "user", "news", "uucp", "local0", "local1", "local2",
	"local3", "local4", "local5", "local6", "local7", "daemon",
};

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static bool
word_in(const char *const *table, size_t count, const char *word,
    size_t length)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strlen(table[i]) == length &&
		    memcmp(table[i], word, length) == 0)
			return true;
	return false;
}

static bool
has_expansion(const char *value)
{
	return strpbrk(value, "$\\") != NULL;
}

static struct exim_option *
main_option(struct exim_parse *parse, const char *name)
{
	return exim_option_last(parse->conf->options, parse->conf->option_count,
	    name);
}

static bool
is_true(struct exim_parse *parse, const char *name)
{
	const struct exim_option *option = main_option(parse, name);

	return option != NULL && strcmp(option->value, "true") == 0;
}

static bool
selector_known(struct exim_parse *parse, const char *word, size_t length)
{
	char name[EXIM_NAME_SIZE];
	enum exim_listed listed;

	if (length == 0 || length >= sizeof(name))
		return false;
	memcpy(name, word, length);
	name[length] = '\0';
	/* Macros are upper case, so they can't tell +PID from +pid. */
	if (strpbrk(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != NULL)
		return false;
	listed = exim_macro_listed(parse, "_LOG", "", name);
	if (listed != EXIM_NOT_ASKED)
		return listed == EXIM_LISTED;
	return word_in(log_selectors, COUNT(log_selectors), word, length);
}

static int
check_log_selector(struct exim_parse *parse, const struct exim_option *option)
{
	const char *at = option->value, *word;
	char *end;

	if (*at == '=') {
		strtoul(at + 1, &end, 0);
		if (*end == '\0')
			return 0;
		return exim_refuse(parse, &option->place,
		    "malformed numeric log_selector setting: %s", at);
	}
	while (*(at = exim_skip_space(at)) != '\0') {
		if (*at != '+' && *at != '-')
			return exim_refuse(parse, &option->place,
			    "malformed log_selector setting: + or - expected "
			    "but found \"%s\"", at);
		for (word = ++at; exim_is_name(*at); at++)
			;
		if (!selector_known(parse, word, (size_t)(at - word)))
			return exim_refuse(parse, &option->place,
			    "unknown log_selector setting: %.*s",
			    (int)(at - word) + 1, word - 1);
	}
	return 0;
}

static int
check_openssl_options(struct exim_parse *parse,
    const struct exim_option *option)
{
	const char *at = option->value, *word;
	size_t length;

	if (exim_macro_listed(parse, "_HAVE", "", "gnutls") == EXIM_LISTED)
		return exim_refuse(parse, &option->place,
		    "openssl_options is set but the build links GnuTLS");
	if (has_expansion(at))
		return 0;
	while (*(at = exim_skip_space(at)) != '\0') {
		word = at + 1;
		length = strcspn(word, " \t\n\v\f\r");
		if ((*at != '+' && *at != '-') || !word_in(openssl_tokens,
		    COUNT(openssl_tokens), word, length))
			return exim_refuse(parse, &option->place,
			    "openssl_options parse error: %s", option->value);
		at = word + length;
	}
	return 0;
}

static int
check_syslog_facility(struct exim_parse *parse,
    const struct exim_option *option)
{
	const char *name = option->value;
	size_t i;

	if (strncasecmp(name, "log_", 4) == 0)
		name += 4;
	for (i = 0; i < COUNT(syslog_facilities); i++)
		if (strcasecmp(name, syslog_facilities[i]) == 0)
			return 0;
	return exim_refuse(parse, &option->place,
	    "failed to interpret syslog_facility \"%s\"", option->value);
}

static int
check_syslog_processname(struct exim_parse *parse,
    const struct exim_option *option)
{
	if (strlen(option->value) <= SYSLOG_NAME_MAX)
		return 0;
	return exim_refuse(parse, &option->place, "syslog_processname is "
	    "longer than %d chars", SYSLOG_NAME_MAX);
}

/* Every item but "" and syslog holds %s once, and %D or %M once at most. */
static int
check_log_file_path(struct exim_parse *parse, const struct exim_option *option)
{
	const char *rest = option->value;
	char *item, *at;
	int separator = ':';

	if (has_expansion(rest))
		return 0;
	while ((item = exim_list_next(parse->arena, &rest, &separator)) !=
	    NULL) {
		if (*item == '\0' || strcmp(item, "syslog") == 0)
			continue;
		at = strstr(item, "%s");
		if (at == NULL)
			return exim_refuse(parse, &option->place,
			    "log_file_path \"%s\" does not contain \"%%s\"",
			    item);
		*at = 'X';
		at = strchr(item, '%');
		if (at != NULL && ((at[1] != 'D' && at[1] != 'M') ||
		    strchr(at + 2, '%') != NULL))
			return exim_refuse(parse, &option->place,
			    "log_file_path \"%s\" contains unexpected \"%%\" "
			    "character", option->value);
	}
	return 0;
}

static int
check_path_length(struct exim_parse *parse, const struct exim_option *option)
{
	if (has_expansion(option->value) ||
	    strlen(option->value) <= PATH_LENGTH_MAX)
		return 0;
	return exim_refuse(parse, &option->place,
	    "%s is longer than %d chars", option->name, PATH_LENGTH_MAX);
}

static int
check_spool_directory(struct exim_parse *parse,
    const struct exim_option *option)
{
	if (*option->value != '\0')
		return 0;
	return exim_refuse(parse, &option->place,
	    "spool_directory undefined: cannot proceed");
}

/* A time as the rate limits have it: the last unit may have a fraction. */
static bool
rate_time(const char *text)
{
	char copy[32], *point;
	int seconds;

	snprintf(copy, sizeof(copy), "%s", text);
	point = strchr(copy, '.');
	if (point != NULL) {
		if (strspn(point + 1, "0123456789") + 2 != strlen(point) ||
		    point == copy || !exim_is_digit(point[-1]))
			return false;
		point[0] = 's';
		if (copy[strlen(copy) - 1] != 's')
			return false;
		point[1] = '\0';
	}
	return exim_time_read(copy, '\0', &seconds);
}

static int
check_ratelimit(struct exim_parse *parse, const struct exim_option *option)
{
	char base[16], limit[16];
	double factor;
	int threshold;

	if (sscanf(option->value, "%d, %15[0123456789smhdw.], %lf, %15s",
	    &threshold, base, &factor, limit) == 4 && rate_time(base) &&
	    rate_time(limit))
		return 0;
	return exim_refuse(parse, &option->place,
	    "malformed ratelimit data: %s", option->value);
}

static int
check_localhost_number(struct exim_parse *parse,
    const struct exim_option *option)
{
	char *end;
	long number;

	if (has_expansion(option->value))
		return 0;
	number = strtol(option->value, &end, 0);
	if (*exim_skip_space(end) != '\0')
		return exim_refuse(parse, &option->place,
		    "localhost_number value is not a number: %s",
		    option->value);
	if (number > LOCALHOST_MAX)
		return exim_refuse(parse, &option->place, "localhost_number "
		    "is greater than the maximum allowed value (%d)",
		    LOCALHOST_MAX);
	return 0;
}

static int
check_dh_max_bits(struct exim_parse *parse, const struct exim_option *option)
{
	if (atoi(option->value) >= 1024)
		return 0;
	return exim_refuse(parse, &option->place, "tls_dh_max_bits is too "
	    "small, must be at least 1024 for interop");
}

static int
check_accept_max(struct exim_parse *parse, const struct exim_option *option)
{
	const struct exim_option *queue = main_option(parse,
	    "smtp_accept_queue");

	if (atoi(option->value) != 0 ||
	    ((queue == NULL || atoi(queue->value) <= 0) &&
	    main_option(parse, "smtp_accept_max_per_host") == NULL))
		return 0;
	return exim_refuse(parse, &option->place, "smtp_accept_max must be "
	    "set if smtp_accept_queue or smtp_accept_max_per_host is set");
}

static int
check_sender_retain(struct exim_parse *parse, const struct exim_option *option)
{
	const struct exim_option *check = main_option(parse,
	    "local_from_check");

	if (!is_true(parse, "local_sender_retain") ||
	    (check != NULL && strcmp(check->value, "false") == 0))
		return 0;
	return exim_refuse(parse, &option->place, "both local_from_check and "
	    "local_sender_retain are set; this combination is not allowed");
}

/* Exim changes these two values instead of refusing them. */
static int
clamp_retry_interval(struct exim_parse *parse, const struct exim_option *option)
{
	int seconds;

	if (exim_time_read(option->value, '\0', &seconds) &&
	    seconds > DAY_SECONDS)
		main_option(parse, option->name)->value = DAY_TEXT;
	return 0;
}

static int
clamp_max_parallel(struct exim_parse *parse, const struct exim_option *option)
{
	if (atoi(option->value) <= 0)
		main_option(parse, option->name)->value = "1";
	return 0;
}

static const struct {
	const char *name;
	int (*check)(struct exim_parse *, const struct exim_option *);
} checks[] = {
	{ "local_sender_retain", check_sender_retain },
	{ "retry_interval_max", clamp_retry_interval },
	{ "remote_max_parallel", clamp_max_parallel },
	{ "spool_directory", check_spool_directory },
	{ "log_file_path", check_log_file_path },
	{ "log_file_path", check_path_length },
	{ "pid_file_path", check_path_length },
	{ "spool_directory", check_path_length },
	{ "syslog_facility", check_syslog_facility },
	{ "syslog_processname", check_syslog_processname },
	{ "smtp_ratelimit_mail", check_ratelimit },
	{ "smtp_ratelimit_rcpt", check_ratelimit },
	{ "smtp_accept_max", check_accept_max },
	{ "localhost_number", check_localhost_number },
	{ "tls_dh_max_bits", check_dh_max_bits },
	{ "openssl_options", check_openssl_options },
	{ "log_selector", check_log_selector },
};

int
exim_main_check(struct exim_parse *parse)
{
	const struct exim_option *option;
	size_t i;

	for (i = 0; i < COUNT(checks); i++) {
		option = main_option(parse, checks[i].name);
		if (option != NULL && checks[i].check(parse, option) != 0)
			return -1;
	}
	return 0;
}
