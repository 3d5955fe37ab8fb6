/*
 * Files to statements: includes, comments, continued lines, quotes. The rules
 * are those of doveconf 2.3.19 and 2.4.1, tried against both; where they look
 * odd, doveconf is.
 */
#include <stdlib.h>
#include <string.h>

#include "parse/dovecot_private.h"

struct dovecot_input {
	struct dovecot_input *outer;
	const char *path;
	struct buf read;	/* owns the bytes of an included file */
	const char *bytes;
	size_t length, offset;
	unsigned line;
	unsigned depth;
};

void
dovecot_lines_init(struct dovecot_lines *lines, struct arena *arena,
    const struct conf_source *source, enum dovecot_dialect dialect)
{
	*lines = (struct dovecot_lines){
		.arena = arena, .source = source, .dialect = dialect,
		.version = DOVECOT_2_3,
	};
	buf_init(&lines->physical, CONF_MAX_LINE);
	buf_init(&lines->logical, CONF_MAX_LINE);
}

static void
input_close(struct dovecot_lines *lines)
{
	struct dovecot_input *input = lines->input;

	lines->input = input->outer;
	buf_done(&input->read);
}

void
dovecot_lines_done(struct dovecot_lines *lines)
{
	while (lines->input != NULL)
		input_close(lines);
	buf_done(&lines->physical);
	buf_done(&lines->logical);
}

static struct dovecot_input *
input_push(struct dovecot_lines *lines, const char *path)
{
	struct dovecot_input *input = arena_alloc(lines->arena, sizeof(*input));

	input->path = arena_strdup(lines->arena, path);
	input->outer = lines->input;
	buf_init(&input->read, CONF_MAX_FILE);
	*arena_push(lines->arena, &lines->files, &lines->file_count) = input->path;
	lines->input = input;
	return input;
}

static int
input_count(struct dovecot_lines *lines, const char *path, size_t length,
    struct err *err)
{
	if (length > CONF_MAX_FILE)
		return err_at(err, ERR_LIMIT, path, 0, "%zu bytes, at most %u wanted",
		    length, CONF_MAX_FILE);
	lines->total += length;
	if (lines->total > CONF_MAX_TOTAL)
		return err_at(err, ERR_LIMIT, path, 0,
		    "the configuration's files hold more than %u bytes", CONF_MAX_TOTAL);
	return 0;
}

int
dovecot_lines_open(struct dovecot_lines *lines, const char *path,
    const void *bytes, size_t length, struct err *err)
{
	struct dovecot_input *input;

	if (input_count(lines, path, length, err) < 0)
		return -1;
	input = input_push(lines, path);
	input->bytes = bytes;
	input->length = length;
	return 0;
}

/* depth: of the file that includes it. */
static int
include_file(struct dovecot_lines *lines, const char *path, bool try,
    unsigned depth, const struct conf_place *place, struct err *err)
{
	struct dovecot_input *input;
	struct err why = { 0 };

	/* As doveconf does: a file that a glob found and that waits counts too. */
	for (input = lines->input; input != NULL; input = input->outer)
		if (strcmp(input->path, path) == 0)
			return err_at(err, ERR_PARSE, place->file, place->line,
			    "recursive include of %s", path);
	if (depth >= CONF_MAX_DEPTH)
		return err_at(err, ERR_LIMIT, place->file, place->line,
		    "includes nest more than %u deep", CONF_MAX_DEPTH);
	if (lines->file_count >= CONF_MAX_FILES)
		return err_at(err, ERR_LIMIT, place->file, place->line,
		    "more than %u files", CONF_MAX_FILES);
	input = input_push(lines, path);
	input->depth = depth + 1;
	if (lines->source->read(lines->source->context, input->path, &input->read,
	    &why) < 0) {
		input_close(lines);
		lines->file_count--;
		if (try && why.code == ERR_ABSENT)
			return 0;
		err_at(err, why.code == ERR_NONE ? ERR_IO : why.code, place->file,
		    place->line, "include of %s: %s", path, why.text);
		return err_hint(err, "%s", why.hint);
	}
	input->bytes = input->read.bytes;
	input->length = input->read.length;
	return input_count(lines, path, input->length, err);
}

