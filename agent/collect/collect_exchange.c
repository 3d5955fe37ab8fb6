/*
 * How mail is exchanged with other servers, as far as it stands in no file
 * that the exim collector parses: what this Exim was built with, whether it
 * relays, how a sender is held to its account, and which tunnels are up.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "collect/collect_exchange.h"
#include "parse/keyvalue.h"
#include "parse/tunnels.h"

#define EXIM "/usr/sbin/exim"
#define LOCALOPTS "/etc/exim.conf.localopts"
#define WG "/usr/bin/wg"
#define SWANCTL "/usr/sbin/swanctl"
#define IP "/sbin/ip"
#define RELAY_ORIGIN "exim -bh 192.0.2.200"

/* ---- what Exim was built with ---- */

static bool
has_word(const char *line, size_t length, const char *word)
{
	size_t size = strlen(word), i;

	for (i = 0; i + size <= length; i++)
		if (strncmp(line + i, word, size) == 0 &&
		    (i == 0 || line[i - 1] == ' ') &&
		    (i + size == length || line[i + size] == ' '))
			return true;
	return false;
}

static void
collect_dane(struct collection *collection)
{
	static const char *const argv[] = { EXIM, "-bV", NULL };
	static const char label[] = "Support for:";
	struct fact_bool *fact = &collection->facts->exchange.dane_supported;
	struct answer answer = host_command(collection->host,
	    collection->scratch, argv, HOST_CAP_CONFIG);
	const char *line;

	if (!meta_from_answer(collection, &fact->meta, &answer, "exim -bV"))
		return;
	line = strstr(answer.bytes, label);
	if (line == NULL)
		meta_unknown(collection, &fact->meta, "exim -bV",
		    "exim -bV does not print what it supports");
	else
		fact->value = has_word(line, strcspn(line, "\r\n"), "DANE");
}

/* ---- is mail of strangers for strangers taken? ---- */

/*
 * A documentation address (RFC 5737) as client, a recipient that nobody has
 * (RFC 2606), and no sender, whose verification could refuse for another
 * reason. exim -bh takes no message and logs nothing, but it does write the
 * database of rate limits: so it is asked on demand only. No name here holds
 * the word that a refusal is known by: replies repeat them.
 */
static const char relay_script[] =
    "EHLO stranger.example.net\r\n"
    "MAIL FROM:<>\r\n"
    "RCPT TO:<stranger@example.com>\r\n"
    "QUIT\r\n";

/* A line of a reply, its last one when *ret_last: "550-no", "550 no". */
static bool
is_reply(const char *line, bool *ret_last)
{
	*ret_last = line[0] != '\0' && strchr(" \r\n", line[3]) != NULL;
	return line[0] >= '2' && line[0] <= '5' &&
	    strspn(line, "0123456789") == 3 &&
	    (*ret_last || line[3] == '-');
}

/*
 * The n-th reply, counted from 1, its lines joined by blanks; "" when there
 * are not so many. What Exim says of itself stands on lines between.
 */
static const char *
reply_text(struct arena *arena, const char *text, int n)
{
	const char *reply = "", *line = text;
	size_t length;
	bool last;

	for (; *line != '\0'; line += length + (line[length] == '\n')) {
		length = strcspn(line, "\n");
		if (length < 3 || !is_reply(line, &last))
			continue;
		if (n == 1)
			reply = arena_printf(arena, "%s%s%.*s", reply,
			    reply[0] != '\0' ? " " : "",
			    (int)strcspn(line, "\r\n"), line);
		if (last && --n == 0)
			return reply;
	}
	return "";
}

/*
 * Refused is only what is refused as relaying: a recipient whose domain takes
 * no mail (RFC 7505), or a client on a blacklist, an open relay refuses too.
 */
