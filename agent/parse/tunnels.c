#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "parse/tunnels.h"

#define BLANKS " \t\r"
#define NAME_MAX_BYTES 64
/* REJECT_AFTER_TIME of the WireGuard protocol, section 6.1 */
#define SESSION_SECONDS 180

/* The next line in the arena, NULL at the end. */
static const char *
next_line(struct arena *arena, const char **cursor)
{
	size_t length = strcspn(*cursor, "\n");
	const char *line;

	if (**cursor == '\0')
		return NULL;
	line = arena_memdup(arena, *cursor, length);
	*cursor += length + ((*cursor)[length] == '\n');
	return line;
}

/* The n-th word, counted from 0; "" when there is none or it is too long. */
static const char *
word(struct arena *arena, const char *line, size_t n)
{
	size_t length;

	for (;;) {
		line += strspn(line, BLANKS);
		length = strcspn(line, BLANKS);
		if (n-- == 0)
			return length > NAME_MAX_BYTES ? "" :
			    arena_memdup(arena, line, length);
		line += length;
		if (length == 0)
			return "";
	}
}

static void
add(struct arena *arena, struct tunnels *tunnels, const struct tunnel *tunnel)
{
	if (tunnels->count < TUNNELS_MAX)
		*arena_push(arena, &tunnels->items, &tunnels->count) = *tunnel;
}

/* ---- WireGuard: interface, public key, value, tabs between ---- */

/* "192.0.2.1:51820", "[2001:db8::1]:51820", "(none)" */
static const char *
endpoint_address(struct arena *arena, const char *endpoint)
{
	const char *colon = strrchr(endpoint, ':');
	size_t length = colon == NULL ? 0 : (size_t)(colon - endpoint);

	if (length >= 2 && endpoint[0] == '[' && endpoint[length - 1] == ']')
		return arena_memdup(arena, endpoint + 1, length - 2);
	return arena_memdup(arena, endpoint, length);
}

static const char *
find_endpoint(struct arena *arena, const char *endpoints, const char *name,
    const char *key)
{
	const char *line;

	while ((line = next_line(arena, &endpoints)) != NULL)
		if (strcmp(word(arena, line, 0), name) == 0 &&
		    strcmp(word(arena, line, 1), key) == 0)
			return endpoint_address(arena, word(arena, line, 2));
	return "";
}

void
tunnels_wireguard(struct arena *arena, const char *handshakes,
    const char *endpoints, int64_t now, struct tunnels *tunnels)
{
	struct tunnel tunnel;
	const char *line, *at;
	long long seen;

	while (tunnels->count < TUNNELS_MAX &&
	    (line = next_line(arena, &handshakes)) != NULL) {
		at = word(arena, line, 2);
		if (at[0] < '0' || at[0] > '9')
			continue;
		seen = strtoll(at, NULL, 10);
		tunnel.name = word(arena, line, 0);
		tunnel.address = find_endpoint(arena, endpoints, tunnel.name,
		    word(arena, line, 1));
		tunnel.state = seen == 0 ? "down" :
		    now - SESSION_SECONDS <= seen ? "up" : "idle";
		tunnel.cipher = "CHACHA20_POLY1305";
		add(arena, tunnels, &tunnel);
	}
}

/* ---- strongSwan ---- */

struct association {
	struct tunnel tunnel;
	bool open;		/* one is being read */
	bool established;
	bool carries;		/* a child was listed */
};

static void
association_end(struct arena *arena, struct association *ike,
    struct tunnels *tunnels)
{
	if (ike->open && !ike->carries) {
		ike->tunnel.state = "down";
		ike->tunnel.cipher = "-";
		add(arena, tunnels, &ike->tunnel);
	}
	*ike = (struct association){ .open = false };
}

/* "partner: #1, ESTABLISHED, IKEv2, …" */
static void
association_begin(struct arena *arena, struct association *ike,
    const char *line)
{
	const char *name = word(arena, line, 0);
	size_t length = strlen(name);

	if (length < 2 || name[length - 1] != ':')
		return;
	ike->open = true;
	ike->tunnel.name = arena_memdup(arena, name, length - 1);
	ike->tunnel.address = "";
	ike->established = strcmp(word(arena, line, 2), "ESTABLISHED,") == 0;
}

/* "  remote 'identity' @ 192.0.2.2[500]": the identity is the peer's text. */
static void
association_remote(struct arena *arena, struct association *ike,
    const char *line)
{
	const char *at = strrchr(line, '@');
	const char *address = at == NULL ? "" : word(arena, at + 1, 0);

	ike->tunnel.address = arena_memdup(arena, address,
	    strcspn(address, "["));
}

/* "  net: #2, reqid 1, INSTALLED, TUNNEL, ESP:AES_GCM_16-256" */
static void
association_child(struct arena *arena, struct association *ike,
    const char *line, struct tunnels *tunnels)
{
	const char *cipher = strstr(line, ", ESP:");
	bool installed = strcmp(word(arena, line, 4), "INSTALLED,") == 0;

	if (cipher == NULL || !installed || !ike->established)
		return;
	cipher += strlen(", ESP:");
	ike->tunnel.state = "up";
	ike->tunnel.cipher = arena_memdup(arena, cipher,
	    strcspn(cipher, "/ \t\r"));
	ike->carries = true;
	add(arena, tunnels, &ike->tunnel);
}

void
tunnels_swanctl(struct arena *arena, const char *text, struct tunnels *tunnels)
{
	struct association ike = { .open = false };
	const char *line, *first;

	while ((line = next_line(arena, &text)) != NULL) {
		first = word(arena, line, 0);
		if (line[0] != ' ' && line[0] != '\t') {
			association_end(arena, &ike, tunnels);
			association_begin(arena, &ike, line);
		} else if (!ike.open) {
			continue;
		} else if (strcmp(first, "remote") == 0 &&
		    ike.tunnel.address[0] == '\0') {
			association_remote(arena, &ike, line);
		} else if (first[0] != '\0' &&
		    first[strlen(first) - 1] == ':') {
			association_child(arena, &ike, line, tunnels);
		}
	}
	association_end(arena, &ike, tunnels);
}

/* ---- the kernel's policies ---- */

static bool
is_listed(const struct tunnels *tunnels, const char *address)
{
	size_t i;

	for (i = 0; i < tunnels->count; i++)
		if (strcmp(tunnels->items[i].address, address) == 0)
			return true;
	return false;
}

void
tunnels_xfrm(struct arena *arena, const char *text, struct tunnels *tunnels)
{
	struct tunnel tunnel = { "", "", "policy", "-" };
	const char *line, *first;
	bool outward = false;

	while (tunnels->count < TUNNELS_MAX &&
	    (line = next_line(arena, &text)) != NULL) {
		first = word(arena, line, 0);
		if (strcmp(first, "dir") == 0)
			outward = strcmp(word(arena, line, 1), "out") == 0;
		/* "tmpl src 192.0.2.1 dst 192.0.2.2" */
		if (!outward || strcmp(first, "tmpl") != 0)
			continue;
		tunnel.address = word(arena, line, 4);
		if (tunnel.address[0] != '\0' &&
		    !is_listed(tunnels, tunnel.address))
			add(arena, tunnels, &tunnel);
	}
}
