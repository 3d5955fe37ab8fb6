#include <string.h>

#include "checks/catalogue.h"

#define MIN_DAILY_RETENTION 5
#define SECONDS_AN_HOUR 3600
/* A stamp this far ahead is still only another time zone. */
#define MAX_AHEAD (24 * SECONDS_AN_HOUR)

struct backup_switch {
	const char *path;
	const char *what;
	size_t offset;	/* in struct backup_facts */
};

static const struct backup_switch backup_switches[] = {
	{ "backup.enabled", "backups", offsetof(struct backup_facts, enabled) },
	{ "backup.daily", "daily backups",
	    offsetof(struct backup_facts, daily) },
	{ "backup.weekly", "weekly backups",
	    offsetof(struct backup_facts, weekly) },
	{ "backup.accounts", "backup of accounts",
	    offsetof(struct backup_facts, accounts) },
	{ "backup.configuration", "backup of system files",
	    offsetof(struct backup_facts, configuration) },
};

/* One reason is enough where WHM did not answer; the others are evidence. */
static void
add_part(const struct evaluation *ev, struct finding *finding,
    struct finding *part)
{
	if (part->result == RESULT_UNKNOWN && finding->message != NULL &&
	    finding->result == RESULT_UNKNOWN)
		part->result = RESULT_NOTAPPLICABLE;
	finding_merge(ev, finding, part);
}

static void
evaluate_switch(const struct evaluation *ev, const struct backup_switch *row,
    struct finding *finding)
{
	const struct fact_bool *fact = (const void *)
	    ((const char *)&ev->facts->backup + row->offset);
	struct finding part = { 0 };

	if (finding_need(ev, &part, row->path)) {
		if (fact->value)
			finding_pass(ev, &part, "%s: on", row->what);
		else
			finding_fail(ev, &part, "%s: off, wanted on",
			    row->what);
	}
	add_part(ev, finding, &part);
}

static void
evaluate_retention(const struct evaluation *ev, struct finding *finding)
{
	int64_t kept = ev->facts->backup.daily_retention.value;
	struct finding part = { 0 };

	if (finding_need(ev, &part, "backup.daily_retention")) {
		if (kept < MIN_DAILY_RETENTION)
			finding_fail(ev, &part, "daily backups kept: %lld, "
			    "wanted %d", (long long)kept, MIN_DAILY_RETENTION);
		else
			finding_pass(ev, &part, "daily backups kept: %lld",
			    (long long)kept);
	}
	add_part(ev, finding, &part);
}

/* A backup dated in the future proves a wrong clock and nothing else. */
static bool
is_ahead(const struct evaluation *ev, const struct fact_int *stamp)
{
	return stamp->meta.state == FACT_KNOWN &&
	    stamp->value > ev->facts->collected_at + MAX_AHEAD;
}

/* Asked for in vain; what the run was told not to ask does not count. */
static bool
is_missing(const struct evaluation *ev, const struct fact_int *stamp)
{
	return is_ahead(ev, stamp) || (stamp->meta.state == FACT_UNKNOWN &&
	    !fact_skipped(&stamp->meta));
}

static const char *
why_missing(const struct evaluation *ev, const struct fact_int *stamp)
{
	if (is_ahead(ev, stamp))
		return "it is dated in the future";
	return stamp->meta.why != NULL ? stamp->meta.why : "not collected";
}

/* Seconds since the epoch of the newest backup that is known; -1 = none. */
static int64_t
newest_backup(const struct evaluation *ev)
{
	const struct backup_facts *backup = &ev->facts->backup;
	const struct fact_int *both[] =
	    { &backup->newest_archive, &backup->newest_set };
	int64_t newest = -1;
	size_t i;

	for (i = 0; i < 2; i++)
		if (both[i]->meta.state == FACT_KNOWN &&
		    !is_ahead(ev, both[i]) && both[i]->value > newest)
			newest = both[i]->value;
	return newest;
}

/*
 * The archive on disk and the API's list of sets tell of the same backup, so
 * the newer of the two decides; servers that keep nothing locally have only
 * the second.
 */
static void
evaluate_age(const struct evaluation *ev, struct finding *finding)
{
	const struct fact_int *archive = &ev->facts->backup.newest_archive;
	const struct fact_int *set = &ev->facts->backup.newest_set;
	long long most = (long long)ev->want->integer;
	int64_t newest = newest_backup(ev);
	int64_t age = ev->facts->collected_at - newest;
	/* rounded up: what is too old must not look as if it were not */
	int64_t hours = age > 0 ?
	    (age + SECONDS_AN_HOUR - 1) / SECONDS_AN_HOUR : 0;

	finding_evidence(ev, finding, "backup.newest_archive");
	finding_evidence(ev, finding, "backup.newest_set");
	if (newest >= 0 && age > most * SECONDS_AN_HOUR)
		finding_fail(ev, finding, "the newest backup is %lld hours old, "
		    "wanted at most %lld", (long long)hours, most);
	else if (is_missing(ev, archive))
		finding_unknown(ev, finding, "the age of the newest archive is "
		    "unknown: %s", why_missing(ev, archive));
	else if (is_missing(ev, set))
		finding_unknown(ev, finding, "the age of the newest backup set "
		    "is unknown: %s", why_missing(ev, set));
	else if (newest >= 0)
		finding_pass(ev, finding, "the newest backup is %lld hours old",
		    (long long)hours);
	else if (archive->meta.state == FACT_ABSENT ||
	    set->meta.state == FACT_ABSENT)
		finding_fail(ev, finding, "there is no backup, wanted one of the "
		    "last %lld hours", most);
	else
		finding_unknown(ev, finding, "the age of the newest backup is "
		    "unknown: %s", why_missing(ev, archive));
}

static void
evaluate_backup(const struct evaluation *ev, struct finding *finding)
{
	struct finding age = { 0 };
	size_t i;

	for (i = 0; i < sizeof(backup_switches) / sizeof(backup_switches[0]);
	    i++)
		evaluate_switch(ev, &backup_switches[i], finding);
	evaluate_retention(ev, finding);
	evaluate_age(ev, &age);
	add_part(ev, finding, &age);
}

const struct check backup_checks[] = {
	{
		.id = "backup.recent",
		.title = "Backups of mail and configuration run and are recent",
		.scope = SCOPE_SERVICE,
		.subject = "backup",
		.needs = { "?backup.enabled", "?backup.daily", "?backup.weekly",
		    "?backup.accounts", "?backup.configuration",
		    "?backup.daily_retention", "?backup.newest_archive",
		    "?backup.newest_set" },
		.evaluate.host = evaluate_backup,
		.want = WANT_INT,
		.remediation = "whm.backup",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "Retrievable copies of patients' mail are a required "
		    "specification, and the only help against ransomware or a "
		    "wrong command. In WHM, Home > Backup > Backup Configuration, "
		    "turn backups on, daily with at least 5 kept and weekly, with "
		    "accounts and system files; look into "
		    "/usr/local/cpanel/logs/cpbackup when none is recent. The "
		    "first full backup needs disk and hours of load: start it in "
		    "the night, and make sure that it fits.",
	},
};
