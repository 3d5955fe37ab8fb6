/*
 * Names of hosts as certificates and clients write them.
 */
#ifndef CPWARD_BASE_HOSTNAME_H
#define CPWARD_BASE_HOSTNAME_H

#include <stdbool.h>

/*
 * Is a certificate's name, pattern, one for the host name? Case does not count;
 * a wildcard stands for one whole label, the leftmost, of a name of three at
 * least (RFC 9525 section 6.3).
 */
bool hostname_matches(const char *pattern, const char *name);

#endif
