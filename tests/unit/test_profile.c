/* Profiles and dated data: found, resolved, refused with file and line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>
#include <openssl/evp.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fileio.h"
#include "checks/check.h"
#include "engine/profile.h"

#define TLS "tls.exim.offered"	/* has no threshold */
#define MECH "auth.mech.allowed"	/* wants a list */

struct folders {
	char root[64];
	char site[128];
	char shipped[128];
	struct profile_path path;
};

static int
setup(void **state)
{
	struct folders *folders = calloc(1, sizeof(*folders));

	strcpy(folders->root, "/tmp/test_profile.XXXXXX");
	if (mkdtemp(folders->root) == NULL)
		return -1;
	snprintf(folders->site, sizeof(folders->site), "%s/site",
	    folders->root);
	snprintf(folders->shipped, sizeof(folders->shipped), "%s/shipped",
	    folders->root);
	folders->path.site = folders->site;
	folders->path.shipped = folders->shipped;
	*state = folders;
	return mkdir(folders->site, 0755) != 0 ||
	    mkdir(folders->shipped, 0755) != 0 ? -1 : 0;
}

static int
teardown(void **state)
{
	struct folders *folders = *state;
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", folders->root);
	if (system(command) != 0)
		return -1;
	free(folders);
	return 0;
}

/* Writes "site/x.yaml" or "shipped/x.yaml"; NULL removes it. */
static void
put(const struct folders *folders, const char *name, const char *text)
{
	struct err err = { 0 };
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folders->root, name);
	if (text == NULL)
		(void)unlink(path);
	else if (file_replace(path, text, strlen(text), 0644, &err) != 0)
		fail_msg("%s: %s", path, err.text);
}

static int
load(const struct folders *folders, struct arena *arena, const char *name,
    struct profile *profile, struct err *err)
{
	memset(err, 0, sizeof(*err));
	return profile_load(arena, &folders->path, name, profile, err);
}

static const struct profile_entry *
entry(const struct profile *profile, const char *id)
{
	size_t i;

	for (i = 0; i < profile->entry_count; i++)
		if (strcmp(profile->entries[i].check->id, id) == 0)
			return &profile->entries[i];
	fail_msg("no entry %s", id);
	return NULL;
}

static const char base_profile[] =
    "schema: cpward.profile/1\n"
    "id: base\n"
    "title: The base\n"
    "parameters:\n"
    "  admins: [root, alice]\n"
    "  trusted_hosts:\n"
    "    192.0.2.1: 2026\n"
    "    \"2001:db8::/32\": the relay\n"
    "checks:\n"
    "  " TLS ":\n"
    "    severity: critical\n"
    "    references: [\"45 CFR 164.312(e)(1)\", 45 CFR 164.312(a)(1)]\n"
    "  " MECH ":\n"
    "    severity: high\n"
    "    want: [PLAIN, LOGIN]\n";

static void
test_one_file(void **state)
{
	const struct folders *folders = *state;
	struct arena *arena = arena_new();
	const struct profile_entry *tls, *mech;
	struct profile profile;
	struct err err;

	put(folders, "shipped/base.yaml", base_profile);
	if (load(folders, arena, "base", &profile, &err) != 0)
		fail_msg("%u: %s", err.line, err.text);
	assert_string_equal(profile.id, "base");
	assert_string_equal(profile.title, "The base");
	assert_int_equal(profile.data_max_age_days, 0);
	assert_int_equal(profile.entry_count, 2);
	/* bytewise: auth before tls */
	assert_string_equal(profile.entries[0].check->id, MECH);
	tls = entry(&profile, TLS);
	assert_int_equal(tls->severity, SEVERITY_CRITICAL);
	assert_true(tls->selected);
	assert_int_equal(tls->line, 10);
	assert_string_equal(tls->file, profile.path);
	assert_int_equal(tls->reference_count, 2);
	assert_string_equal(tls->references[0], "45 CFR 164.312(e)(1)");
	assert_string_equal(tls->references[1], "45 CFR 164.312(a)(1)");
	mech = entry(&profile, MECH);
	assert_int_equal(mech->want.list_count, 2);
	assert_string_equal(mech->want.list[1], "LOGIN");
	assert_int_equal(mech->reference_count, 0);
	assert_int_equal(profile.parameters.admin_count, 2);
	assert_int_equal(profile.parameters.partner_count, 0);
	assert_int_equal(profile.parameters.trusted_host_count, 2);
	assert_string_equal(profile.parameters.trusted_hosts[0].value, "2026");
	assert_string_equal(profile.parameters.trusted_hosts[1].name,
	    "2001:db8::/32");
	arena_free(arena);
}

