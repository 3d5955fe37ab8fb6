/*
 * What the site collector makes of the signs of products, local templates,
 * custom code and the tables of listening sockets.
 */
#include "tests/unit/table_host.h"

extern const struct collector collector_site;

#define P PLANE_FILE
#define KNOWN FACT_KNOWN
#define UNKNOWN FACT_UNKNOWN
#define DIRECTORY "dir 0755 root root 4096 1"
#define PROGRAM "file 0755 root root 1 1"
#define ACLS "/usr/local/cpanel/etc/exim/acls"
#define TCP "/proc/net/tcp"

/* proc(5): sl local remote st tx:rx tr:when retrnsmt uid timeout inode. */
#define HEAD "  sl  local_address rem_address   st tx_queue rx_queue tr " \
	"tm->when retrnsmt   uid  timeout inode\n"
#define SOCKET(number, port, state, inode) \
	"   " number ": 00000000:" port " 00000000:0000 " state \
	" 00000000:00000000 00:00000000 00000000     0        0 " inode \
	" 1 0000000000000000 100 0 0 10 0\n"
#define SOCKET6(number, port, state, inode) \
	"   " number ": 00000000000000000000000000000000:" port \
	" 00000000000000000000000000000000:0000 " state \
	" 00000000:00000000 00:00000000 00000000     0        0 " inode \
	" 1 0000000000000000 100 0 0 10 0\n"

