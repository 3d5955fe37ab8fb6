/*
 * A name server as the bulk resolver sees it: how much may be on its way to it,
 * and whether it is alive.
 *
 * Pacing. A socket's queue holds 277 small datagrams by Linux's default, fewer
 * of long names, and what is more is lost without a word. So WINDOW_SAFE are sent
 * as soon as replies come, and more only as long as that pays: where they are on a long
 * way, or wait for other servers, twice as many bring twice as much, and
 * where they stand in the server's queue, nothing. Therefore the window is
 * doubled while a round is half as fast again as the best before. Then it stays,
 * and now and then an eighth more is put on trial for a round. A round that lost
 * more than one in sixteen halves it. Slow names do not, for a resolver that waits
 * for somebody else has lost nothing: lost is what the next try was answered for,
 * unless the reply came late. Nor do they stand in the way of the others: later
 * tries have room of their own. Whoever has a domain here can point
 * thousands of names at a server that is silent. What a wider window frees at once is
 * not sent at once, but at twice the best rate: over a long way, replies to what left
 * together come back together.
 *
 * Health. A resolver that answers nothing for a while is asked for the root's
 * name servers, which it has at hand. It is put aside until it answers that.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fileio.h"
#include "host/dns_private.h"

#define WINDOW_FIRST 32
#define WINDOW_LEAST 16
#define WINDOW_SAFE 128
#define BURST 64
#define WINDOW_MOST 2048
/* Fewer than a queue holds, and than a resolver waits for (BIND: 1000). */
#define AGAIN_MOST 256
#define ROUND_US 10000	/* at least: being off the processor is no slow server */
#define CALM_ROUNDS 16
#define SILENT_TRIES 32		/* in a row, and … */
#define SILENT_US 1000000	/* … for that long: then it is probed */
#define SILENT_MOST 256
#define PROBES 3
#define PROBE_GAP_US 500000
#define PROBE_LATER_US 5000000
#define RESOLV_CONF_SERVERS 3	/* MAXNS of resolv.h */
#define RESOLV_CONF_MAX (64u * 1024)

int64_t
dns_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* getrandom(2) does not fail for so few bytes once the system is up. */
void
dns_random(void *out, size_t size)
{
	while (getrandom(out, size, 0) != (ssize_t)size)
		;
}

/* ---- addresses ---- */

/* "ADDR", "ADDR:PORT", "[ADDR]:PORT" in two parts; -1 when it is too long. */
static int
split_port(const char *text, char address[64], char port[8])
{
	const char *colon = strchr(text, ':'), *close = strrchr(text, ']');
	size_t length = strlen(text);

	snprintf(port, 8, "53");
	if (text[0] == '[') {
		if (close == NULL || (close[1] != '\0' && close[1] != ':'))
			return -1;
		colon = close[1] == ':' ? close + 1 : NULL;
		text++;
		length = (size_t)(close - text);
	} else if (colon != NULL && strchr(colon + 1, ':') == NULL) {
		length = (size_t)(colon - text);
	} else {
		colon = NULL;	/* an IPv6 address alone */
	}
	if (length >= 64 || (colon != NULL && (strlen(colon + 1) > 5 ||
	    colon[1 + strspn(colon + 1, "0123456789")] != '\0' ||
	    colon[1] == '\0')))
		return -1;
	memcpy(address, text, length);
	address[length] = '\0';
	if (colon != NULL)
		snprintf(port, 8, "%.5s", colon + 1);
	return strtoul(port, NULL, 10) - 1 < 65535 ? 0 : -1;
}

