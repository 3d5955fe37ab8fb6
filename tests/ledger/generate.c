/*
 * Writes the logs of a busy mail server, and beside them what a ledger of them
 * must say: truth.tsv is written from what was written, by nothing of cpward's.
 *
 *	generate --seed N --days D --mib M --out DIR --secret FILE [OPTION…]
 *
 *	--first-day YYYY-MM-DD	default 2026-10-01
 *	--ids 16|23|both	message ids of Exim to 4.96, since 4.97; both: an upgrade halfway
 *	--maillog-mib M		default a fiftieth of --mib, at least 1
 *	--rotate		both logs weekly, by rename; all but the youngest are compressed
 *	--flood			strangers with thousands of names a day: more rows than a day may have
 *	--plain			nothing hostile, nothing broken: what simple programs read rightly too
 *
 * DIR gets var/log/exim_mainlog, var/log/maillog, usr/local/cpanel/logs/login_log
 * and truth.tsv, sorted by bytes. FILE holds the 32 bytes that accounts are keyed
 * with. The arguments decide every byte.
 *
 * The lines are Exim's of 4.96 (src/deliver.c, receive.c, smtp_in.c) with
 * cPanel's selectors: +arguments +subject +received_recipients +all_parents
 * +incoming_port +smtp_connection +retry_defer, and on one day of five
 * +sender_on_delivery; odd seeds have +millisec +pid and a zone as well. What a
 * sender can choose is chosen to mislead.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

enum {
	HOSTED = 300,		/* domains here */
	ACCOUNTS = 2000,
	REMOTES = 3000,
	PAIRS = 1700,		/* of a remote and a hosted domain, a day: mail that comes in */
	PARTNERS = 6,		/* remote domains that a hosted one writes to, a day */
	ATTACKS = 1200,		/* pairs of source and name, a day */
	DAY = 86400,
	DAYS_MAX = 366,
	LINE_ROOM = 512 * 1024,	/* no line is longer */
	SINK_ROOM = 4 * 1024 * 1024,
	KEYS = 8,
	MOST_RECIPIENTS = 150,
};

/* As in agent/store/ledger.h: without --flood no day may have more. */
enum { CAP_IN = 4096, CAP_MAIL = 8192, CAP_LOGINS = 8192, CAP_FAILURES = 4096, CAP_SENDERS = 4096, CAP_NOTES = 1024 };

static void __attribute__((format(printf, 1, 2), noreturn))
die(const char *format, ...)
{
	va_list arguments;

	fputs("generate: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(1);
}

static void *
grown(void *bytes, size_t size)
{
	bytes = realloc(bytes, size);
	if (bytes == NULL)
		die("out of memory");
	return bytes;
}

static uint64_t
mix(uint64_t a, uint64_t b)
{
	uint64_t x = a * 0x9e3779b97f4a7c15u ^ (b + 0xd1b54a32d192ed03u);

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* ---- truth: names, and rows in a hash table ---- */

enum kind { MAIL, LOGIN, FAILURE, SENDER, NOTE, KINDS };
static const char *const kind_words[KINDS] = { "mail", "login", "failure", "sender", "note" };

enum { IN, OUT, SUBMITTED, LOCAL, DIRECTIONS };
static const char *const direction_words[] = { "in", "out", "submitted", "local" };

enum { CLEAR, ENCRYPTED, SSL3, TLS10, TLS11, TLS12, TLS13, UNTOLD };
static const char *const tls_words[] = {
	"clear", "encrypted", "SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3", "untold",
};

enum { CV_NO, CV_YES, CV_DANE };
static const char *const verified_words[] = { "no", "yes", "dane" };
enum { UNSIGNED, SIGNED, SIGNED_OTHER };
static const char *const signed_words[] = { "no", "yes", "other" };

enum { SMTP, IMAP, POP3, SIEVE, SUBMISSION, WEBMAIL, CPANEL, WHM, DAV };
static const char *const service_words[] = {
	"smtp", "imap", "pop3", "sieve", "submission", "webmail", "cpanel", "whm", "dav",
};

enum { CLEAR_FALLBACK, TLS_REQUIRED, TLS_FAILURE, CLEAR_REFUSED, REJECTED, DEFERRED, BROKEN, BROKEN_ARRIVAL,
	BROKEN_DELIVERY, LINES };
static const char *const note_words[] = {
	"clear-fallback", "tls-required", "tls-failure", "clear-refused", "rejected", "deferred", "broken",
	"broken-arrival", "broken-delivery", "lines",
};

struct row {
	bool used;
	uint8_t kind;
	uint16_t day;			/* of the period */
	uint32_t key[KEYS];
	uint64_t a, b;			/* messages and recipients, or count */
	uint32_t most;			/* sender; login: hours */
	uint32_t hourly;		/* sender: place in hours */
};

struct truth {
	char **names;
	uint32_t name_count, name_room;
	uint32_t *name_slots;		/* number + 1 */
	uint32_t name_slot_count;

	struct row *rows;
	size_t row_count, row_room;	/* room: a power of two */
	uint32_t (*hours)[24];
	uint32_t hour_count, hour_room;
	unsigned char secret[32];
};

static uint64_t
hash_bytes(const char *bytes, size_t length)
{
	uint64_t hash = 14695981039346656037u;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char) bytes[i]) * 1099511628211u;
	return hash ^ hash >> 29;
}

static void
name_place(struct truth *truth, uint32_t number)
{
	const char *name = truth->names[number];
	uint32_t slot = hash_bytes(name, strlen(name)) & (truth->name_slot_count - 1);

	while (truth->name_slots[slot] != 0)
		slot = (slot + 1) & (truth->name_slot_count - 1);
	truth->name_slots[slot] = number + 1;
}

static void
names_grow(struct truth *truth)
{
	truth->name_room = truth->name_room == 0 ? 16384 : truth->name_room * 2;
	truth->names = grown(truth->names, truth->name_room * sizeof(*truth->names));
	truth->name_slot_count = truth->name_room * 2;
	free(truth->name_slots);
	truth->name_slots = calloc(truth->name_slot_count, sizeof(*truth->name_slots));
	if (truth->name_slots == NULL)
		die("out of memory");
	for (uint32_t i = 0; i < truth->name_count; i++)
		name_place(truth, i);
}

/* The number of a name; "" is 0. */
static uint32_t
name(struct truth *truth, const char *text)
{
	size_t length = strlen(text);
	uint32_t slot;

	if (truth->name_count == truth->name_room)
		names_grow(truth);
	slot = hash_bytes(text, length) & (truth->name_slot_count - 1);
	for (; truth->name_slots[slot] != 0; slot = (slot + 1) & (truth->name_slot_count - 1))
		if (strcmp(truth->names[truth->name_slots[slot] - 1], text) == 0)
			return truth->name_slots[slot] - 1;
	truth->names[truth->name_count] = strdup(text);
	if (truth->names[truth->name_count] == NULL)
		die("out of memory");
	truth->name_slots[slot] = ++truth->name_count;
	return truth->name_count - 1;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
}

