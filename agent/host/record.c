/*
 * Answers on file, one JSON object a line:
 *	{"ask": "file /etc/exim.conf", "status": "ok", "code": 0,
 *	 "why": null, "text": "…"}
 * or "base64" in place of "text" when the bytes are not UTF-8 text.
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

static void
record_answer(struct recorder *recorder, struct arena *arena,
    const struct question *question, const struct answer *answer)
{
	CLEANUP(json_put) json_t *line = json_pack("{s:s, s:s, s:i, s:s?}",
	    "ask", question_text(arena, question),
	    "status", status_names[answer->status],
	    "code", answer->code, "why", answer->why);

	if (line == NULL ||
	    (answer->bytes != NULL && record_bytes(line, answer) != 0))
		return;	/* replay will say "not recorded" */
	json_dumpf(line, recorder->out, JSON_COMPACT);
	fputc('\n', recorder->out);
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
	    .ask_all = recorder_ask_all, .free = recorder_free,
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

static void
replayer_ask(struct host *host, struct arena *arena,
    const struct question *question, struct answer *ret_answer)
{
	struct replayer *replayer = (struct replayer *)host;
	const char *text = question_text(arena, question);
	const json_t *line = json_object_get(replayer->answers, text);
	const char *status;
	size_t i;

	if (line == NULL) {
		ret_answer->why = arena_printf(arena, "not recorded: %s", text);
		return;
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
	    .free = replayer_free, .whm_name = "whmapi1" };
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
