#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <ini.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fileio.h"
#include "cmd/config.h"
#include "host/dns.h"
#include "parse/probe_result.h"

#define MAX_FILE_BYTES (64u * 1024)
/* inih's buffer holds 200 bytes; it cuts what is longer without a word. */
#define MAX_LINE_BYTES 190
#define MAX_TIMEOUT 600
#define MAX_KEYS 16
#define SECTIONS "[agent], [whm], [probe], [dns] or [site]"

struct loader {
	struct arena *arena;
	const char *path;
	const char *at;		/* next line */
	const char *end;
	unsigned line;		/* that inih has, 1-based */
	struct config config;
	unsigned given[MAX_KEYS];	/* line of each key; 0 = not given */
	struct err err;
};

struct key {
	const char *section;
	const char *name;
	/* 0, or -1 with the loader's error set */
	int (*set)(struct loader *loader, const struct key *key,
	    const char *value);
	size_t offset;		/* in struct config */
};

/* Never the line's text: it may hold what was meant for the token file. */
static int __attribute__((format(printf, 3, 4)))
fail(struct loader *loader, unsigned line, const char *format, ...)
{
	char text[sizeof(loader->err.text)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return err_at(&loader->err, ERR_CONTENT, loader->path, line, "%s",
	    text);
}

static void
set_string(struct loader *loader, const struct key *key, const char *value)
{
	*(const char **)(void *)((char *)&loader->config + key->offset) =
	    arena_strdup(loader->arena, value);
}

static int
set_text(struct loader *loader, const struct key *key, const char *value)
{
	set_string(loader, key, value);
	return 0;
}

static int
set_path(struct loader *loader, const struct key *key, const char *value)
{
	if (value[0] != '/')
		return fail(loader, loader->line,
		    "%s is no absolute path, wanted one that begins with /",
		    key->name);
	set_string(loader, key, value);
	return 0;
}

static int
set_user(struct loader *loader, const struct key *key, const char *value)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	/* It goes into an HTTP header, before a colon. */
	if (value[strspn(value, letters)] != '\0')
		return fail(loader, loader->line, "%s is no name of a WHM "
		    "user, wanted letters, digits and . _ -", key->name);
	set_string(loader, key, value);
	return 0;
}

/* Decimal digits alone, from minimum to maximum; -1 = none. */
static long
read_number(const char *text, long minimum, long maximum)
{
	long number = 0;

	if (text[0] == '\0')
		return -1;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		number = number * 10 + (*text - '0');
		if (number > maximum)
			return -1;
	}
	return number < minimum ? -1 : number;
}

/* HOST, or an IPv6 address in brackets; its length, 0 when it is neither. */
static size_t
host_length(const char *text)
{
	size_t length;

	if (text[0] == '[') {
		length = strspn(text + 1, "0123456789abcdefABCDEF:.");
		return length > 0 && text[length + 1] == ']' ? length + 2 : 0;
	}
	return strspn(text, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");
}

static int
set_url(struct loader *loader, const struct key *key, const char *value)
{
	static const char scheme[] = "https://";
	const char *host = value + strlen(scheme);
	size_t length = 0;

	if (strncmp(value, scheme, strlen(scheme)) == 0)
		length = host_length(host);
	if (length == 0 || host[length] != ':' ||
	    read_number(host + length + 1, 1, 65535) < 0)
		return fail(loader, loader->line, "%s is not of the form "
		    "https://HOST:PORT, without user and path", key->name);
	set_string(loader, key, value);
	return 0;
}

static int
set_timeout(struct loader *loader, const struct key *key, const char *value)
{
	long seconds = read_number(value, 1, MAX_TIMEOUT);

	if (seconds < 0)
		return fail(loader, loader->line,
		    "%s is no number of seconds from 1 to %d", key->name,
		    MAX_TIMEOUT);
	loader->config.whm_timeout = (int)seconds;
	return 0;
}

static int
set_transport(struct loader *loader, const struct key *key, const char *value)
{
	static const struct {
		const char *word;
		enum whm_choice transport;
	} words[] = {
		{ "local", WHM_LOCAL },
		{ "https", WHM_HTTPS },
		{ "none", WHM_NONE },
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i].word, value) != 0)
			continue;
		loader->config.whm_transport = words[i].transport;
		return 0;
	}
	return fail(loader, loader->line,
	    "%s is unknown, wanted local, https or none", key->name);
}

