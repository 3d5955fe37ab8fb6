/*
 * Which bytes of a log are new: whatever logrotate does to it between two
 * readings, or while one goes on, each line is read once.
 */
#include "tests/unit/log_world.h"

#include <errno.h>

#include "collect/log_files_private.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- names ---- */

static const struct {
	const char *name;
	const char *stem;	/* NULL = not the log's */
	enum log_packing packing;
	enum log_naming naming;
} names[] = {
	{ "main", NULL, 0, 0 },
	{ "main.1", ".1", LOG_PLAIN, LOG_NUMBERED },
	{ "main.0", ".0", LOG_PLAIN, LOG_NUMBERED },
	{ "main.10.gz", ".10", LOG_GZIP, LOG_NUMBERED },
	{ "main.999", ".999", LOG_PLAIN, LOG_NUMBERED },
	{ "main.1000", NULL, 0, 0 },
	{ "main-1", NULL, 0, 0 },
	{ "main-20261115", "-20261115", LOG_PLAIN, LOG_DATED },
	{ "main-20261115.gz", "-20261115", LOG_GZIP, LOG_DATED },
	{ "main-20261115.xz", "-20261115", LOG_PACKED, LOG_DATED },
	{ "main.2.bz2", ".2", LOG_PACKED, LOG_NUMBERED },
	{ "main.2.zst", ".2", LOG_PACKED, LOG_NUMBERED },
	{ "main.20261115", ".20261115", LOG_PLAIN, LOG_DATED },
	{ "main-20261115-031507", "-20261115-031507", LOG_PLAIN, LOG_DATED },
	{ "main-2026-11-15", "-2026-11-15", LOG_PLAIN, LOG_DATED },
	{ "main-2026111503", "-2026111503", LOG_PLAIN, LOG_DATED },
	{ "main-202611", "-202611", LOG_PLAIN, LOG_DATED },
	{ "main-1795305600.gz", "-1795305600", LOG_GZIP, LOG_DATED },
	{ "main-20261115-1795305600", "-20261115-1795305600", LOG_PLAIN,
	    LOG_DATED },
	/* Day first: of such names the first is not the oldest. */
	{ "main-15112026", "-15112026", LOG_PLAIN, LOG_NAMED_OTHERWISE },
	{ "main-20261315", "-20261315", LOG_PLAIN, LOG_NAMED_OTHERWISE },
	{ "main.offset", NULL, 0, 0 },
	{ "main.lck", NULL, 0, 0 },
	{ "main.bak", NULL, 0, 0 },
	{ "main.gz", NULL, 0, 0 },
	{ "main~", NULL, 0, 0 },
	{ "main.1~", NULL, 0, 0 },
	{ "main.1.bak", NULL, 0, 0 },
	{ "main.1.gz.gz", NULL, 0, 0 },
	{ "main-20261115.offset", NULL, 0, 0 },
	{ "main-20261115-", NULL, 0, 0 },
	{ "main--20261115", NULL, 0, 0 },
	{ "main-2026--1115", NULL, 0, 0 },
	{ "main2-20261115", NULL, 0, 0 },
	{ "mai", NULL, 0, 0 },
	{ "xmain.1", NULL, 0, 0 },
	{ "main.", NULL, 0, 0 },
	{ "main-", NULL, 0, 0 },
	{ "main-1234567890123456789012345", NULL, 0, 0 },
};

static void
test_names(void **state)
{
	struct arena *arena = arena_new();
	struct log_rotated_name name;
	bool is;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(names); i++) {
		is = log_rotated_name(arena, "main", names[i].name, &name);
		if (is != (names[i].stem != NULL) ||
		    (is && (strcmp(name.stem, names[i].stem) != 0 ||
		    name.packing != names[i].packing ||
		    name.naming != names[i].naming)))
			fail_msg("%s: %s, \"%s\" %d %d", names[i].name,
			    is ? "the log's" : "not the log's",
			    is ? name.stem : "", is ? (int)name.packing : -1,
			    is ? (int)name.naming : -1);
	}
	arena_free(arena);
}

