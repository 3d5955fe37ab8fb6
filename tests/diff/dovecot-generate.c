/*
 * Writes Dovecot configurations for the differential test:
 *
 *	dovecot-generate SEED COUNT 2.3|2.4 DIR
 *
 * DIR/NNNNN.conf and what it includes, DIR/NNNNN.d/. The same arguments give
 * the same bytes. About one in six is broken on purpose, in one place. A first
 * line "# expand" asks for doveconf -x, which also expands variables.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BOTH 0
#define ANY(...) ((const char *const[]){ __VA_ARGS__ })
#define PICK(state, ...) \
	ANY(__VA_ARGS__)[below((state), COUNT(ANY(__VA_ARGS__)))]

struct state {
	uint64_t random;
	int version;
	FILE *out;
	const char *dir;
	unsigned number, includes, nesting;
	unsigned depth;
	bool expand;
	unsigned passdbs;
};

enum kind { BOOL, TIME, SIZE, UINT, TEXT, WORDS, CERT };

static const struct known {
	const char *name;
	enum kind kind;
	int version;
} known[] = {
	{ "auth_verbose", BOOL, BOTH }, { "auth_debug", BOOL, BOTH },
	{ "auth_debug_passwords", BOOL, BOTH }, { "mail_debug", BOOL, 203 },
	{ "verbose_proctitle", BOOL, BOTH }, { "mmap_disable", BOOL, BOTH },
	{ "dotlock_use_excl", BOOL, BOTH }, { "mail_save_crlf", BOOL, BOTH },
	{ "mailbox_list_index", BOOL, BOTH }, { "lda_mailbox_autocreate", BOOL, BOTH },
	{ "lmtp_proxy", BOOL, BOTH }, { "pop3_no_flag_updates", BOOL, BOTH },
	{ "disable_plaintext_auth", BOOL, 203 }, { "auth_allow_cleartext", BOOL, 204 },
	{ "mail_full_filesystem_access", BOOL, BOTH }, { "verbose_ssl", BOOL, 203 },
	{ "ssl_prefer_server_ciphers", BOOL, 203 }, { "maildir_stat_dirs", BOOL, BOTH },
	{ "auth_cache_ttl", TIME, BOTH }, { "auth_cache_negative_ttl", TIME, BOTH },
	{ "auth_failure_delay", TIME, BOTH }, { "imap_idle_notify_interval", TIME, BOTH },
	{ "mailbox_idle_check_interval", TIME, BOTH },
	{ "mail_max_lock_timeout", TIME, BOTH }, { "mdbox_rotate_interval", TIME, BOTH },
	{ "auth_cache_size", SIZE, BOTH }, { "mail_attachment_min_size", SIZE, 203 },
	{ "imap_max_line_length", SIZE, BOTH }, { "submission_max_mail_size", SIZE, BOTH },
	{ "mdbox_rotate_size", SIZE, BOTH }, { "mail_cache_record_max_size", SIZE, BOTH },
	{ "mail_max_userip_connections", UINT, BOTH },
	{ "mail_prefetch_count", UINT, BOTH },
	{ "lmtp_user_concurrency_limit", UINT, BOTH },
	{ "mail_sort_max_read_count", UINT, BOTH },
	{ "login_greeting", TEXT, BOTH }, { "login_log_format", TEXT, BOTH },
	{ "imap_logout_format", TEXT, BOTH }, { "pop3_logout_format", TEXT, BOTH },
	{ "deliver_log_format", TEXT, BOTH }, { "recipient_delimiter", TEXT, BOTH },
	{ "ssl_cipher_list", TEXT, BOTH }, { "ssl_cipher_suites", TEXT, BOTH },
	{ "ssl_curve_list", TEXT, BOTH }, { "auth_anonymous_username", TEXT, BOTH },
	{ "log_timestamp", TEXT, BOTH }, { "rejection_reason", TEXT, BOTH },
	{ "mail_plugins", WORDS, BOTH }, { "login_trusted_networks", WORDS, BOTH },
	{ "auth_realms", WORDS, BOTH },
	{ "valid_chroot_dirs", WORDS, BOTH },
	{ "ssl_cert", CERT, 203 }, { "ssl_key", CERT, 203 }, { "ssl_ca", CERT, 203 },
	{ "ssl_server_cert_file", CERT, 204 }, { "ssl_server_key_file", CERT, 204 },
	{ "ssl_server_dh_file", CERT, 204 }, { "auth_policy_hash_nonce", TEXT, BOTH },
	{ "imapc_host", TEXT, BOTH },
};

static uint64_t
draw(struct state *state)
{
	state->random ^= state->random >> 12;
	state->random ^= state->random << 25;
	state->random ^= state->random >> 27;
	return state->random * 2685821657736338717u;
}

static unsigned
below(struct state *state, size_t limit)
{
	return (unsigned)((draw(state) >> 33) % limit);
}

static bool
chance(struct state *state, unsigned percent)
{
	return below(state, 100) < percent;
}

static void
indent(struct state *state)
{
	for (unsigned i = 0; i < state->depth; i++)
		fputs(PICK(state, "  ", "  ", "  ", "\t", " ", ""), state->out);
}

/* Sometimes a comment behind what was written. */
static void
end_line(struct state *state)
{
	if (chance(state, 12))
		fputs(PICK(state, " # remark", "\t# it's", " #", "  # a = b {", "# tight",
		    " # \"open"), state->out);
	fputs(PICK(state, "\n", "\n", "\n", "\n", " \n", "\t\n", "\r\n"), state->out);
}

