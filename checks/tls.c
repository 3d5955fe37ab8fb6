#include <string.h>

#include "base/arena.h"
#include "checks/catalogue.h"
#include "checks/ciphers.h"
#include "checks/listeners.h"
#include "checks/tls_listeners.h"
#include "checks/words.h"

static const char *const demandable[] = { "TLSv1.3", NULL };

static const char *const tls_evidence[] = { "listeners.protocols",
    "listeners.protocols_undecided", NULL };
static const char *const suite_evidence[] = { "listeners.suites",
    "listeners.suites_undecided", NULL };

/*
 * Protocols that openssl_options can turn off, with the state of Exim's
 * built-in base, on which the option's words work one after the other: a
 * later -no_tlsv1 turns TLS 1.0 on again (Exim specification, openssl_options).
 */
struct protocol {
	const char *option;
	const char *name;
	bool off_in_base;
	bool wanted_off;
};

static const struct protocol protocols[] = {
	{ "no_sslv2", "SSLv2", true, true },
	{ "no_sslv3", "SSLv3", true, true },
	{ "no_tlsv1", "TLS 1.0", false, true },
	{ "no_tlsv1_1", "TLS 1.1", false, true },
	{ "no_tlsv1_2", "TLS 1.2", false, false },
};

/* Is the protocol off in the end? -1 when the value is no list of +x and -x. */
static int
protocol_off(const struct protocol *protocol, const char *options)
{
	const char *word;
	size_t length;
	int off = protocol->off_in_base;

	while (word_next(&options, &word, &length)) {
		if (length < 2 || (word[0] != '+' && word[0] != '-'))
			return -1;
		if (length - 1 == strlen(protocol->option) &&
		    strncmp(word + 1, protocol->option, length - 1) == 0)
			off = word[0] == '+';
	}
	return off;
}

static void
judge_exim_protocols(const struct evaluation *ev, enum plane plane,
    struct judgement *ret)
{
	static const char path[] = "exim.openssl_options";
	const char *options = setting_value(ev, path, plane);
	char on[80] = "", add[80] = "", drop[40] = "";
	size_t i;

	if (plane == PLANE_SOCKET) {
		judge_listener_protocols(ev, "exim", true, ret);
		return;
	}
	for (i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		const struct protocol *protocol = &protocols[i];
		int off = options == NULL ? -1 :
		    protocol_off(protocol, options);

		if (off < 0) {
			judge(ret, RESULT_UNKNOWN, "openssl_options is %s, "
			    "wanted words that begin with + or -",
			    setting_shown(ev, path, plane));
			return;
		}
		if (protocol->wanted_off && !off) {
			text_add(on, sizeof(on), ", ", "%s", protocol->name);
			text_add(add, sizeof(add), " ", "+%s",
			    protocol->option);
		} else if (!protocol->wanted_off && off) {
			text_add(drop, sizeof(drop), ", ", "%s",
			    protocol->name);
		}
	}
	if (on[0] != '\0')
		judge(ret, RESULT_FAIL, "openssl_options leaves %s on: %s, "
		    "wanted \"%s\" as well", on, setting_shown(ev, path, plane),
		    add);
	else if (drop[0] != '\0')
		judge(ret, RESULT_FAIL, "openssl_options turns %s off: %s, "
		    "wanted it accepted", drop, setting_shown(ev, path, plane));
	else
		judge(ret, RESULT_PASS, "openssl_options turns SSLv2, SSLv3, "
		    "TLS 1.0 and TLS 1.1 off: %s",
		    setting_shown(ev, path, plane));
	ret->too_strict = drop[0] != '\0';
	ret->stock = setting_is_stock(ev, path, plane);
}

static void
evaluate_exim_min_version(const struct evaluation *ev, struct finding *finding)
{
	static const char *const paths[] =
	    { "exim.openssl_options", "listening.exim", NULL };

	finding_evidence(ev, finding, "crypto.policy_min_protocol");
	evaluate_planes_held(ev, paths, judge_exim_protocols,
	    protocols_held_by(ev), finding);
	listeners_evidence(ev, finding, "exim", tls_evidence);
	merge_demanded_protocols(ev, "exim", finding);
	listeners_hold_pass(ev, finding);
}

/*
 * Suites as OpenSSL names them, for TLS 1.2 and below. TLS 1.3's, which begin
 * with TLS_, are the system policy's and no part of this row.
 */
