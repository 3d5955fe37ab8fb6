/*
 * What Exim's configuration says of mail between servers: how transports treat
 * TLS, and whose mail the ACLs refuse without it.
 */
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/err.h"
#include "collect/collect_exchange.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *
place_text(struct collection *collection, const struct conf_place *place)
{
	return arena_printf(collection->arena, "%s:%u", place->file,
	    place->line);
}

static bool
is_code(const char *value)
{
	return strchr(value, '$') != NULL;
}

static const char *
option_value(const struct exim_driver *driver, const char *name)
{
	const struct exim_option *option = exim_driver_option(driver, name);

	return option == NULL ? "" : option->value;
}

/* ---- transports ---- */

static const struct {
	const char *name;
	size_t offset;
} transport_options[] = {
#define OPTION(name) { #name, offsetof(struct transport_facts, name) }
	OPTION(hosts_require_tls),
	OPTION(hosts_avoid_tls),
	OPTION(tls_tempfail_tryclear),
	OPTION(tls_verify_hosts),
	OPTION(tls_try_verify_hosts),
	OPTION(tls_verify_certificates),
	OPTION(tls_verify_cert_hostnames),
	OPTION(hosts_try_dane),
	OPTION(hosts_require_dane),
};

/* An expansion may come to any transport's name. */
static bool
router_may_use(const struct exim_driver *router, const char *transport)
{
	const char *value = option_value(router, "transport");

	return strcmp(value, transport) == 0 || is_code(value);
}

/* Drivers that give the transport a list of hosts; the others leave its own. */
static bool
router_gives_hosts(const struct exim_driver *router)
{
	return strcmp(router->driver, "accept") != 0 &&
	    strcmp(router->driver, "redirect") != 0;
}

static bool
is_loopback_host(const char *host)
{
	return strcasecmp(host, "localhost") == 0 ||
	    strcmp(host, "::1") == 0 || strcmp(host, "127.0.0.1") == 0;
}

static bool
names_loopback_only(struct arena *arena, const char *hosts)
{
	struct err err = { 0 };
	const char **items;
	size_t count, i;

	if (hosts[0] == '\0' ||
	    exim_list_split(arena, hosts, &items, &count, &err) != 0)
		return false;
	for (i = 0; i < count; i++)
		if (!is_loopback_host(items[i]))
			return false;
	return count > 0;
}

/* Can mail leave the machine through it? In doubt it can. */
static bool
may_leave(struct arena *arena, const struct exim_conf *conf,
    const struct exim_driver *transport)
{
	const char *hosts = option_value(transport, "hosts");
	bool own_hosts = strcmp(option_value(transport, "hosts_override"),
	    "true") == 0;
	bool here = names_loopback_only(arena, hosts);
	bool used = false;
	size_t i;

	/* Without hosts of its own LMTP leads to the server's own Dovecot. */
	if (strcasecmp(option_value(transport, "protocol"), "lmtp") == 0 &&
	    (hosts[0] == '\0' || here))
		return false;
	for (i = 0; i < conf->driver_count; i++) {
		const struct exim_driver *router = &conf->drivers[i];

		if (router->section != EXIM_ROUTERS ||
		    !router_may_use(router, transport->name))
			continue;
		used |= !here || (!own_hosts && router_gives_hosts(router));
	}
	return used;
}

static void
collect_transport(struct collection *collection, const char *path,
    const struct exim_driver *driver)
{
	struct transport_facts *facts = collection_add(collection,
	    "transports", driver->name);
	const struct exim_option *option;
	struct fact_str *fact;
	size_t i;

	for (i = 0; i < COUNT(transport_options); i++) {
		option = exim_driver_option(driver, transport_options[i].name);
		fact = (void *)((char *)facts + transport_options[i].offset);
		if (option == NULL)
			meta_absent(&fact->meta,
			    arena_strdup(collection->arena, path));
		else
			set_string(collection, fact, place_text(collection,
			    &option->place), option->value);
	}
}

static void
collect_transports(struct collection *collection, const char *path,
    const struct exim_conf *conf)
{
	struct fact_int *total = &collection->facts->inventory.transports;
	size_t i;

	for (i = 0; i < conf->driver_count; i++)
		if (conf->drivers[i].section == EXIM_TRANSPORTS &&
		    strcmp(conf->drivers[i].driver, "smtp") == 0 &&
		    may_leave(collection->scratch, conf, &conf->drivers[i]))
			collect_transport(collection, path, &conf->drivers[i]);
	meta_known(&total->meta, arena_strdup(collection->arena, path));
	total->value = (int64_t)collection->facts->transports.count;
}

