#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "host/probe_private.h"

/*
 * One's own machine may be asked as fast as four connections at a time answer;
 * a foreign one as a busy client would ask it, so that no filter takes us for
 * an attack.
 */
static const struct probe_limits local_limits = {
	.in_flight = 4, .burst = 100, .rate = 200, .tries = 7,
	.back_off_ms = 100, .connection_ms = 10000, .rest_ms = 5,
	.goodbye_ms = 1000, .quiet_ms = 300,
};

static const struct probe_limits foreign_limits = {
	.in_flight = 4, .burst = 8, .rate = 10, .tries = 5,
	.back_off_ms = 1000, .connection_ms = 10000, .rest_ms = 5,
	.goodbye_ms = 2000, .quiet_ms = 1000,
};

/* ---- addresses ---- */

struct addresses {
	struct sockaddr_storage peer;
	socklen_t length;
	struct sockaddr_storage source;		/* ss_family 0 = none */
	socklen_t source_length;
	char text[INET6_ADDRSTRLEN + 16];
	bool is_name;		/* host is no address */
	bool local;		/* of this machine */
	const char *why;	/* source was not used */
};

static int
resolve(const char *host, int flags, int family, struct addrinfo **ret_list)
{
	struct addrinfo hints = { .ai_family = family,
	    .ai_socktype = SOCK_STREAM, .ai_flags = flags };

	return getaddrinfo(host, NULL, &hints, ret_list);
}

static void
read_source(const char *source, struct addresses *addresses)
{
	struct addrinfo *list;

	if (resolve(source, AI_NUMERICHOST, AF_UNSPEC, &list) != 0) {
		addresses->why = "the source is not an address: not used";
		return;
	}
	memcpy(&addresses->source, list->ai_addr, list->ai_addrlen);
	addresses->source_length = list->ai_addrlen;
	freeaddrinfo(list);
}

/* Of several addresses the first of the source's family, else the first. */
static const struct addrinfo *
choose_address(const struct addrinfo *list, const struct addresses *addresses)
{
	const struct addrinfo *at;

	for (at = list; at != NULL; at = at->ai_next)
		if (at->ai_family == addresses->source.ss_family)
			return at;
	return list;
}

/* An address is ours when a socket can be bound to it. */
static bool
is_local(const struct addresses *addresses)
{
	int fd = socket(addresses->peer.ss_family, SOCK_DGRAM | SOCK_CLOEXEC,
	    0);
	bool bound = fd >= 0 && bind(fd,
	    (const struct sockaddr *)&addresses->peer, addresses->length) == 0;

	if (fd >= 0)
		close(fd);
	return bound;
}

static int
find_addresses(const struct probe_request *request,
    struct addresses *ret_addresses, struct err *err)
{
	struct addresses addresses = { .is_name = false };
	const struct addrinfo *chosen;
	struct addrinfo *list;
	int result = resolve(request->host, AI_NUMERICHOST, AF_UNSPEC, &list);

	if (result != 0) {
		addresses.is_name = true;
		result = resolve(request->host, AI_ADDRCONFIG, AF_UNSPEC,
		    &list);
	}
	if (result != 0)
		return err_set(err, ERR_IO, "%s: %s", request->host,
		    gai_strerror(result));
	if (request->source != NULL)
		read_source(request->source, &addresses);
	chosen = choose_address(list, &addresses);
	memcpy(&addresses.peer, chosen->ai_addr, chosen->ai_addrlen);
	addresses.length = chosen->ai_addrlen;
	if (getnameinfo(chosen->ai_addr, chosen->ai_addrlen, addresses.text,
	    sizeof(addresses.text), NULL, 0, NI_NUMERICHOST) != 0)
		snprintf(addresses.text, sizeof(addresses.text), "%s",
		    request->host);
	freeaddrinfo(list);
	if (addresses.source.ss_family != AF_UNSPEC &&
	    addresses.source.ss_family != addresses.peer.ss_family) {
		addresses.source.ss_family = AF_UNSPEC;
		addresses.why = "source: of another family than the address: "
		    "not used";
	}
	addresses.local = is_local(&addresses);
	*ret_addresses = addresses;
	return 0;
}

/* ---- targets ---- */

/* Which targets are of one daemon: Exim has its ports, Dovecot its. */
static unsigned
daemon_key(const struct probe_target *target)
{
	switch (target->protocol) {
	case PROBE_SMTP:
	case PROBE_SMTPS:
		return 1u << 16;
	case PROBE_IMAP:
	case PROBE_IMAPS:
	case PROBE_POP3:
	case PROBE_POP3S:
	case PROBE_SIEVE:
		return 2u << 16;
	default:
		return target->port;
	}
}

