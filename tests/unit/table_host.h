/*
 * A host that answers from a table, for the tests of collectors: a case gives
 * rows, the collector is run over them, and the facts that must come of it are
 * compared. What no row answers is absent; a command that no row answers can
 * not be run.
 */
#ifndef CPWARD_TESTS_TABLE_HOST_H
#define CPWARD_TESTS_TABLE_HOST_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "collect/collect.h"
#include "facts/fields.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct row {
	const char *ask;		/* as question_text() has it */
	enum answer_status status;
	const char *text;
	int code;
	const char *why;
};

#define FILE_IS(path, text) { "file " path, ANSWER_OK, text, 0, NULL }
#define FILE_ABSENT(path) { "file " path, ANSWER_ABSENT, NULL, 0, NULL }
#define FILE_FAILS(path) \
	{ "file " path, ANSWER_FAILED, NULL, 0, path ": Input/output error" }
#define FILE_ORPHAN(path) \
	{ "file " path, ANSWER_NO_PARENT, NULL, 0, path ": no directory" }
#define DIR_IS(path, names) { "dir " path, ANSWER_OK, names, 0, NULL }
#define DIR_FAILS(path) \
	{ "dir " path, ANSWER_FAILED, NULL, 0, path ": Permission denied" }
#define DIR_ORPHAN(path) \
	{ "dir " path, ANSWER_NO_PARENT, NULL, 0, path ": no directory" }
#define STAT_IS(path, text) { "stat " path, ANSWER_OK, text, 0, NULL }
#define STAT_FAILS(path) \
	{ "stat " path, ANSWER_FAILED, NULL, 0, path ": Permission denied" }
#define STAT_ORPHAN(path) \
	{ "stat " path, ANSWER_NO_PARENT, NULL, 0, path ": no directory" }
#define LINK_IS(path, target) { "link " path, ANSWER_OK, target, 0, NULL }
#define RUN_IS(command, text) { "run " command, ANSWER_OK, text, 0, NULL }
#define RUN_ENDS(command, code, why) \
	{ "run " command, ANSWER_OK, "", code, why }
#define RUN_FAILS(command, why) \
	{ "run " command, ANSWER_FAILED, NULL, 0, why }

struct table_host {
	struct host base;
	const struct row *rows;		/* of the case; first in turn */
	size_t row_count;
	const struct row *usual;	/* what holds unless the case says else */
	size_t usual_count;
};

static inline const struct row *
table_find(const struct row *rows, size_t count, const char *ask)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (rows[i].ask != NULL && strcmp(rows[i].ask, ask) == 0)
			return &rows[i];
	return NULL;
}

static inline void
table_ask(struct host *base, struct arena *arena,
    const struct question *question, struct answer *ret_answer)
{
	struct table_host *host = (struct table_host *)base;
	const char *ask = question_text(arena, question);
	const struct row *row = table_find(host->rows, host->row_count, ask);

	if (row == NULL)
		row = table_find(host->usual, host->usual_count, ask);
	if (row == NULL && question->kind == ASK_COMMAND) {
		ret_answer->why = arena_printf(arena, "%s: not there", ask);
	} else if (row == NULL) {
		ret_answer->status = ANSWER_ABSENT;
	} else {
		ret_answer->status = row->status;
		ret_answer->code = row->code;
		ret_answer->why = row->why;
		ret_answer->bytes = arena_strdup(arena, row->text);
		ret_answer->length = row->text == NULL ? 0 : strlen(row->text);
	}
	/* Over the cap is a failure, as on a live host. */
	if (ret_answer->length > question->cap) {
		ret_answer->status = ANSWER_FAILED;
		ret_answer->why = arena_printf(arena,
		    "%s: is larger than is read", ask);
	}
}

static inline void
table_run(struct table_host *host, const struct collector *collector,
    struct facts *facts)
{
	struct collection collection = { .host = &host->base, .facts = facts,
	    .arena = facts->arena, .scratch = arena_new() };

	host->base.ask = table_ask;
	host->base.whm_name = "whmapi1";
	collector->collect(&collection);
	/* What a fact keeps must not live in the scratch arena. */
	arena_free(collection.scratch);
}

/* ---- what came of it ---- */

struct expected {
	const char *fact;	/* "exim.openssl_options", "resellers[0].acls" */
	enum plane plane;	/* counts for settings only */
	enum fact_state state;
	const char *text;	/* the value; a part of the reason when unknown */
	const char *origin;	/* NULL = any */
};

struct collect_case {
	const char *name;
	struct row rows[10];
	struct expected expected[16];
};

