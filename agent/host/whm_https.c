#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fileio.h"
#include "host/https.h"
#include "host/whm_private.h"

#define TOKEN_MAX 256		/* bytes; real ones have 32 */
#define FORM_MAX (256u * 1024)
#define CONNECT_TIMEOUT 10	/* seconds */

struct whm_https {
	CURL *curl;
	struct curl_slist *headers;	/* holds the token */
	const struct whm_transport_options *options;
};

/* ---- token ---- */

static const char *
join_hint(struct arena *arena, const struct err *err)
{
	char text[1300];

	err_format(err, text, sizeof(text));
	return err->hint[0] == '\0' ? arena_strdup(arena, text) :
	    arena_printf(arena, "%s; hint: %s", text, err->hint);
}

/* The length of the token in secret, its newline cut off; 0 and err when bad. */
static size_t
check_token(const struct buf *secret, const char *path, struct err *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.~+/=";
	size_t length = secret->length;

	while (length > 0 && (secret->bytes[length - 1] == '\n' ||
	    secret->bytes[length - 1] == '\r'))
		length--;
	if (length == 0)
		err_at(err, ERR_CONTENT, path, 0, "holds no API token");
	else if (strspn(secret->bytes, allowed) < length)
		err_at(err, ERR_CONTENT, path, 0,
		    "holds more than one API token on one line");
	else
		return length;
	err_hint(err, "the file has the token alone, without user or \"whm\","
	    " as Manage API Tokens in WHM showed it");
	return 0;
}

/* The only copies of the token are here, wiped, and in the header itself. */
static struct curl_slist *
authorization_header(const struct whm_transport_options *options,
    struct err *err)
{
	char header[TOKEN_MAX + WHM_USER_MAX + 32] = "";
	struct curl_slist *list = NULL;
	struct buf secret;
	size_t length;

	/* Grown beforehand: growing would leave a copy of the token behind. */
	buf_init(&secret, TOKEN_MAX);
	(void)buf_add(&secret, header, TOKEN_MAX);
	buf_clear(&secret);
	if (file_read_secret(options->token_file, &secret, err) == 0 &&
	    (length = check_token(&secret, options->token_file, err)) > 0) {
		snprintf(header, sizeof(header), "Authorization: whm %s:%.*s",
		    options->user, (int)length, secret.bytes);
		list = curl_slist_append(NULL, header);
		explicit_bzero(header, sizeof(header));
	}
	buf_wipe(&secret);
	return list;
}

static void
wipe_headers(struct curl_slist *headers)
{
	struct curl_slist *at;

	for (at = headers; at != NULL; at = at->next)
		explicit_bzero(at->data, strlen(at->data));
	curl_slist_free_all(headers);
}

/* ---- settings ---- */

/* A path, a user or a password in it would end up in messages and origins. */
static bool
is_url(const char *url)
{
	size_t length;

	if (url == NULL || strncmp(url, "https://", 8) != 0)
		return false;
	url += 8;
	length = strspn(url, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.:[]");
	return length > 0 && strspn(url + length, "/") == strlen(url + length);
}

static const char *
check_options(const struct whm_transport_options *options)
{
	static const char user_bytes[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
	size_t length = strlen(options->user);

	if (!is_url(options->url))
		return "url is not https://HOST:PORT; hint: set url in [whm], "
		    "WHM's TLS port is 2087";
	if (options->token_file == NULL)
		return "no API token; hint: set token_file in [whm]";
	if (length == 0 || length > WHM_USER_MAX ||
	    strspn(options->user, user_bytes) != length)
		return "user is no name of a system user; hint: set user in "
		    "[whm] to the token's owner";
	return NULL;
}

static void
set_options(CURL *curl, const struct whm_transport_options *options)
{
	long timeout = options->timeout;

	https_set_safe(curl);
	if (options->ca_file != NULL) {
		/* That issuer alone: the system's are not added to it. */
		curl_easy_setopt(curl, CURLOPT_CAINFO, options->ca_file);
		curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	}
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "cpward");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, timeout);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT,
	    timeout < CONNECT_TIMEOUT ? timeout : CONNECT_TIMEOUT);
}

static size_t
receive(char *bytes, size_t size, size_t count, void *context)
{
	struct buf *body = context;

	return buf_add(body, bytes, size * count) == 0 ? size * count : 0;
}

struct whm_https *
whm_https_new(struct arena *arena, const struct whm_transport_options *options,
    const char **ret_why)
{
	struct whm_https *https;
	struct curl_slist *headers, *all;
	struct err err = { 0 };

	*ret_why = check_options(options);
	if (*ret_why != NULL)
		return NULL;
	headers = authorization_header(options, &err);
	if (headers == NULL) {
		*ret_why = join_hint(arena, &err);
		return NULL;
	}
	https = calloc(1, sizeof(*https));
	/* curl would wait a second for "100 Continue" before long forms. */
	all = curl_slist_append(headers, "Expect:");
	if (https == NULL || all == NULL ||
	    curl_global_init(CURL_GLOBAL_DEFAULT) != 0 ||
	    (https->curl = curl_easy_init()) == NULL)
		abort();
	https->headers = all;
	https->options = options;
	set_options(https->curl, options);
	curl_easy_setopt(https->curl, CURLOPT_HTTPHEADER, all);
	curl_easy_setopt(https->curl, CURLOPT_WRITEFUNCTION, receive);
	return https;
}

