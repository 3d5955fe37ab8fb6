#include <string.h>

#include "base/arena.h"
#include "checks/catalogue.h"
#include "checks/switches.h"
#include "checks/words.h"

struct strength {
	const char *path;
	const char *name;
	size_t offset;	/* in struct access_facts */
};

static const struct strength strengths[] = {
	{ "access.strength_default", "default",
	    offsetof(struct access_facts, strength_default) },
	{ "access.strength_virtual", "virtual",
	    offsetof(struct access_facts, strength_virtual) },
	{ "access.strength_passwd", "passwd",
	    offsetof(struct access_facts, strength_passwd) },
};

static void
evaluate_one_strength(const struct evaluation *ev, const char *name,
    int64_t strength, struct finding *finding)
{
	if (strength < ev->want->integer)
		finding_fail(ev, finding, "the minimum strength of \"%s\" "
		    "passwords is %lld, wanted %lld", name,
		    (long long)strength, (long long)ev->want->integer);
	else
		finding_pass(ev, finding, "the minimum strength of \"%s\" "
		    "passwords is %lld", name, (long long)strength);
}

static void
evaluate_strength(const struct evaluation *ev, struct finding *finding)
{
	size_t i;

	for (i = 0; i < sizeof(strengths) / sizeof(strengths[0]); i++) {
		const struct fact_int *strength = (const void *)
		    ((const char *)&ev->facts->access + strengths[i].offset);
		struct finding part = { 0 };

		if (finding_need(ev, &part, strengths[i].path))
			evaluate_one_strength(ev, strengths[i].name,
			    strength->value, &part);
		finding_merge(ev, finding, &part);
	}
}

/* "md5-crypt 3": the scheme is the first word, how many entries the second. */
static void
evaluate_schemes(const struct evaluation *ev,
    const struct password_file_facts *file, struct finding *finding)
{
	const char *name = shown(ev->arena, file->name);
	struct names weak = { .count = 0 };
	size_t i;

	for (i = 0; i < file->schemes.count; i++) {
		const char *item = file->schemes.items[i], *scheme;
		const char *cursor = item;
		size_t length;

		if (word_next(&cursor, &scheme, &length) &&
		    !list_has(ev->want->list, ev->want->list_count, scheme,
		    length))
			names_add(&weak, item, strlen(item));
	}
	if (weak.count > 0)
		finding_fail(ev, finding, "%s holds hashes of a weak scheme "
		    "(scheme and entries): %s; wanted only the profile's schemes",
		    name, names_end(&weak));
	else if (file->schemes.count == 0)
		finding_unknown(ev, finding, "%s has %lld entries, but of no "
		    "scheme that was seen", name,
		    (long long)file->entries.value);
	else
		finding_pass(ev, finding, "all %lld hashes in %s are of a strong "
		    "scheme", (long long)file->entries.value, name);
}

static void
evaluate_password_file(const struct evaluation *ev,
    const struct password_file_facts *file, struct finding *finding)
{
	const struct fact_meta *unknown = NULL;

	finding_item_evidence(ev, finding, "password_files.entries",
	    &file->entries.meta);
	finding_item_evidence(ev, finding, "password_files.schemes",
	    &file->schemes.meta);
	if (file->entries.meta.state != FACT_KNOWN)
		unknown = &file->entries.meta;
	else if (file->entries.value > 0 &&
	    file->schemes.meta.state != FACT_KNOWN)
		unknown = &file->schemes.meta;
	if (unknown != NULL)
		finding_unknown(ev, finding, "the hashes in %s are unknown: %s",
		    shown(ev->arena, file->name), unknown->why != NULL ?
		    unknown->why : "not collected");
	else if (file->entries.value == 0)
		finding_notapplicable(ev, finding, "%s holds no password hash",
		    shown(ev->arena, file->name));
	else
		evaluate_schemes(ev, file, finding);
}

static bool
is_enrolled(const struct evaluation *ev, const char *user)
{
	const struct fact_list *users = &ev->facts->access.mfa_users;

	return list_has(users->items, users->count, user, strlen(user));
}

static void
evaluate_mfa_policy(const struct evaluation *ev, struct finding *finding)
{
	if (!finding_need(ev, finding, "access.mfa_policy"))
		return;
	if (ev->facts->access.mfa_policy.value)
		finding_pass(ev, finding, "the two-factor policy is on");
	else
		finding_fail(ev, finding, "the two-factor policy is off, wanted "
		    "on");
}

/*
 * Is it known who the administrators are? Root always is one, so root missing
 * fails even where the list of resellers could not be read.
 */
static void
evaluate_reseller_list(const struct evaluation *ev, struct finding *finding)
{
	const struct facts *facts = ev->facts;
	size_t i;

	if (!finding_need(ev, finding, "inventory.resellers"))
		return;
	for (i = 0; i < facts->resellers.count; i++) {
		const struct fact_list *acls = &facts->resellers.items[i].acls;

		if (acls->meta.state != FACT_UNKNOWN)
			continue;
		finding_item_evidence(ev, finding, "resellers.acls",
		    &acls->meta);
		finding_unknown(ev, finding, "whether reseller %s holds \"all\" "
		    "is unknown: %s",
		    shown(ev->arena, facts->resellers.items[i].name),
		    acls->meta.why != NULL ? acls->meta.why : "not collected");
		return;
	}
	finding_notapplicable(ev, finding, "all resellers are known");
}

