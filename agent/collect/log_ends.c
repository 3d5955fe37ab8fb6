/* The messages that are on their way from one segment of a log to the next. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "collect/log_tally.h"

enum { OPEN_FIRST_SIZE = 1024 };

static void *
allocated(void *memory)
{
	/* as base/arena.h: when memory is out nobody could do better */
	if (memory == NULL)
		abort();
	return memory;
}

/* ---- set of message ids ---- */

/*
 * Exim makes them, of 16 or 23 bytes, and the reader takes no others (they would be one):
 * three words hold either, the last one overlaps.
 */
uint64_t
log_message_id(struct slice id)
{
	enum { ID_MIN = 16, ID_MAX = 24 };
	uint64_t words[3], hash = 0x9e3779b97f4a7c15u ^ id.length;
	size_t i;

	if (id.length < ID_MIN || id.length > ID_MAX)
		return 1;
	memcpy(&words[0], id.bytes, sizeof words[0]);
	memcpy(&words[1], id.bytes + 8, sizeof words[1]);
	memcpy(&words[2], id.bytes + id.length - 8, sizeof words[2]);
	for (i = 0; i < 3; i++) {
		hash = (hash ^ words[i]) * 0xff51afd7ed558ccdu;
		hash ^= hash >> 32;
	}
	return hash != 0 ? hash : 1;
}

static size_t
open_home(const struct open_set *set, uint64_t id)
{
	return (size_t)(id & (set->size - 1));
}

/* Where id is, or the free slot where it would be. */
static size_t
open_slot_of(const struct open_set *set, uint64_t id)
{
	size_t at = open_home(set, id);

	while (set->slots[at].id != 0 && set->slots[at].id != id)
		at = (at + 1) & (set->size - 1);
	return at;
}

bool
open_set_find(const struct open_set *set, uint64_t id, uint32_t *ret_hosted)
{
	size_t at;

	if (set->count == 0)
		return false;
	at = open_slot_of(set, id);
	*ret_hosted = set->slots[at].hosted;
	return set->slots[at].id == id;
}

/* Those behind the hole that would not be found any more move up. */
static void
open_set_close_hole(struct open_set *set, size_t hole)
{
	size_t mask = set->size - 1;
	size_t at = hole;

	for (;;) {
		at = (at + 1) & mask;
		if (set->slots[at].id == 0)
			break;
		if (((at - open_home(set, set->slots[at].id)) & mask) >= ((at - hole) & mask)) {
			set->slots[hole] = set->slots[at];
			hole = at;
		}
	}
	set->slots[hole] = (struct open_slot){ .id = 0 };
}

bool
open_set_remove(struct open_set *set, uint64_t id)
{
	size_t at;

	if (set->count == 0)
		return false;
	at = open_slot_of(set, id);
	if (set->slots[at].id != id)
		return false;
	open_set_close_hole(set, at);
	set->count--;
	return true;
}

static void
open_set_grow(struct open_set *set)
{
	struct open_slot *old = set->slots;
	size_t old_size = set->size, i;

	set->size = old_size == 0 ? OPEN_FIRST_SIZE : 2 * old_size;
	set->slots = allocated(calloc(set->size, sizeof *set->slots));
	if (set->order == NULL)
		set->order = allocated(calloc(LEDGER_OPEN_MAX, sizeof *set->order));
	for (i = 0; i < old_size; i++)
		if (old[i].id != 0)
			set->slots[open_slot_of(set, old[i].id)] = old[i];
	free(old);
}

/* The one whose place in the circle is needed again, when it is still there. */
static void
open_set_drop_oldest(struct open_set *set, uint32_t turn)
{
	uint64_t id = set->order[turn % LEDGER_OPEN_MAX];
	size_t at;

	if (id == 0 || set->count == 0)
		return;
	at = open_slot_of(set, id);
	if (set->slots[at].id == id && (set->slots[at].turn - turn) % LEDGER_OPEN_MAX == 0) {
		open_set_close_hole(set, at);
		set->count--;
	}
}

void
open_set_put(struct open_set *set, uint64_t id, uint32_t hosted)
{
	size_t at;

	if (2 * (set->count + 1) > set->size)
		open_set_grow(set);
	open_set_drop_oldest(set, set->turn);
	at = open_slot_of(set, id);
	if (set->slots[at].id == 0)
		set->count++;
	set->slots[at] = (struct open_slot){ id, hosted, set->turn };
	set->order[set->turn++ % LEDGER_OPEN_MAX] = id;
}

