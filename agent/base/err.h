/*
 * One error: what went wrong, where, and what to do about it.
 *
 * The struct lives on the caller's stack and starts zeroed. The first error
 * wins, because it is the cause and what follows is its echo. Code below the
 * commands fills it and returns -1; only a command prints it.
 */
#ifndef CPWARD_BASE_ERR_H
#define CPWARD_BASE_ERR_H

enum err_code {
	ERR_NONE,
	ERR_USAGE,	/* the command line is wrong: exit 64 */
	ERR_NOINPUT,	/* a named file, run or baseline is missing: exit 66 */
	ERR_CONTENT,	/* configuration, profile, waiver or snapshot content: exit 78 */
	ERR_BUSY,	/* another run holds the lock: exit 75 */
	ERR_ABSENT,	/* looked, and it is not there */
	ERR_ACCESS,	/* there, but not for us */
	ERR_LIMIT,	/* over a cap on size, depth or time */
	ERR_PARSE,	/* bytes that do not follow their grammar */
	ERR_IO,		/* read, write, spawn or network failure */
	ERR_REMOTE,	/* the other side answered with a refusal */
};

struct err {
	enum err_code code;
	unsigned line;		/* 1-based line in source; 0 = none */
	char source[512];	/* file, URL or command; "" = none */
	char text[768];		/* lower case, no full stop, value seen and wanted */
	char hint[512];		/* what to do; "" = none */
};

/* Both return -1 and keep an error that is already set. */
int err_set(struct err *err, enum err_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int err_at(struct err *err, enum err_code code, const char *source,
    unsigned line, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Adds the hint of the error that is set; the first hint wins. Returns -1. */
int err_hint(struct err *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "source:line: text" into out, always terminated. */
void err_format(const struct err *err, char *out, unsigned long size);

#endif
