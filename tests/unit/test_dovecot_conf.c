/*
 * Dovecot's configuration file. What is expected was read off doveconf 2.3.19
 * and 2.4.1, given the same bytes.
 */
#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "parse/dovecot_conf.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MAIN "/etc/dovecot/dovecot.conf"

/* The files that the cases include, sorted. */
static const struct file {
	const char *path, *text;
} files[] = {
	{ "/etc/dovecot/again.conf", "!include dovecot.conf\n" },
	{ "/etc/dovecot/close.conf", "}\n" },
	{ "/etc/dovecot/conf.d/10.conf", "ssl = yes\n" },
	{ "/etc/dovecot/conf.d/20.conf", "ssl = required\n!include ../plain.conf\n" },
	{ "/etc/dovecot/continued.conf", "login_greeting = one \\\n" },
	{ "/etc/dovecot/next/a.conf", "!include b.conf\n" },
	{ "/etc/dovecot/next/b.conf", "ssl = no\n" },
	{ "/etc/dovecot/open.conf", "protocol imap {\n" },
	{ "/etc/dovecot/plain.conf", "login_greeting = plain\n" },
	{ "/etc/dovecot/self.conf", "!include self.conf\n" },
	{ "/etc/dovecot/version.conf", "dovecot_config_version = 2.4.1\n" },
};

static int
source_read(void *context, const char *path, struct buf *buf, struct err *err)
{
	(void)context;
	if (strcmp(path, "/etc/dovecot/conf.d/../plain.conf") == 0)
		path = "/etc/dovecot/plain.conf";
	if (strcmp(path, "/etc/dovecot/secret.conf") == 0)
		return err_set(err, ERR_ACCESS, "permission denied");
	for (size_t i = 0; i < COUNT(files); i++)
		if (strcmp(files[i].path, path) == 0)
			return buf_adds(buf, files[i].text);
	return err_set(err, ERR_ABSENT, "no such file");
}

static int
source_glob(void *context, const char *pattern, const char *const **ret_paths,
    size_t *ret_count, struct err *err)
{
	const char **paths = context;
	size_t count = 0;

	(void)err;
	if (strcmp(pattern, "/etc/dovecot/conf.d/../plain.conf") == 0 ||
	    strcmp(pattern, "/etc/dovecot/secret.conf") == 0 ||
	    strcmp(pattern, MAIN) == 0)
		paths[count++] = pattern;
	for (size_t i = 0; i < COUNT(files); i++)
		if (fnmatch(pattern, files[i].path, FNM_PATHNAME) == 0)
			paths[count++] = files[i].path;
	*ret_paths = paths;
	*ret_count = count;
	return 0;
}

static int
parse(struct arena *arena, const char *text, size_t length, struct dovecot_conf *conf,
    struct err *err)
{
	const char *paths[COUNT(files) + 1];
	const struct conf_source source = {
		.context = paths, .read = source_read, .glob = source_glob,
	};

	return dovecot_conf_parse(arena, MAIN, text, length, &source, conf, err);
}

static bool
is_section_name(const char *name)
{
	size_t length = strlen(name);

	return length > 5 && strcmp(name + length - 5, "/name") == 0;
}

/*
 * "[filter] name = value", a line for each setting. The names of sections,
 * which only 2.4 has as settings, stand where they are asked for.
 */
static void
render(const struct dovecot_conf *conf, bool section_names, struct buf *out)
{
	const struct dovecot_setting *setting;

	for (size_t i = 0; i < conf->setting_count; i++) {
		setting = &conf->settings[i];
		if (strcmp(setting->name, "dovecot_storage_version") == 0 ||
		    (!section_names && is_section_name(setting->name)))
			continue;
		if (*setting->filter != '\0')
			buf_addf(out, "[%s] ", setting->filter);
		buf_addf(out, "%s %s %s%s\n", setting->name,
		    setting->appended ? "+=" : "=", setting->from_file ? "<" : "",
		    setting->value);
	}
}

struct conf_case {
	const char *name;
	const char *text;
	const char *expect;	/* "refused: …" for an error that holds this */
};

#define HEAD_2_4 "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.0\n"

