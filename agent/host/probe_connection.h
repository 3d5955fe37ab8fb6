/*
 * One connection's inside, for probe_connection.c (sockets, clear talk),
 * probe_hello.c (our own hellos) and probe_inside.c (whole handshakes and what is said inside them).
 */
#ifndef CPWARD_HOST_PROBE_CONNECTION_H
#define CPWARD_HOST_PROBE_CONNECTION_H

#include <netdb.h>

#include "base/buf.h"
#include "host/probe_private.h"

enum phase {
	PHASE_CONNECT,
	PHASE_TALK,	/* in clear */
	PHASE_TLS,	/* a hello is out */
	PHASE_INSIDE,	/* the whole handshake is done */
	PHASE_GOODBYE,	/* waits for the peer's close */
	PHASE_OVER,
};

struct probe_connection {
	struct probe_run *run;
	const struct probe_peer *peer;
	struct probe_question question;
	int fd;
	enum phase phase;
	int64_t now;
	int64_t deadline;
	char source[INET6_ADDRSTRLEN + 16];
	bool gone;		/* the peer closed, or was never there */
	bool shut;		/* our side is */
	bool decided;		/* outcome is filled */
	bool given;		/* and was taken */
	struct buf out;
	size_t sent;		/* of out */
	struct dialogue dialogue;
	struct buf in;		/* TLS bytes of the handshake */
	size_t record_end;	/* of the last whole record in it */
	struct tls_reply reply;
	struct probe_whole whole;
	struct dialogue http;
	char greeting[PROBE_TEXT_MAX];
	size_t greeting_length;
	bool greeted;
	unsigned sieve_oks;
	struct probe_outcome outcome;
};

/* Decides the outcome; the phase is GOODBYE or OVER then. */
void connection_end(struct probe_connection *c, enum probe_end end,
    const char *why);
/* In clear, when the talk was: QUIT behind a handshake that was cut off. */
void connection_say_goodbye(struct probe_connection *c);
void connection_parse(struct probe_connection *c, bool ended);
void connection_refused(struct probe_connection *c);
void connection_read_chain(struct probe_connection *c);
void connection_tls_input(struct probe_connection *c, const char *bytes,
    size_t length);

void connection_hello_answered(struct probe_connection *c);

void connection_begin_whole(struct probe_connection *c);
/* full: what the peer sent is more than is looked at. */
void connection_whole_input(struct probe_connection *c, const char *bytes,
    size_t length, bool full);
void connection_whole_closed(struct probe_connection *c);
void connection_inside_input(struct probe_connection *c, const char *bytes,
    size_t length);
/* Time is up inside, or the peer closed. */
void connection_inside_ended(struct probe_connection *c);

#endif