/* The number of an account's key; "" stays "". */
static uint32_t
account_key(struct truth *truth, const char *account)
{
	unsigned char low[512], digest[EVP_MAX_MD_SIZE];
	char text[17];
	size_t length = strlen(account);
	unsigned size;

	if (length == 0)
		return name(truth, "");
	for (size_t i = 0; i < length; i++)
		low[i] = (unsigned char) lower(account[i]);
	if (HMAC(EVP_sha256(), truth->secret, sizeof(truth->secret), low, length, digest, &size) == NULL)
		die("no HMAC");
	for (int i = 0; i < 8; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	return name(truth, text);
}

/* The number of the domain of an address: "(odd)" for what is none, none for none. */
static uint32_t
domain_of(struct truth *truth, const char *address, const char *none)
{
	const char *at = strrchr(address, '@');
	char low[256];
	size_t i;

	if (at == NULL)
		return name(truth, none);
	for (i = 0, at++; i < sizeof(low) - 1 && at[i] != '\0'; i++) {
		low[i] = lower(at[i]);
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789-_.:[]", low[i]) == NULL)
			return name(truth, "(odd)");
	}
	low[i] = '\0';
	return name(truth, low);
}

static size_t
row_slot(const struct truth *truth, unsigned kind, unsigned day, const uint32_t key[KEYS])
{
	uint64_t hash = (uint64_t) kind << 32 | day;

	for (int i = 0; i < KEYS; i += 2)
		hash = (hash ^ (key[i] | (uint64_t) key[i + 1] << 32)) * 0x9e3779b97f4a7c15u, hash ^= hash >> 32;
	return hash & (truth->row_room - 1);
}

static struct row *
row_find(struct truth *truth, unsigned kind, unsigned day, const uint32_t key[KEYS])
{
	size_t slot = row_slot(truth, kind, day, key);
	struct row *row;

	for (;; slot = (slot + 1) & (truth->row_room - 1)) {
		row = &truth->rows[slot];
		if (!row->used || (row->kind == kind && row->day == day
		    && memcmp(row->key, key, sizeof(row->key)) == 0))
			return row;
	}
}

static void
rows_grow(struct truth *truth)
{
	struct row *old = truth->rows;
	size_t room = truth->row_room;

	truth->row_room = room == 0 ? 65536 : room * 2;
	truth->rows = calloc(truth->row_room, sizeof(*truth->rows));
	if (truth->rows == NULL)
		die("out of memory");
	for (size_t i = 0; i < room; i++)
		if (old[i].used)
			*row_find(truth, old[i].kind, old[i].day, old[i].key) = old[i];
	free(old);
}

static struct row *
row(struct truth *truth, unsigned kind, unsigned day, const uint32_t key[KEYS])
{
	struct row *found;

	if (truth->row_count * 2 >= truth->row_room)
		rows_grow(truth);
	found = row_find(truth, kind, day, key);
	if (found->used)
		return found;
	*found = (struct row) { .used = true, .kind = (uint8_t) kind, .day = (uint16_t) day };
	memcpy(found->key, key, sizeof(found->key));
	truth->row_count++;
	if (kind == SENDER) {
		if (truth->hour_count == truth->hour_room) {
			truth->hour_room = truth->hour_room * 2 + 1024;
			truth->hours = grown(truth->hours, truth->hour_room * sizeof(*truth->hours));
		}
		memset(truth->hours[truth->hour_count], 0, sizeof(*truth->hours));
		found->hourly = truth->hour_count++;
	}
	return found;
}

/* ---- the server ---- */

/* Protocol and cipher as Exim writes them, since 4.93 and before. */
static const struct tls_kind {
	const char *version, *before, *cipher, *bits;
	uint8_t word;
} tls_kinds[] = {
	{ "", "", "", "", CLEAR },
	{ "TLS1.3", "TLSv1.3", "TLS_AES_256_GCM_SHA384", "256", TLS13 },
	{ "TLS1.3", "TLSv1.3", "TLS_AES_128_GCM_SHA256", "128", TLS13 },
	{ "TLS1.3", "TLSv1.3", "TLS_CHACHA20_POLY1305_SHA256", "256", TLS13 },
	{ "TLS1.2", "TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384", "256", TLS12 },
	{ "TLS1.2", "TLSv1.2", "ECDHE-ECDSA-AES128-GCM-SHA256", "128", TLS12 },
	{ "TLS1.2", "TLSv1.2", "AES256-SHA", "256", TLS12 },
	{ "TLS1.2", "TLS1.2", "ECDHE_SECP256R1__RSA_SHA256__AES_256_GCM", "256", TLS12 },
	{ "TLS1.1", "TLSv1.1", "ECDHE-RSA-AES256-SHA", "256", TLS11 },
	{ "TLS1", "TLSv1", "ECDHE-RSA-AES128-SHA", "128", TLS10 },
	{ "SSLv3", "SSLv3", "DES-CBC3-SHA", "168", SSL3 },
};
#define TLS_KINDS (sizeof(tls_kinds) / sizeof(tls_kinds[0]))
/* Of a hundred peers. */
static const uint8_t tls_shares[TLS_KINDS] = { 6, 50, 8, 3, 17, 5, 3, 3, 2, 2, 1 };

struct remote {
	char domain[48], host[64], address[48];
	uint32_t domain_id, host_id;
	uint8_t out_tls, in_tls, out_verified, in_verified;
};

struct hosted {
	char domain[48], user[24], signer[48];
	uint32_t domain_id, user_key;
};

struct account {
	char address[80];
	char client[48];		/* address */
	char login[80];			/* what it logs in as */
	uint16_t hosted;
	uint8_t tls;
	bool no_id;			/* the authenticator tells none */
	uint32_t login_key, address_key;
	uint32_t network;
};

enum log { MAINLOG, MAILLOG, LOGIN_LOG, LOGS };
static const char *const log_paths[LOGS] = {
	"/var/log/exim_mainlog", "/var/log/maillog", "/usr/local/cpanel/logs/login_log",
};

struct options {
	uint64_t seed, mib, maillog_mib;
	unsigned days;
	int32_t first;			/* days since 1970 */
	bool ids16, ids23, rotate, flood, plain;
	const char *out;
};

enum message_kind { M_IN, M_RELAY, M_SUBMITTED, M_LOCAL, M_BOUNCE };
enum sender_kind { S_ACCOUNT, S_REMOTE, S_NULL, S_ODD, S_USER };

struct message {
	char id[24];
	uint8_t kind, sender_kind, attempt;
	bool wide;
	uint16_t count;			/* recipients */
	uint16_t hosted;		/* whose; place in hosted */
	uint32_t owner;			/* name: HOSTED of the arrival, when deliveries may use it */
	uint32_t sender;		/* place in accounts, remotes or odd senders */
	uint32_t to;			/* bounce: place of who gets it */
	bool to_remote;
	uint64_t seed;
	uint32_t next;
};
#define NOBODY UINT32_MAX

struct world {
	struct options options;
	struct truth truth;
	struct hosted hosted[HOSTED];
	struct account accounts[ACCOUNTS];
	struct remote remotes[REMOTES];
	uint32_t ciphers[TLS_KINDS], empty;
	uint64_t random;
	uint64_t lines[LOGS][DAYS_MAX + 1], broken[LOGS][DAYS_MAX + 1];

	/* the log being written */
	enum log log;
	int fd;
	char *bytes, *at;
	uint64_t written;
	char path[4096];		/* its file */
	char former[4096];		/* what it was before, to be compressed; "" = none */
	char day_text[12];
	unsigned day_of_text;

	uint32_t now;			/* seconds since the first day began */
	uint32_t stamp;			/* of the line being written */
	unsigned day, hour;		/* of stamp */
	bool full, before;		/* full selectors; words of before 4.93 */
	uint64_t hostile;		/* counts up, to use each */

	struct message *messages;
	uint32_t message_count, message_room, free;
	uint32_t *due;			/* a second's messages: place + 1 */
	uint32_t number;
};

static uint64_t
next(struct world *w)
{
	w->random += 0x9e3779b97f4a7c15u;
	return mix(w->random, 7);
}

static uint32_t
below(struct world *w, uint32_t limit)
{
	return (uint32_t) ((next(w) >> 32) * limit >> 32);
}

/* One of so many, the first far more often than the last. */
static uint32_t
skewed(uint64_t random, uint32_t limit)
{
	double u = (double) (random >> 11) / 9007199254740992.0;

	return (uint32_t) (u * u * u * limit);
}

static uint8_t
tls_share(uint64_t random)
{
	unsigned share = random % 100, kind = 0;

	while (kind + 1 < TLS_KINDS && share >= tls_shares[kind])
		share -= tls_shares[kind++];
	return (uint8_t) kind;
}

static const char *const stems[] = {
	"clinic", "dental", "physio", "surgery", "family-care", "eye", "heart", "skin", "lab", "hospice", "midwife",
	"pharmacy",
};
static const char *const people[] = {
	"joe", "anna", "reception", "billing", "dr.smith", "m_jones", "nurse", "info", "office", "k.lee", "records",
	"front-desk",
};
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void
make_hosted(struct world *w)
{
	for (unsigned i = 0; i < HOSTED; i++) {
		struct hosted *one = &w->hosted[i];
		const char *before = i == 0 ? "" : w->hosted[i - 1].domain;

		if (i % 10 == 4)
			snprintf(one->domain, sizeof(one->domain), "mail.%.40s", before);
		else if (i % 10 == 6)	/* ends like another, and is not below it */
			snprintf(one->domain, sizeof(one->domain), "x%.40s", before);
		else
			snprintf(one->domain, sizeof(one->domain), "%s%03u.example", stems[i % COUNT(stems)], i);
		snprintf(one->user, sizeof(one->user), "user%03u", i);
		one->domain_id = name(&w->truth, one->domain);
		one->user_key = account_key(&w->truth, one->user);
		if (i % 10 == 4 || i % 10 == 6)
			memcpy(one->signer, before, sizeof(one->signer));
		else if (i % 10 == 8)
			strcpy(one->signer, "host.example");
		else if (i % 10 != 2)
			memcpy(one->signer, one->domain, sizeof(one->signer));
	}
}

static void
make_remotes(struct world *w)
{
	for (unsigned i = 0; i < REMOTES; i++) {
		struct remote *one = &w->remotes[i];
		uint64_t random = mix(w->options.seed + 11, i);

		if (i < 8)
			snprintf(one->domain, sizeof(one->domain), "bigmail%u.example", i);
		else
			snprintf(one->domain, sizeof(one->domain), "%s-%u.example.%s", stems[random % COUNT(stems)],
			    i, i % 3 == 0 ? "net" : "org");
		snprintf(one->host, sizeof(one->host), "mx%u.%s", (unsigned) (random >> 8) % 3, one->domain);
		if (i % 20 == 5)
			snprintf(one->address, sizeof(one->address), "2001:db8:%x::25", 0x1000 + i);
		else
			snprintf(one->address, sizeof(one->address), "198.18.%u.%u", i / 250, i % 250 + 1);
		one->domain_id = name(&w->truth, one->domain);
		one->host_id = name(&w->truth, one->host);
		one->out_tls = tls_share(random >> 12);
		one->in_tls = tls_share(random >> 20);
		one->out_verified = one->out_tls == 0 ? CV_NO : i % 50 == 3 ? CV_DANE : i % 3 == 0 ? CV_YES : CV_NO;
		one->in_verified = one->in_tls != 0 && i % 40 == 9 ? CV_YES : CV_NO;
	}
}

static void
make_accounts(struct world *w)
{
	char network[64];

	for (unsigned i = 0; i < ACCOUNTS; i++) {
		struct account *one = &w->accounts[i];
		uint64_t random = mix(w->options.seed + 13, i);
		unsigned a = 64 + random % 60, b = (random >> 8) % 256, c = (random >> 16) % 256, x = 0x2000 + i;

		one->hosted = (uint16_t) (i % HOSTED);
		snprintf(one->address, sizeof(one->address), "%s%.u@%s",
		    people[i / HOSTED * 2 + i % 2 < COUNT(people) ? i / HOSTED * 2 + i % 2 : 0],
		    i / HOSTED, w->hosted[one->hosted].domain);
		if (i % 7 == 2) {
			strcpy(one->client, i % 21 == 2 ? "::1" : "127.0.0.1");
			strcpy(network, i % 21 == 2 ? "::/48" : "127.0.0.0/24");
		} else if (i % 15 == 4) {
			snprintf(one->client, sizeof(one->client), "2001:db8:%x:1::%x", x, 1 + c);
			snprintf(network, sizeof(network), "2001:db8:%x::/48", x);
		} else {
			snprintf(one->client, sizeof(one->client), "100.%u.%u.%u", a, b, c);
			snprintf(network, sizeof(network), "100.%u.%u.0/24", a, b);
		}
		one->network = name(&w->truth, network);
		one->no_id = i % 97 == 11;
		snprintf(one->login, sizeof(one->login), "%s",
		    i % 40 == 9 ? w->hosted[one->hosted].user : one->address);
		if (i % 30 == 8)
			one->login[0] = (char) (one->login[0] - 32);
		one->tls = i % 7 == 2 && i % 2 == 0 ? 0 : tls_share(random >> 24);
		one->address_key = account_key(&w->truth, one->address);
		one->login_key = account_key(&w->truth, one->login);
	}
}

/* ---- writing lines ---- */

static void
flush(struct world *w)
{
	const char *from = w->bytes;

	w->written += (uint64_t) (w->at - w->bytes);
	while (from < w->at) {
		ssize_t written = write(w->fd, from, (size_t) (w->at - from));

		if (written < 0)
			die("%s: %s", w->path, strerror(errno));
		from += written;
	}
	w->at = w->bytes;
}

static inline void
put(struct world *w, const char *bytes, size_t length)
{
	memcpy(w->at, bytes, length);
	w->at += length;
}

static inline void
say(struct world *w, const char *text)
{
	put(w, text, strlen(text));
}

static inline void
say_char(struct world *w, char c)
{
	*w->at++ = c;
}

static void
say_number(struct world *w, uint64_t number)
{
	char digits[20];
	int i = 20;

	do {
		digits[--i] = (char) ('0' + number % 10);
		number /= 10;
	} while (number > 0);
	put(w, digits + i, (size_t) (20 - i));
}

static void
say_digits(struct world *w, uint32_t number, int digits)
{
	for (int i = digits - 1; i >= 0; i--, number /= 10)
		w->at[i] = (char) ('0' + number % 10);
	w->at += digits;
}

static void
date_text(int32_t day, char text[static 12])
{
	time_t seconds = (time_t) day * DAY;
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(text, 12, "%Y-%m-%d", &tm);
}

/* A line begins: some processes are a second or two late with theirs. */
static void
stamp_choose(struct world *w)
{
	uint32_t late = (next(w) & 15) == 0 ? 1 + below(w, 2) : 0;

	w->stamp = w->now > late ? w->now - late : w->now;
	w->day = w->stamp / DAY;
	w->hour = w->stamp % DAY / 3600;
	if (w->at - w->bytes > SINK_ROOM - LINE_ROOM)
		flush(w);
}

static void
say_clock(struct world *w)
{
	uint32_t second = w->stamp % DAY;

	say_digits(w, second / 3600, 2);
	say_char(w, ':');
	say_digits(w, second / 60 % 60, 2);
	say_char(w, ':');
	say_digits(w, second % 60, 2);
}

static void
say_date(struct world *w)
{
	if (w->day_of_text != w->day || w->day_text[0] == '\0') {
		date_text(w->options.first + (int32_t) w->day, w->day_text);
		w->day_of_text = w->day;
	}
	put(w, w->day_text, 10);
}

static void
begin(struct world *w)
{
	stamp_choose(w);
	say_date(w);
	say_char(w, ' ');
	say_clock(w);
	if (w->full) {
		say_char(w, '.');
		say_digits(w, below(w, 1000), 3);
		say(w, " +0200 [");
		say_number(w, 1000 + below(w, 30000));
		say_char(w, ']');
	}
	say_char(w, ' ');
}

static void
begin_id(struct world *w, const char *id)
{
	begin(w);
	say(w, id);
	say_char(w, ' ');
}

static void
end(struct world *w)
{
	say_char(w, '\n');
	w->lines[w->log][w->day]++;
}

static void
end_broken(struct world *w)
{
	end(w);
	w->broken[w->log][w->day]++;
}

/* ---- what a sender can choose, to mislead; as Exim logs it ---- */

static const char *const hostile_subjects[] = {
	"=> x@victim.example R=lookuphost T=remote_smtp H=mx.victim.example [198.18.9.9] "
	"X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=yes",
	"\\\" for victim@clinic.example other@clinic.example",
	"x\\\" X=TLS1:ECDHE-RSA-AES128-SHA:128 CV=yes A=dovecot_login:victim@clinic.example S=1 for v@clinic.example",
	"2026-10-02 00:00:00 1abcde-00000000001-0001 <= a@b.example H=[198.18.1.1]:25 P=esmtp S=1 for a@b.example",
	"H=(x) [127.0.0.1]:25 P=local U=root",
	"\\\\\\\" for v@clinic.example",
	"\\\\",
	"\\\\\\\" from <x@y.example> for z@clinic.example",
	"\\n2026-10-02 00:00:00 ** x@y.example: a TLS session is required",
	"a TLS session is required, but the server did not offer TLS support",
	"dovecot_login authenticator failed for (x) [198.18.1.1]:25: 535 Incorrect authentication data (set_id=root)",
	"rejected RCPT <x@y.example>: no",
	"delivering unencrypted to H=mx.victim.example [198.18.1.1] (not in hosts_require_tls)",
	"Completed",
	"\xff\xfe\xc0\x80 caf\xe9 \xf0\x9f\x92\x8a",
	"\\033[2J\\033]0;owned\\007",
	"",
	"Termin f\xc3\xbcr M\xc3\xbcller",
};

static const char *const subjects[] = {
	"Re: appointment", "Your invoice 48213", "Results", "Newsletter November", "Meeting on Thursday at 10",
	"Fwd: referral",
	"Out of office: back on Monday", "Password reset", "Order confirmation #91233", "lab report",
	"Quote for the new printer",
};

static const char *const hostile_ids[] = {
	"\"x for y@evil.example z@evil.example\"@decoy.example",
	"\"q\\\" T=\\\"z for a@evil.example\"@decoy.example",
	"x.H=[198.18.9.9]@decoy.example",
	"a@[127.0.0.1]",
	"\"U=root P=local A=dovecot_login:v@clinic.example\"@decoy.example",
};

/* Without ')': what then follows is Exim's, to the letter. */
static const char *const hostile_helos[] = {
	"[127.0.0.1]", "foo[10.0.0.1]", "[198.18.200.200]:25 P=esmtps X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=yes",
	"x [127.0.0.1]:25 P=local U=root", "A=dovecot_login:v@clinic.example", "[IPv6:::1]",
	"set_id=victim@clinic.example",
	"a\\\"b T=\\\"x", "WIN-7F3K\\000",
};

/* With ')', in arrivals: the name holds its own end, and what could be the line's rest. */
static const char *const arrival_helos[] = {
	"x) [198.18.9.9] y", "x) [198.18.9.9]:25 P=esmtp S=5 for v@clinic.example", "x) [127.0.0.1]",
	") [198.18.9.9] P=esmtpsa X=TLS1:x:1 CV=yes A=dovecot_login:victim@clinic.example S=1 T=\"",
	"x) [198.18.9.9] y) [198.18.9.8]:25 z", "x) [127.0.0.1]:25 P=local S=1 id=\"",
	"x) [198.18.9.9] P=esmtp S=1 T=\"s\" from <a@b.example> for \"",
	"x) [198.18.9.9] P=esmtp S=1 id=a@b.example T=\"\\",
};

static const char *const hostile_senders[] = {
	"\"a H=[198.18.9.9] b\"@decoy.example",
	"\"x => y@z.example\"@decoy.example",
	"\"q\\\" A=dovecot_login:v@clinic.example\"@decoy.example",
	"\"a@b.example\"@decoy2.example",
	"x@bad!domain.example",
	"x@caf\xe9.example",
	"bounce+victim=clinic.example@DECOY.example",
	"mailer-daemon",
	"x@[198.18.3.3]",
};
#define UNQUALIFIED 7

static const char *const hostile_replies[] = {
	"250 OK X=TLS1:ECDHE-RSA-AES128-SHA:128 CV=no DKIM=evil.example H=[127.0.0.1]",
	"250 \\\" X=TLS1:x:1 DKIM=evil.example",
	"250 2.0.0 => v@clinic.example R=a T=b H=c [198.18.1.1]",
	"250- 516 byte chunk, total 516\\\\n250 OK id=1xUqV4-0000000035m-2aaa",
	"250 \\\\",
};

static bool
hostile(struct world *w, unsigned of)
{
	return !w->options.plain && below(w, of) == 0;
}

static const char *
pick(struct world *w, const char *const *table, size_t count)
{
	return table[w->hostile++ % count];
}

/* ---- counting what is written ---- */

static void
count_mail(struct world *w, unsigned direction, uint32_t remote, uint32_t hosted, unsigned tls, unsigned verified,
    unsigned signed_by, uint64_t messages, uint64_t recipients)
{
	const uint32_t key[KEYS] = { direction, remote, hosted, tls_kinds[tls].word, w->ciphers[tls], verified,
	    signed_by };
	struct row *found = row(&w->truth, MAIL, w->day, key);

	found->a += messages;
	found->b += recipients;
}

static void
count_login(struct world *w, unsigned service, uint32_t domain, uint32_t account, const char *method, unsigned tls,
    uint32_t cipher, uint32_t network, bool trusted)
{
	const uint32_t key[KEYS] = { service, domain, account, name(&w->truth, method), tls, cipher, network, trusted };
	struct row *found = row(&w->truth, LOGIN, w->day, key);

	found->a++;
	found->most |= 1u << w->hour;
}

static void
count_failure(struct world *w, unsigned service, uint32_t domain, uint32_t account, const char *source, unsigned count)
{
	const uint32_t key[KEYS] = { service, domain, account, name(&w->truth, source) };

	row(&w->truth, FAILURE, w->day, key)->a += count;
}

static void
count_sender(struct world *w, uint32_t domain, uint32_t account, unsigned recipients)
{
	const uint32_t key[KEYS] = { domain, account };
	struct row *found = row(&w->truth, SENDER, w->day, key);

	found->a++;
	found->b += recipients;
	if (recipients > found->most)
		found->most = recipients;
	w->truth.hours[found->hourly][w->hour] += recipients;
}

static void
count_note(struct world *w, unsigned kind, uint32_t what)
{
	const uint32_t key[KEYS] = { kind, what };

	row(&w->truth, NOTE, w->day, key)->a++;
}

/* ---- pieces of Exim's lines ---- */

static void
say_tls(struct world *w, unsigned tls, unsigned verified)
{
	const struct tls_kind *kind = &tls_kinds[tls];

	if (tls == 0)
		return;
	say(w, " X=");
	say(w, w->before ? kind->before : kind->version);
	say_char(w, ':');
	say(w, kind->cipher);
	say_char(w, ':');
	say(w, kind->bits);
	if ((next(w) & 15) == 0 && !w->options.plain)
		say_char(w, '*');	/* resumed */
	say(w, " CV=");
	say(w, verified_words[verified]);
}

static void
say_port(struct world *w)
{
	say(w, "]:");
	say_number(w, 20000 + below(w, 40000));
}

/* "mx.a.example [1.2.3.4]:5", "(helo) [1.2.3.4]:5", "mx.a.example (helo) [1.2.3.4]:5" */
static void
say_peer(struct world *w, const char *host, const char *helo, const char *address)
{
	if (host != NULL)
		say(w, host);
	if (helo != NULL) {
		say(w, host != NULL ? " (" : "(");
		say_char(w, *helo);
		say(w, helo + 1);
		say_char(w, ')');
	}
	say(w, host != NULL || helo != NULL ? " [" : "[");
	say(w, address);
	say_port(w);
}

/* A HELO name of an arrival. */
static const char *
hostile_helo(struct world *w)
{
	return below(w, 2) == 0 ? pick(w, arrival_helos, COUNT(arrival_helos)) :
	    pick(w, hostile_helos, COUNT(hostile_helos));
}

static void
say_remote_peer(struct world *w, const struct remote *remote)
{
	if (hostile(w, 60))
		say_peer(w, below(w, 2) == 0 ? remote->host : NULL, hostile_helo(w), remote->address);
	else if (remote->domain_id % 9 == 4)
		say_peer(w, NULL, remote->host, remote->address);
	else if (remote->domain_id % 9 == 5)
		say_peer(w, remote->host, "mail.internal", remote->address);
	else
		say_peer(w, remote->host, NULL, remote->address);
}

/* An address as its sender spelled it: now and then in capitals. */
static void
say_address(struct world *w, const char *address)
{
	char *from = w->at;

	say(w, address);
	if ((next(w) & 31) == 0)
		for (; from < w->at; from++)
			if (*from >= 'a' && *from <= 'z')
				*from = (char) (*from - 32);
}

static void
remote_address(const struct world *w, uint64_t random, uint32_t remote, char text[static 128])
{
	static const char *const locals[] = { "john.doe", "info", "sales", "mary", "no-reply", "a.b-c_d", "support",
	    "p+tag" };

	snprintf(text, 128, "%s%u@%s", locals[random % COUNT(locals)], (unsigned) (random >> 8) % 100,
	    w->remotes[remote].domain);
}

static void
sender_text(const struct world *w, const struct message *m, char text[static 128])
{
	switch (m->sender_kind) {
	case S_ACCOUNT: snprintf(text, 128, "%s", w->accounts[m->sender].address); break;
	case S_USER: snprintf(text, 128, "%s@%s", w->hosted[m->hosted].user, w->hosted[m->hosted].domain); break;
	case S_REMOTE: remote_address(w, m->seed, m->sender, text); break;
	case S_ODD: snprintf(text, 128, "%s", hostile_senders[m->sender]); break;
	default: text[0] = '\0'; break;
	}
}

/* ---- messages ---- */

static void
base62(char *text, int digits, uint64_t number)
{
	static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

	for (int i = digits - 1; i >= 0; i--, number /= 62)
		text[i] = alphabet[number % 62];
}

static bool
wide_now(const struct world *w)
{
	if (w->options.ids16 && w->options.ids23)
		return w->now >= w->options.days * (uint64_t) DAY / 2;
	return w->options.ids23;
}

static uint32_t
message_new(struct world *w, enum message_kind kind)
{
	uint32_t place = w->free;
	struct message *m;
	int pid;

	if (place != NOBODY) {
		w->free = w->messages[place].next;
	} else {
		if (w->message_count == w->message_room) {
			w->message_room = w->message_room * 2 + 4096;
			w->messages = grown(w->messages, w->message_room * sizeof(*w->messages));
		}
		place = w->message_count++;
	}
	m = &w->messages[place];
	*m = (struct message) { .kind = (uint8_t) kind, .wide = wide_now(w), .owner = NOBODY, .count = 1,
	    .seed = next(w) };
	pid = m->wide ? 11 : 6;
	base62(m->id, 6, (uint64_t) (w->options.first) * DAY + w->now);
	m->id[6] = m->id[7 + pid] = '-';
	base62(m->id + 7, pid, w->number++);
	base62(m->id + 8 + pid, m->wide ? 4 : 2, m->seed % 3000);
	return place;
}

static void
message_schedule(struct world *w, uint32_t place, uint32_t seconds)
{
	/* What is due this second has been delivered already when messages arrive. */
	uint64_t when = (uint64_t) w->now + 1 + seconds;

	if (when >= w->options.days * (uint64_t) DAY)
		return;
	w->messages[place].next = w->due[when];
	w->due[when] = place + 1;
}

struct recipient {
	char address[128];		/* envelope */
	char target[128];		/* FORWARD: where it goes */
	uint32_t domain;		/* of address */
	enum { LOCAL_BOX, PIPE, FORWARD, REMOTE } way;
	uint32_t account, remote;
	unsigned until;			/* attempts that are deferred before */
	bool fails;
};

static void
recipient_here(const struct world *w, uint64_t random, unsigned hosted, struct recipient *ret)
{
	unsigned each = ACCOUNTS / HOSTED;

	ret->account = hosted + HOSTED * (uint32_t) (random % each);
	ret->domain = w->hosted[hosted].domain_id;
	strcpy(ret->address, w->accounts[ret->account].address);
	ret->way = LOCAL_BOX;
	if (ret->account % 10 == 3) {
		ret->way = FORWARD;
		ret->remote = ret->account % 6;
		remote_address(w, mix(ret->account, 3), ret->remote, ret->target);
	} else if (ret->account % 50 == 7) {
		ret->way = PIPE;
	}
}

static void
recipient_remote(const struct world *w, uint64_t random, uint32_t remote, struct recipient *ret)
{
	ret->way = REMOTE;
	ret->remote = remote;
	ret->domain = w->remotes[remote].domain_id;
	remote_address(w, random, remote, ret->address);
}

/* Whom a hosted domain writes to today. */
static uint32_t
partner(const struct world *w, unsigned day, unsigned hosted, uint64_t random)
{
	uint64_t one = random % PARTNERS;

	return skewed(mix(mix(w->options.seed, day), hosted * 64 + one), REMOTES);
}

/* The same answer each time: nothing of a message's recipients is kept. */
static void
recipient_at(const struct world *w, const struct message *m, unsigned i, struct recipient *ret)
{
	uint64_t random = mix(m->seed, i), group = mix(m->seed, 1000 + i / 3), luck = mix(m->seed, 5000 + i) % 1000;

	memset(ret, 0, sizeof(*ret));
	if (m->kind == M_BOUNCE && m->to_remote)
		recipient_remote(w, random, m->to, ret);
	else if (m->kind == M_BOUNCE)
		recipient_here(w, m->to / HOSTED, m->to % HOSTED, ret);
	else if (m->kind == M_RELAY)
		recipient_remote(w, random, m->to, ret);
	else if (m->kind == M_IN)
		recipient_here(w, random, i == 0 ? m->hosted : (m->hosted + i / 2) % HOSTED, ret);
	else if (m->kind == M_LOCAL ? m->seed % 2 == 0 : group % 100 < 15)
		recipient_here(w, random, m->kind == M_LOCAL ? m->hosted : group % HOSTED, ret);
	else
		recipient_remote(w, random, partner(w, (unsigned) (m->seed >> 40) % 4 == 0 ? 0 : m->to, m->hosted,
		    group), ret);
	if (ret->way == REMOTE && ret->remote % 500 == 77)
		ret->until = 3, ret->fails = true;
	else if (luck < 25)
		ret->fails = true;
	else if (luck < 70)
		ret->until = 1 + (unsigned) (luck % 5);
}

static void
say_recipients(struct world *w, const struct message *m)
{
	struct recipient recipient;

	say(w, " for");
	for (unsigned i = 0; i < m->count; i++) {
		recipient_at(w, m, i, &recipient);
		say_char(w, ' ');
		say_address(w, recipient.address);
	}
}

/* S= and what comes behind it. */
static void
say_arrival_end(struct world *w, const struct message *m, const char *dkim)
{
	uint64_t random = next(w);

	if (m->wide && (random & 7) == 0 && m->kind <= M_SUBMITTED)
		say(w, " K");
	say(w, " S=");
	say_number(w, 700 + random % 90000);
	if (dkim != NULL && (random >> 20) % 3 != 0) {
		say(w, " DKIM=");
		say(w, dkim);
	}
	if (m->kind != M_BOUNCE) {
		say(w, (random >> 24) % 16 == 0 && !w->options.plain ? " id*=" : " id=");
		if (hostile(w, 40)) {
			say(w, pick(w, hostile_ids, COUNT(hostile_ids)));
		} else {
			say_number(w, random >> 30);
			say(w, ".mail@");
			say(w, dkim != NULL ? dkim : w->hosted[m->hosted].domain);
		}
	}
	if (m->kind == M_BOUNCE) {
		say(w, " T=\"Mail delivery failed: returning message to sender\"");
	} else if ((random >> 8) % 24 != 0) {
		say(w, " T=\"");
		say(w, hostile(w, 12) ? pick(w, hostile_subjects, COUNT(hostile_subjects)) :
		    subjects[random % COUNT(subjects)]);
		say_char(w, '"');
	}
	say_recipients(w, m);
	end(w);
}

static void
say_sender(struct world *w, const struct message *m)
{
	char text[128];

	sender_text(w, m, text);
	if (text[0] == '\0')
		say(w, "<>");
	else
		say_address(w, text);
}

/* Today's pairs, the first far more often. */
static void
choose_pair(struct world *w, uint32_t *ret_remote, uint16_t *ret_hosted)
{
	uint32_t pair = skewed(next(w), PAIRS);
	uint64_t random = mix(mix(w->options.seed + 17, w->now / DAY), pair);

	*ret_remote = skewed(random, REMOTES);
	*ret_hosted = (uint16_t) (mix(random, 1) % HOSTED);
}

static void
lines_before_arrival(struct world *w, const char *host, const char *address)
{
	begin(w);
	say(w, "SMTP connection from [");
	say(w, address);
	say_port(w);
	say(w, " (TCP/IP connection count = ");
	say_number(w, 1 + below(w, 60));
	say_char(w, ')');
	end(w);
	if (host == NULL) {
		begin(w);
		say(w, "no host name found for IP address ");
		say(w, address);
		end(w);
	}
}

static void
lines_of_filter(struct world *w, const struct message *m, const struct remote *remote)
{
	begin_id(w, m->id);
	say(w, "H=");
	say_peer(w, remote->host, NULL, remote->address);
	say(w, " Warning: \"SpamAssassin as ");
	say(w, w->hosted[m->hosted].user);
	say(w, below(w, 9) == 0 ? " detected message as spam (12.3)\"" : " detected message as NOT spam (0.0)\"");
	end(w);
}

static void
count_in(struct world *w, const struct message *m, const struct remote *remote)
{
	struct recipient first;
	uint32_t from;
	char text[128];

	recipient_at(w, m, 0, &first);
	sender_text(w, m, text);
	from = text[0] == '\0' ? name(&w->truth, "<>") : m->sender_kind == S_REMOTE ? w->remotes[m->sender].domain_id
	    : domain_of(&w->truth, text, "(odd)");
	count_mail(w, IN, from, first.domain, remote->in_tls, remote->in_verified, UNSIGNED, 1, m->count);
}

static void
cutthrough(struct world *w, const struct message *m);

/* From another server. */
static void
arrive_in(struct world *w)
{
	uint32_t place = message_new(w, below(w, 80) == 0 ? M_RELAY : M_IN), from;
	struct message *m = &w->messages[place];
	const struct remote *remote;
	unsigned luck = below(w, 1000);

	choose_pair(w, &from, &m->hosted);
	m->sender_kind = S_REMOTE;
	m->sender = from;
	if (luck < 40) {
		m->sender_kind = S_NULL;
		m->hosted %= 60;
		from %= 8;
		m->kind = M_IN;
	} else if (luck < 50 && !w->options.plain) {
		m->sender_kind = S_ODD;
		m->sender = (uint32_t) (w->hostile++ % COUNT(hostile_senders));
		m->kind = M_IN;
	} else if (luck < 120 && m->kind == M_IN) {
		m->count = (uint16_t) (2 + below(w, 4));
	}
	m->to = below(w, 8);
	remote = &w->remotes[from];
	if (below(w, 3) == 0)
		lines_before_arrival(w, remote->domain_id % 9 == 4 ? NULL : remote->host, remote->address);
	if (m->kind == M_RELAY && below(w, 4) == 0)
		cutthrough(w, m);
	if (below(w, 2) == 0)
		lines_of_filter(w, m, remote);
	begin_id(w, m->id);
	say(w, below(w, 300) == 0 && !w->options.plain ? "(= " : "<= ");
	say_sender(w, m);
	if (m->sender_kind == S_NULL && below(w, 3) == 0)
		say(w, " R=1xUqUd-000000002qR-0AjB");
	say(w, " H=");
	say_remote_peer(w, remote);
	say(w, remote->in_tls != 0 ? " P=esmtps" : below(w, 8) == 0 ? " P=smtp" : " P=esmtp");
	say_tls(w, remote->in_tls, remote->in_verified);
	count_in(w, m, remote);
	say_arrival_end(w, m, remote->domain);
	message_schedule(w, place, below(w, 3));
}

/* Strangers with names that never come back. */
static void
arrive_flood(struct world *w)
{
	uint32_t place = message_new(w, M_IN);
	struct message *m = &w->messages[place];
	struct recipient first;
	char domain[48];
	uint64_t random = next(w);

	m->hosted = (uint16_t) (random % HOSTED);
	m->sender_kind = S_NULL;	/* nothing is said of it later */
	recipient_at(w, m, 0, &first);
	snprintf(domain, sizeof(domain), "r%08x.example.com", (unsigned) (random >> 32));
	begin_id(w, m->id);
	say(w, "<= spam@");
	say(w, domain);
	say(w, " H=");
	say_peer(w, NULL, domain, "198.19.7.7");
	say(w, " P=esmtp");
	count_mail(w, IN, name(&w->truth, domain), first.domain, 0, CV_NO, UNSIGNED, 1, 1);
	say_arrival_end(w, m, NULL);
	message_schedule(w, place, 1);
}

static unsigned
recipient_number(struct world *w)
{
	unsigned luck = below(w, 1000);

	if (luck < 650)
		return 1;
	if (luck < 990)
		return 2 + below(w, 5);
	return 10 + below(w, MOST_RECIPIENTS - 10);
}

static bool
is_loopback(const char *address)
{
	return strcmp(address, "::1") == 0 || strncmp(address, "127.", 4) == 0;
}

static void
count_submitted(struct world *w, const struct message *m, const struct account *user, const char *driver)
{
	const struct account *sender = &w->accounts[m->sender];
	bool whole = !user->no_id && strchr(user->login, '@') != NULL;
	uint32_t hosted = whole ? w->hosted[user->hosted].domain_id : w->hosted[sender->hosted].domain_id;
	uint32_t key = user->no_id ? sender->address_key : user->login_key;

	count_mail(w, SUBMITTED, w->empty, hosted, user->tls, CV_NO, UNSIGNED, 1, m->count);
	count_login(w, SMTP, hosted, key, driver, tls_kinds[user->tls].word, w->ciphers[user->tls], user->network,
	    is_loopback(user->client));
	count_sender(w, hosted, key, m->count);
}

/* An account that is in use today. */
static uint32_t
active_account(struct world *w)
{
	uint32_t place;

	do
		place = below(w, ACCOUNTS);
	while (mix(place, w->now / DAY) % 10 >= 6);
	return place;
}

static void
arrive_submitted(struct world *w)
{
	uint32_t place = message_new(w, M_SUBMITTED), who = active_account(w);
	struct message *m = &w->messages[place];
	const struct account *user = &w->accounts[who];
	const char *driver = who % 3 == 0 ? "dovecot_plain" : "dovecot_login";

	/* some write in the name of another domain of theirs */
	m->sender = who % 20 == 6 ? (who + 1) % ACCOUNTS : who;
	m->hosted = user->hosted;
	m->owner = !user->no_id && strchr(user->login, '@') != NULL ? w->hosted[user->hosted].domain_id
	    : w->hosted[w->accounts[m->sender].hosted].domain_id;
	m->to = w->now / DAY;
	m->count = (uint16_t) recipient_number(w);
	if (below(w, 2) == 0)
		lines_before_arrival(w, "", user->client);
	begin_id(w, m->id);
	say(w, "<= ");
	say_sender(w, m);
	say(w, " H=");
	if (is_loopback(user->client))
		say_peer(w, "localhost", who % 2 == 0 ? NULL : "webmail.host.example", user->client);
	else
		say_peer(w, who % 4 == 0 ? "dsl.isp.example" : NULL, hostile(w, 50) ?
		    hostile_helo(w) : "[192.168.1.23]", user->client);
	say(w, user->tls != 0 ? " P=esmtpsa" : " P=esmtpa");
	say_tls(w, user->tls, CV_NO);
	say(w, " A=");
	say(w, driver);
	if (!user->no_id) {
		say_char(w, ':');
		say(w, user->login);
	}
	count_submitted(w, m, user, driver);
	say_arrival_end(w, m, NULL);
	message_schedule(w, place, below(w, 4));
}

static void
arrive_local(struct world *w)
{
	uint32_t place = message_new(w, M_LOCAL);
	struct message *m = &w->messages[place];
	bool program = below(w, 4) != 0;
	const struct hosted *home;
	uint32_t who = below(w, ACCOUNTS);

	m->hosted = (uint16_t) (who % HOSTED);
	m->sender_kind = program && below(w, 2) == 0 ? S_USER : S_ACCOUNT;
	m->sender = who;
	m->to = w->now / DAY;
	home = &w->hosted[m->hosted];
	m->owner = home->domain_id;
	begin_id(w, m->id);
	say(w, "<= ");
	say_sender(w, m);
	if (program) {
		say(w, " U=");
		say(w, home->user);
		say(w, " P=local");
	} else {
		say(w, " H=");
		say_peer(w, "localhost", who % 3 == 0 ? "app.internal" : NULL, who % 5 == 0 ? "::1" : "127.0.0.1");
		say(w, " P=esmtp");
	}
	count_mail(w, LOCAL, w->empty, home->domain_id, 0, CV_NO, UNSIGNED, 1, 1);
	count_sender(w, home->domain_id, program ? home->user_key : w->accounts[who].address_key, 1);
	say_arrival_end(w, m, NULL);
	message_schedule(w, place, below(w, 2));
}

/* Of a message that could not be delivered, to whom it came from. */
static void
arrive_bounce(struct world *w, const struct message *of)
{
	struct message failed = *of;
	uint32_t place = message_new(w, M_BOUNCE);
	struct message *m = &w->messages[place];

	m->sender_kind = S_NULL;
	m->hosted = failed.hosted;
	m->owner = w->empty;
	m->to_remote = failed.sender_kind == S_REMOTE;
	m->to = failed.sender_kind == S_REMOTE || failed.sender_kind == S_ACCOUNT ? failed.sender : failed.hosted;
	begin_id(w, m->id);
	say(w, "<= <> R=");
	say(w, failed.id);
	say(w, " U=mailnull P=local");
	count_mail(w, LOCAL, w->empty, w->empty, 0, CV_NO, UNSIGNED, 1, 1);
	say_arrival_end(w, m, NULL);
	message_schedule(w, place, 0);
}

/* ---- deliveries ---- */

static unsigned
signed_word(const char *signer, const char *hosted)
{
	size_t a = strlen(signer), b = strlen(hosted);

	if (a == 0)
		return UNSIGNED;
	if (b >= a && strcmp(hosted + b - a, signer) == 0 && (b == a || hosted[b - a - 1] == '.'))
		return SIGNED;
	return SIGNED_OTHER;
}

static bool
sender_on_delivery(const struct world *w)
{
	return w->now / DAY % 5 == 2;
}

static void
say_delivery_sender(struct world *w, const struct message *m)
{
	char text[128];

	if (!sender_on_delivery(w))
		return;
	sender_text(w, m, text);
	say(w, " F=<");
	say(w, text);
	say_char(w, '>');
}

/* The domain here that a delivery to another server is of. */
static uint32_t
owner_of(struct world *w, const struct message *m, const struct recipient *recipient)
{
	char text[128];

	if (recipient->way == FORWARD)
		return recipient->domain;
	sender_text(w, m, text);
	if (sender_on_delivery(w) && text[0] != '\0')
		return domain_of(&w->truth, text, "");
	return m->owner == NOBODY ? w->empty : m->owner;
}

static void
say_host(struct world *w, const struct remote *remote)
{
	say(w, " H=");
	say(w, remote->host);
	say(w, " [");
	say(w, remote->address);
	say_char(w, ']');
}

static void
say_addresses(struct world *w, const struct message *m, const struct recipient *recipient)
{
	if (recipient->way != FORWARD) {
		/* the domain in the sender's spelling, and then what was asked for */
		bool shown = (m->seed >> 50) % 20 == 0;

		say(w, recipient->address);
		if (shown && !w->options.plain) {
			say(w, " <");
			say_char(w, (char) (recipient->address[0] - 32));
			say(w, recipient->address + 1);
			say_char(w, '>');
		}
		return;
	}
	say(w, recipient->target);
	if (recipient->account % 20 == 3) {
		say(w, " (all@");
		say(w, w->hosted[(recipient->account + 1) % HOSTED].domain);
		say_char(w, ')');
	}
	say(w, " <");
	say(w, recipient->address);
	say_char(w, '>');
}

static void
say_reply(struct world *w)
{
	say(w, " C=\"");
	if (hostile(w, 30)) {
		say(w, pick(w, hostile_replies, COUNT(hostile_replies)));
	} else {
		say(w, "250 2.0.0 OK  ");
		say_number(w, next(w) >> 30);
		say(w, " - gsmtp");
	}
	say_char(w, '"');
}

static void
deliver_out(struct world *w, const struct message *m, const struct recipient *recipient, const char *arrow)
{
	const struct remote *remote = &w->remotes[recipient->remote];
	unsigned home = recipient->way == FORWARD ? w->accounts[recipient->account].hosted : m->hosted;
	const char *signer = m->wide && (m->kind == M_SUBMITTED || m->kind == M_LOCAL || recipient->way == FORWARD)
	    ? w->hosted[home].signer : "";
	uint32_t owner;

	if (remote->out_tls == 0 && recipient->remote % 4 == 1 && arrow[0] == '=') {
		begin_id(w, m->id);
		say(w, "TLS session: (SSL_connect): error:0A00042E:SSL routines::tlsv1 alert protocol version: "
		    "delivering unencrypted to");
		say_host(w, remote);
		say(w, " (not in hosts_require_tls)");
		count_note(w, CLEAR_FALLBACK, remote->host_id);
		end(w);
	}
	begin_id(w, m->id);
	say(w, arrow);
	say_char(w, ' ');
	say_addresses(w, m, recipient);
	say_delivery_sender(w, m);
	say(w, " R=lookuphost T=dkim_remote_smtp");
	say_host(w, remote);
	if (arrow[0] == '-' && below(w, 4) == 0)
		say_char(w, '*');
	say_tls(w, remote->out_tls, remote->out_verified);
	if (below(w, 3) == 0)
		say(w, " K");
	if (signer[0] != '\0') {
		say(w, " DKIM=");
		say(w, signer);
	}
	say_reply(w);
	if (w->full)
		say(w, " QT=3s DT=1s");
	owner = owner_of(w, m, recipient);
	count_mail(w, OUT, remote->domain_id, owner, remote->out_tls, remote->out_verified,
	    signed_word(signer, w->truth.names[owner]), arrow[0] != '-', 1);
	end(w);
}

/* Its line is written before the arrival's. */
static void
cutthrough(struct world *w, const struct message *m)
{
	struct recipient recipient;

	recipient_at(w, m, 0, &recipient);
	if (recipient.until == 0 && !recipient.fails)
		deliver_out(w, m, &recipient, ">>");
}

static void
deliver_here(struct world *w, const struct message *m, const struct recipient *recipient)
{
	const struct account *account = &w->accounts[recipient->account];

	begin_id(w, m->id);
	say(w, "=> ");
	if (recipient->way == PIPE) {
		say(w, "|/usr/local/cpanel/bin/autorespond ");
		say(w, account->address);
	} else {
		put(w, account->address, (size_t) (strchr(account->address, '@') - account->address));
	}
	say(w, " <");
	say_address(w, recipient->address);
	say_char(w, '>');
	say_delivery_sender(w, m);
	if (recipient->way == PIPE) {
		say(w, " R=virtual_aliases T=virtual_address_pipe");
	} else if (below(w, 200) == 0) {
		/* to a filter on the server: no wire */
		say(w, " R=content_filter T=filter_smtp H=localhost [127.0.0.1]");
	} else {
		say(w, " R=virtual_user T=dovecot_virtual_delivery C=\"250 2.0.0 <");
		say(w, account->address);
		say(w, "> ");
		say_number(w, next(w) >> 20);
		say(w, " Saved\"");
	}
	end(w);
}

static void
say_trouble(struct world *w, const struct message *m, const struct recipient *recipient, const char *arrow)
{
	begin_id(w, m->id);
	say(w, arrow);
	say_char(w, ' ');
	say_addresses(w, m, recipient);
}

static void
fail(struct world *w, const struct message *m, const struct recipient *recipient)
{
	const struct remote *remote = &w->remotes[recipient->remote];

	if (recipient->way == LOCAL_BOX || recipient->way == PIPE) {
		begin_id(w, m->id);
		say(w, "** ");
		say(w, recipient->address);
		say_delivery_sender(w, m);
		say(w, " R=virtual_user: Mailbox is full (over quota)");
		end(w);
		return;
	}
	say_trouble(w, m, recipient, "**");
	say_delivery_sender(w, m);
	say(w, " R=lookuphost T=dkim_remote_smtp");
	say_host(w, remote);
	if (recipient->remote % 500 == 77) {
		say(w, ": a TLS session is required, but the server did not offer TLS support");
		count_note(w, TLS_REQUIRED, remote->domain_id);
	} else {
		say_tls(w, remote->out_tls, remote->out_verified);
		say(w, ": SMTP error from remote mail server after RCPT TO:<");
		say(w, recipient->way == FORWARD ? recipient->target : recipient->address);
		say(w, hostile(w, 10) ? ">: 550 => v@clinic.example R=a T=b H=c [198.18.1.1] X=TLS1:x:1" :
		    ">: 550 5.1.1 no such user");
	}
	end(w);
}

static void
defer(struct world *w, const struct message *m, const struct recipient *recipient)
{
	const struct remote *remote = &w->remotes[recipient->remote];

	if (recipient->way == LOCAL_BOX || recipient->way == PIPE) {
		begin_id(w, m->id);
		say(w, "== ");
		say(w, recipient->address);
		say(w, " R=virtual_user T=dovecot_virtual_delivery defer (-46): LMTP error from dovecot after RCPT "
		    "TO: 452 4.2.2 Mailbox is full");
		end(w);
		return;
	}
	if (recipient->remote % 500 == 77) {
		begin_id(w, m->id);
		say_host(w, remote);
		say(w, ": a TLS session is required, but the server did not offer TLS support");
		end(w);
	}
	say_trouble(w, m, recipient, "==");
	say(w, " R=lookuphost T=dkim_remote_smtp defer ");
	if (recipient->remote % 500 == 77) {
		say(w, "(-38)");
		say_host(w, remote);
		say(w, ": a TLS session is required, but the server did not offer TLS support");
		count_note(w, TLS_REQUIRED, remote->domain_id);
	} else if (m->attempt % 2 == 1) {
		say(w, "(-54): retry time not reached for any host for '");
		say(w, remote->domain);
		say_char(w, '\'');
	} else {
		say(w, "(-44)");
		say_host(w, remote);
		say(w, ": SMTP error from remote mail server after RCPT TO:<");
		say(w, recipient->way == FORWARD ? recipient->target : recipient->address);
		say(w, ">: 451 4.7.1 greylisted, try later");
	}
	end(w);
}

/* One attempt at all recipients that are left. */
static void
deliver(struct world *w, uint32_t place)
{
	struct message m = w->messages[place];
	struct recipient recipient;
	uint32_t before = NOBODY;
	bool left = false, failed = false;

	if (m.kind == M_SUBMITTED && m.attempt == 0 && below(w, 2) == 0) {
		begin_id(w, m.id);
		say(w, "SMTP connection outbound 1790000000 ");
		say(w, m.id);
		say_char(w, ' ');
		say(w, w->hosted[m.hosted].domain);
		say(w, " someone@bigmail1.example");
		end(w);
	}
	for (unsigned i = 0; i < m.count; i++) {
		recipient_at(w, &m, i, &recipient);
		if (recipient.until < m.attempt)
			continue;
		if (recipient.until > m.attempt) {
			defer(w, &m, &recipient);
			left = true;
			before = NOBODY;
		} else if (recipient.fails) {
			fail(w, &m, &recipient);
			failed = true;
		} else if (recipient.way == REMOTE || recipient.way == FORWARD) {
			deliver_out(w, &m, &recipient, recipient.remote == before ? "->" : "=>");
			before = recipient.remote;
		} else {
			deliver_here(w, &m, &recipient);
		}
	}
	if (failed && m.sender_kind != S_NULL && m.sender_kind != S_ODD)
		arrive_bounce(w, &m);
	w->messages[place].attempt++;
	if (left) {
		message_schedule(w, place, 600u * (1u + m.attempt * m.attempt * 4u) + (uint32_t) (m.seed % 600));
		return;
	}
	begin_id(w, m.id);
	say(w, "Completed");
	if (w->full)
		say(w, " QT=4s");
	end(w);
	w->messages[place].next = w->free;
	w->free = place;
}

/* ---- what is no message ---- */

static const struct rejection {
	const char *before, *text;	/* of the words: F=, what comes behind */
	const char *what;
	bool temporary;
	uint8_t weight;
} rejections[] = {
	{ " F=<spam@remote.example>", " rejected RCPT <nouser@clinic000.example>: No Such User Here", "RCPT", false,
	    40 },
	{ " F=<spam@remote.example>", " rejected RCPT <x@elsewhere.example>: Rejected relay attempt: '198.19.1.1' "
	    "From: 'spam@remote.example' To: 'x@elsewhere.example'", "RCPT", false, 15 },
	{ " F=<\"a rejected MAIL <b@c.example>: d\"@evil.example>", " rejected RCPT <v@clinic000.example>: "
	    "JunkMail rejected - is in an RBL", "RCPT", false, 6 },
	{ " F=<spam@remote.example>", " temporarily rejected RCPT <v@clinic000.example>: greylisted", "RCPT", true, 8 },
	{ " X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no F=<spam@remote.example>",
	    " rejected RCPT <v@clinic000.example>: Sender verify failed", "RCPT", false, 10 },
	{ "", " rejected MAIL <spam@remote.example>: Access denied", "MAIL", false, 6 },
	{ "", " rejected EHLO or HELO ylmf-pc: HELO rejected, rejected RCPT <x@y.example>", "EHLO or HELO", false, 6 },
	{ "", " rejected connection in \"connect\" ACL: Host is banned", "connection", false, 5 },
	{ " X=TLS1.2:ECDHE-RSA-AES256-GCM-SHA384:256 CV=no F=<spam@remote.example>",
	    " rejected after DATA: This message has been classified as spam", "after DATA", false, 4 },
	{ " F=<spam@remote.example>", " temporarily rejected DATA: try later", "DATA", true, 1 },
};

static void
reject(struct world *w)
{
	const struct rejection *one = rejections;
	unsigned luck = below(w, 101), place = skewed(next(w), 4000);
	char address[32];

	for (; one + 1 < rejections + COUNT(rejections) && luck >= one->weight; one++)
		luck -= one->weight;
	snprintf(address, sizeof(address), "198.19.%u.%u", place / 250, place % 250 + 1);
	begin(w);
	say(w, "H=");
	say_peer(w, place % 3 == 0 ? "host.dsl.example" : NULL, hostile(w, 30) ?
	    pick(w, hostile_helos, COUNT(hostile_helos)) : "ylmf-pc", address);
	say(w, one->before);
	say(w, one->text);
	count_note(w, one->temporary ? DEFERRED : REJECTED, name(&w->truth, one->what));
	end(w);
}

static const char *const hostile_logins[] = {
	"x) (set_id=victim@clinic.example", "a b@clinic000.example", "\"q\"", "root", "Admin",
	"x: 535 y (set_id=z@z.example",
	"H=[127.0.0.1]", "=> v@clinic000.example", "x, rip=127.0.0.1, TLS", "x, method=PLAIN@clinic000.example",
};

/* One of today's attackers, and whom it tries. */
static void
choose_attack(struct world *w, char source[static 48], char login[static 96])
{
	uint64_t random = mix(mix(w->options.seed + 19, w->now / DAY), skewed(next(w), ATTACKS));
	unsigned place = random % 700;

	if (w->options.flood && below(w, 2) == 0) {
		random = next(w);
		place = random % 60000;
	}
	if (place % 30 == 9)
		snprintf(source, 48, "2001:db8:%x::bad", 0x4000 + place % 0x1000);
	else
		snprintf(source, 48, "198.19.%u.%u", place / 250, place % 250 + 1);
	if ((random >> 20) % 20 == 0 && !w->options.plain)
		snprintf(login, 96, "%s", hostile_logins[(random >> 32) % COUNT(hostile_logins)]);
	else if ((random >> 20) % 5 == 1)
		snprintf(login, 96, "%s%u", people[(random >> 32) % COUNT(people)], (unsigned) (random >> 40) % 50);
	else
		snprintf(login, 96, "%s", w->accounts[(random >> 32) % ACCOUNTS].address);
}

static void
auth_failure(struct world *w)
{
	char source[48], login[96];
	bool told = below(w, 12) != 0;

	choose_attack(w, source, login);
	begin(w);
	say(w, below(w, 3) == 0 ? "dovecot_plain" : "dovecot_login");
	say(w, " authenticator failed for ");
	say_peer(w, below(w, 3) == 0 ? "host.dsl.example" : NULL, hostile(w, 20) ?
	    pick(w, hostile_helos, COUNT(hostile_helos)) : "User", source);
	say(w, below(w, 20) == 0 ? ": 435 Unable to authenticate at present" : ": 535 Incorrect authentication data");
	if (told) {
		say(w, " (set_id=");
		say(w, login);
		say_char(w, ')');
	}
	count_failure(w, SMTP, told ? domain_of(&w->truth, login, "") : w->empty,
	    told ? account_key(&w->truth, login) : w->empty, source, 1);
	end(w);
}

static void
tls_error(struct world *w)
{
	begin(w);
	say(w, "TLS error on connection from ");
	say_peer(w, NULL, below(w, 2) == 0 ? "scanner" : NULL, "198.19.3.4");
	say(w, " (SSL_accept): error:0A000102:SSL routines::unsupported protocol");
	count_note(w, TLS_FAILURE, name(&w->truth, "exim"));
	end(w);
}

static void
say_cwd(struct world *w)
{
	static const char *const commands[] = {
		"5 args: /usr/sbin/sendmail -t -i -f joe@clinic000.example",
		"3 args: /usr/sbin/exim -Mc 1xUqUe-000000002rd-0RKE",
		"4 args: /usr/sbin/sendmail -t => x@y.example", "7 args: /usr/sbin/exim -ps -bd -q1h -oP "
		"/var/spool/exim/exim-daemon.pid",
	};

	begin(w);
	say(w, "cwd=/home/user");
	say_digits(w, below(w, HOSTED), 3);
	say(w, "/public_html ");
	say(w, commands[below(w, COUNT(commands))]);
	end(w);
}

static void
say_misc(struct world *w)
{
	static const char *const lines[] = {
		"Start queue run: pid=4711", "End queue run: pid=4711", "no host name found for IP address 198.19.1.1",
		"unexpected disconnection while reading SMTP command from (User) [198.19.1.1]:51084 D=3s",
		"SMTP connection from (User) [198.19.1.1]:51084 closed by QUIT",
		"no MAIL in SMTP connection from (s1) [198.19.1.2]:51084 D=0.031s C=EHLO,STARTTLS",
		"SMTP protocol error in \"AUTH LOGIN\" H=(x) [198.19.1.2]:4000 AUTH command used when not advertised",
		"SMTP call from (x) [198.19.1.2]:4000 dropped: too many unrecognized commands (last was \"=> "
		"a@b.example\")",
		"exim 4.98.2 daemon started: pid=13195, -q15m, listening for SMTP on port 25 (IPv6 and IPv4)",
		"[198.18.3.4] SSL verify error: depth=0 error=self-signed certificate cert=/CN=mx => x@y.example "
		"R=a T=b H=c [198.18.1.1]",
		"Sender rate 2.0 / 1h", "SMTP syntax error in \"<= a@b.example H=[198.18.1.1]\" H=(x) "
		"[198.19.1.2]:4000 unrecognized command",
		"pid 1234: SIGHUP received: re-exec daemon",
	};

	begin(w);
	say(w, lines[below(w, COUNT(lines))]);
	end(w);
}

/* ---- lines that are none ---- */

static void
say_huge(struct world *w)
{
	for (int i = 0; i < 200 * 1024 / 32; i++)
		say(w, " => x@y.example R=a T=b H=c [198");
}

/*
 * None has a stamp and something else that could count: it is broken, on the day of the line before or its own. An
 * arrival or delivery that can be told for one counts as that, too.
 */
static void
say_broken(struct world *w)
{
	static const char zeros[4096];
	uint64_t kind = w->hostile++ % 61;
	bool stamped = kind % 10 >= 5, arrival = false, delivery = false;

	if (stamped)
		begin(w);
	else if (w->at - w->bytes > SINK_ROOM - LINE_ROOM)
		flush(w);
	switch (kind % 10) {
	case 0: put(w, zeros, 1 + below(w, sizeof(zeros) - 1)); break;
	case 1: put(w, "\x7f""ELF\x02\x01\x01\0\0\xff\x80\x1b[31m", 15); break;
	case 2: say(w, "2026-10-0"); break;
	case 3: break;			/* an empty line */
	case 4:
		if (kind / 10 == 0)
			say_huge(w);
		else
			say(w, "<= a@b.example H=[198.18.1.1]:25 P=esmtp S=1 for a@b.example");
		arrival = kind / 10 != 0;
		break;
	case 5:
		say(w, "1xUqUe-000000002rd-0RKE <= joe@remote.example H=(foo) [198.18.");
		arrival = true;
		break;
	case 6:
		arrival = true;
		say(w, "1xUqUe-0002rd-3s <= joe@remote.example H=mx.remote.example [198.18.1.1]:4000 P=esmtp S=431 "
		    "id=x@y T=\"Re: appoi");
		break;
	case 7:
		delivery = true;
		say(w, "1xUqUe-000000002rd-0RKE => joe@remote.example R=lookuphost T=dkim_remote_smtp "
		    "H=mx.remote.example [198.18.2026-10-02 00:00:00 Start queue run: pid=1");
		break;
	case 8:
		delivery = true;
		say(w, "1xUqUe-0002rd-3s => joe@remote.example R=lookuphost T=dkim_remote_smtp H=mx.remote.example "
		    "[198.18.1.1] X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no C=\"250 O");
		break;
	default:
		arrival = kind / 10 != 1;
		if (kind / 10 == 2) {
			say(w, "1xUqUe-000000002rd-0RKE **** log string overflowed log buffer ****");
			break;
		}
		say(w, "1xUqUe-000000002rd-0RKE <= joe@remote.example H=mx.remote.example [198.18.1.1]:4000 "
		    "P=esmtp S=431");
		if (kind / 10 == 1)
			say_huge(w);
		else
			say(w, " T=\"x");
		break;
	}
	if (arrival)
		count_note(w, BROKEN_ARRIVAL, name(&w->truth, log_paths[w->log]));
	if (delivery)
		count_note(w, BROKEN_DELIVERY, name(&w->truth, log_paths[w->log]));
	end_broken(w);
}

/* ---- a log from its first line to its last ---- */

static void
make_folders(const char *path)
{
	char copy[4096];

	snprintf(copy, sizeof(copy), "%s", path);
	for (char *slash = strchr(copy + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(copy, 0755) < 0 && errno != EEXIST)
			die("%s: %s", copy, strerror(errno));
		*slash = '/';
	}
}

static void
log_open(struct world *w, enum log log)
{
	w->log = log;
	snprintf(w->path, sizeof(w->path), "%s%s", w->options.out, log_paths[log]);
	make_folders(w->path);
	w->fd = open(w->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	if (w->fd < 0)
		die("%s: %s", w->path, strerror(errno));
	w->at = w->bytes;
}

/* The file's time is that of its last line: a stamp without a year rests on it. */
static void
log_close(struct world *w)
{
	struct timespec times[2] = { { .tv_sec = (time_t) w->options.first * DAY + w->now } };

	times[1] = times[0];
	flush(w);
	if (futimens(w->fd, times) < 0 || close(w->fd) < 0)
		die("%s: %s", w->path, strerror(errno));
}

static void
compress(const char *path)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		execlp("gzip", "gzip", "-1", "-f", path, (char *) NULL);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0)
		die("gzip %s failed", path);
}

