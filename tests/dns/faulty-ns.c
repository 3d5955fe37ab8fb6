/*
 * faulty-ns [OPTION VALUE]…: a name server that misbehaves. Each question says
 * how: the label before the last ("q1.servfail.test") is a behaviour of the
 * table below. It runs until it is killed and then prints what it was asked:
 * "udp N" and "tcp N" questions.
 *
 *	-p PORT		of 127.0.0.1 for UDP, and TCP unless …
 *	-t no		… nobody listens there
 *	-a BEHAVIOUR	of every question, whatever its name
 *	-l N		every N-th reply is lost
 *	-r PERCENT	replies that are lost at random
 *	-q N		it ends after so many questions
 *	-b BYTES	its receive buffer
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HEADER 12
#define CLIENTS 64
#define LATER 4096
#define SEEN 65536

struct ask {
	const unsigned char *query;
	size_t length;		/* of header and question */
	bool edns;
	bool tcp;
	unsigned seen;		/* this question came before so often */
};

/* Room for a reply; returns its length, 0 = none. */
struct reply {
	unsigned char bytes[6144];
	size_t length;
	bool elsewhere;		/* from another port */
	bool empty;		/* a datagram without bytes */
	bool hang_up;
	unsigned after_ms;
};

enum {
	QR = 0x80, AA = 0x04, TC = 0x02,	/* third byte */
	RA = 0x80,				/* fourth */
};

static void
reply_start(const struct ask *ask, struct reply *reply, unsigned rcode)
{
	memcpy(reply->bytes, ask->query, ask->length);
	reply->length = ask->length;
	reply->bytes[2] = QR | 1;	/* RD */
	reply->bytes[3] = (unsigned char)(RA | rcode);
	memset(reply->bytes + 6, 0, 6);
}

/* One TXT record "ok", of the name that was asked. */
static void
reply_answer(const struct ask *ask, struct reply *reply)
{
	static const unsigned char record[] = { 0xc0, HEADER, 0, 16, 0, 1,
	    0, 0, 0, 60, 0, 3, 2, 'o', 'k' };

	reply_start(ask, reply, 0);
	memcpy(reply->bytes + reply->length, record, sizeof(record));
	reply->length += sizeof(record);
	reply->bytes[7] = 1;
}

static void
ok(const struct ask *ask, struct reply *reply)
{
	reply_answer(ask, reply);
}

/* More than 512 octets, RFC 1035's limit, and less than the OPT record allows. */
static void
large(const struct ask *ask, struct reply *reply)
{
	static const unsigned char head[] = { 0xc0, HEADER, 0, 16, 0, 1,
	    0, 0, 0, 60, 0, 201, 200 };
	int i;

	reply_start(ask, reply, 0);
	for (i = 0; i < 4; i++) {
		memcpy(reply->bytes + reply->length, head, sizeof(head));
		memset(reply->bytes + reply->length + sizeof(head), 'a' + i,
		    200);
		reply->length += sizeof(head) + 200;
	}
	reply->bytes[7] = 4;
}

static void
nxdomain(const struct ask *ask, struct reply *reply)
{
	reply_start(ask, reply, 3);
}

static void
nodata(const struct ask *ask, struct reply *reply)
{
	reply_start(ask, reply, 0);
}

static void
servfail(const struct ask *ask, struct reply *reply)
{
	reply_start(ask, reply, 2);
}

static void
refused(const struct ask *ask, struct reply *reply)
{
	reply_start(ask, reply, 5);
}

static void
notimp(const struct ask *ask, struct reply *reply)
{
	reply_start(ask, reply, 4);
}

static void
formerr(const struct ask *ask, struct reply *reply)
{
	reply_start(ask, reply, 1);
}

static void
silent(const struct ask *ask, struct reply *reply)
{
	(void)ask;
	reply->length = 0;
}

static void
truncated(const struct ask *ask, struct reply *reply)
{
	reply_answer(ask, reply);
	if (ask->tcp)
		return;
	reply_start(ask, reply, 0);
	reply->bytes[2] |= TC;
}

/* What only TCP has room for. */
static void
huge(const struct ask *ask, struct reply *reply)
{
	static const unsigned char head[] = { 0xc0, HEADER, 0, 16, 0, 1,
	    0, 0, 0, 60, 0, 251, 250 };
	int i;

	truncated(ask, reply);
	if (!ask->tcp)
		return;
	reply_start(ask, reply, 0);
	for (i = 0; i < 20; i++) {
		memcpy(reply->bytes + reply->length, head, sizeof(head));
		memset(reply->bytes + reply->length + sizeof(head), 'a', 250);
		reply->length += sizeof(head) + 250;
	}
	reply->bytes[7] = 20;
}

