/* cPanel's own files below the root: pair files, the Dovecot datastore, resellers, mailboxes. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "whmsim.h"

enum { MAX_FILE = 8 << 20 };

bool
tree_path(const struct sim *sim, const char *path, char *ret, size_t size)
{
	return (size_t)snprintf(ret, size, "%s%s", sim->root, path) < size;
}

bool
tree_exists(const struct sim *sim, const char *path)
{
	char full[1024];

	return tree_path(sim, path, full, sizeof full) && access(full, F_OK) == 0;
}

/* The whole file as a string the caller frees; NULL when it can't be read. */
char *
tree_read(const struct sim *sim, const char *path)
{
	char full[1024];
	char *bytes;
	size_t length;
	FILE *file;

	if (!tree_path(sim, path, full, sizeof full))
		return NULL;
	file = fopen(full, "re");
	if (file == NULL)
		return NULL;
	bytes = malloc(MAX_FILE + 1);
	if (bytes != NULL) {
		length = fread(bytes, 1, MAX_FILE, file);
		bytes[length] = '\0';
	}
	fclose(file);
	return bytes;
}

static int
write_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t written = write(fd, bytes, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -1;
		bytes += written;
		length -= (size_t)written;
	}
	return 0;
}

/* Whole or not at all; owner and mode stay. */
int
tree_replace(const struct sim *sim, const char *path, const char *bytes, size_t length)
{
	char full[1024], fresh[1100];
	struct stat old;
	bool existed;
	int fd, result = 0;

	if (!tree_path(sim, path, full, sizeof full))
		return -1;
	existed = stat(full, &old) == 0;
	snprintf(fresh, sizeof fresh, "%s.whmsim", full);
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return -1;
	if (existed && (fchown(fd, old.st_uid, old.st_gid) != 0 || fchmod(fd, old.st_mode & 07777) != 0))
		result = -1;
	if (result == 0)
		result = write_all(fd, bytes, length);
	close(fd);
	if (result == 0)
		result = rename(fresh, full);
	if (result != 0)
		unlink(fresh);
	return result;
}

/* Touch files say "on" by being there. */
void
tree_touch(const struct sim *sim, const char *path, bool present)
{
	char full[1024];
	int fd;

	if (!tree_path(sim, path, full, sizeof full))
		return;
	if (!present) {
		unlink(full);
		return;
	}
	fd = open(full, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd >= 0)
		close(fd);
}

/* Where the line of `key` starts its value, or NULL. `*ret_bare` when there is no separator. */
static const char *
line_value(const char *line, size_t length, char separator, const char *key, bool *ret_bare)
{
	size_t key_length = strlen(key);

	if (length < key_length || memcmp(line, key, key_length) != 0)
		return NULL;
	*ret_bare = length == key_length;
	if (*ret_bare)
		return line + length;
	return line[key_length] == separator ? line + key_length + 1 : NULL;
}

static size_t
line_length(const char *line)
{
	return strcspn(line, "\n");
}

static const char *
line_next(const char *line)
{
	line += line_length(line);
	return *line == '\n' ? line + 1 : line;
}

/* cpanel.config, exim.conf.localopts, cpupdate.conf (=) and wwwacct.conf (blank). The last of
 * equal keys counts; a bare key is "undefined", which is not the same as "key=". */
enum pair_state
pair_get(const struct sim *sim, const char *path, char separator, const char *key, char *ret,
    size_t size)
{
	char *bytes = tree_read(sim, path);
	enum pair_state state = PAIR_ABSENT;

	if (bytes == NULL)
		return PAIR_NO_FILE;
	for (const char *line = bytes; *line != '\0'; line = line_next(line)) {
		size_t length = line_length(line);
		bool bare;
		const char *value = line_value(line, length, separator, key, &bare);

		if (value == NULL)
			continue;
		state = bare ? PAIR_BARE : PAIR_VALUE;
		snprintf(ret, size, "%.*s", (int)(line + length - value), value);
	}
	free(bytes);
	return state;
}

