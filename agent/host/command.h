/*
 * Running a program of the host for its standard output.
 */
#ifndef CPWARD_HOST_COMMAND_H
#define CPWARD_HOST_COMMAND_H

#include "host/host.h"

/*
 * Runs argv (absolute program, NULL at the end) with standard input from
 * /dev/null and the environment of this process, which main() has cleared.
 * Output beyond cap bytes or a run beyond timeout seconds ends its process
 * group and is a failure. A program that can not be found is ANSWER_ABSENT.
 * An exit status other than 0 is still an answer: code holds it (128 + signal
 * when killed), and why the first line of standard error.
 */
void command_run(struct arena *arena, const char *const *argv, size_t cap,
    int timeout, struct answer *ret_answer);

/* The same with input, HOST_INPUT_MAX bytes at most, on standard input. */
void command_run_input(struct arena *arena, const char *const *argv,
    const char *input, size_t cap, int timeout, struct answer *ret_answer);

#endif
