/*
 * The one door to the scanned server. Questions go in, bytes and a status come
 * out; what the bytes mean is decided above. Writing is another door, which
 * collectors are never given.
 */
#ifndef CPWARD_HOST_HOST_H
#define CPWARD_HOST_HOST_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct arena;
struct err;
struct probe_request;

enum question_kind {
	ASK_FILE,	/* bytes of a regular file */
	ASK_STAT,	/* "KIND MODE OWNER GROUP SIZE MTIME", links followed */
	ASK_DIR,	/* names in a directory, sorted, '/' behind each */
	ASK_LINK,	/* where a symbolic link points */
	ASK_COMMAND,	/* standard output of a program */
	ASK_WHM,	/* body of a WHM API 1 reply */
	ASK_CLOCK,	/* epoch seconds, as digits */
	ASK_PROBE,	/* what listeners offer: a cpward.probe/1 document */
	ASK_ADDRESS,	/* addresses of a host name, one a line, sorted */
	ASK_DNS,	/* one DNS message, as it came */
	ASK_FETCH,	/* body of an https URL, certificate verified, no redirect */
};

struct whm_argument {
	const char *name;
	const char *value;
};

struct question {
	enum question_kind kind;
	const char *path;		/* FILE, STAT, DIR, LINK: absolute */
	const char *const *argv;	/* COMMAND: absolute program, NULL at the end */
	const char *input;		/* COMMAND: its standard input; NULL = empty */
	const char *function;		/* WHM */
	const struct whm_argument *arguments;
	size_t argument_count;
	const char *name;		/* ADDRESS, DNS */
	uint16_t type;			/* DNS: RFC 1035 TYPE */
	const char *url;		/* FETCH */
	const struct probe_request *probe;	/* PROBE (host/probe.h) */
	size_t cap;			/* bytes wanted at most; more is a failure */
};

enum answer_status {
	ANSWER_FAILED,		/* could not look: why says so */
	ANSWER_OK,
	ANSWER_ABSENT,		/* looked, and it is not there */
	/*
	 * Not even its directory is there: no proof about the thing itself, so
	 * a fact is unknown; for a conditional include it is as good as absent.
	 */
	ANSWER_NO_PARENT,
	ANSWER_SKIPPED,		/* this run was told not to ask: "skipped: …" */
};

struct answer {
	enum answer_status status;
	char *bytes;		/* in the asker's arena, NUL behind them */
	size_t length;
	/*
	 * COMMAND: exit status; WHM: HTTP status, 0 local; FETCH: HTTP status of
	 * a whole reply, even where it FAILED for what it is, and
	 * FETCH_BAD_CERTIFICATE where the server showed one that nobody takes;
	 * else 0
	 */
	int code;
	const char *why;	/* FAILED and SKIPPED */
};

#define FETCH_BAD_CERTIFICATE 1

/*
 * A log that is read in pieces, for it may be larger than memory. read and
 * close may be called for different pieces from different threads; the rest is
 * what the file was when it was opened.
 */
struct host_log {
	enum answer_status status;
	const char *why;	/* FAILED and SKIPPED; in the asker's arena */
	uint64_t device, inode;	/* 0 = the host does not tell */
	int64_t size, mtime;	/* bytes; epoch seconds, 0 = the host does not tell */
	/*
	 * Up to room bytes from offset: how many, 0 at the end, -1 when it could
	 * not be read (errno says why). Fewer than room is no end.
	 */
	ssize_t (*read)(const struct host_log *log, uint64_t offset, void *bytes, size_t room);
	void (*close)(struct host_log *log);
	void *data;
};

/* An implementation fills ask and free; private data stands behind. */
struct host {
	/* Fills *ret_answer; never fails otherwise. */
	void (*ask)(struct host *host, struct arena *arena,
	    const struct question *question, struct answer *ret_answer);
	/*
	 * The same for many questions at once, DNS or FETCH, all of one kind:
	 * they are on their way together. ret_answers has room for count. NULL:
	 * they are asked one after the other.
	 */
	void (*ask_all)(struct host *host, struct arena *arena,
	    const struct question *questions, size_t count,
	    struct answer *ret_answers);
	/*
	 * Opens a regular file for reading in pieces, as ASK_FILE would. NULL: it
	 * is asked as ASK_FILE, HOST_CAP_LIST bytes at most, and ASK_STAT for its
	 * time.
	 */
	void (*open_log)(struct host *host, struct arena *arena, const char *path,
	    struct host_log *ret_log);
	void (*free)(struct host *host);
	/* How the transport calls itself in origins: "whmapi1", "whm https". */
	const char *whm_name;
};

void host_free(struct host *host);	/* NULL is fine */

/* Typed askers; each fills one question. */
struct answer host_file(struct host *host, struct arena *arena,
    const char *path, size_t cap);
struct answer host_dir(struct host *host, struct arena *arena,
    const char *path);
struct answer host_link(struct host *host, struct arena *arena,
    const char *path);
struct answer host_command(struct host *host, struct arena *arena,
    const char *const *argv, size_t cap);
/* With input, HOST_INPUT_MAX bytes at most, on its standard input. */
struct answer host_command_input(struct host *host, struct arena *arena,
    const char *const *argv, const char *input, size_t cap);
