/*
 * Who lives on this server: accounts, domains, resellers, and their password
 * files. Of a shadow file only the schemes are counted; no hash is kept.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "collect/accounts.h"
#include "collect/collect.h"
#include "facts/fields.h"
#include "parse/keyvalue.h"

#define USER_DOMAINS "/etc/trueuserdomains"
#define USER_OWNERS "/etc/trueuserowners"
#define ALL_DOMAINS "/etc/userdomains"
#define PASSWD "/etc/passwd"
#define SHADOW "/etc/shadow"
#define RESELLERS "/var/cpanel/resellers"
#define PASSWORD_FILE_CAP (1024u * 1024)	/* some 8,000 mailboxes */
/*
 * Folders of ~/etc that may be mail domains: what a tenant makes more of costs
 * him the knowledge, not us the time.
 */
#define MAIL_DOMAINS_READ 1000

static bool
read_pairs(struct collection *collection, const char *path, char separator,
    struct keyvalues *ret_values, struct fact_meta *meta)
{
	struct answer answer = host_file(collection->host,
	    collection->scratch, path, HOST_CAP_LIST);

	memset(ret_values, 0, sizeof(*ret_values));
	if (!meta_from_answer(collection, meta, &answer, path))
		return false;
	keyvalues_parse(collection->scratch, answer.bytes, answer.length,
	    separator, ret_values);
	return true;
}

/* ---- accounts and domains ---- */

/* The sixth field of a passwd line whose name is the key. */
static const char *
home_of(struct arena *arena, const struct keyvalue_index *passwd,
    const char *user)
{
	const struct keyvalue *pair = keyvalue_index_find(passwd, user);
	const char *at = pair == NULL ? NULL : pair->value;
	int field;

	for (field = 0; at != NULL && field < 4; field++) {
		at = strchr(at, ':');
		at += at != NULL;
	}
	/* An empty home would make /etc the account's own. */
	if (at == NULL || at[0] != '/' || at[strspn(at, "/")] == ':')
		return NULL;
	return arena_memdup(arena, at, strcspn(at, ":"));
}

static void
set_found(struct collection *collection, struct fact_str *fact,
    const struct fact_meta *source, const char *value)
{
	fact->meta = *source;
	if (source->state != FACT_KNOWN)
		return;
	fact->meta.state = value == NULL ? FACT_ABSENT : FACT_KNOWN;
	fact->value = arena_strdup(collection->arena, value);
}

static void
collect_users(struct collection *collection)
{
	struct fact_int *count = &collection->facts->inventory.accounts;
	struct fact_meta owners_meta, passwd_meta;
	struct keyvalue_index owners, passwd;
	struct keyvalues domains, pairs;
	struct account_facts *account;
	const struct keyvalue *owner;
	const char *user, *home;
	size_t i;

	if (!read_pairs(collection, USER_DOMAINS, ':', &domains, &count->meta))
		return;
	read_pairs(collection, USER_OWNERS, ':', &pairs, &owners_meta);
	keyvalues_index(collection->scratch, &pairs, &owners);
	read_pairs(collection, PASSWD, ':', &pairs, &passwd_meta);
	keyvalues_index(collection->scratch, &pairs, &passwd);
	for (i = 0; i < domains.count; i++) {
		user = domains.items[i].value;
		if (user == NULL || !path_component(user)) {
			meta_unknown(collection, &count->meta, USER_DOMAINS,
			    "line %u is not \"domain: user\"",
			    domains.items[i].line);
			continue;
		}
		account = collection_add(collection, "accounts", user);
		set_string(collection, &account->domain, arena_printf(
		    collection->scratch, "%s:%u", USER_DOMAINS,
		    domains.items[i].line), domains.items[i].key);
		owner = keyvalue_index_find(&owners, user);
		set_found(collection, &account->owner, &owners_meta,
		    owner == NULL ? NULL : owner->value);
		home = home_of(collection->scratch, &passwd, user);
		set_found(collection, &account->home, &passwd_meta, home);
		count->value++;
	}
}

static void
collect_domains(struct collection *collection)
{
	struct fact_int *count = &collection->facts->inventory.domains;
	struct domain_facts *domain;
	struct keyvalues pairs;
	size_t i;

	if (!read_pairs(collection, ALL_DOMAINS, ':', &pairs, &count->meta))
		return;
	for (i = 0; i < pairs.count; i++) {
		/* "*: nobody" stands for every other domain. */
		if (pairs.items[i].value == NULL ||
		    strcmp(pairs.items[i].key, "*") == 0)
			continue;
		domain = collection_add(collection, "domains", pairs.items[i].key);
		set_string(collection, &domain->account, arena_printf(
		    collection->scratch, "%s:%u", ALL_DOMAINS,
		    pairs.items[i].line), pairs.items[i].value);
		count->value++;
	}
}

