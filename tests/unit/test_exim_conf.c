/*
 * Exim's configuration file. Values expected are what Exim 4.96 prints with
 * -bP for the same bytes, refusals are its own; tests/diff asks the real one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "parse/exim_conf.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

/* The files that includes may name. */
static const struct { const char *path, *text; } files[] = {
	{ "/etc/more", "bi_command = more\n" },
	{ "/etc/sub/deep", ".include rel\n" },
	{ "/etc/sub/rel", "bi_command = rel\n" },
	{ "/etc/loop", ".include /etc/loop\n" },
	{ "/etc/no_newline", "bi_command = end" },
	{ "/etc/ifdef", ".ifdef NEVER\n" },
	{ "/etc/bad", "\n\nnosuch = 1\n" },
	{ "/etc/part", "  part \\\n" },
};

static int
read_file(void *context, const char *path, struct buf *buf, struct err *err)
{
	size_t i;

	(void)context;
	if (strcmp(path, "/etc/secret") == 0)
		return err_set(err, ERR_ACCESS, "permission denied");
	for (i = 0; i < COUNT(files); i++)
		if (strcmp(files[i].path, path) == 0)
			return buf_adds(buf, files[i].text);
	return err_set(err, ERR_ABSENT, "no such file");
}

static const struct conf_source source = { NULL, read_file, NULL };

/* What an Exim of few options and GnuTLS says of itself. */
static const char *const small_build[] = {
	"_OPT_MAIN_BI_COMMAND=y", "_OPT_MAIN_FUTURE_TEXT=y",
	"_OPT_MAIN_OPENSSL_OPTIONS=y", "_OPT_MAIN_LOG_SELECTOR=y",
	"_OPT_ROUTERS_DRIVER=y", "_OPT_ROUTERS_TRANSPORT=y",
	"_OPT_ROUTER_ACCEPT_FUTURE=y", "_OPT_ROUTER_REDIRECT_DATA=y",
	"_OPT_ROUTER_FUTURE_SOME=y", "_DRIVER_ROUTER_ACCEPT=y", "_DRIVER_ROUTER_FUTURE=y",
	"_HAVE_GNUTLS=y", "_LOG_PID=y", "_ACL_COND_HOSTS=y",
	"_SIGN=a:b", NULL,
};

static int
parse(struct arena *arena, const char *text, size_t length,
    const char *const *build, struct exim_conf *conf, struct err *err)
{
	memset(conf, 0, sizeof(*conf));
	memset(err, 0, sizeof(*err));
	return exim_conf_parse(arena, "/etc/exim.conf", text, length, build,
	    &source, conf, err);
}

static void
fail_case(const char *name, const char *what, const struct err *err)
{
	char text[2048];

	err_format(err, text, sizeof(text));
	fail_msg("%s: %s (%s)", name, what, text);
}

/* One option, its value in the file and the value in force. */
struct value_case {
	const char *text;
	const char *name;
	const char *value;
};

