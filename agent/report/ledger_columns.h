/*
 * Columns of a text, and bars. Cells are escaped already. A name that is
 * longer than a column may be wide is not cut, so that it can be copied: its
 * line alone is out of step.
 */
#ifndef CPWARD_REPORT_LEDGER_COLUMNS_H
#define CPWARD_REPORT_LEDGER_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct arena;

#define COLUMNS_MAX 10

struct columns {
	struct arena *arena;
	unsigned indent;
	const char *form;		/* a letter a column: 'l'eft, 'r'ight */
	const char **cells;
	size_t cell_count;
};

/* headings: as many as form has letters; NULL = none. */
void columns_begin(struct columns *columns, struct arena *arena, unsigned indent,
    const char *form, const char *const *headings);
void columns_add(struct columns *columns, const char *cell);
/* What a line takes, where no name is too long. */
unsigned columns_width(const struct columns *columns);
void columns_print(struct columns *columns, FILE *out);

/*
 * part of whole, as long as room where part is the whole, and never nothing
 * where there is something. Blocks in eighths for a terminal that shows UTF-8,
 * else '#'.
 */
const char *bar(struct arena *arena, uint64_t part, uint64_t whole, unsigned room, bool utf8);

/* "1,234,567" */
const char *count_text(struct arena *arena, uint64_t count);
/* "33%", "<1%"; "100%" only when it is all. */
const char *share_text(struct arena *arena, uint64_t part, uint64_t whole);

#endif
