#include <string.h>

#include "base/quote.h"

#define MAX_NAME 40
#define SMALL "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
#define OURS "cpward."

bool
quotable_name(const char *text)
{
	size_t length = strspn(text, SMALL DIGITS "._-");

	return strspn(text, SMALL) > 0 && length <= MAX_NAME &&
	    text[length] == '\0';
}

bool
quotable_schema(const char *text)
{
	size_t length, digits;

	if (strncmp(text, OURS, strlen(OURS)) != 0)
		return false;
	text += strlen(OURS);
	length = strspn(text, SMALL);
	if (length == 0 || length > MAX_NAME || text[length] != '/')
		return false;
	text += length + 1;
	digits = strspn(text, DIGITS);
	return digits > 0 && digits <= 4 && text[digits] == '\0';
}
