/*
 * Reading a part of a log: plain and gzip, from anywhere to anywhere, in pieces
 * of any size; and what is damaged, cut off or no gzip at all.
 */
#include "tests/unit/log_world.h"

#include <errno.h>

#include "collect/log_files_private.h"
#include "host/log.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* One gzip member of its own. */
static void
add_member(struct buf *packed, const char *bytes, size_t length)
{
	unsigned char out[4096];
	z_stream stream = { 0 };
	int status;

	assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8,
	    Z_DEFAULT_STRATEGY), Z_OK);
	stream.next_in = (unsigned char *)(uintptr_t)bytes;
	stream.avail_in = (unsigned)length;
	do {
		stream.next_out = out;
		stream.avail_out = sizeof(out);
		status = deflate(&stream, Z_FINISH);
		assert_int_equal(buf_add(packed, out,
		    sizeof(out) - stream.avail_out), 0);
	} while (status == Z_OK);
	assert_int_equal(status, Z_STREAM_END);
	deflateEnd(&stream);
}

static struct log_part
part_of(struct arena *arena, const struct buf *bytes, bool compressed)
{
	struct log_part part = { .path = "/log/main",
	    .compressed = compressed };

	log_from_bytes(arena, bytes->bytes, bytes->length, &part.file);
	part.to = compressed ? UINT64_MAX : bytes->length;
	return part;
}

/* In pieces of room bytes; NULL, or why it stopped. */
static const char *
read_all(const struct log_part *part, uint64_t from, uint64_t to, size_t room,
    struct buf *got)
{
	struct log_reader *reader = log_reader_open(part, from, to);
	const char *why = NULL;
	char *bytes = malloc(room);
	ssize_t length;

	buf_clear(got);
	while ((length = log_reader_read(reader, bytes, room, &why)) > 0) {
		assert_true((size_t)length <= room);
		assert_int_equal(buf_add(got, bytes, (size_t)length), 0);
	}
	/* The end stays the end, a failure stays one. */
	assert_int_equal(log_reader_read(reader, bytes, room, &why), length);
	log_reader_close(reader);
	free(bytes);
	return length == 0 ? NULL : why;
}

static void
fill_lines(struct buf *lines, size_t length)
{
	unsigned line;

	for (line = 1; lines->length < length; line++)
		assert_int_equal(buf_addf(lines, "%u line %x\n", line,
		    line * 2654435761u), 0);
}

struct bench {
	struct arena *arena;
	struct buf lines, packed, got;
};

static int
setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	bench->arena = arena_new();
	buf_init(&bench->lines, 16 * 1024 * 1024);
	buf_init(&bench->packed, 16 * 1024 * 1024);
	buf_init(&bench->got, 16 * 1024 * 1024);
	*state = bench;
	return 0;
}

static int
teardown(void **state)
{
	struct bench *bench = *state;

	arena_free(bench->arena);
	buf_done(&bench->lines);
	buf_done(&bench->packed);
	buf_done(&bench->got);
	free(bench);
	return 0;
}

static void
check_range(struct bench *bench, const struct log_part *part, uint64_t from,
    uint64_t to, size_t room)
{
	const char *why = read_all(part, from, to, room, &bench->got);
	size_t end = to > bench->lines.length ? bench->lines.length :
	    (size_t)to;
	size_t length = from >= end ? 0 : end - (size_t)from;

	if (why != NULL || bench->got.length != length ||
	    memcmp(bench->got.bytes, bench->lines.bytes + from, length) != 0)
		fail_msg("%zu bytes from %zu by %zu: %zu, %s", length,
		    (size_t)from, room, bench->got.length,
		    why != NULL ? why : "others");
}

/* Three members, the second empty: what "cat a.gz b.gz" makes. */
static void
pack_lines(struct bench *bench)
{
	size_t middle = bench->lines.length / 3;

	add_member(&bench->packed, bench->lines.bytes, middle);
	add_member(&bench->packed, "", 0);
	add_member(&bench->packed, bench->lines.bytes + middle,
	    bench->lines.length - middle);
}