/*
 * The API documents "user-controlled accounts": whether root and resellers are
 * among them is open. Only where it shows one of them does the absence of
 * another prove anything.
 */
static bool
shows_administrators(const struct evaluation *ev)
{
	size_t i;

	for (i = 0; i < ev->facts->resellers.count; i++)
		if (is_enrolled(ev, ev->facts->resellers.items[i].name))
			return true;
	return is_enrolled(ev, "root");
}

/* Root and the resellers that hold "all" and are not enrolled. */
static void
missing_administrators(const struct evaluation *ev, struct finding *finding,
    struct names *ret_missing)
{
	size_t i;

	if (!is_enrolled(ev, "root"))
		names_add(ret_missing, "root", 4);
	for (i = 0; i < ev->facts->resellers.count; i++) {
		const struct reseller_facts *reseller =
		    &ev->facts->resellers.items[i];
		const struct fact_list *acls = &reseller->acls;

		if (acls->meta.state != FACT_KNOWN ||
		    !list_has(acls->items, acls->count, "all", 3) ||
		    strcmp(reseller->name, "root") == 0)
			continue;
		finding_item_evidence(ev, finding, "resellers.acls",
		    &acls->meta);
		if (!is_enrolled(ev, reseller->name))
			names_add(ret_missing, reseller->name,
			    strlen(reseller->name));
	}
}

static void
evaluate_mfa_users(const struct evaluation *ev, struct finding *finding)
{
	struct names missing = { .count = 0 };

	if (!finding_need(ev, finding, "access.mfa_users"))
		return;
	missing_administrators(ev, finding, &missing);
	if (missing.count == 0)
		finding_pass(ev, finding, "root and every reseller that holds "
		    "\"all\" are enrolled");
	else if (shows_administrators(ev))
		finding_fail(ev, finding, "not enrolled in two-factor "
		    "authentication: %s, wanted root and every reseller that "
		    "holds \"all\"", names_end(&missing));
	else
		finding_unknown(ev, finding, "WHM shows no administrator among "
		    "the enrolled users, and whether it would is not "
		    "documented: look at the list in WHM");
}

static void
evaluate_mfa(const struct evaluation *ev, struct finding *finding)
{
	struct finding policy = { 0 }, resellers = { 0 }, users = { 0 };

	evaluate_mfa_policy(ev, &policy);
	finding_merge(ev, finding, &policy);
	evaluate_mfa_users(ev, &users);
	finding_merge(ev, finding, &users);
	evaluate_reseller_list(ev, &resellers);
	finding_merge(ev, finding, &resellers);
}

static void
evaluate_cphulk(const struct evaluation *ev, struct finding *finding)
{
	const struct access_facts *access = &ev->facts->access;
	struct finding enabled = { 0 }, address = { 0 };

	if (finding_need(ev, &enabled, "access.cphulk_enabled")) {
		if (access->cphulk_enabled.value)
			finding_pass(ev, &enabled, "cPHulk is on");
		else
			finding_fail(ev, &enabled, "cPHulk is off, wanted on");
	}
	finding_merge(ev, finding, &enabled);
	if (finding_need(ev, &address, "access.cphulk_by_address")) {
		if (access->cphulk_by_address.value)
			finding_pass(ev, &address, "it counts by address");
		else
			finding_fail(ev, &address, "cPHulk's IP address-based "
			    "protection is off, wanted on");
	}
	finding_merge(ev, finding, &address);
}

/* lfd of CSF watches the same logins; either of the two is enough. */
static void
evaluate_guessing(const struct evaluation *ev, struct finding *finding)
{
	const struct fact_bool *lfd = &ev->facts->access.lfd_mail_logins;
	struct finding hulk = { 0 };

	evaluate_cphulk(ev, &hulk);
	finding_evidence(ev, &hulk, "access.lfd_mail_logins");
	if (hulk.result != RESULT_PASS && lfd->meta.state == FACT_KNOWN &&
	    lfd->value)
		finding_pass(ev, &hulk, "CSF's lfd watches mail logins");
	else if (hulk.result == RESULT_FAIL &&
	    lfd->meta.state == FACT_UNKNOWN)
		finding_unknown(ev, &hulk, "%s; and whether CSF's lfd watches "
		    "mail logins instead is unknown: %s", hulk.message,
		    lfd->meta.why != NULL ? lfd->meta.why : "not collected");
	finding_merge(ev, finding, &hulk);
}

static const struct switch_row acl_switches[] = {
	{ "exim.acl_dictionary_attack", true },
	{ "exim.acl_ratelimit", true },
};

static void
judge_acls(const struct evaluation *ev, enum plane plane,
    struct judgement *ret)
{
	judge_switches(ev, plane, acl_switches,
	    sizeof(acl_switches) / sizeof(acl_switches[0]), ret);
}

