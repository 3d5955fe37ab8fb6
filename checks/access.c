#include <string.h>

#include "base/arena.h"
#include "checks/catalogue.h"
#include "checks/modes.h"
#include "checks/words.h"

/* want: the values of account_login_access that are good enough. */
static void
judge_session(const struct evaluation *ev, enum plane plane,
    struct judgement *ret)
{
	static const char validation[] = "tweak.cookieipvalidation";
	static const char login[] = "tweak.account_login_access";
	const char *value = setting_value(ev, validation, plane);
	const char *who = setting_value(ev, login, plane);
	char wrong[sizeof(ret->text)] = "";
	bool stock = true;

	if (value == NULL || !word_is(value, strlen(value), "strict")) {
		text_add(wrong, sizeof(wrong), "; ", "cookieipvalidation is %s, "
		    "wanted \"strict\"", setting_shown(ev, validation, plane));
		stock = setting_is_stock(ev, validation, plane);
	}
	if (who == NULL || !list_has(ev->want->list, ev->want->list_count, who,
	    strlen(who))) {
		text_add(wrong, sizeof(wrong), "; ", "account_login_access is "
		    "%s, wanted %s", setting_shown(ev, login, plane),
		    ev->want->list_count > 0 ?
		    shown(ev->arena, ev->want->list[0]) : "nothing");
		stock = stock && setting_is_stock(ev, login, plane);
	}
	if (wrong[0] != '\0')
		judge(ret, RESULT_FAIL, "%s", wrong);
	else
		judge(ret, RESULT_PASS, "cookieipvalidation is \"strict\" and "
		    "account_login_access is %s",
		    setting_shown(ev, login, plane));
	ret->stock = stock;
}

static void
evaluate_session(const struct evaluation *ev, struct finding *finding)
{
	static const char *const paths[] = { "tweak.cookieipvalidation",
	    "tweak.account_login_access", NULL };

	evaluate_planes(ev, paths, judge_session, finding);
}

static bool
holds_all(const struct fact_list *acls)
{
	return acls->meta.state == FACT_KNOWN &&
	    list_has(acls->items, acls->count, "all", 3);
}

static const char *
why_unknown(const struct fact_meta *meta)
{
	if (meta->state == FACT_ABSENT)
		return "not there";
	return meta->why != NULL ? meta->why : "not collected";
}

static void
evaluate_reseller(const struct evaluation *ev,
    const struct reseller_facts *reseller, struct finding *finding)
{
	const struct parameters *parameters = ev->parameters;

	finding_item_evidence(ev, finding, "resellers.acls",
	    &reseller->acls.meta);
	if (reseller->acls.meta.state != FACT_KNOWN)
		finding_unknown(ev, finding, "the privileges of reseller %s are "
		    "unknown: %s", shown(ev->arena, reseller->name),
		    why_unknown(&reseller->acls.meta));
	else if (!holds_all(&reseller->acls))
		finding_pass(ev, finding, "reseller %s holds %zu privileges, "
		    "not \"all\"", shown(ev->arena, reseller->name),
		    reseller->acls.count);
	else if (list_has(parameters->admins, parameters->admin_count,
	    reseller->name, strlen(reseller->name)))
		finding_pass(ev, finding, "reseller %s holds \"all\" and is one "
		    "of the profile's admins",
		    shown(ev->arena, reseller->name));
	else
		finding_fail(ev, finding, "reseller %s holds \"all\", wanted "
		    "only the privileges the work needs, or the name among the "
		    "profile's admins", shown(ev->arena, reseller->name));
}

static bool
has_owner(const struct parameters *parameters, const char *token)
{
	size_t i;

	for (i = 0; i < parameters->token_owner_count; i++)
		if (strcmp(parameters->token_owners[i].name, token) == 0)
			return parameters->token_owners[i].value[0] != '\0';
	return false;
}

static void
evaluate_token(const struct evaluation *ev, const struct token_facts *token,
    struct finding *finding)
{
	const char *name = shown(ev->arena, token->name);
	bool owned = has_owner(ev->parameters, token->name);

