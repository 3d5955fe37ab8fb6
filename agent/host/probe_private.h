/*
 * Shared by the files of the prober:
 *
 *	probe.c			addresses and targets; the limits in force
 *	probe_loop.c		one poll loop; budgets, back-off, deadlines
 *	probe_connection.c	one connection: socket, clear talk, goodbye
 *	probe_hello.c		a hello of ours on it
 *	probe_inside.c		a whole handshake on it and what is said inside
 *	probe_whole.c		OpenSSL over memory
 *	probe_chain.c		certificates -> struct probe_chain
 *	probe_trust.c		does a chain lead to one of the system's roots?
 *	probe_plan.c		what to ask next of a listener, and when it is enough
 *	probe_tracks.c		the tracks of questions a verdict follows
 *	probe_full.c		those of a complete list
 *	probe_offer.c		what a hello offers
 *	probe_learn.c		what an answer says about a listener
 *
 * The last five are pure: no socket, no clock.
 */
#ifndef CPWARD_HOST_PROBE_PRIVATE_H
#define CPWARD_HOST_PROBE_PRIVATE_H

#include <sys/socket.h>

#include <openssl/ssl.h>

#include "host/probe.h"
#include "host/probe_trust.h"
#include "parse/dialogue.h"
#include "parse/tls_hello.h"
#include "parse/tls_reply.h"
#include "parse/tls_suites.h"

/* ---- how hard we ask ---- */

struct probe_limits {
	unsigned in_flight;	/* connections to one daemon at a time */
	unsigned burst;		/* connections to one listener at once … */
	unsigned rate;		/* … and then so many a second */
	unsigned tries;		/* of one question that meets a limit */
	unsigned back_off_ms;	/* before the second try; doubles */
	unsigned connection_ms;	/* deadline of one connection */
	/*
	 * Exim counts a connection until its daemon has reaped the process that
	 * served it, a moment after our end. So there a slot rests as long, and
	 * one of in_flight is left for those that take longer: with 4 in flight
	 * Exim 4.96 counted 6, with 3 and a rest of 5 ms never more than 4.
	 */
	unsigned rest_ms;
	unsigned goodbye_ms;	/* wait for the peer's close, and for its greeting in TLS */
	unsigned quiet_ms;	/* wait for what must not come, inside TLS */
	unsigned total_ms;	/* deadline of the run */
};

/* probe_run with limits of the caller's, for tests; NULL = those in force. */
int probe_run_limited(struct arena *arena, const struct probe_request *request,
    const struct probe_limits *limits, struct probe_result *ret_result,
    struct err *err);

struct addrinfo;

/*
 * The same at the addresses of request->host; a listener that is refused, or
 * not reached in time, at one of them is asked at the next.
 */
void probe_run_at(struct arena *arena, const struct probe_request *request,
    const struct addrinfo *list, const struct probe_limits *limits,
    struct probe_result *ret_result);

/* ---- a question, and what came of it ---- */

enum probe_way {
	WAY_TALK,	/* the clear-text dialogue alone */
	WAY_HELLO,	/* a ClientHello of ours, cut off after the answer */
	WAY_WHOLE,	/* a whole handshake by OpenSSL */
};

enum probe_inside {
	INSIDE_NOTHING,
	INSIDE_HTTP,		/* GET / */
	INSIDE_RENEGOTIATION,	/* start one */
	INSIDE_QUIET,		/* listen for an answer to what was injected */
};

struct probe_question {
	const char *name;		/* of the track, for reasons */
	size_t track;
	unsigned number;		/* of the listener's questions; 1 = the first */
	enum probe_way way;
	enum dialogue_goal goal;
	enum probe_inside inside;	/* WHOLE */
	bool tls13;			/* WHOLE: up to TLS 1.3, else 1.2 */
	bool all_groups;		/* every group is offered, best first */
	bool wants_chain;		/* HELLO: read the chain off the answer */
	struct tls_offer offer;		/* HELLO; WHOLE: server_name and suites */
};

