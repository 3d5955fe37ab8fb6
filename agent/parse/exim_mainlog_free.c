/*
 * Lines of words: smtp_in.c, smtp_handle_acl_fail() and the authenticators; host.c,
 * host_and_ident(); transports/smtp.c. What follows the words that are known is
 * free text, which a client may have a part in: nothing of it counts.
 */
#include "parse/exim_mainlog_private.h"

/* What was rejected, as Exim names it; the longer of two that begin alike comes first. */
static const char *const rejected_words[] = {
	"after DATA PRDR", "after DATA", "during MIME ACL checks", "by non-SMTP ACL",
	"by local_scan()", "connection", "EHLO or HELO", "EHLO", "HELO", "MAILAUTH", "MAIL", "RCPT",
	"PREDATA", "DATA", "AUTH", "STARTTLS", "ETRN", "EXPN", "VRFY", "NOTQUIT", "QUIT", "DKIM",
};

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
step_over(struct exim_walk *walk, const char *text, size_t length)
{
	if (!exim_begins(walk, text, length))
		return false;
	walk->at += length;
	return true;
}
#define STEP_OVER(walk, text) step_over(walk, text, sizeof(text) - 1)

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
has_other_peer(const struct exim_walk *walk, struct slice peer)
{
	struct exim_walk look = *walk;
	struct slice address;
	const char *close;
	size_t length;

	for (;;) {
		close = memmem(look.at, (size_t)(look.end - look.at), ") [", 3);
		if (close == NULL)
			return false;
		look.at = close + 2;
		if (!exim_read_host_address(&look, &address)) {
			look.at = close + 2;
			continue;
		}
		length = (size_t)(look.at - walk->at);
		if (peer.length == 0 || length < peer.length ||
		    memcmp(look.at - peer.length, peer.bytes, peer.length) != 0)
			return true;
	}
}

/* ---- rejections ---- */

static bool
read_rejected(struct exim_walk *walk, struct slice *ret_rejected)
{
	size_t i, length;

	for (i = 0; i < sizeof(rejected_words) / sizeof(rejected_words[0]); i++) {
		length = strlen(rejected_words[i]);
		if (!exim_begins(walk, rejected_words[i], length))
			continue;
		*ret_rejected = exim_slice(walk->at, walk->at + length);
		walk->at += length;
		return walk->at == walk->end || *walk->at == ' ' || *walk->at == ':';
	}
	return false;
}

/* Steps over the name of the field. */
static enum free_place
read_place(struct exim_walk *walk)
{
	if (STEP_OVER(walk, "X="))
		return FREE_TLS;
	if (STEP_OVER(walk, "CV="))
		return FREE_VERIFIED;
	if (STEP_OVER(walk, "DN="))
		return FREE_CERTIFICATE;
	if (STEP_OVER(walk, "F="))
		return FREE_SENDER;
	if (STEP_OVER(walk, "A="))
		return FREE_AUTHENTICATED;
	if (STEP_OVER(walk, "U="))
		return FREE_USER;
	return FREE_UNKNOWN;
}

static bool
read_field(struct exim_walk *walk, enum free_place place, struct exim_log_event *event)
{
	struct exim_log_event ignored = { 0 };
	struct slice value;

	switch (place) {
	case FREE_TLS:
		return exim_read_tls(walk, event);
	case FREE_VERIFIED:
		return exim_read_verified(walk, event);
	case FREE_CERTIFICATE:
		return exim_skip_certificate(walk);
	case FREE_SENDER:
		event->has_sender = true;
		return exim_read_bracketed(walk, &event->sender);
	case FREE_AUTHENTICATED:
		return exim_read_authenticated(walk, &ignored);
	default:
		return exim_read_value(walk, &value);
	}
}

/* From the blank before the first field, or at the word "rejected" of a line without any. */
static bool
read_acl_line(struct exim_walk *walk, struct exim_log_event *event, struct slice peer)
{
	struct exim_walk begin = *walk;
	enum free_place last = FREE_HOST, place;

	for (;; last = place) {
		if (walk->at == walk->end || *walk->at != ' ')
			return is_other(event);
		walk->at++;
		event->temporary = STEP_OVER(walk, "temporarily ");
		if (STEP_OVER(walk, "rejected "))
			break;
		place = event->temporary ? FREE_UNKNOWN : read_place(walk);
		if (place == FREE_UNKNOWN) {
			if (event->temporary || !exim_skip_unknown(walk))
				return is_other(event);
			place = last;
		} else if (place <= last || !read_field(walk, place, event)) {
			return false;
		}
	}
	if (!read_rejected(walk, &event->rejected))
		return is_other(event);
	event->kind = EXIM_LOG_REJECTION;
	return peer.length == 0 || !has_other_peer(&begin, peer);
}

/* "H=…": a line about the client, or about a host that Exim connected to. */
static bool
read_host_line(struct exim_walk *walk, struct exim_log_event *event)
{
	const char *begin = walk->at;
	bool helo = false;

	if (!exim_read_peer(walk, event, &helo))
		return false;
	if (EXIM_BEGINS(walk, ": a TLS session is required")) {
		event->kind = EXIM_LOG_TLS_REQUIRED;
		return !helo;
	}
	return read_acl_line(walk, event, helo ? exim_slice(begin, walk->at) : exim_slice(begin, begin));
}

/* "F=<…> rejected by non-SMTP ACL", with "U=…" before it or not. */
static bool
read_local_line(struct exim_walk *walk, struct exim_log_event *event)
{
	walk->at--;	/* the blank before the field */
	return read_acl_line(walk, event, exim_slice(walk->at, walk->at));
}