struct answer host_whm(struct host *host, struct arena *arena,
    const char *function, const struct whm_argument *arguments, size_t count);
struct answer host_probe(struct host *host, struct arena *arena,
    const struct probe_request *request);
/*
 * As the system resolves it, files first. ABSENT when the name has no address;
 * FAILED when nobody could tell.
 */
struct answer host_address(struct host *host, struct arena *arena,
    const char *name);
struct dns_question {
	const char *name;	/* as text, \\DDD allowed (parse/dns.h) */
	uint16_t type;
};

/*
 * One answer for each question, all on their way together, tried again with
 * the other servers and over TCP as need be. OK: a whole message that answers
 * the question, whatever its RCODE; an RCODE other than 0 and 3 comes only
 * when no server had better. FAILED: there is no such message, and why says
 * what happened: "no reply from 192.0.2.53 in 3 tries", "truncated, and over
 * TCP: connection refused". SKIPPED: no network in this run. Never ABSENT.
 */
void host_dns(struct host *host, struct arena *arena,
    const struct dns_question *questions, size_t count,
    struct answer *ret_answers);
/*
 * Bodies of https URLs, cap bytes at most: the certificate is verified with the
 * system's roots for the URL's host, no redirect is followed, no credentials,
 * cookies or proxies. code is the HTTP status; the body of one other than 200
 * is dropped. content_type other than text/plain is a failure.
 */
void host_fetch(struct host *host, struct arena *arena,
    const char *const *urls, size_t count, size_t cap,
    struct answer *ret_answers);
/*
 * What the two above are made of, for implementations that pass questions on:
 * all of one kind, at once or one after the other.
 */
void host_ask_all(struct host *host, struct arena *arena,
    const struct question *questions, size_t count,
    struct answer *ret_answers);
/* Close it when its status is ANSWER_OK. */
struct host_log host_open_log(struct host *host, struct arena *arena, const char *path);
/* Epoch seconds; -1 when the host does not tell. */
int64_t host_now(struct host *host);

enum host_file_kind {
	HOST_REGULAR,
	HOST_DIRECTORY,
	HOST_OTHER,
};

struct host_stat {
	enum host_file_kind kind;
	unsigned mode;		/* permission bits, 07777 */
	const char *owner;	/* name, else number; in the arena */
	const char *group;
	int64_t size;
	int64_t mtime;		/* epoch seconds */
};
/* status, and the parsed answer when it is ANSWER_OK. */
struct answer host_stat(struct host *host, struct arena *arena,
    const char *path, struct host_stat *ret_stat);

/* Names of a directory answer, in the arena. */
void host_names(struct arena *arena, const struct answer *answer,
    const char ***ret_names, size_t *ret_count);

/* "file /etc/exim.conf", "whm version api.version=1": what was asked, as text. */
char *question_text(struct arena *arena, const struct question *question);

/* Caps for the common askings, in bytes. */
#define HOST_CAP_CONFIG (4u * 1024 * 1024)
#define HOST_CAP_LIST (16u * 1024 * 1024)
#define HOST_INPUT_MAX 4096u	/* a pipe takes it without a reader: pipe(7) */
#define HOST_CAP_REPLY (32u * 1024 * 1024)
#define HOST_CAP_MESSAGE 65535u	/* RFC 1035 4.2.2 */

/* ---- implementations ---- */

struct whm_transport_options;	/* host/whm_transport.h */

struct host_live_options {
	const char *root;	/* NULL = the running system; else a tree */
	/* how to reach the API; NULL = skipped, for whm_skipped's reason */
	const struct whm_transport_options *whm;
	const char *whm_skipped;	/* "skipped: no WHM API configured" */
	/* NULL = sockets may be opened, names looked up */
	const char *network_skipped;	/* "skipped: --no-network" */
	/*
	 * NULL = this system's listeners are probed and addresses looked up as
	 * it does; of the system that a root was copied from that says nothing.
	 */
	const char *listeners_skipped;
	/* "ADDR", "ADDR:PORT", "[ADDR]:PORT"; NULL = those of the system's resolv.conf */
	const char *const *dns_servers;
	size_t dns_server_count;
};

/*
 * The running system, or the files below root. NULL and err when root can not
 * be opened (ERR_NOINPUT). Below a directory that is not root's no link is
 * followed, files are opened as the directory's owner, and only regular files
 * with one name are read.
 */
struct host *host_live(const struct host_live_options *options,
    struct err *err);

/* A log that is longer is recorded as one that could not be opened. */
#define HOST_LOG_RECORDED (1024 * 1024)

/*
 * Passes questions to inner (which stays the caller's) and appends each answer
 * as one JSON line to path. The replay host reads such a file: what was not
 * recorded fails with "not recorded".
 */
struct host *host_record(struct host *inner, const char *path,
    struct err *err);
struct host *host_replay(const char *path, struct err *err);

/*
 * Passes questions to inner, but fails the n-th, counting from 1; n = 0 fails
 * none. *asked (the caller's) counts the questions. The clock is not counted:
 * it is not an outside thing that a server can take away. A log that opens is
 * two questions: where the second fails, its second half can not be read (EIO).
 */
struct host *host_faulty(struct host *inner, size_t n, size_t *asked);

#endif
