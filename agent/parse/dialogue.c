#include "parse/dialogue.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define NAME_MAX_BYTES 255

enum answer {
	ANSWER_PART,		/* a line of a reply that goes on */
	ANSWER_OK,
	ANSWER_CHALLENGE,	/* 334, "+": the server waits for a response */
	ANSWER_LATER,		/* 4xx */
	ANSWER_REFUSED,		/* 5xx, NO, BAD, -ERR */
	ANSWER_GONE,		/* the server ends the talk */
	ANSWER_LIMIT,		/* the same, because of a limit */
	ANSWER_BROKEN,		/* not this protocol; why is set */
};

/* A command and its reply; rows that goal and wanted do not choose are left out. */
struct step {
	const char *command;	/* NULL: the greeting */
	const char *rest;	/* behind command and the name; NULL = no name */
	const char *pipelined;	/* sent in the same write for INJECTION */
	unsigned goals;		/* 0 = every one */
	unsigned code;		/* the only SMTP success; 0 = any 2xx */
	char tag;		/* of an IMAP command */
	bool challenge;		/* may be answered by one */
	bool multiline;		/* POP3: a dot ends it */
	bool (*wanted)(const struct dialogue *dialogue);
	void (*learn)(struct dialogue *dialogue, const char *line);
	/* Leaves state alone to go on; NULL: anything but OK is FAILED. */
	void (*judge)(struct dialogue *dialogue, enum answer answer,
	    const char *line);
};

struct language {
	const char *name;
	enum answer (*read_line)(struct dialogue *dialogue,
	    const struct step *step, const char *line);
	const struct step *steps;
	size_t step_count;
	unsigned goals;
	const char *goodbye;
};

#define GOAL(goal) (1u << (goal))
#define GOALS_TLS (GOAL(DIALOGUE_STARTTLS) | GOAL(DIALOGUE_CLEAR_LOGIN) | \
	GOAL(DIALOGUE_INJECTION))

static void
copy_text(char text[PROBE_TEXT_MAX], const char *from)
{
	size_t length = strnlen(from, PROBE_TEXT_MAX - 1);

	memcpy(text, from, length);
	text[length] = '\0';
}

static void
end_with(struct dialogue *dialogue, enum dialogue_state state, const char *why)
{
	dialogue->state = state;
	copy_text(dialogue->why, why);
}

static enum answer
broken(struct dialogue *dialogue, const char *what, const char *line)
{
	snprintf(dialogue->why, sizeof(dialogue->why), "%s: %.200s", what, line);
	return ANSWER_BROKEN;
}

/* Behind the word, when line begins with it as a whole word; else NULL. */
static const char *
behind_word(const char *line, const char *word)
{
	size_t length = strlen(word);

	if (strncasecmp(line, word, length) != 0)
		return NULL;
	if (line[length] == '\0')
		return line + length;
	return line[length] == ' ' ? line + length + 1 : NULL;
}

/*
 * Limits have no code of their own outside SMTP (IMAP: UNAVAILABLE and LIMIT
 * of RFC 5530, POP3: IN-USE and SYS/TEMP of RFC 2449 and 3206, Sieve: TRYLATER
 * of RFC 5804); Dovecot has words only.
 */
static bool
speaks_of_limit(const char *line)
{
	static const char *const words[] = {
		"too many", "limit", "maximum number", "unavailable", "in-use",
		"sys/temp", "trylater", "try again", "try later",
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasestr(line, words[i]) != NULL)
			return true;
	return false;
}

static enum answer
answer_gone(const char *line)
{
	return speaks_of_limit(line) ? ANSWER_LIMIT : ANSWER_GONE;
}

/* ---- mechanisms ---- */

static bool
mechanism_listed(const struct dialogue *dialogue, const char *name,
    size_t length)
{
	const char *at = dialogue->mechanisms;

	while (*at != '\0') {
		size_t word = strcspn(at, " ");

		if (word == length && strncasecmp(at, name, length) == 0)
			return true;
		at += word + strspn(at + word, " ");
	}
	return false;
}

static char
upper_case(char byte)
{
	return byte >= 'a' && byte <= 'z' ? (char)(byte - 'a' + 'A') : byte;
}

