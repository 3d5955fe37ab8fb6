/*
 * Lines of cPanel's login_log and session_log, after the examples in the
 * vendor's "The cPanel & WHM Log Files"; names and addresses changed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parse/panel_log.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define STAMP "[2026-11-21 08:24:57 +0800] "
#define OLD_STAMP "[11/21/2026:08:24:57 -0000] "
#define INFO STAMP "info [cpsrvd] "
#define AT "2026-11-21 08:24 "
#define POST "\"POST /login/?login_only=1 HTTP/1.1\" "
#define TOKEN "S3cretT0kenX"

static const char *const kinds[] = {
	"other", "broken", "login", "failure", "deferred", "session", "end",
};

/* wanted: the kind; then "DAY HOUR SERVICE|USER|POSSESSOR|REMOTE|METHOD|REASON" */
static const struct {
	const char *name;
	const char *line;
	const char *wanted;
} cases[] = {
	{ "nothing", "", "other" },
	{ "a word", "info", "other" },
	{ "another line", INFO "192.0.2.1 ssl handshake problem", "other" },
	{ "another program's stamp", "Nov 21 08:24:57 host cpanel: SUCCESS",
	    "other" },
	{ "of no address", INFO "started", "other" },

	/* ---- login_log ---- */
	{ "a login to WHM", INFO "192.0.2.19 - root - SUCCESS LOGIN whostmgrd",
	    "login " AT "whostmgrd|root||192.0.2.19||" },
	{ "a login to webmail", INFO "192.0.2.20 - a@b.test - SUCCESS LOGIN "
	    "webmaild", "login " AT "webmaild|a@b.test||192.0.2.20||" },
	{ "in another's place", INFO "192.0.2.20 - a@b.test (possessor: acct) - "
	    "SUCCESS LOGIN webmaild",
	    "login " AT "webmaild|a@b.test|acct|192.0.2.20||" },
	{ "root in an account's place", INFO "2001:db8::9 - acct (possessor: "
	    "root) - SUCCESS LOGIN cpaneld",
	    "login " AT "cpaneld|acct|root|2001:db8::9||" },
	{ "a login over WebDAV", INFO "::ffff:192.0.2.7 - acct - SUCCESS LOGIN "
	    "cpdavd", "login " AT "cpdavd|acct||::ffff:192.0.2.7||" },
	{ "from the panel itself", INFO "internal - acct - SUCCESS LOGIN cpaneld",
	    "login " AT "cpaneld|acct||||" },
	{ "a wrong password", STAMP "info [webmaild] 192.0.2.20 - user " POST
	    "FAILED LOGIN webmaild: user password incorrect",
	    "failure " AT "webmaild|user||192.0.2.20||user password incorrect" },
	{ "of an IPv6 address", STAMP "info [whostmgrd] 2001:db8::66 - root "
	    POST "FAILED LOGIN whostmgrd: user password incorrect",
	    "failure " AT "whostmgrd|root||2001:db8::66||"
	    "user password incorrect" },
	{ "a user who does not exist", STAMP "info [cpaneld] 192.0.2.20 - x y "
	    POST "FAILED LOGIN cpaneld: user password hash is missing from "
	    "system (user probably does not exist)",
	    "failure " AT "cpaneld|x y||192.0.2.20||user password hash is "
	    "missing from system (user probably does not exist)" },
	{ "nobody", STAMP "info [cpaneld] 192.0.2.20 -  " POST
	    "FAILED LOGIN cpaneld: user name not provided or invalid user",
	    "failure " AT "cpaneld|||192.0.2.20||"
	    "user name not provided or invalid user" },
	{ "a failure without a request", INFO "192.0.2.20 - user - FAILED LOGIN "
	    "cpaneld: brute force attempt",
	    "failure " AT "cpaneld|user||192.0.2.20||brute force attempt" },
	{ "a stale token", STAMP "info [webmaild] 192.0.2.20 - user " POST
	    "DEFERRED LOGIN webmaild: security token incorrect",
	    "deferred " AT "webmaild|user||192.0.2.20||"
	    "security token incorrect" },
	{ "the old form", "192.0.2.20 - user " OLD_STAMP POST "FAILED LOGIN "
	    "whostmgrd: user password incorrect",
	    "failure " AT "whostmgrd|user||192.0.2.20||"
	    "user password incorrect" },
	{ "the old form of WebDAV", "2001:db8::20 - a@b.test " OLD_STAMP
	    "\"PROPFIND / HTTP/1.1\" FAILED LOGIN cpdavd: user password "
	    "incorrect", "failure " AT "cpdavd|a@b.test||2001:db8::20||"
	    "user password incorrect" },
	{ "the old form of a login", "192.0.2.20 - user " OLD_STAMP POST
	    "SUCCESS LOGIN cpaneld", "login " AT "cpaneld|user||192.0.2.20||" },
	{ "a name with brackets in the old form", "192.0.2.20 - a [b] c "
	    OLD_STAMP POST "FAILED LOGIN cpaneld: no",
	    "failure " AT "cpaneld|a [b] c||192.0.2.20||no" },

	/* ---- names of a client's choice ---- */
	{ "a login in a name", STAMP "info [webmaild] 192.0.2.20 - root - "
	    "SUCCESS LOGIN whostmgrd " POST "FAILED LOGIN webmaild: user "
	    "password incorrect", "failure 2026-11-21 08:24 webmaild|root - "
	    "SUCCESS LOGIN whostmgrd||192.0.2.20||user password incorrect" },
	{ "a login in a name of the old form", "192.0.2.20 - root " OLD_STAMP
	    POST "SUCCESS LOGIN whostmgrd " OLD_STAMP POST "FAILED LOGIN "
	    "cpaneld: user password incorrect", "broken" },
	{ "a stamp in a name", "192.0.2.20 - root [01/01/2020:00:00:00 -0000] x "
	    OLD_STAMP POST "FAILED LOGIN cpaneld: no", "broken" },
	{ "a request in a name", STAMP "info [webmaild] 192.0.2.20 - root \"GET "
	    "/ HTTP/1.1\" x " POST "FAILED LOGIN webmaild: no", "failure 2026-11-21 08:24 webmaild|||192.0.2.20||no" },
	{ "a login in a request", STAMP "info [webmaild] 192.0.2.20 - joe "
	    "\"GET /?\" SUCCESS LOGIN cpaneld HTTP/1.1\" FAILED LOGIN webmaild: "
	    "no", "failure 2026-11-21 08:24 webmaild|||192.0.2.20||no" },
	{ "a quote in a request", STAMP "info [webmaild] 192.0.2.20 - joe "
	    "\"GET /\"x HTTP/1.1\" FAILED LOGIN webmaild: no", "failure 2026-11-21 08:24 webmaild|||192.0.2.20||no" },
	{ "the words alone in a request", STAMP "info [webmaild] 192.0.2.20 - joe"
	    " \"GET /SUCCESS LOGIN HTTP/1.1\" FAILED LOGIN webmaild: no",
	    "failure 2026-11-21 08:24 webmaild|joe||192.0.2.20||no" },
	{ "the words twice, with a blank for both", INFO "192.0.2.20 - joe - "
	    "FAILED LOGIN SUCCESS LOGIN cpaneld", "broken" },
	{ "a possessor that is none", INFO "192.0.2.20 - joe (possessor: a b) - "
	    "FAILED LOGIN cpaneld: no", "failure 2026-11-21 08:24 cpaneld|||192.0.2.20||no" },
	{ "a possessor twice", INFO "192.0.2.20 - joe (possessor: a) (possessor:"
	    " b) - SUCCESS LOGIN cpaneld", "broken" },
	{ "a control character", STAMP "info [cpaneld] 192.0.2.20 - j\x01oe "
	    POST "FAILED LOGIN cpaneld: no", "failure 2026-11-21 08:24 cpaneld|||192.0.2.20||no" },
	{ "a login of nobody", INFO "192.0.2.20 -  - SUCCESS LOGIN cpaneld",
	    "broken" },

	/* ---- what can't be ---- */
	{ "an address that is none", INFO "localhost - joe - SUCCESS LOGIN "
	    "cpaneld", "broken" },
	{ "no service", INFO "192.0.2.20 - joe - SUCCESS LOGIN ", "broken" },
	{ "a service of two words", INFO "192.0.2.20 - joe - SUCCESS LOGIN a b",
	    "broken" },
	{ "no blank behind the service", INFO "192.0.2.20 - joe - FAILED LOGIN "
	    "cpaneld:no", "broken" },
	{ "no dash", INFO "192.0.2.20 joe SUCCESS LOGIN cpaneld", "broken" },
	{ "no such day", "[2026-02-29 08:24:57 +0800] info [cpsrvd] 192.0.2.19 - "
	    "root - SUCCESS LOGIN whostmgrd", "other" },
	{ "no such hour", "[2026-02-28 24:24:57 +0800] info [cpsrvd] 192.0.2.19 "
	    "- root - SUCCESS LOGIN whostmgrd", "other" },
	{ "an old stamp that is none", "192.0.2.20 - user [21/11/2026:08:24:57 "
	    "-0000] " POST "FAILED LOGIN cpaneld: no", "broken" },

	/* ---- session_log ---- */
	{ "a session", INFO "192.0.2.75 NEW user:" TOKEN " address=192.0.2.75,"
	    "app=cpaneld,creator=user,method=handle_form_login,path=form,"
	    "possessed=0",
	    "session " AT "cpaneld|user||192.0.2.75|handle_form_login|" },
	{ "a mailbox's session", INFO "2001:db8::9 NEW a@b.test:" TOKEN
	    " address=2001:db8::9,app=webmaild,creator=a@b.test,"
	    "method=handle_form_login,path=form,possessed=0",
	    "session " AT "webmaild|a@b.test||2001:db8::9|handle_form_login|" },
	{ "one that the panel makes", STAMP "info [security] internal NEW acct:"
	    TOKEN " address=192.0.2.1,app=cpaneld,creator=root,"
	    "method=create_user_session,path=form,possessed=1",
	    "session " AT "cpaneld|acct|||create_user_session|" },
	{ "the end of one", INFO "192.0.2.75 PURGE user:" TOKEN " logout",
	    "end " AT "|user||192.0.2.75||" },
	{ "an end inside", STAMP "info [security] internal PURGE user:" TOKEN
	    " password_change", "end " AT "|user||||" },
	{ "a session without a token", INFO "192.0.2.75 NEW user app=cpaneld",
	    "broken" },
	{ "a session of nothing", INFO "192.0.2.75 NEW ", "broken" },
	{ "a name with a colon", INFO "192.0.2.75 NEW us:er:" TOKEN
	    " app=cpaneld", "broken" },
	{ "a way that is none", INFO "192.0.2.75 NEW user:" TOKEN
	    " app=cpaneld,method=a:b", "broken" },
	{ "two ways", INFO "192.0.2.75 NEW user:" TOKEN
	    " method=a,app=cpaneld,method=b", "broken" },
	{ "a token of two words", INFO "192.0.2.75 NEW user: " TOKEN
	    " app=cpaneld", "broken" },
};

