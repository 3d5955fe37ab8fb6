/*
 * The ledger: how many messages and logins a day had, by whom and how well
 * protected; never which. It holds no subject, no content, no Message-ID and
 * no local part of an address: an account is a key, the first 64 bits of
 * HMAC-SHA-256 over its name in lower case, as 16 hexadecimal digits, under a
 * secret that belongs to this server alone.
 *
 * Its size is bounded by rows: a day has LEDGER_DAY_* rows of a kind at most.
 * What comes when a kind is full is counted in a row whose names are "(other)",
 * the rest of it kept: totals stay right. What strangers can fill with names
 * of their own (mail that comes in, failures) is a kind of its own and takes
 * no room from what the server itself did.
 *
 * In memory, names are interned: a row holds their numbers.
 */
#ifndef CPWARD_STORE_LEDGER_H
#define CPWARD_STORE_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parse/log_line.h"

struct err;
struct ledger;

enum {
	LEDGER_DAY_MAIL_IN = 4096,	/* LEDGER_IN */
	LEDGER_DAY_MAIL = 8192,		/* the other directions */
	LEDGER_DAY_LOGINS = 8192,
	LEDGER_DAY_FAILURES = 4096,
	LEDGER_DAY_SENDERS = 4096,
	LEDGER_DAY_NOTES = 1024,
};

/*
 * A full day folds a row whose key is new, one step after the other, until the
 * folded row is there or has room: an eighth of the rows above for each step,
 * and behind the last one, where only enums differ, always. Steps:
 *	mail: remote; hosted; cipher	login: network; account, domain; method, cipher
 *	failure: account, domain; source	sender: account; domain	note: name
 */

/*
 * Of domains of strangers, and of their other names; each time 4 MiB at most.
 * Those of the server's own have the same again.
 */
#define LEDGER_NAMES_MAX 65536

enum ledger_direction {
	LEDGER_IN,		/* from another server to a domain here */
	LEDGER_OUT,		/* to another server */
	LEDGER_SUBMITTED,	/* by a user over SMTP with AUTH */
	LEDGER_LOCAL,		/* by a program on the server; never on a wire */
};

enum ledger_signed {
	LEDGER_UNSIGNED,	/* OUT: no DKIM= */
	LEDGER_SIGNED,		/* for the hosted domain or one above it */
	LEDGER_SIGNED_OTHER,	/* for another domain */
};

enum ledger_service {
	LEDGER_SMTP, LEDGER_IMAP, LEDGER_POP3, LEDGER_SIEVE, LEDGER_SUBMISSION, LEDGER_WEBMAIL,
	LEDGER_CPANEL, LEDGER_WHM, LEDGER_DAV, LEDGER_OTHER_SERVICE,
	LEDGER_SERVICE_COUNT,
};
/* "smtp", "imap" …; LEDGER_OTHER_SERVICE is "other". */
const char *ledger_service_name(enum ledger_service service);

enum ledger_verified {
	LEDGER_NOT_VERIFIED,
	LEDGER_VERIFIED,
	LEDGER_DANE,
};

enum ledger_note_kind {
	LEDGER_CLEAR_FALLBACK,	/* Exim: a handshake failed, sent in clear; name: host */
	LEDGER_TLS_REQUIRED,	/* Exim: not sent, TLS is required; name: domain, else host */
	LEDGER_TLS_FAILURE,	/* a peer's handshake with us failed; name: "exim", "imap" … */
	LEDGER_CLEAR_REFUSED,	/* a password in clear was refused; name: service */
	LEDGER_REJECTED,	/* Exim: name: what ("RCPT") */
	LEDGER_DEFERRED,	/* Exim: temporarily rejected; name: what */
	LEDGER_BROKEN,		/* lines that could not be read; name: the log's path */
	/*
	 * Exim: of these, arrivals; and arrivals whose list of recipients the log may have cut.
	 * What anybody sent is known but for them. name: the log's path
	 */
	LEDGER_BROKEN_ARRIVAL,
	LEDGER_BROKEN_DELIVERY,	/* Exim: of LEDGER_BROKEN, deliveries; name: the log's path */
	LEDGER_LINES,		/* lines read; name: the log's path */
	LEDGER_NOTE_COUNT,
};
const char *ledger_note_name(enum ledger_note_kind kind);
/* The words of the files, and of what is shown: "in", "TLSv1.2", "dane", "yes" … */
const char *ledger_direction_name(enum ledger_direction direction);
const char *ledger_tls_name(enum log_tls tls);
const char *ledger_verified_name(enum ledger_verified verified);
const char *ledger_signed_name(enum ledger_signed signed_by);

