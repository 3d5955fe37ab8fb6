/*
 * What is shown of a ledger: the text byte for byte, rows in their order, and
 * that names out of logs stay what they are wherever they go.
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
#include "report/escape.h"
#include "report/ledger_columns.h"
#include "report/ledger_report.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define DAY1 20777	/* 2026-11-20 */
#define DAY2 20778

/*
 * Under the secret 00 01 … 1f, by
 * printf %s NAME | openssl dgst -sha256 -mac HMAC -macopt hexkey:0001…1f
 */
#define JOE "6254b72dec41cacc"
#define ANN "f9d656c7339ebdf1"
/* Of which a text shows the beginning. */
#define JOE8 "6254b72d"
#define ANN8 "f9d656c7"

static struct slice
slice(const char *text)
{
	return (struct slice){ text, strlen(text) };
}

static struct ledger *
new_ledger(void)
{
	unsigned char secret[LEDGER_SECRET_BYTES];
	size_t i;

	for (i = 0; i < sizeof(secret); i++)
		secret[i] = (unsigned char)i;
	return ledger_new(secret);
}

static void
mail(struct ledger *ledger, int32_t day, enum ledger_direction direction,
    const char *remote, const char *hosted, enum log_tls tls, const char *cipher,
    uint64_t messages)
{
	const struct ledger_mail row = {
		.day = day,
		.direction = direction,
		.remote = strcmp(remote, "<>") == 0 ?
		    ledger_name(ledger, LEDGER_STRANGERS, slice(remote)) :
		    ledger_domain(ledger, LEDGER_STRANGERS, slice(remote)),
		.hosted = ledger_domain(ledger, LEDGER_OURS, slice(hosted)),
		.tls = tls,
		.cipher = ledger_name(ledger, LEDGER_OURS, slice(cipher)),
		.messages = messages,
		.recipients = messages * 2,
	};

	ledger_add_mail(ledger, &row);
}

static void
login(struct ledger *ledger, int32_t day, enum ledger_service service,
    const char *account, enum log_tls tls, bool trusted, const char *address,
    uint64_t count)
{
	const char *at = strchr(account, '@');
	const struct ledger_login row = {
		.day = day,
		.service = service,
		.account = ledger_account(ledger, LEDGER_OURS, slice(account)),
		.domain = ledger_domain(ledger, LEDGER_OURS, slice(at == NULL ? "" : at + 1)),
		.method = ledger_name(ledger, LEDGER_OURS, slice("PLAIN")),
		.network = ledger_network(ledger, LEDGER_OURS, slice(address)),
		.tls = tls,
		.trusted = trusted,
		.hours = 1u << 9,
		.count = count,
	};

	ledger_add_login(ledger, &row);
}

static void
failure(struct ledger *ledger, int32_t day, enum ledger_service service,
    const char *account, const char *source, uint64_t count)
{
	const char *at = strchr(account, '@');
	const struct ledger_failure row = {
		.day = day,
		.service = service,
		.account = account[0] == '\0' ? LEDGER_NO_NAME :
		    ledger_account(ledger, LEDGER_STRANGERS, slice(account)),
		.domain = ledger_domain(ledger, LEDGER_STRANGERS,
		    slice(at == NULL ? "" : at + 1)),
		.source = ledger_name(ledger, LEDGER_STRANGERS, slice(source)),
		.count = count,
	};

	ledger_add_failure(ledger, &row);
}

static void
sender(struct ledger *ledger, int32_t day, const char *account, uint64_t messages,
    uint32_t most, unsigned hour, uint32_t in_hour)
{
	struct ledger_sender row = {
		.day = day,
		.account = ledger_account(ledger, LEDGER_OURS, slice(account)),
		.domain = ledger_domain(ledger, LEDGER_OURS, slice(strchr(account, '@') + 1)),
		.messages = messages,
		.recipients = in_hour + 1,
		.most = most,
	};

	row.hours[hour] = in_hour;
	row.hours[23] += 1;
	ledger_add_sender(ledger, &row);
}

