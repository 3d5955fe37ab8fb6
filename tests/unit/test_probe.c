/*
 * The prober against servers of a few lines, each in a process of its own on a
 * port of the loopback that nobody has: what is found, with how many
 * connections, and that nobody can hold us up. The limits are made short; what
 * is waited for is only ever their end.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/bn.h>
#include <openssl/dh.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "host/probe_private.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Long enough for a busy machine; only who never answers meets the short one. */
static const struct probe_limits limits = {
	.in_flight = 4, .rest_ms = 5, .burst = 1000, .rate = 1000, .tries = 4,
	.back_off_ms = 5, .connection_ms = 20000, .goodbye_ms = 200,
	.quiet_ms = 500, .total_ms = 60000,
};
#define SHORT_MS 400

/* ---- servers ---- */

struct server {
	pid_t pid;
	unsigned port;
	struct counts {		/* in memory that both have */
		unsigned accepted;
		unsigned served;	/* at this moment */
		unsigned most;		/* of them */
	} *counts;
};

/* Serves one connection, the number-th; 1 is the first. */
typedef void serve_fn(int fd, unsigned number);

static void
put(int fd, const char *text)
{
	ssize_t ignored = send(fd, text, strlen(text), MSG_NOSIGNAL);

	(void)ignored;
}

/* Up to a newline: the peer is trusted here. False at its end. */
static bool
get_line(int fd, char *line, size_t size)
{
	size_t length = 0;

	while (length + 1 < size && read(fd, line + length, 1) == 1)
		if (line[length++] == '\n') {
			line[length] = '\0';
			return true;
		}
	return false;
}

static void
get_hello(int fd)
{
	char bytes[4096];
	ssize_t ignored = read(fd, bytes, sizeof(bytes));

	(void)ignored;
}

/* Until the peer goes. */
static void
linger(int fd)
{
	char bytes[4096];

	while (read(fd, bytes, sizeof(bytes)) > 0)
		;
}

static void
serve_without_starttls(int fd, unsigned number)
{
	char line[512];

	(void)number;
	put(fd, "220 mail.test ESMTP\r\n");
	while (get_line(fd, line, sizeof(line))) {
		if (strncmp(line, "EHLO ", 5) == 0)
			put(fd, "250-mail.test\r\n250 AUTH PLAIN LOGIN\r\n");
		else if (strncmp(line, "QUIT", 4) == 0)
			return;
		else
			put(fd, "503 not now\r\n");
	}
}

static void
serve_starttls_refused(int fd, unsigned number)
{
	char line[512];

	(void)number;
	put(fd, "220 mail.test ESMTP\r\n");
	while (get_line(fd, line, sizeof(line)) &&
	    strncmp(line, "QUIT", 4) != 0) {
		if (strncmp(line, "EHLO ", 5) == 0)
			put(fd, "250-mail.test\r\n250 STARTTLS\r\n");
		else
			put(fd, "454 TLS currently unavailable\r\n");
	}
}

static void
serve_limit(int fd, unsigned number)
{
	(void)number;
	put(fd, "421 mail.test: too many connections\r\n");
}

static void
serve_limit_twice(int fd, unsigned number)
{
	if (number <= 2)
		serve_limit(fd, number);
	else
		serve_without_starttls(fd, number);
}

static void
serve_silence(int fd, unsigned number)
{
	(void)number;
	linger(fd);
}

static void
serve_slowly(int fd, unsigned number)
{
	unsigned i;

	(void)number;
	for (i = 0; i < 100; i++) {
		put(fd, "2");
		usleep(50000);
	}
}

static void
serve_close(int fd, unsigned number)
{
	(void)fd;
	(void)number;
}

static void
serve_close_after_hello(int fd, unsigned number)
{
	(void)number;
	get_hello(fd);
}

static void
serve_internal_error(int fd, unsigned number)
{
	(void)number;
	get_hello(fd);
	(void)send(fd, "\x15\x03\x03\0\x02\x02\x50", 7, MSG_NOSIGNAL);
	linger(fd);
}

static void
serve_clear_text(int fd, unsigned number)
{
	(void)number;
	get_hello(fd);
	put(fd, "220 mail.test ESMTP\r\n");
	linger(fd);
}

static void
serve_garbage(int fd, unsigned number)
{
	static const char bytes[] = "\x16\x03\x03\x00\x08\x02\x00\x00\x04" "ABCD";

	(void)number;
	get_hello(fd);
	(void)send(fd, bytes, sizeof(bytes) - 1, MSG_NOSIGNAL);
	linger(fd);
}

/* A ServerHello of TLS 1.2, its suite as it is given. */
static void
serve_suite(int fd, const char suite[static 2])
{
	char bytes[] = "\x16\x03\x03\x00\x2e" "\x02\x00\x00\x26\x03\x03"
	    "0123456789abcdef0123456789ABCDEF" "\0" "??" "\0" "\x0e\0\0\0";

	get_hello(fd);
	memcpy(bytes + 44, suite, 2);
	(void)send(fd, bytes, sizeof(bytes) - 1, MSG_NOSIGNAL);
	linger(fd);
}

static void
serve_tls13_suite(int fd, unsigned number)
{
	(void)number;
	serve_suite(fd, "\x13\x01");
}

static void
serve_rc4_suite(int fd, unsigned number)
{
	(void)number;
	serve_suite(fd, "\x00\x04");
}

static void
serve_half(int fd, unsigned number)
{
	(void)number;
	get_hello(fd);
	(void)send(fd, "\x16\x03\x03\x10", 4, MSG_NOSIGNAL);
	linger(fd);
}

