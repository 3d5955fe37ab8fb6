/* Snapshots: written, read back, refused, digested, compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>
#include <openssl/evp.h>

#include "base/arena.h"
#include "base/err.h"
#include "facts/fields.h"
#include "facts/snapshot.h"

#define SCHEMA "\"schema\":\"cpward.facts/1\""
#define TIME "\"collected_at\":\"2026-11-21T19:00:00Z\""
#define HEAD "{" SCHEMA "," TIME ","

/* Every kind of byte that a value may hold, in turn. */
static const char *const texts[] = {
	"", "plain", "quote \" backslash \\ slash /", "tab\tnewline\ncr\r",
	"\x01\x1f\x7f", "caf\xc3\xa9", "\xf0\x9f\x94\x92",
	"caf\xe9", "\xff\xfe\x80", "cut \xe2\x82", "\xed\xa0\x80 surrogate",
	"\xc0\xaf overlong", "\xee\xbe\x80\xee\xbf\xbf private",
	"\xf4\x90\x80\x80 beyond", "\xe0\x80\xaf overlong",
};
#define TEXT_COUNT (sizeof(texts) / sizeof(texts[0]))

static const char *const odd_list[] = { "", "caf\xe9", "two\nlines" };

struct filler {
	struct arena *arena;
	unsigned count;
};

static void
fill_str(struct filler *filler, struct fact_str *fact)
{
	unsigned number = filler->count++;

	switch (number % 4) {
	case 0:
		fact->meta.state = FACT_ABSENT;
		fact->meta.origin = "/etc/exim.conf";
		break;
	case 1:
		fact->meta.why = number % 8 == 1 ? NULL :
		    "skipped: --no-network";
		break;
	default:
		fact->meta.state = FACT_KNOWN;
		fact->meta.origin = arena_printf(filler->arena, "/f:%u",
		    number);
		fact->value = texts[number % TEXT_COUNT];
	}
}

static void
fill_field(struct filler *filler, const struct field *field, void *owner)
{
	struct fact_meta *meta = (void *)((char *)owner + field->offset);
	struct setting *setting = (void *)meta;
	unsigned plane;

	if (field->type == FIELD_SETTING) {
		for (plane = 0; plane < PLANE_COUNT; plane++)
			if ((field->planes & PLANE_BIT(plane)) != 0)
				fill_str(filler, &setting->plane[plane]);
		return;
	}
	if (field->type == FIELD_STR) {
		fill_str(filler, (void *)meta);
		return;
	}
	meta->state = FACT_KNOWN;
	if (field->type == FIELD_BOOL) {
		((struct fact_bool *)(void *)meta)->value =
		    filler->count++ % 2 == 0;
	} else if (field->type == FIELD_INT) {
		((struct fact_int *)(void *)meta)->value =
		    filler->count++ % 2 == 0 ? INT64_MIN : INT64_MAX;
	} else {
		((struct fact_list *)(void *)meta)->items = odd_list;
		((struct fact_list *)(void *)meta)->count =
		    filler->count++ % 4;
	}
}

static void
fill_items(struct filler *filler, struct facts *facts,
    const struct field_list *list)
{
	static const char *const names[] = { "b.test", "/a/caf\xe9", "A", "" };
	size_t item, i;

	for (item = 0; item < 4; item++) {
		void *owner = facts_add_item(facts, list, names[item]);

		for (i = 0; i < list->field_count; i++)
			fill_field(filler, &list->fields[i], owner);
	}
}

