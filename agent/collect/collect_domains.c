/*
 * What the server's files say of each domain: whether its mail is handled
 * here, which public addresses that mail leaves from and by which name, and the
 * DKIM key it is signed with. Who owns the domain is the accounts collector's.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "collect/accounts.h"
#include "collect/addresses.h"
#include "collect/collect.h"
#include "parse/dkim.h"
#include "parse/keyvalue.h"

#define USER_DATA "/etc/userdatadomains"
#define LOCAL_DOMAINS "/etc/localdomains"
#define REMOTE_DOMAINS "/etc/remotedomains"
#define SECONDARY_MX "/etc/secondarymx"
#define MAIL_IPS "/etc/mailips"
#define MAIL_HELO "/etc/mailhelo"
#define REVERSE_NAMES "/etc/mail_reverse_dns"
#define MAIN_IP "/var/cpanel/mainip"
#define SUSPENDED "/var/cpanel/suspended"
#define ALIASES "/etc/valiases"
#define DOMAIN_ALIASES "/etc/vdomainaliases"
#define IF_INET6 "/proc/net/if_inet6"
#define DKIM_SELECTOR "default"		/* cPanel signs with no other */
#define ALIASES_CAP (4u * 1024 * 1024)
#define DKIM_KEY_CAP (64u * 1024)

/* A file of the server, ready to be looked up. */
struct table {
	const char *path;
	struct fact_meta meta;		/* absent: the file is not there, and so is empty */
	struct keyvalue_index index;
};

struct domain_reader {
	struct collection *collection;
	struct table kinds;
	struct table local;
	struct table remote;
	struct table secondary;
	struct table ips;
	struct table helos;
	struct table reverse;
	struct keyvalue_index homes;	/* account -> home */
	struct table mailboxes;		/* shadow file -> "some", "none", "?" */
	struct table suspended;		/* account */
	struct own_addresses own;
	struct fact_str main_ip;	/* IPv4 */
	struct fact_str main_ipv6;	/* absent = Exim sends over IPv4 alone */
	struct keyvalues addresses;	/* public -> local, of all that send */
};

/* Exim compares the keys of its files without their case. */
static const char *
lower_case(struct arena *arena, const char *text)
{
	char *copy;
	size_t i;

	for (i = 0; text[i] != '\0'; i++)
		if (isupper((unsigned char)text[i]))
			break;
	if (text[i] == '\0')
		return text;
	copy = arena_strdup(arena, text);
	for (; copy[i] != '\0'; i++)
		copy[i] = (char)tolower((unsigned char)copy[i]);
	return copy;
}

static void
read_table(struct domain_reader *reader, struct table *table, const char *path,
    char separator)
{
	struct collection *collection = reader->collection;
	struct answer answer = host_file(collection->host,
	    collection->scratch, path, HOST_CAP_LIST);
	struct keyvalues *lines = arena_alloc(collection->scratch,
	    sizeof(*lines));
	size_t i;

	table->path = path;
	if (meta_from_answer(collection, &table->meta, &answer, path))
		keyvalues_parse(collection->scratch, answer.bytes,
		    answer.length, separator, lines);
	for (i = 0; i < lines->count; i++)
		lines->items[i].key = lower_case(collection->scratch,
		    lines->items[i].key);
	keyvalues_index(collection->scratch, lines, &table->index);
}

static const struct keyvalue *
find(const struct table *table, const char *key)
{
	return keyvalue_index_find(&table->index, key);
}

static const struct keyvalue *
find_domain(const struct domain_reader *reader, const struct table *table,
    const char *domain)
{
	return find(table, lower_case(reader->collection->scratch, domain));
}

/* "FILE:LINE" in the facts' arena. */
static const char *
line_of(const struct domain_reader *reader, const struct table *table,
    const struct keyvalue *pair)
{
	return pair == NULL ? table->path : arena_printf(
	    reader->collection->arena, "%s:%u", table->path, pair->line);
}

/* ---- what other collectors found, as tables ---- */

static void
index_mailboxes(struct domain_reader *reader)
{
	const struct facts *facts = reader->collection->facts;
	struct keyvalues *files = arena_alloc(reader->collection->scratch,
	    sizeof(*files));
	struct keyvalue *file;
	size_t i;

	for (i = 0; i < facts->password_files.count; i++) {
		const struct password_file_facts *item =
		    &facts->password_files.items[i];

		file = arena_push(reader->collection->scratch, &files->items,
		    &files->count);
		file->key = item->name;
		file->value = item->entries.meta.state != FACT_KNOWN ? "?" :
		    item->entries.value > 0 ? "some" : "none";
	}
	reader->mailboxes.meta = facts->inventory.password_files.meta;
	keyvalues_index(reader->collection->scratch, files,
	    &reader->mailboxes.index);
}

