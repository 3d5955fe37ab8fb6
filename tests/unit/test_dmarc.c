/*
 * DMARC: records, the tree walk and where reports may go. Section numbers are of
 * draft-ietf-dmarc-dmarcbis-41, which became RFC 9989, and, where it says so,
 * of the draft that became RFC 9990; the names, records and results are theirs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "parse/dmarc.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MAILTO "mailto:d@example.com"

/* ---- records ---- */

struct record_case {
	const char *name;
	const char *text;
	struct dmarc_record record;	/* text and psd 'u' are filled in */
	const char *error;		/* a part of it; NULL = none */
	const char *lists;		/* "rua|removed|unknown", ' ' between items */
};

static const struct record_case record_cases[] = {
	{ "B.2.1", "v=DMARC1; p=none; rua=mailto:dmarc-feedback@example.com",
	    { .policy = DMARC_NONE }, NULL,
	    "mailto:dmarc-feedback@example.com||" },
	{ "B.2.2", "v=DMARC1; p=none; rua=mailto:dmarc-feedback@example.com; "
	    "ruf=mailto:auth-reports@example.com", { .policy = DMARC_NONE },
	    NULL, "mailto:dmarc-feedback@example.com||" },
	{ "B.2.5, testing", "v=DMARC1; p=quarantine; "
	    "rua=mailto:dmarc-feedback@example.com,"
	    "mailto:tld-test@thirdparty.example.net; t=y",
	    { .policy = DMARC_QUARANTINE, .testing = true }, NULL,
	    "mailto:dmarc-feedback@example.com "
	    "mailto:tld-test@thirdparty.example.net||" },
	{ "B.3.1", "v=DMARC1; p=reject; aspf=r; "
	    "rua=mailto:dmarc-feedback@example.com",
	    { .policy = DMARC_REJECT, .aspf = 'r' }, NULL,
	    "mailto:dmarc-feedback@example.com||" },
	{ "4.8: a line break is no blank", "v=DMARC1; p=reject;\n rua=" MAILTO,
	    { .policy = DMARC_REJECT }, "is no tag with a value", "||" },
	{ "all tags, tight", "v=DMARC1;p=reject;sp=quarantine;np=reject;adkim=s;"
	    "aspf=s;fo=1:d:s;t=n;psd=n;rua=" MAILTO ";ruf=" MAILTO ";",
	    { .policy = DMARC_REJECT, .subdomain = DMARC_QUARANTINE,
	    .nonexistent = DMARC_REJECT, .adkim = 's', .aspf = 's',
	    .psd = 'n' }, NULL, MAILTO "||" },
	{ "4.8: blanks around = and ;", "v = DMARC1 ;\tp = reject ; "
	    "rua = " MAILTO " , " MAILTO " ;", { .policy = DMARC_REJECT }, NULL,
	    MAILTO " " MAILTO "||" },
	{ "4.8: words in any case (RFC 5234 2.3)",
	    "v=DMARC1; p=Reject; psd=Y; t=Y; adkim=S",
	    { .policy = DMARC_REJECT, .psd = 'y', .testing = true,
	    .adkim = 's' }, NULL, "||" },
	{ "4.7: tags in any order", "v=DMARC1; rua=" MAILTO "; p=reject",
	    { .policy = DMARC_REJECT }, NULL, MAILTO "||" },
	{ "C.5.2: tags removed", "v=DMARC1; p=reject; pct=50; rf=afrf; ri=86400",
	    { .policy = DMARC_REJECT }, NULL, "|pct rf ri|" },
	{ "4.8: the obsolete size", "v=DMARC1; p=reject; rua=" MAILTO "!10m,"
	    MAILTO "!50", { .policy = DMARC_REJECT }, NULL,
	    MAILTO "!10m " MAILTO "!50|!size|" },
	{ "the obsolete size in ruf alone", "v=DMARC1; p=reject; ruf=" MAILTO
	    "!1g", { .policy = DMARC_REJECT }, NULL, "|!size|" },
	{ "4.7: unknown tags are ignored",
	    "v=DMARC1; p=reject; policy=none; x-y=1",
	    { .policy = DMARC_REJECT }, NULL, "||policy x-y" },
	{ "RFC 6376 3.2: names as written", "v=DMARC1; p=reject; SP=none",
	    { .policy = DMARC_REJECT }, NULL, "||SP" },
	{ "other schemes are URIs", "v=DMARC1; p=reject; rua=https://x.example/r",
	    { .policy = DMARC_REJECT }, NULL, "https://x.example/r||" },

	{ "4.10.1: no p, a rua", "v=DMARC1; rua=" MAILTO,
	    { .as_none = true }, NULL, MAILTO "||" },
	{ "4.10.1: no p, no rua", "v=DMARC1; sp=reject",
	    { .subdomain = DMARC_REJECT, .ignored = true },
	    "neither p nor a valid rua", "||" },
	{ "4.10.1: nothing but the version", "v=DMARC1", { .ignored = true },
	    "neither p nor a valid rua", "||" },
	{ "4.10.1: a bad p, a rua", "v=DMARC1; p=block; rua=" MAILTO,
	    { .as_none = true }, "p=block: none of none, quarantine and reject,"
	    " receivers act as if the record said p=none", MAILTO "||" },
	{ "4.10.1: a bad p, no rua", "v=DMARC1; p=block", { .ignored = true },
	    "p=block: none of none, quarantine and reject, receivers ignore "
	    "the record", "||" },
	{ "4.10.1: a bad p, a rua that is no URI",
	    "v=DMARC1; p=block; rua=d@example.com", { .ignored = true },
	    "p=block", "d@example.com||" },
	{ "4.10.1: a bad sp", "v=DMARC1; p=reject; sp=rejct; rua=" MAILTO,
	    { .policy = DMARC_REJECT, .as_none = true }, "sp=rejct",
	    MAILTO "||" },
	{ "4.10.1: a bad np, no rua", "v=DMARC1; p=reject; np=all",
	    { .policy = DMARC_REJECT, .ignored = true }, "np=all", "||" },
	{ "no value: as if it were not there", "v=DMARC1; p=; rua=" MAILTO,
	    { .as_none = true }, "\"p=\" is no tag with a value", MAILTO "||" },
	{ "no semicolon between two tags",
	    "v=DMARC1; p=reject rua=" MAILTO, { .ignored = true },
	    "p=reject rua=" MAILTO, "||" },

	{ "a mailto: without mailto:", "v=DMARC1; p=reject; rua=d@example.com",
	    { .policy = DMARC_REJECT }, "rua: \"d@example.com\" is no URI",
	    "d@example.com||" },
	{ "a mailto: without host", "v=DMARC1; p=reject; rua=mailto:d@,"
	    MAILTO, { .policy = DMARC_REJECT }, "rua: \"mailto:d@\" is no URI",
	    "mailto:d@ " MAILTO "||" },
	{ "! is to be encoded", "v=DMARC1; p=reject; rua=mailto:a!b@example.com",
	    { .policy = DMARC_REJECT }, "is no URI",
	    "mailto:a!b@example.com||" },
	{ "two URIs with a semicolon between", "v=DMARC1; p=reject; rua=" MAILTO
	    ";mailto:b@example.com", { .policy = DMARC_REJECT },
	    "\"mailto:b@example.com\" is no tag with a value", MAILTO "||" },
	{ "nothing between two commas", "v=DMARC1; p=reject; rua=," MAILTO ",,",
	    { .policy = DMARC_REJECT }, "rua: \"\" is no URI", MAILTO "||" },
	{ "a bad alignment", "v=DMARC1; p=reject; adkim=strict; aspf=x",
	    { .policy = DMARC_REJECT }, "adkim=strict: neither r nor s", "||" },
	{ "a bad t", "v=DMARC1; p=reject; t=1", { .policy = DMARC_REJECT },
	    "t=1: neither y nor n", "||" },
	{ "a bad psd", "v=DMARC1; p=reject; psd=0", { .policy = DMARC_REJECT },
	    "psd=0: none of y, n and u", "||" },
	{ "4.8: 0 and 1 exclude each other",
	    "v=DMARC1; p=reject; fo=0:1; ruf=" MAILTO,
	    { .policy = DMARC_REJECT }, "fo=0:1", "||" },
	{ "4.8: d twice", "v=DMARC1; p=reject; ruf=" MAILTO "; fo=d:d",
	    { .policy = DMARC_REJECT }, "fo=d:d", "||" },
	{ "4.7: fo without ruf is ignored", "v=DMARC1; p=reject; fo=9",
	    { .policy = DMARC_REJECT }, NULL, "||" },
	{ "quotes that a form made typographic",
	    "v=DMARC1; p=\xe2\x80\x9creject\xe2\x80\x9d; rua=" MAILTO,
	    { .as_none = true }, "\"p=???reject???\" is no tag", MAILTO "||" },
	{ "RFC 6376 3.2: a tag twice", "v=DMARC1; p=none; p=reject; rua=" MAILTO,
	    { .policy = DMARC_NONE, .ignored = true },
	    "p stands more than once", MAILTO "||" },
	{ "an unknown tag twice", "v=DMARC1; p=reject; x=1; x=2",
	    { .policy = DMARC_REJECT, .ignored = true },
	    "x stands more than once", "||x" },
	{ "the version twice", "v=DMARC1; v=DMARC1; p=reject",
	    { .policy = DMARC_REJECT, .ignored = true },
	    "v stands more than once", "||" },
	{ "empty tags", "v=DMARC1;; p=reject; ;", { .policy = DMARC_REJECT },
	    NULL, "||" },
};

