/* From a request to an answer: log, permission, handler, envelope, quirks, body faults. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "whmsim.h"

enum { HUGE_BODY = 12 << 20, DEEP_LEVELS = 200000 };

void
call_fail(struct call *call, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(call->reason, sizeof call->reason, format, arguments);
	va_end(arguments);
	call->result = 0;
	json_decref(call->data);
	call->data = NULL;
}

const char *
call_arg(const struct call *call, const char *name)
{
	return args_get(call->request->args, name);
}

/* A required argument; NULL after the call was failed. */
const char *
call_need(struct call *call, const char *name)
{
	const char *value = call_arg(call, name);

	if (value != NULL && *value != '\0')
		return value;
	if (call_quirk(call, QUIRK_MISSING_PARAMETER_PROVIDE))
		call_fail(call, "Provide the \"%s\" argument.", name);
	else
		call_fail(call, "API failure: the required parameter \"%s\" is missing.", name);
	return NULL;
}

bool
call_quirk(const struct call *call, enum quirk quirk)
{
	return quirk_on(call->knobs, quirk);
}

void
call_run_after(struct call *call, const char *script)
{
	if (call->script_count < MAX_SCRIPTS)
		call->scripts[call->script_count++] = script;
}

/* One line, one write: readers may follow the file while calls come in. */
static void
log_request(const struct sim *sim, const struct request *request, bool denied)
{
	const struct function *function = function_find(request->function);
	unsigned flags = function != NULL ? function->flags : 0;
	json_t *line;
	char *text, *with_newline = NULL;
	int fd, length;

	line = json_pack("{s:s, s:s, s:O, s:s?, s:b, s:b, s:s, s:s}",
	    "via", request->via == VIA_HTTPS ? "https" : "cli",
	    "function", request->function,
	    "args", request->args,
	    "api_version", request->api_version,
	    "mutating", (flags & FUNCTION_MUTATING) != 0,
	    "secret", (flags & FUNCTION_SECRET) != 0,
	    "method", request->via == VIA_CLI ? "exec" : request->post ? "POST" : "GET",
	    "user", request->user);
	if (denied)
		json_object_set_new(line, "denied", json_true());
	text = json_dumps(line, JSON_COMPACT);
	json_decref(line);
	fd = open(sim->log_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd >= 0 && text != NULL) {
		length = asprintf(&with_newline, "%s\n", text);
		if (length < 0 || write(fd, with_newline, (size_t)length) != length)
			fprintf(stderr, "whmsim: %s: %s\n", sim->log_file, strerror(errno));
		free(with_newline);
	} else {
		fprintf(stderr, "whmsim: %s: %s\n", sim->log_file, strerror(errno));
	}
	if (fd >= 0)
		close(fd);
	free(text);
}

/* What `user` may do, {acl: 0|1}. root's has everything; a reseller's is its line in
 * /var/cpanel/resellers, else resellers.USER of the state. */
json_t *
user_privileges(const struct call *call, const char *user)
{
	json_t *privileges = json_object();
	json_t *names = state_at(call->state, "acl_names");
	json_t *resellers = tree_resellers(call->sim);
	bool root = strcmp(user, "root") == 0;
	json_t *name;
	size_t index;

	json_array_foreach(names, index, name)
		json_object_set_new(privileges, json_string_value(name), json_integer(root));
	if (resellers == NULL)
		resellers = json_incref(state_at(call->state, "resellers"));
	json_array_foreach(json_object_get(resellers, user), index, name)
		json_object_set_new(privileges, json_string_value(name), json_integer(1));
	json_decref(resellers);
	return privileges;
}

/* Role names are case-sensitive. */
bool
role_enabled(const struct call *call, const char *module)
{
	json_t *role;
	size_t index;

	json_array_foreach(state_at(call->state, "profile.enabled_roles"), index, role) {
		const char *name = json_string_value(json_object_get(role, "module"));

		if (name != NULL && strcmp(name, module) == 0)
			return true;
	}
	return false;
}