/* logrotate's, with dateext and delaycompress. */
static void
rotate(struct world *w)
{
	char date[12], to[4096 + 16];

	log_close(w);
	date_text(w->options.first + (int32_t) (w->now / DAY), date);
	snprintf(to, sizeof(to), "%s-%.4s%.2s%.2s", w->path, date, date + 5, date + 8);
	if (rename(w->path, to) < 0)
		die("%s: %s", to, strerror(errno));
	if (w->former[0] != '\0')
		compress(w->former);
	snprintf(w->former, sizeof(w->former), "%.4095s", to);
	log_open(w, w->log);
}

static bool
rotates_now(const struct world *w)
{
	return w->options.rotate && w->now > 0 && w->now % (7 * DAY) == 4 * 3600;
}

/* How much of a log there is at a second: little at night. */
static uint64_t
wanted_bytes(const struct world *w, uint64_t all)
{
	static const uint8_t shares[24] = { 2, 1, 1, 1, 1, 2, 3, 4, 6, 8, 8, 7, 6, 7, 7, 7, 6, 5, 4, 4, 3, 3, 2, 2 };
	uint32_t second = w->now % DAY, sum = 0;
	double day;

	for (unsigned i = 0; i < second / 3600; i++)
		sum += shares[i];
	day = (sum + shares[second / 3600] * (second % 3600 + 1) / 3600.0) / 100.0;
	return (uint64_t) ((w->now / DAY + day) / w->options.days * (double) all);
}

