/*
 * Lists of "name=value" with ';' between them, as TXT records of mail write
 * them (RFC 6376 3.2, RFC 8461 3.1, RFC 8460 3). Slices point into the record,
 * which may hold any bytes.
 */
#ifndef CPWARD_PARSE_TAG_LIST_H
#define CPWARD_PARSE_TAG_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

struct slice {
	const char *bytes;
	size_t length;
};

struct tag {
	struct slice name;
	struct slice value;
	bool has_value;		/* there was a '=' */
};

/*
 * The next piece of *rest, blanks around it cut off, and *rest behind it. false
 * at the end; what is only blanks behind the last ';' is the end, too. Between
 * two ';' the piece is empty.
 */
bool slice_next(struct slice *rest, char separator, struct slice *ret_piece);
/* Cuts at the first '='. Blanks around '=' are not cut off: RFC 8461 has none. */
struct tag tag_split(struct slice piece);
struct slice slice_trim(struct slice slice);

bool slice_is(struct slice slice, const char *text);
bool slice_is_word(struct slice slice, const char *word);	/* in any case */
/* Of ASCII letters, digits and these bytes alone; an empty slice is. */
bool slice_is_plain(struct slice slice, const char *others);
bool slice_is_digits(struct slice slice);
/* Printable ASCII with blanks in it. */
bool slice_printable(struct slice slice);

/* For a message: 64 bytes at most, '?' for what is not printable. */
const char *slice_quote(struct arena *arena, struct slice slice);

/*
 * A domain name of letters, digits, '-' and '_' with one label at least, 253
 * bytes at most, without the last dot.
 */
bool slice_is_domain(struct slice slice);

/* The host of "mailto:LOCAL@HOST"; false for anything else. */
bool uri_mailto_host(struct slice uri, struct slice *ret_host);
/*
 * A scheme (RFC 3986 3.1), ':' and bytes that a URI may have, ',' and '!' not
 * among them: both have to be encoded (RFC 9989 4.8). Of a mailto: an address.
 */
bool uri_is_valid(struct slice uri);

#endif
