#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "checks/catalogue.h"
#include "checks/ledger.h"
#include "checks/listeners.h"
#include "checks/switches.h"
#include "checks/words.h"

static const char *const clear_evidence[] = { "listeners.clear_mechanisms",
    "listeners.clear_login", NULL };

/*
 * Does this item of a host list stay inside the machine? Passwords that never
 * leave it can not be read on the way; CSF's list holds 127.0.0.0/8.
 */
static bool
is_loopback(const char *item)
{
	bool digits = item[strspn(item, "0123456789./")] == '\0';
	const char *slash = strchr(item, '/');

	if (digits && strncmp(item, "127.", 4) == 0)
		return slash == NULL || atoi(slash + 1) >= 8;
	return strcmp(item, "::1") == 0 ||
	    strcmp(item, "@[]") == 0 || strcasecmp(item, "localhost") == 0 ||
	    item[0] == '\0';
}

/* auth_offered: tls-only, never, always or "hosts LIST". */
static void
judge_auth_offered(const struct evaluation *ev, enum plane plane,
    struct judgement *ret)
{
	const char *offered = setting_value(ev, "exim.auth_offered", plane);
	struct names outside = { .count = 0 };
	struct item_list list;
	char item[64];

	if (offered == NULL) {
		judge(ret, RESULT_UNKNOWN, "to whom AUTH is offered is not set, "
		    "and no default is documented");
	} else if (strcmp(offered, "tls-only") == 0) {
		judge(ret, RESULT_PASS, "AUTH is offered inside TLS only");
	} else if (strcmp(offered, "never") == 0) {
		judge(ret, RESULT_PASS, "AUTH is never offered");
	} else if (strcmp(offered, "always") == 0) {
		judge(ret, RESULT_FAIL, "AUTH is offered before TLS to every "
		    "host, wanted inside TLS only");
	} else if (strncmp(offered, "hosts ", 6) == 0) {
		item_list_begin(&list, offered + 6);
		while (item_list_next(&list, item, sizeof(item)))
			if (!is_loopback(item))
				names_add(&outside, item, strlen(item));
		if (outside.count > 0)
			judge(ret, RESULT_FAIL, "AUTH is offered before TLS to "
			    "%s, wanted inside TLS only", names_end(&outside));
		else
			judge(ret, RESULT_PASS, "AUTH is offered before TLS to "
			    "this machine only");
	} else {
		judge(ret, RESULT_UNKNOWN, "to whom AUTH is offered can not be "
		    "read: %s", shown(ev->arena, offered));
	}
}

static const struct switch_row secure_auth_switch = {
	"exim.require_secure_auth", true
};

/* Is AUTH offered to some hosts, of whom the asking one may be one or not? */
static bool
depends_on_host(const struct evaluation *ev)
{
	const char *offered;
	int plane;

	for (plane = PLANE_DAEMON; plane >= PLANE_FILE; plane--) {
		offered = setting_value(ev, "exim.auth_offered",
		    (enum plane)plane);
		if (offered != NULL)
			return strncmp(offered, "hosts ", 6) == 0;
	}
	return false;
}

static const char *
listed(const struct fact_list *list, struct names *names)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		names_add(names, list->items[i], strlen(list->items[i]));
	return names_end(names);
}

static void
say_clear_login(const struct evaluation *ev, struct sayings *sayings,
    const struct listener_facts *listener)
{
	const struct fact_str *login = &listener->clear_login;

	if (say_seen(ev, sayings, listener, "whether a login before TLS is "
	    "refused", &login->meta) && login->meta.state == FACT_KNOWN &&
	    strcmp(login->value, "refused") != 0)
		say(ev, sayings, RESULT_FAIL, listener,
		    "a login before TLS is possible, wanted it refused");
}

