/*
 * A line of Dovecot's log, of any bytes; then the same bytes as the name that a
 * client sends, in lines as Dovecot writes them in several formats: whatever
 * the name is, the line tells the true address, security and end, or nothing.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse/dovecot_log.h"

#define NAME_MAX_BYTES 80
#define REFERENCE_DAY 20780	/* 2026-11-23 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of a connection in clear from 192.0.2.5; %s is the name. */
static const char *const formats[] = {
	"user=<%s>, method=PLAIN, rip=192.0.2.5, lip=192.0.2.1, "
	    "session=<A9gxOc5gfIR/AAAB>",
	"user=<%s>, rip=192.0.2.5, lip=192.0.2.1",
	"user=<%s>, session=<A9gxOc5gfIR/AAAB>, rip=192.0.2.5, method=PLAIN",
	"rip=192.0.2.5, user=<%s>",
	"rip=192.0.2.5, lip=192.0.2.1, user=<%s>, session=<A9gxOc5gfIR/AAAB>",
	"rip=192.0.2.5, session=<A>, user=<%s>, method=PLAIN",
	"method=PLAIN, rip=192.0.2.5, user=<%s>, lip=192.0.2.1, mpid=7",
};

/* Of one without an address in its format. */
static const char *const addressless[] = {
	"user=<%s>, method=PLAIN, session=<A9gxOc5gfIR/AAAB>",
	"method=PLAIN, user=<%s>, session=<A>",
	"user=<%s>, lip=192.0.2.1",
};

static void
check_slice(struct slice slice, const char *line, size_t length)
{
	if (slice.length > 0 && (slice.bytes < line ||
	    slice.bytes + slice.length > line + length))
		abort();
}

static void
check_event(const struct dovecot_log_event *event, const char *line,
    size_t length)
{
	const struct slice slices[] = {
		event->service, event->user, event->method, event->remote,
		event->local, event->cipher,
	};
	bool silent = event->kind <= DOVECOT_LOG_BROKEN;
	size_t i;

	for (i = 0; i < sizeof(slices) / sizeof(slices[0]); i++) {
		check_slice(slices[i], line, length);
		if (silent && slices[i].length > 0)
			abort();
	}
	if (event->kind > DOVECOT_LOG_ABORTED || event->stamp.hour > 23 ||
	    event->stamp.minute > 59 || event->stamp.day > 2932896 ||
	    (event->kind > DOVECOT_LOG_BROKEN && !event->is_dovecot) ||
	    (event->kind == DOVECOT_LOG_LOGIN && event->user.length == 0) ||
	    (event->attempts > 0) != (event->kind == DOVECOT_LOG_AUTH_FAILURE))
		abort();
	if (event->doubtful && (event->kind != DOVECOT_LOG_AUTH_FAILURE ||
	    event->user.length > 0 || event->remote.length > 0))
		abort();
	if ((event->tls != LOG_TLS_NONE) !=
	    (event->security == DOVECOT_LOG_ENCRYPTED))
		abort();
}

/* In memory of its own size. */
static void
read_line(const char *line, size_t length, struct dovecot_log_event *ret_event)
{
	char *copy = malloc(length == 0 ? 1 : length);
	struct dovecot_log_event again;

	if (copy == NULL)
		abort();
	memcpy(copy, line, length);
	dovecot_log_read(copy, length, REFERENCE_DAY, ret_event);
	check_event(ret_event, copy, length);
	/* Nothing is kept from one line to the next. */
	dovecot_log_read(copy, length, REFERENCE_DAY, &again);
	if (again.kind != ret_event->kind ||
	    again.user.bytes != ret_event->user.bytes)
		abort();
	ret_event->remote.bytes = ret_event->remote.length == 9 &&
	    memcmp(ret_event->remote.bytes, "192.0.2.5", 9) == 0 ?
	    "192.0.2.5" : "another";
	free(copy);
}

/* As str_sanitize() does, but for invalid UTF-8. */
static void
make_name(const uint8_t *data, size_t size, char name[NAME_MAX_BYTES + 1])
{
	size_t i;

	for (i = 0; i < size && data[i] != '\0' && i < NAME_MAX_BYTES; i++)
		name[i] = data[i] < ' ' ? '?' : (char)data[i];
	if (i < size && data[i] != '\0')
		memcpy(name + NAME_MAX_BYTES - 3, "...", 3);
	name[i] = '\0';
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
read_format(const char *format, const char *name, bool has_address)
{
	static const char *const messages[] = {
		"Disconnected: Aborted login by logging out (auth failed, 3 "
		    "attempts in 2 secs): ",
		"Login aborted: Logged out (auth failed, 3 attempts in 2 secs) "
		    "(auth_failed): ",
	};
	struct dovecot_log_event event;
	char list[512], line[1024];
	size_t i;

	for (i = 0; i < 2; i++) {
		put_name(list, sizeof(list), format, name);
		snprintf(line, sizeof(line), "Nov 21 19:11:22 server1 dovecot: "
		    "imap-login: %s%s", messages[i], list);
		read_line(line, strlen(line), &event);
		if (event.kind != DOVECOT_LOG_AUTH_FAILURE ||
		    event.attempts != 3)
			abort();
		if (event.doubtful)
			continue;
		if (event.security != DOVECOT_LOG_CLEAR ||
		    (has_address ? event.remote.length != 9 ||
		    strcmp(event.remote.bytes, "192.0.2.5") != 0 :
		    event.remote.length != 0))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dovecot_log_event event;
	char name[NAME_MAX_BYTES + 1];
	size_t i;

	read_line((const char *)data, size, &event);
	make_name(data, size, name);
	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		read_format(formats[i], name, true);
	for (i = 0; i < sizeof(addressless) / sizeof(addressless[0]); i++)
		read_format(addressless[i], name, false);
	return 0;
}