/* A marker file a suspended account. */
static void
index_suspended(struct domain_reader *reader)
{
	struct collection *collection = reader->collection;
	struct answer answer = host_dir(collection->host, collection->scratch,
	    SUSPENDED);
	struct keyvalues *accounts = arena_alloc(collection->scratch,
	    sizeof(*accounts));
	const char **names;
	size_t count, i;

	reader->suspended.path = SUSPENDED;
	meta_from_answer(collection, &reader->suspended.meta, &answer,
	    SUSPENDED);
	host_names(collection->scratch, &answer, &names, &count);
	for (i = 0; i < count; i++)
		arena_push(collection->scratch, &accounts->items,
		    &accounts->count)->key = names[i];
	keyvalues_index(collection->scratch, accounts,
	    &reader->suspended.index);
}

/* ---- what the domain is ---- */

/* "user==owner==TYPE==maindomain==…" */
static void
set_kind(struct domain_reader *reader, struct domain_facts *domain)
{
	const struct keyvalue *pair = find_domain(reader, &reader->kinds, domain->name);
	const char *at = pair == NULL ? NULL : pair->value;
	int field;

	for (field = 0; at != NULL && field < 2; field++) {
		at = strstr(at, "==");
		at += at == NULL ? 0 : 2;
	}
	domain->kind.meta = reader->kinds.meta;
	if (domain->kind.meta.state != FACT_KNOWN)
		return;
	domain->kind.meta.origin = line_of(reader, &reader->kinds, pair);
	if (at == NULL) {
		domain->kind.meta.state = FACT_ABSENT;
		return;
	}
	domain->kind.value = arena_memdup(reader->collection->arena, at,
	    strcspn(at, "="));
}

enum answer_word { NO, YES, CANNOT_TELL };

/* Has it a mailbox? *ret_why where that can not be told. */
static enum answer_word
has_mailboxes(struct domain_reader *reader, const struct domain_facts *domain,
    const char **ret_why)
{
	const struct keyvalue *home = domain->account.value == NULL ? NULL :
	    keyvalue_index_find(&reader->homes, domain->account.value);
	const struct keyvalue *file;

	*ret_why = "its account's home is not known";
	if (home == NULL)
		return CANNOT_TELL;
	file = find(&reader->mailboxes, arena_join(
	    reader->collection->scratch, home->value, "/etc/", domain->name,
	    "/shadow"));
	if (file != NULL && strcmp(file->value, "some") == 0)
		return YES;
	*ret_why = "its mailboxes can not be listed";
	if (file != NULL)
		return strcmp(file->value, "?") == 0 ? CANNOT_TELL : NO;
	return reader->mailboxes.meta.state == FACT_KNOWN ? NO : CANNOT_TELL;
}

/*
 * cPanel makes subdomains by itself, and "*: ACCOUNT" for each: nobody means
 * to get or send mail by that.
 */
static bool
is_catch_all(const struct domain_facts *domain, const struct keyvalue *line)
{
	return domain->kind.value != NULL &&
	    strcmp(domain->kind.value, "sub") == 0 &&
	    strcmp(line->key, "*") == 0 && domain->account.value != NULL &&
	    strcmp(line->value, domain->account.value) == 0;
}

/* Where mail for it goes: "addr: dest", ":fail: …" and ":blackhole:" nowhere. */
static bool
leads_somewhere(struct domain_reader *reader,
    const struct domain_facts *domain, const struct answer *answer)
{
	struct keyvalues lines;
	const char *value;
	size_t i;

	if (answer->status != ANSWER_OK)
		return false;
	keyvalues_parse(reader->collection->scratch, answer->bytes,
	    answer->length, ':', &lines);
	for (i = 0; i < lines.count; i++) {
		value = lines.items[i].value;
		if (value == NULL || is_catch_all(domain, &lines.items[i]))
			continue;
		value += strspn(value, "\"' \t");
		if (*value != '\0' && strncmp(value, ":fail:", 6) != 0 &&
		    strncmp(value, ":blackhole:", 11) != 0)
			return true;
	}
	return false;
}

