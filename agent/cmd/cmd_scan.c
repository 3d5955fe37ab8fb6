/* cpward scan, collect and evaluate. */
#include "base/arena.h"
#include "base/err.h"
#include "cmd/cmd.h"
#include "facts/snapshot.h"

static int
refuse_arguments(const struct options *options, const char *command,
    struct err *err)
{
	if (options->arguments.count == 0)
		return 0;
	return err_set(err, ERR_USAGE, "%s: takes no argument, got \"%.80s\"",
	    command, options->arguments.items[0]);
}

int
cmd_scan(struct arena *arena, const struct options *options, struct err *err)
{
	struct config config;
	struct yardstick yardstick;
	struct facts *facts;

	if (refuse_arguments(options, "scan", err) != 0 ||
	    cmd_config(arena, options, &config, err) != 0 ||
	    cmd_prepare(arena, options, &config, &yardstick, err) != 0 ||
	    cmd_collect(arena, options, &config, &yardstick, &facts,
	    err) != 0)
		return -1;
	return cmd_judge(arena, options, &yardstick, facts, err);
}

int
cmd_evaluate(struct arena *arena, const struct options *options,
    struct err *err)
{
	struct config config;
	struct yardstick yardstick;
	struct facts *facts;

	if (refuse_arguments(options, "evaluate", err) != 0)
		return -1;
	if (options->facts == NULL) {
		err_set(err, ERR_USAGE, "evaluate: wants --facts FILE");
		return err_hint(err,
		    "cpward collect -o json:FILE writes a snapshot");
	}
	if (cmd_config(arena, options, &config, err) != 0 ||
	    cmd_prepare(arena, options, &config, &yardstick, err) != 0 ||
	    cmd_load_facts(arena, options, &facts, err) != 0)
		return -1;
	return cmd_judge(arena, options, &yardstick, facts, err);
}

/* "json:FILE" or nothing: a snapshot has one format. */
static int
snapshot_path(const struct options *options, const char **ret_path,
    struct err *err)
{
	const char *word;

	*ret_path = NULL;
	if (options->outputs.count == 0)
		return 0;
	word = options->outputs.items[0];
	if (options->outputs.count > 1 || word[0] != 'j' || word[1] != 's' ||
	    word[2] != 'o' || word[3] != 'n' ||
	    (word[4] != '\0' && (word[4] != ':' || word[5] == '\0')))
		return err_set(err, ERR_USAGE,
		    "collect: -o takes json or json:FILE, once");
	*ret_path = word[4] == '\0' ? NULL : word + 5;
	return 0;
}

int
cmd_collect_run(struct arena *arena, const struct options *options,
    struct err *err)
{
	struct config config;
	struct output output;
	struct facts *facts;
	const char *path;

	if (refuse_arguments(options, "collect", err) != 0 ||
	    snapshot_path(options, &path, err) != 0 ||
	    cmd_config(arena, options, &config, err) != 0 ||
	    cmd_collect(arena, options, &config, NULL, &facts, err) != 0 ||
	    output_open(&output, path, err) != 0)
		return -1;
	(void)snapshot_write(output.stream, facts, err);
	return output_close(&output, err);
}
