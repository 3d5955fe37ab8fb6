/*
 * What the whm collector makes of replies: a host that answers each command
 * of a batch from a table, a case that changes some of the answers, and the
 * facts that must come of it.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/arena.h"
#include "base/buf.h"
#include "collect/collect.h"
#include "facts/fields.h"
#include "host/whm_transport.h"

extern const struct collector collector_whm;

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define OK(data) "{\"metadata\":{\"result\":1},\"data\":" data "}"
#define NO(reason) "{\"metadata\":{\"result\":0,\"reason\":\"" reason "\"}}"
#define TWEAK_IS(value) OK("{\"tweaksetting\":{" value "}}")

struct part {
	const char *command;
	const char *reply;
};

struct expected {
	const char *fact;
	enum fact_state state;
	const char *value;	/* when known; the reason's part when unknown */
};

struct collect_case {
	const char *name;
	const char *whm_name;		/* NULL = whmapi1 */
	struct part parts[3];
	struct expected expected[6];
};

/* What a command answers unless the case says otherwise. */
static const struct part usual[] = {
	{ "version", OK("{\"version\":\"11.134.0.30\"}") },
	{ "get_update_availability", OK("{\"update_available\":0,"
	    "\"newest_version\":\"11.134.0.30\",\"tier\":\"release\"}") },
	{ "get_current_profile",
	    OK("{\"code\":\"standard\",\"disabled_roles\":[]}") },
	{ "listaccts?want=user,child_nodes", OK("{\"acct\":[]}") },
	{ "getminimumpasswordstrengths",
	    OK("{\"default\":80,\"virtual\":80,\"passwd\":80}") },
	{ "twofactorauth_policy_status", OK("{\"is_enabled\":1}") },
	{ "twofactorauth_get_user_configs", OK("{}") },
	{ "cphulk_status", OK("{\"is_enabled\":1}") },
	{ "load_cphulk_config", OK("{\"cphulk_config\":"
	    "{\"ip_based_protection\":1,\"max_failures_byip\":5}}") },
	{ "backup_config_get", OK("{\"backup_config\":{\"backupenable\":1,"
	    "\"backup_daily_enable\":1,\"backup_daily_retention\":5,"
	    "\"backup_weekly_enable\":0,\"backupaccts\":1,\"backupfiles\":1}}") },
	{ "backup_date_list", OK("{\"backup_set\":[]}") },
	{ "api_token_list", OK("{\"tokens\":{}}") },
};

#define TOKENS(body) { "api_token_list", OK("{\"tokens\":{" body "}}") }
#define SETS(body) { "backup_date_list", OK("{\"backup_set\":" body "}") }
#define REQUIRESSL "get_tweaksetting?key=requiressl"

