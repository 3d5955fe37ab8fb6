/*
 * wrong PKI BEHAVIOUR ADDRESS PORT: one listener that is built to be wrong,
 * in a way that no real program can be configured to. Serves until it is
 * killed; PKI is what the script pki made.
 *
 * One poll loop, one table of behaviours. TLS is faked with fixed bytes, but
 * for the SMTP listeners that need a session behind STARTTLS: those have libssl.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
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

#include <openssl/ssl.h>

#define CONNECTIONS_MAX 64
#define IN_MAX 16384
#define OUT_MAX 65536

#define BUSY_AFTER 3		/* connections that are served */
#define BUSY_MS 1500		/* and then none for so long, by busy-recovers */
#define TARPIT_MS 2000		/* between two bytes */

struct connection {
	int fd;			/* -1 = a free place */
	SSL *ssl;		/* NULL = in clear */
	bool handshaking;
	bool closing;		/* once out is empty */
	bool login;		/* the next line is AUTH's */
	char tag[32];		/* of IMAP's AUTHENTICATE */
	unsigned char in[IN_MAX];
	size_t in_length;
	unsigned char out[OUT_MAX];
	size_t out_length;
	long long next_ms;	/* of the next tick */
	size_t sent;		/* bytes of an endless message */
};

struct server;

struct behaviour {
	const char *name;
	void (*begin)(struct server *, struct connection *);
	void (*input)(struct server *, struct connection *);
	/* Called each tick_ms, when set. */
	void (*tick)(struct server *, struct connection *);
	long long tick_ms;
	const char *const *capabilities;	/* of EHLO */
	bool keeps_injected;	/* what came in clear behind STARTTLS */
	bool limited;		/* to BUSY_AFTER connections */
	bool recovers;
};

struct server {
	const struct behaviour *behaviour;
	SSL_CTX *context;
	unsigned char certificate[4096];	/* DER */
	size_t certificate_length;
	struct connection connections[CONNECTIONS_MAX];
	unsigned served;
	long long free_ms;	/* when a busy one serves again */
};

static long long
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
die(const char *what)
{
	fprintf(stderr, "wrong: %s: %s\n", what, strerror(errno));
	exit(69);
}

/* What does not fit is dropped: a peer that never reads gets no more. */
static void
say_bytes(struct connection *c, const void *bytes, size_t length)
{
	if (length > OUT_MAX - c->out_length)
		return;
	memcpy(c->out + c->out_length, bytes, length);
	c->out_length += length;
}

static void
say(struct connection *c, const char *text)
{
	say_bytes(c, text, strlen(text));
	say_bytes(c, "\r\n", 2);
}

/* ---- TLS with fixed bytes ---- */

struct hello {
	unsigned version;
	const unsigned char *suites;
	size_t suite_count;
};

/* RFC 5246 7.4.1.2. False until the whole of it is there. */
static bool
read_hello(const struct connection *c, struct hello *ret)
{
	const unsigned char *in = c->in;
	size_t at = 5 + 4 + 2 + 32;

	if (c->in_length < 5 || c->in_length < 5 + (size_t)(in[3] << 8 | in[4]))
		return false;
	if (in[0] != 22 || in[5] != 1 || c->in_length < at + 1)
		return false;
	ret->version = (unsigned)(in[9] << 8 | in[10]);
	at += 1 + (size_t)in[at];
	if (c->in_length < at + 2)
		return false;
	ret->suite_count = (size_t)(in[at] << 8 | in[at + 1]) / 2;
	ret->suites = in + at + 2;
	return c->in_length >= at + 2 + ret->suite_count * 2;
}

static bool
hello_offers(const struct hello *hello, unsigned suite)
{
	for (size_t i = 0; i < hello->suite_count; i++)
		if ((unsigned)(hello->suites[i * 2] << 8 |
		    hello->suites[i * 2 + 1]) == suite)
			return true;
	return false;
}

static void
say_record(struct connection *c, unsigned type, unsigned version,
    const void *bytes, size_t length)
{
	const unsigned char head[] = { (unsigned char)type,
		(unsigned char)(version >> 8), (unsigned char)version,
		(unsigned char)(length >> 8), (unsigned char)length };

	say_bytes(c, head, sizeof(head));
	say_bytes(c, bytes, length);
}

static void
say_alert(struct connection *c, unsigned version, unsigned description)
{
	const unsigned char alert[] = { 2, (unsigned char)description };

	say_record(c, 21, version, alert, sizeof(alert));
	c->closing = true;
}

