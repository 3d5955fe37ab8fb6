/*
 * The questions of a verdict:
 *
 *	whole		a whole handshake with TLS 1.2 at most, or with 1.3 when
 *			that is refused: chain, staple, tickets, suite, group
 *	tls13		TLS 1.3 alone, every suite and group, best first
 *	old		TLS 1.1 with every suite; when one below is taken, below it
 *	other		TLS 1.2 with what no profile has for good reasons
 *	weak-group	every ECDHE suite, weak groups alone
 *	chacha		TLS 1.2 with ChaCha20 alone: last, because a good server
 *			refuses the three before, maybe by closing, and takes it
 *	confirm		what is known to be taken, when ChaCha20 was not
 *
 * and of a complete list: "list" asks a version again and again, without what
 * was chosen before, until the server refuses; groups, signature algorithms and
 * the rest follow when the suites are known.
 */
#include <string.h>

#include "base/arena.h"
#include "host/probe_private.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ALERT_PROTOCOL_VERSION 70	/* RFC 8446 6.2 */

/* ---- learning ---- */

static void
learn_wanted_chain(struct probe_plan *plan,
    const struct probe_outcome *outcome)
{
	if (plan->wants_chain && outcome->chain != NULL)
		probe_learn_chain(plan, 0, outcome->chain);
}

bool
probe_learn_hello(struct probe_plan *plan, const struct probe_question *question,
    const struct probe_outcome *outcome)
{
	if (outcome->end != END_REPLY)
		return false;
	learn_wanted_chain(plan, outcome);
	return probe_learn_reply(plan, question, question->offer.version,
	    outcome->reply);
}

/* ---- whole ---- */

static enum track_turn
turn_whole(const struct probe_plan *plan, const struct probe_track *track)
{
	(void)track;
	return plan->no_tls ? TURN_SKIP : TURN_ASK;
}

static void
ask_whole(struct probe_plan *plan, const struct probe_track *track,
    struct probe_question *question)
{
	enum probe_protocol protocol = plan->listener->protocol;

	question->way = protocol == PROBE_HTTP ? WAY_TALK : WAY_WHOLE;
	question->goal = protocol == PROBE_HTTP ? DIALOGUE_HTTP :
	    track->index == 0 && plan->listener->clear_login == PROBE_UNKNOWN ?
	    DIALOGUE_CLEAR_LOGIN : DIALOGUE_STARTTLS;
	if (protocol == PROBE_HTTPS && track->index == 0)
		question->inside = INSIDE_HTTP;
	question->tls13 = track->step > 0 ||
	    (probe_accepts(plan, TLS_1_2) == PROBE_NO &&
	    probe_best_version(plan, TLS_1_2) == 0);
	question->offer.server_name = plan->server_names[track->index];
}

static void
whole_refused(struct probe_plan *plan, struct probe_track *track,
    const struct probe_question *question,
    const struct probe_outcome *outcome)
{
	bool by_version = outcome->reply != NULL &&
	    outcome->reply->alert == ALERT_PROTOCOL_VERSION;

	if (by_version && !question->tls13)
		probe_learn_no_version(plan, TLS_1_2, TLS_1_2);
	if (!question->tls13 && probe_accepts(plan, TLS_1_3) != PROBE_NO &&
	    probe_best_version(plan, TLS_1_2) == 0) {
		track->step = 1;
		track->state = TRACK_READY;
		return;
	}
	probe_track_failed(plan, track, outcome->why);
}

static void
answer_whole(struct probe_plan *plan, struct probe_track *track,
    const struct probe_question *question,
    const struct probe_outcome *outcome)
{
	if (outcome->end == END_TALKED) {
		plan->no_tls = true;
		return;
	}
	if (outcome->end == END_REFUSED) {
		whole_refused(plan, track, question, outcome);
		return;
	}
	(void)probe_learn_reply(plan, question,
	    question->tls13 ? TLS_1_3 : TLS_1_2, outcome->reply);
	if (track->index == 0)
		probe_learn_whole(plan, outcome);
	if (outcome->chain != NULL)
		probe_learn_chain(plan, track->index, outcome->chain);
	else
		probe_track_failed(plan, track, outcome->why);
}

void
probe_track_failed(struct probe_plan *plan, const struct probe_track *track,
    const char *why)
{
	struct probe_chain *chain = &plan->listener->chains[track->index];

	if (track->type->answer != answer_whole ||
	    plan->chain_known[track->index])
		return;
	if (why[0] != '\0')
		chain->why = arena_strdup(plan->arena, why);
	plan->wants_chain = plan->wants_chain || track->index == 0;
}