static void
note(struct ledger *ledger, int32_t day, enum ledger_note_kind kind, const char *name,
    uint64_t count)
{
	const struct ledger_note row = {
		.day = day,
		.kind = kind,
		.name = ledger_name(ledger, LEDGER_OURS, slice(name)),
		.count = count,
	};

	ledger_add_note(ledger, &row);
}

/* Two days of a small clinic. */
static struct ledger *
clinic(void)
{
	struct ledger *ledger = new_ledger();

	mail(ledger, DAY1, LEDGER_OUT, "lab.example", "clinic.example", LOG_TLS_1_3,
	    "TLS_AES_256_GCM_SHA384", 300);
	mail(ledger, DAY1, LEDGER_OUT, "old.example", "clinic.example", LOG_TLS_1_0,
	    "ECDHE-RSA-AES256-SHA", 2);
	mail(ledger, DAY2, LEDGER_OUT, "plain.example", "clinic.example", LOG_TLS_NONE, "", 1);
	mail(ledger, DAY1, LEDGER_OUT, "plain.example", "clinic.example", LOG_TLS_NONE, "", 3);
	mail(ledger, DAY2, LEDGER_IN, "<>", "clinic.example", LOG_TLS_NONE, "", 1);
	mail(ledger, DAY2, LEDGER_IN, "lab.example", "other.example", LOG_TLS_1_2,
	    "ECDHE-RSA-AES256-GCM-SHA384", 99);
	mail(ledger, DAY2, LEDGER_SUBMITTED, "", "clinic.example", LOG_TLS_1_3,
	    "TLS_AES_256_GCM_SHA384", 7);
	mail(ledger, DAY2, LEDGER_LOCAL, "", "clinic.example", LOG_TLS_NONE, "", 5);
	login(ledger, DAY1, LEDGER_IMAP, "joe@clinic.example", LOG_TLS_NONE, false,
	    "192.0.2.5", 4);
	login(ledger, DAY2, LEDGER_IMAP, "joe@clinic.example", LOG_TLS_NONE, false,
	    "192.0.2.5", 1);
	login(ledger, DAY2, LEDGER_POP3, "ann@clinic.example", LOG_TLS_1_1, false,
	    "198.51.100.7", 2);
	login(ledger, DAY2, LEDGER_IMAP, "ann@clinic.example", LOG_TLS_1_3, false,
	    "198.51.100.7", 1000);
	login(ledger, DAY2, LEDGER_IMAP, "ann@clinic.example", LOG_TLS_NONE, true,
	    "127.0.0.1", 10);
	login(ledger, DAY2, LEDGER_CPANEL, "root", LOG_TLS_UNTOLD, false, "192.0.2.5", 1);
	failure(ledger, DAY1, LEDGER_SMTP, "joe@clinic.example", "203.0.113.9", 5);
	failure(ledger, DAY2, LEDGER_SMTP, "joe@clinic.example", "203.0.113.9", 6);
	failure(ledger, DAY2, LEDGER_IMAP, "ann@clinic.example", "203.0.113.9", 1);
	failure(ledger, DAY2, LEDGER_IMAP, "", "203.0.113.10", 2);
	sender(ledger, DAY1, "joe@clinic.example", 3, 2, 9, 4);
	sender(ledger, DAY2, "joe@clinic.example", 9, 40, 14, 120);
	note(ledger, DAY1, LEDGER_LINES, "/var/log/exim_mainlog", 1000);
	note(ledger, DAY2, LEDGER_LINES, "/var/log/exim_mainlog", 234);
	note(ledger, DAY2, LEDGER_BROKEN, "/var/log/exim_mainlog", 2);
	note(ledger, DAY2, LEDGER_BROKEN_ARRIVAL, "/var/log/exim_mainlog", 1);
	note(ledger, DAY2, LEDGER_CLEAR_FALLBACK, "mx.plain.example", 1);
	note(ledger, DAY2, LEDGER_REJECTED, "RCPT", 17);
	return ledger;
}

struct shown {
	const char *domain;
	enum ledger_by by;
	unsigned sections;
	const struct account_names *names;
	const char *unread;
	int32_t first_day;	/* 0 = DAY1 */
	bool utf8;
};

