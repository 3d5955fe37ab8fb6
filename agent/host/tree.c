#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/magic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "host/tree.h"

#define MAX_DEPTH 64
#define MAX_LINKS 40
#define MAX_GROUPS 64

struct walk {
	struct tree *tree;
	int dirs[MAX_DEPTH];		/* open directories, the root first */
	int depth;			/* of the last one */
	bool near;			/* dirs[1] is the tree's, not ours to close */
	bool plain;			/* no link and no ".." so far */
	bool again;			/* from the root: a link leads out of near */
	char pending[PATH_MAX * 2];	/* components still to go */
	int links;
	bool tenant;
	bool switched;			/* file-system ids are the tenant's */
	gid_t groups[MAX_GROUPS];	/* ours, while they are dropped */
	int group_count;
	char *why;
	size_t why_size;
};

int
tree_open(struct tree *tree, const char *root)
{
	struct stat st;

	tree->root = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (tree->root < 0)
		return -1;
	if (fstat(tree->root, &st) != 0) {
		tree->near_fd = -1;
		tree_close(tree);
		return -1;
	}
	tree->owner = st.st_uid;
	tree->near_fd = -1;
	return 0;
}

static void
forget_near(struct tree *tree)
{
	if (tree->near_fd >= 0)
		close(tree->near_fd);
	tree->near_fd = -1;
}

void
tree_close(struct tree *tree)
{
	forget_near(tree);
	close(tree->root);
	tree->root = -1;
}

static enum tree_status
walk_failed(struct walk *walk, const char *name, const char *reason)
{
	snprintf(walk->why, walk->why_size, "%s: %s", name, reason);
	return TREE_FAILED;
}

