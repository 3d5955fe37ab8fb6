/* The HTTP door: TLS by libmicrohttpd, cpsrvd's headers, transport faults.
 *
 * Replies whose very bytes matter (cpsrvd's own 403 line, bodies cut short) are sent through the
 * connection's TLS session by hand, since libmicrohttpd only sends what is well-formed. */

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gnutls/gnutls.h>
#include <microhttpd.h>

#include "whmsim.h"

/* cpsrvd as it is shipped: TLS 1.2 and 1.3, forward secrecy, authenticated encryption. */
static const char default_priority[] = "NONE:+VERS-TLS1.3:+VERS-TLS1.2:+ECDHE-ECDSA:+ECDHE-RSA:"
    "+AES-256-GCM:+AES-128-GCM:+CHACHA20-POLY1305:+AEAD:+SIGN-ALL:-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1:"
    "+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:+COMP-NULL";
static const char tweak_file[] = "/var/cpanel/cpanel.config";

enum { KEEP_ALIVE_MAX = 200, CHUNK = 16384, WAIT_STEP_MS = 100, HANG_MS = 600000 };

static const char denied_body[] = "{\"cpanelresult\":{\"apiversion\":\"2\",\"error\":"
    "\"Access denied\",\"data\":{\"reason\":\"Access denied\",\"result\":\"0\"},"
    "\"type\":\"text\"}}";
static const char login_page[] = "<!DOCTYPE html>\n<html><head><title>WHM Login</title></head>"
    "<body></body></html>\n";

/* What is known of one HTTP request while its body arrives. */
struct exchange {
	char *uri;		/* with its query */
	char *body;
	size_t length;
	bool too_long;
	char function[128];
	char user[64];
	char api_version[16];
	struct request request;
	struct answer answer;
};

static void *
exchange_begin(void *data, const char *uri, struct MHD_Connection *connection)
{
	struct exchange *exchange = calloc(1, sizeof *exchange);

	(void)data;
	(void)connection;
	if (exchange != NULL)
		exchange->uri = strdup(uri);
	return exchange;
}

static void
exchange_end(void *data, struct MHD_Connection *connection, void **request_data,
    enum MHD_RequestTerminationCode code)
{
	struct exchange *exchange = *request_data;

	(void)data;
	(void)connection;
	(void)code;
	if (exchange == NULL)
		return;
	answer_done(&exchange->answer);
	json_decref(exchange->request.args);
	free(exchange->uri);
	free(exchange->body);
	free(exchange);
	*request_data = NULL;
}

static void
connection_changed(void *data, struct MHD_Connection *connection, void **socket_data,
    enum MHD_ConnectionNotificationCode code)
{
	(void)data;
	(void)connection;
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		*socket_data = calloc(1, sizeof(unsigned));
	else
		free(*socket_data);
}