static const char *
beside(struct dovecot_lines *lines, const char *pattern)
{
	const char *path = lines->input->path;
	const char *slash = strrchr(path, '/');

	if (*pattern == '/' || slash == NULL)
		return pattern;
	return arena_printf(lines->arena, "%.*s%s", (int)(slash + 1 - path), path,
	    pattern);
}

int
dovecot_lines_include(struct dovecot_lines *lines, const char *pattern,
    bool try, const struct conf_place *place, struct err *err)
{
	const char *const *paths = NULL;
	const char **copy;
	size_t count = 0;
	unsigned depth = lines->input->depth;

	if (lines->source == NULL)
		return err_at(err, ERR_PARSE, place->file, place->line,
		    "!include in doveconf's output");
	pattern = beside(lines, arena_strdup(lines->arena, pattern));
	if (lines->source->glob(lines->source->context, pattern, &paths, &count,
	    err) < 0)
		return -1;
	if (count == 0)
		return try ? 0 : err_at(err, ERR_PARSE, place->file, place->line,
		    "!include %s: no matches", pattern);
	if (count > CONF_MAX_FILES)
		return err_at(err, ERR_LIMIT, place->file, place->line,
		    "!include %s: %zu files, at most %u wanted", pattern, count,
		    CONF_MAX_FILES);
	copy = arena_array(lines->arena, count, sizeof(*copy));
	for (size_t i = 0; i < count; i++)
		copy[i] = arena_strdup(lines->arena, paths[i]);
	/* The last one opened is read first. */
	for (size_t i = count; i > 0; i--)
		if (include_file(lines, copy[i - 1], try, depth, place, err) < 0)
			return -1;
	return 0;
}

/* One physical line in lines->physical; false at the end of the file. */
static int
physical_next(struct dovecot_lines *lines, struct err *err)
{
	struct dovecot_input *input = lines->input;
	const char *start = input->bytes + input->offset;
	size_t left = input->length - input->offset;
	const char *end;
	size_t length;

	if (left == 0)
		return 0;
	end = memchr(start, '\n', left);
	length = end == NULL ? left : (size_t)(end - start);
	input->offset += length + (end != NULL);
	input->line++;
	if (length > 0 && start[length - 1] == '\r')
		length--;
	buf_clear(&lines->physical);
	/* Dovecot's lines are C strings: what follows a NUL is not seen. */
	if (buf_add(&lines->physical, start, strnlen(start, length)) < 0)
		return err_at(err, ERR_LIMIT, input->path, input->line,
		    "line longer than %u bytes", CONF_MAX_LINE);
	return 1;
}

/* 2.4 takes all of isspace for a blank, 2.3 only these two. */
static bool
is_blank(const struct dovecot_lines *lines, char byte)
{
	if (byte == ' ' || byte == '\t')
		return true;
	return lines->version == DOVECOT_2_4 &&
	    (byte == '\r' || byte == '\v' || byte == '\f');
}

static char *
skip_blanks(const struct dovecot_lines *lines, char *text)
{
	while (is_blank(lines, *text))
		text++;
	return text;
}

static size_t
trimmed_length(const struct dovecot_lines *lines, const char *text, size_t length)
{
	while (length > 0 && is_blank(lines, text[length - 1]))
		length--;
	return length;
}

/*
 * Where the comment begins, or the end. A quote anywhere hides a '#' until
 * the next quote of its kind; an open one hides the rest of the line.
 */
