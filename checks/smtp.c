#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "checks/catalogue.h"
#include "checks/listeners.h"
#include "checks/words.h"

/* What the profile may want of transports. */
static const char *const required_words[] = { "partners", "all", NULL };
static const char *const verified_words[] = { "try", "partners", NULL };

/* ---- what transports say, equal sentences put together ---- */

struct verdict {
	enum result result;
	const char *text;
	bool stock;
	struct names transports;
};

struct verdicts {
	struct verdict *items;
	size_t count;
};

static void
verdict_add(const struct evaluation *ev, struct verdicts *verdicts,
    enum result result, const struct transport_facts *transport,
    const char *text)
{
	struct verdict *verdict = NULL;
	size_t i;

	for (i = 0; i < verdicts->count; i++)
		if (verdicts->items[i].result == result &&
		    strcmp(verdicts->items[i].text, text) == 0)
			verdict = &verdicts->items[i];
	if (verdict == NULL) {
		verdict = arena_push(ev->arena, &verdicts->items,
		    &verdicts->count);
		*verdict = (struct verdict){ .result = result, .text = text };
	}
	names_add(&verdict->transports, transport->name,
	    strlen(transport->name));
}

typedef void judge_transport(const struct evaluation *ev,
    const struct transport_facts *transport, struct verdicts *verdicts);

static void
conclude(const struct evaluation *ev, struct verdicts *verdicts,
    struct finding *finding)
{
	struct verdict *verdict;
	const char *names;
	size_t i;

	for (i = 0; i < verdicts->count; i++) {
		struct finding part = { 0 };

		verdict = &verdicts->items[i];
		names = names_end(&verdict->transports);
		if (verdict->result == RESULT_FAIL)
			finding_fail(ev, &part, "%s: %s", names,
			    verdict->text);
		else if (verdict->result == RESULT_PASS)
			finding_pass(ev, &part, "%s: %s", names,
			    verdict->text);
		else
			finding_unknown(ev, &part, "%s: %s", names,
			    verdict->text);
		finding_merge(ev, finding, &part);
	}
}

/* True when there are transports, and all of them are known. */
static bool
judge_transports(const struct evaluation *ev, judge_transport *judge_one,
    struct finding *finding)
{
	const struct facts *facts = ev->facts;
	struct verdicts verdicts = { 0 };
	size_t i;

	if (!finding_need(ev, finding, "inventory.transports"))
		return false;
	if (facts->transports.count == 0) {
		finding_notapplicable(ev, finding, "no transport of Exim sends "
		    "mail to another machine");
		return false;
	}
	for (i = 0; i < facts->transports.count; i++)
		judge_one(ev, &facts->transports.items[i], &verdicts);
	conclude(ev, &verdicts, finding);
	return true;
}

/* ---- host lists of a transport ---- */

enum coverage {
	COVERS_NONE,
	COVERS_SOME,
	COVERS_ALL,
	COVERS_CODE,	/* an expansion decides */
	COVERS_UNKNOWN,
};

/* The first item that matches decides: "*" there, and all hosts match. */
static enum coverage
list_coverage(const char *value)
{
	struct item_list list;
	char item[64];

	if (strchr(value, '$') != NULL)
		return COVERS_CODE;
	item_list_begin(&list, value);
	while (item_list_next(&list, item, sizeof(item)))
		if (item[0] != '\0')
			return strcmp(item, "*") == 0 ? COVERS_ALL :
			    COVERS_SOME;
	return COVERS_NONE;
}

/* fallback: the default that the Exim specification, chapter 30, documents. */
static enum coverage
coverage(const struct fact_str *fact, const char *fallback)
{
	switch (fact->meta.state) {
	case FACT_KNOWN:
		return list_coverage(fact->value);
	case FACT_ABSENT:
		return list_coverage(fallback);
	default:
		return COVERS_UNKNOWN;
	}
}

static const char *
value_shown(const struct evaluation *ev, const struct fact_str *fact)
{
	return fact->meta.state == FACT_KNOWN ? shown(ev->arena, fact->value) :
	    "not set";
}

