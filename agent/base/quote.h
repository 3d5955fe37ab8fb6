/*
 * What a message may show of a file's text. Any file can be named for a
 * profile, a configuration or a snapshot, /etc/shadow too, and what an error
 * quotes of it ends up in mails and logs that others read.
 */
#ifndef CPWARD_BASE_QUOTE_H
#define CPWARD_BASE_QUOTE_H

#include <stdbool.h>

/*
 * A key, a check's id or a severity as someone would mistype it: a small
 * letter, then small letters, digits and . _ -, 40 bytes at most.
 */
bool quotable_name(const char *text);

/* A schema word of ours, of whatever number: "cpward.profile/1". */
bool quotable_schema(const char *text);

#endif