/* Certificates without end: a message of 16 MiB, a record at a time. */
static void
serve_endlessly(int fd, unsigned number)
{
	static const unsigned char start[] = { 0x16, 3, 3, 0x40, 0, 11, 0xff,
	    0xff, 0xff };
	static const unsigned char more[] = { 0x16, 3, 3, 0x40, 0 };
	static const char zeros[0x4000];
	ssize_t sent;

	(void)number;
	get_hello(fd);
	sent = send(fd, start, sizeof(start), MSG_NOSIGNAL);
	if (sent > 0)
		sent = send(fd, zeros, sizeof(zeros) - 4, MSG_NOSIGNAL);
	while (sent > 0) {
		sent = send(fd, more, sizeof(more), MSG_NOSIGNAL);
		if (sent > 0)
			sent = send(fd, zeros, sizeof(zeros), MSG_NOSIGNAL);
	}
}

/* ---- a real one ---- */

/* With a certificate for the key, which it takes. */
static SSL_CTX *
context_of(EVP_PKEY *key)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	X509 *leaf = X509_new();
	X509_NAME *name = X509_get_subject_name(leaf);
	X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, NULL,
	    NID_subject_alt_name, "DNS:mail.test,DNS:smtp.test");

	/* A short one, quickly made. */
	if (EVP_PKEY_base_id(key) == EVP_PKEY_RSA)
		SSL_CTX_set_security_level(context, 0);
	X509_set_version(leaf, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(leaf), 1);
	X509_gmtime_adj(X509_getm_notBefore(leaf), -3600);
	X509_gmtime_adj(X509_getm_notAfter(leaf), 86400);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)"mail.test", -1, -1, 0);
	X509_set_issuer_name(leaf, name);
	X509_set_pubkey(leaf, key);
	X509_add_ext(leaf, names, -1);
	X509_EXTENSION_free(names);
	X509_sign(leaf, key, EVP_sha256());
	SSL_CTX_use_certificate(context, leaf);
	SSL_CTX_use_PrivateKey(context, key);
	X509_free(leaf);
	EVP_PKEY_free(key);
	return context;
}

static SSL_CTX *
server_context(void)
{
	EC_KEY *ec = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1);
	EVP_PKEY *key = EVP_PKEY_new();

	EC_KEY_generate_key(ec);
	EVP_PKEY_assign_EC_KEY(key, ec);
	return context_of(key);
}

static void
serve_tls(int fd, SSL_CTX *context, const char *text)
{
	SSL *ssl = SSL_new(context);
	char bytes[512];

	SSL_set_fd(ssl, fd);
	if (SSL_accept(ssl) == 1) {
		if (text[0] != '\0')
			(void)SSL_write(ssl, text, (int)strlen(text));
		(void)SSL_read(ssl, bytes, sizeof(bytes));
	}
	SSL_free(ssl);
}

static void
serve_hardened(int fd, unsigned number)
{
	SSL_CTX *context = server_context();

	(void)number;
	SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
	SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
	(void)SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM");
	(void)SSL_CTX_set1_groups_list(context, "X25519:P-256");
	serve_tls(fd, context, "+OK ready\r\n");
	SSL_CTX_free(context);
}

static void
serve_legacy(int fd, unsigned number)
{
	SSL_CTX *context = server_context();

	(void)number;
	SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
	SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
	SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
	(void)SSL_CTX_set_cipher_list(context, "ECDHE-ECDSA-AES128-SHA:"
	    "ECDHE-ECDSA-AES256-SHA:@SECLEVEL=0");
	serve_tls(fd, context, "+OK ready\r\n");
	SSL_CTX_free(context);
}

/* What OpenSSL reckons seconds with; a prime it is not. */
static void
serve_large_dh(int fd, unsigned number)
{
	BIGNUM *e = BN_new(), *p = BN_new(), *g = BN_new();
	EVP_PKEY *key = EVP_PKEY_new();
	RSA *rsa = RSA_new();
	DH *dh = DH_new();
	SSL_CTX *context;

	(void)number;
	BN_set_word(e, RSA_F4);
	RSA_generate_key_ex(rsa, 1024, e, NULL);
	EVP_PKEY_assign_RSA(key, rsa);
	context = context_of(key);
	BN_rand(p, 7680, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD);
	BN_set_word(g, 2);
	DH_set0_pqg(dh, p, NULL, g);
	SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
	SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
	(void)SSL_CTX_set_cipher_list(context,
	    "DHE-RSA-AES128-SHA256:@SECLEVEL=0");
	SSL_CTX_set_tmp_dh(context, dh);
	serve_tls(fd, context, "+OK ready\r\n");
	DH_free(dh);
	BN_free(e);
	SSL_CTX_free(context);
}

/* What becomes of a command that was pipelined behind STARTTLS. */
enum pipelined { IS_DROPPED, IS_ANSWERED_INSIDE, IS_ANSWERED_BEFORE, IS_TLS };

static void
serve_starttls_then(int fd, enum pipelined pipelined)
{
	SSL_CTX *context = server_context();
	char line[512];

	put(fd, "220 mail.test ESMTP\r\n");
	while (get_line(fd, line, sizeof(line))) {
		if (strncmp(line, "EHLO ", 5) == 0)
			put(fd, "250-mail.test\r\n250 STARTTLS\r\n");
		else if (strncmp(line, "STARTTLS", 8) == 0)
			break;
		else
			put(fd, "503 not now\r\n");
	}
	line[0] = '\0';
	/* Unlike a line of TLS, a pipelined command is there already. */
	if (recv(fd, line, sizeof(line), MSG_DONTWAIT) <= 0)
		pipelined = IS_DROPPED;
	put(fd, pipelined == IS_ANSWERED_BEFORE ? "220 go\r\n250 OK\r\n" :
	    pipelined == IS_TLS ? "220 go\r\n\x15\x03\x03" : "220 go\r\n");
	if (pipelined == IS_TLS)
		(void)send(fd, "\0\x02\x02\x50", 4, MSG_NOSIGNAL);
	else
		serve_tls(fd, context, pipelined == IS_ANSWERED_INSIDE ?
		    "250 OK\r\n" : "");
	SSL_CTX_free(context);
}

static void
serve_starttls(int fd, unsigned number)
{
	(void)number;
	serve_starttls_then(fd, IS_DROPPED);
}