static void
say_server_hello(struct connection *c, unsigned version, unsigned suite)
{
	unsigned char hello[4 + 2 + 32 + 1 + 2 + 1] = { 2, 0, 0, 38 };

	hello[4] = (unsigned char)(version >> 8);
	hello[5] = (unsigned char)version;
	memset(hello + 6, 'w', 32);
	hello[39] = (unsigned char)(suite >> 8);
	hello[40] = (unsigned char)suite;
	say_record(c, 22, version, hello, sizeof(hello));
}

static void
put24(unsigned char *to, size_t value)
{
	to[0] = (unsigned char)(value >> 16);
	to[1] = (unsigned char)(value >> 8);
	to[2] = (unsigned char)value;
}

static void
say_certificate(const struct server *server, struct connection *c,
    unsigned version)
{
	unsigned char message[4 + 3 + 3 + sizeof(server->certificate)] = { 11 };
	size_t length = server->certificate_length;

	put24(message + 1, length + 6);
	put24(message + 4, length + 3);
	put24(message + 7, length);
	memcpy(message + 10, server->certificate, length);
	say_record(c, 22, version, message, length + 10);
}

static void
say_hello_done(struct connection *c, unsigned version)
{
	say_record(c, 22, version, "\x0e\0\0", 4);
}

/* The first suite of the list, in our order, that the client offers; 0 = none. */
static unsigned
choose(const struct hello *hello, const unsigned *suites)
{
	while (*suites != 0 && !hello_offers(hello, *suites))
		suites++;
	return *suites;
}

/* RC4-SHA, RC4-MD5, DES-CBC3-SHA; hellos of a later version get an alert. */
static void
input_sslv3(struct server *server, struct connection *c)
{
	static const unsigned suites[] = { 0x0005, 0x0004, 0x000a, 0 };
	struct hello hello;
	unsigned suite;

	if (!read_hello(c, &hello))
		return;
	c->in_length = 0;
	suite = choose(&hello, suites);
	if (hello.version != 0x0300 || suite == 0) {
		say_alert(c, 0x0300, 40);
		return;
	}
	say_server_hello(c, 0x0300, suite);
	say_certificate(server, c, 0x0300);
	say_hello_done(c, 0x0300);
}

/* A TLS 1.0 server of 1999: EXP-RC4-MD5 and nothing else. */
static void
input_export(struct server *server, struct connection *c)
{
	struct hello hello;

	if (!read_hello(c, &hello))
		return;
	c->in_length = 0;
	if (hello.version < 0x0301) {
		say_alert(c, 0x0300, 70);
		return;
	}
	if (!hello_offers(&hello, 0x0003)) {
		say_alert(c, 0x0301, 40);
		return;
	}
	say_server_hello(c, 0x0301, 0x0003);
	say_certificate(server, c, 0x0301);
	say_hello_done(c, 0x0301);
}

/* p of 512 bits, g = 2, and a signature of zeros: nobody gets as far as to verify it. */
static void
say_small_dh(struct connection *c, unsigned version)
{
	unsigned char message[4 + 2 + 64 + 2 + 1 + 2 + 64 + 2 + 2 + 256] = { 12 };
	unsigned char *at = message + 4;

	*at++ = 0;
	*at++ = 64;
	memset(at, 0xc7, 64);
	at += 64;
	memcpy(at, "\0\1\2\0\100", 5);	/* g, and the length of the public value */
	at += 5;
	memset(at, 0x5a, 64);
	at += 64;
	if (version >= 0x0303) {
		memcpy(at, "\4\1", 2);	/* rsa_pkcs1_sha256 */
		at += 2;
	}
	*at++ = 1;
	*at++ = 0;
	at += 256;
	put24(message + 1, (size_t)(at - message) - 4);
	say_record(c, 22, version, message, (size_t)(at - message));
}

/* TLS 1.0 to 1.2 with DHE-RSA-AES128-SHA and a modulus of 512 bits. */
static void
input_small_dh(struct server *server, struct connection *c)
{
	struct hello hello;

	if (!read_hello(c, &hello))
		return;
	c->in_length = 0;
	if (hello.version < 0x0301 || !hello_offers(&hello, 0x0033)) {
		say_alert(c, 0x0301, hello.version < 0x0301 ? 70 : 40);
		return;
	}
	if (hello.version > 0x0303)
		hello.version = 0x0303;
	say_server_hello(c, hello.version, 0x0033);
	say_certificate(server, c, hello.version);
	say_small_dh(c, hello.version);
	say_hello_done(c, hello.version);
}

