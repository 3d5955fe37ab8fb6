#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "checks/listeners.h"
#include "engine/evaluate.h"

static bool
matches_any(const char *const *globs, size_t count, const char *id)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (fnmatch(globs[i], id, 0) == 0)
			return true;
	return false;
}

static bool
cites_any(const struct profile_entry *entry, const char *const *wanted,
    size_t count)
{
	size_t i, j;

	for (i = 0; i < count; i++)
		for (j = 0; j < entry->reference_count; j++)
			if (strncmp(entry->references[j], wanted[i],
			    strlen(wanted[i])) == 0)
				return true;
	return false;
}

bool
profile_entry_selected(const struct profile_entry *entry,
    const struct selection *selection)
{
	const char *id = entry->check->id;

	if (!entry->selected || entry->severity < selection->severity)
		return false;
	if (selection->check_count > 0 && !matches_any(selection->checks,
	    selection->check_count, id))
		return false;
	if (matches_any(selection->skipped, selection->skipped_count, id))
		return false;
	return selection->reference_count == 0 || cites_any(entry,
	    selection->references, selection->reference_count);
}

static struct finding *
add_finding(const struct evaluation *ev, const struct profile_entry *entry,
    const char *subject, struct findings *findings)
{
	const struct check *check = ev->check;
	struct finding *finding = &findings->items[findings->count++];

	finding->check = check->id;
	finding->subject = subject;
	finding->scope = check_scope_name(check->scope);
	finding->title = check->title;
	finding->severity = entry->severity;
	finding->references = entry->references;
	finding->reference_count = entry->reference_count;
	finding->remediation = check->remediation;
	finding->remediation_mode = check->mode;
	return finding;
}

/*
 * An evaluator only judges: where a single-plane fact of a group that the check
 * demands is unknown, the answer is unknown before it is asked. The path of the
 * first such fact, NULL when there is none; the same for every item of a list.
 */
static const char *
unknown_need(const struct evaluation *ev)
{
	const struct field *field;
	const void *fact;
	size_t i;

	for (i = 0; i < CHECK_MAX_NEEDS && ev->check->needs[i] != NULL; i++) {
		const char *path = ev->check->needs[i];

		if (path[0] == '?')
			continue;
		field = field_find(ev->facts, path, &fact);
		if (field == NULL || field->type == FIELD_SETTING)
			continue;	/* an item's, or judged by plane */
		if (field_meta(field, fact, field_plane(field))->state ==
		    FACT_UNKNOWN)
			return path;
	}
	return NULL;
}

static void
say_unknown(const struct evaluation *ev, const char *path,
    struct finding *finding)
{
	const void *fact;
	const struct field *field = field_find(ev->facts, path, &fact);
	const char *why = field_meta(field, fact, field_plane(field))->why;

	finding_evidence(ev, finding, path);
	finding_unknown(ev, finding, "%s is not known: %s", path,
	    why == NULL ? "not collected" : why);
}

/* No check may end without a judgement. */
static void
seal(const struct evaluation *ev, struct finding *finding)
{
	if (finding->message != NULL)
		return;
	finding->result = RESULT_ERROR;
	finding->message = arena_printf(ev->arena,
	    "%s gave no judgement on %s; please report this", finding->check,
	    finding->subject);
}

static void
evaluate_item(const struct evaluation *ev, const void *item,
    struct finding *finding)
{
	const struct check *check = ev->check;

	switch (check->scope) {
	case SCOPE_HOST:
	case SCOPE_SERVICE:
		break;
	case SCOPE_RESELLER:
		check->evaluate.reseller(ev, item, finding);
		break;
	case SCOPE_TOKEN:
		check->evaluate.token(ev, item, finding);
		break;
	case SCOPE_PASSWORD_FILE:
		check->evaluate.password_file(ev, item, finding);
		break;
	case SCOPE_PRIVATE_KEY:
		check->evaluate.private_key(ev, item, finding);
		break;
	case SCOPE_MAIL_PATH:
		check->evaluate.mail_path(ev, item, finding);
		break;
	case SCOPE_LISTENER:
		check->evaluate.listener(ev, item, finding);
		break;
	case SCOPE_DOMAIN:
		check->evaluate.domain(ev, item, finding);
		break;
	}
}

static const struct field_list *
scope_list(enum check_scope scope)
{
	const char *name = check_scope_list(scope);
	size_t i;

	for (i = 0; i < field_list_count; i++)
		if (strcmp(field_lists[i].name, name) == 0)
			return &field_lists[i];
	return NULL;
}

/* What a check on listeners judges is spoken inside TLS. */
static bool
in_scope(enum check_scope scope, const void *item)
{
	return scope != SCOPE_LISTENER || listener_has_tls(item);
}

/*
 * A list that is not whole may lack the very item that fails: then one finding
 * on the host says unknown, beside those on the items that are there. A list
 * known to be empty is not applicable, never a pass.
 */