static int
part(char *out, size_t size, struct slice slice)
{
	return snprintf(out, size, "%.*s", (int)slice.length,
	    slice.length == 0 ? "" : slice.bytes);
}

static const char *
show(const struct panel_log_event *event, char *out, size_t size)
{
	char service[99], user[99], possessor[99], remote[99], method[99];
	char reason[99], day[11];

	if (event->kind <= PANEL_LOG_BROKEN)
		return kinds[event->kind];
	part(service, sizeof(service), event->service);
	part(user, sizeof(user), event->user);
	part(possessor, sizeof(possessor), event->possessor);
	part(remote, sizeof(remote), event->remote);
	part(method, sizeof(method), event->method);
	part(reason, sizeof(reason), event->reason);
	log_day_text(event->stamp.day, day);
	snprintf(out, size, "%s %s %02d:%02d %s|%s|%s|%s|%s|%s",
	    kinds[event->kind], day, event->stamp.hour, event->stamp.minute,
	    service, user, possessor, remote, method, reason);
	return out;
}

/* The line in memory of its own size, so that a byte too far is seen. */
static void
read_copy(const char *line, size_t length, struct panel_log_event *ret_event,
    char **ret_copy)
{
	*ret_copy = malloc(length == 0 ? 1 : length);
	assert_non_null(*ret_copy);
	memcpy(*ret_copy, line, length);
	panel_log_read(*ret_copy, length, ret_event);
}