void
open_set_clear(struct open_set *set)
{
	if (set->count > 0)
		memset(set->slots, 0, set->size * sizeof *set->slots);
	if (set->turn > 0)
		memset(set->order, 0, LEDGER_OPEN_MAX * sizeof *set->order);
	set->count = 0;
	set->turn = 0;
}

void
open_set_free(struct open_set *set)
{
	free(set->slots);
	free(set->order);
}

/* ---- loose ends ---- */

void
log_ends_init(struct log_ends *ends)
{
	*ends = (struct log_ends){ .last_day = 0 };
	/* Room that is not used costs no memory. */
	ends->pending.items = allocated(malloc(LEDGER_OPEN_MAX * sizeof *ends->pending.items));
	ends->completed.items = allocated(malloc(LEDGER_OPEN_MAX * sizeof *ends->completed.items));
}

void
log_ends_reset(struct log_ends *ends)
{
	open_set_clear(&ends->open);
	ends->pending.count = ends->completed.count = 0;
	memset(ends->headless, 0, sizeof ends->headless);
	ends->last_day = 0;
}

void
log_ends_release(struct log_ends *ends)
{
	open_set_free(&ends->open);
	free(ends->pending.items);
	free(ends->completed.items);
}

struct log_ends *
log_ends_new(void)
{
	struct log_ends *ends = allocated(malloc(sizeof *ends));

	log_ends_init(ends);
	return ends;
}

void
log_ends_free(struct log_ends *ends)
{
	if (ends == NULL)
		return;
	log_ends_release(ends);
	free(ends);
}

/* Whose the signature is, seen from the domain that the mail is from. */
static enum ledger_signed
signed_by(const struct ledger *ledger, uint32_t hosted, uint32_t signing_domain)
{
	const char *domain = ledger_text(ledger, hosted);
	const char *signer = ledger_text(ledger, signing_domain);
	size_t length = strlen(domain), suffix = strlen(signer);

	if (signing_domain == LEDGER_NO_NAME)
		return LEDGER_UNSIGNED;
	if (hosted == signing_domain)
		return LEDGER_SIGNED;
	return length > suffix && domain[length - suffix - 1] == '.'
	    && strcmp(domain + length - suffix, signer) == 0 ? LEDGER_SIGNED : LEDGER_SIGNED_OTHER;
}

void
log_ends_decide(struct ledger *ledger, struct ledger_mail *row, uint32_t hosted, uint32_t signing_domain)
{
	row->hosted = hosted;
	row->signed_by = (uint8_t)signed_by(ledger, hosted, signing_domain);
	ledger_add_mail(ledger, row);
}

void
log_ends_wait(struct log_ends *ends, struct ledger *ledger, const struct log_pending *pending)
{
	struct ledger_mail row = pending->row;

	if (ends->pending.count < LEDGER_OPEN_MAX)
		ends->pending.items[ends->pending.count++] = *pending;
	else
		log_ends_decide(ledger, &row, LEDGER_NO_NAME, pending->signing_domain);
}

void
log_ends_complete(struct log_ends *ends, uint64_t id)
{
	if (!open_set_remove(&ends->open, id) && ends->completed.count < LEDGER_OPEN_MAX)
		ends->completed.items[ends->completed.count++] = id;
}

static uint32_t
translated(const struct ledger *from, struct ledger *into, uint32_t name)
{
	const char *text = ledger_text(from, name);

	return name == LEDGER_NO_NAME ? name :
	    ledger_name(into, LEDGER_OURS, (struct slice){ text, strlen(text) });
}

/* Those that wait behind and arrived before; the rest goes on waiting. */
static void
pending_join(struct log_ends *ends, const struct open_set *before, const struct ledger *from,
    struct ledger *late)
{
	size_t i, left = 0;

	for (i = 0; i < ends->pending.count; i++) {
		struct log_pending *pending = &ends->pending.items[i];
		uint32_t hosted;

		if (open_set_find(before, pending->id, &hosted))
			log_ends_decide(late, &pending->row, translated(from, late, hosted),
			    pending->signing_domain);
		else
			ends->pending.items[left++] = *pending;
	}
	ends->pending.count = left;
}