static void
evaluate_inventory(const struct evaluation *ev,
    const struct profile_entry *entry, const struct field_list *list,
    size_t items, size_t judged, struct findings *findings)
{
	const struct fact_int *counted;
	struct finding *finding;
	const void *fact;

	field_find(ev->facts, list->counted_by, &fact);
	counted = fact;
	if (counted->meta.state == FACT_KNOWN && judged > 0)
		return;
	finding = add_finding(ev, entry, "host", findings);
	finding_evidence(ev, finding, list->counted_by);
	if (counted->meta.state == FACT_KNOWN)
		finding_notapplicable(ev, finding,
		    "there are no %s on this server%s", list->name,
		    items > 0 ? " that speak TLS" : "");
	else
		finding_unknown(ev, finding, "the list of %s is not whole: %s",
		    list->name, counted->meta.why == NULL ? "not collected" :
		    counted->meta.why);
}

static void
evaluate_list(const struct evaluation *ev, const struct profile_entry *entry,
    struct findings *findings)
{
	const struct field_list *list = scope_list(ev->check->scope);
	const LIST_OF(char) *items = (const void *)
	    ((const char *)ev->facts + list->offset);
	const char *lacking = unknown_need(ev);
	struct finding *finding;
	size_t judged = 0, i;

	for (i = 0; i < items->count; i++)
		judged += in_scope(ev->check->scope,
		    items->items + i * list->item_size);
	evaluate_inventory(ev, entry, list, items->count, judged, findings);
	for (i = 0; i < items->count; i++) {
		const void *item = items->items + i * list->item_size;

		if (!in_scope(ev->check->scope, item))
			continue;
		finding = add_finding(ev, entry, *(const char *const *)item,
		    findings);
		if (lacking != NULL)
			say_unknown(ev, lacking, finding);
		else
			evaluate_item(ev, item, finding);
		seal(ev, finding);
	}
}

static void
evaluate_entry(struct evaluation *ev, const struct profile_entry *entry,
    struct findings *findings)
{
	struct finding *finding;
	const char *lacking;

	ev->check = entry->check;
	ev->want = &entry->want;
	if (check_scope_list(entry->check->scope) != NULL) {
		evaluate_list(ev, entry, findings);
		return;
	}
	finding = add_finding(ev, entry, entry->check->subject, findings);
	lacking = unknown_need(ev);
	if (lacking != NULL)
		say_unknown(ev, lacking, finding);
	else
		entry->check->evaluate.host(ev, finding);
	seal(ev, finding);
}

static int
compare_findings(const void *a, const void *b)
{
	const struct finding *left = a, *right = b;
	int order;

	if (left->severity != right->severity)
		return left->severity > right->severity ? -1 : 1;
	order = strcmp(left->check, right->check);
	return order != 0 ? order : strcmp(left->subject, right->subject);
}

/* Entries come by check and items by name, so there is often nothing to do. */
static void
sort_findings(struct findings *findings)
{
	size_t i;

	for (i = 1; i < findings->count; i++)
		if (compare_findings(&findings->items[i - 1],
		    &findings->items[i]) > 0)
			break;
	if (i < findings->count)
		qsort(findings->items, findings->count,
		    sizeof(*findings->items), compare_findings);
}

/* The most findings that an entry can make: one an item, and one on the host. */
static size_t
findings_max(const struct facts *facts, const struct profile_entry *entry)
{
	const struct field_list *list;

	if (check_scope_list(entry->check->scope) == NULL)
		return 1;
	list = scope_list(entry->check->scope);
	return 1 + ((const LIST_OF(char) *)(const void *)
	    ((const char *)facts + list->offset))->count;
}

void
evaluate(struct arena *arena, const struct profile *profile,
    const struct facts *facts, const struct data *data,
    const struct selection *selection, struct findings *ret_findings)
{
	struct evaluation ev = {
		.arena = arena,
		.facts = facts,
		.parameters = &profile->parameters,
		.data = data,
	};
	const struct profile_entry *entry;
	size_t room = 0, i;
	int severity;

	memset(ret_findings, 0, sizeof(*ret_findings));
	for (i = 0; i < profile->entry_count; i++) {
		entry = &profile->entries[i];
		if (profile_entry_selected(entry, selection))
			room += findings_max(facts, entry);
		else
			ret_findings->notselected++;
	}
	ret_findings->items = arena_array(arena, room,
	    sizeof(*ret_findings->items));
	for (severity = SEVERITY_COUNT - 1; severity >= 0; severity--)
		for (i = 0; i < profile->entry_count; i++) {
			entry = &profile->entries[i];
			if ((int)entry->severity == severity &&
			    profile_entry_selected(entry, selection))
				evaluate_entry(&ev, entry, ret_findings);
		}
	sort_findings(ret_findings);
}
