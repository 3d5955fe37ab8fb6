/*
 * What comes from the scanned server, made fit for the place it is printed:
 * one function per place. The host's bytes may hold escape sequences, bidi
 * overrides and invalid UTF-8; a NUL counts as any other bad byte. Results
 * live in the arena.
 */
#ifndef CPWARD_REPORT_ESCAPE_H
#define CPWARD_REPORT_ESCAPE_H

#include <stddef.h>

struct arena;

/*
 * For eyes on a terminal: printable characters stay, and so does a backslash,
 * so that a value can be copied; everything else becomes \x1b (a byte) or
 * \u{202e} (a well-formed character that is invisible or moves text). Line
 * feeds and tabs too: the result is one line.
 */
char *escape_terminal(struct arena *arena, const char *bytes, size_t length);

/*
 * Well-formed UTF-8 without NUL: what is ill-formed becomes U+FFFD, one for
 * each maximal cut sequence (Unicode 15, section 3.9).
 */
char *escape_utf8(struct arena *arena, const char *bytes, size_t length);

/*
 * A text line of mdoc(7), ASCII alone. Its beginning can not be a request, so
 * each line of a wrapped text is escaped by itself.
 */
char *escape_mdoc(struct arena *arena, const char *bytes, size_t length);

/*
 * A field of CSV (RFC 4180): quoted where it holds a comma, a quote or a line's
 * end. One that a spreadsheet would take for a formula begins with an
 * apostrophe (OWASP, "CSV Injection").
 */
char *escape_csv(struct arena *arena, const char *bytes, size_t length);

/* Columns that text takes when printed; text has no control characters. */
unsigned text_width(const char *text, size_t length);

#endif