static void
add_mechanism(struct dialogue *dialogue, const char *name, size_t length)
{
	size_t used = strlen(dialogue->mechanisms);
	size_t i;

	if (length == 0 || mechanism_listed(dialogue, name, length))
		return;
	if (used + length + 2 > sizeof(dialogue->mechanisms)) {
		end_with(dialogue, DIALOGUE_FAILED, "too many login mechanisms");
		return;
	}
	if (used > 0)
		dialogue->mechanisms[used++] = ' ';
	for (i = 0; i < length; i++)
		dialogue->mechanisms[used + i] = upper_case(name[i]);
	dialogue->mechanisms[used + length] = '\0';
}

static void
add_mechanisms(struct dialogue *dialogue, const char *names)
{
	names += strspn(names, " ");
	while (*names != '\0' && dialogue->state == DIALOGUE_MORE) {
		size_t length = strcspn(names, " ");

		add_mechanism(dialogue, names, length);
		names += length + strspn(names + length, " ");
	}
}

static bool
is_challenged(const struct dialogue *dialogue)
{
	return dialogue->challenged;
}

static bool
is_starttls_offered(const struct dialogue *dialogue)
{
	return dialogue->starttls != PROBE_NO;
}

/* ---- judges of more than one protocol ---- */

/* Whatever capabilities did not name is not offered. */
static void
end_capabilities(struct dialogue *dialogue)
{
	dialogue->mechanisms_seen = true;
	if (dialogue->starttls == PROBE_UNKNOWN)
		dialogue->starttls = PROBE_NO;
}

static void
judge_greeting(struct dialogue *dialogue, enum answer answer, const char *line)
{
	if (answer == ANSWER_LATER ||
	    (answer == ANSWER_REFUSED && dialogue->code == 0 &&
	    speaks_of_limit(line)))
		end_with(dialogue, DIALOGUE_BUSY, line);
	else if (answer != ANSWER_OK)
		end_with(dialogue, DIALOGUE_FAILED, line);
}

static void
judge_capabilities(struct dialogue *dialogue, enum answer answer,
    const char *line)
{
	if (answer == ANSWER_OK)
		end_capabilities(dialogue);
	else
		end_with(dialogue, DIALOGUE_FAILED, line);
}

static void
judge_clear_login(struct dialogue *dialogue, enum answer answer,
    const char *line)
{
	dialogue->challenged = answer == ANSWER_CHALLENGE;
	if (answer == ANSWER_LATER)
		copy_text(dialogue->why, line);
	else
		dialogue->clear_login = answer == ANSWER_REFUSED ?
		    PROBE_NO : PROBE_YES;
}

static void
judge_nothing(struct dialogue *dialogue, enum answer answer, const char *line)
{
	(void)dialogue;
	(void)answer;
	(void)line;
}

static void
judge_starttls(struct dialogue *dialogue, enum answer answer, const char *line)
{
	if (answer == ANSWER_OK) {
		dialogue->starttls = PROBE_YES;
		dialogue->state = DIALOGUE_TLS;
		return;
	}
	/*
	 * 454: "TLS not available due to temporary reason", RFC 3207 4. It is
	 * offered all the same; what TLS would be like nobody knows. Where the
	 * capabilities were not read a refusal says that it is not.
	 */
	if (dialogue->starttls == PROBE_UNKNOWN)
		dialogue->starttls = PROBE_NO;
	end_with(dialogue, DIALOGUE_DONE, line);
}

/* ---- SMTP ---- */

/* RFC 5321 4.2.1: every line of a reply has the code, a hyphen says more come. */
static enum answer
read_smtp_line(struct dialogue *dialogue, const struct step *step,
    const char *line)
{
	unsigned code;

	if (strspn(line, "0123456789") != 3 || line[0] < '2' || line[0] > '5' ||
	    (line[3] != '\0' && line[3] != ' ' && line[3] != '-'))
		return broken(dialogue, "not an SMTP reply", line);
	code = (unsigned)((line[0] - '0') * 100 + (line[1] - '0') * 10 +
	    line[2] - '0');
	if (dialogue->code != 0 && dialogue->code != code)
		return broken(dialogue, "the codes of one reply differ", line);
	dialogue->code = code;
	if (code == 421)
		return ANSWER_LIMIT;
	if (line[3] == '-')
		return ANSWER_PART;
	if (code == 334 && step->challenge)
		return ANSWER_CHALLENGE;
	if (code >= 500)
		return ANSWER_REFUSED;
	if (code >= 400)
		return ANSWER_LATER;
	if (code >= 300 || (step->code != 0 && code != step->code))
		return broken(dialogue, "unexpected reply", line);
	return ANSWER_OK;
}

