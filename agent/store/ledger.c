/*
 * Rows of a ledger: arrays, and an index by the key of each kind. The functions
 * that add are on the way of every line of a log. What differs between the
 * kinds is a table and a function that packs the key; the compiler makes of it
 * a search for each kind.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "store/ledger_private.h"

/* ---- the whole ---- */

/*
 * The seed comes from the secret: what nobody knows need not be drawn again.
 * It is the part of the digest that no account's key is made of.
 */
static struct ledger_seed
seed_of(const unsigned char secret[LEDGER_SECRET_BYTES])
{
	static const unsigned char label[] = "names of the ledger";
	unsigned char digest[EVP_MAX_MD_SIZE] = { 0 };
	struct ledger_seed seed;

	(void)HMAC(EVP_sha256(), secret, LEDGER_SECRET_BYTES, label, sizeof(label), digest, NULL);
	memcpy(seed.words, digest + 8, 3 * sizeof(*seed.words));
	seed.words[1] |= 1;	/* a factor; never 0 */
	seed.words[3] = ledger_mix(seed.words[0], seed.words[2]) ^ seed.words[1];
	explicit_bzero(digest, sizeof(digest));
	return seed;
}

struct ledger_rows *
ledger_rows_of(struct ledger *ledger, enum ledger_kind kind)
{
	struct ledger_rows *const rows[KIND_COUNT] = {
		[KIND_MAIL] = &ledger->mails,
		[KIND_LOGIN] = &ledger->logins,
		[KIND_FAILURE] = &ledger->failures,
		[KIND_SENDER] = &ledger->senders,
		[KIND_NOTE] = &ledger->notes,
	};

	return rows[kind];
}

struct ledger *
ledger_new(const unsigned char secret[LEDGER_SECRET_BYTES])
{
	struct ledger *ledger = ledger_realloc(NULL, 1, sizeof(*ledger));
	enum ledger_kind kind;

	memset(ledger, 0, sizeof(*ledger));
	memcpy(ledger->secret, secret, LEDGER_SECRET_BYTES);
	ledger->seed = seed_of(secret);
	ledger_names_init(&ledger->names, &ledger->seed);
	for (kind = 0; kind < KIND_COUNT; kind++)
		ledger_index_init(&ledger_rows_of(ledger, kind)->index);
	return ledger;
}

void
ledger_free(struct ledger *ledger)
{
	enum ledger_kind kind;

	if (ledger == NULL)
		return;
	ledger_names_done(&ledger->names);
	for (kind = 0; kind < KIND_COUNT; kind++) {
		free(ledger_rows_of(ledger, kind)->rows);
		ledger_index_done(&ledger_rows_of(ledger, kind)->index);
	}
	free(ledger->days);
	ledger_keyer_free(ledger->keyer);
	explicit_bzero(ledger, sizeof(*ledger));
	free(ledger);
}

/* ---- kinds ---- */

struct row_key {
	uint64_t words[3];
};

typedef struct row_key key_of(const void *row);

struct fold_column {
	uint8_t step;		/* 1 to FOLD_STEPS - 1; 0 = end of the table */
	uint8_t offset;		/* of a name in the row */
};

struct row_kind {
	size_t size;
	enum ledger_quota quota;
	uint32_t max;		/* whole rows of a day */
	uint8_t last_step;
	const struct fold_column *columns;
};

static inline uint64_t
pair(uint32_t high, uint32_t low)
{
	return (uint64_t)high << 32 | low;
}

static inline struct row_key
mail_key(const void *data)
{
	const struct ledger_mail *row = data;

	return (struct row_key){ {
	    pair((uint32_t)row->day, row->remote),
	    pair(row->hosted, row->cipher),
	    pair((uint32_t)row->direction << 8 | row->tls,
		(uint32_t)row->verified << 8 | row->signed_by),
	} };
}

static inline struct row_key
login_key(const void *data)
{
	const struct ledger_login *row = data;
	uint32_t enums = (uint32_t)row->service << 9 | (uint32_t)row->tls << 1 | row->trusted;

	/* Names are fewer than 2^24; the enums have 13 bits. */
	return (struct row_key){ {
	    pair((uint32_t)row->day, row->account),
	    pair(row->domain, row->network),
	    (uint64_t)row->method << 40 | (uint64_t)row->cipher << 16 | enums,
	} };
}

static inline struct row_key
failure_key(const void *data)
{
	const struct ledger_failure *row = data;

	return (struct row_key){ {
	    pair((uint32_t)row->day, row->account),
	    pair(row->domain, row->source),
	    row->service,
	} };
}

