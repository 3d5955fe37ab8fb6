/*
 * All that a run knows about a server. Two levels: groups of scalars, and
 * lists of named things with scalars. Strings, lists and items live in the
 * arena that was given to facts_new.
 *
 * fields.c holds the one table that names every member; saving, loading,
 * comparing and the checks' needs go through it.
 */
#ifndef CPWARD_FACTS_FACTS_H
#define CPWARD_FACTS_FACTS_H

#include "facts/fact.h"

struct arena;

struct platform_facts {
	struct setting cpanel_version;		/* 11.134.0.30; file, api */
	struct fact_bool update_available;	/* api */
	struct fact_str newest_version;		/* api, without the 11. prefix */
	struct fact_str tier;			/* api: edge current release stable lts */
	struct fact_str cpupdate_tier;		/* file: /etc/cpupdate.conf CPANEL */
	struct fact_str cpupdate_updates;	/* file: UPDATES daily|manual|never */
	struct fact_str os_id;			/* file: /etc/os-release ID */
	struct fact_str os_version;		/* file: VERSION_ID */
	struct fact_int forged_sessions;	/* file: raw sessions with injected lines */
};

/* What kind of server this is: no check row judges it, many are scoped by it. */
struct site_facts {
	struct fact_str server_profile;		/* api: get_current_profile code */
	struct fact_list disabled_roles;	/* api */
	struct fact_list linked_accounts;	/* api: accounts whose mail is on another node */
	struct fact_bool dns_cluster;		/* file */
	struct fact_int nat_addresses;		/* file: /var/cpanel/cpnat */
	struct fact_str smarthost;		/* store: smarthost_routelist */
	struct fact_int remote_domains;		/* file: /etc/remotedomains */
	struct fact_int secondary_mx;		/* file: /etc/secondarymx */
	struct fact_int manual_mx;		/* file: /etc/manualmx */
	struct fact_list port_owners;		/* file: "25 /usr/sbin/exim" from /proc */
	struct fact_list products;		/* file: csf imunify fail2ban cagefs litespeed kernelcare */
	struct fact_list local_templates;	/* file: main.local templates in force */
	struct fact_list exim_local_blocks;	/* store: non-empty markers of exim.conf.local */
	struct fact_list exim_code;		/* file: custom ACL fragments, exim.pl.local */
	struct fact_str managed_by;		/* file: cpward.ini [site] managed_by */
};

/*
 * Exim's main options, each as on its planes. cipher_suites is what
 * tls_require_ciphers expands to for TLS 1.2 and below, ':' between names, in
 * OpenSSL's order; the origin names the library that expanded it.
 * auth_offered is reduced from auth_advertise_hosts and the authenticators'
 * server_advertise_condition: "tls-only", "always", "never", or
 * "hosts LIST" for hosts that may authenticate in clear.
 */
struct exim_facts {
	struct setting openssl_options;
	struct setting cipher_suites;
	struct setting tls_advertise_hosts;
	struct setting tls_on_connect_ports;
	struct setting daemon_smtp_ports;
	struct setting auth_offered;		/* file, daemon */
	/* file: public names; "PLAIN accepts any password" where it does */
	struct fact_list auth_mechanisms;
	struct setting require_secure_auth;	/* store, api */
	struct setting recipients_max;
	struct setting disable_ipv6;		/* "true", "false" */
	struct setting log_selector;
	struct setting log_file_path;		/* absent: as compiled in */
	struct setting acl_dictionary_attack;	/* store, api */
	struct setting acl_ratelimit;		/* store, api */
	struct fact_list trustedmailhosts;	/* file: entries, comments dropped */
	struct fact_list skipsmtpcheckhosts;
	struct fact_list senderverifybypasshosts;
	struct fact_list backupmxhosts;
	struct fact_list alwaysrelay;
	struct fact_list relayhosts;
};

