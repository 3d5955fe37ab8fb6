/* What the texts of ledger and forecast are made of. */
#ifndef CPWARD_REPORT_LEDGER_TEXT_PRIVATE_H
#define CPWARD_REPORT_LEDGER_TEXT_PRIVATE_H

#include "report/ledger_columns.h"
#include "report/ledger_report.h"

#define TEXT_INDENT 2
#define TEXT_SHOWN 20	/* lines of a section */

/* SGR parameters */
#define TEXT_BOLD "1"
#define TEXT_BAD "31"
#define TEXT_UNKNOWN "33"

struct text {
	FILE *out;
	struct arena *arena;
	const struct account_names *names;
	const struct ledger_summary *summary;	/* of a ledger's text */
	unsigned width;
	bool color, utf8;
};

void text_begin(struct text *text, FILE *out, const struct ledger_text_options *options,
    const struct account_names *names);
void text_end(struct text *text);

/* Bytes from anywhere, as one line that a terminal takes. All else is given such text. */
const char *text_clean(const struct text *text, const char *bytes);
const char *text_count(const struct text *text, uint64_t number);
/* "3 messages" */
const char *text_counted(const struct text *text, uint64_t number, const char *one,
    const char *more);
const char *text_day(const struct text *text, int32_t day);
/* "not told" for "" */
const char *text_or_untold(const struct text *text, const char *name);
const char *text_account(const struct text *text, const struct ledger_group *group);

void text_print_colored(const struct text *text, const char *color, const char *words);
void text_print_heading(const struct text *text, const char *words);
/* Wrapped. color NULL = none. */
void text_print_sentence(const struct text *text, const char *color, unsigned indent,
    const char *words);
/* The first lines: which days, about what (NULL = all), and what was not read. */
void text_print_coverage(const struct text *text, const struct ledger_covered *covered,
    const char *about);

/* A line of the form "lllrl", or of "llllrl", which has the version. */
void text_add_login(const struct text *text, struct columns *columns,
    const struct ledger_group *group);
void text_print_more(const struct text *text, size_t shown, size_t all);

#endif