static int
connection_socket(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

/* Waits while the client is still there and the server is to run on. */
static void
connection_wait(const struct sim *sim, struct MHD_Connection *connection, unsigned milliseconds)
{
	struct pollfd peer = { .fd = connection_socket(connection), .events = POLLRDHUP };

	for (unsigned waited = 0; waited < milliseconds; waited += WAIT_STEP_MS) {
		unsigned step = milliseconds - waited;

		if (atomic_load(&sim->stopping))
			return;
		if (poll(&peer, 1, (int)(step < WAIT_STEP_MS ? step : WAIT_STEP_MS)) > 0)
			return;
	}
}

/* Sends bytes as they are; the caller then drops the connection by returning MHD_NO. */
static void
raw_send(struct MHD_Connection *connection, const char *bytes, size_t length)
{
	/* Read at once: libmicrohttpd 1.0 puts the answer to its next question in the same place. */
	gnutls_session_t session = MHD_get_connection_info(connection,
	    MHD_CONNECTION_INFO_GNUTLS_SESSION)->tls_session;
	struct pollfd peer = { .fd = connection_socket(connection), .events = POLLOUT };

	while (length > 0) {
		ssize_t sent = gnutls_record_send(session, bytes, length);

		if (sent == GNUTLS_E_AGAIN || sent == GNUTLS_E_INTERRUPTED) {
			poll(&peer, 1, WAIT_STEP_MS);
			continue;
		}
		if (sent < 0)
			return;
		bytes += sent;
		length -= (size_t)sent;
	}
}

/* cpsrvd's words, which no library would say: "403 Forbidden Access denied". */
static enum MHD_Result
send_denied(struct MHD_Connection *connection)
{
	char *text;
	int length = asprintf(&text, "HTTP/1.1 403 Forbidden Access denied\r\n"
	    "Server: cpsrvd\r\nConnection: close\r\n"
	    "Content-Type: text/plain; charset=\"utf-8\"\r\nContent-Length: %zu\r\n\r\n%s",
	    sizeof denied_body - 1, denied_body);

	if (length >= 0) {
		raw_send(connection, text, (size_t)length);
		free(text);
	}
	return MHD_NO;
}

/* Half the body, announced as whole: by its length, or as one chunk that never ends. */
static enum MHD_Result
send_cut(struct MHD_Connection *connection, const struct answer *answer)
{
	bool chunked = answer->fault == FAULT_TRUNCATED_CHUNK;
	char *text;
	int length;

	if (chunked)
		length = asprintf(&text, "HTTP/1.1 200 OK\r\nServer: cpsrvd\r\n"
		    "Content-Type: text/plain; charset=\"utf-8\"\r\n"
		    "Transfer-Encoding: chunked\r\n\r\n%zx\r\n%.*s", answer->length,
		    (int)(answer->length / 2), answer->body);
	else
		length = asprintf(&text, "HTTP/1.1 200 OK\r\nServer: cpsrvd\r\n"
		    "Content-Type: text/plain; charset=\"utf-8\"\r\n"
		    "Content-Length: %zu\r\n\r\n%.*s", answer->length,
		    (int)(answer->length / 2), answer->body);
	if (length >= 0) {
		raw_send(connection, text, (size_t)length);
		free(text);
	}
	return MHD_NO;
}

static ssize_t
body_read(void *data, uint64_t position, char *buffer, size_t size)
{
	const struct answer *answer = data;
	size_t left = answer->length - (size_t)position;

	if (left == 0)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (left < size)
		size = left;
	memcpy(buffer, answer->body + position, size);
	return (ssize_t)size;
}

static enum MHD_Result
queue_and_release(struct MHD_Connection *connection, unsigned status, struct MHD_Response *response)
{
	enum MHD_Result result = MHD_queue_response(connection, status, response);

	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result
send_html(const struct sim *sim, struct MHD_Connection *connection, unsigned status)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(sizeof login_page - 1,
	    (void *)login_page, MHD_RESPMEM_PERSISTENT);

	MHD_add_response_header(response, "Server", "cpsrvd");
	if (sim->hsts != NULL)
		MHD_add_response_header(response, "Strict-Transport-Security", sim->hsts);
	MHD_add_response_header(response, "Content-Type", "text/html; charset=\"utf-8\"");
	return queue_and_release(connection, status, response);
}

/* Elsewhere: a client that follows would hand its token to another host. */
static enum MHD_Result
send_redirect(struct MHD_Connection *connection)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(0, (void *)"",
	    MHD_RESPMEM_PERSISTENT);

	MHD_add_response_header(response, "Server", "cpsrvd");
	MHD_add_response_header(response, "Location", "https://elsewhere.lab.example:2087/");
	return queue_and_release(connection, 302, response);
}

/* Chunked, as cpsrvd answers; after 200 requests it closes. */
static enum MHD_Result
send_body(struct MHD_Connection *connection, struct exchange *exchange, const struct knobs *knobs)
{
	unsigned *served = MHD_get_connection_info(connection,
	    MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
	struct answer *answer = &exchange->answer;
	struct MHD_Response *response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, CHUNK,
	    body_read, answer, NULL);
	const char *type = "text/plain; charset=\"utf-8\"";
	char count[16];

	++*served;
	snprintf(count, sizeof count, "%u", *served);
	if (fault_on(knobs, FAULT_HTML_LOGIN_200, exchange->function))
		type = "text/html; charset=\"utf-8\"";
	else if (quirk_on(knobs, QUIRK_CONTENT_TYPE_JSON))
		type = "application/json";
	MHD_add_response_header(response, "Server", "cpsrvd");
	MHD_add_response_header(response, "X-Keep-Alive-Count", count);
	MHD_add_response_header(response, "Cache-Control", "no-cache");
	MHD_add_response_header(response, "Content-Type", type);
	if (*served >= KEEP_ALIVE_MAX)
		MHD_add_response_header(response, "Connection", "close");
	else
		MHD_add_response_header(response, "Keep-Alive", "timeout=70, max=200");
	return queue_and_release(connection, answer->status, response);
}

