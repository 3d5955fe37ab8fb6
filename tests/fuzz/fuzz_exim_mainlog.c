/*
 * A line of Exim's main log, of any bytes; then the same bytes as what a client
 * or a server may choose in a line that is Exim's: they change nothing else in it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "parse/exim_mainlog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define STAMP "2026-11-21 19:11:21 "
#define ID "1xUqUb-000000002q8-3sYx "

enum { INPUT_MAX = 16384 };

/* How a value is written to the log. */
enum writing {
	WRITE_RAW,
	WRITE_QUOTED,	/* with a backslash before double quotes and backslashes */
};

/* Bytes between two halves of a line. */
struct frame {
	const char *before, *after;
	enum writing writing;
	bool may_break;		/* Exim doesn't quote it: the line may be broken by it */
	bool may_hide;		/* … and nobody may be able to tell whose address it is */
};

static const struct frame frames[] = {
	{ STAMP ID "<= a@b H=(x) [192.0.2.9] P=esmtp S=5 T=\"", "\" for joe@l", WRITE_QUOTED, false, false },
	{ STAMP ID "<= a@b U=u P=local S=5 id=\"", "\"@z T=\"s\" for joe@l", WRITE_QUOTED, true, false },
	{ STAMP ID "<= a@b H=(", ") [192.0.2.9]:25 P=esmtp S=5 id=a@vm T=\"s\" for joe@l", WRITE_RAW, true, false },
	{ STAMP ID "<= a@b H=(", ") [192.0.2.9]:25 P=esmtp X=TLS1.3:A:256 CV=no A=login:j@l S=5 id=\"@z for \"@y"
	  " T=\" for v@w \" for \"@y for \"@l", WRITE_RAW, true, false },
	{ STAMP ID "<= a@b H=mx (", ") [192.0.2.9] P=esmtp S=5", WRITE_RAW, true, false },
	{ STAMP ID "<= a@b H=(x) [192.0.2.9] U=", " P=esmtp S=5 id=a@vm T=\"s\" for joe@l", WRITE_RAW, true, false },
	{ STAMP ID "<= \"", "\"@b H=(x) [192.0.2.9] P=esmtp S=5 T=\"s\" for joe@l", WRITE_QUOTED, false, false },
	{ STAMP ID "=> a@b R=r T=t H=mx [192.0.2.1] C=\"", "\"", WRITE_QUOTED, false, false },
	{ STAMP ID "** a@b R=r T=t H=mx [192.0.2.1] CV=no: 550 ", "", WRITE_RAW, false, false },
	{ STAMP ID "== a@b R=r T=t defer (-44) H=mx [192.0.2.1]: 451 ", "", WRITE_RAW, false, false },
	{ STAMP "login authenticator failed for (x) [192.0.2.66]: 535 Incorrect authentication data (set_id=", ")",
	  WRITE_RAW, false, true },
	{ STAMP "login authenticator failed for (", ") [192.0.2.66]: 535 Incorrect authentication data", WRITE_RAW,
	  false, true },
	{ STAMP "H=mx [192.0.2.66] F=<a@b> rejected RCPT <c@d>: ", "", WRITE_RAW, false, false },
	{ STAMP ID "TLS session: ", ": delivering unencrypted to H=mx [192.0.2.1] (not in hosts_require_tls)",
	  WRITE_RAW, false, false },
};

static void
check_slice(struct slice slice, const char *line, size_t length)
{
	if (slice.length == 0)
		return;
	if (slice.length > length || slice.bytes < line || slice.bytes > line + length - slice.length)
		abort();
}

static bool
is_broken(const struct exim_log_event *event)
{
	return event->kind == EXIM_LOG_BROKEN || event->kind == EXIM_LOG_BROKEN_ARRIVAL ||
	    event->kind == EXIM_LOG_BROKEN_DELIVERY;
}

