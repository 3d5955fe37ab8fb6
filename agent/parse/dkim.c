#include <string.h>

#include "base/arena.h"
#include "parse/dkim_private.h"

#define TAGS_MAX 32	/* RFC 6376 knows seven */
#define QUOTED_MAX 40	/* of a value, in a message */

struct span {
	const char *text;
	size_t length;
};

struct tag {
	struct span name;
	struct span value;
};

struct tags {
	struct tag items[TAGS_MAX];
	size_t count;
};

/* ---- tag lists, RFC 6376 3.2 ---- */

static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static bool
is_alpha(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static struct span
trimmed(const char *text, size_t length)
{
	while (length > 0 && is_blank(text[0])) {
		text++;
		length--;
	}
	while (length > 0 && is_blank(text[length - 1]))
		length--;
	return (struct span){ text, length };
}

static bool
span_is(struct span span, const char *text)
{
	return span.length == strlen(text) &&
	    memcmp(span.text, text, span.length) == 0;
}

static int
quoted_length(struct span span)
{
	return (int)(span.length < QUOTED_MAX ? span.length : QUOTED_MAX);
}

/* Where the first byte is that no tag list has; length when there is none. */
static size_t
wrong_byte(const char *text, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++) {
		if ((text[i] >= 0x20 && text[i] < 0x7F) || text[i] == '\t')
			continue;
		/* FWS breaks a line, and goes on with a blank. */
		if (text[i] != '\r' || length - i < 3 || text[i + 1] != '\n' ||
		    (text[i + 2] != ' ' && text[i + 2] != '\t'))
			break;
		i++;
	}
	return i;
}

static bool
name_is_right(struct span name)
{
	size_t i;

	if (name.length == 0 || !is_alpha(name.text[0]))
		return false;
	for (i = 1; i < name.length; i++)
		if (!is_alpha(name.text[i]) && name.text[i] != '_' &&
		    (name.text[i] < '0' || name.text[i] > '9'))
			return false;
	return true;
}

static const struct span *
tag_value(const struct tags *tags, struct span name)
{
	size_t i;

	for (i = 0; i < tags->count; i++)
		if (tags->items[i].name.length == name.length &&
		    memcmp(tags->items[i].name.text, name.text,
		    name.length) == 0)
			return &tags->items[i].value;
	return NULL;
}

static const char *
add_tag(struct arena *arena, struct span spec, struct tags *tags)
{
	const char *equals = memchr(spec.text, '=', spec.length);
	struct span name;

	if (equals == NULL)
		return arena_printf(arena, "\"%.*s\" is no tag=value",
		    quoted_length(spec), spec.text);
	name = trimmed(spec.text, (size_t)(equals - spec.text));
	if (!name_is_right(name))
		return arena_printf(arena, "\"%.*s\" is no name of a tag",
		    quoted_length(name), name.text);
	if (tag_value(tags, name) != NULL)
		return arena_printf(arena, "tag %.*s= is there twice",
		    quoted_length(name), name.text);
	if (tags->count == TAGS_MAX)
		return "it has more than 32 tags";
	tags->items[tags->count++] = (struct tag){ name, trimmed(equals + 1,
	    (size_t)(spec.text + spec.length - equals - 1)) };
	return NULL;
}

static const char *
tags_read(struct arena *arena, struct span text, struct tags *tags)
{
	const char *at = text.text, *end = text.text + text.length;

	tags->count = 0;
	for (;;) {
		const char *stop = memchr(at, ';', (size_t)(end - at));
		struct span spec = trimmed(at,
		    (size_t)((stop == NULL ? end : stop) - at));
		const char *error;

		if (spec.length > 0)
			error = add_tag(arena, spec, tags);
		else if (stop == NULL && tags->count > 0)
			return NULL;	/* the last ";" ends a tag */
		else
			error = tags->count == 0 ? "it has no tag" :
			    "there is nothing between two semicolons";
		if (error != NULL || stop == NULL)
			return error;
		at = stop + 1;
	}
}

static const struct span *
tag(const struct tags *tags, const char *name)
{
	return tag_value(tags, (struct span){ name, strlen(name) });
}

/* Is one of the words in a list with colons between? */
static bool
list_has(const struct span *list, const char *word)
{
	const char *at = list->text, *end = at + list->length;

	for (;;) {
		const char *stop = memchr(at, ':', (size_t)(end - at));

		if (span_is(trimmed(at,
		    (size_t)((stop == NULL ? end : stop) - at)), word))
			return true;
		if (stop == NULL)
			return false;
		at = stop + 1;
	}
}

/* ---- key records, RFC 6376 3.6.1 ---- */

static const char *
text_error(struct arena *arena, const char *text, size_t length)
{
	size_t wrong;

	if (length > DKIM_TEXT_MAX)
		return arena_printf(arena, "it has %zu bytes, more than a TXT "
		    "record holds", length);
	wrong = wrong_byte(text, length);
	if (wrong < length)
		return arena_printf(arena, "byte %zu is 0x%02x, which no tag "
		    "list has", wrong + 1, (unsigned char)text[wrong]);
	return NULL;
}

