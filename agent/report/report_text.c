/*
 * The report for people: what needs attention first, what passes last. Every
 * string of the run is escaped, and nothing in it changes from day to day on
 * an unchanged server but the time of the facts.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "report/escape.h"
#include "report/mention.h"
#include "report/report_private.h"
#include "report/similar.h"
#include "report/tally.h"
#include "report/wrap.h"

#define DEFAULT_WIDTH 80
#define MIN_WIDTH 40
#define GUTTER 9		/* severity or result word, and a blank */
#define LIST_INDENT 4
#define SHOWN_REFERENCES 2
#define SHOWN_ORIGINS 3
#define SHOWN_SUBJECTS 3
#define SHOWN_ENTRIES 12	/* of a check: what it says of one subject, or of many */

struct text {
	FILE *out;
	unsigned width;
	bool color;
	const struct findings *findings;
	bool *shortened;	/* something stands for more than is listed */
};

/* A set of results. */
#define RESULT_BIT(result) (1u << (result))
#define NEEDS_ATTENTION (RESULT_BIT(RESULT_FAIL) | RESULT_BIT(RESULT_UNKNOWN) | \
	RESULT_BIT(RESULT_ERROR) | RESULT_BIT(RESULT_EXPIRED))

/* The findings of one check. */
struct block {
	struct arena *arena;	/* for what is printed of them */
	const struct finding *findings;
	size_t count;
	unsigned results;	/* RESULT_BITs of all of them */
	const struct similar *similar;	/* once entries were asked for */
};

/* A finding that is shown, or the first of a group that stands as one. */
struct entry {
	size_t index;
	size_t count;
};

struct entries {
	struct entry *items;
	size_t count;
	size_t hidden;		/* findings behind the entries left out */
};

static char *
clean(struct arena *arena, const char *text)
{
	return escape_terminal(arena, text, strlen(text));
}

static struct wrap
wrap_at(const struct text *text, unsigned indent)
{
	return (struct wrap){
		.out = text->out, .width = text->width, .indent = indent,
	};
}

/* A line that begins at the indent. */
static void
print_line(const struct text *text, unsigned indent, const char *line)
{
	struct wrap wrap = wrap_at(text, indent);

	fprintf(text->out, "%*s", (int)indent, "");
	wrap.column = indent;
	wrap_text(&wrap, line);
	wrap_end(&wrap);
}

/* A row of a list at the end. */
static void
print_row(const struct text *text, const char *row)
{
	struct wrap wrap = wrap_at(text, 2 * LIST_INDENT);

	fprintf(text->out, "%*s", LIST_INDENT, "");
	wrap.column = LIST_INDENT;
	wrap_text(&wrap, row);
	wrap_end(&wrap);
}

static void
print_colored(const struct text *text, const char *color, const char *word)
{
	if (text->color && color != NULL)
		fprintf(text->out, "\x1b[%sm%s\x1b[0m", color, word);
	else
		fputs(word, text->out);
}

/* "21 of 31 observable controls pass; 8 fail, 2 unknown" */
static void
print_controls(const struct text *text, struct arena *arena,
    const struct tally *tally)
{
	struct wrap wrap = wrap_at(text, 0);
	const char *pending = "pass";
	const char *comma = ";";
	size_t i;

	wrap_text(&wrap, arena_printf(arena, "%zu of %zu observable controls",
	    tally->controls[RESULT_PASS], tally->observable));
	for (i = 0; i < RESULT_COUNT; i++) {
		enum result result = tally_order[i];

		if (result == RESULT_PASS || tally->controls[result] == 0)
			continue;
		wrap_word(&wrap, arena_printf(arena, "%s%s", pending, comma));
		pending = arena_printf(arena, "%zu %s",
		    tally->controls[result], result_name(result));
		comma = ",";
	}
	wrap_word(&wrap, pending);
	wrap_end(&wrap);
}

