/* Reading log files: plain ones, gzip (RFC 1952), and the marks in them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <zlib.h>

#include "collect/log_files_private.h"

#define INPUT_SIZE (64u * 1024)
#define SKIP_SIZE (64u * 1024)
#define GZIP_WINDOW (15 + 16)	/* zlib: the largest window, a gzip header */

struct log_reader {
	const struct host_log *file;
	bool compressed;
	uint64_t from, to;	/* of what comes out */
	uint64_t at;		/* the next byte that comes out */

	uint64_t input_at;	/* of the file, behind input */
	bool input_ended;
	unsigned char *input;
	unsigned char *skipped;	/* room for what stands before from */
	z_stream stream;
	enum { BEFORE_FIRST, IN_MEMBER, BETWEEN, ENDED } place;
};

struct log_reader *
log_reader_open(const struct log_part *part, uint64_t from, uint64_t to)
{
	struct log_reader *reader = calloc(1, sizeof(*reader));

	if (reader == NULL)
		abort();
	reader->file = &part->file;
	reader->compressed = part->compressed;
	reader->from = from;
	reader->to = to;
	reader->at = part->compressed ? 0 : from;
	if (!part->compressed)
		return reader;
	reader->input = malloc(INPUT_SIZE);
	reader->skipped = malloc(SKIP_SIZE);
	if (reader->input == NULL || reader->skipped == NULL ||
	    inflateInit2(&reader->stream, GZIP_WINDOW) != Z_OK)
		abort();
	return reader;
}

void
log_reader_close(struct log_reader *reader)
{
	if (reader == NULL)
		return;
	if (reader->compressed)
		inflateEnd(&reader->stream);
	free(reader->input);
	free(reader->skipped);
	free(reader);
}

static ssize_t
failed(const char **ret_why, const char *why)
{
	*ret_why = why;
	return -1;
}

/* A constant, for a reader has no arena and strerror(3) is not every thread's. */
static const char *
read_failure(int number)
{
	switch (number) {
	case EIO:
		return "Input/output error";
	case ESTALE:
		return "Stale file handle";
	case EINVAL:
		return "Invalid argument";
	case ENOMEM:
		return "Cannot allocate memory";
	}
	return "can not be read";
}

static ssize_t
read_plain(struct log_reader *reader, void *bytes, size_t room,
    const char **ret_why)
{
	ssize_t got = reader->file->read(reader->file, reader->at, bytes, room);

	if (got < 0)
		return failed(ret_why, read_failure(errno));
	if (got == 0 && reader->to != UINT64_MAX)
		return failed(ret_why, "has become shorter while it was read");
	reader->at += (uint64_t)got;
	return got;
}

/* More input behind what is left of it. */
static int
fill(struct log_reader *reader, const char **ret_why)
{
	z_stream *stream = &reader->stream;
	ssize_t got;

	if (stream->avail_in > 0)
		memmove(reader->input, stream->next_in, stream->avail_in);
	stream->next_in = reader->input;
	got = reader->file->read(reader->file, reader->input_at,
	    reader->input + stream->avail_in, INPUT_SIZE - stream->avail_in);
	if (got < 0) {
		*ret_why = read_failure(errno);
		return -1;
	}
	reader->input_ended = got == 0;
	reader->input_at += (uint64_t)got;
	stream->avail_in += (unsigned)got;
	return 0;
}

/*
 * Is there another member? What follows the last one and is none is ignored, as
 * gzip(1) does: tapes are padded. Where the first should be it is an error.
 */
static int
begin_member(struct log_reader *reader, const char **ret_why)
{
	z_stream *stream = &reader->stream;

	while (stream->avail_in < 2 && !reader->input_ended)
		if (fill(reader, ret_why) != 0)
			return -1;
	if (stream->avail_in >= 2 && stream->next_in[0] == 0x1f &&
	    stream->next_in[1] == 0x8b) {
		inflateReset(stream);
		reader->place = IN_MEMBER;
	} else if (reader->place == BETWEEN) {
		reader->place = ENDED;
	} else {
		*ret_why = stream->avail_in < 2 ?
		    "ends before its gzip data" : "is not gzip data";
		return -1;
	}
	return 0;
}

