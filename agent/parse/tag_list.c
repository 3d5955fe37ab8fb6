#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "parse/tag_list.h"

#define QUOTE_MAX 64
#define DOMAIN_MAX 253
#define LABEL_MAX 63

static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

static bool
is_letter(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static bool
is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

struct slice
slice_trim(struct slice slice)
{
	while (slice.length > 0 && is_blank(slice.bytes[0])) {
		slice.bytes++;
		slice.length--;
	}
	while (slice.length > 0 && is_blank(slice.bytes[slice.length - 1]))
		slice.length--;
	return slice;
}

bool
slice_next(struct slice *rest, char separator, struct slice *ret_piece)
{
	const char *end;

	*rest = slice_trim(*rest);
	if (rest->length == 0)
		return false;
	end = memchr(rest->bytes, separator, rest->length);
	ret_piece->bytes = rest->bytes;
	ret_piece->length = end == NULL ? rest->length :
	    (size_t)(end - rest->bytes);
	rest->length -= ret_piece->length + (end != NULL);
	rest->bytes += ret_piece->length + (end != NULL);
	*ret_piece = slice_trim(*ret_piece);
	return true;
}

struct tag
tag_split(struct slice piece)
{
	const char *equals = piece.length == 0 ? NULL :
	    memchr(piece.bytes, '=', piece.length);
	struct tag tag = { .name = piece };

	if (equals == NULL)
		return tag;
	tag.has_value = true;
	tag.name.length = (size_t)(equals - piece.bytes);
	tag.value.bytes = equals + 1;
	tag.value.length = piece.length - tag.name.length - 1;
	return tag;
}

/* ---- comparing ---- */

bool
slice_is(struct slice slice, const char *text)
{
	/* Most comparisons in a table of names end at the first byte. */
	return slice.length > 0 && slice.bytes[0] == text[0] &&
	    slice.length == strlen(text) &&
	    memcmp(slice.bytes, text, slice.length) == 0;
}

bool
slice_is_word(struct slice slice, const char *word)
{
	return slice.length == strlen(word) &&
	    strncasecmp(slice.bytes, word, slice.length) == 0;
}

bool
slice_is_plain(struct slice slice, const char *others)
{
	size_t i;

	for (i = 0; i < slice.length; i++) {
		char byte = slice.bytes[i];

		if (!is_letter(byte) && !is_digit(byte) &&
		    (byte == '\0' || strchr(others, byte) == NULL))
			return false;
	}
	return true;
}

bool
slice_is_digits(struct slice slice)
{
	size_t i;

	for (i = 0; i < slice.length; i++)
		if (!is_digit(slice.bytes[i]))
			return false;
	return true;
}

bool
slice_printable(struct slice slice)
{
	size_t i;

	for (i = 0; i < slice.length; i++)
		if (slice.bytes[i] < ' ' || slice.bytes[i] > '~')
			return false;
	return true;
}

const char *
slice_quote(struct arena *arena, struct slice slice)
{
	size_t length = slice.length > QUOTE_MAX ? QUOTE_MAX : slice.length, i;
	char *text = arena_alloc(arena, length + sizeof("..."));

	for (i = 0; i < length; i++)
		text[i] = slice.bytes[i] < ' ' || slice.bytes[i] > '~' ?
		    '?' : slice.bytes[i];
	if (length < slice.length)
		memcpy(text + length, "...", sizeof("..."));
	return text;
}

/* ---- names and URIs ---- */

bool
slice_is_domain(struct slice slice)
{
	struct slice label = { slice.bytes, 0 };
	size_t i;

	if (slice.length == 0 || slice.length > DOMAIN_MAX ||
	    !slice_is_plain(slice, "-_."))
		return false;
	for (i = 0; i <= slice.length; i++) {
		if (i < slice.length && slice.bytes[i] != '.') {
			label.length++;
			continue;
		}
		if (label.length == 0 || label.length > LABEL_MAX)
			return false;
		label.length = 0;
	}
	return true;
}

static bool
after_scheme(struct slice uri, struct slice *ret_scheme,
    struct slice *ret_rest)
{
	const char *colon = uri.length == 0 ? NULL :
	    memchr(uri.bytes, ':', uri.length);

	if (colon == NULL)
		return false;
	ret_scheme->bytes = uri.bytes;
	ret_scheme->length = (size_t)(colon - uri.bytes);
	ret_rest->bytes = colon + 1;
	ret_rest->length = uri.length - ret_scheme->length - 1;
	return true;
}

/* What is behind the last '@' and before a '?' (RFC 6068). */
static bool
mailto_host(struct slice address, struct slice *ret_host)
{
	const char *query = address.length == 0 ? NULL :
	    memchr(address.bytes, '?', address.length);
	const char *at;

	if (query != NULL)
		address.length = (size_t)(query - address.bytes);
	at = address.length == 0 ? NULL :
	    memrchr(address.bytes, '@', address.length);
	if (at == NULL || at == address.bytes)
		return false;
	ret_host->bytes = at + 1;
	ret_host->length = address.length - (size_t)(at + 1 - address.bytes);
	return slice_is_domain(*ret_host);
}

bool
uri_mailto_host(struct slice uri, struct slice *ret_host)
{
	struct slice scheme, rest;

	return after_scheme(uri, &scheme, &rest) &&
	    slice_is_word(scheme, "mailto") && mailto_host(rest, ret_host);
}

bool
uri_is_valid(struct slice uri)
{
	struct slice scheme, rest, host;

	if (!after_scheme(uri, &scheme, &rest) || scheme.length == 0 ||
	    rest.length == 0 || !is_letter(scheme.bytes[0]) ||
	    !slice_is_plain(scheme, "+-.") ||
	    !slice_is_plain(rest, "-._~:/?#[]@$&'()*+;=%"))
		return false;
	return !slice_is_word(scheme, "mailto") || mailto_host(rest, &host);
}
