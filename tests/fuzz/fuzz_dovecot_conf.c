/*
 * Any bytes as a Dovecot configuration that includes itself under other names.
 *
 * What is found is looked up again and its values are split, as collectors do.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "parse/dovecot_conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

struct input {
	const uint8_t *bytes;
	size_t length;
	const char *path;
	unsigned reads;
};

/* Enough to nest and to come back; thousands would only be slow. */
#define MAX_READS 24

static int
source_read(void *context, const char *path, struct buf *buf, struct err *err)
{
	struct input *input = context;
	size_t start = strlen(path) % (input->length + 1);

	if (strstr(path, "absent") != NULL || ++input->reads > MAX_READS)
		return err_set(err, ERR_ABSENT, "no such file");
	/* Another file each time, so that includes nest. */
	return buf_add(buf, input->bytes + start, input->length - start) < 0 ?
	    err_set(err, ERR_LIMIT, "too large") : 0;
}

static int
source_glob(void *context, const char *pattern, const char *const **ret_paths,
    size_t *ret_count, struct err *err)
{
	struct input *input = context;

	(void)err;
	input->path = pattern;
	*ret_paths = &input->path;
	*ret_count = strchr(pattern, '*') == NULL;
	return 0;
}

static void
use(struct arena *arena, const struct dovecot_conf *conf)
{
	static const char *const names[] = {
		"auth_allow_cleartext", "ssl_server_cert_file", "log_debug", "mail_plugins",
		"service/imap-login/inet_listener/imap/listen",
	};
	const char **words, *value;
	size_t count;

	for (size_t i = 0; i < conf->setting_count; i++) {
		const struct dovecot_setting *setting = &conf->settings[i];

		if (setting->name == NULL || setting->value == NULL ||
		    setting->filter == NULL || setting->place.file == NULL)
			abort();
		if (*setting->filter == '\0' &&
		    dovecot_conf_setting(conf, setting->name) != setting)
			abort();
		if (i < 16)
			dovecot_words(arena, setting->value, &words, &count);
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		dovecot_conf_lookup(arena, conf, names[i], &value);
		dovecot_conf_setting_for(conf, "imap", names[i]);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct input input = { .bytes = bytes, .length = length };
	const struct conf_source source = {
		.context = &input, .read = source_read, .glob = source_glob,
	};
	struct arena *arena = arena_new();
	struct dovecot_conf conf;
	struct err err = { 0 };

	if (dovecot_conf_parse(arena, "/etc/dovecot/dovecot.conf", bytes, length, &source,
	    &conf, &err) == 0)
		use(arena, &conf);
	else if (err.code == ERR_NONE || *err.text == '\0')
		abort();
	arena_free(arena);
	return 0;
}
