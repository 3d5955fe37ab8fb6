/* Readers: accounts, domains, mailboxes, privileges, tokens, certificates. */

#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "whmsim.h"

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

/* Members that make up the simulator's account, not listaccts'. */
static const char *const inner_members[] = { "domains", "mailboxes", "tokens" };

static json_t *
account_build(const struct call *call, const char *user, json_t *account)
{
	json_t *built = json_deep_copy(state_at(call->state, "account_defaults"));
	json_t *resolved;

	if (built == NULL)
		built = json_object();
	json_object_update(built, account);
	for (size_t i = 0; i < sizeof inner_members / sizeof inner_members[0]; i++)
		json_object_del(built, inner_members[i]);
	json_object_set_new(built, "user", json_string(user));
	resolved = state_resolve(built);
	json_decref(built);
	return resolved;
}

static bool
account_matches(const struct call *call, const json_t *account)
{
	const char *search = call_arg(call, "search");
	const char *type = call_arg(call, "searchtype");
	const char *method = call_arg(call, "searchmethod");
	const char *value;
	regex_t regex;
	bool matches;

	if (search == NULL)
		return true;
	if (type != NULL && strcmp(type, "package") == 0)
		type = "plan";
	value = text_of(account, type != NULL ? type : "domain");
	if (method != NULL && strcmp(method, "exact") == 0)
		return strcmp(value, search) == 0;
	if (regcomp(&regex, search, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	matches = regexec(&regex, value, 0, NULL, 0) == 0;
	regfree(&regex);
	return matches;
}

/* want=user,domain keeps these members only. */
static json_t *
account_reduce(json_t *account, const char *want)
{
	json_t *reduced = json_object();
	char *names = strdup(want), *save = NULL;

	for (char *name = strtok_r(names, ",", &save); name != NULL;
	    name = strtok_r(NULL, ",", &save)) {
		json_t *value = json_object_get(account, name);

		if (value != NULL)
			json_object_set(reduced, name, value);
	}
	free(names);
	json_decref(account);
	return reduced;
}

/* A reseller sees its own accounts. */
static bool
account_visible(const struct call *call, json_t *account)
{
	return strcmp(call->request->user, "root") == 0
	    || strcmp(call->request->user, text_of(account, "owner")) == 0;
}

void
read_listaccts(struct call *call)
{
	const char *want = call_arg(call, "want");
	json_t *list = json_array();
	const char *user;
	json_t *account;

	json_object_foreach(state_at(call->state, "accounts"), user, account) {
		json_t *built;

		if (!account_visible(call, account))
			continue;
		built = account_build(call, user, account);
		if (!account_matches(call, built)) {
			json_decref(built);
			continue;
		}
		json_array_append_new(list, want != NULL ? account_reduce(built, want) : built);
	}
	call->data = json_pack("{s:o}", "acct", list);
}

void
read_list_users(struct call *call)
{
	json_t *users = json_pack("[s]", "root");
	const char *user;
	json_t *account;

	json_object_foreach(state_at(call->state, "accounts"), user, account)
		json_array_append_new(users, json_string(user));
	call->data = json_pack("{s:o}", "users", users);
}

static json_t *
resellers_known(const struct call *call)
{
	json_t *resellers = tree_resellers(call->sim);

	return resellers != NULL ? resellers : json_incref(state_at(call->state, "resellers"));
}

void
read_listresellers(struct call *call)
{
	json_t *names = json_array();
	json_t *resellers = resellers_known(call);
	const char *user;
	json_t *acls;

	json_object_foreach(resellers, user, acls)
		json_array_append_new(names, json_string(user));
	json_decref(resellers);
	call->data = json_pack("{s:o}", "reseller", names);
}

/* Named ACL lists, not what a reseller holds. */
void
read_listacls(struct call *call)
{
	json_t *lists = json_array();
	const char *name;
	json_t *members, *member;
	size_t index;

	json_object_foreach(state_at(call->state, "acl_lists"), name, members) {
		json_t *privileges = json_object();

		if (!call_quirk(call, QUIRK_MINIMAL_LISTACLS)) {
			json_array_foreach(state_at(call->state, "acl_names"), index, member)
				json_object_set_new(privileges, json_string_value(member),
				    json_integer(0));
		}
		json_array_foreach(members, index, member)
			json_object_set_new(privileges, json_string_value(member),
			    json_integer(1));
		json_array_append_new(lists, json_pack("{s:s, s:o}", "name", name, "privileges",
		    privileges));
	}
	call->data = json_pack("{s:o}", "acl", lists);
}

void
read_myprivs(struct call *call)
{
	call->data = json_pack("{s:[o]}", "privileges",
	    user_privileges(call, call->request->user));
}

/* The functions this user may call. */
void
read_applist(struct call *call)
{
	json_t *names = json_array();
	const struct function *function;

	for (size_t i = 0; (function = function_at(i)) != NULL; i++)
		if (function->handler != NULL && function->since <= call->branch
		    && user_has_acl(call, call->request->user, function->acl))
			json_array_append_new(names, json_string(function->name));
	call->data = json_pack("{s:o}", "app", names);
}

void
read_acctcounts(struct call *call)
{
	const char *owner = call_arg(call, "user");
	int active = 0, suspended = 0;
	const char *user;
	json_t *account;

	if (owner == NULL)
		owner = call->request->user;
	json_object_foreach(state_at(call->state, "accounts"), user, account) {
		if (strcmp(text_of(account, "owner"), owner) != 0)
			continue;
		if (json_integer_value(json_object_get(account, "suspended")) == 1)
			suspended++;
		else
			active++;
	}
	call->data = json_pack("{s:{s:s, s:i, s:i, s:n}}", "reseller", "user", owner, "active",
	    active, "suspended", suspended, "limit");
}

static json_t *
domain_build(const struct call *call, const char *user, json_t *account, const char *domain,
    const char *type)
{
	bool as_string = call_quirk(call, QUIRK_PORT_STRING);
	const char *ip = text_of(call->state, "ip");

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:n, s:i, s:o, s:o, s:s, s:i}",
	    "domain", domain, "domain_type", type, "user", user,
	    "user_owner", text_of(account, "owner"),
	    "parent_domain", text_of(account, "domain"),
	    "docroot", json_sprintf("/home/%s/public_html%s%s", user,
	        strcmp(type, "main") == 0 ? "" : "/", strcmp(type, "main") == 0 ? "" : domain),
	    "ipv4", ip, "ipv4_ssl", ip, "ipv6", "ipv6_is_dedicated", 0,
	    "port", as_string ? json_string("80") : json_integer(80),
	    "port_ssl", as_string ? json_string("443") : json_integer(443),
	    "php_version", "ea-php82", "modsecurity_enabled", 1);
}

