/* The ledger in memory: names, accounts, networks, rows, folding, merging. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/ledger.h"

static const unsigned char secret[LEDGER_SECRET_BYTES] = {
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
	16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
};

static int
setup(void **state)
{
	*state = ledger_new(secret);
	return 0;
}

static int
teardown(void **state)
{
	ledger_free(*state);
	return 0;
}

static struct slice
slice(const char *text)
{
	return (struct slice){ text, strlen(text) };
}

static uint32_t
domain(struct ledger *ledger, const char *text)
{
	return ledger_domain(ledger, LEDGER_STRANGERS, slice(text));
}

static uint32_t
name(struct ledger *ledger, const char *text)
{
	return ledger_name(ledger, LEDGER_OURS, slice(text));
}

/* ---- names ---- */

struct name_case {
	const char *bytes;
	size_t length;
	const char *domain, *name;
};

#define CASE(text, as_domain, as_name) { text, sizeof(text) - 1, as_domain, as_name }

static const struct name_case name_cases[] = {
	CASE("", "", ""),
	CASE("a", "a", "a"),
	CASE("Example.COM", "example.com", "Example.COM"),
	CASE("AZ.az-09_x", "az.az-09_x", "AZ.az-09_x"),
	CASE("[2001:DB8::1]", "[2001:db8::1]", "[2001:DB8::1]"),
	CASE("@[`{", "(odd)", "@[`{"),
	CASE("a b", "(odd)", "a b"),
	CASE("<>", "(odd)", "<>"),
	CASE("(other)", "(odd)", "(other)"),
	CASE("(odd)", "(odd)", "(odd)"),
	CASE("a\tb.example", "(odd)", "(odd)"),
	CASE("a\0b.example", "(odd)", "(odd)"),
	CASE("\0", "(odd)", "(odd)"),
	CASE("a\nb", "(odd)", "(odd)"),
	CASE("del\x7f", "(odd)", "(odd)"),
	CASE("m\xc3\xbcnchen.example", "(odd)", "(odd)"),
	CASE("\xc1\xda.example", "(odd)", "(odd)"),
	CASE(" ~", "(odd)", " ~"),
};

static void
test_names(void **state)
{
	struct ledger *ledger = *state;
	size_t i, round;

	/* What the first round puts in must not change what the second one answers. */
	for (round = 0; round < 2; round++)
		for (i = 0; i < sizeof(name_cases) / sizeof(name_cases[0]); i++) {
			const struct name_case *c = &name_cases[i];
			struct slice text = { c->bytes, c->length };
			const char *got = ledger_text(ledger, ledger_name(ledger, LEDGER_OURS, text));

			if (strcmp(got, c->name) != 0)
				fail_msg("name, case %zu: \"%s\", wanted \"%s\"", i, got, c->name);
			got = ledger_text(ledger, ledger_domain(ledger, LEDGER_OURS, text));
			if (strcmp(got, c->domain) != 0)
				fail_msg("domain, case %zu: \"%s\", wanted \"%s\"", i, got, c->domain);
		}
	assert_int_equal(domain(ledger, ""), LEDGER_NO_NAME);
	assert_int_equal(domain(ledger, "exAMPle.com"), domain(ledger, "example.com"));
}

/* All short ones, and some long ones: all of them would be more than the quota. */
static size_t
length_after(size_t length)
{
	return length < 70 || length > 250 ? length + 1 : length + 15;
}

/* Of each length, with another byte at each place: all are different names. */
static void
test_names_of_many_lengths(void **state)
{
	struct ledger *ledger = *state;
	static uint32_t numbers[256][256];
	char text[300], upper[300];
	size_t length, at, i;

	for (length = 1; length <= 255; length = length_after(length))
		for (at = 0; at < length; at++) {
			memset(text, 'a', length);
			text[at] = 'b';
			text[length] = '\0';
			numbers[length][at] = domain(ledger, text);
			assert_string_equal(ledger_text(ledger, numbers[length][at]), text);
		}
	for (length = 1; length <= 255; length = length_after(length))
		for (at = 0; at < length; at++) {
			memset(upper, 'A', length);
			upper[at] = 'B';
			upper[length] = '\0';
			for (i = 0; i < length; i++)
				text[i] = (char)(upper[i] | 0x20);
			text[length] = '\0';
			assert_int_equal(domain(ledger, upper), numbers[length][at]);
			assert_int_equal(name(ledger, text), numbers[length][at]);
			assert_int_not_equal(name(ledger, upper), numbers[length][at]);
		}
	memset(text, 'a', 256);
	text[256] = '\0';
	assert_string_equal(ledger_text(ledger, domain(ledger, text)), "(odd)");
	assert_string_equal(ledger_text(ledger, name(ledger, text)), "(odd)");
}

