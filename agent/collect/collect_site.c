/*
 * What kind of server this is: what stands before it or beside it, which
 * products share it, and where local templates or code decide in the place of
 * settings.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "collect/collect.h"
#include "parse/keyvalue.h"

#define DNS_CLUSTER "/var/cpanel/useclusteringdns"
#define NAT_MAP "/var/cpanel/cpnat"
#define PROC_TCP "/proc/net/tcp"
#define PROC_TCP6 "/proc/net/tcp6"
#define ACL_FRAGMENTS "/usr/local/cpanel/etc/exim/acls"

/* ---- presence ---- */

static bool
is_there(struct collection *collection, const char *path,
    const char **ret_why)
{
	struct host_stat st;
	struct answer answer = host_stat(collection->host,
	    collection->scratch, path, &st);

	if (answer.status == ANSWER_FAILED)
		*ret_why = answer.why;
	return answer.status == ANSWER_OK;
}

struct sign {
	const char *name;
	const char *path;
};

/* What each product leaves behind where it is installed. */
static const struct sign product_signs[] = {
	{ "csf", "/etc/csf" },
	{ "imunify", "/etc/sysconfig/imunify360" },
	{ "fail2ban", "/etc/fail2ban" },
	{ "cloudlinux", "/usr/bin/cldetect" },
	{ "cagefs", "/usr/sbin/cagefsctl" },
	{ "litespeed", "/usr/local/lsws" },
	{ "kernelcare", "/usr/bin/kcarectl" },
	{ "mailscanner", "/usr/mailscanner" },
	{ "assp", "/usr/local/assp" },
};

/* The template that wins is the one that is used: mail-server templates. */
static const struct sign template_signs[] = {
	{ "/var/cpanel/templates/dovecot/main.local",
	    "/var/cpanel/templates/dovecot/main.local" },
	{ "/var/cpanel/templates/dovecot2.4/main.local",
	    "/var/cpanel/templates/dovecot2.4/main.local" },
	{ "/var/cpanel/templates/dovecot2.3/main.local",
	    "/var/cpanel/templates/dovecot2.3/main.local" },
};

/*
 * A sign's own directory may be missing too; then the sign is as well, and
 * nobody's judgement hangs on it: only a real failure makes the list unknown.
 */
static void
collect_signs(struct collection *collection, struct fact_list *list,
    const struct sign *signs, size_t count, const char *origin)
{
	const char **names = NULL, *why = NULL;
	size_t found = 0, i;

	for (i = 0; i < count; i++)
		if (is_there(collection, signs[i].path, &why))
			*arena_push(collection->arena, &names, &found) =
			    signs[i].name;
	if (why != NULL)
		meta_unknown(collection, &list->meta, origin, "%s", why);
	else
		meta_known(&list->meta, origin);
	list->items = names;
	list->count = found;
}

static void
collect_presence(struct collection *collection, struct fact_bool *fact,
    const char *path)
{
	struct host_stat st;
	struct answer answer = host_stat(collection->host,
	    collection->scratch, path, &st);

	fact->value = meta_from_answer(collection, &fact->meta, &answer, path);
	if (fact->meta.state == FACT_ABSENT)
		fact->meta.state = FACT_KNOWN;
}

/* ---- how many lines a list has ---- */

static void
count_lines(struct collection *collection, struct fact_int *fact,
    const char *path)
{
	struct answer answer = host_file(collection->host,
	    collection->scratch, path, HOST_CAP_LIST);
	struct keyvalues lines;

	if (meta_from_answer(collection, &fact->meta, &answer, path)) {
		keyvalues_parse(collection->scratch, answer.bytes,
		    answer.length, ':', &lines);
		fact->value = (int64_t)lines.count;
	} else if (fact->meta.state == FACT_ABSENT) {
		fact->meta.state = FACT_KNOWN;
	}
}

/* ---- code in Exim's configuration ---- */

static void
collect_exim_code(struct collection *collection)
{
	struct fact_list *code = &collection->facts->site.exim_code;
	struct answer blocks, fragments;
	struct host_stat st;
	const char **names, **inner, **found = NULL, *why = NULL;
	size_t count, inner_count, found_count = 0, i, j;
	char *path;

	blocks = host_dir(collection->host, collection->scratch, ACL_FRAGMENTS);
	meta_known(&code->meta, ACL_FRAGMENTS);
	if (blocks.status == ANSWER_FAILED)
		meta_unknown(collection, &code->meta, ACL_FRAGMENTS, "%s",
		    blocks.why);
	host_names(collection->scratch, &blocks, &names, &count);
	for (i = 0; i < count; i++) {
		path = arena_printf(collection->scratch, "%s/%s",
		    ACL_FRAGMENTS, names[i]);
		fragments = host_dir(collection->host, collection->scratch,
		    path);
		/* A plain file among the directories is nobody's fragment. */
		if (fragments.status == ANSWER_FAILED &&
		    (host_stat(collection->host, collection->scratch, path,
		    &st).status != ANSWER_OK || st.kind == HOST_DIRECTORY))
			why = fragments.why;
		host_names(collection->scratch, &fragments, &inner,
		    &inner_count);
		for (j = 0; j < inner_count; j++)
			if (strncmp(inner[j], "custom_", 7) == 0)
				*arena_push(collection->arena, &found,
				    &found_count) = arena_printf(
				    collection->arena, "%s/%s", path,
				    inner[j]);
	}
	if (is_there(collection, "/etc/exim.pl.local", &why))
		*arena_push(collection->arena, &found, &found_count) =
		    "/etc/exim.pl.local";
	if (why != NULL)
		meta_unknown(collection, &code->meta, ACL_FRAGMENTS
		    ", /etc/exim.pl.local", "%s", why);
	code->items = found;
	code->count = found_count;
}

