#include <string.h>
#include <strings.h>

#include "checks/catalogue.h"
#include "checks/ledger.h"
#include "checks/switches.h"
#include "checks/words.h"

/* On unless log_selector turns them off (Exim specification, log_selector). */
static const char *const default_selectors[] = {
	"acl_warn_skipped", "connection_reject", "delay_delivery", "dkim",
	"dnslist_defer", "etrn", "host_lookup_failed",
	"lost_incoming_connection", "msg_id", "outgoing_interface",
	"queue_run", "queue_time_exclusive", "rejected_header", "retry_defer",
	"sender_verify_fail", "size_reject", "skip_delivery",
	"smtp_confirmation", "tls_certificate_verified", "tls_cipher",
};

#define SELECTOR_BYTES "abcdefghijklmnopqrstuvwxyz0123456789_"

/*
 * Is the selector on in the end? Items are +name or -name and work in order on
 * the defaults; blanks between them are not needed ("+subject+pid"), "all" is
 * every selector. -1 when Exim would refuse the value.
 */
static int
selector_on(const char *value, const char *selector)
{
	int on = list_has(default_selectors,
	    sizeof(default_selectors) / sizeof(default_selectors[0]), selector,
	    strlen(selector));

	for (;;) {
		char sign;
		size_t length;

		value += strspn(value, " \t\r\n\f\v");
		if (*value == '\0')
			return on;
		sign = *value++;
		length = strspn(value, SELECTOR_BYTES);
		if ((sign != '+' && sign != '-') || length == 0)
			return -1;
		if (word_is(value, length, "all") ||
		    word_is(value, length, selector))
			on = sign == '+';
		value += length;
	}
}

enum selector_seen
log_selector_seen(const struct evaluation *ev, const char *selector)
{
	static const enum plane planes[] = { PLANE_DAEMON, PLANE_FILE };
	enum selector_seen seen = SELECTOR_UNKNOWN;
	size_t i;

	for (i = 0; i < sizeof(planes) / sizeof(planes[0]); i++) {
		const char *value = setting_value(ev, "exim.log_selector",
		    planes[i]);
		int on = value == NULL ? -1 : selector_on(value, selector);

		if (on == 0)
			return SELECTOR_OFF;
		if (on > 0)
			seen = SELECTOR_ON;
	}
	return seen;
}

static void
judge_unreadable(const struct evaluation *ev, enum plane plane,
    struct judgement *ret)
{
	judge(ret, RESULT_UNKNOWN, "log_selector is %s, wanted names that begin "
	    "with + or -", setting_shown(ev, "exim.log_selector", plane));
}

/*
 * What is configured well is worth nothing where the log itself is not there,
 * or is no longer written. A log that could not be read says neither.
 */
static void
hold_to_log(const struct evaluation *ev, const char *path,
    struct finding *finding)
{
	const void *fact;
	const struct fact_int *days;

	if (finding->result != RESULT_PASS ||
	    field_find(ev->facts, path, &fact) == NULL)
		return;
	days = fact;
	if (days->meta.state == FACT_UNKNOWN)
		return;
	finding_evidence(ev, finding, path);
	if (days->meta.state == FACT_ABSENT)
		finding_fail(ev, finding, "inconsistent: log: %s is not there; "
		    "but %s", days->meta.origin != NULL ? days->meta.origin :
		    "the log", finding->message);
	else if (days->value == 0)
		finding_fail(ev, finding, "inconsistent: log: %s has no line of "
		    "the last 30 days; but %s", days->meta.origin != NULL ?
		    days->meta.origin : "the log", finding->message);
}

/* want: the selectors that must be on. */
static void
judge_selectors(const struct evaluation *ev, enum plane plane,
    struct judgement *ret)
{
	const char *value = setting_value(ev, "exim.log_selector", plane);
	struct names off = { .count = 0 };
	size_t i;

