/* Arguments of a call: percent-decoding, repeated names, names with a -N suffix. */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "whmsim.h"

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A stray % stays as it is, as in Perl's URI decoding. */
static json_t *
decode(const char *text, size_t length, bool plus_is_blank)
{
	char *bytes = calloc(1, length + 1);
	size_t used = 0;
	json_t *value;

	if (bytes == NULL)
		return NULL;
	for (size_t i = 0; i < length; i++) {
		char c = text[i];

		if (c == '%' && i + 2 < length && hex_value(text[i + 1]) >= 0
		    && hex_value(text[i + 2]) >= 0) {
			c = (char)(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
			i += 2;
		} else if (c == '+' && plus_is_blank) {
			c = ' ';
		}
		bytes[used++] = c;
	}
	value = json_stringn(bytes, used);
	if (value == NULL) {
		/* not UTF-8: keep it loggable */
		for (size_t i = 0; i < used; i++)
			if ((unsigned char)bytes[i] >= 0x80)
				bytes[i] = '?';
		value = json_stringn(bytes, used);
	}
	free(bytes);
	return value;
}

/* Adds "name=value" or "name"; a name seen before becomes an array. */
int
args_add_pair(json_t *args, const char *pair, size_t length, bool plus_is_blank)
{
	const char *equals = memchr(pair, '=', length);
	size_t name_length = equals != NULL ? (size_t)(equals - pair) : length;
	json_t *name, *value, *old;
	int result = -1;

	name = decode(pair, name_length, plus_is_blank);
	value = equals != NULL
	    ? decode(equals + 1, length - name_length - 1, plus_is_blank) : json_string("");
	old = json_object_get(args, json_string_value(name));
	if (json_is_array(old)) {
		result = json_array_append(old, value);
	} else if (old != NULL) {
		result = json_object_set_new(args, json_string_value(name),
		    json_pack("[O, O]", old, value));
	} else {
		result = json_object_set(args, json_string_value(name), value);
	}
	json_decref(name);
	json_decref(value);
	return result;
}

json_t *
args_from_query(const char *query, size_t length)
{
	json_t *args = json_object();
	const char *end = query + length;

	while (query < end) {
		const char *stop = memchr(query, '&', (size_t)(end - query));

		if (stop == NULL)
			stop = end;
		if (stop > query)
			args_add_pair(args, query, (size_t)(stop - query), true);
		query = stop + 1;
	}
	return args;
}

/* The first value of `name`, or NULL. */
const char *
args_get(const json_t *args, const char *name)
{
	json_t *value = json_object_get(args, name);

	if (json_is_array(value))
		value = json_array_get(value, 0);
	return json_string_value(value);
}

/* name, and name-0, name-1, ... which cPanel takes for the same. */
static bool
name_matches(const char *seen, const char *name)
{
	size_t length = strlen(name);

	if (strncmp(seen, name, length) != 0)
		return false;
	if (seen[length] == '\0')
		return true;
	return seen[length] == '-' && seen[length + 1] != '\0'
	    && strspn(seen + length + 1, "0123456789") == strlen(seen + length + 1);
}

/* All values of `name` in the order given, as a new array. */
json_t *
args_all(const json_t *args, const char *name)
{
	json_t *all = json_array();
	const char *seen;
	json_t *value;

	json_object_foreach((json_t *)args, seen, value) {
		if (!name_matches(seen, name))
			continue;
		if (json_is_array(value))
			json_array_extend(all, value);
		else
			json_array_append(all, value);
	}
	return all;
}
