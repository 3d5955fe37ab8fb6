/*
 * OpenSSL's own way, to read the one file with all roots, takes longer than
 * probing does: some 140 certificates are parsed of which one is needed. So
 * the folder of roots by hash is asked first, where there is one (Enterprise
 * Linux 8 and 9 have none), and of the file only the subjects are read; a
 * root is parsed when a certificate names it as its issuer.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/fileio.h"
#include "host/probe_trust.h"

#define BUNDLE_MAX (16u * 1024 * 1024)
#define ROOT_MAX (64u * 1024)	/* bytes of PEM of one root */
#define ROUNDS_MAX 8		/* a root that another of the file issued, … */

struct trust_root {
	X509_NAME *subject;
	unsigned char *der;
	long length;
	bool with_trust;	/* "TRUSTED CERTIFICATE": settings follow */
	bool added;
};

void
probe_trust_done(struct probe_trust *trust)
{
	size_t i;

	for (i = 0; i < trust->root_count; i++) {
		X509_NAME_free(trust->roots[i].subject);
		free(trust->roots[i].der);
	}
	free(trust->roots);
	X509_STORE_free(trust->store);
	*trust = (struct probe_trust){ .folder = trust->folder,
	    .bundle = trust->bundle };
}

/* ---- the file of all roots ---- */

/* Steps over one element, or into it; false when the bytes are no DER. */
static bool
step(const unsigned char **at, const unsigned char *end, bool inside)
{
	long length;
	int tag, class;

	if (*at >= end || (ASN1_get_object(at, &length, &tag, &class,
	    end - *at) & 0x80) != 0)
		return false;
	if (!inside)
		*at += length;
	return true;
}

/* RFC 5280 4.1: version [0] (not in v1), serial, algorithm, issuer, dates. */
static X509_NAME *
read_subject(const unsigned char *der, long length)
{
	const unsigned char *at = der, *end = der + length;
	int before;

	if (!step(&at, end, true) || !step(&at, end, true))
		return NULL;
	before = at < end && *at == 0xa0 ? 5 : 4;
	while (before-- > 0)
		if (!step(&at, end, false))
			return NULL;
	return d2i_X509_NAME(NULL, &at, end - at);
}

/* The bytes between two lines of PEM; NULL when they are no base64. */
static unsigned char *
decode(const char *text, size_t length, long *ret_length)
{
	EVP_ENCODE_CTX *context = EVP_ENCODE_CTX_new();
	unsigned char *der = length > ROOT_MAX ? NULL : malloc(length + 1);
	int begun = 0, ended = 0;

	if (context == NULL || der == NULL)
		goto failed;
	EVP_DecodeInit(context);
	if (EVP_DecodeUpdate(context, der, &begun,
	    (const unsigned char *)text, (int)length) < 0 ||
	    EVP_DecodeFinal(context, der + begun, &ended) < 0)
		goto failed;
	EVP_ENCODE_CTX_free(context);
	*ret_length = begun + ended;
	return der;
failed:
	EVP_ENCODE_CTX_free(context);
	free(der);
	return NULL;
}

static void
add_root(struct probe_trust *trust, const char *text, size_t length,
    bool with_trust)
{
	struct trust_root root = { .with_trust = with_trust };
	struct trust_root *roots;

	root.der = decode(text, length, &root.length);
	if (root.der != NULL)
		root.subject = read_subject(root.der, root.length);
	roots = root.subject == NULL ? NULL : realloc(trust->roots,
	    (trust->root_count + 1) * sizeof(*roots));
	if (roots == NULL) {
		X509_NAME_free(root.subject);
		free(root.der);
		return;
	}
	roots[trust->root_count++] = root;
	trust->roots = roots;
}

/* RFC 7468; OpenSSL's file of roots may hold either label. */
static void
read_bundle(struct probe_trust *trust, const char *text)
{
	static const char begin[] = "-----BEGIN ";
	const char *at = text, *body, *end;
	bool with_trust;

	while ((at = strstr(at, begin)) != NULL) {
		at += sizeof(begin) - 1;
		with_trust = strncmp(at, "TRUSTED ", 8) == 0;
		body = strchr(at, '\n');
		end = body == NULL ? NULL : strstr(body, "-----END ");
		if (end == NULL)
			return;
		if (strncmp(at + (with_trust ? 8 : 0), "CERTIFICATE-----",
		    16) == 0)
			add_root(trust, body + 1, (size_t)(end - body - 1),
			    with_trust);
		at = end;
	}
}

static void
open_bundle(struct probe_trust *trust)
{
	struct buf bytes;
	struct err err = { .code = ERR_NONE };

	if (trust->bundle_read)
		return;
	trust->bundle_read = true;
	buf_init(&bytes, BUNDLE_MAX);
	if (file_read(trust->bundle != NULL ? trust->bundle :
	    X509_get_default_cert_file(), &bytes, &err) == 0)
		read_bundle(trust, bytes.bytes);
	buf_done(&bytes);
}

