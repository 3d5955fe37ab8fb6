#include <string.h>

#include "base/arena.h"
#include "checks/catalogue.h"
#include "checks/modes.h"
#include "checks/words.h"

#define KEY_USERS 5

/*
 * Who reads a key of the kind: Exim runs as mailnull in group mail, Dovecot
 * opens its keys as root, cpsrvd as root or cpanel. Owners and groups beyond
 * these are strangers to the key.
 */
struct key_kind {
	const char *name;
	const char *owners[KEY_USERS];
	const char *groups[KEY_USERS];
};

static const struct key_kind key_kinds[] = {
	{ "exim", { "root", "mailnull", "exim" },
	    { "root", "wheel", "mail", "mailnull", "exim" } },
	{ "dovecot", { "root", "dovecot" },
	    { "root", "wheel", "mail", "dovecot" } },
	{ "sni", { "root", "mailnull" },
	    { "root", "wheel", "mail", "mailnull", "dovecot" } },
	{ "dkim", { "root", "mailnull", "exim" },
	    { "root", "wheel", "mail", "mailnull", "exim" } },
	{ "cpanel", { "root", "cpanel" }, { "root", "wheel", "cpanel" } },
};

static const struct key_kind *
key_kind(const struct fact_str *kind)
{
	size_t i;

	if (kind->meta.state != FACT_KNOWN || kind->value == NULL)
		return NULL;
	for (i = 0; i < sizeof(key_kinds) / sizeof(key_kinds[0]); i++)
		if (strcmp(key_kinds[i].name, kind->value) == 0)
			return &key_kinds[i];
	return NULL;
}

static bool
is_among(const char *const users[KEY_USERS], const char *name)
{
	size_t i;

	for (i = 0; i < KEY_USERS && users[i] != NULL; i++)
		if (strcmp(users[i], name) == 0)
			return true;
	return false;
}

static void
need(const struct evaluation *ev, const struct private_key_facts *key,
    const char *what, const struct fact_meta *meta, struct finding *finding)
{
	const char *why = meta->why != NULL ? meta->why : "not collected";
	struct finding part = { 0 };

	if (meta->state != FACT_UNKNOWN)
		why = meta->state == FACT_ABSENT ? "not there" :
		    "no such value is documented";
	finding_unknown(ev, &part, "the %s of %s is unknown: %s", what,
	    shown(ev->arena, key->name), why);
	finding_merge(ev, finding, &part);
}

static void
evaluate_key_owner(const struct evaluation *ev,
    const struct private_key_facts *key, const struct key_kind *kind,
    struct finding *finding)
{
	struct finding part = { 0 };

	if (key->owner.meta.state != FACT_KNOWN) {
		need(ev, key, "owner", &key->owner.meta, finding);
		return;
	}
	if (is_among(kind->owners, key->owner.value))
		return;
	finding_fail(ev, &part, "%s belongs to %s, wanted root or the daemon "
	    "that reads it", shown(ev->arena, key->name),
	    shown(ev->arena, key->owner.value));
	finding_merge(ev, finding, &part);
}

static void
evaluate_key_mode(const struct evaluation *ev,
    const struct private_key_facts *key, const struct key_kind *kind,
    struct finding *finding)
{
	const char *name = shown(ev->arena, key->name);
	struct finding part = { 0 };
	unsigned mode;

	if (key->mode.meta.state != FACT_KNOWN ||
	    !mode_read(key->mode.value, &mode)) {
		need(ev, key, "mode", &key->mode.meta, finding);
		return;
	}
	if (mode & 0007)
		finding_fail(ev, &part, "%s has mode %04o, wanted nothing for "
		    "other users", name, mode);
	else if ((mode & 0070) == 0)
		finding_pass(ev, &part, "%s has mode %04o", name, mode);
	else if (key->group.meta.state != FACT_KNOWN) {
		need(ev, key, "group", &key->group.meta, finding);
		return;
	} else if (is_among(kind->groups, key->group.value))
		finding_pass(ev, &part, "%s has mode %04o for group %s", name,
		    mode, shown(ev->arena, key->group.value));
	else
		finding_fail(ev, &part, "%s has mode %04o and group %s, wanted "
		    "only the group of the daemon that reads it", name, mode,
		    shown(ev->arena, key->group.value));
	finding_merge(ev, finding, &part);
}

static void
evaluate_private_key(const struct evaluation *ev,
    const struct private_key_facts *key, struct finding *finding)
{
	const struct key_kind *kind = key_kind(&key->kind);

	finding_item_evidence(ev, finding, "private_keys.kind",
	    &key->kind.meta);
	finding_item_evidence(ev, finding, "private_keys.mode",
	    &key->mode.meta);
	finding_item_evidence(ev, finding, "private_keys.owner",
	    &key->owner.meta);
	finding_item_evidence(ev, finding, "private_keys.group",
	    &key->group.meta);
	if (kind == NULL) {
		need(ev, key, "reader", &key->kind.meta, finding);
		return;
	}
	evaluate_key_mode(ev, key, kind, finding);
	evaluate_key_owner(ev, key, kind, finding);
}

const struct check rest_checks[] = {
	{
		.id = "keys.private.perms",
		.title = "Private keys are readable by their daemon alone",
		.scope = SCOPE_PRIVATE_KEY,
		.needs = { "private_keys.kind", "private_keys.mode",
		    "private_keys.owner", "private_keys.group" },
		.evaluate.private_key = evaluate_private_key,
		.remediation = "files.key-permissions",
		.mode = REMEDIATION_GUIDED,
		.explain =
		    "Whoever has the key can be the server and read what is sent "
		    "to it; who has the DKIM key can write mail in the clinic's "
		    "name. Take the bits away with chmod o-rwx FILE, or g-rwx "
		    "where the group is a stranger; do not change the owner. A "
		    "key that Exim can no longer read does not show in exim -bV: "
		    "STARTTLS then answers 454, so test it afterwards.",
	},
};
