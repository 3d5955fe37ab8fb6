/*
 * Shared by the renderers. Each writes its document to out and leaves the
 * state of the stream to report_write, which asks it once at the end; -1 with
 * err only for what the stream can not tell.
 */
#ifndef CPWARD_REPORT_REPORT_PRIVATE_H
#define CPWARD_REPORT_REPORT_PRIVATE_H

#include "report/report.h"

int report_text(FILE *out, const struct run *run,
    const struct report_options *options);
int report_json(FILE *out, const struct run *run, struct err *err);
int report_ndjson(FILE *out, const struct run *run, struct err *err);

/* "2026-11-21T19:00:00Z" */
#define REPORT_TIME_SIZE 32
void report_time(int64_t seconds, char *out);

/* "ok", "partial", "failed", "skipped" */

#endif
