/*
 * A directory with a log in it, and logrotate's hands: what the tests of
 * collect/log_files do to a log, one letter a deed, while it is read. Lines are
 * numbered, so that what was read shows what was lost or read twice.
 *
 *	a	a line is written		l	a line of 6,000 bytes
 *	p	half a line; the next a ends it
 *	R	renamed to NAME-DATE, created anew	S	and not created
 *	N	renamed to NAME.1, the others one further, created anew
 *	C	copied to NAME-DATE, emptied	K	copied to NAME.1, emptied
 *	y	copied to NAME-DATE		k	copied to NAME.1
 *	t	emptied
 *	g	the newest rotated file that is not packed is: NAME.gz
 *	G	all of them are
 *	h	gzip begins with it: half of NAME.gz beside it
 *	o	the newest is made anew with the same bytes, as a restored backup is
 *	L	the newest gets a second name, NAME-DATE
 *	D	the rotated files are removed	d	the oldest is
 *	x	the log is removed
 */
#ifndef CPWARD_TESTS_LOG_WORLD_H
#define CPWARD_TESTS_LOG_WORLD_H

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "collect/log_files.h"
#include "host/host.h"

#define WORLD_LOG "/log/main"
#define WORLD_PATH 512
#define WORLD_CLOCK 1795305600		/* 2026-11-22 00:00 UTC */

struct world {
	char root[64];
	char directory[80];
	struct host *host;
	unsigned line;			/* the last that was begun */
	bool half;			/* and it is not ended */
	unsigned piece;			/* of lines written in pieces */
	unsigned date;			/* of the last rotation */
	int64_t clock;
	struct buf written;

	bool placed;
	struct log_position position;
	struct buf got;			/* what was read, and counted */
	bool gap;
	char failed[512];		/* of the last reading: files, and reading them */
};

static inline const char *
world_path(const struct world *world, const char *name, char path[static WORLD_PATH])
{
	assert_in_range(snprintf(path, WORLD_PATH, "%s/%s", world->directory,
	    name), 1, WORLD_PATH - 1);
	return path;
}