bool
user_has_acl(const struct call *call, const char *user, const char *acl)
{
	json_t *privileges;
	bool has;

	if (acl == NULL || strcmp(user, "root") == 0)
		return true;
	privileges = user_privileges(call, user);
	has = json_integer_value(json_object_get(privileges, "all")) == 1
	    || json_integer_value(json_object_get(privileges, acl)) == 1;
	json_decref(privileges);
	return has;
}

static json_t *
transform(const struct call *call, json_t *value, bool in_array, bool extra);

/* null-values, null-absent, null-empty: the three ways Perl code shows "nothing". */
static json_t *
transform_nothing(const struct call *call, json_t *value)
{
	if (json_is_string(value) && json_string_length(value) == 0
	    && call_quirk(call, QUIRK_NULL_VALUES))
		return json_null();
	if (json_is_null(value) && call_quirk(call, QUIRK_NULL_EMPTY))
		return json_string("");
	return json_incref(value);
}

static json_t *
transform_object(const struct call *call, json_t *value, bool in_array, bool extra)
{
	json_t *copy = json_object();
	const char *key;
	json_t *child;

	json_object_foreach(value, key, child) {
		if (json_is_null(child) && call_quirk(call, QUIRK_NULL_ABSENT))
			continue;
		json_object_set_new(copy, key, transform(call, child, false, extra));
	}
	if (in_array && extra)
		json_object_set_new(copy, "x_future_member", json_integer(0));
	return copy;
}

static json_t *
transform(const struct call *call, json_t *value, bool in_array, bool extra)
{
	json_t *copy, *child;
	size_t index;
	char digits[32];

	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return transform_object(call, value, in_array, extra);
	case JSON_ARRAY:
		copy = json_array();
		json_array_foreach(value, index, child)
			json_array_append_new(copy, transform(call, child, true, extra));
		return copy;
	case JSON_INTEGER:
		if (!call_quirk(call, QUIRK_NUMBERS_AS_STRINGS))
			return json_incref(value);
		snprintf(digits, sizeof digits, "%lld", (long long)json_integer_value(value));
		return json_string(digits);
	default:
		return transform_nothing(call, value);
	}
}

static json_t *
metadata_build(const struct call *call)
{
	const char *name = call->request->function;
	json_t *metadata = json_pack("{s:s, s:s, s:i, s:i}", "command", name,
	    "reason", call->reason, "result", call->result,
	    "version", fault_on(call->knobs, FAULT_WRONG_API_VERSION, name) ? 0 : 1);

	if (call_quirk(call, QUIRK_RESULT_STRING))
		json_object_set_new(metadata, "result", json_string(call->result ? "1" : "0"));
	if (call_quirk(call, QUIRK_PAYLOAD_LITERAL)
	    && json_object_get(call->data, "payload") != NULL)
		json_object_set_new(metadata, "payload_is_literal", json_integer(1));
	if (call_quirk(call, QUIRK_EXTRA_KEYS)) {
		json_object_set_new(metadata, "output",
		    json_pack("{s:[s], s:[], s:[]}", "messages", "a message", "warnings", "errors"));
		json_object_set_new(metadata, "x_future_member", json_pack("{s:i}", "a", 1));
	}
	return metadata;
}

static json_t *
envelope_build(const struct call *call, unsigned flags)
{
	bool extra = call_quirk(call, QUIRK_EXTRA_KEYS);
	bool in_list = extra && (flags & FUNCTION_MAP_DATA) == 0;
	json_t *envelope = call->top != NULL
	    ? transform(call, call->top, false, in_list) : json_object();

	if (call->data != NULL && !call_quirk(call, QUIRK_NO_DATA)) {
		json_object_set_new(envelope, "data", transform(call, call->data, false, in_list));
		if (in_list)
			json_object_set_new(json_object_get(envelope, "data"), "x_future_member",
			    json_string(""));
	}
	if (extra)
		json_object_set_new(envelope, "x_future_member", json_null());
	if (!fault_on(call->knobs, FAULT_NO_METADATA, call->request->function))
		json_object_set_new(envelope, "metadata", metadata_build(call));
	return envelope;
}

