/*
 * The terms of a batch, apart so that a test can have short ones and an issuer of
 * its own.
 */
#ifndef CPWARD_HOST_FETCH_PRIVATE_H
#define CPWARD_HOST_FETCH_PRIVATE_H

#include "host/fetch.h"

#define FETCH_PARALLEL 64	/* URLs on their way together */

struct fetch_terms {
	const char *roots;	/* PEM file; NULL = the system's */
	long connect_ms;
	long url_ms;		/* a whole transfer */
	long first_ms;		/* … while others wait for its place; 0 = url_ms */
	long batch_ms;		/* all of them */
};

void fetch_all_on(const struct fetch_terms *terms, struct arena *arena,
    const char *const *urls, size_t count, size_t cap,
    struct answer *ret_answers);

#endif
