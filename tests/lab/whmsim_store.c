/* The state file: locking, loading, replacing, paths into it, times relative to now. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "whmsim.h"

enum { MAX_PATH_DEPTH = 16, MAX_COMPONENT = 128 };

/* Server, command line and --set-state take turns on FILE.lock; the file itself is replaced. */
int
store_lock(const char *state_file)
{
	char path[600];
	int lock;

	snprintf(path, sizeof path, "%s.lock", state_file);
	lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (lock < 0)
		return -1;
	while (flock(lock, LOCK_EX) != 0) {
		if (errno != EINTR) {
			close(lock);
			return -1;
		}
	}
	return lock;
}

void
store_unlock(int lock)
{
	if (lock >= 0)
		close(lock);
}

json_t *
store_load(const char *state_file, char *why, size_t why_size)
{
	json_error_t error;
	json_t *state = json_load_file(state_file, JSON_REJECT_DUPLICATES, &error);

	if (state == NULL)
		snprintf(why, why_size, "%s:%d: %s", state_file, error.line, error.text);
	return state;
}

int
store_save(const char *state_file, const json_t *state)
{
	char path[600];

	snprintf(path, sizeof path, "%s.new", state_file);
	if (json_dump_file(state, path, JSON_INDENT(2)) != 0 || rename(path, state_file) != 0) {
		unlink(path);
		return -1;
	}
	return 0;
}

/* Takes the next component of a dotted path; \. stands for a dot inside a name. */
static const char *
path_next(const char *path, char *component, size_t size)
{
	size_t used = 0;

	while (*path != '\0' && *path != '.') {
		if (*path == '\\' && path[1] != '\0')
			path++;
		if (used + 1 < size)
			component[used++] = *path;
		path++;
	}
	component[used] = '\0';
	return *path == '.' ? path + 1 : path;
}

static json_t *
member_get(const json_t *value, const char *component)
{
	if (json_is_array(value))
		return json_array_get(value, strtoul(component, NULL, 10));
	return json_object_get(value, component);
}

/* The value at a dotted path, borrowed; NULL when there is none. */
json_t *
state_at(const json_t *state, const char *path)
{
	char component[MAX_COMPONENT];
	json_t *value = (json_t *)state;

	while (value != NULL && *path != '\0') {
		path = path_next(path, component, sizeof component);
		value = member_get(value, component);
	}
	return value;
}

static int
member_set(json_t *parent, const char *component, json_t *value)
{
	size_t index = strtoul(component, NULL, 10);

	if (json_is_object(parent))
		return json_object_set(parent, component, value);
	if (!json_is_array(parent))
		return -1;
	if (index == json_array_size(parent))
		return json_array_append(parent, value);
	return json_array_set(parent, index, value);
}

static int
member_remove(json_t *parent, const char *component)
{
	if (json_is_array(parent))
		return json_array_remove(parent, strtoul(component, NULL, 10));
	json_object_del(parent, component);
	return 0;
}

static int
path_assign(json_t *state, const char *path, json_t *value)
{
	char component[MAX_COMPONENT];
	json_t *parent = state;

	for (;;) {
		json_t *child;

		path = path_next(path, component, sizeof component);
		if (*path == '\0')
			return value != NULL ? member_set(parent, component, value)
			    : member_remove(parent, component);
		child = member_get(parent, component);
		if (child == NULL) {
			child = json_object();
			if (member_set(parent, component, child) != 0) {
				json_decref(child);
				return -1;
			}
			json_decref(child);
		}
		parent = child;
	}
}

/* PATH=JSON sets, PATH= removes; objects on the way are made. */
int
state_assign(json_t *state, const char *assignment, char *why, size_t why_size)
{
	const char *equals = strchr(assignment, '=');
	json_error_t error;
	json_t *value = NULL;
	char *path;
	int result;

	if (equals == NULL || equals == assignment) {
		snprintf(why, why_size, "\"%s\" is not PATH=JSON", assignment);
		return -1;
	}
	if (equals[1] != '\0') {
		value = json_loads(equals + 1, JSON_DECODE_ANY, &error);
		if (value == NULL) {
			snprintf(why, why_size, "\"%s\": %s", assignment, error.text);
			return -1;
		}
	}
	path = strndup(assignment, (size_t)(equals - assignment));
	result = path != NULL ? path_assign(state, path, value) : -1;
	if (result != 0)
		snprintf(why, why_size, "\"%s\": no such place", assignment);
	free(path);
	json_decref(value);
	return result;
}

static long
unit_seconds(char unit)
{
	switch (unit) {
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return 3600;
	case 'd':
		return 86400;
	case 'w':
		return 7 * 86400;
	default:
		return 0;
	}
}

static json_t *
time_format(time_t when, const char *form)
{
	struct tm parts;
	char text[64];

	gmtime_r(&when, &parts);
	if (*form == '\0')
		return json_integer(when);
	if (strcmp(form, ":iso") == 0)
		strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.000Z", &parts);
	else if (strcmp(form, ":date") == 0)
		strftime(text, sizeof text, "%Y-%m-%d", &parts);
	else
		return NULL;
	return json_string(text);
}

/* now, now-20h, now+60d:iso ...: NULL when `text` is nothing of that kind. */
static json_t *
time_resolve(const char *text)
{
	time_t when = time(NULL);

	if (strncmp(text, "now", 3) != 0)
		return NULL;
	text += 3;
	if (*text == '+' || *text == '-') {
		char *unit;
		long amount = strtol(text, &unit, 10);
		long seconds = unit_seconds(*unit);

		if (unit == text + 1 || seconds == 0)
			return NULL;
		when += amount * seconds;
		text = unit + 1;
	}
	return time_format(when, text);
}

/* A deep copy with relative times made absolute, so that a state file never grows old. */
json_t *
state_resolve(const json_t *value)
{
	json_t *copy, *child;
	const char *key;
	size_t index;

	switch (json_typeof(value)) {
	case JSON_STRING:
		copy = time_resolve(json_string_value(value));
		return copy != NULL ? copy : json_copy((json_t *)value);
	case JSON_OBJECT:
		copy = json_object();
		json_object_foreach((json_t *)value, key, child)
			json_object_set_new(copy, key, state_resolve(child));
		return copy;
	case JSON_ARRAY:
		copy = json_array();
		json_array_foreach((json_t *)value, index, child)
			json_array_append_new(copy, state_resolve(child));
		return copy;
	default:
		return json_deep_copy(value);
	}
}
