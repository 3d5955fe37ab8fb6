#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "host/command.h"
#include "host/dns.h"
#include "host/fetch.h"
#include "host/host.h"
#include "host/log.h"
#include "host/network.h"
#include "host/tree.h"
#include "host/whm_transport.h"

#define COMMAND_TIMEOUT 30	/* seconds */
#define READ_TIMEOUT 30		/* seconds for one file */
#define NAME_MAX_BYTES 64	/* of a user or group name */

struct id_name {
	unsigned id;
	size_t place;			/* in the file: of two names the first counts */
	char name[NAME_MAX_BYTES];
};

struct id_names {
	struct id_name *items;
	size_t count;
	bool loaded;
};

struct live {
	struct host base;
	struct tree tree;
	const char *root;		/* NULL = the running system */
	struct id_names users;
	struct id_names groups;
	struct whm_transport *whm;	/* NULL = skipped */
	const char *whm_skipped;
	const char *network_skipped;	/* NULL = allowed */
	const char *listeners_skipped;
	struct dns_asker_options dns;	/* its servers are in the arena */
	struct dns_asker *dns_asker;	/* NULL = nothing was asked yet */
	int64_t wasted_ms;		/* by look-ups that failed */
	struct arena *arena;		/* for options kept */
};

/* ---- files ---- */

static void
answer_from_status(struct arena *arena, enum tree_status status,
    const char *path, const char *why, struct answer *ret_answer)
{
	const char *name;

	ret_answer->status = status == TREE_ABSENT ? ANSWER_ABSENT :
	    status == TREE_NO_PARENT ? ANSWER_NO_PARENT : ANSWER_FAILED;
	/* The walk names the component it failed at; the last one is the path. */
	name = strrchr(path, '/');
	name = name == NULL ? path : name + 1;
	if (strncmp(why, path, strlen(path)) == 0 && why[strlen(path)] == ':')
		why += strlen(path) + 2;
	else if (strncmp(why, name, strlen(name)) == 0 &&
	    why[strlen(name)] == ':')
		why += strlen(name) + 2;
	ret_answer->why = arena_printf(arena, "%s: %s", path, why);
}

/*
 * A tenant could put a hard link to somebody else's file, a FIFO or a device
 * where we look; only plain files with one name are read below his directory.
 */
static const char *
refuse_file(const struct tree_entry *entry, const void *data)
{
	const size_t *cap = data;

	if (!S_ISREG(entry->st.st_mode))
		return "is not a regular file";
	if (entry->tenant && entry->st.st_nlink != 1)
		return "has more than one name below a directory that is not root's";
	if ((uintmax_t)entry->st.st_size > *cap)
		return "is larger than is read";
	return NULL;
}

static const char *
read_file(int fd, struct buf *buf)
{
	char chunk[65536];
	time_t deadline = time(NULL) + READ_TIMEOUT;
	ssize_t got;

	for (;;) {
		got = read(fd, chunk, sizeof(chunk));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return strerror(errno);
		if (got == 0)
			return NULL;
		if (buf_add(buf, chunk, (size_t)got) != 0)
			return "is larger than is read";
		if (time(NULL) > deadline)
			return "took too long to read";
	}
}

static void
ask_file(struct live *live, struct arena *arena,
    const struct question *question, struct answer *ret_answer)
{
	char why[PATH_MAX];
	struct tree_entry entry;
	enum tree_status status;
	const char *failure;
	struct buf buf;

	status = tree_open_entry(&live->tree, question->path, O_RDONLY,
	    refuse_file, &question->cap, &entry, why, sizeof(why));
	if (status != TREE_OK) {
		answer_from_status(arena, status, question->path, why,
		    ret_answer);
		return;
	}
	buf_init(&buf, question->cap);
	failure = read_file(entry.fd, &buf);
	close(entry.fd);
	if (failure != NULL) {
		answer_from_status(arena, TREE_FAILED, question->path, failure,
		    ret_answer);
	} else {
		ret_answer->status = ANSWER_OK;
		ret_answer->bytes = arena_memdup(arena, buf.bytes, buf.length);
		ret_answer->length = buf.length;
	}
	buf_wipe(&buf);		/* it may have been a shadow file */
}

/* As ask_file, but for the reading. */
static void
live_open_log(struct host *host, struct arena *arena, const char *path,
    struct host_log *ret_log)
{
	static const size_t cap = SIZE_MAX;
	struct live *live = (struct live *)host;
	struct answer answer = { .status = ANSWER_OK };
	char why[PATH_MAX];
	struct tree_entry entry;
	enum tree_status status;

