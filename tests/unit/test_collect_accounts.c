/*
 * What the accounts collector makes of accounts, resellers, password files and
 * mail folders; and that no hash and no path that a tenant made up
 * comes out of it.
 */
#include "tests/unit/table_host.h"

extern const struct collector collector_accounts, collector_mail_paths;

/* What ranges over the accounts behind what finds them. */
static void
collect_both(struct collection *collection)
{
	collector_accounts.collect(collection);
	collector_mail_paths.collect(collection);
}

static const struct collector both = { .collect = collect_both };

#define USERS "/etc/trueuserdomains"
#define OWNERS "/etc/trueuserowners"
#define DOMAINS "/etc/userdomains"
#define PASSWD "/etc/passwd"
#define SHADOW "/etc/shadow"
#define RESELLERS "/var/cpanel/resellers"
#define KNOWN FACT_KNOWN
#define UNKNOWN FACT_UNKNOWN
#define P PLANE_FILE

static const struct row usual[] = {
	FILE_IS(USERS, "example.com: alice\nexample.net: bob\n"),
	FILE_IS(OWNERS, "alice: root\nbob: seller\n"),
	FILE_IS(DOMAINS, "example.com: alice\nshop.example.com: alice\n"
	    "example.net: bob\n*: nobody\n"),
	FILE_IS(PASSWD, "root:x:0:0:root:/root:/bin/bash\n"
	    "alice:x:1001:1001::/home/alice:/bin/bash\n"
	    "bob:x:1002:1002::/home2/bob:/bin/false\n"),
	FILE_IS(SHADOW, "root:$6$s$h:1::::::\n"),
	DIR_IS("/var/log", ""),
	DIR_IS("/home/alice/etc", ""),
	DIR_IS("/home2/bob/etc", ""),
};