static void
print_header(const struct text *text, struct arena *arena,
    const struct run *run, const struct tally *tally)
{
	char when[REPORT_TIME_SIZE];

	report_time(run->facts->collected_at, when);
	print_line(text, 0, clean(arena, arena_printf(arena,
	    "cpward %s: %s, facts of %s", run->version,
	    run->facts->host == NULL ? "unknown host" : run->facts->host,
	    when)));
	print_line(text, 0, clean(arena, arena_printf(arena, "Profile %s: %s",
	    run->profile_id, run->profile_title)));
	print_controls(text, arena, tally);
}

/*
 * Goes on to the next check; start with a zeroed block. False behind the last
 * one and when the stream fails, with nothing left to free.
 */
static bool
block_next(const struct text *text, struct block *block)
{
	const struct finding *items = text->findings->items;
	const struct finding *end = items + text->findings->count;
	const struct finding *first =
	    block->findings == NULL ? items : block->findings + block->count;

	arena_free(block->arena);
	*block = (struct block){ .findings = first };
	if (first == end || ferror(text->out))
		return false;
	while (first + block->count < end &&
	    strcmp(first[block->count].check, first->check) == 0)
		block->results |= RESULT_BIT(first[block->count++].result);
	block->arena = arena_new();
	return true;
}

/* The largest groups first. */
static int
compare_entries(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;

	if (left->count != right->count)
		return left->count > right->count ? -1 : 1;
	return left->index < right->index ? -1 : left->index > right->index;
}

/*
 * What to show of the findings with one of these results, in their order; of
 * more than a reader takes in, those that stand for most.
 */
static struct entries
block_entries(const struct text *text, struct block *block, unsigned results)
{
	struct entries entries = { 0 };
	size_t i;

	if ((block->results & results) == 0)
		return entries;
	if (block->similar == NULL)
		block->similar = similar_find(block->arena, block->findings,
		    block->count);
	for (i = 0; i < block->count; i++)
		if ((RESULT_BIT(block->findings[i].result) & results) != 0 &&
		    block->similar[i].count > 0)
			*arena_push(block->arena, &entries.items,
			    &entries.count) = (struct entry){
				i, block->similar[i].count };
	if (entries.count > SHOWN_ENTRIES) {
		qsort(entries.items, entries.count, sizeof(*entries.items),
		    compare_entries);
		for (i = SHOWN_ENTRIES; i < entries.count; i++)
			entries.hidden += entries.items[i].count;
		entries.count = SHOWN_ENTRIES;
	}
	for (i = 0; i < entries.count; i++)
		*text->shortened |= entries.items[i].count > 1;
	*text->shortened |= entries.hidden > 0;
	return entries;
}

/* "exim: message", or "* (12 subjects): message" for a group. */
static char *
entry_line(struct arena *arena, const struct finding *finding,
    const struct similar *similar)
{
	if (similar->count == 1)
		return clean(arena, arena_printf(arena, "%s: %s",
		    finding->subject, finding->message));
	return clean(arena, arena_printf(arena, "* (%zu subjects): %s",
	    similar->count, similar_message(arena, finding)));
}

static void
print_examples(const struct text *text, const struct block *block,
    size_t index)
{
	struct wrap wrap = wrap_at(text, GUTTER);
	size_t count = block->similar[index].count;
	size_t shown;

	fprintf(text->out, "%*s", GUTTER, "");
	wrap.column = GUTTER;
	wrap_text(&wrap, "such as");
	for (shown = 1; shown <= SHOWN_SUBJECTS; shown++) {
		const struct finding *finding = &block->findings[index];

		wrap_text(&wrap, arena_printf(block->arena, "%s%s",
		    clean(block->arena, finding->subject),
		    shown < SHOWN_SUBJECTS ? "," : ""));
		index = block->similar[index].next;
	}
	wrap_text(&wrap, arena_printf(block->arena, "and %zu more",
	    count - SHOWN_SUBJECTS));
	wrap_end(&wrap);
}

/*
 * Which plane an admin is shown first where several agree: what was seen on
 * the wire, else the line of the file that the daemon read, else the daemon.
 */
static unsigned
plane_rank(enum plane plane)
{
	static const unsigned ranks[PLANE_COUNT] = {
		[PLANE_STORE] = 1,
		[PLANE_API] = 0,
		[PLANE_FILE] = 3,
		[PLANE_DAEMON] = 2,
		[PLANE_SOCKET] = 5,
		[PLANE_LOG] = 4,
	};

	return ranks[plane];
}

