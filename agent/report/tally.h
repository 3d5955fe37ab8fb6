/*
 * How many findings, and how many controls, came out how. A control is a
 * check: the worst of its findings speaks for it.
 */
#ifndef CPWARD_REPORT_TALLY_H
#define CPWARD_REPORT_TALLY_H

#include "facts/finding.h"

struct tally {
	size_t findings[SEVERITY_COUNT][RESULT_COUNT];
	size_t results[RESULT_COUNT];	/* of findings; notselected of checks */
	size_t controls[RESULT_COUNT];
	size_t observable;	/* controls that apply to this server */
};

/* The order in which documents name the result words. */
extern const enum result tally_order[RESULT_COUNT];

/* findings in report order: those of a check stand together. */
void tally_count(const struct findings *findings, struct tally *ret_tally);

#endif