/* Strangers' domains, their other names and our own have each a quota. */
/*
 * A name is known by its hash alone: words that come again, change places or are those
 * of another name make no two names one.
 */
static void
test_names_of_like_words(void **state)
{
	static const char words[][9] = { "aaaaaaaa", "aaaaaaab", "baaaaaaa", "example.", ".example" };
	struct ledger *ledger = *state;
	char text[33];
	size_t length, i;

	for (length = 1; length <= 32; length++)
		for (i = 0; i < 625; i++) {
			snprintf(text, sizeof(text), "%s%s%s%s", words[i % 5], words[i / 5 % 5],
			    words[i / 25 % 5], words[i / 125]);
			text[length] = '\0';
			assert_string_equal(ledger_text(ledger, domain(ledger, text)), text);
		}
}

static void
test_quota(void **state)
{
	struct ledger *ledger = *state;
	uint32_t first, i;
	char text[32];

	first = domain(ledger, "0.example");
	for (i = 1; i < LEDGER_NAMES_MAX; i++) {
		snprintf(text, sizeof(text), "%u.example", i);
		assert_string_equal(ledger_text(ledger, domain(ledger, text)), text);
	}
	assert_string_equal(ledger_text(ledger, domain(ledger, "one.more.example")), "(other)");
	assert_string_equal(ledger_text(ledger, domain(ledger, "not one")), "(odd)");
	assert_int_equal(domain(ledger, "0.EXAMPLE"), first);
	assert_string_equal(ledger_text(ledger,
	    ledger_name(ledger, LEDGER_STRANGERS, slice("TLS1.2"))), "TLS1.2");
	assert_string_equal(ledger_text(ledger,
	    ledger_domain(ledger, LEDGER_OURS, slice("one.more.example"))), "one.more.example");
	assert_string_equal(ledger_text(ledger, domain(ledger, "one.more.example")),
	    "one.more.example");
}

/* Long names use the quota up sooner: 4 MiB of bytes. */
static void
test_quota_of_bytes(void **state)
{
	struct ledger *ledger = *state;
	char text[256];
	uint32_t i, whole = 0;

	memset(text, 'x', 255);
	text[255] = '\0';
	for (i = 0; i < 20000; i++) {
		snprintf(text, 9, "%08u", i);
		text[8] = 'x';
		whole += domain(ledger, text) != name(ledger, "(other)");
	}
	assert_int_equal(whole, 4 * 1024 * 1024 / 255);
}

/* ---- accounts and networks ---- */

/* Digests of "openssl dgst -sha256 -mac HMAC -macopt hexkey:0001…1f". */
static void
test_accounts(void **state)
{
	struct ledger *ledger = *state;
	char key[17], longest[5000];
	uint32_t number, round;

	for (round = 0; round < 2; round++) {
		number = ledger_account(ledger, LEDGER_OURS, slice("user@example.com"));
		assert_string_equal(ledger_text(ledger, number), "a2338a592a541ed0");
		assert_int_equal(ledger_account(ledger, LEDGER_STRANGERS, slice("USER@Example.com")), number);
		number = ledger_account(ledger, LEDGER_OURS, slice("root"));
		assert_string_equal(ledger_text(ledger, number), "b9052943c28c16e3");
		assert_int_equal(ledger_account(ledger, LEDGER_OURS, slice("")), LEDGER_NO_NAME);
	}
	ledger_account_key(secret, slice("User@example.COM"), key);
	assert_string_equal(key, "a2338a592a541ed0");

	/* What is too long to be remembered has a key all the same. */
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	number = ledger_account(ledger, LEDGER_STRANGERS, slice(longest));
	assert_int_equal(strlen(ledger_text(ledger, number)), 16);
	assert_int_equal(ledger_account(ledger, LEDGER_STRANGERS, slice(longest)), number);
}