/*
 * Is this fact shown under the verdict? Under an unknown one what could not
 * be seen is, under an inconsistent one every plane, under any other the plane
 * of each fact that ranks first, and the store, where it is to be changed.
 */
static bool
evidence_decides(const struct finding *finding, const struct evidence *evidence)
{
	const struct fact_meta *meta = evidence->meta;
	size_t i;

	if (finding->result == RESULT_UNKNOWN || finding->result == RESULT_ERROR)
		return meta->state == FACT_UNKNOWN && !fact_skipped(meta);
	if (meta->state == FACT_UNKNOWN ||
	    (evidence->has_part && evidence->part != finding->result))
		return false;
	if (strncmp(finding->message, "inconsistent:", 13) == 0 ||
	    (evidence->plane == PLANE_STORE && meta->state == FACT_KNOWN))
		return true;
	for (i = 0; i < finding->evidence_count; i++) {
		const struct evidence *other = &finding->evidence[i];

		if (plane_rank(other->plane) > plane_rank(evidence->plane) &&
		    other->meta->state != FACT_UNKNOWN &&
		    strcmp(other->fact, evidence->fact) == 0)
			return false;
	}
	return true;
}

/* "from /etc/exim.conf:31"; NULL when it would tell nothing new. */
static char *
evidence_line(struct arena *arena, const struct finding *finding,
    const struct evidence *evidence)
{
	const struct fact_meta *meta = evidence->meta;
	const char *why = meta->state == FACT_UNKNOWN ? meta->why : NULL;

	if (why != NULL && strstr(finding->message, why) != NULL)
		why = NULL;
	if (why == NULL && (meta->origin == NULL ||
	    mention_in(finding->message, meta->origin)))
		return NULL;
	/* The host's reasons begin with what was asked for. */
	if (why != NULL && meta->origin != NULL &&
	    strncmp(why, meta->origin, strlen(meta->origin)) == 0 &&
	    why[strlen(meta->origin)] == ':')
		return clean(arena, arena_printf(arena, "from %s", why));
	return clean(arena, arena_printf(arena, "%s%s%s",
	    meta->origin == NULL ? evidence->fact :
	    arena_printf(arena, "from %s", meta->origin),
	    why == NULL ? "" : ": ", why == NULL ? "" : why));
}

static void
print_origins(const struct text *text, struct arena *arena,
    const struct finding *finding)
{
	const char *lines[SHOWN_ORIGINS];
	size_t shown = 0, more = 0, i, j;

	for (i = 0; i < finding->evidence_count; i++) {
		const struct evidence *evidence = &finding->evidence[i];
		const char *line;

		if (!evidence_decides(finding, evidence))
			continue;
		line = evidence_line(arena, finding, evidence);
		for (j = 0; line != NULL && j < shown; j++)
			if (strcmp(lines[j], line) == 0)
				line = NULL;
		if (line == NULL)
			continue;
		if (shown == SHOWN_ORIGINS) {
			more++;
			continue;
		}
		lines[shown++] = line;
		print_line(text, GUTTER, line);
	}
	if (more > 0)
		print_line(text, GUTTER, arena_printf(arena,
		    "and %zu more place%s", more, more == 1 ? "" : "s"));
}

static void
print_entry(const struct text *text, const struct block *block, size_t index)
{
	const struct finding *finding = &block->findings[index];
	const struct similar *similar = &block->similar[index];
	const char *word = result_name(finding->result);
	struct wrap wrap = wrap_at(text, GUTTER);

	fprintf(text->out, "%*s", (int)(GUTTER - 1 - strlen(word)), "");
	print_colored(text, finding->result == RESULT_UNKNOWN ? "33" : "31",
	    word);
	fputc(' ', text->out);
	wrap.column = GUTTER;
	wrap_text(&wrap, entry_line(block->arena, finding, similar));
	wrap_end(&wrap);
	if (similar->count > 1)
		print_examples(text, block, index);
	else
		print_origins(text, block->arena, finding);
	if (finding->stock)
		print_line(text, GUTTER, "stock: cPanel's own default");
}

