#include <string.h>

#include "report/tally.h"

const enum result tally_order[RESULT_COUNT] = {
	RESULT_PASS, RESULT_FAIL, RESULT_UNKNOWN, RESULT_ERROR,
	RESULT_NOTAPPLICABLE, RESULT_NOTSELECTED, RESULT_WAIVED,
	RESULT_ATTESTED, RESULT_EXPIRED, RESULT_FIXED,
};

/* The higher speaks for the check: a pass only when nothing else is there. */
static int
result_weight(enum result result)
{
	static const int weights[RESULT_COUNT] = {
		[RESULT_NOTSELECTED] = 0,
		[RESULT_NOTAPPLICABLE] = 1,
		[RESULT_PASS] = 2,
		[RESULT_FIXED] = 3,
		[RESULT_ATTESTED] = 4,
		[RESULT_WAIVED] = 5,
		[RESULT_UNKNOWN] = 6,
		[RESULT_EXPIRED] = 7,
		[RESULT_FAIL] = 8,
		[RESULT_ERROR] = 9,
	};

	return weights[result];
}

static void
count_controls(const struct findings *findings, struct tally *tally)
{
	const struct finding *finding = findings->items;
	const struct finding *end = finding + findings->count;

	while (finding < end) {
		const char *check = finding->check;
		enum result worst = finding->result;

		for (; finding < end && strcmp(finding->check, check) == 0;
		    finding++)
			if (result_weight(finding->result) >
			    result_weight(worst))
				worst = finding->result;
		tally->controls[worst]++;
		if (worst != RESULT_NOTAPPLICABLE && worst != RESULT_NOTSELECTED)
			tally->observable++;
	}
}

void
tally_count(const struct findings *findings, struct tally *ret_tally)
{
	struct tally tally = { 0 };
	size_t i;

	for (i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		tally.findings[finding->severity][finding->result]++;
		tally.results[finding->result]++;
	}
	count_controls(findings, &tally);
	tally.results[RESULT_NOTSELECTED] += findings->notselected;
	tally.controls[RESULT_NOTSELECTED] += findings->notselected;
	*ret_tally = tally;
}
