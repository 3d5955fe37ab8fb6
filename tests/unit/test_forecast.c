/*
 * Whom a tightened setting would hit: every setting with every kind of row that
 * it could be about, and what is said of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/arena.h"
#include "base/err.h"
#include "report/forecast.h"
#include "report/ledger_report.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DAY 20778	/* 2026-11-21 */

static struct slice
slice(const char *text)
{
	return (struct slice){ text, strlen(text) };
}

static struct ledger *
new_ledger(void)
{
	static const unsigned char secret[LEDGER_SECRET_BYTES] = { 1 };

	return ledger_new(secret);
}

static void
mail(struct ledger *ledger, enum ledger_direction direction, const char *remote,
    enum log_tls tls, uint64_t messages)
{
	const struct ledger_mail row = {
		.day = DAY,
		.direction = direction,
		.remote = ledger_domain(ledger, LEDGER_STRANGERS, slice(remote)),
		.hosted = ledger_domain(ledger, LEDGER_OURS, slice("clinic.example")),
		.tls = tls,
		.messages = messages,
		.recipients = messages,
	};

	ledger_add_mail(ledger, &row);
}

static void
login_by(struct ledger *ledger, const char *method, enum ledger_service service,
    enum log_tls tls, bool trusted, uint64_t count)
{
	const struct ledger_login row = {
		.day = DAY,
		.service = service,
		.account = ledger_account(ledger, LEDGER_OURS, slice("joe@clinic.example")),
		.domain = ledger_domain(ledger, LEDGER_OURS, slice("clinic.example")),
		.method = ledger_name(ledger, LEDGER_OURS, slice(method)),
		.network = ledger_network(ledger, LEDGER_OURS, slice("192.0.2.5")),
		.tls = tls,
		.trusted = trusted,
		.count = count,
	};

	ledger_add_login(ledger, &row);
}

static void
login(struct ledger *ledger, enum ledger_service service, enum log_tls tls, bool trusted,
    uint64_t count)
{
	login_by(ledger, "PLAIN", service, tls, trusted, count);
}

/* Counts are powers of two: a sum tells which rows are in it. */
static struct ledger *
everybody(void)
{
	struct ledger *ledger = new_ledger();

	mail(ledger, LEDGER_OUT, "a.example", LOG_TLS_NONE, 1);
	mail(ledger, LEDGER_OUT, "a.example", LOG_TLS_SOME, 2);
	mail(ledger, LEDGER_OUT, "a.example", LOG_TLS_SSL3, 4);
	mail(ledger, LEDGER_OUT, "a.example", LOG_TLS_1_1, 8);
	mail(ledger, LEDGER_OUT, "a.example", LOG_TLS_1_2, 16);
	mail(ledger, LEDGER_OUT, "b.a.example", LOG_TLS_1_3, 32);
	mail(ledger, LEDGER_OUT, "b.a.example", LOG_TLS_NONE, 64);
	mail(ledger, LEDGER_IN, "a.example", LOG_TLS_NONE, 128);
	mail(ledger, LEDGER_IN, "a.example", LOG_TLS_1_0, 256);
	mail(ledger, LEDGER_IN, "a.example", LOG_TLS_1_2, 512);
	mail(ledger, LEDGER_SUBMITTED, "", LOG_TLS_1_0, 1024);
	mail(ledger, LEDGER_LOCAL, "", LOG_TLS_NONE, 2048);
	login(ledger, LEDGER_SMTP, LOG_TLS_NONE, false, 1);
	login(ledger, LEDGER_SMTP, LOG_TLS_NONE, true, 2);
	login(ledger, LEDGER_SMTP, LOG_TLS_1_0, false, 4);
	login(ledger, LEDGER_SMTP, LOG_TLS_1_2, false, 8);
	login(ledger, LEDGER_IMAP, LOG_TLS_NONE, false, 16);
	login(ledger, LEDGER_IMAP, LOG_TLS_NONE, true, 32);
	login(ledger, LEDGER_IMAP, LOG_TLS_SOME, false, 64);
	login(ledger, LEDGER_POP3, LOG_TLS_1_1, false, 128);
	login(ledger, LEDGER_POP3, LOG_TLS_1_2, false, 256);
	login(ledger, LEDGER_SIEVE, LOG_TLS_1_3, false, 512);
	login(ledger, LEDGER_SUBMISSION, LOG_TLS_1_3, false, 1024);
	login(ledger, LEDGER_WEBMAIL, LOG_TLS_UNTOLD, false, 2048);
	login(ledger, LEDGER_OTHER_SERVICE, LOG_TLS_1_3, false, 4096);
	return ledger;
}

