/*
 * Stands before a name server and lets datagrams take their time:
 *
 *	udp-delay PORT MILLISECONDS
 *
 * What arrives at 127.0.0.2:PORT is handed to 127.0.0.1:PORT, and the
 * reply goes back to who asked when MILLISECONDS have passed since the question
 * came in: the round trip of a resolver that is that far away. A reply that
 * took the server longer goes back at once. Nothing is dropped here: the server
 * never has more than SERVER_MAX questions, the rest waits. How much came and
 * went is said on standard error at the end (SIGTERM).
 *
 * Datagrams come and go in bulk (recvmmsg, sendmmsg). Each question gets a
 * place in a ring, and its place and old identifier find the way back: a
 * question is known to the server by one of CHANNELS sockets and a new
 * identifier. The delay is the same for all, so that replies in the ring's
 * order are due in order. TCP is not handed on.
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

#define BULK 256
#define DATAGRAM_MAX 4096
#define CHANNELS 4		/* 65,536 questions on their way for each */
#define PLACES (CHANNELS * 65536u)
#define SERVER_MAX 200		/* at the server: the least that its buffer holds */
#define BUFFER_BYTES (16 * 1024 * 1024)

struct place {
	struct sockaddr_in asker;
	uint16_t id;		/* the asker's */
	uint16_t length;	/* of the reply; 0 = there is none yet */
	uint64_t due;		/* nanoseconds; 0 = the place is free */
	unsigned char *reply;
};

struct proxy {
	int front;
	int back[CHANNELS];
	uint64_t delay;
	struct place *places;
	uint32_t next;		/* place for the next question */
	uint32_t oldest;	/* that is not due yet */
	unsigned at_server;	/* questions it has not answered */
	uint64_t questions, replies, late;
};

struct bulk {
	struct mmsghdr messages[BULK];
	struct iovec vectors[BULK];
	struct sockaddr_in addresses[BULK];
	unsigned char bytes[BULK][DATAGRAM_MAX];
};

static volatile sig_atomic_t ended;

static void
end(int signal)
{
	(void)signal;
	ended = 1;
}

static void
die(const char *what)
{
	fprintf(stderr, "udp-delay: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static int
open_socket(unsigned port, bool server)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK + server),
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int bytes = BUFFER_BYTES;

	if (fd == -1 || (server ?
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) :
	    connect(fd, (struct sockaddr *)&address, sizeof(address))) == -1)
		die("socket");
	/* Beyond net.core.rmem_max as root only. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) == -1)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes)) == -1)
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	return fd;
}

/* Points each message at its own bytes, for receiving. */
static void
bulk_ready(struct bulk *bulk)
{
	size_t i;

	for (i = 0; i < BULK; i++) {
		bulk->vectors[i] = (struct iovec){ bulk->bytes[i], DATAGRAM_MAX };
		bulk->messages[i].msg_hdr = (struct msghdr){
			.msg_name = &bulk->addresses[i],
			.msg_namelen = sizeof(bulk->addresses[i]),
			.msg_iov = &bulk->vectors[i],
			.msg_iovlen = 1,
		};
	}
}

static unsigned
receive(int fd, struct bulk *bulk, unsigned most)
{
	int got;

	bulk_ready(bulk);
	got = recvmmsg(fd, bulk->messages, most, 0, NULL);
	return got > 0 ? (unsigned)got : 0;
}

/* All of it: a full buffer is waited for. */
static void
send_all(int fd, struct mmsghdr *messages, unsigned count)
{
	struct pollfd writable = { fd, POLLOUT, 0 };
	unsigned sent = 0;
	int got;

	while (sent < count) {
		got = sendmmsg(fd, messages + sent, count - sent, 0);
		if (got > 0)
			sent += (unsigned)got;
		else if (errno == EAGAIN || errno == ENOBUFS)
			poll(&writable, 1, 10);
		else if (errno != EINTR)
			sent++;		/* the asker is gone: ECONNREFUSED */
	}
}

static uint16_t
read_id(const unsigned char *datagram)
{
	return (uint16_t)(datagram[0] << 8 | datagram[1]);
}

static void
write_id(unsigned char *datagram, uint16_t id)
{
	datagram[0] = (unsigned char)(id >> 8);
	datagram[1] = (unsigned char)id;
}

static void
place_free(struct place *place)
{
	free(place->reply);
	*place = (struct place){ .due = 0 };
}

static void
take_questions(struct proxy *proxy, struct bulk *bulk)
{
	unsigned count = receive(proxy->front, bulk,
	    SERVER_MAX - proxy->at_server), kept = 0, i;
	uint64_t due = now() + proxy->delay;
	uint32_t channel = proxy->next >> 16;
	struct place *place;

	proxy->at_server += count;
	for (i = 0; i < count; i++) {
		/* A bulk ends with its channel: the rest goes to the next one. */
		if (proxy->next >> 16 != channel) {
			send_all(proxy->back[channel], bulk->messages, kept);
			memmove(bulk->messages, bulk->messages + i,
			    (count - i) * sizeof(bulk->messages[0]));
			count -= i;
			i = kept = 0;
			channel = proxy->next >> 16;
		}
		place = &proxy->places[proxy->next];
		place_free(place);	/* once round the ring: no reply came */
		*place = (struct place){
			.asker = *(struct sockaddr_in *)bulk->messages[i].msg_hdr.msg_name,
			.id = read_id(bulk->messages[i].msg_hdr.msg_iov->iov_base),
			.due = due,
		};
		write_id(bulk->messages[i].msg_hdr.msg_iov->iov_base, (uint16_t)proxy->next);
		bulk->messages[i].msg_hdr.msg_iov->iov_len = bulk->messages[i].msg_len;
		bulk->messages[i].msg_hdr.msg_name = NULL;
		bulk->messages[i].msg_hdr.msg_namelen = 0;
		kept++;
		proxy->next = (proxy->next + 1) % PLACES;
		proxy->questions++;
	}
	send_all(proxy->back[channel], bulk->messages, kept);
}