/* ---- mail that can not leave without TLS ---- */

/*
 * What a router may have besides and still take every message for its domains:
 * none of these is a condition, or passes the message on (Exim specification,
 * chapters 15, 17 and 20).
 */
static const char *const plain_router_options[] = {
	"driver", "domains", "transport", "debug_print", "more",
	"ignore_target_hosts", "same_domain_copy_routing", "route_list",
	"route_data", "headers_add", "headers_remove", "errors_to",
	"dnssec_request_domains", "dnssec_require_domains", "no_verify",
	"verify", "expn", "check_secondary_mx", "mx_domains", "hosts_randomize",
	"byname", "bydns",
};

/* Domains that routers were found for, in the order of the routers. */
struct outbound {
	struct collection *collection;
	const struct exim_conf *conf;
	const char **required;
	size_t required_count;
	const char **open;	/* that may have left in clear before */
	size_t open_count;
};

static bool
is_plain_router(const struct exim_driver *router)
{
	size_t i, j;

	for (i = 0; i < router->option_count; i++) {
		for (j = 0; j < COUNT(plain_router_options); j++)
			if (strcmp(router->options[i].name,
			    plain_router_options[j]) == 0)
				break;
		if (j == COUNT(plain_router_options))
			return false;
	}
	return true;
}

static bool
requires_tls(const struct exim_driver *transport)
{
	return strcmp(transport->driver, "smtp") == 0 &&
	    strcmp(option_value(transport, "hosts_require_tls"), "*") == 0 &&
	    option_value(transport, "hosts_avoid_tls")[0] == '\0';
}

/* May mail leave the machine by way of this router? In doubt it may. */
static bool
may_lead_out(const struct outbound *outbound, const struct exim_driver *router)
{
	size_t i;

	for (i = 0; i < outbound->conf->driver_count; i++) {
		const struct exim_driver *transport =
		    &outbound->conf->drivers[i];

		if (transport->section == EXIM_TRANSPORTS &&
		    strcmp(transport->driver, "smtp") == 0 &&
		    router_may_use(router, transport->name) &&
		    may_leave(outbound->collection->scratch, outbound->conf,
		    transport))
			return true;
	}
	return false;
}

/* Plain names alone: false where anything else decides which domains. */
static bool
plain_domains(struct arena *arena, const struct exim_driver *router,
    const char ***ret_domains, size_t *ret_count)
{
	const char *value = option_value(router, "domains");
	struct err err = { 0 };
	size_t i;

	if (value[0] == '\0' || is_code(value) ||
	    exim_list_split(arena, value, ret_domains, ret_count, &err) != 0)
		return false;
	for (i = 0; i < *ret_count; i++)
		if ((*ret_domains)[i][0] == '\0' ||
		    strspn((*ret_domains)[i], "abcdefghijklmnopqrstuvwxyz"
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") !=
		    strlen((*ret_domains)[i]))
			return false;
	return *ret_count > 0;
}

static bool
names_domain(const char *const *domains, size_t count, const char *domain)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcasecmp(domains[i], domain) == 0)
			return true;
	return false;
}

static void
add_domain(struct outbound *outbound, const char *domain, bool required)
{
	struct arena *arena = outbound->collection->arena;
	char *copy;
	size_t i;

	if (names_domain(outbound->open, outbound->open_count, domain) ||
	    names_domain(outbound->required, outbound->required_count, domain))
		return;
	copy = arena_strdup(arena, domain);
	for (i = 0; copy[i] != '\0'; i++)
		if (copy[i] >= 'A' && copy[i] <= 'Z')
			copy[i] = (char)(copy[i] - 'A' + 'a');
	if (required)
		*arena_push(arena, &outbound->required,
		    &outbound->required_count) = copy;
	else
		*arena_push(arena, &outbound->open, &outbound->open_count) =
		    copy;
}

/* False: behind this router nothing can be said of any domain. */
static bool
read_router(struct outbound *outbound, const struct exim_driver *router)
{
	const struct exim_driver *transport = exim_conf_driver(outbound->conf,
	    EXIM_TRANSPORTS, option_value(router, "transport"));
	bool required = transport != NULL && requires_tls(transport);
	const char **domains;
	size_t count, i;

	if (!may_lead_out(outbound, router))
		return true;
	if (!plain_domains(outbound->collection->scratch, router, &domains,
	    &count))
		return required;
	/* With TLS, but not all of it: the next router has the rest. */
	if (required && !is_plain_router(router))
		return true;
	for (i = 0; i < count; i++)
		add_domain(outbound, domains[i], required);
	return true;
}

