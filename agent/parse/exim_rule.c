/*
 * Lines that stay text but that Exim reads through all the same: retry rules,
 * rewrite rules and ACL statements.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "parse/exim_private.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

/* A piece of a line, not terminated. */
struct span {
	const char *text;
	size_t length;
};

static bool
span_is(struct span span, const char *word)
{
	return span.length == strlen(word) &&
	    strncasecmp(span.text, word, span.length) == 0;
}

/* Exim compares as many letters as it sees: an abbreviation passes. */
static bool
span_starts(struct span span, const char *word)
{
	return span.length <= strlen(word) &&
	    strncasecmp(span.text, word, span.length) == 0;
}

/* rcpt_4xx and its kind: xx, a digit and x, or two digits. */
static bool
check_code(struct span error)
{
	const char *code = error.text + 6;

	if (error.length != 8)
		return false;
	if (exim_is_digit(code[0]))
		return exim_is_digit(code[1]) || code[1] == 'x';
	return code[0] == 'x' && code[1] == 'x';
}

static const char *
check_detail(struct span error, struct span head, struct span detail)
{
	static const char *const connects[] = {
		"A", "MX", "connect", "connect_A", "connect_MX", "DNS",
	};
	int seconds;
	size_t i;

	if (span_is(head, "quota"))
		return detail.text == NULL || exim_time_read(detail.text,
		    error.text[error.length], &seconds) ? NULL :
		    "bad time value";
	if (detail.text == NULL)
		return NULL;
	if (span_is(head, "refused"))
		return span_starts(detail, "MX") || span_starts(detail, "A") ?
		    NULL : "A or MX expected after \"refused\"";
	for (i = 0; i < COUNT(connects); i++)
		if (span_starts(detail, connects[i]))
			return NULL;
	return "\"A\", \"MX\", or \"connect\" expected after \"timeout\"";
}

/* What is wrong with the error name of a retry rule, NULL when nothing is. */
static const char *
check_error_name(struct span error)
{
	static const char *const plain[] = {
		"lost_connection", "tls_required", "lookup",
	};
	static const char *const codes[] = { "mail_4", "rcpt_4", "data_4" };
	const char *line = memchr(error.text, '_', error.length);
	struct span head = error, detail = { NULL, 0 };
	size_t i;

	if (line != NULL) {
		head.length = (size_t)(line - error.text);
		detail.text = line + 1;
		detail.length = error.length - head.length - 1;
	}
	if (span_is(head, "quota") || span_is(head, "refused") ||
	    span_is(head, "timeout"))
		return check_detail(error, head, detail);
	for (i = 0; i < COUNT(codes); i++)
		if (strncasecmp(error.text, codes[i], 6) == 0)
			return check_code(error) ? NULL : "mail_4, rcpt_4 and "
			    "data_4 must be followed by xx, dx, or dd";
	if (span_is(head, "auth") && detail.text != NULL &&
	    span_starts(detail, "failed"))
		return NULL;
	for (i = 0; i < COUNT(plain); i++)
		if (span_starts(error, plain[i]))
			return NULL;
	return span_is(error, "*") ? NULL : "unknown or malformed retry error";
}

/* An argument of a retry rule: a time, or a fixed-point number as factor. */
static const char *
read_argument(const char **text, bool factor, int *ret_value)
{
	const char *at = *text, *from;
	bool good;

	if (*at++ != ',')
		return "comma expected";
	from = at = exim_skip_space(at);
	while (exim_is_alpha(*at) || exim_is_digit(*at) ||
	    (factor && *at == '.'))
		at++;
	if (*at != '\0' && !exim_is_space(*at) && *at != ',' && *at != ';')
		return "comma or semicolon expected";
	good = factor ? exim_fixed_read(from, *at, ret_value) :
	    exim_time_read(from, *at, ret_value);
	if (!good)
		*ret_value = -1;
	*text = at;
	return NULL;
}

