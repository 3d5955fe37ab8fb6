/*
 * What lines add to the ledger, rule by rule; and that it does not matter how a
 * log is cut, by how many it is counted, or where one run ends and the next begins.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "collect/log_count.h"
#include "report/ledger_report.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ROOM (1u << 20)

static const unsigned char secret[LEDGER_SECRET_BYTES] = "a secret of thirty-two bytes, ok";

/* ---- a log in memory ---- */

struct text {
	const char *bytes;
	size_t length;
};

static ssize_t
text_read(const struct host_log *log, uint64_t offset, void *bytes, size_t room)
{
	const struct text *text = log->data;
	size_t left = offset < text->length ? text->length - offset : 0;

	/* odd pieces, as a file system may give them */
	if (room > 997)
		room = 997;
	if (room > left)
		room = left;
	memcpy(bytes, text->bytes + offset, room);
	return (ssize_t)room;
}

static void
text_close(struct host_log *log)
{
	(void)log;
}

static struct log_part
part_of(const char *path, struct text *text, uint64_t from)
{
	return (struct log_part){
		.path = path,
		.file = { .status = ANSWER_OK, .inode = 7, .size = (int64_t)text->length,
		    .read = text_read, .close = text_close, .data = text },
		.from = from,
		.to = text->length,
		.reference_day = 20778,	/* 2026-11-21 */
	};
}

/* ---- rows as text ---- */

struct printed {
	char *bytes;
	size_t length;
};

static void
print_day(const struct ledger *day, int32_t number, void *data)
{
	static const struct ledger_row_options options = { .sections = SECTION_ALL };
	enum ledger_row_kind kind;

	(void)number;
	for (kind = ROW_MAIL; kind <= ROW_NOTE; kind++)
		ledger_rows_write(data, day, kind, &options);
}

static char *
rows_text(struct ledger *ledger)
{
	struct printed printed;
	FILE *out = open_memstream(&printed.bytes, &printed.length);

	ledger_each_day_of(ledger, INT32_MIN, INT32_MAX, print_day, out);
	fclose(out);
	return printed.bytes;
}

/* The first line that differs. */
static void
assert_same_rows(const char *seen, const char *wanted)
{
	size_t same = 0, line;

	if (strcmp(seen, wanted) == 0)
		return;
	while (seen[same] == wanted[same])
		same++;
	for (line = same; line > 0 && seen[line - 1] != '\n'; line--)
		continue;
	fail_msg("seen %.200s\nwanted %.200s", seen + line, wanted + line);
}

/* ---- rules ---- */

struct rule {
	const char *name;
	enum log_kind kind;
	const char *lines;
	/* rows but those of lines and broken; KEY(user) for an account */
	const char *rows;
};

#define ID "1xUqUb-000000002q8-3sYx "
#define AT "2026-11-21 19:11:21 "
#define HOURS_19 "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,%s,0,0,0,0"

