/*
 * Preloaded into a program, ends it by SIGKILL just before its nth call of those
 * that change what is on the disk; n is in KILL_AT. So a test can stop a commit
 * at each of its steps, and none in between is left to chance. PROCESSORS is how
 * many there are for it.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

static struct {
	int kill_at, processors;
} orders;

/* Before the program clears its environment. */
static void __attribute__((constructor))
read_orders(void)
{
	const char *kill_at = getenv("KILL_AT"), *processors = getenv("PROCESSORS");

	orders.kill_at = kill_at == NULL ? 0 : atoi(kill_at);
	orders.processors = processors == NULL ? 0 : atoi(processors);
}

static void
step(void)
{
	static atomic_int calls;

	if (atomic_fetch_add(&calls, 1) + 1 == orders.kill_at)
		raise(SIGKILL);
}

#define WRAP(result, name, parameters, arguments) \
	result name parameters; \
	result name parameters \
	{ \
		static result (*real) parameters; \
		if (real == NULL) \
			*(void **) &real = dlsym(RTLD_NEXT, #name); \
		step(); \
		return real arguments; \
	}

WRAP(int, rename, (const char *from, const char *to), (from, to))
WRAP(int, renameat, (int a, const char *from, int b, const char *to), (a, from, b, to))
WRAP(int, renameat2, (int a, const char *from, int b, const char *to, unsigned flags), (a, from, b, to, flags))
WRAP(int, unlink, (const char *path), (path))
WRAP(int, unlinkat, (int folder, const char *path, int flags), (folder, path, flags))
WRAP(int, link, (const char *from, const char *to), (from, to))
WRAP(int, linkat, (int a, const char *from, int b, const char *to, int flags), (a, from, b, to, flags))
WRAP(int, fsync, (int file), (file))
WRAP(int, fdatasync, (int file), (file))
WRAP(int, ftruncate, (int file, off_t size), (file, size))
WRAP(int, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(int, mkdirat, (int folder, const char *path, mode_t mode), (folder, path, mode))
WRAP(ssize_t, write, (int file, const void *bytes, size_t count), (file, bytes, count))
WRAP(ssize_t, pwrite, (int file, const void *bytes, size_t count, off_t at), (file, bytes, count, at))

long
sysconf(int what)
{
	static long (*real)(int);

	if (real == NULL)
		*(void **) &real = dlsym(RTLD_NEXT, "sysconf");
	return what == _SC_NPROCESSORS_ONLN && orders.processors > 0 ? orders.processors : real(what);
}