/* ---- the rest of a verdict ---- */

static enum track_turn
turn_tls13(const struct probe_plan *plan, const struct probe_track *track)
{
	(void)track;
	return plan->no_tls ? TURN_SKIP : TURN_ASK;
}

static void
ask_tls13(struct probe_plan *plan, const struct probe_track *track,
    struct probe_question *question)
{
	(void)track;
	probe_ask_hello(plan, question, TLS_1_3);
	probe_offer_suites(plan, &question->offer, PROBE_CLASS(SUITE_TLS13), false);
}

static void
answer_tls13(struct probe_plan *plan, struct probe_track *track,
    const struct probe_question *question,
    const struct probe_outcome *outcome)
{
	(void)track;
	if (probe_learn_hello(plan, question, outcome) ||
	    outcome->end != END_REFUSED)
		return;
	probe_learn_refused(plan, &question->offer);
	probe_learn_no_version(plan, TLS_1_3, TLS_1_3);
}

/* The highest below TLS 1.2 of which nothing is known yet; 0 = none. */
static uint16_t
old_version(const struct probe_plan *plan)
{
	uint16_t version;

	for (version = TLS_1_1; version >= TLS_SSL3; version--)
		if (probe_accepts(plan, version) == PROBE_UNKNOWN)
			return version;
	return 0;
}

/*
 * RFC 5246 E.1: a server answers a hello of TLS 1.1 with the highest version
 * that it has below, so one refusal is for all of them. Not so one that knows
 * nothing but the bytes of its own version: where neither TLS 1.3 nor 1.2 is
 * taken each version is asked.
 */
static bool
answers_below(const struct probe_plan *plan)
{
	return probe_best_version(plan, TLS_1_3) >= TLS_1_2;
}

static enum track_turn
turn_old(const struct probe_plan *plan, const struct probe_track *track)
{
	if (plan->no_tls || old_version(plan) == 0)
		return TURN_SKIP;
	return answers_below(plan) ||
	    probe_tracks_before_answered(plan, track) ? TURN_ASK : TURN_WAIT;
}

static void
ask_old(struct probe_plan *plan, const struct probe_track *track,
    struct probe_question *question)
{
	(void)track;
	probe_ask_hello(plan, question, old_version(plan));
	probe_offer_suites(plan, &question->offer, PROBE_CLASSES_TLS12, false);
}

static void
answer_old(struct probe_plan *plan, struct probe_track *track,
    const struct probe_question *question,
    const struct probe_outcome *outcome)
{
	if (probe_learn_hello(plan, question, outcome)) {
		track->state = TRACK_READY;
	} else if (outcome->end == END_REFUSED) {
		probe_learn_refused(plan, &question->offer);
		probe_learn_no_version(plan, answers_below(plan) ? TLS_SSL3 :
		    question->offer.version, question->offer.version);
		track->state = TRACK_READY;
	}
}

/* Asked of TLS 1.2 once it is known to be there. */
static enum track_turn
turn_tls12(const struct probe_plan *plan, const struct probe_track *track)
{
	static const enum track_turn turns[] = {
		[PROBE_UNKNOWN] = TURN_WAIT,
		[PROBE_NO] = TURN_SKIP,
		[PROBE_YES] = TURN_ASK,
	};

	(void)track;
	return plan->no_tls ? TURN_SKIP : turns[probe_accepts(plan, TLS_1_2)];
}

/* Step 1: the CBC suites with SHA-2 are left out, one of them is taken. */
static void
ask_other(struct probe_plan *plan, const struct probe_track *track,
    struct probe_question *question)
{
	probe_ask_hello(plan, question, TLS_1_2);
	probe_offer_suites(plan, &question->offer, PROBE_CLASS(SUITE_OTHER) |
	    (track->step == 0 ? PROBE_CLASS(SUITE_ECDHE_CBC_SHA2) : 0), false);
}

static void
answer_other(struct probe_plan *plan, struct probe_track *track,
    const struct probe_question *question,
    const struct probe_outcome *outcome)
{
	const struct tls_suite *suite;

	if (probe_learn_hello(plan, question, outcome)) {
		suite = tls_suite_find(outcome->reply->suite);
		if (suite->class == SUITE_ECDHE_CBC_SHA2 && track->step == 0) {
			track->step = 1;
			track->state = TRACK_READY;
		}
	} else if (outcome->end == END_REFUSED) {
		probe_learn_refused(plan, &question->offer);
	}
}

