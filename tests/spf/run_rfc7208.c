/*
 * Runs SPF cases written in YAML: run_rfc7208 FILE…
 *
 * The format is that of the RFC 7208 test suite (openspf.org, 2014.04): a
 * document a section, with tests and zonedata. A result may be a list; any one
 * of it will do. "explanation: DEFAULT" is none. A name without TXT stands for
 * one whose SPF records are TXT; "TXT: NONE" says it has none; TIMEOUT holds for
 * every type that the name does not list.
 *
 * Our own files may say more. In a test: mechanism, why (a part of it; "" =
 * none), rounds (of questions, the most that it may take), domain. In zonedata:
 * "- FAULT: [A, SERVFAIL]". And "records", what the admin is told: error, why,
 * all, lookups, voids, includes, remarks, ptr, macros, count, longest, rounds;
 * error and remarks are parts of what is said, "" and [] are none.
 *
 * Each test runs twice, with all answers there and with answers that come a
 * round after the question; both must say the same. A line "ok N - SECTION:
 * TEST" each, then the sections' counts and the plan. Status 1 when one failed,
 * 78 when a file is not as above: a word that nobody knows tests nothing.
 */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <yaml.h>

#include "base/arena.h"

#include "parse/spf.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define MOST_ROUNDS 64

/* One name and type: its answer, and whether it was asked for in this round. */
struct answer {
	char *name;
	uint16_t type;
	struct dns_records records;
	bool there;
	bool wanted;
};

struct zone {
	struct arena *arena;
	yaml_document_t *document;
	yaml_node_t *names;
	bool slow;	/* answers come in the round after */
	struct answer *answers;
	size_t count;
	unsigned questions;
};

struct run {
	const char *path;
	const char *section;
	unsigned number;
	unsigned failed;
	unsigned section_run;
	unsigned section_passed;
};

static void __attribute__((noreturn, format(printf, 2, 3)))
malformed(const struct run *run, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "run_rfc7208: %s: %s: ", run->path, run->section);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(78);
}

/* ---- YAML ---- */

static yaml_node_t *
node_at(yaml_document_t *document, int index)
{
	return yaml_document_get_node(document, index);
}

static const char *
text_of(const yaml_node_t *node)
{
	return node == NULL || node->type != YAML_SCALAR_NODE ? NULL :
	    (const char *)node->data.scalar.value;
}

static bool
is_text(const yaml_node_t *node, const char *word)
{
	return text_of(node) != NULL && strcmp(text_of(node), word) == 0;
}

static yaml_node_t *
find(yaml_document_t *document, const yaml_node_t *map, const char *key)
{
	yaml_node_pair_t *pair;

	if (map == NULL || map->type != YAML_MAPPING_NODE)
		return NULL;
	for (pair = map->data.mapping.pairs.start;
	    pair < map->data.mapping.pairs.top; pair++) {
		if (is_text(node_at(document, pair->key), key))
			return node_at(document, pair->value);
	}
	return NULL;
}

/* Items of a list, or the one that stands in its place. */
static size_t
item_count(const yaml_node_t *node)
{
	if (node == NULL)
		return 0;
	return node->type != YAML_SEQUENCE_NODE ? 1 : (size_t)(
	    node->data.sequence.items.top - node->data.sequence.items.start);
}

static yaml_node_t *
item(yaml_document_t *document, yaml_node_t *node, size_t i)
{
	if (node->type != YAML_SEQUENCE_NODE)
		return node;
	return node_at(document, node->data.sequence.items.start[i]);
}

/* "\xEF" in a file is a byte; libyaml hands it over as a character in UTF-8. */
static size_t
append_bytes(char *out, const yaml_node_t *node)
{
	const unsigned char *in = node->data.scalar.value;
	size_t length = node->data.scalar.length, done = 0, i;

	for (i = 0; i < length; i++) {
		if ((in[i] & 0xFC) == 0xC0 && i + 1 < length) {
			out[done++] = (char)((in[i] << 6) | (in[i + 1] & 0x3F));
			i++;
		} else {
			out[done++] = (char)in[i];
		}
	}
	return done;
}

