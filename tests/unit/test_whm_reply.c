/*
 * WHM API 1 replies. The bodies are the documented samples of
 * api.docs.cpanel.net, replies of real servers recorded in site5/lumberg, and
 * what a broken server or a wrong port sends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "parse/whm_reply.h"

struct reply_case {
	const char *name;
	const char *function;
	int status;
	const char *bytes;
	size_t length;
	enum whm_verdict verdict;
	const char *text;	/* in the text; NULL when ok */
};

#define CASE(name, function, status, bytes, verdict, text) \
	{ name, function, status, bytes, sizeof(bytes) - 1, verdict, text }
#define OUTSIDE(result, reason) \
	"{\"metadata\":{\"result\":" result ",\"reason\":\"" reason \
	"\",\"version\":1,\"command\":\"f\"}}"
#define DENIED \
	"{\"cpanelresult\":{\"apiversion\":\"2\",\"error\":\"Access denied\"," \
	"\"data\":{\"reason\":\"Access denied\",\"result\":\"0\"}," \
	"\"type\":\"text\"}}"

static const struct reply_case reply_cases[] = {
	CASE("documented", "gethostname", 200,
	    "{\"data\":{\"hostname\":\"h.example.com\"},\"metadata\":{\"command\":"
	    "\"gethostname\",\"reason\":\"OK\",\"result\":1,\"version\":1}}",
	    WHM_OK, NULL),
	CASE("local command: no status, a newline behind", "f", 0,
	    OUTSIDE("1", "OK") "\n", WHM_OK, NULL),
	CASE("result is the string 1 (11.40)", "f", 200,
	    OUTSIDE("\"1\"", "OK"), WHM_OK, NULL),
	CASE("result is true", "f", 200, OUTSIDE("true", "OK"), WHM_OK, NULL),
	CASE("success in other words than OK", "f", 200,
	    OUTSIDE("1", "Succeeded"), WHM_OK, NULL),
	CASE("no data member is no failure", "set_tweaksetting", 200,
	    "{\"metadata\":{\"reason\":\"OK\",\"version\":1,\"command\":"
	    "\"set_tweaksetting\",\"result\":1}}", WHM_OK, NULL),
	CASE("foreign members are no failure", "f", 200,
	    "{\"x\":null,\"metadata\":{\"result\":1,\"output\":{\"warnings\":[\"w\"]},"
	    "\"payload_is_literal\":1},\"data\":{\"payload\":[]}}", WHM_OK, NULL),
	CASE("system_needs_reboot has its payload at the top",
	    "system_needs_reboot", 200,
	    "{\"details\":{},\"metadata\":{\"command\":\"system_needs_reboot\","
	    "\"reason\":\"OK\",\"result\":1,\"version\":1},\"needs_reboot\":1}",
	    WHM_OK, NULL),
	CASE("version in the wrapping of an older API", "version", 200,
	    "{\"cpanelresult\":{\"apiversion\":\"2\",\"data\":{\"version\":"
	    "\"11.134.0.44\"},\"type\":\"text\"}}", WHM_OK, NULL),

	CASE("bad token", "f", 403, DENIED, WHM_ACCESS_DENIED,
	    "access denied, HTTP status 403"),
	CASE("bad token, no body", "f", 403, "", WHM_ACCESS_DENIED,
	    "access denied, HTTP status 403"),
	CASE("bad token, an HTML page", "f", 401, "<html>",
	    WHM_ACCESS_DENIED, "access denied, HTTP status 401"),
	CASE("denied without the status", "f", 0, DENIED, WHM_ACCESS_DENIED,
	    "f: access denied"),
	CASE("403 is no success whatever the body says", "f", 403,
	    OUTSIDE("1", "OK"), WHM_ACCESS_DENIED, "HTTP status 403"),
	CASE("privilege missing, 200", "f", 200, OUTSIDE("0",
	    "Permission denied: you do not have the all privilege."),
	    WHM_NO_PRIVILEGE, "no privilege for it: \"Permission denied"),
	CASE("privilege missing, 403 with an envelope", "f", 403, OUTSIDE("0",
	    "You do not have permission to call f"), WHM_NO_PRIVILEGE,
	    "no privilege"),
	CASE("unknown function", "f", 200, OUTSIDE("0",
	    "Unknown app (\\\"f\\\") requested for this version (1) of the API."),
	    WHM_UNKNOWN_FUNCTION, "the server does not know it"),
	CASE("unknown function, unnamed", "f", 200, OUTSIDE("0",
	    "Unknown app  requested for this version (1) of the API."),
	    WHM_UNKNOWN_FUNCTION, "the server does not know it"),
	CASE("unknown function, 404", "f", 404, OUTSIDE("0",
	    "Unknown app (\\\"f\\\") requested for this version (1) of the API."),
	    WHM_UNKNOWN_FUNCTION, "the server does not know it"),
	CASE("unknown function, API 0", "f", 200, "[]", WHM_NO_METADATA,
	    "no metadata"),
	CASE("unknown tweak setting", "f", 200, OUTSIDE("0",
	    "Invalid Tweak Setting: nope"), WHM_UNKNOWN_SETTING,
	    "does not know the setting"),
	CASE("role off", "f", 200, OUTSIDE("0",
	    "The function \\\"f\\\" is disabled on this server."), WHM_DISABLED,
	    "disabled on the server"),
	CASE("role off, other words", "f", 200, OUTSIDE("0",
	    "The role MailReceive is not enabled."), WHM_DISABLED, "disabled"),
	CASE("a service that is off is no role that is off", "f", 200,
	    OUTSIDE("0", "cPHulk is disabled on the server."), WHM_FAILED,
	    "f: failed: \"cPHulk is disabled on the server.\""),
	CASE("parameter missing", "f", 200, OUTSIDE("0",
	    "Provide the \\\"key\\\" argument."), WHM_MISSING_PARAMETER,
	    "misses a parameter"),
	CASE("parameter missing, other words", "f", 200, OUTSIDE("0",
	    "API failure: the required parameter \\\"key\\\" is missing."),
	    WHM_MISSING_PARAMETER, "misses a parameter"),
	CASE("documented failure", "restoreaccount", 200,
	    "{\"metadata\":{\"result\":0,\"reason\":\"Unable to find archive at "
	    "/backup/cpbackup/daily\",\"version\":1,\"command\":"
	    "\"restoreaccount\"}}", WHM_FAILED, "Unable to find archive"),
	CASE("failure without a reason", "f", 200,
	    "{\"metadata\":{\"result\":\"0\"}}", WHM_FAILED, "no reason given"),

	CASE("login page", "f", 200, "<!DOCTYPE html>\n<html>", WHM_HTML,
	    "HTML page"),
	CASE("login page after blanks", "f", 200, "\r\n <html>", WHM_HTML,
	    "HTML page"),
	CASE("redirect to TLS", "f", 301, "", WHM_REDIRECTED,
	    "redirects elsewhere, HTTP status 301"),
	CASE("redirect with a page", "f", 302, "<html>", WHM_REDIRECTED,
	    "HTTP status 302"),
	CASE("server error", "f", 500, "", WHM_SERVER_ERROR,
	    "HTTP status 500"),
	CASE("server error with a page", "f", 503, "<html>",
	    WHM_SERVER_ERROR, "HTTP status 503"),
	CASE("no such page", "f", 404, "nothing here", WHM_STATUS,
	    "HTTP status 404, wanted 200"),
	CASE("an odd status is no success", "f", 206, OUTSIDE("1", "OK"),
	    WHM_STATUS, "HTTP status 206, wanted 200"),
	CASE("empty", "f", 200, "", WHM_EMPTY, "empty"),
	CASE("blanks", "f", 0, " \n", WHM_EMPTY, "empty"),
	CASE("cut in the middle", "f", 200,
	    "{\"data\":{\"hostname\":\"h.exa", WHM_TRUNCATED,
	    "breaks off after 26 bytes"),
	CASE("cut in the middle, a newline behind", "f", 0,
	    "{\"data\":{\"hostname\":\"h.exa\n", WHM_TRUNCATED, "breaks off"),
	CASE("cut between members", "f", 200, "{\"data\":{},", WHM_TRUNCATED,
	    "breaks off"),
	CASE("not JSON", "f", 200, "{\"data\":{\"hostname\": server1, }\n",
	    WHM_NOT_JSON, "not JSON: a syntax error"),
	CASE("a notice before the JSON", "f", 0,
	    "[notice] updating\n" OUTSIDE("1", "OK"), WHM_NOT_JSON, "not JSON"),
	CASE("a notice behind the JSON", "f", 0,
	    OUTSIDE("1", "OK") "\nbye", WHM_NOT_JSON, "more after the end"),
	CASE("YAML", "f", 0, "---\nmetadata:\n  result: 1\n", WHM_NOT_JSON,
	    "not JSON"),
	CASE("not UTF-8", "f", 200, "{\"a\":\"\xff\"}", WHM_NOT_JSON,
	    "invalid UTF-8"),
	CASE("a NUL", "f", 200, "{\"a\":\"\\u0000\"}", WHM_NOT_JSON, "a NUL"),
	CASE("a NUL first", "f", 200, "\0{}", WHM_NOT_JSON, "not JSON"),
	CASE("result given twice", "f", 200,
	    "{\"metadata\":{\"result\":0,\"result\":1}}", WHM_NOT_JSON,
	    "a member given twice"),
	CASE("no metadata", "f", 200, "{\"data\":{}}", WHM_NO_METADATA,
	    "no metadata"),
	CASE("API 0 version", "version", 200, "{\"version\":\"11.28.64\"}",
	    WHM_NO_METADATA, "no metadata"),
	CASE("API 0 shape", "acctcounts", 200,
	    "{\"reseller\":{},\"result\":[{\"status\":1,\"statusmsg\":\"ok\"}]}",
	    WHM_NO_METADATA, "no metadata"),
	CASE("metadata without a result", "f", 200,
	    "{\"metadata\":{\"reason\":\"OK\"}}", WHM_NO_METADATA, "no result"),
	CASE("result neither 0 nor 1", "f", 200, OUTSIDE("2", "OK"),
	    WHM_NO_METADATA, "no result"),
	CASE("another version", "f", 200,
	    "{\"metadata\":{\"result\":1,\"version\":0}}", WHM_NO_METADATA,
	    "API version 0, wanted 1"),
	CASE("the answer to another call", "version", 200, OUTSIDE("1", "OK"),
	    WHM_MISMATCH, "is to f, wanted version"),
};

