#include <stdio.h>
#include <string.h>

#include "parse/spf_private.h"

#define DELIMITERS ".-+,/_="
#define LABEL_MAX 63
#define NAME_MAX_TEXT 253	/* without the last dot */
/* A macro number this large keeps all parts; 7.3 wants 127 at least. */
#define KEEP_MAX 100000

static bool
is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool
is_alpha(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/* ---- syntax ---- */

/* "%{" letter transformers *delimiter "}", from behind the brace. */
static size_t
read_macro_body(struct spf_span text, struct spf_macro *ret)
{
	size_t i = 3;
	bool number;

	if (text.length < 4 || !is_alpha(text.at[2]))
		return 0;
	ret->letter = (char)(text.at[2] | 0x20);
	ret->escaped = text.at[2] != ret->letter;
	if (strchr("slodiphcrtv", ret->letter) == NULL)
		return 0;
	for (number = false; i < text.length && is_digit(text.at[i]); i++) {
		number = true;
		if (ret->keep < KEEP_MAX)
			ret->keep = ret->keep * 10 +
			    (unsigned)(text.at[i] - '0');
	}
	if (number && ret->keep == 0)
		return 0;
	if (i < text.length && (text.at[i] | 0x20) == 'r') {
		ret->reversed = true;
		i++;
	}
	ret->delimiters.at = text.at + i;
	while (i < text.length && text.at[i] != '\0' &&
	    strchr(DELIMITERS, text.at[i]) != NULL)
		i++;
	ret->delimiters.length = (size_t)(text.at + i - ret->delimiters.at);
	return i < text.length && text.at[i] == '}' ? i + 1 : 0;
}

size_t
spf_macro_read(struct spf_span text, struct spf_macro *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (text.length < 2)
		return 0;
	switch (text.at[1]) {
	case '%':
	case '_':
	case '-':
		ret->letter = text.at[1];
		return 2;
	case '{':
		return read_macro_body(text, ret);
	default:
		return 0;
	}
}

static bool
only_in_explanations(const struct spf_macro *macro)
{
	return macro->letter == 'c' || macro->letter == 'r' ||
	    macro->letter == 't';
}

enum spf_mistake
spf_macro_string_check(struct spf_span text, bool blanks)
{
	const char lowest = blanks ? ' ' : '!';
	struct spf_macro macro;
	size_t i = 0, length;

	while (i < text.length) {
		if (text.at[i] < lowest || text.at[i] > '~')
			return SPF_BAD_BYTE;
		if (text.at[i] != '%') {
			i++;
			continue;
		}
		length = spf_macro_read((struct spf_span){ text.at + i,
		    text.length - i }, &macro);
		if (length == 0)
			return SPF_BAD_MACRO;
		i += length;
	}
	return SPF_NO_MISTAKE;
}

/* Does the text end in "." toplabel [ "." ]? */
static bool
ends_in_toplabel(struct spf_span text)
{
	size_t end = text.length, begin, i;
	bool other_than_digits = false;

	if (end > 0 && text.at[end - 1] == '.')
		end--;
	for (begin = end; begin > 0 && text.at[begin - 1] != '.'; begin--)
		;
	if (begin == 0 || begin == end)
		return false;
	for (i = begin; i < end; i++) {
		if (!is_digit(text.at[i]) && !is_alpha(text.at[i]) &&
		    text.at[i] != '-')
			return false;
		other_than_digits |= !is_digit(text.at[i]);
	}
	return other_than_digits && text.at[begin] != '-' &&
	    text.at[end - 1] != '-';
}

/* Labels of a name that no macro changes: what no server can be asked for. */
static bool
labels_fit(struct spf_span name)
{
	size_t label = 0, i;

	for (i = 0; i < name.length; i++) {
		if (name.at[i] != '.') {
			label++;
			continue;
		}
		if (label == 0 || label > LABEL_MAX)
			return false;
		label = 0;
	}
	return label <= LABEL_MAX;
}

enum spf_mistake
spf_domain_spec_check(struct spf_span spec)
{
	struct spf_span tail = spec;
	struct spf_macro macro;
	size_t i = 0, length;
	const char *percent;

	if (spec.length == 0)
		return SPF_NO_ARGUMENT;
	while ((percent = memchr(spec.at + i, '%', spec.length - i)) != NULL) {
		i = (size_t)(percent - spec.at);
		length = spf_macro_read((struct spf_span){ percent,
		    spec.length - i }, &macro);
		if (length == 0 || only_in_explanations(&macro))
			return SPF_BAD_MACRO;
		i += length;
		tail = (struct spf_span){ spec.at + i, spec.length - i };
	}
	if (i > 0 && tail.length == 0)
		return SPF_NO_MISTAKE;
	if (!ends_in_toplabel(tail))
		return SPF_BAD_TOPLABEL;
	/* 4.8 leaves it open; what can never be asked for is no slip to pass over. */
	return i > 0 || labels_fit(spec) ? SPF_NO_MISTAKE : SPF_BAD_LABEL;
}

bool
spf_needs_client(struct spf_span spec)
{
	struct spf_macro macro;
	size_t i = 0, length;
	const char *percent;

	if (spec.length == 0)
		return false;
	while ((percent = memchr(spec.at + i, '%', spec.length - i)) != NULL) {
		i = (size_t)(percent - spec.at);
		length = spf_macro_read((struct spf_span){ percent,
		    spec.length - i }, &macro);
		if (length == 0 || strchr("do%_-", macro.letter) == NULL)
			return true;
		i += length;
	}
	return false;
}

/* ---- expansion ---- */

/*
 * Where an expansion goes. Of a name only the end counts (7.3), so that when
 * the buffer is full its front goes; of an explanation the end goes.
 */
struct output {
	char *bytes;
	size_t size;
	size_t length;
	bool keep_end;
};

static void
make_room(struct output *out)
{
	const size_t kept = SPF_RAW_NAME_MAX;

	memmove(out->bytes, out->bytes + out->length - kept, kept);
	out->length = kept;
}

static void
put(struct output *out, char byte)
{
	if (out->length == out->size) {
		if (!out->keep_end)
			return;
		make_room(out);
	}
	out->bytes[out->length++] = byte;
}

static void
put_span(struct output *out, struct spf_span span)
{
	size_t i;

	for (i = 0; i < span.length; i++)
		put(out, span.at[i]);
}

/* 7.3: everything but RFC 3986's unreserved set. */
static void
put_escaped(struct output *out, struct spf_span span)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t i;

	for (i = 0; i < span.length; i++) {
		unsigned char byte = (unsigned char)span.at[i];

		if (is_alpha((char)byte) || is_digit((char)byte) ||
		    (byte != '\0' && strchr("-._~", byte) != NULL)) {
			put(out, (char)byte);
			continue;
		}
		put(out, '%');
		put(out, hex[byte >> 4]);
		put(out, hex[byte & 15]);
	}
}

