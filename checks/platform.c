#include <string.h>

#include "base/arena.h"
#include "checks/catalogue.h"
#include "checks/dates.h"
#include "checks/words.h"

/* cPanel's version, 11.134.0.30: numbers between dots. */
#define VERSION_PARTS 4

struct version {
	int64_t parts[VERSION_PARTS];
	int count;
};

/*
 * Some places of cPanel leave the leading 11. away (134.0.30); it has been 11
 * since 2006, so a version that begins otherwise lacks it.
 */
static bool
version_read(const char *text, struct version *ret_version)
{
	struct version version = { .count = 0 };

	if (strncmp(text, "11.", 3) != 0)
		version.parts[version.count++] = 11;
	while (version.count < VERSION_PARTS) {
		size_t digits = strspn(text, "0123456789");
		int64_t number = 0;
		size_t i;

		if (digits == 0 || digits > 9)
			return false;
		for (i = 0; i < digits; i++)
			number = number * 10 + (text[i] - '0');
		version.parts[version.count++] = number;
		text += digits;
		if (*text == '\0') {
			*ret_version = version;
			return true;
		}
		if (*text++ != '.')
			return false;
	}
	return false;
}

static int
version_compare(const struct version *a, const struct version *b, int parts)
{
	int i;

	for (i = 0; i < parts; i++)
		if (a->parts[i] != b->parts[i])
			return a->parts[i] < b->parts[i] ? -1 : 1;
	return 0;
}

/*
 * The row of a version's branch. A row of three parts (11.136.1, WP Squared)
 * stands before the one of two. NULL when there is none; then ret_newer tells
 * whether the branch is newer than every row.
 */
static const struct pair *
branch_row(const struct dated_rows *floors, const struct version *version,
    bool *ret_newer)
{
	const struct pair *found = NULL;
	int found_parts = 0;
	size_t i;

	*ret_newer = floors->row_count > 0;
	for (i = 0; i < floors->row_count; i++) {
		struct version branch;

		if (!version_read(floors->rows[i].name, &branch))
			continue;
		if (version_compare(version, &branch, 2) <= 0)
			*ret_newer = false;
		if (branch.count > found_parts && branch.count <= version->count &&
		    version_compare(version, &branch, branch.count) == 0) {
			found = &floors->rows[i];
			found_parts = branch.count;
		}
	}
	return found;
}

static void
judge_floor(const struct evaluation *ev, enum plane plane,
    struct judgement *ret)
{
	const struct dated_rows *floors = &ev->data->cpanel_floors;
	const char *text = setting_value(ev, "platform.cpanel_version", plane);
	struct date_text date = date_write(floors->date);
	struct version version, floor;
	const struct pair *row;
	bool newer;

	if (text == NULL || !version_read(text, &version) ||
	    version.count != VERSION_PARTS) {
		judge(ret, RESULT_UNKNOWN, "cPanel version %s can not be read, "
		    "wanted four numbers",
		    setting_shown(ev, "platform.cpanel_version", plane));
		return;
	}
	row = branch_row(floors, &version, &newer);
	if (row == NULL && newer)
		judge(ret, RESULT_PASS, "cPanel & WHM %.40s is newer than every "
		    "branch with a known-exploited flaw (data of %s)", text,
		    date.text);
	else if (row == NULL)
		judge(ret, RESULT_FAIL, "cPanel & WHM %.40s is of a branch "
		    "without a fixed build, wanted a branch that has one (data "
		    "of %s)", text, date.text);
	else if (strcmp(row->value, "none") == 0)
		judge(ret, RESULT_FAIL, "cPanel & WHM %.40s has a "
		    "known-exploited flaw and branch %s gets no fix, wanted a "
		    "later branch (data of %s)", text, row->name, date.text);
	else if (!version_read(row->value, &floor))
		judge(ret, RESULT_UNKNOWN, "the floor of branch %s can not be "
		    "read: %.40s", row->name, row->value);
	else if (version_compare(&version, &floor, VERSION_PARTS) < 0)
		judge(ret, RESULT_FAIL, "cPanel & WHM %.40s has a "
		    "known-exploited flaw, wanted %s or later (data of %s)",
		    text, row->value, date.text);
	else
		judge(ret, RESULT_PASS, "cPanel & WHM %.40s is at or above the "
		    "fixed build %s (data of %s)", text, row->value, date.text);
}

/* Old data can still prove a flaw, but not that there is none. */
static bool
data_too_old(const struct evaluation *ev, const struct dated_rows *rows,
    struct finding *finding)
{
	int64_t age = (ev->facts->collected_at - rows->date) / SECONDS_A_DAY;

	if (ev->data->max_age_days <= 0 || age <= ev->data->max_age_days)
		return false;
	finding_unknown(ev, finding, "the data file %s is of %s and was %lld "
	    "days old, wanted at most %lld", rows->name,
	    date_write(rows->date).text, (long long)age,
	    (long long)ev->data->max_age_days);
	return true;
}