static inline void
world_begin(struct world *world)
{
	struct err err = { 0 };
	char path[WORLD_PATH];
	int fd;

	memset(world, 0, sizeof(*world));
	/* In memory where that can be: thousands of worlds come and go. */
	snprintf(world->root, sizeof(world->root), "%s/cpward-logs-XXXXXX",
	    access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(world->root));
	assert_int_equal(chmod(world->root, 0755), 0);
	snprintf(world->directory, sizeof(world->directory), "%s/log",
	    world->root);
	assert_int_equal(mkdir(world->directory, 0755), 0);
	fd = open(world_path(world, "main", path), O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	close(fd);
	buf_init(&world->written, 64 * 1024 * 1024);
	buf_init(&world->got, 64 * 1024 * 1024);
	world->clock = WORLD_CLOCK;
	world->date = 20260101;
	world->host = host_live(&(struct host_live_options){
	    .root = world->root, .whm_skipped = "skipped: none" }, &err);
	assert_non_null(world->host);
}

static inline size_t
world_names(const struct world *world, char names[64][NAME_MAX + 1])
{
	DIR *directory = opendir(world->directory);
	struct dirent *entry;
	size_t count = 0;

	assert_non_null(directory);
	while ((entry = readdir(directory)) != NULL && count < 64)
		if (entry->d_name[0] != '.')
			strcpy(names[count++], entry->d_name);
	closedir(directory);
	return count;
}

static inline void
world_empty(const struct world *world)
{
	char names[64][NAME_MAX + 1], path[WORLD_PATH];
	size_t count, i;

	while ((count = world_names(world, names)) > 0)
		for (i = 0; i < count; i++)
			unlink(world_path(world, names[i], path));
}

static inline void
world_end(struct world *world)
{
	host_free(world->host);
	world_empty(world);
	assert_int_equal(rmdir(world->directory), 0);
	assert_int_equal(rmdir(world->root), 0);
	buf_done(&world->written);
	buf_done(&world->got);
}

/* ---- deeds ---- */

static inline void
world_date(const struct world *world, const char *path)
{
	const struct timespec times[2] = { { .tv_sec = world->clock },
	    { .tv_sec = world->clock } };

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static inline void
world_write(struct world *world, const char *bytes, size_t length)
{
	char path[WORLD_PATH];
	int fd = open(world_path(world, "main", path),
	    O_CREAT | O_WRONLY | O_APPEND, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), length);
	close(fd);
	world_date(world, path);
	assert_int_equal(buf_add(&world->written, bytes, length), 0);
}

/* "12.12./1/12.12.12." all along: no piece of a line is like another. */
static inline void
world_line(struct world *world, size_t filling, bool ended)
{
	char text[8192];
	size_t length = 0;

	world->line += !world->half;
	if (world->half)
		length = (size_t)snprintf(text, sizeof(text), "/%u/",
		    ++world->piece);
	while (length < filling)
		length += (size_t)snprintf(text + length, sizeof(text) - length,
		    "%u.", world->line);
	if (ended)
		text[length++] = '\n';
	world->half = !ended;
	world_write(world, text, length);
}

static inline bool
is_rotated(const char *name)
{
	return strncmp(name, "main", 4) == 0 &&
	    (name[4] == '-' || name[4] == '.') && name[5] >= '0' &&
	    name[5] <= '9' && strchr("0123456789z",
	    name[strlen(name) - 1]) != NULL;
}

/* "main.1" and "main-20261231" are newer than "main.2" and "main-20261224". */
static inline long
age_of(const char *name)
{
	long number = strtol(name + 5, NULL, 10);

	return name[4] == '.' ? number : -number;
}

/* One rotated file; packed: take these too. False when there is none. */
static inline bool
world_pick(const struct world *world, bool newest, bool packed,
    char name[NAME_MAX + 1])
{
	char names[64][NAME_MAX + 1];
	size_t count = world_names(world, names), i;
	bool found = false;

	for (i = 0; i < count; i++) {
		if (!is_rotated(names[i]) ||
		    (!packed && strstr(names[i], ".gz") != NULL))
			continue;
		if (!found || (newest ? age_of(names[i]) < age_of(name) :
		    age_of(names[i]) > age_of(name)))
			strcpy(name, names[i]);
		found = true;
	}
	return found;
}

static inline void
world_shift(const struct world *world)
{
	char from[32], to[32], source[WORLD_PATH], target[WORLD_PATH];
	int number;
	const char *packed;

	for (number = 30; number >= 1; number--)
		for (packed = ".gz"; packed != NULL;
		    packed = packed[0] != '\0' ? "" : NULL) {
			snprintf(from, sizeof(from), "main.%d%s", number, packed);
			snprintf(to, sizeof(to), "main.%d%s", number + 1, packed);
			rename(world_path(world, from, source),
			    world_path(world, to, target));
		}
}

/* The name that the log will have, dated or numbered. */
static inline const char *
world_rotated(struct world *world, bool numbered, char path[static WORLD_PATH])
{
	char name[32];

	if (numbered) {
		world_shift(world);
		return world_path(world, "main.1", path);
	}
	world->date += world->date % 100 == 28 ? 73 : 1;
	if (world->date / 100 % 100 == 13)
		world->date += 8800;
	snprintf(name, sizeof(name), "main-%u", world->date);
	return world_path(world, name, path);
}

static inline void
world_create(const struct world *world)
{
	char path[WORLD_PATH];
	int fd = open(world_path(world, "main", path), O_CREAT | O_WRONLY, 0600);

	assert_true(fd >= 0);
	close(fd);
	world_date(world, path);
}

static inline size_t
world_slurp(const char *path, char *bytes, size_t room)
{
	int fd = open(path, O_RDONLY);
	ssize_t got;

	if (fd < 0)
		return 0;
	got = read(fd, bytes, room);
	close(fd);
	assert_true(got >= 0 && (size_t)got < room);
	return (size_t)got;
}

#define WORLD_FILE_MAX (1024 * 1024)

static inline void
world_put(const struct world *world, const char *path, const char *bytes,
    size_t length)
{
	int fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), length);
	close(fd);
	world_date(world, path);
}

static inline void
world_copy(struct world *world, const char *from, const char *to)
{
	char *bytes = malloc(WORLD_FILE_MAX);
	size_t length = world_slurp(from, bytes, WORLD_FILE_MAX);

	unlink(to);
	world_put(world, to, bytes, length);
	free(bytes);
}