static void
truncated_hangs(const struct ask *ask, struct reply *reply)
{
	truncated(ask, reply);
	if (ask->tcp)
		reply->length = 0;
}

static void
truncated_closes(const struct ask *ask, struct reply *reply)
{
	truncated(ask, reply);
	if (ask->tcp)
		reply->length = 0;
	reply->hang_up = true;
}

static void
garbage(const struct ask *ask, struct reply *reply)
{
	size_t i;

	(void)ask;
	for (i = 0; i < 100; i++)
		reply->bytes[i] = (unsigned char)(i * 37 + 11);
	reply->length = i;
}

/* The right id, and then nothing that makes sense. */
static void
garbage_behind(const struct ask *ask, struct reply *reply)
{
	reply_answer(ask, reply);
	memset(reply->bytes + ask->length, 0xff, 40);
	reply->bytes[7] = 200;
	reply->length = ask->length + 40;
}

static void
short_message(const struct ask *ask, struct reply *reply)
{
	reply_answer(ask, reply);
	reply->length = 5;
}

static void
empty(const struct ask *ask, struct reply *reply)
{
	(void)ask;
	reply->empty = true;
}

static void
wrong_id(const struct ask *ask, struct reply *reply)
{
	reply_answer(ask, reply);
	reply->bytes[0] ^= 1;
}

static void
wrong_question(const struct ask *ask, struct reply *reply)
{
	reply_answer(ask, reply);
	reply->bytes[HEADER + 1] ^= 1;
}

static void
wrong_type(const struct ask *ask, struct reply *reply)
{
	reply_answer(ask, reply);
	reply->bytes[ask->length - 3] ^= 1;
}

static void
other_case(const struct ask *ask, struct reply *reply)
{
	size_t i;

	reply_answer(ask, reply);
	for (i = HEADER; i < ask->length - 4; i++)
		if (reply->bytes[i] >= 'a' && reply->bytes[i] <= 'z')
			reply->bytes[i] -= 32;
}

static void
other_port(const struct ask *ask, struct reply *reply)
{
	reply_answer(ask, reply);
	reply->elsewhere = true;
}

static void
echo(const struct ask *ask, struct reply *reply)
{
	reply_start(ask, reply, 0);
	reply->bytes[2] = 1;
}

/* "Ask them": one NS record of the root as authority. */
static void
referral(const struct ask *ask, struct reply *reply)
{
	static const unsigned char record[] = { 0, 0, 2, 0, 1, 0, 0, 0, 60,
	    0, 3, 1, 'a', 0 };

	reply_start(ask, reply, 0);
	memcpy(reply->bytes + reply->length, record, sizeof(record));
	reply->length += sizeof(record);
	reply->bytes[3] = 0;
	reply->bytes[9] = 1;
}

static void
lame(const struct ask *ask, struct reply *reply)
{
	reply_start(ask, reply, 0);
	reply->bytes[3] = 0;
}

static void
lame_nxdomain(const struct ask *ask, struct reply *reply)
{
	reply_start(ask, reply, 3);
	reply->bytes[3] = 3;
}

static void
authority(const struct ask *ask, struct reply *reply)
{
	reply_start(ask, reply, 3);
	reply->bytes[2] |= AA;
	reply->bytes[3] = 3;
}

static void
no_edns(const struct ask *ask, struct reply *reply)
{
	reply_answer(ask, reply);
	if (ask->edns)
		reply_start(ask, reply, 1);
}

/* As some old ones answer: the header alone. */
static void
no_edns_header(const struct ask *ask, struct reply *reply)
{
	no_edns(ask, reply);
	if (!ask->edns)
		return;
	reply->length = HEADER;
	reply->bytes[5] = 0;
}

static void
drops_edns(const struct ask *ask, struct reply *reply)
{
	reply_answer(ask, reply);
	if (ask->edns)
		reply->length = 0;
}

static void
slow(const struct ask *ask, struct reply *reply)
{
	reply_answer(ask, reply);
	reply->after_ms = 700;
}

static void
flaky(const struct ask *ask, struct reply *reply)
{
	reply_answer(ask, reply);
	if (ask->seen == 0)
		reply->length = 0;
}

static void
servfail_once(const struct ask *ask, struct reply *reply)
{
	reply_answer(ask, reply);
	if (ask->seen == 0)
		reply_start(ask, reply, 2);
}

