/* Names that stand for others: keys of accounts, networks of addresses. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "store/ledger_hash.h"

#define MEMO_MAX 16384

static void
memo_keep(struct ledger_text_index *memo, uint64_t hash, size_t length, uint32_t number)
{
	if (memo->count == MEMO_MAX) {
		ledger_text_index_done(memo);
		ledger_text_index_init(memo);
	}
	ledger_text_index_put(memo, &(struct ledger_text_slot){ .hash = hash, .number = number + 1,
	    .length = (uint8_t)length });
}

/* ---- accounts ---- */

/*
 * HMAC-SHA-256 (RFC 2104): the digests of the secret's two pads are worked out
 * once. What OpenSSL 1.1.1 and 3.x both have for it begins with the secret each
 * time, or costs five times as much to copy.
 */
enum { SHA256_BLOCK = 64, SHA256_BYTES = 32 };

struct ledger_keyer {
	EVP_MD_CTX *inner, *outer;	/* behind the pads */
	EVP_MD_CTX *one;		/* for one account */
};

static void
need(int done)
{
	if (done != 1) {
		fprintf(stderr, "cpward: no SHA-256 in this OpenSSL\n");
		exit(1);
	}
}

static EVP_MD_CTX *
pad_digested(const unsigned char secret[LEDGER_SECRET_BYTES], unsigned char mask)
{
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	unsigned char pad[SHA256_BLOCK];
	size_t i;

	for (i = 0; i < sizeof(pad); i++)
		pad[i] = mask ^ (i < LEDGER_SECRET_BYTES ? secret[i] : 0);
	need(digest != NULL && EVP_DigestInit_ex(digest, EVP_sha256(), NULL) == 1
	    && EVP_DigestUpdate(digest, pad, sizeof(pad)) == 1);
	explicit_bzero(pad, sizeof(pad));
	return digest;
}

static struct ledger_keyer *
keyer_new(const unsigned char secret[LEDGER_SECRET_BYTES])
{
	struct ledger_keyer *keyer = ledger_realloc(NULL, 1, sizeof(*keyer));

	keyer->inner = pad_digested(secret, 0x36);
	keyer->outer = pad_digested(secret, 0x5c);
	keyer->one = EVP_MD_CTX_new();
	need(keyer->one != NULL);
	return keyer;
}

void
ledger_keyer_free(struct ledger_keyer *keyer)
{
	if (keyer == NULL)
		return;
	EVP_MD_CTX_free(keyer->inner);
	EVP_MD_CTX_free(keyer->outer);
	EVP_MD_CTX_free(keyer->one);
	free(keyer);
}

static void
digest_lower(EVP_MD_CTX *digest, struct slice account)
{
	unsigned char lower[SHA256_BLOCK];
	size_t from, i, piece;

	for (from = 0; from < account.length; from += piece) {
		piece = account.length - from < sizeof(lower) ? account.length - from : sizeof(lower);
		for (i = 0; i < piece; i++) {
			lower[i] = (unsigned char)account.bytes[from + i];
			if (lower[i] >= 'A' && lower[i] <= 'Z')
				lower[i] |= 0x20;
		}
		need(EVP_DigestUpdate(digest, lower, piece));
	}
	explicit_bzero(lower, sizeof(lower));
}

static void
account_key(const struct ledger_keyer *keyer, struct slice account, char ret_key[static 17])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char bytes[SHA256_BYTES];
	size_t i;

	need(EVP_MD_CTX_copy_ex(keyer->one, keyer->inner));
	digest_lower(keyer->one, account);
	need(EVP_DigestFinal_ex(keyer->one, bytes, NULL));
	need(EVP_MD_CTX_copy_ex(keyer->one, keyer->outer));
	need(EVP_DigestUpdate(keyer->one, bytes, sizeof(bytes)));
	need(EVP_DigestFinal_ex(keyer->one, bytes, NULL));
	for (i = 0; i < 16; i++)
		ret_key[i] = digits[i % 2 == 0 ? bytes[i / 2] >> 4 : bytes[i / 2] & 0xf];
	ret_key[16] = '\0';
}

void
ledger_account_key(const unsigned char secret[LEDGER_SECRET_BYTES], struct slice account,
    char ret_key[static 17])
{
	struct ledger_keyer *keyer = keyer_new(secret);

	account_key(keyer, account, ret_key);
	ledger_keyer_free(keyer);
}

uint32_t
ledger_account(struct ledger *ledger, enum ledger_owner owner, struct slice account)
{
	bool memorable = account.length <= STRING_MAX;
	const struct ledger_text_slot *found;
	uint64_t hash;
	uint32_t number;
	char key[17];

	if (account.length == 0)
		return NAME_NONE;
	hash = ledger_text_hash(account, &ledger->names.seed, false);
	found = memorable ? ledger_text_find(&ledger->names.accounts, hash, account.length) : NULL;
	if (found != NULL)
		return found->number - 1;
	if (ledger->keyer == NULL)
		ledger->keyer = keyer_new(ledger->secret);
	account_key(ledger->keyer, account, key);
	number = ledger_name(ledger, owner, (struct slice){ key, 16 });
	/* When ours has no room any more, the key is still found if it has been there before. */
	if (memorable && number != NAME_OTHER)
		memo_keep(&ledger->names.accounts, hash, account.length, number);
	return number;
}

/* ---- networks ---- */

static const unsigned char v4_mapped[12] = { [10] = 0xff, [11] = 0xff };

/* false when it is no address; text has room for "ffff:ffff:ffff::/48". */
static bool
network_text(const char *address, char text[static 32])
{
	unsigned char bytes[16], *v4 = bytes;

	if (inet_pton(AF_INET6, address, bytes) == 1) {
		if (memcmp(bytes, v4_mapped, sizeof(v4_mapped)) != 0) {
			memset(bytes + 6, 0, 10);
			(void)inet_ntop(AF_INET6, bytes, text, 32);
			memcpy(text + strlen(text), "/48", 4);
			return true;
		}
		v4 = bytes + 12;
	} else if (inet_pton(AF_INET, address, bytes) != 1)
		return false;
	snprintf(text, 32, "%u.%u.%u.0/24", v4[0], v4[1], v4[2]);
	return true;
}

uint32_t
ledger_network(struct ledger *ledger, enum ledger_owner owner, struct slice address)
{
	char copy[INET6_ADDRSTRLEN], text[32];
	const struct ledger_text_slot *found;
	uint64_t hash;
	uint32_t number;

	if (address.length == 0)
		return NAME_NONE;
	if (address.length >= sizeof(copy))
		return NAME_ODD;
	hash = ledger_text_hash(address, &ledger->names.seed, false);
	found = ledger_text_find(&ledger->names.networks, hash, address.length);
	if (found != NULL)
		return found->number - 1;
	memcpy(copy, address.bytes, address.length);
	copy[address.length] = '\0';
	if (strlen(copy) != address.length || !network_text(copy, text))
		return NAME_ODD;
	number = ledger_name(ledger, owner, (struct slice){ text, strlen(text) });
	if (number != NAME_OTHER)
		memo_keep(&ledger->names.networks, hash, address.length, number);
	return number;
}
