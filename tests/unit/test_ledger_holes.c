/*
 * Lines that are lost: the run that sees it says so, and the log's first whole day
 * says it to all that follow, of that log and of no other.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include <zlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "collect/ledger_totals.h"
#include "collect/ledger_update.h"
#include "host/host.h"

#define NOON 1795348800		/* 2026-11-22 12:00 UTC */
#define TODAY 20779		/* its day */

#define MAINLOG "var/log/exim_mainlog"
#define MAILLOG "var/log/maillog"
#define LOGIN_LOG "usr/local/cpanel/logs/login_log"
#define EXIM(day) "2026-11-" day " 01:00:00 1vV2qs-00000000010-0001 => a@x.example R=d T=remote_smtp " \
	"H=mx.x.example [192.0.2.9] C=\"250 ok\"\n"
#define DOVECOT(day) "Nov " day " 01:00:00 host dovecot: imap-login: Login: user=<a@b.example>, method=PLAIN, " \
	"rip=192.0.2.5, lip=192.0.2.1, mpid=1, TLS, session=<x>\n"
#define PANEL(day) "[2026-11-" day " 09:12:40 +0000] info [cpsrvd] 192.0.2.20 - root - SUCCESS LOGIN whostmgrd\n"

#define OLD_EXIM "2020-01-01 00:00:05 exim 4.98 daemon started: pid=77, no queue runs\n"
#define OLD_DOVECOT "2020-01-01T00:00:00Z host dovecot: x\n"

static const char *const directories[] = { "var", "var/log", "usr", "usr/local", "usr/local/cpanel",
	"usr/local/cpanel/logs" };

static void
set_age(const char *name, time_t seconds)
{
	const struct timeval times[2] = { { .tv_sec = seconds }, { .tv_sec = seconds } };

	assert_int_equal(utimes(name, times), 0);
}

static void
write_log(const char *name, const char *text, const char *mode)
{
	FILE *file = fopen(name, mode);

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	set_age(name, NOON);
}

/* ---- a clock that is late when it is told to be ---- */

static int64_t clock_now, clock_step;

int64_t
clock_ms(void)
{
	return clock_now += clock_step;
}

/* ---- a disk that can not read one file ---- */

struct bad_disk {
	struct host base;
	struct host *inner;
	const char *bad;	/* path; NULL = all can be read */
};

static void
disk_ask(struct host *host, struct arena *arena, const struct question *question,
    struct answer *ret_answer)
{
	struct host *inner = ((struct bad_disk *)host)->inner;

	inner->ask(inner, arena, question, ret_answer);
}

static ssize_t
disk_read(const struct host_log *log, uint64_t offset, void *bytes, size_t room)
{
	(void)log;
	(void)offset;
	(void)bytes;
	(void)room;
	errno = EIO;
	return -1;
}

static void
disk_open_log(struct host *host, struct arena *arena, const char *path, struct host_log *ret_log)
{
	struct bad_disk *disk = (struct bad_disk *)host;

	*ret_log = host_open_log(disk->inner, arena, path);
	if (disk->bad != NULL && strcmp(path + 1, disk->bad) == 0)
		ret_log->read = disk_read;
}

/* ---- runs ---- */

struct days {
	int32_t days[LEDGER_LOG_COUNT];	/* the logs' first whole days */
	uint64_t lines;			/* of all logs, by all runs */
	bool told;			/* that something could not be read */
};

static void
add_lines(const struct ledger *day, int32_t number, void *data)
{
	const struct ledger_note *notes;
	uint64_t *lines = data;
	size_t count, i;

	(void)number;
	notes = ledger_notes(day, &count);
	for (i = 0; i < count; i++)
		if (notes[i].kind == LEDGER_LINES)
			*lines += notes[i].count;
}

