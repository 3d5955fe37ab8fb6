#include <string.h>

#include "facts/facts.h"

static bool
unknown_because(const struct fact_meta *meta, const char *prefix)
{
	return meta->state == FACT_UNKNOWN && meta->why != NULL &&
	    strncmp(meta->why, prefix, strlen(prefix)) == 0;
}

bool
fact_skipped(const struct fact_meta *meta)
{
	return unknown_because(meta, FACT_SKIPPED_PREFIX);
}

bool
fact_on_request(const struct fact_meta *meta)
{
	return unknown_because(meta, FACT_ON_REQUEST_PREFIX);
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
