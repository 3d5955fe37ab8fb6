/*
 * The columns of a day's file, for those who write and read it: one table for
 * both. A line is the kind, the day and these, with tabs between.
 */
#ifndef CPWARD_STORE_LEDGER_COLUMNS_H
#define CPWARD_STORE_LEDGER_COLUMNS_H

#include "store/ledger_private.h"

#define LEDGER_SCHEMA "cpward.ledger/1"

enum column_type {
	COLUMN_END,
	COLUMN_WORD,		/* of the table; a byte */
	COLUMN_FLAG,		/* of the table; a bool */
	COLUMN_DOMAIN,
	COLUMN_NAME,
	COLUMN_COUNT,		/* uint64_t */
	COLUMN_SMALL,		/* uint32_t */
	COLUMN_HOURS,		/* six hexadecimal digits */
	COLUMN_EACH_HOUR,	/* 24 of uint32_t with commas between */
};

/* Words are asked of the function that all others ask, too. */
struct word_table {
	unsigned count;		/* WORDS_MAX at most */
	const char *(*name)(unsigned value);
};
#define WORDS_MAX 16

struct column {
	enum column_type type;
	uint16_t offset;	/* in the row */
	const struct word_table *words;
};

/* Behind the kind and the day; those of the row's key come first, then its counts. */
#define COLUMNS_MAX 12
extern const struct column ledger_columns[KIND_COUNT][COLUMNS_MAX];
/* "mail", "login" … */
extern const char *const ledger_kind_names[KIND_COUNT];

#endif
