/*
 * What Exim's log proves of mail with other servers: in clear or not, under
 * which TLS version, signed, and to how many at once.
 */
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "checks/catalogue.h"
#include "checks/domains.h"
#include "checks/ledger.h"
#include "checks/words.h"

#define FOLDED "(other)"	/* of a day with too many names for the ledger */
/* The collector lists those that sent to as many within an hour, or more. */
#define SENDERS_LISTED_FROM 20

/* "12.5" of a hundred; whole is not 0. */
static const char *
percent(const struct evaluation *ev, long long part, long long whole)
{
	long long tenths = part * 1000 / whole;

	if (part > 0 && tenths == 0)
		return "less than 0.1%";
	return arena_printf(ev->arena, "%lld.%lld%%", tenths / 10, tenths % 10);
}

/* ---- smtp.cleartext_evidence ---- */

static const char *const clear_words[] = { "partners", "all", NULL };

static const struct peer_domain_facts *
peer_find(const struct evaluation *ev, const char *name)
{
	const struct facts *facts = ev->facts;
	size_t i;

	for (i = 0; i < facts->peer_domains.count; i++)
		if (strcasecmp(facts->peer_domains.items[i].name, name) == 0)
			return &facts->peer_domains.items[i];
	return NULL;
}

/*
 * Anybody can name a partner as the sender, and do so in clear: that is told
 * apart, and smtp.in.tls_partners is what ends both.
 */
static void
judge_partner(const struct evaluation *ev, const char *partner,
    struct finding *finding)
{
	const struct peer_domain_facts *peer = peer_find(ev, partner);
	long long out, in;

	if (peer == NULL)
		return;
	out = ledger_count(&peer->out_clear);
	in = ledger_count(&peer->in_clear);
	if (out > 0) {
		finding_item_evidence(ev, finding, "peer_domains.out_clear",
		    &peer->out_clear.meta);
		finding_part(ev, finding, RESULT_FAIL, "%lld of %lld messages "
		    "to the partner %s left in clear, the last of its kind on "
		    "%s", out, ledger_count(&peer->out), partner,
		    ledger_last(&peer->last_day));
	}
	if (in > 0) {
		finding_item_evidence(ev, finding, "peer_domains.in_clear",
		    &peer->in_clear.meta);
		finding_part(ev, finding, RESULT_FAIL, "%lld of %lld messages "
		    "that name the partner %s as their sender came in clear",
		    in, ledger_count(&peer->in), partner);
	}
}

/* A day with too many domains has the rest in one row. */
static void
judge_folded(const struct evaluation *ev, struct finding *finding)
{
	const struct peer_domain_facts *folded = peer_find(ev, FOLDED);

	if (folded == NULL || ledger_count(&folded->out_clear) +
	    ledger_count(&folded->in_clear) == 0)
		return;
	finding_item_evidence(ev, finding, "peer_domains.out_clear",
	    &folded->out_clear.meta);
	finding_part(ev, finding, RESULT_UNKNOWN, "%lld messages in clear are "
	    "of domains that could no longer be counted one by one, and a "
	    "partner may be among them", ledger_count(&folded->out_clear) +
	    ledger_count(&folded->in_clear));
}

static void
judge_partners(const struct evaluation *ev, struct finding *finding)
{
	const struct parameters *parameters = ev->parameters;
	long long clear = ledger_count(&ev->facts->ledger.out_clear);
	size_t i;

	if (parameters->partner_count == 0) {
		/* Which domains matter only the admin can say. */
		if (clear > 0)
			finding_part(ev, finding, RESULT_UNKNOWN, "%lld "
			    "messages left in clear, and the profile declares no "
			    "partner by which to tell whether they matter",
			    clear);
		return;
	}
	for (i = 0; i < parameters->partner_count; i++)
		judge_partner(ev, parameters->partners[i], finding);
	if (ledger_whole(ev, finding, "inventory.peer_domains"))
		judge_folded(ev, finding);
}

