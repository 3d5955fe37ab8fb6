/*
 * Lines of Exim's main log and what they tell. Every expectation is written as
 * text: the kind, then each member that is not zero, in the order of show().
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parse/exim_mainlog.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define S "2026-11-21 19:11:21 "
#define ID "1xUqUb-000000002q8-3sYx"
#define OLD "1gsu1C-003dCu-Hb"
#define X13 "TLS1.3:TLS_AES_256_GCM_SHA384:256"
#define C13 "tls=1.3 cipher=TLS_AES_256_GCM_SHA384"
/* What comes behind the peer of an arrival. */
#define REST " P=esmtp S=460 id=a@vm T=\"s\" for joe@local.test"
#define RESTS " protocol=esmtp size=460 for=joe@local.test(1:joe@local.test)"

struct line_case {
	const char *line;
	const char *event;
};

static const char *const kinds[] = {
	[EXIM_LOG_OTHER] = "other",
	[EXIM_LOG_BROKEN] = "broken",
	[EXIM_LOG_BROKEN_ARRIVAL] = "broken-arrival",
	[EXIM_LOG_BROKEN_DELIVERY] = "broken-delivery",
	[EXIM_LOG_ARRIVAL] = "arrival",
	[EXIM_LOG_DELIVERY] = "delivery",
	[EXIM_LOG_FAILURE] = "failure",
	[EXIM_LOG_DEFERRAL] = "deferral",
	[EXIM_LOG_COMPLETED] = "completed",
	[EXIM_LOG_REJECTION] = "rejection",
	[EXIM_LOG_AUTH_FAILURE] = "auth-failure",
	[EXIM_LOG_CLEAR_FALLBACK] = "clear-fallback",
	[EXIM_LOG_TLS_REQUIRED] = "tls-required",
	[EXIM_LOG_TLS_FAILURE] = "tls-failure",
};
static const char *const tls_names[] = { "clear", "some", "ssl3", "1.0", "1.1", "1.2", "1.3",
	"untold" };
static const char *const cv_names[] = { "none", "no", "yes", "dane" };

struct text {
	char bytes[2048];
	size_t length;
};

static void __attribute__((format(printf, 2, 3)))
add(struct text *text, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	text->length += (size_t)vsnprintf(text->bytes + text->length,
	    sizeof(text->bytes) - text->length, format, list);
	va_end(list);
	assert_true(text->length < sizeof(text->bytes));
}

static void
add_slice(struct text *text, const char *name, struct slice slice)
{
	if (slice.length > 0)
		add(text, " %s=%.*s", name, (int)slice.length, slice.bytes);
}

static void
show_tls(const struct exim_log_event *event, struct text *text)
{
	if (event->tls != LOG_TLS_NONE)
		add(text, " tls=%s", tls_names[event->tls]);
	add_slice(text, "cipher", event->cipher);
	if (event->verified != EXIM_LOG_CV_NONE)
		add(text, " cv=%s", cv_names[event->verified]);
}

static void
show_arrival(const struct exim_log_event *event, struct text *text)
{
	add_slice(text, "user", event->user);
	add_slice(text, "protocol", event->protocol);
	if (event->size > 0)
		add(text, " size=%llu", (unsigned long long)event->size);
	if (event->recipient_count > 0 || event->recipient.length > 0 ||
	    event->recipients.length > 0)
		add(text, " for=%.*s(%u:%.*s)", (int)event->recipient.length,
		    event->recipient.bytes, (unsigned)event->recipient_count,
		    (int)event->recipients.length, event->recipients.bytes);
}

/* Everything but the stamp. */
static void
show(const struct exim_log_event *event, struct text *text)
{
	add(text, "%s", kinds[event->kind]);
	add_slice(text, "id", event->id);
	if (event->has_sender)
		add(text, " sender=%.*s", (int)event->sender.length, event->sender.bytes);
	else
		assert_int_equal(event->sender.length, 0);
	add_slice(text, "address", event->address);
	add_slice(text, "original", event->original);
	add_slice(text, "router", event->router);
	add_slice(text, "transport", event->transport);
	add(text, "%s", event->further ? " further" : "");
	add_slice(text, "dkim", event->signing_domain);
	add(text, "%s", event->tls_required ? " tls-required" : "");
	add_slice(text, event->host_is_helo ? "helo" : "host", event->host);
	add_slice(text, "ip", event->host_address);
	show_tls(event, text);
	show_arrival(event, text);
	add_slice(text, "auth", event->authenticator);
	add_slice(text, "as", event->authenticated_id);
	add(text, "%s", event->temporary ? " temporary" : "");
	add_slice(text, "rejected", event->rejected);
}

/* The line at the end of memory: a byte too many that is read is a fault under ASan. */
static void
read_line(const char *line, size_t length, struct exim_log_event *ret_event, struct text *text)
{
	char *copy = malloc(length + 1);

	assert_non_null(copy);
	memcpy(copy + 1, line, length);
	memset(ret_event, 0x5A, sizeof(*ret_event));
	exim_log_read(copy + 1, length, ret_event);
	memset(text, 0, sizeof(*text));
	show(ret_event, text);
	free(copy);
}