/* A key has 16 digits whatever the account is, and forgetting texts changes none. */
static void
test_many_accounts(void **state)
{
	struct ledger *ledger = *state;
	char text[32], key[17];
	uint32_t i, first[3];

	for (i = 0; i < 3; i++) {
		snprintf(text, sizeof(text), "u%u@example.com", i);
		first[i] = ledger_account(ledger, LEDGER_STRANGERS, slice(text));
	}
	for (i = 3; i < LEDGER_NAMES_MAX; i++) {
		snprintf(text, sizeof(text), "u%u@example.com", i);
		(void)ledger_account(ledger, LEDGER_STRANGERS, slice(text));
	}
	assert_string_equal(ledger_text(ledger,
	    ledger_account(ledger, LEDGER_STRANGERS, slice("one@more"))), "(other)");
	ledger_account_key(secret, slice("one@more"), key);
	assert_string_equal(ledger_text(ledger,
	    ledger_account(ledger, LEDGER_OURS, slice("one@more"))), key);
	assert_string_equal(ledger_text(ledger,
	    ledger_account(ledger, LEDGER_STRANGERS, slice("one@more"))), key);
	for (i = 0; i < 3; i++) {
		snprintf(text, sizeof(text), "u%u@example.com", i);
		assert_int_equal(ledger_account(ledger, LEDGER_STRANGERS, slice(text)), first[i]);
	}
}

static const struct {
	const char *address, *network;
} network_cases[] = {
	{ "", "" },
	{ "192.0.2.77", "192.0.2.0/24" },
	{ "255.255.255.255", "255.255.255.0/24" },
	{ "127.0.0.1", "127.0.0.0/24" },
	{ "2001:db8:1:2:3:4:5:6", "2001:db8:1::/48" },
	{ "2001:DB8::1", "2001:db8::/48" },
	{ "::1", "::/48" },
	{ "::ffff:192.0.2.77", "192.0.2.0/24" },
	{ "::ffff:c000:24d", "192.0.2.0/24" },
	{ "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff::/48" },
	{ "192.0.2", "(odd)" },
	{ "192.0.2.256", "(odd)" },
	{ "192.0.2.1 ", "(odd)" },
	{ "[192.0.2.1]", "(odd)" },
	{ "fe80::1%eth0", "(odd)" },
	{ "host.example", "(odd)" },
	{ "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000", "(odd)" },
};

static void
test_networks(void **state)
{
	struct ledger *ledger = *state;
	static const char nul[] = "192.0.2.1\0";
	size_t i, round;

	for (round = 0; round < 2; round++)
		for (i = 0; i < sizeof(network_cases) / sizeof(network_cases[0]); i++) {
			const char *got = ledger_text(ledger, ledger_network(ledger, LEDGER_OURS,
			    slice(network_cases[i].address)));

			if (strcmp(got, network_cases[i].network) != 0)
				fail_msg("%s: \"%s\"", network_cases[i].address, got);
		}
	assert_string_equal(ledger_text(ledger, ledger_network(ledger, LEDGER_OURS,
	    (struct slice){ nul, 10 })), "(odd)");
}

/* More addresses than are remembered, each of them twice. */
static void
test_many_networks(void **state)
{
	struct ledger *ledger = *state;
	char address[32], network[32];
	uint32_t i;

	for (i = 0; i < 80000; i++) {
		snprintf(address, sizeof(address), "10.%u.%u.%u", i / 256 % 100, i % 256, i % 251);
		snprintf(network, sizeof(network), "10.%u.%u.0/24", i / 256 % 100, i % 256);
		assert_string_equal(ledger_text(ledger,
		    ledger_network(ledger, LEDGER_OURS, slice(address))), network);
	}
}

/* ---- rows ---- */