static struct spf_span
span_of(const char *text)
{
	return (struct spf_span){ text, strnlen(text, 2 * SPF_VALUE_MAX) };
}

/* %{i}: dotted quad, or the nibbles of an IPv6 address with dots between. */
static struct spf_span
address_value(const struct spf_eval *eval, char text[SPF_ADDRESS_TEXT])
{
	static const char hex[] = "0123456789ABCDEF";
	size_t i, length = 0;

	if (!eval->ipv6)
		return span_of(eval->address_text);
	for (i = 0; i < sizeof(eval->address); i++) {
		text[length++] = hex[eval->address[i] >> 4];
		text[length++] = '.';
		text[length++] = hex[eval->address[i] & 15];
		text[length++] = '.';
	}
	return (struct spf_span){ text, length - 1 };
}

static bool
name_is_below(const char *name, const char *domain)
{
	size_t name_length = strlen(name), length = strlen(domain);

	return name_length > length &&
	    name[name_length - length - 1] == '.' &&
	    strcmp(name + name_length - length, domain) == 0;
}

/*
 * %{p}, 7.3: the domain itself, else a name below it, else any. A name with
 * bytes that no host name has is none to write into another name.
 */
static struct spf_span
validated_value(const struct spf_eval *eval, const char *domain)
{
	const struct spf_validated *validated = &eval->validated;
	const char *best = "unknown";
	char own[DNS_TEXT_MAX];
	int rank = 0, better;
	size_t i;

	if (spf_name_write(domain, own) < 0)
		own[0] = '\0';
	for (i = 0; i < validated->count; i++) {
		const char *name = validated->names[i];

		if (strchr(name, '\\') != NULL)
			continue;
		better = strcmp(name, own) == 0 ? 3 :
		    name_is_below(name, own) ? 2 : 1;
		if (better > rank) {
			rank = better;
			best = name;
		}
	}
	return span_of(best);
}

