/*
 * What the probe's answer makes of the facts: one listener, one name.
 */
#ifndef CPWARD_COLLECT_COLLECT_PROBE_H
#define CPWARD_COLLECT_COLLECT_PROBE_H

#include "collect/collect.h"
#include "parse/probe_result.h"

/* A listener that answered, or of which that could not be told. */
void probe_add_listener(struct collection *collection,
    const struct probe_listener *listener);

/* What listener showed a client that asked for the name. */
void probe_set_name(struct collection *collection,
    struct mail_name_facts *name, const struct probe_listener *listener);

/*
 * The digests of the chain that listener showed for name, the host's own being
 * NULL. listener is that of port 25; NULL = there is none in the answer.
 */
void probe_set_mx_host(struct collection *collection,
    struct mx_host_facts *mx, const struct probe_listener *listener,
    const char *name);

/* "25 /usr/sbin/exim" of site.port_owners; NULL = nobody known owns the port. */
const char *probe_port_owner(const struct collection *collection,
    unsigned port);

/*
 * exim, dovecot, cpsrvd, cpdavd, httpd, else "other"; the port's usual service
 * where nobody could tell.
 */
const char *probe_service(const struct collection *collection, unsigned port);

#endif