static const struct rule rules[] = {
	{ "from another server", LOG_EXIM,
	    AT ID
	    "<= a@Remote.example H=(mx.remote.example) [192.0.2.9]:58028 P=esmtps X=TLS1.3:TLS_AES_256_GCM_SHA384:256 "
	    "CV=no S=488 id=2026.1@vm T=\"tls\" for joe@local.test ann@local.test\n",
	    "mail\t2026-11-21\tin\tremote.example\tlocal.test\tTLSv1.3\tTLS_AES_256_GCM_SHA384\tno\tno\t1\t2\n" },
	{ "the null sender in clear, no list of recipients", LOG_EXIM,
	    AT ID "<= <> H=mx.remote.example [192.0.2.9]:58028 P=esmtp S=488\n",
	    "mail\t2026-11-21\tin\t<>\t\tclear\t\tno\tno\t1\t1\n" },
	{ "a user with AUTH is a login and a sender", LOG_EXIM,
	    AT ID
	    "<= joe@local.test H=(pc) [192.0.2.10]:45806 P=esmtpsa X=TLS1.2:ECDHE-RSA-AES256-GCM-SHA384:256 CV=no "
	    "A=dovecot_login:joe@local.test S=500 id=2@vm T=\"x\" for r1@remote.test r2@remote.test\n",
	    "mail\t2026-11-21\tsubmitted\t\tlocal.test\tTLSv1.2\tECDHE-RSA-AES256-GCM-SHA384\tno\tno\t1\t2\n"
	    "login\t2026-11-21\tsmtp\tlocal.test\tKEY(joe@local.test)\tdovecot_login\tTLSv1.2\t"
	    "ECDHE-RSA-AES256-GCM-SHA384\t192.0.2.0/24\tno\t080000\t1\n"
	    "sender\t2026-11-21\tlocal.test\tKEY(joe@local.test)\t1\t2\t2\t"
	    "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,2,0,0,0,0\n" },
	{ "a program on the server", LOG_EXIM,
	    AT ID
	    "<= root@server1.example.test U=root P=local S=355 T=\"local2\" for rcpt@remote.test\n",
	    "mail\t2026-11-21\tlocal\t\tserver1.example.test\tclear\t\tno\tno\t1\t1\n"
	    "sender\t2026-11-21\tserver1.example.test\tKEY(root)\t1\t1\t1\t"
	    "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0\n" },
	{ "a bounce of our own has no sender", LOG_EXIM,
	    AT ID
	    "<= <> R=1xUqUd-000000002qR-0AjB U=mail P=local S=1268 T=\"Mail delivery failed\" for joe@local.test\n",
	    "mail\t2026-11-21\tlocal\t\t\tclear\t\tno\tno\t1\t1\n" },
	{ "a delivery is of the domain that the arrival was of", LOG_EXIM,
	    AT ID
	    "<= joe@local.test U=joe P=local S=355 for a@remote.test b@remote.test\n" AT
		ID
	    "=> a@remote.test R=lookuphost T=dkim_remote_smtp H=mx.remote.test [192.0.2.25] "
	    "X=TLS1.3:TLS_AES_256_GCM_SHA384:256 "
	    "CV=dane DKIM=local.test C=\"250 OK\"\n" AT ID
	    "-> b@remote.test R=lookuphost T=dkim_remote_smtp H=mx.remote.test [192.0.2.25] "
	    "X=TLS1.3:TLS_AES_256_GCM_SHA384:256 "
	    "CV=dane DKIM=local.test C=\"250 OK\"\n" AT ID "Completed\n" AT ID
	    "=> c@remote.test R=lookuphost T=remote_smtp H=mx.remote.test [192.0.2.25]\n",
	    "mail\t2026-11-21\tlocal\t\tlocal.test\tclear\t\tno\tno\t1\t2\n"
	    "mail\t2026-11-21\tout\tremote.test\t\tclear\t\tno\tno\t1\t1\n"
	    "mail\t2026-11-21\tout\tremote.test\tlocal.test\tTLSv1.3\tTLS_AES_256_GCM_SHA384\tdane\tyes\t1\t2\n"
	    "sender\t2026-11-21\tlocal.test\tKEY(joe)\t1\t2\t2\t"
	    "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,2,0,0,0,0\n" },
	{ "mail that is sent on is of the domain that it was for", LOG_EXIM,
	    AT ID
	    "=> fwd@remote.test <info@local.test> R=lookuphost T=remote_smtp H=mx.remote.test [192.0.2.25] C=\"250 "
	    "OK\"\n",
	    "mail\t2026-11-21\tout\tremote.test\tlocal.test\tclear\t\tno\tno\t1\t1\n" },
	{ "local deliveries and those to loopback are on no wire", LOG_EXIM,
	    AT ID
	    "=> joe <alias@local.test> R=virtual_user T=dovecot_virtual_delivery\n" AT
		ID
	    "=> x@scan.test R=scan T=scan_smtp H=localhost [127.0.0.1]:10024\n",
	    "" },
	{ "TLS is required", LOG_EXIM,
	    AT ID
	    "== z@plain.test R=dnslookup T=remote_smtp defer (-38) H=mx.plain.test [192.0.2.26]: a TLS session is "
	    "required, "
	    "but the server did not offer TLS support\n",
	    "note\t2026-11-21\ttls-required\tplain.test\t1\n" },
	{ "sent in clear after a handshake that failed", LOG_EXIM,
	    AT ID
	    "TLS session: (SSL_connect): error:0A00042E:SSL routines::tlsv1 alert protocol version: delivering "
	    "unencrypted "
	    "to H=mx.plain.test [192.0.2.26] (not in hosts_require_tls)\n",
	    "note\t2026-11-21\tclear-fallback\tmx.plain.test\t1\n" },
	{ "a wrong password over SMTP", LOG_EXIM,
	    AT
	    "dovecot_login authenticator failed for (vm) [192.0.2.66]:45818: 535 Incorrect authentication data "
	    "(set_id=joe@local.test)\n",
	    "failure\t2026-11-21\tsmtp\tlocal.test\tKEY(joe@local.test)\t192.0.2.66\t1\n" },
	{ "a failure whose address a HELO name hides", LOG_EXIM,
	    AT
	    "login authenticator failed for (x) [192.0.2.1]: 535 y) [192.0.2.66]: 535 Incorrect authentication data "
	    "(set_id=joe@local.test)\n",
	    "failure\t2026-11-21\tsmtp\t\t\t(odd)\t1\n" },
	{ "failures whose address a last name hides", LOG_DOVECOT,
	    "Nov 21 07:11:22 host dovecot: imap-login: Disconnected: Too many invalid commands (auth failed, 9 "
	    "attempts in "
	    "4 secs): user=<x>, rip=192.0.2.9, session=<y>, method=PLAIN, rip=192.0.2.5, lip=192.0.2.1, TLS, "
	    "session=<A9g>\n",
	    "failure\t2026-11-21\timap\t\t\t(odd)\t9\n" },
	{ "a recipient that was rejected", LOG_EXIM,
	    AT
	    "H=(vm) [192.0.2.66]:58042 F=<s@remote.example> rejected RCPT <nouser@local.test>: No Such User Here\n" AT
	    "H=(vm) [192.0.2.66]:58042 F=<s@remote.example> temporarily rejected RCPT <nouser@local.test>: later\n",
	    "note\t2026-11-21\tdeferred\tRCPT\t1\n"
	    "note\t2026-11-21\trejected\tRCPT\t1\n" },
	{ "mailbox logins", LOG_DOVECOT,
	    "Nov 21 07:11:22 host dovecot: imap-login: Login: user=<joe@example.com>, method=PLAIN, rip=192.0.2.5, "
	    "lip=192.0.2.1, "
	    "mpid=9264, TLS, session=<A9gxOc5gfIR/AAAB>\n"
	    "Nov 21 07:12:22 host dovecot: pop3-login: Login: user=<joe@example.com>, method=PLAIN, rip=127.0.0.1, "
	    "lip=127.0.0.1, "
	    "mpid=10337, secured, session=<M2DDOM5gdYN/AAAC>\n",
	    "login\t2026-11-21\timap\texample.com\tKEY(joe@example.com)\tPLAIN\tencrypted\t"
	    "\t192.0.2.0/24\tno\t000080\t1\n"
	    "login\t2026-11-21\tpop3\texample.com\tKEY(joe@example.com)\tPLAIN\tclear\t"
	    "\t127.0.0.0/24\tyes\t000080\t1\n" },
	{ "wrong passwords of a mailbox", LOG_DOVECOT,
	    "Nov 21 07:11:22 host dovecot: imap-login: Disconnected: Connection closed (auth failed, 3 attempts in "
	    "12 secs): "
	    "user=<joe@example.com>, method=PLAIN, rip=192.0.2.5, lip=192.0.2.1, TLS, session=<A9gxOc5gfIR/AAAB>\n",
	    "failure\t2026-11-21\timap\texample.com\tKEY(joe@example.com)\t192.0.2.5\t3\n" },
	{ "panels", LOG_PANEL,
	    "[2026-11-21 08:24:57 +0800] info [webmaild] 192.0.2.20 - joe@example.com \"POST /login/?login_only=1 "
	    "HTTP/1.1\" "
	    "FAILED LOGIN webmaild: user password incorrect\n"
	    "[2026-11-21 08:25:57 +0800] info [cpsrvd] 192.0.2.19 - root - SUCCESS LOGIN whostmgrd\n",
	    "login\t2026-11-21\twhm\t\tKEY(root)\t\tuntold\t\t192.0.2.0/24\tno\t000100\t1\n"
	    "failure\t2026-11-21\twebmail\texample.com\tKEY(joe@example.com)\t192.0.2.20\t1\n" },
};

