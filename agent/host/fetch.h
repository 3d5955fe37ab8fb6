/*
 * Bodies of https URLs, many at once, over curl's multi interface: MTA-STS
 * policy files (RFC 8461 3.3), one a domain.
 *
 * Who publishes a domain chooses what its names resolve to, and that may be
 * 127.0.0.1, 169.254.169.254 or a neighbour on a private network. No address is
 * forbidden: what such a place gets from here is a TCP connection to port 443
 * and a TLS ClientHello with the domain's own name. The request leaves only
 * after the peer has shown a certificate that the system's roots vouch for and
 * that is for the URL's host, which a neighbour that is not the domain's own
 * policy host can not have. No redirect leads elsewhere afterwards.
 */
#ifndef CPWARD_HOST_FETCH_H
#define CPWARD_HOST_FETCH_H

#include <stddef.h>

struct answer;
struct arena;

#define FETCH_TIMEOUT 15	/* seconds a URL; RFC 8461 3.3 allows 60 */
/*
 * … and at first, when there are more than go together: a thousand domains of one
 * tenant at a server that drips may not use up the time of the rest.
 */
#define FETCH_FIRST_TIMEOUT 3
#define FETCH_BATCH_TIMEOUT 180	/* seconds for all of them */

/*
 * One answer a URL, as host_fetch promises (host/host.h): OK and the HTTP status
 * as code, with bytes only when it is 200; FAILED with a sentence otherwise,
 * for a redirect and for another Content-Type than text/plain, too. A URL that
 * is not https://HOST/PATH is not asked. Sentences do not name the host: the
 * same one is said of a thousand URLs. Names are resolved as the system does.
 */
void fetch_all(struct arena *arena, const char *const *urls, size_t count,
    size_t cap, struct answer *ret_answers);

#endif
