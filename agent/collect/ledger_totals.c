#include "collect/ledger_totals.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define HOURS 24
#define FOLDED "(other)"

/* ---- tables by name ---- */

static void
table_init(struct total_table *table, const unsigned char secret[LEDGER_SECRET_BYTES])
{
	/* Accounts come with their keys; but who chooses names must not find two of one hash. */
	table->names = ledger_new(secret);
}

void
ledger_totals_init(struct ledger_totals *totals, struct arena *arena,
    const unsigned char secret[LEDGER_SECRET_BYTES])
{
	memset(totals, 0, sizeof(*totals));
	totals->arena = arena;
	table_init(&totals->peers, secret);
	table_init(&totals->hosted, secret);
	table_init(&totals->sources, secret);
	table_init(&totals->accounts, secret);
	table_init(&totals->senders, secret);
}

void
ledger_totals_done(struct ledger_totals *totals)
{
	ledger_free(totals->peers.names);
	ledger_free(totals->hosted.names);
	ledger_free(totals->sources.names);
	ledger_free(totals->accounts.names);
	ledger_free(totals->senders.names);
}

static void
table_grow(struct arena *arena, struct total_table *table, size_t size, size_t wanted)
{
	size_t room = table->room == 0 ? 64 : table->room;
	void *items;
	bool *used;

	while (room <= wanted)
		room *= 2;
	items = arena_array(arena, room, size);
	used = arena_array(arena, room, sizeof(*used));
	if (table->room > 0) {
		memcpy(items, table->items, table->room * size);
		memcpy(used, table->used, table->room * sizeof(*used));
	}
	table->items = items;
	table->used = used;
	table->room = room;
}

static void *
table_item(struct ledger_totals *totals, struct total_table *table, size_t size, const char *name)
{
	uint32_t number = ledger_name(table->names, LEDGER_OURS,
	    (struct slice){ name, strlen(name) });

	if (number >= table->room)
		table_grow(totals->arena, table, size, number);
	table->used[number] = true;
	return (char *)table->items + number * size;
}

const void *
total_next(const struct total_table *table, size_t size, size_t *cursor, const char **ret_name)
{
	size_t at;

	while (*cursor < table->room) {
		at = (*cursor)++;
		if (!table->used[at])
			continue;
		*ret_name = ledger_text(table->names, (uint32_t)at);
		return (const char *)table->items + at * size;
	}
	return NULL;
}

const void *
total_find(const struct total_table *table, size_t size, const char *name)
{
	uint32_t number = ledger_name(table->names, LEDGER_OURS,
	    (struct slice){ name, strlen(name) });

	return number < table->room && table->used[number] ?
	    (const char *)table->items + number * size : NULL;
}

/* How the ledger is read aloud: KEY@domain, and KEY alone of a system user. */
static const char *
account_name(char *room, size_t size, const struct ledger *day, uint32_t account, uint32_t domain)
{
	const char *key = ledger_text(day, account), *name = ledger_text(day, domain);
	size_t length = strlen(key), tail = strlen(name);

	if (tail == 0 || length + tail + 2 > size)
		return key;
	memcpy(room, key, length);
	room[length] = '@';
	memcpy(room + length + 1, name, tail + 1);
	return room;
}

#define ACCOUNT_SIZE 320

/* ---- rows ---- */

static void
add_out(struct ledger_totals *totals, const struct ledger *day, const struct ledger_mail *mail)
{
	struct peer_total *peer = table_item(totals, &totals->peers, sizeof(*peer),
	    ledger_text(day, mail->remote));
	struct hosted_total *hosted = table_item(totals, &totals->hosted, sizeof(*hosted),
	    ledger_text(day, mail->hosted));
	uint64_t clear = mail->tls == LOG_TLS_NONE ? mail->messages : 0;
	uint64_t old = log_tls_is_old(mail->tls) ? mail->messages : 0;

	totals->out += mail->messages;
	totals->out_clear += clear;
	totals->out_old += old;
	if (mail->tls == LOG_TLS_1_3)
		totals->out_tls13 += mail->messages;
	if (mail->tls == LOG_TLS_SOME || mail->tls == LOG_TLS_UNTOLD)
		totals->out_untold += mail->messages;
	peer->out += mail->messages;
	peer->out_clear += clear;
	peer->out_old += old;
	if (clear + old > 0)
		peer->last_day = mail->day;
	if (mail->signed_by != LEDGER_UNSIGNED)
		totals->out_signed += mail->messages;
	hosted->sent += mail->messages;
	if (mail->signed_by == LEDGER_SIGNED)
		hosted->sent_signed += mail->messages;
	else if (mail->signed_by == LEDGER_SIGNED_OTHER)
		hosted->sent_signed_other += mail->messages;
}

