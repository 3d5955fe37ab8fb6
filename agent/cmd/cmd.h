/*
 * What the commands share: configuration, host, profile, output, exit status.
 */
#ifndef CPWARD_CMD_CMD_H
#define CPWARD_CMD_CMD_H

#include "base/err.h"
#include "cmd/config.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "engine/evaluate.h"
#include "host/host.h"
#include "report/report.h"

/* Exit statuses of the contract (cpward(8)). */
enum exit_status {
	EXIT_OK = 0,
	EXIT_ERROR = 1,
	EXIT_FAILED = 2,
	EXIT_UNKNOWN = 3,
	EXIT_USAGE = 64,
	EXIT_NOINPUT = 66,
	EXIT_TEMPFAIL = 75,
	EXIT_CONFIG = 78,
};

int exit_status_of(enum err_code code);

/* Where this copy of cpward keeps profiles: a checkout's, else the installed. */
void cmd_profile_path(struct arena *arena, struct profile_path *ret_path);

int cmd_config(struct arena *arena, const struct options *options,
    struct config *ret_config, struct err *err);

/* --profile, else the configuration's, else hipaa; with its dated data. */
int cmd_profile(struct arena *arena, const struct options *options,
    const struct config *config, struct profile *ret_profile,
    struct data *ret_data, struct err *err);

struct host *cmd_host(const struct options *options,
    const struct config *config, struct err *err);

/*
 * Where the ledger is kept; NULL = nowhere: of a copy of a server's files only
 * where state_dir says so.
 */
const char *cmd_ledger_directory(struct arena *arena, const struct options *options,
    const struct config *config);

/* What facts are judged by. */
struct yardstick {
	int64_t started_at;
	struct profile profile;
	struct data data;
};

/*
 * Facts of the server, or of the snapshot that --facts names. With a yardstick
 * only those that the selected checks need are collected, NULL = all.
 */
int cmd_collect(struct arena *arena, const struct options *options,
    const struct config *config, const struct yardstick *yardstick,
    struct facts **ret_facts, struct err *err);
int cmd_load_facts(struct arena *arena, const struct options *options,
    struct facts **ret_facts, struct err *err);

/* All that can be wrong with the command line and the profile, before work. */
int cmd_prepare(struct arena *arena, const struct options *options,
    const struct config *config, struct yardstick *ret_yardstick, struct err *err);

/* Judges, writes every output, and says with which status to leave. */
int cmd_judge(struct arena *arena, const struct options *options,
    const struct yardstick *yardstick, const struct facts *facts, struct err *err);

/* ---- -o FORMAT[:FILE] ---- */

/*
 * Format words, of a list that ends with NULL, and the one standard output,
 * before the work begins.
 */
int cmd_outputs_check(struct arena *arena, const struct options *options,
    const char *const *formats, struct err *err);
/* The format; *ret_path is NULL for standard output. */
const char *cmd_output_split(struct arena *arena, const char *option,
    const char **ret_path);
bool cmd_color(const struct options *options, const char *path);
unsigned cmd_width(const char *path);

void cmd_warn(void *context, const char *text);

/* The commands' entries; the table is in commands.c. */
int cmd_scan(struct arena *, const struct options *, struct err *);
int cmd_collect_run(struct arena *, const struct options *, struct err *);
int cmd_evaluate(struct arena *, const struct options *, struct err *);
int cmd_checks(struct arena *, const struct options *, struct err *);
int cmd_profile_run(struct arena *, const struct options *, struct err *);
int cmd_probe(struct arena *, const struct options *, struct err *);
int cmd_ledger(struct arena *, const struct options *, struct err *);
int cmd_doctor(struct arena *, const struct options *, struct err *);
int cmd_help(struct arena *, const struct options *, struct err *);
int cmd_version(struct arena *, const struct options *, struct err *);

#endif
