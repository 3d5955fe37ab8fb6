/* Which logs there are, what of them is new, and where what they say is kept. */
#include "collect/ledger_update.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"

enum { DEFAULT_SECONDS = 60, MS_PER_SECOND = 1000 };

/*
 * Where the logs are: the first path that is there. Ubuntu has mail.log. The
 * largest comes last: what it has is spilled as it is counted.
 */
struct place {
	enum log_kind kind;
	const char *paths[2];
};

static const struct place places[] = {
	{ LOG_DOVECOT, { "/var/log/maillog", "/var/log/mail.log" } },
	{ LOG_PANEL, { "/usr/local/cpanel/logs/login_log", NULL } },
	{ LOG_EXIM, { "/var/log/exim_mainlog", NULL } },
};

enum { PLACE_COUNT = sizeof places / sizeof places[0] };

struct ledger_days {
	struct ledger_store *store;	/* NULL: memory has all there is */
	struct ledger *memory;
	unsigned char secret[LEDGER_SECRET_BYTES];
};

struct update {
	struct host *host;
	struct arena *arena;
	const struct ledger_update_options *options;
	const unsigned char *secret;
	struct ledger_store *store;	/* NULL = memory holds it all */
	int64_t deadline;
	struct ledger *ledger;
	struct ledger_state state;
	struct ledger_update *result;
};

/* ---- one log ---- */

static const struct log_position *
position_of(const struct ledger_state *state, const char *log)
{
	size_t i;

	for (i = 0; i < state->position_count; i++)
		if (strcmp(state->positions[i].log, log) == 0)
			return &state->positions[i];
	return NULL;
}

static void
position_set(struct update *update, const struct log_position *position)
{
	struct ledger_state *state = &update->state;
	size_t i;

	for (i = 0; i < state->position_count; i++)
		if (strcmp(state->positions[i].log, position->log) == 0)
			break;
	if (i == state->position_count)
		(void)arena_push(update->arena, &state->positions, &state->position_count);
	state->positions[i] = *position;
}

static int
log_spill(void *data, const struct ledger *ledger, int32_t first, struct err *err)
{
	const struct update *update = data;

	return ledger_stage(update->store, ledger, first, err);
}

/*
 * From which day on nothing is missing from this log, as far as this run can tell;
 * 0: nothing new is missing. The next run finds where this one left off, and says
 * no more of it. A log that was emptied has no line yet: its file's day is the least.
 */
static int32_t
hole_end(const struct ledger_log *log, const struct log_position *before)
{
	int32_t day = 0;

	/*
	 * Between which of the lines that could be read it lies nobody knows; nor where one
	 * of them is older than what was read before.
	 */
	if (log->lost || ((log->gap != NULL || log->result.incomplete != NULL) &&
	    log->result.first_day < before->last_day))
		day = log->result.last_day;
	else if (log->gap != NULL || log->result.incomplete != NULL)
		day = log->result.first_day;
	else
		return 0;
	/* A line may be of a day to come, whoever wrote it. */
	return day != 0 && day < log->newest_day ? day : log->newest_day;
}

/* A first run begins with the first line that it reads: before that there is no hole. */
static int32_t
log_first_day(const struct ledger_log *log, const struct log_position *before)
{
	int32_t first = before != NULL && before->first_day != 0 ? before->first_day :
	    log->result.first_day;
	int32_t end = before != NULL ? hole_end(log, before) : 0;

	return end > first ? end : first;
}

/* The newest of the lines that were read, the last of which may be older. */
static void
last_day_settle(struct ledger_log *log, const struct log_position *before)
{
	int32_t *last = &log->result.position.last_day;
	int32_t newest = log->result.last_day < log->newest_day ? log->result.last_day : log->newest_day;

	if (log->result.last_day != 0 && newest > *last)
		*last = newest;
	if (before != NULL && before->last_day > *last && before->last_day <= log->newest_day)
		*last = before->last_day;
}

