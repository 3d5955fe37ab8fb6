/*
 * Runs a command again and again and tells what it took:
 *
 *	measure [-s FILE] RUNS COMMAND ARGUMENT...
 *
 * Prints one line: the median and the least wall time, the median and the least
 * time on the processor (user and system, children that it waited for
 * included), the medians of what -s counts and of the wall time without it, all
 * in microseconds; the most memory that was resident, in KiB, of the command
 * alone; and its exit status. Output of the command is thrown away. Status 1
 * when the command cannot run or its status changes from run to run.
 *
 * Called by the name of whmapi1 it stands before the real one, whmapi1.real in
 * the same folder: it runs that one and adds the microseconds it took to
 * API_LOG, a line a call, for a later -s API_LOG. So what the API's answers
 * take is known from without, and cpward needs no switch for it.
 *
 * Resident memory is read as the program ends, with ptrace(2): wait4(2) gives
 * the larger of a process and its children, and exim is larger. That run is
 * one more than RUNS, and isn't timed.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define API_LOG "/run/bench-api"
#define RUNS_MAX 10000

struct run {
	long wall;	/* microseconds */
	long cpu;
	long counted;	/* what -s FILE adds up to */
	int status;
};

static void
die(const char *what)
{
	fprintf(stderr, "measure: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000L + time.tv_nsec / 1000;
}

static long
microseconds(const struct timeval *time)
{
	return time->tv_sec * 1000000L + time->tv_usec;
}

static void
exec_quietly(char **command)
{
	int null = open("/dev/null", O_RDWR);

	if (null == -1 || dup2(null, 0) == -1 || dup2(null, 1) == -1 ||
	    dup2(null, 2) == -1)
		_exit(127);
	execvp(command[0], command);
	_exit(127);
}

static int
status_of(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The sum of the lines of a file; it is emptied. */
static long
take_sum(const char *path)
{
	FILE *file = fopen(path, "r+e");
	long sum = 0, value;

	if (file == NULL)
		return 0;
	while (fscanf(file, "%ld", &value) == 1)
		sum += value;
	if (ftruncate(fileno(file), 0) == -1)
		die(path);
	fclose(file);
	return sum;
}

static struct run
run_timed(char **command, const char *counted)
{
	struct run run = { 0 };
	struct rusage usage;
	long begin;
	pid_t pid;
	int status;

	if (counted != NULL)
		take_sum(counted);
	begin = now();
	pid = fork();
	if (pid == 0)
		exec_quietly(command);
	if (pid == -1 || wait4(pid, &status, 0, &usage) == -1)
		die(command[0]);
	run.wall = now() - begin;
	run.cpu = microseconds(&usage.ru_utime) + microseconds(&usage.ru_stime);
	run.counted = counted == NULL ? 0 : take_sum(counted);
	run.status = status_of(status);
	return run;
}

static long
resident_peak(pid_t pid)
{
	char path[64], line[256];
	long peak = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	if (file == NULL)
		die(path);
	while (fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, "VmHWM: %ld kB", &peak) == 1)
			break;
	fclose(file);
	return peak;
}

/* The peak of the command's own resident memory, in KiB. */
static long
run_for_memory(char **command)
{
	pid_t pid = fork();
	long peak = -1;
	int status, signal;

	if (pid == 0) {
		raise(SIGSTOP);
		exec_quietly(command);
	}
	if (pid == -1 || waitpid(pid, &status, WUNTRACED) == -1 ||
	    ptrace(PTRACE_SEIZE, pid, NULL,
	    (void *)(long)(PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL)) == -1)
		die("ptrace");
	kill(pid, SIGCONT);
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		signal = 0;
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8))
			peak = resident_peak(pid);
		else if (status >> 16 == 0)
			signal = WSTOPSIG(status);
		ptrace(PTRACE_CONT, pid, NULL, (void *)(long)signal);
	}
	return peak;
}

static int
compare(const void *a, const void *b)
{
	const long *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static long
median(long *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare);
	return count % 2 == 1 ? values[count / 2] :
	    (values[count / 2 - 1] + values[count / 2]) / 2;
}

static void
print_summary(const struct run *runs, size_t count, long peak)
{
	static long wall[RUNS_MAX], cpu[RUNS_MAX], counted[RUNS_MAX];
	static long rest[RUNS_MAX];
	long wall_median, cpu_median;
	size_t i;

	for (i = 0; i < count; i++) {
		wall[i] = runs[i].wall;
		cpu[i] = runs[i].cpu;
		counted[i] = runs[i].counted;
		rest[i] = runs[i].wall - runs[i].counted;
	}
	wall_median = median(wall, count);
	cpu_median = median(cpu, count);
	printf("%ld %ld %ld %ld %ld %ld %ld %d\n", wall_median, wall[0],
	    cpu_median, cpu[0], median(counted, count), median(rest, count),
	    peak, runs[0].status);
}

/* Stands before the real whmapi1. */
static int
answer_for(char **arguments)
{
	long begin = now();
	FILE *log;
	pid_t pid;
	int status;

	pid = fork();
	if (pid == 0) {
		execv("/usr/local/cpanel/bin/whmapi1.real", arguments);
		_exit(127);
	}
	if (pid == -1 || waitpid(pid, &status, 0) == -1)
		die("whmapi1.real");
	log = fopen(API_LOG, "ae");
	if (log == NULL || fprintf(log, "%ld\n", now() - begin) < 0 ||
	    fclose(log) != 0)
		die(API_LOG);
	return status_of(status);
}

int
main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	const char *counted = NULL;
	static struct run runs[RUNS_MAX];
	size_t count, i;

	if (strcmp(slash == NULL ? argv[0] : slash + 1, "whmapi1") == 0)
		return answer_for(argv);
	if (argc > 2 && strcmp(argv[1], "-s") == 0) {
		counted = argv[2];
		argv += 2;
		argc -= 2;
	}
	count = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;
	if (count < 1 || count > RUNS_MAX) {
		fputs("usage: measure [-s FILE] RUNS COMMAND...\n", stderr);
		return 64;
	}
	run_timed(argv + 2, counted);	/* what is read once is in memory then */
	for (i = 0; i < count; i++) {
		runs[i] = run_timed(argv + 2, counted);
		if (runs[i].status == 127 || runs[i].status != runs[0].status) {
			fprintf(stderr, "measure: %s: status %d, then %d\n",
			    argv[2], runs[0].status, runs[i].status);
			return 1;
		}
	}
	print_summary(runs, count, run_for_memory(argv + 2));
	return 0;
}
