/*
 * The certificates that listeners show: for whom, how long, how strong. One
 * finding a listener that speaks TLS. Days are counted from collected_at.
 */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/hostname.h"
#include "checks/catalogue.h"
#include "checks/dates.h"
#include "checks/listeners.h"
#include "checks/words.h"

/* ---- names ---- */

static bool
covered(const struct fact_list *names, const char *name)
{
	size_t i;

	for (i = 0; i < names->count; i++)
		if (hostname_matches(names->items[i], name))
			return true;
	return false;
}

static const char *
names_shown(const struct fact_list *list, struct names *names)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		names_add(names, list->items[i], strlen(list->items[i]));
	return names->count == 0 ? "no name" : names_end(names);
}

static bool
is_trusted(const struct fact_str *trust)
{
	return trust->meta.state == FACT_KNOWN &&
	    strcmp(trust->value, "trusted") == 0;
}

static void
judge_own_name(const struct evaluation *ev,
    const struct listener_facts *listener, struct finding *finding)
{
	const char *host = ev->facts->host;
	struct names names = { .count = 0 };
	bool trust = finding_part_need(ev, finding, "listeners.trust",
	    "whether the certificate is trusted", &listener->trust.meta);
	bool named = finding_part_need(ev, finding, "listeners.names",
	    "for whom the certificate is", &listener->names.meta);

	if (trust && !is_trusted(&listener->trust))
		finding_part(ev, finding, RESULT_FAIL,
		    "the certificate is not trusted: %s",
		    shown(ev->arena, listener->trust.value));
	if (named && host == NULL)
		finding_part(ev, finding, RESULT_UNKNOWN,
		    "the server's own name is not known");
	else if (named && !covered(&listener->names, host))
		finding_part(ev, finding, RESULT_FAIL, "the certificate is for %s, "
		    "wanted %s", names_shown(&listener->names, &names), host);
	else if (named && trust && is_trusted(&listener->trust))
		finding_part(ev, finding, RESULT_PASS, "the certificate is trusted "
		    "and covers %s", host);
}

/* ---- the names of the domains (strict) ---- */

enum name_fault {
	NAME_FINE,
	NAME_UNKNOWN,
	NAME_UNTRUSTED,
	NAME_OTHER,		/* the certificate is for others */
	NAME_EXPIRED,
	NAME_FAULTS,
};

static enum name_fault
judge_name(const struct evaluation *ev, const struct mail_name_facts *name)
{
	if (name->trust.meta.state != FACT_KNOWN ||
	    name->names.meta.state != FACT_KNOWN ||
	    name->not_after.meta.state != FACT_KNOWN)
		return NAME_UNKNOWN;
	if (!is_trusted(&name->trust))
		return NAME_UNTRUSTED;
	if (!covered(&name->names, name->name))
		return NAME_OTHER;
	return name->not_after.value < ev->facts->collected_at ?
	    NAME_EXPIRED : NAME_FINE;
}

static const char *const fault_texts[NAME_FAULTS] = {
	[NAME_FINE] = "covered by SNI: %s",
	[NAME_UNKNOWN] = "what was shown for %s is not known",
	[NAME_UNTRUSTED] = "the certificate shown for %s is not trusted",
	[NAME_OTHER] = "no certificate is shown for %s",
	[NAME_EXPIRED] = "the certificate shown for %s has expired",
};

static void
name_evidence(const struct evaluation *ev, struct finding *finding,
    const struct mail_name_facts *name)
{
	finding_item_evidence(ev, finding, "mail_names.trust",
	    &name->trust.meta);
	finding_item_evidence(ev, finding, "mail_names.names",
	    &name->names.meta);
}

static void
judge_asked_names(const struct evaluation *ev,
    const struct listener_facts *listener, struct finding *finding)
{
	struct names faults[NAME_FAULTS];
	const struct mail_name_facts *name;
	enum name_fault fault;
	size_t i;

	memset(faults, 0, sizeof(faults));
	for (i = 0; i < ev->facts->mail_names.count; i++) {
		name = &ev->facts->mail_names.items[i];
		if (name->listener.meta.state != FACT_KNOWN ||
		    strcmp(name->listener.value, listener->name) != 0)
			continue;
		fault = judge_name(ev, name);
		if (fault != NAME_FINE)
			name_evidence(ev, finding, name);
		names_add(&faults[fault], name->name, strlen(name->name));
	}
	for (i = 0; i < NAME_FAULTS; i++)
		if (faults[i].count > 0) {
			struct finding part = { .result =
			    i == NAME_FINE ? RESULT_PASS :
			    i == NAME_UNKNOWN ? RESULT_UNKNOWN : RESULT_FAIL };
			const char *mark = strstr(fault_texts[i], "%s");

			part.message = arena_printf(ev->arena, "%.*s%s%s",
			    (int)(mark - fault_texts[i]), fault_texts[i],
			    names_end(&faults[i]), mark + 2);
			finding_merge(ev, finding, &part);
		}
}

