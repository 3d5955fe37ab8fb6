/*
 * Shared by catalogue.c and catalogue_man.c.
 */
#ifndef CPWARD_REPORT_CATALOGUE_PRIVATE_H
#define CPWARD_REPORT_CATALOGUE_PRIVATE_H

#include "checks/check.h"
#include "engine/profile.h"
#include "report/catalogue.h"

/* All checks by id, in the arena. */
const struct check **catalogue_sorted(struct arena *arena, size_t *ret_count);

/* The profile's entry for the check; NULL when it does not list it. */
const struct profile_entry *catalogue_entry(const struct profile *profile,
    const struct check *check);

/* A path of the row without the sign that makes it optional. */
const char *catalogue_need(const char *path);

/* "a, b" */
const char *catalogue_join(struct arena *arena, const char *const *items,
    size_t count);

/* "service: exim", "token" */
const char *catalogue_scope(struct arena *arena, const struct check *check);

/* What the profile wants as one line; NULL when the check takes nothing. */
const char *catalogue_want(struct arena *arena, const struct check *check,
    const struct profile_entry *entry);

/* "exim.openssl_options, guided", "none" */
const char *catalogue_remediation(struct arena *arena,
    const struct check *check);

/* -1 when the stream failed. */
int catalogue_flush(FILE *out);

#endif