static void
judge_relay(struct collection *collection, const char *replies)
{
	struct fact_str *fact =
	    &collection->facts->exchange.relay_from_outside;
	const char *mail = reply_text(collection->scratch, replies, 3);
	const char *recipient = reply_text(collection->scratch, replies, 4);

	if (mail[0] == '2' && recipient[0] == '2')
		set_string(collection, fact, RELAY_ORIGIN, "accepted");
	else if (mail[0] == '2' && recipient[0] == '5' &&
	    strcasestr(recipient, "relay") != NULL)
		set_string(collection, fact, RELAY_ORIGIN, "refused");
	else
		meta_unknown(collection, &fact->meta, RELAY_ORIGIN,
		    "the session came to no verdict on relaying: MAIL was "
		    "answered \"%.100s\" and RCPT \"%.200s\"", mail, recipient);
}

static void
collect_relay(struct collection *collection)
{
	static const char *const argv[] = { EXIM, "-bh", "192.0.2.200", NULL };
	struct fact_str *fact =
	    &collection->facts->exchange.relay_from_outside;
	struct answer answer;

	if (collection->options == NULL || !collection->options->deep) {
		meta_unknown(collection, &fact->meta, RELAY_ORIGIN,
		    FACT_ON_REQUEST_PREFIX "--deep only");
		return;
	}
	answer = host_command_input(collection->host, collection->scratch,
	    argv, relay_script, HOST_CAP_CONFIG);
	if (meta_from_answer(collection, &fact->meta, &answer, RELAY_ORIGIN))
		judge_relay(collection, answer.bytes);
}

/* ---- may a user send as somebody else? ---- */

/*
 * docs.cpanel.net, Exim Configuration Manager - Basic Editor, Mail: "Rewrite
 * From: header to match actual sender" (disable, remote, all; default disable)
 * and "Set SMTP Sender: headers" (default off).
 */
static const char *
binding_of(const struct keyvalues *localopts, unsigned *ret_line)
{
	const struct keyvalue *rewrite = keyvalues_find(localopts,
	    "rewrite_from");
	const struct keyvalue *sender = keyvalues_find(localopts,
	    "setsenderheader");
	const char *how = rewrite == NULL || rewrite->value == NULL ?
	    "disable" : rewrite->value;
	bool added = sender != NULL && sender->value != NULL &&
	    strcmp(sender->value, "1") == 0;

	*ret_line = rewrite != NULL ? rewrite->line : 0;
	if (strcmp(how, "all") == 0)
		return "from-rewritten";
	if (added) {
		*ret_line = sender->line;
		return "sender-added";
	}
	if (strcmp(how, "remote") == 0)
		return "from-rewritten-outside";
	return strcmp(how, "disable") == 0 || how[0] == '\0' ? "none" : NULL;
}

static void
collect_binding(struct collection *collection)
{
	struct fact_str *fact = &collection->facts->exchange.sender_binding;
	struct answer answer = host_file(collection->host,
	    collection->scratch, LOCALOPTS, HOST_CAP_CONFIG);
	struct keyvalues localopts;
	const char *binding, *origin = LOCALOPTS;
	unsigned line;

	/* cPanel always writes it: without it these are not its defaults. */
	if (answer.status == ANSWER_ABSENT) {
		meta_unknown(collection, &fact->meta, LOCALOPTS,
		    "there is no " LOCALOPTS);
		return;
	}
	if (!meta_from_answer(collection, &fact->meta, &answer, LOCALOPTS))
		return;
	keyvalues_parse(collection->scratch, answer.bytes, answer.length, '=',
	    &localopts);
	binding = binding_of(&localopts, &line);
	if (line > 0)
		origin = arena_printf(collection->scratch, "%s:%u", LOCALOPTS,
		    line);
	if (binding == NULL)
		meta_unknown(collection, &fact->meta, origin,
		    "rewrite_from is a word that is not documented");
	else
		set_string(collection, fact, origin, binding);
}

/* ---- tunnels ---- */

/*
 * The program's output; "" when it is not installed. Never `wg show dump` nor
 * `ip xfrm state`: these print keys.
 */