static void
add_in(struct ledger_totals *totals, const struct ledger *day, const struct ledger_mail *mail)
{
	struct peer_total *peer = table_item(totals, &totals->peers, sizeof(*peer),
	    ledger_text(day, mail->remote));
	uint64_t clear = mail->tls == LOG_TLS_NONE ? mail->messages : 0;
	uint64_t old = log_tls_is_old(mail->tls) ? mail->messages : 0;

	totals->in += mail->messages;
	totals->in_clear += clear;
	totals->in_old += old;
	peer->in += mail->messages;
	peer->in_clear += clear;
	peer->in_old += old;
	if (clear + old > 0)
		peer->last_day = mail->day;
}

static void
add_mails(struct ledger_totals *totals, const struct ledger *day)
{
	const struct ledger_mail *mails;
	size_t count, i;

	mails = ledger_mails(day, &count);
	for (i = 0; i < count; i++)
		if (mails[i].direction == LEDGER_OUT)
			add_out(totals, day, &mails[i]);
		else if (mails[i].direction == LEDGER_IN)
			add_in(totals, day, &mails[i]);
}

static bool
is_panel(uint8_t service)
{
	return service == LEDGER_WEBMAIL || service == LEDGER_CPANEL ||
	    service == LEDGER_WHM || service == LEDGER_DAV;
}

static void
add_login(struct ledger_totals *totals, const struct ledger_login *login)
{
	bool clear = login->tls == LOG_TLS_NONE && !login->trusted;

	if (login->service == LEDGER_SMTP) {
		totals->submissions += login->count;
		if (clear) {
			totals->submissions_clear += login->count;
			totals->submissions_clear_last = login->day;
		}
	} else if (is_panel(login->service)) {
		totals->panel_logins += login->count;
		totals->panel_logins_last = login->day;
	} else {
		totals->mailbox_logins += login->count;
		if (clear) {
			totals->mailbox_logins_clear += login->count;
			totals->mailbox_logins_clear_last = login->day;
		}
	}
}

/* An account in a network, in the hours of one day. */
struct use {
	uint32_t account, domain, network;
	uint32_t hours;
};

static int
compare_uses(const void *a, const void *b)
{
	const struct use *left = a, *right = b;

	if (left->account != right->account)
		return left->account < right->account ? -1 : 1;
	if (left->domain != right->domain)
		return left->domain < right->domain ? -1 : 1;
	return left->network < right->network ? -1 : left->network > right->network;
}

static bool
same_account(const struct use *a, const struct use *b)
{
	return a->account == b->account && a->domain == b->domain;
}

/* The most networks of one account within one hour; uses are its own, by network. */
static unsigned
networks_at_once(const struct use *uses, size_t count)
{
	unsigned hours[HOURS] = { 0 }, most = 0;
	uint32_t bits = 0;
	size_t i, hour;

	for (i = 0; i < count; i++) {
		bits |= uses[i].hours;
		if (i + 1 < count && uses[i + 1].network == uses[i].network)
			continue;
		for (hour = 0; hour < HOURS; hour++)
			if (bits & (1u << hour) && ++hours[hour] > most)
				most = hours[hour];
		bits = 0;
	}
	return most;
}

static void
most_add(struct day_most *most, uint64_t count, int32_t day)
{
	if (count > most->count)
		*most = (struct day_most){ count, day };
}

static void
add_uses(struct ledger_totals *totals, const struct ledger *day, int32_t number,
    struct use *uses, size_t count)
{
	char room[ACCOUNT_SIZE];
	size_t first, next;

	if (count > 1)
		qsort(uses, count, sizeof(*uses), compare_uses);
	for (first = 0; first < count; first = next) {
		struct account_total *account;

		for (next = first + 1; next < count && same_account(&uses[first], &uses[next]);)
			next++;
		account = table_item(totals, &totals->accounts, sizeof(*account),
		    account_name(room, sizeof(room), day, uses[first].account,
		    uses[first].domain));
		most_add(&account->networks, networks_at_once(&uses[first], next - first),
		    number);
	}
}

/* Accounts that were folded together are no account that is used by many. */
static bool
is_account(const struct ledger *day, uint32_t account)
{
	const char *key = ledger_text(day, account);

	return key[0] != '\0' && strcmp(key, FOLDED) != 0;
}

