#include <string.h>

#include "base/arena.h"
#include "parse/dmarc.h"
#include "parse/tag_list.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct reading {
	struct arena *arena;
	struct dmarc_record *record;
	const char **rua, **removed, **unknown;
	unsigned seen;		/* bits: known tags, v the lowest */
	struct tag bad_policy;	/* p, sp or np that is no such word */
	struct slice fo;
	bool valid_rua;
	bool has_ruf;
	const char *twice;	/* a tag that stands more than once */
};

static const char *const policy_names[] = {
	[DMARC_UNSET] = "",
	[DMARC_NONE] = "none",
	[DMARC_QUARANTINE] = "quarantine",
	[DMARC_REJECT] = "reject",
};

const char *
dmarc_policy_name(enum dmarc_policy policy)
{
	return policy_names[policy];
}

/* The first is reported: later ones often follow from it. */
static void
tag_error(struct reading *reading, const struct tag *tag, const char *text)
{
	if (reading->record->error == NULL)
		reading->record->error = arena_printf(reading->arena,
		    "%s=%s: %s", slice_quote(reading->arena, tag->name),
		    slice_quote(reading->arena, tag->value), text);
}

static void
add_once(struct arena *arena, const char ***list, size_t *count,
    const char *item)
{
	size_t i;

	for (i = 0; i < *count; i++)
		if (strcmp((*list)[i], item) == 0)
			return;
	*arena_push(arena, list, count) = item;
}

/* ---- values ---- */

static enum dmarc_policy
read_policy(struct reading *reading, const struct tag *tag)
{
	size_t i;

	for (i = DMARC_NONE; i < COUNT(policy_names); i++)
		if (slice_is_word(tag->value, policy_names[i]))
			return (enum dmarc_policy)i;
	if (reading->bad_policy.name.length == 0)
		reading->bad_policy = *tag;
	return DMARC_UNSET;
}

static void
read_p(struct reading *reading, const struct tag *tag)
{
	reading->record->policy = read_policy(reading, tag);
}

static void
read_sp(struct reading *reading, const struct tag *tag)
{
	reading->record->subdomain = read_policy(reading, tag);
}

static void
read_np(struct reading *reading, const struct tag *tag)
{
	reading->record->nonexistent = read_policy(reading, tag);
}

/* One of the letters, in any case; 0 and an error for anything else. */
static char
read_letter(struct reading *reading, const struct tag *tag,
    const char *letters, const char *error)
{
	char letter = tag->value.length == 1 ? tag->value.bytes[0] : '\0';

	if (letter >= 'A' && letter <= 'Z')
		letter = (char)(letter - 'A' + 'a');
	if (letter != '\0' && strchr(letters, letter) != NULL)
		return letter;
	tag_error(reading, tag, error);
	return '\0';
}

static void
read_t(struct reading *reading, const struct tag *tag)
{
	reading->record->testing = read_letter(reading, tag, "yn",
	    "neither y nor n, receivers take n") == 'y';
}

static void
read_psd(struct reading *reading, const struct tag *tag)
{
	char letter = read_letter(reading, tag, "ynu",
	    "none of y, n and u, receivers take u");

	reading->record->psd = letter == '\0' ? 'u' : letter;
}

#define ALIGNMENT_ERROR "neither r nor s, receivers take r"

static void
read_adkim(struct reading *reading, const struct tag *tag)
{
	reading->record->adkim = read_letter(reading, tag, "rs",
	    ALIGNMENT_ERROR);
}

static void
read_aspf(struct reading *reading, const struct tag *tag)
{
	reading->record->aspf = read_letter(reading, tag, "rs",
	    ALIGNMENT_ERROR);
}

static void
read_fo(struct reading *reading, const struct tag *tag)
{
	reading->fo = tag->value;
}

/* ---- URIs ---- */