/* A ServerHello, and then what is no record. */
static void
input_garbage(struct server *server, struct connection *c)
{
	unsigned char noise[2048];
	struct hello hello;
	uint32_t state = 2463534242u;

	(void)server;
	if (!read_hello(c, &hello))
		return;
	c->in_length = 0;
	for (size_t i = 0; i < sizeof(noise); i++) {
		state ^= state << 13;
		state ^= state >> 17;
		state ^= state << 5;
		noise[i] = (unsigned char)state;
	}
	say_server_hello(c, 0x0303, 0xc02f);
	say_bytes(c, noise, sizeof(noise));
	c->closing = true;
}

#define HUGE 0xffffff

/* A Certificate message of 16 MiB, the longest that its length can say. */
static void
input_huge_chain(struct server *server, struct connection *c)
{
	static const unsigned char head[] = { 11, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xfc, 0, 0x40, 0 };
	struct hello hello;

	(void)server;
	if (!read_hello(c, &hello))
		return;
	c->in_length = 0;
	say_server_hello(c, 0x0303, 0xc02f);
	say_record(c, 22, 0x0303, head, sizeof(head));
	c->sent = sizeof(head);
}

static void
tick_huge_chain(struct server *server, struct connection *c)
{
	static const unsigned char filler[16384] = { 0x30, 0x82, 0x3f, 0xfc };

	(void)server;
	while (c->sent != 0 && c->sent < HUGE && c->out_length == 0) {
		say_record(c, 22, 0x0303, filler, sizeof(filler));
		c->sent += sizeof(filler);
	}
}

/* ---- mail protocols ---- */

/* Takes a line out of what came, without its end; false when none is whole. */
static bool
take_line(struct connection *c, char line[static 512])
{
	unsigned char *end = memchr(c->in, '\n', c->in_length);
	size_t used, length;

	if (end == NULL)
		return false;
	used = (size_t)(end - c->in) + 1;
	length = used - 1;
	if (length > 0 && c->in[length - 1] == '\r')
		length--;
	if (length > 511)
		length = 511;
	memcpy(line, c->in, length);
	line[length] = '\0';
	memmove(c->in, c->in + used, c->in_length - used);
	c->in_length -= used;
	return true;
}

static bool
line_begins(const char *line, const char *word)
{
	return strncasecmp(line, word, strlen(word)) == 0;
}

static bool
smtp_offers(const struct behaviour *behaviour, const char *word)
{
	for (size_t i = 0; behaviour->capabilities[i] != NULL; i++)
		if (line_begins(behaviour->capabilities[i], word))
			return true;
	return false;
}

static void
smtp_ehlo(const struct behaviour *behaviour, struct connection *c)
{
	char reply[128];

	say(c, "250-wrong.wire.example Hello");
	for (size_t i = 0; behaviour->capabilities[i] != NULL; i++) {
		if (c->ssl != NULL &&
		    line_begins(behaviour->capabilities[i], "STARTTLS"))
			continue;
		snprintf(reply, sizeof(reply), "250-%s",
		    behaviour->capabilities[i]);
		say(c, reply);
	}
	say(c, "250 HELP");
}

static void
smtp_starttls(struct server *server, struct connection *c)
{
	if (server->context == NULL) {
		say(c, "454 TLS currently unavailable");
		return;
	}
	say(c, "220 TLS go ahead");
	if (!server->behaviour->keeps_injected)
		c->in_length = 0;
	c->ssl = SSL_new(server->context);
	if (c->ssl == NULL)
		exit(69);
	c->handshaking = true;
}

/* AUTH takes the initial response, or asks for one line; both end with 535. */
static void
smtp_auth(const struct server *server, struct connection *c, const char *line)
{
	if (!smtp_offers(server->behaviour, "AUTH"))
		say(c, "503 AUTH command used when not advertised");
	else if (strchr(line + 5, ' ') != NULL)
		say(c, "535 Incorrect authentication data");
	else {
		say(c, "334 ");
		c->login = true;
	}
}

