/*
 * The check tables in print. Severity, want and references are the profile's;
 * a check that it does not list is printed without them. Order: by id,
 * bytewise. All return -1 when out fails or memory is out, with errno.
 */
#ifndef CPWARD_REPORT_CATALOGUE_H
#define CPWARD_REPORT_CATALOGUE_H

#include <stdio.h>

struct check;
struct profile;
struct profile_entry;

/* A line a check: id, severity ("-" = not in the profile), title. */
int catalogue_text(FILE *out, const struct profile *profile);

/* cpward.checks/1 (man/schema/cpward.checks-1.json) */
int catalogue_json(FILE *out, const struct profile *profile);

/* cpward-checks(7) in mdoc(7) */
int catalogue_man(FILE *out, const struct profile *profile);

/* One check at length; entry NULL = not in the profile. */
int catalogue_explain(FILE *out, const struct check *check,
    const struct profile_entry *entry);

#endif
