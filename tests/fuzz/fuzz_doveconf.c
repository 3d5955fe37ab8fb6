/* Any bytes as the output of doveconf -n. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "parse/dovecot_conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct arena *arena = arena_new();
	struct dovecot_conf conf;
	struct err err = { 0 };
	const char *value;

	if (doveconf_parse(arena, "doveconf -n", bytes, length, &conf, &err) == 0) {
		for (size_t i = 0; i < conf.setting_count; i++)
			if (strlen(conf.settings[i].name) + strlen(conf.settings[i].value) >
			    4 * length + 64)
				abort();
		dovecot_conf_lookup(arena, &conf, "auth_allow_cleartext", &value);
		dovecot_conf_setting_for(&conf, "imap", "ssl");
	} else if (err.code == ERR_NONE || *err.text == '\0') {
		abort();
	}
	arena_free(arena);
	return 0;
}
