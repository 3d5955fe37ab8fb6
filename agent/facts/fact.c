#include <string.h>

#include "facts/facts.h"

bool
fact_skipped(const struct fact_meta *meta)
{
	return meta->state == FACT_UNKNOWN && meta->why != NULL &&
	    strncmp(meta->why, FACT_SKIPPED_PREFIX,
	    strlen(FACT_SKIPPED_PREFIX)) == 0;
}

const char *
plane_name(enum plane plane)
{
	static const char *const names[PLANE_COUNT] = {
		[PLANE_STORE] = "store",
		[PLANE_API] = "api",
		[PLANE_FILE] = "file",
		[PLANE_DAEMON] = "daemon",
		[PLANE_SOCKET] = "socket",
		[PLANE_LOG] = "log",
	};

	return names[plane];
}

const char *
fact_state_name(enum fact_state state)
{
	static const char *const names[] = {
		[FACT_UNKNOWN] = "unknown",
		[FACT_ABSENT] = "absent",
		[FACT_KNOWN] = "known",
	};

	return names[state];
}

const char *
collector_state_name(enum collector_state state)
{
	static const char *const names[] = {
		[COLLECTOR_SKIPPED] = "skipped",
		[COLLECTOR_OK] = "ok",
		[COLLECTOR_PARTIAL] = "partial",
		[COLLECTOR_FAILED] = "failed",
	};

	return names[state];
}
