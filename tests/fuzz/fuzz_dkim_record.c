/*
 * Any bytes as a DKIM key record, and as the DER in its p=: a record is an
 * error, revoked or a key; a key is written and read again as the same; what is
 * read from DER is what OpenSSL reads, or odd.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/arena.h"
#include "parse/dkim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
want(int truth)
{
	if (!truth)
		abort();
}

static void
check_again(struct arena *arena, const struct dkim_key *key)
{
	const char *text = dkim_record_write(arena, key);
	struct dkim_record again;

	want((text == NULL) == (key->algorithm == DKIM_RSA &&
	    key->exponent == 0));
	if (text == NULL)
		return;
	dkim_record_read(arena, text, strlen(text), &again);
	want(again.error == NULL && again.oddity == NULL && !again.revoked);
	want(dkim_key_equal(key, &again.key));
	want(again.key.bits == key->bits);
}

static void
check_key(struct arena *arena, const struct dkim_key *key)
{
	want(strlen(dkim_key_name(arena, key)) > 0);
	want(key->algorithm == DKIM_RSA || key->algorithm == DKIM_ED25519);
	if (key->algorithm == DKIM_ED25519)
		want(key->bits == 256 && key->modulus_length == 32);
	else
		want(key->modulus[0] != 0 &&
		    key->bits <= 8 * key->modulus_length &&
		    key->bits > 8 * (key->modulus_length - 1) &&
		    key->bits <= 16384);
	check_again(arena, key);
}

static void
check_record(struct arena *arena, const struct dkim_record *record)
{
	if (record->revoked)
		want(record->error == NULL &&
		    record->key.algorithm == DKIM_NO_KEY);
	else if (record->error == NULL)
		check_key(arena, &record->key);
	if (record->weakness != NULL)
		want(record->key.algorithm == DKIM_RSA);
	if (record->oddity != NULL)
		want(record->key.algorithm == DKIM_RSA);
}

static void
check_beside_openssl(const uint8_t *data, size_t size,
    const struct dkim_record *record)
{
	const unsigned char *at = data;
	unsigned char modulus[2048];
	EVP_PKEY *pkey;
	const BIGNUM *n, *e;

	if (record->error != NULL || (record->oddity != NULL &&
	    strstr(record->oddity, "RSAPublicKey alone") != NULL))
		return;
	pkey = d2i_PUBKEY(NULL, &at, (long)size);
	want(pkey != NULL);
	RSA_get0_key(EVP_PKEY_get0_RSA(pkey), &n, &e, NULL);
	want(BN_num_bits(n) == (int)record->key.bits);
	want((size_t)BN_bn2bin(n, modulus) == record->key.modulus_length);
	want(memcmp(modulus, record->key.modulus,
	    record->key.modulus_length) == 0);
	want(record->key.exponent ==
	    (BN_num_bits(e) > 64 ? 0 : BN_get_word(e)));
	EVP_PKEY_free(pkey);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct dkim_record record;
	unsigned char *text;
	int length;

	dkim_record_read(arena, (const char *)data, size, &record);
	check_record(arena, &record);
	if (size > 0 && size < 5000) {
		text = arena_alloc(arena, 2 + 4 * ((size + 2) / 3) + 1);
		memcpy(text, "p=", 2);
		length = EVP_EncodeBlock(text + 2, data, (int)size);
		dkim_record_read(arena, (char *)text, (size_t)length + 2,
		    &record);
		check_record(arena, &record);
		check_beside_openssl(data, size, &record);
	}
	ERR_clear_error();
	arena_free(arena);
	return 0;
}
