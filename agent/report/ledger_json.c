#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "report/json_write.h"
#include "report/ledger_report.h"

/* One document on its way out. */
struct json {
	FILE *out;
	const struct ledger_report *report;
	const struct ledger_summary *summary;
};

/* ---- members ---- */

/* Opens the next member; every value is preceded by one of these. */
static void
key(const struct json *json, bool first, const char *name)
{
	fprintf(json->out, "%s\"%s\": ", first ? "" : ", ", name);
}

static void
put_text(const struct json *json, const char *name, const char *value)
{
	key(json, false, name);
	json_write_text(json->out, value);
}

static void
put_count(const struct json *json, const char *name, uint64_t value)
{
	key(json, false, name);
	fprintf(json->out, "%" PRIu64, value);
}

/* null for 0, which is no day of any log. */
static void
put_day(const struct json *json, const char *name, int32_t day)
{
	char text[11];

	log_day_text(day, text);
	put_text(json, name, day == 0 ? NULL : text);
}

static void
put_account(const struct json *json, const char *name_of_key, const char *account)
{
	put_text(json, name_of_key, account);
	if (json->report->names != NULL)
		put_text(json, "name", account_names_find(json->report->names, account));
}

/* ---- parts ---- */

static void
put_logs(const struct json *json)
{
	static const char *const kinds[] = {
		[LOG_EXIM] = "exim", [LOG_DOVECOT] = "dovecot", [LOG_PANEL] = "panel",
	};
	static const char *const states[] = {
		[ANSWER_FAILED] = "failed", [ANSWER_OK] = "ok", [ANSWER_ABSENT] = "absent",
		[ANSWER_NO_PARENT] = "absent", [ANSWER_SKIPPED] = "skipped",
	};
	const struct ledger_update *update = json->report->covered.update;
	size_t i;

	key(json, false, "logs");
	fputc('[', json->out);
	for (i = 0; i < update->log_count; i++) {
		const struct ledger_log *log = &update->logs[i];

		fputs(i == 0 ? "{" : ", {", json->out);
		key(json, true, "path");
		json_write_text(json->out, log->path);
		put_text(json, "kind", kinds[log->kind]);
		put_text(json, "state", states[log->status]);
		put_text(json, "why", log->why);
		put_text(json, "gap", log->gap);
		put_text(json, "incomplete", log->result.incomplete);
		put_count(json, "read_bytes", log->result.bytes);
		put_count(json, "read_lines", log->result.lines);
		put_count(json, "read_broken", log->result.broken);
		fputc('}', json->out);
	}
	fputc(']', json->out);
}

static void
put_tls_counts(const struct json *json, const uint64_t *counts)
{
	size_t i;

	fputc('{', json->out);
	for (i = 0; i < LEDGER_TLS_COUNT; i++) {
		key(json, i == 0, ledger_tls_name((unsigned)i));
		fprintf(json->out, "%" PRIu64, counts[i]);
	}
}

static void
put_totals(const struct json *json)
{
	const struct ledger_summary *summary = json->summary;
	size_t i;

	key(json, false, "mail");
	fputc('{', json->out);
	for (i = 0; i < LEDGER_DIRECTIONS; i++) {
		key(json, i == 0, ledger_direction_name((unsigned)i));
		put_tls_counts(json, summary->mail[i]);
		fputc('}', json->out);
	}
	fputc('}', json->out);
	key(json, false, "logins");
	fputc('{', json->out);
	for (i = 0; i < LEDGER_SERVICE_COUNT; i++) {
		key(json, i == 0, ledger_service_name((enum ledger_service)i));
		put_tls_counts(json, summary->logins[i]);
		put_count(json, "trusted", summary->trusted[i]);
		fputc('}', json->out);
	}
	fputc('}', json->out);
	put_count(json, "failures", summary->failures);
	key(json, false, "notes");
	/* Of the server as a whole: they tell nothing of one domain. */
	if (summary->domain != NULL) {
		fputs("null", json->out);
		return;
	}
	fputc('{', json->out);
	for (i = 0; i < LEDGER_NOTE_COUNT; i++) {
		key(json, i == 0, ledger_note_name((enum ledger_note_kind)i));
		fprintf(json->out, "%" PRIu64, summary->notes[i]);
	}
	fputc('}', json->out);
}

/* ---- sections ---- */

static void
put_partner(const struct json *json, const struct ledger_group *group)
{
	key(json, true, "direction");
	json_write_text(json->out, ledger_direction_name(group->direction));
	put_text(json, "remote", group->remote);
	put_text(json, "domain", group->domain);
	put_text(json, "tls", ledger_tls_name(group->tls));
	put_count(json, "messages", group->messages);
	put_count(json, "recipients", group->recipients);
	put_day(json, "last_day", group->last_day);
}

static void
put_login(const struct json *json, const struct ledger_group *group)
{
	key(json, true, "domain");
	json_write_text(json->out, group->domain);
	put_account(json, "account", group->account);
	put_text(json, "service", ledger_service_name(group->service));
	put_text(json, "network", group->remote);
	put_text(json, "tls", ledger_tls_name(group->tls));
	put_count(json, "logins", group->logins);
	put_day(json, "last_day", group->last_day);
}