static void
pending_take(struct log_ends *ends, const struct log_tally *tally, struct ledger *late)
{
	size_t i;

	for (i = 0; i < tally->ends.pending.count; i++) {
		struct log_pending pending = tally->ends.pending.items[i];

		pending.row.remote = translated(tally->ledger, late, pending.row.remote);
		pending.row.cipher = translated(tally->ledger, late, pending.row.cipher);
		pending.signing_domain = translated(tally->ledger, late, pending.signing_domain);
		log_ends_wait(ends, late, &pending);
	}
}

/* What arrived before and was not completed since is open behind as well. */
static void
open_join(struct log_ends *ends, const struct log_tally *tally, struct ledger *late)
{
	const struct open_set *before = &tally->ends.open;
	size_t i, left = 0;
	uint32_t hosted;

	for (i = 0; i < before->size; i++)
		if (before->slots[i].id != 0 && !open_set_find(&ends->open, before->slots[i].id, &hosted))
			open_set_put(&ends->open, before->slots[i].id,
			    translated(tally->ledger, late, before->slots[i].hosted));
	for (i = 0; i < ends->completed.count; i++)
		if (!open_set_remove(&ends->open, ends->completed.items[i]))
			ends->completed.items[left++] = ends->completed.items[i];
	ends->completed.count = left;
	for (i = 0; i < tally->ends.completed.count && ends->completed.count < LEDGER_OPEN_MAX; i++)
		ends->completed.items[ends->completed.count++] = tally->ends.completed.items[i];
}

static void
headless_count(struct ledger *ledger, const char *log, int32_t day, const struct log_ends *ends)
{
	uint32_t name = ledger_name(ledger, LEDGER_OURS, (struct slice){ log, strlen(log) });
	size_t i;

	for (i = 0; i < LOG_NOTES; i++)
		if (ends->headless[log_notes[i]] > 0)
			ledger_add_note(ledger, &(struct ledger_note){ .day = day, .name = name,
			    .kind = (uint8_t)log_notes[i], .count = ends->headless[log_notes[i]] });
}

static void
headless_join(struct log_ends *ends, const struct log_tally *tally, struct ledger *late)
{
	const struct log_ends *before = &tally->ends;
	size_t i;

	if (before->last_day != 0) {
		headless_count(late, tally->log, before->last_day, ends);
		memset(ends->headless, 0, sizeof ends->headless);
	}
	for (i = 0; i < LOG_NOTES; i++)
		ends->headless[log_notes[i]] += before->headless[log_notes[i]];
	if (ends->last_day == 0)
		ends->last_day = before->last_day;
}

void
log_ends_put_before(struct log_ends *ends, const struct log_tally *tally, struct ledger *late)
{
	headless_join(ends, tally, late);
	pending_join(ends, &tally->ends.open, tally->ledger, late);
	pending_take(ends, tally, late);
	open_join(ends, tally, late);
}

void
log_ends_settle(struct log_ends *ends, const struct log_before *before, struct ledger *late)
{
	struct log_tally tally;
	size_t i;

	log_tally_init(&tally, LOG_EXIM, before->log);
	tally.ledger = late;
	tally.ends.last_day = before->day;
	for (i = 0; i < before->open_count; i++)
		open_set_put(&tally.ends.open, before->open[i].id, ledger_name(late, LEDGER_OURS,
		    (struct slice){ before->open[i].hosted, strlen(before->open[i].hosted) }));
	log_ends_put_before(ends, &tally, late);
	log_tally_free(&tally);
	for (i = 0; i < ends->pending.count; i++)
		log_ends_decide(late, &ends->pending.items[i].row, LEDGER_NO_NAME,
		    ends->pending.items[i].signing_domain);
	ends->pending.count = 0;
	headless_count(late, before->log, before->else_day, ends);
}

void
log_ends_open(const struct log_ends *ends, struct arena *arena, const struct ledger *late,
    struct ledger_open **ret_open, size_t *ret_count)
{
	const struct open_set *set = &ends->open;
	size_t i;

	*ret_open = arena_array(arena, set->count, sizeof **ret_open);
	*ret_count = 0;
	for (i = 0; i < set->size; i++)
		if (set->slots[i].id != 0)
			(*ret_open)[(*ret_count)++] = (struct ledger_open){ set->slots[i].id,
			    arena_strdup(arena, ledger_text(late, set->slots[i].hosted)) };
}
