#include "base/arena.h"
#include "engine/needs.h"

void
evaluate_needs(struct arena *arena, const struct profile *profile,
    const struct selection *selection, const char *const **ret_needs,
    size_t *ret_count)
{
	const char **needs = NULL, *list;
	size_t i, j;

	*ret_count = 0;
	for (i = 0; i < profile->entry_count; i++) {
		const struct check *check = profile->entries[i].check;

		if (!profile_entry_selected(&profile->entries[i], selection))
			continue;
		list = check_scope_list(check->scope);
		if (list != NULL)
			*arena_push(arena, &needs, ret_count) = list;
		for (j = 0; j < CHECK_MAX_NEEDS && check->needs[j] != NULL; j++)
			*arena_push(arena, &needs, ret_count) =
			    check->needs[j];
	}
	*ret_needs = needs;
}
