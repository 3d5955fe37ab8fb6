/*
 * What a plan asks of a listener and what it makes of the answers, without a
 * socket: the listener is a table of what it accepts, or says something else at
 * first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "host/probe_private.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TRIES 3
#define QUESTIONS_MAX 200	/* a plan that asks more does not end */

enum {
	RSA_RC4_SHA = 0x0005,
	RSA_3DES = 0x000a,
	RSA_AES128_SHA = 0x002f,
	DHE_AES128_SHA = 0x0033,
	RSA_AES256_SHA = 0x0035,
	TLS13_AES128 = 0x1301,
	TLS13_AES256 = 0x1302,
	ECDHE_AES128_SHA = 0xc013,
	ECDHE_AES128_SHA256 = 0xc027,
	ECDHE_AES128_GCM = 0xc02f,
	ECDHE_AES256_GCM = 0xc030,
	ECDHE_CHACHA = 0xcca8,
	SECP192R1 = 19,
	SECP256R1 = 23,
	X25519 = 29,
};

struct model {
	const char *name;
	enum probe_protocol protocol;
	bool full;
	uint16_t suites[PROBE_VERSION_COUNT][8];	/* best first */
	uint16_t groups[4];
	bool client_decides;
	unsigned dh_bits;		/* its own, where no group is named */
	bool no_alerts;			/* refuses by closing */
	bool whole_fails;		/* OpenSSL can not speak it */
	bool intolerant;		/* of hellos of other versions */
	unsigned drops_from;		/* closes from this question on; 0 = never */
	bool always;			/* first[0] holds for all questions */
	struct {
		enum probe_end end;
		const char *why;	/* NULL ends the list */
	} first[TRIES + 1];
	/* What must come of it. */
	const char *asked;		/* tracks, in order */
	enum probe_status status;
	const char *why;		/* NULL = none */
	const char *versions;		/* "SSLv3 no, …" but those unknown */
	const char *groups_seen;	/* accepted */
	unsigned dh_bits_seen;
	bool weak_settled;		/* no weak group is undecided */
};

#define TEXT_MAX 4096

/* ---- a listener made of a table ---- */

static bool
has(const uint16_t *list, size_t count, uint16_t id)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (list[i] == id && id != 0)
			return true;
	return false;
}

static uint16_t
common_group(const struct model *model, const struct probe_question *question)
{
	size_t i;

	if (question->way == WAY_WHOLE)
		return model->groups[0];
	for (i = 0; i < question->offer.group_count; i++)
		if (has(model->groups, COUNT(model->groups),
		    question->offer.groups[i]))
			return question->offer.groups[i];
	return 0;
}

static bool
is_usable(const struct model *model, const struct probe_question *question,
    uint16_t suite)
{
	const struct tls_suite *found = tls_suite_find(suite);

	if (suite == 0)
		return false;
	if (question->way == WAY_HELLO && !has(question->offer.suites,
	    question->offer.suite_count, suite))
		return false;
	return (strncmp(found->name, "TLS_ECDHE_", 10) != 0 &&
	    found->class != SUITE_TLS13) || common_group(model, question) != 0;
}

static uint16_t
choose_suite(const struct model *model, const struct probe_question *question,
    int version)
{
	const uint16_t *accepted = model->suites[version];
	size_t i;

	if (model->client_decides && question->way == WAY_HELLO) {
		for (i = 0; i < question->offer.suite_count; i++)
			if (has(accepted, 8, question->offer.suites[i]) &&
			    is_usable(model, question,
			    question->offer.suites[i]))
				return question->offer.suites[i];
		return 0;
	}
	for (i = 0; i < 8; i++)
		if (is_usable(model, question, accepted[i]))
			return accepted[i];
	return 0;
}

/* RFC 5246 E.1: the highest that both have; TLS 1.3 is offered alone. */
static int
choose_version(const struct model *model,
    const struct probe_question *question)
{
	int highest = question->way == WAY_WHOLE ? (question->tls13 ? 4 : 3) :
	    question->offer.version - TLS_SSL3;
	int lowest = question->way == WAY_WHOLE ? 1 : highest == 4 ? 4 : 0;

	if (model->intolerant)
		lowest = highest;
	for (; highest >= lowest; highest--)
		if (model->suites[highest][0] != 0)
			return highest;
	return -1;
}