static void
run_case(const struct conf_case *row, const char *head, bool section_names)
{
	struct arena *arena = arena_new();
	char *text = arena_printf(arena, "%s%s", head, row->text);
	struct dovecot_conf conf;
	struct err err = { 0 };
	struct buf out;

	buf_init(&out, 65536);
	if (parse(arena, text, strlen(text), &conf, &err) < 0)
		buf_addf(&out, "refused: %s", err.text);
	else
		render(&conf, section_names, &out);
	if (strncmp(row->expect, "refused: ", 9) == 0) {
		if (strncmp(out.bytes, "refused: ", 9) != 0 ||
		    strstr(out.bytes, row->expect + 9) == NULL)
			fail_msg("%s: expected <%s>, got <%s>", row->name, row->expect,
			    out.bytes);
		assert_true(err.code == ERR_PARSE || err.code == ERR_ACCESS);
	} else if (strcmp(out.bytes, row->expect) != 0) {
		fail_msg("%s: expected\n%sgot\n%s", row->name, row->expect, out.bytes);
	}
	buf_done(&out);
	arena_free(arena);
}

/* Read by both generations in the same way. */
static const struct conf_case line_cases[] = {
	{ "empty", "", "" },
	{ "blanks round =", "a=b\n c = d\n\te\t=\tf\n", "a = b\nc = d\ne = f\n" },
	{ "no line feed at the end", "a = b", "a = b\n" },
	{ "carriage return", "a = b\r\nprotocol imap {\r\nc = d\r\n}\r\n",
	    "a = b\n[protocol imap] c = d\n" },
	{ "empty value", "a =\nb = \n", "a = \nb = \n" },
	{ "last one wins", "a = 1\nb = 2\na = 3\n", "a = 3\nb = 2\n" },
	{ "comment lines", "# a = b\n  #c\n\na = 1\n", "a = 1\n" },
	{ "comment behind a value", "a = b # c\nd = e#f\n", "a = b\nd = e\n" },
	{ "# in quotes", "a = \"b # c\" # d\ne = 'f # g'\n", "a = b # c\ne = f # g\n" },
	{ "# in quotes inside a value", "a = b 'c # d' e # f\n", "a = b 'c # d' e\n" },
	{ "an open quote hides the comment", "a = it's # here\n", "a = it's # here\n" },
	{ "escapes in quotes", "a = \"b \\\" c \\\\ d\"\ne = 'it\\'s'\n",
	    "a = b \" c \\ d\ne = it's\n" },
	{ "backslash outside quotes", "a = b\\c\n", "a = b\\c\n" },
	{ "quotes keep blanks", "a = \"  b  \"\n", "a =   b  \n" },
	{ "quotes round a part", "a = \"b\" c\ne = \"f\" g \"h\"\n",
	    "a = \"b\" c\ne = f\" g \"h\n" },
	{ "empty quotes", "a = \"\"\nb = ''\n", "a = \nb = \n" },
	{ "one quote", "a = \"\n", "a = \n" },
	{ "continued", "a = b \\\n   c\\\nd\n", "a = b c d\n" },
	{ "continued key", "a \\\n = b\n", "a = b\n" },
	{ "continued with a comment", "a = b \\ # x\n c\n", "a = b c\n" },
	{ "a lone backslash", "a = b \\\n\\\n c\n", "a = b c\n" },
	{ "comment line ends a continuation", "a = b \\\n# x\nc = d\n", "c = d\n" },
	{ "empty line ends a continuation", "a = b \\\n\nc = d\n", "c = d\n" },
	{ "continued at the end", "c = d\na = b \\\n", "c = d\n" },
	{ "backslash inside quotes at the end", "a = \"b\\\\\"\n", "a = b\\\n" },
	{ "file", "ssl_x = </etc/x.pem\nssl_y = < /etc/y.pem\n",
	    "ssl_x = </etc/x.pem\nssl_y = </etc/y.pem\n" },
	{ "quoted <", "a = \"</etc/x\"\n", "a = </etc/x\n" },
	{ "value with =", "a = b=c\n", "a = b=c\n" },
	{ "value with braces", "a = {\nb = }\nc = x {\n", "a = {\nb = }\nc = x {\n" },
	{ "section", "service x {\n  a = b\n}\n", "service/x/a = b\n" },
	{ "same section twice", "service x {\na = 1\nb = 2\n}\nservice x {\na = 3\n}\n",
	    "service/x/a = 3\nservice/x/b = 2\n" },
	{ "nested sections", "service x {\ninet_listener y {\nport = 143\n}\n}\n",
	    "service/x/inet_listener/y/port = 143\n" },
	{ "section name in quotes", "mailbox \"Sent Messages\" {\nauto = no\n}\n",
	    "mailbox/Sent\\_Messages/auto = no\n" },
	{ "section name with a path", "service x {\nunix_listener /var/run/y {\n"
	    "mode = 0600\n}\n}\n", "service/x/unix_listener/\\svar\\srun\\sy/mode = 0600\n" },
	{ "comment behind a brace", "service x { # y\na = b\n} # z\n", "service/x/a = b\n" },
	{ "protocol", "a = 1\nprotocol imap {\na = 2\n}\n", "a = 1\n[protocol imap] a = 2\n" },
	{ "negated protocol", "protocol !lmtp {\na = 2\n}\n", "[protocol !lmtp] a = 2\n" },
	{ "same filter twice", "protocol imap {\na = 1\n}\nprotocol imap {\na = 2\n}\n",
	    "[protocol imap] a = 2\n" },
	{ "local_name", "local_name \"mail.example.com\" {\na = 1\n}\n",
	    "[local_name mail.example.com] a = 1\n" },
	{ "wildcard local_name", "local_name *.example.com {\na = 1\n}\n",
	    "[local_name *.example.com] a = 1\n" },
	{ "local and remote networks", "local 10.0.0.1/32 {\na = 1\n}\n"
	    "remote 10.0.0.0/8 {\na = 2\n}\nlocal [::1] {\na = 3\n}\n"
	    "local 2001:DB8::/32 {\na = 4\n}\n", "[local 10.0.0.1] a = 1\n"
	    "[remote 10.0.0.0/8] a = 2\n[local ::1] a = 3\n[local 2001:db8::/32] a = 4\n" },
	{ "filters nest", "local 10.0.0.1 {\nlocal_name x {\nremote 10.2.0.0/16 {\n"
	    "protocol imap {\na = 1\n}\n}\n}\n}\n", "[local 10.0.0.1 / local_name x / "
	    "remote 10.2.0.0/16 / protocol imap] a = 1\n" },
	{ "section in a filter", "protocol imap {\nnamespace x {\nprefix = y\n}\n}\n",
	    "[protocol imap] namespace/x/prefix = y\n" },
	{ "no '='", "a b\n", "refused: expecting '{'" },
	{ "no name", "= b\n", "refused: name is missing" },
	{ "garbage behind {", "service x { a\n", "refused: garbage after '{'" },
	{ "section on one line", "service x { a = b }\n", "refused: garbage" },
	{ "two section names", "service x y {\n}\n", "refused: expecting" },
	{ "brace glued to the name", "service x{\n}\n", "refused: expecting" },
	{ "open section name", "service \"x {\n}\n", "refused: expecting" },
	{ "one } too many", "a = b\n}\n", "refused: unexpected '}'" },
	{ "no }", "a = b\nprotocol imap {\n", "refused: no '}'" },
	{ "} with more", "protocol imap {\n} x\n", "refused: expecting" },
	{ "} {", "} {\n", "refused: unknown section" },
	{ "protocol in protocol", "protocol imap {\nprotocol pop3 {\n}\n}\n",
	    "refused: nested protocol" },
	{ "local in protocol", "protocol imap {\nlocal 10.0.0.1 {\n}\n}\n",
	    "refused: not allowed inside protocol" },
	{ "local_name in remote", "remote 10.0.0.1 {\nlocal_name x {\n}\n}\n",
	    "refused: not allowed inside remote" },
	{ "local in local_name", "local_name x {\nlocal 10.0.0.1 {\n}\n}\n",
	    "refused: not allowed inside local_name" },
	{ "local outside its outer network", "local 10.0.0.0/8 {\nlocal 11.0.0.1 {\n}\n}\n",
	    "refused: must be inside" },
	{ "wide network inside a narrow one", "remote 10.0.0.0/8 {\nremote 10.0.0.0/7 {\n"
	    "}\n}\n", "refused: must be inside" },
	{ "network mask", "local 10.0.0.1/33 {\n}\n", "refused: invalid network mask" },
	{ "no network", "local {\n}\n", "refused: neither address" },
	{ "auth setting in local_name", "local_name x {\nauth_verbose = yes\n}\n",
	    "refused: auth settings" },
	{ "passdb in remote", "remote 10.0.0.1 {\npassdb x {\n}\n}\n",
	    "refused: auth settings" },
	{ "auth setting in protocol in local", "local ::1 {\nprotocol imap {\n"
	    "auth_debug = no\n}\n}\n", "refused: auth settings" },
	{ "boolean", "auth_debug = true\n", "refused: invalid boolean" },
	{ "empty boolean", "auth_debug =\n", "refused: invalid boolean" },
	{ "boolean 0", "auth_debug = 0\n", "refused: invalid boolean" },
	{ "time without unit", "auth_cache_ttl = 10\n", "refused: missing units" },
	{ "unknown unit", "auth_cache_ttl = 10 parsecs\n", "refused: invalid time" },
	{ "time too large", "auth_cache_ttl = 9999999 weeks\n", "refused: too large" },
	{ "milliseconds of seconds", "auth_cache_ttl = 1500 ms\n", "refused: milliseconds" },
	{ "size", "auth_cache_size = 10X\n", "refused: invalid size" },
	{ "number", "mail_max_userip_connections = -1\n", "refused: invalid number" },
	{ "number too large", "mail_max_userip_connections = 4294967296\n",
	    "refused: invalid number" },
	{ "port", "service x {\ninet_listener y {\nport = 65536\n}\n}\n",
	    "refused: invalid number" },
};

