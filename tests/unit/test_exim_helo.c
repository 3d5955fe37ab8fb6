/*
 * Arrivals as Exim 4.96 writes them (receive.c, host.c, log.c, parse.c), with what clients and
 * senders choose drawn from pieces of such lines: the event must be what the line was made
 * of, or broken, and never something else. The seeds are fixed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "parse/exim_mainlog.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

enum { TEXT_MAX = 1024, LINES = 60000, RECIPIENTS_MAX = 4 };

struct text {
	char bytes[TEXT_MAX];
	size_t length;
};

struct random {
	uint64_t state;
};

/* What a line was made of, as it stands in the line; an empty one is not there. */
struct truth {
	struct text sender, name, helo, user, certificate, sni, auth_id, auth_sender, id, subject;
	struct text recipients[RECIPIENTS_MAX];
	unsigned recipient_count;
	bool encrypted, authenticated, quoted_sender;
};

/* splitmix64 */
static unsigned
below(struct random *random, unsigned bound)
{
	uint64_t word = random->state += UINT64_C(0x9E3779B97F4A7C15);

	word = (word ^ word >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	word = (word ^ word >> 27) * UINT64_C(0x94D049BB133111EB);
	return (unsigned)((word ^ word >> 31) % bound);
}

static void
put(struct text *text, const char *bytes)
{
	size_t length = strlen(bytes);

	assert_true(text->length + length < TEXT_MAX * 1);
	memcpy(text->bytes + text->length, bytes, length + 1);
	text->length += length;
}

static void
put_char(struct text *text, char byte)
{
	put(text, (char[2]){ byte, '\0' });
}

/* ---- what a client may choose ---- */

/* Pieces of lines, without blanks around them. */
static const char *const pieces[] = {
	") [9.9.9.9]", ") [9.9.9.9]:5", ") [::1]", "P=e", "A=plain:v", "S=5", "S=5", "T=\"", "T=", "T=\"t\"",
	"id=", "id=\"", "id=a@b", "for", "for \"", "for v@w", "from <", "from <\"", "@z", "\"", "\"", "\\", "x\\", "x",
	"@[", "]", ">", "\"@z", "@[\"", "X=TLS1.3:A:256", "CV=no", "DN=\"", "DN=", "SNI=", "U=", "K",
	"(", "H=(x", "v@w",
	"<= a@b", "\\\"", "@z>", "q", "1.2.3.4", "[",
};

static void
put_pieces(struct random *random, struct text *text, unsigned most)
{
	unsigned count = below(random, most + 1);

	while (count-- > 0) {
		if (below(random, 3) > 0)
			put_char(text, ' ');
		put(text, pieces[below(random, COUNT(pieces))]);
		if (below(random, 6) == 0)
			put_char(text, ' ');
	}
}

/* The beginning of a line that somebody wants to be taken for the true one. */
static void
put_forged(struct random *random, struct text *text)
{
	put(text, ") [9.9.9.9]");
	put(text, below(random, 4) > 0 ? " P=e" : "");
	put(text, below(random, 4) == 0 ? " X=TLS1.3:A:256 CV=no" : "");
	put(text, below(random, 8) == 0 ? " DN=\"" : "");
	put(text, below(random, 2) == 0 ? " A=plain:v" : "");
	put(text, below(random, 4) > 0 ? " S=5" : "");
	put(text, below(random, 4) == 0 ? " id=" : "");
	put(text, below(random, 3) == 0 ? " T=\"" : "");
	put(text, below(random, 4) == 0 ? " for v@w" : "");
}

/* What closes quoted text that was opened before, and goes on to the end of a line. */
static void
put_closing(struct random *random, struct text *text)
{
	put(text, below(random, 2) == 0 ? "" : "@z");
	put(text, below(random, 5) == 0 ? " S=5" : "");
	put(text, below(random, 5) == 0 ? " T=" : "");
	put(text, below(random, 2) == 0 ? " for v@w" : "");
	put(text, below(random, 2) == 0 ? " " : "");
	put(text, below(random, 4) == 0 ? "x\\" : "");
}

static void
put_hostile(struct random *random, struct text *text)
{
	unsigned kind = below(random, 4);

	if (kind == 0)
		put_forged(random, text);
	if (kind == 1)
		put_closing(random, text);
	if (kind < 3)
		put_pieces(random, text, 3);
	if (kind == 3)
		put(text, "x");
}

/* ---- as Exim takes it ---- */

/* Without blanks at either end: smtp_read_command(). */
static void
make_helo(struct random *random, struct text *helo)
{
	struct text text = { .length = 0 };
	size_t begin = 0;

	put(&text, "x");
	put_hostile(random, &text);
	if (below(random, 2) == 0)
		put_hostile(random, &text);
	while (text.length > 0 && text.bytes[text.length - 1] == ' ')
		text.bytes[--text.length] = '\0';
	if (below(random, 8) == 0)
		begin = 1;
	while (text.bytes[begin] == ' ')
		begin++;
	put(helo, text.bytes + begin);
}

/* With a backslash before double quotes and backslashes, as in T= and quoted local parts. */
static void
put_escaped(struct text *text, const struct text *raw)
{
	size_t i;

	for (i = 0; i < raw->length; i++) {
		if (raw->bytes[i] == '"' || raw->bytes[i] == '\\')
			put_char(text, '\\');
		put_char(text, raw->bytes[i]);
	}
}

/* An atom: a backslash before all that is no letter, read_local_part(). */
static void
put_atom(struct text *text, const struct text *raw)
{
	size_t i;

	put_char(text, 'x');
	for (i = 0; i < raw->length; i++) {
		if (strchr(" \"\\()<>@,;:.[]", raw->bytes[i]) != NULL)
			put_char(text, '\\');
		put_char(text, raw->bytes[i]);
	}
}

/* A literal of an address without brackets around it may hold 33 to 90 and 94 to 126: read_domain(). */
static void
put_literal(struct text *text, const struct text *raw)
{
	size_t i;

	put_char(text, '[');
	for (i = 0; i < raw->length; i++)
		if (strchr(" [\\]", raw->bytes[i]) == NULL)
			put_char(text, raw->bytes[i]);
	put_char(text, ']');
}

/* odd: with domain literals, and with a quoted part behind a dot. */
static void
make_address(struct random *random, struct text *text, bool odd)
{
	struct text raw = { .length = 0 };
	unsigned kind = below(random, odd ? 7 : 4);

	put_hostile(random, &raw);
	if (kind == 0 || kind == 6) {
		put(text, "joe");
	} else if (kind == 1) {
		put_atom(text, &raw);
	} else {
		put(text, kind == 5 ? "a.\"" : "\"");
		put_escaped(text, &raw);
		put(text, "\"");
	}
	put_char(text, '@');
	raw.length = 0;
	put(&raw, "");
	put_pieces(random, &raw, 3);
	if (odd && below(random, 4) == 0)
		put_literal(text, &raw);
	else
		put(text, "l.test");
}

/* A hundred bytes of it at most; decoded, it may begin and end with blanks. */
static void
make_subject(struct random *random, struct text *text)
{
	struct text raw = { .length = 0 };

	put_hostile(random, &raw);
	if (below(random, 2) == 0)
		put_hostile(random, &raw);
	if (raw.length > 100)
		raw.bytes[raw.length = 100] = '\0';
	put(text, " T=\"");
	put_escaped(text, &raw);
	put(text, "\"");
}

/* Blanks are written as \040, a double quote as it is. */
static void
make_sni(struct random *random, struct text *text)
{
	struct text raw = { .length = 0 };
	size_t i;

	put_pieces(random, &raw, 2);
	for (i = 0; i < raw.length; i++)
		if (raw.bytes[i] == ' ')
			put(text, "\\040");
		else
			put_char(text, raw.bytes[i]);
	put_char(text, 'x');
}

/* How much of it is up to somebody: the HELO name and what Exim quotes, or all of it. */
enum hostility { QUOTED, ALL };

static void
make_truth(struct random *random, enum hostility hostility, struct truth *truth)
{
	bool odd = hostility == ALL;
	unsigned i;

	memset(truth, 0, sizeof(*truth));
	make_helo(random, &truth->helo);
	put(&truth->name, below(random, 4) == 0 ? "mx.b.test" : "");
	truth->encrypted = below(random, 2) == 0;
	truth->authenticated = below(random, 2) == 0;
	if (odd && below(random, 4) == 0)
		make_address(random, &truth->sender, true);
	else
		put(&truth->sender, below(random, 8) == 0 ? "<>" : "a@b.test");
	if (odd && below(random, 16) == 0)
		put_hostile(random, &truth->user);
	if (odd && truth->encrypted && below(random, 4) == 0)
		put_hostile(random, &truth->certificate);
	if (odd && truth->encrypted && below(random, 8) == 0)
		make_sni(random, &truth->sni);
	put(&truth->auth_id, "j@l.test");
	if (odd && below(random, 8) == 0)
		make_address(random, &truth->auth_sender, true);
	if (below(random, 4) > 0)
		make_address(random, &truth->id, odd);
	if (below(random, 4) > 0)
		make_subject(random, &truth->subject);
	truth->quoted_sender = odd && below(random, 8) == 0;
	truth->recipient_count = below(random, RECIPIENTS_MAX + 1);
	for (i = 0; i < truth->recipient_count; i++)
		make_address(random, &truth->recipients[i], odd);
}

/* ---- the line ---- */

static void
put_field(char *line, size_t size, const char *before, const struct text *value, const char *after)
{
	size_t length = strlen(line);

	if (value->length > 0)
		(void)snprintf(line + length, size - length, "%s%s%s", before, value->bytes, after);
}

static void
put_line(char *line, size_t size, const char *text)
{
	size_t length = strlen(line);

	(void)snprintf(line + length, size - length, "%s", text);
}

static void
write_line(const struct truth *truth, char *line, size_t size)
{
	unsigned i;

	(void)snprintf(line, size, "2026-11-21 19:11:21 1xUqUb-000000002q8-3sYx <= %s H=%s%s(%s)"
	    " [192.0.2.9]:587", truth->sender.bytes, truth->name.bytes,
	    truth->name.length > 0 ? " " : "", truth->helo.bytes);
	put_field(line, size, " U=", &truth->user, "");
	put_line(line, size, truth->encrypted ? " P=esmtps L X=TLS1.3:SUITE:256 CV=no" : " P=esmtp");
	put_field(line, size, " DN=\"", &truth->certificate, "\"");
	put_field(line, size, " SNI=", &truth->sni, "");
	if (truth->authenticated) {
		put_field(line, size, " A=login:", &truth->auth_id, "");
		put_field(line, size, ":", &truth->auth_sender, "");
	}
	put_line(line, size, " K S=77");
	put_field(line, size, " id=", &truth->id, "");
	put_line(line, size, truth->subject.bytes);
	if (truth->quoted_sender)
		put_field(line, size, " from <", &truth->sender, ">");
	for (i = 0; i < truth->recipient_count; i++)
		put_field(line, size, i == 0 ? " for " : " ", &truth->recipients[i], "");
	assert_true(strlen(line) + 1 < size);
}

/* ---- what was read ---- */

static bool
same(struct slice slice, const char *text)
{
	return slice.length == strlen(text) &&
	    (slice.length == 0 || memcmp(slice.bytes, text, slice.length) == 0);
}

/* What ident says may hold a blank, and go on as if it were the next field. */
static bool
begins(const struct text *text, struct slice slice)
{
	return slice.length <= text->length &&
	    (slice.length == 0 || memcmp(text->bytes, slice.bytes, slice.length) == 0);
}

static bool
same_recipients(const struct exim_log_event *event, const struct truth *truth)
{
	char all[RECIPIENTS_MAX * TEXT_MAX] = "";
	unsigned i;

	for (i = 0; i < truth->recipient_count; i++)
		put_field(all, sizeof(all), i == 0 ? "" : " ", &truth->recipients[i], "");
	return event->recipient_count == truth->recipient_count && same(event->recipients, all) &&
	    same(event->recipient, truth->recipients[0].bytes);
}

static bool
same_event(const struct exim_log_event *event, const struct truth *truth)
{
	bool named = truth->name.length > 0;

	return event->kind == EXIM_LOG_ARRIVAL && event->has_sender &&
	    same(event->sender, strcmp(truth->sender.bytes, "<>") == 0 ? "" : truth->sender.bytes) &&
	    same(event->host, named ? truth->name.bytes : truth->helo.bytes) &&
	    event->host_is_helo == (!named && truth->helo.length > 0) &&
	    same(event->host_address, "192.0.2.9") && begins(&truth->user, event->user) &&
	    same(event->protocol, truth->encrypted ? "esmtps" : "esmtp") &&
	    event->tls == (truth->encrypted ? LOG_TLS_1_3 : LOG_TLS_NONE) &&
	    same(event->cipher, truth->encrypted ? "SUITE" : "") &&
	    event->verified == (truth->encrypted ? EXIM_LOG_CV_NO : EXIM_LOG_CV_NONE) &&
	    event->size == 77 && same(event->authenticator, truth->authenticated ? "login" : "") &&
	    same(event->authenticated_id, truth->authenticated ? truth->auth_id.bytes : "") &&
	    same_recipients(event, truth);
}

/* What a quoted part of an address may hold, and no address has. */
static bool
is_odd_address(const struct text *address)
{
	return strstr(address->bytes, ") [") != NULL || strstr(address->bytes, "@[") != NULL;
}

/* Whether a line of what Exim quotes and a HELO name has to be read. */
static bool
is_readable(const struct truth *truth, const char *line)
{
	bool odd = is_odd_address(&truth->id);
	unsigned i;

	for (i = 0; i < truth->recipient_count; i++)
		odd |= is_odd_address(&truth->recipients[i]);
	return !odd && strstr(line, "] U=") == NULL && strstr(line, ":5 U=") == NULL &&
	    strstr(line, " DN=\"") == NULL;
}

struct result {
	unsigned wrong;		/* something else than the truth */
	unsigned broken;
	unsigned readable;	/* of those that Exim quotes, all that has to be read */
	unsigned unread;	/* of these, broken */
};

static struct result
check_lines(enum hostility hostility, uint64_t seed)
{
	struct random random = { .state = seed };
	struct result result = { .wrong = 0 };
	struct exim_log_event event;
	struct truth truth;
	char line[16 * TEXT_MAX];
	unsigned i;

	for (i = 0; i < LINES; i++) {
		bool broken;

		make_truth(&random, hostility, &truth);
		write_line(&truth, line, sizeof(line));
		exim_log_read(line, strlen(line), &event);
		broken = event.kind == EXIM_LOG_BROKEN_ARRIVAL;
		result.broken += broken;
		if (hostility == QUOTED && is_readable(&truth, line)) {
			result.readable++;
			result.unread += broken;
			if (broken && result.unread < 8)
				print_error("broken: %s\n", line);
		}
		if (!broken && !same_event(&event, &truth) && result.wrong++ < 8)
			print_error("%s\n  peer %.*s as %.*s, %u recipients\n", line,
			    (int)event.host_address.length, event.host_address.bytes,
			    (int)event.authenticated_id.length, event.authenticated_id.bytes,
			    (unsigned)event.recipient_count);
	}
	return result;
}

static void
test_all(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 4; seed++) {
		struct result result = check_lines(ALL, seed);

		assert_int_equal(result.wrong, 0);
		assert_true(result.broken < LINES * 4 / 5);
	}
}

static void
test_quoted(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 11; seed <= 12; seed++) {
		struct result result = check_lines(QUOTED, seed);

		assert_int_equal(result.wrong, 0);
		assert_int_equal(result.unread, 0);
		assert_true(result.readable > LINES / 2);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_quoted),
	};

	return cmocka_run_group_tests_name("exim_helo", tests, NULL, NULL);
}