static const char *
join(char *out, size_t size, const char *const *items, size_t count)
{
	size_t length = strlen(out), i;

	for (i = 0; i < count; i++)
		length += (size_t)snprintf(out + length, size - length, "%s%s",
		    i > 0 ? " " : "", items[i]);
	return out;
}

static void
check_record(const struct record_case *c, const struct dmarc_record *got)
{
	char lists[512] = "";

	assert_string_equal(got->text, c->text);
	assert_int_equal(got->policy, c->record.policy);
	assert_int_equal(got->subdomain, c->record.subdomain);
	assert_int_equal(got->nonexistent, c->record.nonexistent);
	assert_int_equal(got->testing, c->record.testing);
	assert_int_equal(got->as_none, c->record.as_none);
	assert_int_equal(got->ignored, c->record.ignored);
	assert_int_equal(got->adkim, c->record.adkim);
	assert_int_equal(got->aspf, c->record.aspf);
	assert_int_equal(got->psd, c->record.psd == 0 ? 'u' : c->record.psd);
	if (c->error == NULL && got->error != NULL)
		fail_msg("%s: %s", c->name, got->error);
	if (c->error != NULL && (got->error == NULL ||
	    strstr(got->error, c->error) == NULL))
		fail_msg("%s: \"%s\", wanted \"%s\"", c->name,
		    got->error == NULL ? "" : got->error, c->error);
	join(lists, sizeof(lists), got->rua, got->rua_count);
	strcat(lists, "|");
	join(lists, sizeof(lists), got->removed, got->removed_count);
	strcat(lists, "|");
	join(lists, sizeof(lists), got->unknown, got->unknown_count);
	assert_string_equal(lists, c->lists);
}