static void
test_rows_add_up(void **state)
{
	struct ledger *ledger = *state;
	struct ledger_login login = {
		.day = 20000, .account = name(ledger, "a2338a592a541ed0"), .hours = 1u << 3, .count = 2,
		.service = LEDGER_IMAP, .tls = LOG_TLS_1_2,
	};
	struct ledger_sender sender = {
		.day = 20000, .account = login.account, .messages = 1, .recipients = 7, .most = 7,
		.hours = { [3] = 7 },
	};
	const struct ledger_login *logins;
	const struct ledger_sender *senders;
	size_t count;

	ledger_add_login(ledger, &login);
	login.hours = 1u << 23;
	ledger_add_login(ledger, &login);
	logins = ledger_logins(ledger, &count);
	assert_int_equal(count, 1);
	assert_int_equal(logins[0].count, 4);
	assert_int_equal(logins[0].hours, 1u << 3 | 1u << 23);

	ledger_add_sender(ledger, &sender);
	sender.most = 2;
	sender.recipients = 2;
	sender.hours[3] = 1;
	sender.hours[4] = 1;
	ledger_add_sender(ledger, &sender);
	senders = ledger_senders(ledger, &count);
	assert_int_equal(count, 1);
	assert_int_equal(senders[0].messages, 2);
	assert_int_equal(senders[0].recipients, 9);
	assert_int_equal(senders[0].most, 7);
	assert_int_equal(senders[0].hours[3], 8);
	assert_int_equal(senders[0].hours[4], 1);
}

