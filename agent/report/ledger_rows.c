#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "report/escape.h"
#include "report/ledger_report.h"

/* One day's rows of one kind, as they are being gathered. */
struct rows {
	struct arena *arena;
	const struct ledger *day;
	const struct ledger_row_options *options;
	const char **lines;	/* tabs between the columns */
	size_t count;
};

/* ---- names ---- */

static int
compare_names(const void *left, const void *right)
{
	const struct account_name *a = left, *b = right;

	return strcmp(a->key, b->key);
}

void
account_names_sort(struct account_names *names)
{
	if (names->count > 0)
		qsort(names->items, names->count, sizeof(*names->items), compare_names);
}

const char *
account_names_find(const struct account_names *names, const char *key)
{
	struct account_name wanted = { .name = NULL };
	const struct account_name *found;

	if (names == NULL || names->count == 0 || strlen(key) != sizeof(wanted.key) - 1)
		return NULL;
	memcpy(wanted.key, key, sizeof(wanted.key));
	found = bsearch(&wanted, names->items, names->count, sizeof(*names->items),
	    compare_names);
	return found == NULL ? NULL : found->name;
}

/* ---- one row ---- */

static bool
in_sections(const struct rows *rows, bool clear, bool old,
    enum ledger_section clear_section, enum ledger_section old_section)
{
	unsigned sections = rows->options->sections;

	return (clear && (sections & 1u << clear_section) != 0) ||
	    (old && (sections & 1u << old_section) != 0);
}

static bool
is_wanted(const struct rows *rows, uint32_t domain, bool in_section)
{
	const char *wanted = rows->options->domain;

	return (wanted == NULL || strcmp(wanted, ledger_text(rows->day, domain)) == 0) &&
	    (rows->options->sections == SECTION_ALL || in_section);
}

/* A name of a log, fit for a line. */
static const char *
name(const struct rows *rows, uint32_t number)
{
	const char *text = ledger_text(rows->day, number);

	return escape_terminal(rows->arena, text, strlen(text));
}

static const char *
account(const struct rows *rows, uint32_t number)
{
	const char *key = ledger_text(rows->day, number);
	const char *known = account_names_find(rows->options->names, key);

	return known == NULL ? name(rows, number) :
	    escape_terminal(rows->arena, known, strlen(known));
}

static void
add_line(struct rows *rows, const char *line)
{
	*arena_push(rows->arena, &rows->lines, &rows->count) = line;
}

static void
add_mails(struct rows *rows)
{
	char day[11];
	size_t count, i;
	const struct ledger_mail *row = ledger_mails(rows->day, &count);

	for (i = 0; i < count; i++, row++) {
		bool partner = row->direction == LEDGER_IN ||
		    row->direction == LEDGER_OUT;

		if (!is_wanted(rows, row->hosted, partner && in_sections(rows,
		    row->tls == LOG_TLS_NONE, log_tls_is_old(row->tls),
		    SECTION_CLEAR, SECTION_OLD)))
			continue;
		log_day_text(row->day, day);
		add_line(rows, arena_printf(rows->arena,
		    "mail\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%" PRIu64 "\t%" PRIu64,
		    day, ledger_direction_name(row->direction),
		    name(rows, row->remote), name(rows, row->hosted),
		    ledger_tls_name(row->tls), name(rows, row->cipher),
		    ledger_verified_name(row->verified),
		    ledger_signed_name(row->signed_by), row->messages,
		    row->recipients));
	}
}

static void
add_logins(struct rows *rows)
{
	char day[11];
	size_t count, i;
	const struct ledger_login *row = ledger_logins(rows->day, &count);

	for (i = 0; i < count; i++, row++) {
		if (!is_wanted(rows, row->domain, in_sections(rows,
		    row->tls == LOG_TLS_NONE && !row->trusted,
		    log_tls_is_old(row->tls), SECTION_LOGINS, SECTION_CLIENTS)))
			continue;
		log_day_text(row->day, day);
		add_line(rows, arena_printf(rows->arena,
		    "login\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%06" PRIx32 "\t%" PRIu64,
		    day, ledger_service_name(row->service), name(rows, row->domain),
		    account(rows, row->account), name(rows, row->method),
		    ledger_tls_name(row->tls), name(rows, row->cipher),
		    name(rows, row->network), row->trusted ? "yes" : "no",
		    row->hours, row->count));
	}
}

