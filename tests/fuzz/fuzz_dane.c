/*
 * Any bytes as the data of a TLSA and of a CAA record: what is read goes into
 * one line of ASCII, and a digest matches itself and nothing else.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "parse/dane.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool condition)
{
	if (!condition)
		abort();
}

static void
check_line(const char *text)
{
	for (; *text != '\0'; text++)
		must(*text >= ' ' && *text <= '~');
}

/* The record's own data as a digest, at that depth. */
static bool
matches_at(struct arena *arena, const struct tlsa *tlsa, unsigned depth)
{
	const char *text = tlsa_text(arena, tlsa);
	const char *digest = arena_printf(arena, "%u%s", depth,
	    strchr(text, ' '));

	return tlsa_matches(tlsa, &digest, 1);
}

static void
check_tlsa(struct arena *arena, const struct dns_record *record)
{
	const char *why;
	struct tlsa tlsa;
	bool digest;

	if (tlsa_read(record, &tlsa, &why) != 0) {
		must(why != NULL);
		return;
	}
	check_line(tlsa_text(arena, &tlsa));
	must(tlsa.length + 3 == record->rdata_length);
	digest = tlsa.matching == 1 || tlsa.matching == 2;
	must(matches_at(arena, &tlsa, 0) == (tlsa.usage == 3 && digest));
	must(matches_at(arena, &tlsa, 1) == (tlsa.usage == 2 && digest));
}

static void
check_caa(struct arena *arena, const struct dns_record *record)
{
	const char *why;
	struct caa caa;

	if (caa_read(arena, record, &caa, &why) != 0) {
		must(why != NULL);
		return;
	}
	must(caa.tag[0] != '\0' && strspn(caa.tag,
	    "abcdefghijklmnopqrstuvwxyz0123456789") == strlen(caa.tag));
	must(2 + strlen(caa.tag) + strlen(caa.value) == record->rdata_length);
	check_line(caa_text(arena, &caa));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct dns_record record = { .text = "", .rdata = data,
	    .rdata_length = size };
	struct tlsa tlsa = { .usage = 3, .selector = 1, .matching = 1,
	    .data = data, .length = size > 32 ? 32 : size };
	const char *line = arena_memdup(arena, data, size);

	check_tlsa(arena, &record);
	check_caa(arena, &record);
	(void)tlsa_matches(&tlsa, &line, 1);
	arena_free(arena);
	return 0;
}
