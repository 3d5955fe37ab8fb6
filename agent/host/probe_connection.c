/*
 * One connection: the talk in clear, then a hello of ours or a whole handshake,
 * and a goodbye, so that the process that served us is gone when we are.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "host/probe_connection.h"

#define CHUNK 16384
#define CHUNKS_AT_ONCE 8	/* others wait, too */
#define OUT_MAX 65536u

/* ---- ends ---- */

void
connection_end(struct probe_connection *c, enum probe_end end,
    const char *why)
{
	c->outcome.end = end;
	if (why != c->outcome.why)
		snprintf(c->outcome.why, sizeof(c->outcome.why), "%s", why);
	c->decided = true;
	c->phase = PHASE_GOODBYE;
	c->deadline = c->now + c->run->limits->goodbye_ms;
	if (c->gone || end == END_CLOSED || end == END_SILENT)
		c->phase = PHASE_OVER;
}

void
connection_say_goodbye(struct probe_connection *c)
{
	const char *goodbye = dialogue_goodbye(c->peer->protocol);

	/* Without a greeting there is nobody to take leave of. */
	if (c->phase != PHASE_GOODBYE)
		return;
	if (!probe_protocol_implicit(c->peer->protocol) &&
	    c->dialogue.greeting[0] != '\0')
		(void)buf_adds(&c->out, goodbye);
}

/* ---- before TLS ---- */

static void
begin_tls(struct probe_connection *c)
{
	uint8_t random[32];

	c->phase = PHASE_TLS;
	if (c->question.way == WAY_WHOLE) {
		connection_begin_whole(c);
		return;
	}
	if (getrandom(random, sizeof(random), GRND_NONBLOCK) !=
	    (ssize_t)sizeof(random) ||
	    tls_client_hello(&c->question.offer, random, &c->out) != 0)
		connection_end(c, END_BROKEN, "no ClientHello could be made");
}

static void
talk_ended(struct probe_connection *c, const char *rest, size_t length)
{
	struct dialogue *dialogue = &c->dialogue;

	c->outcome.dialogue = dialogue;
	switch (dialogue->state) {
	case DIALOGUE_MORE:
		c->outcome.dialogue = NULL;
		break;
	case DIALOGUE_TLS:
		/* A record is TLS's own answer: it was handed what we piped. */
		if (length > 0 && dialogue->goal == DIALOGUE_INJECTION &&
		    rest[0] >= ' ') {
			c->outcome.inside = PROBE_YES;
			connection_end(c, END_TALKED, "");
			break;
		}
		begin_tls(c);
		if (length > 0 && c->phase == PHASE_TLS)
			connection_tls_input(c, rest, length);
		break;
	case DIALOGUE_DONE:
		connection_end(c, END_TALKED, dialogue->why);
		break;
	case DIALOGUE_BUSY:
		connection_end(c, END_BUSY, dialogue->why);
		break;
	case DIALOGUE_FAILED:
		/* To refuse a pipelined command is an answer, too. */
		connection_end(c, dialogue->goal == DIALOGUE_INJECTION &&
		    dialogue->starttls == PROBE_YES ? END_TALKED : END_BROKEN,
		    dialogue->why);
		break;
	}
	connection_say_goodbye(c);
}

static void
talk(struct probe_connection *c, const char *bytes, size_t length)
{
	size_t used = dialogue_input(&c->dialogue, bytes, length);

	if (c->dialogue.out_length > 0)
		(void)buf_add(&c->out, c->dialogue.out, c->dialogue.out_length);
	c->dialogue.out_length = 0;
	if (c->dialogue.state != DIALOGUE_MORE)
		talk_ended(c, bytes + used, length - used);
}

static bool
same_address(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	const struct sockaddr_in *a4 = (const void *)a, *b4 = (const void *)b;
	const struct sockaddr_in6 *a6 = (const void *)a, *b6 = (const void *)b;

	if (a->ss_family != b->ss_family)
		return false;
	if (a->ss_family == AF_INET)
		return a4->sin_addr.s_addr == b4->sin_addr.s_addr;
	return memcmp(&a6->sin6_addr, &b6->sin6_addr,
	    sizeof(a6->sin6_addr)) == 0;
}