static void
write_words(struct state *state, unsigned count, const char *blank)
{
	for (unsigned i = 0; i < count; i++)
		fprintf(state->out, "%s%s", i == 0 ? "" : blank,
		    PICK(state, "quota", "acl", "notify", "mail_log", "zlib", "%u",
			"x=1", "10.0.0.0/8", "a.b", "-", "in=%i", "user=<%u>", "*"));
}

/* Values that are hard to read: quotes, escapes, comment signs. */
static void
write_odd_text(struct state *state)
{
	fputs(PICK(state, "\"two words\"", "'single'", "\"with # sign\"",
	    "\"esc \\\" aped\"", "\"back \\\\ slash\"", "\"  blanks  \"", "\"\"", "''",
	    "plain 'inner # quote' rest", "\"a\" b", "\"a\" b \"c\"", "it's", "a\\b",
	    "\"trail\\\\\"", "a=b=c", "{", "}", "x { y", "\"'\"", "'\"'", "a,b",
	    "\xc3\xa9t\xc3\xa9", "\xff\xfe", "%u %{session}", "<", "\"<x\"", "a <b",
	    "tab\there", "'it\\'s'", "a  b   c", "\"$mail_plugins\"", "\\", "yes",
	    "!x", "\"a\tb\"", "'#'"), state->out);
}

static void
write_text(struct state *state)
{
	/* -x would read the files of "<". */
	if (chance(state, 50) && !state->expand)
		write_odd_text(state);
	else if (chance(state, 10))
		;
	else
		write_words(state, 1 + below(state, 4), PICK(state, " ", "  ", " \\\n  ",
		    "\\\n", "\t"));
}

static void
write_value(struct state *state, enum kind kind)
{
	switch (kind) {
	case BOOL:
		fputs(PICK(state, "yes", "no", "yes", "no", "Yes", "NO", "y", "1", "\"yes\"",
		    "'no'", "Y"), state->out);
		break;
	case TIME:
		fprintf(state->out, "%u%s%s", 1 + below(state, 130), PICK(state, "", " ", "  "),
		    PICK(state, "s", "secs", "seconds", "m", "mins", "min", "h", "hours",
			"d", "days", "w", "weeks", "S", "Hours", "sec"));
		break;
	case SIZE:
		fprintf(state->out, "%u%s%s", 1024 + below(state, 3000),
		    PICK(state, "", " "), PICK(state, "", "k", "M", "K", "kB", "MiB", "G",
			"B", "m", "b"));
		break;
	case UINT:
		fprintf(state->out, "%s%u", PICK(state, "", "", "0"), 1 + below(state, 300));
		break;
	case TEXT:
		write_text(state);
		break;
	case WORDS:
		write_words(state, below(state, 5), PICK(state, " ", " ", "  ", " \\\n "));
		break;
	case CERT:
		fprintf(state->out, "%s/etc/ssl/%u.pem",
		    state->expand ? "" : PICK(state, "<", "< ", "<", ""), below(state, 9));
		break;
	}
}

