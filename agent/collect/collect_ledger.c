/*
 * What the logs tell of the last 30 days. The ledger is brought up to date, so
 * that a scan reads only what is new in the logs, and its days are added up.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "collect/collect.h"
#include "collect/ledger_totals.h"
#include "collect/ledger_update.h"
#include "parse/exim_conf.h"

#define SECONDS_A_DAY 86400
#define WINDOW_DAYS 30
/* Queue runs alone are a line of Exim's each day; a small server's Dovecot may rest a while. */
#define STALE_DAYS 7
/* Of a list: a snapshot stays readable when strangers write thousands of names. */
#define LIST_MAX 16384
/* What is worth an item: see facts.h. */
#define FAILURES_LISTED_FROM 20
#define NETWORKS_LISTED_FROM 3
#define RECIPIENTS_LISTED_FROM 20

struct window {
	struct collection *collection;
	struct ledger_update update;
	struct ledger_totals totals;
	struct ledger_place places[LEDGER_LOG_COUNT];	/* where the daemons log */
	struct fact_meta logs[LEDGER_LOG_COUNT];	/* of what a log's lines tell */
	struct fact_meta all;				/* of what several tell together */
	struct fact_meta kept;				/* of the ledger itself */
};

static const char *
day_text(struct collection *collection, int32_t day)
{
	char text[11];

	log_day_text(day, text);
	return arena_strdup(collection->arena, text);
}

static void
set_int(struct fact_int *fact, const struct fact_meta *meta, uint64_t value)
{
	fact->meta = *meta;
	fact->value = meta->state != FACT_KNOWN ? 0 :
	    value > INT64_MAX ? INT64_MAX : (int64_t)value;
}

/* Day 0 is none: absent where the log is known. */
static void
set_day(struct collection *collection, struct fact_str *fact, const struct fact_meta *meta,
    int32_t day)
{
	fact->meta = *meta;
	if (meta->state != FACT_KNOWN)
		return;
	if (day == 0)
		fact->meta.state = FACT_ABSENT;
	else
		fact->value = day_text(collection, day);
}

static const char *
ledger_directory(const struct collection *collection)
{
	return collection->options == NULL ? NULL : collection->options->ledger_directory;
}

/* ---- where the daemons log ---- */

/* As its daemon says, else its files; an empty text is no setting. */
static const char *
setting_text(const struct setting *setting, const char **ret_why)
{
	static const enum plane planes[] = { PLANE_DAEMON, PLANE_FILE };
	size_t i;

	for (i = 0; i < sizeof(planes) / sizeof(planes[0]); i++) {
		const struct fact_str *fact = &setting->plane[planes[i]];

		if (fact->meta.state == FACT_KNOWN)
			return fact->value;
		if (fact->meta.state == FACT_ABSENT)
			return "";
		if (*ret_why == NULL)
			*ret_why = fact->meta.why != NULL ? fact->meta.why : "not collected";
	}
	return NULL;
}

struct ledger_place
ledger_exim_place(struct arena *arena, const struct facts *facts)
{
	struct ledger_place place = { .path = NULL };
	const char *why = NULL;
	const char *value = setting_text(&facts->exim.log_file_path, &why);

	if (value == NULL) {
		place.why = arena_join(arena, "where Exim logs is not known: ", why);
		return place;
	}
	switch (exim_main_log(arena, value, &place.path)) {
	case EXIM_LOG_FILE:
	case EXIM_LOG_COMPILED:
		break;
	case EXIM_LOG_SYSLOG:
		place.elsewhere = true;
		place.why = arena_printf(arena,
		    "Exim logs to syslog alone: log_file_path is \"%.200s\"", value);
		break;
	case EXIM_LOG_UNTOLD:
		place.why = arena_printf(arena,
		    "which file Exim logs to can not be told from log_file_path \"%.200s\"", value);
		break;
	}
	return place;
}

struct ledger_place
ledger_dovecot_place(struct arena *arena, const struct facts *facts)
{
	const struct dovecot_facts *dovecot = &facts->dovecot;
	const char *why = NULL;
	const char *info = setting_text(&dovecot->info_log_path, &why);
	const char *path = info != NULL && info[0] != '\0' ? info :
	    setting_text(&dovecot->log_path, &why);

	if (info == NULL || path == NULL)
		return (struct ledger_place){ .why =
		    arena_join(arena, "where Dovecot logs is not known: ", why) };
	return (struct ledger_place){ .path = path[0] == '/' ? path : NULL };
}