static void
put_source(const struct json *json, const struct ledger_group *group)
{
	bool first = true;
	unsigned i;

	key(json, true, "source");
	json_write_text(json->out, group->remote);
	put_count(json, "failures", group->failures);
	put_count(json, "most_in_a_day", group->most);
	put_day(json, "most_day", group->most_day);
	put_count(json, "accounts", group->accounts);
	key(json, false, "services");
	fputc('[', json->out);
	for (i = 0; i < LEDGER_SERVICE_COUNT; i++)
		if ((group->services & 1u << i) != 0) {
			fputs(first ? "" : ", ", json->out);
			json_write_text(json->out,
			    ledger_service_name((enum ledger_service)i));
			first = false;
		}
	fputc(']', json->out);
	put_day(json, "last_day", group->last_day);
}

static void
put_sender(const struct json *json, const struct ledger_group *group)
{
	key(json, true, "domain");
	json_write_text(json->out, group->domain);
	put_account(json, "account", group->account);
	put_count(json, "messages", group->messages);
	put_count(json, "recipients", group->recipients);
	put_count(json, "most_of_a_message", group->most);
	put_day(json, "most_day", group->most_day);
	put_count(json, "most_in_an_hour", group->hour_recipients);
	put_day(json, "hour_day", group->hour_day);
	put_count(json, "hour", group->hour);
	put_day(json, "last_day", group->last_day);
}

static void
put_table_line(const struct json *json, const struct ledger_group *group)
{
	char day[11];

	switch (json->summary->by) {
	case BY_DAY:
		key(json, true, "day");
		log_day_text(group->day, day);
		json_write_text(json->out, day);
		break;
	case BY_DOMAIN:
	case BY_ACCOUNT:
	case BY_NOTHING:
		key(json, true, "domain");
		json_write_text(json->out, group->domain);
		break;
	}
	if (json->summary->by == BY_ACCOUNT)
		put_account(json, "account", group->account);
	put_count(json, "messages", group->messages);
	put_count(json, "recipients", group->recipients);
	if (json->summary->by != BY_ACCOUNT) {
		put_count(json, "clear_messages", group->clear);
		put_count(json, "old_messages", group->old);
	}
	put_count(json, "logins", group->logins);
	put_count(json, "clear_logins", group->clear_logins);
	put_count(json, "failures", group->failures);
	put_day(json, "last_day", group->last_day);
}

static void
put_groups(const struct json *json, const struct ledger_groups *groups,
    void (*put)(const struct json *, const struct ledger_group *))
{
	size_t i;

	fputc('[', json->out);
	for (i = 0; i < groups->count; i++) {
		fputs(i == 0 ? "\n{" : ",\n{", json->out);
		put(json, &groups->items[i]);
		fputc('}', json->out);
	}
	fputc(']', json->out);
}

static void
put_sections(const struct json *json)
{
	static void (*const putters[SECTION_COUNT])(const struct json *,
	    const struct ledger_group *) = {
		[SECTION_CLEAR] = put_partner,
		[SECTION_OLD] = put_partner,
		[SECTION_LOGINS] = put_login,
		[SECTION_CLIENTS] = put_login,
		[SECTION_FAILURES] = put_source,
		[SECTION_BURSTS] = put_sender,
	};
	bool first = true;
	unsigned i;

	key(json, false, "sections");
	fputc('{', json->out);
	for (i = 0; i < SECTION_COUNT; i++) {
		if ((json->report->sections & 1u << i) == 0)
			continue;
		key(json, first, ledger_section_word((enum ledger_section)i));
		put_groups(json, &json->summary->sections[i], putters[i]);
		first = false;
	}
	fputc('}', json->out);
}

void
ledger_report_json(FILE *out, const struct ledger_report *report)
{
	static const char *const tables[] = {
		[BY_NOTHING] = NULL, [BY_DAY] = "days", [BY_DOMAIN] = "domains",
		[BY_ACCOUNT] = "accounts",
	};
	const struct json json = { out, report, report->summary };
	const struct ledger_summary *summary = report->summary;
	const struct ledger_covered *covered = &report->covered;

	fputs("{\"schema\": \"cpward.ledger/1\", \"tool\": {\"name\": \"cpward\", "
	    "\"version\": ", out);
	json_write_text(out, covered->version);
	fputc('}', out);
	put_day(&json, "first_day", covered->first_day);
	put_day(&json, "last_day", covered->last_day);
	put_text(&json, "domain", summary->domain);
	put_day(&json, "read_since", covered->update->first_day);
	key(&json, false, "complete");
	json_write_bool(out, covered->unread_count == 0);
	key(&json, false, "unread");
	json_write_texts(out, covered->unread, covered->unread_count);
	put_logs(&json);
	put_count(&json, "lines", summary->lines);
	put_count(&json, "broken", summary->broken);
	put_totals(&json);
	if (summary->by != BY_NOTHING) {
		key(&json, false, tables[summary->by]);
		put_groups(&json, &summary->table, put_table_line);
	}
	put_sections(&json);
	fputs("}\n", out);
}
