/*
 * doveconf's output read back, and settings of both generations looked up by
 * one name. The outputs are doveconf -n's, 2.3.19 and 2.4.1, whole.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "parse/dovecot_conf.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char output_2_3[] =
    "# 2.3.19.1 (9b53102964): /etc/dovecot/dovecot.conf\n"
    "# Pigeonhole version 0.5.19 (4eae2f79)\n"
    "# OS: Linux 6.1.0 x86_64 Debian\n"
    "# Hostname: mail.example.com\n"
    "auth_cache_size = 1 M\n"
    "auth_policy_hash_nonce = # hidden, use -P to show it\n"
    "auth_policy_server_url = http://#hidden_use-P_to_show#@127.0.0.1:579/\n"
    "first_valid_uid = 201\n"
    "imap_logout_format = in=%i, out=%o, bytes=%i/%o\n"
    "login_greeting = \"Dovecot # ready\"\n"
    "mail_plugins = quota quota_clone zlib\n"
    "namespace inbox {\n"
    "  inbox = yes\n"
    "  location = \n"
    "  mailbox \"Sent Messages\" {\n"
    "    special_use = \\Sent\n"
    "  }\n"
    "  mailbox Trash {\n"
    "    auto = subscribe\n"
    "    special_use = \\Trash\n"
    "  }\n"
    "  prefix = INBOX.\n"
    "  separator = .\n"
    "}\n"
    "passdb {\n"
    "  args = /usr/local/cpanel/etc/dovecot/dict\n"
    "  driver = dict\n"
    "}\n"
    "passdb {\n"
    "  driver = pam\n"
    "}\n"
    "plugin {\n"
    "  mail_log_events = delete undelete\n"
    "  quota = maildir\n"
    "}\n"
    "protocols = lmtp imap pop3\n"
    "service auth {\n"
    "  unix_listener auth-userdb {\n"
    "    mode = 0600\n"
    "  }\n"
    "}\n"
    "service imap-login {\n"
    "  inet_listener imap {\n"
    "    port = 0\n"
    "  }\n"
    "  service_count = 0\n"
    "  vsz_limit = 128 M\n"
    "}\n"
    "ssl = required\n"
    "ssl_cert = </etc/dovecot/ssl/dovecot.crt\n"
    "ssl_dh = # hidden, use -P to show it\n"
    "ssl_key = # hidden, use -P to show it\n"
    "userdb {\n"
    "  driver = dict\n"
    "}\n"
    "protocol imap {\n"
    "  imap_idle_notify_interval = 24 mins\n"
    "  mail_max_userip_connections = 20\n"
    "  mail_plugins = quota quota_clone zlib imap_quota\n"
    "}\n"
    "local_name mail.example.com {\n"
    "  ssl_cert = </var/cpanel/ssl/a\n"
    "  ssl_key = # hidden, use -P to show it\n"
    "}\n"
    "local_name a.example b.example {\n"
    "  ssl_cert = </var/cpanel/ssl/c\n"
    "}\n";

static const char output_2_4[] =
    "# 2.4.1-4 (7d8c0e5759): /etc/dovecot/dovecot.conf\n"
    "# Pigeonhole version 2.4.1-4 (0a86619f)\n"
    "# OS: Linux 6.1.0 x86_64 Debian\n"
    "# Hostname: mail.example.com\n"
    "dovecot_config_version = 2.4.1\n"
    "auth_allow_cleartext = NO\n"
    "auth_cache_ttl = 3600s\n"
    "dovecot_storage_version = 2.4.1\n"
    "login_greeting = \"say # twice\"\n"
    "login_log_format = a\" b \"c\n"
    "mail_log_events = delete undelete\n"
    "mail_log_fields {\n"
    "  uid = yes\n"
    "  msgid = yes\n"
    "  size = no\n"
    "}\n"
    "mail_plugins = quota \"a b#c\"\n"
    "protocols {\n"
    "  imap = yes\n"
    "  lmtp = yes\n"
    "}\n"
    "ssl = required\n"
    "ssl_server {\n"
    "  cert_file = /etc/dovecot/ssl/dovecot.crt\n"
    "  key_file = /etc/dovecot/ssl/dovecot.key\n"
    "  prefer_ciphers = server\n"
    "}\n"
    "auth_policy {\n"
    "  server_url = http://#hidden_use-P_to_show#@127.0.0.1:579/\n"
    "}\n"
    "passdb static {\n"
    "  fields {\n"
    "    \"home dir\" = /x\n"
    "  }\n"
    "  password = # hidden, use -P to show it\n"
    "}\n"
    "service imap-login {\n"
    "  restart_request_count = 1\n"
    "  inet_listener imap {\n"
    "    port = 0\n"
    "  }\n"
    "}\n"
    "namespace inbox {\n"
    "  separator = .\n"
    "  mailbox \"Sent Messages\" {\n"
    "    special_use = \"\\\\Sent\"\n"
    "  }\n"
    "}\n"
    "local_name mail.example.com {\n"
    "  ssl_server {\n"
    "    cert_file = </var/cpanel/ssl/a\n"
    "  }\n"
    "  protocol imap {\n"
    "    login_greeting = sni\n"
    "  }\n"
    "}\n"
    "protocol imap {\n"
    "  mail_plugins {\n"
    "    imap_quota = yes\n"
    "    \"a b#c\" = no\n"
    "  }\n"
    "}\n"
    "protocol !lmtp {\n"
    "  hostname = other\n"
    "}\n";

struct expected {
	const char *filter, *name, *value;
	bool from_file, appended;
};

static const struct expected in_2_3[] = {
	{ "", "auth_cache_size", "1 M", false, false },
	{ "", "auth_policy_hash_nonce", "", false, false },
	{ "", "auth_policy_server_url", "http://#hidden_use-P_to_show#@127.0.0.1:579/",
	    false, false },
	{ "", "login_greeting", "Dovecot # ready", false, false },
	{ "", "namespace/inbox/location", "", false, false },
	{ "", "namespace/inbox/mailbox/Sent\\_Messages/special_use", "\\Sent", false,
	    false },
	{ "", "passdb/0/driver", "dict", false, false },
	{ "", "passdb/1/driver", "pam", false, false },
	{ "", "userdb/0/driver", "dict", false, false },
	{ "", "plugin/mail_log_events", "delete undelete", false, false },
	{ "", "service/auth/unix_listener/auth-userdb/mode", "0600", false, false },
	{ "", "service/imap-login/inet_listener/imap/port", "0", false, false },
	{ "", "ssl_cert", "/etc/dovecot/ssl/dovecot.crt", true, false },
	{ "", "ssl_key", "", false, false },
	{ "protocol imap", "mail_plugins", "quota quota_clone zlib imap_quota", false,
	    false },
	{ "local_name mail.example.com", "ssl_cert", "/var/cpanel/ssl/a", true, false },
	{ "local_name a.example b.example", "ssl_cert", "/var/cpanel/ssl/c", true, false },
};

static const struct expected in_2_4[] = {
	{ "", "auth_allow_cleartext", "NO", false, false },
	{ "", "login_greeting", "say # twice", false, false },
	{ "", "login_log_format", "a\" b \"c", false, false },
	{ "", "mail_log_events", "delete undelete", false, false },
	{ "", "mail_log_fields", "uid msgid !size", false, true },
	{ "", "mail_plugins", "quota \"a b#c\"", false, false },
	{ "", "protocols", "imap lmtp", false, true },
	{ "", "ssl_server_cert_file", "/etc/dovecot/ssl/dovecot.crt", false, false },
	{ "", "ssl_server_prefer_ciphers", "server", false, false },
	{ "", "auth_policy_server_url", "http://#hidden_use-P_to_show#@127.0.0.1:579/",
	    false, false },
	{ "", "passdb/static/fields/home dir", "/x", false, false },
	{ "", "passdb/static/password", "", false, false },
	{ "", "service/imap-login/restart_request_count", "1", false, false },
	{ "", "service/imap-login/inet_listener/imap/port", "0", false, false },
	{ "", "namespace/inbox/mailbox/Sent\\_Messages/special_use", "\"\\\\Sent\"", false,
	    false },
	{ "local_name mail.example.com", "ssl_server_cert_file", "/var/cpanel/ssl/a", true,
	    false },
	{ "local_name mail.example.com / protocol imap", "login_greeting", "sni", false,
	    false },
	{ "protocol imap", "mail_plugins", "imap_quota !\"a b#c\"", false, true },
	{ "protocol !lmtp", "hostname", "other", false, false },
};

static void
parse_output(struct arena *arena, const char *text, struct dovecot_conf *conf)
{
	struct err err = { 0 };

	if (doveconf_parse(arena, "doveconf -n", text, strlen(text), conf, &err) < 0)
		fail_msg("line %u: %s", err.line, err.text);
}

static const struct dovecot_setting *
find(const struct dovecot_conf *conf, const char *filter, const char *name)
{
	for (size_t i = 0; i < conf->setting_count; i++)
		if (strcmp(conf->settings[i].filter, filter) == 0 &&
		    strcmp(conf->settings[i].name, name) == 0)
			return &conf->settings[i];
	return NULL;
}

static void
check_output(const char *text, enum dovecot_version version, const struct expected *rows,
    size_t count)
{
	struct arena *arena = arena_new();
	const struct dovecot_setting *setting;
	struct dovecot_conf conf;

	parse_output(arena, text, &conf);
	assert_int_equal(conf.version, version);
	for (size_t i = 0; i < count; i++) {
		setting = find(&conf, rows[i].filter, rows[i].name);
		if (setting == NULL)
			fail_msg("%s [%s] not found", rows[i].name, rows[i].filter);
		if (strcmp(setting->value, rows[i].value) != 0 ||
		    setting->from_file != rows[i].from_file ||
		    setting->appended != rows[i].appended)
			fail_msg("%s: expected <%s>, got <%s>", rows[i].name, rows[i].value,
			    setting->value);
		assert_string_equal(setting->place.file, "doveconf -n");
	}
	arena_free(arena);
}

static void
test_output_2_3(void **state)
{
	(void)state;
	check_output(output_2_3, DOVECOT_2_3, in_2_3, COUNT(in_2_3));
}

static void
test_output_2_4(void **state)
{
	(void)state;
	check_output(output_2_4, DOVECOT_2_4, in_2_4, COUNT(in_2_4));
}

/* Output that no doveconf prints, or that was cut off. */
static void
test_output_refused(void **state)
{
	static const char *const texts[] = {
		"ssl = yes\nprotocol imap {\n", "ssl\n", "}\n", "!include /etc/passwd\n",
		"ssl_cert = -----BEGIN CERTIFICATE-----\nMIIB\n",
	};
	struct arena *arena = arena_new();
	struct dovecot_conf conf;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct err err = { 0 };

		assert_int_equal(doveconf_parse(arena, "doveconf -n", texts[i],
		    strlen(texts[i]), &conf, &err), -1);
		assert_int_equal(err.code, ERR_PARSE);
	}
	arena_free(arena);
}