static bool
is_usable(const struct state *state, const struct known *row, bool connection)
{
	if (connection && strncmp(row->name, "auth_", 5) == 0)
		return false;
	if (connection && strcmp(row->name, "verbose_proctitle") == 0)
		return false;
	/* -x of 2.4 opens every certificate. */
	if (state->expand && row->kind == CERT && state->version == 204)
		return false;
	return row->version == BOTH || row->version == state->version;
}

static const struct known *
pick_known(struct state *state, bool connection)
{
	const struct known *row;

	do
		row = &known[below(state, COUNT(known))];
	while (!is_usable(state, row, connection));
	return row;
}

static void
write_key(struct state *state, const char *key)
{
	indent(state);
	fprintf(state->out, "%s%s", key, PICK(state, " = ", " = ", "=", " =", "= ",
	    "\t=\t", " \\\n = "));
}

static void
write_setting(struct state *state, const struct known *row)
{
	write_key(state, row->name);
	write_value(state, row->kind);
	end_line(state);
}

/* What a setting held so far, added to. */
static void
write_variable(struct state *state)
{
	const char *own = PICK(state, "login_greeting", "ssl_cipher_list",
	    "imap_logout_format", "recipient_delimiter");
	const char *prefix = state->version == 203 ? "$" : "$SET:";

	if (state->version == 203 && chance(state, 60))
		own = "mail_plugins";
	fprintf(state->out, "%s = first\n", own);
	indent(state);
	fprintf(state->out, "%s = %s%s", own, prefix, own);
	fputs(PICK(state, " more", "  more", "", " a b$c", " x \\\n y"), state->out);
	if (state->expand)
		fprintf(state->out, " $ENV:NOT_SET %s%s", prefix, own);
	end_line(state);
}

static void
open_block(struct state *state, const char *key, const char *name)
{
	indent(state);
	fprintf(state->out, "%s%s%s%s{", key, PICK(state, " ", " ", "  ", "\t"), name,
	    *name == '\0' ? "" : " ");
	end_line(state);
	state->depth++;
}

static void
close_block(struct state *state)
{
	state->depth--;
	indent(state);
	fputs("}", state->out);
	end_line(state);
}

static void
write_named(struct state *state, const char *key, enum kind kind)
{
	const struct known row = { key, kind, BOTH };

	write_setting(state, &row);
}

static void
write_service(struct state *state)
{
	const char *protocol = PICK(state, "imap", "pop3");
	char name[32];

	snprintf(name, sizeof(name), "%s-login", protocol);
	open_block(state, "service", chance(state, 15) ? "\"imap-login\"" : name);
	if (chance(state, 60))
		write_named(state, "process_limit", UINT);
	if (chance(state, 40)) {
		write_key(state, "vsz_limit");
		fputs(PICK(state, "64M", "1 G", "131072k", "268435456"), state->out);
		end_line(state);
	}
	if (chance(state, 40))
		write_named(state, state->version == 203 ? "service_count" :
		    "restart_request_count", UINT);
	if (chance(state, 50)) {
		open_block(state, "inet_listener", protocol);
		write_named(state, "port", UINT);
		if (chance(state, 50))
			write_named(state, "ssl", BOOL);
		close_block(state);
	}
	if (chance(state, 30)) {
		open_block(state, "unix_listener", PICK(state, "login/x", "plain",
		    "/var/run/sock", "\"quoted\""));
		indent(state);
		fprintf(state->out, "mode = %s\n", PICK(state, "0600", "0666", "0"));
		close_block(state);
	}
	close_block(state);
}

