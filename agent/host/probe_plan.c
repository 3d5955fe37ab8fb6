/*
 * A listener is asked along several tracks. Each asks one question at a time and
 * asks on when it has the answer; tracks run side by side, as the budget of
 * connections lets them, but for the first, which has to find out whether there
 * is anybody to ask.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "host/probe_private.h"

/* Failures after which nobody is asked on: before TLS was ever seen, and after. */
#define STRIKES_WITHOUT_TLS 2
#define STRIKES 4

void
probe_plan_begin(struct probe_plan *plan, struct arena *arena,
    struct probe_listener *listener, const char *const *server_names,
    size_t name_count, bool relay, unsigned tries)
{
	size_t i;

	*plan = (struct probe_plan){ .arena = arena, .listener = listener,
	    .server_names = server_names, .name_count = name_count,
	     .relay = relay, .tries = tries };
	plan->chain_known = arena_array(arena, name_count, sizeof(bool));
	plan->refused = arena_array(arena,
	    PROBE_VERSION_COUNT * tls_suite_count, sizeof(bool));
	plan->groups12 = arena_array(arena, tls_group_count,
	    sizeof(*plan->groups12));
	plan->groups13 = arena_array(arena, tls_group_count,
	    sizeof(*plan->groups13));
	listener->chains = arena_array(arena, name_count,
	    sizeof(*listener->chains));
	listener->chain_count = name_count;
	for (i = 0; i < name_count; i++)
		listener->chains[i].server_name = server_names[i];
	probe_tracks_choose(plan);
}

static bool
tracks_asked(const struct probe_plan *plan)
{
	size_t i;

	for (i = 0; i < plan->track_count; i++)
		if (plan->tracks[i].state == TRACK_ASKED)
			return true;
	return false;
}

static void
fail_track(struct probe_plan *plan, struct probe_track *track, const char *why)
{
	track->state = TRACK_DONE;
	track->failed = true;
	probe_learn_why(plan, track->type->name, why);
	probe_track_failed(plan, track, why);
}

/*
 * An alert is the way to refuse a hello, but some servers just close (Dovecot
 * 2.3), or call it an internal error. That can also be a limit, a crash or a
 * filter. It counts as a refusal when a connection that was opened after it has
 * got TLS for an answer: what made it close was the hello then. To ask twice
 * would say less, a limit that lasts closes twice as well.
 */
static void
take_as_refusal(struct probe_plan *plan, struct probe_track *track)
{
	struct probe_question question = track->dropped;
	struct probe_outcome outcome = { .end = END_REFUSED };

	snprintf(outcome.why, sizeof(outcome.why),
	    "%s in reply to a hello, not to a later one",
	    track->dropped_how);
	track->state = TRACK_DONE;
	track->type->answer(plan, track, &question, &outcome);
}

static void
settle_parked(struct probe_plan *plan, const struct probe_question *question)
{
	size_t i;

	for (i = 0; i < plan->track_count && plan->tls_seen; i++)
		if (plan->tracks[i].state == TRACK_PARKED &&
		    plan->tracks[i].dropped_at < question->number)
			take_as_refusal(plan, &plan->tracks[i]);
}

static bool
has_parked(const struct probe_plan *plan)
{
	size_t i;

	for (i = 0; i < plan->track_count; i++)
		if (plan->tracks[i].state == TRACK_PARKED)
			return true;
	return false;
}

/* Who now closes on everybody said nothing by closing; true when there was one. */
static bool
fail_parked(struct probe_plan *plan)
{
	bool parked = has_parked(plan);
	size_t i;

	for (i = 0; i < plan->track_count; i++)
		if (plan->tracks[i].state == TRACK_PARKED)
			fail_track(plan, &plan->tracks[i],
			    arena_printf(plan->arena, plan->tls_seen ?
			    "%s in reply to a hello, and from then on to "
			    "every other" :
			    "%s in reply to a hello, and to every other",
			    plan->tracks[i].dropped_how));
	return parked;
}

/* The first track is alone until the listener has said a word. */
static size_t
tracks_open(const struct probe_plan *plan)
{
	enum track_state first = plan->tracks[0].state;

	return plan->met || first == TRACK_DONE || first == TRACK_PARKED ?
	    plan->track_count : 1;
}

static void
ask(struct probe_plan *plan, struct probe_track *track,
    struct probe_question *ret_question)
{
	*ret_question = (struct probe_question){ .name = track->type->name,
	    .track = (size_t)(track - plan->tracks), .number = ++plan->asked };
	track->type->ask(plan, track, ret_question);
	track->state = TRACK_ASKED;
}

/* Nothing else is left to ask: a hello that is known to be answered tells. */
static bool
ask_confirmation(struct probe_plan *plan, struct probe_question *ret_question)
{
	struct probe_track *confirm = &plan->tracks[plan->confirm];

	if (!plan->tls_seen || !has_parked(plan) || confirm->failed ||
	    confirm->state == TRACK_PARKED)
		return false;
	ask(plan, confirm, ret_question);
	return true;
}

