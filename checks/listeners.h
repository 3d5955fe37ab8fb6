/*
 * Whose the mail ports are: what Exim is told decides only where Exim listens.
 */
#ifndef CPWARD_CHECKS_LISTENERS_H
#define CPWARD_CHECKS_LISTENERS_H

#include "checks/check.h"

/*
 * Takes a pass back, to unknown, when a program that is not Exim owns port 25,
 * 465 or 587, a filter or a proxy before it, or when that was asked in vain. A
 * run that was not to ask (--root) takes nothing back.
 */
void listeners_hold_pass(const struct evaluation *ev, struct finding *finding);

#endif