static void
evaluate_forged_sessions(const struct evaluation *ev, struct finding *finding)
{
	int64_t forged = ev->facts->platform.forged_sessions.value;

	if (!finding_need(ev, finding, "platform.forged_sessions"))
		return;
	if (forged != 0)
		finding_fail(ev, finding, "%lld session files of cPanel hold "
		    "injected lines, wanted 0: treat this server as broken "
		    "into", (long long)forged);
	else
		finding_pass(ev, finding, "no session file holds injected lines");
}

static void
evaluate_known_exploited(const struct evaluation *ev, struct finding *finding)
{
	static const char *const paths[] = { "platform.cpanel_version", NULL };
	struct finding floor = { 0 }, sessions = { 0 }, age = { 0 };

	evaluate_planes(ev, paths, judge_floor, &floor);
	finding_merge(ev, finding, &floor);
	evaluate_forged_sessions(ev, &sessions);
	finding_merge(ev, finding, &sessions);
	if (data_too_old(ev, &ev->data->cpanel_floors, &age))
		finding_merge(ev, finding, &age);
}

static const char *
known_or(const struct evaluation *ev, const struct fact_str *fact,
    const char *otherwise)
{
	return fact->meta.state == FACT_KNOWN && fact->value != NULL ?
	    shown(ev->arena, fact->value) : otherwise;
}

/* The version as the plane nearest the wire has it. */
static const char *
version_seen(const struct evaluation *ev)
{
	const char *text;

	text = setting_value(ev, "platform.cpanel_version", PLANE_FILE);
	if (text == NULL)
		text = setting_value(ev, "platform.cpanel_version", PLANE_API);
	return text != NULL ? shown(ev->arena, text) : "of unknown version";
}

static void
evaluate_version_current(const struct evaluation *ev, struct finding *finding)
{
	const struct platform_facts *platform = &ev->facts->platform;
	const char *tier = known_or(ev, &platform->tier, "that is configured");

	finding_evidence(ev, finding, "platform.cpanel_version");
	finding_evidence(ev, finding, "platform.newest_version");
	finding_evidence(ev, finding, "platform.tier");
	if (!finding_need(ev, finding, "platform.update_available"))
		return;
	if (platform->update_available.value)
		finding_fail(ev, finding, "cPanel & WHM %s is installed, wanted "
		    "the newest build of the tier %s: %s", version_seen(ev),
		    tier, known_or(ev, &platform->newest_version,
		    "WHM does not name it"));
	else
		finding_pass(ev, finding, "cPanel & WHM %s is the newest "
		    "build of the tier %s", version_seen(ev), tier);
}

static void
evaluate_updates_daily(const struct evaluation *ev, struct finding *finding)
{
	const char *updates = ev->facts->platform.cpupdate_updates.value;

	if (!finding_need(ev, finding, "platform.cpupdate_updates"))
		return;
	if (word_is(updates, strlen(updates), "daily"))
		finding_pass(ev, finding, "UPDATES is daily");
	else
		finding_fail(ev, finding, "UPDATES is %s, wanted \"daily\"",
		    shown(ev->arena, updates));
}

/* "11.134" follows a branch; "11.134.0.20" stays where it is. */
static size_t
count_dots(const char *text)
{
	size_t dots = 0;

	for (; *text != '\0'; text++)
		dots += *text == '.';
	return dots;
}

static void
evaluate_update_tier(const struct evaluation *ev, struct finding *finding)
{
	static const char *const unsafe[] = { "edge", "beta", "nightly" };
	static const char *const safe[] = { "release", "stable", "lts",
	    "current" };
	const char *tier = ev->facts->platform.cpupdate_tier.value;
	size_t dots;

	if (!finding_need(ev, finding, "platform.cpupdate_tier"))
		return;
	dots = count_dots(tier);
	if (list_has(unsafe, sizeof(unsafe) / sizeof(unsafe[0]), tier,
	    strlen(tier)))
		finding_fail(ev, finding, "CPANEL is %s, wanted release, "
		    "stable, lts or current", shown(ev->arena, tier));
	else if (dots >= 3)
		finding_fail(ev, finding, "CPANEL is pinned to the build %s, "
		    "wanted release, stable, lts or current",
		    shown(ev->arena, tier));
	else if (dots == 0 && !list_has(safe, sizeof(safe) / sizeof(safe[0]),
	    tier, strlen(tier)))
		finding_unknown(ev, finding, "CPANEL is %s, which is no tier "
		    "that is known", shown(ev->arena, tier));
	else
		finding_pass(ev, finding, "CPANEL is %s",
		    shown(ev->arena, tier));
}

static void
evaluate_auto_update(const struct evaluation *ev, struct finding *finding)
{
	struct finding updates = { 0 }, tier = { 0 };

	evaluate_updates_daily(ev, &updates);
	finding_merge(ev, finding, &updates);
	evaluate_update_tier(ev, &tier);
	finding_merge(ev, finding, &tier);
}

/*
 * The data's key: Ubuntu's support runs by release (22.04), the other
 * systems' by major version (9.6 is of 9).
 */
