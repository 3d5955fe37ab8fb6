/* The arena: zeroed, aligned, growing, and its end when memory is out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"

static void
test_pieces_are_zeroed_aligned_and_apart(void **state)
{
	static const size_t sizes[] = {
		0, 1, 15, 16, 17, 4096, 32 * 1024, 32 * 1024 + 1, 1000000, 3,
	};
	enum { COUNT = sizeof(sizes) / sizeof(sizes[0]) };
	struct arena *arena = arena_new();
	unsigned char *pieces[COUNT];
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT; i++) {
		pieces[i] = arena_alloc(arena, sizes[i]);
		assert_int_equal((uintptr_t)pieces[i] % 16, 0);
		for (j = 0; j < sizes[i]; j++)
			assert_int_equal(pieces[i][j], 0);
		memset(pieces[i], (int)i + 1, sizes[i]);
	}
	for (i = 0; i < COUNT; i++)
		for (j = 0; j < sizes[i]; j++)
			assert_int_equal(pieces[i][j], i + 1);
	arena_free(arena);
}

static void
test_copies(void **state)
{
	struct arena *arena = arena_new();
	char *copy;

	(void)state;
	assert_string_equal(arena_strdup(arena, "text"), "text");
	assert_string_equal(arena_strdup(arena, ""), "");
	assert_null(arena_strdup(arena, NULL));
	copy = arena_memdup(arena, "a\0b", 3);
	assert_memory_equal(copy, "a\0b", 4);
	assert_string_equal(arena_memdup(arena, NULL, 0), "");
	assert_string_equal(arena_printf(arena, "%s:%d", "/f", 31), "/f:31");
	assert_string_equal(arena_printf(arena, "%s", ""), "");
	assert_string_equal(arena_join(arena, "_dmarc.", "", "example"),
	    "_dmarc.example");
	assert_int_equal(strlen(arena_printf(arena, "%0100000d", 1)), 100000);
	arena_free(arena);
}

/* A large array grows where it is, or moves whole; its neighbours stay. */
static void
test_large_array_grows(void **state)
{
	struct arena *arena = arena_new();
	size_t count = 0, other_count = 0, i;
	char *between = arena_strdup(arena, "between");
	uint64_t *array = NULL, *other = NULL;

	(void)state;
	for (i = 0; i < 100000; i++) {
		*arena_push(arena, &array, &count) = i;
		*arena_push(arena, &other, &other_count) = ~i;
		if (i % 10000 == 0)
			assert_string_equal(arena_printf(arena, "%zu", i),
			    arena_printf(arena, "%zu", i));
	}
	for (i = 0; i < 100000; i++) {
		assert_int_equal(array[i], i);
		assert_int_equal(other[i], ~i);
	}
	for (; i < 131072; i++) {
		assert_int_equal(*arena_push(arena, &array, &count), 0);
		assert_int_equal(*arena_push(arena, &other, &other_count), 0);
	}
	assert_string_equal(between, "between");
	arena_free(arena);
}

/* A text that did not fit leaves nothing behind where it was tried. */
static void
test_print_leaves_zeroes(void **state)
{
	struct arena *arena = arena_new();
	unsigned char *piece;
	size_t round, i;

	(void)state;
	for (round = 0; round < 200; round++) {
		(void)arena_printf(arena, "%01500d", 7);
		piece = arena_alloc(arena, 700);
		for (i = 0; i < 700; i++)
			assert_int_equal(piece[i], 0);
		memset(piece, 0xff, 700);
		(void)arena_strdup(arena, "odd");
		assert_int_equal((uintptr_t)arena_alloc(arena, 1) % 16, 0);
	}
	arena_free(arena);
}

static void
test_array_grows_by_doubling(void **state)
{
	struct arena *arena = arena_new();
	size_t count = 0, moved = 0, i;
	int *array = NULL, *before;

	(void)state;
	for (i = 0; i < 1000; i++) {
		before = array;
		*arena_push(arena, &array, &count) = (int)i;
		moved += array != before;
	}
	assert_int_equal(count, 1000);
	for (i = 0; i < 1000; i++)
		assert_int_equal(array[i], i);
	/* room for 8, 16, 32, 64, 128, 256, 512, 1024 */
	assert_int_equal(moved, 8);
	/* what arena_push returns is zeroed */
	assert_int_equal(*arena_push(arena, &array, &count), 0);
	arena_free(arena);
}

static void
test_free_takes_null(void **state)
{
	(void)state;
	arena_free(NULL);
	arena_free(arena_new());
}

struct exhaust_case {
	const char *name;
	size_t count;
	size_t size;
};

/* In a child, because the process ends: status 1, a line on stderr. */
static void
test_out_of_memory_ends_the_process(void **state)
{
	static const struct exhaust_case cases[] = {
		{ "a piece over the address space", 1, SIZE_MAX - 8 },
		{ "a piece that no header fits", 1, SIZE_MAX - 40 },
		{ "a product that overflows", SIZE_MAX / 2, 3 },
	};
	char line[128] = "";
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int ends[2], status;
		pid_t child;

		assert_int_equal(pipe(ends), 0);
		child = fork();
		if (child == 0) {
			dup2(ends[1], STDERR_FILENO);
			arena_array(arena_new(), cases[i].count,
			    cases[i].size);
			_exit(0);
		}
		close(ends[1]);
		memset(line, 0, sizeof(line));
		assert_true(read(ends[0], line, sizeof(line) - 1) >= 0);
		close(ends[0]);
		assert_int_equal(waitpid(child, &status, 0), child);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 1 ||
		    strncmp(line, "cpward: out of memory", 21) != 0)
			fail_msg("%s: status %d, \"%s\"", cases[i].name,
			    status, line);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces_are_zeroed_aligned_and_apart),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_array_grows_by_doubling),
		cmocka_unit_test(test_large_array_grows),
		cmocka_unit_test(test_print_leaves_zeroes),
		cmocka_unit_test(test_free_takes_null),
		cmocka_unit_test(test_out_of_memory_ends_the_process),
	};

	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
