#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "report/ledger_text_private.h"

#define SHORTEST_BAR 8
#define LONGEST_BAR 40

/* ---- totals ---- */

static void
print_lines(const struct text *text)
{
	const struct ledger_summary *summary = text->summary;

	text_print_sentence(text, NULL, 0, arena_join(text->arena,
	    text_counted(text, summary->lines, "line", "lines"), " of these days, ",
	    summary->broken == 0 ? "all understood" : arena_join(text->arena,
	    text_count(text, summary->broken), " of which could not be understood")));
}

/* The strongest first; what was in clear last. */
static const unsigned tls_order[LEDGER_TLS_COUNT] = {
	LOG_TLS_1_3, LOG_TLS_1_2, LOG_TLS_1_1, LOG_TLS_1_0, LOG_TLS_SSL3, LOG_TLS_SOME,
	LOG_TLS_UNTOLD, LOG_TLS_NONE,
};

static const char *
tls_words(unsigned tls)
{
	switch (tls) {
	case LOG_TLS_NONE:
		return "in clear";
	case LOG_TLS_SOME:
		return "TLS, version not logged";
	case LOG_TLS_UNTOLD:
		return "panel, TLS not logged";
	default:
		return ledger_tls_name(tls);
	}
}

static uint64_t
sum(const uint64_t *counts)
{
	uint64_t total = 0;
	size_t i;

	for (i = 0; i < LEDGER_TLS_COUNT; i++)
		total += counts[i];
	return total;
}

/* For a bar behind so many columns. */
static unsigned
bar_room(const struct text *text, unsigned columns)
{
	unsigned room = text->width < columns + SHORTEST_BAR ? SHORTEST_BAR :
	    text->width - columns;

	return room < LONGEST_BAR ? room : LONGEST_BAR;
}

/* All bars of the totals begin in the same column. */
static void
print_share(const struct text *text, const char *words, uint64_t part, uint64_t whole,
    const char *color)
{
	if (part == 0)
		return;
	fprintf(text->out, "  %-24s %12s  %4s  ", words, text_count(text, part),
	    share_text(text->arena, part, whole));
	words = bar(text->arena, part, whole, bar_room(text, 47), text->utf8);
	if (color != NULL)
		text_print_colored(text, color, words);
	else
		fputs(words, text->out);
	fputc('\n', text->out);
}

static const char *
tls_color(unsigned tls)
{
	return tls == LOG_TLS_NONE || log_tls_is_old(tls) ? TEXT_BAD :
	    tls == LOG_TLS_SOME || tls == LOG_TLS_UNTOLD ? TEXT_UNKNOWN : NULL;
}

static void
print_mail_totals(const struct text *text)
{
	static const struct {
		enum ledger_direction direction;
		const char *words;
	} rows[] = {
		{ LEDGER_OUT, "Mail to other servers" },
		{ LEDGER_IN, "Mail from other servers" },
		{ LEDGER_SUBMITTED, "Mail from users who logged in" },
		{ LEDGER_LOCAL, "Mail from programs on this server" },
	};
	size_t row, i;

	for (row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
		const uint64_t *counts = text->summary->mail[rows[row].direction];
		uint64_t total = sum(counts);

		if (total == 0)
			continue;
		text_print_heading(text, arena_join(text->arena, rows[row].words, ": ",
		    text_counted(text, total, "message", "messages")));
		/* It crosses no wire. */
		for (i = 0; i < LEDGER_TLS_COUNT &&
		    rows[row].direction != LEDGER_LOCAL; i++)
			print_share(text, tls_words(tls_order[i]),
			    counts[tls_order[i]], total, tls_color(tls_order[i]));
	}
}

static void
print_login_totals(const struct text *text)
{
	uint64_t counts[LEDGER_TLS_COUNT] = { 0 }, trusted = 0, total;
	size_t service, i;

	for (service = 0; service < LEDGER_SERVICE_COUNT; service++) {
		trusted += text->summary->trusted[service];
		for (i = 0; i < LEDGER_TLS_COUNT; i++)
			counts[i] += text->summary->logins[service][i];
	}
	total = sum(counts) + trusted;
	if (total == 0)
		return;
	text_print_heading(text, arena_join(text->arena, "Logins: ", text_count(text, total)));
	for (i = 0; i < LEDGER_TLS_COUNT; i++)
		print_share(text, tls_words(tls_order[i]), counts[tls_order[i]], total,
		    tls_color(tls_order[i]));
	print_share(text, "from this server itself", trusted, total, NULL);
}

static void
print_failure_total(const struct text *text)
{
	if (text->summary->failures > 0)
		text_print_heading(text, arena_join(text->arena, "Failed logins: ",
		    text_count(text, text->summary->failures)));
}

