#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "checks/check.h"
#include "checks/words.h"

/*
 * Ids that were replaced: the old one stays known to profiles, waivers and
 * flags for ever, and is never given to another check.
 */
struct replaced_id {
	const char *old;
	const char *id;
};

static const struct replaced_id replaced_ids[] = {
	{ NULL, NULL },
};

static const char *
id_in_force(const char *id)
{
	const struct replaced_id *row;

	for (row = replaced_ids; row->old != NULL; row++)
		if (strcmp(row->old, id) == 0)
			return row->id;
	return id;
}

const struct check *
check_find(const char *id)
{
	size_t table, i;

	id = id_in_force(id);
	for (table = 0; table < check_catalogue_count; table++)
		for (i = 0; i < check_catalogue[table].count; i++)
			if (strcmp(check_catalogue[table].checks[i].id, id) == 0)
				return &check_catalogue[table].checks[i];
	return NULL;
}

struct scope_words {
	const char *name;
	const char *list;
};

static const struct scope_words scopes[] = {
	[SCOPE_HOST] = { "host", NULL },
	[SCOPE_SERVICE] = { "service", NULL },
	[SCOPE_RESELLER] = { "reseller", "resellers" },
	[SCOPE_TOKEN] = { "token", "tokens" },
	[SCOPE_PASSWORD_FILE] = { "password-file", "password_files" },
	[SCOPE_PRIVATE_KEY] = { "private-key", "private_keys" },
	[SCOPE_MAIL_PATH] = { "mail-path", "mail_paths" },
	[SCOPE_LISTENER] = { "listener", "listeners" },
	[SCOPE_DOMAIN] = { "domain", "domains" },
};

const char *
check_scope_name(enum check_scope scope)
{
	return scopes[scope].name;
}

const char *
check_scope_list(enum check_scope scope)
{
	return scopes[scope].list;
}

static void __attribute__((format(printf, 4, 0)))
finding_set(const struct evaluation *ev, struct finding *finding,
    enum result result, const char *format, va_list args)
{
	va_list again;
	char *text;
	int length;

	finding->result = result;
	finding->message = format;
	/* Ten thousand domains that are fine say the same. */
	if (strchr(format, '%') == NULL)
		return;
	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	text = arena_alloc(ev->arena, (size_t)(length < 0 ? 0 : length) + 1);
	if (length > 0)
		vsnprintf(text, (size_t)length + 1, format, args);
	finding->message = text;
}

void
finding_pass(const struct evaluation *ev, struct finding *finding,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	finding_set(ev, finding, RESULT_PASS, format, args);
	va_end(args);
}

void
finding_fail(const struct evaluation *ev, struct finding *finding,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	finding_set(ev, finding, RESULT_FAIL, format, args);
	va_end(args);
}

void
finding_unknown(const struct evaluation *ev, struct finding *finding,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	finding_set(ev, finding, RESULT_UNKNOWN, format, args);
	va_end(args);
}

void
finding_notapplicable(const struct evaluation *ev, struct finding *finding,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	finding_set(ev, finding, RESULT_NOTAPPLICABLE, format, args);
	va_end(args);
}

#define EVIDENCE_FIRST 2

/*
 * One more place, in an array that doubles inside the arena. Most findings rest
 * on a few facts and there may be 100,000 of them: arena_grow begins too large.
 */
static struct evidence *
evidence_room(const struct evaluation *ev, struct finding *finding)
{
	size_t count = finding->evidence_count;
	struct evidence *larger;

	if (count == 0 ||
	    (count >= EVIDENCE_FIRST && (count & (count - 1)) == 0)) {
		larger = arena_array(ev->arena, count == 0 ? EVIDENCE_FIRST :
		    2 * count, sizeof(*larger));
		if (count > 0)
			memcpy(larger, finding->evidence,
			    count * sizeof(*larger));
		finding->evidence = larger;
	}
	return &finding->evidence[finding->evidence_count++];
}

static struct evidence *
evidence_add(const struct evaluation *ev, struct finding *finding,
    const char *name, const struct field *field, enum plane plane,
    const struct fact_meta *meta)
{
	struct evidence *evidence;
	size_t i;

	for (i = 0; i < finding->evidence_count; i++)
		if (finding->evidence[i].meta == meta)
			return &finding->evidence[i];
	evidence = evidence_room(ev, finding);
	*evidence = (struct evidence){
		.fact = name,
		.field = field,
		.plane = plane,
		.meta = meta,
	};
	return evidence;
}

void
finding_evidence(const struct evaluation *ev, struct finding *finding,
    const char *path)
{
	const void *fact;
	const struct field *field = field_find(ev->facts, path, &fact);
	int plane;

	if (field == NULL)
		return;
	for (plane = 0; plane < PLANE_COUNT; plane++)
		if (field->planes & PLANE_BIT(plane))
			evidence_add(ev, finding, path, field,
			    (enum plane)plane,
			    field_meta(field, fact, (enum plane)plane));
}

