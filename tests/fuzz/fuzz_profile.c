/*
 * Any bytes as a profile: no crash, and the canonical JSON of what is accepted
 * is a profile with the same digest. It may extend the shipped ones.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "engine/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* A file without a name, which the loader opens by its descriptor. */
static int
load_bytes(struct arena *arena, const void *bytes, size_t length,
    struct profile *profile, struct err *err)
{
	const struct profile_path path = { NULL, "profiles" };
	int fd = memfd_create("profile", MFD_CLOEXEC), result;
	char name[64];

	if (fd < 0 || fchmod(fd, 0600) != 0 ||
	    write(fd, bytes, length) != (ssize_t)length)
		abort();
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	result = profile_load(arena, &path, name, profile, err);
	close(fd);
	return result;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct arena *arena = arena_new();
	struct profile profile, again;
	struct err err = { 0 };
	const char *json;

	if (load_bytes(arena, bytes, length, &profile, &err) == 0) {
		json = profile_json(arena, &profile);
		if (load_bytes(arena, json, strlen(json), &again, &err) != 0 ||
		    strcmp(profile_digest(arena, &profile),
		    profile_digest(arena, &again)) != 0)
			abort();
	} else if (err.code == ERR_NONE || err.text[0] == '\0') {
		abort();
	}
	arena_free(arena);
	return 0;
}
