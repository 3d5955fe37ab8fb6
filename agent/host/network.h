/* What a live host asks the network, as answers of the door. */
#ifndef CPWARD_HOST_NETWORK_H
#define CPWARD_HOST_NETWORK_H

#include <stdint.h>

struct answer;
struct arena;
struct probe_request;

/* OK with a cpward.probe/1 document; FAILED when the host has no address. */
void network_probe(struct arena *arena, const struct probe_request *request,
    struct answer *ret_answer);

/*
 * OK with the addresses, one a line, sorted, each once; ABSENT when name has
 * none. *wasted_ms, the caller's, sums up what failing look-ups took: when it is
 * NETWORK_WASTE_MS no more are made, they fail at once.
 */
#define NETWORK_WASTE_MS 5000
void network_address(struct arena *arena, const char *name,
    int64_t *wasted_ms, struct answer *ret_answer);

#endif
