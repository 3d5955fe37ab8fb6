/*
 * Reading values and putting them into messages. Values are bytes from
 * outside: what is shown of them is cut at a fixed length, never inside a
 * UTF-8 sequence; escaping is the report's work.
 */
#ifndef CPWARD_CHECKS_WORDS_H
#define CPWARD_CHECKS_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* The next word between blanks; false at the end. */
bool word_next(const char **cursor, const char **ret_word, size_t *ret_length);

/* Case does not count. */
bool word_is(const char *word, size_t length, const char *wanted);
bool list_has(const char *const *items, size_t count, const char *word,
    size_t length);

/* A number of decimal digits alone, blanks around it aside. */
bool number_read(const char *text, int64_t *ret_number);

/* 1 yes on true, 0 no off false and the empty string; else -1. */
int switch_read(const char *text);

/*
 * An Exim string list: items between colons, or between the sign that a
 * leading "<;" names; a doubled separator stands for itself. The item is
 * copied, blanks around it dropped, and cut when it is longer than size.
 */
struct item_list {
	const char *cursor;
	char separator;
};

void item_list_begin(struct item_list *list, const char *text);
bool item_list_next(struct item_list *list, char *item, size_t size);

/* "value", cut after 160 bytes. */
const char *shown(struct arena *arena, const char *value);

/* Drops the beginning of a UTF-8 sequence that a cut left at the end. */
void text_mend(char *text);

/* Appends to a text of that size, behind the separator unless it is empty. */
void text_add(char *text, size_t size, const char *separator,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Names for a message: the first five, the others counted. */
struct names {
	char text[320];
	size_t count;
};

void names_add(struct names *names, const char *name, size_t length);
const char *names_end(struct names *names);

#endif
