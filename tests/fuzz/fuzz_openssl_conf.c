/*
 * An OpenSSL configuration of any bytes, which may include itself: what comes
 * of it names a protocol that exists, a level from 0 to 5, and lines of the
 * file.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "parse/openssl_conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *data;
	size_t size;
};

static int
read_include(void *context, const char *path, struct buf *buf, struct err *err)
{
	const struct input *input = context;

	if (strcmp(path, "/self") == 0)
		return buf_add(buf, input->data, input->size);
	return err_at(err, path[1] == 'n' ? ERR_ABSENT : ERR_IO, path, 0,
	    "is not to be had");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	const struct conf_source source = { &input, read_include, NULL };
	struct openssl_system system = { 0 };
	struct arena *arena = arena_new();
	struct err err = { 0 };

	if (size > 65536)
		return 0;
	if (openssl_conf_system(arena, "/c", data, size, &source, &system,
	    &err) != 0) {
		if (err.code == ERR_NONE || err.text[0] == '\0')
			abort();
	} else if ((system.min_protocol != NULL &&
	    strlen(system.min_protocol) > 7) || system.security_level < -1 ||
	    system.security_level > 5 || system.undecided.line > size + 1 ||
	    system.protocol_place.line > size + 1) {
		abort();
	}
	arena_free(arena);
	return 0;
}