/* RFC 7919 section 4: who names groups gets one of them. */
static bool
offers_ffdhe(const struct probe_question *question)
{
	size_t i;

	for (i = 0; i < question->offer.group_count; i++)
		if (question->offer.groups[i] >> 8 == 1)
			return true;
	return false;
}

static void
answer(const struct model *model, const struct probe_question *question,
    struct tls_reply *reply, struct probe_outcome *outcome)
{
	static const struct probe_chain chain = { .subject = "CN=mail.test" };
	int version = choose_version(model, question);
	uint16_t suite = version < 0 ? 0 :
	    choose_suite(model, question, version);

	*reply = (struct tls_reply){ .state = TLS_REPLY_ALERT,
	    .alert = version < 0 ? 70 : 40 };
	*outcome = (struct probe_outcome){ .end = END_REFUSED,
	    .reply = reply, .why = "refused" };
	if (model->drops_from != 0 && question->number >= model->drops_from) {
		*outcome = (struct probe_outcome){ .end = END_DROPPED };
		return;
	}
	if (suite == 0) {
		if (model->no_alerts)
			*outcome = (struct probe_outcome){
			    .end = END_DROPPED, .why = "closed" };
		return;
	}
	reply->state = TLS_REPLY_HELLO;
	reply->version = (uint16_t)(TLS_SSL3 + version);
	reply->suite = suite;
	reply->group = common_group(model, question);
	if (suite == DHE_AES128_SHA)
		reply->dh_bits = offers_ffdhe(question) ? 3072 : model->dh_bits;
	outcome->end = END_REPLY;
	outcome->completed = question->way == WAY_WHOLE && !model->whole_fails;
	if (question->way == WAY_WHOLE || question->wants_chain)
		outcome->chain = &chain;
}

/* ---- as text ---- */

static void
add_codes(struct buf *text, const struct code_list *list,
    const char *(*name)(uint16_t, char *))
{
	char buffer[8];
	size_t i;

	for (i = 0; i < list->count; i++)
		(void)buf_addf(text, " %s", name(list->ids[i], buffer));
}

static const char *
suite_text(uint16_t id, char *buffer)
{
	return tls_suite_name(id, buffer);
}

static const char *
group_text(uint16_t id, char *buffer)
{
	return tls_group_name(id, buffer);
}

static void
versions_text(const struct probe_listener *listener, struct buf *text)
{
	static const char *const orders[] = { "", " (server)", " (client)" };
	size_t i;

	for (i = 0; i < PROBE_VERSION_COUNT; i++) {
		const struct probe_version *version = &listener->versions[i];

		if (version->accepted == PROBE_UNKNOWN)
			continue;
		(void)buf_addf(text, "%s%s", text->length > 0 ? ", " : "",
		    tls_version_name(version->version));
		if (version->accepted == PROBE_NO)
			(void)buf_adds(text, " no");
		add_codes(text, &version->suites, suite_text);
		(void)buf_adds(text, orders[version->order]);
	}
}

static bool
weak_is_settled(const struct probe_listener *listener)
{
	size_t i;

	for (i = 0; i < tls_group_count; i++)
		if (tls_groups[i].weak && code_list_has(
		    &listener->groups_undecided, tls_groups[i].id))
			return false;
	return true;
}

/* ---- the cases ---- */

#define HARDENED12 { ECDHE_AES256_GCM, ECDHE_AES128_GCM, ECDHE_CHACHA }
#define HARDENED13 { TLS13_AES256, TLS13_AES128 }
#define OLD_IS_GONE "SSLv3 no, TLSv1.0 no, TLSv1.1 no"

