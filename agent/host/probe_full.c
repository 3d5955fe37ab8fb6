/* The tracks of a complete list: probe_tracks.c names them. */
#include <string.h>

#include "base/arena.h"
#include "host/probe_private.h"

#define ALERT_INAPPROPRIATE_FALLBACK 86	/* RFC 7507 section 3 */
#define OLD_HIGHEST (TLS_1_2 - TLS_SSL3)	/* index of the version */
#define SIGALG_NOBODY_HAS 0xfe00	/* private use, RFC 8446 4.2.3 */

/* ---- suites: a version at a time, without what was chosen ---- */

static uint16_t
track_version(const struct probe_track *track)
{
	return (uint16_t)(TLS_SSL3 + track->index);
}

static enum track_turn
turn_list(const struct probe_plan *plan, const struct probe_track *track)
{
	return plan->no_tls ||
	    probe_accepts(plan, track_version(track)) == PROBE_NO ?
	    TURN_SKIP : TURN_ASK;
}

static void
ask_list(struct probe_plan *plan, const struct probe_track *track,
    struct probe_question *question)
{
	uint16_t version = track_version(track);

	probe_ask_hello(plan, question, version);
	probe_offer_suites(plan, &question->offer, version == TLS_1_3 ?
	    PROBE_CLASS(SUITE_TLS13) : PROBE_CLASSES_TLS12, true);
}

static void
answer_list(struct probe_plan *plan, struct probe_track *track,
    const struct probe_question *question,
    const struct probe_outcome *outcome)
{
	uint16_t version = track_version(track);

	if (probe_learn_hello(plan, question, outcome)) {
		if (outcome->reply->version == version)
			track->state = TRACK_READY;
	} else if (outcome->end == END_REFUSED) {
		probe_learn_refused(plan, &question->offer);
		probe_learn_no_version(plan, version, version);
	}
}

/* What follows waits for the suites it offers, and for nothing else. */
static bool
lists_are_done(const struct probe_plan *plan, unsigned lowest,
    unsigned highest)
{
	const struct probe_track *track = plan->tracks;

	for (; track < plan->tracks + plan->track_count; track++)
		if (track->type->turn == turn_list &&
		    track->index >= lowest && track->index <= highest &&
		    track->state != TRACK_DONE)
			return false;
	return true;
}

static bool
list_is_done(const struct probe_plan *plan, const struct probe_track *track)
{
	return lists_are_done(plan, track->index, track->index);
}

/* ---- the order of preference ---- */

static bool
is_chacha(uint16_t id)
{
	const struct tls_suite *suite = tls_suite_find(id);

	return suite == NULL || strstr(suite->name, "CHACHA20") != NULL;
}

/*
 * The first and the last that were accepted. ChaCha20 is left out: OpenSSL's
 * SSL_OP_PRIORITIZE_CHACHA lets a client that prefers it have it, in spite of
 * the server's order.
 */
static bool
order_pair(const struct probe_plan *plan, const struct probe_track *track,
    uint16_t pair[static 2])
{
	const struct code_list *suites =
	    &plan->listener->versions[track->index].suites;
	size_t i, count = 0;

	for (i = 0; i < suites->count; i++)
		if (!is_chacha(suites->ids[i]))
			pair[count++ == 0 ? 0 : 1] = suites->ids[i];
	return count > 1;
}

static enum track_turn
turn_order(const struct probe_plan *plan, const struct probe_track *track)
{
	uint16_t pair[2];

	if (!list_is_done(plan, track))
		return TURN_WAIT;
	return order_pair(plan, track, pair) ? TURN_ASK : TURN_SKIP;
}

static void
ask_order(struct probe_plan *plan, const struct probe_track *track,
    struct probe_question *question)
{
	uint16_t *suites = arena_array(plan->arena, 2, sizeof(*suites));
	uint16_t pair[2] = { 0, 0 };

	(void)order_pair(plan, track, pair);
	suites[0] = pair[1];
	suites[1] = pair[0];
	probe_ask_hello(plan, question, track_version(track));
	question->offer.suites = suites;
	question->offer.suite_count = 2;
}

static void
answer_order(struct probe_plan *plan, struct probe_track *track,
    const struct probe_question *question,
    const struct probe_outcome *outcome)
{
	if (probe_learn_hello(plan, question, outcome))
		plan->listener->versions[track->index].order =
		    outcome->reply->suite == question->offer.suites[1] ?
		    ORDER_SERVER : ORDER_CLIENT;
}