/* Adds what can not be judged; true when there is nothing of the kind. */
static bool
is_judged(const struct evaluation *ev, struct verdicts *verdicts,
    const struct transport_facts *transport, const char *option,
    const struct fact_str *fact, enum coverage covers)
{
	const struct fact_meta *meta = &fact->meta;

	if (covers == COVERS_CODE)
		verdict_add(ev, verdicts, RESULT_UNKNOWN, transport,
		    arena_printf(ev->arena, "%s is decided at %s", option,
		    meta->origin != NULL ? meta->origin : "a place not known"));
	else if (covers == COVERS_UNKNOWN)
		verdict_add(ev, verdicts, RESULT_UNKNOWN, transport,
		    arena_printf(ev->arena, "%s is unknown: %s", option,
		    meta->why != NULL ? meta->why : "not collected"));
	return covers != COVERS_CODE && covers != COVERS_UNKNOWN;
}

static bool
wants(const struct evaluation *ev, const char *word)
{
	return ev->want->string != NULL &&
	    strcmp(ev->want->string, word) == 0;
}

/* ---- smtp.out.tls_required ---- */

static void
judge_avoided(const struct evaluation *ev,
    const struct transport_facts *transport, struct verdicts *verdicts)
{
	const struct fact_str *avoid = &transport->hosts_avoid_tls;
	enum coverage covers = coverage(avoid, "");

	if (is_judged(ev, verdicts, transport, "hosts_avoid_tls", avoid,
	    covers) && covers != COVERS_NONE)
		verdict_add(ev, verdicts, RESULT_FAIL, transport,
		    arena_printf(ev->arena, "hosts_avoid_tls is %s, wanted none",
		    value_shown(ev, avoid)));
}

static void
judge_required(const struct evaluation *ev,
    const struct transport_facts *transport, struct verdicts *verdicts)
{
	const struct fact_str *require = &transport->hosts_require_tls;
	enum coverage covers = coverage(require, "");
	bool all = wants(ev, "all");
	enum result result = RESULT_FAIL;

	judge_avoided(ev, transport, verdicts);
	if (!all && ev->parameters->partner_count == 0)
		return;
	if (!is_judged(ev, verdicts, transport, "hosts_require_tls", require,
	    covers))
		return;
	if (covers == COVERS_ALL) {
		verdict_add(ev, verdicts, RESULT_PASS, transport,
		    "TLS is required of every host");
		return;
	}
	/* A list has mail hosts, a partner is a domain. */
	if (!all && covers == COVERS_SOME)
		result = RESULT_UNKNOWN;
	verdict_add(ev, verdicts, result, transport, arena_printf(ev->arena,
	    "hosts_require_tls is %s, %s", value_shown(ev, require),
	    result == RESULT_UNKNOWN ? "and whether these are the partners' "
	    "mail hosts can not be told from it" : all ? "wanted \"*\"" :
	    "wanted \"*\" wherever partners' mail may go"));
}

/* Partners whose mail no router keeps from leaving in clear. */
static void
find_open_partners(const struct evaluation *ev, struct names *open)
{
	const struct parameters *parameters = ev->parameters;
	const struct fact_list *required =
	    &ev->facts->exchange.required_outbound;
	size_t i;

	for (i = 0; i < parameters->partner_count; i++)
		if (required->meta.state != FACT_KNOWN ||
		    !fact_list_has(required, parameters->partners[i]))
			names_add(open, parameters->partners[i],
			    strlen(parameters->partners[i]));
}

/* Every partner has a router of its own that leads through TLS alone. */
static void
conclude_routed(const struct evaluation *ev, struct finding *finding)
{
	struct finding routed = { 0 };

	finding_pass(ev, &routed, "mail to every declared partner leaves "
	    "through a transport that requires TLS");
	finding_evidence(ev, &routed, "exchange.required_outbound");
	/* finding has no message where no transport avoids TLS. */
	finding_merge(ev, finding, &routed);
}

static bool
is_stock_transport(const struct transport_facts *transport)
{
	return transport->hosts_require_tls.meta.state == FACT_ABSENT &&
	    transport->hosts_avoid_tls.meta.state == FACT_ABSENT;
}

/* Without a partner the baseline demands no more than the chance of TLS. */
static void
note_no_partner(const struct evaluation *ev, struct finding *finding)
{
	const struct facts *facts = ev->facts;
	struct finding note = { 0 };
	bool again = false;
	size_t i;

	for (i = 0; i < facts->transports.count; i++) {
		const struct fact_str *tryclear =
		    &facts->transports.items[i].tls_tempfail_tryclear;

		again |= tryclear->meta.state != FACT_KNOWN ||
		    strcmp(tryclear->value, "false") != 0;
	}
	finding_pass(ev, &note, "TLS is nowhere switched off; no partner is "
	    "declared, so none is demanded, and mail goes in clear where the "
	    "other server offers no TLS%s", again ? " or fails at it "
	    "(tls_tempfail_tryclear)" : "");
	finding_merge(ev, finding, &note);
}