/* Each column of a key alone makes another row, also where the bytes between them differ. */
static void
test_each_key_column_counts(void **state)
{
	struct ledger *ledger = *state;
	static const struct ledger_mail mails[] = {
		{ .day = 1 }, { .day = -1 }, { .remote = 1 }, { .hosted = 1 }, { .cipher = 1 },
		{ .direction = 1 }, { .tls = 1 }, { .verified = 1 }, { .signed_by = 1 }, { 0 },
	};
	static const struct ledger_login logins[] = {
		{ .day = 1 }, { .account = 1 }, { .domain = 1 }, { .method = 1 }, { .cipher = 1 },
		{ .network = 1 }, { .service = 1 }, { .tls = 1 }, { .trusted = true }, { 0 },
	};
	static const struct ledger_failure failures[] = {
		{ .day = 1 }, { .account = 1 }, { .domain = 1 }, { .source = 1 }, { .service = 1 }, { 0 },
	};
	static const struct ledger_sender senders[] = {
		{ .day = 1 }, { .account = 1 }, { .domain = 1 }, { 0 },
	};
	static const struct ledger_note notes[] = {
		{ .day = 1 }, { .name = 1 }, { .kind = 1 }, { 0 },
	};
	size_t i, round, count;

	for (round = 0; round < 2; round++) {
		for (i = 0; i < sizeof(mails) / sizeof(mails[0]); i++)
			ledger_add_mail(ledger, &mails[i]);
		for (i = 0; i < sizeof(logins) / sizeof(logins[0]); i++) {
			struct ledger_login row;

			memset(&row, (int)round, sizeof(row));
			row.day = logins[i].day;
			row.account = logins[i].account;
			row.domain = logins[i].domain;
			row.method = logins[i].method;
			row.cipher = logins[i].cipher;
			row.network = logins[i].network;
			row.service = logins[i].service;
			row.tls = logins[i].tls;
			row.trusted = logins[i].trusted;
			ledger_add_login(ledger, &row);
		}
		for (i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
			ledger_add_failure(ledger, &failures[i]);
		for (i = 0; i < sizeof(senders) / sizeof(senders[0]); i++)
			ledger_add_sender(ledger, &senders[i]);
		for (i = 0; i < sizeof(notes) / sizeof(notes[0]); i++)
			ledger_add_note(ledger, &notes[i]);
	}
	(void)ledger_mails(ledger, &count);
	assert_int_equal(count, sizeof(mails) / sizeof(mails[0]));
	(void)ledger_logins(ledger, &count);
	assert_int_equal(count, sizeof(logins) / sizeof(logins[0]));
	(void)ledger_failures(ledger, &count);
	assert_int_equal(count, sizeof(failures) / sizeof(failures[0]));
	(void)ledger_senders(ledger, &count);
	assert_int_equal(count, sizeof(senders) / sizeof(senders[0]));
	(void)ledger_notes(ledger, &count);
	assert_int_equal(count, sizeof(notes) / sizeof(notes[0]));
}

/* ---- folding ---- */

static uint32_t
numbered(struct ledger *ledger, const char *prefix, uint32_t number)
{
	char text[64];

	snprintf(text, sizeof(text), "%s%u.example", prefix, number);
	return name(ledger, text);
}

/* A flood of senders' domains: the sum is right, the partner's own rows are whole. */
static void
test_flood_of_mail(void **state)
{
	struct ledger *ledger = *state;
	uint32_t other = name(ledger, "(other)"), cipher = name(ledger, "AES"), i;
	struct ledger_mail in = {
		.day = 20000, .direction = LEDGER_IN, .tls = LOG_TLS_1_2, .cipher = cipher,
		.hosted = domain(ledger, "hosted.example"), .verified = LEDGER_VERIFIED,
		.messages = 1, .recipients = 2,
	};
	struct ledger_mail out = {
		.day = 20000, .direction = LEDGER_OUT, .tls = LOG_TLS_NONE,
		.remote = domain(ledger, "partner.example"), .messages = 1, .recipients = 1,
	};
	uint64_t messages = 0, recipients = 0, folded = 0, partner = 0, next = 0;
	const struct ledger_mail *rows;
	size_t count, j;

	for (i = 0; i < 10000; i++) {
		in.remote = numbered(ledger, "", i);
		ledger_add_mail(ledger, &in);
	}
	/* Rows that are there go on being added to; another day has its own room. */
	in.remote = numbered(ledger, "", 17);
	ledger_add_mail(ledger, &in);
	in.day = 20001;
	ledger_add_mail(ledger, &in);
	ledger_add_mail(ledger, &out);

	rows = ledger_mails(ledger, &count);
	assert_int_equal(count, LEDGER_DAY_MAIL_IN + 1 + 1 + 1);
	for (j = 0; j < count; j++) {
		messages += rows[j].messages;
		recipients += rows[j].recipients;
		if (rows[j].direction == LEDGER_OUT) {
			assert_int_equal(rows[j].remote, out.remote);
			partner += rows[j].messages;
		} else if (rows[j].remote == other) {
			folded += rows[j].messages;
			assert_int_equal(rows[j].hosted, in.hosted);
			assert_int_equal(rows[j].cipher, cipher);
			assert_int_equal(rows[j].tls, LOG_TLS_1_2);
			assert_int_equal(rows[j].verified, LEDGER_VERIFIED);
		} else if (rows[j].remote == numbered(ledger, "", 17)) {
			next += rows[j].messages;
		}
	}
	assert_int_equal(messages, 10003);
	assert_int_equal(recipients, 20005);
	assert_int_equal(partner, 1);
	assert_int_equal(folded, 10000 - LEDGER_DAY_MAIL_IN);
	assert_int_equal(next, 3);
}

/* All columns are new every time: the rows of a day end, the sums do not. */
static void
test_folding_has_an_end(void **state)
{
	struct ledger *ledger = *state;
	uint32_t other = name(ledger, "(other)"), i;
	struct ledger_login row = { .day = 20000, .count = 1 };
	const struct ledger_login *rows;
	uint64_t total = 0, folded = 0;
	uint32_t hours = 0;
	size_t count, j, whole = 0, networks = 0, accounts = 0;

	for (i = 0; i < 40000; i++) {
		row.service = i % LEDGER_SERVICE_COUNT;
		row.tls = i % 7;
		row.trusted = i % 2;
		row.hours = 1u << i % 24;
		row.account = numbered(ledger, "account", i % 20000);
		row.domain = numbered(ledger, "d", i % 20000);
		row.network = numbered(ledger, "n", i % 8192);
		row.method = numbered(ledger, "method", i % 20000);
		row.cipher = numbered(ledger, "cipher", i % 8192);
		ledger_add_login(ledger, &row);
	}
	rows = ledger_logins(ledger, &count);
	for (j = 0; j < count; j++) {
		total += rows[j].count;
		if (rows[j].network != other) {
			whole++;
		} else if (rows[j].account != other) {
			networks++;
		} else if (rows[j].cipher != other) {
			accounts++;
		} else {
			folded += rows[j].count;
			hours |= rows[j].hours;
			assert_int_equal(rows[j].domain, other);
			assert_int_equal(rows[j].method, other);
		}
	}
	assert_int_equal(total, 40000);
	assert_int_equal(whole, LEDGER_DAY_LOGINS);
	assert_int_equal(networks, LEDGER_DAY_LOGINS / 8);
	assert_int_equal(accounts, LEDGER_DAY_LOGINS / 8);
	assert_int_equal(folded, 40000 - LEDGER_DAY_LOGINS - 2 * (LEDGER_DAY_LOGINS / 8));
	assert_true(count - whole - networks - accounts <= LEDGER_SERVICE_COUNT * 8 * 2);
	assert_int_equal(hours, 0xffffff);
}

static void
test_flood_of_failures(void **state)
{
	struct ledger *ledger = *state;
	uint32_t other = name(ledger, "(other)"), source = name(ledger, "192.0.2.1"), i;
	struct ledger_failure row = { .day = 20000, .service = LEDGER_SMTP, .source = source, .count = 1 };
	const struct ledger_failure *rows;
	uint64_t of_source = 0;
	size_t count, j;

	for (i = 0; i < 20000; i++) {
		row.account = numbered(ledger, "account", i);
		ledger_add_failure(ledger, &row);
	}
	rows = ledger_failures(ledger, &count);
	assert_int_equal(count, LEDGER_DAY_FAILURES + 1);
	for (j = 0; j < count; j++) {
		assert_int_equal(rows[j].source, source);
		of_source += rows[j].count;
		if (rows[j].count > 1)
			assert_int_equal(rows[j].account, other);
	}
	assert_int_equal(of_source, 20000);
}

static void
test_flood_of_notes_and_senders(void **state)
{
	struct ledger *ledger = *state;
	struct ledger_note note = { .day = 20000, .kind = LEDGER_TLS_REQUIRED, .count = 3 };
	struct ledger_sender sender = { .day = 20000, .messages = 1, .recipients = 1, .most = 1 };
	uint64_t total = 0, messages = 0;
	size_t count, j;
	uint32_t i;

	for (i = 0; i < 6000; i++) {
		note.name = numbered(ledger, "host", i);
		note.kind = (uint8_t)(i % 2 == 0 ? LEDGER_TLS_REQUIRED : LEDGER_CLEAR_FALLBACK);
		ledger_add_note(ledger, &note);
		sender.account = numbered(ledger, "account", i);
		sender.domain = numbered(ledger, "d", i);
		ledger_add_sender(ledger, &sender);
	}
	(void)ledger_notes(ledger, &count);
	assert_int_equal(count, LEDGER_DAY_NOTES + 2);
	for (j = 0; j < count; j++)
		total += ledger_notes(ledger, &count)[j].count;
	assert_int_equal(total, 18000);
	(void)ledger_senders(ledger, &count);
	assert_int_equal(count, LEDGER_DAY_SENDERS + LEDGER_DAY_SENDERS / 8 + 1);
	for (j = 0; j < count; j++)
		messages += ledger_senders(ledger, &count)[j].messages;
	assert_int_equal(messages, 6000);
}

/* ---- against a model, and merging ---- */

static uint32_t
next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33);
}