static void
learn_smtp_capability(struct dialogue *dialogue, const char *line)
{
	const char *keyword = line[3] == '\0' ? line + 3 : line + 4;
	const char *mechanisms = behind_word(keyword, "AUTH");

	/* The first line is the server's name. */
	if (dialogue->line_count == 0 || dialogue->code != 250)
		return;
	if (behind_word(keyword, "STARTTLS") != NULL)
		dialogue->starttls = PROBE_YES;
	/* "AUTH=" is of the drafts before RFC 2554, for clients of that time. */
	if (mechanisms == NULL && strncasecmp(keyword, "AUTH=", 5) == 0)
		mechanisms = keyword + 5;
	if (mechanisms != NULL)
		add_mechanisms(dialogue, mechanisms);
}

static void
judge_ehlo(struct dialogue *dialogue, enum answer answer, const char *line)
{
	judge_capabilities(dialogue, answer, line);
	if (dialogue->goal == DIALOGUE_CLEAR_LOGIN &&
	    dialogue->mechanisms[0] != '\0')
		dialogue->clear_login = PROBE_YES;
}

static bool
is_auth_not_offered(const struct dialogue *dialogue)
{
	return dialogue->mechanisms[0] == '\0';
}

/*
 * A sender that is not taken says nothing about relaying, but for 530,
 * "Authentication required" (RFC 4954 6); before STARTTLS the same code asks for
 * that (RFC 3207 4).
 */
static void
judge_mail(struct dialogue *dialogue, enum answer answer, const char *line)
{
	if (answer == ANSWER_OK)
		return;
	if (dialogue->code == 530 && strcasestr(line, "TLS") == NULL)
		dialogue->relay = PROBE_NO;
	end_with(dialogue, DIALOGUE_DONE, line);
}

/* In whichever line of the reply it stands. */
static void
learn_relay_refusal(struct dialogue *dialogue, const char *line)
{
	dialogue->relay_said |= strcasestr(line, "relay") != NULL ||
	    strcasestr(line, "authent") != NULL;
}

/*
 * A recipient may be refused for being no good: the domain takes no mail (RFC
 * 7505), which an open relay may look up as well. Only a refusal that speaks of
 * relaying, or wants a login, says that there is none.
 */
static void
judge_rcpt(struct dialogue *dialogue, enum answer answer, const char *line)
{
	if (answer == ANSWER_OK)
		dialogue->relay = PROBE_YES;
	else if (answer != ANSWER_LATER && (dialogue->relay_said ||
	    dialogue->code == 530))
		dialogue->relay = PROBE_NO;
	else
		copy_text(dialogue->why, line);
}

static const struct step smtp_steps[] = {
	{ .code = 220, .judge = judge_greeting },
	{ .command = "EHLO ", .rest = "\r\n", .code = 250,
	  .learn = learn_smtp_capability, .judge = judge_ehlo },
	{ .command = "AUTH PLAIN\r\n", .goals = GOAL(DIALOGUE_CLEAR_LOGIN),
	  .challenge = true, .wanted = is_auth_not_offered,
	  .judge = judge_clear_login },
	{ .command = "*\r\n", .wanted = is_challenged, .judge = judge_nothing },
	{ .command = "STARTTLS\r\n", .goals = GOALS_TLS, .code = 220,
	  .pipelined = "NOOP\r\n", .wanted = is_starttls_offered,
	  .judge = judge_starttls },
	{ .command = "MAIL FROM:<postmaster@", .rest = ">\r\n", .code = 250,
	  .goals = GOAL(DIALOGUE_RELAY), .judge = judge_mail },
	/*
	 * A domain for documentation, RFC 6761, in an address without the word
	 * that a refusal, which may repeat it, is read for; DATA is never said.
	 */
	{ .command = "RCPT TO:<cpward-probe@example.net>\r\n",
	  .goals = GOAL(DIALOGUE_RELAY), .learn = learn_relay_refusal,
	  .judge = judge_rcpt },
	{ .command = "RSET\r\n", .goals = GOAL(DIALOGUE_RELAY),
	  .judge = judge_nothing },
};

