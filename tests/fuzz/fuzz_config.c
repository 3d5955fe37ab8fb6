/* Any bytes as cpward.ini: no crash, and an error always says something. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "cmd/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct arena *arena = arena_new();
	struct err err = { 0 };
	struct config config;
	char name[64];
	/* A file without a name, which the loader opens by its descriptor. */
	int fd = memfd_create("config", MFD_CLOEXEC);

	if (fd < 0 || fchmod(fd, 0600) != 0 ||
	    write(fd, bytes, length) != (ssize_t)length)
		abort();
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	if (config_load(arena, name, false, &config, &err) == 0) {
		if (config.profile == NULL || config.whm_timeout < 1 ||
		    (config.whm_transport == WHM_HTTPS &&
		    (config.whm_url == NULL || config.whm_token_file == NULL)))
			abort();
	} else if (err.code == ERR_NONE || err.text[0] == '\0') {
		abort();
	}
	close(fd);
	arena_free(arena);
	return 0;
}
