/*
 * Feeds every file of the directories given to a fuzz target, so that a corpus
 * also runs as a plain test, without a fuzzer's compiler:
 *
 *	cc … tests/fuzz/run_corpus.c tests/fuzz/fuzz_NAME.c … -o run_NAME
 *	run_NAME tests/fuzz/corpus/NAME…
 *
 * Prints a line "ok N - PATH" for each, then the plan. A target that crashes
 * takes this with it, after the line that says which file was to come. Status
 * 1 when a directory can't be read or holds no file: an empty run proves
 * nothing.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static uint8_t *
read_whole(const char *path, size_t length)
{
	uint8_t *bytes = malloc(length == 0 ? 1 : length);
	FILE *file = fopen(path, "re");

	if (bytes == NULL || file == NULL ||
	    fread(bytes, 1, length, file) != length) {
		fprintf(stderr, "run_corpus: %s: %s\n", path, strerror(errno));
		exit(1);
	}
	fclose(file);
	return bytes;
}

static void
run_file(const char *path, size_t length, unsigned number)
{
	uint8_t *bytes = read_whole(path, length);

	printf("# %s\n", path);
	fflush(stdout);
	LLVMFuzzerTestOneInput(bytes, length);
	free(bytes);
	printf("ok %u - %s\n", number, path);
}

static unsigned
run_directory(const char *path, unsigned done)
{
	struct dirent **entries;
	char file[PATH_MAX];
	struct stat info;
	unsigned before = done;
	int count, i;

	count = scandir(path, &entries, NULL, alphasort);
	if (count < 0) {
		fprintf(stderr, "run_corpus: %s: %s\n", path, strerror(errno));
		exit(1);
	}
	for (i = 0; i < count; i++) {
		snprintf(file, sizeof(file), "%s/%s", path,
		    entries[i]->d_name);
		if (stat(file, &info) == 0 && S_ISREG(info.st_mode))
			run_file(file, (size_t)info.st_size, ++done);
		free(entries[i]);
	}
	free(entries);
	if (done == before) {
		fprintf(stderr, "run_corpus: %s holds no file\n", path);
		exit(1);
	}
	return done;
}

int
main(int argc, char **argv)
{
	unsigned done = 0;
	int i;

	if (argc < 2) {
		fprintf(stderr, "usage: %s DIRECTORY...\n", argv[0]);
		return 64;
	}
	for (i = 1; i < argc; i++)
		done = run_directory(argv[i], done);
	printf("1..%u\n", done);
	return 0;
}