static void
check_cases(const struct line_case *cases, size_t count)
{
	struct exim_log_event event;
	struct text text;
	size_t i;
	int wrong = 0;

	for (i = 0; i < count; i++) {
		read_line(cases[i].line, strlen(cases[i].line), &event, &text);
		if (strcmp(text.bytes, cases[i].event) == 0)
			continue;
		print_error("%s\n  want %s\n  got  %s\n", cases[i].line, cases[i].event, text.bytes);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

/* ---- arrivals ---- */

static const struct line_case arrivals[] = {
	{ S ID " <= a@remote.example H=(mx.remote.example) [192.0.2.9]:58028 P=esmtps X=" X13
	  " CV=no S=488 id=2026.1@vm T=\"tls arrival\" for joe@local.test",
	  "arrival id=" ID " sender=a@remote.example helo=mx.remote.example ip=192.0.2.9 " C13
	  " cv=no protocol=esmtps size=488 for=joe@local.test(1:joe@local.test)" },
	{ S ID " <= joe@local.test H=(pc) [192.0.2.10]:45806 P=esmtpsa X=" X13
	  " CV=no A=dovecot_login:joe@local.test S=500 id=2026.2@vm T=\"with \\\"q\\\"\""
	  " for r1@remote.test r2@remote.test",
	  "arrival id=" ID " sender=joe@local.test helo=pc ip=192.0.2.10 " C13
	  " cv=no protocol=esmtpsa size=500 for=r1@remote.test(2:r1@remote.test r2@remote.test)"
	  " auth=dovecot_login as=joe@local.test" },
	{ S ID " <= a@remote.example H=(vm) [192.0.2.9]:58026 P=esmtp S=460 id=2026.3@vm"
	  " T=\"plain arrival\" for joe@local.test",
	  "arrival id=" ID " sender=a@remote.example helo=vm ip=192.0.2.9 protocol=esmtp size=460"
	  " for=joe@local.test(1:joe@local.test)" },
	{ S ID " <= root@server1.example.test U=root P=local S=355 T=\"local2\" for rcpt@remote.test",
	  "arrival id=" ID " sender=root@server1.example.test user=root protocol=local size=355"
	  " for=rcpt@remote.test(1:rcpt@remote.test)" },
	{ S ID " <= <> R=1xUqUd-000000002qR-0AjB U=mail P=local S=1268"
	  " T=\"Mail delivery failed: returning message to sender\" for joe@local.test",
	  "arrival id=" ID " sender= user=mail protocol=local size=1268"
	  " for=joe@local.test(1:joe@local.test)" },
	{ "2026-11-21 19:12:54.568 [13207] " ID " <= joe@local.test H=(s1) [192.0.2.9]:51090"
	  " I=[192.0.2.1]:25 Ci=13207 P=esmtp L. K S=720 M8S=0 RT=0.000s id=x@vm"
	  " T=\"all selectors\" from <joe@local.test> for z@plain.test",
	  "arrival id=" ID " sender=joe@local.test helo=s1 ip=192.0.2.9 protocol=esmtp size=720"
	  " for=z@plain.test(1:z@plain.test)" },
	{ "2019-02-11 04:10:33 " OLD " <= a@b.test H=mx.b.test [192.0.2.9] P=esmtps"
	  " X=TLSv1.2:ECDHE-RSA-AES128-GCM-SHA256:128 CV=no S=1",
	  "arrival id=" OLD " sender=a@b.test host=mx.b.test ip=192.0.2.9 tls=1.2"
	  " cipher=ECDHE-RSA-AES128-GCM-SHA256 cv=no protocol=esmtps size=1" },
	/* Every member of 4.96 to 4.99, in its place. */
	{ "2026-11-21 19:12:54.568 +0100 [7] " ID " <= a@b.test R=" OLD " DS H=mx.b.test (helo.b) "
	  "[2001:db8::9]:25 I=[2001:db8::1]:25 TFO* U=ident Ci=9 P=esmtpsa L- X=" X13 "* CV=yes"
	  " DN=\"/C=AT/CN=a b\" SNI=mail.local\\040x A=plain:j:m@x PRDR PRX=192.0.2.77 K S=9 M8S=8"
	  " DKIM=b.test ARC RT=1m2s Q=slow id*=<gen@x> T=\"\" from <a@b.test> for c@d e@f \"g h\"@i",
	  "arrival id=" ID " sender=a@b.test host=mx.b.test ip=2001:db8::9 " C13 " cv=yes user=ident"
	  " protocol=esmtpsa size=9 for=c@d(3:c@d e@f \"g h\"@i) auth=plain as=j" },
	/* Pipelining that was offered early and not used: "L." and "-". */
	{ "2026-11-22 08:23:10.095 [146] 1xV2qs-00002M-0I <= r@clinic.test H=(client) [192.0.2.9]:51250"
	  " I=[192.0.2.1]:2525 P=esmtpsa L.- X=" X13 " CV=no A=dovecot_plain:r@clinic.test S=520 M8S=0"
	  " RT=0.000s id=20261122082309.000145@lab.test T=\"plain \\\"q\\\" \\\\ x\" from <r@clinic.test>"
	  " for n@clinic.test", "arrival id=1xV2qs-00002M-0I sender=r@clinic.test helo=client ip=192.0.2.9 " C13
	  " cv=no protocol=esmtpsa size=520 for=n@clinic.test(1:n@clinic.test) auth=dovecot_plain"
	  " as=r@clinic.test" },
	{ S ID " (= a@b.test H=[192.0.2.9] P=smtp S=5",
	  "arrival id=" ID " sender=a@b.test ip=192.0.2.9 protocol=smtp size=5" },
	{ S ID " <= a@b.test H=mx.b.test (x) [192.0.2.9]:2 P=esmtpa A=cram S=5",
	  "arrival id=" ID " sender=a@b.test host=mx.b.test ip=192.0.2.9 protocol=esmtpa size=5"
	  " auth=cram" },
	{ S ID " <= <> H=(x) [::ffff:127.0.0.1] P=esmtp S=18446744073709551615",
	  "arrival id=" ID " sender= helo=x ip=::ffff:127.0.0.1 protocol=esmtp"
	  " size=18446744073709551615" },
	/* A sender without a domain; one with a domain literal; one in UTF-8. */
	{ S ID " <= root U=root P=local S=5", "arrival id=" ID " sender=root user=root protocol=local size=5" },
	{ S ID " <= a@[192.0.2.1] U=u P=local S=5",
	  "arrival id=" ID " sender=a@[192.0.2.1] user=u protocol=local size=5" },
	{ S ID " <= j\xC3\xB6@b\xC3\xBCro.test U=u P=local S=5",
	  "arrival id=" ID " sender=j\xC3\xB6@b\xC3\xBCro.test user=u protocol=local size=5" },
	/* An addition of a later Exim, between two that are known. */
	{ S ID " <= a@b.test H=(x) [192.0.2.9] NEW=1 P=esmtp X=" X13 " CV=no FLAG Xy=2 S=5 id=a@b",
	  "arrival id=" ID " sender=a@b.test helo=x ip=192.0.2.9 " C13
	  " cv=no protocol=esmtp size=5" },
};

static const struct line_case tls_forms[] = {
#define TLS(x, event) { S ID " <= a@b H=(x) [192.0.2.9] P=esmtps X=" x " S=5", \
	"arrival id=" ID " sender=a@b helo=x ip=192.0.2.9 " event "protocol=esmtps size=5" }
	TLS("TLS1.3:TLS_AES_128_GCM_SHA256:128", "tls=1.3 cipher=TLS_AES_128_GCM_SHA256 "),
	TLS("TLSv1.3:TLS_AES_128_GCM_SHA256:128", "tls=1.3 cipher=TLS_AES_128_GCM_SHA256 "),
	TLS("TLS1.2:ECDHE_SECP256R1__RSA_SHA256__AES_256_GCM:256",
	    "tls=1.2 cipher=ECDHE_SECP256R1__RSA_SHA256__AES_256_GCM "),
	TLS("TLS1.3:ECDHE_X25519__RSA_PSS_RSAE_SHA256__AES_256_GCM:256*",
	    "tls=1.3 cipher=ECDHE_X25519__RSA_PSS_RSAE_SHA256__AES_256_GCM "),
	TLS("TLSv1.1:AES256-SHA:256", "tls=1.1 cipher=AES256-SHA "),
	TLS("TLS1.1:AES256-SHA:256", "tls=1.1 cipher=AES256-SHA "),
	TLS("TLSv1:AES256-SHA:256", "tls=1.0 cipher=AES256-SHA "),
	TLS("TLS1:AES256-SHA:256", "tls=1.0 cipher=AES256-SHA "),
	TLS("TLS1.0:RSA_AES_256_CBC_SHA1:256", "tls=1.0 cipher=RSA_AES_256_CBC_SHA1 "),
	TLS("SSLv3:RC4-MD5:128", "tls=ssl3 cipher=RC4-MD5 "),
	TLS("SSL3.0:RSA_ARCFOUR_SHA1:128", "tls=ssl3 cipher=RSA_ARCFOUR_SHA1 "),
	TLS("TLS1.4:NEW_SUITE:256", "tls=some cipher=NEW_SUITE "),
#undef TLS
#define NOT(x) { S ID " <= a@b H=(x) [192.0.2.9] P=esmtps X=" x " S=5", "broken-arrival" }
	NOT("TLS1.3"), NOT("TLS1.3:"), NOT("TLS1.3:A"), NOT("TLS1.3:A:"), NOT("TLS1.3::256"),
	NOT(":A:256"), NOT("TLS1.3:A:256x"), NOT("TLS1.3:A:B:256"), NOT("TLS1.3:A(:256"),
	NOT("TLS1.3:A:256**"), NOT("TLS1.3:A:*"), NOT("\"TLS1.3:A:256\""), NOT(""), NOT("*"),
	NOT("TLS1.3:A:256:"), NOT("TLS1.3:A:256) [192.0.2.1]:9"), NOT("TLSv1.3x1:A:256"),
#undef NOT
};

/*
 * What a client or sender chose must not become a field. In each, the real
 * peer is 192.0.2.9, which spoke in clear to joe@local.test.
 */
static const struct line_case forged[] = {
	/* In the subject: it tells nothing, whatever it holds. */
	{ S ID " <= a@b H=(x) [192.0.2.9] P=esmtp S=5 T=\" X=TLS1.3:A:256 CV=yes A=plain:v\" for joe@l",
	  "arrival id=" ID " sender=a@b helo=x ip=192.0.2.9 protocol=esmtp size=5 for=joe@l(1:joe@l)" },
	{ S ID " <= a@b H=(x) [192.0.2.9] P=esmtp S=5 T=\"\\\" for v@w\\\\\" for joe@l",
	  "arrival id=" ID " sender=a@b helo=x ip=192.0.2.9 protocol=esmtp size=5 for=joe@l(1:joe@l)" },
	{ S ID " <= a@b H=(x) [192.0.2.9] P=esmtp S=5 T=\"\\\\\\\" for v@w (h) [192.0.2.1] \\303\\n\" for j@l",
	  "arrival id=" ID " sender=a@b helo=x ip=192.0.2.9 protocol=esmtp size=5 for=j@l(1:j@l)" },
	{ S ID " <= a@b U=u P=local S=5 T=\"not closed\\\" for v@w", "broken-arrival" },
	{ S ID " <= a@b U=u P=local S=5 T=\"closed\"for v@w", "broken-arrival" },
	{ S ID " <= a@b U=u P=local S=5 T=bare for v@w", "broken-arrival" },
	{ S ID " <= a@b U=u P=local S=5 T=\"s\" X=TLS1.3:A:256 for v@w", "broken-arrival" },
	{ S ID " <= a@b U=u P=local S=5 T=\"s\" NEW=1 for v@w", "broken-arrival" },
	{ S ID " <= a@b U=u P=local S=5 T=\"s\" T=\"t\"", "broken-arrival" },
	/* In the Message-ID. */
	{ S ID " <= a@b H=(x) [192.0.2.9] P=esmtp S=5 id=\"x for y X=TLS1.3:A:256\"@z T=\"s\" for j@l",
	  "arrival id=" ID " sender=a@b helo=x ip=192.0.2.9 protocol=esmtp size=5 for=j@l(1:j@l)" },
	{ S ID " <= a@b H=(x) [192.0.2.9] P=esmtp S=5 id=\"x\\\" for y@z\"@[192.0.2.7] for j@l",
	  "arrival id=" ID " sender=a@b helo=x ip=192.0.2.9 protocol=esmtp size=5 for=j@l(1:j@l)" },
	{ S ID " <= a@b H=(x) [192.0.2.9] P=esmtp S=5 id=a\\\"b\\ c@z T=\"s\" for j@l",
	  "arrival id=" ID " sender=a@b helo=x ip=192.0.2.9 protocol=esmtp size=5 for=j@l(1:j@l)" },
	{ S ID " <= a@b H=(x) [192.0.2.9] P=esmtp S=5 id=x for v@w T=\"s\" for j@l", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9] P=esmtp S=5 id=x A=plain:v T=\"s\" for j@l", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9] P=esmtp S=5 id=\"x T=\"s\" for j@l", "broken-arrival" },
	/* In the HELO name, where helo_accept_junk_hosts lets anything pass. */
	{ S ID " <= a@b H=(x [1.2.3.4]) [192.0.2.9]:58028" REST,
	  "arrival id=" ID " sender=a@b helo=x [1.2.3.4] ip=192.0.2.9" RESTS },
	{ S ID " <= a@b H=([1.2.3.4]) [192.0.2.9]" REST,
	  "arrival id=" ID " sender=a@b helo=[1.2.3.4] ip=192.0.2.9" RESTS },
	{ S ID " <= a@b H=(x X=" X13 " A=plain:v for v@w) [192.0.2.9]" REST,
	  "arrival id=" ID " sender=a@b helo=x X=" X13 " A=plain:v for v@w ip=192.0.2.9" RESTS },
	{ S ID " <= a@b H=((x)) [192.0.2.9]" REST, "arrival id=" ID " sender=a@b helo=(x) ip=192.0.2.9" RESTS },
	{ S ID " <= a@b H=(x) y) [192.0.2.9]" REST, "arrival id=" ID " sender=a@b helo=x) y ip=192.0.2.9" RESTS },
	{ S ID " <= a@b H=() [192.0.2.9]" REST, "arrival id=" ID " sender=a@b ip=192.0.2.9" RESTS },
	{ S ID " <= a@b H=(x) [1.2.3.4] P=esmtps X=" X13 " CV=yes) [192.0.2.9]" REST,
	  "arrival id=" ID " sender=a@b helo=x) [1.2.3.4] P=esmtps X=" X13 " CV=yes ip=192.0.2.9" RESTS },
	{ S ID " <= a@b H=(x) [1.2.3.4] P=esmtps X=" X13 ") [192.0.2.9]" REST,
	  "arrival id=" ID " sender=a@b helo=x) [1.2.3.4] P=esmtps X=" X13 " ip=192.0.2.9" RESTS },
	{ S ID " <= a@b H=(x) [1.2.3.4] P=esmtps S=5 T=\") [192.0.2.9]" REST,
	  "arrival id=" ID " sender=a@b helo=x) [1.2.3.4] P=esmtps S=5 T=\" ip=192.0.2.9" RESTS },
	{ S ID " <= a@b H=(x) [1.2.3.4] P=e S=5 id=\") [192.0.2.9] P=e S=4 id=\" T=\"@z\" for j@l", "broken-arrival" },
	{ S ID " <= a@b H=(x) [1.2.3.4] P=e S=5 T=\") [192.0.2.9] P=e S=4 T=\" for \\\"x\\\"@y\" for j@l",
	  "arrival id=" ID " sender=a@b helo=x) [1.2.3.4] P=e S=5 T=\" ip=192.0.2.9 protocol=e size=4"
	  " for=j@l(1:j@l)" },
	{ S ID " <= a@b H=(x) [1.2.3.4] P=e S=5 T=\") [192.0.2.9] P=e S=4 T=\" for v@w \" for \"@j\"@l",
	  "arrival id=" ID " sender=a@b helo=x) [1.2.3.4] P=e S=5 T=\" ip=192.0.2.9 protocol=e size=4"
	  " for=\"@j\"@l(1:\"@j\"@l)" },
	{ S ID " <= a@b H=(x) [1.2.3.4] P=e S=5 for \") [192.0.2.9] P=e SNI=\"@z S=5 id=a@b for j@l",
	  "broken-arrival" },
	{ S ID " <= a@b H=(x) [1.2.3.4] P=e X=" X13 " CV=yes DN=\") [192.0.2.9] P=e SNI=a\" S=4 for j@l",
	  "broken-arrival" },
	{ S ID " <= a@b H=(x) [1.2.3.4] P=e A=plain:v S=5 id=q) [192.0.2.9]" REST,
	  "arrival id=" ID " sender=a@b helo=x) [1.2.3.4] P=e A=plain:v S=5 id=q ip=192.0.2.9" RESTS },
	{ S ID " <= a@b H=(x) [1.2.3.4] P=e A=plain:v S=5 for v@w) [192.0.2.9] P=esmtp S=5",
	  "arrival id=" ID " sender=a@b helo=x) [1.2.3.4] P=e A=plain:v S=5 for v@w ip=192.0.2.9"
	  " protocol=esmtp size=5" },
	{ S ID " <= a@b H=(x) [1.2.3.4] P=e A=plain:v S=5 for v) [192.0.2.9] P=esmtp S=5 for j@l",
	  "arrival id=" ID " sender=a@b helo=x) [1.2.3.4] P=e A=plain:v S=5 for v ip=192.0.2.9"
	  " protocol=esmtp size=5 for=j@l(1:j@l)" },
	/* In what ident says (rfc1413). */
	{ S ID " <= a@b H=(x) [192.0.2.9] U=i P=esmtps X=" X13 " CV=yes S=1 P=esmtp S=5 for j@l", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9] U=i A=plain:v P=esmtp S=5 for j@l", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9] U=i P=e S=5 id=P=esmtp S=5 for j@l", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9] U=i P=e S=5 T=\" P=esmtp S=5 id=a@b T=\"s\" for j@l", "broken-arrival" },
	/* In the sender and in recipients. */
	{ S ID " <= \"a H=x [1.2.3.4] A=plain:v\"@b H=(x) [192.0.2.9]" REST,
	  "arrival id=" ID " sender=\"a H=x [1.2.3.4] A=plain:v\"@b helo=x ip=192.0.2.9" RESTS },
	{ S ID " <= \"a\\\" X=\\\\\"@b H=(x) [192.0.2.9]" REST,
	  "arrival id=" ID " sender=\"a\\\" X=\\\\\"@b helo=x ip=192.0.2.9" RESTS },
	{ S ID " <= \"a H=(x) [192.0.2.9] P=e S=5", "broken-arrival" },
	{ S ID " <= \"a\" H=(x) [192.0.2.9] P=e S=5", "broken-arrival" },
	{ S ID " <= a\"b c\"@d H=(x) [192.0.2.9] P=e S=5", "broken-arrival" },
	/* Without quotes, with a backslash before each blank: Exim 4.96 writes it as it came. */
	{ S ID " <= a\\ H=x\\ [1.2.3.4]@d H=(x) [192.0.2.9]" REST,
	  "arrival id=" ID " sender=a\\ H=x\\ [1.2.3.4]@d helo=x ip=192.0.2.9" RESTS },
	{ S ID " <= \"q u\"@c.test U=root P=local S=284 for \"l p\"@c.test x\\ y@c.test \\\"z@c.test",
	  "arrival id=" ID " sender=\"q u\"@c.test user=root protocol=local size=284"
	  " for=\"l p\"@c.test(3:\"l p\"@c.test x\\ y@c.test \\\"z@c.test)" },
	{ S ID " <= a\\\\ b@d H=(x) [192.0.2.9] P=e S=5", "broken-arrival" },
	{ S ID " <= a\\ H=(x) [192.0.2.9] P=e S=5", "broken-arrival" },
	{ S ID " <= a@b U=u P=local S=5 for c@d\\ e@f\\", "broken-arrival" },
	{ S ID " <= a@b H=(x) [1.2.3.4] P=e S=5 T=\") [192.0.2.9] P=e S=4 T=\" for v@w x\\\"y\" for j@l",
	  "arrival id=" ID " sender=a@b helo=x) [1.2.3.4] P=e S=5 T=\" ip=192.0.2.9 protocol=e size=4"
	  " for=j@l(1:j@l)" },
	{ S ID " <= a b@c H=(x) [192.0.2.9] P=e S=5", "broken-arrival" },
	{ S ID " <= a@b U=u P=local S=5 T=\"s\" from <\" for v@w\"@b> for \"for x\"@y c@d",
	  "arrival id=" ID " sender=a@b user=u protocol=local size=5 for=\"for x\"@y(2:\"for x\"@y c@d)" },
	{ S ID " <= a@b U=u P=local S=5 from <> for for for@for",
	  "arrival id=" ID " sender=a@b user=u protocol=local size=5 for=for(2:for for@for)" },
	{ S ID " <= a@b U=u P=local S=5 for c@d\" e@f", "broken-arrival" },
	{ S ID " <= a@b U=u P=local S=5 for \"c d\" e@f", "broken-arrival" },
	{ S ID " <= a@b U=u P=local S=5 for c@d  e@f", "broken-arrival" },
	{ S ID " <= a@b U=u P=local S=5 for c@d ", "broken-arrival" },
	{ S ID " <= a@b U=u P=local S=5 for ", "broken-arrival" },
	{ S ID " <= a@b U=u P=local S=5 for", "broken-arrival" },
	{ S ID " <= a@b U=u P=local S=5 for c@d\re@f", "broken-arrival" },
	{ S ID " <= a@b U=u P=local S=5 from <a@b for c@d", "broken-arrival" },
	{ S ID " <= a@b U=u P=local S=5 from a@b for c@d", "broken-arrival" },
	/* In the authenticated id, the certificate's name and the SNI. */
	{ S ID " <= a@b H=(x) [192.0.2.9] P=e A=plain:j\" S=5 for j@l", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9] P=e A=plain:j A=plain:v S=5 for j@l", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9] P=e A=:v S=5 for j@l", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9] P=e A= S=5 for j@l", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9] P=e X=" X13 " CV=no DN=\"/CN=a\" A=plain:v\" S=5", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9] P=e X=" X13 " CV=no DN=\"/CN=a\" S=1 for \"v\" S=5", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9] P=e X=" X13 " CV=no DN=\"/CN=a\" SNI=x\" S=5", "broken-arrival" },
	/* A backslash escapes nothing in it. */
	{ S ID " <= a@b H=(x) [192.0.2.9] P=e X=" X13 " CV=no DN=\"/CN=a\\\" S=5 T=\"s\" for j@l",
	  "arrival id=" ID " sender=a@b helo=x ip=192.0.2.9 " C13 " cv=no protocol=e size=5 for=j@l(1:j@l)" },
	{ S ID " <= a@b H=(x) [192.0.2.9] P=e X=" X13 " CV=no DN=/CN=a S=5", "broken-arrival" },
	/* A field twice, or before one that it follows. */
	{ S ID " <= a@b P=e H=(x) [192.0.2.9] S=5", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9] P=e CV=no X=" X13 " S=5", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9] P=e S=5 S=6", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9] P=e S=5 A=plain:v", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9] P=e S=5 free text", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9] P=e C=\"x\" S=5", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9] P=e CV=maybe S=5", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9] P=e CV= S=5", "broken-arrival" },
};