static int
set_address(struct loader *loader, const struct key *key, const char *value)
{
	unsigned char address[sizeof(struct in6_addr)];

	if (inet_pton(AF_INET, value, address) != 1 &&
	    inet_pton(AF_INET6, value, address) != 1)
		return fail(loader, loader->line, "%s is no IPv4 or IPv6 "
		    "address, wanted one such as 127.0.0.1 or ::1", key->name);
	set_string(loader, key, value);
	return 0;
}

/* "25/smtp", with a protocol that is known. */
static bool
port_valid(char *word)
{
	char *slash = strchr(word, '/');
	enum probe_protocol protocol;

	if (slash == NULL)
		return false;
	*slash = '\0';
	return read_number(word, 1, 65535) > 0 &&
	    probe_protocol_parse(slash + 1, &protocol) == 0;
}

/* Kept with one blank between two. */
static int
set_ports(struct loader *loader, const struct key *key, const char *value)
{
	char *words = arena_strdup(loader->arena, value), *rest = words, *word;
	const char *ports = "";

	while ((word = strsep(&rest, " \t")) != NULL) {
		if (word[0] == '\0')
			continue;
		ports = arena_printf(loader->arena, "%s%s%s", ports,
		    ports[0] == '\0' ? "" : " ", word);
		if (!port_valid(word))
			return fail(loader, loader->line, "%s has a word that "
			    "is no PORT/PROTOCOL, wanted such as 25/smtp "
			    "465/smtps", key->name);
	}
	set_string(loader, key, ports);
	return 0;
}

static int
set_servers(struct loader *loader, const struct key *key, const char *value)
{
	char *rest = arena_strdup(loader->arena, value), *word;
	const char **servers = NULL;
	size_t count = 0;

	while ((word = strsep(&rest, " \t")) != NULL) {
		if (word[0] == '\0')
			continue;
		if (count == DNS_SERVERS_MAX)
			return fail(loader, loader->line,
			    "%s has more than %d words", key->name,
			    DNS_SERVERS_MAX);
		if (!dns_server_valid(word))
			return fail(loader, loader->line, "%s has a word that "
			    "is no address of a name server, wanted such as "
			    "192.0.2.53 192.0.2.53:5353 [2001:db8::53]:53",
			    key->name);
		*arena_push(loader->arena, &servers, &count) = word;
	}
	loader->config.dns_servers = servers;
	loader->config.dns_server_count = count;
	return 0;
}

static int
set_yes(struct loader *loader, const struct key *key, const char *value)
{
	if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
		return fail(loader, loader->line,
		    "%s is unknown, wanted yes or no", key->name);
	*(bool *)((char *)&loader->config + key->offset) = value[0] == 'y';
	return 0;
}

#define OFFSET(member) offsetof(struct config, member)

enum {
	KEY_TRANSPORT = 3,
	KEY_URL,
	KEY_VALIDATING = 13,
};

