#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
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

/* With a source only addresses of its family, where there are any. */
static bool
is_candidate(const struct addrinfo *list, const struct addrinfo *one,
    int family)
{
	const struct addrinfo *at;

	if (one->ai_family == family)
		return true;
	for (at = list; at != NULL; at = at->ai_next)
		if (at->ai_family == family)
			return false;
	return true;
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

static void
use_address(const struct probe_request *request, const struct addrinfo *at,
    struct addresses *addresses)
{
	memcpy(&addresses->peer, at->ai_addr, at->ai_addrlen);
	addresses->length = at->ai_addrlen;
	if (getnameinfo(at->ai_addr, at->ai_addrlen, addresses->text,
	    sizeof(addresses->text), NULL, 0, NI_NUMERICHOST) != 0)
		snprintf(addresses->text, sizeof(addresses->text), "%s",
		    request->host);
	if (addresses->source.ss_family != AF_UNSPEC &&
	    addresses->source.ss_family != addresses->peer.ss_family) {
		addresses->source.ss_family = AF_UNSPEC;
		addresses->why = "source: of another family than the address: "
		    "not used";
	}
	addresses->local = is_local(addresses);
}

static bool
is_address(const char *host)
{
	struct addrinfo *list;

	if (resolve(host, AI_NUMERICHOST, AF_UNSPEC, &list) != 0)
		return false;
	freeaddrinfo(list);
	return true;
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

/* Tells which were not reached. */
static void
run_jobs(struct arena *arena, const struct probe_request *request,
    const struct addresses *addresses, const struct probe_limits *limits,
    struct probe_result *result, bool *unreached)
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
	for (i = 0; i < result->count; i++)
		unreached[i] = jobs[i].plan.unreached;
	SSL_CTX_free(run.context);
	probe_trust_done(&run.trust);
}

/* ---- addresses, one after the other ---- */

/* The targets that no address has answered for yet. */
struct left {
	struct probe_target *targets;
	size_t *places;		/* in the request's */
	size_t count;
	bool asked;		/* at one address at least */
};

/* Who was not reached anywhere is shown as the first address had it. */
static void
left_take(struct left *left, const struct probe_result *found,
    const bool *unreached, struct probe_result *result)
{
	size_t i, count = 0;

	for (i = 0; i < found->count; i++) {
		struct probe_listener *listener =
		    &result->listeners[left->places[i]];
		unsigned before = listener->connections;

		if (!left->asked || !unreached[i])
			*listener = found->listeners[i];
		listener->connections = before +
		    found->listeners[i].connections;
		if (!unreached[i])
			continue;
		left->targets[count] = left->targets[i];
		left->places[count++] = left->places[i];
	}
	left->count = count;
	left->asked = true;
}

static void
left_init(struct left *left, struct arena *arena,
    const struct probe_request *request)
{
	size_t i;

	*left = (struct left){ .count = request->target_count };
	left->targets = arena_array(arena, left->count,
	    sizeof(*left->targets));
	left->places = arena_array(arena, left->count, sizeof(*left->places));
	for (i = 0; i < left->count; i++) {
		left->targets[i] = request->targets[i];
		left->places[i] = i;
	}
}

static struct probe_limits
limits_of(const struct probe_limits *limits, const struct addresses *addresses,
    bool full)
{
	struct probe_limits chosen;

	if (limits != NULL)
		return *limits;
	chosen = addresses->local ? local_limits : foreign_limits;
	chosen.total_ms = 1000 *
	    (full ? PROBE_FULL_DEADLINE : PROBE_DEADLINE);
	return chosen;
}

void
probe_run_at(struct arena *arena, const struct probe_request *request,
    const struct addrinfo *list, const struct probe_limits *limits,
    struct probe_result *ret_result)
{
	struct addresses base = { .is_name = !is_address(request->host) };
	bool *unreached = arena_array(arena, request->target_count,
	    sizeof(*unreached));
	struct probe_request asked = *request;
	int64_t began = clock_ms();
	const struct addrinfo *at;
	struct left left;

	if (request->source != NULL)
		read_source(request->source, &base);
	left_init(&left, arena, request);
	ret_result->count = request->target_count;
	ret_result->listeners = arena_array(arena, ret_result->count,
	    sizeof(*ret_result->listeners));
	for (at = list; at != NULL && left.count > 0; at = at->ai_next) {
		struct addresses addresses = base;
		struct probe_limits now;
		struct probe_result found;
		int64_t spent = clock_ms() - began;

		if (!is_candidate(list, at, base.source.ss_family))
			continue;
		use_address(request, at, &addresses);
		now = limits_of(limits, &addresses, request->full);
		if (spent >= now.total_ms)
			break;
		now.total_ms -= (unsigned)spent;
		asked.targets = left.targets;
		asked.target_count = left.count;
		run_jobs(arena, &asked, &addresses, &now, &found, unreached);
		left_take(&left, &found, unreached, ret_result);
	}
}

int
probe_run_limited(struct arena *arena, const struct probe_request *request,
    const struct probe_limits *limits, struct probe_result *ret_result,
    struct err *err)
{
	struct addrinfo *list;
	int result = resolve(request->host, AI_NUMERICHOST, AF_UNSPEC, &list);

	*ret_result = (struct probe_result){ .count = 0 };
	if (result != 0)
		result = resolve(request->host, AI_ADDRCONFIG, AF_UNSPEC,
		    &list);
	if (result != 0)
		return err_set(err, ERR_IO, "%s: %s", request->host,
		    gai_strerror(result));
	probe_run_at(arena, request, list, limits, ret_result);
	freeaddrinfo(list);
	return 0;
}

int
probe_run(struct arena *arena, const struct probe_request *request,
    struct probe_result *ret_result, struct err *err)
{
	return probe_run_limited(arena, request, NULL, ret_result, err);
}
