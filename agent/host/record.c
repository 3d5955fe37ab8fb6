/*
 * Answers on file, one JSON object a line:
 *	{"ask": "file /etc/exim.conf", "status": "ok", "code": 0,
 *	 "why": null, "text": "…"}
 * or "base64" in place of "text" when the bytes are not UTF-8 text. A log's
 * has also what the file was when it was opened:
 *	{"ask": "log /var/log/maillog", …, "device": 66306, "inode": 131,
 *	 "size": 4711, "mtime": 1795305600}
 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/fileio.h"
#include "host/host.h"
#include "host/log.h"

#define RECORDING_MAX (256u * 1024 * 1024)

static const char *const status_names[] = {
	[ANSWER_FAILED] = "failed",
	[ANSWER_OK] = "ok",
	[ANSWER_ABSENT] = "absent",
	[ANSWER_NO_PARENT] = "no-parent",
	[ANSWER_SKIPPED] = "skipped",
};

static void
json_put(json_t **json)
{
	json_decref(*json);
}

/* ---- record ---- */

struct recorder {
	struct host base;
	struct host *inner;
	FILE *out;
};

static int
record_bytes(json_t *line, const struct answer *answer)
{
	json_t *text = json_stringn(answer->bytes, answer->length);
	unsigned char *encoded;
	int result;

	if (text != NULL)
		return json_object_set_new(line, "text", text);
	encoded = malloc(answer->length / 3 * 4 + 5);
	if (encoded == NULL)
		return -1;
	EVP_EncodeBlock(encoded, (const unsigned char *)answer->bytes,
	    (int)answer->length);
	result = json_object_set_new(line, "base64",
	    json_string((const char *)encoded));
	free(encoded);
	return result;
}

/* about: members that stand in the line besides; NULL = none. */
static void
record_line(struct recorder *recorder, const char *ask,
    const struct answer *answer, json_t *about)
{
	CLEANUP(json_put) json_t *line = json_pack("{s:s, s:s, s:i, s:s?}",
	    "ask", ask, "status", status_names[answer->status],
	    "code", answer->code, "why", answer->why);

	if (line == NULL ||
	    (about != NULL && json_object_update(line, about) != 0) ||
	    (answer->bytes != NULL && record_bytes(line, answer) != 0))
		return;	/* replay will say "not recorded" */
	json_dumpf(line, recorder->out, JSON_COMPACT);
	fputc('\n', recorder->out);
}

static void
record_answer(struct recorder *recorder, struct arena *arena,
    const struct question *question, const struct answer *answer)
{
	record_line(recorder, question_text(arena, question), answer, NULL);
}

static void
recorder_ask(struct host *host, struct arena *arena,
    const struct question *question, struct answer *ret_answer)
{
	struct recorder *recorder = (struct recorder *)host;

	recorder->inner->ask(recorder->inner, arena, question, ret_answer);
	record_answer(recorder, arena, question, ret_answer);
}

static void
recorder_ask_all(struct host *host, struct arena *arena,
    const struct question *questions, size_t count, struct answer *ret_answers)
{
	struct recorder *recorder = (struct recorder *)host;
	size_t i;

	host_ask_all(recorder->inner, arena, questions, count, ret_answers);
	for (i = 0; i < count; i++)
		record_answer(recorder, arena, &questions[i], &ret_answers[i]);
}

/* All that it held when it was opened; -1 with errno when that can not be read. */
static int
read_whole(const struct host_log *log, char *bytes)
{
	uint64_t size = (uint64_t)log->size, done = 0;
	ssize_t got;

	while (done < size) {
		got = log->read(log, done, bytes + done, (size_t)(size - done));
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		done += (uint64_t)got;
	}
	/* What is not there any more is not part of what was. */
	errno = ESTALE;
	return done == size ? 0 : -1;
}

static void
record_log(struct recorder *recorder, struct arena *arena, const char *path,
    const struct host_log *log)
{
	struct answer answer = { .status = log->status, .why = log->why };
	/* 64 bits of a file's numbers go into 63 and a sign, and come back. */
	CLEANUP(json_put) json_t *about = json_pack("{s:I, s:I, s:I, s:I}",
	    "device", (json_int_t)log->device, "inode", (json_int_t)log->inode,
	    "size", (json_int_t)log->size, "mtime", (json_int_t)log->mtime);
	char *bytes = NULL;

	if (log->status == ANSWER_OK && log->size > HOST_LOG_RECORDED) {
		answer.status = ANSWER_FAILED;
		answer.why = arena_join(arena, path,
		    ": is too long to be recorded");
	} else if (log->status == ANSWER_OK) {
		bytes = arena_alloc(arena, (size_t)log->size + 1);
		answer.bytes = bytes;
		answer.length = (size_t)log->size;
	}
	if (bytes != NULL && read_whole(log, bytes) != 0) {
		answer = (struct answer){ .status = ANSWER_FAILED,
		    .why = arena_join(arena, path, ": ", strerror(errno)) };
	}
	record_line(recorder, log_question_text(arena, path), &answer,
	    answer.status == ANSWER_OK ? about : NULL);
}

static void
recorder_open_log(struct host *host, struct arena *arena, const char *path,
    struct host_log *ret_log)
{
	struct recorder *recorder = (struct recorder *)host;

	*ret_log = host_open_log(recorder->inner, arena, path);
	record_log(recorder, arena, path, ret_log);
}

static void
recorder_free(struct host *host)
{
	struct recorder *recorder = (struct recorder *)host;

	fclose(recorder->out);
	free(recorder);
}

