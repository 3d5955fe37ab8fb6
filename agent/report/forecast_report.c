#include <inttypes.h>

#include "base/arena.h"
#include "report/json_write.h"
#include "report/ledger_text_private.h"

/* ---- text ---- */

struct fate_row {
	const char *title;
	bool mail;		/* lines are partners; else logins */
	const char *one, *more;
	const char *color;
	const char *member;	/* of the document */
};

static const struct fate_row fate_rows[FATE_COUNT] = {
	[FATE_LOGIN_REFUSED] = { "Would be refused", false, "login", "logins", TEXT_BAD,
	    "logins_refused" },
	[FATE_SENT_CLEAR] = { "Would be sent in clear", true, "message", "messages", TEXT_BAD,
	    "sent_in_clear" },
	[FATE_DEFERRED] = { "Would not be sent", true, "message", "messages", TEXT_BAD,
	    "deferred" },
	[FATE_TLS_REFUSED] = { "Would no longer reach us with TLS", true, "message", "messages",
	    TEXT_BAD, "tls_refused" },
	[FATE_LOGIN_UNTOLD] = { "The log does not tell", false, "login", "logins", TEXT_UNKNOWN,
	    "logins_untold" },
	[FATE_MAIL_UNTOLD] = { "The log does not tell", true, "message", "messages",
	    TEXT_UNKNOWN, "mail_untold" },
};

/* Why, and what then happens. */
static const char *
fate_words(const struct forecast *forecast, enum forecast_fate fate)
{
	const char *tries_clear = forecast->server.tries_clear;
	bool list = forecast->rule->setting == FORECAST_EXIM_HOSTS_REQUIRE_TLS;
	bool dovecot = forecast->rule->setting == FORECAST_DOVECOT_SSL_MIN_PROTOCOL;

	switch (fate) {
	case FATE_SENT_CLEAR:
		return tries_clear == NULL ?
		    "Exim sends in clear after a failed handshake, unless "
		    "tls_tempfail_tryclear is off or the host is in hosts_require_tls; how "
		    "this server has them is not known." :
		    "Exim sends in clear after a failed handshake: tls_tempfail_tryclear is "
		    "on. Only hosts in hosts_require_tls are spared.";
	case FATE_DEFERRED:
		return list ?
		    "These went out in clear. With TLS required they are deferred, and bounce "
		    "when Exim gives up. Exim matches hosts; the log has the recipients' "
		    "domains." :
		    "Exim does not send in clear here after a failed handshake "
		    "(tls_tempfail_tryclear, hosts_require_tls): these are deferred, and "
		    "bounce when it gives up.";
	case FATE_TLS_REFUSED:
		return "We refuse their handshake. Whether they then send in clear or give up "
		    "is their choice.";
	case FATE_LOGIN_UNTOLD:
		if (forecast->rule->setting == FORECAST_DOVECOT_PROTOCOLS)
			return "These logins are of a service that has no name here.";
		return dovecot ? "Their TLS version is not logged. Dovecot logs it with %k in "
		    "login_log_format_elements." :
		    "Exim logs TLS and its version with tls_cipher in log_selector.";
	case FATE_MAIL_UNTOLD:
		return "Exim logs TLS and its version with tls_cipher in log_selector.";
	case FATE_LOGIN_REFUSED:
	case FATE_COUNT:
		break;
	}
	return NULL;
}

static void
add_partner(const struct text *text, struct columns *columns,
    const struct ledger_group *group)
{
	columns_add(columns, group->direction == LEDGER_OUT ? "to" : "from");
	columns_add(columns, text_or_untold(text, group->remote));
	columns_add(columns, text_or_untold(text, group->domain));
	columns_add(columns, ledger_tls_name(group->tls));
	columns_add(columns, text_count(text, group->messages));
	columns_add(columns, text_day(text, group->last_day));
}

