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
	const struct tree *tree;
	int dirs[MAX_DEPTH];		/* open directories, the root first */
	int depth;			/* of the last one */
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
		tree_close(tree);
		return -1;
	}
	tree->owner = st.st_uid;
	return 0;
}

void
tree_close(struct tree *tree)
{
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

/*
 * Once somebody else's directory is reached, its owner decides what lies
 * below: from there on only what that owner may read is read. False when that
 * can not be had.
 */
static bool
enter_directory(struct walk *walk, int fd, const struct stat *st)
{
	bool others_write = (st->st_mode & (S_IWGRP | S_IWOTH)) != 0;
	bool foreign = st->st_uid != walk->tree->owner && st->st_uid != 0;

	if (walk->tenant || (!foreign && !others_write) || is_proc(fd))
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
	for (; walk->depth > 0; walk->depth--)
		close(walk->dirs[walk->depth]);
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

static enum tree_status
walk_start(struct walk *walk, const struct tree *tree, const char *path,
    char *why, size_t size)
{
	memset(walk, 0, offsetof(struct walk, pending));
	walk->tree = tree;
	walk->dirs[0] = tree->root;
	walk->links = 0;
	walk->tenant = false;
	walk->switched = false;
	walk->why = why;
	walk->why_size = size;
	if (strlen(path) >= PATH_MAX)
		return walk_failed(walk, "path", "is too long");
	snprintf(walk->pending, sizeof(walk->pending), "%s", path);
	return TREE_OK;
}

enum tree_status
tree_find(const struct tree *tree, const char *path, enum tree_follow follow,
    struct tree_entry *ret_entry, char *why, size_t size)
{
	enum tree_status status;
	struct walk walk;

	status = walk_start(&walk, tree, path, why, size);
	if (status != TREE_OK)
		return status;
	status = walk_path(&walk, follow, ret_entry);
	walk_done(&walk);
	return status;
}

enum tree_status
tree_open_entry(const struct tree *tree, const char *path, int flags,
    struct tree_entry *ret_entry, char *why, size_t size)
{
	enum tree_status status;
	struct walk walk;
	char self[64];
	int fd;

	status = walk_start(&walk, tree, path, why, size);
	if (status != TREE_OK)
		return status;
	status = walk_path(&walk, TREE_FOLLOW, ret_entry);
	if (status == TREE_OK) {
		/*
		 * The very thing that was examined is opened, not whatever
		 * bears its name by now.
		 */
		snprintf(self, sizeof(self), "/proc/self/fd/%d", ret_entry->fd);
		fd = open(self, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		if (fd < 0)
			status = walk_failed(&walk, path, strerror(errno));
		close(ret_entry->fd);
		ret_entry->fd = fd;
	}
	walk_done(&walk);
	return status;
}