static enum answer_word
has_aliases(struct domain_reader *reader, const struct domain_facts *domain,
    const char **ret_why)
{
	static const char *const folders[] = { ALIASES, DOMAIN_ALIASES };
	struct collection *collection = reader->collection;
	struct answer answer;
	size_t i;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		answer = host_file(collection->host, collection->scratch,
		    arena_printf(collection->scratch, "%s/%s", folders[i],
		    domain->name), ALIASES_CAP);
		if (leads_somewhere(reader, domain, &answer))
			return YES;
		*ret_why = answer.why;
		if (answer.status == ANSWER_FAILED)
			return CANNOT_TELL;
	}
	return NO;
}

static void
set_mail(struct domain_reader *reader, struct domain_facts *domain,
    const char *origin, const char *value)
{
	(void)reader;
	meta_known(&domain->mail.meta, origin);
	domain->mail.value = value;
}

static bool
is_linked(const struct domain_reader *reader, const char *account)
{
	const struct fact_list *linked =
	    &reader->collection->facts->site.linked_accounts;
	size_t i;

	for (i = 0; linked->meta.state == FACT_KNOWN && i < linked->count; i++)
		if (strcmp(linked->items[i], account) == 0)
			return true;
	return false;
}

/* Mail routing and suspension; true when they decide. */
static bool
mail_is_elsewhere(struct domain_reader *reader, struct domain_facts *domain)
{
	const struct table *const tables[] = { &reader->local,
	    &reader->remote, &reader->secondary, &reader->suspended };
	const char *account = domain->account.value == NULL ? "" :
	    domain->account.value;
	size_t i;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		if (tables[i]->meta.state != FACT_UNKNOWN)
			continue;
		meta_unknown(reader->collection, &domain->mail.meta,
		    tables[i]->path, "%s", tables[i]->meta.why);
		return true;
	}
	if (find(&reader->suspended, account) != NULL)
		set_mail(reader, domain, SUSPENDED, "suspended");
	else if (is_linked(reader, account))
		set_mail(reader, domain, "linked nodes", "elsewhere");
	else if (find_domain(reader, &reader->local, domain->name) !=
	    NULL)
		return false;	/* for Exim, whatever else it is listed in */
	else if (find_domain(reader, &reader->remote, domain->name) !=
	    NULL)
		set_mail(reader, domain, REMOTE_DOMAINS, "elsewhere");
	else if (find_domain(reader, &reader->secondary, domain->name) !=
	    NULL)
		set_mail(reader, domain, SECONDARY_MX, "elsewhere");
	else if (reader->local.meta.state == FACT_KNOWN)
		set_mail(reader, domain, LOCAL_DOMAINS, "elsewhere");
	else
		meta_unknown(reader->collection, &domain->mail.meta,
		    LOCAL_DOMAINS, "%s", LOCAL_DOMAINS " is not there");
	return true;
}

static void
find_mail(struct domain_reader *reader, struct domain_facts *domain)
{
	enum answer_word mailboxes, aliases = NO;
	const char *why = NULL;

	if (!path_component(domain->name)) {
		meta_unknown(reader->collection, &domain->mail.meta,
		    "/etc/userdomains", "its name is no domain name");
		return;
	}
	if (mail_is_elsewhere(reader, domain))
		return;
	mailboxes = has_mailboxes(reader, domain, &why);
	if (mailboxes == YES) {
		set_mail(reader, domain, "mail password file", "sends");
		return;
	}
	/* The account's own mailbox has its main domain. */
	if (mailboxes == NO && domain->kind.value != NULL &&
	    strcmp(domain->kind.value, "main") == 0) {
		set_mail(reader, domain, USER_DATA, "receives");
		return;
	}
	if (mailboxes == NO)
		aliases = has_aliases(reader, domain, &why);
	if (mailboxes == CANNOT_TELL || aliases == CANNOT_TELL)
		meta_unknown(reader->collection, &domain->mail.meta,
		    mailboxes == CANNOT_TELL ? "mail password file" : ALIASES,
		    "%s", why);
	else
		set_mail(reader, domain, ALIASES,
		    aliases == YES ? "receives" : "none");
}

static bool
has_mail(const struct domain_facts *domain)
{
	return domain->mail.value != NULL &&
	    (strcmp(domain->mail.value, "sends") == 0 ||
	    strcmp(domain->mail.value, "receives") == 0);
}

