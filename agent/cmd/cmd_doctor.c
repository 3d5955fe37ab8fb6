/*
 * cpward doctor: what kind of server is this, and can everything be seen?
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "cmd/cmd.h"
#include "collect/collect.h"
#include "report/escape.h"

static const char *const ask_names[] = {
	[ASK_FILE] = "file",
	[ASK_STAT] = "status",
	[ASK_DIR] = "directory",
	[ASK_LINK] = "link",
	[ASK_COMMAND] = "command",
	[ASK_WHM] = "WHM API",
	[ASK_CLOCK] = "clock",
	[ASK_PROBE] = "socket",
	[ASK_ADDRESS] = "address",
	[ASK_DNS] = "DNS",
	[ASK_FETCH] = "https",
};

/* Before root lets it run: all that it would touch, from the same tables. */
static int
print_access(const struct options *options, const struct config *config)
{
	size_t i, j;

	printf("A scan asks for these and changes none of them "
	    "(* stands for names found on the way):\n");
	for (i = 0; i < collector_count; i++) {
		printf("\n%s\n", collectors[i]->name);
		for (j = 0; j < collectors[i]->access_count; j++) {
			const struct access *access =
			    &collectors[i]->accesses[j];

			printf("  %-9s %-44s %s\n", ask_names[access->kind],
			    access->what, access->purpose);
		}
	}
	if (config->whm_url != NULL && !options->no_network)
		printf("\naddress\n  %s\n", config->whm_url);
	return EXIT_OK;
}

static void
print_text(struct arena *arena, const char *text)
{
	fputs(escape_terminal(arena, text, strlen(text)), stdout);
}

static const char *
or_empty(const char *value)
{
	return value[0] == '\0' ? "none" : value;
}

static void
print_value(struct arena *arena, const struct field *field, const void *fact,
    enum plane plane)
{
	const struct fact_list *list = fact;
	size_t i;

	switch (field->type) {
	case FIELD_BOOL:
		printf("%s", ((const struct fact_bool *)fact)->value ?
		    "yes" : "no");
		return;
	case FIELD_INT:
		printf("%jd", (intmax_t)((const struct fact_int *)fact)->value);
		return;
	case FIELD_STR:
		print_text(arena, or_empty(
		    ((const struct fact_str *)fact)->value));
		return;
	case FIELD_SETTING:
		print_text(arena, or_empty(
		    ((const struct setting *)fact)->plane[plane].value));
		return;
	case FIELD_LIST:
		break;
	}
	if (list->count == 0)
		printf("none");
	for (i = 0; i < list->count; i++) {
		printf("%s", i > 0 ? ", " : "");
		print_text(arena, list->items[i]);
	}
}

static void
print_fact(struct arena *arena, const struct field *field, const void *fact,
    enum plane plane)
{
	const struct fact_meta *meta = field_meta(field, fact, plane);

	printf("  %-18s ", field->name);
	if (meta->state == FACT_KNOWN) {
		print_value(arena, field, fact, plane);
	} else if (meta->state == FACT_ABSENT) {
		printf("not set");
	} else {
		printf("unknown: ");
		print_text(arena, meta->why == NULL ? "not collected" :
		    meta->why);
	}
	printf("\n");
}

static void
print_site(struct arena *arena, const struct facts *facts)
{
	const struct field_group *group = NULL;
	size_t i;

	for (i = 0; i < field_group_count; i++)
		if (strcmp(field_groups[i].name, "site") == 0)
			group = &field_groups[i];
	printf("This server\n");
	for (i = 0; group != NULL && i < group->field_count; i++)
		print_fact(arena, &group->fields[i], (const char *)facts +
		    group->offset + group->fields[i].offset,
		    field_plane(&group->fields[i]));
}

/* Does any plane of the fact tell it? */
static bool
seen_elsewhere(const struct field *field, const void *fact)
{
	unsigned plane;

	for (plane = 0; plane < PLANE_COUNT; plane++)
		if ((field->planes & PLANE_BIT(plane)) != 0 &&
		    field_meta(field, fact, (enum plane)plane)->state !=
		    FACT_UNKNOWN)
			return true;
	return false;
}

/*
 * What could not be had, with the reason. A plane that was skipped is not
 * missed where another one tells. Either what is asked for on request alone, or
 * all the rest. Returns how many there are.
 */
static size_t
print_unknown_field(struct arena *arena, const char *group,
    const struct field *field, const void *fact, bool on_request)
{
	const struct fact_meta *meta;
	size_t unknown = 0;
	unsigned plane;

	for (plane = 0; plane < PLANE_COUNT; plane++) {
		if ((field->planes & PLANE_BIT(plane)) == 0)
			continue;
		meta = field_meta(field, fact, (enum plane)plane);
		if (meta->state != FACT_UNKNOWN ||
		    fact_on_request(meta) != on_request ||
		    (fact_skipped(meta) && seen_elsewhere(field, fact)))
			continue;
		unknown++;
		printf("  %s.%s.%s: ", group, field->name,
		    plane_name((enum plane)plane));
		print_text(arena, meta->why == NULL ? "not collected" :
		    meta->why);
		printf("\n");
	}
	return unknown;
}

static size_t
print_unknown(struct arena *arena, const struct facts *facts, bool on_request)
{
	const struct field_group *group;
	size_t unknown = 0, i, j;

	printf("\n%s\n", on_request ? "What is asked for on request alone" :
	    "What could not be seen");
	for (i = 0; i < field_group_count; i++) {
		group = &field_groups[i];
		for (j = 0; j < group->field_count; j++)
			unknown += print_unknown_field(arena, group->name,
			    &group->fields[j], (const char *)facts +
			    group->offset + group->fields[j].offset,
			    on_request);
	}
	if (unknown == 0)
		printf("  nothing%s\n", on_request ? "" :
		    ": every fact was had");
	return unknown;
}

static void
print_collectors(struct arena *arena, const struct facts *facts)
{
	size_t i;

	printf("\nCollectors\n");
	for (i = 0; i < facts->collectors.count; i++) {
		const struct collector_report *report =
		    &facts->collectors.items[i];

		printf("  %-10s %-8s %4jd ms  ", report->name,
		    collector_state_name(report->state), (intmax_t)report->duration_ms);
		print_text(arena, report->why == NULL ? "" : report->why);
		printf("\n");
	}
}

int
cmd_doctor(struct arena *arena, const struct options *options,
    struct err *err)
{
	struct config config;
	struct facts *facts;

	if (options->arguments.count > 0)
		return err_set(err, ERR_USAGE, "doctor: takes no argument");
	if (cmd_config(arena, options, &config, err) != 0)
		return -1;
	if (options->access)
		return print_access(options, &config);
	if (cmd_collect(arena, options, &config, NULL, &facts, err) != 0)
		return -1;
	print_site(arena, facts);
	print_collectors(arena, facts);
	(void)print_unknown(arena, facts, true);
	return print_unknown(arena, facts, false) == 0 ? EXIT_OK :
	    EXIT_UNKNOWN;
}