/* What concerns no listener is said once, on the first that speaks TLS. */
static bool
is_first(const struct evaluation *ev, const struct listener_facts *listener)
{
	const struct listener_facts *first;
	size_t cursor = 0;

	do {
		first = listener_next(ev, NULL, &cursor);
	} while (first != NULL && !listener_has_tls(first));
	return first == listener;
}

/* Leads here, and is said on no listener: nobody asked, or it is closed. */
static bool
is_unjudged(const struct evaluation *ev, const struct mail_name_facts *name)
{
	const struct listener_facts *listener;
	size_t cursor = 0;

	if (name->listener.meta.state != FACT_KNOWN)
		return name->listener.meta.state == FACT_UNKNOWN;
	while ((listener = listener_next(ev, NULL, &cursor)) != NULL)
		if (listener_has_tls(listener) &&
		    strcmp(name->listener.value, listener->name) == 0)
			return false;
	return true;
}

static void
judge_other_names(const struct evaluation *ev, struct finding *finding)
{
	const struct fact_int *counted = &ev->facts->inventory.mail_names;
	struct names elsewhere = { .count = 0 }, unknown = { .count = 0 };
	struct names unjudged = { .count = 0 };
	size_t i;

	finding_evidence(ev, finding, "inventory.mail_names");
	if (counted->meta.state != FACT_KNOWN)
		finding_part(ev, finding, RESULT_UNKNOWN, "not every mail name was "
		    "asked for: %s", counted->meta.why != NULL ?
		    counted->meta.why : "not collected");
	for (i = 0; i < ev->facts->mail_names.count; i++) {
		const struct mail_name_facts *name =
		    &ev->facts->mail_names.items[i];

		if (name->address.meta.state == FACT_UNKNOWN)
			names_add(&unknown, name->name, strlen(name->name));
		else if (name->address.meta.state == FACT_KNOWN &&
		    strcmp(name->address.value, "here") != 0)
			names_add(&elsewhere, name->name, strlen(name->name));
		else if (name->address.meta.state == FACT_KNOWN &&
		    is_unjudged(ev, name))
			names_add(&unjudged, name->name, strlen(name->name));
	}
	if (unknown.count > 0)
		finding_part(ev, finding, RESULT_UNKNOWN, "where %s leads is not "
		    "known", names_end(&unknown));
	if (unjudged.count > 0)
		finding_part(ev, finding, RESULT_UNKNOWN, "what is shown for %s is "
		    "not known: its port was not asked or did not answer",
		    names_end(&unjudged));
	if (elsewhere.count > 0)
		finding_part(ev, finding, RESULT_PASS, "not judged, because they "
		    "lead elsewhere: %s", names_end(&elsewhere));
}

#define WEB_PORT 443

static const char *const name_words[] = { "mail-names", NULL };

static void
evaluate_trusted_name(const struct evaluation *ev,
    const struct listener_facts *listener, struct finding *finding)
{
	bool known = listener->service.meta.state == FACT_KNOWN;

	/* Mail clients ask a web server for webmail names, never for its own. */
	if (!known && listener_port(listener) == WEB_PORT)
		(void)finding_part_need(ev, finding, "listeners.service",
		    "whose listener it is", &listener->service.meta);
	else if (!known || strcmp(listener->service.value, "httpd") != 0)
		judge_own_name(ev, listener, finding);
	if (list_has(ev->want->list, ev->want->list_count, name_words[0],
	    strlen(name_words[0]))) {
		judge_asked_names(ev, listener, finding);
		if (is_first(ev, listener))
			judge_other_names(ev, finding);
	}
	if (finding->message == NULL)
		finding_notapplicable(ev, finding, "no mail client asks the "
		    "web server for its own name");
}

/* ---- days ---- */

#define DAYS_LEFT_MIN 14
#define LIFE_LEFT_MIN 30		/* per cent */
#define LIFE_DAYS_MAX 200
#define LIFE_LIMIT_FROM "2026-03-15"	/* CA/Browser Forum ballot SC-081 */

static const char *const expiry_words[] =
    { "14-days-left", "30-percent-left", NULL };

static void
judge_share_left(const struct evaluation *ev, int64_t from, int64_t to,
    struct finding *finding)
{
	int64_t life = to > from ? to - from : 1, limit_from;
	int64_t left = to - ev->facts->collected_at;