/* One step of a member. */
static int
inflate_step(struct log_reader *reader, const char **ret_why)
{
	z_stream *stream = &reader->stream;
	unsigned room = stream->avail_out;
	int status;

	if (stream->avail_in == 0 && fill(reader, ret_why) != 0)
		return -1;
	status = inflate(stream, Z_NO_FLUSH);
	if (status == Z_STREAM_END) {
		reader->place = BETWEEN;
	} else if (status != Z_OK && status != Z_BUF_ERROR) {
		*ret_why = status == Z_MEM_ERROR ? "Cannot allocate memory" :
		    "its gzip data is damaged";
		return -1;
	} else if (reader->input_ended && stream->avail_in == 0 &&
	    stream->avail_out == room) {
		*ret_why = "ends in the middle of its gzip data";
		return -1;
	}
	return 0;
}

static ssize_t
inflate_some(struct log_reader *reader, void *bytes, size_t room,
    const char **ret_why)
{
	z_stream *stream = &reader->stream;
	unsigned most = room > 1u << 30 ? 1u << 30 : (unsigned)room;

	stream->next_out = bytes;
	stream->avail_out = most;
	while (reader->place != ENDED && stream->avail_out == most)
		if ((reader->place == IN_MEMBER ?
		    inflate_step(reader, ret_why) :
		    begin_member(reader, ret_why)) != 0)
			return -1;
	reader->at += most - stream->avail_out;
	return (ssize_t)(most - stream->avail_out);
}

static ssize_t
read_compressed(struct log_reader *reader, void *bytes, size_t room,
    const char **ret_why)
{
	ssize_t got = 1;
	size_t want;

	while (got > 0 && reader->at < reader->from) {
		want = reader->from - reader->at < SKIP_SIZE ?
		    (size_t)(reader->from - reader->at) : SKIP_SIZE;
		got = inflate_some(reader, reader->skipped, want, ret_why);
	}
	if (got > 0)
		got = inflate_some(reader, bytes, room, ret_why);
	if (got == 0 && reader->to != UINT64_MAX)
		return failed(ret_why, "holds less than it did");
	return got;
}

ssize_t
log_reader_read(struct log_reader *reader, void *bytes, size_t room,
    const char **ret_why)
{
	uint64_t begin = reader->at > reader->from ? reader->at : reader->from;

	if (begin >= reader->to || room == 0)
		return 0;
	if (room > reader->to - begin)
		room = (size_t)(reader->to - begin);
	return reader->compressed ?
	    read_compressed(reader, bytes, room, ret_why) :
	    read_plain(reader, bytes, room, ret_why);
}

/* ---- marks ---- */

static int
digest(const void *bytes, size_t length, unsigned char ret_mark[static 32])
{
	return EVP_Digest(bytes, length, ret_mark, NULL, EVP_sha256(), NULL) ==
	    1 ? 0 : -1;
}

/*
 * How many of length bytes there are. Fewer: the part ends there and *ret_why
 * is NULL, or it can not be read on.
 */
static size_t
read_at(const struct log_part *part, uint64_t from, void *bytes, size_t length,
    const char **ret_why)
{
	struct log_reader *reader = log_reader_open(part, from, UINT64_MAX);
	size_t done = 0;
	ssize_t got = 1;

	*ret_why = NULL;
	while (done < length && got > 0) {
		got = log_reader_read(reader, (char *)bytes + done,
		    length - done, ret_why);
		if (got > 0)
			done += (size_t)got;
	}
	log_reader_close(reader);
	return done;
}

size_t
log_head(const struct log_part *part, void *bytes, size_t room,
    const char **ret_why)
{
	return read_at(part, 0, bytes, room, ret_why);
}