/* Names and meaning are Dovecot 2.4's; 2.3's are normalised to them. */
struct dovecot_facts {
	struct fact_str version;		/* daemon: 2.3.21; "2.4.1" */
	struct setting ssl;
	struct setting ssl_min_protocol;
	struct setting cipher_suites;
	struct setting auth_allow_cleartext;
	struct setting auth_mechanisms;
	struct setting auth_verbose;
	struct setting auth_verbose_passwords;
	struct setting auth_debug_passwords;
	struct setting auth_failure_delay;	/* seconds, as digits */
	struct setting mail_max_userip_connections;	/* as protocol imap has it */
	struct setting login_log_format_elements;
	struct setting mail_plugins;		/* words, as protocol imap has them */
	struct setting mail_log_events;
	struct setting mail_log_fields;
	struct setting imaps_port;		/* "0" = closed */
	struct setting log_path;		/* "syslog" or a file */
	struct setting info_log_path;		/* logins; "" = as log_path */
};

/* WHM tweak settings, by cPanel's own key; store and api. */
struct tweak_facts {
	struct setting alwaysredirecttossl;
	struct setting requiressl;
	struct setting disable_security_tokens;
	struct setting popbeforesmtp;
	struct setting resetpass;
	struct setting resetpass_sub;
	struct setting emailpasswords;
	struct setting domainowner_mail_pass;
	struct setting cookieipvalidation;
	struct setting account_login_access;
	struct setting smtpmailgidonly;
	struct setting nobodyspam;
	struct setting maxemailsperhour;
	struct setting email_send_limits_max_defer_fail_percentage;
};

/* Minimum strengths 0 to 100, and what CSF's lfd or a touch file adds. */
struct access_facts {
	struct fact_bool smtp_gid_only;		/* file: /var/cpanel/smtpgidonlytweak */
	struct fact_bool csf_smtp_block;	/* file: csf.conf SMTP_BLOCK */
	struct fact_bool lfd_mail_logins;	/* file: csf.conf LF_SMTPAUTH, LF_POP3D, LF_IMAPD */
	struct fact_int strength_default;	/* api */
	struct fact_int strength_virtual;	/* api */
	struct fact_int strength_passwd;	/* api */
	struct fact_bool mfa_policy;		/* api */
	struct fact_list mfa_users;		/* api: users enrolled */
	struct fact_bool cphulk_enabled;	/* api */
	struct fact_bool cphulk_by_address;	/* api: ip_based_protection */
	struct fact_int cphulk_max_by_address;	/* api: max_failures_byip */
};

struct backup_facts {
	struct fact_bool enabled;		/* api */
	struct fact_bool daily;			/* api */
	struct fact_int daily_retention;	/* api */
	struct fact_bool weekly;		/* api */
	struct fact_bool accounts;		/* api: backupaccts */
	struct fact_bool configuration;		/* api: backupfiles */
	struct fact_int newest_archive;		/* file: epoch seconds of the newest in backupdir */
	struct fact_int newest_set;		/* api: epoch seconds, backup_date_list */
};

/* The system's cryptography, which may forbid what a configuration allows. */
struct crypto_facts {
	/*
	 * file: what the system's policy refuses to every program: "TLSv1.2"
	 * is the lowest protocol it lets pass; "" = it forbids none.
	 */
	struct fact_str policy_min_protocol;
	struct fact_str policy;			/* file: "DEFAULT", "LEGACY", "FIPS", "security level 2" */
	struct fact_bool fips_enabled;		/* file: /proc/sys/crypto/fips_enabled */
};

/* How Exim treats TLS with other servers; the transports are a list. */
struct exchange_facts {
	struct fact_bool dane_supported;	/* daemon: exim -bV */
	/* file: senders' domains, "*.example.org", "*", refused without TLS */
	struct fact_list required_inbound;
	/* file: domains whose mail no router sends through a transport without TLS */
	struct fact_list required_outbound;
	/* daemon, --deep: "refused" or "accepted" for a foreign domain */
	struct fact_str relay_from_outside;
	/*
	 * file: how the sender of authenticated mail is held to its account:
	 * "from-rewritten", "from-rewritten-outside", "sender-added", "none"
	 */
	struct fact_str sender_binding;
	/* daemon: "NAME@ADDRESS STATE CIPHER", states as parse/tunnels.h has them */
	struct fact_list tunnels;
};

/* The ports that answer, blanks between: "25 465 587"; "" = none. All socket. */
struct listening_facts {
	struct setting exim;
	struct setting dovecot;
	struct setting cpsrvd;
	struct setting cpdavd;
	struct setting httpd;
	struct fact_str source;			/* address that the probes came from */
	struct fact_bool complete_lists;	/* asked with --full */
};

