/* Roots in one file and in a folder: what a chain needs of them is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "host/probe_trust.h"

#define DAY (24 * 60 * 60)

struct identity {
	EVP_PKEY *key;
	X509 *certificate;
};

struct fixture {
	char folder[64];
	char bundle[96];
	struct identity root, other, middle, leaf;
};

static EVP_PKEY *
make_key(void)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
	EVP_PKEY *key = NULL;

	assert_int_equal(EVP_PKEY_keygen_init(context), 1);
	assert_int_equal(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context,
	    NID_X9_62_prime256v1), 1);
	assert_int_equal(EVP_PKEY_keygen(context, &key), 1);
	EVP_PKEY_CTX_free(context);
	return key;
}

static void
add_constraint(X509 *certificate, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL,
	    NID_basic_constraints, value);

	assert_non_null(extension);
	assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

/* issuer NULL = signed by itself; days may be negative: ended so long ago. */
static struct identity
make(const char *name, const struct identity *issuer, int is_ca, long days)
{
	struct identity made = { make_key(), X509_new() };
	X509_NAME *subject = X509_get_subject_name(made.certificate);

	X509_set_version(made.certificate, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(made.certificate), 1);
	X509_gmtime_adj(X509_getm_notBefore(made.certificate), -100L * DAY);
	X509_gmtime_adj(X509_getm_notAfter(made.certificate), days * DAY);
	X509_set_pubkey(made.certificate, made.key);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
	    (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(made.certificate, issuer == NULL ? subject :
	    X509_get_subject_name(issuer->certificate));
	add_constraint(made.certificate, is_ca ? "critical,CA:TRUE" :
	    "CA:FALSE");
	assert_true(X509_sign(made.certificate, issuer == NULL ? made.key :
	    issuer->key, EVP_sha256()) > 0);
	return made;
}

static void
identity_free(struct identity *identity)
{
	EVP_PKEY_free(identity->key);
	X509_free(identity->certificate);
}

static int
setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	strcpy(fixture->folder, "/tmp/test_probe_trust.XXXXXX");
	assert_non_null(mkdtemp(fixture->folder));
	snprintf(fixture->bundle, sizeof(fixture->bundle), "%s/bundle.pem",
	    fixture->folder);
	fixture->root = make("Root", NULL, 1, 100);
	fixture->other = make("Other", NULL, 1, 100);
	fixture->middle = make("Middle", &fixture->root, 1, 100);
	fixture->leaf = make("leaf.example", &fixture->middle, 0, 100);
	*state = fixture;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *fixture = *state;

	unlink(fixture->bundle);
	rmdir(fixture->folder);
	identity_free(&fixture->root);
	identity_free(&fixture->other);
	identity_free(&fixture->middle);
	identity_free(&fixture->leaf);
	free(fixture);
	return 0;
}

static FILE *
bundle_open(const struct fixture *fixture)
{
	FILE *file = fopen(fixture->bundle, "we");

	assert_non_null(file);
	fputs("# roots of the test\n\n", file);
	return file;
}

static void
bundle_of(const struct fixture *fixture, X509 *first, X509 *second)
{
	FILE *file = bundle_open(fixture);

	PEM_write_X509(file, first);
	if (second != NULL)
		PEM_write_X509(file, second);
	fclose(file);
}

/* The certificates that were sent, in that order. */
static int
verify(const struct fixture *fixture, X509 *leaf, X509 *middle)
{
	struct probe_trust trust = { .folder = fixture->folder,
	    .bundle = fixture->bundle };
	STACK_OF(X509) *sent = sk_X509_new_null();
	int first, second;

	sk_X509_push(sent, leaf);
	if (middle != NULL)
		sk_X509_push(sent, middle);
	first = probe_trust_verify(&trust, sent);
	/* The second chain of a run finds what the first one read. */
	second = probe_trust_verify(&trust, sent);
	assert_int_equal(first, second);
	sk_X509_free(sent);
	probe_trust_done(&trust);
	return first;
}

static void
test_root_in_bundle(void **state)
{
	struct fixture *fixture = *state;

	bundle_of(fixture, fixture->other.certificate,
	    fixture->root.certificate);
	assert_int_equal(verify(fixture, fixture->leaf.certificate,
	    fixture->middle.certificate), X509_V_OK);
}