static void
visit(const struct ledger *day, int32_t number, void *data)
{
	ledger_summary_add(data, day, number);
}

typedef void write_report(FILE *out, const struct ledger_report *report,
    const struct ledger_text_options *options);

static void
write_json(FILE *out, const struct ledger_report *report,
    const struct ledger_text_options *options)
{
	(void)options;
	ledger_report_json(out, report);
}

static const char *
render(struct arena *arena, struct ledger *ledger, write_report *write,
    const struct shown *shown)
{
	const struct ledger_text_options options = { .utf8 = shown->utf8 };
	const struct ledger_update update = { .first_day = DAY1 - 3 };
	struct ledger_summary summary;
	struct ledger_report report = {
		.covered = {
			.version = "0.1.0",
			.first_day = shown->first_day == 0 ? DAY1 : shown->first_day,
			.last_day = DAY2,
			.update = &update,
			.unread = &shown->unread,
			.unread_count = shown->unread != NULL,
		},
		.summary = &summary,
		.sections = shown->sections,
		.names = shown->names,
	};
	char *bytes = NULL, *text;
	size_t length = 0;
	FILE *stream = open_memstream(&bytes, &length);

	ledger_summary_init(&summary, arena, shown->domain, shown->by);
	ledger_each_day_of(ledger, DAY1, DAY2, visit, &summary);
	ledger_summary_sort(&summary);
	write(stream, &report, &options);
	fclose(stream);
	text = arena_memdup(arena, bytes, length);
	free(bytes);
	return text;
}

static void
assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("no \"%s\" in:\n%s", part, text);
}

static void
assert_lacks(const char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		fail_msg("\"%s\" in:\n%s", part, text);
}

/* cmocka cuts what is long: the line that differs is enough. */
static void
assert_begins(const char *seen, const char *wanted)
{
	size_t line = 0, i;

	for (i = 0; wanted[i] != '\0' && seen[i] == wanted[i]; i++)
		if (wanted[i] == '\n')
			line = i + 1;
	if (wanted[i] != '\0')
		fail_msg("seen:   \"%.*s\"\nwanted: \"%.*s\"",
		    (int)strcspn(seen + line, "\n"), seen + line,
		    (int)strcspn(wanted + line, "\n"), wanted + line);
}

static void
assert_text(const char *seen, const char *wanted)
{
	assert_begins(seen, wanted);
	if (strlen(seen) > strlen(wanted))
		fail_msg("more than wanted: \"%s\"", seen + strlen(wanted));
}

/* ---- text ---- */

static const char clinic_text[] =
	"cpward 0.1.0: 2 days, 2026-11-20 to 2026-11-21\n"
	"logs are whole from 2026-11-17 on\n"
	"1,234 lines of these days, 2 of which could not be understood\n"
	"\n"
	"Mail to other servers: 306 messages\n"
	"  TLSv1.3                           300   98%  ################################\n"
	"  TLSv1                               2   <1%  #\n"
	"  in clear                            4    1%  #\n"
	"\n"
	"Mail from other servers: 100 messages\n"
	"  TLSv1.2                            99   99%  #################################\n"
	"  in clear                            1    1%  #\n"
	"\n"
	"Mail from users who logged in: 7 messages\n"
	"  TLSv1.3                             7  100%  #################################\n"
	"\n"
	"Mail from programs on this server: 5 messages\n"
	"\n"
	"Logins: 1,018\n"
	"  TLSv1.3                         1,000   98%  ################################\n"
	"  TLSv1.1                             2   <1%  #\n"
	"  panel, TLS not logged               1   <1%  #\n"
	"  in clear                            5   <1%  #\n"
	"  from this server itself            10   <1%  #\n"
	"\n"
	"Failed logins: 14\n"
	"\n"
	"Also in the logs\n"
	"             1  sent in clear because a handshake failed\n"
	"            17  rejected\n"
	"             1  arrived, and the line could not be read whole\n"
	"\n"
	"Partners reached in clear: 1\n"
	"  partner        our domain      messages  last\n"
	"  plain.example  clinic.example         4  2026-11-21\n"
	"  Clear is what Exim logged without X=: it logs X= unless its log_selector turns\n"
	"  tls_cipher off.\n"
	"\n"
	"Partners who reached us in clear: 1\n"
	"  partner       our domain      messages  last\n"
	"  <> (bounces)  clinic.example         1  2026-11-21\n"
	"\n"
	"Partners reached below TLS 1.2: 1\n"
	"  partner      our domain      version  messages  last\n"
	"  old.example  clinic.example  TLSv1           2  2026-11-20\n"
	"\n"
	"Partners who reached us below TLS 1.2: none\n"
	"\n"
	"Logins without TLS: 1\n"
	"  account                  by    from          logins  last\n"
	"  " JOE8 "@clinic.example  imap  192.0.2.0/24       5  2026-11-21\n"
	"\n"
	"Logins below TLS 1.2: 1\n"
	"  account                  by    from             version  logins  last\n"
	"  " ANN8 "@clinic.example  pop3  198.51.100.0/24  TLSv1.1       2  2026-11-21\n"
	"\n"
	"Sources of failed logins: 2\n"
	"  source        failures  most in a day  accounts  last        services\n"
	"  203.0.113.9         12              7         2  2026-11-21  smtp imap\n"
	"  203.0.113.10         2              2         0  2026-11-21  imap\n"
	"\n"
	"Most recipients in an hour, and of a message: 1\n"
	"  account                  in an hour  when              of a message\n"
	"  " JOE8 "@clinic.example         120  2026-11-21 14:00            40\n";

