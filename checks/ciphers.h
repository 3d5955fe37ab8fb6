/*
 * The guidelines for TLS that a profile may name as what a check wants.
 */
#ifndef CPWARD_CHECKS_CIPHERS_H
#define CPWARD_CHECKS_CIPHERS_H

#include "checks/check.h"

/* NULL at the end; each is a file "cipher-NAME.yaml" of dated data. */
extern const char *const cipher_profile_names[CIPHER_PROFILE_COUNT + 1];

/* The one that the check wants; NULL only when the data was not loaded. */
const struct cipher_profile *cipher_profile_wanted(const struct evaluation *ev);

/* "mozilla-intermediate-6.0 of 2026-04-06". */
const char *cipher_profile_shown(const struct evaluation *ev,
    const struct cipher_profile *profile);

bool text_list_has(const struct text_list *list, const char *word,
    size_t length);

/* A suite of TLS 1.3, which names no key exchange. */
bool suite_is_tls13(const char *suite, size_t length);

#endif
