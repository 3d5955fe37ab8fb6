/*
 * /etc/exim.conf.local: what cPanel's Advanced Editor keeps, in marked blocks.
 *
 * A marker stands alone on its line, "@CONFIG@" or "%RETRYBLOCK%"; cPanel puts
 * the text behind it into the generated file as it is. Unknown markers count
 * as markers, so that their text is never taken for another block's.
 */
#include <string.h>

#include "parse/exim_private.h"

/* Length of the marker in a line of that length, 0 when there is none. */
static size_t
marker_length(const char *line, size_t length)
{
	size_t i;

	while (length > 0 && exim_is_space(line[length - 1]))
		length--;
	if (length < 3 || (*line != '@' && *line != '%') ||
	    line[length - 1] != *line)
		return 0;
	for (i = 1; i < length - 1; i++)
		if (!exim_is_upper(line[i]) && !exim_is_digit(line[i]) &&
		    line[i] != '_')
			return 0;
	return length;
}

/* Text before the first marker is kept only when there is some. */
static void
add_block(struct arena *arena, struct exim_local_block **blocks, size_t *count,
    const char *marker, const char *text, size_t length, unsigned line)
{
	struct exim_local_block block;

	block.marker = marker;
	block.text = arena_memdup(arena, text, length);
	block.line = line;
	if (*marker == '\0' && *exim_skip_space(block.text) == '\0')
		return;
	*arena_push(arena, blocks, count) = block;
}

int
exim_local_parse(struct arena *arena, const char *path, const void *bytes,
    size_t length, struct exim_local_block **ret_blocks, size_t *ret_count,
    struct err *err)
{
	const char *at = bytes, *end = at + length, *text = at, *next;
	struct exim_local_block *blocks = NULL;
	const char *marker = "";
	unsigned line = 0, text_line = 1;
	size_t count = 0, found;

	if (length > CONF_MAX_FILE)
		return err_at(err, ERR_LIMIT, path, 0,
		    "the file has %zu bytes, over %u", length, CONF_MAX_FILE);
	for (; at < end; at = next) {
		line++;
		next = memchr(at, '\n', (size_t)(end - at));
		next = next == NULL ? end : next + 1;
		if (memchr(at, '\0', (size_t)(next - at)) != NULL)
			return err_at(err, ERR_PARSE, path, line,
			    "the line holds a NUL byte");
		found = marker_length(at, (size_t)(next - at));
		if (found == 0)
			continue;
		add_block(arena, &blocks, &count, marker, text,
		    (size_t)(at - text), text_line);
		marker = arena_memdup(arena, at, found);
		text = next;
		text_line = line + 1;
	}
	add_block(arena, &blocks, &count, marker, text, (size_t)(end - text),
	    text_line);
	*ret_blocks = blocks;
	*ret_count = count;
	return 0;
}

int
exim_local_options(struct arena *arena, const char *path,
    const struct exim_local_block *block, const struct conf_source *source,
    struct exim_conf *ret_conf, struct err *err)
{
	return exim_conf_parse_from(arena, path, block->line, block->text,
	    strlen(block->text), NULL, source, ret_conf, err);
}