static struct days
run(const char *root, const char *bad)
{
	struct bad_disk disk = { .base = { .ask = disk_ask, .open_log = disk_open_log,
	    .whm_name = "whmapi1" }, .bad = bad };
	struct arena *arena = arena_new();
	struct ledger_update update;
	struct ledger_days *ledger;
	struct days found = { .lines = 0 };
	struct err err = { 0 };
	char state[80];
	size_t i;

	snprintf(state, sizeof(state), "%s/state", root);
	disk.inner = host_live(&(struct host_live_options){ .root = root,
	    .whm_skipped = "skipped: none" }, &err);
	assert_non_null(disk.inner);
	ledger = ledger_update(&disk.base, arena,
	    &(struct ledger_update_options){ .directory = state }, &update, &err);
	assert_non_null(ledger);
	for (i = 0; i < update.log_count; i++) {
		found.days[update.logs[i].kind] = update.logs[i].first_day;
		found.told |= update.logs[i].why != NULL || update.logs[i].result.incomplete != NULL;
	}
	assert_int_equal(ledger_days_each(ledger, INT32_MIN, INT32_MAX, add_lines, &found.lines, &err), 0);
	ledger_days_close(ledger);
	host_free(disk.inner);
	arena_free(arena);
	return found;
}

enum deed {
	END,
	WRITE,		/* name, anew, with text */
	APPEND,
	MOVE,		/* name to text */
	PACK,		/* name is gzip of text */
	BREAK,		/* name is gzip of text, cut in the middle */
	BLOCK,		/* name is a directory */
	AGE,		/* name was last written on the 14th */
	RUN,
	SLOW_RUN,	/* its time is over when one file was read */
	BAD_RUN,	/* name can not be read */
};

struct step {
	enum deed deed;
	const char *name, *text;
};

static void
write_gzip(const char *name, const char *text, bool whole)
{
	gzFile file = gzopen(name, "wb");
	struct stat st;

	assert_non_null(file);
	assert_int_equal(gzputs(file, text), strlen(text));
	assert_int_equal(gzclose(file), Z_OK);
	assert_int_equal(stat(name, &st), 0);
	if (!whole)
		assert_int_equal(truncate(name, st.st_size / 2), 0);
	set_age(name, NOON);
}

static void
take_step(const char *root, const struct step *step)
{
	switch (step->deed) {
	case WRITE:
	case APPEND:
		write_log(step->name, step->text, step->deed == WRITE ? "w" : "a");
		break;
	case MOVE:
		assert_int_equal(rename(step->name, step->text), 0);
		break;
	case PACK:
	case BREAK:
		write_gzip(step->name, step->text, step->deed == PACK);
		break;
	case AGE:
		set_age(step->name, NOON - 8 * 86400);
		break;
	case BLOCK:
		assert_int_equal(mkdir(step->name, 0755), 0);
		break;
	case SLOW_RUN:
		clock_step = 3600000;
		assert_true(run(root, NULL).told);
		clock_step = 0;
		break;
	case BAD_RUN:
		assert_true(run(root, step->name).told);
		break;
	case RUN:
		(void)run(root, NULL);
		break;
	case END:
		break;
	}
}