static char *
without_line_notes(const char *text)
{
	char *kept = calloc(1, strlen(text) + 1);
	const char *line, *end;

	for (line = text; *line != '\0'; line = end + 1) {
		end = strchr(line, '\n');
		if (strncmp(line, "note\t", 5) != 0 || memmem(line, (size_t)(end - line), "\tlines\t", 7) == NULL)
			strncat(kept, line, (size_t)(end + 1 - line));
	}
	return kept;
}

/* KEY(user) becomes user's key. */
static char *
with_keys(const char *text)
{
	char *out = calloc(1, 4 * strlen(text) + 1);
	char key[17];

	while (*text != '\0') {
		if (strncmp(text, "KEY(", 4) != 0) {
			strncat(out, text++, 1);
			continue;
		}
		ledger_account_key(secret, (struct slice){ text + 4, strcspn(text + 4, ")") }, key);
		strcat(out, key);
		text += 4 + strcspn(text + 4, ")") + 1;
	}
	return out;
}

static void
count_text_into(struct ledger *ledger, struct text *text, enum log_kind kind, unsigned threads,
    size_t segment, struct log_count_result *ret_result)
{
	struct log_part part = part_of("/var/log/x", text, 0);
	struct log_parts parts = { .parts = &part, .count = 1 };
	struct log_count_options options = { .kind = kind, .log = "/var/log/x", .secret = secret,
	    .threads = threads, .segment = segment };
	struct arena *arena = arena_new();
	struct ledger_open *open = NULL;
	size_t open_count = 0;

	assert_int_equal(log_count(arena, &parts, &options, ledger, &open, &open_count, ret_result, NULL), 0);
	ret_result->position.log = NULL;
	arena_free(arena);
}

