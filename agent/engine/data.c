#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "checks/ciphers.h"
#include "checks/dates.h"
#include "engine/profile.h"
#include "engine/yaml.h"

#define DATA_SCHEMA "cpward.data/1"

struct data_file {
	const char *name;
	size_t offset;		/* in struct data */
	bool (*valid_name)(const char *name);
	const char *wanted_name;
	bool (*valid_value)(const char *value);
	const char *wanted_value;
};

/* Digits in count groups with a dot between: "11.134.0.20" has four. */
static bool
dotted_digits(const char *text, size_t count)
{
	size_t groups = 0, length;

	for (;;) {
		length = strspn(text, "0123456789");
		if (length == 0 || length > 9)
			return false;
		groups++;
		text += length;
		if (*text == '\0')
			return groups == count;
		if (*text++ != '.')
			return false;
	}
}

/* WP Squared counts its builds in a branch of three groups. */
static bool
valid_branch(const char *name)
{
	return dotted_digits(name, 2) || dotted_digits(name, 3);
}

static bool
valid_floor(const char *value)
{
	return strcmp(value, "none") == 0 || dotted_digits(value, 4);
}

static bool
valid_day(const char *value)
{
	int64_t seconds;

	return date_read(value, &seconds);
}

/* "almalinux 9": ID and VERSION_ID of os-release(5), the latter maybe cut. */
static bool
valid_release(const char *name)
{
	const char *blank = strchr(name, ' ');

	return blank != NULL && blank != name && blank[1] != '\0' &&
	    strchr(blank + 1, ' ') == NULL;
}

static const struct data_file data_files[] = {
	{ "cpanel-floors", offsetof(struct data, cpanel_floors),
	    valid_branch, "a branch like 11.134",
	    valid_floor, "a build like 11.134.0.20, or none" },
	{ "os-end-of-life", offsetof(struct data, os_end_of_life),
	    valid_release, "a release like almalinux 9",
	    valid_day, "a day like 2026-11-01" },
};

static int
required_text(const struct yaml_node *root, const char *key,
    const char **ret_text, struct err *err)
{
	const struct yaml_node *node = yaml_get(root, key);

	if (node == NULL)
		return yaml_error(root, err, "the data has no %s", key);
	return yaml_text(node, key, ret_text, err);
}

static int
read_head(const char *wanted, const struct yaml_node *root,
    int64_t *ret_date, struct err *err)
{
	const char *schema, *name, *date, *source;

	if (required_text(root, "schema", &schema, err) != 0 ||
	    required_text(root, "name", &name, err) != 0 ||
	    required_text(root, "date", &date, err) != 0 ||
	    required_text(root, "source", &source, err) != 0)
		return -1;
	if (yaml_schema(yaml_get(root, "schema"), DATA_SCHEMA, err) != 0)
		return -1;
	if (strcmp(name, wanted) != 0)
		return yaml_error(yaml_get(root, "name"), err,
		    "name is other text, wanted \"%s\"", wanted);
	if (!date_read(date, ret_date))
		return yaml_error(yaml_get(root, "date"), err,
		    "date is other text, wanted a day like 2026-11-01");
	return 0;
}

static int
read_rows(struct arena *arena, const struct data_file *file,
    const struct yaml_node *root, struct dated_rows *rows, struct err *err)
{
	const struct yaml_node *map = yaml_get(root, "rows"), *value;

	if (map == NULL || map->count == 0)
		return yaml_error(map == NULL ? root : map, err,
		    "the data has no rows");
	if (yaml_pairs(arena, map, "rows", &rows->rows, &rows->row_count,
	    err) != 0)
		return -1;
	for (value = map->first; value != NULL; value = value->next) {
		if (!file->valid_name(value->key))
			return yaml_key_error(value, err,
			    "a row has another name, wanted %s",
			    file->wanted_name);
		if (!file->valid_value(value->text))
			return yaml_error(value, err,
			    "a row has another value, wanted %s",
			    file->wanted_value);
	}
	return 0;
}

