/*
 * How clients log in to Exim: whether AUTH is offered before TLS, and with
 * which mechanisms.
 */
#include <string.h>

#include "base/arena.h"
#include "collect/collect_exim.h"

/* ---- is AUTH offered in clear? ---- */

/*
 * Conditions under which an authenticator is advertised inside TLS only,
 * blanks removed. Compared whole: the inverse of each differs in a brace.
 */
static const char *const tls_only_conditions[] = {
	"${ifdef:tls_in_cipher}",
	"${ifdef:tls_cipher}",
	"${ifdef:tls_in_cipher{yes}{no}}",
	"${ifdef:tls_in_cipher{true}{false}}",
	"${ifdef:tls_in_cipher{1}{0}}",
	"${ifeq{$tls_in_cipher}{}{no}{yes}}",
	"${ifeq{$tls_in_cipher}{}{false}{true}}",
	"${ifeq{$tls_in_cipher}{}{0}{1}}",
	"${if!eq{$tls_in_cipher}{}}",
	"${if!eq{$tls_in_cipher}{}{yes}{no}}",
};

static bool
condition_tls_only(struct arena *arena, const char *condition)
{
	char *squeezed = arena_strdup(arena, condition), *to = squeezed;
	const char *from;
	size_t i;

	for (from = condition; *from != '\0'; from++)
		if (*from != ' ' && *from != '\t' && *from != '\n')
			*to++ = *from;
	*to = '\0';
	for (i = 0; i < sizeof(tls_only_conditions) /
	    sizeof(tls_only_conditions[0]); i++)
		if (strcmp(squeezed, tls_only_conditions[i]) == 0)
			return true;
	return false;
}

/*
 * What has no server side is never advertised (Exim's auths.c, au->server): an
 * authenticator that only logs in to a smarthost.
 */
static bool
client_only(const struct exim_driver *driver)
{
	bool client = false;
	size_t i;

	for (i = 0; i < driver->option_count; i++) {
		const struct exim_option *option = &driver->options[i];

		if (option->boolean ||
		    (option->value[0] == '\0' && !option->hidden))
			continue;
		if (strncmp(option->name, "server_", 7) == 0)
			return false;
		client |= strncmp(option->name, "client_", 7) == 0;
	}
	return client;
}

/*
 * With auth_advertise_hosts = * each authenticator's own condition decides.
 * One that is surely offered in clear decides, whatever code decides of others.
 */
void
exim_reduce_authenticators(struct collection *collection,
    const struct exim_conf *conf, const char *origin, struct fact_str *fact)
{
	const char *offered = "never", *undecided = NULL;
	size_t i;

	for (i = 0; i < conf->driver_count; i++) {
		const struct exim_driver *driver = &conf->drivers[i];
		const struct exim_option *condition;

		if (driver->section != EXIM_AUTHENTICATORS ||
		    client_only(driver))
			continue;
		condition = exim_driver_option(driver,
		    "server_advertise_condition");
		if (condition == NULL || condition->value[0] == '\0') {
			set_string(collection, fact, origin, "always");
			return;
		}
		if (undecided == NULL && !condition_tls_only(
		    collection->scratch, condition->value))
			undecided = exim_option_origin(collection, origin[0] == '/' ?
			    origin : driver->name, condition);
		offered = "tls-only";
	}
	if (undecided != NULL)
		meta_unknown(collection, &fact->meta, origin, "decided at %s",
		    undecided);
	else
		set_string(collection, fact, origin, offered);
}

/* True when the authenticators have to be asked too. */
bool
exim_reduce_auth_offered(struct collection *collection, const char *source,
    const struct exim_option *option, struct fact_str *fact)
{
	const char *origin = exim_option_origin(collection, source, option);
	const char *value = option == NULL ? "*" : option->value;

	switch (exim_value_idiom(value)) {
	case EXIM_IDIOM_ALL_UNDER_TLS:
		set_string(collection, fact, origin, "tls-only");
		return false;
	case EXIM_IDIOM_ALL_IN_CLEAR:
		set_string(collection, fact, origin, "always");
		return false;
	case EXIM_IDIOM_LITERAL:
		break;
	case EXIM_IDIOM_NONE:
		meta_unknown(collection, &fact->meta, origin, "decided at %s",
		    origin);
		return false;
	}
	if (strcmp(value, "*") == 0)
		return true;
	set_string(collection, fact, origin, value[strspn(value, " :")] == '\0' ?
	    "never" : arena_printf(collection->scratch, "hosts %s", value));
	return false;
}

/* ---- how clients log in ---- */

/*
 * The plaintext driver takes whatever its condition is true for; a condition
 * that is no expansion is true for everybody (Exim specification, chapter 34).
 */
static bool
accepts_anything(const struct exim_driver *driver)
{
	static const char *const truths[] = { "1", "yes", "true" };
	const struct exim_option *condition = exim_driver_option(driver,
	    "server_condition");
	size_t i;

	if (condition == NULL || strcmp(driver->driver, "plaintext") != 0)
		return false;
	for (i = 0; i < sizeof(truths) / sizeof(truths[0]); i++)
		if (strcasecmp(condition->value, truths[i]) == 0)
			return true;
	return false;
}

void
exim_collect_mechanisms(struct collection *collection,
    const struct exim_conf *conf)
{
	struct fact_list *list = &collection->facts->exim.auth_mechanisms;
	const char **items = NULL, *name;
	const struct exim_option *public;
	size_t count = 0, i;

	for (i = 0; i < conf->driver_count; i++) {
		const struct exim_driver *driver = &conf->drivers[i];

		if (driver->section != EXIM_AUTHENTICATORS ||
		    client_only(driver))
			continue;
		public = exim_driver_option(driver, "public_name");
		name = public == NULL ? driver->name : public->value;
		*arena_push(collection->arena, &items, &count) =
		    accepts_anything(driver) ? arena_printf(collection->arena,
		    "%s accepts any password", name) :
		    arena_strdup(collection->arena, name);
	}
	meta_known(&list->meta, EXIM_CONF);
	list->items = items;
	list->count = count;
}
