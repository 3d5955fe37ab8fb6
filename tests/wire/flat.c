/*
 * flat [NOW]: the first listener of the cpward.probe/1 document on standard
 * input, a "key<TAB>value" a line, in the order of the struct: what
 * expectations are written in. Code points are four hex digits; sets are a
 * line an element, and an order that the server decides is a line of its own.
 *
 * Exit status: 0; 78 no such document; 64 usage.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/err.h"
#include "parse/probe_result.h"
#include "parse/tls_suites.h"

#define INPUT_MAX (4u << 20)

static const char *const seen_names[] = { "unknown", "no", "yes" };

static void
put(const char *key, const char *value)
{
	if (value != NULL)
		printf("%s\t%s\n", key, value);
}

static void
put_seen(const char *key, enum probe_seen seen)
{
	put(key, seen_names[seen]);
}

static void
put_codes(const char *key, const char *of, const struct code_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		printf("%s%s%s\t%04x\n", key, *of != '\0' ? "." : "", of,
		    list->ids[i]);
}

static void
put_version(const struct probe_version *version)
{
	static const char *const orders[] = { "unknown", "server", "client" };
	const char *name = tls_version_name(version->version);

	printf("version.%s\t%s\n", name, seen_names[version->accepted]);
	if (version->accepted != PROBE_YES)
		return;
	put_codes("suite", name, &version->suites);
	put_codes("undecided", name, &version->undecided);
	printf("order.%s\t%s\n", name, orders[version->order]);
	if (version->order != ORDER_SERVER)
		return;
	printf("sequence.%s\t", name);
	for (size_t i = 0; i < version->suites.count; i++)
		printf("%s%04x", i > 0 ? " " : "", version->suites.ids[i]);
	putchar('\n');
}

/*
 * Dates as what they mean today: the certificates are made for each run. Of a
 * chain that never came there is only why.
 */
static void
put_chain(const struct probe_chain *chain, time_t now)
{
	put("chain.server_name", chain->server_name);
	put_seen("chain.trusted", chain->trusted);
	put("chain.why", chain->why);
	if (chain->sent == 0)
		return;
	put("chain.subject", chain->subject);
	put("chain.issuer", chain->issuer);
	for (size_t i = 0; i < chain->name_count; i++)
		put("chain.name", chain->names[i]);
	put("chain.valid", chain->not_after < now ? "expired" :
	    chain->not_before > now ? "not yet" : "now");
	put("chain.key", chain->key);
	put("chain.signature", chain->signature);
	put("chain.ocsp_url", chain->ocsp_url ? "yes" : "no");
	put("chain.must_staple", chain->must_staple ? "yes" : "no");
	printf("chain.sent\t%zu\n", chain->sent);
	put("chain.sha256", chain->sha256);
	put("chain.spki_sha256", chain->spki_sha256);
}

static void
put_talk(const struct probe_listener *listener)
{
	put("greeting", listener->greeting);
	put_seen("starttls", listener->starttls);
	put("mechanisms", !listener->mechanisms_seen ? "unknown" :
	    listener->mechanisms == NULL || *listener->mechanisms == '\0' ?
	    "none" : listener->mechanisms);
	put_seen("clear_login", listener->clear_login);
	put_seen("relay", listener->relay);
	if (listener->http_status != 0)
		printf("http_status\t%u\n", listener->http_status);
	put("location", listener->location);
	put("hsts", listener->hsts);
}

static void
put_listener(const struct probe_listener *listener, time_t now)
{
	static const char *const statuses[] = { "failed", "closed", "open" };
	char feature[64];

	put("status", statuses[listener->status]);
	put("why", listener->why);
	put("protocol", probe_protocol_name(listener->protocol));
	put("address", listener->address);
	put("host", listener->host);
	printf("port\t%u\n", listener->port);
	put("source", listener->source);
	put("full", listener->full ? "yes" : "no");
	printf("connections\t%u\n", listener->connections);
	printf("duration_ms\t%lld\n", (long long)listener->duration_ms);
	put_talk(listener);
	for (size_t i = 0; i < PROBE_VERSION_COUNT; i++)
		put_version(&listener->versions[i]);
	put_codes("group", "", &listener->groups);
	put_codes("groups_undecided", "", &listener->groups_undecided);
	if (listener->group != 0)
		printf("group_chosen\t%04x\n", listener->group);
	put_codes("sigalg", "", &listener->sigalgs);
	if (listener->dh_bits != 0)
		printf("dh_bits\t%u\n", listener->dh_bits);
	for (int i = 0; i < FEATURE_COUNT; i++) {
		snprintf(feature, sizeof(feature), "feature.%s",
		    probe_feature_name((enum probe_feature)i));
		put_seen(feature, listener->features[i]);
	}
	for (size_t i = 0; i < listener->chain_count; i++)
		put_chain(&listener->chains[i], now);
}

int
main(int argc, char **argv)
{
	struct probe_result result;
	struct err err = { 0 };
	struct arena *arena = arena_new();
	char *bytes = arena_alloc(arena, INPUT_MAX);
	size_t length;

	if (argc > 2)
		return 64;
	length = fread(bytes, 1, INPUT_MAX, stdin);
	if (probe_result_read(arena, bytes, length, &result, &err) != 0 ||
	    result.count == 0) {
		fprintf(stderr, "flat: %s\n",
		    err.code != ERR_NONE ? err.text : "no listener");
		return 78;
	}
	put_listener(&result.listeners[0],
	    argc == 2 ? (time_t)atoll(argv[1]) : time(NULL));
	arena_free(arena);
	return 0;
}