static enum MHD_Result
send_answer(const struct sim *sim, struct MHD_Connection *connection, struct exchange *exchange)
{
	struct answer *answer = &exchange->answer;
	struct knobs knobs;

	if (answer->access_denied)
		return send_denied(connection);
	knobs_for_request(sim, &knobs);
	answer_render(&knobs, answer, 0);
	switch (answer->fault) {
	case FAULT_SLOW_FIRST_BYTE:
		connection_wait(sim, connection, knobs.delay_ms);
		break;
	case FAULT_HANG:
		connection_wait(sim, connection, HANG_MS);
		return MHD_NO;
	case FAULT_TRUNCATED_CHUNK:
	case FAULT_MIDBODY_CLOSE:
		return send_cut(connection, answer);
	case FAULT_REDIRECT_302:
		return send_redirect(connection);
	case FAULT_HTTP_500:
		answer->status = 500;
		break;
	case FAULT_HTTP_503_HTML:
		return send_html(sim, connection, 503);
	default:
		break;
	}
	return send_body(connection, exchange, &knobs);
}

/* The function of /json-api/FUNC or /cpsess##########/json-api/FUNC; false for other paths. */
static bool
path_function(const char *path, char *ret, size_t size)
{
	static const char api[] = "/json-api/";
	size_t length;

	if (strncmp(path, "/cpsess", 7) == 0 && strspn(path + 7, "0123456789") == 10)
		path += 17;
	if (strncmp(path, api, sizeof api - 1) != 0)
		return false;
	path += sizeof api - 1;
	length = strcspn(path, "?");
	if (length == 0 || length >= size || memchr(path, '/', length) != NULL)
		return false;
	snprintf(ret, size, "%.*s", (int)length, path);
	return true;
}

/* "whm USER:TOKEN", the scheme in either case. No Basic, no Bearer. */
static bool
token_accepted(const struct sim *sim, struct MHD_Connection *connection, char *user, size_t size)
{
	const char *header = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
	    "Authorization");

	if (header == NULL || (strncmp(header, "whm ", 4) != 0 && strncmp(header, "WHM ", 4) != 0))
		return false;
	header += 4;
	for (size_t i = 0; i < sim->token_count; i++) {
		size_t length = strlen(sim->tokens[i].user);

		if (strncmp(header, sim->tokens[i].user, length) != 0 || header[length] != ':'
		    || strcmp(header + length + 1, sim->tokens[i].text) != 0)
			continue;
		snprintf(user, size, "%s", sim->tokens[i].user);
		return true;
	}
	return false;
}

static void
request_build(struct exchange *exchange, bool post)
{
	const char *query = strchr(exchange->uri, '?');
	json_t *args = query != NULL ? args_from_query(query + 1, strlen(query + 1)) : json_object();
	json_t *form;

	if (post && exchange->length > 0) {
		form = args_from_query(exchange->body, exchange->length);
		json_object_update(args, form);
		json_decref(form);
	}
	exchange->request = (struct request){
		.via = VIA_HTTPS,
		.post = post,
		.function = exchange->function,
		.user = exchange->user,
		.args = args,
	};
	if (args_get(args, "api.version") == NULL)
		return;
	snprintf(exchange->api_version, sizeof exchange->api_version, "%s",
	    args_get(args, "api.version"));
	json_object_del(args, "api.version");
	if (strcmp(exchange->api_version, "0") != 0)
		exchange->request.api_version = exchange->api_version;
}

