#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/hostname.h"
#include "parse/tls_suites.h"
#include "report/escape.h"
#include "report/probe_text.h"
#include "report/report_private.h"
#include "report/wrap.h"

#define DEFAULT_WIDTH 80
#define MIN_WIDTH 40
#define INDENT 4
#define GUTTER 16		/* where values begin: a SHA-256 fits into 80 */
#define SHOWN_NAMES 12
#define SHOWN_CHAINS 8
#define DAY 86400

#define BAD "31"
#define UNKNOWN "33"

struct text {
	FILE *out;
	unsigned width;
	bool color;
	int64_t now;
	struct arena *arena;	/* for what is printed of one listener */
};

static const char *
clean(const struct text *text, const char *bytes)
{
	return escape_terminal(text->arena, bytes, strlen(bytes));
}

/* A row; without a label it goes on with the row above. value is clean. */
static void
print_row(const struct text *text, const char *label, const char *color,
    const char *value)
{
	struct wrap wrap = {
		.out = text->out, .width = text->width, .indent = GUTTER,
		.column = GUTTER,
	};

	fprintf(text->out, "%*s%-*s", INDENT, "", GUTTER - INDENT, label);
	if (text->color && color != NULL)
		fprintf(text->out, "\x1b[%sm", color);
	wrap_text(&wrap, value);
	if (text->color && color != NULL)
		fputs("\x1b[0m", text->out);
	wrap_end(&wrap);
}

/* The peer's text, where there is one. */
static void
print_peer(const struct text *text, const char *label, const char *value)
{
	if (value != NULL)
		print_row(text, label, NULL, value[0] == '\0' ? "empty" :
		    clean(text, value));
}

/* Nothing for what is not known. */
static void
print_seen(const struct text *text, const char *label, enum probe_seen seen,
    const char *yes, const char *no)
{
	if (seen != PROBE_UNKNOWN)
		print_row(text, label, NULL, seen == PROBE_YES ? yes : no);
}

/* ---- lists of code points ---- */

typedef const char *code_name(uint16_t id, char *buffer);

/* "A, B, C", nothing for an empty list. */
static void
print_codes(const struct text *text, const char *label, const char *color,
    const struct code_list *list, code_name *name)
{
	const char *line = "";
	char buffer[16];
	size_t i;

	for (i = 0; i < list->count; i++)
		line = arena_printf(text->arena, "%s%s%s", line,
		    i == 0 ? "" : ", ", name(list->ids[i], buffer));
	if (list->count > 0)
		print_row(text, label, color, line);
}

/* What only a complete list decides is counted, not spelled out. */
static void
print_undecided(const struct text *text, const struct code_list *list,
    const char *what, bool full)
{
	if (list->count > 0)
		print_row(text, "", UNKNOWN, arena_printf(text->arena,
		    "not known: %zu more %s%s%s", list->count, what,
		    list->count == 1 ? "" : "s", full ? "" :
		    ", --full tells"));
}

/* ---- before TLS ---- */

static void
print_clear(const struct text *text, const struct probe_listener *listener)
{
	print_peer(text, "greeting", listener->greeting);
	if (listener->http_status != 0)
		print_row(text, "HTTP", NULL, clean(text,
		    arena_printf(text->arena, "%u%s%s", listener->http_status,
		    listener->location == NULL ? "" : ", sent on to ",
		    listener->location == NULL ? "" : listener->location)));
	print_peer(text, "HSTS", listener->hsts);
	print_seen(text, "STARTTLS", listener->starttls, "offered",
	    "not offered");
	if (listener->mechanisms_seen)
		print_row(text, "before TLS",
		    listener->mechanisms == NULL ||
		    listener->mechanisms[0] == '\0' ? NULL : BAD,
		    listener->mechanisms == NULL ||
		    listener->mechanisms[0] == '\0' ?
		    "no mechanism is offered" : clean(text,
		    arena_printf(text->arena, "offers %s",
		    listener->mechanisms)));
	if (listener->clear_login != PROBE_UNKNOWN)
		print_row(text, listener->mechanisms_seen ? "" : "before TLS",
		    listener->clear_login == PROBE_YES ? BAD : NULL,
		    listener->clear_login == PROBE_YES ?
		    "a password may be sent in clear" :
		    "a password in clear is refused");
	if (listener->relay != PROBE_UNKNOWN)
		print_row(text, "relay",
		    listener->relay == PROBE_YES ? BAD : NULL,
		    listener->relay == PROBE_YES ?
		    "a stranger's mail to a stranger is accepted" :
		    "a stranger's mail to a stranger is refused");
}

