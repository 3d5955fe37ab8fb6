/*
 * Opening paths below a root directory without being led astray.
 *
 * A path is walked component by component. Where every directory so far is
 * the root owner's and nobody else can write to it, symbolic links are
 * followed, resolved inside the root. From the first directory that is
 * somebody else's on, no link is followed and the walk goes on as that owner
 * (when this process is root). openat2(2) would do the first half, but EL8's
 * kernel has none.
 */
#ifndef CPWARD_HOST_TREE_H
#define CPWARD_HOST_TREE_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

struct tree {
	int root;		/* O_PATH descriptor */
	uid_t owner;		/* of the root: counts as uid 0 */
	/*
	 * The directory that the last walk ended in, for the next path in it:
	 * thousands of files lie in one. Only where every directory on the way
	 * is the owner's and no link or ".." was met. near_fd is -1 without.
	 */
	int near_fd;
	char near_path[256];	/* "/etc/" */
};

enum tree_status {
	TREE_OK,
	TREE_ABSENT,		/* not in a directory that exists */
	TREE_NO_PARENT,		/* a directory on the way does not exist */
	TREE_FAILED,
};

enum tree_follow {
	TREE_FOLLOW,		/* a link at the end too, where allowed */
	TREE_NOFOLLOW,
};

struct tree_entry {
	int fd;			/* O_PATH, or readable when opened so */
	struct stat st;
	bool tenant;		/* below a directory that is not root's */
};

/* 0, or -1 with errno. */
int tree_open(struct tree *tree, const char *root);
void tree_close(struct tree *tree);

/*
 * Finds path. On TREE_OK the caller closes ret_entry->fd. On TREE_FAILED why
 * (size bytes) says what went wrong.
 */
enum tree_status tree_find(struct tree *tree, const char *path,
    enum tree_follow follow, struct tree_entry *ret_entry, char *why,
    size_t size);

/*
 * As tree_find, then opens what was found with flags, as the tenant. refuse
 * (NULL = nothing is) sees it first, for opening a FIFO or a device can have
 * effects: what it returns is why it is not opened, NULL = it may be.
 */
enum tree_status tree_open_entry(struct tree *tree, const char *path,
    int flags, const char *(*refuse)(const struct tree_entry *entry,
    const void *data), const void *data, struct tree_entry *ret_entry,
    char *why, size_t size);

#endif