/* ---- IMAP ---- */

static bool
ends_in_literal(const char *line)
{
	size_t length = strlen(line);
	size_t digits = 0;

	if (length < 3 || line[length - 1] != '}')
		return false;
	length--;
	if (line[length - 1] == '+')
		length--;
	while (length > 0 && line[length - 1] >= '0' && line[length - 1] <= '9') {
		length--;
		digits++;
	}
	return digits > 0 && length > 0 && line[length - 1] == '{';
}

static enum answer
read_imap_untagged(struct dialogue *dialogue, const struct step *step,
    const char *line)
{
	if (behind_word(line + 2, "BYE") != NULL)
		return answer_gone(line);
	if (step->command != NULL)
		return ANSWER_PART;
	if (behind_word(line + 2, "OK") != NULL)
		return ANSWER_OK;
	/* PREAUTH too: who is logged in by his address can't be asked more. */
	return broken(dialogue, "unexpected greeting", line);
}

static enum answer
read_imap_line(struct dialogue *dialogue, const struct step *step,
    const char *line)
{
	if (ends_in_literal(line))
		return broken(dialogue, "unexpected literal", line);
	if (strncmp(line, "* ", 2) == 0)
		return read_imap_untagged(dialogue, step, line);
	if (step->challenge && behind_word(line, "+") != NULL)
		return ANSWER_CHALLENGE;
	if (step->command != NULL && line[0] == dialogue->tag &&
	    line[1] == ' ') {
		if (behind_word(line + 2, "OK") != NULL)
			return ANSWER_OK;
		if (behind_word(line + 2, "NO") != NULL ||
		    behind_word(line + 2, "BAD") != NULL)
			return ANSWER_REFUSED;
	}
	return broken(dialogue, "not an IMAP reply", line);
}

static void
learn_imap_word(struct dialogue *dialogue, const char *word, size_t length)
{
	if (length == 8 && strncasecmp(word, "STARTTLS", 8) == 0)
		dialogue->starttls = PROBE_YES;
	else if (length == 13 && strncasecmp(word, "LOGINDISABLED", 13) == 0)
		dialogue->login_disabled = true;
	else if (length > 5 && strncasecmp(word, "AUTH=", 5) == 0)
		add_mechanism(dialogue, word + 5, length - 5);
}

static void
learn_imap_capability(struct dialogue *dialogue, const char *line)
{
	const char *at = behind_word(line, "* CAPABILITY");

	if (at == NULL)
		return;
	while (*at != '\0' && dialogue->state == DIALOGUE_MORE) {
		size_t length = strcspn(at, " ");

		learn_imap_word(dialogue, at, length);
		at += length + strspn(at + length, " ");
	}
}

static void
judge_imap_capability(struct dialogue *dialogue, enum answer answer,
    const char *line)
{
	judge_capabilities(dialogue, answer, line);
	/* The command LOGIN needs no capability, only its absence has one. */
	if (answer == ANSWER_OK && !dialogue->login_disabled)
		add_mechanism(dialogue, "LOGIN", 5);
}

/*
 * A server without the mechanism PLAIN refuses it though its LOGIN works: then
 * the missing LOGINDISABLED counts, as SMTP's offer does.
 */
static void
judge_imap_login(struct dialogue *dialogue, enum answer answer,
    const char *line)
{
	judge_clear_login(dialogue, answer, line);
	if (answer == ANSWER_REFUSED && !dialogue->login_disabled &&
	    strcasestr(line, "[PRIVACYREQUIRED]") == NULL)
		dialogue->clear_login = PROBE_YES;
}