struct host *
host_record(struct host *inner, const char *path, struct err *err)
{
	struct recorder *recorder = calloc(1, sizeof(*recorder));

	if (recorder == NULL)
		abort();
	recorder->base = (struct host){ .ask = recorder_ask,
	    .ask_all = recorder_ask_all, .open_log = recorder_open_log,
	    .free = recorder_free,
	    .whm_name = inner->whm_name };
	recorder->inner = inner;
	recorder->out = fopen(path, "we");
	if (recorder->out == NULL) {
		err_at(err, ERR_IO, path, 0, "%s", strerror(errno));
		free(recorder);
		return NULL;
	}
	return &recorder->base;
}

/* ---- replay ---- */

struct replayer {
	struct host base;
	json_t *answers;	/* by question */
};

static void
replay_bytes(struct arena *arena, const json_t *line, struct answer *answer)
{
	const json_t *text = json_object_get(line, "text");
	const char *encoded = json_string_value(json_object_get(line, "base64"));
	size_t length;
	int decoded = 0;

	if (text != NULL) {
		answer->length = json_string_length(text);
		answer->bytes = arena_memdup(arena, json_string_value(text),
		    answer->length);
	} else if (encoded != NULL) {
		length = strlen(encoded);
		answer->bytes = arena_alloc(arena, length + 1);
		decoded = EVP_DecodeBlock((unsigned char *)answer->bytes,
		    (const unsigned char *)encoded, (int)length);
		/* EVP_DecodeBlock counts the padding as bytes. */
		answer->length = decoded < 0 ? 0 : (size_t)decoded;
		while (answer->length > 0 && length > 0 &&
		    encoded[--length] == '=')
			answer->length--;
	}
	if ((text != NULL && !json_is_string(text)) || decoded < 0) {
		answer->status = ANSWER_FAILED;
		answer->why = "the recorded bytes can not be read";
	}
}

/* The line that answers ask; NULL when there is none. */
static const json_t *
replay_line(const struct replayer *replayer, struct arena *arena,
    const char *ask, struct answer *ret_answer)
{
	const json_t *line = json_object_get(replayer->answers, ask);
	const char *status;
	size_t i;

	if (line == NULL) {
		ret_answer->why = arena_printf(arena, "not recorded: %s", ask);
		return NULL;
	}
	status = json_string_value(json_object_get(line, "status"));
	for (i = 0; status != NULL &&
	    i < sizeof(status_names) / sizeof(status_names[0]); i++)
		if (strcmp(status, status_names[i]) == 0)
			ret_answer->status = (enum answer_status)i;
	ret_answer->code = (int)json_integer_value(
	    json_object_get(line, "code"));
	ret_answer->why = arena_strdup(arena,
	    json_string_value(json_object_get(line, "why")));
	replay_bytes(arena, line, ret_answer);
	return line;
}

static void
replayer_ask(struct host *host, struct arena *arena,
    const struct question *question, struct answer *ret_answer)
{
	replay_line((struct replayer *)host, arena,
	    question_text(arena, question), ret_answer);
}

static int64_t
replay_number(const json_t *line, const char *name)
{
	return json_integer_value(json_object_get(line, name));
}

static void
replayer_open_log(struct host *host, struct arena *arena, const char *path,
    struct host_log *ret_log)
{
	struct answer answer = { .status = ANSWER_FAILED };
	const json_t *line = replay_line((struct replayer *)host, arena,
	    log_question_text(arena, path), &answer);

	if (answer.status != ANSWER_OK) {
		ret_log->status = answer.status;
		ret_log->why = answer.why;
		return;
	}
	log_from_bytes(arena, answer.bytes, answer.length, ret_log);
	ret_log->device = (uint64_t)replay_number(line, "device");
	ret_log->inode = (uint64_t)replay_number(line, "inode");
	ret_log->mtime = replay_number(line, "mtime");
}

static void
replayer_free(struct host *host)
{
	struct replayer *replayer = (struct replayer *)host;

	json_decref(replayer->answers);
	free(replayer);
}

static int
replay_load(json_t *answers, const char *path, const struct buf *bytes,
    struct err *err)
{
	const char *at = bytes->bytes, *end = at + bytes->length, *newline;
	unsigned line = 0;
	json_error_t error;
	json_t *answer;
	const char *ask;

	for (; at < end; at = newline + 1) {
		line++;
		newline = memchr(at, '\n', (size_t)(end - at));
		if (newline == NULL)
			newline = end;
		if (newline == at)
			continue;
		answer = json_loadb(at, (size_t)(newline - at),
		    JSON_ALLOW_NUL, &error);
		ask = json_string_value(json_object_get(answer, "ask"));
		if (ask == NULL) {
			json_decref(answer);
			return err_at(err, ERR_CONTENT, path, line,
			    "is not an answer with an \"ask\"");
		}
		json_object_set_new(answers, ask, answer);
	}
	return 0;
}

struct host *
host_replay(const char *path, struct err *err)
{
	struct replayer *replayer = calloc(1, sizeof(*replayer));
	struct buf bytes;

	if (replayer == NULL)
		abort();
	replayer->base = (struct host){ .ask = replayer_ask,
	    .open_log = replayer_open_log, .free = replayer_free, .whm_name = "whmapi1" };
	replayer->answers = json_object();
	buf_init(&bytes, RECORDING_MAX);
	if (file_read(path, &bytes, err) != 0 ||
	    replay_load(replayer->answers, path, &bytes, err) != 0) {
		replayer_free(&replayer->base);
		replayer = NULL;
	}
	buf_done(&bytes);
	return replayer == NULL ? NULL : &replayer->base;
}
