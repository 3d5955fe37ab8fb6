#include <string.h>
#include <strings.h>

#include "base/hostname.h"

bool
hostname_matches(const char *pattern, const char *name)
{
	const char *dot;

	if (strncmp(pattern, "*.", 2) != 0)
		return strcasecmp(pattern, name) == 0;
	dot = strchr(name, '.');
	return dot != NULL && dot != name && strchr(dot + 1, '.') != NULL &&
	    strcasecmp(pattern + 1, dot) == 0;
}
