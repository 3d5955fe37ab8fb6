/*
 * Findings of one check that say the same of many subjects. Documents list
 * every one; people read them as one line with a count.
 */
#ifndef CPWARD_REPORT_SIMILAR_H
#define CPWARD_REPORT_SIMILAR_H

#include <stddef.h>

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
 * it; of a domain the keys and digests of its records too. A pass is like no
 * other: passes are counted, never listed. One struct for each, in the arena;
 * n log n in time, whatever the messages.
 */
struct similar *similar_find(struct arena *arena,
    const struct finding *findings, size_t count);

/* The message with "*" where the subject stood, "..." for a key. */
char *similar_message(struct arena *arena, const struct finding *finding);

#endif
