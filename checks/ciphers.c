#include <string.h>

#include "base/arena.h"
#include "checks/ciphers.h"
#include "checks/dates.h"
#include "checks/words.h"

const char *const cipher_profile_names[CIPHER_PROFILE_COUNT + 1] = {
	"mozilla-intermediate-6.0",
	"mozilla-modern-6.0",
	"sp800-52r2",
	NULL,
};

const struct cipher_profile *
cipher_profile_wanted(const struct evaluation *ev)
{
	size_t i;

	for (i = 0; i < CIPHER_PROFILE_COUNT; i++) {
		const struct cipher_profile *profile =
		    &ev->data->cipher_profiles[i];

		if (profile->name != NULL && ev->want->string != NULL &&
		    strcmp(profile->name, ev->want->string) == 0)
			return profile;
	}
	return NULL;
}

const char *
cipher_profile_shown(const struct evaluation *ev,
    const struct cipher_profile *profile)
{
	return arena_printf(ev->arena, "%s of %s", profile->name,
	    date_write(profile->date).text);
}

bool
text_list_has(const struct text_list *list, const char *word, size_t length)
{
	return list_has(list->items, list->count, word, length);
}

/*
 * IANA's names of older suites, for those that OpenSSL never had, begin with
 * TLS_ too, but name a key exchange before _WITH_. Of TLS 1.3's only GOST's
 * do, which end in _MGM_L and _MGM_S (RFC 9367).
 */
bool
suite_is_tls13(const char *suite, size_t length)
{
	size_t i;

	if (length < 10 || strncmp(suite, "TLS_", 4) != 0)
		return false;
	if (strncmp(suite + length - 6, "_MGM_L", 6) == 0 ||
	    strncmp(suite + length - 6, "_MGM_S", 6) == 0)
		return true;
	for (i = 4; i + 6 <= length; i++)
		if (strncmp(suite + i, "_WITH_", 6) == 0)
			return false;
	return true;
}