/* ---- names and records ---- */

/* As the names of dns.h: small letters, odd bytes as \DDD, no last dot. */
static char *
plain_name(struct arena *arena, const char *name)
{
	char *out = arena_alloc(arena, 4 * strlen(name) + 1), *end = out;
	const unsigned char *in;

	for (in = (const unsigned char *)name; *in != '\0'; in++) {
		if (*in == '.' && in[1] == '\0')
			break;
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789-_.", *in))
			*end++ = (char)*in;
		else if (*in >= 'A' && *in <= 'Z')
			*end++ = (char)(*in + 32);
		else
			end += sprintf(end, "\\%03u", *in);
	}
	*end = '\0';
	return out;
}

static const struct {
	const char *word;
	uint16_t type;
} types[] = {
	{ "A", DNS_A }, { "AAAA", DNS_AAAA }, { "MX", DNS_MX },
	{ "TXT", DNS_TXT }, { "SPF", DNS_SPF }, { "PTR", DNS_PTR },
	{ "CNAME", DNS_CNAME },
};

static uint16_t
type_of(const char *word)
{
	size_t i;

	for (i = 0; i < COUNT(types); i++) {
		if (strcmp(types[i].word, word) == 0)
			return types[i].type;
	}
	fprintf(stderr, "run_rfc7208: no type \"%s\"\n", word);
	exit(78);
}

static const struct {
	const char *word;
	enum dns_outcome outcome;
} faults[] = {
	{ "TIMEOUT", DNS_NO_REPLY }, { "SERVFAIL", DNS_SERVFAIL },
	{ "REFUSED", DNS_REFUSED }, { "FAILED", DNS_FAILED },
	{ "MALFORMED", DNS_MALFORMED }, { "TRUNCATED", DNS_TRUNCATED },
};

static enum dns_outcome
fault_of(const char *word)
{
	size_t i;

	for (i = 0; i < COUNT(faults); i++) {
		if (word != NULL && strcmp(faults[i].word, word) == 0)
			return faults[i].outcome;
	}
	fprintf(stderr, "run_rfc7208: no fault \"%s\"\n",
	    word == NULL ? "" : word);
	exit(78);
}

static void
fill_text(struct zone *zone, struct dns_record *record, yaml_node_t *value)
{
	size_t size = 1, length = 0, i;
	char *text;

	for (i = 0; i < item_count(value); i++)
		size += item(zone->document, value, i)->data.scalar.length;
	text = arena_alloc(zone->arena, size);
	for (i = 0; i < item_count(value); i++)
		length += append_bytes(text + length,
		    item(zone->document, value, i));
	record->text = text;
	record->text_length = length;
}

static void
fill_record(struct zone *zone, struct dns_record *record, uint16_t type,
    yaml_node_t *value)
{
	unsigned char address[16];
	bool ipv6 = type == DNS_AAAA;

	record->text = "";
	switch (type) {
	case DNS_A:
	case DNS_AAAA:
		if (inet_pton(ipv6 ? AF_INET6 : AF_INET, text_of(value),
		    address) != 1)
			exit(78);
		record->rdata_length = ipv6 ? 16 : 4;
		record->rdata = (unsigned char *)arena_memdup(zone->arena,
		    address, record->rdata_length);
		return;
	case DNS_TXT:
	case DNS_SPF:
		fill_text(zone, record, value);
		return;
	case DNS_MX:
		record->preference = (uint16_t)atoi(text_of(
		    item(zone->document, value, 0)));
		value = item(zone->document, value, 1);
		break;
	default:
		break;
	}
	record->text = plain_name(zone->arena, text_of(value));
	record->text_length = strlen(record->text);
}

/* The records of the name, by the key's word; says what else stands there. */
struct listing {
	struct dns_record *items;
	size_t count;
	bool listed;		/* the type is there, if only as NONE */
	enum dns_outcome fault;	/* of the name, or of the type */
};