static void
serve_injectable(int fd, unsigned number)
{
	(void)number;
	serve_starttls_then(fd, IS_ANSWERED_INSIDE);
}

static void
serve_too_early(int fd, unsigned number)
{
	(void)number;
	serve_starttls_then(fd, IS_ANSWERED_BEFORE);
}

/* As Dovecot does: TLS gets it, says an alert, and ends. */
static void
serve_handing_over(int fd, unsigned number)
{
	(void)number;
	serve_starttls_then(fd, IS_TLS);
}

/* As Exim with a delay in its connection ACL; slower than all time there is. */
static void
serve_greeting_late(int fd, unsigned number)
{
	usleep(150000);
	serve_starttls(fd, number);
}

/* As Exim in a delay of an ACL: it does not see that its peer has left. */
static void
serve_asleep(int fd, unsigned number)
{
	if (number > 1)
		usleep(1500000);
	else
		serve_starttls(fd, number);
}

/* ManageSieve as Pigeonhole speaks it: capabilities unasked, and again in TLS. */
static void
serve_sieve(int fd, unsigned number)
{
	SSL_CTX *context = server_context();
	char line[512];

	(void)number;
	put(fd, "\"IMPLEMENTATION\" \"Dovecot Pigeonhole\"\r\n"
	    "\"SASL\" \"\"\r\n\"STARTTLS\"\r\nOK \"ready.\"\r\n");
	while (get_line(fd, line, sizeof(line)) &&
	    strncmp(line, "LOGOUT", 6) != 0) {
		if (strncmp(line, "STARTTLS", 8) != 0) {
			put(fd, "NO \"no login in clear\"\r\n");
			continue;
		}
		(void)recv(fd, line, sizeof(line), MSG_DONTWAIT);
		put(fd, "OK \"go\"\r\n");
		serve_tls(fd, context, "\"SASL\" \"PLAIN\"\r\nOK \"tls\"\r\n");
		break;
	}
	SSL_CTX_free(context);
}

/* ---- https, a certificate a name ---- */

static int
name_certificate(SSL *ssl, int *alert, void *other)
{
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

	(void)alert;
	if (name != NULL && strcmp(name, "webmail.test") == 0)
		(void)SSL_set_SSL_CTX(ssl, other);
	return SSL_TLSEXT_ERR_OK;
}

/* Tells the Host it was asked for in the Location. */
static void
say_location(SSL *ssl)
{
	char request[1024], reply[1200], *host = NULL;
	int length = SSL_read(ssl, request, sizeof(request) - 1);

	if (length > 0) {
		request[length] = '\0';
		host = strstr(request, "\r\nHost: ");
	}
	if (host == NULL)
		return;
	host += 8;
	snprintf(reply, sizeof(reply), "HTTP/1.1 301 Moved\r\n"
	    "Location: https://%.*s/\r\nStrict-Transport-Security: "
	    "max-age=31536000\r\n\r\n", (int)strcspn(host, "\r"), host);
	(void)SSL_write(ssl, reply, (int)strlen(reply));
}

static void
serve_https(int fd, unsigned number)
{
	SSL_CTX *context = server_context(), *other = server_context();
	X509 *certificate = X509_dup(SSL_CTX_get0_certificate(other));
	SSL *ssl;

	(void)number;
	X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "O",
	    MBSTRING_ASC, (const unsigned char *)"webmail", -1, -1, 0);
	X509_sign(certificate, SSL_CTX_get0_privatekey(other), EVP_sha256());
	(void)SSL_CTX_use_certificate(other, certificate);
	X509_free(certificate);
	SSL_CTX_set_tlsext_servername_callback(context, name_certificate);
	SSL_CTX_set_tlsext_servername_arg(context, other);
	ssl = SSL_new(context);
	SSL_set_fd(ssl, fd);
	if (SSL_accept(ssl) == 1)
		say_location(ssl);
	SSL_free(ssl);
	SSL_CTX_free(other);
	SSL_CTX_free(context);
}

/* Listens no more from the third connection on. */
static unsigned stop_after;

static void
server_count(struct counts *counts)
{
	unsigned served = __atomic_add_fetch(&counts->served, 1,
	    __ATOMIC_SEQ_CST);

	if (served > counts->most)
		counts->most = served;
}

static void
server_loop(int listener, struct server *server, serve_fn *serve)
{
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		unsigned number;

		if (fd < 0)
			_exit(0);
		number = ++server->counts->accepted;
		server_count(server->counts);
		if (stop_after != 0 && number >= stop_after)
			close(listener);
		if (fork() == 0) {
			alarm(30);
			serve(fd, number);
			__atomic_sub_fetch(&server->counts->served, 1,
			    __ATOMIC_SEQ_CST);
			_exit(0);
		}
		close(fd);
	}
}

