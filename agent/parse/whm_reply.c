#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "parse/whm_reply.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const hints[WHM_VERDICT_COUNT] = {
	[WHM_ACCESS_DENIED] = "the token or user is wrong, expired, revoked, "
	    "or not let in from this address; see Manage API Tokens in WHM",
	[WHM_NO_PRIVILEGE] = "give the token the privilege that the function "
	    "needs, in Manage API Tokens in WHM",
	[WHM_UNKNOWN_FUNCTION] = "this version of cPanel does not have it",
	[WHM_UNKNOWN_SETTING] = "this version of cPanel does not have it",
	[WHM_DISABLED] = "the role that it belongs to is off in the server's "
	    "profile",
	[WHM_MISSING_PARAMETER] = "this version of cPanel wants more than the "
	    "documented parameters; please report it",
	[WHM_REDIRECTED] = "url must name the TLS port of WHM itself, "
	    "https://HOST:2087",
	[WHM_SERVER_ERROR] = "cpsrvd fails, has no licence, or is being "
	    "updated; see /usr/local/cpanel/logs/error_log",
	[WHM_STATUS] = "url must name the TLS port of WHM, https://HOST:2087",
	[WHM_EMPTY] = "see /usr/local/cpanel/logs/error_log on the server",
	[WHM_HTML] = "that is a login or error page: url must name the TLS "
	    "port of WHM, https://HOST:2087",
	[WHM_TRUNCATED] = "the connection broke or cpsrvd was restarted; scan "
	    "again",
	[WHM_NOT_JSON] = "something between cpward and WHM prints into the "
	    "reply",
	[WHM_NO_METADATA] = "is this WHM at all? url must name its port, "
	    "https://HOST:2087",
	[WHM_MISMATCH] = "something between cpward and WHM mixes replies up",
};

/*
 * What a refusal means, by the words in its reason (case aside): all of a
 * row's words must be there, the first row wins. cPanel documents no list;
 * the wordings are those of cPanel::PublicAPI, of the documented samples and
 * the likely ones.
 */
static const struct {
	const char *words[2];
	enum whm_verdict verdict;
} reasons[] = {
	{ { "unknown app", "requested" }, WHM_UNKNOWN_FUNCTION },
	{ { "unknown function", NULL }, WHM_UNKNOWN_FUNCTION },
	{ { "access denied", NULL }, WHM_NO_PRIVILEGE },
	{ { "permission", NULL }, WHM_NO_PRIVILEGE },
	{ { "privilege", NULL }, WHM_NO_PRIVILEGE },
	{ { "not authorized", NULL }, WHM_NO_PRIVILEGE },
	{ { "do not have", "access" }, WHM_NO_PRIVILEGE },
	{ { "do not have", " acl" }, WHM_NO_PRIVILEGE },
	{ { "invalid tweak setting", NULL }, WHM_UNKNOWN_SETTING },
	{ { "unknown tweak setting", NULL }, WHM_UNKNOWN_SETTING },
	{ { "function", "disabled" }, WHM_DISABLED },
	{ { "role", "disabled" }, WHM_DISABLED },
	{ { "role", "not enabled" }, WHM_DISABLED },
	{ { "profile", "disabled" }, WHM_DISABLED },
	{ { "provide the", "argument" }, WHM_MISSING_PARAMETER },
	{ { "provide the", "parameter" }, WHM_MISSING_PARAMETER },
	{ { "required", "parameter" }, WHM_MISSING_PARAMETER },
	{ { "missing", "parameter" }, WHM_MISSING_PARAMETER },
};

/* Functions documented with their payload beside metadata, not below data. */
static const char *const payload_at_top[] = { "system_needs_reboot" };

/* ---- verdicts ---- */

static void
reply_judge(struct whm_reply *reply, enum whm_verdict verdict,
    const char *text)
{
	reply->verdict = verdict;
	reply->text = text;
	reply->hint = hints[verdict];
}

