/*
 * The ledger's state, of any bytes: what can be read is written as it was.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include "store/ledger_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
read_state(struct arena *arena, const void *bytes, size_t size, struct ledger_state *ret_state,
    uint64_t *ret_sequence)
{
	struct slice text = { arena_memdup(arena, bytes, size), size };
	struct err err = { 0 };
	int result = ledger_state_read(arena, "state", text, ret_state, ret_sequence, &err);

	if (result != 0 && (err.code != ERR_CONTENT || err.line == 0 || err.text[0] == '\0'))
		abort();
	return result;
}

/* Numbers may have zeros before them, so the second writing is what has to be as the first. */
static void
check_again(struct arena *arena, const struct ledger_state *state, uint64_t sequence)
{
	struct ledger_state again;
	struct err err = { 0 };
	struct buf first, second;
	uint64_t same;

	buf_init(&first, SIZE_MAX / 2);
	buf_init(&second, SIZE_MAX / 2);
	if (ledger_state_write(state, sequence, &first, &err) != 0 ||
	    read_state(arena, first.bytes, first.length, &again, &same) != 0 || same != sequence ||
	    ledger_state_write(&again, same, &second, &err) != 0 || first.length != second.length ||
	    memcmp(first.bytes, second.bytes, first.length) != 0)
		abort();
	buf_done(&first);
	buf_done(&second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct ledger_state state;
	uint64_t sequence;

	if (read_state(arena, data, size, &state, &sequence) == 0)
		check_again(arena, &state, sequence);
	arena_free(arena);
	return 0;
}
