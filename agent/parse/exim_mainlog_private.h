/*
 * Walking along a line of Exim's main log, for exim_mainlog*.c only.
 *
 * Exim writes fields in one order, and what a client chose is quoted in a few of
 * them only. So a line is read from left to right, each field at its place, and
 * the first thing that Exim can't have written there ends it. What a client has
 * put into one field to look like the next ones is then found out by what really
 * follows: a field comes twice or too late, or a quote is left open. For that,
 * no place takes a blank or a double quote but those where Exim writes them.
 */
#ifndef CPWARD_PARSE_EXIM_MAINLOG_PRIVATE_H
#define CPWARD_PARSE_EXIM_MAINLOG_PRIVATE_H

#include <endian.h>
#include <string.h>

#include "parse/exim_mainlog.h"

struct exim_walk {
	const char *at;
	const char *end;
	bool colon;	/* ": text" ends the fields, as on lines of "**" */
};

#define EXIM_PAIR(a, b) ((unsigned)(a) | (unsigned)(b) << 8)

/* The two bytes at; at least two are left. */
static inline unsigned
exim_pair(const char *at)
{
	return EXIM_PAIR((unsigned char)at[0], (unsigned char)at[1]);
}

/* The eight bytes at, the first one lowest. */
static inline uint64_t
exim_eight(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return le64toh(word);
}

#define EXIM_EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/*
 * The first blank, double quote or control character; the end without one. Eight
 * bytes at a time: of a word, the lowest byte that is marked is below '#' for certain.
 */
static inline const char *
exim_token_end(const char *at, const char *end)
{
	uint64_t word, low;

	while (end - at >= 8) {
		word = exim_eight(at);
		low = (word - EXIM_EACH('#')) & ~word & EXIM_EACH(0x80);
		if (low == 0) {
			at += 8;
			continue;
		}
		at += __builtin_ctzll(low) / 8;
		if (*at != '!')
			return at;
		at++;
	}
	while (at < end && ((unsigned char)*at >= '#' || *at == '!'))
		at++;
	return at;
}

static inline bool
exim_begins(const struct exim_walk *walk, const char *text, size_t length)
{
	return (size_t)(walk->end - walk->at) >= length && memcmp(walk->at, text, length) == 0;
}
#define EXIM_BEGINS(walk, text) exim_begins(walk, text, sizeof(text) - 1)

static inline struct slice
exim_slice(const char *begin, const char *end)
{
	return (struct slice){ .bytes = begin, .length = (size_t)(end - begin) };
}

/*
 * Each of these reads one thing at walk->at and stops behind it. false: Exim
 * doesn't write that here.
 */

/* A value of no blanks and quotes, one byte at least. */
bool exim_read_value(struct exim_walk *walk, struct slice *ret_value);
/* From one double quote to the next that has no backslash. */
bool exim_skip_quoted(struct exim_walk *walk);
/* A mail address; its local part may be quoted. */
bool exim_read_address(struct exim_walk *walk, struct slice *ret_address);
/* "<…>", without these; may be empty. */
bool exim_read_bracketed(struct exim_walk *walk, struct slice *ret_address);
/*
 * "NAME (HELO) [ADDRESS]:PORT", where NAME, HELO and the port may be missing.
 * *ret_helo (may be NULL): a HELO in parentheses was there.
 */
bool exim_read_peer(struct exim_walk *walk, struct exim_log_event *event, bool *ret_helo);
/* The same of a host that Exim connected to: "NAME", "NAME DS [ADDRESS]:PORT*". */
bool exim_read_remote(struct exim_walk *walk, struct exim_log_event *event);
/* "[ADDRESS]:PORT*" */
bool exim_read_host_address(struct exim_walk *walk, struct slice *ret_address);
/* Behind "X=" and "CV=". */
bool exim_read_tls(struct exim_walk *walk, struct exim_log_event *event);
bool exim_read_verified(struct exim_walk *walk, struct exim_log_event *event);
/* Behind "DN=". Exim doesn't escape double quotes in it. */
bool exim_skip_certificate(struct exim_walk *walk);
/* Behind "A=", of a server: DRIVER[:ID[:SENDER]]. */
bool exim_read_authenticated(struct exim_walk *walk, struct exim_log_event *event);
/*
 * What a later Exim may have added: "NAME=value", the name of a capital and up to
 * seven more letters or digits, the value without blanks and quotes; or a word of up to
 * eight capitals and digits, with one of ".*-" behind them or not. It can't make a
 * forged line whole, for every field that is known keeps its place around it.
 */
bool exim_skip_unknown(struct exim_walk *walk);

/* Whole lines, from behind the id and, for the first three, the arrow and a blank. */
bool exim_read_arrival(struct exim_walk *walk, struct exim_log_event *event);
bool exim_read_delivery(struct exim_walk *walk, struct exim_log_event *event);
bool exim_read_undelivered(struct exim_walk *walk, struct exim_log_event *event);
/* Free lines. Sets the kind; false: broken. */
bool exim_read_free(struct exim_walk *walk, struct exim_log_event *event);

#endif