static const struct collect_case cases[] = {
	{ "two accounts", { { 0 } }, {
	    { "inventory.accounts", P, KNOWN, "2", USERS },
	    { "accounts[0]", P, KNOWN, "alice", NULL },
	    { "accounts[0].domain", P, KNOWN, "example.com", USERS ":1" },
	    { "accounts[0].owner", P, KNOWN, "root", OWNERS },
	    { "accounts[0].home", P, KNOWN, "/home/alice", PASSWD },
	    { "accounts[1].owner", P, KNOWN, "seller", NULL },
	    { "accounts[1].home", P, KNOWN, "/home2/bob", NULL },
	    { "inventory.domains", P, KNOWN, "3", DOMAINS },
	    { "domains[1]", P, KNOWN, "shop.example.com", NULL },
	    { "domains[1].account", P, KNOWN, "alice", DOMAINS ":2" },
	    { "inventory.resellers", P, KNOWN, "0", RESELLERS },
	    { "inventory.password_files", P, KNOWN, "1", NULL },
	    { "inventory.mail_paths", P, KNOWN, "0", NULL } } },
	{ "no account yet", { FILE_IS(USERS, ""), FILE_IS(DOMAINS,
	    "*: nobody\n") }, {
	    { "inventory.accounts", P, KNOWN, "0", NULL },
	    { "inventory.domains", P, KNOWN, "0", NULL } } },
	{ "a home is empty, another is the root", { FILE_IS(PASSWD,
	    "alice:x:1001:1001:::/bin/sh\nbob:x:1002:1002::/:/bin/sh\n") }, {
	    { "accounts[0].home", P, FACT_ABSENT, NULL, NULL },
	    { "accounts[1].home", P, FACT_ABSENT, NULL, NULL },
	    { "inventory.password_files", P, UNKNOWN, "the home of", NULL },
	    { "inventory.mail_paths", P, UNKNOWN, "the home of", NULL } } },
	{ "no line of the shadow file has a colon", { FILE_IS(SHADOW,
	    "root\nalice\n") }, {
	    { "password_files[0].entries", P, UNKNOWN, "no line of it is",
	    SHADOW },
	    { "password_files[0].schemes", P, UNKNOWN, "no line of it is",
	    SHADOW } } },
	{ "mailboxes of a domain, as one", {
	    STAT_IS("/home/alice/mail", "dir 0751 alice mail 1 1"),
	    STAT_IS("/home/alice/mail/example.com", "dir 0751 alice mail 1 1"),
	    DIR_IS("/home/alice/mail/example.com", "ann/bob/note/"),
	    STAT_IS("/home/alice/mail/example.com/ann", "dir 0750 alice alice 1 1"),
	    STAT_IS("/home/alice/mail/example.com/ann/cur",
	    "dir 0705 alice alice 1 1"),
	    STAT_IS("/home/alice/mail/example.com/ann/new",
	    "dir 0700 alice alice 1 1"),
	    STAT_IS("/home/alice/mail/example.com/bob", "dir 0700 alice alice 1 1"),
	    STAT_IS("/home/alice/mail/example.com/note",
	    "file 0666 alice alice 1 1") }, {
	    { "inventory.mail_paths", P, KNOWN, "3", NULL },
	    { "mail_paths[2]", P, KNOWN, "/home/alice/mail/example.com/*", NULL },
	    { "mail_paths[2].mode", P, KNOWN, "0755", NULL },
	    { "mail_paths[2].group", P, KNOWN, "alice", NULL } } },
	{ "a mailbox that can not be examined", {
	    DIR_IS("/home/alice/mail/example.com", "ann/"),
	    STAT_FAILS("/home/alice/mail/example.com/ann") }, {
	    { "mail_paths[0]", P, KNOWN, "/home/alice/mail/example.com/*", NULL },
	    { "mail_paths[0].mode", P, UNKNOWN, "can not be examined", NULL } } },
	{ "a mail folder that can not be listed", {
	    DIR_FAILS("/home/alice/mail/example.com") }, {
	    { "mail_paths[0].mode", P, UNKNOWN, "Permission denied", NULL } } },
	{ "accounts can not be read", { FILE_FAILS(USERS) }, {
	    { "inventory.accounts", P, UNKNOWN, "Input/output error", USERS },
	    { "inventory.password_files", P, UNKNOWN,
	    "the accounts are not known", USERS },
	    { "inventory.mail_paths", P, UNKNOWN, "the accounts are not known",
	    NULL },
	    { "password_files[0]", P, KNOWN, SHADOW, NULL } } },
	{ "accounts are not there", { FILE_ABSENT(USERS) }, {
	    { "inventory.accounts", P, FACT_ABSENT, NULL, USERS },
	    { "inventory.password_files", P, UNKNOWN,
	    "the accounts are not known", NULL } } },
	{ "owners and homes can not be read",
	    { FILE_FAILS(OWNERS), FILE_FAILS(PASSWD) }, {
	    { "accounts[0].owner", P, UNKNOWN, "Input/output error", OWNERS },
	    { "accounts[0].home", P, UNKNOWN, "Input/output error", PASSWD },
	    { "inventory.accounts", P, KNOWN, "2", NULL },
	    { "inventory.password_files", P, UNKNOWN,
	    "is not known", PASSWD } } },
	{ "an account without a home",
	    { FILE_IS(PASSWD, "alice:x:1:1::/home/alice:/bin/sh\nbob:x:2\n"),
	    FILE_IS(OWNERS, "alice: root\n") }, {
	    { "accounts[1].home", P, FACT_ABSENT, NULL, PASSWD },
	    { "accounts[1].owner", P, FACT_ABSENT, NULL, OWNERS },
	    { "inventory.password_files", P, UNKNOWN,
	    "the home of bob is not known", NULL },
	    { "inventory.mail_paths", P, UNKNOWN,
	    "the home of bob is not known", NULL } } },
	{ "domains can not be read", { FILE_FAILS(DOMAINS) }, {
	    { "inventory.domains", P, UNKNOWN, "Input/output error", DOMAINS },
	    { "inventory.mail_paths", P, UNKNOWN, "the domains are not known",
	    DOMAINS } } },
	/* Names that are no names. */
	{ "a user that is a path",
	    { FILE_IS(USERS, "a.example: ../../etc\nexample.com: alice\n"
	    "b.example\nc.example: .hidden\nd.example: a b\n") }, {
	    { "inventory.accounts", P, UNKNOWN,
	    "line 5 is not \"domain: user\"", USERS },
	    { "accounts[0]", P, KNOWN, "alice", NULL } } },
	{ "domain folders that are paths",
	    { DIR_IS("/home/alice/etc", "../.hidden.example/a b.example/"
	    "ex.ample;/plain/good.example/"),
	    STAT_IS("/home/alice/etc/../shadow", "file 0600 root root 1 1"),
	    STAT_IS("/home/alice/etc/.hidden.example/shadow",
	    "file 0600 root root 1 1"),
	    STAT_IS("/home/alice/etc/a b.example/shadow",
	    "file 0600 root root 1 1"),
	    STAT_IS("/home/alice/etc/ex.ample;/shadow",
	    "file 0600 root root 1 1"),
	    STAT_IS("/home/alice/etc/plain/shadow", "file 0600 root root 1 1"),
	    STAT_IS("/home/alice/etc/good.example/shadow",
	    "file 0640 alice mail 1 1"),
	    FILE_IS("/home/alice/etc/good.example/shadow",
	    "info:$6$s$h:1::::::\n") }, {
	    { "inventory.password_files", P, KNOWN, "2", NULL },
	    { "password_files[1]", P, KNOWN,
	    "/home/alice/etc/good.example/shadow", NULL },
	    { "password_files[1].schemes", P, KNOWN, "sha512-crypt 1",
	    "/home/alice/etc/good.example/shadow" } } },
	{ "webmail's database beside the folders",
	    { DIR_IS("/home/alice/etc", "alice.rcube.db/gone.example/"),
	    STAT_FAILS("/home/alice/etc/alice.rcube.db/shadow"),
	    STAT_IS("/home/alice/etc/alice.rcube.db",
	    "file 0600 alice alice 1 1"),
	    STAT_FAILS("/home/alice/etc/gone.example/shadow"),
	    FILE_FAILS("/home/alice/etc/gone.example/shadow") }, {
	    { "inventory.password_files", P, KNOWN, "2", NULL },
	    { "password_files[1]", P, KNOWN,
	    "/home/alice/etc/gone.example/shadow", NULL },
	    { "password_files[1].entries", P, UNKNOWN, "Input/output error",
	    NULL } } },
	{ "a domain that is a path",
	    { FILE_IS(DOMAINS, "../../../etc: alice\nexample.com: alice\n"
	    "example.org: stranger\n"),
	    STAT_IS("/home/alice/mail/../../../etc", "dir 0755 root root 1 1"),
	    STAT_IS("/home/alice/mail/example.com",
	    "dir 0751 alice alice 1 1") }, {
	    { "inventory.mail_paths", P, KNOWN, "1", NULL },
	    { "mail_paths[0]", P, KNOWN, "/home/alice/mail/example.com", NULL },
	    { "mail_paths[0].mode", P, KNOWN, "0751", NULL },
	    { "mail_paths[0].kind", P, KNOWN, "mailbox-root", NULL } } },
	/* Resellers. */
	{ "resellers", { FILE_IS(RESELLERS, "seller:all\n"
	    "two:create-acct,list-accts,\nnone:\nspaced: a , b\nbare\n") }, {
	    { "inventory.resellers", P, KNOWN, "5", RESELLERS },
	    { "resellers[0]", P, KNOWN, "seller", NULL },
	    { "resellers[0].acls", P, KNOWN, "all", RESELLERS ":1" },
	    { "resellers[1].acls", P, KNOWN, "create-acct,list-accts",
	    RESELLERS ":2" },
	    { "resellers[2].acls", P, KNOWN, "", RESELLERS ":3" },
	    { "resellers[3].acls", P, KNOWN, "a,b", RESELLERS ":4" },
	    { "resellers[4].acls", P, UNKNOWN,
	    "line 5 is not \"user:acl,acl\"", RESELLERS } } },
	{ "resellers can not be read", { FILE_FAILS(RESELLERS) }, {
	    { "inventory.resellers", P, UNKNOWN, "Input/output error",
	    RESELLERS } } },
	{ "no directory of resellers", { FILE_ORPHAN(RESELLERS) }, {
	    { "inventory.resellers", P, UNKNOWN, "no directory",
	    RESELLERS } } },
	/* Password files. */
	{ "shadow can not be read", { FILE_FAILS(SHADOW) }, {
	    { "password_files[0].entries", P, UNKNOWN, "Input/output error",
	    SHADOW },
	    { "password_files[0].schemes", P, UNKNOWN, "Input/output error",
	    SHADOW },
	    { "inventory.password_files", P, KNOWN, "1", NULL } } },
	{ "an account without mail domains",
	    { { "dir /home/alice/etc", ANSWER_ABSENT, NULL, 0, NULL } }, {
	    { "inventory.password_files", P, KNOWN, "1", NULL } } },
	{ "mail domains that can not be listed",
	    { DIR_FAILS("/home/alice/etc") }, {
	    { "inventory.password_files", P, UNKNOWN, "Permission denied",
	    "/home/alice" } } },
	{ "mail passwords that can not be read",
	    { DIR_IS("/home/alice/etc", "example.com/"),
	    STAT_FAILS("/home/alice/etc/example.com/shadow"),
	    FILE_FAILS("/home/alice/etc/example.com/shadow") }, {
	    { "password_files[1].entries", P, UNKNOWN, "Input/output error",
	    NULL },
	    { "inventory.password_files", P, KNOWN, "2", NULL } } },
	/* Mail and logs. */
	{ "spool and logs",
	    { STAT_IS("/var/spool/exim", "dir 0751 mailnull mail 1 1"),
	    DIR_IS("/var/log", "exim_mainlog/exim_mainlog-20261115.gz/lastlog/"
	    "maillog.1/messages/"),
	    STAT_IS("/var/log/exim_mainlog", "file 0640 mailnull mail 1 1"),
	    STAT_IS("/var/log/exim_mainlog-20261115.gz",
	    "file 0644 mailnull mail 1 1"),
	    STAT_FAILS("/var/log/maillog.1"),
	    STAT_IS("/home/alice/mail", "dir 0751 alice alice 1 1") }, {
	    { "inventory.mail_paths", P, KNOWN, "5", NULL },
	    { "mail_paths[0].kind", P, KNOWN, "spool", NULL },
	    { "mail_paths[1]", P, KNOWN, "/var/log/exim_mainlog", NULL },
	    { "mail_paths[2].kind", P, KNOWN, "exim-log", NULL },
	    { "mail_paths[2].mode", P, KNOWN, "0644", NULL },
	    { "mail_paths[3].kind", P, KNOWN, "maillog", NULL },
	    { "mail_paths[3].mode", P, UNKNOWN, "Permission denied", NULL },
	    { "mail_paths[4]", P, KNOWN, "/home/alice/mail", NULL } } },
	{ "logs that can not be listed", { DIR_FAILS("/var/log") }, {
	    { "inventory.mail_paths", P, UNKNOWN, "Permission denied",
	    "/var/log" } } },
	{ "no folder of logs", { { "dir /var/log", ANSWER_ABSENT, NULL, 0,
	    NULL } }, {
	    { "inventory.mail_paths", P, UNKNOWN, "does not exist",
	    "/var/log" } } },
};

