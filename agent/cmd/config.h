/*
 * cpward.ini(5): sections agent, whm, probe, dns and site. Every key has a default that
 * suits a cPanel server, so that root needs no file at all.
 */
#ifndef CPWARD_CMD_CONFIG_H
#define CPWARD_CMD_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct err;

#define CONFIG_DEFAULT_STATE "/var/lib/cpward"
#define CONFIG_DEFAULT_PATH "/etc/cpward/cpward.ini"

enum whm_choice {
	WHM_AUTO,	/* local where whmapi1 exists, else none */
	WHM_LOCAL,
	WHM_HTTPS,
	WHM_NONE,
};

struct config {
	const char *profile;		/* hipaa */
	const char *state_dir;		/* /var/lib/cpward; NULL = default */
	const char *root;		/* NULL = the running system */
	enum whm_choice whm_transport;	/* https when only url is set */
	const char *whm_url;		/* https://HOST:PORT, NULL = none */
	const char *whm_user;		/* root */
	const char *whm_token_file;
	const char *whm_ca_file;
	int whm_timeout;		/* seconds a call: 30 */
	const char *probe_host;		/* address; NULL = 127.0.0.1 */
	const char *probe_source;	/* address; NULL = 127.0.0.2 there, else any */
	const char *probe_ports;	/* "25/smtp 993/imaps"; NULL = cPanel's */
	const char *const *dns_servers;	/* as host_live_options has them; none = NULL */
	size_t dns_server_count;
	bool dns_validating;		/* the admin vouches for their AD bit */
	const char *managed_by;		/* [site]: who else sets values here */
};

/*
 * Reads the file through inih with a reader that counts lines and refuses
 * long ones. An unknown section or key, a key given twice, a line over 190
 * bytes, a NUL, a bad value is ERR_CONTENT with file and line; the line's text
 * is never quoted. A missing file is ERR_NOINPUT, or the defaults when
 * optional. The file must be root's or the caller's and not writable by
 * others.
 */
int config_load(struct arena *arena, const char *path, bool optional,
    struct config *ret_config, struct err *err);

#endif
