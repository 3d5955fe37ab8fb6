/*
 * cpward-checks(7) from the check tables, in mdoc(7) as `mandoc -T lint` wants
 * it: short lines, each sentence on a new one.
 */
#include <string.h>

#include "base/arena.h"
#include "report/catalogue_private.h"
#include "report/escape.h"

#define WIDTH 78

/*
 * The day on which the tables last changed what an admin reads; not the day of
 * the build, so that a build can be repeated.
 */
#define DATE "November 21, 2026"

static const char head[] =
	".\\\" Printed by cpward from the tables in checks/; edit those.\n"
	".Dd " DATE "\n"
	".Dt CPWARD-CHECKS 7\n"
	".Os\n"
	".Sh NAME\n"
	".Nm cpward-checks\n"
	".Nd the checks that cpward makes\n"
	".Sh DESCRIPTION\n"
	"All checks that\n"
	".Xr cpward 8\n"
	"knows, by id.\n"
	"Severity, want and references are those of the profile\n"
	".Dq %s .\n"
	"Another profile can set its own, see\n"
	".Xr cpward-profile 5 .\n"
	"A fact is judged on each of its planes;\n"
	".Xr cpward 8\n"
	"says what they are.\n";

static const char tail[] =
	".Sh SEE ALSO\n"
	".Xr cpward-profile 5 ,\n"
	".Xr cpward 8\n";

static bool
ends_sentence(const char *word, size_t length)
{
	while (length > 0 && strchr("\")'", word[length - 1]) != NULL)
		length--;
	return length > 0 && strchr(".?!", word[length - 1]) != NULL;
}

/* Words filled into lines; the length counted is that of the source. */
static void
print_text(FILE *out, struct arena *arena, const char *text)
{
	size_t column = 0;

	while (*(text += strspn(text, " \n")) != '\0') {
		size_t length = strcspn(text, " \n");
		const char *word = escape_mdoc(arena, text, length);

		if (column > 0 && column + 1 + strlen(word) > WIDTH) {
			fputc('\n', out);
			column = 0;
		}
		fprintf(out, "%s%s", column > 0 ? " " : "", word);
		column += strlen(word) + (column > 0);
		if (ends_sentence(text, length)) {
			fputc('\n', out);
			column = 0;
		}
		text += length;
	}
	if (column > 0)
		fputc('\n', out);
}

static void
print_item(FILE *out, struct arena *arena, const char *term, const char *text)
{
	fprintf(out, ".It %s\n", term);
	print_text(out, arena, text);
}

/* "a, b" */
static const char *
joined_needs(struct arena *arena, const struct check *check)
{
	const char *joined = "";
	size_t i;

	for (i = 0; i < CHECK_MAX_NEEDS && check->needs[i] != NULL; i++)
		joined = arena_printf(arena, "%s%s%s", joined,
		    i > 0 ? ", " : "", catalogue_need(check->needs[i]));
	return joined;
}

static void
print_check(FILE *out, struct arena *arena, const struct check *check,
    const struct profile_entry *entry)
{
	const char *want = catalogue_want(arena, check, entry);

	fprintf(out, ".Ss %s\n", check->id);
	print_text(out, arena, arena_printf(arena, "%s.", check->title));
	fputs(".Bl -tag -width \"remediation\" -compact\n", out);
	print_item(out, arena, "severity",
	    entry == NULL ? "none" : severity_name(entry->severity));
	print_item(out, arena, "scope", catalogue_scope(arena, check));
	if (want != NULL && want[0] != '\0')
		print_item(out, arena, "want", want);
	print_item(out, arena, "facts", joined_needs(arena, check));
	if (entry != NULL && entry->reference_count > 0)
		print_item(out, arena, "references",
		    catalogue_join(arena, entry->references,
		    entry->reference_count));
	print_item(out, arena, "remediation",
	    catalogue_remediation(arena, check));
	fputs(".El\n.Pp\n", out);
	print_text(out, arena, check->explain);
}

int
catalogue_man(FILE *out, const struct profile *profile)
{
	struct arena *arena = arena_new();
	const struct check **checks;
	size_t count, i;

	checks = catalogue_sorted(arena, &count);
	fprintf(out, head, escape_mdoc(arena, profile->id, strlen(profile->id)));
	for (i = 0; i < count; i++)
		print_check(out, arena, checks[i],
		    catalogue_entry(profile, checks[i]));
	fputs(tail, out);
	arena_free(arena);
	return catalogue_flush(out);
}