static void
smtp_line(struct server *server, struct connection *c, const char *line)
{
	if (c->login) {
		c->login = false;
		say(c, line[0] == '*' ? "501 authentication cancelled" :
		    "535 Incorrect authentication data");
	} else if (line_begins(line, "EHLO"))
		smtp_ehlo(server->behaviour, c);
	else if (line_begins(line, "HELO") || line_begins(line, "RSET") ||
	    line_begins(line, "NOOP"))
		say(c, "250 OK");
	else if (line_begins(line, "STARTTLS") && c->ssl == NULL &&
	    smtp_offers(server->behaviour, "STARTTLS"))
		smtp_starttls(server, c);
	else if (line_begins(line, "AUTH "))
		smtp_auth(server, c, line);
	else if (line_begins(line, "QUIT")) {
		say(c, "221 closing connection");
		c->closing = true;
	} else
		say(c, "500 unrecognized command");
}

static void
begin_smtp(struct server *server, struct connection *c)
{
	const struct behaviour *behaviour = server->behaviour;
	long long now = now_ms();

	if (behaviour->limited && behaviour->recovers &&
	    server->free_ms != 0 && now >= server->free_ms) {
		server->served = 0;
		server->free_ms = 0;
	}
	if (behaviour->limited && server->served >= BUSY_AFTER) {
		if (server->free_ms == 0)
			server->free_ms = now + BUSY_MS;
		say(c, "421 wrong.wire.example: too many connections from you");
		c->closing = true;
		return;
	}
	server->served++;
	say(c, "220 wrong.wire.example ESMTP");
}

static void
input_smtp(struct server *server, struct connection *c)
{
	char line[512];

	while (!c->handshaking && !c->closing && take_line(c, line))
		smtp_line(server, c, line);
}

static void
begin_imap(struct server *server, struct connection *c)
{
	(void)server;
	say(c, "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=LOGIN] ready");
}

static void
imap_line(struct connection *c, const char *line)
{
	char tag[32] = "", command[32] = "", reply[128];

	if (c->login) {
		c->login = false;
		snprintf(reply, sizeof(reply), "%s %s", c->tag,
		    line[0] == '*' ? "BAD cancelled" :
		    "NO [AUTHENTICATIONFAILED] failed");
		say(c, reply);
		return;
	}
	if (sscanf(line, "%31s %31s", tag, command) != 2) {
		say(c, "* BAD no command");
		return;
	}
	if (strcasecmp(command, "CAPABILITY") == 0)
		say(c, "* CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=LOGIN");
	if (strcasecmp(command, "AUTHENTICATE") == 0) {
		say(c, "+ ");
		c->login = true;
		memcpy(c->tag, tag, sizeof(tag));
		return;
	}
	if (strcasecmp(command, "LOGOUT") == 0) {
		say(c, "* BYE");
		c->closing = true;
	}
	snprintf(reply, sizeof(reply), "%s %s", tag,
	    strcasecmp(command, "LOGIN") == 0 ?
	    "NO [AUTHENTICATIONFAILED] failed" :
	    strcasecmp(command, "STARTTLS") == 0 ? "BAD no TLS here" :
	    "OK done");
	say(c, reply);
}

static void
input_imap(struct server *server, struct connection *c)
{
	char line[512];

	(void)server;
	while (!c->closing && take_line(c, line))
		imap_line(c, line);
}

/* ---- peers that waste one's time ---- */

static void
input_nothing(struct server *server, struct connection *c)
{
	(void)server;
	c->in_length = 0;
}

static void
tick_tarpit(struct server *server, struct connection *c)
{
	static const char greeting[] = "220-wrong.wire.example takes its time ";

	(void)server;
	say_bytes(c, greeting + c->sent % (sizeof(greeting) - 1), 1);
	c->sent++;
}

static void
tick_endless(struct server *server, struct connection *c)
{
	(void)server;
	while (c->out_length < OUT_MAX / 2)
		say(c, "220-wrong.wire.example has a lot to say about itself");
}

/* ---- the table ---- */

static const char *const smtp_plain[] = { "SIZE 1000000", NULL };
static const char *const smtp_auths[] = { "SIZE 1000000", "AUTH PLAIN LOGIN",
	NULL };
static const char *const smtp_tls[] = { "SIZE 1000000", "STARTTLS", NULL };