static void
body_append(struct exchange *exchange, const char *bytes, size_t length)
{
	char *grown;

	if (exchange->length + length > MAX_BODY) {
		exchange->too_long = true;
		return;
	}
	grown = realloc(exchange->body, exchange->length + length + 1);
	if (grown == NULL)
		return;
	memcpy(grown + exchange->length, bytes, length);
	exchange->body = grown;
	exchange->length += length;
	exchange->body[exchange->length] = '\0';
}

static enum MHD_Result
request_handle(const struct sim *sim, struct MHD_Connection *connection, const char *method,
    struct exchange *exchange)
{
	bool post = strcmp(method, "POST") == 0;

	if ((!post && strcmp(method, "GET") != 0) || exchange->too_long
	    || !path_function(exchange->uri, exchange->function, sizeof exchange->function))
		return send_html(sim, connection, 401);
	request_build(exchange, post);
	if (token_accepted(sim, connection, exchange->user, sizeof exchange->user))
		api_answer(sim, &exchange->request, &exchange->answer);
	else
		api_access_denied(sim, &exchange->request, &exchange->answer);
	return send_answer(sim, connection, exchange);
}

/* Called once with the headers, then with each piece of the body, then with none. */
static enum MHD_Result
request_step(void *data, struct MHD_Connection *connection, const char *url, const char *method,
    const char *version, const char *upload, size_t *upload_size, void **request_data)
{
	struct exchange *exchange = *request_data;

	(void)url;
	(void)version;
	if (exchange == NULL || exchange->uri == NULL)
		return MHD_NO;
	if (exchange->request.args == NULL && exchange->body == NULL) {
		/* an empty body marks the first call as done */
		exchange->body = calloc(1, 1);
		return exchange->body != NULL ? MHD_YES : MHD_NO;
	}
	if (*upload_size > 0) {
		body_append(exchange, upload, *upload_size);
		*upload_size = 0;
		return MHD_YES;
	}
	return request_handle(data, connection, method, exchange);
}

/* ---- the clear-text ports ---- */

static unsigned
local_port(struct MHD_Connection *connection)
{
	struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
	socklen_t length = sizeof address;

	getsockname(connection_socket(connection), (struct sockaddr *)&address, &length);
	/* The port stands at the same place for both families. */
	return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

/* To the same host's TLS port, one above: 2082 to 2083, 2086 to 2087, 2095 to 2096. */
static enum MHD_Result
send_to_tls(struct MHD_Connection *connection, const char *uri)
{
	const char *host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Host");
	struct MHD_Response *response = MHD_create_response_from_buffer(0, (void *)"",
	    MHD_RESPMEM_PERSISTENT);
	char name[256] = "", *location;

	if (host == NULL || *host == '\0')
		gethostname(name, sizeof name - 1);
	else
		snprintf(name, sizeof name, "%.*s", (int)strcspn(host, ":"), host);
	if (asprintf(&location, "https://%s:%u%s", name, local_port(connection) + 1, uri) >= 0) {
		MHD_add_response_header(response, "Location", location);
		free(location);
	}
	MHD_add_response_header(response, "Server", "cpsrvd");
	return queue_and_release(connection, 301, response);
}

/* What cpsrvd does in clear is one tweak setting; the API is never answered there. */
static enum MHD_Result
clear_step(void *data, struct MHD_Connection *connection, const char *url, const char *method,
    const char *version, const char *upload, size_t *upload_size, void **request_data)
{
	const struct exchange *exchange = *request_data;
	const struct sim *sim = data;
	char value[8];

	(void)url;
	(void)method;
	(void)version;
	(void)upload;
	*upload_size = 0;
	if (exchange == NULL || exchange->uri == NULL)
		return MHD_NO;
	if (pair_get(sim, tweak_file, '=', "alwaysredirecttossl", value, sizeof value) == PAIR_VALUE
	    && strcmp(value, "1") == 0)
		return send_to_tls(connection, exchange->uri);
	return send_html(sim, connection, 200);
}

static char *
file_text(const char *path)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = fopen(path, "re");

	if (file == NULL || getdelim(&text, &size, '\0', file) < 0) {
		fprintf(stderr, "whmsim: %s: %s\n", path, strerror(errno));
		free(text);
		text = NULL;
	}
	if (file != NULL)
		fclose(file);
	return text;
}