/* Rows: what stands before the blank line is the key. Names are numbers of this ledger. */
struct ledger_mail {
	int32_t day;
	uint32_t remote;	/* OUT: recipient's domain; IN: sender's, "<>" for bounces; else "" */
	uint32_t hosted;	/* domain here whose mail it is; "" = the log does not tell */
	uint32_t cipher;	/* as logged; "" in clear */
	uint8_t direction, tls, verified, signed_by;	/* enums; tls: log_tls */

	uint64_t messages;	/* OUT: deliveries; one message to many recipients of a host is one */
	uint64_t recipients;
};

struct ledger_login {
	int32_t day;
	uint32_t account;	/* key */
	uint32_t domain;	/* of the account; "" = a system user */
	uint32_t method;	/* "PLAIN", "dovecot_login" */
	uint32_t cipher;
	uint32_t network;	/* "192.0.2.0/24", "2001:db8::/48" */
	uint8_t service, tls;
	bool trusted;		/* in clear, from the server itself */

	uint32_t hours;		/* bit n: in hour n of the day */
	uint64_t count;
};

struct ledger_failure {
	int32_t day;
	uint32_t account;	/* key; "" = the log does not tell */
	uint32_t domain;
	uint32_t source;	/* address; "" = not told */
	uint8_t service;

	uint64_t count;
};

/* What an account sent: SUBMITTED and LOCAL. */
struct ledger_sender {
	int32_t day;
	uint32_t account;
	uint32_t domain;

	uint64_t messages;
	uint64_t recipients;
	uint32_t most;		/* recipients of one message */
	uint32_t hours[24];	/* recipients in each hour */
};

struct ledger_note {
	int32_t day;
	uint32_t name;
	uint8_t kind;

	uint64_t count;
};

#define LEDGER_SECRET_BYTES 32

/* A ledger in memory. The secret is copied, and wiped by ledger_free. */
struct ledger *ledger_new(const unsigned char secret[LEDGER_SECRET_BYTES]);
void ledger_free(struct ledger *ledger);	/* NULL is fine */

/* Whose choice a name is: what strangers choose has a quota of its own. */
enum ledger_owner { LEDGER_OURS, LEDGER_STRANGERS };

/*
 * Numbers of names. A domain or host is lower-cased; one that is not made of
 * letters, digits, '-', '_', '.', ':', '[' and ']', or longer than 255 bytes, is
 * "(odd)". LEDGER_NO_NAME is "". When the quota is used up the answer is the
 * number of "(other)". name takes printable ASCII as it is, else "(odd)".
 */
#define LEDGER_NO_NAME 0u
uint32_t ledger_domain(struct ledger *ledger, enum ledger_owner owner, struct slice domain);
uint32_t ledger_name(struct ledger *ledger, enum ledger_owner owner, struct slice name);
/* The key of an account: its whole name, "user@domain" or a system user's; "" has none. */
uint32_t ledger_account(struct ledger *ledger, enum ledger_owner owner, struct slice account);
/* The network of an address: /24 of IPv4, /48 of IPv6; "(odd)" when it is none. */
uint32_t ledger_network(struct ledger *ledger, enum ledger_owner owner, struct slice address);
/* Stays where it is until ledger_free. */
const char *ledger_text(const struct ledger *ledger, uint32_t name);

/* Adds a row's counts to the row with its key (most: the larger; hours of a login: or). */
void ledger_add_mail(struct ledger *ledger, const struct ledger_mail *row);
void ledger_add_login(struct ledger *ledger, const struct ledger_login *row);
void ledger_add_failure(struct ledger *ledger, const struct ledger_failure *row);
void ledger_add_sender(struct ledger *ledger, const struct ledger_sender *row);
void ledger_add_note(struct ledger *ledger, const struct ledger_note *row);

