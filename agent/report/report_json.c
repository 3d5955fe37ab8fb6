/*
 * The report as JSON (man/schema/cpward.report-1.json). Only its head is made
 * as a tree: one of 120,000 findings took 412 MiB.
 */
#include <jansson.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "report/json_build.h"
#include "report/json_write.h"
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
static void
write_value(FILE *out, const struct evidence *evidence)
{
	const void *fact = evidence->meta;
	const struct fact_list *list = fact;

	if (evidence->meta->state != FACT_KNOWN) {
		json_write_text(out, NULL);
		return;
	}
	switch (evidence->field->type) {
	case FIELD_BOOL:
		json_write_bool(out, ((const struct fact_bool *)fact)->value);
		break;
	case FIELD_INT:
		json_write_int(out, ((const struct fact_int *)fact)->value);
		break;
	case FIELD_LIST:
		json_write_texts(out, list->items, list->count);
		break;
	case FIELD_STR:
	case FIELD_SETTING:
		json_write_text(out, ((const struct fact_str *)fact)->value);
		break;
	}
}

/* name is what stands before the text, as it is. */
static void
write_member(FILE *out, const char *name, const char *text)
{
	json_write_raw(out, name);
	json_write_text(out, text);
}

static void
write_evidence(FILE *out, const struct finding *finding)
{
	size_t i;

	json_write_raw(out, ", \"evidence\": [");
	for (i = 0; i < finding->evidence_count; i++) {
		const struct evidence *evidence = &finding->evidence[i];
		const struct fact_meta *meta = evidence->meta;

		write_member(out, i > 0 ? ", {\"fact\": " : "{\"fact\": ",
		    evidence->fact);
		write_member(out, ", \"plane\": ", plane_name(evidence->plane));
		write_member(out, ", \"state\": ",
		    fact_state_name(meta->state));
		json_write_raw(out, ", \"value\": ");
		write_value(out, evidence);
		write_member(out, ", \"origin\": ", meta->origin);
		write_member(out, ", \"why\": ",
		    meta->state == FACT_UNKNOWN ? meta->why : NULL);
		json_write_raw(out, "}");
	}
	json_write_raw(out, "]");
}

static void
write_remediation(FILE *out, const struct finding *finding)
{
	if (finding->remediation == NULL) {
		json_write_raw(out, ", \"remediation\": null");
		return;
	}
	write_member(out, ", \"remediation\": {\"id\": ",
	    finding->remediation);
	write_member(out, ", \"mode\": ",
	    remediation_mode_name(finding->remediation_mode));
	json_write_raw(out, "}");
}

static void
write_finding(FILE *out, const struct finding *finding)
{
	write_member(out, "{\"check\": ", finding->check);
	write_member(out, ", \"subject\": ", finding->subject);
	write_member(out, ", \"scope\": ", finding->scope);
	write_member(out, ", \"title\": ", finding->title);
	write_member(out, ", \"result\": ", result_name(finding->result));
	write_member(out, ", \"severity\": ",
	    severity_name(finding->severity));
	write_member(out, ", \"message\": ", finding->message);
	json_write_raw(out, ", \"count\": 1, \"stock\": ");
	json_write_bool(out, finding->stock);
	write_evidence(out, finding);
	json_write_raw(out, ", \"references\": ");
	json_write_texts(out, finding->references, finding->reference_count);
	write_remediation(out, finding);
	json_write_raw(out, ", \"waiver\": null}");
}

static int
no_memory(struct err *err)
{
	return err_set(err, ERR_LIMIT, "the report was not written: out of memory");
}

/* Every finding on a line of its own, separator between two. */
static void
write_findings(FILE *out, const struct findings *findings,
    const char *separator)
{
	size_t i;

	for (i = 0; i < findings->count && !ferror(out); i++) {
		write_finding(out, &findings->items[i]);
		json_write_raw(out, i + 1 < findings->count ? separator : "\n");
	}
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
	write_findings(out, run->findings, ",\n");
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
	write_findings(out, run->findings, "\n");
	return 0;
}