static void
judge_suites(const struct evaluation *ev, const char *path, enum plane plane,
    struct judgement *ret)
{
	const struct cipher_profile *profile = cipher_profile_wanted(ev);
	const char *suites = setting_value(ev, path, plane);
	struct names weak = { .count = 0 };
	size_t strong = 0, length;

	if (profile == NULL) {
		judge(ret, RESULT_UNKNOWN, "the list of suites %s was not "
		    "loaded", ev->want->string);
		return;
	}
	if (plane == PLANE_SOCKET) {
		judge_listener_suites(ev, ev->check->subject, profile, ret);
		return;
	}
	if (suites == NULL) {
		judge(ret, plane == PLANE_STORE || plane == PLANE_API ?
		    RESULT_NOTAPPLICABLE : RESULT_UNKNOWN,
		    "no cipher list is set, and no default is documented");
		return;
	}
	for (; *suites != '\0'; suites += length + (suites[length] == ':')) {
		length = strcspn(suites, ":");
		if (length == 0 || suite_is_tls13(suites, length))
			continue;
		if (text_list_has(&profile->suites, suites, length))
			strong++;
		else
			names_add(&weak, suites, length);
	}
	if (weak.count > 0)
		judge(ret, RESULT_FAIL, "%zu of %zu cipher suites are not on the "
		    "profile's list: %s (%s)", weak.count, weak.count + strong,
		    names_end(&weak), cipher_profile_shown(ev, profile));
	else if (strong == 0 && profile->suites.count > 0)
		judge(ret, RESULT_FAIL, "the cipher list holds no suite for TLS "
		    "1.2, wanted those of the profile (%s)",
		    cipher_profile_shown(ev, profile));
	else
		judge(ret, RESULT_PASS, "all %zu cipher suites are on the "
		    "profile's list (%s)", strong, cipher_profile_shown(ev, profile));
	ret->stock = setting_is_stock(ev, path, plane);
}

static void
judge_exim_suites(const struct evaluation *ev, enum plane plane,
    struct judgement *ret)
{
	judge_suites(ev, "exim.cipher_suites", plane, ret);
}

static void
evaluate_exim_ciphers(const struct evaluation *ev, struct finding *finding)
{
	static const char *const paths[] =
	    { "exim.cipher_suites", "listening.exim", NULL };

	evaluate_planes(ev, paths, judge_exim_suites, finding);
	listeners_evidence(ev, finding, "exim", suite_evidence);
	listeners_hold_pass(ev, finding);
}

static void
judge_dovecot_suites(const struct evaluation *ev, enum plane plane,
    struct judgement *ret)
{
	judge_suites(ev, "dovecot.cipher_suites", plane, ret);
}

static void
evaluate_dovecot_ciphers(const struct evaluation *ev, struct finding *finding)
{
	static const char *const paths[] =
	    { "dovecot.cipher_suites", "listening.dovecot", NULL };

	evaluate_planes(ev, paths, judge_dovecot_suites, finding);
	listeners_evidence(ev, finding, "dovecot", suite_evidence);
}

/* 465, by number or by one of the names that services(5) files give it. */
static bool
lists_submissions(const char *ports)
{
	static const char *const names[] =
	    { "465", "submissions", "smtps", "ssmtp", "urd" };
	struct item_list list;
	char item[32];

	item_list_begin(&list, ports);
	while (item_list_next(&list, item, sizeof(item)))
		if (list_has(names, sizeof(names) / sizeof(names[0]), item,
		    strlen(item)))
			return true;
	return false;
}

static void
judge_exim_offers(const struct evaluation *ev, enum plane plane,
    struct judgement *ret)
{
	static const char *const ports[] =
	    { "exim.daemon_smtp_ports", "exim.tls_on_connect_ports" };
	const char *hosts = setting_value(ev, "exim.tls_advertise_hosts", plane);
	char wrong[sizeof(ret->text)] = "";
	const char *word;
	size_t length, i;

	if (plane == PLANE_SOCKET) {
		judge_listener_starttls(ev, ret);
		return;
	}
	if (hosts == NULL || !word_next(&hosts, &word, &length) ||
	    !word_is(word, length, "*") || word_next(&hosts, &word, &length))
		text_add(wrong, sizeof(wrong), "; ", "tls_advertise_hosts is "
		    "%s, wanted \"*\"", setting_shown(ev,
		    "exim.tls_advertise_hosts", plane));
	for (i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		const char *value = setting_value(ev, ports[i], plane);

		if (value == NULL || !lists_submissions(value))
			text_add(wrong, sizeof(wrong), "; ",
			    "%s is %s, wanted 465 in it",
			    strchr(ports[i], '.') + 1,
			    setting_shown(ev, ports[i], plane));
	}
	if (wrong[0] != '\0')
		judge(ret, RESULT_FAIL, "%s", wrong);
	else
		judge(ret, RESULT_PASS, "STARTTLS is advertised to all hosts "
		    "and port 465 begins with TLS");
}

