/*
 * One line of Dovecot's log, of 2.3 and 2.4, through syslog ("Nov 21 19:11:22
 * host dovecot: …", or an ISO stamp) or in a file of its own ("Nov 21 19:11:22
 * imap-login: Info: …", log_timestamp's default). Source: Dovecot's
 * login_log_format and src/login-common/client-common.c.
 *
 * A syslog line can be written by every local user: nothing here proves a
 * thing by itself.
 */
#ifndef CPWARD_PARSE_DOVECOT_LOG_H
#define CPWARD_PARSE_DOVECOT_LOG_H

#include "parse/log_line.h"

enum dovecot_log_kind {
	DOVECOT_LOG_OTHER,		/* another program's, or of no interest */
	DOVECOT_LOG_BROKEN,
	DOVECOT_LOG_LOGIN,		/* "Login:", "Logged in:" */
	DOVECOT_LOG_AUTH_FAILURE,	/* "(auth failed, N attempts …)" */
	/* a password in clear was refused, or would have been: "Plaintext
	 * authentication disabled", "tried to use disallowed plaintext auth" */
	DOVECOT_LOG_CLEAR_REFUSED,
	DOVECOT_LOG_TLS_FAILURE,	/* the handshake did not end well */
	DOVECOT_LOG_ABORTED,		/* ended without a try to log in, for another reason */
};

/* What the line says of the connection. */
enum dovecot_log_security {
	DOVECOT_LOG_CLEAR,
	DOVECOT_LOG_SECURED,		/* not encrypted, and trusted: from the server itself */
	DOVECOT_LOG_ENCRYPTED,
};

struct dovecot_log_event {
	enum dovecot_log_kind kind;
	bool is_dovecot;		/* Dovecot's, by the program's name; some OTHER are, too */
	struct log_stamp stamp;		/* day 0 when there is none that can be read */
	struct slice service;		/* "imap", "pop3", "managesieve", "submission", "lmtp" */
	struct slice user;		/* without <>; as logged, a client's choice unless LOGIN */
	bool user_cut;			/* it ended in "...": not the whole name */
	struct slice method;		/* "PLAIN" */
	struct slice remote;		/* rip= */
	struct slice local;		/* lip= */
	enum dovecot_log_security security;
	/* From %k ("TLSv1.3 with cipher …"), where the login log format has it; else LOG_TLS_SOME or NONE. */
	enum log_tls tls;
	struct slice cipher;
	uint32_t attempts;		/* AUTH_FAILURE: 1 and more */
	bool doubtful;			/* AUTH_FAILURE: whose and from where nobody can tell */
};

/*
 * A name that a client made up never changes the kind, the address or the
 * security: where a list of elements could also be a part of it, the line is
 * BROKEN, or an AUTH_FAILURE that is doubtful: one connection may try a hundred
 * passwords, and a made-up name at its end would hide them all. Unless it is a
 * LOGIN, the mechanism may be made up, too, and where the format has no address
 * or puts it elsewhere than Dovecot's own does, what follows the mechanism is
 * no better than it.
 *
 * With auth_verbose = yes a refusal in clear has two lines, CLEAR_REFUSED when
 * it happens and another at the end of the connection. Where ssl = required
 * that other one is an AUTH_FAILURE, without TLS and, for IMAP's LOGIN and
 * POP3's USER, without a mechanism.
 *
 * Stamps of syslog have no year: the year is the latest that does not put the
 * line after reference_day + 1. reference_day is the day when the file was
 * last written.
 */
void dovecot_log_read(const char *line, size_t length, int32_t reference_day,
    struct dovecot_log_event *ret_event);

/* The same for line after line. */
void dovecot_log_read_next(struct log_minute *minute, const char *line, size_t length,
    int32_t reference_day, struct dovecot_log_event *ret_event);

#endif