static const struct model models[] = {
	{ .name = "hardened", .protocol = PROBE_IMAPS,
	    .suites = { [3] = HARDENED12, [4] = HARDENED13 },
	    .groups = { X25519, SECP256R1 },
	    .asked = "whole tls13 old other weak-group chacha",
	    .status = PROBE_OPEN,
	    .versions = OLD_IS_GONE ", TLSv1.2 ECDHE-RSA-AES256-GCM-SHA384 "
	    "ECDHE-RSA-CHACHA20-POLY1305, TLSv1.3 TLS_AES_256_GCM_SHA384",
	    .groups_seen = " x25519", .weak_settled = true },
	{ .name = "refuses by closing: what is taken comes last and tells",
	    .no_alerts = true, .protocol = PROBE_IMAPS,
	    .suites = { [3] = HARDENED12, [4] = HARDENED13 },
	    .groups = { X25519, SECP256R1 },
	    .asked = "whole tls13 old other weak-group chacha",
	    .status = PROBE_OPEN,
	    .versions = OLD_IS_GONE ", TLSv1.2 ECDHE-RSA-AES256-GCM-SHA384 "
	    "ECDHE-RSA-CHACHA20-POLY1305, TLSv1.3 TLS_AES_256_GCM_SHA384",
	    .groups_seen = " x25519", .weak_settled = true },
	{ .name = "refuses ChaCha20 by closing, too", .no_alerts = true,
	    .protocol = PROBE_IMAPS,
	    .suites = { [3] = { ECDHE_AES128_GCM }, [4] = HARDENED13 },
	    .groups = { X25519 },
	    .asked = "whole tls13 old other weak-group chacha confirm",
	    .status = PROBE_OPEN,
	    .versions = OLD_IS_GONE ", TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256, "
	    "TLSv1.3 TLS_AES_256_GCM_SHA384",
	    .groups_seen = " x25519", .weak_settled = true },
	{ .name = "TLS 1.3 alone, refuses by closing", .no_alerts = true,
	    .protocol = PROBE_IMAPS,
	    .suites = { [4] = HARDENED13 }, .groups = { X25519 },
	    .asked = "whole tls13 whole old version confirm",
	    .status = PROBE_OPEN,
	    .versions = OLD_IS_GONE ", TLSv1.2 no, TLSv1.3 "
	    "TLS_AES_256_GCM_SHA384",
	    .groups_seen = " x25519", .weak_settled = true },
	{ .name = "closes on everybody from the third hello on",
	    .protocol = PROBE_IMAPS, .drops_from = 3,
	    .suites = { [3] = HARDENED12, [4] = HARDENED13 },
	    .groups = { X25519 },
	    .asked = "whole tls13 old other weak-group chacha confirm",
	    .status = PROBE_OPEN,
	    .why = "old: closed in reply to a hello, and from then on to "
	    "every other",
	    .versions = "TLSv1.2 ECDHE-RSA-AES256-GCM-SHA384, "
	    "TLSv1.3 TLS_AES_256_GCM_SHA384",
	    .groups_seen = " x25519" },
	{ .name = "complete list of who refuses by closing", .full = true,
	    .no_alerts = true, .protocol = PROBE_SMTPS,
	    .suites = { [3] = { ECDHE_AES128_GCM } }, .groups = { X25519 },
	    .asked = "whole list list list list list list confirm groups "
	    "sigalgs renegotiation",
	    .status = PROBE_OPEN,
	    .versions = OLD_IS_GONE ", TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256, "
	    "TLSv1.3 no",
	    .groups_seen = " x25519", .weak_settled = true },
	{ .name = "SSL 3.0 alone, and it knows no other hello",
	    .protocol = PROBE_IMAPS, .intolerant = true,
	    .suites = { { RSA_RC4_SHA } },
	    .asked = "whole whole tls13 old old old",
	    .status = PROBE_OPEN,
	    .versions = "SSLv3 RC4-SHA, TLSv1.0 no, TLSv1.1 no, TLSv1.2 no, "
	    "TLSv1.3 no",
	    .groups_seen = "", .weak_settled = false },
	{ .name = "TLS 1.2 alone, without ChaCha20", .protocol = PROBE_SMTPS,
	    .suites = { [3] = { ECDHE_AES128_GCM } }, .groups = { SECP256R1 },
	    .asked = "whole tls13 old other weak-group chacha confirm",
	    .status = PROBE_OPEN,
	    .versions = OLD_IS_GONE ", TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256, "
	    "TLSv1.3 no",
	    .groups_seen = " secp256r1", .weak_settled = true },
	{ .name = "TLS 1.3 alone", .protocol = PROBE_IMAPS,
	    .suites = { [4] = HARDENED13 }, .groups = { X25519 },
	    .asked = "whole whole tls13 old",
	    .status = PROBE_OPEN,
	    .versions = OLD_IS_GONE ", TLSv1.2 no, TLSv1.3 "
	    "TLS_AES_256_GCM_SHA384",
	    .groups_seen = " x25519", .weak_settled = true },
	{ .name = "CBC with SHA-2 is not the worst of it",
	    .protocol = PROBE_IMAPS,
	    .suites = { [3] = { ECDHE_AES128_GCM, ECDHE_AES128_SHA256,
	    RSA_3DES }, [4] = HARDENED13 }, .groups = { X25519, SECP192R1 },
	    .asked = "whole tls13 old other other weak-group chacha",
	    .status = PROBE_OPEN,
	    .versions = OLD_IS_GONE ", TLSv1.2 DES-CBC3-SHA ECDHE-RSA-AES128-SHA256 "
	    "ECDHE-RSA-AES128-GCM-SHA256, TLSv1.3 "
	    "TLS_AES_256_GCM_SHA384",
	    .groups_seen = " x25519 secp192r1", .weak_settled = false },
	{ .name = "a modulus of its own", .protocol = PROBE_IMAPS,
	    .suites = { [3] = { ECDHE_CHACHA, DHE_AES128_SHA } },
	    .groups = { X25519 }, .dh_bits = 1024,
	    .asked = "whole tls13 old other weak-group chacha",
	    .status = PROBE_OPEN,
	    .versions = OLD_IS_GONE ", TLSv1.2 DHE-RSA-AES128-SHA "
	    "ECDHE-RSA-CHACHA20-POLY1305, TLSv1.3 no",
	    .groups_seen = " x25519", .dh_bits_seen = 1024,
	    .weak_settled = true },
	{ .name = "every old version", .protocol = PROBE_IMAPS,
	    .suites = { { RSA_RC4_SHA }, { RSA_RC4_SHA }, { RSA_AES128_SHA },
	    { RSA_AES256_SHA } },
	    .asked = "whole tls13 old old old other weak-group chacha",
	    .status = PROBE_OPEN,
	    .versions = "SSLv3 RC4-SHA, TLSv1.0 RC4-SHA, TLSv1.1 AES128-SHA, "
	    "TLSv1.2 AES256-SHA, TLSv1.3 no",
	    .groups_seen = "", .weak_settled = true },
	{ .name = "TLS 1.0 alone", .protocol = PROBE_IMAPS,
	    .suites = { [1] = { RSA_AES128_SHA, RSA_3DES } },
	    .asked = "whole tls13 old weak-group confirm",
	    .status = PROBE_OPEN,
	    .versions = "SSLv3 no, TLSv1.0 AES128-SHA, TLSv1.1 no, TLSv1.2 no, "
	    "TLSv1.3 no",
	    .groups_seen = "", .weak_settled = true },
	{ .name = "SSL 3.0 alone: the certificate comes with a hello of ours",
	    .protocol = PROBE_IMAPS, .suites = { { RSA_RC4_SHA } },
	    .asked = "whole whole tls13 old",
	    .status = PROBE_OPEN,
	    .versions = "SSLv3 RC4-SHA, TLSv1.0 no, TLSv1.1 no, TLSv1.2 no, "
	    "TLSv1.3 no",
	    .groups_seen = "", .weak_settled = false },
	{ .name = "nobody listens", .protocol = PROBE_SMTPS,
	    .first = { { END_CLOSED, "connect: Connection refused" } },
	    .asked = "whole", .status = PROBE_CLOSED, .versions = "",
	    .groups_seen = "" , .weak_settled = true },
	{ .name = "silent from the start", .protocol = PROBE_SMTP,
	    .first = { { END_SILENT, "no reply within 10 s" } },
	    .asked = "whole", .status = PROBE_FAILED,
	    .why = "whole: no reply within 10 s", .versions = "",
	    .groups_seen = "" , .weak_settled = true },
	{ .name = "a limit that passes", .protocol = PROBE_IMAPS,
	    .suites = { [4] = HARDENED13 }, .groups = { X25519 },
	    .first = { { END_BUSY, "421 busy" }, { END_BUSY, "421 busy" } },
	    .asked = "whole whole whole whole tls13 old",
	    .status = PROBE_OPEN,
	    .versions = OLD_IS_GONE ", TLSv1.2 no, TLSv1.3 "
	    "TLS_AES_256_GCM_SHA384",
	    .groups_seen = " x25519", .weak_settled = true },
	{ .name = "a limit that stays", .protocol = PROBE_SMTPS, .always = true,
	    .first = { { END_BUSY, "421 Too many connections" } },
	    .asked = "whole whole whole", .status = PROBE_FAILED,
	    .why = "whole: 421 Too many connections", .versions = "",
	    .groups_seen = "" , .weak_settled = true },
	{ .name = "closes whatever is asked: no refusal, nothing is known",
	    .protocol = PROBE_IMAPS, .always = true,
	    .first = { { END_DROPPED, "closed" } },
	    .asked = "whole tls13 old version",
	    .status = PROBE_FAILED,
	    .why = "whole: closed in reply to a hello, and to every other",
	    .versions = "", .groups_seen = "", .weak_settled = true },
	{ .name = "no TLS where the first byte should be",
	    .protocol = PROBE_IMAPS, .always = true,
	    .first = { { END_BROKEN, "not TLS" } },
	    .asked = "whole", .status = PROBE_FAILED, .why = "whole: not TLS",
	    .versions = "", .groups_seen = "", .weak_settled = true },
	{ .name = "complete list in the server's order", .full = true,
	    .protocol = PROBE_SMTPS,
	    .suites = { [2] = { RSA_AES256_SHA, RSA_AES128_SHA },
	    [3] = { ECDHE_AES128_GCM, RSA_3DES } },
	    .groups = { X25519, SECP256R1 },
	    .asked = "whole list list list list list list list list list "
	    "order order groups groups sigalgs fallback renegotiation",
	    .status = PROBE_OPEN,
	    .versions = "SSLv3 no, TLSv1.0 no, TLSv1.1 AES256-SHA AES128-SHA "
	    "(server), TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 DES-CBC3-SHA "
	    "(server), TLSv1.3 no",
	    .groups_seen = " x25519 secp256r1", .weak_settled = true },
	{ .name = "complete list in the client's order", .full = true,
	    .protocol = PROBE_SMTPS, .client_decides = true,
	    .suites = { [1] = { RSA_AES256_SHA, RSA_RC4_SHA } },
	    .asked = "whole list list list list list order renegotiation",
	    .status = PROBE_OPEN,
	    .versions = "SSLv3 no, TLSv1.0 RC4-SHA AES256-SHA (client), "
	    "TLSv1.1 no, TLSv1.2 no, TLSv1.3 no",
	    .groups_seen = "", .weak_settled = true },
};