/* ---- where its mail leaves from ---- */

static void
read_main_ip(struct domain_reader *reader)
{
	struct collection *collection = reader->collection;
	struct answer answer = host_file(collection->host,
	    collection->scratch, MAIN_IP, 4096);

	if (!meta_from_answer(collection, &reader->main_ip.meta, &answer,
	    MAIN_IP))
		return;
	reader->main_ip.value = arena_memdup(collection->arena, answer.bytes,
	    strcspn(answer.bytes, " \t\r\n"));
}

/* Exim binds no IPv6 address by itself: the kernel takes one of the server's. */
static void
find_main_ipv6(struct domain_reader *reader)
{
	const struct fact_str *planes =
	    reader->collection->facts->exim.disable_ipv6.plane;
	const struct fact_str *disabled =
	    planes[PLANE_DAEMON].meta.state != FACT_UNKNOWN ?
	    &planes[PLANE_DAEMON] : &planes[PLANE_FILE];
	struct fact_str *ipv6 = &reader->main_ipv6;

	meta_absent(&ipv6->meta, IF_INET6);
	if (disabled->meta.state == FACT_KNOWN &&
	    strcmp(disabled->value, "true") == 0)
		return;
	if (reader->own.ipv6_why != NULL) {
		meta_unknown(reader->collection, &ipv6->meta, IF_INET6, "%s",
		    reader->own.ipv6_why);
		return;
	}
	ipv6->value = own_public_ipv6(&reader->own);
	if (ipv6->value == NULL)
		return;
	meta_known(&ipv6->meta, IF_INET6);
	if (disabled->meta.state == FACT_UNKNOWN)
		meta_unknown(reader->collection, &ipv6->meta, IF_INET6,
		    "whether Exim sends over IPv6 is not known: %s",
		    disabled->meta.why == NULL ? "not collected" :
		    disabled->meta.why);
}

struct leaving {
	struct domain_reader *reader;
	struct domain_facts *domain;
	const char **items;
	size_t count;
};

/* false: the outside's address for it is not known. */
static bool
add_leaving(struct leaving *leaving, const char *address, size_t length,
    const char *origin)
{
	struct collection *collection = leaving->reader->collection;
	const char *local = arena_memdup(collection->arena, address, length);
	const char *public = own_public(&leaving->reader->own, local);
	struct keyvalue *pair;

	if (public == NULL) {
		meta_unknown(collection, &leaving->domain->sends_from.meta,
		    origin, "%s is no public address, and " NAT_MAP
		    " names none for it", local);
		return false;
	}
	*arena_push(collection->arena, &leaving->items, &leaving->count) =
	    public;
	pair = arena_push(collection->scratch,
	    &leaving->reader->addresses.items,
	    &leaving->reader->addresses.count);
	pair->key = public;
	pair->value = local;
	return true;
}

/* /etc/mailips decides when it is there and not empty: "domain: ADDR; ADDR". */
static const struct keyvalue *
chosen_for(const struct domain_reader *reader, const struct table *table,
    const char *domain)
{
	const struct keyvalue *pair = find_domain(reader, table, domain);

	return pair != NULL ? pair : find(table, "*");
}

static bool
add_chosen(struct leaving *leaving, const struct keyvalue *pair,
    const char *origin)
{
	const char *at;
	size_t length;

	for (at = pair->value; at != NULL && *at != '\0'; at += length) {
		at += strspn(at, "; \t");
		length = strcspn(at, "; \t");
		if (length > 0 && !add_leaving(leaving, at, length, origin))
			return false;
	}
	return leaving->count > 0;
}

static bool
is_added(const struct leaving *leaving, bool ipv6)
{
	size_t i;

	for (i = 0; i < leaving->count; i++)
		if ((strchr(leaving->items[i], ':') != NULL) == ipv6)
			return true;
	return false;
}

/*
 * Exim's option interface: for a family that it names no address of, the
 * server's own stands.
 */
static bool
add_main(struct leaving *leaving)
{
	struct domain_reader *reader = leaving->reader;
	const struct fact_str *const mains[] = { &reader->main_ip,
	    &reader->main_ipv6 };
	size_t i;

	for (i = 0; i < 2; i++) {
		const struct fact_str *address = mains[i];

		if (is_added(leaving, i == 1))
			continue;
		if (address->meta.state == FACT_KNOWN) {
			if (!add_leaving(leaving, address->value,
			    strlen(address->value), address->meta.origin))
				return false;
		} else if (address == &reader->main_ip ||
		    address->meta.state == FACT_UNKNOWN) {
			meta_unknown(reader->collection,
			    &leaving->domain->sends_from.meta,
			    address->meta.origin, "%s",
			    address->meta.why != NULL ? address->meta.why :
			    "the server's main address is not known");
			return false;
		}
	}
	return true;
}

