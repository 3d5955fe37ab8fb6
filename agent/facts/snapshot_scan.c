#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/quote.h"
#include "facts/snapshot_reader.h"

#define MAX_DEPTH 32
#define MAX_PART_BYTES (8u * 1024 * 1024)
#define MAX_WARNINGS 20
#define PATH_SIZE 256

void
reader_json_done(json_t **json)
{
	json_decref(*json);
}

/* Names come from outside: only what prints plainly goes into a message. */
static const char *
reader_shown(const char *text, char *out, size_t size)
{
	size_t i;

	for (i = 0; i + 1 < size && text[i] != '\0'; i++)
		out[i] = text[i] >= 0x20 && text[i] < 0x7f ? text[i] : '?';
	out[i] = '\0';
	return out;
}

static void
reader_path(const struct reader *reader, char *out, size_t size)
{
	char name[READER_SHOWN_SIZE];
	const char *item = reader->item, *key = reader->key;

	if (item != NULL)
		item = reader_shown(item, name, sizeof(name));
	/* A key is one of the field table's: it prints as it is. */
	snprintf(out, size, "%s%s%s%s%s%s",
	    reader->section != NULL ? reader->section : "the snapshot",
	    item != NULL ? "[" : "", item != NULL ? item : "",
	    item != NULL ? "]" : "",
	    key != NULL ? "." : "", key != NULL ? key : "");
}

static unsigned
line_of(const struct reader *reader, const char *at)
{
	const char *newline = reader->bytes;
	unsigned line = 1;

	while ((newline = memchr(newline, '\n', (size_t)(at - newline))) !=
	    NULL) {
		newline++;
		line++;
	}
	return line;
}

int
reader_fail(struct reader *reader, const char *format, ...)
{
	char path[PATH_SIZE * 2], text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	reader_path(reader, path, sizeof(path));
	return err_at(reader->err, ERR_CONTENT, reader->source,
	    line_of(reader, reader->at), "%s %s", path, text);
}

void
reader_warn(struct reader *reader, const char *name)
{
	char path[PATH_SIZE * 2], text[1024];

	if (reader->warn == NULL || reader->warnings > MAX_WARNINGS)
		return;
	reader_path(reader, path, sizeof(path));
	if (reader->warnings++ == MAX_WARNINGS)
		snprintf(text, sizeof(text),
		    "%s: further unknown paths are ignored without a word",
		    reader->source);
	else if (quotable_name(name))
		snprintf(text, sizeof(text),
		    "%s:%u: %s: unknown path \"%s\" is ignored",
		    reader->source, line_of(reader, reader->at), path, name);
	else
		snprintf(text, sizeof(text),
		    "%s:%u: %s: a path that is no name is ignored",
		    reader->source, line_of(reader, reader->at), path);
	reader->warn(reader->warn_context, text);
}

const char *
reader_type_word(const json_t *json)
{
	switch (json_typeof(json)) {
	case JSON_OBJECT: return "an object";
	case JSON_ARRAY: return "an array";
	case JSON_STRING: return "a string";
	case JSON_INTEGER: return "an integer";
	case JSON_REAL: return "a number with a fraction";
	case JSON_TRUE: return "true";
	case JSON_FALSE: return "false";
	case JSON_NULL: break;
	}
	return "null";
}

const char *
reader_skip_blanks(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' ||
	    *at == '\r'))
		at++;
	return at;
}

/* Behind the string that begins at at; NULL when it has no end. */
static const char *
skip_string(const char *at, const char *end)
{
	for (at++; at < end; at++) {
		if (*at == '"')
			return at + 1;
		if (*at == '\\' && ++at == end)
			break;
	}
	return NULL;
}

static const char *
skip_scalar(const char *at, const char *end)
{
	while (at < end && memchr("{}[],:\" \t\n\r", *at, 11) == NULL)
		at++;
	return at;
}

int
reader_scan(struct reader *reader, const char *at, const char *end,
    struct span *ret_value)
{
	char closing[MAX_DEPTH];
	unsigned depth = 0;