	finding_item_evidence(ev, finding, "tokens.acls",
	    &token->acls.meta);
	finding_item_evidence(ev, finding, "tokens.expires_at",
	    &token->expires_at.meta);
	finding_item_evidence(ev, finding, "tokens.whitelist_ips",
	    &token->whitelist_ips.meta);
	if (!owned || holds_all(&token->acls))
		finding_fail(ev, finding, "token %s %s%s%s", name, owned ? "" :
		    "has no owner, wanted one in the profile's token_owners",
		    !owned && holds_all(&token->acls) ? "; it " : "",
		    holds_all(&token->acls) ? "holds \"all\", wanted only the "
		    "privileges it needs" : "");
	else if (token->acls.meta.state != FACT_KNOWN)
		finding_unknown(ev, finding, "the privileges of token %s are "
		    "unknown: %s", name, why_unknown(&token->acls.meta));
	else
		finding_pass(ev, finding, "token %s has an owner and holds %zu "
		    "privileges, not \"all\"", name, token->acls.count);
}

/*
 * Bits that no path of the kind may carry. cPanel gives mail directories 0751
 * and log directories 0711 on purpose: x without r shows nothing, so it is
 * never among them. Logs are 0640 or stricter.
 */
struct path_kind {
	const char *name;
	unsigned forbidden;
	bool own_group;	/* the group may read only if it is mail's or the owner's */
};

static const struct path_kind path_kinds[] = {
	{ "mailbox-root", 0006, true },
	{ "spool", 0006, false },
	{ "exim-log", 0026, false },
	{ "maillog", 0026, false },
	{ "panel-log", 0026, false },
};

static const struct path_kind *
path_kind(const struct fact_str *kind)
{
	size_t i;

	if (kind->meta.state != FACT_KNOWN || kind->value == NULL)
		return NULL;
	for (i = 0; i < sizeof(path_kinds) / sizeof(path_kinds[0]); i++)
		if (strcmp(path_kinds[i].name, kind->value) == 0)
			return &path_kinds[i];
	return NULL;
}

/* Is the group one whose members are no other tenants? */
static bool
group_is_own(const struct mail_path_facts *path)
{
	static const char *const mail[] = { "mail", "mailnull", "root" };
	const char *group = path->group.value;

	return list_has(mail, sizeof(mail) / sizeof(mail[0]), group,
	    strlen(group)) || (path->owner.meta.state == FACT_KNOWN &&
	    strcmp(path->owner.value, group) == 0);
}

static void
evaluate_path_group(const struct evaluation *ev,
    const struct mail_path_facts *path, unsigned mode, struct finding *finding)
{
	const char *name = shown(ev->arena, path->name);

	if ((mode & 0060) == 0)
		finding_pass(ev, finding, "%s has mode %04o", name, mode);
	else if (path->group.meta.state != FACT_KNOWN)
		finding_unknown(ev, finding, "the group of %s, which may read it "
		    "(mode %04o), is unknown: %s", name, mode,
		    why_unknown(&path->group.meta));
	else if (!group_is_own(path))
		finding_fail(ev, finding, "%s has mode %04o and group %s, wanted "
		    "group mail or the account's own", name, mode,
		    shown(ev->arena, path->group.value));
	else
		finding_pass(ev, finding, "%s has mode %04o and group %s", name,
		    mode, shown(ev->arena, path->group.value));
}

static bool
is_account(const struct facts *facts, const struct fact_str *name)
{
	size_t i;

	for (i = 0; name->meta.state == FACT_KNOWN &&
	    i < facts->accounts.count; i++)
		if (strcmp(facts->accounts.items[i].name, name->value) == 0)
			return true;
	return false;
}

/* A log or a spool that an account owns, or reads through its group. */
static void
evaluate_path_owner(const struct evaluation *ev,
    const struct mail_path_facts *path, unsigned mode, struct finding *finding)
{
	const char *name = shown(ev->arena, path->name);

	if (is_account(ev->facts, &path->owner))
		finding_fail(ev, finding, "%s belongs to the account %s, wanted "
		    "root or the mail system", name,
		    shown(ev->arena, path->owner.value));
	else if ((mode & 0060) != 0 && is_account(ev->facts, &path->group))
		finding_fail(ev, finding, "%s has mode %04o and the group of the "
		    "account %s, wanted the mail system's", name, mode,
		    shown(ev->arena, path->group.value));
	else
		finding_pass(ev, finding, "%s has mode %04o", name, mode);
}