/* What Exim writes behind the peer of who logged in, and what that tells. */
#define AUTH " P=esmtpsa X=" X13 " CV=no A=dovecot_login:j@l.test S=5"
#define HOSTILE(helo) " <= a@b H=(" helo ") [192.0.2.9]:5" AUTH " id=q@z T=\"s\" for v@w y@z"
#define IS(helo) "arrival id=" ID " sender=a@b helo=" helo " ip=192.0.2.9 " C13 " cv=no" \
	" protocol=esmtpsa size=5 for=v@w(2:v@w y@z) auth=dovecot_login as=j@l.test"

/*
 * A HELO name may hold its own end, an address and fields (helo_accept_junk_hosts). One
 * reading of such a line is whole, and it is the true one. The peer is 192.0.2.9.
 */
static const struct line_case helos[] = {
#define HELO(helo) { S ID HOSTILE(helo), IS(helo) }
	HELO("x) [9.9.9.9] y"),
	HELO("x) [9.9.9.9]:25 P=esmtp S=5 for a"),
	HELO("x) [9.9.9.9]"),
	HELO(") [9.9.9.9]"),
	HELO(") [9.9.9.9] "),
	HELO("x) [9.9.9.9]) [9.9.9.8]) [::1]:7 y"),
	HELO("x) [192.0.2.9]"),
	HELO("x) [9.9.9.9] P=esmtpa A=plain:v S=5 T=\""),
	HELO("x) [9.9.9.9] P=esmtpa A=plain:v S=5 T=\"\\"),
	HELO("x) [9.9.9.9] P=esmtpa A=plain:v S=5 id="),
	HELO("x) [9.9.9.9] P=esmtpa A=plain:v S=5 for \""),
	HELO("x) [9.9.9.9] P=e SNI=s A=plain:v S=5 id=\"a\"@b T=\"t\" for v@w"),
	HELO("x) [9.9.9.9]) [9.9.9.8] P=e A=plain:v S=5 T=\""),
#undef HELO
	/* Its name was looked up; the HELO name is told nowhere then. */
	{ S ID " <= a@b H=mx.b.test (x) [9.9.9.9] y) [192.0.2.9]:5 I=[192.0.2.1]:25 P=esmtp S=5",
	  "arrival id=" ID " sender=a@b host=mx.b.test ip=192.0.2.9 protocol=esmtp size=5" },
	{ S ID " <= <> H=(x) [9.9.9.9] y) [192.0.2.9]:5 P=esmtp S=5 for v@w",
	  "arrival id=" ID " sender= helo=x) [9.9.9.9] y ip=192.0.2.9 protocol=esmtp size=5"
	  " for=v@w(1:v@w)" },
	{ S ID " (= a@b R=" OLD " DS H=(x) [9.9.9.9] X=" X13 ") [192.0.2.9] P=esmtp S=5",
	  "arrival id=" ID " sender=a@b helo=x) [9.9.9.9] X=" X13 " ip=192.0.2.9 protocol=esmtp size=5" },
	/* The end of a HELO name in a subject is none: what it quotes stays open. */
	{ S ID " <= a@b H=(x) [9.9.9.9] y) [192.0.2.9] P=esmtp S=5 T=\"z) [9.9.9.8] P=e S=6 for v@w\" for j@l",
	  "arrival id=" ID " sender=a@b helo=x) [9.9.9.9] y ip=192.0.2.9 protocol=esmtp size=5 for=j@l(1:j@l)" },
	{ S ID " <= a@b H=(x) [9.9.9.9] y) [192.0.2.9] P=esmtp S=5 id=\"z) [9.9.9.8]\"@w for j@l", "broken-arrival" },
	/* No reading is whole. */
	{ S ID " <= a@b H=(x) [9.9.9.9] y) [192.0.2.9] P=esmtp S=5 junk", "broken-arrival" },
	{ S ID " <= a@b H=(x) [9.9.9.9] P=e) [9.9.9.8] P=e S=5) [192.0.2.9]", "broken-arrival" },
	/* What a certificate or ident (rfc1413) says is not quoted: nothing behind it can be told. */
	{ S ID " <= a@b H=(x) [192.0.2.9] P=e X=" X13 " CV=yes DN=\"y) [9.9.9.9] P=e X=" X13
	  " CV=no DN=\" A=plain:j:x\\\" S=5 T=\"s\" for v@w", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9] U=y) [9.9.9.9] P=e A=plain:v S=6 for a P=esmtp S=5 for v@w",
	  "broken-arrival" },
	{ S ID " <= a@b H=(x) [9.9.9.9] y) [192.0.2.9] U=i P=esmtp S=5 for v@w", "broken-arrival" },
	{ S ID " <= a@b H=(x) [9.9.9.9] y) [192.0.2.9] I=[192.0.2.1]:25 TFO* U=i P=esmtp S=5 for v@w",
	  "broken-arrival" },
	{ S ID " <= a@b H=(x) [9.9.9.9]:5 U=i P=esmtp y) [192.0.2.9] P=esmtp S=5 for v@w", "broken-arrival" },
	{ S ID " <= a@b H=(x) [9.9.9.9] y U=i) [192.0.2.9] P=esmtp S=5 T=\" U=j\" for v@w",
	  "arrival id=" ID " sender=a@b helo=x) [9.9.9.9] y U=i ip=192.0.2.9 protocol=esmtp size=5"
	  " for=v@w(1:v@w)" },
	/* Sixteen ends are looked at, of one more none is believed. */
