#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "host/host.h"
#include "host/probe.h"
#include "parse/dns.h"

void
host_free(struct host *host)
{
	if (host != NULL)
		host->free(host);
}

/* What an implementation left out. */
static void
answer_complete(struct arena *arena, struct answer *answer)
{
	if (answer->bytes == NULL)
		answer->bytes = arena_strdup(arena, "");
	if (answer->status == ANSWER_SKIPPED && answer->why == NULL)
		answer->why = "skipped: no reason was given";
	else if ((answer->status == ANSWER_FAILED ||
	    answer->status == ANSWER_NO_PARENT) && answer->why == NULL)
		answer->why = "no reason was given";
	else if (answer->status == ANSWER_ABSENT && answer->why == NULL)
		answer->why = "does not exist";
}

static struct answer
host_ask(struct host *host, struct arena *arena,
    const struct question *question)
{
	struct answer answer = { .status = ANSWER_FAILED };

	host->ask(host, arena, question, &answer);
	answer_complete(arena, &answer);
	return answer;
}

void
host_ask_all(struct host *host, struct arena *arena,
    const struct question *questions, size_t count, struct answer *ret_answers)
{
	size_t i;

	for (i = 0; i < count; i++)
		ret_answers[i] = (struct answer){ .status = ANSWER_FAILED };
	if (host->ask_all != NULL)
		host->ask_all(host, arena, questions, count, ret_answers);
	for (i = 0; i < count && host->ask_all == NULL; i++)
		host->ask(host, arena, &questions[i], &ret_answers[i]);
}

struct answer
host_file(struct host *host, struct arena *arena, const char *path, size_t cap)
{
	return host_ask(host, arena, &(struct question){
	    .kind = ASK_FILE, .path = path, .cap = cap });
}

struct answer
host_dir(struct host *host, struct arena *arena, const char *path)
{
	return host_ask(host, arena, &(struct question){
	    .kind = ASK_DIR, .path = path, .cap = HOST_CAP_LIST });
}

struct answer
host_link(struct host *host, struct arena *arena, const char *path)
{
	return host_ask(host, arena, &(struct question){
	    .kind = ASK_LINK, .path = path, .cap = 4096 });
}

struct answer
host_command(struct host *host, struct arena *arena, const char *const *argv,
    size_t cap)
{
	return host_command_input(host, arena, argv, NULL, cap);
}

struct answer
host_command_input(struct host *host, struct arena *arena,
    const char *const *argv, const char *input, size_t cap)
{
	return host_ask(host, arena, &(struct question){
	    .kind = ASK_COMMAND, .argv = argv, .input = input, .cap = cap });
}

struct answer
host_whm(struct host *host, struct arena *arena, const char *function,
    const struct whm_argument *arguments, size_t count)
{
	return host_ask(host, arena, &(struct question){
	    .kind = ASK_WHM, .function = function, .arguments = arguments,
	    .argument_count = count, .cap = HOST_CAP_REPLY });
}

struct answer
host_probe(struct host *host, struct arena *arena,
    const struct probe_request *request)
{
	return host_ask(host, arena, &(struct question){
	    .kind = ASK_PROBE, .probe = request, .cap = HOST_CAP_REPLY });
}

struct answer
host_address(struct host *host, struct arena *arena, const char *name)
{
	return host_ask(host, arena, &(struct question){
	    .kind = ASK_ADDRESS, .name = name, .cap = 4096 });
}

/* Questions are only needed while they are asked: not in the caller's arena. */
void
host_dns(struct host *host, struct arena *arena,
    const struct dns_question *questions, size_t count,
    struct answer *ret_answers)
{
	struct arena *scratch = arena_new();
	struct question *asked = arena_array(scratch, count, sizeof(*asked));
	size_t i;

	for (i = 0; i < count; i++)
		asked[i] = (struct question){ .kind = ASK_DNS,
		    .name = questions[i].name, .type = questions[i].type,
		    .cap = HOST_CAP_MESSAGE };
	host_ask_all(host, arena, asked, count, ret_answers);
	for (i = 0; i < count; i++)
		answer_complete(arena, &ret_answers[i]);
	arena_free(scratch);
}

void
host_fetch(struct host *host, struct arena *arena, const char *const *urls,
    size_t count, size_t cap, struct answer *ret_answers)
{
	struct arena *scratch = arena_new();
	struct question *asked = arena_array(scratch, count, sizeof(*asked));
	size_t i;

	for (i = 0; i < count; i++)
		asked[i] = (struct question){ .kind = ASK_FETCH,
		    .url = urls[i], .cap = cap };
	host_ask_all(host, arena, asked, count, ret_answers);
	for (i = 0; i < count; i++)
		answer_complete(arena, &ret_answers[i]);
	arena_free(scratch);
}