static void
test_records(void **state)
{
	struct arena *arena = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(record_cases); i++) {
		const struct record_case *c = &record_cases[i];
		struct dmarc_record got;

		print_message("%s\n", c->name);
		assert_true(dmarc_record_read(arena, c->text, strlen(c->text),
		    &got));
		check_record(c, &got);
	}
	arena_free(arena);
}

/* 4.7: v is the first tag, and DMARC1 in capitals. */
static void
test_no_records(void **state)
{
	static const char *const texts[] = {
		"", "v", "v=", "v=DMARC", "v=DMARC12; p=reject",
		"v=dmarc1; p=reject", "V=DMARC1; p=reject",
		" v=DMARC1; p=reject", "p=reject; v=DMARC1",
		"v=DMARC1 p=reject", "v=DMARC1, p=reject", "v=DMARC1:p=reject",
		"\"v=DMARC1; p=reject\"", "v=spf1 -all", ";v=DMARC1; p=reject",
		"version=DMARC1; p=reject", "v=DMARC1\\; p=reject\\;",
	};
	struct arena *arena = arena_new();
	struct dmarc_record got;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++)
		if (dmarc_record_read(arena, texts[i], strlen(texts[i]), &got))
			fail_msg("\"%s\" is taken for a record", texts[i]);
	assert_false(dmarc_record_read(arena, "v=DMARC1\0; p=reject", 19, &got));
	arena_free(arena);
}

static void
test_limits(void **state)
{
	struct arena *arena = arena_new();
	static char text[60000];
	struct dmarc_record got;
	size_t length, i;

	(void)state;
	length = (size_t)sprintf(text, "v=DMARC1; p=reject; rua=" MAILTO);
	for (i = 0; i < 100; i++)
		length += (size_t)sprintf(text + length, "," MAILTO);
	for (i = 0; i < 100; i++)
		length += (size_t)sprintf(text + length, ";x%zu=%s", i,
		    "0123456789012345678901234567890123456789");
	assert_true(dmarc_record_read(arena, text, length, &got));
	assert_int_equal(got.policy, DMARC_REJECT);
	assert_int_equal(got.rua_count, DMARC_URI_LIMIT);
	assert_int_equal(got.unknown_count, DMARC_UNKNOWN_LIMIT);
	assert_true(strlen(got.error) < 200);
	arena_free(arena);
}

/* ---- a zone ---- */

#define ZONE_MAX 8

/* text "!SERVFAIL" and "!PENDING" are what asking ends with. */
struct zone_record {
	const char *name;
	const char *text;
};

struct zone {
	const struct zone_record *records;
	struct dns_record found[4];
	struct dns_records answers[64];
	struct dns_record *kept[64];
	size_t answer_count;
	char asked[2048];
	struct arena *arena;
};