/* Facts in which every field of the table has some state and value. */
static struct facts *
facts_full(struct arena *arena)
{
	struct collector_report report = { "exim", COLLECTOR_PARTIAL,
	    "EACCES", 3 };
	struct facts *facts = facts_new(arena);
	struct filler filler = { arena, 0 };
	const struct field *field;
	const void *counted;
	size_t i, j;

	facts->host = "srv1.example.org";
	facts->collected_at = 1795287600;	/* date -u -d @1795287600 */
	*arena_push(arena, &facts->collectors.items,
	    &facts->collectors.count) = report;
	for (i = 0; i < field_group_count; i++)
		for (j = 0; j < field_groups[i].field_count; j++)
			fill_field(&filler, &field_groups[i].fields[j],
			    (char *)facts + field_groups[i].offset);
	for (i = 0; i < field_list_count; i++) {
		fill_items(&filler, facts, &field_lists[i]);
		field = field_find(facts, field_lists[i].counted_by, &counted);
		assert_non_null(field);
		((struct fact_int *)(uintptr_t)counted)->value = 4;
	}
	return facts;
}

static char *
written(const struct facts *facts)
{
	struct err err = { 0 };
	char *bytes = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&bytes, &length);

	assert_non_null(out);
	if (snapshot_write(out, facts, &err) != 0)
		fail_msg("snapshot_write: %s", err.text);
	assert_int_equal(fclose(out), 0);
	return bytes;
}

static struct facts *
read_back(struct arena *arena, const char *text)
{
	struct err err = { 0 };
	struct facts *facts = NULL;

	if (snapshot_read(arena, "s.json", text, strlen(text), NULL, NULL,
	    &facts, &err) != 0)
		fail_msg("snapshot_read: line %u: %s", err.line, err.text);
	return facts;
}

static void
print_change(void *context, const char *path, const struct fact_meta *before,
    const struct fact_meta *after)
{
	(void)context;
	(void)before;
	(void)after;
	print_error("differs: %s\n", path);
}

static void
test_round_trip(void **state)
{
	struct arena *arena = arena_new();
	struct facts *facts = facts_full(arena), *again;
	char *first = written(facts), *second;

	(void)state;
	again = read_back(arena, first);
	assert_int_equal(snapshot_compare(facts, again, print_change, NULL), 0);
	assert_int_equal(again->collected_at, facts->collected_at);
	assert_string_equal(again->host, facts->host);
	assert_int_equal(again->collectors.count, 1);
	assert_int_equal(again->collectors.items[0].state, COLLECTOR_PARTIAL);
	second = written(again);
	assert_string_equal(first, second);
	free(first);
	free(second);
	arena_free(arena);
}

/* Jansson is the authority on what sorted, indented JSON looks like. */
static void
test_layout_is_janssons(void **state)
{
	struct arena *arena = arena_new();
	char *bytes = written(facts_full(arena)), *theirs;
	json_t *json = json_loads(bytes, JSON_REJECT_DUPLICATES, NULL);
	size_t length;

	(void)state;
	assert_non_null(json);
	theirs = json_dumps(json, JSON_INDENT(2) | JSON_SORT_KEYS);
	length = strlen(theirs);
	assert_int_equal(strlen(bytes), length + 1);
	assert_memory_equal(bytes, theirs, length);
	assert_int_equal(bytes[length], '\n');
	json_decref(json);
	free(theirs);
	free(bytes);
	arena_free(arena);
}