/* No more of it than is quoted, cut between characters: jansson made it UTF-8. */
static const char *
reason_quote(struct arena *arena, const json_t *reason)
{
	const char *text = json_string_value(reason);
	size_t length = json_string_length(reason);

	if (text == NULL || length == 0)
		return "no reason given";
	if (length > WHM_MAX_REASON) {
		length = WHM_MAX_REASON;
		while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
			length--;
	}
	return arena_memdup(arena, text, length);
}

static enum whm_verdict
reason_verdict(const char *reason)
{
	size_t i;

	for (i = 0; i < COUNT(reasons); i++)
		if (strcasestr(reason, reasons[i].words[0]) != NULL &&
		    (reasons[i].words[1] == NULL ||
		    strcasestr(reason, reasons[i].words[1]) != NULL))
			return reasons[i].verdict;
	return WHM_FAILED;
}

static void
judge_refusal(struct arena *arena, const char *function,
    const char *reason, struct whm_reply *reply)
{
	static const char *const says[WHM_VERDICT_COUNT] = {
		[WHM_NO_PRIVILEGE] = "no privilege for it",
		[WHM_UNKNOWN_FUNCTION] = "the server does not know it",
		[WHM_UNKNOWN_SETTING] = "the server does not know the setting",
		[WHM_DISABLED] = "disabled on the server",
		[WHM_MISSING_PARAMETER] = "the server misses a parameter",
		[WHM_FAILED] = "failed",
	};
	enum whm_verdict verdict = reason_verdict(reason);

	reply_judge(reply, verdict, arena_printf(arena, "%s: %s: \"%s\"",
	    function, says[verdict], reason));
}

static bool
is_denial(int status)
{
	return status == 401 || status == 403;
}

static void
judge_denied(struct arena *arena, const char *function, int status,
    struct whm_reply *reply)
{
	reply->data = NULL;
	reply_judge(reply, WHM_ACCESS_DENIED, status == 0 ?
	    arena_printf(arena, "%s: access denied", function) :
	    arena_printf(arena, "%s: access denied, HTTP status %d", function,
	    status));
}

/* ---- the envelope ---- */

/*
 * cpsrvd's own refusal, and what one observer saw `version` answer:
 * {"cpanelresult": {"apiversion": "2", "data": {…}, "error": "…"}}.
 */
static void
read_cpanelresult(struct arena *arena, const char *function, int status,
    json_t *wrapped, struct whm_reply *reply)
{
	json_t *data = json_object_get(wrapped, "data");
	const json_t *error = json_object_get(wrapped, "error");
	const char *reason;

	if (error == NULL && strcmp(function, "version") == 0 &&
	    json_is_string(json_object_get(data, "version"))) {
		reply->verdict = WHM_OK;
		reply->data = data;
		return;
	}
	if (error == NULL)
		error = json_object_get(data, "reason");
	reason = reason_quote(arena, error);
	if (strcasestr(reason, "access denied") != NULL)
		judge_denied(arena, function, status, reply);
	else
		judge_refusal(arena, function, reason, reply);
}

static bool
is_payload_at_top(const char *function)
{
	size_t i;

	for (i = 0; i < COUNT(payload_at_top); i++)
		if (strcmp(payload_at_top[i], function) == 0)
			return true;
	return false;
}

static void
read_metadata(struct arena *arena, const char *function, json_t *object,
    const json_t *metadata, struct whm_reply *reply)
{
	const char *command = json_string_value(
	    json_object_get(metadata, "command"));
	int64_t version = 1;
	bool result;

	if (whm_get_flag(metadata, "result", &result) != WHM_VALUE_FOUND) {
		reply_judge(reply, WHM_NO_METADATA, arena_printf(arena,
		    "%s: the reply's metadata has no result, wanted 0 or 1",
		    function));
		return;
	}
	if (whm_get_int(metadata, "version", &version) == WHM_VALUE_WRONG ||
	    version != 1) {
		reply_judge(reply, WHM_NO_METADATA, arena_printf(arena,
		    "%s: the reply is of API version %" PRId64 ", wanted 1",
		    function, version));
		return;
	}
	if (command != NULL && strcmp(command, function) != 0) {
		reply_judge(reply, WHM_MISMATCH, arena_printf(arena,
		    "the reply is to %.64s, wanted %s", command, function));
		return;
	}
	reply->data = json_object_get(object, "data");
	if (reply->data == NULL && is_payload_at_top(function))
		reply->data = object;
	reply->verdict = WHM_OK;
	if (!result)
		judge_refusal(arena, function, reason_quote(arena,
		    json_object_get(metadata, "reason")), reply);
}

