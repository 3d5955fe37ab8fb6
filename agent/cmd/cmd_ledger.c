/* cpward ledger: what the logs prove, and reading what is new in them. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "cmd/cmd_ledger.h"
#include "report/escape.h"
#include "report/ledger_columns.h"

static const char *const formats[] = { "text", "json", "csv", "tsv", NULL };

/* What the words of the command line ask for. */
struct asked {
	unsigned sections;
	enum ledger_by by;
	const char *domain;
};

/* ---- the command line ---- */

static int
read_sections(const struct options *options, unsigned *ret_sections, struct err *err)
{
	unsigned sections = 0, section;
	size_t i;

	for (i = 0; i < options->arguments.count; i++) {
		const char *word = options->arguments.items[i];

		for (section = 0; section < SECTION_COUNT; section++)
			if (strcmp(word, ledger_section_word(section)) == 0)
				break;
		if (section == SECTION_COUNT) {
			err_set(err, ERR_USAGE, "ledger: no section \"%.40s\", wanted "
			    "clear, old, logins, clients, failures or bursts", word);
			return err_hint(err, "update and forecast stand alone, "
			    "in the first place");
		}
		sections |= 1u << section;
	}
	*ret_sections = sections == 0 ? SECTION_ALL : sections;
	return 0;
}

static int
read_by(const char *word, enum ledger_by *ret_by, struct err *err)
{
	static const char *const words[] = {
		[BY_DAY] = "day", [BY_DOMAIN] = "domain", [BY_ACCOUNT] = "account",
	};
	enum ledger_by by;

	*ret_by = BY_NOTHING;
	if (word == NULL)
		return 0;
	for (by = BY_DAY; by <= BY_ACCOUNT; by++)
		if (strcmp(word, words[by]) == 0) {
			*ret_by = by;
			return 0;
		}
	return err_set(err, ERR_USAGE, "--by: \"%.40s\", wanted day, domain or "
	    "account", word);
}

