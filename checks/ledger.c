#include <string.h>

#include "base/arena.h"
#include "checks/ledger.h"
#include "facts/fields.h"

/* The day of the scan alone says nothing: it may have begun a minute ago. */
#define DAYS_MIN 2

struct ledger_source {
	const char *path;
	const char *name;
};

static const struct ledger_source sources[] = {
	{ "ledger.exim_days", "Exim's log" },
	{ "ledger.dovecot_days", "Dovecot's log" },
	{ "ledger.panel_days", "the panel's login_log" },
};

static const char *
source_name(const char *path)
{
	size_t i;

	for (i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		if (strcmp(sources[i].path, path) == 0)
			return sources[i].name;
	return path;
}

bool
ledger_reaches(const struct evaluation *ev, struct finding *finding,
    const char *path)
{
	const struct fact_int *days;
	const void *fact;

	if (field_find(ev->facts, path, &fact) == NULL)
		return false;
	days = fact;
	finding_evidence(ev, finding, path);
	if (days->meta.state == FACT_UNKNOWN)
		finding_part(ev, finding, RESULT_UNKNOWN, "%s could not be "
		    "read whole: %s", source_name(path),
		    days->meta.why != NULL ? days->meta.why : "not collected");
	else if (days->meta.state == FACT_ABSENT)
		finding_part(ev, finding, RESULT_UNKNOWN, "%s is not there%s%s",
		    source_name(path), days->meta.origin != NULL ? ": " : "",
		    days->meta.origin != NULL ? days->meta.origin : "");
	else if (days->value < DAYS_MIN)
		finding_part(ev, finding, RESULT_UNKNOWN, "%s has lines of "
		    "%lld day%s of the last 30, wanted that of the scan and one "
		    "before it", source_name(path), (long long)days->value,
		    days->value == 1 ? "" : "s");
	else
		return true;
	return false;
}

long long
ledger_count(const struct fact_int *fact)
{
	return fact->meta.state == FACT_KNOWN ? (long long)fact->value : 0;
}

const char *
ledger_last(const struct fact_str *fact)
{
	return fact->meta.state == FACT_KNOWN ? fact->value :
	    "a day not known";
}

bool
ledger_shows(const struct evaluation *ev, struct finding *finding,
    const char *selector, bool seen, const char *hidden)
{
	enum selector_seen state = log_selector_seen(ev, selector);

	if (state == SELECTOR_ON || (state == SELECTOR_UNKNOWN && seen))
		return true;
	finding_evidence(ev, finding, "exim.log_selector");
	if (state == SELECTOR_OFF)
		finding_part(ev, finding, RESULT_UNKNOWN, "log_selector leaves "
		    "%s off, so Exim's log does not tell %s", selector, hidden);
	else
		finding_part(ev, finding, RESULT_UNKNOWN, "whether log_selector "
		    "has %s on is not known, and without it Exim's log does not "
		    "tell %s", selector, hidden);
	return false;
}

bool
ledger_whole(const struct evaluation *ev, struct finding *finding,
    const char *path)
{
	const struct field *field;
	const struct fact_meta *meta;
	const void *fact;

	field = field_find(ev->facts, path, &fact);
	if (field == NULL)
		return false;
	meta = field_meta(field, fact, PLANE_LOG);
	if (meta->state != FACT_UNKNOWN)
		return true;
	finding_evidence(ev, finding, path);
	finding_part(ev, finding, RESULT_UNKNOWN, "%s is not known: %s", path,
	    meta->why != NULL ? meta->why : "not collected");
	return false;
}

/* path is the count's; sentence, of lines that could not be read, is said where there is one. */
static bool
all_were_read(const struct evaluation *ev, struct finding *finding,
    const char *path, const struct fact_int *count, const char *sentence)
{
	if (!ledger_whole(ev, finding, path))
		return false;
	if (ledger_count(count) == 0)
		return true;
	finding_evidence(ev, finding, path);
	finding_evidence(ev, finding, arena_printf(ev->arena, "%s_last", path));
	finding_part(ev, finding, RESULT_UNKNOWN, "%s", sentence);
	return false;
}

bool
ledger_arrivals_read(const struct evaluation *ev, struct finding *finding)
{
	const struct ledger_facts *ledger = &ev->facts->ledger;
	long long count = ledger_count(&ledger->broken_arrivals);

	return all_were_read(ev, finding, "ledger.broken_arrivals",
	    &ledger->broken_arrivals, arena_printf(ev->arena, "%lld message%s "
	    "arrived of which Exim's log does not tell who sent %s and to how "
	    "many, the last on %s: look for lines with \"<=\" that have "
	    "\") [\" more than once, or 8,000 bytes, and for \"log string "
	    "overflowed\"", count, count == 1 ? "" : "s",
	    count == 1 ? "it" : "them",
	    ledger_last(&ledger->broken_arrivals_last)));
}

bool
ledger_deliveries_read(const struct evaluation *ev, struct finding *finding)
{
	const struct ledger_facts *ledger = &ev->facts->ledger;
	long long count = ledger_count(&ledger->broken_deliveries);

	return all_were_read(ev, finding, "ledger.broken_deliveries",
	    &ledger->broken_deliveries, arena_printf(ev->arena, "%lld line%s of "
	    "Exim's log may tell of a delivery and could not be read, the last "
	    "on %s: look for lines with \"=>\" that have a quote inside "
	    "DN=\"...\", or that do not begin with a date", count,
	    count == 1 ? "" : "s",
	    ledger_last(&ledger->broken_deliveries_last)));
}
