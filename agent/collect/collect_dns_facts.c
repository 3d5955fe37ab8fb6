/* Facts from DNS records: the pieces that every step is made of. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "collect/collect_dns.h"

#define TEXT_MAX 4096

const char *
dns_origin(struct dns_run *run, uint16_t type, const char *name)
{
	char word[16];

	return arena_join(run->collection->arena, "dns ",
	    dns_type_name(type, word), " ", name);
}

/* A skipped plane keeps its reason whole; others name what was asked. */
void
dns_unknown(struct dns_run *run, struct fact_meta *meta, const char *origin,
    const char *why)
{
	if (why == NULL)
		why = "no answer";
	if (strncmp(why, FACT_SKIPPED_PREFIX, strlen(FACT_SKIPPED_PREFIX)) == 0)
		meta_unknown(run->collection, meta, origin, "%s", why);
	else
		meta_unknown(run->collection, meta, origin, "%s: %s",
		    strncmp(origin, "dns ", 4) == 0 ? origin + 4 : origin, why);
}

bool
dns_meta(struct dns_run *run, struct fact_meta *meta,
    const struct dns_records *records, const char *origin)
{
	if (records->outcome == DNS_RECORDS) {
		meta_known(meta, origin);
		return true;
	}
	if (dns_absent(records->outcome))
		meta_absent(meta, origin);
	else
		dns_unknown(run, meta, origin, records->why != NULL ?
		    records->why : dns_outcome_name(records->outcome));
	return false;
}

const char *
dns_text(struct dns_run *run, const struct dns_record *record)
{
	size_t length = record->text_length, i;
	const char *text;
	struct buf buf;

	if (length <= TEXT_MAX && memchr(record->text, '\0', length) == NULL)
		return record->text;
	buf_init(&buf, 4 * TEXT_MAX + 8);
	for (i = 0; i < length && i < TEXT_MAX; i++)
		if (record->text[i] == '\0')
			(void)buf_adds(&buf, "\\000");
		else
			(void)buf_addc(&buf, record->text[i]);
	if (length > TEXT_MAX)
		(void)buf_adds(&buf, "...");
	text = arena_strdup(run->work, buf.bytes);
	buf_done(&buf);
	return text;
}

static int
compare_strings(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void
dns_set_list(struct dns_run *run, struct fact_list *list,
    const struct fact_meta *meta, const char *const *items, size_t count)
{
	struct arena *arena = run->collection->arena;
	const char **copies;
	size_t i;

	list->meta = *meta;
	if (meta->state != FACT_KNOWN || count == 0)
		return;
	copies = arena_array(arena, count, sizeof(*copies));
	for (i = 0; i < count; i++)
		copies[i] = arena_strdup(arena, items[i]);
	if (count > 1)
		qsort(copies, count, sizeof(*copies), compare_strings);
	list->items = copies;
	list->count = count;
}

void
dns_set_optional(struct dns_run *run, struct fact_str *fact,
    const char *origin, const char *value)
{
	if (value == NULL) {
		meta_absent(&fact->meta, origin);
		return;
	}
	meta_known(&fact->meta, origin);
	fact->value = arena_strdup(run->collection->arena, value);
}

void
dns_set_authenticated(struct dns_run *run, struct fact_bool *fact,
    const struct dns_records *records, const char *origin)
{
	const struct collect_options *options = run->collection->options;

	if (records->outcome != DNS_RECORDS && !dns_absent(records->outcome)) {
		dns_meta(run, &fact->meta, records, origin);
		return;
	}
	if (options == NULL || !options->dns_validating) {
		fact->meta = (struct fact_meta){ FACT_UNKNOWN, origin,
		    "cpward.ini names no validating resolver ([dns] servers,"
		    " validating = yes)" };
		return;
	}
	meta_known(&fact->meta, origin);
	fact->value = records->authenticated;
}

static void
add_addresses(struct dns_run *run, const struct dns_records *records,
    int family, const char ***items, size_t *count)
{
	size_t size = family == AF_INET ? 4 : 16, i;
	char text[INET6_ADDRSTRLEN];

	for (i = 0; i < records->count; i++)
		if (records->items[i].rdata_length == size && inet_ntop(family,
		    records->items[i].rdata, text, sizeof(text)) != NULL)
			*arena_push(run->work, items, count) =
			    arena_strdup(run->work, text);
}

bool
dns_addresses(struct dns_run *run, const char *name,
    const char *const **ret_items, size_t *ret_count,
    const struct dns_records **ret_failed)
{
	const struct dns_records *in = dns_cache_lookup(run->cache, name,
	    DNS_A), *in6 = dns_cache_lookup(run->cache, name, DNS_AAAA);
	const char **items = NULL;

	*ret_count = 0;
	*ret_failed = NULL;
	if (in == NULL || in6 == NULL)
		return false;
	add_addresses(run, in, AF_INET, &items, ret_count);
	add_addresses(run, in6, AF_INET6, &items, ret_count);
	*ret_items = items;
	if (in->outcome != DNS_RECORDS && !dns_absent(in->outcome))
		*ret_failed = in;
	else if (in6->outcome != DNS_RECORDS && !dns_absent(in6->outcome))
		*ret_failed = in6;
	return true;
}