static const struct step imap_steps[] = {
	{ .judge = judge_greeting },
	{ .command = "a CAPABILITY\r\n", .tag = 'a',
	  .learn = learn_imap_capability, .judge = judge_imap_capability },
	{ .command = "b AUTHENTICATE PLAIN\r\n", .tag = 'b',
	  .goals = GOAL(DIALOGUE_CLEAR_LOGIN), .challenge = true,
	  .judge = judge_imap_login },
	{ .command = "*\r\n", .wanted = is_challenged, .judge = judge_nothing },
	{ .command = "c STARTTLS\r\n", .tag = 'c', .goals = GOALS_TLS,
	  .pipelined = "d NOOP\r\n", .wanted = is_starttls_offered,
	  .judge = judge_starttls },
};

/* ---- POP3 ---- */

static enum answer
read_pop3_line(struct dialogue *dialogue, const struct step *step,
    const char *line)
{
	if (step->multiline && dialogue->line_count > 0)
		return strcmp(line, ".") == 0 ? ANSWER_OK : ANSWER_PART;
	if (behind_word(line, "+OK") != NULL)
		return step->multiline ? ANSWER_PART : ANSWER_OK;
	if (behind_word(line, "-ERR") != NULL)
		return ANSWER_REFUSED;
	if (step->challenge && behind_word(line, "+") != NULL)
		return ANSWER_CHALLENGE;
	return broken(dialogue, "not a POP3 reply", line);
}

static void
learn_pop3_capability(struct dialogue *dialogue, const char *line)
{
	const char *mechanisms = behind_word(line, "SASL");

	if (dialogue->line_count == 0)
		return;
	if (behind_word(line, "STLS") != NULL)
		dialogue->starttls = PROBE_YES;
	else if (behind_word(line, "USER") != NULL)
		add_mechanism(dialogue, "USER", 4);
	else if (mechanisms != NULL) {
		dialogue->sasl_listed = true;
		add_mechanisms(dialogue, mechanisms);
	}
}

/* A server older than CAPA may have STLS all the same: it is tried. */
static void
judge_pop3_capa(struct dialogue *dialogue, enum answer answer, const char *line)
{
	(void)line;
	if (answer == ANSWER_OK)
		end_capabilities(dialogue);
}

/* AUTH was refused, but that need not hold for USER. */
static bool
is_user_open(const struct dialogue *dialogue)
{
	return dialogue->clear_login == PROBE_NO && (!dialogue->sasl_listed ||
	    mechanism_listed(dialogue, "USER", 4));
}

static const struct step pop3_steps[] = {
	{ .judge = judge_greeting },
	{ .command = "CAPA\r\n", .multiline = true,
	  .learn = learn_pop3_capability, .judge = judge_pop3_capa },
	{ .command = "AUTH PLAIN\r\n", .goals = GOAL(DIALOGUE_CLEAR_LOGIN),
	  .challenge = true, .judge = judge_clear_login },
	{ .command = "*\r\n", .wanted = is_challenged, .judge = judge_nothing },
	{ .command = "USER cpward-probe\r\n",
	  .goals = GOAL(DIALOGUE_CLEAR_LOGIN), .wanted = is_user_open,
	  .judge = judge_clear_login },
	{ .command = "STLS\r\n", .goals = GOALS_TLS, .pipelined = "CAPA\r\n",
	  .wanted = is_starttls_offered, .judge = judge_starttls },
};

/* ---- ManageSieve ---- */

/* RFC 5804 1.2, 1.3; the challenge is a string, empty for PLAIN. */
static enum answer
read_sieve_line(struct dialogue *dialogue, const struct step *step,
    const char *line)
{
	if (behind_word(line, "OK") != NULL)
		return ANSWER_OK;
	if (behind_word(line, "NO") != NULL)
		return ANSWER_REFUSED;
	if (behind_word(line, "BYE") != NULL)
		return answer_gone(line);
	if (step->challenge) {
		if (strcmp(line, "{0}") == 0 || strcmp(line, "{0+}") == 0)
			return ANSWER_PART;
		if (line[0] == '"' || line[0] == '\0')
			return ANSWER_CHALLENGE;
	}
	if (line[0] != '"' || ends_in_literal(line))
		return broken(dialogue, "not a ManageSieve reply", line);
	return ANSWER_PART;
}

