/*
 * A configuration of any bytes. A byte 0xff ends the main file; what stands
 * between it and the next one is what includes give, in turn, whatever path
 * they name. After the last one, includes are absent.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "parse/exim_conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct files {
	const uint8_t *next;
	const uint8_t *end;
};

static const uint8_t *
file_end(const uint8_t *from, const uint8_t *end)
{
	const uint8_t *stop = from == end ? NULL :
	    memchr(from, 0xff, (size_t)(end - from));

	return stop == NULL ? end : stop;
}

static int
read_next(void *context, const char *path, struct buf *buf, struct err *err)
{
	struct files *files = context;
	const uint8_t *stop;

	if (files->next == files->end)
		return err_set(err, ERR_ABSENT, "%s: not there", path);
	files->next++;
	stop = file_end(files->next, files->end);
	if (buf_add(buf, files->next, (size_t)(stop - files->next)) != 0)
		return err_set(err, ERR_LIMIT, "%s: too large", path);
	files->next = stop;
	return 0;
}

static int
glob_none(void *context, const char *pattern, const char *const **ret_paths,
    size_t *ret_count, struct err *err)
{
	(void)context;
	(void)pattern;
	(void)err;
	*ret_paths = NULL;
	*ret_count = 0;
	return 0;
}

static void
check(bool good)
{
	if (!good)
		abort();
}

static void
check_value(struct arena *arena, const char *value)
{
	struct err err = { 0 };
	const char **items;
	size_t count;

	check(value != NULL);
	check(strlen(exim_value_printed(arena, value)) >= strlen(value));
	if (exim_list_split(arena, value, &items, &count, &err) == 0)
		check(count <= strlen(value));
	if (exim_value_idiom(value) == EXIM_IDIOM_LITERAL)
		check(strchr(value, '$') == NULL);
}

static void
check_options(struct arena *arena, const struct exim_option *options,
    size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		check(options[i].name[0] != '\0');
		check(options[i].place.line > 0 &&
		    options[i].place.file != NULL);
		check(!options[i].boolean ||
		    strcmp(options[i].value, "true") == 0 ||
		    strcmp(options[i].value, "false") == 0);
		check_value(arena, options[i].value);
	}
}

static void
check_conf(struct arena *arena, const struct exim_conf *conf)
{
	size_t i;

	check(conf->file_count > 0);
	check_options(arena, conf->options, conf->option_count);
	for (i = 0; i < conf->option_count; i++)
		check(exim_conf_option(conf, conf->options[i].name) != NULL);
	for (i = 0; i < conf->list_count; i++)
		check_value(arena, conf->lists[i].value);
	for (i = 0; i < conf->driver_count; i++) {
		check(conf->drivers[i].driver[0] != '\0' ||
		    exim_driver_option(&conf->drivers[i], "driver") != NULL);
		check_options(arena, conf->drivers[i].options,
		    conf->drivers[i].option_count);
	}
	for (i = 0; i < conf->acl_count; i++)
		check(exim_conf_acl(conf, conf->acls[i].name) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const build[] = {
		"_HAVE_GNUTLS=y", "_OPT_MAIN_SPOOL_DIRECTORY=y",
		"_OPT_MAIN_TLS_CRL=y", "_OPT_MAIN_NEW_ONE=y",
		"_OPT_ROUTERS_DRIVER=y", "_DRIVER_ROUTER_ACCEPT=y",
		"_LOG_PID=y", "_ACL_COND_HOSTS=y", "_DKIM_SIGN_HEADERS=a:b",
		NULL,
	};
	struct files files = { file_end(data, data + size), data + size };
	struct conf_source source = { &files, read_next, glob_none };
	struct arena *arena = arena_new();
	struct exim_conf conf = { 0 };
	struct err err = { 0 };
	bool built = size > 0 && data[0] == 'B';

	if (exim_conf_parse(arena, "/etc/exim.conf", data,
	    (size_t)(files.next - data), built ? build : NULL, &source, &conf,
	    &err) == 0)
		check_conf(arena, &conf);
	else
		check(err.code != ERR_NONE && err.text[0] != '\0');
	arena_free(arena);
	return 0;
}
