/*
 * A batch of DNS questions. Each is an item that is tried until a server has
 * answered it, TRIES_MAX times at most; at most one of its tries is on its way.
 * New questions are taken in their order; those that wait to be tried again stand
 * in a heap by time, those that go over TCP in a queue of their own.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/err.h"
#include "host/dns_private.h"
#include "host/host.h"

#define QUESTION_LIMIT_MS 10000
#define BATCH_LIMIT_MS 60000	/* and … */
#define BATCH_LIMIT_EACH_MS 2	/* … for each question: a cold cache is slow */
/*
 * All batches of an asker together; then one has but a question's time. Who has a
 * domain here can make names lead to names that are slow, a batch each.
 */
#define PATIENCE_MS 180000
/*
 * Replies of more than LARGE bytes that a batch keeps: a name server may fill 64
 * KiB for each name of a tenant's, and memory is everybody's.
 */
#define LARGE 4096
#define LARGE_BYTES_MOST (8u * 1024 * 1024)
#define TICK_MS 10		/* c-ares looks for what is overdue */
#define TCP_AT_ONCE 64		/* BIND's tcp-clients is 150 for everybody */
#define TCP_TRIES 3		/* a server may close between two questions */
#define TCP_FAILED_MOST 16	/* in a row: then TCP is probed */
#define AGAIN_MS 100		/* before the second try of one server */
#define NONE UINT32_MAX

/* Why an item has no message; of several the last in this order is told. */
enum trouble {
	TROUBLE_NONE,
	TROUBLE_NOT_ASKED,
	TROUBLE_NO_REPLY,
	TROUBLE_SOCKET,
	TROUBLE_MALFORMED,
	TROUBLE_LAME,
	TROUBLE_TRUNCATED,
	TROUBLE_LARGE,
};

struct item {
	struct batch *batch;
	const char *message;	/* best so far, in the arena; NULL = none */
	uint32_t question;	/* the first that asks this */
	uint32_t next;		/* in the TCP queue */
	uint32_t begun_ms;	/* since the batch began */
	uint32_t sent_ms;
	uint16_t length;
	uint16_t servers;	/* that were asked, a bit each */
	uint8_t server;
	uint8_t lane;		/* of the try that is on its way */
	uint8_t silent_at;	/* server that did not answer the last, plus 1 */
	uint8_t tries;
	uint8_t tcp_tries;
	uint8_t trouble;
	uint8_t error;		/* errno of TROUBLE_SOCKET and _TRUNCATED */
	bool over_tcp;
	bool again;		/* the try on its way is not its server's first */
	bool plain;		/* without OPT */
	bool sent_plain;	/* … in the try that is on its way */
	bool done;
};

struct waiting {
	uint32_t due_ms;
	uint32_t item;
};

struct batch {
	struct dns_asker *asker;
	struct arena *arena;
	struct arena *scratch;
	const struct question *questions;
	struct answer *answers;
	uint32_t *firsts;	/* of each question: the item */
	struct item *items;
	uint32_t count;		/* of items */
	uint32_t next;		/* item that was not tried yet */
	uint32_t open;		/* items without their answer */
	struct waiting *heap;
	uint32_t waiting;
	uint32_t tcp_head, tcp_tail;
	int64_t began_us;
	int64_t now_us;
	uint32_t limit_ms;
	size_t large_bytes;	/* of replies that are kept */
	uint16_t ids[256];
	unsigned ids_used;
	struct item told;	/* whose reason was put in words last */
	const char *told_why;
};

struct dns_asker {
	struct arena *arena;
	struct dns_server servers[DNS_SERVERS_MAX];
	unsigned count;
	uint32_t patience_ms;	/* that is left */
};

static uint32_t
batch_ms(const struct batch *batch)
{
	return (uint32_t)((batch->now_us - batch->began_us) / 1000);
}