static enum log_mark
mark_at(const struct log_part *part, uint64_t offset, size_t length,
    unsigned char ret_mark[static 32], const char **ret_why)
{
	unsigned char bytes[LOG_MARK_BYTES];

	if (read_at(part, offset - length, bytes, length, ret_why) == length &&
	    digest(bytes, length, ret_mark) == 0)
		return LOG_MARK_MATCHES;
	return *ret_why == NULL ? LOG_MARK_DIFFERS : LOG_MARK_UNREADABLE;
}

enum log_mark
log_mark_check(const struct log_part *part,
    const struct log_position *position, const char **ret_why)
{
	enum log_mark found;
	unsigned char mark[32];

	if (position->mark_length > LOG_MARK_BYTES ||
	    position->mark_length > position->offset)
		return LOG_MARK_DIFFERS;
	if (!part->compressed && position->offset > (uint64_t)part->file.size)
		return LOG_MARK_DIFFERS;
	if (position->offset == 0)
		return LOG_MARK_MATCHES;
	found = mark_at(part, position->offset, position->mark_length, mark,
	    ret_why);
	return found == LOG_MARK_MATCHES &&
	    memcmp(mark, position->mark, sizeof(mark)) != 0 ?
	    LOG_MARK_DIFFERS : found;
}

static void
position_begin(const char *log, const struct log_part *part, uint64_t offset,
    struct log_position *ret_position)
{
	*ret_position = (struct log_position){ .log = log,
	    .device = part->file.device, .inode = part->file.inode,
	    .offset = offset,
	    .mark_length = offset < LOG_MARK_BYTES ? (uint32_t)offset :
	    LOG_MARK_BYTES };
}

static int
position_at(const char *log, const struct log_part *part, uint64_t offset,
    struct log_position *ret_position)
{
	struct log_position position;
	const char *why;

	position_begin(log, part, offset, &position);
	if (mark_at(part, offset, position.mark_length, position.mark, &why) !=
	    LOG_MARK_MATCHES)
		return -1;
	*ret_position = position;
	return 0;
}

/* How far a compressed part goes only tells who inflates it all. */
static int
position_at_gzip_end(const char *log, const struct log_part *part,
    struct log_position *ret_position)
{
	struct log_reader *reader = log_reader_open(part, 0, UINT64_MAX);
	unsigned char *bytes = malloc(LOG_MARK_BYTES + INPUT_SIZE);
	uint64_t offset = 0;
	size_t kept = 0;
	const char *why;
	ssize_t got;

	if (bytes == NULL)
		abort();
	while ((got = log_reader_read(reader, bytes + kept, INPUT_SIZE,
	    &why)) > 0) {
		offset += (uint64_t)got;
		kept += (size_t)got;
		if (kept > LOG_MARK_BYTES) {
			memmove(bytes, bytes + kept - LOG_MARK_BYTES,
			    LOG_MARK_BYTES);
			kept = LOG_MARK_BYTES;
		}
	}
	log_reader_close(reader);
	if (got == 0) {
		position_begin(log, part, offset, ret_position);
		got = digest(bytes, kept, ret_position->mark);
	}
	free(bytes);
	return got == 0 ? 0 : -1;
}

int
log_position_at_end(const char *log, const struct log_part *part,
    struct log_position *ret_position)
{
	if (part->compressed)
		return position_at_gzip_end(log, part, ret_position);
	return position_at(log, part, (uint64_t)part->file.size, ret_position);
}

/*
 * The beginning of a file has nothing before it that could tell the file again.
 * The end of the one before it has, and says the same. Where that can not be
 * read, one still older would not say the same: what lies between was read.
 */
int
log_position_at(const char *log, const struct log_part *part, uint64_t offset,
    struct log_position *ret_position)
{
	const struct log_part *before = part->before;
	struct log_position position;

	for (; offset == 0 && before != NULL; before = before->before) {
		if (log_position_at_end(log, before, &position) != 0)
			break;
		if (position.offset > 0) {
			*ret_position = position;
			return 0;
		}
	}
	return position_at(log, part, offset, ret_position);
}