/* ---- groups and signature algorithms, as the suites: by leaving out ---- */

static bool
is_new(const struct probe_track *track)
{
	return track->index == TLS_1_3 - TLS_SSL3;
}

static uint16_t
detail_version(const struct probe_plan *plan, const struct probe_track *track)
{
	return !is_new(track) ? probe_best_version(plan, TLS_1_2) :
	    probe_accepts(plan, TLS_1_3) == PROBE_YES ? TLS_1_3 : 0;
}

static enum track_turn
turn_groups(const struct probe_plan *plan, const struct probe_track *track)
{
	struct tls_offer offer = { .version = detail_version(plan, track) };
	const struct code_list *suites;
	size_t i;

	if (!(is_new(track) ? list_is_done(plan, track) :
	    lists_are_done(plan, 0, OLD_HIGHEST)))
		return TURN_WAIT;
	if (offer.version == 0)
		return TURN_SKIP;
	if (is_new(track))
		return TURN_ASK;
	suites = &plan->listener->versions[
	    probe_version_index(offer.version)].suites;
	for (i = 0; i < suites->count; i++) {
		const struct tls_suite *suite = tls_suite_find(suites->ids[i]);

		if (suite != NULL && strncmp(suite->name, "TLS_ECDHE_", 10) == 0)
			return TURN_ASK;
	}
	return TURN_SKIP;
}

/* Up to TLS 1.2 FFDHE groups go without a name, RFC 7919 section 4. */
static bool
group_is_asked(const struct probe_plan *plan, const struct probe_track *track,
    size_t i)
{
	if (is_new(track))
		return tls_groups[i].tls13 &&
		    plan->groups13[i] == PROBE_UNKNOWN;
	return !tls_groups[i].hybrid && !probe_group_is_ffdhe(&tls_groups[i]) &&
	    plan->groups12[i] == PROBE_UNKNOWN;
}

static void
ask_groups(struct probe_plan *plan, const struct probe_track *track,
    struct probe_question *question)
{
	struct tls_offer *offer = &question->offer;
	uint16_t *groups = arena_array(plan->arena, tls_group_count,
	    sizeof(*groups));
	size_t i;

	probe_ask_hello(plan, question, detail_version(plan, track));
	probe_offer_accepted(plan, offer, is_new(track) ? "" : "TLS_ECDHE_",
	    is_new(track) ? "" : "TLS_ECDHE_");
	question->all_groups = false;
	offer->groups = groups;
	offer->group_count = 0;
	for (i = 0; i < tls_group_count; i++)
		if (group_is_asked(plan, track, i))
			groups[offer->group_count++] = tls_groups[i].id;
}

static void
answer_groups(struct probe_plan *plan, struct probe_track *track,
    const struct probe_question *question,
    const struct probe_outcome *outcome)
{
	const struct tls_offer *offer = &question->offer;
	bool learned = probe_learn_hello(plan, question, outcome);

	if (learned && probe_was_offered(offer->groups, offer->group_count,
	    outcome->reply->group))
		track->state = TRACK_READY;
	else if (outcome->end == END_REFUSED ||
	    (learned && outcome->reply->group != 0))
		probe_groups_refused(is_new(track) ? plan->groups13 :
		    plan->groups12, offer);
}

static enum track_turn
turn_sigalgs12(const struct probe_plan *plan, const struct probe_track *track)
{
	const struct code_list *suites =
	    &plan->listener->versions[track->index].suites;
	size_t i;

	if (!list_is_done(plan, track))
		return TURN_WAIT;
	for (i = 0; i < suites->count; i++) {
		const struct tls_suite *suite = tls_suite_find(suites->ids[i]);

		if (suite != NULL &&
		    (strncmp(suite->name, "TLS_ECDHE_", 10) == 0 ||
		    strncmp(suite->name, "TLS_DHE_", 8) == 0))
			return TURN_ASK;
	}
	return TURN_SKIP;
}

static void
ask_sigalgs12(struct probe_plan *plan, const struct probe_track *track,
    struct probe_question *question)
{
	struct tls_offer *offer = &question->offer;
	uint16_t *sigalgs = arena_array(plan->arena, tls_sigalg_count,
	    sizeof(*sigalgs));
	size_t i;

