/*
 * The ledger on disk: its files byte for byte, what is refused, and that a run
 * which is killed or fails at any step leaves all of a commit or nothing.
 *
 * The functions that change files are defined here again: the library's calls
 * come to these, which count, and kill or fail the call that a test names.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fileio.h"

#include "store/ledger_private.h"

/* ---- calls that are counted ---- */

enum { STATUS_KILLED = 99 };

static struct {
	unsigned count;
	unsigned kill_at, fail_at;	/* 0 = never */
	unsigned failed;
} calls;

/* true: this call is to fail. */
static bool
count_call(void)
{
	calls.count++;
	if (calls.count == calls.kill_at)
		_exit(STATUS_KILLED);
	if (calls.count != calls.fail_at)
		return false;
	calls.failed++;
	errno = ENOSPC;
	return true;
}

int
rename(const char *from, const char *to)
{
	return count_call() ? -1 : (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
}

int
unlink(const char *path)
{
	return count_call() ? -1 : (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int
mkdir(const char *path, mode_t mode)
{
	return count_call() ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

int
mkostemp(char *template, int flags)
{
	char *digits = template + strlen(template) - 6;
	unsigned number = 0;
	int fd;

	if (count_call())
		return -1;
	do {
		char text[8];

		snprintf(text, sizeof(text), "%06u", number++ % 1000000);
		memcpy(digits, text, 6);
		fd = (int)syscall(SYS_openat, AT_FDCWD, template, O_RDWR | O_CREAT | O_EXCL | flags, 0600);
	} while (fd < 0 && errno == EEXIST);
	return fd;
}

int
fchmod(int fd, mode_t mode)
{
	return count_call() ? -1 : (int)syscall(SYS_fchmod, fd, mode);
}

/* A run that is killed in the middle of a write leaves half of it. */
ssize_t
write(int fd, const void *bytes, size_t length)
{
	if (calls.kill_at == calls.count + 1)
		(void)syscall(SYS_write, fd, bytes, length / 2);
	return count_call() ? -1 : syscall(SYS_write, fd, bytes, length);
}

/* Only its place among the others matters here, and it is slow. */
int
fsync(int fd)
{
	(void)fd;
	return count_call() ? -1 : 0;
}

int
open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list args;

	if ((flags & O_CREAT) != 0) {
		va_start(args, flags);
		mode = va_arg(args, mode_t);
		va_end(args);
		if (count_call())
			return -1;
	}
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

/* ---- a directory for each test ---- */

struct place {
	char folder[64];
	char ledger[80];
	struct arena *arena;
};

static int
setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	memset(&calls, 0, sizeof(calls));
	/* Thousands of files are renamed, which a disk takes its time for. */
	snprintf(place->folder, sizeof(place->folder), "%s/test_ledger_file.XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (mkdtemp(place->folder) == NULL)
		return -1;
	snprintf(place->ledger, sizeof(place->ledger), "%s/ledger", place->folder);
	place->arena = arena_new();
	*state = place;
	return 0;
}

/* A folder without folders in it. */
static void
remove_tree(const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			assert_int_equal(unlinkat(dirfd(dir), entry->d_name, 0), 0);
	closedir(dir);
	assert_int_equal(rmdir(folder), 0);
}

static int
teardown(void **state)
{
	struct place *place = *state;
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", place->folder);
	assert_int_equal(system(command), 0);
	arena_free(place->arena);
	free(place);
	return 0;
}

struct path {
	char text[256];
};

static struct path
in_ledger(const struct place *place, const char *name)
{
	struct path path;

	snprintf(path.text, sizeof(path.text), "%s/%s", place->ledger, name);
	return path;
}

static void
put(const char *path, const char *text, mode_t mode)
{
	struct err err = { 0 };

	if (file_replace(path, text, strlen(text), mode, &err) != 0)
		fail_msg("%s: %s", path, err.text);
}

static char *
get(const struct place *place, const char *name)
{
	struct path path = in_ledger(place, name);
	struct err err = { 0 };
	struct buf buf;
	char *text;

	buf_init(&buf, 1 << 24);
	if (file_read(path.text, &buf, &err) != 0)
		fail_msg("%s: %s", path.text, err.text);
	text = arena_memdup(place->arena, buf.bytes, buf.length);
	buf_done(&buf);
	return text;
}

static bool
is_there(const struct place *place, const char *name)
{
	return access(in_ledger(place, name).text, F_OK) == 0;
}

static unsigned
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode & 07777;
}

static size_t
entries(const char *folder)
{
	DIR *dir = opendir(folder);
	size_t count = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count - 2;	/* . and .. */
}

static struct ledger_store *
open_store(const struct place *place)
{
	struct err err = { 0 };
	struct ledger_store *store = ledger_open_store(place->ledger, &err);

	if (store == NULL)
		fail_msg("%s:%u: %s", err.source, err.line, err.text);
	return store;
}

static void
assert_refused(const struct place *place, enum err_code code, const char *source, const char *text)
{
	struct err err = { 0 };

	assert_null(ledger_open_store(place->ledger, &err));
	assert_string_equal(err.text, text);
	assert_string_equal(err.source, source);
	assert_int_equal(err.code, code);
}

static void
commit(struct ledger_store *store, const struct ledger *ledger, const struct ledger_state *state)
{
	struct err err = { 0 };

	if (ledger_commit(store, ledger, state, &err) != 0)
		fail_msg("%s:%u: %s", err.source, err.line, err.text);
}

/* ---- rows ---- */

static uint32_t
name(struct ledger *ledger, const char *text)
{
	return ledger_name(ledger, LEDGER_OURS, (struct slice){ text, strlen(text) });
}

static void
add_note(struct ledger *ledger, int32_t day, enum ledger_note_kind kind, const char *text, uint64_t count)
{
	struct ledger_note row = { .day = day, .kind = (uint8_t)kind, .name = name(ledger, text), .count = count };

	ledger_add_note(ledger, &row);
}

/* 2026-11-21 is 20778 days after 1970-01-01 (date -u -d 2026-11-21 +%s, over 86400). */
#define DAY 20778

/* One of each kind, two of mail and note that order by bytes. */
static void
add_rows(struct ledger *ledger, int32_t day)
{
	struct ledger_mail in = {
		.day = day, .direction = LEDGER_IN, .remote = name(ledger, "<>"),
		.hosted = name(ledger, "hosted.example"), .tls = LOG_TLS_1_3,
		.cipher = name(ledger, "TLS_AES_256_GCM_SHA384"), .verified = LEDGER_NOT_VERIFIED,
		.messages = 3, .recipients = 4,
	};
	struct ledger_mail out = {
		.day = day, .direction = LEDGER_OUT, .remote = name(ledger, "partner.example"),
		.hosted = name(ledger, "hosted.example"), .tls = LOG_TLS_NONE, .verified = LEDGER_DANE,
		.signed_by = LEDGER_SIGNED_OTHER, .messages = UINT64_C(18446744073709551615), .recipients = 1,
	};
	struct ledger_login login = {
		.day = day, .service = LEDGER_IMAP, .domain = name(ledger, "hosted.example"),
		.account = name(ledger, "a2338a592a541ed0"), .method = name(ledger, "PLAIN"),
		.tls = LOG_TLS_1_2, .cipher = name(ledger, "ECDHE-RSA-AES256-GCM-SHA384"),
		.network = name(ledger, "192.0.2.0/24"), .hours = 1u | 1u << 23, .count = 7,
	};
	struct ledger_login system = {
		.day = day, .service = LEDGER_SMTP, .account = name(ledger, "b9052943c28c16e3"),
		.method = name(ledger, "dovecot_login"), .network = name(ledger, "127.0.0.0/24"),
		.trusted = true, .hours = 1u << 9, .count = 1,
	};
	struct ledger_failure failure = {
		.day = day, .service = LEDGER_CPANEL, .source = name(ledger, "2001:db8::1"), .count = 12,
	};
	struct ledger_sender sender = {
		.day = day, .domain = name(ledger, "hosted.example"),
		.account = name(ledger, "a2338a592a541ed0"), .messages = 2, .recipients = 302, .most = 300,
		.hours = { [0] = 1, [13] = 300, [23] = 1 },
	};

	add_note(ledger, day, LEDGER_LINES, "/var/log/exim_mainlog", 1000);
	add_note(ledger, day, LEDGER_REJECTED, "EHLO or HELO", 2);
	ledger_add_mail(ledger, &out);
	ledger_add_mail(ledger, &in);
	ledger_add_login(ledger, &system);
	ledger_add_login(ledger, &login);
	ledger_add_failure(ledger, &failure);
	ledger_add_sender(ledger, &sender);
}

static const char rows_text[] =
    "cpward.ledger/1 2026-11-21\n"
    "mail\t2026-11-21\tin\t<>\thosted.example\tTLSv1.3\tTLS_AES_256_GCM_SHA384\tno\tno\t3\t4\n"
    "mail\t2026-11-21\tout\tpartner.example\thosted.example\tclear\t\tdane\tother\t18446744073709551615\t1\n"
    "login\t2026-11-21\timap\thosted.example\ta2338a592a541ed0\tPLAIN\tTLSv1.2\tECDHE-RSA-AES256-GCM-SHA384"
    "\t192.0.2.0/24\tno\t800001\t7\n"
    "login\t2026-11-21\tsmtp\t\tb9052943c28c16e3\tdovecot_login\tclear\t\t127.0.0.0/24\tyes\t000200\t1\n"
    "failure\t2026-11-21\tcpanel\t\t\t2001:db8::1\t12\n"
    "sender\t2026-11-21\thosted.example\ta2338a592a541ed0\t2\t302\t300"
    "\t1,0,0,0,0,0,0,0,0,0,0,0,0,300,0,0,0,0,0,0,0,0,0,1\n"
    "note\t2026-11-21\tlines\t/var/log/exim_mainlog\t1000\n"
    "note\t2026-11-21\trejected\tEHLO or HELO\t2\n"
    "end 8\n";

struct dump {
	struct buf buf;
	int32_t last;
};

static void
dump_day(const struct ledger *ledger, int32_t day, void *data)
{
	struct dump *dump = data;

	assert_true(day > dump->last);
	dump->last = day;
	ledger_day_write(ledger, day, &dump->buf);
}

/* All days from first to last, as their files would be. */
static char *
dump_days(const struct place *place, struct ledger_store *store, int32_t first, int32_t last)
{
	struct dump dump = { .last = INT32_MIN };
	struct err err = { 0 };
	char *text;

	buf_init(&dump.buf, 1 << 24);
	if (ledger_each_day(store, first, last, dump_day, &dump, &err) != 0)
		fail_msg("%s:%u: %s", err.source, err.line, err.text);
	text = arena_strdup(place->arena, dump.buf.bytes);
	buf_done(&dump.buf);
	return text;
}

/* ---- opening ---- */

static void
test_new_directory(void **state)
{
	struct place *place = *state;
	struct ledger_store *store;
	struct ledger_state found;
	struct err err = { 0 };
	unsigned char secret[LEDGER_SECRET_BYTES];
	mode_t before = umask(0);

	/* Those above it are made, too. */
	snprintf(place->ledger, sizeof(place->ledger), "%s/var/ledger", place->folder);
	store = open_store(place);
	umask(before);
	assert_int_equal(mode_of(place->ledger), 0700);
	assert_int_equal(mode_of(in_ledger(place, "secret").text), 0600);
	assert_int_equal(mode_of(in_ledger(place, "lock").text), 0600);
	assert_int_equal(entries(place->ledger), 2);
	memcpy(secret, ledger_store_secret(store), sizeof(secret));
	assert_memory_equal(get(place, "secret"), secret, sizeof(secret));
	assert_int_equal(ledger_load_state(store, place->arena, &found, &err), 0);
	assert_int_equal(found.position_count + found.open_count, 0);
	assert_string_equal(dump_days(place, store, INT32_MIN, INT32_MAX), "");
	ledger_close_store(store);

	store = open_store(place);
	assert_memory_equal(ledger_store_secret(store), secret, sizeof(secret));
	ledger_close_store(store);
}

static void
test_two_secrets_differ(void **state)
{
	struct place *place = *state;
	unsigned char secret[LEDGER_SECRET_BYTES];
	struct ledger_store *store = open_store(place);

	memcpy(secret, ledger_store_secret(store), sizeof(secret));
	ledger_close_store(store);
	remove_tree(place->ledger);
	store = open_store(place);
	assert_memory_not_equal(ledger_store_secret(store), secret, sizeof(secret));
	ledger_close_store(store);
}

static void
test_one_run_at_a_time(void **state)
{
	struct place *place = *state;
	struct ledger_store *store = open_store(place);

	assert_refused(place, ERR_BUSY, in_ledger(place, "lock").text, "is held by another run of cpward");
	ledger_close_store(store);
	ledger_close_store(open_store(place));
	ledger_close_store(NULL);
}

static void
test_directories_that_are_refused(void **state)
{
	struct place *place = *state;
	struct path target;

	snprintf(target.text, sizeof(target.text), "%s/target", place->folder);
	assert_int_equal(mkdir(place->ledger, 0700), 0);
	assert_int_equal(chmod(place->ledger, 0750), 0);
	assert_refused(place, ERR_CONTENT, place->ledger, "has mode 0750, wanted 0700");
	assert_int_equal(entries(place->ledger), 0);
	assert_int_equal(rmdir(place->ledger), 0);

	put(place->ledger, "", 0600);
	assert_refused(place, ERR_CONTENT, place->ledger, "is not a directory");
	assert_int_equal(unlink(place->ledger), 0);

	assert_int_equal(mkdir(target.text, 0700), 0);
	assert_int_equal(symlink("target", place->ledger), 0);
	assert_refused(place, ERR_CONTENT, place->ledger, "is not a directory");
	assert_int_equal(entries(target.text), 0);
}

static void
test_directory_of_somebody_else(void **state)
{
	struct place *place = *state;

	if (geteuid() != 0) {
		print_message("skipped: only root can give a directory away\n");
		skip();
	}
	assert_int_equal(mkdir(place->ledger, 0700), 0);
	assert_int_equal(chown(place->ledger, 12345, (gid_t)-1), 0);
	assert_refused(place, ERR_CONTENT, place->ledger, "belongs to uid 12345, wanted root");
}

static void
test_secrets_that_are_refused(void **state)
{
	struct place *place = *state;
	struct path path = in_ledger(place, "secret");
	struct ledger_state some = { .position_count = 0 };
	struct ledger_store *store = open_store(place);
	struct ledger *ledger = ledger_new(ledger_store_secret(store));

	add_rows(ledger, DAY);
	commit(store, ledger, &some);
	ledger_close_store(store);
	ledger_free(ledger);

	put(path.text, "short", 0600);
	assert_refused(place, ERR_CONTENT, path.text, "has 5 bytes, wanted 32");
	put(path.text, "0123456789abcdef0123456789abcdef", 0640);
	assert_refused(place, ERR_CONTENT, path.text, "has mode 0640, wanted 0600");
	assert_int_equal(unlink(path.text), 0);
	assert_refused(place, ERR_CONTENT, path.text,
	    "is not there, and the ledger's accounts have keys under it");
	assert_false(is_there(place, "secret"));
}

static void
test_days_without_a_state(void **state)
{
	struct place *place = *state;
	struct ledger_state some = { .position_count = 0 };
	struct ledger_store *store = open_store(place);
	struct ledger *ledger = ledger_new(ledger_store_secret(store));

	add_rows(ledger, DAY);
	commit(store, ledger, &some);
	ledger_close_store(store);
	ledger_free(ledger);
	assert_int_equal(unlink(in_ledger(place, "state.tsv").text), 0);
	assert_refused(place, ERR_CONTENT, in_ledger(place, "state.tsv").text,
	    "is not there, and 1 days are: all would be counted again");
}

/* ---- days ---- */

static void
test_a_day_as_its_file(void **state)
{
	struct place *place = *state;
	struct ledger_state some = { .position_count = 0 };
	struct ledger_store *store = open_store(place);
	struct ledger *ledger = ledger_new(ledger_store_secret(store));
	mode_t before = umask(0);

	add_rows(ledger, DAY);
	commit(store, ledger, &some);
	umask(before);
	assert_string_equal(get(place, "2026-11-21.tsv"), rows_text);
	assert_int_equal(mode_of(in_ledger(place, "2026-11-21.tsv").text), 0600);
	assert_int_equal(mode_of(in_ledger(place, "state.tsv").text), 0600);
	assert_int_equal(entries(place->ledger), 4);
	assert_string_equal(dump_days(place, store, DAY, DAY), rows_text);
	ledger_free(ledger);
	ledger_close_store(store);
}

static void
test_commits_add_up(void **state)
{
	struct place *place = *state;
	struct ledger_state some = { .position_count = 0 };
	struct ledger_store *store = open_store(place);
	struct ledger *ledger = ledger_new(ledger_store_secret(store));
	struct stat untouched, again;

	add_note(ledger, DAY - 1, LEDGER_LINES, "/var/log/maillog", 5);
	add_note(ledger, DAY, LEDGER_LINES, "/var/log/maillog", 5);
	commit(store, ledger, &some);
	assert_int_equal(stat(in_ledger(place, "2026-11-20.tsv").text, &untouched), 0);
	ledger_free(ledger);
	ledger_close_store(store);

	store = open_store(place);
	ledger = ledger_new(ledger_store_secret(store));
	add_note(ledger, DAY, LEDGER_LINES, "/var/log/maillog", 7);
	add_note(ledger, DAY, LEDGER_BROKEN, "/var/log/maillog", 1);
	add_note(ledger, DAY + 1, LEDGER_LINES, "/var/log/maillog", 9);
	commit(store, ledger, &some);
	assert_string_equal(get(place, "2026-11-21.tsv"),
	    "cpward.ledger/1 2026-11-21\n"
	    "note\t2026-11-21\tbroken\t/var/log/maillog\t1\n"
	    "note\t2026-11-21\tlines\t/var/log/maillog\t12\n"
	    "end 2\n");
	assert_int_equal(stat(in_ledger(place, "2026-11-20.tsv").text, &again), 0);
	assert_int_equal(untouched.st_ino, again.st_ino);
	/* Only what is asked for, oldest first. */
	assert_string_equal(dump_days(place, store, DAY - 1, DAY - 1),
	    "cpward.ledger/1 2026-11-20\nnote\t2026-11-20\tlines\t/var/log/maillog\t5\nend 1\n");
	assert_string_equal(dump_days(place, store, DAY + 1, INT32_MAX),
	    "cpward.ledger/1 2026-11-22\nnote\t2026-11-22\tlines\t/var/log/maillog\t9\nend 1\n");
	assert_string_equal(dump_days(place, store, DAY + 2, INT32_MAX), "");
	ledger_free(ledger);
	ledger_close_store(store);
}

/* Rows are in the order of bytes, columns from left to right: a shorter name comes first. */
static void
test_order(void **state)
{
	struct place *place = *state;
	struct ledger_state some = { .position_count = 0 };
	struct ledger_store *store = open_store(place);
	struct ledger *ledger = ledger_new(ledger_store_secret(store));

	add_note(ledger, DAY, LEDGER_REJECTED, "a b", 2);
	add_note(ledger, DAY, LEDGER_REJECTED, "b", 1);
	add_note(ledger, DAY, LEDGER_REJECTED, "a", 3);
	add_note(ledger, DAY, LEDGER_REJECTED, "B", 4);
	add_note(ledger, DAY, LEDGER_REJECTED, "", 5);
	commit(store, ledger, &some);
	assert_string_equal(get(place, "2026-11-21.tsv"),
	    "cpward.ledger/1 2026-11-21\n"
	    "note\t2026-11-21\trejected\t\t5\n"
	    "note\t2026-11-21\trejected\tB\t4\n"
	    "note\t2026-11-21\trejected\ta\t3\n"
	    "note\t2026-11-21\trejected\ta b\t2\n"
	    "note\t2026-11-21\trejected\tb\t1\n"
	    "end 5\n");
	ledger_free(ledger);
	ledger_close_store(store);
}

/* Days before the first one that is asked for stay in memory alone. */
static void
test_staging_from_a_day_on(void **state)
{
	struct place *place = *state;
	struct ledger_state some = { .open_count = 0 };
	struct ledger_store *store = open_store(place);
	struct ledger *ledger = ledger_new(ledger_store_secret(store));
	struct err err = { 0 };

	add_note(ledger, DAY, LEDGER_LINES, "main", 5);
	add_note(ledger, DAY - 1, LEDGER_LINES, "main", 3);
	assert_int_equal(ledger_stage(store, ledger, DAY, &err), 0);
	ledger_drop_days(ledger, DAY);
	commit(store, ledger, &some);
	assert_string_equal(dump_days(place, store, DAY - 1, DAY),
	    "cpward.ledger/1 2026-11-20\nnote\t2026-11-20\tlines\tmain\t3\nend 1\n"
	    "cpward.ledger/1 2026-11-21\nnote\t2026-11-21\tlines\tmain\t5\nend 1\n");
	ledger_free(ledger);
	ledger_close_store(store);
}

/* What is staged comes with the commit, is dropped by unstaging and by closing, and counts for nobody before. */
static void
test_staging(void **state)
{
	struct place *place = *state;
	struct ledger_state some = { .position_count = 0 };
	struct ledger_store *store = open_store(place);
	struct ledger *ledger = ledger_new(ledger_store_secret(store));
	struct err err = { 0 };

	add_note(ledger, DAY, LEDGER_LINES, "main", 5);
	assert_int_equal(ledger_stage(store, ledger, INT32_MIN, &err), 0);
	assert_string_equal(dump_days(place, store, DAY, DAY), "");
	ledger_unstage(store);
	assert_int_equal(entries(place->ledger), 2);
	commit(store, ledger, &some);
	assert_int_equal(ledger_stage(store, ledger, INT32_MIN, &err), 0);
	ledger_close_store(store);
	assert_int_equal(entries(place->ledger), 4);

	store = open_store(place);
	assert_int_equal(ledger_stage(store, ledger, INT32_MIN, &err), 0);
	assert_int_equal(ledger_stage(store, ledger, INT32_MIN, &err), 0);
	assert_string_equal(dump_days(place, store, DAY, DAY),
	    "cpward.ledger/1 2026-11-21\nnote\t2026-11-21\tlines\tmain\t5\nend 1\n");
	commit(store, ledger, &some);
	assert_string_equal(dump_days(place, store, DAY, DAY),
	    "cpward.ledger/1 2026-11-21\nnote\t2026-11-21\tlines\tmain\t20\nend 1\n");
	commit(store, ledger, &some);
	assert_string_equal(dump_days(place, store, DAY, DAY),
	    "cpward.ledger/1 2026-11-21\nnote\t2026-11-21\tlines\tmain\t25\nend 1\n");
	ledger_free(ledger);
	ledger_close_store(store);
}

struct total {
	uint64_t messages;
	size_t rows, folded;
};

static void
add_total(const struct ledger *ledger, int32_t day, void *data)
{
	struct total *total = data;
	size_t count, i;
	const struct ledger_mail *rows = ledger_mails(ledger, &count);

	(void)day;
	for (i = 0; i < count; i++) {
		total->messages += rows[i].messages;
		total->rows++;
		total->folded += strcmp(ledger_text(ledger, rows[i].remote), "(other)") == 0;
	}
}

/* A day that is full stays so over commits; reading it folds nothing further. */
static void
test_full_days(void **state)
{
	struct place *place = *state;
	struct ledger_state some = { .position_count = 0 };
	struct ledger_store *store = open_store(place);
	struct total total = { 0 };
	struct err err = { 0 };
	unsigned round, i;
	char text[64];

	for (round = 0; round < 3; round++) {
		struct ledger *ledger = ledger_new(ledger_store_secret(store));

		for (i = 0; i < 3000; i++) {
			struct ledger_mail row = { .day = DAY, .direction = LEDGER_IN, .messages = 1 };

			/* Names of the later rounds stand before those that are there. */
			snprintf(text, sizeof(text), "r%u-%u.example", 9 - round, i);
			row.remote = name(ledger, text);
			ledger_add_mail(ledger, &row);
		}
		commit(store, ledger, &some);
		ledger_free(ledger);
	}
	assert_int_equal(ledger_each_day(store, DAY, DAY, add_total, &total, &err), 0);
	assert_int_equal(total.messages, 9000);
	assert_int_equal(total.rows, LEDGER_DAY_MAIL_IN + 1);
	assert_int_equal(total.folded, 1);
	assert_non_null(strstr(get(place, "2026-11-21.tsv"), "\tr9-2999.example\t"));
	ledger_close_store(store);
}

/* Names are kept from day to day while a year is read: none may come out as another one. */
static void
test_many_days(void **state)
{
	struct place *place = *state;
	struct ledger_state some = { .position_count = 0 };
	struct ledger_store *store = open_store(place);
	struct ledger *ledger = ledger_new(ledger_store_secret(store));
	struct buf wanted;
	char text[64], day_text[11];
	int32_t day;
	unsigned i;

	buf_init(&wanted, 1 << 24);
	for (day = DAY; day < DAY + 40; day++) {
		log_day_text(day, day_text);
		(void)buf_addf(&wanted, "cpward.ledger/1 %s\n", day_text);
		for (i = 100; i < 150; i++) {
			snprintf(text, sizeof(text), "host%u-%d", i, day % 7);
			add_note(ledger, day, LEDGER_REJECTED, text, (uint64_t)day + i);
			(void)buf_addf(&wanted, "note\t%s\trejected\t%s\t%u\n", day_text, text, (unsigned)day + i);
		}
		(void)buf_adds(&wanted, "end 50\n");
	}
	commit(store, ledger, &some);
	assert_string_equal(dump_days(place, store, INT32_MIN, INT32_MAX), wanted.bytes);
	buf_done(&wanted);
	ledger_free(ledger);
	ledger_close_store(store);
}

/* ---- damage ---- */

#define FIRST "cpward.ledger/1 2026-11-21\n"
#define NOTE "note\t2026-11-21\tlines\tmain\t1\n"

struct damage_case {
	const char *text;
	unsigned line;
	const char *error;	/* NULL: as it should be */
};

static const struct damage_case damage_cases[] = {
	{ FIRST "end 0\n", 0, NULL },
	{ FIRST NOTE "end 1\n", 0, NULL },
	{ FIRST "note\t2026-11-21\tlines\t(other)\t1\nend 1\n", 0, NULL },
	{ FIRST "note\t2026-11-21\tlines\tmain\t18446744073709551615\nend 1\n", 0, NULL },
	{ "", 1, "does not begin with \"cpward.ledger/1\" and the day of its name" },
	{ "cpward.ledger/2 2026-11-21\nend 0\n", 1, "does not begin with \"cpward.ledger/1\" and the day of its name" },
	{ "cpward.ledger/1 2026-11-20\nend 0\n", 1, "does not begin with \"cpward.ledger/1\" and the day of its name" },
	{ FIRST, 2, "the file was cut: it has no last line" },
	{ FIRST NOTE, 3, "the file was cut: it has no last line" },
	{ FIRST NOTE "end 1", 3, "is not a whole line of columns" },
	{ FIRST NOTE "end 2\n", 3, "the end is not where the file says it is" },
	{ FIRST NOTE "end 1\n\n", 3, "the end is not where the file says it is" },
	{ FIRST NOTE "end 1\nend 1\n", 3, "the end is not where the file says it is" },
	{ FIRST NOTE "end x\n", 3, "is neither a row nor the file's end" },
	{ FIRST NOTE "end -1\n", 3, "is neither a row nor the file's end" },
	{ FIRST "\nend 0\n", 2, "is neither a row nor the file's end" },
	{ FIRST "notes\t2026-11-21\tlines\tmain\t1\nend 1\n", 2, "is neither a row nor the file's end" },
	{ FIRST "note\t2026-11-20\tlines\tmain\t1\nend 1\n", 2, "is not a row of this day" },
	{ FIRST "note\t2026-11-21\tline\tmain\t1\nend 1\n", 2, "has a column that no row of its kind has there" },
	{ FIRST NOTE "note\t2026-11-21\tlines\tmain\t\nend 2\n", 3, "has a column that no row of its kind has there" },
	{ FIRST "note\t2026-11-21\tlines\tmain\t-1\nend 1\n", 2, "has a column that no row of its kind has there" },
	{ FIRST "note\t2026-11-21\tlines\tmain\t18446744073709551616\nend 1\n", 2,
	    "has a column that no row of its kind has there" },
	{ FIRST "note\t2026-11-21\tlines\tm\xc3\xbc\t1\nend 1\n", 2, "has a column that no row of its kind has there" },
	{ FIRST "note\t2026-11-21\tlines\tm\x01\t1\nend 1\n", 2, "is not a whole line of columns" },
	{ FIRST "note\t2026-11-21\tlines\tmain\t1\r\nend 1\n", 2, "is not a whole line of columns" },
	{ FIRST "note\t2026-11-21\tlines\tmain\nend 1\n", 2, "has not as many columns as its kind" },
	{ FIRST "note\t2026-11-21\tlines\tmain\t1\t1\nend 1\n", 2, "has not as many columns as its kind" },
	{ FIRST "note\t\t\t\t\t\t\t\t\t\t\t\t\t\t\nend 1\n", 2, "is not a whole line of columns" },
	{ FIRST "login\t2026-11-21\timap\t\t\t\tclear\t\t\tmaybe\t000000\t1\nend 1\n", 2,
	    "has a column that no row of its kind has there" },
	{ FIRST "login\t2026-11-21\timap\t\t\t\tclear\t\t\tno\t00000A\t1\nend 1\n", 2,
	    "has a column that no row of its kind has there" },
	{ FIRST "sender\t2026-11-21\t\t\t1\t1\t4294967296\t0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0\nend 1\n", 2,
	    "has a column that no row of its kind has there" },
	{ FIRST "sender\t2026-11-21\t\t\t1\t1\t1\t0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0\nend 1\n", 2,
	    "has a column that no row of its kind has there" },
	{ FIRST "sender\t2026-11-21\t\t\t1\t1\t1\t0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0\nend 1\n", 2,
	    "has a column that no row of its kind has there" },
};

static void
visit_nothing(const struct ledger *day, int32_t number, void *data)
{
	(void)day;
	(void)number;
	(void)data;
}

/* What is damaged is told, and stays as it is: neither reading nor a commit replaces it. */
static void
test_damaged_days(void **state)
{
	struct place *place = *state;
	struct path path = in_ledger(place, "2026-11-21.tsv");
	struct log_position position = { .log = "/l", .first_day = DAY };
	struct ledger_state some = { .positions = &position, .position_count = 1 }, found;
	struct ledger_store *store = open_store(place);
	struct ledger *ledger = ledger_new(ledger_store_secret(store));
	struct err none = { 0 };
	size_t i;

	add_note(ledger, DAY, LEDGER_LINES, "other", 1);
	commit(store, ledger, &some);
	position.first_day = DAY + 1;
	for (i = 0; i < sizeof(damage_cases) / sizeof(damage_cases[0]); i++) {
		const struct damage_case *c = &damage_cases[i];
		struct err err = { 0 };
		int result;

		put(path.text, c->text, 0600);
		result = ledger_each_day(store, DAY, DAY, visit_nothing, NULL, &err);
		if (result != (c->error == NULL ? 0 : -1) || err.line != c->line ||
		    strcmp(err.text, c->error == NULL ? "" : c->error) != 0)
			fail_msg("case %zu: %d, line %u: \"%s\"", i, result, err.line, err.text);
		if (c->error == NULL)
			continue;
		assert_string_equal(err.source, path.text);
		assert_int_equal(err.code, ERR_CONTENT);
		assert_true(err.hint[0] != '\0');
		memset(&err, 0, sizeof(err));
		assert_int_equal(ledger_commit(store, ledger, &some, &err), -1);
		assert_int_equal(err.line, c->line);
		assert_string_equal(err.source, path.text);
		assert_string_equal(get(place, "2026-11-21.tsv"), c->text);
	}
	assert_int_equal(entries(place->ledger), 4);
	assert_int_equal(ledger_load_state(store, place->arena, &found, &none), 0);
	assert_int_equal(found.positions[0].first_day, DAY);
	ledger_free(ledger);
	ledger_close_store(store);
}

static void
test_untrusted_days(void **state)
{
	struct place *place = *state;
	struct path path = in_ledger(place, "2026-11-21.tsv");
	struct ledger_store *store = open_store(place);
	struct err err = { 0 };

	put(path.text, FIRST "end 0\n", 0620);
	assert_int_equal(ledger_each_day(store, DAY, DAY, visit_nothing, NULL, &err), -1);
	assert_string_equal(err.text, "has mode 0620, wanted 0600");
	ledger_close_store(store);
}

/* ---- the state ---- */

static void
test_state(void **state)
{
	struct place *place = *state;
	struct log_position positions[] = {
		{ .log = "/var/log/exim mainlog", .device = 1, .inode = UINT64_C(18446744073709551615),
		    .offset = 4096, .mark_length = 4096, .mark = { 0x00, 0xff, [31] = 0x0a },
		    .first_day = DAY - 3, .last_day = DAY },
		{ .log = "/var/log/maillog", .inode = 7 },
	};
	struct ledger_open open[] = {
		{ UINT64_C(0xfedcba9876543210), "hosted.example" },
		{ 1, "" },
	};
	struct ledger_state some = { positions, 2, open, 2 }, found;
	struct ledger_store *store = open_store(place);
	struct ledger *ledger = ledger_new(ledger_store_secret(store));
	struct err err = { 0 };

	commit(store, ledger, &some);
	assert_string_equal(get(place, "state.tsv"),
	    "cpward.ledger.state/2\t1\n"
	    "log\t/var/log/exim mainlog\t1\t18446744073709551615\t4096\t4096\t"
	    "00ff00000000000000000000000000000000000000000000000000000000000a\t2026-11-18\t2026-11-21\n"
	    "log\t/var/log/maillog\t0\t7\t0\t0\t"
	    "0000000000000000000000000000000000000000000000000000000000000000\t-\t-\n"
	    "open\tfedcba9876543210\thosted.example\n"
	    "open\t0000000000000001\t\n"
	    "end\t4\n");
	assert_int_equal(ledger_load_state(store, place->arena, &found, &err), 0);
	assert_int_equal(found.position_count, 2);
	assert_string_equal(found.positions[0].log, positions[0].log);
	assert_true(found.positions[0].inode == positions[0].inode);
	assert_int_equal(found.positions[0].device, 1);
	assert_int_equal(found.positions[0].offset, 4096);
	assert_int_equal(found.positions[0].mark_length, 4096);
	assert_memory_equal(found.positions[0].mark, positions[0].mark, 32);
	assert_int_equal(found.positions[0].last_day, DAY);
	assert_int_equal(found.positions[1].last_day, 0);
	assert_string_equal(found.positions[1].log, positions[1].log);
	assert_int_equal(found.open_count, 2);
	assert_true(found.open[0].id == open[0].id);
	assert_string_equal(found.open[0].hosted, "hosted.example");
	assert_string_equal(found.open[1].hosted, "");
	assert_int_equal(found.positions[0].first_day, DAY - 3);
	assert_int_equal(found.positions[1].first_day, 0);
	ledger_free(ledger);
	ledger_close_store(store);
}

#define STATE "cpward.ledger.state/2\t1\n"
#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

static const struct damage_case state_cases[] = {
	{ STATE "end\t0\n", 0, NULL },
	{ STATE "log\t/l\t0\t0\t0\t0\t" ZEROS "\t-\t-\nend\t1\n", 0, NULL },
	{ "", 1, "the file was cut: it has no last line" },
	/* One day for all logs: it said nothing of a hole in one of them. */
	{ "cpward.ledger.state/1\t1\t2026-11-21\nlog\t/l\t0\t0\t0\t0\t" ZEROS "\t-\nend\t1\n", 1,
	    "has the form \"cpward.ledger.state/1\", wanted \"cpward.ledger.state/2\"" },
	{ "cpward.ledger.state/3\t1\nend\t0\n", 1,
	    "has the form \"cpward.ledger.state/3\", wanted \"cpward.ledger.state/2\"" },
	{ "cpward.ledger\t1\nend\t0\n", 1,
	    "does not begin with \"cpward.ledger.state/2\" and a number" },
	{ "cpward.ledger.state/2\t-1\nend\t0\n", 1,
	    "does not begin with \"cpward.ledger.state/2\" and a number" },
	{ "cpward.ledger.state/2\t1\t2026-11-21\nend\t0\n", 1,
	    "does not begin with \"cpward.ledger.state/2\" and a number" },
	{ STATE, 2, "the file was cut: it has no last line" },
	{ STATE "end\t0", 2, "the file was cut: it has no last line" },
	{ STATE "end\t1\n", 2, "the end is not where the file says it is" },
	{ STATE "end\t0\nend\t0\n", 2, "the end is not where the file says it is" },
	{ STATE "log\t/l\t0\t0\t0\t1\t" ZEROS "\t-\t-\nend\t1\n", 2, "is not a log's position" },
	{ STATE "log\t/l\t0\t0\t9999\t4097\t" ZEROS "\t-\t-\nend\t1\n", 2, "is not a log's position" },
	{ STATE "log\t\t0\t0\t0\t0\t" ZEROS "\t-\t-\nend\t1\n", 2, "is not a log's position" },
	{ STATE "log\t/l\t0\t0\t0\t0\t" ZEROS "00\t-\t-\nend\t1\n", 2, "is not a log's position" },
	{ STATE "log\t/l\t0\t0\t0\t0\t" ZEROS "\t-\t-\t\nend\t1\n", 2, "has too many columns" },
	{ STATE "log\t/l\t0\t0\t0\t0\t" ZEROS "\nend\t1\n", 2, "is not a log's position" },
	{ STATE "log\t/l\t0\t0\t0\t0\t" ZEROS "\t-\nend\t1\n", 2, "is not a log's position" },
	{ STATE "log\t/l\t0\t0\t0\t0\t" ZEROS "\t-\t2026-02-30\nend\t1\n", 2, "is not a log's position" },
	{ STATE "log\t/l\t0\t0\t0\t0\t" ZEROS "\t2026-02-30\t-\nend\t1\n", 2, "is not a log's position" },
	{ STATE "open\tFEDCBA9876543210\td\nend\t1\n", 2, "is not an open message" },
	{ STATE "open\tfedcba9876543210\nend\t1\n", 2, "is not an open message" },
	{ STATE "open\tfedcba9876543210\ta\x1b\nend\t1\n", 2, "has a control byte" },
	{ STATE "what\nend\t1\n", 2, "is no line of a state" },
};

static void
test_damaged_states(void **state)
{
	struct place *place = *state;
	struct path path = in_ledger(place, "state.tsv");
	size_t i;

	ledger_close_store(open_store(place));
	for (i = 0; i < sizeof(state_cases) / sizeof(state_cases[0]); i++) {
		const struct damage_case *c = &state_cases[i];
		struct err err = { 0 };
		struct ledger_store *store;

		put(path.text, c->text, 0600);
		store = ledger_open_store(place->ledger, &err);
		if ((store != NULL) != (c->error == NULL) || err.line != c->line ||
		    strcmp(err.text, c->error == NULL ? "" : c->error) != 0)
			fail_msg("case %zu: line %u: \"%s\"", i, err.line, err.text);
		if (store == NULL) {
			assert_string_equal(err.source, path.text);
			assert_int_equal(err.code, ERR_CONTENT);
		}
		ledger_close_store(store);
		assert_string_equal(get(place, "state.tsv"), c->text);
	}
}

static void
test_states_that_can_not_be_written(void **state)
{
	struct place *place = *state;
	struct log_position position = { .log = "/var/log/a\nb" };
	struct ledger_open open = { 1, "a\tb" };
	struct ledger_state bad = { .positions = &position, .position_count = 1 };
	struct ledger_store *store = open_store(place);
	struct ledger *ledger = ledger_new(ledger_store_secret(store));
	struct err err = { 0 };

	add_rows(ledger, DAY);
	assert_int_equal(ledger_commit(store, ledger, &bad, &err), -1);
	assert_string_equal(err.text, "a log's path with control bytes can not be remembered");
	memset(&err, 0, sizeof(err));
	bad = (struct ledger_state){ .open = &open, .open_count = 1 };
	assert_int_equal(ledger_commit(store, ledger, &bad, &err), -1);
	assert_int_equal(entries(place->ledger), 2);
	ledger_free(ledger);
	ledger_close_store(store);
}

/* ---- runs that are killed, and runs that fail ---- */

/*
 * A run as the counter makes it: what is new since the state's offset. The
 * first one reads to offset 1, the second to 2, further ones have nothing new.
 */
static int
run(const struct place *place, struct err *err)
{
	struct ledger_store *store = ledger_open_store(place->ledger, err);
	struct log_position position = { .log = "/var/log/exim_mainlog" };
	struct ledger_state before, after = { .positions = &position, .position_count = 1 };
	struct arena *arena;
	struct ledger *ledger;
	int result;

	if (store == NULL)
		return -1;
	arena = arena_new();
	ledger = ledger_new(ledger_store_secret(store));
	result = ledger_load_state(store, arena, &before, err);
	if (result == 0 && (before.position_count == 0 || before.positions[0].offset < 2)) {
		position.offset = before.position_count == 0 ? 1 : 2;
		add_rows(ledger, DAY);
		if (position.offset == 2)
			add_note(ledger, DAY + 1, LEDGER_LINES, "main", 9);
		else
			add_note(ledger, DAY - 1, LEDGER_LINES, "main", 9);
		/* The same day is staged and committed: it is there twice. */
		result = ledger_stage(store, ledger, INT32_MIN, err);
		if (result == 0)
			result = ledger_commit(store, ledger, &after, err);
	}
	ledger_free(ledger);
	arena_free(arena);
	ledger_close_store(store);
	return result;
}

/* All that is in the ledger: the state's offset, then the days. */
static char *
all_of(const struct place *place)
{
	struct ledger_store *store = open_store(place);
	struct ledger_state found;
	struct err err = { 0 };
	char *text;

	if (ledger_load_state(store, place->arena, &found, &err) != 0)
		fail_msg("%s:%u: %s", err.source, err.line, err.text);
	text = arena_printf(place->arena, "offset %d\n%s",
	    found.position_count == 0 ? 0 : (int)found.positions[0].offset,
	    dump_days(place, store, INT32_MIN, INT32_MAX));
	ledger_close_store(store);
	return text;
}

/* Runs in a child that is killed at its n-th call, 0: never; true: it was. */
static bool
killed_at(const struct place *place, unsigned n)
{
	struct err err = { 0 };
	int status;
	pid_t child = fork();

	if (child == 0) {
		calls.count = 0;
		calls.kill_at = n;
		_exit(run(place, &err) == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == STATUS_KILLED);
	return WEXITSTATUS(status) == STATUS_KILLED;
}

static void
run_whole(const struct place *place)
{
	struct err err = { 0 };

	if (run(place, &err) != 0)
		fail_msg("%s:%u: %s", err.source, err.line, err.text);
}

/* The ledger after each number of whole runs; the secret of each is another one. */
static void
whole_runs(const struct place *place, char *ret_all[3])
{
	size_t i;

	ret_all[0] = all_of(place);
	for (i = 1; i < 3; i++) {
		run_whole(place);
		ret_all[i] = all_of(place);
		assert_string_not_equal(ret_all[i], ret_all[i - 1]);
	}
	run_whole(place);
	assert_string_equal(all_of(place), ret_all[2]);
	remove_tree(place->ledger);
}

/* What is left is what was before, or what should come; then all comes, once. */
static void
check_left(const struct place *place, char *const all[3], unsigned done, unsigned n)
{
	char *left = all_of(place);

	if (strcmp(left, all[done]) != 0 && strcmp(left, all[done + 1]) != 0)
		fail_msg("run %u, call %u: left is\n%s", done + 1, n, left);
	assert_int_equal(entries(place->ledger) > 5 + done, 0);
	run_whole(place);
	run_whole(place);
	assert_string_equal(all_of(place), all[2]);
	remove_tree(place->ledger);
}

/* Both runs, killed at every call: of the first in an empty place, of the second over what is there. */
static void
test_killed_at_every_call(void **state)
{
	struct place *place = *state;
	unsigned done, n, committed = 0;
	char *all[3];

	whole_runs(place, all);
	for (done = 0; done < 2; done++)
		for (n = 1;; n++) {
			if (done == 1)
				run_whole(place);
			if (!killed_at(place, n))
				break;
			committed += is_there(place, "state.tsv");
			check_left(place, all, done, n);
			remove_tree(place->ledger);
		}
	print_message("%u calls of the second run, %u kills left a state\n", n - 1, committed);
	assert_true(n > 15 && committed > 15);
}

/* The run that finds what the first left is killed, too, at every call of its own. */
static void
test_killed_twice(void **state)
{
	struct place *place = *state;
	unsigned n, m, pairs = 0;
	bool twice = true;
	char *all[3];

	whole_runs(place, all);
	for (n = 1;; n++)
		for (m = 1;; m++) {
			run_whole(place);
			if (!killed_at(place, n)) {
				print_message("%u pairs\n", pairs);
				assert_true(pairs > 200);
				return;
			}
			twice = killed_at(place, m);
			pairs += twice;
			check_left(place, all, 1, n);
			if (!twice)
				break;
		}
}

/* Of the ledger, or one of the directories above it. */
static bool
is_below(const char *path, const char *ledger)
{
	size_t length = strlen(path), whole = strlen(ledger);

	return length > 0 && strncmp(path, ledger, length < whole ? length : whole) == 0;
}

/* No space at every call: an error that names a file, and nothing is half done. */
static void
test_no_space_at_every_call(void **state)
{
	struct place *place = *state;
	unsigned done, n, errors = 0;
	char *all[3];

	whole_runs(place, all);
	for (done = 0; done < 2; done++)
		for (n = 1;; n++) {
			struct err err = { 0 };
			int result;

			if (done == 1)
				run_whole(place);
			calls.count = 0;
			calls.failed = 0;
			calls.fail_at = n;
			result = run(place, &err);
			calls.fail_at = 0;
			if (calls.failed == 0) {
				assert_int_equal(result, 0);
				break;
			}
			/* The directory's own flush behind a rename is all that may fail unseen. */
			errors += result != 0;
			if (result != 0 && (err.code != ERR_IO ||
			    !is_below(err.source, place->ledger) ||
			    strstr(err.text, "No space left on device") == NULL))
				fail_msg("run %u, call %u: %s: %s", done + 1, n, err.source, err.text);
			check_left(place, all, done, n);
		}
	assert_true(errors > 15);
}

/* In a mount namespace of its own: a file system of 16 pages that is full. */
static int
fill_small_disk(const struct place *place)
{
	struct ledger_state some = { .position_count = 0 };
	struct ledger_store *store;
	struct ledger *ledger;
	struct err err = { 0 };
	char text[64], *before;
	unsigned i;

	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		return 77;
	assert_int_equal(mkdir(place->ledger, 0700), 0);
	if (mount("tmpfs", place->ledger, "tmpfs", 0, "size=64k,mode=0700") != 0)
		return 77;
	store = open_store(place);
	ledger = ledger_new(ledger_store_secret(store));
	add_rows(ledger, DAY);
	commit(store, ledger, &some);
	before = dump_days(place, store, INT32_MIN, INT32_MAX);
	for (i = 0; i < 4000; i++) {
		snprintf(text, sizeof(text), "a-name-that-needs-room-%u.example", i);
		add_note(ledger, DAY, LEDGER_REJECTED, text, 1);
		add_note(ledger, DAY + 1, LEDGER_REJECTED, text, 1);
	}
	if (ledger_commit(store, ledger, &some, &err) != -1 || err.code != ERR_IO ||
	    strcmp(err.text, "can not be written: No space left on device") != 0 ||
	    strncmp(err.source, place->ledger, strlen(place->ledger)) != 0 ||
	    strcmp(dump_days(place, store, INT32_MIN, INT32_MAX), before) != 0 ||
	    entries(place->ledger) != 4)
		return 1;
	ledger_free(ledger);
	ledger_close_store(store);
	return 0;
}

static void
test_full_disk(void **state)
{
	struct place *place = *state;
	int status;
	pid_t child;

	if (geteuid() != 0) {
		print_message("skipped: only root can make a small disk; the calls fail one by one above\n");
		skip();
	}
	child = fork();
	if (child == 0)
		_exit(fill_small_disk(place));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77) {
		print_message("skipped: nothing can be mounted here; the calls fail one by one above\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* A commit that was made and not finished is finished by the same store, too. */
static void
test_commit_goes_on_after_a_failed_one(void **state)
{
	struct place *place = *state;
	struct ledger_state some = { .position_count = 0 };
	struct ledger_store *store = open_store(place);
	struct ledger *ledger = ledger_new(ledger_store_secret(store));
	unsigned n;

	add_note(ledger, DAY, LEDGER_LINES, "main", 1);
	for (n = 1; n < 60; n++) {
		struct err err = { 0 };
		uint64_t sequence_before, sequence;
		struct ledger_state found;
		char *first = is_there(place, "state.tsv") ? get(place, "state.tsv") : NULL, *second;

		sequence_before = first == NULL ? 0 : strtoull(strchr(first, '\t') + 1, NULL, 10);
		calls.count = 0;
		calls.fail_at = n;
		(void)ledger_commit(store, ledger, &some, &err);
		calls.fail_at = 0;
		memset(&err, 0, sizeof(err));
		assert_int_equal(ledger_load_state(store, place->arena, &found, &err), 0);
		second = is_there(place, "state.tsv") ? get(place, "state.tsv") : NULL;
		sequence = second == NULL ? 0 : strtoull(strchr(second, '\t') + 1, NULL, 10);
		assert_true(sequence == sequence_before || sequence == sequence_before + 1);
		/* As many times one as there were commits, after a commit of something else. */
		commit(store, ledger, &some);
		assert_string_equal(dump_days(place, store, DAY, DAY), arena_printf(place->arena,
		    FIRST "note\t2026-11-21\tlines\tmain\t%u\nend 1\n", (unsigned)sequence + 1));
	}
	ledger_free(ledger);
	ledger_close_store(store);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_new_directory),
		TEST(test_two_secrets_differ),
		TEST(test_one_run_at_a_time),
		TEST(test_directories_that_are_refused),
		TEST(test_directory_of_somebody_else),
		TEST(test_secrets_that_are_refused),
		TEST(test_days_without_a_state),
		TEST(test_a_day_as_its_file),
		TEST(test_commits_add_up),
		TEST(test_order),
		TEST(test_staging),
		TEST(test_staging_from_a_day_on),
		TEST(test_full_days),
		TEST(test_many_days),
		TEST(test_damaged_days),
		TEST(test_untrusted_days),
		TEST(test_state),
		TEST(test_damaged_states),
		TEST(test_states_that_can_not_be_written),
		TEST(test_killed_at_every_call),
		TEST(test_killed_twice),
		TEST(test_no_space_at_every_call),
		TEST(test_full_disk),
		TEST(test_commit_goes_on_after_a_failed_one),
	};

	return cmocka_run_group_tests_name("ledger_file", tests, NULL, NULL);
}