static char *
comment_start(char *text)
{
	char quote;

	for (; *text != '\0' && *text != '#'; text++) {
		if (*text != '\'' && *text != '"')
			continue;
		quote = *text;
		for (text++; *text != quote && *text != '\0'; text++)
			if (*text == '\\' && text[1] != '\0')
				text++;
		if (*text == '\0')
			break;
	}
	return text;
}

/* Removes the backslashes that quote the byte after them, in place. */
static char *
dovecot_unescape(char *text)
{
	char *from, *to;

	for (from = to = text; *from != '\0'; from++) {
		if (*from == '\\' && *++from == '\0')
			break;
		*to++ = *from;
	}
	*to = '\0';
	return text;
}

static void
wrong(struct dovecot_line *line, const char *problem)
{
	line->type = DOVECOT_LINE_WRONG;
	line->problem = problem;
}

/* text: what follows "key =", blanks skipped. */
static void
value_split(struct dovecot_lines *lines, char *text, struct dovecot_line *line)
{
	size_t length = strlen(text);

	line->value = text;
	if (*text == '<') {
		line->type = DOVECOT_LINE_FILE;
		line->value = skip_blanks(lines, text + 1);
	} else if (*text != '\'' && *text != '"' && strchr(text, '$') != NULL) {
		line->type = DOVECOT_LINE_VARIABLE;
	} else {
		line->type = DOVECOT_LINE_VALUE;
		if (length > 1 && (*text == '"' || *text == '\'') &&
		    text[length - 1] == *text) {
			text[length - 1] = '\0';
			line->value = dovecot_unescape(text + 1);
			line->quoted = true;
		} else if (length == 1 && (*text == '"' || *text == '\'')) {
			line->value = "";
		}
	}
}

static char *
word_end(struct dovecot_lines *lines, char *text)
{
	while (*text != '\0' && !is_blank(lines, *text))
		text++;
	if (*text != '\0') {
		*text++ = '\0';
		text = skip_blanks(lines, text);
	}
	return text;
}

/* text: what follows a section's key, blanks skipped. */
static char *
section_name(struct dovecot_lines *lines, char *text, struct dovecot_line *line)
{
	char *name;

	if (*text != '"') {
		line->value = text;
		return word_end(lines, text);
	}
	name = ++text;
	while (*text != '"' && *text != '\0')
		text++;
	if (*text == '"') {
		*text++ = '\0';
		text = skip_blanks(lines, text);
		line->value = dovecot_unescape(name);
		line->quoted = true;
	}
	return text;
}

static void
section_split(struct dovecot_lines *lines, char *text, struct dovecot_line *line)
{
	line->type = DOVECOT_LINE_BEGIN;
	line->value = "";
	if (*text != '{' && lines->version == DOVECOT_2_4 &&
	    strcmp(line->key, "group") == 0) {
		line->type = DOVECOT_LINE_GROUP;
		line->key = text;
		text = word_end(lines, text);
		line->value = text;
		text = word_end(lines, text);
	} else if (*text != '{') {
		text = section_name(lines, text, line);
	}
	if (*text != '{')
		wrong(line, "expecting '{'");
	else if (text[1] != '\0')
		wrong(line, "garbage after '{'");
}

/* A quoted key, which 2.4 has in lists; text is behind its first quote. */
static char *
quoted_key_end(char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '"') {
			*text = '\0';
			return text + 1;
		}
		if (*text == '\\' && text[1] != '\0')
			text++;
	}
	return text;
}

static void
statement_split(struct dovecot_lines *lines, char *text, struct dovecot_line *line)
{
	char *end;

	line->key = text;
	if (lines->version == DOVECOT_2_4 && *text == '"') {
		line->key = text + 1;
		end = quoted_key_end(text + 1);
	} else {
		for (end = text; *end != '\0' && *end != '=' && !is_blank(lines, *end);)
			end++;
	}
	text = end;
	if (is_blank(lines, *text)) {
		*text++ = '\0';
		text = skip_blanks(lines, text);
	}
	line->value = text;
	if (strcmp(line->key, "!include") == 0) {
		line->type = DOVECOT_LINE_INCLUDE;
	} else if (strcmp(line->key, "!include_try") == 0) {
		line->type = DOVECOT_LINE_INCLUDE_TRY;
	} else if (*text == '=') {
		*text++ = '\0';
		value_split(lines, skip_blanks(lines, text), line);
	} else if (strcmp(line->key, "}") == 0 && *text == '\0') {
		line->type = DOVECOT_LINE_END;
	} else {
		section_split(lines, text, line);
	}
}