static void
print_references(const struct text *text, struct arena *arena,
    const struct finding *finding)
{
	struct wrap wrap = wrap_at(text, GUTTER);
	size_t count = finding->reference_count;
	size_t i;

	if (count == 0)
		return;
	fprintf(text->out, "%*s", GUTTER, "");
	wrap.column = GUTTER;
	for (i = 0; i < count && i < SHOWN_REFERENCES; i++)
		wrap_word(&wrap, arena_printf(arena, "%s%s",
		    clean(arena, finding->references[i]),
		    i + 1 < count && i + 1 < SHOWN_REFERENCES ? "," : ""));
	if (count > SHOWN_REFERENCES)
		wrap_word(&wrap, arena_printf(arena, "and %zu more",
		    count - SHOWN_REFERENCES));
	wrap_end(&wrap);
}

static void
print_heading(const struct text *text, struct arena *arena,
    const struct finding *finding)
{
	static const struct {
		const char *word;
		const char *color;
	} headings[SEVERITY_COUNT] = {
		[SEVERITY_INFO] = { "INFO", NULL },
		[SEVERITY_LOW] = { "LOW", "36" },
		[SEVERITY_MEDIUM] = { "MEDIUM", "33" },
		[SEVERITY_HIGH] = { "HIGH", "31" },
		[SEVERITY_CRITICAL] = { "CRITICAL", "1;31" },
	};
	const char *word = headings[finding->severity].word;
	struct wrap wrap = wrap_at(text, GUTTER);

	fputc('\n', text->out);
	print_colored(text, headings[finding->severity].color, word);
	fprintf(text->out, "%*s", (int)(GUTTER - strlen(word)), "");
	wrap.column = GUTTER;
	wrap_text(&wrap, clean(arena, arena_printf(arena, "%s: %s",
	    finding->check, finding->title)));
	wrap_end(&wrap);
}

static void
print_attention(const struct text *text, struct block *block)
{
	const struct entries entries =
	    block_entries(text, block, NEEDS_ATTENTION);
	size_t i;

	if (entries.count == 0)
		return;
	print_heading(text, block->arena, block->findings);
	for (i = 0; i < entries.count; i++)
		print_entry(text, block, entries.items[i].index);
	if (entries.hidden > 0)
		print_line(text, GUTTER, arena_printf(block->arena,
		    "and %zu more findings", entries.hidden));
	print_references(text, block->arena, block->findings);
	print_line(text, GUTTER, clean(block->arena, arena_printf(block->arena,
	    "cpward checks explain %s", block->findings->check)));
}

static void
print_collectors(const struct text *text, struct arena *arena,
    const struct facts *facts)
{
	bool headed = false;
	size_t i;

	for (i = 0; i < facts->collectors.count; i++) {
		const struct collector_report *collector =
		    &facts->collectors.items[i];
		const char *why = collector->why;

		if (collector->state == COLLECTOR_OK ||
		    (why != NULL && strcmp(why, COLLECTOR_NOT_NEEDED) == 0))
			continue;
		if (!headed)
			fputs("\ncollectors that did not see everything:\n",
			    text->out);
		headed = true;
		/* The state says it already. */
		if (why != NULL && strncmp(why, FACT_SKIPPED_PREFIX,
		    strlen(FACT_SKIPPED_PREFIX)) == 0)
			why += strlen(FACT_SKIPPED_PREFIX);
		print_row(text, clean(arena, arena_printf(arena,
		    "%s %s: %s", collector->name,
		    collector_state_name(collector->state),
		    why == NULL ? "no reason given" : why)));
	}
}

static size_t
count_passes(const struct finding *findings, size_t count)
{
	size_t passes = 0;
	size_t i;

	for (i = 0; i < count; i++)
		passes += findings[i].result == RESULT_PASS;
	return passes;
}

