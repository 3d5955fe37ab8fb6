/*
 * A log's life at random: written, rotated, copied, packed, removed when all was
 * read; and read now and then, also while logrotate is at work. Whatever comes,
 * what was read is what was written: nothing is lost, nothing is read twice.
 */
#include "tests/unit/log_world.h"

#define ROUNDS 800
#define ROUNDS_AT_WORK 250
#define DEEDS 40

/* Not rand(3): the same everywhere. Numerical Recipes' "quick and dirty" LCG. */
static unsigned
draw(uint32_t *seed, unsigned below)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 16) % below;
}

/* ---- one deed after the other ---- */

/* How a server's logs are rotated, one choice a round. */
static const char *const habits[] = {
	"aaaaplR",		/* dateext, nocompress */
	"aaaaplRG",		/* compress */
	"aaaaplRg",		/* and what is not packed at once */
	"aaaaplNG",		/* numbered */
	"aaaaplNg",
	"aaaaplN",
	"aaaaplC",		/* copytruncate */
	"aaaaplCG",
	"aaaaplKg",
	"aaaaplKG",
	"aaaaplSaGR",		/* nocreate */
	"aaaaplhCG",		/* gzip is at work when it is read */
	"aaaaplRhG",
	"aaaaplNKg",		/* both, by an admin who tries things */
	"aaaaplRCgoG",
};

static void
check_round(const char *name, uint32_t seed, const char *done,
    const struct world *world)
{
	if (world->gap || world->failed[0] != '\0')
		fail_msg("%s, seed %u: %s: gap %d, failed \"%s\"", name, seed,
		    done, world->gap, world->failed);
	if (world->got.length > world->written.length ||
	    memcmp(world->got.bytes, world->written.bytes,
	    world->got.length) != 0)
		fail_msg("%s, seed %u: %s: %zu bytes, others than the %zu "
		    "that were written", name, seed, done, world->got.length,
		    world->written.length);
}

/* All that was written must have been read, but for a line that has no end. */
static void
check_whole(const char *name, uint32_t seed, const char *done,
    const struct world *world)
{
	const char *newline = world->written.length == 0 ? NULL :
	    memrchr(world->written.bytes, '\n', world->written.length);
	size_t whole = newline == NULL ? 0 :
	    (size_t)(newline + 1 - world->written.bytes);

	check_round(name, seed, done, world);
	/* What a rotated file ends with is read, though no newline is there. */
	if (world->got.length < whole)
		fail_msg("%s, seed %u: %s: %zu bytes of %zu", name, seed, done,
		    world->got.length, whole);
}

static char
next_deed(const char *habit, const struct world *world, uint32_t *seed)
{
	char name[NAME_MAX + 1];
	char deed = habit[draw(seed, (unsigned)strlen(habit))];

	if (draw(seed, 4) == 0)
		return 'r';
	/* There must be one to be made anew. */
	if (deed == 'o' && !world_pick(world, true, true, name))
		return 'a';
	return deed;
}

static void
run_round(uint32_t seed)
{
	const char *habit = habits[seed % (sizeof(habits) / sizeof(habits[0]))];
	char done[DEEDS + 2] = "";
	uint32_t random = seed;
	unsigned step = draw(&random, 3) * 600, i;
	struct world world;

	world_begin(&world);
	for (i = 0; i < DEEDS; i++) {
		done[i] = next_deed(habit, &world, &random);
		world.clock += step;
		if (done[i] == 'r') {
			world_read(&world, world.host);
			check_round("deeds", seed, done, &world);
		} else {
			world_do(&world, done[i]);
		}
	}
	done[i] = 'r';
	world_read(&world, world.host);
	check_whole("deeds", seed, done, &world);
	world_end(&world);
}

static void
test_deeds(void **state)
{
	uint32_t seed;

	(void)state;
	for (seed = 1; seed <= ROUNDS; seed++)
		run_round(seed);
}

/* ---- logrotate at work while it is read ---- */

/*
 * What one run of logrotate does, step by step, and what is written meanwhile:
 * between any two steps the reader may look. Between copy and emptying nothing
 * is written, for that nobody could save.
 */
static const char *const runs[] = {
	"aRaga",		/* renamed, created, packed */
	"aSaga",		/* renamed, the writer creates it */
	"aNag",
	"aRahag",		/* gzip takes its time */
	"ahgNa",		/* delaycompress: the one before is packed first */
	"hgN",
	"ayt",			/* copied, emptied */
	"akt",
	"aytg",
	"aythg",
	"yt",
	"aRd",			/* and the oldest goes, which was read long ago */
	"aNd",
};

struct at_work {
	struct world *world;
	const char *next;	/* what is still to be done */
	uint32_t random;
	unsigned odds;		/* one of so many chances is taken */
	char *done;
	size_t done_count;
};

static void
work_on(struct at_work *work)
{
	work->done[work->done_count++] = *work->next;
	work->world->clock += 60;
	world_do(work->world, *work->next++);
}

static void
meddle(void *data)
{
	struct at_work *work = data;

	while (*work->next != '\0' && draw(&work->random, work->odds) == 0)
		work_on(work);
}

/*
 * Three files are kept, so that the oldest was read. A log that is emptied and
 * filled again between two questions can not be told from one that was not.
 */
static void
run_at_work(uint32_t seed)
{
	const char *run = runs[seed % (sizeof(runs) / sizeof(runs[0]))];
	char done[1024] = "";
	struct world world;
	struct at_work work = { .world = &world, .random = seed, .done = done };
	struct wrapped wrapped = { .meddle = meddle, .data = &work };
	unsigned round;

	world_begin(&world);
	work.odds = 2 + draw(&work.random, 12);
	for (work.next = strpbrk(run, "Nk") != NULL ? "aNaNaN" : "aRaRaR";
	    *work.next != '\0';)
		work_on(&work);
	world_read(&world, world.host);
	for (round = 0; round < 12; round++) {
		for (work.next = "aa"; *work.next != '\0';)
			work_on(&work);
		work.next = run;
		done[work.done_count++] = '[';
		wrapped.room = draw(&work.random, 2) * 11;
		world_read(&world, wrap(&wrapped, world.host));
		done[work.done_count++] = ']';
		while (*work.next != '\0')
			work_on(&work);
		world_read(&world, world.host);
		check_whole("at work", seed, done, &world);
	}
	world_end(&world);
}

static void
test_at_work(void **state)
{
	uint32_t seed;

	(void)state;
	for (seed = 1; seed <= ROUNDS_AT_WORK; seed++)
		run_at_work(seed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deeds),
		cmocka_unit_test(test_at_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