static void
test_cases(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		check_case(&both, &cases[i], usual, COUNT(usual));
}

/* ---- schemes, after crypt(5) and Dovecot's password schemes ---- */

static const struct {
	const char *hash;
	const char *schemes;	/* "" = nobody can log in with it */
} hashes[] = {
	{ "$6$SECRETsalt$SECRET", "sha512-crypt 1" },
	{ "$6$rounds=5000$SECRET$SECRET", "sha512-crypt 1" },
	{ "$5$SECRET$SECRET", "sha256-crypt 1" },
	{ "$1$SECRET$SECRET", "md5-crypt 1" },
	{ "$y$j9T$SECRET$SECRET", "yescrypt 1" },
	{ "$gy$j9T$SECRET$SECRET", "gost-yescrypt 1" },
	{ "$7$SECRET$SECRET", "scrypt 1" },
	{ "$2y$10$SECRETSECRET", "bcrypt 1" },
	{ "$2b$10$SECRETSECRET", "bcrypt 1" },
	{ "$2a$10$SECRETSECRET", "bcrypt 1" },
	{ "$sha1$1$SECRET$SECRET", "sha1-crypt 1" },
	{ "$md5,rounds=1$SECRET$", "sun-md5 1" },
	{ "$3$$SECRET", "nt-hash 1" },
	{ "_J9..SECRETSECRETSE", "bsdi-crypt 1" },
	{ "SECRETSECRETS", "des-crypt 1" },
	{ "SECRET", "plain 1" },
	{ "SECRETSECRETSE", "plain 1" },
	{ "{PLAIN}SECRET", "plain 1" },
	{ "{plain}SECRET", "plain 1" },
	{ "{CLEARTEXT}SECRET", "plain 1" },
	{ "{SSHA}SECRET", "unrecognised 1" },
	{ "$9$SECRET", "unrecognised 1" },
	{ "*LOCKED*$6$SECRET$SECRET", "sha512-crypt 1" },
	{ "!$6$SECRET$SECRET", "sha512-crypt 1" },
	{ "!!$1$SECRET$SECRET", "md5-crypt 1" },
	{ "*LOCKED*", "" },
	{ "*", "" },
	{ "!", "" },
	{ "!!", "" },
	{ "!*", "" },
	{ "x", "" },
	{ "", "empty 1" },	/* shadow(5): no password is asked for */
};

