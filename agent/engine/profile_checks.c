#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/quote.h"
#include "engine/profile_private.h"

#define MAX_DISTANCE 3
#define MAX_ID 64

/*
 * How many letters must be put in, taken out or changed to make one word the
 * other (Levenshtein).
 */
static size_t
edit_distance(const char *one, const char *other)
{
	size_t row[MAX_ID + 1], length = strlen(other), i, j, diagonal, above;

	for (j = 0; j <= length; j++)
		row[j] = j;
	for (i = 1; one[i - 1] != '\0'; i++) {
		diagonal = row[0];
		row[0] = i;
		for (j = 1; j <= length; j++) {
			above = row[j];
			if (one[i - 1] != other[j - 1])
				diagonal++;
			if (above + 1 < diagonal)
				diagonal = above + 1;
			if (row[j - 1] + 1 < diagonal)
				diagonal = row[j - 1] + 1;
			row[j] = diagonal;
			diagonal = above;
		}
	}
	return row[length];
}

/* The id that was probably meant; NULL when none is close. */
static const char *
nearest_id(const char *id)
{
	size_t best = MAX_DISTANCE + 1, distance, table, i;
	const char *nearest = NULL, *candidate;

	if (strlen(id) > MAX_ID)
		return NULL;
	for (table = 0; table < check_catalogue_count; table++) {
		for (i = 0; i < check_catalogue[table].count; i++) {
			candidate = check_catalogue[table].checks[i].id;
			if (strlen(candidate) > MAX_ID)
				continue;
			distance = edit_distance(id, candidate);
			if (distance < best) {
				best = distance;
				nearest = candidate;
			}
		}
	}
	return nearest;
}

static int
unknown_check(const struct yaml_node *node, struct err *err)
{
	const char *nearest = nearest_id(node->key);

	if (quotable_name(node->key))
		yaml_key_error(node, err, "no check has the id \"%s\"",
		    node->key);
	else
		yaml_key_error(node, err, "checks has a key that is no name, "
		    "wanted the id of a check");
	if (nearest != NULL)
		return err_hint(err, "did you mean %s?", nearest);
	return err_hint(err, "\"cpward checks list\" names them all");
}

static const char *
want_word(enum want_type type)
{
	static const char *const words[] = {
		[WANT_NONE] = "nothing",
		[WANT_INT] = "a number",
		[WANT_STRING] = "text",
		[WANT_LIST] = "a list",
	};

	return words[type];
}

/* Is it a word that the check knows? Others would be passed over in silence. */
static int
known_want(const struct yaml_node *node, const struct check *check,
    const char *text, struct err *err)
{
	const char *const *word;
	char words[256] = "";

	for (word = check->want_words; word != NULL && *word != NULL; word++)
		if (strcmp(*word, text) == 0)
			return 0;
	if (check->want_words == NULL)
		return 0;
	if (quotable_name(text))
		yaml_error(node, err, "want of check %s is \"%s\", which it "
		    "does not know", check->id, text);
	else
		yaml_error(node, err, "want of check %s is other text, which "
		    "it does not know", check->id);
	for (word = check->want_words; *word != NULL; word++)
		snprintf(words + strlen(words), sizeof(words) - strlen(words),
		    "%s%s", words[0] != '\0' ? ", " : "", *word);
	return err_hint(err, "it knows %s", words);
}

static int
read_want_list(struct arena *arena, const struct yaml_node *node,
    const struct check *check, struct want *want, struct err *err)
{
	size_t i;

	if (yaml_texts(arena, node, "want", &want->list, &want->list_count,
	    err) != 0)
		return -1;
	for (i = 0; i < want->list_count; i++)
		if (known_want(node, check, want->list[i], err) != 0)
			return -1;
	return 0;
}

static int
read_want(struct arena *arena, const struct yaml_node *node,
    const struct check *check, struct want *want, struct err *err)
{
	switch (check->want) {
	case WANT_INT:
		return yaml_integer(node, "want", INT64_MIN, INT64_MAX,
		    &want->integer, err);
	case WANT_STRING:
		if (yaml_text(node, "want", &want->string, err) != 0)
			return -1;
		return known_want(node, check, want->string, err);
	case WANT_LIST:
		return read_want_list(arena, node, check, want, err);
	case WANT_NONE:
		break;
	}
	return yaml_key_error(node, err,
	    "check %s has no threshold: want is not allowed", check->id);
}