#define FOUR ") [::1] ) [::2] ) [::3] ) [::4] "
	{ S ID " <= a@b H=(x" FOUR FOUR FOUR ") [::1] ) [::2] ) [::3] ) [192.0.2.9] P=esmtp S=5",
	  "arrival id=" ID " sender=a@b helo=x" FOUR FOUR FOUR ") [::1] ) [::2] ) [::3]  ip=192.0.2.9"
	  " protocol=esmtp size=5" },
	{ S ID " <= a@b H=(x" FOUR FOUR FOUR FOUR ") [192.0.2.9] P=esmtp S=5", "broken-arrival" },
#undef FOUR
	/*
	 * What would let a forged reading end whole. The size is on every line, and a list of
	 * recipients can't take it in; a domain literal may hold one double quote (RCPT TO without
	 * brackets), which neither opens nor closes anything.
	 */
	{ S ID " <= a@b H=(x) [9.9.9.9] P=e A=plain:v S=5 T=\") [192.0.2.9] P=e X=" X13
	  " CV=no DN=\" for v@w \\\" A=plain:j S=77 id=q@z for j@l", "broken-arrival" },
	{ S ID " <= a@b H=(x) [9.9.9.9] P=e A=plain:v S=5 T=\") [192.0.2.9] P=e S=77"
	  " id=q@z T=\" for v@w \" for y@[\"@z]", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9] P=e S=77 id=y@[\"] T=\" for v@w \" for j@l k@l y@[\"@z]", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9] P=e S=77 id=\"y) [9.9.9.9] P=e A=plain:v S=5 id=y\"@[\"] for j@l",
	  "broken-arrival" },
	{ S ID " <= a@b H=(x) [9.9.9.9] P=e A=plain:v S=5 from <\") [192.0.2.9] P=e S=77"
	  " from <a@b> for j@l \"@z x\"@l", "arrival id=" ID " sender=a@b helo=x) [9.9.9.9] P=e A=plain:v"
	  " S=5 from <\" ip=192.0.2.9 protocol=e size=77 for=j@l(2:j@l \"@z x\"@l)" },
	{ S ID " <= a@b H=(x) [9.9.9.9] P=e A=plain:v S=5 from <\") [192.0.2.9] P=e S=77"
	  " for j@l \"@z>\"@l", "arrival id=" ID " sender=a@b helo=x) [9.9.9.9] P=e A=plain:v S=5 from <\""
	  " ip=192.0.2.9 protocol=e size=77 for=j@l(2:j@l \"@z>\"@l)" },
	{ S ID " <= a@b H=(x) [192.0.2.9] P=e S=77 from <\"a> for v@w\"@b> for j@l",
	  "arrival id=" ID " sender=a@b helo=x ip=192.0.2.9 protocol=e size=77 for=j@l(1:j@l)" },
	{ S ID " <= a@b H=(x) [192.0.2.9] P=e S=77 T=\"s\" for S=77@l S=x@l S@l S=7x@l",
	  "arrival id=" ID " sender=a@b helo=x ip=192.0.2.9 protocol=e size=77"
	  " for=S=77@l(4:S=77@l S=x@l S@l S=7x@l)" },
};