void
read_domain_info(struct call *call)
{
	json_t *list = json_array();
	const char *user, *domain;
	json_t *account, *type;

	json_object_foreach(state_at(call->state, "accounts"), user, account) {
		if (!account_visible(call, account))
			continue;
		json_object_foreach(json_object_get(account, "domains"), domain, type)
			json_array_append_new(list, domain_build(call, user, account, domain,
			    json_string_value(type)));
	}
	call->data = json_pack("{s:o}", "domains", list);
}

static json_t *
dmarc_build(const struct call *call, const char *domain)
{
	const char *record = text_of(state_at(call->state, "dmarc"), domain);

	return json_pack("{s:s, s:o, s:s, s:s, s:s, s:s}", "domain", domain,
	    "subdomain", json_sprintf("_dmarc.%s", domain), "record", record,
	    "state", *record != '\0' ? "VALID" : "MISSING", "error", "",
	    "suggested", "v=DMARC1; p=none;");
}

/* Without a domain: all of them. */
void
read_dmarcs(struct call *call)
{
	json_t *wanted = args_all(call->request->args, "domain");
	json_t *list = json_array();
	const char *user, *domain;
	json_t *account, *type, *name;
	size_t index;

	json_array_foreach(wanted, index, name)
		json_array_append_new(list, dmarc_build(call, json_string_value(name)));
	if (json_array_size(wanted) == 0) {
		json_object_foreach(state_at(call->state, "accounts"), user, account) {
			json_object_foreach(json_object_get(account, "domains"), domain, type)
				json_array_append_new(list, dmarc_build(call, domain));
		}
	}
	json_decref(wanted);
	call->data = json_pack("{s:o}", "payload", list);
}