static const struct conf_case include_cases[] = {
	{ "include", "!include plain.conf\n", "login_greeting = plain\n" },
	{ "absolute", "!include /etc/dovecot/plain.conf\n", "login_greeting = plain\n" },
	{ "glob, in order, and beside the file that includes", "!include conf.d/*.conf\n",
	    "ssl = required\nlogin_greeting = plain\n" },
	{ "nested and relative", "!include next/a.conf\n", "ssl = no\n" },
	{ "missing", "!include missing.conf\n", "refused: no matches" },
	{ "try", "!include_try missing.conf\na = b\n", "a = b\n" },
	{ "try does not hide what can't be read", "!include_try secret.conf\n",
	    "refused: permission denied" },
	{ "itself", "!include self.conf\n", "refused: recursive include" },
	{ "the file that includes", "!include again.conf\n", "refused: recursive" },
	{ "in a section", "protocol imap {\n!include plain.conf\n}\n",
	    "[protocol imap] login_greeting = plain\n" },
	{ "a section begins and ends elsewhere",
	    "!include open.conf\na = b\n!include close.conf\nc = d\n",
	    "[protocol imap] a = b\nc = d\n" },
	{ "a line is continued elsewhere", "!include continued.conf\ntwo\n",
	    "login_greeting = one two\n" },
};

