#include <string.h>

#include "checks/catalogue.h"
#include "checks/words.h"

/* Unset, 0 and "unlimited" are no limit (The cpanel.config File). */
static bool
is_limit(const char *name, int64_t limit)
{
	bool percentage = strstr(name, "percentage") != NULL;

	return limit > 0 && !(percentage && limit >= 100);
}

static void
judge_sending_limits(const struct evaluation *ev, enum plane plane,
    struct judgement *ret)
{
	static const char *const paths[] = { "tweak.maxemailsperhour",
	    "tweak.email_send_limits_max_defer_fail_percentage" };
	char wrong[sizeof(ret->text)] = "", right[sizeof(ret->text)] = "";
	bool stock = true;
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		const char *value = setting_value(ev, paths[i], plane);
		const char *name = strchr(paths[i], '.') + 1;
		int64_t limit;

		if (value != NULL && number_read(value, &limit) &&
		    is_limit(name, limit)) {
			text_add(right, sizeof(right), ", ", "%s is %lld", name,
			    (long long)limit);
			continue;
		}
		text_add(wrong, sizeof(wrong), "; ", "%s is %s, wanted a limit",
		    name, setting_shown(ev, paths[i], plane));
		stock = stock && setting_is_stock(ev, paths[i], plane);
	}
	if (wrong[0] != '\0')
		judge(ret, RESULT_FAIL, "%s", wrong);
	else
		judge(ret, RESULT_PASS, "%s", right);
	ret->stock = stock;
}

static void
judge_recipients(const struct evaluation *ev, enum plane plane,
    struct judgement *ret)
{
	static const char path[] = "exim.recipients_max";
	const char *value = setting_value(ev, path, plane);
	long long most = (long long)ev->want->integer;
	int64_t limit;

	if (value == NULL || !number_read(value, &limit))
		judge(ret, RESULT_UNKNOWN, "recipients_max is %s, wanted a "
		    "number", setting_shown(ev, path, plane));
	else if (limit == 0 || limit > ev->want->integer)
		judge(ret, RESULT_FAIL, "recipients_max is %s, wanted at most "
		    "%lld", setting_shown(ev, path, plane), most);
	else
		judge(ret, RESULT_PASS, "recipients_max is %lld",
		    (long long)limit);
	ret->stock = setting_is_stock(ev, path, plane);
}

static void
evaluate_limits(const struct evaluation *ev, struct finding *finding)
{
	static const char *const tweaks[] = { "tweak.maxemailsperhour",
	    "tweak.email_send_limits_max_defer_fail_percentage", NULL };
	static const char *const recipients[] =
	    { "exim.recipients_max", NULL };
	struct finding sending = { 0 }, exim = { 0 };

	evaluate_planes(ev, tweaks, judge_sending_limits, &sending);
	finding_merge(ev, finding, &sending);
	evaluate_planes(ev, recipients, judge_recipients, &exim);
	finding_merge(ev, finding, &exim);
}

const struct check volume_checks[] = {
	{
		.id = "volume.limits",
		.title = "Hourly, failure-rate and recipient limits exist",
		.scope = SCOPE_SERVICE,
		.subject = "exim",
		.needs = { "tweak.maxemailsperhour",
		    "tweak.email_send_limits_max_defer_fail_percentage",
		    "exim.recipients_max" },
		.evaluate.host = evaluate_limits,
		.want = WANT_INT,
		.remediation = "exim.sending-limits",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "Limits bound how much leaves the server with one stolen "
		    "password, and a mail with thousands of recipients is never "
		    "a clinic's. In WHM, Home > Server Configuration > Tweak "
		    "Settings > Mail, set Max hourly emails per domain and "
		    "Maximum percentage of failed or deferred messages a domain "
		    "may send per hour; in Home > Service Configuration > Exim "
		    "Configuration Manager > Advanced Editor set recipients_max. "
		    "Newsletters and appointment reminders may hit the limits: "
		    "look at the peak of the last month first.",
	},
};