static void
print_fate(const struct text *text, const struct forecast *forecast, enum forecast_fate fate)
{
	static const char *const partner[] = {
		"", "partner", "our domain", "version", "messages", "last",
	};
	static const char *const login[] = {
		"account", "by", "from", "version", "logins", "last",
	};
	const struct fate_row *row = &fate_rows[fate];
	const struct ledger_groups *groups = &forecast->fates[fate];
	const char *words = fate_words(forecast, fate);
	size_t shown = groups->count < TEXT_SHOWN ? groups->count : TEXT_SHOWN, i;
	struct columns columns;

	if (groups->count == 0)
		return;
	fputc('\n', text->out);
	text_print_colored(text, row->color, arena_join(text->arena, row->title, ": ",
	    text_counted(text, forecast->counts[fate], row->one, row->more)));
	fputc('\n', text->out);
	if (words != NULL)
		text_print_sentence(text, NULL, TEXT_INDENT, words);
	columns_begin(&columns, text->arena, TEXT_INDENT, "llllrl", row->mail ? partner : login);
	for (i = 0; i < shown; i++)
		(row->mail ? add_partner : text_add_login)(text, &columns,
		    &groups->items[i]);
	columns_print(&columns, text->out);
	text_print_more(text, shown, groups->count);
}

/* Nothing went there: what it would do is not known. */
static void
print_unseen(const struct text *text, const struct forecast *forecast)
{
	const char *list = "";
	size_t i;

	for (i = 0; i < forecast->rule->domain_count; i++)
		if (!forecast->seen[i])
			list = arena_join(text->arena, list, list[0] == '\0' ? "" : ", ",
			    text_clean(text, forecast->rule->domains[i]));
	if (list[0] == '\0')
		return;
	fputc('\n', text->out);
	text_print_sentence(text, TEXT_UNKNOWN, 0, arena_join(text->arena,
	    "No mail went to ", list, " in these days: nothing to tell."));
}

/* "3 messages, 1 login" */
static const char *
amounts(const struct text *text, uint64_t messages, uint64_t logins)
{
	if (messages + logins == 0)
		return "nothing";
	return arena_join(text->arena,
	    messages == 0 ? "" : text_counted(text, messages, "message", "messages"),
	    messages == 0 || logins == 0 ? "" : ", ",
	    logins == 0 ? "" : text_counted(text, logins, "login", "logins"));
}

static const char *
verdict_words(const struct text *text, const struct forecast *forecast)
{
	uint64_t hit[2] = { 0, 0 };
	unsigned fate;

	switch (forecast_verdict(forecast)) {
	case FORECAST_NOBODY:
		return "Nobody who came in these days would be hit.";
	case FORECAST_SOMEBODY:
		for (fate = 0; fate < FATE_LOGIN_UNTOLD; fate++)
			hit[fate_rows[fate].mail] += forecast->counts[fate];
		return arena_join(text->arena, "Would be hit: ",
		    amounts(text, hit[1], hit[0]));
	case FORECAST_UNTOLD:
		break;
	}
	return "Nobody is known who would be hit, but the logs do not tell enough.";
}

void
forecast_report_text(FILE *out, const struct forecast_report *report,
    const struct ledger_text_options *options)
{
	const struct forecast *forecast = report->forecast;
	struct text text;
	unsigned fate;

	text_begin(&text, out, options, report->names);
	text_print_coverage(&text, &report->covered, arena_join(text.arena,
	    forecast->rule->name, "=", forecast->rule->value));
	text_print_sentence(&text, NULL, 0, verdict_words(&text, forecast));
	for (fate = 0; fate < FATE_COUNT; fate++)
		print_fate(&text, forecast, (enum forecast_fate)fate);
	print_unseen(&text, forecast);
	fprintf(out, "\nUnaffected: %s\n", amounts(&text, forecast->unaffected_messages,
	    forecast->unaffected_logins));
	text_end(&text);
}

/* ---- cpward.forecast/1 ---- */

static void
write_day(FILE *out, int32_t day)
{
	char text[11];

	log_day_text(day, text);
	json_write_text(out, day == 0 ? NULL : text);
}