static inline struct row_key
sender_key(const void *data)
{
	const struct ledger_sender *row = data;

	return (struct row_key){ { pair((uint32_t)row->day, row->account), row->domain, 0 } };
}

static inline struct row_key
note_key(const void *data)
{
	const struct ledger_note *row = data;

	return (struct row_key){ { pair((uint32_t)row->day, row->name), row->kind, 0 } };
}

/* What folds first is what there is most of and what is missed least. */
static const struct fold_column mail_columns[] = {
	{ 1, offsetof(struct ledger_mail, remote) },
	{ 2, offsetof(struct ledger_mail, hosted) },
	{ 3, offsetof(struct ledger_mail, cipher) },
	{ 0, 0 },
};

/* An account that is used from everywhere stays one account. */
static const struct fold_column login_columns[] = {
	{ 1, offsetof(struct ledger_login, network) },
	{ 2, offsetof(struct ledger_login, account) },
	{ 2, offsetof(struct ledger_login, domain) },
	{ 3, offsetof(struct ledger_login, method) },
	{ 3, offsetof(struct ledger_login, cipher) },
	{ 0, 0 },
};

/* Who tries is told longer than what was tried. */
static const struct fold_column failure_columns[] = {
	{ 1, offsetof(struct ledger_failure, account) },
	{ 1, offsetof(struct ledger_failure, domain) },
	{ 2, offsetof(struct ledger_failure, source) },
	{ 0, 0 },
};

static const struct fold_column sender_columns[] = {
	{ 1, offsetof(struct ledger_sender, account) },
	{ 2, offsetof(struct ledger_sender, domain) },
	{ 0, 0 },
};

static const struct fold_column note_columns[] = {
	{ 1, offsetof(struct ledger_note, name) },
	{ 0, 0 },
};

static const struct row_kind mail_in_kind = {
	sizeof(struct ledger_mail), QUOTA_MAIL_IN, LEDGER_DAY_MAIL_IN, 3, mail_columns,
};
static const struct row_kind mail_kind = {
	sizeof(struct ledger_mail), QUOTA_MAIL, LEDGER_DAY_MAIL, 3, mail_columns,
};
static const struct row_kind login_kind = {
	sizeof(struct ledger_login), QUOTA_LOGINS, LEDGER_DAY_LOGINS, 3, login_columns,
};
static const struct row_kind failure_kind = {
	sizeof(struct ledger_failure), QUOTA_FAILURES, LEDGER_DAY_FAILURES, 2, failure_columns,
};
static const struct row_kind sender_kind = {
	sizeof(struct ledger_sender), QUOTA_SENDERS, LEDGER_DAY_SENDERS, 2, sender_columns,
};
static const struct row_kind note_kind = {
	sizeof(struct ledger_note), QUOTA_NOTES, LEDGER_DAY_NOTES, 1, note_columns,
};

/* ---- finding rows ---- */

static inline uint64_t
key_hash(const struct row_key *key, const struct ledger_seed *seed)
{
	uint64_t hash = ledger_mix(key->words[0] ^ seed->words[0], key->words[1] ^ seed->words[1]);

	return ledger_mix(hash ^ key->words[2], seed->words[1]);
}

static inline bool
key_same(const struct row_key *a, const struct row_key *b)
{
	return ((a->words[0] ^ b->words[0]) | (a->words[1] ^ b->words[1]) |
	    (a->words[2] ^ b->words[2])) == 0;
}

/* The row with row's key; NULL when there is none. */
static inline __attribute__((always_inline)) void *
row_find(const struct ledger_rows *rows, const struct ledger_seed *seed, size_t size,
    key_of *key_of_row, const void *row, uint64_t *ret_hash)
{
	struct row_key key = key_of_row(row), other;
	uint64_t hash = key_hash(&key, seed);
	uint32_t at = ledger_tag(hash) & rows->index.mask;
	const struct ledger_slot *slot;
	char *found;

	*ret_hash = hash;
	for (;; at = (at + 1) & rows->index.mask) {
		slot = &rows->index.slots[at];
		if (slot->number == 0)
			return NULL;
		if (slot->tag != ledger_tag(hash))
			continue;
		found = (char *)rows->rows + (size_t)(slot->number - 1) * size;
		other = key_of_row(found);
		if (key_same(&key, &other))
			return found;
	}
}

/* ---- new rows ---- */