/* One of "F,time,time" and "G,time,time,factor"; H is as G. */
static const char *
check_retry_item(const char **text)
{
	char letter = *(*text)++;
	int timeout = 0, interval = 0, factor = 0;
	const char *problem = read_argument(text, false, &timeout);

	if (problem != NULL)
		return problem;
	letter = letter >= 'a' && letter <= 'z' ? (char)(letter - 32) : letter;
	if (letter != 'F' && letter != 'G' && letter != 'H')
		return "unknown retry rule letter";
	problem = read_argument(text, false, &interval);
	if (problem == NULL && letter != 'F')
		problem = read_argument(text, true, &factor);
	if (problem != NULL)
		return problem;
	if (timeout <= 0 || interval <= 0 || (letter != 'F' && factor < 1000))
		return "bad parameters for retry rule";
	*text = exim_skip_space(*text);
	if (**text == ';')
		*text = exim_skip_space(*text + 1);
	else if (**text != '\0')
		return "semicolon expected";
	return NULL;
}

static const char *
check_retry_rule(struct arena *arena, const char *text)
{
	const char *problem;
	struct span error;

	exim_dequote(arena, &text);
	error.text = exim_skip_space(text);
	for (text = error.text; *text > ' ' && *text < 0x7f; text++)
		;
	error.length = (size_t)(text - error.text);
	if (error.length == 0)
		return "missing error type in retry rule";
	problem = check_error_name(error);
	if (problem != NULL)
		return problem;
	text = exim_skip_space(text);
	if (strncmp(text, "senders", 7) == 0) {
		text = exim_skip_space(text + 7);
		if (*text++ != '=')
			return "\"=\" expected after \"senders\" in retry "
			    "rule";
		text = exim_skip_space(text);
		exim_dequote(arena, &text);
	}
	text = exim_skip_space(text);
	while (*text != '\0' && problem == NULL)
		problem = check_retry_item(&text);
	return problem;
}

int
exim_retry_check(struct exim_parse *parse, const struct exim_line *line)
{
	const char *problem = check_retry_rule(parse->arena, line->text);

	if (problem != NULL)
		return exim_refuse(parse, &line->place, "%s", problem);
	return 0;
}

int
exim_rewrite_check(struct exim_parse *parse, const struct conf_place *place,
    const char *rule, bool global)
{
	const char *at = rule, *key;

	key = exim_dequote(parse->arena, &at);
	at = exim_skip_space(at);
	if (*at == '\0')
		return exim_refuse(parse, place,
		    "missing rewrite replacement string");
	exim_dequote(parse->arena, &at);
	for (; *at != '\0'; at++) {
		if (strchr(" \tqwhsftcbrEFTQRS", *at) == NULL)
			return exim_refuse(parse, place, "unknown rewrite "
			    "flag character '%c' (could be missing quotes "
			    "round replacement item)", *at);
		if (*at == 'S' && *key != '^' && strncmp(key, "\\N^", 3) != 0)
			return exim_refuse(parse, place, "rewrite rule has "
			    "the S flag but is not a regular expression");
		if (!global && strchr("EFTS", *at) != NULL)
			return exim_refuse(parse, place, "rewrite rule "
			    "specifies a non-header rewrite, not allowed at "
			    "transport time");
	}
	return 0;
}

static const char *const acl_verbs[] = {
	"accept", "defer", "deny", "discard", "drop", "require", "warn",
};

/* In order of name. A modifier can't be negated; of all builds and releases. */
static const struct acl_word {
	const char *name;
	bool modifier;
} acl_words[] = {
	{ "acl", false }, { "add_header", true }, { "arc_status", false },
	{ "atrn_domains", false }, { "authenticated", false },
	{ "bmi_optin", true }, { "condition", false }, { "continue", true },
	{ "control", true }, { "dcc", false }, { "decode", false },
	{ "delay", true }, { "dkim_signers", false },
	{ "dkim_status", false }, { "dmarc_status", false },
	{ "dnslists", false }, { "domains", false }, { "encrypted", false },
	{ "endpass", true }, { "hosts", false }, { "local_parts", false },
	{ "log_message", true }, { "log_reject_target", true },
	{ "logwrite", true }, { "malware", false }, { "message", true },
	{ "mime_regex", false }, { "queue", true }, { "ratelimit", false },
	{ "recipients", false }, { "regex", false },
	{ "remove_header", true }, { "seen", false },
	{ "sender_domains", false }, { "senders", false }, { "set", true },
	{ "spam", false }, { "spf", false }, { "spf_guess", false },
	{ "udpsend", true }, { "verify", false },
};

static int
compare_word(const void *key, const void *word)
{
	return strcmp(key, ((const struct acl_word *)word)->name);
}