static void
test_rules(void **state)
{
	struct log_count_result result;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rules); i++) {
		struct text text = { rules[i].lines, strlen(rules[i].lines) };
		struct ledger *ledger = ledger_new(secret);
		char *all, *seen, *wanted = with_keys(rules[i].rows);

		count_text_into(ledger, &text, rules[i].kind, 1, 0, &result);
		all = rows_text(ledger);
		seen = without_line_notes(all);
		if (strcmp(seen, wanted) != 0)
			fail_msg("%s:\nseen\n%swanted\n%s", rules[i].name, seen, wanted);
		assert_true(result.read);
		assert_int_equal(result.broken, 0);
		free(all);
		free(seen);
		free(wanted);
		ledger_free(ledger);
	}
}

/* ---- arrivals that can not be read whole ---- */

/* An arrival with a HELO name of so many bytes, and so many recipients of eight bytes and a blank. */
static void
put_arrival(FILE *out, unsigned helo, unsigned recipients)
{
	unsigned i;

	fprintf(out, "2026-11-21 10:00:00 1xUqUb-0002q8-3s <= x@a.test H=(%0*u) [192.0.2.9] P=esmtpa"
	    " A=plain:x@a.test S=1 for", (int)helo, 0u);
	for (i = 0; i < recipients; i++)
		fprintf(out, " %03u@r.te", i);
	fputc('\n', out);
}

/* For HELO name and list: 99 bytes are the others', and an address may have 256 of the buffer's 8192. */
enum { LEFT = 8192 - 3 - 256 - 99 };

static void
test_arrivals_not_read(void **state)
{
	struct log_count_result result;
	struct ledger *ledger = ledger_new(secret);
	struct text text;
	char *bytes, *rows;
	FILE *out = open_memstream(&bytes, &text.length);

	(void)state;
	fputs("2026-11-21 10:00:00 1xUqUb-0002q8-3s <= x@a.test H=(x) [192.0.2.9] P=e S=1 junk\n"
	    "2026-11-21 10:00:00 1xUqUb-0002q8-3s **** log string overflowed log buffer ****\n"
	    "2026-11-21 10:00:00 **** log string overflowed log buffer ****\n"
	    "2026-11-21 10:00:00 1xUqUb-0002q8-3s => x@a.test R=r T=t junk\n", out);
	put_arrival(out, LEFT - 3 * 9, 3);
	put_arrival(out, LEFT - 3 * 9 + 1, 3);
	put_arrival(out, LEFT - 199 * 9 + 1, 199);
	put_arrival(out, LEFT - 200 * 9 + 1, 200);
	fclose(out);
	text.bytes = bytes;
	count_text_into(ledger, &text, LOG_EXIM, 1, 0, &result);
	rows = rows_text(ledger);
	assert_int_equal(result.broken, 3);
	assert_non_null(strstr(rows, "\nnote\t2026-11-21\tbroken\t/var/log/x\t3\n"
	    "note\t2026-11-21\tbroken-arrival\t/var/log/x\t4\n"
	    "note\t2026-11-21\tbroken-delivery\t/var/log/x\t1\n"
	    "note\t2026-11-21\tlines\t/var/log/x\t8\n"));
	/* What can be read of them counts. */
	assert_non_null(strstr(rows, "\t4\t405\t200\t"));
	free(rows);
	free(bytes);
	ledger_free(ledger);
}