static const struct value_case value_cases[] = {
	/* strings */
	{ "bi_command = a b", "bi_command", "a b" },
	{ "bi_command=a", "bi_command", "a" },
	{ "  bi_command\t =\t a \t ", "bi_command", "a" },
	{ "bi_command =", "bi_command", "" },
	{ "bi_command = \"\"", "bi_command", "" },
	{ "bi_command = x # y", "bi_command", "x # y" },
	{ "bi_command = a \"b\"", "bi_command", "a \"b\"" },
	{ "bi_command = \\n\\x41", "bi_command", "\\n\\x41" },
	{ "bi_command = ${if eq{$tls_in_cipher}{}{}{*}}", "bi_command",
	    "${if eq{$tls_in_cipher}{}{}{*}}" },
	{ "bi_command = \"a\\nb\\t\\\\\\\"\"", "bi_command", "a\nb\t\\\"" },
	{ "bi_command = \"\\b\\f\\r\\v\"", "bi_command", "\b\f\r\v" },
	{ "bi_command = \"\\101\\7\\12a\\1234\"", "bi_command",
	    "A\a\naS4" },
	{ "bi_command = \"\\x41\\x4g\\x414\"", "bi_command", "A\x04gA4" },
	{ "bi_command = \"\\q\\8\"", "bi_command", "q8" },
	{ "bi_command = \"a\\0b\"", "bi_command", "a" },
	{ "bi_command = \"a\\xzb\"", "bi_command", "a" },
	/* an escaped quote at the end passes for the closing one */
	{ "bi_command = \"a\\\"", "bi_command", "a\"" },
	{ "bi_command = a\r", "bi_command", "a" },
	{ "bi_command = \303\244", "bi_command", "\303\244" },
	/* lines */
	{ "bi_command = foo\\\n   bar", "bi_command", "foobar" },
	{ "bi_command = foo \\\n   bar", "bi_command", "foo bar" },
	{ "bi_command = foo \\  \t\nbar", "bi_command", "foo bar" },
	{ "bi_command = a\\\n  # comment \\\nb", "bi_command", "ab" },
	{ "bi_command = a\\\n\nb = 1\n", "bi_command", NULL },
	{ "bi_command = a \\\n\ndrop_cr", "bi_command", "a" },
	{ "bi_command = a\\\n.ifdef NEVER\nx\n.endif\nb", "bi_command", "ab" },
	{ "bi_command = \"a\\\n  b\"", "bi_command", "ab" },
	{ "bi_command = a\\", "bi_command", "a" },
	/* Exim's buffer still holds the line passed over */
	{ "bi_command = a\\\n # b\n", "bi_command", "a # b\n" },
	{ "X = y\nbi_command = a\\\n#X", "bi_command", "a#y" },
	{ "bi_command = a\\\n.include /etc/part\nb", "bi_command", "apart b" },
	{ "\\\n\\\nbi_command = a", "bi_command", "a" },
	{ "bi_\\\ncommand = a", "bi_command", "a" },
	/* booleans */
	{ "drop_cr", "drop_cr", "true" },
	{ "no_drop_cr", "drop_cr", "false" },
	{ "not_drop_cr", "drop_cr", "false" },
	{ "drop_cr = YES", "drop_cr", "true" },
	{ "drop_cr = True", "drop_cr", "true" },
	{ "drop_cr=no", "drop_cr", "false" },
	{ "drop_cr = FALSE ", "drop_cr", "false" },
	{ "drop_cr =", "drop_cr", "true" },
	{ "hide no_drop_cr", "drop_cr", "false" },
	/* integers */
	{ "dns_retry = 32", "dns_retry", "32" },
	{ "dns_retry = 0x20", "dns_retry", "32" },
	{ "dns_retry = 040", "dns_retry", "32" },
	{ "dns_retry = -1", "dns_retry", "-1" },
	{ "dns_retry = +7", "dns_retry", "7" },
	{ "dns_retry = 2k", "dns_retry", "2048" },
	{ "dns_retry = 2M ", "dns_retry", "2097152" },
	{ "dns_retry = 1G", "dns_retry", "1073741824" },
	{ "dns_retry = 0T", "dns_retry", "0" },
	{ "dns_retry = 2147483647", "dns_retry", "2147483647" },
	{ "message_body_visible = 51200K", "message_body_visible", "50M" },
	{ "message_body_visible = 1000", "message_body_visible", "1000" },
	{ "message_body_visible = 3072", "message_body_visible", "3K" },
	{ "message_body_visible = 1G", "message_body_visible", "1024M" },
	{ "check_spool_space = 10M", "check_spool_space", "10M" },
	{ "check_spool_space = 100", "check_spool_space", "100K" },
	{ "check_spool_space = 5K", "check_spool_space", "5K" },
	{ "check_spool_space = 2G", "check_spool_space", "2G" },
	{ "check_spool_space = 3T", "check_spool_space", "3T" },
	{ "check_spool_space = 0", "check_spool_space", "0" },
	{ "recipients_max = 0x10", "recipients_max", "16" },
	{ "recipients_max = ${if eq{a}{b}{1}{2}}", "recipients_max",
	    "${if eq{a}{b}{1}{2}}" },
	/* fixed point */
	{ "queue_only_load = 8", "queue_only_load", "8.0" },
	{ "queue_only_load = 2.5", "queue_only_load", "2.5" },
	{ "queue_only_load = 2.05", "queue_only_load", "2.05" },
	{ "queue_only_load = 2.1239", "queue_only_load", "2.123" },
	{ "queue_only_load = 2. ", "queue_only_load", "2.0" },
	/* times */
	{ "auto_thaw = 165s", "auto_thaw", "2m45s" },
	{ "auto_thaw = 1w2d3h4m5s", "auto_thaw", "1w2d3h4m5s" },
	{ "auto_thaw = 0s", "auto_thaw", "0s" },
	{ "auto_thaw = 90m90m", "auto_thaw", "3h" },
	{ "auto_thaw = 14d", "auto_thaw", "2w" },
	{ "smtp_receive_timeout = 165s", "smtp_receive_timeout", "2m45s" },
	{ "smtp_receive_timeout = ${if eq{a}{b}{1s}{2s}}",
	    "smtp_receive_timeout", "${if eq{a}{b}{1s}{2s}}" },
	{ "delay_warning = 4h:8h : 24h", "delay_warning", "4h:8h:1d" },
	{ "delay_warning =", "delay_warning", "" },
	{ "delay_warning = 0s", "delay_warning", "" },
	{ "delay_warning = 0s:1h", "delay_warning", "" },
	{ "retry_interval_max = 3d", "retry_interval_max", "1d" },
	{ "remote_max_parallel = -1", "remote_max_parallel", "1" },
	/* users: as written, lists rejoined */
	{ "never_users = root : mail", "never_users", "root:mail" },
	{ "never_users = <; root", "never_users", "root" },
	/* Exim counts colons to know how many it must read */
	{ "never_users = <; root ; mail", "never_users", "root" },
	{ "never_users = root:", "never_users", "root" },
	{ "never_users =", "never_users", "" },
	{ "system_filter_user = mail", "system_filter_user", "mail" },
	/* two names of one option */
	{ "daemon_smtp_port = 25", "daemon_smtp_ports", "25" },
	{ "return_size_limit = 1024", "bounce_return_size_limit", "1K" },
	/* macros */
	{ "X = y\nbi_command = aXb", "bi_command", "ayb" },
	{ "X = y\nX == z\nbi_command = X", "bi_command", "z" },
	{ "X =\nbi_command = aXb", "bi_command", "ab" },
	{ "X = Y\nY = z\nbi_command = X", "bi_command", "z" },
	/* the order of definition counts: Y was tried before X made one */
	{ "Y = z\nX = Y\nbi_command = X", "bi_command", "z" },
	{ "Y = z\nX = w\nX == Y\nbi_command = X", "bi_command", "z" },
	{ "X = XX\nbi_command = X", "bi_command", "XX" },
	{ "AAA = x\nA = y\nbi_command = AAAA", "bi_command", "xy" },
	{ "X = drop_cr\nX", "drop_cr", "true" },
	{ "X = # c\nX\nbi_command = a", "bi_command", "a" },
	{ "X = a\\\nb\nbi_command = X", "bi_command", "ab" },
	{ "X = a\nbi_command = 1 \\\nX = 2", "bi_command", "1 a = 2" },
	{ "  X = a\nbi_command = X", "bi_command", "a" },
	{ "X = a\nbi_command = xx_X_", "bi_command", "xx_a_" },
	/* conditionals */
	{ ".ifdef NEVER\n.else\nbi_command = a\n.endif", "bi_command", "a" },
	{ ".ifndef NEVER\nbi_command = a\n.endif", "bi_command", "a" },
	{ "X = 1\n.ifdef aXb\nbi_command = a\n.endif", "bi_command", "a" },
	{ "X = 1\n.ifdef X\nbi_command = a\n.elifdef X\nnosuch\n.else\n"
	    "nosuch\n.endif", "bi_command", "a" },
	{ "X = 1\n.ifdef N\nnosuch\n.elifdef X\nbi_command = a\n.endif",
	    "bi_command", "a" },
	{ "X = 1\n.ifdef N\nnosuch\n.elifndef X\nnosuch\n.else\n"
	    "bi_command = a\n.endif", "bi_command", "a" },
	{ ".ifdef N\n.ifdef M\n.endif\nnosuch\n.endif\nbi_command = a",
	    "bi_command", "a" },
	{ ".ifdef _HAVE_TLS\nbi_command = a\n.endif", "bi_command", "a" },
	{ ".ifdef _OPT_MAIN_TLS_ALPN\nbi_command = a\n.endif", "bi_command",
	    "a" },
	{ ".ifndef _OPT_MAIN_ALLOW_INSECURE_TAINTED_DATA\nbi_command = a\n"
	    ".endif", "bi_command", "a" },
	{ ".ifdef a_HAVE_TLS\nbi_command = a\n.endif", "bi_command", "a" },
	/* built-in macros only count when nothing else comes before them */
	{ ".ifndef X_HAVE_TLS\nbi_command = a\n.endif", "bi_command", "a" },
	{ ".endifx\nbi_command = a", "bi_command", "a" },
	/* includes */
	{ ".include /etc/more", "bi_command", "more" },
	{ ".include \"/etc/more\"", "bi_command", "more" },
	{ ".include more", "bi_command", "more" },
	{ ".include\t/etc/more  ", "bi_command", "more" },
	{ ".include sub/deep", "bi_command", "rel" },
	{ ".include_if_exists /etc/more", "bi_command", "more" },
	{ ".include_if_exists /etc/absent\nbi_command = a", "bi_command",
	    "a" },
	{ ".include /etc/no_newline\ndrop_cr", "bi_command", "end" },
	{ "X = more\n.include /etc/X", "bi_command", "more" },
	{ ".ifdef NEVER\n.include /etc/absent\n.endif\nbi_command = a",
	    "bi_command", "a" },
	{ ".include /etc/ifdef\nnosuch\n.endif\nbi_command = a", "bi_command",
	    "a" },
	/* values with a grammar of their own */
	{ "log_selector = +pid -subject+all", "log_selector",
	    "+pid -subject+all" },
	{ "log_selector = =0x10", "log_selector", "=0x10" },
	{ "log_selector = +connection_id +tls_on_connect", "log_selector",
	    "+connection_id +tls_on_connect" },
	{ "openssl_options = +no_sslv2 -no_tlsv1", "openssl_options",
	    "+no_sslv2 -no_tlsv1" },
	{ "openssl_options = ${if eq{a}{b}{x}}", "openssl_options",
	    "${if eq{a}{b}{x}}" },
	{ "syslog_facility = LOG_Mail", "syslog_facility", "LOG_Mail" },
	{ "log_file_path = syslog : /l/%D_%s", "log_file_path",
	    "syslog : /l/%D_%s" },
	{ "smtp_ratelimit_mail = 2,0.5s,1.05,4m", "smtp_ratelimit_mail",
	    "2,0.5s,1.05,4m" },
	{ "local_sender_retain\nlocal_from_check = no", "local_sender_retain",
	    "true" },
};

