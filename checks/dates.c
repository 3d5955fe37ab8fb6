#include <stdio.h>
#include <string.h>

#include "checks/dates.h"

static bool
leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
month_days(int64_t year, int month)
{
	static const int days[] =
	    { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && leap(year));
}

/* Days from 1970-01-01 to the first of January; years from 1970 to 9999. */
static int64_t
days_to_year(int64_t year)
{
	int64_t past = year - 1;

	return (year - 1970) * 365 + (past / 4 - past / 100 + past / 400) -
	    (1969 / 4 - 1969 / 100 + 1969 / 400);
}

static bool
digits_read(const char *text, int count, int *ret_number)
{
	int number = 0;

	while (count-- > 0) {
		if (*text < '0' || *text > '9')
			return false;
		number = number * 10 + (*text++ - '0');
	}
	*ret_number = number;
	return true;
}

bool
date_read(const char *text, int64_t *ret_seconds)
{
	int year, month, day, i;
	int64_t days;

	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-' ||
	    !digits_read(text, 4, &year) || !digits_read(text + 5, 2, &month) ||
	    !digits_read(text + 8, 2, &day))
		return false;
	if (year < 1970 || month < 1 || month > 12 || day < 1 ||
	    day > month_days(year, month))
		return false;
	days = days_to_year(year) + day - 1;
	for (i = 1; i < month; i++)
		days += month_days(year, i);
	*ret_seconds = days * SECONDS_A_DAY;
	return true;
}

struct date_text
date_write(int64_t seconds)
{
	int64_t days = seconds / SECONDS_A_DAY;
	int64_t year = 1970 + days / 366;
	struct date_text date;
	int month = 1;

	if (seconds < 0 || days >= days_to_year(10000)) {
		snprintf(date.text, sizeof(date.text), "no date");
		return date;
	}
	while (days_to_year(year + 1) <= days)
		year++;
	days -= days_to_year(year);
	while (days >= month_days(year, month))
		days -= month_days(year, month++);
	snprintf(date.text, sizeof(date.text), "%04d-%02d-%02d", (int)year,
	    month, (int)days + 1);
	return date;
}
