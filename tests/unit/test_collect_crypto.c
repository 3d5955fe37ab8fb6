/*
 * What the system's cryptography forbids, by release and configuration.
 * Expected values: update-crypto-policies(8), config(5ssl),
 * SSL_CTX_set_security_level(3ssl), and what Debian's and Ubuntu's packaging
 * says of its builds.
 */
#include "tests/unit/table_host.h"

extern const struct collector collector_crypto;

#define STATE "/etc/crypto-policies/state/current"
#define CNF "/etc/ssl/openssl.cnf"
#define PKI "/etc/pki/tls/openssl.cnf"
#define BACK_END "/etc/crypto-policies/back-ends/opensslcnf.config"
#define FIPS "/proc/sys/crypto/fips_enabled"
#define CHAIN "openssl_conf = i\n[i]\nssl_conf = s\n[s]\nsystem_default = d\n[d]\n"
#define EL_CNF CHAIN ".include = " BACK_END "\n"
#define IN_FILE PLANE_FILE
#define MIN "crypto.policy_min_protocol"
#define POLICY "crypto.policy"

struct crypto_case {
	const char *os_id;
	const char *os_version;
	struct collect_case of;
};

static const struct crypto_case cases[] = {
	{ "almalinux", "9.4", { "EL, the default policy", {
	    FILE_IS(STATE, "DEFAULT\n"), FILE_ABSENT(CNF), FILE_IS(PKI, EL_CNF),
	    FILE_IS(BACK_END, "CipherString = @SECLEVEL=2:kEECDH\n"
	    "TLS.MinProtocol = TLSv1.2\nDTLS.MinProtocol = DTLSv1.2\n"),
	    FILE_IS(FIPS, "0\n") }, {
	    { MIN, IN_FILE, FACT_KNOWN, "TLSv1.2", BACK_END ":1" },
	    { POLICY, IN_FILE, FACT_KNOWN, "DEFAULT", STATE },
	    { "crypto.fips_enabled", IN_FILE, FACT_KNOWN, "no", FIPS } } } },
	{ "almalinux", "8.10", { "EL, the legacy policy", {
	    FILE_IS(STATE, "LEGACY\n"), FILE_ABSENT(CNF), FILE_IS(PKI, EL_CNF),
	    FILE_IS(BACK_END, "CipherString = @SECLEVEL=1:kEECDH\n"
	    "MinProtocol = TLSv1\n") }, {
	    { MIN, IN_FILE, FACT_KNOWN, "TLSv1", BACK_END ":1" },
	    { POLICY, IN_FILE, FACT_KNOWN, "LEGACY", NULL } } } },
	{ "almalinux", "9.4", { "EL, a sub-policy and FIPS mode", {
	    FILE_IS(STATE, "FIPS:OSPP\n"), FILE_ABSENT(CNF),
	    FILE_IS(PKI, EL_CNF),
	    FILE_IS(BACK_END, "TLS.MinProtocol = TLSv1.2\n"),
	    FILE_IS(FIPS, "1\n") }, {
	    { MIN, IN_FILE, FACT_KNOWN, "TLSv1.2", NULL },
	    { POLICY, IN_FILE, FACT_KNOWN, "FIPS:OSPP", NULL },
	    { "crypto.fips_enabled", IN_FILE, FACT_KNOWN, "yes", NULL } } } },
	{ "almalinux", "9.4", { "EL, OpenSSL was taken out of the policy", {
	    FILE_IS(STATE, "DEFAULT\n"), FILE_ABSENT(CNF),
	    FILE_IS(PKI, "HOME = .\n") }, {
	    { MIN, IN_FILE, FACT_UNKNOWN, "says nothing", NULL },
	    { POLICY, IN_FILE, FACT_KNOWN, "DEFAULT", NULL } } } },
	{ "almalinux", "9.4", { "EL, the back end can not be read", {
	    FILE_IS(STATE, "DEFAULT\n"), FILE_ABSENT(CNF),
	    FILE_IS(PKI, EL_CNF), FILE_FAILS(BACK_END) }, {
	    { MIN, IN_FILE, FACT_UNKNOWN, "decided at " PKI ":7", NULL } } } },
	{ "almalinux", "9.4", { "EL, what is no policy", {
	    FILE_IS(STATE, "<b>\n") }, {
	    { POLICY, IN_FILE, FACT_UNKNOWN, "no name of a policy", NULL } } } },
	{ "almalinux", "9.4", { "EL, the state can not be read", {
	    FILE_FAILS(STATE), FILE_ABSENT(CNF), FILE_ABSENT(PKI) }, {
	    { POLICY, IN_FILE, FACT_UNKNOWN, "Input/output error", STATE } } } },
	{ "debian", "12", { "Debian 12 as it is installed", {
	    FILE_ORPHAN(STATE), FILE_IS(CNF, "openssl_conf = openssl_init\n"
	    "[openssl_init]\nproviders = p\n"), FILE_ABSENT(FIPS) }, {
	    { MIN, IN_FILE, FACT_KNOWN, "TLSv1.2", "/etc/os-release" },
	    { POLICY, IN_FILE, FACT_KNOWN,
	    "OpenSSL security level 2 (Debian 12)", "/etc/os-release" },
	    { "crypto.fips_enabled", IN_FILE, FACT_ABSENT, NULL, FIPS } } } },
	{ "debian", "12", { "Debian 12 opened wide", { FILE_ORPHAN(STATE),
	    FILE_IS(CNF, CHAIN "MinProtocol = TLSv1\n"
	    "CipherString = DEFAULT@SECLEVEL=0\n") }, {
	    { MIN, IN_FILE, FACT_KNOWN, "TLSv1", CNF ":8" },
	    { POLICY, IN_FILE, FACT_KNOWN, "OpenSSL security level 0", NULL },
	    } } },
	{ "debian", "12", { "level 0 alone forbids no protocol", {
	    FILE_ORPHAN(STATE),
	    FILE_IS(CNF, CHAIN "CipherString = ALL@SECLEVEL=0\n") }, {
	    { MIN, IN_FILE, FACT_KNOWN, "", NULL } } } },
	{ "debian", "12", { "an old protocol that level 2 refuses all the same", {
	    FILE_ORPHAN(STATE), FILE_IS(CNF, CHAIN "MinProtocol = TLSv1\n") }, {
	    { MIN, IN_FILE, FACT_KNOWN, "TLSv1.2", NULL },
	    { POLICY, IN_FILE, FACT_KNOWN,
	    "OpenSSL security level 2 (Debian 12)", NULL } } } },
	{ "debian", "12", { "no openssl.cnf at all", { FILE_ORPHAN(STATE),
	    FILE_ABSENT(CNF), FILE_ABSENT(PKI) }, {
	    { MIN, IN_FILE, FACT_KNOWN, "TLSv1.2", NULL } } } },
	{ "debian", "12", { "openssl.cnf can not be read", {
	    FILE_ORPHAN(STATE), FILE_FAILS(CNF) }, {
	    { MIN, IN_FILE, FACT_UNKNOWN, "Input/output error", CNF },
	    { POLICY, IN_FILE, FACT_UNKNOWN, "Input/output error", CNF } } } },
	{ "debian", "12", { "openssl.cnf is broken", { FILE_ORPHAN(STATE),
	    FILE_IS(CNF, "hello\n") }, {
	    { MIN, IN_FILE, FACT_UNKNOWN, "is no assignment", CNF } } } },
	{ "debian", "11", { "Debian 11 has another OpenSSL", {
	    FILE_ORPHAN(STATE), FILE_IS(CNF, CHAIN "MinProtocol = TLSv1.2\n"
	    "CipherString = DEFAULT@SECLEVEL=2\n") }, {
	    { MIN, IN_FILE, FACT_KNOWN, "TLSv1.2", NULL },
	    { POLICY, IN_FILE, FACT_KNOWN, "OpenSSL security level 2", NULL },
	    } } },
	{ "debian", "11", { "where a level forbids no protocol", {
	    FILE_ORPHAN(STATE), FILE_IS(CNF, CHAIN
	    "CipherString = DEFAULT@SECLEVEL=2\n") }, {
	    { MIN, IN_FILE, FACT_UNKNOWN, "not known", NULL } } } },
	{ "ubuntu", "22.04", { "Ubuntu 22.04", { FILE_ORPHAN(STATE),
	    FILE_IS(CNF, "") }, {
	    { MIN, IN_FILE, FACT_KNOWN, "TLSv1.2", NULL },
	    { POLICY, IN_FILE, FACT_KNOWN,
	    "OpenSSL security level 2 (Ubuntu 22.04)", NULL } } } },
	{ "ubuntu", "20.04", { "Ubuntu 20.04", { FILE_ORPHAN(STATE),
	    FILE_IS(CNF, "") }, {
	    { MIN, IN_FILE, FACT_UNKNOWN, "not known", NULL },
	    { POLICY, IN_FILE, FACT_UNKNOWN, "not known", NULL } } } },
	{ "ubuntu", "24.04", { "a kernel that knows no FIPS mode", {
	    FILE_ORPHAN(STATE), FILE_IS(CNF, ""), FILE_ORPHAN(FIPS),
	    DIR_IS("/proc/sys", "fs/kernel/") }, {
	    { "crypto.fips_enabled", IN_FILE, FACT_ABSENT, NULL, FIPS } } } },
	{ "ubuntu", "24.04", { "a copy without /proc", { FILE_ORPHAN(STATE),
	    FILE_IS(CNF, ""), FILE_ORPHAN(FIPS), DIR_ORPHAN("/proc/sys") }, {
	    { "crypto.fips_enabled", IN_FILE, FACT_UNKNOWN, "no directory",
	    FIPS } } } },
	{ "ubuntu", "24.04", { "fips_enabled is neither", { FILE_ORPHAN(STATE),
	    FILE_IS(CNF, ""), FILE_IS(FIPS, "\n") }, {
	    { "crypto.fips_enabled", IN_FILE, FACT_UNKNOWN, "neither 0 nor 1",
	    NULL } } } },
};

static void
run_case(const struct crypto_case *c)
{
	struct arena *arena = arena_new();
	struct table_host host = { .rows = c->of.rows,
	    .row_count = COUNT(c->of.rows) };
	struct facts *facts = facts_new(arena);
	size_t i;

	/* As the platform collector leaves them. */
	facts->platform.os_id = (struct fact_str){ { FACT_KNOWN,
	    "/etc/os-release", NULL }, c->os_id };
	facts->platform.os_version = (struct fact_str){ { FACT_KNOWN,
	    "/etc/os-release", NULL }, c->os_version };
	table_run(&host, &collector_crypto, facts);
	for (i = 0; i < COUNT(c->of.expected) &&
	    c->of.expected[i].fact != NULL; i++)
		check_fact(facts, c->of.name, &c->of.expected[i]);
	arena_free(arena);
}

static void
test_cases(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		run_case(&cases[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