static void
test_values(void **state)
{
	const struct exim_option *option;
	struct exim_conf conf;
	struct arena *arena;
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(value_cases); i++) {
		const struct value_case *c = &value_cases[i];

		arena = arena_new();
		if (parse(arena, c->text, strlen(c->text), NULL, &conf, &err) !=
		    0) {
			if (c->value != NULL)
				fail_case(c->text, "refused", &err);
			arena_free(arena);
			continue;
		}
		option = exim_conf_option(&conf, c->name);
		if ((option == NULL) != (c->value == NULL))
			fail_case(c->text, "set or not", &err);
		if (option != NULL && strcmp(option->value, c->value) != 0)
			fail_msg("%s: \"%s\", wanted \"%s\"", c->text,
			    option->value, c->value);
		arena_free(arena);
	}
}

/* A configuration that Exim refuses, the line it is at, part of the text. */
struct refusal_case {
	const char *text;
	unsigned line;
	const char *why;
};

static const struct refusal_case refusal_cases[] = {
	{ "bi_command = a\nbi_command = b", 2, "second time" },
	{ "drop_cr\nno_drop_cr", 2, "\"no_drop_cr\" option set for the" },
	{ "\nnosuch = 1", 2, "main option \"nosuch\" unknown" },
	{ "no_nosuch", 1, "main option \"no_nosuch\" unknown" },
	{ "hide nosuch = 1", 1, "main option \"nosuch\" unknown" },
	{ "hide", 1, "main option \"\" unknown" },
	{ "hosts_require_tls = *", 1, "unknown" },
	{ "Bi_command", 1, "malformed macro" },
	{ "bi_command", 1, "data missing" },
	{ "bi_command x", 1, "missing \"=\"" },
	{ "no_bi_command = x", 1, "negation prefix" },
	{ "no_drop_cr = true", 1, "extra characters follow boolean option" },
	{ "drop_cr # x", 1, "comment only at line start" },
	{ "drop_cr = maybe", 1, "\"maybe\" is not a valid value" },
	{ "drop_cr = 1", 1, "not a valid value" },
	{ "drop_cr = yes # x", 1, "comment only at line start" },
	{ "bi_command = \"a", 1, "missing quote" },
	{ "bi_command = \"", 1, "missing quote" },
	{ "bi_command = \"a\" b", 1, "extra characters follow string value" },
	{ "bi_command = a\\\n\nb = 1\n", 3, "unknown" },
	{ "dns_retry =", 1, "integer expected" },
	{ "dns_retry = x", 1, "integer expected" },
	{ "dns_retry = 3 x", 1, "extra characters follow integer value" },
	{ "dns_retry = 2147483648", 1, "too large" },
	{ "dns_retry = 2G", 1, "too large" },
	{ "dns_retry = 99999999999999999999", 1, "too large" },
	{ "dns_retry = 1P", 1, "extra characters" },
	{ "dns_retry = 09", 1, "extra characters" },
	{ "check_log_space = 2048b", 1, "extra characters" },
	{ "check_log_space = 9Z", 1, "too large" },
	{ "auto_thaw = 5", 1, "invalid time" },
	{ "auto_thaw =", 1, "invalid time" },
	{ "auto_thaw = 5x", 1, "invalid time" },
	{ "auto_thaw = 5s ", 0, NULL },
	{ "auto_thaw = 1s 2s", 1, "invalid time" },
	{ "delay_warning = 2h:1h", 1, "out of order" },
	{ "delay_warning = 1h:1h", 1, "out of order" },
	{ "delay_warning = 1h:", 1, "invalid time" },
	{ "delay_warning = 1s:2s:3s:4s:5s:6s:7s:8s:9s:10s:11s", 1, "too many" },
	{ "queue_only_load = x", 1, "fixed-point number expected" },
	{ "queue_only_load = -1", 1, "too large" },
	{ "queue_only_load = 1.5x", 1, "extra characters" },
	{ "queue_only_load = 2147484", 1, "too large" },
	{ "system_filter_user =", 1, "was not found" },
	{ "= 5", 1, "option setting expected" },
	{ "\303\244 = 5", 1, "option setting expected" },
	{ "\xef\xbb\xbf" "drop_cr", 1, "BOM" },
	{ "hostlist h = a\nhostlist h = b", 2, "duplicate name \"h\"" },
	{ "hostlist h a", 1, "missing '='" },
	{ "hostlists h = a", 1, "unrecognized" },
	{ "hostlist h = \"a\" b", 1, "extra characters" },
	{ "log_selector = +nosuch", 1, "unknown log_selector setting: +nosuch" },
	{ "log_selector = + subject", 1, "unknown log_selector setting: +" },
	{ "log_selector = subject", 1, "+ or - expected" },
	{ "log_selector = +PID", 1, "unknown log_selector" },
	{ "log_selector = +pid:+subject", 1, "+ or - expected" },
	{ "log_selector = =1x", 1, "malformed numeric" },
	{ "drop_cr\nopenssl_options = +no_ssl9", 2, "parse error" },
	{ "openssl_options = +NO_SSLV2", 1, "parse error" },
	{ "openssl_options = no_sslv2", 1, "parse error" },
	{ "openssl_options = + no_sslv2", 1, "parse error" },
	{ "syslog_facility = nosuch", 1, "syslog_facility" },
	{ "syslog_processname = 123456789012345678901234567890123", 1,
	    "longer than 32" },
	{ "log_file_path = /tmp/x", 1, "does not contain" },
	{ "log_file_path = /tmp/%s%X", 1, "unexpected \"%\"" },
	{ "spool_directory =", 1, "spool_directory undefined" },
	{ "smtp_ratelimit_rcpt = 2,3", 1, "malformed ratelimit" },
	{ "tls_dh_max_bits = 512", 1, "too small" },
	{ "localhost_number = x", 1, "not a number" },
	{ "localhost_number = 17", 1, "greater than" },
	{ "drop_cr\nlocal_sender_retain", 2, "local_from_check" },
	{ "smtp_accept_max = 0\nsmtp_accept_max_per_host = 5", 1,
	    "smtp_accept_max must be set" },
	{ "X = 1\nX = 2", 2, "already defined" },
	{ "X == 1", 1, "undefined macro" },
	{ "AA = 1\nBAAB = 2", 2, "\"AA\" is a substring" },
	{ "X_HAVE_TLS = 1", 1, "\"_HAVE_TLS\" is a substring" },
	{ "X 1", 1, "malformed macro" },
	{ "X234567890123456789012345678901234567890123456789012345678901234"
	    " = 1", 1, "macro name too long" },
	{ ".ifdef N", 1, ".endif missing" },
	{ "drop_cr\n.endif", 2, ".endif without matching .ifdef" },
	{ ".else", 1, ".else without matching" },
	{ ".ifdef\n.ifdef\n.ifdef\n.ifdef\n.ifdef\n.ifdef\n.ifdef\n.ifdef\n"
	    ".ifdef\n.ifdef\n.ifdef", 11, "nested too deeply" },
	{ "\n.include_if_exists more", 2, "non-absolute path \"more\"" },
	{ "begin nosuch", 1, "\"nosuch\" is not a known" },
	{ "begin acl s", 1, "not a known" },
	{ "begin acl\n\nbegin ACLS", 3, "repeated" },
	{ "begin local_scan", 1, "not supported" },
	{ "begin", 1, "main option \"begin\" unknown" },
	{ "begin routers\ndriver = accept", 2, "router name missing" },
	{ "begin routers\nr: x", 2, "extra characters follow driver name" },
	{ "begin routers\nr:\n\nbegin acl", 2, "no driver defined" },
	{ "begin routers\nr:\n data = x", 3, "\"driver\" must be specified" },
	{ "begin routers\nr:\n driver = nosuch", 3, "cannot find router" },
	{ "begin routers\nr:\n driver = redirect\nr:\n driver = redirect", 4,
	    "two routers called \"r\"" },
	{ "begin routers\nr:\n driver = redirect\n data = x\n data = y", 5,
	    "second time" },
	{ "begin routers\nr:\n driver = redirect\n modemask = 9", 4,
	    "octal integer expected" },
	{ "begin routers\nr:\n driver = accept", 2, "transport is required" },
	{ "begin routers\nr:\n driver = redirect\n transport = t", 2,
	    "must not be defined" },
	{ "begin routers\nr:\n driver = manualroute\n self = x", 2,
	    "not valid for the self" },
	{ "begin routers\nr:\n driver = redirect\nX = 1\n data = x", 5,
	    "router name missing" },
	{ "begin transports\nt:\n driver = smtp\n body_only\n headers_only", 2,
	    "mutually exclusive" },
	{ "begin transports\nt:\n driver = smtp\n headers_rewrite = a b z", 4,
	    "unknown rewrite flag" },
	{ "begin transports\nt:\n driver = smtp\n headers_rewrite = a b E", 4,
	    "non-header rewrite" },
	{ "begin authenticators\na:\n driver = cram_md5", 2,
	    "no public name" },
	{ "begin authenticators\na:\n driver = plaintext", 0, NULL },
	{ "begin acl\naccept", 2, "missing or malformed ACL name" },
	{ "begin acl\na:\n allow", 3, "unknown ACL verb \"allow\"" },
	{ "begin acl\na:\n hosts = x", 3, "unknown ACL verb" },
	{ "begin acl\na:\n accept nosuch = 1", 3, "condition/modifier" },
	{ "begin acl\na:\n accept\n !message = 1", 4, "negation" },
	{ "begin acl\na:\n !accept", 3, "malformed ACL line" },
	{ "begin acl\na:\n deny endpass", 3, "not allowed with \"deny\"" },
	{ "begin acl\na:\n warn set foo = 1", 3, "invalid variable" },
	{ "begin acl\na:\n warn set acl_mx = 1", 3, "invalid variable" },
	{ "begin acl\na:\n warn set acl_m-x = 1", 3, "invalid variable" },
	{ "begin acl\na:\n accept hosts", 3, "\"=\" missing" },
	{ "begin acl\na:\n accept\na:", 4, "two ACLs called \"a\"" },
	{ "begin retry\n*", 2, "missing error type" },
	{ "begin retry\n* nosuch", 2, "unknown or malformed retry error" },
	{ "begin retry\n* rcpt_4x1", 2, "must be followed by" },
	{ "begin retry\n* refused_x", 2, "A or MX" },
	{ "begin retry\n* timeout_x", 2, "\"connect\" expected" },
	{ "begin retry\n* quota_x", 2, "bad time value" },
	{ "begin retry\n* * Z,1h,1m", 2, "unknown retry rule letter" },
	{ "begin retry\n* * F 1h", 2, "comma expected" },
	{ "begin retry\n* * F,1,1m", 2, "bad parameters" },
	{ "begin retry\n* * G,1h,1m,0.5", 2, "bad parameters" },
	{ "begin retry\n* * F,1h,1m F,2h,1m", 2, "semicolon expected" },
	{ "begin rewrite\na", 2, "missing rewrite replacement" },
	{ "begin rewrite\na b z", 2, "flag character 'z'" },
	{ "begin rewrite\na b S", 2, "not a regular expression" },
};