/* What holds for every line. */
static void
check_event(const struct exim_log_event *event, const char *line, size_t length)
{
	const struct slice slices[] = { event->id, event->sender, event->address, event->original,
		event->router, event->transport, event->signing_domain, event->host,
		event->host_address, event->cipher, event->user, event->protocol, event->recipient,
		event->recipients, event->authenticator, event->authenticated_id, event->rejected };
	size_t i, total = 0;

	for (i = 0; i < sizeof(slices) / sizeof(slices[0]); i++) {
		check_slice(slices[i], line, length);
		total += slices[i].length;
	}
	/* A broken line, and one of no interest, tells nothing but when, and of which message. */
	if ((is_broken(event) && total > 0) ||
	    (event->kind == EXIM_LOG_OTHER && total > event->id.length) ||
	    (event->tls == LOG_TLS_NONE && event->cipher.length > 0) ||
	    event->recipients.length + 1 < 2 * (size_t)event->recipient_count ||
	    event->host_address.length == 1 || event->stamp.hour > 23 || event->stamp.minute > 59 ||
	    (event->kind != EXIM_LOG_ARRIVAL && (event->recipient_count > 0 || event->size > 0)))
		abort();
}

/* The line at the end of its memory, so that a byte too many is seen. */
static void
read_line(const char *line, size_t length, struct exim_log_event *ret_event)
{
	exim_log_read(line, length, ret_event);
	check_event(ret_event, line, length);
}

static bool
same(struct slice a, struct slice b)
{
	return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

/* All but what the frame lets the bytes decide. */
static bool
tells_the_same(const struct exim_log_event *a, const struct exim_log_event *b, bool may_hide)
{
	return a->kind == b->kind && a->has_sender == b->has_sender && same(a->address, b->address) &&
	    same(a->original, b->original) && same(a->router, b->router) &&
	    same(a->transport, b->transport) &&
	    (same(a->host_address, b->host_address) || (may_hide && b->host_address.length == 0)) &&
	    a->tls == b->tls && same(a->cipher, b->cipher) && a->verified == b->verified &&
	    same(a->protocol, b->protocol) && a->size == b->size &&
	    same(a->recipients, b->recipients) && a->recipient_count == b->recipient_count &&
	    same(a->authenticator, b->authenticator) && same(a->rejected, b->rejected) &&
	    a->tls_required == b->tls_required && same(a->signing_domain, b->signing_domain);
}

static size_t
put(char *line, size_t length, const char *text)
{
	memcpy(line + length, text, strlen(text));
	return length + strlen(text);
}

static void
check_frame(const struct frame *frame, const uint8_t *data, size_t size)
{
	static const uint8_t plain[] = { 'x' };
	struct exim_log_event event, expected;
	size_t length[2], i, j;
	const uint8_t *bytes;
	char *lines[2];

	for (i = 0; i < 2; i++) {
		bytes = i == 0 ? plain : data;
		lines[i] = malloc(strlen(frame->before) + strlen(frame->after) + 2 * size + 2);
		if (lines[i] == NULL)
			abort();
		length[i] = put(lines[i], 0, frame->before);
		for (j = 0; j < (i == 0 ? sizeof(plain) : size); j++) {
			if (frame->writing == WRITE_QUOTED && (bytes[j] == '"' || bytes[j] == '\\'))
				lines[i][length[i]++] = '\\';
			lines[i][length[i]++] = (char)bytes[j];
		}
		length[i] = put(lines[i], length[i], frame->after);
	}
	read_line(lines[0], length[0], &expected);
	read_line(lines[1], length[1], &event);
	if (is_broken(&expected) || expected.kind == EXIM_LOG_OTHER ||
	    (!tells_the_same(&expected, &event, frame->may_hide) &&
	    !(frame->may_break && is_broken(&event))))
		abort();
	free(lines[0]);
	free(lines[1]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct exim_log_event event;
	char *line;
	size_t i;

	if (size > INPUT_MAX)
		size = INPUT_MAX;
	line = malloc(size > 0 ? size : 1);
	if (line == NULL)
		abort();
	memcpy(line, data, size);
	read_line(line, size, &event);
	free(line);
	for (i = 0; i < sizeof(frames) / sizeof(frames[0]); i++)
		check_frame(&frames[i], data, size);
	return 0;
}