static enum track_turn
turn_chacha(const struct probe_plan *plan, const struct probe_track *track)
{
	enum track_turn turn = turn_tls12(plan, track);

	return turn == TURN_ASK && !probe_tracks_before_answered(plan, track) ?
	    TURN_WAIT : turn;
}

static void
ask_chacha(struct probe_plan *plan, const struct probe_track *track,
    struct probe_question *question)
{
	(void)track;
	probe_ask_hello(plan, question, TLS_1_2);
	probe_offer_suites(plan, &question->offer, PROBE_CLASS(SUITE_ECDHE_CHACHA), false);
}

void
probe_answer_once(struct probe_plan *plan, struct probe_track *track,
    const struct probe_question *question,
    const struct probe_outcome *outcome)
{
	(void)track;
	if (!probe_learn_hello(plan, question, outcome) &&
	    outcome->end == END_REFUSED)
		probe_learn_refused(plan, &question->offer);
}

static enum track_turn
turn_weak_group(const struct probe_plan *plan, const struct probe_track *track)
{
	(void)track;
	if (plan->no_tls)
		return TURN_SKIP;
	/* SSL 3.0 has no extension to name groups in. */
	if (probe_best_version(plan, TLS_1_2) > TLS_SSL3)
		return TURN_ASK;
	return probe_accepts(plan, TLS_1_2) == PROBE_NO &&
	    probe_accepts(plan, TLS_1_1) == PROBE_NO ? TURN_SKIP : TURN_WAIT;
}

static void
ask_weak_group(struct probe_plan *plan, const struct probe_track *track,
    struct probe_question *question)
{
	struct tls_offer *offer = &question->offer;
	uint16_t *groups = arena_array(plan->arena, tls_group_count,
	    sizeof(*groups));
	size_t i;

	(void)track;
	probe_ask_hello(plan, question, probe_best_version(plan, TLS_1_2));
	probe_offer_ecdhe(plan, offer);
	question->all_groups = false;
	offer->groups = groups;
	offer->group_count = 0;
	for (i = 0; i < tls_group_count; i++)
		if (tls_groups[i].weak)
			groups[offer->group_count++] = tls_groups[i].id;
}

void
probe_groups_refused(enum probe_seen *groups, const struct tls_offer *offer)
{
	size_t i;

	for (i = 0; i < offer->group_count; i++) {
		enum probe_seen *seen = &groups[
		    tls_group_find(offer->groups[i]) - tls_groups];

		if (*seen == PROBE_UNKNOWN)
			*seen = PROBE_NO;
	}
}

/* A server that takes a group of its own all the same takes none of these. */
static void
answer_weak_group(struct probe_plan *plan, struct probe_track *track,
    const struct probe_question *question,
    const struct probe_outcome *outcome)
{
	const struct tls_offer *offer = &question->offer;

	(void)track;
	if (outcome->end == END_REFUSED || (probe_learn_hello(plan, question,
	    outcome) && outcome->reply->group != 0 &&
	    !probe_was_offered(offer->groups, offer->group_count,
	    outcome->reply->group)))
		probe_groups_refused(plan->groups12, offer);
}

/* ---- both depths: when the others leave something open ---- */

bool
probe_tracks_before_answered(const struct probe_plan *plan,
    const struct probe_track *track)
{
	const struct probe_track *before;

	for (before = plan->tracks; before < track; before++)
		if (before->state != TRACK_DONE &&
		    before->state != TRACK_PARKED &&
		    before->type->turn(plan, before) != TURN_WAIT)
			return false;
	return true;
}

/* OpenSSL did not get a handshake: does TLS 1.2 exist here at all? */
static enum track_turn
turn_version(const struct probe_plan *plan, const struct probe_track *track)
{
	if (plan->no_tls || probe_accepts(plan, TLS_1_2) != PROBE_UNKNOWN)
		return TURN_SKIP;
	return plan->tracks[0].state == TRACK_DONE ||
	    (plan->tracks[0].state == TRACK_PARKED &&
	    probe_tracks_before_answered(plan, track)) ? TURN_ASK : TURN_WAIT;
}

static void
ask_version(struct probe_plan *plan, const struct probe_track *track,
    struct probe_question *question)
{
	(void)track;
	probe_ask_hello(plan, question, TLS_1_2);
	probe_offer_suites(plan, &question->offer, PROBE_CLASSES_TLS12, false);
}