/* The hash's letters, in any fact of the file. */
static void
check_no_secret(const struct password_file_facts *file, const char *hash)
{
	size_t i;

	for (i = 0; i < file->schemes.count; i++)
		if (strstr(file->schemes.items[i], "SECRET") != NULL)
			fail_msg("%s is among the facts", hash);
	assert_null(strstr(file->name, "SECRET"));
	assert_true(file->schemes.meta.why == NULL);
	assert_null(strstr(file->schemes.meta.origin, "SECRET"));
}

static void
test_schemes(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(hashes); i++) {
		struct arena *arena = arena_new();
		bool usable = hashes[i].schemes[0] != '\0';
		struct row rows[] = { { "file " SHADOW, ANSWER_OK,
		    arena_printf(arena, "alice:%s:19000:0:99999:7:::\n",
		    hashes[i].hash), 0, NULL } };
		struct table_host host = { .rows = rows, .row_count = 1,
		    .usual = usual, .usual_count = COUNT(usual) };
		struct facts *facts = facts_new(arena);
		const struct expected schemes = { "password_files[0].schemes",
		    P, KNOWN, hashes[i].schemes, SHADOW };
		const struct expected entries = { "password_files[0].entries",
		    P, KNOWN, usable ? "1" : "0", SHADOW };

		table_run(&host, &both, facts);
		check_fact(facts, hashes[i].hash, &schemes);
		check_fact(facts, hashes[i].hash, &entries);
		check_no_secret(&facts->password_files.items[0],
		    hashes[i].hash);
		arena_free(arena);
	}
}