static void
write_namespace(struct state *state)
{
	const char *name = PICK(state, "inbox", "second", "\"third\"");

	open_block(state, "namespace", name);
	if (strcmp(name, "inbox") == 0)
		write_named(state, "inbox", BOOL);
	if (chance(state, 50)) {
		indent(state);
		fprintf(state->out, "%sseparator = %s\n", state->version == 204 &&
		    chance(state, 30) ? "namespace_" : "", PICK(state, ".", "/"));
	}
	if (chance(state, 40))
		write_named(state, "hidden", BOOL);
	if (chance(state, 60)) {
		open_block(state, "mailbox", PICK(state, "Trash", "\"Sent Messages\"",
		    "Junk", "Trash"));
		indent(state);
		fprintf(state->out, "auto = %s\n", PICK(state, "no", "create", "subscribe"));
		indent(state);
		fprintf(state->out, "special_use = %s\n", PICK(state, "\\Trash",
		    "\"\\\\Sent\"", "\\Junk"));
		if (chance(state, 30))
			write_named(state, "autoexpunge", TIME);
		close_block(state);
	}
	close_block(state);
}

/* Settings of Dovecot 1 and 2.2 that 2.3 still takes. */
static void
write_old(struct state *state)
{
	indent(state);
	fputs(PICK(state, "ssl_protocols = !SSLv3", "ssl_protocols = TLSv1.2 TLSv1.1",
	    "ssl_protocols = !SSLv2 !SSLv3", "ssl_disable = no", "protocols = imap imaps",
	    "protocols = lmtp  pop3 pop3s imap", "login_process_size = 32",
	    "max_mail_processes = 5", "ssl_key_file =",
	    state->expand ? "ssl_ca_file =" : "ssl_cert_file = /x",
	    "ssl_parameters_regenerate = 0", "dbox_rotate_size = 2M",
	    "auth_process_size = 10", "auth_cache_size = 512", "login_dir = x",
	    "login_process_per_connection = no", "login_max_processes_count = 07",
	    "mail_cache_compress_min_size = 64k", "fsync_disable = yes"), state->out);
	end_line(state);
}

static void
write_plugin(struct state *state)
{
	open_block(state, "plugin", "");
	for (unsigned i = 0; i < 1 + below(state, 4); i++) {
		write_key(state, PICK(state, "quota", "quota_rule", "mail_log_events",
		    "sieve_dir", "fts", "a.b"));
		write_text(state);
		end_line(state);
	}
	close_block(state);
}

static void
write_list(struct state *state, bool connection)
{
	open_block(state, PICK(state, "mail_plugins", "mail_plugins", "valid_chroot_dirs",
	    connection ? "mail_plugins" : "auth_realms"), "");
	for (unsigned i = 0; i < 1 + below(state, 4); i++) {
		indent(state);
		fprintf(state->out, "%s = %s\n", PICK(state, "quota", "acl", "\"a b\"",
		    "notify", "zlib", "\"x#y\"", "\"c=d\""), PICK(state, "yes", "no",
		    "yes"));
	}
	close_block(state);
}

static void
write_map(struct state *state)
{
	open_block(state, PICK(state, "imap_id_send", "import_environment",
	    "oauth2_fields"), "");
	for (unsigned i = 0; i < 1 + below(state, 4); i++) {
		write_key(state, PICK(state, "name", "A_B", "\"a b\"", "version", "x"));
		write_text(state);
		end_line(state);
	}
	close_block(state);
}

static void
write_prefix(struct state *state)
{
	if (chance(state, 50)) {
		open_block(state, "ssl_server", "");
		if (!state->expand)
			write_named(state, "cert_file", CERT);
		if (chance(state, 50) && !state->expand)
			write_named(state, "ssl_server_key_file", CERT);
		if (chance(state, 30))
			write_named(state, "ssl_cipher_list", TEXT);
		indent(state);
		fprintf(state->out, "prefer_ciphers = %s\n", PICK(state, "client",
		    "server"));
	} else {
		open_block(state, "auth_policy", "");
		write_named(state, "server_api_header", TEXT);
		write_named(state, "reject_on_fail", BOOL);
		write_named(state, "auth_policy_hash_nonce", TEXT);
	}
	close_block(state);
}