static const char *
lower(struct arena *arena, const char *text)
{
	char *copy, *at;

	if (text == NULL)
		return NULL;
	copy = arena_strdup(arena, text);
	for (at = copy; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	return copy;
}

static int
read_asked(struct arena *arena, const struct options *options,
    struct asked *ret_asked, struct err *err)
{
	struct asked asked = { .domain = lower(arena, options->domain) };

	if (options->condition != NULL)
		return err_set(err, ERR_USAGE, "--if: wanted with \"ledger forecast\" "
		    "alone");
	if (read_sections(options, &asked.sections, err) != 0 ||
	    read_by(options->by, &asked.by, err) != 0 ||
	    cmd_outputs_check(arena, options, formats, err) != 0 ||
	    cmd_names_check(arena, options, err) != 0)
		return -1;
	/* Who asks for a table does not want six more under it. */
	if (asked.by != BY_NOTHING && options->arguments.count == 0)
		asked.sections = 0;
	*ret_asked = asked;
	return 0;
}

/* ---- writing ---- */

struct row_visit {
	FILE *out;
	enum ledger_row_kind kind;
	const struct ledger_row_options *options;
};

static void
visit_rows(const struct ledger *day, int32_t number, void *data)
{
	const struct row_visit *visit = data;

	(void)number;
	ledger_rows_write(visit->out, day, visit->kind, visit->options);
}

/* A kind after the other, so that no more than a day is in memory. */
static int
write_rows(FILE *out, const struct ledger_run *run,
    const struct ledger_row_options *options, struct err *err)
{
	struct row_visit visit = { .out = out, .options = options };

	for (visit.kind = 0; visit.kind < ROW_KIND_COUNT; visit.kind++)
		if (ledger_days_each(run->days, run->first_day, run->last_day,
		    visit_rows, &visit, err) != 0)
			return -1;
	return 0;
}

static int
write_output(struct arena *arena, const struct options *options, const char *option,
    const struct ledger_run *run, const struct ledger_report *report, struct err *err)
{
	const char *path, *format = cmd_output_split(arena, option, &path);
	const struct ledger_text_options text = {
		.color = cmd_color(options, path),
		.utf8 = cmd_utf8(path),
		.width = cmd_width(path),
	};
	const struct ledger_row_options rows = {
		.csv = strcmp(format, "csv") == 0,
		.domain = report->summary->domain,
		.sections = report->sections == 0 ? SECTION_ALL : report->sections,
		.names = report->names,
	};
	struct output output;

	if (output_open(&output, path, err) != 0)
		return -1;
	if (strcmp(format, "text") == 0)
		ledger_report_text(output.stream, report, &text);
	else if (strcmp(format, "json") == 0)
		ledger_report_json(output.stream, report);
	else
		(void)write_rows(output.stream, run, &rows, err);
	return output_close(&output, err);
}

static void
visit_summary(const struct ledger *day, int32_t number, void *data)
{
	ledger_summary_add(data, day, number);
}

static int
show(struct arena *arena, const struct options *options, const struct asked *asked,
    const struct ledger_run *run, struct err *err)
{
	struct account_names names = { .count = 0 };
	struct ledger_summary summary;
	struct ledger_report report = {
		.summary = &summary,
		.sections = asked->sections,
	};
	size_t i;

	ledger_summary_init(&summary, arena, asked->domain, asked->by);
	if (ledger_days_each(run->days, run->first_day, run->last_day,
	    visit_summary, &summary, err) != 0)
		return -1;
	ledger_summary_sort(&summary);
	ledger_run_covered(run, summary.last_day, &report.covered);
	if (options->names) {
		ledger_run_names(arena, run, &names);
		report.names = &names;
	}
	if (options->outputs.count == 0)
		return write_output(arena, options, "text", run, &report, err);
	for (i = 0; i < options->outputs.count; i++)
		if (write_output(arena, options, options->outputs.items[i], run,
		    &report, err) != 0)
			return -1;
	return 0;
}

/* ---- update ---- */

static const char *
state_words(const struct ledger_log *log)
{
	switch (log->status) {
	case ANSWER_OK:
		return log->result.lines == 0 ? "nothing new" : NULL;
	case ANSWER_ABSENT:
	case ANSWER_NO_PARENT:
		return "is not there";
	case ANSWER_FAILED:
	case ANSWER_SKIPPED:
		break;
	}
	return "could not be read";
}

/* "/var/log/maillog: 12 lines, 2026-11-20 to 2026-11-21" */
static void
print_log(struct arena *arena, const struct ledger_log *log)
{
	const char *words = state_words(log);
	char first[11], last[11];

	printf("%s: ", escape_terminal(arena, log->path, strlen(log->path)));
	if (log->result.lines > 0) {
		log_day_text(log->result.first_day, first);
		log_day_text(log->result.last_day, last);
		printf("%s new line%s, %s bytes, %s to %s",
		    count_text(arena, log->result.lines),
		    log->result.lines == 1 ? "" : "s",
		    count_text(arena, log->result.bytes), first, last);
		if (log->result.broken > 0)
			printf(", %s could not be understood",
			    count_text(arena, log->result.broken));
		fputs(words != NULL ? "; " : "", stdout);
	}
	printf("%s\n", words != NULL ? words : "");
}

static int
update_flags(const struct options *options, struct err *err)
{
	if (options->arguments.count > 1)
		return err_set(err, ERR_USAGE, "ledger update: got \"%.40s\", wanted "
		    "no more words", options->arguments.items[1]);
	if (options->days != 0 || options->since != NULL || options->by != NULL ||
	    options->domain != NULL || options->names || options->condition != NULL ||
	    options->outputs.count > 0)
		return err_set(err, ERR_USAGE, "ledger update: shows nothing, so it "
		    "takes no --days, --since, --by, --domain, --names, --if and -o");
	return 0;
}

static int
update(struct arena *arena, const struct options *options, struct err *err)
{
	struct ledger_run run;
	size_t i;
	int status = -1;

	if (update_flags(options, err) != 0)
		return -1;
	if (ledger_run_open(arena, options, NULL, &run, err) == 0) {
		for (i = 0; i < run.update.log_count; i++)
			print_log(arena, &run.update.logs[i]);
		status = ledger_run_status(&run);
	}
	ledger_run_close(&run);
	return status;
}

int
cmd_ledger(struct arena *arena, const struct options *options, struct err *err)
{
	const char *word = options->arguments.count == 0 ? "" :
	    options->arguments.items[0];
	struct ledger_run run;
	struct asked asked = { .by = BY_NOTHING };
	int status = -1;

	if (strcmp(word, "update") == 0)
		return update(arena, options, err);
	if (strcmp(word, "forecast") == 0)
		return cmd_ledger_forecast(arena, options, err);
	if (read_asked(arena, options, &asked, err) != 0)
		return -1;
	if (ledger_run_open(arena, options, NULL, &run, err) == 0 &&
	    show(arena, options, &asked, &run, err) == 0)
		status = ledger_run_status(&run);
	ledger_run_close(&run);
	return status;
}