/* ---- who listens on the ports that are probed ---- */

static const unsigned asked_ports[] = {
	25, 26, 465, 587, 110, 143, 993, 995, 4190, 443,
	2077, 2078, 2079, 2080, 2082, 2083, 2086, 2087, 2095, 2096,
};

#define ASKED_PORTS (sizeof(asked_ports) / sizeof(asked_ports[0]))

#define SOCKETS_MAX 1024	/* a web server may have one an address */

/* A listening socket on one of the ports. */
struct port_owner {
	unsigned port;
	unsigned long inode;
	const char *program;	/* NULL = no process that holds it was seen */
};

struct port_owners {
	struct port_owner items[SOCKETS_MAX];
	size_t count;
	bool too_many;
};

static bool
is_asked(unsigned port)
{
	size_t i;

	for (i = 0; i < ASKED_PORTS; i++)
		if (asked_ports[i] == port)
			return true;
	return false;
}

/*
 * proc(5), /proc/net/tcp: local address, state 0A (listen), inode. Each address
 * may have a listener of its own, and a program of its own behind it.
 */
static void
find_listeners(const char *table, struct port_owners *owners)
{
	unsigned port, state;
	unsigned long inode;
	const char *line;

	for (line = strchr(table, '\n'); line != NULL;
	    line = strchr(line + 1, '\n')) {
		if (sscanf(line, " %*u: %*[0-9A-F]:%x %*[0-9A-F]:%*x %x "
		    "%*s %*s %*s %*u %*u %lu", &port, &state, &inode) != 3 ||
		    state != 0x0a || !is_asked(port))
			continue;
		if (owners->count == SOCKETS_MAX) {
			owners->too_many = true;
			return;
		}
		owners->items[owners->count++] = (struct port_owner){
		    .port = port, .inode = inode };
	}
}

static void
match_descriptor(struct collection *collection, const char *process,
    const char *descriptor, struct port_owners *owners)
{
	unsigned long inode;
	struct answer link, exe;
	size_t i;

	link = host_link(collection->host, collection->scratch,
	    arena_printf(collection->scratch, "/proc/%s/fd/%s", process,
	    descriptor));
	if (link.status != ANSWER_OK ||
	    sscanf(link.bytes, "socket:[%lu]", &inode) != 1)
		return;
	for (i = 0; i < owners->count; i++) {
		if (owners->items[i].inode != inode ||
		    owners->items[i].program != NULL)
			continue;
		exe = host_link(collection->host, collection->scratch,
		    arena_printf(collection->scratch, "/proc/%s/exe", process));
		if (exe.status == ANSWER_OK)
			owners->items[i].program = arena_strdup(
			    collection->arena, exe.bytes);
	}
}

static bool
all_matched(const struct port_owners *owners)
{
	size_t i;

	for (i = 0; i < owners->count; i++)
		if (owners->items[i].program == NULL)
			return false;
	return true;
}

/* Daemons are older than what they serve, so the first processes will do. */
static void
match_processes(struct collection *collection, struct port_owners *owners)
{
	struct answer processes, descriptors;
	const char **names, **inner;
	size_t count, inner_count, i, j;

	processes = host_dir(collection->host, collection->scratch, "/proc");
	host_names(collection->scratch, &processes, &names, &count);
	for (i = 0; i < count && !all_matched(owners); i++) {
		if (!isdigit((unsigned char)names[i][0]))
			continue;
		/* A process that ended meanwhile holds no port. */
		descriptors = host_dir(collection->host, collection->scratch,
		    arena_printf(collection->scratch, "/proc/%s/fd",
		    names[i]));
		host_names(collection->scratch, &descriptors, &inner,
		    &inner_count);
		for (j = 0; j < inner_count; j++)
			match_descriptor(collection, names[i], inner[j],
			    owners);
	}
}

/* An item for each program that listens on the port, none twice. */
static void
add_port_owners(struct collection *collection, unsigned port,
    const struct port_owners *owners, const char ***items, size_t *count)
{
	size_t from = *count, i, j;
	const char *text;

	for (i = 0; i < owners->count; i++) {
		if (owners->items[i].port != port)
			continue;
		text = arena_printf(collection->arena, "%u %s", port,
		    owners->items[i].program == NULL ? "unknown program" :
		    owners->items[i].program);
		for (j = from; j < *count; j++)
			if (strcmp((*items)[j], text) == 0)
				break;
		if (j == *count)
			*arena_push(collection->arena, items, count) = text;
	}
}

