/*
 * The report as JSON (man/schema/cpward.report-1.json). A tree is made of the
 * head and of each finding by itself: one of 120,000 findings took 412 MiB.
 *
 * All that is not ASCII is written as \u escapes, so that a document that is
 * printed on a terminal can not move its cursor either.
 */
#include <string.h>

#include <jansson.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "report/escape.h"
#include "report/report_private.h"
#include "report/tally.h"

#define DUMP_FLAGS (JSON_ENSURE_ASCII | JSON_ENCODE_ANY)

static void
json_put(json_t **json)
{
	json_decref(*json);
}

/*
 * Adding, where a failure (memory is out, or value is NULL because it was)
 * makes the whole NULL: a document is never printed with a piece missing.
 */
static void
add_member(json_t **object, const char *key, json_t *value)
{
	if (json_object_set_new(*object, key, value) == 0)
		return;
	json_decref(*object);
	*object = NULL;
}

static void
add_element(json_t **array, json_t *value)
{
	if (json_array_append_new(*array, value) == 0)
		return;
	json_decref(*array);
	*array = NULL;
}

/* A string of any bytes; null for NULL. */
static json_t *
json_text(const char *text)
{
	struct arena *arena;
	json_t *json;

	if (text == NULL)
		return json_null();
	json = json_string(text);
	if (json != NULL)
		return json;
	arena = arena_new();
	json = json_string(escape_utf8(arena, text, strlen(text)));
	arena_free(arena);
	return json;
}

static json_t *
json_digest(const char *hex)
{
	return hex == NULL ? json_null() : json_sprintf("sha256:%s", hex);
}

static json_t *
json_time(int64_t seconds)
{
	char text[REPORT_TIME_SIZE];

	report_time(seconds, text);
	return json_string(text);
}

static json_t *
json_texts(const char *const *items, size_t count)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		add_element(&array, json_text(items[i]));
	return array;
}

static json_t *
json_results(const size_t *counts)
{
	json_t *object = json_object();
	size_t i;

	for (i = 0; i < RESULT_COUNT; i++)
		add_member(&object, result_name(tally_order[i]),
		    json_integer((json_int_t)counts[tally_order[i]]));
	return object;
}

static json_t *
json_by_severity(const struct tally *tally)
{
	json_t *object = json_object();
	int severity;

	for (severity = SEVERITY_COUNT - 1; severity >= 0; severity--)
		add_member(&object, severity_name((enum severity)severity),
		    json_results(tally->findings[severity]));
	return object;
}

static json_t *
json_collectors(const struct facts *facts)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < facts->collectors.count; i++) {
		const struct collector_report *collector =
		    &facts->collectors.items[i];

		add_element(&array, json_pack("{s:o, s:s, s:o, s:I}",
		    "name", json_text(collector->name),
		    "state", report_collector_state(collector->state),
		    "why", json_text(collector->why),
		    "duration_ms", (json_int_t)collector->duration_ms));
	}
	return array;
}

/* The document without its findings. */
static json_t *
json_head(const struct run *run)
{
	struct tally tally;

	tally_count(run->findings, &tally);
	return json_pack(
	    "{s:s, s:{s:s, s:o}, s:o, s:o, s:o, s:{s:o, s:o, s:o}, s:o, s:o, s:o, s:o}",
	    "schema", "cpward.report/1",
	    "tool",
	    "name", "cpward",
	    "version", json_text(run->version),
	    "host", json_text(run->facts->host),
	    "started_at", json_time(run->started_at),
	    "finished_at", json_time(run->finished_at),
	    "profile",
	    "id", json_text(run->profile_id),
	    "title", json_text(run->profile_title),
	    "digest", json_digest(run->profile_digest),
	    "facts_digest", json_digest(run->facts_digest),
	    "summary", json_results(tally.results),
	    "by_severity", json_by_severity(&tally),
	    "collectors", json_collectors(run->facts));
}

