/*
 * A whole handshake by OpenSSL, over memory: the bytes come from and go to the
 * one loop. What the system's configuration forbids to clients is allowed as far
 * as the library can still speak it: a server that takes it is to be seen.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>

#include "base/arena.h"
#include "base/buf.h"
#include "host/probe_private.h"

/*
 * A large DHE modulus holds up everybody: OpenSSL reckons 1.6 s with 10,000
 * bits. The strength that it takes the modulus for is 192 from 7,680 bits on,
 * and 80 is its own least at its lowest level. The key itself is not looked at:
 * of 1.1.1 there are builds that hand over an EVP_PKEY and others a DH. The
 * size is read off the ServerKeyExchange all the same.
 */
#define DH_STRENGTH_MIN 80
#define DH_STRENGTH_MAX 191

static int
is_affordable(const SSL *ssl, const SSL_CTX *context, int operation, int bits,
    int nid, void *other, void *data)
{
	(void)ssl;
	(void)context;
	(void)nid;
	(void)data;
	return operation != SSL_SECOP_TMP_DH || other == NULL ||
	    (bits >= DH_STRENGTH_MIN && bits <= DH_STRENGTH_MAX);
}

SSL_CTX *
probe_whole_context(void)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());

	if (context == NULL)
		return NULL;
	SSL_CTX_set_min_proto_version(context, 0);
	SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	/* Servers without RFC 5746 are seen, too. */
	SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT);
	/* A handshake again and again is work that the server gives us. */
	SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_security_level(context, 0);
	SSL_CTX_set_security_callback(context, is_affordable);
	if (SSL_CTX_set_cipher_list(context, "ALL:!aNULL:@SECLEVEL=0") != 1) {
		SSL_CTX_free(context);
		context = NULL;
	}
	ERR_clear_error();
	return context;
}

static void
fail_with_error(struct probe_whole *whole)
{
	unsigned long error = ERR_peek_last_error();
	const char *reason = ERR_reason_error_string(error);

	whole->state = WHOLE_FAILED;
	snprintf(whole->why, sizeof(whole->why), "OpenSSL: %s",
	    reason != NULL ? reason : "handshake failed");
	ERR_clear_error();
}

int
probe_whole_begin(struct probe_whole *whole, SSL_CTX *context,
    const char *server_name, bool tls13)
{
	BIO *in, *out;

	*whole = (struct probe_whole){ .ssl = SSL_new(context) };
	if (whole->ssl == NULL)
		goto fail;
	in = BIO_new(BIO_s_mem());
	out = BIO_new(BIO_s_mem());
	if (in == NULL || out == NULL) {
		BIO_free(in);
		BIO_free(out);
		goto fail;
	}
	BIO_set_mem_eof_return(in, -1);
	SSL_set_bio(whole->ssl, in, out);
	SSL_set_connect_state(whole->ssl);
	SSL_set_max_proto_version(whole->ssl,
	    tls13 ? TLS1_3_VERSION : TLS1_2_VERSION);
	SSL_set_tlsext_status_type(whole->ssl, TLSEXT_STATUSTYPE_ocsp);
	if (server_name != NULL &&
	    SSL_set_tlsext_host_name(whole->ssl, server_name) != 1)
		goto fail;
	probe_whole_step(whole);
	return 0;
fail:
	fail_with_error(whole);
	return -1;
}

void
probe_whole_offer(const struct probe_whole *whole, struct arena *arena,
    struct tls_offer *offer)
{
	STACK_OF(SSL_CIPHER) *ciphers = SSL_get1_supported_ciphers(whole->ssl);
	int i, count = sk_SSL_CIPHER_num(ciphers);
	uint16_t *suites;

	if (count > 0) {
		suites = arena_array(arena, (size_t)count, sizeof(*suites));
		for (i = 0; i < count; i++)
			suites[i] = SSL_CIPHER_get_protocol_id(
			    sk_SSL_CIPHER_value(ciphers, i));
		offer->suites = suites;
		offer->suite_count = (size_t)count;
	}
	sk_SSL_CIPHER_free(ciphers);
}

void
probe_whole_input(struct probe_whole *whole, const void *bytes, size_t length)
{
	if (length > 0 && length <= INT_MAX)
		(void)BIO_write(SSL_get_rbio(whole->ssl), bytes, (int)length);
}

void
probe_whole_step(struct probe_whole *whole)
{
	int result;

	if (whole->state != WHOLE_MORE)
		return;
	ERR_clear_error();
	result = SSL_do_handshake(whole->ssl);
	if (result == 1)
		whole->state = WHOLE_DONE;
	else if (SSL_get_error(whole->ssl, result) != SSL_ERROR_WANT_READ)
		fail_with_error(whole);
}

int
probe_whole_output(struct probe_whole *whole, struct buf *buf)
{
	BIO *out = SSL_get_wbio(whole->ssl);
	char bytes[4096];
	int length, result = 0;

	/* Who asks for answers (KeyUpdate) and reads none: they are not kept. */
	while ((length = BIO_read(out, bytes, sizeof(bytes))) > 0)
		if (result == 0)
			result = buf_add(buf, bytes, (size_t)length);
	return result;
}

int
probe_whole_say(struct probe_whole *whole, const char *text)
{
	int length = (int)strlen(text);

	ERR_clear_error();
	if (length == 0 || SSL_write(whole->ssl, text, length) == length)
		return 0;
	ERR_clear_error();
	return -1;
}

int
probe_whole_hear(struct probe_whole *whole, char *bytes, int size)
{
	int length;

	ERR_clear_error();
	length = SSL_read(whole->ssl, bytes, size);
	if (length > 0)
		return length;
	length = SSL_get_error(whole->ssl, length) == SSL_ERROR_WANT_READ ?
	    0 : -1;
	ERR_clear_error();
	return length;
}

void
probe_whole_renegotiate(struct probe_whole *whole)
{
	ERR_clear_error();
	whole->renegotiates = true;
	whole->state = WHOLE_MORE;
	SSL_clear_options(whole->ssl, SSL_OP_NO_RENEGOTIATION);
	if (SSL_renegotiate(whole->ssl) != 1)
		fail_with_error(whole);
	else
		probe_whole_step(whole);
}

void
probe_whole_close(struct probe_whole *whole)
{
	ERR_clear_error();
	if (!SSL_in_init(whole->ssl))
		(void)SSL_shutdown(whole->ssl);
	ERR_clear_error();
}

static enum probe_seen
seen(bool yes)
{
	return yes ? PROBE_YES : PROBE_NO;
}

void
probe_whole_learn(const struct probe_whole *whole,
    struct probe_outcome *outcome)
{
	SSL *ssl = whole->ssl;
	const unsigned char *staple;

	outcome->completed = true;
	outcome->tickets = seen(SSL_SESSION_has_ticket(SSL_get_session(ssl)));
	outcome->stapled = seen(
	    SSL_get_tlsext_status_ocsp_resp(ssl, &staple) > 0);
	outcome->extended_master_secret = seen(
	    SSL_version(ssl) >= TLS1_3_VERSION || SSL_get_extms_support(ssl));
	outcome->secure_renegotiation = seen(
	    SSL_version(ssl) >= TLS1_3_VERSION ||
	    SSL_get_secure_renegotiation_support(ssl));
}

void
probe_whole_done(struct probe_whole *whole)
{
	SSL_free(whole->ssl);
	whole->ssl = NULL;
	ERR_clear_error();
}