static const struct conf_case cases_2_3[] = {
	{ "booleans", "auth_debug = YES\nauth_verbose = y\nmmap_disable = 1\n"
	    "disable_plaintext_auth = No\n", "auth_debug = yes\nauth_verbose = yes\n"
	    "mmap_disable = yes\ndisable_plaintext_auth = no\n" },
	{ "times", "auth_cache_ttl = 3600s\nauth_failure_delay = 2 secs\n"
	    "imap_idle_notify_interval = 24 min\nauth_cache_negative_ttl = 0\n"
	    "mailbox_idle_check_interval = 14 days\nmail_max_lock_timeout = 2000 ms\n",
	    "auth_cache_ttl = 1 hours\nauth_failure_delay = 2 secs\n"
	    "imap_idle_notify_interval = 24 mins\nauth_cache_negative_ttl = 0\n"
	    "mailbox_idle_check_interval = 2 weeks\nmail_max_lock_timeout = 2 secs\n" },
	{ "sizes", "auth_cache_size = 10M\nmdbox_rotate_size = 2048 kB\n"
	    "imap_max_line_length = 65536\ndefault_vsz_limit = 0\n"
	    "mail_attachment_min_size = 1000B\n",
	    "auth_cache_size = 10 M\nmdbox_rotate_size = 2 M\n"
	    "imap_max_line_length = 64 k\ndefault_vsz_limit = 0\n"
	    "mail_attachment_min_size = 1000 B\n" },
	{ "numbers", "first_valid_uid = 0201\n", "first_valid_uid = 201\n" },
	{ "modes", "service x {\nunix_listener y {\nmode = 384\n}\n}\n",
	    "service/x/unix_listener/y/mode = 0600\n" },
	{ "service's settings keep their prefix", "service x {\nservice_count = 0\n}\n",
	    "service/x/service_count = 0\n" },
	{ "plugin", "plugin {\nquota = x\nsieve_dir = ~/s\n}\nplugin {\nquota = y\n}\n",
	    "plugin/quota = y\nplugin/sieve_dir = ~/s\n" },
	{ "passdbs are separate", "passdb {\ndriver = a\n}\npassdb {\ndriver = b\n}\n"
	    "userdb {\ndriver = c\n}\n",
	    "passdb/0/driver = a\npassdb/1/driver = b\nuserdb/0/driver = c\n" },
	{ "named passdb", "passdb x {\ndriver = a\n}\n",
	    "passdb/0/name = x\npassdb/0/driver = a\n" },
	{ "passdb named twice", "passdb x {\n}\npassdb x {\n}\n", "refused: already exists" },
	{ "unnamed namespaces", "namespace {\nprefix = a\n}\nnamespace {\nprefix = b\n}\n",
	    "namespace/0/prefix = a\nnamespace/1/prefix = b\n" },
	{ "own value", "mail_plugins = quota\nmail_plugins = $mail_plugins acl\n",
	    "mail_plugins = quota acl\n" },
	{ "own value that was never set", "mail_plugins = $mail_plugins acl\n",
	    "mail_plugins =  acl\n" },
	{ "value from outside the filter", "mail_plugins = quota\nprotocol imap {\n"
	    "mail_plugins = $mail_plugins imap_quota\n}\n",
	    "mail_plugins = quota\n[protocol imap] mail_plugins = quota imap_quota\n" },
	{ "another's value", "a = x\nb = $a y\n", "a = x\nb = x y\n" },
	{ "another's default is not ours to know", "b = $base_dir/x y $base_dir\n",
	    "b = $base_dir/x y $base_dir\n" },
	{ "environment", "a = b $ENV:HOME c\n", "a = b  c\n" },
	{ "$ in quotes", "mail_plugins = quota\na = \"$mail_plugins\"\n",
	    "mail_plugins = quota\na = $mail_plugins\n" },
	{ "$ in the middle of a word", "a = x\nb = y$a\n", "a = x\nb = y$a\n" },
	{ "blanks round variables", "a = x\nb =  $a   y\t z\n", "a = x\nb = x y\t z\n" },
	{ "own value in plugin", "plugin {\nquota = a\nquota = $quota b\n}\n",
	    "refused: unknown variable" },
	{ "section in plugin", "plugin {\nx {\n}\n}\n", "refused: not allowed" },
	{ "slash in plugin", "plugin {\na/b = c\n}\n", "refused: unknown setting" },
	{ "filter in a section", "namespace x {\nprotocol imap {\nprefix = y\n}\n}\n",
	    "refused: unknown setting" },
	{ "local_name ignores case", "local_name A.example {\nssl_cert = x\n}\n"
	    "local_name a.EXAMPLE {\nssl_cert = y\n}\n",
	    "[local_name A.example] ssl_cert = y\n" },
	{ "many names", "local_name \"a.example b.example\" {\nssl_cert = <x\n}\n",
	    "[local_name a.example b.example] ssl_cert = <x\n" },
	{ "inner local_name replaces", "local_name a {\nlocal_name b {\nx = y\n}\n}\n",
	    "[local_name b] x = y\n" },
	{ "version of 2.4 too late", "a = b\ndovecot_config_version = 2.4.1\n",
	    "refused: must be the first" },
	{ "ssl_protocols", "ssl_protocols = !SSLv2 !SSLv3\n", "" },
	{ "ssl_protocols of 2.3", "ssl_protocols = !SSLv3 !TLSv1\n",
	    "ssl_min_protocol = TLSv1.1\n" },
	{ "ssl_protocols enabled", "ssl_protocols = TLSv1.2 TLSv1.1\n",
	    "ssl_min_protocol = TLSv1.1\n" },
	{ "ssl_disable", "ssl_disable = yes\n", "ssl = no\n" },
	{ "ssl_cert_file", "ssl_cert_file = /etc/x\n", "ssl_cert = </etc/x\n" },
	{ "imaps", "protocols = imap imaps pop3\n", "protocols = imap pop3\n" },
	{ "old login settings", "login_process_size = 64\n",
	    "service/imap-login/vsz_limit = 64 M\nservice/pop3-login/vsz_limit = 64 M\n" },
	{ "cache size once in megabytes", "auth_cache_size = 512\n",
	    "auth_cache_size = 512 M\n" },
	{ "cache size in bytes", "auth_cache_size = 1024\n", "auth_cache_size = 1 k\n" },
	{ "fsync_disable", "fsync_disable = yes\n", "mail_fsync = never\n" },
	{ "one process per connection", "login_process_per_connection = no\n",
	    "service/imap-login/service_count = 0\nservice/pop3-login/service_count = 0\n" },
	{ "old name and unit", "dbox_rotate_size = 2048k\n", "mdbox_rotate_size = 2 M\n" },
	{ "old number", "max_mail_processes = x\n", "refused: invalid number" },
	{ "sieve outside plugin", "sieve = ~/x\n", "plugin/sieve = ~/x\n" },
	{ "old cache name", "mail_cache_compress_min_size = 32k\n",
	    "mail_cache_purge_min_size = 32 k\n" },
	{ "old login settings of one protocol", "protocol pop3 {\nlogin_user = x\n}\n",
	    "service/pop3-login/user = x\n" },
};