/* ---- TLS ---- */

static void
print_version(const struct text *text, const struct probe_version *version,
    bool full)
{
	static const char *const orders[] = {
		[ORDER_UNKNOWN] = "accepted",
		[ORDER_SERVER] = "accepted, the server's order decides",
		[ORDER_CLIENT] = "accepted, the client's order decides",
	};
	const char *name = tls_version_name(version->version);

	if (version->accepted == PROBE_UNKNOWN)
		print_row(text, name, UNKNOWN, "not known");
	else if (version->accepted == PROBE_NO)
		print_row(text, name, NULL, "refused");
	else
		print_row(text, name, version->version < TLS_1_2 ? BAD : NULL,
		    orders[version->order]);
	print_codes(text, "", NULL, &version->suites, tls_suite_name);
	if (version->accepted == PROBE_YES)
		print_undecided(text, &version->undecided, "suite", full);
}

/* Did anybody get as far as asking for TLS? */
static bool
tls_asked(const struct probe_listener *listener)
{
	size_t i;

	for (i = 0; i < PROBE_VERSION_COUNT; i++)
		if (listener->versions[i].accepted != PROBE_UNKNOWN)
			return true;
	return false;
}

static void
print_groups(const struct text *text, const struct probe_listener *listener)
{
	char buffer[16];

	print_codes(text, "groups", NULL, &listener->groups, tls_group_name);
	if (listener->group != 0)
		print_row(text, listener->groups.count > 0 ? "" : "groups",
		    NULL, arena_printf(text->arena, "%s when all are offered",
		    tls_group_name(listener->group, buffer)));
	print_undecided(text, &listener->groups_undecided, "group",
	    listener->full);
	if (listener->dh_bits != 0)
		print_row(text, "DHE",
		    listener->dh_bits < 2048 ? BAD : NULL,
		    arena_printf(text->arena, "%u bits", listener->dh_bits));
	print_codes(text, "signatures", NULL, &listener->sigalgs, tls_sigalg_name);
}

static void
print_features(const struct text *text, const struct probe_listener *listener)
{
	static const struct {
		const char *words;
		enum probe_seen bad;	/* UNKNOWN = neither is */
	} features[FEATURE_COUNT] = {
		[FEATURE_SECURE_RENEGOTIATION] =
		    { "secure renegotiation", PROBE_NO },
		[FEATURE_CLIENT_RENEGOTIATION] =
		    { "renegotiation by the client", PROBE_YES },
		[FEATURE_COMPRESSION] = { "compression", PROBE_YES },
		[FEATURE_TICKETS] = { "session tickets", PROBE_UNKNOWN },
		[FEATURE_OCSP_STAPLE] = { "OCSP staple", PROBE_UNKNOWN },
		[FEATURE_EXTENDED_MASTER_SECRET] =
		    { "extended master secret", PROBE_UNKNOWN },
		[FEATURE_FALLBACK_SCSV] = { "fallback SCSV", PROBE_UNKNOWN },
		[FEATURE_STARTTLS_INJECTION] =
		    { "STARTTLS injection", PROBE_YES },
	};
	static const struct {
		const char *label;
		enum probe_seen seen;
		bool bad;
	} rows[] = {
		{ "features", PROBE_YES, false },
		{ "", PROBE_YES, true },
		{ "without", PROBE_NO, false },
		{ "", PROBE_NO, true },
	};
	const char *label = "";
	size_t row, i;

	for (row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
		const char *line = "";

		for (i = 0; i < FEATURE_COUNT; i++)
			if (listener->features[i] == rows[row].seen &&
			    (features[i].bad == rows[row].seen) ==
			    rows[row].bad)
				line = arena_printf(text->arena, "%s%s%s",
				    line, line[0] == '\0' ? "" : ", ",
				    features[i].words);
		/* The second row of a pair has the label where the first is not. */
		if (rows[row].label[0] != '\0')
			label = rows[row].label;
		if (line[0] == '\0')
			continue;
		print_row(text, label, rows[row].bad ? BAD : NULL, line);
		label = "";
	}
}

