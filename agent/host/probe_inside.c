/* A connection's whole handshake, and what is said inside it. */
#include <stdio.h>
#include <string.h>

#include "host/probe_connection.h"

static void
send_tls(struct probe_connection *c)
{
	(void)probe_whole_output(&c->whole, &c->out);
}

void
connection_begin_whole(struct probe_connection *c)
{
	struct probe_run *run = c->run;

	if (run->context == NULL)
		run->context = probe_whole_context();
	if (run->context == NULL) {
		connection_end(c, END_BROKEN, "OpenSSL makes no TLS client");
		return;
	}
	if (probe_whole_begin(&c->whole, run->context,
	    c->question.offer.server_name, c->question.tls13) != 0) {
		connection_end(c, END_BROKEN, c->whole.why);
		return;
	}
	probe_whole_offer(&c->whole, run->arena, &c->question.offer);
	send_tls(c);
}

/* ---- inside ---- */

/* Exim demands silence until its banner, and again until its answers. */
static bool
awaits_greeting(const struct probe_connection *c)
{
	enum probe_protocol protocol = c->peer->protocol;

	return !c->greeted && (protocol == PROBE_SMTPS ||
	    protocol == PROBE_IMAPS || protocol == PROBE_POP3S);
}

static void
inside_done(struct probe_connection *c)
{
	const char *goodbye = dialogue_goodbye(c->peer->protocol);

	if (c->greeted)
		c->outcome.greeting = c->greeting;
	if (c->http.http_status != 0)
		c->outcome.http = &c->http;
	if (goodbye[0] != '\0' && !awaits_greeting(c))
		(void)probe_whole_say(&c->whole, goodbye);
	else
		probe_whole_close(&c->whole);
	send_tls(c);
	connection_end(c, END_REPLY, "");
}

static void
renegotiation_step(struct probe_connection *c)
{
	probe_whole_step(&c->whole);
	send_tls(c);
	if (c->whole.state == WHOLE_MORE)
		return;
	c->outcome.inside = c->whole.state == WHOLE_DONE ?
	    PROBE_YES : PROBE_NO;
	inside_done(c);
}

static void
inside_begin(struct probe_connection *c)
{
	switch (c->question.inside) {
	case INSIDE_NOTHING:
		inside_done(c);
		break;
	case INSIDE_HTTP:
		dialogue_begin(&c->http, PROBE_HTTP, DIALOGUE_HTTP,
		    c->peer->name);
		c->http.out[c->http.out_length < sizeof(c->http.out) ?
		    c->http.out_length : sizeof(c->http.out) - 1] = '\0';
		(void)probe_whole_say(&c->whole, c->http.out);
		c->http.out_length = 0;
		send_tls(c);
		break;
	case INSIDE_RENEGOTIATION:
		c->deadline = c->now + c->run->limits->goodbye_ms;
		probe_whole_renegotiate(&c->whole);
		renegotiation_step(c);
		break;
	case INSIDE_QUIET:
		c->outcome.inside = PROBE_NO;
		c->deadline = c->now + c->run->limits->quiet_ms;
		break;
	}
}

static void
hear_greeting(struct probe_connection *c, const char *bytes, size_t length)
{
	size_t i;

	for (i = 0; i < length && !c->greeted; i++) {
		if (bytes[i] == '\n')
			c->greeted = true;
		else if (bytes[i] != '\r' && bytes[i] != '\0' &&
		    c->greeting_length < sizeof(c->greeting) - 1)
			c->greeting[c->greeting_length++] = bytes[i];
	}
	if (c->greeted)
		inside_begin(c);
}

/*
 * ManageSieve repeats its capabilities inside TLS unasked, up to an OK (RFC
 * 5804 2.2); a second OK is an answer to what was injected.
 */
