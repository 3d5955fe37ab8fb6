#include <stddef.h>
#include <string.h>

#include "checks/modes.h"

bool
mode_read(const char *text, unsigned *ret_mode)
{
	size_t length, i;
	unsigned mode = 0;

	if (text == NULL)
		return false;
	length = strlen(text);
	if (length < 1 || length > 5 || strspn(text, "01234567") != length)
		return false;
	for (i = 0; i < length; i++)
		mode = mode * 8 + (unsigned)(text[i] - '0');
	if (mode > 07777)
		return false;
	*ret_mode = mode;
	return true;
}
