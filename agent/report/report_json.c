/*
 * The report as JSON (man/schema/cpward.report-1.json). A tree is made of the
 * head and of each finding by itself: one of 120,000 findings took 412 MiB.
 */
#include <jansson.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "report/json_build.h"
#include "report/report_private.h"
#include "report/tally.h"

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
json_results(const size_t *counts)
{
	json_t *object = json_object();
	size_t i;

	for (i = 0; i < RESULT_COUNT; i++)
		json_build_member(&object, result_name(tally_order[i]),
		    json_integer((json_int_t)counts[tally_order[i]]));
	return object;
}

static json_t *
json_by_severity(const struct tally *tally)
{
	json_t *object = json_object();
	int severity;

	for (severity = SEVERITY_COUNT - 1; severity >= 0; severity--)
		json_build_member(&object, severity_name((enum severity)severity),
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

		json_build_element(&array, json_pack("{s:o, s:s, s:o, s:I}",
		    "name", json_build_text(collector->name),
		    "state", collector_state_name(collector->state),
		    "why", json_build_text(collector->why),
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
	    "version", json_build_text(run->version),
	    "host", json_build_text(run->facts->host),
	    "started_at", json_time(run->started_at),
	    "finished_at", json_time(run->finished_at),
	    "profile",
	    "id", json_build_text(run->profile_id),
	    "title", json_build_text(run->profile_title),
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
		return json_build_texts(list->items, list->count);
	case FIELD_STR:
	case FIELD_SETTING:
	default:
		return json_build_text(((const struct fact_str *)fact)->value);
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

		json_build_element(&array, json_pack(
		    "{s:o, s:s, s:s, s:o, s:o, s:o}",
		    "fact", json_build_text(evidence->fact),
		    "plane", plane_name(evidence->plane),
		    "state", fact_state_name(meta->state),
		    "value", json_value(evidence),
		    "origin", json_build_text(meta->origin),
		    "why", meta->state == FACT_UNKNOWN ?
		    json_build_text(meta->why) : json_null()));
	}
	return array;
}

static json_t *
json_remediation(const struct finding *finding)
{
	if (finding->remediation == NULL)
		return json_null();
	return json_pack("{s:o, s:s}",
	    "id", json_build_text(finding->remediation),
	    "mode", remediation_mode_name(finding->remediation_mode));
}

static json_t *
json_finding(const struct finding *finding)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:s, s:s, s:o, s:i, s:b, "
	    "s:o, s:o, s:o, s:n}",
	    "check", json_build_text(finding->check),
	    "subject", json_build_text(finding->subject),
	    "scope", json_build_text(finding->scope),
	    "title", json_build_text(finding->title),
	    "result", result_name(finding->result),
	    "severity", severity_name(finding->severity),
	    "message", json_build_text(finding->message),
	    "count", 1,
	    "stock", (int)finding->stock,
	    "evidence", json_evidence(finding),
	    "references", json_build_texts(finding->references,
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
		CLEANUP(json_build_put) json_t *finding =
		    json_finding(&findings->items[i]);

		if (finding == NULL)
			return no_memory(err);
		json_dumpf(finding, out, JSON_BUILD_FLAGS);
		fputs(i + 1 < findings->count ? separator : "\n", out);
	}
	return 0;
}

int
report_json(FILE *out, const struct run *run, struct err *err)
{
	CLEANUP(json_build_put) json_t *head = json_head(run);
	const char *key;
	json_t *value;

	if (head == NULL)
		return no_memory(err);
	fputs("{\n", out);
	json_object_foreach(head, key, value) {
		fprintf(out, "\"%s\": ", key);
		json_dumpf(value, out, JSON_BUILD_FLAGS);
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
	CLEANUP(json_build_put) json_t *head = json_head(run);

	if (head == NULL)
		return no_memory(err);
	json_dumpf(head, out, JSON_BUILD_FLAGS);
	fputs("\n", out);
	return write_findings(out, run->findings, "\n", err);
}
