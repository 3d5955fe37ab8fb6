#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fileio.h"
#include "collect/collect.h"
#include "engine/needs.h"
#include "tests/replay/replayed.h"

int
replayed_scan(struct arena *arena, struct host *host, const char *profile_name,
    const char *check, struct replayed *ret_replayed, struct err *err)
{
	const struct profile_path path = { NULL, "profiles" };
	/* As it was recorded: by a resolver that validates. */
	const char *const servers[] = { "192.0.2.53" };
	struct collect_options options = { .dns_servers = servers,
	    .dns_server_count = 1, .dns_validating = true };
	const struct selection selection = { .checks = &check,
	    .check_count = check != NULL };
	struct profile profile;
	struct data data;

	if (profile_load(arena, &path, profile_name, &profile, err) != 0 ||
	    data_load(arena, "profiles/data", &data, err) != 0)
		return -1;
	data.max_age_days = profile.data_max_age_days;
	ret_replayed->facts = facts_new(arena);
	if (check != NULL)
		evaluate_needs(arena, &profile, &selection, &options.needs,
		    &options.need_count);
	collect_all(host, ret_replayed->facts, &options);
	evaluate(arena, &profile, ret_replayed->facts, &data,
	    &selection,
	    &ret_replayed->findings);
	return 0;
}

const struct finding *
replayed_find(const struct findings *findings, const char *check,
    const char *subject)
{
	size_t i;

	for (i = 0; i < findings->count; i++)
		if (strcmp(findings->items[i].check, check) == 0 &&
		    strcmp(findings->items[i].subject, subject) == 0)
			return &findings->items[i];
	return NULL;
}

#define RECORDING_MAX (64u * 1024 * 1024)

struct host *
replayed_host(const char *first, const char *second, struct err *err)
{
	char path[] = "/tmp/cpward-replay.XXXXXX";
	struct host *host = NULL;
	struct buf bytes;
	int fd;

	fd = mkstemp(path);
	if (fd < 0)
		return NULL;
	close(fd);
	buf_init(&bytes, RECORDING_MAX);
	if (file_read(first, &bytes, err) == 0 &&
	    file_read(second, &bytes, err) == 0 &&
	    file_replace(path, bytes.bytes, bytes.length, 0600, err) == 0)
		host = host_replay(path, err);
	buf_done(&bytes);
	unlink(path);
	return host;
}
