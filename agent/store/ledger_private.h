/*
 * What the ledger's own files share: its memory.
 */
#ifndef CPWARD_STORE_LEDGER_PRIVATE_H
#define CPWARD_STORE_LEDGER_PRIVATE_H

#include "store/ledger.h"

/* What those who choose names do not know: they can not make them collide. */
struct ledger_seed {
	uint64_t words[4];
};

/* Numbers of rows by the hash of their keys: ledger_index.c. */
struct ledger_slot {
	uint32_t tag;		/* of the hash */
	uint32_t number;	/* plus 1; 0 = free */
};

struct ledger_index {
	struct ledger_slot *slots;
	uint32_t mask;		/* slots, a power of two, less one */
	uint32_t count;
};

void ledger_index_init(struct ledger_index *index);
void ledger_index_done(struct ledger_index *index);
void ledger_index_put(struct ledger_index *index, uint64_t hash, uint32_t number);

static inline uint32_t
ledger_tag(uint64_t hash)
{
	return (uint32_t)(hash >> 32);
}

/* Both halves of the product, so that each bit hangs on all of a and b. */
static inline uint64_t
ledger_mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* As realloc; ends the process when memory is out, as an arena does. */
void *ledger_realloc(void *bytes, size_t count, size_t size);

/* Numbers of texts by their hash, which stands for the text: ledger_hash.h. */
struct ledger_text_slot {
	uint64_t hash;
	uint32_t number;	/* plus 1; 0 = free */
	uint8_t length;		/* STRING_MAX at most */
	bool is_domain;		/* of the bytes that a domain may have, lower case */
};
#define STRING_MAX 255

struct ledger_text_index {
	struct ledger_text_slot *slots;
	uint32_t mask;		/* slots, a power of two, less one */
	uint32_t count;
};

/* ---- texts and their numbers: ledger_names.c ---- */

struct ledger_string {
	uint32_t number;	/* of the name */
	uint8_t length;		/* STRING_MAX at most */
	uint8_t owner;		/* enum ledger_owner: whose it was first */
	uint8_t class;		/* enum name_class: as what it came first */
	char text[];		/* terminated */
};

struct ledger_strings {
	char **chunks;		/* strings stay where they are */
	size_t chunk_count;
	uint32_t chunk_used;	/* places of the last one */
};

/* The names that every ledger begins with, as numbers. */
enum { NAME_NONE = LEDGER_NO_NAME, NAME_OTHER, NAME_ODD };

enum name_class { NAME_DOMAIN, NAME_PLAIN, NAME_CLASSES };

struct ledger_names {
	struct ledger_seed seed;
	struct ledger_text_index index;
	struct ledger_strings strings;
	bool unbounded;		/* of files, which hold no more than a ledger once had */
	uint32_t *places;	/* by number */
	uint32_t count, room;
	/*
	 * Names of accounts and addresses, which are dear to find out. A memo
	 * forgets all when it is full, as nothing is wrong without it.
	 */
	struct ledger_text_index accounts, networks;
	struct {
		uint32_t count;
		size_t bytes;
	} used[LEDGER_STRANGERS + 1][NAME_CLASSES];
};

void ledger_names_init(struct ledger_names *names, const struct ledger_seed *seed);
void ledger_names_done(struct ledger_names *names);
const struct ledger_string *ledger_names_string(const struct ledger_names *names, uint32_t number);
/*
 * The number of a name of a day's file, which is added when it is not there;
 * false when no name can be so.
 */
bool ledger_names_read(struct ledger_names *names, enum ledger_owner owner, enum name_class class,
    struct slice text, uint32_t *ret_number);
/* The number of another ledger's name, which is added when it is not there. */
uint32_t ledger_names_take(struct ledger_names *names, const struct ledger_string *string);

/* Makes the keys of accounts: ledger_accounts.c. */
struct ledger_keyer;
void ledger_keyer_free(struct ledger_keyer *keyer);	/* NULL is fine */

/* ---- rows: ledger.c ---- */

struct ledger_rows {
	void *rows;
	uint32_t count, room;
	struct ledger_index index;
};

enum ledger_quota {
	QUOTA_MAIL_IN, QUOTA_MAIL, QUOTA_LOGINS, QUOTA_FAILURES, QUOTA_SENDERS, QUOTA_NOTES,
	QUOTA_COUNT,
};
/* How often a row can be folded; 0 of these steps: whole. */
#define FOLD_STEPS 4

struct ledger_day {
	int32_t day;
	uint32_t rows[QUOTA_COUNT][FOLD_STEPS];
};

struct ledger {
	unsigned char secret[LEDGER_SECRET_BYTES];
	struct ledger_keyer *keyer;	/* of accounts, under the secret; NULL until there is one */
	struct ledger_seed seed;
	struct ledger_names names;
	struct ledger_rows mails, logins, failures, senders, notes;
	struct ledger_day *days;	/* by day */
	size_t day_count, day_room;
};

enum ledger_kind { KIND_MAIL, KIND_LOGIN, KIND_FAILURE, KIND_SENDER, KIND_NOTE, KIND_COUNT };

union ledger_row {
	struct ledger_mail mail;
	struct ledger_login login;
	struct ledger_failure failure;
	struct ledger_sender sender;
	struct ledger_note note;
};

struct ledger_rows *ledger_rows_of(struct ledger *ledger, enum ledger_kind kind);
size_t ledger_row_size(enum ledger_kind kind);
void ledger_add(struct ledger *ledger, enum ledger_kind kind, const union ledger_row *row);
/*
 * Puts a row behind the others without looking for its key, for a ledger that
 * is only read.
 */
void ledger_append(struct ledger *ledger, enum ledger_kind kind, const union ledger_row *row);
/* Adds from's rows of one day. */
void ledger_merge_day(struct ledger *into, const struct ledger *from, int32_t day);

/* ---- rows as text: ledger_write.c, ledger_read.c ---- */

struct buf;
struct err;

/* Appends the day's file: its first line, the rows of that day in order, its last line. */
void ledger_day_write(const struct ledger *ledger, int32_t day, struct buf *buf);

#define LEDGER_DAY_BYTES_MAX ((size_t)64 << 20)
/* Behind the bytes that are read there are this many zeros: they are loaded as words. */
#define LEDGER_PADDING 8
/*
 * Reads a day's file into ledger; indexed: with ledger_add, else with
 * ledger_append. What is wrong is ERR_CONTENT with source and line, and the
 * rows before it are in the ledger.
 */
int ledger_day_read(struct ledger *ledger, bool indexed, int32_t day, const char *source,
    struct slice text, struct err *err);

/* A day's number of "2026-11-21"; false when it is no date. */
bool ledger_day_number(struct slice text, int32_t *ret_day);
/* Decimal digits alone. */
bool ledger_number(struct slice text, uint64_t max, uint64_t *ret_number);

/* ---- the state as text: ledger_state.c ---- */

struct arena;

/* The file's bytes; -1 when it is more than can be read again. */
int ledger_state_write(const struct ledger_state *state, uint64_t sequence, struct buf *buf,
    struct err *err);
int ledger_state_read(struct arena *arena, const char *source, struct slice text,
    struct ledger_state *ret_state, uint64_t *ret_sequence, struct err *err);

#endif