static void
test_whole_text(void **state)
{
	const struct shown all = { .sections = SECTION_ALL };
	struct arena *arena = arena_new();
	struct ledger *ledger = clinic();

	(void)state;
	assert_text(render(arena, ledger, ledger_report_text, &all), clinic_text);
	ledger_free(ledger);
	arena_free(arena);
}

static void
test_nothing_to_show(void **state)
{
	const struct shown shown = {
		.sections = SECTION_ALL,
		.first_day = DAY1 - 10,
		.unread = "/var/log/exim_mainlog could not be read: Permission denied",
	};
	struct arena *arena = arena_new();
	struct ledger *ledger = new_ledger();

	(void)state;
	assert_text(render(arena, ledger, ledger_report_text, &shown),
	    "cpward 0.1.0: 12 days, 2026-11-10 to 2026-11-21\n"
	    "logs are whole from 2026-11-17 on: lines may be missing of 7 days before\n"
	    "/var/log/exim_mainlog could not be read: Permission denied\n"
	    "the ledger has nothing of these days\n");
	ledger_free(ledger);
	arena_free(arena);
}

static void
test_one_section_of_one_domain(void **state)
{
	const struct shown shown = {
		.sections = 1u << SECTION_CLEAR | 1u << SECTION_OLD,
		.domain = "other.example",
	};
	struct arena *arena = arena_new();
	struct ledger *ledger = clinic();
	const char *text = render(arena, ledger, ledger_report_text, &shown);

	(void)state;
	assert_has(text, "cpward 0.1.0: other.example, 2 days, ");
	assert_has(text, "Mail from other servers: 99 messages\n");
	assert_has(text, "\nPartners reached in clear: none\n");
	assert_has(text, "\nPartners who reached us below TLS 1.2: none\n");
	assert_lacks(text, "clinic.example");
	assert_lacks(text, "Logins");
	assert_lacks(text, "Also in the logs");
	ledger_free(ledger);
	arena_free(arena);
}

/* "none" six times would read like an answer. */
static void
test_a_domain_that_is_not_here(void **state)
{
	const struct shown shown = { .sections = SECTION_ALL, .domain = "othre.example" };
	struct arena *arena = arena_new();
	struct ledger *ledger = clinic();
	const char *text = render(arena, ledger, ledger_report_text, &shown);

	(void)state;
	assert_has(text, "the ledger has nothing of othre.example in these days\n");
	assert_lacks(text, "none");
	ledger_free(ledger);
	arena_free(arena);
}