/* ---- what is known of each log ---- */

/*
 * What its lines tell is known where there are some, or where it was read and
 * had none.
 */
static void
judge_log(struct window *window, const struct ledger_log *log)
{
	const struct log_total *total = &window->totals.logs[log->kind];
	struct fact_meta *meta = &window->logs[log->kind];
	const char *origin = arena_strdup(window->collection->arena, log->path);

	if (total->last_day != 0 || (log->status == ANSWER_OK && log->result.read))
		meta_known(meta, origin);
	else if (log->status == ANSWER_ABSENT)
		meta_absent(meta, origin);
	else
		meta_unknown(window->collection, meta, origin, "%s", log->why != NULL ? log->why :
		    log->result.incomplete != NULL ? log->result.incomplete : "it could not be read");
}

/*
 * That nothing is missing from what its lines tell. Of a log that is gone now
 * there are no lines any more, whatever the ledger remembers.
 */
static struct fact_meta
days_meta(struct window *window, const struct ledger_log *log)
{
	struct fact_meta meta = window->logs[log->kind];
	const char *path = meta.origin;

	if (log->status == ANSWER_ABSENT)
		meta_absent(&meta, path);
	else if (log->status != ANSWER_OK)
		meta_unknown(window->collection, &meta, path, "%s",
		    log->why != NULL ? log->why : "it could not be read");
	else if (log->gap != NULL)
		meta_unknown(window->collection, &meta, path,
		    "%s: lines may be missing: %s", path, log->gap);
	else if (log->result.incomplete != NULL)
		meta_unknown(window->collection, &meta, path, "%s: %s", path,
		    log->result.incomplete);
	return meta;
}

/* Several logs tell it together: a sum is known where each part is. */
static struct fact_meta
sum_meta(const struct window *window)
{
	size_t i;

	for (i = 0; i < LEDGER_LOG_COUNT; i++)
		if (window->logs[i].state == FACT_UNKNOWN)
			return window->logs[i];
	return window->all;
}

/* What one of them tells alone: where one is known, a name in it is. */
static void
judge_all(struct window *window)
{
	size_t i;

	window->all = window->logs[0];
	for (i = 1; i < LEDGER_LOG_COUNT; i++)
		if (window->logs[i].state == FACT_KNOWN ||
		    (window->all.state == FACT_UNKNOWN && window->logs[i].state != FACT_UNKNOWN))
			window->all = window->logs[i];
}

/* ---- scalars ---- */

/*
 * Has the daemon written nothing else meanwhile? A log that is not there is
 * none, where it is known to be in no file.
 */
static void
hold_to_place(struct window *window, const struct ledger_log *log, struct fact_meta *meta)
{
	const struct ledger_place *place = &window->places[log->kind];

	if (place->why != NULL && (meta->state == FACT_KNOWN ||
	    (meta->state == FACT_ABSENT && !place->elsewhere)))
		meta_unknown(window->collection, meta, meta->origin, "%s", place->why);
}

static void
set_days(struct window *window, int32_t today)
{
	struct ledger_facts *facts = &window->collection->facts->ledger;
	struct fact_int *const days[LEDGER_LOG_COUNT] = {
		[LOG_EXIM] = &facts->exim_days,
		[LOG_DOVECOT] = &facts->dovecot_days,
		[LOG_PANEL] = &facts->panel_days,
	};
	size_t i;

	for (i = 0; i < window->update.log_count; i++) {
		const struct ledger_log *log = &window->update.logs[i];
		const struct log_total *total = &window->totals.logs[log->kind];
		struct fact_meta meta = days_meta(window, log);
		int32_t first = total->first_day < total->whole_from ?
		    total->whole_from : total->first_day;

		hold_to_place(window, log, &meta);
		/* A daemon that was not restarted, or was stopped, is where no setting says. */
		if (meta.state == FACT_KNOWN && log->kind != LOG_PANEL &&
		    total->last_day != 0 && today - total->last_day > STALE_DAYS)
			meta_unknown(window->collection, &meta, meta.origin,
			    "the newest line of %s is of %s", log->path,
			    day_text(window->collection, total->last_day));
		/* Not written to every day: what counts is how far it goes back. */
		set_int(days[log->kind], &meta, log->kind != LOG_PANEL ? total->days :
		    total->first_day == 0 || first > today ? 0 : (uint64_t)(today - first + 1));
	}
}