/* Of a longer one, the beginning: it must not count as something else. */
static const struct line_case cut_short[] = {
	{ "", "broken" },
	{ " ", "broken" },
	{ "2026-11-21", "broken" },
	{ "2026-11-21 19:11:2", "broken" },
	{ "2026-11-21 19:11:21", "broken" },
	{ S, "broken" },
	{ "2026-11-21 19:11:21x" ID " Completed", "broken" },
	{ "2026-13-21 19:11:21 " ID " Completed", "broken" },
	{ "2026-11-31 19:11:21 " ID " Completed", "broken" },
	{ "2026-02-29 19:11:21 " ID " Completed", "broken" },
	{ "2026-00-21 19:11:21 " ID " Completed", "broken" },
	{ "2026-11-00 19:11:21 " ID " Completed", "broken" },
	{ "2026-11-21 24:11:21 " ID " Completed", "broken" },
	{ "2026-11-21 19:60:21 " ID " Completed", "broken" },
	{ "2026-11-21 19:11:61 " ID " Completed", "broken" },
	{ "2026-11-2 119:11:21 " ID " Completed", "broken" },
	{ "2026-11-21T19:11:21 " ID " Completed", "broken" },
	{ "202:-11-21 19:11:21 " ID " Completed", "broken" },
	{ "2026-11-21 19:11:2/ " ID " Completed", "broken" },
	{ "Envelope-from: <a@b>", "broken" },
	{ "\tby server1 with esmtp", "broken" },
	{ "**** log string overflowed log buffer ****", "broken" },
	{ "0000-05-05 19:11:21 " ID " Completed", "broken" },
	{ "1969-12-31 19:11:21 " ID " Completed", "broken" },
	/* the end of a line whose beginning is lost */
	{ "<= a@b U=u P=local S=5", "broken-arrival" },
	{ "2026-11-21 08:42026-11-21 08:45:00 " ID " <= a@b U=u P=local S=5", "broken-arrival" },
	{ "-0000 (= a@b U=u P=local S=5", "broken-arrival" },
	{ "\x01\x02 " ID " => a@b R=r T=t H=h [192.0.2.9]", "broken-delivery" },
	{ "-> a@b R=r T=t H=h [192.0.2.9]", "broken-delivery" },
	{ "x >> a@b R=r T=t H=h [192.0.2.9]", "broken-delivery" },
	{ S ID " => a@b R=r T=t H=h [192.0.2.9] X=" X13 " CV=no DN=\"/O=The \"Foo\" Clinic\" C=\"250\"",
	  "broken-delivery" },
	{ S ID " **** log string overflowed log buffer ****", "broken-arrival" },
	{ S "**** log string overflowed log buffer ****", "other" },
	{ S ID, "other" },
	{ S ID " ", "broken" },
	{ S ID " <", "other id=" ID },
	{ S ID " <=", "broken-arrival" },
	{ S ID " <= ", "broken-arrival" },
	{ S ID " <= a@b", "broken-arrival" },
	{ S ID " <= a@b H", "broken-arrival" },
	{ S ID " <= a@b H=", "broken-arrival" },
	{ S ID " <= a@b H=(", "broken-arrival" },
	{ S ID " <= a@b H=(x", "broken-arrival" },
	{ S ID " <= a@b H=(x)", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9]", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9]:", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9]:5 P=e", "broken-arrival" },
	{ S ID " <= a@b H=(x) [] P=e S=5", "broken-arrival" },
	{ S ID " <= a@b H=(x) [abc] P=e S=5", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9;] P=e S=5", "broken-arrival" },
	{ S ID " <= a@b H=(x) [1]:465 P=e S=5", "broken-arrival" },
	{ S ID " <= a@b H=(x) [12]:465 P=e S=5", "broken-arrival" },
	{ S ID " <= a@b H=(x) [12345.6] P=e S=5", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9]:5x P=e S=5", "broken-arrival" },
	{ S ID " <= a@b H=x y [192.0.2.9] P=e S=5", "broken-arrival" },
	{ S ID " <= a@b H=x P=e S=5", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9] P=e S=", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9] P=e S=5x", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9] P=e S=18446744073709551616", "broken-arrival" },
	{ S ID " <= a@b H=(x) [192.0.2.9] P= S=5", "broken-arrival" },
	{ S ID " <= a@b U=u P=local S=5 ", "broken-arrival" },
	{ S ID " <= a@b U=u P=local S=5 id=", "broken-arrival" },
	{ S ID " <= a@b U=u P=local S=5 id=a@b T", "broken-arrival" },
	{ S ID " <= a@b U=u P=local S=5 id=a@b T=", "broken-arrival" },
	{ S ID " <= a@b U=u P=local S=5 id=a@b T=\"", "broken-arrival" },
	{ S ID " <= a@b U=u P=local S=5 id=a@b T=\"abc", "broken-arrival" },
	{ S ID " =>", "broken-delivery" },
	{ S ID " => ", "broken-delivery" },
	{ S ID " => a@b", "broken-delivery" },
	{ S ID " => a@b R=r", "broken-delivery" },
	{ S ID " => a@b R=r T=t H=mx [192.0", "broken-delivery" },
	{ S ID " => a@b R=r T=t H=mx [192.0.2.1] X=TLS1.3:A", "broken-delivery" },
	{ S ID " => a@b R=r T=t H=mx [192.0.2.1] C=\"250 o", "broken-delivery" },
	{ S ID " ==", "broken" },
	{ S ID " == a@b R=r T=t", "broken" },
	{ S ID " == a@b R=r T=t defer", "broken" },
	{ S ID " **", "broken" },
};

/* ---- deliveries ---- */

static const struct line_case deliveries[] = {
	{ S ID " => joe <alias@local.test> R=virtual_user T=dovecot_virtual_delivery",
	  "delivery id=" ID " address=joe original=alias@local.test router=virtual_user"
	  " transport=dovecot_virtual_delivery" },
	{ S ID " => r1@remote.test R=lookuphost T=dkim_remote_smtp H=mx.remote.test [192.0.2.25] X=" X13
	  " CV=no K C=\"250- 516 byte chunk, total 516\\\\n250 OK id=1xUqV4-0000000035m-2aaa\"",
	  "delivery id=" ID " address=r1@remote.test router=lookuphost transport=dkim_remote_smtp"
	  " host=mx.remote.test ip=192.0.2.25 " C13 " cv=no" },
	{ S ID " -> r2@remote.test R=lookuphost T=dkim_remote_smtp H=mx.remote.test [192.0.2.25] X=" X13
	  " CV=no K C=\"250 OK\"",
	  "delivery id=" ID " address=r2@remote.test router=lookuphost transport=dkim_remote_smtp"
	  " further host=mx.remote.test ip=192.0.2.25 " C13 " cv=no" },
	{ S ID " => z@plain.test R=plainhost T=remote_smtp H=mx.plain.test [192.0.2.26] K"
	  " C=\"250 OK id=1xUqW6-000000003R1-2NZY\"",
	  "delivery id=" ID " address=z@plain.test router=plainhost transport=remote_smtp"
	  " host=mx.plain.test ip=192.0.2.26" },
	{ S ID " >> z@p.test R=r T=t H=mx.p.test [192.0.2.26]:25* X=TLSv1.2:E-F:128 CV=dane C=\"250 \\\"OK\\\\\"",
	  "delivery id=" ID " address=z@p.test router=r transport=t host=mx.p.test ip=192.0.2.26 tls=1.2"
	  " cipher=E-F cv=dane" },
	/* Every member, in its place. */
	{ "2026-11-21 19:12:54.568 -0330 [7] " OLD " => z@p.test (a@b, c@d) <o@q.test> F=<s@t.test>"
	  " Q=slow P=<s@t.test> R=r T=t S=7 H=mx.p.test DS [2001:db8::9]:25* PRX=[192.0.2.1]:1"
	  " I=[192.0.2.7]:9 TFO* X=" X13 "* CV=yes DN=\"/CN=mx.p.test\" A=plain:u:m L* PRDR K"
	  " DKIM=t.test C=\"250 ok\" QT=1m2s DT=0.5s",
	  "delivery id=" OLD " sender=s@t.test address=z@p.test original=o@q.test router=r transport=t"
	  " dkim=t.test host=mx.p.test ip=2001:db8::9 " C13 " cv=yes" },
	{ S ID " => joe <joe@l.test> F=<> R=lu T=lmtp H=localhost C=\"250 2.0.0 <joe@l.test> Saved\" QT=1s",
	  "delivery id=" ID " sender= address=joe original=joe@l.test router=lu transport=lmtp"
	  " host=localhost" },
	{ S ID " => |/usr/local/cpanel/bin/autorespond j@l.test /home/j/.auto <j@l.test> R=v T=virtual_pipe",
	  "delivery id=" ID " address=|/usr/local/cpanel/bin/autorespond j@l.test /home/j/.auto"
	  " original=j@l.test router=v transport=virtual_pipe" },
	{ S ID " => /home/j/mail/.Junk (j@l.test) <a@l.test> R=v T=address_file",
	  "delivery id=" ID " address=/home/j/mail/.Junk original=a@l.test router=v transport=address_file" },
	{ S ID " => /dev/null <a@l.test> R=v T=**bypassed**",
	  "delivery id=" ID " address=/dev/null original=a@l.test router=v transport=**bypassed**" },
	{ S ID " => :blackhole: <a@l.test> R=v",
	  "delivery id=" ID " address=:blackhole: original=a@l.test router=v" },
	{ S ID " => >a@l.test <b@l.test> R=userautoreply T=userautoreply",
	  "delivery id=" ID " address=>a@l.test original=b@l.test router=userautoreply"
	  " transport=userautoreply" },
	{ S ID " => save mail/x <b@l.test> R=u T=address_file",
	  "delivery id=" ID " address=save mail/x original=b@l.test router=u transport=address_file" },
	{ S ID " => discarded (system filter)", "delivery id=" ID " address=discarded" },
	{ S ID " => z@p.test <\"a> b\"@q> F=<\"c> d\"@e> R=r T=t",
	  "delivery id=" ID " sender=\"c> d\"@e address=z@p.test original=\"a> b\"@q router=r transport=t" },
	{ S ID " *> z@p.test R=r T=t H=mx.p.test [192.0.2.26]", "other id=" ID },
	/* What the recipient's server, its DNS or an address says is no field. */
	{ S ID " => z@p.test R=r T=t H=mx [192.0.2.1] C=\"250 ok\\\" X=TLS1.3:A:256 CV=yes\"",
	  "delivery id=" ID " address=z@p.test router=r transport=t host=mx ip=192.0.2.1" },
	{ S ID " => z@p.test R=r T=t H=mx [192.0.2.1] C=\"250 ok\" X=TLS1.3:A:256 CV=yes", "broken-delivery" },
	{ S ID " => z@p.test R=r T=t H=mx [192.0.2.1] C=\"250 ok\"x", "broken-delivery" },
	{ S ID " => z@p.test R=r T=t H=mx [192.0.2.1] C=250 ok", "broken-delivery" },
	{ S ID " => z@p.test R=r T=t C=\"250 ok\" H=mx [192.0.2.1]", "broken-delivery" },
	{ S ID " => v@w R=r T=t H=mx [192.0.2.1] X=" X13 " C=\"@p.test <\"v@w R=r T=t\"@p.test> R=r T=t",
	  "broken-delivery" },
	{ S ID " => v@w R=r T=t H=mx [192.0.2.1] X=" X13 " K@p.test <\"v@w R=r T=t\"@p.test> R=r T=t",
	  "broken-delivery" },
	{ S ID " => a b@p.test <\"a b\"@p.test> R=r T=t", "broken-delivery" },
	{ S ID " => |/bin/x <v@w> R=r T=t H=mx [192.0.2.1] X=" X13 " <j@l.test> R=v T=p", "broken-delivery" },
	{ S ID " => |/bin/x <v@w> R=r T=t H=mx [192.0.2.1] C=\" <j@l.test> R=v T=p", "broken-delivery" },
	{ S ID " => |/bin/x", "broken-delivery" },
	{ S ID " => z@p.test T=t R=r", "broken-delivery" },
	{ S ID " => z@p.test R=r T=t X=" X13 " H=mx [192.0.2.1]", "broken-delivery" },
	{ S ID " => z@p.test R=r T=t H=mx [192.0.2.1] X=" X13 " X=" X13, "broken-delivery" },
	{ S ID " => z@p.test R=r T=t H=mx  [192.0.2.1]", "broken-delivery" },
	{ S ID " => z@p.test <a\\ b\\>@q> F=<c\\ d@e> R=r T=t",
	  "delivery id=" ID " sender=c\\ d@e address=z@p.test original=a\\ b\\>@q router=r transport=t" },
	{ S ID " => z@p.test F=<a@b R=r T=t", "broken-delivery" },
	{ S ID " => z@p.test F=a@b R=r T=t", "broken-delivery" },
	{ S ID " => z@p.test <a@b R=r T=t", "broken-delivery" },
};

