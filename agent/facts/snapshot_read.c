#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/quote.h"
#include "facts/snapshot.h"
#include "facts/snapshot_reader.h"

#define MAX_ITEMS 500000
#define OMITTED "not in the snapshot"

static int
read_text(struct reader *reader, const json_t *object, const char *member,
    const char **ret_text)
{
	const json_t *json = json_object_get(object, member);

	*ret_text = NULL;
	if (json == NULL || json_is_null(json))
		return 0;
	if (!json_is_string(json))
		return reader_fail(reader, "has %s as %s, wanted a string or null",
		    reader_type_word(json), member);
	*ret_text = reader_string(reader, json);
	return 0;
}

static int
read_state(struct reader *reader, const json_t *object,
    enum fact_state *ret_state)
{
	const char *word = json_string_value(json_object_get(object, "state"));
	int state;

	for (state = FACT_UNKNOWN; word != NULL && state <= FACT_KNOWN;
	    state++) {
		if (strcmp(word, fact_state_name((enum fact_state)state)) != 0)
			continue;
		*ret_state = (enum fact_state)state;
		return 0;
	}
	return reader_fail(reader,
	    "has no valid state, wanted unknown, absent or known");
}

static int
wrong_type(struct reader *reader, const json_t *value, const char *wanted)
{
	return reader_fail(reader, "has %s as value, wanted %s",
	    value == NULL ? "nothing" : reader_type_word(value), wanted);
}

static int
read_list(struct reader *reader, const json_t *value, struct fact_list *fact)
{
	const char **items;
	const json_t *item;
	size_t i;

	if (!json_is_array(value))
		return wrong_type(reader, value, "an array of strings");
	fact->count = json_array_size(value);
	items = arena_array(reader->arena, fact->count, sizeof(*items));
	for (i = 0; i < fact->count; i++) {
		item = json_array_get(value, i);
		if (!json_is_string(item))
			return reader_fail(reader, "has %s in its value, wanted an "
			    "array of strings", reader_type_word(item));
		items[i] = reader_string(reader, item);
	}
	fact->items = items;
	return 0;
}

static int
read_value(struct reader *reader, const json_t *value, enum field_type type,
    void *fact)
{
	switch (type) {
	case FIELD_BOOL:
		if (!json_is_boolean(value))
			return wrong_type(reader, value, "true or false");
		((struct fact_bool *)fact)->value = json_is_true(value);
		return 0;
	case FIELD_INT:
		if (!json_is_integer(value))
			return wrong_type(reader, value, "an integer");
		((struct fact_int *)fact)->value = json_integer_value(value);
		return 0;
	case FIELD_LIST:
		return read_list(reader, value, fact);
	case FIELD_STR:
	case FIELD_SETTING:
		break;
	}
	if (!json_is_string(value))
		return wrong_type(reader, value, "a string");
	((struct fact_str *)fact)->value = reader_string(reader, value);
	return 0;
}

static void
warn_unknown_members(struct reader *reader, json_t *object)
{
	static const char *const known[] = {
		"origin", "state", "value", "why",
	};
	const char *name;
	json_t *value;
	size_t i;

	json_object_foreach(object, name, value) {
		for (i = 0; i < 4 && strcmp(known[i], name) != 0; i++)
			;
		if (i == 4)
			reader_warn(reader, name);
	}
}

static int
read_fact(struct reader *reader, json_t *object, enum field_type type,
    void *fact)
{
	const json_t *value = json_object_get(object, "value");
	struct fact_meta *meta = fact;

	if (!json_is_object(object))
		return reader_fail(reader, "is %s, wanted an object",
		    reader_type_word(object));
	if (read_state(reader, object, &meta->state) != 0 ||
	    read_text(reader, object, "origin", &meta->origin) != 0 ||
	    read_text(reader, object, "why", &meta->why) != 0)
		return -1;
	warn_unknown_members(reader, object);
	if (meta->state == FACT_KNOWN)
		return read_value(reader, value, type, fact);
	if (value != NULL && !json_is_null(value))
		return reader_fail(reader, "is %s but has a value, wanted null",
		    fact_state_name(meta->state));
	return 0;
}

static const struct snapshot_key *
find_key(const struct snapshot_section *section, const char *name)
{
	size_t i;

	for (i = 0; i < section->key_count; i++)
		if (strcmp(section->keys[i].name, name) == 0)
			return &section->keys[i];
	return NULL;
}

