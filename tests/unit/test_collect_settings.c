/*
 * What the settings collector makes of cpanel.config, the host lists, SMTP
 * restrictions, CSF and the folder of backups.
 */
#include "tests/unit/table_host.h"

extern const struct collector collector_settings;

#define CONFIG "/var/cpanel/cpanel.config"
#define TRUSTED "/etc/trustedmailhosts"
#define GID "/var/cpanel/smtpgidonlytweak"
#define CSF "/etc/csf/csf.conf"
#define BACKUP "/var/cpanel/backups/config"
#define STORE PLANE_STORE
#define IN_FILE PLANE_FILE

#define SMTP_BLOCK "access.csf_smtp_block"
#define LFD "access.lfd_mail_logins"
#define NEWEST "backup.newest_archive"
#define LFD_ON "LF_SMTPAUTH = \"5\"\nLF_POP3D = \"10\"\nLF_IMAPD = \"10\"\n"
#define DIRECTORY "dir 0700 root root 4096 1763700000"

static const struct collect_case cases[] = {
	{ "tweak settings", { FILE_IS(CONFIG, "requiressl=1\nresetpass=0\n"
	    "emailpasswords=\npopbeforesmtp\ndisable-security-tokens=0\n"
	    "cookieipvalidation=strict\nresetpass=1\n") }, {
	    { "tweak.requiressl", STORE, FACT_KNOWN, "1", CONFIG ":1" },
	    { "tweak.resetpass", STORE, FACT_KNOWN, "1", CONFIG ":7" },
	    { "tweak.emailpasswords", STORE, FACT_KNOWN, "", CONFIG ":3" },
	    { "tweak.popbeforesmtp", STORE, FACT_ABSENT, NULL, CONFIG ":4" },
	    { "tweak.disable-security-tokens", STORE, FACT_KNOWN, "0",
	    CONFIG ":5" },
	    { "tweak.nobodyspam", STORE, FACT_ABSENT, NULL, CONFIG },
	    { "tweak.cookieipvalidation", STORE, FACT_KNOWN, "strict",
	    NULL } } },
	{ "no cpanel.config", { { 0 } }, {
	    { "tweak.requiressl", STORE, FACT_ABSENT, NULL, CONFIG } } },
	{ "an unreadable one", { FILE_FAILS(CONFIG) }, {
	    { "tweak.requiressl", STORE, FACT_UNKNOWN, "Input/output error",
	    CONFIG },
	    { "tweak.maxemailsperhour", STORE, FACT_UNKNOWN,
	    "Input/output error", CONFIG } } },
	{ "one that was cut to nothing", { FILE_IS(CONFIG, "# cPanel\n") }, {
	    { "tweak.requiressl", STORE, FACT_UNKNOWN, "holds no setting",
	    CONFIG } } },
	{ "not even its directory", { FILE_ORPHAN(CONFIG) }, {
	    { "tweak.requiressl", STORE, FACT_UNKNOWN, "no directory",
	    CONFIG } } },
	/* Host lists. */
	{ "a list with remarks", { FILE_IS(TRUSTED, "# partners\n192.0.2.1\n"
	    "192.0.2.2 # mx\n\n198.51.100.0/24\tour network\r\n#192.0.2.9\n"
	    "2001:db8::1#x\n  indented\n203.0.113.7") }, {
	    { "exim.trustedmailhosts", IN_FILE, FACT_KNOWN,
	    "192.0.2.1,192.0.2.2,198.51.100.0/24,2001:db8::1,203.0.113.7",
	    TRUSTED } } },
	{ "each list is its own", { FILE_IS(TRUSTED, "a\n"),
	    FILE_IS("/etc/skipsmtpcheckhosts", "b\n"),
	    FILE_IS("/etc/senderverifybypasshosts", "c\n"),
	    FILE_IS("/etc/backupmxhosts", "d\n"),
	    FILE_IS("/etc/alwaysrelay", "e\n"),
	    FILE_IS("/etc/relayhosts", "f\n") }, {
	    { "exim.trustedmailhosts", IN_FILE, FACT_KNOWN, "a", NULL },
	    { "exim.skipsmtpcheckhosts", IN_FILE, FACT_KNOWN, "b", NULL },
	    { "exim.senderverifybypasshosts", IN_FILE, FACT_KNOWN, "c", NULL },
	    { "exim.backupmxhosts", IN_FILE, FACT_KNOWN, "d", NULL },
	    { "exim.alwaysrelay", IN_FILE, FACT_KNOWN, "e", NULL },
	    { "exim.relayhosts", IN_FILE, FACT_KNOWN, "f", NULL } } },
	{ "lists: empty, absent, unreadable, no directory",
	    { FILE_IS(TRUSTED, "# none\n"), FILE_FAILS("/etc/alwaysrelay"),
	    FILE_ORPHAN("/etc/relayhosts") }, {
	    { "exim.trustedmailhosts", IN_FILE, FACT_KNOWN, "", NULL },
	    { "exim.backupmxhosts", IN_FILE, FACT_ABSENT, NULL,
	    "/etc/backupmxhosts" },
	    { "exim.alwaysrelay", IN_FILE, FACT_UNKNOWN, "Input/output error",
	    "/etc/alwaysrelay" },
	    { "exim.relayhosts", IN_FILE, FACT_UNKNOWN, "no directory",
	    NULL } } },
	/* SMTP restrictions. */
	{ "restricted",
	    { STAT_IS(GID, "file 0644 root root 0 1700000000") }, {
	    { "access.smtp_gid_only", IN_FILE, FACT_KNOWN, "yes", GID } } },
	{ "not restricted", { { 0 } }, {
	    { "access.smtp_gid_only", IN_FILE, FACT_KNOWN, "no", GID } } },
	{ "not to be seen", { STAT_FAILS(GID) }, {
	    { "access.smtp_gid_only", IN_FILE, FACT_UNKNOWN,
	    "Permission denied", GID } } },
	{ "no directory to see it in", { STAT_ORPHAN(GID) }, {
	    { "access.smtp_gid_only", IN_FILE, FACT_UNKNOWN, "no directory",
	    GID } } },
	/* CSF. */
	{ "no CSF", { { 0 } }, {
	    { SMTP_BLOCK, IN_FILE, FACT_KNOWN, "no", "/etc/csf" },
	    { LFD, IN_FILE, FACT_KNOWN, "no", "/etc/csf" } } },
	{ "CSF in force", { DIR_IS("/etc/csf", "csf.conf/"),
	    FILE_IS(CSF, "TESTING = \"0\"\nSMTP_BLOCK = \"1\"\n" LFD_ON) }, {
	    { SMTP_BLOCK, IN_FILE, FACT_KNOWN, "yes", CSF },
	    { LFD, IN_FILE, FACT_KNOWN, "yes", CSF } } },
	{ "CSF switched off with csf -x", { DIR_IS("/etc/csf",
	    "csf.conf/csf.disable/"),
	    FILE_IS(CSF, "TESTING = \"0\"\nSMTP_BLOCK = \"1\"\n" LFD_ON) }, {
	    { SMTP_BLOCK, IN_FILE, FACT_KNOWN, "no", CSF },
	    { LFD, IN_FILE, FACT_KNOWN, "no", CSF } } },
	{ "CSF in TESTING", { DIR_IS("/etc/csf", "csf.conf/"),
	    FILE_IS(CSF, "TESTING = \"1\"\nSMTP_BLOCK = \"1\"\n" LFD_ON) }, {
	    { SMTP_BLOCK, IN_FILE, FACT_KNOWN, "no", CSF },
	    { LFD, IN_FILE, FACT_KNOWN, "no", CSF } } },
	/* CSF takes what stands between the quotes. */
	{ "CSF in TESTING, with a remark", { DIR_IS("/etc/csf", "csf.conf/"),
	    FILE_IS(CSF, "TESTING = \"1\" # until Monday\n"
	    "SMTP_BLOCK = \"1\"\n" LFD_ON) }, {
	    { SMTP_BLOCK, IN_FILE, FACT_KNOWN, "no", CSF },
	    { LFD, IN_FILE, FACT_KNOWN, "no", CSF } } },
	{ "CSF without a block, one login limit off",
	    { DIR_IS("/etc/csf", "csf.conf/"),
	    FILE_IS(CSF, "TESTING = \"0\"\nSMTP_BLOCK = \"0\"\n" LFD_ON
	    "LF_IMAPD = \"0\"\n") }, {
	    { SMTP_BLOCK, IN_FILE, FACT_KNOWN, "no", CSF },
	    { LFD, IN_FILE, FACT_KNOWN, "no", CSF } } },
	{ "CSF without the settings", { DIR_IS("/etc/csf", "csf.conf/"),
	    FILE_IS(CSF, "TESTING = \"0\"\n") }, {
	    { SMTP_BLOCK, IN_FILE, FACT_KNOWN, "no", CSF },
	    { LFD, IN_FILE, FACT_KNOWN, "no", CSF } } },
	{ "CSF, an empty csf.conf", { DIR_IS("/etc/csf", "csf.conf/"),
	    FILE_IS(CSF, "") }, {
	    { SMTP_BLOCK, IN_FILE, FACT_KNOWN, "no", CSF } } },
	{ "csf.conf can not be read", { DIR_IS("/etc/csf", "csf.conf/"),
	    FILE_FAILS(CSF) }, {
	    { SMTP_BLOCK, IN_FILE, FACT_UNKNOWN, "Input/output error", CSF },
	    { LFD, IN_FILE, FACT_UNKNOWN, "Input/output error", CSF } } },
	{ "/etc/csf can not be read", { DIR_FAILS("/etc/csf") }, {
	    { SMTP_BLOCK, IN_FILE, FACT_UNKNOWN, "Permission denied",
	    "/etc/csf" } } },
	{ "no /etc", { DIR_ORPHAN("/etc/csf") }, {
	    { LFD, IN_FILE, FACT_UNKNOWN, "no directory", NULL } } },
	/* Backups. */
	{ "no backup configured", { { 0 } }, {
	    { NEWEST, IN_FILE, FACT_ABSENT, NULL, BACKUP } } },
	{ "an unreadable configuration", { FILE_FAILS(BACKUP) }, {
	    { NEWEST, IN_FILE, FACT_UNKNOWN, "Input/output error",
	    BACKUP } } },
	{ "the newest of several",
	    { FILE_IS(BACKUP, "---\nBACKUPDIR: /mnt/b\n"),
	    DIR_IS("/mnt/b", "2026-11-18/2026-11-20/2026-11-21.tar/2026-1-9/"
	    "incremental/weekly/"),
	    STAT_IS("/mnt/b/2026-11-20/accounts", DIRECTORY),
	    DIR_IS("/mnt/b/2026-11-20/accounts", "a.tar.gz/") }, {
	    { NEWEST, IN_FILE, FACT_KNOWN, "1763700000",
	    "/mnt/b/2026-11-20/accounts" } } },
	{ "the default folder", { FILE_IS(BACKUP, "BACKUPENABLE: 'yes'\n"),
	    DIR_IS("/backup", "2026-11-20/"),
	    STAT_IS("/backup/2026-11-20/accounts", DIRECTORY),
	    DIR_IS("/backup/2026-11-20/accounts", "a.tar.gz/") }, {
	    { NEWEST, IN_FILE, FACT_KNOWN, "1763700000", NULL } } },
	{ "a folder that is no path", { FILE_IS(BACKUP, "BACKUPDIR: b\n"),
	    DIR_IS("/backup", "2026-11-20/"),
	    STAT_IS("/backup/2026-11-20/accounts", DIRECTORY),
	    DIR_IS("/backup/2026-11-20/accounts", "a.tar.gz/") }, {
	    { NEWEST, IN_FILE, FACT_KNOWN, "1763700000", NULL } } },
	/* Something was deleted in it: 2019-01-03 is as new as it can be. */
	{ "an old folder that was touched", { FILE_IS(BACKUP, "BACKUPDIR: /backup\n"),
	    DIR_IS("/backup", "2019-01-01/"),
	    STAT_IS("/backup/2019-01-01/accounts", DIRECTORY),
	    DIR_IS("/backup/2019-01-01/accounts", "a.tar.gz/") }, {
	    { NEWEST, IN_FILE, FACT_KNOWN, "1546473600", NULL } } },
	{ "nothing was written", { FILE_IS(BACKUP, "BACKUPDIR: /backup\n"),
	    DIR_IS("/backup", "2026-11-20/"),
	    STAT_IS("/backup/2026-11-20/accounts", DIRECTORY),
	    DIR_IS("/backup/2026-11-20/accounts", "") }, {
	    { NEWEST, IN_FILE, FACT_ABSENT, NULL,
	    "/backup/2026-11-20/accounts" } } },
	{ "what was written can not be seen", { FILE_IS(BACKUP,
	    "BACKUPDIR: /backup\n"), DIR_IS("/backup", "2026-11-20/"),
	    STAT_IS("/backup/2026-11-20/accounts", DIRECTORY),
	    DIR_FAILS("/backup/2026-11-20/accounts") }, {
	    { NEWEST, IN_FILE, FACT_UNKNOWN, "Permission denied", NULL } } },
	{ "no folder", { FILE_IS(BACKUP, "BACKUPDIR: /backup\n") }, {
	    { NEWEST, IN_FILE, FACT_ABSENT, NULL, "/backup" } } },
	{ "an empty folder", { FILE_IS(BACKUP, "BACKUPDIR: /backup\n"),
	    DIR_IS("/backup", "weekly/202x-11-20/2026-11-2/") }, {
	    { NEWEST, IN_FILE, FACT_ABSENT, NULL, "/backup" } } },
	{ "a folder that can not be read",
	    { FILE_IS(BACKUP, "BACKUPDIR: /backup\n"),
	    DIR_FAILS("/backup") }, {
	    { NEWEST, IN_FILE, FACT_UNKNOWN, "Permission denied",
	    "/backup" } } },
	{ "a mount that is not there",
	    { FILE_IS(BACKUP, "BACKUPDIR: /mnt/x/backup\n"),
	    DIR_ORPHAN("/mnt/x/backup") }, {
	    { NEWEST, IN_FILE, FACT_UNKNOWN, "no directory",
	    "/mnt/x/backup" } } },
	{ "archives that can not be seen",
	    { FILE_IS(BACKUP, "BACKUPDIR: /backup\n"),
	    DIR_IS("/backup", "2026-11-20/"),
	    STAT_FAILS("/backup/2026-11-20/accounts") }, {
	    { NEWEST, IN_FILE, FACT_UNKNOWN, "Permission denied", NULL } } },
	{ "a day without archives",
	    { FILE_IS(BACKUP, "BACKUPDIR: /backup\n"),
	    DIR_IS("/backup", "2026-11-20/") }, {
	    { NEWEST, IN_FILE, FACT_ABSENT, NULL,
	    "/backup/2026-11-20/accounts" } } },
};

static void
test_cases(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		check_case(&collector_settings, &cases[i], NULL, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
