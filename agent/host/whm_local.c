#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "host/command.h"
#include "host/whm_private.h"
#include "parse/whm_reply.h"

#define ARGUMENT_MAX (64u * 1024)

/* NULL when it is longer than any program may be given. */
static const char *
argument_text(struct arena *arena, const struct whm_argument *argument)
{
	const char *text = NULL;
	struct buf buf;

	buf_init(&buf, ARGUMENT_MAX);
	if (whm_encode(&buf, argument->name) == 0 && buf_addc(&buf, '=') == 0 &&
	    whm_encode(&buf, argument->value) == 0)
		text = arena_memdup(arena, buf.bytes, buf.length);
	buf_done(&buf);
	return text;
}

static const char **
build_argv(struct arena *arena, const struct question *question)
{
	const char **argv = arena_array(arena, question->argument_count + 5,
	    sizeof(*argv));
	size_t i, used = 0;

	argv[used++] = WHM_LOCAL_PROGRAM;
	argv[used++] = "--output=json";
	argv[used++] = question->function;
	argv[used++] = "api.version=1";
	for (i = 0; i < question->argument_count; i++) {
		argv[used] = argument_text(arena, &question->arguments[i]);
		if (argv[used++] == NULL)
			return NULL;
	}
	return argv;
}

/*
 * An exit status other than 0 is fine when the reply says itself that
 * something failed: whether whmapi1's status follows the result is not
 * documented. The parts of a batch each say it for themselves.
 */
static bool
is_explained(struct arena *arena, const struct question *question,
    const struct answer *answer)
{
	struct whm_reply reply;
	bool explained;

	whm_reply_read(arena, question->function, 0, answer->bytes,
	    answer->length, &reply);
	explained = (reply.verdict > WHM_OK && reply.verdict <= WHM_FAILED) ||
	    (reply.verdict == WHM_OK &&
	    strcmp(question->function, "batch") == 0);
	whm_reply_done(&reply);
	return explained;
}

static void
answer_from_exit(struct arena *arena, const struct question *question,
    struct answer *answer)
{
	const char *said = answer->why != NULL ? answer->why : "";
	int code = answer->code;

	explicit_bzero(answer->bytes, answer->length);
	if (code > 128)
		whm_answer_failed(arena, answer, "see "
		    "/usr/local/cpanel/logs/error_log",
		    "whmapi1 %s: ended by signal %d", question->function,
		    code - 128);
	else
		whm_answer_failed(arena, answer, "see "
		    "/usr/local/cpanel/logs/error_log",
		    "whmapi1 %s: exit status %d, wanted 0%s%.*s",
		    question->function, code, *said != '\0' ? ": " : "",
		    WHM_MAX_REASON, said);
}

void
whm_local_ask(struct arena *arena, const struct question *question,
    int timeout, struct answer *ret_answer)
{
	const char **argv = build_argv(arena, question);

	if (argv == NULL) {
		whm_answer_failed(arena, ret_answer, NULL,
		    "whmapi1 %s: an argument is over %u bytes",
		    question->function, ARGUMENT_MAX);
		return;
	}
	command_run(arena, argv, question->cap, timeout, ret_answer);
	if (ret_answer->status == ANSWER_ABSENT)
		/* That a program is missing makes no setting absent. */
		whm_answer_failed(arena, ret_answer, "is this a cPanel server?"
		    " From elsewhere use transport = https in [whm]",
		    "%s: no such program", WHM_LOCAL_PROGRAM);
	else if (ret_answer->status == ANSWER_OK && ret_answer->code != 0 &&
	    !is_explained(arena, question, ret_answer))
		answer_from_exit(arena, question, ret_answer);
	if (ret_answer->status == ANSWER_OK) {
		/* Perl's warnings on standard error are no failure. */
		ret_answer->why = NULL;
		ret_answer->code = 0;
	}
}
