/*
 * $name in 2.3, $SET:name in 2.4, $ENV:name in both. The environment is that
 * of Dovecot's master process, which nobody but it knows: every $ENV: is
 * empty, as it is there when the variable is not set.
 */
#include <string.h>

#include "base/cleanup.h"
#include "parse/dovecot_section.h"

struct expansion {
	const struct dovecot_section *section;
	const char *key;	/* the setting that gets the value */
	const char *token;	/* with its '$' */
	const char *name;
};

/* From the section outwards when a setting adds to itself, else here only. */
static const struct dovecot_setting *
find_visible(const struct dovecot_parser *parser, const struct expansion *expansion)
{
	const struct dovecot_section *section = expansion->section;
	bool outwards = strcmp(expansion->key, expansion->name) == 0;
	const struct dovecot_setting *setting;

	for (; section != NULL; section = outwards ? section->outer : NULL) {
		setting = dovecot_settings_find(&parser->settings, section->scope,
		    expansion->name);
		if (setting == NULL && parser->version == DOVECOT_2_4)
			setting = dovecot_settings_find(&parser->settings, section->scope,
			    dovecot_section_setting(parser->arena, section,
				expansion->name));
		if (setting != NULL)
			return setting;
	}
	return NULL;
}

static const char *
refusal_2_4(const struct dovecot_parser *parser, const struct expansion *expansion)
{
	if (dovecot_block_of(parser->version, expansion->name) == DOVECOT_BLOCK_UNKNOWN)
		return NULL;
	return "a list or block can't be expanded to a string";
}

static const char *
refusal_2_3(const struct dovecot_parser *parser, const struct expansion *expansion)
{
	/* A setting of a block is never found by its short name. */
	if (*expansion->section->path == '\0' ||
	    strcmp(expansion->key, expansion->name) != 0 ||
	    find_visible(parser, expansion) != NULL)
		return NULL;
	return "unknown variable";
}

static const char *
variable_value(const struct dovecot_parser *parser, const struct expansion *expansion,
    const char **ret_value)
{
	const struct dovecot_setting *setting;
	const char *problem = parser->version == DOVECOT_2_4 ?
	    refusal_2_4(parser, expansion) : refusal_2_3(parser, expansion);

	if (problem != NULL)
		return problem;
	setting = find_visible(parser, expansion);
	*ret_value = NULL;
	if (setting == NULL)
		*ret_value = dovecot_default_of(expansion->name);
	else if (!setting->from_file)
		*ret_value = setting->value;
	/* A default that we do not know, or a file's content: left as it is. */
	if (*ret_value == NULL)
		*ret_value = expansion->token;
	return NULL;
}

static const char *
token_value(const struct dovecot_parser *parser, struct expansion *expansion,
    const char **ret_value)
{
	const char *token = expansion->token;

	*ret_value = token;
	if (*token != '$')
		return NULL;
	if (strncmp(token, "$ENV:", 5) == 0) {
		*ret_value = "";
		return NULL;
	}
	if (parser->version == DOVECOT_2_3)
		expansion->name = token + 1;
	else if (strncmp(token, "$SET:", 5) == 0)
		expansion->name = token + 5;
	else
		return NULL;
	return variable_value(parser, expansion, ret_value);
}

/*
 * Words are what stands between spaces (a tab separates only behind a space);
 * several blanks become one.
 */
int
dovecot_expand(struct dovecot_parser *parser, const struct dovecot_line *line,
    const char **ret_value, struct err *err)
{
	struct expansion expansion = { .section = parser->section, .key = line->key };
	CLEANUP(buf_done) struct buf value;
	const char *text = line->value, *problem, *part;
	size_t length;
	bool full;

	buf_init(&value, CONF_MAX_LINE);
	for (;;) {
		length = strcspn(text, " ");
		expansion.token = arena_memdup(parser->arena, text, length);
		problem = token_value(parser, &expansion, &part);
		if (problem != NULL)
			return err_at(err, ERR_PARSE, line->place.file, line->place.line,
			    "%s: %s: %s", line->key, expansion.token, problem);
		full = buf_adds(&value, part) < 0;
		text += length;
		if (*text != '\0')
			full = full || buf_addc(&value, ' ') < 0;
		if (full)
			return err_at(err, ERR_LIMIT, line->place.file, line->place.line,
			    "%s: value longer than %u bytes", line->key, CONF_MAX_LINE);
		if (*text == '\0')
			break;
		text += strspn(text, " \t");
	}
	*ret_value = arena_memdup(parser->arena, value.bytes, value.length);
	return dovecot_settings_grow(&parser->settings, value.length, &line->place, err);
}