static struct ledger_day *
day_of(struct ledger *ledger, int32_t day)
{
	size_t low = 0, high = ledger->day_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (ledger->days[middle].day < day)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < ledger->day_count && ledger->days[low].day == day)
		return &ledger->days[low];
	if (ledger->day_count == ledger->day_room) {
		ledger->day_room = ledger->day_room == 0 ? 32 : ledger->day_room * 2;
		ledger->days = ledger_realloc(ledger->days, ledger->day_room, sizeof(*ledger->days));
	}
	memmove(&ledger->days[low + 1], &ledger->days[low],
	    (ledger->day_count - low) * sizeof(*ledger->days));
	ledger->day_count++;
	ledger->days[low] = (struct ledger_day){ .day = day };
	return &ledger->days[low];
}

static uint32_t *
column_of(void *row, const struct fold_column *column)
{
	return (uint32_t *)(void *)((char *)row + column->offset);
}

/* How far a row is folded: the last step whose names, and those of the steps before, are "(other)". */
static uint8_t
row_step(const struct row_kind *kind, void *row)
{
	uint8_t step = kind->last_step;
	const struct fold_column *column;

	for (column = kind->columns; column->step != 0; column++)
		if (column->step <= step && *column_of(row, column) != NAME_OTHER)
			step = column->step - 1;
	return step;
}

static void
row_fold(const struct row_kind *kind, void *row, uint8_t step)
{
	const struct fold_column *column;

	for (column = kind->columns; column->step != 0; column++)
		if (column->step <= step)
			*column_of(row, column) = NAME_OTHER;
}

/*
 * Has the day room for one more row that is folded so far? Behind the last
 * step only the enums differ.
 */
static bool
day_has_room(const struct ledger_day *day, const struct row_kind *kind, uint8_t step)
{
	return step == kind->last_step ||
	    day->rows[kind->quota][step] < (step == 0 ? kind->max : kind->max / 8);
}

static void
row_append(struct ledger_rows *rows, size_t size, const void *row)
{
	if (rows->count == rows->room) {
		rows->room = rows->room == 0 ? 64 : rows->room * 2;
		rows->rows = ledger_realloc(rows->rows, rows->room, size);
	}
	memcpy((char *)rows->rows + (size_t)rows->count * size, row, size);
	rows->count++;
}

/*
 * Adds a row that was not found. A full day folds it, step by step, until the
 * folded row is there already, which is returned, or may be added: NULL.
 */
static void *
row_new(struct ledger *ledger, struct ledger_rows *rows, const struct row_kind *kind,
    key_of *key_of_row, const void *row, int32_t number, uint64_t hash)
{
	struct ledger_day *day = day_of(ledger, number);
	union ledger_row folded;
	uint8_t step;
	void *found;

	memcpy(&folded, row, kind->size);
	step = row_step(kind, &folded);
	while (!day_has_room(day, kind, step)) {
		row_fold(kind, &folded, step + 1);
		found = row_find(rows, &ledger->seed, kind->size, key_of_row, &folded, &hash);
		if (found != NULL)
			return found;
		step = row_step(kind, &folded);
	}
	day->rows[kind->quota][step]++;
	ledger_index_put(&rows->index, hash, rows->count);
	row_append(rows, kind->size, &folded);
	return NULL;
}

/* The row that row's counts belong to; NULL when a copy of it has become one. */
#define ROW_OF(ledger, rows, kind, key_of_row, row) \
	row_of((ledger), &(ledger)->rows, (kind), (key_of_row), (row), (row)->day)

static inline __attribute__((always_inline)) void *
row_of(struct ledger *ledger, struct ledger_rows *rows, const struct row_kind *kind,
    key_of *key_of_row, const void *row, int32_t day)
{
	uint64_t hash;
	void *found = row_find(rows, &ledger->seed, kind->size, key_of_row, row, &hash);

	return found != NULL ? found : row_new(ledger, rows, kind, key_of_row, row, day, hash);
}

/* ---- adding ---- */

void
ledger_add_mail(struct ledger *ledger, const struct ledger_mail *row)
{
	const struct row_kind *kind = row->direction == LEDGER_IN ? &mail_in_kind : &mail_kind;
	struct ledger_mail *to = ROW_OF(ledger, mails, kind, mail_key, row);

	if (to != NULL) {
		to->messages += row->messages;
		to->recipients += row->recipients;
	}
}

void
ledger_add_login(struct ledger *ledger, const struct ledger_login *row)
{
	struct ledger_login *to = ROW_OF(ledger, logins, &login_kind, login_key, row);

	if (to != NULL) {
		to->hours |= row->hours;
		to->count += row->count;
	}
}