static void
add_logins(struct ledger_totals *totals, const struct ledger *day, int32_t number)
{
	const struct ledger_login *logins;
	struct use *uses;
	size_t count, used = 0, i;

	logins = ledger_logins(day, &count);
	uses = arena_array(totals->arena, count, sizeof(*uses));
	for (i = 0; i < count; i++) {
		add_login(totals, &logins[i]);
		if (!logins[i].trusted && is_account(day, logins[i].account))
			uses[used++] = (struct use){ logins[i].account, logins[i].domain,
			    logins[i].network, logins[i].hours };
	}
	add_uses(totals, day, number, uses, used);
}

/* Rows of one day may be many: by service, and by what the other column is. */
static void
today_add(struct day_most *today, struct day_most *worst, uint64_t count, int32_t day)
{
	if (today->day != day)
		*today = (struct day_most){ 0, day };
	today->count += count;
	most_add(worst, today->count, day);
}

/*
 * From the server itself: webmail, whose user's address the panel's log has, and
 * cpward, which tries a login in clear each time it looks.
 */
static bool
is_own(const char *source)
{
	return log_is_loopback((struct slice){ source, strlen(source) });
}

static void
add_failures(struct ledger_totals *totals, const struct ledger *day, int32_t number)
{
	const struct ledger_failure *failures;
	char room[ACCOUNT_SIZE];
	size_t count, i;

	failures = ledger_failures(day, &count);
	for (i = 0; i < count; i++) {
		const struct ledger_failure *failure = &failures[i];
		const char *source = ledger_text(day, failure->source);

		if (!is_own(source))
			totals->failures += failure->count;
		if (source[0] != '\0' && !is_own(source)) {
			struct source_total *total = table_item(totals, &totals->sources,
			    sizeof(*total), source);

			total->services |= 1u << failure->service;
			today_add(&total->today, &total->worst, failure->count, number);
		}
		if (is_account(day, failure->account)) {
			struct account_total *total = table_item(totals, &totals->accounts,
			    sizeof(*total), account_name(room, sizeof(room), day,
			    failure->account, failure->domain));

			today_add(&total->today, &total->worst, failure->count, number);
		}
	}
}

static void
add_senders(struct ledger_totals *totals, const struct ledger *day, int32_t number)
{
	const struct ledger_sender *senders;
	char room[ACCOUNT_SIZE];
	size_t count, i, hour;

	senders = ledger_senders(day, &count);
	for (i = 0; i < count; i++) {
		const struct ledger_sender *row = &senders[i];
		struct sender_total *sender = table_item(totals, &totals->senders,
		    sizeof(*sender), account_name(room, sizeof(room), day, row->account,
		    row->domain));

		sender->recipients += row->recipients;
		if (row->most > sender->most)
			sender->most = row->most;
		if (row->most > totals->most_recipients)
			totals->most_recipients = row->most;
		for (hour = 0; hour < HOURS; hour++)
			if (row->hours[hour] > sender->peak) {
				sender->peak = row->hours[hour];
				sender->peak_day = number;
				sender->peak_hour = (uint8_t)hour;
			}
	}
}

static void
add_lines(struct ledger_totals *totals, const char *name, int32_t day)
{
	size_t i;

	for (i = 0; i < LEDGER_LOG_COUNT; i++) {
		struct log_total *log = &totals->logs[i];

		if (log->path == NULL || strcmp(log->path, name) != 0)
			continue;
		if (log->first_day == 0)
			log->first_day = day;
		log->last_day = day;
		log->days += log->whole_from != 0 && day >= log->whole_from;
	}
}

static void
add_notes(struct ledger_totals *totals, const struct ledger *day, int32_t number)
{
	const struct ledger_note *notes;
	size_t count, i;

	notes = ledger_notes(day, &count);
	for (i = 0; i < count; i++)
		if (notes[i].kind == LEDGER_CLEAR_FALLBACK)
			totals->fallbacks += notes[i].count;
		else if (notes[i].kind == LEDGER_BROKEN)
			totals->broken += notes[i].count;
		else if (notes[i].kind == LEDGER_BROKEN_ARRIVAL) {
			totals->broken_arrivals += notes[i].count;
			totals->broken_arrivals_last = number;
		} else if (notes[i].kind == LEDGER_BROKEN_DELIVERY) {
			totals->broken_deliveries += notes[i].count;
			totals->broken_deliveries_last = number;
		} else if (notes[i].kind == LEDGER_LINES)
			add_lines(totals, ledger_text(day, notes[i].name), number);
}

void
ledger_totals_add(const struct ledger *day, int32_t number, void *data)
{
	struct ledger_totals *totals = data;

	add_mails(totals, day);
	add_logins(totals, day, number);
	add_failures(totals, day, number);
	add_senders(totals, day, number);
	add_notes(totals, day, number);
}