/* The tree's mailboxes where it has any, else the state's. */
static json_t *
mailboxes_of(const struct call *call, const char *user)
{
	json_t *mailboxes = tree_mailboxes(call->sim, user);
	json_t *account = json_object_get(state_at(call->state, "accounts"), user);

	if (mailboxes != NULL)
		return mailboxes;
	mailboxes = json_object_get(account, "mailboxes");
	return mailboxes != NULL ? json_incref(mailboxes) : json_array();
}

static json_t *
account_need(struct call *call, const char *user)
{
	json_t *account = user != NULL
	    ? json_object_get(state_at(call->state, "accounts"), user) : NULL;

	if (account == NULL && user != NULL)
		call_fail(call, "The user \"%s\" does not exist.", user);
	return account;
}

/* The text is not documented, only that such a function is disabled. */
static bool
mail_role_need(struct call *call)
{
	if (role_enabled(call, "MailReceive"))
		return true;
	call_fail(call, "The function \"%s\" is disabled: this server's profile has no role "
	    "\"MailReceive\".", call->request->function);
	return false;
}

void
read_list_pops_for(struct call *call)
{
	const char *user = call_need(call, "user");

	if (user != NULL && mail_role_need(call) && account_need(call, user) != NULL)
		call->data = json_pack("{s:o}", "pops", mailboxes_of(call, user));
}

void
read_api_token_list(struct call *call)
{
	json_t *tokens = json_object_get(state_at(call->state, "tokens"), call->request->user);

	call->data = json_pack("{s:o}", "tokens",
	    tokens != NULL ? state_resolve(tokens) : json_object());
}

static json_t *
uapi_list_pops(struct call *call, const char *user)
{
	const char *skip_main = call_arg(call, "skip_main");
	json_t *mailboxes = mailboxes_of(call, user);
	json_t *list = json_array();
	json_t *address;
	size_t index;

	if (skip_main == NULL || strcmp(skip_main, "1") != 0)
		json_array_append_new(list, json_pack("{s:s, s:s, s:i, s:i}", "email", user,
		    "login", "Main Account", "suspended_incoming", 0, "suspended_login", 0));
	json_array_foreach(mailboxes, index, address)
		json_array_append_new(list, json_pack("{s:O, s:O, s:i, s:i}", "email", address,
		    "login", address, "suspended_incoming", 0, "suspended_login", 0));
	json_decref(mailboxes);
	return list;
}

static bool
is_yes(json_t *value)
{
	const char *text = json_string_value(value);

	return text != NULL && strcmp(text, "yes") == 0;
}

/* The key and its sense changed with Dovecot 2.4; cPanel's default allows plain text. */
static json_t *
uapi_plaintext(struct call *call, const char *user)
{
	json_t *store = datastore_read(call->sim, "/var/cpanel/conf/dovecot/main");
	json_t *allow = json_object_get(store, "auth_allow_cleartext");
	json_t *disable = json_object_get(store, "disable_plaintext_auth");
	int plaintext = 1;

	(void)user;
	if (allow != NULL)
		plaintext = is_yes(allow);
	else if (disable != NULL)
		plaintext = !is_yes(disable);
	json_decref(store);
	return json_integer(plaintext);
}

static json_t *
uapi_tokens(struct call *call, const char *user)
{
	json_t *tokens = json_object_get(json_object_get(state_at(call->state, "accounts"), user),
	    "tokens");
	json_t *list = json_array();
	const char *name;
	json_t *token;

	json_object_foreach(tokens, name, token) {
		json_t *shown = state_resolve(token);

		json_object_set_new(shown, "name", json_string(name));
		json_array_append_new(list, shown);
	}
	return list;
}