static const struct collect_case collect_cases[] = {
	{ "nothing set, nobody enrolled, no backup, no token", NULL, { { 0 } }, {
	    { "tweak.requiressl", FACT_ABSENT, NULL },
	    { "access.mfa_users", FACT_KNOWN, "" },
	    { "backup.newest_set", FACT_ABSENT, NULL },
	    { "inventory.tokens", FACT_KNOWN, "0" },
	    { "site.linked_accounts", FACT_KNOWN, "" },
	    { "platform.newest_version", FACT_KNOWN, "134.0.30" } } },
	{ "a tweak setting as a number", NULL,
	    { { REQUIRESSL, TWEAK_IS("\"value\":1") } },
	    { { "tweak.requiressl", FACT_KNOWN, "1" } } },
	{ "a tweak setting as a boolean", NULL,
	    { { REQUIRESSL, TWEAK_IS("\"value\":false") } },
	    { { "tweak.requiressl", FACT_KNOWN, "0" } } },
	{ "a tweak setting of null", NULL,
	    { { REQUIRESSL, TWEAK_IS("\"value\":null") } },
	    { { "tweak.requiressl", FACT_ABSENT, NULL } } },
	{ "a tweak setting of blanks", NULL,
	    { { REQUIRESSL, TWEAK_IS("\"value\":\" \"") } },
	    { { "tweak.requiressl", FACT_ABSENT, NULL } } },
	{ "a tweak setting that is a list", NULL,
	    { { REQUIRESSL, TWEAK_IS("\"value\":[]") } },
	    { { "tweak.requiressl", FACT_UNKNOWN, "documented type" } } },
	{ "a tweak setting that this version does not have", NULL,
	    { { REQUIRESSL, NO("Invalid Tweak Setting: requiressl") } },
	    { { "tweak.requiressl", FACT_ABSENT, NULL } } },
	{ "a tweak setting that could not be read", NULL,
	    { { REQUIRESSL, NO("The system could not read cpanel.config") } },
	    { { "tweak.requiressl", FACT_UNKNOWN, "could not read" },
	    { "tweak.resetpass", FACT_ABSENT, NULL } } },
	{ "no data", NULL,
	    { { REQUIRESSL, "{\"metadata\":{\"result\":1}}" },
	    { "cphulk_status", "{\"metadata\":{\"result\":1}}" } },
	    { { "tweak.requiressl", FACT_UNKNOWN, "the reply has no data" },
	    { "access.cphulk_enabled", FACT_UNKNOWN, "has no data" } } },
	{ "a flag that is missing is not off", NULL,
	    { { "cphulk_status", OK("{\"service\":\"cPHulk\"}") } },
	    { { "access.cphulk_enabled", FACT_UNKNOWN,
	    "the reply has no is_enabled" } } },
	{ "a flag that is neither", NULL,
	    { { "cphulk_status", OK("{\"is_enabled\":2}") } },
	    { { "access.cphulk_enabled", FACT_UNKNOWN, "documented type" } } },
	{ "one value of a reply is bad", NULL,
	    { { "getminimumpasswordstrengths",
	    OK("{\"default\":\"65\",\"virtual\":\"strong\"}") } },
	    { { "access.strength_default", FACT_KNOWN, "65" },
	    { "access.strength_virtual", FACT_UNKNOWN, "documented type" },
	    { "access.strength_passwd", FACT_UNKNOWN, "has no passwd" } } },
	{ "an old version", NULL,
	    { { "getminimumpasswordstrengths", NO("Unknown app "
	    "(\\\"getminimumpasswordstrengths\\\") requested for this version "
	    "(1) of the API.") } },
	    { { "access.strength_virtual", FACT_UNKNOWN, "needs cPanel 82: " } } },
	{ "cleartext, Dovecot 2.3 in its datastore's words", NULL,
	    { { "get_service_config_key?key=disable_plaintext_auth"
	    "&service=dovecot", OK("{\"disable_plaintext_auth\":\"no\"}") } },
	    { { "dovecot.auth_allow_cleartext", FACT_KNOWN, "yes" } } },
	{ "cleartext, 2.4 before 2.3", NULL,
	    { { "get_service_config_key?key=disable_plaintext_auth"
	    "&service=dovecot", OK("{\"disable_plaintext_auth\":\"yes\"}") },
	    { "get_service_config_key?key=auth_allow_cleartext"
	    "&service=dovecot", OK("{\"auth_allow_cleartext\":1}") } },
	    { { "dovecot.auth_allow_cleartext", FACT_KNOWN, "yes" } } },
	{ "cleartext, the first key failed", NULL,
	    { { "get_service_config_key?key=disable_plaintext_auth"
	    "&service=dovecot", OK("{\"disable_plaintext_auth\":\"yes\"}") },
	    { "get_service_config_key?key=auth_allow_cleartext"
	    "&service=dovecot", NO("busy") } },
	    { { "dovecot.auth_allow_cleartext", FACT_UNKNOWN, "busy" } } },
	{ "cleartext, the second key failed", NULL,
	    { { "get_service_config_key?key=disable_plaintext_auth"
	    "&service=dovecot", NO("busy") } },
	    { { "dovecot.auth_allow_cleartext", FACT_UNKNOWN, "busy" } } },
	{ "cleartext, neither yes nor no", NULL,
	    { { "get_service_config_key?key=auth_allow_cleartext"
	    "&service=dovecot", OK("{\"auth_allow_cleartext\":\"maybe\"}") } },
	    { { "dovecot.auth_allow_cleartext", FACT_UNKNOWN,
	    "is \"maybe\", wanted yes or no" } } },
	{ "ciphers that nobody knows", NULL,
	    { { "get_service_config_key?key=ssl_cipher_list&service=dovecot",
	    OK("{\"ssl_cipher_list\":\"NOT-A-SUITE\"}") } },
	    { { "dovecot.cipher_suites", FACT_UNKNOWN, "knows no suite" } } },
	{ "backups, the newest wins in any order", NULL,
	    { SETS("[\"2019-02-12T00:00:00.000Z\",\"2026-03-01T00:00:01Z\","
	    "\"2026-02-28\"]") },
	    { { "backup.newest_set", FACT_KNOWN, "1772323201" } } },
	{ "backups, a date that is none", NULL,
	    { SETS("[\"2026-03-01\",\"yesterday\"]") },
	    { { "backup.newest_set", FACT_UNKNOWN, "documented type" } } },
	{ "backups, a month that is none", NULL, { SETS("[\"2026-13-01\"]") },
	    { { "backup.newest_set", FACT_UNKNOWN, "documented type" } } },
	{ "backups, a date cut off", NULL, { SETS("[\"2026-03-01T00:00\"]") },
	    { { "backup.newest_set", FACT_UNKNOWN, "documented type" } } },
	{ "backups, no list", NULL, { SETS("{}") },
	    { { "backup.newest_set", FACT_UNKNOWN, "documented type" } } },
	{ "enrolled users, sorted", NULL,
	    { { "twofactorauth_get_user_configs", OK("{\"root\":{\"is_enabled\":"
	    "\"1\"},\"bob\":{\"is_enabled\":0},\"ann\":{\"is_enabled\":1}}") } },
	    { { "access.mfa_users", FACT_KNOWN, "ann,root" } } },
	{ "enrolled users, one can not be read", NULL,
	    { { "twofactorauth_get_user_configs",
	    OK("{\"root\":{\"is_enabled\":1},\"bob\":1}") } },
	    { { "access.mfa_users", FACT_UNKNOWN, "documented type" } } },
	{ "enrolled users, Perl's empty list", NULL,
	    { { "twofactorauth_get_user_configs", OK("[]") } },
	    { { "access.mfa_users", FACT_KNOWN, "" } } },
	{ "linked accounts", NULL,
	    { { "listaccts?want=user,child_nodes", OK("{\"acct\":["
	    "{\"user\":\"zoe\",\"child_nodes\":[{\"workload\":\"Mail\"}]},"
	    "{\"user\":\"bob\",\"child_nodes\":[]},{\"user\":\"ann\"},"
	    "{\"user\":\"cat\",\"child_nodes\":null}]}") } },
	    { { "site.linked_accounts", FACT_KNOWN, "zoe" } } },
	{ "linked accounts, one can not be read", NULL,
	    { { "listaccts?want=user,child_nodes", OK("{\"acct\":["
	    "{\"user\":\"zoe\",\"child_nodes\":[\"mail2\"]}]}") } },
	    { { "site.linked_accounts", FACT_UNKNOWN, "documented type" } } },
	{ "roles without a module", NULL,
	    { { "get_current_profile", OK("{\"code\":\"mail\","
	    "\"disabled_roles\":[{\"name\":\"Web Disk\"}]}") } },
	    { { "site.server_profile", FACT_KNOWN, "mail" },
	    { "site.disabled_roles", FACT_UNKNOWN, "documented type" } } },
	{ "tokens, sorted, of the transport's user", "whm bob@h:2087",
	    { TOKENS("\"z\":{\"acls\":{\"all\":1}},\"a\":{\"acls\":"
	    "[\"list-accts\"],\"expires_at\":\"1830000000\","
	    "\"whitelist_ips\":[\"192.0.2.1\",\"192.0.2.0/24\"]}") },
	    { { "inventory.tokens", FACT_KNOWN, "2" },
	    { "tokens[0]", FACT_KNOWN, "bob/a" },
	    { "tokens[1]", FACT_KNOWN, "bob/z" },
	    { "tokens[0].acls", FACT_KNOWN, "list-accts" },
	    { "tokens[0].expires_at", FACT_KNOWN, "1830000000" },
	    { "tokens[0].whitelist_ips", FACT_KNOWN,
	    "192.0.2.0/24,192.0.2.1" } } },
	{ "a token without limits", NULL,
	    { TOKENS("\"t\":{\"acls\":{\"all\":\"1\",\"passwd\":0},"
	    "\"expires_at\":\"\",\"whitelist_ips\":[]}") },
	    { { "tokens[0]", FACT_KNOWN, "root/t" },
	    { "tokens[0].acls", FACT_KNOWN, "all" },
	    { "tokens[0].expires_at", FACT_ABSENT, NULL },
	    { "tokens[0].whitelist_ips", FACT_ABSENT, NULL } } },
	{ "a token that expires at 0 never does", NULL,
	    { TOKENS("\"t\":{\"acls\":{},\"expires_at\":0}") },
	    { { "tokens[0].acls", FACT_KNOWN, "" },
	    { "tokens[0].expires_at", FACT_ABSENT, NULL } } },
	{ "a token whose members can not be read", NULL,
	    { TOKENS("\"t\":{\"acls\":null,\"expires_at\":\"soon\","
	    "\"whitelist_ips\":{}}") },
	    { { "inventory.tokens", FACT_KNOWN, "1" },
	    { "tokens[0].acls", FACT_UNKNOWN, "acls of token t" },
	    { "tokens[0].expires_at", FACT_UNKNOWN, "expires_at of token t" },
	    { "tokens[0].whitelist_ips", FACT_UNKNOWN,
	    "whitelist_ips of token t" } } },
	{ "tokens that are none", NULL,
	    { { "api_token_list", OK("{\"tokens\":{\"t\":1}}") } },
	    { { "inventory.tokens", FACT_UNKNOWN, "documented type" } } },
};