static void
test_root_not_in_bundle(void **state)
{
	struct fixture *fixture = *state;

	bundle_of(fixture, fixture->other.certificate, NULL);
	assert_int_equal(verify(fixture, fixture->leaf.certificate,
	    fixture->middle.certificate),
	    X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
}

static void
test_incomplete_chain(void **state)
{
	struct fixture *fixture = *state;

	bundle_of(fixture, fixture->root.certificate, NULL);
	assert_int_equal(verify(fixture, fixture->leaf.certificate, NULL),
	    X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
}

/* An issuer in the file that another of the file has issued. */
static void
test_issuer_and_root_in_bundle(void **state)
{
	struct fixture *fixture = *state;

	bundle_of(fixture, fixture->root.certificate,
	    fixture->middle.certificate);
	assert_int_equal(verify(fixture, fixture->leaf.certificate, NULL),
	    X509_V_OK);
}

static void
test_self_signed(void **state)
{
	struct fixture *fixture = *state;
	struct identity alone = make("alone.example", NULL, 0, 100);

	bundle_of(fixture, fixture->root.certificate, NULL);
	assert_int_equal(verify(fixture, alone.certificate, NULL),
	    X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
	bundle_of(fixture, fixture->root.certificate, alone.certificate);
	assert_int_equal(verify(fixture, alone.certificate, NULL), X509_V_OK);
	identity_free(&alone);
}

/* A root of the same name with another key is no root of this chain. */
static void
test_name_alone_is_no_proof(void **state)
{
	struct fixture *fixture = *state;
	struct identity impostor = make("Root", NULL, 1, 100);

	bundle_of(fixture, impostor.certificate, NULL);
	assert_int_not_equal(verify(fixture, fixture->leaf.certificate,
	    fixture->middle.certificate), X509_V_OK);
	identity_free(&impostor);
}

static void
test_dates(void **state)
{
	struct fixture *fixture = *state;
	struct identity expired = make("old.example", &fixture->middle, 0, -1);
	struct identity old_middle = make("Old Middle", &fixture->root, 1, -1);
	struct identity below = make("below.example", &old_middle, 0, 100);

	bundle_of(fixture, fixture->root.certificate, NULL);
	assert_int_equal(verify(fixture, expired.certificate,
	    fixture->middle.certificate), X509_V_OK);
	assert_int_equal(verify(fixture, below.certificate,
	    old_middle.certificate), X509_V_ERR_CERT_HAS_EXPIRED);
	identity_free(&expired);
	identity_free(&old_middle);
	identity_free(&below);
}

/* OpenSSL's own label for a root with settings behind it. */
static void
test_trusted_label(void **state)
{
	struct fixture *fixture = *state;
	FILE *file = bundle_open(fixture);

	PEM_write_X509_AUX(file, fixture->root.certificate);
	fclose(file);
	assert_int_equal(verify(fixture, fixture->leaf.certificate,
	    fixture->middle.certificate), X509_V_OK);
}

static void
test_malformed_bundle(void **state)
{
	static const char *const wrong[] = {
		"-----BEGIN CERTIFICATE-----\n****\n-----END CERTIFICATE-----\n",
		"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
		"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
		"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
		"-----BEGIN CRL-----\nAAAA\n-----END CRL-----\n",
	};
	struct fixture *fixture = *state;
	FILE *file = bundle_open(fixture);
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		fputs(wrong[i], file);
	PEM_write_X509(file, fixture->root.certificate);
	fputs("-----BEGIN CERTIFICATE-----\nMIIB", file);
	fclose(file);
	assert_int_equal(verify(fixture, fixture->leaf.certificate,
	    fixture->middle.certificate), X509_V_OK);
}

/* Not "not trusted": nobody could look. */
static void
test_no_roots_at_all(void **state)
{
	struct fixture *fixture = *state;

	unlink(fixture->bundle);
	assert_int_equal(verify(fixture, fixture->leaf.certificate,
	    fixture->middle.certificate), -1);
}

static void
test_root_in_folder(void **state)
{
	struct fixture *fixture = *state;
	char path[128];
	FILE *file;

	unlink(fixture->bundle);
	snprintf(path, sizeof(path), "%s/%08lx.0", fixture->folder,
	    X509_NAME_hash(X509_get_subject_name(fixture->root.certificate)));
	file = fopen(path, "we");
	assert_non_null(file);
	PEM_write_X509(file, fixture->root.certificate);
	fclose(file);
	assert_int_equal(verify(fixture, fixture->leaf.certificate,
	    fixture->middle.certificate), X509_V_OK);
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_root_in_bundle, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_root_not_in_bundle, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_incomplete_chain, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_issuer_and_root_in_bundle,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_self_signed, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_name_alone_is_no_proof,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_dates, setup, teardown),
		cmocka_unit_test_setup_teardown(test_trusted_label, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_malformed_bundle, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_no_roots_at_all, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_root_in_folder, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