static uint64_t
bytes_so_far(const struct world *w)
{
	return w->written + (uint64_t) (w->at - w->bytes);
}

/* What happens next, of a thousand. */
static void
mainlog_event(struct world *w)
{
	unsigned luck = below(w, 1000);

	if (w->options.flood && luck < 600)
		(luck < 300 ? arrive_flood : auth_failure)(w);
	else if (luck < 330)
		arrive_in(w);
	else if (luck < 450)
		arrive_submitted(w);
	else if (luck < 540)
		arrive_local(w);
	else if (luck < 760)
		reject(w);
	else if (luck < 840)
		auth_failure(w);
	else if (luck < 850)
		tls_error(w);
	else if (luck < 930)
		say_cwd(w);
	else
		say_misc(w);
}

/* Messages that came before this log began. */
static void
leave_unknown(struct world *w)
{
	for (int i = 0; i < 20; i++) {
		uint32_t place = message_new(w, M_SUBMITTED);

		w->messages[place].sender = (uint32_t) i;
		w->messages[place].sender_kind = S_ACCOUNT;
		deliver(w, place);
	}
}

static void
write_mainlog(struct world *w)
{
	uint64_t all = w->options.mib << 20, events = 700 * w->options.mib, broken = 80 + 4 * w->options.mib;

	log_open(w, MAINLOG);
	leave_unknown(w);
	for (w->now = 0; w->now < w->options.days * (uint64_t) DAY; w->now++) {
		uint64_t wanted = wanted_bytes(w, all);

		if (rotates_now(w)) {
			rotate(w);
			say_cwd(w);
		}
		while (w->due[w->now] != 0) {
			uint32_t place = w->due[w->now] - 1;

			w->due[w->now] = w->messages[place].next;
			deliver(w, place);
		}
		while (bytes_so_far(w) < wanted) {
			mainlog_event(w);
			if (!w->options.plain && next(w) % events < broken)
				say_broken(w);
		}
	}
	w->now--;
	log_close(w);
}