static void
write_passdb(struct state *state)
{
	const char *kind = PICK(state, "passdb", "userdb");
	char name[32];

	snprintf(name, sizeof(name), "n%u", state->passdbs++);
	open_block(state, kind, state->version == 203 && chance(state, 60) ? "" :
	    chance(state, 30) && state->version == 204 ? "static" : name);
	indent(state);
	fputs(state->version == 203 ? "driver = static\n" :
	    chance(state, 20) ? "static_x = y\n" + sizeof("static_x = y\n") - 1 :
	    "driver = static\n", state->out);
	if (state->version == 203) {
		write_key(state, "args");
		write_text(state);
		end_line(state);
	} else {
		open_block(state, chance(state, 20) && strcmp(kind, "passdb") == 0 ?
		    "passdb_fields" : "fields", "");
		write_key(state, PICK(state, "nopassword", "uid", "\"home dir\""));
		write_text(state);
		end_line(state);
		close_block(state);
	}
	if (state->version == 204 && strcmp(kind, "passdb") == 0 && chance(state, 40))
		fprintf(state->out, "%s = %s\n", PICK(state, "deny", "passdb_deny"),
		    PICK(state, "yes", "no"));
	close_block(state);
}

static void write_statements(struct state *state, unsigned count, bool connection);

static void
write_filter(struct state *state, bool connection)
{
	static const char *const keys[] = { "local", "local_name", "remote", "protocol" };
	unsigned level = connection ? 3 : below(state, COUNT(keys));
	const char *name =
	    level == 0 ? PICK(state, "10.0.0.1", "192.168.0.0/16", "::1", "[::1]",
		"2001:DB8::/32", "10.0.0.1/32", "10.0.0.0/9") :
	    level == 1 ? PICK(state, "mail.example.com", "*.example.com",
		"\"quoted.example.com\"", "MAIL.example.com", "other.example.com",
		state->version == 203 ? "\"two.example names.example\"" :
		"two.example") :
	    level == 2 ? PICK(state, "10.1.2.3", "172.16.0.0/12", "fe80::/10") :
	    PICK(state, "imap", "pop3", "lmtp", "imap");

	open_block(state, keys[level], name);
	write_statements(state, 1 + below(state, 3), level < 3 || connection);
	if (level < 3 && chance(state, 30)) {
		open_block(state, "protocol", PICK(state, "imap", "pop3"));
		write_statements(state, 1, true);
		close_block(state);
	} else if (level == 0 && chance(state, 40)) {
		open_block(state, "local_name", "inner.example.com");
		write_statements(state, 1, true);
		close_block(state);
	}
	close_block(state);
}

static FILE *
create(struct state *state, const char *suffix)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%05u%s", state->dir, state->number, suffix);
	file = fopen(path, "w");
	if (file == NULL) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(1);
	}
	return file;
}

/* Where the included files are, seen from the file being written. */
static void
write_folder(struct state *state)
{
	if (state->nesting == 0)
		fprintf(state->out, "%05u.d/", state->number);
}

static void
write_include(struct state *state, bool connection)
{
	FILE *outer = state->out;
	unsigned first = state->includes;
	unsigned depth = state->depth;
	char path[512];

	if (first >= 4)
		return;
	snprintf(path, sizeof(path), "%s/%05u.d", state->dir, state->number);
	mkdir(path, 0755);
	for (unsigned i = 0; i < 1 + below(state, 2); i++) {
		snprintf(path, sizeof(path), ".d/%u%c.conf", first, 'a' + (int)i);
		state->out = create(state, path);
		state->includes++;
		state->depth = 0;
		state->nesting++;
		write_statements(state, 1 + below(state, 3), connection);
		state->nesting--;
		fclose(state->out);
	}
	state->out = outer;
	state->depth = depth;
	indent(state);
	fputs(PICK(state, "!include ", "!include_try ", "!include\t"), state->out);
	write_folder(state);
	fprintf(state->out, chance(state, 30) ? "%u{a,b}.conf\n" : "%u*.conf\n", first);
	if (chance(state, 20)) {
		fputs("!include_try ", state->out);
		write_folder(state);
		fprintf(state->out, "none-%u.conf\n", first);
	}
}

