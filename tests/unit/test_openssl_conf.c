/*
 * What OpenSSL's configuration tells every program. Expected values follow
 * config(5ssl) and SSL_CONF_cmd(3ssl).
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
#include "parse/openssl_conf.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PATH "/etc/ssl/openssl.cnf"
#define POLICY "/etc/crypto-policies/back-ends/opensslcnf.config"
#define CHAIN "openssl_conf = i\n[i]\nssl_conf = s\n[s]\nsystem_default = d\n[d]\n"

struct conf_case {
	const char *name;
	const char *text;
	/* "PROTOCOL LEVEL", "-" = not said; NULL = refused */
	const char *wanted;
	unsigned undecided;	/* line; 0 = all was read */
	enum err_code error;
};

static const struct conf_case cases[] = {
	{ "empty", "", "- -", 0, ERR_NONE },
	{ "as Debian ships it", "HOME = .\nopenssl_conf = openssl_init\n"
	    "[openssl_init]\nproviders = provider_sect\n"
	    "[provider_sect]\ndefault = default_sect\n", "- -", 0, ERR_NONE },
	{ "as Debian 11 shipped it", "openssl_conf = default_conf\n"
	    "[default_conf]\nssl_conf = ssl_sect\n[ssl_sect]\n"
	    "system_default = system_default_sect\n[system_default_sect]\n"
	    "MinProtocol = TLSv1.2\nCipherString = DEFAULT@SECLEVEL=2\n",
	    "TLSv1.2 2", 0, ERR_NONE },
	{ "as EL includes the policy", "openssl_conf = openssl_init\n"
	    "[openssl_init]\nssl_conf = ssl_module\n[ ssl_module ]\n"
	    "system_default = crypto_policy\n[ crypto_policy ]\n"
	    ".include = " POLICY "\n", "TLSv1.2 2", 0, ERR_NONE },
	{ "an include without a sign", CHAIN ".include " POLICY "\n",
	    "TLSv1.2 2", 0, ERR_NONE },
	{ "an include that is not there", CHAIN ".include /none\n", "- -", 0,
	    ERR_NONE },
	{ "an include that can not be read", CHAIN ".include /secret\n", "- -",
	    7, ERR_NONE },
	{ "an include of a relative path", CHAIN ".include x.cnf\n", "- -", 7,
	    ERR_NONE },
	{ "an include of itself", CHAIN ".include /loop\n", NULL, 0, ERR_LIMIT },
	{ "a pragma", ".pragma = dollarid:on\n" CHAIN "MinProtocol=TLSv1\n",
	    "TLSv1 -", 0, ERR_NONE },
	{ "the last one counts", CHAIN "MinProtocol = TLSv1.2\n"
	    "MinProtocol = TLSv1\n", "TLSv1 -", 0, ERR_NONE },
	{ "prefixes, case and datagrams", CHAIN "TLS.minprotocol = TLSv1.2\n"
	    "DTLS.MinProtocol = DTLSv1.2\n", "TLSv1.2 -", 0, ERR_NONE },
	{ "any protocol", CHAIN "MinProtocol = None\n", "None -", 0, ERR_NONE },
	{ "no protocol", CHAIN "MinProtocol = TLSv2\n", "- -", 7, ERR_NONE },
	{ "a variable", CHAIN "MinProtocol = $p\n", "- -", 7, ERR_NONE },
	{ "a variable on the way", "openssl_conf = $x\n", "- -", 1, ERR_NONE },
	{ "a quoted dollar sign is a letter", "openssl_conf = '$x'\n[$x]\n"
	    "ssl_conf = s\n[s]\nsystem_default = d\n[d]\nMinProtocol=TLSv1.3\n",
	    "TLSv1.3 -", 0, ERR_NONE },
	{ "the inverse level", CHAIN "CipherString = ALL:@SECLEVEL=0\n",
	    "- 0", 0, ERR_NONE },
	{ "the last level counts", CHAIN
	    "CipherString = @SECLEVEL=2:ALL@SECLEVEL=1\n", "- 1", 0, ERR_NONE },
	{ "no level", CHAIN "CipherString = @SECLEVEL=x\n", "- -", 0, ERR_NONE },
	{ "comments and quotes", CHAIN "MinProtocol = \"TLSv1.2\" # or not\n"
	    "# MinProtocol = TLSv1\n", "TLSv1.2 -", 0, ERR_NONE },
	{ "a continued line", CHAIN "MinProtocol = TLS\\\nv1.2\n",
	    "TLSv1.2 -", 0, ERR_NONE },
	{ "CRLF", "openssl_conf = i\r\n[i]\r\nssl_conf = s\r\n[s]\r\n"
	    "system_default = d\r\n[d]\r\nMinProtocol = TLSv1.1\r\n",
	    "TLSv1.1 -", 0, ERR_NONE },
	{ "a section named in the name", "openssl_conf = i\n[x]\n"
	    "i::ssl_conf = s\ns::system_default = d\nd::MinProtocol = TLSv1.2\n",
	    "TLSv1.2 -", 0, ERR_NONE },
	{ "another section's", CHAIN "[e]\nMinProtocol = TLSv1.2\n", "- -", 0,
	    ERR_NONE },
	{ "not in the first section", "[x]\n" CHAIN "MinProtocol = TLSv1.2\n",
	    "- -", 0, ERR_NONE },
	{ "a section that does not end", "[x\n", NULL, 0, ERR_PARSE },
	{ "no assignment", "hello\n", NULL, 0, ERR_PARSE },
	{ "no name", "= x\n", NULL, 0, ERR_PARSE },
};

