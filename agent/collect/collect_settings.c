/*
 * Settings that stand in files of their own: tweak settings (cpanel.config),
 * the host lists that let mail past checks, SMTP restrictions, CSF, and the
 * newest local backup.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "collect/collect.h"
#include "facts/fields.h"
#include "parse/keyvalue.h"

#define CPANEL_CONFIG "/var/cpanel/cpanel.config"
#define GID_ONLY "/var/cpanel/smtpgidonlytweak"
#define CSF_DIR "/etc/csf"
#define CSF_CONF CSF_DIR "/csf.conf"
#define BACKUP_CONF "/var/cpanel/backups/config"
#define BACKUP_DEFAULT "/backup"

/* ---- tweak settings ---- */

static const struct field_group *
find_group(const char *name)
{
	size_t i;

	for (i = 0; i < field_group_count; i++)
		if (strcmp(field_groups[i].name, name) == 0)
			return &field_groups[i];
	return NULL;
}

static void
collect_tweaks(struct collection *collection)
{
	const struct field_group *group = find_group("tweak");
	struct answer answer = host_file(collection->host,
	    collection->scratch, CPANEL_CONFIG, HOST_CAP_CONFIG);
	struct keyvalues values = { 0 };
	struct setting *setting;
	size_t i;

	if (answer.status == ANSWER_OK)
		keyvalues_parse(collection->scratch, answer.bytes,
		    answer.length, '=', &values);
	if (answer.status == ANSWER_OK && values.count == 0) {
		/* Cut short on a full disk: no reason to assume defaults. */
		answer.status = ANSWER_FAILED;
		answer.why = CPANEL_CONFIG ": holds no setting";
	}
	for (i = 0; i < group->field_count; i++) {
		/* The field's name is cPanel's own key. */
		setting = (struct setting *)(void *)((char *)
		    collection->facts + group->offset +
		    group->fields[i].offset);
		if (answer.status == ANSWER_OK)
			set_from_keyvalue(collection,
			    &setting->plane[PLANE_STORE], CPANEL_CONFIG,
			    keyvalues_find(&values, group->fields[i].name));
		else
			meta_from_answer(collection,
			    &setting->plane[PLANE_STORE].meta, &answer,
			    CPANEL_CONFIG);
	}
}

/* ---- host lists ---- */

static const struct {
	const char *path;
	size_t offset;
} list_rows[] = {
	{ "/etc/trustedmailhosts",
	    offsetof(struct exim_facts, trustedmailhosts) },
	{ "/etc/skipsmtpcheckhosts",
	    offsetof(struct exim_facts, skipsmtpcheckhosts) },
	{ "/etc/senderverifybypasshosts",
	    offsetof(struct exim_facts, senderverifybypasshosts) },
	{ "/etc/backupmxhosts", offsetof(struct exim_facts, backupmxhosts) },
	{ "/etc/alwaysrelay", offsetof(struct exim_facts, alwaysrelay) },
	{ "/etc/relayhosts", offsetof(struct exim_facts, relayhosts) },
};

/* One entry a line; what follows a '#' or a blank is a remark. */
static void
collect_lists(struct collection *collection)
{
	struct keyvalues lines;
	struct fact_list *list;
	struct answer answer;
	const char **items;
	size_t row, count, i;

	for (row = 0; row < sizeof(list_rows) / sizeof(list_rows[0]); row++) {
		list = (struct fact_list *)(void *)((char *)
		    &collection->facts->exim + list_rows[row].offset);
		answer = host_file(collection->host, collection->scratch,
		    list_rows[row].path, HOST_CAP_LIST);
		if (!meta_from_answer(collection, &list->meta, &answer,
		    list_rows[row].path))
			continue;
		keyvalues_parse(collection->scratch, answer.bytes,
		    answer.length, '#', &lines);
		items = NULL;
		count = 0;
		for (i = 0; i < lines.count; i++)
			*arena_push(collection->arena, &items, &count) =
			    arena_memdup(collection->arena, lines.items[i].key,
			    strcspn(lines.items[i].key, " \t"));
		list->items = items;
		list->count = count;
	}
}

/* ---- SMTP restrictions and CSF ---- */

static void
collect_gid_only(struct collection *collection)
{
	struct fact_bool *fact = &collection->facts->access.smtp_gid_only;
	struct host_stat st;
	struct answer answer = host_stat(collection->host,
	    collection->scratch, GID_ONLY, &st);

	/* A file that is looked for and not there is a known no. */
	fact->value = meta_from_answer(collection, &fact->meta, &answer,
	    GID_ONLY);
	if (fact->meta.state == FACT_ABSENT)
		fact->meta.state = FACT_KNOWN;
}

static bool
pair_positive(const struct keyvalues *values, const char *key)
{
	const struct keyvalue *pair = keyvalues_find(values, key);

	/* CSF takes what stands in quotes, whatever is behind them. */
	return pair != NULL && pair->value != NULL &&
	    strtol(pair->value + (pair->value[0] == '"'), NULL, 10) > 0;
}