static void
test_refusals(void **state)
{
	struct exim_conf conf;
	struct arena *arena;
	struct err err;
	size_t i;
	int result;

	(void)state;
	for (i = 0; i < COUNT(refusal_cases); i++) {
		const struct refusal_case *c = &refusal_cases[i];

		arena = arena_new();
		result = parse(arena, c->text, strlen(c->text), NULL, &conf,
		    &err);
		if ((result == 0) != (c->why == NULL))
			fail_case(c->text, "accepted or not", &err);
		if (c->why != NULL && (err.code != ERR_PARSE ||
		    err.line != c->line ||
		    strcmp(err.source, "/etc/exim.conf") != 0 ||
		    strstr(err.text, c->why) == NULL))
			fail_case(c->text, "another error", &err);
		arena_free(arena);
	}
}

/* Errors of included files, and limits. */
static void
test_include_errors(void **state)
{
	static const struct {
		const char *text;
		enum err_code code;
		const char *source;
		unsigned line;
	} cases[] = {
		{ "\n.include /etc/absent", ERR_ABSENT, "/etc/exim.conf", 2 },
		{ ".include_if_exists /etc/secret", ERR_ACCESS,
		    "/etc/exim.conf", 1 },
		{ ".include /etc/bad\n", ERR_PARSE, "/etc/bad", 3 },
		{ ".include /etc/loop\n", ERR_LIMIT, "/etc/loop", 1 },
		{ ".include /etc/ifdef\n", ERR_PARSE, "/etc/exim.conf", 1 },
	};
	struct arena *arena = arena_new();
	struct exim_conf conf;
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		assert_int_equal(parse(arena, cases[i].text,
		    strlen(cases[i].text), NULL, &conf, &err), -1);
		if (err.code != cases[i].code || err.line != cases[i].line ||
		    strcmp(err.source, cases[i].source) != 0)
			fail_case(cases[i].text, "another error", &err);
	}
	arena_free(arena);
}

