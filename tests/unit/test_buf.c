/* The bounded buffer: its ceiling holds and leaves it as it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

static void
test_adding(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 1000);
	assert_string_equal(buf.bytes, "");
	assert_int_equal(buf_adds(&buf, "one "), 0);
	assert_int_equal(buf_addc(&buf, '2'), 0);
	assert_int_equal(buf_addf(&buf, " %s %d", "three", 4), 0);
	assert_int_equal(buf_add(&buf, "\0x", 2), 0);
	assert_int_equal(buf_add(&buf, NULL, 0), 0);
	assert_int_equal(buf.length, 15);
	assert_memory_equal(buf.bytes, "one 2 three 4\0x", 16);
	buf_clear(&buf);
	assert_int_equal(buf.length, 0);
	assert_string_equal(buf.bytes, "");
	buf_done(&buf);
	assert_null(buf.bytes);
}

struct ceiling_case {
	size_t max;
	size_t first;
	size_t second;
	int result;
};

static void
test_ceiling(void **state)
{
	static const struct ceiling_case cases[] = {
		{ 0, 0, 0, 0 },
		{ 0, 0, 1, -1 },
		{ 10, 10, 0, 0 },
		{ 10, 9, 1, 0 },
		{ 10, 10, 1, -1 },
		{ 10, 1, 10, -1 },
		{ 63, 0, 63, 0 },
		{ 64, 0, 64, 0 },
		{ 64, 0, 65, -1 },
		{ 5000, 4000, 1000, 0 },
		{ 5000, 4000, 1001, -1 },
		{ 10, 5, SIZE_MAX, -1 },
		{ SIZE_MAX, 0, 100, 0 },
	};
	static const char bytes[5000];
	size_t i, kept;
	struct buf buf;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct ceiling_case *c = &cases[i];

		buf_init(&buf, c->max);
		assert_int_equal(buf_add(&buf, bytes, c->first), 0);
		if (buf_add(&buf, bytes, c->second) != c->result)
			fail_msg("case %zu: max %zu, %zu then %zu", i, c->max,
			    c->first, c->second);
		kept = c->result == 0 ? c->first + c->second : c->first;
		assert_int_equal(buf.length, kept);
		assert_int_equal(buf.bytes[kept], '\0');
		buf_done(&buf);
	}
}

static void
test_a_refused_text_changes_nothing(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 6);
	assert_int_equal(buf_adds(&buf, "abc"), 0);
	assert_int_equal(buf_adds(&buf, "defg"), -1);
	assert_int_equal(buf_addf(&buf, "%d", 1000), -1);
	assert_string_equal(buf.bytes, "abc");
	assert_int_equal(buf_addf(&buf, "%d", 100), 0);
	assert_int_equal(buf_addc(&buf, 'x'), -1);
	assert_string_equal(buf.bytes, "abc100");
	buf_done(&buf);
}

/* Growth frees old memory; a wiped buffer can be used again. */
static void
test_wipe(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 100);
	assert_int_equal(buf_adds(&buf, "secret"), 0);
	buf_wipe(&buf);
	assert_null(buf.bytes);
	assert_int_equal(buf.length, 0);
	buf_wipe(&buf);
	buf_init(&buf, 100);
	assert_int_equal(buf_adds(&buf, "again"), 0);
	buf_wipe(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_adding),
		cmocka_unit_test(test_ceiling),
		cmocka_unit_test(test_a_refused_text_changes_nothing),
		cmocka_unit_test(test_wipe),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
