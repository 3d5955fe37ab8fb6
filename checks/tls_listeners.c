#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "checks/tls_listeners.h"
#include "checks/words.h"

static bool
is_modern(const char *protocol)
{
	return strcmp(protocol, "TLSv1.2") == 0 ||
	    strcmp(protocol, "TLSv1.3") == 0;
}

static void
add_old(struct names *names, const struct fact_list *protocols)
{
	size_t i;

	for (i = 0; i < protocols->count; i++)
		if (!is_modern(protocols->items[i]))
			names_add(names, protocols->items[i],
			    strlen(protocols->items[i]));
}

static void
say_demanded(const struct evaluation *ev, struct sayings *sayings,
    const struct listener_facts *listener, const char *protocol)
{
	if (fact_list_has(&listener->protocols, protocol))
		return;
	if (fact_list_has(&listener->protocols_undecided, protocol))
		say(ev, sayings, RESULT_UNKNOWN, listener,
		    "whether %s is accepted is not known", protocol);
	else
		say(ev, sayings, RESULT_FAIL, listener, "%s is not accepted, wanted it accepted",
		    protocol);
}

void
say_protocols(const struct evaluation *ev, struct sayings *sayings,
    const struct listener_facts *listener, const char *const *words,
    size_t word_count)
{
	struct names old = { .count = 0 }, undecided = { .count = 0 };
	const struct fact_meta *meta = &listener->protocols.meta;
	size_t i;

	if (!say_seen(ev, sayings, listener, "what TLS is accepted", meta) ||
	    meta->state == FACT_ABSENT)
		return;
	add_old(&old, &listener->protocols);
	add_old(&undecided, &listener->protocols_undecided);
	if (old.count > 0)
		say(ev, sayings, RESULT_FAIL, listener, "%s accepted, wanted "
		    "TLSv1.2 at least", names_end(&old));
	else if (undecided.count > 0)
		say(ev, sayings, RESULT_UNKNOWN, listener, "whether %s is "
		    "accepted is not known", names_end(&undecided));
	for (i = 0; i < word_count; i++)
		say_demanded(ev, sayings, listener, words[i]);
}

/* NULL behind the last listener of the service that may speak TLS. */
static const struct listener_facts *
next_with_tls(const struct evaluation *ev, const char *service, size_t *cursor)
{
	const struct listener_facts *listener;

	do {
		listener = listener_next(ev, service, cursor);
	} while (listener != NULL && !listener_has_tls(listener));
	return listener;
}

static void
conclude(const struct evaluation *ev, const char *service, size_t count,
    struct sayings *sayings, const char *pass, struct judgement *ret)
{
	say_foreign(ev, sayings, service);
	if (count == 0 && sayings->count == 0)
		judge(ret, RESULT_NOTAPPLICABLE,
		    "no listener of %s answers with TLS", service);
	else
		sayings_judge(sayings, pass, ret);
}

void
judge_listener_protocols(const struct evaluation *ev, const char *service,
    bool demand_tls12, struct judgement *ret)
{
	static const char *const demanded[] = { "TLSv1.2" };
	const struct listener_facts *listener;
	struct sayings sayings = { .count = 0 };
	size_t cursor = 0, count = 0;

	while ((listener = next_with_tls(ev, service, &cursor)) != NULL) {
		count++;
		say_protocols(ev, &sayings, listener, demanded, demand_tls12);
	}
	conclude(ev, service, count, &sayings, arena_printf(ev->arena,
	    "%zu listeners accept nothing older than TLS 1.2", count), ret);
}

void
merge_demanded_protocols(const struct evaluation *ev, const char *service,
    struct finding *finding)
{
	const char *path = arena_printf(ev->arena, "listening.%s", service);
	const struct listener_facts *listener;
	struct sayings sayings = { .count = 0 };
	struct finding part = { .result = RESULT_UNKNOWN };
	size_t cursor = 0, count = 0, i;

	if (ev->want->list_count == 0 ||
	    finding->result == RESULT_NOTAPPLICABLE)
		return;
	if (!finding_need_socket(ev, &part, path)) {
		finding_merge(ev, finding, &part);
		return;
	}
	while ((listener = next_with_tls(ev, service, &cursor)) != NULL) {
		const struct fact_list *seen = &listener->protocols;

		count++;
		if (!say_seen(ev, &sayings, listener, "what TLS is accepted",
		    &seen->meta))
			continue;
		for (i = 0; i < ev->want->list_count; i++)
			say_demanded(ev, &sayings, listener,
			    ev->want->list[i]);
	}
	if (count == 0)
		finding_unknown(ev, &part, "no listener of %s was seen, so "
		    "whether %s is accepted is not known", service,
		    ev->want->list[0]);
	else if (sayings.count == 0)
		return;
	else
		sayings_conclude(ev, &sayings, "", &part);
	finding_merge(ev, finding, &part);
}

