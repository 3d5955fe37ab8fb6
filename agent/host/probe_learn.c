#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "host/probe_private.h"

int
probe_version_index(uint16_t version)
{
	return version < TLS_SSL3 || version > TLS_1_3 ? -1 :
	    version - TLS_SSL3;
}

enum probe_seen
probe_accepts(const struct probe_plan *plan, uint16_t version)
{
	return plan->listener->versions[probe_version_index(version)].accepted;
}

uint16_t
probe_best_version(const struct probe_plan *plan, uint16_t ceiling)
{
	uint16_t version;

	for (version = ceiling; version >= TLS_SSL3; version--)
		if (probe_accepts(plan, version) == PROBE_YES)
			return version;
	return 0;
}

void
probe_learn_why(struct probe_plan *plan, const char *name, const char *why)
{
	struct probe_listener *listener = plan->listener;

	if (listener->why == NULL && why[0] != '\0')
		listener->why = arena_printf(plan->arena, "%s: %s", name, why);
}

/* ---- the talk in clear ---- */

static void
learn_seen(enum probe_seen *seen, enum probe_seen now)
{
	if (now != PROBE_UNKNOWN)
		*seen = now;
}

static const char *
text_or_null(struct arena *arena, const char *text)
{
	return text[0] == '\0' ? NULL : arena_strdup(arena, text);
}

static void
learn_http(struct probe_plan *plan, const struct dialogue *dialogue)
{
	struct probe_listener *listener = plan->listener;

	if (dialogue->http_status == 0)
		return;
	listener->http_status = dialogue->http_status;
	listener->location = text_or_null(plan->arena, dialogue->location);
	listener->hsts = text_or_null(plan->arena, dialogue->hsts);
}

void
probe_learn_dialogue(struct probe_plan *plan, const struct dialogue *dialogue)
{
	struct probe_listener *listener = plan->listener;

	if (listener->greeting == NULL)
		listener->greeting = text_or_null(plan->arena,
		    dialogue->greeting);
	/* A pool may offer it only sometimes: once refused is not offered. */
	if (listener->starttls != PROBE_NO)
		learn_seen(&listener->starttls, dialogue->starttls);
	if (dialogue->mechanisms_seen && !listener->mechanisms_seen) {
		listener->mechanisms_seen = true;
		listener->mechanisms = arena_strdup(plan->arena,
		    dialogue->mechanisms);
	}
	learn_seen(&listener->clear_login, dialogue->clear_login);
	learn_seen(&listener->relay, dialogue->relay);
	learn_http(plan, dialogue);
}

/* ---- a ServerHello ---- */

bool
probe_was_offered(const uint16_t *ids, size_t count, uint16_t id)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (ids[i] == id)
			return true;
	return false;
}

/* One of TLS 1.3 is none of TLS 1.2's, and the other way round. */
static bool
suite_was_offered(const struct probe_question *question,
    const struct tls_reply *reply)
{
	const struct tls_offer *offer = &question->offer;
	const struct tls_suite *suite = tls_suite_find(reply->suite);

	if (suite != NULL &&
	    (suite->class == SUITE_TLS13) != (reply->version == TLS_1_3))
		return false;
	return (question->way == WAY_WHOLE && offer->suite_count == 0) ||
	    probe_was_offered(offer->suites, offer->suite_count, reply->suite);
}

static void
learn_group(struct probe_plan *plan, const struct probe_question *question,
    const struct tls_reply *reply)
{
	struct probe_listener *listener = plan->listener;
	const struct tls_group *group = tls_group_find(reply->group);

	if (reply->group == 0)
		return;
	code_list_add(plan->arena, &listener->groups, reply->group);
	if (group != NULL)
		(reply->version == TLS_1_3 ? plan->groups13 :
		    plan->groups12)[group - tls_groups] = PROBE_YES;
	/* TLS 1.3 is what a client of today gets. */
	if (question->all_groups &&
	    (listener->group == 0 || reply->version == TLS_1_3))
		listener->group = reply->group;
}

static void
learn_hello_features(struct probe_plan *plan,
    const struct probe_question *question, const struct tls_reply *reply)
{
	enum probe_seen *features = plan->listener->features;

	if (reply->version == TLS_1_3 || question->way != WAY_HELLO)
		return;
	if (question->offer.compression &&
	    features[FEATURE_COMPRESSION] != PROBE_YES)
		features[FEATURE_COMPRESSION] = reply->compression != 0 ?
		    PROBE_YES : PROBE_NO;
	/*
	 * Said in every ServerHello up to TLS 1.2, or not at all: OpenSSL may
	 * be unable to end a handshake with an old server. SSL 3.0 has no
	 * extensions but this one, as an answer to the SCSV (RFC 5746 3.7).
	 */
	if (features[FEATURE_SECURE_RENEGOTIATION] == PROBE_UNKNOWN)
		features[FEATURE_SECURE_RENEGOTIATION] =
		    reply->renegotiation_info ? PROBE_YES : PROBE_NO;
	if (features[FEATURE_EXTENDED_MASTER_SECRET] == PROBE_UNKNOWN)
		features[FEATURE_EXTENDED_MASTER_SECRET] =
		    reply->extended_master_secret ? PROBE_YES : PROBE_NO;
}