/* Rows of the table are in the order of their places. */
static const struct field *
field_at(const struct field_list *list, size_t place)
{
	size_t low = 0, high = list->field_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (list->fields[middle].offset == place)
			return &list->fields[middle];
		if (list->fields[middle].offset < place)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/*
 * The field of a listed item by where its fact stands: ten thousand domains have
 * two hundred thousand in evidence, and to compare names for each takes longer
 * than to judge them. NULL for a fact that is in no list.
 */
static const struct field *
item_field(const struct facts *facts, const struct fact_meta *meta)
{
	uintptr_t first, place = (uintptr_t)meta;
	size_t i;

	for (i = 0; i < field_list_count; i++) {
		const struct field_list *list = &field_lists[i];
		const LIST_OF(char) *items = (const void *)
		    ((const char *)facts + list->offset);

		first = (uintptr_t)items->items;
		if (place >= first &&
		    place - first < items->count * list->item_size)
			return field_at(list,
			    (place - first) % list->item_size);
	}
	return NULL;
}

static const struct field *
path_field(const char *path)
{
	const char *dot = strchr(path, '.');
	char list[32];

	if (dot == NULL || (size_t)(dot - path) >= sizeof(list))
		return NULL;
	memcpy(list, path, (size_t)(dot - path));
	list[dot - path] = '\0';
	return field_find_in_list(list, dot + 1);
}

void
finding_item_evidence(const struct evaluation *ev, struct finding *finding,
    const char *path, const struct fact_meta *meta)
{
	const struct field *field = item_field(ev->facts, meta);

	if (field == NULL)
		field = path_field(path);
	if (field != NULL)
		evidence_add(ev, finding, path, field, field_plane(field),
		    meta);
}

bool
finding_need(const struct evaluation *ev, struct finding *finding,
    const char *path)
{
	const void *fact;
	const struct field *field = field_find(ev->facts, path, &fact);
	const struct fact_meta *meta;

	if (field == NULL) {
		finding->result = RESULT_ERROR;
		finding->message = "the check names a fact that does not exist";
		return false;
	}
	finding_evidence(ev, finding, path);
	meta = field_meta(field, fact, field_plane(field));
	if (meta->state == FACT_KNOWN)
		return true;
	if (meta->state == FACT_ABSENT)
		finding_unknown(ev, finding,
		    "%s is not there, and what that means is not documented",
		    path);
	else
		finding_unknown(ev, finding, "%s is unknown: %s", path,
		    meta->why != NULL ? meta->why : "not collected");
	return false;
}

/* Of two results the one that says more; a part that says nothing is weakest. */
static int
weight(enum result result)
{
	switch (result) {
	case RESULT_ERROR:
		return 4;
	case RESULT_FAIL:
		return 3;
	case RESULT_UNKNOWN:
		return 2;
	case RESULT_PASS:
		return 1;
	default:
		return 0;
	}
}

void
finding_merge(const struct evaluation *ev, struct finding *finding,
    const struct finding *part)
{
	struct evidence *added;
	size_t i;

	if (finding->message == NULL ||
	    weight(part->result) > weight(finding->result)) {
		finding->result = part->result;
		finding->message = part->message;
		finding->stock = part->stock;
	} else if (weight(part->result) == weight(finding->result)) {
		finding->message = arena_printf(ev->arena, "%s; %s",
		    finding->message, part->message);
		finding->stock = finding->stock && part->stock;
	}
	for (i = 0; i < part->evidence_count; i++) {
		added = evidence_add(ev, finding, part->evidence[i].fact,
		    part->evidence[i].field, part->evidence[i].plane,
		    part->evidence[i].meta);
		if (!added->has_part || weight(part->result) >
		    weight(added->part))
			added->part = part->result;
		added->has_part = true;
	}
}

void
finding_part(const struct evaluation *ev, struct finding *finding,
    enum result result, const char *format, ...)
{
	struct finding part = { 0 };
	va_list args;

	va_start(args, format);
	finding_set(ev, &part, result, format, args);
	va_end(args);
	finding_merge(ev, finding, &part);
}

bool
finding_part_need(const struct evaluation *ev, struct finding *finding,
    const char *path, const char *what, const struct fact_meta *meta)
{
	finding_item_evidence(ev, finding, path, meta);
	if (meta->state == FACT_KNOWN)
		return true;
	finding_part(ev, finding, RESULT_UNKNOWN, "%s is not known: %s", what,
	    meta->why != NULL ? meta->why : "it was not seen");
	return false;
}