static void
test_places(void **state)
{
	static const char text[] = "# c\n\ndrop_cr\nbi_command = a\\\n  b\n"
	    ".include /etc/sub/rel2\nhide tls_crl = x\n"
	    "hide hostlist h = a\nX = 1\nbegin acl\na:\n"
	    " # c\n accept\n  hosts = X \\\n  b\nbegin retry\n* *\n";
	struct arena *arena = arena_new();
	const struct exim_option *option;
	struct exim_conf conf;
	struct err err;

	(void)state;
	assert_int_equal(parse(arena, text, sizeof(text) - 1, NULL, &conf,
	    &err), -1);
	assert_int_equal(err.code, ERR_ABSENT);
	assert_int_equal(err.line, 6);
	assert_int_equal(parse(arena, text, 33, NULL, &conf, &err), 0);
	option = exim_conf_option(&conf, "bi_command");
	assert_int_equal(option->place.line, 4);
	assert_string_equal(option->place.file, "/etc/exim.conf");
	assert_false(option->boolean);
	option = exim_conf_option(&conf, "drop_cr");
	assert_int_equal(option->place.line, 3);
	assert_true(option->boolean);
	assert_int_equal(conf.file_count, 1);
	assert_null(exim_conf_option(&conf, "tls_crl"));
	arena_free(arena);
}