static void
visit(const struct ledger *day, int32_t number, void *data)
{
	forecast_add(data, day, number);
}

static void
foresee(struct arena *arena, struct ledger *ledger, const char *condition,
    const struct forecast_server *server, struct forecast *ret_forecast)
{
	struct forecast_rule *rule = arena_alloc(arena, sizeof(*rule));
	struct err err = { 0 };

	if (forecast_parse(arena, condition, rule, &err) != 0)
		fail_msg("%s: %s", condition, err.text);
	forecast_init(ret_forecast, arena, rule, server);
	ledger_each_day_of(ledger, 0, DAY, visit, ret_forecast);
	forecast_sort(ret_forecast);
}

struct forecast_case {
	const char *condition;
	struct forecast_server server;
	uint64_t counts[FATE_COUNT];
	uint64_t messages, logins;	/* unaffected */
	enum forecast_verdict verdict;
};

static const struct forecast_case cases[] = {
	{ "exim.min_version=TLSv1.2", { "yes", false },
	    { [FATE_SENT_CLEAR] = 4 + 8, [FATE_TLS_REFUSED] = 256,
	    [FATE_LOGIN_REFUSED] = 4, [FATE_MAIL_UNTOLD] = 2 },
	    1 + 16 + 32 + 64 + 128 + 512, 1 + 2 + 8, FORECAST_SOMEBODY },
	{ "exim.min_version=TLSv1.3", { "yes", false },
	    { [FATE_SENT_CLEAR] = 4 + 8 + 16, [FATE_TLS_REFUSED] = 256 + 512,
	    [FATE_LOGIN_REFUSED] = 4 + 8, [FATE_MAIL_UNTOLD] = 2 },
	    1 + 32 + 64 + 128, 1 + 2, FORECAST_SOMEBODY },
	/* Exim was told not to send in clear. */
	{ "exim.min_version=TLSv1.2", { "no", false },
	    { [FATE_DEFERRED] = 4 + 8, [FATE_TLS_REFUSED] = 256,
	    [FATE_LOGIN_REFUSED] = 4, [FATE_MAIL_UNTOLD] = 2 },
	    1 + 16 + 32 + 64 + 128 + 512, 1 + 2 + 8, FORECAST_SOMEBODY },
	/* Without tls_cipher what looks clear may be anything. */
	{ "exim.min_version=TLSv1.2", { NULL, true },
	    { [FATE_SENT_CLEAR] = 4 + 8, [FATE_TLS_REFUSED] = 256, [FATE_LOGIN_REFUSED] = 4,
	    [FATE_MAIL_UNTOLD] = 1 + 2 + 64 + 128, [FATE_LOGIN_UNTOLD] = 1 + 2 },
	    16 + 32 + 512, 8, FORECAST_SOMEBODY },
	/* From loopback as well: the laboratory's Exim refuses that, too. */
	{ "exim.require_secure_auth=1", { NULL, false },
	    { [FATE_LOGIN_REFUSED] = 1 + 2 }, 0, 4 + 8, FORECAST_SOMEBODY },
	{ "exim.require_secure_auth=1", { NULL, true },
	    { [FATE_LOGIN_UNTOLD] = 1 + 2 }, 0, 4 + 8, FORECAST_UNTOLD },
	{ "exim.hosts_require_tls=a.example", { NULL, false },
	    { [FATE_DEFERRED] = 1 }, 2 + 4 + 8 + 16 + 32 + 64, 0, FORECAST_SOMEBODY },
	{ "exim.hosts_require_tls=*.A.example:c.example", { NULL, false },
	    { [FATE_DEFERRED] = 64 }, 1 + 2 + 4 + 8 + 16 + 32, 0, FORECAST_SOMEBODY },
	{ "exim.hosts_require_tls=*", { NULL, false },
	    { [FATE_DEFERRED] = 1 + 64 }, 2 + 4 + 8 + 16 + 32, 0, FORECAST_SOMEBODY },
	{ "exim.hosts_require_tls=*", { NULL, true },
	    { [FATE_MAIL_UNTOLD] = 1 + 64 }, 2 + 4 + 8 + 16 + 32, 0, FORECAST_UNTOLD },
	{ "exim.hosts_require_tls=c.example", { NULL, false },
	    { 0 }, 1 + 2 + 4 + 8 + 16 + 32 + 64, 0, FORECAST_UNTOLD },
	{ "dovecot.ssl_min_protocol=TLSv1.2", { NULL, false },
	    { [FATE_LOGIN_REFUSED] = 128, [FATE_LOGIN_UNTOLD] = 64 },
	    0, 16 + 32 + 256 + 512 + 1024 + 4096, FORECAST_SOMEBODY },
	/* What Exim logs says nothing of Dovecot. */
	{ "dovecot.ssl_min_protocol=TLSv1.3", { NULL, true },
	    { [FATE_LOGIN_REFUSED] = 128 + 256, [FATE_LOGIN_UNTOLD] = 64 },
	    0, 16 + 32 + 512 + 1024 + 4096, FORECAST_SOMEBODY },
	{ "dovecot.auth_allow_cleartext=no", { NULL, false },
	    { [FATE_LOGIN_REFUSED] = 16 }, 0, 32 + 64 + 128 + 256 + 512 + 1024 + 4096,
	    FORECAST_SOMEBODY },
	{ "dovecot.protocols=imap", { NULL, false },
	    { [FATE_LOGIN_REFUSED] = 128 + 256 + 512 + 1024, [FATE_LOGIN_UNTOLD] = 4096 },
	    0, 16 + 32 + 64, FORECAST_SOMEBODY },
	{ "dovecot.protocols=IMAP pop3,lmtp", { NULL, false },
	    { [FATE_LOGIN_REFUSED] = 512 + 1024, [FATE_LOGIN_UNTOLD] = 4096 },
	    0, 16 + 32 + 64 + 128 + 256, FORECAST_SOMEBODY },
	{ "dovecot.protocols=none", { NULL, false },
	    { [FATE_LOGIN_REFUSED] = 16 + 32 + 64 + 128 + 256 + 512 + 1024,
	    [FATE_LOGIN_UNTOLD] = 4096 }, 0, 0, FORECAST_SOMEBODY },
	{ "dovecot.protocols=imap,pop3,sieve,submission", { NULL, false },
	    { [FATE_LOGIN_UNTOLD] = 4096 },
	    0, 16 + 32 + 64 + 128 + 256 + 512 + 1024, FORECAST_UNTOLD },
};

