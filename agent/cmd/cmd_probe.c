/* cpward probe: what listeners offer, of any server that the admin owns. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "cmd/cmd.h"
#include "host/probe.h"
#include "report/probe_text.h"

#define MAX_NAME 253	/* RFC 1035 section 2.3.4, without the last dot */

static const unsigned mail_ports[] = {
	25, 465, 587, 110, 143, 993, 995, 4190
};

/* One host of the command line, with all that is asked of it. */
struct asked {
	const char *host;
	struct probe_target *targets;
	size_t count;
};

struct asked_list {
	struct asked *items;
	size_t count;
};

static int
bad_argument(const char *argument, const char *what, struct err *err)
{
	err_set(err, ERR_USAGE, "probe: \"%.80s\" %s", argument, what);
	return err_hint(err, "HOST, HOST:PORT, HOST:PORT/PROTOCOL, "
	    "[IPV6]:PORT; a protocol is tls, smtp, smtps, imap, imaps, pop3, "
	    "pop3s, sieve, http or https");
}

static bool
is_address(const char *text)
{
	unsigned char address[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, text, address) == 1 ||
	    inet_pton(AF_INET6, text, address) == 1;
}

/* Letters, digits, dots and hyphens; an underscore for who has one. */
static bool
is_name(const char *text)
{
	size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

	return length > 0 && length <= MAX_NAME && text[length] == '\0' &&
	    text[0] != '-' && text[0] != '.';
}

/* ---- arguments ---- */

/* "587/smtp" or "587". */
static int
read_target(struct arena *arena, const char *argument, const char *text,
    struct probe_target *ret_target, struct err *err)
{
	size_t length = strspn(text, "0123456789"), i;
	struct probe_target target = { .port = 0 };

	for (i = 0; i < length && target.port <= 65535; i++)
		target.port = target.port * 10 + (unsigned)(text[i] - '0');
	if (target.port < 1 || target.port > 65535)
		return bad_argument(argument,
		    "has no port from 1 to 65535", err);
	target.protocol = probe_protocol_of_port(target.port);
	if (text[length] != '\0' && (text[length] != '/' ||
	    probe_protocol_parse(arena_strdup(arena, text + length + 1),
	    &target.protocol) != 0))
		return bad_argument(argument,
		    "has no protocol that is known behind its port", err);
	*ret_target = target;
	return 0;
}