static void
test_tree(void **state)
{
	static const char text[] =
	    "X = 1\nhide tls_crl = x\nhide hostlist h = <; a\n"
	    "domainlist_cache h = b\n.include /etc/more\nbegin acl\na:\n"
	    " # c\n accept\n  hosts = X \\\n  b\nX == 2\nb:\n"
	    "begin retry\n* *\n* * F,1h,1m\nbegin rewrite\nX@a b\n";
	struct arena *arena = arena_new();
	const struct exim_acl *acl;
	struct exim_conf conf;
	struct err err;

	(void)state;
	if (parse(arena, text, sizeof(text) - 1, NULL, &conf, &err) != 0)
		fail_case("tree", "refused", &err);
	assert_true(exim_conf_option(&conf, "tls_crl")->hidden);
	assert_string_equal(exim_conf_option(&conf, "bi_command")->place.file,
	    "/etc/more");
	assert_int_equal(exim_conf_option(&conf, "bi_command")->place.line, 1);
	assert_int_equal(conf.file_count, 2);
	assert_string_equal(conf.files[1], "/etc/more");
	assert_int_equal(conf.list_count, 2);
	assert_string_equal(conf.lists[0].type, "hostlist");
	assert_string_equal(conf.lists[0].value, "<; a");
	assert_true(conf.lists[0].hidden);
	assert_string_equal(conf.lists[1].type, "domainlist");
	assert_false(conf.lists[1].hidden);
	assert_int_equal(conf.acl_count, 2);
	acl = exim_conf_acl(&conf, "a");
	assert_int_equal(acl->place.line, 7);
	assert_int_equal(acl->statement_count, 2);
	assert_string_equal(acl->statements[1].text, "hosts = 1 b");
	assert_int_equal(acl->statements[1].place.line, 10);
	assert_int_equal(exim_conf_acl(&conf, "b")->statement_count, 0);
	assert_null(exim_conf_acl(&conf, "c"));
	assert_int_equal(conf.retry_count, 2);
	assert_string_equal(conf.retry[1].text, "* * F,1h,1m");
	assert_int_equal(conf.rewrite_count, 1);
	assert_string_equal(conf.rewrite[0].text, "2@a b");
	assert_int_equal(conf.macro_count, 1);
	assert_string_equal(conf.macros[0].value, "2");
	assert_int_equal(conf.macros[0].place.line, 12);
	arena_free(arena);
}