static uint16_t
next_random(struct batch *batch)
{
	if (batch->ids_used == 0) {
		dns_random(batch->ids, sizeof(batch->ids));
		batch->ids_used = sizeof(batch->ids) / sizeof(batch->ids[0]);
	}
	return batch->ids[--batch->ids_used];
}

/* ---- the heap of those that wait ---- */

static void
heap_add(struct batch *batch, uint32_t item, uint32_t due_ms)
{
	struct waiting *heap = batch->heap;
	uint32_t i = batch->waiting++, up;

	for (; i > 0 && heap[up = (i - 1) / 2].due_ms > due_ms; i = up)
		heap[i] = heap[up];
	heap[i] = (struct waiting){ due_ms, item };
}

static void
heap_remove_first(struct batch *batch)
{
	struct waiting *heap = batch->heap, last = heap[--batch->waiting];
	uint32_t i = 0, down;

	while ((down = i * 2 + 1) < batch->waiting) {
		if (down + 1 < batch->waiting &&
		    heap[down + 1].due_ms < heap[down].due_ms)
			down++;
		if (heap[down].due_ms >= last.due_ms)
			break;
		heap[i] = heap[down];
		i = down;
	}
	heap[i] = last;
}

/* ---- how it ends ---- */

/* "192.0.2.53", "192.0.2.53 and 192.0.2.54" */
static const char *
server_names(struct batch *batch, unsigned servers)
{
	const char *text = NULL;
	unsigned i;

	for (i = 0; i < batch->asker->count; i++)
		if ((servers & 1u << i) != 0)
			text = text == NULL ? batch->asker->servers[i].text :
			    arena_printf(batch->arena, "%s and %s", text,
			    batch->asker->servers[i].text);
	return text == NULL ? "any server" : text;
}

/* "connection refused": strerror's words begin with a capital. */
static const char *
error_words(struct batch *batch, int error)
{
	char *words = arena_strdup(batch->arena,
	    strerror(error == 0 ? ETIMEDOUT : error));

	if (words[0] >= 'A' && words[0] <= 'Z')
		words[0] = (char)(words[0] - 'A' + 'a');
	return words;
}

static const char *
trouble_words(struct batch *batch, const struct item *item)
{
	struct arena *arena = batch->arena;
	const char *names = server_names(batch, item->servers);

	switch ((enum trouble)item->trouble) {
	case TROUBLE_LARGE:
		return arena_printf(arena, "a reply of more than %u bytes, and "
		    "%u MiB of such were kept already", (unsigned)LARGE,
		    LARGE_BYTES_MOST >> 20);
	case TROUBLE_TRUNCATED:
		return arena_printf(arena, "truncated, and over TCP: %s",
		    item->error == ETIMEDOUT ? "no reply" :
		    error_words(batch, item->error));
	case TROUBLE_LAME:
		return arena_printf(arena, "lame reply from %s: no answer, no "
		    "authority, no recursion", names);
	case TROUBLE_MALFORMED:
		return arena_printf(arena, "malformed reply from %s", names);
	case TROUBLE_SOCKET:
		return arena_printf(arena, "%s in %u tries of %s",
		    error_words(batch, item->error), item->tries, names);
	case TROUBLE_NO_REPLY:
		return arena_printf(arena, "no reply from %s in %u tries",
		    names, item->tries);
	case TROUBLE_NOT_ASKED:
	case TROUBLE_NONE:
		break;
	}
	return NULL;
}

static bool
same_trouble(const struct item *a, const struct item *b)
{
	return a->trouble == b->trouble && a->servers == b->servers &&
	    a->tries == b->tries && a->error == b->error;
}

/* why NULL = the item's own trouble. Thousands that failed alike share words. */
static void
finish(struct batch *batch, struct item *item, const char *why)
{
	struct answer *answer = &batch->answers[item->question];

	if (item->message != NULL) {
		*answer = (struct answer){ .status = ANSWER_OK,
		    .bytes = (char *)(uintptr_t)item->message,
		    .length = item->length };
	} else {
		if (why == NULL && (batch->told_why == NULL ||
		    !same_trouble(&batch->told, item))) {
			batch->told = *item;
			batch->told_why = trouble_words(batch, item);
		}
		*answer = (struct answer){ .status = ANSWER_FAILED,
		    .why = why != NULL ? why : batch->told_why };
	}
	item->done = true;
	batch->open--;
}

