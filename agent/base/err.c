#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"

static void
err_fill(struct err *err, enum err_code code, const char *source,
    unsigned line, const char *format, va_list args)
{
	if (err->code != ERR_NONE)
		return;
	err->code = code;
	err->line = line;
	snprintf(err->source, sizeof(err->source), "%s", source ? source : "");
	vsnprintf(err->text, sizeof(err->text), format, args);
}

int
err_set(struct err *err, enum err_code code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	err_fill(err, code, NULL, 0, format, args);
	va_end(args);
	return -1;
}

int
err_at(struct err *err, enum err_code code, const char *source,
    unsigned line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	err_fill(err, code, source, line, format, args);
	va_end(args);
	return -1;
}

int
err_hint(struct err *err, const char *format, ...)
{
	va_list args;

	if (err->hint[0] != '\0')
		return -1;
	va_start(args, format);
	vsnprintf(err->hint, sizeof(err->hint), format, args);
	va_end(args);
	return -1;
}

void
err_format(const struct err *err, char *out, unsigned long size)
{
	if (err->source[0] == '\0')
		snprintf(out, size, "%s", err->text);
	else if (err->line == 0)
		snprintf(out, size, "%s: %s", err->source, err->text);
	else
		snprintf(out, size, "%s:%u: %s", err->source, err->line,
		    err->text);
}
