#include <arpa/inet.h>
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "collect/addresses.h"

#define FIB_TRIE "/proc/net/fib_trie"
#define IF_INET6 "/proc/net/if_inet6"
/* proc(5), if_inet6: the scope and the flags that make an address unfit. */
#define SCOPE_GLOBAL 0x00
#define FLAGS_UNFIT (0x01 | 0x08 | 0x20 | 0x40)	/* temporary, dadfailed, deprecated, tentative */

struct finding_own {
	struct collection *collection;
	struct keyvalues known;
	struct own_addresses *own;
};

static void
add(struct finding_own *finding, const char *text, size_t length)
{
	struct arena *scratch = finding->collection->scratch;

	arena_push(scratch, &finding->known.items, &finding->known.count)->key
	    = arena_memdup(scratch, text, length);
}

/*
 * The kernel's routing table: "|-- 192.0.2.2" and on the next line
 * "/32 host LOCAL" where the address is one of this machine's.
 */
static void
read_fib_trie(struct finding_own *finding, const char *table)
{
	const char *line, *address = NULL, *leaf;

	for (line = table; line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n';
		leaf = line + strspn(line, " ");
		if (strncmp(leaf, "|-- ", 4) == 0)
			address = leaf + 4;
		else if (address != NULL &&
		    strncmp(leaf, "/32 host LOCAL", 14) == 0)
			add(finding, address, strcspn(address, "\n"));
	}
}

/* proc(5): 32 hexadecimal digits, index, prefix length, scope, flags, name. */
static void
read_inet6_line(struct finding_own *finding, const char *line)
{
	char text[INET6_ADDRSTRLEN];
	unsigned char bytes[16];
	unsigned byte, scope, flags;
	size_t i;

	for (i = 0; i < sizeof(bytes) && isxdigit((unsigned char)
	    line[2 * i]) && sscanf(line + 2 * i, "%2x", &byte) == 1; i++)
		bytes[i] = (unsigned char)byte;
	if (i < sizeof(bytes) ||
	    inet_ntop(AF_INET6, bytes, text, sizeof(text)) == NULL)
		return;
	add(finding, text, strlen(text));
	if (finding->own->ipv6 == NULL && sscanf(line + 32, "%*x %*x %x %x",
	    &scope, &flags) == 2 && scope == SCOPE_GLOBAL &&
	    (flags & FLAGS_UNFIT) == 0 && (bytes[0] & 0xfe) != 0xfc)
		finding->own->ipv6 = arena_strdup(finding->collection->arena,
		    text);
}

static void
read_if_inet6(struct finding_own *finding, const char *table)
{
	const char *line;

	for (line = table; line != NULL && *line != '\0';
	    line = strchr(line, '\n'), line += line != NULL)
		read_inet6_line(finding, line);
}

static void
read_nat(struct finding_own *finding, const struct answer *answer)
{
	struct arena *scratch = finding->collection->scratch;
	struct keyvalues *lines = arena_alloc(scratch, sizeof(*lines));
	size_t i, length;

	keyvalues_parse(scratch, answer->bytes, answer->length, ' ', lines);
	for (i = 0; i < lines->count; i++) {
		struct keyvalue *line = &lines->items[i];

		if (line->value == NULL)
			continue;
		length = strcspn(line->value, " \t");
		line->value = arena_memdup(finding->collection->arena,
		    line->value, length);
		add(finding, line->value, length);
	}
	keyvalues_index(scratch, lines, &finding->own->nat);
}

static struct answer
read_file(struct finding_own *finding, const char *path)
{
	struct answer answer = host_file(finding->collection->host,
	    finding->collection->scratch, path, HOST_CAP_CONFIG);

	if (answer.status == ANSWER_FAILED || answer.status == ANSWER_SKIPPED)
		finding->own->why = answer.why;
	return answer;
}

void
own_addresses_find(struct collection *collection, struct own_addresses *ret)
{
	struct finding_own finding = { .collection = collection, .own = ret };
	struct keyvalues *known;
	struct answer answer;

	memset(ret, 0, sizeof(*ret));
	answer = read_file(&finding, FIB_TRIE);
	if (answer.status == ANSWER_OK)
		read_fib_trie(&finding, answer.bytes);
	else
		ret->why = answer.why;
	answer = read_file(&finding, IF_INET6);
	if (answer.status == ANSWER_OK)
		read_if_inet6(&finding, answer.bytes);
	else if (answer.status == ANSWER_FAILED)
		ret->ipv6_why = arena_strdup(collection->arena, answer.why);
	answer = read_file(&finding, NAT_MAP);
	if (answer.status == ANSWER_OK)
		read_nat(&finding, &answer);
	known = arena_alloc(collection->scratch, sizeof(*known));
	*known = finding.known;
	keyvalues_index(collection->scratch, known, &ret->known);
}

bool
own_address(const struct own_addresses *own, const char *address)
{
	return keyvalue_index_find(&own->known, address) != NULL;
}

/* IANA special-purpose registries: what no other network routes to. */
static const struct {
	uint32_t net;
	uint32_t mask;
} private_nets[] = {
	{ 0x0a000000, 0xff000000 },	/* 10/8 */
	{ 0xac100000, 0xfff00000 },	/* 172.16/12 */
	{ 0xc0a80000, 0xffff0000 },	/* 192.168/16 */
	{ 0x64400000, 0xffc00000 },	/* 100.64/10 */
	{ 0x7f000000, 0xff000000 },	/* 127/8 */
	{ 0xa9fe0000, 0xffff0000 },	/* 169.254/16 */
};

static bool
is_public(const char *address)
{
	struct in6_addr in6;
	struct in_addr in;
	size_t i;

	if (inet_pton(AF_INET, address, &in) == 1) {
		for (i = 0; i < sizeof(private_nets) /
		    sizeof(private_nets[0]); i++)
			if ((ntohl(in.s_addr) & private_nets[i].mask) ==
			    private_nets[i].net)
				return false;
		return true;
	}
	return inet_pton(AF_INET6, address, &in6) == 1 &&
	    (in6.s6_addr[0] & 0xfe) != 0xfc && in6.s6_addr[0] != 0xfe &&
	    !IN6_IS_ADDR_LOOPBACK(&in6);
}

const char *
own_public(const struct own_addresses *own, const char *local)
{
	const struct keyvalue *pair = keyvalue_index_find(&own->nat, local);

	if (pair != NULL && pair->value != NULL)
		return pair->value;
	return is_public(local) ? local : NULL;
}

const char *
own_public_ipv6(const struct own_addresses *own)
{
	return own->ipv6;
}

const char *
smarthost_of_all(const struct site_facts *site)
{
	const char *route = site->smarthost.value;

	if (site->smarthost.meta.state != FACT_KNOWN)
		return NULL;
	while (route != NULL && *route != '\0') {
		route += strspn(route, " \t\r\n;");
		if (route[0] == '*' && isspace((unsigned char)route[1]))
			return route + 1 + strspn(route + 1, " \t\r\n");
		route = strchr(route, ';');
	}
	return NULL;
}