static struct addrinfo *
listener_resolve(const char *listener)
{
	const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
		.ai_socktype = SOCK_STREAM,
	};
	const char *colon = strrchr(listener, ':');
	struct addrinfo *found = NULL;
	char address[64];
	size_t length;

	if (colon == NULL)
		return NULL;
	length = (size_t)(colon - listener);
	if (length >= 2 && listener[0] == '[' && listener[length - 1] == ']') {
		listener++;
		length -= 2;
	}
	snprintf(address, sizeof address, "%.*s", (int)length, listener);
	return getaddrinfo(address, colon + 1, &hints, &found) == 0 ? found : NULL;
}

/* clear: no TLS, and cert and key are not used. */
static struct MHD_Daemon *
listener_start(struct sim *sim, const char *listener, bool clear, const char *cert, const char *key)
{
	struct addrinfo *address = listener_resolve(listener);
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)cert },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)key },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0,
		    (void *)(sim->priority != NULL ? sim->priority : default_priority) },
		{ MHD_OPTION_END, 0, NULL },
	};
	struct MHD_Daemon *daemon = NULL;
	unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD;

	if (address == NULL) {
		fprintf(stderr, "whmsim: \"%s\" is not ADDRESS:PORT\n", listener);
		return NULL;
	}
	if (clear)
		tls[0].option = MHD_OPTION_END;
	else
		flags |= MHD_USE_TLS;
	if (address->ai_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	daemon = MHD_start_daemon(flags, 0, NULL, NULL, clear ? clear_step : request_step, sim,
	    MHD_OPTION_SOCK_ADDR, address->ai_addr,
	    MHD_OPTION_ARRAY, tls,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)(512 << 10),
	    MHD_OPTION_CONNECTION_TIMEOUT, 70u,
	    MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u,
	    MHD_OPTION_URI_LOG_CALLBACK, exchange_begin, NULL,
	    MHD_OPTION_NOTIFY_COMPLETED, exchange_end, NULL,
	    MHD_OPTION_NOTIFY_CONNECTION, connection_changed, NULL,
	    MHD_OPTION_END);
	freeaddrinfo(address);
	if (daemon == NULL)
		fprintf(stderr, "whmsim: cannot listen on %s: %s\n", listener, strerror(errno));
	return daemon;
}

/* Port 0 asks for any: the line on standard output says which it became. */
static void
listener_announce(struct MHD_Daemon *daemon, const char *listener)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);

	printf("listening on %.*s:%u\n", (int)(strrchr(listener, ':') - listener), listener,
	    info != NULL ? (unsigned)info->port : 0);
	fflush(stdout);
}

static int
pid_file_write(const char *path)
{
	FILE *file;

	if (path == NULL)
		return 0;
	file = fopen(path, "we");
	if (file == NULL) {
		fprintf(stderr, "whmsim: %s: %s\n", path, strerror(errno));
		return -1;
	}
	fprintf(file, "%ld\n", (long)getpid());
	return fclose(file);
}

/* Serves until SIGTERM or SIGINT. The pid file appears once all addresses listen. */
int
http_serve(struct sim *sim, const struct listen_at *listeners, size_t count,
    const char *cert_file, const char *key_file, const char *pid_file)
{
	struct MHD_Daemon *daemons[MAX_LISTENERS] = { NULL };
	char *cert = file_text(cert_file), *key = file_text(key_file);
	int status = cert != NULL && key != NULL ? 0 : 1;
	sigset_t signals;
	int received;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < count && status == 0; i++) {
		daemons[i] = listener_start(sim, listeners[i].address, listeners[i].clear, cert,
		    key);
		if (daemons[i] != NULL)
			listener_announce(daemons[i], listeners[i].address);
		else
			status = 1;
	}
	if (status == 0 && pid_file_write(pid_file) == 0)
		sigwait(&signals, &received);
	atomic_store(&sim->stopping, true);
	for (size_t i = 0; i < count; i++)
		if (daemons[i] != NULL)
			MHD_stop_daemon(daemons[i]);
	if (status == 0 && pid_file != NULL)
		unlink(pid_file);
	free(cert);
	free(key);
	return status;
}
