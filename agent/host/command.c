#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "host/command.h"

extern char **environ;

#define STDERR_CAP 4096

struct child {
	pid_t pid;
	int out;	/* read end of its standard output, -1 at end of file */
	int err;
};

/* 0, or an errno value. The child leads a process group of its own. */
static int
child_spawn(const char *const *argv, int in, const int out[2],
    const int err[2], pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t signals;
	int result;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in, 0);
	posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	posix_spawn_file_actions_adddup2(&actions, err[1], 2);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setpgroup(&attributes, 0);
	sigemptyset(&signals);
	posix_spawnattr_setsigmask(&attributes, &signals);
	sigaddset(&signals, SIGPIPE);
	posix_spawnattr_setsigdefault(&attributes, &signals);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP |
	    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	result = posix_spawn(ret_pid, argv[0], &actions, &attributes,
	    (char *const *)(uintptr_t)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return result;
}

static void
close_pair(const int pair[2])
{
	close(pair[0]);
	close(pair[1]);
}

/*
 * What the child is to read, all of it written before the child is there: a
 * pipe that has a reader takes this much without one reading. -1 and errno.
 */
static int
input_open(const char *input)
{
	size_t length = input == NULL ? 0 : strlen(input);
	int in[2], result;

	if (length == 0)
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (length > HOST_INPUT_MAX) {
		errno = E2BIG;
		return -1;
	}
	if (pipe2(in, O_CLOEXEC) != 0)
		return -1;
	result = write(in[1], input, length) == (ssize_t)length ? 0 : EIO;
	close(in[1]);
	if (result == 0)
		return in[0];
	close(in[0]);
	errno = result;
	return -1;
}

/* in is the child's standard input, and closed. */
static int
child_start(const char *const *argv, int in, struct child *ret_child)
{
	int out[2], err[2], result;

	if (pipe2(out, O_CLOEXEC) != 0) {
		result = errno;
		close(in);
		return result;
	}
	if (pipe2(err, O_CLOEXEC) != 0) {
		result = errno;
		close_pair(out);
		close(in);
		return result;
	}
	result = child_spawn(argv, in, out, err, &ret_child->pid);
	close(in);
	if (result != 0) {
		close_pair(out);
		close_pair(err);
		return result;
	}
	close(out[1]);
	close(err[1]);
	ret_child->out = out[0];
	ret_child->err = err[0];
	return 0;
}

/* Reads what is there; closes at the end. -1 when buf can not hold it all. */
static int
drain(int *fd, struct buf *buf)
{
	size_t room = buf->max - buf->length;
	char chunk[16384];
	ssize_t got = read(*fd, chunk, sizeof(chunk));

	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (got <= 0) {
		close(*fd);
		*fd = -1;
		return 0;
	}
	(void)buf_add(buf, chunk, (size_t)got < room ? (size_t)got : room);
	return (size_t)got > room ? -1 : 0;
}

/* NULL when both ends were read to their end, else why not. */
static const char *
child_read(struct child *child, struct buf *out, struct buf *err,
    int64_t deadline)
{
	struct pollfd polled[2];
	int64_t left;

	while (child->out >= 0 || child->err >= 0) {
		left = deadline - clock_ms();
		if (left <= 0)
			return "did not end in time";
		polled[0] = (struct pollfd){ child->out, POLLIN, 0 };
		polled[1] = (struct pollfd){ child->err, POLLIN, 0 };
		if (poll(polled, 2, (int)left) < 0 && errno != EINTR)
			return strerror(errno);
		if (polled[0].revents != 0 && drain(&child->out, out) != 0)
			return "printed more than is allowed";
		/* Standard error beyond its cap is read and dropped. */
		if (polled[1].revents != 0)
			(void)drain(&child->err, err);
	}
	return NULL;
}

static int
child_wait(struct child *child, int64_t deadline, const char **ret_failure)
{
	int status;
	pid_t done;

	/* A child may close its output and stay: it has until the deadline. */
	for (;;) {
		done = waitpid(child->pid, &status, WNOHANG);
		if (done == child->pid)
			break;
		if (done < 0 && errno != EINTR)
			return -1;
		if (clock_ms() > deadline) {
			kill(-child->pid, SIGKILL);
			waitpid(child->pid, &status, 0);
			*ret_failure = "did not end in time";
			break;
		}
		usleep(500);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) :
	    128 + WTERMSIG(status);
}

static const char *
first_line(struct arena *arena, const struct buf *buf)
{
	size_t length = strcspn(buf->bytes, "\r\n");

	return length == 0 ? NULL :
	    arena_memdup(arena, buf->bytes, length > 300 ? 300 : length);
}

void
command_run(struct arena *arena, const char *const *argv, size_t cap,
    int timeout, struct answer *ret_answer)
{
	command_run_input(arena, argv, NULL, cap, timeout, ret_answer);
}

void
command_run_input(struct arena *arena, const char *const *argv,
    const char *input, size_t cap, int timeout, struct answer *ret_answer)
{
	int64_t deadline = clock_ms() + (int64_t)timeout * 1000;
	struct child child;
	struct buf out, err;
	const char *failure;
	int in, result;

	memset(ret_answer, 0, sizeof(*ret_answer));
	in = input_open(input);
	result = in < 0 ? errno : child_start(argv, in, &child);
	if (result != 0) {
		/* A script whose interpreter is missing is there. */
		ret_answer->status = result == ENOENT &&
		    access(argv[0], F_OK) != 0 ? ANSWER_ABSENT : ANSWER_FAILED;
		ret_answer->why = arena_printf(arena, "%s: %s", argv[0],
		    strerror(result));
		return;
	}
	buf_init(&out, cap);
	buf_init(&err, STDERR_CAP);
	failure = child_read(&child, &out, &err, deadline);
	if (failure != NULL)
		kill(-child.pid, SIGKILL);
	if (child.out >= 0)
		close(child.out);
	if (child.err >= 0)
		close(child.err);
	ret_answer->code = child_wait(&child, deadline, &failure);
	ret_answer->status = failure == NULL ? ANSWER_OK : ANSWER_FAILED;
	ret_answer->why = failure != NULL ?
	    arena_printf(arena, "%s %s", argv[0], failure) :
	    first_line(arena, &err);
	ret_answer->bytes = arena_memdup(arena, out.bytes, out.length);
	ret_answer->length = out.length;
	/* What a program prints may hold secrets. */
	buf_wipe(&out);
	buf_done(&err);
}