static void
test_ranges(void **state)
{
	static const size_t rooms[] = { 1, 13, 4096, 70000, 1 << 20 };
	struct bench *bench = *state;
	struct log_part parts[2];
	size_t length, i, j;

	fill_lines(&bench->lines, 300 * 1000);
	pack_lines(bench);
	parts[0] = part_of(bench->arena, &bench->lines, false);
	parts[1] = part_of(bench->arena, &bench->packed, true);
	length = bench->lines.length;
	for (i = 0; i < COUNT(parts); i++) {
		check_range(bench, &parts[i], 0, UINT64_MAX, 65536);
		for (j = 0; j < COUNT(rooms); j++) {
			check_range(bench, &parts[i], length - 5000, length,
			    rooms[j]);
			check_range(bench, &parts[i], length / 3 - 10,
			    length / 3 + 10, rooms[j]);
			check_range(bench, &parts[i], 65536, 65536 + 100,
			    rooms[j]);
		}
		check_range(bench, &parts[i], 0, 1, 100);
		check_range(bench, &parts[i], length - 1, length, 100);
		check_range(bench, &parts[i], length, UINT64_MAX, 100);
		check_range(bench, &parts[i], 0, 0, 100);
		check_range(bench, &parts[i], 50, 50, 100);
		check_range(bench, &parts[i], 50, 20, 100);
	}
}

/* What was promised must be there. */
static void
test_too_short(void **state)
{
	struct bench *bench = *state;
	struct log_part plain, packed;
	size_t length;

	fill_lines(&bench->lines, 1000);
	pack_lines(bench);
	length = bench->lines.length;
	plain = part_of(bench->arena, &bench->lines, false);
	packed = part_of(bench->arena, &bench->packed, true);
	assert_string_equal(read_all(&plain, 10, length + 1, 100, &bench->got),
	    "has become shorter while it was read");
	assert_int_equal(bench->got.length, length - 10);
	assert_string_equal(read_all(&packed, 10, length + 1, 100, &bench->got),
	    "holds less than it did");
	assert_int_equal(bench->got.length, length - 10);
	assert_string_equal(read_all(&packed, length + 5, length + 9, 100,
	    &bench->got), "holds less than it did");
}

/* Cut anywhere, a single member is never taken for a whole one. */
static void
test_cut(void **state)
{
	struct bench *bench = *state;
	struct log_part part;
	const char *why;
	size_t whole;

	fill_lines(&bench->lines, 2000);
	add_member(&bench->packed, bench->lines.bytes, bench->lines.length);
	whole = bench->packed.length;
	for (bench->packed.length = 0; bench->packed.length < whole;
	    bench->packed.length++) {
		part = part_of(bench->arena, &bench->packed, true);
		why = read_all(&part, 0, UINT64_MAX, 4096, &bench->got);
		if (why == NULL || strcmp(why, bench->packed.length < 2 ?
		    "ends before its gzip data" :
		    "ends in the middle of its gzip data") != 0)
			fail_msg("%zu of %zu bytes: %s", bench->packed.length,
			    whole, why == NULL ? "whole" : why);
		assert_memory_equal(bench->got.bytes, bench->lines.bytes,
		    bench->got.length);
	}
}

static void
test_damaged(void **state)
{
	struct bench *bench = *state;
	struct log_part part;
	const char *why;
	size_t i;

	fill_lines(&bench->lines, 2000);
	add_member(&bench->packed, bench->lines.bytes, bench->lines.length);
	for (i = 10; i < bench->packed.length; i += 7) {
		bench->packed.bytes[i] ^= 0x55;
		part = part_of(bench->arena, &bench->packed, true);
		why = read_all(&part, 0, UINT64_MAX, 4096, &bench->got);
		bench->packed.bytes[i] ^= 0x55;
		/* The checksum at the end holds what inflate takes. */
		if (why == NULL || (strcmp(why, "its gzip data is damaged") != 0
		    && strcmp(why, "ends in the middle of its gzip data") != 0))
			fail_msg("byte %zu: %s", i, why == NULL ? "whole" : why);
	}
}

