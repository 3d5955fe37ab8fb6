/*
 * The two transports behind host/whm_transport.h.
 */
#ifndef CPWARD_HOST_WHM_PRIVATE_H
#define CPWARD_HOST_WHM_PRIVATE_H

#include "host/whm_transport.h"

#define WHM_USER_MAX 64		/* bytes of a system user's name */

struct buf;
struct whm_https;

/* Appends text percent-encoded; -1 when buf is full. */
int whm_encode(struct buf *buf, const char *text);

void whm_answer_failed(struct arena *arena, struct answer *ret_answer,
    const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

void whm_local_ask(struct arena *arena, const struct question *question,
    int timeout, struct answer *ret_answer);

/*
 * Reads the token and makes the connection's settings, still sending nothing.
 * NULL and *ret_why when the options or the token file are no good.
 */
struct whm_https *whm_https_new(struct arena *arena,
    const struct whm_transport_options *options, const char **ret_why);
void whm_https_free(struct whm_https *https);	/* NULL is fine */
void whm_https_ask(struct whm_https *https, struct arena *arena,
    const struct question *question, struct answer *ret_answer);

#endif