static void
list_entry(struct zone *zone, yaml_node_t *entry, const char *word,
    struct listing *ret)
{
	yaml_node_pair_t *pair;
	const char *key;
	yaml_node_t *value;

	if (entry->type == YAML_SCALAR_NODE) {
		if (ret->fault == DNS_NOT_ASKED)
			ret->fault = fault_of(text_of(entry));
		return;
	}
	pair = entry->data.mapping.pairs.start;
	key = text_of(node_at(zone->document, pair->key));
	value = node_at(zone->document, pair->value);
	if (strcmp(key, "FAULT") == 0) {
		if (is_text(item(zone->document, value, 0), word))
			ret->fault = fault_of(text_of(item(zone->document,
			    value, 1)));
		return;
	}
	(void)type_of(key);
	if (strcmp(key, word) != 0)
		return;
	ret->listed = true;
	if (!is_text(value, "NONE"))
		fill_record(zone, arena_push(zone->arena, &ret->items,
		    &ret->count), type_of(key), value);
}

static struct listing
list_records(struct zone *zone, yaml_node_t *entries, const char *word)
{
	struct listing listing = { 0 };
	size_t i;

	for (i = 0; i < item_count(entries); i++)
		list_entry(zone, item(zone->document, entries, i), word,
		    &listing);
	return listing;
}

static yaml_node_t *
find_name(struct zone *zone, const char *name)
{
	yaml_node_pair_t *pair;

	if (zone->names == NULL)
		return NULL;
	for (pair = zone->names->data.mapping.pairs.start;
	    pair < zone->names->data.mapping.pairs.top; pair++) {
		if (strcmp(name, plain_name(zone->arena, text_of(node_at(
		    zone->document, pair->key)))) == 0)
			return node_at(zone->document, pair->value);
	}
	return NULL;
}

static const char *
type_word(uint16_t type)
{
	size_t i;

	for (i = 0; i < COUNT(types); i++) {
		if (types[i].type == type)
			return types[i].word;
	}
	return "";
}

/* As a resolver would answer: CNAMEs are followed, a loop of them is SERVFAIL. */
static struct dns_records
resolve(struct zone *zone, const char *name, uint16_t type, unsigned depth)
{
	yaml_node_t *entries = find_name(zone, name);
	struct listing found, other;

	if (depth > DNS_CHAIN_MAX)
		return (struct dns_records){ .outcome = DNS_SERVFAIL };
	if (entries == NULL)
		return (struct dns_records){ .outcome = DNS_NXDOMAIN };
	other = list_records(zone, entries, "CNAME");
	if (other.count > 0)
		return resolve(zone, other.items[0].text, type, depth + 1);
	found = list_records(zone, entries, type_word(type));
	if (type == DNS_TXT && !found.listed) {
		other = list_records(zone, entries, "SPF");
		found.items = other.items;
		found.count = other.count;
	}
	if (found.count > 0)
		return (struct dns_records){ .outcome = DNS_RECORDS,
			.items = found.items, .count = found.count };
	return (struct dns_records){ .outcome = found.fault != DNS_NOT_ASKED ?
		found.fault : DNS_NODATA };
}

static const struct dns_records *
zone_lookup(void *data, const char *name, uint16_t type)
{
	struct zone *zone = data;
	struct answer *answer;
	size_t i;

	for (i = 0; i < zone->count; i++) {
		answer = &zone->answers[i];
		if (answer->type == type && strcmp(answer->name, name) == 0)
			break;
	}
	if (i == zone->count) {
		answer = arena_push(zone->arena, &zone->answers, &zone->count);
		answer->name = arena_strdup(zone->arena, name);
		answer->type = type;
		answer->there = !zone->slow;
		answer->records = resolve(zone, answer->name, type, 0);
		zone->questions++;
	}
	answer = &zone->answers[i];
	answer->wanted |= !answer->there;
	/* When the array grows, the old copy stays where the evaluator saw it. */
	return answer->there ? &answer->records : NULL;
}

