#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/arena.h"
#include "base/clock.h"
#include "host/probe_private.h"

/* Listeners of one daemon: they share its limits, so they share a budget. */
struct daemon {
	unsigned in_flight;
	unsigned allowed;
	unsigned limits_met;	/* in a row */
	int64_t resume_at;
};

struct line {		/* of one job to its connections */
	int64_t began_at;
	int64_t tokens;		/* thousandths of a connection */
	int64_t filled_at;
};

struct slot {
	struct probe_connection *connection;	/* NULL = rests */
	size_t job;
	int64_t rests_until;
};

struct loop {
	struct probe_run *run;
	struct probe_job *jobs;
	size_t job_count;
	struct daemon *daemons;		/* as many as jobs */
	struct line *lines;
	struct slot *slots;
	struct pollfd *polls;
	size_t slot_count;
	size_t slot_max;
	size_t *turns;		/* indexes of jobs: who has asked least comes first */
	int64_t now;
	int64_t until;		/* deadline of the run */
};

/* ---- budgets ---- */

/* A bucket of tokens: burst at once, then rate a second. */
static bool
line_has_token(struct loop *loop, struct line *line)
{
	const struct probe_limits *limits = loop->run->limits;
	int64_t full = (int64_t)limits->burst * 1000;

	line->tokens += (loop->now - line->filled_at) * limits->rate;
	if (line->tokens > full)
		line->tokens = full;
	line->filled_at = loop->now;
	return line->tokens >= 1000;
}

static bool
reaps_late(const struct probe_job *job)
{
	return job->peer.protocol == PROBE_SMTP ||
	    job->peer.protocol == PROBE_SMTPS;
}

static bool
daemon_is_free(const struct loop *loop, const struct daemon *daemon)
{
	return daemon->in_flight < daemon->allowed &&
	    loop->now >= daemon->resume_at;
}

/*
 * A limit was met: leave the daemon alone, twice as long each time and a little
 * by chance, so that we do not come back together with others; and from now on
 * one connection at a time.
 */
static void
daemon_back_off(struct loop *loop, struct daemon *daemon)
{
	int64_t wait = loop->run->limits->back_off_ms;
	uint16_t chance = 0;

	if (loop->now < daemon->resume_at)
		return;		/* one limit met by several at once */
	if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) < 0)
		chance = 0;
	wait <<= daemon->limits_met < 16 ? daemon->limits_met : 16;
	daemon->limits_met++;
	daemon->allowed = 1;
	daemon->resume_at = loop->now + wait + wait * chance / 4 / UINT16_MAX;
}

/* The limit is the daemon's, and one listener after the other would meet it. */
static void
daemon_give_up(struct loop *loop, size_t daemon, const char *why)
{
	size_t i;

	for (i = 0; i < loop->job_count; i++)
		if (loop->jobs[i].daemon == daemon)
			probe_plan_give_up(&loop->jobs[i].plan, why);
}

/* ---- connections ---- */

static void
slot_open(struct loop *loop, size_t job_index,
    const struct probe_question *question)
{
	struct probe_job *job = &loop->jobs[job_index];
	struct line *line = &loop->lines[job_index];
	struct slot *slot = &loop->slots[loop->slot_count++];

	line->tokens -= 1000;
	if (line->began_at == 0)
		line->began_at = loop->now;
	loop->daemons[job->daemon].in_flight++;
	job->plan.listener->connections++;
	slot->job = job_index;
	slot->connection = probe_connection_open(loop->run, &job->peer,
	    question, loop->now);
}

