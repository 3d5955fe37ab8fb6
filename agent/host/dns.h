/*
 * Many DNS questions at once, asked of recursive resolvers over UDP and, where
 * that truncates, TCP. c-ares sends and matches (the answer's id, question and
 * sender); what is tried next, how much is on its way and when a server is
 * taken for dead is decided here. Messages are written and read by parse/dns.h.
 */
#ifndef CPWARD_HOST_DNS_H
#define CPWARD_HOST_DNS_H

#include <stddef.h>

struct answer;
struct arena;
struct err;
struct question;

#define DNS_SERVERS_MAX 16
#define DNS_RESOLV_CONF "/etc/resolv.conf"

struct dns_asker_options {
	/* "ADDR", "ADDR:PORT", "[ADDR]:PORT", in the order of preference */
	const char *const *servers;
	size_t server_count;		/* 0 = the nameservers of resolv_conf */
	const char *resolv_conf;	/* NULL = DNS_RESOLV_CONF */
	size_t receive_bytes;		/* of a socket's buffer; 0 = 4 MiB */
};

/*
 * NULL and err (ERR_CONTENT) when a server is none. No socket is opened yet.
 * What it learns of a server, that it is dead for instance, outlives a batch.
 */
struct dns_asker;
struct dns_asker *dns_asker_new(const struct dns_asker_options *options,
    struct err *err);
void dns_asker_free(struct dns_asker *asker);	/* NULL is fine */

/*
 * One answer for each question, all of kind ASK_DNS, as host_dns promises
 * (host/host.h). Equal questions are asked once and share their bytes.
 */
void dns_ask_all(struct dns_asker *asker, struct arena *arena,
    const struct question *questions, size_t count,
    struct answer *ret_answers);

/* An address and a port that dns_asker_new would take, as text: for settings. */
int dns_server_valid(const char *text);

#endif