/* ---- cuts ---- */

static uint32_t
random_below(uint32_t *seed, uint32_t limit)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % limit;
}

/* Messages that overlap, lines that are no lines, and one that is too long. */
static struct text
long_log(uint32_t seed)
{
	char *bytes = malloc(ROOM);
	size_t used = 0;
	unsigned i, minute = 0;

	for (i = 0; used < ROOM - 200000; i++) {
		unsigned message = i < 40 ? i : i - random_below(&seed, 40);
		char stamp[32], id[32];

		minute += random_below(&seed, 3);
		snprintf(stamp, sizeof stamp, "2026-11-%02u %02u:%02u:00",
		    2 + minute / 1440 % 20, minute / 60 % 24, minute % 60);
		snprintf(id, sizeof id, "1xUqUb-0000000%04u-3sYx", message);
		switch (random_below(&seed, 8)) {
		case 0: case 1:
			used += (size_t)sprintf(bytes + used,
			    "%s 1xUqUb-0000000%04u-3sYx <= u%u@d%u.test U=u%u P=local S=1 for a@b.test\n",
			    stamp, i, i % 5, i % 7, i % 5);
			break;
		case 2: case 3: case 4:
			used += (size_t)sprintf(bytes + used,
			    "%s %s => x@r%u.test R=r T=t H=mx.r.test [192.0.2.25] C=\"250 OK\"\n",
			    stamp, id, i % 11);
			break;
		case 5:
			used += (size_t)sprintf(bytes + used, "%s 1xUqUb-0000000%04u-3sYx Completed\n", stamp,
			    i < 80 ? i + 5000 : i - 41);
			break;
		case 6:
			used += (size_t)sprintf(bytes + used, "no line of Exim's %u\n", i);
			break;
		default:
			if (i % 97 == 0) {
				memset(bytes + used, 'x', 150000);
				used += 150000;
				bytes[used++] = '\n';
			}
		}
	}
	return (struct text){ bytes, used };
}

static void
test_cuts_change_nothing(void **state)
{
	static const size_t segments[] = { 1000, 4096, 65536, 300000 };
	struct log_count_result result;
	uint32_t seed;
	size_t i;

	(void)state;
	for (seed = 1; seed <= 5; seed++) {
		struct text text = long_log(seed);
		struct ledger *whole = ledger_new(secret);
		char *wanted;

		count_text_into(whole, &text, LOG_EXIM, 1, 0, &result);
		wanted = rows_text(whole);
		assert_non_null(strstr(wanted, "out\tr1.test\td"));
		assert_non_null(strstr(wanted, "\tbroken\t"));
		for (i = 0; i < 2 * COUNT(segments); i++) {
			struct ledger *ledger = ledger_new(secret);
			char *seen;

			count_text_into(ledger, &text, LOG_EXIM, i % 2 == 0 ? 1 : 3, segments[i / 2], &result);
			seen = rows_text(ledger);
			assert_same_rows(seen, wanted);
			assert_int_equal(result.position.offset, text.length);
			free(seen);
			ledger_free(ledger);
		}
		free(wanted);
		ledger_free(whole);
		free((char *)text.bytes);
	}
}

/* One run ends anywhere, even inside a line; the next goes on where whole lines ended. */
static void
test_runs_go_on(void **state)
{
	struct text all = long_log(7);
	struct ledger *whole = ledger_new(secret), *pieces = ledger_new(secret);
	struct log_count_result result;
	struct log_position last;
	struct arena *arena = arena_new();
	struct ledger_open *open = NULL;
	size_t open_count = 0;
	uint64_t from = 0;
	uint32_t seed = 3;
	size_t to;
	char *wanted, *seen;

	(void)state;
	count_text_into(whole, &all, LOG_EXIM, 2, 0, &result);
	for (to = 0; to < all.length; ) {
		struct text text = { all.bytes, 0 };
		struct log_part part;
		struct log_parts parts = { .parts = &part, .count = 1 };
		struct log_count_options options = { .kind = LOG_EXIM, .log = "/var/log/x", .secret = secret,
		    .position = from > 0 ? &last : NULL };

		to += random_below(&seed, 60000);
		text.length = to < all.length ? to : all.length;
		part = part_of("/var/log/x", &text, from);
		assert_int_equal(log_count(arena, &parts, &options, pieces, &open, &open_count, &result, NULL), 0);
		assert_true(result.read);
		assert_true(result.position.offset >= from && result.position.offset <= text.length);
		assert_true(result.position.offset == from || text.bytes[result.position.offset - 1] == '\n');
		last = result.position;
		from = last.offset;
	}
	assert_int_equal(from, all.length);
	wanted = rows_text(whole);
	seen = rows_text(pieces);
	assert_same_rows(seen, wanted);
	free(wanted);
	free(seen);
	ledger_free(whole);
	ledger_free(pieces);
	arena_free(arena);
	free((char *)all.bytes);
}

