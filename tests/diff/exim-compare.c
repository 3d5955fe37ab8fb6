/*
 * exim-compare [--exim PATH] [--jobs N] DIR
 * exim-compare [--exim PATH] --macros FILE     writes `exim -bP macros` there
 *
 * Gives every DIR/NNNNN.conf to the real Exim and to our parser, and compares:
 * whether each accepts it, and of those accepted each option that the file
 * sets (main, routers, transports, authenticators) and each named list. Both
 * read the same bytes; the built-in macros come from that Exim. A refusal that
 * names a place must name ours: the same file unless the line goes on in an
 * include, and our line (the first of a continued one) not behind Exim's (the
 * last).
 *
 * Runs in a mount namespace of its own, where the user that Exim was built for
 * exists and its log directory is writable, so it needs root. Status 0 when
 * nothing differs, 1 when something does, 64 usage, 78 when it can't run.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <glob.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "parse/exim_conf.h"

#define EXIM_UID 47		/* mailnull, as cPanel builds Exim */
#define OUTPUT_MAX (4u * 1024 * 1024)
#define SHOWN 40		/* differences printed by a job */

struct compare {
	const char *exim;
	const char **macros;
	unsigned files;
	unsigned refused;
	unsigned values;
	unsigned different;
};

static void __attribute__((noreturn))
die(const char *what, const char *why)
{
	fprintf(stderr, "exim-compare: %s: %s\n", what, why);
	exit(78);
}

static int
read_file(void *context, const char *path, struct buf *buf, struct err *err)
{
	char chunk[65536];
	FILE *file = fopen(path, "re");
	size_t length;

	(void)context;
	if (file == NULL)
		return err_set(err, errno == ENOENT ? ERR_ABSENT : ERR_ACCESS,
		    "%s: %s", path, strerror(errno));
	while ((length = fread(chunk, 1, sizeof(chunk), file)) > 0)
		if (buf_add(buf, chunk, length) != 0)
			break;
	fclose(file);
	return length == 0 ? 0 : err_set(err, ERR_LIMIT, "%s: too large", path);
}

static int
no_glob(void *context, const char *pattern, const char *const **ret_paths,
    size_t *ret_count, struct err *err)
{
	(void)context;
	(void)pattern;
	*ret_paths = NULL;
	*ret_count = 0;
	return err == NULL ? -1 : 0;
}

static const struct conf_source source = { NULL, read_file, no_glob };

static void
read_all(int from, struct buf *out)
{
	char chunk[16384];
	ssize_t got;

	while ((got = read(from, chunk, sizeof(chunk))) > 0)
		if (buf_add(out, chunk, (size_t)got) != 0)
			die("exim's output", "over the cap");
	close(from);
}

/*
 * Runs Exim; standard output to out, and standard error, which is short and
 * fits the pipe, to messages. Returns its status.
 */
static int
run(const char *const *args, struct buf *out, struct buf *messages)
{
	int standard[2], problems[2], status;
	pid_t child;

	if (pipe2(standard, O_CLOEXEC) != 0 || pipe2(problems, O_CLOEXEC) != 0)
		die("pipe", strerror(errno));
	child = fork();
	if (child < 0)
		die("fork", strerror(errno));
	if (child == 0) {
		dup2(standard[1], 1);
		dup2(problems[1], 2);
		execv(args[0], (char *const *)args);
		_exit(127);
	}
	close(standard[1]);
	close(problems[1]);
	read_all(standard[0], out);
	read_all(problems[0], messages);
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return 126;
	return WEXITSTATUS(status);
}

