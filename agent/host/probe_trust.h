/*
 * The roots that the system trusts, and whether a chain leads to one of them.
 */
#ifndef CPWARD_HOST_PROBE_TRUST_H
#define CPWARD_HOST_PROBE_TRUST_H

#include <stdbool.h>

#include <openssl/x509.h>

struct trust_root;

/* Zeroed memory is the beginning: nothing is read before it is needed. */
struct probe_trust {
	const char *folder;		/* roots by hash; NULL = OpenSSL's */
	const char *bundle;		/* the one file; NULL = OpenSSL's */
	X509_STORE *store;
	bool bundle_read;
	struct trust_root *roots;	/* of the bundle; NULL = none */
	size_t root_count;
};

void probe_trust_done(struct probe_trust *trust);

/*
 * The leaf comes first, in any order what it was sent with. X509_V_OK, the
 * error of X509_verify_cert(3), or -1 when there are no roots to be read or no
 * memory: then nothing can be told. The leaf's own dates are not judged, those
 * of what it was issued by are, at the present time.
 */
int probe_trust_verify(struct probe_trust *trust, STACK_OF(X509) *certificates);

#endif