static const struct {
	const char *older, *newer;
	bool told;
} ages[] = {
	{ "main.2", "main.1", true },
	{ "main.10.gz", "main.9", true },
	{ "main-20261115.gz", "main-20261122", true },
	{ "main-20251231", "main-20260101", true },
	{ "main-20261115-031500", "main-20261115-031501", true },
	{ "main-1795305600", "main-1795305601", true },
	{ "main.1", "main-20261122", false },
	{ "main-20261115", "main-2026111600", false },
	{ "main-15112026", "main-22112026", false },
};

static void
test_ages(void **state)
{
	struct arena *arena = arena_new();
	struct log_rotated_name a, b;
	size_t i;
	int order;

	(void)state;
	for (i = 0; i < COUNT(ages); i++) {
		assert_true(log_rotated_name(arena, "main", ages[i].older, &a));
		assert_true(log_rotated_name(arena, "main", ages[i].newer, &b));
		order = log_rotated_compare(&a, &b);
		if (log_rotated_comparable(&a, &b) != ages[i].told ||
		    (ages[i].told ? order >= 0 ||
		    log_rotated_compare(&b, &a) <= 0 : order != 0))
			fail_msg("%s, %s: %d", ages[i].older, ages[i].newer,
			    order);
	}
	arena_free(arena);
}

/* ---- what happens between two readings ---- */

