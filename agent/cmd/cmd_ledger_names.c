/* Whose keys the ledger has: of the accounts that the server has now. */
#include <string.h>

#include "base/arena.h"
#include "cmd/cmd_ledger.h"
#include "collect/accounts.h"

struct naming {
	struct arena *arena;
	struct host *host;
	const unsigned char *secret;
	struct account_names *names;
};

static void
add_name(const struct naming *naming, const char *name)
{
	struct account_name *item = arena_push(naming->arena,
	    &naming->names->items, &naming->names->count);

	item->name = name;
	ledger_account_key(naming->secret, (struct slice){ name, strlen(name) },
	    item->key);
}

static bool
read_pairs(const struct naming *naming, const char *path, struct keyvalues *ret_pairs)
{
	struct answer answer = host_file(naming->host, naming->arena, path,
	    HOST_CAP_LIST);

	*ret_pairs = (struct keyvalues){ .count = 0 };
	if (answer.status == ANSWER_OK)
		keyvalues_parse(naming->arena, answer.bytes, answer.length, ':',
		    ret_pairs);
	return answer.status == ANSWER_OK;
}

/* "NAME:x:UID:GID:GECOS:HOME:SHELL", of which the value begins behind the first colon. */
static const char *
home_of(struct arena *arena, const struct keyvalue_index *users, const char *user)
{
	const struct keyvalue *pair = keyvalue_index_find(users, user);
	const char *at = pair == NULL ? NULL : pair->value;
	int i;

	for (i = 0; i < 4 && at != NULL; i++) {
		at = strchr(at, ':');
		at = at == NULL ? NULL : at + 1;
	}
	return at == NULL || at[0] != '/' ? NULL :
	    arena_memdup(arena, at, strcspn(at, ":"));
}

/* Mailboxes of a domain; the user himself may log in with the domain behind his name. */
static void
add_domain(const struct naming *naming, const struct keyvalue_index *users,
    const char *domain, const char *user)
{
	const char *home = home_of(naming->arena, users, user);
	struct keyvalues boxes;
	size_t i;

	if (home == NULL || !path_component(domain))
		return;
	add_name(naming, arena_join(naming->arena, user, "@", domain));
	(void)read_pairs(naming, arena_join(naming->arena, home, "/etc/", domain,
	    "/passwd"), &boxes);
	for (i = 0; i < boxes.count; i++)
		add_name(naming, arena_join(naming->arena, boxes.items[i].key, "@",
		    domain));
}

void
ledger_run_names(struct arena *arena, const struct ledger_run *run,
    struct account_names *ret_names)
{
	const struct naming naming = {
		arena, run->host, ledger_days_secret(run->days), ret_names,
	};
	struct keyvalue_index index;
	struct keyvalues users, domains;
	size_t i;

	*ret_names = (struct account_names){ .count = 0 };
	(void)read_pairs(&naming, "/etc/passwd", &users);
	keyvalues_index(arena, &users, &index);
	for (i = 0; i < users.count; i++)
		add_name(&naming, users.items[i].key);
	(void)read_pairs(&naming, "/etc/userdomains", &domains);
	for (i = 0; i < domains.count; i++)
		if (domains.items[i].value != NULL)
			add_domain(&naming, &index, domains.items[i].key,
			    domains.items[i].value);
	account_names_sort(ret_names);
}
