/*
 * The output of `exim -bP`; the lines are from Exim 4.96 and 4.98.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "parse/exim_conf.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static const char output[] =
    "accept_8bitmime\n"
    "no_allow_mx_to_ip\n"
    "auth_advertise_hosts = *\n"
    "tls_certificate = \n"
    "never_users = root\n"
    "admin_groups =\n"
    "smtp_banner = a\\nb = c\n"
    "openssl_options =  +no_sslv2\n"
    "mysql_servers = <value not displayable>\n"
    "an_option_of_the_future = 1\n"
    "hostlist loopback = <; @[]; 127.0.0.0/8\n"
    "domainlist secret = <value not displayable>\n"
    "\n"
    "remote_smtp transport:\n"
    "*expand_multi_domain = \n"
    "driver = smtp\n"
    "no_allow_localhost\n"
    "hosts_require_tls = \n"
    "\n"
    "lookuphost router:\n"
    "driver = dnslookup\n"
    "\n"
    "plain authenticator:\n"
    "public_name = PLAIN";

static void
check_option(const struct exim_option *option, const char *value,
    bool boolean, unsigned line)
{
	assert_non_null(option);
	assert_string_equal(option->value, value);
	assert_int_equal(option->boolean, boolean);
	assert_int_equal(option->place.line, line);
	assert_string_equal(option->place.file, "exim -bP");
}

static void
test_output(void **state)
{
	struct arena *arena = arena_new();
	const struct exim_driver *driver;
	const struct exim_option *option;
	struct exim_conf conf = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(exim_bp_parse(arena, "exim -bP", output,
	    sizeof(output) - 1, &conf, &err), 0);
	assert_int_equal(conf.option_count, 10);
	check_option(exim_conf_option(&conf, "accept_8bitmime"), "true", true,
	    1);
	check_option(exim_conf_option(&conf, "allow_mx_to_ip"), "false", true,
	    2);
	check_option(exim_conf_option(&conf, "auth_advertise_hosts"), "*",
	    false, 3);
	check_option(exim_conf_option(&conf, "tls_certificate"), "", false, 4);
	check_option(exim_conf_option(&conf, "admin_groups"), "", false, 6);
	check_option(exim_conf_option(&conf, "smtp_banner"), "a\\nb = c",
	    false, 7);
	check_option(exim_conf_option(&conf, "openssl_options"),
	    " +no_sslv2", false, 8);
	option = exim_conf_option(&conf, "mysql_servers");
	check_option(option, "", false, 9);
	assert_true(option->hidden);
	check_option(exim_conf_option(&conf, "an_option_of_the_future"), "1",
	    false, 10);
	assert_int_equal(conf.list_count, 2);
	assert_string_equal(exim_conf_list(&conf, "loopback")->value,
	    "<; @[]; 127.0.0.0/8");
	assert_string_equal(exim_conf_list(&conf, "loopback")->type,
	    "hostlist");
	assert_true(exim_conf_list(&conf, "secret")->hidden);
	assert_int_equal(conf.driver_count, 3);
	driver = exim_conf_driver(&conf, EXIM_TRANSPORTS, "remote_smtp");
	assert_non_null(driver);
	assert_string_equal(driver->driver, "smtp");
	assert_int_equal(driver->option_count, 3);
	check_option(exim_driver_option(driver, "allow_localhost"), "false",
	    true, 17);
	assert_non_null(exim_conf_driver(&conf, EXIM_ROUTERS, "lookuphost"));
	driver = exim_conf_driver(&conf, EXIM_AUTHENTICATORS, "plain");
	assert_non_null(driver);
	assert_string_equal(driver->driver, "");
	check_option(exim_driver_option(driver, "public_name"), "PLAIN",
	    false, 24);
	arena_free(arena);
}

static void
test_refusals(void **state)
{
	static const struct { const char *bytes; size_t length; unsigned line; }
	cases[] = {
		{ "a\nnot a line\n", 13, 2 },
		{ "a=1", 3, 1 },
		{ "a =1", 4, 1 },
		{ "= 1", 3, 1 },
		{ "exim: permission denied\n", 24, 1 },
		{ "a = 1\0\n", 7, 1 },
		{ "2026-11-21 21:24:01 Exim configuration error", 44, 1 },
	};
	struct arena *arena = arena_new();
	struct exim_conf conf = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct err err = { 0 };

		assert_int_equal(exim_bp_parse(arena, "exim -bP",
		    cases[i].bytes, cases[i].length, &conf, &err), -1);
		assert_int_equal(err.code, ERR_PARSE);
		assert_int_equal(err.line, cases[i].line);
		assert_string_equal(err.source, "exim -bP");
	}
	assert_int_equal(conf.option_count, 0);
	arena_free(arena);
}

static void
test_nothing(void **state)
{
	struct arena *arena = arena_new();
	struct exim_conf conf = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(exim_bp_parse(arena, "exim -bP", "", 0, &conf, &err),
	    0);
	assert_int_equal(conf.option_count, 0);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
