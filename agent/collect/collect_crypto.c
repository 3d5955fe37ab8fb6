/*
 * What the system's cryptography forbids to every program: the crypto policy
 * of Enterprise Linux, and OpenSSL's own configuration, which includes what
 * that policy became; where it says nothing, what the library was built with.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "collect/collect.h"
#include "parse/openssl_conf.h"

#define POLICY_STATE "/etc/crypto-policies/state/current"
#define CONF_DEBIAN "/etc/ssl/openssl.cnf"
#define CONF_EL "/etc/pki/tls/openssl.cnf"
#define PROC_SYS "/proc/sys"
#define FIPS_ENABLED "/proc/sys/crypto/fips_enabled"
#define POLICY_NAME_MAX 120

/*
 * Releases whose OpenSSL 3 is built with security level 2
 * (OPENSSL_TLS_SECURITY_LEVEL in their packaging); later ones keep it.
 */
static const struct {
	const char *os_id;
	long since;
	const char *name;
	int level;
} built_in[] = {
	{ "debian", 12, "Debian", 2 },
	{ "ubuntu", 22, "Ubuntu", 2 },
};

/* What decides: a configuration file, or what the library was built with. */
struct system_crypto {
	const char *min_protocol;	/* "" = forbids none; NULL = not known */
	int level;			/* -1 = not known */
	const char *level_of;		/* "Debian 12" when built in; else NULL */
	const char *origin;
	const char *why;		/* when something is not known */
};

static void
find_built_in(struct collection *collection, struct system_crypto *crypto)
{
	const struct platform_facts *os = &collection->facts->platform;
	size_t i;

	if (os->os_id.meta.state != FACT_KNOWN ||
	    os->os_version.meta.state != FACT_KNOWN)
		return;
	for (i = 0; i < sizeof(built_in) / sizeof(built_in[0]); i++) {
		if (strcmp(os->os_id.value, built_in[i].os_id) != 0 ||
		    strtol(os->os_version.value, NULL, 10) < built_in[i].since)
			continue;
		crypto->level = built_in[i].level;
		crypto->level_of = arena_printf(collection->arena, "%s %s",
		    built_in[i].name, os->os_version.value);
		crypto->origin = os->os_version.meta.origin;
	}
}

/*
 * From level 1 on OpenSSL 3 refuses TLS 1.0 and 1.1, whose handshake is signed
 * with MD5 and SHA-1 (SSL_CTX_set_security_level(3)); OpenSSL 1.1.1 does not.
 * The releases of the table have OpenSSL 3.
 */
static const char *
lowest_protocol(const struct system_crypto *built,
    const struct system_crypto *crypto)
{
	const char *said = crypto->min_protocol;

	if (said != NULL && (strcmp(said, "TLSv1.2") == 0 ||
	    strcmp(said, "TLSv1.3") == 0))
		return said;
	if (crypto->level > 0 && built->level_of != NULL)
		return "TLSv1.2";
	if (said != NULL)
		return strcmp(said, "None") == 0 ? "" : said;
	/* No protocol is named: only level 0 is known to forbid none. */
	return crypto->level == 0 ? "" : NULL;
}

static void
weigh(struct collection *collection, const struct openssl_system *system,
    struct system_crypto *crypto)
{
	struct system_crypto built = { .level = -1 };
	const struct conf_place *place = NULL;

	find_built_in(collection, &built);
	crypto->min_protocol = system->min_protocol;
	crypto->level = system->security_level;
	if (system->min_protocol != NULL)
		place = &system->protocol_place;
	if (system->security_level >= 0)
		place = &system->level_place;
	if (place != NULL)
		crypto->origin = arena_printf(collection->arena, "%s:%u",
		    place->file, place->line);
	if (crypto->level < 0 && built.level_of != NULL) {
		crypto->level = built.level;
		crypto->level_of = built.level_of;
		if (place == NULL)
			crypto->origin = built.origin;
	}
	crypto->min_protocol = lowest_protocol(&built, crypto);
	if (system->undecided.file != NULL) {
		crypto->min_protocol = NULL;
		crypto->level = -1;
		crypto->why = arena_printf(collection->arena,
		    "decided at %s:%u", system->undecided.file,
		    system->undecided.line);
	} else {
		crypto->why = "OpenSSL's configuration says nothing, and what "
		    "this system's library was built with is not known";
	}
}

static void
read_openssl(struct collection *collection, struct system_crypto *crypto)
{
	struct conf_source source = collection_source(collection);
	struct openssl_system system = { .security_level = -1 };
	const char *path = CONF_DEBIAN;
	struct err err = { 0 };
	struct answer answer;
	char text[1400];

	crypto->level = -1;
	answer = host_file(collection->host, collection->scratch, path,
	    CONF_MAX_FILE);
	if (answer.status == ANSWER_ABSENT ||
	    answer.status == ANSWER_NO_PARENT) {
		path = CONF_EL;
		answer = host_file(collection->host, collection->scratch, path,
		    CONF_MAX_FILE);
	}
	crypto->origin = path;
	/* OpenSSL goes on without its file. */
	if (answer.status != ANSWER_OK && answer.status != ANSWER_ABSENT) {
		crypto->why = answer.why;
		return;
	}
	if (answer.status == ANSWER_OK && openssl_conf_system(
	    collection->arena, path, answer.bytes, answer.length, &source,
	    &system, &err) != 0) {
		err_format(&err, text, sizeof(text));
		crypto->why = arena_strdup(collection->arena, text);
		return;
	}
	weigh(collection, &system, crypto);
}