bool
probe_learn_reply(struct probe_plan *plan,
    const struct probe_question *question, uint16_t offered,
    const struct tls_reply *reply)
{
	struct probe_listener *listener = plan->listener;
	int index = probe_version_index(reply->version);
	struct probe_version *version;

	plan->tls_seen = true;
	/* A hello of ours offers TLS 1.3 alone. */
	if (index < 0 || reply->version > offered ||
	    (question->way == WAY_HELLO && offered == TLS_1_3 &&
	    reply->version != TLS_1_3)) {
		probe_learn_why(plan, question->name,
		    "the server chose a version that was not offered");
		return false;
	}
	version = &listener->versions[index];
	if (!suite_was_offered(question, reply)) {
		probe_learn_why(plan, question->name,
		    "the server chose a suite that was not offered");
		return false;
	}
	version->accepted = PROBE_YES;
	/* A complete list is to be in the order in which hellos of ours got it. */
	if (question->way == WAY_HELLO || !listener->full)
		code_list_add(plan->arena, &version->suites, reply->suite);
	if (reply->version < offered)
		probe_learn_no_version(plan, (uint16_t)(reply->version + 1),
		    offered);
	if (reply->dh_bits != 0 && (listener->dh_bits == 0 ||
	    reply->dh_bits < listener->dh_bits))
		listener->dh_bits = reply->dh_bits;
	learn_group(plan, question, reply);
	learn_hello_features(plan, question, reply);
	return true;
}

void
probe_learn_no_version(struct probe_plan *plan, uint16_t lowest,
    uint16_t highest)
{
	uint16_t version;

	for (version = lowest; version <= highest; version++) {
		struct probe_version *seen = &plan->listener->versions[
		    probe_version_index(version)];

		if (seen->accepted == PROBE_UNKNOWN)
			seen->accepted = PROBE_NO;
	}
}

void
probe_learn_refused(struct probe_plan *plan, const struct tls_offer *offer)
{
	bool *refused = plan->refused +
	    (size_t)probe_version_index(offer->version) * tls_suite_count;
	size_t i;

	for (i = 0; i < offer->suite_count; i++)
		refused[tls_suite_find(offer->suites[i]) - tls_suites] = true;
}

/* ---- a whole handshake ---- */

void
probe_learn_whole(struct probe_plan *plan, const struct probe_outcome *outcome)
{
	enum probe_seen *features = plan->listener->features;

	if (outcome->completed) {
		learn_seen(&features[FEATURE_TICKETS], outcome->tickets);
		learn_seen(&features[FEATURE_OCSP_STAPLE], outcome->stapled);
		learn_seen(&features[FEATURE_SECURE_RENEGOTIATION],
		    outcome->secure_renegotiation);
		learn_seen(&features[FEATURE_EXTENDED_MASTER_SECRET],
		    outcome->extended_master_secret);
	}
	if (outcome->greeting != NULL && plan->listener->greeting == NULL)
		plan->listener->greeting = text_or_null(plan->arena,
		    outcome->greeting);
	if (outcome->http != NULL)
		learn_http(plan, outcome->http);
}

void
probe_learn_chain(struct probe_plan *plan, size_t name,
    const struct probe_chain *chain)
{
	struct probe_chain *into = &plan->listener->chains[name];
	const char *server_name = into->server_name;

	if (plan->chain_known[name])
		return;
	*into = *chain;
	into->server_name = server_name;
	plan->chain_known[name] = true;
}

/* ---- the end ---- */

static bool
is_of_version(const struct tls_suite *suite, uint16_t version)
{
	return (suite->class == SUITE_TLS13) == (version == TLS_1_3);
}

static void
end_version(struct probe_plan *plan, struct probe_version *version)
{
	const bool *refused = plan->refused +
	    (size_t)probe_version_index(version->version) * tls_suite_count;
	size_t i;

	if (version->accepted != PROBE_YES)
		return;
	for (i = 0; i < tls_suite_count; i++)
		if (is_of_version(&tls_suites[i], version->version) &&
		    !refused[i] &&
		    !code_list_has(&version->suites, tls_suites[i].id))
			code_list_add(plan->arena, &version->undecided,
			    tls_suites[i].id);
}