/* ---- Dovecot's ---- */

static const char *const services[] = { "imap", "imap", "imap", "pop3", "managesieve", "submission" };
static const uint8_t service_of[] = { IMAP, IMAP, IMAP, POP3, SIEVE, SUBMISSION };

static void
begin_syslog(struct world *w, const char *tag)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int month;

	stamp_choose(w);
	if (w->full) {
		say_date(w);
		say_char(w, 'T');
		say_clock(w);
		say(w, ".123456+02:00 server1 ");
	} else {
		say_date(w);
		month = (w->at[-5] - '0') * 10 + w->at[-4] - '0' - 1;
		w->at -= 10;
		put(w, months + 3 * month, 3);
		say_char(w, ' ');
		say_char(w, w->day_text[8] == '0' ? ' ' : w->day_text[8]);
		say_char(w, w->day_text[9]);
		say_char(w, ' ');
		say_clock(w);
		say(w, " server1 ");
	}
	say(w, tag);
	say(w, ": ");
}

/* Another program's line: not counted. */
static void
end_other(struct world *w)
{
	say_char(w, '\n');
}

static bool
is_2_4(const struct world *w)
{
	return w->now >= w->options.days * (uint64_t) DAY / 2;
}

static void
say_session(struct world *w)
{
	say(w, ", session=<");
	base62(w->at, 12, next(w));
	w->at += 12;
	say(w, "/AAAB>");
}

