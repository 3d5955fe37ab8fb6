/*
 * IPv4 and IPv6 addresses and networks as people write them. The C library's
 * readers are not used: no check calls into what can open a socket.
 */
#ifndef CPWARD_CHECKS_NETWORKS_H
#define CPWARD_CHECKS_NETWORKS_H

#include <stdbool.h>

/*
 * Is the address the network's, "192.0.2.0/24", "2001:db8::/32", or the address
 * itself? No for whatever is neither.
 */
bool network_has(const char *network, const char *address);

#endif