static void
test_digest_is_sha256_of_canonical_json(void **state)
{
	struct arena *arena = arena_new();
	struct facts *facts = facts_full(arena);
	char *bytes = written(facts), *canonical, hex[65], ours[65];
	json_t *json = json_loads(bytes, 0, NULL);
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length, i;

	(void)state;
	assert_int_equal(json_object_del(json, "collected_at"), 0);
	assert_int_equal(json_object_del(json, "collectors"), 0);
	canonical = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
	assert_int_equal(EVP_Digest(canonical, strlen(canonical), digest,
	    &length, EVP_sha256(), NULL), 1);
	for (i = 0; i < length; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	snapshot_digest(facts, ours);
	assert_string_equal(ours, hex);
	facts->collected_at++;
	facts->collectors.count = 0;
	snapshot_digest(facts, ours);
	assert_string_equal(ours, hex);
	facts->host = "other";
	snapshot_digest(facts, ours);
	assert_string_not_equal(ours, hex);
	json_decref(json);
	free(canonical);
	free(bytes);
	arena_free(arena);
}

static void
test_golden(void **state)
{
	static const char head[] =
	    "{\n"
	    "  \"collected_at\": \"2026-11-21T19:00:00Z\",\n"
	    "  \"collectors\": [\n"
	    "    {\n"
	    "      \"duration_ms\": 3,\n"
	    "      \"name\": \"exim\",\n"
	    "      \"state\": \"failed\",\n"
	    "      \"why\": \"EACCES\"\n"
	    "    }\n"
	    "  ],\n"
	    "  \"facts\": {\n"
	    "    \"access\": {\n";
	static const char *const parts[] = {
		"      \"ssl.file\": {\n"
		"        \"origin\": \"/etc/dovecot/dovecot.conf:31\",\n"
		"        \"state\": \"known\",\n"
		"        \"value\": \"caf\xee\xbf\xa9\",\n"
		"        \"why\": null\n"
		"      },\n",
		"    \"domains\": {},\n",
		"    \"tokens\": {\n"
		"      \"root/backup\": {\n"
		"        \"acls.api\": {\n"
		"          \"origin\": null,\n"
		"          \"state\": \"known\",\n"
		"          \"value\": [\n"
		"            \"all\"\n"
		"          ],\n"
		"          \"why\": null\n"
		"        },\n"
		"        \"expires_at.api\": {\n"
		"          \"origin\": null,\n"
		"          \"state\": \"absent\",\n"
		"          \"value\": null,\n"
		"          \"why\": null\n"
		"        },\n"
		"        \"whitelist_ips.api\": {\n"
		"          \"origin\": null,\n"
		"          \"state\": \"unknown\",\n"
		"          \"value\": null,\n"
		"          \"why\": null\n"
		"        }\n"
		"      }\n"
		"    },\n",
		"  },\n"
		"  \"host\": null,\n"
		"  \"schema\": \"cpward.facts/1\"\n"
		"}\n",
	};
	static const char *const acls[] = { "all" };
	struct collector_report report = { "exim", COLLECTOR_FAILED,
	    "EACCES", 3 };
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena);
	struct token_facts *token;
	struct fact_str *ssl = &facts->dovecot.ssl.plane[PLANE_FILE];
	char *bytes;
	size_t i;

	(void)state;
	facts->collected_at = 1795287600;
	*arena_push(arena, &facts->collectors.items,
	    &facts->collectors.count) = report;
	ssl->meta.state = FACT_KNOWN;
	ssl->meta.origin = "/etc/dovecot/dovecot.conf:31";
	ssl->value = "caf\xe9";
	for (i = 0; strcmp(field_lists[i].name, "tokens") != 0; i++)
		;
	token = facts_add_item(facts, &field_lists[i], "root/backup");
	token->acls.meta.state = FACT_KNOWN;
	token->acls.items = acls;
	token->acls.count = 1;
	token->expires_at.meta.state = FACT_ABSENT;
	bytes = written(facts);
	assert_memory_equal(bytes, head, strlen(head));
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strstr(bytes, parts[i]) == NULL)
			fail_msg("missing:\n%s\nin:\n%s", parts[i], bytes);
	free(bytes);
	arena_free(arena);
}

struct refused_case {
	const char *name;
	const char *text;
	unsigned line;
	const char *message;
};

#define FACTS(inside) HEAD "\"facts\":{" inside "}}"
#define SSL(inside) FACTS("\"dovecot\":{\"ssl.file\":" inside "}")
#define FORGED(inside) \
	FACTS("\"platform\":{\"forged_sessions.file\":" inside "}")
#define TOKENS(inside) FACTS("\"tokens\":{" inside "}")

