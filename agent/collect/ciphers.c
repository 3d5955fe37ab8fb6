/*
 * A cipher string means what the library that the daemon links makes of it:
 * "HIGH:!aNULL" can not be judged by its text. Sources: OpenSSL ciphers(1),
 * SSL_CTX_set_cipher_list(3).
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "collect/collect.h"

#define SUITES_MAX 16384	/* bytes: OpenSSL knows some 160 suites */

static void
context_free(SSL_CTX **context)
{
	SSL_CTX_free(*context);
}

/* "OpenSSL 3.0.22 27 Jan 2026" without the date. */
const char *
cipher_library(void)
{
	static char version[64];
	const char *full = OpenSSL_version(OPENSSL_VERSION);
	const char *second = strchr(full, ' ');
	size_t length;

	length = second == NULL ? strlen(full) :
	    (size_t)(second - full) + 1 + strcspn(second + 1, " ");
	if (length >= sizeof(version))
		length = sizeof(version) - 1;
	memcpy(version, full, length);
	version[length] = '\0';
	return version;
}

/*
 * TLS 1.3 suites are set by another call, which Exim never makes: they do not
 * follow from the string.
 */
static char *
join_suites(struct arena *arena, const STACK_OF(SSL_CIPHER) *suites)
{
	struct buf text;
	char *copy;
	int i;

	buf_init(&text, SUITES_MAX);
	for (i = 0; i < sk_SSL_CIPHER_num(suites); i++) {
		const SSL_CIPHER *suite = sk_SSL_CIPHER_value(suites, i);

		if ((SSL_CIPHER_get_id(suite) & 0xff00) == 0x1300)
			continue;
		(void)buf_addf(&text, "%s%s", text.length > 0 ? ":" : "",
		    SSL_CIPHER_get_name(suite));
	}
	copy = arena_memdup(arena, text.bytes, text.length);
	buf_done(&text);
	return copy;
}

const char *
cipher_suites_expand(struct arena *arena, const char *string,
    const char **ret_why)
{
	CLEANUP(context_free) SSL_CTX *context = NULL;
	const char *suites = NULL;

	/* The admin's openssl.cnf is not what the daemon was started with. */
	OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	context = SSL_CTX_new(TLS_method());
	if (context == NULL)
		*ret_why = "OpenSSL gives no TLS context";
	else if (SSL_CTX_set_cipher_list(context, string) != 1)
		*ret_why = arena_printf(arena,
		    "%s knows no suite that this cipher string matches",
		    cipher_library());
	else
		suites = join_suites(arena, SSL_CTX_get_ciphers(context));
	ERR_clear_error();
	return suites;
}

/* Making a TLS context costs a millisecond: once for each string. */
static const struct cipher_memo *
expand_once(struct collection *collection, const char *string)
{
	struct cipher_memo *memo;
	size_t i;

	for (i = 0; i < collection->cipher_memos.count; i++)
		if (strcmp(collection->cipher_memos.items[i].string,
		    string) == 0)
			return &collection->cipher_memos.items[i];
	memo = arena_push(collection->arena, &collection->cipher_memos.items,
	    &collection->cipher_memos.count);
	memo->string = arena_strdup(collection->arena, string);
	memo->suites = cipher_suites_expand(collection->arena, string,
	    &memo->why);
	return memo;
}

void
set_cipher_suites(struct collection *collection, struct fact_str *fact,
    const char *origin, const char *string)
{
	bool own = string == NULL || string[0] == '\0';
	const struct cipher_memo *memo = expand_once(collection,
	    own ? "DEFAULT" : string);

	if (memo->suites == NULL) {
		meta_unknown(collection, &fact->meta, origin, "%s", memo->why);
		return;
	}
	set_string(collection, fact, arena_printf(collection->scratch,
	    "%s%s, expanded by %s", origin, own ? " (not set)" : "",
	    cipher_library()), memo->suites);
}
