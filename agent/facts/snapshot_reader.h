/*
 * The reader of snapshots in two files: snapshot_scan.c walks the document,
 * snapshot_read.c knows what it means.
 *
 * Jansson makes a tree of what it reads, some 800 bytes a fact. So a scanner
 * that only knows strings and brackets finds the groups and items, and Jansson
 * gets one of them at a time.
 */
#ifndef CPWARD_FACTS_SNAPSHOT_READER_H
#define CPWARD_FACTS_SNAPSHOT_READER_H

#include <jansson.h>

#include "base/buf.h"
#include "facts/snapshot_private.h"

#define READER_MAX_NAME_BYTES (64u * 1024)
#define READER_SHOWN_SIZE 128

struct err;

struct span {
	const char *start;
	const char *end;
};

struct reader {
	struct arena *arena;
	const char *source;
	const char *bytes;
	size_t length;
	void (*warn)(void *context, const char *text);
	void *warn_context;
	unsigned warnings;
	struct snapshot_layout layout;
	struct facts *facts;
	struct buf name;	/* of the member that is being read */
	/* where we are, for messages */
	const char *at;
	const char *section;
	const char *item;
	const char *key;
	struct err *err;
};

/* The members of an object: at stands behind '{' or a member. */
struct members {
	const char *at;
	const char *end;
	bool begun;
};


const char *reader_type_word(const json_t *json);

/* ERR_CONTENT, "PATH …" at the line of the part being read. Returns -1. */
int reader_fail(struct reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Tells warn that name is nothing we know; after some warnings, silence. */
void reader_warn(struct reader *reader, const char *name);

/*
 * Sets ret_value to the value that begins at at: brackets paired, strings
 * closed; Jansson judges the rest when the part is its turn.
 */
int reader_scan(struct reader *reader, const char *at, const char *end,
    struct span *ret_value);

/* Behind white space. */
const char *reader_skip_blanks(const char *at, const char *end);

/* One part of the document as a tree: the caller's; NULL on error. */
json_t *reader_parse(struct reader *reader, const struct span *part);

/* The bytes that a JSON string stands for, in the arena. */
char *reader_string(struct reader *reader, const json_t *json);

int members_begin(struct reader *reader, const struct span *object,
    struct members *ret_members);

/*
 * The next member: its name in reader->name until the next call. 1 = there is
 * one, 0 = the object's end, -1 = an error.
 */
int members_next(struct reader *reader, struct members *members,
    struct span *ret_value);

/* For CLEANUP. */
void reader_json_done(json_t **json);

#endif
