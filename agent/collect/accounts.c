#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "collect/accounts.h"

bool
path_component(const char *name)
{
	const char *at;

	if (name[0] == '\0' || name[0] == '.' || strlen(name) > 253)
		return false;
	for (at = name; *at != '\0'; at++)
		if (!isalnum((unsigned char)*at) && strchr(".-_", *at) == NULL)
			return false;
	return true;
}

void
accounts_need(struct collection *collection, struct fact_meta *count)
{
	if (collection->facts->inventory.accounts.meta.state != FACT_KNOWN)
		meta_unknown(collection, count, "/etc/trueuserdomains",
		    "the accounts are not known");
}

const char *
account_need_home(struct collection *collection,
    const struct account_facts *account, struct fact_meta *count)
{
	if (account->home.meta.state == FACT_KNOWN)
		return account->home.value;
	meta_unknown(collection, count, "/etc/passwd",
	    "the home of %s is not known", account->name);
	return NULL;
}

void
accounts_index_homes(struct collection *collection,
    struct keyvalue_index *ret_homes)
{
	struct facts *facts = collection->facts;
	struct keyvalues *homes = arena_alloc(collection->scratch,
	    sizeof(*homes));
	struct keyvalue *home;
	size_t i;

	for (i = 0; i < facts->accounts.count; i++) {
		if (facts->accounts.items[i].home.meta.state != FACT_KNOWN)
			continue;
		home = arena_push(collection->scratch, &homes->items,
		    &homes->count);
		home->key = facts->accounts.items[i].name;
		home->value = facts->accounts.items[i].home.value;
	}
	keyvalues_index(collection->scratch, homes, ret_homes);
}
