/* What every form of cpward ledger begins with: reading the logs. */
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "cmd/cmd_ledger.h"
#include "collect/collect.h"

#define DEFAULT_DAYS 30

/* ---- standard output ---- */

/*
 * Names are for the admin's eyes: what goes into a pipe ends up in mails,
 * tickets and other logs. A file is made for its owner alone.
 */
int
cmd_names_check(struct arena *arena, const struct options *options, struct err *err)
{
	bool to_stdout = options->outputs.count == 0;
	const char *path;
	size_t i;

	for (i = 0; i < options->outputs.count; i++) {
		(void)cmd_output_split(arena, options->outputs.items[i], &path);
		to_stdout |= path == NULL;
	}
	if (!options->names || !to_stdout || isatty(STDOUT_FILENO))
		return 0;
	err_set(err, ERR_USAGE, "--names: standard output is no terminal, and "
	    "names of accounts are shown on one or in a file alone");
	return err_hint(err, "-o text:FILE makes a file that only its owner can read");
}

bool
cmd_utf8(const char *path)
{
	struct termios terminal;

	return path == NULL && isatty(STDOUT_FILENO) &&
	    tcgetattr(STDOUT_FILENO, &terminal) == 0 &&
	    (terminal.c_iflag & IUTF8) != 0;
}

/* ---- which days ---- */

/* A day as it is printed: what is not one does not come back as it was. */
static int
read_day(const char *text, int32_t *ret_day, struct err *err)
{
	char again[11];
	int32_t day;

	if (strlen(text) == 10 && strspn(text, "0123456789-") == 10) {
		day = log_day(atoi(text), atoi(text + 5), atoi(text + 8));
		log_day_text(day, again);
		if (strcmp(again, text) == 0) {
			*ret_day = day;
			return 0;
		}
	}
	return err_set(err, ERR_USAGE, "--since: \"%.40s\", wanted a day as in "
	    "2026-11-21", text);
}

/* The server's: logs have local time. */
static int
today(struct host *host, int32_t *ret_day, struct err *err)
{
	time_t now = (time_t)host_now(host);
	struct tm local;

	if (now < 0 || localtime_r(&now, &local) == NULL)
		return err_set(err, ERR_IO, "what day it is can not be told");
	*ret_day = log_day(local.tm_year + 1900, local.tm_mon + 1, local.tm_mday);
	return 0;
}

static int
choose_days(const struct options *options, struct ledger_run *run, struct err *err)
{
	unsigned days = options->days != 0 ? options->days : DEFAULT_DAYS;

	if (options->days != 0 && options->since != NULL)
		return err_set(err, ERR_USAGE, "ledger: --days and --since are "
		    "two ways to say the same, wanted one");
	if (options->since != NULL) {
		run->last_day = DAY_END;
		return read_day(options->since, &run->first_day, err);
	}
	if (run->host == NULL)
		return 0;
	if (today(run->host, &run->last_day, err) != 0)
		return -1;
	run->first_day = run->last_day - (int32_t)days + 1;
	return 0;
}

/* ---- reading ---- */

static void
add_unread(struct arena *arena, const struct options *options,
    struct ledger_run *run, const char *sentence)
{
	*arena_push(arena, &run->unread, &run->unread_count) = sentence;
	cmd_warn((void *)(uintptr_t)options, sentence);
}

static void
look_at_log(struct arena *arena, const struct options *options,
    struct ledger_run *run, const struct ledger_log *log)
{
	const char *why = log->why == NULL ? "no reason given" : log->why;

	if (log->status == ANSWER_FAILED)
		add_unread(arena, options, run, log->why != NULL &&
		    strncmp(why, log->path, strlen(log->path)) == 0 ?
		    arena_join(arena, "could not be read: ", why) :
		    arena_join(arena, log->path, " could not be read: ", why));
	if (log->status == ANSWER_SKIPPED)
		add_unread(arena, options, run,
		    arena_join(arena, log->path, " was not read: ", why));
	if (log->gap != NULL)
		add_unread(arena, options, run, arena_join(arena, log->path,
		    ": lines may be missing: ", log->gap));
	if (log->result.incomplete != NULL)
		add_unread(arena, options, run, arena_join(arena, log->path,
		    " was not read whole: ", log->result.incomplete));
}