static void
transports_evidence(const struct evaluation *ev, struct finding *finding)
{
	const struct facts *facts = ev->facts;
	size_t i;

	for (i = 0; i < facts->transports.count; i++) {
		finding_item_evidence(ev, finding,
		    "transports.hosts_require_tls",
		    &facts->transports.items[i].hosts_require_tls.meta);
		finding_item_evidence(ev, finding,
		    "transports.hosts_avoid_tls",
		    &facts->transports.items[i].hosts_avoid_tls.meta);
	}
}

static void
evaluate_tls_required(const struct evaluation *ev, struct finding *finding)
{
	bool all = wants(ev, "all"), stock = true;
	struct names open = { .count = 0 };
	bool routed;
	size_t i;

	find_open_partners(ev, &open);
	routed = !all && ev->parameters->partner_count > 0 && open.count == 0;
	if (!judge_transports(ev, routed ? judge_avoided : judge_required,
	    finding))
		return;
	transports_evidence(ev, finding);
	if (routed)
		conclude_routed(ev, finding);
	else if (!all && ev->parameters->partner_count == 0)
		note_no_partner(ev, finding);
	else if (!all && finding->result == RESULT_FAIL)
		finding_fail(ev, finding, "%s; so mail to %s may leave in "
		    "clear text", finding->message, names_end(&open));
	for (i = 0; i < ev->facts->transports.count; i++)
		stock &= is_stock_transport(&ev->facts->transports.items[i]);
	finding->stock = finding->result == RESULT_FAIL && stock;
}

/* ---- smtp.out.peer_verified ---- */

/* What verifying rests on: roots, and the names in the certificate. */
static void
judge_basis(const struct evaluation *ev,
    const struct transport_facts *transport, struct verdicts *verdicts)
{
	const struct fact_str *roots = &transport->tls_verify_certificates;
	const struct fact_str *names = &transport->tls_verify_cert_hostnames;
	enum coverage covers = coverage(names, "*");

	/* "system" unless it is set (Exim specification, chapter 30). */
	if (is_judged(ev, verdicts, transport, "tls_verify_certificates",
	    roots, coverage(roots, "system")) &&
	    roots->meta.state == FACT_KNOWN && roots->value[0] == '\0')
		verdict_add(ev, verdicts, RESULT_FAIL, transport,
		    "tls_verify_certificates is empty, so nothing is verified, "
		    "wanted \"system\"");
	if (is_judged(ev, verdicts, transport, "tls_verify_cert_hostnames",
	    names, covers) && covers != COVERS_ALL)
		verdict_add(ev, verdicts, RESULT_FAIL, transport, arena_printf(
		    ev->arena, "tls_verify_cert_hostnames is %s, wanted \"*\": "
		    "any certificate will do otherwise",
		    value_shown(ev, names)));
}

static void
judge_tried(const struct evaluation *ev,
    const struct transport_facts *transport, struct verdicts *verdicts)
{
	const struct fact_str *must = &transport->tls_verify_hosts;
	const struct fact_str *try = &transport->tls_try_verify_hosts;
	enum coverage demanded = coverage(must, ""), tried = coverage(try, "*");

	if (demanded == COVERS_ALL || tried == COVERS_ALL)
		verdict_add(ev, verdicts, RESULT_PASS, transport,
		    demanded == COVERS_ALL ? "certificates are demanded" :
		    "certificates are looked at");
	else if (is_judged(ev, verdicts, transport, "tls_verify_hosts", must,
	    demanded) && is_judged(ev, verdicts, transport,
	    "tls_try_verify_hosts", try, tried))
		verdict_add(ev, verdicts, RESULT_FAIL, transport, arena_printf(
		    ev->arena, "tls_try_verify_hosts is %s, wanted \"*\"",
		    value_shown(ev, try)));
}

static void
judge_dane(const struct evaluation *ev,
    const struct transport_facts *transport, struct verdicts *verdicts)
{
	const struct fact_bool *built = &ev->facts->exchange.dane_supported;
	const struct fact_str *try = &transport->hosts_try_dane;
	enum coverage covers = coverage(try, "*");

	if ((built->meta.state == FACT_KNOWN && !built->value) ||
	    coverage(&transport->hosts_require_dane, "") == COVERS_ALL)
		return;
	if (!is_judged(ev, verdicts, transport, "hosts_try_dane", try,
	    covers) || covers == COVERS_ALL)
		return;
	verdict_add(ev, verdicts, built->meta.state == FACT_KNOWN ?
	    RESULT_FAIL : RESULT_UNKNOWN, transport, arena_printf(ev->arena,
	    "hosts_try_dane is %s, wanted \"*\"%s", value_shown(ev, try),
	    built->meta.state == FACT_KNOWN ? "" : " if Exim was built with "
	    "DANE, which is unknown"));
}

