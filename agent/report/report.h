/*
 * Rendering a finished run. Data in, bytes out: nothing here judges.
 */
#ifndef CPWARD_REPORT_REPORT_H
#define CPWARD_REPORT_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "facts/facts.h"
#include "facts/finding.h"

struct err;

struct run {
	const char *version;		/* of cpward */
	int64_t started_at;		/* epoch seconds */
	int64_t finished_at;
	const char *profile_id;
	const char *profile_title;
	const char *profile_digest;	/* hex; documents say "sha256:…" */
	const struct facts *facts;
	const char *facts_digest;	/* likewise */
	const struct findings *findings;	/* in report order */
};

struct report_options {
	bool color;
	unsigned width;			/* columns; 0 = 80, as in a pipe */
};

enum report_format {
	REPORT_TEXT,
	REPORT_JSON,
	REPORT_NDJSON,
};

/* -1 for a word that is none. */
int report_format_parse(const char *word, enum report_format *ret_format);

/* -1 with err when out fails. */
int report_write(FILE *out, enum report_format format, const struct run *run,
    const struct report_options *options, struct err *err);

#endif
