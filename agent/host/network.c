#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "host/host.h"
#include "host/network.h"
#include "host/probe.h"

#define LOOKUP_SECONDS 2	/* for one name server to answer */

void
network_probe(struct arena *arena, const struct probe_request *request,
    struct answer *ret_answer)
{
	struct probe_result result;
	struct err err = { .code = ERR_NONE };
	char *bytes = NULL;
	size_t length = 0;
	FILE *stream;

	if (probe_run(arena, request, &result, &err) != 0) {
		ret_answer->why = arena_strdup(arena, err.text);
		return;
	}
	stream = open_memstream(&bytes, &length);
	if (stream == NULL)
		abort();
	probe_result_write(stream, &result, 0);
	fclose(stream);
	ret_answer->status = ANSWER_OK;
	ret_answer->bytes = arena_memdup(arena, bytes, length);
	ret_answer->length = length;
	free(bytes);
}

/* ---- addresses ---- */

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
address_lines(struct arena *arena, const struct addrinfo *list,
    struct answer *ret_answer)
{
	char text[INET6_ADDRSTRLEN + 16];
	const char **texts = NULL;
	size_t i, count = 0;
	char *lines = arena_strdup(arena, "");

	for (; list != NULL; list = list->ai_next)
		if (getnameinfo(list->ai_addr, list->ai_addrlen, text,
		    sizeof(text), NULL, 0, NI_NUMERICHOST) == 0)
			*arena_push(arena, &texts, &count) =
			    arena_strdup(arena, text);
	if (count > 0)
		qsort(texts, count, sizeof(*texts), compare_texts);
	for (i = 0; i < count; i++)
		if (i == 0 || strcmp(texts[i], texts[i - 1]) != 0)
			lines = arena_printf(arena, "%s%s\n", lines, texts[i]);
	ret_answer->status = ANSWER_OK;
	ret_answer->bytes = lines;
	ret_answer->length = strlen(lines);
}

/*
 * The C library waits five seconds for each server, twice over: a scan with a
 * dead resolver would stand for half a minute at each name.
 */
static int
look_up(const char *name, struct addrinfo **ret_list)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
	    .ai_socktype = SOCK_STREAM };
	int retrans, retry, result;

	if ((_res.options & RES_INIT) == 0)
		(void)res_init();
	retrans = _res.retrans;
	retry = _res.retry;
	_res.retrans = LOOKUP_SECONDS;
	_res.retry = 1;
	result = getaddrinfo(name, NULL, &hints, ret_list);
	_res.retrans = retrans;
	_res.retry = retry;
	return result;
}

void
network_address(struct arena *arena, const char *name, int64_t *wasted_ms,
    struct answer *ret_answer)
{
	int64_t began = clock_ms();
	struct addrinfo *list;
	int result;

	if (*wasted_ms >= NETWORK_WASTE_MS) {
		ret_answer->why = "no more lookups: resolver is slow";
		return;
	}
	result = look_up(name, &list);
	if (result == 0) {
		address_lines(arena, list, ret_answer);
		freeaddrinfo(list);
	} else if (result == EAI_NONAME || result == EAI_NODATA) {
		ret_answer->status = ANSWER_ABSENT;
		ret_answer->why = arena_printf(arena, "%s has no address",
		    name);
	} else {
		*wasted_ms += clock_ms() - began;
		ret_answer->why = arena_printf(arena, "%s: %s", name,
		    result == EAI_SYSTEM ? strerror(errno) :
		    gai_strerror(result));
	}
}