static const struct refused_case refused_cases[] = {
	{ "nothing", "", 1, "the snapshot ends too early" },
	{ "blanks only", " \n\n ", 3, "the snapshot ends too early" },
	{ "no object", "[]", 1, "the snapshot is no object" },
	{ "text", "\"a\"", 1, "the snapshot is no object" },
	{ "cut", HEAD "\n\"facts\":{", 2, "the snapshot ends too early" },
	{ "cut in a string", "{\"schema", 1,
	    "the snapshot has a string without end" },
	{ "cut in an escape", "{\"schema\\", 1,
	    "the snapshot has a string without end" },
	{ "brackets crossed", "{\"schema\":[}]", 1,
	    "the snapshot has unpaired brackets" },
	{ "behind the end", FACTS("") "\n x", 2,
	    "the snapshot goes on behind its end" },
	{ "no schema", "{" TIME ",\"facts\":{}}", 1,
	    "the snapshot has no schema, wanted \"cpward.facts/1\"" },
	{ "other schema", "{\n\"schema\":\"cpward.facts/2\"}", 2,
	    "the snapshot has schema \"cpward.facts/2\", wanted "
	    "\"cpward.facts/1\"" },
	{ "schema is a number", "{\"schema\":1}", 1,
	    "the snapshot has an integer as schema, wanted "
	    "\"cpward.facts/1\"" },
	{ "no time", "{" SCHEMA ",\"facts\":{}}", 1,
	    "the snapshot has no collected_at" },
	{ "no facts", "{" SCHEMA "," TIME "}", 1,
	    "the snapshot has no facts" },
	{ "facts twice", HEAD "\"facts\":{},\"facts\":{}}", 1,
	    "the snapshot has facts twice" },
	{ "facts are an array", HEAD "\"facts\":[]}", 1,
	    "facts is no object" },
	{ "group twice", FACTS("\"exim\":{},\"exim\":{}"), 1,
	    "exim is there twice" },
	{ "group is null", FACTS("\"exim\":null"), 1,
	    "exim is null, wanted an object" },
	{ "comma missing", FACTS("\"exim\":{} \"dovecot\":{}"), 1,
	    "facts lacks a comma" },
	{ "comma too many", FACTS("\"exim\":{},"), 1, "facts lacks a name" },
	{ "colon missing", FACTS("\"exim\" {}"), 1, "facts lacks a colon" },
	{ "value missing", FACTS("\"exim\":,"), 1, "facts lacks a value" },
	{ "name is a number", FACTS("1:{}"), 1, "facts lacks a name" },
	{ "bad escape in a name", FACTS("\"\\q\":{}"), 1,
	    "facts is not valid JSON" },
	{ "NUL in a name", TOKENS("\"a\\u0000b\":{}"), 1,
	    "tokens is not valid JSON" },
	{ "fact twice", FACTS("\"dovecot\":{\n\"ssl.file\":{},\n"
	    "\"ssl.file\":{}}"), 3, "dovecot has a key twice" },
	{ "fact is a word", SSL("true"), 1,
	    "dovecot.ssl.file is true, wanted an object" },
	{ "fact without state", SSL("{\"value\":\"yes\"}"), 1,
	    "dovecot.ssl.file has no valid state, wanted unknown, absent or "
	    "known" },
	{ "no such state", SSL("{\"state\":\"perhaps\"}"), 1,
	    "dovecot.ssl.file has no valid state, wanted unknown, absent or "
	    "known" },
	{ "known without value", SSL("{\"state\":\"known\"}"), 1,
	    "dovecot.ssl.file has nothing as value, wanted a string" },
	{ "known null", SSL("{\"state\":\"known\",\"value\":null}"), 1,
	    "dovecot.ssl.file has null as value, wanted a string" },
	{ "absent with value", SSL("{\"state\":\"absent\",\"value\":\"no\"}"),
	    1, "dovecot.ssl.file is absent but has a value, wanted null" },
	{ "unknown with value", SSL("{\"state\":\"unknown\",\"value\":\"\"}"),
	    1, "dovecot.ssl.file is unknown but has a value, wanted null" },
	{ "setting as bool", SSL("{\"state\":\"known\",\"value\":true}"), 1,
	    "dovecot.ssl.file has true as value, wanted a string" },
	{ "origin is a number", SSL("{\"state\":\"absent\",\"origin\":1}"), 1,
	    "dovecot.ssl.file has an integer as origin, wanted a string or "
	    "null" },
	{ "int as string", FORGED("{\"state\":\"known\",\"value\":\"0\"}"), 1,
	    "platform.forged_sessions.file has a string as value, wanted an "
	    "integer" },
	{ "int with fraction", FORGED("{\"state\":\"known\",\"value\":1.0}"),
	    1, "platform.forged_sessions.file has a number with a fraction as "
	    "value, wanted an integer" },
	{ "int too large", FORGED("{\"state\":\"known\","
	    "\"value\":9223372036854775808}"), 1,
	    "platform is not valid JSON" },
	{ "bool as int", FACTS("\"backup\":{\"daily.api\":"
	    "{\"state\":\"known\",\"value\":1}}"), 1,
	    "backup.daily.api has an integer as value, wanted true or false" },
	{ "list as string", TOKENS("\"root/b\":{\"acls.api\":"
	    "{\"state\":\"known\",\"value\":\"all\"}}"), 1,
	    "tokens[root/b].acls.api has a string as value, wanted an array "
	    "of strings" },
	{ "list of numbers", TOKENS("\"root/b\":{\"acls.api\":"
	    "{\"state\":\"known\",\"value\":[\"all\",1]}}"), 1,
	    "tokens[root/b].acls.api has an integer in its value, wanted an "
	    "array of strings" },
	{ "item twice", TOKENS("\"a\":{},\"a\":{}"), 1,
	    "tokens[a] is there twice" },
	{ "item twice, once in private characters",
	    TOKENS("\"\xc3\xa9\":{},\"\xee\xbf\x83\xee\xbe\xa9\":{}"), 1,
	    "tokens[??] is there twice" },
	{ "item is an array", TOKENS("\"a\x1b[31m\":[]"), 1,
	    "tokens is not valid JSON" },
	{ "item with escapes is an array", TOKENS("\"a\\u001b[31m\":[]"), 1,
	    "tokens[a?[31m] is an array, wanted an object" },
	{ "not UTF-8", SSL("{\"state\":\"known\",\"value\":\"\xe9\"}"), 1,
	    "dovecot is not UTF-8" },
	{ "NUL in a value", SSL("{\"state\":\"known\","
	    "\"value\":\"a\\u0000b\"}"), 1, "dovecot is not valid JSON" },
	{ "count differs", FACTS("\"inventory\":{\"domains.file\":"
	    "{\"state\":\"known\",\"value\":2}},\"domains\":{\"a\":{}}"), 1,
	    "domains lists 1 items, but inventory.domains is 2" },
	{ "count negative", FACTS("\"inventory\":{\"domains.file\":"
	    "{\"state\":\"known\",\"value\":-1}}"), 1,
	    "domains lists 0 items, but inventory.domains is -1" },
	{ "host is a number", "{" SCHEMA "," TIME
	    ",\"host\":1,\"facts\":{}}", 1,
	    "the snapshot has an integer as host, wanted a string or null" },
	{ "collectors are an object", HEAD
	    "\"collectors\":{},\"facts\":{}}", 1,
	    "the snapshot has an object as collectors, wanted an array" },
	{ "collector is a string", HEAD
	    "\"collectors\":[\"exim\"],\"facts\":{}}", 1,
	    "the snapshot has a string as collector, wanted an object" },
	{ "collector without a name", HEAD
	    "\"collectors\":[{\"state\":\"ok\"}],\"facts\":{}}", 1,
	    "the snapshot has a collector without a name" },
	{ "collector without a state", HEAD
	    "\"collectors\":[{\"name\":\"exim\"}],\"facts\":{}}", 1,
	    "the snapshot has a collector without a valid state, wanted ok, "
	    "partial, failed or skipped" },
	{ "collector's duration is a string", HEAD
	    "\"collectors\":[{\"name\":\"exim\",\"state\":\"ok\","
	    "\"duration_ms\":\"3\"}],\"facts\":{}}", 1,
	    "the snapshot has a string as duration_ms, wanted an integer" },
};