	status = tree_open_entry(&live->tree, path, O_RDONLY, refuse_file,
	    &cap, &entry, why, sizeof(why));
	if (status != TREE_OK) {
		answer_from_status(arena, status, path, why, &answer);
	} else if (log_from_fd(arena, entry.fd, ret_log) != 0) {
		answer_from_status(arena, TREE_FAILED, path, strerror(errno),
		    &answer);
		close(entry.fd);
	}
	if (answer.status != ANSWER_OK) {
		ret_log->status = answer.status;
		ret_log->why = answer.why;
	}
}

/* ---- names of users and groups, from the tree's own files ---- */

static void
names_parse(struct id_names *names, const char *text)
{
	char name[NAME_MAX_BYTES];
	struct id_name *larger;
	const char *line;
	unsigned id;

	for (line = text; line != NULL && *line != '\0';
	    line = strchr(line, '\n'), line += line != NULL) {
		/* passwd(5), group(5): the password may be empty. */
		if (line[0] == '#' ||
		    (sscanf(line, "%63[^:\n]:%*[^:\n]:%u:", name, &id) != 2 &&
		    sscanf(line, "%63[^:\n]::%u:", name, &id) != 2))
			continue;
		if ((names->count & (names->count + 1)) == 0) {
			larger = realloc(names->items,
			    (names->count + 1) * 2 * sizeof(*names->items));
			if (larger == NULL)
				return;
			names->items = larger;
		}
		names->items[names->count].id = id;
		names->items[names->count].place = names->count;
		memcpy(names->items[names->count].name, name, sizeof(name));
		names->count++;
	}
}

static int
compare_ids(const void *a, const void *b)
{
	const struct id_name *left = a, *right = b;

	return left->id < right->id ? -1 : left->id > right->id;
}

static int
compare_places(const void *a, const void *b)
{
	const struct id_name *left = a, *right = b;
	int order = compare_ids(a, b);

	return order != 0 ? order : left->place < right->place ? -1 : 1;
}

static void
names_load(struct live *live, struct id_names *names, const char *path)
{
	struct arena *arena = arena_new();
	struct answer answer = { .status = ANSWER_FAILED };

	ask_file(live, arena, &(struct question){ .kind = ASK_FILE,
	    .path = path, .cap = HOST_CAP_LIST }, &answer);
	if (answer.status == ANSWER_OK)
		names_parse(names, answer.bytes);
	if (names->count > 0)
		qsort(names->items, names->count, sizeof(*names->items),
		    compare_places);
	names->loaded = true;
	arena_free(arena);
}

static const char *
id_to_name(struct live *live, struct id_names *names, const char *path,
    unsigned id, struct arena *arena)
{
	struct id_name key = { .id = id };
	const struct id_name *found;

	/* The owner of a copied tree stands for root. */
	if (live->root != NULL && names == &live->users &&
	    id == live->tree.owner)
		key.id = 0;
	if (!names->loaded)
		names_load(live, names, path);
	found = names->count == 0 ? NULL : bsearch(&key, names->items,
	    names->count, sizeof(*names->items), compare_ids);
	while (found != NULL && found > names->items && found[-1].id == key.id)
		found--;
	return found != NULL ? found->name : arena_printf(arena, "%u", key.id);
}