static const struct conf_case cases_2_4[] = {
	{ "values keep their text", "auth_debug = YES\nauth_cache_ttl = 3600s\n",
	    "auth_debug = YES\nauth_cache_ttl = 3600s\n" },
	{ "unlimited", "mail_max_userip_connections = unlimited\n",
	    "mail_max_userip_connections = unlimited\n" },
	{ "decided by a variable", "mail_max_userip_connections = %{env:X}\n",
	    "mail_max_userip_connections = %{env:X}\n" },
	{ "named filter", "ssl_server {\ncert_file = /x\nssl_server_key_file = /y\n}\n",
	    "ssl_server_cert_file = /x\nssl_server_key_file = /y\n" },
	{ "named filter and long name", "ssl_server_cert_file = /x\nssl_server {\n"
	    "cert_file = /y\n}\n", "ssl_server_cert_file = /y\n" },
	{ "another setting in a named filter", "ssl_server {\nssl_min_protocol = TLSv1.3\n}\n",
	    "ssl_server/ssl_min_protocol = TLSv1.3\n" },
	{ "named filter in a filter", "local_name x {\nssl_server {\ncert_file = /x\n}\n}\n",
	    "[local_name x] ssl_server_cert_file = /x\n" },
	{ "named filter with a name", "ssl_server x {\n}\n", "refused: must not have" },
	{ "named filter as a setting", "ssl_server = x\n", "refused: named filter" },
	{ "certificates may keep their <", "ssl_server_cert_file = </x\n",
	    "ssl_server_cert_file = </x\n" },
	{ "list", "mail_plugins = quota,acl  notify\n", "mail_plugins = quota acl notify\n" },
	{ "list block", "mail_plugins {\nquota = yes\nacl = no\n}\n",
	    "mail_plugins += quota !acl\n" },
	{ "list, then block", "mail_plugins = quota acl\nmail_plugins {\nnotify = yes\n"
	    "acl = no\n}\n", "mail_plugins = quota notify\n" },
	{ "block, then list", "mail_plugins {\nquota = yes\n}\nmail_plugins = acl\n",
	    "mail_plugins = acl\n" },
	{ "word listed twice", "mail_plugins = quota quota acl\n",
	    "mail_plugins = quota acl\n" },
	/* Only the first of both is taken off. */
	{ "word listed twice and taken off", "mail_plugins = quota quota acl\n"
	    "mail_plugins {\nquota = no\nacl = no\n}\n", "mail_plugins = quota\n" },
	{ "list block in a filter", "mail_plugins = quota\nprotocol imap {\nmail_plugins {\n"
	    "imap_quota = yes\n}\n}\n",
	    "mail_plugins = quota\n[protocol imap] mail_plugins += imap_quota\n" },
	{ "quoted words", "mail_plugins = \"a b\" c\nauth_realms {\n\"x y\" = yes\n}\n",
	    "mail_plugins = \"a b\" c\nauth_realms += \"x y\"\n" },
	{ "backslash in a word", "mailbox x {\nspecial_use = \\Trash\n}\n",
	    "mailbox/x/name = x\nmailbox/x/special_use = \"\\\\Trash\"\n" },
	{ "list block's value", "mail_plugins {\nquota = maybe\n}\n", "refused: boolean" },
	{ "open quote in a list", "mail_plugins = \"quota acl\n", "refused: missing ending" },
	{ "2.3's way of adding is text", "mail_plugins = $mail_plugins quota\n",
	    "mail_plugins = $mail_plugins quota\n" },
	{ "a list can't be expanded", "mail_plugins = $SET:mail_plugins quota\n",
	    "refused: can't be expanded" },
	{ "own value", "login_greeting = a\nlogin_greeting = $SET:login_greeting b\n",
	    "login_greeting = a b\n" },
	{ "another's value", "login_greeting = a\nhostname = $SET:login_greeting\n",
	    "login_greeting = a\nhostname = a\n" },
	{ "map", "import_environment {\nTZ = x\n\"A B\" = y\n}\n",
	    "import_environment/TZ = x\nimport_environment/A B = y\n" },
	{ "map in a named list filter", "passdb static {\nfields {\na = b\n}\n}\n",
	    "passdb/static/name = static\npassdb/static/fields/a = b\n" },
	{ "empty named list filter", "passdb pam {\n}\n", "passdb/pam/name = pam\n" },
	{ "inner and outer names", "service imap {\ninet_listener imaps {\n}\n}\n",
	    "service/imap/name = imap\nservice/imap/inet_listener/imaps/name = imaps\n" },
	{ "cleared map", "imap_id_send {\na = b\n}\nimap_id_send =\nimap_id_send {\nc = d\n}\n",
	    "imap_id_send = \nimap_id_send/c = d\n" },
	{ "map as a setting", "imap_id_send = x\n", "refused: string list" },
	{ "prefix of a named list filter", "namespace inbox {\nnamespace_separator = .\n"
	    "separator = /\nmail_path = x\n}\n",
	    "namespace/inbox/name = inbox\nnamespace/inbox/separator = /\n"
	    "namespace/inbox/mail_path = x\n" },
	{ "prefix with its name", "passdb static {\npassdb_static_password = a\n"
	    "static_password = b\npassword = c\n}\n",
	    "passdb/static/name = static\npassdb/static/password = c\n" },
	{ "named list filter without a name", "passdb {\n}\n", "refused: name is missing" },
	{ "named list filter as a setting", "service = imap\n", "refused: named list filter" },
	{ "reserved name", "namespace __x {\n}\n", "refused: must not begin" },
	{ "service in a section", "namespace x {\nservice y {\n}\n}\n", "refused: not allowed" },
	{ "namespace in namespace", "namespace x {\nnamespace y {\n}\n}\n",
	    "refused: not allowed" },
	{ "protocol in a section", "namespace x {\nprotocol imap {\n}\n}\n",
	    "refused: not allowed inside a named filter" },
	{ "plugin", "plugin {\nquota = x\n}\n", "refused: unknown section" },
	{ "local_name is lower case", "local_name A.Example {\nssl_cipher_list = x\n}\n",
	    "[local_name a.example] ssl_cipher_list = x\n" },
	{ "many names", "local_name \"a b\" {\n}\n", "refused: multiple names" },
	{ "same version again", "dovecot_config_version = 2.4.1\n", "" },
	{ "another version", "dovecot_config_version = 2.4.0\n", "refused: can't be changed" },
	{ "heredoc", "login_greeting = <<END\none # two\n  three\nEND\nhostname = x\n",
	    "login_greeting = one # two\n  three\nhostname = x\n" },
	{ "open heredoc", "login_greeting = <<END\none\n", "refused: no line \"END\"" },
	{ "group", "group @tls strict {\nssl = required\n}\n@tls = strict\n",
	    "[group @tls strict] ssl = required\n@tls = strict\n" },
};