static void
set_mail(struct window *window)
{
	struct ledger_facts *facts = &window->collection->facts->ledger;
	const struct ledger_totals *totals = &window->totals;
	const struct fact_meta *exim = &window->logs[LOG_EXIM];

	set_day(window->collection, &facts->exim_last_day, exim, totals->logs[LOG_EXIM].last_day);
	set_int(&facts->out_messages, exim, totals->out);
	set_int(&facts->out_clear, exim, totals->out_clear);
	set_int(&facts->out_old, exim, totals->out_old);
	set_int(&facts->out_tls13, exim, totals->out_tls13);
	set_int(&facts->out_untold, exim, totals->out_untold);
	set_int(&facts->out_signed, exim, totals->out_signed);
	set_int(&facts->out_fallbacks, exim, totals->fallbacks);
	set_int(&facts->in_messages, exim, totals->in);
	set_int(&facts->in_clear, exim, totals->in_clear);
	set_int(&facts->in_old, exim, totals->in_old);
	set_int(&facts->most_recipients, exim, totals->most_recipients);
}

static void
set_logins(struct window *window)
{
	struct collection *collection = window->collection;
	struct ledger_facts *facts = &collection->facts->ledger;
	const struct ledger_totals *totals = &window->totals;
	const struct fact_meta *logs = window->logs;
	const struct fact_meta sum = sum_meta(window);

	set_int(&facts->broken_arrivals, &logs[LOG_EXIM], totals->broken_arrivals);
	set_day(collection, &facts->broken_arrivals_last, &logs[LOG_EXIM],
	    totals->broken_arrivals_last);
	set_int(&facts->broken_deliveries, &logs[LOG_EXIM], totals->broken_deliveries);
	set_day(collection, &facts->broken_deliveries_last, &logs[LOG_EXIM],
	    totals->broken_deliveries_last);
	set_int(&facts->submissions, &logs[LOG_EXIM], totals->submissions);
	set_int(&facts->submissions_clear, &logs[LOG_EXIM], totals->submissions_clear);
	set_day(collection, &facts->submissions_clear_last, &logs[LOG_EXIM],
	    totals->submissions_clear_last);
	set_int(&facts->mailbox_logins, &logs[LOG_DOVECOT], totals->mailbox_logins);
	set_int(&facts->mailbox_logins_clear, &logs[LOG_DOVECOT], totals->mailbox_logins_clear);
	set_day(collection, &facts->mailbox_logins_clear_last, &logs[LOG_DOVECOT],
	    totals->mailbox_logins_clear_last);
	set_int(&facts->panel_logins, &logs[LOG_PANEL], totals->panel_logins);
	set_day(collection, &facts->panel_logins_last, &logs[LOG_PANEL],
	    totals->panel_logins_last);
	set_int(&facts->failures, &sum, totals->failures);
	set_int(&facts->broken_lines, &sum, totals->broken);
}

static void
set_ledger(struct window *window)
{
	struct collection *collection = window->collection;
	struct ledger_facts *facts = &collection->facts->ledger;

	facts->stored.meta = window->kept;
	facts->stored.value = true;
	if (ledger_directory(collection) == NULL)
		meta_unknown(collection, &facts->stored.meta, NULL,
		    FACT_SKIPPED_PREFIX "this run keeps nothing");
	/* Nothing was ever read, or nothing could be. */
	set_day(collection, &facts->first_day, &window->all, window->update.first_day);
	if (facts->first_day.meta.state != FACT_UNKNOWN)
		facts->first_day.meta.origin = window->kept.origin;
}

/* ---- lists ---- */

/* What decides who is listed where there are too many: the largest. */
struct candidate {
	const char *name;
	const void *total;
	uint64_t weight;
};

static int
compare_candidates(const void *a, const void *b)
{
	const struct candidate *left = a, *right = b;

	if (left->weight != right->weight)
		return left->weight > right->weight ? -1 : 1;
	return strcmp(left->name, right->name);
}

struct list_row {
	const char *list;
	size_t size;			/* of a total */
	uint64_t (*weight)(const void *total);	/* 0 = not listed */
	void (*fill)(struct window *window, void *item, const void *total);
	bool folded_counts;		/* "(other)" is an item like another */
};