/* What Exim's sockets say before TLS, to whoever asked. */
static void
judge_clear_auth(const struct evaluation *ev, struct judgement *ret)
{
	const struct listener_facts *listener;
	struct sayings sayings = { .count = 0 };
	size_t cursor = 0, count = 0;

	if (depends_on_host(ev)) {
		judge(ret, RESULT_NOTAPPLICABLE, "AUTH is offered by host, so "
		    "what was offered to the probe says nothing of others");
		return;
	}
	while ((listener = listener_next(ev, "exim", &cursor)) != NULL) {
		const struct fact_list *offered = &listener->clear_mechanisms;
		struct names names = { .count = 0 };

		count++;
		if (listener_implicit(listener))
			continue;
		if (say_seen(ev, &sayings, listener, "what is offered before "
		    "TLS", &offered->meta) && offered->count > 0)
			say(ev, &sayings, RESULT_FAIL, listener,
			    "AUTH %s is offered before TLS",
			    listed(offered, &names));
		say_clear_login(ev, &sayings, listener);
	}
	say_foreign(ev, &sayings, "exim");
	if (count == 0 && sayings.count == 0)
		judge(ret, RESULT_NOTAPPLICABLE, "no listener of Exim was seen");
	else
		sayings_judge(&sayings, "no listener offers AUTH before TLS",
		    ret);
}

/* The store says what is wanted, the configuration what that became. */
static void
judge_tls_before_auth(const struct evaluation *ev, enum plane plane,
    struct judgement *ret)
{
	if (plane == PLANE_SOCKET)
		judge_clear_auth(ev, ret);
	else if (plane == PLANE_STORE || plane == PLANE_API)
		judge_switches(ev, plane, &secure_auth_switch, 1, ret);
	else
		judge_auth_offered(ev, plane, ret);
}

/*
 * A password that crossed the network in clear: then it can, whatever is
 * configured. said is a sentence; last its day.
 */
static void
contradict(const struct evaluation *ev, struct finding *finding,
    const char *said, const struct fact_str *last)
{
	if (finding->result == RESULT_PASS)
		finding_fail(ev, finding, "inconsistent: log: %s, the last on "
		    "%s; but %s", said, ledger_last(last), finding->message);
	else if (finding->result == RESULT_FAIL)
		finding_fail(ev, finding, "%s; log: %s, the last on %s",
		    finding->message, said, ledger_last(last));
	else
		finding_fail(ev, finding, "log: %s, the last on %s", said,
		    ledger_last(last));
	finding->stock = false;
}

/*
 * Exim's log has X= of a message that came inside TLS. With tls_cipher off all
 * look as if they had come in clear.
 */
static void
hold_to_submissions(const struct evaluation *ev, struct finding *finding)
{
	const struct ledger_facts *ledger = &ev->facts->ledger;
	long long all = ledger_count(&ledger->submissions);
	long long clear = ledger_count(&ledger->submissions_clear);
	enum selector_seen cipher = log_selector_seen(ev, "tls_cipher");

	if (clear == 0 || cipher == SELECTOR_OFF ||
	    (cipher == SELECTOR_UNKNOWN && clear == all))
		return;
	finding_evidence(ev, finding, "ledger.submissions_clear");
	finding_evidence(ev, finding, "ledger.submissions_clear_last");
	contradict(ev, finding, arena_printf(ev->arena, "%lld of %lld messages "
	    "were sent with a password in clear", clear, all),
	    &ledger->submissions_clear_last);
}

static void
evaluate_tls_before_auth(const struct evaluation *ev, struct finding *finding)
{
	static const char *const paths[] = { "exim.auth_offered",
	    "exim.require_secure_auth", "listening.exim", NULL };

	evaluate_planes(ev, paths, judge_tls_before_auth, finding);
	listeners_evidence(ev, finding, "exim", clear_evidence);
	listeners_hold_pass(ev, finding);
	hold_to_submissions(ev, finding);
}

static const struct switch_row cleartext_switch = {
	"dovecot.auth_allow_cleartext", false
};

/* A mechanism that sends the password itself. */
static bool
offers_password(const struct fact_list *offered)
{
	return fact_list_has(offered, "PLAIN") ||
	    fact_list_has(offered, "LOGIN");
}

