#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fileio.h"
#include "cmd/cmd.h"
#include "engine/needs.h"
#include "collect/collect.h"
#include "facts/snapshot.h"
#include "host/whm_transport.h"
#include "report/escape.h"

#define WHMAPI1 "/usr/local/cpanel/bin/whmapi1"
#define SITE_PROFILES "/etc/cpward/profiles"

int
exit_status_of(enum err_code code)
{
	switch (code) {
	case ERR_NONE:
		return EXIT_OK;
	case ERR_USAGE:
		return EXIT_USAGE;
	case ERR_NOINPUT:
		return EXIT_NOINPUT;
	case ERR_BUSY:
		return EXIT_TEMPFAIL;
	case ERR_CONTENT:
	case ERR_PARSE:
	case ERR_LIMIT:
		return EXIT_CONFIG;
	case ERR_ABSENT:
	case ERR_ACCESS:
	case ERR_IO:
	case ERR_REMOTE:
		break;
	}
	return EXIT_ERROR;
}

void
cmd_warn(void *context, const char *text)
{
	const struct options *options = context;
	struct arena *arena;

	if (options->quiet)
		return;
	arena = arena_new();
	fprintf(stderr, "cpward: warning: %s\n",
	    escape_terminal(arena, text, strlen(text)));
	arena_free(arena);
}

/* ---- configuration and profile ---- */

void
cmd_profile_path(struct arena *arena, struct profile_path *ret_path)
{
	char self[PATH_MAX], *slash;
	const char *beside;
	ssize_t length;

	ret_path->site = SITE_PROFILES;
	ret_path->shipped = CPWARD_SHAREDIR "/profiles";
	length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (length < 0)
		return;
	self[length] = '\0';
	/* In a checkout this is CHECKOUT/build/cpward. */
	slash = strstr(self, "/build/");
	if (slash == NULL)
		return;
	*slash = '\0';
	beside = arena_printf(arena, "%s/profiles", self);
	if (access(arena_printf(arena, "%s/hipaa.yaml", beside), R_OK) == 0)
		ret_path->shipped = beside;
}

int
cmd_config(struct arena *arena, const struct options *options,
    struct config *ret_config, struct err *err)
{
	return config_load(arena, options->config != NULL ? options->config :
	    CONFIG_DEFAULT_PATH, options->config == NULL, ret_config, err);
}

int
cmd_profile(struct arena *arena, const struct options *options,
    const struct config *config, struct profile *ret_profile,
    struct data *ret_data, struct err *err)
{
	const char *name = options->profile != NULL ? options->profile :
	    config->profile;
	struct profile_path path;

	cmd_profile_path(arena, &path);
	if (profile_load(arena, &path, name, ret_profile, err) != 0 ||
	    data_load(arena, arena_printf(arena, "%s/data", path.shipped),
	    ret_data, err) != 0)
		return -1;
	ret_data->max_age_days = ret_profile->data_max_age_days;
	return 0;
}

/* ---- the host ---- */

/* Which transport, if any, and why not. */
static const char *
choose_transport(const struct options *options, const struct config *config,
    struct whm_transport_options *whm)
{
	const char *root = options->root != NULL ? options->root : config->root;
	enum whm_choice choice = config->whm_transport;

	if (choice == WHM_AUTO && config->whm_url != NULL)
		choice = WHM_HTTPS;
	if (choice == WHM_AUTO)
		choice = root == NULL && access(WHMAPI1, X_OK) == 0 ?
		    WHM_LOCAL : WHM_NONE;
	if (choice == WHM_NONE)
		return "skipped: no WHM API is configured";
	if (choice == WHM_LOCAL && root != NULL)
		return "skipped: the local WHM API is off with --root";
	if (choice == WHM_HTTPS && options->no_network)
		return "skipped: --no-network";
	*whm = (struct whm_transport_options){
		.local = choice == WHM_LOCAL,
		.url = config->whm_url,
		.user = config->whm_user,
		.token_file = config->whm_token_file,
		.ca_file = config->whm_ca_file,
		.timeout = config->whm_timeout,
	};
	return NULL;
}

struct host *
cmd_host(const struct options *options, const struct config *config,
    struct err *err)
{
	struct host_live_options live = {
		.root = options->root != NULL ? options->root : config->root,
		.dns_servers = config->dns_servers,
		.dns_server_count = config->dns_server_count,
	};
	struct whm_transport_options whm;

	live.whm_skipped = choose_transport(options, config, &whm);
	if (live.whm_skipped == NULL)
		live.whm = &whm;
	if (options->no_network)
		live.network_skipped = "skipped: --no-network";
	/* A tree's domains are not this machine's resolver's to look up. */
	else if (live.root != NULL && live.dns_server_count == 0)
		live.network_skipped = "skipped: with --root only name servers"
		    " that [dns] servers names are asked";
	if (live.root != NULL)
		live.listeners_skipped = "skipped: no listener is asked with "
		    "--root";
	return host_live(&live, err);
}