/* Deeds of log_world.h, and r: it is read. */
static const struct {
	const char *name;
	const char *deeds;
	const char *got;	/* numbers of the lines; NULL = each once */
	bool gap;
} histories[] = {
	{ "nothing there", "r", NULL, false },
	{ "nothing changed", "aarr", NULL, false },
	{ "appended", "aaraarar", NULL, false },
	{ "appended, long enough for a whole mark", "llrlarlr", NULL, false },
	{ "an empty log that fills", "rraraar", NULL, false },
	{ "the last line has no newline yet", "aapr", "1 2", false },
	{ "and gets one", "aaprar", NULL, false },
	{ "half a line is all there is", "prpr", "", false },
	{ "half a line, then rotated", "aprRar", NULL, false },
	{ "half a line alone, then rotated", "prRar", NULL, false },
	{ "half a line alone, rotated and packed", "prRgar", NULL, false },
	{ "half a line behind a rotated file", "aRprar", NULL, false },
	{ "and that rotated again", "aRprRar", NULL, false },
	{ "and packed both", "aRprRGar", NULL, false },
	{ "and in a packed file's place", "aRgprRgar", NULL, false },
	{ "and behind an empty one", "aRRprRgar", NULL, false },
	{ "all at once, rotated before the first", "aRaRaRar", NULL, false },
	{ "packed before the first", "aRaRGaRar", NULL, false },
	{ "numbered before the first", "aNaNaNar", NULL, false },
	{ "twelve numbered, packed", "aNaNaNaNaNaNGaNaNaNaNaNaNar", NULL, false },
	{ "renamed", "aaraRar", NULL, false },
	{ "renamed when all was read", "aarRar", NULL, false },
	{ "renamed, the new one empty", "aaraRr", NULL, false },
	{ "renamed, the new one empty, twice read", "aaraRrrar", NULL, false },
	{ "renamed, none created", "aaraSr", NULL, false },
	{ "renamed, created later", "aaraSrar", NULL, false },
	{ "renamed, and packed later", "aaraRarGar", NULL, false },
	{ "renamed and packed", "aaraRGar", NULL, false },
	{ "long lines, renamed and packed", "llrlRGlr", NULL, false },
	{ "delayed packing", "aaraRarRgaRar", NULL, false },
	{ "numbered", "aaraNar", NULL, false },
	{ "numbered and packed", "aaraNGar", NULL, false },
	{ "NAME.1 becomes NAME.2.gz", "aaraNarGNar", NULL, false },
	{ "a packed one moves on", "aaraNGNar", NULL, false },
	{ "two rotations", "aaraRaRar", NULL, false },
	{ "three, packed", "aaraRaRaRGar", NULL, false },
	{ "two numbered, nothing between", "aaraNNar", NULL, false },
	{ "two rotations, all was read", "aarRRar", NULL, false },
	{ "copied and emptied", "aaraCar", NULL, false },
	{ "copied and emptied when all was read", "aarCar", NULL, false },
	{ "copied and emptied, nothing since", "aaraCr", NULL, false },
	{ "copied and emptied, grown past where it was", "aaraCaaaaaar", NULL, false },
	{ "copied, numbered", "aaraKar", NULL, false },
	{ "copied, numbered, three times", "aaraKaKaKar", NULL, false },
	{ "copied and packed", "aaraCGar", NULL, false },
	{ "copied and packed, twice", "aaraCGaCGar", NULL, false },
	{ "long lines, copied and packed", "llrlCGlllr", NULL, false },
	{ "read between copy and emptying", "aarayrtar", NULL, false },
	{ "read for the first time there", "aaayr", NULL, false },
	{ "and then emptied", "aaayrtar", NULL, false },
	{ "and written to before", "aayarar", NULL, false },
	{ "the copy numbered, others beside", "aKaKaakrtar", NULL, false },
	{ "copies that are left, never emptied", "aayaayaayrar", NULL, false },
	{ "and packed", "aayaayaayGrar", NULL, false },
	{ "and then renamed", "aayaayrarRar", NULL, false },
	{ "gzip is at work, at the first reading", "aaRhar", NULL, false },
	{ "gzip is at work", "aaraRhar", NULL, false },
	{ "and has ended", "aaraRharGar", NULL, false },
	{ "and then ended unread", "aaraRhGar", NULL, false },
	{ "gzip is at work on a copy", "aaraChar", NULL, false },
	{ "gzip is at work on an empty one", "arRhar", NULL, false },
	{ "two names for a file", "aaraRLaRar", NULL, false },
	{ "two names, at the first reading", "aaRLaRar", NULL, false },
	{ "made anew with the same bytes", "aaraRoar", NULL, false },
	{ "old ones removed", "aRaRaraRdar", NULL, false },
	{ "all removed, and the log has it", "aRaRarDar", NULL, false },
	{ "emptied before the first reading", "aaatar", "4", false },
	{ "emptied after a reading", "aaartar", NULL, true },
	{ "emptied unread", "aarataar", "1 2 4 5", true },
	{ "emptied, grown past where it was", "aaartaaaaar", NULL, true },
	{ "emptied, and empty still", "aaartr", NULL, true },
	{ "removed with what was not read", "aaraRDar", "1 2 4", true },
	{ "removed, with rotated files that were read", "aRarDtar", NULL, true },
	{ "rotated files that were read are not again", "aRaRartar", NULL, true },
	{ "the log is removed, all read", "aaarxr", NULL, false },
	{ "the log is removed and comes again", "aaarxrar", NULL, true },
	{ "no log, but rotated files", "aaRaSr", NULL, false },
};

static void
check_lines(const char *name, const struct buf *got, const char *wanted)
{
	char numbers[512] = "";
	const char *at = got->bytes, *end = got->bytes + got->length, *newline;

	for (; at < end; at = newline + 1) {
		newline = memchr(at, '\n', (size_t)(end - at));
		assert_non_null(newline);
		snprintf(numbers + strlen(numbers),
		    sizeof(numbers) - strlen(numbers), "%s%ld",
		    numbers[0] == '\0' ? "" : " ", strtol(at, NULL, 10));
	}
	if (strcmp(numbers, wanted) != 0)
		fail_msg("%s: lines %s, wanted %s", name, numbers, wanted);
}

static const char *
once(const struct world *world, char text[static 512])
{
	unsigned i;

	text[0] = '\0';
	for (i = 1; i <= world->line; i++)
		snprintf(text + strlen(text), 512 - strlen(text), "%s%u",
		    i > 1 ? " " : "", i);
	return text;
}