static void
evaluate_exim_offered(const struct evaluation *ev, struct finding *finding)
{
	static const char *const paths[] = { "exim.tls_advertise_hosts",
	    "exim.tls_on_connect_ports", "exim.daemon_smtp_ports",
	    "listening.exim", NULL };
	static const char *const seen[] = { "listeners.starttls",
	    "listeners.starttls_injection", "listeners.protocols", NULL };

	evaluate_planes(ev, paths, judge_exim_offers, finding);
	listeners_evidence(ev, finding, "exim", seen);
	listeners_hold_pass(ev, finding);
}

/*
 * What an unset ssl_min_protocol means: TLSv1.2 since 2.3.15, TLSv1 before
 * (Dovecot's release notes); 2.2 and older had ssl_protocols instead. NULL
 * when that can not be told.
 */
static const char *
min_protocol_default(const char *version)
{
	int64_t parts[3] = { 0 };
	int count = 0;

	while (count < 3 && *version >= '0' && *version <= '9') {
		for (; *version >= '0' && *version <= '9'; version++)
			if (parts[count] < 1000000)
				parts[count] = parts[count] * 10 +
				    (*version - '0');
		count++;
		if (*version != '.')
			break;
		version++;
	}
	if (count < 2 || parts[0] != 2 || parts[1] < 3 ||
	    (parts[1] == 3 && count < 3))
		return parts[0] > 2 ? "TLSv1.2" : NULL;
	return parts[1] > 3 || parts[2] >= 15 ? "TLSv1.2" : "TLSv1";
}

static void
judge_min_protocol(const char *value, const char *seen, struct judgement *ret)
{
	static const char *const old[] =
	    { "ANY", "SSLv2", "SSLv3", "TLSv1", "TLSv1.0", "TLSv1.1" };
	static const char *const good[] = { "TLSv1.2", "TLSv1.3", "LATEST" };
	size_t length = strlen(value);

	if (list_has(old, sizeof(old) / sizeof(old[0]), value, length))
		judge(ret, RESULT_FAIL, "ssl_min_protocol is %s, wanted "
		    "\"TLSv1.2\"", seen);
	else if (list_has(good, sizeof(good) / sizeof(good[0]), value, length))
		judge(ret, RESULT_PASS, "ssl_min_protocol is %s", seen);
	else
		judge(ret, RESULT_UNKNOWN, "ssl_min_protocol is %s, which is no "
		    "protocol that Dovecot documents", seen);
}

static void
judge_dovecot_protocol(const struct evaluation *ev, enum plane plane,
    struct judgement *ret)
{
	static const char path[] = "dovecot.ssl_min_protocol";
	const struct fact_str *version = &ev->facts->dovecot.version;
	const char *value = setting_value(ev, path, plane);

	if (plane == PLANE_SOCKET) {
		judge_listener_protocols(ev, "dovecot", false, ret);
		return;
	}
	if (value != NULL) {
		judge_min_protocol(value, setting_shown(ev, path, plane), ret);
		ret->stock = setting_is_stock(ev, path, plane);
		return;
	}
	if (version->meta.state == FACT_KNOWN && version->value != NULL)
		value = min_protocol_default(version->value);
	if (value == NULL)
		judge(ret, RESULT_UNKNOWN, "ssl_min_protocol is not set, and "
		    "what that means depends on Dovecot's version, which is "
		    "not known");
	else
		judge_min_protocol(value, arena_printf(ev->arena, "not set, "
		    "which means \"%s\" in Dovecot %s", value,
		    shown(ev->arena, version->value)), ret);
}

static void
evaluate_dovecot_min_version(const struct evaluation *ev,
    struct finding *finding)
{
	static const char *const paths[] =
	    { "dovecot.ssl_min_protocol", "listening.dovecot", NULL };

	finding_evidence(ev, finding, "dovecot.version");
	finding_evidence(ev, finding, "crypto.policy_min_protocol");
	evaluate_planes_held(ev, paths, judge_dovecot_protocol,
	    protocols_held_by(ev), finding);
	listeners_evidence(ev, finding, "dovecot", tls_evidence);
	merge_demanded_protocols(ev, "dovecot", finding);
}