static const struct collect_case cases[] = {
	{ "nothing of all that", { { 0 } }, {
	    { "site.products", P, KNOWN, "", NULL },
	    { "site.local_templates", P, KNOWN, "", NULL },
	    { "site.exim_code", P, KNOWN, "", NULL },
	    { "site.dns_cluster", P, KNOWN, "no", NULL },
	    { "site.nat_addresses", P, KNOWN, "0", "/var/cpanel/cpnat" },
	    { "site.remote_domains", P, KNOWN, "0", NULL },
	    { "site.port_owners", P, FACT_UNKNOWN, "skipped: there is no", TCP },
	    { "site.managed_by", P, FACT_ABSENT, NULL, NULL } } },
	{ "products", { STAT_IS("/etc/csf", DIRECTORY),
	    STAT_IS("/usr/local/lsws", DIRECTORY),
	    STAT_ORPHAN("/etc/sysconfig/imunify360") }, {
	    { "site.products", P, KNOWN, "csf,litespeed", NULL } } },
	{ "a product that can not be looked for",
	    { STAT_IS("/etc/csf", DIRECTORY), STAT_FAILS("/etc/fail2ban") }, {
	    { "site.products", P, UNKNOWN, "Permission denied", NULL },
	    { "site.local_templates", P, KNOWN, "", NULL } } },
	{ "a local template",
	    { STAT_IS("/var/cpanel/templates/dovecot2.3/main.local", PROGRAM),
	    STAT_ORPHAN("/var/cpanel/templates/dovecot2.4/main.local") }, {
	    { "site.local_templates", P, KNOWN,
	    "/var/cpanel/templates/dovecot2.3/main.local", NULL } } },
	{ "a template that can not be looked for",
	    { STAT_FAILS("/var/cpanel/templates/dovecot2.4/main.local") }, {
	    { "site.local_templates", P, UNKNOWN, "Permission denied",
	    NULL } } },
	{ "clustered, behind NAT, with relays",
	    { STAT_IS("/var/cpanel/useclusteringdns", PROGRAM),
	    FILE_IS("/var/cpanel/cpnat", "10.0.0.1 192.0.2.1\n"),
	    FILE_IS("/etc/remotedomains", "a.example\nb.example\n#c\n"),
	    FILE_IS("/etc/secondarymx", "\n"),
	    FILE_FAILS("/etc/manualmx") }, {
	    { "site.dns_cluster", P, KNOWN, "yes", NULL },
	    { "site.nat_addresses", P, KNOWN, "1", NULL },
	    { "site.remote_domains", P, KNOWN, "2", NULL },
	    { "site.secondary_mx", P, KNOWN, "0", NULL },
	    { "site.manual_mx", P, UNKNOWN, "Input/output error",
	    "/etc/manualmx" } } },
	{ "clusters that can not be seen",
	    { STAT_FAILS("/var/cpanel/useclusteringdns"),
	    FILE_ORPHAN("/var/cpanel/cpnat") }, {
	    { "site.dns_cluster", P, UNKNOWN, "Permission denied", NULL },
	    { "site.nat_addresses", P, UNKNOWN, "no directory", NULL } } },
	/* Code. */
	{ "custom fragments and Perl",
	    { DIR_IS(ACLS, "ACL_RCPT_BLOCK/README/"),
	    DIR_IS(ACLS "/ACL_RCPT_BLOCK", "custom_begin/default/xcustom_/"),
	    STAT_IS("/etc/exim.pl.local", PROGRAM) }, {
	    { "site.exim_code", P, KNOWN, ACLS "/ACL_RCPT_BLOCK/custom_begin,"
	    "/etc/exim.pl.local", NULL } } },
	{ "fragments that can not be listed", { DIR_FAILS(ACLS) }, {
	    { "site.exim_code", P, UNKNOWN, "Permission denied", ACLS } } },
	{ "one block that can not be listed",
	    { DIR_IS(ACLS, "ACL_RCPT_BLOCK/"),
	    STAT_IS(ACLS "/ACL_RCPT_BLOCK", DIRECTORY),
	    DIR_FAILS(ACLS "/ACL_RCPT_BLOCK") }, {
	    { "site.exim_code", P, UNKNOWN, "Permission denied", NULL } } },
	{ "a plain file among the blocks",
	    { DIR_IS(ACLS, "README/"), STAT_IS(ACLS "/README", PROGRAM),
	    { "dir " ACLS "/README", ANSWER_FAILED, NULL, 0,
	    "README: Not a directory" } }, {
	    { "site.exim_code", P, KNOWN, "", ACLS } } },
	{ "Perl that can not be looked for",
	    { STAT_FAILS("/etc/exim.pl.local") }, {
	    { "site.exim_code", P, UNKNOWN, "Permission denied",
	    ACLS ", /etc/exim.pl.local" } } },
	/* Who listens. */
	{ "the mail ports", { FILE_IS(TCP, HEAD
	    SOCKET("0", "0019", "0A", "111") SOCKET("1", "01D1", "0A", "111")
	    SOCKET("2", "01BB", "0A", "333") SOCKET("3", "0050", "0A", "444")
	    SOCKET("10", "024B", "01", "555")),
	    DIR_IS("/proc", "1/20/30/self/net/"),
	    DIR_IS("/proc/1/fd", "0/1/"), DIR_FAILS("/proc/20/fd"),
	    DIR_IS("/proc/30/fd", "3/4/5/"),
	    LINK_IS("/proc/1/fd/1", "socket:[333]"),
	    LINK_IS("/proc/30/fd/3", "socket:[111]"),
	    LINK_IS("/proc/30/fd/4", "/dev/null"),
	    LINK_IS("/proc/30/exe", "/usr/sbin/exim"),
	    LINK_IS("/proc/1/exe", "/usr/sbin/httpd") }, {
	    { "site.port_owners", P, KNOWN, "25 /usr/sbin/exim,"
	    "465 /usr/sbin/exim,443 /usr/sbin/httpd", TCP } } },
	{ "IPv6 only", { FILE_IS(TCP, HEAD),
	    FILE_IS(TCP "6", HEAD SOCKET6("0", "0019", "0A", "9")),
	    DIR_IS("/proc", "7/"), DIR_IS("/proc/7/fd", "3/"),
	    LINK_IS("/proc/7/fd/3", "socket:[9]"),
	    LINK_IS("/proc/7/exe", "/usr/sbin/exim") }, {
	    { "site.port_owners", P, KNOWN, "25 /usr/sbin/exim", NULL } } },
	/* A filter at the public address, Exim behind it at the other. */
	{ "two programs on one port", { FILE_IS(TCP, HEAD
	    SOCKET("0", "0019", "0A", "9") SOCKET("1", "0019", "0A", "8")),
	    DIR_IS("/proc", "7/8/"), DIR_IS("/proc/7/fd", "3/"),
	    DIR_IS("/proc/8/fd", "3/"),
	    LINK_IS("/proc/7/fd/3", "socket:[9]"),
	    LINK_IS("/proc/8/fd/3", "socket:[8]"),
	    LINK_IS("/proc/7/exe", "/usr/local/assp/perl"),
	    LINK_IS("/proc/8/exe", "/usr/sbin/exim") }, {
	    { "site.port_owners", P, KNOWN, "25 /usr/local/assp/perl,"
	    "25 /usr/sbin/exim", NULL } } },
	{ "one program at two addresses", { FILE_IS(TCP, HEAD
	    SOCKET("0", "0019", "0A", "9")),
	    FILE_IS(TCP "6", HEAD SOCKET6("0", "0019", "0A", "8")),
	    DIR_IS("/proc", "7/"), DIR_IS("/proc/7/fd", "3/4/"),
	    LINK_IS("/proc/7/fd/3", "socket:[9]"),
	    LINK_IS("/proc/7/fd/4", "socket:[8]"),
	    LINK_IS("/proc/7/exe", "/usr/sbin/exim") }, {
	    { "site.port_owners", P, KNOWN, "25 /usr/sbin/exim", NULL } } },
	{ "one of two owners is not to be seen", { FILE_IS(TCP, HEAD
	    SOCKET("0", "0019", "0A", "9")),
	    FILE_IS(TCP "6", HEAD SOCKET6("0", "0019", "0A", "8")),
	    DIR_IS("/proc", "7/"), DIR_IS("/proc/7/fd", "3/"),
	    LINK_IS("/proc/7/fd/3", "socket:[9]"),
	    LINK_IS("/proc/7/exe", "/usr/sbin/exim") }, {
	    { "site.port_owners", P, KNOWN, "25 /usr/sbin/exim,"
	    "25 unknown program", NULL } } },
	{ "the owner is not to be seen",
	    { FILE_IS(TCP, HEAD SOCKET("0", "0019", "0A", "9")),
	    DIR_FAILS("/proc") }, {
	    { "site.port_owners", P, KNOWN, "25 unknown program", NULL } } },
	{ "nobody listens", { FILE_IS(TCP, HEAD) }, {
	    { "site.port_owners", P, KNOWN, "", TCP } } },
	{ "a table of something else",
	    { FILE_IS(TCP, "junk\n\n   0: zz\n 1: 00000000:0019\n"
	    "   2: 00000000:0019 00000000:0000 0A\n\n") }, {
	    { "site.port_owners", P, KNOWN, "", NULL } } },
	{ "no table to be read", { FILE_FAILS(TCP) }, {
	    { "site.port_owners", P, UNKNOWN, "Input/output error", TCP } } },
	{ "the table of IPv6 can not be read", { FILE_IS(TCP, ""),
	    FILE_FAILS(TCP "6") }, {
	    { "site.port_owners", P, UNKNOWN, "Input/output error", TCP "6" } } },
};

static void
test_cases(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		check_case(&collector_site, &cases[i], NULL, 0);
}

static void
test_managed_by(void **state)
{
	struct arena *arena = arena_new();
	struct table_host host = { .base.ask = table_ask };
	struct facts *facts = facts_new(arena);
	struct collection collection = { .host = &host.base, .facts = facts,
	    .arena = arena, .scratch = arena_new(), .managed_by = "ansible" };
	const struct expected expected = { "site.managed_by", P, KNOWN,
	    "ansible", "cpward.ini [site] managed_by" };

	(void)state;
	collector_site.collect(&collection);
	arena_free(collection.scratch);
	check_fact(facts, "declared", &expected);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_managed_by),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
