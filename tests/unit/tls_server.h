/*
 * A TLS server in memory, libssl with a key and certificate made for it: no
 * sockets, so a test can hand it a ClientHello of any bytes.
 */
#ifndef CPWARD_TEST_TLS_SERVER_H
#define CPWARD_TEST_TLS_SERVER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cmocka.h>

struct tls_server {
	int min_version;
	int max_version;
	const char *ciphers;	/* NULL = all, the anonymous too */
	const char *staple;	/* NULL = none */
};

static inline EVP_PKEY *
tls_server_key(int type)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(type, NULL);
	EVP_PKEY *key = NULL;

	assert_int_equal(EVP_PKEY_keygen_init(context), 1);
	if (type == EVP_PKEY_RSA)
		assert_int_equal(EVP_PKEY_CTX_set_rsa_keygen_bits(context,
		    2048), 1);
	else
		assert_int_equal(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context,
		    NID_X9_62_prime256v1), 1);
	assert_int_equal(EVP_PKEY_keygen(context, &key), 1);
	EVP_PKEY_CTX_free(context);
	return key;
}

static inline void
tls_server_use(SSL_CTX *context, int type)
{
	EVP_PKEY *key = tls_server_key(type);
	X509 *certificate = X509_new();
	X509_NAME *name = X509_get_subject_name(certificate);

	X509_set_version(certificate, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	X509_time_adj_ex(X509_getm_notBefore(certificate), -1, 0, NULL);
	X509_time_adj_ex(X509_getm_notAfter(certificate), 1, 0, NULL);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)"mx.example.com", -1, -1, 0);
	X509_set_issuer_name(certificate, name);
	X509_set_pubkey(certificate, key);
	assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
	assert_int_equal(SSL_CTX_use_certificate(context, certificate), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(context, key), 1);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

static inline int
tls_server_staple(SSL *ssl, void *argument)
{
	const char *staple = argument;
	unsigned char *copy;

	if (staple == NULL)
		return SSL_TLSEXT_ERR_NOACK;
	copy = OPENSSL_memdup(staple, strlen(staple));
	SSL_set_tlsext_status_ocsp_resp(ssl, copy, (int)strlen(staple));
	return SSL_TLSEXT_ERR_OK;
}

/* With an RSA and a P-256 certificate; made once for all cases. */
static inline SSL_CTX *
tls_server_new(void)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());

	assert_non_null(context);
	SSL_CTX_set_security_level(context, 0);
	SSL_CTX_set_dh_auto(context, 1);
	tls_server_use(context, EVP_PKEY_RSA);
	tls_server_use(context, EVP_PKEY_EC);
	return context;
}

/* What it sends first; the length, at most size. */
static inline size_t
tls_server_answer(SSL_CTX *context, const struct tls_server *server,
    const void *hello, size_t length, uint8_t *bytes, size_t size)
{
	SSL *ssl = SSL_new(context);
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
	int got;

	assert_non_null(ssl);
	assert_int_equal(SSL_set_min_proto_version(ssl, server->min_version),
	    1);
	assert_int_equal(SSL_set_max_proto_version(ssl, server->max_version),
	    1);
	assert_int_equal(SSL_set_cipher_list(ssl, server->ciphers != NULL ?
	    server->ciphers : "ALL:COMPLEMENTOFALL:@SECLEVEL=0"), 1);
	SSL_CTX_set_tlsext_status_cb(context, tls_server_staple);
	SSL_CTX_set_tlsext_status_arg(context, (void *)(uintptr_t)server->staple);
	SSL_set_bio(ssl, in, out);
	assert_int_equal(BIO_write(in, hello, (int)length), (int)length);
	(void)SSL_accept(ssl);
	got = BIO_read(out, bytes, (int)size);
	SSL_free(ssl);
	return got > 0 ? (size_t)got : 0;
}

#endif