/* API 0, chosen by leaving api.version out: each function has its own shape. */
static json_t *
legacy_build(struct call *call)
{
	const char *name = call->request->function;
	json_t *reply, *status;

	if (call->unknown_function)
		return json_array();
	status = json_pack("[{s:i, s:s}]", "status", call->result, "statusmsg", call->reason);
	if (strcmp(name, "version") == 0 || strcmp(name, "gethostname") == 0) {
		json_decref(status);
		return json_incref(call->data);
	}
	if (strcmp(name, "listaccts") == 0 && call->data != NULL) {
		json_decref(status);
		reply = json_pack("{s:i, s:s}", "status", 1, "statusmsg", "Ok");
		json_object_set(reply, "acct", json_object_get(call->data, "acct"));
		return reply;
	}
	reply = json_is_object(call->data) ? json_copy(call->data) : json_object();
	json_object_set_new(reply, "result", status);
	return reply;
}

static void
call_unknown(struct call *call)
{
	call->unknown_function = true;
	if (call_quirk(call, QUIRK_UNKNOWN_UNNAMED))
		call_fail(call, "Unknown app  requested for this version (1) of the API.");
	else
		call_fail(call, "Unknown app (\"%s\") requested for this version (1) of the API.",
		    call->request->function);
}

static void
call_dispatch(struct call *call, const struct function *function)
{
	const struct request *request = call->request;

	if (function == NULL || function->since > call->branch) {
		call_unknown(call);
	} else if ((function->flags & FUNCTION_POST_ONLY) != 0 && !request->post
	    && request->via == VIA_HTTPS) {
		call_fail(call, "The function \"%s\" requires an HTTP POST request.",
		    request->function);
	} else if (fault_on(call->knobs, FAULT_ACL_MISSING, request->function)
	    || !user_has_acl(call, request->user, function->acl)) {
		call->acl_missing = true;
		call_fail(call, "Permission denied: you do not have the \"%s\" privilege.",
		    function->acl != NULL ? function->acl : "all");
	} else if (function->handler == NULL) {
		call_fail(call, "The function \"%s\" is disabled on this server.",
		    request->function);
	} else {
		function->handler(call);
	}
	if (fault_on(call->knobs, FAULT_RESULT_ZERO, request->function))
		call_fail(call, "Simulated failure of \"%s\".", request->function);
}

/* Answers one function, inside a batch or alone: its log line, then its reply as a new value. The
 * caller has set sim, knobs, request, state, branch and version. */
json_t *
api_call(struct call *call)
{
	const struct function *function = function_find(call->request->function);
	json_t *reply;

	log_request(call->sim, call->request, false);
	call->result = 1;
	snprintf(call->reason, sizeof call->reason, "OK");
	call_dispatch(call, function);
	if (call_quirk(call, QUIRK_LEGACY_VERSION_WRAP)
	    && strcmp(call->request->function, "version") == 0 && call->data != NULL)
		reply = json_pack("{s:{s:s, s:O, s:s}}", "cpanelresult", "apiversion", "2",
		    "data", call->data, "type", "text");
	else if (call->request->api_version == NULL && call->request->via == VIA_HTTPS)
		reply = legacy_build(call);
	else
		reply = envelope_build(call, function != NULL ? function->flags : 0);
	json_decref(call->data);
	json_decref(call->top);
	call->data = NULL;
	call->top = NULL;
	return reply;
}

/* The knobs of the flags with those of the config file added, read afresh: tests steer a running
 * server by writing that file. */
void
knobs_for_request(const struct sim *sim, struct knobs *ret)
{
	*ret = sim->knobs;
	if (sim->config_file[0] != '\0')
		sim_read_config(NULL, ret, sim->config_file, false);
}