static void
write_blank(struct state *state)
{
	indent(state);
	fputs(PICK(state, "\n", "# a comment\n", "#a = b {\n", "\t \n",
	    "login_greeting = lost \\\n# dropped\n", "login_greeting = kept \\\n\\\n x\n"),
	    state->out);
}

static void
write_statement(struct state *state, bool connection, bool top)
{
	unsigned choice = below(state, 100);

	if (choice < 55 || (!top && choice < 80))
		write_setting(state, pick_known(state, connection));
	else if (choice < 60)
		write_blank(state);
	else if (choice < 64)
		write_variable(state);
	else if (choice < 70)
		write_include(state, connection);
	else if (!top && state->version == 204 && choice < 90)
		write_list(state, connection);
	else if (!top)
		write_setting(state, pick_known(state, connection));
	else if (choice < 72 && state->version == 203)
		write_old(state);
	else if (choice < 76)
		write_service(state);
	else if (choice < 82)
		write_namespace(state);
	else if (choice < 88)
		write_passdb(state);
	else if (state->version == 203)
		write_plugin(state);
	else if (choice < 92)
		write_list(state, connection);
	else
		(choice < 96 ? write_map : write_prefix)(state);
}

static void
write_statements(struct state *state, unsigned count, bool connection)
{
	for (unsigned i = 0; i < count; i++)
		write_statement(state, connection, false);
}

/* %s and %05u: the folder and the number of the configuration. */
static const char *const broken[] = {
	"}\n", "protocol imap {\n", "service x\n", "service x { y\n",
	"service x { y = z }\n", "no equals sign\n", "= value\n", "} {\n",
	"auth_verbose = true\n", "auth_verbose =\n", "auth_cache_ttl = 10\n",
	"auth_cache_ttl = 10 parsecs\n", "auth_cache_size = 10X\n",
	"mail_prefetch_count = many\n", "mail_prefetch_count = -1\n",
	"mail_prefetch_count = 99999999999\n", "auth_cache_ttl = 999999 weeks\n",
	"protocol imap {\nprotocol pop3 {\n}\n}\n",
	"protocol imap {\nlocal 10.0.0.1 {\n}\n}\n",
	"protocol imap {\nlocal_name a {\n}\n}\n", "remote 10.0.0.1 {\nlocal ::1 {\n}\n}\n",
	"protocol imap {\nremote 10.0.0.1 {\n}\n}\n",
	"local_name a {\nlocal 10.0.0.1 {\n}\n}\n",
	"remote 10.0.0.1 {\nlocal_name a {\n}\n}\n",
	"local 10.0.0.1 {\nlocal 10.0.0.2 {\n}\n}\n", "local 10.0.0.1/33 {\n}\n",
	"local_name a.example {\nauth_verbose = yes\n}\n",
	"remote 10.0.0.0/8 {\npassdb x {\ndriver = static\n}\n}\n",
	"local 10.0.0.0/8 {\nprotocol imap {\nauth_debug = yes\n}\n}\n",
	"!include nowhere-*.conf\n", "!include /nonexistent\n",
	"service imap {\nprocess_limit = x\n}\n",
	"service \"imap {\nprocess_limit = 1\n}\n",
	"namespace inbox extra {\n}\n",
};
static const char *const broken_2_3[] = {
	"plugin {\nsub {\n}\n}\n", "passdb twice {\n}\npassdb twice {\n}\n",
	"namespace inbox {\nprotocol imap {\nseparator = .\n}\n}\n",
	"dovecot_config_version = 2.4.1\n", "group @x y {\n}\n",
	"plugin {\nquota = $quota more\n}\n", "plugin {\nany/thing = x\n}\n",
};
static const char *const broken_2_4[] = {
	"passdb {\n}\n", "service {\n}\n", "ssl_server x {\n}\n", "ssl_server = x\n",
	"mail_plugins = $SET:mail_plugins quota\n", "service = imap\n",
	"mail_plugins {\nquota = maybe\n}\n", "namespace x {\nservice y {\n}\n}\n",
	"namespace x {\nnamespace y {\n}\n}\n", "namespace x {\nprotocol imap {\n}\n}\n",
	"mail_plugins = \"quota acl\n", "mail_plugins = a \"b\"c\n", "local_name \"a b\" {\n}\n",
	"imap_id_send = x\n", "dovecot_config_version = 2.4.0.1\n",
	"namespace __x {\n}\n", "plugin {\nquota = x\n}\n",
	"ssl_server {\nprotocol imap {\n}\n}\n", "dovecot_config_version = 9.9.9\n",
	"service imap {\ninet_listener {\n}\n}\n",
	"mailbox a {\nmailbox b {\n}\n}\n",
};