/*
 * Whether clear-text logins are off counts only where ssl is "yes", and only
 * on the planes that have ssl: the store can not say what ssl is.
 */
static void
judge_dovecot_required(const struct evaluation *ev, enum plane plane,
    struct judgement *ret)
{
	const char *ssl = setting_value(ev, "dovecot.ssl", plane);
	const char *cleartext = setting_value(ev,
	    "dovecot.auth_allow_cleartext", plane);
	const char *imaps = setting_value(ev, "dovecot.imaps_port", plane);
	bool required = ssl != NULL && word_is(ssl, strlen(ssl), "required");
	int64_t port;
	bool closed = imaps != NULL && number_read(imaps, &port) && port == 0;

	if (plane == PLANE_SOCKET) {
		judge_listener_clear_login(ev, ret);
		return;
	}
	if (closed)
		judge(ret, RESULT_FAIL, "the imaps listener is closed (port 0), "
		    "wanted 993");
	else if (required)
		judge(ret, RESULT_PASS, "ssl is \"required\" and imaps is open");
	else if (ssl == NULL || switch_read(ssl) != 1)
		judge(ret, RESULT_FAIL, "ssl is %s, wanted \"required\"",
		    setting_shown(ev, "dovecot.ssl", plane));
	else if (cleartext == NULL || switch_read(cleartext) < 0)
		judge(ret, RESULT_UNKNOWN, "ssl is %s, and whether clear-text "
		    "logins are allowed is not known",
		    setting_shown(ev, "dovecot.ssl", plane));
	else if (switch_read(cleartext) == 1)
		judge(ret, RESULT_FAIL, "ssl is %s and auth_allow_cleartext is "
		    "%s, wanted ssl \"required\" or clear-text logins off",
		    setting_shown(ev, "dovecot.ssl", plane),
		    setting_shown(ev, "dovecot.auth_allow_cleartext", plane));
	else
		judge(ret, RESULT_PASS, "ssl is \"yes\", clear-text logins are "
		    "off and imaps is open");
	ret->stock = !closed && ssl != NULL && switch_read(ssl) == 1 &&
	    setting_is_stock(ev, "dovecot.auth_allow_cleartext", plane);
}

static void
evaluate_dovecot_required(const struct evaluation *ev, struct finding *finding)
{
	static const char *const paths[] =
	    { "dovecot.ssl", "dovecot.imaps_port", "listening.dovecot", NULL };
	static const char *const seen[] = { "listeners.clear_login",
	    "listeners.starttls_injection", NULL };

	finding_evidence(ev, finding, "dovecot.auth_allow_cleartext");
	evaluate_planes(ev, paths, judge_dovecot_required, finding);
	listeners_evidence(ev, finding, "dovecot", seen);
}

