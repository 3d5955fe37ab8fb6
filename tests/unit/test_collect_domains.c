/*
 * What the server's files say of its domains. Formats are cPanel's
 * (docs.cpanel.net, "The cPanel Configuration Files", "How to Configure Mail
 * Routing"); what is expected of each follows from what Exim's routers and
 * transports do with these files.
 */
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "tests/unit/table_host.h"

extern const struct collector collector_domains;

#define SHADOW "/home/clinic/etc/clinic.example/shadow"
#define FIB "/proc/net/fib_trie"
#define NAT "/var/cpanel/cpnat"
#define MAINIP "/var/cpanel/mainip"
#define FIRST "domains[0]"	/* clinic.example, main, two mailboxes */
#define ADDON "domains[1]"	/* addon.example */
#define SUB "domains[2]"	/* addon.clinic.example, made for it */
#define DENTAL "domains[3]"	/* dental.example, its home is not known */

static const struct row usual[] = {
	FILE_IS("/etc/userdatadomains",
	    "clinic.example: clinic==root==main==clinic.example==/home/clinic"
	    "/public_html==192.0.2.25:80======0\n"
	    "addon.example: clinic==root==addon==clinic.example==/home==::80\n"
	    "addon.clinic.example: clinic==root==sub==clinic.example==/home\n"
	    "dental.example: dental==root==main==dental.example==/home\n"),
	FILE_IS("/etc/localdomains", "clinic.example\naddon.example\n"
	    "addon.clinic.example\ndental.example\n"),
	FILE_IS(MAINIP, "192.0.2.25\n"),
	DIR_IS("/var/cpanel/suspended", ""),
	FILE_IS("/etc/valiases/addon.example",
	    "*: \":fail: No Such User Here\"\n"),
	FILE_IS("/etc/valiases/addon.clinic.example", "*: :blackhole:\n"),
	FILE_IS(FIB, "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 192.0.2.25\n"
	    "        /32 host LOCAL\n"),
};

