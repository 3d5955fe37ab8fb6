/*
 * One word for settings of both generations: 2.4's names, 2.4's meaning.
 */
#include <string.h>

#include "parse/dovecot_private.h"

void
dovecot_conf_index(struct arena *arena, struct dovecot_conf *conf)
{
	struct dovecot_index *index = arena_alloc(arena, sizeof(*index));

	dovecot_index_init(index, arena);
	for (size_t i = 0; i < conf->setting_count; i++)
		if (*conf->settings[i].filter == '\0')
			dovecot_index_add(index, 0, conf->settings[i].name, i);
	for (size_t i = 0; i < conf->setting_count; i++)
		if (strncmp(conf->settings[i].filter, "protocol ", 9) == 0 &&
		    strstr(conf->settings[i].filter, " / ") == NULL)
			dovecot_index_add(index, 1, arena_printf(arena, "%s %s",
			    conf->settings[i].filter + 9, conf->settings[i].name), i);
		else if (strncmp(conf->settings[i].filter, "group ", 6) == 0)
			dovecot_index_add(index, 1, arena_printf(arena, "%s %s",
			    conf->settings[i].filter, conf->settings[i].name), i);
	conf->index = index;
}

static const struct dovecot_setting *
indexed(const struct dovecot_conf *conf, size_t owner, const char *text)
{
	size_t number = dovecot_index_find(conf->index, owner, text);

	return number == DOVECOT_NONE ? NULL : &conf->settings[number];
}

/* "first second name" without an arena: names are short, longer ones unset. */
static const struct dovecot_setting *
indexed_under(const struct dovecot_conf *conf, const char *under, const char *name)
{
	char text[1024];
	size_t length = strlen(under), name_length = strlen(name);

	if (length + name_length + 2 > sizeof(text))
		return NULL;
	memcpy(text, under, length);
	text[length] = ' ';
	memcpy(text + length + 1, name, name_length + 1);
	return indexed(conf, 1, text);
}

/* From the groups that "@label = name" brings in at top level. */
static const struct dovecot_setting *
in_group(const struct dovecot_conf *conf, const char *name)
{
	const struct dovecot_setting *setting, *found;
	char group[512];
	size_t label_length, value_length;

	if (conf->version == DOVECOT_2_3)
		return NULL;
	for (size_t i = 0; i < conf->setting_count; i++) {
		setting = &conf->settings[i];
		if (*setting->name != '@' || *setting->filter != '\0')
			continue;
		label_length = strlen(setting->name);
		value_length = strlen(setting->value);
		if (label_length + value_length + 8 > sizeof(group))
			continue;
		memcpy(group, "group ", 6);
		memcpy(group + 6, setting->name, label_length);
		group[6 + label_length] = ' ';
		memcpy(group + 7 + label_length, setting->value, value_length + 1);
		found = indexed_under(conf, group, name);
		if (found != NULL)
			return found;
	}
	return NULL;
}

const struct dovecot_setting *
dovecot_conf_setting(const struct dovecot_conf *conf, const char *name)
{
	const struct dovecot_setting *setting = indexed(conf, 0, name);

	return setting != NULL ? setting : in_group(conf, name);
}

const struct dovecot_setting *
dovecot_conf_setting_for(const struct dovecot_conf *conf, const char *protocol,
    const char *name)
{
	const struct dovecot_setting *setting = indexed_under(conf, protocol, name);

	if (setting != NULL)
		return setting;
	/* protocol !other { } */
	for (size_t i = conf->setting_count; i > 0; i--) {
		setting = &conf->settings[i - 1];
		if (strncmp(setting->filter, "protocol !", 10) == 0 &&
		    strstr(setting->filter, " / ") == NULL &&
		    strcmp(setting->filter + 10, protocol) != 0 &&
		    strcmp(setting->name, name) == 0)
			return setting;
	}
	return dovecot_conf_setting(conf, name);
}

enum meaning {
	SAME,
	INVERTED,		/* yes is no */
	PREFER_CIPHERS,		/* yes is "server", no is "client" */
};

static const struct rename {
	const char *name_2_4, *name_2_3;
	enum meaning meaning;
} renames[] = {
	{ "auth_allow_cleartext", "disable_plaintext_auth", INVERTED },
	{ "auth_default_domain", "auth_default_realm", SAME },
	{ "ssl_server_alt_cert_file", "ssl_alt_cert", SAME },
	{ "ssl_server_alt_key_file", "ssl_alt_key", SAME },
	{ "ssl_server_ca_file", "ssl_ca", SAME },
	{ "ssl_server_cert_file", "ssl_cert", SAME },
	{ "ssl_server_cert_username_field", "ssl_cert_username_field", SAME },
	{ "ssl_server_dh_file", "ssl_dh", SAME },
	{ "ssl_server_key_file", "ssl_key", SAME },
	{ "ssl_server_key_password", "ssl_key_password", SAME },
	{ "ssl_server_prefer_ciphers", "ssl_prefer_server_ciphers", PREFER_CIPHERS },
	{ "ssl_server_request_client_cert", "ssl_verify_client_cert", SAME },
	{ "ssl_server_require_crl", "ssl_require_crl", SAME },
};

