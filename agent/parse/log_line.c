#include "parse/log_line.h"

#include <string.h>

/* Days before a month of a year that is no leap year. */
static const int16_t month_days[12] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };

int32_t
log_day(int year, int month, int day)
{
	/* Leap days up to the last February there was; year 0 is one of 366 days. */
	int before = month > 2 ? year : year - 1;
	int leaps = before / 4 - before / 100 + before / 400;

	return 365 * (year - 1970) + leaps - 477 + month_days[month - 1] + day - 1;
}

static void
put_digits(char *text, unsigned value, unsigned count)
{
	while (count-- > 0) {
		text[count] = (char)('0' + value % 10);
		value /= 10;
	}
}

void
log_day_text(int32_t day, char text[static 11])
{
	const int32_t first = log_day(1, 1, 1), last = log_day(9999, 12, 31);
	int year, month = 12;

	if (day < first || day > last) {
		memcpy(text, day < first ? "0000-01-01" : "9999-12-31", 11);
		return;
	}
	/* Never too low: a year has 365 days at least. Too high by few, so few steps. */
	year = 1 + (day - first) / 365;
	while (log_day(year, 1, 1) > day)
		year--;
	while (log_day(year, month, 1) > day)
		month--;
	put_digits(text, (unsigned)year, 4);
	put_digits(text + 5, (unsigned)month, 2);
	put_digits(text + 8, (unsigned)(day - log_day(year, month, 1) + 1), 2);
	text[4] = text[7] = '-';
	text[10] = '\0';
}

/* Behind "TLS" and "v": "1", "1.0" to "1.3". */
static enum log_tls
tls_minor(const char *bytes, size_t length)
{
	if (length == 0 || bytes[0] != '1')
		return LOG_TLS_SOME;
	if (length == 1)
		return LOG_TLS_1_0;
	if (length != 3 || bytes[1] != '.' || bytes[2] < '0' || bytes[2] > '3')
		return LOG_TLS_SOME;
	return (enum log_tls)(LOG_TLS_1_0 + (bytes[2] - '0'));
}

/* OpenSSL writes "TLSv1.2" and "SSLv3", GnuTLS "TLS1.2" and "SSL3.0", Exim 4.93 on "TLS1.2". */
enum log_tls
log_tls_version(struct slice text)
{
	size_t skip = text.length > 3 && text.bytes[3] == 'v' ? 4 : 3;

	if (text.length < 4)
		return LOG_TLS_SOME;
	if (memcmp(text.bytes, "TLS", 3) == 0)
		return tls_minor(text.bytes + skip, text.length - skip);
	if (slice_is(text, "SSLv3") || slice_is(text, "SSL3") || slice_is(text, "SSL3.0"))
		return LOG_TLS_SSL3;
	return LOG_TLS_SOME;
}

bool
log_tls_is_old(enum log_tls tls)
{
	return tls >= LOG_TLS_SSL3 && tls <= LOG_TLS_1_1;
}

static bool
begins_with(struct slice slice, const char *text)
{
	size_t length = strlen(text);

	return slice.length >= length && memcmp(slice.bytes, text, length) == 0;
}

bool
log_is_loopback(struct slice address)
{
	return begins_with(address, "127.") || slice_is(address, "::1") ||
	    begins_with(address, "::ffff:127.");
}
