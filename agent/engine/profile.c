#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/err.h"
#include "checks/dates.h"
#include "engine/profile_private.h"

#define MAX_LAYERS 8
#define MAX_AGE_DAYS 36500

struct resolver {
	struct arena *arena;
	const struct profile_path *path;
	struct profile profile;
	struct profile_drafts drafts;
	const char *layers[MAX_LAYERS];	/* files, the first asked for first */
	size_t layer_count;
	struct err *err;
};

static int
compare_pairs(const void *a, const void *b)
{
	const struct pair *left = a, *right = b;

	return strcasecmp(left->name, right->name);
}

/* Every domain of a large server is looked up in it: it is sorted here. */
static int
read_rollout(struct arena *arena, const struct yaml_node *node,
    struct parameters *parameters, struct err *err)
{
	const struct yaml_node *value;
	const struct pair *pairs;
	struct pair *sorted;
	int64_t day;
	size_t count;

	if (yaml_pairs(arena, node, "dmarc_rollout", &pairs, &count, err) != 0)
		return -1;
	for (value = node->first; value != NULL; value = value->next)
		if (!date_read(value->text, &day))
			return yaml_error(value, err, "dmarc_rollout: a value "
			    "is no date, wanted one such as 2027-01-31");
	sorted = arena_array(arena, count, sizeof(*sorted));
	if (count > 0) {
		memcpy(sorted, pairs, count * sizeof(*sorted));
		qsort(sorted, count, sizeof(*sorted), compare_pairs);
	}
	parameters->dmarc_rollout = sorted;
	parameters->dmarc_rollout_count = count;
	return 0;
}

static int
read_parameters(struct resolver *resolver, const struct yaml_node *node)
{
	static const char *const known[] = {
		"admins", "partners", "tunnels", "trusted_hosts",
		"token_owners", "mass_senders", "dmarc_rollout",
	};
	struct parameters *parameters = &resolver->profile.parameters;
	const struct {
		const char *key;
		const char *const **texts;
		size_t *count;
	} lists[] = {
		{ "admins", &parameters->admins, &parameters->admin_count },
		{ "partners", &parameters->partners,
		    &parameters->partner_count },
		{ "tunnels", &parameters->tunnels, &parameters->tunnel_count },
	};
	const struct {
		const char *key;
		const struct pair **pairs;
		size_t *count;
	} maps[] = {
		{ "trusted_hosts", &parameters->trusted_hosts,
		    &parameters->trusted_host_count },
		{ "token_owners", &parameters->token_owners,
		    &parameters->token_owner_count },
		{ "mass_senders", &parameters->mass_senders,
		    &parameters->mass_sender_count },
	};
	struct err *err = resolver->err;
	const struct yaml_node *value;
	size_t i;

	if (yaml_map(node, "parameters", err) != 0 || yaml_known_keys(node,
	    known, sizeof(known) / sizeof(known[0]), "parameters", err) != 0)
		return -1;
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		value = yaml_get(node, lists[i].key);
		if (value != NULL && yaml_texts(resolver->arena, value,
		    lists[i].key, lists[i].texts, lists[i].count, err) != 0)
			return -1;
	}
	for (i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		value = yaml_get(node, maps[i].key);
		if (value != NULL && yaml_pairs(resolver->arena, value,
		    maps[i].key, maps[i].pairs, maps[i].count, err) != 0)
			return -1;
	}
	value = yaml_get(node, "dmarc_rollout");
	return value == NULL ? 0 : read_rollout(resolver->arena, value,
	    parameters, err);
}

static int
required_text(const struct yaml_node *root, const char *key,
    const char **ret_text, struct err *err)
{
	const struct yaml_node *node = yaml_get(root, key);

	if (node == NULL)
		return yaml_error(root, err, "the profile has no %s", key);
	return yaml_text(node, key, ret_text, err);
}