/* ---- what a try came to ---- */

static void
queue_tcp(struct batch *batch, struct item *item)
{
	uint32_t number = (uint32_t)(item - batch->items);

	item->over_tcp = true;
	item->next = NONE;
	if (batch->tcp_head == NONE)
		batch->tcp_head = number;
	else
		batch->items[batch->tcp_tail].next = number;
	batch->tcp_tail = number;
}

static void
queue_again(struct batch *batch, struct item *item, uint32_t after_ms)
{
	heap_add(batch, (uint32_t)(item - batch->items),
	    batch_ms(batch) + after_ms);
}

/*
 * A datagram may be lost again and again; but who said SERVFAIL after it asked
 * around for seconds is asked once more, or else another is.
 */
static unsigned
tries_most(const struct batch *batch, const struct item *item)
{
	unsigned count = batch->asker->count;

	return item->message == NULL ? TRIES_MAX :
	    count < 2 ? 2 : count < TRIES_MAX ? count : TRIES_MAX;
}

/*
 * The next server, if there is one that was not asked, else the same again
 * after a pause. useless: asking it again would bring the same.
 */
static void
try_again(struct batch *batch, struct item *item, bool useless)
{
	unsigned count = batch->asker->count, i, server;
	uint32_t pause = 0;

	item->tries++;
	item->plain = false;
	if (item->tries >= tries_most(batch, item) ||
	    batch_ms(batch) - item->begun_ms >= QUESTION_LIMIT_MS) {
		finish(batch, item, NULL);
		return;
	}
	for (i = 1; i <= count; i++) {
		server = (item->server + i) % count;
		if ((item->servers & 1u << server) == 0)
			break;
	}
	if (i > count) {
		if (useless && count == 1) {
			finish(batch, item, NULL);
			return;
		}
		server = (item->server + 1) % count;
		/* Those that were lost together do not come again together. */
		pause = AGAIN_MS << (item->tries - 1);
		pause = pause / 2 + next_random(batch) % pause;
	}
	item->server = (uint8_t)server;
	queue_again(batch, item, pause);
}

static void
note_trouble(struct item *item, enum trouble trouble, int error)
{
	if (trouble < item->trouble)
		return;
	item->trouble = (uint8_t)trouble;
	item->error = error > 0 && error < 256 ? (uint8_t)error : 0;
}

/* Without room it stays an item that has none. */
static void
keep_message(struct batch *batch, struct item *item,
    const unsigned char *message, size_t length)
{
	if (length > LARGE) {
		if (length > LARGE_BYTES_MOST - batch->large_bytes) {
			note_trouble(item, TROUBLE_LARGE, 0);
			return;
		}
		batch->large_bytes += length;
	}
	item->message = arena_memdup(batch->arena, message, length);
	item->length = (uint16_t)length;
}

#define HEADER_BYTES 12
#define REPLY_BIT 0x80		/* third byte */
#define OPCODE_BITS 0x78
#define AUTHORITY_BIT 0x04
#define TRUNCATED_BIT 0x02
#define RECURSION_BIT 0x80	/* fourth byte */

/*
 * No answer from one who is no authority and does not ask others: it knows
 * nothing, and must not be heard to say that there is nothing.
 */
static bool
lame(const unsigned char *message)
{
	return (message[2] & AUTHORITY_BIT) == 0 &&
	    (message[3] & RECURSION_BIT) == 0 &&
	    message[6] == 0 && message[7] == 0;
}