/* ---- suites ---- */

static bool
is_tolerated(const struct cipher_profile *profile, unsigned port,
    const char *suite)
{
	return port == 25 && text_list_has(&profile->suites_port_25, suite,
	    strlen(suite));
}

static bool
is_wanted(const struct cipher_profile *profile, const char *suite)
{
	size_t length = strlen(suite);

	return suite_is_tls13(suite, length) ||
	    text_list_has(&profile->suites, suite, length);
}

/* What a version takes that may be accepted or not was never asked. */
static void
add_unasked(struct names *names, const struct fact_list *undecided)
{
	size_t i;

	for (i = 0; i < undecided->count; i++)
		if (strcmp(undecided->items[i], "TLSv1.3") != 0)
			names_add(names, undecided->items[i],
			    strlen(undecided->items[i]));
}

static void
say_suites(const struct evaluation *ev, struct sayings *sayings,
    const struct listener_facts *listener, const struct cipher_profile *profile)
{
	struct names weak = { .count = 0 }, undecided = { .count = 0 };
	struct names unasked = { .count = 0 };
	unsigned port = listener_port(listener);
	const struct fact_list *list = &listener->suites;
	size_t tolerated = 0, i;

	if (!say_seen(ev, sayings, listener, "what suites are accepted",
	    &list->meta))
		return;
	for (i = 0; i < list->count; i++)
		if (is_wanted(profile, list->items[i]))
			continue;
		else if (is_tolerated(profile, port, list->items[i]))
			tolerated++;
		else
			names_add(&weak, list->items[i],
			    strlen(list->items[i]));
	list = &listener->suites_undecided;
	for (i = 0; i < list->count; i++)
		if (!is_wanted(profile, list->items[i]) &&
		    !is_tolerated(profile, port, list->items[i]))
			names_add(&undecided, list->items[i],
			    strlen(list->items[i]));
	add_unasked(&unasked, &listener->protocols_undecided);
	if (weak.count > 0)
		say(ev, sayings, RESULT_FAIL, listener, "%s accepted, not on "
		    "the list %s", names_end(&weak),
		    cipher_profile_shown(ev, profile));
	else if (undecided.count > 0)
		say(ev, sayings, RESULT_UNKNOWN, listener, "whether %s %s "
		    "accepted is not known", names_end(&undecided),
		    undecided.count > 1 ? "are" : "is");
	else if (unasked.count > 0)
		say(ev, sayings, RESULT_UNKNOWN, listener, "what suites %s "
		    "takes is not known", names_end(&unasked));
	else if (tolerated > 0)
		say(ev, sayings, RESULT_PASS, listener, "%zu suites with CBC "
		    "are let pass on port 25, where a refused peer would send "
		    "in clear", tolerated);
}

void
judge_listener_suites(const struct evaluation *ev, const char *service,
    const struct cipher_profile *profile, struct judgement *ret)
{
	const struct listener_facts *listener;
	struct sayings sayings = { .count = 0 };
	size_t cursor = 0, count = 0;

	while ((listener = next_with_tls(ev, service, &cursor)) != NULL) {
		count++;
		say_suites(ev, &sayings, listener, profile);
	}
	conclude(ev, service, count, &sayings, arena_printf(ev->arena,
	    "%zu listeners accept only suites of %s", count,
	    cipher_profile_shown(ev, profile)), ret);
}

/* ---- what is said before TLS ---- */

static void
say_injection(const struct evaluation *ev, struct sayings *sayings,
    const struct listener_facts *listener)
{
	if (listener->starttls_injection.meta.state == FACT_KNOWN &&
	    listener->starttls_injection.value)
		say(ev, sayings, RESULT_FAIL, listener, "a command sent before "
		    "TLS is answered inside it (CVE-2011-0411)");
}