/* ---- resellers ---- */

static void
collect_resellers(struct collection *collection)
{
	struct fact_int *count = &collection->facts->inventory.resellers;
	struct reseller_facts *reseller;
	struct keyvalues pairs;
	const char **acls, *at;
	size_t acl_count, length, i;

	/* No file is no reseller: cPanel makes it with the first one. */
	if (!read_pairs(collection, RESELLERS, ':', &pairs, &count->meta)) {
		if (count->meta.state == FACT_ABSENT)
			count->meta.state = FACT_KNOWN;
		return;
	}
	for (i = 0; i < pairs.count; i++) {
		reseller = collection_add(collection, "resellers",
		    pairs.items[i].key);
		count->value++;
		if (pairs.items[i].value == NULL) {
			meta_unknown(collection, &reseller->acls.meta,
			    RESELLERS, "line %u is not \"user:acl,acl\"",
			    pairs.items[i].line);
			continue;
		}
		acls = NULL;
		acl_count = 0;
		for (at = pairs.items[i].value; *at != '\0'; at += length) {
			at += strspn(at, ", ");
			length = strcspn(at, ", ");
			if (length > 0)
				*arena_push(collection->arena, &acls,
				    &acl_count) = arena_memdup(
				    collection->arena, at, length);
		}
		meta_known(&reseller->acls.meta, arena_printf(
		    collection->arena, "%s:%u", RESELLERS,
		    pairs.items[i].line));
		reseller->acls.items = acls;
		reseller->acls.count = acl_count;
	}
}

/* ---- password files ---- */

/* crypt(5): what a stored hash begins with. */
static const struct {
	const char *prefix;
	const char *scheme;
} schemes[] = {
	{ "$y$", "yescrypt" },
	{ "$gy$", "gost-yescrypt" },
	{ "$7$", "scrypt" },
	{ "$2a$", "bcrypt" },
	{ "$2b$", "bcrypt" },
	{ "$2y$", "bcrypt" },
	{ "$6$", "sha512-crypt" },
	{ "$5$", "sha256-crypt" },
	{ "$sha1", "sha1-crypt" },
	{ "$md5", "sun-md5" },
	{ "$1$", "md5-crypt" },
	{ "$3$", "nt-hash" },
	{ "_", "bsdi-crypt" },
	{ "{PLAIN", "plain" },
	{ "{plain", "plain" },
	{ "{CLEAR", "plain" },
};

#define SCHEMES (sizeof(schemes) / sizeof(schemes[0]))

/* NULL when nobody can log in with it: "*", "!", "x". */
static const char *
hash_scheme(const char *hash)
{
	size_t i, length;

	/* shadow(5): without a password everybody can. */
	if (hash[0] == ':' || hash[0] == '\0')
		return "empty";
	/* Suspended: *LOCKED*HASH, !HASH, !!HASH. The hash is still there. */
	if (strncmp(hash, "*LOCKED*", 8) == 0)
		hash += 8;
	hash += strspn(hash, "!*");
	length = strcspn(hash, ":");
	if (length == 0 || (length == 1 && hash[0] == 'x'))
		return NULL;
	for (i = 0; i < SCHEMES; i++)
		if (strncmp(hash, schemes[i].prefix,
		    strlen(schemes[i].prefix)) == 0)
			return schemes[i].scheme;
	if (hash[0] == '$' || hash[0] == '{')
		return "unrecognised";
	return length == 13 ? "des-crypt" : "plain";
}

struct scheme_count {
	const char *scheme;
	size_t count;
};

static void
count_scheme(struct scheme_count *counts, size_t *used, const char *scheme)
{
	size_t i;

	for (i = 0; i < *used; i++)
		if (strcmp(counts[i].scheme, scheme) == 0)
			break;
	if (i == *used)
		counts[(*used)++].scheme = scheme;
	counts[i].count++;
}