/* ---- the host ---- */

struct table_host {
	struct host base;
	const struct part *parts;	/* the case's */
	size_t part_count;
	struct answer answer;	/* instead of parts, when why or bytes is set */
	unsigned asked;
};

static const char *
reply_of(const struct table_host *host, const char *command)
{
	size_t i;

	for (i = 0; i < host->part_count; i++)
		if (host->parts[i].command != NULL &&
		    strcmp(host->parts[i].command, command) == 0)
			return host->parts[i].reply;
	for (i = 0; i < COUNT(usual); i++)
		if (strcmp(usual[i].command, command) == 0)
			return usual[i].reply;
	/* Tweak and datastore keys: not set. */
	return strncmp(command, "get_tweaksetting?", 17) == 0 ?
	    TWEAK_IS("\"value\":\"\"") : OK("{}");
}

static void
table_ask(struct host *base, struct arena *arena,
    const struct question *question, struct answer *ret_answer)
{
	struct table_host *host = (struct table_host *)base;
	struct buf bytes;
	size_t i;

	host->asked++;
	assert_int_equal(question->kind, ASK_WHM);
	assert_string_equal(question->function, "batch");
	*ret_answer = host->answer;
	if (host->answer.why != NULL || host->answer.bytes != NULL) {
		ret_answer->bytes = arena_strdup(arena, host->answer.bytes);
		ret_answer->length = ret_answer->bytes == NULL ? 0 :
		    strlen(ret_answer->bytes);
		return;
	}
	buf_init(&bytes, 65536);
	buf_adds(&bytes, "{\"metadata\":{\"result\":1},\"data\":{\"result\":[");
	for (i = 0; i < question->argument_count; i++) {
		assert_string_equal(question->arguments[i].name, "command");
		buf_addf(&bytes, "%s%s", i > 0 ? "," : "",
		    reply_of(host, question->arguments[i].value));
	}
	buf_adds(&bytes, "]}}");
	ret_answer->status = ANSWER_OK;
	ret_answer->code = 200;
	ret_answer->length = bytes.length;
	ret_answer->bytes = arena_memdup(arena, bytes.bytes, bytes.length);
	buf_done(&bytes);
}

