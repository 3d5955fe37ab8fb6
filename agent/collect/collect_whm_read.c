#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "collect/collect_whm.h"
#include "facts/fields.h"
#include "parse/whm_reply.h"

#define TOKEN_NAME_MAX 128	/* bytes; cPanel allows 50 */

static const char *
value_name(const struct whm_row *row)
{
	return row->path[0] != '\0' ? row->path : "data";
}

/* The documents promise the value: what is there instead is told. */
static bool
promised(struct whm_reading *reading, enum whm_value found)
{
	if (found == WHM_VALUE_FOUND) {
		meta_known(reading->meta, reading->origin);
		return true;
	}
	meta_unknown(reading->collection, reading->meta, reading->origin,
	    found == WHM_VALUE_WRONG ?
	    "%s: %s is not of the documented type" :
	    "%s: the reply has no %s", reading->row->function,
	    value_name(reading->row));
	return false;
}

static void
wrong(struct whm_reading *reading, const char *what)
{
	meta_unknown(reading->collection, reading->meta, reading->origin,
	    "%s: %s is not of the documented type", reading->row->function,
	    what);
}

/* ---- values ---- */

void
whm_read_flag(struct whm_reading *reading, const json_t *data)
{
	struct fact_bool *fact = reading->fact;
	bool value;

	if (promised(reading, whm_get_flag(data, reading->row->path, &value)))
		fact->value = value;
}

void
whm_read_int(struct whm_reading *reading, const json_t *data)
{
	struct fact_int *fact = reading->fact;
	int64_t value;

	if (promised(reading, whm_get_int(data, reading->row->path, &value)))
		fact->value = value;
}

/* The text, blanks at its ends cut off: localopts begins some with one. */
static enum whm_value
get_text(struct whm_reading *reading, const json_t *data,
    const char **ret_text)
{
	struct arena *arena = reading->collection->arena;
	const char *text;
	size_t length;
	enum whm_value found = whm_get_string(arena, data, reading->row->path,
	    &text);

	if (found != WHM_VALUE_FOUND)
		return found;
	text += strspn(text, " \t\r\n");
	length = strlen(text);
	while (length > 0 && strchr(" \t\r\n", text[length - 1]) != NULL)
		length--;
	if (length == 0)
		return WHM_VALUE_NULL;
	*ret_text = arena_memdup(arena, text, length);
	return WHM_VALUE_FOUND;
}

void
whm_read_text(struct whm_reading *reading, const json_t *data)
{
	struct fact_str *fact = reading->fact;
	const char *text;

	if (promised(reading, get_text(reading, data, &text)))
		fact->value = text;
}

void
whm_read_short_version(struct whm_reading *reading, const json_t *data)
{
	struct fact_str *fact = reading->fact;

	whm_read_text(reading, data);
	if (fact->value != NULL && strncmp(fact->value, "11.", 3) == 0)
		fact->value += 3;
}

/* ---- settings ---- */

void
whm_read_setting(struct whm_reading *reading, const json_t *data)
{
	struct fact_str *fact = reading->fact;
	const char *text;
	enum whm_value found = get_text(reading, data, &text);

	if (found == WHM_VALUE_MISSING || found == WHM_VALUE_NULL)
		meta_absent(reading->meta, reading->origin);
	else if (promised(reading, found))
		fact->value = text;
}

/* cPanel's own lists change with its versions and are nowhere documented. */
void
whm_read_ciphers(struct whm_reading *reading, const json_t *data)
{
	const char *text;
	enum whm_value found = get_text(reading, data, &text);

	if (found == WHM_VALUE_MISSING || found == WHM_VALUE_NULL)
		meta_unknown(reading->collection, reading->meta,
		    reading->origin, FACT_SKIPPED_PREFIX "%s is not set",
		    reading->row->key);
	else if (promised(reading, found))
		set_cipher_suites(reading->collection, reading->fact,
		    reading->origin, text);
}