/* The fact that begins with this meta; null unless it is known. */
static json_t *
json_value(const struct evidence *evidence)
{
	const void *fact = evidence->meta;
	const struct fact_list *list = fact;

	if (evidence->meta->state != FACT_KNOWN)
		return json_null();
	switch (evidence->field->type) {
	case FIELD_BOOL:
		return json_boolean(((const struct fact_bool *)fact)->value);
	case FIELD_INT:
		return json_integer(((const struct fact_int *)fact)->value);
	case FIELD_LIST:
		return json_texts(list->items, list->count);
	case FIELD_STR:
	case FIELD_SETTING:
	default:
		return json_text(((const struct fact_str *)fact)->value);
	}
}

static json_t *
json_evidence(const struct finding *finding)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < finding->evidence_count; i++) {
		const struct evidence *evidence = &finding->evidence[i];
		const struct fact_meta *meta = evidence->meta;

		add_element(&array, json_pack(
		    "{s:o, s:s, s:s, s:o, s:o, s:o}",
		    "fact", json_text(evidence->fact),
		    "plane", plane_name(evidence->plane),
		    "state", fact_state_name(meta->state),
		    "value", json_value(evidence),
		    "origin", json_text(meta->origin),
		    "why", meta->state == FACT_UNKNOWN ?
		    json_text(meta->why) : json_null()));
	}
	return array;
}

static json_t *
json_remediation(const struct finding *finding)
{
	if (finding->remediation == NULL)
		return json_null();
	return json_pack("{s:o, s:s}",
	    "id", json_text(finding->remediation),
	    "mode", remediation_mode_name(finding->remediation_mode));
}

static json_t *
json_finding(const struct finding *finding)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:s, s:s, s:o, s:i, s:b, "
	    "s:o, s:o, s:o, s:n}",
	    "check", json_text(finding->check),
	    "subject", json_text(finding->subject),
	    "scope", json_text(finding->scope),
	    "title", json_text(finding->title),
	    "result", result_name(finding->result),
	    "severity", severity_name(finding->severity),
	    "message", json_text(finding->message),
	    "count", 1,
	    "stock", (int)finding->stock,
	    "evidence", json_evidence(finding),
	    "references", json_texts(finding->references,
	    finding->reference_count),
	    "remediation", json_remediation(finding),
	    "waiver");
}

static int
no_memory(struct err *err)
{
	return err_set(err, ERR_LIMIT, "the report was not written: out of memory");
}

/* Every finding on a line of its own, separator between two. */
static int
write_findings(FILE *out, const struct findings *findings,
    const char *separator, struct err *err)
{
	size_t i;

	for (i = 0; i < findings->count && !ferror(out); i++) {
		CLEANUP(json_put) json_t *finding =
		    json_finding(&findings->items[i]);

		if (finding == NULL)
			return no_memory(err);
		json_dumpf(finding, out, DUMP_FLAGS);
		fputs(i + 1 < findings->count ? separator : "\n", out);
	}
	return 0;
}

int
report_json(FILE *out, const struct run *run, struct err *err)
{
	CLEANUP(json_put) json_t *head = json_head(run);
	const char *key;
	json_t *value;

	if (head == NULL)
		return no_memory(err);
	fputs("{\n", out);
	json_object_foreach(head, key, value) {
		fprintf(out, "\"%s\": ", key);
		json_dumpf(value, out, DUMP_FLAGS);
		fputs(",\n", out);
	}
	fputs("\"findings\": [\n", out);
	if (write_findings(out, run->findings, ",\n", err) == -1)
		return -1;
	fputs("]\n}\n", out);
	return 0;
}

int
report_ndjson(FILE *out, const struct run *run, struct err *err)
{
	CLEANUP(json_put) json_t *head = json_head(run);

	if (head == NULL)
		return no_memory(err);
	json_dumpf(head, out, DUMP_FLAGS);
	fputs("\n", out);
	return write_findings(out, run->findings, "\n", err);
}