static const struct dns_records *
zone_lookup(void *data, const char *name, uint16_t type)
{
	struct zone *zone = data;
	struct dns_records *answer = &zone->answers[zone->answer_count++];
	struct dns_record *items = arena_array(zone->arena, ZONE_MAX,
	    sizeof(*items));
	size_t i;

	assert_int_equal(type, DNS_TXT);
	assert_true(zone->answer_count < COUNT(zone->answers));
	snprintf(zone->asked + strlen(zone->asked),
	    sizeof(zone->asked) - strlen(zone->asked), "%s%s",
	    zone->asked[0] == '\0' ? "" : " ", name);
	answer->outcome = DNS_NXDOMAIN;
	answer->items = items;
	for (i = 0; i < ZONE_MAX && zone->records[i].name != NULL; i++) {
		const char *text = zone->records[i].text;

		if (strcmp(zone->records[i].name, name) != 0)
			continue;
		if (strcmp(text, "!PENDING") == 0)
			return NULL;
		answer->outcome = strcmp(text, "!SERVFAIL") == 0 ?
		    DNS_SERVFAIL : strcmp(text, "!NODATA") == 0 ? DNS_NODATA :
		    DNS_RECORDS;
		items[answer->count].text = text;
		items[answer->count].text_length = strlen(text);
		answer->count += answer->outcome == DNS_RECORDS;
	}
	return answer;
}

/* ---- the walk ---- */

struct walk_case {
	const char *name;
	const char *domain;
	struct zone_record records[ZONE_MAX];
	const char *in_force;		/* NULL = none */
	const char *organizational;	/* NULL = not known */
	enum dmarc_policy effective, below, below_nonexistent;
	size_t duplicates;
	const char *why;		/* a part; NULL = none */
	const char *asked;		/* NULL = whatever */
};

#define REJECT "v=DMARC1; p=reject"
#define NONE "v=DMARC1; p=none"

