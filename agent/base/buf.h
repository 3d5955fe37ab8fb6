/*
 * A byte buffer with a ceiling: what comes from outside can not grow past it.
 *
 * The bytes are always followed by a NUL that length does not count. Adding
 * returns -1 and leaves the buffer as it was when the ceiling would be passed.
 */
#ifndef CPWARD_BASE_BUF_H
#define CPWARD_BASE_BUF_H

#include <stddef.h>

struct buf {
	char *bytes;	/* never NULL after buf_init */
	size_t length;
	size_t size;	/* bytes allocated */
	size_t max;	/* ceiling for length */
};

void buf_init(struct buf *buf, size_t max);
void buf_done(struct buf *buf);		/* frees; the struct may be reused by buf_init */
void buf_wipe(struct buf *buf);		/* overwrites the bytes, then as buf_done: for secrets */
void buf_clear(struct buf *buf);

int buf_add(struct buf *buf, const void *bytes, size_t length);
int buf_adds(struct buf *buf, const char *text);
int buf_addc(struct buf *buf, char byte);
int buf_addf(struct buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