/* A random row of a small world, so that keys come again; texts as numbers of this ledger. */
static struct ledger_mail
random_mail(struct ledger *ledger, uint64_t *seed)
{
	return (struct ledger_mail){
		.day = 20000 + (int32_t)(next_random(seed) % 3),
		.remote = numbered(ledger, "r", next_random(seed) % 50),
		.hosted = numbered(ledger, "h", next_random(seed) % 5),
		.cipher = numbered(ledger, "cipher ", next_random(seed) % 2),
		.direction = (uint8_t)(next_random(seed) % 4),
		.tls = (uint8_t)(next_random(seed) % 2),
		.messages = next_random(seed) % 10,
		.recipients = next_random(seed) % 100,
	};
}

/* The sums of all rows with these texts. */
static void
sums(const struct ledger *ledger, const struct ledger_mail *of, const char *remote,
    const char *hosted, const char *cipher, uint64_t ret_sums[3])
{
	size_t count, i;
	const struct ledger_mail *rows = ledger_mails(ledger, &count);

	memset(ret_sums, 0, 3 * sizeof(*ret_sums));
	for (i = 0; i < count; i++)
		if (rows[i].day == of->day && rows[i].direction == of->direction &&
		    rows[i].tls == of->tls &&
		    strcmp(ledger_text(ledger, rows[i].remote), remote) == 0 &&
		    strcmp(ledger_text(ledger, rows[i].hosted), hosted) == 0 &&
		    strcmp(ledger_text(ledger, rows[i].cipher), cipher) == 0) {
			ret_sums[0]++;
			ret_sums[1] += rows[i].messages;
			ret_sums[2] += rows[i].recipients;
		}
}