/* The domains to which mail left in clear, or under an old version. */
static const char *
peers_named(const struct evaluation *ev, bool old, struct names *names)
{
	const struct facts *facts = ev->facts;
	size_t i;

	for (i = 0; i < facts->peer_domains.count; i++) {
		const struct peer_domain_facts *peer =
		    &facts->peer_domains.items[i];

		if (ledger_count(old ? &peer->out_old : &peer->out_clear) > 0)
			names_add(names, peer->name, strlen(peer->name));
	}
	return names->count > 0 ? names_end(names) : "domains not listed";
}

static void
judge_all_outgoing(const struct evaluation *ev, struct finding *finding)
{
	const struct ledger_facts *ledger = &ev->facts->ledger;
	long long clear = ledger_count(&ledger->out_clear);
	long long fallbacks = ledger_count(&ledger->out_fallbacks);
	struct names names = { .count = 0 };

	if (clear == 0)
		return;
	finding_part(ev, finding, RESULT_FAIL, "%lld of %lld messages left in "
	    "clear, wanted none: to %s%s", clear,
	    ledger_count(&ledger->out_messages),
	    peers_named(ev, false, &names), fallbacks == 0 ? "" : arena_printf(
	    ev->arena, "; %lld times because a handshake failed", fallbacks));
}

/* How much of it there is, whoever it concerns. */
static const char *
clear_rates(const struct evaluation *ev)
{
	const struct ledger_facts *ledger = &ev->facts->ledger;
	long long out = ledger_count(&ledger->out_messages);
	long long in = ledger_count(&ledger->in_messages);
	const char *text = "";

	if (out > 0)
		text = arena_printf(ev->arena, "%lld of %lld messages left in "
		    "clear (%s)", ledger_count(&ledger->out_clear), out,
		    percent(ev, ledger_count(&ledger->out_clear), out));
	if (in > 0)
		text = arena_printf(ev->arena, "%s%s%lld of %lld came in clear "
		    "(%s)", text, text[0] == '\0' ? "" : ", ",
		    ledger_count(&ledger->in_clear), in,
		    percent(ev, ledger_count(&ledger->in_clear), in));
	return text;
}

static void
conclude_clear(const struct evaluation *ev, struct finding *finding)
{
	const struct ledger_facts *ledger = &ev->facts->ledger;
	long long days = ledger_count(&ledger->exim_days);
	long long all = ledger_count(&ledger->out_messages) +
	    ledger_count(&ledger->in_messages);

	if (!ledger_reaches(ev, finding, "ledger.exim_days"))
		return;
	/* Mail that came in may have been a partner's. */
	if (ev->parameters->partner_count > 0 || all == 0)
		(void)ledger_arrivals_read(ev, finding);
	(void)ledger_deliveries_read(ev, finding);
	if (finding->message != NULL)
		return;
	/* The log is there and shows other things: this is seen, not missed. */
	if (all == 0)
		finding_notapplicable(ev, finding, "no mail left for another "
		    "server or came from one in %lld days", days);
	else
		finding_pass(ev, finding, "%s in %lld days: %s",
		    ev->parameters->partner_count > 0 ?
		    "no mail with a declared partner was in clear" :
		    "no mail left in clear", days, clear_rates(ev));
}

static void
evaluate_cleartext(const struct evaluation *ev, struct finding *finding)
{
	static const char *const counts[] = { "ledger.out_messages",
	    "ledger.out_clear", "ledger.in_messages", "ledger.in_clear" };
	const struct ledger_facts *ledger = &ev->facts->ledger;
	long long clear = ledger_count(&ledger->out_clear) +
	    ledger_count(&ledger->in_clear);
	long long all = ledger_count(&ledger->out_messages) +
	    ledger_count(&ledger->in_messages);
	size_t i;

	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		finding_evidence(ev, finding, counts[i]);
	/* Without it all mail looks as if it had been in clear. */
	if (!ledger_shows(ev, finding, "tls_cipher", clear < all || all == 0,
	    "which mail was encrypted"))
		return;
	judge_partners(ev, finding);
	if (ev->want->string != NULL && strcmp(ev->want->string, "all") == 0)
		judge_all_outgoing(ev, finding);
	conclude_clear(ev, finding);
	if (finding->result == RESULT_FAIL && all > 0)
		finding->message = arena_printf(ev->arena, "%s; of all mail %s",
		    finding->message, clear_rates(ev));
}