static const struct behaviour {
	const char *name;
	void (*answer)(const struct ask *ask, struct reply *reply);
} behaviours[] = {
	{ "ok", ok },
	{ "large", large },
	{ "nxdomain", nxdomain },
	{ "nodata", nodata },
	{ "servfail", servfail },
	{ "refused", refused },
	{ "notimp", notimp },
	{ "formerr", formerr },
	{ "silent", silent },
	{ "truncated", truncated },
	{ "huge", huge },
	{ "truncated-hangs", truncated_hangs },
	{ "truncated-closes", truncated_closes },
	{ "garbage", garbage },
	{ "garbage-behind", garbage_behind },
	{ "short", short_message },
	{ "empty", empty },
	{ "wrong-id", wrong_id },
	{ "wrong-question", wrong_question },
	{ "wrong-type", wrong_type },
	{ "other-case", other_case },
	{ "other-port", other_port },
	{ "echo", echo },
	{ "referral", referral },
	{ "lame", lame },
	{ "lame-nxdomain", lame_nxdomain },
	{ "authority", authority },
	{ "no-edns", no_edns },
	{ "no-edns-header", no_edns_header },
	{ "drops-edns", drops_edns },
	{ "slow", slow },
	{ "flaky", flaky },
	{ "servfail-once", servfail_once },
};

struct later {
	int64_t due_ms;
	struct sockaddr_in to;
	struct reply reply;
};

struct server {
	int udp, elsewhere, tcp;
	const struct behaviour *all;
	unsigned long lose, percent, quit;
	unsigned long asked, asked_tcp, replies;
	unsigned char seen[SEEN];
	struct later *later;
	size_t later_count;
	int clients[CLIENTS];
};

static volatile sig_atomic_t stopped;

static void
stop(int number)
{
	(void)number;
	stopped = 1;
}

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
die(const char *what)
{
	fprintf(stderr, "faulty-ns: %s: %s\n", what, strerror(errno));
	exit(1);
}

static const struct behaviour *
behaviour_find(const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < sizeof(behaviours) / sizeof(behaviours[0]); i++)
		if (strlen(behaviours[i].name) == length &&
		    memcmp(behaviours[i].name, name, length) == 0)
			return &behaviours[i];
	return NULL;
}

/* The label before the last; a name without is answered well. */
static const struct behaviour *
behaviour_of(const struct server *server, const unsigned char *name)
{
	const unsigned char *before = NULL, *last = NULL;
	const struct behaviour *found;

	if (server->all != NULL)
		return server->all;
	for (; *name != 0; name += *name + 1) {
		before = last;
		last = name;
	}
	found = before == NULL ? NULL :
	    behaviour_find((const char *)before + 1, *before);
	return found == NULL ? &behaviours[0] : found;
}

/* False when the message is no query. */
static bool
read_ask(struct server *server, const unsigned char *message, size_t length,
    bool tcp, struct ask *ret_ask)
{
	size_t at = HEADER, i;
	uint32_t hash = 2166136261u;

	if (length < HEADER + 5)
		return false;
	while (at < length && message[at] != 0)
		at += message[at] + 1u;
	if (at + 5 > length)
		return false;
	*ret_ask = (struct ask){ .query = message, .length = at + 5,
	    .edns = message[11] != 0, .tcp = tcp };
	for (i = HEADER; i < ret_ask->length; i++)
		hash = (hash ^ message[i]) * 16777619u;
	ret_ask->seen = server->seen[hash % SEEN];
	if (!tcp && server->seen[hash % SEEN] < 255)
		server->seen[hash % SEEN]++;
	return true;
}

static bool
lost(struct server *server)
{
	server->replies++;
	if (server->lose != 0 && server->replies % server->lose == 0)
		return true;
	return server->percent != 0 &&
	    (unsigned long)random() % 100 < server->percent;
}

static void
send_udp(const struct server *server, const struct reply *reply,
    const struct sockaddr_in *to)
{
	(void)sendto(reply->elsewhere ? server->elsewhere : server->udp,
	    reply->bytes, reply->length, 0, (const struct sockaddr *)to,
	    sizeof(*to));
}

static void
serve_udp(struct server *server)
{
	unsigned char message[1500];
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	struct reply reply;
	struct ask ask;
	ssize_t got;

	while (!stopped && (got = recvfrom(server->udp, message,
	    sizeof(message), MSG_DONTWAIT, (struct sockaddr *)&from,
	    &size)) >= 0) {
		if (!read_ask(server, message, (size_t)got, false, &ask))
			continue;
		if (++server->asked == server->quit)
			stopped = 1;
		memset(&reply, 0, sizeof(reply));
		behaviour_of(server, message + HEADER)->answer(&ask, &reply);
		if ((reply.length == 0 && !reply.empty) || lost(server))
			continue;
		if (reply.after_ms == 0)
			send_udp(server, &reply, &from);
		else if (server->later_count < LATER)
			server->later[server->later_count++] = (struct later){
			    now_ms() + reply.after_ms, from, reply };
	}
}