static void
server_start_at(struct server *server, serve_fn *serve, int family)
{
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} address = { .in6 = { .sin6_addr = IN6ADDR_LOOPBACK_INIT } };
	socklen_t length = family == AF_INET ? sizeof(address.in) :
	    sizeof(address.in6);
	int listener = socket(family, SOCK_STREAM, 0);

	address.any.sa_family = (sa_family_t)family;
	if (family == AF_INET)
		address.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(listener, &address.any, length), 0);
	assert_int_equal(getsockname(listener, &address.any, &length), 0);
	if (serve != NULL)
		assert_int_equal(listen(listener, 100), 0);
	server->port = ntohs(address.in.sin_port);	/* where in6 has it */
	server->counts = mmap(NULL, sizeof(*server->counts),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(server->counts, MAP_FAILED);
	server->pid = fork();
	assert_true(server->pid >= 0);
	if (server->pid == 0) {
		setpgid(0, 0);
		/* A test that fails leaves nobody behind. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGCHLD, SIG_IGN);
		if (serve == NULL)
			pause();
		server_loop(listener, server, serve);
	}
	setpgid(server->pid, server->pid);
	close(listener);
}

static void
server_start(struct server *server, serve_fn *serve)
{
	server_start_at(server, serve, AF_INET);
}

static void
server_stop(struct server *server)
{
	kill(-server->pid, SIGKILL);
	waitpid(server->pid, NULL, 0);
	munmap(server->counts, sizeof(*server->counts));
}

/* ---- cases ---- */

#define NEVER_MIND 0xffffffff

static const struct {
	const char *name;
	serve_fn *serve;	/* NULL = bound, but nobody listens */
	enum probe_protocol protocol;
	bool full;
	unsigned stop_after;
	enum probe_status status;
	const char *why;	/* NULL = none */
	unsigned connections;
	enum probe_seen starttls;
	const char *accepted;	/* of SSLv3 … TLSv1.3: - no, + yes, ? unknown */
	const char *suites12;	/* of TLS 1.2; NULL = none */
	enum probe_seen injection;
} cases[] = {
	{ "hardened", serve_hardened, PROBE_POP3S, false, 0, PROBE_OPEN, NULL,
	    7, PROBE_UNKNOWN, "---++", "ECDHE-ECDSA-AES128-GCM-SHA256 "
	    "ECDHE-ECDSA-AES256-GCM-SHA384", PROBE_UNKNOWN },
	{ "hardened, complete", serve_hardened, PROBE_POP3S, true, 0,
	    PROBE_OPEN, NULL, NEVER_MIND, PROBE_UNKNOWN, "---++",
	    "ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-ECDSA-AES256-GCM-SHA384",
	    PROBE_UNKNOWN },
	{ "legacy, complete", serve_legacy, PROBE_POP3S, true, 0, PROBE_OPEN,
	    NULL, NEVER_MIND, PROBE_UNKNOWN, "-+++-",
	    "ECDHE-ECDSA-AES128-SHA ECDHE-ECDSA-AES256-SHA", PROBE_UNKNOWN },
	{ "behind STARTTLS", serve_starttls, PROBE_SMTP, false, 0, PROBE_OPEN,
	    NULL, 6, PROBE_YES, "---++",
	    "ECDHE-ECDSA-AES128-SHA ECDHE-ECDSA-AES256-GCM-SHA384 "
	    "ECDHE-ECDSA-CHACHA20-POLY1305", PROBE_UNKNOWN },
	{ "a pipelined command is dropped", serve_starttls, PROBE_SMTP, true,
	    0, PROBE_OPEN, NULL, NEVER_MIND, PROBE_YES, "---++", NULL,
	    PROBE_NO },
	{ "a pipelined command is answered inside", serve_injectable,
	    PROBE_SMTP, true, 0, PROBE_OPEN, NULL, NEVER_MIND, PROBE_YES,
	    "---++", NULL, PROBE_YES },
	{ "a pipelined command is answered in clear, after STARTTLS",
	    serve_too_early, PROBE_SMTP, true, 0, PROBE_OPEN, NULL,
	    NEVER_MIND, PROBE_YES, "---++", NULL, PROBE_YES },
	{ "a pipelined command is handed to TLS", serve_handing_over,
	    PROBE_SMTP, true, 0, PROBE_OPEN, NULL, NEVER_MIND, PROBE_YES,
	    "---++", NULL, PROBE_NO },
	{ "ManageSieve", serve_sieve, PROBE_SIEVE, false, 0, PROBE_OPEN, NULL,
	    6, PROBE_YES, "---++", NULL, PROBE_UNKNOWN },
	{ "ManageSieve, capabilities again inside are no injection",
	    serve_sieve, PROBE_SIEVE, true, 0, PROBE_OPEN, NULL, NEVER_MIND,
	    PROBE_YES, "---++", NULL, PROBE_NO },
	{ "no STARTTLS", serve_without_starttls, PROBE_SMTP, false, 0,
	    PROBE_OPEN, NULL, 1, PROBE_NO, "?????", NULL, PROBE_UNKNOWN },
	{ "STARTTLS offered and then refused", serve_starttls_refused,
	    PROBE_SMTP, false, 0, PROBE_OPEN,
	    "whole: 454 TLS currently unavailable", 1, PROBE_YES, "?????",
	    NULL, PROBE_UNKNOWN },
	{ "421 twice", serve_limit_twice, PROBE_SMTP, false, 0, PROBE_OPEN,
	    NULL, 3, PROBE_NO, "?????", NULL, PROBE_UNKNOWN },
	{ "421 always", serve_limit, PROBE_SMTP, false, 0, PROBE_FAILED,
	    "whole: 421 mail.test: too many connections", 4, PROBE_UNKNOWN,
	    "?????", NULL, PROBE_UNKNOWN },
	{ "421 in clear on a TLS port", serve_limit, PROBE_SMTPS, false, 0,
	    PROBE_FAILED, "whole: clear text in the place of TLS: "
	    "421 mail.test: too many connections", 4, PROBE_UNKNOWN,
	    "?????", NULL, PROBE_UNKNOWN },
	{ "refused from the second connection on", serve_starttls, PROBE_SMTP,
	    false, 1, PROBE_OPEN, "tls13: connect: Connection refused",
	    NEVER_MIND, PROBE_YES, "???+?", "ECDHE-ECDSA-AES256-GCM-SHA384",
	    PROBE_UNKNOWN },
	{ "nobody listens", NULL, PROBE_SMTP, false, 0, PROBE_CLOSED, NULL, 1,
	    PROBE_UNKNOWN, "?????", NULL, PROBE_UNKNOWN },
	{ "tarpit", serve_silence, PROBE_SMTP, false, 0, PROBE_FAILED,
	    "whole: no reply within 0.4 s", 1, PROBE_UNKNOWN, "?????", NULL,
	    PROBE_UNKNOWN },
	{ "silent where TLS is wanted", serve_silence, PROBE_IMAPS, false, 0,
	    PROBE_FAILED, "whole: no answer to a ClientHello within 0.4 s", 1,
	    PROBE_UNKNOWN, "?????", NULL, PROBE_UNKNOWN },
	{ "a byte at a time", serve_slowly, PROBE_SMTP, false, 0, PROBE_FAILED,
	    "whole: no reply within 0.4 s", 1, PROBE_UNKNOWN, "?????", NULL,
	    PROBE_UNKNOWN },
	{ "closed before a word", serve_close, PROBE_IMAP, false, 0,
	    PROBE_FAILED, "whole: closed by the peer before its greeting", 1,
	    PROBE_UNKNOWN, "?????", NULL, PROBE_UNKNOWN },
	{ "closes behind every hello", serve_close_after_hello, PROBE_IMAPS,
	    false, 0, PROBE_FAILED, "whole: closed in reply to a hello, "
	    "and to every other", 4, PROBE_UNKNOWN, "?????", NULL,
	    PROBE_UNKNOWN },
	{ "internal_error is no refusal", serve_internal_error, PROBE_IMAPS,
	    false, 0, PROBE_FAILED, "whole: internal_error in reply to a hello,"
	    " and to every other", 4, PROBE_UNKNOWN, "?????", NULL,
	    PROBE_UNKNOWN },
	{ "clear text on a TLS port", serve_clear_text, PROBE_SMTPS, false, 0,
	    PROBE_FAILED, "whole: clear text in the place of TLS: "
	    "220 mail.test ESMTP", 1, PROBE_UNKNOWN, "?????", NULL,
	    PROBE_UNKNOWN },
	{ "a suite of TLS 1.3 with TLS 1.2", serve_tls13_suite, PROBE_POP3S,
	    false, 0, PROBE_OPEN,
	    "whole: the server chose a suite that was not offered",
	    NEVER_MIND, PROBE_UNKNOWN, "?????", NULL, PROBE_UNKNOWN },
	{ "a suite that OpenSSL did not offer", serve_rc4_suite, PROBE_POP3S,
	    false, 1, PROBE_OPEN,
	    "whole: the server chose a suite that was not offered",
	    NEVER_MIND, PROBE_UNKNOWN, "?????", NULL, PROBE_UNKNOWN },
	{ "half a record, and no more", serve_half, PROBE_IMAPS, false, 0,
	    PROBE_FAILED, "whole: no answer to a ClientHello within 0.4 s", 1,
	    PROBE_UNKNOWN, "?????", NULL, PROBE_UNKNOWN },
};

static void
probe_server(struct arena *arena, const struct server *server, size_t i,
    struct probe_listener *ret_listener)
{
	struct probe_target target = { .port = server->port,
	    .protocol = cases[i].protocol };
	struct probe_request request = { .host = "127.0.0.1",
	    .source = "127.0.0.2", .server_name = "mail.test",
	    .ehlo = "prober.test", .full = cases[i].full,
	    .targets = &target, .target_count = 1 };
	struct probe_limits short_limits = limits;
	struct probe_result result;
	struct err err = { .code = ERR_NONE };
	bool silent = cases[i].why != NULL &&
	    strstr(cases[i].why, "within 0.4 s") != NULL;

	short_limits.connection_ms = SHORT_MS;
	assert_int_equal(probe_run_limited(arena, &request,
	    silent ? &short_limits : &limits, &result, &err), 0);
	assert_int_equal(result.count, 1);
	*ret_listener = result.listeners[0];
}

static void
check_versions(const struct probe_listener *listener, size_t i)
{
	static const char marks[] = { '?', '-', '+' };
	char accepted[PROBE_VERSION_COUNT + 1] = "", buffer[8];
	char suites[512] = "";
	const struct code_list *list = &listener->versions[3].suites;
	size_t at;

	for (at = 0; at < PROBE_VERSION_COUNT; at++)
		accepted[at] = marks[listener->versions[at].accepted];
	assert_string_equal(accepted, cases[i].accepted);
	for (at = 0; at < list->count; at++)
		snprintf(suites + strlen(suites), sizeof(suites) -
		    strlen(suites), "%s%s", at > 0 ? " " : "",
		    tls_suite_name(list->ids[at], buffer));
	if (cases[i].suites12 != NULL)
		assert_string_equal(suites, cases[i].suites12);
}

static void
test_cases(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct arena *arena = arena_new();
		struct probe_listener listener;
		struct server server;

		print_message("  %s\n", cases[i].name);
		stop_after = cases[i].stop_after;
		server_start(&server, cases[i].serve);
		probe_server(arena, &server, i, &listener);
		assert_string_equal(listener.why == NULL ? "" : listener.why,
		    cases[i].why == NULL ? "" : cases[i].why);
		assert_int_equal(listener.status, cases[i].status);
		if (cases[i].connections != NEVER_MIND)
			assert_int_equal(listener.connections,
			    cases[i].connections);
		assert_int_equal(listener.starttls, cases[i].starttls);
		check_versions(&listener, i);
		assert_int_equal(
		    listener.features[FEATURE_STARTTLS_INJECTION],
		    cases[i].injection);
		if (listener.status != PROBE_CLOSED)
			assert_string_equal(listener.source, "127.0.0.2");
		server_stop(&server);
		arena_free(arena);
	}
}

/* Garbage and floods: unknown with a reason, whatever the reason's words are. */
static void
test_nonsense(void **state)
{
	static serve_fn *const servers[] = { serve_garbage, serve_endlessly };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(servers); i++) {
		struct arena *arena = arena_new();
		struct probe_listener listener;
		struct server server;

		stop_after = 0;
		server_start(&server, servers[i]);
		probe_server(arena, &server, 0, &listener);
		assert_int_equal(listener.status, PROBE_FAILED);
		assert_non_null(listener.why);
		assert_int_equal(listener.connections, 1);
		assert_int_equal(listener.versions[3].accepted, PROBE_UNKNOWN);
		server_stop(&server);
		arena_free(arena);
	}
}