static const struct collect_case cases[] = {
	{ "as cPanel has them", { { NULL } }, {
	    { FIRST ".kind", PLANE_FILE, FACT_KNOWN, "main",
	    "/etc/userdatadomains:1" },
	    { ADDON ".kind", PLANE_FILE, FACT_KNOWN, "addon", NULL },
	    { SUB ".kind", PLANE_FILE, FACT_KNOWN, "sub", NULL },
	    { FIRST ".mail", PLANE_FILE, FACT_KNOWN, "sends", NULL },
	    { ADDON ".mail", PLANE_FILE, FACT_KNOWN, "none", NULL },
	    { SUB ".mail", PLANE_FILE, FACT_KNOWN, "none", NULL },
	    { DENTAL ".mail", PLANE_FILE, FACT_UNKNOWN, "home", NULL },
	    { FIRST ".sends_from", PLANE_FILE, FACT_KNOWN, "192.0.2.25",
	    MAINIP },
	    { FIRST ".helo", PLANE_FILE, FACT_KNOWN, "server1.example", NULL },
	    { FIRST ".dkim_private_key", PLANE_FILE, FACT_ABSENT, NULL,
	    "/var/cpanel/domain_keys/private/clinic.example" },
	    { FIRST ".dkim_expected", PLANE_FILE, FACT_ABSENT, NULL, NULL },
	    { FIRST ".dkim_selector", PLANE_FILE, FACT_KNOWN, "default", NULL },
	    { "inventory.sending_addresses", PLANE_FILE, FACT_KNOWN, "1",
	    NULL },
	    { "sending_addresses[0]", PLANE_FILE, FACT_KNOWN, "192.0.2.25",
	    NULL } } },
	{ "an alias that leads to a person", {
	    FILE_IS("/etc/valiases/addon.example",
	    "info@addon.example: doctor@clinic.example\n*: :fail: no\n") }, {
	    { ADDON ".mail", PLANE_FILE, FACT_KNOWN, "receives", NULL },
	    { ADDON ".sends_from", PLANE_FILE, FACT_KNOWN, "192.0.2.25", NULL },
	    } },
	{ "everything to the account", {
	    FILE_IS("/etc/valiases/addon.example", "*: clinic\n") }, {
	    { ADDON ".mail", PLANE_FILE, FACT_KNOWN, "receives", NULL } } },
	/* cPanel's default for each subdomain that it makes. */
	{ "everything of a subdomain to its account", {
	    FILE_IS("/etc/valiases/addon.clinic.example", "*: clinic\n") }, {
	    { SUB ".mail", PLANE_FILE, FACT_KNOWN, "none", NULL } } },
	{ "an address of a subdomain", {
	    FILE_IS("/etc/valiases/addon.clinic.example",
	    "info@addon.clinic.example: clinic\n*: clinic\n") }, {
	    { SUB ".mail", PLANE_FILE, FACT_KNOWN, "receives", NULL } } },
	{ "everything of a subdomain to somebody else", {
	    FILE_IS("/etc/valiases/addon.clinic.example",
	    "*: doctor@clinic.example\n") }, {
	    { SUB ".mail", PLANE_FILE, FACT_KNOWN, "receives", NULL } } },
	{ "another domain's mail", {
	    FILE_IS("/etc/vdomainaliases/addon.example",
	    "addon.example: clinic.example\n") }, {
	    { ADDON ".mail", PLANE_FILE, FACT_KNOWN, "receives", NULL } } },
	{ "aliases that can not be read", {
	    FILE_FAILS("/etc/valiases/addon.example") }, {
	    { ADDON ".mail", PLANE_FILE, FACT_UNKNOWN, "Input/output error",
	    NULL } } },
	{ "routed elsewhere", {
	    FILE_IS("/etc/localdomains", "addon.example\n"),
	    FILE_IS("/etc/remotedomains", "clinic.example\n"),
	    FILE_IS("/etc/secondarymx", "dental.example\n") }, {
	    { FIRST ".mail", PLANE_FILE, FACT_KNOWN, "elsewhere",
	    "/etc/remotedomains" },
	    { SUB ".mail", PLANE_FILE, FACT_KNOWN, "elsewhere", NULL },
	    { DENTAL ".mail", PLANE_FILE, FACT_KNOWN, "elsewhere",
	    "/etc/secondarymx" } } },
	{ "names in upper case", {
	    FILE_IS("/etc/localdomains", "Clinic.Example\nADDON.example\n"),
	    FILE_IS("/etc/mailips", "CLINIC.example: 192.0.2.26\n"),
	    FILE_IS("/etc/mailhelo", "Clinic.example: mx.clinic.example\n") }, {
	    { FIRST ".mail", PLANE_FILE, FACT_KNOWN, "sends", NULL },
	    { FIRST ".sends_from", PLANE_FILE, FACT_KNOWN, "192.0.2.26",
	    NULL },
	    { FIRST ".helo", PLANE_FILE, FACT_KNOWN, "mx.clinic.example",
	    NULL },
	    { ADDON ".mail", PLANE_FILE, FACT_KNOWN, "none", NULL } } },
	/* Exim's routers ask localdomains alone. */
	{ "local and remote", {
	    FILE_IS("/etc/remotedomains", "clinic.example\n") }, {
	    { FIRST ".mail", PLANE_FILE, FACT_KNOWN, "sends", NULL } } },
	{ "no file of local domains", { FILE_ABSENT("/etc/localdomains"),
	    FILE_IS("/etc/remotedomains", "addon.example\n") }, {
	    { FIRST ".mail", PLANE_FILE, FACT_UNKNOWN,
	    "/etc/localdomains is not there", "/etc/localdomains" },
	    { ADDON ".mail", PLANE_FILE, FACT_KNOWN, "elsewhere", NULL } } },
	{ "a suspended account", {
	    DIR_IS("/var/cpanel/suspended", "clinic/") }, {
	    { FIRST ".mail", PLANE_FILE, FACT_KNOWN, "suspended", NULL },
	    { DENTAL ".mail", PLANE_FILE, FACT_UNKNOWN, "home", NULL } } },
	{ "no list of local domains", { FILE_FAILS("/etc/localdomains") }, {
	    { FIRST ".mail", PLANE_FILE, FACT_UNKNOWN, "Input/output error",
	    NULL } } },
	{ "nobody knows who is suspended", {
	    DIR_FAILS("/var/cpanel/suspended") }, {
	    { FIRST ".mail", PLANE_FILE, FACT_UNKNOWN, "Permission denied",
	    NULL } } },
	{ "no userdatadomains", { FILE_FAILS("/etc/userdatadomains") }, {
	    { FIRST ".kind", PLANE_FILE, FACT_UNKNOWN, "Input/output", NULL },
	    { FIRST ".mail", PLANE_FILE, FACT_KNOWN, "sends", NULL } } },
	{ "addresses of its own", {
	    FILE_IS("/etc/mailips", "clinic.example: 192.0.2.26; 192.0.2.27\n"
	    "*: 192.0.2.30\n"),
	    FILE_IS("/etc/mailhelo", "clinic.example: mx.clinic.example\n"),
	    FILE_IS("/etc/valiases/addon.example", "*: clinic\n") }, {
	    { FIRST ".sends_from", PLANE_FILE, FACT_KNOWN,
	    "192.0.2.26,192.0.2.27", "/etc/mailips:1" },
	    { FIRST ".helo", PLANE_FILE, FACT_KNOWN, "mx.clinic.example",
	    "/etc/mailhelo:1" },
	    { ADDON ".sends_from", PLANE_FILE, FACT_KNOWN, "192.0.2.30",
	    "/etc/mailips:2" },
	    { ADDON ".helo", PLANE_FILE, FACT_KNOWN, "server1.example", NULL },
	    { "inventory.sending_addresses", PLANE_FILE, FACT_KNOWN, "3",
	    NULL } } },
	{ "a name by its address", {
	    FILE_IS("/etc/mail_reverse_dns", "192.0.2.25: mail.example\n") }, {
	    { FIRST ".helo", PLANE_FILE, FACT_KNOWN, "mail.example",
	    "/etc/mail_reverse_dns:1" } } },
	{ "a name by an address of its own", {
	    FILE_IS("/etc/mailips", "clinic.example: 192.0.2.26\n"),
	    FILE_IS("/etc/mail_reverse_dns", "192.0.2.25: mail.example\n"
	    "192.0.2.26: mx.clinic.example\n") }, {
	    { FIRST ".helo", PLANE_FILE, FACT_KNOWN, "mx.clinic.example",
	    "/etc/mail_reverse_dns:2" } } },
	/* Exim's interface: without one of the family the kernel takes its own. */
	{ "an IPv4 address of its own beside IPv6", {
	    FILE_IS("/etc/mailips", "clinic.example: 192.0.2.26\n"),
	    FILE_IS("/proc/net/if_inet6",
	    "20010db8000000000000000000000025 02 40 00 80     eth0\n") }, {
	    { FIRST ".sends_from", PLANE_FILE, FACT_KNOWN,
	    "192.0.2.26,2001:db8::25", "/etc/mailips:1" } } },
	{ "an IPv6 address of its own alone", {
	    FILE_IS("/etc/mailips", "clinic.example: 2001:db8::26\n"),
	    FILE_IS("/proc/net/if_inet6",
	    "20010db8000000000000000000000025 02 40 00 80     eth0\n") }, {
	    { FIRST ".sends_from", PLANE_FILE, FACT_KNOWN,
	    "2001:db8::26,192.0.2.25", "/etc/mailips:1" } } },
	{ "1:1 NAT", { FILE_IS(MAINIP, "10.0.0.5"),
	    FILE_IS(NAT, "10.0.0.5 198.51.100.7\n") }, {
	    { FIRST ".sends_from", PLANE_FILE, FACT_KNOWN, "198.51.100.7",
	    NULL },
	    { "sending_addresses[0]", PLANE_FILE, FACT_KNOWN, "198.51.100.7",
	    NULL },
	    { "sending_addresses[0].local", PLANE_FILE, FACT_KNOWN, "10.0.0.5",
	    NULL } } },
	{ "a private address and no NAT map", { FILE_IS(MAINIP, "10.0.0.5") }, {
	    { FIRST ".sends_from", PLANE_FILE, FACT_UNKNOWN,
	    "10.0.0.5 is no public address", MAINIP } } },
	{ "no main address", { FILE_ABSENT(MAINIP) }, {
	    { FIRST ".sends_from", PLANE_FILE, FACT_UNKNOWN,
	    "main address is not known", MAINIP } } },
	{ "addresses that can not be read", { FILE_FAILS("/etc/mailips") }, {
	    { FIRST ".sends_from", PLANE_FILE, FACT_UNKNOWN, "Input/output",
	    NULL } } },
	{ "an entry without an address", {
	    FILE_IS("/etc/mailips", "clinic.example: ;\n") }, {
	    { FIRST ".sends_from", PLANE_FILE, FACT_UNKNOWN,
	    "no address stands there", "/etc/mailips:1" } } },
	{ "IPv6 beside IPv4", { FILE_IS("/proc/net/if_inet6",
	    "00000000000000000000000000000001 01 80 10 80       lo\n"
	    "fe800000000000000000000000000001 02 40 20 80     eth0\n"
	    "20010db8000000000000000000000026 02 40 00 20     eth0\n"
	    "20010db8000000000000000000000025 02 40 00 80     eth0\n") }, {
	    { FIRST ".sends_from", PLANE_FILE, FACT_KNOWN,
	    "192.0.2.25,2001:db8::25", NULL } } },
	{ "IPv6 addresses that can not be read", {
	    FILE_FAILS("/proc/net/if_inet6") }, {
	    { FIRST ".sends_from", PLANE_FILE, FACT_UNKNOWN,
	    "Input/output error", "/proc/net/if_inet6" } } },
	{ "a key that is none", {
	    FILE_IS("/var/cpanel/domain_keys/private/clinic.example",
	    "nonsense") }, {
	    { FIRST ".dkim_private_key", PLANE_FILE, FACT_UNKNOWN, "", NULL },
	    { FIRST ".dkim_expected", PLANE_FILE, FACT_UNKNOWN, "", NULL } } },
	{ "a key that can not be read", {
	    FILE_FAILS("/var/cpanel/domain_keys/private/clinic.example") }, {
	    { FIRST ".dkim_private_key", PLANE_FILE, FACT_UNKNOWN,
	    "Input/output error", NULL } } },
};