static const struct hole {
	const char *name;
	struct step steps[12];
	int32_t exim, dovecot, panel;	/* first whole days; 0 = there is none */
	uint64_t lines;			/* that were read */
} holes[] = {
	{ "nothing lost", {
	    { WRITE, MAINLOG, EXIM("15") EXIM("16") }, { WRITE, MAILLOG, DOVECOT("14") },
	    { WRITE, LOGIN_LOG, PANEL("13") }, { RUN, NULL, NULL },
	    { APPEND, MAINLOG, EXIM("20") }, { APPEND, MAILLOG, DOVECOT("20") },
	    { APPEND, LOGIN_LOG, PANEL("20") } },
	    TODAY - 7, TODAY - 8, TODAY - 9, 7 },
	{ "emptied, and nothing written", {
	    { WRITE, MAINLOG, EXIM("15") EXIM("16") }, { RUN, NULL, NULL },
	    { WRITE, MAINLOG, "" }, { RUN, NULL, NULL }, { APPEND, MAINLOG, EXIM("22") } },
	    TODAY, 0, 0, 3 },
	{ "emptied, and written", {
	    { WRITE, MAINLOG, EXIM("15") EXIM("16") }, { RUN, NULL, NULL },
	    { WRITE, MAINLOG, EXIM("20") }, { RUN, NULL, NULL }, { APPEND, MAINLOG, EXIM("22") } },
	    TODAY - 2, 0, 0, 4 },
	/* The others have lost nothing, and what they say later does not undo it. */
	{ "Dovecot's", {
	    { WRITE, MAINLOG, EXIM("15") }, { WRITE, MAILLOG, DOVECOT("14") DOVECOT("16") },
	    { WRITE, LOGIN_LOG, PANEL("13") }, { RUN, NULL, NULL },
	    { WRITE, MAILLOG, DOVECOT("20") }, { RUN, NULL, NULL },
	    { APPEND, MAILLOG, DOVECOT("22") }, { APPEND, MAINLOG, EXIM("21") } },
	    TODAY - 7, TODAY - 2, TODAY - 9, 7 },
	{ "the panel's", {
	    { WRITE, MAINLOG, EXIM("15") }, { WRITE, LOGIN_LOG, PANEL("13") PANEL("14") },
	    { RUN, NULL, NULL }, { WRITE, LOGIN_LOG, PANEL("20") }, { RUN, NULL, NULL },
	    { APPEND, LOGIN_LOG, PANEL("21") } },
	    TODAY - 7, 0, TODAY - 2, 5 },
	{ "one after the other", {
	    { WRITE, MAINLOG, EXIM("15") }, { WRITE, MAILLOG, DOVECOT("14") }, { RUN, NULL, NULL },
	    { WRITE, MAINLOG, EXIM("21") }, { RUN, NULL, NULL },
	    { WRITE, MAILLOG, DOVECOT("19") }, { RUN, NULL, NULL } },
	    TODAY - 1, TODAY - 3, 0, 4 },
	{ "a log that comes later", {
	    { WRITE, MAINLOG, EXIM("15") }, { RUN, NULL, NULL }, { WRITE, MAILLOG, DOVECOT("20") } },
	    TODAY - 7, TODAY - 2, 0, 2 },
	/*
	 * What a first run can not read of the logs it finds, later ones never look for: the log
	 * begins behind it.
	 */
	{ "first run: a packed one in the middle", {
	    { WRITE, MAINLOG "-20261114", EXIM("14") }, { WRITE, MAINLOG "-20261117.xz", "?" },
	    { WRITE, MAINLOG "-20261119", EXIM("18") EXIM("19") }, { WRITE, MAINLOG, EXIM("20") },
	    { RUN, NULL, NULL }, { APPEND, MAINLOG, EXIM("21") } },
	    TODAY - 4, 0, 0, 4 },
	{ "first run: one that can not be opened", {
	    { WRITE, MAILLOG ".3", DOVECOT("14") }, { BLOCK, MAILLOG ".2", NULL },
	    { WRITE, MAILLOG ".1", DOVECOT("18") DOVECOT("19") }, { WRITE, MAILLOG, DOVECOT("20") },
	    { WRITE, MAINLOG, EXIM("10") }, { RUN, NULL, NULL }, { APPEND, MAILLOG, DOVECOT("21") } },
	    TODAY - 12, TODAY - 4, 0, 5 },
	{ "first run: a damaged one", {
	    { WRITE, MAINLOG "-20261114", EXIM("14") }, { BREAK, MAINLOG "-20261117.gz", EXIM("16") EXIM("17") },
	    { PACK, MAINLOG "-20261119.gz", EXIM("18") EXIM("19") }, { WRITE, MAINLOG, EXIM("20") },
	    { RUN, NULL, NULL }, { APPEND, MAINLOG, EXIM("21") } },
	    TODAY - 4, 0, 0, 4 },
	{ "first run: the oldest can not be opened", {
	    { BLOCK, MAINLOG "-20261114", NULL }, { WRITE, MAINLOG "-20261117", EXIM("16") EXIM("17") },
	    { WRITE, MAINLOG, EXIM("20") }, { RUN, NULL, NULL }, { APPEND, MAINLOG, EXIM("21") } },
	    TODAY - 6, 0, 0, 4 },
	{ "first run: all are there", {
	    { WRITE, MAINLOG "-20261114", EXIM("14") }, { PACK, MAINLOG "-20261117.gz", EXIM("17") },
	    { WRITE, MAINLOG, EXIM("20") }, { RUN, NULL, NULL }, { APPEND, MAINLOG, EXIM("21") } },
	    TODAY - 8, 0, 0, 4 },
	/* A disk may be mended: until then nothing of the log is counted. */
	{ "first run: a bad disk", {
	    { WRITE, MAINLOG "-20261114", EXIM("14") }, { WRITE, MAINLOG "-20261117", EXIM("17") },
	    { WRITE, MAINLOG, EXIM("20") }, { WRITE, MAILLOG, DOVECOT("19") },
	    { BAD_RUN, MAINLOG "-20261117", NULL } },
	    TODAY - 8, TODAY - 3, 0, 4 },
	{ "first run: out of time", {
	    { WRITE, MAINLOG "-20261114", EXIM("14") }, { WRITE, MAINLOG, EXIM("20") },
	    { SLOW_RUN, NULL, NULL }, { APPEND, MAINLOG, EXIM("21") } },
	    TODAY - 2, 0, 0, 2 },
	/* A later run: between which of the lines that it reads the hole is nobody knows. */
	{ "one that can not be opened", {
	    { WRITE, MAINLOG, EXIM("14") EXIM("15") }, { RUN, NULL, NULL },
	    { MOVE, MAINLOG, MAINLOG "-20261116" }, { BLOCK, MAINLOG "-20261118", NULL },
	    { WRITE, MAINLOG, EXIM("19") EXIM("20") }, { WRITE, MAILLOG, DOVECOT("12") },
	    { RUN, NULL, NULL }, { APPEND, MAINLOG, EXIM("21") } },
	    TODAY - 2, TODAY - 10, 0, 6 },
	{ "one that can not be opened, and no line since", {
	    { WRITE, MAINLOG, EXIM("14") EXIM("15") }, { RUN, NULL, NULL },
	    { MOVE, MAINLOG, MAINLOG "-20261116" }, { BLOCK, MAINLOG "-20261118", NULL },
	    { WRITE, MAINLOG, "" }, { RUN, NULL, NULL }, { APPEND, MAINLOG, EXIM("22") } },
	    TODAY, 0, 0, 3 },
	{ "out of time", {
	    { WRITE, MAINLOG, EXIM("14") EXIM("15") }, { RUN, NULL, NULL },
	    { APPEND, MAINLOG, EXIM("18") }, { MOVE, MAINLOG, MAINLOG "-20261119" },
	    { WRITE, MAINLOG, EXIM("20") EXIM("21") }, { SLOW_RUN, NULL, NULL },
	    { APPEND, MAINLOG, EXIM("22") } },
	    TODAY - 2, 0, 0, 5 },
	/* What is not counted is read by the next run: nothing is lost. */
	{ "a bad disk", {
	    { WRITE, MAINLOG, EXIM("14") EXIM("15") }, { RUN, NULL, NULL },
	    { APPEND, MAINLOG, EXIM("18") }, { MOVE, MAINLOG, MAINLOG "-20261119" },
	    { WRITE, MAINLOG, EXIM("20") EXIM("21") }, { BAD_RUN, MAINLOG, NULL },
	    { APPEND, MAINLOG, EXIM("22") } },
	    TODAY - 8, 0, 0, 6 },
	{ "a damaged one, gone later", {
	    { WRITE, MAINLOG, EXIM("14") EXIM("15") }, { RUN, NULL, NULL },
	    { MOVE, MAINLOG, MAINLOG "-20261116" }, { BREAK, MAINLOG "-20261118.gz", EXIM("17") EXIM("18") },
	    { WRITE, MAINLOG, EXIM("20") }, { RUN, NULL, NULL }, { MOVE, MAINLOG "-20261116", "old" },
	    { MOVE, MAINLOG "-20261118.gz", "older" } },
	    TODAY - 2, 0, 0, 3 },
	/* An outage longer than the rotation: what is there of it still is read. */
	{ "rotated out of sight", {
	    { WRITE, MAINLOG, EXIM("14") EXIM("15") }, { RUN, NULL, NULL },
	    { PACK, MAINLOG "-20261117.gz", EXIM("16") EXIM("17") },
	    { WRITE, MAINLOG "-20261119", EXIM("18") EXIM("19") }, { WRITE, MAINLOG, EXIM("20") },
	    { RUN, NULL, NULL }, { APPEND, MAINLOG, EXIM("21") } },
	    TODAY - 6, 0, 0, 8 },
	{ "Dovecot's, out of sight", {
	    { WRITE, MAILLOG, DOVECOT("14") DOVECOT("15") }, { RUN, NULL, NULL },
	    { WRITE, MAILLOG ".2", DOVECOT("17") }, { WRITE, MAILLOG ".1", DOVECOT("19") },
	    { WRITE, MAILLOG, DOVECOT("20") }, { RUN, NULL, NULL }, { APPEND, MAILLOG, DOVECOT("21") } },
	    0, TODAY - 5, 0, 6 },
	/* Of the day on which reading left off nobody knows what was read. */
	{ "begins on the day of the last line", {
	    { WRITE, MAINLOG, EXIM("14") EXIM("15") }, { RUN, NULL, NULL },
	    { WRITE, MAINLOG "-20261117", EXIM("15") EXIM("17") }, { WRITE, MAINLOG "-20261119", EXIM("18") },
	    { WRITE, MAINLOG, EXIM("20") }, { RUN, NULL, NULL } },
	    TODAY - 4, 0, 0, 4 },
	/* A restored backup is of today, by its time alone. */
	{ "read before, and of another time now", {
	    { WRITE, MAINLOG "-20261114", EXIM("13") EXIM("14") }, { WRITE, MAINLOG, EXIM("15") },
	    { RUN, NULL, NULL }, { WRITE, MAINLOG, EXIM("20") }, { RUN, NULL, NULL } },
	    TODAY - 2, 0, 0, 4 },
	{ "nothing is behind one that was read before", {
	    { WRITE, MAINLOG, EXIM("15") }, { RUN, NULL, NULL }, { WRITE, MAINLOG "-20261117", EXIM("17") },
	    { WRITE, MAINLOG "-20261119", EXIM("13") EXIM("14") }, { WRITE, MAINLOG, EXIM("20") },
	    { RUN, NULL, NULL } },
	    TODAY - 2, 0, 0, 2 },
	{ "of a day to come, and older than what was read", {
	    { WRITE, MAILLOG, DOVECOT("15") }, { RUN, NULL, NULL },
	    { WRITE, MAILLOG ".1", "2026-11-16T00:00:00Z host dovecot: x\n" }, { AGE, MAILLOG ".1", NULL },
	    { WRITE, MAILLOG, DOVECOT("20") }, { RUN, NULL, NULL } },
	    0, TODAY - 2, 0, 2 },
	{ "no line of it has a stamp", {
	    { WRITE, MAINLOG, EXIM("15") }, { RUN, NULL, NULL }, { WRITE, MAINLOG "-20261119", "x\ny\n" },
	    { WRITE, MAINLOG, EXIM("20") }, { RUN, NULL, NULL } },
	    TODAY - 2, 0, 0, 2 },
	{ "out of sight, and a damaged one", {
	    { WRITE, MAINLOG, EXIM("15") }, { RUN, NULL, NULL }, { WRITE, MAINLOG "-20261117", EXIM("17") },
	    { BREAK, MAINLOG "-20261118.gz", EXIM("18") EXIM("18") EXIM("18") EXIM("18") },
	    { WRITE, MAINLOG, EXIM("20") }, { RUN, NULL, NULL } },
	    TODAY - 2, 0, 0, 2 },
	/* The place may be in it: what it has is lost, and the log is read on. */
	{ "out of sight, and a bad disk", {
	    { WRITE, MAINLOG, EXIM("15") }, { RUN, NULL, NULL }, { WRITE, MAINLOG "-20261117", EXIM("17") },
	    { WRITE, MAINLOG "-20261118", EXIM("18") }, { WRITE, MAINLOG, EXIM("20") },
	    { BAD_RUN, MAINLOG "-20261118", NULL } },
	    TODAY - 2, 0, 0, 2 },
	/* Whoever writes to syslog says of which day. */
	{ "of a day to come", {
	    { WRITE, MAILLOG, DOVECOT("15") }, { RUN, NULL, NULL },
	    { WRITE, MAILLOG, "2031-01-01T00:00:00Z host dovecot: x\n" }, { RUN, NULL, NULL },
	    { APPEND, MAILLOG, DOVECOT("22") } },
	    0, TODAY, 0, 3 },
	/* A clock that was not set yet, or a user's line in syslog: an old stamp hides no hole. */
	{ "emptied, and written with an old stamp", {
	    { WRITE, MAINLOG, EXIM("15") EXIM("16") }, { RUN, NULL, NULL },
	    { WRITE, MAINLOG, OLD_EXIM EXIM("20") }, { RUN, NULL, NULL }, { APPEND, MAINLOG, EXIM("22") } },
	    TODAY - 2, 0, 0, 5 },
	{ "Dovecot's, with an old stamp", {
	    { WRITE, MAILLOG, DOVECOT("14") DOVECOT("16") }, { RUN, NULL, NULL },
	    { WRITE, MAILLOG, OLD_DOVECOT DOVECOT("20") }, { RUN, NULL, NULL },
	    { APPEND, MAILLOG, DOVECOT("22") } },
	    0, TODAY - 2, 0, 5 },
	{ "out of time, with an old stamp", {
	    { WRITE, MAINLOG, EXIM("14") EXIM("15") }, { RUN, NULL, NULL },
	    { APPEND, MAINLOG, EXIM("18") }, { MOVE, MAINLOG, MAINLOG "-20261119" },
	    { WRITE, MAINLOG, EXIM("20") OLD_EXIM EXIM("21") }, { SLOW_RUN, NULL, NULL },
	    { APPEND, MAINLOG, EXIM("22") } },
	    TODAY - 1, 0, 0, 6 },
	/* Nor does it have files read twice. */
	{ "the last line that was read has an old stamp", {
	    { WRITE, MAINLOG "-20261114", EXIM("13") EXIM("14") }, { WRITE, MAINLOG, EXIM("15") OLD_EXIM },
	    { RUN, NULL, NULL }, { WRITE, MAINLOG, EXIM("20") }, { RUN, NULL, NULL } },
	    TODAY - 2, 0, 0, 5 },
	{ "a run that read nothing but an old stamp", {
	    { WRITE, MAINLOG "-20261114", EXIM("13") EXIM("14") }, { WRITE, MAINLOG, EXIM("15") },
	    { RUN, NULL, NULL }, { APPEND, MAINLOG, OLD_EXIM }, { RUN, NULL, NULL },
	    { WRITE, MAINLOG, EXIM("20") }, { RUN, NULL, NULL } },
	    TODAY - 2, 0, 0, 5 },
	{ "Dovecot's last line that was read has an old stamp", {
	    { WRITE, MAILLOG ".1", DOVECOT("13") DOVECOT("14") }, { WRITE, MAILLOG, DOVECOT("15") OLD_DOVECOT },
	    { RUN, NULL, NULL }, { WRITE, MAILLOG, DOVECOT("20") }, { RUN, NULL, NULL } },
	    0, TODAY - 2, 0, 5 },
};