static void
test_cases(void **state)
{
	struct panel_log_event event;
	unsigned failed = 0;
	char out[1024], *copy;
	const char *seen;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		read_copy(cases[i].line, strlen(cases[i].line), &event, &copy);
		seen = show(&event, out, sizeof(out));
		if (strcmp(seen, cases[i].wanted) != 0) {
			print_error("%s: seen \"%s\", wanted \"%s\"\n",
			    cases[i].name, seen, cases[i].wanted);
			failed++;
		}
		free(copy);
	}
	assert_int_equal(failed, 0);
}

static bool
holds(struct slice slice, const char *text)
{
	return slice.length > 0 &&
	    memmem(slice.bytes, slice.length, text, strlen(text)) != NULL;
}

/*
 * However a line is cut, its token is nowhere and a failure is no login. (Cut
 * behind a client's own "SUCCESS LOGIN", nothing tells it from a login.)
 */
static void
test_cut_everywhere(void **state)
{
	struct panel_log_event event;
	size_t i, length;
	char *copy;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		for (length = 0; length <= strlen(cases[i].line); length++) {
			read_copy(cases[i].line, length, &event, &copy);
			if (holds(event.user, TOKEN) ||
			    holds(event.service, TOKEN) ||
			    holds(event.method, TOKEN) ||
			    holds(event.reason, TOKEN) ||
			    holds(event.possessor, TOKEN))
				fail_msg("%s, cut at %zu", cases[i].name,
				    length);
			if (event.kind == PANEL_LOG_LOGIN &&
			    strstr(cases[i].line, "SUCCESS LOGIN") == NULL &&
			    (strncmp(cases[i].wanted, "failure", 7) == 0 ||
			    strncmp(cases[i].wanted, "session", 7) == 0))
				fail_msg("%s, cut at %zu", cases[i].name,
				    length);
			free(copy);
		}
}

static void
test_long_lines(void **state)
{
	static const char begin[] = INFO "192.0.2.1 - ";
	static const char end[] = " - FAILED LOGIN cpaneld: no";
	struct panel_log_event event;
	char *line = malloc(LOG_LINE_MAX + 1);

	(void)state;
	assert_non_null(line);
	memset(line, 'x', LOG_LINE_MAX + 1);
	memcpy(line, begin, sizeof(begin) - 1);
	memcpy(line + LOG_LINE_MAX - (sizeof(end) - 1), end, sizeof(end) - 1);
	panel_log_read(line, LOG_LINE_MAX, &event);
	assert_int_equal(event.kind, PANEL_LOG_FAILURE);
	panel_log_read(line, LOG_LINE_MAX + 1, &event);
	assert_int_equal(event.kind, PANEL_LOG_BROKEN);
	free(line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_cut_everywhere),
		cmocka_unit_test(test_long_lines),
	};

	return cmocka_run_group_tests_name("panel_log", tests, NULL, NULL);
}
