/*
 * Fetching over https from servers on the loopback that are right and wrong in
 * one way each: what the answer says of it, what the request has in it, and
 * that a server whose certificate is no good gets no request.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/arena.h"
#include "host/fetch_private.h"
#include "host/host.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DAY (24 * 60 * 60)
#define CAP 1000

enum server_kind {
	GOOD,
	OTHER_NAME,
	EXPIRED,
	UNTRUSTED,
	OLD_TLS,
	NO_TLS,
	KINDS,
};

/* What the servers' processes tell the test. */
struct seen {
	size_t bytes[KINDS];	/* of requests, behind a finished handshake */
	char request[2048];	/* the last one for /good */
	int now, most;		/* connections at once, to GOOD */
	int total;
};

struct identity {
	EVP_PKEY *key;
	X509 *certificate;
};

struct fixture {
	struct identity root, other;
	struct identity leaves[KINDS];
	pid_t servers[KINDS];
	int ports[KINDS];
	int closed_port, full_port;
	int full[3];
	char folder[64], roots[96];
	struct seen *seen;
};

/* ---- certificates ---- */

static void
add_extension(X509 *certificate, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	assert_non_null(extension);
	assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

/*
 * issuer NULL = a root. Its name is an address, as nobody says that localhost
 * can be resolved here. days may be negative: ended so long ago.
 */
static struct identity
make(const char *name, const struct identity *issuer, long days)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
	struct identity made = { NULL, X509_new() };
	X509_NAME *subject = X509_get_subject_name(made.certificate);

	assert_int_equal(EVP_PKEY_keygen_init(context), 1);
	assert_int_equal(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context,
	    NID_X9_62_prime256v1), 1);
	assert_int_equal(EVP_PKEY_keygen(context, &made.key), 1);
	EVP_PKEY_CTX_free(context);
	X509_set_version(made.certificate, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(made.certificate), 1);
	X509_gmtime_adj(X509_getm_notBefore(made.certificate), -100L * DAY);
	X509_gmtime_adj(X509_getm_notAfter(made.certificate), days * DAY);
	X509_set_pubkey(made.certificate, made.key);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
	    (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(made.certificate, issuer == NULL ? subject :
	    X509_get_subject_name(issuer->certificate));
	add_extension(made.certificate, NID_basic_constraints, issuer == NULL ?
	    "critical,CA:TRUE" : "CA:FALSE");
	if (issuer != NULL)
		add_extension(made.certificate, NID_subject_alt_name, name);
	assert_true(X509_sign(made.certificate, issuer == NULL ? made.key :
	    issuer->key, EVP_sha256()) > 0);
	return made;
}

static void
identity_free(struct identity *identity)
{
	EVP_PKEY_free(identity->key);
	X509_free(identity->certificate);
}

/* ---- servers ---- */

#define OK(type, rest) "HTTP/1.1 200 OK\r\n" type rest
#define PLAIN "Content-Type: text/plain\r\n"
#define BODY "Content-Length: 15\r\n\r\nversion: STSv1\n"

static const struct page {
	const char *path;
	const char *reply;
	bool endless;		/* more bytes until the client goes */
} pages[] = {
	{ "/good", OK(PLAIN, BODY), false },
	{ "/charset", OK("Content-Type: Text/Plain;charset=utf-8\r\n", BODY),
	    false },
	{ "/html", OK("Content-Type: text/html\r\n", BODY), false },
	{ "/plainer", OK("Content-Type: text/plainer\r\n", BODY), false },
	{ "/typeless", OK("", BODY), false },
	{ "/bell", OK("Content-Type: a\a\xc3\r\n", BODY), false },
	{ "/gzip", OK(PLAIN "Content-Encoding: gzip\r\n", BODY), false },
	{ "/empty", OK(PLAIN, "Content-Length: 0\r\n\r\n"), false },
	{ "/chunked", OK(PLAIN, "Transfer-Encoding: chunked\r\n\r\n"
	    "4\r\nvers\r\n3\r\nion\r\n0\r\n\r\n"), false },
	{ "/moved", "HTTP/1.1 301 Moved\r\nLocation: /good\r\n"
	    "Content-Length: 0\r\n\r\n", false },
	{ "/missing", "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n"
	    "\r\n", true },
	{ "/broken", "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", false },
	{ "/large", OK(PLAIN, "\r\n"), true },
	{ "/said-large", OK(PLAIN, "Content-Length: 1001\r\n\r\n"), true },
	{ "/cut", OK(PLAIN, "Content-Length: 100\r\n\r\nversion"), false },
	{ "/silent", "", false },
	{ "/no-http", "220 mail.example.com ESMTP\r\n", false },
};