static void *
add(struct facts *facts, const char *list, const char *name)
{
	size_t i;

	for (i = 0; strcmp(field_lists[i].name, list) != 0; i++)
		;
	return facts_add_item(facts, &field_lists[i], name);
}

static void
set(struct fact_str *fact, const char *value)
{
	fact->meta.state = FACT_KNOWN;
	fact->value = value;
}

/* As the accounts collector leaves them. */
static struct facts *
server(struct arena *arena)
{
	static const char *const names[] = { "clinic.example", "addon.example",
		"addon.clinic.example", "dental.example" };
	struct facts *facts = facts_new(arena);
	struct password_file_facts *file = add(facts, "password_files", SHADOW);
	struct account_facts *clinic = add(facts, "accounts", "clinic");
	size_t i;

	facts->host = "server1.example";
	facts->exim.disable_ipv6.plane[PLANE_FILE].meta.state = FACT_ABSENT;
	facts->inventory.accounts.meta.state = FACT_KNOWN;
	facts->inventory.domains.meta.state = FACT_KNOWN;
	facts->inventory.password_files.meta.state = FACT_KNOWN;
	file->entries.meta.state = FACT_KNOWN;
	file->entries.value = 2;
	set(&clinic->home, "/home/clinic");
	(void)add(facts, "accounts", "dental");
	for (i = 0; i < COUNT(names); i++) {
		struct domain_facts *domain = add(facts, "domains", names[i]);

		set(&domain->account, i == 3 ? "dental" : "clinic");
	}
	return facts;
}