/* The question was compared by c-ares. */
static bool
malformed(const unsigned char *message, size_t length)
{
	return length < HEADER_BYTES || length > HOST_CAP_MESSAGE ||
	    (message[2] & (REPLY_BIT | OPCODE_BITS)) != REPLY_BIT;
}

static void
judge_reply(struct batch *batch, struct item *item, struct dns_server *server,
    const unsigned char *message, size_t length)
{
	unsigned rcode = malformed(message, length) ? 0 : message[3] & 15u;

	if (malformed(message, length)) {
		note_trouble(item, TROUBLE_MALFORMED, 0);
		try_again(batch, item, true);
	} else if ((message[2] & TRUNCATED_BIT) != 0 && !item->over_tcp) {
		queue_tcp(batch, item);
	} else if ((rcode == 1 || rcode == 4) && !item->sent_plain) {
		/* RFC 6891 7: it may not know OPT. The same try goes on. */
		item->plain = true;
		queue_again(batch, item, 0);
	} else if (rcode == 0 || rcode == 3) {
		server->knows_edns |= !item->sent_plain;
		server->plain |= item->plain && !server->knows_edns;
		if (lame(message)) {
			note_trouble(item, TROUBLE_LAME, 0);
			try_again(batch, item, true);
			return;
		}
		keep_message(batch, item, message, length);
		finish(batch, item, NULL);
	} else {
		if (item->message == NULL)
			keep_message(batch, item, message, length);
		try_again(batch, item, rcode != 2);
	}
}

/* ---- tries ---- */

static void
tcp_failed(struct batch *batch, struct item *item, struct dns_server *server,
    int error)
{
	unsigned connection = server->lanes[LANE_TCP].connections;

	/* A connection that breaks takes all with it, and is one failure. */
	if (error == ETIMEDOUT || connection != server->tcp_broken)
		server->tcp_failed++;
	server->tcp_broken = connection;
	item->tcp_tries++;
	/* It may only have closed: then a new connection will do. */
	if (error != ETIMEDOUT && item->tcp_tries < TCP_TRIES &&
	    !server->tcp_dead) {
		queue_tcp(batch, item);
		return;
	}
	item->over_tcp = false;
	item->tcp_tries = 0;
	note_trouble(item, TROUBLE_TRUNCATED, error);
	try_again(batch, item, true);
}

static void
try_failed(struct batch *batch, struct item *item, struct dns_server *server,
    int status)
{
	const struct dns_lane *lane = &server->lanes[item->lane];
	int error = status == ARES_ETIMEOUT ? ETIMEDOUT :
	    lane->last_error != 0 ? lane->last_error : ECONNREFUSED;

	/*
	 * c-ares from 1.30 on shortens the limit to what it saw of the server;
	 * the patience is ours, and the try goes on.
	 */
	if (status == ARES_ETIMEOUT &&
	    batch_ms(batch) - item->sent_ms < lane->limit_ms * 3 / 4) {
		if (item->over_tcp)
			queue_tcp(batch, item);
		else
			queue_again(batch, item, 0);
		return;
	}
	if (item->over_tcp) {
		tcp_failed(batch, item, server, error);
		return;
	}
	dns_server_silent(server);
	if (error == ETIMEDOUT)
		item->silent_at = (uint8_t)(item->server + 1);
	note_trouble(item, error == ETIMEDOUT ? TROUBLE_NO_REPLY :
	    TROUBLE_SOCKET, error);
	try_again(batch, item, false);
}

static void
note_reply(struct batch *batch, struct item *item, struct dns_server *server)
{
	if (server->late > 0)
		server->late--;
	dns_server_replied(server, batch->now_us);
	if (item->silent_at != 0)
		dns_server_recovered(&batch->asker->servers[item->silent_at -
		    1], batch->now_us);
	item->silent_at = 0;
}

