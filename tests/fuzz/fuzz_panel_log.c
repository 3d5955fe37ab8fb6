/*
 * A line of cPanel's login_log or session_log, of any bytes; then the same
 * bytes as the name that a client sends, in lines of a failure: whatever it is,
 * the line tells the true address, service and end, or nothing.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse/panel_log.h"

#define NAME_MAX_BYTES 200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* %s is the name. */
static const char *const formats[] = {
	"[2026-11-21 08:24:57 +0800] info [webmaild] 192.0.2.20 - %s \"POST "
	    "/login/?login_only=1 HTTP/1.1\" FAILED LOGIN webmaild: user "
	    "password incorrect",
	"[2026-11-21 08:24:57 +0800] info [cpsrvd] 192.0.2.20 - %s - FAILED "
	    "LOGIN webmaild: user password incorrect",
	"192.0.2.20 - %s [11/21/2026:08:24:57 -0000] \"POST /login/ HTTP/1.1\" "
	    "FAILED LOGIN webmaild: user password incorrect",
};

static bool
overlaps(struct slice slice, const char *start, const char *end)
{
	return slice.length > 0 && slice.bytes < end &&
	    slice.bytes + slice.length > start;
}

static void
check_event(const struct panel_log_event *event, const char *line,
    size_t length)
{
	const struct slice slices[] = {
		event->service, event->user, event->possessor, event->remote,
		event->reason, event->method,
	};
	const char *token = line, *token_end = line;
	size_t i;

	/* Behind the name of a session is its token, up to a blank. */
	if (event->kind >= PANEL_LOG_SESSION) {
		token = event->user.bytes + event->user.length + 1;
		token_end = memchr(token, ' ',
		    (size_t)(line + length - token));
		if (token[-1] != ':' || token_end == NULL)
			abort();
	}
	for (i = 0; i < sizeof(slices) / sizeof(slices[0]); i++) {
		if (overlaps(slices[i], token, token_end) ||
		    (slices[i].length > 0 && (slices[i].bytes < line ||
		    slices[i].bytes + slices[i].length > line + length ||
		    event->kind <= PANEL_LOG_BROKEN)))
			abort();
	}
	if (event->kind > PANEL_LOG_SESSION_END || event->stamp.hour > 23 ||
	    event->stamp.minute > 59 || event->stamp.day < 0 ||
	    (event->kind == PANEL_LOG_LOGIN && event->user.length == 0))
		abort();
}

/* The format with the name in it. */
static void
put_name(char *out, size_t size, const char *format, const char *name)
{
	const char *place = strstr(format, "%s");

	snprintf(out, size, "%.*s%s%s", (int)(place - format), format, name,
	    place + 2);
}

static void
read_name(const char *format, const char *name)
{
	struct panel_log_event event;
	char line[1024];

	put_name(line, sizeof(line), format, name);
	panel_log_read(line, strlen(line), &event);
	check_event(&event, line, strlen(line));
	if (event.kind == PANEL_LOG_BROKEN)
		return;
	if (event.kind != PANEL_LOG_FAILURE ||
	    !slice_is(event.remote, "192.0.2.20") ||
	    !slice_is(event.service, "webmaild") ||
	    !slice_is(event.reason, "user password incorrect"))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct panel_log_event event;
	char *copy = malloc(size == 0 ? 1 : size);
	char name[NAME_MAX_BYTES + 1];
	size_t i, length = size < NAME_MAX_BYTES ? size : NAME_MAX_BYTES;

	if (copy == NULL)
		abort();
	memcpy(copy, data, size);
	panel_log_read(copy, size, &event);
	check_event(&event, copy, size);
	memcpy(name, copy, length);
	name[length] = '\0';
	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		read_name(formats[i], name);
	free(copy);
	return 0;
}