static void
test_replies(void **state)
{
	struct arena *arena = arena_new();
	struct whm_reply reply;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(reply_cases) / sizeof(reply_cases[0]); i++) {
		const struct reply_case *c = &reply_cases[i];

		whm_reply_read(arena, c->function, c->status, c->bytes,
		    c->length, &reply);
		if (reply.verdict != c->verdict || (c->text == NULL) !=
		    (reply.text == NULL) || (c->text != NULL &&
		    strstr(reply.text, c->text) == NULL))
			fail_msg("%s: verdict %d, wanted %d, \"%s\"", c->name,
			    reply.verdict, c->verdict,
			    reply.text != NULL ? reply.text : "");
		whm_reply_done(&reply);
	}
	arena_free(arena);
}

/* Only what WHM_FAILED means differs from server to server: it has no hint. */
static void
test_every_failure_has_a_hint(void **state)
{
	struct arena *arena = arena_new();
	struct whm_reply reply;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(reply_cases) / sizeof(reply_cases[0]); i++) {
		const struct reply_case *c = &reply_cases[i];

		whm_reply_read(arena, c->function, c->status, c->bytes,
		    c->length, &reply);
		if (c->verdict != WHM_OK && c->verdict != WHM_FAILED &&
		    (reply.hint == NULL || strstr(whm_reply_why(arena, &reply),
		    "; hint: ") == NULL))
			fail_msg("%s: no hint", c->name);
		whm_reply_done(&reply);
	}
	arena_free(arena);
}

