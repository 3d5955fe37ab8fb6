/*
 * Lines that are lost between two runs: the run that sees it says so, and the
 * ledger's first whole day says it to all that follow.
 */
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

#include "base/arena.h"
#include "base/err.h"
#include "collect/ledger_update.h"
#include "host/host.h"

#define NOON 1795348800		/* 2026-11-22 12:00 UTC */
#define TODAY 20779		/* its day */

#define MAINLOG "var/log/exim_mainlog"
#define MAILLOG "var/log/maillog"
#define EXIM(day) "2026-11-" day " 01:00:00 1vV2qs-00000000010-0001 => a@x.example R=d T=remote_smtp " \
	"H=mx.x.example [192.0.2.9] C=\"250 ok\"\n"
#define DOVECOT(day) "Nov " day " 01:00:00 host dovecot: imap-login: Login: user=<a@b.example>, method=PLAIN, " \
	"rip=192.0.2.5, lip=192.0.2.1, mpid=1, TLS, session=<x>\n"

static const char *const directories[] = { "var", "var/log", "usr", "usr/local", "usr/local/cpanel",
	"usr/local/cpanel/logs" };

static void
write_log(const char *name, const char *text, const char *mode)
{
	const struct timeval times[2] = { { .tv_sec = NOON }, { .tv_sec = NOON } };
	FILE *file = fopen(name, mode);

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(utimes(name, times), 0);
}

/* A run; the first day from which on the ledger is whole. */
static int32_t
run(const char *root)
{
	struct host *host;
	struct arena *arena = arena_new();
	struct ledger_update update;
	struct ledger_days *days;
	struct err err = { 0 };
	char state[80];
	int32_t first_day;

	snprintf(state, sizeof(state), "%s/state", root);
	host = host_live(&(struct host_live_options){ .root = root, .whm_skipped = "skipped: none" }, &err);
	assert_non_null(host);
	days = ledger_update(host, arena, &(struct ledger_update_options){ .directory = state }, &update, &err);
	assert_non_null(days);
	first_day = update.first_day;
	ledger_days_close(days);
	host_free(host);
	arena_free(arena);
	return first_day;
}

static const struct hole {
	const char *name;
	const char *log, *before;	/* what the first run reads */
	const char *after;		/* all that the second one finds; NULL: it is one with the third */
	const char *later;		/* added for the third */
	int32_t wanted;
} holes[] = {
	{ "emptied, and nothing written", MAINLOG, EXIM("15") EXIM("16"), "", EXIM("22"), TODAY },
	{ "emptied, and written", MAINLOG, EXIM("15") EXIM("16"), EXIM("20"), EXIM("22"), TODAY - 2 },
	{ "nothing lost", MAINLOG, EXIM("15") EXIM("16"), NULL, EXIM("22"), TODAY - 7 },
	{ "Dovecot's", MAILLOG, DOVECOT("15") DOVECOT("16"), DOVECOT("20"), DOVECOT("22"), TODAY - 2 },
	{ "Dovecot's, nothing lost", MAILLOG, DOVECOT("15") DOVECOT("16"), NULL, DOVECOT("22"), TODAY - 7 },
	/* Whoever writes to syslog says of which day. */
	{ "of a day to come", MAILLOG, DOVECOT("15"), "2031-01-01T00:00:00Z host dovecot: x\n", DOVECOT("22"), TODAY },
};

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
		write_log(hole->log, hole->before, "w");
		assert_int_equal(run(root), TODAY - 7);
		if (hole->after != NULL) {
			write_log(hole->log, hole->after, "w");
			(void)run(root);
		}
		write_log(hole->log, hole->later, "a");
		(void)run(root);
		if (run(root) != hole->wanted)
			fail_msg("%s: whole from %d, wanted %d", hole->name, (int)run(root), (int)hole->wanted);
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
