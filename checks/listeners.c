#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "checks/listeners.h"
#include "checks/words.h"

/* ---- which ---- */

static bool
text_is(const struct fact_str *fact, const char *text)
{
	return fact->meta.state == FACT_KNOWN && fact->value != NULL &&
	    strcmp(fact->value, text) == 0;
}

const struct listener_facts *
listener_next(const struct evaluation *ev, const char *service, size_t *cursor)
{
	const struct listener_facts *listener;

	while (*cursor < ev->facts->listeners.count) {
		listener = &ev->facts->listeners.items[(*cursor)++];
		if (service == NULL || text_is(&listener->service, service))
			return listener;
	}
	return NULL;
}

unsigned
listener_port(const struct listener_facts *listener)
{
	const char *colon = strrchr(listener->name, ':');

	return colon == NULL ? 0 : (unsigned)strtoul(colon + 1, NULL, 10);
}

bool
listener_implicit(const struct listener_facts *listener)
{
	static const char *const names[] =
	    { "smtps", "imaps", "pop3s", "https", "tls" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (text_is(&listener->protocol, names[i]))
			return true;
	return false;
}

bool
listener_has_tls(const struct listener_facts *listener)
{
	if (text_is(&listener->protocol, "http"))
		return false;
	return listener_implicit(listener) ||
	    listener->starttls.meta.state != FACT_KNOWN ||
	    listener->starttls.value;
}

bool
fact_list_has(const struct fact_list *list, const char *word)
{
	return list->meta.state == FACT_KNOWN &&
	    list_has(list->items, list->count, word, strlen(word));
}

/* ---- what is said of them ---- */

void
say(const struct evaluation *ev, struct sayings *sayings, enum result result,
    const struct listener_facts *listener, const char *format, ...)
{
	struct saying *saying;
	char text[512];
	va_list args;
	size_t i;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	text_mend(text);
	for (i = 0; i < sayings->count; i++) {
		saying = &sayings->items[i];
		if (saying->result != result ||
		    strcmp(saying->text, text) != 0)
			continue;
		names_add(&saying->listeners, listener->name,
		    strlen(listener->name));
		return;
	}
	saying = arena_push(ev->arena, &sayings->items, &sayings->count);
	saying->result = result;
	saying->text = arena_strdup(ev->arena, text);
	names_add(&saying->listeners, listener->name, strlen(listener->name));
}

bool
say_seen(const struct evaluation *ev, struct sayings *sayings,
    const struct listener_facts *listener, const char *what,
    const struct fact_meta *meta)
{
	if (meta->state != FACT_UNKNOWN)
		return true;
	say(ev, sayings, RESULT_UNKNOWN, listener, "%s is not known: %s", what,
	    meta->why == NULL ? "not collected" : meta->why);
	return false;
}

static bool
sayings_have(const struct sayings *sayings, enum result result)
{
	size_t i;

	for (i = 0; i < sayings->count; i++)
		if (sayings->items[i].result == result)
			return true;
	return false;
}

void
sayings_judge(const struct sayings *sayings, const char *pass,
    struct judgement *ret)
{
	enum result result = sayings_have(sayings, RESULT_FAIL) ? RESULT_FAIL :
	    sayings_have(sayings, RESULT_UNKNOWN) ? RESULT_UNKNOWN :
	    RESULT_PASS;
	char text[sizeof(ret->text)] = "";
	struct names names;
	size_t i;

	if (result == RESULT_PASS)
		text_add(text, sizeof(text), "; ", "%s", pass);
	for (i = 0; i < sayings->count; i++) {
		if (sayings->items[i].result != result)
			continue;
		names = sayings->items[i].listeners;
		text_add(text, sizeof(text), "; ", "%s: %s",
		    names_end(&names), sayings->items[i].text);
	}
	judge(ret, result, "%s", text);
}

void
sayings_conclude(const struct evaluation *ev, const struct sayings *sayings,
    const char *pass, struct finding *finding)
{
	struct judgement said = { .result = RESULT_UNKNOWN };

	sayings_judge(sayings, pass, &said);
	if (said.result == RESULT_FAIL)
		finding_fail(ev, finding, "%s", said.text);
	else if (said.result == RESULT_UNKNOWN)
		finding_unknown(ev, finding, "%s", said.text);
	else
		finding_pass(ev, finding, "%s", said.text);
}

bool
finding_need_socket(const struct evaluation *ev, struct finding *finding,
    const char *path)
{
	const void *fact;
	const struct field *field = field_find(ev->facts, path, &fact);
	const struct fact_meta *meta = field_meta(field, fact, PLANE_SOCKET);

	finding_evidence(ev, finding, path);
	if (meta->state != FACT_UNKNOWN)
		return true;
	finding_unknown(ev, finding, "what the listeners do is not known: %s",
	    meta->why != NULL ? meta->why : "not collected");
	return false;
}

/* ---- whose the ports are ---- */

struct service_port {
	const char *service;
	unsigned port;
};

/* Exim's own three are not among them: listeners_hold_pass judges those. */
static const struct service_port service_ports[] = {
	{ "exim", 26 },
	{ "dovecot", 110 }, { "dovecot", 143 }, { "dovecot", 993 },
	{ "dovecot", 995 }, { "dovecot", 4190 },
	{ "cpsrvd", 2082 }, { "cpsrvd", 2083 }, { "cpsrvd", 2086 },
	{ "cpsrvd", 2087 }, { "cpsrvd", 2095 }, { "cpsrvd", 2096 },
	{ "cpdavd", 2077 }, { "cpdavd", 2078 }, { "cpdavd", 2079 },
	{ "cpdavd", 2080 }, { "httpd", 443 },
};

static bool
is_service_port(const char *service, unsigned port)
{
	size_t i;

	for (i = 0; i < sizeof(service_ports) / sizeof(service_ports[0]); i++)
		if (service_ports[i].port == port &&
		    strcmp(service_ports[i].service, service) == 0)
			return true;
	return false;
}

void
say_foreign(const struct evaluation *ev, struct sayings *sayings,
    const char *service)
{
	const struct listener_facts *listener;
	size_t cursor = 0;

	while ((listener = listener_next(ev, NULL, &cursor)) != NULL) {
		bool known = listener->service.meta.state == FACT_KNOWN;

		if (!is_service_port(service, listener_port(listener)) ||
		    (known && !text_is(&listener->service, "other")))
			continue;
		if (known && listener->program.meta.state == FACT_KNOWN)
			say(ev, sayings, RESULT_UNKNOWN, listener, "belongs to "
			    "%s, which is not known to be %s",
			    shown(ev->arena, listener->program.value),
			    service);
		else
			say(ev, sayings, RESULT_UNKNOWN, listener, "belongs to "
			    "a program that is not known to be %s: %s", service,
			    listener->service.meta.why != NULL ?
			    listener->service.meta.why : "it was not seen");
	}
}

void
listeners_evidence(const struct evaluation *ev, struct finding *finding,
    const char *service, const char *const *paths)
{
	const struct listener_facts *listener;
	const struct field *field;
	size_t cursor = 0;

	while ((listener = listener_next(ev, service, &cursor)) != NULL) {
		const char *const *path;

		for (path = paths; *path != NULL; path++) {
			field = field_find_in_list("listeners",
			    strchr(*path, '.') + 1);
			if (field == NULL)
				continue;
			finding_item_evidence(ev, finding, *path,
			    field_meta(field, (const char *)listener +
			    field->offset, PLANE_SOCKET));
		}
	}
	for (cursor = 0; service != NULL && (listener = listener_next(ev, NULL,
	    &cursor)) != NULL;)
		if (is_service_port(service, listener_port(listener)) &&
		    !text_is(&listener->service, service)) {
			finding_item_evidence(ev, finding,
			    "listeners.service", &listener->service.meta);
			finding_item_evidence(ev, finding,
			    "listeners.program", &listener->program.meta);
		}
}

static const unsigned mail_ports[] = { 25, 465, 587 };

/* "25 /usr/sbin/exim": a mail port, and the program is Exim. */
static bool
is_foreign(const char *owner)
{
	const char *slash = strrchr(owner, '/');
	unsigned port = (unsigned)strtoul(owner, NULL, 10);
	size_t i;

	for (i = 0; i < sizeof(mail_ports) / sizeof(mail_ports[0]); i++)
		if (mail_ports[i] == port)
			return slash == NULL ||
			    strncmp(slash, "/exim", 5) != 0;
	return false;
}

/* What the foreign listener on that port accepts, as far as it was seen. */
static const char *
accepted_there(const struct evaluation *ev, unsigned port)
{
	const struct listener_facts *listener;
	struct names names = { .count = 0 };
	size_t cursor = 0, i;

	while ((listener = listener_next(ev, NULL, &cursor)) != NULL) {
		if (listener_port(listener) != port ||
		    listener->protocols.meta.state != FACT_KNOWN)
			continue;
		for (i = 0; i < listener->protocols.count; i++)
			names_add(&names, listener->protocols.items[i],
			    strlen(listener->protocols.items[i]));
		return arena_printf(ev->arena, "; %s accepts %s",
		    listener->name, names.count == 0 ? "no TLS" :
		    names_end(&names));
	}
	return "";
}

void
listeners_hold_pass(const struct evaluation *ev, struct finding *finding)
{
	const struct fact_list *owners = &ev->facts->site.port_owners;
	size_t i;

	if (finding->result != RESULT_PASS || fact_skipped(&owners->meta) ||
	    !finding_need(ev, finding, "site.port_owners"))
		return;
	for (i = 0; i < owners->count; i++) {
		if (!is_foreign(owners->items[i]))
			continue;
		finding_unknown(ev, finding, "a mail port is not known to be "
		    "Exim's (port and program: %s), so what Exim is told may not "
		    "decide there%s", shown(ev->arena, owners->items[i]),
		    accepted_there(ev, (unsigned)strtoul(owners->items[i],
		    NULL, 10)));
		return;
	}
}