static void
learn_sieve_capability(struct dialogue *dialogue, const char *line)
{
	static const char sasl[] = "\"SASL\" \"";

	if (strcasecmp(line, "\"STARTTLS\"") == 0)
		dialogue->starttls = PROBE_YES;
	if (strncasecmp(line, sasl, sizeof(sasl) - 1) == 0) {
		char names[DIALOGUE_MECHANISMS_MAX];
		const char *from = line + sizeof(sasl) - 1;
		size_t length = strcspn(from, "\"");

		if (length >= sizeof(names)) {
			end_with(dialogue, DIALOGUE_FAILED,
			    "too many login mechanisms");
			return;
		}
		memcpy(names, from, length);
		names[length] = '\0';
		add_mechanisms(dialogue, names);
	}
}

static void
judge_sieve_greeting(struct dialogue *dialogue, enum answer answer,
    const char *line)
{
	judge_greeting(dialogue, answer, line);
	if (answer == ANSWER_OK)
		end_capabilities(dialogue);
}

static const struct step sieve_steps[] = {
	{ .learn = learn_sieve_capability, .judge = judge_sieve_greeting },
	{ .command = "AUTHENTICATE \"PLAIN\"\r\n",
	  .goals = GOAL(DIALOGUE_CLEAR_LOGIN), .challenge = true,
	  .judge = judge_clear_login },
	{ .command = "\"*\"\r\n", .wanted = is_challenged,
	  .judge = judge_nothing },
	{ .command = "STARTTLS\r\n", .goals = GOALS_TLS,
	  .pipelined = "CAPABILITY\r\n", .wanted = is_starttls_offered,
	  .judge = judge_starttls },
};

/* ---- HTTP ---- */

/* RFC 9112 4: HTTP-version SP status-code SP [ reason-phrase ]. */
static enum answer
read_http_status(struct dialogue *dialogue, const char *line)
{
	if (strncmp(line, "HTTP/1.", 7) != 0 || line[7] < '0' || line[7] > '9' ||
	    line[8] != ' ' || strspn(line + 9, "0123456789") != 3 ||
	    line[9] < '1' || line[9] > '5' ||
	    (line[12] != ' ' && line[12] != '\0'))
		return broken(dialogue, "not an HTTP status line", line);
	dialogue->http_status = (unsigned)((line[9] - '0') * 100 +
	    (line[10] - '0') * 10 + line[11] - '0');
	return ANSWER_PART;
}

static enum answer
read_http_line(struct dialogue *dialogue, const struct step *step,
    const char *line)
{
	size_t name;

	(void)step;
	if (dialogue->http_status == 0)
		return read_http_status(dialogue, line);
	if (line[0] == '\0') {
		if (dialogue->http_status >= 200)
			return ANSWER_OK;
		/* 1xx: the real reply follows. */
		dialogue->http_status = 0;
		dialogue->location[0] = dialogue->hsts[0] = '\0';
		return ANSWER_PART;
	}
	/* A folded line, or blanks before the colon, is how requests are smuggled. */
	name = strcspn(line, ": \t");
	if (name == 0 || line[name] != ':')
		return broken(dialogue, "not an HTTP header", line);
	return ANSWER_PART;
}

static void
keep_header(const char *line, const char *name, char value[PROBE_TEXT_MAX])
{
	size_t length = strlen(name);
	const char *from;

	/* RFC 6797 8.1: of several only the first counts. */
	if (value[0] != '\0' || strncasecmp(line, name, length) != 0)
		return;
	from = line + length + strspn(line + length, " \t");
	copy_text(value, from);
	length = strlen(value);
	while (length > 0 && strchr(" \t", value[length - 1]) != NULL)
		value[--length] = '\0';
}

static void
learn_http_header(struct dialogue *dialogue, const char *line)
{
	keep_header(line, "Location:", dialogue->location);
	keep_header(line, "Strict-Transport-Security:", dialogue->hsts);
}

static const struct step http_steps[] = {
	{ .command = "GET / HTTP/1.1\r\nHost: ",
	  .rest = "\r\nUser-Agent: cpward/" CPWARD_VERSION "\r\n"
	      "Connection: close\r\n\r\n",
	  .learn = learn_http_header },
};