static const struct collect_case mixed[] = {
	{ "counted in the order seen", { FILE_IS(SHADOW, "root:$6$a$b:1:::\n"
	    "old:$1$a$b:1:::\nnew:$6$c$d:1:::\nbin:*:1:::\nnone\n"
	    "last:!$1$e$f:1:::") }, {
	    { "password_files[0].entries", P, KNOWN, "4", NULL },
	    { "password_files[0].schemes", P, KNOWN,
	    "sha512-crypt 2,md5-crypt 2", NULL } } },
	{ "every scheme at once", { FILE_IS(SHADOW, "a:$y$x:\nb:$gy$x:\n"
	    "c:$7$x:\nd:$2y$x:\ne:$6$x:\nf:$5$x:\ng:$sha1$x:\nh:$md5$x:\n"
	    "i:$1$x:\nj:$3$x:\nk:_x:\nl:{PLAIN}x:\nm:{MD5}x:\n"
	    "n:abcdefghijklm:\n") }, {
	    { "password_files[0].entries", P, KNOWN, "14", NULL } } },
	{ "an empty file", { FILE_IS(SHADOW, "") }, {
	    { "password_files[0].entries", P, KNOWN, "0", NULL },
	    { "password_files[0].schemes", P, KNOWN, "", NULL } } },
};

static void
test_mixed(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(mixed); i++)
		check_case(&both, &mixed[i], usual, COUNT(usual));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_schemes),
		cmocka_unit_test(test_mixed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