	if (left * 100 < life * LIFE_LEFT_MIN)
		finding_part(ev, finding, RESULT_FAIL, "%" PRId64 "%% of its "
		    "lifetime are left, wanted %d%%", left * 100 / life,
		    LIFE_LEFT_MIN);
	if (date_read(LIFE_LIMIT_FROM, &limit_from) && from >= limit_from &&
	    life > (int64_t)LIFE_DAYS_MAX * SECONDS_A_DAY)
		finding_part(ev, finding, RESULT_FAIL, "it was issued for %" PRId64
		    " days, wanted %d at most", life / SECONDS_A_DAY,
		    LIFE_DAYS_MAX);
}

static void
evaluate_expiry(const struct evaluation *ev,
    const struct listener_facts *listener, struct finding *finding)
{
	int64_t now = ev->facts->collected_at, from, to, days, wanted;
	const char *until;

	if (!finding_part_need(ev, finding, "listeners.not_after",
	    "how long the certificate is good", &listener->not_after.meta) ||
	    !finding_part_need(ev, finding, "listeners.not_before",
	    "since when the certificate is good", &listener->not_before.meta))
		return;
	from = listener->not_before.value;
	to = listener->not_after.value;
	days = (to - now) / SECONDS_A_DAY;
	/* One that lives for six days is renewed after four. */
	wanted = (to - from) / SECONDS_A_DAY / 3;
	if (wanted > DAYS_LEFT_MIN)
		wanted = DAYS_LEFT_MIN;
	until = arena_strdup(ev->arena, date_write(to).text);
	if (to < now)
		finding_part(ev, finding, RESULT_FAIL,
		    "the certificate expired on %s", until);
	else if (from > now)
		finding_part(ev, finding, RESULT_FAIL, "the certificate is good "
		    "from %s on only", date_write(from).text);
	else if (days < wanted)
		finding_part(ev, finding, RESULT_FAIL, "the certificate expires on "
		    "%s, in %" PRId64 " days, wanted %" PRId64 " at least",
		    until, days, wanted);
	if (to >= now && strcmp(ev->want->string, expiry_words[1]) == 0)
		judge_share_left(ev, from, to, finding);
	if (finding->message == NULL || finding->result == RESULT_PASS)
		finding_part(ev, finding, RESULT_PASS, "the certificate is good "
		    "until %s, %" PRId64 " days", until, days);
}

/* ---- strength ---- */

static const char *const strength_words[] =
    { "rsa-2048", "rsa-3072", "rsa-4096", "caa", NULL };

#define RSA_WORD "rsa-"
#define RSA_MIN 2048
#define CAA_WORD strength_words[3]

/* The least size of an RSA key, the largest of those that are wanted. */
static int64_t
rsa_wanted(const struct want *want)
{
	int64_t least = RSA_MIN, bits;
	size_t i;

	for (i = 0; i < want->list_count; i++)
		if (strncmp(want->list[i], RSA_WORD, strlen(RSA_WORD)) == 0 &&
		    number_read(want->list[i] + strlen(RSA_WORD), &bits) &&
		    bits > least)
			least = bits;
	return least;
}

static const char *const strong_keys[] = { "EC P-256", "EC P-384", "EC P-521",
    "Ed25519", "Ed448" };
static const char *const weak_signatures[] = { "md2", "md4", "md5", "sha1",
    "sha224", "ripemd", "gost" };
static const char *const strong_signatures[] = { "sha256", "sha384", "sha512",
    "sha3", "ed25519", "ed448", "ml-dsa" };

static bool
names_any(const char *text, const char *const *words, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcasestr(text, words[i]) != NULL)
			return true;
	return false;
}

static void
judge_key(const struct evaluation *ev, const char *key,
    struct finding *finding)
{
	int64_t bits, wanted = rsa_wanted(ev->want);

	if (strncmp(key, "RSA ", 4) == 0 && number_read(key + 4, &bits)) {
		if (bits < wanted)
			finding_part(ev, finding, RESULT_FAIL, "the key is %s, "
			    "wanted RSA %" PRId64 " or P-256 at least", key,
			    wanted);
		else
			finding_part(ev, finding, RESULT_PASS, "the key is %s",
			    key);
	} else if (list_has(strong_keys, sizeof(strong_keys) /
	    sizeof(strong_keys[0]), key, strlen(key))) {
		finding_part(ev, finding, RESULT_PASS, "the key is %s", key);
	} else {
		finding_part(ev, finding, RESULT_FAIL, "the key is %s, wanted RSA "
		    "%" PRId64 ", P-256 or P-384", shown(ev->arena, key),
		    wanted);
	}
}

static void
judge_signature(const struct evaluation *ev, const char *signature,
    struct finding *finding)
{
	if (names_any(signature, weak_signatures, sizeof(weak_signatures) /
	    sizeof(weak_signatures[0])))
		finding_part(ev, finding, RESULT_FAIL, "the chain is signed with "
		    "%s, wanted SHA-256 at least",
		    shown(ev->arena, signature));
	else if (names_any(signature, strong_signatures,
	    sizeof(strong_signatures) / sizeof(strong_signatures[0])))
		finding_part(ev, finding, RESULT_PASS, "the chain is signed with "
		    "%s", signature);
	else
		finding_part(ev, finding, RESULT_UNKNOWN, "how strong a signature "
		    "%s is, is not known", shown(ev->arena, signature));
}