int
dns_server_init(struct dns_server *server, const char *text)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM,
	    .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	char address[64], port[8];
	struct addrinfo *found;
	struct in_addr ipv4;
	unsigned kind;

	memset(server, 0, sizeof(*server));
	/* "127.1" is an address to getaddrinfo(3) alone. */
	if (split_port(text, address, port) != 0 ||
	    (strchr(address, ':') == NULL &&
	    inet_pton(AF_INET, address, &ipv4) != 1) ||
	    getaddrinfo(address, port, &hints, &found) != 0)
		return -1;
	server->text = text;
	server->address_length = found->ai_addrlen;
	memcpy(&server->address, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	/*
	 * Old c-ares reads no scope ("%eth0"): it is left out here, and the
	 * lane connects to the whole address.
	 */
	address[strcspn(address, "%")] = '\0';
	snprintf(server->csv, sizeof(server->csv), "[%s]:%s", address, port);
	if (server->address.ss_family == AF_INET)
		snprintf(server->csv, sizeof(server->csv), "%s:%s", address,
		    port);
	for (kind = 0; kind < LANE_COUNT; kind++) {
		server->lanes[kind].server = server;
		server->lanes[kind].fd = -1;
	}
	return 0;
}

int
dns_server_valid(const char *text)
{
	struct dns_server server;

	return dns_server_init(&server, text) == 0;
}

void
dns_resolv_conf(struct arena *arena, const char *path,
    const char ***ret_servers, size_t *ret_count)
{
	struct err err = { .code = ERR_NONE };
	char *line, *rest, word[16], address[64];
	struct buf bytes;

	*ret_servers = NULL;
	*ret_count = 0;
	buf_init(&bytes, RESOLV_CONF_MAX);
	if (file_read(path, &bytes, &err) == 0) {
		rest = arena_memdup(arena, bytes.bytes, bytes.length);
		while ((line = strsep(&rest, "\n")) != NULL)
			if (*ret_count < RESOLV_CONF_SERVERS &&
			    sscanf(line, "%15s %63s", word, address) == 2 &&
			    strcmp(word, "nameserver") == 0 &&
			    dns_server_valid(address))
				*arena_push(arena, ret_servers, ret_count) =
				    arena_strdup(arena, address);
	}
	buf_done(&bytes);
	/* As resolv.conf(5) has it when it names none. */
	if (*ret_count == 0)
		*arena_push(arena, ret_servers, ret_count) = "127.0.0.1";
}

/* ---- pacing ---- */

static void
round_begin(struct dns_server *server, int64_t now)
{
	server->round_replies = server->round_lost = 0;
	server->round_began_us = now;
}

void
dns_server_begin(struct dns_server *server, int64_t now)
{
	server->in_flight = server->again_in_flight = 0;
	server->tcp_in_flight = server->late = 0;
	server->tcp_failed = 0;
	server->tcp_probing = server->tcp_dead = false;
	round_begin(server, now);
	server->refilled_us = now;
	server->tokens = 0;
	/* What it did a minute ago says little; a dead one gets one more try. */
	server->silent = 0;
	server->heard_us = now;
	if (server->aside) {
		server->probes_failed = PROBES - 1;
		server->probe_at_us = now;
	}
	if (server->window == 0) {
		server->window = WINDOW_FIRST;
		server->window_max = WINDOW_MOST;
		server->doubling = true;
	}
}

static void
window_set(struct dns_server *server, unsigned window)
{
	if (window > server->window_max)
		window = server->window_max;
	server->window = window < WINDOW_LEAST ? WINDOW_LEAST : window;
	/* The next replies are still those that the window before let go. */
	server->settling = server->window;
}

/* What the round says of the window. */
static void
round_judge(struct dns_server *server, double rate)
{
	unsigned before = server->before;

	server->before = 0;
	if (server->doubling && (server->window < WINDOW_SAFE ||
	    rate > server->best_rate * 1.5)) {
		server->best_rate = rate;
		window_set(server, server->window * 2);
	} else if (server->doubling) {
		server->doubling = false;
		if (server->window > WINDOW_SAFE)
			window_set(server, server->window / 2);
	} else if (before != 0) {
		if (rate > server->best_rate * 1.06) {
			server->best_rate = rate;
			server->calm_rounds = CALM_ROUNDS;
		} else {
			window_set(server, before);
		}
	} else if (++server->calm_rounds >= CALM_ROUNDS) {
		server->calm_rounds = 0;
		server->best_rate = rate;
		server->before = server->window;
		window_set(server, server->window + server->window / 8 + 1);
	}
}

