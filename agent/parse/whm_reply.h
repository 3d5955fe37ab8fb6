/*
 * Replies of WHM API 1: bytes and an HTTP status in; data out, or the verdict
 * why there is none, with a text and a hint for whoever must act on it.
 *
 *	{"data": {…}, "metadata": {"command": "version", "reason": "OK",
 *	    "result": 1, "version": 1}}
 *
 * Sources: api.docs.cpanel.net, "WHM API 1" and its OpenAPI document; replies
 * of real servers recorded in site5/lumberg. Where the documents leave a form
 * open every candidate is read: Perl gives numbers as strings, null, "" or no
 * member at all for nothing, and members in any order.
 */
#ifndef CPWARD_PARSE_WHM_REPLY_H
#define CPWARD_PARSE_WHM_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct arena;

enum whm_verdict {
	WHM_UNREAD,		/* zeroed memory is no success */
	WHM_OK,
	WHM_ACCESS_DENIED,	/* token, user or address refused: 401, 403 */
	WHM_NO_PRIVILEGE,	/* let in, but not for this function */
	WHM_UNKNOWN_FUNCTION,
	WHM_UNKNOWN_SETTING,	/* no such tweak setting in this version */
	WHM_DISABLED,		/* the function's role or profile is off */
	WHM_MISSING_PARAMETER,
	WHM_FAILED,		/* metadata.result 0 for another reason */
	/* Up to here the server itself refused; from here no envelope came. */
	WHM_REDIRECTED,
	WHM_SERVER_ERROR,	/* 5xx */
	WHM_STATUS,		/* any other HTTP status, without an envelope */
	WHM_EMPTY,
	WHM_HTML,
	WHM_TRUNCATED,
	WHM_NOT_JSON,
	WHM_TOO_LARGE,
	WHM_NO_METADATA,	/* the shape of API 0, or of another API */
	WHM_MISMATCH,		/* the answer to another call */
	WHM_VERDICT_COUNT,
};

struct whm_reply {
	enum whm_verdict verdict;
	json_t *document;	/* owned; NULL for a part of a batch */
	/*
	 * NULL when none came. A batch that failed may have it: its parts say
	 * which of them failed.
	 */
	json_t *data;
	const char *text;	/* what went wrong; NULL when WHM_OK */
	const char *hint;	/* NULL = none */
};

/* Caps beyond the caller's on bytes: what a reply may cost in memory. */
#define WHM_MAX_DEPTH 32
#define WHM_MAX_VALUES 1000000
/* Of what a server says about a failure, so much is quoted. */
#define WHM_MAX_REASON 200

/*
 * Reads the reply to function. status is the HTTP status, 0 for the local
 * command. Texts live in the arena and quote the server's reason only.
 */
void whm_reply_read(struct arena *arena, const char *function, int status,
    const char *bytes, size_t length, struct whm_reply *ret_reply);
void whm_reply_done(struct whm_reply *reply);

/* "TEXT; hint: HINT", or the text alone; NULL when the reply is ok. */
const char *whm_reply_why(struct arena *arena, const struct whm_reply *reply);

/*
 * The parts of a batch's reply, in the order of the functions asked. -1 and
 * the reason when the batch has no parts, or not these: then none is to be
 * believed. The parts' data belong to the batch.
 */
int whm_batch_split(struct arena *arena, const struct whm_reply *batch,
    const char *const *functions, size_t count, struct whm_reply *ret_parts,
    const char **ret_why);

enum whm_value {
	WHM_VALUE_MISSING,	/* no such member, or nothing to look in */
	WHM_VALUE_NULL,		/* null; for all but strings "" too */
	WHM_VALUE_FOUND,
	WHM_VALUE_WRONG,	/* of a type that can not be read so */
};

/*
 * Members by path: "tweaksetting/value" looks inside objects ('.' is part of
 * names such as "issuer.commonName"); "" is the value itself. The result is
 * left alone unless WHM_VALUE_FOUND. Strings live in the document, or in the
 * arena when they were numbers or JSON booleans (as "1" and "0").
 */
enum whm_value whm_get(const json_t *from, const char *path,
    const json_t **ret_value);
enum whm_value whm_get_int(const json_t *from, const char *path,
    int64_t *ret_value);
enum whm_value whm_get_flag(const json_t *from, const char *path,
    bool *ret_value);
enum whm_value whm_get_string(struct arena *arena, const json_t *from,
    const char *path, const char **ret_value);
enum whm_value whm_get_array(const json_t *from, const char *path,
    const json_t **ret_value);

#endif
