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
enum webmail {
	WEBMAIL_ELSEWHERE,
	WEBMAIL_HERE,
	WEBMAIL_UNKNOWN,
};

static enum webmail
find_webmail(const struct evaluation *ev)
{
	const struct facts *facts = ev->facts;
	enum webmail found = facts->inventory.mail_names.meta.state ==
	    FACT_KNOWN ? WEBMAIL_ELSEWHERE : WEBMAIL_UNKNOWN;
	size_t i;

	for (i = 0; i < facts->mail_names.count; i++) {
		const struct mail_name_facts *name =
		    &facts->mail_names.items[i];
		const struct fact_str *address = &name->address;

		if (strncmp(name->name, "webmail.", 8) != 0)
			continue;
		if (address->meta.state == FACT_KNOWN &&
		    strcmp(address->value, "here") == 0)
			return WEBMAIL_HERE;
		if (address->meta.state == FACT_UNKNOWN)
			found = WEBMAIL_UNKNOWN;
	}
	return found;
}

/* A redirect to https, or a refusal that asks for no password. */
static bool
is_harmless(const char *answer)
{
	static const char redirect[] = "redirect https://";

	return strncasecmp(answer, redirect, sizeof(redirect) - 1) == 0 ||
	    strcmp(answer, "answers 403") == 0 ||
	    strcmp(answer, "answers 426") == 0;
}

/*
 * The settings only say that clear ports redirect, so a listener that answers
 * in clear contradicts them; *ret_contradicts then. They do not concern
 * cpdavd, whose clear ports ask for a password (docs.cpanel.net, Web Disk).
 */
