/*
 * A lane: a c-ares channel whose sockets are ours, so that many datagrams leave
 * and come with one system call. Measured with knot on loopback, that is what
 * the time goes into.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "host/dns_private.h"

#define RECEIVE_BYTES (4u * 1024 * 1024)
#define SEND_BYTES (1024 * 1024)
/*
 * What a reply of up to 1232 bytes takes of the receive buffer: the kernel
 * counts its own structures and the whole block (2048 + 256) that it lies in.
 */
#define DATAGRAM_COST 2304

struct dns_datagrams {
	struct mmsghdr headers[SEND_AT_ONCE];
	struct iovec parts[SEND_AT_ONCE];
	/* SO_RXQ_OVFL's counter */
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(uint32_t))];
	} controls[SEND_AT_ONCE];
	unsigned next;		/* first that was not sent, or not read yet */
	unsigned count;
	bool drained;		/* the socket had no more */
	size_t size;		/* of one place */
	unsigned char bytes[];
};

_Static_assert(SEND_AT_ONCE == RECEIVE_AT_ONCE, "one shape for both ways");

static struct dns_datagrams *
datagrams_new(size_t size)
{
	struct dns_datagrams *datagrams = calloc(1, sizeof(*datagrams) +
	    size * SEND_AT_ONCE);
	size_t i;

	if (datagrams == NULL)
		abort();
	datagrams->size = size;
	for (i = 0; i < SEND_AT_ONCE; i++) {
		datagrams->parts[i].iov_base = datagrams->bytes + i * size;
		datagrams->parts[i].iov_len = size;
		datagrams->headers[i].msg_hdr.msg_iov = &datagrams->parts[i];
		datagrams->headers[i].msg_hdr.msg_iovlen = 1;
	}
	datagrams->drained = true;
	return datagrams;
}

/* ---- sockets, as c-ares asks for them ---- */

/* Root may exceed the system's limit; others get what it allows. */
static void
set_buffer(int fd, int forced, int polite, size_t bytes)
{
	int size = (int)bytes;

	if (setsockopt(fd, SOL_SOCKET, forced, &size, sizeof(size)) != 0)
		(void)setsockopt(fd, SOL_SOCKET, polite, &size, sizeof(size));
}

/* First tries may fill the sockets' buffers with replies, and no more. */
static void
limit_window(struct dns_lane *lane)
{
	struct dns_server *server = lane->server;
	socklen_t length = sizeof(int);
	unsigned places;
	int bytes = 0;

	if (lane >= &server->lanes[LANE_SECOND] || getsockopt(lane->fd,
	    SOL_SOCKET, SO_RCVBUF, &bytes, &length) != 0)
		return;
	places = (unsigned)bytes / DATAGRAM_COST * FIRST_LANES;
	if (places < server->window_max)
		server->window_max = places < FIRST_LANES ? FIRST_LANES : places;
	if (server->window > server->window_max)
		server->window = server->window_max;
}

static ares_socket_t
lane_socket(int family, int type, int protocol, void *data)
{
	struct dns_lane *lane = data;
	size_t receive = lane->server->receive_bytes;
	int yes = 1;

	if (lane->fd >= 0) {
		errno = EMFILE;
		return ARES_SOCKET_BAD;
	}
	lane->fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    protocol);
	if (lane->fd < 0) {
		lane->last_error = errno;
		return ARES_SOCKET_BAD;
	}
	lane->tcp = type == SOCK_STREAM;
	lane->connections++;
	lane->error = 0;
	lane->dropped = 0;
	if (lane->tcp) {
		(void)setsockopt(lane->fd, IPPROTO_TCP, TCP_NODELAY, &yes,
		    sizeof(yes));
		return lane->fd;
	}
	set_buffer(lane->fd, SO_RCVBUFFORCE, SO_RCVBUF,
	    receive == 0 ? RECEIVE_BYTES : receive);
	set_buffer(lane->fd, SO_SNDBUFFORCE, SO_SNDBUF, SEND_BYTES);
	(void)setsockopt(lane->fd, SOL_SOCKET, SO_RXQ_OVFL, &yes, sizeof(yes));
	limit_window(lane);
	return lane->fd;
}

static int
lane_close_socket(ares_socket_t fd, void *data)
{
	struct dns_lane *lane = data;

	if (lane->fd == fd) {
		lane->fd = -1;
		lane->error = 0;
		if (lane->out != NULL) {
			lane->out->next = lane->out->count = 0;
			lane->in->next = lane->in->count = 0;
		}
	}
	return close(fd);
}