static void
mark_omitted(const struct snapshot_section *section, void *owner)
{
	struct fact_meta *meta;
	size_t i;

	for (i = 0; i < section->key_count; i++) {
		meta = snapshot_fact(&section->keys[i], owner);
		meta->why = OMITTED;
	}
}

/* A group's or an item's facts. */
static int
read_owner(struct reader *reader, const struct snapshot_section *section,
    const struct span *span, void *owner)
{
	CLEANUP(reader_json_done) json_t *object = reader_parse(reader, span);
	const struct snapshot_key *key;
	const char *name;
	json_t *fact;

	if (object == NULL)
		return -1;
	if (!json_is_object(object))
		return reader_fail(reader, "is %s, wanted an object",
		    reader_type_word(object));
	json_object_foreach(object, name, fact) {
		key = find_key(section, name);
		if (key == NULL) {
			reader_warn(reader, name);
			continue;
		}
		reader->key = key->name;
		if (read_fact(reader, fact, key->type,
		    snapshot_fact(key, owner)) != 0)
			return -1;
		reader->key = NULL;
	}
	return 0;
}

static int
check_items(struct reader *reader, const struct snapshot_section *section)
{
	struct arena *scratch = arena_new();
	const void **items;
	size_t count, i;
	int result = 0;

	items = snapshot_items(scratch, reader->facts, section->list, &count);
	for (i = 1; i < count && result == 0; i++) {
		if (strcmp(snapshot_item_name(items[i - 1]),
		    snapshot_item_name(items[i])) != 0)
			continue;
		reader->item = snapshot_item_name(items[i]);
		result = reader_fail(reader, "is there twice");
	}
	reader->item = NULL;
	arena_free(scratch);
	return result;
}

static int
read_items(struct reader *reader, const struct snapshot_section *section,
    const struct span *span)
{
	struct members members;
	struct span value;
	size_t count = 0;
	void *item;
	int more;

	if (members_begin(reader, span, &members) != 0)
		return -1;
	while ((more = members_next(reader, &members, &value)) > 0) {
		if (count++ == MAX_ITEMS)
			return reader_fail(reader, "has more than %d items",
			    MAX_ITEMS);
		item = facts_add_item(reader->facts, section->list,
		    reader->name.bytes);
		reader->item = snapshot_item_name(item);
		mark_omitted(section, item);
		if (read_owner(reader, section, &value, item) != 0)
			return -1;
		reader->item = NULL;
	}
	reader->at = span->start;
	return more < 0 ? -1 : check_items(reader, section);
}

static const struct snapshot_section *
find_section(const struct reader *reader, const char *name)
{
	size_t i;

	for (i = 0; i < reader->layout.section_count; i++)
		if (strcmp(reader->layout.sections[i].name, name) == 0)
			return &reader->layout.sections[i];
	return NULL;
}

static int
read_sections(struct reader *reader, const struct span *facts)
{
	const struct snapshot_section *section;
	struct members members;
	struct span value;
	bool *seen;
	size_t i;
	int more;

	seen = arena_array(reader->arena, reader->layout.section_count,
	    sizeof(*seen));
	reader->section = "facts";
	if (members_begin(reader, facts, &members) != 0)
		return -1;
	while ((more = members_next(reader, &members, &value)) > 0) {
		section = find_section(reader, reader->name.bytes);
		if (section == NULL) {
			reader_warn(reader, reader->name.bytes);
			continue;
		}
		i = (size_t)(section - reader->layout.sections);
		reader->section = section->name;
		if (seen[i])
			return reader_fail(reader, "is there twice");
		seen[i] = true;
		if ((section->list != NULL ?
		    read_items(reader, section, &value) :
		    read_owner(reader, section, &value,
		    (char *)reader->facts + section->offset)) != 0)
			return -1;
		reader->section = "facts";
	}
	reader->section = NULL;
	return more;
}

/* A list whose inventory fact is known must hold that many items. */
static int
check_counts(struct reader *reader)
{
	const struct field_list *list;
	const struct fact_int *counted;
	const LIST_OF(char) *items;
	const void *fact;
	size_t i;

	for (i = 0; i < field_list_count; i++) {
		list = &field_lists[i];
		items = (const void *)((const char *)reader->facts +
		    list->offset);
		if (field_find(reader->facts, list->counted_by, &fact) == NULL)
			continue;
		counted = fact;
		if (counted->meta.state != FACT_KNOWN ||
		    counted->value == (int64_t)items->count)
			continue;
		reader->section = list->name;
		return reader_fail(reader, "lists %zu items, but %s is %" PRId64,
		    items->count, list->counted_by, counted->value);
	}
	return 0;
}