/* ---- the machine ---- */

#define STEPS(table) .steps = (table), \
	.step_count = sizeof(table) / sizeof((table)[0])

static const struct language smtp = {
	.name = "SMTP", .read_line = read_smtp_line, STEPS(smtp_steps),
	.goals = GOALS_TLS | GOAL(DIALOGUE_RELAY), .goodbye = "QUIT\r\n",
};
static const struct language imap = {
	.name = "IMAP", .read_line = read_imap_line, STEPS(imap_steps),
	.goals = GOALS_TLS, .goodbye = "z LOGOUT\r\n",
};
static const struct language pop3 = {
	.name = "POP3", .read_line = read_pop3_line, STEPS(pop3_steps),
	.goals = GOALS_TLS, .goodbye = "QUIT\r\n",
};
static const struct language sieve = {
	.name = "ManageSieve", .read_line = read_sieve_line, STEPS(sieve_steps),
	.goals = GOALS_TLS, .goodbye = "LOGOUT\r\n",
};
static const struct language http = {
	.name = "HTTP", .read_line = read_http_line, STEPS(http_steps),
	.goals = GOAL(DIALOGUE_HTTP), .goodbye = "",
};

static const struct {
	const struct language *language;
	bool implicit;
} protocols[PROBE_PROTOCOL_COUNT] = {
	[PROBE_TLS] = { NULL, true },
	[PROBE_SMTP] = { &smtp, false },
	[PROBE_SMTPS] = { &smtp, true },
	[PROBE_IMAP] = { &imap, false },
	[PROBE_IMAPS] = { &imap, true },
	[PROBE_POP3] = { &pop3, false },
	[PROBE_POP3S] = { &pop3, true },
	[PROBE_SIEVE] = { &sieve, false },
	[PROBE_HTTP] = { &http, false },
	[PROBE_HTTPS] = { &http, true },
};

static const struct language *
language_of(enum probe_protocol protocol)
{
	return protocols[protocol].language;
}

static const struct step *
current_step(const struct dialogue *dialogue)
{
	return &language_of(dialogue->protocol)->steps[dialogue->step];
}

static void
say(struct dialogue *dialogue, const char *text)
{
	size_t length = strlen(text);

	if (length > sizeof(dialogue->out) - dialogue->out_length) {
		end_with(dialogue, DIALOGUE_FAILED,
		    "replies came before their commands");
		return;
	}
	memcpy(dialogue->out + dialogue->out_length, text, length);
	dialogue->out_length += length;
}

static void
say_command(struct dialogue *dialogue, const struct step *step)
{
	if (step->command == NULL)
		return;
	if (step->tag != '\0')
		dialogue->tag = step->tag;
	say(dialogue, step->command);
	if (step->rest != NULL) {
		say(dialogue, dialogue->name);
		say(dialogue, step->rest);
	}
	if (step->pipelined != NULL && dialogue->goal == DIALOGUE_INJECTION)
		say(dialogue, step->pipelined);
}

/* Begins the first step at or behind dialogue->step that is to be taken. */
static void
take_step(struct dialogue *dialogue)
{
	const struct language *language = language_of(dialogue->protocol);

	dialogue->line_count = 0;
	dialogue->code = 0;
	for (; dialogue->step < language->step_count; dialogue->step++) {
		const struct step *step = current_step(dialogue);

		if (step->goals != 0 && !(step->goals & GOAL(dialogue->goal)))
			continue;
		if (step->wanted != NULL && !step->wanted(dialogue))
			continue;
		say_command(dialogue, step);
		return;
	}
	dialogue->state = DIALOGUE_DONE;
}

static void
take_answer(struct dialogue *dialogue, const struct step *step,
    enum answer answer, const char *line)
{
	if (answer == ANSWER_LIMIT) {
		end_with(dialogue, DIALOGUE_BUSY, line);
	} else if (answer == ANSWER_GONE) {
		end_with(dialogue, DIALOGUE_FAILED, line);
	} else if (step->judge != NULL) {
		step->judge(dialogue, answer, line);
	} else if (answer != ANSWER_OK) {
		end_with(dialogue, DIALOGUE_FAILED, line);
	}
	if (dialogue->state != DIALOGUE_MORE)
		return;
	dialogue->step++;
	take_step(dialogue);
}