static void __attribute__((format(printf, 3, 4)))
differ(struct compare *compare, const char *path, const char *format, ...)
{
	va_list args;

	if (compare->different++ >= SHOWN)
		return;
	printf("%s: ", path);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

static const char *
shown(struct arena *arena, const struct exim_option *option)
{
	if (option->boolean)
		return option->value;
	return exim_value_printed(arena, option->value);
}

/* Options of one owner ("" or a driver's name) against what Exim printed. */
static void
compare_options(struct compare *compare, struct arena *arena, const char *path,
    const char *owner, const struct exim_option *ours, size_t count,
    const struct exim_conf *theirs_main, const struct exim_driver *theirs)
{
	const struct exim_option *last, *printed;
	const char *value;
	size_t i;

	for (i = 0; i < count; i++) {
		/* Of several only the last counts: start from the end. */
		for (last = &ours[count - 1];
		    strcmp(last->name, ours[i].name) != 0; last--)
			;
		printed = theirs != NULL ?
		    exim_driver_option(theirs, ours[i].name) :
		    exim_conf_option(theirs_main, ours[i].name);
		compare->values++;
		if (printed == NULL) {
			differ(compare, path, "%s%s: exim does not print it",
			    owner, ours[i].name);
			continue;
		}
		value = shown(arena, last);
		if (printed->boolean != last->boolean ||
		    strcmp(printed->value, value) != 0)
			differ(compare, path, "%s%s: ours \"%s\", exim's "
			    "\"%s\"", owner, ours[i].name, value,
			    printed->value);
	}
}

static void
compare_accepted(struct compare *compare, struct arena *arena,
    const char *path, const struct exim_conf *ours,
    const struct exim_conf *theirs)
{
	const struct exim_named_list *list;
	const struct exim_driver *driver, *printed;
	size_t i;

	compare_options(compare, arena, path, "", ours->options,
	    ours->option_count, theirs, NULL);
	for (i = 0; i < ours->list_count; i++) {
		list = exim_conf_list(theirs, ours->lists[i].name);
		compare->values++;
		if (list == NULL || strcmp(list->type, ours->lists[i].type) != 0)
			differ(compare, path, "list %s: exim does not print it",
			    ours->lists[i].name);
		else if (list->hidden != ours->lists[i].hidden ||
		    (!list->hidden &&
		    strcmp(list->value, ours->lists[i].value) != 0))
			differ(compare, path, "list %s: ours \"%s\", exim's "
			    "\"%s\"", list->name, ours->lists[i].value,
			    list->value);
	}
	if (ours->driver_count != theirs->driver_count)
		differ(compare, path, "%zu drivers, exim has %zu",
		    ours->driver_count, theirs->driver_count);
	for (i = 0; i < ours->driver_count; i++) {
		driver = &ours->drivers[i];
		printed = exim_conf_driver(theirs, driver->section,
		    driver->name);
		if (printed == NULL)
			differ(compare, path, "exim has no driver %s",
			    driver->name);
		else
			compare_options(compare, arena, path,
			    arena_printf(arena, "%s.", driver->name),
			    driver->options, driver->option_count, NULL,
			    printed);
	}
}

/* "Exim configuration error in line N of FILE:" */
static bool
refusal_place(const char *messages, unsigned *ret_line, char file[4096])
{
	static const char start[] = "Exim configuration error in line ";
	const char *at = strstr(messages, start);

	return at != NULL && sscanf(at + sizeof(start) - 1, "%u of %4095[^:\n]",
	    ret_line, file) == 2;
}

static const char *
first_problem(const char *messages)
{
	const char *at = strstr(messages, "configuration error");

	return at != NULL ? at : messages;
}

static void
compare_refused(struct compare *compare, const char *path,
    const struct err *err, const char *messages)
{
	char file[4096];
	unsigned line;

	compare->refused++;
	if (!refusal_place(messages, &line, file))
		return;
	/* A line continued in an included file starts in another one. */
	if (err->line == 0 ||
	    (strcmp(file, err->source) == 0 ? err->line > line :
	    strncmp(file, path, strlen(path) - 4) != 0))
		differ(compare, path, "refused at %s:%u (%s), by exim at "
		    "%s:%u", err->source, err->line, err->text, file, line);
}

static int
ask_exim(const struct compare *compare, struct arena *arena, const char *path,
    const struct exim_conf *ours, struct buf *out, struct buf *messages)
{
	const char **args = arena_array(arena, ours->list_count + 10,
	    sizeof(*args));
	size_t count = 0, i;

	args[count++] = compare->exim;
	args[count++] = "-C";
	args[count++] = path;
	args[count++] = "-bP";
	for (i = 0; i < ours->list_count; i++)
		args[count++] = arena_printf(arena, "+%s", ours->lists[i].name);
	args[count++] = "all";
	args[count++] = "routers";
	args[count++] = "transports";
	args[count] = "authenticators";
	return run(args, out, messages);
}

static void
compare_file(struct compare *compare, const char *path)
{
	struct arena *arena = arena_new();
	struct exim_conf ours = { 0 }, theirs = { 0 };
	struct buf bytes, out, messages;
	struct err err = { 0 }, problem = { 0 };
	int refused, status;

	buf_init(&bytes, CONF_MAX_FILE);
	buf_init(&out, OUTPUT_MAX);
	buf_init(&messages, OUTPUT_MAX);
	if (read_file(NULL, path, &bytes, &err) != 0)
		die(path, err.text);
	compare->files++;
	refused = exim_conf_parse(arena, path, bytes.bytes, bytes.length,
	    compare->macros, &source, &ours, &err);
	status = ask_exim(compare, arena, path, &ours, &out, &messages);
	if (status > 1)
		die(compare->exim, "ended in an unexpected way");
	if (refused != 0 && status == 0)
		differ(compare, path, "exim accepts it, we say %s:%u: %s",
		    err.source, err.line, err.text);
	else if (refused == 0 && status != 0)
		differ(compare, path, "we accept it, exim says: %s",
		    first_problem(messages.bytes));
	else if (refused != 0)
		compare_refused(compare, path, &err, messages.bytes);
	else if (exim_bp_parse(arena, path, out.bytes, out.length, &theirs,
	    &problem) != 0)
		differ(compare, path, "-bP output: line %u: %s", problem.line,
		    problem.text);
	else
		compare_accepted(compare, arena, path, &ours, &theirs);
	buf_done(&bytes);
	buf_done(&out);
	buf_done(&messages);
	arena_free(arena);
}

static void
write_passwd(const char *path)
{
	struct buf bytes;
	struct err err = { 0 };
	FILE *file;

	buf_init(&bytes, OUTPUT_MAX);
	if (read_file(NULL, "/etc/passwd", &bytes, &err) != 0)
		die("/etc/passwd", err.text);
	file = fopen(path, "we");
	if (file == NULL)
		die(path, strerror(errno));
	fwrite(bytes.bytes, 1, bytes.length, file);
	fprintf(file, "mailnull:x:%d:%d::/var/spool/mqueue:/bin/false\n",
	    EXIM_UID, 8);
	fclose(file);
	buf_done(&bytes);
}

/*
 * In a chroot the root is no mount point and its propagation can not be
 * changed (EINVAL): whoever made the chroot did that.
 */
static void
enter_namespace(void)
{
	if (unshare(CLONE_NEWNS) != 0 ||
	    (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 &&
	    errno != EINVAL) ||
	    mount("tmpfs", "/var/log", "tmpfs", 0, "mode=1777") != 0)
		die("a mount namespace", strerror(errno));
	write_passwd("/var/log/passwd");
	if (mount("/var/log/passwd", "/etc/passwd", NULL, MS_BIND, NULL) != 0)
		die("/etc/passwd", strerror(errno));
}

/* The lines of `exim -bP macros`, NULL-terminated; lives to the end. */
static const char **
ask_macros(const char *exim)
{
	const char *const args[] = { exim, "-C", "/dev/null", "-bP", "macros",
	    NULL };
	struct buf out, messages;
	const char **lines;
	size_t count = 0;
	char *at;

	buf_init(&out, OUTPUT_MAX);
	buf_init(&messages, OUTPUT_MAX);
	if (run(args, &out, &messages) != 0)
		die(exim, messages.bytes);
	lines = calloc(out.length + 1, sizeof(*lines));
	if (lines == NULL)
		die("memory", "out");
	for (at = strtok(out.bytes, "\n"); at != NULL; at = strtok(NULL, "\n"))
		lines[count++] = at;
	if (count < 100)
		die(exim, "prints no macros");
	return lines;
}

static void
save_macros(const char *path, const char **macros)
{
	FILE *file = fopen(path, "we");

	if (file == NULL)
		die(path, strerror(errno));
	for (; *macros != NULL; macros++)
		fprintf(file, "%s\n", *macros);
	fclose(file);
}

/* Every jobs-th file from job on; the counts come back through a pipe. */
static int
start_job(const struct compare *settings, const glob_t *paths, unsigned job,
    unsigned jobs)
{
	struct compare compare = *settings;
	int ends[2];
	size_t i;

	if (pipe2(ends, O_CLOEXEC) != 0)
		die("pipe", strerror(errno));
	switch (fork()) {
	case -1:
		die("fork", strerror(errno));
	case 0:
		for (i = job; i < paths->gl_pathc; i += jobs)
			compare_file(&compare, paths->gl_pathv[i]);
		fflush(stdout);
		if (write(ends[1], &compare, sizeof(compare)) !=
		    sizeof(compare))
			_exit(1);
		_exit(0);
	default:
		close(ends[1]);
		return ends[0];
	}
}

static void
run_jobs(struct compare *compare, const glob_t *paths, unsigned jobs)
{
	int ends[16];
	struct compare part;
	unsigned job;

	for (job = 0; job < jobs; job++)
		ends[job] = start_job(compare, paths, job, jobs);
	for (job = 0; job < jobs; job++) {
		if (read(ends[job], &part, sizeof(part)) != sizeof(part))
			die("a job", "ended early");
		close(ends[job]);
		compare->files += part.files;
		compare->refused += part.refused;
		compare->values += part.values;
		compare->different += part.different;
	}
	while (wait(NULL) > 0)
		;
}

static void __attribute__((noreturn))
usage(const char *name)
{
	fprintf(stderr, "usage: %s [--exim PATH] [--jobs N] DIR, or "
	    "--macros FILE\n", name);
	exit(64);
}

int
main(int argc, char **argv)
{
	static const struct option flags[] = {
		{ "exim", required_argument, NULL, 'e' },
		{ "jobs", required_argument, NULL, 'j' },
		{ "macros", required_argument, NULL, 'm' },
		{ NULL, 0, NULL, 0 },
	};
	struct compare compare = { .exim = "/usr/sbin/exim" };
	const char *macros_file = NULL;
	struct timespec began, ended;
	char pattern[4096];
	unsigned jobs = 2;
	glob_t paths;
	int flag;

	while ((flag = getopt_long(argc, argv, "", flags, NULL)) != -1) {
		if (flag == 'e')
			compare.exim = optarg;
		else if (flag == 'j')
			jobs = (unsigned)strtoul(optarg, NULL, 10);
		else if (flag == 'm')
			macros_file = optarg;
		else
			usage(argv[0]);
	}
	if (optind != argc - (macros_file == NULL) || jobs == 0 || jobs > 16)
		usage(argv[0]);
	enter_namespace();
	compare.macros = ask_macros(compare.exim);
	if (macros_file != NULL) {
		save_macros(macros_file, compare.macros);
		return 0;
	}
	snprintf(pattern, sizeof(pattern), "%s/*.conf", argv[optind]);
	if (glob(pattern, 0, NULL, &paths) != 0)
		die(argv[optind], "holds no configuration");
	clock_gettime(CLOCK_MONOTONIC, &began);
	run_jobs(&compare, &paths, jobs);
	clock_gettime(CLOCK_MONOTONIC, &ended);
	printf("%u configurations (%u refused by both), %u values, "
	    "%u differences, %.1f s\n", compare.files, compare.refused,
	    compare.values, compare.different,
	    (double)(ended.tv_sec - began.tv_sec) +
	    (double)(ended.tv_nsec - began.tv_nsec) / 1e9);
	return compare.different == 0 && compare.files > 0 ? 0 : 1;
}
