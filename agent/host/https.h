/*
 * What every https transfer has in common: its settings, and what it is called
 * when one fails. libcurl 7.61 is the oldest that cPanel's platforms have.
 */
#ifndef CPWARD_HOST_HTTPS_H
#define CPWARD_HOST_HTTPS_H

#include <curl/curl.h>

struct arena;

/*
 * https alone, TLS 1.2 or later, certificate and name verified, HTTP/1.1, no
 * redirects, proxy or .netrc, and no signals.
 */
void https_set_safe(CURL *curl);

/*
 * Roots that are read once for many handles: libcurl before 7.87 reads the
 * system's whole bundle again for every connection. file is PEM, NULL = the
 * system's; when nothing can be read nobody is trusted. They have to outlive the
 * handles that use them.
 */
struct https_roots;
struct https_roots *https_roots_new(const char *file);
void https_roots_free(struct https_roots *roots);	/* NULL is fine */
void https_set_roots(CURL *curl, struct https_roots *roots);

enum https_fault {
	HTTPS_OTHER,
	HTTPS_UNRESOLVED,	/* the name has no address, or nobody could tell */
	HTTPS_REFUSED,
	HTTPS_UNCONNECTED,	/* no route, or the network said no */
	HTTPS_CONNECTED_LATE,	/* no connection in time */
	HTTPS_REPLIED_LATE,	/* a connection, and no whole reply in time */
	HTTPS_NO_TLS,
	HTTPS_OTHER_NAME,	/* the certificate is for another name */
	HTTPS_EXPIRED,
	HTTPS_UNTRUSTED,
	HTTPS_NO_HTTP,
	HTTPS_BROKEN,		/* the connection ended before the reply did */
	HTTPS_TOO_LARGE,	/* the receiver took no more */
};

/*
 * What a transfer ended with, code not CURLE_OK, and a sentence about it in the
 * arena: "the certificate has expired".
 */
enum https_fault https_fault_read(CURL *curl, CURLcode code,
    struct arena *arena, const char **ret_text);

#endif
