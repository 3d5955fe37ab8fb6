/*
 * WHM, cPanel, webmail and WebDAV: their tweak settings, and what their ports
 * do.
 */
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "checks/catalogue.h"
#include "checks/switches.h"
#include "checks/tls_listeners.h"
#include "checks/words.h"

#define WEBMAIL_PORT 2096

/* What a profile may demand beside TLS 1.2 and clear ports that redirect. */
static const char *const demandable[] =
    { "TLSv1.3", "clear-ports-closed", "hsts", NULL };

static const struct switch_row cpsrvd_switches[] = {
	{ "tweak.alwaysredirecttossl", true },
	{ "tweak.requiressl", true },
	{ "tweak.disable-security-tokens", false },
};

static void
judge_cpsrvd(const struct evaluation *ev, enum plane plane,
    struct judgement *ret)
{
	judge_switches(ev, plane, cpsrvd_switches,
	    sizeof(cpsrvd_switches) / sizeof(cpsrvd_switches[0]), ret);
}

static bool
demanded(const struct evaluation *ev, const char *word)
{
	return list_has(ev->want->list, ev->want->list_count, word,
	    strlen(word));
}

/* Does a webmail name lead to the web server of this machine? */
static bool
webmail_is_here(const struct evaluation *ev)
{
	size_t i;

	for (i = 0; i < ev->facts->mail_names.count; i++) {
		const struct mail_name_facts *name =
		    &ev->facts->mail_names.items[i];

		if (strncmp(name->name, "webmail.", 8) == 0 &&
		    name->address.meta.state == FACT_KNOWN &&
		    strcmp(name->address.value, "here") == 0)
			return true;
	}
	return false;
}

/*
 * The settings only say that clear ports redirect, so a listener that answers
 * in clear contradicts them; *ret_contradicts then.
 */
static void
say_clear(const struct evaluation *ev, struct sayings *sayings,
    const struct listener_facts *listener, bool *ret_contradicts)
{
	static const char redirect[] = "redirect https://";
	const struct fact_str *http = &listener->clear_http;

	if (demanded(ev, "clear-ports-closed"))
		say(ev, sayings, RESULT_FAIL, listener,
		    "is open, wanted closed");
	if (!say_seen(ev, sayings, listener, "what is answered in clear",
	    &http->meta) || http->meta.state != FACT_KNOWN ||
	    strncasecmp(http->value, redirect, sizeof(redirect) - 1) == 0)
		return;
	*ret_contradicts = true;
	say(ev, sayings, RESULT_FAIL, listener, "%s in clear, wanted a "
	    "redirect to https", shown(ev->arena, http->value));
}

/* RFC 6797 section 6.1.1: max-age=0 takes the demand back. */
static bool
hsts_holds(const struct fact_str *hsts)
{
	const char *age = hsts->meta.state == FACT_KNOWN ?
	    strcasestr(hsts->value, "max-age=") : NULL;

	if (age == NULL)
		return false;
	age += strlen("max-age=");
	age += strspn(age, "\"0");
	return *age >= '1' && *age <= '9';
}

static void
say_tls(const struct evaluation *ev, struct sayings *sayings,
    const struct listener_facts *listener)
{
	static const char *const newest[] = { "TLSv1.3" };

	say_protocols(ev, sayings, listener, newest, demanded(ev, newest[0]));
	if (!demanded(ev, "hsts") || listener_port(listener) != WEBMAIL_PORT)
		return;
	if (say_seen(ev, sayings, listener, "Strict-Transport-Security",
	    &listener->hsts.meta) && !hsts_holds(&listener->hsts))
		say(ev, sayings, RESULT_FAIL, listener, "webmail sends no "
		    "Strict-Transport-Security");
}

static void
say_service(const struct evaluation *ev, struct sayings *sayings,
    const char *service, bool *ret_contradicts)
{
	const struct listener_facts *listener;
	size_t cursor = 0;

	while ((listener = listener_next(ev, service, &cursor)) != NULL)
		if (listener_has_tls(listener))
			say_tls(ev, sayings, listener);
		else if (strcmp(service, "httpd") != 0)
			say_clear(ev, sayings, listener, ret_contradicts);
	say_foreign(ev, sayings, service);
}

/* The sockets alone; nothing where none of the panel's ports answers. */
static void
judge_sockets(const struct evaluation *ev, struct finding *part,
    bool *ret_contradicts)
{
	static const char *const paths[] = { "listeners.protocols",
	    "listeners.clear_http", "listeners.hsts", NULL };
	struct sayings sayings = { .count = 0 };

	say_service(ev, &sayings, "cpsrvd", ret_contradicts);
	say_service(ev, &sayings, "cpdavd", ret_contradicts);
	if (webmail_is_here(ev))
		say_service(ev, &sayings, "httpd", ret_contradicts);
	sayings_conclude(ev, &sayings, "the ports accept nothing older than TLS "
	    "1.2 and answer in clear with a redirect at most", part);
	listeners_evidence(ev, part, "cpsrvd", paths);
	listeners_evidence(ev, part, "cpdavd", paths);
	if (webmail_is_here(ev))
		listeners_evidence(ev, part, "httpd", paths);
}

static void
evaluate_cpsrvd_secure(const struct evaluation *ev, struct finding *finding)
{
	static const char *const paths[] = { "tweak.alwaysredirecttossl",
	    "tweak.requiressl", "tweak.disable-security-tokens", NULL };
	const struct setting *listening = &ev->facts->listening.cpsrvd;
	struct finding part = { .result = RESULT_UNKNOWN };
	bool contradicts = false;

	evaluate_planes(ev, paths, judge_cpsrvd, finding);
	/* A run that was told not to ask is judged by the settings. */
	if (fact_skipped(&listening->plane[PLANE_SOCKET].meta) &&
	    ev->want->list_count == 0) {
		finding_evidence(ev, finding, "listening.cpsrvd");
		return;
	}
	if (finding_need_socket(ev, &part, "listening.cpsrvd"))
		judge_sockets(ev, &part, &contradicts);
	if (contradicts && finding->result == RESULT_PASS)
		part.message = arena_printf(ev->arena, "inconsistent: socket: "
		    "%s; but configured: %s", part.message, finding->message);
	finding_merge(ev, finding, &part);
}

const struct check panel_checks[] = {
	{
		.id = "tls.cpsrvd.secure",
		.title = "WHM, cPanel and webmail are reached through TLS only",
		.scope = SCOPE_SERVICE,
		.subject = "cpsrvd",
		.needs = { "tweak.alwaysredirecttossl", "tweak.requiressl",
		    "tweak.disable-security-tokens", "listening.cpsrvd",
		    "listeners.protocols", "listeners.clear_http",
		    "listeners.hsts", "mail_names.address" },
		.evaluate.host = evaluate_cpsrvd_secure,
		.want = WANT_LIST,
		.want_words = demandable,
		.remediation = "whm.panel-tls",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "Webmail shows patients' mail and the panel opens every "
		    "mailbox; both must not be reachable without TLS, and session "
		    "tokens keep other web pages from acting in an open session. "
		    "In WHM, Home > Server Configuration > Tweak Settings, set "
		    "Always redirect to SSL/TLS and Require SSL to On, and leave "
		    "security tokens on; under Home > Service Configuration > "
		    "cPanel Web Services Configuration, leave TLS 1.2 and newer. "
		    "Scripts that talk to ports 2082, 2086 or 2095 in clear stop "
		    "working. A profile may also demand TLSv1.3, "
		    "clear-ports-closed, and hsts on webmail.",
	},
};