enum document_member {
	DOCUMENT_SCHEMA,
	DOCUMENT_HOST,
	DOCUMENT_COLLECTED_AT,
	DOCUMENT_COLLECTORS,
	DOCUMENT_FACTS,
	DOCUMENT_COUNT,
};

static const char *const document_names[DOCUMENT_COUNT] = {
	[DOCUMENT_SCHEMA] = "schema",
	[DOCUMENT_HOST] = "host",
	[DOCUMENT_COLLECTED_AT] = "collected_at",
	[DOCUMENT_COLLECTORS] = "collectors",
	[DOCUMENT_FACTS] = "facts",
};

/* "2026-11-21T19:00:00Z" and nothing else; a 31st of February is refused. */
static int
parse_time(const char *text, int64_t *ret_seconds)
{
	char again[32];
	struct tm utc;
	time_t when;

	memset(&utc, 0, sizeof(utc));
	if (strlen(text) != 20 ||
	    sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2dZ", &utc.tm_year, &utc.tm_mon,
	    &utc.tm_mday, &utc.tm_hour, &utc.tm_min, &utc.tm_sec) != 6)
		return -1;
	utc.tm_year -= 1900;
	utc.tm_mon -= 1;
	when = timegm(&utc);
	if (when < 0 || gmtime_r(&when, &utc) == NULL ||
	    strftime(again, sizeof(again), "%Y-%m-%dT%H:%M:%SZ", &utc) != 20 ||
	    strcmp(again, text) != 0)
		return -1;
	*ret_seconds = when;
	return 0;
}

static int
read_schema(struct reader *reader, const struct span *span)
{
	CLEANUP(reader_json_done) json_t *json = reader_parse(reader, span);
	const char *seen;

	if (json == NULL)
		return -1;
	if (!json_is_string(json))
		return reader_fail(reader, "has %s as schema, wanted \"%s\"",
		    reader_type_word(json), SNAPSHOT_SCHEMA);
	seen = json_string_value(json);
	if (strcmp(seen, SNAPSHOT_SCHEMA) == 0)
		return 0;
	if (!quotable_schema(seen))
		return reader_fail(reader, "has other text as schema, wanted "
		    "\"%s\"", SNAPSHOT_SCHEMA);
	return reader_fail(reader, "has schema \"%s\", wanted \"%s\"", seen,
	    SNAPSHOT_SCHEMA);
}

static int
read_host(struct reader *reader, const struct span *span)
{
	CLEANUP(reader_json_done) json_t *json = reader_parse(reader, span);

	if (json == NULL)
		return -1;
	if (!json_is_string(json) && !json_is_null(json))
		return reader_fail(reader, "has %s as host, wanted a string or null",
		    reader_type_word(json));
	if (json_is_string(json))
		reader->facts->host = reader_string(reader, json);
	return 0;
}

static int
read_collected_at(struct reader *reader, const struct span *span)
{
	CLEANUP(reader_json_done) json_t *json = reader_parse(reader, span);

	if (json == NULL)
		return -1;
	if (!json_is_string(json) || parse_time(json_string_value(json),
	    &reader->facts->collected_at) != 0)
		return reader_fail(reader, "has no valid collected_at, wanted a UTC "
		    "time like \"2026-11-21T19:00:00Z\"");
	return 0;
}

static int
read_collector_state(struct reader *reader, const char *word,
    enum collector_state *ret_state)
{
	int state;

	for (state = COLLECTOR_SKIPPED; word != NULL &&
	    state <= COLLECTOR_FAILED; state++) {
		if (strcmp(word, collector_state_name(
		    (enum collector_state)state)) != 0)
			continue;
		*ret_state = (enum collector_state)state;
		return 0;
	}
	return reader_fail(reader, "has a collector without a valid state, wanted "
	    "ok, partial, failed or skipped");
}

static int
read_collector(struct reader *reader, const json_t *json)
{
	struct collector_report report = { 0 };
	const json_t *duration;

	if (!json_is_object(json))
		return reader_fail(reader, "has %s as collector, wanted an object",
		    reader_type_word(json));
	if (read_text(reader, json, "name", &report.name) != 0 ||
	    read_text(reader, json, "why", &report.why) != 0 ||
	    read_collector_state(reader,
	    json_string_value(json_object_get(json, "state")),
	    &report.state) != 0)
		return -1;
	if (report.name == NULL)
		return reader_fail(reader, "has a collector without a name");
	duration = json_object_get(json, "duration_ms");
	if (duration != NULL && !json_is_integer(duration))
		return reader_fail(reader, "has %s as duration_ms, wanted an integer",
		    reader_type_word(duration));
	report.duration_ms = json_integer_value(duration);
	*arena_push(reader->arena, &reader->facts->collectors.items,
	    &reader->facts->collectors.count) = report;
	return 0;
}

