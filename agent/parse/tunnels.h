/*
 * What programs say of tunnels: wg(8), swanctl(8), ip-xfrm(8). Names and
 * identities in it may come from the other side.
 */
#ifndef CPWARD_PARSE_TUNNELS_H
#define CPWARD_PARSE_TUNNELS_H

#include <stddef.h>
#include <stdint.h>

struct arena;

struct tunnel {
	const char *name;	/* "wg0", "partner"; "" = it has none */
	const char *address;	/* the peer's; "" = not known */
	/*
	 * up; down; idle: its last handshake is older than WireGuard keeps a
	 * session; policy: IPsec is told to use it, and no more is known.
	 */
	const char *state;
	const char *cipher;	/* "AES_GCM_16-256", "CHACHA20_POLY1305", "-" */
};

struct tunnels {
	struct tunnel *items;
	size_t count;
};

#define TUNNELS_MAX 1000	/* what is beyond is not read */

/* `wg show all latest-handshakes` and `wg show all endpoints`; now: epoch s. */
void tunnels_wireguard(struct arena *arena, const char *handshakes,
    const char *endpoints, int64_t now, struct tunnels *tunnels);
/* `swanctl --list-sas` */
void tunnels_swanctl(struct arena *arena, const char *text,
    struct tunnels *tunnels);
/* `ip xfrm policy`: those that go out, to a peer that is not listed yet */
void tunnels_xfrm(struct arena *arena, const char *text,
    struct tunnels *tunnels);

#endif