static const char *
version_of(const struct sim *sim, const struct knobs *knobs, char *buffer, size_t size)
{
	char *file;

	if (knobs->version[0] != '\0') {
		snprintf(buffer, size, "%s", knobs->version);
		return buffer;
	}
	file = tree_read(sim, WHMSIM_VERSION_FILE);
	snprintf(buffer, size, "%.*s", (int)(file != NULL ? strcspn(file, " \r\n") : 0),
	    file != NULL ? file : "");
	free(file);
	if (buffer[0] == '\0')
		snprintf(buffer, size, "%s", WHMSIM_VERSION);
	return buffer;
}

void
api_access_denied(const struct sim *sim, const struct request *request, struct answer *ret)
{
	log_request(sim, request, true);
	ret->status = 403;
	ret->access_denied = true;
	ret->fault = FAULT_NONE;
}

/* Bodies that are no answer at all. True when one took the place of the reply. */
static bool
body_fault(const struct knobs *knobs, const char *function, struct answer *ret)
{
	static const char html[] = "<!DOCTYPE html>\n<html><head><title>WHM Login</title></head>"
	    "<body><form id=\"login_form\" action=\"/login/\" method=\"post\"></form></body></html>\n";

	if (fault_on(knobs, FAULT_HTML_LOGIN_200, function)) {
		ret->body = strdup(html);
	} else if (fault_on(knobs, FAULT_EMPTY_BODY, function)) {
		ret->body = strdup("");
	} else if (fault_on(knobs, FAULT_NOT_JSON, function)) {
		ret->body = strdup("{\"data\":{\"hostname\": server1, }\n");
	} else if (fault_on(knobs, FAULT_DEEP_JSON, function)) {
		ret->body = malloc(DEEP_LEVELS + 1);
		memset(ret->body, '[', DEEP_LEVELS);
		ret->body[DEEP_LEVELS] = '\0';
	} else if (fault_on(knobs, FAULT_HUGE_BODY, function)) {
		int length = asprintf(&ret->body, "{\"data\":{\"records\":[\"%0*d\"]},\"metadata\":{"
		    "\"command\":\"%s\",\"reason\":\"OK\",\"result\":1,\"version\":1}}",
		    HUGE_BODY, 0, function);

		if (length < 0)
			ret->body = NULL;
	} else {
		return false;
	}
	ret->length = ret->body != NULL ? strlen(ret->body) : 0;
	return true;
}

static enum fault
transport_fault(const struct knobs *knobs, const char *function)
{
	static const enum fault transport[] = {
		FAULT_SLOW_FIRST_BYTE, FAULT_HANG, FAULT_TRUNCATED_CHUNK, FAULT_MIDBODY_CLOSE,
		FAULT_REDIRECT_302, FAULT_HTTP_500, FAULT_HTTP_503_HTML, FAULT_CLI_EXIT_1, FAULT_CLI_SIGNAL,
		FAULT_CLI_STDOUT_NOISE,
	};

	for (size_t i = 0; i < sizeof transport / sizeof transport[0]; i++)
		if (fault_on(knobs, transport[i], function))
			return transport[i];
	return FAULT_NONE;
}

static unsigned
status_of(const struct call *call, const struct function *function)
{
	if (call->unknown_function && call_quirk(call, QUIRK_UNKNOWN_STATUS_404))
		return 404;
	if (function != NULL && (function->flags & FUNCTION_POST_ONLY) != 0
	    && !call->request->post && call_quirk(call, QUIRK_POST_ONLY_405))
		return 405;
	return 200;
}

static void
answer_with_state(struct call *call, struct answer *ret)
{
	const struct sim *sim = call->sim;
	const char *name = call->request->function;
	int lock = store_lock(sim->state_file);
	char why[MAX_REASON];

	call->state = store_load(sim->state_file, why, sizeof why);
	if (call->state == NULL) {
		fprintf(stderr, "whmsim: %s\n", why);
		store_unlock(lock);
		ret->status = 500;
		ret->body = strdup("");
		return;
	}
	ret->document = api_call(call);
	if (call->state_changed && store_save(sim->state_file, call->state) != 0)
		fprintf(stderr, "whmsim: %s: not written\n", sim->state_file);
	json_decref(call->state);
	store_unlock(lock);
	for (size_t i = 0; i < call->script_count; i++)
		if (tree_run(sim, call->scripts[i]) != 0)
			fprintf(stderr, "whmsim: %s failed\n", call->scripts[i]);
	ret->result = call->result;
	ret->status = status_of(call, function_find(name));
	if (call->acl_missing && call_quirk(call, QUIRK_ACL_MISSING_403)) {
		ret->status = 403;
		ret->access_denied = true;
	}
}

