/* What rotated logs are called: logrotate(8), "dateext", "dateformat", "start". */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "collect/log_files_private.h"

#define NUMBER_DIGITS 3		/* ".999" */
#define DATE_DIGITS_MIN 6	/* "-202611" */
#define DATE_DIGITS_MAX 24	/* "-20261115-031500-1795305600" */
#define EPOCH_DIGITS 10		/* until 2286 */

static const struct {
	const char *ending;
	enum log_packing packing;
} packings[] = {
	{ ".gz", LOG_GZIP },
	{ ".bz2", LOG_PACKED },
	{ ".lz4", LOG_PACKED },
	{ ".lzma", LOG_PACKED },
	{ ".xz", LOG_PACKED },
	{ ".zst", LOG_PACKED },
	{ ".Z", LOG_PACKED },
};

static bool
is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* Takes the ending of a packed file off length. */
static enum log_packing
packing_of(const char *rest, size_t *length)
{
	size_t i, ending;

	for (i = 0; i < sizeof(packings) / sizeof(packings[0]); i++) {
		ending = strlen(packings[i].ending);
		if (*length <= ending || memcmp(rest + *length - ending,
		    packings[i].ending, ending) != 0)
			continue;
		*length -= ending;
		return packings[i].packing;
	}
	return LOG_PLAIN;
}

/* Digits of a stem without what stands between them; 0 = it is no such stem. */
static size_t
digits_of(const char *stem, size_t length, char digits[static DATE_DIGITS_MAX])
{
	size_t count = 0, i;

	if (length < 2 || (stem[0] != '-' && stem[0] != '.'))
		return 0;
	for (i = 1; i < length; i++) {
		if (is_digit(stem[i]) && count < DATE_DIGITS_MAX)
			digits[count++] = stem[i];
		else if (is_digit(stem[i]) || strchr("-_.:T", stem[i]) == NULL ||
		    stem[i] == '\0' || !is_digit(stem[i - 1]) || i + 1 == length)
			return 0;
	}
	return count;
}

/* Year first, month second; or seconds since 1970. Such names sort by age. */
static bool
sorts_by_age(const char *digits, size_t count)
{
	int month = (digits[4] - '0') * 10 + digits[5] - '0';

	if (count == EPOCH_DIGITS && digits[0] == '1')
		return true;
	return digits[0] == '2' && digits[1] == '0' && month >= 1 && month <= 12;
}

bool
log_rotated_name(struct arena *arena, const char *base, const char *name,
    struct log_rotated_name *ret_name)
{
	char digits[DATE_DIGITS_MAX];
	size_t base_length = strlen(base), length, count;
	struct log_rotated_name rotated;
	const char *rest;

	if (strncmp(name, base, base_length) != 0)
		return false;
	rest = name + base_length;
	length = strlen(rest);
	rotated.packing = packing_of(rest, &length);
	count = digits_of(rest, length, digits);
	if (rest[0] == '.' && count == length - 1 && count >= 1 &&
	    count <= NUMBER_DIGITS)
		rotated.naming = LOG_NUMBERED;
	else if (count >= DATE_DIGITS_MIN)
		rotated.naming = sorts_by_age(digits, count) ? LOG_DATED :
		    LOG_NAMED_OTHERWISE;
	else
		return false;
	rotated.stem = arena_memdup(arena, rest, length);
	*ret_name = rotated;
	return true;
}

/* "-20261115" and "-20261122", but not "-2026112203". */
static bool
same_shape(const char *a, const char *b)
{
	while (*a != '\0' && (*a == *b || (is_digit(*a) && is_digit(*b))))
		a++, b++;
	return *a == '\0' && *b == '\0';
}

bool
log_rotated_comparable(const struct log_rotated_name *a,
    const struct log_rotated_name *b)
{
	return a->naming == b->naming && (a->naming == LOG_NUMBERED ||
	    (a->naming == LOG_DATED && same_shape(a->stem, b->stem)));
}

int
log_rotated_compare(const struct log_rotated_name *a,
    const struct log_rotated_name *b)
{
	if (!log_rotated_comparable(a, b))
		return 0;
	if (a->naming == LOG_NUMBERED)
		return (int)(strtol(b->stem + 1, NULL, 10) -
		    strtol(a->stem + 1, NULL, 10));
	return strcmp(a->stem, b->stem);
}
