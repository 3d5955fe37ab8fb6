#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "report/catalogue_private.h"
#include "report/escape.h"
#include "report/json_build.h"
#include "report/wrap.h"

#define WIDTH 80
#define TERM_COLUMN 13		/* behind "remediation" and two blanks */

static int
compare_checks(const void *a, const void *b)
{
	return strcmp((*(const struct check *const *)a)->id,
	    (*(const struct check *const *)b)->id);
}

const struct check **
catalogue_sorted(struct arena *arena, size_t *ret_count)
{
	const struct check **checks = NULL;
	size_t count = 0;
	size_t table, i;

	for (table = 0; table < check_catalogue_count; table++)
		for (i = 0; i < check_catalogue[table].count; i++)
			*arena_push(arena, &checks, &count) =
			    &check_catalogue[table].checks[i];
	if (count > 0)
		qsort(checks, count, sizeof(*checks), compare_checks);
	*ret_count = count;
	return checks;
}

const struct profile_entry *
catalogue_entry(const struct profile *profile, const struct check *check)
{
	size_t i;

	for (i = 0; i < profile->entry_count; i++)
		if (profile->entries[i].check == check)
			return &profile->entries[i];
	return NULL;
}

const char *
catalogue_need(const char *path)
{
	return path[0] == '?' ? path + 1 : path;
}

const char *
catalogue_scope(struct arena *arena, const struct check *check)
{
	const char *name = check_scope_name(check->scope);

	if (check->scope != SCOPE_SERVICE)
		return name;
	return arena_printf(arena, "%s: %s", name, check->subject);
}

const char *
catalogue_join(struct arena *arena, const char *const *items, size_t count)
{
	const char *joined = "";
	size_t i;

	for (i = 0; i < count; i++)
		joined = arena_printf(arena, "%s%s%s", joined,
		    i > 0 ? ", " : "", items[i]);
	return joined;
}

const char *
catalogue_want(struct arena *arena, const struct check *check,
    const struct profile_entry *entry)
{
	if (entry == NULL)
		return NULL;
	switch (check->want) {
	case WANT_INT:
		return arena_printf(arena, "%lld",
		    (long long)entry->want.integer);
	case WANT_STRING:
		return entry->want.string;
	case WANT_LIST:
		return catalogue_join(arena, entry->want.list,
		    entry->want.list_count);
	case WANT_NONE:
	default:
		return NULL;
	}
}

const char *
catalogue_remediation(struct arena *arena, const struct check *check)
{
	if (check->remediation == NULL)
		return "none";
	return arena_printf(arena, "%s, %s", check->remediation,
	    remediation_mode_name(check->mode));
}

int
catalogue_flush(FILE *out)
{
	return fflush(out) != 0 || ferror(out) ? -1 : 0;
}

int
catalogue_text(FILE *out, const struct profile *profile)
{
	struct arena *arena = arena_new();
	const struct check **checks;
	size_t count, i;
	int width = 0;

	checks = catalogue_sorted(arena, &count);
	for (i = 0; i < count; i++)
		if ((int)strlen(checks[i]->id) > width)
			width = (int)strlen(checks[i]->id);
	for (i = 0; i < count; i++) {
		const struct profile_entry *entry =
		    catalogue_entry(profile, checks[i]);

		fprintf(out, "%-*s  %-8s  %s\n", width, checks[i]->id,
		    entry == NULL ? "-" : severity_name(entry->severity),
		    checks[i]->title);
	}
	arena_free(arena);
	return catalogue_flush(out);
}

static json_t *
json_needs(const struct check *check)
{
	json_t *needs = json_array();
	size_t i;

	for (i = 0; i < CHECK_MAX_NEEDS && check->needs[i] != NULL; i++)
		json_build_element(&needs,
		    json_string(catalogue_need(check->needs[i])));
	return needs;
}

static json_t *
json_remediation(const struct check *check)
{
	if (check->remediation == NULL)
		return json_null();
	return json_pack("{s:s, s:s}", "id", check->remediation,
	    "mode", remediation_mode_name(check->mode));
}

static json_t *
json_check(const struct check *check, const struct profile_entry *entry)
{
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:s}",
	    "id", check->id,
	    "title", check->title,
	    "scope", check_scope_name(check->scope),
	    "severity", json_build_text(entry == NULL ? NULL :
	    severity_name(entry->severity)),
	    "needs", json_needs(check),
	    "references", entry == NULL ? json_array() :
	    json_build_texts(entry->references, entry->reference_count),
	    "remediation", json_remediation(check),
	    "explain", check->explain);
}

