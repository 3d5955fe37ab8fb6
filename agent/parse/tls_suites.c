#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse/tls_suites.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

struct code_name {
	uint16_t id;
	const char *name;
};

static const struct code_name versions[] = {
	{ TLS_SSL3, "SSLv3" },
	{ TLS_1_0, "TLSv1.0" },
	{ TLS_1_1, "TLSv1.1" },
	{ TLS_1_2, "TLSv1.2" },
	{ TLS_1_3, "TLSv1.3" },
};

/*
 * Strength: SP 800-57 part 1, table 2, and SP 800-56A, appendix D; of a hybrid
 * that of its elliptic curve. OpenSSL and GnuTLS refuse the explicit curves of
 * RFC 4492, whose parameters the peer makes up.
 */
const struct tls_group tls_groups[] = {
	{ 0x11EC, "X25519MLKEM768", 128, .tls13 = true, .hybrid = true },
	{ 0x11EB, "SecP256r1MLKEM768", 128, .tls13 = true, .hybrid = true },
	{ 0x11ED, "SecP384r1MLKEM1024", 192, .tls13 = true, .hybrid = true },
	{ 0x11EE, "curveSM2MLKEM768", 128, .tls13 = true, .hybrid = true },
	/* Drafts that the ones above replaced. */
	{ 0x6399, "X25519Kyber768Draft00", 128, .tls13 = true, .hybrid = true },
	{ 0x639A, "SecP256r1Kyber768Draft00", 128, .tls13 = true,
	    .hybrid = true },
	{ 0x001D, "x25519", 128, .tls13 = true },
	{ 0x0017, "secp256r1", 128, .tls13 = true },
	{ 0x0018, "secp384r1", 192, .tls13 = true },
	{ 0x0019, "secp521r1", 256, .tls13 = true },
	{ 0x001E, "x448", 224, .tls13 = true },
	{ 0x0201, "MLKEM768", 192, .tls13 = true },
	{ 0x0202, "MLKEM1024", 256, .tls13 = true },
	{ 0x0200, "MLKEM512", 128, .tls13 = true },
	{ 0x001F, "brainpoolP256r1tls13", 128, .tls13 = true },
	{ 0x0020, "brainpoolP384r1tls13", 192, .tls13 = true },
	{ 0x0021, "brainpoolP512r1tls13", 256, .tls13 = true },
	{ 0x0101, "ffdhe3072", 128, .tls13 = true },
	{ 0x0102, "ffdhe4096", 152, .tls13 = true },
	{ 0x0103, "ffdhe6144", 176, .tls13 = true },
	{ 0x0104, "ffdhe8192", 200, .tls13 = true },
	{ 0x0100, "ffdhe2048", 112, .tls13 = true },
	{ 0x0029, "curveSM2", 128, .tls13 = true },
	{ 0x0022, "GC256A", 128, .tls13 = true },
	{ 0x0023, "GC256B", 128, .tls13 = true },
	{ 0x0024, "GC256C", 128, .tls13 = true },
	{ 0x0025, "GC256D", 128, .tls13 = true },
	{ 0x0026, "GC512A", 256, .tls13 = true },
	{ 0x0027, "GC512B", 256, .tls13 = true },
	{ 0x0028, "GC512C", 256, .tls13 = true },
	/* Up to TLS 1.2 alone. */
	{ 0x001A, "brainpoolP256r1", 128, .tls13 = false },
	{ 0x001B, "brainpoolP384r1", 192, .tls13 = false },
	{ 0x001C, "brainpoolP512r1", 256, .tls13 = false },
	{ 0x0016, "secp256k1", 128, .tls13 = false },
	{ 0x000E, "sect571r1", 256, .tls13 = false },
	{ 0x000D, "sect571k1", 256, .tls13 = false },
	{ 0x000C, "sect409r1", 192, .tls13 = false },
	{ 0x000B, "sect409k1", 192, .tls13 = false },
	{ 0x000A, "sect283r1", 128, .tls13 = false },
	{ 0x0009, "sect283k1", 128, .tls13 = false },
	{ 0x0015, "secp224r1", 112, .tls13 = false },
	{ 0x0014, "secp224k1", 112, .tls13 = false },
	{ 0x0008, "sect239k1", 112, .tls13 = false },
	{ 0x0007, "sect233r1", 112, .tls13 = false },
	{ 0x0006, "sect233k1", 112, .tls13 = false },
	{ 0x0013, "secp192r1", 96, .weak = true },
	{ 0x0012, "secp192k1", 96, .weak = true },
	{ 0x0005, "sect193r2", 96, .weak = true },
	{ 0x0004, "sect193r1", 96, .weak = true },
	{ 0x0003, "sect163r2", 80, .weak = true },
	{ 0x0002, "sect163r1", 80, .weak = true },
	{ 0x0001, "sect163k1", 80, .weak = true },
	{ 0x0011, "secp160r2", 80, .weak = true },
	{ 0x0010, "secp160r1", 80, .weak = true },
	{ 0x000F, "secp160k1", 80, .weak = true },
	{ 0xFF01, "arbitrary_explicit_prime_curves", 0, .weak = true },
	{ 0xFF02, "arbitrary_explicit_char2_curves", 0, .weak = true },
};