static const struct behaviour behaviours[] = {
	{ .name = "sslv3", .input = input_sslv3 },
	{ .name = "export", .input = input_export },
	{ .name = "small-dh", .input = input_small_dh },
	{ .name = "garbage", .input = input_garbage },
	{ .name = "huge-chain", .input = input_huge_chain,
	    .tick = tick_huge_chain, .tick_ms = 1 },
	{ .name = "half-open", .input = input_nothing },
	{ .name = "plain-on-tls-port", .begin = begin_smtp,
	    .input = input_smtp, .capabilities = smtp_plain },
	{ .name = "stripped", .begin = begin_smtp, .input = input_smtp,
	    .capabilities = smtp_plain },
	{ .name = "auth-before-tls-smtp", .begin = begin_smtp,
	    .input = input_smtp, .capabilities = smtp_auths },
	{ .name = "auth-before-tls-imap", .begin = begin_imap,
	    .input = input_imap },
	{ .name = "starttls-454", .begin = begin_smtp, .input = input_smtp,
	    .capabilities = smtp_tls },
	{ .name = "injection", .begin = begin_smtp, .input = input_smtp,
	    .capabilities = smtp_tls, .keeps_injected = true },
	{ .name = "starttls-clean", .begin = begin_smtp, .input = input_smtp,
	    .capabilities = smtp_tls },
	{ .name = "busy", .begin = begin_smtp, .input = input_smtp,
	    .capabilities = smtp_tls, .limited = true },
	{ .name = "busy-recovers", .begin = begin_smtp, .input = input_smtp,
	    .capabilities = smtp_tls, .limited = true, .recovers = true },
	{ .name = "tarpit", .input = input_nothing, .tick = tick_tarpit,
	    .tick_ms = TARPIT_MS },
	{ .name = "endless", .input = input_nothing, .tick = tick_endless,
	    .tick_ms = 1 },
};

/* ---- the loop ---- */

static void
drop(struct connection *c)
{
	SSL_free(c->ssl);
	close(c->fd);
	memset(c, 0, sizeof(*c));
	c->fd = -1;
}

static void
accept_one(struct server *server, int listener)
{
	struct connection *c = server->connections;
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd == -1)
		return;
	while (c < server->connections + CONNECTIONS_MAX && c->fd != -1)
		c++;
	if (c == server->connections + CONNECTIONS_MAX) {
		close(fd);
		return;
	}
	c->fd = fd;
	c->next_ms = now_ms();
	if (server->behaviour->begin != NULL)
		server->behaviour->begin(server, c);
}

/* Bytes; 0 = not now; -1 = the connection has ended. */
static ssize_t
move(struct connection *c, bool reading)
{
	unsigned char *in = c->in + c->in_length;
	size_t room = IN_MAX - c->in_length;
	ssize_t n;

	if (c->ssl != NULL) {
		n = reading ? SSL_read(c->ssl, in, (int)room) :
		    SSL_write(c->ssl, c->out, (int)c->out_length);
		if (n > 0)
			return n;
		switch (SSL_get_error(c->ssl, (int)n)) {
		case SSL_ERROR_WANT_READ:
		case SSL_ERROR_WANT_WRITE:
			return 0;
		default:
			return -1;
		}
	}
	n = reading ? read(c->fd, in, room) :
	    send(c->fd, c->out, c->out_length, MSG_NOSIGNAL);
	if (n > 0)
		return n;
	return n == -1 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

/* -1 = the connection has ended. */
static int
write_some(struct connection *c)
{
	ssize_t n;

	while (c->out_length > 0 && (n = move(c, false)) != 0) {
		if (n < 0)
			return -1;
		memmove(c->out, c->out + n, c->out_length - (size_t)n);
		c->out_length -= (size_t)n;
	}
	return 0;
}

/* In clear the reply to STARTTLS goes out first, then the handshake begins. */
static int
shake(struct server *server, struct connection *c)
{
	SSL *ssl = c->ssl;
	int status;

	if (SSL_get_fd(ssl) == -1) {
		c->ssl = NULL;
		status = write_some(c);
		c->ssl = ssl;
		if (status != 0 || c->out_length > 0)
			return status;
		SSL_set_fd(ssl, c->fd);
	}
	status = SSL_accept(ssl);
	if (status == 1) {
		c->handshaking = false;
		server->behaviour->input(server, c);
		return write_some(c);
	}
	switch (SSL_get_error(ssl, status)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return 0;
	default:
		return -1;
	}
}

static int
serve(struct server *server, struct connection *c, short events)
{
	const struct behaviour *behaviour = server->behaviour;
	ssize_t n = 0;

	if (c->handshaking)
		return shake(server, c);
	if (behaviour->tick != NULL && now_ms() >= c->next_ms) {
		behaviour->tick(server, c);
		c->next_ms = now_ms() + behaviour->tick_ms;
	}
	if ((events & (POLLIN | POLLHUP | POLLERR)) != 0) {
		/* A line or hello that is longer than there is room for ends it. */
		if (c->in_length == IN_MAX)
			return -1;
		n = move(c, true);
		if (n < 0)
			return -1;
		c->in_length += (size_t)n;
		if (n > 0)
			behaviour->input(server, c);
	}
	if (c->handshaking)
		return shake(server, c);
	if (write_some(c) != 0)
		return -1;
	return c->closing && c->out_length == 0 ? -1 : 0;
}

static short
events_of(const struct connection *c)
{
	return (short)(POLLIN |
	    (c->out_length > 0 ? POLLOUT : 0));
}

static void
run(struct server *server, int listener)
{
	struct pollfd polls[CONNECTIONS_MAX + 1];
	const bool ticks = server->behaviour->tick != NULL;

	for (;;) {
		size_t count = 0;

		polls[count++] = (struct pollfd){ listener, POLLIN, 0 };
		for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
			struct connection *c = &server->connections[i];

			polls[count++] = (struct pollfd){ c->fd,
				events_of(c), 0 };
		}
		if (poll(polls, count, ticks ? 50 : -1) < 0 && errno != EINTR)
			die("poll");
		for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
			struct connection *c = &server->connections[i];
			short seen = polls[i + 1].revents;

			if (c->fd == -1 || (seen == 0 && !ticks))
				continue;
			if (serve(server, c, seen) != 0)
				drop(c);
		}
		if (polls[0].revents != 0)
			accept_one(server, listener);
	}
}

