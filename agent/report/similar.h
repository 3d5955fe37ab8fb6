/*
 * Findings of one check that say the same of many subjects. Documents list
 * every one; people read them as one line with a count.
 */
#ifndef CPWARD_REPORT_SIMILAR_H
#define CPWARD_REPORT_SIMILAR_H

#include "facts/finding.h"

struct arena;

/* So many and they stand as one; fewer are clearer by name. */
#define SIMILAR_MIN 4

struct similar {
	size_t count;	/* findings it stands for; 0 = an earlier one does */
	size_t next;	/* index of the next of them, SIZE_MAX behind the last */
};

/*
 * Looks at findings of one check and severity. Alike are those with the same
 * result, the same stock and the same message once the subject is taken out of
 * it. One struct for each, in the arena.
 */
struct similar *similar_find(struct arena *arena,
    const struct finding *findings, size_t count);

/* The message with "*" where the subject stood. */
char *similar_message(struct arena *arena, const struct finding *finding);

#endif
