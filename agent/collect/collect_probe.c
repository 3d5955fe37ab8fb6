/*
 * What the server's own listeners offer. All of them are asked in one
 * question, so that the prober can keep to its budgets; beside the host's own
 * name the MX hosts with TLSA records and the mail and webmail names of the
 * domains are asked for, where they lead here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/err.h"
#include "collect/addresses.h"
#include "collect/collect_probe.h"
#include "host/probe.h"

#define LOOPBACK "127.0.0.1"
#define OTHER_LOOPBACK "127.0.0.2"
#define NAMES_MAX 64		/* names beside the host's own that are asked for */
#define MX_PORT 25
#define TARGETS_MAX 64
#define FAILURES_MAX 3		/* a resolver that is down takes seconds a name */

/* Mail, panel, WebDAV and web ports, each with its twin. */
static const unsigned default_ports[] = {
	25, 26, 465, 587, 110, 143, 993, 995, 4190,
	2083, 2087, 2096, 2082, 2086, 2095, 2078, 2080, 2077, 2079, 443,
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct asking {
	struct collection *collection;
	struct probe_target targets[TARGETS_MAX];
	size_t target_count;
	struct probe_request request;
	struct own_addresses own;
	size_t names_asked;		/* beside the host's own, of NAMES_MAX */
	size_t failures;		/* of looking up a name */
	struct fact_meta names;		/* what inventory.mail_names will be */
};

/* ---- what to ask ---- */

static void
add_target(struct asking *asking, unsigned port, enum probe_protocol protocol)
{
	if (asking->target_count < TARGETS_MAX)
		asking->targets[asking->target_count++] =
		    (struct probe_target){ .port = port,
		    .protocol = protocol };
}

/* "25/smtp 8443": the configuration's reader has refused what is no port. */
static void
read_ports(struct asking *asking, const char *ports)
{
	enum probe_protocol protocol;
	char word[16];
	size_t length, name;
	unsigned port;

	for (; *ports != '\0'; ports += length) {
		ports += strspn(ports, " ,");
		length = strcspn(ports, " ,");
		port = (unsigned)strtoul(ports, NULL, 10);
		protocol = probe_protocol_of_port(port);
		name = strcspn(ports, "/");
		if (name < length && length - name - 1 < sizeof(word)) {
			snprintf(word, sizeof(word), "%.*s",
			    (int)(length - name - 1), ports + name + 1);
			(void)probe_protocol_parse(word, &protocol);
		}
		if (port > 0 && port < 65536)
			add_target(asking, port, protocol);
	}
}

static bool
is_host_name(const char *name)
{
	size_t length = name == NULL ? 0 : strlen(name);

	return length > 0 && length < 254 && strspn(name, "abcdefghijklmnop"
	    "qrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") == length;
}

static void
prepare(struct asking *asking, const struct collect_options *options)
{
	static const struct collect_options defaults;
	struct probe_request *request = &asking->request;
	const char *host = asking->collection->facts->host;
	size_t i;

	if (options == NULL)
		options = &defaults;
	if (options->probe_ports != NULL)
		read_ports(asking, options->probe_ports);
	for (i = 0; options->probe_ports == NULL && i < COUNT(default_ports);
	    i++)
		add_target(asking, default_ports[i],
		    probe_protocol_of_port(default_ports[i]));
	request->host = options->probe_host != NULL ? options->probe_host :
	    LOOPBACK;
	request->source = options->probe_source;
	if (request->source == NULL && strcmp(request->host, LOOPBACK) == 0)
		request->source = OTHER_LOOPBACK;
	request->server_name = is_host_name(host) ? host : NULL;
	/* RFC 5321 4.1.3: who has no name says its address. */
	request->ehlo = is_host_name(host) && strchr(host, '.') != NULL ?
	    host : arena_printf(asking->collection->scratch, "[%s]",
	    request->source != NULL ? request->source : OTHER_LOOPBACK);
	request->full = options->full;
	request->targets = asking->targets;
	request->target_count = asking->target_count;
}

/* ---- where a name leads ---- */

/* One address that is ours is enough: a client may be led here. */
static void
set_address(struct asking *asking, struct fact_str *fact,
    const struct answer *answer, const char *origin)
{
	struct collection *collection = asking->collection;
	const char *line = answer->bytes;
	size_t length;

	if (!meta_from_answer(collection, &fact->meta, answer, origin))
		return;
	for (; *line != '\0'; line += length + (line[length] == '\n')) {
		length = strcspn(line, "\n");
		if (own_address(&asking->own, arena_memdup(
		    collection->scratch, line, length))) {
			fact->value = "here";
			return;
		}
	}
	if (asking->own.why != NULL)
		meta_unknown(collection, &fact->meta, origin,
		    "the addresses of this server are not known: %s",
		    asking->own.why);
	else
		fact->value = arena_memdup(collection->arena, answer->bytes,
		    strcspn(answer->bytes, "\n"));
}

static bool
may_listen(const struct collection *collection, unsigned port)
{
	return collection->facts->site.port_owners.meta.state != FACT_KNOWN ||
	    probe_port_owner(collection, port) != NULL;
}

static struct probe_target *
find_target(struct asking *asking, unsigned port)
{
	const struct collection *collection = asking->collection;
	size_t i;

	if (!may_listen(collection, port))
		return NULL;
	for (i = 0; i < asking->target_count; i++)
		if (asking->targets[i].port == port)
			return &asking->targets[i];
	return NULL;
}

static void
add_server_name(struct asking *asking, struct probe_target *target,
    const char *name)
{
	const char **names = (const char **)(uintptr_t)target->server_names;

	*arena_push(asking->collection->scratch, &names,
	    &target->server_name_count) = name;
	target->server_names = names;
}

/* ---- the MX hosts ---- */

/*
 * Why nobody need ask, as a meta; false = port 25 is to be asked for the name.
 * A server reads its CA bundle again for each name that it is asked for, so
 * those without TLSA records are left alone.
 */
static bool
mx_needs_no_asking(struct asking *asking, struct mx_host_facts *mx)
{
	struct collection *collection = asking->collection;
	struct fact_meta *digests = &mx->digests.meta;

	if (mx->tlsa.meta.state == FACT_UNKNOWN) {
		*digests = mx->tlsa.meta;
	} else if (mx->tlsa.meta.state == FACT_ABSENT || mx->tlsa.count == 0) {
		meta_absent(digests, mx->tlsa.meta.origin);
	} else if (mx->leads.meta.state == FACT_UNKNOWN) {
		*digests = mx->leads.meta;
	} else if (mx->leads.value == NULL ||
	    (strcmp(mx->leads.value, "here") != 0 &&
	    strcmp(mx->leads.value, "both") != 0)) {
		meta_unknown(collection, digests, mx->leads.meta.origin,
		    "%s does not lead here, and other servers are not asked",
		    mx->name);
	} else {
		return false;
	}
	return true;
}

/* Why port 25 can not be asked for the name; NULL = it can. */
static const char *
mx_why_unasked(struct asking *asking, const struct mx_host_facts *mx)
{
	struct arena *scratch = asking->collection->scratch;

	if (!is_host_name(mx->name))
		return arena_printf(scratch, "%s is no host name", mx->name);
	if (!may_listen(asking->collection, MX_PORT))
		return "nothing listens on port 25";
	if (find_target(asking, MX_PORT) == NULL)
		return "port 25 was not asked";
	if (asking->names_asked >= NAMES_MAX)
		return arena_printf(scratch, "%d names are asked for, which is "
		    "the most that one scan asks for", NAMES_MAX);
	return NULL;
}

static bool
is_own_name(const struct asking *asking, const char *name)
{
	const char *own = asking->request.server_name;

	return own != NULL && strcasecmp(own, name) == 0;
}

/*
 * Before the names of the domains, which are only asked for as far as there is
 * room. Whoever is asked has known, empty digests until the answer is there.
 */
static void
ask_mx_hosts(struct asking *asking)
{
	struct facts *facts = asking->collection->facts;
	const char *why;
	size_t i;

	for (i = 0; i < facts->mx_hosts.count; i++) {
		struct mx_host_facts *mx = &facts->mx_hosts.items[i];
		const char *origin = arena_printf(facts->arena, "tls %s",
		    mx->name);

		if (mx_needs_no_asking(asking, mx))
			continue;
		why = mx_why_unasked(asking, mx);
		if (why != NULL) {
			meta_unknown(asking->collection, &mx->digests.meta,
			    origin, "%s", why);
			continue;
		}
		meta_known(&mx->digests.meta, origin);
		if (is_own_name(asking, mx->name))
			continue;
		add_server_name(asking, find_target(asking, MX_PORT), mx->name);
		asking->names_asked++;
	}
}

/* ---- the names of the domains ---- */

/* False when no further name is worth asking for. */
static bool
ask_name(struct asking *asking, const char *text, unsigned port,
    unsigned other_port)
{
	struct collection *collection = asking->collection;
	struct answer answer = host_address(collection->host,
	    collection->scratch, text);
	const char *origin = arena_printf(collection->scratch, "address %s",
	    text);
	struct probe_target *target = find_target(asking, port);
	struct mail_name_facts *name;
	bool here;

	if (answer.status == ANSWER_SKIPPED) {
		meta_unknown(collection, &asking->names, origin, "%s",
		    answer.why);
		return false;
	}
	asking->failures += answer.status == ANSWER_FAILED;
	if (asking->failures == FAILURES_MAX)
		meta_unknown(collection, &asking->names, origin,
		    "looking up names has failed %d times: %s", FAILURES_MAX,
		    answer.why);
	name = collection_add(collection, "mail_names", text);
	set_address(asking, &name->address, &answer, origin);
	if (target == NULL)
		target = find_target(asking, other_port);
	here = name->address.value != NULL &&
	    strcmp(name->address.value, "here") == 0;
	if (!may_listen(collection, port))
		port = other_port;
	if (here && target == NULL && may_listen(collection, port))
		meta_unknown(collection, &name->listener.meta, origin,
		    "port %u was not asked", port);
	else
		meta_absent(&name->listener.meta, arena_strdup(
		    collection->arena, origin));
	name->trust.meta = name->names.meta = name->not_after.meta =
	    name->listener.meta;
	if (!here || target == NULL)
		return asking->failures < FAILURES_MAX;
	add_server_name(asking, target, name->name);
	set_string(collection, &name->listener, origin, arena_printf(
	    collection->scratch, strchr(asking->request.host, ':') != NULL ?
	    "[%s]:%u" : "%s:%u", asking->request.host, target->port));
	return true;
}

struct name_kind {
	const char *prefix;
	unsigned port;
	unsigned other_port;	/* where the first is not open */
};

/* Every listener of a kind shows the same: one is asked. */
static const struct name_kind name_kinds[] = {
	{ "mail.", 993, 465 },
	{ "webmail.", 443, 443 },
};

static void
ask_names(struct asking *asking)
{
	struct collection *collection = asking->collection;
	const struct facts *facts = collection->facts;
	const struct fact_meta *counted = &facts->inventory.domains.meta;
	size_t wanted = facts->domains.count * COUNT(name_kinds), i;
	size_t most = NAMES_MAX - asking->names_asked;
	const struct name_kind *kind;
	const char *domain;

	if (counted->state != FACT_KNOWN)
		meta_unknown(collection, &asking->names, "names of the domains",
		    "%s", counted->why != NULL ? counted->why :
		    "the domains are not known");
	else if (wanted > most)
		meta_unknown(collection, &asking->names, "names of the domains",
		    "%zu of %zu names are asked for, which is the most that "
		    "one scan asks for", most, wanted);
	else
		meta_known(&asking->names, "names of the domains");
	for (i = 0; i < wanted && i < most; i++) {
		kind = &name_kinds[i % COUNT(name_kinds)];
		domain = facts->domains.items[i / COUNT(name_kinds)].name;
		if (is_host_name(domain) && !ask_name(asking, arena_printf(
		    collection->scratch, "%s%s", kind->prefix, domain),
		    kind->port, kind->other_port))
			return;
	}
}

/* ---- what the answer makes of the facts ---- */

struct service_row {
	const char *name;
	size_t offset;		/* of its setting in struct listening_facts */
};

#define SERVICE(name) { #name, offsetof(struct listening_facts, name) }

static const struct service_row services[] = {
	SERVICE(exim), SERVICE(dovecot), SERVICE(cpsrvd), SERVICE(cpdavd),
	SERVICE(httpd),
};

static struct fact_str *
service_fact(struct facts *facts, const struct service_row *row)
{
	struct setting *setting = (void *)((char *)&facts->listening +
	    row->offset);

	return &setting->plane[PLANE_SOCKET];
}

/* Nobody could be asked: every fact of the sockets says why. */
static void
set_unasked(struct asking *asking, const struct answer *answer,
    const char *origin)
{
	struct collection *collection = asking->collection;
	struct facts *facts = collection->facts;
	struct fact_meta meta;
	size_t i;

	meta_from_answer(collection, &meta, answer, origin);
	meta.state = FACT_UNKNOWN;
	if (meta.why == NULL)
		meta.why = arena_strdup(collection->arena, answer->why);
	for (i = 0; i < COUNT(services); i++)
		service_fact(facts, &services[i])->meta = meta;
	facts->listening.source.meta = meta;
	facts->listening.complete_lists.meta = meta;
	facts->inventory.listeners.meta = meta;
	for (i = 0; i < facts->mail_names.count; i++)
		if (facts->mail_names.items[i].listener.meta.state ==
		    FACT_KNOWN)
			facts->mail_names.items[i].trust.meta =
			    facts->mail_names.items[i].names.meta =
			    facts->mail_names.items[i].not_after.meta = meta;
	for (i = 0; i < facts->mx_hosts.count; i++)
		if (facts->mx_hosts.items[i].digests.meta.state == FACT_KNOWN)
			facts->mx_hosts.items[i].digests.meta = meta;
}

/*
 * A daemon that listens at other addresses only refuses this one; that is no
 * proof that nothing listens.
 */
static bool
listens_elsewhere(struct asking *asking, struct probe_listener *listener)
{
	const char *owner = probe_port_owner(asking->collection,
	    listener->port);

	if (listener->status != PROBE_CLOSED || owner == NULL)
		return false;
	listener->why = arena_printf(asking->collection->scratch,
	    "%s refuses the connection, but %s listens on port %u at another "
	    "address ([probe] host)", listener->address, owner,
	    listener->port);
	return true;
}

static void
add_port(struct asking *asking, const struct probe_listener *listener)
{
	const char *service = probe_service(asking->collection,
	    listener->port);
	struct arena *arena = asking->collection->arena;
	struct fact_str *fact;
	size_t i;

	for (i = 0; i < COUNT(services); i++) {
		if (strcmp(services[i].name, service) != 0)
			continue;
		fact = service_fact(asking->collection->facts, &services[i]);
		fact->value = arena_printf(arena, "%s%s%u", fact->value,
		    fact->value[0] != '\0' ? " " : "", listener->port);
	}
}

static void
set_names(struct asking *asking, const struct probe_result *result)
{
	struct facts *facts = asking->collection->facts;
	struct mail_name_facts *name;
	unsigned port;
	size_t i, j;

	for (i = 0; i < facts->mail_names.count; i++) {
		name = &facts->mail_names.items[i];
		if (name->listener.meta.state != FACT_KNOWN)
			continue;
		port = (unsigned)strtoul(strrchr(name->listener.value, ':') +
		    1, NULL, 10);
		for (j = 0; j < result->count; j++)
			if (result->listeners[j].port == port)
				probe_set_name(asking->collection, name,
				    &result->listeners[j]);
	}
}

static void
set_mx_hosts(struct asking *asking, const struct probe_result *result)
{
	struct facts *facts = asking->collection->facts;
	const struct probe_listener *listener = NULL;
	struct mx_host_facts *mx;
	size_t i;

	for (i = 0; i < result->count && listener == NULL; i++)
		if (result->listeners[i].port == MX_PORT)
			listener = &result->listeners[i];
	for (i = 0; i < facts->mx_hosts.count; i++) {
		mx = &facts->mx_hosts.items[i];
		if (mx->digests.meta.state == FACT_KNOWN)
			probe_set_mx_host(asking->collection, mx, listener,
			    is_own_name(asking, mx->name) ? NULL : mx->name);
	}
}

static void
set_listening(struct asking *asking, struct probe_result *result,
    const char *origin)
{
	struct listening_facts *listening =
	    &asking->collection->facts->listening;
	struct facts *facts = asking->collection->facts;
	bool complete = asking->request.full;
	size_t i;

	for (i = 0; i < COUNT(services); i++) {
		meta_known(&service_fact(facts, &services[i])->meta, origin);
		service_fact(facts, &services[i])->value = "";
	}
	meta_absent(&listening->source.meta, origin);
	for (i = 0; i < result->count; i++) {
		struct probe_listener *listener = &result->listeners[i];

		if (listener->source != NULL &&
		    listening->source.value == NULL)
			set_string(asking->collection, &listening->source,
			    origin, listener->source);
		if (listener->status == PROBE_OPEN) {
			complete = complete && listener->full;
			add_port(asking, listener);
		}
		if (listener->status != PROBE_CLOSED ||
		    listens_elsewhere(asking, listener))
			probe_add_listener(asking->collection, listener);
	}
	meta_known(&listening->complete_lists.meta, origin);
	listening->complete_lists.value = complete;
	meta_known(&facts->inventory.listeners.meta, origin);
	facts->inventory.listeners.value = (int64_t)facts->listeners.count;
	set_names(asking, result);
	set_mx_hosts(asking, result);
}

static void
collect_probe(struct collection *collection)
{
	struct asking *asking = arena_alloc(collection->scratch,
	    sizeof(*asking));
	struct facts *facts = collection->facts;
	struct probe_result result = { 0 };
	struct err err = { 0 };
	struct answer answer;
	const char *origin;
	char text[512];

	asking->collection = collection;
	prepare(asking, collection->options);
	own_addresses_find(collection, &asking->own);
	ask_mx_hosts(asking);
	ask_names(asking);
	answer = host_probe(collection->host, collection->scratch,
	    &asking->request);
	origin = arena_printf(collection->arena, "probe %s",
	    asking->request.host);
	if (answer.status == ANSWER_OK && probe_result_read(
	    collection->scratch, answer.bytes, answer.length, &result,
	    &err) != 0) {
		err_format(&err, text, sizeof(text));
		answer.status = ANSWER_FAILED;
		answer.why = arena_strdup(collection->scratch, text);
	}
	if (answer.status == ANSWER_OK)
		set_listening(asking, &result, origin);
	else
		set_unasked(asking, &answer, origin);
	facts->inventory.mail_names.meta = asking->names;
	facts->inventory.mail_names.value =
	    (int64_t)facts->mail_names.count;
}

static const struct access probe_accesses[] = {
	{ ASK_FILE, "/proc/net/fib_trie",
	    "which addresses are this server's" },
	{ ASK_FILE, "/proc/net/if_inet6",
	    "which addresses are this server's" },
	{ ASK_FILE, NAT_MAP, "which public addresses lead to it" },
	{ ASK_ADDRESS, "mail.*", "which mail names lead to it" },
	{ ASK_ADDRESS, "webmail.*", "which webmail names lead to it" },
	{ ASK_PROBE, "127.0.0.1*",
	    "what the mail, panel and web ports accept" },
};

static const char *const probe_groups[] = { "listening", NULL };

static const char *const probe_lists[] = { "listeners", "mail_names",
    "mx_hosts.digests", NULL };
static const char *const probe_depends[] = { "accounts", NULL };

extern const struct collector collector_probe;
const struct collector collector_probe = {
	.name = "probe",
	.accesses = probe_accesses,
	.access_count = sizeof(probe_accesses) / sizeof(probe_accesses[0]),
	.collect = collect_probe,
	.groups = probe_groups,
	.planes = PLANE_BIT(PLANE_SOCKET),
	.lists = probe_lists,
	.depends = probe_depends,
};