static void
judge_demanded(const struct evaluation *ev,
    const struct transport_facts *transport, struct verdicts *verdicts)
{
	const struct fact_str *must = &transport->tls_verify_hosts;
	enum coverage covers = coverage(must, "");

	if (covers == COVERS_ALL ||
	    coverage(&transport->hosts_require_dane, "") == COVERS_ALL ||
	    !is_judged(ev, verdicts, transport, "tls_verify_hosts", must,
	    covers))
		return;
	verdict_add(ev, verdicts, covers == COVERS_SOME ? RESULT_UNKNOWN :
	    RESULT_FAIL, transport, arena_printf(ev->arena,
	    "tls_verify_hosts is %s, %s", value_shown(ev, must),
	    covers == COVERS_SOME ? "and whether these are the partners' mail "
	    "hosts can not be told from it" :
	    "wanted \"*\" wherever partners' mail may go"));
}

static void
judge_verified(const struct evaluation *ev,
    const struct transport_facts *transport, struct verdicts *verdicts)
{
	judge_basis(ev, transport, verdicts);
	judge_tried(ev, transport, verdicts);
	judge_dane(ev, transport, verdicts);
	if (wants(ev, "partners") && ev->parameters->partner_count > 0)
		judge_demanded(ev, transport, verdicts);
}

static void
verified_evidence(const struct evaluation *ev, struct finding *finding)
{
	const struct facts *facts = ev->facts;
	size_t i;

	for (i = 0; i < facts->transports.count; i++) {
		const struct transport_facts *transport =
		    &facts->transports.items[i];

		finding_item_evidence(ev, finding,
		    "transports.tls_verify_hosts",
		    &transport->tls_verify_hosts.meta);
		finding_item_evidence(ev, finding,
		    "transports.tls_try_verify_hosts",
		    &transport->tls_try_verify_hosts.meta);
		finding_item_evidence(ev, finding,
		    "transports.hosts_try_dane",
		    &transport->hosts_try_dane.meta);
	}
}

static void
evaluate_peer_verified(const struct evaluation *ev, struct finding *finding)
{
	const struct fact_meta *built =
	    &ev->facts->exchange.dane_supported.meta;
	struct finding dane = { 0 };

	if (!judge_transports(ev, judge_verified, finding))
		return;
	verified_evidence(ev, finding);
	if (fact_skipped(built))
		return;
	if (finding_need(ev, &dane, "exchange.dane_supported"))
		finding_pass(ev, &dane, "Exim was built %s DANE",
		    ev->facts->exchange.dane_supported.value ? "with" :
		    "without");
	finding_merge(ev, finding, &dane);
}

/* ---- smtp.in.tls_partners ---- */

/* "*", "example.org"; "*.example.org" is what ends so, not the domain. */
static bool
pattern_holds(const char *pattern, const char *domain)
{
	size_t length = strlen(domain), suffix;

	if (strcmp(pattern, "*") == 0 || strcasecmp(pattern, domain) == 0)
		return true;
	if (strncmp(pattern, "*.", 2) != 0)
		return false;
	suffix = strlen(pattern + 1);
	return length > suffix &&
	    strcasecmp(domain + length - suffix, pattern + 1) == 0;
}

static bool
is_required(const struct fact_list *required, const char *partner)
{
	size_t i;

	for (i = 0; i < required->count; i++)
		if (pattern_holds(required->items[i], partner))
			return true;
	return false;
}

static void
evaluate_tls_partners(const struct evaluation *ev, struct finding *finding)
{
	const struct parameters *parameters = ev->parameters;
	struct names missing = { .count = 0 };
	size_t i;

	if (parameters->partner_count == 0) {
		if (ev->want->integer > 0)
			finding_fail(ev, finding, "the profile declares no "
			    "partner, wanted at least one");
		else
			finding_notapplicable(ev, finding,
			    "the profile declares no partner");
		return;
	}
	if (!finding_need(ev, finding, "exchange.required_inbound"))
		return;
	for (i = 0; i < parameters->partner_count; i++)
		if (!is_required(&ev->facts->exchange.required_inbound,
		    parameters->partners[i]))
			names_add(&missing, parameters->partners[i],
			    strlen(parameters->partners[i]));
	if (missing.count > 0)
		finding_fail(ev, finding, "mail from %s is taken without TLS, "
		    "wanted refused", names_end(&missing));
	else
		finding_pass(ev, finding, "mail from every declared partner is "
		    "refused without TLS");
	finding->stock = missing.count > 0 &&
	    ev->facts->exchange.required_inbound.count == 0;
	listeners_hold_pass(ev, finding);
}

