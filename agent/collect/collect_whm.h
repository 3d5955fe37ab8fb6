/*
 * How one fact is read from the data of one WHM function: shared by the table
 * of what is asked (collect_whm.c) and the readers (collect_whm_read.c).
 */
#ifndef CPWARD_COLLECT_COLLECT_WHM_H
#define CPWARD_COLLECT_COLLECT_WHM_H

#include <jansson.h>

#include "collect/collect.h"

struct whm_reading;

/* data is NULL when the server says that it has no such setting. */
typedef void whm_reader(struct whm_reading *reading, const json_t *data);

struct whm_row {
	const char *function;
	const char *query;	/* its arguments, encoded; NULL = none */
	const char *key;	/* of a setting, for origins; NULL = none */
	unsigned since;		/* cPanel version that brought it; 0 = old */
	const char *fact;	/* path in the field table */
	whm_reader *read;
	const char *path;	/* of the value in data */
	bool otherwise;		/* heard only if the row before found nothing */
};

struct whm_reading {
	struct collection *collection;
	const struct whm_row *row;
	void *fact;		/* of the type that the reader is for */
	struct fact_meta *meta;	/* it begins with it */
	const char *origin;	/* in the facts' arena */
};

/* Flags, numbers and texts that the documents promise: missing is unknown. */
whm_reader whm_read_flag, whm_read_int, whm_read_text;
/* The version without the "11." that only some functions give it. */
whm_reader whm_read_short_version;

/* Settings: nothing there means that the product's default holds. */
whm_reader whm_read_setting, whm_read_ciphers, whm_read_cleartext,
    whm_read_no_plaintext;

/* Lists, sorted. */
whm_reader whm_read_roles, whm_read_linked, whm_read_enrolled,
    whm_read_newest_set, whm_read_tokens;

#endif
