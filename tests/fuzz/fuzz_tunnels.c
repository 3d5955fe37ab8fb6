/*
 * Any bytes as what wg, swanctl and ip print: every tunnel has a state that
 * exists, and names, addresses and ciphers are single words.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "parse/tunnels.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct tunnels tunnels = { 0 };
	const char *text = arena_memdup(arena, data, size > 4096 ? 4096 : size);
	size_t i;

	tunnels_wireguard(arena, text, text, 1700000000, &tunnels);
	tunnels_swanctl(arena, text, &tunnels);
	tunnels_xfrm(arena, text, &tunnels);
	if (tunnels.count > TUNNELS_MAX)
		abort();
	for (i = 0; i < tunnels.count; i++) {
		const struct tunnel *tunnel = &tunnels.items[i];

		if (strpbrk(tunnel->name, " \t\r\n") != NULL ||
		    strpbrk(tunnel->address, " \t\r\n") != NULL ||
		    strpbrk(tunnel->cipher, " \t\r\n/") != NULL ||
		    (strcmp(tunnel->state, "up") != 0 &&
		    strcmp(tunnel->state, "down") != 0 &&
		    strcmp(tunnel->state, "idle") != 0 &&
		    strcmp(tunnel->state, "policy") != 0))
			abort();
	}
	arena_free(arena);
	return 0;
}
