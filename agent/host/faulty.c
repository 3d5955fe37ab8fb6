#include <stdlib.h>

#include "base/arena.h"
#include "host/host.h"

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
	    .ask_all = faulty_ask_all, .free = faulty_free,
	    .whm_name = inner->whm_name };
	faulty->inner = inner;
	faulty->n = n;
	faulty->asked = asked;
	*asked = 0;
	return &faulty->base;
}