static void
try_done(void *data, int status, int timeouts, unsigned char *message,
    int length)
{
	struct item *item = data;
	struct batch *batch = item->batch;
	struct dns_server *server = &batch->asker->servers[item->server];
	const unsigned char *whole;
	size_t size;

	(void)timeouts;
	if (item->over_tcp)
		server->tcp_in_flight--;
	else if (item->again)
		server->again_in_flight--;
	else
		server->in_flight--;
	/* The batch is over; what it came to was said. */
	if (item->done || status == ARES_EDESTRUCTION)
		return;
	if (status == ARES_SUCCESS && message != NULL && length > 0) {
		if (item->over_tcp)
			server->tcp_failed = 0;
		else
			note_reply(batch, item, server);
		size = (size_t)length;
		whole = dns_lane_whole(&server->lanes[item->lane], message,
		    &size);
		judge_reply(batch, item, server, whole, size);
	} else if (status == ARES_EBADRESP) {
		judge_reply(batch, item, server, (const unsigned char *)"", 0);
	} else {
		try_failed(batch, item, server, status);
	}
}

static void
send_try(struct batch *batch, struct item *item, unsigned kind)
{
	struct dns_server *server = &batch->asker->servers[item->server];
	struct dns_lane *lane = dns_lane_open(server, kind);
	const struct question *question = &batch->questions[item->question];
	unsigned char query[DNS_QUERY_MAX];
	size_t length;

	/* Some drop what has an OPT in it: the last try goes without. */
	item->sent_plain = item->plain || server->plain ||
	    (item->tries == TRIES_MAX - 1 && !server->knows_edns);
	length = dns_query_write(query, next_random(batch), question->name,
	    question->type, item->sent_plain ? 0 : EDNS_SIZE);
	if (length == 0) {
		finish(batch, item, "it is no domain name");
		return;
	}
	if (lane == NULL) {
		finish(batch, item, "c-ares can not be initialised");
		return;
	}
	item->lane = (uint8_t)kind;
	item->servers |= (uint16_t)(1u << item->server);
	item->sent_ms = batch_ms(batch);
	if (item->over_tcp)
		server->tcp_in_flight++;
	else
		dns_server_sent(server, item->again);
	ares_send(lane->channel, query, (int)length, try_done, item);
}

/* The item's server, or one behind it that may be asked now; -1 = none. */
static int
pick_server(struct batch *batch, const struct item *item)
{
	unsigned count = batch->asker->count, i;

	for (i = 0; i < count; i++) {
		unsigned number = (item->server + i) % count;

		if (!dns_server_paused(&batch->asker->servers[number],
		    batch->now_us))
			return (int)number;
	}
	return -1;
}

/* False when there is no room for it now. */
static bool
send_item(struct batch *batch, struct item *item)
{
	int number = pick_server(batch, item);
	struct dns_server *server;
	struct dns_lane *lane;
	unsigned kind;
	bool again;

	if (number < 0)
		return false;
	server = &batch->asker->servers[number];
	again = (item->servers & 1u << number) != 0 && item->tries > 0;
	if (!dns_server_has_room(server, again))
		return false;
	kind = item->tries > 0 ? LANE_SECOND + item->tries - 1u :
	    LANE_FIRST + server->next_first++ % FIRST_LANES;
	lane = &server->lanes[kind];
	if (!dns_lane_has_room(lane))
		dns_lane_flush(lane);
	if (!dns_lane_has_room(lane))
		return false;
	item->server = (uint8_t)number;
	item->again = again;
	send_try(batch, item, kind);
	return true;
}

struct probe {
	struct batch *batch;
	struct dns_server *server;
};

/* Any resolver has the root's name servers at hand, or says that it won't. */
static bool
send_probe(struct batch *batch, struct dns_server *server, unsigned kind,
    ares_callback done)
{
	struct dns_lane *lane = dns_lane_open(server, kind);
	struct probe *probe = arena_alloc(batch->scratch, sizeof(*probe));
	unsigned char query[DNS_QUERY_MAX];
	size_t length = dns_query_write(query, next_random(batch), ".", DNS_NS,
	    0);

	if (lane == NULL || length == 0 || !dns_lane_has_room(lane))
		return false;
	*probe = (struct probe){ batch, server };
	ares_send(lane->channel, query, (int)length, done, probe);
	return true;
}