static void
slot_answer(struct loop *loop, const struct slot *slot)
{
	const struct probe_outcome *outcome =
	    probe_connection_outcome(slot->connection);
	struct probe_job *job = &loop->jobs[slot->job];
	struct daemon *daemon = &loop->daemons[job->daemon];
	struct probe_listener *listener = job->plan.listener;
	const char *source = probe_connection_source(slot->connection);
	bool limited;

	if (outcome == NULL)
		return;
	if (listener->source == NULL && source[0] != '\0')
		listener->source = arena_strdup(loop->run->arena, source);
	limited = probe_plan_answer(&job->plan,
	    probe_connection_question(slot->connection), outcome);
	/* Exim does not see that we left before it wakes up: it still counts us. */
	if (limited || (outcome->end == END_SILENT && reaps_late(job)))
		daemon_back_off(loop, daemon);
	if (limited && daemon->limits_met >= loop->run->limits->tries)
		daemon_give_up(loop, job->daemon, outcome->why);
	else if (!limited && outcome->end != END_SILENT &&
	    outcome->end != END_DROPPED)
		daemon->limits_met = 0;
	listener->duration_ms = loop->now - loop->lines[slot->job].began_at;
}

static void
slot_free(struct loop *loop, struct slot *slot)
{
	loop->daemons[loop->jobs[slot->job].daemon].in_flight--;
	*slot = loop->slots[--loop->slot_count];
}

static void
slot_close(struct loop *loop, struct slot *slot)
{
	probe_connection_free(slot->connection);
	slot->connection = NULL;
	slot->rests_until = loop->now +
	    (reaps_late(&loop->jobs[slot->job]) ? loop->run->limits->rest_ms :
	    0);
}

/* Gives answers to the plans, and ends what is over; true when anything did. */
static bool
slots_settle(struct loop *loop)
{
	bool settled = false;
	size_t i = 0;

	while (i < loop->slot_count) {
		struct slot *slot = &loop->slots[i];

		if (slot->connection != NULL) {
			slot_answer(loop, slot);
			if (probe_connection_is_over(slot->connection)) {
				slot_close(loop, slot);
				settled = true;
			}
		}
		if (slot->connection == NULL && loop->now >= slot->rests_until) {
			slot_free(loop, slot);
			settled = true;
		} else {
			i++;
		}
	}
	return settled;
}

/*
 * When time is short every listener is to have been asked its first questions,
 * which matter most, and not the first listener all of them.
 */
static void
jobs_take_turns(struct loop *loop)
{
	size_t i, at;

	for (i = 1; i < loop->job_count; i++) {
		size_t job = loop->turns[i];

		for (at = i; at > 0 && loop->jobs[loop->turns[at - 1]].plan.asked >
		    loop->jobs[job].plan.asked; at--)
			loop->turns[at] = loop->turns[at - 1];
		loop->turns[at] = job;
	}
}

/* One question of each listener in turn, as far as budgets go. */
static bool
jobs_start(struct loop *loop)
{
	struct probe_question question;
	bool started = false;
	size_t turn;

	jobs_take_turns(loop);
	for (turn = 0; turn < loop->job_count; turn++) {
		size_t i = loop->turns[turn];
		struct probe_job *job = &loop->jobs[i];

		if (loop->slot_count == loop->slot_max ||
		    !daemon_is_free(loop, &loop->daemons[job->daemon]) ||
		    !line_has_token(loop, &loop->lines[i]) ||
		    !probe_plan_next(&job->plan, &question))
			continue;
		slot_open(loop, i, &question);
		started = true;
	}
	return started;
}

/* ---- time ---- */

static int64_t
slot_deadline(const struct slot *slot)
{
	return slot->connection == NULL ? slot->rests_until :
	    probe_connection_deadline(slot->connection);
}

/* When something is due though no byte comes; the budgets have their times. */
static int64_t
next_time(const struct loop *loop)
{
	int64_t next = loop->until;
	size_t i;

	for (i = 0; i < loop->slot_count; i++) {
		int64_t deadline = slot_deadline(&loop->slots[i]);

		if (deadline < next)
			next = deadline;
	}
	for (i = 0; i < loop->job_count; i++) {
		const struct daemon *daemon =
		    &loop->daemons[loop->jobs[i].daemon];
		const struct line *line = &loop->lines[i];
		int64_t resume = daemon->resume_at;

		if (probe_plan_is_over(&loop->jobs[i].plan) ||
		    daemon->in_flight >= daemon->allowed)
			continue;
		if (line->tokens < 1000 && loop->now + 1 + (1000 -
		    line->tokens) / loop->run->limits->rate > resume)
			resume = loop->now + 1 + (1000 - line->tokens) /
			    loop->run->limits->rate;
		if (resume > loop->now && resume < next)
			next = resume;
	}
	return next;
}

