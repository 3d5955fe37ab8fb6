#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"
#include "host/host.h"
#include "host/log.h"

struct faulty {
	struct host base;
	struct host *inner;
	size_t n;
	size_t *asked;
};

static void
inject(struct arena *arena, const struct question *question,
    struct answer *ret_answer)
{
	*ret_answer = (struct answer){ .status = ANSWER_FAILED,
	    .why = arena_printf(arena, "injected fault: %s",
	    question_text(arena, question)) };
}

static void
faulty_ask(struct host *host, struct arena *arena,
    const struct question *question, struct answer *ret_answer)
{
	struct faulty *faulty = (struct faulty *)host;

	if (question->kind != ASK_CLOCK && ++*faulty->asked == faulty->n)
		inject(arena, question, ret_answer);
	else
		faulty->inner->ask(faulty->inner, arena, question, ret_answer);
}

/* Each question counts; the one that fails is asked, and its answer dropped. */
static void
faulty_ask_all(struct host *host, struct arena *arena,
    const struct question *questions, size_t count, struct answer *ret_answers)
{
	struct faulty *faulty = (struct faulty *)host;
	size_t before = *faulty->asked;

	host_ask_all(faulty->inner, arena, questions, count, ret_answers);
	*faulty->asked += count;
	if (faulty->n > before && faulty->n <= *faulty->asked)
		inject(arena, &questions[faulty->n - before - 1],
		    &ret_answers[faulty->n - before - 1]);
}

/* ---- logs ---- */

/* One whose second half is lost. */
struct faulty_log {
	struct host_log inner;
	uint64_t readable;	/* bytes */
};

static ssize_t
faulty_read(const struct host_log *log, uint64_t offset, void *bytes,
    size_t room)
{
	const struct faulty_log *faulty = log->data;

	if (offset >= faulty->readable) {
		errno = EIO;
		return -1;
	}
	if (room > faulty->readable - offset)
		room = (size_t)(faulty->readable - offset);
	return faulty->inner.read(&faulty->inner, offset, bytes, room);
}

static void
faulty_close(struct host_log *log)
{
	struct faulty_log *faulty = log->data;

	faulty->inner.close(&faulty->inner);
}

/*
 * What is read, and by which thread first, is no order to count in: whether the
 * reading will fail is settled at the opening.
 */
static void
faulty_open_log(struct host *host, struct arena *arena, const char *path,
    struct host_log *ret_log)
{
	struct faulty *faulty = (struct faulty *)host;
	struct faulty_log *broken;

	if (++*faulty->asked == faulty->n) {
		ret_log->why = arena_join(arena, "injected fault: ",
		    log_question_text(arena, path));
		return;
	}
	*ret_log = host_open_log(faulty->inner, arena, path);
	if (ret_log->status != ANSWER_OK || ++*faulty->asked != faulty->n)
		return;
	broken = arena_alloc(arena, sizeof(*broken));
	*broken = (struct faulty_log){ *ret_log, (uint64_t)ret_log->size / 2 };
	ret_log->read = faulty_read;
	ret_log->close = faulty_close;
	ret_log->data = broken;
}

static void
faulty_free(struct host *host)
{
	free(host);
}

struct host *
host_faulty(struct host *inner, size_t n, size_t *asked)
{
	struct faulty *faulty = calloc(1, sizeof(*faulty));

	if (faulty == NULL)
		abort();
	faulty->base = (struct host){ .ask = faulty_ask,
	    .ask_all = faulty_ask_all, .open_log = faulty_open_log,
	    .free = faulty_free,
	    .whm_name = inner->whm_name };
	faulty->inner = inner;
	faulty->n = n;
	faulty->asked = asked;
	*asked = 0;
	return &faulty->base;
}
