/*
 * Lines of words: smtp_in.c, smtp_handle_acl_fail() and the authenticators; host.c,
 * host_and_ident(); transports/smtp.c. What follows the words that are known is
 * free text, which a client may have a part in: nothing of it counts.
 */
#include "parse/exim_mainlog_private.h"

/* What was rejected, as Exim names it; the longer of two that begin alike comes first. */
#define WORDS(text) { text, sizeof(text) - 1 }
static const struct {
	const char *text;
	size_t length;
} rejected_words[] = {
	WORDS("RCPT"), WORDS("after DATA PRDR"), WORDS("after DATA"), WORDS("MAILAUTH"),
	WORDS("MAIL"), WORDS("connection"), WORDS("EHLO or HELO"), WORDS("EHLO"), WORDS("HELO"),
	WORDS("AUTH"), WORDS("DATA"), WORDS("PREDATA"), WORDS("during MIME ACL checks"),
	WORDS("by non-SMTP ACL"), WORDS("by local_scan()"), WORDS("STARTTLS"), WORDS("ETRN"),
	WORDS("EXPN"), WORDS("VRFY"), WORDS("NOTQUIT"), WORDS("QUIT"), WORDS("DKIM"),
};
#undef WORDS

enum free_place {
	FREE_HOST,
	FREE_USER,
	FREE_TLS,
	FREE_VERIFIED,
	FREE_CERTIFICATE,
	FREE_SENDER,
	FREE_AUTHENTICATED,
	FREE_UNKNOWN,
};

static bool
step_over(const char **at, const char *end, const char *text, size_t length)
{
	if (!exim_begins(*at, end, text, length))
		return false;
	*at += length;
	return true;
}
#define STEP_OVER(at, end, text) step_over(at, end, text, sizeof(text) - 1)

/* Nothing of interest: what was read of it is taken back. */
static bool
is_other(struct exim_log_event *event)
{
	*event = (struct exim_log_event){ .kind = EXIM_LOG_OTHER, .stamp = event->stamp,
	    .id = event->id };
	return true;
}

/*
 * Whether the line has the end of another HELO name, "…) [ADDRESS]", from here on. The peer
 * named again, as cPanel's texts do (peer: all of it), is none. In a line that ends in
 * free text nobody can tell which one is the peer's.
 */
static bool
has_other_peer(const char *at, const char *end, struct slice peer)
{
	const char *from = at, *behind;
	struct slice address;

	for (;;) {
		from = EXIM_FIND(from, end, ") [");
		if (from == NULL)
			return false;
		from += 2;
		behind = exim_read_host_address(from, end, &address);
		if (behind == NULL)
			continue;
		if (peer.length == 0 || (size_t)(behind - at) < peer.length ||
		    memcmp(behind - peer.length, peer.bytes, peer.length) != 0)
			return true;
	}
}

/* ---- rejections ---- */

/* What was rejected; NULL: nothing that Exim names. */
static const char *
read_rejected(const char *at, const char *end, struct slice *ret_rejected)
{
	size_t i, length;

	for (i = 0; at < end && i < sizeof(rejected_words) / sizeof(rejected_words[0]); i++) {
		length = rejected_words[i].length;
		if (*at != rejected_words[i].text[0] ||
		    !exim_begins(at, end, rejected_words[i].text, length))
			continue;
		*ret_rejected = exim_slice(at, at + length);
		at += length;
		return at == end || *at == ' ' || *at == ':' ? at : NULL;
	}
	return NULL;
}

/* Steps over the name of the field. */
static enum free_place
read_place(const char **at, const char *end)
{
	if (STEP_OVER(at, end, "F="))
		return FREE_SENDER;
	if (STEP_OVER(at, end, "X="))
		return FREE_TLS;
	if (STEP_OVER(at, end, "CV="))
		return FREE_VERIFIED;
	if (STEP_OVER(at, end, "DN="))
		return FREE_CERTIFICATE;
	if (STEP_OVER(at, end, "A="))
		return FREE_AUTHENTICATED;
	if (STEP_OVER(at, end, "U="))
		return FREE_USER;
	return FREE_UNKNOWN;
}

static const char *
read_field(const char *at, const char *end, enum free_place place, struct exim_log_event *event)
{
	struct slice value;

	switch (place) {
	case FREE_TLS:
		return exim_read_tls(at, end, event);
	case FREE_VERIFIED:
		return exim_read_verified(at, end, event);
	case FREE_CERTIFICATE:
		return exim_skip_certificate(at, end);
	case FREE_SENDER:
		event->has_sender = true;
		return exim_read_bracketed(at, end, &event->sender);
	default:
		return exim_read_value(at, end, &value);
	}
}