static void
take_line(struct dialogue *dialogue)
{
	const struct step *step = current_step(dialogue);
	char *line = dialogue->line;
	enum answer answer;

	if (dialogue->line_length > 0 && line[dialogue->line_length - 1] == '\r')
		dialogue->line_length--;
	line[dialogue->line_length] = '\0';
	dialogue->line_length = 0;
	if (step->command == NULL && dialogue->line_count == 0)
		copy_text(dialogue->greeting, line);
	answer = language_of(dialogue->protocol)->read_line(dialogue, step, line);
	if (answer == ANSWER_BROKEN) {
		dialogue->state = DIALOGUE_FAILED;
		return;
	}
	if (step->learn != NULL)
		step->learn(dialogue, line);
	if (dialogue->state != DIALOGUE_MORE)
		return;
	if (answer != ANSWER_PART)
		take_answer(dialogue, step, answer, line);
	else if (++dialogue->line_count >= DIALOGUE_REPLY_LINES)
		end_with(dialogue, DIALOGUE_FAILED, "reply of too many lines");
}

static bool
name_is_sound(const char *name)
{
	size_t length = name == NULL ? 0 : strlen(name);
	size_t i;

	for (i = 0; i < length; i++)
		if ((unsigned char)name[i] <= ' ' || name[i] == '\x7f' ||
		    strchr("<>@", name[i]) != NULL)
			return false;
	return length > 0 && length <= NAME_MAX_BYTES;
}

void
dialogue_begin(struct dialogue *dialogue, enum probe_protocol protocol,
    enum dialogue_goal goal, const char *name)
{
	const struct language *language = language_of(protocol);

	memset(dialogue, 0, sizeof(*dialogue));
	dialogue->protocol = protocol;
	dialogue->goal = goal;
	dialogue->name = name;
	if (protocols[protocol].implicit && (GOAL(goal) & GOALS_TLS)) {
		dialogue->state = DIALOGUE_TLS;
	} else if (language == NULL || !(language->goals & GOAL(goal))) {
		end_with(dialogue, DIALOGUE_FAILED,
		    "this can not be asked in this protocol");
	} else if (!name_is_sound(name)) {
		end_with(dialogue, DIALOGUE_FAILED,
		    "no name to present that the protocol permits");
	} else {
		take_step(dialogue);
	}
}

size_t
dialogue_input(struct dialogue *dialogue, const char *bytes, size_t length)
{
	size_t i;

	for (i = 0; i < length && dialogue->state == DIALOGUE_MORE; i++) {
		if (bytes[i] == '\n')
			take_line(dialogue);
		else if (bytes[i] == '\0')
			end_with(dialogue, DIALOGUE_FAILED, "NUL byte in a reply");
		else if (dialogue->line_length + 1 >= sizeof(dialogue->line))
			end_with(dialogue, DIALOGUE_FAILED, "line too long");
		else
			dialogue->line[dialogue->line_length++] = bytes[i];
	}
	return dialogue->state == DIALOGUE_TLS ? i : length;
}

void
dialogue_end(struct dialogue *dialogue)
{
	const struct language *language = language_of(dialogue->protocol);

	if (dialogue->state != DIALOGUE_MORE)
		return;
	/* An answer is there; the connection was not needed any more. */
	if (dialogue->goal == DIALOGUE_RELAY && dialogue->relay != PROBE_UNKNOWN) {
		dialogue->state = DIALOGUE_DONE;
		return;
	}
	snprintf(dialogue->why, sizeof(dialogue->why),
	    "closed by the peer %s", current_step(dialogue)->command == NULL ?
	    "before its greeting" : "in the middle of the talk");
	/* Who takes a connection but does not greet has his reasons to be asked later. */
	dialogue->state = language == &smtp && dialogue->greeting[0] == '\0' ?
	    DIALOGUE_BUSY : DIALOGUE_FAILED;
}

const char *
dialogue_goodbye(enum probe_protocol protocol)
{
	const struct language *language = language_of(protocol);

	return language == NULL ? "" : language->goodbye;
}