/* All rows, in no order; valid until the next add. */
const struct ledger_mail *ledger_mails(const struct ledger *ledger, size_t *ret_count);
const struct ledger_login *ledger_logins(const struct ledger *ledger, size_t *ret_count);
const struct ledger_failure *ledger_failures(const struct ledger *ledger, size_t *ret_count);
const struct ledger_sender *ledger_senders(const struct ledger *ledger, size_t *ret_count);
const struct ledger_note *ledger_notes(const struct ledger *ledger, size_t *ret_count);

size_t ledger_row_count(const struct ledger *ledger);
size_t ledger_name_count(const struct ledger *ledger);
/* The oldest day that has a row; 0 = none has. */
int32_t ledger_first_day(const struct ledger *ledger);
/* Takes all rows away, or those of the days from first on; names keep their numbers. */
void ledger_clear(struct ledger *ledger);
void ledger_drop_days(struct ledger *ledger, int32_t first);

/* Adds all of from, another ledger, names translated. */
void ledger_merge(struct ledger *into, const struct ledger *from);

/*
 * Calls visit for each day from first to last (inclusive) that the ledger has
 * rows of, oldest first, with a ledger of that day alone, gone afterwards.
 */
void ledger_each_day_of(const struct ledger *ledger, int32_t first, int32_t last,
    void (*visit)(const struct ledger *day, int32_t number, void *data), void *data);

/* The key's text of an account under a secret, for asking whose it is. */
void ledger_account_key(const unsigned char secret[LEDGER_SECRET_BYTES], struct slice account,
    char ret_key[static 17]);

/* ---- on disk: store/ledger_file.c ---- */

/*
 * How far a log has been read. A rotated file is known by its inode, one that
 * was copied and truncated by the digest of what stood before the offset.
 */
#define LOG_MARK_BYTES 4096
struct log_position {
	const char *log;		/* path of the log, never of a rotated file */
	uint64_t device, inode;
	uint64_t offset;		/* bytes read: up to the end of a line */
	uint32_t mark_length;		/* bytes before offset that the digest is of: LOG_MARK_BYTES at most */
	unsigned char mark[32];		/* SHA-256 of them */
	int32_t first_day;		/* the log's lines are all counted from here on; 0 = it had none */
	int32_t last_day;		/* of the last line before offset that has a stamp; 0 = none */
};

/* A message that has arrived and not left yet: whose it is. */
struct ledger_open {
	uint64_t id;			/* of the message id, as collect/log_count.h hashes it */
	const char *hosted;		/* domain */
};
#define LEDGER_OPEN_MAX 65536

struct ledger_state {
	struct log_position *positions;
	size_t position_count;
	struct ledger_open *open;
	size_t open_count;
};

/*
 * A ledger's directory, 0700 and root's or the caller's, made when it is not
 * there, with the secret in it (made likewise, 0600). Held locked until closed:
 * ERR_BUSY when another run has it. What a killed run left is finished or
 * dropped here, so that nothing is counted twice or lost.
 */
struct ledger_store;
struct ledger_store *ledger_open_store(const char *directory, struct err *err);
void ledger_close_store(struct ledger_store *store);	/* NULL is fine */
const unsigned char *ledger_store_secret(const struct ledger_store *store);

/* The state of the last commit; all zero when there was none. Lives in the arena. */
struct arena;
int ledger_load_state(struct ledger_store *store, struct arena *arena,
    struct ledger_state *ret_state, struct err *err);

/*
 * For more rows than memory should hold: adds those of the days from first on
 * to what the next commit will commit. Until then they count for nobody, and
 * ledger_unstage drops them.
 */
int ledger_stage(struct ledger_store *store, const struct ledger *ledger, int32_t first,
    struct err *err);
void ledger_unstage(struct ledger_store *store);

/*
 * Adds the ledger's rows, and what was staged, to the files of their days and
 * replaces the state: all of it, or nothing. A row's counts must not have been
 * committed before.
 */
int ledger_commit(struct ledger_store *store, const struct ledger *ledger,
    const struct ledger_state *state, struct err *err);

/*
 * Calls visit for each day from first to last (inclusive) that the store has,
 * oldest first, with a ledger of that day alone, which is gone afterwards. A
 * day's file that is damaged is ERR_CONTENT and names file and line.
 */
int ledger_each_day(struct ledger_store *store, int32_t first, int32_t last,
    void (*visit)(const struct ledger *day, int32_t number, void *data), void *data,
    struct err *err);

#endif