static const struct key keys[] = {
	{ "agent", "profile", set_text, OFFSET(profile) },
	{ "agent", "state_dir", set_path, OFFSET(state_dir) },
	{ "agent", "root", set_path, OFFSET(root) },
	[KEY_TRANSPORT] =
	{ "whm", "transport", set_transport, OFFSET(whm_transport) },
	[KEY_URL] =
	{ "whm", "url", set_url, OFFSET(whm_url) },
	{ "whm", "user", set_user, OFFSET(whm_user) },
	{ "whm", "token_file", set_path, OFFSET(whm_token_file) },
	{ "whm", "ca_file", set_path, OFFSET(whm_ca_file) },
	{ "whm", "timeout", set_timeout, OFFSET(whm_timeout) },
	{ "probe", "host", set_address, OFFSET(probe_host) },
	{ "probe", "source", set_address, OFFSET(probe_source) },
	{ "probe", "ports", set_ports, OFFSET(probe_ports) },
	{ "dns", "servers", set_servers, OFFSET(dns_servers) },
	[KEY_VALIDATING] =
	{ "dns", "validating", set_yes, OFFSET(dns_validating) },
	{ "site", "managed_by", set_text, OFFSET(managed_by) },
};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))
_Static_assert(KEY_COUNT <= MAX_KEYS, "struct loader has room for all keys");

static bool
section_known(const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < KEY_COUNT; i++)
		if (strlen(keys[i].section) == length &&
		    strncmp(keys[i].section, name, length) == 0)
			return true;
	return false;
}

static void
unknown_section(struct loader *loader)
{
	fail(loader, loader->line,
	    "this section is unknown, wanted "
	    SECTIONS);
}

static void
unknown_key(struct loader *loader, const char *section)
{
	char wanted[256] = "";
	size_t used = 0, i;

	for (i = 0; i < KEY_COUNT && used < sizeof(wanted); i++)
		if (strcmp(keys[i].section, section) == 0)
			used += (size_t)snprintf(wanted + used,
			    sizeof(wanted) - used, "%s%s",
			    used == 0 ? "" : ", ", keys[i].name);
	fail(loader, loader->line, "this key is unknown in [%s], wanted one "
	    "of %s", section, wanted);
}

/*
 * inih tells the handler nothing of a section without keys, takes an indented
 * line for more of the value before, and stops at a NUL. So lines are looked
 * at before it gets them.
 */
static int
check_line(struct loader *loader, const char *line, size_t length)
{
	const char *end = line + length, *at = line, *close;

	if (length > MAX_LINE_BYTES) {
		fail(loader, loader->line, "the line has %zu bytes, wanted at "
		    "most %d", length, MAX_LINE_BYTES);
		return err_hint(&loader->err, "a token, key or certificate "
		    "stands in a file of its own: token_file, ca_file");
	}
	if (loader->line == 1 && length >= 3 &&
	    memcmp(line, "\xef\xbb\xbf", 3) == 0)
		at = line += 3;
	for (; at < end; at++)
		if (((unsigned char)*at < 0x20 && *at != '\t') || *at == 0x7f)
			return fail(loader, loader->line,
			    "the line has a control character (byte %u)",
			    (unsigned)(unsigned char)*at);
	for (at = line; at < end && (*at == ' ' || *at == '\t'); at++)
		;
	if (at == end || *at == ';' || *at == '#')
		return 0;
	if (at > line)
		return fail(loader, loader->line, "the line begins with a "
		    "blank, wanted a key or section at its start: a value "
		    "ends with its line");
	close = *at == '[' ? memchr(at, ']', (size_t)(end - at)) : NULL;
	if (close != NULL && !section_known(at + 1, (size_t)(close - at - 1)))
		unknown_section(loader);
	return loader->err.code == ERR_NONE ? 0 : -1;
}

/* As fgets: the next line, NULL at the end or after the first error. */
static char *
next_line(char *out, int size, void *context)
{
	struct loader *loader = context;
	const char *newline, *stop;
	size_t length;

	if (loader->at == loader->end || loader->err.code != ERR_NONE)
		return NULL;
	loader->line++;
	newline = memchr(loader->at, '\n',
	    (size_t)(loader->end - loader->at));
	stop = newline != NULL ? newline : loader->end;
	length = (size_t)(stop - loader->at);
	if (length > 0 && stop[-1] == '\r')
		length--;
	/* An inih built for shorter lines than ours would cut them. */
	if (check_line(loader, loader->at, length) != 0 ||
	    length + 2 > (size_t)size)
		return NULL;
	memcpy(out, loader->at, length);
	out[length] = '\n';
	out[length + 1] = '\0';
	loader->at = newline != NULL ? newline + 1 : loader->end;
	return out;
}

