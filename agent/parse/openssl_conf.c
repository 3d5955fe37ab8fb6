#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "parse/openssl_conf.h"

#define BLANKS " \t\r\n"
#define MAX_DEPTH 8
#define MAX_FILES 64
#define MAX_ENTRIES 20000
#define DEFAULT_SECTION "default"

struct entry {
	const char *section;
	const char *name;
	const char *value;	/* NULL = has a variable */
	struct conf_place place;
};

struct reader {
	struct arena *arena;
	const struct conf_source *source;
	struct entry *entries;
	size_t entry_count;
	const char *section;
	size_t files;
	struct conf_place undecided;
	struct err *err;
};

static int read_file(struct reader *reader, const char *path,
    const void *bytes, size_t length, unsigned depth);

static char *
trimmed(struct arena *arena, const char *from, const char *end)
{
	while (from < end && strchr(BLANKS, *from) != NULL)
		from++;
	while (end > from && strchr(BLANKS, end[-1]) != NULL)
		end--;
	return arena_memdup(arena, from, (size_t)(end - from));
}

/* Ends the line at a '#' that is neither quoted nor escaped. */
static void
cut_comment(char *line)
{
	char quote = '\0';

	for (; *line != '\0'; line++) {
		if (*line == '\\' && line[1] != '\0') {
			line++;
		} else if (quote != '\0') {
			if (*line == quote)
				quote = '\0';
		} else if (*line == '"' || *line == '\'' || *line == '`') {
			quote = *line;
		} else if (*line == '#') {
			*line = '\0';
			return;
		}
	}
}

/* Quotes and escapes undone in place; NULL when a variable stands in it. */
static const char *
value_plain(char *value)
{
	char *to = value, quote = '\0';
	const char *from;

	for (from = value; *from != '\0'; from++) {
		if (*from == '\\' && from[1] != '\0')
			*to++ = *++from;
		else if (quote != '\0' && *from == quote)
			quote = '\0';
		else if (quote == '\0' && strchr("\"'`", *from) != NULL)
			quote = *from;
		else if (quote == '\0' && *from == '$')
			return NULL;
		else
			*to++ = *from;
	}
	*to = '\0';
	return value;
}

static int
include(struct reader *reader, const char *target, struct conf_place place,
    unsigned depth)
{
	struct err err = { 0 };
	struct buf buf;
	int result;

	if (reader->source == NULL || target[0] != '/') {
		reader->undecided = place;
		return 0;
	}
	if (depth == MAX_DEPTH || reader->files == MAX_FILES)
		return err_at(reader->err, ERR_LIMIT, place.file, place.line,
		    "includes more than is read");
	buf_init(&buf, CONF_MAX_FILE);
	result = reader->source->read(reader->source->context, target, &buf,
	    &err);
	if (result == 0)
		result = read_file(reader, arena_strdup(reader->arena, target),
		    buf.bytes, buf.length, depth + 1);
	else if (err.code == ERR_ABSENT)
		result = 0;
	else	/* a directory, or nothing that we may read */
		reader->undecided = place, result = 0;
	buf_done(&buf);
	return result;
}

/* ".include PATH", ".include = PATH"; ".pragma" changes nothing for us. */
static int
read_directive(struct reader *reader, const char *line,
    struct conf_place place, unsigned depth)
{
	static const char word[] = ".include";
	const char *target, *plain;

	if (strncmp(line, word, sizeof(word) - 1) != 0)
		return 0;
	target = line + sizeof(word) - 1;
	target += strspn(target, BLANKS);
	if (*target == '=')
		target += 1 + strspn(target + 1, BLANKS);
	plain = value_plain(arena_strdup(reader->arena, target));
	return include(reader, plain == NULL ? "" : plain, place, depth);
}

static int
read_assignment(struct reader *reader, const char *line,
    struct conf_place place)
{
	const char *equals = strchr(line, '='), *colons;
	struct entry *entry;
	char *name;

	if (equals == NULL || equals == line)
		return err_at(reader->err, ERR_PARSE, place.file, place.line,
		    "is no assignment, wanted \"name = value\"");
	if (reader->entry_count == MAX_ENTRIES)
		return err_at(reader->err, ERR_LIMIT, place.file, place.line,
		    "has more settings than are read");
	name = trimmed(reader->arena, line, equals);
	entry = arena_push(reader->arena, &reader->entries,
	    &reader->entry_count);
	entry->place = place;
	entry->section = reader->section;
	entry->name = name;
	colons = strstr(name, "::");
	if (colons != NULL) {
		entry->section = arena_memdup(reader->arena, name,
		    (size_t)(colons - name));
		entry->name = colons + 2;
	}
	entry->value = value_plain(trimmed(reader->arena, equals + 1,
	    equals + strlen(equals)));
	return 0;
}

static int
read_line(struct reader *reader, char *line, struct conf_place place,
    unsigned depth)
{
	const char *end;

	cut_comment(line);
	line = trimmed(reader->arena, line, line + strlen(line));
	if (line[0] == '\0')
		return 0;
	if (line[0] == '.')
		return read_directive(reader, line, place, depth);
	if (line[0] != '[')
		return read_assignment(reader, line, place);
	end = strchr(line, ']');
	if (end == NULL)
		return err_at(reader->err, ERR_PARSE, place.file, place.line,
		    "has no \"]\" behind the name of a section");
	reader->section = trimmed(reader->arena, line + 1, end);
	return 0;
}