static void
collect_ports(struct collection *collection)
{
	struct fact_list *list = &collection->facts->site.port_owners;
	struct port_owners *owners = arena_alloc(collection->scratch,
	    sizeof(*owners));
	const char **items = NULL;
	struct answer table, table6;
	size_t count = 0, i;

	table = host_file(collection->host, collection->scratch, PROC_TCP,
	    HOST_CAP_LIST);
	/* Below --root nothing runs that could listen. */
	if (table.status == ANSWER_ABSENT || table.status == ANSWER_NO_PARENT)
		table = (struct answer){ .status = ANSWER_SKIPPED,
		    .why = FACT_SKIPPED_PREFIX "there is no " PROC_TCP };
	if (!meta_from_answer(collection, &list->meta, &table, PROC_TCP))
		return;
	table6 = host_file(collection->host, collection->scratch, PROC_TCP6,
	    HOST_CAP_LIST);
	/* Without IPv6 there is no such table. */
	if (table6.status == ANSWER_FAILED) {
		meta_from_answer(collection, &list->meta, &table6, PROC_TCP6);
		return;
	}
	/* Programs are named in that order: IPv4 first. */
	find_listeners(table.bytes, owners);
	find_listeners(table6.bytes, owners);
	if (owners->too_many) {
		meta_unknown(collection, &list->meta, PROC_TCP,
		    "more than %d listening sockets", SOCKETS_MAX);
		return;
	}
	match_processes(collection, owners);
	for (i = 0; i < ASKED_PORTS; i++)
		add_port_owners(collection, asked_ports[i], owners, &items,
		    &count);
	list->items = items;
	list->count = count;
}

static void
collect_site(struct collection *collection)
{
	struct site_facts *site = &collection->facts->site;

	if (collection->managed_by != NULL)
		set_string(collection, &site->managed_by,
		    "cpward.ini [site] managed_by", collection->managed_by);
	else
		meta_absent(&site->managed_by.meta,
		    "cpward.ini [site] managed_by");
	collect_presence(collection, &site->dns_cluster, DNS_CLUSTER);
	count_lines(collection, &site->nat_addresses, NAT_MAP);
	count_lines(collection, &site->remote_domains, "/etc/remotedomains");
	count_lines(collection, &site->secondary_mx, "/etc/secondarymx");
	count_lines(collection, &site->manual_mx, "/etc/manualmx");
	collect_signs(collection, &site->products, product_signs,
	    sizeof(product_signs) / sizeof(product_signs[0]),
	    "files of known products");
	collect_signs(collection, &site->local_templates, template_signs,
	    sizeof(template_signs) / sizeof(template_signs[0]),
	    "/var/cpanel/templates");
	collect_exim_code(collection);
	collect_ports(collection);
}

static const struct access site_accesses[] = {
	{ ASK_STAT, DNS_CLUSTER, "is DNS clustered?" },
	{ ASK_FILE, NAT_MAP, "1:1 NAT" },
	{ ASK_FILE, "/etc/remotedomains", "domains whose mail is elsewhere" },
	{ ASK_FILE, "/etc/secondarymx", "domains it is a backup for" },
	{ ASK_FILE, "/etc/manualmx", "domains it forwards" },
	{ ASK_STAT, "/etc/csf", "is CSF installed?" },
	{ ASK_STAT, "/etc/sysconfig/imunify360", "is Imunify installed?" },
	{ ASK_STAT, "/etc/fail2ban", "is fail2ban installed?" },
	{ ASK_STAT, "/usr/bin/cldetect", "is this CloudLinux?" },
	{ ASK_STAT, "/usr/sbin/cagefsctl", "is CageFS installed?" },
	{ ASK_STAT, "/usr/local/lsws", "is LiteSpeed installed?" },
	{ ASK_STAT, "/usr/bin/kcarectl", "is KernelCare installed?" },
	{ ASK_STAT, "/usr/mailscanner", "is MailScanner installed?" },
	{ ASK_STAT, "/usr/local/assp", "is ASSP installed?" },
	{ ASK_STAT, "/var/cpanel/templates/*", "local templates" },
	{ ASK_DIR, ACL_FRAGMENTS "*", "custom ACL fragments" },
	{ ASK_STAT, ACL_FRAGMENTS "/*", "is it a directory of fragments?" },
	{ ASK_STAT, "/etc/exim.pl.local", "local Perl code of Exim" },
	{ ASK_FILE, PROC_TCP, "who owns the mail, panel and web ports" },
	{ ASK_FILE, PROC_TCP6, "who owns the mail, panel and web ports" },
	{ ASK_DIR, "/proc*", "the processes behind those ports" },
	{ ASK_LINK, "/proc/*", "the processes behind those ports" },
};

static const char *const site_groups[] = { "site", NULL };

extern const struct collector collector_site;
const struct collector collector_site = {
	.name = "site",
	.accesses = site_accesses,
	.access_count = sizeof(site_accesses) / sizeof(site_accesses[0]),
	.collect = collect_site,
	.groups = site_groups,
	.planes = PLANE_BIT(PLANE_FILE),
	.always = true,
};
