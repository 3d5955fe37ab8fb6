/*
 * Finding what of a log was not read yet.
 *
 * Most runs find the bytes before the position in the log itself: then all that
 * is new is behind them, and no other file is looked at. Else the log was
 * rotated, and which file is which must be told while logrotate may be at work:
 * files are opened newest first, the way they move, and it is done again when
 * anything has changed meanwhile.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "collect/log_files_private.h"

#define TRIES 4
#define LINKS_MAX 8
/* Each is an open file: 1024 are allowed a process, by default. */
#define ROTATED_MAX 200
#define FAILED_MAX 4		/* that are named */
#define SECONDS_A_DAY 86400

struct rotated {
	struct log_rotated_name name;
	struct log_part part;
	const char *unread;		/* why it can not be told from others; NULL = it can */
};

struct search {
	struct host *host;
	struct arena *arena;
	const char *log;		/* as asked for */
	const char *real;		/* where links from it lead */
	const struct log_position *position;	/* NULL = nothing was read yet */
	struct log_part current;	/* the log itself */
	struct rotated *rotated;	/* oldest first */
	size_t count;
	const char *unlisted;		/* why other files are not known; NULL = they are */
	bool unsteady;			/* files came and went */
	bool doubled;			/* a file was met under two names */
	size_t failed_count;
};

/* ---- single files ---- */

static int32_t
local_day(int64_t seconds)
{
	time_t at = (time_t)seconds;
	struct tm local = { 0 };

	if (localtime_r(&at, &local) != NULL)
		seconds += local.tm_gmtoff;
	return (int32_t)(seconds / SECONDS_A_DAY - (seconds % SECONDS_A_DAY < 0));
}

static struct log_part
part_open(struct search *search, const char *path, enum log_packing packing)
{
	struct log_part part = { .path = arena_strdup(search->arena, path),
	    .file = host_open_log(search->host, search->arena, path),
	    .compressed = packing == LOG_GZIP };

	part.to = part.compressed ? UINT64_MAX : (uint64_t)part.file.size;
	if (part.file.status == ANSWER_OK)
		part.reference_day = local_day(part.file.mtime);
	return part;
}

static bool
is_open(const struct log_part *part)
{
	return part->file.status == ANSWER_OK;
}

static void
part_close(struct log_part *part)
{
	if (is_open(part))
		part->file.close(&part->file);
	part->file.status = ANSWER_FAILED;
}

static bool
same_file(const struct log_part *a, const struct log_part *b)
{
	return is_open(a) && is_open(b) && a->file.inode != 0 &&
	    a->file.inode == b->file.inode && a->file.device == b->file.device;
}

static bool
readable(const struct rotated *rotated)
{
	return is_open(&rotated->part) && rotated->name.packing != LOG_PACKED;
}

/* ---- the files beside the log ---- */

static const char *
directory_of(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL || slash == path ? "/" :
	    arena_memdup(arena, path, (size_t)(slash - path));
}

/* logrotate leaves links alone: it is what they lead to that has been rotated. */
static const char *
follow_links(struct host *host, struct arena *arena, const char *path)
{
	struct answer answer;
	int i;

	for (i = 0; i < LINKS_MAX; i++) {
		answer = host_link(host, arena, path);
		if (answer.status != ANSWER_OK || answer.length == 0)
			break;
		path = answer.bytes[0] == '/' ? answer.bytes :
		    arena_join(arena, directory_of(arena, path), "/",
		    answer.bytes);
	}
	return path;
}

static int
by_name(const void *a, const void *b)
{
	const struct rotated *left = a, *right = b;
	int order = log_rotated_compare(&left->name, &right->name);

	if (order == 0)
		order = (int)left->name.naming - (int)right->name.naming;
	if (order == 0)
		order = strcmp(left->name.stem, right->name.stem);
	return order != 0 ? order :
	    (int)right->name.packing - (int)left->name.packing;
}

/* What is not open has no time: it may be the newest. */
static int64_t
time_of(const struct rotated *rotated)
{
	return is_open(&rotated->part) ? rotated->part.file.mtime : INT64_MAX;
}

static int
by_time(const void *a, const void *b)
{
	int64_t left = time_of(a), right = time_of(b);

	return left != right ? (left < right ? -1 : 1) : by_name(a, b);
}

/*
 * Names of one kind can not be wrong about the order, times can: a backup that
 * was restored, a touch(1). Names of several kinds tell nothing of each other.
 */
static void
sort_rotated(struct search *search)
{
	bool named = true;
	size_t i;

	if (search->count == 0)
		return;
	for (i = 1; i < search->count; i++)
		named = named && log_rotated_comparable(
		    &search->rotated[0].name, &search->rotated[i].name);
	qsort(search->rotated, search->count, sizeof(*search->rotated),
	    named ? by_name : by_time);
}

