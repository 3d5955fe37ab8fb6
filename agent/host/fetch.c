#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "host/fetch_private.h"
#include "host/host.h"
#include "host/https.h"

#define URL_MAX_BYTES 512
#define TYPE_QUOTED 64		/* of a Content-Type, in a message */
#define TICK 100		/* ms between two looks at the clock */
#define NAP 5			/* ms, when libcurl has no socket to wait for yet */

struct batch {
	const struct fetch_terms *terms;
	struct arena *arena;
	const char *const *urls;
	size_t count, next;
	size_t *late;		/* URLs that get their whole time behind the rest */
	size_t late_count, late_next;
	size_t cap;
	struct answer *answers;
	CURLM *multi;
	struct https_roots *roots;
	struct transfer *transfers;
	size_t running;
};

/* One slot; its handle serves one URL after the other. */
struct transfer {
	CURL *curl;		/* NULL until it is needed */
	struct buf body;
	size_t index;		/* of the URL */
	bool busy;
	bool hurried;		/* it has but its first time */
};

static void
fail(struct batch *batch, size_t index, const char *why)
{
	batch->answers[index].status = ANSWER_FAILED;
	batch->answers[index].why = why;
}

/*
 * https://HOST/PATH of plain bytes: names come from a server's tenants, and
 * one like "a@b" or "a/b" may not become another host or path.
 */
static bool
is_plain_url(const char *url)
{
	static const char host[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:";
	static const char path[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_/";
	size_t length;

	if (strlen(url) > URL_MAX_BYTES || strncmp(url, "https://", 8) != 0)
		return false;
	url += 8;
	length = strspn(url, host);
	return length > 0 && url[0] != ':' && url[length] == '/' &&
	    url[length + strspn(url + length, path)] == '\0';
}

/* ---- a transfer ---- */

/* No byte of a reply that is not wanted: libcurl ends the transfer on 0. */
static size_t
receive(char *bytes, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	long status = 0;

	curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &status);
	return status == 200 && buf_add(&transfer->body, bytes,
	    size * count) == 0 ? size * count : 0;
}

static CURL *
new_handle(const struct batch *batch, struct transfer *transfer)
{
	CURL *curl = curl_easy_init();

	if (curl == NULL)
		abort();
	https_set_safe(curl);
	https_set_roots(curl, batch->roots);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "cpward/" CPWARD_VERSION);
	curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
	    batch->terms->connect_ms);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(curl, CURLOPT_PRIVATE, transfer);
	return curl;
}

static void
start(struct batch *batch, struct transfer *transfer, size_t index)
{
	if (transfer->curl == NULL)
		transfer->curl = new_handle(batch, transfer);
	buf_init(&transfer->body, batch->cap);
	transfer->index = index;
	transfer->busy = true;
	batch->running++;
	curl_easy_setopt(transfer->curl, CURLOPT_URL, batch->urls[index]);
	curl_easy_setopt(transfer->curl, CURLOPT_TIMEOUT_MS,
	    transfer->hurried ? batch->terms->first_ms : batch->terms->url_ms);
	if (curl_multi_add_handle(batch->multi, transfer->curl) != CURLM_OK)
		abort();
}

/* text/plain, whatever parameters come behind it (RFC 8461 3.2). */
static const char *
type_fault(const struct batch *batch, CURL *curl)
{
	static const char wanted[] = "text/plain";
	char quoted[TYPE_QUOTED];
	const char *type = NULL;
	size_t i;

	curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
	if (type == NULL)
		return "it has no Content-Type, wanted text/plain";
	if (strncasecmp(type, wanted, sizeof(wanted) - 1) == 0 &&
	    strchr("; \t", type[sizeof(wanted) - 1]) != NULL)
		return NULL;
	for (i = 0; i < sizeof(quoted) - 1 && type[i] != '\0'; i++)
		quoted[i] = type[i] < ' ' || type[i] > '~' ? '?' : type[i];
	quoted[i] = '\0';
	return arena_printf(batch->arena,
	    "its Content-Type is \"%s\", wanted text/plain", quoted);
}

static void
answer_reply(struct batch *batch, struct transfer *transfer, long status)
{
	struct answer *answer = &batch->answers[transfer->index];
	const char *fault;

	answer->status = ANSWER_OK;
	answer->code = (int)status;
	if (status >= 300 && status < 400) {
		fail(batch, transfer->index, arena_printf(batch->arena,
		    "redirects elsewhere (HTTP %ld)", status));
	} else if (status == 200) {
		fault = type_fault(batch, transfer->curl);
		if (fault != NULL) {
			fail(batch, transfer->index, fault);
			return;
		}
		answer->bytes = arena_memdup(batch->arena,
		    transfer->body.bytes, transfer->body.length);
		answer->length = transfer->body.length;
	}
}