static void
test_around_members(void **state)
{
	static const struct {
		const char *name, *before, *after;
		size_t before_length, after_length;
		const char *why;
		bool lines;		/* they are read all the same */
	} cases[] = {
		{ "whole", "", "", 0, 0, NULL, true },
		{ "padded", "", "\0\0\0\0\0\0\0\0", 0, 8, NULL, true },
		{ "garbage behind", "", "garbage", 0, 7, NULL, true },
		{ "one byte behind", "", "\x1f", 0, 1, NULL, true },
		{ "a member begins", "", "\x1f\x8b", 0, 2,
		    "ends in the middle of its gzip data", true },
		{ "one of another method", "", "\x1f\x8b\7\0\0\0\0\0\0\3", 0,
		    10, "its gzip data is damaged", true },
		{ "garbage before", "x", "", 1, 0, "is not gzip data", false },
		{ "text", "2026-11-22 line\n", "", 16, 0, "is not gzip data",
		    false },
	};
	struct bench *bench = *state;
	struct log_part part;
	const char *why;
	size_t i;

	fill_lines(&bench->lines, 2000);
	for (i = 0; i < COUNT(cases); i++) {
		buf_clear(&bench->packed);
		(void)buf_add(&bench->packed, cases[i].before,
		    cases[i].before_length);
		add_member(&bench->packed, bench->lines.bytes,
		    bench->lines.length);
		(void)buf_add(&bench->packed, cases[i].after,
		    cases[i].after_length);
		part = part_of(bench->arena, &bench->packed, true);
		why = read_all(&part, 0, UINT64_MAX, 4096, &bench->got);
		if ((why == NULL) != (cases[i].why == NULL) ||
		    (why != NULL && strcmp(why, cases[i].why) != 0) ||
		    bench->got.length != (cases[i].lines ?
		    bench->lines.length : 0))
			fail_msg("%s: %zu bytes, %s", cases[i].name,
			    bench->got.length, why == NULL ? "whole" : why);
	}
}

/* ---- failing ---- */

struct failing {
	struct host_log inner;
	uint64_t at;		/* from here on */
	int number;
};

static ssize_t
failing_read(const struct host_log *log, uint64_t offset, void *bytes,
    size_t room)
{
	const struct failing *failing = log->data;

	if (offset >= failing->at) {
		errno = failing->number;
		return -1;
	}
	if (room > failing->at - offset)
		room = (size_t)(failing->at - offset);
	return failing->inner.read(&failing->inner, offset, bytes, room);
}

static void
test_failing(void **state)
{
	struct bench *bench = *state;
	struct log_part part;
	struct failing failing;
	int i;

	fill_lines(&bench->lines, 200 * 1000);
	add_member(&bench->packed, bench->lines.bytes, bench->lines.length);
	for (i = 0; i < 2; i++) {
		part = part_of(bench->arena, i == 0 ? &bench->lines :
		    &bench->packed, i == 1);
		failing = (struct failing){ part.file, 50 * 1000, EIO };
		part.file.read = failing_read;
		part.file.data = &failing;
		assert_string_equal(read_all(&part, 0, UINT64_MAX, 4096,
		    &bench->got), "Input/output error");
		assert_true(bench->got.length > 40 * 1000 &&
		    bench->got.length < bench->lines.length);
		assert_memory_equal(bench->got.bytes, bench->lines.bytes,
		    bench->got.length);
		failing.number = ENOTCONN;
		assert_string_equal(read_all(&part, 0, UINT64_MAX, 4096,
		    &bench->got), "can not be read");
	}
}

/* ---- marks ---- */

