#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "report/escape.h"
#include "report/ledger_columns.h"
#include "report/ledger_text_private.h"
#include "report/wrap.h"

#define DEFAULT_WIDTH 80
#define MIN_WIDTH 40
#define KEY_DIGITS 16
#define SHOWN_DIGITS 8

const char *
text_clean(const struct text *text, const char *bytes)
{
	return escape_terminal(text->arena, bytes, strlen(bytes));
}

const char *
text_count(const struct text *text, uint64_t number)
{
	return count_text(text->arena, number);
}

const char *
text_counted(const struct text *text, uint64_t number, const char *one, const char *more)
{
	return arena_join(text->arena, text_count(text, number), " ", number == 1 ? one : more);
}

const char *
text_day(const struct text *text, int32_t day)
{
	char *name = arena_alloc(text->arena, 11);

	log_day_text(day, name);
	return name;
}

void
text_print_colored(const struct text *text, const char *color, const char *words)
{
	if (text->color)
		fprintf(text->out, "\x1b[%sm%s\x1b[0m", color, words);
	else
		fputs(words, text->out);
}

void
text_print_heading(const struct text *text, const char *words)
{
	fputc('\n', text->out);
	text_print_colored(text, TEXT_BOLD, words);
	fputc('\n', text->out);
}

void
text_print_sentence(const struct text *text, const char *color, unsigned indent,
    const char *words)
{
	struct wrap wrap = {
		.out = text->out, .width = text->width, .indent = indent, .column = indent,
	};

	fprintf(text->out, "%*s", (int)indent, "");
	if (text->color && color != NULL)
		fprintf(text->out, "\x1b[%sm", color);
	wrap_text(&wrap, words);
	if (text->color && color != NULL)
		fputs("\x1b[0m", text->out);
	wrap_end(&wrap);
}

/* ---- what is covered ---- */

void
text_begin(struct text *text, FILE *out, const struct ledger_text_options *options,
    const struct account_names *names)
{
	unsigned width = options->width == 0 ? DEFAULT_WIDTH : options->width;

	*text = (struct text){
		.out = out,
		.arena = arena_new(),
		.names = names,
		.width = width < MIN_WIDTH ? MIN_WIDTH : width,
		.color = options->color,
		.utf8 = options->utf8,
	};
}

void
text_end(struct text *text)
{
	arena_free(text->arena);
}

/* The beginning also says to -o text:FILE that the file is ours. */
static void
print_days(const struct text *text, const struct ledger_covered *covered, const char *about)
{
	int32_t days = covered->last_day - covered->first_day + 1;

	fprintf(text->out, "cpward %s: ", covered->version);
	text_print_colored(text, TEXT_BOLD, arena_printf(text->arena,
	    "%s%s%" PRId32 " day%s, %s to %s", about == NULL ? "" : text_clean(text, about),
	    about == NULL ? "" : ", ", days, days == 1 ? "" : "s",
	    text_day(text, covered->first_day), text_day(text, covered->last_day)));
	fputc('\n', text->out);
}

void
text_print_coverage(const struct text *text, const struct ledger_covered *covered,
    const char *about)
{
	int32_t since = covered->update->first_day;
	size_t i;

	print_days(text, covered, about);
	if (since > covered->first_day)
		text_print_sentence(text, TEXT_UNKNOWN, 0, arena_join(text->arena,
		    "logs are whole from ", text_day(text, since),
		    " on: lines may be missing of ", text_counted(text,
		    (uint64_t)(since - covered->first_day), "day", "days"),
		    " before"));
	else if (since > 0)
		text_print_sentence(text, NULL, 0, arena_join(text->arena,
		    "logs are whole from ", text_day(text, since), " on"));
	for (i = 0; i < covered->unread_count; i++)
		text_print_sentence(text, TEXT_UNKNOWN, 0,
		    text_clean(text, covered->unread[i]));
}

/* ---- lines that ledger and forecast share ---- */

/* Eight digits of a key tell accounts apart, and find its row in the others' formats. */
const char *
text_account(const struct text *text, const struct ledger_group *group)
{
	const char *name = account_names_find(text->names, group->account);
	const char *key = group->account;

	if (name != NULL)
		return text_clean(text, name);
	if (key[0] == '\0' && group->domain[0] == '\0')
		return "not told";
	if (strlen(key) == KEY_DIGITS)
		key = arena_memdup(text->arena, key, SHOWN_DIGITS);
	return text_clean(text, group->domain[0] == '\0' ? key :
	    arena_join(text->arena, key, "@", group->domain));
}

const char *
text_or_untold(const struct text *text, const char *name)
{
	return name[0] == '\0' ? "not told" :
	    strcmp(name, "<>") == 0 ? "<> (bounces)" : text_clean(text, name);
}

void
text_add_login(const struct text *text, struct columns *columns,
    const struct ledger_group *group)
{
	columns_add(columns, text_account(text, group));
	columns_add(columns, ledger_service_name(group->service));
	columns_add(columns, text_or_untold(text, group->remote));
	if (columns->form[5] != '\0')
		columns_add(columns, ledger_tls_name(group->tls));
	columns_add(columns, text_count(text, group->logins));
	columns_add(columns, text_day(text, group->last_day));
}

void
text_print_more(const struct text *text, size_t shown, size_t all)
{
	if (all > shown)
		fprintf(text->out, "  and %s more: -o json or -o csv has them\n",
		    text_count(text, all - shown));
}

