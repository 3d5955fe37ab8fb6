/*
 * Scoped owners for what other libraries allocate:
 *
 *	CLEANUP(file_close) FILE *file = fopen(path, "re");
 *
 * The function named gets a pointer to the variable when its scope ends.
 */
#ifndef CPWARD_BASE_CLEANUP_H
#define CPWARD_BASE_CLEANUP_H

#define CLEANUP(function) __attribute__((cleanup(function)))

#endif
