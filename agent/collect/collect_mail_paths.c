/*
 * Modes of what holds mail: the spool, logs, and the accounts' mail folders.
 */
#include <string.h>

#include "base/arena.h"
#include "collect/accounts.h"
#include "collect/collect.h"
#include "parse/keyvalue.h"

#define MAILBOXES_READ 5000	/* of one domain */

static void
add_mail_path(struct collection *collection, const char *kind,
    const char *path)
{
	struct mail_path_facts *item;
	struct host_stat st;
	struct answer answer = host_stat(collection->host,
	    collection->scratch, path, &st);

	if (answer.status == ANSWER_ABSENT)
		return;
	item = collection_add(collection, "mail_paths", path);
	set_string(collection, &item->kind, path, kind);
	set_modes(collection, path, &answer, &st, &(struct mode_facts){
	    &item->mode, &item->owner, &item->group });
	collection->facts->inventory.mail_paths.value++;
}

static const struct {
	const char *kind;
	const char *path;
} fixed_mail_paths[] = {
	{ "spool", "/var/spool/exim" },
	{ "spool", "/var/spool/exim/input" },
	{ "spool", "/var/spool/exim/msglog" },
	{ "panel-log", "/usr/local/cpanel/logs/access_log" },
	{ "panel-log", "/usr/local/cpanel/logs/error_log" },
	{ "panel-log", "/usr/local/cpanel/logs/login_log" },
	{ "panel-log", "/usr/local/cpanel/logs/session_log" },
};

/* Logs and what rotation makes of them: exim_mainlog-20261115.gz. */
static const struct {
	const char *kind;
	const char *prefix;
} log_prefixes[] = {
	{ "exim-log", "exim_mainlog" },
	{ "exim-log", "exim_rejectlog" },
	{ "exim-log", "exim_paniclog" },
	{ "maillog", "maillog" },
	{ "maillog", "mail.log" },
};

static void
add_logs(struct collection *collection)
{
	struct answer answer = host_dir(collection->host,
	    collection->scratch, "/var/log");
	const char **names;
	size_t count, i, row;

	if (answer.status != ANSWER_OK) {
		meta_unknown(collection,
		    &collection->facts->inventory.mail_paths.meta, "/var/log",
		    "%s", answer.why == NULL ? "/var/log does not exist" :
		    answer.why);
		return;
	}
	host_names(collection->scratch, &answer, &names, &count);
	for (i = 0; i < count; i++)
		for (row = 0; row < sizeof(log_prefixes) /
		    sizeof(log_prefixes[0]); row++)
			if (strncmp(names[i], log_prefixes[row].prefix,
			    strlen(log_prefixes[row].prefix)) == 0)
				add_mail_path(collection,
				    log_prefixes[row].kind, arena_printf(
				    collection->scratch, "/var/log/%s",
				    names[i]));
}

/* What a mailbox's folders of messages allow, added up; false when unseen. */
static bool
add_box_mode(struct collection *collection, const char *box,
    struct host_stat *ret_sum, const char **ret_why)
{
	static const char *const inside[] = { "", "/cur", "/new" };
	struct answer answer;
	struct host_stat st;
	size_t i;

	for (i = 0; i < sizeof(inside) / sizeof(inside[0]); i++) {
		answer = host_stat(collection->host, collection->scratch,
		    arena_printf(collection->scratch, "%s%s", box, inside[i]),
		    &st);
		if (answer.status == ANSWER_ABSENT)
			return true;	/* mdbox has neither */
		if (answer.status != ANSWER_OK) {
			*ret_why = "a mailbox's folder can not be examined";
			return false;
		}
		if (st.kind != HOST_DIRECTORY)
			return true;	/* no mailbox: a file beside them */
		ret_sum->mode |= st.mode;
		ret_sum->owner = st.owner;
		ret_sum->group = st.group;
	}
	return true;
}

/*
 * The mailboxes of a domain as one subject, "FOLDER/" and a star: their names
 * are people's, and what one of them allows too much is told by the sum.
 */
