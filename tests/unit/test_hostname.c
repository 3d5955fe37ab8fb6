#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/hostname.h"

struct hostname_case {
	const char *pattern;
	const char *name;
	bool matches;
};

static const struct hostname_case hostname_cases[] = {
	{ "mail.example.com", "mail.example.com", true },
	{ "Mail.Example.COM", "mail.example.com", true },
	{ "mail.example.com", "mail.example.com.evil.example", false },
	{ "mail.example.com", "xmail.example.com", false },
	{ "*.example.com", "mail.example.com", true },
	{ "*.EXAMPLE.com", "mail.example.com", true },
	{ "*.example.com", "example.com", false },
	{ "*.example.com", "a.mail.example.com", false },
	{ "*.example.com", ".example.com", false },
	{ "*.com", "example.com", false },
	{ "*", "example.com", false },
	{ "m*.example.com", "mail.example.com", false },
	{ "mail.*.com", "mail.example.com", false },
	{ "*.", "example.", false },
	{ "", "example.com", false },
	{ "example.com", "", false },
};

static void
test_hostnames(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(hostname_cases) / sizeof(hostname_cases[0]);
	    i++) {
		const struct hostname_case *row = &hostname_cases[i];

		if (hostname_matches(row->pattern, row->name) != row->matches)
			fail_msg("\"%s\" and \"%s\": %s wanted", row->pattern,
			    row->name, row->matches ? "match" : "no match");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hostnames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
