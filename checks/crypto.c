#include <string.h>

#include "base/arena.h"
#include "checks/catalogue.h"
#include "checks/words.h"

/*
 * LEGACY, LEGACY:AD-SUPPORT; or what that is on Ubuntu: OpenSSL told to look at
 * nothing, or to take keys of 1024 bits and signatures with SHA-1 (level 1,
 * below the 2 that it is built with).
 */
static bool
is_weak_policy(const char *policy)
{
	size_t length = strcspn(policy, ":");

	return word_is(policy, length, "LEGACY") ||
	    word_is(policy, length, "EMPTY") ||
	    strcmp(policy, "OpenSSL security level 0") == 0 ||
	    strcmp(policy, "OpenSSL security level 1") == 0;
}

/* The lowest protocol that OpenSSL lets pass, a policy or no: "" = every one. */
static bool
lets_old_pass(const struct fact_str *lowest)
{
	return lowest->meta.state == FACT_KNOWN && lowest->value != NULL &&
	    strcmp(lowest->value, "TLSv1.2") != 0 &&
	    strcmp(lowest->value, "TLSv1.3") != 0;
}

static void
evaluate_policy(const struct evaluation *ev, struct finding *finding)
{
	const struct fact_str *lowest = &ev->facts->crypto.policy_min_protocol;
	const char *policy;

	if (!finding_need(ev, finding, "crypto.policy"))
		return;
	finding_evidence(ev, finding, "crypto.policy_min_protocol");
	policy = ev->facts->crypto.policy.value;
	if (is_weak_policy(policy))
		finding_fail(ev, finding, "the system's crypto policy is %s, "
		    "wanted DEFAULT or stricter", shown(ev->arena, policy));
	else if (lets_old_pass(lowest))
		finding_fail(ev, finding, "OpenSSL's configuration lets %s "
		    "pass, whatever the policy says (%s), wanted TLSv1.2 at "
		    "least", lowest->value[0] == '\0' ?
		    "every version of TLS" : lowest->value,
		    shown(ev->arena, policy));
	else
		finding_pass(ev, finding, "the system's crypto policy is %s",
		    shown(ev->arena, policy));
}

/* Whether the module's certificate is in force stands in no file here. */
static void
evaluate_fips_mode(const struct evaluation *ev, struct finding *finding)
{
	const struct fact_bool *fips = &ev->facts->crypto.fips_enabled;
	bool wanted = ev->want->integer > 0;

	finding_evidence(ev, finding, "crypto.fips_enabled");
	if (!wanted)
		finding_pass(ev, finding, "FIPS mode is %s and not wanted by "
		    "the profile", fips->meta.state == FACT_UNKNOWN ?
		    "not known" : fips->meta.state == FACT_KNOWN &&
		    fips->value ? "on" : "off");
	else if (fips->meta.state == FACT_ABSENT)
		finding_fail(ev, finding, "the kernel knows no FIPS mode, wanted "
		    "fips_enabled 1");
	else if (!finding_need(ev, finding, "crypto.fips_enabled"))
		return;
	else if (!fips->value)
		finding_fail(ev, finding, "FIPS mode is off, wanted "
		    "fips_enabled 1");
	else
		finding_pass(ev, finding, "FIPS mode is on; that the module's "
		    "FIPS 140-3 certificate is active is for a person to "
		    "confirm");
}

static void
evaluate_validated_module(const struct evaluation *ev,
    struct finding *finding)
{
	struct finding policy = { 0 }, mode = { 0 };

	evaluate_policy(ev, &policy);
	finding_merge(ev, finding, &policy);
	evaluate_fips_mode(ev, &mode);
	finding_merge(ev, finding, &mode);
}

const struct check crypto_checks[] = {
	{
		.id = "tls.fips.validated_module",
		.title = "The system's cryptography is not opened for weak algorithms",
		.scope = SCOPE_HOST,
		.subject = "host",
		.needs = { "crypto.policy", "?crypto.policy_min_protocol",
		    "?crypto.fips_enabled" },
		.evaluate.host = evaluate_validated_module,
		.want = WANT_INT,
		.remediation = "host.crypto-policy",
		.mode = REMEDIATION_MANUAL,
		.explain =
		    "Exim, Dovecot and the panel take their cryptography from "
		    "the system, and its policy is a floor under all of them. On "
		    "Enterprise Linux, update-crypto-policies --show prints it; "
		    "LEGACY lets TLS 1.0 and SHA-1 back in, and --set DEFAULT "
		    "ends that. On Ubuntu look for SECLEVEL=0 or 1 "
		    "and MinProtocol in /etc/ssl/openssl.cnf. The strict profile wants FIPS mode as "
		    "well: HHS calls data secured when modules validated under "
		    "FIPS 140 protect it, and all 140-2 certificates went to the "
		    "historical list on 2026-09-21, so whether yours is an active "
		    "140-3 one is for a person to look up. FIPS mode needs a "
		    "reboot and can stop programs: never try it first on a server "
		    "in use.",
	},
};