static void
test_refused(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(refused_cases) / sizeof(refused_cases[0]);
	    i++) {
		const struct refused_case *c = &refused_cases[i];
		struct arena *arena = arena_new();
		struct facts *facts = NULL;
		struct err err = { 0 };

		if (snapshot_read(arena, "s.json", c->text, strlen(c->text),
		    NULL, NULL, &facts, &err) == 0)
			fail_msg("%s: was not refused", c->name);
		assert_null(facts);
		if (err.code != ERR_CONTENT || err.line != c->line ||
		    strcmp(err.text, c->message) != 0 ||
		    strcmp(err.source, "s.json") != 0)
			fail_msg("%s: code %d, %s:%u: %s", c->name, err.code,
			    err.source, err.line, err.text);
		arena_free(arena);
	}
}

static void
test_nested_too_deep(void **state)
{
	struct arena *arena = arena_new();
	struct facts *facts = NULL;
	struct err err = { 0 };
	char *text = malloc(1000000);

	(void)state;
	memset(text, '[', 1000000);
	assert_int_equal(snapshot_read(arena, "s.json", text, 1000000, NULL,
	    NULL, &facts, &err), -1);
	assert_string_equal(err.text,
	    "the snapshot is nested deeper than 32");
	free(text);
	arena_free(arena);
}