static void
test_extends_merges_key_by_key(void **state)
{
	const struct folders *folders = *state;
	struct arena *arena = arena_new();
	const struct profile_entry *tls, *mech;
	struct profile profile;
	struct err err;

	put(folders, "shipped/base.yaml", base_profile);
	put(folders, "shipped/strict.yaml",
	    "schema: cpward.profile/1\nid: strict\ntitle: Strict\n"
	    "extends: base\ndata_max_age_days: 30\n"
	    "parameters:\n  partners: [example.org]\n"
	    "  tunnels: [wg0, 192.0.2.1]\n"
	    "checks:\n"
	    "  " MECH ": {want: [SCRAM-SHA-256]}\n");
	put(folders, "site/ours.yaml",
	    "schema: cpward.profile/1\nid: ours\ntitle: Ours\n"
	    "extends: strict\n"
	    "parameters:\n  admins: []\n  token_owners: {root/backup: Bob}\n"
	    "  dmarc_rollout: {b.example: 2027-01-31, A.example: 2027-02-28}\n"
	    "checks:\n"
	    "  " TLS ": {select: no, severity: low}\n");
	if (load(folders, arena, "ours", &profile, &err) != 0)
		fail_msg("%u: %s", err.line, err.text);
	assert_string_equal(profile.id, "ours");
	assert_int_equal(profile.data_max_age_days, 30);
	tls = entry(&profile, TLS);
	assert_false(tls->selected);
	assert_int_equal(tls->severity, SEVERITY_LOW);
	assert_int_equal(tls->reference_count, 2);
	assert_non_null(strstr(tls->file, "/site/ours.yaml"));
	assert_int_equal(tls->line, 10);
	mech = entry(&profile, MECH);
	assert_int_equal(mech->severity, SEVERITY_HIGH);
	assert_int_equal(mech->want.list_count, 1);
	assert_string_equal(mech->want.list[0], "SCRAM-SHA-256");
	assert_non_null(strstr(mech->file, "/shipped/strict.yaml"));
	assert_int_equal(profile.parameters.admin_count, 0);
	assert_int_equal(profile.parameters.partner_count, 1);
	assert_int_equal(profile.parameters.tunnel_count, 2);
	assert_string_equal(profile.parameters.tunnels[1], "192.0.2.1");
	assert_int_equal(profile.parameters.trusted_host_count, 2);
	assert_string_equal(profile.parameters.token_owners[0].name,
	    "root/backup");
	assert_int_equal(profile.parameters.dmarc_rollout_count, 2);
	assert_string_equal(profile.parameters.dmarc_rollout[0].name,
	    "A.example");
	assert_string_equal(profile.parameters.dmarc_rollout[1].value,
	    "2027-01-31");
	arena_free(arena);
}