	probe_ask_hello(plan, question, track_version(track));
	probe_offer_accepted(plan, offer, "TLS_ECDHE_", "TLS_DHE_");
	offer->sigalgs = sigalgs;
	offer->sigalg_count = 0;
	for (i = 0; i < tls_sigalg_count; i++)
		if (!code_list_has(&plan->listener->sigalgs, tls_sigalgs[i].id))
			sigalgs[offer->sigalg_count++] = tls_sigalgs[i].id;
}

static void
answer_sigalgs12(struct probe_plan *plan, struct probe_track *track,
    const struct probe_question *question,
    const struct probe_outcome *outcome)
{
	const struct tls_offer *offer = &question->offer;

	if (!probe_learn_hello(plan, question, outcome) ||
	    !probe_was_offered(offer->sigalgs, offer->sigalg_count,
	    outcome->reply->sigalg))
		return;
	code_list_add(plan->arena, &plan->listener->sigalgs,
	    outcome->reply->sigalg);
	track->state = TRACK_READY;
}

/*
 * With TLS 1.3 the signature is encrypted, so one is offered at a time. Step 0
 * offers one that nobody has: a server that does not mind looks at them only
 * after HelloRetryRequest, and nothing can be learned this way.
 */
static enum track_turn
turn_sigalgs13(const struct probe_plan *plan, const struct probe_track *track)
{
	if (!list_is_done(plan, track))
		return TURN_WAIT;
	return probe_accepts(plan, TLS_1_3) == PROBE_YES &&
	    track->step <= tls_sigalg_count ? TURN_ASK : TURN_SKIP;
}

static void
ask_sigalgs13(struct probe_plan *plan, const struct probe_track *track,
    struct probe_question *question)
{
	uint16_t *sigalg = arena_alloc(plan->arena, sizeof(*sigalg));

	probe_ask_hello(plan, question, TLS_1_3);
	probe_offer_accepted(plan, &question->offer, "", "");
	*sigalg = track->step == 0 ? SIGALG_NOBODY_HAS :
	    tls_sigalgs[track->step - 1].id;
	question->offer.sigalgs = sigalg;
	question->offer.sigalg_count = 1;
}

static void
answer_sigalgs13(struct probe_plan *plan, struct probe_track *track,
    const struct probe_question *question,
    const struct probe_outcome *outcome)
{
	bool accepted = probe_learn_hello(plan, question, outcome);

	if (accepted && track->step == 0)
		return;
	if (accepted)
		code_list_add(plan->arena, &plan->listener->sigalgs,
		    tls_sigalgs[track->step - 1].id);
	do
		track->step++;
	while (track->step <= tls_sigalg_count &&
	    !tls_sigalgs[track->step - 1].tls13);
	track->state = TRACK_READY;
}

/* ---- fallback, renegotiation, injection ---- */

static uint16_t
fallback_version(const struct probe_plan *plan)
{
	uint16_t best = probe_best_version(plan, TLS_1_3);

	return best <= TLS_SSL3 ? 0 :
	    probe_best_version(plan, (uint16_t)(best - 1));
}

static enum track_turn
turn_fallback(const struct probe_plan *plan, const struct probe_track *track)
{
	(void)track;
	if (!lists_are_done(plan, 0, PROBE_VERSION_COUNT - 1))
		return TURN_WAIT;
	return fallback_version(plan) != 0 ? TURN_ASK : TURN_SKIP;
}

static void
ask_fallback(struct probe_plan *plan, const struct probe_track *track,
    struct probe_question *question)
{
	(void)track;
	probe_ask_hello(plan, question, fallback_version(plan));
	probe_offer_suites(plan, &question->offer, PROBE_CLASSES_TLS12, false);
	question->offer.fallback_scsv = true;
}

static void
answer_fallback(struct probe_plan *plan, struct probe_track *track,
    const struct probe_question *question,
    const struct probe_outcome *outcome)
{
	enum probe_seen *refused =
	    &plan->listener->features[FEATURE_FALLBACK_SCSV];

	(void)track;
	/* Without the signal the version is taken: a mute refusal is for it. */
	if (probe_learn_hello(plan, question, outcome))
		*refused = PROBE_NO;
	else if (outcome->reply == NULL || outcome->reply->alert ==
	    ALERT_INAPPROPRIATE_FALLBACK)
		*refused = PROBE_YES;
}