const size_t tls_group_count = COUNT(tls_groups);

/*
 * RFC 8446 4.2.3, and the pairs of hash and signature of RFC 5246 7.4.1.4.1
 * that it has no name for. Best first. Signatures bound to identities
 * (ISO/IEC 14888-3, RFC 6507) are left out: no certificate has such a key.
 */
const struct tls_sigalg tls_sigalgs[] = {
	{ 0x0807, "ed25519", .tls13 = true },
	{ 0x0808, "ed448", .tls13 = true },
	{ 0x0403, "ecdsa_secp256r1_sha256", .tls13 = true },
	{ 0x0503, "ecdsa_secp384r1_sha384", .tls13 = true },
	{ 0x0603, "ecdsa_secp521r1_sha512", .tls13 = true },
	{ 0x0804, "rsa_pss_rsae_sha256", .tls13 = true },
	{ 0x0805, "rsa_pss_rsae_sha384", .tls13 = true },
	{ 0x0806, "rsa_pss_rsae_sha512", .tls13 = true },
	{ 0x0809, "rsa_pss_pss_sha256", .tls13 = true },
	{ 0x080A, "rsa_pss_pss_sha384", .tls13 = true },
	{ 0x080B, "rsa_pss_pss_sha512", .tls13 = true },
	{ 0x0904, "mldsa44", .tls13 = true },
	{ 0x0905, "mldsa65", .tls13 = true },
	{ 0x0906, "mldsa87", .tls13 = true },
	{ 0x081A, "ecdsa_brainpoolP256r1tls13_sha256", .tls13 = true },
	{ 0x081B, "ecdsa_brainpoolP384r1tls13_sha384", .tls13 = true },
	{ 0x081C, "ecdsa_brainpoolP512r1tls13_sha512", .tls13 = true },
	{ 0x0708, "sm2sig_sm3", .tls13 = true },
	{ 0x0709, "gostr34102012_256a", .tls13 = true },
	{ 0x070A, "gostr34102012_256b", .tls13 = true },
	{ 0x070B, "gostr34102012_256c", .tls13 = true },
	{ 0x070C, "gostr34102012_256d", .tls13 = true },
	{ 0x070D, "gostr34102012_512a", .tls13 = true },
	{ 0x070E, "gostr34102012_512b", .tls13 = true },
	{ 0x070F, "gostr34102012_512c", .tls13 = true },
	{ 0x0401, "rsa_pkcs1_sha256", .tls13 = false },
	{ 0x0501, "rsa_pkcs1_sha384", .tls13 = false },
	{ 0x0601, "rsa_pkcs1_sha512", .tls13 = false },
	{ 0x0303, "ecdsa_sha224", .weak = true },
	{ 0x0301, "rsa_pkcs1_sha224", .weak = true },
	{ 0x0203, "ecdsa_sha1", .weak = true },
	{ 0x0201, "rsa_pkcs1_sha1", .weak = true },
	{ 0x0402, "dsa_sha256", .weak = true },
	{ 0x0502, "dsa_sha384", .weak = true },
	{ 0x0602, "dsa_sha512", .weak = true },
	{ 0x0302, "dsa_sha224", .weak = true },
	{ 0x0202, "dsa_sha1", .weak = true },
	{ 0x0101, "rsa_pkcs1_md5", .weak = true },
};