static void
print_note_totals(const struct text *text)
{
	static const struct {
		enum ledger_note_kind kind;
		const char *words;
	} rows[] = {
		{ LEDGER_CLEAR_FALLBACK, "sent in clear because a handshake failed" },
		{ LEDGER_TLS_REQUIRED, "not sent because TLS is required" },
		{ LEDGER_TLS_FAILURE, "handshakes with us that failed" },
		{ LEDGER_CLEAR_REFUSED, "passwords in clear that were refused" },
		{ LEDGER_REJECTED, "rejected" },
		{ LEDGER_DEFERRED, "temporarily rejected" },
		{ LEDGER_BROKEN_ARRIVAL, "arrived, and the line could not be read whole" },
		{ LEDGER_BROKEN_DELIVERY, "delivered, and the line could not be read whole" },
	};
	const struct ledger_summary *summary = text->summary;
	size_t i, shown = 0;

	/* Of the server as a whole: they tell nothing of one domain. */
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]) && summary->domain == NULL; i++) {
		if (summary->notes[rows[i].kind] == 0)
			continue;
		if (shown++ == 0)
			text_print_heading(text, "Also in the logs");
		fprintf(text->out, "  %12s  %s\n",
		    text_count(text, summary->notes[rows[i].kind]), rows[i].words);
	}
}

/* ---- sections ---- */

static const char *
services(const struct text *text, unsigned bits)
{
	const char *words = "";
	unsigned i;

	for (i = 0; i < LEDGER_SERVICE_COUNT; i++)
		if ((bits & 1u << i) != 0)
			words = arena_join(text->arena, words, words[0] == '\0' ? "" : " ",
			    ledger_service_name((enum ledger_service)i));
	return words;
}

static void
add_source(const struct text *text, struct columns *columns, const struct ledger_group *group)
{
	columns_add(columns, text_or_untold(text, group->remote));
	columns_add(columns, text_count(text, group->failures));
	columns_add(columns, text_count(text, group->most));
	columns_add(columns, text_count(text, group->accounts));
	columns_add(columns, text_day(text, group->last_day));
	columns_add(columns, services(text, group->services));
}

static void
add_sender(const struct text *text, struct columns *columns, const struct ledger_group *group)
{
	columns_add(columns, text_account(text, group));
	columns_add(columns, text_count(text, group->hour_recipients));
	columns_add(columns, group->hour_recipients == 0 ? "" :
	    arena_printf(text->arena, "%s %02u:00", text_day(text, group->hour_day),
	    group->hour));
	columns_add(columns, text_count(text, group->most));
}

/* The direction is in the title. */
static void
add_partner(const struct text *text, struct columns *columns, const struct ledger_group *group)
{
	columns_add(columns, text_or_untold(text, group->remote));
	columns_add(columns, text_or_untold(text, group->domain));
	if (columns->form[4] != '\0')
		columns_add(columns, ledger_tls_name(group->tls));
	columns_add(columns, text_count(text, group->messages));
	columns_add(columns, text_day(text, group->last_day));
}

/* A block of the text: a section, or of one about partners a direction. */
struct block {
	enum ledger_section section;
	enum ledger_direction direction;
	const char *title;
	const char *form;
	const char *headings[COLUMNS_MAX];
	void (*add)(const struct text *, struct columns *, const struct ledger_group *);
	const char *remark;	/* what to know of it; NULL = nothing */
};

#define CLEAR_REMARK "Clear is what Exim logged without X=: it logs X= unless its " \
	"log_selector turns tls_cipher off."

/* What goes out comes first: that is ours to answer for. */
static const struct block blocks[] = {
	{ SECTION_CLEAR, LEDGER_OUT, "Partners reached in clear", "llrl",
	    { "partner", "our domain", "messages", "last" }, add_partner, CLEAR_REMARK },
	{ SECTION_CLEAR, LEDGER_IN, "Partners who reached us in clear", "llrl",
	    { "partner", "our domain", "messages", "last" }, add_partner, NULL },
	{ SECTION_OLD, LEDGER_OUT, "Partners reached below TLS 1.2", "lllrl",
	    { "partner", "our domain", "version", "messages", "last" }, add_partner, NULL },
	{ SECTION_OLD, LEDGER_IN, "Partners who reached us below TLS 1.2", "lllrl",
	    { "partner", "our domain", "version", "messages", "last" }, add_partner, NULL },
	{ SECTION_LOGINS, 0, "Logins without TLS", "lllrl",
	    { "account", "by", "from", "logins", "last" }, text_add_login, NULL },
	{ SECTION_CLIENTS, 0, "Logins below TLS 1.2", "llllrl",
	    { "account", "by", "from", "version", "logins", "last" }, text_add_login, NULL },
	{ SECTION_FAILURES, 0, "Sources of failed logins", "lrrrll",
	    { "source", "failures", "most in a day", "accounts", "last", "services" },
	    add_source, NULL },
	{ SECTION_BURSTS, 0, "Most recipients in an hour, and of a message", "lrlr",
	    { "account", "in an hour", "when", "of a message" }, add_sender, NULL },
};