/* Replaces the line of `key` where it stands, or appends one; NULL leaves the bare key. */
int
pair_set(const struct sim *sim, const char *path, char separator, const char *key,
    const char *value)
{
	char *bytes = tree_read(sim, path);
	char *text = NULL;
	size_t size = 0;
	bool done = false;
	FILE *out;
	int result;

	out = open_memstream(&text, &size);
	for (const char *line = bytes; line != NULL && *line != '\0'; line = line_next(line)) {
		size_t length = line_length(line);
		bool bare;

		if (line_value(line, length, separator, key, &bare) == NULL) {
			fprintf(out, "%.*s\n", (int)length, line);
			continue;
		}
		if (!done && value != NULL)
			fprintf(out, "%s%c%s\n", key, separator, value);
		else if (!done)
			fprintf(out, "%s\n", key);
		done = true;
	}
	if (!done && value != NULL)
		fprintf(out, "%s%c%s\n", key, separator, value);
	else if (!done)
		fprintf(out, "%s\n", key);
	fclose(out);
	result = tree_replace(sim, path, text, size);
	free(text);
	free(bytes);
	return result;
}

/* A YAML scalar as cPanel writes it: quoted is text, bare digits are a number. */
static json_t *
scalar_parse(const char *text, size_t length)
{
	char plain[4096];
	size_t used = 0;
	char quote;

	while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\r'))
		length--;
	if (length == 0 || (length == 1 && *text == '~'))
		return json_null();
	if (length == 2 && memcmp(text, "{}", 2) == 0)
		return json_object();
	quote = *text;
	if (length >= 2 && (quote == '\'' || quote == '"') && text[length - 1] == quote) {
		for (size_t i = 1; i + 1 < length && used + 1 < sizeof plain; i++) {
			/* '' inside single quotes is one quote */
			if (quote == '\'' && text[i] == '\'' && i + 2 < length)
				i++;
			plain[used++] = text[i];
		}
		return json_stringn(plain, used);
	}
	snprintf(plain, sizeof plain, "%.*s", (int)length, text);
	if (strlen(plain) < 18 && strspn(plain, "0123456789") == strlen(plain))
		return json_integer(strtoll(plain, NULL, 10));
	return json_string(plain);
}

/* The flat datastore of a service, one level of nesting (protocol_imap:). NULL without file. */
json_t *
datastore_read(const struct sim *sim, const char *path)
{
	char *bytes = tree_read(sim, path);
	json_t *store, *nested = NULL;

	if (bytes == NULL)
		return NULL;
	store = json_object();
	for (const char *line = bytes; *line != '\0'; line = line_next(line)) {
		size_t length = line_length(line);
		size_t indent = strspn(line, " ");
		const char *colon = memchr(line, ':', length);
		const char *value;
		char key[128];

		if (colon == NULL || line[indent] == '#' || strncmp(line, "---", 3) == 0)
			continue;
		snprintf(key, sizeof key, "%.*s", (int)(colon - line - (ptrdiff_t)indent),
		    line + indent);
		value = colon + 1 + strspn(colon + 1, " ");
		if (indent == 0 && value >= line + length) {
			nested = json_object();
			json_object_set_new(store, key, nested);
			continue;
		}
		json_object_set_new(indent > 0 && nested != NULL ? nested : store, key,
		    scalar_parse(value, (size_t)(line + length - value)));
		if (indent == 0)
			nested = NULL;
	}
	free(bytes);
	return store;
}

static void
datastore_print(FILE *out, const char *key, const char *value)
{
	fprintf(out, "%s: '", key);
	for (; *value != '\0'; value++) {
		if (*value == '\'')
			putc('\'', out);
		putc(*value, out);
	}
	fputs("'\n", out);
}

