#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "report/ledger_groups.h"

#define FIRST_SLOTS 64

static uint32_t
hash_text(uint32_t hash, const char *text)
{
	/* FNV-1a; the NUL too, so that "a" "b" is not "ab" "" */
	do
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	while (*text++ != '\0');
	return hash;
}

static uint32_t
hash_key(const struct ledger_group *key)
{
	uint32_t hash = 2166136261u;

	hash = (hash ^ (uint32_t)key->day) * 16777619u;
	hash = (hash ^ key->direction) * 16777619u;
	hash = (hash ^ key->service) * 16777619u;
	hash = (hash ^ key->tls) * 16777619u;
	hash = hash_text(hash, key->remote);
	hash = hash_text(hash, key->domain);
	return hash_text(hash, key->account);
}

static int
compare_numbers(int64_t left, int64_t right)
{
	return (left > right) - (left < right);
}

static int
compare_keys(const struct ledger_group *left, const struct ledger_group *right)
{
	int order = compare_numbers(left->day, right->day);

	if (order == 0)
		order = compare_numbers(left->direction, right->direction);
	if (order == 0)
		order = strcmp(left->remote, right->remote);
	if (order == 0)
		order = strcmp(left->domain, right->domain);
	if (order == 0)
		order = strcmp(left->account, right->account);
	if (order == 0)
		order = compare_numbers(left->service, right->service);
	return order != 0 ? order : compare_numbers(left->tls, right->tls);
}

/* The slot that holds the key, or the free one that may. */
static uint32_t *
find_slot(const struct ledger_groups *groups, const struct ledger_group *key)
{
	size_t mask = groups->slot_count - 1, at = hash_key(key) & mask;

	while (groups->slots[at] != 0 &&
	    compare_keys(&groups->items[groups->slots[at] - 1], key) != 0)
		at = (at + 1) & mask;
	return &groups->slots[at];
}

static void
grow_slots(struct arena *arena, struct ledger_groups *groups)
{
	size_t i;

	groups->slot_count = groups->slot_count == 0 ? FIRST_SLOTS :
	    groups->slot_count * 2;
	groups->slots = arena_array(arena, groups->slot_count,
	    sizeof(*groups->slots));
	for (i = 0; i < groups->count; i++)
		*find_slot(groups, &groups->items[i]) = (uint32_t)i + 1;
}

struct ledger_group *
ledger_group_of(struct arena *arena, struct ledger_groups *groups,
    const struct ledger_group *key, bool *ret_new)
{
	struct ledger_group *group;
	uint32_t *slot;

	if (groups->count * 2 >= groups->slot_count)
		grow_slots(arena, groups);
	slot = find_slot(groups, key);
	*ret_new = *slot == 0;
	if (*slot != 0)
		return &groups->items[*slot - 1];
	group = arena_push(arena, &groups->items, &groups->count);
	*group = *key;
	group->remote = arena_strdup(arena, key->remote);
	group->domain = arena_strdup(arena, key->domain);
	group->account = arena_strdup(arena, key->account);
	*slot = (uint32_t)groups->count;
	return group;
}

/* What a line is large by: what was let in, and only then what was refused. */
static uint64_t
weight(const struct ledger_group *group)
{
	return group->hour_recipients > 0 ? group->hour_recipients :
	    group->messages + group->logins;
}

/* Those alike stand in the order of their keys. */
static int
compare_groups(const void *left_data, const void *right_data)
{
	const struct ledger_group *left = left_data, *right = right_data;

	if (left->day == 0 && weight(left) != weight(right))
		return weight(left) > weight(right) ? -1 : 1;
	if (left->day == 0 && left->failures != right->failures)
		return left->failures > right->failures ? -1 : 1;
	return compare_keys(left, right);
}

void
ledger_groups_sort(struct ledger_groups *groups)
{
	if (groups->count > 0)
		qsort(groups->items, groups->count, sizeof(*groups->items),
		    compare_groups);
	groups->slots = NULL;
	groups->slot_count = 0;
}