static size_t
daemon_index(const struct probe_request *request, size_t target)
{
	size_t i;

	for (i = 0; i < target; i++)
		if (daemon_key(&request->targets[i]) ==
		    daemon_key(&request->targets[target]))
			break;
	return i;
}

static void
set_port(struct sockaddr_storage *address, unsigned port)
{
	if (address->ss_family == AF_INET)
		((struct sockaddr_in *)(void *)address)->sin_port =
		    htons((uint16_t)port);
	else
		((struct sockaddr_in6 *)(void *)address)->sin6_port =
		    htons((uint16_t)port);
}

/* The host's own name first, NULL when it has none; then the target's. */
static const char *const *
target_names(struct arena *arena, const struct probe_request *request,
    const struct probe_target *target, bool host_is_name)
{
	const char **names = arena_array(arena, target->server_name_count + 1,
	    sizeof(*names));
	size_t i;

	names[0] = request->server_name != NULL ? request->server_name :
	    host_is_name ? request->host : NULL;
	for (i = 0; i < target->server_name_count; i++)
		names[i + 1] = target->server_names[i];
	return names;
}

/* EHLO's, or HTTP's Host: there an IPv6 address has brackets, RFC 3986 3.2.2. */
static const char *
peer_name(struct arena *arena, const struct probe_request *request,
    const struct probe_target *target, const char *server_name)
{
	if (target->protocol != PROBE_HTTP && target->protocol != PROBE_HTTPS)
		return request->ehlo;
	if (server_name != NULL)
		return server_name;
	return strchr(request->host, ':') == NULL ? request->host :
	    arena_printf(arena, "[%s]", request->host);
}

static void
job_init(struct probe_job *job, struct arena *arena,
    const struct probe_request *request, size_t index,
    const struct addresses *addresses, const struct probe_limits *limits,
    struct probe_listener *listener)
{
	const struct probe_target *target = &request->targets[index];
	const char *const *names = target_names(arena, request, target,
	    addresses->is_name);

	probe_listener_init(listener, arena_strdup(arena, addresses->text),
	    target->port, target->protocol);
	listener->host = arena_strdup(arena, request->host);
	listener->full = request->full;
	listener->why = addresses->why;
	job->peer = (struct probe_peer){ .address = addresses->peer,
	    .length = addresses->length, .source = addresses->source,
	    .source_length = addresses->source_length,
	    .protocol = target->protocol,
	    .name = peer_name(arena, request, target, names[0]) };
	set_port(&job->peer.address, target->port);
	job->daemon = daemon_index(request, index);
	probe_plan_begin(&job->plan, arena, listener, names,
	    target->server_name_count + 1,
	    request->relay && !addresses->local, limits->tries);
}

static void
run_jobs(struct arena *arena, const struct probe_request *request,
    const struct addresses *addresses, const struct probe_limits *limits,
    struct probe_result *result)
{
	struct probe_run run = { .arena = arena, .limits = limits };
	struct probe_job *jobs = arena_array(arena, request->target_count,
	    sizeof(*jobs));
	size_t i;

	result->count = request->target_count;
	result->listeners = arena_array(arena, result->count,
	    sizeof(*result->listeners));
	for (i = 0; i < result->count; i++)
		job_init(&jobs[i], arena, request, i, addresses, limits,
		    &result->listeners[i]);
	probe_loop(&run, jobs, result->count);
	SSL_CTX_free(run.context);
	probe_trust_done(&run.trust);
}

int
probe_run_limited(struct arena *arena, const struct probe_request *request,
    const struct probe_limits *limits, struct probe_result *ret_result,
    struct err *err)
{
	struct addresses addresses;

	*ret_result = (struct probe_result){ .count = 0 };
	if (find_addresses(request, &addresses, err) != 0)
		return -1;
	run_jobs(arena, request, &addresses, limits, ret_result);
	return 0;
}

int
probe_run(struct arena *arena, const struct probe_request *request,
    struct probe_result *ret_result, struct err *err)
{
	struct addresses addresses;
	struct probe_limits limits;

	*ret_result = (struct probe_result){ .count = 0 };
	if (find_addresses(request, &addresses, err) != 0)
		return -1;
	limits = addresses.local ? local_limits : foreign_limits;
	limits.total_ms = 1000 *
	    (request->full ? PROBE_FULL_DEADLINE : PROBE_DEADLINE);
	run_jobs(arena, request, &addresses, &limits, ret_result);
	return 0;
}