static void
test_odd_places_of_data(void **state)
{
	struct arena *arena = arena_new();
	struct whm_reply reply;
	const char *version;
	bool needed;
	static const char reboot[] =
	    "{\"metadata\":{\"result\":1},\"needs_reboot\":\"1\"}";
	static const char below[] =
	    "{\"metadata\":{\"result\":1},\"data\":{\"needs_reboot\":1}}";
	static const char legacy[] =
	    "{\"cpanelresult\":{\"data\":{\"version\":\"11.134.0.44\"}}}";

	(void)state;
	whm_reply_read(arena, "system_needs_reboot", 200, reboot,
	    sizeof(reboot) - 1, &reply);
	assert_int_equal(whm_get_flag(reply.data, "needs_reboot", &needed),
	    WHM_VALUE_FOUND);
	assert_true(needed);
	whm_reply_done(&reply);
	whm_reply_read(arena, "system_needs_reboot", 200, below,
	    sizeof(below) - 1, &reply);
	assert_int_equal(whm_get_flag(reply.data, "needs_reboot", &needed),
	    WHM_VALUE_FOUND);
	whm_reply_done(&reply);
	whm_reply_read(arena, "version", 200, legacy, sizeof(legacy) - 1,
	    &reply);
	assert_int_equal(whm_get_string(arena, reply.data, "version",
	    &version), WHM_VALUE_FOUND);
	assert_string_equal(version, "11.134.0.44");
	whm_reply_done(&reply);
	arena_free(arena);
}