static void
round_count(struct dns_server *server, int64_t now)
{
	unsigned total = server->round_replies + server->round_lost;
	int64_t took = now - server->round_began_us;

	if (server->settling > 0 && total >= server->settling) {
		server->settling = 0;
		round_begin(server, now);
		return;
	}
	if (server->settling > 0 || total < server->window ||
	    (server->window >= WINDOW_SAFE / 2 && took < ROUND_US))
		return;
	if (server->round_lost * 16 > total) {
		server->doubling = false;
		server->before = 0;
		window_set(server, server->window / 2);
	} else {
		round_judge(server, (double)server->round_replies /
		    (double)(took < 1 ? 1 : took));
	}
	round_begin(server, now);
}

void
dns_server_lost(struct dns_server *server, unsigned count, int64_t now)
{
	server->round_lost += count;
	round_count(server, now);
}

void
dns_server_refill(struct dns_server *server, int64_t now)
{
	server->tokens += (double)(now - server->refilled_us) * 2 *
	    server->best_rate;
	if (server->tokens > BURST)
		server->tokens = BURST;
	server->refilled_us = now;
}

static bool
paced(const struct dns_server *server)
{
	return server->window >= WINDOW_SAFE * 2;
}

bool
dns_server_has_room(const struct dns_server *server, bool again)
{
	if (again)
		return server->again_in_flight < AGAIN_MOST;
	return server->in_flight < server->window &&
	    (!paced(server) || server->tokens >= 1);
}

bool
dns_server_held_back(const struct dns_server *server)
{
	return server->in_flight < server->window &&
	    paced(server) && server->tokens < 1;
}

void
dns_server_sent(struct dns_server *server, bool again)
{
	if (again)
		server->again_in_flight++;
	else
		server->in_flight++;
	server->tokens--;
}

/* ---- health ---- */

void
dns_server_replied(struct dns_server *server, int64_t now)
{
	server->silent = 0;
	server->heard_us = now;
	server->aside = false;
	server->probes_failed = 0;
	server->round_replies++;
	round_count(server, now);
}

void
dns_server_silent(struct dns_server *server)
{
	server->silent++;
}

void
dns_server_recovered(struct dns_server *server, int64_t now)
{
	if (server->late > 0)
		server->late--;
	else
		dns_server_lost(server, 1, now);
}

static bool
suspect(const struct dns_server *server, int64_t now)
{
	/* Refused connections are many in no time. */
	return server->silent >= SILENT_MOST ||
	    (server->silent >= SILENT_TRIES &&
	    now - server->heard_us >= SILENT_US);
}

bool
dns_server_paused(const struct dns_server *server, int64_t now)
{
	return server->aside || server->probing || suspect(server, now);
}

bool
dns_server_dead(const struct dns_server *server)
{
	return server->aside && server->probes_failed >= PROBES;
}

bool
dns_server_wants_probe(const struct dns_server *server, int64_t now)
{
	return !server->probing && (server->aside ?
	    now >= server->probe_at_us : suspect(server, now));
}

void
dns_server_probed(struct dns_server *server, bool replied, int64_t now)
{
	server->probing = false;
	if (replied) {
		/* The names were slow, and it has room for more of them. */
		if (server->window < WINDOW_SAFE)
			window_set(server, WINDOW_SAFE);
		dns_server_replied(server, now);
		return;
	}
	server->aside = true;
	server->probes_failed++;
	server->probe_at_us = now + (dns_server_dead(server) ?
	    PROBE_LATER_US : PROBE_GAP_US);
}