/* Values that doveconf prints as they are, whatever they look like. */
static void
test_output_values(void **state)
{
	static const char text[] = "# 2.3.19.1 (x): y\n"
	    "a = \"b\" c \"d\"\ne = f \\\ng = \"  h\"\ni = \"j \\\"k\\\" #\"\nl = $m\n"
	    "n = o {\np = \nq = \"r\"\ns = \"in=%i\" \"x#y\"\n";
	struct arena *arena = arena_new();
	struct dovecot_conf conf;

	(void)state;
	parse_output(arena, text, &conf);
	assert_string_equal(find(&conf, "", "a")->value, "\"b\" c \"d\"");
	assert_string_equal(find(&conf, "", "e")->value, "f \\");
	assert_string_equal(find(&conf, "", "g")->value, "  h");
	assert_string_equal(find(&conf, "", "i")->value, "j \"k\" #");
	assert_string_equal(find(&conf, "", "l")->value, "$m");
	assert_string_equal(find(&conf, "", "n")->value, "o {");
	assert_string_equal(find(&conf, "", "p")->value, "");
	assert_string_equal(find(&conf, "", "q")->value, "\"r\"");
	assert_string_equal(find(&conf, "", "s")->value, "\"in=%i\" \"x#y\"");
	arena_free(arena);
}

