#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "collect/dns_cache.h"
#include "collect/name_table.h"

struct dns_cache {
	struct arena *arena;
	struct host *host;
	struct name_table names;
	const struct dns_records **answers;	/* one a name; NULL = waiting */
	size_t answer_count;
	size_t asked;		/* names before this one have their answer */
	const char *skipped;
};

struct dns_cache *
dns_cache_new(struct arena *arena, struct host *host)
{
	struct dns_cache *cache = arena_alloc(arena, sizeof(*cache));

	cache->arena = arena;
	cache->host = host;
	name_table_init(&cache->names, arena);
	return cache;
}

const struct dns_records *
dns_cache_lookup(struct dns_cache *cache, const char *name, uint16_t type)
{
	bool is_new;
	size_t index = name_table_add(&cache->names, name, type, &is_new);

	if (is_new)
		*arena_push(cache->arena, &cache->answers,
		    &cache->answer_count) = NULL;
	return cache->answers[index];
}

static const struct dns_records *
source_lookup(void *data, const char *name, uint16_t type)
{
	return dns_cache_lookup(data, name, type);
}

struct dns_source
dns_cache_source(struct dns_cache *cache)
{
	return (struct dns_source){ source_lookup, cache };
}

static const struct dns_records *
read_answer(struct dns_cache *cache, const struct name_entry *entry,
    const struct answer *answer)
{
	struct dns_records *records = arena_alloc(cache->arena,
	    sizeof(*records));

	if (answer->status == ANSWER_OK) {
		dns_reply_read(cache->arena,
		    (const unsigned char *)answer->bytes, answer->length,
		    entry->name, entry->type, records);
		return records;
	}
	if (answer->status == ANSWER_SKIPPED && cache->skipped == NULL)
		cache->skipped = arena_strdup(cache->arena, answer->why);
	records->outcome = DNS_NO_REPLY;
	records->why = arena_strdup(cache->arena, answer->why == NULL ?
	    "no reply" : answer->why);
	return records;
}

size_t
dns_cache_ask(struct dns_cache *cache)
{
	size_t first = cache->asked, count = cache->names.count - first, i;
	struct dns_question *questions;
	struct answer *answers;
	struct arena *round;

	if (count == 0)
		return 0;
	round = arena_new();
	questions = arena_array(round, count, sizeof(*questions));
	answers = arena_array(round, count, sizeof(*answers));
	for (i = 0; i < count; i++)
		questions[i] = (struct dns_question){
		    cache->names.entries[first + i].name,
		    cache->names.entries[first + i].type };
	host_dns(cache->host, round, questions, count, answers);
	for (i = 0; i < count; i++)
		cache->answers[first + i] = read_answer(cache,
		    &cache->names.entries[first + i], &answers[i]);
	cache->asked += count;
	arena_free(round);
	return count;
}

const char *
dns_cache_skipped(const struct dns_cache *cache)
{
	return cache->skipped;
}
