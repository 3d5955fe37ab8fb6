#include <string.h>

#include "parse/der.h"

static void
skip(struct der *der, size_t length)
{
	der->bytes += length;
	der->length -= length;
}

static bool
take_length(struct der *der, size_t *ret_length)
{
	size_t octets, length = 0;

	if (der->length == 0)
		return false;
	octets = der->bytes[0] & 0x7F;
	if (der->bytes[0] < 0x80) {
		*ret_length = octets;
		skip(der, 1);
		return true;
	}
	skip(der, 1);
	if (octets == 0 || octets > 4 || octets > der->length ||
	    der->bytes[0] == 0)
		return false;
	for (; octets > 0; octets--, skip(der, 1))
		length = length << 8 | der->bytes[0];
	*ret_length = length;
	return length >= 0x80;
}

bool
der_take(struct der *der, enum der_tag tag, struct der *ret_value)
{
	struct der rest = *der;
	size_t length;

	if (rest.length == 0 || rest.bytes[0] != tag)
		return false;
	skip(&rest, 1);
	if (!take_length(&rest, &length) || length > rest.length)
		return false;
	ret_value->bytes = rest.bytes;
	ret_value->length = length;
	skip(&rest, length);
	*der = rest;
	return true;
}

bool
der_take_unsigned(struct der *der, struct der *ret_value)
{
	struct der value;

	if (!der_take(der, DER_INTEGER, &value) || value.length == 0 ||
	    value.bytes[0] >= 0x80)
		return false;
	if (value.bytes[0] == 0) {
		if (value.length > 1 && value.bytes[1] < 0x80)
			return false;
		skip(&value, 1);
	}
	*ret_value = value;
	return true;
}

bool
der_take_bytes(struct der *der, const void *bytes, size_t length)
{
	if (der->length < length || memcmp(der->bytes, bytes, length) != 0)
		return false;
	skip(der, length);
	return true;
}

size_t
der_size(struct der der)
{
	struct der rest = der;
	size_t length;

	if (rest.length == 0)
		return 0;
	skip(&rest, 1);
	if (!take_length(&rest, &length))
		return 0;
	return der.length - rest.length + length;
}