enum probe_end {
	END_REPLY,	/* a ServerHello or HelloRetryRequest came */
	END_REFUSED,	/* an alert or TLS's orderly close in reply to a hello */
	END_DROPPED,	/* closed or reset in reply to a hello, or internal_error */
	END_TALKED,	/* the dialogue ended without TLS */
	END_BUSY,	/* 421 or another limit */
	END_CLOSED,	/* connection refused */
	END_SILENT,	/* no answer in time */
	END_BROKEN,	/* not understood, or no way there */
};

struct probe_outcome {
	enum probe_end end;
	char why[PROBE_TEXT_MAX];	/* all but REPLY and TALKED */
	const struct dialogue *dialogue;	/* NULL = none was held */
	const struct tls_reply *reply;	/* REPLY, REFUSED, DROPPED by an alert */
	bool completed;			/* WHOLE: the handshake ended well */
	enum probe_seen tickets;	/* completed */
	enum probe_seen stapled;
	enum probe_seen secure_renegotiation;
	enum probe_seen extended_master_secret;
	enum probe_seen inside;		/* renegotiated; injected text was answered */
	const char *greeting;		/* inside TLS, implicit; NULL = none */
	const struct dialogue *http;	/* inside TLS; NULL = none */
	const struct probe_chain *chain;	/* server_name aside; NULL = none */
};

/* ---- the plan of one listener ---- */

enum track_state {
	TRACK_READY,
	TRACK_ASKED,
	TRACK_PARKED,	/* dropped: whether that was a refusal is not known yet */
	TRACK_DONE,
};

struct track_type;

struct probe_track {
	const struct track_type *type;
	unsigned index;		/* of the version or server name */
	enum track_state state;
	unsigned tries;		/* that met a limit */
	struct probe_question dropped;	/* PARKED: what was asked … */
	unsigned dropped_at;	/* … and how many were, when the close came */
	const char *dropped_how;
	unsigned step;		/* the type's own */
	bool failed;		/* done without an answer */
};

struct probe_plan {
	struct arena *arena;
	struct probe_listener *listener;
	const char *const *server_names;	/* [0] may be NULL: none */
	size_t name_count;
	bool relay;		/* may be asked */
	unsigned tries;		/* limits->tries */
	struct probe_track *tracks;
	size_t track_count;
	size_t confirm;		/* index of the track that is sure of an answer */
	unsigned asked;		/* questions so far */
	bool unreached;		/* refused or silent before a word was said */
	bool met;		/* the peer spoke, TLS or before it */
	bool tls_seen;		/* a ServerHello came */
	bool no_tls;		/* not to be had here */
	bool over;
	unsigned strikes;	/* questions that failed */
	bool wants_chain;	/* of the host's name: OpenSSL could not get it */
	bool *chain_known;	/* by server name */
	bool *refused;		/* [version][suite]: a refused hello offered it */
	enum probe_seen *groups12;	/* by tls_groups, up to TLS 1.2 */
	enum probe_seen *groups13;
};

void probe_plan_begin(struct probe_plan *plan, struct arena *arena,
    struct probe_listener *listener, const char *const *server_names,
    size_t name_count, bool relay, unsigned tries);
/* False: nothing can be asked before what is asked is answered. */
bool probe_plan_next(struct probe_plan *plan,
    struct probe_question *ret_question);
/* True: the listener meets a limit, its daemon is to be left alone for a while. */
bool probe_plan_answer(struct probe_plan *plan,
    const struct probe_question *question,
    const struct probe_outcome *outcome);
/* The daemon lets nobody in, of any of its listeners: no more is asked. */
void probe_plan_give_up(struct probe_plan *plan, const char *why);
bool probe_plan_is_over(const struct probe_plan *plan);
/* Settles what was left; why says what kept the rest from being asked. */
void probe_plan_end(struct probe_plan *plan, const char *why);

/* ---- tracks ---- */

enum track_turn {
	TURN_WAIT,	/* for other tracks */
	TURN_SKIP,	/* there is nothing to ask */
	TURN_ASK,
};

