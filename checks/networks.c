#include <string.h>

#include "checks/networks.h"

#define PARTS 8
#define NETWORK_MAX 63

struct address {
	unsigned char bytes[16];
	unsigned length;	/* 4 or 16 */
};

/* Up to that many digits of the base; false without any. */
static bool
digits_read(const char **cursor, unsigned base, unsigned most, unsigned *ret)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = *cursor, *digit;
	unsigned value = 0, count;

	for (count = 0; count < most && at[count] != '\0'; count++) {
		char c = at[count] >= 'A' && at[count] <= 'F' ?
		    (char)(at[count] + 'a' - 'A') : at[count];

		digit = strchr(digits, c);
		if (digit == NULL || (unsigned)(digit - digits) >= base)
			break;
		value = value * base + (unsigned)(digit - digits);
	}
	*cursor += count;
	*ret = value;
	return count > 0;
}

static bool
ipv4_read(const char *text, unsigned char bytes[4])
{
	unsigned value, i;

	for (i = 0; i < 4; i++) {
		if ((i > 0 && *text++ != '.') ||
		    !digits_read(&text, 10, 3, &value) || value > 255)
			return false;
		bytes[i] = (unsigned char)value;
	}
	return *text == '\0';
}

/* RFC 4291 2.2: eight parts, a run of zeros as "::" once, the end as IPv4. */
static bool
ipv6_read(const char *text, unsigned char bytes[16])
{
	unsigned char parts[2 * PARTS] = { 0 };
	unsigned count = 0, gap = PARTS + 1, value;
	const char *start;

	if (strncmp(text, "::", 2) == 0) {
		gap = 0;
		text += 2;
	}
	while (*text != '\0') {
		start = text;
		if (count == PARTS || !digits_read(&text, 16, 4, &value))
			return false;
		if (*text == '.') {
			if (count > PARTS - 2 ||
			    !ipv4_read(start, &parts[2 * count]))
				return false;
			count += 2;
			break;
		}
		parts[2 * count] = (unsigned char)(value >> 8);
		parts[2 * count + 1] = (unsigned char)value;
		count++;
		if (strncmp(text, "::", 2) == 0) {
			if (gap <= PARTS)
				return false;
			gap = count;
			text += 2;
		} else if (*text == ':' && text[1] != '\0') {
			text++;
		} else if (*text != '\0') {
			return false;
		}
	}
	if (gap > PARTS ? count != PARTS : count == PARTS)
		return false;
	if (gap > PARTS)
		gap = count;
	memset(bytes, 0, 2 * PARTS);
	memcpy(bytes, parts, 2 * (size_t)gap);
	memcpy(bytes + 2 * (PARTS - count + gap), parts + 2 * gap,
	    2 * (size_t)(count - gap));
	return true;
}

static bool
address_read(const char *text, struct address *ret)
{
	ret->length = strchr(text, ':') != NULL ? 16 : 4;
	return ret->length == 4 ? ipv4_read(text, ret->bytes) :
	    ipv6_read(text, ret->bytes);
}

static bool
same_bits(const unsigned char *a, const unsigned char *b, unsigned bits)
{
	unsigned rest = bits % 8;

	return memcmp(a, b, bits / 8) == 0 && (rest == 0 ||
	    ((a[bits / 8] ^ b[bits / 8]) >> (8 - rest)) == 0);
}

bool
network_has(const char *network, const char *address)
{
	struct address one, other;
	const char *slash = strchr(network, '/'), *cursor;
	size_t length = slash != NULL ? (size_t)(slash - network) :
	    strlen(network);
	char text[NETWORK_MAX + 1];
	unsigned bits;

	if (length > NETWORK_MAX)
		return false;
	memcpy(text, network, length);
	text[length] = '\0';
	if (!address_read(text, &one) || !address_read(address, &other) ||
	    one.length != other.length)
		return false;
	bits = 8 * one.length;
	if (slash != NULL) {
		cursor = slash + 1;
		if (!digits_read(&cursor, 10, 3, &bits) || *cursor != '\0' ||
		    bits > 8 * one.length)
			return false;
	}
	return same_bits(one.bytes, other.bytes, bits);
}