struct lookup_case {
	const char *text;	/* as doveconf prints it */
	const char *name;
	const char *value;	/* NULL: not set */
};

#define OLD "# 2.3.21 (x): y\n"
#define NEW "# 2.4.1 (x): y\n"

static const struct lookup_case lookup_cases[] = {
	{ OLD "disable_plaintext_auth = yes\n", "auth_allow_cleartext", "no" },
	{ OLD "disable_plaintext_auth = no\n", "auth_allow_cleartext", "yes" },
	{ NEW "auth_allow_cleartext = NO\n", "auth_allow_cleartext", "no" },
	{ NEW "auth_allow_cleartext = 1\n", "auth_allow_cleartext", "yes" },
	{ OLD "ssl_cert = </a\n", "ssl_server_cert_file", "/a" },
	{ NEW "ssl_server {\n  cert_file = /a\n}\n", "ssl_server_cert_file", "/a" },
	{ OLD "ssl_key = </a\n", "ssl_server_key_file", "/a" },
	{ OLD "ssl_dh = </a\n", "ssl_server_dh_file", "/a" },
	{ OLD "ssl_ca = </a\n", "ssl_server_ca_file", "/a" },
	{ OLD "ssl_prefer_server_ciphers = yes\n", "ssl_server_prefer_ciphers", "server" },
	{ OLD "ssl_prefer_server_ciphers = no\n", "ssl_server_prefer_ciphers", "client" },
	{ NEW "ssl_server {\n  prefer_ciphers = client\n}\n", "ssl_server_prefer_ciphers",
	    "client" },
	{ OLD "ssl = required\n", "ssl", "required" },
	{ OLD "ssl = required\n", "ssl_min_protocol", NULL },
	{ OLD "verbose_ssl = yes\n", "log_debug", "category=ssl" },
	{ OLD "auth_debug = yes\nverbose_ssl = yes\n", "log_debug",
	    "category=auth OR category=ssl" },
	{ OLD "auth_debug = no\n", "log_debug", "" },
	{ OLD "ssl = yes\n", "log_debug", NULL },
	{ NEW "log_debug = category=ssl\n", "log_debug", "category=ssl" },
	{ OLD "plugin {\n  mail_log_events = delete\n}\n", "mail_log_events", "delete" },
	{ NEW "mail_log_events = delete\n", "mail_log_events", "delete" },
	{ OLD "auth_cache_ttl = 3600 secs\n", "auth_cache_ttl", "1 hours" },
	{ NEW "auth_cache_ttl = 3600s\n", "auth_cache_ttl", "1 hours" },
	{ NEW "auth_cache_size = 1024k\n", "auth_cache_size", "1 M" },
	{ NEW "auth_cache_size = unlimited\n", "auth_cache_size", "unlimited" },
	{ OLD "service imap-login {\n  service_count = 1\n}\n",
	    "service/imap-login/restart_request_count", "1" },
	{ NEW "service imap-login {\n  vsz_limit = 1024k\n}\n",
	    "service/imap-login/vsz_limit", "1 M" },
	{ OLD "service x {\n  inet_listener y {\n    address = ::1\n  }\n}\n",
	    "service/x/inet_listener/y/listen", "::1" },
	{ NEW "group @tls a {\n  ssl = required\n}\n@tls = a\n", "ssl", "required" },
	{ NEW "group @tls a {\n  ssl = required\n}\n@tls = a\nssl = no\n", "ssl", "no" },
	{ NEW "group @tls a {\n  ssl = required\n}\n", "ssl", NULL },
	{ OLD "protocol imap {\n  ssl = no\n}\n", "ssl", NULL },
};