/* 100 two-byte characters fit into 200 bytes; one byte more shifts the cut. */
static void
test_reason_is_cut_between_characters(void **state)
{
	struct arena *arena = arena_new();
	struct whm_reply reply;
	char body[1024] = "{\"metadata\":{\"result\":0,\"reason\":\"x";
	size_t i;

	(void)state;
	for (i = 0; i < 300; i++)
		strcat(body, "\xc3\xa9");
	strcat(body, "\"}}");
	whm_reply_read(arena, "f", 200, body, strlen(body), &reply);
	assert_int_equal(reply.verdict, WHM_FAILED);
	assert_int_equal(strlen(reply.text), strlen("f: failed: \"\"") + 199);
	assert_non_null(strstr(reply.text, "\xc3\xa9\""));
	whm_reply_done(&reply);
	arena_free(arena);
}

static void
check_too_large(const char *bytes, size_t length)
{
	struct arena *arena = arena_new();
	struct whm_reply reply;

	whm_reply_read(arena, "f", 200, bytes, length, &reply);
	assert_int_equal(reply.verdict, WHM_TOO_LARGE);
	whm_reply_done(&reply);
	arena_free(arena);
}

static void
test_limits(void **state)
{
	static char bytes[2 * (WHM_MAX_VALUES + 2) + 2];
	size_t i;

	(void)state;
	memset(bytes, '[', sizeof(bytes));
	check_too_large(bytes, sizeof(bytes));
	bytes[0] = '[';
	for (i = 1; i + 1 < sizeof(bytes); i += 2) {
		bytes[i] = '1';
		bytes[i + 1] = ',';
	}
	check_too_large(bytes, sizeof(bytes));
}

#define PART(command, result, data) \
	"{\"metadata\":{\"command\":\"" command "\",\"result\":" result \
	",\"reason\":\"r\",\"version\":1}" data "}"
#define BATCH(result, parts) \
	"{\"data\":{\"result\":[" parts "]},\"metadata\":{\"command\":\"batch\"," \
	"\"reason\":\"2 failed\",\"result\":" result ",\"version\":1}}"

static const char *const asked[] = { "version", "nope" };

struct batch_case {
	const char *name;
	const char *bytes;
	const char *why;	/* NULL when it splits */
};