static void
answer_version(struct probe_plan *plan, struct probe_track *track,
    const struct probe_question *question,
    const struct probe_outcome *outcome)
{
	probe_answer_once(plan, track, question, outcome);
	if (outcome->end == END_REFUSED)
		probe_learn_no_version(plan, TLS_1_2, TLS_1_2);
}

/*
 * Asked by itself when no hello of ours was taken that offers compression, as
 * where ChaCha20 is not; by the plan when it wants to know of a close (then the
 * one question serves both).
 */
static enum track_turn
turn_confirm(const struct probe_plan *plan, const struct probe_track *track)
{
	if (plan->no_tls || plan->listener->features[FEATURE_COMPRESSION] !=
	    PROBE_UNKNOWN)
		return TURN_SKIP;
	if (!probe_tracks_before_answered(plan, track))
		return TURN_WAIT;
	return probe_best_version(plan, TLS_1_2) != 0 ? TURN_ASK : TURN_SKIP;
}

static void
ask_confirm(struct probe_plan *plan, const struct probe_track *track,
    struct probe_question *question)
{
	uint16_t version = probe_best_version(plan, TLS_1_2);

	(void)track;
	probe_ask_hello(plan, question, version != 0 ? version : TLS_1_3);
	/* As large as those that were closed on: that can be the reason, too. */
	probe_offer_suites(plan, &question->offer, version != 0 ?
	    PROBE_CLASSES_TLS12 : PROBE_CLASS(SUITE_TLS13), false);
}

/* STARTTLS gone in between tells nothing of a hello, and is not asked again. */
static void
answer_confirm(struct probe_plan *plan, struct probe_track *track,
    const struct probe_question *question,
    const struct probe_outcome *outcome)
{
	track->failed = outcome->end == END_TALKED;
	(void)probe_learn_hello(plan, question, outcome);
}

static enum track_turn
turn_relay(const struct probe_plan *plan, const struct probe_track *track)
{
	(void)track;
	return plan->relay && plan->met &&
	    plan->listener->protocol == PROBE_SMTP ? TURN_ASK : TURN_SKIP;
}

static void
ask_relay(struct probe_plan *plan, const struct probe_track *track,
    struct probe_question *question)
{
	(void)plan;
	(void)track;
	question->way = WAY_TALK;
	question->goal = DIALOGUE_RELAY;
}

static void
answer_relay(struct probe_plan *plan, struct probe_track *track,
    const struct probe_question *question,
    const struct probe_outcome *outcome)
{
	(void)track;
	if (outcome->dialogue->relay == PROBE_UNKNOWN)
		probe_learn_why(plan, question->name, outcome->dialogue->why);
}

/* ---- which tracks there are ---- */

static const struct track_type whole_track = {
	"whole", turn_whole, ask_whole, answer_whole
};

static const struct track_type verdict_tracks[] = {
	{ "tls13", turn_tls13, ask_tls13, answer_tls13 },
	{ "old", turn_old, ask_old, answer_old },
	{ "other", turn_tls12, ask_other, answer_other },
	{ "weak-group", turn_weak_group, ask_weak_group, answer_weak_group },
	{ "chacha", turn_chacha, ask_chacha, probe_answer_once },
};

enum { VERSION, CONFIRM, RELAY };

static const struct track_type last_tracks[] = {
	[VERSION] = { "version", turn_version, ask_version, answer_version },
	[CONFIRM] = { "confirm", turn_confirm, ask_confirm, answer_confirm },
	[RELAY] = { "relay", turn_relay, ask_relay, answer_relay },
};

static void
add_tracks(struct probe_plan *plan, const struct track_type *types,
    size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		probe_track_add(plan, &types[i], 0);
}

void
probe_track_add(struct probe_plan *plan, const struct track_type *type,
    unsigned index)
{
	*arena_push(plan->arena, &plan->tracks, &plan->track_count) =
	    (struct probe_track){ .type = type, .index = index };
}

void
probe_tracks_choose(struct probe_plan *plan)
{
	unsigned i;

	probe_track_add(plan, &whole_track, 0);
	if (plan->listener->full)
		probe_full_choose(plan);
	else
		add_tracks(plan, verdict_tracks, COUNT(verdict_tracks));
	for (i = 1; i < plan->name_count; i++)
		probe_track_add(plan, &whole_track, i);
	plan->confirm = plan->track_count + CONFIRM;
	add_tracks(plan, last_tracks, COUNT(last_tracks));
}
