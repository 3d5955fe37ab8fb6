#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "collect/collect.h"
#include "facts/fields.h"
#include "parse/conf_source.h"
#include "parse/keyvalue.h"

extern const struct collector collector_platform, collector_exim,
    collector_dovecot, collector_accounts, collector_settings,
    collector_site, collector_keys, collector_whm, collector_crypto,
    collector_exchange, collector_probe, collector_domains, collector_dns,
    collector_mail_paths, collector_ledger;

/*
 * The order matters where one collector reads what another found: whm must
 * know what exim.conf.local and local templates decide, keys where Exim and
 * Dovecot read theirs from, domains which accounts' mail is on another node,
 * ledger where Exim and Dovecot log and which domains are here, dns what the
 * domains are, probe whose the ports are and which MX have TLSA.
 */
const struct collector *const collectors[] = {
	&collector_platform,
	&collector_site,
	&collector_crypto,
	&collector_settings,
	&collector_accounts,
	&collector_mail_paths,
	&collector_exim,
	&collector_exchange,
	&collector_dovecot,
	&collector_keys,
	&collector_whm,
	&collector_domains,
	&collector_ledger,
	&collector_dns,
	&collector_probe,
};
const size_t collector_count = sizeof(collectors) / sizeof(collectors[0]);

/* ---- facts from answers ---- */

void
meta_known(struct fact_meta *meta, const char *origin)
{
	*meta = (struct fact_meta){ FACT_KNOWN, origin, NULL };
}

void
meta_absent(struct fact_meta *meta, const char *origin)
{
	*meta = (struct fact_meta){ FACT_ABSENT, origin, NULL };
}

void
meta_unknown(struct collection *collection, struct fact_meta *meta,
    const char *origin, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	*meta = (struct fact_meta){ FACT_UNKNOWN,
	    arena_strdup(collection->arena, origin),
	    arena_strdup(collection->arena, text) };
}

bool
meta_from_answer(struct collection *collection, struct fact_meta *meta,
    const struct answer *answer, const char *origin)
{
	origin = arena_strdup(collection->arena, origin);
	switch (answer->status) {
	case ANSWER_OK:
		meta_known(meta, origin);
		return true;
	case ANSWER_ABSENT:
		meta_absent(meta, origin);
		return false;
	case ANSWER_NO_PARENT:
	case ANSWER_SKIPPED:
	case ANSWER_FAILED:
		break;
	}
	meta_unknown(collection, meta, origin, "%s", answer->why);
	return false;
}

void
set_string(struct collection *collection, struct fact_str *fact,
    const char *origin, const char *value)
{
	meta_known(&fact->meta, arena_strdup(collection->arena, origin));
	fact->value = arena_strdup(collection->arena, value);
}

void
set_from_keyvalue(struct collection *collection, struct fact_str *fact,
    const char *file, const struct keyvalue *pair)
{
	if (pair == NULL) {
		meta_absent(&fact->meta, arena_strdup(collection->arena, file));
		return;
	}
	/* A bare key stands for the product's default. */
	meta_known(&fact->meta, arena_printf(collection->arena, "%s:%u", file,
	    pair->line));
	if (pair->value == NULL)
		fact->meta.state = FACT_ABSENT;
	fact->value = arena_strdup(collection->arena, pair->value);
}

void *
collection_add(struct collection *collection, const char *list,
    const char *name)
{
	size_t i;

	for (i = 0; i < field_list_count; i++)
		if (strcmp(field_lists[i].name, list) == 0)
			break;
	return facts_add_item(collection->facts, &field_lists[i], name);
}

void
set_modes(struct collection *collection, const char *path,
    const struct answer *answer, const struct host_stat *st,
    const struct mode_facts *facts)
{
	if (!meta_from_answer(collection, &facts->mode->meta, answer, path)) {
		facts->owner->meta = facts->mode->meta;
		facts->group->meta = facts->mode->meta;
		return;
	}
	set_string(collection, facts->mode, path, arena_printf(
	    collection->scratch, "%04o", st->mode));
	set_string(collection, facts->owner, path, st->owner);
	set_string(collection, facts->group, path, st->group);
}