/* JSON is YAML: what `profile show` prints is a profile with that digest. */
static void
test_canonical_json_is_a_profile(void **state)
{
	const struct folders *folders = *state;
	struct arena *arena = arena_new();
	struct profile profile, again;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length, i;
	char *json, *theirs, hex[65];
	json_t *tree;
	struct err err;

	put(folders, "shipped/base.yaml", base_profile);
	assert_int_equal(load(folders, arena, "base", &profile, &err), 0);
	json = profile_json(arena, &profile);
	tree = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(tree);
	theirs = json_dumps(tree, JSON_COMPACT | JSON_SORT_KEYS);
	assert_string_equal(json, theirs);
	assert_int_equal(EVP_Digest(json, strlen(json), digest, &length,
	    EVP_sha256(), NULL), 1);
	for (i = 0; i < length; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	assert_string_equal(profile_digest(arena, &profile), hex);
	put(folders, "shipped/base.yaml", json);
	if (load(folders, arena, "base", &again, &err) != 0)
		fail_msg("%u: %s", err.line, err.text);
	assert_string_equal(profile_digest(arena, &again), hex);
	json_decref(tree);
	free(theirs);
	arena_free(arena);
}

struct digest_case {
	const char *name;
	const char *text;
	bool same;
};

#define SMALL(title, rest) "schema: cpward.profile/1\nid: small\n" \
    "title: " title "\n" rest

static const struct digest_case digest_cases[] = {
	{ "a comment", SMALL("T", "# why\nchecks: {" TLS ": {severity: low}}"),
	    true },
	{ "select that is the default", SMALL("T", "checks:\n  " TLS
	    ":\n    select: yes\n    severity: low\n"), true },
	{ "another title", SMALL("U", "checks: {" TLS ": {severity: low}}"),
	    false },
	{ "another severity", SMALL("T", "checks: {" TLS
	    ": {severity: high}}"), false },
	{ "not selected", SMALL("T", "checks: {" TLS
	    ": {severity: low, select: false}}"), false },
	{ "an admin", SMALL("T", "parameters: {admins: [eve]}\nchecks: {" TLS
	    ": {severity: low}}"), false },
};

static void
test_digest_follows_meaning(void **state)
{
	const struct folders *folders = *state;
	struct arena *arena = arena_new();
	struct profile first, second;
	struct err err;
	size_t i;

	put(folders, "shipped/small.yaml",
	    SMALL("T", "checks: {" TLS ": {severity: low}}\n"));
	assert_int_equal(load(folders, arena, "small", &first, &err), 0);
	for (i = 0; i < sizeof(digest_cases) / sizeof(digest_cases[0]); i++) {
		put(folders, "shipped/small.yaml", digest_cases[i].text);
		if (load(folders, arena, "small", &second, &err) != 0)
			fail_msg("%s: %s", digest_cases[i].name, err.text);
		if ((strcmp(profile_digest(arena, &first),
		    profile_digest(arena, &second)) == 0) !=
		    digest_cases[i].same)
			fail_msg("%s: wrong", digest_cases[i].name);
	}
	arena_free(arena);
}

struct refused_case {
	const char *name;
	const char *text;	/* of shipped/p.yaml */
	unsigned line;
	const char *message;
	const char *hint;	/* NULL = none */
};

#define HEAD "schema: cpward.profile/1\nid: p\ntitle: P\n"
#define ONE(inside) HEAD "checks:\n  " TLS ":\n    severity: low\n" inside

static const struct refused_case refused_cases[] = {
	{ "empty", "", 1, "is empty", NULL },
	{ "a comment only", "# nothing\n", 1, "is empty", NULL },
	{ "a list", "- a\n", 1,
	    "the profile is a list, wanted a map of keys", NULL },
	{ "not YAML", HEAD "checks: [\n", 5,
	    "did not find expected node content", NULL },
	{ "not UTF-8", HEAD "# \xe9 \n ", 4,
	    "invalid trailing UTF-8 octet", NULL },
	{ "cut in a letter", HEAD "# \xe9", 4,
	    "incomplete UTF-8 octet sequence", NULL },
	{ "a control character", HEAD "# \x01\n", 4,
	    "control characters are not allowed", NULL },
	{ "an escaped NUL", "schema: \"cpward\\0\"\n", 1,
	    "text holds a NUL", NULL },
	{ "UTF-16", "\xff\xfe", 1, "invalid leading UTF-8 octet", NULL },
	{ "a second document", ONE("---\nid: q\n"), 7,
	    "a second document is not allowed here", NULL },
	{ "an anchor", HEAD "checks: &a\n  " TLS ": {severity: low}\n", 4,
	    "an anchor (&) is not allowed here", NULL },
	{ "an alias", HEAD "checks: *a\n", 4,
	    "an alias (*) is not allowed here", NULL },
	{ "a tag", HEAD "checks: !!map {}\n", 4,
	    "a tag (!) is not allowed here", NULL },
	{ "too deep", HEAD "checks: [[[[[[[[]]]]]]]]\n", 4,
	    "is nested deeper than 8 levels", NULL },
	{ "a key that is a list", HEAD "? [a]\n: b\n", 4,
	    "a key is wanted here, as text", NULL },
	{ "a key twice", HEAD "title: Q\n", 4,
	    "key \"title\" is given twice", NULL },
	{ "a check twice", ONE("  " TLS ":\n    severity: high\n"), 7,
	    "key \"" TLS "\" is given twice", NULL },
	{ "no schema", "id: p\n", 1, "the profile has no schema", NULL },
	{ "another schema", "schema: cpward.profile/2\nid: p\n", 1,
	    "schema is \"cpward.profile/2\", wanted \"cpward.profile/1\"",
	    NULL },
	{ "schema is a map", "schema: {}\n", 1,
	    "schema is a map, wanted text", NULL },
	{ "no id", "schema: cpward.profile/1\n", 1, "the profile has no id",
	    NULL },
	{ "id is not the file's name", "schema: cpward.profile/1\n"
	    "id: q\ntitle: P\n", 2,
	    "id is other text, wanted the file's name, \"p\"", NULL },
	{ "no title", "schema: cpward.profile/1\nid: p\n", 1,
	    "the profile has no title", NULL },
	{ "title is empty", "schema: cpward.profile/1\nid: p\ntitle:\n", 3,
	    "title is empty, wanted text", NULL },
	{ "an unknown key", HEAD "check: {}\n", 4,
	    "the profile has the unknown key \"check\", wanted schema, id, "
	    "title, extends, data_max_age_days, parameters or checks", NULL },
	{ "an unknown key that commands a terminal",
	    HEAD "\"\\e[31m\\x9b\": {}\n", 4,
	    "the profile has a key that is no name, wanted schema, id, "
	    "title, extends, data_max_age_days, parameters or checks", NULL },
	{ "a password for a key", HEAD "root:$6$SECRET$x:19000:0:9:7:::\n", 4,
	    "the profile has a key that is no name, wanted schema, id, "
	    "title, extends, data_max_age_days, parameters or checks", NULL },
	{ "a password for a key, twice", "a:$6$SECRET::\na:$6$SECRET::\n", 2,
	    "a key that is no name is given twice", NULL },
	{ "a password for a check", HEAD "checks:\n  $6$SECRET: {}\n", 5,
	    "checks has a key that is no name, wanted the id of a check",
	    "\"cpward checks list\" names them all" },
	{ "a password for a schema", "schema: $6$SECRET\nid: p\n", 1,
	    "schema is other text, wanted \"cpward.profile/1\"", NULL },
	{ "a password for a severity", HEAD "checks:\n  " TLS
	    ":\n    severity: $6$SECRET\n", 6, "severity is other text, "
	    "wanted critical, high, medium, low or info", NULL },
	{ "no check at all", HEAD, 1, "the profile lists no check", NULL },
	{ "checks is empty", HEAD "checks:\n", 4,
	    "checks is empty, wanted a map of keys", NULL },
	{ "checks is a list", HEAD "checks:\n  - " TLS "\n", 5,
	    "checks is a list, wanted a map of keys", NULL },
	{ "a check nobody knows", HEAD "checks:\n  nothing.like.it: {}\n", 5,
	    "no check has the id \"nothing.like.it\"",
	    "\"cpward checks list\" names them all" },
	{ "a check misspelt", HEAD "checks:\n  tls.exim.minversion: {}\n", 5,
	    "no check has the id \"tls.exim.minversion\"",
	    "did you mean tls.exim.min_version?" },
	{ "a check with an id of 100 bytes", HEAD "checks:\n"
	    "  aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: {}\n", 5,
	    "checks has a key that is no name, wanted the id of a check",
	    "\"cpward checks list\" names them all" },
	{ "a check that is empty", HEAD "checks:\n  " TLS ":\n", 5,
	    TLS " is empty, wanted a map of keys", NULL },
	{ "a check with an unknown key", ONE("    severty: low\n"), 7,
	    TLS " has the unknown key \"severty\", wanted severity, want, "
	    "references or select", NULL },
	{ "no severity", HEAD "checks:\n  " TLS ":\n    select: yes\n", 5,
	    "check " TLS " has no severity", NULL },
	{ "a severity nobody knows", HEAD "checks:\n  " TLS
	    ":\n    severity: urgent\n", 6,
	    "severity is \"urgent\", wanted critical, high, medium, low or "
	    "info", NULL },
	{ "a threshold where none is", ONE("    want: 1.2\n"), 7,
	    "check " TLS " has no threshold: want is not allowed", NULL },
	{ "no threshold", HEAD "checks:\n  " MECH ": {severity: low}\n", 5,
	    "check " MECH " has no want, wanted a list", NULL },
	{ "text where a list is wanted", HEAD "checks:\n  " MECH
	    ":\n    severity: low\n    want: PLAIN\n", 7,
	    "want is text, wanted a list", NULL },
	{ "a list in the list", HEAD "checks:\n  " MECH
	    ":\n    severity: low\n    want:\n    - PLAIN\n    - []\n", 9,
	    "an item of want is a list, wanted text", NULL },
	{ "references are text", ONE("    references: 45 CFR\n"), 7,
	    "references is text, wanted a list", NULL },
	{ "an empty reference", ONE("    references: [\"\"]\n"), 7,
	    "an item of references is empty, wanted text", NULL },
	{ "select is a number", ONE("    select: 1\n"), 7,
	    "select is other text, wanted yes or no without quotes", NULL },
	{ "select is quoted", ONE("    select: \"no\"\n"), 7,
	    "select is other text, wanted yes or no without quotes", NULL },
	{ "select is a list", ONE("    select: []\n"), 7,
	    "select is a list, wanted yes or no", NULL },
	{ "days are text", HEAD "data_max_age_days: month\n", 4,
	    "data_max_age_days is other text, wanted a number from 0 to 36500",
	    NULL },
	{ "days are negative", HEAD "data_max_age_days: -1\n", 4,
	    "data_max_age_days is other text, wanted a number from 0 to 36500",
	    NULL },
	{ "days have a fraction", HEAD "data_max_age_days: 1.5\n", 4,
	    "data_max_age_days is other text, wanted a number from 0 to 36500",
	    NULL },
	{ "days beyond 64 bits", HEAD
	    "data_max_age_days: 99999999999999999999\n", 4,
	    "data_max_age_days is other text, wanted a number from 0 to 36500",
	    NULL },
	{ "an unknown parameter", HEAD "parameters: {admin: [root]}\n", 4,
	    "parameters has the unknown key \"admin\", wanted admins, "
	    "partners, tunnels, trusted_hosts, token_owners, mass_senders or dmarc_rollout",
	    NULL },
	{ "admins are text", HEAD "parameters:\n  admins: root\n", 5,
	    "admins is text, wanted a list", NULL },
	{ "trusted hosts are a list", HEAD
	    "parameters:\n  trusted_hosts: [192.0.2.1]\n", 5,
	    "trusted_hosts is a list, wanted a map of keys", NULL },
	{ "a trusted host without a reason", HEAD
	    "parameters:\n  trusted_hosts:\n    192.0.2.1:\n", 6,
	    "trusted_hosts: a value is empty, wanted text", NULL },
	{ "a reason for no host", HEAD
	    "parameters:\n  trusted_hosts:\n    \"\": why\n", 6,
	    "trusted_hosts has an empty key", NULL },
	{ "a roll-out without a date", HEAD
	    "parameters:\n  dmarc_rollout:\n    a.example: 2027-02-29\n", 6,
	    "dmarc_rollout: a value is no date, wanted one such as 2027-01-31",
	    NULL },
	{ "extends what nobody has", HEAD "extends: nobody\n", 4,
	    "extends is a name that no profile has",
	    "\"cpward profile list\" names them all" },
	{ "extends a path", HEAD "extends: ../p\n", 4,
	    "extends is no name, wanted the name of a profile", NULL },
	{ "extends itself", HEAD "extends: p\n", 4,
	    "extends \"p\" goes round in a circle", NULL },
};

static void
test_refused(void **state)
{
	const struct folders *folders = *state;
	char path[256];
	size_t i;

	snprintf(path, sizeof(path), "%s/p.yaml", folders->shipped);
	for (i = 0; i < sizeof(refused_cases) / sizeof(refused_cases[0]);
	    i++) {
		const struct refused_case *c = &refused_cases[i];
		struct arena *arena = arena_new();
		struct profile profile;
		struct err err;

		put(folders, "shipped/p.yaml", c->text);
		if (load(folders, arena, "p", &profile, &err) == 0)
			fail_msg("%s: was not refused", c->name);
		if (err.code != ERR_CONTENT || err.line != c->line ||
		    strcmp(err.source, path) != 0 ||
		    strcmp(err.text, c->message) != 0 ||
		    strcmp(err.hint, c->hint ? c->hint : "") != 0)
			fail_msg("%s: code %d, %s:%u: %s (hint: %s)", c->name,
			    err.code, err.source, err.line, err.text,
			    err.hint);
		arena_free(arena);
	}
}

/* The first check whose row wants a threshold of that type. */
static const struct check *
check_wanting(enum want_type type)
{
	const struct check *check;
	size_t table, i;

	/* Those that know certain words only have cases of their own. */
	for (table = 0; table < check_catalogue_count; table++)
		for (i = 0; i < check_catalogue[table].count; i++) {
			check = &check_catalogue[table].checks[i];
			if (check->want == type && check->want_words == NULL)
				return check;
		}
	return NULL;
}

struct want_case {
	enum want_type type;
	const char *text;
	const char *message;	/* NULL = accepted */
};

static const struct want_case want_cases[] = {
	{ WANT_INT, "0", NULL },
	{ WANT_INT, "-7", NULL },
	{ WANT_INT, "9223372036854775807", NULL },
	{ WANT_INT, "9223372036854775808", "want is other text, "
	    "wanted a number from -9223372036854775808 to "
	    "9223372036854775807" },
	{ WANT_INT, "\"7\"", "want is other text, wanted a number from "
	    "-9223372036854775808 to 9223372036854775807" },
	{ WANT_INT, "+7", "want is other text, wanted a number from "
	    "-9223372036854775808 to 9223372036854775807" },
	{ WANT_INT, "0x7", "want is other text, wanted a number from "
	    "-9223372036854775808 to 9223372036854775807" },
	{ WANT_INT, "[7]", "want is a list, wanted a number" },
	{ WANT_STRING, "1.2", NULL },
	{ WANT_STRING, "\"\"", "want is empty, wanted text" },
	{ WANT_STRING, "[a]", "want is a list, wanted text" },
	{ WANT_LIST, "[]", NULL },
	{ WANT_LIST, "[1, two]", NULL },
	{ WANT_LIST, "{a: b}", "want is a map, wanted a list" },
};

static void
test_wants_are_typed(void **state)
{
	const struct folders *folders = *state;
	size_t i;

	for (i = 0; i < sizeof(want_cases) / sizeof(want_cases[0]); i++) {
		const struct want_case *c = &want_cases[i];
		const struct check *check = check_wanting(c->type);
		struct arena *arena = arena_new();
		struct profile profile;
		struct err err;
		int result;

		if (check == NULL) {
			print_message("no check wants type %d: \"%s\" can "
			    "stand nowhere\n", c->type, c->text);
			arena_free(arena);
			continue;
		}
		put(folders, "shipped/p.yaml", arena_printf(arena,
		    HEAD "checks:\n  %s: {severity: low, want: %s}\n",
		    check->id, c->text));
		result = load(folders, arena, "p", &profile, &err);
		if ((result == 0) != (c->message == NULL) ||
		    strcmp(err.text, c->message ? c->message : "") != 0)
			fail_msg("%s: %d %s", c->text, result, err.text);
		arena_free(arena);
	}
}

#define CIPHERS "tls.exim.cipher_list"

/* What a row does not know would be passed over without a word. */
static const struct {
	const char *check;
	const char *text;
	const char *message;	/* NULL = accepted */
} word_cases[] = {
	{ CIPHERS, "sp800-52r2", NULL },
	{ CIPHERS, "mozilla-modern-6.0", NULL },
	{ CIPHERS, "mozilla-old-6.0", "want of check " CIPHERS
	    " is \"mozilla-old-6.0\", which it does not know" },
	{ CIPHERS, "a:b c", "want of check " CIPHERS
	    " is other text, which it does not know" },
	{ CIPHERS, "[sp800-52r2]", "want is a list, wanted text" },
	{ "tls.exim.min_version", "[]", NULL },
	{ "tls.exim.min_version", "[TLSv1.3]", NULL },
	{ "tls.exim.min_version", "[TLSv1.3, TLSv1]",
	    "want of check tls.exim.min_version is other text, which it does "
	    "not know" },
};

static void
test_wanted_words_are_known(void **state)
{
	const struct folders *folders = *state;
	size_t i;

	for (i = 0; i < sizeof(word_cases) / sizeof(word_cases[0]); i++) {
		struct arena *arena = arena_new();
		struct profile profile;
		struct err err;
		int result;

		put(folders, "shipped/p.yaml", arena_printf(arena,
		    HEAD "checks:\n  %s:\n    severity: low\n    want: %s\n",
		    word_cases[i].check, word_cases[i].text));
		result = load(folders, arena, "p", &profile, &err);
		if ((result == 0) != (word_cases[i].message == NULL) ||
		    (result != 0 && (err.line != 7 || strcmp(err.text,
		    word_cases[i].message) != 0)) || (result != 0 &&
		    strstr(err.text, "does not know") != NULL &&
		    strncmp(err.hint, "it knows ", 9) != 0))
			fail_msg("%s: %d, line %u: %s", word_cases[i].text,
			    result, err.line, err.text);
		arena_free(arena);
	}
}

static void
test_circle_of_three(void **state)
{
	const struct folders *folders = *state;
	struct arena *arena = arena_new();
	struct profile profile;
	struct err err;

	put(folders, "shipped/a.yaml", "extends: b\n");
	put(folders, "shipped/b.yaml", "extends: c\n");
	put(folders, "shipped/c.yaml", "\nextends: a\n");
	assert_int_equal(load(folders, arena, "a", &profile, &err), -1);
	assert_int_equal(err.code, ERR_CONTENT);
	assert_int_equal(err.line, 2);
	assert_string_equal(err.text, "extends \"a\" goes round in a circle");
	assert_non_null(strstr(err.source, "/shipped/c.yaml"));
	arena_free(arena);
}

static void
test_too_many_layers(void **state)
{
	const struct folders *folders = *state;
	struct arena *arena = arena_new();
	struct profile profile;
	struct err err;
	int i;

	for (i = 0; i < 9; i++)
		put(folders, arena_printf(arena, "shipped/l%d.yaml", i),
		    arena_printf(arena, "extends: l%d\n", i + 1));
	assert_int_equal(load(folders, arena, "l0", &profile, &err), -1);
	assert_string_equal(err.text,
	    "extends \"l8\" is the 9th layer, wanted at most 8");
	arena_free(arena);
}

static void
test_site_can_not_reuse_a_shipped_name(void **state)
{
	const struct folders *folders = *state;
	struct arena *arena = arena_new();
	struct profile profile;
	struct err err;

	put(folders, "shipped/base.yaml", base_profile);
	put(folders, "site/base.yaml", base_profile);
	assert_int_equal(load(folders, arena, "base", &profile, &err), -1);
	assert_int_equal(err.code, ERR_CONTENT);
	assert_non_null(strstr(err.source, "/site/base.yaml"));
	put(folders, "shipped/child.yaml", "extends: base\n");
	assert_int_equal(load(folders, arena, "child", &profile, &err), -1);
	assert_int_equal(err.code, ERR_CONTENT);
	assert_non_null(strstr(err.source, "/site/base.yaml"));
	arena_free(arena);
}

static void
test_names_that_are_none(void **state)
{
	static const char *const names[] = {
		"", "nobody", ".hidden", "..", "a b", "a\nb", "\xff",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaa",
	};
	const struct folders *folders = *state;
	struct arena *arena = arena_new();
	struct profile profile;
	struct err err;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (load(folders, arena, names[i], &profile, &err) != -1 ||
		    err.code != ERR_NOINPUT || err.hint[0] == '\0')
			fail_msg("\"%s\": code %d, %s", names[i], err.code,
			    err.text);
	}
	assert_int_equal(load(folders, arena, "/nowhere/p.yaml", &profile,
	    &err), -1);
	assert_int_equal(err.code, ERR_NOINPUT);
	arena_free(arena);
}