/* What was counted is kept, and where the next run goes on; or all of it is dropped. */
static void
log_keep(struct update *update, struct ledger_log *log, const struct ledger *counted,
    struct ledger_open *open, size_t open_count)
{
	if (!log->result.read) {
		if (log->kind == LOG_EXIM && update->store != NULL)
			ledger_unstage(update->store);
		return;
	}
	ledger_merge(update->ledger, counted);
	last_day_settle(log, position_of(&update->state, log->path));
	log->result.position.first_day = log_first_day(log, position_of(&update->state, log->path));
	position_set(update, &log->result.position);
	if (log->kind == LOG_EXIM) {
		update->state.open = open;
		update->state.open_count = open_count;
	}
}

static int
log_read(struct update *update, struct ledger_log *log, const struct log_parts *parts, struct err *err)
{
	bool spills = log->kind == LOG_EXIM && update->store != NULL;
	struct log_count_options options = {
		.kind = log->kind,
		.log = log->path,
		.secret = update->secret,
		.deadline = update->deadline,
		.position = parts->gap == NULL ? position_of(&update->state, log->path) : NULL,
		.spill = spills ? log_spill : NULL,
		.spill_data = update,
	};
	bool goes_on = log->kind == LOG_EXIM && options.position != NULL;
	struct ledger_open *open = goes_on ? update->state.open : NULL;
	size_t open_count = goes_on ? update->state.open_count : 0;
	struct ledger *counted = ledger_new(update->secret);
	int status = log_count(update->arena, parts, &options, counted, &open, &open_count,
	    &log->result, err);

	log_keep(update, log, counted, open, open_count);
	ledger_free(counted);
	return status;
}

/*
 * Of the rotated files that were written to since, those that begin behind the
 * last line that was read. A file's time alone is no proof: backups are restored.
 */
static void
leave_read_parts(const struct update *update, const struct ledger_log *log,
    const struct log_position *position, struct log_parts *parts)
{
	const struct log_count_options options = {
		.kind = log->kind,
		.log = log->path,
		.secret = update->secret,
	};
	size_t first = parts->count - 1;

	while (first > 0 && log_part_first_day(update->arena, &parts->parts[first - 1],
	    &options) > position->last_day)
		first--;
	log_parts_leave(parts, first);
}

static int
log_look(struct update *update, struct ledger_log *log, struct err *err)
{
	const struct log_position *position = position_of(&update->state, log->path);
	struct log_parts parts;
	const struct log_part *newest;
	int status = 0;

	log_parts_find(update->host, update->arena, log->path, position, &parts);
	if (parts.gap != NULL)
		leave_read_parts(update, log, position, &parts);
	log->gap = parts.gap;
	log->lost = parts.lost;
	log->status = parts.absent ? ANSWER_ABSENT : parts.count == 0 || parts.failed != NULL ?
	    ANSWER_FAILED : ANSWER_OK;
	log->why = parts.failed;
	if (parts.count > 0) {
		newest = &parts.parts[parts.count - 1];
		log->size = newest->file.size;
		log->mtime = newest->file.mtime;
		log->newest_day = newest->reference_day;
		status = log_read(update, log, &parts, err);
	}
	position = position_of(&update->state, log->path);
	log->first_day = position != NULL ? position->first_day : 0;
	log_parts_close(&parts);
	return status;
}

/* The first of the place's paths that is there, else the first. */
static const char *
place_path(const struct update *update, const struct place *place)
{
	struct host_stat st;

	if (place->kind == LOG_EXIM && update->options->exim_log != NULL)
		return update->options->exim_log;
	if (place->kind == LOG_DOVECOT && update->options->dovecot_log != NULL)
		return update->options->dovecot_log;
	if (place->paths[1] != NULL
	    && host_stat(update->host, update->arena, place->paths[0], &st).status == ANSWER_ABSENT
	    && host_stat(update->host, update->arena, place->paths[1], &st).status == ANSWER_OK)
		return place->paths[1];
	return place->paths[0];
}

/* ---- all of them ---- */

/* Whose position and days could not be told from another's of that path. */
static bool
is_read_already(const struct ledger_update *result, size_t count, const char *path)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(result->logs[i].path, path) == 0)
			return true;
	return false;
}