static void
hear_quiet(struct probe_connection *c, const char *bytes, size_t length)
{
	size_t i;

	if (c->peer->protocol != PROBE_SIEVE) {
		c->outcome.inside = PROBE_YES;
		return;
	}
	for (i = 0; i + 2 <= length; i++)
		if (memcmp(bytes + i, "OK", 2) == 0 &&
		    (i == 0 || bytes[i - 1] == '\n') && ++c->sieve_oks > 1)
			c->outcome.inside = PROBE_YES;
}

static void
hear_text(struct probe_connection *c, const char *bytes, size_t length)
{
	if (c->phase != PHASE_INSIDE)
		return;
	if (awaits_greeting(c)) {
		hear_greeting(c, bytes, length);
	} else if (c->question.inside == INSIDE_HTTP) {
		(void)dialogue_input(&c->http, bytes, length);
		if (c->http.state != DIALOGUE_MORE)
			inside_done(c);
	} else if (c->question.inside == INSIDE_QUIET) {
		hear_quiet(c, bytes, length);
	}
}

static void
hear(struct probe_connection *c)
{
	char bytes[4096];
	int length;

	while ((length = probe_whole_hear(&c->whole, bytes,
	    sizeof(bytes))) > 0)
		hear_text(c, bytes, (size_t)length);
	send_tls(c);
	if (length == 0)
		return;
	if (c->phase == PHASE_INSIDE)
		connection_inside_ended(c);
	else
		c->phase = PHASE_OVER;
}

void
connection_inside_input(struct probe_connection *c, const char *bytes,
    size_t length)
{
	if (c->whole.ssl == NULL || !c->outcome.completed)
		return;		/* what comes behind a refused hello */
	probe_whole_input(&c->whole, bytes, length);
	if (c->phase == PHASE_INSIDE && c->whole.renegotiates)
		renegotiation_step(c);
	else
		hear(c);
}

void
connection_inside_ended(struct probe_connection *c)
{
	if (c->question.inside == INSIDE_RENEGOTIATION &&
	    c->whole.renegotiates)
		c->outcome.inside = PROBE_NO;
	if (c->question.inside == INSIDE_HTTP && c->http.state == DIALOGUE_MORE)
		dialogue_end(&c->http);
	inside_done(c);
}

/* ---- the handshake ---- */

static void
whole_succeeded(struct probe_connection *c)
{
	c->outcome.reply = &c->reply;
	c->outcome.completed = true;
	c->outcome.chain = probe_chain_read(c->run->arena, &c->run->trust,
	    SSL_get_peer_cert_chain(c->whole.ssl));
	c->phase = PHASE_INSIDE;
	if (!awaits_greeting(c))
		inside_begin(c);
	if (c->phase == PHASE_INSIDE)
		hear(c);
}

/*
 * The library can fail where the server did not: then what the server sent in
 * clear still says what it accepted.
 */
static void
whole_failed(struct probe_connection *c)
{
	connection_parse(c, true);
	if (c->reply.has_hello || c->reply.state == TLS_REPLY_HELLO) {
		c->outcome.reply = &c->reply;
		connection_read_chain(c);
		connection_end(c, END_REPLY, c->whole.why);
	} else if (c->reply.state == TLS_REPLY_ALERT) {
		connection_refused(c);
	} else {
		connection_end(c, END_BROKEN, c->reply.why[0] != '\0' ?
		    c->reply.why : c->whole.why);
	}
	connection_say_goodbye(c);
}

void
connection_whole_input(struct probe_connection *c, const char *bytes,
    size_t length, bool full)
{
	probe_whole_input(&c->whole, bytes, length);
	probe_whole_step(&c->whole);
	send_tls(c);
	if (c->whole.state == WHOLE_FAILED) {
		whole_failed(c);
	} else if (c->whole.state == WHOLE_DONE) {
		connection_parse(c, true);
		whole_succeeded(c);
	} else if (full) {
		connection_end(c, END_BROKEN,
		    "the handshake is larger than is read");
	}
}

void
connection_whole_closed(struct probe_connection *c)
{
	snprintf(c->whole.why, sizeof(c->whole.why),
	    "closed in the middle of the handshake");
	whole_failed(c);
}