static void
test_tables(void **state)
{
	static const struct {
		enum ledger_by by;
		const char *lines;
	} cases[] = {
		{ BY_DAY,
		    "\nBy day\n"
		    "              messages  clear  old TLS  logins  no TLS  failed\n"
		    "  2026-11-20       305      3        2       4       4       5  ################\n"
		    "  2026-11-21       113      2        0   1,014       1       9  ######\n" },
		{ BY_DOMAIN,
		    "\nBy domain\n"
		    "                  messages  clear  old TLS  logins  no TLS  failed\n"
		    "  clinic.example       319      5        2   1,017       5      12  ############\n"
		    "  other.example         99      0        0       0       0       0  ####\n"
		    "  not told               0      0        0       1       0       2\n" },
		{ BY_ACCOUNT,
		    "\nBy account\n"
		    "  account                  messages  recipients  logins  no TLS  failed\n"
		    "  " ANN8 "@clinic.example         0           0   1,012       0       1  ########\n"
		    "  " JOE8 "@clinic.example        12         126       5       5      11  #\n"
		    "  b9052943                        0           0       1       0       0  #\n" },
	};
	struct arena *arena = arena_new();
	struct ledger *ledger = clinic();
	const char *text;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		const struct shown shown = { .by = cases[i].by };

		text = strstr(render(arena, ledger, ledger_report_text, &shown), "\nBy ");
		assert_non_null(text);
		assert_text(text, cases[i].lines);
	}
	ledger_free(ledger);
	arena_free(arena);
}

/* Twenty lines a section, the largest first, and how many more there are. */
static void
test_long_sections(void **state)
{
	const struct shown shown = { .sections = 1u << SECTION_CLEAR };
	struct arena *arena = arena_new();
	struct ledger *ledger = new_ledger();
	const char *text;
	unsigned i;

	(void)state;
	for (i = 0; i < 1023; i++)
		mail(ledger, DAY1, LEDGER_OUT, arena_printf(arena, "p%u.example", i),
		    "clinic.example", LOG_TLS_NONE, "", i + 1);
	text = render(arena, ledger, ledger_report_text, &shown);
	assert_has(text, "Partners reached in clear: 1,023\n");
	assert_has(text, "  p1022.example  clinic.example     1,023  2026-11-20\n");
	assert_has(text, "  p1003.example  clinic.example     1,004  2026-11-20\n"
	    "  and 1,003 more: -o json or -o csv has them\n");
	assert_lacks(text, "p1002.example");
	ledger_free(ledger);
	arena_free(arena);
}

/* A name of a stranger's choice puts no other line out of step. */
static void
test_long_names(void **state)
{
	const struct shown shown = { .sections = 1u << SECTION_CLEAR };
	struct arena *arena = arena_new();
	struct ledger *ledger = new_ledger();
	const char *text;
	char name[256];

	(void)state;
	memset(name, 'a', 250);
	strcpy(name + 250, ".com");
	mail(ledger, DAY1, LEDGER_OUT, name, "clinic.example", LOG_TLS_NONE, "", 9);
	mail(ledger, DAY1, LEDGER_OUT, "a\x1b[31mb.example", "clinic.example", LOG_TLS_NONE, "", 2);
	mail(ledger, DAY1, LEDGER_OUT, "b.example", "clinic.example", LOG_TLS_NONE, "", 1);
	text = render(arena, ledger, ledger_report_text, &shown);
	assert_has(text, arena_printf(arena, "  %s  clinic.example         9  2026-11-20\n", name));
	assert_has(text, "  (odd)                                         clinic.example         2");
	assert_has(text, "  b.example                                     clinic.example         1");
	assert_lacks(text, "\x1b");
	ledger_free(ledger);
	arena_free(arena);
}

/* ---- names ---- */