/* ---- certificates ---- */

static void
print_names(const struct text *text, const struct probe_chain *chain)
{
	const char *line = "for";
	size_t i;

	for (i = 0; i < chain->name_count && i < SHOWN_NAMES; i++)
		line = arena_printf(text->arena, "%s%s %s", line,
		    i == 0 ? "" : ",", clean(text, chain->names[i]));
	if (chain->name_count > SHOWN_NAMES)
		line = arena_printf(text->arena, "%s and %zu more", line,
		    chain->name_count - SHOWN_NAMES);
	print_row(text, "", NULL, chain->name_count == 0 ? "for no name" :
	    line);
}

/* Days are whole ones: on its last day it expires in 0. */
static void
print_expiry(const struct text *text, const struct probe_chain *chain)
{
	char from[REPORT_TIME_SIZE], to[REPORT_TIME_SIZE];
	/* A peer's date is anything; a difference must not overflow. */
	double days = ((double)chain->not_after - (double)text->now) / DAY;
	int64_t whole = (int64_t)(days < 0 ? -days : days);
	bool early = chain->not_before > text->now;
	const char *plural = whole == 1 ? "" : "s";
	const char *words;

	report_time(chain->not_before, from);
	report_time(chain->not_after, to);
	if (early)
		words = arena_printf(text->arena, "not valid before %s", from);
	else if (days < 0)
		words = arena_printf(text->arena, "expired %s, %" PRId64
		    " day%s ago", to, whole, plural);
	else
		words = arena_printf(text->arena, "expires %s, in %" PRId64
		    " day%s", to, whole, plural);
	print_row(text, "", early || days < 0 ? BAD : NULL, words);
}

static void
print_trust(const struct text *text, const struct probe_chain *chain)
{
	const char *why = chain->why == NULL ? "no reason given" :
	    clean(text, chain->why);

	if (chain->trusted == PROBE_YES)
		print_row(text, "", NULL, "trusted");
	else if (chain->trusted == PROBE_NO)
		print_row(text, "", BAD, arena_printf(text->arena,
		    "not trusted: %s", why));
	else
		print_row(text, "", UNKNOWN, arena_printf(text->arena,
		    "trust not known: %s", why));
}

/* What a client that asked for the name would say of the certificate. */
static void
print_mismatch(const struct text *text, const struct probe_chain *chain)
{
	size_t i;

	if (chain->server_name == NULL)
		return;
	for (i = 0; i < chain->name_count; i++)
		if (hostname_matches(chain->names[i], chain->server_name))
			return;
	print_row(text, "", BAD, arena_printf(text->arena, "not for %s",
	    clean(text, chain->server_name)));
}

static const char *
or_unknown(const struct text *text, const char *value)
{
	return value == NULL || value[0] == '\0' ? "unknown" :
	    clean(text, value);
}