/* The peer in a line of words; behind it only free text may stand. */
static bool
read_named_peer(struct exim_walk *walk, struct exim_log_event *event)
{
	bool helo = false;

	(void)STEP_OVER(walk, "H=");
	return exim_read_peer(walk, event, &helo) &&
	    !(helo && has_other_peer(walk, (struct slice){ .bytes = NULL }));
}

/* "rejected EHLO from HOST: …" */
static bool
read_rejected_line(struct exim_walk *walk, struct exim_log_event *event)
{
	if (!read_rejected(walk, &event->rejected) || !STEP_OVER(walk, " from "))
		return is_other(event);
	event->kind = EXIM_LOG_REJECTION;
	return read_named_peer(walk, event);
}

/* "[temporarily ]refused connection from HOST…" */
static bool
read_refused_line(struct exim_walk *walk, struct exim_log_event *event)
{
	event->temporary = STEP_OVER(walk, "temporarily ");
	if (!STEP_OVER(walk, "refused "))
		return is_other(event);
	event->rejected = exim_slice(walk->at, walk->at + sizeof("connection") - 1);
	if (!STEP_OVER(walk, "connection from "))
		return is_other(event);
	event->kind = EXIM_LOG_REJECTION;
	return read_named_peer(walk, event);
}

/* ---- authenticators ---- */

/* "… (set_id=ID)" at the end, or before ": reason". The id may hold anything. */
static bool
read_set_id(struct exim_walk *walk, struct slice *ret_id)
{
	static const char set_id[] = " (set_id=";
	const char *begin = memmem(walk->at, (size_t)(walk->end - walk->at), set_id,
	    sizeof(set_id) - 1);
	const char *end;

	if (begin == NULL)
		return true;
	begin += sizeof(set_id) - 1;
	end = memmem(begin, (size_t)(walk->end - begin), "): ", 3);
	if (end == NULL && walk->end > begin && walk->end[-1] == ')')
		end = walk->end - 1;
	if (end == NULL)
		return false;
	*ret_id = exim_slice(begin, end);
	return true;
}

/* "DRIVER authenticator failed for HOST[ I=…]: 535 …" */
static bool
read_authenticator_line(struct exim_walk *walk, struct exim_log_event *event)
{
	const char *begin = walk->at, *end = exim_token_end(begin, walk->end), *colon;

	walk->at = end;
	if (end == begin || !STEP_OVER(walk, " authenticator failed for "))
		return is_other(event);
	event->kind = EXIM_LOG_AUTH_FAILURE;
	event->authenticator = exim_slice(begin, end);
	if (!read_named_peer(walk, event))
		return false;
	colon = memmem(walk->at, (size_t)(walk->end - walk->at), ": ", 2);
	if (colon == NULL)
		return false;
	walk->at = colon;
	return read_set_id(walk, &event->authenticated_id);
}

/* ---- TLS ---- */

/*
 * "TLS session: …: delivering unencrypted to H=NAME [ADDRESS] (not in hosts_require_tls)".
 * The text in between is the other server's doing, so the line is read from its end.
 */
static bool
read_fallback_line(struct exim_walk *walk, struct exim_log_event *event)
{
	static const char tail[] = " (not in hosts_require_tls)";
	static const char words[] = ": delivering unencrypted to ";
	const char *end = walk->end - (sizeof(tail) - 1), *from = walk->at, *next;

	if (walk->end - walk->at < (ptrdiff_t)sizeof(tail) || memcmp(end, tail, sizeof(tail) - 1) != 0)
		return is_other(event);
	for (walk->at = NULL; ; walk->at = from) {
		next = memmem(from, (size_t)(end - from), words, sizeof(words) - 1);
		if (next == NULL)
			break;
		from = next + sizeof(words) - 1;
	}
	if (walk->at == NULL)
		return is_other(event);
	walk->end = end;
	(void)STEP_OVER(walk, "H=");
	event->kind = EXIM_LOG_CLEAR_FALLBACK;
	return exim_read_remote(walk, event) && walk->at == walk->end;
}

/* "a TLS session is required[ for NAME [ADDRESS]], but …" */
static bool
read_required_line(struct exim_walk *walk, struct exim_log_event *event)
{
	event->kind = EXIM_LOG_TLS_REQUIRED;
	if (STEP_OVER(walk, " for "))
		return exim_read_remote(walk, event);
	return walk->at < walk->end && *walk->at == ',';
}

static bool
read_tls_error_line(struct exim_walk *walk, struct exim_log_event *event)
{
	event->kind = EXIM_LOG_TLS_FAILURE;
	return read_named_peer(walk, event);
}

bool
exim_read_free(struct exim_walk *walk, struct exim_log_event *event)
{
	if (STEP_OVER(walk, "H="))
		return read_host_line(walk, event);
	if (EXIM_BEGINS(walk, "U=") || EXIM_BEGINS(walk, "F="))
		return read_local_line(walk, event);
	if (STEP_OVER(walk, "rejected "))
		return read_rejected_line(walk, event);
	if (EXIM_BEGINS(walk, "refused ") || EXIM_BEGINS(walk, "temporarily "))
		return read_refused_line(walk, event);
	if (EXIM_BEGINS(walk, "TLS session"))
		return read_fallback_line(walk, event);
	if (STEP_OVER(walk, "a TLS session is required"))
		return read_required_line(walk, event);
	if (STEP_OVER(walk, "TLS error on connection from "))
		return read_tls_error_line(walk, event);
	return read_authenticator_line(walk, event);
}