/* ---- smtp.tunnel.partner ---- */

/* One item of exchange.tunnels: "NAME@ADDRESS STATE CIPHER". */
struct tunnel_text {
	char name[80];
	char address[80];
	char state[16];
	char cipher[80];
};

static bool
copy_until(const char **cursor, char end, char *to, size_t size)
{
	const char *stop = strchr(*cursor, end);
	size_t length = stop == NULL ? 0 : (size_t)(stop - *cursor);

	if (stop == NULL || length >= size)
		return false;
	memcpy(to, *cursor, length);
	to[length] = '\0';
	*cursor = stop + 1;
	return true;
}

static bool
tunnel_read(const char *item, struct tunnel_text *tunnel)
{
	if (!copy_until(&item, '@', tunnel->name, sizeof(tunnel->name)) ||
	    !copy_until(&item, ' ', tunnel->address,
	    sizeof(tunnel->address)) ||
	    !copy_until(&item, ' ', tunnel->state, sizeof(tunnel->state)) ||
	    strlen(item) >= sizeof(tunnel->cipher))
		return false;
	memcpy(tunnel->cipher, item, strlen(item) + 1);
	return true;
}

/* AES_GCM is wanted, AES_GCM_16-256 is one; "*" is any. */
static bool
cipher_wanted(const struct want *want, const char *cipher)
{
	size_t i, length;

	for (i = 0; i < want->list_count; i++) {
		length = strlen(want->list[i]);
		if (strcmp(want->list[i], "*") == 0 ||
		    (strncasecmp(cipher, want->list[i], length) == 0 &&
		    strchr("_-", cipher[length]) != NULL))
			return true;
	}
	return false;
}

static void
evaluate_tunnel(const struct evaluation *ev, const char *declared,
    struct finding *finding)
{
	const struct fact_list *tunnels = &ev->facts->exchange.tunnels;
	bool up = false, maybe = false, seen = false;
	struct tunnel_text tunnel;
	size_t i;

	for (i = 0; i < tunnels->count; i++) {
		if (!tunnel_read(tunnels->items[i], &tunnel) ||
		    (strcmp(tunnel.name, declared) != 0 &&
		    strcasecmp(tunnel.address, declared) != 0))
			continue;
		seen = true;
		up |= strcmp(tunnel.state, "up") == 0;
		maybe |= strcmp(tunnel.state, "idle") == 0 ||
		    strcmp(tunnel.state, "policy") == 0;
		if (strcmp(tunnel.state, "up") != 0 ||
		    cipher_wanted(ev->want, tunnel.cipher))
			continue;
		finding_fail(ev, finding, "tunnel %s is up with %s, which the "
		    "profile does not name", shown(ev->arena, declared),
		    tunnel.cipher);
		return;
	}
	if (up)
		finding_pass(ev, finding, "tunnel %s is up",
		    shown(ev->arena, declared));
	else if (maybe)
		finding_unknown(ev, finding, "tunnel %s is configured, and "
		    "whether it is up can not be told: no handshake of late, or "
		    "only a policy of the kernel", shown(ev->arena, declared));
	else
		finding_fail(ev, finding, "tunnel %s is not up%s, wanted up",
		    shown(ev->arena, declared), seen ? "" : ": neither wg, "
		    "swanctl nor the kernel's policies know the name or "
		    "address");
}

static void
evaluate_tunnels(const struct evaluation *ev, struct finding *finding)
{
	const struct parameters *parameters = ev->parameters;
	size_t i;

	if (parameters->tunnel_count == 0) {
		finding_notapplicable(ev, finding,
		    "the profile declares no tunnel");
		return;
	}
	if (!finding_need(ev, finding, "exchange.tunnels"))
		return;
	for (i = 0; i < parameters->tunnel_count; i++) {
		struct finding one = { 0 };

		evaluate_tunnel(ev, parameters->tunnels[i], &one);
		finding_merge(ev, finding, &one);
	}
}