/* By path the id is free; the file must be ours alone to write. */
static void
test_by_path(void **state)
{
	const struct folders *folders = *state;
	struct arena *arena = arena_new();
	struct profile profile;
	struct err err;
	char path[256];

	put(folders, "other.yaml", base_profile);
	snprintf(path, sizeof(path), "%s/other.yaml", folders->root);
	assert_int_equal(load(folders, arena, path, &profile, &err), 0);
	assert_string_equal(profile.id, "base");
	assert_string_equal(profile.path, path);
	assert_int_equal(chmod(path, 0664), 0);
	assert_int_equal(load(folders, arena, path, &profile, &err), -1);
	assert_int_equal(err.code, ERR_CONTENT);
	put(folders, "site/ours.yaml", base_profile);
	snprintf(path, sizeof(path), "%s/ours.yaml", folders->site);
	assert_int_equal(chmod(path, 0646), 0);
	assert_int_equal(load(folders, arena, "ours", &profile, &err), -1);
	assert_int_equal(err.code, ERR_CONTENT);
	assert_string_equal(err.source, path);
	arena_free(arena);
}

static void
test_too_large(void **state)
{
	const struct folders *folders = *state;
	struct arena *arena = arena_new();
	char *text = malloc(1024 * 1024 + 2);
	struct profile profile;
	struct err err;

	memset(text, '#', 1024 * 1024 + 1);
	text[1024 * 1024 + 1] = '\0';
	put(folders, "shipped/p.yaml", text);
	assert_int_equal(load(folders, arena, "p", &profile, &err), -1);
	assert_int_equal(err.code, ERR_CONTENT);
	assert_string_equal(err.text,
	    "is larger than the 1048576 bytes allowed");
	free(text);
	arena_free(arena);
}

