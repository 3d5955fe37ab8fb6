#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "report/mention.h"
#include "report/similar.h"

/* What stands for a part of the message in its form to compare by. */
enum token {
	TOKEN_END,
	TOKEN_SUBJECT,
	TOKEN_KEY,		/* key or digest, which no two domains share */
	TOKEN_BYTE,		/* before each byte that could be one of these */
};

/* As printed. */
static const char *const token_texts[TOKEN_BYTE] = {
	[TOKEN_SUBJECT] = "*",
	[TOKEN_KEY] = "...",
};

#define TOKEN_TEXT_MAX 3

/* Letters and digits in one piece: a SHA-256 has 64, the shortest key more. */
#define KEY_MIN 40

struct cursor {
	const char *message;
	const char *at;
	const char *subject;
	size_t subject_length;
	bool of_domain;		/* the message speaks of DNS records */
	const char *piece_end;	/* of the piece that was last measured */
};

static struct cursor
cursor_start(const struct finding *finding)
{
	return (struct cursor){
		.message = finding->message,
		.at = finding->message,
		.piece_end = finding->message,
		.subject = finding->subject,
		.subject_length = strlen(finding->subject),
		.of_domain = finding->scope != NULL &&
		    strcmp(finding->scope, "domain") == 0,
	};
}

static bool
piece_byte(char byte)
{
	return isalnum((unsigned char)byte) || byte == '+' || byte == '/';
}

/* Base64 or hexadecimal that begins here: its length, else 0. */
static size_t
key_length(struct cursor *cursor)
{
	const char *end = cursor->at;

	if (cursor->at < cursor->piece_end)
		return 0;
	while (piece_byte(*end))
		end++;
	cursor->piece_end = end + (end == cursor->at);
	if (end - cursor->at >= KEY_MIN) {
		end += strspn(end, "=");
		/* A check may have cut it. */
		if (strncmp(end, "...", 3) == 0)
			end += 3;
	}
	return end - cursor->at < KEY_MIN ? 0 : (size_t)(end - cursor->at);
}

static bool
at_subject(const struct cursor *cursor)
{
	/* The first byte alone rules nearly all places out. */
	return *cursor->at == *cursor->subject && (cursor->of_domain ? mention_of_domain_at : mention_at)(
	    cursor->message, cursor->at, cursor->subject,
	    cursor->subject_length);
}

/* The next part of the message; for TOKEN_BYTE *ret_byte is the byte. */
static enum token
next_token(struct cursor *cursor, char *ret_byte)
{
	size_t length;

	if (*cursor->at == '\0')
		return TOKEN_END;
	if (at_subject(cursor)) {
		cursor->at += cursor->subject_length;
		return TOKEN_SUBJECT;
	}
	length = cursor->of_domain ? key_length(cursor) : 0;
	if (length > 0) {
		cursor->at += length;
		return TOKEN_KEY;
	}
	*ret_byte = *cursor->at++;
	return TOKEN_BYTE;
}

/* A finding in the form that it is compared by. */
struct form {
	const struct finding *finding;
	const char *text;
	size_t length;
	uint64_t hash;		/* of the text: most differ here already */
};

static struct form
form_make(struct arena *arena, const struct finding *finding)
{
	struct cursor cursor = cursor_start(finding);
	/* At worst each byte has a TOKEN_BYTE before it. */
	char *text = arena_alloc(arena, 2 * strlen(finding->message) + 1);
	uint64_t hash = 0xcbf29ce484222325;	/* FNV-1a */
	char *out = text, byte;
	const char *at;
	enum token token;

	while ((token = next_token(&cursor, &byte)) != TOKEN_END) {
		if (token != TOKEN_BYTE)
			*out++ = (char)token;
		else if ((unsigned char)byte > TOKEN_BYTE)
			*out++ = byte;
		else {
			*out++ = TOKEN_BYTE;
			*out++ = byte;
		}
	}
	for (at = text; at < out; at++)
		hash = (hash ^ (unsigned char)*at) * 0x100000001b3;
	return (struct form){ finding, text, (size_t)(out - text), hash };
}

static int
compare_kinds(const struct form *a, const struct form *b)
{
	if (a->finding->result != b->finding->result)
		return a->finding->result < b->finding->result ? -1 : 1;
	if (a->finding->stock != b->finding->stock)
		return a->finding->stock ? 1 : -1;
	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	if (a->length != b->length)
		return a->length < b->length ? -1 : 1;
	return memcmp(a->text, b->text, a->length);
}

/* Alike ones together, each group in the order of the report. */
static int
compare(const void *a, const void *b)
{
	const struct form *left = a, *right = b;
	int kinds = compare_kinds(left, right);

	if (kinds != 0)
		return kinds;
	return left->finding < right->finding ? -1 :
	    left->finding > right->finding;
}

/* What was found to be alike, forms[0] first, stands as one. */
static void
link_group(const struct form *forms, size_t count,
    const struct finding *findings, struct similar *similar)
{
	size_t i;

	for (i = 0; i < count; i++)
		similar[forms[i].finding - findings] = (struct similar){
			.count = i == 0 ? count : 0,
			.next = i + 1 == count ? SIZE_MAX :
			    (size_t)(forms[i + 1].finding - findings),
		};
}

struct similar *
similar_find(struct arena *arena, const struct finding *findings, size_t count)
{
	struct similar *similar = arena_array(arena, count, sizeof(*similar));
	struct form *forms = arena_array(arena, count, sizeof(*forms));
	size_t formed = 0, i, first, end;

	for (i = 0; i < count; i++) {
		similar[i] = (struct similar){ 1, SIZE_MAX };
		if (findings[i].result != RESULT_PASS)
			forms[formed++] = form_make(arena, &findings[i]);
	}
	qsort(forms, formed, sizeof(*forms), compare);
	for (first = 0; first < formed; first = end) {
		for (end = first + 1; end < formed &&
		    compare_kinds(&forms[first], &forms[end]) == 0; end++)
			;
		if (end - first >= SIMILAR_MIN)
			link_group(forms + first, end - first, findings,
			    similar);
	}
	return similar;
}

char *
similar_message(struct arena *arena, const struct finding *finding)
{
	struct cursor cursor = cursor_start(finding);
	/* What a token stands for may be one byte long. */
	char *message = arena_alloc(arena,
	    TOKEN_TEXT_MAX * strlen(finding->message) + 1);
	char *out = message;
	enum token token;
	char byte;

	while ((token = next_token(&cursor, &byte)) != TOKEN_END)
		if (token == TOKEN_BYTE)
			*out++ = byte;
		else
			out = stpcpy(out, token_texts[token]);
	return message;
}