static void
put_decoys(const struct world *world)
{
	static const char *const others[] = { "main.offset", "main~",
	    "main.1~", "main.bak", "main-20991231.offset", "main2.1",
	    "main2-20260601.gz" };
	char path[WORLD_PATH];
	size_t i;

	for (i = 0; i < COUNT(others); i++)
		world_put(world, world_path(world, others[i], path),
		    "999 no line of the log\n", 23);
}

/* ---- each history, by each kind of host ---- */

static void
check_history(size_t i, const struct world *world)
{
	char wanted[512];

	check_lines(histories[i].name, &world->got, histories[i].got != NULL ?
	    histories[i].got : once(world, wanted));
	if (world->gap != histories[i].gap)
		fail_msg("%s: %s", histories[i].name, world->gap ?
		    "lost its place" : "does not say that it lost its place");
	if (world->failed[0] != '\0')
		fail_msg("%s: failed \"%s\"", histories[i].name, world->failed);
}

/* The clock goes on by step seconds a deed: with 0 only names tell the order. */
static void
run_history(size_t i, unsigned step, struct wrapped *wrapped)
{
	struct host *host;
	struct world world;
	const char *deed;

	world_begin(&world);
	put_decoys(&world);
	host = wrapped == NULL ? world.host : wrap(wrapped, world.host);
	if (wrapped != NULL && wrapped->room == SIZE_MAX)
		host->open_log = NULL;
	for (deed = histories[i].deeds; *deed != '\0'; deed++) {
		world.clock += step;
		if (*deed == 'r')
			world_read(&world, host);
		else
			world_do(&world, *deed);
	}
	check_history(i, &world);
	world_end(&world);
}

static void
test_histories(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(histories); i++) {
		run_history(i, 0, NULL);
		run_history(i, 3600, NULL);
	}
}

static void
test_short_reads(void **state)
{
	static const size_t rooms[] = { 1, 7, 4095 };
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(histories); i++)
		for (j = 0; j < COUNT(rooms); j++)
			run_history(i, 0,
			    &(struct wrapped){ .room = rooms[j] });
}

/* A host that opens no logs gives them as files, and tells no inodes. */
static void
test_as_files(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(histories); i++)
		if (strchr(histories[i].deeds, 'L') == NULL)
			run_history(i, 3600,
			    &(struct wrapped){ .room = SIZE_MAX });
}

/* ---- what fails ---- */

/*
 * The n-th question of a history's last reading fails. What was not read then
 * is read by the next, or it is told that something was not.
 */
static bool
run_fault(size_t i, size_t n)
{
	const char *last = strrchr(histories[i].deeds, 'r'), *deed;
	struct host *faulty;
	struct world world;
	bool told;
	size_t asked;

	world_begin(&world);
	for (deed = histories[i].deeds; *deed != '\0' && deed != last; deed++)
		if (*deed == 'r')
			world_read(&world, world.host);
		else
			world_do(&world, *deed);
	faulty = host_faulty(world.host, n, &asked);
	world_read(&world, faulty);
	host_free(faulty);
	told = world.gap || world.failed[0] != '\0';
	world_read(&world, world.host);
	if (!world_all_read(histories[i].name, &world) && !told &&
	    histories[i].got == NULL && !world.half)
		fail_msg("%s: lines are missing when question %zu fails, and "
		    "nothing says so", histories[i].name, n);
	world_end(&world);
	return asked >= n;
}

static void
test_faults(void **state)
{
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT(histories); i++)
		for (n = 1; run_fault(i, n); n++)
			;
}

static void
test_directory_not_listed(void **state)
{
	static const struct {
		const char *deeds;
		const char *got;
		bool gap;
		const char *failed;
	} cases[] = {
		/* All that is new is in the log: nobody needs the directory. */
		{ "ararr", "1 2", false, "" },
		{ "aRar", "2", false, "/log: Permission denied" },
		{ "araRar", "1 3", true, "/log: Permission denied" },
	};
	struct world world;
	const char *deed;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct wrapped wrapped = { .no_directory =
		    "/log: Permission denied" };

		world_begin(&world);
		for (deed = cases[i].deeds; *deed != '\0'; deed++)
			if (*deed == 'r' && deed == cases[i].deeds + 1)
				world_read(&world, world.host);
			else if (*deed == 'r')
				world_read(&world, wrap(&wrapped, world.host));
			else
				world_do(&world, *deed);
		check_lines(cases[i].deeds, &world.got, cases[i].got);
		assert_int_equal(world.gap, cases[i].gap);
		assert_string_equal(world.failed, cases[i].failed);
		world_end(&world);
	}
}