static struct facts *
collect(struct arena *arena, struct table_host *host, struct facts *facts)
{
	struct collection collection = { .host = &host->base, .facts = facts,
	    .arena = arena, .scratch = arena_new() };

	host->base.ask = table_ask;
	if (host->base.whm_name == NULL)
		host->base.whm_name = "whmapi1";
	collector_whm.collect(&collection);
	arena_free(collection.scratch);
	return facts;
}

/* ---- what came of it ---- */

static const char *
value_text(struct arena *arena, const struct field *field,
    const struct fact_meta *meta)
{
	const struct fact_list *list = (const void *)meta;
	const char *text = "";
	size_t i;

	switch (field->type) {
	case FIELD_BOOL:
		return ((const struct fact_bool *)(const void *)meta)->value ?
		    "yes" : "no";
	case FIELD_INT:
		return arena_printf(arena, "%" PRId64,
		    ((const struct fact_int *)(const void *)meta)->value);
	case FIELD_LIST:
		for (i = 0; i < list->count; i++)
			text = arena_printf(arena, "%s%s%s", text,
			    i > 0 ? "," : "", list->items[i]);
		return text;
	case FIELD_STR:
	case FIELD_SETTING:
		break;
	}
	return ((const struct fact_str *)(const void *)meta)->value;
}