static void
judge_clear_logins(const struct evaluation *ev, struct judgement *ret)
{
	const struct listener_facts *listener;
	struct sayings sayings = { .count = 0 };
	size_t cursor = 0, count = 0;

	while ((listener = listener_next(ev, "dovecot", &cursor)) != NULL) {
		count++;
		if (listener_implicit(listener))
			continue;
		say_clear_login(ev, &sayings, listener);
		/* To an address that it trusts Dovecot offers all it has. */
		if (listener->clear_login.meta.state == FACT_KNOWN &&
		    strcmp(listener->clear_login.value, "refused") == 0 &&
		    offers_password(&listener->clear_mechanisms))
			say(ev, &sayings, RESULT_FAIL, listener, "a mechanism "
			    "that sends the password is offered before TLS");
	}
	say_foreign(ev, &sayings, "dovecot");
	if (count == 0 && sayings.count == 0)
		judge(ret, RESULT_NOTAPPLICABLE,
		    "no listener of Dovecot was seen");
	else
		sayings_judge(&sayings, "every listener refuses a login before "
		    "TLS", ret);
}

static void
judge_cleartext(const struct evaluation *ev, enum plane plane,
    struct judgement *ret)
{
	if (plane == PLANE_SOCKET)
		judge_clear_logins(ev, ret);
	else
		judge_switches(ev, plane, &cleartext_switch, 1, ret);
}

static void
hold_to_logins(const struct evaluation *ev, struct finding *finding)
{
	const struct ledger_facts *ledger = &ev->facts->ledger;
	long long clear = ledger_count(&ledger->mailbox_logins_clear);

	if (clear == 0)
		return;
	finding_evidence(ev, finding, "ledger.mailbox_logins_clear");
	finding_evidence(ev, finding, "ledger.mailbox_logins_clear_last");
	contradict(ev, finding, arena_printf(ev->arena, "%lld of %lld logins to "
	    "mailboxes were in clear", clear,
	    ledger_count(&ledger->mailbox_logins)),
	    &ledger->mailbox_logins_clear_last);
}

static void
evaluate_cleartext_off(const struct evaluation *ev, struct finding *finding)
{
	static const char *const paths[] =
	    { "dovecot.auth_allow_cleartext", "listening.dovecot", NULL };

	evaluate_planes(ev, paths, judge_cleartext, finding);
	listeners_evidence(ev, finding, "dovecot", clear_evidence);
	hold_to_logins(ev, finding);
}

static void
judge_mechanisms(const struct evaluation *ev, enum plane plane,
    struct judgement *ret)
{
	const char *mechanisms = setting_value(ev, "dovecot.auth_mechanisms",
	    plane);
	struct names other = { .count = 0 };
	const char *word;
	size_t length;

	while (mechanisms != NULL && word_next(&mechanisms, &word, &length))
		if (!list_has(ev->want->list, ev->want->list_count, word,
		    length))
			names_add(&other, word, length);
	if (other.count > 0)
		judge(ret, RESULT_FAIL, "auth_mechanisms has %s, wanted only "
		    "those of the profile", names_end(&other));
	else
		judge(ret, RESULT_PASS, "auth_mechanisms is %s",
		    setting_shown(ev, "dovecot.auth_mechanisms", plane));
}

/* Exim's own: a public name, and behind a blank what is wrong with it. */
static void
evaluate_exim_mechanisms(const struct evaluation *ev, struct finding *finding)
{
	const struct fact_list *offered = &ev->facts->exim.auth_mechanisms;
	struct names other = { .count = 0 };
	size_t i, length;

	if (!finding_need(ev, finding, "exim.auth_mechanisms"))
		return;
	for (i = 0; i < offered->count; i++) {
		length = strcspn(offered->items[i], " ");
		if (offered->items[i][length] != '\0' || !list_has(
		    ev->want->list, ev->want->list_count, offered->items[i],
		    length))
			names_add(&other, offered->items[i],
			    strlen(offered->items[i]));
	}
	if (other.count > 0)
		finding_fail(ev, finding, "Exim offers %s, wanted only "
		    "mechanisms of the profile that ask for the password",
		    names_end(&other));
	else
		finding_pass(ev, finding, "Exim offers mechanisms of the "
		    "profile only");
}