static const struct conf_case version_cases[] = {
	{ "2.4", "# x\n\n dovecot_config_version = \"2.4.2\"\ndovecot_storage_version = 2.4.0\n"
	    "ssl = yes\n", "ssl = yes\n" },
	{ "unknown version", "dovecot_config_version = 2.5.0\n", "refused: unknown version" },
	{ "no text", "dovecot_config_version = </x\n", "refused: plain value" },
	{ "version in an include", "!include version.conf\n", "refused: must be the first" },
	{ "no storage version", "dovecot_config_version = 2.4.0\n",
	    "refused: dovecot_storage_version must be set" },
};

static void
run_table(const struct conf_case *cases, size_t count, const char *head,
    bool section_names)
{
	for (size_t i = 0; i < count; i++)
		run_case(&cases[i], head, section_names);
}

static void
test_lines_2_3(void **state)
{
	(void)state;
	run_table(line_cases, COUNT(line_cases), "", false);
}

static void
test_lines_2_4(void **state)
{
	(void)state;
	run_table(line_cases, COUNT(line_cases), HEAD_2_4, false);
}

static void
test_includes(void **state)
{
	(void)state;
	run_table(include_cases, COUNT(include_cases), "", true);
	run_table(include_cases, COUNT(include_cases), HEAD_2_4, true);
}