static int
listen_on(const char *address, const char *port)
{
	struct sockaddr_in name = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(port)) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int yes = 1;

	if (fd == -1 || inet_pton(AF_INET, address, &name.sin_addr) != 1)
		die(address);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, (struct sockaddr *)&name, sizeof(name)) != 0 ||
	    listen(fd, 64) != 0)
		die(address);
	return fd;
}

static void
load_certificate(struct server *server, const char *pki)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/rsa.der", pki);
	file = fopen(path, "rb");
	if (file == NULL)
		die(path);
	server->certificate_length = fread(server->certificate, 1,
	    sizeof(server->certificate), file);
	fclose(file);
}

static void
load_tls(struct server *server, const char *pki)
{
	char path[512];

	server->context = SSL_CTX_new(TLS_server_method());
	if (server->context == NULL)
		exit(69);
	SSL_CTX_set_mode(server->context, SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_min_proto_version(server->context, TLS1_2_VERSION);
	SSL_CTX_set_max_proto_version(server->context, TLS1_2_VERSION);
	SSL_CTX_set_cipher_list(server->context, "ECDHE-RSA-AES128-GCM-SHA256");
	SSL_CTX_set1_groups_list(server->context, "P-256");
	snprintf(path, sizeof(path), "%s/rsa.pem", pki);
	if (SSL_CTX_use_certificate_chain_file(server->context, path) != 1)
		die(path);
	snprintf(path, sizeof(path), "%s/rsa.key", pki);
	if (SSL_CTX_use_PrivateKey_file(server->context, path,
	    SSL_FILETYPE_PEM) != 1)
		die(path);
}

int
main(int argc, char **argv)
{
	struct server *server = calloc(1, sizeof(*server));
	size_t i;

	if (argc != 5 || server == NULL) {
		fprintf(stderr, "wrong: wants PKI BEHAVIOUR ADDRESS PORT\n");
		return 64;
	}
	signal(SIGPIPE, SIG_IGN);
	for (i = 0; i < sizeof(behaviours) / sizeof(behaviours[0]); i++)
		if (strcmp(behaviours[i].name, argv[2]) == 0)
			server->behaviour = &behaviours[i];
	if (server->behaviour == NULL) {
		fprintf(stderr, "wrong: no behaviour \"%s\"\n", argv[2]);
		return 64;
	}
	for (i = 0; i < CONNECTIONS_MAX; i++)
		server->connections[i].fd = -1;
	load_certificate(server, argv[1]);
	if (server->behaviour->capabilities == smtp_tls &&
	    strcmp(argv[2], "starttls-454") != 0)
		load_tls(server, argv[1]);
	run(server, listen_on(argv[3], argv[4]));
}
