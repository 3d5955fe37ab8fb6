/*
 * A ledger's directory:
 *
 *	lock			held by the run that has it open
 *	secret			what the accounts' keys are made with
 *	state.tsv		how far the logs have been read, and the commit's number
 *	2026-11-21.tsv		the rows of a day
 *	2026-11-21.tsv.new-17	what that file becomes with commit 17
 *
 * A commit writes the new days beside the old ones, flushes them, and replaces
 * state.tsv: from then on it is made. Then it renames the new days. Whoever
 * opens the directory next renames what the commit of state.tsv left, and
 * removes what belongs to a commit that was never made: wherever a run is
 * killed, each line of a log is counted once.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fileio.h"

#include "store/ledger_private.h"

/* 65,536 open messages and the positions of logs. */
#define STATE_BYTES_MAX ((size_t)64 << 20)
/* Names stay from one day that is read to the next while they are fewer. */
#define KEPT_NAMES_MAX 200000

struct ledger_store {
	char *directory;
	int lock;
	unsigned char secret[LEDGER_SECRET_BYTES];
	uint64_t sequence;	/* of the last commit; 0 = none yet */
	bool unfinished;	/* days of that commit still have their new names */
	int32_t *staged;	/* days that have a file of the next commit */
	size_t staged_count, staged_room;
};

struct path {
	char text[PATH_MAX];
};

static struct path
path_of(const struct ledger_store *store, const char *name)
{
	struct path path;

	snprintf(path.text, sizeof(path.text), "%s/%s", store->directory, name);
	return path;
}

static int
failed(struct err *err, const char *path, const char *what)
{
	return err_at(err, ERR_IO, path, 0, "%s: %s", what, strerror(errno));
}

/* ---- the directory ---- */

/* Makes the directory and those above it that are not there. */
static int
directory_make(const char *directory, struct err *err)
{
	struct path path;
	char *slash;

	snprintf(path.text, sizeof(path.text), "%s", directory);
	for (slash = strchr(path.text + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path.text, 0700) != 0 && errno != EEXIST)
			return failed(err, path.text, "can not be made");
		*slash = '/';
	}
	if (mkdir(path.text, 0700) != 0 && errno != EEXIST)
		return failed(err, path.text, "can not be made");
	return 0;
}

static int
directory_check(const char *directory, struct err *err)
{
	struct stat st;

	if (lstat(directory, &st) != 0)
		return failed(err, directory, "can not be examined");
	if (!S_ISDIR(st.st_mode))
		return err_at(err, ERR_CONTENT, directory, 0, "is not a directory");
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return err_at(err, ERR_CONTENT, directory, 0, "belongs to uid %u, wanted root",
		    (unsigned)st.st_uid);
	if ((st.st_mode & 077) != 0) {
		err_at(err, ERR_CONTENT, directory, 0, "has mode %04o, wanted 0700",
		    (unsigned)st.st_mode & 07777);
		return err_hint(err, "chmod 0700 %s", directory);
	}
	return 0;
}

static int
directory_flush(const struct ledger_store *store, struct err *err)
{
	int fd = open(store->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC), result = 0;

	if (fd < 0)
		return failed(err, store->directory, "can not be opened");
	if (fsync(fd) != 0)
		result = failed(err, store->directory, "can not be flushed");
	close(fd);
	return result;
}