/* ---- what can not be read ---- */

static ssize_t
text_fails(const struct host_log *log, uint64_t offset, void *bytes, size_t room)
{
	return offset > 100000 && offset < 200000 ? -1 : text_read(log, offset, bytes, room);
}

static void
test_reading_fails(void **state)
{
	struct text text = long_log(9);
	struct log_part part = part_of("/var/log/x", &text, 0);
	struct log_parts parts = { .parts = &part, .count = 1 };
	struct log_count_options options = { .kind = LOG_EXIM, .log = "/var/log/x", .secret = secret,
	    .segment = 50000 };
	struct ledger *ledger = ledger_new(secret);
	struct log_count_result result;
	struct arena *arena = arena_new();
	struct ledger_open *open = NULL;
	size_t open_count = 0;

	(void)state;
	part.file.read = text_fails;
	assert_int_equal(log_count(arena, &parts, &options, ledger, &open, &open_count, &result, NULL), 0);
	assert_false(result.read);
	assert_non_null(result.incomplete);
	ledger_free(ledger);
	arena_free(arena);
	free((char *)text.bytes);
}

/* What is older than a damaged archive is not told of, whoever has read it already. */
static void
test_damaged_archive(void **state)
{
	static const char newest[] = "2026-11-20 10:00:00 x\n", older[] = "2026-10-01 10:00:00 x\n";
	struct text texts[] = { { older, sizeof older - 1 }, { "no gzip", 7 }, { newest, sizeof newest - 1 } };
	unsigned round;
	size_t i;

	(void)state;
	for (round = 0; round < 300; round++) {
		struct log_part part[COUNT(texts)];
		struct log_parts parts = { .parts = part, .count = COUNT(texts) };
		struct log_count_options options = { .kind = LOG_EXIM, .log = "/var/log/x",
		    .secret = secret, .threads = 3 };
		struct ledger *ledger = ledger_new(secret);
		struct log_count_result result;
		struct arena *arena = arena_new();
		struct ledger_open *open = NULL;
		size_t open_count = 0;

		for (i = 0; i < COUNT(texts); i++)
			part[i] = part_of("/var/log/x", &texts[i], 0);
		part[1].compressed = true;
		part[1].to = UINT64_MAX;
		assert_int_equal(log_count(arena, &parts, &options, ledger, &open, &open_count, &result, NULL), 0);
		assert_true(result.read);
		assert_non_null(result.incomplete);
		assert_int_equal(result.lines, 1);
		assert_int_equal(result.first_day, log_day(2026, 11, 20));
		ledger_free(ledger);
		arena_free(arena);
	}
}

/* The newest is read whole; what is older is named. */
static void
test_deadline(void **state)
{
	struct text text = long_log(11);
	struct log_part part = part_of("/var/log/x", &text, 0);
	struct log_parts parts = { .parts = &part, .count = 1 };
	struct log_count_options options = { .kind = LOG_EXIM, .log = "/var/log/x", .secret = secret,
	    .segment = 50000, .deadline = 1, .threads = 1 };
	struct ledger *ledger = ledger_new(secret);
	struct log_count_result result;
	struct arena *arena = arena_new();
	struct ledger_open *open = NULL;
	size_t open_count = 0;

	(void)state;
	assert_int_equal(log_count(arena, &parts, &options, ledger, &open, &open_count, &result, NULL), 0);
	assert_true(result.read);
	assert_string_equal(result.incomplete, "/var/log/x: the time for reading was over");
	assert_int_equal(result.position.offset, text.length);
	assert_true(result.bytes >= 40000 && result.bytes < 120000);
	ledger_free(ledger);
	arena_free(arena);
	free((char *)text.bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_arrivals_not_read),
		cmocka_unit_test(test_cuts_change_nothing),
		cmocka_unit_test(test_runs_go_on),
		cmocka_unit_test(test_reading_fails),
		cmocka_unit_test(test_damaged_archive),
		cmocka_unit_test(test_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
