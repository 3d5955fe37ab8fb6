/*
 * Collectors ask the host and fill facts. Each owns some groups or members of
 * struct facts, and declares in a table what it will ask for.
 */
#ifndef CPWARD_COLLECT_COLLECT_H
#define CPWARD_COLLECT_COLLECT_H

#include "facts/facts.h"
#include "host/host.h"

/* A cipher string that was expanded before: most planes have the same. */
struct cipher_memo {
	const char *string;
	const char *suites;	/* NULL = could not be expanded */
	const char *why;
};

/* Where cPanel keeps the domains' keys: DOMAIN/combined, DOMAIN. */
#define SNI_KEYS "/var/cpanel/ssl/domain_tls"
#define DKIM_KEYS "/var/cpanel/domain_keys/private"

/* Files that Exim and Dovecot are told to read a private key from. */
struct key_place {
	const char *kind;	/* exim, dovecot, sni */
	const char *path;
};

struct collect_options;

struct collection {
	struct host *host;
	struct facts *facts;
	struct arena *arena;	/* the facts' */
	struct arena *scratch;	/* freed when the collector returns */
	const char *managed_by;	/* cpward.ini [site]; NULL = not declared */
	const struct collect_options *options;	/* NULL = all defaults */
	LIST_OF(struct key_place) key_places;	/* in the facts' arena */
	const char *key_places_why;	/* not all are known; NULL = they are */
	LIST_OF(struct cipher_memo) cipher_memos;
};

/* One thing a collector may ask for; '*' stands for names found on the way. */
struct access {
	enum question_kind kind;
	const char *what;	/* path pattern, command line, WHM function */
	const char *purpose;	/* for `doctor --access` */
};

struct collector {
	const char *name;
	const struct access *accesses;
	size_t access_count;
	void (*collect)(struct collection *collection);
	/*
	 * Its facts, for the state it is reported in: these planes of these
	 * groups (NULL at the end).
	 */
	const char *const *groups;
	unsigned planes;
	/*
	 * The lists it fills, or "list.field" of one that another makes (NULL at
	 * the end; NULL = none), and the collectors whose facts it reads beside
	 * those that always run.
	 */
	const char *const *lists;
	const char *const *depends;
	bool always;
};

extern const struct collector *const collectors[];
extern const size_t collector_count;

struct collect_options {
	const char *managed_by;		/* NULL = not declared */
	bool full;			/* complete lists of what listeners take */
	bool deep;			/* also what leaves traces: exim -bh */
	const char *probe_host;		/* NULL = 127.0.0.1 */
	const char *probe_source;	/* NULL = 127.0.0.2 for 127.0.0.1, else any */
	const char *probe_ports;	/* "25/smtp 993/imaps"; NULL = cPanel's */
	const char *const *dns_servers;	/* NULL = the system's; for the fact */
	size_t dns_server_count;
	bool dns_validating;		/* the admin vouches for their AD bit */
	const char *ledger_directory;	/* NULL = what the logs tell is not kept */
	void (*progress)(const char *collector);	/* NULL = none */
	/*
	 * Paths of facts, "exim.ssl", "domains.mx", "domains"; '?' before one
	 * does not matter. Collectors that have no part in them are not run.
	 * NULL = all are.
	 */
	const char *const *needs;
	size_t need_count;
};

/* Runs all collectors and fills facts->collectors and collected_at. */
void collect_all(struct host *host, struct facts *facts,
    const struct collect_options *options);

/*
 * What the answer makes of a fact: known with that origin, absent, or unknown
 * with the reason. Returns true when it is known.
 */
bool meta_from_answer(struct collection *collection, struct fact_meta *meta,
    const struct answer *answer, const char *origin);
void meta_unknown(struct collection *collection, struct fact_meta *meta,
    const char *origin, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void meta_known(struct fact_meta *meta, const char *origin);
void meta_absent(struct fact_meta *meta, const char *origin);
void set_string(struct collection *collection, struct fact_str *fact,
    const char *origin, const char *value);

/* Known with the value, or absent with it NULL: "FILE:LINE" is the origin. */
struct keyvalue;
void set_from_keyvalue(struct collection *collection, struct fact_str *fact,
    const char *file, const struct keyvalue *pair);

/*
 * A copied template decides for itself what it takes from the Dovecot
 * datastore. Why the datastore (and the API, which reads it) does not speak for
 * what is in force; NULL when it does. Asks what the site collector found.
 */
const char *dovecot_store_beaten(struct collection *collection);

/* One more item of a list of the facts: "tokens". */
void *collection_add(struct collection *collection, const char *list,
    const char *name);

/* A file's or directory's mode, owner and group, from one answer. */
struct mode_facts {
	struct fact_str *mode;
	struct fact_str *owner;
	struct fact_str *group;
};
void set_modes(struct collection *collection, const char *path,
    const struct answer *answer, const struct host_stat *st,
    const struct mode_facts *facts);

/* The host's files as a configuration parser asks for them. */
struct conf_source;
struct conf_source collection_source(struct collection *collection);

/*
 * Sets what a cipher string expands to. string NULL or "" is the library's
 * own default.
 */
void set_cipher_suites(struct collection *collection, struct fact_str *fact,
    const char *origin, const char *string);

/*
 * The suites for TLS 1.2 and below that an OpenSSL cipher string expands to,
 * ':' between them, in the library's order: the collector asks libssl, so the
 * check need not. NULL when the string matches none or is malformed (why is
 * set). library (static) names the version: "OpenSSL 3.0.22".
 */
const char *cipher_suites_expand(struct arena *arena, const char *string,
    const char **ret_why);
const char *cipher_library(void);

#endif