static void
show_progress(const char *collector)
{
	fprintf(stderr, "cpward: collecting %s\n", collector);
}

/* What a reader must know before any finding. */
static void
warn_of_scope(const struct options *options, const struct facts *facts)
{
	const struct fact_meta *version =
	    &facts->platform.cpanel_version.plane[PLANE_FILE].meta;

	if (geteuid() != 0)
		cmd_warn((void *)(uintptr_t)options,
		    "not run as root: much can not be seen");
	if (version->state != FACT_KNOWN)
		cmd_warn((void *)(uintptr_t)options, "/usr/local/cpanel/version "
		    "can not be read: is this a cPanel server?");
}

static struct selection
make_selection(const struct options *options)
{
	return (struct selection){
		.checks = options->checks.items,
		.check_count = options->checks.count,
		.skipped = options->skipped_checks.items,
		.skipped_count = options->skipped_checks.count,
		.references = options->references.items,
		.reference_count = options->references.count,
		.severity = options->severity,
	};
}

const char *
cmd_ledger_directory(struct arena *arena, const struct options *options,
    const struct config *config)
{
	bool is_copy = options->root != NULL || config->root != NULL;

	if (config->state_dir == NULL && is_copy)
		return NULL;
	return arena_join(arena, config->state_dir != NULL ? config->state_dir :
	    CONFIG_DEFAULT_STATE, "/ledger");
}

int
cmd_collect(struct arena *arena, const struct options *options,
    const struct config *config, const struct yardstick *yardstick,
    struct facts **ret_facts, struct err *err)
{
	struct selection selection = make_selection(options);
	struct collect_options collect = {
		.managed_by = config->managed_by,
		.full = options->full,
		.deep = options->deep,
		.probe_host = config->probe_host,
		.probe_source = config->probe_source,
		.probe_ports = config->probe_ports,
		.dns_servers = config->dns_servers,
		.dns_server_count = config->dns_server_count,
		.dns_validating = config->dns_validating,
		.ledger_directory = cmd_ledger_directory(arena, options, config),
		.progress = options->progress ? show_progress : NULL,
	};
	struct host *host = cmd_host(options, config, err);

	if (host == NULL)
		return -1;
	if (yardstick != NULL)
		evaluate_needs(arena, &yardstick->profile, &selection,
		    &collect.needs, &collect.need_count);
	*ret_facts = facts_new(arena);
	collect_all(host, *ret_facts, &collect);
	host_free(host);
	warn_of_scope(options, *ret_facts);
	return 0;
}

int
cmd_load_facts(struct arena *arena, const struct options *options,
    struct facts **ret_facts, struct err *err)
{
	struct buf bytes;
	int result;

	buf_init(&bytes, SNAPSHOT_MAX_BYTES);
	result = file_read(options->facts, &bytes, err);
	if (result == 0)
		result = snapshot_read(arena, options->facts, bytes.bytes,
		    bytes.length, cmd_warn, (void *)(uintptr_t)options,
		    ret_facts, err);
	buf_done(&bytes);
	return result;
}

/* ---- output ---- */

