/*
 * The conditions that settings stand under: which may stand in which, and how
 * doveconf writes them.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "parse/dovecot_private.h"

bool
dovecot_filter_is(const char *key)
{
	return strcmp(key, "protocol") == 0 || strcmp(key, "local") == 0 ||
	    strcmp(key, "local_name") == 0 || strcmp(key, "remote") == 0;
}

/* Decimal digits alone, at most max. */
static int
parse_bits(const char *text, unsigned max, unsigned *ret_bits)
{
	unsigned bits = 0;

	if (*text == '\0')
		return -1;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		bits = bits * 10 + (unsigned)(*text - '0');
		if (bits > max)
			return -1;
	}
	*ret_bits = bits;
	return 0;
}

static bool
is_host_name(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";

	return *text != '\0' && text[strspn(text, allowed)] == '\0';
}

/*
 * ADDRESS[/BITS] as doveconf prints it. doveconf looks a host's name up in the
 * DNS; we keep the name, as a network that nothing else equals.
 */
static const char *
parse_net(struct arena *arena, const char *value, struct dovecot_net *net,
    const char **ret_text)
{
	const char *slash = strchr(value, '/');
	size_t length = slash == NULL ? strlen(value) : (size_t)(slash - value);
	char *address = arena_memdup(arena, value, length);
	char text[INET6_ADDRSTRLEN];
	unsigned full;

	*net = (struct dovecot_net){ 0 };
	if (length > 2 && address[0] == '[' && address[length - 1] == ']') {
		address[length - 1] = '\0';
		address++;
	}
	if (inet_pton(AF_INET, address, net->address) == 1)
		net->family = AF_INET;
	else if (inet_pton(AF_INET6, address, net->address) == 1)
		net->family = AF_INET6;
	else if (!is_host_name(address))
		return "neither address nor host name";
	full = net->family == AF_INET ? 32 : 128;
	net->bits = full;
	if (slash != NULL && parse_bits(slash + 1, full, &net->bits) < 0)
		return "invalid network mask";
	if (net->family == 0) {
		*ret_text = arena_strdup(arena, value);
		return NULL;
	}
	inet_ntop(net->family, net->address, text, sizeof(text));
	*ret_text = net->bits == full ? arena_strdup(arena, text) :
	    arena_printf(arena, "%s/%u", text, net->bits);
	return NULL;
}

static bool
net_is_inside(const struct dovecot_net *inner, const struct dovecot_net *outer)
{
	unsigned whole = outer->bits / 8, rest = outer->bits % 8;
	unsigned mask = (0xff00u >> rest) & 0xff;

	if (inner->family == 0 || outer->family == 0)
		return true;
	if (inner->family != outer->family || inner->bits < outer->bits)
		return false;
	return memcmp(inner->address, outer->address, whole) == 0 &&
	    (rest == 0 || ((inner->address[whole] ^ outer->address[whole]) & mask) == 0);
}

static char *
lower(struct arena *arena, const char *text)
{
	char *copy = arena_strdup(arena, text);

	for (char *byte = copy; *byte != '\0'; byte++)
		if (*byte >= 'A' && *byte <= 'Z')
			*byte += 'a' - 'A';
	return copy;
}

/* Nesting that doveconf refuses, by key and what the parent holds. */
static const char *
misplaced(const struct dovecot_filter *parent, const char *key)
{
	if (parent->protocol != NULL)
		return strcmp(key, "protocol") == 0 ?
		    "nested protocol blocks are not allowed" :
		    "not allowed inside protocol { }, put protocol inside it";
	if (parent->remote_text != NULL && strncmp(key, "local", 5) == 0)
		return "not allowed inside remote { }, put remote inside it";
	if (parent->local_name != NULL && strcmp(key, "local") == 0)
		return "not allowed inside local_name { }, put local_name inside it";
	return NULL;
}

static const char *
narrow_net(struct arena *arena, const char *value, const struct dovecot_net *outer,
    bool has_outer, struct dovecot_net *net, const char **ret_text)
{
	const char *problem = parse_net(arena, value, net, ret_text);

	if (problem != NULL)
		return problem;
	if (has_outer && !net_is_inside(net, outer))
		return "the inner network must be inside the outer one";
	return NULL;
}

const char *
dovecot_filter_narrow(struct arena *arena, enum dovecot_version version,
    const struct dovecot_filter *parent, const char *key, const char *value,
    struct dovecot_filter *child)
{
	const char *problem = misplaced(parent, key);

	*child = version == DOVECOT_2_3 ? *parent : (struct dovecot_filter){ 0 };
	if (problem != NULL)
		return problem;
	if (strcmp(key, "protocol") == 0) {
		child->protocol = arena_strdup(arena, value);
	} else if (strcmp(key, "local") == 0) {
		return narrow_net(arena, value, &parent->local,
		    parent->local_text != NULL, &child->local, &child->local_text);
	} else if (strcmp(key, "remote") == 0) {
		return narrow_net(arena, value, &parent->remote,
		    parent->remote_text != NULL, &child->remote, &child->remote_text);
	} else if (version == DOVECOT_2_3) {
		child->local_name = arena_strdup(arena, value);
	} else if (strchr(value, ' ') != NULL) {
		return "multiple names are no longer supported in local_name";
	} else {
		child->local_name = lower(arena, value);
	}
	return NULL;
}

const char *
dovecot_filter_text(struct arena *arena, const struct dovecot_filter *filter)
{
	const struct {
		const char *key, *value;
	} levels[] = {
		{ "local", filter->local_text },
		{ "local_name", filter->local_name },
		{ "remote", filter->remote_text },
		{ "protocol", filter->protocol },
	};
	const char *text = "";

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (levels[i].value != NULL)
			text = arena_printf(arena, "%s%s%s %s", text,
			    *text == '\0' ? "" : " / ", levels[i].key, levels[i].value);
	return text;
}

bool
dovecot_filter_is_connection(const struct dovecot_filter *filter)
{
	return filter->local_text != NULL || filter->local_name != NULL ||
	    filter->remote_text != NULL;
}