static enum track_turn
turn_renegotiation(const struct probe_plan *plan,
    const struct probe_track *track)
{
	(void)track;
	if (!lists_are_done(plan, 0, OLD_HIGHEST))
		return TURN_WAIT;
	return probe_best_version(plan, TLS_1_2) != 0 &&
	    plan->listener->features[FEATURE_SECURE_RENEGOTIATION] !=
	    PROBE_UNKNOWN ? TURN_ASK : TURN_SKIP;
}

static void
ask_renegotiation(struct probe_plan *plan, const struct probe_track *track,
    struct probe_question *question)
{
	(void)track;
	question->way = WAY_WHOLE;
	question->goal = DIALOGUE_STARTTLS;
	question->inside = INSIDE_RENEGOTIATION;
	question->offer.server_name = plan->server_names[0];
}

static void
answer_renegotiation(struct probe_plan *plan, struct probe_track *track,
    const struct probe_question *question,
    const struct probe_outcome *outcome)
{
	(void)track;
	(void)question;
	if (outcome->end == END_REPLY && outcome->completed)
		plan->listener->features[FEATURE_CLIENT_RENEGOTIATION] =
		    outcome->inside;
}

static enum track_turn
turn_injection(const struct probe_plan *plan, const struct probe_track *track)
{
	(void)track;
	if (plan->no_tls || plan->listener->starttls == PROBE_NO ||
	    probe_protocol_implicit(plan->listener->protocol))
		return TURN_SKIP;
	/* Early: most of it is to wait for nothing to come. */
	return probe_best_version(plan, TLS_1_2) != 0 ||
	    lists_are_done(plan, 0, OLD_HIGHEST) ? TURN_ASK : TURN_WAIT;
}

static void
ask_injection(struct probe_plan *plan, const struct probe_track *track,
    struct probe_question *question)
{
	(void)track;
	question->way = WAY_WHOLE;
	question->goal = DIALOGUE_INJECTION;
	question->inside = INSIDE_QUIET;
	question->tls13 = probe_best_version(plan, TLS_1_2) == 0;
	question->offer.server_name = plan->server_names[0];
}

static void
answer_injection(struct probe_plan *plan, struct probe_track *track,
    const struct probe_question *question,
    const struct probe_outcome *outcome)
{
	enum probe_seen *answered =
	    &plan->listener->features[FEATURE_STARTTLS_INJECTION];

	(void)track;
	(void)question;
	/* Who ends the talk over a pipelined command answers it nowhere. */
	if (outcome->end == END_TALKED &&
	    outcome->dialogue->state == DIALOGUE_FAILED)
		*answered = PROBE_NO;
	else if (outcome->end == END_TALKED)
		*answered = outcome->inside;
	/* Dovecot hands it to TLS, where it is no record: other hellos are taken. */
	else if (outcome->end == END_REFUSED && plan->tls_seen)
		*answered = PROBE_NO;
	else if (outcome->end == END_REPLY && outcome->completed)
		*answered = outcome->inside;
}

/* ---- which tracks there are ---- */

static const struct {
	struct track_type type;
	unsigned lowest;	/* indexes of the versions it is for */
	unsigned highest;
} full_tracks[] = {
	{ { "list", turn_list, ask_list, answer_list }, 0, 4 },
	{ { "order", turn_order, ask_order, answer_order }, 0, 4 },
	{ { "groups", turn_groups, ask_groups, answer_groups }, 3, 4 },
	{ { "sigalgs", turn_sigalgs12, ask_sigalgs12, answer_sigalgs12 }, 3, 3 },
	{ { "sigalgs", turn_sigalgs13, ask_sigalgs13, answer_sigalgs13 }, 4, 4 },
	{ { "fallback", turn_fallback, ask_fallback, answer_fallback }, 0, 0 },
	{ { "renegotiation", turn_renegotiation, ask_renegotiation,
	    answer_renegotiation }, 0, 0 },
	{ { "injection", turn_injection, ask_injection, answer_injection },
	    0, 0 },
};

void
probe_full_choose(struct probe_plan *plan)
{
	unsigned i, index;

	for (i = 0; i < sizeof(full_tracks) / sizeof(full_tracks[0]); i++)
		for (index = full_tracks[i].highest + 1;
		    index-- > full_tracks[i].lowest;)
			probe_track_add(plan, &full_tracks[i].type, index);
}