static int
load_rows(struct arena *arena, const char *directory,
    const struct data_file *file, struct dated_rows *ret_rows,
    struct err *err)
{
	static const char *const known[] = {
		"schema", "name", "date", "source", "rows",
	};
	struct dated_rows rows = { .name = file->name };
	const struct yaml_node *root;
	const char *path;

	path = arena_printf(arena, "%s/%s.yaml", directory, file->name);
	if (yaml_load_file(arena, path, false, &root, err) != 0 ||
	    yaml_map(root, "the data", err) != 0 ||
	    yaml_known_keys(root, known, 5, "the data", err) != 0 ||
	    read_head(file->name, root, &rows.date, err) != 0 ||
	    read_rows(arena, file, root, &rows, err) != 0)
		return -1;
	*ret_rows = rows;
	return 0;
}

/* ---- guidelines for TLS ---- */

struct cipher_key {
	const char *name;
	size_t offset;		/* of the text_list in struct cipher_profile */
	bool optional;		/* else at least one */
};

static const struct cipher_key cipher_keys[] = {
	{ "protocols", offsetof(struct cipher_profile, protocols), false },
	{ "suites", offsetof(struct cipher_profile, suites), true },
	{ "suites_port_25", offsetof(struct cipher_profile, suites_port_25),
	    true },
	{ "suites_tls13", offsetof(struct cipher_profile, suites_tls13),
	    false },
	{ "groups", offsetof(struct cipher_profile, groups), false },
	{ "groups_tolerated",
	    offsetof(struct cipher_profile, groups_tolerated), true },
};

#define CIPHER_KEYS (sizeof(cipher_keys) / sizeof(cipher_keys[0]))

static int
read_cipher_lists(struct arena *arena, const struct yaml_node *root,
    struct cipher_profile *profile, struct err *err)
{
	size_t i;

	for (i = 0; i < CIPHER_KEYS; i++) {
		const struct cipher_key *key = &cipher_keys[i];
		const struct yaml_node *node = yaml_get(root, key->name);
		struct text_list *list = (void *)((char *)profile +
		    key->offset);

		if (node != NULL && yaml_texts(arena, node, key->name,
		    &list->items, &list->count, err) != 0)
			return -1;
		if (list->count == 0 && !key->optional)
			return yaml_error(node == NULL ? root : node, err,
			    "the data has no %s", key->name);
	}
	return 0;
}

static int
load_cipher_profile(struct arena *arena, const char *directory,
    const char *name, struct cipher_profile *ret_profile, struct err *err)
{
	static const char *const known[] = {
		"schema", "name", "date", "source", "protocols", "suites",
		"suites_port_25", "suites_tls13", "groups",
		"groups_tolerated",
	};
	struct cipher_profile profile = { .name = name };
	const struct yaml_node *root;
	const char *path;

	path = arena_printf(arena, "%s/cipher-%s.yaml", directory, name);
	if (yaml_load_file(arena, path, false, &root, err) != 0 ||
	    yaml_map(root, "the data", err) != 0 ||
	    yaml_known_keys(root, known, sizeof(known) / sizeof(known[0]),
	    "the data", err) != 0 ||
	    read_head(name, root, &profile.date, err) != 0 ||
	    read_cipher_lists(arena, root, &profile, err) != 0)
		return -1;
	*ret_profile = profile;
	return 0;
}

int
data_load(struct arena *arena, const char *directory, struct data *ret_data,
    struct err *err)
{
	struct data data = { 0 };
	size_t i;

	for (i = 0; i < sizeof(data_files) / sizeof(data_files[0]); i++)
		if (load_rows(arena, directory, &data_files[i],
		    (void *)((char *)&data + data_files[i].offset), err) != 0)
			return -1;
	for (i = 0; cipher_profile_names[i] != NULL; i++)
		if (load_cipher_profile(arena, directory,
		    cipher_profile_names[i], &data.cipher_profiles[i],
		    err) != 0)
			return -1;
	*ret_data = data;
	return 0;
}
