/*
 * Memory that lives as long as a run: allocated piece by piece, freed at once.
 *
 * What comes out is zeroed. When memory is out the process ends (exit status
 * 1, a line on standard error): no caller could do better, and nothing is
 * half-written because files are replaced whole.
 */
#ifndef CPWARD_BASE_ARENA_H
#define CPWARD_BASE_ARENA_H

#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena);	/* NULL is fine */
void arena_wipe(struct arena *arena);	/* overwrites it all, then frees: for secrets */

void *arena_alloc(struct arena *arena, size_t size);
void *arena_array(struct arena *arena, size_t count, size_t size);
char *arena_strdup(struct arena *arena, const char *text);
/* Copies length bytes and terminates them; may hold NULs. Not aligned. */
char *arena_memdup(struct arena *arena, const void *bytes, size_t length);
/* Texts one behind the other, for what is done often: "%s%s" costs ten times that. */
#define arena_join(arena, ...) \
	arena_join_all((arena), __VA_ARGS__, (char *)NULL)
char *arena_join_all(struct arena *arena, ...) __attribute__((sentinel));
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Room for one more element behind *count, in an array that grows by doubling
 * inside the arena; what pointed into it may then be gone. Returns the new,
 * zeroed element. Start with *array NULL and *count 0.
 */
#define arena_push(arena, array, count) \
	((*(array) = arena_grow((arena), *(array), *(count), sizeof(**(array)))), \
	    &(*(array))[(*(count))++])
void *arena_grow(struct arena *arena, void *array, size_t count, size_t size);

#endif
