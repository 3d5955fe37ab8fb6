/*
 * Gives adnshost its questions so that there are never too many on their way:
 *
 *	feed WINDOW QUESTIONS COMMAND ARGUMENT...
 *
 * adnshost sends whatever it reads, at once; of 70,000 questions most are then
 * lost in full buffers, and it waits for them (30 s and thousands of timeouts).
 * QUESTIONS has two lines a question, as `adnshost -a -f` reads them; COMMAND
 * is that. Its answers are one line with the number of records behind the
 * number of the question, and a line a record; they are counted and dropped.
 * Prints how many answers say timeout. Status: that of COMMAND.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void
die(const char *what)
{
	fprintf(stderr, "feed: %s: %s\n", what, strerror(errno));
	exit(1);
}

static pid_t
start(char **command, FILE **ret_in, FILE **ret_out)
{
	int in[2], out[2];
	pid_t pid;

	if (pipe(in) == -1 || pipe(out) == -1 || (pid = fork()) == -1)
		die("fork");
	if (pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[0]);
		close(in[1]);
		close(out[0]);
		close(out[1]);
		execvp(command[0], command);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	*ret_in = fdopen(in[1], "w");
	*ret_out = fdopen(out[0], "r");
	return pid;
}

/* Two lines; 0 at the end. */
static int
ask(FILE *questions, FILE *in)
{
	char line[1024];
	int i;

	for (i = 0; i < 2; i++) {
		if (fgets(line, sizeof(line), questions) == NULL)
			return 0;
		fputs(line, in);
	}
	return 1;
}

int
main(int argc, char **argv)
{
	unsigned long window = argc > 3 ? strtoul(argv[1], NULL, 10) : 0;
	unsigned long way = 0, timeouts = 0, records;
	FILE *questions = window == 0 ? NULL : fopen(argv[2], "re");
	FILE *in, *out;
	char line[8192];
	int status, more = 1;
	pid_t pid;

	if (questions == NULL) {
		fputs("usage: feed WINDOW QUESTIONS COMMAND ARGUMENT...\n", stderr);
		return 64;
	}
	pid = start(argv + 3, &in, &out);
	for (;;) {
		while (more && way < window && (more = ask(questions, in)) != 0)
			way++;
		fflush(in);
		if (way == 0)
			break;
		if (fgets(line, sizeof(line), out) == NULL ||
		    sscanf(line, "%*u %lu", &records) != 1)
			die("no answer");
		timeouts += strstr(line, " timeout ") != NULL;
		while (records-- > 0)
			if (fgets(line, sizeof(line), out) == NULL)
				die("half an answer");
		way--;
	}
	fclose(in);
	if (waitpid(pid, &status, 0) == -1)
		die("waitpid");
	printf("%lu timeouts\n", timeouts);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
