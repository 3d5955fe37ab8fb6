/*
 * Macros of an Exim configuration: definition, and replacement in a line.
 *
 * Exim tries macro after macro, in the order they were made, each over the
 * whole line as the ones before left it. The order is what a reader can see,
 * so it is kept; which macros can be skipped is what makes it fast.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse/exim_private.h"

/* A macro name starts with an upper-case letter, a built-in one with _X. */
static bool
starts_name(const char *text)
{
	return exim_is_upper(text[0]) ||
	    (text[0] == '_' && exim_is_upper(text[1]));
}

static uint64_t
pair_bit(char first, char second)
{
	return UINT64_C(1) << (((unsigned char)first * 31u +
	    (unsigned char)second * 7u) & 63u);
}

/* A name of one letter can be followed by anything: it goes by "is there". */
static uint64_t
name_bit(const char *name)
{
	return name[1] == '\0' ? ~UINT64_C(0) : pair_bit(name[0], name[1]);
}

static const char *
skip_to_name(const char *text)
{
	while (*text != '\0' && !starts_name(text))
		text++;
	return text;
}

/* The first two bytes of everything in text that could be a macro's name. */
static uint64_t
pairs_of(const char *text)
{
	uint64_t pairs = 0;

	for (text = skip_to_name(text); *text != '\0';
	    text = skip_to_name(text + 1))
		pairs |= pair_bit(text[0], text[1]);
	return pairs;
}

static void
known_add(struct arena *arena, struct exim_known_macro **array, size_t *count,
    const char *name, const char *value, const struct conf_place *place)
{
	struct exim_known_macro *macro = arena_push(arena, array, count);

	macro->name = name;
	macro->value = value;
	macro->name_length = strlen(name);
	macro->pair = name_bit(name);
	macro->place = *place;
}

/* Only few files name a built-in macro: they are made when one may be. */
static void
builtin_prepare(struct exim_parse *parse)
{
	static const struct conf_place nowhere = { "", 0 };
	const char *equals, *entry;
	size_t i;

	if (parse->builtin_ready)
		return;
	parse->builtin_ready = true;
	if (parse->predefined == NULL) {
		exim_option_macros(parse);
		for (i = 0; i < parse->listed_count; i++)
			known_add(parse->arena, &parse->builtin,
			    &parse->builtin_count,
			    parse->listed[parse->listed_count - 1 - i], "y",
			    &nowhere);
		parse->listed = NULL;
		parse->listed_count = 0;
		return;
	}
	for (i = 0; (entry = parse->predefined[i]) != NULL; i++) {
		equals = strchr(entry, '=');
		if (*entry == '\0' || equals == entry)
			continue;
		known_add(parse->arena, &parse->builtin, &parse->builtin_count,
		    equals == NULL ? entry : arena_memdup(parse->arena, entry,
		    (size_t)(equals - entry)),
		    equals == NULL ? "y" : equals + 1, &nowhere);
	}
}

/*
 * Replaces one macro from offset on. Text put in is not searched again for
 * the same macro. 1 when it stood there, 0 when not, -1 over a cap.
 */
static int
replace_one(struct exim_parse *parse, size_t offset,
    const struct exim_known_macro *macro)
{
	struct buf swap, *line = &parse->line, *out = &parse->scratch;
	const char *from = line->bytes + offset, *hit;

	if (exim_charge(parse, line->length - offset) != 0)
		return -1;
	hit = strstr(from, macro->name);
	if (hit == NULL)
		return 0;
	buf_clear(out);
	from = line->bytes;
	do {
		if (buf_add(out, from, (size_t)(hit - from)) != 0 ||
		    buf_adds(out, macro->value) != 0)
			return err_at(parse->err, ERR_LIMIT,
			    parse->stack[parse->depth].name,
			    parse->stack[parse->depth].line,
			    "macro \"%s\" makes a line longer than %u bytes",
			    macro->name, CONF_MAX_LINE);
		from = hit + macro->name_length;
		hit = strstr(from, macro->name);
	} while (hit != NULL);
	if (buf_adds(out, from) != 0)
		return err_at(parse->err, ERR_LIMIT,
		    parse->stack[parse->depth].name,
		    parse->stack[parse->depth].line,
		    "a line is longer than %u bytes", CONF_MAX_LINE);
	if (exim_charge(parse, out->length) != 0)
		return -1;
	swap = *line;
	*line = *out;
	*out = swap;
	return 1;
}

static int
replace_from(struct exim_parse *parse, const struct exim_known_macro *macros,
    size_t count, size_t *offset, uint64_t *pairs, bool *found)
{
	size_t i;
	int result;

	if (exim_charge(parse, count) != 0)
		return -1;
	for (i = 0; i < count; i++) {
		if ((macros[i].pair & *pairs) == 0)
			continue;
		result = replace_one(parse, *offset, &macros[i]);
		if (result < 0)
			return -1;
		if (result == 0)
			continue;
		*found = true;
		*offset = (size_t)(skip_to_name(parse->line.bytes + *offset) -
		    parse->line.bytes);
		*pairs = pairs_of(parse->line.bytes + *offset);
	}
	return 0;
}