const struct check tls_checks[] = {
	{
		.id = "tls.exim.min_version",
		.title = "Exim refuses SSLv2, SSLv3, TLS 1.0 and TLS 1.1",
		.scope = SCOPE_SERVICE,
		.subject = "exim",
		.needs = { "exim.openssl_options", "listening.exim",
		    "listeners.protocols", "?crypto.policy_min_protocol",
		    "?site.port_owners" },
		.evaluate.host = evaluate_exim_min_version,
		.want = WANT_LIST,
		.want_words = demandable,
		.remediation = "exim.openssl-options",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "Mail to and from the clinic crosses networks that others can "
		    "read; TLS 1.0 and 1.1 have been retired (RFC 8996). Exim's "
		    "own default turns off SSLv2 and SSLv3 only. In WHM, Home > "
		    "Service Configuration > Exim Configuration Manager > Basic "
		    "Editor > Security, set Options for OpenSSL to +no_sslv2 "
		    "+no_sslv3 +no_tlsv1 +no_tlsv1_1. The option counts for "
		    "outgoing mail too: a peer that knows nothing newer may then "
		    "get its mail in clear text or not at all, and an old scanner "
		    "or copier stops sending.",
	},
	{
		.id = "tls.exim.cipher_list",
		.title = "Exim offers only strong cipher suites",
		.scope = SCOPE_SERVICE,
		.subject = "exim",
		.needs = { "exim.cipher_suites", "listening.exim",
		    "listeners.suites", "listeners.suites_undecided",
		    "?site.port_owners" },
		.evaluate.host = evaluate_exim_ciphers,
		.want = WANT_STRING,
		.want_words = cipher_profile_names,
		.remediation = "exim.cipher-list",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "With a weak suite somebody who records the traffic today can "
		    "read it later. What the configured string expands to in "
		    "OpenSSL is compared with the profile's list, suite by suite; "
		    "TLS 1.3 suites follow the system's policy and are not judged "
		    "here. In WHM, Home > Service Configuration > Exim "
		    "Configuration Manager > Basic Editor > Security, set SSL/TLS "
		    "Cipher Suite List. The setting counts for every port: on 25 "
		    "a sender that knows only ECDHE with CBC falls back to clear "
		    "text, so look into the log for such peers first; keeping the "
		    "ECDHE CBC-SHA2 suites for them is a small matter that a "
		    "waiver can cover.",
	},
	{
		.id = "tls.exim.offered",
		.title = "Exim offers STARTTLS to everybody and implicit TLS on 465",
		.scope = SCOPE_SERVICE,
		.subject = "exim",
		.needs = { "exim.tls_advertise_hosts",
		    "exim.tls_on_connect_ports", "exim.daemon_smtp_ports",
		    "listening.exim", "listeners.starttls",
		    "listeners.protocols", "listeners.starttls_injection",
		    "?site.port_owners" },
		.evaluate.host = evaluate_exim_offered,
		.remediation = "exim.offer-tls",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "Where STARTTLS is not advertised every message comes in as "
		    "clear text. Port 465 is the way RFC 8314 prefers for mail "
		    "programs. In WHM, Home > Service Configuration > Exim "
		    "Configuration Manager > Advanced Editor, remove a value of "
		    "tls_advertise_hosts, tls_on_connect_ports and "
		    "daemon_smtp_ports that is not cPanel's, and look at port 465 "
		    "in Home > Service Configuration > Service Manager. Turning "
		    "TLS on needs a certificate that fits, or some senders "
		    "complain.",
	},
	{
		.id = "tls.dovecot.min_version",
		.title = "Dovecot's minimum protocol is TLS 1.2",
		.scope = SCOPE_SERVICE,
		.subject = "dovecot",
		.needs = { "dovecot.ssl_min_protocol", "listening.dovecot",
		    "listeners.protocols", "?crypto.policy_min_protocol",
		    "?dovecot.version" },
		.evaluate.host = evaluate_dovecot_min_version,
		.want = WANT_LIST,
		.want_words = demandable,
		.remediation = "dovecot.ssl-min-protocol",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "Every message that a clinician reads passes through IMAP or "
		    "POP3. In WHM, Home > Service Configuration > Mailserver "
		    "Configuration, set SSL Minimum Protocol to TLSv1.2. Mail "
		    "programs from before about 2014 can no longer connect.",
	},
	{
		.id = "tls.dovecot.cipher_list",
		.title = "Dovecot offers only strong cipher suites",
		.scope = SCOPE_SERVICE,
		.subject = "dovecot",
		.needs = { "dovecot.cipher_suites", "listening.dovecot",
		    "listeners.suites", "listeners.suites_undecided" },
		.evaluate.host = evaluate_dovecot_ciphers,
		.want = WANT_STRING,
		.want_words = cipher_profile_names,
		.remediation = "dovecot.cipher-list",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "As for Exim: recorded traffic under a weak suite can be read "
		    "later. In WHM, Home > Service Configuration > Mailserver "
		    "Configuration, set SSL Cipher List to the suites of the "
		    "profile. The list that cPanel ships also names two suites "
		    "with DHE, which Mozilla's guideline 6.0 no longer has. Mail "
		    "programs that know neither AES-GCM nor ChaCha20 can no longer "
		    "connect.",
	},
	{
		.id = "tls.dovecot.required",
		.title = "Dovecot requires TLS before any login",
		.scope = SCOPE_SERVICE,
		.subject = "dovecot",
		.needs = { "dovecot.ssl", "dovecot.auth_allow_cleartext",
		    "dovecot.imaps_port", "listening.dovecot",
		    "listeners.clear_login" },
		.evaluate.host = evaluate_dovecot_required,
		.remediation = "dovecot.ssl-required",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "With ssl = yes a mail program may still log in without TLS "
		    "and send the password, and then the patient's mail, in "
		    "clear. In WHM, Home > Service Configuration > Mailserver "
		    "Configuration, set Allow Plaintext Authentication (from "
		    "remote clients) to No, or set ssl = required in a template "
		    "of your own, and leave IMAP over SSL (993) on. Mail programs "
		    "that are set up without encryption stop working until "
		    "somebody changes them.",
	},
};
