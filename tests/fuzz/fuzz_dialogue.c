/*
 * A peer that says any bytes. The first byte picks the protocol and the goal,
 * the rest is said: all at once, and byte by byte, with the same outcome.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "parse/dialogue.h"

#define GOALS (DIALOGUE_RELAY + 1)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
hear(struct dialogue *dialogue, uint8_t choice, const char *bytes,
    size_t length, size_t piece)
{
	size_t at = 0;

	dialogue_begin(dialogue,
	    (enum probe_protocol)(choice / GOALS % PROBE_PROTOCOL_COUNT),
	    (enum dialogue_goal)(choice % GOALS), "probe.example");
	while (at < length && dialogue->state == DIALOGUE_MORE) {
		size_t part = length - at < piece ? length - at : piece;

		if (dialogue->out_length > sizeof(dialogue->out) ||
		    dialogue_input(dialogue, bytes + at, part) > part)
			abort();
		at += part;
	}
	dialogue_end(dialogue);
	if (dialogue->state == DIALOGUE_MORE)
		abort();
	if ((dialogue->state == DIALOGUE_FAILED ||
	    dialogue->state == DIALOGUE_BUSY) && dialogue->why[0] == '\0')
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dialogue whole, pieces;

	if (size == 0)
		return 0;
	hear(&whole, data[0], (const char *)data + 1, size - 1, size);
	hear(&pieces, data[0], (const char *)data + 1, size - 1, 1);
	if (whole.state != pieces.state ||
	    whole.clear_login != pieces.clear_login ||
	    whole.starttls != pieces.starttls ||
	    whole.relay != pieces.relay ||
	    whole.out_length != pieces.out_length ||
	    strcmp(whole.mechanisms, pieces.mechanisms) != 0 ||
	    strcmp(whole.why, pieces.why) != 0)
		abort();
	return 0;
}