static void
send_page(SSL *ssl, const struct page *page)
{
	static const char filler[4096] = "x";

	if (page->reply[0] != '\0')
		(void)SSL_write(ssl, page->reply, (int)strlen(page->reply));
	while (page->endless &&
	    SSL_write(ssl, filler, sizeof(filler)) > 0)
		;
}

/* "/stall" and what is no page: nothing, until the client goes. */
static void
serve(SSL *ssl, enum server_kind kind, struct seen *seen)
{
	char request[2048], path[64] = "";
	const struct page *page = NULL;
	int got = SSL_read(ssl, request, sizeof(request) - 1);
	size_t i;

	if (got <= 0)
		return;
	seen->bytes[kind] += (size_t)got;
	request[got] = '\0';
	(void)sscanf(request, "GET %63s", path);
	for (i = 0; i < COUNT(pages); i++)
		if (strcmp(path, pages[i].path) == 0)
			page = &pages[i];
	if (strcmp(path, "/good") == 0)
		strcpy(seen->request, request);
	if (page != NULL)
		send_page(ssl, page);
	else
		(void)SSL_read(ssl, request, 1);
	(void)SSL_shutdown(ssl);
}

static void
serve_connection(SSL_CTX *context, int connection, enum server_kind kind,
    struct seen *seen)
{
	SSL *ssl = SSL_new(context);
	int now = __atomic_add_fetch(&seen->now, 1, __ATOMIC_SEQ_CST);
	int most = __atomic_load_n(&seen->most, __ATOMIC_SEQ_CST);

	__atomic_add_fetch(&seen->total, 1, __ATOMIC_SEQ_CST);
	while (now > most && !__atomic_compare_exchange_n(&seen->most, &most,
	    now, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		;
	alarm(60);
	SSL_set_fd(ssl, connection);
	if (kind == NO_TLS)
		(void)!write(connection, "220 hello\r\n", 11);
	else if (SSL_accept(ssl) == 1)
		serve(ssl, kind, seen);
	SSL_free(ssl);
	__atomic_sub_fetch(&seen->now, 1, __ATOMIC_SEQ_CST);
}

static SSL_CTX *
server_context(const struct identity *leaf, enum server_kind kind)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());

	if (kind == OLD_TLS) {
		SSL_CTX_set_security_level(context, 0);
		SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
	}
	SSL_CTX_use_certificate(context, leaf->certificate);
	SSL_CTX_use_PrivateKey(context, leaf->key);
	return context;
}

/* A process a connection: one that stalls does not hold up the others. */
static void __attribute__((noreturn))
server_main(int listener, const struct identity *leaf, enum server_kind kind,
    struct seen *seen)
{
	SSL_CTX *context = server_context(leaf, kind);
	int connection;

	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		connection = accept(listener, NULL, NULL);
		if (connection >= 0 && fork() == 0) {
			serve_connection(context, connection, kind, seen);
			_exit(0);
		}
		close(connection);
	}
}

static int
listen_on(int *ret_port, int backlog)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(listener, (struct sockaddr *)&address, length),
	    0);
	assert_int_equal(listen(listener, backlog), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address,
	    &length), 0);
	*ret_port = ntohs(address.sin_port);
	return listener;
}

static void
start_server(struct fixture *fixture, enum server_kind kind)
{
	int listener = listen_on(&fixture->ports[kind], 128);

	fixture->servers[kind] = fork();
	if (fixture->servers[kind] == 0) {
		setpgid(0, 0);
		server_main(listener, &fixture->leaves[kind], kind,
		    fixture->seen);
	}
	setpgid(fixture->servers[kind], fixture->servers[kind]);
	close(listener);
}

/* A queue of one, filled: to a further one nothing is answered. */
static void
start_full(struct fixture *fixture)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int i;

	fixture->full[0] = listen_on(&fixture->full_port, 0);
	address.sin_port = htons((uint16_t)fixture->full_port);
	for (i = 1; i < (int)COUNT(fixture->full); i++) {
		fixture->full[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK |
		    SOCK_CLOEXEC, 0);
		(void)connect(fixture->full[i], (struct sockaddr *)&address,
		    sizeof(address));
	}
}