static bool
probe_replied(int status)
{
	return status == ARES_SUCCESS || status == ARES_EBADRESP;
}

static void
tcp_probe_done(void *data, int status, int timeouts, unsigned char *message,
    int length)
{
	struct probe *probe = data;

	(void)timeouts;
	(void)message;
	(void)length;
	if (status == ARES_EDESTRUCTION)
		return;
	probe->server->tcp_probing = false;
	probe->server->tcp_failed = 0;
	probe->server->tcp_dead = !probe_replied(status);
}

/*
 * Many failed in a row: what a tenant's names do over TCP may not be taken for
 * the server's fault. False while that is not known.
 */
static bool
tcp_settled(struct batch *batch, struct dns_server *server)
{
	if (server->tcp_dead || (!server->tcp_probing &&
	    server->tcp_failed < TCP_FAILED_MOST))
		return true;
	if (!server->tcp_probing) {
		server->tcp_probing = true;
		if (!send_probe(batch, server, LANE_TCP, tcp_probe_done)) {
			server->tcp_probing = false;
			server->tcp_dead = true;
		}
	}
	return !server->tcp_probing;
}

static void
send_over_tcp(struct batch *batch)
{
	while (batch->tcp_head != NONE) {
		struct item *item = &batch->items[batch->tcp_head];
		struct dns_server *server =
		    &batch->asker->servers[item->server];

		/* It may have been another's fault: the next time it is alone. */
		if (server->tcp_in_flight >=
		    (item->tcp_tries > 0 ? 1 : TCP_AT_ONCE) ||
		    !tcp_settled(batch, server))
			return;
		batch->tcp_head = item->next;
		if (server->tcp_dead)
			tcp_failed(batch, item, server,
			    server->lanes[LANE_TCP].last_error == 0 ?
			    ETIMEDOUT : server->lanes[LANE_TCP].last_error);
		else
			send_try(batch, item, LANE_TCP);
	}
}

static void
send_due(struct batch *batch)
{
	uint32_t now = batch_ms(batch);

	send_over_tcp(batch);
	while (batch->waiting > 0 && batch->heap[0].due_ms <= now) {
		/* Copied: sending may fail at once and add to the heap. */
		uint32_t number = batch->heap[0].item;

		heap_remove_first(batch);
		if (!send_item(batch, &batch->items[number])) {
			heap_add(batch, number, now);
			break;
		}
	}
	while (batch->next < batch->count) {
		struct item *item = &batch->items[batch->next];

		item->begun_ms = now;
		if (!send_item(batch, item))
			return;
		batch->next++;
	}
}

/* ---- servers that are silent ---- */

static void
probe_done(void *data, int status, int timeouts, unsigned char *message,
    int length)
{
	struct probe *probe = data;

	(void)timeouts;
	(void)message;
	(void)length;
	if (status == ARES_SUCCESS && probe->server->late > 0)
		probe->server->late--;
	if (status != ARES_EDESTRUCTION)
		dns_server_probed(probe->server, probe_replied(status),
		    probe->batch->now_us);
}

/* False when no server is left to be waited for. */
static bool
tend_servers(struct batch *batch)
{
	bool left = false;
	unsigned i;

	for (i = 0; i < batch->asker->count; i++) {
		struct dns_server *server = &batch->asker->servers[i];

		dns_server_refill(server, batch->now_us);
		if (dns_server_wants_probe(server, batch->now_us)) {
			server->probing = true;
			if (!send_probe(batch, server, LANE_SECOND,
			    probe_done))
				server->probing = false;
		}
		left |= !dns_server_dead(server);
	}
	return left;
}

/* ---- the loop ---- */