/* ---- configuration files through the host ---- */

/* err_at names the path itself. */
static const char *
without_path(const char *why, const char *path)
{
	size_t length = strlen(path);

	return strncmp(why, path, length) == 0 &&
	    strncmp(why + length, ": ", 2) == 0 ? why + length + 2 : why;
}

static int
source_read(void *context, const char *path, struct buf *buf, struct err *err)
{
	struct collection *collection = context;
	struct answer answer = host_file(collection->host,
	    collection->scratch, path, CONF_MAX_FILE);

	if (answer.status == ANSWER_ABSENT ||
	    answer.status == ANSWER_NO_PARENT)
		return err_at(err, ERR_ABSENT, path, 0, "does not exist");
	if (answer.status != ANSWER_OK)
		return err_at(err, ERR_IO, path, 0, "%s",
		    without_path(answer.why, path));
	if (buf_add(buf, answer.bytes, answer.length) != 0)
		return err_at(err, ERR_LIMIT, path, 0, "is too large");
	return 0;
}

/* Only the last component may be a pattern: Dovecot's includes are so. */
static int
source_glob(void *context, const char *pattern,
    const char *const **ret_paths, size_t *ret_count, struct err *err)
{
	struct collection *collection = context;
	struct arena *scratch = collection->scratch;
	const char *slash = strrchr(pattern, '/');
	const char **names, **paths = NULL;
	size_t name_count, count = 0, i;
	struct answer answer;
	char *directory;

	*ret_paths = NULL;
	*ret_count = 0;
	if (slash == NULL || strcspn(pattern, "*?[") <
	    (size_t)(slash - pattern))
		return err_at(err, ERR_PARSE, pattern, 0,
		    "a pattern in a directory's name is not followed");
	directory = arena_memdup(scratch, pattern, slash == pattern ? 1 :
	    (size_t)(slash - pattern));
	answer = host_dir(collection->host, scratch, directory);
	if (answer.status == ANSWER_ABSENT ||
	    answer.status == ANSWER_NO_PARENT)
		return 0;
	if (answer.status != ANSWER_OK)
		return err_at(err, ERR_IO, directory, 0, "%s",
		    without_path(answer.why, directory));
	host_names(scratch, &answer, &names, &name_count);
	for (i = 0; i < name_count; i++)
		if (fnmatch(slash + 1, names[i], FNM_PERIOD) == 0)
			*arena_push(scratch, &paths, &count) = arena_printf(
			    scratch, "%.*s%s", (int)(slash + 1 - pattern),
			    pattern, names[i]);
	*ret_paths = paths;
	*ret_count = count;
	return 0;
}

struct conf_source
collection_source(struct collection *collection)
{
	return (struct conf_source){ collection, source_read, source_glob };
}

/* ---- running them all ---- */

struct tally {
	size_t known;
	size_t skipped;
	size_t failed;
	const char *why;	/* of the first failure */
	const char *skipped_why;
};

static void
tally_fact(struct tally *tally, const struct fact_meta *meta)
{
	if (meta->state != FACT_UNKNOWN)
		tally->known++;
	else if (fact_skipped(meta))
		tally->skipped++;
	else
		tally->failed++;
	if (meta->state != FACT_UNKNOWN)
		return;
	if (fact_skipped(meta) && tally->skipped_why == NULL)
		tally->skipped_why = meta->why;
	if (!fact_skipped(meta) && tally->why == NULL)
		tally->why = meta->why == NULL ? "not collected" : meta->why;
}

/* Every list is counted in one group, each by the collector that fills it. */
static bool
is_own(const struct collector *collector, const struct field_group *group,
    const struct field *field)
{
	const char *const *list = collector->lists;

	if (strcmp(group->name, "inventory") != 0)
		return true;
	for (; list != NULL && *list != NULL; list++)
		if (strcmp(*list, field->name) == 0)
			return true;
	return false;
}

