#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/arena.h"
#include "parse/dane.h"

enum usage {
	USAGE_DANE_TA = 2,	/* RFC 7218 2.1 */
	USAGE_DANE_EE = 3,
};

enum matching {
	MATCHING_FULL = 0,	/* RFC 7218 2.3 */
	MATCHING_SHA256 = 1,
	MATCHING_SHA512 = 2,
};

#define SHA256_SIZE 32
#define SHA512_SIZE 64

/* ---- TLSA ---- */

/* RFC 6698 2.1; a digest of another length matches nothing. */
int
tlsa_read(const struct dns_record *record, struct tlsa *ret,
    const char **ret_why)
{
	struct tlsa tlsa;

	*ret_why = "it holds no data";
	if (record->rdata_length < 4)
		return -1;
	tlsa = (struct tlsa){
		.usage = record->rdata[0],
		.selector = record->rdata[1],
		.matching = record->rdata[2],
		.data = record->rdata + 3,
		.length = record->rdata_length - 3,
	};
	*ret_why = "its SHA-256 digest does not have 32 octets";
	if (tlsa.matching == MATCHING_SHA256 && tlsa.length != SHA256_SIZE)
		return -1;
	*ret_why = "its SHA-512 digest does not have 64 octets";
	if (tlsa.matching == MATCHING_SHA512 && tlsa.length != SHA512_SIZE)
		return -1;
	*ret_why = NULL;
	*ret = tlsa;
	return 0;
}

static void
put_hex(char *out, const unsigned char *bytes, size_t length)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < length; i++) {
		*out++ = digits[bytes[i] >> 4];
		*out++ = digits[bytes[i] & 15];
	}
	*out = '\0';
}

/*
 * "SELECTOR MATCHING HEX" as a digest of the chain has it behind its depth;
 * false when the chain has none of that kind.
 */
static bool
digest_wanted(const struct tlsa *tlsa, char *out, size_t size)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	const unsigned char *bytes = tlsa->data;
	size_t length = tlsa->length;
	unsigned matching = tlsa->matching, made;

	if (matching == MATCHING_FULL) {
		if (EVP_Digest(tlsa->data, tlsa->length, digest, &made,
		    EVP_sha256(), NULL) != 1)
			return false;
		bytes = digest;
		length = made;
		matching = MATCHING_SHA256;
	}
	if (matching > MATCHING_SHA512 || length > SHA512_SIZE)
		return false;
	put_hex(out + snprintf(out, size, "%u %u ", tlsa->selector, matching),
	    bytes, length);
	return true;
}

bool
tlsa_matches(const struct tlsa *tlsa, const char *const *digests,
    size_t count)
{
	char wanted[2 * SHA512_SIZE + 16];
	const char *rest;
	size_t i;

	if ((tlsa->usage != USAGE_DANE_EE && tlsa->usage != USAGE_DANE_TA) ||
	    !digest_wanted(tlsa, wanted, sizeof(wanted)))
		return false;
	for (i = 0; i < count; i++) {
		bool leaf = strncmp(digests[i], "0 ", 2) == 0;

		rest = strchr(digests[i], ' ');
		if (rest != NULL && leaf == (tlsa->usage == USAGE_DANE_EE) &&
		    strcmp(rest + 1, wanted) == 0)
			return true;
	}
	return false;
}

const char *
tlsa_text(struct arena *arena, const struct tlsa *tlsa)
{
	/* Three numbers of three digits, a blank behind each. */
	char *text = arena_alloc(arena, 12 + 2 * tlsa->length + 1);

	put_hex(text + sprintf(text, "%u %u %u ", tlsa->usage & 255u,
	    tlsa->selector & 255u, tlsa->matching & 255u), tlsa->data,
	    tlsa->length);
	return text;
}

/* ---- CAA ---- */

#define CAA_CRITICAL 0x80

/* RFC 8659 4.1: letters and digits, without regard to case. */
static bool
tag_read(const unsigned char *bytes, size_t length, char *out)
{
	size_t i;

	for (i = 0; i < length; i++) {
		unsigned char byte = bytes[i];

		if (byte >= 'A' && byte <= 'Z')
			byte |= 0x20;
		if (!(byte >= 'a' && byte <= 'z') &&
		    !(byte >= '0' && byte <= '9'))
			return false;
		out[i] = (char)byte;
	}
	return true;
}

int
caa_read(struct arena *arena, const struct dns_record *record,
    struct caa *ret, const char **ret_why)
{
	const unsigned char *rdata = record->rdata;
	size_t left, size;
	char *tag;

	*ret_why = "it is too short for its tag";
	if (record->rdata_length < 2)
		return -1;
	left = record->rdata_length - 2;
	size = rdata[1];
	if (size > left)
		return -1;
	*ret_why = "its tag is no word of letters and digits";
	tag = arena_alloc(arena, size + 1);
	if (size == 0 || !tag_read(rdata + 2, size, tag))
		return -1;
	/* What stands behind would not be seen by whoever reads a string. */
	*ret_why = "its value holds a NUL";
	if (memchr(rdata + 2 + size, '\0', left - size) != NULL)
		return -1;
	*ret_why = NULL;
	*ret = (struct caa){
		.critical = (rdata[0] & CAA_CRITICAL) != 0,
		.tag = tag,
		.value = arena_memdup(arena, rdata + 2 + size, left - size),
	};
	return 0;
}

/* A zone file's character-string, RFC 1035 5.1. */
const char *
caa_text(struct arena *arena, const struct caa *caa)
{
	char *quoted = arena_alloc(arena, 4 * strlen(caa->value) + 1);
	const unsigned char *at = (const unsigned char *)caa->value;
	char *end = quoted;

	for (; *at != '\0'; at++) {
		if (*at < ' ' || *at > '~') {
			end += sprintf(end, "\\%03u", *at);
			continue;
		}
		if (*at == '"' || *at == '\\')
			*end++ = '\\';
		*end++ = (char)*at;
	}
	return arena_printf(arena, "%u %s \"%s\"",
	    caa->critical ? CAA_CRITICAL : 0u, caa->tag, quoted);
}