/* To the server's own address: c-ares may not know the scope. */
static int
lane_connect(ares_socket_t fd, const struct sockaddr *address,
    ares_socklen_t length, void *data)
{
	struct dns_lane *lane = data;
	int result = connect(fd, (const struct sockaddr *)
	    &lane->server->address, lane->server->address_length);

	(void)address;
	(void)length;
	if (result != 0 && errno != EINPROGRESS)
		lane->last_error = errno;
	return result;
}

static ares_ssize_t
broken(struct dns_lane *lane, int error)
{
	lane->last_error = error;
	errno = error;
	return -1;
}

/* The kernel's count of what it dropped rises with each it dropped. */
static void
note_dropped(struct dns_lane *lane, const struct msghdr *header)
{
	struct cmsghdr *control = CMSG_FIRSTHDR(header);
	uint32_t dropped;

	if (control == NULL || control->cmsg_level != SOL_SOCKET ||
	    control->cmsg_type != SO_RXQ_OVFL)
		return;
	memcpy(&dropped, CMSG_DATA(control), sizeof(dropped));
	if (dropped != lane->dropped)
		dns_server_lost(lane->server, dropped - lane->dropped,
		    dns_now_us());
	lane->dropped = dropped;
}

/* More datagrams from the socket; -1 and errno when there are none. */
static int
datagrams_receive(struct dns_lane *lane)
{
	struct dns_datagrams *in = lane->in;
	int got;
	unsigned i;

	for (i = 0; i < RECEIVE_AT_ONCE; i++) {
		in->headers[i].msg_hdr.msg_control = &in->controls[i];
		in->headers[i].msg_hdr.msg_controllen =
		    sizeof(in->controls[i]);
	}
	got = recvmmsg(lane->fd, in->headers, RECEIVE_AT_ONCE, MSG_DONTWAIT,
	    NULL);
	in->next = 0;
	in->count = got > 0 ? (unsigned)got : 0;
	in->drained = got < RECEIVE_AT_ONCE;
	for (i = 0; i < in->count; i++)
		note_dropped(lane, &in->headers[i].msg_hdr);
	return got > 0 ? 0 : -1;
}

static ares_ssize_t
receive_datagram(struct dns_lane *lane, void *out, size_t size)
{
	struct dns_datagrams *in = lane->in;

	for (;;) {
		if (in->next == in->count) {
			if (lane->error != 0)
				return broken(lane, lane->error);
			if (in->drained) {
				errno = EAGAIN;
				return -1;
			}
			if (datagrams_receive(lane) != 0)
				return errno == EAGAIN || errno == EINTR ? -1 :
				    broken(lane, errno);
		}
		/*
		 * c-ares takes an empty datagram for the end of the socket, and
		 * with it of all that is on its way.
		 */
		if (in->headers[in->next].msg_len >= 12 &&
		    in->headers[in->next].msg_len <= size &&
		    (in->headers[in->next].msg_hdr.msg_flags & MSG_TRUNC) == 0)
			break;
		in->next++;
	}
	size = in->headers[in->next].msg_len;
	memcpy(out, in->parts[in->next].iov_base, size);
	in->next++;
	return (ares_ssize_t)size;
}

/* c-ares calls back before it takes the next one. */
const unsigned char *
dns_lane_whole(const struct dns_lane *lane, const unsigned char *message,
    size_t *length)
{
	const struct dns_datagrams *in = lane->in;
	const unsigned char *bytes;

	if (in == NULL || in->next == 0)
		return message;
	bytes = in->parts[in->next - 1].iov_base;
	if (in->headers[in->next - 1].msg_len <= *length ||
	    memcmp(bytes, message, *length) != 0)
		return message;
	*length = in->headers[in->next - 1].msg_len;
	return bytes;
}

static ares_ssize_t
lane_receive(ares_socket_t fd, void *out, size_t size, int flags,
    struct sockaddr *from, ares_socklen_t *from_length, void *data)
{
	struct dns_lane *lane = data;
	ares_ssize_t got;

	if (lane->tcp) {
		got = recv(fd, out, size, flags);
		if (got == 0)
			lane->last_error = ECONNRESET;
		else if (got < 0 && errno != EAGAIN)
			lane->last_error = errno;
		return got;
	}
	got = receive_datagram(lane, out, size);
	/* Until it is seen to be a reply to what is on its way. */
	if (got > 0)
		lane->server->late++;
	/* The socket is connected: the kernel lets nobody else's through. */
	if (got > 0 && from != NULL && from_length != NULL &&
	    *from_length >= lane->server->address_length) {
		memcpy(from, &lane->server->address,
		    lane->server->address_length);
		*from_length = lane->server->address_length;
	}
	return got;
}