/* The answers of the round that ended; false when nothing was asked. */
static bool
next_round(struct zone *zone)
{
	bool any = false;
	size_t i;

	for (i = 0; i < zone->count; i++) {
		any |= zone->answers[i].wanted;
		zone->answers[i].there = true;
		zone->answers[i].wanted = false;
	}
	return any;
}

/* ---- a case ---- */

static bool
one_of(yaml_document_t *document, yaml_node_t *wanted, const char *got)
{
	size_t i;

	for (i = 0; i < item_count(wanted); i++) {
		if (is_text(item(document, wanted, i), got))
			return true;
	}
	return false;
}

/* got holds the part that is wanted; "" wants NULL. */
static bool
holds(const yaml_node_t *wanted, const char *got)
{
	const char *part = text_of(wanted);

	if (part == NULL)
		return true;
	if (*part == '\0' || got == NULL)
		return *part == '\0' && got == NULL;
	return strstr(got, part) != NULL;
}

static bool
number_is(const yaml_node_t *wanted, unsigned long got)
{
	return wanted == NULL || strtoul(text_of(wanted), NULL, 10) == got;
}

static bool
same_explanation(const yaml_node_t *wanted, const char *got)
{
	if (wanted == NULL)
		return true;
	if (is_text(wanted, "DEFAULT"))
		return got == NULL;
	return got != NULL && is_text(wanted, got);
}

static void
report(struct run *run, const char *name, bool passed, const char *format, ...)
{
	va_list args;

	run->section_run++;
	run->section_passed += passed;
	run->failed += !passed;
	printf("%s %u - %s: %s\n", passed ? "ok" : "not ok", ++run->number,
	    run->section, name);
	if (passed)
		return;
	va_start(args, format);
	printf("# ");
	vprintf(format, args);
	printf("\n");
	va_end(args);
}

static const char *
or_none(const char *text)
{
	return text == NULL ? "(none)" : text;
}

static void
reset(struct zone *zone, bool slow)
{
	zone->answers = NULL;
	zone->count = 0;
	zone->questions = 0;
	zone->slow = slow;
}

/* Returns the rounds that it took. */
static unsigned
check(struct zone *zone, const struct spf_query *query,
    struct spf_verdict *ret)
{
	const struct dns_source source = { zone_lookup, zone };
	unsigned rounds = 0;

	do {
		spf_check(zone->arena, &source, query, true, ret);
		if (ret->result != SPF_PENDING || !next_round(zone))
			break;
	} while (++rounds < MOST_ROUNDS);
	return rounds;
}

static bool
verdict_fits(struct zone *zone, yaml_node_t *test,
    const struct spf_verdict *verdict)
{
	yaml_document_t *document = zone->document;

	return one_of(document, find(document, test, "result"),
	    spf_result_name(verdict->result)) &&
	    same_explanation(find(document, test, "explanation"),
	    verdict->explanation) &&
	    holds(find(document, test, "mechanism"), verdict->mechanism) &&
	    holds(find(document, test, "why"), verdict->why);
}

static const char *const test_keys[] = {
	"description", "comment", "spec", "helo", "host", "mailfrom", "domain",
	"result", "explanation", "mechanism", "why", "rounds", "strict",
	"receiver", "now",
};

static void
check_keys(const struct run *run, yaml_document_t *document,
    const yaml_node_t *map, const char *const *known, size_t count)
{
	yaml_node_pair_t *pair;
	size_t i;

	if (map->type != YAML_MAPPING_NODE)
		malformed(run, "a case that is no mapping");
	for (pair = map->data.mapping.pairs.start;
	    pair < map->data.mapping.pairs.top; pair++) {
		const char *key = text_of(node_at(document, pair->key));

		for (i = 0; i < count && strcmp(known[i], key) != 0; i++)
			;
		if (i == count)
			malformed(run, "nobody knows \"%s\"", key);
	}
}

