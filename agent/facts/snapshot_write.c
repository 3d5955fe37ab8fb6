#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/evp.h>

#include "base/arena.h"
#include "base/err.h"
#include "facts/snapshot.h"
#include "facts/snapshot_private.h"

/*
 * JSON as Jansson would write it with sorted keys, to a file or into a hash,
 * without a tree: a tree of a server with 10,000 domains takes 100 MiB.
 */
struct json_out {
	void (*flush)(void *context, const char *bytes, size_t length);
	void *context;
	bool pretty;
	bool empty;		/* the innermost object or array is, so far */
	unsigned depth;
	size_t used;
	char bytes[8192];
};

static void
out_flush(struct json_out *out)
{
	out->flush(out->context, out->bytes, out->used);
	out->used = 0;
}

static void
out_bytes(struct json_out *out, const char *bytes, size_t length)
{
	size_t part;

	while (length > 0) {
		if (out->used == sizeof(out->bytes))
			out_flush(out);
		part = sizeof(out->bytes) - out->used;
		if (part > length)
			part = length;
		memcpy(out->bytes + out->used, bytes, part);
		out->used += part;
		bytes += part;
		length -= part;
	}
}

static void
out_text(struct json_out *out, const char *text)
{
	out_bytes(out, text, strlen(text));
}

static void
out_line(struct json_out *out)
{
	unsigned i;

	if (!out->pretty)
		return;
	out_text(out, "\n");
	for (i = 0; i < out->depth; i++)
		out_text(out, "  ");
}

static void
out_begin(struct json_out *out, const char *bracket)
{
	out_text(out, bracket);
	out->depth++;
	out->empty = true;
}

static void
out_end(struct json_out *out, const char *bracket)
{
	out->depth--;
	if (!out->empty)
		out_line(out);
	out_text(out, bracket);
	out->empty = false;
}

static void
out_next(struct json_out *out)
{
	if (!out->empty)
		out_text(out, ",");
	out_line(out);
	out->empty = false;
}

/*
 * Bytes of the UTF-8 sequence at text (RFC 3629, section 4); 0 when there is
 * none or it is one of the private characters that stand for single bytes.
 */