static const char *
version_error(struct arena *arena, const struct tags *tags)
{
	const struct span *version = tag(tags, "v");

	if (version == NULL || span_is(*version, "DKIM1"))
		return version == NULL || version == &tags->items[0].value ?
		    NULL : "v= is not the first tag";
	return arena_printf(arena, "v=%.*s is not DKIM1",
	    quoted_length(*version), version->text);
}

static const char *
hashes_error(struct arena *arena, const struct tags *tags)
{
	const struct span *hashes = tag(tags, "h");

	if (hashes == NULL || list_has(hashes, "sha256"))
		return NULL;
	if (list_has(hashes, "sha1"))
		return arena_printf(arena, "h=%.*s allows SHA-1 and not "
		    "SHA-256, and verifiers refuse SHA-1 (RFC 8301 3.1)",
		    quoted_length(*hashes), hashes->text);
	return arena_printf(arena, "h=%.*s does not allow sha256",
	    quoted_length(*hashes), hashes->text);
}

static const char *
services_error(struct arena *arena, const struct tags *tags)
{
	const struct span *services = tag(tags, "s");

	if (services == NULL || list_has(services, "*") ||
	    list_has(services, "email"))
		return NULL;
	return arena_printf(arena, "s=%.*s does not allow email",
	    quoted_length(*services), services->text);
}

static const char *
base64_error(struct arena *arena, enum base64_result result,
    struct span text, size_t at)
{
	switch (result) {
	case BASE64_WRONG:
		return arena_printf(arena, "p= is no base64: its character "
		    "%zu is %c", at + 1, text.text[at]);
	case BASE64_UNEVEN:
		return "p= is no base64: it breaks off inside a group of four";
	case BASE64_LONG:
		return "p= is longer than an RSA key of 16384 bits";
	case BASE64_FINE:
		break;
	}
	return NULL;
}

static const char *
read_ed25519(struct arena *arena, struct der der, struct dkim_key *ret)
{
	if (der.length != DKIM_ED25519_BYTES) {
		if (dkim_names_oid(der, LITERAL(ED25519_OID)))
			return "p= holds a SubjectPublicKeyInfo; k=ed25519 "
			    "wants its last 32 bytes alone (RFC 8463 4.2)";
		return arena_printf(arena, "p= has %zu bytes, an Ed25519 key "
		    "has 32", der.length);
	}
	dkim_ed25519_set(arena, der.bytes, ret);
	return NULL;
}

static const char *
read_key(struct arena *arena, const struct span *algorithm,
    const struct span *text, struct dkim_record *ret)
{
	unsigned char bytes[DKIM_PUBLIC_MAX];
	struct der der = { .bytes = bytes };
	enum base64_result result;
	size_t at;

	if (ret->key.algorithm == DKIM_OTHER)
		return arena_printf(arena, "k=%.*s is neither rsa nor ed25519",
		    quoted_length(*algorithm), algorithm->text);
	result = dkim_base64_read(text->text, text->length, bytes,
	    sizeof(bytes), &der.length, &at);
	if (result != BASE64_FINE)
		return base64_error(arena, result, *text, at);
	if (algorithm != NULL && span_is(*algorithm, "ed25519"))
		return read_ed25519(arena, der, &ret->key);
	return dkim_rsa_read(arena, der, &ret->key, &ret->oddity);
}

static const char *
published(struct arena *arena, const struct span *value)
{
	return value == NULL ? NULL :
	    arena_memdup(arena, value->text, value->length);
}

static const char *
record_error(struct arena *arena, const struct tags *tags,
    struct dkim_record *ret)
{
	const struct span *algorithm = tag(tags, "k"), *key = tag(tags, "p");
	const char *error = version_error(arena, tags);

	if (error != NULL)
		return error;
	if (key == NULL)
		return "there is no p=, no key";
	ret->revoked = key->length == 0;
	if (ret->revoked)
		return NULL;	/* whatever the rest says */
	if (algorithm != NULL && !span_is(*algorithm, "rsa") &&
	    !span_is(*algorithm, "ed25519"))
		ret->key.algorithm = DKIM_OTHER;
	error = read_key(arena, algorithm, key, ret);
	if (error == NULL)
		error = hashes_error(arena, tags);
	return error != NULL ? error : services_error(arena, tags);
}

void
dkim_record_read(struct arena *arena, const char *text, size_t length,
    struct dkim_record *ret)
{
	struct tags tags;
	const struct span *flags;

	*ret = (struct dkim_record){ .error = text_error(arena, text, length) };
	if (ret->error == NULL)
		ret->error = tags_read(arena, (struct span){ text, length },
		    &tags);
	if (ret->error != NULL)
		return;
	flags = tag(&tags, "t");
	ret->testing = flags != NULL && list_has(flags, "y");
	ret->strict = flags != NULL && list_has(flags, "s");
	ret->hashes = published(arena, tag(&tags, "h"));
	ret->services = published(arena, tag(&tags, "s"));
	ret->error = record_error(arena, &tags, ret);
	ret->weakness = dkim_weakness(arena, &ret->key);
}