/* What the letter stands for, 7.2; the text may be built in room. */
static struct spf_span
macro_value(const struct spf_eval *eval, char letter, const char *domain,
    char room[SPF_ADDRESS_TEXT])
{
	const struct spf_query *query = eval->query;

	switch (letter) {
	case 's':
		return span_of(eval->sender);
	case 'l':
		return eval->local;
	case 'o':
		return eval->sender_domain;
	case 'd':
		return span_of(domain);
	case 'i':
		return address_value(eval, room);
	case 'p':
		return validated_value(eval, domain);
	case 'h':
		return span_of(query->helo == NULL ? "" : query->helo);
	case 'c':
		return span_of(eval->address_text);
	case 'r':
		return span_of(query->receiver == NULL ? "unknown" :
		    query->receiver);
	case 't':
		snprintf(room, SPF_ADDRESS_TEXT, "%lld",
		    (long long)query->now);
		return span_of(room);
	default:	/* 'v' */
		return span_of(eval->ipv6 ? "ip6" : "in-addr");
	}
}

static bool
is_delimiter(const struct spf_macro *macro, char byte)
{
	if (macro->delimiters.length == 0)
		return byte == '.';
	return memchr(macro->delimiters.at, byte, macro->delimiters.length) !=
	    NULL;
}

static void
put_part(struct output *out, const struct spf_macro *macro,
    struct spf_span part)
{
	if (macro->escaped)
		put_escaped(out, part);
	else
		put_span(out, part);
}

/*
 * Splits, reverses, keeps the right-hand parts and joins them with dots, 7.3.
 * A value has SPF_VALUE_MAX bytes at most, what lies behind counts as one part.
 */
static void
put_transformed(struct output *out, const struct spf_macro *macro,
    struct spf_span value)
{
	unsigned short begins[SPF_VALUE_MAX + 2];
	size_t count = 0, first = 0, i;

	begins[count++] = 0;
	for (i = 0; i < value.length && count <= SPF_VALUE_MAX; i++) {
		if (is_delimiter(macro, value.at[i]))
			begins[count++] = (unsigned short)(i + 1);
	}
	begins[count] = (unsigned short)(value.length + 1);
	if (macro->keep > 0 && macro->keep < count)
		first = count - macro->keep;
	for (i = first; i < count; i++) {
		size_t part = macro->reversed ? count - 1 - i : i;

		if (i > first)
			put(out, '.');
		put_part(out, macro, (struct spf_span){
		    value.at + begins[part],
		    (size_t)(begins[part + 1] - begins[part] - 1) });
	}
}

static void
put_macro(struct spf_eval *eval, struct output *out,
    const struct spf_macro *macro, const char *domain)
{
	char room[SPF_ADDRESS_TEXT];
	struct spf_span value;

	switch (macro->letter) {
	case '%':
		put(out, '%');
		return;
	case '_':
		put(out, ' ');
		return;
	case '-':
		put_span(out, span_of("%20"));
		return;
	default:
		value = macro_value(eval, macro->letter, domain, room);
	}
	if (macro->keep == 0 && !macro->reversed &&
	    macro->delimiters.length == 0)
		put_part(out, macro, value);
	else
		put_transformed(out, macro, value);
}

/* The text was checked: every '%' begins a macro. */
static enum spf_named
expand(struct spf_eval *eval, struct spf_span text, const char *domain,
    struct output *out)
{
	struct spf_macro macro;
	size_t i = 0;

