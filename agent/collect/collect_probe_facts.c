/*
 * From a probe's answer to the facts of listeners. What was not seen stays
 * unknown with the reason; what makes no sense for a listener is absent.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "collect/collect_probe.h"
#include "parse/tls_suites.h"

/* ---- whose it is ---- */

struct usual_port {
	unsigned port;
	const char *service;
};

/* cPanel's ports: docs.cpanel.net, How to Configure Your Firewall. */
static const struct usual_port usual_ports[] = {
	{ 25, "exim" }, { 26, "exim" }, { 465, "exim" }, { 587, "exim" },
	{ 110, "dovecot" }, { 143, "dovecot" }, { 993, "dovecot" },
	{ 995, "dovecot" }, { 4190, "dovecot" },
	{ 2082, "cpsrvd" }, { 2083, "cpsrvd" }, { 2086, "cpsrvd" },
	{ 2087, "cpsrvd" }, { 2095, "cpsrvd" }, { 2096, "cpsrvd" },
	{ 2077, "cpdavd" }, { 2078, "cpdavd" }, { 2079, "cpdavd" },
	{ 2080, "cpdavd" },
	{ 443, "httpd" },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *
usual_service(unsigned port)
{
	size_t i;

	for (i = 0; i < COUNT(usual_ports); i++)
		if (usual_ports[i].port == port)
			return usual_ports[i].service;
	return "other";
}

const char *
probe_port_owner(const struct collection *collection, unsigned port)
{
	const struct fact_list *owners =
	    &collection->facts->site.port_owners;
	const char *blank;
	size_t i;

	for (i = 0; owners->meta.state == FACT_KNOWN && i < owners->count; i++)
		if (strtoul(owners->items[i], NULL, 10) == port) {
			blank = strchr(owners->items[i], ' ');
			return blank == NULL ? NULL : blank + 1;
		}
	return NULL;
}

/* cpsrvd and cpdavd are Perl programs, run by cPanel's own perl. */
static bool
is_program_of(const char *program, const char *service)
{
	static const char *const web_servers[] =
	    { "httpd", "apache2", "nginx", "lshttpd", "litespeed",
	    "openlitespeed", "lsws" };
	const char *slash = strrchr(program, '/');
	const char *name = slash == NULL ? program : slash + 1;
	size_t i;

	if (strcmp(service, "exim") == 0)
		return slash != NULL && strncmp(name, "exim", 4) == 0;
	if (strcmp(service, "dovecot") == 0)
		return strcmp(name, "dovecot") == 0 ||
		    strstr(program, "/dovecot/") != NULL;
	if (strcmp(service, "cpsrvd") == 0 || strcmp(service, "cpdavd") == 0)
		return strncmp(program, "/usr/local/cpanel/", 18) == 0;
	for (i = 0; i < COUNT(web_servers); i++)
		if (strncmp(name, web_servers[i], strlen(web_servers[i])) == 0)
			return strcmp(service, "httpd") == 0;
	return false;
}

/* The site collector saw the socket, and no process that holds it. */
static bool
is_unseen(const char *program)
{
	return strcmp(program, "unknown program") == 0;
}

/*
 * The program of another service that listens on the port too, at another
 * address; NULL = there is none. Which of the two answered is in no fact.
 */
static const char *
second_owner(const struct collection *collection, unsigned port)
{
	const struct fact_list *owners =
	    &collection->facts->site.port_owners;
	const char *first = probe_port_owner(collection, port), *other;
	const char *usual = usual_service(port);
	size_t i;

	for (i = 0; first != NULL && i < owners->count; i++) {
		if (strtoul(owners->items[i], NULL, 10) != port)
			continue;
		other = strchr(owners->items[i], ' ') + 1;
		if (strcmp(other, first) != 0 && (is_unseen(other) ||
		    is_unseen(first) || !is_program_of(other, usual) ||
		    !is_program_of(first, usual)))
			return other;
	}
	return NULL;
}

const char *
probe_service(const struct collection *collection, unsigned port)
{
	static const char *const anywhere[] = { "exim", "dovecot" };
	const char *usual = usual_service(port);
	const char *program;
	size_t i;

	if (collection->facts->site.port_owners.meta.state != FACT_KNOWN)
		return usual;
	program = probe_port_owner(collection, port);
	if (program == NULL)
		return "other";
	if (is_program_of(program, usual) || is_unseen(program) ||
	    second_owner(collection, port) != NULL)
		return usual;
	/* A submission port of the admin's own choice is Exim's too. */
	for (i = 0; i < COUNT(anywhere); i++)
		if (is_program_of(program, anywhere[i]))
			return anywhere[i];
	return "other";
}

/* ---- values ---- */

struct view {
	struct collection *collection;
	const struct probe_listener *listener;
	const char *clear;	/* origin of what is said before TLS */
	const char *tls;	/* origin of what TLS showed */
	const char *why;	/* of what is not known */
	bool old_tls;		/* TLS 1.2 or older is spoken, or may be */
};

static void
set_seen(struct view *view, struct fact_bool *fact, const char *origin,
    enum probe_seen seen, const char *why)
{
	if (seen == PROBE_UNKNOWN) {
		meta_unknown(view->collection, &fact->meta, origin, "%s", why);
		return;
	}
	meta_known(&fact->meta, origin);
	fact->value = seen == PROBE_YES;
}

static void
set_text(struct view *view, struct fact_str *fact, const char *origin,
    const char *value)
{
	if (value == NULL)
		meta_unknown(view->collection, &fact->meta, origin, "%s",
		    view->why);
	else
		set_string(view->collection, fact, origin, value);
}

static const char *
code_name(const char *(*name)(uint16_t, char [static 8]), uint16_t id,
    struct arena *arena)
{
	char buffer[8];

	return arena_strdup(arena, name(id, buffer));
}

/* ---- before TLS ---- */

static void
set_words(struct view *view, struct fact_list *fact, const char *words)
{
	struct arena *arena = view->collection->arena;
	const char **items = NULL;
	size_t count = 0, length;

	for (; *words != '\0'; words += length) {
		words += strspn(words, " ");
		length = strcspn(words, " ");
		if (length > 0)
			*arena_push(arena, &items, &count) =
			    arena_memdup(arena, words, length);
	}
	meta_known(&fact->meta, view->clear);
	fact->items = items;
	fact->count = count;
}

/*
 * Dovecot calls a connection from the address that it goes to "secured" and
 * takes a password there in spite of its configuration: that proves nothing.
 */
static bool
from_own_address(const struct probe_listener *listener)
{
	return listener->source != NULL &&
	    strcmp(listener->source, listener->address) == 0 &&
	    listener->protocol != PROBE_SMTP;
}

static void
set_clear(struct view *view, struct listener_facts *facts)
{
	const struct probe_listener *listener = view->listener;
	bool spoken = !probe_protocol_implicit(listener->protocol) &&
	    listener->protocol != PROBE_HTTP && listener->protocol != PROBE_TLS;

	if (!spoken) {
		meta_absent(&facts->starttls.meta, view->clear);
		meta_absent(&facts->clear_mechanisms.meta, view->clear);
		meta_absent(&facts->clear_login.meta, view->clear);
		return;
	}
	set_seen(view, &facts->starttls, view->clear, listener->starttls,
	    view->why);
	if (listener->mechanisms_seen && listener->mechanisms != NULL)
		set_words(view, &facts->clear_mechanisms,
		    listener->mechanisms);
	else
		meta_unknown(view->collection, &facts->clear_mechanisms.meta,
		    view->clear, "%s", view->why);
	if (listener->clear_login == PROBE_YES && from_own_address(listener))
		meta_unknown(view->collection, &facts->clear_login.meta,
		    view->clear, "asked from the listener's own address %s, "
		    "which Dovecot trusts", listener->source);
	else
		set_text(view, &facts->clear_login, view->clear,
		    listener->clear_login == PROBE_YES ? "possible" :
		    listener->clear_login == PROBE_NO ? "refused" : NULL);
}

static void
set_http(struct view *view, struct listener_facts *facts)
{
	const struct probe_listener *listener = view->listener;
	struct arena *arena = view->collection->arena;
	bool clear = listener->protocol == PROBE_HTTP;
	bool https = listener->protocol == PROBE_HTTPS;
	const char *text = NULL;

	meta_absent(&facts->clear_http.meta, view->clear);
	meta_absent(&facts->hsts.meta, view->tls);
	if (clear && listener->http_status >= 300 &&
	    listener->http_status < 400 && listener->location != NULL)
		text = arena_printf(arena, "redirect %s", listener->location);
	else if (clear && listener->http_status != 0)
		text = arena_printf(arena, "answers %u",
		    listener->http_status);
	if (clear)
		set_text(view, &facts->clear_http, view->clear, text);
	if (https && (listener->http_status == 0 || listener->hsts != NULL))
		set_text(view, &facts->hsts, view->tls, listener->hsts);
}

/* ---- what TLS offers ---- */

static bool
is_in(const char *const *items, size_t count, const char *word)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(items[i], word) == 0)
			return true;
	return false;
}

