/*
 * How the listeners agree on keys: groups, moduli, renegotiation.
 */
#include <string.h>

#include "base/arena.h"
#include "checks/catalogue.h"
#include "checks/ciphers.h"
#include "checks/listeners.h"
#include "checks/words.h"

#define DH_BITS_MIN 2048	/* RFC 9325 section 4.3 */

static bool
is_hybrid(const char *group)
{
	return strcasestr(group, "MLKEM") != NULL ||
	    strcasestr(group, "Kyber") != NULL;
}

static void
add_unwanted(struct names *names, const struct cipher_profile *profile,
    const struct fact_list *groups)
{
	size_t i;

	for (i = 0; i < groups->count; i++) {
		const char *group = groups->items[i];

		if (!text_list_has(&profile->groups, group, strlen(group)) &&
		    !text_list_has(&profile->groups_tolerated, group,
		    strlen(group)))
			names_add(names, group, strlen(group));
	}
}

/* Static RSA alone, where the certificate's key opens what was recorded. */
static bool
has_no_group(const struct listener_facts *listener)
{
	return listener->groups.meta.state == FACT_KNOWN &&
	    listener->groups.count == 0 &&
	    listener->groups_undecided.count == 0 &&
	    listener->protocols.count > 0 &&
	    listener->dh_bits.meta.state == FACT_ABSENT;
}

static void
say_groups(const struct evaluation *ev, struct sayings *sayings,
    const struct listener_facts *listener,
    const struct cipher_profile *profile)
{
	struct names accepted = { .count = 0 }, undecided = { .count = 0 };

	if (!say_seen(ev, sayings, listener, "what groups are accepted",
	    &listener->groups.meta))
		return;
	add_unwanted(&accepted, profile, &listener->groups);
	add_unwanted(&undecided, profile, &listener->groups_undecided);
	if (has_no_group(listener))
		say(ev, sayings, RESULT_FAIL, listener, "no group is accepted, "
		    "so whoever gets the server's key can read all that was "
		    "recorded, wanted one of %s",
		    cipher_profile_shown(ev, profile));
	else if (accepted.count > 0)
		say(ev, sayings, RESULT_FAIL, listener, "%s accepted, not a "
		    "group of %s", names_end(&accepted),
		    cipher_profile_shown(ev, profile));
	else if (undecided.count > 0)
		say(ev, sayings, RESULT_UNKNOWN, listener, "whether %s %s "
		    "accepted is not known%s", names_end(&undecided),
		    undecided.count > 1 ? "are" : "is",
		    ev->facts->listening.complete_lists.value ? "" :
		    " (--full asks)");
}

static void
say_modulus(const struct evaluation *ev, struct sayings *sayings,
    const struct listener_facts *listener)
{
	const struct fact_int *bits = &listener->dh_bits;

	if (say_seen(ev, sayings, listener, "the modulus of DHE",
	    &bits->meta) && bits->meta.state == FACT_KNOWN &&
	    bits->value < DH_BITS_MIN)
		say(ev, sayings, RESULT_FAIL, listener, "DHE with a modulus of "
		    "%lld bits is accepted, wanted %d at least",
		    (long long)bits->value, DH_BITS_MIN);
}

/* Compression: CRIME. Renegotiation that RFC 5746 does not protect. */
static void
say_handshake(const struct evaluation *ev, struct sayings *sayings,
    const struct listener_facts *listener)
{
	const struct fact_bool *compression = &listener->compression;
	const struct fact_bool *secure = &listener->secure_renegotiation;

	if (compression->meta.state == FACT_KNOWN && compression->value)
		say(ev, sayings, RESULT_FAIL, listener,
		    "compression is accepted (CRIME)");
	if (say_seen(ev, sayings, listener, "whether renegotiation is secure",
	    &secure->meta) && secure->meta.state == FACT_KNOWN &&
	    !secure->value)
		say(ev, sayings, RESULT_FAIL, listener, "renegotiation is not "
		    "secure (RFC 5746)%s",
		    listener->client_renegotiation.meta.state == FACT_KNOWN &&
		    listener->client_renegotiation.value ?
		    ", and a client may start one" : "");
}

static void
evaluate_key_exchange(const struct evaluation *ev, struct finding *finding)
{
	static const char *const seen[] = { "listeners.groups",
	    "listeners.group", "listeners.dh_bits",
	    "listeners.secure_renegotiation", "listeners.compression", NULL };
	const struct cipher_profile *profile = cipher_profile_wanted(ev);
	const struct listener_facts *listener;
	struct sayings sayings = { .count = 0 };
	size_t cursor = 0, count = 0, hybrids = 0;

	if (!finding_need(ev, finding, "inventory.listeners"))
		return;
	if (profile == NULL) {
		finding_unknown(ev, finding, "the list of groups %s was not "
		    "loaded", ev->want->string);
		return;
	}
	while ((listener = listener_next(ev, NULL, &cursor)) != NULL) {
		if (!listener_has_tls(listener))
			continue;
		count++;
		say_groups(ev, &sayings, listener, profile);
		say_modulus(ev, &sayings, listener);
		say_handshake(ev, &sayings, listener);
		hybrids += listener->group.meta.state == FACT_KNOWN &&
		    is_hybrid(listener->group.value);
	}
	listeners_evidence(ev, finding, NULL, seen);
	if (count == 0)
		finding_notapplicable(ev, finding,
		    "no listener of this server speaks TLS");
	else
		sayings_conclude(ev, &sayings, arena_printf(ev->arena,
		    "%zu listeners agree on keys in groups of %s; %zu of them "
		    "choose a post-quantum hybrid", count,
		    cipher_profile_shown(ev, profile), hybrids), finding);
}

const struct check key_exchange_checks[] = {
	{
		.id = "tls.server.key_exchange",
		.title = "Listeners agree on keys in sound groups",
		.scope = SCOPE_HOST,
		.subject = "host",
		.needs = { "inventory.listeners", "listeners.groups",
		    "listeners.groups_undecided", "listeners.group",
		    "listeners.dh_bits", "listeners.secure_renegotiation",
		    "listeners.client_renegotiation", "listeners.compression" },
		.evaluate.host = evaluate_key_exchange,
		.want = WANT_STRING,
		.want_words = cipher_profile_names,
		.remediation = "tls.key-exchange",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "Whoever records the traffic today can read it once the key "
		    "exchange is broken; health data stays secret for decades. "
		    "Groups below 112 bits, moduli below 2048 bits, compression "
		    "and renegotiation without RFC 5746 are known to break. Set "
		    "tls_eccurve in Exim's and ssl_curve_list in Dovecot's "
		    "configuration to the groups of the profile, in WHM or in a "
		    "template of your own. A post-quantum hybrid such as "
		    "X25519MLKEM768 is counted, not demanded. Very old mail "
		    "programs can no longer connect.",
	},
};
