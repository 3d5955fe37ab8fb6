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
	const char *failed;	/* part of what the last reading could not; NULL = nothing */
} histories[] = {
	{ "nothing there", "r", NULL, false, NULL },
	{ "nothing changed", "aarr", NULL, false, NULL },
	{ "appended", "aaraarar", NULL, false, NULL },
	{ "appended, long enough for a whole mark", "llrlarlr", NULL, false, NULL },
	{ "an empty log that fills", "rraraar", NULL, false, NULL },
	{ "the last line has no newline yet", "aapr", "1 2", false, NULL },
	{ "and gets one", "aaprar", NULL, false, NULL },
	{ "half a line is all there is", "prpr", "", false, NULL },
	{ "half a line, then rotated", "aprRar", NULL, false, NULL },
	{ "half a line alone, then rotated", "prRar", NULL, false, NULL },
	{ "half a line alone, rotated and packed", "prRgar", NULL, false, NULL },
	{ "half a line behind a rotated file", "aRprar", NULL, false, NULL },
	{ "and that rotated again", "aRprRar", NULL, false, NULL },
	{ "and packed both", "aRprRGar", NULL, false, NULL },
	{ "and in a packed file's place", "aRgprRgar", NULL, false, NULL },
	{ "and behind an empty one", "aRRprRgar", NULL, false, NULL },
	{ "all at once, rotated before the first", "aRaRaRar", NULL, false, NULL },
	{ "packed before the first", "aRaRGaRar", NULL, false, NULL },
	{ "numbered before the first", "aNaNaNar", NULL, false, NULL },
	{ "twelve numbered, packed", "aNaNaNaNaNaNGaNaNaNaNaNaNar", NULL, false, NULL },
	{ "renamed", "aaraRar", NULL, false, NULL },
	{ "renamed when all was read", "aarRar", NULL, false, NULL },
	{ "renamed, the new one empty", "aaraRr", NULL, false, NULL },
	{ "renamed, the new one empty, twice read", "aaraRrrar", NULL, false, NULL },
	{ "renamed, none created", "aaraSr", NULL, false, NULL },
	{ "renamed, created later", "aaraSrar", NULL, false, NULL },
	{ "renamed, and packed later", "aaraRarGar", NULL, false, NULL },
	{ "renamed and packed", "aaraRGar", NULL, false, NULL },
	{ "long lines, renamed and packed", "llrlRGlr", NULL, false, NULL },
	{ "delayed packing", "aaraRarRgaRar", NULL, false, NULL },
	{ "numbered", "aaraNar", NULL, false, NULL },
	{ "numbered and packed", "aaraNGar", NULL, false, NULL },
	{ "NAME.1 becomes NAME.2.gz", "aaraNarGNar", NULL, false, NULL },
	{ "a packed one moves on", "aaraNGNar", NULL, false, NULL },
	{ "two rotations", "aaraRaRar", NULL, false, NULL },
	{ "three, packed", "aaraRaRaRGar", NULL, false, NULL },
	{ "two numbered, nothing between", "aaraNNar", NULL, false, NULL },
	{ "two rotations, all was read", "aarRRar", NULL, false, NULL },
	{ "copied and emptied", "aaraCar", NULL, false, NULL },
	{ "copied and emptied when all was read", "aarCar", NULL, false, NULL },
	{ "copied and emptied, nothing since", "aaraCr", NULL, false, NULL },
	{ "copied and emptied, grown past where it was", "aaraCaaaaaar", NULL, false, NULL },
	{ "copied, numbered", "aaraKar", NULL, false, NULL },
	{ "copied, numbered, three times", "aaraKaKaKar", NULL, false, NULL },
	{ "copied and packed", "aaraCGar", NULL, false, NULL },
	{ "copied and packed, twice", "aaraCGaCGar", NULL, false, NULL },
	{ "long lines, copied and packed", "llrlCGlllr", NULL, false, NULL },
	{ "read between copy and emptying", "aarayrtar", NULL, false, NULL },
	{ "read for the first time there", "aaayr", NULL, false, NULL },
	{ "and then emptied", "aaayrtar", NULL, false, NULL },
	{ "and written to before", "aayarar", NULL, false, NULL },
	{ "the copy numbered, others beside", "aKaKaakrtar", NULL, false, NULL },
	{ "copies that are left, never emptied", "aayaayaayrar", NULL, false, NULL },
	{ "and packed", "aayaayaayGrar", NULL, false, NULL },
	{ "and then renamed", "aayaayrarRar", NULL, false, NULL },
	{ "gzip is at work, at the first reading", "aaRhar", NULL, false, NULL },
	{ "gzip is at work", "aaraRhar", NULL, false, NULL },
	{ "and has ended", "aaraRharGar", NULL, false, NULL },
	{ "and then ended unread", "aaraRhGar", NULL, false, NULL },
	{ "gzip is at work on a copy", "aaraChar", NULL, false, NULL },
	{ "two names for a file", "aaraRLaRar", NULL, false, NULL },
	{ "two names, at the first reading", "aaRLaRar", NULL, false, NULL },
	{ "made anew with the same bytes", "aaraRoar", NULL, false, NULL },
	{ "old ones removed", "aRaRaraRdar", NULL, false, NULL },
	{ "all removed, and the log has it", "aRaRarDar", NULL, false, NULL },
	{ "emptied before the first reading", "aaatar", "4", false, NULL },
	{ "emptied after a reading", "aaartar", NULL, true, NULL },
	{ "emptied unread", "aarataar", "1 2 4 5", true, NULL },
	{ "emptied, grown past where it was", "aaartaaaaar", NULL, true, NULL },
	{ "emptied, and empty still", "aaartr", NULL, true, NULL },
	{ "removed with what was not read", "aaraRDar", "1 2 4", true, NULL },
	{ "removed, with rotated files that were read", "aRarDtar", NULL, true, NULL },
	{ "rotated files that were read are not again", "aRaRartar", NULL, true, NULL },
	{ "the log is removed, all read", "aaarxr", NULL, false, NULL },
	{ "the log is removed and comes again", "aaarxrar", NULL, true, NULL },
	{ "no log, but rotated files", "aaRaSr", NULL, false, NULL },
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

/* The clock goes on by step seconds a deed: with 0 only names tell the order. */
static void
run_history(size_t i, unsigned step)
{
	struct world world;
	const char *deed;
	char wanted[512];

	world_begin(&world);
	put_decoys(&world);
	for (deed = histories[i].deeds; *deed != '\0'; deed++) {
		world.clock += step;
		if (*deed == 'r')
			world_read(&world, world.host);
		else
			world_do(&world, *deed);
	}
	check_lines(histories[i].name, &world.got, histories[i].got != NULL ?
	    histories[i].got : once(&world, wanted));
	if (world.gap != histories[i].gap)
		fail_msg("%s: %s", histories[i].name, world.gap ?
		    "lost its place" : "does not say that it lost its place");
	if (histories[i].failed == NULL ? world.failed[0] != '\0' :
	    strstr(world.failed, histories[i].failed) == NULL)
		fail_msg("%s: failed \"%s\"", histories[i].name, world.failed);
	world_end(&world);
}

static void
test_histories(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(histories); i++) {
		run_history(i, 0);
		run_history(i, 3600);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_ages),
		cmocka_unit_test(test_histories),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