/* Name servers, and what they say of the server as a whole. */
struct dns_facts {
	struct fact_list servers;		/* file: that were asked, "192.0.2.53" */
	/*
	 * file: the admin names them as validating resolvers that are reached
	 * over a path nobody can write on; then AD is worth something
	 */
	struct fact_bool validating;
	/* socket: domain whose SPF record covers the smarthost; absent = none */
	struct fact_str smarthost_spf;
	/* socket: CAA of the host name, inherited ones too: "0 issue \"…\"" */
	struct fact_list caa;
};

/*
 * Of one message Exim's log line has room for so many recipients, of 40 bytes
 * each; whether there were more is then not known.
 */
#define LEDGER_RECIPIENTS_LISTED 200

/*
 * What the logs tell of the last 30 days, that of the scan among them; all log.
 * A count is what was seen, and that is true even where lines are missing: that
 * none are is told by exim_days, dovecot_days and panel_days alone. These count
 * the days of which the log has lines, from the first on after which none is
 * missing from it; the panel's, which is not written to every day, those since
 * its first line. A log that is not there
 * makes its facts absent; one of which nothing is known, unknown.
 *
 * Messages are those that crossed the network. "Old" is a TLS version below
 * 1.2, "clear" no TLS at all. A login in clear from the server itself, such as
 * webmail's, is none. Days are the server's own, "2026-11-21"; a last day is
 * absent where there is none.
 *
 * Dovecot's lines mostly come through syslog, into which every local user can
 * write: they tell what went wrong, never alone that nothing did.
 */
struct ledger_facts {
	struct fact_bool stored;	/* the ledger outlives this run */
	struct fact_str first_day;	/* the logs of mail are whole from here on */
	struct fact_int exim_days;
	struct fact_str exim_last_day;	/* of its newest line */
	struct fact_int dovecot_days;	/* Dovecot's lines */
	struct fact_int panel_days;	/* of login_log */
	struct fact_int broken_lines;	/* of all logs: they could not be read */

	/*
	 * Messages that arrived, and who sent them or to how many could not be read: what
	 * is counted of in_messages, submissions and senders is true but for these
	 */
	struct fact_int broken_arrivals;
	struct fact_str broken_arrivals_last;
	struct fact_int broken_deliveries;
	struct fact_str broken_deliveries_last;

	struct fact_int out_messages;	/* deliveries to other servers */
	struct fact_int out_clear;
	struct fact_int out_old;
	struct fact_int out_tls13;
	struct fact_int out_untold;	/* encrypted, the version is not logged */
	struct fact_int out_signed;	/* the line says DKIM=, of whatever domain */
	struct fact_int out_fallbacks;	/* in clear because a handshake failed */
	struct fact_int in_messages;	/* from other servers */
	struct fact_int in_clear;
	struct fact_int in_old;
	struct fact_int submissions;	/* over SMTP with AUTH */
	struct fact_int submissions_clear;
	struct fact_str submissions_clear_last;
	struct fact_int most_recipients;	/* of one message that a user or program sent */

	struct fact_int mailbox_logins;	/* IMAP, POP3, Sieve, Dovecot's submission */
	struct fact_int mailbox_logins_clear;
	struct fact_str mailbox_logins_clear_last;
	struct fact_int panel_logins;	/* webmail, cPanel, WHM, DAV */
	struct fact_str panel_logins_last;
	struct fact_int failures;	/* logins from elsewhere that failed, of all services */
};

/* How many of each list there are: known only when the list is complete. */
struct inventory_facts {
	struct fact_int accounts;
	struct fact_int domains;
	struct fact_int resellers;
	struct fact_int tokens;
	struct fact_int password_files;
	struct fact_int private_keys;
	struct fact_int mail_paths;
	struct fact_int transports;
	struct fact_int listeners;
	struct fact_int mail_names;
	struct fact_int sending_addresses;
	struct fact_int mx_hosts;
	struct fact_int peer_domains;
	struct fact_int login_sources;
	struct fact_int login_accounts;
	struct fact_int senders;
};

struct account_facts {
	const char *name;
	struct fact_str domain;
	struct fact_str owner;
	struct fact_str home;
};

/*
 * A domain that the server hosts. What DNS says is socket: a record is absent
 * when the name server said that there is none, unknown when nobody could tell.
 * A fact about a record that is not there is absent as well.
 */