static const char *
base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static void
list_rotated(struct search *search, const struct answer *listing)
{
	const char *directory = directory_of(search->arena, search->real);
	const char *base = base_of(search->real);
	struct log_rotated_name name;
	struct rotated *rotated;
	const char **names;
	size_t count, i;

	search->rotated = NULL;
	search->count = 0;
	host_names(search->arena, listing, &names, &count);
	for (i = 0; i < count; i++) {
		if (!log_rotated_name(search->arena, base, names[i], &name))
			continue;
		rotated = arena_push(search->arena, &search->rotated,
		    &search->count);
		rotated->name = name;
		rotated->part.path = arena_join(search->arena, directory,
		    directory[1] == '\0' ? "" : "/", names[i]);
	}
	if (search->count > 0)
		qsort(search->rotated, search->count,
		    sizeof(*search->rotated), by_name);
}

static void
forget_rotated(struct search *search, size_t index)
{
	part_close(&search->rotated[index].part);
	memmove(&search->rotated[index], &search->rotated[index + 1],
	    (search->count - index - 1) * sizeof(*search->rotated));
	search->count--;
}

/* Has a newer file the same inode? */
static bool
met_before(const struct search *search, size_t index)
{
	const struct log_part *part = &search->rotated[index].part;
	size_t i;

	for (i = index + 1; i < search->count; i++)
		if (same_file(part, &search->rotated[i].part))
			return true;
	return same_file(part, &search->current);
}

static void
open_rotated(struct search *search)
{
	struct rotated *rotated;
	size_t i;

	for (i = search->count; i-- > 0;) {
		rotated = &search->rotated[i];
		rotated->part = part_open(search, rotated->part.path,
		    rotated->name.packing);
		if (rotated->part.file.status == ANSWER_ABSENT) {
			search->unsteady = true;
			forget_rotated(search, i);
		} else if (met_before(search, i)) {
			search->doubled = true;
			forget_rotated(search, i);
		}
	}
}

/*
 * A log that is another or shorter now was rotated meanwhile. What it has grown
 * by may be in a copy that was made meanwhile: that is the log's as well.
 */
static void
open_again(struct search *search)
{
	struct log_part again = part_open(search, search->log, LOG_PLAIN);
	struct log_part *current = &search->current;

	if (is_open(&again) && is_open(current) &&
	    (again.file.inode != current->file.inode ||
	    again.file.device != current->file.device ||
	    again.file.size < current->file.size))
		search->unsteady = true;
	if (!is_open(&again) || !is_open(current)) {
		part_close(&again);
		return;
	}
	part_close(current);
	*current = again;
}

/* Those that begin as the log's does: what else comes and goes there is all the same. */
static const char *
names_alike(struct search *search, const struct answer *listing)
{
	const char *base = base_of(search->real), *alike;
	const char **names;
	size_t count, i;
	struct buf text;

	buf_init(&text, HOST_CAP_LIST);
	host_names(search->arena, listing, &names, &count);
	for (i = 0; i < count; i++)
		if (strncmp(names[i], base, strlen(base)) == 0)
			(void)buf_addf(&text, "%s/", names[i]);
	alike = arena_memdup(search->arena, text.bytes, text.length);
	buf_done(&text);
	return alike;
}

static void
look_again(struct search *search, const struct answer *listing)
{
	const char *directory = directory_of(search->arena, search->real);
	struct answer again = host_dir(search->host, search->arena, directory);

	if (again.status == ANSWER_OK && strcmp(names_alike(search, &again),
	    names_alike(search, listing)) != 0)
		search->unsteady = true;
	open_again(search);
}

static void
look(struct search *search)
{
	const char *directory = directory_of(search->arena, search->real);
	struct answer listing = host_dir(search->host, search->arena,
	    directory);

	search->unlisted = listing.status == ANSWER_FAILED ||
	    listing.status == ANSWER_SKIPPED ? listing.why : NULL;
	if (listing.status != ANSWER_OK)
		return;
	list_rotated(search, &listing);
	if (search->count > ROTATED_MAX) {
		search->unlisted = arena_printf(search->arena,
		    "%s: has %zu rotated files of it, %d are read",
		    directory, search->count, ROTATED_MAX);
		search->rotated += search->count - ROTATED_MAX;
		search->count = ROTATED_MAX;
	}
	open_rotated(search);
	look_again(search, &listing);
}

static void
close_all(struct search *search)
{
	part_close(&search->current);
	while (search->count > 0)
		forget_rotated(search, search->count - 1);
}

/* ---- one file in two places ---- */