static void
set_min_protocol(struct collection *collection,
    const struct system_crypto *crypto)
{
	struct fact_str *fact =
	    &collection->facts->crypto.policy_min_protocol;

	if (crypto->min_protocol == NULL)
		meta_unknown(collection, &fact->meta, crypto->origin, "%s",
		    crypto->why);
	else
		set_string(collection, fact, crypto->origin,
		    crypto->min_protocol);
}

/* Without a policy of the system OpenSSL's security level is one. */
static void
set_own_policy(struct collection *collection,
    const struct system_crypto *crypto)
{
	struct fact_str *fact = &collection->facts->crypto.policy;
	struct arena *scratch = collection->scratch;

	if (crypto->level < 0 && crypto->min_protocol == NULL)
		meta_unknown(collection, &fact->meta, crypto->origin, "%s",
		    crypto->why);
	else if (crypto->level < 0)
		set_string(collection, fact, crypto->origin, arena_printf(
		    scratch, "OpenSSL MinProtocol %s",
		    crypto->min_protocol[0] == '\0' ? "None" :
		    crypto->min_protocol));
	else if (crypto->level_of != NULL)
		set_string(collection, fact, crypto->origin, arena_printf(
		    scratch, "OpenSSL security level %d (%s)", crypto->level,
		    crypto->level_of));
	else
		set_string(collection, fact, crypto->origin, arena_printf(
		    scratch, "OpenSSL security level %d", crypto->level));
}

/* "DEFAULT", "FIPS:OSPP"; update-crypto-policies(8) writes one line. */
static bool
is_policy_name(const char *name, size_t length)
{
	return length > 0 && length <= POLICY_NAME_MAX && strspn(name,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789-_:.") >= length;
}

static void
collect_policy(struct collection *collection)
{
	struct crypto_facts *facts = &collection->facts->crypto;
	struct answer answer = host_file(collection->host,
	    collection->scratch, POLICY_STATE, HOST_CAP_CONFIG);
	struct system_crypto crypto = { 0 };
	size_t length;

	read_openssl(collection, &crypto);
	set_min_protocol(collection, &crypto);
	if (answer.status == ANSWER_ABSENT ||
	    answer.status == ANSWER_NO_PARENT) {
		set_own_policy(collection, &crypto);
		return;
	}
	if (!meta_from_answer(collection, &facts->policy.meta, &answer,
	    POLICY_STATE))
		return;
	length = strcspn(answer.bytes, " \t\r\n");
	if (is_policy_name(answer.bytes, length))
		set_string(collection, &facts->policy, POLICY_STATE,
		    arena_memdup(collection->scratch, answer.bytes, length));
	else
		meta_unknown(collection, &facts->policy.meta, POLICY_STATE,
		    "its first line is no name of a policy");
}

static void
collect_fips(struct collection *collection)
{
	struct fact_bool *fact = &collection->facts->crypto.fips_enabled;
	struct answer answer = host_file(collection->host,
	    collection->scratch, FIPS_ENABLED, 64);

	/* A kernel without it may have no directory for it; a copy has no proc. */
	if (answer.status == ANSWER_NO_PARENT && host_dir(collection->host,
	    collection->scratch, PROC_SYS).status == ANSWER_OK)
		answer.status = ANSWER_ABSENT;
	if (!meta_from_answer(collection, &fact->meta, &answer, FIPS_ENABLED))
		return;
	if (answer.bytes[0] != '0' && answer.bytes[0] != '1')
		meta_unknown(collection, &fact->meta, FIPS_ENABLED,
		    "is neither 0 nor 1");
	fact->value = answer.bytes[0] == '1';
}

static void
collect_crypto(struct collection *collection)
{
	collect_policy(collection);
	collect_fips(collection);
}

static const struct access crypto_accesses[] = {
	{ ASK_FILE, POLICY_STATE, "the system's crypto policy" },
	{ ASK_FILE, CONF_DEBIAN, "what OpenSSL forbids to every program" },
	{ ASK_FILE, CONF_EL, "the same, on Enterprise Linux" },
	{ ASK_FILE, "/etc/crypto-policies/back-ends/opensslcnf.config",
	    "included there" },
	{ ASK_FILE, FIPS_ENABLED, "is the kernel in FIPS mode" },
	{ ASK_DIR, PROC_SYS, "when that is missing: is this a running system" },
};

static const char *const crypto_groups[] = { "crypto", NULL };

extern const struct collector collector_crypto;
const struct collector collector_crypto = {
	.name = "crypto",
	.accesses = crypto_accesses,
	.access_count = sizeof(crypto_accesses) / sizeof(crypto_accesses[0]),
	.collect = collect_crypto,
	.groups = crypto_groups,
	.planes = PLANE_BIT(PLANE_FILE),
};