/* ---- smtp.out.min_version ---- */

static void
judge_newest(const struct evaluation *ev, long long encrypted,
    struct finding *finding)
{
	const struct ledger_facts *ledger = &ev->facts->ledger;
	long long newest = ledger_count(&ledger->out_tls13);
	long long untold = ledger_count(&ledger->out_untold);

	if (untold > 0)
		finding_part(ev, finding, RESULT_UNKNOWN, "of %lld messages "
		    "that left with TLS the log does not tell the version",
		    untold);
	if (newest * 100 < ev->want->integer * encrypted)
		finding_part(ev, finding, RESULT_FAIL, "%s of %lld messages "
		    "that left with TLS had TLS 1.3, wanted %lld%%",
		    percent(ev, newest, encrypted), encrypted,
		    (long long)ev->want->integer);
	if (ledger_reaches(ev, finding, "ledger.exim_days") &&
	    ledger_deliveries_read(ev, finding) && finding->message == NULL)
		finding_pass(ev, finding, "all %lld messages that left with TLS "
		    "in %lld days had TLS 1.2 or later, %s of them TLS 1.3",
		    encrypted, ledger_count(&ledger->exim_days),
		    percent(ev, newest, encrypted));
}

static void
evaluate_out_version(const struct evaluation *ev, struct finding *finding)
{
	static const char *const counts[] = { "ledger.out_messages",
	    "ledger.out_clear", "ledger.out_old", "ledger.out_tls13" };
	const struct ledger_facts *ledger = &ev->facts->ledger;
	long long all = ledger_count(&ledger->out_messages);
	long long old = ledger_count(&ledger->out_old);
	long long encrypted = all - ledger_count(&ledger->out_clear);
	struct names names = { .count = 0 };
	size_t i;

	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		finding_evidence(ev, finding, counts[i]);
	if (old > 0)
		finding_part(ev, finding, RESULT_FAIL, "%lld of %lld messages "
		    "that left with TLS had a version below TLS 1.2: to %s",
		    old, encrypted, peers_named(ev, true, &names));
	if (!ledger_shows(ev, finding, "tls_cipher", encrypted > 0 || all == 0,
	    "with which TLS version mail left"))
		return;
	if (encrypted > 0)
		judge_newest(ev, encrypted, finding);
	else if (ledger_reaches(ev, finding, "ledger.exim_days") &&
	    ledger_deliveries_read(ev, finding))
		finding_notapplicable(ev, finding, all == 0 ?
		    "no mail left for another server in %lld days" :
		    "no mail left with TLS in %lld days; "
		    "smtp.cleartext_evidence judges that",
		    ledger_count(&ledger->exim_days));
}

/* ---- dns.dkim.signing_observed ---- */

static const char *const signed_words[] = { "every-message", NULL };

static void
signing_evidence(const struct evaluation *ev,
    const struct domain_facts *domain, struct finding *finding)
{
	finding_item_evidence(ev, finding, DOMAIN_FACT(domain, sent));
	finding_item_evidence(ev, finding, DOMAIN_FACT(domain, sent_signed));
	finding_item_evidence(ev, finding,
	    DOMAIN_FACT(domain, sent_signed_other));
}

