/*
 * Who can read the private keys: cPanel's own places, and whatever Exim and
 * Dovecot are told to read. Modes are asked for, never bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "collect/collect.h"

/* Where cPanel keeps them, whether a daemon reads them now or not. */
static const struct key_place fixed_places[] = {
	{ "exim", "/etc/exim.key" },
	{ "dovecot", "/etc/dovecot/ssl/dovecot.key" },
	{ "cpanel", "/var/cpanel/ssl/cpanel/cpanel.pem" },
	{ "cpanel", "/var/cpanel/ssl/cpanel/mycpanel.pem" },
};

static void
add_place(struct collection *collection, const char *kind, const char *path)
{
	struct key_place *place = arena_push(collection->arena,
	    &collection->key_places.items, &collection->key_places.count);

	place->kind = kind;
	place->path = path;
}

/* Each name in directory, with the suffix behind it, is a key. */
static void
add_directory(struct collection *collection, const char *kind,
    const char *directory, const char *suffix)
{
	struct answer answer = host_dir(collection->host,
	    collection->scratch, directory);
	const char **names;
	size_t count, i;

	if (answer.status == ANSWER_FAILED || answer.status == ANSWER_SKIPPED)
		collection->key_places_why = arena_strdup(collection->arena,
		    answer.why);
	host_names(collection->scratch, &answer, &names, &count);
	for (i = 0; i < count; i++)
		add_place(collection, kind, arena_printf(collection->arena,
		    "%s/%s%s", directory, names[i], suffix));
}

/* Places under two kinds are told once, under the one that came first. */
static int
compare_places(const void *a, const void *b)
{
	const struct key_place *const *left = a, *const *right = b;
	int order = strcmp((*left)->path, (*right)->path);

	return order != 0 ? order : *left < *right ? -1 : *left > *right;
}

static void
add_key(struct collection *collection, const struct key_place *place)
{
	struct private_key_facts *key;
	struct host_stat st;
	struct answer answer = host_stat(collection->host,
	    collection->scratch, place->path, &st);

	if (answer.status == ANSWER_ABSENT ||
	    answer.status == ANSWER_NO_PARENT)
		return;
	key = collection_add(collection, "private_keys", place->path);
	set_string(collection, &key->kind, place->path, place->kind);
	set_modes(collection, place->path, &answer, &st, &(struct mode_facts){
	    &key->mode, &key->owner, &key->group });
	collection->facts->inventory.private_keys.value++;
}

static void
collect_keys(struct collection *collection)
{
	struct fact_meta *meta = &collection->facts->inventory.private_keys.meta;
	const struct key_place **sorted;
	size_t count, i;

	for (i = 0; i < sizeof(fixed_places) / sizeof(fixed_places[0]); i++)
		add_place(collection, fixed_places[i].kind,
		    fixed_places[i].path);
	add_directory(collection, "sni", SNI_KEYS, "/combined");
	add_directory(collection, "dkim", DKIM_KEYS, "");
	count = collection->key_places.count;
	sorted = arena_array(collection->scratch, count, sizeof(*sorted));
	for (i = 0; i < count; i++)
		sorted[i] = &collection->key_places.items[i];
	qsort(sorted, count, sizeof(*sorted), compare_places);
	for (i = 0; i < count; i++)
		if (i == 0 || strcmp(sorted[i]->path, sorted[i - 1]->path) != 0)
			add_key(collection, sorted[i]);
	meta_known(meta, "key files of Exim, Dovecot, cpsrvd and DKIM");
	if (collection->key_places_why != NULL)
		meta_unknown(collection, meta, meta->origin,
		    "not every key file is known: %s",
		    collection->key_places_why);
}

static const struct access keys_accesses[] = {
	{ ASK_STAT, "/etc/exim.key", "modes of private keys; never their bytes" },
	{ ASK_STAT, "/etc/dovecot/ssl/dovecot.key", "modes of private keys" },
	{ ASK_STAT, "/var/cpanel/ssl/cpanel/cpanel.pem", "modes of private keys" },
	{ ASK_STAT, "/var/cpanel/ssl/cpanel/mycpanel.pem", "modes of private keys" },
	{ ASK_DIR, SNI_KEYS, "names of domains with a certificate" },
	{ ASK_STAT, SNI_KEYS "/*/combined", "modes of private keys" },
	{ ASK_DIR, DKIM_KEYS, "names of domains with a DKIM key" },
	{ ASK_STAT, DKIM_KEYS "/*", "modes of private keys" },
	{ ASK_STAT, "*", "key files that exim.conf and dovecot.conf name" },
};

static const char *const keys_groups[] = { "inventory", NULL };

static const char *const keys_lists[] = { "private_keys", NULL };
static const char *const keys_depends[] = { "exim", "dovecot", NULL };

extern const struct collector collector_keys;
const struct collector collector_keys = {
	.name = "keys",
	.accesses = keys_accesses,
	.access_count = sizeof(keys_accesses) / sizeof(keys_accesses[0]),
	.collect = collect_keys,
	.groups = keys_groups,
	.planes = PLANE_BIT(PLANE_FILE),
	.lists = keys_lists,
	.depends = keys_depends,
};
