/*
 * Workers take segments, newest first, so that a run that must stop has read
 * the newest days whole. A worker counts a segment into a ledger of its own,
 * which is small enough to be at hand; then, in turn and under a lock, it is
 * joined to what came after it. Rows only add up; whose message it is that
 * leaves needs the order of time.
 */
#include "collect/log_count.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "collect/log_tally.h"

enum {
	SEGMENT_BYTES = 32 << 20,
	BUFFER_BYTES = 128 << 10,
	HEAD_BYTES = 64 << 10,
	MAX_THREADS = 4,
	SPILL_ROWS = 40960,
	SPILL_KEPT = 2,		/* days */
	NAMES_KEPT = 16384,	/* from one segment to the next */
};

struct segment {
	const struct log_part *part;
	uint64_t from, to;	/* the lines that begin in here */
	bool first;		/* of its part: from is the beginning of a line */
	bool newest;		/* the end of the log: its last line may still be being written */
};

struct work {
	const struct log_count_options *options;
	struct segment *segments;	/* newest first */
	size_t count;

	pthread_mutex_t lock;
	pthread_cond_t turn;
	size_t next;			/* to be taken */
	size_t joined;			/* segments 0 to joined - 1 are */
	size_t wanted;			/* those from here on are not: deadline or a failure */
	const char *why;		/* of wanted; a constant */
	bool failed;			/* it was no deadline and no damaged archive */
	struct ledger *ledger;		/* what is joined */
	struct log_ends *ends;
	struct err *err;
	int status;
	uint64_t end;			/* behind the newest part's last whole line */
};

struct worker {
	struct work *work;
	struct ledger *ledger;
	struct log_tally tally;
	char *buffer;
	uint64_t bytes;
};

/* ---- one segment ---- */

/*
 * What is left in the buffer behind its last newline is moved to the front, and
 * more is read behind it. A line that fills the buffer is told as too long and
 * its rest is skipped.
 */
struct window {
	struct log_reader *reader;
	char *bytes;
	size_t begin, length;
	uint64_t offset;	/* of bytes[begin] in the log */
	uint64_t line;		/* where the line that is being looked at begins */
	bool skipping;		/* inside one that is too long: its beginning is gone */
};

/* 1: there is more to look at; 0: the end; -1: *ret_why. */
static int
window_fill(struct window *window, const char **ret_why)
{
	ssize_t n;

	memmove(window->bytes, window->bytes + window->begin, window->length);
	window->begin = 0;
	if (window->length > LOG_LINE_MAX) {
		window->offset += window->length;
		window->length = 0;
		window->skipping = true;
	}
	n = log_reader_read(window->reader, window->bytes + window->length,
	    BUFFER_BYTES - window->length, ret_why);
	if (n <= 0)
		return (int)n;
	window->length += (size_t)n;
	return 1;
}

/*
 * The next line of the segment, without its newline; NULL when the window has to be
 * filled. *ret_cut: it was too long, and is only its end.
 */
static const char *
window_line(struct window *window, size_t *ret_length, bool *ret_cut)
{
	const char *line = window->bytes + window->begin;
	const char *end = memchr(line, '\n', window->length);
	size_t length;

	if (end == NULL)
		return NULL;
	length = (size_t)(end - line);
	window->begin += length + 1;
	window->length -= length + 1;
	window->offset += length + 1;
	window->line = window->offset;
	*ret_length = length;
	*ret_cut = window->skipping;
	window->skipping = false;
	return line;
}

/* Up to the first beginning of a line: that of the segment before goes on into this one. */
static int
segment_enter(const struct segment *segment, struct window *window, const char **ret_why)
{
	size_t length;
	bool cut;
	int more;

	if (segment->first)
		return 1;
	while (window_line(window, &length, &cut) == NULL) {
		more = window_fill(window, ret_why);
		if (more <= 0)
			return more;
	}
	return 1;
}

static int
segment_lines(struct worker *worker, const struct segment *segment, struct window *window,
    uint64_t *ret_end, const char **ret_why)
{
	const char *line;
	size_t length;
	bool cut;
	int more = segment_enter(segment, window, ret_why);

	while (more > 0 && window->line < segment->to) {
		line = window_line(window, &length, &cut);
		if (line != NULL)
			log_tally_line(&worker->tally, line, cut ? LOG_LINE_MAX + 1 : length);
		else
			more = window_fill(window, ret_why);
	}
	/* A file that is no longer written has said all it had to say. */
	if (more == 0 && !segment->newest && window->line < segment->to
	    && (window->length > 0 || window->skipping))
		log_tally_line(&worker->tally, window->bytes,
		    window->skipping ? LOG_LINE_MAX + 1 : window->length);
	*ret_end = window->line;
	return more;
}