static void
collect_required_outbound(struct collection *collection, const char *path,
    const struct exim_conf *conf)
{
	struct fact_list *list =
	    &collection->facts->exchange.required_outbound;
	struct outbound outbound = { .collection = collection, .conf = conf };
	size_t i;

	for (i = 0; i < conf->driver_count; i++)
		if (conf->drivers[i].section == EXIM_ROUTERS &&
		    !read_router(&outbound, &conf->drivers[i]))
			break;
	meta_known(&list->meta, arena_strdup(collection->arena, path));
	list->items = outbound.required;
	list->count = outbound.required_count;
}

/* ---- mail that is refused without TLS ---- */

struct inbound {
	struct collection *collection;
	const struct exim_conf *conf;
	const char **domains;
	size_t count;
	const char *undecided;	/* FILE:LINE of what we can not evaluate */
};

static void
undecided(struct inbound *inbound, const struct conf_place *place)
{
	if (inbound->undecided == NULL)
		inbound->undecided = place_text(inbound->collection, place);
}

/* What a statement does besides judging; it narrows nothing. */
static bool
is_modifier(const struct exim_condition *condition)
{
	static const char *const names[] = { "message", "log_message",
	    "log_reject_target", "logwrite", "delay", "set", "add_header",
	    "remove_header", "control", "continue", "endpass", "udpsend" };
	size_t i;

	for (i = 0; i < COUNT(names); i++)
		if (strcmp(condition->name, names[i]) == 0)
			return true;
	return false;
}

static bool
says(const struct exim_condition *condition, const char *name,
    const char *value, bool negated)
{
	return strcmp(condition->name, name) == 0 &&
	    strcmp(condition->value, value) == 0 &&
	    condition->negated == negated;
}

/*
 * A statement that lets mail through before the refusal: harmless when it is
 * for local, authenticated or encrypted connections alone.
 */
static bool
lets_partners_through(const struct exim_rule *rule)
{
	size_t i;

	for (i = 0; i < rule->condition_count; i++)
		if (says(&rule->conditions[i], "hosts", ":", false) ||
		    says(&rule->conditions[i], "authenticated", "*", false) ||
		    says(&rule->conditions[i], "encrypted", "*", false))
			return false;
	return true;
}