static void
fill_list(struct window *window, const struct list_row *row, const struct total_table *table,
    const struct fact_meta *meta, struct fact_int *counted)
{
	struct collection *collection = window->collection;
	struct candidate *candidates = NULL;
	size_t count = 0, cursor = 0, i;
	const void *total;
	const char *name;
	bool folded = false;

	set_int(counted, meta, 0);
	if (meta->state != FACT_KNOWN)
		return;
	while ((total = total_next(table, row->size, &cursor, &name)) != NULL) {
		if (row->weight(total) == 0 || name[0] == '\0')
			continue;
		if (!row->folded_counts && strcmp(name, "(other)") == 0)
			folded = true;
		else
			*arena_push(collection->scratch, &candidates, &count) =
			    (struct candidate){ name, total, row->weight(total) };
	}
	if (count > LIST_MAX)
		qsort(candidates, count, sizeof(*candidates), compare_candidates);
	for (i = 0; i < count && i < LIST_MAX; i++)
		row->fill(window, collection_add(collection, row->list, candidates[i].name),
		    candidates[i].total);
	counted->value = (int64_t)count;
	if (count > LIST_MAX)
		meta_unknown(collection, &counted->meta, window->kept.origin,
		    "%zu are to be listed, and %d are", count, LIST_MAX);
	else if (folded)
		meta_unknown(collection, &counted->meta, window->kept.origin,
		    "a day had more than the ledger tells apart");
}

/*
 * What the server itself did comes first: strangers choose the names of what
 * comes in.
 */
static uint64_t
peer_weight(const void *total)
{
	const struct peer_total *peer = total;
	uint64_t out = peer->out_clear + peer->out_old;

	return out > 0 ? out + UINT32_MAX : peer->in_clear + peer->in_old;
}

static void
fill_peer(struct window *window, void *item, const void *total)
{
	const struct peer_total *peer = total;
	const struct fact_meta *meta = &window->logs[LOG_EXIM];
	struct peer_domain_facts *facts = item;

	set_int(&facts->out, meta, peer->out);
	set_int(&facts->out_clear, meta, peer->out_clear);
	set_int(&facts->out_old, meta, peer->out_old);
	set_int(&facts->in, meta, peer->in);
	set_int(&facts->in_clear, meta, peer->in_clear);
	set_int(&facts->in_old, meta, peer->in_old);
	set_day(window->collection, &facts->last_day, meta, peer->last_day);
}

static uint64_t
source_weight(const void *total)
{
	const struct source_total *source = total;

	return source->worst.count >= FAILURES_LISTED_FROM ? source->worst.count : 0;
}

static void
fill_source(struct window *window, void *item, const void *total)
{
	const struct source_total *source = total;
	struct collection *collection = window->collection;
	struct login_source_facts *facts = item;
	const char **services = NULL;
	size_t count = 0;
	unsigned service;

	set_day(collection, &facts->worst_day, &window->all, source->worst.day);
	set_int(&facts->worst_count, &window->all, source->worst.count);
	for (service = 0; service < LEDGER_SERVICE_COUNT; service++)
		if (source->services & (1u << service))
			*arena_push(collection->arena, &services, &count) =
			    ledger_service_name((enum ledger_service)service);
	facts->services.meta = window->all;
	facts->services.items = services;
	facts->services.count = count;
}

static uint64_t
account_weight(const void *total)
{
	const struct account_total *account = total;

	if (account->worst.count < FAILURES_LISTED_FROM &&
	    account->networks.count < NETWORKS_LISTED_FROM)
		return 0;
	return account->worst.count + account->networks.count;
}

static void
fill_account(struct window *window, void *item, const void *total)
{
	const struct account_total *account = total;
	struct collection *collection = window->collection;
	struct login_account_facts *facts = item;

	set_int(&facts->worst_count, &window->all, account->worst.count);
	set_day(collection, &facts->worst_day, &window->all,
	    account->worst.count < FAILURES_LISTED_FROM ? 0 : account->worst.day);
	set_int(&facts->networks, &window->all, account->networks.count);
	set_day(collection, &facts->networks_day, &window->all, account->networks.day);
}

static uint64_t
sender_weight(const void *total)
{
	const struct sender_total *sender = total;

	return sender->peak >= RECIPIENTS_LISTED_FROM ? sender->peak : 0;
}

