/*
 * Days of the Gregorian calendar, as data files write them: "2026-11-01".
 * The clock is a fact; nothing here reads one.
 */
#ifndef CPWARD_CHECKS_DATES_H
#define CPWARD_CHECKS_DATES_H

#include <stdbool.h>
#include <stdint.h>

#define SECONDS_A_DAY 86400

/* The first second of the day, UTC; false when it is no such date. */
bool date_read(const char *text, int64_t *ret_seconds);

struct date_text {
	char text[32];
};

struct date_text date_write(int64_t seconds);

#endif
