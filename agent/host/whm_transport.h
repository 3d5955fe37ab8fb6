/*
 * WHM API 1 over one of two transports: the local whmapi1 command for root on
 * the server, or HTTPS with an API token. Only functions on the allow-list are
 * ever called; every call sends api.version=1; after the first refusal of
 * access (401, 403) no further call is made in the run.
 * Sources: api.docs.cpanel.net "Introduction to WHM API", "Manage API Tokens".
 */
#ifndef CPWARD_HOST_WHM_TRANSPORT_H
#define CPWARD_HOST_WHM_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "host/host.h"

#define WHM_LOCAL_PROGRAM "/usr/local/cpanel/bin/whmapi1"

struct whm_transport_options {
	bool local;		/* whmapi1; of the rest only timeout counts */
	const char *url;	/* https://HOST:PORT */
	const char *user;	/* NULL = root */
	const char *token_file;	/* 0600, the token alone */
	const char *ca_file;	/* PEM; NULL = the system's */
	int timeout;		/* seconds a call; 0 = 30 */
};

struct whm_transport;

/*
 * Opens nothing: libcurl and the token are touched at the first call. The
 * options are copied.
 */
struct whm_transport *whm_transport_new(
    const struct whm_transport_options *options);
void whm_transport_free(struct whm_transport *transport);	/* wipes the token */

/*
 * For origins: "whmapi1", or "whm USER@HOST:PORT", whose user is the owner of
 * the tokens that api_token_list tells.
 */
const char *whm_transport_name(const struct whm_transport *transport);

/*
 * ANSWER_OK with the body and its HTTP status (0 from whmapi1), whatever they
 * say: parse/whm_reply judges them. ANSWER_FAILED when no reply came, or none
 * that could be a whole one.
 */
void whm_transport_ask(struct whm_transport *transport, struct arena *arena,
    const struct question *question, struct answer *ret_answer);

/*
 * The allow-list: read-only functions that return no secret, for uapi_cpanel
 * the module::function pairs, for get_service_config_key the keys. batch is
 * allowed if each of its commands is.
 */
bool whm_call_allowed(const char *function,
    const struct whm_argument *arguments, size_t count);

/* The table behind it, for `doctor --access`; ends with NULL. */
extern const char *const whm_allowed_functions[];

#endif