static void
add_mailboxes(struct collection *collection, const char *folder)
{
	struct answer answer = host_dir(collection->host, collection->scratch,
	    folder);
	struct host_stat sum = { .owner = NULL };
	const char **names, *why = NULL, *path;
	struct mail_path_facts *item;
	size_t count, i;

	if (answer.status == ANSWER_ABSENT ||
	    answer.status == ANSWER_NO_PARENT)
		return;
	host_names(collection->scratch, &answer, &names, &count);
	if (answer.status != ANSWER_OK)
		why = answer.why;
	else if (count > MAILBOXES_READ)
		why = "holds more mailboxes than are examined";
	for (i = 0; i < count && why == NULL; i++)
		(void)add_box_mode(collection, arena_printf(
		    collection->scratch, "%s/%s", folder, names[i]), &sum,
		    &why);
	if (why == NULL && sum.owner == NULL)
		return;
	answer = (struct answer){ .status = why == NULL ? ANSWER_OK :
	    ANSWER_FAILED, .why = why };
	path = arena_printf(collection->scratch, "%s/*", folder);
	item = collection_add(collection, "mail_paths", path);
	set_string(collection, &item->kind, path, "mailbox-root");
	set_modes(collection, path, &answer, &sum, &(struct mode_facts){
	    &item->mode, &item->owner, &item->group });
	collection->facts->inventory.mail_paths.value++;
}

/* A mail folder that only its name hides is still open: one a domain. */
static void
add_domain_folders(struct collection *collection)
{
	struct facts *facts = collection->facts;
	const struct keyvalue *home;
	struct keyvalue_index homes;
	const char *folder;
	size_t i;

	accounts_index_homes(collection, &homes);
	if (facts->inventory.domains.meta.state != FACT_KNOWN)
		meta_unknown(collection, &facts->inventory.mail_paths.meta,
		    "/etc/userdomains", "the domains are not known");
	for (i = 0; i < facts->domains.count; i++) {
		const struct domain_facts *domain = &facts->domains.items[i];

		home = keyvalue_index_find(&homes, domain->account.value);
		if (home == NULL || !path_component(domain->name))
			continue;
		folder = arena_printf(collection->scratch, "%s/mail/%s",
		    home->value, domain->name);
		add_mail_path(collection, "mailbox-root", folder);
		add_mailboxes(collection, folder);
	}
}

static void
collect_mail_paths(struct collection *collection)
{
	struct facts *facts = collection->facts;
	struct fact_int *count = &facts->inventory.mail_paths;
	const char *home;
	size_t i;

	meta_known(&count->meta, "spool, logs and the accounts' mail folders");
	for (i = 0; i < sizeof(fixed_mail_paths) /
	    sizeof(fixed_mail_paths[0]); i++)
		add_mail_path(collection, fixed_mail_paths[i].kind,
		    fixed_mail_paths[i].path);
	add_logs(collection);
	accounts_need(collection, &count->meta);
	for (i = 0; i < facts->accounts.count; i++) {
		home = account_need_home(collection, &facts->accounts.items[i],
		    &count->meta);
		if (home != NULL)
			add_mail_path(collection, "mailbox-root", arena_printf(
			    collection->scratch, "%s/mail", home));
	}
	add_domain_folders(collection);
}

static const struct access mail_paths_accesses[] = {
	{ ASK_STAT, "*/mail", "modes of each account's mail folder" },
	{ ASK_STAT, "*/mail/*", "modes of each domain's mail folder" },
	{ ASK_DIR, "*/mail/*", "its mailboxes; their names are not kept" },
	{ ASK_STAT, "*/mail/*/*", "modes of mailboxes, cur and new" },
	{ ASK_STAT, "/var/spool/exim*", "modes of the spool" },
	{ ASK_DIR, "/var/log", "names of mail logs" },
	{ ASK_STAT, "/var/log/*", "modes of mail logs" },
	{ ASK_STAT, "/usr/local/cpanel/logs/*", "modes of cPanel's logs" },
};

static const char *const mail_paths_groups[] = { "inventory", NULL };

static const char *const mail_paths_lists[] = { "mail_paths", NULL };
static const char *const mail_paths_depends[] = { "accounts", NULL };

extern const struct collector collector_mail_paths;
const struct collector collector_mail_paths = {
	.name = "mail_paths",
	.accesses = mail_paths_accesses,
	.access_count = sizeof(mail_paths_accesses) /
	    sizeof(mail_paths_accesses[0]),
	.collect = collect_mail_paths,
	.groups = mail_paths_groups,
	.planes = PLANE_BIT(PLANE_FILE),
	.lists = mail_paths_lists,
	.depends = mail_paths_depends,
};