static void
read_envelope(struct arena *arena, const char *function, int status,
    json_t *object, struct whm_reply *reply)
{
	json_t *wrapped = json_object_get(object, "cpanelresult");
	const json_t *metadata = json_object_get(object, "metadata");

	if (json_is_object(metadata))
		read_metadata(arena, function, object, metadata, reply);
	else if (json_is_object(wrapped))
		read_cpanelresult(arena, function, status, wrapped, reply);
	else
		reply_judge(reply, WHM_NO_METADATA, arena_printf(arena,
		    "%s: the reply has no metadata: not WHM API 1", function));
}

/* ---- the bytes ---- */

/*
 * Nesting and the number of values, before anything is built from them: a few
 * megabytes of brackets would become a hundred times as much memory.
 */
static bool
is_within_limits(const char *bytes, size_t length)
{
	size_t depth = 0, values = 0, i;
	bool quoted = false;

	for (i = 0; i < length; i++) {
		if (quoted) {
			if (bytes[i] == '\\')
				i++;
			else if (bytes[i] == '"')
				quoted = false;
			continue;
		}
		switch (bytes[i]) {
		case '"':
			quoted = true;
			break;
		case '{':
		case '[':
			values++;
			if (++depth > WHM_MAX_DEPTH)
				return false;
			break;
		case '}':
		case ']':
			depth -= depth > 0;
			break;
		case ',':
			values++;
			break;
		default:
			break;
		}
		if (values > WHM_MAX_VALUES)
			return false;
	}
	return true;
}

/* jansson's own text quotes the bytes near the error; they are not ours to show. */
static void
judge_json_error(struct arena *arena, const char *function,
    const json_error_t *error, size_t length, struct whm_reply *reply)
{
	const char *what;

	switch (json_error_code(error)) {
	case json_error_premature_end_of_input:
		reply_judge(reply, WHM_TRUNCATED, arena_printf(arena,
		    "%s: the reply breaks off after %zu bytes", function,
		    length));
		return;
	case json_error_invalid_utf8:
		what = "invalid UTF-8";
		break;
	case json_error_duplicate_key:
		what = "a member given twice";
		break;
	case json_error_end_of_input_expected:
		what = "more after the end";
		break;
	case json_error_null_character:
	case json_error_null_byte_in_key:
		what = "a NUL";
		break;
	default:
		what = "a syntax error";
		break;
	}
	reply_judge(reply, WHM_NOT_JSON, arena_printf(arena,
	    "%s: the reply is not JSON: %s at byte %d", function, what,
	    error->position));
}

static void
read_json(struct arena *arena, const char *function, int status,
    const char *bytes, size_t length, struct whm_reply *reply)
{
	json_error_t error;

	if (!is_within_limits(bytes, length)) {
		reply_judge(reply, WHM_TOO_LARGE, arena_printf(arena,
		    "%s: the reply has more than %d values or %d levels",
		    function, WHM_MAX_VALUES, WHM_MAX_DEPTH));
		return;
	}
	/* jansson would take one for the end of the reply. */
	if (memchr(bytes, '\0', length) != NULL) {
		reply_judge(reply, WHM_NOT_JSON, arena_printf(arena,
		    "%s: the reply is not JSON: it holds a NUL", function));
		return;
	}
	/* A Perl hash has no member twice; who sends one is not cpsrvd. */
	reply->document = json_loadb(bytes, length, JSON_REJECT_DUPLICATES,
	    &error);
	if (reply->document == NULL)
		judge_json_error(arena, function, &error, length, reply);
	else
		read_envelope(arena, function, status, reply->document, reply);
}