	for (i = 0; i < ev->want->list_count; i++) {
		const char *selector = ev->want->list[i];
		int on = value == NULL ? -1 : selector_on(value, selector);

		if (on < 0) {
			judge_unreadable(ev, plane, ret);
			return;
		}
		if (!on)
			names_add(&off, selector, strlen(selector));
	}
	if (off.count > 0)
		judge(ret, RESULT_FAIL, "log_selector is %s, which leaves off "
		    "what an investigator needs: %s",
		    setting_shown(ev, "exim.log_selector", plane),
		    names_end(&off));
	else
		judge(ret, RESULT_PASS, "log_selector turns on all %zu that are "
		    "wanted", ev->want->list_count);
	ret->stock = setting_is_stock(ev, "exim.log_selector", plane);
}

static void
evaluate_selectors(const struct evaluation *ev, struct finding *finding)
{
	static const char *const paths[] = { "exim.log_selector", NULL };

	evaluate_planes(ev, paths, judge_selectors, finding);
	hold_to_log(ev, "ledger.exim_days", finding);
}

/* Subjects and command lines carry what patients write about. */
static void
judge_phi_selectors(const struct evaluation *ev, enum plane plane,
    struct judgement *ret)
{
	static const char *const telling[] = { "subject", "arguments" };
	const char *value = setting_value(ev, "exim.log_selector", plane);
	struct names on = { .count = 0 };
	size_t i;

	for (i = 0; i < sizeof(telling) / sizeof(telling[0]); i++) {
		int state = value == NULL ? -1 :
		    selector_on(value, telling[i]);

		if (state < 0) {
			judge_unreadable(ev, plane, ret);
			return;
		}
		if (state)
			names_add(&on, telling[i], strlen(telling[i]));
	}
	if (on.count > 0)
		judge(ret, RESULT_FAIL, "Exim logs %s, wanted off: "
		    "log_selector is %s", names_end(&on),
		    setting_shown(ev, "exim.log_selector", plane));
	else
		judge(ret, RESULT_PASS, "Exim logs neither subjects nor "
		    "arguments");
	ret->stock = setting_is_stock(ev, "exim.log_selector", plane);
}

static const struct switch_row password_switches[] = {
	{ "dovecot.auth_verbose_passwords", false },
	{ "dovecot.auth_debug_passwords", false },
};

/*
 * auth_verbose_passwords also takes plain, sha1 and truncate: whatever is not
 * "no" writes a password in some form.
 */
static void
judge_password_logging(const struct evaluation *ev, enum plane plane,
    struct judgement *ret)
{
	static const char path[] = "dovecot.auth_verbose_passwords";
	const char *value = setting_value(ev, path, plane);

	judge_switches(ev, plane, password_switches,
	    sizeof(password_switches) / sizeof(password_switches[0]), ret);
	if (ret->result == RESULT_UNKNOWN && value != NULL &&
	    switch_read(value) < 0)
		judge(ret, RESULT_FAIL, "auth_verbose_passwords is %s, wanted "
		    "\"no\"", setting_shown(ev, path, plane));
}

static void
evaluate_no_secrets(const struct evaluation *ev, struct finding *finding)
{
	static const char *const selector[] = { "exim.log_selector", NULL };
	static const char *const passwords[] =
	    { "dovecot.auth_verbose_passwords",
	    "dovecot.auth_debug_passwords", NULL };
	struct finding exim = { 0 }, dovecot = { 0 };

	evaluate_planes(ev, selector, judge_phi_selectors, &exim);
	finding_merge(ev, finding, &exim);
	evaluate_planes(ev, passwords, judge_password_logging, &dovecot);
	finding_merge(ev, finding, &dovecot);
}

/*
 * A variable of a Dovecot format: its name in braces, without filters
 * ("%{user | upper}"), or, up to 2.3, a letter behind modifiers ("%Lu"). "%%"
 * reads as a variable named "%", which nobody looks for.
 */
static bool
variable_next(const char **cursor, const char **ret_name, size_t *ret_length)
{
	const char *text = *cursor;

	text = strchr(text, '%');
	if (text == NULL)
		return false;
	text++;
	if (*text == '{') {
		text += 1 + strspn(text + 1, " ");
		*ret_name = text;
		*ret_length = strcspn(text, " |:}");
	} else {
		text += strspn(text, "0123456789.-ABCDEFGHIJKLMNOPQRSTUVWXYZ");
		*ret_name = text;
		*ret_length = *text != '\0';
	}
	*cursor = text + *ret_length;
	return *ret_length > 0;
}