/*
 * 2.4: key = <<WORD takes the lines up to one that is WORD alone as its value,
 * joined by line feeds.
 */
static int
heredoc_read(struct dovecot_lines *lines, struct dovecot_line *line, struct err *err)
{
	const char *word = arena_strdup(lines->arena, line->value + 1);
	char *key = arena_strdup(lines->arena, line->key);
	int status;
	bool first = true;

	buf_clear(&lines->logical);
	while ((status = physical_next(lines, err)) > 0) {
		if (strcmp(lines->physical.bytes, word) == 0)
			break;
		if ((!first && buf_addc(&lines->logical, '\n') < 0) ||
		    buf_add(&lines->logical, lines->physical.bytes,
			lines->physical.length) < 0)
			return err_at(err, ERR_LIMIT, line->place.file, line->place.line,
			    "value longer than %u bytes", CONF_MAX_LINE);
		first = false;
	}
	if (status < 0)
		return -1;
	if (status == 0)
		return err_at(err, ERR_PARSE, line->place.file, line->place.line,
		    "no line \"%s\" ends the value", word);
	line->type = DOVECOT_LINE_VALUE;
	line->quoted = true;
	line->key = key;
	line->value = arena_strdup(lines->arena, lines->logical.bytes);
	buf_clear(&lines->logical);
	return 1;
}

/*
 * Would doveconf quote it? Then quotes round it are not part of it. A quote
 * inside that is not escaped shows a list whose words are quoted.
 */
static bool
output_is_quoted(const char *value, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (value[i] == '"')
			return false;
		if (value[i] == '\\')
			i++;
	}
	return length > 0 && (memchr(value, '#', length) != NULL ||
	    value[0] == ' ' || value[0] == '\t' ||
	    value[length - 1] == ' ' || value[length - 1] == '\t');
}

/*
 * doveconf quotes only what would not survive unquoted; quotes round anything
 * else are bytes of the value. A '#' begins a comment only where it says that
 * it hides the value.
 */
static void
output_value(struct dovecot_lines *lines, char *text, struct dovecot_line *line)
{
	size_t length = strlen(text);

	line->type = DOVECOT_LINE_VALUE;
	line->value = text;
	if (strncmp(text, "# hidden", 8) == 0) {
		line->value = "";
	} else if (*text == '<') {
		line->type = DOVECOT_LINE_FILE;
		line->value = text + 1;
	} else if (length > 2 && *text == '"' && text[length - 1] == '"' &&
	    output_is_quoted(text + 1, length - 2)) {
		line->value = dovecot_unescape(arena_memdup(lines->arena, text + 1,
		    length - 2));
		line->quoted = true;
	}
}

/* text: "key", "key name" or "group @label name", the " {" taken off. */
static void
output_section(char *text, struct dovecot_line *line)
{
	char *name = strchr(text, ' ');
	size_t length;

	line->type = DOVECOT_LINE_BEGIN;
	if (name != NULL && strncmp(text, "group ", 6) == 0) {
		line->type = DOVECOT_LINE_GROUP;
		line->key = text = name + 1;
		name = strchr(text, ' ');
	}
	if (name == NULL)
		return;
	*name++ = '\0';
	length = strlen(name);
	if (length > 1 && *name == '"' && name[length - 1] == '"') {
		name[length - 1] = '\0';
		name = dovecot_unescape(name + 1);
		line->quoted = true;
	}
	line->value = name;
}