static void
judge_unsigned(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	bool other = ledger_count(&domain->sent_signed_other) > 0;

	if (!ledger_shows(ev, finding, "dkim", other, "what was signed"))
		return;
	/* An older Exim signs and does not say so. */
	if (ledger_count(&ev->facts->ledger.out_signed) <= 0) {
		finding_evidence(ev, finding, "ledger.out_signed");
		finding_part(ev, finding, RESULT_UNKNOWN, "no delivery of any "
		    "domain is logged with DKIM=, which Exim before 4.98 never "
		    "writes, so the log does not tell what was signed");
		return;
	}
	/* What only passes through keeps its sender, who has another key. */
	if (fact_is(&domain->mail, "receives")) {
		finding_part(ev, finding, RESULT_UNKNOWN, "it has no mailboxes, "
		    "and whether the mail that left for it was more than "
		    "forwarded is not known; none was signed by it");
		return;
	}
	finding_part(ev, finding, RESULT_FAIL, "none of its mail to other "
	    "servers was signed by it%s", other ? ", but some by another "
	    "domain" : "");
	finding_remedy(ev, finding, "turn DKIM on in cPanel, Email > Email "
	    "Deliverability");
}

static void
judge_signed(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	if (domain->sent_signed.value == 0) {
		judge_unsigned(ev, domain, finding);
		return;
	}
	if (want_has(ev, signed_words[0]) &&
	    domain->sent_signed.value < domain->sent.value)
		finding_part(ev, finding, RESULT_FAIL, "not all of its mail to "
		    "other servers was signed by it; what it forwards counts as "
		    "well");
	if (!ledger_reaches(ev, finding, "ledger.exim_days") ||
	    (want_has(ev, signed_words[0]) && !ledger_deliveries_read(ev, finding)))
		return;
	if (finding->message == NULL)
		finding_pass(ev, finding, "its mail to other servers was signed "
		    "by it");
}

static void
evaluate_signing(const struct evaluation *ev,
    const struct domain_facts *domain, struct finding *finding)
{
	signing_evidence(ev, domain, finding);
	/* A domain without mailboxes may send all the same: a web site does. */
	if (ledger_count(&domain->sent) > 0) {
		if (finding_part_need(ev, finding, DOMAIN_PART(domain,
		    sent_signed, "how much of its mail was signed")) &&
		    finding_part_need(ev, finding, DOMAIN_PART(domain,
		    sent_signed_other, "how much of its mail another domain "
		    "signed")))
			judge_signed(ev, domain, finding);
		return;
	}
	if (!domain_has_mail(ev, domain, finding) ||
	    !finding_part_need(ev, finding, DOMAIN_PART(domain, sent,
	    "what it sent")) ||
	    !ledger_reaches(ev, finding, "ledger.exim_days") ||
	    !ledger_deliveries_read(ev, finding))
		return;
	finding_notapplicable(ev, finding, "it sent nothing to other servers "
	    "in %lld days", ledger_count(&ev->facts->ledger.exim_days));
}

/* ---- volume.massmail ---- */

/* By the ledger's name, or by the domain behind it. */
static bool
is_declared(const struct evaluation *ev, const char *sender)
{
	const char *at = strchr(sender, '@');
	size_t i;

	for (i = 0; i < ev->parameters->mass_sender_count; i++) {
		const char *name = ev->parameters->mass_senders[i].name;

		if (strcasecmp(name, sender) == 0 ||
		    (at != NULL && strcasecmp(name, at + 1) == 0))
			return true;
	}
	return false;
}

struct bursts {
	struct names names;
	const struct sender_facts *worst;
	size_t declared;
};

static void
find_bursts(const struct evaluation *ev, struct finding *finding,
    struct bursts *bursts)
{
	const struct facts *facts = ev->facts;
	size_t i;

	for (i = 0; i < facts->senders.count; i++) {
		const struct sender_facts *sender = &facts->senders.items[i];

		if (ledger_count(&sender->peak) <= ev->want->integer)
			continue;
		if (is_declared(ev, sender->name)) {
			bursts->declared++;
			continue;
		}
		finding_item_evidence(ev, finding, "senders.peak",
		    &sender->peak.meta);
		names_add(&bursts->names, sender->name, strlen(sender->name));
		if (bursts->worst == NULL || ledger_count(&sender->peak) >
		    ledger_count(&bursts->worst->peak))
			bursts->worst = sender;
	}
}

static void
say_bursts(const struct evaluation *ev, struct bursts *bursts,
    struct finding *finding)
{
	const struct sender_facts *worst = bursts->worst;
	long long peak = ledger_count(&worst->peak);