static void
test_names(void **state)
{
	struct account_name items[] = {
		{ JOE, "joe@clinic.example" },
		{ ANN, "an\x1b[2Jn\t@clinic.example" },
	};
	struct account_names names = { items, COUNT(items) };
	const struct shown shown = {
		.sections = 1u << SECTION_LOGINS | 1u << SECTION_CLIENTS, .names = &names,
	};
	struct arena *arena = arena_new();
	struct ledger *ledger = clinic();
	const char *text, *key;

	(void)state;
	account_names_sort(&names);
	text = render(arena, ledger, ledger_report_text, &shown);
	assert_has(text, "  joe@clinic.example  imap  192.0.2.0/24       5  2026-11-21\n");
	assert_has(text, "  an\\x1b[2Jn\\x09@clinic.example  pop3");
	assert_lacks(text, "\x1b");
	text = render(arena, ledger, write_json, &shown);
	assert_has(text, "\"account\": \"" JOE "\", \"name\": \"joe@clinic.example\"");
	key = "0123456789abcdef";
	assert_null(account_names_find(&names, key));
	assert_null(account_names_find(&names, ""));
	assert_null(account_names_find(NULL, JOE));
	ledger_free(ledger);
	arena_free(arena);
}

/* ---- rows ---- */

static void
visit_rows(const struct ledger *day, int32_t number, void *data)
{
	void **parts = data;
	FILE *out = parts[0];
	const struct ledger_row_options *options = parts[1];
	const enum ledger_row_kind *kind = parts[2];

	(void)number;
	ledger_rows_write(out, day, *kind, options);
}

static const char *
rows(struct arena *arena, struct ledger *ledger, const struct ledger_row_options *options)
{
	char *bytes = NULL, *text;
	size_t length = 0;
	FILE *stream = open_memstream(&bytes, &length);
	enum ledger_row_kind kind;
	void *parts[] = { stream, (void *)(uintptr_t)options, &kind };

	for (kind = 0; kind < ROW_KIND_COUNT; kind++)
		ledger_each_day_of(ledger, DAY1, DAY2, visit_rows, parts);
	fclose(stream);
	text = arena_memdup(arena, bytes, length);
	free(bytes);
	return text;
}

static void
test_rows(void **state)
{
	static const char wanted[] =
		"mail\t2026-11-20\tout\tlab.example\tclinic.example\tTLSv1.3\t"
		"TLS_AES_256_GCM_SHA384\tno\tno\t300\t600\n"
		"mail\t2026-11-20\tout\told.example\tclinic.example\tTLSv1\tECDHE-RSA-AES256-SHA\tno\tno\t2\t4\n"
		"mail\t2026-11-20\tout\tplain.example\tclinic.example\tclear\t\tno\tno\t3\t6\n"
		"mail\t2026-11-21\tin\t<>\tclinic.example\tclear\t\tno\tno\t1\t2\n"
		"mail\t2026-11-21\tin\tlab.example\tother.example\tTLSv1.2\t"
		"ECDHE-RSA-AES256-GCM-SHA384\tno\tno\t99\t198\n"
		"mail\t2026-11-21\tlocal\t\tclinic.example\tclear\t\tno\tno\t5\t10\n"
		"mail\t2026-11-21\tout\tplain.example\tclinic.example\tclear\t\tno\tno\t1\t2\n"
		"mail\t2026-11-21\tsubmitted\t\tclinic.example\tTLSv1.3\t"
		"TLS_AES_256_GCM_SHA384\tno\tno\t7\t14\n"
		"login\t2026-11-20\timap\tclinic.example\t" JOE "\tPLAIN\tclear\t\t192.0.2.0/24\tno\t000200\t4\n";
	const struct ledger_row_options tsv = { .sections = SECTION_ALL };
	struct arena *arena = arena_new();
	struct ledger *ledger = clinic();
	const char *text = rows(arena, ledger, &tsv);

	(void)state;
	assert_begins(text, wanted);
	assert_has(text, "failure\t2026-11-21\timap\t\t\t203.0.113.10\t2\n");
	assert_has(text, "sender\t2026-11-21\tclinic.example\t" JOE "\t9\t121\t40\t"
	    "0,0,0,0,0,0,0,0,0,0,0,0,0,0,120,0,0,0,0,0,0,0,0,1\n");
	assert_has(text, "note\t2026-11-21\trejected\tRCPT\t17\n");
	ledger_free(ledger);
	arena_free(arena);
}

