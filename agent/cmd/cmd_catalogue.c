/* cpward checks and cpward profile: what there is to know without a server. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "cmd/cmd.h"
#include "report/catalogue.h"

static const char *
word(const struct options *options, size_t index)
{
	return index < options->arguments.count ?
	    options->arguments.items[index] : NULL;
}

static bool
is_word(const struct options *options, size_t index, const char *text)
{
	return word(options, index) != NULL &&
	    strcmp(word(options, index), text) == 0;
}

static int
flush_stdout(struct err *err)
{
	struct output output = { .stream = stdout };

	return output_close(&output, err);
}

static const struct {
	const char *format;
	int (*print)(FILE *out, const struct profile *profile);
} list_formats[] = {
	{ "text", catalogue_text },
	{ "json", catalogue_json },
	{ "man", catalogue_man },
};

static int
list_checks(const struct options *options, const struct profile *profile,
    struct err *err)
{
	const char *format = options->outputs.count == 0 ? "text" :
	    options->outputs.items[0];
	size_t i;

	for (i = 0; i < sizeof(list_formats) / sizeof(list_formats[0]); i++)
		if (strcmp(format, list_formats[i].format) == 0 &&
		    options->outputs.count <= 1) {
			list_formats[i].print(stdout, profile);
			return flush_stdout(err);
		}
	return err_set(err, ERR_USAGE,
	    "checks list: -o takes text, json or man, once");
}

static int
explain_check(const struct options *options, const struct profile *profile,
    struct err *err)
{
	const struct profile_entry *entry = NULL;
	const struct check *check;
	size_t i;

	if (options->arguments.count != 2)
		return err_set(err, ERR_USAGE, "checks explain: wants one ID");
	check = check_find(word(options, 1));
	if (check == NULL) {
		err_set(err, ERR_USAGE, "checks explain: no check \"%.80s\"",
		    word(options, 1));
		return err_hint(err, "cpward checks list shows them");
	}
	for (i = 0; i < profile->entry_count; i++)
		if (profile->entries[i].check == check)
			entry = &profile->entries[i];
	catalogue_explain(stdout, check, entry);
	return flush_stdout(err);
}

int
cmd_checks(struct arena *arena, const struct options *options,
    struct err *err)
{
	struct profile profile;
	struct config config;
	struct data data;

	if (cmd_config(arena, options, &config, err) != 0 ||
	    cmd_profile(arena, options, &config, &profile, &data, err) != 0)
		return -1;
	if (is_word(options, 0, "list") && options->arguments.count == 1)
		return list_checks(options, &profile, err);
	if (is_word(options, 0, "explain"))
		return explain_check(options, &profile, err);
	return err_set(err, ERR_USAGE, "checks: wants list, or explain ID");
}

static int
list_profiles(struct arena *arena, const struct profile_path *path,
    struct err *err)
{
	const char *const *names;
	struct profile profile;
	struct err bad;
	size_t count, i;

	if (profile_names(arena, path, &names, &count, err) != 0)
		return -1;
	if (count == 0) {
		err_at(err, ERR_NOINPUT, path->shipped, 0, "holds no profile");
		return err_hint(err, "is cpward installed whole?");
	}
	for (i = 0; i < count; i++) {
		memset(&bad, 0, sizeof(bad));
		if (profile_load(arena, path, names[i], &profile, &bad) == 0)
			printf("%-16s %zu checks  %s\n", names[i],
			    profile.entry_count, profile.title);
		else
			printf("%-16s can not be loaded: %s\n", names[i],
			    bad.text);
	}
	return flush_stdout(err);
}

int
cmd_profile_run(struct arena *arena, const struct options *options,
    struct err *err)
{
	struct profile_path path;
	struct profile profile;
	struct config config;
	const char *name;

	cmd_profile_path(arena, &path);
	if (options->arguments.count > 2)
		return err_set(err, ERR_USAGE, "profile: too many arguments");
	if (is_word(options, 0, "list") && options->arguments.count == 1)
		return list_profiles(arena, &path, err);
	if (!is_word(options, 0, "show") && !is_word(options, 0, "lint"))
		return err_set(err, ERR_USAGE,
		    "profile: wants list, show [NAME] or lint [NAME]");
	if (cmd_config(arena, options, &config, err) != 0)
		return -1;
	name = word(options, 1) != NULL ? word(options, 1) : config.profile;
	if (profile_load(arena, &path, name, &profile, err) != 0)
		return -1;
	if (is_word(options, 0, "show"))
		printf("%s\n", profile_json(arena, &profile));
	else
		printf("%s: %zu checks, sha256:%s\n", profile.id,
		    profile.entry_count, profile_digest(arena, &profile));
	return flush_stdout(err);
}