int
datastore_set(const struct sim *sim, const char *path, const char *key, const char *value)
{
	char *bytes = tree_read(sim, path);
	char *text = NULL;
	size_t size = 0, key_length = strlen(key);
	bool done = false;
	FILE *out;
	int result;

	out = open_memstream(&text, &size);
	if (bytes == NULL)
		fputs("---\n", out);
	for (const char *line = bytes; line != NULL && *line != '\0'; line = line_next(line)) {
		if (strncmp(line, key, key_length) == 0 && line[key_length] == ':') {
			if (!done)
				datastore_print(out, key, value);
			done = true;
			continue;
		}
		fprintf(out, "%.*s\n", (int)line_length(line), line);
	}
	if (!done)
		datastore_print(out, key, value);
	fclose(out);
	result = tree_replace(sim, path, text, size);
	free(text);
	free(bytes);
	return result;
}

/* /var/cpanel/resellers, "user:acl,acl" a line, as {user: [acl]}; NULL without file. */
json_t *
tree_resellers(const struct sim *sim)
{
	char *bytes = tree_read(sim, "/var/cpanel/resellers");
	json_t *resellers;
	char *line, *save_line = NULL;

	if (bytes == NULL)
		return NULL;
	resellers = json_object();
	for (line = strtok_r(bytes, "\n", &save_line); line != NULL;
	    line = strtok_r(NULL, "\n", &save_line)) {
		char *colon = strchr(line, ':');
		char *save_acl = NULL;
		json_t *acls = json_array();

		if (colon != NULL)
			*colon++ = '\0';
		for (char *acl = colon != NULL ? strtok_r(colon, ", ", &save_acl) : NULL;
		    acl != NULL; acl = strtok_r(NULL, ", ", &save_acl))
			json_array_append_new(acls, json_string(acl));
		json_object_set_new(resellers, line, acls);
	}
	free(bytes);
	return resellers;
}

static void
mailboxes_of_domain(const struct sim *sim, const char *user, const char *domain, json_t *mailboxes)
{
	char path[512];
	char *bytes;

	snprintf(path, sizeof path, "/home/%s/etc/%s/passwd", user, domain);
	bytes = tree_read(sim, path);
	if (bytes == NULL)
		return;
	for (const char *line = bytes; *line != '\0'; line = line_next(line)) {
		size_t length = strcspn(line, ":\n");

		if (length > 0 && line[length] == ':')
			json_array_append_new(mailboxes,
			    json_sprintf("%.*s@%s", (int)length, line, domain));
	}
	free(bytes);
}

static int
name_is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Addresses in /home/USER/etc/DOMAIN/passwd, sorted by domain; NULL without /home/USER/etc. */
json_t *
tree_mailboxes(const struct sim *sim, const char *user)
{
	char path[512], full[1024];
	struct dirent **entries;
	json_t *mailboxes;
	int count;

	if (strchr(user, '/') != NULL)
		return NULL;
	snprintf(path, sizeof path, "/home/%s/etc", user);
	if (!tree_path(sim, path, full, sizeof full))
		return NULL;
	count = scandir(full, &entries, name_is_visible, alphasort);
	if (count < 0)
		return NULL;
	mailboxes = json_array();
	for (int i = 0; i < count; i++) {
		mailboxes_of_domain(sim, user, entries[i]->d_name, mailboxes);
		free(entries[i]);
	}
	free(entries);
	return mailboxes;
}

/* Runs a script of the tree and waits; 0 when it is missing or ends well. Its output must not mix
 * with ours. */
int
tree_run(const struct sim *sim, const char *script)
{
	char full[1024];
	char *argv[] = { full, NULL };
	char *envp[] = { "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	posix_spawn_file_actions_t actions;
	int status = -1;
	pid_t pid;

	if (!tree_path(sim, script, full, sizeof full) || access(full, X_OK) != 0)
		return 0;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	if (posix_spawn(&pid, full, &actions, NULL, argv, envp) == 0) {
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	posix_spawn_file_actions_destroy(&actions);
	return status == 0 ? 0 : -1;
}