static void
test_rows_of_sections(void **state)
{
	static const struct {
		unsigned sections;
		const char *domain;
		const char *lines;
	} cases[] = {
		{ 1u << SECTION_OLD, NULL,
		    "mail,2026-11-20,out,old.example,clinic.example,TLSv1,"
		    "ECDHE-RSA-AES256-SHA,no,no,2,4\n" },
		{ 1u << SECTION_CLIENTS, NULL,
		    "login,2026-11-21,pop3,clinic.example," ANN ",PLAIN,TLSv1.1,,"
		    "198.51.100.0/24,no,000200,2\n" },
		{ 1u << SECTION_LOGINS, NULL,
		    "login,2026-11-20,imap,clinic.example," JOE ",PLAIN,clear,,192.0.2.0/24,"
		    "no,000200,4\n"
		    "login,2026-11-21,imap,clinic.example," JOE ",PLAIN,clear,,192.0.2.0/24,"
		    "no,000200,1\n" },
		{ 1u << SECTION_FAILURES, "clinic.example",
		    "failure,2026-11-20,smtp,clinic.example," JOE ",203.0.113.9,5\n"
		    "failure,2026-11-21,imap,clinic.example," ANN ",203.0.113.9,1\n"
		    "failure,2026-11-21,smtp,clinic.example," JOE ",203.0.113.9,6\n" },
		{ 1u << SECTION_BURSTS, NULL,
		    "sender,2026-11-20,clinic.example," JOE ",3,5,2,"
		    "0 0 0 0 0 0 0 0 0 4 0 0 0 0 0 0 0 0 0 0 0 0 0 1\n"
		    "sender,2026-11-21,clinic.example," JOE ",9,121,40,"
		    "0 0 0 0 0 0 0 0 0 0 0 0 0 0 120 0 0 0 0 0 0 0 0 1\n" },
		{ SECTION_ALL, "other.example",
		    "mail,2026-11-21,in,lab.example,other.example,TLSv1.2,"
		    "ECDHE-RSA-AES256-GCM-SHA384,no,no,99,198\n" },
	};
	struct arena *arena = arena_new();
	struct ledger *ledger = clinic();
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		const struct ledger_row_options options = {
			.csv = true, .domain = cases[i].domain, .sections = cases[i].sections,
		};

		assert_string_equal(rows(arena, ledger, &options), cases[i].lines);
	}
	ledger_free(ledger);
	arena_free(arena);
}