/* Answers the questions of a plan one at a time, as they come. */
static void
run_model(struct arena *arena, const struct model *model,
    struct probe_listener *listener, struct buf *asked)
{
	static const char *const names[] = { NULL };
	struct probe_question question;
	struct probe_outcome outcome;
	struct tls_reply reply;
	struct probe_plan plan;
	size_t i;

	probe_listener_init(listener, "192.0.2.1", 465, model->protocol);
	listener->full = model->full;
	probe_plan_begin(&plan, arena, listener, names, 1, false, TRIES);
	for (i = 0; i < QUESTIONS_MAX &&
	    probe_plan_next(&plan, &question); i++) {
		size_t at = model->always ? 0 : i;

		(void)buf_addf(asked, "%s%s", i > 0 ? " " : "", question.name);
		answer(model, &question, &reply, &outcome);
		if (at < COUNT(model->first) && model->first[at].why != NULL) {
			outcome = (struct probe_outcome){
			    .end = model->first[at].end };
			snprintf(outcome.why, sizeof(outcome.why), "%s",
			    model->first[at].why);
		}
		(void)probe_plan_answer(&plan, &question, &outcome);
	}
	assert_true(probe_plan_is_over(&plan));
	probe_plan_end(&plan, NULL);
}

/* As the loop does it: up to out questions at a time, the oldest is answered. */
static size_t
run_side_by_side(struct arena *arena, const struct model *model, unsigned out,
    struct probe_listener *listener)
{
	static const char *const names[] = { NULL };
	struct probe_question questions[QUESTIONS_MAX];
	struct probe_outcome outcome;
	struct tls_reply reply;
	struct probe_plan plan;
	size_t asked = 0, answered;

