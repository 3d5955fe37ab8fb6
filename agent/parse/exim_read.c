/*
 * Logical lines of an Exim configuration: physical lines are read, macros
 * replaced, conditionals and includes obeyed, continuations joined. The order
 * of these steps is Exim's (readconf.c, get_config_line) and shows: a macro
 * can make a comment, a comment can stand inside a continued line, and an
 * include can stand there too.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "parse/exim_private.h"

enum directive { DIRECTIVE_NONE, DIRECTIVE_DONE };

/* What .ifdef and its family do to the state; true and false index action. */
static const struct conditional {
	const char *name;
	int action_true;
	int action_false;
	int push;		/* 1 begins, -1 ends, 0 goes on */
} conditionals[] = {
	{ "ifdef", 0, 1, 1 },
	{ "ifndef", 1, 0, 1 },
	{ "elifdef", 2, 3, 0 },
	{ "elifndef", 3, 2, 0 },
	{ "else", 2, 2, 0 },
	{ "endif", 0, 0, -1 },
};

/* Next state by present state (taken, not yet, no more) and action. */
static const int next_cond[3][4] = {
	{ 0, 1, 2, 2 },
	{ 2, 2, 0, 1 },
	{ 2, 2, 2, 2 },
};

int
exim_refuse(struct exim_parse *parse, const struct conf_place *place,
    const char *format, ...)
{
	char text[sizeof(parse->err->text)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return err_at(parse->err, ERR_PARSE, place->file, place->line, "%s",
	    text);
}

int
exim_charge(struct exim_parse *parse, size_t work)
{
	const struct exim_file *file = &parse->stack[parse->depth];

	if (work > EXIM_MAX_WORK - parse->work)
		return err_at(parse->err, ERR_LIMIT, file->name, file->line,
		    "the configuration takes over %u steps to read",
		    EXIM_MAX_WORK);
	parse->work += work;
	return 0;
}

/* Refuses the physical line read last. */
static int __attribute__((format(printf, 2, 3)))
refuse_here(struct exim_parse *parse, const char *format, ...)
{
	const struct exim_file *file = &parse->stack[parse->depth];
	char text[sizeof(parse->err->text)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return err_at(parse->err, ERR_PARSE, file->name, file->line, "%s",
	    text);
}

static int
compare_names(const void *one, const void *two)
{
	const char *const *a = one, *const *b = two;

	return strcmp(*a, *b);
}

static void
list_predefined(struct exim_parse *parse)
{
	size_t i, count = 0;

	if (parse->predefined == NULL)
		return;
	while (parse->predefined[count] != NULL)
		count++;
	parse->listed = arena_array(parse->arena, count + 1,
	    sizeof(*parse->listed));
	for (i = 0; i < count; i++)
		parse->listed[i] = parse->predefined[i];
	/* '=' sorts before letters and '_', so whole entries sort as names. */
	qsort(parse->listed, count, sizeof(*parse->listed), compare_names);
	parse->listed_count = count;
}

static void
add_file(struct exim_parse *parse, const char *name)
{
	*arena_push(parse->arena, &parse->conf->files,
	    &parse->conf->file_count) = name;
}

void
exim_parse_init(struct exim_parse *parse, struct arena *arena,
    const char *path, const void *bytes, size_t length, unsigned first_line,
    const char *const *predefined, const struct conf_source *source,
    struct exim_conf *conf, struct err *err)
{
	memset(parse, 0, sizeof(*parse));
	parse->arena = arena;
	parse->source = source;
	parse->err = err;
	parse->conf = conf;
	parse->predefined = predefined;
	buf_init(&parse->line, CONF_MAX_LINE);
	buf_init(&parse->scratch, CONF_MAX_LINE);
	parse->stack[0].name = arena_strdup(arena, path);
	parse->stack[0].bytes = bytes;
	parse->stack[0].length = length;
	parse->stack[0].line = first_line - 1;
	parse->total_read = length;
	add_file(parse, parse->stack[0].name);
	list_predefined(parse);
}

void
exim_parse_done(struct exim_parse *parse)
{
	for (; parse->depth > 0; parse->depth--)
		buf_done(&parse->stack[parse->depth].buf);
	buf_done(&parse->line);
	buf_done(&parse->scratch);
}

/*
 * Appends the next physical line, newline included. Exim measures it as a C
 * string, so what follows a NUL byte is lost. 1, 0 at the end of all, -1.
 */
static int
read_physical(struct exim_parse *parse)
{
	struct exim_file *file;
	const char *from, *end;
	size_t length, left;

	for (;;) {
		file = &parse->stack[parse->depth];
		if (file->at < file->length)
			break;
		if (parse->depth == 0)
			return 0;
		buf_done(&file->buf);
		parse->depth--;
	}
	from = file->bytes + file->at;
	left = file->length - file->at;
	end = memchr(from, '\n', left);
	length = end == NULL ? left : (size_t)(end - from) + 1;
	file->at += length;
	file->line++;
	if (buf_add(&parse->line, from, strnlen(from, length)) != 0)
		return err_at(parse->err, ERR_LIMIT, file->name, file->line,
		    "a line is longer than %u bytes", CONF_MAX_LINE);
	return 1;
}

static int
obey_conditional(struct exim_parse *parse, const struct conditional *cond,
    bool found)
{
	int action = found ? cond->action_true : cond->action_false;

	if (cond->push > 0) {
		if (parse->cond_depth == EXIM_COND_DEPTH)
			return refuse_here(parse, ".%s nested too deeply",
			    cond->name);
		parse->cond_stack[parse->cond_depth++] = parse->cond;
	} else if (parse->cond_depth == 0) {
		return refuse_here(parse, ".%s without matching .ifdef",
		    cond->name);
	}
	if (cond->push < 0)
		parse->cond = parse->cond_stack[--parse->cond_depth];
	else
		parse->cond = next_cond[parse->cond][action];
	return 0;
}

/*
 * Obeys text if it is a conditional. Exim's test of what follows the name is
 * "blank, newline, end or the letter t" (t for a tab, up to 4.96 at least);
 * anything else behind such a name makes a line that is passed over.
 */
static int
read_conditional(struct exim_parse *parse, const char *text, bool found,
    enum directive *ret)
{
	const struct conditional *cond;
	size_t i, length;
	char next;

	*ret = DIRECTIVE_NONE;
	if (*text != '.')
		return 0;
	for (i = 0; i < sizeof(conditionals) / sizeof(*conditionals); i++) {
		cond = &conditionals[i];
		length = strlen(cond->name);
		if (strncmp(text + 1, cond->name, length) != 0)
			continue;
		*ret = DIRECTIVE_DONE;
		next = text[1 + length];
		if (next != ' ' && next != 't' && next != '\n' && next != '\0')
			return 0;
		return obey_conditional(parse, cond, found);
	}
	return 0;
}

static const char *
include_path(struct exim_parse *parse, const char *name, size_t length)
{
	const char *from = parse->stack[parse->depth].name;
	const char *slash = strrchr(from, '/');

	if (length > 0 && *name == '/')
		return arena_memdup(parse->arena, name, length);
	return arena_printf(parse->arena, "%.*s/%.*s",
	    slash == NULL ? 0 : (int)(slash - from), from, (int)length, name);
}

/* 0 also when an optional file is absent; then the stack is as it was. */
static int
open_include(struct exim_parse *parse, const char *path, bool optional)
{
	struct exim_file *file = &parse->stack[parse->depth];
	struct err problem = { 0 };
	struct buf bytes;

	if (parse->depth == CONF_MAX_DEPTH)
		return err_at(parse->err, ERR_LIMIT, file->name, file->line,
		    "includes nested over %u deep, at \"%s\"", CONF_MAX_DEPTH,
		    path);
	if (parse->conf->file_count == CONF_MAX_FILES)
		return err_at(parse->err, ERR_LIMIT, file->name, file->line,
		    "over %u files included", CONF_MAX_FILES);
	if (parse->source == NULL)
		return err_at(parse->err, ERR_IO, file->name, file->line,
		    "included file \"%s\" can't be read here", path);
	buf_init(&bytes, CONF_MAX_FILE);
	if (parse->source->read(parse->source->context, path, &bytes,
	    &problem) != 0) {
		buf_done(&bytes);
		if (optional && problem.code == ERR_ABSENT)
			return 0;
		return err_at(parse->err, problem.code, file->name, file->line,
		    "failed to open included configuration file %s: %s", path,
		    problem.text);
	}
	if (bytes.length > CONF_MAX_TOTAL - parse->total_read) {
		buf_done(&bytes);
		return err_at(parse->err, ERR_LIMIT, file->name, file->line,
		    "files included hold over %u bytes", CONF_MAX_TOTAL);
	}
	parse->total_read += bytes.length;
	file = &parse->stack[++parse->depth];
	*file = (struct exim_file){ .name = path, .buf = bytes,
	    .bytes = bytes.bytes, .length = bytes.length };
	add_file(parse, path);
	return 0;
}

static int
read_include(struct exim_parse *parse, const char *text, enum directive *ret)
{
	static const char plain[] = ".include", guarded[] = "_if_exists";
	const char *name, *end;
	bool optional;

	*ret = DIRECTIVE_NONE;
	if (strncmp(text, plain, sizeof(plain) - 1) != 0)
		return 0;
	text += sizeof(plain) - 1;
	optional = strncmp(text, guarded, sizeof(guarded) - 1) == 0;
	if (optional)
		text += sizeof(guarded) - 1;
	if (!exim_is_space(*text))
		return 0;
	*ret = DIRECTIVE_DONE;
	name = exim_skip_space(text);
	end = name + strlen(name);
	while (end > name && exim_is_space(end[-1]))
		end--;
	if (*name == '"' && end - name > 1 && end[-1] == '"') {
		name++;
		end--;
	}
	if (optional && *name != '/')
		return refuse_here(parse,
		    ".include specifies a non-absolute path \"%s\"",
		    arena_memdup(parse->arena, name, (size_t)(end - name)));
	return open_include(parse,
	    include_path(parse, name, (size_t)(end - name)), optional);
}

static void
cut_line(struct exim_parse *parse, size_t length)
{
	parse->line.length = length;
	parse->line.bytes[length] = '\0';
}

/*
 * Drops the physical line at offset, but remembers where it ended: when the
 * file ends in the middle of a logical line, Exim's buffer still holds the
 * line it passed over last, and that becomes part of the value.
 */
static void
pass_over(struct exim_parse *parse, size_t offset)
{
	parse->stale_end = parse->line.length;
	parse->stale_byte = parse->line.bytes[offset];
	cut_line(parse, offset);
}

static void
restore_stale(struct exim_parse *parse)
{
	if (parse->line.length == 0 || parse->stale_end <= parse->line.length)
		return;
	parse->line.bytes[parse->line.length] = parse->stale_byte;
	parse->line.length = parse->stale_end;
}

/*
 * Takes the physical line at offset into the logical one, leading blanks of a
 * continuation and trailing ones of any line dropped. True when it is whole.
 */
static bool
accept_physical(struct exim_parse *parse, size_t offset, size_t blanks)
{
	struct buf *line = &parse->line;

	if (blanks > 0)
		memmove(line->bytes + offset, line->bytes + offset + blanks,
		    line->length - offset - blanks + 1);
	line->length -= blanks;
	while (line->length > 0 && exim_is_space(line->bytes[line->length - 1]))
		line->length--;
	line->bytes[line->length] = '\0';
	if (line->length == 0)
		return false;
	if (line->bytes[line->length - 1] != '\\')
		return true;
	cut_line(parse, line->length - 1);
	return false;
}

/*
 * One physical line. 1 when the logical line is whole, 0 to go on, -1.
 * *ended is set at the end of all files.
 */
static int
join_physical(struct exim_parse *parse, struct conf_place *place, bool *ended)
{
	size_t offset = parse->line.length;
	enum directive directive;
	const char *text;
	bool found;
	int got = read_physical(parse);

	*ended = got == 0;
	if (got <= 0)
		return got;
	parse->stale_end = 0;
	if (exim_macro_replace(parse, offset, offset == 0, &found) != 0)
		return -1;
	text = exim_skip_space(parse->line.bytes + offset);
	if (*text == '#') {
		pass_over(parse, offset);
		return 0;
	}
	if (read_conditional(parse, text, found, &directive) != 0)
		return -1;
	if (directive == DIRECTIVE_NONE && parse->cond == 0 &&
	    read_include(parse, text, &directive) != 0)
		return -1;
	if (directive == DIRECTIVE_DONE || parse->cond != 0) {
		pass_over(parse, offset);
		return 0;
	}
	if (offset == 0) {
		place->file = parse->stack[parse->depth].name;
		place->line = parse->stack[parse->depth].line;
	}
	return accept_physical(parse, offset,
	    (size_t)(text - (parse->line.bytes + offset)));
}

/* "begin NAME" in any case, one blank at least; longer names are cut. */
static bool
begins_section(struct exim_parse *parse, const char *text)
{
	if (strncasecmp(text, "begin ", 6) != 0)
		return false;
	snprintf(parse->next_section, sizeof(parse->next_section) - 1, "%s",
	    exim_skip_space(text + 6));
	return true;
}

int
exim_read_line(struct exim_parse *parse, struct exim_line *ret_line)
{
	bool ended = false;
	int got;

	cut_line(parse, 0);
	do {
		got = join_physical(parse, &ret_line->place, &ended);
	} while (got == 0 && !ended);
	if (got < 0)
		return -1;
	if (ended && parse->cond_depth > 0)
		return refuse_here(parse, "unexpected end of configuration "
		    "file: .endif missing");
	if (ended)
		restore_stale(parse);
	if (parse->line.length == 0) {
		parse->next_section[0] = '\0';
		return 0;
	}
	if (parse->line.length > CONF_MAX_TOTAL - parse->total_lines)
		return err_at(parse->err, ERR_LIMIT, ret_line->place.file,
		    ret_line->place.line, "lines with macros replaced hold "
		    "over %u bytes", CONF_MAX_TOTAL);
	parse->total_lines += parse->line.length;
	ret_line->text = parse->line.bytes;
	return !begins_section(parse, ret_line->text);
}