/* Exim counts who is about to leave: one of the four in flight is left for it. */
static void
test_in_flight(void **state)
{
	struct arena *arena = arena_new();
	struct probe_target target = { .protocol = PROBE_SMTP };
	struct probe_request request = { .host = "127.0.0.1",
	    .ehlo = "prober.test", .full = true, .targets = &target,
	    .target_count = 1 };
	struct probe_limits patient = limits;
	struct err err = { .code = ERR_NONE };
	struct probe_result result;
	struct server server;

	(void)state;
	stop_after = 0;
	patient.goodbye_ms = patient.connection_ms;
	server_start(&server, serve_starttls);
	target.port = server.port;
	assert_int_equal(probe_run_limited(arena, &request, &patient, &result,
	    &err), 0);
	assert_int_equal(result.listeners[0].status, PROBE_OPEN);
	assert_in_range(server.counts->most, 2, 3);
	server_stop(&server);
	arena_free(arena);
}

/* Those that we gave up are in flight for Exim. */
static void
test_given_up(void **state)
{
	struct arena *arena = arena_new();
	struct probe_target target = { .protocol = PROBE_SMTP };
	struct probe_request request = { .host = "127.0.0.1",
	    .ehlo = "prober.test", .full = true, .targets = &target,
	    .target_count = 1 };
	struct probe_limits short_limits = limits;
	struct err err = { .code = ERR_NONE };
	struct probe_result result;
	struct server server;

	(void)state;
	stop_after = 0;
	short_limits.connection_ms = SHORT_MS;
	server_start(&server, serve_asleep);
	target.port = server.port;
	assert_int_equal(probe_run_limited(arena, &request, &short_limits,
	    &result, &err), 0);
	assert_in_range(server.counts->most, 1, 4);
	server_stop(&server);
	arena_free(arena);
}