static void
run(struct facts *facts, const struct row *rows, size_t count)
{
	struct table_host host = { .rows = rows, .row_count = count,
	    .usual = usual, .usual_count = COUNT(usual) };

	table_run(&host, &collector_domains, facts);
}

static void
test_cases(void **state)
{
	struct arena *arena;
	struct facts *facts;
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		arena = arena_new();
		facts = server(arena);
		run(facts, cases[i].rows, COUNT(cases[i].rows));
		for (j = 0; j < COUNT(cases[i].expected) &&
		    cases[i].expected[j].fact != NULL; j++)
			check_fact(facts, cases[i].name,
			    &cases[i].expected[j]);
		arena_free(arena);
	}
}

/* An empty mail password file is no mailbox, an unreadable one is no answer. */
static void
test_mailboxes(void **state)
{
	struct arena *arena = arena_new();
	struct facts *facts = server(arena);

	(void)state;
	facts->password_files.items[0].entries.value = 0;
	run(facts, NULL, 0);
	assert_string_equal(facts->domains.items[0].mail.value, "receives");
	facts = server(arena);
	facts->password_files.items[0].entries.meta.state = FACT_UNKNOWN;
	run(facts, NULL, 0);
	assert_int_equal(facts->domains.items[0].mail.meta.state,
	    FACT_UNKNOWN);
	facts = server(arena);
	facts->inventory.password_files.meta.state = FACT_UNKNOWN;
	run(facts, NULL, 0);
	assert_int_equal(facts->domains.items[1].mail.meta.state,
	    FACT_UNKNOWN);
	arena_free(arena);
}