static const struct batch_case batch_cases[] = {
	{ "documented", BATCH("1", PART("version", "1",
	    ",\"data\":{\"version\":\"11.138.0.6\"}") "," PART("nope", "0", "")),
	    NULL },
	{ "the whole fails because a part did", BATCH("0", PART("version", "1",
	    ",\"data\":{\"version\":\"11.138.0.6\"}") "," PART("nope", "0", "")),
	    NULL },
	{ "names left out", BATCH("1", "{\"metadata\":{\"result\":1},\"data\":"
	    "{\"version\":\"11.138.0.6\"}},{\"metadata\":{\"result\":0}}"), NULL },
	{ "one too few", BATCH("1", PART("version", "1", "")),
	    "1 results came, wanted 2" },
	{ "one too many", BATCH("1", PART("version", "1", "") ","
	    PART("nope", "0", "") "," PART("nope", "0", "")),
	    "3 results came, wanted 2" },
	{ "another order", BATCH("1", PART("nope", "0", "") ","
	    PART("version", "1", "")), "result 1: the reply is to nope" },
	{ "no list", "{\"data\":{},\"metadata\":{\"result\":1}}", "no list" },
	{ "no data", "{\"metadata\":{\"result\":1}}", "no list" },
	{ "refused", "{\"metadata\":{\"result\":0,\"reason\":"
	    "\"Unknown app (\\\"batch\\\") requested\"}}", "does not know it" },
	{ "no JSON", "<html>", "HTML page" },
};

static void
check_parts(const struct whm_reply *parts, struct arena *arena)
{
	const char *version;

	assert_int_equal(parts[0].verdict, WHM_OK);
	assert_int_equal(whm_get_string(arena, parts[0].data, "version",
	    &version), WHM_VALUE_FOUND);
	assert_string_equal(version, "11.138.0.6");
	assert_int_equal(parts[1].verdict, WHM_FAILED);
	assert_null(parts[1].data);
}

static void
test_batches(void **state)
{
	struct arena *arena = arena_new();
	struct whm_reply reply, parts[2];
	const char *why;
	size_t i;
	int result;

	(void)state;
	for (i = 0; i < sizeof(batch_cases) / sizeof(batch_cases[0]); i++) {
		const struct batch_case *c = &batch_cases[i];

		why = NULL;
		whm_reply_read(arena, "batch", 200, c->bytes,
		    strlen(c->bytes), &reply);
		result = whm_batch_split(arena, &reply, asked, 2, parts, &why);
		if ((result == 0) != (c->why == NULL) || (c->why != NULL &&
		    strstr(why, c->why) == NULL))
			fail_msg("%s: %d, \"%s\"", c->name, result,
			    why != NULL ? why : "");
		if (result == 0)
			check_parts(parts, arena);
		whm_reply_done(&reply);
	}
	arena_free(arena);
}

/* A refused function inside a batch is refused for itself, as 1.6 has it. */
static void
test_batch_parts_are_judged(void **state)
{
	struct arena *arena = arena_new();
	struct whm_reply reply, parts[2];
	const char *why;
	static const char bytes[] = BATCH("1",
	    "{\"cpanelresult\":{\"data\":{\"version\":\"11.134.0.44\"}}},"
	    "{\"metadata\":{\"result\":0,\"reason\":\"Unknown app (\\\"nope\\\") "
	    "requested for this version (1) of the API.\"}}");

	(void)state;
	whm_reply_read(arena, "batch", 200, bytes, sizeof(bytes) - 1, &reply);
	assert_int_equal(whm_batch_split(arena, &reply, asked, 2, parts, &why),
	    0);
	assert_int_equal(parts[0].verdict, WHM_OK);
	assert_int_equal(parts[1].verdict, WHM_UNKNOWN_FUNCTION);
	whm_reply_done(&reply);
	arena_free(arena);
}

struct value_case {
	const char *json;	/* of member "v" */
	enum whm_value as_int;
	int64_t number;
	enum whm_value as_flag;
	enum whm_value as_string;
	const char *string;
};