static void
test_lookup(void **state)
{
	struct arena *arena = arena_new();
	const struct dovecot_setting *setting;
	struct dovecot_conf conf;
	const char *value;

	(void)state;
	for (size_t i = 0; i < COUNT(lookup_cases); i++) {
		const struct lookup_case *row = &lookup_cases[i];

		parse_output(arena, row->text, &conf);
		value = "(unset)";
		setting = dovecot_conf_lookup(arena, &conf, row->name, &value);
		if ((setting == NULL) != (row->value == NULL))
			fail_msg("%s in <%s>: found or not", row->name, row->text);
		if (row->value != NULL && strcmp(value, row->value) != 0)
			fail_msg("%s in <%s>: expected <%s>, got <%s>", row->name, row->text,
			    row->value, value);
	}
	arena_free(arena);
}

static void
test_setting_for(void **state)
{
	static const char text[] = OLD "a = plain\nb = plain\nprotocol imap {\n  a = imap\n}\n"
	    "protocol !lmtp {\n  b = not lmtp\n}\nlocal_name x {\n  protocol pop3 {\n"
	    "    a = x\n  }\n}\n";
	struct arena *arena = arena_new();
	struct dovecot_conf conf;

	(void)state;
	parse_output(arena, text, &conf);
	assert_string_equal(dovecot_conf_setting(&conf, "a")->value, "plain");
	assert_string_equal(dovecot_conf_setting_for(&conf, "imap", "a")->value, "imap");
	assert_string_equal(dovecot_conf_setting_for(&conf, "pop3", "a")->value, "plain");
	assert_string_equal(dovecot_conf_setting_for(&conf, "pop3", "b")->value, "not lmtp");
	assert_string_equal(dovecot_conf_setting_for(&conf, "lmtp", "b")->value, "plain");
	assert_null(dovecot_conf_setting_for(&conf, "imap", "c"));
	assert_null(dovecot_conf_setting(&conf, "c"));
	arena_free(arena);
}