/* However many waste our time, and whatever is still to be asked. */
static void
test_tarpits(void **state)
{
	static const enum probe_protocol protocols[] = { PROBE_SMTP,
	    PROBE_IMAP, PROBE_POP3, PROBE_HTTP, PROBE_SIEVE };
	struct arena *arena = arena_new();
	struct probe_target targets[20];
	struct probe_request request = { .host = "127.0.0.1",
	    .ehlo = "prober.test", .targets = targets, .target_count = 20 };
	struct probe_limits patient = limits;
	struct err err = { .code = ERR_NONE };
	struct probe_result result;
	struct server server;
	size_t i;

	(void)state;
	stop_after = 0;
	patient.total_ms = SHORT_MS;
	server_start(&server, serve_slowly);
	for (i = 0; i < COUNT(targets); i++)
		targets[i] = (struct probe_target){ .port = server.port,
		    .protocol = protocols[i % COUNT(protocols)] };
	assert_int_equal(probe_run_limited(arena, &request, &patient, &result,
	    &err), 0);
	for (i = 0; i < COUNT(targets); i++) {
		assert_int_equal(result.listeners[i].versions[0].accepted,
		    PROBE_UNKNOWN);
		assert_non_null(strstr(result.listeners[i].why,
		    "not done within 0.4 s"));
	}
	server_stop(&server);
	arena_free(arena);
}

/* Exim's ports one after the other: nobody is asked twice before all are once. */
static void
test_turns(void **state)
{
	struct arena *arena = arena_new();
	struct probe_target targets[4];
	struct probe_request request = { .host = "127.0.0.1",
	    .ehlo = "prober.test", .targets = targets, .target_count = 4 };
	struct probe_limits slow = limits;
	struct err err = { .code = ERR_NONE };
	struct probe_result result;
	struct server servers[4];
	unsigned most = 0, least = UINT_MAX;
	size_t i;

	(void)state;
	stop_after = 0;
	slow.in_flight = 2;		/* less the one that is left for Exim */
	slow.connection_ms = slow.total_ms;
	slow.total_ms = 1500;
	for (i = 0; i < COUNT(servers); i++) {
		server_start(&servers[i], serve_greeting_late);
		targets[i] = (struct probe_target){ .protocol = PROBE_SMTP,
		    .port = servers[i].port };
	}
	assert_int_equal(probe_run_limited(arena, &request, &slow, &result,
	    &err), 0);
	for (i = 0; i < COUNT(servers); i++) {
		if (most < result.listeners[i].connections)
			most = result.listeners[i].connections;
		if (least > result.listeners[i].connections)
			least = result.listeners[i].connections;
		assert_int_equal(result.listeners[i].status, PROBE_OPEN);
		assert_non_null(strstr(result.listeners[i].why,
		    "not done within 1.5 s"));
		server_stop(&servers[i]);
	}
	assert_in_range(most, least, least + 1);
	arena_free(arena);
}

/* What the certificate says, and what was said inside. */
static void
test_chain(void **state)
{
	struct arena *arena = arena_new();
	struct probe_listener listener;
	const struct probe_chain *chain;
	struct server server;

	(void)state;
	stop_after = 0;
	server_start(&server, serve_hardened);
	probe_server(arena, &server, 0, &listener);
	assert_int_equal(listener.chain_count, 1);
	chain = &listener.chains[0];
	assert_string_equal(chain->server_name, "mail.test");
	assert_string_equal(chain->subject, "CN=mail.test");
	assert_string_equal(chain->issuer, "CN=mail.test");
	/* A machine without roots can not tell: test_probe_trust has both. */
	assert_int_not_equal(chain->trusted, PROBE_YES);
	assert_true(strstr(chain->why, "self") != NULL ||
	    strstr(chain->why, "roots can not be read") != NULL);
	assert_int_equal(chain->name_count, 2);
	assert_string_equal(chain->names[1], "smtp.test");
	assert_string_equal(chain->key, "EC P-256");
	assert_string_equal(chain->signature, "ecdsa-with-SHA256");
	assert_int_equal(chain->not_after - chain->not_before, 86400 + 3600);
	assert_int_equal(strlen(chain->sha256), 64);
	assert_int_equal(strlen(chain->spki_sha256), 64);
	assert_int_equal(chain->digest_count, 4);
	assert_string_equal(chain->digests[0], arena_printf(arena, "0 0 1 %s",
	    chain->sha256));
	assert_memory_equal(chain->digests[1], "0 0 2 ", 6);
	assert_int_equal(strlen(chain->digests[1]), 6 + 128);
	assert_string_equal(chain->digests[2], arena_printf(arena, "0 1 1 %s",
	    chain->spki_sha256));
	assert_int_equal(chain->sent, 1);
	assert_string_equal(listener.greeting, "+OK ready");
	assert_int_equal(listener.group, 29);
	assert_int_equal(listener.features[FEATURE_TICKETS], PROBE_NO);
	assert_int_equal(listener.features[FEATURE_EXTENDED_MASTER_SECRET],
	    PROBE_YES);
	assert_int_equal(listener.features[FEATURE_SECURE_RENEGOTIATION],
	    PROBE_YES);
	assert_int_equal(listener.features[FEATURE_COMPRESSION], PROBE_NO);
	server_stop(&server);
	arena_free(arena);
}