#define HEAD_BYTES 512

/* Does b begin as a does, as far as both are to be had? */
static bool
begins_alike(const struct log_part *a, const struct log_part *b)
{
	char left[HEAD_BYTES], right[HEAD_BYTES];
	const char *why;
	size_t length = log_head(a, left, sizeof(left), &why);
	size_t had = log_head(b, right, length, &why);

	if (had < length && (why == NULL || had == 0))
		return false;
	return memcmp(left, right, had) == 0;
}

/*
 * Is all that it holds at the beginning of the log? Then it is the copy that
 * copytruncate makes before it empties the log, or one that "copy" leaves. Where
 * that can be read in part only, what is read of it must not be read twice.
 */
static bool
copied_from(const struct log_part *copy, const struct log_part *log)
{
	struct log_position end;
	const char *why;

	return is_open(log) && begins_alike(copy, log) &&
	    log_position_at_end(NULL, copy, &end) == 0 &&
	    log_mark_check(log, &end, &why) != LOG_MARK_DIFFERS;
}

/*
 * While gzip runs its input is there too, and what comes out is not whole. A
 * packed file of that name that begins otherwise is an old one, left behind.
 */
static bool
being_packed(const struct search *search, size_t index)
{
	const struct rotated *rotated = &search->rotated[index];
	const struct rotated *other;
	size_t i;

	if (rotated->name.packing == LOG_PLAIN)
		return false;
	for (i = 0; i < search->count; i++) {
		other = &search->rotated[i];
		if (other->name.packing != LOG_PLAIN || !readable(other) ||
		    strcmp(other->name.stem, rotated->name.stem) != 0)
			continue;
		return rotated->name.packing == LOG_PACKED ||
		    !is_open(&rotated->part) ||
		    begins_alike(&rotated->part, &other->part);
	}
	return false;
}

/* What is being packed first: what it is packed from may be a copy itself. */
static void
forget_copies(struct search *search)
{
	size_t i;

	for (i = search->count; i-- > 0;)
		if (being_packed(search, i))
			forget_rotated(search, i);
	for (i = search->count; i-- > 0;)
		if (readable(&search->rotated[i]) &&
		    copied_from(&search->rotated[i].part, &search->current))
			forget_rotated(search, i);
}

/* ---- where reading left off ---- */

/*
 * Of a beginning only the inode can tell. Else the mark decides: an inode may
 * have gone to another file, a device's number changes, a copy has its own.
 * *ret_why is set where its bytes can not be read.
 */
static bool
left_off_in(const struct search *search, const struct log_part *part,
    const char **ret_why)
{
	const struct log_position *position = search->position;

	if (position == NULL || !is_open(part))
		return false;
	if (position->offset == 0)
		return part->file.inode != 0 &&
		    part->file.inode == position->inode;
	return log_mark_check(part, position, ret_why) == LOG_MARK_MATCHES;
}

#define NOWHERE SIZE_MAX

/* In which rotated file: first the one with the inode, then newest first. */
static size_t
find_place(struct search *search)
{
	struct rotated *rotated;
	size_t pass, i;

	for (pass = 0; pass < 2 && search->position != NULL; pass++)
		for (i = search->count; i-- > 0;) {
			rotated = &search->rotated[i];
			if (readable(rotated) && (pass == 0) ==
			    (rotated->part.file.inode ==
			    search->position->inode) &&
			    left_off_in(search, &rotated->part,
			    &rotated->unread))
				return i;
		}
	return NOWHERE;
}

/* ---- what comes of it ---- */

static void
add_failed(struct search *search, struct log_parts *parts, const char *why)
{
	search->failed_count++;
	if (parts->failed == NULL)
		parts->failed = why;
	else if (search->failed_count <= FAILED_MAX)
		parts->failed = arena_join(search->arena, parts->failed, "; ",
		    why);
	else if (search->failed_count == FAILED_MAX + 1)
		parts->failed = arena_join(search->arena, parts->failed,
		    "; and more");
}

static void
add_lost(struct search *search, struct log_parts *parts, const char *why)
{
	parts->lost = true;
	add_failed(search, parts, why);
}

static void
add_part(struct search *search, struct log_parts *parts,
    const struct log_part *part)
{
	*arena_push(search->arena, &parts->parts, &parts->count) = *part;
}

static void
add_unread(struct search *search, struct log_parts *parts,
    const struct rotated *rotated)
{
	const struct log_part *part = &rotated->part;

	if (!is_open(part))
		add_lost(search, parts, part->file.why);
	else
		add_lost(search, parts, arena_join(search->arena, part->path,
		    ": ", rotated->name.packing == LOG_PACKED ?
		    "is packed in a way that is not read; gzip is" :
		    rotated->unread));
}

