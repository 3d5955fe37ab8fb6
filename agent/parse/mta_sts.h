/*
 * MTA-STS (RFC 8461) and TLS reporting (RFC 8460): the TXT records and the
 * policy file.
 */
#ifndef CPWARD_PARSE_MTA_STS_H
#define CPWARD_PARSE_MTA_STS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

#define MTA_STS_POLICY_MAX (64u * 1024)	/* RFC 8461 3.2 */

/*
 * RFC 8461 3.1. true when it is one ("v=STSv1" first). With an error, senders
 * assume that there is no policy. Of a field that stands twice the first counts.
 */
bool mta_sts_record_read(struct arena *arena, const char *text, size_t length,
    const char **ret_id, const char **ret_error);

struct mta_sts_policy {
	const char *error;	/* why senders ignore it; NULL = fine */
	const char *mode;	/* "enforce" "testing" "none" */
	int64_t max_age;	/* seconds */
	const char *const *mx;	/* "mail.example.com", "*.example.com" */
	size_t mx_count;
};

/*
 * RFC 8461 3.2, by its grammar: empty lines, too, make it invalid. Fields come
 * in any order, unknown ones are ignored. Whatever could be read is in *ret,
 * error or not; mode is NULL when there was none.
 */
void mta_sts_policy_read(struct arena *arena, const char *bytes,
    size_t length, struct mta_sts_policy *ret);
/*
 * RFC 8461 4.1: does the pattern cover the MX host? "*." stands for one label,
 * the leftmost; case does not count, nor the host's last dot.
 */
bool mta_sts_covers(const char *pattern, const char *host);

/*
 * RFC 8460 3. true when it is one ("v=TLSRPTv1" first). rua holds the URIs as
 * published, those that nobody can report to, too: then there is an error.
 */
bool tls_rpt_record_read(struct arena *arena, const char *text, size_t length,
    const char *const **ret_rua, size_t *ret_count, const char **ret_error);

#endif