static void
run_test(struct run *run, struct zone *zone, const char *name,
    yaml_node_t *test)
{
	yaml_document_t *document = zone->document;
	const char *now = text_of(find(document, test, "now"));
	const struct spf_query query = {
		.address = text_of(find(document, test, "host")),
		.sender = text_of(find(document, test, "mailfrom")),
		.helo = text_of(find(document, test, "helo")),
		.domain = text_of(find(document, test, "domain")),
		.receiver = text_of(find(document, test, "receiver")),
		.now = now == NULL ? 0 : strtoll(now, NULL, 10),
	};
	const char *most = text_of(find(document, test, "rounds"));
	struct spf_verdict verdict, slow;
	unsigned rounds;

	check_keys(run, document, test, test_keys, COUNT(test_keys));
	if (query.address == NULL || query.helo == NULL ||
	    find(document, test, "result") == NULL)
		malformed(run, "%s: host, helo and result are wanted", name);
	reset(zone, false);
	check(zone, &query, &verdict);
	reset(zone, true);
	rounds = check(zone, &query, &slow);
	report(run, name, verdict_fits(zone, test, &verdict) &&
	    verdict_fits(zone, test, &slow) &&
	    (most == NULL || rounds <= strtoul(most, NULL, 10)),
	    "%s (a round later: %s), mechanism %s, explanation %s, why %s; "
	    "%u rounds, %u questions", spf_result_name(verdict.result),
	    spf_result_name(slow.result), or_none(verdict.mechanism),
	    or_none(verdict.explanation), or_none(verdict.why), rounds,
	    zone->questions);
}

/* ---- what the admin is told ---- */

/* Every part that is wanted is said, and there are as many as are wanted. */
static bool
list_holds(yaml_document_t *document, yaml_node_t *wanted,
    const char *const *got, size_t count)
{
	size_t i, j;

	if (wanted == NULL)
		return true;
	if (item_count(wanted) != count)
		return false;
	for (i = 0; i < count; i++) {
		for (j = 0; j < count; j++) {
			if (strstr(got[j], text_of(item(document, wanted,
			    i))) != NULL)
				break;
		}
		if (j == count)
			return false;
	}
	return true;
}

static bool
flag_is(const yaml_node_t *wanted, bool got)
{
	return wanted == NULL || is_text(wanted, got ? "true" : "false");
}

static const char *const record_keys[] = {
	"error", "why", "all", "lookups", "voids", "includes", "remarks", "ptr",
	"macros", "count", "longest", "rounds", "questions",
};

static bool
record_fits(struct zone *zone, yaml_node_t *wanted,
    const struct spf_record *got, const char *why)
{
	yaml_document_t *document = zone->document;

	return holds(find(document, wanted, "error"), got->error) &&
	    holds(find(document, wanted, "why"), why) &&
	    holds(find(document, wanted, "all"), got->all) &&
	    number_is(find(document, wanted, "lookups"), got->lookups) &&
	    number_is(find(document, wanted, "voids"), got->voids) &&
	    number_is(find(document, wanted, "count"), got->record_count) &&
	    number_is(find(document, wanted, "longest"), got->longest) &&
	    flag_is(find(document, wanted, "ptr"), got->uses_ptr) &&
	    flag_is(find(document, wanted, "macros"), got->uses_macros) &&
	    list_holds(document, find(document, wanted, "includes"),
	    got->includes, got->include_count) &&
	    list_holds(document, find(document, wanted, "remarks"),
	    got->remarks, got->remark_count);
}

static unsigned
read_record(struct zone *zone, const char *domain, struct spf_record *ret,
    const char **ret_why)
{
	const struct dns_source source = { zone_lookup, zone };
	unsigned rounds = 0;

	while (!spf_record_read(zone->arena, &source, domain, ret, ret_why)) {
		if (!next_round(zone) || ++rounds == MOST_ROUNDS)
			break;
	}
	return rounds;
}