/* Names of the codes behind those that are there, none twice, none of skip. */
static void
add_codes(struct view *view, struct fact_list *fact,
    const struct code_list *codes,
    const char *(*name)(uint16_t, char [static 8]), const struct fact_list *skip)
{
	struct arena *arena = view->collection->arena;
	const char **items = (const char **)(uintptr_t)fact->items;
	const char *word;
	size_t i;

	for (i = 0; i < codes->count; i++) {
		word = code_name(name, codes->ids[i], arena);
		if (is_in(items, fact->count, word) || (skip != NULL &&
		    is_in(skip->items, skip->count, word)))
			continue;
		*arena_push(arena, &items, &fact->count) = word;
	}
	fact->items = items;
}

static void
add_word(struct view *view, struct fact_list *fact, const char *word)
{
	const char **items = (const char **)(uintptr_t)fact->items;

	*arena_push(view->collection->arena, &items, &fact->count) = word;
	fact->items = items;
}

static void
set_protocols(struct view *view, struct listener_facts *facts)
{
	size_t i;

	for (i = 0; i < PROBE_VERSION_COUNT; i++) {
		const struct probe_version *version =
		    &view->listener->versions[i];
		const char *name = tls_version_name(version->version);

		if (version->version <= TLS_1_2 &&
		    version->accepted != PROBE_NO)
			view->old_tls = true;
		if (version->accepted == PROBE_YES)
			add_word(view, &facts->protocols, name);
		else if (version->accepted == PROBE_UNKNOWN)
			add_word(view, &facts->protocols_undecided, name);
	}
	if (facts->protocols_undecided.count == PROBE_VERSION_COUNT) {
		facts->protocols_undecided = (struct fact_list){
		    .count = 0 };
		meta_unknown(view->collection, &facts->protocols.meta,
		    view->tls, "%s", view->why);
	} else {
		meta_known(&facts->protocols.meta, view->tls);
	}
	facts->protocols_undecided.meta = facts->protocols.meta;
}