	finding_part(ev, finding, RESULT_FAIL, "%s sent to more than %lld "
	    "recipients within one hour and %s not declared; the most were "
	    "%lld at %s%s", names_end(&bursts->names),
	    (long long)ev->want->integer,
	    bursts->names.count == 1 ? "is" : "are", peak,
	    ledger_last(&worst->peak_hour),
	    ledger_count(&worst->most) == peak ? ", of one message" : "");
}

/* Beyond what one line lists nobody knows how many a message had. */
static void
hold_to_listed(const struct evaluation *ev, struct finding *finding)
{
	long long most = ledger_count(&ev->facts->ledger.most_recipients);

	if (ev->want->integer >= LEDGER_RECIPIENTS_LISTED &&
	    most >= LEDGER_RECIPIENTS_LISTED)
		finding_part(ev, finding, RESULT_UNKNOWN, "a message has %lld "
		    "recipients in Exim's log, which has no room for many more "
		    "than %d, and whether it had more than %lld is not known: "
		    "want fewer than %d in the profile", most,
		    LEDGER_RECIPIENTS_LISTED, (long long)ev->want->integer,
		    LEDGER_RECIPIENTS_LISTED);
}

static void
conclude_massmail(const struct evaluation *ev, const struct bursts *bursts,
    struct finding *finding)
{
	const struct ledger_facts *ledger = &ev->facts->ledger;
	long long days = ledger_count(&ledger->exim_days);

	hold_to_listed(ev, finding);
	if (!ledger_reaches(ev, finding, "ledger.exim_days") ||
	    !ledger_arrivals_read(ev, finding) || finding->message != NULL)
		return;
	if (ledger_count(&ledger->most_recipients) == 0)
		finding_notapplicable(ev, finding,
		    "nobody here sent mail in %lld days", days);
	else
		finding_pass(ev, finding, "nobody%s sent to more than %lld "
		    "recipients within one hour in %lld days",
		    bursts->declared > 0 ? " but declared senders" : "",
		    (long long)ev->want->integer, days);
}

static void
evaluate_massmail(const struct evaluation *ev, struct finding *finding)
{
	long long most = ledger_count(&ev->facts->ledger.most_recipients);
	struct bursts bursts = { .worst = NULL };

	finding_evidence(ev, finding, "ledger.most_recipients");
	if (ev->want->integer < SENDERS_LISTED_FROM) {
		finding_unknown(ev, finding, "who sends to fewer than %d within "
		    "an hour is not listed, and the profile wants %lld",
		    SENDERS_LISTED_FROM, (long long)ev->want->integer);
		return;
	}
	find_bursts(ev, finding, &bursts);
	if (bursts.worst != NULL)
		say_bursts(ev, &bursts, finding);
	(void)ledger_whole(ev, finding, "inventory.senders");
	/* One message to a hundred is one line, and one recipient without it. */
	(void)ledger_shows(ev, finding, "received_recipients", most > 1,
	    "to how many one message went");
	conclude_massmail(ev, &bursts, finding);
}