static const struct line_case undelivered[] = {
	{ S ID " == tmp@remote.test R=lookuphost T=dkim_remote_smtp defer (-44) H=mx.remote.test [192.0.2.25]:"
	  " SMTP error from remote mail server after RCPT TO:<tmp@remote.test>: 451 try later",
	  "deferral id=" ID " address=tmp@remote.test router=lookuphost transport=dkim_remote_smtp"
	  " host=mx.remote.test ip=192.0.2.25" },
	{ S ID " ** bad@remote.test R=lookuphost T=dkim_remote_smtp H=mx.remote.test [192.0.2.25] X=" X13
	  " CV=no: SMTP error from remote mail server after RCPT TO:<bad@remote.test>: 550 no such user",
	  "failure id=" ID " address=bad@remote.test router=lookuphost transport=dkim_remote_smtp"
	  " host=mx.remote.test ip=192.0.2.25 " C13 " cv=no" },
	{ S ID " == a@b.test <o@c.test> R=r T=t defer (-38) H=mx.b.test [192.0.2.25]:25 DT=1s: a TLS session is"
	  " required, but the server did not offer TLS support",
	  "deferral id=" ID " address=a@b.test original=o@c.test router=r transport=t tls-required"
	  " host=mx.b.test ip=192.0.2.25" },
	{ S ID " == a@b.test R=r T=t defer (-38): a TLS session is required, but an attempt to start TLS failed",
	  "deferral id=" ID " address=a@b.test router=r transport=t tls-required" },
	{ S ID " == a@b.test R=r T=t defer (-37) H=mx [192.0.2.25]: TLS session: (SSL_connect): error:0A00042E",
	  "deferral id=" ID " address=a@b.test router=r transport=t tls-required host=mx ip=192.0.2.25" },
	{ S ID " == a@b.test R=r T=t defer (37): No locks available",
	  "deferral id=" ID " address=a@b.test router=r transport=t" },
	{ S ID " == a@b.test R=r T=t defer (-44) H=mx [192.0.2.25]: SMTP error from remote mail server after"
	  " RCPT TO:<a@b.test>: 451 : a TLS session is required, but",
	  "deferral id=" ID " address=a@b.test router=r transport=t host=mx ip=192.0.2.25" },
	{ S ID " == a@b.test R=r T=t defer (111): Connection refused H=mx [192.0.2.25]: x",
	  "deferral id=" ID " address=a@b.test router=r transport=t host=mx ip=192.0.2.25" },
	{ S ID " == a@b.test R=r T=t defer (111): Connection refused",
	  "deferral id=" ID " address=a@b.test router=r transport=t" },
	{ S ID " == a@b.test R=r T=t defer (13): Permission denied: H=v [192.0.2.1]: a TLS session is required",
	  "deferral id=" ID " address=a@b.test router=r transport=t" },
	{ S ID " == a@b.test R=r defer (-1): host lookup did not complete",
	  "deferral id=" ID " address=a@b.test router=r" },
	{ S ID " == a@b.test routing defer (-52): retry time not reached",
	  "deferral id=" ID " address=a@b.test" },
	{ S ID " == |/bin/x y <a@b.test> R=r T=t defer (0): x",
	  "deferral id=" ID " address=|/bin/x y original=a@b.test router=r transport=t" },
	{ S ID " == a@b.test defer (-1", "broken" },
	{ S ID " == a@b.test defer (x): y", "broken" },
	{ S ID " == a@b.test X=TLS1.3:A:256 defer (1)", "broken" },
	{ S ID " == a@b.test R=r T=t H=mx [192.0.2.1] defer (1)", "broken" },
	{ S ID " ** a@b.test: Unrouteable address", "failure id=" ID " address=a@b.test" },
	{ S ID " ** a@b.test <c@d.test>: retry timeout exceeded",
	  "failure id=" ID " address=a@b.test original=c@d.test" },
	{ S ID " ** a@b.test F=<> P=<> R=r T=t: retry timeout exceeded DT=1s",
	  "failure id=" ID " sender= address=a@b.test router=r transport=t" },
	{ S ID " ** a@b.test R=r: No Such User Here", "failure id=" ID " address=a@b.test router=r" },
	{ S ID " ** a@b.test R=r T=t H=mx [192.0.2.25]:25: SMTP error: X=TLS1.3:A:256",
	  "failure id=" ID " address=a@b.test router=r transport=t host=mx ip=192.0.2.25" },
	{ S ID " ** a@b.test R=r T=t H=mx [192.0.2.25]: a TLS session is required, but the server did not offer"
	  " TLS support", "failure id=" ID " address=a@b.test router=r transport=t tls-required host=mx"
	  " ip=192.0.2.25" },
	{ S ID " ** a@b.test R=r T=t H=mx [192.0.2.25] X=" X13 " CV=no DN=\"/CN=mx\": 550 no",
	  "failure id=" ID " address=a@b.test router=r transport=t host=mx ip=192.0.2.25 " C13 " cv=no" },
	{ S ID " ** |/bin/x <a@b.test> R=r T=t: Child process of t transport returned 1",
	  "failure id=" ID " address=|/bin/x original=a@b.test router=r transport=t" },
	{ S ID " ** a@b.test R=r T=t", "failure id=" ID " address=a@b.test router=r transport=t" },
	{ S ID " ** a@b.test R=r T=t free: text", "broken" },
	{ S ID " ** \"a: b\"@c.test: Unrouteable address", "failure id=" ID " address=\"a: b\"@c.test" },
	{ S ID " Completed", "completed id=" ID },
	{ S OLD " Completed QT=3s", "completed id=" OLD },
	{ "2026-11-21 19:11:21 [7] " OLD " Completed QT=3s", "completed id=" OLD },
	{ S " Completed", "other" },
	{ S "Completed", "other" },
	{ S ID " Completed by someone", "other id=" ID },
};

/* ---- free lines ---- */

static const struct line_case rejections[] = {
	{ S "H=(vm) [192.0.2.66]:58042 F=<s@remote.example> rejected RCPT <nouser@local.test>: No Such User Here",
	  "rejection sender=s@remote.example helo=vm ip=192.0.2.66 rejected=RCPT" },
	{ S "H=(vm) [192.0.2.66]:58058 F=<s@remote.example> rejected RCPT <x@elsewhere.org>: Rejected relay"
	  " attempt: '192.0.2.66' From: 's@remote.example' To: 'x@elsewhere.org'",
	  "rejection sender=s@remote.example helo=vm ip=192.0.2.66 rejected=RCPT" },
	{ S ID " H=(vm) [192.0.2.66]:58060 X=" X13 " CV=no F=<s@remote.example> rejected after DATA: spam",
	  "rejection id=" ID " sender=s@remote.example helo=vm ip=192.0.2.66 " C13
	  " cv=no rejected=after DATA" },
	{ S "H=mx (vm) [192.0.2.66] I=[192.0.2.1]:25 Ci=7 X=" X13 " CV=no DN=\"/CN=x\" SNI=y F=<> A=plain:j"
	  " temporarily rejected RCPT <a@b>",
	  "rejection sender= host=mx ip=192.0.2.66 " C13 " cv=no temporary rejected=RCPT" },
	{ S "H=[192.0.2.66]:58060 rejected connection in \"connect\" ACL: bad",
	  "rejection ip=192.0.2.66 rejected=connection" },
	{ S "H=(x) [192.0.2.66] rejected EHLO or HELO x: bad", "rejection helo=x ip=192.0.2.66 rejected=EHLO or HELO" },
	{ S "H=(x) [192.0.2.66] rejected MAIL <a@b>: bad", "rejection helo=x ip=192.0.2.66 rejected=MAIL" },
	{ S "H=(x) [192.0.2.66] rejected AUTH LOGIN: bad", "rejection helo=x ip=192.0.2.66 rejected=AUTH" },
	{ S "H=(x) [192.0.2.66] rejected VRFY a", "rejection helo=x ip=192.0.2.66 rejected=VRFY" },
	{ S "H=(x) [192.0.2.66] F=<a@b> rejected DATA: x", "rejection sender=a@b helo=x ip=192.0.2.66 rejected=DATA" },
	{ S "H=(x) [192.0.2.66] F=<a@b> rejected during MIME ACL checks: x",
	  "rejection sender=a@b helo=x ip=192.0.2.66 rejected=during MIME ACL checks" },
	{ S ID " U=root F=<a@b> rejected by non-SMTP ACL: x",
	  "rejection id=" ID " sender=a@b rejected=by non-SMTP ACL" },
	{ S ID " F=<a@b> rejected by non-SMTP ACL: x", "rejection id=" ID " sender=a@b rejected=by non-SMTP ACL" },
	{ S "rejected MAIL from (x) [192.0.2.66]:25: no HELO/EHLO given",
	  "rejection helo=x ip=192.0.2.66 rejected=MAIL" },
	{ S "rejected EHLO from [192.0.2.66]: syntactically invalid argument(s): x) [192.0.2.1]:",
	  "rejection ip=192.0.2.66 rejected=EHLO" },
	{ S "refused connection from [192.0.2.66] (host_reject_connection)",
	  "rejection ip=192.0.2.66 rejected=connection" },
	{ S "temporarily refused connection from mx [192.0.2.66]: too many connections from that IP address",
	  "rejection host=mx ip=192.0.2.66 temporary rejected=connection" },
	/* cPanel's text names the host again. */
	{ S "H=(x) [192.0.2.66]:55 F=<a@b> rejected RCPT <c@d>: \"JunkMail rejected - (x) [192.0.2.66]:55 is in"
	  " an RBL: see http://rbl.test\"", "rejection sender=a@b helo=x ip=192.0.2.66 rejected=RCPT" },
	{ S "H=(x) [192.0.2.1] F=<a@b> rejected RCPT <c@d>: ) [192.0.2.66] F=<e@f> rejected RCPT <g@h>: y",
	  "broken" },
	{ S "H=(x) [192.0.2.66] F=<\"q> rejected RCPT\"@b> rejected MAIL <c@d>: y",
	  "rejection sender=\"q> rejected RCPT\"@b helo=x ip=192.0.2.66 rejected=MAIL" },
	{ S "H=(x) [192.0.2.66] X=junk F=<a@b> rejected RCPT <c@d>", "broken" },
	/* As Exim 4.96 wrote it for such a HELO name. */
	{ S "H=(x) [1.2.3.4] P=esmtps X=" X13 " CV=yes S=5 T=\") [192.0.2.66]:42108 I=[192.0.2.1]:25 F=<a@b>"
	  " rejected RCPT <c@d>: Sender verify failed", "broken" },
	{ S "H=(x) [1.2.3.4] Warning: y) [192.0.2.66]:42108 F=<a@b> rejected RCPT <c@d>", "broken" },
	{ S "H=(x) [192.0.2.66] Warning: (x) [192.0.2.66] is listed", "other" },
	/* Beginnings alike, but no rejections. */
	{ S "H=(x) [192.0.2.66] Warning: \"SpamAssassin as j detected message as NOT spam (0.0)\"", "other" },
	{ S "H=(x) [192.0.2.66] F=<a@b> rejected someone", "other" },
	{ S "H=(x) [192.0.2.66] sender verify fail for <a@b>: rejected RCPT", "other" },
	{ S "H=(x) [192.0.2.66] incomplete transaction (QUIT) from <a@b>", "other" },
	{ S ID " H=mx.b.test [192.0.2.25] Connection timed out", "other id=" ID },
	{ S ID " H=mx.b.test [192.0.2.25]: SMTP error from remote mail server after initial connection: 421 no",
	  "other id=" ID },
};