static void
test_raw_nul(void **state)
{
	static const char text[] = "{\"schema\0\":1}";
	struct arena *arena = arena_new();
	struct facts *facts = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(snapshot_read(arena, "s.json", text,
	    sizeof(text) - 1, NULL, NULL, &facts, &err), -1);
	assert_int_equal(err.code, ERR_CONTENT);
	arena_free(arena);
}

static void
test_times(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;	/* from date(1); -1 = refused */
	} cases[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2024-02-29T23:59:59Z", 1709251199 },
		{ "2026-11-21T19:00:00Z", 1795287600 },
		{ "9999-12-31T23:59:59Z", 253402300799 },
		{ "2026-02-29T00:00:00Z", -1 },
		{ "2026-13-01T00:00:00Z", -1 },
		{ "2026-11-21T24:00:00Z", -1 },
		{ "2026-11-21T19:00:60Z", -1 },
		{ "2026-11-21T19:00:00", -1 },
		{ "2026-11-21T19:00:00+", -1 },
		{ "2026-11-21 19:00:00Z", -1 },
		{ "2026-11-21T19:00:00ZZ", -1 },
		{ " 026-11-21T19:00:00Z", -1 },
		{ "+026-11-21T19:00:00Z", -1 },
		{ "1969-12-31T23:59:59Z", -1 },
		{ "", -1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *arena = arena_new();
		struct facts *facts = NULL;
		struct err err = { 0 };
		char *text = arena_printf(arena, "{" SCHEMA
		    ",\"collected_at\":\"%s\",\"facts\":{}}", cases[i].text);
		int result = snapshot_read(arena, "s.json", text,
		    strlen(text), NULL, NULL, &facts, &err);

		if (result != (cases[i].seconds < 0 ? -1 : 0))
			fail_msg("%s: result %d", cases[i].text, result);
		if (result == 0)
			assert_int_equal(facts->collected_at,
			    cases[i].seconds);
		arena_free(arena);
	}
}

struct warnings {
	char text[64][256];
	size_t count;
};

