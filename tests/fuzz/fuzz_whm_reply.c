/*
 * A reply of any bytes, read as the answer to single functions and to a batch.
 * A first byte of '1' to '5' is cut off and taken as the class of the HTTP
 * status, so that seeds can be plain bodies.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "parse/whm_reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const functions[] = {
	"version", "get_tweaksetting", "api_token_list", "nope",
};

/* What holds for every reply: a failure has a text and a success has none. */
static void
check_reply(struct arena *arena, const struct whm_reply *reply)
{
	if (reply->verdict == WHM_UNREAD ||
	    (reply->verdict == WHM_OK) != (reply->text == NULL) ||
	    (whm_reply_why(arena, reply) == NULL) !=
	    (reply->verdict == WHM_OK))
		abort();
}

static void
read_values(struct arena *arena, const json_t *data)
{
	const char *const paths[] = { "", "version", "tweaksetting/value",
	    "tokens", "result" };
	const json_t *array;
	const char *text;
	int64_t number;
	size_t i;
	bool flag;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		(void)whm_get_int(data, paths[i], &number);
		(void)whm_get_flag(data, paths[i], &flag);
		(void)whm_get_string(arena, data, paths[i], &text);
		(void)whm_get_array(data, paths[i], &array);
	}
}

static void
split(struct arena *arena, const struct whm_reply *reply)
{
	struct whm_reply parts[4];
	const char *why = NULL;
	size_t count, i;

	for (count = 0; count <= 4; count++) {
		if (whm_batch_split(arena, reply, functions, count, parts,
		    &why) != 0) {
			if (why == NULL)
				abort();
			continue;
		}
		for (i = 0; i < count; i++) {
			check_reply(arena, &parts[i]);
			read_values(arena, parts[i].data);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *const read_as[] = { "batch", "version",
	    "system_needs_reboot" };
	struct arena *arena = arena_new();
	struct whm_reply reply;
	int status = 200;
	size_t i;

	if (size > 0 && data[0] >= '1' && data[0] <= '5') {
		status = (data[0] - '0') * 100 + 3;
		data++;
		size--;
	}
	for (i = 0; i < sizeof(read_as) / sizeof(read_as[0]); i++) {
		whm_reply_read(arena, read_as[i], status, (const char *)data,
		    size, &reply);
		check_reply(arena, &reply);
		read_values(arena, reply.data);
		split(arena, &reply);
		whm_reply_done(&reply);
	}
	arena_free(arena);
	return 0;
}
