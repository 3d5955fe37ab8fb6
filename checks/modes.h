/*
 * File modes as facts carry them: octal text, "0640".
 */
#ifndef CPWARD_CHECKS_MODES_H
#define CPWARD_CHECKS_MODES_H

#include <stdbool.h>

/* False when the text is no octal number up to 07777. */
bool mode_read(const char *text, unsigned *ret_mode);

#endif