static int
read_severity(const struct yaml_node *node, enum severity *ret_severity,
    struct err *err)
{
	const char *word;

	if (yaml_text(node, "severity", &word, err) != 0)
		return -1;
	if (severity_parse(word, ret_severity) == 0)
		return 0;
	if (!quotable_name(word))
		return yaml_error(node, err, "severity is other text, wanted "
		    "critical, high, medium, low or info");
	return yaml_error(node, err, "severity is \"%s\", wanted "
	    "critical, high, medium, low or info", word);
}

/* Only the keys that are given replace what the parents said. */
static int
read_check(struct arena *arena, const struct yaml_node *node,
    struct profile_draft *draft, struct err *err)
{
	static const char *const known[] = {
		"severity", "want", "references", "select",
	};
	struct profile_entry *entry = &draft->entry;
	const struct yaml_node *value;

	if (yaml_map(node, entry->check->id, err) != 0 ||
	    yaml_known_keys(node, known, 4, entry->check->id, err) != 0)
		return -1;
	value = yaml_get(node, "severity");
	if (value != NULL && read_severity(value, &entry->severity, err) != 0)
		return -1;
	draft->has_severity = draft->has_severity || value != NULL;
	value = yaml_get(node, "want");
	if (value != NULL && read_want(arena, value, entry->check,
	    &entry->want, err) != 0)
		return -1;
	draft->has_want = draft->has_want || value != NULL;
	value = yaml_get(node, "references");
	if (value != NULL && yaml_texts(arena, value, "references",
	    &entry->references, &entry->reference_count, err) != 0)
		return -1;
	value = yaml_get(node, "select");
	if (value != NULL &&
	    yaml_bool(value, "select", &entry->selected, err) != 0)
		return -1;
	return 0;
}

static struct profile_draft *
find_draft(struct arena *arena, struct profile_drafts *drafts,
    const struct check *check)
{
	struct profile_draft *draft;
	size_t i;

	for (i = 0; i < drafts->count; i++)
		if (drafts->items[i].entry.check == check)
			return &drafts->items[i];
	draft = arena_push(arena, &drafts->items, &drafts->count);
	draft->entry.check = check;
	draft->entry.selected = true;
	return draft;
}

int
profile_checks_read(struct arena *arena, const struct yaml_node *checks,
    struct profile_drafts *drafts, struct err *err)
{
	const struct yaml_node *node;
	const struct check *check;
	struct profile_draft *draft;

	if (yaml_map(checks, "checks", err) != 0)
		return -1;
	for (node = checks->first; node != NULL; node = node->next) {
		check = check_find(node->key);
		if (check == NULL)
			return unknown_check(node, err);
		draft = find_draft(arena, drafts, check);
		/* An old id and its replacement are one check. */
		if (draft->entry.file == node->source)
			return yaml_key_error(node, err,
			    "check %s is given twice, first in line %u",
			    check->id, draft->entry.line);
		draft->entry.file = node->source;
		draft->entry.line = node->key_line;
		if (read_check(arena, node, draft, err) != 0)
			return -1;
	}
	return 0;
}

static int
compare_drafts(const void *a, const void *b)
{
	const struct profile_draft *left = a, *right = b;

	return strcmp(left->entry.check->id, right->entry.check->id);
}

int
profile_checks_finish(struct arena *arena, struct profile_drafts *drafts,
    struct profile *profile, struct err *err)
{
	const struct profile_draft *draft;
	const struct profile_entry *entry;
	size_t i;

	if (drafts->count > 1)
		qsort(drafts->items, drafts->count, sizeof(*drafts->items),
		    compare_drafts);
	profile->entries = arena_array(arena, drafts->count,
	    sizeof(*profile->entries));
	profile->entry_count = drafts->count;
	for (i = 0; i < drafts->count; i++) {
		draft = &drafts->items[i];
		entry = &draft->entry;
		if (!draft->has_severity)
			return err_at(err, ERR_CONTENT, entry->file,
			    entry->line, "check %s has no severity",
			    entry->check->id);
		if (!draft->has_want && entry->check->want != WANT_NONE)
			return err_at(err, ERR_CONTENT, entry->file,
			    entry->line, "check %s has no want, wanted %s",
			    entry->check->id, want_word(entry->check->want));
		profile->entries[i] = *entry;
	}
	return 0;
}