static int
read_identity(struct resolver *resolver, const struct profile_file *file,
    const struct yaml_node *root)
{
	const char *schema, *id, *title;
	struct err *err = resolver->err;

	if (required_text(root, "schema", &schema, err) != 0 ||
	    yaml_schema(yaml_get(root, "schema"), PROFILE_SCHEMA, err) != 0 ||
	    required_text(root, "id", &id, err) != 0 ||
	    required_text(root, "title", &title, err) != 0)
		return -1;
	if (file->stem != NULL && strcmp(id, file->stem) != 0)
		return yaml_error(yaml_get(root, "id"), err,
		    "id is other text, wanted the file's name, \"%s\"",
		    file->stem);
	if (!profile_name_valid(id))
		return yaml_error(yaml_get(root, "id"), err, "id is no name, "
		    "wanted letters, digits and . _ -, 64 at most");
	resolver->profile.id = id;
	resolver->profile.title = title;
	resolver->profile.path = file->path;
	return 0;
}

static int load_layer(struct resolver *resolver,
    const struct profile_file *file);

static int
load_parent(struct resolver *resolver, const struct yaml_node *node)
{
	struct profile_file parent;
	struct err err = { 0 };
	const char *name;
	size_t i;

	if (yaml_text(node, "extends", &name, resolver->err) != 0)
		return -1;
	if (!profile_name_valid(name))
		return yaml_error(node, resolver->err,
		    "extends is no name, wanted the name of a profile");
	if (profile_find(resolver->arena, resolver->path, name, &parent,
	    &err) != 0) {
		if (err.code != ERR_NOINPUT) {
			*resolver->err = err;
			return -1;
		}
		yaml_error(node, resolver->err,
		    "extends is a name that no profile has");
		return err_hint(resolver->err,
		    "\"cpward profile list\" names them all");
	}
	for (i = 0; i < resolver->layer_count; i++)
		if (strcmp(resolver->layers[i], parent.path) == 0)
			return yaml_error(node, resolver->err,
			    "extends \"%s\" goes round in a circle", name);
	if (resolver->layer_count == MAX_LAYERS)
		return yaml_error(node, resolver->err,
		    "extends \"%s\" is the %dth layer, wanted at most %d",
		    name, MAX_LAYERS + 1, MAX_LAYERS);
	return load_layer(resolver, &parent);
}

/* What a file says lies over what its parent says. */
static int
load_layer(struct resolver *resolver, const struct profile_file *file)
{
	static const char *const known[] = {
		"schema", "id", "title", "extends", "data_max_age_days",
		"parameters", "checks",
	};
	struct err *err = resolver->err;
	const struct yaml_node *root, *node;

	resolver->layers[resolver->layer_count++] = file->path;
	if (yaml_load_file(resolver->arena, file->path, file->trusted, &root,
	    err) != 0 ||
	    yaml_map(root, "the profile", err) != 0 ||
	    yaml_known_keys(root, known, 7, "the profile", err) != 0)
		return -1;
	node = yaml_get(root, "extends");
	if (node != NULL && load_parent(resolver, node) != 0)
		return -1;
	if (read_identity(resolver, file, root) != 0)
		return -1;
	node = yaml_get(root, "data_max_age_days");
	if (node != NULL && yaml_integer(node, "data_max_age_days", 0,
	    MAX_AGE_DAYS, &resolver->profile.data_max_age_days, err) != 0)
		return -1;
	node = yaml_get(root, "parameters");
	if (node != NULL && read_parameters(resolver, node) != 0)
		return -1;
	node = yaml_get(root, "checks");
	if (node != NULL && profile_checks_read(resolver->arena, node,
	    &resolver->drafts, err) != 0)
		return -1;
	/* A profile that checks nothing would find nothing wrong. */
	if (resolver->drafts.count == 0)
		return yaml_error(root, err, "the profile lists no check");
	return 0;
}

int
profile_load(struct arena *arena, const struct profile_path *path,
    const char *name, struct profile *ret_profile, struct err *err)
{
	struct resolver resolver = {
		.arena = arena,
		.path = path,
		.err = err,
	};
	struct profile_file file;

	if (profile_find(arena, path, name, &file, err) != 0 ||
	    load_layer(&resolver, &file) != 0 ||
	    profile_checks_finish(arena, &resolver.drafts, &resolver.profile,
	    err) != 0)
		return -1;
	*ret_profile = resolver.profile;
	return 0;
}