/* yes and no, in the spellings that datastores and forms have. */
static void
read_yes_no(struct whm_reading *reading, const json_t *data, bool inverse)
{
	static const struct {
		const char *text;
		bool yes;
	} spellings[] = {
		{ "yes", true }, { "no", false }, { "1", true },
		{ "0", false }, { "on", true }, { "off", false },
		{ "true", true }, { "false", false },
	};
	struct fact_str *fact = reading->fact;
	const char *text;
	size_t i;

	whm_read_setting(reading, data);
	if (reading->meta->state != FACT_KNOWN)
		return;
	text = fact->value;
	for (i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++)
		if (strcmp(spellings[i].text, text) == 0) {
			fact->value = spellings[i].yes != inverse ? "yes" :
			    "no";
			return;
		}
	fact->value = NULL;
	meta_unknown(reading->collection, reading->meta, reading->origin,
	    "%s is \"%.40s\", wanted yes or no", reading->row->key, text);
}

void
whm_read_cleartext(struct whm_reading *reading, const json_t *data)
{
	read_yes_no(reading, data, false);
}

/* Up to cPanel 130 (Dovecot 2.3) the question is the opposite one. */
void
whm_read_no_plaintext(struct whm_reading *reading, const json_t *data)
{
	read_yes_no(reading, data, true);
}

/* ---- lists ---- */

struct names {
	const char **items;
	size_t count;
};

