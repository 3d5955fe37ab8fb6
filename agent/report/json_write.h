/*
 * JSON straight to a stream, for what there are thousands of: a tree of each
 * finding cost 40 times what its bytes do. The form is that of Jansson with
 * JSON_BUILD_FLAGS (", " and ": ", ASCII alone). Failures stay in ferror().
 */
#ifndef CPWARD_REPORT_JSON_WRITE_H
#define CPWARD_REPORT_JSON_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Bad bytes become U+FFFD; null for NULL. */
void json_write_text(FILE *out, const char *text);
void json_write_texts(FILE *out, const char *const *items, size_t count);
void json_write_int(FILE *out, int64_t value);
void json_write_bool(FILE *out, bool value);

/* What stands before a value, as it is: ", \"subject\": ". */
void json_write_raw(FILE *out, const char *json);

#endif