static const char *
ask_program(struct collection *collection, const char *const *argv,
    const char **why)
{
	struct answer answer = host_command(collection->host,
	    collection->scratch, argv, HOST_CAP_LIST);

	if (answer.status == ANSWER_ABSENT)
		return "";
	if (answer.status == ANSWER_OK && answer.code == 0)
		return answer.bytes;
	if (*why == NULL)
		*why = answer.status != ANSWER_OK ? answer.why :
		    arena_printf(collection->scratch, "%s ended with status "
		    "%d: %.200s", argv[0], answer.code, answer.why != NULL ?
		    answer.why : "");
	return "";
}

static const char *
tunnel_text(struct arena *arena, const struct tunnel *tunnel)
{
	return arena_printf(arena, "%s@%s %s %s", tunnel->name,
	    tunnel->address, tunnel->state, tunnel->cipher);
}

static void
collect_tunnels(struct collection *collection)
{
	static const char *const handshakes[] = { WG, "show", "all",
	    "latest-handshakes", NULL };
	static const char *const endpoints[] = { WG, "show", "all",
	    "endpoints", NULL };
	static const char *const associations[] = { SWANCTL, "--list-sas",
	    NULL };
	static const char *const policies[] = { IP, "xfrm", "policy", NULL };
	struct fact_list *list = &collection->facts->exchange.tunnels;
	struct tunnels tunnels = { 0 };
	const char **items = NULL, *why = NULL, *text;
	size_t count = 0, i;

	text = ask_program(collection, handshakes, &why);
	if (text[0] != '\0')
		tunnels_wireguard(collection->scratch, text, ask_program(
		    collection, endpoints, &why),
		    collection->facts->collected_at, &tunnels);
	tunnels_swanctl(collection->scratch, ask_program(collection,
	    associations, &why), &tunnels);
	tunnels_xfrm(collection->scratch, ask_program(collection, policies,
	    &why), &tunnels);
	if (why != NULL) {
		meta_unknown(collection, &list->meta, "wg, swanctl, ip xfrm",
		    "%s", why);
		return;
	}
	for (i = 0; i < tunnels.count; i++)
		*arena_push(collection->arena, &items, &count) =
		    tunnel_text(collection->arena, &tunnels.items[i]);
	meta_known(&list->meta, "wg, swanctl, ip xfrm");
	list->items = items;
	list->count = count;
}

static void
collect_exchange(struct collection *collection)
{
	collect_dane(collection);
	collect_relay(collection);
	collect_binding(collection);
	collect_tunnels(collection);
}

static const struct access exchange_accesses[] = {
	{ ASK_COMMAND, EXIM " -bV", "was it built with DANE" },
	{ ASK_COMMAND, EXIM " -bh 192.0.2.200",
	    "would it relay for a stranger; with --deep only" },
	{ ASK_FILE, LOCALOPTS, "how senders are held to their account" },
	{ ASK_COMMAND, WG " show all latest-handshakes",
	    "WireGuard tunnels that are up" },
	{ ASK_COMMAND, WG " show all endpoints", "their peers" },
	{ ASK_COMMAND, SWANCTL " --list-sas", "IPsec tunnels that are up" },
	{ ASK_COMMAND, IP " xfrm policy", "IPsec tunnels of other programs" },
};

static const char *const exchange_groups[] = { "exchange", NULL };

static const char *const exchange_depends[] = { "exim", NULL };

extern const struct collector collector_exchange;
const struct collector collector_exchange = {
	.name = "exchange",
	.accesses = exchange_accesses,
	.access_count = sizeof(exchange_accesses) /
	    sizeof(exchange_accesses[0]),
	.collect = collect_exchange,
	.groups = exchange_groups,
	.planes = PLANE_BIT(PLANE_FILE) | PLANE_BIT(PLANE_DAEMON),
	.depends = exchange_depends,
};
