#include <stdint.h>

#include "parse/dkim_private.h"

/* What a byte stands for; what is over 63 stands for no six bits. */
#define BLANK 64
#define PAD 65
#define NONE 255

#define ROW8(n) n, n, n, n, n, n, n, n
#define ROW64(n) ROW8(n), ROW8(n), ROW8(n), ROW8(n), ROW8(n), ROW8(n), \
	ROW8(n), ROW8(n)

static const unsigned char sextets[256] = {
	255, 255, 255, 255, 255, 255, 255, 255,
	255, BLANK, BLANK, 255, 255, BLANK, 255, 255,
	ROW8(255), ROW8(255),
	BLANK, 255, 255, 255, 255, 255, 255, 255,
	255, 255, 255, 62, 255, 255, 255, 63,
	52, 53, 54, 55, 56, 57, 58, 59,
	60, 61, 255, 255, 255, PAD, 255, 255,
	255, 0, 1, 2, 3, 4, 5, 6,
	7, 8, 9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22,
	23, 24, 25, 255, 255, 255, 255, 255,
	255, 26, 27, 28, 29, 30, 31, 32,
	33, 34, 35, 36, 37, 38, 39, 40,
	41, 42, 43, 44, 45, 46, 47, 48,
	49, 50, 51, 255, 255, 255, 255, 255,
	ROW64(255), ROW64(255),
};

struct decoder {
	const unsigned char *text;
	size_t length;
	size_t at;
	unsigned char *out;
	size_t size;
	size_t written;
	uint32_t bits;		/* of the group begun */
	unsigned count;		/* characters of it */
};

/* Whole groups, while nothing but the alphabet comes: nearly always all of it. */
static void
read_groups(struct decoder *decoder)
{
	const unsigned char *text = decoder->text + decoder->at;
	const unsigned char *end = decoder->text + decoder->length;
	unsigned char *out = decoder->out + decoder->written;
	unsigned char *full = decoder->out + decoder->size;

	for (; end - text >= 4 && full - out >= 3; text += 4, out += 3) {
		unsigned a = sextets[text[0]], b = sextets[text[1]];
		unsigned c = sextets[text[2]], d = sextets[text[3]];

		if (((a | b | c | d) & 0xC0) != 0)
			break;
		out[0] = (unsigned char)(a << 2 | b >> 4);
		out[1] = (unsigned char)(b << 4 | c >> 2);
		out[2] = (unsigned char)(c << 6 | d);
	}
	decoder->at = (size_t)(text - decoder->text);
	decoder->written = (size_t)(out - decoder->out);
}

static enum base64_result
write_group(struct decoder *decoder, unsigned bytes)
{
	if (bytes > decoder->size - decoder->written)
		return BASE64_LONG;
	for (; bytes > 0; bytes--, decoder->bits <<= 8)
		decoder->out[decoder->written++] =
		    (unsigned char)(decoder->bits >> 16);
	decoder->bits = 0;
	decoder->count = 0;
	return BASE64_FINE;
}

/* The padding of a group of two or three characters, then blanks alone. */
static enum base64_result
read_padding(struct decoder *decoder)
{
	unsigned missing = 4 - decoder->count;
	unsigned bytes = decoder->count - 1;

	if (decoder->count < 2)
		return BASE64_WRONG;
	for (; decoder->at < decoder->length; decoder->at++) {
		unsigned sextet = sextets[decoder->text[decoder->at]];

		if (sextet == PAD && missing > 0)
			missing--;
		else if (sextet != BLANK)
			return BASE64_WRONG;
	}
	if (missing > 0)
		return BASE64_UNEVEN;
	decoder->bits <<= 6 * (4 - decoder->count);
	return write_group(decoder, bytes);
}

static enum base64_result
read_text(struct decoder *decoder)
{
	for (; decoder->at < decoder->length; decoder->at++) {
		unsigned sextet;

		if (decoder->count == 0) {
			read_groups(decoder);
			if (decoder->at == decoder->length)
				break;
		}
		sextet = sextets[decoder->text[decoder->at]];
		if (sextet == BLANK)
			continue;
		if (sextet == PAD)
			return read_padding(decoder);
		if (sextet == NONE)
			return BASE64_WRONG;
		decoder->bits = decoder->bits << 6 | sextet;
		if (++decoder->count == 4 &&
		    write_group(decoder, 3) != BASE64_FINE)
			return BASE64_LONG;
	}
	return decoder->count == 0 ? BASE64_FINE : BASE64_UNEVEN;
}

enum base64_result
dkim_base64_read(const char *text, size_t length, unsigned char *out,
    size_t size, size_t *ret_length, size_t *ret_at)
{
	struct decoder decoder = { .text = (const unsigned char *)text,
	    .length = length, .out = out, .size = size };
	enum base64_result result = read_text(&decoder);

	*ret_length = decoder.written;
	*ret_at = decoder.at;
	return result;
}
