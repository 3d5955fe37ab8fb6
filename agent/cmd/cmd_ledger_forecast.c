/* cpward ledger forecast: who would be hit by a tightened setting. */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "checks/ledger.h"
#include "cmd/cmd_ledger.h"

static const char *const formats[] = { "text", "json", NULL };

static int
check_flags(struct arena *arena, const struct options *options, struct err *err)
{
	if (options->arguments.count > 1)
		return err_set(err, ERR_USAGE, "ledger forecast: got \"%.40s\", wanted "
		    "no more words", options->arguments.items[1]);
	if (options->by != NULL || options->domain != NULL)
		return err_set(err, ERR_USAGE, "ledger forecast: is of the whole server, so "
		    "it takes no --by and --domain");
	if (options->condition == NULL) {
		err_set(err, ERR_USAGE, "ledger forecast: wants --if SETTING=VALUE");
		return err_hint(err, "--if exim.min_version=TLSv1.3, for instance; "
		    "cpward(8) has them all");
	}
	if (cmd_outputs_check(arena, options, formats, err) != 0)
		return -1;
	return cmd_names_check(arena, options, err);
}

/* NULL = not known. */
static const char *
tries_clear(const struct transport_facts *transport)
{
	const struct fact_str *require = &transport->hosts_require_tls;
	const struct fact_str *again = &transport->tls_tempfail_tryclear;

	if ((again->meta.state == FACT_KNOWN && strcmp(again->value, "false") == 0) ||
	    (require->meta.state == FACT_KNOWN && strcmp(require->value, "*") == 0))
		return "no";
	return again->meta.state == FACT_UNKNOWN || require->meta.state == FACT_UNKNOWN ?
	    NULL : "yes";
}

/* By whichever of them a message goes: one that sends in clear is enough. */
static const char *
any_tries_clear(const struct facts *facts)
{
	const char *all = facts->transports.count == 0 ? NULL : "no";
	size_t i;

	for (i = 0; i < facts->transports.count; i++) {
		const char *one = tries_clear(&facts->transports.items[i]);

		if (one != NULL && strcmp(one, "yes") == 0)
			return one;
		all = one == NULL ? NULL : all;
	}
	return all;
}

/* What else decides, as Exim has it now: the logs may be from before a change. */
static const char *const needs[] = {
	"exim.log_selector", "transports", "transports.hosts_require_tls",
	"transports.tls_tempfail_tryclear", NULL,
};

static void
read_server(struct arena *arena, const struct facts *facts,
    struct forecast_server *ret_server)
{
	const struct evaluation ev = { .arena = arena, .facts = facts };

	ret_server->tries_clear = any_tries_clear(facts);
	ret_server->cipher_not_logged = log_selector_seen(&ev, "tls_cipher") == SELECTOR_OFF;
}

static void
visit(const struct ledger *day, int32_t number, void *data)
{
	forecast_add(data, day, number);
}

static int
write_output(struct arena *arena, const struct options *options, const char *option,
    const struct forecast_report *report, struct err *err)
{
	const char *path, *format = cmd_output_split(arena, option, &path);
	const struct ledger_text_options text = {
		.color = cmd_color(options, path),
		.utf8 = cmd_utf8(path),
		.width = cmd_width(path),
	};
	struct output output;

	if (output_open(&output, path, err) != 0)
		return -1;
	if (strcmp(format, "json") == 0)
		forecast_report_json(output.stream, report);
	else
		forecast_report_text(output.stream, report, &text);
	return output_close(&output, err);
}

static int
write_outputs(struct arena *arena, const struct options *options,
    const struct forecast_report *report, struct err *err)
{
	size_t i;

	if (options->outputs.count == 0)
		return write_output(arena, options, "text", report, err);
	for (i = 0; i < options->outputs.count; i++)
		if (write_output(arena, options, options->outputs.items[i], report,
		    err) != 0)
			return -1;
	return 0;
}

/* Who is hit is hit, whatever else was not read; nobody is only sure when all was. */
static int
status_of(const struct ledger_run *run, const struct forecast *forecast)
{
	switch (forecast_verdict(forecast)) {
	case FORECAST_SOMEBODY:
		return EXIT_FAILED;
	case FORECAST_NOBODY:
		return ledger_run_status(run);
	case FORECAST_UNTOLD:
		break;
	}
	return EXIT_UNKNOWN;
}

static int
tell(struct arena *arena, const struct options *options, const struct ledger_run *run,
    const struct forecast_rule *rule, struct err *err)
{
	struct forecast_server server;
	struct forecast forecast;
	struct forecast_report report = { .forecast = &forecast };
	struct account_names names = { .count = 0 };

	read_server(arena, run->facts, &server);
	forecast_init(&forecast, arena, rule, &server);
	if (ledger_days_each(run->days, run->first_day, run->last_day, visit, &forecast,
	    err) != 0)
		return -1;
	forecast_sort(&forecast);
	ledger_run_covered(run, forecast.last_day, &report.covered);
	if (options->names) {
		ledger_run_names(arena, run, &names);
		report.names = &names;
	}
	if (write_outputs(arena, options, &report, err) != 0)
		return -1;
	return status_of(run, &forecast);
}

int
cmd_ledger_forecast(struct arena *arena, const struct options *options, struct err *err)
{
	struct forecast_rule rule;
	struct ledger_run run;
	int status = -1;

	if (check_flags(arena, options, err) != 0 ||
	    forecast_parse(arena, options->condition, &rule, err) != 0)
		return -1;
	if (ledger_run_open(arena, options, needs, &run, err) == 0)
		status = tell(arena, options, &run, &rule, err);
	ledger_run_close(&run);
	return status;
}
