/*
 * As much of DER (ITU-T X.690) as keys are made of, and strictly: definite
 * lengths in their shortest form, integers in theirs, never negative. Whatever
 * is encoded in another way is refused, for a larger library to look at.
 */
#ifndef CPWARD_PARSE_DER_H
#define CPWARD_PARSE_DER_H

#include <stdbool.h>
#include <stddef.h>

enum der_tag {
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OCTET_STRING = 0x04,
	DER_SEQUENCE = 0x30,
};

/* Bytes not read yet; they stay the caller's. */
struct der {
	const unsigned char *bytes;
	size_t length;
};

/* The contents of the first value, which is of that tag; der then starts behind it. */
bool der_take(struct der *der, enum der_tag tag, struct der *ret_value);
/* An INTEGER, without a leading zero: 0 has no bytes. */
bool der_take_unsigned(struct der *der, struct der *ret_value);
/* These very bytes, an AlgorithmIdentifier for one. */
bool der_take_bytes(struct der *der, const void *bytes, size_t length);

/* How many bytes the first value says it has, head included; 0 = unreadable. */
size_t der_size(struct der der);

#endif
