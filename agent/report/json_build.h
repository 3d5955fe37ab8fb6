/*
 * Building Jansson trees from strings of any bytes, where a failure (memory is
 * out, or a value is NULL because it was) makes the whole NULL: a document is
 * never printed with a piece missing.
 */
#ifndef CPWARD_REPORT_JSON_BUILD_H
#define CPWARD_REPORT_JSON_BUILD_H

#include <jansson.h>

/*
 * ASCII alone, the rest as \u escapes: a document that is printed on a terminal
 * can not move its cursor either.
 */
#define JSON_BUILD_FLAGS (JSON_ENSURE_ASCII | JSON_ENCODE_ANY)

/* For CLEANUP. */
void json_build_put(json_t **json);

/* Bad bytes become U+FFFD; null for NULL. */
json_t *json_build_text(const char *text);
json_t *json_build_texts(const char *const *items, size_t count);

/* Both take over value, and set the target to NULL on failure. */
void json_build_member(json_t **object, const char *key, json_t *value);
void json_build_element(json_t **array, json_t *value);

#endif