void
api_answer(const struct sim *sim, const struct request *request, struct answer *ret)
{
	char version[64];
	struct knobs knobs;
	struct call call = {
		.sim = sim,
		.knobs = &knobs,
		.request = request,
	};

	*ret = (struct answer){ .fault = FAULT_NONE };
	knobs_for_request(sim, &knobs);
	if (request->via == VIA_HTTPS && (fault_on(&knobs, FAULT_EXPIRED_TOKEN, request->function)
	    || fault_on(&knobs, FAULT_IP_DENIED, request->function))) {
		api_access_denied(sim, request, ret);
		return;
	}
	call.version = version_of(sim, &knobs, version, sizeof version);
	call.branch = version_branch(version);
	answer_with_state(&call, ret);
	ret->fault = transport_fault(&knobs, request->function);
	ret->stderr_noise = fault_on(&knobs, FAULT_CLI_STDERR_NOISE, request->function);
	if (body_fault(&knobs, request->function, ret)) {
		json_decref(ret->document);
		ret->document = NULL;
	}
}

static uint64_t
key_hash(const char *key)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (; *key != '\0'; key++)
		hash = (hash ^ (unsigned char)*key) * UINT64_C(1099511628211);
	return hash ^ hash >> 29;
}

static int
compare_hashes(const void *left, const void *right)
{
	uint64_t a = key_hash(*(const char *const *)left);
	uint64_t b = key_hash(*(const char *const *)right);

	return a < b ? -1 : a > b;
}

/* Members in hash order, as Perl gives them; the same in every run, so that a failure can be
 * repeated. */
static json_t *
shuffle(json_t *value)
{
	size_t count = json_object_size(value), index = 0;
	const char **keys;
	const char *key;
	json_t *copy, *child;

	if (json_is_array(value)) {
		copy = json_array();
		json_array_foreach(value, index, child)
			json_array_append_new(copy, shuffle(child));
		return copy;
	}
	if (!json_is_object(value))
		return json_incref(value);
	copy = json_object();
	keys = calloc(count + 1, sizeof *keys);
	json_object_foreach(value, key, child)
		keys[index++] = key;
	qsort(keys, count, sizeof *keys, compare_hashes);
	for (index = 0; index < count; index++)
		json_object_set_new(copy, keys[index], shuffle(json_object_get(value, keys[index])));
	free(keys);
	return copy;
}

/* Turns the document into bytes; does nothing when there is none. */
void
answer_render(const struct knobs *knobs, struct answer *answer, size_t indent)
{
	size_t flags = indent > 0 ? JSON_INDENT(indent) : JSON_COMPACT;

	if (answer->document == NULL)
		return;
	if (quirk_on(knobs, QUIRK_RANDOM_KEY_ORDER)) {
		json_t *shuffled = shuffle(answer->document);

		json_decref(answer->document);
		answer->document = shuffled;
	}
	if (quirk_on(knobs, QUIRK_ESCAPE_SLASH))
		flags |= JSON_ESCAPE_SLASH;
	if (quirk_on(knobs, QUIRK_ESCAPE_UNICODE))
		flags |= JSON_ENSURE_ASCII;
	free(answer->body);
	answer->body = json_dumps(answer->document, flags);
	answer->length = answer->body != NULL ? strlen(answer->body) : 0;
}

void
answer_done(struct answer *answer)
{
	json_decref(answer->document);
	free(answer->body);
	answer->document = NULL;
	answer->body = NULL;
}