/* "!10m" at the end: RFC 7489 had it, reporters now leave it out. */
static struct slice
without_size(struct slice uri)
{
	size_t length = uri.length;

	if (length > 0 && strchr("kmgtKMGT", uri.bytes[length - 1]) != NULL)
		length--;
	if (length == 0 || strchr("0123456789", uri.bytes[length - 1]) == NULL)
		return uri;
	while (length > 0 && uri.bytes[length - 1] >= '0' &&
	    uri.bytes[length - 1] <= '9')
		length--;
	if (length > 0 && uri.bytes[length - 1] == '!')
		uri.length = length - 1;
	return uri;
}

/* True when it is valid. */
static bool
read_uri(struct reading *reading, const struct tag *tag, struct slice uri)
{
	struct dmarc_record *record = reading->record;
	struct slice bare = without_size(uri);

	if (bare.length < uri.length)
		add_once(reading->arena, &reading->removed,
		    &record->removed_count, "!size");
	if (uri_is_valid(bare))
		return true;
	if (record->error == NULL)
		record->error = arena_printf(reading->arena,
		    "%s: \"%s\" is no URI", slice_quote(reading->arena,
		    tag->name), slice_quote(reading->arena, uri));
	return false;
}

static void
read_rua(struct reading *reading, const struct tag *tag)
{
	struct dmarc_record *record = reading->record;
	struct slice rest = tag->value, uri;

	while (slice_next(&rest, ',', &uri)) {
		if (record->rua_count == DMARC_URI_LIMIT) {
			tag_error(reading, tag, "more URIs than are read");
			return;
		}
		if (read_uri(reading, tag, uri))
			reading->valid_rua = true;
		if (uri.length > 0)
			*arena_push(reading->arena, &reading->rua,
			    &record->rua_count) = arena_memdup(reading->arena,
			    uri.bytes, uri.length);
	}
}

static void
read_ruf(struct reading *reading, const struct tag *tag)
{
	struct slice rest = tag->value, uri;
	size_t count = 0;

	reading->has_ruf = true;
	while (count++ < DMARC_URI_LIMIT && slice_next(&rest, ',', &uri))
		(void)read_uri(reading, tag, uri);
}

static void
read_removed(struct reading *reading, const struct tag *tag)
{
	add_once(reading->arena, &reading->removed,
	    &reading->record->removed_count,
	    arena_memdup(reading->arena, tag->name.bytes, tag->name.length));
}

/* ---- tags ---- */

static const struct {
	const char *name;
	void (*read)(struct reading *reading, const struct tag *tag);
} known_tags[] = {
	{ "v", NULL },	/* read by then: it is the first, and may not come again */
	{ "p", read_p }, { "sp", read_sp }, { "np", read_np },
	{ "rua", read_rua }, { "ruf", read_ruf }, { "fo", read_fo },
	{ "adkim", read_adkim }, { "aspf", read_aspf },
	{ "t", read_t }, { "psd", read_psd },
	{ "pct", read_removed }, { "rf", read_removed }, { "ri", read_removed },
};

static void
read_unknown(struct reading *reading, const struct tag *tag)
{
	struct dmarc_record *record = reading->record;
	const char *name = slice_quote(reading->arena, tag->name);
	size_t i;

	for (i = 0; i < record->unknown_count; i++)
		if (strcmp(reading->unknown[i], name) == 0)
			reading->twice = name;
	if (record->unknown_count < DMARC_UNKNOWN_LIMIT)
		add_once(reading->arena, &reading->unknown,
		    &record->unknown_count, name);
}

static void
read_tag(struct reading *reading, const struct tag *tag)
{
	size_t i;

	for (i = 0; i < COUNT(known_tags); i++) {
		if (!slice_is(tag->name, known_tags[i].name))
			continue;
		if ((reading->seen & (1u << i)) != 0)
			reading->twice = known_tags[i].name;
		else
			known_tags[i].read(reading, tag);
		reading->seen |= 1u << i;
		return;
	}
	read_unknown(reading, tag);
}

