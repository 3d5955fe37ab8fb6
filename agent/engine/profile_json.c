#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <openssl/evp.h>

#include "base/arena.h"
#include "engine/profile_private.h"

/* Jansson runs out of memory as the arena does: the process ends. */
static void __attribute__((noreturn))
out_of_memory(void)
{
	fprintf(stderr, "cpward: out of memory: the profile as JSON\n");
	exit(1);
}

static void
put(json_t *object, const char *key, json_t *value)
{
	if (value == NULL || json_object_set_new(object, key, value) != 0)
		out_of_memory();
}

static json_t *
texts_json(const char *const *texts, size_t count)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		if (json_array_append_new(array, json_string(texts[i])) != 0)
			out_of_memory();
	return array;
}

static json_t *
pairs_json(const struct pair *pairs, size_t count)
{
	json_t *object = json_object();
	size_t i;

	for (i = 0; i < count; i++)
		put(object, pairs[i].name, json_string(pairs[i].value));
	return object;
}

static json_t *
parameters_json(const struct parameters *parameters)
{
	json_t *object = json_object();

	put(object, "admins", texts_json(parameters->admins,
	    parameters->admin_count));
	put(object, "partners", texts_json(parameters->partners,
	    parameters->partner_count));
	put(object, "tunnels", texts_json(parameters->tunnels,
	    parameters->tunnel_count));
	put(object, "trusted_hosts", pairs_json(parameters->trusted_hosts,
	    parameters->trusted_host_count));
	put(object, "token_owners", pairs_json(parameters->token_owners,
	    parameters->token_owner_count));
	put(object, "mass_senders", pairs_json(parameters->mass_senders,
	    parameters->mass_sender_count));
	put(object, "dmarc_rollout", pairs_json(parameters->dmarc_rollout,
	    parameters->dmarc_rollout_count));
	return object;
}

static json_t *
want_json(const struct profile_entry *entry)
{
	switch (entry->check->want) {
	case WANT_INT:
		return json_integer(entry->want.integer);
	case WANT_STRING:
		return json_string(entry->want.string);
	case WANT_LIST:
		return texts_json(entry->want.list, entry->want.list_count);
	case WANT_NONE:
		break;
	}
	return json_null();
}

static json_t *
entry_json(const struct profile_entry *entry)
{
	json_t *object = json_object();

	put(object, "severity", json_string(severity_name(entry->severity)));
	put(object, "references", texts_json(entry->references,
	    entry->reference_count));
	put(object, "select", json_boolean(entry->selected));
	if (entry->check->want != WANT_NONE)
		put(object, "want", want_json(entry));
	return object;
}

char *
profile_json(struct arena *arena, const struct profile *profile)
{
	json_t *root = json_object(), *checks = json_object();
	char *text, *copy;
	size_t i;

	put(root, "schema", json_string(PROFILE_SCHEMA));
	put(root, "id", json_string(profile->id));
	put(root, "title", json_string(profile->title));
	put(root, "data_max_age_days",
	    json_integer(profile->data_max_age_days));
	put(root, "parameters", parameters_json(&profile->parameters));
	for (i = 0; i < profile->entry_count; i++)
		put(checks, profile->entries[i].check->id,
		    entry_json(&profile->entries[i]));
	put(root, "checks", checks);
	text = json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS);
	if (text == NULL)
		out_of_memory();
	copy = arena_strdup(arena, text);
	free(text);
	json_decref(root);
	return copy;
}

const char *
profile_digest(struct arena *arena, const struct profile *profile)
{
	const char *text = profile_json(arena, profile);
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length, i;
	char *hex;

	if (EVP_Digest(text, strlen(text), digest, &length, EVP_sha256(),
	    NULL) != 1) {
		fprintf(stderr, "cpward: libcrypto computes no sha256\n");
		exit(1);
	}
	hex = arena_alloc(arena, 2 * (size_t)length + 1);
	for (i = 0; i < length; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	return hex;
}
