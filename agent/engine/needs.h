/*
 * Which facts a run is about, so that no more is collected than that.
 */
#ifndef CPWARD_ENGINE_NEEDS_H
#define CPWARD_ENGINE_NEEDS_H

#include "engine/evaluate.h"

/*
 * Paths of all facts that the selected checks rest on, the lists that they
 * range over among them: "exim.ssl", "?crypto.policy", "tokens". May name one
 * twice. In the arena.
 */
void evaluate_needs(struct arena *arena, const struct profile *profile,
    const struct selection *selection, const char *const **ret_needs,
    size_t *ret_count);

#endif