static void
add_failures(struct rows *rows)
{
	char day[11];
	size_t count, i;
	const struct ledger_failure *row = ledger_failures(rows->day, &count);

	for (i = 0; i < count; i++, row++) {
		if (!is_wanted(rows, row->domain, in_sections(rows, true, false,
		    SECTION_FAILURES, SECTION_FAILURES)))
			continue;
		log_day_text(row->day, day);
		add_line(rows, arena_printf(rows->arena,
		    "failure\t%s\t%s\t%s\t%s\t%s\t%" PRIu64, day,
		    ledger_service_name(row->service), name(rows, row->domain),
		    account(rows, row->account), name(rows, row->source),
		    row->count));
	}
}

static void
add_senders(struct rows *rows)
{
	char day[11];
	size_t count, i, hour;
	const struct ledger_sender *row = ledger_senders(rows->day, &count);

	for (i = 0; i < count; i++, row++) {
		/* 24 counts of ten digits, and what stands between them */
		char hours[24 * 11 + 1], *at = hours;

		if (!is_wanted(rows, row->domain, in_sections(rows, true, false,
		    SECTION_BURSTS, SECTION_BURSTS)))
			continue;
		for (hour = 0; hour < 24; hour++)
			at += sprintf(at, "%s%" PRIu32, hour == 0 ? "" :
			    rows->options->csv ? " " : ",", row->hours[hour]);
		log_day_text(row->day, day);
		add_line(rows, arena_printf(rows->arena, "sender\t%s\t%s\t%s\t%" PRIu64
		    "\t%" PRIu64 "\t%" PRIu32 "\t%s", day, name(rows, row->domain),
		    account(rows, row->account), row->messages, row->recipients,
		    row->most, hours));
	}
}

/* Of the server as a whole: not where one domain or some sections are asked for. */
static void
add_notes(struct rows *rows)
{
	char day[11];
	size_t count, i;
	const struct ledger_note *row = ledger_notes(rows->day, &count);

	for (i = 0; i < count; i++, row++) {
		if (rows->options->domain != NULL ||
		    rows->options->sections != SECTION_ALL)
			continue;
		log_day_text(row->day, day);
		add_line(rows, arena_printf(rows->arena, "note\t%s\t%s\t%s\t%" PRIu64,
		    day, ledger_note_name(row->kind), name(rows, row->name),
		    row->count));
	}
}

/* ---- all of them ---- */

/* A tab is below all that a column can hold: lines sort as their columns do. */
static int
compare_lines(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void
write_csv(FILE *out, struct arena *arena, const char *line)
{
	for (;;) {
		size_t length = strcspn(line, "\t");

		fputs(escape_csv(arena, line, length), out);
		line += length;
		if (*line == '\0')
			break;
		fputc(',', out);
		line++;
	}
	fputc('\n', out);
}

void
ledger_rows_write(FILE *out, const struct ledger *day, enum ledger_row_kind kind,
    const struct ledger_row_options *options)
{
	static void (*const adders[ROW_KIND_COUNT])(struct rows *) = {
		[ROW_MAIL] = add_mails,
		[ROW_LOGIN] = add_logins,
		[ROW_FAILURE] = add_failures,
		[ROW_SENDER] = add_senders,
		[ROW_NOTE] = add_notes,
	};
	struct rows rows = { .arena = arena_new(), .day = day, .options = options };
	size_t i;

	adders[kind](&rows);
	if (rows.count > 0)
		qsort(rows.lines, rows.count, sizeof(*rows.lines), compare_lines);
	for (i = 0; i < rows.count; i++) {
		if (options->csv)
			write_csv(out, rows.arena, rows.lines[i]);
		else
			fprintf(out, "%s\n", rows.lines[i]);
	}
	arena_free(rows.arena);
}