void
whm_https_free(struct whm_https *https)
{
	if (https == NULL)
		return;
	curl_easy_cleanup(https->curl);		/* closes the connection */
	wipe_headers(https->headers);
	curl_global_cleanup();
	free(https);
}

/* ---- failures ---- */

#define PATH_HINT "check url in [whm] and the firewalls between"

static const char *const hints[] = {
	[HTTPS_UNRESOLVED] =
	    "check the host name in url of [whm], and the resolver",
	[HTTPS_REFUSED] =
	    "cpsrvd is down or the port is wrong; WHM's TLS port is 2087",
	[HTTPS_UNCONNECTED] = PATH_HINT,
	[HTTPS_CONNECTED_LATE] = PATH_HINT,
	[HTTPS_REPLIED_LATE] =
	    "see the server's load, or raise timeout in [whm]",
	[HTTPS_NO_TLS] = "the port speaks no TLS (2086 does not) or an older"
	    " one; WHM's TLS port is 2087",
	[HTTPS_OTHER_NAME] =
	    "url in [whm] must have the name that the certificate has",
	[HTTPS_EXPIRED] = "renew cPanel's service certificate",
	[HTTPS_UNTRUSTED] =
	    "set ca_file in [whm] to the certificate of its issuer",
	[HTTPS_NO_HTTP] =
	    "url in [whm] must be https://HOST:PORT of WHM, port 2087",
	[HTTPS_BROKEN] =
	    "the connection broke or cpsrvd was restarted; scan again",
	[HTTPS_TOO_LARGE] = NULL,
};

static void
answer_failure(const struct whm_https *https, struct arena *arena,
    CURLcode code, const char *where, size_t cap, struct answer *ret_answer)
{
	const char *text;
	enum https_fault fault = https_fault_read(https->curl, code, arena,
	    &text);

	if (code == CURLE_SSL_CACERT_BADFILE)
		whm_answer_failed(arena, ret_answer,
		    "set ca_file in [whm] to the issuer's certificate",
		    "%s: ca_file can not be read as PEM", where);
	else if (fault == HTTPS_TOO_LARGE)
		whm_answer_failed(arena, ret_answer, NULL,
		    "%s: the reply is larger than the %zu bytes allowed",
		    where, cap);
	else if (fault == HTTPS_REPLIED_LATE)
		whm_answer_failed(arena, ret_answer, hints[fault],
		    "%s: no whole reply within %d seconds", where,
		    https->options->timeout);
	else
		whm_answer_failed(arena, ret_answer, hints[fault], "%s: %s",
		    where, text);
}

/* ---- a call ---- */

static int
build_form(struct buf *form, const struct question *question)
{
	int failed = buf_adds(form, "api.version=1");
	size_t i;

	for (i = 0; i < question->argument_count; i++) {
		failed |= buf_addc(form, '&');
		failed |= whm_encode(form, question->arguments[i].name);
		failed |= buf_addc(form, '=');
		failed |= whm_encode(form, question->arguments[i].value);
	}
	return failed;
}

static CURLcode
post(struct whm_https *https, struct arena *arena, const char *function,
    const struct buf *form, struct buf *body)
{
	size_t length = strlen(https->options->url);
	CURL *curl = https->curl;

	while (length > 0 && https->options->url[length - 1] == '/')
		length--;
	curl_easy_setopt(curl, CURLOPT_URL, arena_printf(arena,
	    "%.*s/json-api/%s", (int)length, https->options->url, function));
	curl_easy_setopt(curl, CURLOPT_POST, 1L);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)form->length);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, form->bytes);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
	return curl_easy_perform(curl);
}

void
whm_https_ask(struct whm_https *https, struct arena *arena,
    const struct question *question, struct answer *ret_answer)
{
	const char *where = https->options->url + strlen("https://");
	struct buf form, body;
	long status = 0;
	CURLcode code;

	buf_init(&form, FORM_MAX);
	buf_init(&body, question->cap);
	if (build_form(&form, question) != 0) {
		whm_answer_failed(arena, ret_answer, NULL,
		    "%s: the arguments are over %u bytes", question->function,
		    FORM_MAX);
	} else if ((code = post(https, arena, question->function, &form,
	    &body)) != CURLE_OK) {
		answer_failure(https, arena, code, where, question->cap,
		    ret_answer);
	} else {
		curl_easy_getinfo(https->curl, CURLINFO_RESPONSE_CODE, &status);
		ret_answer->status = ANSWER_OK;
		ret_answer->code = (int)status;
		ret_answer->bytes = arena_memdup(arena, body.bytes,
		    body.length);
		ret_answer->length = body.length;
	}
	buf_done(&form);
	buf_wipe(&body);
}