const struct check smtp_checks[] = {
	{
		.id = "smtp.out.tls_required",
		.title = "Mail to partners can not leave in clear text",
		.scope = SCOPE_SERVICE,
		.subject = "exim",
		.needs = { "inventory.transports",
		    "?exchange.required_outbound",
		    "?transports.hosts_require_tls",
		    "?transports.hosts_avoid_tls",
		    "?transports.tls_tempfail_tryclear" },
		.evaluate.host = evaluate_tls_required,
		.want = WANT_STRING,
		.want_words = required_words,
		.remediation = "exim.transport-tls",
		.mode = REMEDIATION_MANUAL,
		.explain =
		    "cPanel's Exim sends with TLS when the other server offers "
		    "it, and in clear text when it does not or when the handshake "
		    "fails. Name the domains with which patients' data is "
		    "exchanged in the profile, parameters: partners, and give "
		    "them a router with these domains and no condition, and an "
		    "smtp transport with hosts_require_tls = "
		    "* in WHM, Home > Service Configuration > Exim Configuration "
		    "Manager > Advanced Editor, sections PREROUTERS and "
		    "TRANSPORTSTART. Mail to a partner whose server has no TLS is "
		    "then deferred and in the end returned, so test it with them "
		    "first; a transport of your own does not have cPanel's DKIM, "
		    "SRS and outgoing address unless you copy these as well.",
	},
	{
		.id = "smtp.out.peer_verified",
		.title = "Receiving servers are authenticated where they can be",
		.scope = SCOPE_SERVICE,
		.subject = "exim",
		.needs = { "inventory.transports",
		    "?transports.tls_verify_hosts",
		    "?transports.tls_try_verify_hosts",
		    "?transports.hosts_try_dane",
		    "?exchange.dane_supported" },
		.evaluate.host = evaluate_peer_verified,
		.want = WANT_STRING,
		.want_words = verified_words,
		.remediation = "exim.transport-verify",
		.mode = REMEDIATION_MANUAL,
		.explain =
		    "Encryption to a server that nobody looked at is encryption "
		    "to whoever answers. By default Exim looks at every "
		    "certificate and writes CV=yes or CV=no into its log, and "
		    "uses DANE where a domain publishes it. Leave "
		    "tls_try_verify_hosts, tls_verify_certificates and "
		    "hosts_try_dane alone, and for partners add tls_verify_hosts "
		    "= * to their transport in WHM, Home > Service Configuration "
		    "> Exim Configuration Manager > Advanced Editor. Mail to a "
		    "partner whose certificate expires then waits; agree on it "
		    "first.",
	},
	{
		.id = "smtp.in.tls_partners",
		.title = "Mail from partners is refused unless encrypted",
		.scope = SCOPE_SERVICE,
		.subject = "exim",
		.needs = { "?exchange.required_inbound", "?site.port_owners" },
		.evaluate.host = evaluate_tls_partners,
		.want = WANT_INT,
		.remediation = "exim.acl-require-tls",
		.mode = REMEDIATION_MANUAL,
		.explain =
		    "A partner's server that stops using TLS, or that somebody on "
		    "the path talks out of it, delivers patients' data for "
		    "everybody to read. In WHM, Home > Service Configuration > "
		    "Exim Configuration Manager > Advanced Editor, custom_begin_"
		    "mail, add: deny message = Use TLS, sender_domains = the "
		    "partners' domains, !encrypted = *, one a line. Their mail is "
		    "refused from then on whenever it comes in clear text: tell "
		    "them, and never do this for everybody.",
	},
	{
		.id = "smtp.tunnel.partner",
		.title = "Declared tunnels to partners are up and strong",
		.scope = SCOPE_HOST,
		.subject = "host",
		.needs = { "?exchange.tunnels" },
		.evaluate.host = evaluate_tunnels,
		.want = WANT_LIST,
		.remediation = "host.tunnels",
		.mode = REMEDIATION_MANUAL,
		.explain =
		    "Where mail to a partner, a smarthost or the administrators' "
		    "network is meant to go through WireGuard or IPsec, a tunnel "
		    "that is down sends it around. Name tunnels in the profile, "
		    "parameters: tunnels, by interface, connection or the peer's "
		    "address; wg show, swanctl --list-sas and ip xfrm policy tell "
		    "how they are. WHM has no page for them. WireGuard has one "
		    "cipher, ChaCha20-Poly1305, which FIPS 140 does not approve.",
	},
};