static void
dovecot_login(struct world *w)
{
	const struct account *account = &w->accounts[active_account(w)];
	unsigned which = below(w, COUNT(services));
	bool loopback = is_loopback(account->client);
	bool told = w->now / DAY % 3 == 1 && account->tls != 0;
	const char *user = account->login, *method = account->network % 5 == 1 ? "LOGIN" : "PLAIN";
	const struct tls_kind *tls = &tls_kinds[account->tls];

	if (which > 1 && account->hosted % 8 != 3)
		which = account->hosted % 4 == 1 ? 3 : 0;
	begin_syslog(w, below(w, 50) == 0 && !w->options.plain ? "dovecot[4711]" : "dovecot");
	say(w, services[which]);
	say(w, is_2_4(w) ? "-login: Logged in: user=<" : "-login: Login: user=<");
	say(w, user);
	say(w, ">, method=");
	say(w, method);
	say(w, ", rip=");
	say(w, account->client);
	say(w, ", lip=192.0.2.1, mpid=");
	say_number(w, 1000 + below(w, 30000));
	if (account->tls != 0)
		say(w, ", TLS");
	else if (loopback)
		say(w, ", secured");
	if (told) {
		say(w, ", ");
		say(w, tls_words[tls->word]);
		say(w, " with cipher ");
		say(w, tls->cipher);
		say(w, " (256/256 bits)");
	}
	say_session(w);
	count_login(w, service_of[which], domain_of(&w->truth, user, ""), account->login_key, method,
	    account->tls == 0 ? CLEAR : told ? tls->word : ENCRYPTED, told ? w->ciphers[account->tls] : w->empty,
	    account->network, loopback);
	end(w);
}

