/*
 * The socket plane of the TLS checks: what the listeners of a service accept,
 * against what is wanted. Each judge decides nothing (notapplicable) where no
 * listener of the service speaks TLS.
 */
#ifndef CPWARD_CHECKS_TLS_LISTENERS_H
#define CPWARD_CHECKS_TLS_LISTENERS_H

#include "checks/ciphers.h"
#include "checks/listeners.h"

/* Older than TLS 1.2 fails; so does TLS 1.2 refused where it is demanded. */
void judge_listener_protocols(const struct evaluation *ev,
    const char *service, bool demand_tls12, struct judgement *ret);

/* Suites of TLS 1.2 and older that are not the guideline's. */
void judge_listener_suites(const struct evaluation *ev, const char *service,
    const struct cipher_profile *profile, struct judgement *ret);

/* STARTTLS on the clear ports, and TLS on 465. */
void judge_listener_starttls(const struct evaluation *ev,
    struct judgement *ret);

/* Dovecot: no login before TLS, and TLS on 993. */
void judge_listener_clear_login(const struct evaluation *ev,
    struct judgement *ret);

/* What is said of one listener's protocols; words are protocols demanded. */
void say_protocols(const struct evaluation *ev, struct sayings *sayings,
    const struct listener_facts *listener, const char *const *words,
    size_t word_count);

/*
 * What the profile demands beside: protocols that must be accepted, which no
 * configuration tells. Merged into the finding.
 */
void merge_demanded_protocols(const struct evaluation *ev,
    const char *service, struct finding *finding);

/* What holds the sockets beside the configuration; NULL = nothing known. */
const char *protocols_held_by(const struct evaluation *ev);

#endif