static void
set_suites(struct view *view, struct listener_facts *facts)
{
	size_t i;

	facts->suites.meta = facts->protocols.meta;
	facts->suites_undecided.meta = facts->protocols.meta;
	if (facts->protocols.meta.state != FACT_KNOWN)
		return;
	for (i = PROBE_VERSION_COUNT; i-- > 0;)
		add_codes(view, &facts->suites,
		    &view->listener->versions[i].suites, tls_suite_name, NULL);
	for (i = PROBE_VERSION_COUNT; i-- > 0;)
		if (view->listener->versions[i].accepted != PROBE_NO)
			add_codes(view, &facts->suites_undecided,
			    &view->listener->versions[i].undecided,
			    tls_suite_name, &facts->suites);
}

static void
set_groups(struct view *view, struct listener_facts *facts)
{
	const struct probe_listener *listener = view->listener;
	struct arena *arena = view->collection->arena;

	facts->groups.meta = facts->protocols.meta;
	facts->groups_undecided.meta = facts->protocols.meta;
	facts->group.meta = facts->protocols.meta;
	if (facts->protocols.meta.state != FACT_KNOWN)
		return;
	add_codes(view, &facts->groups, &listener->groups, tls_group_name,
	    NULL);
	add_codes(view, &facts->groups_undecided, &listener->groups_undecided,
	    tls_group_name, &facts->groups);
	set_text(view, &facts->group, view->tls, listener->group == 0 ? NULL :
	    code_name(tls_group_name, listener->group, arena));
}