static void
finish(struct batch *batch, CURL *curl, CURLcode code)
{
	struct transfer *transfer = NULL;
	enum https_fault fault;
	const char *text;
	long status = 0;

	curl_easy_getinfo(curl, CURLINFO_PRIVATE, (char **)&transfer);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	/* receive() ends what is not wanted: that is a reply, not a failure. */
	if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && status != 200)) {
		answer_reply(batch, transfer, status);
	} else {
		fault = https_fault_read(curl, code, batch->arena, &text);
		fail(batch, transfer->index, fault != HTTPS_TOO_LARGE ? text :
		    arena_printf(batch->arena, "the reply is larger than the "
		    "%zu bytes allowed", batch->cap));
		if (fault == HTTPS_TOO_LARGE)
			batch->answers[transfer->index].code = (int)status;
		if (fault == HTTPS_OTHER_NAME || fault == HTTPS_EXPIRED ||
		    fault == HTTPS_UNTRUSTED)
			batch->answers[transfer->index].code =
			    FETCH_BAD_CERTIFICATE;
		if (code == CURLE_OPERATION_TIMEDOUT && transfer->hurried)
			batch->late[batch->late_count++] = transfer->index;
	}
	curl_multi_remove_handle(batch->multi, curl);
	buf_done(&transfer->body);
	transfer->busy = false;
	batch->running--;
}

/* ---- the batch ---- */

/* The next URL, new ones first; false when there is none. */
static bool
take_url(struct batch *batch, size_t *ret_index, bool *ret_hurried)
{
	while (batch->next < batch->count &&
	    !is_plain_url(batch->urls[batch->next]))
		fail(batch, batch->next++, "no https URL of a plain host and "
		    "path");
	*ret_hurried = batch->next < batch->count &&
	    batch->terms->first_ms > 0 && batch->count > FETCH_PARALLEL;
	if (batch->next < batch->count)
		*ret_index = batch->next++;
	else if (batch->late_next < batch->late_count)
		*ret_index = batch->late[batch->late_next++];
	else
		return false;
	return true;
}

static void
start_more(struct batch *batch)
{
	size_t i, index;

	for (i = 0; i < FETCH_PARALLEL; i++) {
		struct transfer *transfer = &batch->transfers[i];

		if (transfer->busy)
			continue;
		if (!take_url(batch, &index, &transfer->hurried))
			return;
		start(batch, transfer, index);
	}
}

static void
finish_done(struct batch *batch)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(batch->multi, &left)) != NULL)
		if (message->msg == CURLMSG_DONE)
			finish(batch, message->easy_handle,
			    message->data.result);
}

static void
wait_for_some(struct batch *batch)
{
	int descriptors = 0;

	/* Before 7.66 it comes back at once while only names are looked up. */
	if (curl_multi_wait(batch->multi, NULL, 0, TICK, &descriptors) !=
	    CURLM_OK)
		abort();
	if (descriptors == 0)
		(void)poll(NULL, 0, NAP);
}

static void
run(struct batch *batch)
{
	int64_t end = clock_ms() + batch->terms->batch_ms;
	int running;

	start_more(batch);
	while (batch->running > 0 && clock_ms() < end) {
		if (curl_multi_perform(batch->multi, &running) != CURLM_OK)
			abort();
		finish_done(batch);
		start_more(batch);
		if (batch->running > 0)
			wait_for_some(batch);
	}
}

/* What the deadline of the batch left. */
static void
give_up(struct batch *batch)
{
	static const char why[] = "no time left for it in this run";
	size_t i;

	for (i = 0; i < FETCH_PARALLEL; i++) {
		struct transfer *transfer = &batch->transfers[i];

		if (transfer->busy) {
			fail(batch, transfer->index, why);
			curl_multi_remove_handle(batch->multi, transfer->curl);
			buf_done(&transfer->body);
		}
		if (transfer->curl != NULL)
			curl_easy_cleanup(transfer->curl);
	}
	while (batch->next < batch->count)
		fail(batch, batch->next++, why);
}

void
fetch_all_on(const struct fetch_terms *terms, struct arena *arena,
    const char *const *urls, size_t count, size_t cap,
    struct answer *ret_answers)
{
	struct transfer transfers[FETCH_PARALLEL] = { { .curl = NULL } };
	struct batch batch = { .terms = terms, .arena = arena, .urls = urls,
	    .count = count, .cap = cap, .answers = ret_answers,
	    .transfers = transfers,
	    .late = arena_array(arena, count, sizeof(size_t)) };

	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;

	memset(ret_answers, 0, count * sizeof(*ret_answers));
	/* An old libcurl writes through OpenSSL to sockets that may be closed. */
	sigaction(SIGPIPE, &ignore, &before);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0 ||
	    (batch.multi = curl_multi_init()) == NULL)
		abort();
	batch.roots = https_roots_new(terms->roots);
	run(&batch);
	give_up(&batch);
	curl_multi_cleanup(batch.multi);
	https_roots_free(batch.roots);
	curl_global_cleanup();
	sigaction(SIGPIPE, &before, NULL);
}

void
fetch_all(struct arena *arena, const char *const *urls, size_t count,
    size_t cap, struct answer *ret_answers)
{
	static const struct fetch_terms terms = {
		.connect_ms = 5000,
		.url_ms = FETCH_TIMEOUT * 1000,
		.first_ms = FETCH_FIRST_TIMEOUT * 1000,
		.batch_ms = FETCH_BATCH_TIMEOUT * 1000,
	};

	fetch_all_on(&terms, arena, urls, count, cap, ret_answers);
}