static int
logs_read(struct update *update, struct err *err)
{
	struct ledger_update *result = update->result;
	size_t i;

	result->logs = arena_array(update->arena, PLACE_COUNT, sizeof *result->logs);
	result->log_count = PLACE_COUNT;
	for (i = 0; i < PLACE_COUNT; i++) {
		struct ledger_log *log = &result->logs[i];

		log->kind = places[i].kind;
		log->path = place_path(update, &places[i]);
		if (is_read_already(result, i, log->path)) {
			log->status = ANSWER_FAILED;
			log->why = arena_join(update->arena, log->path, ": two daemons write it, "
			    "wanted a file for each: ", "set Exim's log_file_path or Dovecot's log_path");
		} else if (log_look(update, log, err) != 0)
			return -1;
	}
	return 0;
}

/*
 * A day before a hole in one of them is not the whole truth. The panel's login_log
 * is moved to an archive of its own each month, and is not held against the mail.
 */
static int32_t
mail_first_day(const struct ledger_update *result)
{
	int32_t mail = 0, panel = 0;
	size_t i;

	for (i = 0; i < result->log_count; i++) {
		int32_t *first = result->logs[i].kind == LOG_PANEL ? &panel : &mail;

		if (result->logs[i].first_day > *first)
			*first = result->logs[i].first_day;
	}
	return mail != 0 ? mail : panel;
}

static int
days_open(struct ledger_days *days, const struct ledger_update_options *options, struct err *err)
{
	if (options->directory != NULL) {
		days->store = ledger_open_store(options->directory, err);
		if (days->store == NULL)
			return -1;
		memcpy(days->secret, ledger_store_secret(days->store), sizeof days->secret);
		return 0;
	}
	/* Nobody will ask again under this key. */
	if (getrandom(days->secret, sizeof days->secret, 0) != (ssize_t)sizeof days->secret) {
		err_set(err, ERR_IO, "getrandom: no random bytes");
		return -1;
	}
	return 0;
}

static int
update_run(struct update *update, struct ledger_days *days, struct err *err)
{
	if (days->store != NULL
	    && ledger_load_state(days->store, update->arena, &update->state, err) != 0)
		return -1;
	if (logs_read(update, err) != 0)
		return -1;
	update->result->first_day = mail_first_day(update->result);
	return days->store == NULL ? 0 :
	    ledger_commit(days->store, update->ledger, &update->state, err);
}

struct ledger_days *
ledger_update(struct host *host, struct arena *arena, const struct ledger_update_options *options,
    struct ledger_update *ret_update, struct err *err)
{
	struct ledger_days *days = calloc(1, sizeof *days);
	struct update update = {
		.host = host,
		.arena = arena,
		.options = options,
		.deadline = clock_ms() + (int64_t)(options->seconds != 0 ? options->seconds :
		    DEFAULT_SECONDS) * MS_PER_SECOND,
		.result = ret_update,
	};

	*ret_update = (struct ledger_update){ .log_count = 0 };
	if (days == NULL || days_open(days, options, err) != 0) {
		ledger_days_close(days);
		return NULL;
	}
	update.secret = days->secret;
	update.store = days->store;
	update.ledger = ledger_new(days->secret);
	if (update_run(&update, days, err) != 0) {
		ledger_free(update.ledger);
		ledger_days_close(days);
		return NULL;
	}
	if (days->store == NULL)
		days->memory = update.ledger;
	else
		ledger_free(update.ledger);
	return days;
}

int
ledger_days_each(struct ledger_days *days, int32_t first, int32_t last,
    void (*visit)(const struct ledger *day, int32_t number, void *data), void *data, struct err *err)
{
	if (days->store != NULL)
		return ledger_each_day(days->store, first, last, visit, data, err);
	ledger_each_day_of(days->memory, first, last, visit, data);
	return 0;
}

const unsigned char *
ledger_days_secret(const struct ledger_days *days)
{
	return days->secret;
}

void
ledger_days_close(struct ledger_days *days)
{
	if (days == NULL)
		return;
	ledger_close_store(days->store);
	ledger_free(days->memory);
	explicit_bzero(days->secret, sizeof days->secret);
	free(days);
}