static void
collect_csf(struct collection *collection)
{
	struct access_facts *access = &collection->facts->access;
	struct answer answer = host_dir(collection->host, collection->scratch,
	    CSF_DIR);
	const char *origin = CSF_DIR;
	struct keyvalues values = { 0 };
	bool enforced = true;
	const char **names;
	size_t count, i;

	if (answer.status == ANSWER_OK) {
		/* "csf -x" leaves the settings and makes this file. */
		host_names(collection->scratch, &answer, &names, &count);
		for (i = 0; i < count; i++)
			enforced &= strcmp(names[i], "csf.disable") != 0;
		origin = CSF_CONF;
		answer = host_file(collection->host, collection->scratch,
		    CSF_CONF, HOST_CAP_CONFIG);
	}
	if (meta_from_answer(collection, &access->csf_smtp_block.meta, &answer,
	    origin))
		keyvalues_parse(collection->scratch, answer.bytes,
		    answer.length, '=', &values);
	/* Without CSF both are a known no. */
	if (access->csf_smtp_block.meta.state == FACT_ABSENT)
		access->csf_smtp_block.meta.state = FACT_KNOWN;
	access->lfd_mail_logins.meta = access->csf_smtp_block.meta;
	/* In TESTING mode the rules are flushed every few minutes. */
	enforced &= values.count > 0 && !pair_positive(&values, "TESTING");
	access->csf_smtp_block.value = enforced &&
	    pair_positive(&values, "SMTP_BLOCK");
	access->lfd_mail_logins.value = enforced &&
	    pair_positive(&values, "LF_SMTPAUTH") &&
	    pair_positive(&values, "LF_POP3D") &&
	    pair_positive(&values, "LF_IMAPD");
}

/* ---- the newest local backup ---- */

static bool
is_date(const char *name)
{
	size_t i;

	for (i = 0; i < 10; i++)
		if (i == 4 || i == 7 ? name[i] != '-' :
		    !isdigit((unsigned char)name[i]))
			return false;
	return name[10] == '\0';
}

/*
 * Deleting an archive makes its folder look new. A run that began on that date
 * is over two days later.
 */
static int64_t
latest_end(const char *date)
{
	struct tm tm = { .tm_year = atoi(date) - 1900,
	    .tm_mon = atoi(date + 5) - 1, .tm_mday = atoi(date + 8) + 2 };

	return timegm(&tm);
}

static const char *
backup_directory(struct collection *collection, struct fact_meta *meta)
{
	struct answer answer = host_file(collection->host,
	    collection->scratch, BACKUP_CONF, HOST_CAP_CONFIG);
	const struct keyvalue *pair;
	struct keyvalues values;

	if (!meta_from_answer(collection, meta, &answer, BACKUP_CONF))
		return NULL;
	keyvalues_parse(collection->scratch, answer.bytes, answer.length, ':',
	    &values);
	pair = keyvalues_find(&values, "BACKUPDIR");
	return pair != NULL && pair->value != NULL && pair->value[0] == '/' ?
	    pair->value : BACKUP_DEFAULT;
}

/* Folders are named YYYY-MM-DD; what lies in accounts/ are the archives. */
static void
collect_backup(struct collection *collection)
{
	struct fact_int *newest = &collection->facts->backup.newest_archive;
	const char *directory = backup_directory(collection, &newest->meta);
	const char **names, *date = NULL, *path;
	struct answer answer;
	struct host_stat st;
	size_t count, i;

	if (directory == NULL)
		return;
	answer = host_dir(collection->host, collection->scratch, directory);
	if (!meta_from_answer(collection, &newest->meta, &answer, directory))
		return;
	host_names(collection->scratch, &answer, &names, &count);
	for (i = 0; i < count; i++)
		if (is_date(names[i]))
			date = names[i];	/* sorted: the last is newest */
	if (date == NULL) {
		meta_absent(&newest->meta,
		    arena_strdup(collection->arena, directory));
		return;
	}
	path = arena_printf(collection->scratch, "%s/%s/accounts", directory,
	    date);
	answer = host_stat(collection->host, collection->scratch, path, &st);
	if (!meta_from_answer(collection, &newest->meta, &answer, path))
		return;
	newest->value = st.mtime < latest_end(date) ? st.mtime :
	    latest_end(date);
	/* A folder that nothing was written into is no backup. */
	answer = host_dir(collection->host, collection->scratch, path);
	if (meta_from_answer(collection, &newest->meta, &answer, path) &&
	    answer.length == 0)
		meta_absent(&newest->meta, newest->meta.origin);
}

static void
collect_settings(struct collection *collection)
{
	collect_tweaks(collection);
	collect_lists(collection);
	collect_gid_only(collection);
	collect_csf(collection);
	collect_backup(collection);
}

static const struct access settings_accesses[] = {
	{ ASK_FILE, CPANEL_CONFIG, "tweak settings" },
	{ ASK_FILE, "/etc/trustedmailhosts", "hosts that skip checks" },
	{ ASK_FILE, "/etc/skipsmtpcheckhosts", "hosts that skip checks" },
	{ ASK_FILE, "/etc/senderverifybypasshosts", "hosts that skip checks" },
	{ ASK_FILE, "/etc/backupmxhosts", "hosts that skip checks" },
	{ ASK_FILE, "/etc/alwaysrelay", "hosts that may relay" },
	{ ASK_FILE, "/etc/relayhosts", "hosts that may relay" },
	{ ASK_STAT, GID_ONLY, "SMTP restrictions" },
	{ ASK_DIR, CSF_DIR, "is CSF installed?" },
	{ ASK_FILE, CSF_CONF, "CSF's SMTP_BLOCK and lfd's login limits" },
	{ ASK_FILE, BACKUP_CONF, "where backups are kept" },
	{ ASK_DIR, "/*", "the newest local backup" },
	{ ASK_STAT, "/*/accounts", "its age" },
	{ ASK_DIR, "/*/accounts", "is there anything in it?" },
};

static const char *const settings_groups[] = { "tweak", NULL };

extern const struct collector collector_settings;
const struct collector collector_settings = {
	.name = "settings",
	.accesses = settings_accesses,
	.access_count = sizeof(settings_accesses) / sizeof(settings_accesses[0]),
	.collect = collect_settings,
	.groups = settings_groups,
	.planes = PLANE_BIT(PLANE_STORE),
};