static const struct {
	const char *module;
	const char *function;
	json_t *(*read)(struct call *call, const char *user);
} uapi_functions[] = {
	{ "Email", "list_pops", uapi_list_pops },
	{ "Email", "has_plaintext_authentication", uapi_plaintext },
	{ "Tokens", "list", uapi_tokens },
};

static json_t *
uapi_failure(const char *module, const char *function)
{
	return json_pack("{s:n, s:[o], s:n, s:{}, s:i, s:n}", "data", "errors",
	    json_sprintf("The system could not find the function \"%s\" in the module \"%s\".",
	    function, module), "messages", "metadata", "status", 0, "warnings");
}

/* Its envelope holds UAPI's own: two successes to look at. */
void
read_uapi(struct call *call)
{
	const char *user = call_need(call, "cpanel.user");
	const char *module = user != NULL ? call_need(call, "cpanel.module") : NULL;
	const char *function = module != NULL ? call_need(call, "cpanel.function") : NULL;
	json_t *reply = NULL;

	if (function == NULL || account_need(call, user) == NULL)
		return;
	if (strcmp(module, "Email") == 0 && !mail_role_need(call))
		return;
	for (size_t i = 0; i < sizeof uapi_functions / sizeof uapi_functions[0]; i++) {
		if (strcmp(uapi_functions[i].module, module) != 0
		    || strcmp(uapi_functions[i].function, function) != 0)
			continue;
		reply = json_pack("{s:o, s:n, s:n, s:{}, s:i, s:n}", "data",
		    uapi_functions[i].read(call, user), "errors", "messages", "metadata",
		    "status", 1, "warnings");
	}
	call->data = json_pack("{s:o}", "uapi",
	    reply != NULL ? reply : uapi_failure(module, function));
}

static json_t *
certificate_build(const struct call *call, const char *domain)
{
	json_t *built = json_deep_copy(state_at(call->state, "ssl.certificate"));
	json_t *own = json_object_get(state_at(call->state, "ssl.vhosts"), domain);
	json_t *resolved;

	if (built == NULL)
		built = json_object();
	json_object_set_new(built, "id", json_sprintf("%s_lab_crt", domain));
	json_object_set_new(built, "domains", json_pack("[s, o, o]", domain,
	    json_sprintf("mail.%s", domain), json_sprintf("www.%s", domain)));
	json_object_set_new(built, "subject.commonName", json_string(domain));
	json_object_set_new(built, "subject_text", json_sprintf("commonName\n%s\n", domain));
	json_object_update(built, own);
	resolved = state_resolve(built);
	json_decref(built);
	return resolved;
}

static json_t *
vhost_build(const struct call *call, const char *user, const char *domain, const char *type)
{
	return json_pack("{s:s, s:[s, o, o], s:s, s:o, s:s, s:n, s:s, s:s, s:i, s:i, s:i, s:o}",
	    "servername", domain,
	    "domains", domain, json_sprintf("mail.%s", domain), json_sprintf("www.%s", domain),
	    "user", user, "docroot", json_sprintf("/home/%s/public_html", user),
	    "ip", text_of(call->state, "ip"), "ipv6", "iptype", "shared", "type", type,
	    "needs_sni", 1, "mail_sni_status", 1, "is_primary_on_ip", 0,
	    "crt", certificate_build(call, domain));
}

void
read_ssl_vhosts(struct call *call)
{
	json_t *list = json_array();
	const char *user, *domain;
	json_t *account, *type;

	json_object_foreach(state_at(call->state, "accounts"), user, account) {
		if (!account_visible(call, account))
			continue;
		json_object_foreach(json_object_get(account, "domains"), domain, type)
			json_array_append_new(list, vhost_build(call, user, domain,
			    json_string_value(type)));
	}
	call->data = json_pack("{s:o}", "vhosts", list);
}

void
read_best_ssldomain(struct call *call)
{
	const char *service = call_need(call, "service");
	json_t *best;

	if (service == NULL)
		return;
	best = json_object_get(state_at(call->state, "ssl.services"), service);
	if (best == NULL)
		call_fail(call, "Invalid service: %s", service);
	else
		call->data = state_resolve(best);
}
