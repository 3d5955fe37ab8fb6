/*
 * Where a command writes to: standard output, or a file that appears whole.
 *
 * A file is put only where nobody but root and the caller could have led us:
 * each directory on its way, and each that a symbolic link on the way names,
 * belongs to root or the caller, and others can not write into it unless it
 * is sticky. A relative path begins in the working directory, which is held to
 * the same. What stands there already is replaced only when it is output of
 * ours: a slip in a cron line must not cost /etc/passwd. Until it is whole it
 * is written beside its place: no document is held in memory.
 */
#ifndef CPWARD_CMD_OUTPUT_H
#define CPWARD_CMD_OUTPUT_H

#include <stddef.h>
#include <stdio.h>

struct err;

struct output {
	const char *path;	/* NULL = standard output */
	FILE *stream;
	struct arena *arena;	/* of the names below */
	int directory;		/* that the file shall stand in; -1 = none */
	const char *name;	/* in it */
	const char *temporary;	/* what is written until then, in it */
};

/*
 * ERR_USAGE when the path is not to be trusted or holds what is not ours,
 * ERR_NOINPUT when a directory on it is missing.
 */
int output_open(struct output *output, const char *path, struct err *err);

/* Puts the file in its place unless err is set, and frees all. */
int output_close(struct output *output, struct err *err);

#endif
