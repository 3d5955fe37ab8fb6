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
faulty_ask(struct host *host, struct arena *arena,
    const struct question *question, struct answer *ret_answer)
{
	struct faulty *faulty = (struct faulty *)host;

	if (question->kind != ASK_CLOCK && ++*faulty->asked == faulty->n) {
		ret_answer->status = ANSWER_FAILED;
		ret_answer->why = arena_printf(arena, "injected fault: %s",
		    question_text(arena, question));
		return;
	}
	faulty->inner->ask(faulty->inner, arena, question, ret_answer);
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
	faulty->base = (struct host){ faulty_ask, faulty_free, inner->whm_name };
	faulty->inner = inner;
	faulty->n = n;
	faulty->asked = asked;
	*asked = 0;
	return &faulty->base;
}
