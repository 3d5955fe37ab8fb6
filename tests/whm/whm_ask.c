/*
 * Asks WHM as cpward does, and prints what came of it, for tests/whm/whm-test.
 *
 *	whm_ask [--local | --url URL --token-file FILE] [--user USER]
 *	    [--ca-file FILE] [--timeout SECONDS] [--cap BYTES]
 *	    { call FUNCTION [NAME=VALUE …] [-- FUNCTION …] | facts }
 *
 * call prints a line a call: "ok BYTES bytes" or "failed: WHY". facts runs the
 * collector and prints a line a fact: path, state, value, origin, why, with
 * tabs between.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "collect/collect.h"
#include "facts/fields.h"
#include "host/whm_transport.h"
#include "parse/whm_reply.h"

extern const struct collector collector_whm;

struct asker {
	struct host base;
	struct whm_transport *transport;
};

static void
asker_ask(struct host *host, struct arena *arena,
    const struct question *question, struct answer *ret_answer)
{
	whm_transport_ask(((struct asker *)host)->transport, arena, question,
	    ret_answer);
}

/* ---- facts ---- */

static void
print_value(const struct field *field, const void *fact)
{
	const struct fact_list *list = fact;
	size_t i;

	switch (field->type) {
	case FIELD_BOOL:
		printf("%s", ((const struct fact_bool *)fact)->value ? "yes" :
		    "no");
		break;
	case FIELD_INT:
		printf("%" PRId64, ((const struct fact_int *)fact)->value);
		break;
	case FIELD_LIST:
		for (i = 0; i < list->count; i++)
			printf("%s%s", i > 0 ? "," : "", list->items[i]);
		break;
	case FIELD_STR:
	case FIELD_SETTING:
		printf("%s", ((const struct fact_str *)fact)->value);
		break;
	}
}

static void
print_fact(const char *group, const char *item, const struct field *field,
    const void *fact)
{
	const struct fact_meta *meta;

	if ((field->planes & PLANE_BIT(PLANE_API)) == 0)
		return;
	meta = field_meta(field, fact, PLANE_API);
	printf("%s%s%s.%s\t%s\t", group, item != NULL ? "/" : "",
	    item != NULL ? item : "", field->name,
	    fact_state_name(meta->state));
	if (meta->state == FACT_KNOWN)
		print_value(field, meta);
	printf("\t%s\t%s\n", meta->origin != NULL ? meta->origin : "",
	    meta->why != NULL ? meta->why : "");
}

static void
print_facts(const struct facts *facts)
{
	const char *base = (const char *)facts;
	size_t i, j, k;

	for (i = 0; i < field_group_count; i++)
		for (j = 0; j < field_groups[i].field_count; j++)
			print_fact(field_groups[i].name, NULL,
			    &field_groups[i].fields[j], base +
			    field_groups[i].offset +
			    field_groups[i].fields[j].offset);
	for (i = 0; i < field_list_count; i++) {
		const struct field_list *list = &field_lists[i];
		const LIST_OF(char) *items = (const void *)(base +
		    list->offset);

		for (k = 0; k < items->count; k++) {
			const char *item = items->items + k * list->item_size;

			for (j = 0; j < list->field_count; j++)
				print_fact(list->name,
				    *(const char *const *)(const void *)item,
				    &list->fields[j],
				    item + list->fields[j].offset);
		}
	}
}

static int
run_collector(struct whm_transport *transport)
{
	struct asker asker = { .base = { .ask = asker_ask,
	    .whm_name = whm_transport_name(transport) },
	    .transport = transport };
	struct arena *arena = arena_new(), *scratch = arena_new();
	struct collection collection = { .host = &asker.base,
	    .facts = facts_new(arena), .arena = arena, .scratch = scratch };

	/* As the site collector says where no template beats the datastore. */
	collection.facts->site.local_templates.meta.state = FACT_KNOWN;
	collector_whm.collect(&collection);
	arena_free(scratch);
	print_facts(collection.facts);
	arena_free(arena);
	return 0;
}

/* ---- single calls ---- */

static void
print_answer(struct arena *arena, const char *function,
    const struct answer *answer)
{
	struct whm_reply reply;

	if (answer->status != ANSWER_OK) {
		printf("failed: %s\n", answer->why);
		return;
	}
	whm_reply_read(arena, function, answer->code, answer->bytes,
	    answer->length, &reply);
	if (reply.verdict == WHM_OK)
		printf("ok %zu bytes\n", answer->length);
	else
		printf("failed: %s\n", whm_reply_why(arena, &reply));
	whm_reply_done(&reply);
}

/* One call; returns how many words it took. */
static int
run_call(struct whm_transport *transport, char **words, size_t cap)
{
	struct arena *arena = arena_new();
	struct whm_argument arguments[32];
	struct answer answer = { 0 };
	size_t count = 0;
	char *equals;
	int used;

	for (used = 1; words[used] != NULL && strcmp(words[used], "--") != 0 &&
	    count < 32; used++) {
		equals = strchr(words[used], '=');
		arguments[count].name = words[used];
		arguments[count].value = equals == NULL ? "" : equals + 1;
		if (equals != NULL)
			*equals = '\0';
		count++;
	}
	whm_transport_ask(transport, arena, &(struct question){
	    .kind = ASK_WHM, .function = words[0], .arguments = arguments,
	    .argument_count = count, .cap = cap }, &answer);
	print_answer(arena, words[0], &answer);
	arena_free(arena);
	return used;
}

static int
run_calls(struct whm_transport *transport, char **words, size_t cap)
{
	while (*words != NULL) {
		words += run_call(transport, words, cap);
		if (*words != NULL)
			words++;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "local", no_argument, NULL, 'l' },
		{ "url", required_argument, NULL, 'u' },
		{ "user", required_argument, NULL, 'n' },
		{ "token-file", required_argument, NULL, 't' },
		{ "ca-file", required_argument, NULL, 'c' },
		{ "timeout", required_argument, NULL, 's' },
		{ "cap", required_argument, NULL, 'm' },
		{ NULL, 0, NULL, 0 },
	};
	struct whm_transport_options chosen = { 0 };
	size_t cap = HOST_CAP_REPLY;
	struct whm_transport *transport;
	int flag, status = 64;

	while ((flag = getopt_long(argc, argv, "+", options, NULL)) != -1)
		switch (flag) {
		case 'l': chosen.local = true; break;
		case 'u': chosen.url = optarg; break;
		case 'n': chosen.user = optarg; break;
		case 't': chosen.token_file = optarg; break;
		case 'c': chosen.ca_file = optarg; break;
		case 's': chosen.timeout = atoi(optarg); break;
		case 'm': cap = strtoul(optarg, NULL, 10); break;
		default: return 64;
		}
	transport = whm_transport_new(&chosen);
	if (optind < argc && strcmp(argv[optind], "facts") == 0)
		status = run_collector(transport);
	else if (optind < argc && strcmp(argv[optind], "call") == 0)
		status = run_calls(transport, argv + optind + 1, cap);
	whm_transport_free(transport);
	return status;
}