/* Values of drivers: the option's text, and what -bP prints. */
static const struct driver_case {
	const char *text;
	const char *name;
	const char *value;
} driver_cases[] = {
	{ "driver = redirect\n verify = no", "verify_recipient", "false" },
	{ "driver = redirect\n verify = no", "verify_sender", "false" },
	{ "driver = redirect\n no_verify\n verify_sender", "verify_sender",
	    "true" },
	{ "driver = redirect\n condition = a\n condition = b", "condition",
	    "${if and{{bool_lax{a}}{bool_lax{b}}}}" },
	{ "driver = redirect\n headers_remove = a : b\n headers_remove = c",
	    "headers_remove", "a:b:c" },
	{ "driver = redirect\n headers_add = X: y\n headers_add = Z: w",
	    "headers_add", "X: y\nZ: w" },
	{ "driver = redirect\n set = a=1\n set = b=2;c=3", "set",
	    "a=1;b=2;c=3" },
	{ "driver = redirect\n headers_remove = <; a:b", "headers_remove",
	    "a::b" },
	{ "driver = redirect\n more = ${if eq{a}{b}}", "more",
	    "${if eq{a}{b}}" },
	{ "driver = redirect\n no_more", "more", "false" },
	{ "driver = redirect\n unseen = yes", "unseen", "true" },
	{ "driver = redirect\n modemask = 22", "modemask", "022" },
	{ "driver = redirect\n modemask = 0", "modemask", "0" },
	{ "driver = redirect\n allow_fail", "allow_fail", "true" },
	{ "driver = redirect\n user = ${lookup{x}}", "user", "${lookup{x}}" },
	{ "driver = redirect\n owners = root : mail", "owners", "root:mail" },
	{ "driver = \"redirect\"", "driver", "redirect" },
	{ "data_x = y\n driver = redirect", "data_x", NULL },
	/* of a release younger than the table */
	{ "driver = redirect\n younger = x y", "younger", "x y" },
	{ "driver = redirect\n no_younger", "younger", "false" },
	{ "driver = redirect\n younger = x\n younger = y", "younger", NULL },
};

static void
test_drivers(void **state)
{
	const struct exim_option *option;
	const struct exim_driver *driver;
	struct exim_conf conf;
	struct arena *arena;
	struct err err;
	char text[512];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(driver_cases); i++) {
		const struct driver_case *c = &driver_cases[i];

		arena = arena_new();
		snprintf(text, sizeof(text), "begin routers\nQQ = 1\nr:\n %s\n data = x\n",
		    c->text);
		if (parse(arena, text, strlen(text), NULL, &conf, &err) != 0) {
			if (c->value != NULL)
				fail_case(c->text, "refused", &err);
			arena_free(arena);
			continue;
		}
		driver = exim_conf_driver(&conf, EXIM_ROUTERS, "r");
		assert_non_null(driver);
		assert_string_equal(driver->driver, "redirect");
		assert_null(exim_conf_driver(&conf, EXIM_TRANSPORTS, "r"));
		option = exim_driver_option(driver, c->name);
		if (option == NULL || c->value == NULL ||
		    strcmp(option->value, c->value) != 0)
			fail_msg("%s: \"%s\", wanted \"%s\"", c->text,
			    option == NULL ? "(none)" : option->value,
			    c->value);
		arena_free(arena);
	}
}