static void
say_dovecot_peer(struct world *w, const char *user, const char *method, const char *source, bool encrypted)
{
	say(w, ": user=<");
	say(w, user);
	if (method != NULL) {
		say(w, ">, method=");
		say(w, method);
		say(w, ", rip=");
	} else {
		say(w, ">, rip=");
	}
	say(w, source);
	say(w, ", lip=192.0.2.1");
	if (encrypted)
		say(w, ", TLS");
	say_session(w);
}

static void
dovecot_failure(struct world *w)
{
	static const char *const old[] = {
		"-login: Disconnected: Aborted login by logging out (auth failed, ",
		"-login: Aborted login (auth failed, ",
		"-login: Disconnected (auth failed, ", "-login: Disconnected: Inactivity (auth failed, ",
	};
	char source[48], login[96];
	unsigned attempts = below(w, 8) == 0 ? 2 + below(w, 9) : 1, which;

	choose_attack(w, source, login);
	which = hash_bytes(source, strlen(source)) % 4;
	if (below(w, 20) == 0)
		login[0] = '\0';
	begin_syslog(w, "dovecot");
	say(w, services[which]);
	say(w, is_2_4(w) ? "-login: Login aborted: Logged out (auth failed, " : old[below(w, COUNT(old))]);
	say_number(w, attempts);
	say(w, is_2_4(w) ? " attempts in 2 secs) (auth_failed)" : " attempts in 2 secs)");
	say_dovecot_peer(w, login, "PLAIN", source, below(w, 2) == 0);
	count_failure(w, service_of[which], domain_of(&w->truth, login, ""), account_key(&w->truth, login), source,
	    attempts);
	end(w);
}

static void
dovecot_refusal(struct world *w)
{
	unsigned which = below(w, 4);

	begin_syslog(w, "dovecot");
	say(w, services[which]);
	if (below(w, 2) == 0 && !is_2_4(w)) {
		say(w, below(w, 2) == 0 ? "-login: Login failed: Plaintext authentication disabled"
		    : "-login: Disconnected: Aborted login by logging out (tried to use disallowed plaintext auth)");
		say_dovecot_peer(w, "", NULL, "198.19.3.3", false);
		count_note(w, CLEAR_REFUSED, name(&w->truth, services[which]));
	} else {
		say(w, is_2_4(w) ? "-login: Login aborted: Connection closed: SSL_accept() failed: "
		    "error:0A000102:SSL routines::unsupported protocol "
		    "(disconnected during TLS handshake) (tls_handshake_not_finished): user=<>, rip=198.19.3.3, "
		    "lip=192.0.2.1, TLS handshaking: "
		    "SSL_accept() failed: error:0A000102:SSL routines::unsupported protocol"
		    : "-login: Disconnected: Connection closed: SSL_accept() failed: error:0A000102:SSL "
		    "routines::unsupported protocol "
		    "(disconnected before auth was ready, waited 0 secs): user=<>, rip=198.19.3.3, lip=192.0.2.1, "
		    "TLS handshaking: "
		    "SSL_accept() failed: error:0A000102:SSL routines::unsupported protocol");
		say_session(w);
		count_note(w, TLS_FAILURE, name(&w->truth, services[which]));
	}
	end(w);
}

static void
dovecot_other(struct world *w)
{
	const struct account *account = &w->accounts[below(w, ACCOUNTS)];
	unsigned what = below(w, 5);

	begin_syslog(w, "dovecot");
	if (what == 0) {
		say(w, "imap-login: ");
		say(w, is_2_4(w) ? "Login aborted: Connection closed (no auth attempts in 0 secs) (no_auth_attempts)"
		    : "Disconnected: Connection closed (no auth attempts in 0 secs)");
		say_dovecot_peer(w, "", NULL, "198.19.3.5", true);
		end(w);
		return;
	}
	say(w, what == 1 ? "lmtp(" : "imap(");
	say(w, account->address);
	say(w, ")<12884><A9gxOc5gfIR/AAAB>: ");
	if (what == 1)
		say(w, hostile(w, 4) ? "msgid=<x>: imap-login: Login: user=<v@clinic.example>, method=PLAIN, "
		    "rip=198.19.1.1, lip=192.0.2.1, session=<x>: saved mail to INBOX"
		    : "msgid=<x@y.example>: saved mail to INBOX");
	else
		say(w, "Disconnected: Logged out in=148, out=1166, bytes=148/1166");
	end(w);
}

static void
other_program(struct world *w)
{
	static const char *const lines[][2] = {
		{ "spamd[3344]", "spamd: result: . 0 - HTML_MESSAGE "
		    "scantime=0.3,size=4711,user=user001,mid=<x@y.example>" },
		{ "spamd[3344]", "spamd: identified spam (12.3/5.0) for user001:1001 in 0.4 seconds, 4711 bytes." },
		{ "joe", "dovecot: imap-login: Login: user=<v@clinic.example>, method=PLAIN, rip=198.19.1.1, "
		    "lip=192.0.2.1, mpid=1, session=<x>" },
	};
	unsigned which = below(w, w->options.plain ? 2 : 3);

	begin_syslog(w, lines[which][0]);
	say(w, lines[which][1]);
	end_other(w);
}

static void
dovecot_broken(struct world *w)
{
	begin_syslog(w, "dovecot");
	say(w, "imap-login: Login: user=<joe@clin");
	if (w->hostile++ % 20 == 7)
		say_huge(w);
	end_broken(w);
}

static void
maillog_event(struct world *w)
{
	unsigned luck = below(w, 1000);

	if (luck < 420)
		dovecot_login(w);
	else if (luck < 520)
		dovecot_failure(w);
	else if (luck < 540)
		dovecot_refusal(w);
	else if (luck < 860)
		dovecot_other(w);
	else if (luck < 998 || w->options.plain)
		other_program(w);
	else
		dovecot_broken(w);
}

/* ---- cPanel's ---- */

static const char *const daemons[] = { "webmaild", "cpaneld", "whostmgrd", "cpdavd" };

static void
begin_panel(struct world *w, const char *daemon)
{
	stamp_choose(w);
	say_char(w, '[');
	say_date(w);
	say_char(w, ' ');
	say_clock(w);
	say(w, " +0200] info [");
	say(w, daemon);
	say(w, "] ");
}

