/*
 * The talk in clear before TLS, as a state machine without I/O: bytes that
 * came go in, bytes to send come out. Always in lock-step: nothing is sent
 * before the reply to the last command is whole (RFC 5321 4.5.5, RFC 2920;
 * Exim answers "554 SMTP synchronization error" otherwise).
 *
 * SMTP RFC 5321, 3207, 4954; IMAP RFC 9051 6.2.1, 6.2.2; POP3 RFC 1939, 2449,
 * 2595, 5034; ManageSieve RFC 5804; HTTP RFC 9112.
 */
#ifndef CPWARD_PARSE_DIALOGUE_H
#define CPWARD_PARSE_DIALOGUE_H

#include <stdbool.h>
#include <stddef.h>

#include "parse/probe_result.h"

#define DIALOGUE_LINE_MAX 8192		/* bytes of a line; HTTP's policies are long */
#define DIALOGUE_REPLY_LINES 128	/* lines of one reply */
#define DIALOGUE_OUT_MAX 512
#define DIALOGUE_MECHANISMS_MAX 512	/* bytes, blanks between */

/* How far the talk goes. */
enum dialogue_goal {
	DIALOGUE_STARTTLS,	/* to the moment when TLS begins */
	/*
	 * The same, but before STARTTLS: is a clear-text login refused? Without
	 * credentials: SMTP "AUTH PLAIN" where AUTH is not offered (503 is
	 * wanted; where it is offered nothing is sent: the offer says it), IMAP
	 * "AUTHENTICATE PLAIN" and POP3 "AUTH PLAIN" (a continuation is
	 * answered with "*"), Sieve AUTHENTICATE "PLAIN". To be asked from
	 * another address than the one that is connected to: Dovecot (2.3.19,
	 * 2.4.1) takes a peer with its own address for secured and offers
	 * everything.
	 */
	DIALOGUE_CLEAR_LOGIN,
	/* A NOOP (CAPABILITY, CAPA) sent in the same write as STARTTLS. */
	DIALOGUE_INJECTION,
	/* HTTP: GET / and the reply's head; inside TLS for HSTS. */
	DIALOGUE_HTTP,
	/* SMTP: may a stranger send to a foreign domain? MAIL, RCPT, RSET. */
	DIALOGUE_RELAY,
};

enum dialogue_state {
	DIALOGUE_MORE,		/* send out, if any, then wait for bytes */
	DIALOGUE_TLS,		/* begin the handshake now */
	DIALOGUE_DONE,		/* the goal is reached without TLS, or TLS is not offered */
	DIALOGUE_BUSY,		/* 421 or another limit: back off, try again */
	DIALOGUE_FAILED,	/* why */
};

struct dialogue {
	enum probe_protocol protocol;
	enum dialogue_goal goal;
	const char *name;	/* EHLO's, an FQDN; HTTP's Host. The caller's */
	enum dialogue_state state;
	/* What is to be sent; the caller sends it and sets out_length to 0. */
	char out[DIALOGUE_OUT_MAX];
	size_t out_length;
	/* What was learned. */
	char greeting[PROBE_TEXT_MAX];	/* first line, as it came */
	enum probe_seen starttls;	/* offered in clear */
	char mechanisms[DIALOGUE_MECHANISMS_MAX];	/* offered, upper case */
	bool mechanisms_seen;		/* the capabilities were read */
	enum probe_seen clear_login;	/* YES = possible, NO = refused */
	enum probe_seen relay;		/* YES = accepted for a foreign domain */
	unsigned http_status;		/* 0 = none yet */
	char location[PROBE_TEXT_MAX];
	char hsts[PROBE_TEXT_MAX];	/* Strict-Transport-Security, "" = none */
	/* BUSY, FAILED, or what stayed UNKNOWN: the reply, or what is wrong. */
	char why[PROBE_TEXT_MAX];
	/* Private. */
	size_t step;
	unsigned code;			/* SMTP's, of the reply being read; 0 = none */
	char tag;			/* IMAP's, of the last command */
	bool login_disabled;		/* IMAP */
	bool sasl_listed;		/* POP3 */
	bool relay_said;		/* SMTP: the refusal speaks of relaying */
	bool challenged;		/* a login attempt waits for its "*" */
	char line[DIALOGUE_LINE_MAX];
	size_t line_length;
	size_t line_count;
};

/*
 * Fills the whole struct. A protocol with TLS from the first byte is
 * DIALOGUE_TLS at once, but for HTTP and RELAY, which are spoken inside it.
 * The peer is still there when it ends in DONE: say goodbye.
 */
void dialogue_begin(struct dialogue *dialogue, enum probe_protocol protocol,
    enum dialogue_goal goal, const char *name);

/*
 * Takes bytes and returns how many it used: all, but not those behind the
 * reply that begins TLS; those are the caller's to judge (with
 * DIALOGUE_INJECTION an answer there, or later inside TLS, is the finding).
 */
size_t dialogue_input(struct dialogue *dialogue, const char *bytes,
    size_t length);

/* The peer closed: FAILED or BUSY (an SMTP peer that closes before its banner). */
void dialogue_end(struct dialogue *dialogue);

/* Says goodbye: "QUIT", "LOGOUT", … "" for HTTP and none. */
const char *dialogue_goodbye(enum probe_protocol protocol);

#endif
