/*
 * The addresses of the scanned server, as the server itself has them and as the
 * outside knows them.
 */
#ifndef CPWARD_COLLECT_ADDRESSES_H
#define CPWARD_COLLECT_ADDRESSES_H

#include "collect/collect.h"
#include "parse/keyvalue.h"

/* 1:1 NAT: "INTERNAL EXTERNAL" a line. */
#define NAT_MAP "/var/cpanel/cpnat"

/* Text as inet_ntop(3) writes it. Lives in the scratch arena. */
struct own_addresses {
	struct keyvalue_index known;	/* bound here, or NAT's outside for one */
	struct keyvalue_index nat;	/* internal -> external */
	const char *ipv6;		/* first global one bound here; NULL = none */
	const char *ipv6_why;		/* whether there is one is not known */
	const char *why;		/* not all are known; NULL = they are */
};

void own_addresses_find(struct collection *collection,
    struct own_addresses *ret);

bool own_address(const struct own_addresses *own, const char *address);

/*
 * What the outside sees of an address that is bound here: NAT's, else itself;
 * NULL when nobody outside can (RFC 1918, RFC 4193, loopback, link-local).
 */
const char *own_public(const struct own_addresses *own, const char *local);

/*
 * The smarthost that takes what no other route takes: "* HOST ..." among the
 * routes of Exim's route_list, ';' between them. What stands behind the blank;
 * NULL when mail goes out by itself.
 */
const char *smarthost_of_all(const struct site_facts *site);

/* What the kernel sends from over IPv6 to the world; NULL = nothing. */
const char *own_public_ipv6(const struct own_addresses *own);

#endif
