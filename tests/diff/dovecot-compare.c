/*
 * Gives the same configurations to doveconf and to cpward's parser and
 * compares what both make of them:
 *
 *	dovecot-compare --doveconf PATH --version 2.3|2.4 [--root DIR] [--jobs N] DIR
 *
 * Every DIR/NNNNN.conf is a case. With --root doveconf runs chrooted there;
 * DIR lies in it. Compared are: refused or not; each setting that the files
 * set, with filter and value, both ways round (doveconf -N); for one case in
 * eight also the settings that IMAP sees (doveconf -f protocol=imap). Cases
 * that doveconf refuses because filters contradict each other are counted, not
 * compared; nor is a value that adds to a default which cpward does not know.
 *
 * Exit status: 0 no difference, 1 some, 64 usage.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "parse/dovecot_conf.h"

#define MAX_OUTPUT (8u * 1024 * 1024)

struct options {
	const char *doveconf, *root, *dir;
	enum dovecot_version version;
	unsigned jobs;
};

struct tally {
	unsigned compared, refused, conflicts, different, settings;
};

struct files {
	const char *root;
	glob_t matches;
	bool has_matches;
	const char **paths;
};

static int
read_whole(const char *path, struct buf *buf)
{
	char block[16384];
	ssize_t got;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	while ((got = read(fd, block, sizeof(block))) > 0)
		if (buf_add(buf, block, (size_t)got) < 0)
			break;
	close(fd);
	return got == 0 ? 0 : -1;
}

static int
files_read(void *context, const char *path, struct buf *buf, struct err *err)
{
	const struct files *files = context;
	char full[4096];

	snprintf(full, sizeof(full), "%s%s", files->root, path);
	if (read_whole(full, buf) < 0)
		return err_set(err, errno == ENOENT ? ERR_ABSENT : ERR_IO,
		    "can't read %s", path);
	return 0;
}

static int
files_glob(void *context, const char *pattern, const char *const **ret_paths,
    size_t *ret_count, struct err *err)
{
	struct files *files = context;
	char full[4096];
	int status;

	snprintf(full, sizeof(full), "%s%s", files->root, pattern);
	if (files->has_matches)
		globfree(&files->matches);
	free(files->paths);
	files->paths = NULL;
	files->has_matches = true;
	status = glob(full, GLOB_BRACE, NULL, &files->matches);
	if (status != 0 && status != GLOB_NOMATCH)
		return err_set(err, ERR_IO, "glob failed");
	*ret_count = status == 0 ? files->matches.gl_pathc : 0;
	files->paths = calloc(*ret_count + 1, sizeof(*files->paths));
	if (files->paths == NULL)
		abort();
	for (size_t i = 0; i < *ret_count; i++)
		files->paths[i] = files->matches.gl_pathv[i] + strlen(files->root);
	*ret_paths = files->paths;
	return 0;
}

static void
run_child(const struct options *options, int output, int errors, char **argv)
{
	char *environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };

	dup2(output, 1);
	dup2(errors, 2);
	if (*options->root != '\0' && (chroot(options->root) < 0 || chdir("/") < 0))
		_exit(126);
	execve(options->doveconf, argv, environment);
	_exit(127);
}

/* doveconf's exit status; its output in buf, its last words in complaint. */
static int
run_doveconf(const struct options *options, char **argv, struct buf *buf,
    char complaint[1024])
{
	char block[16384];
	int pipes[2], status, errors = memfd_create("errors", MFD_CLOEXEC);
	ssize_t got;
	pid_t child;

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return -1;
	child = fork();
	if (child == 0)
		run_child(options, pipes[1], errors, argv);
	close(pipes[1]);
	if (child < 0)
		return -1;
	while ((got = read(pipes[0], block, sizeof(block))) > 0)
		if (buf_add(buf, block, (size_t)got) < 0)
			break;
	close(pipes[0]);
	got = lseek(errors, 0, SEEK_END);
	got = pread(errors, complaint, 1023, got > 1023 ? got - 1023 : 0);
	complaint[got < 0 ? 0 : got] = '\0';
	close(errors);
	if (waitpid(child, &status, 0) < 0 || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static int
differ(struct tally *tally, const char *path, const char *what, const char *name,
    const char *filter, const char *theirs, const char *ours)
{
	printf("%s: %s%s%s%s%s: doveconf <%s> cpward <%s>\n", path, what,
	    *name == '\0' ? "" : " ", name, *filter == '\0' ? "" : " in ", filter,
	    theirs, ours);
	tally->different++;
	return 1;
}

static const struct dovecot_setting *
find(const struct dovecot_conf *conf, const struct dovecot_setting *like)
{
	for (size_t i = 0; i < conf->setting_count; i++)
		if (strcasecmp(conf->settings[i].filter, like->filter) == 0 &&
		    strcmp(conf->settings[i].name, like->name) == 0)
			return &conf->settings[i];
	return NULL;
}

/*
 * doveconf shows these lists with their defaults as soon as one word is set,
 * and these settings of 2.3's blocks though they are not.
 */
static bool
is_merged_default(const struct dovecot_setting *setting)
{
	const char *last = strrchr(setting->name, '/');

	if (last != NULL && *setting->value == '\0' &&
	    (strcmp(last, "/name") == 0 || strcmp(last, "/location") == 0 ||
	    strcmp(last, "/prefix") == 0))
		return true;
	return strncmp(setting->name, "import_environment/", 19) == 0 ||
	    strncmp(setting->name, "imap_id_send/", 13) == 0 ||
	    strncmp(setting->name, "oauth2_fields/", 14) == 0;
}

/* An empty block says nothing, and doveconf does not print it. */
static bool
is_empty_list(const struct dovecot_setting *setting)
{
	return setting->appended && *setting->value == '\0';
}

/* In doveconf's output "<x" may also be a value that was quoted. */
static bool
same_value(const struct dovecot_setting *ours, const struct dovecot_setting *theirs)
{
	if (ours->from_file == theirs->from_file)
		return strcmp(ours->value, theirs->value) == 0;
	return theirs->from_file && *ours->value == '<' &&
	    strcmp(ours->value + 1, theirs->value) == 0;
}

/* Added to a default that cpward does not know: left unexpanded. */
static bool
adds_to_default(const struct dovecot_setting *ours)
{
	const char *variable = strchr(ours->value, '$');

	if (variable == NULL)
		return false;
	variable += strncmp(variable, "$SET:", 5) == 0 ? 5 : 1;
	return strncmp(variable, ours->name, strlen(ours->name)) == 0;
}

static int
compare_settings(struct tally *tally, const char *path, const struct dovecot_conf *ours,
    const struct dovecot_conf *theirs)
{
	const struct dovecot_setting *one, *other;

	for (size_t i = 0; i < ours->setting_count; i++) {
		one = &ours->settings[i];
		other = find(theirs, one);
		tally->settings++;
		if (other == NULL && !is_empty_list(one))
			return differ(tally, path, "not printed", one->name, one->filter,
			    "", one->value);
		if (other != NULL && !adds_to_default(one) && (!same_value(one, other) ||
		    one->appended != other->appended))
			return differ(tally, path, "value", one->name, one->filter,
			    other->value, one->value);
	}
	for (size_t i = 0; i < theirs->setting_count; i++) {
		other = &theirs->settings[i];
		if (find(ours, other) == NULL && !is_merged_default(other) &&
		    strcmp(other->name, "dovecot_config_version") != 0)
			return differ(tally, path, "not found", other->name, other->filter,
			    other->value, "");
	}
	return 0;
}

/* Global settings as IMAP sees them. */
static int
compare_imap(const struct options *options, struct tally *tally, const char *path,
    const struct dovecot_conf *ours, struct arena *arena)
{
	char *argv[] = { (char *)options->doveconf, "-N", "-P", "-f", "protocol=imap",
	    "-c", (char *)path, NULL };
	CLEANUP(buf_done) struct buf output;
	const struct dovecot_setting *one, *other;
	char complaint[1024];
	struct dovecot_conf theirs;
	struct err err = { 0 };

	buf_init(&output, MAX_OUTPUT);
	if (run_doveconf(options, argv, &output, complaint) != 0)
		return 0;
	if (doveconf_parse(arena, "doveconf", output.bytes, output.length, &theirs,
	    &err) < 0)
		return differ(tally, path, "imap output", err.text, "", "", "");
	for (size_t i = 0; i < ours->setting_count; i++) {
		one = &ours->settings[i];
		if (strchr(one->name, '/') != NULL || one->appended ||
		    (*one->filter != '\0' && strcmp(one->filter, "protocol imap") != 0))
			continue;
		one = dovecot_conf_setting_for(ours, "imap", one->name);
		other = dovecot_conf_setting(&theirs, one->name);
		if (other == NULL)
			other = dovecot_conf_setting_for(&theirs, "imap", one->name);
		if (one->appended || (options->version == DOVECOT_2_4 &&
		    *one->filter != '\0'))
			continue;
		if (other == NULL || !same_value(one, other))
			return differ(tally, path, "for imap", one->name, one->filter,
			    other == NULL ? "(none)" : other->value, one->value);
	}
	return 0;
}

/* path: as doveconf sees it. */
static int
compare_case(const struct options *options, struct tally *tally, const char *path,
    struct arena *arena, bool imap_too)
{
	CLEANUP(buf_done) struct buf output;
	CLEANUP(buf_done) struct buf bytes;
	struct files files = { .root = options->root };
	struct conf_source source = {
		.context = &files, .read = files_read, .glob = files_glob,
	};
	struct dovecot_conf ours, theirs;
	struct err err = { 0 };
	char complaint[1024];
	bool refused, refuses, expand;
	char *argv[] = { (char *)options->doveconf, "-N", "-P", "-c", (char *)path,
	    NULL, NULL };

	buf_init(&output, MAX_OUTPUT);
	buf_init(&bytes, CONF_MAX_FILE);
	if (files_read(&files, path, &bytes, &err) < 0)
		return differ(tally, path, err.text, "", "", "", "");
	expand = strncmp(bytes.bytes, "# expand", 8) == 0;
	argv[5] = expand ? "-x" : NULL;
	refused = run_doveconf(options, argv, &output, complaint) != 0;
	refuses = dovecot_conf_parse(arena, path, bytes.bytes, bytes.length, &source,
	    &ours, &err) < 0 || ours.version != options->version;
	if (files.has_matches)
		globfree(&files.matches);
	free(files.paths);
	tally->compared++;
	tally->refused += refused;
	/* Filters that contradict each other: no matter of one line's grammar. */
	if (refused && strstr(complaint, "Conflict in setting") != NULL) {
		tally->conflicts++;
		return 0;
	}
	if (refused != refuses)
		return differ(tally, path, refused ? "refused by doveconf only" :
		    "refused by cpward only", "", "", complaint, err.text);
	if (refused)
		return 0;
	if (doveconf_parse(arena, "doveconf", output.bytes, output.length, &theirs,
	    &err) < 0)
		return differ(tally, path, "output", err.text, "", "", "");
	if (compare_settings(tally, path, &ours, &theirs) != 0)
		return 1;
	return imap_too && !expand ?
	    compare_imap(options, tally, path, &ours, arena) : 0;
}

static int
is_case(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length > 5 && strcmp(entry->d_name + length - 5, ".conf") == 0;
}

/* Every jobs-th case from the first one on. */
static void
compare_some(const struct options *options, struct dirent **cases, int count,
    unsigned first, struct tally *tally)
{
	const char *inside = options->dir + strlen(options->root);
	char path[1024];
	struct arena *arena;

	for (unsigned i = first; i < (unsigned)count; i += options->jobs) {
		arena = arena_new();
		snprintf(path, sizeof(path), "%s/%s", inside, cases[i]->d_name);
		compare_case(options, tally, path, arena, i % 8 == first % 8);
		arena_free(arena);
	}
}

static int
compare_all(const struct options *options)
{
	struct dirent **cases;
	struct tally total = { 0 }, tally;
	int count = scandir(options->dir, &cases, is_case, alphasort);
	int pipes[2];

	if (count <= 0 || pipe(pipes) < 0) {
		fprintf(stderr, "%s: no cases\n", options->dir);
		return 64;
	}
	for (unsigned job = 0; job < options->jobs; job++) {
		fflush(stdout);
		if (fork() != 0)
			continue;
		tally = (struct tally){ 0 };
		compare_some(options, cases, count, job, &tally);
		fflush(stdout);
		_exit(write(pipes[1], &tally, sizeof(tally)) == sizeof(tally) ? 0 : 1);
	}
	close(pipes[1]);
	while (read(pipes[0], &tally, sizeof(tally)) == sizeof(tally)) {
		total.compared += tally.compared;
		total.refused += tally.refused;
		total.conflicts += tally.conflicts;
		total.settings += tally.settings;
		total.different += tally.different;
	}
	while (wait(NULL) > 0)
		;
	printf("%u configurations (%u refused by doveconf, %u of them for conflicting"
	    " filters), %u settings, %u differences\n", total.compared, total.refused,
	    total.conflicts, total.settings, total.different);
	if (total.compared != (unsigned)count) {
		fprintf(stderr, "%d cases wanted\n", count);
		return 1;
	}
	return total.different != 0;
}

static int
usage(void)
{
	fputs("usage: dovecot-compare --doveconf PATH --version 2.3|2.4 [--root DIR]"
	    " [--jobs N] DIR\n", stderr);
	return 64;
}

/*
 * doveconf looks its host's name up. Where the name is in no /etc/hosts each
 * run would wait for a name server; without a network none is asked. Without
 * root it is only slower.
 */
static void
leave_network(void)
{
	if (unshare(CLONE_NEWUTS | CLONE_NEWNET) == 0 &&
	    sethostname("localhost", strlen("localhost")) != 0)
		perror("sethostname");
}

int
main(int argc, char **argv)
{
	struct options options = { .root = "", .jobs = 1 };
	int next = 1;

	for (; next + 1 < argc && strncmp(argv[next], "--", 2) == 0; next += 2) {
		if (strcmp(argv[next], "--doveconf") == 0)
			options.doveconf = argv[next + 1];
		else if (strcmp(argv[next], "--root") == 0)
			options.root = argv[next + 1];
		else if (strcmp(argv[next], "--jobs") == 0)
			options.jobs = (unsigned)strtoul(argv[next + 1], NULL, 10);
		else if (strcmp(argv[next], "--version") == 0)
			options.version = strcmp(argv[next + 1], "2.3") == 0 ? DOVECOT_2_3 :
			    strcmp(argv[next + 1], "2.4") == 0 ? DOVECOT_2_4 : 0;
		else
			return usage();
	}
	if (next + 1 != argc || options.doveconf == NULL || options.version == 0 ||
	    options.jobs == 0)
		return usage();
	options.dir = argv[next];
	if (strncmp(options.dir, options.root, strlen(options.root)) != 0) {
		fprintf(stderr, "%s is not below %s\n", options.dir, options.root);
		return 64;
	}
	leave_network();
	return compare_all(&options);
}
