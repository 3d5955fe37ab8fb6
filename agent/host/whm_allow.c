#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "host/whm_transport.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * What a scan may call. Absent on purpose, though their names read like
 * questions: exim_configuration_check (repairs),
 * validate_current_installed_exim_config (leaves files),
 * validate_current_dkims (sets a cache that Exim uses),
 * backup_destination_validate (can disable), get_service_config (returns
 * cPHulk's password) and whatever returns private keys.
 */
const char *const whm_allowed_functions[] = {
	"api_token_list",
	"backup_config_get",
	"backup_date_list",
	"batch",
	"cphulk_status",
	"get_current_profile",
	"get_service_config_key",
	"get_tweaksetting",
	"get_update_availability",
	"getminimumpasswordstrengths",
	"listaccts",
	"load_cphulk_config",
	"twofactorauth_get_user_configs",
	"twofactorauth_policy_status",
	"uapi_cpanel",
	"version",
	NULL,
};

static const struct {
	const char *module;
	const char *function;
} uapi_allowed[] = {
	{ "Email", "list_default_address" },
	{ "Email", "list_forwarders" },
	{ "Email", "list_pops" },
};

/* The datastore of Dovecot also holds hulk_auth_passwd. */
static const char *const service_keys[] = {
	"auth_allow_cleartext",
	"disable_plaintext_auth",
	"ssl_cipher_list",
	"ssl_min_protocol",
};

static bool
is_function_listed(const char *function)
{
	size_t i;

	for (i = 0; whm_allowed_functions[i] != NULL; i++)
		if (strcmp(whm_allowed_functions[i], function) == 0)
			return true;
	return false;
}

/* "key" and "key-1" are the same parameter to cpsrvd. */
static bool
is_named(const struct whm_argument *argument, const char *name)
{
	size_t length = strlen(name);

	return strncmp(argument->name, name, length) == 0 &&
	    (argument->name[length] == '\0' || argument->name[length] == '-');
}

/* The value of a parameter given exactly once; NULL else. */
static const char *
argument_once(const struct whm_argument *arguments, size_t count,
    const char *name)
{
	const char *value = NULL;
	size_t i, seen = 0;

	for (i = 0; i < count; i++)
		if (is_named(&arguments[i], name)) {
			value = arguments[i].value;
			seen++;
		}
	return seen == 1 ? value : NULL;
}

static bool
is_uapi_allowed(const struct whm_argument *arguments, size_t count)
{
	const char *module = argument_once(arguments, count, "cpanel.module");
	const char *function = argument_once(arguments, count,
	    "cpanel.function");
	size_t i;

	if (module == NULL || function == NULL)
		return false;
	for (i = 0; i < COUNT(uapi_allowed); i++)
		if (strcmp(uapi_allowed[i].module, module) == 0 &&
		    strcmp(uapi_allowed[i].function, function) == 0)
			return true;
	return false;
}

static bool
is_service_key_allowed(const struct whm_argument *arguments, size_t count)
{
	const char *key = argument_once(arguments, count, "key");
	size_t i;

	for (i = 0; key != NULL && i < COUNT(service_keys); i++)
		if (strcmp(service_keys[i], key) == 0)
			return true;
	return false;
}

static int
hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *found;

	found = c == '\0' ? NULL : strchr(digits, c >= 'A' && c <= 'F' ?
	    c - 'A' + 'a' : c);
	return found == NULL ? -1 : (int)(found - digits);
}

/* As cpsrvd decodes: '+' is a blank, a stray '%' stays. In place. */
static char *
decode(char *text)
{
	const char *from;
	char *to = text;
	int high, low;

	for (from = text; *from != '\0'; from++) {
		high = from[0] == '%' ? hex_digit(from[1]) : -1;
		low = high >= 0 ? hex_digit(from[2]) : -1;
		if (low >= 0) {
			*to++ = (char)(high * 16 + low);
			from += 2;
		} else {
			*to++ = *from == '+' ? ' ' : *from;
		}
	}
	*to = '\0';
	return text;
}

/* "FUNCTION?name=value&…", as batch has its commands. */
static bool
is_command_allowed(const char *command)
{
	struct arena *arena = arena_new();
	struct whm_argument *arguments = NULL, *added;
	char *text = arena_strdup(arena, command), *query, *pair, *equals;
	size_t count = 0;
	bool allowed;

	query = strchr(text, '?');
	if (query != NULL)
		*query++ = '\0';
	while ((pair = query) != NULL) {
		query = strchr(pair, '&');
		if (query != NULL)
			*query++ = '\0';
		equals = strchr(pair, '=');
		if (equals != NULL)
			*equals++ = '\0';
		added = arena_push(arena, &arguments, &count);
		added->name = decode(pair);
		added->value = equals == NULL ? "" : decode(equals);
	}
	allowed = strcmp(text, "batch") != 0 &&
	    whm_call_allowed(text, arguments, count);
	arena_free(arena);
	return allowed;
}

static bool
is_batch_allowed(const struct whm_argument *arguments, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!is_named(&arguments[i], "command") ||
		    !is_command_allowed(arguments[i].value))
			return false;
	return count > 0;
}

bool
whm_call_allowed(const char *function, const struct whm_argument *arguments,
    size_t count)
{
	size_t i;

	if (!is_function_listed(function))
		return false;
	/* The version is the transport's to send. */
	for (i = 0; i < count; i++)
		if (is_named(&arguments[i], "api.version"))
			return false;
	if (strcmp(function, "batch") == 0)
		return is_batch_allowed(arguments, count);
	if (strcmp(function, "uapi_cpanel") == 0)
		return is_uapi_allowed(arguments, count);
	if (strcmp(function, "get_service_config_key") == 0)
		return is_service_key_allowed(arguments, count);
	return true;
}