static void
evaluate_mail_path(const struct evaluation *ev,
    const struct mail_path_facts *path, struct finding *finding)
{
	const struct path_kind *kind = path_kind(&path->kind);
	const char *name = shown(ev->arena, path->name);
	unsigned mode;

	finding_item_evidence(ev, finding, "mail_paths.kind",
	    &path->kind.meta);
	finding_item_evidence(ev, finding, "mail_paths.mode",
	    &path->mode.meta);
	finding_item_evidence(ev, finding, "mail_paths.owner",
	    &path->owner.meta);
	finding_item_evidence(ev, finding, "mail_paths.group",
	    &path->group.meta);
	if (path->mode.meta.state != FACT_KNOWN)
		finding_unknown(ev, finding, "the mode of %s is unknown: %s",
		    name, why_unknown(&path->mode.meta));
	else if (!mode_read(path->mode.value, &mode))
		finding_unknown(ev, finding, "the mode of %s can not be read: "
		    "%s", name, shown(ev->arena, path->mode.value));
	else if (kind == NULL)
		finding_unknown(ev, finding, "what %s holds is unknown: %s",
		    name, path->kind.meta.state == FACT_KNOWN ?
		    shown(ev->arena, path->kind.value) :
		    why_unknown(&path->kind.meta));
	else if (mode & kind->forbidden)
		finding_fail(ev, finding, "%s has mode %04o, wanted %04o or "
		    "stricter: other users may read or change it", name, mode,
		    mode & ~kind->forbidden);
	else if (kind->own_group)
		evaluate_path_group(ev, path, mode, finding);
	else
		evaluate_path_owner(ev, path, mode, finding);
}

const struct check access_checks[] = {
	{
		.id = "access.session.hardened",
		.title = "Panel sessions are bound to an address and not lent",
		.scope = SCOPE_HOST,
		.subject = "host",
		.needs = { "tweak.cookieipvalidation",
		    "tweak.account_login_access" },
		.evaluate.host = evaluate_session,
		.want = WANT_LIST,
		.remediation = "whm.session",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "A stolen session cookie must not work from another address, "
		    "and a login with somebody else's password must not look like "
		    "the user's own. In WHM, Home > Server Configuration > Tweak "
		    "Settings, set Cookie IP validation to strict (Security) and "
		    "Accounts that can access a cPanel user account to Account "
		    "Owner and cPanel User, or cPanel User Only (System). Staff "
		    "whose address changes during the day log in again more "
		    "often; root then opens accounts through WHM only.",
	},
	{
		.id = "access.privilege.resellers",
		.title = "No reseller holds every privilege unless declared",
		.scope = SCOPE_RESELLER,
		.needs = { "resellers.acls" },
		.evaluate.reseller = evaluate_reseller,
		.remediation = "whm.reseller-privileges",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "A reseller with the privilege \"all\" is root: every "
		    "mailbox, every log. Name those who must be in the profile, "
		    "parameters: admins; for the others take it away in WHM, "
		    "Home > Resellers > Edit Reseller Nameservers and Privileges. "
		    "What they did with it (packages, DNS, transfers) may need "
		    "single privileges in its place.",
	},
	{
		.id = "access.privilege.api_tokens",
		.title = "API tokens have an owner and limited privileges",
		.scope = SCOPE_TOKEN,
		.needs = { "tokens.acls", "tokens.expires_at",
		    "tokens.whitelist_ips" },
		.evaluate.token = evaluate_token,
		.remediation = "whm.api-tokens",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "An API token opens the panel without password and without "
		    "second factor, and nobody sees it used. Write its owner into "
		    "the profile, parameters: token_owners, as USER/TOKEN, and "
		    "give it only the privileges it needs, best with an expiry "
		    "and a list of addresses: in WHM, Home > Development > Manage "
		    "API Tokens. Revoking a token stops the program that uses it, "
		    "billing for instance.",
	},
	{
		.id = "access.mail.fs_perms",
		.title = "Mail, spool and logs are not readable by other users",
		.scope = SCOPE_MAIL_PATH,
		.needs = { "mail_paths.kind", "mail_paths.mode",
		    "mail_paths.owner", "mail_paths.group" },
		.evaluate.mail_path = evaluate_mail_path,
		.remediation = "files.mail-permissions",
		.mode = REMEDIATION_MANUAL,
		.explain =
		    "On a shared server the other tenants are strangers; a world "
		    "bit on a mailbox, the spool or a log shows them patients' "
		    "mail or who writes to whom. Set mail directories right with "
		    "cPanel's own /usr/local/cpanel/scripts/mailperm USER, "
		    "logs with chmod o-rwx,g-w FILE and the mode in the "
		    "logrotate file. Do not change owners by hand: Exim's "
		    "delivery, webmail and quota depend on them.",
	},
};
