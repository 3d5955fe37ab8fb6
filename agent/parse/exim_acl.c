#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "parse/exim_conf.h"

#define BLANKS " \t\r\n"

static const char *const verbs[] = {
	"accept", "defer", "deny", "discard", "drop", "require", "warn",
};

static bool
is_verb(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(name, verbs[i]) == 0)
			return true;
	return false;
}

/* The next name, blanks behind it passed over. */
static const char *
read_name(struct arena *arena, const char **cursor)
{
	size_t length = 0;
	const char *name;

	while (isalnum((unsigned char)(*cursor)[length]) ||
	    (*cursor)[length] == '_')
		length++;
	name = arena_memdup(arena, *cursor, length);
	*cursor += length;
	*cursor += strspn(*cursor, BLANKS);
	return name;
}

static void
add_condition(struct arena *arena, struct exim_rule *rule, const char *text)
{
	struct exim_condition *condition;

	if (*text == '\0')
		return;
	condition = arena_push(arena, &rule->conditions,
	    &rule->condition_count);
	condition->negated = *text == '!';
	text += condition->negated;
	text += strspn(text, BLANKS);
	condition->name = read_name(arena, &text);
	if (*text == '=')
		text += 1 + strspn(text + 1, BLANKS);
	condition->value = arena_strdup(arena, text);
}

void
exim_acl_rules(struct arena *arena, const struct exim_acl *acl,
    struct exim_rule **ret_rules, size_t *ret_count)
{
	struct exim_rule *rules = NULL;
	const char *text, *rest, *word;
	size_t count = 0, i;

	for (i = 0; i < acl->statement_count; i++) {
		text = acl->statements[i].text;
		text += strspn(text, BLANKS);
		rest = text;
		word = read_name(arena, &rest);
		if (is_verb(word)) {
			*arena_push(arena, &rules, &count) = (struct exim_rule){
			    .verb = word, .place = acl->statements[i].place };
			text = rest;
		}
		if (count > 0)
			add_condition(arena, &rules[count - 1], text);
	}
	*ret_rules = rules;
	*ret_count = count;
}
