/*
 * A profile: which checks run, with which thresholds, severities and
 * citations, and what the admin declares about the server.
 *
 * Format cpward.profile/1, YAML (cpward-profile(5)). An unknown key, an
 * unknown check id, a key given twice, a value of the wrong type is
 * ERR_CONTENT with file and line.
 */
#ifndef CPWARD_ENGINE_PROFILE_H
#define CPWARD_ENGINE_PROFILE_H

#include "checks/check.h"

struct arena;
struct err;

struct profile_entry {
	const struct check *check;
	enum severity severity;
	struct want want;
	const char *const *references;
	size_t reference_count;
	bool selected;		/* false by "select: no" */
	const char *file;	/* where the entry that won stands */
	unsigned line;
};

struct profile {
	const char *id;
	const char *title;
	const char *path;
	/*
	 * Days after which dated data makes a judgement unknown; 0 = judge
	 * with old data and name its date (the baseline).
	 */
	int64_t data_max_age_days;
	struct profile_entry *entries;	/* by check id, bytewise */
	size_t entry_count;
	struct parameters parameters;
};

/*
 * Where profiles are looked for: the site's folder first (its files must be
 * root's or the caller's, not writable by others), then the shipped one.
 */
struct profile_path {
	const char *site;	/* /etc/cpward/profiles; NULL = none */
	const char *shipped;	/* PREFIX/share/cpward/profiles */
};

/*
 * Loads a profile by name or, when name has a slash, by path, and resolves
 * what it extends. ERR_NOINPUT when there is none of that name, ERR_CONTENT
 * for its content, a loop of extends, or a site profile that re-uses a
 * shipped id. Everything lives in the arena.
 */
int profile_load(struct arena *arena, const struct profile_path *path,
    const char *name, struct profile *ret_profile, struct err *err);

/* Names of all profiles that can be loaded, sorted: "hipaa", "lab". */
int profile_names(struct arena *arena, const struct profile_path *path,
    const char *const **ret_names, size_t *ret_count, struct err *err);

/* The resolved profile as the canonical JSON that the digest is made over. */
char *profile_json(struct arena *arena, const struct profile *profile);

/* Of the resolved profile: sha256, lower-case hex. */
const char *profile_digest(struct arena *arena, const struct profile *profile);

/*
 * The dated data files (cpward.data/1, YAML: schema, name, date, source,
 * rows) below shipped/data. A missing or bad file is an error.
 */
int data_load(struct arena *arena, const char *directory,
    struct data *ret_data, struct err *err);

#endif
