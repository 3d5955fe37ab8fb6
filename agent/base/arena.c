#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/* A small arena costs little to clear, a large one few chunks. */
#define FIRST_CHUNK (2 * 1024)
#define LARGEST_CHUNK (64 * 1024)
#define ALIGNMENT 16

struct chunk {
	struct chunk *next;
	size_t size;
	size_t used;
	_Alignas(ALIGNMENT) unsigned char bytes[];
};

struct arena {
	struct chunk *chunks;	/* newest first */
};

static void __attribute__((noreturn))
out_of_memory(size_t size)
{
	fprintf(stderr, "cpward: out of memory: %zu bytes wanted\n", size);
	exit(1);
}

static struct chunk *
chunk_new(size_t size)
{
	struct chunk *chunk;

	if (size > SIZE_MAX - sizeof(*chunk))
		out_of_memory(size);
	chunk = calloc(1, sizeof(*chunk) + size);
	if (chunk == NULL)
		out_of_memory(size);
	chunk->size = size;
	return chunk;
}

struct arena *
arena_new(void)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (arena == NULL)
		out_of_memory(sizeof(*arena));
	return arena;
}

void
arena_free(struct arena *arena)
{
	struct chunk *chunk, *next;

	if (arena == NULL)
		return;
	for (chunk = arena->chunks; chunk != NULL; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	free(arena);
}

static size_t
next_chunk(const struct chunk *last, size_t need)
{
	size_t size = last == NULL ? FIRST_CHUNK : last->size * 2;

	if (size > LARGEST_CHUNK)
		size = LARGEST_CHUNK;
	return need > size ? need : size;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	struct chunk *chunk = arena->chunks;
	size_t need;
	void *piece;

	if (size > SIZE_MAX - ALIGNMENT)
		out_of_memory(size);
	need = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	if (chunk == NULL || chunk->size - chunk->used < need) {
		chunk = chunk_new(next_chunk(chunk, need));
		chunk->next = arena->chunks;
		arena->chunks = chunk;
	}
	piece = chunk->bytes + chunk->used;
	chunk->used += need;
	return piece;
}

void
arena_wipe(struct arena *arena)
{
	struct chunk *chunk;

	for (chunk = arena->chunks; chunk != NULL; chunk = chunk->next)
		explicit_bzero(chunk->bytes, chunk->used);
	arena_free(arena);
}

void *
arena_array(struct arena *arena, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size)
		out_of_memory(count);
	return arena_alloc(arena, count * size);
}

char *
arena_memdup(struct arena *arena, const void *bytes, size_t length)
{
	char *copy;

	if (length == SIZE_MAX)
		out_of_memory(length);
	copy = arena_alloc(arena, length + 1);
	if (length > 0)
		memcpy(copy, bytes, length);
	return copy;
}

char *
arena_strdup(struct arena *arena, const char *text)
{
	return text == NULL ? NULL : arena_memdup(arena, text, strlen(text));
}

char *
arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args, again;
	char *text;
	int length;

	va_start(args, format);
	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0)
		length = 0;
	text = arena_alloc(arena, (size_t)length + 1);
	vsnprintf(text, (size_t)length + 1, format, again);
	va_end(again);
	return text;
}

void *
arena_grow(struct arena *arena, void *array, size_t count, size_t size)
{
	void *larger;

	/* Capacity is the next power of two, so it need not be kept. */
	if (count != 0 && (count < 8 || (count & (count - 1)) != 0))
		return array;
	larger = arena_array(arena, count == 0 ? 8 : count * 2, size);
	if (count > 0)
		memcpy(larger, array, count * size);
	return larger;
}