static int
segment_read(struct worker *worker, const struct segment *segment, uint64_t *ret_end,
    const char **ret_why)
{
	/* One byte more in front: whether a line begins at from is told by what stands before it. */
	uint64_t from = segment->from - !segment->first;
	struct window window = {
		.reader = log_reader_open(segment->part, from, UINT64_MAX),
		.bytes = worker->buffer,
		.offset = from,
		.line = from,
	};
	int status = segment_lines(worker, segment, &window, ret_end, ret_why);

	log_tally_end(&worker->tally);
	worker->bytes += window.offset + window.length - from;
	log_reader_close(window.reader);
	return status;
}

int32_t
log_part_first_day(struct arena *arena, const struct log_part *part,
    const struct log_count_options *options)
{
	const struct segment head = { .part = part, .to = HEAD_BYTES, .first = true, .newest = true };
	struct worker worker = {
		.ledger = ledger_new(options->secret),
		.buffer = arena_alloc(arena, BUFFER_BYTES),
	};
	const char *why;
	int32_t day = 0;
	uint64_t end;

	log_tally_init(&worker.tally, options->kind, options->log);
	log_tally_begin(&worker.tally, worker.ledger, part->reference_day);
	if (segment_read(&worker, &head, &end, &why) >= 0)
		day = worker.tally.totals.first_day;
	log_tally_free(&worker.tally);
	ledger_free(worker.ledger);
	return day;
}

/* ---- workers ---- */

/* Segments from number on are left out. The lock is held. */
static void
work_stop(struct work *work, size_t number, const char *why, bool failed)
{
	if (number < work->wanted) {
		work->wanted = number;
		work->why = why;
		work->failed = failed;
	}
	pthread_cond_broadcast(&work->turn);
}

static bool
work_take(struct work *work, size_t *ret_number)
{
	bool taken = false;

	pthread_mutex_lock(&work->lock);
	if (work->options->deadline != 0 && work->next > 0
	    && clock_ms() > work->options->deadline)
		work_stop(work, work->next, "the time for reading was over", false);
	if (work->next < work->wanted) {
		*ret_number = work->next++;
		taken = true;
	}
	pthread_mutex_unlock(&work->lock);
	return taken;
}

/*
 * The lock is held. The two oldest days stay: of one a part is still to come, of the
 * other deliveries of what arrived before. A day that is spilled twice is read again.
 */
static void
work_spill(struct work *work)
{
	const struct log_count_options *options = work->options;
	int32_t oldest = ledger_first_day(work->ledger);

	if (options->spill == NULL || ledger_row_count(work->ledger) < SPILL_ROWS)
		return;
	if (options->spill(options->spill_data, work->ledger, oldest + SPILL_KEPT, work->err) == 0) {
		ledger_drop_days(work->ledger, oldest + SPILL_KEPT);
		return;
	}
	work->status = -1;
	work_stop(work, 0, "what was counted could not be kept", true);
}

/*
 * In the order of the segments, whoever counted them. false: a newer one ended the
 * reading meanwhile, and this one counts for nothing.
 */
static bool
work_join(struct work *work, size_t number, struct log_tally *tally)
{
	bool joined;

	pthread_mutex_lock(&work->lock);
	while (work->joined != number && number < work->wanted)
		pthread_cond_wait(&work->turn, &work->lock);
	joined = number < work->wanted;
	if (joined) {
		log_ends_put_before(work->ends, tally, work->ledger);
		ledger_merge(work->ledger, tally->ledger);
		work_spill(work);
		work->joined++;
		pthread_cond_broadcast(&work->turn);
	}
	pthread_mutex_unlock(&work->lock);
	return joined;
}

/* Names are dear to find out, and strangers have ever new ones. */
static void
worker_clear(struct worker *worker)
{
	if (ledger_name_count(worker->ledger) <= NAMES_KEPT) {
		ledger_clear(worker->ledger);
		return;
	}
	ledger_free(worker->ledger);
	worker->ledger = ledger_new(worker->work->options->secret);
}

static void *
worker_run(void *data)
{
	struct worker *worker = data;
	struct work *work = worker->work;
	size_t number;

	while (work_take(work, &number)) {
		const struct segment *segment = &work->segments[number];
		const struct log_totals before = worker->tally.totals;
		const char *why = NULL;
		uint64_t end;

		worker_clear(worker);
		log_tally_begin(&worker->tally, worker->ledger, segment->part->reference_day);
		if (segment_read(worker, segment, &end, &why) < 0) {
			pthread_mutex_lock(&work->lock);
			work_stop(work, number, why, !segment->part->compressed || work->options->position != NULL);
			pthread_mutex_unlock(&work->lock);
			/* an archive may turn out to be damaged: what it said is dropped */
			worker->tally.totals = before;
			break;
		}
		if (segment->newest)
			work->end = end;
		if (!work_join(work, number, &worker->tally))
			worker->tally.totals = before;
	}
	return NULL;
}

/* ---- all of it ---- */