unsigned
cmd_width(const char *path)
{
	struct winsize size;

	if (path == NULL && isatty(STDOUT_FILENO) &&
	    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
		return size.ws_col;
	return 80;
}

bool
cmd_color(const struct options *options, const char *path)
{
	const char *no_color = getenv("NO_COLOR");

	if (options->color != COLOR_AUTO)
		return options->color == COLOR_ALWAYS;
	return path == NULL && isatty(STDOUT_FILENO) &&
	    (no_color == NULL || no_color[0] == '\0');
}

const char *
cmd_output_split(struct arena *arena, const char *option,
    const char **ret_path)
{
	size_t length = strcspn(option, ":");

	*ret_path = option[length] == '\0' ? NULL : option + length + 1;
	return arena_memdup(arena, option, length);
}

static int
write_output(struct arena *arena, const struct options *options,
    const char *output_option, const struct run *run, struct err *err)
{
	const char *path, *word = cmd_output_split(arena, output_option, &path);
	struct report_options report = {
		.color = cmd_color(options, path),
		.width = cmd_width(path),
	};
	enum report_format format;
	struct output output;

	/* Checked before anything was collected. */
	if (report_format_parse(word, &format) != 0)
		return err_set(err, ERR_USAGE, "-o: no format in \"%s\"",
		    output_option);
	if (output_open(&output, path, err) != 0)
		return -1;
	(void)report_write(output.stream, format, run, &report, err);
	return output_close(&output, err);
}

static int
write_outputs(struct arena *arena, const struct options *options,
    const struct run *run, struct err *err)
{
	size_t i;

	if (options->outputs.count == 0)
		return write_output(arena, options, "text", run, err);
	for (i = 0; i < options->outputs.count; i++)
		if (write_output(arena, options, options->outputs.items[i],
		    run, err) != 0)
			return -1;
	return 0;
}

/* "text, json or ndjson" */
static const char *
join_formats(struct arena *arena, const char *const *formats)
{
	const char *text = formats[0];

	for (formats++; *formats != NULL; formats++)
		text = arena_printf(arena, "%s%s%s", text,
		    formats[1] == NULL ? " or " : ", ", *formats);
	return text;
}

int
cmd_outputs_check(struct arena *arena, const struct options *options,
    const char *const *formats, struct err *err)
{
	size_t to_stdout = 0, i, j;

	for (i = 0; i < options->outputs.count; i++) {
		const char *option = options->outputs.items[i], *path;
		const char *word = cmd_output_split(arena, option, &path);

		for (j = 0; formats[j] != NULL; j++)
			if (strcmp(word, formats[j]) == 0)
				break;
		if (formats[j] == NULL)
			return err_set(err, ERR_USAGE, "-o: no format "
			    "\"%.40s\", wanted %s", option,
			    join_formats(arena, formats));
		if (path != NULL && path[0] == '\0')
			return err_set(err, ERR_USAGE,
			    "-o: \"%.40s\" names no file", option);
		to_stdout += path == NULL;
	}
	if (to_stdout > 1)
		return err_set(err, ERR_USAGE,
		    "-o: %zu outputs for standard output, wanted one",
		    to_stdout);
	return 0;
}

/* ---- judging ---- */

/* A --check that matches nothing is a slip, and would look like a pass. */
static int
check_globs(const struct options *options, const struct profile *profile,
    struct err *err)
{
	struct selection one = { .check_count = 1 };
	size_t glob, i;

	for (glob = 0; glob < options->checks.count; glob++) {
		one.checks = &options->checks.items[glob];
		for (i = 0; i < profile->entry_count; i++)
			if (profile_entry_selected(&profile->entries[i], &one))
				break;
		if (i < profile->entry_count)
			continue;
		err_set(err, ERR_USAGE, "--check: \"%.80s\" matches no check "
		    "of profile %s", options->checks.items[glob], profile->id);
		return err_hint(err, "cpward checks list shows them");
	}
	return 0;
}

/* Zero findings and status 0 would say that all is well. */
static int
check_any_selected(const struct options *options,
    const struct profile *profile, struct err *err)
{
	struct selection selection = make_selection(options);
	size_t i;

	for (i = 0; i < profile->entry_count; i++)
		if (profile_entry_selected(&profile->entries[i], &selection))
			return 0;
	return err_set(err, ERR_USAGE, "no check is left of profile %s: see "
	    "its select, and --check, --skip-check, --reference and --severity",
	    profile->id);
}

static int
status_of_findings(const struct findings *findings,
    const struct options *options)
{
	bool error = false, failed = false, unknown = false;
	size_t i;

	for (i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		error |= finding->result == RESULT_ERROR;
		unknown |= finding->result == RESULT_UNKNOWN;
		failed |= (finding->result == RESULT_FAIL ||
		    finding->result == RESULT_EXPIRED) &&
		    finding->severity >= options->fail_on;
	}
	if (error)
		return EXIT_ERROR;
	if (options->exit_zero)
		return EXIT_OK;
	return failed ? EXIT_FAILED : unknown ? EXIT_UNKNOWN : EXIT_OK;
}

static bool
wants_digests(const struct options *options)
{
	size_t i;

	for (i = 0; i < options->outputs.count; i++)
		if (strncmp(options->outputs.items[i], "text", 4) != 0)
			return true;
	return false;
}

int
cmd_prepare(struct arena *arena, const struct options *options,
    const struct config *config, struct yardstick *ret_yardstick, struct err *err)
{
	static const char *const formats[] = { "text", "json", "ndjson", NULL };

	ret_yardstick->started_at = (int64_t)time(NULL);
	if (cmd_outputs_check(arena, options, formats, err) != 0 || cmd_profile(arena,
	    options, config, &ret_yardstick->profile, &ret_yardstick->data, err) != 0)
		return -1;
	if (check_globs(options, &ret_yardstick->profile, err) != 0)
		return -1;
	return check_any_selected(options, &ret_yardstick->profile, err);
}

int
cmd_judge(struct arena *arena, const struct options *options,
    const struct yardstick *yardstick, const struct facts *facts, struct err *err)
{
	struct selection selection = make_selection(options);
	char digest[65] = "";
	struct findings findings;
	struct run run;

	evaluate(arena, &yardstick->profile, facts, &yardstick->data, &selection,
	    &findings);
	run = (struct run){
		.version = CPWARD_VERSION,
		.started_at = yardstick->started_at,
		.finished_at = (int64_t)time(NULL),
		.profile_id = yardstick->profile.id,
		.profile_title = yardstick->profile.title,
		.facts = facts,
		.facts_digest = digest,
		.findings = &findings,
	};
	/* The text has no room for digests: hashing is spared. */
	if (wants_digests(options)) {
		snapshot_digest(facts, digest);
		run.profile_digest = profile_digest(arena,
		    &yardstick->profile);
	}
	if (write_outputs(arena, options, &run, err) != 0)
		return -1;
	return status_of_findings(&findings, options);
}