/* The handshake is not carried through, what was sent in clear is known. */
static void
test_large_dh(void **state)
{
	struct arena *arena = arena_new();
	struct probe_target target = { .protocol = PROBE_POP3S };
	struct probe_request request = { .host = "127.0.0.1",
	    .ehlo = "prober.test", .targets = &target, .target_count = 1 };
	struct err err = { .code = ERR_NONE };
	const struct probe_listener *listener;
	struct probe_result result;
	struct server server;

	(void)state;
	stop_after = 0;
	server_start(&server, serve_large_dh);
	target.port = server.port;
	assert_int_equal(probe_run_limited(arena, &request, &limits, &result,
	    &err), 0);
	listener = &result.listeners[0];
	assert_int_equal(listener->status, PROBE_OPEN);
	assert_int_equal(listener->versions[3].accepted, PROBE_YES);
	assert_int_equal(listener->dh_bits, 7680);
	assert_int_equal(listener->features[FEATURE_TICKETS], PROBE_UNKNOWN);
	assert_string_equal(listener->chains[0].key, "RSA 1024");
	server_stop(&server);
	arena_free(arena);
}

/* Listeners of one daemon meet one limit: each of them names it, and soon. */
static void
test_limit_of_a_daemon(void **state)
{
	struct arena *arena = arena_new();
	struct probe_target targets[3];
	struct probe_request request = { .host = "127.0.0.1",
	    .ehlo = "prober.test", .targets = targets, .target_count = 3 };
	struct err err = { .code = ERR_NONE };
	struct probe_result result;
	struct server servers[3];
	unsigned connections = 0;
	size_t i;

	(void)state;
	stop_after = 0;
	for (i = 0; i < 3; i++) {
		server_start(&servers[i], serve_limit);
		targets[i] = (struct probe_target){ .port = servers[i].port,
		    .protocol = PROBE_SMTP };
	}
	assert_int_equal(probe_run_limited(arena, &request, &limits, &result,
	    &err), 0);
	for (i = 0; i < 3; i++) {
		assert_int_equal(result.listeners[i].status, PROBE_FAILED);
		assert_non_null(strstr(result.listeners[i].why,
		    "421 mail.test: too many connections"));
		connections += result.listeners[i].connections;
		server_stop(&servers[i]);
	}
	/* The first ones are three at once, then one at a time. */
	assert_in_range(connections, limits.tries, limits.tries + 3);
	arena_free(arena);
}

/* From the listener's own address a login in clear proves nothing. */
static void
test_same_address(void **state)
{
	struct arena *arena = arena_new();
	struct probe_target target = { .protocol = PROBE_SMTP };
	struct probe_request request = { .host = "127.0.0.1",
	    .source = "::1", .ehlo = "prober.test", .targets = &target,
	    .target_count = 1 };
	struct err err = { .code = ERR_NONE };
	struct probe_result result;
	struct server server;

	(void)state;
	stop_after = 0;
	server_start(&server, serve_without_starttls);
	target.port = server.port;
	assert_int_equal(probe_run_limited(arena, &request, &limits, &result,
	    &err), 0);
	assert_string_equal(result.listeners[0].source, "127.0.0.1");
	assert_non_null(strstr(result.listeners[0].why, "another family"));
	assert_int_equal(result.listeners[0].clear_login, PROBE_UNKNOWN);
	assert_string_equal(result.listeners[0].mechanisms, "PLAIN LOGIN");
	request.source = "127.0.0.3";
	assert_int_equal(probe_run_limited(arena, &request, &limits, &result,
	    &err), 0);
	assert_string_equal(result.listeners[0].source, "127.0.0.3");
	assert_int_equal(result.listeners[0].clear_login, PROBE_YES);
	server_stop(&server);
	arena_free(arena);
}

/* Of two addresses the first refuses; where both do the first is shown. */
static void
test_next_address(void **state)
{
	struct sockaddr_in addresses[2] = { { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 8) },
	    { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) } };
	struct addrinfo list[2] = { { .ai_family = AF_INET,
	    .ai_addr = (struct sockaddr *)&addresses[0],
	    .ai_addrlen = sizeof(addresses[0]), .ai_next = &list[1] },
	    { .ai_family = AF_INET,
	    .ai_addr = (struct sockaddr *)&addresses[1],
	    .ai_addrlen = sizeof(addresses[1]) } };
	struct arena *arena = arena_new();
	struct probe_target targets[2] = { { .protocol = PROBE_SMTP },
	    { .protocol = PROBE_SMTP } };
	struct probe_request request = { .host = "mail.test",
	    .ehlo = "prober.test", .targets = targets, .target_count = 2 };
	struct probe_result result;
	struct server nobody, server;

	(void)state;
	stop_after = 0;
	server_start(&nobody, NULL);
	server_start(&server, serve_without_starttls);
	targets[0].port = nobody.port;
	targets[1].port = server.port;
	probe_run_at(arena, &request, list, &limits, &result);
	assert_int_equal(result.count, 2);
	assert_int_equal(result.listeners[0].status, PROBE_CLOSED);
	assert_string_equal(result.listeners[0].address, "127.0.0.9");
	assert_int_equal(result.listeners[0].connections, 2);
	assert_int_equal(result.listeners[1].status, PROBE_OPEN);
	assert_string_equal(result.listeners[1].address, "127.0.0.1");
	assert_string_equal(result.listeners[1].host, "mail.test");
	assert_int_equal(result.listeners[1].connections, 2);
	server_stop(&server);
	server_stop(&nobody);
	arena_free(arena);
}

