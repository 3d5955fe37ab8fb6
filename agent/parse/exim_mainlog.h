/*
 * One line of Exim's main log. Sources: Exim specification, chapter "Log
 * files"; src/receive.c, src/deliver.c, src/log.c and src/acl.c of 4.94 to 4.99
 * for the order of the fields.
 *
 *	2026-11-21 19:11:21[.568][ +0100] [[pid] ][id ]rest
 *
 * Message ids have 16 characters (6-6-2) until 4.96 and 23 (6-11-4) since
 * 4.97; both are read always, for a spool outlives an upgrade.
 */
#ifndef CPWARD_PARSE_EXIM_MAINLOG_H
#define CPWARD_PARSE_EXIM_MAINLOG_H

#include "parse/log_line.h"

enum exim_log_kind {
	EXIM_LOG_OTHER,			/* Exim's, and of no interest here */
	EXIM_LOG_BROKEN,		/* not Exim's, cut short, or a field where none can stand */
	EXIM_LOG_BROKEN_ARRIVAL,	/* the same, and it may say that a message arrived */
	EXIM_LOG_BROKEN_DELIVERY,	/* the same, and it may say that one was delivered */
	EXIM_LOG_ARRIVAL,		/* "<=" and "(=" */
	EXIM_LOG_DELIVERY,		/* "=>"; "->" and ">>" too, with further set for "->" */
	EXIM_LOG_FAILURE,		/* "**" */
	EXIM_LOG_DEFERRAL,		/* "==" */
	EXIM_LOG_COMPLETED,		/* "Completed" */
	EXIM_LOG_REJECTION,		/* "rejected …", "temporarily rejected …", "refused connection" */
	EXIM_LOG_AUTH_FAILURE,		/* "DRIVER authenticator failed for …" */
	/* "TLS session: …: delivering unencrypted to H=…": the message follows in clear */
	EXIM_LOG_CLEAR_FALLBACK,
	/* "a TLS session is required, but …": on a line of its own; see also tls_required */
	EXIM_LOG_TLS_REQUIRED,
	EXIM_LOG_TLS_FAILURE,		/* "TLS error on connection from …": inbound */
};

/* What CV= says. */
enum exim_log_verified {
	EXIM_LOG_CV_NONE,		/* no CV= */
	EXIM_LOG_CV_NO,
	EXIM_LOG_CV_YES,
	EXIM_LOG_CV_DANE,
};

/*
 * Members that a line does not have are zero: empty slices, 0, false. Only
 * those that are named for the kind are ever set.
 */
struct exim_log_event {
	enum exim_log_kind kind;
	struct log_stamp stamp;
	struct slice id;		/* message id; empty = none on the line */

	/* ARRIVAL: envelope sender, without <>; empty for the null sender (bounce).
	 * DELIVERY, FAILURE, DEFERRAL: F=, when it is logged. REJECTION: F=. */
	struct slice sender;
	bool has_sender;		/* F= or "<=" was there: an empty sender is the null sender */

	/* DELIVERY, FAILURE, DEFERRAL */
	struct slice address;		/* as routed; a local part alone for a local delivery */
	struct slice original;		/* in <>: what it was before aliases; empty = not shown */
	struct slice router;		/* R= */
	struct slice transport;		/* T= of a delivery (never the subject) */
	bool further;			/* "->": another recipient of the message just delivered */
	bool cutthrough;		/* ">>": its "<=" comes behind it */
	struct slice signing_domain;	/* DKIM= of a delivery: the domain it was signed for */
	bool tls_required;		/* DEFERRAL, FAILURE: its text says that TLS is required */

	/* The peer: ARRIVAL, DELIVERY, FAILURE, DEFERRAL, REJECTION, AUTH_FAILURE, CLEAR_FALLBACK,
	 * TLS_REQUIRED, TLS_FAILURE. host is the name that was looked up, else the HELO name
	 * without parentheses; address without brackets and port. */
	struct slice host;
	bool host_is_helo;
	struct slice host_address;	/* empty: no H=, a local submission or delivery */

	/* X= and CV= */
	enum log_tls tls;
	struct slice cipher;		/* between version and bits, as logged */
	enum exim_log_verified verified;

	/* ARRIVAL */
	struct slice user;		/* U= */
	struct slice protocol;		/* P=: "esmtpsa" */
	uint64_t size;			/* S=, bytes; 0 = not logged */
	/*
	 * "for a@b c@d" at the line's end: the first one, how many there are,
	 * and all of them with blanks between. None: selector received_recipients
	 * is off.
	 */
	struct slice recipient;
	struct slice recipients;
	uint32_t recipient_count;

	/*
	 * ARRIVAL: A=driver:id; AUTH_FAILURE: the driver, and set_id=. Such a line is never
	 * BROKEN: where nobody can tell whose it is, it has neither host_address nor id.
	 */
	struct slice authenticator;
	struct slice authenticated_id;

	bool temporary;			/* REJECTION: "temporarily" */
	struct slice rejected;		/* REJECTION: what, "RCPT", "after DATA", "connection" */
};

/* length bytes at line, without the newline. Never fails: BROKEN is an answer. */
void exim_log_read(const char *line, size_t length, struct exim_log_event *ret_event);

/* The same for line after line. */
void exim_log_read_next(struct log_minute *minute, const char *line, size_t length,
    struct exim_log_event *ret_event);

#endif