void
ledger_add_failure(struct ledger *ledger, const struct ledger_failure *row)
{
	struct ledger_failure *to = ROW_OF(ledger, failures, &failure_kind, failure_key, row);

	if (to != NULL)
		to->count += row->count;
}

void
ledger_add_sender(struct ledger *ledger, const struct ledger_sender *row)
{
	struct ledger_sender *to = ROW_OF(ledger, senders, &sender_kind, sender_key, row);
	size_t i;

	if (to == NULL)
		return;
	to->messages += row->messages;
	to->recipients += row->recipients;
	if (to->most < row->most)
		to->most = row->most;
	for (i = 0; i < 24; i++)
		to->hours[i] += row->hours[i];
}

void
ledger_add_note(struct ledger *ledger, const struct ledger_note *row)
{
	struct ledger_note *to = ROW_OF(ledger, notes, &note_kind, note_key, row);

	if (to != NULL)
		to->count += row->count;
}

void
ledger_add(struct ledger *ledger, enum ledger_kind kind, const union ledger_row *row)
{
	switch (kind) {
	case KIND_MAIL:
		ledger_add_mail(ledger, &row->mail);
		break;
	case KIND_LOGIN:
		ledger_add_login(ledger, &row->login);
		break;
	case KIND_FAILURE:
		ledger_add_failure(ledger, &row->failure);
		break;
	case KIND_SENDER:
		ledger_add_sender(ledger, &row->sender);
		break;
	case KIND_NOTE:
		ledger_add_note(ledger, &row->note);
		break;
	case KIND_COUNT:
		break;
	}
}

size_t
ledger_row_size(enum ledger_kind kind)
{
	static const size_t sizes[KIND_COUNT] = {
		[KIND_MAIL] = sizeof(struct ledger_mail),
		[KIND_LOGIN] = sizeof(struct ledger_login),
		[KIND_FAILURE] = sizeof(struct ledger_failure),
		[KIND_SENDER] = sizeof(struct ledger_sender),
		[KIND_NOTE] = sizeof(struct ledger_note),
	};

	return sizes[kind];
}

void
ledger_append(struct ledger *ledger, enum ledger_kind kind, const union ledger_row *row)
{
	row_append(ledger_rows_of(ledger, kind), ledger_row_size(kind), row);
}

void
ledger_clear(struct ledger *ledger)
{
	struct ledger_rows *rows;
	enum ledger_kind kind;

	for (kind = 0; kind < KIND_COUNT; kind++) {
		rows = ledger_rows_of(ledger, kind);
		rows->count = 0;
		if (rows->index.count > 0) {
			ledger_index_done(&rows->index);
			ledger_index_init(&rows->index);
		}
	}
	ledger->day_count = 0;
}

static void
rows_swap(struct ledger *one, struct ledger *other)
{
	struct ledger_day *const days = one->days;
	size_t count = one->day_count, room = one->day_room;
	struct ledger_rows rows;
	enum ledger_kind kind;

	for (kind = 0; kind < KIND_COUNT; kind++) {
		rows = *ledger_rows_of(one, kind);
		*ledger_rows_of(one, kind) = *ledger_rows_of(other, kind);
		*ledger_rows_of(other, kind) = rows;
	}
	one->days = other->days;
	one->day_count = other->day_count;
	one->day_room = other->day_room;
	other->days = days;
	other->day_count = count;
	other->day_room = room;
}

void
ledger_drop_days(struct ledger *ledger, int32_t first)
{
	struct ledger *kept = ledger_new(ledger->secret);
	const struct ledger_rows *rows;
	enum ledger_kind kind;
	union ledger_row row;
	const char *from;
	uint32_t i;

	for (kind = 0; kind < KIND_COUNT; kind++) {
		rows = ledger_rows_of(ledger, kind);
		from = rows->rows;
		for (i = 0; i < rows->count; i++, from += ledger_row_size(kind)) {
			memcpy(&row, from, ledger_row_size(kind));
			if (row.mail.day < first)
				ledger_add(kept, kind, &row);
		}
	}
	/* The rows change places, the names stay where they are. */
	rows_swap(ledger, kept);
	ledger_free(kept);
}

int32_t
ledger_first_day(const struct ledger *ledger)
{
	return ledger->day_count == 0 ? 0 : ledger->days[0].day;
}

size_t
ledger_row_count(const struct ledger *ledger)
{
	return (size_t)ledger->mails.count + ledger->logins.count + ledger->failures.count +
	    ledger->senders.count + ledger->notes.count;
}

/* ---- all rows ---- */