struct domain_facts {
	const char *name;
	struct fact_str account;
	struct fact_str kind;			/* file: main addon parked sub */
	/*
	 * file: what the domain does with mail here: "sends" has mailboxes;
	 * "receives" has none, but addresses that lead somewhere; "none";
	 * "elsewhere" its mail is another server's; "suspended" its account is
	 */
	struct fact_str mail;
	struct fact_bool exists;		/* socket: false = NXDOMAIN, of its own name */
	struct fact_list sends_from;		/* file: public addresses, after NAT */
	struct fact_str helo;			/* file: name it says there */

	struct fact_list spf_records;		/* as published; all that are SPF's */
	struct fact_str spf_error;		/* why receivers say permerror; absent = fine */
	struct fact_str spf_all;		/* "-all" "~all" "?all" "+all"; absent = none */
	struct fact_int spf_lookups;		/* of 10 */
	struct fact_int spf_void_lookups;	/* of 2 */
	struct fact_bool spf_ptr;		/* uses the ptr mechanism */
	struct fact_str spf_open;		/* whose record, included, ends in +all */
	struct fact_list spf_includes;		/* targets of include: and redirect= */
	/* one for each address of sends_from: "192.0.2.25 pass" */
	struct fact_list spf_results;

	struct fact_str dkim_selector;		/* file */
	struct fact_str dkim_private_key;	/* file: "RSA 2048"; absent = not there */
	struct fact_str dkim_expected;		/* file: record that belongs to it */
	struct fact_list dkim_records;		/* as published at the selector */
	struct fact_str dkim_error;		/* why it is no use; absent = fine */
	struct fact_str dkim_key;		/* "RSA 2048", "Ed25519", "revoked" */
	struct fact_bool dkim_matches;		/* the key on disk */
	struct fact_bool dkim_testing;		/* t=y */
	struct fact_str dkim_hashes;		/* h=; absent = any */
	struct fact_str dkim_wildcard;		/* record of *._domainkey */

	struct fact_list dmarc_records;		/* at _dmarc.NAME itself */
	struct fact_str dmarc_record;		/* in force, by the tree walk */
	struct fact_str dmarc_domain;		/* where that stands */
	struct fact_str dmarc_error;		/* why receivers ignore it; absent = fine */
	/* as published, and what RFC 9989 puts in the place of what is not */
	struct fact_str dmarc_policy;		/* for this domain: none quarantine reject */
	struct fact_str dmarc_subdomain_policy;	/* for those below it */
	struct fact_str dmarc_nonexistent_policy;
	struct fact_bool dmarc_testing;		/* t=y */
	struct fact_str dmarc_alignment;	/* "adkim=r aspf=s"; absent = neither stated */
	struct fact_list dmarc_removed;		/* pct rf ri !size */
	struct fact_list dmarc_unknown_tags;
	struct fact_list dmarc_rua;		/* URIs */
	struct fact_list dmarc_unauthorised;	/* URIs whose host has not agreed */

	/* "10 mail.example.com", "0 ."; absent = its own address (RFC 5321 5.1) */
	struct fact_list mx;
	struct fact_str mta_sts_record;
	struct fact_str mta_sts_error;		/* of record or policy; absent = fine */
	struct fact_str mta_sts_mode;		/* enforce testing none */
	struct fact_int mta_sts_max_age;	/* seconds */
	struct fact_list mta_sts_uncovered;	/* MX hosts that no mx line covers */
	struct fact_str tls_rpt_record;
	struct fact_str tls_rpt_error;
	struct fact_list tls_rpt_rua;
	struct fact_bool dnssec;		/* the MX answer was authenticated */

	/* log, of the window of ledger_facts: its mail to other servers */
	struct fact_int sent;			/* deliveries */
	struct fact_int sent_signed;		/* with its own DKIM signature */
	struct fact_int sent_signed_other;	/* with another domain's alone */
};

/* A public address that mail leaves from. */
struct sending_address_facts {
	const char *name;			/* "198.51.100.7", "2001:db8::25" */
	struct fact_str local;			/* file: what the server binds, before NAT */
	struct fact_list ptr;			/* socket: names it leads to */
	struct fact_list confirmed;		/* socket: those that lead back to it */
};

