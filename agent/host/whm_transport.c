#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "host/whm_private.h"

#define DEFAULT_TIMEOUT 30	/* seconds */

struct whm_transport {
	struct arena *arena;			/* for options and name */
	struct whm_transport_options options;
	const char *name;
	struct whm_https *https;	/* NULL before the first call */
	bool refused;
};

static const char *
address_of(const char *url)
{
	const char *slashes = url == NULL ? NULL : strstr(url, "://");

	return slashes == NULL ? "" : slashes + 3;
}

struct whm_transport *
whm_transport_new(const struct whm_transport_options *options)
{
	struct arena *arena = arena_new();
	struct whm_transport *transport = arena_alloc(arena,
	    sizeof(*transport));

	transport->arena = arena;
	transport->options = (struct whm_transport_options){
		.local = options->local,
		.url = arena_strdup(arena, options->url),
		.user = options->user == NULL ? "root" :
		    arena_strdup(arena, options->user),
		.token_file = arena_strdup(arena, options->token_file),
		.ca_file = arena_strdup(arena, options->ca_file),
		.timeout = options->timeout > 0 ? options->timeout :
		    DEFAULT_TIMEOUT,
	};
	transport->name = options->local ? "whmapi1" :
	    arena_printf(arena, "whm %s@%s", transport->options.user,
	    address_of(options->url));
	return transport;
}

void
whm_transport_free(struct whm_transport *transport)
{
	if (transport == NULL)
		return;
	whm_https_free(transport->https);
	arena_free(transport->arena);
}

const char *
whm_transport_name(const struct whm_transport *transport)
{
	return transport->name;
}

int
whm_encode(struct buf *buf, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
	int failed = 0;

	for (; *text != '\0'; text++)
		failed |= strchr(plain, *text) != NULL ? buf_addc(buf, *text) :
		    buf_addf(buf, "%%%02X", (unsigned char)*text);
	return failed;
}

void
whm_answer_failed(struct arena *arena, struct answer *ret_answer,
    const char *hint, const char *format, ...)
{
	char text[768];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	memset(ret_answer, 0, sizeof(*ret_answer));
	ret_answer->status = ANSWER_FAILED;
	ret_answer->why = hint == NULL ? arena_strdup(arena, text) :
	    arena_printf(arena, "%s; hint: %s", text, hint);
}

static void
https_ask(struct whm_transport *transport, struct arena *arena,
    const struct question *question, struct answer *ret_answer)
{
	const char *why;

	if (transport->https == NULL)
		transport->https = whm_https_new(arena, &transport->options,
		    &why);
	if (transport->https == NULL) {
		whm_answer_failed(arena, ret_answer, NULL, "%s", why);
		return;
	}
	whm_https_ask(transport->https, arena, question, ret_answer);
	if (ret_answer->code != 401 && ret_answer->code != 403)
		return;
	/*
	 * cPHulk counts failures, so that asking on could get the address
	 * banned; and nothing more needs the token.
	 */
	transport->refused = true;
	whm_https_free(transport->https);
	transport->https = NULL;
}

void
whm_transport_ask(struct whm_transport *transport, struct arena *arena,
    const struct question *question, struct answer *ret_answer)
{
	memset(ret_answer, 0, sizeof(*ret_answer));
	if (!whm_call_allowed(question->function, question->arguments,
	    question->argument_count))
		whm_answer_failed(arena, ret_answer, NULL,
		    "%s: not on the allow-list, not sent", question->function);
	else if (transport->refused)
		whm_answer_failed(arena, ret_answer, NULL,
		    "%s: not asked: access was denied before in this run",
		    question->function);
	else if (transport->options.local)
		whm_local_ask(arena, question, transport->options.timeout,
		    ret_answer);
	else
		https_ask(transport, arena, question, ret_answer);
}