/* proc(5) shows a process as its owner's, yet only the kernel writes there. */
static bool
is_proc(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

/*
 * To the file system this process is now the owner, with none of root's own
 * supplementary groups, which would still open files. False when the kernel
 * does not let us: a container may withhold the capabilities.
 */
static bool
become_owner(struct walk *walk, const struct stat *st)
{
	walk->group_count = getgroups(MAX_GROUPS, walk->groups);
	if (walk->group_count < 0 || setgroups(0, NULL) != 0)
		return false;
	walk->switched = true;
	setfsgid(st->st_gid);
	setfsuid(st->st_uid);
	/* setfsuid(2) tells no error: an invalid id makes it tell the present. */
	return (uid_t)setfsuid((uid_t)-1) == st->st_uid;
}

static bool
is_foreign(const struct tree *tree, const struct stat *st)
{
	return st->st_uid != tree->owner && st->st_uid != 0;
}

static bool
others_write(const struct stat *st)
{
	return (st->st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

/*
 * Once somebody else's directory is reached, its owner decides what lies
 * below: from there on only what that owner may read is read. False when that
 * can not be had.
 */
static bool
enter_directory(struct walk *walk, int fd, const struct stat *st)
{
	bool foreign = is_foreign(walk->tree, st);

	if (walk->tenant || (!foreign && !others_write(st)) || is_proc(fd))
		return true;
	walk->tenant = true;
	return !foreign || geteuid() != 0 || become_owner(walk, st);
}

static void
walk_done(struct walk *walk)
{
	if (walk->switched) {
		setfsuid(geteuid());
		setfsgid(getegid());
		if (walk->group_count > 0)
			setgroups((size_t)walk->group_count, walk->groups);
	}
	for (; walk->depth > walk->near; walk->depth--)
		close(walk->dirs[walk->depth]);
}

/*
 * Keeps the directory of path, where nobody but the tree's owner has a say in
 * what it is. Processes come and go, so theirs are not kept.
 */
static void
keep_near(struct walk *walk, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t length = slash == NULL ? 0 : (size_t)(slash + 1 - path);

	if (walk->near || walk->tenant || !walk->plain || walk->depth == 0 ||
	    length >= sizeof(walk->tree->near_path) || slash[1] == '\0' ||
	    strncmp(path, "/proc/", 6) == 0)
		return;
	forget_near(walk->tree);
	walk->tree->near_fd = walk->dirs[walk->depth--];
	memcpy(walk->tree->near_path, path, length);
	walk->tree->near_path[length] = '\0';
}

/* Takes the next component off pending; false when there is none. */
static bool
next_component(struct walk *walk, char *name, size_t size)
{
	char *at = walk->pending, *end;

	while (*at == '/')
		at++;
	if (*at == '\0')
		return false;
	end = strchrnul(at, '/');
	snprintf(name, size, "%.*s", (int)(end - at), at);
	memmove(walk->pending, end, strlen(end) + 1);
	return true;
}

static bool
at_end(const struct walk *walk)
{
	return walk->pending[strspn(walk->pending, "/")] == '\0';
}

/* Puts a link's target in front of what is still to go. */
static enum tree_status
push_target(struct walk *walk, int fd, const char *name)
{
	char target[PATH_MAX], rest[sizeof(walk->pending)];
	ssize_t length;

	if (walk->near) {
		walk->again = true;
		return TREE_FAILED;
	}
	walk->plain = false;
	if (walk->tenant)
		return walk_failed(walk, name,
		    "is a symbolic link below a directory that is not root's");
	if (++walk->links > MAX_LINKS)
		return walk_failed(walk, name, "too many symbolic links");
	length = readlinkat(fd, "", target, sizeof(target) - 1);
	if (length < 0)
		return walk_failed(walk, name, strerror(errno));
	target[length] = '\0';
	if (target[0] == '/')
		for (; walk->depth > 0; walk->depth--)
			close(walk->dirs[walk->depth]);
	memcpy(rest, walk->pending, sizeof(rest));
	if ((size_t)snprintf(walk->pending, sizeof(walk->pending), "%s/%s",
	    target, rest) >= sizeof(walk->pending))
		return walk_failed(walk, name, "the path grows too long");
	return TREE_OK;
}

static enum tree_status
missing(struct walk *walk, const char *name)
{
	if (errno == ENOENT && at_end(walk)) {
		snprintf(walk->why, walk->why_size, "%s: does not exist", name);
		return TREE_ABSENT;
	}
	if (errno == ENOENT) {
		walk_failed(walk, name, "the directory does not exist");
		return TREE_NO_PARENT;
	}
	return walk_failed(walk, name, strerror(errno));
}

/*
 * One component: a directory is entered, a link's target put before the rest,
 * anything else ends the walk. TREE_OK with ret_entry->fd -1 means go on.
 */
static enum tree_status
step(struct walk *walk, const char *name, enum tree_follow follow,
    struct tree_entry *ret_entry)
{
	enum tree_status status;
	struct stat st;
	int fd;

	fd = openat(walk->dirs[walk->depth], name,
	    O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return missing(walk, name);
	if (fstat(fd, &st) != 0) {
		close(fd);
		return walk_failed(walk, name, strerror(errno));
	}
	if (S_ISLNK(st.st_mode) && !(follow == TREE_NOFOLLOW && at_end(walk))) {
		status = push_target(walk, fd, name);
		close(fd);
		return status;
	}
	if (at_end(walk)) {
		ret_entry->fd = fd;
		ret_entry->st = st;
		return TREE_OK;
	}
	if (!S_ISDIR(st.st_mode) || walk->depth + 1 >= MAX_DEPTH) {
		close(fd);
		return walk_failed(walk, name, S_ISDIR(st.st_mode) ?
		    "the path is too deep" : "is not a directory");
	}
	walk->dirs[++walk->depth] = fd;
	if (!enter_directory(walk, fd, &st))
		return walk_failed(walk, name,
		    "belongs to somebody whose place can not be taken");
	return TREE_OK;
}

static enum tree_status
walk_path(struct walk *walk, enum tree_follow follow,
    struct tree_entry *ret_entry)
{
	enum tree_status status = TREE_OK;
	char name[NAME_MAX + 2];	/* cut, it is still refused as too long */

	ret_entry->fd = -1;
	while (status == TREE_OK && ret_entry->fd < 0 &&
	    next_component(walk, name, sizeof(name))) {
		if (strcmp(name, ".") == 0)
			continue;
		if (strcmp(name, "..") == 0) {
			walk->plain = false;
			if (walk->depth > 0)
				close(walk->dirs[walk->depth--]);
			continue;
		}
		status = step(walk, name, follow, ret_entry);
	}
	if (status == TREE_OK && ret_entry->fd < 0) {
		/* The path ended in "..", "." or was "/" itself. */
		ret_entry->fd = fcntl(walk->dirs[walk->depth],
		    F_DUPFD_CLOEXEC, 0);
		if (ret_entry->fd < 0 || fstat(ret_entry->fd,
		    &ret_entry->st) != 0)
			return walk_failed(walk, "/", strerror(errno));
	}
	ret_entry->tenant = walk->tenant;
	return status;
}

/* Is path a plain name in the directory that is kept, and is that as it was? */
static bool
is_near(const struct tree *tree, const char *path)
{
	size_t length = strlen(tree->near_path);
	const char *name = path + length;
	struct stat st;

	return tree->near_fd >= 0 && fstat(tree->near_fd, &st) == 0 &&
	    st.st_nlink > 0 && !is_foreign(tree, &st) && !others_write(&st) &&
	    strncmp(path, tree->near_path, length) == 0 && name[0] != '\0' &&
	    strchr(name, '/') == NULL && strcmp(name, ".") != 0 &&
	    strcmp(name, "..") != 0;
}

static enum tree_status
walk_start(struct walk *walk, struct tree *tree, const char *path, char *why,
    size_t size)
{
	bool again = walk->again;

	memset(walk, 0, offsetof(struct walk, pending));
	walk->tree = tree;
	walk->dirs[0] = tree->root;
	walk->links = 0;
	walk->tenant = false;
	walk->switched = false;
	walk->why = why;
	walk->why_size = size;
	walk->plain = true;
	if (strlen(path) >= PATH_MAX)
		return walk_failed(walk, "path", "is too long");
	if (!again && is_near(tree, path)) {
		walk->near = true;
		walk->dirs[++walk->depth] = tree->near_fd;
		path += strlen(tree->near_path);
	}
	snprintf(walk->pending, sizeof(walk->pending), "%s", path);
	return TREE_OK;
}

/* From the directory that is kept if need be, and from the root if that fails. */
static enum tree_status
walk_to(struct walk *walk, struct tree *tree, const char *path,
    enum tree_follow follow, struct tree_entry *ret_entry, char *why,
    size_t size)
{
	enum tree_status status;

	walk->again = false;
	do {
		status = walk_start(walk, tree, path, why, size);
		if (status == TREE_OK)
			status = walk_path(walk, follow, ret_entry);
	} while (walk->again);
	if (status == TREE_OK || status == TREE_ABSENT)
		keep_near(walk, path);
	return status;
}

enum tree_status
tree_find(struct tree *tree, const char *path, enum tree_follow follow,
    struct tree_entry *ret_entry, char *why, size_t size)
{
	enum tree_status status;
	struct walk walk;

	status = walk_to(&walk, tree, path, follow, ret_entry, why, size);
	walk_done(&walk);
	return status;
}

/* The very thing that was examined is opened, not whatever bears its name by now. */
static enum tree_status
open_found(struct walk *walk, const char *path, int flags,
    struct tree_entry *entry)
{
	char self[64];
	int fd;

	snprintf(self, sizeof(self), "/proc/self/fd/%d", entry->fd);
	fd = open(self, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return walk_failed(walk, path, strerror(errno));
	close(entry->fd);
	entry->fd = fd;
	return TREE_OK;
}

enum tree_status
tree_open_entry(struct tree *tree, const char *path, int flags,
    const char *(*refuse)(const struct tree_entry *entry, const void *data),
    const void *data, struct tree_entry *ret_entry, char *why, size_t size)
{
	enum tree_status status;
	const char *refusal;
	struct walk walk;

	status = walk_to(&walk, tree, path, TREE_FOLLOW, ret_entry, why, size);
	if (status == TREE_OK) {
		refusal = refuse == NULL ? NULL : refuse(ret_entry, data);
		if (refusal != NULL) {
			snprintf(why, size, "%s", refusal);
			status = TREE_FAILED;
		} else {
			status = open_found(&walk, path, flags, ret_entry);
		}
		if (status != TREE_OK)
			close(ret_entry->fd);
	}
	walk_done(&walk);
	return status;
}
