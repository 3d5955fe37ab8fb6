#include <endian.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "parse/dkim_private.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/*
 * Every odd one of a byte. Of random odd numbers a fifth has none for a factor;
 * with the primes below 1000 it is a sixth, at four times the cost.
 */
static const unsigned char primes[] = {
	3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67,
	71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139,
	149, 151, 157, 163, 167, 173, 179, 181, 191, 193, 197, 199, 211, 223,
	227, 229, 233, 239, 241, 251,
};

/* 1/odd modulo 2^64: each round doubles the bits that are right (5 at first). */
static uint64_t
inverse(uint64_t odd)
{
	uint64_t guess = odd * 3 ^ 2;
	unsigned i;

	for (i = 0; i < 4; i++)
		guess *= 2 - odd * guess;
	return guess;
}

static uint64_t
word_at(const struct dkim_key *key, size_t end)
{
	uint64_t word = 0;
	size_t length = end < sizeof(word) ? end : sizeof(word);

	memcpy((unsigned char *)&word + sizeof(word) - length,
	    key->modulus + end - length, length);
	return be64toh(word);
}

static uint64_t
high_half(uint64_t a, uint64_t b)
{
	return (uint64_t)((unsigned __int128)a * b >> 64);
}

/*
 * What is left of the modulus when divided by odd from its low end (Hensel's
 * way: no division at all). It is no remainder, but shares with odd the very
 * factors that the modulus shares.
 */
static uint64_t
left_over(const struct dkim_key *key, uint64_t odd)
{
	uint64_t inverted = inverse(odd), carry = 0;
	size_t end;

	for (end = key->modulus_length; end > 0; end -= end < 8 ? end : 8) {
		uint64_t word = word_at(key, end);
		uint64_t quotient = (word - carry) * inverted;

		carry = high_half(quotient, odd) + (word < carry);
	}
	return carry;
}

/* The same for one word, where it is exact. */
static bool
divides(uint64_t odd, uint64_t word)
{
	return high_half(word * inverse(odd), odd) == 0;
}

/* Many primes at once, as many as a word has room for. */
static unsigned
small_factor(const struct dkim_key *key)
{
	size_t i, first = 0;

	while (first < COUNT(primes)) {
		uint64_t product = primes[first], left;
		size_t next = first + 1;

		while (next < COUNT(primes) &&
		    product <= UINT64_MAX / primes[next])
			product *= primes[next++];
		left = left_over(key, product);
		for (i = first; i < next; i++)
			if (divides(primes[i], left))
				return primes[i];
		first = next;
	}
	return 0;
}

const char *
dkim_weakness(struct arena *arena, const struct dkim_key *key)
{
	unsigned factor;

	if (key->algorithm != DKIM_RSA)
		return NULL;
	if ((key->modulus[key->modulus_length - 1] & 1) == 0)
		return "the modulus is even";
	if (key->exponent == 0)
		return "the public exponent is larger than 64 bits, which "
		    "verifiers refuse";
	if (key->exponent == 1)
		return "the public exponent is 1: signatures prove nothing";
	if (key->exponent % 2 == 0)
		return "the public exponent is even, which no RSA key has";
	factor = small_factor(key);
	return factor == 0 ? NULL : arena_printf(arena,
	    "the modulus can be divided by %u", factor);
}