/*
 * Dovecot calls a connection from its own address secured, and takes a login
 * in clear there whatever is configured: then it is not asked.
 */
static void
begin_talk(struct probe_connection *c)
{
	struct sockaddr_storage source = { .ss_family = AF_UNSPEC };
	socklen_t length = sizeof(source);
	enum dialogue_goal goal = c->question.goal;

	if (getsockname(c->fd, (struct sockaddr *)&source, &length) != 0 ||
	    getnameinfo((struct sockaddr *)&source, length, c->source,
	    sizeof(c->source), NULL, 0, NI_NUMERICHOST) != 0)
		c->source[0] = '\0';
	if (goal == DIALOGUE_CLEAR_LOGIN &&
	    same_address(&source, &c->peer->address))
		goal = DIALOGUE_STARTTLS;
	c->phase = PHASE_TALK;
	if (probe_protocol_implicit(c->peer->protocol)) {
		begin_tls(c);
		return;
	}
	dialogue_begin(&c->dialogue, c->peer->protocol, goal, c->peer->name);
	talk(c, "", 0);
}

/* ---- the peer is gone, or silent ---- */

static void
peer_closed(struct probe_connection *c)
{
	c->gone = true;
	switch (c->phase) {
	case PHASE_TALK:
		dialogue_end(&c->dialogue);
		talk_ended(c, "", 0);
		break;
	case PHASE_TLS:
		if (c->in.length == 0) {
			connection_end(c, END_DROPPED,
			    "closed in reply to a ClientHello, without an alert");
		} else if (c->question.way == WAY_WHOLE) {
			connection_whole_closed(c);
		} else {
			connection_parse(c, true);
			connection_hello_answered(c);
		}
		break;
	case PHASE_INSIDE:
		connection_inside_ended(c);
		break;
	default:
		break;
	}
	c->phase = PHASE_OVER;
}

static void
time_is_up(struct probe_connection *c)
{
	static const char *const missed[] = {
		[PHASE_CONNECT] = "no connection",
		[PHASE_TALK] = "no reply",
		[PHASE_TLS] = "no answer to a ClientHello",
	};

	if (c->phase == PHASE_INSIDE) {
		connection_inside_ended(c);
		return;
	}
	if (c->phase == PHASE_GOODBYE) {
		c->phase = PHASE_OVER;
		return;
	}
	if (c->phase == PHASE_TALK) {
		c->outcome.dialogue = &c->dialogue;
	}
	snprintf(c->outcome.why, sizeof(c->outcome.why), "%s within %g s",
	    missed[c->phase], c->run->limits->connection_ms / 1000.0);
	connection_end(c, END_SILENT, c->outcome.why);
}

/* ---- the socket ---- */

static void
connect_failed(struct probe_connection *c, int error)
{
	enum probe_end end = error == ECONNREFUSED ? END_CLOSED :
	    error == ECONNRESET || error == EMFILE || error == ENFILE ||
	    error == EAGAIN || error == ENOBUFS ? END_BUSY :
	    error == ETIMEDOUT ? END_SILENT : END_BROKEN;

	c->gone = true;
	snprintf(c->outcome.why, sizeof(c->outcome.why), "connect: %s",
	    strerror(error));
	connection_end(c, end, c->outcome.why);
}

static int
socket_open(const struct probe_peer *peer)
{
	int one = 1;
	int fd = socket(peer->address.ss_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	/* The port is chosen by connect, so many sources fit in one range. */
	(void)setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one,
	    sizeof(one));
	if (peer->source.ss_family != AF_UNSPEC &&
	    bind(fd, (const struct sockaddr *)&peer->source,
	    peer->source_length) != 0) {
		one = errno;
		close(fd);
		errno = one;
		return -1;
	}
	return fd;
}

struct probe_connection *
probe_connection_open(struct probe_run *run, const struct probe_peer *peer,
    const struct probe_question *question, int64_t now)
{
	struct probe_connection *c = calloc(1, sizeof(*c));

	if (c == NULL)
		abort();
	c->run = run;
	c->peer = peer;
	c->question = *question;
	c->now = now;
	c->deadline = now + run->limits->connection_ms;
	buf_init(&c->in, TLS_REPLY_MAX);
	buf_init(&c->out, OUT_MAX);
	c->fd = socket_open(peer);
	if (c->fd < 0)
		connect_failed(c, errno);
	else if (connect(c->fd, (const struct sockaddr *)&peer->address,
	    peer->length) == 0)
		begin_talk(c);
	else if (errno != EINPROGRESS)
		connect_failed(c, errno);
	return c;
}