static const char *
os_name(const struct evaluation *ev)
{
	const char *id = ev->facts->platform.os_id.value;
	const char *version = ev->facts->platform.os_version.value;
	size_t length = strcmp(id, "ubuntu") == 0 ? strlen(version) :
	    strcspn(version, ".");

	return arena_printf(ev->arena, "%s %.*s", id, (int)length, version);
}

static const char *
end_of_life(const struct dated_rows *rows, const char *os)
{
	size_t i;

	for (i = 0; i < rows->row_count; i++)
		if (strcmp(rows->rows[i].name, os) == 0)
			return rows->rows[i].value;
	return NULL;
}

static void
evaluate_os_supported(const struct evaluation *ev, struct finding *finding)
{
	const struct dated_rows *rows = &ev->data->os_end_of_life;
	struct date_text date = date_write(rows->date);
	const char *os, *end;
	int64_t last;

	finding_evidence(ev, finding, "platform.os_version");
	if (!finding_need(ev, finding, "platform.os_id") ||
	    !finding_need(ev, finding, "platform.os_version"))
		return;
	os = os_name(ev);
	end = end_of_life(rows, os);
	if (end == NULL || !date_read(end, &last))
		finding_unknown(ev, finding, "no end of support is known for "
		    "%s (data of %s)", os, date.text);
	else if (ev->facts->collected_at >= last + SECONDS_A_DAY)
		finding_fail(ev, finding, "%s is out of support since %s, "
		    "wanted a system that gets security fixes (data of %s)",
		    os, end, date.text);
	else if (!data_too_old(ev, rows, finding))
		finding_pass(ev, finding, "%s is supported until %s (data of "
		    "%s)", os, end, date.text);
}

const struct check platform_checks[] = {
	{
		.id = "plat.cpanel.version_current",
		.title = "cPanel & WHM is at the newest build of its tier",
		.scope = SCOPE_HOST,
		.subject = "host",
		.needs = { "platform.update_available",
		    "?platform.cpanel_version", "?platform.newest_version",
		    "?platform.tier" },
		.evaluate.host = evaluate_version_current,
		.remediation = "whm.update",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "The panel runs as root and every mailbox of the clinic is "
		    "within its reach, so a fix that is out and not installed is "
		    "an open door. In WHM use Home > cPanel > Upgrade to Latest "
		    "Version. The upgrade restarts the panel and may restart Exim "
		    "and Dovecot; a new major version may bring a new Dovecot. "
		    "When a new build came out is not visible from the server, so "
		    "a build that appeared today already fails.",
	},
	{
		.id = "plat.cpanel.known_exploited",
		.title = "No known-exploited flaw of cPanel & WHM is present",
		.scope = SCOPE_HOST,
		.subject = "host",
		.needs = { "platform.cpanel_version",
		    "?platform.forged_sessions" },
		.evaluate.host = evaluate_known_exploited,
		.remediation = "whm.update",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "CVE-2026-41940 lets anybody forge a root session without a "
		    "password and has been used in attacks since February 2026. "
		    "The version is compared with a dated table of fixed builds, "
		    "one per branch, and the session files are searched for "
		    "injected lines. Update in WHM, Home > cPanel > Upgrade to "
		    "Latest Version; where the branch has no fix, move to a later "
		    "one. If forged sessions were found, change nothing: keep the "
		    "evidence, take the server off the network and start the "
		    "incident plan.",
	},
	{
		.id = "plat.cpanel.auto_update",
		.title = "Automatic updates of cPanel & WHM are on",
		.scope = SCOPE_HOST,
		.subject = "host",
		.needs = { "?platform.cpupdate_updates",
		    "?platform.cpupdate_tier" },
		.evaluate.host = evaluate_auto_update,
		.remediation = "whm.update-preferences",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "Attackers use flaws within days; an admin who updates by "
		    "hand is later. In WHM, Home > Server Configuration > Update "
		    "Preferences, set Daily Updates to Automatic and a release "
		    "tier other than EDGE. A nightly update may install a new "
		    "major version: with a template of your own "
		    "(/var/cpanel/templates/dovecot*/main.local) look through it "
		    "first, or Dovecot may not start afterwards.",
	},
	{
		.id = "plat.os.supported",
		.title = "The operating system is inside vendor support",
		.scope = SCOPE_HOST,
		.subject = "host",
		.needs = { "platform.os_id", "platform.os_version" },
		.evaluate.host = evaluate_os_supported,
		.remediation = "host.os-upgrade",
		.mode = REMEDIATION_MANUAL,
		.explain =
		    "After the end of support nobody fixes the kernel, OpenSSL or "
		    "the C library under Exim and Dovecot, whatever cPanel does. "
		    "Plan a move to a supported release: cPanel's ELevate upgrades "
		    "in place, or transfer the accounts to a new server (Home > "
		    "Transfers > Transfer Tool). Both mean an outage that the "
		    "clinic must know of.",
	},
};
