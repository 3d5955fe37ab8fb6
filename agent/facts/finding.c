#include <string.h>

#include "facts/finding.h"

const char *
result_name(enum result result)
{
	static const char *const names[RESULT_COUNT] = {
		[RESULT_UNKNOWN] = "unknown",
		[RESULT_PASS] = "pass",
		[RESULT_FAIL] = "fail",
		[RESULT_ERROR] = "error",
		[RESULT_NOTAPPLICABLE] = "notapplicable",
		[RESULT_NOTSELECTED] = "notselected",
		[RESULT_WAIVED] = "waived",
		[RESULT_ATTESTED] = "attested",
		[RESULT_EXPIRED] = "expired",
		[RESULT_FIXED] = "fixed",
	};

	return names[result];
}

const char *
severity_name(enum severity severity)
{
	static const char *const names[SEVERITY_COUNT] = {
		[SEVERITY_INFO] = "info",
		[SEVERITY_LOW] = "low",
		[SEVERITY_MEDIUM] = "medium",
		[SEVERITY_HIGH] = "high",
		[SEVERITY_CRITICAL] = "critical",
	};

	return names[severity];
}

int
severity_parse(const char *word, enum severity *ret_severity)
{
	int severity;

	for (severity = 0; severity < SEVERITY_COUNT; severity++) {
		if (strcmp(word, severity_name(severity)) != 0)
			continue;
		*ret_severity = (enum severity)severity;
		return 0;
	}
	return -1;
}

const char *
remediation_mode_name(enum remediation_mode mode)
{
	static const char *const names[] = {
		[REMEDIATION_NONE] = "none",
		[REMEDIATION_AUTO] = "auto",
		[REMEDIATION_GUIDED] = "guided",
		[REMEDIATION_MANUAL] = "manual",
	};

	return names[mode];
}