struct track_type {
	const char *name;
	enum track_turn (*turn)(const struct probe_plan *plan,
	    const struct probe_track *track);
	void (*ask)(struct probe_plan *plan, const struct probe_track *track,
	    struct probe_question *question);
	/* REPLY, REFUSED and TALKED; leaves state DONE, or READY to ask on. */
	void (*answer)(struct probe_plan *plan, struct probe_track *track,
	    const struct probe_question *question,
	    const struct probe_outcome *outcome);
};

/* Fills plan->tracks. */
void probe_tracks_choose(struct probe_plan *plan);
void probe_full_choose(struct probe_plan *plan);	/* those of a complete list */
void probe_track_add(struct probe_plan *plan, const struct track_type *type,
    unsigned index);
/* All before this one are answered, if only by a close, or wait themselves. */
bool probe_tracks_before_answered(const struct probe_plan *plan,
    const struct probe_track *track);
/* From an answer to a hello: false when it refused, or chose out of nothing. */
bool probe_learn_hello(struct probe_plan *plan,
    const struct probe_question *question,
    const struct probe_outcome *outcome);
/* The answer function of a question that is not asked again. */
void probe_answer_once(struct probe_plan *plan, struct probe_track *track,
    const struct probe_question *question,
    const struct probe_outcome *outcome);
void probe_groups_refused(enum probe_seen *groups,
    const struct tls_offer *offer);
/* The track is done without an answer: what stays unread for it. */
void probe_track_failed(struct probe_plan *plan,
    const struct probe_track *track, const char *why);

/* ---- what is offered ---- */

#define PROBE_CLASS(class) (1u << (class))
#define PROBE_CLASSES_TLS12 (PROBE_CLASS(SUITE_ECDHE_GCM) | \
	PROBE_CLASS(SUITE_ECDHE_CHACHA) | PROBE_CLASS(SUITE_ECDHE_CBC_SHA2) | \
	PROBE_CLASS(SUITE_OTHER))

/* A hello that offers everything but suites. */
void probe_ask_hello(struct probe_plan *plan, struct probe_question *question,
    uint16_t version);
/* Suites of the classes, without those that the version is known to accept. */
void probe_offer_suites(struct probe_plan *plan, struct tls_offer *offer,
    unsigned classes, bool without_accepted);
void probe_offer_ecdhe(struct probe_plan *plan, struct tls_offer *offer);
/* Accepted suites whose names begin with either. */
void probe_offer_accepted(struct probe_plan *plan, struct tls_offer *offer,
    const char *prefix, const char *other_prefix);

/* ---- what is learned ---- */

/* 0 for SSLv3 … 4 for TLS 1.3; -1 for any other. */
int probe_version_index(uint16_t version);
enum probe_seen probe_accepts(const struct probe_plan *plan, uint16_t version);
/* The best of SSLv3 … ceiling that was accepted; 0 = none. */
uint16_t probe_best_version(const struct probe_plan *plan, uint16_t ceiling);
/* Is the code among those of an offer? */
bool probe_was_offered(const uint16_t *ids, size_t count, uint16_t id);
void probe_learn_dialogue(struct probe_plan *plan,
    const struct dialogue *dialogue);
/*
 * From a ServerHello in answer to question, which offered versions up to
 * offered; false when it chose what was not offered: of no use then.
 */
bool probe_learn_reply(struct probe_plan *plan,
    const struct probe_question *question, uint16_t offered,
    const struct tls_reply *reply);
/* Versions from lowest to highest that are not known yet are refused. */
void probe_learn_no_version(struct probe_plan *plan, uint16_t lowest,
    uint16_t highest);
void probe_learn_refused(struct probe_plan *plan,
    const struct tls_offer *offer);
void probe_learn_whole(struct probe_plan *plan,
    const struct probe_outcome *outcome);
void probe_learn_chain(struct probe_plan *plan, size_t name,
    const struct probe_chain *chain);
/* A reason for what was not seen; the first one stays. */
void probe_learn_why(struct probe_plan *plan, const char *name,
    const char *why);
