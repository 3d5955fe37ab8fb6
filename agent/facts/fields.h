/*
 * The field table: every fact by name, with its type, its planes, its place in
 * memory and what its absence means. "exim.openssl_options" is a path; a
 * snapshot holds one entry a plane, "openssl_options.daemon".
 */
#ifndef CPWARD_FACTS_FIELDS_H
#define CPWARD_FACTS_FIELDS_H

#include "facts/facts.h"

enum field_type {
	FIELD_BOOL,
	FIELD_INT,
	FIELD_STR,
	FIELD_LIST,
	FIELD_SETTING,
};

struct field_default {
	const char *value;
	const char *document;	/* where it is documented */
};

struct field {
	const char *name;	/* without group and plane */
	enum field_type type;
	unsigned planes;	/* bits; exactly one unless FIELD_SETTING */
	size_t offset;		/* in the group's or item's struct */
	/*
	 * What the product does when the setting is not set, as text: upstream
	 * for the file and daemon planes, shipped (cPanel's own default) for
	 * store and api. A NULL value is not documented: absent is then unknown.
	 */
	struct field_default upstream;
	struct field_default shipped;
};

struct field_group {
	const char *name;
	size_t offset;		/* in struct facts */
	const struct field *fields;
	size_t field_count;
};

/* A list of named things; each item begins with its name. */
struct field_list {
	const char *name;	/* "domains" */
	size_t offset;		/* of the LIST_OF in struct facts */
	size_t item_size;
	const char *counted_by;	/* path of the inventory fact */
	const struct field *fields;
	size_t field_count;
};

extern const struct field_group field_groups[];
extern const size_t field_group_count;
extern const struct field_list field_lists[];
extern const size_t field_list_count;

/* The row and the fact of "group.name" in these facts; NULL when no such path. */
const struct field *field_find(const struct facts *facts, const char *path,
    const void **ret_fact);

/* The row of a list's field: "tokens", "acls". */
const struct field *field_find_in_list(const char *list, const char *name);

/* The fact's meta on one plane; plane is ignored for a single-plane field. */
const struct fact_meta *field_meta(const struct field *field,
    const void *fact, enum plane plane);

/* The only plane of a field that is not a setting. */
enum plane field_plane(const struct field *field);

/*
 * Puts the items of every list in the order of their names, by bytes, as a
 * snapshot has them: what a judge says of several must not depend on where the
 * facts came from.
 */
void facts_sort(struct facts *facts);

/* Room for one more item, zeroed, its name set. */
void *facts_add_item(struct facts *facts, const struct field_list *list,
    const char *name);

#endif