static const struct walk_case walk_cases[] = {
	/* 4.10: the queries */
	{ "4.10: eight queries", "a.b.c.d.e.f.g.h.i.j.mail.example.com",
	    { { NULL, NULL } }, NULL, "a.b.c.d.e.f.g.h.i.j.mail.example.com",
	    0, 0, 0, 0, NULL, "_dmarc.a.b.c.d.e.f.g.h.i.j.mail.example.com "
	    "_dmarc.g.h.i.j.mail.example.com _dmarc.h.i.j.mail.example.com "
	    "_dmarc.i.j.mail.example.com _dmarc.j.mail.example.com "
	    "_dmarc.mail.example.com _dmarc.example.com _dmarc.com" },
	{ "5.1.8: a record at the cut is never found",
	    "mail.a.b.c.d.e.f.g.example.com",
	    { { "_dmarc.example.com", REJECT },
	    { "_dmarc.b.c.d.e.f.g.example.com", "v=DMARC1; p=none; psd=n" } },
	    "example.com", "example.com", DMARC_REJECT, DMARC_REJECT,
	    DMARC_REJECT, 0, NULL, "_dmarc.mail.a.b.c.d.e.f.g.example.com "
	    "_dmarc.c.d.e.f.g.example.com _dmarc.d.e.f.g.example.com "
	    "_dmarc.e.f.g.example.com _dmarc.f.g.example.com "
	    "_dmarc.g.example.com _dmarc.example.com _dmarc.com" },
	{ "eight labels: none is left out", "a.b.c.d.e.f.example.com",
	    { { "_dmarc.b.c.d.e.f.example.com", REJECT } },
	    "b.c.d.e.f.example.com", "b.c.d.e.f.example.com", DMARC_REJECT,
	    DMARC_REJECT, DMARC_REJECT, 0, NULL,
	    "_dmarc.a.b.c.d.e.f.example.com _dmarc.b.c.d.e.f.example.com "
	    "_dmarc.c.d.e.f.example.com _dmarc.d.e.f.example.com "
	    "_dmarc.e.f.example.com _dmarc.f.example.com _dmarc.example.com "
	    "_dmarc.com" },

	/* 4.10.2: the three examples at its end */
	{ "4.10.2, first example", "a.mail.example.com",
	    { { "_dmarc.mail.example.com", NONE },
	    { "_dmarc.example.com", REJECT } }, "example.com", "example.com",
	    DMARC_REJECT, DMARC_REJECT, DMARC_REJECT, 0, NULL,
	    "_dmarc.a.mail.example.com _dmarc.mail.example.com "
	    "_dmarc.example.com _dmarc.com" },
	{ "4.10.2, second example", "a.mail.example.com",
	    { { "_dmarc.mail.example.com", "v=DMARC1; p=quarantine; psd=n" },
	    { "_dmarc.example.com", REJECT } }, "mail.example.com",
	    "mail.example.com", DMARC_QUARANTINE, DMARC_QUARANTINE,
	    DMARC_QUARANTINE, 0, NULL, NULL },
	{ "4.10.2, last example", "a.mail.example.com",
	    { { "_dmarc.com", "v=DMARC1; p=reject; psd=y" } }, "com",
	    "example.com", DMARC_REJECT, DMARC_REJECT, DMARC_REJECT, 0, NULL,
	    NULL },

	/* B.4.1 */
	{ "B.4.1, Author Domain", "example.com",
	    { { "_dmarc.example.com", REJECT },
	    { "_dmarc.signing.example.com", NONE } }, "example.com",
	    "example.com", DMARC_REJECT, DMARC_REJECT, DMARC_REJECT, 0, NULL,
	    "_dmarc.example.com _dmarc.com" },
	{ "B.4.1, DKIM", "signing.example.com",
	    { { "_dmarc.example.com", REJECT },
	    { "_dmarc.signing.example.com", NONE } }, "signing.example.com",
	    "example.com", DMARC_NONE, DMARC_REJECT, DMARC_REJECT, 0, NULL,
	    "_dmarc.signing.example.com _dmarc.example.com _dmarc.com" },
	/* B.4.2 */
	{ "B.4.2, Author Domain", "a.b.c.d.e.f.g.h.i.j.k.example.com",
	    { { "_dmarc.example.com", REJECT },
	    { "_dmarc.signing.example.com", NONE } }, "example.com",
	    "example.com", DMARC_REJECT, DMARC_REJECT, DMARC_REJECT, 0, NULL,
	    "_dmarc.a.b.c.d.e.f.g.h.i.j.k.example.com "
	    "_dmarc.g.h.i.j.k.example.com _dmarc.h.i.j.k.example.com "
	    "_dmarc.i.j.k.example.com _dmarc.j.k.example.com "
	    "_dmarc.k.example.com _dmarc.example.com _dmarc.com" },
	/* B.4.3 */
	{ "B.4.3, Author Domain", "giant.bank.example",
	    { { "_dmarc.bank.example", "v=DMARC1; p=reject; psd=y" },
	    { "_dmarc.giant.bank.example", "v=DMARC1; p=quarantine" } },
	    "giant.bank.example", "giant.bank.example", DMARC_QUARANTINE,
	    DMARC_QUARANTINE, DMARC_QUARANTINE, 0, NULL, NULL },
	{ "B.4.3, MailFrom", "mail.giant.bank.example",
	    { { "_dmarc.bank.example", "v=DMARC1; p=reject; psd=y" },
	    { "_dmarc.giant.bank.example", "v=DMARC1; p=quarantine" } },
	    "giant.bank.example", "giant.bank.example", DMARC_QUARANTINE,
	    DMARC_QUARANTINE, DMARC_QUARANTINE, 0, NULL, NULL },
	{ "B.4.3, DKIM", "mail.mega.bank.example",
	    { { "_dmarc.bank.example", "v=DMARC1; p=reject; psd=y" },
	    { "_dmarc.giant.bank.example", "v=DMARC1; p=quarantine" } },
	    "bank.example", "mega.bank.example", DMARC_REJECT, DMARC_REJECT,
	    DMARC_REJECT, 0, NULL, NULL },

	/* 4.10.1: which policy */
	{ "sp is for those below", "mail.example.com",
	    { { "_dmarc.example.com",
	    "v=DMARC1; p=reject; sp=none; np=quarantine" } }, "example.com",
	    "example.com", DMARC_NONE, DMARC_NONE, DMARC_QUARANTINE, 0, NULL,
	    NULL },
	{ "p is for itself", "example.com", { { "_dmarc.example.com",
	    "v=DMARC1; p=reject; sp=none; np=quarantine" } }, "example.com",
	    "example.com", DMARC_REJECT, DMARC_NONE, DMARC_QUARANTINE, 0, NULL,
	    NULL },
	{ "no np: sp is for what does not exist", "example.com",
	    { { "_dmarc.example.com", "v=DMARC1; p=none; sp=reject" } },
	    "example.com", "example.com", DMARC_NONE, DMARC_REJECT,
	    DMARC_REJECT, 0, NULL, NULL },
	{ "4.7: sp of a subdomain's own record is ignored", "mail.example.com",
	    { { "_dmarc.mail.example.com", "v=DMARC1; p=none; sp=reject" },
	    { "_dmarc.example.com", "v=DMARC1; p=quarantine" } },
	    "mail.example.com", "example.com", DMARC_NONE, DMARC_QUARANTINE,
	    DMARC_QUARANTINE, 0, NULL, NULL },
	{ "sp of a PSD", "example.co.uk",
	    { { "_dmarc.co.uk", "v=DMARC1; p=reject; sp=quarantine; psd=y" } },
	    "co.uk", "example.co.uk", DMARC_QUARANTINE, DMARC_QUARANTINE,
	    DMARC_QUARANTINE, 0, NULL, NULL },
	{ "a PSD itself", "bank.example",
	    { { "_dmarc.bank.example", "v=DMARC1; p=reject; psd=y" },
	    { "_dmarc.example", NONE } }, "bank.example", "bank.example",
	    DMARC_REJECT, DMARC_REJECT, DMARC_REJECT, 0, NULL, NULL },
	{ "a PSD far above, and the walk jumps", "a.b.c.d.e.f.g.h.example",
	    { { "_dmarc.c.d.e.f.g.h.example", "v=DMARC1; p=reject; psd=y" } },
	    "c.d.e.f.g.h.example", "b.c.d.e.f.g.h.example", DMARC_REJECT,
	    DMARC_REJECT, DMARC_REJECT, 0, NULL, NULL },
	{ "psd=n ends the walk", "example.com",
	    { { "_dmarc.example.com", "v=DMARC1; p=reject; psd=n" },
	    { "_dmarc.com", "!SERVFAIL" } }, "example.com", "example.com",
	    DMARC_REJECT, DMARC_REJECT, DMARC_REJECT, 0, NULL, NULL },
	{ "no p, a rua: p=none", "mail.example.com", { { "_dmarc.example.com",
	    "v=DMARC1; sp=reject; rua=" MAILTO } }, "example.com",
	    "example.com", DMARC_NONE, DMARC_NONE, DMARC_NONE, 0, NULL, NULL },
	{ "no p, no rua: the record, and no policy", "example.com",
	    { { "_dmarc.example.com", "v=DMARC1; sp=reject" } }, "example.com",
	    "example.com", 0, 0, 0, 0, NULL, NULL },
	{ "t=y is not applied", "example.com",
	    { { "_dmarc.example.com", "v=DMARC1; p=reject; t=y" } },
	    "example.com", "example.com", DMARC_REJECT, DMARC_REJECT,
	    DMARC_REJECT, 0, NULL, NULL },

	/* 4.10, step 2: what is discarded */
	{ "other TXT beside it", "example.com",
	    { { "_dmarc.example.com", "v=spf1 -all" },
	    { "_dmarc.example.com", REJECT },
	    { "_dmarc.example.com", "google-site-verification=1" } },
	    "example.com", "example.com", DMARC_REJECT, DMARC_REJECT,
	    DMARC_REJECT, 0, NULL, NULL },
	{ "TXT of another kind alone", "example.com",
	    { { "_dmarc.example.com", "v=spf1 -all" } }, NULL, "example.com",
	    0, 0, 0, 0, NULL, NULL },
	{ "two records are none", "example.com",
	    { { "_dmarc.example.com", REJECT },
	    { "_dmarc.example.com", REJECT } }, NULL, "example.com",
	    0, 0, 0, 2, NULL, NULL },
	{ "two records, and one above", "mail.example.com",
	    { { "_dmarc.mail.example.com", REJECT },
	    { "_dmarc.mail.example.com", NONE },
	    { "_dmarc.example.com", "v=DMARC1; p=quarantine" } },
	    "example.com", "example.com", DMARC_QUARANTINE, DMARC_QUARANTINE,
	    DMARC_QUARANTINE, 2, NULL, NULL },
	{ "two records above one's own", "mail.example.com",
	    { { "_dmarc.mail.example.com", REJECT },
	    { "_dmarc.example.com", NONE }, { "_dmarc.example.com", NONE } },
	    "mail.example.com", "mail.example.com", DMARC_REJECT, DMARC_REJECT,
	    DMARC_REJECT, 0, NULL, NULL },
	{ "no data is absent", "example.com",
	    { { "_dmarc.example.com", "!NODATA" } }, NULL, "example.com",
	    0, 0, 0, 0, NULL, NULL },

	/* faults */
	{ "its own name fails", "mail.example.com",
	    { { "_dmarc.mail.example.com", "!SERVFAIL" },
	    { "_dmarc.example.com", REJECT } }, NULL, NULL, 0, 0, 0, 0,
	    "_dmarc.mail.example.com: SERVFAIL", NULL },
	{ "a parent fails, it has a record", "mail.example.com",
	    { { "_dmarc.mail.example.com", REJECT },
	    { "_dmarc.example.com", "!SERVFAIL" } }, "mail.example.com", NULL,
	    DMARC_REJECT, 0, 0, 0, "_dmarc.example.com: SERVFAIL", NULL },
	{ "a parent fails, it has none", "mail.example.com",
	    { { "_dmarc.example.com", "!SERVFAIL" } }, NULL, NULL, 0, 0, 0, 0,
	    "_dmarc.example.com: SERVFAIL", NULL },
	{ "the last name fails, which may be the shortest with a record",
	    "mail.example.com", { { "_dmarc.example.com", REJECT },
	    { "_dmarc.com", "!SERVFAIL" } }, NULL, NULL, 0, 0, 0, 0,
	    "_dmarc.com: SERVFAIL", NULL },
	{ "no name", "", { { NULL, NULL } }, NULL, NULL, 0, 0, 0, 0,
	    "no domain name", "" },
	{ "an empty label", "a..example.com", { { NULL, NULL } }, NULL, NULL,
	    0, 0, 0, 0, "no domain name", "" },
	{ "dots alone", "..", { { NULL, NULL } }, NULL, NULL, 0, 0, 0, 0,
	    "no domain name", "" },
	{ "a dot first", ".example.com", { { NULL, NULL } }, NULL, NULL,
	    0, 0, 0, 0, "no domain name", "" },

	{ "capitals and the last dot", "Mail.Example.COM.",
	    { { "_dmarc.example.com", REJECT } }, "example.com", "example.com",
	    DMARC_REJECT, DMARC_REJECT, DMARC_REJECT, 0, NULL,
	    "_dmarc.mail.example.com _dmarc.example.com _dmarc.com" },
	{ "one label", "com", { { NULL, NULL } }, NULL, "com", 0, 0, 0, 0, NULL,
	    "_dmarc.com" },
};