/* What `exim -bP macros` of the running Exim decides. */
static void
test_builds(void **state)
{
	static const struct { const char *text; bool good; } cases[] = {
		{ "bi_command = x", true },
		{ "tls_crl = x", false },
		{ "future_text = x", true },
		{ "future_text = x\nfuture_text = y", false },
		{ "openssl_options = +no_sslv2", false },
		{ "log_selector = +pid", true },
		{ "log_selector = +subject", false },
		{ "begin acl\na:\n accept hosts = :", true },
		{ "begin acl\na:\n accept senders = :", false },
		{ "begin routers\nr:\n driver = accept\n transport = t", true },
		{ "begin routers\nr:\n driver = accept\n transport = t\n"
		    " future = 1", true },
		{ "begin routers\nr:\n driver = accept\n transport = t\n"
		    " past = 1", false },
		{ "begin routers\nr:\n driver = redirect\n data = x", false },
		{ "begin routers\nr:\n driver = future\n some = x", true },
		{ "begin routers\nr:\n driver = future\n any = x", false },
		{ ".ifdef _HAVE_GNUTLS\n.else\nnosuch\n.endif", true },
		{ ".ifdef _HAVE_OPENSSL\nnosuch\n.endif", true },
		{ "A_SIGN = 1", false },
	};
	struct arena *arena = arena_new();
	struct exim_conf conf;
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		if ((parse(arena, cases[i].text, strlen(cases[i].text),
		    small_build, &conf, &err) == 0) != cases[i].good)
			fail_case(cases[i].text, "accepted or not", &err);
	assert_int_equal(parse(arena, "bi_command = _SIGN", 18, small_build,
	    &conf, &err), 0);
	assert_string_equal(exim_conf_option(&conf, "bi_command")->value,
	    "a:b");
	arena_free(arena);
}

static void
test_nul_ends_a_line(void **state)
{
	static const char text[] = "bi_command = a\0b \\\ndrop_cr\n";
	struct arena *arena = arena_new();
	struct exim_conf conf;
	struct err err;

	(void)state;
	assert_int_equal(parse(arena, text, sizeof(text) - 1, NULL, &conf,
	    &err), 0);
	assert_string_equal(exim_conf_option(&conf, "bi_command")->value, "a");
	assert_non_null(exim_conf_option(&conf, "drop_cr"));
	arena_free(arena);
}

static char *
repeat(const char *head, const char *piece, size_t count)
{
	size_t length = strlen(piece), i, at = strlen(head);
	char *text = malloc(at + length * count + 1);

	assert_non_null(text);
	memcpy(text, head, at);
	for (i = 0; i < count; i++)
		memcpy(text + at + i * length, piece, length);
	text[at + length * count] = '\0';
	return text;
}

/* Each would take forever, or all memory, if nothing bounded it. */
static void
test_limits(void **state)
{
	static const struct {
		const char *name, *head, *piece;
		size_t count;
	} cases[] = {
		{ "long line", "bi_command = ", "aaaaaaaa", 40000 },
		{ "long by continuation", "bi_command = a", "\\\naaaaaaaa",
		    40000 },
		{ "large file", "", "# comment\n", 1700000 },
		{ "long by macro", "A = aaaaaaaaaaaaaaaa\nbi_command = ",
		    "A", 20000 },
		{ "much by macro", "A = drop_cr aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
		    "bi_command = a\\\n", "AAAAAAA\\\n", 1000 },
		{ "many conditions",
		    "begin routers\nr:\n driver = redirect\n",
		    "condition = a\n", 100000 },
	};
	struct arena *arena;
	struct exim_conf conf;
	struct err err;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		arena = arena_new();
		text = repeat(cases[i].head, cases[i].piece, cases[i].count);
		if (parse(arena, text, strlen(text), NULL, &conf, &err) == 0 ||
		    err.code != ERR_LIMIT)
			fail_case(cases[i].name, "no limit", &err);
		free(text);
		arena_free(arena);
	}
}

/* 40,000 macros and 40,000 drivers: refused in time, not read for minutes. */
static void
test_searches_are_bounded(void **state)
{
	size_t form, i, length;
	struct exim_conf conf;
	struct arena *arena;
	struct err err;
	char *text;

	(void)state;
	for (form = 0; form < 2; form++) {
		arena = arena_new();
		text = malloc(40000 * 40);
		assert_non_null(text);
		length = (size_t)sprintf(text, "%s", form == 0 ? "" :
		    "begin routers\n");
		for (i = 0; i < 40000; i++)
			length += (size_t)sprintf(text + length, form == 0 ?
			    "Z%05zu = x\n" : "r%05zu:\n driver = redirect\n",
			    i);
		assert_int_equal(parse(arena, text, length, NULL, &conf, &err),
		    -1);
		assert_int_equal(err.code, ERR_LIMIT);
		free(text);
		arena_free(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_include_errors),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_drivers),
		cmocka_unit_test(test_builds),
		cmocka_unit_test(test_nul_ends_a_line),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_searches_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