static void
write_broken(struct state *state)
{
	size_t own = state->version == 203 ? COUNT(broken_2_3) : COUNT(broken_2_4);
	size_t choice = below(state, COUNT(broken) + 2 * own);

	if (choice < COUNT(broken))
		fputs(broken[choice], state->out);
	else if (state->version == 203)
		fputs(broken_2_3[(choice - COUNT(broken)) % own], state->out);
	else
		fputs(broken_2_4[(choice - COUNT(broken)) % own], state->out);
}

static void
write_recursion(struct state *state)
{
	fprintf(state->out, "!include %05u.conf\n", state->number);
}

static void
write_head(struct state *state)
{
	unsigned choice = below(state, 100);

	if (state->expand)
		fputs("# expand\n", state->out);
	if (state->version == 203)
		return;
	/* Without a version at its start nothing of 2.4 is valid. */
	if (choice == 0)
		fputs("ssl = yes\n", state->out);
	fprintf(state->out, "dovecot_config_version = %s\n", choice == 1 ? "2.3.0" :
	    PICK(state, "2.4.0", "2.4.1", "\"2.4.1\""));
	if (choice != 2)
		fputs("dovecot_storage_version = 2.4.0\n", state->out);
}

static void
write_configuration(struct state *state)
{
	unsigned count = 3 + below(state, 12);
	unsigned break_at = chance(state, 16) ? below(state, count) : count;

	state->includes = state->depth = state->passdbs = 0;
	state->expand = chance(state, 15);
	state->out = create(state, ".conf");
	write_head(state);
	for (unsigned i = 0; i < count; i++) {
		if (i == break_at)
			(chance(state, 4) ? write_recursion : write_broken)(state);
		if (chance(state, 20))
			write_filter(state, false);
		else
			write_statement(state, false, true);
	}
	if (chance(state, 5))
		fputs("login_greeting = no line feed", state->out);
	fclose(state->out);
}

int
main(int argc, char **argv)
{
	struct state state = { 0 };
	unsigned count;

	if (argc != 5 || (strcmp(argv[3], "2.3") != 0 && strcmp(argv[3], "2.4") != 0)) {
		fputs("usage: dovecot-generate SEED COUNT 2.3|2.4 DIR\n", stderr);
		return 64;
	}
	state.random = strtoull(argv[1], NULL, 10) * 0x9e3779b97f4a7c15u + 1;
	count = (unsigned)strtoul(argv[2], NULL, 10);
	state.version = strcmp(argv[3], "2.3") == 0 ? 203 : 204;
	state.dir = argv[4];
	for (unsigned i = 0; i < 20; i++)
		draw(&state);
	for (state.number = 0; state.number < count; state.number++)
		write_configuration(&state);
	return 0;
}