#define MIN_FAILURE_DELAY 2	/* seconds; Dovecot's own default */

static void
judge_failure_delay(const struct evaluation *ev, enum plane plane,
    struct judgement *ret)
{
	static const char path[] = "dovecot.auth_failure_delay";
	const char *value = setting_value(ev, path, plane);
	int64_t seconds;

	if (value == NULL || !number_read(value, &seconds))
		judge(ret, RESULT_UNKNOWN, "auth_failure_delay is %s, wanted "
		    "seconds", setting_shown(ev, path, plane));
	else if (seconds < MIN_FAILURE_DELAY)
		judge(ret, RESULT_FAIL, "auth_failure_delay is %lld seconds, "
		    "wanted %d", (long long)seconds, MIN_FAILURE_DELAY);
	else
		judge(ret, RESULT_PASS, "auth_failure_delay is %lld seconds",
		    (long long)seconds);
}

static void
evaluate_brute(const struct evaluation *ev, struct finding *finding)
{
	static const char *const acls[] = { "exim.acl_dictionary_attack",
	    "exim.acl_ratelimit", NULL };
	static const char *const delay[] =
	    { "dovecot.auth_failure_delay", NULL };
	struct finding guessing = { 0 }, exim = { 0 }, dovecot = { 0 };

	evaluate_guessing(ev, &guessing);
	finding_merge(ev, finding, &guessing);
	evaluate_planes(ev, acls, judge_acls, &exim);
	finding_merge(ev, finding, &exim);
	evaluate_planes(ev, delay, judge_failure_delay, &dovecot);
	finding_merge(ev, finding, &dovecot);
}

const struct check password_checks[] = {
	{
		.id = "pw.strength.min",
		.title = "A minimum password strength is enforced",
		.scope = SCOPE_HOST,
		.subject = "host",
		.needs = { "?access.strength_default",
		    "?access.strength_virtual", "?access.strength_passwd" },
		.evaluate.host = evaluate_strength,
		.want = WANT_INT,
		.remediation = "whm.password-strength",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "One guessed mailbox password shows years of patients' mail. "
		    "cPanel rates passwords from 0 to 100 and has no rule for "
		    "length. In WHM, Home > Security Center > Password Strength "
		    "Configuration, raise the default, mail accounts and system "
		    "accounts. It counts for new passwords only, and programs "
		    "that create accounts with weak ones then get an error.",
	},
	{
		.id = "pw.hash.scheme",
		.title = "Stored password hashes are of a strong scheme",
		.scope = SCOPE_PASSWORD_FILE,
		.needs = { "password_files.entries", "password_files.schemes" },
		.evaluate.password_file = evaluate_password_file,
		.want = WANT_LIST,
		.remediation = "files.password-schemes",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "A shadow file that leaks is tried offline; MD5 and DES "
		    "hashes fall within hours. A hash can not be converted: let "
		    "the owner set the password again (cPanel > Email Accounts "
		    "> Manage, or WHM, Home > Account Functions > Password "
		    "Modification), and for system accounts set the scheme with "
		    "authselect or in /etc/login.defs. Every device of that "
		    "mailbox then needs the new password.",
	},
	{
		.id = "mfa.admin",
		.title = "Two-factor authentication is on and administrators are enrolled",
		.scope = SCOPE_HOST,
		.subject = "host",
		.needs = { "?access.mfa_policy", "?access.mfa_users",
		    "?resellers.acls", "?inventory.resellers" },
		.evaluate.host = evaluate_mfa,
		.remediation = "whm.two-factor",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "Root and resellers with \"all\" can open every mailbox; a "
		    "stolen password alone must not be enough. In WHM, Home > "
		    "Security Center > Two-Factor Authentication, turn the "
		    "Security Policy on; each administrator enrols there with a "
		    "telephone. Keep a second way in for root, a console or an "
		    "SSH key: whoever loses the telephone is locked out. IMAP and "
		    "SMTP logins still work with the password alone.",
	},
	{
		.id = "brute.protection",
		.title = "Password guessing is throttled",
		.scope = SCOPE_SERVICE,
		.subject = "cphulk",
		.needs = { "?access.cphulk_enabled", "?access.cphulk_by_address",
		    "?access.lfd_mail_logins", "exim.acl_dictionary_attack",
		    "exim.acl_ratelimit", "dovecot.auth_failure_delay" },
		.evaluate.host = evaluate_brute,
		.remediation = "whm.cphulk",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "Mail servers are tried with lists of stolen passwords day "
		    "and night. In WHM turn on Home > Security Center > cPHulk "
		    "Brute Force Protection with IP Address-based Protection; lfd "
		    "of CSF that watches SMTP, IMAP and POP3 logins does as well. "
		    "In Home > Service Configuration > Exim Configuration Manager "
		    "> Basic Editor > ACL Options keep Dictionary attack "
		    "protection and the ratelimit options on. Put your own and "
		    "the clinic's addresses on the allow list first: a few wrong "
		    "passwords lock out everybody behind one address.",
	},
};
