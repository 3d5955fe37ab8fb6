/*
 * dns_ask [-b BYTES] SERVER…: asks what standard input has, "NAME TYPE" a line,
 * all at once, and prints a line for each: the name, and "ok RCODE RECORDS",
 * "ok RCODE malformed" or "failed WHY". -b: of a socket's receive buffer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "host/dns.h"
#include "host/host.h"
#include "parse/dns.h"

static void
print_answer(struct arena *arena, const struct question *question,
    const struct answer *answer)
{
	const unsigned char *message = (void *)answer->bytes;
	struct dns_records records;

	printf("%s ", question->name);
	if (answer->status != ANSWER_OK) {
		printf("failed %s\n", answer->status == ANSWER_FAILED ?
		    answer->why : "with another status");
		return;
	}
	dns_reply_read(arena, message, answer->length, question->name,
	    question->type, &records);
	printf("ok %d ", message[3] & 15);
	if (records.outcome == DNS_MALFORMED)
		printf("malformed\n");
	else
		printf("%zu\n", records.count);
}

int
main(int argc, char **argv)
{
	struct dns_asker_options options = { .server_count = 0 };
	struct arena *arena = arena_new();
	struct question *questions = NULL;
	struct err err = { .code = ERR_NONE };
	char name[1100], type[16];
	struct dns_asker *asker;
	struct answer *answers;
	size_t count = 0, i;

	if (argc > 2 && strcmp(argv[1], "-b") == 0) {
		options.receive_bytes = strtoul(argv[2], NULL, 10);
		argv += 2;
		argc -= 2;
	}
	options.servers = (const char *const *)argv + 1;
	options.server_count = (size_t)argc - 1;
	asker = dns_asker_new(&options, &err);
	if (asker == NULL) {
		fprintf(stderr, "dns_ask: %s\n", err.text);
		return 64;
	}
	while (scanf("%1099s %15s", name, type) == 2)
		*arena_push(arena, &questions, &count) = (struct question){
		    .kind = ASK_DNS, .name = arena_strdup(arena, name),
		    .type = dns_type_parse(type), .cap = HOST_CAP_MESSAGE };
	answers = arena_array(arena, count, sizeof(*answers));
	dns_ask_all(asker, arena, questions, count, answers);
	for (i = 0; i < count; i++)
		print_answer(arena, &questions[i], &answers[i]);
	dns_asker_free(asker);
	arena_free(arena);
	return 0;
}
