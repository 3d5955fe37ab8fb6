/*
 * What a resolved profile tells the judges: plain data, made by
 * engine/profile from YAML.
 */
#ifndef CPWARD_FACTS_PROFILE_DATA_H
#define CPWARD_FACTS_PROFILE_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts/finding.h"

/* A threshold, of the type that the check's row declares. */
enum want_type {
	WANT_NONE,
	WANT_INT,
	WANT_STRING,
	WANT_LIST,	/* of strings */
};

struct want {
	int64_t integer;
	const char *string;
	const char *const *list;
	size_t list_count;
};

struct pair {
	const char *name;
	const char *value;
};

/* What the admin declares about this server; undeclared things fail. */
struct parameters {
	const char *const *admins;	/* WHM users who may hold every privilege */
	size_t admin_count;
	const char *const *partners;
	size_t partner_count;
	const char *const *tunnels;	/* that must be up: names or peers' addresses */
	size_t tunnel_count;
	const struct pair *trusted_hosts;	/* address or network: reason */
	size_t trusted_host_count;
	const struct pair *token_owners;	/* USER/TOKEN: owner */
	size_t token_owner_count;
	/* KEY@DOMAIN as the ledger names accounts, or DOMAIN: what it sends */
	const struct pair *mass_senders;
	size_t mass_sender_count;
	/* domain, or "*": the day until which p=none is enough; by name */
	const struct pair *dmarc_rollout;
	size_t dmarc_rollout_count;
};

/* One row of a dated data file: version floors, ends of life. */
struct dated_rows {
	const char *name;	/* "cpanel-floors" */
	int64_t date;		/* epoch seconds of the day it speaks for */
	const struct pair *rows;
	size_t row_count;
};

/*
 * A published guideline for TLS. Suites and groups bear OpenSSL's names, as
 * listener_facts has them; protocols are "TLSv1.2", "TLSv1.3".
 */
struct text_list {
	const char *const *items;
	size_t count;
};

struct cipher_profile {
	const char *name;		/* "mozilla-intermediate-6.0" */
	int64_t date;			/* it was published on */
	struct text_list protocols;
	struct text_list suites;	/* TLS 1.2 */
	struct text_list suites_port_25;	/* fine there beside the others */
	struct text_list suites_tls13;
	struct text_list groups;
	struct text_list groups_tolerated;	/* not named, and not weak */
};

#define CIPHER_PROFILE_COUNT 3

struct data {
	struct dated_rows cpanel_floors;	/* branch "11.134": build "11.134.0.20", or "none" */
	struct dated_rows os_end_of_life;	/* "almalinux 9": "2032-05-31" */
	/* In the order of checks/ciphers.h's names; no age makes them wrong. */
	struct cipher_profile cipher_profiles[CIPHER_PROFILE_COUNT];
	/* older than this at collected_at: unknown; 0 = judge and name the date */
	int64_t max_age_days;
};

#endif
