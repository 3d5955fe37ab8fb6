/* batch: several functions in one request, each command "FUNC?urlencoded-query". */

#include <stdlib.h>
#include <string.h>

#include "whmsim.h"

/* Answers one command with the batch's own user, door and version. */
static json_t *
command_run(struct call *batch, const char *command, int *ret_result)
{
	size_t length = strcspn(command, "?");
	char *function = strndup(command, length);
	const char *query = command[length] == '?' ? command + length + 1 : command + length;
	struct request request = *batch->request;
	struct call call = {
		.sim = batch->sim,
		.knobs = batch->knobs,
		.request = &request,
		.branch = batch->branch,
		.version = batch->version,
		.state = batch->state,
	};
	json_t *reply;

	request.function = function;
	request.api_version = "1";
	request.args = args_from_query(query, strlen(query));
	reply = api_call(&call);
	batch->state_changed = batch->state_changed || call.state_changed;
	for (size_t i = 0; i < call.script_count; i++)
		call_run_after(batch, call.scripts[i]);
	*ret_result = call.result;
	json_decref(request.args);
	free(function);
	return reply;
}

static json_t *
command_refuse(const char *command)
{
	return json_pack("{s:{s:s, s:s, s:i, s:i}}", "metadata", "command", command,
	    "reason", "The \"batch\" function cannot call itself.", "result", 0, "version", 1);
}

/* Goes on after failures unless abort_on_error=1. Whether the outer result then turns 0 is not
 * documented. */
void
run_batch(struct call *call)
{
	json_t *commands = args_all(call->request->args, "command");
	const char *abort_on_error = call_arg(call, "abort_on_error");
	json_t *results = json_array();
	json_t *command;
	size_t index, failures = 0;

	json_array_foreach(commands, index, command) {
		const char *text = json_string_value(command);
		int result = 0;

		json_array_append_new(results, strncmp(text, "batch", strcspn(text, "?")) == 0
		    ? command_refuse("batch") : command_run(call, text, &result));
		failures += result == 0;
		if (result == 0 && abort_on_error != NULL && strcmp(abort_on_error, "1") == 0)
			break;
	}
	if (json_array_size(commands) == 0)
		call_need(call, "command");
	else
		call->data = json_pack("{s:O}", "result", results);
	if (failures > 0 && call_quirk(call, QUIRK_BATCH_OUTER_ZERO)) {
		call->result = 0;
		snprintf(call->reason, sizeof call->reason, "%zu commands failed.", failures);
	}
	json_decref(results);
	json_decref(commands);
}