static void
find_sends_from(struct domain_reader *reader, struct domain_facts *domain)
{
	struct leaving leaving = { .reader = reader, .domain = domain };
	const struct site_facts *site = &reader->collection->facts->site;
	const struct keyvalue *pair = chosen_for(reader, &reader->ips,
	    domain->name);
	const char *origin = MAIN_IP;

	if (smarthost_of_all(site) != NULL) {
		meta_absent(&domain->sends_from.meta,
		    site->smarthost.meta.origin);
		return;
	}
	if (reader->ips.meta.state == FACT_UNKNOWN) {
		domain->sends_from.meta = reader->ips.meta;
		return;
	}
	if (pair != NULL) {
		origin = line_of(reader, &reader->ips, pair);
		if (!add_chosen(&leaving, pair, origin)) {
			if (leaving.count == 0 && domain->sends_from.meta.why ==
			    NULL)
				meta_unknown(reader->collection,
				    &domain->sends_from.meta, origin,
				    "no address stands there");
			return;
		}
	}
	if (!add_main(&leaving))
		return;
	meta_known(&domain->sends_from.meta, origin);
	domain->sends_from.items = leaving.items;
	domain->sends_from.count = leaving.count;
}

/* What the server binds for the domain's mail; NULL = not known. */
static const char *
first_address(const struct domain_reader *reader,
    const struct domain_facts *domain)
{
	const struct keyvalue *pair = chosen_for(reader, &reader->ips,
	    domain->name);
	const char *at;

	if (pair == NULL || pair->value == NULL)
		return reader->main_ip.value;
	at = pair->value + strspn(pair->value, "; \t");
	return arena_memdup(reader->collection->scratch, at,
	    strcspn(at, "; \t"));
}

/* The name Exim gives: the domain's, its address's, else the server's. */
static void
find_helo(struct domain_reader *reader, struct domain_facts *domain)
{
	struct collection *collection = reader->collection;
	const struct table *table = &reader->helos;
	const struct keyvalue *pair = chosen_for(reader, table, domain->name);
	const char *address;

	if (reader->helos.meta.state == FACT_UNKNOWN ||
	    reader->reverse.meta.state == FACT_UNKNOWN) {
		domain->helo.meta = reader->helos.meta.state == FACT_UNKNOWN ?
		    reader->helos.meta : reader->reverse.meta;
		return;
	}
	if (pair == NULL && (address = first_address(reader, domain)) != NULL) {
		table = &reader->reverse;
		pair = find(table, address);
	}
	if (pair != NULL && pair->value != NULL) {
		meta_known(&domain->helo.meta, line_of(reader, table, pair));
		domain->helo.value = arena_strdup(collection->arena,
		    pair->value);
	} else if (collection->facts->host != NULL) {
		meta_known(&domain->helo.meta, "the server's name");
		domain->helo.value = collection->facts->host;
	} else {
		meta_unknown(collection, &domain->helo.meta, "host name",
		    "the server's name is not known");
	}
}

/* ---- its key ---- */

static void
read_dkim_key(struct domain_reader *reader, struct domain_facts *domain)
{
	struct collection *collection = reader->collection;
	const char *path = arena_printf(collection->scratch, DKIM_KEYS "/%s",
	    domain->name), *why = NULL;
	struct arena *secrets = arena_new();
	struct answer answer = host_file(collection->host, secrets, path,
	    DKIM_KEY_CAP);
	struct dkim_key key;

	set_string(collection, &domain->dkim_selector, "cPanel's selector",
	    DKIM_SELECTOR);
	if (meta_from_answer(collection, &domain->dkim_private_key.meta,
	    &answer, path)) {
		if (dkim_private_key_read(secrets, answer.bytes,
		    answer.length, &key, &why) == 0) {
			domain->dkim_private_key.value = dkim_key_name(
			    collection->arena, &key);
			domain->dkim_expected.value = dkim_record_write(
			    collection->arena, &key);
		} else {
			meta_unknown(collection,
			    &domain->dkim_private_key.meta, path, "%s", why);
		}
	}
	domain->dkim_expected.meta = domain->dkim_private_key.meta;
	arena_wipe(secrets);
}