static inline const char *
value_text(struct arena *arena, const struct field *field,
    const struct fact_meta *meta)
{
	const struct fact_list *list = (const void *)meta;
	const char *text = "";
	size_t i;

	switch (field->type) {
	case FIELD_BOOL:
		return ((const struct fact_bool *)(const void *)meta)->value ?
		    "yes" : "no";
	case FIELD_INT:
		return arena_printf(arena, "%" PRId64,
		    ((const struct fact_int *)(const void *)meta)->value);
	case FIELD_LIST:
		for (i = 0; i < list->count; i++)
			text = arena_printf(arena, "%s%s%s", text,
			    i > 0 ? "," : "", list->items[i]);
		return text;
	case FIELD_STR:
	case FIELD_SETTING:
		break;
	}
	return ((const struct fact_str *)(const void *)meta)->value;
}

/* An item's fact, or its name when the path ends behind the bracket. */
static inline const struct fact_meta *
find_in_list(struct arena *arena, const struct facts *facts, const char *name,
    size_t index, const char *member, const char **ret_value)
{
	static const struct fact_meta named = { FACT_KNOWN, NULL, NULL };
	const struct fact_meta *meta;
	const struct field *field;
	const char *item;
	size_t i;

	for (i = 0; i < field_list_count; i++) {
		const LIST_OF(char) *items = (const void *)
		    ((const char *)facts + field_lists[i].offset);

		if (strcmp(field_lists[i].name, name) != 0)
			continue;
		if (index >= items->count)
			return NULL;
		item = items->items + index * field_lists[i].item_size;
		*ret_value = *(const char *const *)(const void *)item;
		if (member[0] == '\0')
			return &named;
		field = field_find_in_list(name, member);
		assert_non_null(field);
		meta = field_meta(field, item + field->offset, PLANE_FILE);
		*ret_value = value_text(arena, field, meta);
		return meta;
	}
	return NULL;
}

static inline const struct fact_meta *
find_fact(struct arena *arena, const struct facts *facts,
    const struct expected *expected, const char **ret_value)
{
	char list[32], member[32] = "";
	const struct fact_meta *meta;
	const struct field *field;
	const void *fact;
	size_t index;

	if (sscanf(expected->fact, "%31[a-z_][%zu].%31s", list, &index,
	    member) >= 2)
		return find_in_list(arena, facts, list, index, member,
		    ret_value);
	field = field_find(facts, expected->fact, &fact);
	if (field == NULL)
		return NULL;
	meta = field_meta(field, fact, expected->plane);
	*ret_value = value_text(arena, field, meta);
	return meta;
}

static inline void
check_fact(const struct facts *facts, const char *name,
    const struct expected *expected)
{
	const char *text = NULL;
	const struct fact_meta *meta = find_fact(facts->arena, facts, expected,
	    &text);

	if (meta == NULL) {
		fail_msg("%s: there is no %s", name, expected->fact);
		return;
	}
	if (meta->state == FACT_UNKNOWN)
		text = meta->why;
	if (meta->state != expected->state ||
	    (meta->state == FACT_KNOWN &&
	    (text == NULL || strcmp(text, expected->text) != 0)) ||
	    (meta->state == FACT_UNKNOWN &&
	    (text == NULL || strstr(text, expected->text) == NULL)))
		fail_msg("%s: %s (%s) is %s \"%s\", wanted %s \"%s\"", name,
		    expected->fact, plane_name(expected->plane),
		    fact_state_name(meta->state), text != NULL ? text : "",
		    fact_state_name(expected->state),
		    expected->text != NULL ? expected->text : "");
	if (expected->origin != NULL && (meta->origin == NULL ||
	    strcmp(meta->origin, expected->origin) != 0))
		fail_msg("%s: %s comes from \"%s\", wanted \"%s\"", name,
		    expected->fact, meta->origin != NULL ? meta->origin : "",
		    expected->origin);
}

static inline void
check_case(const struct collector *collector, const struct collect_case *c,
    const struct row *usual, size_t usual_count)
{
	struct arena *arena = arena_new();
	struct table_host host = { .rows = c->rows,
	    .row_count = COUNT(c->rows), .usual = usual,
	    .usual_count = usual_count };
	struct facts *facts = facts_new(arena);
	size_t i;

	/* As the site collector leaves it where no local template stands. */
	facts->site.local_templates.meta.state = FACT_KNOWN;
	table_run(&host, collector, facts);
	for (i = 0; i < COUNT(c->expected) && c->expected[i].fact != NULL; i++)
		check_fact(facts, c->name, &c->expected[i]);
	arena_free(arena);
}

#endif