static void
fill_sender(struct window *window, void *item, const void *total)
{
	const struct sender_total *sender = total;
	const struct fact_meta *meta = &window->logs[LOG_EXIM];
	struct collection *collection = window->collection;
	struct sender_facts *facts = item;

	set_int(&facts->most, meta, sender->most);
	set_int(&facts->peak, meta, sender->peak);
	facts->peak_hour.meta = *meta;
	facts->peak_hour.value = arena_printf(collection->arena, "%s %02uh",
	    day_text(collection, sender->peak_day), (unsigned)sender->peak_hour);
	set_int(&facts->recipients, meta, sender->recipients);
}

static void
set_lists(struct window *window)
{
	static const struct list_row peers = { "peer_domains", sizeof(struct peer_total),
		peer_weight, fill_peer, true };
	static const struct list_row sources = { "login_sources", sizeof(struct source_total),
		source_weight, fill_source, true };
	static const struct list_row accounts = { "login_accounts", sizeof(struct account_total),
		account_weight, fill_account, true };
	static const struct list_row senders = { "senders", sizeof(struct sender_total),
		sender_weight, fill_sender, false };
	struct inventory_facts *inventory = &window->collection->facts->inventory;
	struct ledger_totals *totals = &window->totals;

	fill_list(window, &peers, &totals->peers, &window->logs[LOG_EXIM],
	    &inventory->peer_domains);
	fill_list(window, &sources, &totals->sources, &window->all, &inventory->login_sources);
	fill_list(window, &accounts, &totals->accounts, &window->all,
	    &inventory->login_accounts);
	fill_list(window, &senders, &totals->senders, &window->logs[LOG_EXIM],
	    &inventory->senders);
}

/* ---- domains ---- */

static void
set_domain(struct window *window, struct domain_facts *domain, bool folded)
{
	static const struct hosted_total none;
	const struct fact_meta *meta = &window->logs[LOG_EXIM];
	const struct hosted_total *hosted = total_find(&window->totals.hosted,
	    sizeof(*hosted), domain->name);

	if (hosted == NULL)
		hosted = &none;
	set_int(&domain->sent, meta, hosted->sent);
	set_int(&domain->sent_signed, meta, hosted->sent_signed);
	set_int(&domain->sent_signed_other, meta, hosted->sent_signed_other);
	/* Some of its mail may have been counted with that of others. */
	if (!folded || hosted->sent_signed > 0 || meta->state != FACT_KNOWN)
		return;
	meta_unknown(window->collection, &domain->sent.meta, meta->origin,
	    "a day had mail of more domains than the ledger tells apart");
	domain->sent_signed.meta = domain->sent.meta;
	domain->sent_signed_other.meta = domain->sent.meta;
}

static void
set_domains(struct window *window)
{
	struct facts *facts = window->collection->facts;
	bool folded = total_find(&window->totals.hosted, sizeof(struct hosted_total),
	    "(other)") != NULL;
	size_t i;

	for (i = 0; i < facts->domains.count; i++)
		set_domain(window, &facts->domains.items[i], folded);
}

/* ---- all of it ---- */

/*
 * No clock but the facts': the server's days may be one ahead of UTC's, and
 * then the newest line says so.
 */
static void
note_lines(const struct ledger *day, int32_t number, void *data)
{
	const struct ledger_note *notes;
	size_t count, i;

	notes = ledger_notes(day, &count);
	for (i = 0; i < count; i++)
		if (notes[i].kind == LEDGER_LINES)
			*(int32_t *)data = number;
}

static int
add_days(struct window *window, struct ledger_days *days, int32_t *ret_today, struct err *err)
{
	int32_t today = (int32_t)(window->collection->facts->collected_at / SECONDS_A_DAY);
	int32_t last = today;

	if (ledger_days_each(days, today + 1, today + 1, note_lines, &last, err) != 0)
		return -1;
	*ret_today = last;
	return ledger_days_each(days, last - WINDOW_DAYS + 1, last, ledger_totals_add,
	    &window->totals, err);
}

static void
set_facts(struct window *window, int32_t today)
{
	size_t i;

	for (i = 0; i < window->update.log_count; i++)
		judge_log(window, &window->update.logs[i]);
	judge_all(window);
	set_ledger(window);
	set_days(window, today);
	set_mail(window);
	set_logins(window);
	set_lists(window);
	set_domains(window);
}

