/* Reading a server's answer, and comparing it with what was to be read. */
#ifndef CPWARD_TEST_TLS_SAME_H
#define CPWARD_TEST_TLS_SAME_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parse/tls_reply.h"

static inline void
assert_same_reply(const struct tls_reply *reply, const struct tls_reply *wanted)
{
	assert_string_equal(reply->why, wanted->why);
	assert_int_equal(reply->state, wanted->state);
	assert_int_equal(reply->alert_level, wanted->alert_level);
	assert_int_equal(reply->alert, wanted->alert);
	assert_int_equal(reply->version, wanted->version);
	assert_int_equal(reply->suite, wanted->suite);
	assert_int_equal(reply->compression, wanted->compression);
	assert_int_equal(reply->group, wanted->group);
	assert_int_equal(reply->dh_bits, wanted->dh_bits);
	assert_int_equal(reply->sigalg, wanted->sigalg);
	assert_int_equal(reply->has_hello, wanted->has_hello);
	assert_int_equal(reply->extended_master_secret,
	    wanted->extended_master_secret);
	assert_int_equal(reply->renegotiation_info, wanted->renegotiation_info);
	assert_int_equal(reply->session_ticket, wanted->session_ticket);
	assert_int_equal(reply->status_request, wanted->status_request);
	assert_int_equal(reply->stapled, wanted->stapled);
}

/* A copy of exactly its length, so that a sanitizer sees a step too far. */
static inline void
parse_copy(const void *bytes, size_t length, bool ended,
    struct tls_reply *reply)
{
	uint8_t *copy = malloc(length == 0 ? 1 : length);

	assert_non_null(copy);
	memcpy(copy, bytes, length);
	tls_reply_parse(copy, length, ended, reply);
	free(copy);
}

#endif
