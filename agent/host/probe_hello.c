/* What comes of a hello of ours on a connection. */
#include <stdio.h>
#include <string.h>

#include "host/probe_connection.h"

#define ALERT_FATAL 2
#define ALERT_INTERNAL_ERROR 80		/* RFC 8446 6.2 */

/*
 * A handshake that was cut off: the alert ends it for the server's TLS library;
 * Exim then still waits for QUIT, in clear.
 */
static void
cut_off(struct probe_connection *c, uint16_t version)
{
	(void)tls_alert(version > TLS_1_2 ? TLS_1_2 : version, ALERT_FATAL,
	    ALERT_INTERNAL_ERROR, &c->out);
}

/*
 * Above its limits a daemon speaks clear text to a TLS port: Exim "421 Too many
 * concurrent SMTP connections", Dovecot "* BYE", "-ERR".
 */
static bool
is_clear_text(struct probe_connection *c)
{
	const char *bytes = c->in.bytes;
	char line[128];
	size_t i;

	if ((unsigned char)bytes[0] < 0x20 || (unsigned char)bytes[0] >= 0x7f)
		return false;
	for (i = 0; i < sizeof(line) - 1 && i < c->in.length &&
	    bytes[i] >= 0x20 && bytes[i] < 0x7f; i++)
		line[i] = bytes[i];
	line[i] = '\0';
	snprintf(c->outcome.why, sizeof(c->outcome.why),
	    "clear text in the place of TLS: %s", line);
	connection_end(c, line[0] == '4' || strncmp(line, "* BYE", 5) == 0 ||
	    strncmp(line, "-ERR", 4) == 0 ? END_BUSY : END_BROKEN,
	    c->outcome.why);
	return true;
}

void
connection_parse(struct probe_connection *c, bool ended)
{
	tls_reply_done(&c->reply);
	tls_reply_parse((const uint8_t *)c->in.bytes, c->in.length, ended,
	    &c->reply);
}

/*
 * With the alert's name, for reasons. An internal error is as good as a close:
 * the server's trouble, or its way to refuse a hello (OpenSSL's, when it may
 * not sign as an old version wants it).
 */
void
connection_refused(struct probe_connection *c)
{
	char name[16];

	c->outcome.reply = &c->reply;
	snprintf(c->outcome.why, sizeof(c->outcome.why), "refused: %s",
	    tls_alert_name(c->reply.alert, name));
	connection_end(c, c->reply.alert == ALERT_INTERNAL_ERROR ?
	    END_DROPPED : END_REFUSED, c->outcome.why);
}

void
connection_read_chain(struct probe_connection *c)
{
	STACK_OF(X509) *certificates = probe_chain_parse(
	    c->reply.certificates, c->reply.certificate_count);

	if (certificates != NULL)
		c->outcome.chain = probe_chain_read(c->run->arena,
		    &c->run->trust, certificates);
	sk_X509_pop_free(certificates, X509_free);
}

/* Whether a record has become whole since the last time: else parsing is idle. */
static bool
record_came(struct probe_connection *c)
{
	const uint8_t *bytes = (const uint8_t *)c->in.bytes;
	size_t before = c->record_end;

	while (c->in.length >= c->record_end + 5) {
		size_t length = (size_t)bytes[c->record_end + 3] << 8 |
		    bytes[c->record_end + 4];

		if (c->in.length < c->record_end + 5 + length)
			break;
		c->record_end += 5 + length;
	}
	return c->record_end > before;
}

void
connection_hello_answered(struct probe_connection *c)
{
	switch (c->reply.state) {
	case TLS_REPLY_MORE:
		return;
	case TLS_REPLY_HELLO:
	case TLS_REPLY_RETRY:
		c->outcome.reply = &c->reply;
		if (c->question.wants_chain)
			connection_read_chain(c);
		connection_end(c, END_REPLY, "");
		cut_off(c, c->reply.version);
		break;
	case TLS_REPLY_ALERT:
		connection_refused(c);
		break;
	case TLS_REPLY_BROKEN:
		connection_end(c, END_BROKEN, c->reply.why);
		cut_off(c, c->question.offer.version);
		break;
	}
	connection_say_goodbye(c);
}

void
connection_tls_input(struct probe_connection *c, const char *bytes,
    size_t length)
{
	bool full = buf_add(&c->in, bytes, length) != 0;

	if (c->in.length > 0 && is_clear_text(c))
		return;
	if (c->question.way == WAY_WHOLE) {
		connection_whole_input(c, bytes, length, full);
		return;
	}
	if (!full && !record_came(c) && !c->gone)
		return;
	connection_parse(c, full || c->gone);
	connection_hello_answered(c);
}