static void
add_current(struct search *search, struct log_parts *parts)
{
	if (is_open(&search->current))
		add_part(search, parts, &search->current);
	else if (search->current.file.status == ANSWER_ABSENT)
		parts->absent = true;
	else
		add_failed(search, parts, search->current.file.why);
}

/*
 * The place is in none of the files: one of them that was written to after the
 * place's day was read whole before, or not at all. Where a mark could not be
 * looked for, the place may be.
 */
static size_t
first_written_since(const struct search *search)
{
	size_t i = search->count;

	if (search->position->last_day == 0)
		return i;
	while (i > 0 && readable(&search->rotated[i - 1]) &&
	    search->rotated[i - 1].unread == NULL &&
	    search->rotated[i - 1].part.reference_day > search->position->last_day)
		i--;
	return i;
}

/*
 * From which rotated file on; count for none of them. A position that is
 * nowhere: what is in the log now was not read, for else it would be there. What
 * the rotated files hold may have been, unless they were written to since.
 */
static size_t
place_to_begin(struct search *search, struct log_parts *parts)
{
	const struct log_position *position = search->position;
	size_t place = find_place(search);

	if (place != NOWHERE) {
		search->rotated[place].part.from = position->offset;
		return place;
	}
	if (search->unlisted != NULL)
		add_lost(search, parts, search->unlisted);
	/* Which of them follow each other nobody knows. */
	if (position == NULL && search->unsteady)
		return search->count;
	if (position == NULL || position->offset == 0)
		return 0;
	if (!is_open(&search->current))
		return search->count;
	parts->gap = "where reading left off is in none of the files";
	return first_written_since(search);
}

static void
add_all_rotated(struct search *search, struct log_parts *parts)
{
	struct rotated *rotated;
	size_t first, i;

	forget_copies(search);
	sort_rotated(search);
	first = place_to_begin(search, parts);
	if (search->unsteady)
		add_lost(search, parts, arena_join(search->arena,
		    search->log, ": was rotated again and again meanwhile"));
	for (i = 0; i < search->count; i++) {
		rotated = &search->rotated[i];
		if (i >= first && readable(rotated)) {
			add_part(search, parts, &rotated->part);
			continue;
		}
		/* The place may have been in one that nobody can look into. */
		if (i >= first || (parts->gap != NULL &&
		    (!readable(rotated) || rotated->unread != NULL)))
			add_unread(search, parts, rotated);
		/* A first run begins behind what it can not read: there is no hole in it. */
		if (search->position == NULL)
			log_parts_close(parts);
		part_close(&rotated->part);
	}
}

/*
 * Opens the log; true when all that is new is in it. Where nobody can tell, it
 * is as good as not opened: from its beginning lines would be read twice.
 */
static bool
open_current(struct search *search)
{
	const char *why = NULL;

	search->unsteady = search->doubled = false;
	search->unlisted = NULL;
	search->current = part_open(search, search->log, LOG_PLAIN);
	if (left_off_in(search, &search->current, &why)) {
		search->current.from = search->position->offset;
		return true;
	}
	if (why != NULL) {
		part_close(&search->current);
		search->current.file.why = arena_join(search->arena,
		    search->log, ": ", why);
	}
	return false;
}

/* False when the place was found in the log itself: no other file is needed. */
static bool
look_around(struct search *search)
{
	int tries;

	for (tries = 1; !open_current(search); tries++) {
		if (tries == 1)
			search->real = follow_links(search->host,
			    search->arena, search->log);
		look(search);
		/* Two names may be there to stay. */
		if (tries == TRIES || (!search->unsteady &&
		    (!search->doubled || tries > 1)))
			return true;
		close_all(search);
	}
	return false;
}

void
log_parts_find(struct host *host, struct arena *arena, const char *log,
    const struct log_position *position, struct log_parts *ret_parts)
{
	struct search search = { .host = host, .arena = arena, .log = log,
	    .real = log, .position = position };
	struct log_parts parts = { NULL };
	size_t i;

	if (look_around(&search))
		add_all_rotated(&search, &parts);
	add_current(&search, &parts);
	for (i = 1; i < parts.count; i++)
		parts.parts[i].before = &parts.parts[i - 1];
	*ret_parts = parts;
}

void
log_parts_leave(struct log_parts *parts, size_t count)
{
	size_t i;

	if (count == 0)
		return;
	for (i = 0; i < count; i++)
		part_close(&parts->parts[i]);
	parts->parts += count;
	parts->count -= count;
	if (parts->count > 0)
		parts->parts[0].before = NULL;
}

void
log_parts_close(struct log_parts *parts)
{
	log_parts_leave(parts, parts->count);
}
