/*
 * Lines for people: filled up to a width, continued at an indent. What goes in
 * is escaped already. Words are never broken, so that a path can be copied.
 */
#ifndef CPWARD_REPORT_WRAP_H
#define CPWARD_REPORT_WRAP_H

#include <stdbool.h>
#include <stdio.h>

struct wrap {
	FILE *out;
	unsigned width;		/* columns; wider only for a single long word */
	unsigned indent;	/* of continued lines */
	unsigned column;	/* where the next word would begin */
	bool started;		/* a word stands on this line: a blank goes before */
};

/* One word that may hold blanks where it must not be broken. */
void wrap_word(struct wrap *wrap, const char *word);
/* Words between blanks; runs of blanks inside a line are kept. */
void wrap_text(struct wrap *wrap, const char *text);
/* Ends the line, and leaves wrap at the beginning of the next. */
void wrap_end(struct wrap *wrap);

#endif
