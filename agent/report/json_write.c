#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "report/escape.h"
#include "report/json_write.h"

void
json_write_raw(FILE *out, const char *json)
{
	fputs_unlocked(json, out);
}

/* The first byte that can not stand as it is. */
static const char *
plain_end(const char *text)
{
	while ((unsigned char)*text >= 0x20 && (unsigned char)*text < 0x7f &&
	    *text != '"' && *text != '\\')
		text++;
	return text;
}

/* One character of text that is well-formed; its length. */
static size_t
decode(const char *text, uint32_t *ret_code)
{
	unsigned char lead = (unsigned char)text[0];
	size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	uint32_t code = length == 1 ? lead : lead & (0xffu >> (length + 1));
	size_t i;

	for (i = 1; i < length; i++)
		code = code << 6 | ((unsigned char)text[i] & 0x3f);
	*ret_code = code;
	return length;
}

static void
write_escape(FILE *out, uint32_t code)
{
	static const char letters[][3] = {
		['"'] = "\\\"", ['\\'] = "\\\\", ['\b'] = "\\b", ['\f'] = "\\f",
		['\n'] = "\\n", ['\r'] = "\\r", ['\t'] = "\\t",
	};

	if (code < sizeof(letters) / sizeof(letters[0]) &&
	    letters[code][0] != '\0')
		fputs_unlocked(letters[code], out);
	else if (code <= 0xffff)
		fprintf(out, "\\u%04" PRIX32, code);
	else	/* RFC 8259, section 7: two surrogates */
		fprintf(out, "\\u%04" PRIX32 "\\u%04" PRIX32,
		    0xd7c0 + (code >> 10), 0xdc00 + (code & 0x3ff));
}

/* As far as it is ASCII: where it ends, or the first other byte. */
static const char *
write_ascii(FILE *out, const char *text)
{
	const char *plain;

	for (;;) {
		plain = text;
		text = plain_end(text);
		fwrite_unlocked(plain, 1, (size_t)(text - plain), out);
		if (*text == '\0' || (unsigned char)*text >= 0x80)
			return text;
		write_escape(out, (unsigned char)*text++);
	}
}

static void
write_others(FILE *out, const char *text)
{
	struct arena *arena = arena_new();
	uint32_t code;

	text = escape_utf8(arena, text, strlen(text));
	while (*text != '\0') {
		text += decode(text, &code);
		write_escape(out, code);
		text = write_ascii(out, text);
	}
	arena_free(arena);
}

void
json_write_text(FILE *out, const char *text)
{
	if (text == NULL) {
		fputs_unlocked("null", out);
		return;
	}
	putc_unlocked('"', out);
	text = write_ascii(out, text);
	if (*text != '\0')
		write_others(out, text);
	putc_unlocked('"', out);
}

void
json_write_texts(FILE *out, const char *const *items, size_t count)
{
	size_t i;

	putc_unlocked('[', out);
	for (i = 0; i < count; i++) {
		if (i > 0)
			fputs_unlocked(", ", out);
		json_write_text(out, items[i]);
	}
	putc_unlocked(']', out);
}

void
json_write_int(FILE *out, int64_t value)
{
	fprintf(out, "%" PRId64, value);
}

void
json_write_bool(FILE *out, bool value)
{
	fputs_unlocked(value ? "true" : "false", out);
}
