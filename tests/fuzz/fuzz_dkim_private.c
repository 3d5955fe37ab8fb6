/*
 * Any bytes as a private key file, and as the DER in one: it is a key, whose
 * record is read as the same key, or a reason.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

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
check(struct arena *arena, const char *bytes, size_t length)
{
	struct dkim_key key = { .bits = 7 };
	struct dkim_record record;
	const char *why = NULL, *text;

	if (dkim_private_key_read(arena, bytes, length, &key, &why) != 0) {
		want(why != NULL && *why != '\0' && key.bits == 7);
		return;
	}
	want(why == NULL);
	want(key.algorithm == DKIM_RSA || key.algorithm == DKIM_ED25519);
	text = dkim_record_write(arena, &key);
	want((text == NULL) ==
	    (key.algorithm == DKIM_RSA && key.exponent == 0));
	if (text == NULL)
		return;
	dkim_record_read(arena, text, strlen(text), &record);
	want(record.error == NULL && dkim_key_equal(&key, &record.key));
}

static void
check_der(struct arena *arena, const char *label, const uint8_t *data,
    size_t size)
{
	unsigned char *body = arena_alloc(arena, 4 * ((size + 2) / 3) + 1);
	const char *text;

	EVP_EncodeBlock(body, data, (int)size);
	text = arena_printf(arena, "-----BEGIN %s-----\n%s\n-----END %s-----\n",
	    label, body, label);
	check(arena, text, strlen(text));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();

	check(arena, (const char *)data, size);
	if (size > 0 && size < 5000) {
		check_der(arena, "RSA PRIVATE KEY", data, size);
		check_der(arena, "PRIVATE KEY", data, size);
	}
	ERR_clear_error();
	arena_free(arena);
	return 0;
}
