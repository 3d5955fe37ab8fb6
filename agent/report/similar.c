#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "report/mention.h"
#include "report/similar.h"

#define SUBJECT 256	/* what next_byte answers where the subject stands */

struct cursor {
	const char *message;
	const char *at;
	const char *subject;
	size_t subject_length;
};

static struct cursor
cursor_start(const struct finding *finding)
{
	return (struct cursor){
		.message = finding->message,
		.at = finding->message,
		.subject = finding->subject,
		.subject_length = strlen(finding->subject),
	};
}

/* The next byte of the message, SUBJECT for the whole subject, 0 at its end. */
static int
next_byte(struct cursor *cursor)
{
	if (mention_at(cursor->message, cursor->at, cursor->subject,
	    cursor->subject_length)) {
		cursor->at += cursor->subject_length;
		return SUBJECT;
	}
	return *cursor->at == '\0' ? 0 : (unsigned char)*cursor->at++;
}

static int
compare_messages(const struct finding *a, const struct finding *b)
{
	struct cursor left = cursor_start(a);
	struct cursor right = cursor_start(b);
	int x, y;

	do {
		x = next_byte(&left);
		y = next_byte(&right);
	} while (x == y && x != 0);
	return x - y;
}

static int
compare_kinds(const struct finding *a, const struct finding *b)
{
	if (a->result != b->result)
		return a->result < b->result ? -1 : 1;
	if (a->stock != b->stock)
		return a->stock ? 1 : -1;
	return compare_messages(a, b);
}

/* Alike ones together, each group in the order of the report. */
static int
compare(const void *a, const void *b)
{
	const struct finding *left = *(const struct finding *const *)a;
	const struct finding *right = *(const struct finding *const *)b;
	int kinds = compare_kinds(left, right);

	if (kinds != 0)
		return kinds;
	return left < right ? -1 : left > right;
}

struct similar *
similar_find(struct arena *arena, const struct finding *findings, size_t count)
{
	struct similar *similar = arena_array(arena, count, sizeof(*similar));
	const struct finding **sorted =
	    arena_array(arena, count, sizeof(*sorted));
	size_t i, first, end;

	for (i = 0; i < count; i++) {
		sorted[i] = &findings[i];
		similar[i] = (struct similar){ 1, SIZE_MAX };
	}
	qsort(sorted, count, sizeof(*sorted), compare);
	for (first = 0; first < count; first = end) {
		for (end = first + 1; end < count &&
		    compare_kinds(sorted[first], sorted[end]) == 0; end++)
			;
		if (end - first < SIMILAR_MIN)
			continue;
		for (i = first; i < end; i++)
			similar[sorted[i] - findings] = (struct similar){
				.count = i == first ? end - first : 0,
				.next = i + 1 == end ? SIZE_MAX :
				    (size_t)(sorted[i + 1] - findings),
			};
	}
	return similar;
}

char *
similar_message(struct arena *arena, const struct finding *finding)
{
	struct cursor cursor = cursor_start(finding);
	/* Each subject has at least the one byte that replaces it. */
	char *message = arena_alloc(arena, strlen(finding->message) + 1);
	char *out = message;
	int byte;

	while ((byte = next_byte(&cursor)) != 0)
		*out++ = byte == SUBJECT ? '*' : (char)byte;
	return message;
}
