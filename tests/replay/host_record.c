/*
 * host_record FILE [NEED ...]
 *
 * Collects from the running system through the local WHM API and keeps every
 * answer in FILE, for replay; with NEEDs ("listeners") only what
 * these need.
 */
#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "collect/collect.h"
#include "host/host.h"
#include "host/whm_transport.h"

#define RESOLVER "192.0.2.53"	/* the lab's, which validates */

int
main(int argc, char **argv)
{
	const struct whm_transport_options whm = { .local = true,
	    .user = "root", .timeout = 30 };
	const char *const servers[] = { RESOLVER };
	const struct host_live_options options = { .whm = &whm,
	    .dns_servers = servers, .dns_server_count = 1 };
	struct collect_options collect = { .dns_servers = servers,
	    .dns_server_count = 1, .dns_validating = true };
	struct host *live, *record;
	struct err err = { 0 };
	struct arena *arena;

	if (argc < 2)
		return 64;
	if (argc > 2) {
		collect.needs = (const char *const *)argv + 2;
		collect.need_count = (size_t)argc - 2;
	}
	live = host_live(&options, &err);
	record = live == NULL ? NULL : host_record(live, argv[1], &err);
	if (record == NULL) {
		fprintf(stderr, "%s: %s\n", err.source, err.text);
		return 1;
	}
	arena = arena_new();
	collect_all(record, facts_new(arena), &collect);
	arena_free(arena);
	host_free(record);
	host_free(live);
	return 0;
}
