/*
 * What OpenSSL cipher strings expand to. The libraries differ in what they
 * know: only what holds from 1.1.1 on is asked.
 */
#include "tests/unit/table_host.h"

#define ECDSA "ECDHE-ECDSA-AES128-GCM-SHA256"
#define RSA "ECDHE-RSA-AES128-GCM-SHA256"

static const struct {
	const char *name;
	const char *string;
	const char *suites;	/* NULL = none, with a reason */
} cases[] = {
	{ "one suite", RSA, RSA },
	{ "two, in the order given", RSA ":" ECDSA, RSA ":" ECDSA },
	{ "the other order", ECDSA ":" RSA, ECDSA ":" RSA },
	{ "commas and blanks", ECDSA "," RSA, ECDSA ":" RSA },
	{ "one taken away", ECDSA ":" RSA ":-" ECDSA, RSA },
	{ "one forbidden", "!" ECDSA ":" ECDSA ":" RSA, RSA },
	{ "moved to the end", ECDSA ":" RSA ":+" ECDSA, RSA ":" ECDSA },
	{ "unknown ones passed over", "NO-SUCH-SUITE:" RSA, RSA },
	{ "a suite of TLS 1.3 does not follow from it",
	    "TLS_AES_128_GCM_SHA256:" RSA, RSA },
	{ "nothing known", "NO-SUCH-SUITE", NULL },
	{ "nothing left", RSA ":!ALL", NULL },
	{ "signs only", "!!", NULL },
	{ "a command nobody knows", "@NOTHING", NULL },
};

static void
test_expand(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct arena *arena = arena_new();
		const char *why = NULL, *suites = cipher_suites_expand(arena,
		    cases[i].string, &why);

		if ((suites == NULL) != (cases[i].suites == NULL) ||
		    (suites != NULL && strcmp(suites, cases[i].suites) != 0))
			fail_msg("%s: \"%s\", wanted \"%s\"", cases[i].name,
			    suites == NULL ? "" : suites,
			    cases[i].suites == NULL ? "" : cases[i].suites);
		if (suites == NULL) {
			assert_non_null(why);
			assert_non_null(strstr(why, "knows no suite that this "
			    "cipher string matches"));
			/* The string itself is not quoted. */
			assert_null(strstr(why, cases[i].string));
		}
		arena_free(arena);
	}
}

/* Whether a word is one of the suites, whole. */
static bool
has_suite(const char *suites, const char *suite)
{
	size_t length = strlen(suite);
	const char *at;

	for (at = suites; (at = strstr(at, suite)) != NULL; at++)
		if ((at == suites || at[-1] == ':') &&
		    (at[length] == ':' || at[length] == '\0'))
			return true;
	return false;
}

static void
test_classes(void **state)
{
	struct arena *arena = arena_new();
	const char *why, *suites;

	(void)state;
	suites = cipher_suites_expand(arena, "HIGH:!aNULL:!kRSA", &why);
	assert_non_null(suites);
	assert_true(has_suite(suites, RSA));
	assert_false(has_suite(suites, "AES128-SHA"));
	assert_null(strstr(suites, "TLS_"));
	assert_null(strstr(suites, "ADH-"));
	suites = cipher_suites_expand(arena, "kRSA", &why);
	assert_true(has_suite(suites, "AES128-SHA"));
	assert_false(has_suite(suites, RSA));
	arena_free(arena);
}

static void
test_library(void **state)
{
	const char *library = cipher_library();

	(void)state;
	/* "OpenSSL 3.0.22": two words, no date. */
	assert_true(strncmp(library, "OpenSSL ", 8) == 0);
	assert_null(strchr(library + 8, ' '));
	assert_true(library[8] >= '1' && library[8] <= '9');
}

static void
test_set(void **state)
{
	struct arena *arena = arena_new();
	struct collection collection = { .arena = arena, .scratch = arena };
	struct fact_str given = { .value = NULL }, own = { .value = NULL };
	struct fact_str empty = { .value = NULL }, bad = { .value = NULL };

	(void)state;
	set_cipher_suites(&collection, &given, "/f:3", RSA);
	assert_int_equal(given.meta.state, FACT_KNOWN);
	assert_string_equal(given.value, RSA);
	assert_string_equal(given.meta.origin, arena_printf(arena,
	    "/f:3, expanded by %s", cipher_library()));
	set_cipher_suites(&collection, &own, "/f", NULL);
	set_cipher_suites(&collection, &empty, "/f", "");
	assert_int_equal(own.meta.state, FACT_KNOWN);
	assert_string_equal(own.value, empty.value);
	assert_true(has_suite(own.value, RSA));
	assert_string_equal(own.meta.origin, arena_printf(arena,
	    "/f (not set), expanded by %s", cipher_library()));
	set_cipher_suites(&collection, &bad, "/f:4", "NO-SUCH-SUITE");
	assert_int_equal(bad.meta.state, FACT_UNKNOWN);
	assert_string_equal(bad.meta.origin, "/f:4");
	assert_null(bad.value);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_expand),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_library),
		cmocka_unit_test(test_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