static int
setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	FILE *file;
	int kind;

	strcpy(fixture->folder, "/tmp/test_fetch.XXXXXX");
	assert_non_null(mkdtemp(fixture->folder));
	snprintf(fixture->roots, sizeof(fixture->roots), "%s/roots.pem",
	    fixture->folder);
	fixture->root = make("Root", NULL, 100);
	fixture->other = make("Other", NULL, 100);
	for (kind = 0; kind < KINDS; kind++)
		fixture->leaves[kind] = make(kind == OTHER_NAME ?
		    "DNS:other.example" : "IP:127.0.0.1", kind == UNTRUSTED ?
		    &fixture->other : &fixture->root, kind == EXPIRED ? -1 : 9);
	file = fopen(fixture->roots, "we");
	assert_non_null(file);
	PEM_write_X509(file, fixture->root.certificate);
	fclose(file);
	fixture->seen = mmap(NULL, sizeof(*fixture->seen),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(fixture->seen != MAP_FAILED);
	for (kind = 0; kind < KINDS; kind++)
		start_server(fixture, (enum server_kind)kind);
	close(listen_on(&fixture->closed_port, 1));
	start_full(fixture);
	*state = fixture;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *fixture = *state;
	int kind;

	for (kind = 0; kind < KINDS; kind++) {
		kill(-fixture->servers[kind], SIGKILL);
		waitpid(fixture->servers[kind], NULL, 0);
		identity_free(&fixture->leaves[kind]);
	}
	for (kind = 0; kind < (int)COUNT(fixture->full); kind++)
		close(fixture->full[kind]);
	identity_free(&fixture->root);
	identity_free(&fixture->other);
	munmap(fixture->seen, sizeof(*fixture->seen));
	unlink(fixture->roots);
	rmdir(fixture->folder);
	free(fixture);
	return 0;
}

/* ---- what the answers say ---- */

struct fetch_case {
	const char *where;	/* "127.0.0.1:GOOD/good"; a kind, closed or full */
	const char *why;	/* NULL = answered; a part */
	int code;
	const char *body;
};

#define LONG_LABEL "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaaaaaa"

static const struct fetch_case cases[] = {
	{ "127.0.0.1:0/good", NULL, 200, "version: STSv1\n" },
	{ "127.0.0.1:0/charset", NULL, 200, "version: STSv1\n" },
	{ "127.0.0.1:0/gzip", NULL, 200, "version: STSv1\n" },
	{ "127.0.0.1:0/empty", NULL, 200, "" },
	{ "127.0.0.1:0/chunked", NULL, 200, "version" },
	{ "127.0.0.1:0/missing", NULL, 404, NULL },
	{ "127.0.0.1:0/broken", NULL, 503, NULL },

	{ "127.0.0.1:0/html", "its Content-Type is \"text/html\", wanted "
	    "text/plain", 200, NULL },
	{ "127.0.0.1:0/plainer", "its Content-Type is \"text/plainer\"", 200,
	    NULL },
	{ "127.0.0.1:0/typeless", "it has no Content-Type", 200, NULL },
	{ "127.0.0.1:0/bell", "its Content-Type is \"a??\"", 200, NULL },
	{ "127.0.0.1:0/moved", "redirects elsewhere (HTTP 301)", 301, NULL },
	{ "127.0.0.1:0/large", "larger than the 1000 bytes allowed", 200, NULL },
	{ "127.0.0.1:0/said-large", "larger than the 1000 bytes allowed", 200,
	    NULL },
	{ "127.0.0.1:0/cut", "the reply breaks off", 0, NULL },
	{ "127.0.0.1:0/silent", "closed without a reply", 0, NULL },
	{ "127.0.0.1:0/no-http", "it does not speak HTTP there", 0, NULL },

	{ "127.0.0.1:1/good", "the certificate is for another name",
	    FETCH_BAD_CERTIFICATE, NULL },
	{ "127.0.0.1:2/good", "the certificate has expired",
	    FETCH_BAD_CERTIFICATE, NULL },
	{ "127.0.0.1:3/good", "the certificate is not trusted: ",
	    FETCH_BAD_CERTIFICATE, NULL },
	{ "127.0.0.1:4/good", "no TLS 1.2 or later there", 0, NULL },
	{ "127.0.0.1:5/good", "no TLS 1.2 or later there", 0, NULL },
	{ "127.0.0.1:closed/good", "connection refused", 0, NULL },
	{ LONG_LABEL ".example:0/good", "the name can not be resolved", 0,
	    NULL },
};

