#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "report/escape.h"
#include "report/ledger_columns.h"

#define WIDEST 44	/* an account's key and the domain of most */
#define GAP 2

void
columns_begin(struct columns *columns, struct arena *arena, unsigned indent,
    const char *form, const char *const *headings)
{
	size_t i;

	*columns = (struct columns){
		.arena = arena,
		.indent = indent,
		.form = form,
	};
	for (i = 0; headings != NULL && form[i] != '\0'; i++)
		columns_add(columns, headings[i]);
}

void
columns_add(struct columns *columns, const char *cell)
{
	*arena_push(columns->arena, &columns->cells, &columns->cell_count) = cell;
}

static void
measure(const struct columns *columns, unsigned *widths)
{
	size_t count = strlen(columns->form), i;

	memset(widths, 0, COLUMNS_MAX * sizeof(*widths));
	for (i = 0; i < columns->cell_count; i++) {
		const char *cell = columns->cells[i];
		unsigned width = text_width(cell, strlen(cell));

		if (width > WIDEST)
			width = WIDEST;
		if (widths[i % count] < width)
			widths[i % count] = width;
	}
}

unsigned
columns_width(const struct columns *columns)
{
	unsigned widths[COLUMNS_MAX], width = columns->indent;
	size_t i;

	measure(columns, widths);
	for (i = 0; columns->form[i] != '\0'; i++)
		width += (i > 0 ? GAP : 0) + widths[i];
	return width;
}

/* No blanks at a line's end: what is empty there needs none before it. */
static void
print_cell(const struct columns *columns, FILE *out, size_t i, unsigned column_width,
    bool last)
{
	const char *cell = columns->cells[i];
	unsigned width = text_width(cell, strlen(cell));
	int pad = width < column_width ? (int)(column_width - width) : 0;
	bool right = columns->form[i % strlen(columns->form)] == 'r';

	if (last && cell[0] == '\0') {
		fputc('\n', out);
		return;
	}
	fprintf(out, "%*s%s", (int)(i % strlen(columns->form) == 0 ? columns->indent : GAP) +
	    (right ? pad : 0), "", cell);
	if (last)
		fputc('\n', out);
	else if (!right)
		fprintf(out, "%*s", pad, "");
}

void
columns_print(struct columns *columns, FILE *out)
{
	size_t count = strlen(columns->form), i;
	unsigned widths[COLUMNS_MAX];

	measure(columns, widths);
	for (i = 0; i < columns->cell_count; i++)
		print_cell(columns, out, i, widths[i % count], i % count == count - 1);
}

const char *
bar(struct arena *arena, uint64_t part, uint64_t whole, unsigned room, bool utf8)
{
	/* U+258F, an eighth of a block, down to U+2589, seven of them. */
	static const char *const eighths[] = {
		"", "\u258f", "\u258e", "\u258d", "\u258c", "\u258b", "\u258a", "\u2589",
	};
	const char *block = utf8 ? "\u2588" : "#";
	size_t block_length = strlen(block), i;
	unsigned steps = utf8 ? 8 : 1;
	/* In doubles: no count is too large, and nobody sees the difference. */
	uint64_t length = whole == 0 ? 0 :
	    (uint64_t)((double)part / (double)whole * room * steps + 0.5);
	char *text = arena_array(arena, room * block_length + 4, 1), *at = text;

	if (length == 0 && part > 0)
		length = 1;
	for (i = 0; i < length / steps && i < room; i++) {
		memcpy(at, block, block_length);
		at += block_length;
	}
	if (i < room)
		strcpy(at, eighths[length % steps]);
	return text;
}

const char *
count_text(struct arena *arena, uint64_t count)
{
	char digits[21];
	int length = snprintf(digits, sizeof(digits), "%" PRIu64, count), i;
	char *text = arena_alloc(arena, 28), *at = text;

	for (i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			*at++ = ',';
		*at++ = digits[i];
	}
	return text;
}

const char *
share_text(struct arena *arena, uint64_t part, uint64_t whole)
{
	unsigned share = whole == 0 ? 0 : (unsigned)((double)part / (double)whole * 100);

	if (share == 0)
		return part == 0 ? "0%" : "<1%";
	if (share >= 100)
		share = part < whole ? 99 : 100;
	return arena_printf(arena, "%u%%", share);
}