bool
probe_group_is_ffdhe(const struct tls_group *group)
{
	return group->id >> 8 == 1;	/* RFC 7919 section 2 */
}

/*
 * A group is refused when both TLS 1.3 and what came before have refused it.
 * Hybrids are of TLS 1.3 alone, and FFDHE groups have a name only there.
 */
static bool
group_is_settled(const struct probe_plan *plan, size_t i, bool old_gone,
    bool new_gone)
{
	bool old = old_gone || tls_groups[i].hybrid ||
	    probe_group_is_ffdhe(&tls_groups[i]) ||
	    plan->groups12[i] != PROBE_UNKNOWN;
	bool new = new_gone || !tls_groups[i].tls13 ||
	    plan->groups13[i] != PROBE_UNKNOWN;

	return old && new;
}

static bool
lists_ecdhe(const struct code_list *suites)
{
	size_t i;

	for (i = 0; i < suites->count; i++) {
		const struct tls_suite *suite = tls_suite_find(suites->ids[i]);

		if (suite != NULL && strncmp(suite->name, "TLS_ECDHE_", 10) == 0)
			return true;
	}
	return false;
}

/* No version up to TLS 1.2 has a suite, or may have one, that uses a group. */
static bool
old_groups_are_gone(const struct probe_plan *plan)
{
	const struct probe_version *versions = plan->listener->versions;
	size_t i;

	for (i = 0; i < PROBE_VERSION_COUNT - 1; i++)
		if (versions[i].accepted == PROBE_UNKNOWN ||
		    (versions[i].accepted == PROBE_YES &&
		    (lists_ecdhe(&versions[i].suites) ||
		    lists_ecdhe(&versions[i].undecided))))
			return false;
	return true;
}

static void
end_groups(struct probe_plan *plan)
{
	struct probe_listener *listener = plan->listener;
	bool old_gone = old_groups_are_gone(plan);
	size_t i;

	for (i = 0; i < tls_group_count; i++)
		if (!code_list_has(&listener->groups, tls_groups[i].id) &&
		    !group_is_settled(plan, i, old_gone,
		    probe_accepts(plan, TLS_1_3) == PROBE_NO))
			code_list_add(plan->arena, &listener->groups_undecided,
			    tls_groups[i].id);
}

/*
 * TLS 1.3 has neither renegotiation nor compression, and its keys always hang
 * on the whole handshake (RFC 8446 4.1.2, 1.2 and appendix D).
 */
static void
end_features(struct probe_plan *plan)
{
	enum probe_seen *features = plan->listener->features;
	uint16_t version;

	for (version = TLS_SSL3; version <= TLS_1_2; version++)
		if (probe_accepts(plan, version) != PROBE_NO)
			return;
	features[FEATURE_SECURE_RENEGOTIATION] = PROBE_YES;
	features[FEATURE_EXTENDED_MASTER_SECRET] = PROBE_YES;
	features[FEATURE_CLIENT_RENEGOTIATION] = PROBE_NO;
	features[FEATURE_COMPRESSION] = PROBE_NO;
}

static int
compare_suites(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

static int
compare_groups(const void *a, const void *b)
{
	const struct tls_group *left = tls_group_find(*(const uint16_t *)a);
	const struct tls_group *right = tls_group_find(*(const uint16_t *)b);

	/* Those without a name stand behind. */
	if (left == NULL || right == NULL)
		return left == right ? compare_suites(a, b) :
		    left == NULL ? 1 : -1;
	return left < right ? -1 : left > right;
}

static void
sort_codes(struct code_list *list, int (*compare)(const void *, const void *))
{
	if (list->count > 1)
		qsort(list->ids, list->count, sizeof(*list->ids), compare);
}

/* Which track was answered first is chance: the same listener reads the same. */
static void
sort_lists(struct probe_listener *listener)
{
	size_t i;

	for (i = 0; i < PROBE_VERSION_COUNT && !listener->full; i++)
		sort_codes(&listener->versions[i].suites, compare_suites);
	sort_codes(&listener->groups, compare_groups);
	sort_codes(&listener->sigalgs, compare_suites);
}

void
probe_learn_end(struct probe_plan *plan)
{
	size_t i;

	if (!plan->tls_seen) {
		plan->listener->chain_count = 0;
		return;
	}
	sort_lists(plan->listener);
	for (i = 0; i < PROBE_VERSION_COUNT; i++)
		end_version(plan, &plan->listener->versions[i]);
	end_groups(plan);
	end_features(plan);
	for (i = 0; i < plan->name_count; i++)
		if (!plan->chain_known[i] &&
		    plan->listener->chains[i].why == NULL)
			plan->listener->chains[i].why = "was not read";
}
