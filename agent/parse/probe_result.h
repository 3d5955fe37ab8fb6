/*
 * What probing listeners found: the struct, and the one document it is
 * written to and read from (cpward.probe/1, man/schema/cpward.probe-1.json). The
 * prober fills it, `cpward probe` prints it, the probe collector makes facts of
 * it, and a recorded scan keeps it.
 */
#ifndef CPWARD_PARSE_PROBE_RESULT_H
#define CPWARD_PARSE_PROBE_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct arena;
struct err;

#define PROBE_TEXT_MAX 256	/* bytes of a text that the peer chose */
#define PROBE_DIGESTS_DEPTH 8	/* certificates of a chain that are hashed */

/* What is spoken on a port before TLS, if anything. */
enum probe_protocol {
	PROBE_TLS,		/* TLS from the first byte, nothing known inside */
	PROBE_SMTP,
	PROBE_SMTPS,
	PROBE_IMAP,
	PROBE_IMAPS,
	PROBE_POP3,
	PROBE_POP3S,
	PROBE_SIEVE,
	PROBE_HTTP,
	PROBE_HTTPS,
	PROBE_PROTOCOL_COUNT,
};

/* "smtp", "smtps", … ; -1 for a word that is none. */
const char *probe_protocol_name(enum probe_protocol protocol);
int probe_protocol_parse(const char *word, enum probe_protocol *ret_protocol);
bool probe_protocol_implicit(enum probe_protocol protocol);	/* TLS at once */
/* By port, 25 smtp … 443 https; PROBE_TLS for one that is not known. */
enum probe_protocol probe_protocol_of_port(unsigned port);

enum probe_seen {
	PROBE_UNKNOWN,	/* zeroed memory: nobody could tell */
	PROBE_NO,
	PROBE_YES,
};

struct code_list {
	uint16_t *ids;
	size_t count;
};

enum probe_order {
	ORDER_UNKNOWN,
	ORDER_SERVER,		/* the server's preference decides */
	ORDER_CLIENT,
};

#define PROBE_VERSION_COUNT 5	/* SSLv3 … TLSv1.3, in that order */

struct probe_version {
	uint16_t version;		/* TLS_SSL3 … */
	enum probe_seen accepted;
	struct code_list suites;	/* accepted; server's order where ORDER_SERVER */
	/*
	 * Offered by no handshake that was refused, nor chosen in one: whether
	 * these are accepted is not known. Empty in a complete list, and where
	 * the version itself is not accepted, or not known to be.
	 */
	struct code_list undecided;
	enum probe_order order;
};

enum probe_feature {
	FEATURE_SECURE_RENEGOTIATION,	/* RFC 5746 */
	FEATURE_CLIENT_RENEGOTIATION,	/* a client may start one (full) */
	FEATURE_COMPRESSION,		/* DEFLATE was taken */
	FEATURE_TICKETS,		/* RFC 5077, RFC 8446 4.6.1 */
	FEATURE_OCSP_STAPLE,
	FEATURE_EXTENDED_MASTER_SECRET,
	FEATURE_FALLBACK_SCSV,		/* a fallback was refused (full) */
	FEATURE_STARTTLS_INJECTION,	/* a command sent before TLS was answered in it (full) */
	FEATURE_COUNT,
};
const char *probe_feature_name(enum probe_feature feature);	/* "secure_renegotiation" */

/* A chain as a listener sent it for one name. */
struct probe_chain {
	const char *server_name;	/* SNI that was asked for; NULL = none */
	enum probe_seen trusted;	/* by the system's roots, expiry of the leaf aside */
	const char *why;		/* not trusted or unknown; NULL else */
	const char *subject;		/* "CN=…", RFC 2253; "" = empty */
	const char *issuer;
	const char *const *names;	/* DNS names of the leaf; its CN is none */
	size_t name_count;
	int64_t not_before;		/* epoch seconds */
	int64_t not_after;
	const char *key;		/* "RSA 2048", "EC P-256", "Ed25519" */
	/* The weakest of the chain, roots aside: "sha256WithRSAEncryption". */
	const char *signature;
	const char *sha256;		/* of the leaf's DER, lower-case hex */
	const char *spki_sha256;
	/*
	 * "DEPTH SELECTOR MATCHING HEX", as TLSA records have them (RFC 6698
	 * 2.1): depth 0 is the leaf; selector 0 the certificate's DER, 1 that
	 * of its SubjectPublicKeyInfo; matching 1 SHA-256, 2 SHA-512; lower-case
	 * hex. Of the first PROBE_DIGESTS_DEPTH certificates that came.
	 */
	const char *const *digests;
	size_t digest_count;
	bool ocsp_url;			/* the leaf names a responder */
	bool must_staple;		/* RFC 7633 */
	size_t sent;			/* certificates that came */
};

enum probe_status {
	PROBE_FAILED,		/* could not be told: why */
	PROBE_CLOSED,		/* connection refused: nothing listens */
	PROBE_OPEN,
};

struct probe_listener {
	const char *address;		/* 127.0.0.1, 2001:db8::1 */
	const char *host;		/* as it was asked for: a name, else the address */
	unsigned port;
	enum probe_protocol protocol;
	enum probe_status status;
	const char *why;		/* FAILED, and where something was not seen */
	const char *source;		/* address that the connections came from */
	bool full;			/* the complete list was asked for */
	unsigned connections;		/* made */
	int64_t duration_ms;
	const char *greeting;		/* NULL = none */
	enum probe_seen starttls;	/* offered; UNKNOWN too for implicit TLS */
	bool mechanisms_seen;
	const char *mechanisms;		/* before TLS: "PLAIN LOGIN"; "" = none */
	enum probe_seen clear_login;	/* YES = possible before TLS */
	enum probe_seen relay;
	unsigned http_status;		/* in clear, or inside TLS; 0 = none */
	const char *location;		/* NULL = none */
	const char *hsts;		/* NULL = none */
	struct probe_version versions[PROBE_VERSION_COUNT];
	struct code_list groups;	/* accepted */
	struct code_list groups_undecided;
	uint16_t group;			/* chosen when all are offered, best first; 0 = not known */
	struct code_list sigalgs;	/* accepted, TLS 1.2 and 1.3 (full) */
	unsigned dh_bits;		/* smallest DHE modulus seen; 0 = no DHE */
	enum probe_seen features[FEATURE_COUNT];
	struct probe_chain *chains;	/* the host's own first */
	size_t chain_count;
};

struct probe_result {
	struct probe_listener *listeners;
	size_t count;
};

#define PROBE_RESULT_MAX_BYTES (32u * 1024 * 1024)

/*
 * One JSON document of ASCII and a newline, a listener after the other; indent
 * 0 = one line. Suites, groups and signature algorithms go by name, or as
 * "0x1301" where they have none; what is PROBE_UNKNOWN is null. Ill-formed
 * UTF-8 in a text becomes U+FFFD, so what is read again is written the same.
 */
void probe_result_write(FILE *stream, const struct probe_result *result,
    unsigned indent);
/*
 * ERR_PARSE with the member that is wrong, "listeners[0].port is …"; strings
 * and lists in the arena. Every member must be there; others are passed over.
 */
int probe_result_read(struct arena *arena, const char *bytes, size_t length,
    struct probe_result *ret_result, struct err *err);

/* No value yet: every version there, everything unknown. */
void probe_listener_init(struct probe_listener *listener, const char *address,
    unsigned port, enum probe_protocol protocol);
/* Keeps the order; what is there already is not added again. */
void code_list_add(struct arena *arena, struct code_list *list, uint16_t id);
bool code_list_has(const struct code_list *list, uint16_t id);

#endif