/* A host that a domain's MX names; shared by many domains. */
struct mx_host_facts {
	const char *name;
	struct fact_list addresses;		/* socket */
	struct fact_str leads;			/* socket: "here", "elsewhere", "both" */
	struct fact_list tlsa;			/* socket: of _25._tcp.NAME, "3 1 1 0123…" */
	struct fact_bool dnssec;		/* socket: its addresses and TLSA authenticated */
	/*
	 * socket: "DEPTH SELECTOR MATCHING HEX" of the chain that port 25 shows
	 * to who asks for the name; only asked where there is TLSA and it leads here
	 */
	struct fact_list digests;
};

struct reseller_facts {
	const char *name;
	struct fact_list acls;
};

struct token_facts {
	const char *name;			/* USER/TOKEN */
	struct fact_list acls;
	struct fact_int expires_at;		/* epoch seconds; absent = never */
	struct fact_list whitelist_ips;		/* absent = any address */
};

/* A shadow file: how many entries it has under each scheme. */
struct password_file_facts {
	const char *name;			/* path */
	struct fact_int entries;		/* with a hash, locked ones included */
	struct fact_list schemes;		/* "sha512-crypt 12", "md5-crypt 1" */
};

/* Mode is octal text, "0640"; owner and group are names, else numbers. */
struct private_key_facts {
	const char *name;			/* path */
	struct fact_str kind;			/* exim dovecot sni dkim cpanel */
	struct fact_str mode;
	struct fact_str owner;
	struct fact_str group;
};

struct mail_path_facts {
	const char *name;			/* path */
	struct fact_str kind;			/* mailbox-root spool exim-log maillog panel-log */
	struct fact_str mode;
	struct fact_str owner;
	struct fact_str group;
};

/*
 * An smtp transport of Exim that a router may use to send to another machine;
 * file. An option that is not set is absent; "${" in one is code.
 */
struct transport_facts {
	const char *name;
	struct fact_str hosts_require_tls;
	struct fact_str hosts_avoid_tls;
	struct fact_str tls_tempfail_tryclear;	/* "true", "false" */
	struct fact_str tls_verify_hosts;
	struct fact_str tls_try_verify_hosts;
	struct fact_str tls_verify_certificates;
	struct fact_str tls_verify_cert_hostnames;
	struct fact_str hosts_try_dane;
	struct fact_str hosts_require_dane;
};

/*
 * A port that answers. All socket, but for whose it is (file). Names of
 * protocols are "SSLv3" to "TLSv1.3", of suites OpenSSL's, else IANA's. A fact
 * that makes no sense for the listener's protocol is absent: starttls where
 * TLS comes first, hsts where no HTTP is spoken.
 */
struct listener_facts {
	const char *name;			/* ADDR:PORT, [ADDR]:PORT */
	struct fact_str protocol;		/* "smtp", "imaps" */
	struct fact_str service;		/* exim dovecot cpsrvd cpdavd httpd, other */
	struct fact_str program;		/* "/usr/sbin/exim" */
	struct fact_bool starttls;		/* offered in clear */
	struct fact_list clear_mechanisms;	/* offered before TLS */
	struct fact_str clear_login;		/* before TLS: "refused", "possible" */
	struct fact_list protocols;		/* accepted */
	struct fact_list protocols_undecided;	/* neither accepted nor refused */
	struct fact_list suites;		/* accepted */
	struct fact_list suites_undecided;	/* neither chosen nor refused */
	struct fact_list groups;		/* accepted */
	struct fact_list groups_undecided;
	struct fact_str group;			/* chosen when all are offered, best first */
	struct fact_int dh_bits;		/* smallest DHE modulus; absent = no DHE */
	struct fact_bool secure_renegotiation;
	struct fact_bool client_renegotiation;
	struct fact_bool compression;
	struct fact_bool tickets;
	struct fact_bool ocsp_staple;
	struct fact_bool extended_master_secret;
	struct fact_bool fallback_scsv;
	struct fact_bool starttls_injection;
	struct fact_str clear_http;		/* "redirect https://…", "answers 401" */
	struct fact_str hsts;
	struct fact_str trust;			/* "trusted", else why not */
	struct fact_list names;			/* the certificate is for */
	struct fact_int not_before;		/* epoch seconds */
	struct fact_int not_after;
	struct fact_str key;			/* "RSA 2048" */
	struct fact_str signature;		/* weakest of the chain */
	struct fact_bool must_staple;
	struct fact_str fingerprint;		/* SHA-256 of the certificate */
};