/* Nothing is known of anything, for one reason. */
static void
set_failed(struct window *window, const struct err *err)
{
	const struct ledger_update nothing = { .log_count = 0 };
	struct collection *collection = window->collection;
	struct ledger_facts *facts = &collection->facts->ledger;
	struct fact_meta meta;
	char why[1024];
	size_t i;

	err_format(err, why, sizeof(why));
	meta_unknown(collection, &meta, window->kept.origin, "%s", why);
	for (i = 0; i < LEDGER_LOG_COUNT; i++)
		window->logs[i] = meta;
	window->kept = meta;
	window->update = nothing;
	set_facts(window, 0);
	facts->exim_days.meta = facts->dovecot_days.meta = facts->panel_days.meta = meta;
}

static void
read_ledger(struct window *window, struct ledger_days *days)
{
	struct err err = { 0 };
	int32_t today = 0;
	size_t i;

	for (i = 0; i < window->update.log_count; i++) {
		const struct ledger_log *log = &window->update.logs[i];

		window->totals.logs[log->kind].path = log->path;
		window->totals.logs[log->kind].whole_from = log->first_day;
	}
	if (add_days(window, days, &today, &err) == 0)
		set_facts(window, today);
	else
		set_failed(window, &err);
}

static void
collect_ledger(struct collection *collection)
{
	struct window window = { .collection = collection };
	static const unsigned char no_secret[LEDGER_SECRET_BYTES];
	struct ledger_update_options options = {
		.directory = ledger_directory(collection),
	};
	struct err err = { 0 };
	struct ledger_days *days;

	meta_known(&window.kept, options.directory == NULL ? "logs" :
	    arena_strdup(collection->arena, options.directory));
	window.places[LOG_EXIM] = ledger_exim_place(collection->arena, collection->facts);
	window.places[LOG_DOVECOT] = ledger_dovecot_place(collection->arena, collection->facts);
	options.exim_log = window.places[LOG_EXIM].path;
	options.dovecot_log = window.places[LOG_DOVECOT].path;
	days = ledger_update(collection->host, collection->scratch, &options, &window.update,
	    &err);
	/* Without days there are no names. */
	ledger_totals_init(&window.totals, collection->scratch,
	    days != NULL ? ledger_days_secret(days) : no_secret);
	if (days == NULL)
		set_failed(&window, &err);
	else
		read_ledger(&window, days);
	ledger_days_close(days);
	ledger_totals_done(&window.totals);
}

#define MAIL_LOGS "mail that left, came and was submitted; never subjects or names"

static const struct access ledger_accesses[] = {
	{ ASK_DIR, "/var/log", "names of logs that were rotated" },
	{ ASK_FILE, "/var/log/exim_mainlog*", MAIL_LOGS },
	{ ASK_FILE, "/var/log/maillog*", "logins to mailboxes" },
	{ ASK_FILE, "/var/log/mail.log*", "logins to mailboxes" },
	{ ASK_DIR, "/usr/local/cpanel/logs", "names of logs that were rotated" },
	{ ASK_FILE, "/usr/local/cpanel/logs/login_log*", "logins to panel and webmail" },
	{ ASK_STAT, "*", "whether a log is there, and how large it is now" },
	{ ASK_LINK, "/var/log/*", "where a log really is" },
	{ ASK_LINK, "/usr/local/cpanel/logs/*", "where a log really is" },
	{ ASK_LINK, "*", "where the logs that exim.conf and dovecot.conf name really are" },
	{ ASK_DIR, "*", "names of rotated logs, where a log is a link" },
	{ ASK_FILE, "*", "the logs that exim.conf and dovecot.conf name, and where a link leads" },
};

static const char *const ledger_groups[] = { "ledger", "inventory", NULL };
static const char *const ledger_lists[] = { "peer_domains", "login_sources", "login_accounts",
	"senders", "domains.sent", "domains.sent_signed", "domains.sent_signed_other", NULL };
static const char *const ledger_depends[] = { "exim", "dovecot", NULL };

extern const struct collector collector_ledger;
const struct collector collector_ledger = {
	.name = "ledger",
	.accesses = ledger_accesses,
	.access_count = sizeof(ledger_accesses) / sizeof(ledger_accesses[0]),
	.collect = collect_ledger,
	.groups = ledger_groups,
	.planes = PLANE_BIT(PLANE_LOG),
	.lists = ledger_lists,
	.depends = ledger_depends,
};