/* Last part of a service's setting. */
static const struct rename service_renames[] = {
	{ "listen", "address", SAME },
	{ "restart_request_count", "service_count", SAME },
	{ "idle_kill_interval", "idle_kill", SAME },
};

/* log_debug = category=ssl OR category=auth */
static const struct {
	const char *name_2_3, *filter;
} debug_settings[] = {
	{ "auth_debug", "category=auth" },
	{ "mail_debug", "category=mail" },
	{ "verbose_ssl", "category=ssl" },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* "service/imap-login/vsz_limit" is known as "service/vsz_limit". */
static const char *
short_name(struct arena *arena, const char *name)
{
	const char *last = strrchr(name, '/'), *element, *type;

	if (last == NULL)
		return name;
	for (element = last; element > name && element[-1] != '/';)
		element--;
	if (element == name)
		return name;
	for (type = element - 1; type > name && type[-1] != '/';)
		type--;
	return arena_printf(arena, "%.*s%s", (int)(element - 1 - type), type, last);
}

static const char *
normal_value(struct arena *arena, const struct dovecot_conf *conf,
    const struct dovecot_setting *setting)
{
	const char *value = setting->value;

	/* A value that does not fit its type stays as it is. */
	dovecot_value_canonical(arena, conf->version,
	    dovecot_type_of(short_name(arena, setting->name)), setting->value, &value);
	return value;
}

static const char *
meant_value(enum meaning meaning, const char *value)
{
	bool yes = strcmp(value, "yes") == 0, no = strcmp(value, "no") == 0;

	if (meaning == SAME || (!yes && !no))
		return value;
	if (meaning == PREFER_CIPHERS)
		return yes ? "server" : "client";
	return yes ? "no" : "yes";
}

static const struct dovecot_setting *
lookup_debug(struct arena *arena, const struct dovecot_conf *conf,
    const char **ret_value)
{
	const struct dovecot_setting *setting, *first = NULL, *last = NULL;
	const char *value = "";

	for (size_t i = 0; i < COUNT(debug_settings); i++) {
		setting = dovecot_conf_setting(conf, debug_settings[i].name_2_3);
		if (setting == NULL)
			continue;
		last = setting;
		if (strcmp(setting->value, "yes") != 0)
			continue;
		if (first == NULL)
			first = setting;
		value = arena_printf(arena, "%s%s%s", value, *value == '\0' ? "" : " OR ",
		    debug_settings[i].filter);
	}
	if (last != NULL)
		*ret_value = value;
	return first != NULL ? first : last;
}

/* A name of 2.4 whose last part 2.3 spells otherwise, under "service/". */
static const char *
service_name_2_3(struct arena *arena, const char *name)
{
	const char *last = strrchr(name, '/');

	if (last == NULL || strncmp(name, "service/", 8) != 0)
		return name;
	for (size_t i = 0; i < COUNT(service_renames); i++)
		if (strcmp(last + 1, service_renames[i].name_2_4) == 0)
			return arena_printf(arena, "%.*s/%s", (int)(last - name), name,
			    service_renames[i].name_2_3);
	return name;
}

static const struct dovecot_setting *
find_2_3(struct arena *arena, const struct dovecot_conf *conf, const char *name_2_4,
    enum meaning *ret_meaning)
{
	const char *name = service_name_2_3(arena, name_2_4);
	const struct dovecot_setting *setting;

	for (size_t i = 0; i < COUNT(renames); i++)
		if (strcmp(renames[i].name_2_4, name_2_4) == 0) {
			*ret_meaning = renames[i].meaning;
			return dovecot_conf_setting(conf, renames[i].name_2_3);
		}
	setting = dovecot_conf_setting(conf, name);
	/* 2.4 made plugins' settings global ones. */
	if (setting == NULL)
		setting = dovecot_conf_setting(conf, arena_printf(arena, "plugin/%s",
		    name));
	return setting;
}

const struct dovecot_setting *
dovecot_conf_lookup(struct arena *arena, const struct dovecot_conf *conf,
    const char *name_2_4, const char **ret_value)
{
	const struct dovecot_setting *setting;
	enum meaning meaning = SAME;

	if (conf->version == DOVECOT_2_4)
		setting = dovecot_conf_setting(conf, name_2_4);
	else if (strcmp(name_2_4, "log_debug") == 0)
		return lookup_debug(arena, conf, ret_value);
	else
		setting = find_2_3(arena, conf, name_2_4, &meaning);
	if (setting != NULL)
		*ret_value = meant_value(meaning, normal_value(arena, conf, setting));
	return setting;
}

void
dovecot_words(struct arena *arena, const char *value, const char ***ret_words,
    size_t *ret_count)
{
	const char **words = NULL;
	size_t count = 0, length;

	if (dovecot_list_words(arena, value, ret_words, ret_count) == NULL)
		return;
	/* Quotes that no list has: bytes of the words. */
	for (;;) {
		value += strspn(value, " \t,");
		length = strcspn(value, " \t,");
		if (length == 0)
			break;
		*arena_push(arena, &words, &count) = arena_memdup(arena, value, length);
		value += length;
	}
	*ret_words = words;
	*ret_count = count;
}