static int
read_include(void *context, const char *path, struct buf *buf, struct err *err)
{
	(void)context;
	if (strcmp(path, POLICY) == 0)
		return buf_adds(buf, "CipherString = @SECLEVEL=2:kEECDH\n"
		    "TLS.MinProtocol = TLSv1.2\nDTLS.MinProtocol = DTLSv1.2\n");
	if (strcmp(path, "/loop") == 0)
		return buf_adds(buf, ".include /loop\n");
	return err_at(err, strcmp(path, "/none") == 0 ? ERR_ABSENT : ERR_IO,
	    path, 0, "is not to be had");
}

static void
check_case(const struct conf_case *c)
{
	const struct conf_source source = { NULL, read_include, NULL };
	struct arena *arena = arena_new();
	struct openssl_system system = { .security_level = 77 };
	struct err err = { 0 };
	char level[16] = "-", got[64];
	int result = openssl_conf_system(arena, PATH, c->text, strlen(c->text),
	    &source, &system, &err);

	if (result != 0) {
		if (c->wanted != NULL || err.code != c->error ||
		    system.security_level != 77)
			fail_msg("%s: refused: %s", c->name, err.text);
		arena_free(arena);
		return;
	}
	if (c->wanted == NULL)
		fail_msg("%s: accepted", c->name);
	if (system.security_level >= 0)
		snprintf(level, sizeof(level), "%d", system.security_level);
	snprintf(got, sizeof(got), "%s %s", system.min_protocol == NULL ? "-" :
	    system.min_protocol, level);
	if (c->wanted != NULL && strcmp(got, c->wanted) != 0)
		fail_msg("%s: got \"%s\", wanted \"%s\"", c->name, got,
		    c->wanted);
	if (system.undecided.line != c->undecided)
		fail_msg("%s: undecided at line %u, wanted %u", c->name,
		    system.undecided.line, c->undecided);
	arena_free(arena);
}

static void
test_cases(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		check_case(&cases[i]);
}

static void
test_places(void **state)
{
	static const char text[] = "\n" CHAIN "CipherString = \\\nALL@SECLEVEL=1\n"
	    "MinProtocol = TLSv1\n";
	struct arena *arena = arena_new();
	struct openssl_system system;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(openssl_conf_system(arena, PATH, text,
	    sizeof(text) - 1, NULL, &system, &err), 0);
	assert_string_equal(system.level_place.file, PATH);
	assert_int_equal(system.level_place.line, 8);
	assert_int_equal(system.protocol_place.line, 10);
	assert_null(system.undecided.file);
	/* No NUL, and no line or number of lines without end. */
	assert_int_equal(openssl_conf_system(arena, PATH, "a=\0", 4, NULL,
	    &system, &err), -1);
	assert_int_equal(err.code, ERR_PARSE);
	arena_free(arena);
}

static void
test_caps(void **state)
{
	struct arena *arena = arena_new();
	size_t size = CONF_MAX_LINE + 100, i;
	char *text = malloc(size);
	struct openssl_system system;
	struct err err = { 0 }, many = { 0 };

	(void)state;
	memset(text, 'a', size);
	assert_int_equal(openssl_conf_system(arena, PATH, text, size, NULL,
	    &system, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	for (i = 0; i + 4 <= size; i += 4)
		memcpy(text + i, "a=b\n", 4);
	assert_int_equal(openssl_conf_system(arena, PATH, text, size, NULL,
	    &system, &many), -1);
	assert_int_equal(many.code, ERR_LIMIT);
	free(text);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_caps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
