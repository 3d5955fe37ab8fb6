#ifndef WHMSIM_H
#define WHMSIM_H

/*
 * whmsim: a simulator of WHM API 1 for tests of programs that read a cPanel server.
 *
 * One call travels: door (HTTP or command line) -> api_answer() -> handler -> envelope -> bytes.
 * What a server holds comes from a state file and from cPanel's own files below the root, so that
 * a setting made through the API and a setting edited on disk are one and the same.
 *
 * Where public documentation leaves a form open, both forms exist: a quirk chooses the second.
 */

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#define WHMSIM_STATE_FILE "/var/lib/whmsim/state.json"
#define WHMSIM_LOG_FILE "/var/log/whmsim.log"
#define WHMSIM_CONFIG_FILE "/etc/whmsim.conf"
#define WHMSIM_VERSION_FILE "/usr/local/cpanel/version"
#define WHMSIM_VERSION "11.134.0.30"

enum {
	MAX_TOKENS = 16,
	MAX_FAULTS = 32,
	MAX_LISTENERS = 16,
	MAX_REASON = 512,
	MAX_SCRIPTS = 2,
	MAX_BODY = 1 << 20
};

/* Second forms of documented behaviour. Order is that of quirk_rows in whmsim_knobs.c. */
enum quirk {
	QUIRK_NUMBERS_AS_STRINGS,
	QUIRK_RESULT_STRING,
	QUIRK_NO_DATA,
	QUIRK_NULL_VALUES,
	QUIRK_NULL_ABSENT,
	QUIRK_NULL_EMPTY,
	QUIRK_PAYLOAD_LITERAL,
	QUIRK_EXTRA_KEYS,
	QUIRK_RANDOM_KEY_ORDER,
	QUIRK_ESCAPE_SLASH,
	QUIRK_ESCAPE_UNICODE,
	QUIRK_CONTENT_TYPE_JSON,
	QUIRK_LEGACY_VERSION_WRAP,
	QUIRK_TWEAK_UNSET_MISSING,
	QUIRK_TWEAK_UNSET_EMPTY,
	QUIRK_TWEAK_UNKNOWN_FAILS,
	QUIRK_TWEAK_SET_REFUSES_UNKNOWN,
	QUIRK_TWEAK_MAIL_NO_REBUILD,
	QUIRK_UNKNOWN_STATUS_404,
	QUIRK_UNKNOWN_UNNAMED,
	QUIRK_MISSING_PARAMETER_PROVIDE,
	QUIRK_ACL_MISSING_403,
	QUIRK_POST_ONLY_405,
	QUIRK_BATCH_OUTER_ZERO,
	QUIRK_MINIMAL_LISTACLS,
	QUIRK_TWOFACTOR_NO_ADMINS,
	QUIRK_BACKUP_WHEN_DATE,
	QUIRK_BACKUP_SET_RESETS,
	QUIRK_PORT_STRING,
	QUIRK_REBOOT_UNDER_DATA,
	QUIRK_MODSEC_FLAT,
	QUIRK_DOVECOT_SET_REBUILDS,
	QUIRK_STRENGTHS_ROUND_5,
	QUIRK_CLI_EXIT_FOLLOWS_RESULT,
	QUIRK_COUNT
};

enum fault {
	FAULT_NONE = -1,
	FAULT_SLOW_FIRST_BYTE,
	FAULT_HANG,
	FAULT_TRUNCATED_CHUNK,
	FAULT_MIDBODY_CLOSE,
	FAULT_HTML_LOGIN_200,
	FAULT_REDIRECT_302,
	FAULT_HTTP_500,
	FAULT_HTTP_503_HTML,
	FAULT_EMPTY_BODY,
	FAULT_HUGE_BODY,
	FAULT_DEEP_JSON,
	FAULT_NOT_JSON,
	FAULT_EXPIRED_TOKEN,
	FAULT_IP_DENIED,
	FAULT_ACL_MISSING,
	FAULT_NO_METADATA,
	FAULT_RESULT_ZERO,
	FAULT_WRONG_API_VERSION,
	FAULT_CLI_EXIT_1,
	FAULT_CLI_SIGNAL,
	FAULT_CLI_STDERR_NOISE,
	FAULT_CLI_STDOUT_NOISE,
	FAULT_COUNT
};