static const struct acl_word *
acl_word_find(const struct exim_parse *parse, const char *name)
{
	const struct acl_word *word = bsearch(name, acl_words,
	    COUNT(acl_words), sizeof(*acl_words), compare_word);

	if (word != NULL && exim_macro_listed(parse, word->modifier ?
	    "_ACL_MOD" : "_ACL_COND", "", name) == EXIM_NOT_LISTED)
		return NULL;
	return word;
}

static const char *
acl_verb_find(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT(acl_verbs); i++)
		if (strcmp(acl_verbs[i], name) == 0)
			return acl_verbs[i];
	return NULL;
}

/* "set acl_c_NAME", "set acl_m0" or "set dkim_verify_status" up to its '='. */
static const char *
skip_variable(const char *text)
{
	static const char *const dkim[] = {
		"dkim_verify_status", "dkim_verify_reason",
	};
	size_t i;

	for (i = 0; i < COUNT(dkim); i++)
		if (strncmp(text, dkim[i], 18) == 0)
			return exim_is_alpha(text[18]) ||
			    exim_is_digit(text[18]) ? NULL :
			    exim_skip_space(text + 18);
	if (strncmp(text, "acl_c", 5) != 0 && strncmp(text, "acl_m", 5) != 0)
		return NULL;
	text += 5;
	if (!exim_is_digit(*text) && *text != '_')
		return NULL;
	while (exim_is_name(*text))
		text++;
	if (*text != '\0' && *text != '=' && !exim_is_space(*text))
		return NULL;
	return exim_skip_space(text);
}

bool
exim_acl_ends(const char *text)
{
	char name[EXIM_NAME_SIZE];

	text = exim_skip_space(text);
	if (*text == '!')
		text++;
	text = exim_name_read(text, name);
	return text != NULL && (*text == ':' ||
	    (exim_is_upper(*name) && *text == '='));
}

static int
check_condition(struct exim_parse *parse, const struct exim_line *line,
    const char *verb, const char *name, const char *rest, bool negated)
{
	const struct acl_word *word = acl_word_find(parse, name);

	if (word == NULL)
		return exim_refuse(parse, &line->place, "error in ACL: unknown "
		    "ACL condition/modifier \"%s\"", name);
	if (negated && word->modifier)
		return exim_refuse(parse, &line->place, "error in ACL: "
		    "negation is not allowed with \"%s\"", name);
	if (strcmp(name, "endpass") == 0) {
		if (strcmp(verb, "accept") == 0 || strcmp(verb, "discard") == 0)
			return 0;
		return exim_refuse(parse, &line->place, "error in ACL: "
		    "\"endpass\" is not allowed with \"%s\"", verb);
	}
	if (strcmp(name, "set") == 0) {
		rest = skip_variable(rest);
		if (rest == NULL)
			return exim_refuse(parse, &line->place, "error in ACL: "
			    "invalid variable name after \"set\"");
	}
	if (*rest != '=')
		return exim_refuse(parse, &line->place, "error in ACL: \"=\" "
		    "missing after ACL \"%s\" %s", name,
		    word->modifier ? "modifier" : "condition");
	return 0;
}

int
exim_acl_check(struct exim_parse *parse, const struct exim_line *line,
    const char **verb)
{
	const char *text = exim_skip_space(line->text), *found;
	bool negated = *text == '!';
	char name[EXIM_NAME_SIZE];

	text = exim_name_read(text + negated, name);
	if (text == NULL)
		return exim_refuse(parse, &line->place,
		    "exim item name too long (over %d characters)",
		    EXIM_NAME_SIZE - 1);
	found = acl_verb_find(name);
	if (found == NULL && *verb == NULL)
		return exim_refuse(parse, &line->place, "error in ACL: "
		    "unknown ACL verb \"%s\"", name);
	if (found != NULL) {
		if (negated)
			return exim_refuse(parse, &line->place, "error in "
			    "ACL: malformed ACL line, \"%s\" negated", name);
		*verb = found;
		if (*text == '\0')
			return 0;
		negated = *text == '!';
		text = exim_name_read(text + negated, name);
		if (text == NULL)
			return exim_refuse(parse, &line->place,
			    "exim item name too long (over %d characters)",
			    EXIM_NAME_SIZE - 1);
	}
	return check_condition(parse, line, *verb, name, text, negated);
}