	ret_value->start = at;
	do {
		at = reader_skip_blanks(at, end);
		reader->at = at;
		if (at == end)
			return reader_fail(reader, "ends too early");
		if (*at == '"') {
			at = skip_string(at, end);
			if (at == NULL)
				return reader_fail(reader, "has a string without end");
		} else if (*at == '{' || *at == '[') {
			if (depth == MAX_DEPTH)
				return reader_fail(reader, "is nested deeper than %d",
				    MAX_DEPTH);
			closing[depth++] = *at++ == '{' ? '}' : ']';
		} else if (*at == '}' || *at == ']') {
			if (depth == 0 || closing[--depth] != *at)
				return reader_fail(reader, "has unpaired brackets");
			at++;
		} else if (*at == ',' || *at == ':') {
			if (depth == 0)
				return reader_fail(reader, "lacks a value");
			at++;
		} else {
			at = skip_scalar(at, end);
		}
	} while (depth > 0);
	ret_value->end = at;
	reader->at = ret_value->start;
	return 0;
}

json_t *
reader_parse(struct reader *reader, const struct span *part)
{
	size_t length = (size_t)(part->end - part->start);
	const char *newline;
	json_error_t error;
	json_t *json;

	reader->at = part->start;
	if (length > MAX_PART_BYTES) {
		reader_fail(reader, "has %zu bytes, wanted at most %u", length,
		    MAX_PART_BYTES);
		return NULL;
	}
	json = json_loadb(part->start, length,
	    JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
	if (json != NULL)
		return json;
	while (--error.line > 0 && (newline = memchr(reader->at, '\n',
	    (size_t)(part->end - reader->at))) != NULL)
		reader->at = newline + 1;
	if (json_error_code(&error) == json_error_duplicate_key)
		reader_fail(reader, "has a key twice");
	else if (json_error_code(&error) == json_error_invalid_utf8)
		reader_fail(reader, "is not UTF-8");
	else
		reader_fail(reader, "is not valid JSON");
	return NULL;
}

/* Private characters back to the bytes they stand for. */
static void
decode_bytes(char *text)
{
	const unsigned char *from = (const unsigned char *)text;
	unsigned char *to = (unsigned char *)text;

	while (*from != '\0') {
		if (from[0] == 0xee && (from[1] == 0xbe || from[1] == 0xbf)) {
			*to++ = (unsigned char)((from[1] == 0xbe ? 0x80 :
			    0xc0) | (from[2] & 0x3f));
			from += 3;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
}

char *
reader_string(struct reader *reader, const json_t *json)
{
	char *text = arena_memdup(reader->arena, json_string_value(json),
	    json_string_length(json));

	decode_bytes(text);
	return text;
}

int
members_begin(struct reader *reader, const struct span *object,
    struct members *ret_members)
{
	reader->at = object->start;
	if (*object->start != '{')
		return reader_fail(reader, "is no object");
	ret_members->at = object->start + 1;
	ret_members->end = object->end;
	ret_members->begun = false;
	return 0;
}

static int
read_name(struct reader *reader, const struct span *span)
{
	CLEANUP(reader_json_done) json_t *json = reader_parse(reader, span);

	if (json == NULL)
		return -1;
	buf_clear(&reader->name);
	if (buf_add(&reader->name, json_string_value(json),
	    json_string_length(json)) != 0)
		return reader_fail(reader, "has a name over %u bytes",
		    READER_MAX_NAME_BYTES);
	decode_bytes(reader->name.bytes);
	return 0;
}

int
members_next(struct reader *reader, struct members *members,
    struct span *ret_value)
{
	const char *end = members->end;
	const char *at = reader_skip_blanks(members->at, end);
	struct span name;

	reader->at = at;
	if (*at == '}' && at + 1 == end)
		return 0;
	if (members->begun) {
		if (*at != ',')
			return reader_fail(reader, "lacks a comma");
		at = reader_skip_blanks(at + 1, end);
	}
	reader->at = at;
	if (*at != '"')
		return reader_fail(reader, "lacks a name");
	name.start = at;
	/* The whole was scanned before: the string ends inside. */
	name.end = skip_string(at, end);
	if (read_name(reader, &name) != 0)
		return -1;
	at = reader_skip_blanks(name.end, end);
	if (*at != ':')
		return reader_fail(reader, "lacks a colon");
	at = reader_skip_blanks(at + 1, end);
	if (reader_scan(reader, at, end, ret_value) != 0)
		return -1;
	members->at = ret_value->end;
	members->begun = true;
	return 1;
}