static void
send_out(struct probe_connection *c)
{
	while (c->sent < c->out.length) {
		ssize_t sent = send(c->fd, c->out.bytes + c->sent,
		    c->out.length - c->sent, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && errno == EAGAIN)
			return;
		if (sent < 0)
			break;	/* what came before is still to be read */
		c->sent += (size_t)sent;
	}
	buf_clear(&c->out);
	c->sent = 0;
	/* With no word for goodbye, the end of our side says it. */
	if (c->phase == PHASE_GOODBYE && !c->shut &&
	    dialogue_goodbye(c->peer->protocol)[0] == '\0') {
		c->shut = true;
		(void)shutdown(c->fd, SHUT_WR);
	}
}

static void
take_bytes(struct probe_connection *c, const char *bytes, size_t length)
{
	switch (c->phase) {
	case PHASE_TALK:
		talk(c, bytes, length);
		break;
	case PHASE_TLS:
		connection_tls_input(c, bytes, length);
		break;
	case PHASE_INSIDE:
	case PHASE_GOODBYE:
		connection_inside_input(c, bytes, length);
		break;
	default:
		break;
	}
}

static void
receive(struct probe_connection *c)
{
	char bytes[CHUNK];
	unsigned i;

	for (i = 0; i < CHUNKS_AT_ONCE && c->phase != PHASE_OVER; i++) {
		ssize_t got = recv(c->fd, bytes, sizeof(bytes), 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return;
		if (got <= 0) {
			peer_closed(c);
			return;
		}
		take_bytes(c, bytes, (size_t)got);
		send_out(c);
	}
}

static void
connected(struct probe_connection *c)
{
	int error = 0;
	socklen_t length = sizeof(error);

	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0)
		error = errno;
	if (error != 0)
		connect_failed(c, error);
	else
		begin_talk(c);
}

void
probe_connection_go(struct probe_connection *c, int64_t now, short events)
{
	c->now = now;
	if (c->phase == PHASE_CONNECT && events != 0)
		connected(c);
	else if ((events & (POLLIN | POLLERR | POLLHUP)) != 0)
		receive(c);
	if (c->phase != PHASE_OVER && c->phase != PHASE_CONNECT)
		send_out(c);
	if (c->phase != PHASE_OVER && now >= c->deadline) {
		time_is_up(c);
		if (c->phase != PHASE_OVER)
			send_out(c);
	}
}

int
probe_connection_fd(const struct probe_connection *c)
{
	return c->fd;
}

short
probe_connection_events(const struct probe_connection *c)
{
	if (c->phase == PHASE_CONNECT)
		return POLLOUT;
	return c->sent < c->out.length ? POLLIN | POLLOUT : POLLIN;
}

int64_t
probe_connection_deadline(const struct probe_connection *c)
{
	return c->deadline;
}

const struct probe_outcome *
probe_connection_outcome(struct probe_connection *c)
{
	/* TLS 1.3 gives its tickets behind the handshake: wait for the end. */
	if (!c->decided || c->given || (c->phase != PHASE_OVER &&
	    c->whole.ssl != NULL && c->outcome.completed))
		return NULL;
	if (c->whole.ssl != NULL && c->outcome.completed)
		probe_whole_learn(&c->whole, &c->outcome);
	c->given = true;
	return &c->outcome;
}

bool
probe_connection_is_over(const struct probe_connection *c)
{
	return c->phase == PHASE_OVER;
}

const struct probe_question *
probe_connection_question(const struct probe_connection *c)
{
	return &c->question;
}

const char *
probe_connection_source(const struct probe_connection *c)
{
	return c->source;
}

void
probe_connection_free(struct probe_connection *c)
{
	if (c->fd >= 0)
		close(c->fd);
	probe_whole_done(&c->whole);
	tls_reply_done(&c->reply);
	buf_done(&c->in);
	buf_done(&c->out);
	free(c);
}