static void
say_clear(const struct evaluation *ev, struct sayings *sayings,
    const struct listener_facts *listener, bool *ret_contradicts)
{
	const struct fact_str *http = &listener->clear_http;

	if (demanded(ev, "clear-ports-closed"))
		say(ev, sayings, RESULT_FAIL, listener,
		    "is open, wanted closed");
	if (!say_seen(ev, sayings, listener, "what is answered in clear",
	    &http->meta) || http->meta.state != FACT_KNOWN ||
	    is_harmless(http->value))
		return;
	if (strcmp(listener->service.value, "cpdavd") == 0) {
		say(ev, sayings, RESULT_FAIL, listener, "%s in clear, which no "
		    "setting of WHM changes for cpdavd, wanted it off or the "
		    "port closed", shown(ev->arena, http->value));
		return;
	}
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

/* OpenSSL's names and IANA's: no cipher, no authentication, 3DES and worse. */
static bool
is_broken(const char *suite)
{
	static const char *const marks[] = { "NULL", "ADH-", "AECDH-", "_anon_",
	    "EXP", "RC4", "RC2", "DES-CBC", "_DES", "_3DES" };
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (strstr(suite, marks[i]) != NULL)
			return true;
	return false;
}

static void
add_broken(struct names *names, const struct fact_list *suites)
{
	size_t i;

	for (i = 0; i < suites->count; i++)
		if (is_broken(suites->items[i]))
			names_add(names, suites->items[i],
			    strlen(suites->items[i]));
}

/* The panel's list is nobody's guideline: only what protects nothing fails. */
static void
say_broken(const struct evaluation *ev, struct sayings *sayings,
    const struct listener_facts *listener)
{
	struct names broken = { .count = 0 }, undecided = { .count = 0 };

	add_broken(&broken, &listener->suites);
	add_broken(&undecided, &listener->suites_undecided);
	if (broken.count > 0)
		say(ev, sayings, RESULT_FAIL, listener, "%s accepted, which %s "
		    "broken, wanted refused", names_end(&broken),
		    broken.count > 1 ? "are" : "is");
	else if (undecided.count > 0)
		say(ev, sayings, RESULT_UNKNOWN, listener, "whether %s %s "
		    "accepted is not known", names_end(&undecided),
		    undecided.count > 1 ? "are" : "is");
}

static void
say_tls(const struct evaluation *ev, struct sayings *sayings,
    const struct listener_facts *listener)
{
	static const char *const newest[] = { "TLSv1.3" };

	say_protocols(ev, sayings, listener, newest, demanded(ev, newest[0]));
	say_broken(ev, sayings, listener);
	if (!demanded(ev, "hsts") || listener_port(listener) != WEBMAIL_PORT)
		return;
	if (say_seen(ev, sayings, listener, "Strict-Transport-Security",
	    &listener->hsts.meta) && !hsts_holds(&listener->hsts))
		say(ev, sayings, RESULT_FAIL, listener, "webmail sends no "
		    "Strict-Transport-Security, wanted a max-age");
}

/* How many listeners of the service there are. */
static size_t
say_service(const struct evaluation *ev, struct sayings *sayings,
    const char *service, bool *ret_contradicts)
{
	const struct listener_facts *listener;
	size_t cursor = 0, count = 0;

	while ((listener = listener_next(ev, service, &cursor)) != NULL) {
		count++;
		if (listener_has_tls(listener))
			say_tls(ev, sayings, listener);
		else if (strcmp(service, "httpd") != 0)
			say_clear(ev, sayings, listener, ret_contradicts);
	}
	say_foreign(ev, sayings, service);
	return count;
}

/*
 * A web server counts where webmail is reached through it; a fault of one of
 * which that is not known is no proof of either.
 */
static void
say_web_server(const struct evaluation *ev, struct sayings *sayings,
    enum webmail webmail, bool *ret_contradicts)
{
	const struct listener_facts *listener;
	struct sayings aside = { .count = 0 };
	struct judgement said = { .result = RESULT_PASS };
	size_t cursor = 0;

	if (webmail == WEBMAIL_HERE)
		say_service(ev, sayings, "httpd", ret_contradicts);
	if (webmail != WEBMAIL_UNKNOWN)
		return;
	say_service(ev, &aside, "httpd", ret_contradicts);
	sayings_judge(&aside, "", &said);
	listener = listener_next(ev, "httpd", &cursor);
	if (said.result != RESULT_PASS && listener != NULL)
		say(ev, sayings, RESULT_UNKNOWN, listener, "whether webmail is "
		    "reached through it is not known; if so: %s", said.text);
}

/* The sockets alone. */
static void
judge_sockets(const struct evaluation *ev, struct finding *part,
    bool *ret_contradicts)
{
	static const char *const paths[] = { "listeners.protocols",
	    "listeners.suites", "listeners.clear_http", "listeners.hsts", NULL };
	static const char none[] = "none of its ports was seen to answer";
	enum webmail webmail = find_webmail(ev);
	struct sayings sayings = { .count = 0 };
	size_t count;

	count = say_service(ev, &sayings, "cpsrvd", ret_contradicts);
	count += say_service(ev, &sayings, "cpdavd", ret_contradicts);
	say_web_server(ev, &sayings, webmail, ret_contradicts);
	if (count == 0 && sayings.count == 0 && ev->want->list_count > 0)
		finding_unknown(ev, part, "%s", none);
	else
		sayings_conclude(ev, &sayings, count == 0 ? none : "the ports "
		    "accept nothing older than TLS 1.2 and answer in clear "
		    "with a redirect or a refusal at most", part);
	listeners_evidence(ev, part, "cpsrvd", paths);
	listeners_evidence(ev, part, "cpdavd", paths);
	if (webmail != WEBMAIL_ELSEWHERE)
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
		    "listeners.protocols", "listeners.suites",
		    "listeners.suites_undecided", "listeners.clear_http",
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
		    "security tokens on; cpdavd (Web Disk, calendars) has no such "
		    "setting for its clear ports 2077 and 2079: turn it off in "
		    "Service Manager where nobody uses it; under Home > Service Configuration > "
		    "cPanel Web Services Configuration, leave TLS 1.2 and newer "
		    "and no suite with 3DES, RC4 or no cipher at all. "
		    "Scripts that talk to ports 2082, 2086 or 2095 in clear stop "
		    "working. A profile may also demand TLSv1.3, "
		    "clear-ports-closed, and hsts on webmail.",
	},
};