/* ---- a directory that is never the same ---- */

static void
put_another(void *data)
{
	struct world *world = data;
	char path[WORLD_PATH], name[32];

	snprintf(name, sizeof(name), "other-%u", ++world->piece);
	world_put(world, world_path(world, name, path), "", 0);
}

static void
rotate_again(void *data)
{
	world_do(data, 'R');
}

static void
test_busy_directory(void **state)
{
	struct world world;
	struct wrapped wrapped = { .meddle = put_another, .data = &world };
	char wanted[512];

	(void)state;
	world_begin(&world);
	world_do(&world, 'a');
	world_read(&world, world.host);
	world_do(&world, 'a');
	world_do(&world, 'R');
	world_do(&world, 'a');
	world_read(&world, wrap(&wrapped, world.host));
	check_lines("others come", &world.got, once(&world, wanted));
	assert_string_equal(world.failed, "");
	assert_true(world.piece > 5);
	/* One that is rotated all the time can not be held. */
	wrapped.meddle = rotate_again;
	world.date = 20260201;
	world_do(&world, 'R');
	world_read(&world, wrap(&wrapped, world.host));
	assert_string_equal(world.failed,
	    "/log/main: was rotated again and again meanwhile");
	world_end(&world);
}

/* ---- the log itself ---- */

static void
test_absent(void **state)
{
	struct arena *arena = arena_new();
	struct log_parts parts;
	struct world world;
	char path[WORLD_PATH];

	(void)state;
	world_begin(&world);
	world_do(&world, 'x');
	world_find(&world, world.host, arena, &parts);
	assert_true(parts.absent);
	assert_int_equal(parts.count, 0);
	assert_null(parts.failed);
	assert_null(parts.gap);
	log_parts_close(&parts);
	/* No directory is no proof that there is no log. */
	log_parts_find(world.host, arena, "/none/main", NULL, &parts);
	assert_false(parts.absent);
	assert_string_equal(parts.failed,
	    "/none/main: none: the directory does not exist");
	log_parts_close(&parts);
	assert_int_equal(mkdir(world_path(&world, "main", path), 0755), 0);
	world_find(&world, world.host, arena, &parts);
	assert_false(parts.absent);
	assert_string_equal(parts.failed,
	    "/log/main: is not a regular file");
	log_parts_close(&parts);
	assert_int_equal(rmdir(path), 0);
	world_end(&world);
	arena_free(arena);
}

static void
test_parts(void **state)
{
	struct arena *arena = arena_new();
	struct log_parts parts;
	struct world world;

	(void)state;
	world_begin(&world);
	world_do(&world, 'a');
	world.clock += 86400;
	world_do(&world, 'R');
	world_do(&world, 'a');
	world_do(&world, 'C');
	world_do(&world, 'G');
	world.clock += 86400;
	world_do(&world, 'a');
	world_find(&world, world.host, arena, &parts);
	assert_int_equal(parts.count, 3);
	assert_string_equal(parts.parts[0].path, "/log/main-20260102.gz");
	assert_true(parts.parts[0].compressed);
	assert_true(parts.parts[0].to == UINT64_MAX);
	assert_null(parts.parts[0].before);
	assert_string_equal(parts.parts[1].path, "/log/main-20260103.gz");
	assert_ptr_equal(parts.parts[1].before, &parts.parts[0]);
	assert_string_equal(parts.parts[2].path, WORLD_LOG);
	assert_false(parts.parts[2].compressed);
	assert_true(parts.parts[2].to == 7);
	assert_ptr_equal(parts.parts[2].before, &parts.parts[1]);
	/* The day is the one on which it was last written, here. */
	assert_int_equal(parts.parts[2].reference_day -
	    parts.parts[1].reference_day, 1);
	assert_in_range(parts.parts[2].reference_day * INT64_C(86400),
	    world.clock - 86400 - 86400, world.clock + 86400);
	log_parts_close(&parts);
	assert_int_equal(parts.count, 0);
	world_end(&world);
	arena_free(arena);
}