static void
keep_warning(void *context, const char *text)
{
	struct warnings *warnings = context;

	assert_true(warnings->count < 64);
	snprintf(warnings->text[warnings->count++],
	    sizeof(warnings->text[0]), "%s", text);
}

static void
test_unknown_paths_are_told(void **state)
{
	static const char text[] = "{" SCHEMA ",\n" TIME ",\"later\":[{}],\n"
	    "\"facts\":{\"certificates\":{\"x\":1},\n\"dovecot\":{\n"
	    "\"ssl.socket\":{},\"ssl\\u001b.file\":1,\"ssl.file\":"
	    "{\"state\":\"absent\",\"extra\":1}}}}";
	static const char *const expected[] = {
		"s.json:2: the snapshot: unknown path \"later\" is ignored",
		"s.json:3: facts: unknown path \"certificates\" is ignored",
		"s.json:4: dovecot: unknown path \"ssl.socket\" is ignored",
		"s.json:4: dovecot: a path that is no name is ignored",
		"s.json:4: dovecot.ssl.file: unknown path \"extra\" is "
		"ignored",
	};
	struct warnings *warnings = calloc(1, sizeof(*warnings));
	struct arena *arena = arena_new();
	struct facts *facts = NULL;
	struct err err = { 0 };
	size_t i;

	(void)state;
	assert_int_equal(snapshot_read(arena, "s.json", text, strlen(text),
	    keep_warning, warnings, &facts, &err), 0);
	assert_int_equal(warnings->count, 5);
	for (i = 0; i < 5; i++)
		assert_string_equal(warnings->text[i], expected[i]);
	assert_int_equal(facts->dovecot.ssl.plane[PLANE_FILE].meta.state,
	    FACT_ABSENT);
	free(warnings);
	arena_free(arena);
}

/* A field that a newer version has, in each of 1,000 items. */
static void
test_warnings_do_not_flood(void **state)
{
	struct warnings *warnings = calloc(1, sizeof(*warnings));
	struct arena *arena = arena_new();
	struct facts *facts = NULL;
	struct err err = { 0 };
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	int i;

	(void)state;
	fputs(HEAD "\"facts\":{\"domains\":{\"a\":{}", out);
	for (i = 0; i < 1000; i++)
		fprintf(out, ",\"d%d\":{\"spf.dns\":{}}", i);
	fputs("}}}", out);
	fclose(out);
	assert_int_equal(snapshot_read(arena, "s.json", text, length,
	    keep_warning, warnings, &facts, &err), 0);
	assert_int_equal(warnings->count, 21);
	assert_string_equal(warnings->text[20],
	    "s.json: further unknown paths are ignored without a word");
	assert_int_equal(facts->domains.count, 1001);
	free(text);
	free(warnings);
	arena_free(arena);
}

static void
test_omitted_facts_are_unknown(void **state)
{
	struct arena *arena = arena_new();
	struct facts *facts = read_back(arena,
	    FACTS("\"domains\":{\"a.test\":{}},\"exim\":{"
	    "\"log_selector.file\":{\"state\":\"unknown\",\"why\":null}}"));
	const struct fact_meta *meta;

	(void)state;
	meta = &facts->dovecot.ssl.plane[PLANE_FILE].meta;
	assert_int_equal(meta->state, FACT_UNKNOWN);
	assert_string_equal(meta->why, "not in the snapshot");
	assert_int_equal(facts->domains.items[0].account.meta.state,
	    FACT_UNKNOWN);
	assert_string_equal(facts->domains.items[0].account.meta.why,
	    "not in the snapshot");
	assert_null(facts->exim.log_selector.plane[PLANE_FILE].meta.why);
	assert_null(facts->host);
	arena_free(arena);
}

