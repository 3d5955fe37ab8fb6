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
	struct finding *finding = arena_push(ev->arena, &findings->items,
	    &findings->count);

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
 * An evaluator only judges: where a single-plane fact that it demands is
 * unknown, the answer is unknown before it is asked. False then.
 */
static bool
needs_known(const struct evaluation *ev, struct finding *finding)
{
	const struct fact_meta *meta;
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
		meta = field_meta(field, fact, field_plane(field));
		if (meta->state != FACT_UNKNOWN)
			continue;
		finding_evidence(ev, finding, path);
		finding_unknown(ev, finding, "%s is not known: %s", path,
		    meta->why == NULL ? "not collected" : meta->why);
		return false;
	}
	return true;
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
evaluate_list(const struct evaluation *ev, const struct profile_entry *entry,
    struct findings *findings)
{
	const struct field_list *list = scope_list(ev->check->scope);
	const LIST_OF(char) *items = (const void *)
	    ((const char *)ev->facts + list->offset);
	const struct fact_int *counted;
	struct finding *finding;
	size_t judged = 0, i;
	const void *fact;

	for (i = 0; i < items->count; i++)
		judged += in_scope(ev->check->scope,
		    items->items + i * list->item_size);
	field_find(ev->facts, list->counted_by, &fact);
	counted = fact;
	if (counted->meta.state != FACT_KNOWN || judged == 0) {
		finding = add_finding(ev, entry, "host", findings);
		finding_evidence(ev, finding, list->counted_by);
		if (counted->meta.state == FACT_KNOWN)
			finding_notapplicable(ev, finding,
			    "there are no %s on this server%s", list->name,
			    items->count > 0 ? " that speak TLS" : "");
		else
			finding_unknown(ev, finding,
			    "the list of %s is not whole: %s", list->name,
			    counted->meta.why == NULL ? "not collected" :
			    counted->meta.why);
	}
	for (i = 0; i < items->count; i++) {
		const char *item = items->items + i * list->item_size;

		if (!in_scope(ev->check->scope, item))
			continue;
		finding = add_finding(ev, entry,
		    *(const char *const *)(const void *)item, findings);
		if (needs_known(ev, finding))
			evaluate_item(ev, item, finding);
		seal(ev, finding);
	}
}

static void
evaluate_entry(struct evaluation *ev, const struct profile_entry *entry,
    struct findings *findings)
{
	struct finding *finding;

	ev->check = entry->check;
	ev->want = &entry->want;
	if (check_scope_list(entry->check->scope) != NULL) {
		evaluate_list(ev, entry, findings);
		return;
	}
	finding = add_finding(ev, entry, entry->check->subject, findings);
	if (needs_known(ev, finding))
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
	size_t i;

	memset(ret_findings, 0, sizeof(*ret_findings));
	for (i = 0; i < profile->entry_count; i++) {
		if (profile_entry_selected(&profile->entries[i], selection))
			evaluate_entry(&ev, &profile->entries[i], ret_findings);
		else
			ret_findings->notselected++;
	}
	if (ret_findings->count > 0)
		qsort(ret_findings->items, ret_findings->count,
		    sizeof(*ret_findings->items), compare_findings);
}