static const struct line_case failures[] = {
	{ S "dovecot_login authenticator failed for (vm) [192.0.2.66]:45818: 535 Incorrect authentication data"
	    " (set_id=joe@local.test)",
	    "auth-failure helo=vm ip=192.0.2.66 auth=dovecot_login as=joe@local.test" },
	{ S "dovecot_plain authenticator failed for H=mx (vm) [192.0.2.66]:45818 I=[192.0.2.1]:465 Ci=8: 535"
	    " Incorrect authentication data (set_id=joe)",
	    "auth-failure host=mx ip=192.0.2.66 auth=dovecot_plain as=joe" },
	{ S "login authenticator failed for [192.0.2.66]: 535 Incorrect authentication data",
	    "auth-failure ip=192.0.2.66 auth=login" },
	{ S "login authenticator failed for (x) [192.0.2.66]: 435 Unable to authenticate at present (set_id=j):"
	    " no route",
	    "auth-failure helo=x ip=192.0.2.66 auth=login as=j" },
	{ S "login authenticator failed for (x) [192.0.2.66]: 535 Incorrect authentication data (set_id=a b (c)"
	    " \"q\" (set_id=d)",
	    "auth-failure helo=x ip=192.0.2.66 auth=login as=a b (c) \"q\" (set_id=d" },
	{ S "login authenticator failed for (x) [192.0.2.66]: 535 Incorrect authentication data (set_id=)",
	    "auth-failure helo=x ip=192.0.2.66 auth=login" },
	{ S "login authenticator failed for (x) [192.0.2.66]: 535 Incorrect authentication data (set_id=cut",
	    "auth-failure helo=x ip=192.0.2.66 auth=login" },
	{ S "login authenticator failed for (x) [192.0.2.66]",
	    "auth-failure auth=login" },
	{ S "login authenticator failed for x", "auth-failure auth=login" },
	/* A forged set_id, and a forged HELO name: nobody can tell which is which, but somebody failed. */
	{ S "login authenticator failed for (x) [192.0.2.66]: 535 Incorrect authentication data (set_id=j) [192.0."
	    "2.1]: 535 Incorrect authentication data (set_id=v)",
	    "auth-failure auth=login" },
	{ S "login authenticator failed for (x) [192.0.2.1]: 535 Incorrect (set_id=v)) [192.0.2.66]: 535"
	    " Incorrect authentication data (set_id=j)",
	    "auth-failure auth=login" },
	{ S "login authenticator failed for (x) [192.0.2.1] I=[192.0.2.2]:25: 535) [192.0.2.66] I=[192.0.2.2]:25: 535"
	    " Incorrect authentication data (set_id=j)",
	    "auth-failure auth=login" },
	/* Both the same, whoever wrote the first: the address is certain. */
	{ S "login authenticator failed for (x) [192.0.2.66]: 535 y) [192.0.2.66]: 535 Incorrect authentication"
	    " data (set_id=j)",
	    "auth-failure ip=192.0.2.66 auth=login" },
	/* Exim writes nothing else behind the address, so the first is the HELO's, and not the second one's. */
	{ S "login authenticator failed for (x) [192.0.2.1] y) [192.0.2.66]:4: 535 Incorrect authentication data"
	    " (set_id=j)",
	    "auth-failure ip=192.0.2.66 auth=login as=j" },
	{ S "login authenticator failed for (x) [192.0.2.66]: 535 Incorrect authentication data (set_id=j) "
	    "[192.0.2.1])",
	    "auth-failure helo=x ip=192.0.2.66 auth=login as=j) [192.0.2.1]" },
	{ S "login authenticator failed for (x) [192.0.2.66] y) [192.0.2.1] z: 535",
	    "auth-failure auth=login" },
	{ S "lo gin authenticator failed for (x) [192.0.2.66]: 535 Incorrect authentication data",
	    "other" },
	{ S ID
	    " TLS session: (SSL_connect): error:0A00042E:SSL routines::tlsv1 alert protocol version: delivering"
	    " unencrypted to H=mx.plain.test [192.0.2.26] (not in hosts_require_tls)",
	    "clear-fallback id=" ID " host=mx.plain.test ip=192.0.2.26" },
	{ S ID
	    " TLS session failure: delivering unencrypted to mx.plain.test [192.0.2.26] (not in"
	    " hosts_require_tls)",
	    "clear-fallback id=" ID " host=mx.plain.test ip=192.0.2.26" },
	{ S ID
	    " TLS session: x: delivering unencrypted to H=v.test [192.0.2.1] (not in hosts_require_tls):"
	    " delivering unencrypted to H=mx.test [192.0.2.26] (not in hosts_require_tls)",
	    "clear-fallback id=" ID " host=mx.test ip=192.0.2.26" },
	{ S ID " TLS session: (SSL_connect): error", "other id=" ID },
	{ S ID
	    " TLS session: delivering unencrypted to H=v.test [192.0.2.1] (not in hosts_require_tls) x",
	    "other id=" ID },
	{ S ID
	    " a TLS session is required for mx.b.test [192.0.2.25], but the server did not offer TLS support",
	    "tls-required id=" ID " host=mx.b.test ip=192.0.2.25" },
	{ S ID
	    " H=mx.b.test [192.0.2.25]: a TLS session is required, but the server did not offer TLS support",
	    "tls-required id=" ID " host=mx.b.test ip=192.0.2.25" },
	{ S ID
	    " H=mx.b.test [192.0.2.25]:25: a TLS session is required, but an attempt to start TLS failed",
	    "tls-required id=" ID " host=mx.b.test ip=192.0.2.25" },
	{ S ID
	    " a TLS session is required, but the server did not offer TLS support",
	    "tls-required id=" ID },
	{ S "TLS error on connection from [192.0.2.66]:45694 (SSL_accept): (TLSv1.1)",
	    "tls-failure ip=192.0.2.66" },
	{ S "TLS error on connection from mx (vm) [192.0.2.66]:45694 I=[192.0.2.1]:465 SSL_accept: TCP connection"
	    " closed by peer",
	    "tls-failure host=mx ip=192.0.2.66" },
	{ S "TLS error on connection Ci=7 from (x) [192.0.2.66]:45694 (SSL_accept): y",
	    "tls-failure helo=x ip=192.0.2.66" },
	{ S "TLS error on connection (recv): The TLS connection was non-properly terminated.",
	    "other" },
	{ S "TLS error on connection from (x) [192.0.2.1] (y) [192.0.2.66] (SSL_accept): z",
	    "broken" },
	{ S "TLS error on connection from nowhere", "broken" },
};

static const struct line_case others[] = {
	{ S "SMTP connection from [192.0.2.66]:60966 (TCP/IP connection count = 1)", "other" },
	{ S "SMTP connection from (vm) [192.0.2.66]:60966 D=0s closed by QUIT", "other" },
	{ S "exim 4.98.2 daemon started: pid=13195, -q15m, listening for SMTP on port 25", "other" },
	{ S "cwd=/var/spool/exim 7 args: /usr/sbin/exim -ps -bd -q15m", "other" },
	{ S "no MAIL in SMTP connection from (s1) [192.0.2.9]:51084 D=0.031s C=EHLO,STARTTLS", "other" },
	{ S "no host name found for IP address 192.0.2.9", "other" },
	{ S "Start queue run: pid=1", "other" },
	{ S ID " Message is frozen", "other id=" ID },
	{ S ID " no immediate delivery: more than 10 messages", "other id=" ID },
	{ S ID " SMTP connection outbound 1763752281 " ID " local.test r@remote.test", "other id=" ID },
	{ "2026-11-21 19:12:54.568 [13207] SMTP connection from [192.0.2.66]", "other" },
	/* Ids of no length that Exim has are words of the line. */
	{ S "1xUqUb-000000002q8-3sY <= a@b U=u P=local S=5", "other" },
	{ S "1xUqUb-000000002q8-3sYx0 <= a@b U=u P=local S=5", "other" },
	{ S "1xUqU/-000000002q8-3sYx <= a@b U=u P=local S=5", "other" },
	{ S "<= a@b U=u P=local S=5", "other" },
	{ S "[x] " ID " <= a@b U=u P=local S=5", "other" },
	{ "2026-11-21 19:11:21.5 +01 " ID " Completed", "other" },
};