static int
set_key(void *context, const char *section, const char *name,
    const char *value)
{
	struct loader *loader = context;
	size_t i;

	for (i = 0; i < KEY_COUNT; i++)
		if (strcmp(keys[i].section, section) == 0 &&
		    strcmp(keys[i].name, name) == 0)
			break;
	if (section[0] == '\0')
		fail(loader, loader->line, "the line stands before the first "
		    "section, wanted " SECTIONS " above it");
	else if (i == KEY_COUNT)
		unknown_key(loader, section);
	else if (loader->given[i] != 0)
		fail(loader, loader->line,
		    "%s is given twice, first in line %u", name,
		    loader->given[i]);
	else if (value[0] == '\0')
		fail(loader, loader->line, "%s is empty, wanted a value",
		    name);
	else if (keys[i].set(loader, &keys[i], value) == 0)
		loader->given[i] = loader->line;
	return loader->err.code == ERR_NONE;
}

/* What holds between keys. */
static int
check_config(struct loader *loader)
{
	struct config *config = &loader->config;
	unsigned line = loader->given[KEY_VALIDATING];

	/*
	 * Who is in resolv.conf may change by DHCP: nobody can vouch for that.
	 */
	if (config->dns_validating && config->dns_server_count == 0)
		return fail(loader, line,
		    "validating needs servers, which are not given");
	line = loader->given[KEY_TRANSPORT];

	if (line == 0 && config->whm_url != NULL) {
		config->whm_transport = WHM_HTTPS;
		line = loader->given[KEY_URL];
	}
	if (config->whm_transport != WHM_HTTPS)
		return 0;
	if (config->whm_url == NULL)
		return fail(loader, line,
		    "transport https needs url, which is not given");
	if (config->whm_token_file == NULL)
		return fail(loader, line,
		    "transport https needs token_file, which is not given");
	return 0;
}

static int
parse(struct loader *loader)
{
	int bad_line = ini_parse_stream(next_line, loader, set_key, loader);

	/* inih goes on behind a line that it can't read; the first counts. */
	if (bad_line > 0 && (loader->err.code == ERR_NONE ||
	    (unsigned)bad_line < loader->err.line)) {
		memset(&loader->err, 0, sizeof(loader->err));
		return fail(loader, (unsigned)bad_line, "the line is no "
		    "[section], no comment and no key = value");
	}
	if (loader->err.code != ERR_NONE)
		return -1;
	if (bad_line != 0 || loader->at != loader->end)
		return fail(loader, loader->line,
		    "inih can not read the line");
	return check_config(loader);
}

int
config_load(struct arena *arena, const char *path, bool optional,
    struct config *ret_config, struct err *err)
{
	struct loader loader = {
		.arena = arena,
		.path = path,
		.config = {
			.profile = "hipaa",
			.whm_user = "root",
			.whm_timeout = 30,
		},
	};
	struct buf bytes;
	int result;

	buf_init(&bytes, MAX_FILE_BYTES);
	result = file_read_trusted(path, &bytes, &loader.err);
	if (result == 0) {
		loader.at = bytes.bytes;
		loader.end = bytes.bytes + bytes.length;
		result = parse(&loader);
	} else if (optional && loader.err.code == ERR_NOINPUT) {
		result = 0;
	} else if (loader.err.code == ERR_LIMIT) {
		loader.err.code = ERR_CONTENT;
	}
	/* It may hold a token that someone put into the wrong file. */
	buf_wipe(&bytes);
	if (result == 0)
		*ret_config = loader.config;
	else if (err->code == ERR_NONE)
		*err = loader.err;
	return result;
}