static void
test_names(void **state)
{
	static const char *const expected[] = { "a", "b", "both" };
	const struct folders *folders = *state;
	struct arena *arena = arena_new();
	struct profile_path nowhere = { NULL, "/nowhere/at/all" };
	const char *const *names;
	struct err err = { 0 };
	size_t count, i;

	put(folders, "shipped/b.yaml", "");
	put(folders, "shipped/both.yaml", "");
	put(folders, "site/both.yaml", "");
	put(folders, "site/a.yaml", "");
	put(folders, "site/.yaml", "");
	put(folders, "site/.hidden.yaml", "");
	put(folders, "site/a.yaml.bak", "");
	put(folders, "site/a b.yaml", "");
	assert_int_equal(profile_names(arena, &folders->path, &names, &count,
	    &err), 0);
	assert_int_equal(count, 3);
	for (i = 0; i < 3; i++)
		assert_string_equal(names[i], expected[i]);
	assert_int_equal(profile_names(arena, &nowhere, &names, &count, &err),
	    0);
	assert_int_equal(count, 0);
	arena_free(arena);
}

#define FLOORS "schema: cpward.data/1\nname: cpanel-floors\n" \
    "date: 2026-11-01\nsource: https://example.org/\n"
#define ENDS "schema: cpward.data/1\nname: os-end-of-life\n" \
    "date: 2026-11-01\nsource: https://example.org/\n"