static void
send_late(struct server *server)
{
	size_t i;

	for (i = 0; i < server->later_count;)
		if (server->later[i].due_ms <= now_ms()) {
			send_udp(server, &server->later[i].reply,
			    &server->later[i].to);
			server->later[i] =
			    server->later[--server->later_count];
		} else {
			i++;
		}
}

/* False when the connection is over. */
static bool
serve_tcp(struct server *server, int client)
{
	unsigned char length[2], message[65536];
	struct reply reply = { .length = 0 };
	struct ask ask;
	size_t size;

	if (recv(client, length, 2, MSG_WAITALL) != 2)
		return false;
	size = (size_t)length[0] << 8 | length[1];
	if (recv(client, message, size, MSG_WAITALL) != (ssize_t)size ||
	    !read_ask(server, message, size, true, &ask))
		return false;
	server->asked_tcp++;
	behaviour_of(server, message + HEADER)->answer(&ask, &reply);
	if (reply.length > 0) {
		length[0] = (unsigned char)(reply.length >> 8);
		length[1] = (unsigned char)reply.length;
		(void)send(client, length, 2, MSG_NOSIGNAL | MSG_MORE);
		(void)send(client, reply.bytes, reply.length, MSG_NOSIGNAL);
	}
	return !reply.hang_up;
}

static void
accept_client(struct server *server)
{
	int client = accept(server->tcp, NULL, NULL), i;

	for (i = 0; i < CLIENTS && client >= 0; i++)
		if (server->clients[i] < 0) {
			server->clients[i] = client;
			return;
		}
	if (client >= 0)
		close(client);
}

static void
serve(struct server *server)
{
	struct pollfd polled[CLIENTS + 2];
	int i;

	while (!stopped) {
		polled[0] = (struct pollfd){ server->udp, POLLIN, 0 };
		polled[1] = (struct pollfd){ server->tcp, POLLIN, 0 };
		for (i = 0; i < CLIENTS; i++)
			polled[i + 2] = (struct pollfd){ server->clients[i],
			    POLLIN, 0 };
		(void)poll(polled, CLIENTS + 2,
		    server->later_count > 0 ? 5 : 1000);
		send_late(server);
		if ((polled[0].revents & POLLIN) != 0)
			serve_udp(server);
		if ((polled[1].revents & POLLIN) != 0)
			accept_client(server);
		for (i = 0; i < CLIENTS; i++)
			if (polled[i + 2].revents != 0 &&
			    !serve_tcp(server, server->clients[i])) {
				close(server->clients[i]);
				server->clients[i] = -1;
			}
	}
}

static int
open_socket(int type, uint16_t port, int buffer)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0), yes = 1;

	if (fd < 0)
		die("socket");
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (buffer > 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer,
		    sizeof(buffer));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		die("bind");
	if (type == SOCK_STREAM && listen(fd, CLIENTS) != 0)
		die("listen");
	return fd;
}

static void
server_start(struct server *server, int argc, char **argv)
{
	unsigned long port = 0, buffer = 0;
	bool tcp = true;
	int option;

	while ((option = getopt(argc, argv, "p:t:a:l:r:q:b:")) != -1)
		switch (option) {
		case 'p': port = strtoul(optarg, NULL, 10); break;
		case 't': tcp = strcmp(optarg, "no") != 0; break;
		case 'l': server->lose = strtoul(optarg, NULL, 10); break;
		case 'r': server->percent = strtoul(optarg, NULL, 10); break;
		case 'q': server->quit = strtoul(optarg, NULL, 10); break;
		case 'b': buffer = strtoul(optarg, NULL, 10); break;
		case 'a':
			server->all = behaviour_find(optarg, strlen(optarg));
			if (server->all != NULL)
				break;
			/* fall through */
		default:
			fprintf(stderr, "faulty-ns: bad option\n");
			exit(64);
		}
	server->udp = open_socket(SOCK_DGRAM, (uint16_t)port, (int)buffer);
	server->elsewhere = open_socket(SOCK_DGRAM, 0, 0);
	server->tcp = tcp ? open_socket(SOCK_STREAM, (uint16_t)port, 0) : -1;
	server->later = calloc(LATER, sizeof(*server->later));
	if (server->later == NULL)
		die("calloc");
	memset(server->clients, -1, sizeof(server->clients));
}

int
main(int argc, char **argv)
{
	static struct server server;

	server_start(&server, argc, argv);
	(void)sigaction(SIGTERM, &(struct sigaction){ .sa_handler = stop },
	    NULL);
	srandom(1);
	puts("ready");
	fflush(stdout);
	serve(&server);
	printf("udp %lu\ntcp %lu\n", server.asked, server.asked_tcp);
	return 0;
}