static void
test_fates(void **state)
{
	struct ledger *ledger = everybody();
	size_t i, fate;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct arena *arena = arena_new();
		struct forecast forecast;

		foresee(arena, ledger, cases[i].condition, &cases[i].server, &forecast);
		for (fate = 0; fate < FATE_COUNT; fate++)
			if (forecast.counts[fate] != cases[i].counts[fate])
				fail_msg("case %zu, %s: fate %zu is of %llu, wanted %llu", i,
				    cases[i].condition, fate,
				    (unsigned long long)forecast.counts[fate],
				    (unsigned long long)cases[i].counts[fate]);
		if (forecast.unaffected_messages != cases[i].messages ||
		    forecast.unaffected_logins != cases[i].logins ||
		    forecast_verdict(&forecast) != cases[i].verdict)
			fail_msg("case %zu, %s: %llu messages and %llu logins unaffected, "
			    "verdict %d", i, cases[i].condition,
			    (unsigned long long)forecast.unaffected_messages,
			    (unsigned long long)forecast.unaffected_logins,
			    (int)forecast_verdict(&forecast));
		arena_free(arena);
	}
	ledger_free(ledger);
}

/* Only who sends the password itself is refused one in clear; AUTH is AUTH for Exim. */
static void
test_mechanisms(void **state)
{
	const struct forecast_server server = { NULL, false };
	struct arena *arena = arena_new();
	struct ledger *ledger = new_ledger();
	struct forecast forecast;

	(void)state;
	login_by(ledger, "CRAM-MD5", LEDGER_IMAP, LOG_TLS_NONE, false, 1);
	login_by(ledger, "scram-sha-256", LEDGER_IMAP, LOG_TLS_NONE, false, 2);
	login_by(ledger, "LOGIN", LEDGER_IMAP, LOG_TLS_NONE, false, 4);
	login_by(ledger, "", LEDGER_POP3, LOG_TLS_NONE, false, 8);
	login_by(ledger, "cram", LEDGER_SMTP, LOG_TLS_NONE, false, 16);
	foresee(arena, ledger, "dovecot.auth_allow_cleartext=no", &server, &forecast);
	assert_int_equal(forecast.counts[FATE_LOGIN_REFUSED], 4 + 8);
	assert_int_equal(forecast.unaffected_logins, 1 + 2);
	foresee(arena, ledger, "exim.require_secure_auth=1", &server, &forecast);
	assert_int_equal(forecast.counts[FATE_LOGIN_REFUSED], 16);
	ledger_free(ledger);
	arena_free(arena);
}

