/*
 * How far the logs have been read, as text: lines of columns with tabs between
 * them, a first line that names the schema and the commit, a last line with
 * their number.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include "store/ledger_private.h"

/* Form 1 had one first day for all logs, of which a hole in one of them was lost. */
#define SCHEMA_NAME "cpward.ledger.state/"
#define SCHEMA SCHEMA_NAME "2"
#define PIECES_MAX 9

/* ---- writing ---- */

static bool
can_stand(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

static void
add_day(struct buf *buf, int32_t day)
{
	char text[11] = "-";

	if (day != 0)
		log_day_text(day, text);
	(void)buf_addf(buf, "\t%s", text);
}

static int
add_position(struct buf *buf, const struct log_position *position, struct err *err)
{
	size_t i;

	if (!can_stand(position->log) || position->log[0] == '\0' ||
	    position->mark_length > LOG_MARK_BYTES)
		return err_set(err, ERR_CONTENT, "a log's path with control bytes can not be remembered");
	(void)buf_addf(buf, "log\t%s\t%llu\t%llu\t%llu\t%u\t", position->log,
	    (unsigned long long)position->device, (unsigned long long)position->inode,
	    (unsigned long long)position->offset, position->mark_length);
	for (i = 0; i < sizeof(position->mark); i++)
		(void)buf_addf(buf, "%02x", position->mark[i]);
	add_day(buf, position->first_day);
	add_day(buf, position->last_day);
	(void)buf_addf(buf, "\n");
	return 0;
}

int
ledger_state_write(const struct ledger_state *state, uint64_t sequence, struct buf *buf,
    struct err *err)
{
	size_t i;

	if (state->open_count > LEDGER_OPEN_MAX)
		return err_set(err, ERR_LIMIT, "%zu open messages, wanted %d at most", state->open_count,
		    LEDGER_OPEN_MAX);
	(void)buf_addf(buf, SCHEMA "\t%llu\n", (unsigned long long)sequence);
	for (i = 0; i < state->position_count; i++)
		if (add_position(buf, &state->positions[i], err) != 0)
			return -1;
	for (i = 0; i < state->open_count; i++) {
		if (!can_stand(state->open[i].hosted) || strlen(state->open[i].hosted) > STRING_MAX)
			return err_set(err, ERR_CONTENT,
			    "a domain with control bytes, or over 255 bytes, can not be remembered");
		(void)buf_addf(buf, "open\t%016llx\t%s\n", (unsigned long long)state->open[i].id,
		    state->open[i].hosted);
	}
	(void)buf_addf(buf, "end\t%zu\n", state->position_count + state->open_count);
	return 0;
}

/* ---- reading ---- */

struct reader {
	struct arena *arena;
	const char *source;
	struct err *err;
	struct slice rest;
	unsigned line;
	struct slice pieces[PIECES_MAX];
	size_t count;
};

static int
damaged(const struct reader *reader, const char *what)
{
	err_at(reader->err, ERR_CONTENT, reader->source, reader->line, "%s", what);
	return err_hint(reader->err,
	    "restore the directory from a backup, or move it away: the logs are then read anew");
}

/* The next line's pieces. */
static int
next_line(struct reader *reader)
{
	const char *end = memchr(reader->rest.bytes, '\n', reader->rest.length);
	struct slice line;
	size_t i, from = 0;

	reader->line++;
	if (end == NULL)
		return damaged(reader, "the file was cut: it has no last line");
	line = (struct slice){ reader->rest.bytes, (size_t)(end - reader->rest.bytes) };
	reader->rest = (struct slice){ end + 1, reader->rest.length - line.length - 1 };
	reader->count = 0;
	for (i = 0; i <= line.length; i++) {
		if (i < line.length && line.bytes[i] != '\t') {
			if ((unsigned char)line.bytes[i] < ' ' || line.bytes[i] == 0x7f)
				return damaged(reader, "has a control byte");
			continue;
		}
		if (reader->count == PIECES_MAX)
			return damaged(reader, "has too many columns");
		reader->pieces[reader->count++] = (struct slice){ line.bytes + from, i - from };
		from = i + 1;
	}
	return 0;
}

static bool
read_hex(struct slice text, unsigned char *bytes, size_t count)
{
	static const char digits[] = "0123456789abcdef";
	const char *high, *low;
	size_t i;

	if (text.length != count * 2)
		return false;
	for (i = 0; i < count; i++) {
		high = memchr(digits, text.bytes[2 * i], 16);
		low = memchr(digits, text.bytes[2 * i + 1], 16);
		if (high == NULL || low == NULL)
			return false;
		bytes[i] = (unsigned char)((high - digits) << 4 | (low - digits));
	}
	return true;
}

static bool
read_day(struct slice text, int32_t *ret_day)
{
	return slice_is(text, "-") || ledger_day_number(text, ret_day);
}

static int
read_position(struct reader *reader, struct ledger_state *state)
{
	struct log_position position = { 0 };
	uint64_t mark_length;

	if (reader->count != 9 || reader->pieces[1].length == 0 ||
	    !ledger_number(reader->pieces[2], UINT64_MAX, &position.device) ||
	    !ledger_number(reader->pieces[3], UINT64_MAX, &position.inode) ||
	    !ledger_number(reader->pieces[4], UINT64_MAX, &position.offset) ||
	    !ledger_number(reader->pieces[5], LOG_MARK_BYTES, &mark_length) ||
	    mark_length > position.offset ||
	    !read_hex(reader->pieces[6], position.mark, sizeof(position.mark)) ||
	    !read_day(reader->pieces[7], &position.first_day) ||
	    !read_day(reader->pieces[8], &position.last_day))
		return damaged(reader, "is not a log's position");
	position.log = arena_memdup(reader->arena, reader->pieces[1].bytes, reader->pieces[1].length);
	position.mark_length = (uint32_t)mark_length;
	*arena_push(reader->arena, &state->positions, &state->position_count) = position;
	return 0;
}

static int
read_open(struct reader *reader, struct ledger_state *state)
{
	unsigned char id[8];
	struct ledger_open open = { 0 };
	size_t i;

	if (reader->count != 3 || state->open_count == LEDGER_OPEN_MAX ||
	    !read_hex(reader->pieces[1], id, sizeof(id)) || reader->pieces[2].length > STRING_MAX)
		return damaged(reader, "is not an open message");
	for (i = 0; i < sizeof(id); i++)
		open.id = open.id << 8 | id[i];
	open.hosted = arena_memdup(reader->arena, reader->pieces[2].bytes, reader->pieces[2].length);
	*arena_push(reader->arena, &state->open, &state->open_count) = open;
	return 0;
}

static int
read_first_line(struct reader *reader, uint64_t *ret_sequence)
{
	const struct slice *form = &reader->pieces[0];
	size_t length = sizeof(SCHEMA_NAME) - 1;

	if (next_line(reader) != 0)
		return -1;
	if (!slice_is(*form, SCHEMA) && form->length > length &&
	    memcmp(form->bytes, SCHEMA_NAME, length) == 0) {
		err_at(reader->err, ERR_CONTENT, reader->source, reader->line,
		    "has the form \"%.*s\", wanted \"" SCHEMA "\"",
		    form->length > 40 ? 40 : (int)form->length, form->bytes);
		return err_hint(reader->err, "another version of cpward wrote it: run that one, or "
		    "move the directory away: the logs are then read anew");
	}
	if (reader->count != 2 || !slice_is(*form, SCHEMA) ||
	    !ledger_number(reader->pieces[1], UINT64_MAX - 1, ret_sequence))
		return damaged(reader, "does not begin with \"" SCHEMA "\" and a number");
	return 0;
}

int
ledger_state_read(struct arena *arena, const char *source, struct slice text,
    struct ledger_state *ret_state, uint64_t *ret_sequence, struct err *err)
{
	struct reader reader = { .arena = arena, .source = source, .err = err, .rest = text };
	struct ledger_state state = { 0 };
	uint64_t sequence, lines;

	if (read_first_line(&reader, &sequence) != 0)
		return -1;
	for (;;) {
		if (next_line(&reader) != 0)
			return -1;
		if (slice_is(reader.pieces[0], "log")) {
			if (read_position(&reader, &state) != 0)
				return -1;
		} else if (slice_is(reader.pieces[0], "open")) {
			if (read_open(&reader, &state) != 0)
				return -1;
		} else
			break;
	}
	if (reader.count != 2 || !slice_is(reader.pieces[0], "end") ||
	    !ledger_number(reader.pieces[1], SIZE_MAX, &lines))
		return damaged(&reader, "is no line of a state");
	if (lines != state.position_count + state.open_count || reader.rest.length != 0)
		return damaged(&reader, "the end is not where the file says it is");
	*ret_state = state;
	*ret_sequence = sequence;
	return 0;
}
