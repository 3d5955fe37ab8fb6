/* What a hello offers. */
#include <string.h>

#include "base/arena.h"
#include "host/probe_private.h"

/* Suites of the classes, without those that version is known to accept. */
void
probe_offer_suites(struct probe_plan *plan, struct tls_offer *offer,
    unsigned classes, bool without_accepted)
{
	const struct code_list *accepted = &plan->listener->versions[
	    probe_version_index(offer->version)].suites;
	uint16_t *suites = arena_array(plan->arena, tls_suite_count,
	    sizeof(*suites));
	size_t i, count = 0;

	for (i = 0; i < tls_suite_count; i++)
		if ((classes & PROBE_CLASS(tls_suites[i].class)) &&
		    !(without_accepted &&
		    code_list_has(accepted, tls_suites[i].id)))
			suites[count++] = tls_suites[i].id;
	offer->suites = suites;
	offer->suite_count = count;
}

void
probe_offer_ecdhe(struct probe_plan *plan, struct tls_offer *offer)
{
	uint16_t *suites = arena_array(plan->arena, tls_suite_count,
	    sizeof(*suites));
	size_t i, count = 0;

	for (i = 0; i < tls_suite_count; i++)
		if (strncmp(tls_suites[i].name, "TLS_ECDHE_", 10) == 0)
			suites[count++] = tls_suites[i].id;
	offer->suites = suites;
	offer->suite_count = count;
}

/* Accepted suites whose ServerKeyExchange is signed. */
void
probe_offer_accepted(struct probe_plan *plan, struct tls_offer *offer,
    const char *prefix, const char *other_prefix)
{
	const struct code_list *accepted = &plan->listener->versions[
	    probe_version_index(offer->version)].suites;
	uint16_t *suites = arena_array(plan->arena, accepted->count,
	    sizeof(*suites));
	size_t i, count = 0;

	for (i = 0; i < accepted->count; i++) {
		const struct tls_suite *suite =
		    tls_suite_find(accepted->ids[i]);

		if (suite != NULL &&
		    (strncmp(suite->name, prefix, strlen(prefix)) == 0 ||
		    strncmp(suite->name, other_prefix,
		    strlen(other_prefix)) == 0))
			suites[count++] = suite->id;
	}
	offer->suites = suites;
	offer->suite_count = count;
}

/*
 * Up to TLS 1.2 no FFDHE group is offered: a server would take one of those in
 * the place of its own parameters, which are what is to be seen (RFC 7919
 * section 4: without any of them in the list it uses what it likes).
 */
static void
offer_all_groups(struct probe_plan *plan, struct probe_question *question)
{
	struct tls_offer *offer = &question->offer;
	uint16_t *groups = arena_array(plan->arena, tls_group_count,
	    sizeof(*groups));
	size_t i;

	for (i = 0; i < tls_group_count; i++)
		if (offer->version == TLS_1_3 ? tls_groups[i].tls13 :
		    !probe_group_is_ffdhe(&tls_groups[i]))
			groups[offer->group_count++] = tls_groups[i].id;
	offer->groups = groups;
	question->all_groups = true;
}

static void
offer_all_sigalgs(struct probe_plan *plan, struct tls_offer *offer)
{
	uint16_t *sigalgs = arena_array(plan->arena, tls_sigalg_count,
	    sizeof(*sigalgs));
	size_t i;

	for (i = 0; i < tls_sigalg_count; i++)
		sigalgs[i] = tls_sigalgs[i].id;
	offer->sigalgs = sigalgs;
	offer->sigalg_count = tls_sigalg_count;
}

/*
 * With a server name Exim makes its TLS context anew and reads all of the
 * system's roots again, in every connection: ten times the work, on a machine
 * that has mail to deliver. What SMTP servers do not tell most of their
 * clients apart by is left out; the certificates are asked for by name.
 */
static const char *
hello_name(const struct probe_plan *plan)
{
	return plan->listener->protocol == PROBE_SMTP ||
	    plan->listener->protocol == PROBE_SMTPS ? NULL :
	    plan->server_names[0];
}

void
probe_ask_hello(struct probe_plan *plan, struct probe_question *question,
    uint16_t version)
{
	question->way = WAY_HELLO;
	question->goal = DIALOGUE_STARTTLS;
	question->wants_chain = plan->wants_chain && !plan->chain_known[0];
	question->offer.version = version;
	question->offer.server_name = question->wants_chain ?
	    plan->server_names[0] : hello_name(plan);
	question->offer.compression = version != TLS_1_3;
	offer_all_groups(plan, question);
	offer_all_sigalgs(plan, &question->offer);
}