/* Fields, from the blank before the first one, then "[temporarily ]rejected …". */
static bool
read_acl_line(const char *at, const char *end, struct exim_log_event *event)
{
	enum free_place last = FREE_HOST, place;
	const char *name;

	for (;;) {
		if (at == end || *at++ != ' ')
			return is_other(event);
		event->temporary = STEP_OVER(&at, end, "temporarily ");
		if (STEP_OVER(&at, end, "rejected "))
			break;
		name = at;
		place = event->temporary ? FREE_UNKNOWN : read_place(&at, end);
		if (place == FREE_UNKNOWN) {
			at = exim_skip_unknown(name, end);
			if (at == NULL)
				return is_other(event);
			continue;
		}
		if (place <= last)
			return false;
		at = read_field(at, end, last = place, event);
		if (at == NULL)
			return false;
	}
	if (read_rejected(at, end, &event->rejected) == NULL)
		return is_other(event);
	event->kind = EXIM_LOG_REJECTION;
	return true;
}

/* Behind "H=": a line about the client, or about a host that Exim connected to. */
static bool
read_host_line(const char *at, const char *end, struct exim_log_event *event)
{
	const char *begin = at;
	bool helo = false;

	at = exim_read_peer(at, end, event, &helo);
	if (at == NULL || (helo && has_other_peer(at, end, exim_slice(begin, at))))
		return false;
	if (!helo && EXIM_BEGINS(at, end, ": a TLS session is required")) {
		event->kind = EXIM_LOG_TLS_REQUIRED;
		return true;
	}
	return read_acl_line(at, end, event);
}

/* The peer in a line of words; behind it only free text may stand. */
static const char *
read_named_peer(const char *at, const char *end, struct exim_log_event *event)
{
	bool helo = false;

	(void)STEP_OVER(&at, end, "H=");
	at = exim_read_peer(at, end, event, &helo);
	return at == NULL || (helo && has_other_peer(at, end, (struct slice){ .bytes = NULL })) ?
	    NULL : at;
}

/* Behind "rejected ": "EHLO from HOST: …" */
static bool
read_rejected_line(const char *at, const char *end, struct exim_log_event *event)
{
	at = read_rejected(at, end, &event->rejected);
	if (at == NULL || !STEP_OVER(&at, end, " from "))
		return is_other(event);
	event->kind = EXIM_LOG_REJECTION;
	return read_named_peer(at, end, event) != NULL;
}

/* "[temporarily ]refused connection from HOST…" */
static bool
read_refused_line(const char *at, const char *end, struct exim_log_event *event)
{
	event->temporary = STEP_OVER(&at, end, "temporarily ");
	if (!STEP_OVER(&at, end, "refused connection"))
		return is_other(event);
	event->rejected = exim_slice(at - (sizeof("connection") - 1), at);
	if (!STEP_OVER(&at, end, " from "))
		return is_other(event);
	event->kind = EXIM_LOG_REJECTION;
	return read_named_peer(at, end, event) != NULL;
}

/* ---- authenticators ---- */

/* "… (set_id=ID)" at the end, or before ": reason". The id may hold anything; cut, it is none. */
static void
read_set_id(const char *at, const char *end, struct slice *ret_id)
{
	const char *begin = EXIM_FIND(at, end, "(set_id=");
	const char *behind;

	if (begin == NULL)
		return;
	begin += sizeof("(set_id=") - 1;
	behind = EXIM_FIND(begin, end, "): ");
	if (behind == NULL && end > begin && end[-1] == ')')
		behind = end - 1;
	if (behind != NULL)
		*ret_id = exim_slice(begin, behind);
}

/* host_and_ident(): what can stand behind a peer's address. */
static bool
ends_peer(const char *at, const char *end)
{
	return EXIM_BEGINS(at, end, ": ") || EXIM_BEGINS(at, end, " I=[") ||
	    EXIM_BEGINS(at, end, " Ci=") || EXIM_BEGINS(at, end, " U=");
}

/*
 * The peer of a login that failed; NULL: none can be told. Who guesses at passwords must not be able to hide it
 * behind a HELO name (helo_accept_junk_hosts, as cPanel sets it): the name may hold what
 * looks like the end of one. Where two could be the peer, the line counts all the same,
 * but nobody knows whose it is: no host, no id, and the address when both are the same.
 */