/* A suite of the list with an ephemeral key in a prime field. */
static bool
has_dhe(const struct code_list *suites)
{
	const struct tls_suite *suite;
	size_t i;

	for (i = 0; i < suites->count; i++) {
		suite = tls_suite_find(suites->ids[i]);
		if (suite != NULL && (strstr(suite->name, "_DHE_") != NULL ||
		    strstr(suite->name, "_DH_anon_") != NULL))
			return true;
	}
	return false;
}

static void
set_dh(struct view *view, struct listener_facts *facts)
{
	bool taken = false, undecided = false;
	size_t i;

	for (i = 0; i < PROBE_VERSION_COUNT; i++) {
		const struct probe_version *version =
		    &view->listener->versions[i];

		taken |= has_dhe(&version->suites);
		undecided |= version->accepted != PROBE_NO &&
		    has_dhe(&version->undecided);
	}
	facts->dh_bits.value = view->listener->dh_bits;
	if (view->listener->dh_bits > 0)
		meta_known(&facts->dh_bits.meta, view->tls);
	else if (facts->protocols.meta.state != FACT_KNOWN)
		facts->dh_bits.meta = facts->protocols.meta;
	else if (taken || undecided)
		meta_unknown(view->collection, &facts->dh_bits.meta, view->tls,
		    "%s%s", taken ? "a suite with DHE is accepted, and its "
		    "modulus was not seen" : "whether a suite with DHE is "
		    "accepted was not decided",
		    view->listener->full ? "" : " (--full asks)");
	else
		meta_absent(&facts->dh_bits.meta, view->tls);
}

struct feature_row {
	enum probe_feature feature;
	size_t offset;		/* of the fact_bool in struct listener_facts */
	bool old_only;		/* TLS 1.3 has it always or never */
	bool starttls_only;
	bool full;		/* a verdict does not ask */
};

#define FEATURE(member) offsetof(struct listener_facts, member)

static const struct feature_row features[] = {
	{ FEATURE_SECURE_RENEGOTIATION, FEATURE(secure_renegotiation),
	    .old_only = true },
	{ FEATURE_CLIENT_RENEGOTIATION, FEATURE(client_renegotiation),
	    .old_only = true, .full = true },
	{ FEATURE_COMPRESSION, FEATURE(compression), .old_only = true },
	{ FEATURE_TICKETS, FEATURE(tickets), .full = false },
	{ FEATURE_OCSP_STAPLE, FEATURE(ocsp_staple), .full = false },
	{ FEATURE_EXTENDED_MASTER_SECRET, FEATURE(extended_master_secret),
	    .old_only = true },
	{ FEATURE_FALLBACK_SCSV, FEATURE(fallback_scsv), .old_only = true,
	    .full = true },
	{ FEATURE_STARTTLS_INJECTION, FEATURE(starttls_injection),
	    .starttls_only = true, .full = true },
};

static void
set_features(struct view *view, struct listener_facts *facts)
{
	bool starttls = view->listener->starttls == PROBE_YES;
	struct fact_bool *fact;
	size_t i;

	for (i = 0; i < COUNT(features); i++) {
		const struct feature_row *row = &features[i];

		fact = (void *)((char *)facts + row->offset);
		if ((row->old_only && !view->old_tls) ||
		    (row->starttls_only && !starttls)) {
			meta_absent(&fact->meta, view->tls);
			continue;
		}
		set_seen(view, fact, view->tls,
		    view->listener->features[row->feature], row->full &&
		    !view->listener->full ? "a verdict does not ask that; "
		    "--full does" : view->why);
	}
}

/* ---- certificates ---- */

static const struct probe_chain *
chain_for(const struct probe_listener *listener, const char *name)
{
	size_t i;

	for (i = 0; i < listener->chain_count; i++) {
		const char *asked = listener->chains[i].server_name;

		if (name == NULL ? i == 0 : asked != NULL &&
		    strcmp(asked, name) == 0)
			return &listener->chains[i];
	}
	return NULL;
}

