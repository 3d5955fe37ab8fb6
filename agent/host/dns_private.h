/* Of the bulk resolver alone: servers, and the lanes that lead to them. */
#ifndef CPWARD_HOST_DNS_PRIVATE_H
#define CPWARD_HOST_DNS_PRIVATE_H

/* Newer c-ares marks what older ones need. */
#define CARES_NO_DEPRECATED

#include <ares.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "host/dns.h"
#include "parse/dns.h"

#define SEND_AT_ONCE 64		/* datagrams a system call */
#define RECEIVE_AT_ONCE 64
#define SEND_SIZE (DNS_QUERY_MAX + 64)	/* c-ares may add a cookie, RFC 7873 */
#define RECEIVE_SIZE 4096
/*
 * The DNS flag day's size: it passes without fragments nearly everywhere.
 */
#define EDNS_SIZE 1232
#define TRIES_MAX 4		/* of a question, over all servers */
#define FIRST_LANES 4		/* sockets for first tries */

/*
 * A c-ares channel with one server, one try and one time limit. c-ares can not
 * be told a limit per question, so that each try has lanes of its own; and a
 * channel has one socket, so that several lanes mean several source ports.
 * (c-ares leaves the port to the kernel, which draws it at random for each new
 * socket, and compares id, question and sender of what comes back; ids are
 * drawn by us from getrandom(2), newer versions draw them again.)
 */
enum dns_lane_kind {
	LANE_FIRST,		/* … FIRST_LANES of them */
	LANE_SECOND = LANE_FIRST + FIRST_LANES,
	LANE_THIRD,
	LANE_FOURTH,
	LANE_TCP,
	LANE_COUNT,
};

struct dns_datagrams;

struct dns_lane {
	struct dns_server *server;
	ares_channel channel;	/* NULL = not opened in this batch */
	unsigned limit_ms;	/* for one try */
	bool tcp;
	int fd;			/* -1 = none */
	int error;		/* errno that c-ares is still to be told */
	int last_error;		/* errno of what broke the socket last */
	unsigned connections;	/* sockets it had */
	unsigned dropped;	/* by our own socket for want of room */
	struct dns_datagrams *out;	/* UDP only */
	struct dns_datagrams *in;
};

struct dns_server {
	const char *text;		/* as it was given */
	char csv[80];			/* as c-ares wants it */
	struct sockaddr_storage address;
	socklen_t address_length;
	size_t receive_bytes;
	struct dns_lane lanes[LANE_COUNT];
	unsigned next_first;		/* lane of the next first try */

	/* Pacing: see dns_server.c */
	unsigned window;
	unsigned window_max;
	unsigned in_flight;		/* tries, but for those … */
	unsigned again_in_flight;	/* … that are not a question's first to it */
	unsigned tcp_in_flight;
	unsigned late;			/* replies to tries that were given up */
	unsigned round_replies;
	unsigned round_lost;
	int64_t round_began_us;
	double best_rate;
	unsigned before;		/* window before the one on trial; 0 = none */
	unsigned settling;		/* replies until the round begins */
	unsigned calm_rounds;
	double tokens;			/* that may leave at once */
	int64_t refilled_us;
	bool doubling;

	/* Health */
	unsigned silent;		/* tries in a row without any message */
	int64_t heard_us;
	bool aside;
	bool probing;
	unsigned probes_failed;
	int64_t probe_at_us;
	unsigned tcp_failed;		/* connections and waits in a row */
	unsigned tcp_broken;		/* connection that was counted last */
	bool tcp_probing;		/* is it the server or are it the names? */
	bool tcp_dead;			/* in this batch */
	bool knows_edns;
	bool plain;			/* refuses OPT, answers without */
};

struct arena;

int64_t dns_now_us(void);
void dns_random(void *out, size_t size);

/* ---- dns_server.c ---- */

/* 0, or -1 when text is no server. */
int dns_server_init(struct dns_server *server, const char *text);
/* The addresses of a resolv.conf(5), three at most, else 127.0.0.1. */
void dns_resolv_conf(struct arena *arena, const char *path,
    const char ***ret_servers, size_t *ret_count);

void dns_server_begin(struct dns_server *server, int64_t now);
void dns_server_replied(struct dns_server *server, int64_t now);
void dns_server_lost(struct dns_server *server, unsigned count, int64_t now);
/* No message came of a try, be it for silence or for a broken socket. */
void dns_server_silent(struct dns_server *server);
/* A later try was answered, which the one before it was not. */
void dns_server_recovered(struct dns_server *server, int64_t now);
/* Nothing is sent to it for now but a probe. */
bool dns_server_paused(const struct dns_server *server, int64_t now);
/* Probes went unanswered too. */
bool dns_server_dead(const struct dns_server *server);
bool dns_server_wants_probe(const struct dns_server *server, int64_t now);
void dns_server_probed(struct dns_server *server, bool replied, int64_t now);
bool dns_server_has_room(const struct dns_server *server, bool again);
/* The window has room, but it was not time yet. */
bool dns_server_held_back(const struct dns_server *server);
void dns_server_refill(struct dns_server *server, int64_t now);
void dns_server_sent(struct dns_server *server, bool again);

/* ---- dns_lane.c ---- */

/* Opens the channel if need be; NULL when c-ares can not. */
struct dns_lane *dns_lane_open(struct dns_server *server,
    unsigned kind);
/* Callbacks of what is still on its way come with ARES_EDESTRUCTION. */
void dns_lane_close(struct dns_lane *lane);
bool dns_lane_has_room(const struct dns_lane *lane);
void dns_lane_flush(struct dns_lane *lane);
/*
 * The whole datagram that message, which c-ares hands over, is the beginning
 * of: it cuts at 512 octets where it did not write the OPT record itself.
 */
const unsigned char *dns_lane_whole(const struct dns_lane *lane,
    const unsigned char *message, size_t *length);
/* What poll(2) is to wait for. */
short dns_lane_events(const struct dns_lane *lane);
/* Reads what is there, and hands c-ares its errors. */
void dns_lane_read(struct dns_lane *lane, bool readable, bool writable);

#endif