/*
 * RFC 8659: whoever may issue certificates for the server's name. Not the
 * listener's doing, so it is said once.
 */
static void
judge_caa(const struct evaluation *ev, struct finding *finding)
{
	const struct fact_list *caa = &ev->facts->dns.caa;
	const char *host = ev->facts->host != NULL ? ev->facts->host :
	    "the server";

	finding_evidence(ev, finding, "dns.caa");
	if (!list_has(ev->want->list, ev->want->list_count, CAA_WORD,
	    strlen(CAA_WORD)))
		return;
	if (caa->meta.state == FACT_UNKNOWN)
		finding_part(ev, finding, RESULT_UNKNOWN, "who may issue "
		    "certificates for %s (CAA) is not known: %s", host,
		    caa->meta.why != NULL ? caa->meta.why : "not collected");
	else if (caa->meta.state == FACT_ABSENT || caa->count == 0)
		finding_part(ev, finding, RESULT_FAIL, "no CAA record says who "
		    "may issue certificates for %s; publish there CAA: 0 issue "
		    "\"AUTHORITY\", with the name of the one that issues them",
		    host);
	else
		finding_part(ev, finding, RESULT_PASS, "CAA records say who "
		    "may issue certificates for %s", host);
}

static void
evaluate_strength(const struct evaluation *ev,
    const struct listener_facts *listener, struct finding *finding)
{
	if (finding_part_need(ev, finding, "listeners.key", "the certificate's key",
	    &listener->key.meta))
		judge_key(ev, listener->key.value, finding);
	if (finding_part_need(ev, finding, "listeners.signature",
	    "what the chain is signed with", &listener->signature.meta))
		judge_signature(ev, listener->signature.value, finding);
	if (is_first(ev, listener))
		judge_caa(ev, finding);
}

const struct check cert_checks[] = {
	{
		.id = "cert.service.trusted_name",
		.title = "Certificates are trusted and match the names clients use",
		.scope = SCOPE_LISTENER,
		.needs = { "listeners.trust", "listeners.names",
		    "mail_names.address", "mail_names.trust",
		    "mail_names.names", "mail_names.not_after" },
		.evaluate.listener = evaluate_trusted_name,
		.want = WANT_LIST,
		.want_words = name_words,
		.remediation = "cert.install",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "A certificate that mail programs warn of trains people to "
		    "click the warning away, and then anyone can stand between "
		    "them and the mail. In WHM, Home > Service Configuration > "
		    "Manage Service SSL Certificates, install one for the "
		    "server's own name from a public authority; for mail.DOMAIN "
		    "run AutoSSL. Names that lead to another machine are not "
		    "judged here. A profile may demand mail-names: every mail "
		    "and webmail name that leads here.",
	},
	{
		.id = "cert.service.expiry_renewal",
		.title = "Certificates are far from expiry",
		.scope = SCOPE_LISTENER,
		.needs = { "listeners.not_before", "listeners.not_after" },
		.evaluate.listener = evaluate_expiry,
		.want = WANT_STRING,
		.want_words = expiry_words,
		.remediation = "cert.renew",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "The day it expires, mail stops or goes unprotected. "
		    "Whatever renews certificates does so earlier than two "
		    "weeks before, so less means that the renewal fails. In "
		    "WHM, Home > SSL/TLS > Manage AutoSSL, read the log and run "
		    "it again; the services' own certificate is renewed by "
		    "checkallsslcerts. A profile wants 14-days-left or "
		    "30-percent-left; the latter also wants 200 days of "
		    "lifetime at most when issued since 2026-03-15.",
	},
	{
		.id = "cert.service.strength",
		.title = "Keys and signatures of certificates meet the floor",
		.scope = SCOPE_LISTENER,
		.needs = { "listeners.key", "listeners.signature",
		    "?dns.caa" },
		.evaluate.listener = evaluate_strength,
		.want = WANT_LIST,
		.want_words = strength_words,
		.remediation = "cert.reissue",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "Whoever breaks the key or forges a signature of the chain "
		    "can pose as the server (NIST SP 800-131A). Have the "
		    "certificate issued again with an RSA key of the profile's "
		    "size or an EC key on P-256 or P-384, signed with SHA-256 "
		    "or better. Mail programs notice nothing. A profile may "
		    "demand caa: a CAA record in DNS that names who may issue "
		    "certificates for the server's name; name the authority "
		    "that AutoSSL uses too, or the next renewal fails.",
	},
};