static void
set_list(struct view *view, struct fact_list *fact, const char *const *names,
    size_t count)
{
	size_t i;

	meta_known(&fact->meta, view->tls);
	for (i = 0; i < count; i++)
		add_word(view, fact, arena_strdup(view->collection->arena,
		    names[i]));
}

static void
set_trust(struct view *view, struct fact_str *fact,
    const struct probe_chain *chain)
{
	if (chain->trusted == PROBE_UNKNOWN)
		meta_unknown(view->collection, &fact->meta, view->tls, "%s",
		    chain->why != NULL ? chain->why : view->why);
	else
		set_string(view->collection, fact, view->tls,
		    chain->trusted == PROBE_YES ? "trusted" :
		    chain->why != NULL ? chain->why : "not trusted");
}

/* The roots' verdict leaves the leaf's dates out: parse/probe_result.h. */
static void
hold_future(struct view *view, struct fact_str *fact,
    const struct probe_chain *chain)
{
	struct collection *collection = view->collection;
	time_t from = (time_t)chain->not_before;
	char day[32] = "a later day";
	struct tm tm;

	if (chain->not_before <= collection->facts->collected_at)
		return;
	if (gmtime_r(&from, &tm) != NULL)
		(void)strftime(day, sizeof(day), "%Y-%m-%d", &tm);
	set_string(collection, fact, view->tls, arena_printf(
	    collection->scratch, "good from %s on only", day));
}

static void
set_time(struct view *view, struct fact_int *fact, int64_t time)
{
	meta_known(&fact->meta, view->tls);
	fact->value = time;
}

static void
set_certificate(struct view *view, struct listener_facts *facts)
{
	const struct probe_chain *chain = chain_for(view->listener, NULL);
	struct fact_meta unseen;

	if (chain == NULL) {
		meta_unknown(view->collection, &unseen, view->tls,
		    "no certificate was seen: %s", view->why);
		facts->trust.meta = facts->names.meta = unseen;
		facts->not_before.meta = facts->not_after.meta = unseen;
		facts->key.meta = facts->signature.meta = unseen;
		facts->must_staple.meta = facts->fingerprint.meta = unseen;
		return;
	}
	set_trust(view, &facts->trust, chain);
	set_list(view, &facts->names, chain->names, chain->name_count);
	set_time(view, &facts->not_before, chain->not_before);
	set_time(view, &facts->not_after, chain->not_after);
	set_text(view, &facts->key, view->tls, chain->key);
	set_text(view, &facts->signature, view->tls, chain->signature);
	set_seen(view, &facts->must_staple, view->tls,
	    chain->must_staple ? PROBE_YES : PROBE_NO, view->why);
	set_text(view, &facts->fingerprint, view->tls, chain->sha256);
}

void
probe_set_name(struct collection *collection, struct mail_name_facts *name,
    const struct probe_listener *listener)
{
	const struct probe_chain *chain = chain_for(listener, name->name);
	struct view view = { .collection = collection, .listener = listener };

	view.tls = arena_printf(collection->arena, "tls %s", name->name);
	view.why = arena_strdup(collection->arena, listener->why != NULL ?
	    listener->why : "the listener was not asked for that name");
	if (chain == NULL) {
		meta_unknown(collection, &name->trust.meta, view.tls, "%s",
		    view.why);
		name->names.meta = name->not_after.meta = name->trust.meta;
		return;
	}
	set_trust(&view, &name->trust, chain);
	if (chain->trusted == PROBE_YES)
		hold_future(&view, &name->trust, chain);
	set_list(&view, &name->names, chain->names, chain->name_count);
	set_time(&view, &name->not_after, chain->not_after);
}

/* Why there is no chain that could be compared. */
static const char *
mx_why(const struct probe_listener *listener, const struct probe_chain *chain)
{
	if (listener == NULL)
		return "port 25 was not asked";
	if (listener->status == PROBE_CLOSED && listener->why == NULL)
		return "port 25 refuses the connection";
	if (chain != NULL && chain->why != NULL && chain->sent == 0)
		return chain->why;
	if (listener->why != NULL)
		return listener->why;
	if (listener->status == PROBE_OPEN && listener->starttls == PROBE_NO)
		return "port 25 does not offer STARTTLS";
	return "port 25 showed no certificate";
}

