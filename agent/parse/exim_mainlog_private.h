/*
 * Walking along a line of Exim's main log, for exim_mainlog*.c only.
 *
 * Exim writes fields in one order, and what a client chose is quoted in a few of
 * them only. So a line is read from left to right, each field at its place, and
 * the first thing that Exim can't have written there ends it. What a client has
 * put into one field to look like the next ones is then found out by what really
 * follows: a field comes twice or too late, or a quote is left open. For that,
 * no place takes a blank or a double quote but those where Exim writes them.
 *
 * Each reader reads one thing at a place and returns the place behind it; NULL: Exim
 * doesn't write that here. Places are handed on by value, for a line is read in
 * less time than it takes to write one down and read it again ten times.
 */
#ifndef CPWARD_PARSE_EXIM_MAINLOG_PRIVATE_H
#define CPWARD_PARSE_EXIM_MAINLOG_PRIVATE_H

#include <endian.h>
#include <string.h>

#include "parse/exim_mainlog.h"

#define EXIM_PAIR(a, b) ((unsigned)(a) | (unsigned)(b) << 8)
#define EXIM_TRIPLE(a, b, c) (EXIM_PAIR(a, b) | (unsigned)(c) << 16)
#define EXIM_EACH(byte) (UINT64_C(0x0101010101010101) * (byte))
#define EXIM_HIGH EXIM_EACH(0x80)

/* The two bytes at; at least two are left. */
static inline unsigned
exim_pair(const char *at)
{
	return EXIM_PAIR((unsigned char)at[0], (unsigned char)at[1]);
}

/* The eight bytes at, the first one lowest; at least eight are left. */
static inline uint64_t
exim_eight(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return le64toh(word);
}

/*
 * The same, with zeros behind the end. The stamp makes sure that there are eight
 * bytes of the line in front of every end.
 */
static inline uint64_t
exim_eight_or_less(const char *at, const char *end)
{
	if (__builtin_expect(end - at >= 8, 1))
		return exim_eight(at);
	return at < end ? exim_eight(end - 8) >> 8 * (8 - (end - at)) : 0;
}

/* Which of a word's eight bytes is marked first, counted from 0. */
static inline unsigned
exim_first_mark(uint64_t marks)
{
	return (unsigned)__builtin_ctzll(marks) / 8;
}

/* Marks each byte that is from low to high; both are below 128. */
static inline uint64_t
exim_between(uint64_t word, unsigned low, unsigned high)
{
	uint64_t small = word & EXIM_EACH(0x7F);

	return (small + EXIM_EACH(0x80 - low)) & ~(small + EXIM_EACH(0x7F - high)) & ~word &
	    EXIM_HIGH;
}

/* Marks each byte that is this one. */
static inline uint64_t
exim_equal(uint64_t word, unsigned byte)
{
	uint64_t other = word ^ EXIM_EACH(byte);

	return ~(((other & EXIM_EACH(0x7F)) + EXIM_EACH(0x7F)) | other) & EXIM_HIGH;
}

/* Marks each byte below this one, which is 128 at most; a mark above the first may be wrong. */
static inline uint64_t
exim_marks_below(uint64_t word, unsigned byte)
{
	return (word - EXIM_EACH(byte)) & ~word & EXIM_HIGH;
}

/* The first byte below this one; the end without one. */
static inline const char *
exim_below(const char *at, const char *end, unsigned byte)
{
	const char *last = end - 8;
	uint64_t marks;

	for (; at <= last; at += 8) {
		marks = exim_marks_below(exim_eight(at), byte);
		if (marks != 0)
			return at + exim_first_mark(marks);
	}
	/* The zeros behind the end are below it. */
	return at == end ? end :
	    at + exim_first_mark(exim_marks_below(exim_eight_or_less(at, end), byte));
}

/* The first blank, double quote or control character; the end without one. */
static inline const char *
exim_token_end(const char *at, const char *end)
{
	at = exim_below(at, end, '#');
	while (__builtin_expect(at < end && *at == '!', 0))
		at = exim_below(at + 1, end, '#');
	return at;
}

/* A short text: memmem() of the C library is slow for these. NULL: it isn't there. */
static inline const char *
exim_find(const char *at, const char *end, const char *text, size_t length)
{
	for (; (size_t)(end - at) >= length; at++) {
		at = memchr(at, text[0], (size_t)(end - at) - length + 1);
		if (at == NULL || memcmp(at, text, length) == 0)
			return at;
	}
	return NULL;
}
#define EXIM_FIND(at, end, text) exim_find(at, end, text, sizeof(text) - 1)

static inline bool
exim_begins(const char *at, const char *end, const char *text, size_t length)
{
	return (size_t)(end - at) >= length && memcmp(at, text, length) == 0;
}
#define EXIM_BEGINS(at, end, text) exim_begins(at, end, text, sizeof(text) - 1)

static inline struct slice
exim_slice(const char *begin, const char *end)
{
	return (struct slice){ .bytes = begin, .length = (size_t)(end - begin) };
}

/* A value of no blanks and quotes, one byte at least. */
static inline const char *
exim_read_value(const char *at, const char *end, struct slice *ret_value)
{
	const char *behind = exim_token_end(at, end);

	*ret_value = exim_slice(at, behind);
	return behind > at ? behind : NULL;
}

/* From one double quote to the next that has no backslash. */
const char *exim_skip_quoted(const char *at, const char *end);
/* Up to the first blank or double quote that has no backslash. */
const char *exim_skip_word(const char *at, const char *end);
/* A mail address; its local part may be quoted. */
const char *exim_read_address(const char *at, const char *end, struct slice *ret_address);
/* "<…>", without these; may be empty. */
const char *exim_read_bracketed(const char *at, const char *end, struct slice *ret_address);
/*
 * "NAME (HELO) [ADDRESS]:PORT", where NAME, HELO and the port may be missing.
 * *ret_helo: a HELO in parentheses was there.
 */
const char *exim_read_peer(const char *at, const char *end, struct exim_log_event *event,
    bool *ret_helo);
/* The same of a host that Exim connected to: "NAME", "NAME DS [ADDRESS]:PORT*". */
const char *exim_read_remote(const char *at, const char *end, struct exim_log_event *event);
/* "[ADDRESS]:PORT*" */
const char *exim_read_host_address(const char *at, const char *end, struct slice *ret_address);
/* Behind "X=" and "CV=". */
const char *exim_read_tls(const char *at, const char *end, struct exim_log_event *event);
const char *exim_read_verified(const char *at, const char *end, struct exim_log_event *event);
/* Behind "DN=". Exim doesn't escape double quotes in it. */
const char *exim_skip_certificate(const char *at, const char *end);
/* Behind "A=", of a server: DRIVER[:ID[:SENDER]]. */
const char *exim_read_authenticated(const char *at, const char *end, struct exim_log_event *event);
/*
 * What a later Exim may have added: "NAME=value", the name of a capital and up to
 * seven more letters or digits, the value without blanks and quotes; or a word of up to
 * eight capitals and digits, with two of ".*-" behind them at most. It can't make a
 * forged line whole, for every field that is known keeps its place around it.
 */
const char *exim_skip_unknown(const char *at, const char *end);

/* Whole lines, from behind the arrow and its blank. false: broken. */
bool exim_read_arrival(const char *at, const char *end, struct exim_log_event *event);
bool exim_read_delivery(const char *at, const char *end, struct exim_log_event *event);
bool exim_read_undelivered(const char *at, const char *end, struct exim_log_event *event);
/* Free lines, from behind the id or stamp. Sets the kind, too. */
bool exim_read_free(const char *at, const char *end, struct exim_log_event *event);

#endif