	while (i < text.length) {
		if (text.at[i] != '%') {
			put(out, text.at[i++]);
			continue;
		}
		i += spf_macro_read((struct spf_span){ text.at + i,
		    text.length - i }, &macro);
		if (macro.letter == 'p' && !spf_validate_names(eval))
			return SPF_NAME_PENDING;
		put_macro(eval, out, &macro, domain);
	}
	return SPF_NAMED;
}

/* 7.3: whole labels go from the left until 253 bytes are left. */
static enum spf_named
shorten(struct spf_span name, char ret_name[SPF_RAW_NAME_MAX])
{
	const char *dot;
	size_t from;

	if (name.length > 0 && name.at[name.length - 1] == '.')
		name.length--;
	if (name.length > NAME_MAX_TEXT) {
		from = name.length - NAME_MAX_TEXT - 1;
		dot = memchr(name.at + from, '.', name.length - from);
		if (dot == NULL)
			return SPF_UNNAMED;
		name.length -= (size_t)(dot + 1 - name.at);
		name.at = dot + 1;
	}
	if (name.length == 0)
		return SPF_UNNAMED;
	memcpy(ret_name, name.at, name.length);
	ret_name[name.length] = '\0';
	return SPF_NAMED;
}

enum spf_named
spf_expand_name(struct spf_eval *eval, struct spf_span spec,
    const char *domain, char ret_name[SPF_RAW_NAME_MAX])
{
	char room[2 * SPF_RAW_NAME_MAX];
	struct output out = { .bytes = room, .size = sizeof(room),
		.keep_end = true };
	enum spf_named named;

	if (memchr(spec.at, '%', spec.length) == NULL)
		return shorten(spec, ret_name);
	named = expand(eval, spec, domain, &out);
	if (named != SPF_NAMED)
		return named;
	return shorten((struct spf_span){ room, out.length }, ret_name);
}

enum spf_named
spf_expand_explanation(struct spf_eval *eval, struct spf_span text,
    const char *domain, char ret_text[SPF_EXPLANATION_MAX])
{
	struct output out = { .bytes = ret_text,
		.size = SPF_EXPLANATION_MAX - 1 };
	enum spf_named named;

	if (spf_macro_string_check(text, true) != SPF_NO_MISTAKE)
		return SPF_UNNAMED;
	named = expand(eval, text, domain, &out);
	ret_text[out.length] = '\0';
	return named;
}

/* ---- names ---- */

bool
spf_is_root(const char *host)
{
	return host[0] == '\0' || strcmp(host, ".") == 0;
}

int
spf_name_write(const char *name, char ret_text[DNS_TEXT_MAX])
{
	size_t label = 0, length = 0, i;

	for (i = 0; name[i] != '\0'; i++) {
		unsigned char byte = (unsigned char)name[i];

		if (i >= NAME_MAX_TEXT)
			return -1;
		if (byte == '.') {
			if (label == 0)
				return -1;
			label = 0;
			ret_text[length++] = '.';
			continue;
		}
		if (++label > LABEL_MAX)
			return -1;
		if (byte >= 'A' && byte <= 'Z') {
			ret_text[length++] = (char)(byte | 0x20);
		} else if ((byte >= 'a' && byte <= 'z') || byte == '-' ||
		    byte == '_' || (byte >= '0' && byte <= '9')) {
			ret_text[length++] = (char)byte;
		} else {
			ret_text[length++] = '\\';
			ret_text[length++] = (char)('0' + byte / 100);
			ret_text[length++] = (char)('0' + byte / 10 % 10);
			ret_text[length++] = (char)('0' + byte % 10);
		}
	}
	ret_text[length] = '\0';
	return label == 0 ? -1 : 0;
}

const struct dns_records *
spf_lookup(const struct dns_source *source, const char *name, uint16_t type)
{
	static const struct dns_records no_such_name = {
		.outcome = DNS_NXDOMAIN,
	};
	char text[DNS_TEXT_MAX];

	if (spf_name_write(name, text) < 0)
		return &no_such_name;
	return source->lookup(source->data, text, type);
}