static void
test_nobody(void **state)
{
	const struct forecast_server server = { NULL, false };
	struct arena *arena = arena_new();
	struct ledger *ledger = new_ledger();
	struct forecast forecast;

	(void)state;
	/* An empty ledger says nothing of anybody. */
	foresee(arena, ledger, "exim.min_version=TLSv1.2", &server, &forecast);
	assert_int_equal(forecast_verdict(&forecast), FORECAST_UNTOLD);
	login(ledger, LEDGER_IMAP, LOG_TLS_1_3, false, 5);
	foresee(arena, ledger, "exim.min_version=TLSv1.2", &server, &forecast);
	assert_int_equal(forecast_verdict(&forecast), FORECAST_UNTOLD);
	foresee(arena, ledger, "dovecot.ssl_min_protocol=TLSv1.3", &server, &forecast);
	assert_int_equal(forecast_verdict(&forecast), FORECAST_NOBODY);
	mail(ledger, LEDGER_OUT, "a.example", LOG_TLS_1_3, 1);
	foresee(arena, ledger, "exim.hosts_require_tls=a.example", &server, &forecast);
	assert_int_equal(forecast_verdict(&forecast), FORECAST_NOBODY);
	ledger_free(ledger);
	arena_free(arena);
}

static void
test_bad_conditions(void **state)
{
	static const char *const bad[] = {
		"", "=", "exim", "exim.min_version", "exim.min_version=", "exim.min_version=TLSv1.1",
		"exim.min_version=tlsv1.2", "exim.min_version=TLSv1.2 ", "exim.require_secure_auth=0",
		"exim.hosts_require_tls=", "exim.hosts_require_tls=::", "exim.hosts_require_tls=a b\x1b",
		"dovecot.auth_allow_cleartext=yes", "dovecot.protocols=", "dovecot.protocols=imap,nntp",
		"dovecot.ssl_min_protocol=1.2", "Dovecot.protocols=imap", "exim.min_version =TLSv1.2",
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		struct arena *arena = arena_new();
		struct forecast_rule rule = { .name = "untouched" };
		struct err err = { 0 };

		assert_int_equal(forecast_parse(arena, bad[i], &rule, &err), -1);
		assert_int_equal(err.code, ERR_USAGE);
		assert_non_null(strstr(err.hint, "SETTING=VALUE is one of exim.min_version=TLSv1.2|TLSv1.3; "));
		assert_non_null(strstr(err.hint, "dovecot.protocols="));
		assert_string_equal(rule.name, "untouched");
		arena_free(arena);
	}
}

/* ---- what is said ---- */

static const char *
render(struct arena *arena, const struct forecast *forecast, bool json)
{
	const struct ledger_update update = { .first_day = DAY - 29 };
	const struct ledger_text_options options = { .width = 80 };
	const struct forecast_report report = {
		.covered = {
			.version = "0.1.0",
			.first_day = DAY - 29,
			.last_day = DAY,
			.update = &update,
		},
		.forecast = forecast,
	};
	char *bytes = NULL, *text;
	size_t length = 0;
	FILE *stream = open_memstream(&bytes, &length);

	if (json)
		forecast_report_json(stream, &report);
	else
		forecast_report_text(stream, &report, &options);
	fclose(stream);
	text = arena_memdup(arena, bytes, length);
	free(bytes);
	return text;
}

