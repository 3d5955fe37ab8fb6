/*
 * What probing found, for people: a block a listener, what is not known with
 * the reason, and the connections made. Every text of a peer is escaped.
 */
#ifndef CPWARD_REPORT_PROBE_TEXT_H
#define CPWARD_REPORT_PROBE_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "parse/probe_result.h"

struct probe_text_options {
	const char *version;	/* of cpward */
	int64_t now;		/* epoch seconds: certificates are judged as of then */
	int64_t duration_ms;	/* of the whole probing */
	bool color;
	unsigned width;		/* columns; 0 = 80, as in a pipe */
};

void probe_text(FILE *out, const struct probe_result *result,
    const struct probe_text_options *options);

#endif
