/*
 * Any bytes as an MTA-STS record, a policy file and a TLS-RPT record: what is
 * called fine is complete, and messages are one printable line.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "parse/mta_sts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_error(const char *error)
{
	for (; error != NULL && *error != '\0'; error++)
		if (*error < ' ' || *error > '~')
			abort();
}

static void
check_policy(const struct mta_sts_policy *policy)
{
	size_t i;

	check_error(policy->error);
	if (policy->error == NULL && (policy->mode == NULL ||
	    policy->max_age < 0 || policy->max_age > 31557600 ||
	    (policy->mx_count == 0 && strcmp(policy->mode, "none") != 0)))
		abort();
	for (i = 0; i < policy->mx_count; i++) {
		const char *mx = policy->mx[i];
		bool star = strncmp(mx, "*.", 2) == 0;

		if (strpbrk(mx, " \t\r\n") != NULL ||
		    mta_sts_covers(mx, mx) != true ||
		    (star && mta_sts_covers(mx, mx + 2) &&
		    strchr(mx + 2, '.') == NULL))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	const char *text = (const char *)data, *id, *error;
	const char *const *rua;
	struct mta_sts_policy policy;
	size_t count, i;

	if (mta_sts_record_read(arena, text, size, &id, &error)) {
		check_error(error);
		if (error == NULL && (id == NULL || strlen(id) > 32))
			abort();
	}
	if (tls_rpt_record_read(arena, text, size, &rua, &count, &error)) {
		check_error(error);
		if (error == NULL && count == 0)
			abort();
		for (i = 0; i < count; i++)
			if (rua[i][0] == '\0' && error == NULL)
				abort();
	}
	mta_sts_policy_read(arena, text, size, &policy);
	check_policy(&policy);
	arena_free(arena);
	return 0;
}
