#include <string.h>

#include "checks/listeners.h"
#include "checks/words.h"

/* "25 /usr/sbin/exim"; port 443 is never Exim's. */
static bool
is_exims(const char *owner)
{
	const char *slash = strrchr(owner, '/');

	return strncmp(owner, "443 ", 4) == 0 ||
	    (slash != NULL && strncmp(slash, "/exim", 5) == 0);
}

void
listeners_hold_pass(const struct evaluation *ev, struct finding *finding)
{
	const struct fact_list *owners = &ev->facts->site.port_owners;
	size_t i;

	if (finding->result != RESULT_PASS || fact_skipped(&owners->meta) ||
	    !finding_need(ev, finding, "site.port_owners"))
		return;
	for (i = 0; i < owners->count; i++) {
		if (is_exims(owners->items[i]))
			continue;
		finding_unknown(ev, finding, "a mail port is not known to be "
		    "Exim's (port and program: %s), so what Exim is told may not "
		    "decide there", shown(ev->arena, owners->items[i]));
		return;
	}
}
