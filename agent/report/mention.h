/*
 * Does a text name something? A name counts only where it stands alone: not as
 * part of a longer path, domain or address.
 */
#ifndef CPWARD_REPORT_MENTION_H
#define CPWARD_REPORT_MENTION_H

#include <stdbool.h>
#include <stddef.h>

/* At this place, which lies in text. */
bool mention_at(const char *text, const char *at, const char *name,
    size_t name_length);

/*
 * The same for a domain, in what is said of its records: there it also counts
 * as the end of a name below it or of an address, "_dmarc.NAME", "a@NAME", and
 * before a label that no host has, "NAME._report".
 */
bool mention_of_domain_at(const char *text, const char *at, const char *name,
    size_t name_length);

/* Anywhere. */
bool mention_in(const char *text, const char *name);

#endif