enum via { VIA_HTTPS, VIA_CLI };

struct fault_target {
	enum fault fault;
	char function[64];	/* empty: every function */
};

/* How this simulator differs from the plain one. */
struct knobs {
	uint64_t quirks;	/* bit i: enum quirk i */
	struct fault_target faults[MAX_FAULTS];
	size_t fault_count;
	char version[40];	/* empty: the version file below the root */
	unsigned delay_ms;	/* slow-first-byte */
};

struct token {
	const char *user;
	const char *text;
};

/* Settings of the process; nothing but `stopping` changes after start. */
struct sim {
	char root[256];		/* no trailing slash; empty for / */
	char state_file[512];
	char log_file[512];
	char config_file[512];	/* knobs read again for each request; empty: none */
	struct knobs knobs;	/* from the flags */
	struct token tokens[MAX_TOKENS];
	size_t token_count;
	const char *priority;	/* GnuTLS's, of the TLS listeners; NULL: cpsrvd's as shipped */
	const char *hsts;	/* Strict-Transport-Security of its pages; NULL: none */
	atomic_bool stopping;
};

/* One request as its door understood it. `args` is an object: string, or array of strings where
 * a name came more than once. Borrowed by the callee. */
struct request {
	enum via via;
	bool post;
	const char *function;
	const char *user;
	const char *api_version;	/* NULL: not sent */
	json_t *args;
};

/* What the door sends. The caller frees with answer_done(). */
struct answer {
	unsigned status;
	bool access_denied;	/* cpsrvd's own 403, not an envelope */
	int result;		/* metadata.result */
	enum fault fault;	/* transport fault for the door to act out */
	bool stderr_noise;
	json_t *document;	/* NULL when `body` is no JSON of ours */
	char *body;
	size_t length;
};

/* One function being answered. Handlers set data or call call_fail(). */
struct call {
	const struct sim *sim;
	const struct knobs *knobs;
	const struct request *request;
	int branch;		/* 134 of 11.134.0.30 */
	const char *version;
	json_t *state;		/* the whole state file; borrowed */
	bool state_changed;
	json_t *data;		/* owned; NULL: no data member */
	json_t *top;		/* owned; members beside data and metadata */
	int result;
	char reason[MAX_REASON];
	bool acl_missing;
	bool unknown_function;
	const char *scripts[MAX_SCRIPTS];	/* to run once the state is written */
	size_t script_count;
};

enum function_flag {
	FUNCTION_MUTATING = 1 << 0,	/* changes the server, be it by a side effect */
	FUNCTION_SECRET = 1 << 1,	/* returns private keys or passwords */
	FUNCTION_POST_ONLY = 1 << 2,
	FUNCTION_MAP_DATA = 1 << 3	/* data itself is a map of names: no foreign member fits */
};

typedef void call_handler(struct call *call);

struct function {
	const char *name;
	int since;		/* branch that brought it; 0: always there */
	unsigned flags;
	const char *acl;	/* NULL: anyone; "all": root-level */
	call_handler *handler;
};

/* whmsim_knobs.c */
bool quirk_on(const struct knobs *knobs, enum quirk quirk);
bool fault_on(const struct knobs *knobs, enum fault fault, const char *function);
int knobs_add_quirk(struct knobs *knobs, const char *name);
int knobs_add_fault(struct knobs *knobs, const char *name_and_function);
int sim_read_config(struct sim *sim, struct knobs *knobs, const char *path, bool locations);
void quirks_print(FILE *out);
void faults_print(FILE *out);
int version_branch(const char *version);
int version_compare(const char *left, const char *right);

/* whmsim_args.c */
json_t *args_from_query(const char *query, size_t length);
int args_add_pair(json_t *args, const char *pair, size_t length, bool plus_is_blank);
const char *args_get(const json_t *args, const char *name);
json_t *args_all(const json_t *args, const char *name);