/* gzip(1) keeps the time of the file. */
static inline void
world_pack(struct world *world, const char *name, bool half)
{
	char path[WORLD_PATH], packed[WORLD_PATH + 4];
	char *bytes = malloc(WORLD_FILE_MAX);
	struct timespec times[2];
	struct stat st;
	size_t length;
	gzFile file;

	world_path(world, name, path);
	snprintf(packed, sizeof(packed), "%s.gz", path);
	assert_int_equal(stat(path, &st), 0);
	length = world_slurp(path, bytes, WORLD_FILE_MAX);
	file = gzopen(packed, "wb");
	assert_non_null(file);
	assert_int_equal(gzwrite(file, bytes, (unsigned)length), length);
	assert_int_equal(gzclose(file), Z_OK);
	free(bytes);
	times[0] = times[1] = st.st_mtim;
	assert_int_equal(utimensat(AT_FDCWD, packed, times, 0), 0);
	if (!half) {
		assert_int_equal(unlink(path), 0);
		return;
	}
	assert_int_equal(stat(packed, &st), 0);
	assert_int_equal(truncate(packed, st.st_size / 2), 0);
}

static inline void
world_do(struct world *world, char deed)
{
	char name[NAME_MAX + 1], path[WORLD_PATH], other[WORLD_PATH];

	world_path(world, "main", other);
	switch (deed) {
	case ' ':
		break;
	case 'a':
		world_line(world, 6, true);
		break;
	case 'l':
		world_line(world, 6000, true);
		break;
	case 'p':
		world_line(world, 3, false);
		break;
	case 'R':
	case 'S':
	case 'N':
		/* Where the log is not there, logrotate does nothing. */
		if (access(other, F_OK) != 0)
			break;
		rename(other, world_rotated(world, deed == 'N', path));
		if (deed != 'S')
			world_create(world);
		break;
	case 'C':
	case 'K':
	case 'y':
	case 'k':
		if (access(other, F_OK) != 0)
			break;
		world_rotated(world, deed == 'K' || deed == 'k', path);
		world_copy(world, other, path);
		if (deed == 'y' || deed == 'k')
			break;
		/* fallthrough */
	case 't':
		assert_int_equal(truncate(other, 0), 0);
		world_date(world, other);
		break;
	case 'g':
	case 'G':
	case 'h':
		while (world_pick(world, true, false, name)) {
			world_pack(world, name, deed == 'h');
			if (deed != 'G')
				break;
		}
		break;
	case 'o':
		assert_true(world_pick(world, true, true, name));
		world_path(world, "whole", other);
		world_copy(world, world_path(world, name, path), other);
		rename(other, path);
		break;
	case 'L':
		assert_true(world_pick(world, true, true, name));
		world_path(world, name, path);
		assert_int_equal(link(path, world_rotated(world, false, other)),
		    0);
		break;
	case 'D':
	case 'd':
		while (world_pick(world, false, true, name)) {
			unlink(world_path(world, name, path));
			if (deed == 'd')
				break;
		}
		break;
	case 'x':
		assert_int_equal(unlink(other), 0);
		break;
	default:
		fail_msg("there is no deed '%c'", deed);
	}
}

/* ---- reading, as whoever counts lines reads ---- */

/*
 * One part into whole; *ret_lines is where its last whole line ends. A rotated
 * file's last line is whole as it is. NULL, or why it could not be read on.
 */
static inline const char *
world_read_part(const struct log_part *part, bool last, struct buf *whole,
    uint64_t *ret_lines)
{
	struct log_reader *reader = log_reader_open(part, part->from, part->to);
	const char *why = NULL, *newline;
	size_t before = whole->length, room;
	char bytes[4096];
	ssize_t got;

	for (;;) {
		/* Odd sizes, so that no boundary is one by chance. */
		room = whole->length % 3 == 0 ? 1 + whole->length % 97 :
		    sizeof(bytes);
		got = log_reader_read(reader, bytes, room, &why);
		if (got <= 0)
			break;
		assert_true((size_t)got <= room);
		assert_int_equal(buf_add(whole, bytes, (size_t)got), 0);
	}
	log_reader_close(reader);
	if (got == 0)
		why = NULL;
	if (last || why != NULL) {
		newline = whole->length == before ? NULL :
		    memrchr(whole->bytes + before, '\n', whole->length - before);
		whole->length = newline == NULL ? before :
		    (size_t)(newline + 1 - whole->bytes);
	}
	*ret_lines = part->from + (whole->length - before);
	return why;
}

/*
 * All parts; what can not be given a position is not counted, as if the run had
 * been killed.
 */