static void
assert_text(const char *name, const char *what, const char *got,
    const char *wanted)
{
	if ((got == NULL) != (wanted == NULL) ||
	    (got != NULL && strcmp(got, wanted) != 0))
		fail_msg("%s: %s is \"%s\", wanted \"%s\"", name, what,
		    got == NULL ? "(none)" : got,
		    wanted == NULL ? "(none)" : wanted);
}

static void
check_walk(const struct walk_case *c, const struct zone *zone,
    const struct dmarc_found *got, const char *why)
{
	assert_text(c->name, "the domain", got->domain, c->in_force);
	assert_text(c->name, "the organizational domain", got->organizational,
	    c->organizational);
	assert_text(c->name, "the policy", dmarc_policy_name(got->effective),
	    dmarc_policy_name(c->effective));
	assert_text(c->name, "that below", dmarc_policy_name(got->below),
	    dmarc_policy_name(c->below));
	assert_text(c->name, "that for no such name",
	    dmarc_policy_name(got->below_nonexistent),
	    dmarc_policy_name(c->below_nonexistent));
	assert_int_equal(got->duplicates, c->duplicates);
	assert_int_equal(got->duplicates_at != NULL, c->duplicates > 0);
	if ((why == NULL) != (c->why == NULL) ||
	    (why != NULL && strstr(why, c->why) == NULL))
		fail_msg("%s: \"%s\", wanted \"%s\"", c->name,
		    why == NULL ? "" : why, c->why == NULL ? "" : c->why);
	if (c->asked != NULL)
		assert_string_equal(zone->asked, c->asked);
}