	probe_listener_init(listener, "192.0.2.1", 465, model->protocol);
	listener->full = model->full;
	probe_plan_begin(&plan, arena, listener, names, 1, false, TRIES);
	for (answered = 0; !probe_plan_is_over(&plan); answered++) {
		while (asked < QUESTIONS_MAX && asked - answered < out &&
		    probe_plan_next(&plan, &questions[asked]))
			asked++;
		if (asked == answered)
			break;
		answer(model, &questions[answered], &reply, &outcome);
		(void)probe_plan_answer(&plan, &questions[answered],
		    &outcome);
	}
	assert_true(probe_plan_is_over(&plan));
	probe_plan_end(&plan, NULL);
	return asked;
}

static size_t
count_words(const char *text)
{
	size_t count = 1;

	for (; *text != '\0'; text++)
		count += *text == ' ';
	return count;
}

static void
check_side_by_side(const struct model *model, unsigned out)
{
	struct arena *arena = arena_new();
	struct probe_listener listener;
	struct buf versions;
	size_t asked;

	buf_init(&versions, TEXT_MAX);
	asked = run_side_by_side(arena, model, out, &listener);
	versions_text(&listener, &versions);
	print_message("  %s: %zu questions\n", model->name, asked);
	assert_string_equal(versions.bytes, model->versions);
	assert_in_range(asked, 1, count_words(model->asked) + model->full);
	assert_int_equal(weak_is_settled(&listener), model->weak_settled);
	buf_done(&versions);
	arena_free(arena);
}