/* The file's own order is kept: parts are oldest first, their segments are counted from the end. */
static void
segments_cut(struct arena *arena, const struct log_parts *parts, struct work *work)
{
	size_t bytes = work->options->segment != 0 ? work->options->segment : SEGMENT_BYTES;
	size_t i;

	for (i = parts->count; i-- > 0; ) {
		const struct log_part *part = &parts->parts[i];
		uint64_t to = part->to;

		do {
			struct segment *segment = arena_push(arena, &work->segments, &work->count);

			segment->part = part;
			segment->to = to;
			segment->from = !part->compressed && to - part->from > bytes
			    ? to - bytes : part->from;
			segment->first = segment->from == part->from;
			segment->newest = i + 1 == parts->count && to == part->to;
			to = segment->from;
		} while (to > part->from);
	}
}

static unsigned
thread_count(const struct work *work)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned threads = work->options->threads;

	if (threads == 0)
		threads = processors < 1 ? 1 : (unsigned)processors;
	if (threads > MAX_THREADS)
		threads = MAX_THREADS;
	return threads < work->count ? threads : (unsigned)work->count;
}

static void
workers_run(struct worker *workers, unsigned threads)
{
	pthread_t ids[MAX_THREADS];
	bool started[MAX_THREADS] = { false };
	unsigned i;

	/* The calling thread works too: there is always one. */
	for (i = 1; i < threads; i++)
		started[i] = pthread_create(&ids[i], NULL, worker_run, &workers[i]) == 0;
	worker_run(&workers[0]);
	for (i = 1; i < threads; i++)
		if (started[i])
			pthread_join(ids[i], NULL);
}

static void
totals_add(struct log_count_result *result, const struct log_totals *totals)
{
	result->lines += totals->lines;
	result->broken += totals->broken;
	if (totals->last_day == 0)
		return;
	if (result->first_day == 0 || totals->first_day < result->first_day)
		result->first_day = totals->first_day;
	if (totals->last_day > result->last_day)
		result->last_day = totals->last_day;
	if (log_stamp_is_later(&totals->last, &result->last))
		result->last = totals->last;
}

static void
workers_sum(const struct worker *workers, unsigned threads, struct log_count_result *result)
{
	unsigned i;

	for (i = 0; i < threads; i++) {
		totals_add(result, &workers[i].tally.totals);
		result->bytes += workers[i].bytes;
	}
}

/* Nothing is counted where a part of the log could not be read: the next run tries again. */
static void
result_take(struct arena *arena, struct work *work, const struct log_parts *parts,
    const struct worker *workers, unsigned threads, struct ledger_open **open, size_t *open_count,
    struct log_count_result *result)
{
	const struct log_part *newest = &parts->parts[parts->count - 1];
	bool whole;

	if (work->wanted < work->count)
		result->incomplete = arena_printf(arena, "%s: %s",
		    work->segments[work->wanted].part->path, work->why);
	if (work->failed)
		return;
	if (log_position_at(work->options->log, newest, work->end, &result->position) != 0) {
		result->incomplete = arena_printf(arena, "%s: could not be read again", newest->path);
		return;
	}
	/* what an earlier run left does not lead on over a gap */
	whole = work->wanted == work->count && work->options->position != NULL;
	log_ends_settle(work->ends, &(struct log_before){ .log = work->options->log,
	    .day = whole ? work->options->position->last_day : 0,
	    .else_day = newest->reference_day,
	    .open = *open, .open_count = whole ? *open_count : 0 }, work->ledger);
	log_ends_open(work->ends, arena, work->ledger, open, open_count);
	workers_sum(workers, threads, result);
	result->position.last_day = work->ends->last_day;
	result->read = true;
}

int
log_count(struct arena *arena, const struct log_parts *parts,
    const struct log_count_options *options, struct ledger *ledger,
    struct ledger_open **open, size_t *open_count, struct log_count_result *ret_result,
    struct err *err)
{
	struct work work = {
		.options = options,
		.ledger = ledger,
		.err = err,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.turn = PTHREAD_COND_INITIALIZER,
	};
	struct worker workers[MAX_THREADS] = { { .work = NULL } };
	unsigned threads, i;

	*ret_result = (struct log_count_result){ .read = false };
	if (parts->count == 0)
		return 0;
	segments_cut(arena, parts, &work);
	work.wanted = work.count;
	work.ends = log_ends_new();
	threads = thread_count(&work);
	for (i = 0; i < threads; i++) {
		workers[i].work = &work;
		workers[i].ledger = ledger_new(options->secret);
		workers[i].buffer = arena_alloc(arena, BUFFER_BYTES);
		log_tally_init(&workers[i].tally, options->kind, options->log);
	}
	workers_run(workers, threads);
	result_take(arena, &work, parts, workers, threads, open, open_count, ret_result);
	for (i = 0; i < threads; i++) {
		log_tally_free(&workers[i].tally);
		ledger_free(workers[i].ledger);
	}
	log_ends_free(work.ends);
	return work.status;
}