static void
test_2_3(void **state)
{
	(void)state;
	run_table(cases_2_3, COUNT(cases_2_3), "", true);
}

static void
test_2_4(void **state)
{
	(void)state;
	run_table(cases_2_4, COUNT(cases_2_4), HEAD_2_4, true);
}

static void
test_versions(void **state)
{
	(void)state;
	run_table(version_cases, COUNT(version_cases), "", true);
}

static void
test_places(void **state)
{
	static const char text[] = "\nssl = no\nlogin_greeting = a \\\n b\n"
	    "!include conf.d/10.conf\nservice x {\n  y = z\n}\n";
	struct arena *arena = arena_new();
	struct dovecot_conf conf;
	struct err err = { 0 };
	const struct dovecot_setting *setting;

	(void)state;
	assert_int_equal(parse(arena, text, strlen(text), &conf, &err), 0);
	setting = dovecot_conf_setting(&conf, "ssl");
	assert_string_equal(setting->place.file, "/etc/dovecot/conf.d/10.conf");
	assert_int_equal(setting->place.line, 1);
	setting = dovecot_conf_setting(&conf, "login_greeting");
	assert_string_equal(setting->place.file, MAIN);
	assert_int_equal(setting->place.line, 3);
	assert_int_equal(dovecot_conf_setting(&conf, "service/x/y")->place.line, 7);
	assert_int_equal(conf.file_count, 2);
	assert_string_equal(conf.files[0], MAIN);
	assert_int_equal(conf.version, DOVECOT_2_3);
	arena_free(arena);
}