/* Ids alone, with how many subjects: what is well needs no words. */
static void
print_passes(const struct text *text)
{
	struct wrap wrap = wrap_at(text, LIST_INDENT);
	struct block block = { 0 };

	fprintf(text->out, "%*s", LIST_INDENT, "");
	wrap.column = LIST_INDENT;
	wrap.width--;	/* for the comma */
	while (block_next(text, &block)) {
		const char *id = clean(block.arena, block.findings->check);
		size_t passes = count_passes(block.findings, block.count);

		if (passes == 0)
			continue;
		if (wrap.started) {
			fputc(',', text->out);
			wrap.column++;
		}
		wrap_word(&wrap, block.count == 1 ? id : passes == block.count ?
		    arena_printf(block.arena, "%s (%zu)", id, passes) :
		    arena_printf(block.arena, "%s (%zu of %zu)", id, passes,
		    block.count));
	}
	wrap_end(&wrap);
}

static void
print_others(const struct text *text, enum result result)
{
	struct block block = { 0 };
	struct entries entries;
	const char *check;
	size_t i, index;

	while (block_next(text, &block)) {
		entries = block_entries(text, &block, RESULT_BIT(result));
		check = clean(block.arena, block.findings->check);
		for (i = 0; i < entries.count; i++) {
			index = entries.items[i].index;
			print_row(text, arena_printf(block.arena, "%s %s", check,
			    entry_line(block.arena, &block.findings[index],
			    &block.similar[index])));
		}
		if (entries.hidden > 0)
			print_row(text, arena_printf(block.arena,
			    "%s and %zu more findings", check, entries.hidden));
	}
}

/* What needs no attention. Not selected is counted, never listed. */
static void
print_rest(const struct text *text, const struct tally *tally)
{
	static const enum result rest[] = {
		RESULT_PASS, RESULT_FIXED, RESULT_WAIVED, RESULT_ATTESTED,
		RESULT_NOTAPPLICABLE,
	};
	bool any = false;
	size_t i;

	for (i = 0; i < sizeof(rest) / sizeof(rest[0]); i++) {
		if (tally->results[rest[i]] == 0)
			continue;
		fprintf(text->out, "%s%s:\n", any ? "" : "\n",
		    result_name(rest[i]));
		any = true;
		if (rest[i] == RESULT_PASS)
			print_passes(text);
		else
			print_others(text, rest[i]);
	}
}

/* "findings, fail: 1 critical, 6 high": a check may have several. */
static void
print_severities(const struct text *text, const struct tally *tally,
    enum result result)
{
	const char *separator = " ";
	int severity;

	fprintf(text->out, "findings, %s:", result_name(result));
	for (severity = SEVERITY_COUNT - 1; severity >= 0; severity--) {
		size_t count = tally->findings[severity][result];

		if (count == 0)
			continue;
		fprintf(text->out, "%s%zu %s", separator, count,
		    severity_name((enum severity)severity));
		separator = ", ";
	}
	fputs(tally->results[result] == 0 ? " none\n" : "\n", text->out);
}

/* Last, because it is what stays on the screen. */
static void
print_summary(const struct text *text, const struct tally *tally)
{
	size_t i;

	fputc('\n', text->out);
	for (i = 0; i < RESULT_COUNT; i++)
		if ((NEEDS_ATTENTION & RESULT_BIT(tally_order[i])) != 0 &&
		    (tally_order[i] == RESULT_FAIL ||
		    tally->results[tally_order[i]] > 0))
			print_severities(text, tally, tally_order[i]);
	if (*text->shortened)
		print_line(text, 0, "Some lines stand for many findings: "
		    "-o json lists every one.");
	print_line(text, 0, "Technical observations, not legal advice.");
}

int
report_text(FILE *out, const struct run *run,
    const struct report_options *options)
{
	unsigned width = options->width == 0 ? DEFAULT_WIDTH : options->width;
	bool shortened = false;
	const struct text text = {
		.out = out,
		.width = width < MIN_WIDTH ? MIN_WIDTH : width,
		.color = options->color,
		.findings = run->findings,
		.shortened = &shortened,
	};
	struct arena *arena = arena_new();
	struct block block = { 0 };
	struct tally tally;

	tally_count(run->findings, &tally);
	print_header(&text, arena, run, &tally);
	while (block_next(&text, &block))
		print_attention(&text, &block);
	print_collectors(&text, arena, run->facts);
	print_rest(&text, &tally);
	print_summary(&text, &tally);
	arena_free(arena);
	return 0;
}