/* ---- of which only what a chain names is parsed ---- */

static bool
root_add(struct probe_trust *trust, struct trust_root *root)
{
	const unsigned char *at = root->der;
	X509 *certificate = root->with_trust ?
	    d2i_X509_AUX(NULL, &at, root->length) :
	    d2i_X509(NULL, &at, root->length);
	bool added = certificate != NULL &&
	    X509_STORE_add_cert(trust->store, certificate) == 1;

	root->added = true;
	X509_free(certificate);
	return added;
}

/* True when a root was added that the store did not have. */
static bool
add_issuers(struct probe_trust *trust, const X509_NAME *issuer)
{
	bool added = false;
	size_t i;

	for (i = 0; i < trust->root_count; i++)
		if (!trust->roots[i].added && X509_NAME_cmp(issuer,
		    trust->roots[i].subject) == 0)
			added = root_add(trust, &trust->roots[i]) || added;
	return added;
}

static bool
add_issuers_of_roots(struct probe_trust *trust)
{
	bool added = false;
	const unsigned char *at;
	X509 *certificate;
	size_t i;

	for (i = 0; i < trust->root_count; i++) {
		if (!trust->roots[i].added)
			continue;
		at = trust->roots[i].der;
		certificate = d2i_X509(NULL, &at, trust->roots[i].length);
		if (certificate != NULL)
			added = add_issuers(trust,
			    X509_get_issuer_name(certificate)) || added;
		X509_free(certificate);
	}
	return added;
}

static bool
add_missing(struct probe_trust *trust, STACK_OF(X509) *certificates)
{
	bool added = false;
	int i, round;

	open_bundle(trust);
	for (i = 0; i < sk_X509_num(certificates); i++)
		added = add_issuers(trust, X509_get_issuer_name(
		    sk_X509_value(certificates, i))) || added;
	for (round = 0; added && round < ROUNDS_MAX; round++)
		if (!add_issuers_of_roots(trust))
			break;
	return added;
}

/* ---- verifying ---- */

static int
forgive_leaf_dates(int ok, X509_STORE_CTX *context)
{
	int error = X509_STORE_CTX_get_error(context);

	if (X509_STORE_CTX_get_error_depth(context) == 0 &&
	    (error == X509_V_ERR_CERT_HAS_EXPIRED ||
	    error == X509_V_ERR_CERT_NOT_YET_VALID)) {
		X509_STORE_CTX_set_error(context, X509_V_OK);
		return 1;
	}
	return ok;
}

static int
verify_once(struct probe_trust *trust, STACK_OF(X509) *certificates)
{
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	int error = -1;

	if (context != NULL && X509_STORE_CTX_init(context, trust->store,
	    sk_X509_value(certificates, 0), certificates) == 1) {
		X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_SERVER);
		X509_STORE_CTX_set_verify_cb(context, forgive_leaf_dates);
		if (X509_verify_cert(context) == 1)
			error = X509_V_OK;
		else if ((error = X509_STORE_CTX_get_error(context)) ==
		    X509_V_OK)
			error = X509_V_ERR_UNSPECIFIED;
	}
	X509_STORE_CTX_free(context);
	ERR_clear_error();
	return error;
}

static bool
may_be_missing_root(int error)
{
	return error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
	    error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
	    error == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE ||
	    error == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN ||
	    error == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT;
}

static const char *
trust_folder(const struct probe_trust *trust)
{
	return trust->folder != NULL ? trust->folder :
	    X509_get_default_cert_dir();
}

static void
trust_open(struct probe_trust *trust)
{
	X509_LOOKUP *lookup;

	trust->store = X509_STORE_new();
	lookup = trust->store == NULL ? NULL :
	    X509_STORE_add_lookup(trust->store, X509_LOOKUP_hash_dir());
	if (lookup != NULL)
		X509_LOOKUP_add_dir(lookup, trust_folder(trust),
		    X509_FILETYPE_PEM);
}

/* A root's file is named by its hash and a number: "5ed36f99.0". */
static bool
folder_has_roots(const struct probe_trust *trust)
{
	DIR *folder = opendir(trust_folder(trust));
	const struct dirent *entry;
	bool found = false;

	while (folder != NULL && !found && (entry = readdir(folder)) != NULL)
		found = strspn(entry->d_name, "0123456789abcdef") == 8 &&
		    entry->d_name[8] == '.';
	if (folder != NULL)
		closedir(folder);
	return found;
}

int
probe_trust_verify(struct probe_trust *trust, STACK_OF(X509) *certificates)
{
	int error;

	if (trust->store == NULL)
		trust_open(trust);
	if (trust->store == NULL)
		return -1;
	error = verify_once(trust, certificates);
	if (may_be_missing_root(error) && add_missing(trust, certificates))
		error = verify_once(trust, certificates);
	if (may_be_missing_root(error) && trust->root_count == 0 &&
	    !folder_has_roots(trust))
		return -1;
	return error;
}