static int
read_collectors(struct reader *reader, const struct span *span)
{
	CLEANUP(reader_json_done) json_t *json = reader_parse(reader, span);
	size_t i;

	if (json == NULL)
		return -1;
	if (!json_is_array(json))
		return reader_fail(reader, "has %s as collectors, wanted an array",
		    reader_type_word(json));
	for (i = 0; i < json_array_size(json); i++)
		if (read_collector(reader, json_array_get(json, i)) != 0)
			return -1;
	return 0;
}

static int
find_members(struct reader *reader, const struct span *document,
    struct span *parts)
{
	struct members members;
	struct span value;
	int more, i;

	if (members_begin(reader, document, &members) != 0)
		return -1;
	while ((more = members_next(reader, &members, &value)) > 0) {
		for (i = 0; i < DOCUMENT_COUNT; i++)
			if (strcmp(document_names[i],
			    reader->name.bytes) == 0)
				break;
		if (i == DOCUMENT_COUNT)
			reader_warn(reader, reader->name.bytes);
		else if (parts[i].start != NULL)
			return reader_fail(reader, "has %s twice", document_names[i]);
		else
			parts[i] = value;
	}
	return more;
}

static int
read_document(struct reader *reader)
{
	const char *end = reader->bytes + reader->length;
	struct span document, parts[DOCUMENT_COUNT];
	size_t i;

	memset(parts, 0, sizeof(parts));
	if (reader_scan(reader, reader_skip_blanks(reader->bytes, end), end,
	    &document) != 0)
		return -1;
	reader->at = reader_skip_blanks(document.end, end);
	if (reader->at != end)
		return reader_fail(reader, "goes on behind its end");
	if (find_members(reader, &document, parts) != 0)
		return -1;
	reader->at = document.start;
	if (parts[DOCUMENT_SCHEMA].start == NULL)
		return reader_fail(reader, "has no schema, wanted \"%s\"",
		    SNAPSHOT_SCHEMA);
	if (read_schema(reader, &parts[DOCUMENT_SCHEMA]) != 0)
		return -1;
	if (parts[DOCUMENT_COLLECTED_AT].start == NULL)
		return reader_fail(reader, "has no collected_at");
	if (parts[DOCUMENT_FACTS].start == NULL)
		return reader_fail(reader, "has no facts");
	for (i = 0; i < reader->layout.section_count; i++)
		if (reader->layout.sections[i].list == NULL)
			mark_omitted(&reader->layout.sections[i],
			    (char *)reader->facts +
			    reader->layout.sections[i].offset);
	if (read_collected_at(reader, &parts[DOCUMENT_COLLECTED_AT]) != 0 ||
	    (parts[DOCUMENT_HOST].start != NULL &&
	    read_host(reader, &parts[DOCUMENT_HOST]) != 0) ||
	    (parts[DOCUMENT_COLLECTORS].start != NULL &&
	    read_collectors(reader, &parts[DOCUMENT_COLLECTORS]) != 0) ||
	    read_sections(reader, &parts[DOCUMENT_FACTS]) != 0)
		return -1;
	reader->at = parts[DOCUMENT_FACTS].start;
	return check_counts(reader);
}

int
snapshot_read(struct arena *arena, const char *source, const char *bytes,
    size_t length, void (*warn)(void *context, const char *text),
    void *context, struct facts **ret_facts, struct err *err)
{
	struct reader reader = {
		.arena = arena,
		.source = source,
		.bytes = bytes,
		.length = length,
		.warn = warn,
		.warn_context = context,
		.at = bytes,
		.err = err,
	};
	int result;

	if (length > SNAPSHOT_MAX_BYTES)
		return err_at(err, ERR_LIMIT, source, 0,
		    "has %zu bytes, wanted at most %u", length,
		    SNAPSHOT_MAX_BYTES);
	reader.facts = facts_new(arena);
	snapshot_layout_make(arena, &reader.layout);
	buf_init(&reader.name, READER_MAX_NAME_BYTES);
	result = read_document(&reader);
	buf_done(&reader.name);
	if (result == 0)
		*ret_facts = reader.facts;
	return result;
}