int
catalogue_json(FILE *out, const struct profile *profile)
{
	struct arena *arena = arena_new();
	const struct check **checks;
	size_t count, i;
	int status = 0;

	checks = catalogue_sorted(arena, &count);
	fputs("{\n\"schema\": \"cpward.checks/1\",\n\"checks\": [\n", out);
	for (i = 0; i < count && status == 0; i++) {
		CLEANUP(json_build_put) json_t *check = json_check(checks[i],
		    catalogue_entry(profile, checks[i]));

		if (check == NULL) {
			errno = ENOMEM;
			status = -1;
		} else {
			json_dumpf(check, out, JSON_BUILD_FLAGS);
		}
		fputs(i + 1 < count ? ",\n" : "\n", out);
	}
	fputs("]\n}\n", out);
	arena_free(arena);
	return status == -1 ? -1 : catalogue_flush(out);
}

/* One line of "term         text"; the term is "" on lines that go on. */
static void
print_term(FILE *out, struct arena *arena, const char *term, const char *text)
{
	struct wrap wrap = {
		.out = out, .width = WIDTH, .indent = TERM_COLUMN,
		.column = TERM_COLUMN,
	};

	fprintf(out, "%-*s", TERM_COLUMN, term);
	wrap_text(&wrap, escape_terminal(arena, text, strlen(text)));
	wrap_end(&wrap);
}

static void
print_severity(FILE *out, struct arena *arena,
    const struct profile_entry *entry)
{
	print_term(out, arena, "severity", entry == NULL ?
	    "none: the profile does not list this check" :
	    arena_printf(arena, "%s%s, by %s:%u",
	    severity_name(entry->severity),
	    entry->selected ? "" : ", not selected",
	    entry->file, entry->line));
}

static const struct field *
need_field(const struct facts *facts, struct arena *arena, const char *path)
{
	const struct field *field;
	const void *fact;
	const char *dot = strchr(path, '.');

	field = field_find(facts, path, &fact);
	if (field != NULL || dot == NULL)
		return field;
	return field_find_in_list(arena_memdup(arena, path,
	    (size_t)(dot - path)), dot + 1);
}

/* "exim.openssl_options: store, api, file, daemon" */
static const char *
need_line(const struct facts *facts, struct arena *arena, const char *need)
{
	const char *path = catalogue_need(need);
	const struct field *field = need_field(facts, arena, path);
	const char *line = path;
	const char *separator = ": ";
	unsigned plane;

	for (plane = 0; field != NULL && plane < PLANE_COUNT; plane++) {
		if ((field->planes & PLANE_BIT(plane)) == 0)
			continue;
		line = arena_printf(arena, "%s%s%s", line, separator,
		    plane_name((enum plane)plane));
		separator = ", ";
	}
	return path == need ? line : arena_printf(arena, "%s, if known", line);
}

static void
print_needs(FILE *out, struct arena *arena, const struct check *check)
{
	const struct facts *facts = facts_new(arena);
	size_t i;

	for (i = 0; i < CHECK_MAX_NEEDS && check->needs[i] != NULL; i++)
		print_term(out, arena, i == 0 ? "facts" : "",
		    need_line(facts, arena, check->needs[i]));
}

int
catalogue_explain(FILE *out, const struct check *check,
    const struct profile_entry *entry)
{
	struct wrap wrap = { .out = out, .width = WIDTH };
	struct arena *arena = arena_new();
	const char *want = catalogue_want(arena, check, entry);
	size_t i;

	fprintf(out, "%s: %s\n\n", check->id, check->title);
	print_severity(out, arena, entry);
	print_term(out, arena, "scope", catalogue_scope(arena, check));
	if (want != NULL && want[0] != '\0')
		print_term(out, arena, "want", want);
	print_needs(out, arena, check);
	for (i = 0; entry != NULL && i < entry->reference_count; i++)
		print_term(out, arena, i == 0 ? "references" : "",
		    entry->references[i]);
	print_term(out, arena, "remediation",
	    catalogue_remediation(arena, check));
	fputc('\n', out);
	wrap_text(&wrap, check->explain);
	wrap_end(&wrap);
	arena_free(arena);
	return catalogue_flush(out);
}