#define SPELLINGS 4

struct login_field {
	const char *name;
	const char *variables[SPELLINGS];	/* of 2.3 and of 2.4 */
};

static const struct login_field login_fields[] = {
	{ "user", { "u", "user", "original_user" } },
	{ "method", { "m", "mech", "mechanism" } },
	{ "rip", { "r", "rip", "remote_ip" } },
	{ "lip", { "l", "lip", "local_ip" } },
	{ "secured", { "c", "secured", "k", "ssl_security" } },
	{ "session", { "session" } },
};

static bool
has_field(const char *format, const struct login_field *field)
{
	const char *name;
	size_t length, i;

	while (variable_next(&format, &name, &length))
		for (i = 0; i < SPELLINGS && field->variables[i] != NULL; i++)
			if (strlen(field->variables[i]) == length &&
			    strncmp(field->variables[i], name, length) == 0)
				return true;
	return false;
}

static const struct switch_row verbose_switch = {
	"dovecot.auth_verbose", true
};

static void
judge_login_fields(const struct evaluation *ev, enum plane plane,
    struct judgement *ret)
{
	const char *format = setting_value(ev,
	    "dovecot.login_log_format_elements", plane);
	struct names missing = { .count = 0 };
	char text[sizeof(ret->text)] = "";
	size_t i;

	judge_switches(ev, plane, &verbose_switch, 1, ret);
	for (i = 0; i < sizeof(login_fields) / sizeof(login_fields[0]); i++)
		if (format == NULL || !has_field(format, &login_fields[i]))
			names_add(&missing, login_fields[i].name,
			    strlen(login_fields[i].name));
	if (missing.count == 0)
		return;
	if (ret->result == RESULT_FAIL)
		text_add(text, sizeof(text), "", "%s; ", ret->text);
	text_add(text, sizeof(text), "", "login_log_format_elements lacks %s",
	    names_end(&missing));
	judge(ret, RESULT_FAIL, "%s", text);
	ret->stock = false;
}

static void
evaluate_login_fields(const struct evaluation *ev, struct finding *finding)
{
	static const char *const paths[] =
	    { "dovecot.login_log_format_elements", "dovecot.auth_verbose",
	    NULL };

	evaluate_planes(ev, paths, judge_login_fields, finding);
	hold_to_log(ev, "ledger.dovecot_days", finding);
}

/* Words of one list that the value lacks, or has although it must not. */
static void
judge_words(const char *value, const char *const *words, size_t count,
    bool wanted, struct names *ret_wrong)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const char *cursor = value, *word;
		size_t length;
		bool found = false;

		while (cursor != NULL && !found &&
		    word_next(&cursor, &word, &length))
			found = word_is(word, length, words[i]);
		if (found != wanted)
			names_add(ret_wrong, words[i], strlen(words[i]));
	}
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
judge_mailbox_log(const struct evaluation *ev, enum plane plane,
    struct judgement *ret)
{
	static const char *const plugins[] = { "mail_log", "notify" };
	static const char *const events[] = { "delete", "expunge", "copy",
	    "mailbox_delete", "mailbox_rename" };
	static const char *const telling[] = { "subject", "from" };
	struct names no_plugin = { .count = 0 }, no_event = { .count = 0 };
	struct names told = { .count = 0 };
	char wrong[sizeof(ret->text)] = "";

	judge_words(setting_value(ev, "dovecot.mail_plugins", plane), plugins,
	    COUNT(plugins), true, &no_plugin);
	judge_words(setting_value(ev, "dovecot.mail_log_events", plane), events,
	    COUNT(events), true, &no_event);
	judge_words(setting_value(ev, "dovecot.mail_log_fields", plane),
	    telling, COUNT(telling), false, &told);
	if (no_plugin.count > 0)
		text_add(wrong, sizeof(wrong), "; ", "mail_plugins lacks %s",
		    names_end(&no_plugin));
	if (no_event.count > 0)
		text_add(wrong, sizeof(wrong), "; ", "mail_log_events lacks %s",
		    names_end(&no_event));
	if (told.count > 0)
		text_add(wrong, sizeof(wrong), "; ", "mail_log_fields has %s, "
		    "wanted off", names_end(&told));
	if (wrong[0] != '\0')
		judge(ret, RESULT_FAIL, "%s", wrong);
	else
		judge(ret, RESULT_PASS, "deleted, expunged and copied messages "
		    "are logged without subject and sender");
}