/* A link to the log: what it leads to has been rotated where it is. */
static void
test_link(void **state)
{
	static const char *const targets[] = { "log/main", "/log/main",
	    "./log/../log/main" };
	struct arena *arena = arena_new();
	struct log_parts parts;
	char link[WORLD_PATH];
	struct world world;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(targets); i++) {
		world_begin(&world);
		world_do(&world, 'a');
		world_do(&world, 'R');
		world_do(&world, 'a');
		snprintf(link, sizeof(link), "%s/mail.log", world.root);
		assert_int_equal(symlink(targets[i], link), 0);
		log_parts_find(world.host, arena, "/mail.log", NULL, &parts);
		assert_int_equal(parts.count, 2);
		assert_string_equal(parts.parts[1].path, "/mail.log");
		log_parts_close(&parts);
		unlink(link);
		world_end(&world);
	}
	arena_free(arena);
}

/* ---- what tells a place ---- */

static void
after(struct world *world, const char *deeds)
{
	for (; *deeds != '\0'; deeds++)
		if (*deeds == 'r')
			world_read(world, world->host);
		else
			world_do(world, *deeds);
}

static uint64_t
inode_of(const struct world *world, const char *name)
{
	char path[WORLD_PATH];
	struct stat st;

	assert_int_equal(stat(world_path(world, name, path), &st), 0);
	return st.st_ino;
}

static void
check_world(const char *name, struct world *world, const char *lines, bool gap)
{
	check_lines(name, &world->got, lines);
	if (world->gap != gap || world->failed[0] != '\0')
		fail_msg("%s: gap %d, failed \"%s\"", name, world->gap,
		    world->failed);
	world_end(world);
}

static void
test_places(void **state)
{
	struct world world;

	(void)state;
	/* The new log got the inode of the old one, which gzip has freed. */
	world_begin(&world);
	after(&world, "aaraRGa");
	world.position.inode = inode_of(&world, "main");
	after(&world, "r");
	check_world("inode used again", &world, "1 2 3 4", false);

	/* And the rotated one that of another. */
	world_begin(&world);
	after(&world, "aRarRaRa");
	world.position.inode = inode_of(&world, "main-20260104");
	after(&world, "r");
	check_world("inode of a newer one", &world, "1 2 3 4", false);

	world_begin(&world);
	after(&world, "aara");
	world.position.device ^= 1;
	after(&world, "r");
	check_world("another device", &world, "1 2 3", false);

	world_begin(&world);
	after(&world, "aara");
	world.position.device ^= 1;
	world.position.inode ^= 1;
	after(&world, "r");
	check_world("restored from a backup", &world, "1 2 3", false);

	/* A place at the very beginning has nothing but its inode. */
	world_begin(&world);
	after(&world, "aaraRa");
	world.position.inode = inode_of(&world, "main-20260102");
	world.position.offset = world.position.mark_length = 0;
	after(&world, "r");
	check_lines("beginning of a rotated one", &world.got, "1 2 1 2 3 4");
	world_end(&world);

	world_begin(&world);
	after(&world, "aaraRa");
	world.position.inode = inode_of(&world, "main");
	world.position.offset = world.position.mark_length = 0;
	after(&world, "r");
	check_world("beginning of the log", &world, "1 2 4", false);

	/* Marks that no cpward wrote. */
	world_begin(&world);
	after(&world, "aara");
	world.position.mark_length = UINT32_MAX;
	after(&world, "r");
	check_world("a mark that is too long", &world, "1 2 1 2 3", true);

	world_begin(&world);
	after(&world, "aara");
	world.position.offset = UINT64_MAX;
	after(&world, "r");
	check_world("a place behind all", &world, "1 2 1 2 3", true);
}

