/*
 * The floor under any prober: connects and sends the same ClientHello again
 * and again, reads until the server has answered with a whole record, and
 * closes. It understands nothing.
 *
 *	floor HANDSHAKES PORT...
 *
 * HANDSHAKES for each port of 127.0.0.1, four at a time a port, all ports at
 * once. Status 1 when one was not answered.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "parse/tls_hello.h"
#include "parse/tls_suites.h"

#define AT_ONCE 4
#define PORTS_MAX 32

struct lane {
	int fd;			/* -1 = idle */
	unsigned port;
	bool sent;
};

static void
die(const char *what)
{
	fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void
make_hello(struct buf *hello)
{
	static const uint8_t random[32] = { 1 };
	uint16_t suites[400], groups[64], sigalgs[64];
	struct tls_offer offer = { .version = TLS_1_2, .suites = suites,
	    .groups = groups, .sigalgs = sigalgs, .server_name = "localhost" };
	size_t i;

	for (i = 0; i < tls_suite_count && offer.suite_count < 400; i++)
		if (tls_suites[i].class != SUITE_TLS13)
			suites[offer.suite_count++] = tls_suites[i].id;
	for (i = 0; i < tls_group_count && offer.group_count < 64; i++)
		groups[offer.group_count++] = tls_groups[i].id;
	for (i = 0; i < tls_sigalg_count && offer.sigalg_count < 64; i++)
		sigalgs[offer.sigalg_count++] = tls_sigalgs[i].id;
	if (tls_client_hello(&offer, random, hello) != 0)
		die("ClientHello");
}

static void
lane_begin(struct lane *lane)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)lane->port) };

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	lane->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (lane->fd == -1)
		die("socket");
	lane->sent = false;
	if (connect(lane->fd, (struct sockaddr *)&address,
	    sizeof(address)) != 0 && errno != EINPROGRESS)
		die("connect");
}

/* True when the lane has its answer. */
static bool
lane_go_on(struct lane *lane, const struct buf *hello)
{
	char bytes[16384];
	ssize_t length;

	if (!lane->sent) {
		if (send(lane->fd, hello->bytes, hello->length,
		    MSG_NOSIGNAL) != (ssize_t)hello->length)
			die("send");
		lane->sent = true;
		return false;
	}
	length = recv(lane->fd, bytes, sizeof(bytes), 0);
	if (length <= 0)
		die("recv");
	close(lane->fd);
	lane->fd = -1;
	return true;
}

int
main(int argc, char **argv)
{
	struct lane lanes[PORTS_MAX * AT_ONCE];
	struct pollfd polled[PORTS_MAX * AT_ONCE];
	long left[PORTS_MAX];
	size_t count, i, open = 0;
	struct buf hello;

	if (argc < 3 || argc - 2 > PORTS_MAX) {
		fprintf(stderr, "usage: floor HANDSHAKES PORT...\n");
		return 64;
	}
	buf_init(&hello, 65536);
	make_hello(&hello);
	count = (size_t)(argc - 2) * AT_ONCE;
	for (i = 0; i < count; i++) {
		left[i / AT_ONCE] = strtol(argv[1], NULL, 10);
		lanes[i] = (struct lane){ .fd = -1,
		    .port = (unsigned)strtoul(argv[2 + i / AT_ONCE], NULL, 10) };
	}
	for (;;) {
		for (i = 0; i < count; i++) {
			if (lanes[i].fd == -1 && left[i / AT_ONCE] > 0) {
				left[i / AT_ONCE]--;
				lane_begin(&lanes[i]);
				open++;
			}
			polled[i] = (struct pollfd){ .fd = lanes[i].fd,
			    .events = lanes[i].sent ? POLLIN : POLLOUT };
		}
		if (open == 0)
			break;
		if (poll(polled, count, 10000) <= 0)
			die("no answer in 10 seconds");
		for (i = 0; i < count; i++)
			if (polled[i].fd != -1 && polled[i].revents != 0 &&
			    lane_go_on(&lanes[i], &hello))
				open--;
	}
	buf_done(&hello);
	return 0;
}