static const char *
make_url(struct arena *arena, const struct fixture *fixture,
    const char *where)
{
	const char *port = strchr(where, ':') + 1;
	int number = *port == 'c' ? fixture->closed_port : *port == 'f' ?
	    fixture->full_port : fixture->ports[*port - '0'];

	return arena_printf(arena, "https://%.*s%d%s", (int)(port - where),
	    where, number, strchr(port, '/'));
}

static void
check_case(const struct fetch_case *c, const struct answer *got)
{
	print_message("%s: %s\n", c->where, got->why == NULL ? "" : got->why);
	assert_int_equal(got->status, c->why == NULL ? ANSWER_OK :
	    ANSWER_FAILED);
	if (c->why != NULL && strstr(got->why, c->why) == NULL)
		fail_msg("wanted \"%s\"", c->why);
	assert_int_equal(got->code, c->code);
	assert_int_equal(got->bytes != NULL, c->body != NULL);
	if (c->body != NULL) {
		assert_int_equal(got->length, strlen(c->body));
		assert_string_equal(got->bytes, c->body);
	}
}

static void
test_answers(void **state)
{
	struct fixture *fixture = *state;
	struct fetch_terms terms = { .roots = fixture->roots,
	    .connect_ms = 30000, .url_ms = 30000, .batch_ms = 90000 };
	struct arena *arena = arena_new();
	const char *urls[COUNT(cases)];
	struct answer answers[COUNT(cases)];
	size_t i;

	for (i = 0; i < COUNT(cases); i++)
		urls[i] = make_url(arena, fixture, cases[i].where);
	fetch_all_on(&terms, arena, urls, COUNT(cases), CAP, answers);
	for (i = 0; i < COUNT(cases); i++)
		check_case(&cases[i], &answers[i]);

	/* Nobody gets a request before its certificate is verified. */
	assert_true(fixture->seen->bytes[GOOD] > 0);
	for (i = GOOD + 1; i < KINDS; i++)
		assert_int_equal(fixture->seen->bytes[i], 0);
	arena_free(arena);
}

/* Each waits to the end of its time, so they have little of it. */
static void
test_late(void **state)
{
	static const struct fetch_case late[] = {
		{ "127.0.0.1:0/stall", "no whole reply in time", 0, NULL },
		{ "127.0.0.1:full/good", "no connection in time", 0, NULL },
	};
	struct fixture *fixture = *state;
	struct fetch_terms terms = { .roots = fixture->roots,
	    .connect_ms = 2000, .url_ms = 3000, .batch_ms = 60000 };
	struct arena *arena = arena_new();
	const char *urls[COUNT(late)];
	struct answer answers[COUNT(late)];
	size_t i;

	for (i = 0; i < COUNT(late); i++)
		urls[i] = make_url(arena, fixture, late[i].where);
	fetch_all_on(&terms, arena, urls, COUNT(late), CAP, answers);
	for (i = 0; i < COUNT(late); i++)
		check_case(&late[i], &answers[i]);
	arena_free(arena);
}

/* The system's roots do not know the test's issuer. */
static void
test_system_roots(void **state)
{
	struct fixture *fixture = *state;
	struct arena *arena = arena_new();
	const char *url = make_url(arena, fixture, "127.0.0.1:0/good");
	struct answer answer;

	fetch_all(arena, &url, 1, CAP, &answer);
	assert_int_equal(answer.status, ANSWER_FAILED);
	assert_non_null(strstr(answer.why, "the certificate is not trusted: "));
	arena_free(arena);
}