/* "tokens[0].acls" or "tweak.requiressl"; *ret_text is value or reason. */
static const struct fact_meta *
find_fact(struct arena *arena, const struct facts *facts, const char *path,
    const char **ret_text)
{
	static const struct fact_meta named = { FACT_KNOWN, NULL, NULL };
	const struct fact_meta *meta;
	const struct field *field;
	const void *fact = NULL;
	unsigned index;
	char member[32] = "";

	if (sscanf(path, "tokens[%u].%31s", &index, member) >= 1) {
		assert_true(index < facts->tokens.count);
		*ret_text = facts->tokens.items[index].name;
		if (member[0] == '\0')
			return &named;
		field = field_find_in_list("tokens", member);
		fact = (const char *)&facts->tokens.items[index] +
		    field->offset;
	} else {
		field = field_find(facts, path, &fact);
	}
	assert_non_null(field);
	meta = field_meta(field, fact, PLANE_API);
	*ret_text = meta->state == FACT_KNOWN ?
	    value_text(arena, field, meta) : meta->why;
	return meta;
}

static void
check_fact(struct arena *arena, const struct facts *facts,
    const char *name, const struct expected *expected)
{
	const char *text = NULL;
	const struct fact_meta *meta = find_fact(arena, facts, expected->fact,
	    &text);

	if (meta->state != expected->state ||
	    (meta->state == FACT_KNOWN && strcmp(text, expected->value) != 0) ||
	    (meta->state == FACT_UNKNOWN &&
	    (text == NULL || strstr(text, expected->value) == NULL)))
		fail_msg("%s: %s is %s \"%s\"", name, expected->fact,
		    fact_state_name(meta->state), text != NULL ? text : "");
}

/* As the site collector leaves it where no local template stands. */
static struct facts *
site_facts_new(struct arena *arena)
{
	struct facts *facts = facts_new(arena);

	facts->site.local_templates.meta.state = FACT_KNOWN;
	return facts;
}

static void
test_cases(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(collect_cases); i++) {
		const struct collect_case *c = &collect_cases[i];
		struct arena *arena = arena_new();
		struct table_host host = { .base.whm_name = c->whm_name,
		    .parts = c->parts, .part_count = COUNT(c->parts) };
		struct facts *facts = collect(arena, &host, site_facts_new(arena));

		assert_int_equal(host.asked, 2);
		for (j = 0; j < COUNT(c->expected) &&
		    c->expected[j].fact != NULL; j++)
			check_fact(arena, facts, c->name, &c->expected[j]);
		arena_free(arena);
	}
}

/* Every fact of the plane has that state and reason. */
static void
check_all(const struct facts *facts, const char *why)
{
	size_t i, j, seen = 0;

	for (i = 0; i < field_group_count; i++)
		for (j = 0; j < field_groups[i].field_count; j++) {
			const struct field *field = &field_groups[i].fields[j];
			const struct fact_meta *meta = field_meta(field,
			    (const char *)facts + field_groups[i].offset +
			    field->offset, PLANE_API);

			if ((field->planes & PLANE_BIT(PLANE_API)) == 0)
				continue;
			seen++;
			if (meta->state != FACT_UNKNOWN || meta->why == NULL ||
			    strstr(meta->why, why) == NULL ||
			    meta->origin == NULL)
				fail_msg("%s.%s: %s \"%s\", wanted \"%s\"",
				    field_groups[i].name, field->name,
				    fact_state_name(meta->state),
				    meta->why != NULL ? meta->why : "", why);
		}
	assert_int_equal(seen, 45);
	assert_int_equal(facts->tokens.count, 0);
}