static void
collect_password_file(struct collection *collection, const char *path)
{
	struct password_file_facts *file = collection_add(collection,
	    "password_files", path);
	struct scheme_count counts[SCHEMES + 4] = { { NULL, 0 } };
	struct arena *secrets = arena_new();
	struct answer answer = host_file(collection->host, secrets, path,
	    PASSWORD_FILE_CAP);
	const char **items, *scheme;
	struct keyvalues lines = { 0 };
	size_t used = 0, foreign = 0, i;

	file->entries.value = 0;
	if (meta_from_answer(collection, &file->entries.meta, &answer, path))
		keyvalues_parse(secrets, answer.bytes, answer.length, ':',
		    &lines);
	for (i = 0; i < lines.count; i++) {
		foreign += lines.items[i].value == NULL;
		scheme = lines.items[i].value == NULL ? NULL :
		    hash_scheme(lines.items[i].value);
		if (scheme == NULL)
			continue;
		count_scheme(counts, &used, scheme);
		file->entries.value++;
	}
	arena_wipe(secrets);
	items = arena_array(collection->arena, used + 1, sizeof(*items));
	for (i = 0; i < used; i++)
		items[i] = arena_printf(collection->arena, "%s %zu",
		    counts[i].scheme, counts[i].count);
	if (foreign > 0 && foreign == lines.count)
		meta_unknown(collection, &file->entries.meta, path,
		    "no line of it is \"user:hash:...\"");
	file->schemes.meta = file->entries.meta;
	file->schemes.items = items;
	file->schemes.count = used;
	collection->facts->inventory.password_files.value++;
}

static bool
is_plain_file(struct collection *collection, const char *path)
{
	struct host_stat st;

	return host_stat(collection->host, collection->scratch, path,
	    &st).status == ANSWER_OK && st.kind == HOST_REGULAR;
}

/* /home/USER/etc/DOMAIN/shadow of one account; false when not all were seen. */
static bool
collect_mail_passwords(struct collection *collection, const char *home,
    const char **ret_why)
{
	struct arena *scratch = collection->scratch;
	const char *directory = arena_printf(scratch, "%s/etc", home);
	struct answer answer = host_dir(collection->host, scratch, directory);
	struct host_stat st;
	const char **names, *path;
	size_t count, i;

	if (answer.status == ANSWER_ABSENT)
		return true;	/* an account without mailboxes */
	if (answer.status != ANSWER_OK) {
		*ret_why = answer.why;
		return false;
	}
	host_names(scratch, &answer, &names, &count);
	if (count > MAIL_DOMAINS_READ) {
		*ret_why = "holds more names than are read";
		return false;
	}
	for (i = 0; i < count; i++) {
		path = arena_printf(scratch, "%s/%s/shadow", directory,
		    names[i]);
		if (!path_component(names[i]) ||
		    strchr(names[i], '.') == NULL)
			continue;
		answer = host_stat(collection->host, scratch, path, &st);
		/* Webmail keeps files of its own there, alice.rcube.db. */
		if (answer.status != ANSWER_ABSENT &&
		    (answer.status == ANSWER_OK || !is_plain_file(collection,
		    arena_printf(scratch, "%s/%s", directory, names[i]))))
			collect_password_file(collection, path);
	}
	return true;
}

static void
collect_passwords(struct collection *collection)
{
	struct facts *facts = collection->facts;
	struct fact_int *count = &facts->inventory.password_files;
	const char *why, *home;
	size_t i;

	meta_known(&count->meta, SHADOW " and shadow files below the homes");
	collect_password_file(collection, SHADOW);
	accounts_need(collection, &count->meta);
	for (i = 0; i < facts->accounts.count; i++) {
		home = account_need_home(collection, &facts->accounts.items[i],
		    &count->meta);
		if (home != NULL &&
		    !collect_mail_passwords(collection, home, &why))
			meta_unknown(collection, &count->meta, home, "%s", why);
	}
}

static void
collect_accounts(struct collection *collection)
{
	collect_users(collection);
	collect_domains(collection);
	collect_resellers(collection);
	collect_passwords(collection);
}

static const struct access accounts_accesses[] = {
	{ ASK_FILE, USER_DOMAINS, "accounts" },
	{ ASK_FILE, USER_OWNERS, "who owns them" },
	{ ASK_FILE, ALL_DOMAINS, "domains" },
	{ ASK_FILE, PASSWD, "homes; names of owners" },
	{ ASK_FILE, "/etc/group", "names of groups" },
	{ ASK_FILE, RESELLERS, "resellers' privileges" },
	{ ASK_FILE, SHADOW, "hash schemes are counted, no hash is kept" },
	{ ASK_DIR, "*/etc", "below each account's home: its mail domains" },
	{ ASK_STAT, "*/etc/*/shadow", "is there a mail password file?" },
	{ ASK_FILE, "*/etc/*/shadow", "hash schemes are counted" },
};

static const char *const accounts_groups[] = { "inventory", NULL };

static const char *const accounts_lists[] = { "accounts", "domains",
    "resellers", "password_files", NULL };

extern const struct collector collector_accounts;
const struct collector collector_accounts = {
	.name = "accounts",
	.accesses = accounts_accesses,
	.access_count = sizeof(accounts_accesses) / sizeof(accounts_accesses[0]),
	.collect = collect_accounts,
	.groups = accounts_groups,
	.planes = PLANE_BIT(PLANE_FILE),
	.lists = accounts_lists,
};