static size_t
utf8_length(const unsigned char *text)
{
	unsigned char lead = text[0], low = 0x80, high = 0xbf;
	size_t length, i;

	if (lead < 0x80)
		return 1;
	if (lead < 0xc2 || lead > 0xf4)
		return 0;
	length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	if (lead == 0xe0)
		low = 0xa0;
	else if (lead == 0xed)
		high = 0x9f;
	else if (lead == 0xf0)
		low = 0x90;
	else if (lead == 0xf4)
		high = 0x8f;
	if (text[1] < low || text[1] > high)
		return 0;
	for (i = 2; i < length; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	if (lead == 0xee && (text[1] == 0xbe || text[1] == 0xbf))
		return 0;
	return length;
}

static void
out_byte_as_private(struct json_out *out, unsigned char byte)
{
	const char utf8[3] = {
		(char)0xee,
		(char)(byte < 0xc0 ? 0xbe : 0xbf),
		(char)(0x80 | (byte & 0x3f)),
	};

	out_bytes(out, utf8, sizeof(utf8));
}

static void
out_escape(struct json_out *out, unsigned char byte)
{
	static const char letters[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	char escape[8];
	size_t i;

	for (i = 0; letters[i] != '\0'; i += 2) {
		if ((unsigned char)letters[i] != byte)
			continue;
		snprintf(escape, sizeof(escape), "\\%c", letters[i + 1]);
		out_text(out, escape);
		return;
	}
	snprintf(escape, sizeof(escape), "\\u%04X", byte);
	out_text(out, escape);
}

/* Bytes that stand as they are: nearly all, so they go in one piece. */
static size_t
plain_length(const unsigned char *text)
{
	const unsigned char *end = text;

	while (*end >= 0x20 && *end < 0x80 && *end != '"' && *end != '\\')
		end++;
	return (size_t)(end - text);
}

static void
out_string(struct json_out *out, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t length;

	out_text(out, "\"");
	for (;;) {
		length = plain_length(at);
		out_bytes(out, (const char *)at, length);
		at += length;
		if (*at == '\0')
			break;
		length = utf8_length(at);
		if (*at < 0x80)
			out_escape(out, *at);
		else if (length == 0)
			out_byte_as_private(out, *at);
		else
			out_bytes(out, (const char *)at, length);
		at += length == 0 ? 1 : length;
	}
	out_text(out, "\"");
}

static void
out_string_or_null(struct json_out *out, const char *text)
{
	if (text == NULL)
		out_text(out, "null");
	else
		out_string(out, text);
}

static void
out_int(struct json_out *out, int64_t value)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%" PRId64, value);
	out_text(out, digits);
}

static void
out_key(struct json_out *out, const char *key)
{
	out_next(out);
	out_string(out, key);
	out_text(out, out->pretty ? ": " : ":");
}

static void
write_list(struct json_out *out, const struct fact_list *list)
{
	size_t i;

	out_begin(out, "[");
	for (i = 0; i < list->count; i++) {
		out_next(out);
		out_string(out, list->items[i]);
	}
	out_end(out, "]");
}

static void
write_value(struct json_out *out, enum field_type type, const void *fact)
{
	switch (type) {
	case FIELD_BOOL:
		out_text(out, ((const struct fact_bool *)fact)->value ?
		    "true" : "false");
		break;
	case FIELD_INT:
		out_int(out, ((const struct fact_int *)fact)->value);
		break;
	case FIELD_LIST:
		write_list(out, fact);
		break;
	case FIELD_STR:
	case FIELD_SETTING:
		out_string(out, ((const struct fact_str *)fact)->value);
		break;
	}
}

static void
write_fact(struct json_out *out, const struct snapshot_key *key,
    const void *owner)
{
	const struct fact_meta *meta = snapshot_fact(key, owner);

	out_key(out, key->name);
	out_begin(out, "{");
	out_key(out, "origin");
	out_string_or_null(out, meta->origin);
	out_key(out, "state");
	out_string(out, fact_state_name(meta->state));
	out_key(out, "value");
	if (meta->state == FACT_KNOWN)
		write_value(out, key->type, meta);
	else
		out_text(out, "null");
	out_key(out, "why");
	out_string_or_null(out, meta->why);
	out_end(out, "}");
}

static void
write_owner(struct json_out *out, const struct snapshot_section *section,
    const char *name, const void *owner)
{
	size_t i;

	out_key(out, name);
	out_begin(out, "{");
	for (i = 0; i < section->key_count; i++)
		write_fact(out, &section->keys[i], owner);
	out_end(out, "}");
}

static void
write_items(struct json_out *out, struct arena *scratch,
    const struct facts *facts, const struct snapshot_section *section)
{
	const void **items;
	size_t count, i;

	items = snapshot_items(scratch, facts, section->list, &count);
	out_key(out, section->name);
	out_begin(out, "{");
	for (i = 0; i < count; i++)
		write_owner(out, section, snapshot_item_name(items[i]),
		    items[i]);
	out_end(out, "}");
}

static void
write_facts(struct json_out *out, struct arena *scratch,
    const struct facts *facts)
{
	const struct snapshot_section *section;
	struct snapshot_layout layout;
	size_t i;

	snapshot_layout_make(scratch, &layout);
	out_key(out, "facts");
	out_begin(out, "{");
	for (i = 0; i < layout.section_count; i++) {
		section = &layout.sections[i];
		if (section->list != NULL)
			write_items(out, scratch, facts, section);
		else
			write_owner(out, section, section->name,
			    (const char *)facts + section->offset);
	}
	out_end(out, "}");
}

static void
write_host_and_schema(struct json_out *out, const struct facts *facts)
{
	out_key(out, "host");
	out_string_or_null(out, facts->host);
	out_key(out, "schema");
	out_string(out, SNAPSHOT_SCHEMA);
}

static void
write_collectors(struct json_out *out, const struct facts *facts)
{
	const struct collector_report *report;
	size_t i;

	out_key(out, "collectors");
	out_begin(out, "[");
	for (i = 0; i < facts->collectors.count; i++) {
		report = &facts->collectors.items[i];
		out_next(out);
		out_begin(out, "{");
		out_key(out, "duration_ms");
		out_int(out, report->duration_ms);
		out_key(out, "name");
		out_string(out, report->name);
		out_key(out, "state");
		out_string(out, collector_state_name(report->state));
		out_key(out, "why");
		out_string_or_null(out, report->why);
		out_end(out, "}");
	}
	out_end(out, "]");
}

/* Two items of one name would be one key twice: nobody could read it back. */
static int
check_names(struct arena *scratch, const struct facts *facts, struct err *err)
{
	const void **items;
	size_t list, count, i;

	for (list = 0; list < field_list_count; list++) {
		items = snapshot_items(scratch, facts, &field_lists[list],
		    &count);
		for (i = 1; i < count; i++)
			if (strcmp(snapshot_item_name(items[i - 1]),
			    snapshot_item_name(items[i])) == 0)
				return err_set(err, ERR_CONTENT,
				    "the list %s has two items of one name",
				    field_lists[list].name);
	}
	return 0;
}

static int
format_time(int64_t seconds, char *out, size_t size, struct err *err)
{
	time_t when = (time_t)seconds;
	struct tm utc;

	if (seconds < 0 || gmtime_r(&when, &utc) == NULL ||
	    utc.tm_year + 1900 > 9999)
		return err_set(err, ERR_CONTENT, "collected_at is %" PRId64
		    ", wanted a time from 1970 to 9999", seconds);
	strftime(out, size, "%Y-%m-%dT%H:%M:%SZ", &utc);
	return 0;
}

static void
flush_to_file(void *context, const char *bytes, size_t length)
{
	/* A failure stays in ferror() until the end. */
	(void)fwrite(bytes, 1, length, context);
}

int
snapshot_write(FILE *file, const struct facts *facts, struct err *err)
{
	struct json_out out = {
		.flush = flush_to_file,
		.context = file,
		.pretty = true,
	};
	struct arena *scratch = arena_new();
	char collected_at[32];
	int result = -1;

	if (format_time(facts->collected_at, collected_at,
	    sizeof(collected_at), err) != 0 ||
	    check_names(scratch, facts, err) != 0)
		goto out;
	errno = 0;
	out_begin(&out, "{");
	out_key(&out, "collected_at");
	out_string(&out, collected_at);
	write_collectors(&out, facts);
	write_facts(&out, scratch, facts);
	write_host_and_schema(&out, facts);
	out_end(&out, "}");
	out_text(&out, "\n");
	out_flush(&out);
	if (fflush(file) != 0 || ferror(file))
		err_set(err, ERR_IO, "the snapshot can not be written: %s",
		    strerror(errno));
	else
		result = 0;
out:
	arena_free(scratch);
	return result;
}

static void __attribute__((noreturn))
no_digest(void)
{
	fprintf(stderr, "cpward: libcrypto computes no sha256\n");
	exit(1);
}

static void
flush_to_digest(void *context, const char *bytes, size_t length)
{
	if (EVP_DigestUpdate(context, bytes, length) != 1)
		no_digest();
}

void
snapshot_digest(const struct facts *facts, char *ret_hex)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	struct json_out out = { .flush = flush_to_digest, .context = context };
	struct arena *scratch = arena_new();
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length, i;

	if (context == NULL ||
	    EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1)
		no_digest();
	out_begin(&out, "{");
	write_facts(&out, scratch, facts);
	write_host_and_schema(&out, facts);
	out_end(&out, "}");
	out_flush(&out);
	if (EVP_DigestFinal_ex(context, digest, &length) != 1)
		no_digest();
	for (i = 0; i < length; i++)
		snprintf(ret_hex + 2 * i, 3, "%02x", digest[i]);
	EVP_MD_CTX_free(context);
	arena_free(scratch);
}