/* RFC 4180, and what a spreadsheet must not run. */
static void
test_csv_fields(void **state)
{
	static const char *const cases[][2] = {
		{ "", "" },
		{ "plain text", "plain text" },
		{ "a,b", "\"a,b\"" },
		{ "say \"hi\"", "\"say \"\"hi\"\"\"" },
		{ "two\r\nlines", "\"two\r\nlines\"" },
		{ "=1+1", "'=1+1" },
		{ "+1", "'+1" },
		{ "-1", "'-1" },
		{ "@SUM(A1)", "'@SUM(A1)" },
		{ "\tx", "'\tx" },
		{ "=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"" },
		{ "a=b", "a=b" },
		{ "\"", "\"\"\"\"" },
	};
	struct arena *arena = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		assert_string_equal(escape_csv(arena, cases[i][0], strlen(cases[i][0])),
		    cases[i][1]);
	arena_free(arena);
}

static void
test_hostile_rows(void **state)
{
	const struct ledger_row_options csv = { .csv = true, .sections = SECTION_ALL };
	struct arena *arena = arena_new();
	struct ledger *ledger = new_ledger();

	(void)state;
	mail(ledger, DAY1, LEDGER_OUT, "-1.example", "clinic.example", LOG_TLS_1_3,
	    "=cmd|' /C calc'!A0", 1);
	note(ledger, DAY1, LEDGER_REJECTED, "a, \"b\"", 1);
	assert_string_equal(rows(arena, ledger, &csv),
	    "mail,2026-11-20,out,'-1.example,clinic.example,TLSv1.3,'=cmd|' /C calc'!A0,"
	    "no,no,1,2\n"
	    "note,2026-11-20,rejected,\"a, \"\"b\"\"\",1\n");
	ledger_free(ledger);
	arena_free(arena);
}

/* ---- the document ---- */

static void
test_document(void **state)
{
	const struct shown shown = {
		.sections = SECTION_ALL, .by = BY_DAY, .unread = "x could not be read: y",
	};
	struct arena *arena = arena_new();
	struct ledger *ledger = clinic();
	const char *text = render(arena, ledger, write_json, &shown);
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL), *sections;

	(void)state;
	if (root == NULL)
		fail_msg("no JSON: %s", text);
	assert_string_equal(json_string_value(json_object_get(root, "schema")),
	    "cpward.ledger/1");
	assert_true(json_is_false(json_object_get(root, "complete")));
	sections = json_object_get(root, "sections");
	assert_int_equal(json_object_size(sections), SECTION_COUNT);
	assert_int_equal(json_array_size(json_object_get(sections, "clear")), 2);
	assert_int_equal(json_array_size(json_object_get(root, "days")), 2);
	assert_has(text, "\"mail\": {\"in\": {\"clear\": 1, \"encrypted\": 0, \"SSLv3\": 0, "
	    "\"TLSv1\": 0, \"TLSv1.1\": 0, \"TLSv1.2\": 99, \"TLSv1.3\": 0, \"untold\": 0}");
	assert_has(text, "{\"direction\": \"out\", \"remote\": \"plain.example\", \"domain\": "
	    "\"clinic.example\", \"tls\": \"clear\", \"messages\": 4, \"recipients\": 8, "
	    "\"last_day\": \"2026-11-21\"}");
	assert_has(text, "{\"source\": \"203.0.113.9\", \"failures\": 12, \"most_in_a_day\": 7, "
	    "\"most_day\": \"2026-11-21\", \"accounts\": 2, \"services\": [\"smtp\", \"imap\"], "
	    "\"last_day\": \"2026-11-21\"}");
	assert_has(text, "\"most_of_a_message\": 40, \"most_day\": \"2026-11-21\", "
	    "\"most_in_an_hour\": 120, \"hour_day\": \"2026-11-21\", \"hour\": 14, ");
	json_decref(root);
	ledger_free(ledger);
	arena_free(arena);
}

/* ---- numbers and bars ---- */

static void
test_numbers(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	assert_string_equal(count_text(arena, 0), "0");
	assert_string_equal(count_text(arena, 999), "999");
	assert_string_equal(count_text(arena, 1000), "1,000");
	assert_string_equal(count_text(arena, UINT64_MAX), "18,446,744,073,709,551,615");
	assert_string_equal(share_text(arena, 0, 0), "0%");
	assert_string_equal(share_text(arena, 0, 7), "0%");
	assert_string_equal(share_text(arena, 1, 1000), "<1%");
	assert_string_equal(share_text(arena, 1, 100), "1%");
	assert_string_equal(share_text(arena, 9999, 10000), "99%");
	assert_string_equal(share_text(arena, UINT64_MAX - 1, UINT64_MAX), "99%");
	assert_string_equal(share_text(arena, 5, 5), "100%");
	assert_string_equal(bar(arena, 0, 10, 8, false), "");
	assert_string_equal(bar(arena, 1, 1000, 8, false), "#");
	assert_string_equal(bar(arena, 5, 10, 8, false), "####");
	assert_string_equal(bar(arena, 10, 10, 8, false), "########");
	assert_string_equal(bar(arena, 1, 1000, 8, true), "\u258f");
	assert_string_equal(bar(arena, 1, 16, 8, true), "\u258c");
	assert_string_equal(bar(arena, 3, 16, 8, true), "\u2588\u258c");
	assert_string_equal(bar(arena, 16, 16, 2, true), "\u2588\u2588");
	assert_string_equal(bar(arena, 3, 0, 8, false), "#");
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_text),
		cmocka_unit_test(test_nothing_to_show),
		cmocka_unit_test(test_one_section_of_one_domain),
		cmocka_unit_test(test_a_domain_that_is_not_here),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_long_sections),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_rows_of_sections),
		cmocka_unit_test(test_csv_fields),
		cmocka_unit_test(test_hostile_rows),
		cmocka_unit_test(test_document),
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests_name("ledger_report", tests, NULL, NULL);
}