#define FLOORS_ROWS FLOORS "rows:\n  11.110: none\n  11.134: 11.134.0.20\n"
#define ENDS_ROWS ENDS "rows:\n  almalinux 9: 2032-05-31\n"

#define CIPHER_HEAD(name) "schema: cpward.data/1\nname: " name \
    "\ndate: 2026-04-06\nsource: s\n"
#define CIPHER_LISTS "protocols: [TLSv1.3]\nsuites_tls13: [a]\n"

static void
put_cipher_profiles(const struct folders *folders, const char *modern)
{
	put(folders, "shipped/cipher-mozilla-intermediate-6.0.yaml",
	    CIPHER_HEAD("mozilla-intermediate-6.0") CIPHER_LISTS
	    "suites: [x, y]\ngroups: [g]\n");
	put(folders, "shipped/cipher-mozilla-modern-6.0.yaml", modern);
	put(folders, "shipped/cipher-sp800-52r2.yaml",
	    CIPHER_HEAD("sp800-52r2") CIPHER_LISTS "groups: [g]\n");
}

#define MODERN CIPHER_HEAD("mozilla-modern-6.0") CIPHER_LISTS "groups: [g]\n"

static void
test_data(void **state)
{
	const struct folders *folders = *state;
	struct arena *arena = arena_new();
	struct err err = { 0 };
	struct data data;

	put(folders, "shipped/cpanel-floors.yaml", FLOORS_ROWS);
	put(folders, "shipped/os-end-of-life.yaml", ENDS_ROWS);
	put_cipher_profiles(folders, MODERN);
	if (data_load(arena, folders->shipped, &data, &err) != 0)
		fail_msg("%u: %s", err.line, err.text);
	assert_string_equal(data.cipher_profiles[0].name,
	    "mozilla-intermediate-6.0");
	assert_int_equal(data.cipher_profiles[0].date, 1775433600);
	assert_int_equal(data.cipher_profiles[0].suites.count, 2);
	assert_string_equal(data.cipher_profiles[0].suites.items[1], "y");
	assert_int_equal(data.cipher_profiles[1].suites.count, 0);
	assert_string_equal(data.cipher_profiles[2].groups.items[0], "g");
	assert_int_equal(data.cpanel_floors.date, 1793491200);
	assert_int_equal(data.cpanel_floors.row_count, 2);
	assert_string_equal(data.cpanel_floors.rows[0].name, "11.110");
	assert_string_equal(data.cpanel_floors.rows[0].value, "none");
	assert_string_equal(data.cpanel_floors.rows[1].value, "11.134.0.20");
	assert_string_equal(data.os_end_of_life.name, "os-end-of-life");
	assert_string_equal(data.os_end_of_life.rows[0].name, "almalinux 9");
	put(folders, "shipped/os-end-of-life.yaml", NULL);
	assert_int_equal(data_load(arena, folders->shipped, &data, &err), -1);
	assert_int_equal(err.code, ERR_NOINPUT);
	arena_free(arena);
}