static void
run_record(struct run *run, struct zone *zone, const char *domain,
    yaml_node_t *wanted)
{
	yaml_document_t *document = zone->document;
	const char *most = text_of(find(document, wanted, "rounds"));
	struct spf_record record, slow;
	const char *why, *slow_why;
	unsigned rounds;
	size_t i;

	check_keys(run, document, wanted, record_keys, COUNT(record_keys));
	reset(zone, false);
	read_record(zone, domain, &record, &why);
	reset(zone, true);
	rounds = read_record(zone, domain, &slow, &slow_why);
	report(run, domain, record_fits(zone, wanted, &record, why) &&
	    record_fits(zone, wanted, &slow, slow_why) &&
	    number_is(find(document, wanted, "questions"), zone->questions) &&
	    (most == NULL || rounds <= strtoul(most, NULL, 10)),
	    "error %s, why %s, all %s, %u lookups, %u voids, %zu records, "
	    "longest %zu, %s, %s, %zu includes, %zu remarks; %u rounds, "
	    "%u questions", or_none(record.error), or_none(why),
	    or_none(record.all), record.lookups, record.voids,
	    record.record_count, record.longest,
	    record.uses_ptr ? "ptr" : "no ptr",
	    record.uses_macros ? "macros" : "no macros", record.include_count,
	    record.remark_count, rounds, zone->questions);
	for (i = 0; i < record.remark_count; i++)
		printf("# remark: %s\n", record.remarks[i]);
}

/* ---- files ---- */

static void
run_all(struct run *run, struct zone *zone, yaml_node_t *cases,
    void (*run_case)(struct run *run, struct zone *zone, const char *name,
    yaml_node_t *wanted))
{
	yaml_node_pair_t *pair;

	if (cases == NULL)
		return;
	for (pair = cases->data.mapping.pairs.start;
	    pair < cases->data.mapping.pairs.top; pair++) {
		zone->arena = arena_new();
		run_case(run, zone, text_of(node_at(zone->document,
		    pair->key)), node_at(zone->document, pair->value));
		arena_free(zone->arena);
	}
}

static const char *const section_keys[] = {
	"description", "comment", "tests", "records", "zonedata",
};

static void
run_section(struct run *run, yaml_document_t *document)
{
	yaml_node_t *root = yaml_document_get_root_node(document);
	struct zone zone = { .document = document };

	run->section = "a section";
	check_keys(run, document, root, section_keys, COUNT(section_keys));
	run->section = text_of(find(document, root, "description"));
	zone.names = find(document, root, "zonedata");
	run->section_run = run->section_passed = 0;
	run_all(run, &zone, find(document, root, "tests"), run_test);
	run_all(run, &zone, find(document, root, "records"), run_record);
	if (run->section_run == 0)
		malformed(run, "no case");
	printf("# %s: %u of %u\n", run->section, run->section_passed,
	    run->section_run);
}

static void
run_file(struct run *run, FILE *file)
{
	yaml_document_t document;
	yaml_parser_t parser;
	bool more = true;

	yaml_parser_initialize(&parser);
	yaml_parser_set_input_file(&parser, file);
	while (more) {
		run->section = "YAML";
		if (!yaml_parser_load(&parser, &document))
			malformed(run, "line %zu: %s",
			    parser.problem_mark.line + 1, parser.problem);
		more = yaml_document_get_root_node(&document) != NULL;
		if (more)
			run_section(run, &document);
		yaml_document_delete(&document);
	}
	yaml_parser_delete(&parser);
}

int
main(int argc, char **argv)
{
	struct run run = { .section = "" };
	int i;

	if (argc < 2) {
		fprintf(stderr, "usage: %s FILE...\n", argv[0]);
		return 64;
	}
	for (i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "re");

		if (file == NULL) {
			perror(argv[i]);
			return 66;
		}
		run.path = argv[i];
		run_file(&run, file);
		fclose(file);
	}
	printf("1..%u\n", run.number);
	return run.failed == 0 ? 0 : 1;
}