static void
give_up(struct batch *batch, const char *why)
{
	uint32_t i;

	for (i = 0; i < batch->count; i++)
		if (!batch->items[i].done)
			finish(batch, &batch->items[i],
			    batch->items[i].trouble > TROUBLE_NO_REPLY ? NULL :
			    why);
}

static int
poll_ms(const struct batch *batch)
{
	uint32_t now = batch_ms(batch), due;
	unsigned i;

	for (i = 0; i < batch->asker->count; i++)
		if (dns_server_held_back(&batch->asker->servers[i]))
			return 1;
	if (batch->waiting == 0)
		return TICK_MS;
	due = batch->heap[0].due_ms;
	return due <= now ? 1 : due - now < TICK_MS ? (int)(due - now) :
	    TICK_MS;
}

/* Waits for sockets, and lets c-ares have what came or is overdue. */
static void
wait_for_replies(struct batch *batch, bool tick)
{
	struct pollfd polled[DNS_SERVERS_MAX * LANE_COUNT];
	struct dns_lane *lanes[DNS_SERVERS_MAX * LANE_COUNT];
	nfds_t count = 0, i;
	unsigned server, kind;

	for (server = 0; server < batch->asker->count; server++)
		for (kind = 0; kind < LANE_COUNT; kind++) {
			struct dns_lane *lane =
			    &batch->asker->servers[server].lanes[kind];

			if (lane->channel == NULL)
				continue;
			dns_lane_flush(lane);
			lanes[count] = lane;
			/* poll(2) passes over a negative descriptor. */
			polled[count++] = (struct pollfd){ lane->fd,
			    lane->fd < 0 ? 0 : dns_lane_events(lane), 0 };
		}
	(void)poll(polled, count, poll_ms(batch));
	batch->now_us = dns_now_us();
	for (i = 0; i < count; i++)
		if (tick || polled[i].revents != 0 || lanes[i]->error != 0)
			dns_lane_read(lanes[i], (polled[i].revents &
			    ~POLLOUT) != 0, (polled[i].revents & POLLOUT) != 0);
}

static void
batch_run(struct batch *batch)
{
	int64_t ticked = batch->began_us;

	while (batch->open > 0) {
		bool tick = batch->now_us - ticked >= TICK_MS * 1000;

		if (batch_ms(batch) > batch->limit_ms) {
			give_up(batch, arena_printf(batch->arena, "not "
			    "answered in the %u seconds for all questions",
			    batch->limit_ms / 1000));
			return;
		}
		if (!tend_servers(batch)) {
			give_up(batch, arena_printf(batch->arena,
			    "no reply from %s to any question",
			    server_names(batch, (1u << batch->asker->count) -
			    1)));
			return;
		}
		send_due(batch);
		if (tick)
			ticked = batch->now_us;
		if (batch->open > 0)
			wait_for_replies(batch, tick);
	}
}

/* ---- a batch ---- */

static size_t
name_length(const char *name)
{
	size_t length = strlen(name);

	return length > 1 && name[length - 1] == '.' &&
	    name[length - 2] != '\\' ? length - 1 : length;
}

/* FNV-1a, upper and lower case alike: only ASCII letters have any in DNS. */
static uint32_t
question_hash(const struct question *question)
{
	size_t length = name_length(question->name), i;
	uint32_t hash = 2166136261u ^ question->type;

	for (i = 0; i < length; i++) {
		unsigned char c = (unsigned char)question->name[i];

		hash = (hash ^ (c >= 'A' && c <= 'Z' ? c + 32u : c)) *
		    16777619u;
	}
	return hash ^ hash >> 15;
}

static bool
same_question(const struct question *a, const struct question *b)
{
	size_t length = name_length(a->name);

	return a->type == b->type && length == name_length(b->name) &&
	    strncasecmp(a->name, b->name, length) == 0;
}