static void
test_walks(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(walk_cases); i++) {
		const struct walk_case *c = &walk_cases[i];
		struct zone zone = { .records = c->records,
		    .arena = arena_new() };
		struct dns_source source = { zone_lookup, &zone };
		struct dmarc_found got;
		const char *why;

		print_message("%s\n", c->name);
		assert_true(dmarc_find(zone.arena, &source, c->domain, &got,
		    &why));
		check_walk(c, &zone, &got, why);
		arena_free(zone.arena);
	}
}

/* Whatever is missing, all the names are asked in the one round. */
static void
test_pending(void **state)
{
	static const struct zone_record records[] = {
		{ "_dmarc.mail.example.com", "!PENDING" },
		{ "_dmarc.com", "!PENDING" },
		{ NULL, NULL },
	};
	struct zone zone = { .records = records, .arena = arena_new() };
	struct dns_source source = { zone_lookup, &zone };
	struct dmarc_found got;
	const char *why, *judged;

	(void)state;
	assert_false(dmarc_find(zone.arena, &source, "mail.example.com", &got,
	    &why));
	assert_string_equal(zone.asked, "_dmarc.mail.example.com "
	    "_dmarc.example.com _dmarc.com");
	zone.asked[0] = '\0';
	assert_false(dmarc_report_uri(zone.arena, &source, "mail.example.com",
	    "mailto:r@red.example.net", &judged, &why));
	assert_string_equal(zone.asked, "_dmarc.mail.example.com "
	    "_dmarc.example.com _dmarc.com _dmarc.red.example.net "
	    "_dmarc.example.net _dmarc.net "
	    "mail.example.com._report._dmarc.red.example.net");
	arena_free(zone.arena);
}

/* A name that "_dmarc." makes too long can not be asked, and has no record. */
static void
test_long_name(void **state)
{
	static const struct zone_record records[] = { { NULL, NULL } };
	struct zone zone = { .records = records, .arena = arena_new() };
	struct dns_source source = { zone_lookup, &zone };
	struct dmarc_found got;
	const char *why;
	char name[260];
	size_t i;

	(void)state;
	for (i = 0; i < 125; i++)
		memcpy(name + 2 * i, "a.", 2);
	memcpy(name + 250, "com", 4);
	assert_true(dmarc_find(zone.arena, &source, name, &got, &why));
	assert_null(why);
	assert_string_equal(got.organizational, name);
	assert_int_equal(zone.answer_count, 7);
	memcpy(name + 250, "community", 10);
	assert_true(dmarc_find(zone.arena, &source, name, &got, &why));
	assert_non_null(why);
	arena_free(zone.arena);
}

/* ---- reports ---- */

struct report_case {
	const char *name;
	const char *domain;
	const char *uri;
	struct zone_record records[ZONE_MAX];
	const char *state;	/* NULL = not known */
	const char *why;
};

