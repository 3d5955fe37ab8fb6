/* A whole scan over any host, for the tests: collect, then judge. */
#ifndef CPWARD_TESTS_REPLAYED_H
#define CPWARD_TESTS_REPLAYED_H

#include "engine/evaluate.h"
#include "host/host.h"

struct replayed {
	struct facts *facts;
	struct findings findings;
};

/*
 * 0, or -1 with err. profile is a path. With check, only that check is judged
 * and only what it needs is collected.
 */
int replayed_scan(struct arena *arena, struct host *host, const char *profile,
    const char *check, struct replayed *ret_replayed, struct err *err);

/*
 * A host that replays two recordings: of equal questions the last answer wins.
 * NULL and err when one can not be read.
 */
struct host *replayed_host(const char *first, const char *second,
    struct err *err);

const struct finding *replayed_find(const struct findings *findings,
    const char *check, const char *subject);

#endif