static bool
ask_next(struct probe_plan *plan, struct probe_question *ret_question)
{
	size_t i, count = tracks_open(plan);

	for (i = 0; i < count; i++) {
		struct probe_track *track = &plan->tracks[i];
		enum track_turn turn;

		if (track->state != TRACK_READY)
			continue;
		turn = track->type->turn(plan, track);
		if (turn == TURN_SKIP)
			track->state = TRACK_DONE;
		if (turn != TURN_ASK)
			continue;
		ask(plan, track, ret_question);
		return true;
	}
	return false;
}

bool
probe_plan_next(struct probe_plan *plan, struct probe_question *ret_question)
{
	while (!plan->over) {
		if (ask_next(plan, ret_question))
			return true;
		if (tracks_asked(plan))
			return false;
		if (ask_confirmation(plan, ret_question))
			return true;
		plan->over = !fail_parked(plan) || plan->tls_seen;
	}
	return false;
}

bool
probe_plan_is_over(const struct probe_plan *plan)
{
	return plan->over && !tracks_asked(plan);
}

static bool
answer_limit(struct probe_plan *plan, struct probe_track *track,
    const char *why)
{
	if (++track->tries < plan->tries) {
		track->state = TRACK_READY;
		return true;
	}
	fail_track(plan, track, why);
	/* Who could not get through once will not get through elsewhere. */
	plan->over = true;
	return true;
}

static void
answer_dropped(const struct probe_plan *plan, struct probe_track *track,
    const struct probe_question *question,
    const struct probe_outcome *outcome)
{
	track->state = TRACK_PARKED;
	track->dropped = *question;
	track->dropped_how = outcome->reply == NULL ? "closed" :
	    "internal_error";
	track->dropped_at = plan->asked;
}

static void
answer_failure(struct probe_plan *plan, struct probe_track *track,
    const char *why)
{
	fail_track(plan, track, why);
	plan->strikes++;
	if (!plan->met || plan->strikes >= STRIKES ||
	    (!plan->tls_seen && plan->strikes >= STRIKES_WITHOUT_TLS))
		plan->over = true;
}

static void
answer_understood(struct probe_plan *plan, struct probe_track *track,
    const struct probe_question *question,
    const struct probe_outcome *outcome)
{
	track->tries = 0;
	track->state = TRACK_DONE;
	/* STARTTLS was offered and then refused, a login put off. */
	if (outcome->end == END_TALKED && question->goal != DIALOGUE_RELAY)
		probe_learn_why(plan, question->name, outcome->why);
	track->type->answer(plan, track, question, outcome);
	if (outcome->end != END_TALKED)
		settle_parked(plan, question);
}

bool
probe_plan_answer(struct probe_plan *plan,
    const struct probe_question *question,
    const struct probe_outcome *outcome)
{
	struct probe_track *track = &plan->tracks[question->track];
	const struct dialogue *dialogue = outcome->dialogue;
	bool limit = false;

	plan->unreached = plan->asked == 1 && (outcome->end == END_CLOSED ||
	    (outcome->end == END_SILENT &&
	    (dialogue == NULL || dialogue->greeting[0] == '\0')));
	if (dialogue != NULL)
		probe_learn_dialogue(plan, dialogue);
	if (outcome->end == END_REPLY || outcome->end == END_REFUSED ||
	    outcome->end == END_TALKED ||
	    (dialogue != NULL && dialogue->state == DIALOGUE_TLS &&
	    dialogue->starttls == PROBE_YES))
		plan->met = true;
	switch (outcome->end) {
	case END_CLOSED:
		/* Nobody has answered here yet, so nobody is there. */
		if (!plan->met && track->tries == 0) {
			plan->listener->status = PROBE_CLOSED;
			plan->over = true;
			track->state = TRACK_DONE;
			break;
		}
		/* fall through */
	case END_BUSY:
		limit = answer_limit(plan, track, outcome->why);
		break;
	case END_DROPPED:
		answer_dropped(plan, track, question, outcome);
		break;
	case END_SILENT:
	case END_BROKEN:
		answer_failure(plan, track, outcome->why);
		break;
	case END_REPLY:
	case END_REFUSED:
	case END_TALKED:
		answer_understood(plan, track, question, outcome);
		break;
	}
	return limit;
}

void
probe_plan_give_up(struct probe_plan *plan, const char *why)
{
	if (plan->over)
		return;
	plan->over = true;
	probe_learn_why(plan, "limit", why);
}

void
probe_plan_end(struct probe_plan *plan, const char *why)
{
	struct probe_listener *listener = plan->listener;
	size_t i;

	plan->over = true;
	for (i = 0; i < plan->track_count; i++)
		if (plan->tracks[i].state == TRACK_ASKED && why != NULL)
			fail_track(plan, &plan->tracks[i], why);
	if (why != NULL && listener->status != PROBE_CLOSED)
		probe_learn_why(plan, "probe", why);
	if (listener->status != PROBE_CLOSED)
		listener->status = plan->met ? PROBE_OPEN : PROBE_FAILED;
	if (listener->status == PROBE_FAILED && listener->why == NULL)
		listener->why = "no answer was understood";
	probe_learn_end(plan);
}