static void
names_add(struct whm_reading *reading, struct names *names, const char *name)
{
	struct arena *arena = reading->collection->arena;

	*arena_push(arena, &names->items, &names->count) =
	    arena_strdup(arena, name);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A Perl hash has another order each time; the fact must not. */
static void
list_known(struct whm_reading *reading, struct fact_list *list,
    struct names *names)
{
	if (names->count > 0)
		qsort(names->items, names->count, sizeof(*names->items),
		    compare_names);
	meta_known(&list->meta, reading->origin);
	list->items = names->items;
	list->count = names->count;
}

/* Roles by module, which does not change with the language. */
void
whm_read_roles(struct whm_reading *reading, const json_t *data)
{
	struct names names = { 0 };
	const json_t *roles;
	const char *module;
	size_t i;

	if (!promised(reading, whm_get_array(data, reading->row->path,
	    &roles)))
		return;
	for (i = 0; i < json_array_size(roles); i++) {
		if (whm_get_string(reading->collection->arena,
		    json_array_get(roles, i), "module", &module) !=
		    WHM_VALUE_FOUND) {
			wrong(reading, "a role");
			return;
		}
		names_add(reading, &names, module);
	}
	list_known(reading, reading->fact, &names);
}

/* Does child_nodes say that mail lives on another server? -1 = can not tell. */
static int
account_linked(struct arena *arena, const json_t *account)
{
	const char *workload;
	const json_t *nodes;
	enum whm_value found = whm_get_array(account, "child_nodes", &nodes);
	size_t i;

	if (found == WHM_VALUE_WRONG)
		return -1;
	if (found != WHM_VALUE_FOUND)
		return 0;
	for (i = 0; i < json_array_size(nodes); i++) {
		if (whm_get_string(arena, json_array_get(nodes, i),
		    "workload", &workload) != WHM_VALUE_FOUND)
			return -1;
		if (strcmp(workload, "Mail") == 0)
			return 1;
	}
	return 0;
}

void
whm_read_linked(struct whm_reading *reading, const json_t *data)
{
	struct arena *arena = reading->collection->scratch;
	struct names names = { 0 };
	const json_t *accounts, *account;
	const char *user;
	size_t i;
	int linked;

	if (!promised(reading, whm_get_array(data, reading->row->path,
	    &accounts)))
		return;
	for (i = 0; i < json_array_size(accounts); i++) {
		account = json_array_get(accounts, i);
		linked = account_linked(arena, account);
		if (linked < 0 || whm_get_string(arena, account, "user",
		    &user) != WHM_VALUE_FOUND) {
			wrong(reading, "an account");
			return;
		}
		if (linked > 0)
			names_add(reading, &names, user);
	}
	list_known(reading, reading->fact, &names);
}

/* data itself is the map of users; Perl may print an empty one as []. */
void
whm_read_enrolled(struct whm_reading *reading, const json_t *data)
{
	struct names names = { 0 };
	const char *user;
	json_t *entry;
	bool enabled;

	if (!promised(reading, data == NULL || json_is_null(data) ?
	    WHM_VALUE_MISSING : json_is_object(data) ||
	    (json_is_array(data) && json_array_size(data) == 0) ?
	    WHM_VALUE_FOUND : WHM_VALUE_WRONG))
		return;
	json_object_foreach((json_t *)(uintptr_t)data, user, entry) {
		if (whm_get_flag(entry, "is_enabled", &enabled) !=
		    WHM_VALUE_FOUND) {
			wrong(reading, "a user");
			return;
		}
		if (enabled)
			names_add(reading, &names, user);
	}
	list_known(reading, reading->fact, &names);
}

/* "2019-02-12T00:00:00.000Z" or its date alone, as epoch seconds; -1 = none. */
static int64_t
parse_time(const char *text)
{
	struct tm tm = { 0 };
	int length = 0, rest = 0;

	if (strlen(text) > 40 || sscanf(text, "%4d-%2d-%2d%n", &tm.tm_year,
	    &tm.tm_mon, &tm.tm_mday, &length) != 3 || length != 10)
		return -1;
	if (text[10] != '\0' && (sscanf(text + 10, "T%2d:%2d:%2d%n",
	    &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &rest) != 3 || rest != 9))
		return -1;
	if (tm.tm_year < 1970 || tm.tm_mon < 1 || tm.tm_mon > 12 ||
	    tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour < 0 ||
	    tm.tm_hour > 23 || tm.tm_min < 0 || tm.tm_min > 59 ||
	    tm.tm_sec < 0 || tm.tm_sec > 60)
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	return timegm(&tm);
}

void
whm_read_newest_set(struct whm_reading *reading, const json_t *data)
{
	struct fact_int *fact = reading->fact;
	const json_t *sets;
	int64_t when;
	size_t i;

	if (!promised(reading, whm_get_array(data, reading->row->path, &sets)))
		return;
	if (json_array_size(sets) == 0)
		meta_absent(reading->meta, reading->origin);
	for (i = 0; i < json_array_size(sets); i++) {
		const char *text = json_string_value(json_array_get(sets, i));

		when = text == NULL ? -1 : parse_time(text);
		if (when < 0) {
			fact->value = 0;
			wrong(reading, "the date of a backup");
			return;
		}
		if (when > fact->value)
			fact->value = when;
	}
}

/* ---- tokens ---- */

/* The owner is named by the transport: api_token_list tells its own tokens. */
static const char *
token_owner(struct collection *collection)
{
	const char *name = collection->host->whm_name;
	const char *at = name == NULL ? NULL : strchr(name, '@');

	if (at == NULL || strncmp(name, "whm ", 4) != 0)
		return "root";
	return arena_memdup(collection->scratch, name + 4,
	    (size_t)(at - name) - 4);
}

static void
token_unknown(struct whm_reading *reading, struct fact_meta *meta,
    const char *name, const char *member)
{
	meta_unknown(reading->collection, meta, reading->origin,
	    "%s: %s of token %.*s is not of the documented type",
	    reading->row->function, member, TOKEN_NAME_MAX, name);
}

/* {"list-accts": 1, "all": 0} in lists; elsewhere an array of names. */
static void
read_acls(struct whm_reading *reading, const char *name, const json_t *token,
    struct fact_list *list)
{
	const json_t *acls = json_object_get(token, "acls");
	struct names names = { 0 };
	const char *acl;
	json_t *value;
	bool given;
	size_t i;

	if (!json_is_object(acls) && !json_is_array(acls)) {
		token_unknown(reading, &list->meta, name, "acls");
		return;
	}
	json_object_foreach((json_t *)(uintptr_t)acls, acl, value) {
		if (whm_get_flag(value, "", &given) != WHM_VALUE_FOUND) {
			token_unknown(reading, &list->meta, name, "acls");
			return;
		}
		if (given)
			names_add(reading, &names, acl);
	}
	for (i = 0; i < json_array_size(acls); i++) {
		if (!json_is_string(json_array_get(acls, i))) {
			token_unknown(reading, &list->meta, name, "acls");
			return;
		}
		names_add(reading, &names,
		    json_string_value(json_array_get(acls, i)));
	}
	list_known(reading, list, &names);
}

static void
read_expiry(struct whm_reading *reading, const char *name,
    const json_t *token, struct fact_int *fact)
{
	int64_t when = 0;

	if (whm_get_int(token, "expires_at", &when) == WHM_VALUE_WRONG) {
		token_unknown(reading, &fact->meta, name, "expires_at");
		return;
	}
	/* null, "" and 0 all mean never. */
	meta_known(&fact->meta, reading->origin);
	if (when <= 0)
		fact->meta.state = FACT_ABSENT;
	else
		fact->value = when;
}

static void
read_addresses(struct whm_reading *reading, const char *name,
    const json_t *token, struct fact_list *list)
{
	struct names names = { 0 };
	const json_t *ips = NULL;
	size_t i;

	if (whm_get_array(token, "whitelist_ips", &ips) == WHM_VALUE_WRONG) {
		token_unknown(reading, &list->meta, name, "whitelist_ips");
		return;
	}
	for (i = 0; i < json_array_size(ips); i++) {
		if (!json_is_string(json_array_get(ips, i))) {
			token_unknown(reading, &list->meta, name,
			    "whitelist_ips");
			return;
		}
		names_add(reading, &names,
		    json_string_value(json_array_get(ips, i)));
	}
	/* An empty list restricts nothing: any address, as null. */
	list_known(reading, list, &names);
	if (names.count == 0)
		list->meta.state = FACT_ABSENT;
}

static const struct field_list *
tokens_list(void)
{
	size_t i;

	for (i = 0; i < field_list_count; i++)
		if (strcmp(field_lists[i].name, "tokens") == 0)
			return &field_lists[i];
	abort();
}

static void
add_token(struct whm_reading *reading, const char *name, const json_t *token)
{
	struct collection *collection = reading->collection;
	struct token_facts *item = facts_add_item(collection->facts,
	    tokens_list(), arena_printf(collection->scratch, "%s/%s",
	    token_owner(collection), name));

	read_acls(reading, name, token, &item->acls);
	read_expiry(reading, name, token, &item->expires_at);
	read_addresses(reading, name, token, &item->whitelist_ips);
}

void
whm_read_tokens(struct whm_reading *reading, const json_t *data)
{
	struct fact_int *count = reading->fact;
	struct names names = { 0 };
	const json_t *tokens;
	const char *name;
	json_t *token;
	size_t i;

	if (!promised(reading, whm_get(data, reading->row->path, &tokens)))
		return;
	if (!json_is_object(tokens) &&
	    (!json_is_array(tokens) || json_array_size(tokens) > 0)) {
		wrong(reading, reading->row->path);
		return;
	}
	json_object_foreach((json_t *)(uintptr_t)tokens, name, token) {
		if (!json_is_object(token) || strlen(name) > TOKEN_NAME_MAX) {
			wrong(reading, "a token");
			return;
		}
		names_add(reading, &names, name);
	}
	if (names.count > 0)
		qsort(names.items, names.count, sizeof(*names.items),
		    compare_names);
	for (i = 0; i < names.count; i++)
		add_token(reading, names.items[i],
		    json_object_get(tokens, names.items[i]));
	count->value = (int64_t)names.count;
}
