/*
 * A day's file of the ledger, of any bytes: what can be read is written in an
 * order of its own, and that can be read again and written as it is.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"

#include "store/ledger_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define DAY 20778	/* 2026-11-21 */

/* The bytes with their padding, in a block of just that size; a day that they are written as, or -1. */
static int
read_and_write(const void *bytes, size_t size, bool indexed, struct buf *ret_written)
{
	static const unsigned char secret[LEDGER_SECRET_BYTES];
	struct ledger *ledger = ledger_new(secret);
	char *padded = calloc(1, size + LEDGER_PADDING);
	struct err err = { 0 };
	int result;

	if (size > 0)
		memcpy(padded, bytes, size);
	ledger->names.unbounded = true;
	result = ledger_day_read(ledger, indexed, DAY, "day", (struct slice){ padded, size }, &err);
	if (result == 0)
		ledger_day_write(ledger, DAY, ret_written);
	else if (err.code != ERR_CONTENT || err.line == 0 || err.text[0] == '\0')
		abort();
	free(padded);
	ledger_free(ledger);
	return result;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf first, second, plain;

	buf_init(&first, SIZE_MAX / 2);
	buf_init(&second, SIZE_MAX / 2);
	buf_init(&plain, SIZE_MAX / 2);
	if (read_and_write(data, size, true, &first) == 0) {
		if (read_and_write(data, size, false, &plain) != 0 ||
		    read_and_write(first.bytes, first.length, true, &second) != 0 ||
		    first.length != second.length ||
		    memcmp(first.bytes, second.bytes, first.length) != 0)
			abort();
	} else if (read_and_write(data, size, false, &plain) == 0)
		abort();
	buf_done(&first);
	buf_done(&second);
	buf_done(&plain);
	return 0;
}
