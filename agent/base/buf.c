#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static void
buf_resize(struct buf *buf, size_t size)
{
	char *bytes = realloc(buf->bytes, size);

	if (bytes == NULL) {
		fprintf(stderr, "cpward: out of memory: %zu bytes wanted\n",
		    size);
		exit(1);
	}
	buf->bytes = bytes;
	buf->size = size;
}

void
buf_init(struct buf *buf, size_t max)
{
	memset(buf, 0, sizeof(*buf));
	buf->max = max;
	buf_resize(buf, 64);
	buf->bytes[0] = '\0';
}

void
buf_done(struct buf *buf)
{
	free(buf->bytes);
	memset(buf, 0, sizeof(*buf));
}

void
buf_wipe(struct buf *buf)
{
	if (buf->bytes != NULL)
		explicit_bzero(buf->bytes, buf->size);
	buf_done(buf);
}

void
buf_clear(struct buf *buf)
{
	buf->length = 0;
	buf->bytes[0] = '\0';
}

int
buf_add(struct buf *buf, const void *bytes, size_t length)
{
	size_t size = buf->size;

	if (length > buf->max || buf->length > buf->max - length)
		return -1;
	while (size < buf->length + length + 1)
		size *= 2;
	if (size != buf->size)
		buf_resize(buf, size);
	if (length > 0)
		memcpy(buf->bytes + buf->length, bytes, length);
	buf->length += length;
	buf->bytes[buf->length] = '\0';
	return 0;
}

int
buf_adds(struct buf *buf, const char *text)
{
	return buf_add(buf, text, strlen(text));
}

int
buf_addc(struct buf *buf, char byte)
{
	return buf_add(buf, &byte, 1);
}

int
buf_addf(struct buf *buf, const char *format, ...)
{
	va_list args;
	char *text;
	int length, result;

	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0)
		return -1;
	result = buf_add(buf, text, (size_t)length);
	free(text);
	return result;
}