static void
print_chain(const struct text *text, const struct probe_chain *chain)
{
	print_row(text, "certificate", NULL, chain->server_name == NULL ?
	    "without a name asked for" : arena_printf(text->arena,
	    "asked for %s", clean(text, chain->server_name)));
	print_row(text, "", NULL, arena_printf(text->arena, "subject %s",
	    chain->subject == NULL || chain->subject[0] == '\0' ? "empty" :
	    clean(text, chain->subject)));
	print_names(text, chain);
	print_mismatch(text, chain);
	print_row(text, "", NULL, arena_printf(text->arena, "issuer %s",
	    or_unknown(text, chain->issuer)));
	print_expiry(text, chain);
	print_trust(text, chain);
	print_row(text, "", NULL, arena_printf(text->arena,
	    "key %s, signed with %s, %zu certificate%s sent%s",
	    or_unknown(text, chain->key), or_unknown(text, chain->signature),
	    chain->sent, chain->sent == 1 ? "" : "s",
	    chain->must_staple ? ", must staple" : ""));
	print_row(text, "sha256", NULL, or_unknown(text, chain->sha256));
}

static void
print_chains(const struct text *text, const struct probe_listener *listener)
{
	size_t i;

	for (i = 0; i < listener->chain_count && i < SHOWN_CHAINS; i++)
		print_chain(text, &listener->chains[i]);
	if (listener->chain_count > SHOWN_CHAINS)
		print_row(text, "", NULL, arena_printf(text->arena,
		    "and %zu more names: -o json has them",
		    listener->chain_count - SHOWN_CHAINS));
}

/* ---- a listener ---- */

static void
print_heading(const struct text *text, const struct probe_listener *listener)
{
	const char *address = clean(text, listener->address);
	bool colons = strchr(address, ':') != NULL;

	fprintf(text->out, "\n%s%s%s%s:%u %s", text->color ? "\x1b[1m" : "",
	    colons ? "[" : "", address, colons ? "]" : "", listener->port,
	    probe_protocol_name(listener->protocol));
	if (strcmp(listener->host, listener->address) != 0)
		fprintf(text->out, " %s", clean(text, listener->host));
	fprintf(text->out, "%s\n", text->color ? "\x1b[0m" : "");
}

static void
print_open(const struct text *text, const struct probe_listener *listener)
{
	size_t i;

	print_clear(text, listener);
	if (tls_asked(listener)) {
		for (i = 0; i < PROBE_VERSION_COUNT; i++)
			print_version(text, &listener->versions[i],
			    listener->full);
		print_groups(text, listener);
		print_chains(text, listener);
		print_features(text, listener);
	} else if (probe_protocol_implicit(listener->protocol)) {
		print_row(text, "TLS", UNKNOWN, "not known");
	}
	if (listener->why != NULL)
		print_row(text, "not seen", UNKNOWN,
		    clean(text, listener->why));
}

static void
print_listener(const struct text *text, const struct probe_listener *listener)
{
	print_heading(text, listener);
	switch (listener->status) {
	case PROBE_OPEN:
		print_open(text, listener);
		break;
	case PROBE_CLOSED:
		print_row(text, "closed", NULL, "nothing listens");
		return;
	case PROBE_FAILED:
		print_row(text, "unknown", UNKNOWN, listener->why == NULL ?
		    "no reason given" : clean(text, listener->why));
		break;
	}
	if (listener->source != NULL)
		print_row(text, "probed from", NULL,
		    clean(text, listener->source));
}

void
probe_text(FILE *out, const struct probe_result *result,
    const struct probe_text_options *options)
{
	unsigned width = options->width == 0 ? DEFAULT_WIDTH : options->width;
	struct text text = {
		.out = out,
		.width = width < MIN_WIDTH ? MIN_WIDTH : width,
		.color = options->color,
		.now = options->now,
	};
	uint64_t connections = 0;
	size_t i;

	/* Also what says to -o text:FILE that the file is ours. */
	fprintf(out, "cpward %s: what %zu listener%s\n", options->version,
	    result->count, result->count == 1 ? " offers" : "s offer");
	for (i = 0; i < result->count; i++) {
		text.arena = arena_new();
		print_listener(&text, &result->listeners[i]);
		arena_free(text.arena);
		connections += result->listeners[i].connections;
	}
	fprintf(out, "\n%" PRIu64 " connection%s, %" PRId64 " ms\n",
	    connections, connections == 1 ? "" : "s", options->duration_ms);
}