static void
test_text(void **state)
{
	static const char wanted[] =
		"cpward 0.1.0: exim.hosts_require_tls=a.example:c.example, 30 days, 2026-10-23 to 2026-11-21\n"
		"logs are whole from 2026-10-23 on\n"
		"Would be hit: 1 message\n"
		"\n"
		"Would not be sent: 1 message\n"
		"  These went out in clear. With TLS required they are deferred, and bounce when\n"
		"  Exim gives up. Exim matches hosts; the log has the recipients' domains.\n"
		"      partner    our domain      version  messages  last\n"
		"  to  a.example  clinic.example  clear           1  2026-11-21\n"
		"\n"
		"No mail went to c.example in these days: nothing to tell.\n"
		"\n"
		"Unaffected: 126 messages\n";
	const struct forecast_server server = { NULL, false };
	struct arena *arena = arena_new();
	struct ledger *ledger = everybody();
	struct forecast forecast;

	(void)state;
	foresee(arena, ledger, "exim.hosts_require_tls=a.example:c.example", &server, &forecast);
	assert_string_equal(render(arena, &forecast, false), wanted);
	ledger_free(ledger);
	arena_free(arena);
}

static void
assert_says(const char *condition, const char *tries_clear, const char *words)
{
	const struct forecast_server server = { tries_clear, false };
	struct arena *arena = arena_new();
	struct ledger *ledger = everybody();
	struct forecast forecast;
	const char *text;

	foresee(arena, ledger, condition, &server, &forecast);
	text = render(arena, &forecast, false);
	if (strstr(text, words) == NULL)
		fail_msg("no \"%s\" in: %s", words, text);
	ledger_free(ledger);
	arena_free(arena);
}

/* Clear text after a failed handshake is said where it applies, and only there. */
static void
test_words(void **state)
{
	(void)state;
	assert_says("exim.min_version=TLSv1.2", "yes", "Exim sends in clear after a failed "
	    "handshake: tls_tempfail_tryclear is on.");
	assert_says("exim.min_version=TLSv1.2", NULL, "how this server has");
	assert_says("exim.min_version=TLSv1.2", "no", "Exim does not send in clear here");
	assert_says("exim.min_version=TLSv1.2", "yes", "Would no longer reach us with TLS: 256 "
	    "messages\n  We refuse their handshake. Whether they then send in clear or give up is");
	assert_says("exim.min_version=TLSv1.2", "yes", "tls_cipher in log_selector");
	assert_says("exim.min_version=TLSv1.2", "yes", "\nWould be hit: 268 messages, 4 logins\n");
	assert_says("dovecot.ssl_min_protocol=TLSv1.2", NULL, "Dovecot logs it with %k in\n");
	assert_says("dovecot.protocols=imap", NULL, "Would be refused: 1,920 logins\n");
}

static void
test_document(void **state)
{
	const struct forecast_server server = { "yes", false };
	struct arena *arena = arena_new();
	struct ledger *ledger = everybody();
	struct forecast forecast;
	const char *text;
	json_t *root;

	(void)state;
	foresee(arena, ledger, "exim.min_version=TLSv1.2", &server, &forecast);
	text = render(arena, &forecast, true);
	root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	if (root == NULL)
		fail_msg("no JSON: %s", text);
	assert_string_equal(json_string_value(json_object_get(root, "verdict")), "somebody");
	assert_string_equal(json_string_value(json_object_get(root, "falls_back_to_clear")), "yes");
	assert_int_equal(json_array_size(json_object_get(root, "sent_in_clear")), 2);
	assert_int_equal(json_array_size(json_object_get(root, "tls_refused")), 1);
	assert_int_equal(json_array_size(json_object_get(root, "logins_refused")), 1);
	assert_int_equal(json_array_size(json_object_get(root, "mail_untold")), 1);
	assert_int_equal(json_array_size(json_object_get(root, "deferred")), 0);
	json_decref(root);
	ledger_free(ledger);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fates),
		cmocka_unit_test(test_mechanisms),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_bad_conditions),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_document),
	};

	return cmocka_run_group_tests_name("forecast", tests, NULL, NULL);
}