bool probe_group_is_ffdhe(const struct tls_group *group);
/* What is neither accepted nor refused: the undecided lists. */
void probe_learn_end(struct probe_plan *plan);

/* ---- certificates ---- */

/* NULL when certificates is empty. */
struct probe_chain *probe_chain_read(struct arena *arena,
    struct probe_trust *trust, STACK_OF(X509) *certificates);
/* The caller frees it with sk_X509_pop_free; NULL when one can not be read. */
STACK_OF(X509) *probe_chain_parse(const struct tls_slice *certificates,
    size_t count);

/* ---- a whole handshake ---- */

enum whole_state {
	WHOLE_MORE,		/* wants bytes of the peer */
	WHOLE_DONE,
	WHOLE_FAILED,		/* why */
};

struct probe_whole {
	SSL *ssl;
	enum whole_state state;
	bool renegotiates;
	char why[PROBE_TEXT_MAX];
};

/* NULL when OpenSSL has none of the versions. */
SSL_CTX *probe_whole_context(void);
int probe_whole_begin(struct probe_whole *whole, SSL_CTX *context,
    const char *server_name, bool tls13);
/* The suites that OpenSSL offers. */
void probe_whole_offer(const struct probe_whole *whole, struct arena *arena,
    struct tls_offer *offer);
/* Bytes of the peer, then a step of the handshake (or renegotiation). */
void probe_whole_input(struct probe_whole *whole, const void *bytes,
    size_t length);
void probe_whole_step(struct probe_whole *whole);
/* What is to be sent, into buf; -1 when buf is full: the rest is dropped. */
int probe_whole_output(struct probe_whole *whole, struct buf *buf);
int probe_whole_say(struct probe_whole *whole, const char *text);
/* Bytes that came inside TLS: 0 = none yet, -1 = none will come. */
int probe_whole_hear(struct probe_whole *whole, char *bytes, int size);
void probe_whole_renegotiate(struct probe_whole *whole);
void probe_whole_close(struct probe_whole *whole);	/* close_notify */
void probe_whole_learn(const struct probe_whole *whole,
    struct probe_outcome *outcome);
void probe_whole_done(struct probe_whole *whole);

/* ---- connections ---- */

/* What all connections of a run share. */
struct probe_run {
	struct arena *arena;
	const struct probe_limits *limits;
	SSL_CTX *context;	/* made when the first whole handshake is */
	struct probe_trust trust;
};

struct probe_peer {
	struct sockaddr_storage address;
	socklen_t length;
	struct sockaddr_storage source;	/* ss_family 0 = the system's choice */
	socklen_t source_length;
	enum probe_protocol protocol;
	const char *name;	/* EHLO's; HTTP's Host */
};

struct probe_connection;

struct probe_connection *probe_connection_open(struct probe_run *run,
    const struct probe_peer *peer, const struct probe_question *question,
    int64_t now);
int probe_connection_fd(const struct probe_connection *connection);
short probe_connection_events(const struct probe_connection *connection);
/* When it wants to be called though nothing happens: as clock_ms has it. */
int64_t probe_connection_deadline(const struct probe_connection *connection);
/* events: what poll(2) says happened, 0 = nothing. */
void probe_connection_go(struct probe_connection *connection, int64_t now,
    short events);
/* Once: NULL before there is one and after it was given. Lives until free. */
const struct probe_outcome *probe_connection_outcome(
    struct probe_connection *connection);
bool probe_connection_is_over(const struct probe_connection *connection);
const struct probe_question *probe_connection_question(
    const struct probe_connection *connection);
/* Where it comes from; "" when it has no socket. */
const char *probe_connection_source(const struct probe_connection *connection);
void probe_connection_free(struct probe_connection *connection);

/* ---- the loop ---- */

struct probe_job {
	struct probe_plan plan;
	struct probe_peer peer;
	size_t daemon;		/* index: listeners of one have it in common */
};

void probe_loop(struct probe_run *run, struct probe_job *jobs, size_t count);

#endif