const size_t tls_sigalg_count = COUNT(tls_sigalgs);

/* The registry "TLS Alerts", with those of SSL 3.0 and TLS 1.0. */
static const struct code_name alerts[] = {
	{ 0, "close_notify" },
	{ 10, "unexpected_message" },
	{ 20, "bad_record_mac" },
	{ 21, "decryption_failed" },
	{ 22, "record_overflow" },
	{ 30, "decompression_failure" },
	{ 40, "handshake_failure" },
	{ 41, "no_certificate" },
	{ 42, "bad_certificate" },
	{ 43, "unsupported_certificate" },
	{ 44, "certificate_revoked" },
	{ 45, "certificate_expired" },
	{ 46, "certificate_unknown" },
	{ 47, "illegal_parameter" },
	{ 48, "unknown_ca" },
	{ 49, "access_denied" },
	{ 50, "decode_error" },
	{ 51, "decrypt_error" },
	{ 60, "export_restriction" },
	{ 70, "protocol_version" },
	{ 71, "insufficient_security" },
	{ 80, "internal_error" },
	{ 86, "inappropriate_fallback" },
	{ 90, "user_canceled" },
	{ 100, "no_renegotiation" },
	{ 109, "missing_extension" },
	{ 110, "unsupported_extension" },
	{ 111, "certificate_unobtainable" },
	{ 112, "unrecognized_name" },
	{ 113, "bad_certificate_status_response" },
	{ 114, "bad_certificate_hash_value" },
	{ 115, "unknown_psk_identity" },
	{ 116, "certificate_required" },
	{ 120, "no_application_protocol" },
	{ 121, "ech_required" },
};

const char *
tls_version_name(uint16_t version)
{
	size_t i;

	for (i = 0; i < COUNT(versions); i++) {
		if (versions[i].id == version)
			return versions[i].name;
	}
	return NULL;
}

uint16_t
tls_version_parse(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT(versions); i++) {
		if (strcmp(versions[i].name, name) == 0)
			return versions[i].id;
	}
	return 0;
}

static int
compare_suite(const void *key, const void *element)
{
	const uint16_t *id = key;
	const struct tls_suite *suite = element;

	return (int)*id - (int)suite->id;
}

const struct tls_suite *
tls_suite_find(uint16_t id)
{
	return bsearch(&id, tls_suites, tls_suite_count, sizeof(tls_suites[0]),
	    compare_suite);
}

const struct tls_suite *
tls_suite_find_name(const char *name)
{
	const struct tls_suite *suite;
	size_t i;

	for (i = 0; i < tls_suite_count; i++) {
		suite = &tls_suites[i];
		if (strcmp(suite->name, name) == 0 || (suite->openssl != NULL &&
		    strcmp(suite->openssl, name) == 0))
			return suite;
	}
	return NULL;
}

static const char *
hex_name(uint16_t id, char buffer[static 8])
{
	snprintf(buffer, 8, "0x%04X", (unsigned)id);
	return buffer;
}

const char *
tls_suite_name(uint16_t id, char buffer[static 8])
{
	const struct tls_suite *suite = tls_suite_find(id);

	if (suite == NULL)
		return hex_name(id, buffer);
	return suite->openssl != NULL ? suite->openssl : suite->name;
}

const struct tls_group *
tls_group_find(uint16_t id)
{
	size_t i;

	for (i = 0; i < tls_group_count; i++) {
		if (tls_groups[i].id == id)
			return &tls_groups[i];
	}
	return NULL;
}

const char *
tls_group_name(uint16_t id, char buffer[static 8])
{
	const struct tls_group *group = tls_group_find(id);

	return group != NULL ? group->name : hex_name(id, buffer);
}

const char *
tls_sigalg_name(uint16_t id, char buffer[static 8])
{
	size_t i;

	for (i = 0; i < tls_sigalg_count; i++) {
		if (tls_sigalgs[i].id == id)
			return tls_sigalgs[i].name;
	}
	return hex_name(id, buffer);
}

const char *
tls_alert_name(uint8_t description, char buffer[static 16])
{
	size_t i;

	for (i = 0; i < COUNT(alerts); i++) {
		if (alerts[i].id == description)
			return alerts[i].name;
	}
	snprintf(buffer, 16, "alert %u", (unsigned)description);
	return buffer;
}