static void
wait_for_bytes(struct loop *loop)
{
	int64_t wait = next_time(loop) - loop->now;
	size_t i, count = loop->slot_count;

	for (i = 0; i < count; i++) {
		const struct probe_connection *c = loop->slots[i].connection;

		loop->polls[i] = (struct pollfd){ .fd = -1 };
		if (c != NULL)
			loop->polls[i] = (struct pollfd){
			    .fd = probe_connection_fd(c),
			    .events = probe_connection_events(c) };
	}
	if (poll(loop->polls, count, wait < 0 ? 0 : (int)wait) < 0)
		count = 0;	/* EINTR */
	loop->now = clock_ms();
	for (i = 0; i < count && loop->now < loop->until; i++) {
		if (loop->slots[i].connection == NULL ||
		    (loop->polls[i].revents == 0 &&
		    loop->now < slot_deadline(&loop->slots[i])))
			continue;
		probe_connection_go(loop->slots[i].connection, loop->now,
		    loop->polls[i].revents);
		/* What a peer makes us reckon takes time, too. */
		loop->now = clock_ms();
	}
}

/* ---- the whole ---- */

static bool
jobs_are_over(const struct loop *loop)
{
	size_t i;

	for (i = 0; i < loop->job_count; i++)
		if (!probe_plan_is_over(&loop->jobs[i].plan))
			return false;
	for (i = 0; i < loop->slot_count; i++)
		if (loop->slots[i].connection != NULL)
			return false;
	return true;
}

static void
loop_init(struct loop *loop)
{
	size_t i;

	loop->slot_max = loop->job_count * loop->run->limits->in_flight;
	loop->daemons = calloc(loop->job_count, sizeof(*loop->daemons));
	loop->lines = calloc(loop->job_count, sizeof(*loop->lines));
	loop->turns = calloc(loop->job_count, sizeof(*loop->turns));
	loop->slots = calloc(loop->slot_max, sizeof(*loop->slots));
	loop->polls = calloc(loop->slot_max, sizeof(*loop->polls));
	if (loop->daemons == NULL || loop->lines == NULL ||
	    loop->turns == NULL || loop->slots == NULL || loop->polls == NULL)
		abort();
	loop->now = clock_ms();
	for (i = 0; i < loop->job_count; i++) {
		loop->turns[i] = i;
		loop->daemons[i].allowed = loop->run->limits->in_flight -
		    (reaps_late(&loop->jobs[i]) ? 1 : 0);
		loop->lines[i].filled_at = loop->now;
		loop->lines[i].tokens =
		    (int64_t)loop->run->limits->burst * 1000;
	}
}

static void
loop_done(struct loop *loop)
{
	size_t i;

	for (i = 0; i < loop->slot_count; i++)
		if (loop->slots[i].connection != NULL)
			probe_connection_free(loop->slots[i].connection);
	free(loop->daemons);
	free(loop->lines);
	free(loop->turns);
	free(loop->slots);
	free(loop->polls);
}

void
probe_loop(struct probe_run *run, struct probe_job *jobs, size_t count)
{
	struct loop loop = { .run = run, .jobs = jobs, .job_count = count };
	const char *why = NULL;
	size_t i;

	if (count == 0)
		return;
	loop_init(&loop);
	loop.until = loop.now + run->limits->total_ms;
	for (;;) {
		while (slots_settle(&loop) || jobs_start(&loop))
			;
		if (jobs_are_over(&loop))
			break;
		if (loop.now >= loop.until) {
			why = arena_printf(run->arena,
			    "not done within %g s",
			    run->limits->total_ms / 1000.0);
			break;
		}
		wait_for_bytes(&loop);
	}
	for (i = 0; i < count; i++)
		probe_plan_end(&jobs[i].plan,
		    probe_plan_is_over(&jobs[i].plan) ? NULL : why);
	loop_done(&loop);
}