/* Cuts the host off; *ret_port is what stands behind its colon, or NULL. */
static int
split_host(struct arena *arena, const char *argument, const char **ret_host,
    const char **ret_port, struct err *err)
{
	const char *end = strchr(argument, ':');

	*ret_port = NULL;
	if (argument[0] == '[') {
		end = strchr(argument, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return bad_argument(argument,
			    "has no [ADDRESS] that ends before the port", err);
		if (end[1] == ':')
			*ret_port = end + 2;
		*ret_host = arena_memdup(arena, argument + 1,
		    (size_t)(end - argument - 1));
		return is_address(*ret_host) ? 0 : bad_argument(argument,
		    "has no address in its brackets", err);
	}
	/* An IPv6 address without brackets has no port. */
	if (end == NULL || is_address(argument)) {
		*ret_host = argument;
	} else {
		*ret_host = arena_memdup(arena, argument,
		    (size_t)(end - argument));
		*ret_port = end + 1;
	}
	return is_address(*ret_host) || is_name(*ret_host) ? 0 :
	    bad_argument(argument, "names no host", err);
}

/* Hosts are asked one after the other, so each stands once. */
static struct asked *
asked_host(struct arena *arena, struct asked_list *list, const char *host)
{
	struct asked *asked;
	size_t i;

	for (i = 0; i < list->count; i++)
		if (strcmp(list->items[i].host, host) == 0)
			return &list->items[i];
	asked = arena_push(arena, &list->items, &list->count);
	asked->host = host;
	return asked;
}

static void
add_target(struct arena *arena, struct asked *asked,
    struct probe_target target)
{
	size_t i;

	for (i = 0; i < asked->count; i++)
		if (asked->targets[i].port == target.port &&
		    asked->targets[i].protocol == target.protocol)
			return;
	*arena_push(arena, &asked->targets, &asked->count) = target;
}

static int
add_argument(struct arena *arena, struct asked_list *list,
    const char *argument, struct err *err)
{
	struct probe_target target;
	const char *host = NULL, *port = NULL;
	size_t i;

	if (split_host(arena, argument, &host, &port, err) != 0)
		return -1;
	if (port != NULL) {
		if (read_target(arena, argument, port, &target, err) != 0)
			return -1;
		add_target(arena, asked_host(arena, list, host), target);
		return 0;
	}
	for (i = 0; i < sizeof(mail_ports) / sizeof(mail_ports[0]); i++)
		add_target(arena, asked_host(arena, list, host),
		    (struct probe_target){ .port = mail_ports[i], .protocol =
		    probe_protocol_of_port(mail_ports[i]) });
	return 0;
}

static int
read_arguments(struct arena *arena, const struct options *options,
    struct asked_list *list, struct err *err)
{
	size_t i;

	if (options->arguments.count == 0) {
		err_set(err, ERR_USAGE, "probe: wants a HOST or HOST:PORT");
		return err_hint(err, "cpward probe mail.example.org:587");
	}
	if (options->source != NULL && !is_address(options->source))
		return err_set(err, ERR_USAGE, "--source: \"%.80s\" is no IPv4 "
		    "or IPv6 address", options->source);
	if (options->name != NULL && !is_name(options->name))
		return err_set(err, ERR_USAGE,
		    "--name: \"%.80s\" is no host name", options->name);
	for (i = 0; i < options->arguments.count; i++)
		if (add_argument(arena, list, options->arguments.items[i],
		    err) != 0)
			return -1;
	return 0;
}

/* ---- asking ---- */

/* RFC 5321 section 4.1.1.1 wants a name with a dot, and Exim checks the form. */
static const char *
ehlo_name(struct arena *arena)
{
	struct utsname system;

	if (uname(&system) == 0 && is_name(system.nodename) &&
	    strchr(system.nodename, '.') != NULL)
		return arena_strdup(arena, system.nodename);
	return "localhost.localdomain";
}

/* A host without an address is a listener each that could not be seen. */
static void
no_address(struct arena *arena, const struct asked *asked, const char *why,
    struct probe_result *ret_result)
{
	size_t i;

	ret_result->count = asked->count;
	ret_result->listeners = arena_array(arena, asked->count,
	    sizeof(*ret_result->listeners));
	for (i = 0; i < asked->count; i++) {
		struct probe_listener *listener = &ret_result->listeners[i];

		probe_listener_init(listener, asked->host,
		    asked->targets[i].port, asked->targets[i].protocol);
		listener->why = why;
	}
}

/*
 * The prober never asks a server for relaying from an address of its own. Who
 * wanted to know is told, in text, document and status.
 */
static void
explain_relay(struct probe_listener *listener)
{
	const char *source = listener->source;

	if (listener->status != PROBE_OPEN || listener->why != NULL ||
	    listener->relay != PROBE_UNKNOWN ||
	    (listener->protocol != PROBE_SMTP &&
	    listener->protocol != PROBE_SMTPS))
		return;
	listener->why = source != NULL && (strncmp(source, "127.", 4) == 0 ||
	    strcmp(source, listener->address) == 0) ?
	    "relay: a server relays for its own addresses, so it is not asked "
	    "from there; ask from another machine" :
	    "relay: the server did not let the question be asked";
}

static void
ask(struct arena *arena, const struct options *options,
    const struct asked *asked, struct probe_result *result)
{
	const struct probe_request request = {
		.host = asked->host,
		.server_name = options->name,
		.source = options->source,
		.ehlo = ehlo_name(arena),
		.full = options->full,
		.relay = options->relay,
		.targets = asked->targets,
		.target_count = asked->count,
	};
	struct probe_result part = { 0 };
	struct err err = { 0 };
	size_t i;

	if (probe_run(arena, &request, &part, &err) != 0)
		no_address(arena, asked, arena_strdup(arena, err.text), &part);
	for (i = 0; i < part.count; i++) {
		if (options->relay)
			explain_relay(&part.listeners[i]);
		*arena_push(arena, &result->listeners, &result->count) =
		    part.listeners[i];
	}
}

/* ---- telling ---- */

static int
write_result(struct arena *arena, const struct options *options,
    const char *option, const struct probe_result *result,
    int64_t duration_ms, struct err *err)
{
	const char *path, *format = cmd_output_split(arena, option, &path);
	const struct probe_text_options text = {
		.version = CPWARD_VERSION,
		.now = (int64_t)time(NULL),
		.duration_ms = duration_ms,
		.color = cmd_color(options, path),
		.width = cmd_width(path),
	};
	struct output output;

	if (output_open(&output, path, err) != 0)
		return -1;
	if (strcmp(format, "json") == 0)
		probe_result_write(output.stream, result, 2);
	else
		probe_text(output.stream, result, &text);
	return output_close(&output, err);
}

/* Where the text has not just said it. */
static void
warn_unseen(const struct options *options,
    const struct probe_listener *listener)
{
	struct arena *arena;

	if (options->outputs.count == 0)
		return;
	arena = arena_new();
	cmd_warn((void *)(uintptr_t)options, arena_printf(arena,
	    "%s port %u: %s", listener->host, listener->port,
	    listener->why == NULL ? "no reason given" : listener->why));
	arena_free(arena);
}

/*
 * A listener that is closed was seen; one of which a part was not, or where
 * nothing listens on any port, is no answer to lean on.
 */
static int
status_of_result(const struct options *options,
    const struct probe_result *result)
{
	size_t open = 0, unseen = 0, i;

	for (i = 0; i < result->count; i++) {
		const struct probe_listener *listener = &result->listeners[i];

		open += listener->status == PROBE_OPEN;
		if (listener->status == PROBE_FAILED ||
		    (listener->status == PROBE_OPEN && listener->why != NULL)) {
			unseen++;
			warn_unseen(options, listener);
		}
	}
	return open > 0 && unseen == 0 ? EXIT_OK : EXIT_UNKNOWN;
}

int
cmd_probe(struct arena *arena, const struct options *options, struct err *err)
{
	static const char *const formats[] = { "text", "json", NULL };
	struct probe_result result = { 0 };
	struct asked_list list = { 0 };
	int64_t begun, duration_ms;
	size_t i;

	if (cmd_outputs_check(arena, options, formats, err) != 0 ||
	    read_arguments(arena, options, &list, err) != 0)
		return -1;
	begun = clock_ms();
	for (i = 0; i < list.count; i++)
		ask(arena, options, &list.items[i], &result);
	duration_ms = clock_ms() - begun;
	if (options->outputs.count == 0 && write_result(arena, options, "text",
	    &result, duration_ms, err) != 0)
		return -1;
	for (i = 0; i < options->outputs.count; i++)
		if (write_result(arena, options, options->outputs.items[i],
		    &result, duration_ms, err) != 0)
			return -1;
	return status_of_result(options, &result);
}
