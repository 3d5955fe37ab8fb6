/*
 * Of the accounts that were found: what the collectors that range over them
 * share.
 */
#ifndef CPWARD_COLLECT_ACCOUNTS_H
#define CPWARD_COLLECT_ACCOUNTS_H

#include "collect/collect.h"
#include "parse/keyvalue.h"

/*
 * Names that tenants choose become path components only when they can be
 * nothing else: letters, digits, '.', '-' and '_', no leading dot.
 */
bool path_component(const char *name);

/* Without all accounts a list that ranges over them is not whole: unknown. */
void accounts_need(struct collection *collection, struct fact_meta *count);

/* NULL, and count is unknown, when the account's home is not known. */
const char *account_need_home(struct collection *collection,
    const struct account_facts *account, struct fact_meta *count);

/* Homes by account, for as many look-ups as there are domains; scratch. */
void accounts_index_homes(struct collection *collection,
    struct keyvalue_index *ret_homes);

#endif
