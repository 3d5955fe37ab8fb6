/*
 * Probing listeners: one event loop for all of them, hellos of our own for
 * every question, the system's OpenSSL for one whole handshake a name.
 */
#ifndef CPWARD_HOST_PROBE_H
#define CPWARD_HOST_PROBE_H

#include <stdbool.h>
#include <stddef.h>

#include "parse/probe_result.h"

struct arena;
struct err;

struct probe_target {
	unsigned port;
	enum probe_protocol protocol;
	/* Further names to read the chain for; the host's own comes first. */
	const char *const *server_names;
	size_t server_name_count;
};

struct probe_request {
	const char *host;	/* address, or a name: then also the name verified */
	/*
	 * Name to verify the chain for and to ask with (SNI); NULL = host when
	 * it is a name.
	 */
	const char *server_name;
	const char *source;	/* address to come from; NULL = the system's choice */
	const char *ehlo;	/* FQDN for EHLO */
	bool full;		/* the complete list, not only a verdict */
	bool relay;		/* ask whether a stranger may relay: never locally */
	const struct probe_target *targets;
	size_t target_count;
};

/* Seconds after which a verdict, a complete list ends whatever the peers do. */
#define PROBE_DEADLINE 30
#define PROBE_FULL_DEADLINE 300

/*
 * Always fills *ret_result, a listener a target; what could not be seen is
 * unknown there, with the reason. ERR_IO only when host has no address.
 */
int probe_run(struct arena *arena, const struct probe_request *request,
    struct probe_result *ret_result, struct err *err);

#endif