/* Without Exim's the rest says little; another that is not there is no fault. */
static void
look_at_logs(struct arena *arena, const struct options *options,
    struct ledger_run *run)
{
	const char *absent = "";
	bool nothing_read = true, no_exim = false;
	size_t i;

	for (i = 0; i < run->update.log_count; i++) {
		const struct ledger_log *log = &run->update.logs[i];

		if (log->status == ANSWER_OK || log->result.read)
			nothing_read = false;
		if (log->status == ANSWER_ABSENT || log->status == ANSWER_NO_PARENT)
			absent = arena_join(arena, absent,
			    absent[0] == '\0' ? "" : ", ", log->path);
		if (log->kind == LOG_EXIM && (log->status == ANSWER_ABSENT ||
		    log->status == ANSWER_NO_PARENT))
			no_exim = true;
		look_at_log(arena, options, run, log);
	}
	if (nothing_read && absent[0] != '\0')
		add_unread(arena, options, run, arena_join(arena,
		    "nothing was read, for there is no ", absent));
	else if (no_exim)
		add_unread(arena, options, run, arena_join(arena,
		    "Exim's log was not read, for there is no ", absent));
}

static struct facts *
collect_needs(struct arena *arena, struct host *host, const char *const *needs)
{
	struct collect_options options = { .need_count = 0 };
	struct facts *facts = facts_new(arena);
	const char **all = NULL;

	*arena_push(arena, &all, &options.need_count) = "exim.log_file_path";
	*arena_push(arena, &all, &options.need_count) = "dovecot.log_path";
	*arena_push(arena, &all, &options.need_count) = "dovecot.info_log_path";
	for (; needs != NULL && *needs != NULL; needs++)
		*arena_push(arena, &all, &options.need_count) = *needs;
	options.needs = all;
	collect_all(host, facts, &options);
	return facts;
}

/* Where that is not known the usual files are read: they are there to be looked at. */
static void
choose_logs(struct arena *arena, const struct options *options, struct ledger_run *run,
    struct ledger_update_options *update)
{
	const struct ledger_place exim = ledger_exim_place(arena, run->facts);

	if (exim.elsewhere)
		add_unread(arena, options, run, exim.why);
	update->exim_log = exim.path;
	update->dovecot_log = ledger_dovecot_place(arena, run->facts).path;
}

int
ledger_run_open(struct arena *arena, const struct options *options,
    const char *const *needs, struct ledger_run *run, struct err *err)
{
	struct ledger_update_options update = { .directory = NULL };

	*run = (struct ledger_run){ .host = NULL };
	/* What is wrong with the command line is said before any work. */
	if (choose_days(options, run, err) != 0 ||
	    cmd_config(arena, options, &run->config, err) != 0)
		return -1;
	run->host = cmd_host(options, &run->config, err);
	if (run->host == NULL || choose_days(options, run, err) != 0)
		return -1;
	run->facts = collect_needs(arena, run->host, needs);
	choose_logs(arena, options, run, &update);
	update.directory = cmd_ledger_directory(arena, options, &run->config);
	run->days = ledger_update(run->host, arena, &update, &run->update, err);
	if (run->days == NULL)
		return -1;
	look_at_logs(arena, options, run);
	return 0;
}

void
ledger_run_close(struct ledger_run *run)
{
	ledger_days_close(run->days);
	host_free(run->host);
}

void
ledger_run_covered(const struct ledger_run *run, int32_t last_row,
    struct ledger_covered *ret_covered)
{
	int32_t end = last_row < run->first_day ? run->first_day : last_row;

	*ret_covered = (struct ledger_covered){
		.version = CPWARD_VERSION,
		.first_day = run->first_day,
		.last_day = run->last_day == DAY_END ? end : run->last_day,
		.update = &run->update,
		.unread = run->unread,
		.unread_count = run->unread_count,
	};
}

int
ledger_run_status(const struct ledger_run *run)
{
	return run->unread_count == 0 ? EXIT_OK : EXIT_UNKNOWN;
}