static void
ask_stat(struct live *live, struct arena *arena,
    const struct question *question, struct answer *ret_answer)
{
	char why[PATH_MAX];
	struct tree_entry entry;
	enum tree_status status;
	const char *kind;

	status = tree_find(&live->tree, question->path, TREE_FOLLOW, &entry,
	    why, sizeof(why));
	if (status != TREE_OK) {
		answer_from_status(arena, status, question->path, why,
		    ret_answer);
		return;
	}
	close(entry.fd);
	kind = S_ISREG(entry.st.st_mode) ? "file" :
	    S_ISDIR(entry.st.st_mode) ? "dir" : "other";
	ret_answer->status = ANSWER_OK;
	ret_answer->bytes = arena_printf(arena, "%s %04o %s %s %jd %jd", kind,
	    (unsigned)entry.st.st_mode & 07777,
	    id_to_name(live, &live->users, "/etc/passwd",
	    (unsigned)entry.st.st_uid, arena),
	    id_to_name(live, &live->groups, "/etc/group",
	    (unsigned)entry.st.st_gid, arena),
	    (intmax_t)entry.st.st_size, (intmax_t)entry.st.st_mtime);
	ret_answer->length = strlen(ret_answer->bytes);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *
list_names(DIR *directory, struct arena *arena, size_t cap,
    struct answer *ret_answer)
{
	const char **names = NULL;
	size_t count = 0, bytes = 0, i;
	struct dirent *entry;
	struct buf buf;

	/* Counted while read: a tenant may own millions of names. */
	while (errno = 0, (entry = readdir(directory)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		bytes += strlen(entry->d_name) + 1;
		if (bytes > cap)
			return "has more names than are read";
		*arena_push(arena, &names, &count) =
		    arena_strdup(arena, entry->d_name);
	}
	if (errno != 0)
		return strerror(errno);
	if (count > 0)
		qsort(names, count, sizeof(*names), compare_names);
	buf_init(&buf, cap);
	for (i = 0; i < count; i++) {
		(void)buf_adds(&buf, names[i]);
		(void)buf_addc(&buf, '/');
	}
	ret_answer->status = ANSWER_OK;
	ret_answer->bytes = arena_memdup(arena, buf.bytes, buf.length);
	ret_answer->length = buf.length;
	buf_done(&buf);
	return NULL;
}

static void
ask_dir(struct live *live, struct arena *arena,
    const struct question *question, struct answer *ret_answer)
{
	char why[PATH_MAX];
	struct tree_entry entry;
	enum tree_status status;
	const char *failure;
	DIR *directory;

	status = tree_open_entry(&live->tree, question->path,
	    O_RDONLY | O_DIRECTORY, NULL, NULL, &entry, why, sizeof(why));
	if (status != TREE_OK) {
		answer_from_status(arena, status, question->path, why,
		    ret_answer);
		return;
	}
	directory = fdopendir(entry.fd);
	if (directory == NULL) {
		failure = strerror(errno);
		close(entry.fd);
	} else {
		failure = list_names(directory, arena, question->cap,
		    ret_answer);
		closedir(directory);
	}
	if (failure != NULL)
		answer_from_status(arena, TREE_FAILED, question->path, failure,
		    ret_answer);
}

static void
ask_link(struct live *live, struct arena *arena,
    const struct question *question, struct answer *ret_answer)
{
	char why[PATH_MAX], target[PATH_MAX];
	struct tree_entry entry;
	enum tree_status status;
	ssize_t length;

	status = tree_find(&live->tree, question->path, TREE_NOFOLLOW, &entry,
	    why, sizeof(why));
	if (status != TREE_OK) {
		answer_from_status(arena, status, question->path, why,
		    ret_answer);
		return;
	}
	length = readlinkat(entry.fd, "", target, sizeof(target));
	close(entry.fd);
	if (length < 0) {
		answer_from_status(arena, TREE_FAILED, question->path,
		    strerror(errno), ret_answer);
		return;
	}
	ret_answer->status = ANSWER_OK;
	ret_answer->bytes = arena_memdup(arena, target, (size_t)length);
	ret_answer->length = (size_t)length;
}

/* ---- commands, the API, the network, the clock ---- */

static void
ask_command(struct live *live, struct arena *arena,
    const struct question *question, struct answer *ret_answer)
{
	if (live->root != NULL) {
		ret_answer->status = ANSWER_SKIPPED;
		ret_answer->why = "skipped: no command runs with --root";
		return;
	}
	command_run_input(arena, question->argv, question->input,
	    question->cap, COMMAND_TIMEOUT, ret_answer);
}

static void
ask_whm(struct live *live, struct arena *arena,
    const struct question *question, struct answer *ret_answer)
{
	if (live->whm == NULL) {
		ret_answer->status = ANSWER_SKIPPED;
		ret_answer->why = live->whm_skipped;
		return;
	}
	whm_transport_ask(live->whm, arena, question, ret_answer);
}

static void
ask_network(struct live *live, struct arena *arena,
    const struct question *question, struct answer *ret_answer)
{
	const char *skipped = live->network_skipped != NULL ?
	    live->network_skipped : live->listeners_skipped;

	if (skipped != NULL) {
		ret_answer->status = ANSWER_SKIPPED;
		ret_answer->why = skipped;
	} else if (question->kind == ASK_PROBE) {
		network_probe(arena, question->probe, ret_answer);
	} else {
		network_address(arena, question->name, &live->wasted_ms,
		    ret_answer);
	}
}

static void
ask_dns(struct live *live, struct arena *arena,
    const struct question *questions, size_t count, struct answer *ret_answers)
{
	struct err err = { .code = ERR_NONE };
	size_t i;

	if (live->dns_asker == NULL)
		live->dns_asker = dns_asker_new(&live->dns, &err);
	if (live->dns_asker != NULL)
		dns_ask_all(live->dns_asker, arena, questions, count,
		    ret_answers);
	for (i = 0; i < count && live->dns_asker == NULL; i++)
		ret_answers[i].why = arena_strdup(arena, err.text);
}

static void
ask_fetch(struct arena *arena, const struct question *questions,
    size_t count, struct answer *ret_answers)
{
	struct arena *scratch = arena_new();
	const char **urls = arena_array(scratch, count, sizeof(*urls));
	size_t i;

	for (i = 0; i < count; i++)
		urls[i] = questions[i].url;
	fetch_all(arena, urls, count, questions[0].cap, ret_answers);
	arena_free(scratch);
}

static void
live_ask_all(struct host *host, struct arena *arena,
    const struct question *questions, size_t count, struct answer *ret_answers)
{
	struct live *live = (struct live *)host;
	size_t i;

	if (count == 0)
		return;
	for (i = 0; i < count && live->network_skipped != NULL; i++) {
		ret_answers[i].status = ANSWER_SKIPPED;
		ret_answers[i].why = live->network_skipped;
	}
	if (live->network_skipped != NULL)
		return;
	if (questions[0].kind == ASK_DNS)
		ask_dns(live, arena, questions, count, ret_answers);
	else
		ask_fetch(arena, questions, count, ret_answers);
}

static void
live_ask(struct host *host, struct arena *arena,
    const struct question *question, struct answer *ret_answer)
{
	static void (*const askers[])(struct live *, struct arena *,
	    const struct question *, struct answer *) = {
		[ASK_FILE] = ask_file,
		[ASK_STAT] = ask_stat,
		[ASK_DIR] = ask_dir,
		[ASK_LINK] = ask_link,
		[ASK_COMMAND] = ask_command,
		[ASK_WHM] = ask_whm,
		[ASK_PROBE] = ask_network,
		[ASK_ADDRESS] = ask_network,
	};

	if (question->kind == ASK_DNS || question->kind == ASK_FETCH) {
		live_ask_all(host, arena, question, 1, ret_answer);
		return;
	}
	if (question->kind == ASK_CLOCK) {
		ret_answer->status = ANSWER_OK;
		ret_answer->bytes = arena_printf(arena, "%jd",
		    (intmax_t)time(NULL));
		ret_answer->length = strlen(ret_answer->bytes);
		return;
	}
	askers[question->kind]((struct live *)host, arena, question,
	    ret_answer);
}

static void
live_free(struct host *host)
{
	struct live *live = (struct live *)host;

	if (live->whm != NULL)
		whm_transport_free(live->whm);
	dns_asker_free(live->dns_asker);
	tree_close(&live->tree);
	free(live->users.items);
	free(live->groups.items);
	arena_free(live->arena);
	free(live);
}

static const char *const *
copy_words(struct arena *arena, const char *const *words, size_t count)
{
	const char **copies = arena_array(arena, count, sizeof(*copies));
	size_t i;

	for (i = 0; i < count; i++)
		copies[i] = arena_strdup(arena, words[i]);
	return copies;
}

struct host *
host_live(const struct host_live_options *options, struct err *err)
{
	const char *root = options->root == NULL ? "/" : options->root;
	struct live *live = calloc(1, sizeof(*live));

	if (live == NULL)
		abort();
	if (tree_open(&live->tree, root) != 0) {
		err_at(err, ERR_NOINPUT, root, 0, "can not be opened: %s",
		    strerror(errno));
		free(live);
		return NULL;
	}
	live->arena = arena_new();
	live->root = arena_strdup(live->arena, options->root);
	live->whm_skipped = arena_strdup(live->arena, options->whm_skipped);
	live->network_skipped = arena_strdup(live->arena,
	    options->network_skipped);
	live->listeners_skipped = arena_strdup(live->arena,
	    options->listeners_skipped);
	live->dns.servers = copy_words(live->arena, options->dns_servers,
	    options->dns_server_count);
	live->dns.server_count = options->dns_server_count;
	if (options->whm != NULL)
		live->whm = whm_transport_new(options->whm);
	live->base = (struct host){ .ask = live_ask,
	    .ask_all = live_ask_all, .open_log = live_open_log,
	    .free = live_free,
	    .whm_name = live->whm == NULL ? "whm" :
	    whm_transport_name(live->whm) };
	return &live->base;
}