static const struct report_case report_cases[] = {
	{ "the domain itself", "example.com", "mailto:r@Example.COM",
	    { { "_dmarc.example.com", REJECT } }, "own", NULL },
	{ "9990 4: the example", "blue.example.com",
	    "mailto:reports@red.example.net",
	    { { "_dmarc.blue.example.com", REJECT },
	    { "blue.example.com._report._dmarc.red.example.net", "v=DMARC1" } },
	    "authorised", NULL },
	{ "B.2.3", "example.com", "mailto:auth-reports@thirdparty.example.net",
	    { { "_dmarc.example.com", REJECT },
	    { "example.com._report._dmarc.thirdparty.example.net",
	    "v=DMARC1;" } }, "authorised", NULL },
	{ "B.2.4: overridden, the same host", "example.com",
	    "mailto:auth-reports@thirdparty.example.net",
	    { { "_dmarc.example.com", REJECT },
	    { "example.com._report._dmarc.thirdparty.example.net", "v=DMARC1; "
	    "rua=mailto:aggregate-reports@thirdparty.example.net; "
	    "ruf=mailto:failure-reports@thirdparty.example.net" } },
	    "authorised", NULL },
	{ "9990 4, step 9: overridden, a third host", "example.com",
	    "mailto:auth-reports@thirdparty.example.net",
	    { { "example.com._report._dmarc.thirdparty.example.net",
	    "v=DMARC1; rua=mailto:r@victim.example.org" } },
	    "not authorised", NULL },
	{ "no record there", "example.com", "mailto:r@example.net",
	    { { "_dmarc.example.com", REJECT } }, "not authorised", NULL },
	{ "a record of another kind there", "example.com",
	    "mailto:r@example.net",
	    { { "example.com._report._dmarc.example.net", "yes" } },
	    "not authorised", NULL },
	{ "two records there", "example.com", "mailto:r@example.net",
	    { { "example.com._report._dmarc.example.net", "v=DMARC1" },
	    { "example.com._report._dmarc.example.net", "v=DMARC1" } },
	    "authorised", NULL },
	{ "one organization", "mail.example.com",
	    "mailto:r@reports.example.com",
	    { { "_dmarc.example.com", REJECT } }, "own", NULL },
	{ "the parent has no record: another organization",
	    "mail.example.com", "mailto:r@example.com",
	    { { "_dmarc.mail.example.com", REJECT } }, "not authorised", NULL },
	{ "psd=n divides them", "dept.example.com", "mailto:r@example.com",
	    { { "_dmarc.dept.example.com", "v=DMARC1; p=reject; psd=n" },
	    { "_dmarc.example.com", REJECT } }, "not authorised", NULL },
	{ "the obsolete size", "example.com", "mailto:r@example.com!10m",
	    { { "_dmarc.example.com", REJECT } }, "own", NULL },
	{ "subject in the URI", "example.com",
	    "MAILTO:r@example.com?subject=a@b.example",
	    { { "_dmarc.example.com", REJECT } }, "own", NULL },
	{ "another scheme", "example.com", "https://example.com/r",
	    { { NULL, NULL } }, "not a mailto URI", NULL },
	{ "no host", "example.com", "mailto:r@", { { NULL, NULL } },
	    "not a mailto URI", NULL },
	{ "no address", "example.com", "mailto:example.com",
	    { { NULL, NULL } }, "not a mailto URI", NULL },
	{ "nothing", "example.com", "", { { NULL, NULL } },
	    "not a mailto URI", NULL },

	{ "the host fails", "example.com", "mailto:r@example.net",
	    { { "example.com._report._dmarc.example.net", "!SERVFAIL" } },
	    NULL, "example.com._report._dmarc.example.net: SERVFAIL" },
	{ "its organization fails, it agrees", "example.com",
	    "mailto:r@example.net", { { "_dmarc.net", "!SERVFAIL" },
	    { "example.com._report._dmarc.example.net", "v=DMARC1" } },
	    "authorised", NULL },
	{ "its organization fails, it does not agree", "mail.example.com",
	    "mailto:r@example.com", { { "_dmarc.com", "!SERVFAIL" } },
	    NULL, "_dmarc.com: SERVFAIL" },
};

static void
test_reports(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(report_cases); i++) {
		const struct report_case *c = &report_cases[i];
		struct zone zone = { .records = c->records,
		    .arena = arena_new() };
		struct dns_source source = { zone_lookup, &zone };
		const char *got, *why;

		print_message("%s\n", c->name);
		assert_true(dmarc_report_uri(zone.arena, &source, c->domain,
		    c->uri, &got, &why));
		assert_text(c->name, "the state", got, c->state);
		assert_text(c->name, "the reason", why, c->why);
		arena_free(zone.arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_no_records),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_walks),
		cmocka_unit_test(test_pending),
		cmocka_unit_test(test_long_name),
		cmocka_unit_test(test_reports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