/* A place in a file is the same place in what gzip makes of it. */
static void
test_marks(void **state)
{
	static const uint64_t offsets[] = { 0, 1, 100, 4095, 4096, 4097, 100000 };
	struct bench *bench = *state;
	struct log_position plain, packed;
	struct log_part parts[2];
	const char *why = NULL;
	size_t i;

	fill_lines(&bench->lines, 100 * 1000);
	pack_lines(bench);
	parts[0] = part_of(bench->arena, &bench->lines, false);
	parts[1] = part_of(bench->arena, &bench->packed, true);
	parts[0].file.device = 5;
	parts[0].file.inode = 7;
	for (i = 0; i < COUNT(offsets); i++) {
		assert_int_equal(log_position_at("/l", &parts[0], offsets[i],
		    &plain), 0);
		assert_int_equal(log_position_at("/l", &parts[1], offsets[i],
		    &packed), 0);
		assert_string_equal(plain.log, "/l");
		assert_int_equal(plain.device, 5);
		assert_int_equal(plain.inode, 7);
		assert_true(plain.offset == offsets[i]);
		assert_int_equal(plain.mark_length, offsets[i] < 4096 ?
		    offsets[i] : 4096);
		assert_memory_equal(plain.mark, packed.mark, 32);
		assert_int_equal(log_mark_check(&parts[1], &plain, &why),
		    LOG_MARK_MATCHES);
		assert_int_equal(log_mark_check(&parts[0], &packed, &why),
		    LOG_MARK_MATCHES);
		bench->lines.bytes[0] ^= 1;
		assert_int_equal(log_mark_check(&parts[0], &packed, &why),
		    offsets[i] == 0 || offsets[i] > 4096 ? LOG_MARK_MATCHES :
		    LOG_MARK_DIFFERS);
		bench->lines.bytes[0] ^= 1;
	}
	/* sha256sum of the first byte, "1". */
	assert_int_equal(log_position_at("/l", &parts[1], 1, &packed), 0);
	assert_memory_equal(packed.mark, "\x6b\x86\xb2\x73\xff\x34\xfc\xe1"
	    "\x9d\x6b\x80\x4e\xff\x5a\x3f\x57\x47\xad\xa4\xea\xa2\x2f\x1d\x49"
	    "\xc0\x1e\x52\xdd\xb7\x87\x5b\x4b", 32);
	assert_int_equal(log_position_at_end("/l", &parts[0], &plain), 0);
	assert_int_equal(log_position_at_end("/l", &parts[1], &packed), 0);
	assert_true(plain.offset == bench->lines.length);
	assert_true(packed.offset == bench->lines.length);
	assert_memory_equal(plain.mark, packed.mark, 32);
	/* Behind the end there is no place. */
	assert_int_equal(log_position_at("/l", &parts[0],
	    bench->lines.length + 1, &plain), -1);
	assert_int_equal(log_position_at("/l", &parts[1],
	    bench->lines.length + 1, &packed), -1);
	packed.offset++;
	assert_int_equal(log_mark_check(&parts[1], &packed, &why),
	    LOG_MARK_DIFFERS);
	bench->packed.bytes[bench->packed.length - 1] ^= 1;
	packed.offset--;
	assert_int_equal(log_position_at_end("/l", &parts[1], &packed), -1);
}

/* A beginning is told by the end of what is before it. */
static void
test_before(void **state)
{
	struct bench *bench = *state;
	struct log_part parts[4];
	struct log_position position;
	struct buf empty;

	fill_lines(&bench->lines, 9000);
	add_member(&bench->packed, bench->lines.bytes, bench->lines.length);
	buf_init(&empty, 10);
	parts[0] = part_of(bench->arena, &bench->lines, false);
	parts[1] = part_of(bench->arena, &bench->packed, true);
	parts[2] = part_of(bench->arena, &empty, false);
	parts[3] = part_of(bench->arena, &bench->lines, false);
	parts[0].file.inode = 10;
	parts[1].file.inode = 11;
	parts[2].file.inode = 12;
	parts[3].file.inode = 13;
	parts[1].before = &parts[0];
	parts[2].before = &parts[1];
	parts[3].before = &parts[2];
	assert_int_equal(log_position_at("/l", &parts[3], 5, &position), 0);
	assert_int_equal(position.inode, 13);
	assert_int_equal(log_position_at("/l", &parts[3], 0, &position), 0);
	assert_int_equal(position.inode, 11);
	assert_true(position.offset == bench->lines.length);
	assert_int_equal(position.mark_length, LOG_MARK_BYTES);
	assert_int_equal(log_position_at("/l", &parts[1], 0, &position), 0);
	assert_int_equal(position.inode, 10);
	assert_int_equal(log_position_at("/l", &parts[0], 0, &position), 0);
	assert_int_equal(position.inode, 10);
	assert_true(position.offset == 0);
	assert_int_equal(position.mark_length, 0);
	/* Not one before that is damaged: it was read, as far as it went. */
	bench->packed.bytes[bench->packed.length - 1] ^= 1;
	assert_int_equal(log_position_at("/l", &parts[3], 0, &position), 0);
	assert_int_equal(position.inode, 13);
	assert_true(position.offset == 0);
	buf_done(&empty);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_ranges),
		TEST(test_too_short),
		TEST(test_cut),
		TEST(test_damaged),
		TEST(test_around_members),
		TEST(test_failing),
		TEST(test_marks),
		TEST(test_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