/* What the status and the first byte say; false when the JSON must be read. */
static bool
judge_outside(struct arena *arena, const char *function, int status,
    int first, struct whm_reply *reply)
{
	if (status >= 500)
		reply_judge(reply, WHM_SERVER_ERROR, arena_printf(arena,
		    "%s: the server failed with HTTP status %d", function,
		    status));
	else if (status >= 300 && status < 400)
		reply_judge(reply, WHM_REDIRECTED, arena_printf(arena,
		    "%s: the server redirects elsewhere, HTTP status %d",
		    function, status));
	else if (is_denial(status) && first != '{')
		judge_denied(arena, function, status, reply);
	else if (first < 0)
		reply_judge(reply, WHM_EMPTY, arena_printf(arena,
		    "%s: the reply is empty", function));
	else if (first == '<')
		reply_judge(reply, WHM_HTML, arena_printf(arena,
		    "%s: the reply is an HTML page, wanted JSON", function));
	else if (status != 0 && status != 200 && first != '{')
		reply_judge(reply, WHM_STATUS, arena_printf(arena,
		    "%s: HTTP status %d, wanted 200", function, status));
	else
		return false;
	return true;
}

static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

void
whm_reply_read(struct arena *arena, const char *function, int status,
    const char *bytes, size_t length, struct whm_reply *ret_reply)
{
	size_t blank = 0;

	memset(ret_reply, 0, sizeof(*ret_reply));
	while (blank < length && is_blank(bytes[blank]))
		blank++;
	/* whmapi1 ends with a newline, also where its reply breaks off. */
	while (length > blank && is_blank(bytes[length - 1]))
		length--;
	if (judge_outside(arena, function, status,
	    blank < length ? (unsigned char)bytes[blank] : -1, ret_reply))
		return;
	read_json(arena, function, status, bytes + blank, length - blank,
	    ret_reply);
	/* An envelope says more than a status, but is no success against it. */
	if (is_denial(status) && ret_reply->verdict != WHM_NO_PRIVILEGE) {
		judge_denied(arena, function, status, ret_reply);
	} else if (ret_reply->verdict == WHM_OK && status != 0 &&
	    status != 200) {
		ret_reply->data = NULL;
		reply_judge(ret_reply, WHM_STATUS, arena_printf(arena,
		    "%s: HTTP status %d, wanted 200", function, status));
	}
}

void
whm_reply_done(struct whm_reply *reply)
{
	json_decref(reply->document);
	memset(reply, 0, sizeof(*reply));
}

const char *
whm_reply_why(struct arena *arena, const struct whm_reply *reply)
{
	if (reply->verdict == WHM_OK)
		return NULL;
	if (reply->text == NULL)
		return "not read";
	return reply->hint == NULL ? reply->text :
	    arena_printf(arena, "%s; hint: %s", reply->text, reply->hint);
}

int
whm_batch_split(struct arena *arena, const struct whm_reply *batch,
    const char *const *functions, size_t count, struct whm_reply *ret_parts,
    const char **ret_why)
{
	const json_t *parts;
	size_t i;

	if (whm_get_array(batch->data, "result", &parts) != WHM_VALUE_FOUND) {
		*ret_why = batch->verdict != WHM_OK ?
		    whm_reply_why(arena, batch) :
		    "batch: the reply has no list of results";
		return -1;
	}
	if (json_array_size(parts) != count) {
		*ret_why = arena_printf(arena,
		    "batch: %zu results came, wanted %zu",
		    json_array_size(parts), count);
		return -1;
	}
	memset(ret_parts, 0, count * sizeof(*ret_parts));
	for (i = 0; i < count; i++) {
		read_envelope(arena, functions[i], 0,
		    json_array_get(parts, i), &ret_parts[i]);
		if (ret_parts[i].verdict == WHM_MISMATCH) {
			*ret_why = arena_printf(arena,
			    "batch: result %zu: %s", i + 1, ret_parts[i].text);
			return -1;
		}
	}
	return 0;
}