static void
tally_group(struct tally *tally, const struct facts *facts,
    const struct field_group *group, const struct collector *collector)
{
	unsigned plane, planes = collector->planes;
	size_t i;

	for (i = 0; i < group->field_count; i++)
		for (plane = 0; plane < PLANE_COUNT; plane++)
			if (is_own(collector, group, &group->fields[i]) &&
			    group->fields[i].planes & planes & PLANE_BIT(plane))
				tally_fact(tally, field_meta(&group->fields[i],
				    (const char *)facts + group->offset +
				    group->fields[i].offset,
				    (enum plane)plane));
}

static void
report_state(const struct collector *collector, const struct facts *facts,
    struct collector_report *report)
{
	struct tally tally = { 0 };
	const char *const *name;
	size_t i;

	for (name = collector->groups; *name != NULL; name++)
		for (i = 0; i < field_group_count; i++)
			if (strcmp(field_groups[i].name, *name) == 0)
				tally_group(&tally, facts, &field_groups[i],
				    collector);
	report->why = tally.why;
	if (tally.failed == 0 && tally.known == 0)
		report->why = tally.skipped_why;
	if (tally.failed == 0)
		report->state = tally.known == 0 ? COLLECTOR_SKIPPED :
		    COLLECTOR_OK;
	else
		report->state = tally.known == 0 ? COLLECTOR_FAILED :
		    COLLECTOR_PARTIAL;
}

/* ---- which of them a run needs ---- */

/* Does a need, "exim.ssl", lie in what is provided, "exim" or "exim.ssl"? */
static bool
provides(const char *const *provided, const char *need)
{
	size_t length;

	need += *need == '?';
	/* How many there are is told by who lists them. */
	if (strncmp(need, "inventory.", 10) == 0)
		need += 10;
	for (; provided != NULL && *provided != NULL; provided++) {
		length = strlen(*provided);
		if (strncmp(*provided, need, length) == 0 &&
		    (need[length] == '\0' || need[length] == '.'))
			return true;
	}
	return false;
}

static bool
is_needed(const struct collector *collector,
    const struct collect_options *options)
{
	size_t i;

	if (options->needs == NULL || collector->always)
		return true;
	for (i = 0; i < options->need_count; i++)
		if (provides(collector->groups, options->needs[i]) ||
		    provides(collector->lists, options->needs[i]))
			return true;
	return false;
}

/* A collector runs behind those that it depends on: the last are seen first. */
static void
choose(const struct collect_options *options, bool *chosen)
{
	const char *const *name;
	size_t i, j;

	for (i = collector_count; i > 0; i--) {
		chosen[i - 1] = chosen[i - 1] || is_needed(collectors[i - 1],
		    options);
		name = chosen[i - 1] ? collectors[i - 1]->depends : NULL;
		for (; name != NULL && *name != NULL; name++)
			for (j = 0; j < i; j++)
				if (strcmp(collectors[j]->name, *name) == 0)
					chosen[j] = true;
	}
}

static void
run_collector(struct collection *collection, const struct collector *collector)
{
	if (collection->options->progress != NULL)
		collection->options->progress(collector->name);
	collection->scratch = arena_new();
	collector->collect(collection);
	arena_free(collection->scratch);
}

void
collect_all(struct host *host, struct facts *facts,
    const struct collect_options *options)
{
	struct collection collection = { .host = host, .facts = facts,
	    .arena = facts->arena, .managed_by = options->managed_by,
	    .options = options };
	bool *chosen = arena_array(facts->arena, collector_count,
	    sizeof(*chosen));
	struct collector_report *report;
	int64_t start;
	size_t i;

	facts->collected_at = host_now(host);
	choose(options, chosen);
	for (i = 0; i < collector_count; i++) {
		start = clock_ms();
		if (chosen[i])
			run_collector(&collection, collectors[i]);
		report = arena_push(facts->arena, &facts->collectors.items,
		    &facts->collectors.count);
		report->name = collectors[i]->name;
		report->duration_ms = clock_ms() - start;
	}
	facts_sort(facts);
	/* Only now: two collectors may fill one group. */
	for (i = 0; i < collector_count; i++)
		if (chosen[i])
			report_state(collectors[i], facts,
			    &facts->collectors.items[i]);
		else
			facts->collectors.items[i].why =
			    COLLECTOR_NOT_NEEDED;
}