static void
write_line(FILE *out, const struct forecast_report *report, const struct fate_row *row,
    const struct ledger_group *group)
{
	json_write_raw(out, "{\"domain\": ");
	json_write_text(out, group->domain);
	if (row->mail) {
		json_write_raw(out, ", \"direction\": ");
		json_write_text(out, ledger_direction_name(group->direction));
		json_write_raw(out, ", \"remote\": ");
		json_write_text(out, group->remote);
	} else {
		json_write_raw(out, ", \"account\": ");
		json_write_text(out, group->account);
		if (report->names != NULL) {
			json_write_raw(out, ", \"name\": ");
			json_write_text(out, account_names_find(report->names,
			    group->account));
		}
		json_write_raw(out, ", \"service\": ");
		json_write_text(out, ledger_service_name(group->service));
		json_write_raw(out, ", \"network\": ");
		json_write_text(out, group->remote);
	}
	json_write_raw(out, ", \"tls\": ");
	json_write_text(out, ledger_tls_name(group->tls));
	fprintf(out, ", \"%s\": %" PRIu64 ", \"last_day\": ", row->mail ? "messages" : "logins",
	    row->mail ? group->messages : group->logins);
	write_day(out, group->last_day);
	fputc('}', out);
}

static void
write_fate(FILE *out, const struct forecast_report *report, enum forecast_fate fate)
{
	const struct ledger_groups *groups = &report->forecast->fates[fate];
	size_t i;

	fprintf(out, ", \"%s\": [", fate_rows[fate].member);
	for (i = 0; i < groups->count; i++) {
		fputs(i == 0 ? "\n" : ",\n", out);
		write_line(out, report, &fate_rows[fate], &groups->items[i]);
	}
	fputc(']', out);
}

static void
write_unseen(FILE *out, const struct forecast *forecast)
{
	bool first = true;
	size_t i;

	json_write_raw(out, ", \"unseen_domains\": [");
	for (i = 0; i < forecast->rule->domain_count; i++)
		if (!forecast->seen[i]) {
			fputs(first ? "" : ", ", out);
			json_write_text(out, forecast->rule->domains[i]);
			first = false;
		}
	fputc(']', out);
}

void
forecast_report_json(FILE *out, const struct forecast_report *report)
{
	static const char *const verdicts[] = {
		[FORECAST_NOBODY] = "nobody", [FORECAST_SOMEBODY] = "somebody",
		[FORECAST_UNTOLD] = "unknown",
	};
	const struct ledger_covered *covered = &report->covered;
	const struct forecast *forecast = report->forecast;
	unsigned fate;

	json_write_raw(out, "{\"schema\": \"cpward.forecast/1\", \"tool\": {\"name\": "
	    "\"cpward\", \"version\": ");
	json_write_text(out, covered->version);
	json_write_raw(out, "}, \"setting\": ");
	json_write_text(out, forecast->rule->name);
	json_write_raw(out, ", \"value\": ");
	json_write_text(out, forecast->rule->value);
	json_write_raw(out, ", \"first_day\": ");
	write_day(out, covered->first_day);
	json_write_raw(out, ", \"last_day\": ");
	write_day(out, covered->last_day);
	json_write_raw(out, ", \"read_since\": ");
	write_day(out, covered->update->first_day);
	json_write_raw(out, ", \"complete\": ");
	json_write_bool(out, covered->unread_count == 0);
	json_write_raw(out, ", \"unread\": ");
	json_write_texts(out, covered->unread, covered->unread_count);
	json_write_raw(out, ", \"verdict\": ");
	json_write_text(out, verdicts[forecast_verdict(forecast)]);
	fprintf(out, ", \"unaffected\": {\"messages\": %" PRIu64 ", \"logins\": %" PRIu64 "}",
	    forecast->unaffected_messages, forecast->unaffected_logins);
	json_write_raw(out, ", \"falls_back_to_clear\": ");
	json_write_text(out, forecast->server.tries_clear);
	json_write_raw(out, ", \"cipher_logged\": ");
	json_write_bool(out, !forecast->server.cipher_not_logged);
	for (fate = 0; fate < FATE_COUNT; fate++)
		write_fate(out, report, (enum forecast_fate)fate);
	write_unseen(out, forecast);
	fputs("}\n", out);
}
