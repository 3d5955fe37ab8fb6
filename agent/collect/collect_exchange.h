/*
 * How mail is exchanged with other servers: what the exim collector hands over
 * of the configuration that it parsed.
 */
#ifndef CPWARD_COLLECT_COLLECT_EXCHANGE_H
#define CPWARD_COLLECT_COLLECT_EXCHANGE_H

#include "collect/collect.h"
#include "parse/exim_conf.h"

/* Fills the transports and exchange.required_inbound; path is the file's. */
void exchange_collect_file(struct collection *collection, const char *path,
    const struct exim_conf *conf);
/* There is no configuration to read them from. */
void exchange_file_unknown(struct collection *collection, const char *path,
    const char *why);

#endif
