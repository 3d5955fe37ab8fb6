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

/*
 * What is large gets a chunk of its own, behind the newest, whose rest is still
 * to be used; arena_grow can make such a chunk larger where it is.
 */
static void *
alloc_large(struct arena *arena, size_t size)
{
	struct chunk *chunk = chunk_new(size), *newest = arena->chunks;

	chunk->used = size;
	if (newest == NULL) {
		arena->chunks = chunk;
	} else {
		chunk->next = newest->next;
		newest->next = chunk;
	}
	return chunk->bytes;
}

static void *
alloc_aligned(struct arena *arena, size_t size, size_t alignment)
{
	struct chunk *chunk = arena->chunks;
	size_t start;

	/* No object is larger than half of what a size can say. */
	if (size > SIZE_MAX / 2)
		out_of_memory(size);
	if (size >= LARGEST_CHUNK)
		return alloc_large(arena, size);
	start = chunk == NULL ? 0 :
	    (chunk->used + alignment - 1) & ~(alignment - 1);
	if (chunk == NULL || start > chunk->size ||
	    chunk->size - start < size) {
		chunk = chunk_new(next_chunk(chunk, size));
		chunk->next = arena->chunks;
		arena->chunks = chunk;
		start = 0;
	}
	chunk->used = start + size;
	return chunk->bytes + start;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	return alloc_aligned(arena, size, ALIGNMENT);
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
	copy = alloc_aligned(arena, length + 1, 1);
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
arena_join_all(struct arena *arena, ...)
{
	const char *part;
	size_t size = 1;
	char *text, *end;
	va_list args;

	va_start(args, arena);
	while ((part = va_arg(args, const char *)) != NULL)
		size += strlen(part);
	va_end(args);
	end = text = alloc_aligned(arena, size, 1);
	va_start(args, arena);
	while ((part = va_arg(args, const char *)) != NULL)
		end = stpcpy(end, part);
	va_end(args);
	return text;
}

/*
 * Written where the newest chunk has room; only what does not fit is formatted
 * again. Nobody has bytes behind used, but they were zero and must be again.
 */
char *
arena_printf(struct arena *arena, const char *format, ...)
{
	struct chunk *chunk = arena->chunks;
	size_t room = chunk == NULL ? 0 : chunk->size - chunk->used;
	va_list args, again;
	char *text;
	int length;

	va_start(args, format);
	va_copy(again, args);
	length = vsnprintf(room == 0 ? NULL :
	    (char *)chunk->bytes + chunk->used, room, format, args);
	va_end(args);
	if (length < 0)
		length = 0;
	if ((size_t)length < room) {
		text = (char *)chunk->bytes + chunk->used;
		chunk->used += (size_t)length + 1;
	} else {
		if (room > 0)
			memset(chunk->bytes + chunk->used, 0, room);
		text = alloc_aligned(arena, (size_t)length + 1, 1);
		vsnprintf(text, (size_t)length + 1, format, again);
	}
	va_end(again);
	return text;
}

/* The chunk that holds nothing but the array, NULL when there is none. */
static struct chunk **
find_own_chunk(struct arena *arena, const void *array)
{
	struct chunk **link;

	for (link = &arena->chunks; *link != NULL; link = &(*link)->next)
		if ((*link)->bytes == array)
			return (*link)->used == (*link)->size &&
			    (*link)->size >= LARGEST_CHUNK ? link : NULL;
	return NULL;
}

/* realloc(3) moves pages, where copying would touch and keep both. */
static void *
grow_chunk(struct chunk **link, size_t size)
{
	size_t before = (*link)->size;
	struct chunk *chunk;

	if (size > SIZE_MAX - sizeof(*chunk))
		out_of_memory(size);
	chunk = realloc(*link, sizeof(*chunk) + size);
	if (chunk == NULL)
		out_of_memory(size);
	memset(chunk->bytes + before, 0, size - before);
	chunk->size = chunk->used = size;
	*link = chunk;
	return chunk->bytes;
}

void *
arena_grow(struct arena *arena, void *array, size_t count, size_t size)
{
	struct chunk **own;
	void *larger;

	/* Capacity is the next power of two, so it need not be kept. */
	if (count != 0 && (count < 8 || (count & (count - 1)) != 0))
		return array;
	if (count > SIZE_MAX / 2 / size)
		out_of_memory(count);
	own = count * size < LARGEST_CHUNK ? NULL :
	    find_own_chunk(arena, array);
	if (own != NULL)
		return grow_chunk(own, count * 2 * size);
	larger = arena_array(arena, count == 0 ? 8 : count * 2, size);
	if (count > 0)
		memcpy(larger, array, count * size);
	return larger;
}
