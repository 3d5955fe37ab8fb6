/*
 * Time that passes, for deadlines and durations; what day it is, is the host's
 * to tell (host_now).
 */
#ifndef CPWARD_BASE_CLOCK_H
#define CPWARD_BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds since some fixed moment; never goes back. */
int64_t clock_ms(void);

#endif