static void
test_write_refuses_two_items_of_one_name(void **state)
{
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena);
	struct err err = { 0 };
	char *bytes = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&bytes, &length);

	(void)state;
	facts_add_item(facts, &field_lists[0], "bob");
	facts_add_item(facts, &field_lists[0], "alice");
	facts_add_item(facts, &field_lists[0], "bob");
	assert_int_equal(snapshot_write(out, facts, &err), -1);
	assert_string_equal(err.text,
	    "the list accounts has two items of one name");
	fclose(out);
	assert_int_equal(length, 0);
	free(bytes);
	arena_free(arena);
}

static void
test_write_tells_of_a_full_disk(void **state)
{
	struct arena *arena = arena_new();
	struct err err = { 0 };
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_int_equal(snapshot_write(full, facts_full(arena), &err), -1);
	assert_int_equal(err.code, ERR_IO);
	assert_string_equal(err.text,
	    "the snapshot can not be written: No space left on device");
	fclose(full);
	arena_free(arena);
}

struct changes {
	char text[16][128];
	size_t count;
};

static void
keep_change(void *context, const char *path, const struct fact_meta *before,
    const struct fact_meta *after)
{
	struct changes *changes = context;

	assert_true(changes->count < 16);
	snprintf(changes->text[changes->count++], sizeof(changes->text[0]),
	    "%s %s %s", path,
	    before == NULL ? "-" : fact_state_name(before->state),
	    after == NULL ? "-" : fact_state_name(after->state));
}

static void
test_compare(void **state)
{
	static const char before_text[] = FACTS(
	    "\"exim\":{\"openssl_options.file\":{\"state\":\"known\","
	    "\"value\":\"+no_sslv2\",\"origin\":\"/etc/exim.conf:31\"},"
	    "\"recipients_max.file\":{\"state\":\"known\",\"value\":\"5\"}},"
	    "\"backup\":{\"daily.api\":{\"state\":\"known\",\"value\":true},"
	    "\"weekly.api\":{\"state\":\"unknown\",\"why\":\"a\"}},"
	    "\"tokens\":{\"root/b\":{},\"root/a\":{\"acls.api\":"
	    "{\"state\":\"known\",\"value\":[\"x\",\"y\"]}}}");
	static const char after_text[] = FACTS(
	    "\"exim\":{\"openssl_options.file\":{\"state\":\"known\","
	    "\"value\":\"+no_sslv2\",\"origin\":\"/etc/exim.conf:99\"},"
	    "\"recipients_max.file\":{\"state\":\"absent\"}},"
	    "\"backup\":{\"daily.api\":{\"state\":\"known\",\"value\":false},"
	    "\"weekly.api\":{\"state\":\"unknown\",\"why\":\"b\"}},"
	    "\"tokens\":{\"root/c\":{},\"root/a\":{\"acls.api\":"
	    "{\"state\":\"known\",\"value\":[\"x\"]}}}");
	static const char *const expected[] = {
		"backup.daily.api known known",
		"exim.recipients_max.file known absent",
		"tokens[root/a].acls.api known known",
		"tokens[root/b] known -",
		"tokens[root/c] - known",
	};
	struct arena *arena = arena_new();
	struct changes changes = { .count = 0 };
	size_t i;

	(void)state;
	assert_int_equal(snapshot_compare(read_back(arena, before_text),
	    read_back(arena, after_text), keep_change, &changes), 5);
	assert_int_equal(changes.count, 5);
	for (i = 0; i < 5; i++)
		assert_string_equal(changes.text[i], expected[i]);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_layout_is_janssons),
		cmocka_unit_test(test_digest_is_sha256_of_canonical_json),
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_nested_too_deep),
		cmocka_unit_test(test_raw_nul),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_unknown_paths_are_told),
		cmocka_unit_test(test_warnings_do_not_flood),
		cmocka_unit_test(test_omitted_facts_are_unknown),
		cmocka_unit_test(test_write_refuses_two_items_of_one_name),
		cmocka_unit_test(test_write_tells_of_a_full_disk),
		cmocka_unit_test(test_compare),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