static int
lock_take(struct ledger_store *store, struct err *err)
{
	struct path path = path_of(store, "lock");

	store->lock = open(path.text, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (store->lock < 0)
		return failed(err, path.text, "can not be opened");
	if (flock(store->lock, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return failed(err, path.text, "can not be locked");
	err_at(err, ERR_BUSY, path.text, 0, "is held by another run of cpward");
	return err_hint(err, "try again when that one has ended");
}

/* ---- names of files ---- */

#define DAY_LENGTH (sizeof("2026-11-21") - 1)
#define NEW_INFIX ".new-"

/* "2026-11-21.tsv", and what stands behind that. */
static bool
day_file(const char *name, int32_t *ret_day, const char **ret_rest)
{
	if (strlen(name) < DAY_LENGTH + 4 || memcmp(name + DAY_LENGTH, ".tsv", 4) != 0 ||
	    !ledger_day_number((struct slice){ name, DAY_LENGTH }, ret_day))
		return false;
	*ret_rest = name + DAY_LENGTH + 4;
	return true;
}

static bool
new_sequence(const char *rest, uint64_t *ret_sequence)
{
	size_t infix = strlen(NEW_INFIX);

	return strncmp(rest, NEW_INFIX, infix) == 0 &&
	    ledger_number((struct slice){ rest + infix, strlen(rest + infix) }, UINT64_MAX, ret_sequence);
}

/* What file_replace left of a file that it was writing. */
static bool
is_left_over(const char *name)
{
	return (strncmp(name, "state.tsv.", 10) == 0 && strlen(name) == 16) ||
	    (strncmp(name, "secret.", 7) == 0 && strlen(name) == 13);
}

static struct path
day_path(const struct ledger_store *store, int32_t day, uint64_t sequence)
{
	char text[11], name[64];

	log_day_text(day, text);
	if (sequence == 0)
		snprintf(name, sizeof(name), "%s.tsv", text);
	else
		snprintf(name, sizeof(name), "%s.tsv" NEW_INFIX "%llu", text, (unsigned long long)sequence);
	return path_of(store, name);
}

/* ---- finishing what a run left ---- */

/* One entry of the directory: renamed when its commit was made, removed when not. */
static int
entry_finish(const struct ledger_store *store, const char *name, bool *ret_changed, struct err *err)
{
	struct path from = path_of(store, name), to;
	const char *rest;
	uint64_t sequence;
	int32_t day;

	if (day_file(name, &day, &rest) && new_sequence(rest, &sequence)) {
		to = day_path(store, day, 0);
		*ret_changed = true;
		if (sequence == store->sequence)
			return rename(from.text, to.text) == 0 ? 0 :
			    failed(err, to.text, "can not be replaced");
	} else if (!is_left_over(name))
		return 0;
	return unlink(from.text) == 0 ? 0 : failed(err, from.text, "can not be removed");
}

static int
finish(struct ledger_store *store, struct err *err)
{
	DIR *entries = opendir(store->directory);
	const struct dirent *entry;
	bool changed = false;
	int result = 0;

	if (entries == NULL)
		return failed(err, store->directory, "can not be listed");
	while (result == 0 && (entry = readdir(entries)) != NULL)
		result = entry_finish(store, entry->d_name, &changed, err);
	closedir(entries);
	if (result == 0 && changed)
		result = directory_flush(store, err);
	store->unfinished = result != 0;
	return result;
}

/* ---- days of the directory ---- */

static int
compare_days(const void *a, const void *b)
{
	int32_t one = *(const int32_t *)a, other = *(const int32_t *)b;

	return (one > other) - (one < other);
}

/* The days from first to last that have a file, oldest first; the caller frees them. */
static int
days_list(const struct ledger_store *store, int32_t first, int32_t last, int32_t **ret_days,
    size_t *ret_count, struct err *err)
{
	DIR *entries = opendir(store->directory);
	const struct dirent *entry;
	const char *rest;
	int32_t *days = NULL, day;
	size_t count = 0, room = 0;

	if (entries == NULL)
		return failed(err, store->directory, "can not be listed");
	while ((entry = readdir(entries)) != NULL) {
		if (!day_file(entry->d_name, &day, &rest) || *rest != '\0' || day < first || day > last)
			continue;
		if (count == room) {
			room = room == 0 ? 64 : room * 2;
			days = ledger_realloc(days, room, sizeof(*days));
		}
		days[count++] = day;
	}
	closedir(entries);
	if (count > 0)
		qsort(days, count, sizeof(*days), compare_days);
	*ret_days = days;
	*ret_count = count;
	return 0;
}

/* ---- the secret ---- */

static int
secret_make(struct ledger_store *store, const char *path, struct err *err)
{
	ssize_t got;

	do
		got = getrandom(store->secret, sizeof(store->secret), 0);
	while (got < 0 && errno == EINTR);
	if (got != (ssize_t)sizeof(store->secret))
		return failed(err, path, "no random bytes for it");
	return file_replace(path, store->secret, sizeof(store->secret), 0600, err);
}

static int
secret_load(struct ledger_store *store, struct err *err)
{
	struct path path = path_of(store, "secret");
	struct stat st;
	struct buf buf;
	int result = 0;

	if (lstat(path.text, &st) != 0 && errno == ENOENT) {
		if (store->sequence == 0)
			return secret_make(store, path.text, err);
		err_at(err, ERR_CONTENT, path.text, 0,
		    "is not there, and the ledger's accounts have keys under it");
		return err_hint(err, "restore it from a backup, or move %s away", store->directory);
	}
	buf_init(&buf, LEDGER_SECRET_BYTES);
	if (file_read_secret(path.text, &buf, err) != 0)
		result = -1;
	else if (buf.length != LEDGER_SECRET_BYTES)
		result = err_at(err, ERR_CONTENT, path.text, 0, "has %zu bytes, wanted %d", buf.length,
		    LEDGER_SECRET_BYTES);
	else
		memcpy(store->secret, buf.bytes, LEDGER_SECRET_BYTES);
	buf_wipe(&buf);
	return result;
}

const unsigned char *
ledger_store_secret(const struct ledger_store *store)
{
	return store->secret;
}

/* ---- the state ---- */

/* ret_sequence is 0 when there is no state, and then there may be no days either. */
static int
state_load(struct ledger_store *store, struct arena *arena, struct ledger_state *ret_state,
    uint64_t *ret_sequence, struct err *err)
{
	struct path path = path_of(store, "state.tsv");
	struct stat st;
	struct buf buf;
	int result;

	if (lstat(path.text, &st) != 0 && errno == ENOENT) {
		*ret_state = (struct ledger_state){ 0 };
		*ret_sequence = 0;
		return 0;
	}
	buf_init(&buf, STATE_BYTES_MAX);
	result = file_read_trusted(path.text, &buf, err);
	if (result == 0)
		result = ledger_state_read(arena, path.text, (struct slice){ buf.bytes, buf.length },
		    ret_state, ret_sequence, err);
	buf_done(&buf);
	return result;
}

static int
check_days_have_state(const struct ledger_store *store, struct err *err)
{
	struct path path = path_of(store, "state.tsv");
	int32_t *days;
	size_t count;

	if (days_list(store, INT32_MIN, INT32_MAX, &days, &count, err) != 0)
		return -1;
	free(days);
	if (count == 0)
		return 0;
	err_at(err, ERR_CONTENT, path.text, 0,
	    "is not there, and %zu days are: all would be counted again", count);
	return err_hint(err, "restore it from a backup, or move %s away", store->directory);
}

int
ledger_load_state(struct ledger_store *store, struct arena *arena,
    struct ledger_state *ret_state, struct err *err)
{
	uint64_t sequence;

	return state_load(store, arena, ret_state, &sequence, err);
}

/* ---- opening ---- */

static int
store_open(struct ledger_store *store, struct err *err)
{
	struct arena *arena;
	struct ledger_state state;
	int result;

	if (directory_make(store->directory, err) != 0 || directory_check(store->directory, err) != 0 ||
	    lock_take(store, err) != 0)
		return -1;
	arena = arena_new();
	result = state_load(store, arena, &state, &store->sequence, err);
	arena_free(arena);
	if (result != 0)
		return -1;
	if (store->sequence == 0 && check_days_have_state(store, err) != 0)
		return -1;
	return finish(store, err) != 0 || secret_load(store, err) != 0 ? -1 : 0;
}

struct ledger_store *
ledger_open_store(const char *directory, struct err *err)
{
	struct ledger_store *store;

	/* Room for the longest name that a file of it has. */
	if (directory[0] == '\0' || strlen(directory) > PATH_MAX - 64) {
		err_at(err, ERR_USAGE, directory, 0, "is no path that a directory can have");
		return NULL;
	}
	store = ledger_realloc(NULL, 1, sizeof(*store));
	*store = (struct ledger_store){ .lock = -1 };
	store->directory = strcpy(ledger_realloc(NULL, strlen(directory) + 1, 1), directory);
	if (store_open(store, err) == 0)
		return store;
	ledger_close_store(store);
	return NULL;
}

void
ledger_close_store(struct ledger_store *store)
{
	if (store == NULL)
		return;
	/* Another run's staged days have the same names. */
	ledger_unstage(store);
	if (store->lock >= 0)
		close(store->lock);
	free(store->staged);
	free(store->directory);
	explicit_bzero(store, sizeof(*store));
	free(store);
}

/* ---- reading days ---- */

/* A ledger for what is in files. */
static struct ledger *
ledger_of_files(const struct ledger_store *store)
{
	struct ledger *ledger = ledger_new(store->secret);

	ledger->names.unbounded = true;
	return ledger;
}

/* Adds the file of a day to ledger, of that commit or 0; one that is not there adds nothing. */
static int
day_load(const struct ledger_store *store, int32_t day, uint64_t sequence, bool indexed,
    struct buf *buf, struct ledger *ledger, struct err *err)
{
	static const char padding[LEDGER_PADDING];
	struct path path = day_path(store, day, sequence);
	struct slice text;
	struct stat st;

	if (indexed && lstat(path.text, &st) != 0 && errno == ENOENT)
		return 0;
	buf_clear(buf);
	if (file_read_trusted(path.text, buf, err) != 0)
		return -1;
	text = (struct slice){ .length = buf->length };
	(void)buf_add(buf, padding, sizeof(padding));
	text.bytes = buf->bytes;
	return ledger_day_read(ledger, indexed, day, path.text, text, err);
}

int
ledger_each_day(struct ledger_store *store, int32_t first, int32_t last,
    void (*visit)(const struct ledger *day, int32_t number, void *data), void *data,
    struct err *err)
{
	struct ledger *ledger;
	struct buf buf;
	int32_t *days;
	size_t count, i;
	int result = 0;

	if (days_list(store, first, last, &days, &count, err) != 0)
		return -1;
	ledger = ledger_of_files(store);
	buf_init(&buf, LEDGER_DAY_BYTES_MAX + LEDGER_PADDING);
	for (i = 0; i < count && result == 0; i++) {
		if (ledger->names.count > KEPT_NAMES_MAX) {
			ledger_free(ledger);
			ledger = ledger_of_files(store);
		}
		ledger_clear(ledger);
		result = day_load(store, days[i], 0, false, &buf, ledger, err);
		if (result == 0)
			visit(ledger, days[i], data);
	}
	buf_done(&buf);
	ledger_free(ledger);
	free(days);
	return result;
}

/* ---- committing ---- */

static int
file_write(const char *path, const struct buf *buf, size_t max, struct err *err)
{
	size_t done = 0;
	ssize_t wrote;
	int fd;

	if (buf->length > max)
		return err_at(err, ERR_LIMIT, path, 0, "would have %zu bytes, wanted %zu at most",
		    buf->length, max);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return failed(err, path, "can not be made");
	while (done < buf->length) {
		wrote = write(fd, buf->bytes + done, buf->length - done);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			break;
		done += (size_t)wrote;
	}
	if (done < buf->length || fchmod(fd, 0600) != 0) {
		failed(err, path, "can not be written");
		close(fd);
		return -1;
	}
	close(fd);
	return 0;
}

static int
file_flush(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), result = 0;

	if (fd < 0 || fsync(fd) != 0)
		result = failed(err, path, "can not be flushed");
	if (fd >= 0)
		close(fd);
	return result;
}

static bool
is_staged(const struct ledger_store *store, int32_t day)
{
	size_t i;

	for (i = 0; i < store->staged_count; i++)
		if (store->staged[i] == day)
			return true;
	return false;
}

static void
staged_add(struct ledger_store *store, int32_t day)
{
	if (store->staged_count == store->staged_room) {
		store->staged_room = store->staged_room == 0 ? 32 : store->staged_room * 2;
		store->staged = ledger_realloc(store->staged, store->staged_room, sizeof(*store->staged));
	}
	store->staged[store->staged_count++] = day;
}

static int
day_write(const struct ledger_store *store, const struct ledger *ledger, int32_t day, struct err *err)
{
	struct path path = day_path(store, day, store->sequence + 1);
	struct buf buf;
	int result;

	/* Without a ceiling while it is written: it is checked as a whole. */
	buf_init(&buf, SIZE_MAX / 2);
	ledger_day_write(ledger, day, &buf);
	result = file_write(path.text, &buf, LEDGER_DAY_BYTES_MAX, err);
	buf_done(&buf);
	return result;
}

/* The rows of the day's file and those of ledger, in its place or as what it becomes. */
static int
day_join(struct ledger_store *store, const struct ledger *ledger, int32_t day, bool staged,
    struct err *err)
{
	struct path path = day_path(store, day, store->sequence + 1);
	struct ledger *joined = ledger_of_files(store);
	struct buf buf;
	int result;

	buf_init(&buf, LEDGER_DAY_BYTES_MAX + LEDGER_PADDING);
	result = day_load(store, day, staged ? store->sequence + 1 : 0, true, &buf, joined, err);
	buf_done(&buf);
	if (result == 0 && staged && unlink(path.text) != 0)
		result = failed(err, path.text, "can not be replaced");
	if (result == 0) {
		ledger_merge_day(joined, ledger, day);
		result = day_write(store, joined, day, err);
	}
	ledger_free(joined);
	return result;
}

/* The day's rows, those that it has and those of ledger, as its file of the next commit. */
static int
day_stage(struct ledger_store *store, const struct ledger *ledger, int32_t day, struct err *err)
{
	struct path path = day_path(store, day, 0);
	bool staged = is_staged(store, day);
	struct stat st;

	if (!staged)
		staged_add(store, day);
	if (!staged && lstat(path.text, &st) != 0 && errno == ENOENT)
		return day_write(store, ledger, day, err);
	return day_join(store, ledger, day, staged, err);
}

int
ledger_stage(struct ledger_store *store, const struct ledger *ledger, int32_t first,
    struct err *err)
{
	size_t i;

	if (store->unfinished && finish(store, err) != 0)
		return -1;
	for (i = 0; i < ledger->day_count; i++)
		if (ledger->days[i].day >= first
		    && day_stage(store, ledger, ledger->days[i].day, err) != 0)
			return -1;
	return 0;
}

void
ledger_unstage(struct ledger_store *store)
{
	struct path path;
	size_t i;

	for (i = 0; i < store->staged_count; i++) {
		path = day_path(store, store->staged[i], store->sequence + 1);
		(void)unlink(path.text);
	}
	store->staged_count = 0;
}

static int
state_replace(const struct ledger_store *store, const struct ledger_state *state, uint64_t sequence,
    struct err *err)
{
	struct path path = path_of(store, "state.tsv");
	struct buf buf;
	int result;

	buf_init(&buf, SIZE_MAX / 2);
	result = ledger_state_write(state, sequence, &buf, err);
	if (result == 0 && buf.length > STATE_BYTES_MAX)
		result = err_at(err, ERR_LIMIT, path.text, 0, "would have %zu bytes, wanted %zu at most",
		    buf.length, STATE_BYTES_MAX);
	if (result == 0)
		result = file_replace(path.text, buf.bytes, buf.length, 0600, err);
	buf_done(&buf);
	return result;
}

/* All on the disk, before anything says that they count. */
static int
staged_flush(const struct ledger_store *store, struct err *err)
{
	struct path path;
	size_t i;

	for (i = 0; i < store->staged_count; i++) {
		path = day_path(store, store->staged[i], store->sequence + 1);
		if (file_flush(path.text, err) != 0)
			return -1;
	}
	return directory_flush(store, err);
}

int
ledger_commit(struct ledger_store *store, const struct ledger *ledger,
    const struct ledger_state *state, struct err *err)
{
	if (ledger_stage(store, ledger, INT32_MIN, err) != 0 || staged_flush(store, err) != 0
	    || state_replace(store, state, store->sequence + 1, err) != 0) {
		ledger_unstage(store);
		return -1;
	}
	store->sequence++;
	store->staged_count = 0;
	return finish(store, err);
}
