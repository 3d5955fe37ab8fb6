#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"
#include "engine/profile_private.h"

#define SUFFIX ".yaml"
#define MAX_NAME 64

bool
profile_name_valid(const char *name)
{
	static const char letters[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	size_t length = strlen(name);

	return length > 0 && length <= MAX_NAME &&
	    strchr(letters, name[0]) != NULL &&
	    strspn(name, letters) + strspn(name + strspn(name, letters),
	    "._-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789") == length;
}

/* 1 = there, 0 = not there, -1 = can not be told. */
static int
exists(const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st) == 0)
		return 1;
	if (errno == ENOENT || errno == ENOTDIR)
		return 0;
	return err_at(err, ERR_IO, path, 0, "can not be examined: %s",
	    strerror(errno));
}

static int
exists_in(struct arena *arena, const char *directory, const char *name,
    const char **ret_path, struct err *err)
{
	if (directory == NULL)
		return 0;
	*ret_path = arena_printf(arena, "%s/%s" SUFFIX, directory, name);
	return exists(*ret_path, err);
}

int
profile_find(struct arena *arena, const struct profile_path *path,
    const char *name, struct profile_file *ret_file, struct err *err)
{
	const char *site = NULL, *shipped = NULL;
	int in_site, in_shipped;

	if (strchr(name, '/') != NULL) {
		ret_file->path = arena_strdup(arena, name);
		ret_file->stem = NULL;
		ret_file->trusted = true;
		return 0;
	}
	if (!profile_name_valid(name)) {
		err_set(err, ERR_NOINPUT, "that is no name of a profile: "
		    "wanted letters, digits and . _ -, %d at most", MAX_NAME);
		return err_hint(err, "a file is named with a slash: ./FILE");
	}
	in_site = exists_in(arena, path->site, name, &site, err);
	in_shipped = exists_in(arena, path->shipped, name, &shipped, err);
	if (in_site < 0 || in_shipped < 0)
		return -1;
	if (in_site && in_shipped) {
		err_at(err, ERR_CONTENT, site, 0,
		    "re-uses the name of the shipped profile %s", shipped);
		return err_hint(err,
		    "give it a name and id of its own, and \"extends: %s\"",
		    name);
	}
	if (!in_site && !in_shipped) {
		err_set(err, ERR_NOINPUT, "no profile is named \"%s\"", name);
		return err_hint(err, "\"cpward profile list\" names them all; "
		    "a file is named with a slash: ./FILE");
	}
	ret_file->path = in_site ? site : shipped;
	ret_file->stem = arena_strdup(arena, name);
	ret_file->trusted = in_site;
	return 0;
}

struct names {
	const char **items;
	size_t count;
};

static void
add_name(struct arena *arena, const char *file, struct names *names)
{
	size_t length = strlen(file);
	char *name;

	if (length <= strlen(SUFFIX) ||
	    strcmp(file + length - strlen(SUFFIX), SUFFIX) != 0)
		return;
	name = arena_memdup(arena, file, length - strlen(SUFFIX));
	if (profile_name_valid(name))
		*arena_push(arena, &names->items, &names->count) = name;
}

static int
add_names(struct arena *arena, const char *directory, struct names *names,
    struct err *err)
{
	const struct dirent *entry;
	DIR *dir;

	if (directory == NULL)
		return 0;
	dir = opendir(directory);
	if (dir == NULL && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (dir == NULL)
		return err_at(err, ERR_IO, directory, 0,
		    "can not be opened: %s", strerror(errno));
	while ((entry = readdir(dir)) != NULL)
		add_name(arena, entry->d_name, names);
	closedir(dir);
	return 0;
}

static int
compare_names(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

int
profile_names(struct arena *arena, const struct profile_path *path,
    const char *const **ret_names, size_t *ret_count, struct err *err)
{
	struct names names = { NULL, 0 };
	size_t count = 0, i;

	if (add_names(arena, path->site, &names, err) != 0 ||
	    add_names(arena, path->shipped, &names, err) != 0)
		return -1;
	if (names.count > 0)
		qsort(names.items, names.count, sizeof(*names.items),
		    compare_names);
	/* A name that both folders have is told once; loading it says why not. */
	for (i = 0; i < names.count; i++)
		if (count == 0 ||
		    strcmp(names.items[count - 1], names.items[i]) != 0)
			names.items[count++] = names.items[i];
	*ret_names = names.items;
	*ret_count = count;
	return 0;
}