/* The next line, those that a '\' continues joined; NULL at the end. */
static char *
next_line(struct reader *reader, const char **cursor, const char *end,
    unsigned *line)
{
	struct buf joined;
	char *copy = NULL;
	const char *at = *cursor, *newline, *last;
	bool more = at < end;

	buf_init(&joined, CONF_MAX_LINE);
	while (more) {
		newline = memchr(at, '\n', (size_t)(end - at));
		last = newline == NULL ? end : newline;
		if (last > at && last[-1] == '\r')
			last--;
		more = newline != NULL && last > at && last[-1] == '\\' &&
		    newline + 1 < end;
		if (buf_add(&joined, at, (size_t)(last - at) - more) != 0)
			break;
		at = newline == NULL ? end : newline + 1;
		(*line)++;
		if (!more)
			copy = arena_memdup(reader->arena, joined.bytes,
			    joined.length);
	}
	buf_done(&joined);
	*cursor = at;
	return copy;
}

static int
read_file(struct reader *reader, const char *path, const void *bytes,
    size_t length, unsigned depth)
{
	const char *at = bytes, *end = at + length;
	struct conf_place place = { path, 1 };
	unsigned line = 0;
	char *text;

	reader->files++;
	while (at < end) {
		place.line = line + 1;
		text = next_line(reader, &at, end, &line);
		if (text == NULL)
			return err_at(reader->err, ERR_LIMIT, path, place.line,
			    "is longer than is read");
		if (read_line(reader, text, place, depth) != 0)
			return -1;
	}
	return 0;
}

/* The last one of that name counts. */
static const struct entry *
find(const struct reader *reader, const char *section, const char *name)
{
	size_t i;

	for (i = reader->entry_count; i > 0; i--)
		if (strcmp(reader->entries[i - 1].section, section) == 0 &&
		    strcmp(reader->entries[i - 1].name, name) == 0)
			return &reader->entries[i - 1];
	return NULL;
}

/* The name of the section with commands for all programs; NULL = none. */
static const char *
system_section(struct reader *reader)
{
	static const char *const steps[] =
	    { "openssl_conf", "ssl_conf", "system_default" };
	const char *section = DEFAULT_SECTION;
	const struct entry *entry;
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		entry = find(reader, section, steps[i]);
		if (entry == NULL)
			return NULL;
		if (entry->value == NULL) {
			reader->undecided = entry->place;
			return NULL;
		}
		section = entry->value;
	}
	return section;
}

static bool
is_stream_protocol(const char *value)
{
	static const char *const protocols[] = { "None", "SSLv3", "TLSv1",
	    "TLSv1.1", "TLSv1.2", "TLSv1.3" };
	size_t i;

	for (i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (strcmp(value, protocols[i]) == 0)
			return true;
	return false;
}

static void
read_ciphers(const struct entry *entry, struct openssl_system *system)
{
	static const char word[] = "@SECLEVEL=";
	const char *at = entry->value;

	while ((at = strstr(at, word)) != NULL) {
		at += sizeof(word) - 1;
		if (*at < '0' || *at > '5')
			continue;
		system->security_level = *at - '0';
		system->level_place = entry->place;
	}
}

/* A name may have a prefix with a dot: SSL_CONF_cmd(3ssl) never sees it. */
static void
read_command(const struct entry *entry, struct openssl_system *system)
{
	const char *dot = strchr(entry->name, '.');
	const char *name = dot == NULL ? entry->name : dot + 1;
	bool protocol = strcasecmp(name, "MinProtocol") == 0;

	if (!protocol && strcasecmp(name, "CipherString") != 0)
		return;
	if (entry->value == NULL) {
		system->undecided = entry->place;
	} else if (!protocol) {
		read_ciphers(entry, system);
	} else if (is_stream_protocol(entry->value)) {
		system->min_protocol = entry->value;
		system->protocol_place = entry->place;
	} else if (strncmp(entry->value, "DTLS", 4) != 0) {
		system->undecided = entry->place;
	}
}

int
openssl_conf_system(struct arena *arena, const char *path, const void *bytes,
    size_t length, const struct conf_source *source,
    struct openssl_system *ret_system, struct err *err)
{
	struct reader reader = { .arena = arena, .source = source,
	    .section = DEFAULT_SECTION, .err = err };
	struct openssl_system system = { .security_level = -1 };
	const char *section;
	size_t i;

	if (length > CONF_MAX_FILE)
		return err_at(err, ERR_LIMIT, path, 0, "is too large");
	if (memchr(bytes, '\0', length) != NULL)
		return err_at(err, ERR_PARSE, path, 0, "has a NUL byte");
	if (read_file(&reader, path, bytes, length, 0) != 0)
		return -1;
	section = system_section(&reader);
	system.undecided = reader.undecided;
	for (i = 0; section != NULL && i < reader.entry_count; i++)
		if (strcmp(reader.entries[i].section, section) == 0)
			read_command(&reader.entries[i], &system);
	*ret_system = system;
	return 0;
}
