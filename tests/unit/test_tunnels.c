/*
 * What wg(8), swanctl(8) and ip-xfrm(8) print of tunnels. The texts follow
 * their manuals; of wg only the columns without private keys are asked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "parse/tunnels.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NOW 1700000000
#define IKE "partner: #1, ESTABLISHED, IKEv2, 3a0b_i* 7c0d_r\n" \
	"  local  'here.example' @ 192.0.2.1[500]\n" \
	"  remote 'there.example' @ 192.0.2.2[500]\n" \
	"  AES_CBC-256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/ECP_256\n" \
	"  established 1200s ago, rekeying in 12000s\n"
#define CHILD "  net: #2, reqid 1, INSTALLED, TUNNEL, ESP:AES_GCM_16-256\n" \
	"    installed 10s ago, rekeying in 3000s, expires in 3900s\n" \
	"    in  c1234567,      0 bytes,     0 packets\n"

static const struct {
	const char *name;
	const char *handshakes;
	const char *endpoints;
	const char *swanctl;
	const char *xfrm;
	const char *wanted;	/* "NAME@ADDRESS STATE CIPHER", '|' between */
} cases[] = {
	{ "nothing", "", "", "", "", "" },
	{ "WireGuard", "wg0\tAAA=\t1699999950\nwg0\tBBB=\t1699990000\n"
	    "wg1\tAAA=\t0\n", "wg0\tAAA=\t192.0.2.9:51820\n"
	    "wg0\tBBB=\t[2001:db8::1]:51820\nwg1\tAAA=\t(none)\n", "", "",
	    "wg0@192.0.2.9 up CHACHA20_POLY1305|"
	    "wg0@2001:db8::1 idle CHACHA20_POLY1305|"
	    "wg1@ down CHACHA20_POLY1305" },
	{ "a handshake just inside and just outside", "a\tK\t1699999820\n"
	    "b\tK\t1699999819\n", "", "", "",
	    "a@ up CHACHA20_POLY1305|b@ idle CHACHA20_POLY1305" },
	{ "lines that are none", "wg0\n\nwg0\tK\nwg0\tK\tx\n", "", "", "", "" },
	{ "IPsec", "", "", IKE CHILD, "",
	    "partner@192.0.2.2 up AES_GCM_16-256" },
	{ "with a cipher and a code", "", "", IKE
	    "  net: #2, reqid 1, INSTALLED, TUNNEL, ESP:AES_CBC-128/"
	    "HMAC_SHA2_256_128\n", "", "partner@192.0.2.2 up AES_CBC-128" },
	{ "the association alone", "", "", IKE, "",
	    "partner@192.0.2.2 down -" },
	{ "a child that is not installed", "", "", IKE
	    "  net: #2, reqid 1, REKEYED, TUNNEL, ESP:AES_GCM_16-256\n", "",
	    "partner@192.0.2.2 down -" },
	{ "not established", "", "", "partner: #1, CONNECTING, IKEv2, a_i* 0_r\n"
	    "  remote '%any' @ 192.0.2.2[500]\n" CHILD, "",
	    "partner@192.0.2.2 down -" },
	{ "two of them", "", "", IKE CHILD "other: #3, ESTABLISHED, IKEv2, a\n"
	    "  remote 'x' @ 2001:db8::2[4500]\n" CHILD, "",
	    "partner@192.0.2.2 up AES_GCM_16-256|"
	    "other@2001:db8::2 up AES_GCM_16-256" },
	{ "an identity that looks like an address", "", "",
	    "p: #1, ESTABLISHED, IKEv2, a\n"
	    "  remote 'x @ 198.51.100.1[500]' @ 192.0.2.2[500]\n" CHILD, "",
	    "p@192.0.2.2 up AES_GCM_16-256" },
	{ "policies", "", "", "", "src 10.0.0.0/24 dst 10.1.0.0/24 \n"
	    "\tdir out priority 375423 \n"
	    "\ttmpl src 192.0.2.1 dst 192.0.2.2\n\t\tproto esp reqid 1\n"
	    "src 10.1.0.0/24 dst 10.0.0.0/24 \n\tdir in priority 1 \n"
	    "\ttmpl src 192.0.2.7 dst 192.0.2.1\n", "@192.0.2.2 policy -" },
	{ "a policy of a listed one", "", "", IKE CHILD,
	    "src 10.0.0.0/24 dst 10.1.0.0/24 \n\tdir out priority 1\n"
	    "\ttmpl src 192.0.2.1 dst 192.0.2.2\n",
	    "partner@192.0.2.2 up AES_GCM_16-256" },
};

static void
test_cases(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct arena *arena = arena_new();
		struct tunnels tunnels = { 0 };
		const char *got = "";

		tunnels_wireguard(arena, cases[i].handshakes,
		    cases[i].endpoints, NOW, &tunnels);
		tunnels_swanctl(arena, cases[i].swanctl, &tunnels);
		tunnels_xfrm(arena, cases[i].xfrm, &tunnels);
		for (j = 0; j < tunnels.count; j++)
			got = arena_printf(arena, "%s%s%s@%s %s %s", got,
			    j > 0 ? "|" : "", tunnels.items[j].name,
			    tunnels.items[j].address, tunnels.items[j].state,
			    tunnels.items[j].cipher);
		if (strcmp(got, cases[i].wanted) != 0)
			fail_msg("%s: got \"%s\", wanted \"%s\"",
			    cases[i].name, got, cases[i].wanted);
		arena_free(arena);
	}
}

static void
test_cap(void **state)
{
	struct arena *arena = arena_new();
	struct tunnels tunnels = { 0 };
	const char *text = "";
	size_t i;

	(void)state;
	for (i = 0; i < 50; i++)
		text = arena_printf(arena, "%swg0\tK%zu\t1\n", text, i);
	for (i = 0; i < 30; i++)
		tunnels_wireguard(arena, text, "", NOW, &tunnels);
	assert_int_equal(tunnels.count, TUNNELS_MAX);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_cap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