static void
evaluate_mailbox_log(const struct evaluation *ev, struct finding *finding)
{
	static const char *const paths[] = { "dovecot.mail_plugins",
	    "dovecot.mail_log_events", "dovecot.mail_log_fields", NULL };

	evaluate_planes(ev, paths, judge_mailbox_log, finding);
}

const struct check log_checks[] = {
	{
		.id = "log.exim.selectors",
		.title = "Exim logs what an investigator needs",
		.scope = SCOPE_SERVICE,
		.subject = "exim",
		.needs = { "exim.log_selector", "?ledger.exim_days" },
		.evaluate.host = evaluate_selectors,
		.want = WANT_LIST,
		.remediation = "exim.log-selector",
		.mode = REMEDIATION_AUTO,
		.explain =
		    "After a breach the log must tell which message went where, "
		    "from whom, and whether it was encrypted; what was not logged "
		    "can not be found later. In WHM, Home > Service Configuration "
		    "> Exim Configuration Manager > Advanced Editor, set "
		    "log_selector. No user and no peer notices. The log names "
		    "patients' addresses and is to be guarded as their mail is.",
	},
	{
		.id = "log.no_phi_secrets",
		.title = "Logs hold no subjects and no passwords",
		.scope = SCOPE_HOST,
		.subject = "host",
		.needs = { "exim.log_selector",
		    "dovecot.auth_verbose_passwords",
		    "dovecot.auth_debug_passwords" },
		.evaluate.host = evaluate_no_secrets,
		.remediation = "exim.log-secrets",
		.mode = REMEDIATION_AUTO,
		.explain =
		    "A subject line often names the patient and the illness, and "
		    "a logged password opens the mailbox to everybody who reads "
		    "the log; CSF's advice to add +subject and +arguments is "
		    "wrong here. In WHM, Home > Service Configuration > Exim "
		    "Configuration Manager > Advanced Editor, take subject, "
		    "arguments and all out of log_selector; take "
		    "auth_verbose_passwords and auth_debug_passwords out of your "
		    "own Dovecot template. lfd's alerts about scripts say less "
		    "without arguments.",
	},
	{
		.id = "log.dovecot.fields",
		.title = "The mail-access log has who, from where and how secure",
		.scope = SCOPE_SERVICE,
		.subject = "dovecot",
		.needs = { "dovecot.login_log_format_elements",
		    "dovecot.auth_verbose", "?ledger.dovecot_days" },
		.evaluate.host = evaluate_login_fields,
		.remediation = "dovecot.login-log",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "The rule asks who opened which mailbox, when and from where, "
		    "and failed logins are the first sign of guessing. Dovecot "
		    "logs failures only with auth_verbose = yes. Set it, and "
		    "login_log_format_elements with user, method, rip, lip, "
		    "secured and session, in a template of your own "
		    "(/var/cpanel/templates/dovecot*/main.local) and rebuild with "
		    "/usr/local/cpanel/scripts/builddovecotconf. Such a template "
		    "no longer follows cPanel's updates.",
	},
	{
		.id = "log.mailbox_access",
		.title = "Access to single messages is recorded",
		.scope = SCOPE_SERVICE,
		.subject = "dovecot",
		.needs = { "dovecot.mail_plugins", "dovecot.mail_log_events",
		    "dovecot.mail_log_fields" },
		.evaluate.host = evaluate_mailbox_log,
		.remediation = "dovecot.mail-log",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "When mail vanished, the log should say who deleted it. "
		    "Dovecot's plugins notify and mail_log write that down; "
		    "cPanel does not turn them on. Add them to mail_plugins in a "
		    "template of your own, with the events delete, expunge, copy, "
		    "mailbox_delete and mailbox_rename and without the fields "
		    "subject and from. Busy servers write much more log: watch "
		    "the disk.",
	},
};
