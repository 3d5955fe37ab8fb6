/*
 * What OpenSSL's configuration file tells every program that uses libssl: the
 * section that openssl_conf, ssl_conf and system_default lead to.
 *
 * Grammar: config(5ssl), "SSL Configuration". ".include FILE" is followed, of a
 * directory it is not; variables ($name) are not replaced.
 */
#ifndef CPWARD_PARSE_OPENSSL_CONF_H
#define CPWARD_PARSE_OPENSSL_CONF_H

#include <stddef.h>

#include "parse/conf_source.h"

struct arena;
struct err;

struct openssl_system {
	const char *min_protocol;	/* "None", "TLSv1.2"; NULL = not said */
	int security_level;		/* of CipherString; -1 = not said */
	struct conf_place protocol_place;
	struct conf_place level_place;
	/* What we do not follow could say otherwise; file NULL = all was read. */
	struct conf_place undecided;
};

/*
 * Reads bytes as the file at path (absolute). *ret_system lives in the arena;
 * on failure it is left alone. ERR_PARSE for what OpenSSL refuses to load,
 * ERR_LIMIT over a cap, the source's error when an include can not be read (one
 * that does not exist is passed over, as OpenSSL does). source may be NULL.
 */
int openssl_conf_system(struct arena *arena, const char *path,
    const void *bytes, size_t length, const struct conf_source *source,
    struct openssl_system *ret_system, struct err *err);

#endif