/* ---- values ---- */

enum whm_value
whm_get(const json_t *from, const char *path, const json_t **ret_value)
{
	const char *end;
	char name[128];

	while (from != NULL && *path != '\0') {
		end = strchrnul(path, '/');
		if ((size_t)(end - path) >= sizeof(name))
			return WHM_VALUE_MISSING;
		memcpy(name, path, (size_t)(end - path));
		name[end - path] = '\0';
		from = json_object_get(from, name);
		path = *end == '/' ? end + 1 : end;
	}
	if (from == NULL)
		return WHM_VALUE_MISSING;
	if (json_is_null(from))
		return WHM_VALUE_NULL;
	*ret_value = from;
	return WHM_VALUE_FOUND;
}

static enum whm_value
digits_to_int(const char *text, int64_t *ret_value)
{
	char *end;
	long long value;

	if (*text == '\0')
		return WHM_VALUE_NULL;
	if (strspn(text, "-0123456789") != strlen(text))
		return WHM_VALUE_WRONG;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno != 0 || *end != '\0' || end == text)
		return WHM_VALUE_WRONG;
	*ret_value = value;
	return WHM_VALUE_FOUND;
}

enum whm_value
whm_get_int(const json_t *from, const char *path, int64_t *ret_value)
{
	const json_t *value;
	enum whm_value found = whm_get(from, path, &value);

	if (found != WHM_VALUE_FOUND)
		return found;
	switch (json_typeof(value)) {
	case JSON_INTEGER:
		*ret_value = json_integer_value(value);
		return WHM_VALUE_FOUND;
	case JSON_TRUE:
	case JSON_FALSE:
		*ret_value = json_is_true(value);
		return WHM_VALUE_FOUND;
	case JSON_STRING:
		return digits_to_int(json_string_value(value), ret_value);
	default:
		return WHM_VALUE_WRONG;
	}
}

enum whm_value
whm_get_flag(const json_t *from, const char *path, bool *ret_value)
{
	int64_t value;
	enum whm_value found = whm_get_int(from, path, &value);

	if (found != WHM_VALUE_FOUND)
		return found;
	if (value != 0 && value != 1)
		return WHM_VALUE_WRONG;
	*ret_value = value == 1;
	return WHM_VALUE_FOUND;
}

enum whm_value
whm_get_string(struct arena *arena, const json_t *from, const char *path,
    const char **ret_value)
{
	const json_t *value;
	enum whm_value found = whm_get(from, path, &value);

	if (found != WHM_VALUE_FOUND)
		return found;
	switch (json_typeof(value)) {
	case JSON_STRING:
		*ret_value = json_string_value(value);
		return WHM_VALUE_FOUND;
	case JSON_INTEGER:
		*ret_value = arena_printf(arena, "%" JSON_INTEGER_FORMAT,
		    json_integer_value(value));
		return WHM_VALUE_FOUND;
	case JSON_TRUE:
	case JSON_FALSE:
		*ret_value = json_is_true(value) ? "1" : "0";
		return WHM_VALUE_FOUND;
	default:
		return WHM_VALUE_WRONG;
	}
}

enum whm_value
whm_get_array(const json_t *from, const char *path, const json_t **ret_value)
{
	const json_t *value;
	enum whm_value found = whm_get(from, path, &value);

	if (found != WHM_VALUE_FOUND)
		return found;
	if (json_is_string(value) && json_string_length(value) == 0)
		return WHM_VALUE_NULL;
	if (!json_is_array(value))
		return WHM_VALUE_WRONG;
	*ret_value = value;
	return WHM_VALUE_FOUND;
}