void
probe_set_mx_host(struct collection *collection, struct mx_host_facts *mx,
    const struct probe_listener *listener, const char *name)
{
	const struct probe_chain *chain = listener == NULL ? NULL :
	    chain_for(listener, name);
	struct view view = { .collection = collection, .listener = listener,
	    .tls = mx->digests.meta.origin };

	if (chain == NULL || chain->digest_count == 0)
		meta_unknown(collection, &mx->digests.meta, view.tls, "%s",
		    mx_why(listener, chain));
	else
		set_list(&view, &mx->digests, chain->digests,
		    chain->digest_count);
}

/* ---- one listener ---- */

/* Every fact of the listener's TLS gets the same meta: there is none. */
static void
set_no_tls(struct view *view, struct listener_facts *facts)
{
	struct fact_meta none;
	size_t i;

	meta_absent(&none, view->tls);
	facts->protocols.meta = facts->protocols_undecided.meta = none;
	facts->suites.meta = facts->suites_undecided.meta = none;
	facts->groups.meta = facts->groups_undecided.meta = none;
	facts->group.meta = facts->dh_bits.meta = none;
	facts->trust.meta = facts->names.meta = none;
	facts->not_before.meta = facts->not_after.meta = none;
	facts->key.meta = facts->signature.meta = none;
	facts->must_staple.meta = facts->fingerprint.meta = none;
	for (i = 0; i < COUNT(features); i++)
		((struct fact_bool *)(void *)((char *)facts +
		    features[i].offset))->meta = none;
}

static void
set_owner(struct collection *collection, struct listener_facts *facts,
    unsigned port)
{
	const struct fact_list *owners =
	    &collection->facts->site.port_owners;
	const char *program = probe_port_owner(collection, port);
	const char *other = second_owner(collection, port);

	facts->program.meta = owners->meta;
	if (program != NULL && other == NULL && is_unseen(program)) {
		meta_unknown(collection, &facts->program.meta,
		    owners->meta.origin, "no process that holds port %u could "
		    "be seen", port);
		facts->service.meta = facts->program.meta;
		return;
	}
	if (other != NULL) {
		meta_unknown(collection, &facts->program.meta,
		    owners->meta.origin, "port %u is held by %s and by %s, at "
		    "different addresses", port, program, other);
		facts->service.meta = facts->program.meta;
		return;
	}
	if (program != NULL)
		facts->program.value = program;
	else if (owners->meta.state == FACT_KNOWN)
		meta_absent(&facts->program.meta, owners->meta.origin);
	set_string(collection, &facts->service,
	    owners->meta.state == FACT_KNOWN ? owners->meta.origin :
	    "the port's usual service", probe_service(collection, port));
}

void
probe_add_listener(struct collection *collection,
    const struct probe_listener *listener)
{
	const char *name = arena_printf(collection->arena,
	    strchr(listener->address, ':') != NULL ? "[%s]:%u" : "%s:%u",
	    listener->address, listener->port);
	const char *protocol = probe_protocol_name(listener->protocol);
	struct listener_facts *facts = collection_add(collection, "listeners",
	    name);
	struct view view = { .collection = collection, .listener = listener };
	bool no_tls = listener->protocol == PROBE_HTTP ||
	    (!probe_protocol_implicit(listener->protocol) &&
	    listener->protocol != PROBE_TLS &&
	    listener->starttls == PROBE_NO);

	view.clear = arena_printf(collection->arena, "%s %s", protocol, name);
	view.tls = arena_printf(collection->arena, "tls %s", name);
	view.why = arena_strdup(collection->arena, listener->why != NULL ?
	    listener->why : "the probe did not see it");
	set_string(collection, &facts->protocol, view.clear, protocol);
	set_owner(collection, facts, listener->port);
	set_clear(&view, facts);
	set_http(&view, facts);
	if (no_tls) {
		set_no_tls(&view, facts);
		return;
	}
	set_protocols(&view, facts);
	set_suites(&view, facts);
	set_groups(&view, facts);
	set_dh(&view, facts);
	set_features(&view, facts);
	set_certificate(&view, facts);
}