const struct ledger_mail *
ledger_mails(const struct ledger *ledger, size_t *ret_count)
{
	*ret_count = ledger->mails.count;
	return ledger->mails.rows;
}

const struct ledger_login *
ledger_logins(const struct ledger *ledger, size_t *ret_count)
{
	*ret_count = ledger->logins.count;
	return ledger->logins.rows;
}

const struct ledger_failure *
ledger_failures(const struct ledger *ledger, size_t *ret_count)
{
	*ret_count = ledger->failures.count;
	return ledger->failures.rows;
}

const struct ledger_sender *
ledger_senders(const struct ledger *ledger, size_t *ret_count)
{
	*ret_count = ledger->senders.count;
	return ledger->senders.rows;
}

const struct ledger_note *
ledger_notes(const struct ledger *ledger, size_t *ret_count)
{
	*ret_count = ledger->notes.count;
	return ledger->notes.rows;
}

/* ---- merging ---- */

/* Numbers of one ledger's names in another; a name that no row has is not carried over. */
struct translation {
	struct ledger *into;
	const struct ledger *from;
	uint32_t *numbers;	/* plus 1; 0 = not asked yet */
};

static uint32_t
translate(struct translation *translation, uint32_t name)
{
	uint32_t *number = &translation->numbers[name];

	if (*number == 0)
		*number = 1 + ledger_names_take(&translation->into->names,
		    ledger_names_string(&translation->from->names, name));
	return *number - 1;
}

/* Where the names of a row are; all kinds begin with the day. */
static const uint8_t name_offsets[KIND_COUNT][6] = {
	[KIND_MAIL] = {
		offsetof(struct ledger_mail, remote), offsetof(struct ledger_mail, hosted),
		offsetof(struct ledger_mail, cipher),
	},
	[KIND_LOGIN] = {
		offsetof(struct ledger_login, account), offsetof(struct ledger_login, domain),
		offsetof(struct ledger_login, method), offsetof(struct ledger_login, cipher),
		offsetof(struct ledger_login, network),
	},
	[KIND_FAILURE] = {
		offsetof(struct ledger_failure, account), offsetof(struct ledger_failure, domain),
		offsetof(struct ledger_failure, source),
	},
	[KIND_SENDER] = {
		offsetof(struct ledger_sender, account), offsetof(struct ledger_sender, domain),
	},
	[KIND_NOTE] = { offsetof(struct ledger_note, name) },
};

static void
merge_row(struct translation *translation, enum ledger_kind kind, const char *from)
{
	const uint8_t *offset;
	union ledger_row row;
	uint32_t name;

	memcpy(&row, from, ledger_row_size(kind));
	for (offset = name_offsets[kind]; *offset != 0; offset++) {
		memcpy(&name, (char *)&row + *offset, sizeof(name));
		name = translate(translation, name);
		memcpy((char *)&row + *offset, &name, sizeof(name));
	}
	ledger_add(translation->into, kind, &row);
}

/* day NULL: all of them. */
static void
merge(struct ledger *into, const struct ledger *from, const int32_t *day)
{
	struct translation translation = { into, from, NULL };
	size_t names = from->names.count, size;
	const struct ledger_rows *rows;
	enum ledger_kind kind;
	const char *row;
	uint32_t i;

	translation.numbers = ledger_realloc(NULL, names, sizeof(*translation.numbers));
	memset(translation.numbers, 0, names * sizeof(*translation.numbers));
	for (kind = 0; kind < KIND_COUNT; kind++) {
		rows = ledger_rows_of((struct ledger *)from, kind);
		size = ledger_row_size(kind);
		for (i = 0, row = rows->rows; i < rows->count; i++, row += size)
			if (day == NULL || memcmp(row, day, sizeof(*day)) == 0)
				merge_row(&translation, kind, row);
	}
	free(translation.numbers);
}

void
ledger_merge(struct ledger *into, const struct ledger *from)
{
	merge(into, from, NULL);
}

void
ledger_merge_day(struct ledger *into, const struct ledger *from, int32_t day)
{
	merge(into, from, &day);
}

void
ledger_each_day_of(const struct ledger *ledger, int32_t first, int32_t last,
    void (*visit)(const struct ledger *day, int32_t number, void *data), void *data)
{
	struct ledger *day;
	int32_t number;
	size_t i;

	for (i = 0; i < ledger->day_count; i++) {
		number = ledger->days[i].day;
		if (number < first || number > last)
			continue;
		day = ledger_new(ledger->secret);
		ledger_merge_day(day, ledger, number);
		visit(day, number, data);
		ledger_free(day);
	}
}