int
exim_macro_replace(struct exim_parse *parse, size_t offset, bool whole,
    bool *ret_found)
{
	const char *from = exim_skip_space(parse->line.bytes + offset), *name;
	uint64_t pairs;

	*ret_found = false;
	/* A comment whatever stands in it; not so in a continued line, see
	 * restore_stale() of exim_read.c. */
	if (whole && *from == '#')
		return 0;
	if (whole && exim_is_upper(*from)) {
		for (name = from; exim_is_name(*name); name++)
			;
		name = exim_skip_space(name);
		if (*name == '=')
			from = name;
	}
	from = skip_to_name(from);
	if (*from == '\0' || (*from != '_' && parse->macro_count == 0))
		return 0;
	offset = (size_t)(from - parse->line.bytes);
	pairs = pairs_of(from);
	/*
	 * Built-in macros are tried only when the first thing that could be a
	 * name starts with '_': ".ifdef X_HAVE_TLS" is not true.
	 */
	if (*from == '_') {
		builtin_prepare(parse);
		if (replace_from(parse, parse->builtin, parse->builtin_count,
		    &offset, &pairs, ret_found) != 0)
			return -1;
	}
	return replace_from(parse, parse->macros, parse->macro_count, &offset,
	    &pairs, ret_found);
}

/* A known macro whose name stands inside the new one, or NULL. */
static const struct exim_known_macro *
find_inside(const struct exim_known_macro *macros, size_t count,
    const char *name, struct exim_known_macro **ret_same)
{
	uint64_t pairs = pairs_of(name);
	size_t i;

	for (i = 0; i < count; i++) {
		if ((macros[i].pair & pairs) == 0)
			continue;
		if (strcmp(macros[i].name, name) == 0) {
			*ret_same = (struct exim_known_macro *)&macros[i];
			return NULL;
		}
		if (strstr(name, macros[i].name) != NULL)
			return &macros[i];
	}
	return NULL;
}

static int
macro_store(struct exim_parse *parse, const struct conf_place *place,
    const char *name, const char *value, bool again)
{
	const struct exim_known_macro *inside = NULL;
	struct exim_known_macro *same = NULL;

	if (exim_charge(parse, parse->macro_count) != 0)
		return -1;
	if (strchr(name, '_') != NULL) {
		builtin_prepare(parse);
		inside = find_inside(parse->builtin, parse->builtin_count,
		    name, &same);
	}
	if (inside == NULL)
		inside = find_inside(parse->macros, parse->macro_count, name,
		    &same);
	if (inside != NULL)
		return exim_refuse(parse, place, "\"%s\" cannot be defined as "
		    "a macro because previously defined macro \"%s\" is a "
		    "substring", name, inside->name);
	if (same != NULL && !again)
		return exim_refuse(parse, place, "macro \"%s\" is already "
		    "defined (use \"==\" to redefine it)", name);
	if (same == NULL && again)
		return exim_refuse(parse, place,
		    "can't redefine an undefined macro \"%s\"", name);
	value = arena_strdup(parse->arena, value);
	if (same == NULL) {
		known_add(parse->arena, &parse->macros, &parse->macro_count,
		    arena_strdup(parse->arena, name), value, place);
		return 0;
	}
	same->value = value;
	same->place = *place;
	return 0;
}

int
exim_macro_define(struct exim_parse *parse, const struct exim_line *line)
{
	const char *text = line->text;
	char name[EXIM_NAME_SIZE];
	size_t length = 0;
	bool again;

	while (exim_is_name(text[length]))
		length++;
	if (length >= sizeof(name))
		return exim_refuse(parse, &line->place,
		    "macro name too long (maximum is %d characters)",
		    EXIM_NAME_SIZE - 1);
	memcpy(name, text, length);
	name[length] = '\0';
	text = exim_skip_space(text + length);
	if (*text++ != '=')
		return exim_refuse(parse, &line->place,
		    "malformed macro definition");
	again = *text == '=';
	if (again)
		text++;
	return macro_store(parse, &line->place, name, exim_skip_space(text),
	    again);
}

void
exim_macro_export(struct exim_parse *parse)
{
	struct exim_conf *conf = parse->conf;
	size_t i;

	conf->macros = arena_array(parse->arena, parse->macro_count,
	    sizeof(*conf->macros));
	conf->macro_count = parse->macro_count;
	for (i = 0; i < parse->macro_count; i++) {
		conf->macros[i].name = parse->macros[i].name;
		conf->macros[i].value = parse->macros[i].value;
		conf->macros[i].place = parse->macros[i].place;
	}
}

/* Compares up to the '=' of an entry like "_OPT_MAIN_QUEUE_ONLY=y". */
static int
entry_compare(const char *one, const char *two)
{
	size_t one_length = strcspn(one, "="), two_length = strcspn(two, "=");
	size_t shorter = one_length < two_length ? one_length : two_length;
	int order = memcmp(one, two, shorter);

	if (order != 0 || one_length == two_length)
		return order;
	return one_length < two_length ? -1 : 1;
}

static bool
listed_prefix(const struct exim_parse *parse, const char *prefix,
    bool whole)
{
	size_t low = 0, high = parse->listed_count, middle;
	const char *entry;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (entry_compare(parse->listed[middle], prefix) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == parse->listed_count)
		return false;
	entry = parse->listed[low];
	if (whole)
		return entry_compare(entry, prefix) == 0;
	return strncmp(entry, prefix, strlen(prefix)) == 0;
}

enum exim_listed
exim_macro_listed(const struct exim_parse *parse, const char *prefix,
    const char *group, const char *name)
{
	char full[EXIM_NAME_SIZE * 4], *at;

	if (parse->listed == NULL || !listed_prefix(parse, prefix, false))
		return EXIM_NOT_ASKED;
	snprintf(full, sizeof(full), "%s_%s%s%s", prefix, group,
	    *group == '\0' ? "" : "_", name);
	for (at = full; *at != '\0'; at++)
		if (*at >= 'a' && *at <= 'z')
			*at = (char)(*at - 'a' + 'A');
	/* Exim builds these names in a buffer of EXIM_NAME_SIZE. */
	full[EXIM_NAME_SIZE - 1] = '\0';
	return listed_prefix(parse, full, true) ? EXIM_LISTED : EXIM_NOT_LISTED;
}