static void
give_late_reply(struct proxy *proxy, struct place *place, const void *reply,
    size_t length)
{
	sendto(proxy->front, reply, length, 0,
	    (struct sockaddr *)&place->asker, sizeof(place->asker));
	proxy->replies++;
	proxy->late++;
	place_free(place);
}

static void
take_replies(struct proxy *proxy, uint32_t channel, struct bulk *bulk)
{
	unsigned count = receive(proxy->back[channel], bulk, BULK), i;
	uint64_t time = now();
	struct place *place;

	proxy->at_server -= count < proxy->at_server ? count : proxy->at_server;
	for (i = 0; i < count; i++) {
		place = &proxy->places[channel << 16 | read_id(bulk->bytes[i])];
		if (place->due == 0 || place->reply != NULL ||
		    bulk->messages[i].msg_len < 12)
			continue;
		write_id(bulk->bytes[i], place->id);
		if (place->due <= time) {
			give_late_reply(proxy, place, bulk->bytes[i],
			    bulk->messages[i].msg_len);
			continue;
		}
		place->reply = malloc(bulk->messages[i].msg_len);
		if (place->reply == NULL)
			die("memory");
		memcpy(place->reply, bulk->bytes[i], bulk->messages[i].msg_len);
		place->length = (uint16_t)bulk->messages[i].msg_len;
	}
}

/* Some of what is due; false when nothing is. */
static bool
give_replies(struct proxy *proxy, struct bulk *bulk)
{
	uint32_t first = proxy->oldest;
	uint64_t time = now();
	unsigned count = 0;
	struct place *place;

	while (proxy->oldest != proxy->next && count < BULK) {
		place = &proxy->places[proxy->oldest];
		if (place->due > time)
			break;
		proxy->oldest = (proxy->oldest + 1) % PLACES;
		if (place->reply == NULL)
			continue;
		bulk->vectors[count] = (struct iovec){ place->reply, place->length };
		bulk->messages[count].msg_hdr = (struct msghdr){
			.msg_name = &place->asker,
			.msg_namelen = sizeof(place->asker),
			.msg_iov = &bulk->vectors[count],
			.msg_iovlen = 1,
		};
		count++;
	}
	send_all(proxy->front, bulk->messages, count);
	proxy->replies += count;
	for (; first != proxy->oldest; first = (first + 1) % PLACES)
		if (proxy->places[first].reply != NULL)
			place_free(&proxy->places[first]);
	return count == BULK;
}

/* Until the oldest is due, or something comes. */
static void
wait_for(struct proxy *proxy)
{
	const struct place *oldest = &proxy->places[proxy->oldest];
	struct timespec timeout = { 0, 50000000 };
	struct pollfd fds[1 + CHANNELS];
	uint64_t time = now();
	size_t i;

	if (proxy->oldest != proxy->next)
		timeout.tv_nsec = oldest->due > time ? (long)(oldest->due - time) : 0;
	/* A negative descriptor is not looked at. */
	fds[0] = (struct pollfd){ proxy->at_server < SERVER_MAX ? proxy->front : -1, POLLIN, 0 };
	for (i = 0; i < CHANNELS; i++)
		fds[1 + i] = (struct pollfd){ proxy->back[i], POLLIN, 0 };
	/* Silence: what the server has not answered, it never will. */
	if (timeout.tv_nsec > 0 && ppoll(fds, 1 + CHANNELS, &timeout, NULL) == 0 &&
	    proxy->oldest == proxy->next)
		proxy->at_server = 0;
}

int
main(int argc, char **argv)
{
	static struct proxy proxy;
	static struct bulk bulk;
	uint32_t i;

	if (argc != 3) {
		fputs("usage: udp-delay PORT MILLISECONDS\n", stderr);
		return 64;
	}
	signal(SIGTERM, end);
	signal(SIGINT, end);
	proxy.delay = strtoul(argv[2], NULL, 10) * 1000000;
	proxy.places = calloc(PLACES, sizeof(*proxy.places));
	if (proxy.places == NULL)
		die("memory");
	proxy.front = open_socket((unsigned)atoi(argv[1]), true);
	for (i = 0; i < CHANNELS; i++)
		proxy.back[i] = open_socket((unsigned)atoi(argv[1]), false);
	while (!ended) {
		if (proxy.at_server < SERVER_MAX)
			take_questions(&proxy, &bulk);
		for (i = 0; i < CHANNELS; i++)
			take_replies(&proxy, i, &bulk);
		while (give_replies(&proxy, &bulk))
			;
		wait_for(&proxy);
	}
	fprintf(stderr, "udp-delay: %llu questions, %llu replies, %llu of them late\n",
	    (unsigned long long)proxy.questions, (unsigned long long)proxy.replies,
	    (unsigned long long)proxy.late);
	return 0;
}