static void
test_no_answer(void **state)
{
	static const struct {
		struct answer answer;
		const char *why;
	} cases[] = {
		{ { ANSWER_SKIPPED, NULL, 0, 0, "skipped: no WHM API configured" },
		    "skipped: no WHM API configured" },
		{ { ANSWER_FAILED, NULL, 0, 0, "h:2087: connection refused" },
		    "h:2087: connection refused" },
		{ { ANSWER_OK, (char *)(uintptr_t)"<html>", 0, 200, NULL },
		    "batch: the reply is an HTML page" },
		{ { ANSWER_OK, (char *)(uintptr_t)"", 0, 403, NULL },
		    "batch: access denied, HTTP status 403" },
		{ { ANSWER_OK, (char *)(uintptr_t)OK("{\"result\":[]}"), 0, 0,
		    NULL }, "batch: 0 results came" },
		{ { ANSWER_OK, (char *)(uintptr_t)NO("Unknown app (\\\"batch\\\") "
		    "requested"), 0, 0, NULL }, "the server does not know it" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct arena *arena = arena_new();
		struct table_host host = { .answer = cases[i].answer };

		check_all(collect(arena, &host, site_facts_new(arena)),
		    cases[i].why);
		arena_free(arena);
	}
}

/* ---- what beats the store that the API speaks for ---- */

static const struct beaten_case {
	const char *name;
	struct fact_meta store;		/* of openssl_options */
	struct expected expected;
} beaten_cases[] = {
	{ "localopts", { FACT_KNOWN, "/etc/exim.conf.localopts:7", NULL },
	    { "exim.openssl_options", FACT_KNOWN, "+no_sslv3" } },
	{ "nobody looked", { FACT_UNKNOWN, NULL, NULL },
	    { "exim.openssl_options", FACT_KNOWN, "+no_sslv3" } },
	{ "set in exim.conf.local", { FACT_KNOWN, "/etc/exim.conf.local:3", NULL },
	    { "exim.openssl_options", FACT_UNKNOWN, "skipped: set in "
	    "/etc/exim.conf.local:3, which beats the tweak setting" } },
	{ "set there, expanded", { FACT_KNOWN,
	    "/etc/exim.conf.local:3, expanded by OpenSSL 3.0.1", NULL },
	    { "exim.openssl_options", FACT_UNKNOWN, "skipped: set in "
	    "/etc/exim.conf.local:3, which" } },
	{ "set there by code", { FACT_UNKNOWN, "/etc/exim.conf.local:3",
	    "decided at /etc/exim.conf.local:3" }, { "exim.openssl_options",
	    FACT_UNKNOWN, "skipped: set in /etc/exim.conf.local:3, which" } },
	{ "made void there", { FACT_UNKNOWN, "/etc/exim.conf.local",
	    "skipped: auth_advertise_hosts at /etc/exim.conf.local:2 beats it" },
	    { "exim.openssl_options", FACT_UNKNOWN,
	    "skipped: auth_advertise_hosts at /etc/exim.conf.local:2" } },
	{ "unreadable", { FACT_UNKNOWN, "/etc/exim.conf.local",
	    "/etc/exim.conf.local: Permission denied" },
	    { "exim.openssl_options", FACT_UNKNOWN, "Permission denied" } },
};

static void
test_exim_local_beats(void **state)
{
	static const struct part parts[] = {
		{ "get_tweaksetting?key=openssl_options&module=Mail",
		    TWEAK_IS("\"value\":\" +no_sslv3\"") },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(beaten_cases); i++) {
		struct arena *arena = arena_new();
		struct table_host host = { .parts = parts, .part_count = 1 };
		struct facts *facts = site_facts_new(arena);

		facts->exim.openssl_options.plane[PLANE_STORE].meta =
		    beaten_cases[i].store;
		collect(arena, &host, facts);
		check_fact(arena, facts, beaten_cases[i].name,
		    &beaten_cases[i].expected);
		arena_free(arena);
	}
}

/* Also when the API could not be asked at all: the reason stays the same. */
static void
test_exim_local_beats_without_api(void **state)
{
	struct arena *arena = arena_new();
	struct table_host host = { .answer = { ANSWER_FAILED, NULL, 0, 0,
	    "h: connection refused" } };
	struct facts *facts = site_facts_new(arena);

	(void)state;
	facts->exim.openssl_options.plane[PLANE_STORE].meta =
	    beaten_cases[2].store;
	collect(arena, &host, facts);
	check_fact(arena, facts, "no API", &beaten_cases[2].expected);
	arena_free(arena);
}

static void
test_template_beats_datastore(void **state)
{
	static const char *const templates[] = {
		"/var/cpanel/templates/dovecot2.3/main.local" };
	static const struct expected expected[] = {
		{ "dovecot.ssl_min_protocol", FACT_UNKNOWN, "skipped: "
		    "/var/cpanel/templates/dovecot2.3/main.local decides" },
		{ "dovecot.cipher_suites", FACT_UNKNOWN, "skipped: " },
		{ "dovecot.auth_allow_cleartext", FACT_UNKNOWN, "decides" },
		{ "exim.openssl_options", FACT_ABSENT, NULL },
	};
	struct arena *arena = arena_new();
	struct table_host host = { .asked = 0 };
	struct facts *facts = site_facts_new(arena);
	size_t i;

	(void)state;
	facts->site.local_templates.items = templates;
	facts->site.local_templates.count = 1;
	collect(arena, &host, facts);
	for (i = 0; i < COUNT(expected); i++)
		check_fact(arena, facts, "template", &expected[i]);
	arena_free(arena);
}

/* A template that could not be looked for may stand there all the same. */
static void
test_template_unknown(void **state)
{
	static const struct expected expected = { "dovecot.ssl_min_protocol",
	    FACT_UNKNOWN, "whether a local template beats" };
	struct arena *arena = arena_new();
	struct table_host host = { .asked = 0 };
	struct facts *facts = site_facts_new(arena);

	(void)state;
	facts->site.local_templates.meta.state = FACT_UNKNOWN;
	facts->site.local_templates.meta.why = "Permission denied";
	collect(arena, &host, facts);
	check_fact(arena, facts, "template", &expected);
	arena_free(arena);
}

static void
test_suites(void **state)
{
	static const struct part parts[] = {
		{ "get_service_config_key?key=ssl_cipher_list&service=dovecot",
		    OK("{\"ssl_cipher_list\":\"ECDHE-RSA-AES256-GCM-SHA384\"}") },
	};
	struct arena *arena = arena_new();
	struct table_host host = { .parts = parts, .part_count = 1 };
	const struct facts *facts = collect(arena, &host, site_facts_new(arena));
	const struct fact_str *dovecot =
	    &facts->dovecot.cipher_suites.plane[PLANE_API];
	const struct fact_str *exim =
	    &facts->exim.cipher_suites.plane[PLANE_API];

	(void)state;
	assert_int_equal(dovecot->meta.state, FACT_KNOWN);
	assert_string_equal(dovecot->value, "ECDHE-RSA-AES256-GCM-SHA384");
	assert_non_null(strstr(dovecot->meta.origin,
	    "whmapi1 get_service_config_key ssl_cipher_list, expanded by "));
	/* Not set: nobody documents the list that cPanel then writes. */
	assert_true(fact_skipped(&exim->meta));
	arena_free(arena);
}

static size_t
allowed_count(void)
{
	size_t count;

	for (count = 0; whm_allowed_functions[count] != NULL; count++)
		;
	return count;
}

/* doctor --access prints this table: it must tell what may be sent, all of it. */
static void
test_accesses(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < collector_whm.access_count; i++) {
		assert_int_equal(collector_whm.accesses[i].kind, ASK_WHM);
		for (j = 0; whm_allowed_functions[j] != NULL; j++)
			if (strcmp(whm_allowed_functions[j],
			    collector_whm.accesses[i].what) == 0)
				break;
		if (whm_allowed_functions[j] == NULL)
			fail_msg("%s is not on the allow-list",
			    collector_whm.accesses[i].what);
	}
	/* uapi_cpanel is for what asks per account. */
	assert_int_equal(collector_whm.access_count + 1, allowed_count());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_no_answer),
		cmocka_unit_test(test_exim_local_beats),
		cmocka_unit_test(test_exim_local_beats_without_api),
		cmocka_unit_test(test_template_beats_datastore),
		cmocka_unit_test(test_template_unknown),
		cmocka_unit_test(test_suites),
		cmocka_unit_test(test_accesses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
