#include "base/arena.h"
#include "collect/log_files_private.h"

void
log_parts_find(struct host *host, struct arena *arena, const char *log,
    const struct log_position *position, struct log_parts *ret_parts)
{
	struct log_parts parts = { NULL };
	struct host_log file = host_open_log(host, arena, log);
	struct log_part *part;

	if (file.status != ANSWER_OK) {
		parts.absent = file.status == ANSWER_ABSENT;
		parts.failed = parts.absent ? NULL : file.why;
		*ret_parts = parts;
		return;
	}
	part = arena_push(arena, &parts.parts, &parts.count);
	*part = (struct log_part){ .path = arena_strdup(arena, log),
	    .file = file, .to = (uint64_t)file.size };
	if (position != NULL && log_mark_matches(part, position))
		part->from = position->offset;
	else if (position != NULL)
		parts.gap = "where reading left off is not there any more";
	*ret_parts = parts;
}

void
log_parts_close(struct log_parts *parts)
{
	size_t i;

	for (i = 0; i < parts->count; i++)
		parts->parts[i].file.close(&parts->parts[i].file);
	parts->count = 0;
}