int64_t
host_now(struct host *host)
{
	struct arena *arena = arena_new();
	struct answer answer = host_ask(host, arena,
	    &(struct question){ .kind = ASK_CLOCK, .cap = 32 });
	int64_t now = -1;

	if (answer.status == ANSWER_OK)
		now = strtoll(answer.bytes, NULL, 10);
	arena_free(arena);
	return now;
}

struct answer
host_stat(struct host *host, struct arena *arena, const char *path,
    struct host_stat *ret_stat)
{
	struct answer answer = host_ask(host, arena, &(struct question){
	    .kind = ASK_STAT, .path = path, .cap = 512 });
	char kind[16], owner[64], group[64];
	struct host_stat st;

	if (answer.status != ANSWER_OK)
		return answer;
	if (sscanf(answer.bytes, "%15s %o %63s %63s %" SCNd64 " %" SCNd64,
	    kind, &st.mode, owner, group, &st.size, &st.mtime) != 6) {
		answer.status = ANSWER_FAILED;
		answer.why = "the recorded status can not be read";
		return answer;
	}
	st.kind = strcmp(kind, "file") == 0 ? HOST_REGULAR :
	    strcmp(kind, "dir") == 0 ? HOST_DIRECTORY : HOST_OTHER;
	st.owner = arena_strdup(arena, owner);
	st.group = arena_strdup(arena, group);
	*ret_stat = st;
	return answer;
}

void
host_names(struct arena *arena, const struct answer *answer,
    const char ***ret_names, size_t *ret_count)
{
	const char *at = answer->bytes, *end = at + answer->length, *slash;

	*ret_names = NULL;
	*ret_count = 0;
	while (at < end && (slash = memchr(at, '/', (size_t)(end - at))) != NULL) {
		*arena_push(arena, ret_names, ret_count) =
		    arena_memdup(arena, at, (size_t)(slash - at));
		at = slash + 1;
	}
}

static void
add_words(struct buf *text, const char *const *words)
{
	for (; *words != NULL; words++) {
		(void)buf_addc(text, ' ');
		(void)buf_adds(text, *words);
	}
}

/* What a program is fed is part of the question; its lines stay one. */
static void
add_input(struct buf *text, const char *input)
{
	(void)buf_adds(text, " <<");
	for (; *input != '\0'; input++)
		if (*input == '\n')
			(void)buf_addc(text, '|');
		else if (*input != '\r')
			(void)buf_addc(text, *input);
}

/* All that the answer depends on: "127.0.0.1 from 127.0.0.2 25/smtp … verdict". */
static void
add_probe(struct buf *text, const struct probe_request *request)
{
	size_t i, j;

	(void)buf_addf(text, " %s", request->host);
	if (request->server_name != NULL)
		(void)buf_addf(text, " name %s", request->server_name);
	if (request->source != NULL)
		(void)buf_addf(text, " from %s", request->source);
	for (i = 0; i < request->target_count; i++) {
		const struct probe_target *target = &request->targets[i];

		(void)buf_addf(text, " %u/%s", target->port,
		    probe_protocol_name(target->protocol));
		for (j = 0; j < target->server_name_count; j++)
			(void)buf_addf(text, "+%s", target->server_names[j]);
	}
	if (request->relay)
		(void)buf_adds(text, " relay");
	(void)buf_adds(text, request->full ? " full" : " verdict");
}

char *
question_text(struct arena *arena, const struct question *question)
{
	static const char *const kinds[] = {
		[ASK_FILE] = "file", [ASK_STAT] = "stat", [ASK_DIR] = "dir",
		[ASK_LINK] = "link", [ASK_COMMAND] = "run",
		[ASK_WHM] = "whm", [ASK_CLOCK] = "clock",
		[ASK_PROBE] = "probe", [ASK_ADDRESS] = "address",
		[ASK_DNS] = "dns", [ASK_FETCH] = "fetch",
	};
	struct buf text;
	char type[16], *copy;
	size_t i;

	buf_init(&text, 1024 * 1024);
	(void)buf_adds(&text, kinds[question->kind]);
	if (question->path != NULL)
		(void)buf_addf(&text, " %s", question->path);
	if (question->kind == ASK_COMMAND)
		add_words(&text, question->argv);
	if (question->kind == ASK_COMMAND && question->input != NULL)
		add_input(&text, question->input);
	if (question->kind == ASK_WHM)
		(void)buf_addf(&text, " %s", question->function);
	if (question->kind == ASK_PROBE)
		add_probe(&text, question->probe);
	if (question->kind == ASK_ADDRESS)
		(void)buf_addf(&text, " %s", question->name);
	if (question->kind == ASK_DNS)
		(void)buf_addf(&text, " %s %s",
		    dns_type_name(question->type, type), question->name);
	if (question->kind == ASK_FETCH)
		(void)buf_addf(&text, " %s", question->url);
	for (i = 0; i < question->argument_count; i++)
		(void)buf_addf(&text, " %s=%s", question->arguments[i].name,
		    question->arguments[i].value);
	copy = arena_memdup(arena, text.bytes, text.length);
	buf_done(&text);
	return copy;
}