static const struct value_case value_cases[] = {
	{ "5", WHM_VALUE_FOUND, 5, WHM_VALUE_WRONG, WHM_VALUE_FOUND, "5" },
	{ "\"65\"", WHM_VALUE_FOUND, 65, WHM_VALUE_WRONG, WHM_VALUE_FOUND,
	    "65" },
	{ "1", WHM_VALUE_FOUND, 1, WHM_VALUE_FOUND, WHM_VALUE_FOUND, "1" },
	{ "\"0\"", WHM_VALUE_FOUND, 0, WHM_VALUE_FOUND, WHM_VALUE_FOUND, "0" },
	{ "true", WHM_VALUE_FOUND, 1, WHM_VALUE_FOUND, WHM_VALUE_FOUND, "1" },
	{ "-1", WHM_VALUE_FOUND, -1, WHM_VALUE_WRONG, WHM_VALUE_FOUND, "-1" },
	{ "null", WHM_VALUE_NULL, 0, WHM_VALUE_NULL, WHM_VALUE_NULL, NULL },
	{ "\"\"", WHM_VALUE_NULL, 0, WHM_VALUE_NULL, WHM_VALUE_FOUND, "" },
	{ "\"unlimited\"", WHM_VALUE_WRONG, 0, WHM_VALUE_WRONG,
	    WHM_VALUE_FOUND, "unlimited" },
	{ "\" 5\"", WHM_VALUE_WRONG, 0, WHM_VALUE_WRONG, WHM_VALUE_FOUND,
	    " 5" },
	{ "\"5-\"", WHM_VALUE_WRONG, 0, WHM_VALUE_WRONG, WHM_VALUE_FOUND,
	    "5-" },
	{ "\"99999999999999999999\"", WHM_VALUE_WRONG, 0, WHM_VALUE_WRONG,
	    WHM_VALUE_FOUND, "99999999999999999999" },
	{ "1.5", WHM_VALUE_WRONG, 0, WHM_VALUE_WRONG, WHM_VALUE_WRONG, NULL },
	{ "{}", WHM_VALUE_WRONG, 0, WHM_VALUE_WRONG, WHM_VALUE_WRONG, NULL },
	{ "[]", WHM_VALUE_WRONG, 0, WHM_VALUE_WRONG, WHM_VALUE_WRONG, NULL },
};

static void
check_value(struct arena *arena, const struct value_case *c)
{
	char text[128];
	const char *string = NULL;
	int64_t number = 0;
	bool flag = false;
	json_t *from;

	snprintf(text, sizeof(text), "{\"a.b\":{\"v\":%s}}", c->json);
	from = json_loads(text, 0, NULL);
	if (whm_get_int(from, "a.b/v", &number) != c->as_int ||
	    number != c->number ||
	    whm_get_flag(from, "a.b/v", &flag) != c->as_flag ||
	    whm_get_string(arena, from, "a.b/v", &string) != c->as_string ||
	    (c->string != NULL && strcmp(string, c->string) != 0))
		fail_msg("%s: %lld \"%s\"", c->json, (long long)number,
		    string != NULL ? string : "");
	if (c->as_flag == WHM_VALUE_FOUND)
		assert_int_equal(flag, c->number == 1);
	assert_int_equal(whm_get_int(from, "a.b/w", &number),
	    WHM_VALUE_MISSING);
	assert_int_equal(whm_get_int(from, "a/v", &number),
	    WHM_VALUE_MISSING);
	json_decref(from);
}

static void
check_array(const char *json, enum whm_value want)
{
	json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
	const json_t *array;

	if (whm_get_array(value, "", &array) != want)
		fail_msg("%s as an array", json);
	json_decref(value);
}

static void
test_values(void **state)
{
	struct arena *arena = arena_new();
	const json_t *array;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(value_cases) / sizeof(value_cases[0]); i++)
		check_value(arena, &value_cases[i]);
	assert_int_equal(whm_get_array(NULL, "", &array), WHM_VALUE_MISSING);
	check_array("[1]", WHM_VALUE_FOUND);
	check_array("[]", WHM_VALUE_FOUND);
	check_array("null", WHM_VALUE_NULL);
	check_array("\"\"", WHM_VALUE_NULL);
	check_array("\"x\"", WHM_VALUE_WRONG);
	check_array("{}", WHM_VALUE_WRONG);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replies),
		cmocka_unit_test(test_every_failure_has_a_hint),
		cmocka_unit_test(test_odd_places_of_data),
		cmocka_unit_test(test_reason_is_cut_between_characters),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_batches),
		cmocka_unit_test(test_batch_parts_are_judged),
		cmocka_unit_test(test_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