#define TEST_CASES(name) \
static void \
test_##name(void **state) \
{ \
	(void)state; \
	check_cases(name, COUNT(name)); \
}
TEST_CASES(arrivals)
TEST_CASES(tls_forms)
TEST_CASES(forged)
TEST_CASES(helos)
TEST_CASES(cut_short)
TEST_CASES(deliveries)
TEST_CASES(undelivered)
TEST_CASES(rejections)
TEST_CASES(failures)
TEST_CASES(others)

/* ---- stamps ---- */

static void
test_stamps(void **state)
{
	static const struct {
		const char *line;
		int32_t day;
		int hour, minute;
	} cases[] = {
		{ "1970-01-01 00:00:00 Start", 0, 0, 0 },
		{ "2000-02-29 23:59:60 Start", 11016, 23, 59 },
		{ "2026-11-21 19:11:21 Start", 20778, 19, 11 },
		{ "2026-11-21 19:11:21.5 Start", 20778, 19, 11 },
		{ "2024-12-31 09:08:07 Start", 20088, 9, 8 },
		{ "9999-12-31 09:08:07 Start", 2932896, 9, 8 },
		/* Broken lines keep theirs: they are counted on their day. */
		{ "2026-11-21 19:11:21 " ID " <= a", 20778, 19, 11 },
		{ "2026-11-32 19:11:21 Start", 0, 0, 0 },
		{ "Start", 0, 0, 0 },
	};
	struct exim_log_event event;
	struct text text;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		read_line(cases[i].line, strlen(cases[i].line), &event, &text);
		assert_int_equal(event.stamp.day, cases[i].day);
		assert_int_equal(event.stamp.hour, cases[i].hour);
		assert_int_equal(event.stamp.minute, cases[i].minute);
	}
}

static void
test_days(void **state)
{
	static const struct {
		int year, month, day;
		int32_t number;
		const char *text;
	} cases[] = {
		{ 1970, 1, 1, 0, "1970-01-01" },
		{ 1969, 12, 31, -1, "1969-12-31" },
		{ 1900, 3, 1, -25508, "1900-03-01" },
		{ 2000, 2, 29, 11016, "2000-02-29" },
		{ 2000, 3, 1, 11017, "2000-03-01" },
		{ 2026, 11, 21, 20778, "2026-11-21" },
		{ 2100, 2, 28, 47540, "2100-02-28" },
		{ 2100, 3, 1, 47541, "2100-03-01" },
		{ 9999, 12, 31, 2932896, "9999-12-31" },
	};
	char text[11];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		assert_int_equal(log_day(cases[i].year, cases[i].month, cases[i].day),
		    cases[i].number);
		log_day_text(cases[i].number, text);
		assert_string_equal(text, cases[i].text);
	}
	/* Out of what four digits can say: the nearest that they can. */
	log_day_text(INT32_MAX, text);
	assert_string_equal(text, "9999-12-31");
	log_day_text(INT32_MIN, text);
	assert_string_equal(text, "0000-01-01");
}

static void
test_tls_versions(void **state)
{
	static const struct {
		const char *text;
		enum log_tls tls;
	} cases[] = {
		{ "TLS1.3", LOG_TLS_1_3 }, { "TLSv1.3", LOG_TLS_1_3 },
		{ "TLS1.2", LOG_TLS_1_2 }, { "TLSv1.2", LOG_TLS_1_2 },
		{ "TLS1.1", LOG_TLS_1_1 }, { "TLSv1.1", LOG_TLS_1_1 },
		{ "TLS1", LOG_TLS_1_0 }, { "TLSv1", LOG_TLS_1_0 },
		{ "TLS1.0", LOG_TLS_1_0 }, { "TLSv1.0", LOG_TLS_1_0 },
		{ "SSLv3", LOG_TLS_SSL3 }, { "SSL3", LOG_TLS_SSL3 }, { "SSL3.0", LOG_TLS_SSL3 },
		{ "", LOG_TLS_SOME }, { "TLS", LOG_TLS_SOME }, { "TLSv", LOG_TLS_SOME },
		{ "TLSv1.", LOG_TLS_SOME }, { "TLSv1.4", LOG_TLS_SOME }, { "TLSv1.33", LOG_TLS_SOME },
		{ "tlsv1.3", LOG_TLS_SOME }, { "SSLv2", LOG_TLS_SOME }, { "TLS1x3", LOG_TLS_SOME },
		{ "TLSv2", LOG_TLS_SOME }, { "DTLSv1.2", LOG_TLS_SOME }, { "UNKNOWN", LOG_TLS_SOME },
	};
	struct slice slice;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		slice = (struct slice){ .bytes = cases[i].text, .length = strlen(cases[i].text) };
		assert_int_equal(log_tls_version(slice), cases[i].tls);
	}
}

/* ---- any bytes ---- */

/* Lines with a NUL, by their length. */
static void
test_nul(void **state)
{
	static const char in_subject[] = S ID " <= a@b U=u P=local S=5 T=\"a\0b\" for c@d";
	static const char in_sender[] = S ID " <= a\0@b U=u P=local S=5 T=\"ab\" for c@d";
	static const char in_recipient[] = S ID " <= a@b U=u P=local S=5 T=\"ab\" for c\0@d";
	static const char in_id[] = S "1xUqUb-000000002q\0-3sYx Completed";
	struct exim_log_event event;
	struct text text;

	(void)state;
	read_line(in_subject, sizeof(in_subject) - 1, &event, &text);
	assert_string_equal(text.bytes,
	    "arrival id=" ID " sender=a@b user=u protocol=local size=5 for=c@d(1:c@d)");
	read_line(in_sender, sizeof(in_sender) - 1, &event, &text);
	assert_string_equal(text.bytes, "broken-arrival");
	read_line(in_recipient, sizeof(in_recipient) - 1, &event, &text);
	assert_string_equal(text.bytes, "broken-arrival");
	read_line(in_id, sizeof(in_id) - 1, &event, &text);
	assert_string_equal(text.bytes, "other");
}

/* As long as a line may be, one byte more, and 1 MiB. */
static void
test_long(void **state)
{
	static const char head[] = S ID " <= a@b U=u P=local S=5 T=\"";
	static const char tail[] = "\" for c@d";
	static const size_t lengths[] = { LOG_LINE_MAX, LOG_LINE_MAX + 1, 1 << 20 };
	struct exim_log_event event;
	struct text text;
	size_t i;
	char *line;

	(void)state;
	for (i = 0; i < COUNT(lengths); i++) {
		line = malloc(lengths[i]);
		assert_non_null(line);
		memset(line, 'x', lengths[i]);
		memcpy(line, head, sizeof(head) - 1);
		memcpy(line + lengths[i] - (sizeof(tail) - 1), tail, sizeof(tail) - 1);
		read_line(line, lengths[i], &event, &text);
		assert_string_equal(text.bytes, lengths[i] > LOG_LINE_MAX ? "broken" :
		    "arrival id=" ID " sender=a@b user=u protocol=local size=5 for=c@d(1:c@d)");
		free(line);
	}
	/* Of a line that is too long only the length is known: no byte of it is looked at. */
	exim_log_read(NULL, LOG_LINE_MAX + 1, &event);
	assert_int_equal(event.kind, EXIM_LOG_BROKEN);
}

/* 20,000 recipients, the most that a line can hold. */
static void
test_recipients(void **state)
{
	static const char head[] = S ID " <= a@b U=u P=local S=5 for";
	struct exim_log_event event;
	char *line = malloc(LOG_LINE_MAX);
	size_t length = sizeof(head) - 1, i;

	(void)state;
	assert_non_null(line);
	memcpy(line, head, length);
	for (i = 0; i < 16000; i++, length += 4)
		memcpy(line + length, " a@b", 4);
	exim_log_read(line, length, &event);
	assert_int_equal(event.kind, EXIM_LOG_ARRIVAL);
	assert_int_equal(event.recipient_count, 16000);
	assert_int_equal(event.recipients.length, 16000 * 4 - 1);
	free(line);
}

/* Every beginning of every line is read without a fault, and tells no more than the line. */
static void
check_beginnings(const struct line_case *cases, size_t count)
{
	struct exim_log_event event;
	struct text text;
	size_t i, length;

	for (i = 0; i < count; i++) {
		for (length = 0; length < strlen(cases[i].line); length++)
			read_line(cases[i].line, length, &event, &text);
	}
}

static void
test_beginnings(void **state)
{
	(void)state;
	check_beginnings(arrivals, COUNT(arrivals));
	check_beginnings(forged, COUNT(forged));
	check_beginnings(helos, COUNT(helos));
	check_beginnings(deliveries, COUNT(deliveries));
	check_beginnings(undelivered, COUNT(undelivered));
	check_beginnings(rejections, COUNT(rejections));
	check_beginnings(failures, COUNT(failures));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arrivals),
		cmocka_unit_test(test_tls_forms),
		cmocka_unit_test(test_forged),
		cmocka_unit_test(test_helos),
		cmocka_unit_test(test_cut_short),
		cmocka_unit_test(test_deliveries),
		cmocka_unit_test(test_undelivered),
		cmocka_unit_test(test_rejections),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_stamps),
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_tls_versions),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_recipients),
		cmocka_unit_test(test_beginnings),
	};

	return cmocka_run_group_tests_name("exim_mainlog", tests, NULL, NULL);
}
