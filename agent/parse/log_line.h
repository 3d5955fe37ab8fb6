/*
 * What the readers of mail logs have in common. A line is given without its
 * newline and stays the caller's; slices of an event point into it. Nothing is
 * allocated, nothing kept from one line to the next but a struct log_minute.
 *
 * Everything a client or sender can choose (HELO, addresses, subject,
 * Message-ID, user names, TLS names, replies) is hostile: a field counts only
 * where the writer's own order lets it stand, never because its letters are
 * found somewhere. A line with something else in such a place is BROKEN: it is
 * counted as that, and in no other way.
 */
#ifndef CPWARD_PARSE_LOG_LINE_H
#define CPWARD_PARSE_LOG_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parse/tag_list.h"

/* A line that is longer is BROKEN, whatever it begins with. Exim: LOG_BUFFER_SIZE. */
#define LOG_LINE_MAX 65536

/* Protocol of a TLS session; the order is that of strength. */
enum log_tls {
	LOG_TLS_NONE,		/* in clear */
	LOG_TLS_SOME,		/* encrypted; the line does not tell the version */
	LOG_TLS_SSL3,
	LOG_TLS_1_0,
	LOG_TLS_1_1,
	LOG_TLS_1_2,
	LOG_TLS_1_3,
	LOG_TLS_UNTOLD,		/* the log says nothing about it, in clear or not */
};

/*
 * A stamp as the writer's clock showed it: local time. No zone is applied: a
 * day of the ledger is a day of the server.
 */
struct log_stamp {
	int32_t day;		/* days since 1970-01-01 */
	uint8_t hour;		/* 0 to 23 */
	uint8_t minute;
};

/*
 * Lines that follow each other have mostly one minute, which need not be read
 * again: how the last one was written, and what it was. All zero at first.
 */
struct log_minute {
	char text[16];			/* "2026-11-21 19:11", "Nov 21 19:11" */
	int32_t reference_day;		/* where the text has no year */
	struct log_stamp stamp;
};

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar, and back. */
int32_t log_day(int year, int month, int day);
void log_day_text(int32_t day, char text[static 11]);	/* "2026-11-21" */

/* "TLS1.3", "TLSv1.2", "TLS1", "SSLv3" and so on; LOG_TLS_SOME for what is not known. */
enum log_tls log_tls_version(struct slice text);
bool log_tls_is_old(enum log_tls tls);	/* known to be below TLS 1.2 */

bool log_is_loopback(struct slice address);

#endif