/* As userdomains has it: Exim, and so the server, knows no case. */
static void
test_a_domain_in_upper_case(void **state)
{
	struct arena *arena = arena_new();
	struct facts *facts = server(arena);

	(void)state;
	facts->domains.items[1].name = "Addon.EXAMPLE";
	run(facts, NULL, 0);
	assert_string_equal(facts->domains.items[1].mail.value, "none");
	assert_string_equal(facts->domains.items[1].kind.value, "addon");
	arena_free(arena);
}

static void
test_linked_node(void **state)
{
	static const char *const linked[] = { "clinic" };
	struct arena *arena = arena_new();
	struct facts *facts = server(arena);

	(void)state;
	facts->site.linked_accounts.meta.state = FACT_KNOWN;
	facts->site.linked_accounts.items = linked;
	facts->site.linked_accounts.count = 1;
	run(facts, NULL, 0);
	assert_string_equal(facts->domains.items[0].mail.value, "elsewhere");
	arena_free(arena);
}

/* All mail leaves by the smarthost, from addresses of its own. */
static void
test_smarthost(void **state)
{
	struct arena *arena = arena_new();
	struct facts *facts = server(arena);

	(void)state;
	set(&facts->site.smarthost, "* smtp.relay.example::587");
	run(facts, NULL, 0);
	assert_int_equal(facts->domains.items[0].sends_from.meta.state,
	    FACT_ABSENT);
	facts = server(arena);
	set(&facts->site.smarthost, "partner.example smtp.relay.example");
	run(facts, NULL, 0);
	assert_int_equal(facts->domains.items[0].sends_from.meta.state,
	    FACT_KNOWN);
	facts = server(arena);
	set(&facts->site.smarthost,
	    "partner.example mx.partner.example; * smtp.relay.example");
	run(facts, NULL, 0);
	assert_int_equal(facts->domains.items[0].sends_from.meta.state,
	    FACT_ABSENT);
	arena_free(arena);
}

static void
test_exim_without_ipv6(void **state)
{
	static const struct row inet6[] = { FILE_IS("/proc/net/if_inet6",
	    "20010db8000000000000000000000025 02 40 00 80     eth0\n") };
	struct arena *arena = arena_new();
	struct facts *facts = server(arena);

	(void)state;
	set(&facts->exim.disable_ipv6.plane[PLANE_FILE], "true");
	run(facts, inet6, 1);
	assert_int_equal(facts->domains.items[0].sends_from.count, 1);
	facts = server(arena);
	facts->exim.disable_ipv6.plane[PLANE_FILE].meta.state = FACT_UNKNOWN;
	run(facts, inet6, 1);
	check_fact(facts, "Exim's configuration is not known",
	    &(struct expected){ FIRST ".sends_from", PLANE_FILE, FACT_UNKNOWN,
	    "whether Exim sends over IPv6", NULL });
	arena_free(arena);
}

/* The record to publish is what OpenSSL makes of the same key. */
static void
test_dkim_key(void **state)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL);
	struct arena *arena = arena_new();
	struct facts *facts = server(arena);
	unsigned char *der = NULL, text[1024];
	BIO *bio = BIO_new(BIO_s_mem());
	EVP_PKEY *key = NULL;
	char *pem;
	int length;

	(void)state;
	assert_int_equal(EVP_PKEY_keygen_init(context), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2048), 1);
	assert_int_equal(EVP_PKEY_keygen(context, &key), 1);
	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0,
	    NULL, NULL), 1);
	length = (int)BIO_get_mem_data(bio, &pem);
	pem = arena_memdup(arena, pem, (size_t)length);
	run(facts, &(struct row){
	    "file /var/cpanel/domain_keys/private/clinic.example", ANSWER_OK,
	    pem, 0, NULL }, 1);
	length = i2d_PUBKEY(key, &der);
	EVP_EncodeBlock(text, der, length);
	assert_string_equal(facts->domains.items[0].dkim_private_key.value,
	    "RSA 2048");
	assert_string_equal(facts->domains.items[0].dkim_expected.value,
	    arena_printf(arena, "v=DKIM1; k=rsa; p=%s", text));
	OPENSSL_free(der);
	EVP_PKEY_free(key);
	EVP_PKEY_CTX_free(context);
	BIO_free(bio);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_mailboxes),
		cmocka_unit_test(test_a_domain_in_upper_case),
		cmocka_unit_test(test_linked_node),
		cmocka_unit_test(test_smarthost),
		cmocka_unit_test(test_exim_without_ipv6),
		cmocka_unit_test(test_dkim_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