static ares_ssize_t
lane_send(ares_socket_t fd, const struct iovec *parts, int count, void *data)
{
	struct dns_lane *lane = data;
	struct dns_datagrams *out = lane->out;
	size_t length = 0;
	ares_ssize_t sent;
	int i;

	if (lane->tcp) {
		sent = sendmsg(fd, &(struct msghdr){
		    .msg_iov = (struct iovec *)(uintptr_t)parts,
		    .msg_iovlen = (size_t)count }, MSG_NOSIGNAL);
		if (sent < 0 && errno != EAGAIN)
			lane->last_error = errno;
		return sent;
	}
	for (i = 0; i < count; i++) {
		if (out->count == SEND_AT_ONCE ||
		    length + parts[i].iov_len > out->size)
			return broken(lane, EMSGSIZE);
		memcpy(out->bytes + out->count * out->size + length,
		    parts[i].iov_base, parts[i].iov_len);
		length += parts[i].iov_len;
	}
	out->parts[out->count++].iov_len = length;
	return (ares_ssize_t)length;
}

/* ---- the lane ---- */

bool
dns_lane_has_room(const struct dns_lane *lane)
{
	return lane->out == NULL || lane->out->count < SEND_AT_ONCE;
}

static bool
lane_blocked(const struct dns_lane *lane)
{
	return lane->out != NULL && lane->out->next < lane->out->count;
}

short
dns_lane_events(const struct dns_lane *lane)
{
	ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
	bool writes = lane_blocked(lane);

	/* A TCP connection that is being made, or is full. */
	if (lane->tcp)
		writes = ARES_GETSOCK_WRITABLE((unsigned)ares_getsock(
		    lane->channel, sockets, ARES_GETSOCK_MAXNUM), 0);
	return (short)(POLLIN | (writes ? POLLOUT : 0));
}

void
dns_lane_flush(struct dns_lane *lane)
{
	struct dns_datagrams *out = lane->out;
	int sent;

	if (out == NULL || lane->fd < 0)
		return;
	while (out->next < out->count) {
		sent = sendmmsg(lane->fd, &out->headers[out->next],
		    out->count - out->next, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent > 0) {
			out->next += (unsigned)sent;
			continue;
		}
		if (errno == EINTR)
			continue;
		if (errno == EAGAIN || errno == ENOBUFS)
			return;
		/* It may be about one that was sent before: none goes again. */
		lane->error = errno;
		break;
	}
	out->next = out->count = 0;
}

void
dns_lane_read(struct dns_lane *lane, bool readable, bool writable)
{
	if (lane->in != NULL)
		lane->in->drained = !readable;
	ares_process_fd(lane->channel, lane->fd >= 0 &&
	    (readable || lane->error != 0) ? lane->fd : ARES_SOCKET_BAD,
	    lane->fd >= 0 && writable ? lane->fd : ARES_SOCKET_BAD);
}

/*
 * Milliseconds for one try. A resolver that has to ask around may need seconds,
 * but a datagram that was lost is better asked for again at once: the
 * resolver joins a question that it is working on.
 */
static unsigned
limit_of(unsigned kind)
{
	switch (kind) {
	case LANE_SECOND:
		return 1000;
	case LANE_THIRD:
		return 2000;
	case LANE_FOURTH:
		return 4000;
	case LANE_TCP:
		return 3000;
	}
	return 500;
}

struct dns_lane *
dns_lane_open(struct dns_server *server, unsigned kind)
{
	static const struct ares_socket_functions functions = {
		lane_socket, lane_close_socket, lane_connect, lane_receive,
		lane_send,
	};
	struct dns_lane *lane = &server->lanes[kind];
	struct ares_options options = {
		.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_IGNTC |
		    ARES_FLAG_STAYOPEN | ARES_FLAG_NOSEARCH |
		    ARES_FLAG_NOALIASES | (kind == LANE_TCP ?
		    ARES_FLAG_USEVC : 0),
		.timeout = (int)limit_of(kind),
		.tries = 1,
	};

	if (lane->channel != NULL)
		return lane;
	if (ares_init_options(&lane->channel, &options, ARES_OPT_FLAGS |
	    ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_DOMAINS) !=
	    ARES_SUCCESS) {
		lane->channel = NULL;
		return NULL;
	}
	if (ares_set_servers_ports_csv(lane->channel, server->csv) !=
	    ARES_SUCCESS) {
		dns_lane_close(lane);
		return NULL;
	}
	ares_set_socket_functions(lane->channel, &functions, lane);
	lane->limit_ms = limit_of(kind);
	lane->last_error = 0;
	if (kind != LANE_TCP) {
		lane->out = datagrams_new(SEND_SIZE);
		lane->in = datagrams_new(RECEIVE_SIZE);
	}
	return lane;
}

void
dns_lane_close(struct dns_lane *lane)
{
	if (lane->channel == NULL)
		return;
	ares_destroy(lane->channel);
	free(lane->out);
	free(lane->in);
	lane->channel = NULL;
	lane->out = lane->in = NULL;
}