static const char *
read_failed_peer(const char *at, const char *end, struct exim_log_event *event, bool *ret_doubtful)
{
	const char *from, *behind, *found = NULL;
	struct slice address, first = { .bytes = NULL };
	bool helo = false;

	(void)STEP_OVER(&at, end, "H=");
	behind = exim_read_peer(at, end, event, &helo);
	if (behind == NULL || !helo)
		return behind;
	first = event->host_address;
	if (ends_peer(behind, end))
		found = behind;
	for (from = behind; (from = EXIM_FIND(from, end, ") [")) != NULL; ) {
		from += 2;
		behind = exim_read_host_address(from, end, &address);
		if (behind == NULL || !ends_peer(behind, end))
			continue;
		*ret_doubtful = found != NULL;
		event->host = exim_slice(NULL, NULL);
		event->host_is_helo = false;
		if (found != NULL && (address.length != event->host_address.length ||
		    memcmp(address.bytes, first.bytes, address.length) != 0)) {
			event->host_address = exim_slice(NULL, NULL);
			return behind;
		}
		event->host_address = first = address;
		found = behind;
	}
	return found;
}

/* "DRIVER authenticator failed for HOST[ I=…]: 535 …"; whatever follows, a login failed. */
static bool
read_authenticator_line(const char *at, const char *end, struct exim_log_event *event)
{
	const char *begin = at;
	bool doubtful = false;

	at = exim_token_end(at, end);
	event->authenticator = exim_slice(begin, at);
	if (at == begin || !STEP_OVER(&at, end, " authenticator failed for ")) {
		event->authenticator = exim_slice(NULL, NULL);
		return true;
	}
	event->kind = EXIM_LOG_AUTH_FAILURE;
	at = read_failed_peer(at, end, event, &doubtful);
	if (at != NULL)
		at = EXIM_FIND(at, end, ": ");
	if (at == NULL) {
		event->host = event->host_address = exim_slice(NULL, NULL);
		event->host_is_helo = false;
	} else if (!doubtful) {
		read_set_id(at, end, &event->authenticated_id);
	}
	return true;
}

/* ---- TLS ---- */

/*
 * "TLS session: …: delivering unencrypted to H=NAME [ADDRESS] (not in hosts_require_tls)".
 * The text in between is the other server's doing, so the line is read from its end.
 */
static bool
read_fallback_line(const char *at, const char *end, struct exim_log_event *event)
{
	static const char tail[] = " (not in hosts_require_tls)";
	const char *host = NULL;

	if (end - at < (ptrdiff_t)sizeof(tail) ||
	    memcmp(end - (sizeof(tail) - 1), tail, sizeof(tail) - 1) != 0)
		return is_other(event);
	end -= sizeof(tail) - 1;
	while ((at = EXIM_FIND(at, end, ": delivering unencrypted to ")) != NULL)
		host = at += sizeof(": delivering unencrypted to ") - 1;
	if (host == NULL)
		return is_other(event);
	(void)STEP_OVER(&host, end, "H=");
	event->kind = EXIM_LOG_CLEAR_FALLBACK;
	return exim_read_remote(host, end, event) == end;
}

/* Behind "a TLS session is required": "[ for NAME [ADDRESS]], but …" */
static bool
read_required_line(const char *at, const char *end, struct exim_log_event *event)
{
	event->kind = EXIM_LOG_TLS_REQUIRED;
	if (STEP_OVER(&at, end, " for "))
		at = exim_read_remote(at, end, event);
	return at != NULL && at < end && *at == ',';
}

/* Behind "TLS error on connection ": "[Ci=N ]from HOST …" */
static bool
read_tls_error_line(const char *at, const char *end, struct exim_log_event *event)
{
	if (EXIM_BEGINS(at, end, "Ci=")) {
		at = exim_token_end(at, end);
		at += at < end;
	}
	if (!STEP_OVER(&at, end, "from "))
		return true;
	event->kind = EXIM_LOG_TLS_FAILURE;
	return read_named_peer(at, end, event) != NULL;
}

bool
exim_read_free(const char *at, const char *end, struct exim_log_event *event)
{
	if (STEP_OVER(&at, end, "H="))
		return read_host_line(at, end, event);
	if (EXIM_BEGINS(at, end, "U=") || EXIM_BEGINS(at, end, "F="))
		return read_acl_line(at - 1, end, event);
	if (STEP_OVER(&at, end, "rejected "))
		return read_rejected_line(at, end, event);
	if (EXIM_BEGINS(at, end, "refused ") || EXIM_BEGINS(at, end, "temporarily refused "))
		return read_refused_line(at, end, event);
	if (EXIM_BEGINS(at, end, "TLS session"))
		return read_fallback_line(at, end, event);
	if (STEP_OVER(&at, end, "a TLS session is required"))
		return read_required_line(at, end, event);
	if (STEP_OVER(&at, end, "TLS error on connection "))
		return read_tls_error_line(at, end, event);
	return read_authenticator_line(at, end, event);
}