/* Each question its item: those that are equal have the same. */
static void
make_items(struct batch *batch, size_t count)
{
	size_t size = 16, slot, i;
	uint32_t *table;

	while (size < count * 2)
		size *= 2;
	table = arena_array(batch->scratch, size, sizeof(*table));
	for (i = 0; i < count; i++) {
		slot = question_hash(&batch->questions[i]) & (size - 1);
		while (table[slot] != 0 && !same_question(&batch->questions[
		    batch->items[table[slot] - 1].question],
		    &batch->questions[i]))
			slot = (slot + 1) & (size - 1);
		if (table[slot] == 0) {
			batch->items[batch->count] = (struct item){
			    .batch = batch, .question = (uint32_t)i };
			table[slot] = ++batch->count;
		}
		batch->firsts[i] = table[slot] - 1;
	}
}

static void
close_lanes(struct dns_asker *asker)
{
	unsigned server, kind;

	for (server = 0; server < asker->count; server++) {
		for (kind = 0; kind < LANE_COUNT; kind++)
			dns_lane_close(&asker->servers[server].lanes[kind]);
		asker->servers[server].probing = false;
	}
}

static uint32_t
batch_limit(const struct dns_asker *asker, uint32_t count)
{
	uint32_t limit = asker->patience_ms;

	if (limit > BATCH_LIMIT_MS)
		limit = BATCH_LIMIT_MS;
	if (limit < QUESTION_LIMIT_MS)
		limit = QUESTION_LIMIT_MS;
	return limit + count * BATCH_LIMIT_EACH_MS;
}

void
dns_ask_all(struct dns_asker *asker, struct arena *arena,
    const struct question *questions, size_t count, struct answer *ret_answers)
{
	struct arena *scratch = arena_new();
	struct batch batch = {
		.asker = asker,
		.arena = arena,
		.scratch = scratch,
		.questions = questions,
		.answers = ret_answers,
		.items = arena_array(scratch, count, sizeof(struct item)),
		.firsts = arena_array(scratch, count, sizeof(uint32_t)),
		.heap = arena_array(scratch, count, sizeof(struct waiting)),
		.tcp_head = NONE,
		.began_us = dns_now_us(),
	};
	size_t i;

	make_items(&batch, count);
	batch.open = batch.count;
	batch.now_us = batch.began_us;
	batch.limit_ms = batch_limit(asker, batch.count);
	for (i = 0; i < asker->count; i++)
		dns_server_begin(&asker->servers[i], batch.now_us);
	batch_run(&batch);
	asker->patience_ms -= batch_ms(&batch) < asker->patience_ms ?
	    batch_ms(&batch) : asker->patience_ms;
	close_lanes(asker);
	for (i = 0; i < count; i++)
		ret_answers[i] = ret_answers[
		    batch.items[batch.firsts[i]].question];
	arena_free(scratch);
}

struct dns_asker *
dns_asker_new(const struct dns_asker_options *options, struct err *err)
{
	struct arena *arena = arena_new();
	struct dns_asker *asker = arena_alloc(arena, sizeof(*asker));
	const char **found = NULL, *const *servers = options->servers;
	size_t count = options->server_count, i;

	asker->arena = arena;
	asker->patience_ms = PATIENCE_MS;
	if (count == 0) {
		dns_resolv_conf(arena, options->resolv_conf == NULL ?
		    DNS_RESOLV_CONF : options->resolv_conf, &found, &count);
		servers = found;
	}
	for (i = 0; i < count && i < DNS_SERVERS_MAX; i++) {
		if (dns_server_init(&asker->servers[i],
		    arena_strdup(arena, servers[i])) != 0) {
			err_set(err, ERR_CONTENT, "\"%.80s\" is no name server, "
			    "wanted ADDR, ADDR:PORT or [ADDR]:PORT",
			    servers[i]);
			arena_free(arena);
			return NULL;
		}
		asker->servers[i].receive_bytes = options->receive_bytes;
		asker->count++;
	}
	return asker;
}

void
dns_asker_free(struct dns_asker *asker)
{
	if (asker != NULL)
		arena_free(asker->arena);
}