static void
test_request(void **state)
{
	struct fixture *fixture = *state;
	struct fetch_terms terms = { .roots = fixture->roots,
	    .connect_ms = 20000, .url_ms = 20000, .batch_ms = 60000 };
	struct arena *arena = arena_new();
	const char *url = make_url(arena, fixture, "127.0.0.1:0/good");
	struct answer answer;
	char wanted[256];

	/* A proxy of the environment is not asked. */
	setenv("https_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	fetch_all_on(&terms, arena, &url, 1, CAP, &answer);
	unsetenv("https_proxy");
	unsetenv("ALL_PROXY");
	assert_int_equal(answer.status, ANSWER_OK);
	snprintf(wanted, sizeof(wanted), "GET /good HTTP/1.1\r\n"
	    "Host: 127.0.0.1:%d\r\nUser-Agent: cpward/%s\r\n"
	    "Accept: */*\r\n\r\n", fixture->ports[GOOD], CPWARD_VERSION);
	assert_string_equal(fixture->seen->request, wanted);
	arena_free(arena);
}

/* Names of tenants may not become another host, a login or a file. */
static void
test_refused_urls(void **state)
{
	static const char *const refused[] = {
		"", "https://", "https:///x", "http://localhost/x",
		"https://localhost", "file:///etc/passwd",
		"https://a@localhost/x", "https://a:b@localhost/x",
		"https://localhost/a?b", "https://localhost/a#b",
		"https://localhost/a b", "https://localhost/\r\nX: y",
		"https://[::1]/x", "https://l%6fcalhost/x",
		"https://\xc3\xa4.example/x", "https://:443/x", "HTTPS://a/x",
		"ftp://localhost/x", "https://a\\b/x",
	};
	struct fixture *fixture = *state;
	struct answer answers[COUNT(refused)];
	struct arena *arena = arena_new();
	int before = fixture->seen->total;
	size_t i;

	fetch_all(arena, refused, COUNT(refused), CAP, answers);
	for (i = 0; i < COUNT(refused); i++) {
		assert_int_equal(answers[i].status, ANSWER_FAILED);
		assert_string_equal(answers[i].why,
		    "no https URL of a plain host and path");
	}
	assert_int_equal(fixture->seen->total, before);
	fetch_all(arena, refused, 0, CAP, answers);
	arena_free(arena);
}

/* More than go together: never more than so many, and all are answered. */
static void
test_many(void **state)
{
	enum { MANY = FETCH_PARALLEL + 40 };
	struct fixture *fixture = *state;
	struct fetch_terms terms = { .roots = fixture->roots,
	    .connect_ms = 30000, .url_ms = 30000, .batch_ms = 90000 };
	struct arena *arena = arena_new();
	const char *urls[MANY];
	struct answer answers[MANY];
	size_t i;

	for (i = 0; i < MANY; i++)
		urls[i] = i % 10 == 3 ? "https://" : make_url(arena, fixture,
		    "127.0.0.1:0/good");
	fixture->seen->most = 0;
	fetch_all_on(&terms, arena, urls, MANY, CAP, answers);
	for (i = 0; i < MANY; i++)
		assert_int_equal(answers[i].status, i % 10 == 3 ?
		    ANSWER_FAILED : ANSWER_OK);
	assert_in_range(fixture->seen->most, 2, FETCH_PARALLEL);
	arena_free(arena);
}

static void
test_deadline(void **state)
{
	enum { MANY = FETCH_PARALLEL + 10 };
	struct fixture *fixture = *state;
	struct fetch_terms terms = { .roots = fixture->roots,
	    .connect_ms = 60000, .url_ms = 60000, .batch_ms = 300 };
	struct arena *arena = arena_new();
	const char *urls[MANY];
	struct answer answers[MANY];
	size_t i;

	for (i = 0; i < MANY; i++)
		urls[i] = make_url(arena, fixture, "127.0.0.1:0/stall");
	fetch_all_on(&terms, arena, urls, MANY, CAP, answers);
	for (i = 0; i < MANY; i++) {
		assert_int_equal(answers[i].status, ANSWER_FAILED);
		assert_string_equal(answers[i].why,
		    "no time left for it in this run");
	}
	arena_free(arena);
}

/* Those that are slow wait behind the others, and have their whole time then. */
static void
test_slow_first(void **state)
{
	enum { SLOW = 2 * FETCH_PARALLEL, ALL = SLOW + 5 };
	struct fixture *fixture = *state;
	struct fetch_terms terms = { .roots = fixture->roots,
	    .connect_ms = 60000, .url_ms = 60000, .first_ms = 2500,
	    .batch_ms = 8000 };
	struct arena *arena = arena_new();
	const char *urls[ALL];
	struct answer answers[ALL];
	size_t i;

	for (i = 0; i < ALL; i++)
		urls[i] = make_url(arena, fixture, i < SLOW ?
		    "127.0.0.1:full/good" : "127.0.0.1:0/good");
	fetch_all_on(&terms, arena, urls, ALL, CAP, answers);
	for (i = 0; i < ALL; i++)
		assert_int_equal(answers[i].status, i < SLOW ? ANSWER_FAILED :
		    ANSWER_OK);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_system_roots),
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_refused_urls),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_slow_first),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
