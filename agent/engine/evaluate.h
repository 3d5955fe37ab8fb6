/*
 * Facts and a profile in, findings out. No file, no socket, no clock.
 */
#ifndef CPWARD_ENGINE_EVALUATE_H
#define CPWARD_ENGINE_EVALUATE_H

#include "engine/profile.h"

/* What of the profile to judge; NULL or 0 means no limit. */
struct selection {
	const char *const *checks;	/* globs; any must match */
	size_t check_count;
	const char *const *skipped;	/* globs; none may match */
	size_t skipped_count;
	const char *const *references;	/* of which one must begin a citation */
	size_t reference_count;
	enum severity severity;		/* at least */
};

/*
 * Judges the profile's checks over the facts. The findings come critical
 * first, then by check, then by subject, bytewise. Entries that the profile or
 * the selection leaves out are counted as notselected.
 */
void evaluate(struct arena *arena, const struct profile *profile,
    const struct facts *facts, const struct data *data,
    const struct selection *selection, struct findings *ret_findings);

/* Is the entry chosen by the profile and the selection? */
bool profile_entry_selected(const struct profile_entry *entry,
    const struct selection *selection);

#endif