/* ---- names that tell little ---- */

static void
put_line(struct world *world, const char *name)
{
	char path[WORLD_PATH], text[32];
	int length = snprintf(text, sizeof(text), "%u line\n", ++world->line);

	world->clock += 60;
	world_put(world, world_path(world, name, path), text, (size_t)length);
}

static void
test_order(void **state)
{
	struct world world;
	char path[WORLD_PATH];

	(void)state;
	/* Of different kinds: times tell. */
	world_begin(&world);
	put_line(&world, "main-20260601");
	put_line(&world, "main.3");
	put_line(&world, "main-15072026");
	put_line(&world, "main-20260201-120000");
	put_line(&world, "main.2");
	after(&world, "ar");
	check_world("times", &world, "1 2 3 4 5 6", false);

	/* Of one kind: a time may be that of a touch(1). */
	world_begin(&world);
	put_line(&world, "main-20260601");
	put_line(&world, "main-20260701");
	world.clock += 3600;
	world_date(&world, world_path(&world, "main-20260601", path));
	after(&world, "ar");
	check_world("names", &world, "1 2 3", false);

	/* NAME.1.gz was left behind when packing was given up. */
	world_begin(&world);
	put_line(&world, "main.1");
	after(&world, "g");
	put_line(&world, "main.1");
	after(&world, "ar");
	check_world("left behind", &world, "1 2 3", false);
}

static void
test_packed_otherwise(void **state)
{
	struct world world;

	(void)state;
	world_begin(&world);
	after(&world, "aRar");
	put_line(&world, "main-20250101.xz");
	after(&world, "ar");
	/* It is older than all that is needed. */
	assert_string_equal(world.failed, "");
	put_line(&world, "main-20270101.xz");
	after(&world, "Rr");
	assert_string_equal(world.failed, "/log/main-20270101.xz: is packed "
	    "in a way that is not read; gzip is");
	assert_false(world.gap);
	world_end(&world);

	world_begin(&world);
	put_line(&world, "main-20250101.xz");
	put_line(&world, "main-20250102.bz2");
	put_line(&world, "main-20250103.zst");
	put_line(&world, "main-20250104.Z");
	put_line(&world, "main-20250105.lz4");
	put_line(&world, "main-20250106.lzma");
	after(&world, "ar");
	check_lines("packed", &world.got, "7");
	assert_non_null(strstr(world.failed, "/log/main-20250104.Z: is packed"));
	assert_null(strstr(world.failed, "main-20250105.lz4"));
	assert_non_null(strstr(world.failed, "; and more"));
	world_end(&world);

	/* While xz is at work its input is there. */
	world_begin(&world);
	after(&world, "aR");
	put_line(&world, "main-20260102.xz");
	world.line = 1;
	after(&world, "ar");
	check_world("xz at work", &world, "1 2", false);
}

static void
test_many(void **state)
{
	struct world world;
	char name[32];
	int i;

	(void)state;
	world_begin(&world);
	for (i = 0; i < 60; i++) {
		snprintf(name, sizeof(name), "main-2020%02d%02d", i / 28 + 1,
		    i % 28 + 1);
		put_line(&world, name);
	}
	world_read(&world, world.host);
	assert_true(world_all_read("60", &world));
	assert_string_equal(world.failed, "");
	for (i = 0; i < 160; i++) {
		snprintf(name, sizeof(name), "main-2021%02d%02d", i / 28 + 1,
		    i % 28 + 1);
		put_line(&world, name);
	}
	world.placed = false;
	world.got.length = 0;
	after(&world, "ar");
	assert_int_equal(strtol(world.got.bytes, NULL, 10), 21);
	assert_false(world_all_read("220", &world));
	assert_string_equal(world.failed,
	    "/log: has 220 rotated files of it, 200 are read");
	world_end(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_ages),
		cmocka_unit_test(test_histories),
		cmocka_unit_test(test_short_reads),
		cmocka_unit_test(test_as_files),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_directory_not_listed),
		cmocka_unit_test(test_busy_directory),
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_link),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_packed_otherwise),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
