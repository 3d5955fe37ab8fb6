/*
 * Shared by the files of profile: how files are found (profile_find.c) and
 * what stands in them (profile.c, profile_checks.c).
 */
#ifndef CPWARD_ENGINE_PROFILE_PRIVATE_H
#define CPWARD_ENGINE_PROFILE_PRIVATE_H

#include "engine/profile.h"
#include "engine/yaml.h"

#define PROFILE_SCHEMA "cpward.profile/1"

struct profile_file {
	const char *path;
	const char *stem;	/* what id must be; NULL = given by path */
	bool trusted;		/* must be root's or the caller's */
};

/*
 * By name, or, when it has a slash, by path. ERR_NOINPUT when there is none;
 * ERR_CONTENT when the site re-uses a shipped name.
 */
int profile_find(struct arena *arena, const struct profile_path *path,
    const char *name, struct profile_file *ret_file, struct err *err);

/* A letter or digit, then these and . _ -, 64 bytes at most. */
bool profile_name_valid(const char *name);

/* What the layers of a profile said of one check so far. */
struct profile_draft {
	struct profile_entry entry;
	bool has_severity;
	bool has_want;
};

struct profile_drafts {
	struct profile_draft *items;
	size_t count;
};

/* Lays the map "checks" of one file over what its parents said. */
int profile_checks_read(struct arena *arena, const struct yaml_node *checks,
    struct profile_drafts *drafts, struct err *err);

/* Sorts, and refuses a check whose severity or want nobody gave. */
int profile_checks_finish(struct arena *arena, struct profile_drafts *drafts,
    struct profile *profile, struct err *err);


#endif