static void
test_error_place(void **state)
{
	static const char text[] = "ssl = no\n\nservice x {\n  y = z\n";
	struct arena *arena = arena_new();
	struct dovecot_conf conf;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(parse(arena, text, strlen(text), &conf, &err), -1);
	assert_string_equal(err.source, MAIN);
	assert_int_equal(err.line, 3);
	arena_free(arena);
}

/* A value may be a password: no error quotes it. */
static void
test_error_keeps_values(void **state)
{
	static const char text[] = "auth_debug = sesame\n";
	struct arena *arena = arena_new();
	struct dovecot_conf conf;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(parse(arena, text, strlen(text), &conf, &err), -1);
	assert_null(strstr(err.text, "sesame"));
	arena_free(arena);
}

static void
expect_limit(const char *text, size_t length)
{
	struct arena *arena = arena_new();
	struct dovecot_conf conf;
	struct err err = { 0 };

	assert_int_equal(parse(arena, text, length, &conf, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	arena_free(arena);
}

static void
test_limits(void **state)
{
	struct buf text;

	(void)state;
	buf_init(&text, 2 * CONF_MAX_FILE);
	buf_adds(&text, "a = ");
	while (text.length <= CONF_MAX_LINE)
		buf_adds(&text, "0123456789abcdef");
	expect_limit(text.bytes, text.length);

	buf_clear(&text);
	while (text.length <= 2 * CONF_MAX_LINE)
		buf_adds(&text, "0123456789abcdef \\\n");
	expect_limit(text.bytes, text.length);

	buf_clear(&text);
	for (int i = 0; i < 100; i++)
		buf_adds(&text, "service x {\n");
	expect_limit(text.bytes, text.length);

	/* Each line doubles the value. */
	buf_clear(&text);
	buf_adds(&text, "a = 0123456789\n");
	for (int i = 0; i < 40; i++)
		buf_adds(&text, "a = $a $a\n");
	expect_limit(text.bytes, text.length);

	/* A long path in front of many names. */
	buf_clear(&text);
	buf_adds(&text, "service ");
	while (text.length < CONF_MAX_LINE / 2)
		buf_adds(&text, "0123456789abcdef");
	buf_adds(&text, " {\n");
	for (int i = 0; i < 4000; i++)
		buf_addf(&text, "a%d = b\n", i);
	expect_limit(text.bytes, text.length);

	buf_clear(&text);
	while (text.length <= CONF_MAX_FILE)
		buf_adds(&text, "a = b\n");
	expect_limit(text.bytes, text.length);
	buf_done(&text);
}

static void
test_hostile_bytes(void **state)
{
	static const char text[] = "a = b\0c\nd = \xff\xfe\n\0e\nf\0 = g\n";
	struct arena *arena = arena_new();
	struct dovecot_conf conf;
	struct err err = { 0 };

	(void)state;
	/* As doveconf does: a NUL hides the rest of its line. */
	assert_int_equal(parse(arena, text, 18, &conf, &err), 0);
	assert_int_equal(conf.setting_count, 2);
	assert_string_equal(conf.settings[0].value, "b");
	assert_string_equal(conf.settings[1].value, "\xff\xfe");
	assert_int_equal(parse(arena, text, sizeof(text) - 1, &conf, &err), -1);
	assert_int_equal(err.code, ERR_PARSE);
	assert_int_equal(err.line, 4);
	arena_free(arena);
}

/* As many certificates as a large server has. */
static void
test_many_local_names(void **state)
{
	struct arena *arena = arena_new();
	struct dovecot_conf conf;
	struct err err = { 0 };
	struct buf text;

	(void)state;
	buf_init(&text, CONF_MAX_FILE);
	for (int i = 0; i < 20000; i++)
		buf_addf(&text, "local_name \"mail.d%d.example\" {\n  ssl_cert = </c/%d\n"
		    "  ssl_key = </k/%d\n}\n", i, i, i);
	assert_int_equal(parse(arena, text.bytes, text.length, &conf, &err), 0);
	assert_int_equal(conf.setting_count, 40000);
	assert_string_equal(conf.settings[39999].filter, "local_name mail.d19999.example");
	buf_done(&text);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_2_3),
		cmocka_unit_test(test_lines_2_4),
		cmocka_unit_test(test_includes),
		cmocka_unit_test(test_2_3),
		cmocka_unit_test(test_2_4),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_error_place),
		cmocka_unit_test(test_error_keeps_values),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_hostile_bytes),
		cmocka_unit_test(test_many_local_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
