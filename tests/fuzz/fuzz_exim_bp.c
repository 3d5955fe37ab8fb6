/*
 * Output of `exim -bP` of any bytes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "parse/exim_conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_options(const struct exim_option *options, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (options[i].value == NULL || options[i].place.line == 0 ||
		    (options[i].hidden && options[i].value[0] != '\0'))
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct exim_conf conf = { 0 };
	struct err err = { 0 };
	size_t i;

	if (exim_bp_parse(arena, "exim -bP", data, size, &conf, &err) == 0) {
		check_options(conf.options, conf.option_count);
		for (i = 0; i < conf.driver_count; i++)
			check_options(conf.drivers[i].options,
			    conf.drivers[i].option_count);
	} else if (err.code == ERR_NONE || err.text[0] == '\0') {
		abort();
	}
	arena_free(arena);
	return 0;
}