static void
test_merge(void **state)
{
	struct ledger *whole = *state, *parts[3], *joined = ledger_new(secret);
	struct ledger_mail row;
	const struct ledger_mail *rows;
	uint64_t seed = 7, again, want[3], got[3];
	size_t count, joined_count, i;

	for (i = 0; i < 3; i++)
		parts[i] = ledger_new(secret);
	/* Their names have other numbers. */
	(void)name(parts[1], "r7.example");
	(void)name(joined, "h1.example");
	for (i = 0; i < 6000; i++) {
		again = seed;
		row = random_mail(whole, &seed);
		ledger_add_mail(whole, &row);
		row = random_mail(parts[i % 3], &again);
		ledger_add_mail(parts[i % 3], &row);
	}
	for (i = 0; i < 3; i++) {
		ledger_merge(joined, parts[i]);
		ledger_free(parts[i]);
	}
	rows = ledger_mails(whole, &count);
	(void)ledger_mails(joined, &joined_count);
	assert_int_equal(joined_count, count);
	for (i = 0; i < count; i++) {
		const char *remote = ledger_text(whole, rows[i].remote);
		const char *hosted = ledger_text(whole, rows[i].hosted);
		const char *cipher = ledger_text(whole, rows[i].cipher);

		sums(whole, &rows[i], remote, hosted, cipher, want);
		sums(joined, &rows[i], remote, hosted, cipher, got);
		assert_int_equal(want[0], 1);
		assert_memory_equal(want, got, sizeof(want));
	}
	ledger_free(joined);
}

static void
test_merge_of_every_kind(void **state)
{
	struct ledger *into = *state, *from = ledger_new(secret);
	struct ledger_login login = {
		.day = 5, .account = name(from, "a"), .domain = domain(from, "d.example"),
		.method = name(from, "PLAIN"), .cipher = name(from, "c"), .network = name(from, "n"),
		.service = LEDGER_POP3, .tls = LOG_TLS_1_3, .trusted = true, .hours = 9, .count = 4,
	};
	struct ledger_failure failure = {
		.day = 5, .account = login.account, .domain = login.domain, .source = name(from, "s"),
		.service = LEDGER_WHM, .count = 5,
	};
	struct ledger_sender sender = {
		.day = 5, .account = login.account, .domain = login.domain, .messages = 1,
		.recipients = 3, .most = 3, .hours = { [23] = 3 },
	};
	struct ledger_note note = { .day = 5, .name = name(from, "RCPT"), .kind = LEDGER_REJECTED, .count = 6 };
	const struct ledger_login *logins;
	const struct ledger_failure *failures;
	const struct ledger_sender *senders;
	const struct ledger_note *notes;
	size_t count;

	ledger_add_login(from, &login);
	ledger_add_failure(from, &failure);
	ledger_add_sender(from, &sender);
	ledger_add_note(from, &note);
	ledger_merge(into, from);
	ledger_merge(into, from);
	ledger_free(from);

	logins = ledger_logins(into, &count);
	assert_int_equal(count, 1);
	assert_int_equal(logins->count, 8);
	assert_int_equal(logins->hours, 9);
	assert_int_equal(logins->service, LEDGER_POP3);
	assert_true(logins->trusted);
	assert_string_equal(ledger_text(into, logins->account), "a");
	assert_string_equal(ledger_text(into, logins->domain), "d.example");
	assert_string_equal(ledger_text(into, logins->method), "PLAIN");
	assert_string_equal(ledger_text(into, logins->cipher), "c");
	assert_string_equal(ledger_text(into, logins->network), "n");
	failures = ledger_failures(into, &count);
	assert_int_equal(count, 1);
	assert_int_equal(failures->count, 10);
	assert_string_equal(ledger_text(into, failures->source), "s");
	senders = ledger_senders(into, &count);
	assert_int_equal(count, 1);
	assert_int_equal(senders->recipients, 6);
	assert_int_equal(senders->most, 3);
	assert_int_equal(senders->hours[23], 6);
	notes = ledger_notes(into, &count);
	assert_int_equal(count, 1);
	assert_int_equal(notes->count, 12);
	assert_string_equal(ledger_text(into, notes->name), "RCPT");
}