/* What a peer makes OpenSSL say and does not read is not kept. */
static void
test_output_is_capped(void **state)
{
	static const char bytes[16384];
	SSL_CTX *context = probe_whole_context();
	struct probe_whole whole;
	struct buf out;

	(void)state;
	buf_init(&out, 1000);
	assert_int_equal(probe_whole_begin(&whole, context, NULL, true), 0);
	BIO_write(SSL_get_wbio(whole.ssl), bytes, sizeof(bytes));
	assert_int_equal(probe_whole_output(&whole, &out), -1);
	assert_int_equal(BIO_pending(SSL_get_wbio(whole.ssl)), 0);
	buf_done(&out);
	probe_whole_done(&whole);
	SSL_CTX_free(context);
}

/* By IPv6, with a name beside the host's own; which address it was is said. */
static void
test_https_over_ipv6(void **state)
{
	static const char *const names[] = { "webmail.test" };
	struct arena *arena = arena_new();
	struct probe_target target = { .protocol = PROBE_HTTPS,
	    .server_names = names, .server_name_count = 1 };
	struct probe_request request = { .host = "::1", .ehlo = "prober.test",
	    .targets = &target, .target_count = 1 };
	struct err err = { .code = ERR_NONE };
	const struct probe_listener *listener;
	struct probe_result result;
	struct server server;

	(void)state;
	stop_after = 0;
	server_start_at(&server, serve_https, AF_INET6);
	target.port = server.port;
	assert_int_equal(probe_run_limited(arena, &request, &limits, &result,
	    &err), 0);
	listener = &result.listeners[0];
	assert_int_equal(listener->status, PROBE_OPEN);
	assert_null(listener->why);
	assert_string_equal(listener->address, "::1");
	assert_string_equal(listener->source, "::1");
	assert_int_equal(listener->http_status, 301);
	assert_string_equal(listener->location, "https://[::1]/");
	assert_string_equal(listener->hsts, "max-age=31536000");
	assert_int_equal(listener->chain_count, 2);
	assert_null(listener->chains[0].server_name);
	assert_string_equal(listener->chains[0].subject, "CN=mail.test");
	assert_string_equal(listener->chains[1].server_name, "webmail.test");
	assert_string_equal(listener->chains[1].subject,
	    "O=webmail,CN=mail.test");
	assert_int_equal(listener->connections, 7);
	server_stop(&server);
	arena_free(arena);
}

/* STARTTLS is said for each name; this server has another key every time. */
static void
test_name_by_starttls(void **state)
{
	static const char *const names[] = { "mx.test" };
	struct arena *arena = arena_new();
	struct probe_target target = { .protocol = PROBE_SMTP,
	    .server_names = names, .server_name_count = 1 };
	struct probe_request request = { .host = "127.0.0.1",
	    .server_name = "mail.test", .ehlo = "prober.test",
	    .targets = &target, .target_count = 1 };
	struct err err = { .code = ERR_NONE };
	const struct probe_listener *listener;
	struct probe_result result;
	struct server server;

	(void)state;
	stop_after = 0;
	server_start(&server, serve_starttls);
	target.port = server.port;
	assert_int_equal(probe_run_limited(arena, &request, &limits, &result,
	    &err), 0);
	listener = &result.listeners[0];
	assert_int_equal(listener->starttls, PROBE_YES);
	assert_int_equal(listener->chain_count, 2);
	assert_string_equal(listener->chains[1].server_name, "mx.test");
	assert_int_equal(listener->chains[1].digest_count, 4);
	assert_string_not_equal(listener->chains[1].digests[2],
	    listener->chains[0].digests[2]);
	server_stop(&server);
	arena_free(arena);
}

/* RFC 9525 section 2: nobody compares it any more. */
static void
test_common_name_is_no_name(void **state)
{
	struct arena *arena = arena_new();
	struct probe_trust trust = { .folder = "/nonexistent",
	    .bundle = "/nonexistent" };
	STACK_OF(X509) *certificates = sk_X509_new_null();
	EC_KEY *ec = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1);
	EVP_PKEY *key = EVP_PKEY_new();
	X509 *leaf = X509_new();
	struct probe_chain *chain;

	(void)state;
	EC_KEY_generate_key(ec);
	EVP_PKEY_assign_EC_KEY(key, ec);
	X509_gmtime_adj(X509_getm_notBefore(leaf), 0);
	X509_gmtime_adj(X509_getm_notAfter(leaf), 86400);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(leaf), "CN",
	    MBSTRING_ASC, (const unsigned char *)"mail.test", -1, -1, 0);
	X509_set_pubkey(leaf, key);
	X509_sign(leaf, key, EVP_sha256());
	sk_X509_push(certificates, leaf);
	chain = probe_chain_read(arena, &trust, certificates);
	assert_non_null(chain);
	assert_string_equal(chain->subject, "CN=mail.test");
	assert_int_equal(chain->name_count, 0);
	/* And without a root to be had, trust is not known. */
	assert_int_equal(chain->trusted, PROBE_UNKNOWN);
	sk_X509_free(certificates);
	X509_free(leaf);
	EVP_PKEY_free(key);
	probe_trust_done(&trust);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_common_name_is_no_name),
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_nonsense),
		cmocka_unit_test(test_in_flight),
		cmocka_unit_test(test_given_up),
		cmocka_unit_test(test_tarpits),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_large_dh),
		cmocka_unit_test(test_limit_of_a_daemon),
		cmocka_unit_test(test_same_address),
		cmocka_unit_test(test_next_address),
		cmocka_unit_test(test_output_is_capped),
		cmocka_unit_test(test_https_over_ipv6),
		cmocka_unit_test(test_name_by_starttls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
