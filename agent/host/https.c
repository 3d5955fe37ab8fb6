#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

#include "base/arena.h"
#include "host/https.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
restrict_protocols(CURL *curl)
{
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
#else
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS, (long)CURLPROTO_HTTPS);
#endif
#if LIBCURL_VERSION_NUM >= 0x074000
	curl_easy_setopt(curl, CURLOPT_HTTP09_ALLOWED, 0L);
#endif
}

void
https_set_safe(CURL *curl)
{
	restrict_protocols(curl);
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION,
	    (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
}

/* ---- roots ---- */

struct https_roots {
	X509_STORE *store;
};

struct https_roots *
https_roots_new(const char *file)
{
	struct https_roots *roots = calloc(1, sizeof(*roots));

	if (roots == NULL || (roots->store = X509_STORE_new()) == NULL)
		abort();
	/* A folder of roots by hash is looked into when one is needed. */
	if (file == NULL)
		(void)X509_STORE_set_default_paths(roots->store);
	else
		(void)X509_STORE_load_locations(roots->store, file, NULL);
	return roots;
}

void
https_roots_free(struct https_roots *roots)
{
	if (roots == NULL)
		return;
	X509_STORE_free(roots->store);
	free(roots);
}

static CURLcode
use_store(CURL *curl, void *context, void *data)
{
	const struct https_roots *roots = data;

	(void)curl;
	SSL_CTX_set1_cert_store(context, roots->store);
	return CURLE_OK;
}

void
https_set_roots(CURL *curl, struct https_roots *roots)
{
	curl_easy_setopt(curl, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, use_store);
	curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, roots);
}

/* ---- failures ---- */

static const struct {
	CURLcode code;
	enum https_fault fault;
	const char *text;
} faults[] = {
	{ CURLE_UNSUPPORTED_PROTOCOL, HTTPS_NO_HTTP,
	    "it does not speak HTTP there" },
	{ CURLE_WEIRD_SERVER_REPLY, HTTPS_NO_HTTP,
	    "it does not speak HTTP there" },
	{ CURLE_COULDNT_RESOLVE_HOST, HTTPS_UNRESOLVED,
	    "the name can not be resolved" },
	{ CURLE_SSL_CONNECT_ERROR, HTTPS_NO_TLS,
	    "no TLS 1.2 or later there" },
	{ CURLE_GOT_NOTHING, HTTPS_BROKEN,
	    "the connection was closed without a reply" },
	{ CURLE_PARTIAL_FILE, HTTPS_BROKEN, "the reply breaks off" },
	{ CURLE_RECV_ERROR, HTTPS_BROKEN, "the reply breaks off" },
	{ CURLE_SEND_ERROR, HTTPS_BROKEN,
	    "the connection broke while asking" },
	{ CURLE_WRITE_ERROR, HTTPS_TOO_LARGE,
	    "the reply is larger than is allowed" },
};

static enum https_fault
unconnected(CURL *curl, struct arena *arena, const char **ret_text)
{
	long error = 0;

	curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &error);
	*ret_text = error == ECONNREFUSED ? "connection refused" :
	    error != 0 ? arena_strdup(arena, strerror((int)error)) :
	    "no connection";
	return error == ECONNREFUSED ? HTTPS_REFUSED : HTTPS_UNCONNECTED;
}

static enum https_fault
late(CURL *curl, const char **ret_text)
{
	double resolved = 0, connected = 0;

	curl_easy_getinfo(curl, CURLINFO_NAMELOOKUP_TIME, &resolved);
	curl_easy_getinfo(curl, CURLINFO_CONNECT_TIME, &connected);
	if (resolved <= 0) {
		*ret_text = "the name can not be resolved in time";
		return HTTPS_UNRESOLVED;
	}
	*ret_text = connected <= 0 ? "no connection in time" :
	    "no whole reply in time";
	return connected <= 0 ? HTTPS_CONNECTED_LATE : HTTPS_REPLIED_LATE;
}

static enum https_fault
unverified(CURL *curl, struct arena *arena, const char **ret_text)
{
	long result = X509_V_OK;

	curl_easy_getinfo(curl, CURLINFO_SSL_VERIFYRESULT, &result);
	switch (result) {
	/* The chain was fine or not yet asked for: the name is what is wrong. */
	case X509_V_OK:
	case X509_V_ERR_UNSPECIFIED:
		*ret_text = "the certificate is for another name";
		return HTTPS_OTHER_NAME;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		*ret_text = "the certificate has expired";
		return HTTPS_EXPIRED;
	default:
		*ret_text = arena_printf(arena,
		    "the certificate is not trusted: %s",
		    X509_verify_cert_error_string(result));
		return HTTPS_UNTRUSTED;
	}
}

enum https_fault
https_fault_read(CURL *curl, CURLcode code, struct arena *arena,
    const char **ret_text)
{
	size_t i;

	switch ((int)code) {
	case CURLE_COULDNT_CONNECT:
		return unconnected(curl, arena, ret_text);
	case CURLE_OPERATION_TIMEDOUT:
		return late(curl, ret_text);
	case 51:	/* CURLE_PEER_FAILED_VERIFICATION before 7.62 */
	case 60:	/* CURLE_SSL_CACERT before, the former since */
		return unverified(curl, arena, ret_text);
	default:
		break;
	}
	for (i = 0; i < COUNT(faults); i++)
		if (faults[i].code == code) {
			*ret_text = faults[i].text;
			return faults[i].fault;
		}
	*ret_text = arena_strdup(arena, curl_easy_strerror(code));
	return HTTPS_OTHER;
}