static inline void
world_read_parts(struct world *world, struct log_parts *parts)
{
	struct log_position position;
	const char *why = NULL;
	struct buf whole;
	uint64_t lines = 0;
	size_t i;

	buf_init(&whole, 64 * 1024 * 1024);
	snprintf(world->failed, sizeof(world->failed), "%s",
	    parts->failed == NULL ? "" : parts->failed);
	world->gap = world->gap || parts->gap != NULL;
	for (i = 0; i < parts->count && why == NULL; i++)
		why = world_read_part(&parts->parts[i], i + 1 == parts->count &&
		    strcmp(parts->parts[i].path, WORLD_LOG) == 0, &whole,
		    &lines);
	if (why != NULL)
		snprintf(world->failed + strlen(world->failed),
		    sizeof(world->failed) - strlen(world->failed), "%s: %s",
		    strrchr(parts->parts[i - 1].path, '/') + 1, why);
	if (i > 0 && whole.length > 0 && log_position_at(WORLD_LOG,
	    &parts->parts[i - 1], lines, &position) == 0) {
		world->placed = true;
		world->position = position;
		assert_int_equal(buf_add(&world->got, whole.bytes,
		    whole.length), 0);
	}
	buf_done(&whole);
}

static inline void
world_find(struct world *world, struct host *host, struct arena *arena,
    struct log_parts *ret_parts)
{
	log_parts_find(host, arena, WORLD_LOG,
	    world->placed ? &world->position : NULL, ret_parts);
}

static inline void
world_read(struct world *world, struct host *host)
{
	struct arena *arena = arena_new();
	struct log_parts parts;

	world_find(world, host, arena, &parts);
	world_read_parts(world, &parts);
	log_parts_close(&parts);
	arena_free(arena);
}

/* Lines that were read are some of those written, in their order, none twice. */
static inline bool
world_all_read(const char *name, const struct world *world)
{
	const char *at = world->got.bytes, *end = at + world->got.length;
	const char *newline;
	long before = 0, line;
	unsigned count = 0;

	for (; at < end; at = newline + 1) {
		newline = memchr(at, '\n', (size_t)(end - at));
		/* The end of one whose beginning could not be read. */
		if (*at == '/')
			continue;
		line = strtol(at, NULL, 10);
		if (line <= before)
			fail_msg("%s: line %ld after %ld", name, line, before);
		before = line;
		count++;
	}
	return count == world->line;
}

/* ---- hosts that get in the way ---- */

/*
 * Passes questions on, as another host would answer them; before each question
 * and each piece of a log meddle is called.
 */
struct wrapped {
	struct host base;
	struct host *inner;
	const char *no_directory;	/* why none is listed; NULL = they are */
	size_t room;			/* most bytes that a read gives; 0 = any */
	void (*meddle)(void *data);	/* NULL = nobody */
	void *data;
};

struct wrapped_log {
	struct host_log inner;
	const struct wrapped *by;
};

static inline void
wrapped_meddle(const struct wrapped *wrapped)
{
	if (wrapped->meddle != NULL)
		wrapped->meddle(wrapped->data);
}

static inline void
wrapped_ask(struct host *host, struct arena *arena,
    const struct question *question, struct answer *ret_answer)
{
	const struct wrapped *wrapped = (const struct wrapped *)host;

	wrapped_meddle(wrapped);
	if (question->kind == ASK_DIR && wrapped->no_directory != NULL)
		ret_answer->why = wrapped->no_directory;
	else
		wrapped->inner->ask(wrapped->inner, arena, question, ret_answer);
}

static inline ssize_t
wrapped_read(const struct host_log *log, uint64_t offset, void *bytes,
    size_t room)
{
	const struct wrapped_log *data = log->data;

	wrapped_meddle(data->by);
	if (data->by->room > 0 && room > data->by->room)
		room = data->by->room;
	return data->inner.read(&data->inner, offset, bytes, room);
}

static inline void
wrapped_close(struct host_log *log)
{
	struct wrapped_log *data = log->data;

	data->inner.close(&data->inner);
}

static inline void
wrapped_open_log(struct host *host, struct arena *arena, const char *path,
    struct host_log *ret_log)
{
	const struct wrapped *wrapped = (const struct wrapped *)host;
	struct wrapped_log *data = arena_alloc(arena, sizeof(*data));

	wrapped_meddle(wrapped);
	*ret_log = host_open_log(wrapped->inner, arena, path);
	*data = (struct wrapped_log){ *ret_log, wrapped };
	ret_log->read = wrapped_read;
	ret_log->close = wrapped_close;
	ret_log->data = data;
}

static inline struct host *
wrap(struct wrapped *wrapped, struct host *inner)
{
	wrapped->base = (struct host){ .ask = wrapped_ask,
	    .open_log = wrapped_open_log, .whm_name = "whmapi1" };
	wrapped->inner = inner;
	return &wrapped->base;
}

#endif