struct data_case {
	const char *name;
	const char *floors;
	const char *ends;
	unsigned line;
	const char *message;
};

static const struct data_case data_cases[] = {
	{ "a floor with three numbers", FLOORS "rows: {11.134: 11.134.20}\n",
	    ENDS_ROWS, 5, "a row has another value, wanted a build "
	    "like 11.134.0.20, or none" },
	{ "a floor with a word", FLOORS "rows: {11.134: 11.134.0.x}\n",
	    ENDS_ROWS, 5, "a row has another value, wanted a build "
	    "like 11.134.0.20, or none" },
	{ "a branch without its 11", FLOORS "rows: {134: none}\n", ENDS_ROWS,
	    5, "a row has another name, wanted a branch like 11.134" },
	{ "no rows", FLOORS, ENDS_ROWS, 1, "the data has no rows" },
	{ "empty rows", FLOORS "rows: {}\n", ENDS_ROWS, 5,
	    "the data has no rows" },
	{ "rows are a list", FLOORS "rows: [11.134]\n", ENDS_ROWS, 5,
	    "rows is a list, wanted a map of keys" },
	{ "a branch twice", FLOORS
	    "rows:\n  11.134: none\n  11.134: none\n", ENDS_ROWS, 7,
	    "a key that is no name is given twice" },
	{ "the other's name", ENDS_ROWS, ENDS_ROWS, 2,
	    "name is other text, wanted \"cpanel-floors\"" },
	{ "a day that is none", FLOORS_ROWS,
	    ENDS "rows: {almalinux 9: 2032-02-30}\n", 5,
	    "a row has another value, wanted a day like 2026-11-01" },
	{ "a release without a version", FLOORS_ROWS,
	    ENDS "rows: {almalinux: 2032-02-01}\n", 5,
	    "a row has another name, wanted a release like almalinux 9" },
	{ "no date", "schema: cpward.data/1\nname: cpanel-floors\n",
	    ENDS_ROWS, 1, "the data has no date" },
	{ "a bad date", "schema: cpward.data/1\nname: cpanel-floors\n"
	    "date: today\nsource: s\n", ENDS_ROWS, 3,
	    "date is other text, wanted a day like 2026-11-01" },
	{ "no source", "schema: cpward.data/1\nname: cpanel-floors\n"
	    "date: 2026-11-01\n", ENDS_ROWS, 1, "the data has no source" },
	{ "another schema", "schema: cpward.data/9\nname: cpanel-floors\n"
	    "date: 2026-11-01\nsource: s\n", ENDS_ROWS, 1,
	    "schema is \"cpward.data/9\", wanted \"cpward.data/1\"" },
	{ "an unknown key", FLOORS_ROWS "row: 1\n", ENDS_ROWS, 8,
	    "the data has the unknown key \"row\", wanted schema, name, "
	    "date, source or rows" },
};