/* RFC 9989 4.8: what is no tag by the grammar is as if it were not there. */
static void
read_piece(struct reading *reading, struct slice piece)
{
	struct tag tag = tag_split(piece);

	tag.name = slice_trim(tag.name);
	tag.value = slice_trim(tag.value);
	if (piece.length == 0)
		return;
	if (tag.has_value && tag.name.length > 0 && tag.value.length > 0 &&
	    slice_printable(piece))
		read_tag(reading, &tag);
	else if (reading->record->error == NULL)
		reading->record->error = arena_printf(reading->arena,
		    "\"%s\" is no tag with a value",
		    slice_quote(reading->arena, piece));
}

/* "v", blanks, "=", blanks, "DMARC1", and then nothing but the list goes on. */
static bool
read_version(struct slice *rest)
{
	struct slice piece;
	struct tag tag;

	/* A blank before it is no part of the grammar (RFC 9989 4.8). */
	if (rest->length == 0 || rest->bytes[0] != 'v' ||
	    !slice_next(rest, ';', &piece))
		return false;
	tag = tag_split(piece);
	return tag.has_value && slice_is(slice_trim(tag.name), "v") &&
	    slice_is(slice_trim(tag.value), "DMARC1");
}

/* ---- the whole ---- */

/* Each once, and 0 and 1 not together. Without ruf nobody reads it. */
static void
check_fo(struct reading *reading)
{
	static const char options[] = "01ds";
	struct slice rest = reading->fo, option;
	const char *at;
	unsigned seen = 0;
	bool wrong = false;

	if (!reading->has_ruf || reading->fo.length == 0)
		return;
	while (!wrong && slice_next(&rest, ':', &option)) {
		at = option.length != 1 || option.bytes[0] == '\0' ? NULL :
		    strchr(options, option.bytes[0] | (option.bytes[0] >= 'A' ?
		    0x20 : 0));
		wrong = at == NULL || (seen & (1u << (at - options))) != 0;
		if (!wrong)
			seen |= 1u << (at - options);
	}
	if ((wrong || (seen & 3) == 3) && reading->record->error == NULL)
		reading->record->error = arena_printf(reading->arena,
		    "fo=%s: not each of d, s and one of 0 and 1 at most once, "
		    "receivers take 0", slice_quote(reading->arena,
		    reading->fo));
}

/* RFC 9989 4.10.1. What makes all of it void is said before all else. */
static void
check_policy(struct reading *reading)
{
	struct dmarc_record *record = reading->record;
	struct arena *arena = reading->arena;
	const struct tag *bad = &reading->bad_policy;

	if (record->policy != DMARC_UNSET && bad->name.length == 0)
		return;
	record->as_none = reading->valid_rua;
	record->ignored = !reading->valid_rua;
	if (bad->name.length > 0)
		record->error = arena_printf(arena,
		    "%s=%s: none of none, quarantine and reject, receivers %s",
		    slice_quote(arena, bad->name),
		    slice_quote(arena, bad->value), record->as_none ?
		    "act as if the record said p=none" :
		    "ignore the record, which has no valid rua");
	else if (record->ignored)
		record->error = "neither p nor a valid rua: receivers ignore "
		    "the record";
}

bool
dmarc_record_read(struct arena *arena, const char *text, size_t length,
    struct dmarc_record *ret)
{
	struct slice rest = { text, length }, piece;
	struct reading reading = { .arena = arena, .record = ret, .seen = 1 };

	if (!read_version(&rest))
		return false;
	*ret = (struct dmarc_record){ .psd = 'u' };
	ret->text = arena_memdup(arena, text, length);
	while (slice_next(&rest, ';', &piece))
		read_piece(&reading, piece);
	check_fo(&reading);
	check_policy(&reading);
	if (reading.twice != NULL) {
		ret->ignored = true;
		ret->as_none = false;
		ret->error = arena_printf(arena, "%s stands more than once: "
		    "that makes the whole record invalid", reading.twice);
	}
	ret->rua = reading.rua;
	ret->removed = reading.removed;
	ret->unknown = reading.unknown;
	return true;
}