static const struct switch_row popbeforesmtp_switch = {
	"tweak.popbeforesmtp", false
};

static void
judge_popbeforesmtp(const struct evaluation *ev, enum plane plane,
    struct judgement *ret)
{
	judge_switches(ev, plane, &popbeforesmtp_switch, 1, ret);
}

static void
evaluate_mechanisms(const struct evaluation *ev, struct finding *finding)
{
	static const char *const mechanisms[] =
	    { "dovecot.auth_mechanisms", NULL };
	static const char *const popbeforesmtp[] =
	    { "tweak.popbeforesmtp", NULL };
	struct finding dovecot = { 0 }, exim = { 0 }, tweak = { 0 };

	evaluate_planes(ev, mechanisms, judge_mechanisms, &dovecot);
	finding_merge(ev, finding, &dovecot);
	evaluate_exim_mechanisms(ev, &exim);
	finding_merge(ev, finding, &exim);
	evaluate_planes(ev, popbeforesmtp, judge_popbeforesmtp, &tweak);
	finding_merge(ev, finding, &tweak);
}

struct trust_list {
	const char *path;
	const char *file;
	size_t offset;	/* in struct exim_facts */
};

#define TRUST_LIST(name) \
	{ "exim." #name, "/etc/" #name, offsetof(struct exim_facts, name) }

static const struct trust_list trust_lists[] = {
	TRUST_LIST(trustedmailhosts),
	TRUST_LIST(skipsmtpcheckhosts),
	TRUST_LIST(senderverifybypasshosts),
	TRUST_LIST(backupmxhosts),
	TRUST_LIST(alwaysrelay),
	TRUST_LIST(relayhosts),
};

static bool
is_declared(const struct parameters *parameters, const char *entry)
{
	size_t i;

	for (i = 0; i < parameters->trusted_host_count; i++)
		if (strcasecmp(parameters->trusted_hosts[i].name, entry) == 0)
			return parameters->trusted_hosts[i].value[0] != '\0';
	return false;
}

/*
 * Does the entry cover more than a /24, or a /48 of IPv6? Exim also takes "*",
 * "*.example.com" and the beginning of an address, "10.".
 */
static bool
is_wide(const char *entry)
{
	const char *slash = strchr(entry, '/');
	size_t length = strlen(entry);
	int64_t bits;
	size_t dots = 0;

	if (strchr(entry, '*') != NULL)
		return true;
	if (slash != NULL)
		return !number_read(slash + 1, &bits) ||
		    bits < (strchr(entry, ':') != NULL ? 48 : 24);
	if (length == 0 || strspn(entry, "0123456789.") != length ||
	    entry[length - 1] != '.')
		return false;
	for (; *entry != '\0'; entry++)
		dots += *entry == '.';
	return dots < 3;
}

static void
evaluate_trust_list(const struct evaluation *ev, const struct trust_list *row,
    struct finding *finding)
{
	const struct fact_list *list = (const void *)
	    ((const char *)&ev->facts->exim + row->offset);
	struct names undeclared = { .count = 0 }, wide = { .count = 0 };
	char text[1024] = "";
	size_t i;

	/* A file that is not there lists nobody. */
	if (list->meta.state != FACT_ABSENT &&
	    !finding_need(ev, finding, row->path))
		return;
	finding_evidence(ev, finding, row->path);
	for (i = 0; list->meta.state == FACT_KNOWN && i < list->count; i++) {
		const char *entry = list->items[i];

		if (is_wide(entry))
			names_add(&wide, entry, strlen(entry));
		else if (!is_declared(ev->parameters, entry))
			names_add(&undeclared, entry, strlen(entry));
	}
	if (wide.count > 0)
		text_add(text, sizeof(text), "; ", "%s trusts more than a /24 "
		    "(IPv6 /48): %s", row->file, names_end(&wide));
	if (undeclared.count > 0)
		text_add(text, sizeof(text), "; ", "%s trusts hosts that the "
		    "profile's trusted_hosts does not name with a reason: %s",
		    row->file, names_end(&undeclared));
	if (text[0] != '\0')
		finding_fail(ev, finding, "%s", text);
	else
		finding_notapplicable(ev, finding, "%s is in order", row->file);
}

static void
evaluate_trust_lists(const struct evaluation *ev, struct finding *finding)
{
	struct finding all = { 0 };
	size_t i;

	finding_pass(ev, &all, "every host that Exim trusts is named with a "
	    "reason, and none is wider than a /24");
	finding_merge(ev, finding, &all);
	for (i = 0; i < sizeof(trust_lists) / sizeof(trust_lists[0]); i++) {
		struct finding one = { 0 };

		evaluate_trust_list(ev, &trust_lists[i], &one);
		finding_merge(ev, finding, &one);
	}
}

static const struct switch_row gid_only_switch = {
	"tweak.smtpmailgidonly", true
};

static void
judge_gid_only(const struct evaluation *ev, enum plane plane,
    struct judgement *ret)
{
	judge_switches(ev, plane, &gid_only_switch, 1, ret);
}

/*
 * WHM's SMTP Restrictions: the tweak setting says so, and the touch file is
 * what cPanel's firewall rules are made from; one without the other is a
 * setting that is not in force.
 */
static void
evaluate_gid_only(const struct evaluation *ev, struct finding *finding)
{
	static const char *const paths[] = { "tweak.smtpmailgidonly", NULL };
	const struct fact_bool *touch = &ev->facts->access.smtp_gid_only;
	bool there = touch->meta.state == FACT_KNOWN && touch->value;
	struct finding file = { 0 };

	evaluate_planes(ev, paths, judge_gid_only, finding);
	finding_evidence(ev, finding, "access.smtp_gid_only");
	if (fact_skipped(&touch->meta))
		return;
	if (touch->meta.state == FACT_UNKNOWN) {
		finding_need(ev, &file, "access.smtp_gid_only");
		finding_merge(ev, finding, &file);
		return;
	}
	if ((finding->result == RESULT_PASS && !there) ||
	    (finding->result == RESULT_FAIL && there)) {
		finding_fail(ev, finding, "inconsistent: %s, but "
		    "/var/cpanel/smtpgidonlytweak is %s", finding->message,
		    there ? "there" : "missing");
		finding->stock = false;
	}
}

/* CSF's SMTP_BLOCK does the same; the two exclude each other. */
static void
evaluate_smtp_block(const struct evaluation *ev, struct finding *finding)
{
	const struct fact_bool *csf = &ev->facts->access.csf_smtp_block;
	struct finding whm = { 0 };

	evaluate_gid_only(ev, &whm);
	finding_evidence(ev, &whm, "access.csf_smtp_block");
	if (csf->meta.state == FACT_KNOWN && csf->value)
		finding_pass(ev, &whm, "CSF's SMTP_BLOCK is on");
	else if (csf->meta.state == FACT_UNKNOWN &&
	    whm.result == RESULT_FAIL)
		finding_unknown(ev, &whm, "%s; and whether CSF's SMTP_BLOCK does "
		    "it instead is unknown: %s", whm.message,
		    csf->meta.why != NULL ? csf->meta.why : "not collected");
	if (whm.result != RESULT_FAIL)
		whm.stock = false;
	finding_merge(ev, finding, &whm);
}

static const struct switch_row nobody_switch = { "tweak.nobodyspam", true };

static void
judge_nobody(const struct evaluation *ev, enum plane plane,
    struct judgement *ret)
{
	judge_switches(ev, plane, &nobody_switch, 1, ret);
}

static void
evaluate_smtp_restricted(const struct evaluation *ev, struct finding *finding)
{
	static const char *const paths[] = { "tweak.nobodyspam", NULL };
	struct finding block = { 0 }, nobody = { 0 };

	evaluate_smtp_block(ev, &block);
	finding_merge(ev, finding, &block);
	evaluate_planes(ev, paths, judge_nobody, &nobody);
	finding_merge(ev, finding, &nobody);
}

static const struct switch_row reset_switches[] = {
	{ "tweak.resetpass", false },
	{ "tweak.resetpass_sub", false },
	{ "tweak.emailpasswords", false },
	{ "tweak.domainowner_mail_pass", false },
};

static void
judge_reset(const struct evaluation *ev, enum plane plane,
    struct judgement *ret)
{
	judge_switches(ev, plane, reset_switches,
	    sizeof(reset_switches) / sizeof(reset_switches[0]), ret);
}

static void
evaluate_reset_off(const struct evaluation *ev, struct finding *finding)
{
	static const char *const paths[] = { "tweak.resetpass",
	    "tweak.resetpass_sub", "tweak.emailpasswords",
	    "tweak.domainowner_mail_pass", NULL };

	evaluate_planes(ev, paths, judge_reset, finding);
}

/* ---- auth.smtp.required ---- */

/* Never from a local probe: cPanel relays for the machine's own addresses. */
static void
evaluate_relay(const struct evaluation *ev, struct finding *finding)
{
	const struct fact_str *relay =
	    &ev->facts->exchange.relay_from_outside;

	if (!finding_need(ev, finding, "exchange.relay_from_outside"))
		return;
	if (strcmp(relay->value, "refused") == 0)
		finding_pass(ev, finding, "Exim refuses a stranger's mail for a "
		    "foreign domain");
	else if (strcmp(relay->value, "accepted") == 0)
		finding_fail(ev, finding, "Exim takes a stranger's mail for a "
		    "foreign domain, wanted refused");
	else
		finding_unknown(ev, finding, "what Exim does with a stranger's "
		    "mail can not be read: %s", shown(ev->arena, relay->value));
	listeners_hold_pass(ev, finding);
}

/* ---- auth.sender.bound ---- */

/* The least that the profile wants: Sender: added, or From: rewritten. */
static const char *const binding_words[] = { "added", "rewritten", NULL };

static const struct {
	const char *binding;
	const char *text;
	bool added;		/* enough where the profile wants "added" */
	bool rewritten;
} bindings[] = {
	{ "from-rewritten", "From: is rewritten to the account that sends",
	    true, true },
	{ "sender-added", "Sender: names the account where From: does not",
	    true, false },
	{ "from-rewritten-outside", "From: is rewritten in mail that leaves "
	    "the server only", false, false },
	{ "none", "a user may put any address into From:", false, false },
};

static void
judge_binding(const struct evaluation *ev, const char *binding,
    struct finding *finding)
{
	const struct fact_list *code = &ev->facts->site.exim_code;
	bool rewritten = ev->want->string != NULL &&
	    strcmp(ev->want->string, "rewritten") == 0;
	size_t i;

	for (i = 0; i < sizeof(bindings) / sizeof(bindings[0]); i++)
		if (strcmp(bindings[i].binding, binding) == 0)
			break;
	if (i == sizeof(bindings) / sizeof(bindings[0]))
		finding_unknown(ev, finding, "how senders are held to their "
		    "account can not be read: %s", shown(ev->arena, binding));
	else if (rewritten ? bindings[i].rewritten : bindings[i].added)
		finding_pass(ev, finding, "%s", bindings[i].text);
	else if (code->meta.state == FACT_KNOWN && code->count > 0)
		finding_unknown(ev, finding, "%s, unless code of the "
		    "administrator's own forbids it: decided at %s",
		    bindings[i].text, code->items[0]);
	else
		finding_fail(ev, finding, "%s, wanted %s", bindings[i].text,
		    rewritten ? "rewrite_from \"all\"" : "setsenderheader 1 or "
		    "rewrite_from \"all\"");
}

static void
evaluate_sender_bound(const struct evaluation *ev, struct finding *finding)
{
	const struct fact_str *binding = &ev->facts->exchange.sender_binding;
	bool absent = binding->meta.state == FACT_ABSENT;

	finding_evidence(ev, finding, "exchange.sender_binding");
	finding_evidence(ev, finding, "site.exim_code");
	/* Both are off unless set: docs.cpanel.net, Basic Editor, Mail. */
	if (!absent && !finding_need(ev, finding, "exchange.sender_binding"))
		return;
	judge_binding(ev, absent ? "none" : binding->value, finding);
	finding->stock = finding->result == RESULT_FAIL &&
	    (absent || strcmp(binding->value, "none") == 0);
}

const struct check auth_checks[] = {
	{
		.id = "auth.smtp.required",
		.title = "Nobody relays without a login",
		.scope = SCOPE_SERVICE,
		.subject = "exim",
		.needs = { "exchange.relay_from_outside", "?site.port_owners" },
		.evaluate.host = evaluate_relay,
		.remediation = "exim.relay-hosts",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "A server that takes a stranger's mail for other domains "
		    "sends in the clinic's name for whoever finds it, and soon "
		    "nobody takes the clinic's own mail. A local connection can "
		    "not tell: cPanel relays for the machine's own addresses. So "
		    "cpward asks Exim, with scan --deep, what it would do for "
		    "192.0.2.200 (exim -bh: no mail is sent and nothing logged, "
		    "but the database of rate limits is written), or ask from a "
		    "second host. Remove entries of /etc/alwaysrelay and "
		    "/etc/relayhosts, and look at Home > Service Configuration > "
		    "Exim Configuration Manager > Basic Editor > Access Lists in "
		    "WHM. Hosts that relied on an entry have to log in.",
	},
	{
		.id = "auth.smtp.tls_before_auth",
		.title = "Exim offers AUTH only inside TLS",
		.scope = SCOPE_SERVICE,
		.subject = "exim",
		.needs = { "exim.auth_offered", "exim.require_secure_auth",
		    "listening.exim", "listeners.clear_mechanisms",
		    "listeners.clear_login", "?site.port_owners",
		    "?ledger.submissions", "?ledger.submissions_clear",
		    "?exim.log_selector" },
		.evaluate.host = evaluate_tls_before_auth,
		.remediation = "exim.require-secure-auth",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "A password that is sent before TLS can be read by anybody on "
		    "the path, and it opens the mailbox with all its patients' "
		    "mail. In WHM, Home > Service Configuration > Exim "
		    "Configuration Manager > Basic Editor > Security, set Require "
		    "clients to connect with SSL or issue the STARTTLS command "
		    "before they are allowed to authenticate with the server to "
		    "On. Scanners, copiers and old mail programs that log in "
		    "without TLS can no longer send; look into exim_mainlog for "
		    "P=esmtpa first.",
	},
	{
		.id = "auth.dovecot.cleartext_off",
		.title = "IMAP and POP3 refuse clear-text passwords",
		.scope = SCOPE_SERVICE,
		.subject = "dovecot",
		.needs = { "dovecot.auth_allow_cleartext", "listening.dovecot",
		    "listeners.clear_mechanisms", "listeners.clear_login",
		    "?ledger.mailbox_logins", "?ledger.mailbox_logins_clear" },
		.evaluate.host = evaluate_cleartext_off,
		.remediation = "dovecot.auth-allow-cleartext",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "cPanel ships Dovecot with clear-text logins allowed, so a "
		    "mail program that is set up without TLS works, and sends "
		    "password and mail for everybody to read. In WHM, Home > "
		    "Service Configuration > Mailserver Configuration, set Allow "
		    "Plaintext Authentication (from remote clients) to No. Such "
		    "programs then get an error until they are set to SSL/TLS: "
		    "tell the tenants before.",
	},
	{
		.id = "auth.mech.allowed",
		.title = "Only sane login mechanisms; POP before SMTP is off",
		.scope = SCOPE_SERVICE,
		.subject = "dovecot",
		.needs = { "dovecot.auth_mechanisms", "?exim.auth_mechanisms",
		    "tweak.popbeforesmtp" },
		.evaluate.host = evaluate_mechanisms,
		.want = WANT_LIST,
		.remediation = "dovecot.auth-mechanisms",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "CRAM-MD5, NTLM and their like need passwords that can be "
		    "read back, anonymous needs none, and POP before SMTP lets "
		    "everybody behind the same address send as the clinic. In "
		    "WHM, Home > Server Configuration > Tweak Settings > Mail, "
		    "turn Allow users to relay mail if they use an IP address "
		    "through which someone has validated an IMAP or POP3 login "
		    "within the last hour off; take other mechanisms out of your "
		    "own Dovecot template. Very old mail programs may know "
		    "nothing else.",
	},
	{
		.id = "auth.sender.bound",
		.title = "An authenticated user can only send as itself",
		.scope = SCOPE_SERVICE,
		.subject = "exim",
		.needs = { "?exchange.sender_binding", "?site.exim_code" },
		.evaluate.host = evaluate_sender_bound,
		.want = WANT_STRING,
		.want_words = binding_words,
		.remediation = "exim.sender-header",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "With one mailbox's password somebody can write in a "
		    "physician's name, and the mail looks genuine to colleagues "
		    "and passes SPF and DKIM. In WHM, Home > Service "
		    "Configuration > Exim Configuration Manager > Basic Editor > "
		    "Mail, set Set SMTP Sender: headers to On, so that the account "
		    "stands in the mail beside a From: that differs; or "
		    "EXPERIMENTAL: Rewrite From: header to match actual sender to "
		    "all, which leaves no other From:. Senders with aliases then "
		    "show as \"on behalf of\", or under their account's name; "
		    "newsletters and ticket systems feel it first.",
	},
	{
		.id = "auth.exim.trust_lists",
		.title = "Hosts that skip Exim's checks are few and declared",
		.scope = SCOPE_SERVICE,
		.subject = "exim",
		.needs = { "?exim.trustedmailhosts", "?exim.skipsmtpcheckhosts",
		    "?exim.senderverifybypasshosts", "?exim.backupmxhosts",
		    "?exim.alwaysrelay", "?exim.relayhosts" },
		.evaluate.host = evaluate_trust_lists,
		.remediation = "exim.trust-lists",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "Every line of these files lets a host relay or skip checks "
		    "without a login, for the whole server. Name each host that "
		    "is needed in the profile, parameters: trusted_hosts, with "
		    "the reason, and remove the others: in WHM, Home > Service "
		    "Configuration > Exim Configuration Manager > Basic Editor > "
		    "Access Lists. Behind a filtering gateway all incoming mail "
		    "may depend on such an entry; look into the log before you "
		    "remove one.",
	},
	{
		.id = "auth.local.smtp_restricted",
		.title = "Scripts and shell users can not go around the mail server",
		.scope = SCOPE_HOST,
		.subject = "host",
		.needs = { "tweak.smtpmailgidonly", "tweak.nobodyspam",
		    "?access.smtp_gid_only", "?access.csf_smtp_block" },
		.evaluate.host = evaluate_smtp_restricted,
		.remediation = "whm.smtp-restrictions",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "A script that speaks SMTP to the outside itself leaves no "
		    "line in Exim's log, and mail of user nobody has no author. "
		    "In WHM use Home > Security Center > SMTP Restrictions, or, "
		    "where CSF runs, SMTP_BLOCK in csf.conf (never both), and "
		    "Home > Server Configuration > Tweak Settings > Mail > "
		    "Prevent \"nobody\" from sending mail. Web sites that send "
		    "through an outside SMTP service stop sending.",
	},
	{
		.id = "auth.reset.bypass_off",
		.title = "There is no side door to a mailbox",
		.scope = SCOPE_HOST,
		.subject = "host",
		.needs = { "tweak.resetpass", "tweak.resetpass_sub",
		    "tweak.emailpasswords", "tweak.domainowner_mail_pass" },
		.evaluate.host = evaluate_reset_off,
		.remediation = "whm.password-bypass",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "A password that is mailed, reset by mail, or that opens "
		    "every mailbox of a domain makes it impossible to say who "
		    "read a patient's mail. In WHM, Home > Server Configuration > "
		    "Tweak Settings, turn off Reset Password for cPanel accounts "
		    "and for Subaccounts (System), Send passwords in plain text "
		    "over email when creating a new account (Security), and Mail "
		    "authentication via domain owner password (Mail). Users who "
		    "forget a password then have to ask somebody.",
	},
};
