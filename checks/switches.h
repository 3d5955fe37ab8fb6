/*
 * Settings that are on or off: the shape of half the rows. A table of
 * switches is judged on one plane; every one that is wrong is named.
 */
#ifndef CPWARD_CHECKS_SWITCHES_H
#define CPWARD_CHECKS_SWITCHES_H

#include "checks/check.h"

struct switch_row {
	const char *path;
	bool on;		/* wanted */
};

/* Rows whose setting does not exist on that plane are passed over. */
void judge_switches(const struct evaluation *ev, enum plane plane,
    const struct switch_row *rows, size_t count, struct judgement *ret);

#endif