/* ---- all of it ---- */

static int
compare_pairs(const void *a, const void *b)
{
	const struct keyvalue *left = a, *right = b;

	return strcmp(left->key, right->key);
}

static void
list_addresses(struct domain_reader *reader)
{
	struct collection *collection = reader->collection;
	struct keyvalues *all = &reader->addresses;
	struct sending_address_facts *item;
	size_t i;

	if (all->count > 0)
		qsort(all->items, all->count, sizeof(*all->items),
		    compare_pairs);
	for (i = 0; i < all->count; i++) {
		if (i > 0 && strcmp(all->items[i].key,
		    all->items[i - 1].key) == 0)
			continue;
		item = collection_add(collection, "sending_addresses",
		    all->items[i].key);
		set_string(collection, &item->local, NAT_MAP,
		    all->items[i].value);
		collection->facts->inventory.sending_addresses.value++;
	}
	collection->facts->inventory.sending_addresses.meta =
	    collection->facts->inventory.domains.meta;
}

static void
collect_domains(struct collection *collection)
{
	struct domain_reader reader = { .collection = collection };
	struct facts *facts = collection->facts;
	size_t i;

	read_table(&reader, &reader.kinds, USER_DATA, ':');
	read_table(&reader, &reader.local, LOCAL_DOMAINS, ' ');
	read_table(&reader, &reader.remote, REMOTE_DOMAINS, ' ');
	read_table(&reader, &reader.secondary, SECONDARY_MX, ' ');
	read_table(&reader, &reader.ips, MAIL_IPS, ':');
	read_table(&reader, &reader.helos, MAIL_HELO, ':');
	read_table(&reader, &reader.reverse, REVERSE_NAMES, ':');
	accounts_index_homes(collection, &reader.homes);
	index_mailboxes(&reader);
	index_suspended(&reader);
	own_addresses_find(collection, &reader.own);
	read_main_ip(&reader);
	find_main_ipv6(&reader);
	for (i = 0; i < facts->domains.count; i++) {
		struct domain_facts *domain = &facts->domains.items[i];

		set_kind(&reader, domain);
		find_mail(&reader, domain);
		if (!has_mail(domain))
			continue;
		find_sends_from(&reader, domain);
		find_helo(&reader, domain);
		read_dkim_key(&reader, domain);
	}
	list_addresses(&reader);
}

static const struct access domains_accesses[] = {
	{ ASK_FILE, USER_DATA, "which domains are main, addon, parked, sub" },
	{ ASK_FILE, LOCAL_DOMAINS, "domains whose mail is here" },
	{ ASK_FILE, REMOTE_DOMAINS, "domains whose mail is elsewhere" },
	{ ASK_FILE, SECONDARY_MX, "domains it is a backup for" },
	{ ASK_FILE, MAIL_IPS, "addresses that domains send from" },
	{ ASK_FILE, MAIL_HELO, "names that domains send by" },
	{ ASK_FILE, REVERSE_NAMES, "names that addresses send by" },
	{ ASK_FILE, MAIN_IP, "address that the others send from" },
	{ ASK_FILE, NAT_MAP, "public addresses behind 1:1 NAT" },
	{ ASK_FILE, "/proc/net/*", "the server's addresses" },
	{ ASK_DIR, SUSPENDED, "suspended accounts" },
	{ ASK_FILE, ALIASES "/*", "does mail for a domain lead somewhere?" },
	{ ASK_FILE, DOMAIN_ALIASES "/*", "is it another domain's?" },
	{ ASK_FILE, DKIM_KEYS "/*", "the public half of DKIM keys" },
};

static const char *const domains_groups[] = { "inventory", NULL };

static const char *const domains_lists[] = { "domains",
    "sending_addresses", NULL };
static const char *const domains_depends[] = { "accounts", "exim", "whm", NULL };

extern const struct collector collector_domains;
const struct collector collector_domains = {
	.name = "domains",
	.accesses = domains_accesses,
	.access_count = sizeof(domains_accesses) / sizeof(domains_accesses[0]),
	.collect = collect_domains,
	.groups = domains_groups,
	.planes = PLANE_BIT(PLANE_FILE),
	.lists = domains_lists,
	.depends = domains_depends,
};