/* "example.org", "*.example.org", "*"; with senders "*@example.org". */
static bool
is_domain_pattern(const char *item)
{
	if (strcmp(item, "*") == 0)
		return true;
	if (strncmp(item, "*.", 2) == 0)
		item += 2;
	return item[0] != '\0' && item[strspn(item,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789-._")] == '\0';
}

/* False when some item is of another kind. */
static bool
add_domains(struct inbound *inbound, const char *value, bool addresses,
    bool may_name_list)
{
	struct arena *scratch = inbound->collection->scratch;
	const struct exim_named_list *list;
	struct err err = { 0 };
	const char **items;
	size_t count, i;

	if (is_code(value) || exim_list_split(scratch, value, &items, &count,
	    &err) != 0)
		return false;
	for (i = 0; i < count; i++) {
		const char *item = items[i];

		if (item[0] == '+' && may_name_list) {
			list = exim_conf_list(inbound->conf, item + 1);
			if (list == NULL || !add_domains(inbound, list->value,
			    addresses, false))
				return false;
			continue;
		}
		if (addresses && strncmp(item, "*@", 2) == 0)
			item += 2;
		else if (addresses && strcmp(item, "*") != 0)
			return false;
		if (!is_domain_pattern(item))
			return false;
		*arena_push(inbound->collection->arena, &inbound->domains,
		    &inbound->count) = arena_strdup(
		    inbound->collection->arena, item);
	}
	return true;
}

static bool
mentions_tls(const struct exim_rule *rule)
{
	size_t i;

	for (i = 0; i < rule->condition_count; i++)
		if (strcmp(rule->conditions[i].name, "encrypted") == 0 ||
		    (!is_modifier(&rule->conditions[i]) &&
		    (strstr(rule->conditions[i].value, "tls_in_c") != NULL ||
		    strstr(rule->conditions[i].value, "tls_cipher") != NULL)))
			return true;
	return false;
}

/*
 * "deny sender_domains = LIST, !encrypted = *" and "require encrypted = *".
 * True when it is such a refusal, whose domains are then added.
 */
static bool
read_refusal(struct inbound *inbound, const struct exim_rule *rule)
{
	bool require = strcmp(rule->verb, "require") == 0;
	bool refuses = strcmp(rule->verb, "deny") == 0 ||
	    strcmp(rule->verb, "defer") == 0 ||
	    strcmp(rule->verb, "drop") == 0;
	const struct exim_condition *condition, *whose = NULL;
	bool encrypted = false;
	size_t i;

	if (!require && !refuses)
		return false;
	for (i = 0; i < rule->condition_count; i++) {
		condition = &rule->conditions[i];
		if (is_modifier(condition))
			continue;
		if (says(condition, "encrypted", "*", !require))
			encrypted = true;
		else if (!require && !condition->negated && whose == NULL &&
		    (strcmp(condition->name, "sender_domains") == 0 ||
		    strcmp(condition->name, "senders") == 0))
			whose = condition;
		else
			return false;
	}
	if (!encrypted)
		return false;
	return add_domains(inbound, whose == NULL ? "*" : whose->value,
	    whose != NULL && strcmp(whose->name, "senders") == 0, true);
}

static void
read_acl(struct inbound *inbound, const struct exim_acl *acl)
{
	const struct conf_place *through = NULL;
	struct exim_rule *rules;
	size_t count, before, i;

	exim_acl_rules(inbound->collection->scratch, acl, &rules, &count);
	for (i = 0; i < count; i++) {
		before = inbound->count;
		if ((strcmp(rules[i].verb, "accept") == 0 ||
		    strcmp(rules[i].verb, "discard") == 0)) {
			if (mentions_tls(&rules[i]) &&
			    lets_partners_through(&rules[i]))
				undecided(inbound, &rules[i].place);
			if (through == NULL && lets_partners_through(&rules[i]))
				through = &rules[i].place;
			continue;
		}
		if (!mentions_tls(&rules[i]))
			continue;
		/* What was let through before it never comes to a refusal. */
		if (!read_refusal(inbound, &rules[i]) || through != NULL) {
			inbound->count = before;
			undecided(inbound, through != NULL ? through :
			    &rules[i].place);
		}
	}
}

/* The ACLs that see the sender; those they call count as not evaluated. */
static void
read_acls(struct inbound *inbound)
{
	static const char *const options[] = { "acl_smtp_mail",
	    "acl_smtp_rcpt", "acl_smtp_predata", "acl_smtp_data" };
	const struct exim_conf *conf = inbound->conf;
	const struct exim_option *option;
	const struct exim_acl *acl;
	struct exim_rule *rules;
	size_t count, i, j, k;
	bool called;

	for (i = 0; i < conf->acl_count; i++) {
		acl = &conf->acls[i];
		called = false;
		for (j = 0; j < COUNT(options); j++) {
			option = exim_conf_option(conf, options[j]);
			called |= option != NULL &&
			    strcmp(option->value, acl->name) == 0;
		}
		if (called) {
			read_acl(inbound, acl);
			continue;
		}
		exim_acl_rules(inbound->collection->scratch, acl, &rules,
		    &count);
		for (k = 0; k < count; k++)
			if (mentions_tls(&rules[k]))
				undecided(inbound, &rules[k].place);
	}
	for (j = 0; j < COUNT(options); j++) {
		option = exim_conf_option(conf, options[j]);
		if (option != NULL && is_code(option->value))
			undecided(inbound, &option->place);
	}
}

static void
collect_required_inbound(struct collection *collection, const char *path,
    const struct exim_conf *conf)
{
	struct fact_list *list = &collection->facts->exchange.required_inbound;
	struct inbound inbound = { .collection = collection, .conf = conf };

	read_acls(&inbound);
	if (inbound.undecided != NULL) {
		meta_unknown(collection, &list->meta, path, "decided at %s",
		    inbound.undecided);
		return;
	}
	meta_known(&list->meta, arena_strdup(collection->arena, path));
	list->items = inbound.domains;
	list->count = inbound.count;
}

void
exchange_collect_file(struct collection *collection, const char *path,
    const struct exim_conf *conf)
{
	collect_transports(collection, path, conf);
	collect_required_outbound(collection, path, conf);
	collect_required_inbound(collection, path, conf);
}

void
exchange_file_unknown(struct collection *collection, const char *path,
    const char *why)
{
	struct facts *facts = collection->facts;

	meta_unknown(collection, &facts->inventory.transports.meta, path,
	    "%s", why);
	meta_unknown(collection, &facts->exchange.required_outbound.meta, path,
	    "%s", why);
	meta_unknown(collection, &facts->exchange.required_inbound.meta, path,
	    "%s", why);
}