static void
panel_login(struct world *w)
{
	const struct account *account = &w->accounts[active_account(w)];
	unsigned which = below(w, 20) == 0 ? 2 : below(w, 3) == 0 ? 1 : 0;
	const char *user = which == 0 ? account->address : which == 1 ? w->hosted[account->hosted].user : "root";
	bool loopback = is_loopback(account->client);

	begin_panel(w, "cpsrvd");
	say(w, account->client);
	say(w, " - ");
	say(w, user);
	if (which == 0 && account->hosted % 9 == 1) {
		say(w, " (possessor: ");
		say(w, w->hosted[account->hosted].user);
		say_char(w, ')');
	}
	say(w, " - SUCCESS LOGIN ");
	say(w, daemons[which]);
	count_login(w, WEBMAIL + which, which == 0 ? w->hosted[account->hosted].domain_id : w->empty,
	    which == 0 ? account->address_key : account_key(&w->truth, user), "", UNTOLD, w->empty,
	    account->network, loopback);
	end(w);
}

/* cpdavd still writes the older form. */
static void
panel_failure(struct world *w)
{
	char source[48], login[96];
	unsigned which;
	bool deferred = below(w, 15) == 0;

	do
		choose_attack(w, source, login);
	while (strpbrk(login, " \"") != NULL);
	which = hash_bytes(source, strlen(source)) % 4;
	if (which == 3) {
		stamp_choose(w);
		say(w, source);
		say(w, " - ");
		say(w, login);
		say(w, " [");
		say_date(w);
		w->at -= 10;
		put(w, (char[]) { w->day_text[5], w->day_text[6], '/', w->day_text[8], w->day_text[9], '/' }, 6);
		put(w, w->day_text, 4);
		say_char(w, ':');
		say_clock(w);
		say(w, " -0000] \"PROPFIND / HTTP/1.1\"");
	} else {
		begin_panel(w, daemons[which]);
		say(w, source);
		say(w, " - ");
		say(w, login);
		say(w, hostile(w, 10) ? below(w, 2) == 0 ? " \"GET /?a= - root - SUCCESS LOGIN whostmgrd "
		    "HTTP/1.1\"" : " \"GET /?a=%20-%20root%20-%20SUCCESS%20LOGIN%20whostmgrd HTTP/1.1\"" :
		    " \"POST /login/?login_only=1 HTTP/1.1\"");
	}
	say(w, deferred ? " DEFERRED LOGIN " : " FAILED LOGIN ");
	say(w, daemons[which]);
	say(w, deferred ? ": security token incorrect" : ": user password incorrect");
	if (!deferred)
		count_failure(w, WEBMAIL + which, domain_of(&w->truth, login, ""), account_key(&w->truth, login),
		    source, 1);
	end(w);
}

static void
login_log_event(struct world *w)
{
	if (below(w, 3) != 0)
		panel_login(w);
	else
		panel_failure(w);
}

static void
write_log(struct world *w, enum log log, uint64_t all, void (*event)(struct world *))
{
	w->written = 0;
	w->former[0] = '\0';
	log_open(w, log);
	for (w->now = 0; w->now < w->options.days * (uint64_t) DAY; w->now++) {
		uint64_t wanted = wanted_bytes(w, all);

		if (rotates_now(w) && log == MAILLOG)
			rotate(w);
		while (bytes_so_far(w) < wanted)
			event(w);
	}
	w->now--;
	log_close(w);
}

/* ---- the truth, on disk ---- */

static size_t
sender_hours(const struct truth *truth, const struct row *row, char *text, size_t room)
{
	size_t length = 0;

	for (int i = 0; i < 24; i++)
		length += (size_t) snprintf(text + length, room - length, "%s%u", i == 0 ? "" : ",",
		    truth->hours[row->hourly][i]);
	return length;
}

static char *
row_text(const struct world *w, const struct row *row)
{
	const uint32_t *key = row->key;
	char **names = w->truth.names;
	char day[12], line[2048], hours[512];
	char *copy;
	unsigned long long a = row->a, b = row->b;

	date_text(w->options.first + row->day, day);
	switch (row->kind) {
	case MAIL:
		snprintf(line, sizeof(line), "mail\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%llu\t%llu", day,
		    direction_words[key[0]], names[key[1]],
		    names[key[2]], tls_words[key[3]], names[key[4]], verified_words[key[5]], signed_words[key[6]],
		    a, b);
		break;
	case LOGIN:
		snprintf(line, sizeof(line), "login\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%06x\t%llu", day,
		    service_words[key[0]], names[key[1]],
		    names[key[2]], names[key[3]], tls_words[key[4]], names[key[5]], names[key[6]],
		    key[7] != 0 ? "yes" : "no", row->most, a);
		break;
	case FAILURE:
		snprintf(line, sizeof(line), "failure\t%s\t%s\t%s\t%s\t%s\t%llu", day, service_words[key[0]],
		    names[key[1]], names[key[2]], names[key[3]], a);
		break;
	case SENDER:
		sender_hours(&w->truth, row, hours, sizeof(hours));
		snprintf(line, sizeof(line), "sender\t%s\t%s\t%s\t%llu\t%llu\t%u\t%s", day, names[key[0]],
		    names[key[1]], a, b, row->most, hours);
		break;
	default:
		snprintf(line, sizeof(line), "note\t%s\t%s\t%s\t%llu", day, note_words[key[0]], names[key[1]], a);
		break;
	}
	copy = strdup(line);
	if (copy == NULL)
		die("out of memory");
	return copy;
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

static void
write_truth(struct world *w)
{
	char path[4096], **texts = grown(NULL, (w->truth.row_count + 1) * sizeof(*texts));
	size_t count = 0;
	FILE *file;

	for (size_t i = 0; i < w->truth.row_room; i++)
		if (w->truth.rows[i].used)
			texts[count++] = row_text(w, &w->truth.rows[i]);
	qsort(texts, count, sizeof(*texts), compare_texts);
	snprintf(path, sizeof(path), "%s/truth.tsv", w->options.out);
	file = fopen(path, "w");
	if (file == NULL)
		die("%s: %s", path, strerror(errno));
	for (size_t i = 0; i < count; i++) {
		fprintf(file, "%s\n", texts[i]);
		free(texts[i]);
	}
	free(texts);
	if (fclose(file) != 0)
		die("%s: %s", path, strerror(errno));
}

/* Lines and broken ones: their days are counters until now. */
static void
count_lines(struct world *w)
{
	for (enum log log = 0; log < LOGS; log++)
		for (w->day = 0; w->day < w->options.days; w->day++) {
			const uint32_t lines[KEYS] = { LINES, name(&w->truth, log_paths[log]) };
			const uint32_t broken[KEYS] = { BROKEN, lines[1] };

			if (w->lines[log][w->day] > 0)
				row(&w->truth, NOTE, w->day, lines)->a = w->lines[log][w->day];
			if (w->broken[log][w->day] > 0)
				row(&w->truth, NOTE, w->day, broken)->a = w->broken[log][w->day];
		}
}

/* Truth is of what fits into a day: rows that are folded would not be found again. */
static void
check_caps(const struct world *w)
{
	static const unsigned caps[KINDS + 1] = { CAP_MAIL, CAP_LOGINS, CAP_FAILURES, CAP_SENDERS, CAP_NOTES, CAP_IN };
	uint32_t counts[DAYS_MAX + 1][KINDS + 1];

	memset(counts, 0, sizeof(counts));
	for (size_t i = 0; i < w->truth.row_room; i++) {
		const struct row *one = &w->truth.rows[i];

		if (one->used)
			counts[one->day][one->kind == MAIL && one->key[0] == IN ? KINDS : one->kind]++;
	}
	for (unsigned day = 0; day < w->options.days; day++)
		for (unsigned kind = 0; kind <= KINDS; kind++)
			if (counts[day][kind] > caps[kind] && !(w->options.flood && (kind == KINDS || kind == FAILURE)))
				die("day %u has %u rows of %s, more than %u", day, counts[day][kind],
				    kind == KINDS ? "mail in" : kind_words[kind], caps[kind]);
}

/* ---- the command ---- */

static uint64_t
number_of(const char *text, uint64_t most)
{
	char *stop;
	unsigned long long number = strtoull(text, &stop, 10);

	if (*text == '\0' || *stop != '\0' || number > most)
		die("\"%s\" is no number up to %llu", text, (unsigned long long) most);
	return number;
}

static int32_t
day_of(const char *text)
{
	struct tm tm = { 0 };

	if (sscanf(text, "%d-%d-%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday) != 3)
		die("\"%s\" is no day", text);
	tm.tm_year -= 1900;
	tm.tm_mon--;
	return (int32_t) (timegm(&tm) / DAY);
}

static void
read_secret(struct truth *truth, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, truth->secret, sizeof(truth->secret)) != (ssize_t) sizeof(truth->secret))
		die("%s: no %zu bytes of secret", path, sizeof(truth->secret));
	close(fd);
}

static void
read_options(struct world *w, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "seed", 1, NULL, 's' }, { "days", 1, NULL, 'd' }, { "mib", 1, NULL, 'm' }, { "out", 1, NULL, 'o' },
		{ "secret", 1, NULL, 'k' }, { "first-day", 1, NULL, 'f' }, { "ids", 1, NULL, 'i' },
		    { "maillog-mib", 1, NULL, 'l' },
		{ "rotate", 0, NULL, 'r' }, { "flood", 0, NULL, 'F' }, { "plain", 0, NULL, 'p' }, { NULL, 0, NULL, 0 },
	};
	struct options *options = &w->options;
	const char *secret = NULL;
	int option;

	*options = (struct options) { .seed = 1, .days = 3, .mib = 4, .first = day_of("2026-10-01"), .ids16 = true,
	    .ids23 = true };
	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1)
		switch (option) {
		case 's': options->seed = number_of(optarg, UINT32_MAX); break;
		case 'd': options->days = (unsigned) number_of(optarg, DAYS_MAX); break;
		case 'm': options->mib = number_of(optarg, 1 << 20); break;
		case 'l': options->maillog_mib = number_of(optarg, 1 << 20); break;
		case 'o': options->out = optarg; break;
		case 'k': secret = optarg; break;
		case 'f': options->first = day_of(optarg); break;
		case 'i': options->ids16 = strcmp(optarg, "23") != 0, options->ids23 = strcmp(optarg, "16") != 0; break;
		case 'r': options->rotate = true; break;
		case 'F': options->flood = true; break;
		case 'p': options->plain = true; break;
		default: exit(64);
		}
	if (options->out == NULL || secret == NULL || options->days == 0 || options->mib == 0 || optind != argc) {
		fputs("usage: generate --seed N --days D --mib M --out DIR --secret FILE [OPTION...]\n", stderr);
		exit(64);
	}
	if (options->maillog_mib == 0)
		options->maillog_mib = options->mib / 50 + 1;
	read_secret(&w->truth, secret);
}

int
main(int argc, char **argv)
{
	struct world *w = calloc(1, sizeof(*w));

	if (w == NULL)
		die("out of memory");
	read_options(w, argc, argv);
	w->random = w->options.seed;
	w->full = w->options.seed % 2 == 1;
	w->before = w->options.seed % 3 == 0;
	w->free = NOBODY;
	w->number = 1000;
	w->bytes = w->at = grown(NULL, SINK_ROOM);
	w->due = calloc(w->options.days * (size_t) DAY + 1, sizeof(*w->due));
	if (w->due == NULL)
		die("out of memory");
	w->empty = name(&w->truth, "");
	make_hosted(w);
	make_remotes(w);
	make_accounts(w);
	for (unsigned i = 0; i < TLS_KINDS; i++)
		w->ciphers[i] = name(&w->truth, tls_kinds[i].cipher);
	write_mainlog(w);
	write_log(w, MAILLOG, w->options.maillog_mib << 20, maillog_event);
	write_log(w, LOGIN_LOG, (w->options.mib << 20) / 40 + 65536, login_log_event);
	count_lines(w);
	check_caps(w);
	write_truth(w);
	return 0;
}