/* Rows of the days that stay are found again, and their days know how full they are. */
static void
test_drop_days(void **state)
{
	struct ledger *ledger = *state;
	struct ledger_note note = { .name = name(ledger, "main"), .kind = LEDGER_LINES, .count = 1 };
	struct ledger_mail mail = { .remote = domain(ledger, "r.example"), .messages = 1 };
	size_t count;

	assert_int_equal(ledger_first_day(ledger), 0);
	for (note.day = 20002; note.day >= 20000; note.day--) {
		mail.day = note.day;
		ledger_add_note(ledger, &note);
		ledger_add_mail(ledger, &mail);
	}
	assert_int_equal(ledger_first_day(ledger), 20000);
	ledger_drop_days(ledger, 20001);
	assert_int_equal(ledger_row_count(ledger), 2);
	assert_int_equal(ledger_first_day(ledger), 20000);
	mail.day = 20000;
	ledger_add_mail(ledger, &mail);
	assert_int_equal(ledger_mails(ledger, &count)[0].messages, 2);
	assert_int_equal(count, 1);
	assert_int_equal(ledger_mails(ledger, &count)[0].remote, domain(ledger, "r.example"));
	ledger_drop_days(ledger, 20000);
	assert_int_equal(ledger_row_count(ledger), 0);
	assert_int_equal(ledger_first_day(ledger), 0);
}

static void
test_words(void **state)
{
	(void)state;
	assert_string_equal(ledger_service_name(LEDGER_SMTP), "smtp");
	assert_string_equal(ledger_service_name(LEDGER_OTHER_SERVICE), "other");
	assert_string_equal(ledger_note_name(LEDGER_CLEAR_FALLBACK), "clear-fallback");
	assert_string_equal(ledger_note_name(LEDGER_BROKEN_ARRIVAL), "broken-arrival");
	assert_string_equal(ledger_note_name(LEDGER_BROKEN_DELIVERY), "broken-delivery");
	assert_string_equal(ledger_note_name(LEDGER_LINES), "lines");
	assert_string_equal(ledger_direction_name(LEDGER_SUBMITTED), "submitted");
	assert_string_equal(ledger_tls_name(LOG_TLS_NONE), "clear");
	assert_string_equal(ledger_tls_name(LOG_TLS_1_0), "TLSv1");
	assert_string_equal(ledger_verified_name(LEDGER_DANE), "dane");
	assert_string_equal(ledger_signed_name(LEDGER_SIGNED_OTHER), "other");
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_names),
		TEST(test_names_of_many_lengths),
		TEST(test_names_of_like_words),
		TEST(test_quota),
		TEST(test_quota_of_bytes),
		TEST(test_accounts),
		TEST(test_many_accounts),
		TEST(test_networks),
		TEST(test_many_networks),
		TEST(test_rows_add_up),
		TEST(test_each_key_column_counts),
		TEST(test_flood_of_mail),
		TEST(test_folding_has_an_end),
		TEST(test_flood_of_failures),
		TEST(test_flood_of_notes_and_senders),
		TEST(test_merge),
		TEST(test_merge_of_every_kind),
		TEST(test_drop_days),
		TEST(test_words),
	};

	return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