static void
output_split(struct dovecot_lines *lines, char *text, struct dovecot_line *line)
{
	size_t length = strlen(text);
	char *key_end;

	line->key = text;
	line->value = "";
	if (strcmp(text, "}") == 0) {
		line->type = DOVECOT_LINE_END;
		return;
	}
	if (*text == '"') {
		line->key = text + 1;
		key_end = quoted_key_end(text + 1);
		dovecot_unescape(text + 1);
	} else {
		key_end = text + strcspn(text, " ");
	}
	if (strncmp(key_end, " =", 2) == 0) {
		*key_end = '\0';
		key_end += 2;
		output_value(lines, key_end + (*key_end == ' '), line);
	} else if (length > 2 && strcmp(text + length - 2, " {") == 0) {
		text[length - 2] = '\0';
		output_section(text, line);
	} else {
		wrong(line, "neither setting nor section");
	}
}

/* 1: a statement, 0: nothing on this line. */
static int
output_line(struct dovecot_lines *lines, struct dovecot_line *line)
{
	char *text = lines->physical.bytes;

	while (*text == ' ')
		text++;
	if (*text == '\0' || *text == '#')
		return 0;
	line->place.file = lines->input->path;
	line->place.line = lines->input->line;
	output_split(lines, text, line);
	return 1;
}

/* The line's part of a statement is added to lines->logical. */
static int
logical_add(struct dovecot_lines *lines, const char *text, size_t length, bool more,
    struct err *err)
{
	if (buf_add(&lines->logical, text, length) == 0 &&
	    (!more || length == 0 || buf_addc(&lines->logical, ' ') == 0))
		return 0;
	return err_at(err, ERR_LIMIT, lines->input->path, lines->input->line,
	    "continued line longer than %u bytes", CONF_MAX_LINE);
}

/* 1: a statement, 0: none yet, -1. */
static int
file_line(struct dovecot_lines *lines, struct dovecot_line *line, struct err *err)
{
	char *text = skip_blanks(lines, lines->physical.bytes);
	size_t length;
	bool more;

	/* An empty or comment line also drops what was continued into it. */
	if (*text == '\0' || *text == '#') {
		buf_clear(&lines->logical);
		return 0;
	}
	length = trimmed_length(lines, text, (size_t)(comment_start(text) - text));
	more = length > 0 && text[length - 1] == '\\';
	if (more)
		length = trimmed_length(lines, text, length - 1);
	if (lines->logical.length == 0) {
		line->place.file = lines->input->path;
		line->place.line = lines->input->line;
	}
	if (logical_add(lines, text, length, more, err) < 0)
		return -1;
	if (more)
		return 0;
	/* The statement is split in place; the next line starts afresh. */
	buf_clear(&lines->physical);
	if (buf_add(&lines->physical, lines->logical.bytes, lines->logical.length) < 0)
		return -1;
	buf_clear(&lines->logical);
	statement_split(lines, lines->physical.bytes, line);
	if (line->type == DOVECOT_LINE_FILE && *line->value == '<' &&
	    lines->version == DOVECOT_2_4)
		return heredoc_read(lines, line, err);
	return 1;
}

int
dovecot_lines_next(struct dovecot_lines *lines, struct dovecot_line *ret_line,
    struct err *err)
{
	struct conf_place place = { 0 };
	int status;

	for (;;) {
		if (lines->input == NULL)
			return 0;
		status = physical_next(lines, err);
		if (status < 0)
			return -1;
		if (status == 0) {
			/* A continued line may end in the including file. */
			input_close(lines);
			continue;
		}
		*ret_line = (struct dovecot_line){ .place = place };
		if (lines->dialect == DOVECOT_OUTPUT)
			status = output_line(lines, ret_line);
		else
			status = file_line(lines, ret_line, err);
		if (status != 0)
			return status;
		place = ret_line->place;
	}
}