/* Which questions are out at once is chance: what is found is not. */
static void
test_side_by_side(void **state)
{
	static const unsigned out[] = { 2, 4 };
	size_t i, at;

	(void)state;
	for (i = 0; i < COUNT(models); i++)
		for (at = 0; at < COUNT(out); at++)
			if (models[i].first[0].why == NULL &&
			    models[i].drops_from == 0)
				check_side_by_side(&models[i], out[at]);
}

static void
test_models(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(models); i++) {
		const struct model *model = &models[i];
		struct arena *arena = arena_new();
		struct probe_listener listener;
		struct buf asked, versions, groups;

		print_message("  %s\n", model->name);
		buf_init(&asked, TEXT_MAX);
		buf_init(&versions, TEXT_MAX);
		buf_init(&groups, TEXT_MAX);
		run_model(arena, model, &listener, &asked);
		versions_text(&listener, &versions);
		add_codes(&groups, &listener.groups, group_text);
		assert_string_equal(asked.bytes, model->asked);
		assert_int_equal(listener.status, model->status);
		assert_string_equal(listener.why == NULL ? "" : listener.why,
		    model->why == NULL ? "" : model->why);
		assert_string_equal(versions.bytes, model->versions);
		assert_string_equal(groups.bytes, model->groups_seen);
		assert_int_equal(listener.dh_bits, model->dh_bits_seen);
		assert_int_equal(weak_is_settled(&listener),
		    model->weak_settled);
		buf_done(&asked);
		buf_done(&versions);
		buf_done(&groups);
		arena_free(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_models),
		cmocka_unit_test(test_side_by_side),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