const struct check log_mail_checks[] = {
	{
		.id = "smtp.cleartext_evidence",
		.title = "The log shows no mail with partners in clear text",
		.scope = SCOPE_SERVICE,
		.subject = "exim",
		.needs = { "ledger.out_messages", "ledger.out_clear",
		    "ledger.in_messages", "ledger.in_clear",
		    "?ledger.out_fallbacks", "?ledger.exim_days",
		    "?ledger.broken_arrivals", "?ledger.broken_arrivals_last",
		    "?ledger.broken_deliveries",
		    "?ledger.broken_deliveries_last",
		    "?inventory.peer_domains", "?peer_domains.out_clear",
		    "?peer_domains.in_clear", "?exim.log_selector" },
		.evaluate.host = evaluate_cleartext,
		.want = WANT_STRING,
		.want_words = clear_words,
		.remediation = "exim.transport-tls",
		.mode = REMEDIATION_MANUAL,
		.explain =
		    "A configuration says what should happen, the log what did: "
		    "Exim writes X= behind every delivery and arrival inside TLS, "
		    "and a line to or from another server without it was readable "
		    "on the way. The last 30 days are judged; cpward ledger clear "
		    "lists the domains. Name the partners in the profile, "
		    "parameters: partners, then demand TLS of them "
		    "(smtp.out.tls_required, smtp.in.tls_partners): mail to a "
		    "partner without TLS then waits and is returned in the end, "
		    "and what strangers send in clear in a partner's name is "
		    "refused. What is in the log stays for 30 days after the "
		    "setting was changed.",
	},
	{
		.id = "smtp.out.min_version",
		.title = "Mail left with TLS 1.2 or better",
		.scope = SCOPE_SERVICE,
		.subject = "exim",
		.needs = { "ledger.out_messages", "ledger.out_clear",
		    "ledger.out_old", "ledger.out_tls13", "?ledger.out_untold",
		    "?ledger.exim_days", "?ledger.broken_deliveries",
		    "?ledger.broken_deliveries_last", "?peer_domains.out_old",
		    "?exim.log_selector" },
		.evaluate.host = evaluate_out_version,
		.want = WANT_INT,
		.remediation = "exim.openssl-options",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "openssl_options binds Exim as a client too. Where TLS 1.0 and "
		    "1.1 are left on, mail leaves with them to servers that know "
		    "nothing better. In WHM, Home > Service Configuration > Exim "
		    "Configuration Manager > Basic Editor > Security, leave them "
		    "out of Options for OpenSSL. To such a server mail then leaves "
		    "in clear text unless TLS is required of it: cpward ledger old "
		    "lists the domains, cpward ledger forecast --if "
		    "exim.min_version=TLSv1.2 says what would become of their "
		    "mail.",
	},
	{
		.id = "dns.dkim.signing_observed",
		.title = "Outgoing mail of the domain really is signed",
		.scope = SCOPE_DOMAIN,
		.needs = { "domains.sent", "domains.sent_signed",
		    "domains.sent_signed_other", "?domains.mail",
		    "?ledger.exim_days", "?ledger.out_signed",
		    "?ledger.broken_deliveries",
		    "?ledger.broken_deliveries_last", "?exim.log_selector" },
		.evaluate.domain = evaluate_signing,
		.want = WANT_LIST,
		.want_words = signed_words,
		.remediation = "exim.dkim-signing",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "A key in DNS proves nothing when nobody signs with it: "
		    "receivers then see mail that fails DMARC. Exim's log names "
		    "the signing domain behind each delivery (DKIM=, selector "
		    "dkim; Exim before 4.98 does not). In cPanel, Email > Email "
		    "Deliverability, turn DKIM on for the domain; a smarthost or a "
		    "transport of your own has to keep cPanel's DKIM options. "
		    "Nobody notices, but receivers. "
		    "Mail that a domain forwards keeps its sender and is not "
		    "signed by the domain: where a profile wants every-message it "
		    "counts as unsigned.",
	},
	{
		.id = "volume.massmail",
		.title = "Mass mailings come from declared senders",
		.scope = SCOPE_SERVICE,
		.subject = "exim",
		.needs = { "?ledger.most_recipients", "?ledger.exim_days",
		    "?ledger.broken_arrivals", "?ledger.broken_arrivals_last",
		    "?inventory.senders", "?senders.peak", "?senders.most",
		    "?exim.log_selector" },
		.evaluate.host = evaluate_massmail,
		.want = WANT_INT,
		.remediation = "exim.hold-sender",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "A message to a hundred patients at once discloses the list "
		    "to each of them when it is addressed wrongly, and a stolen "
		    "password is first seen as a burst. cpward ledger bursts "
		    "--names says who it was; hold an account's mail in cPanel, "
		    "Email > Email Accounts > Manage > Restrictions, while you "
		    "ask. Declare programs that may, appointment reminders for "
		    "instance, in the profile, parameters: mass_senders, by the "
		    "name in this finding or by domain. Exim logs recipients of "
		    "a message that arrives with log_selector +received_recipients "
		    "alone.",
	},
};
