#include <ctype.h>
#include <string.h>

#include "report/mention.h"

/* Could the byte belong to a longer name? */
static bool
name_byte(char byte)
{
	unsigned char c = (unsigned char)byte;

	return isalnum(c) || c >= 0x80 || (c != '\0' && strchr("_-./@", c) != NULL);
}

bool
mention_at(const char *text, const char *at, const char *name,
    size_t name_length)
{
	return name_length > 0 && at[0] == name[0] &&
	    strncmp(at, name, name_length) == 0 &&
	    (at == text || !name_byte(at[-1])) && !name_byte(at[name_length]);
}

/* Could the byte belong to a longer label? */
static bool
label_byte(char byte)
{
	unsigned char c = (unsigned char)byte;

	return isalnum(c) || c >= 0x80 || c == '-' || c == '_';
}

bool
mention_of_domain_at(const char *text, const char *at, const char *name,
    size_t name_length)
{
	const char *behind;

	if (name_length == 0 || at[0] != name[0] ||
	    strncmp(at, name, name_length) != 0 ||
	    (at > text && label_byte(at[-1])))
		return false;
	behind = at + name_length;
	return !label_byte(behind[0]) &&
	    (behind[0] != '.' || !isalnum((unsigned char)behind[1]));
}

bool
mention_in(const char *text, const char *name)
{
	size_t length = strlen(name);
	const char *at;

	for (at = text; *at != '\0'; at++)
		if (mention_at(text, at, name, length))
			return true;
	return false;
}
