/*
 * Facts on disk: cpward.facts/1, JSON.
 *
 *	{ "schema": "cpward.facts/1", "host": "…", "collected_at": "…Z",
 *	  "collectors": [{"name","state","why","duration_ms"}],
 *	  "facts": { "exim": { "openssl_options.file": {"state","value",
 *	      "origin","why"}, … }, "tokens": { "root/backup": {
 *	      "acls.api": {…} } }, … } }
 *
 * Written and read member by member, never as one tree larger than an item.
 *
 * Bytes that are no UTF-8 travel as the private characters U+EF80 to U+EFFF
 * (0xEF00 plus the byte), so that what is read back is what was collected.
 */
#ifndef CPWARD_FACTS_SNAPSHOT_H
#define CPWARD_FACTS_SNAPSHOT_H

#include <stdio.h>

#include "facts/facts.h"

struct err;

#define SNAPSHOT_MAX_BYTES (256u * 1024 * 1024)

/*
 * Keys sorted bytewise, two blanks a level, a newline at the end. ERR_CONTENT,
 * before anything is written, when a list has two items of one name; ERR_IO
 * when out fails.
 */
int snapshot_write(FILE *out, const struct facts *facts, struct err *err);

/*
 * Reads a snapshot into the arena. A fact that it lacks is unknown, "not in
 * the snapshot"; host and collectors may be missing. An unknown path is told
 * to warn (may be NULL; silent after the 20th) and ignored; a wrong type or
 * schema is ERR_CONTENT with the path. A list whose inventory fact is known
 * must hold that many items.
 */
int snapshot_read(struct arena *arena, const char *source, const char *bytes,
    size_t length, void (*warn)(void *context, const char *text),
    void *context, struct facts **ret_facts, struct err *err);

/*
 * sha256 in lower-case hex over the snapshot as JSON with sorted keys and no
 * blanks, without collected_at and collectors. out has 65 bytes.
 */
void snapshot_digest(const struct facts *facts, char *out);

/*
 * Calls changed for every fact whose state or value differs (origins do not
 * count), with its path: "exim.openssl_options.file",
 * "tokens[root/backup].acls.api". An item that only one side has is told once
 * as "tokens[root/backup]". Returns how many differ.
 */
size_t snapshot_compare(const struct facts *before, const struct facts *after,
    void (*changed)(void *context, const char *path,
    const struct fact_meta *before, const struct fact_meta *after),
    void *context);

#endif