/* mail.DOMAIN, webmail.DOMAIN: what a client that asks for it is shown. */
struct mail_name_facts {
	const char *name;
	struct fact_str address;		/* "here", else where it leads */
	struct fact_str listener;		/* ADDR:PORT that was asked */
	struct fact_str trust;
	struct fact_list names;
	struct fact_int not_after;
};

/*
 * A domain of others with which mail was exchanged in clear or under an old TLS
 * version in the window of ledger_facts; all log. What comes in is counted for
 * the domain that the sender claims.
 */
struct peer_domain_facts {
	const char *name;
	struct fact_int out;
	struct fact_int out_clear;
	struct fact_int out_old;
	struct fact_int in;
	struct fact_int in_clear;
	struct fact_int in_old;
	struct fact_str last_day;	/* with mail in clear or under an old version */
};

/* An address from which 20 logins or more failed on one day; log. */
struct login_source_facts {
	const char *name;		/* "192.0.2.7"; "(other)" = many that were folded */
	struct fact_str worst_day;
	struct fact_int worst_count;
	struct fact_list services;	/* of all its failures: smtp imap webmail … */
};

/*
 * An account with 20 failed logins or more on one day, or that was logged in to
 * from three networks or more within one hour; log. Names are the ledger's: a
 * key under a secret of this server's, "0123456789abcdef@example.com".
 */
struct login_account_facts {
	const char *name;
	struct fact_str worst_day;	/* absent = fewer than 20 failures */
	struct fact_int worst_count;
	struct fact_int networks;	/* most within one hour, /24 and /48 */
	struct fact_str networks_day;
};

/* An account that sent to 20 recipients or more within one hour; log. */
struct sender_facts {
	const char *name;		/* as login_account_facts has it */
	struct fact_int most;		/* recipients of one message */
	struct fact_int peak;		/* recipients within one hour */
	struct fact_str peak_hour;	/* "2026-11-21 14h" */
	struct fact_int recipients;	/* in the whole window */
};

enum collector_state {
	COLLECTOR_SKIPPED,
	COLLECTOR_OK,
	COLLECTOR_PARTIAL,	/* some of its facts are unknown */
	COLLECTOR_FAILED,	/* all of them are */
};

/* Why a collector was not run, when no selected check needs its facts. */
#define COLLECTOR_NOT_NEEDED "no check that was selected needs it"

const char *collector_state_name(enum collector_state state);

struct collector_report {
	const char *name;
	enum collector_state state;
	const char *why;	/* the first reason; NULL when ok */
	int64_t duration_ms;
};

#define LIST_OF(type) struct { type *items; size_t count; }

struct facts {
	struct arena *arena;
	const char *host;		/* of the scanned server; NULL = unknown */
	int64_t collected_at;		/* epoch seconds, UTC */
	LIST_OF(struct collector_report) collectors;
	struct platform_facts platform;
	struct site_facts site;
	struct exim_facts exim;
	struct dovecot_facts dovecot;
	struct tweak_facts tweak;
	struct access_facts access;
	struct backup_facts backup;
	struct crypto_facts crypto;
	struct exchange_facts exchange;
	struct listening_facts listening;
	struct dns_facts dns;
	struct ledger_facts ledger;
	struct inventory_facts inventory;
	LIST_OF(struct account_facts) accounts;
	LIST_OF(struct domain_facts) domains;
	LIST_OF(struct reseller_facts) resellers;
	LIST_OF(struct token_facts) tokens;
	LIST_OF(struct password_file_facts) password_files;
	LIST_OF(struct private_key_facts) private_keys;
	LIST_OF(struct mail_path_facts) mail_paths;
	LIST_OF(struct transport_facts) transports;
	LIST_OF(struct listener_facts) listeners;
	LIST_OF(struct mail_name_facts) mail_names;
	LIST_OF(struct sending_address_facts) sending_addresses;
	LIST_OF(struct mx_host_facts) mx_hosts;
	LIST_OF(struct peer_domain_facts) peer_domains;
	LIST_OF(struct login_source_facts) login_sources;
	LIST_OF(struct login_account_facts) login_accounts;
	LIST_OF(struct sender_facts) senders;
};

/* Everything unknown, nothing listed; lives in the arena. */
struct facts *facts_new(struct arena *arena);

#endif
