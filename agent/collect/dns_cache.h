/*
 * Answers of the name servers by name and type, asked in rounds: a look-up
 * that has no answer yet is put on the list for the next round, so that
 * thousands are on their way together and none is asked twice.
 */
#ifndef CPWARD_COLLECT_DNS_CACHE_H
#define CPWARD_COLLECT_DNS_CACHE_H

#include "host/host.h"
#include "parse/dns.h"

struct dns_cache;

/* It and all records in it live in the arena. */
struct dns_cache *dns_cache_new(struct arena *arena, struct host *host);

/* NULL = it will be asked; the records stay where they are. */
const struct dns_records *dns_cache_lookup(struct dns_cache *cache,
    const char *name, uint16_t type);
struct dns_source dns_cache_source(struct dns_cache *cache);

/* Asks all that is waiting, and says how many that were. */
size_t dns_cache_ask(struct dns_cache *cache);

/* "skipped: …" when this run was told not to ask; NULL = it may. */
const char *dns_cache_skipped(const struct dns_cache *cache);

#endif