static void
test_data_refused(void **state)
{
	const struct folders *folders = *state;
	size_t i;

	for (i = 0; i < sizeof(data_cases) / sizeof(data_cases[0]); i++) {
		const struct data_case *c = &data_cases[i];
		struct arena *arena = arena_new();
		struct err err = { 0 };
		struct data data;

		put(folders, "shipped/cpanel-floors.yaml", c->floors);
		put(folders, "shipped/os-end-of-life.yaml", c->ends);
		if (data_load(arena, folders->shipped, &data, &err) == 0)
			fail_msg("%s: was not refused", c->name);
		if (err.code != ERR_CONTENT || err.line != c->line ||
		    strcmp(err.text, c->message) != 0)
			fail_msg("%s: code %d, %s:%u: %s", c->name, err.code,
			    err.source, err.line, err.text);
		arena_free(arena);
	}
}

static const struct {
	const char *name;
	const char *modern;
	unsigned line;
	const char *message;
} cipher_cases[] = {
	{ "no groups", CIPHER_HEAD("mozilla-modern-6.0") CIPHER_LISTS, 1,
	    "the data has no groups" },
	{ "empty groups", CIPHER_HEAD("mozilla-modern-6.0") CIPHER_LISTS
	    "groups: []\n", 7, "the data has no groups" },
	{ "groups are text", CIPHER_HEAD("mozilla-modern-6.0") CIPHER_LISTS
	    "groups: x25519\n", 7, "groups is text, wanted a list" },
	{ "another's name", CIPHER_HEAD("sp800-52r2") CIPHER_LISTS
	    "groups: [g]\n", 2,
	    "name is other text, wanted \"mozilla-modern-6.0\"" },
	{ "an unknown key", MODERN "ciphers: [a]\n", 8,
	    "the data has the unknown key \"ciphers\", wanted schema, name, "
	    "date, source, protocols, suites, suites_port_25, suites_tls13, "
	    "groups or groups_tolerated" },
};

static void
test_cipher_profiles_refused(void **state)
{
	const struct folders *folders = *state;
	size_t i;

	put(folders, "shipped/cpanel-floors.yaml", FLOORS_ROWS);
	put(folders, "shipped/os-end-of-life.yaml", ENDS_ROWS);
	for (i = 0; i < sizeof(cipher_cases) / sizeof(cipher_cases[0]); i++) {
		struct arena *arena = arena_new();
		struct err err = { 0 };
		struct data data;

		put_cipher_profiles(folders, cipher_cases[i].modern);
		if (data_load(arena, folders->shipped, &data, &err) == 0)
			fail_msg("%s: was not refused", cipher_cases[i].name);
		if (err.code != ERR_CONTENT ||
		    err.line != cipher_cases[i].line ||
		    strcmp(err.text, cipher_cases[i].message) != 0)
			fail_msg("%s: code %d, line %u: %s",
			    cipher_cases[i].name, err.code, err.line,
			    err.text);
		arena_free(arena);
	}
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_one_file),
		TEST(test_extends_merges_key_by_key),
		TEST(test_canonical_json_is_a_profile),
		TEST(test_digest_follows_meaning),
		TEST(test_refused),
		TEST(test_wants_are_typed),
		TEST(test_wanted_words_are_known),
		TEST(test_circle_of_three),
		TEST(test_too_many_layers),
		TEST(test_site_can_not_reuse_a_shipped_name),
		TEST(test_names_that_are_none),
		TEST(test_by_path),
		TEST(test_too_large),
		TEST(test_names),
		TEST(test_data),
		TEST(test_data_refused),
		TEST(test_cipher_profiles_refused),
	};

	return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