static void
print_block(const struct text *text, const struct block *block)
{
	const struct ledger_groups *groups = &text->summary->sections[block->section];
	size_t count = 0, i;
	struct columns columns;

	columns_begin(&columns, text->arena, TEXT_INDENT, block->form, block->headings);
	/* Lines about accounts and sources have the direction 0, as their blocks do. */
	for (i = 0; i < groups->count; i++)
		if (groups->items[i].direction == block->direction &&
		    ++count <= TEXT_SHOWN)
			block->add(text, &columns, &groups->items[i]);
	text_print_heading(text, arena_join(text->arena, block->title, ": ",
	    count == 0 ? "none" : text_count(text, count)));
	if (count == 0)
		return;
	columns_print(&columns, text->out);
	text_print_more(text, count < TEXT_SHOWN ? count : TEXT_SHOWN, count);
	if (block->remark != NULL)
		text_print_sentence(text, NULL, TEXT_INDENT, block->remark);
}

/* ---- by day, domain, account ---- */

static uint64_t
bar_value(const struct ledger_group *group, enum ledger_by by)
{
	return by == BY_ACCOUNT ? group->messages + group->logins : group->messages;
}

static void
add_table_line(const struct text *text, struct columns *columns,
    const struct ledger_group *group)
{
	enum ledger_by by = text->summary->by;

	columns_add(columns, by == BY_DAY ? text_day(text, group->day) :
	    by == BY_DOMAIN ? text_or_untold(text, group->domain) : text_account(text, group));
	columns_add(columns, text_count(text, group->messages));
	columns_add(columns, text_count(text, by == BY_ACCOUNT ? group->recipients :
	    group->clear));
	if (by != BY_ACCOUNT)
		columns_add(columns, text_count(text, group->old));
	columns_add(columns, text_count(text, group->logins));
	columns_add(columns, text_count(text, group->clear_logins));
	columns_add(columns, text_count(text, group->failures));
}

/* The bars have what room the columns leave. */
static void
print_table(const struct text *text)
{
	static const char *const by_account[] = {
		"account", "messages", "recipients", "logins", "no TLS", "failed", "",
	};
	static const char *const by_other[] = {
		"", "messages", "clear", "old TLS", "logins", "no TLS", "failed", "",
	};
	static const char *const titles[] = {
		[BY_DAY] = "By day", [BY_DOMAIN] = "By domain", [BY_ACCOUNT] = "By account",
	};
	const struct ledger_groups *groups = &text->summary->table;
	enum ledger_by by = text->summary->by;
	size_t shown = by == BY_DAY || groups->count < TEXT_SHOWN ? groups->count : TEXT_SHOWN, i;
	struct columns columns;
	uint64_t largest = 0;
	unsigned room, pass;

	text_print_heading(text, titles[by]);
	for (i = 0; i < shown; i++)
		if (bar_value(&groups->items[i], by) > largest)
			largest = bar_value(&groups->items[i], by);
	for (room = 0, pass = 0; pass < 2; pass++) {
		columns_begin(&columns, text->arena, TEXT_INDENT, by == BY_ACCOUNT ?
		    "lrrrrrl" : "lrrrrrrl", by == BY_ACCOUNT ? by_account : by_other);
		for (i = 0; i < shown; i++) {
			add_table_line(text, &columns, &groups->items[i]);
			columns_add(&columns, bar(text->arena,
			    bar_value(&groups->items[i], by), largest, room, text->utf8));
		}
		room = bar_room(text, columns_width(&columns));
	}
	columns_print(&columns, text->out);
	text_print_more(text, shown, groups->count);
}

/* Of the domain that was asked for; a misspelled one has none. */
static bool
has_rows(const struct ledger_summary *summary)
{
	uint64_t rows = summary->failures;
	size_t i, tls;

	for (tls = 0; tls < LEDGER_TLS_COUNT; tls++) {
		for (i = 0; i < LEDGER_DIRECTIONS; i++)
			rows |= summary->mail[i][tls];
		for (i = 0; i < LEDGER_SERVICE_COUNT; i++)
			rows |= summary->logins[i][tls];
	}
	for (i = 0; i < LEDGER_SERVICE_COUNT; i++)
		rows |= summary->trusted[i];
	for (i = 0; i < SECTION_COUNT; i++)
		rows |= summary->sections[i].count;
	return rows != 0;
}

static void
print_all(const struct text *text, unsigned sections)
{
	size_t i;

	print_mail_totals(text);
	print_login_totals(text);
	print_failure_total(text);
	print_note_totals(text);
	if (text->summary->by != BY_NOTHING)
		print_table(text);
	for (i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		if ((sections & 1u << blocks[i].section) != 0)
			print_block(text, &blocks[i]);
}

void
ledger_report_text(FILE *out, const struct ledger_report *report,
    const struct ledger_text_options *options)
{
	const struct ledger_summary *summary = report->summary;
	struct text text;

	text_begin(&text, out, options, report->names);
	text.summary = summary;
	text_print_coverage(&text, &report->covered, summary->domain);
	if (summary->first_day != 0)
		print_lines(&text);
	if (summary->first_day == 0)
		text_print_sentence(&text, NULL, 0,
		    "the ledger has nothing of these days");
	else if (summary->domain != NULL && !has_rows(summary))
		text_print_sentence(&text, NULL, 0, arena_printf(text.arena,
		    "the ledger has nothing of %s in these days", summary->domain));
	else
		print_all(&text, report->sections);
	text_end(&text);
}