static void
check_days(const struct hole *hole, struct days found)
{
	const struct days wanted = { { [LOG_EXIM] = hole->exim, [LOG_DOVECOT] = hole->dovecot,
	    [LOG_PANEL] = hole->panel }, hole->lines, false };
	size_t i;

	for (i = 0; i < LEDGER_LOG_COUNT; i++)
		if (found.days[i] != wanted.days[i])
			fail_msg("%s: log %zu is whole from %d, wanted %d", hole->name, i,
			    (int)found.days[i], (int)wanted.days[i]);
	if (found.lines != wanted.lines)
		fail_msg("%s: %d lines, wanted %d", hole->name, (int)found.lines, (int)wanted.lines);
}

static void
test_holes(void **state)
{
	char start[4096], root[] = "/tmp/cpward-holes-XXXXXX";
	size_t i, j;

	(void)state;
	assert_non_null(getcwd(start, sizeof(start)));
	for (i = 0; i < sizeof(holes) / sizeof(holes[0]); i++) {
		const struct hole *hole = &holes[i];
		char command[64];

		memcpy(root + sizeof(root) - 7, "XXXXXX", 6);
		assert_non_null(mkdtemp(root));
		assert_int_equal(chdir(root), 0);
		for (j = 0; j < sizeof(directories) / sizeof(directories[0]); j++)
			assert_int_equal(mkdir(directories[j], 0755), 0);
		for (j = 0; hole->steps[j].deed != END; j++)
			take_step(root, &hole->steps[j]);
		check_days(hole, run(root, NULL));
		/* And so it stays. */
		check_days(hole, run(root, NULL));
		assert_int_equal(chdir(start), 0);
		snprintf(command, sizeof(command), "rm -rf %s", root);
		assert_int_equal(system(command), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_holes),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