static void
say_starttls(const struct evaluation *ev, struct sayings *sayings,
    const struct listener_facts *listener)
{
	if (!say_seen(ev, sayings, listener, "whether STARTTLS is offered",
	    &listener->starttls.meta))
		return;
	if (listener->starttls.meta.state == FACT_KNOWN &&
	    !listener->starttls.value)
		say(ev, sayings, RESULT_FAIL, listener,
		    "STARTTLS is not offered, wanted on every clear port");
	say_injection(ev, sayings, listener);
}

static void
say_implicit(const struct evaluation *ev, struct sayings *sayings,
    const struct listener_facts *listener)
{
	if (say_seen(ev, sayings, listener, "what TLS is accepted",
	    &listener->protocols.meta) &&
	    listener->protocols.meta.state == FACT_KNOWN &&
	    listener->protocols.count == 0)
		say(ev, sayings, RESULT_FAIL, listener,
		    "no version of TLS is accepted, wanted TLSv1.2");
}

/* Of site.port_owners: does any program listen on the port? */
static bool
is_owned(const struct evaluation *ev, unsigned port)
{
	const struct fact_list *owners = &ev->facts->site.port_owners;
	size_t i;

	for (i = 0; i < owners->count; i++)
		if (strtoul(owners->items[i], NULL, 10) == port)
			return true;
	return false;
}

/* A port that has to answer: closed is a fail, not asked is not. */
static void
demand_port(const struct evaluation *ev, struct judgement *said,
    unsigned port)
{
	bool known = ev->facts->site.port_owners.meta.state == FACT_KNOWN;
	const struct listener_facts *listener;
	char text[sizeof(said->text)] = "";
	size_t cursor = 0;

	while ((listener = listener_next(ev, NULL, &cursor)) != NULL)
		if (listener_port(listener) == port)
			return;
	if (known && !is_owned(ev, port)) {
		if (said->result == RESULT_FAIL)
			text_add(text, sizeof(text), "", "%s", said->text);
		text_add(text, sizeof(text), "; ",
		    "nothing listens on port %u", port);
		judge(said, RESULT_FAIL, "%s", text);
	} else if (said->result != RESULT_FAIL) {
		judge(said, RESULT_UNKNOWN, "what answers on port %u was not "
		    "seen", port);
	}
}

void
judge_listener_starttls(const struct evaluation *ev, struct judgement *ret)
{
	const struct listener_facts *listener;
	struct sayings sayings = { .count = 0 };
	size_t cursor = 0, count = 0;

	while ((listener = listener_next(ev, "exim", &cursor)) != NULL) {
		count++;
		if (listener_implicit(listener))
			say_implicit(ev, &sayings, listener);
		else
			say_starttls(ev, &sayings, listener);
	}
	conclude(ev, "exim", count, &sayings, "STARTTLS is offered on the "
	    "clear ports and TLS answers on port 465", ret);
	if (count > 0)
		demand_port(ev, ret, 465);
}

void
judge_listener_clear_login(const struct evaluation *ev, struct judgement *ret)
{
	const struct listener_facts *listener;
	struct sayings sayings = { .count = 0 };
	size_t cursor = 0, count = 0;

	while ((listener = listener_next(ev, "dovecot", &cursor)) != NULL) {
		const struct fact_str *login = &listener->clear_login;

		count++;
		if (listener_implicit(listener)) {
			say_implicit(ev, &sayings, listener);
			continue;
		}
		if (say_seen(ev, &sayings, listener, "whether a login before "
		    "TLS is refused", &login->meta) &&
		    login->meta.state == FACT_KNOWN &&
		    strcmp(login->value, "refused") != 0)
			say(ev, &sayings, RESULT_FAIL, listener,
			    "a login before TLS is possible, wanted it refused");
		say_injection(ev, &sayings, listener);
	}
	conclude(ev, "dovecot", count, &sayings, "a login before TLS is "
	    "refused and TLS answers on port 993", ret);
	if (count > 0)
		demand_port(ev, ret, 993);
}

/* ---- the system's policy ---- */

const char *
protocols_held_by(const struct evaluation *ev)
{
	const struct fact_str *lowest = &ev->facts->crypto.policy_min_protocol;
	const struct fact_str *policy = &ev->facts->crypto.policy;

	if (lowest->meta.state != FACT_KNOWN || lowest->value == NULL ||
	    !is_modern(lowest->value))
		return NULL;
	return arena_printf(ev->arena, "the system's crypto policy only (%s%s"
	    "%s at least)", policy->meta.state == FACT_KNOWN ? policy->value :
	    "", policy->meta.state == FACT_KNOWN ? ", " : "", lowest->value);
}