/* whmsim_store.c */
int store_lock(const char *state_file);
void store_unlock(int lock);
json_t *store_load(const char *state_file, char *why, size_t why_size);
int store_save(const char *state_file, const json_t *state);
json_t *state_at(const json_t *state, const char *path);
int state_assign(json_t *state, const char *assignment, char *why, size_t why_size);
json_t *state_resolve(const json_t *value);

/* whmsim_files.c: the cPanel-shaped tree below the root */
enum pair_state { PAIR_NO_FILE, PAIR_ABSENT, PAIR_BARE, PAIR_VALUE };

bool tree_path(const struct sim *sim, const char *path, char *ret, size_t size);
bool tree_exists(const struct sim *sim, const char *path);
char *tree_read(const struct sim *sim, const char *path);
int tree_replace(const struct sim *sim, const char *path, const char *bytes, size_t length);
void tree_touch(const struct sim *sim, const char *path, bool present);
enum pair_state pair_get(const struct sim *sim, const char *path, char separator, const char *key,
    char *ret, size_t size);
int pair_set(const struct sim *sim, const char *path, char separator, const char *key,
    const char *value);
json_t *datastore_read(const struct sim *sim, const char *path);
int datastore_set(const struct sim *sim, const char *path, const char *key, const char *value);
json_t *tree_resellers(const struct sim *sim);
json_t *tree_mailboxes(const struct sim *sim, const char *user);
int tree_run(const struct sim *sim, const char *script);

/* whmsim_api.c */
void api_answer(const struct sim *sim, const struct request *request, struct answer *ret);
void api_access_denied(const struct sim *sim, const struct request *request, struct answer *ret);
void answer_render(const struct knobs *knobs, struct answer *answer, size_t indent);
void answer_done(struct answer *answer);
void knobs_for_request(const struct sim *sim, struct knobs *ret);
json_t *api_call(struct call *call);
void call_fail(struct call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *call_need(struct call *call, const char *name);
const char *call_arg(const struct call *call, const char *name);
bool call_quirk(const struct call *call, enum quirk quirk);
void call_run_after(struct call *call, const char *script);
bool role_enabled(const struct call *call, const char *module);
bool user_has_acl(const struct call *call, const char *user, const char *acl);
json_t *user_privileges(const struct call *call, const char *user);

/* whmsim_functions.c */
const struct function *function_find(const char *name);
const struct function *function_at(size_t index);

/* handlers, by file */
call_handler read_acctcounts, read_api_token_list, read_applist, read_autossl_providers,
    read_backup_config, read_backup_dates, read_backup_destinations, read_backup_sets,
    read_backup_transport, read_best_ssldomain, read_cphulk_config, read_cphulk_records,
    read_cphulk_status, read_current_profile, read_dmarcs, read_domain_info, read_hostname,
    read_installed_versions, read_is_role_enabled, read_list_pops_for, read_list_users,
    read_listaccts, read_listacls, read_listresellers, read_modsec_installed, read_myprivs,
    read_needs_reboot, read_password_strengths, read_security_advice, read_service_config,
    read_service_config_key, read_servicestatus, read_ssl_vhosts, read_tiers, read_tweaksetting,
    read_twofactor_status, read_twofactor_users, read_uapi, read_update_availability, read_version;
call_handler secret_service_ssl, secret_vhost_ssl, secret_crt, secret_dkim, secret_twofactor,
    effect_exim_check, effect_exim_validate, effect_dkims, effect_destination_validate;
call_handler write_tweaksetting, write_password_strengths, write_service_config_key,
    write_cphulk_key, write_cphulk_enable, write_cphulk_disable, write_twofactor_enable,
    write_twofactor_disable, write_backup_config, write_cpanel_updates, write_updateconf,
    write_token_update, write_token_revoke, write_dmarc;
call_handler run_batch;

/* doors */
struct listen_at {
	const char *address;	/* ADDRESS:PORT */
	bool clear;		/* no TLS: redirects, or shows a login page */
};

int http_serve(struct sim *sim, const struct listen_at *listeners, size_t count, const char *cert,
    const char *key, const char *pid_file);
int cli_run(int argc, char **argv);

#endif