struct words_case {
	const char *value;
	const char *words;	/* joined by '|' */
};

static const struct words_case words_cases[] = {
	{ "", "" },
	{ "a", "a" },
	{ " a  b,c , d", "a|b|c|d" },
	{ "!SSLv2 TLSv1", "!SSLv2|TLSv1" },
	{ "\"a b\" c", "a b|c" },
	{ "\"a \\\"b\" c", "a \"b|c" },
	{ "\"\\\\Sent\"", "\\Sent" },
	{ "a\"b c", "a\"b|c" },
	{ "\"a b", "\"a|b" },
};

static void
test_words(void **state)
{
	struct arena *arena = arena_new();
	const char **words;
	size_t count;
	struct buf out;

	(void)state;
	buf_init(&out, 256);
	for (size_t i = 0; i < COUNT(words_cases); i++) {
		dovecot_words(arena, words_cases[i].value, &words, &count);
		buf_clear(&out);
		for (size_t j = 0; j < count; j++)
			buf_addf(&out, "%s%s", j == 0 ? "" : "|", words[j]);
		assert_string_equal(out.bytes, words_cases[i].words);
	}
	buf_done(&out);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_output_2_3),
		cmocka_unit_test(test_output_2_4),
		cmocka_unit_test(test_output_refused),
		cmocka_unit_test(test_output_values),
		cmocka_unit_test(test_lookup),
		cmocka_unit_test(test_setting_for),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
