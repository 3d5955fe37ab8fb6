/*
 * What the files of the exim collector share. source is "/etc/exim.conf" or
 * what a command is called, "exim -bP".
 */
#ifndef CPWARD_COLLECT_COLLECT_EXIM_H
#define CPWARD_COLLECT_COLLECT_EXIM_H

#include "collect/collect.h"
#include "parse/exim_conf.h"

#define EXIM_CONF "/etc/exim.conf"

/* Where an option was seen; the source itself when option is NULL. */
const char *exim_option_origin(struct collection *collection,
    const char *source, const struct exim_option *option);

/*
 * What auth_advertise_hosts amounts to (facts.h, auth_offered); option is NULL
 * when it is not set. True, and the fact not set, when it is advertised to all
 * and the authenticators' own conditions decide.
 */
bool exim_reduce_auth_offered(struct collection *collection,
    const char *source, const struct exim_option *option,
    struct fact_str *fact);
void exim_reduce_authenticators(struct collection *collection,
    const struct exim_conf *conf, const char *origin, struct fact_str *fact);

/* Fills exim.auth_mechanisms from the generated file. */
void exim_collect_mechanisms(struct collection *collection,
    const struct exim_conf *conf);

#endif
