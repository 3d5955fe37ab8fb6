#include <string.h>

#include "base/arena.h"
#include "report/escape.h"
#include "report/json_build.h"

void
json_build_put(json_t **json)
{
	json_decref(*json);
}

void
json_build_member(json_t **object, const char *key, json_t *value)
{
	if (json_object_set_new(*object, key, value) == 0)
		return;
	json_decref(*object);
	*object = NULL;
}

void
json_build_element(json_t **array, json_t *value)
{
	if (json_array_append_new(*array, value) == 0)
		return;
	json_decref(*array);
	*array = NULL;
}

json_t *
json_build_text(const char *text)
{
	struct arena *arena;
	json_t *json;

	if (text == NULL)
		return json_null();
	json = json_string(text);
	if (json != NULL)
		return json;
	arena = arena_new();
	json = json_string(escape_utf8(arena, text, strlen(text)));
	arena_free(arena);
	return json;
}

json_t *
json_build_texts(const char *const *items, size_t count)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		json_build_element(&array, json_build_text(items[i]));
	return array;
}
