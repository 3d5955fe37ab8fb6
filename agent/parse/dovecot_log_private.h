/* Of dovecot_log*.c alone. */
#ifndef CPWARD_PARSE_DOVECOT_LOG_PRIVATE_H
#define CPWARD_PARSE_DOVECOT_LOG_PRIVATE_H

#include "parse/dovecot_log.h"

/*
 * The list of login_log_format_elements, "user=<…>, method=…, …", begins at the
 * first ": " that a known element follows; NULL when there is none.
 */
const char *dovecot_elements_find(const char *at, const char *end);

/*
 * Reads the list into the event, whose kind is set. named_by_client: the user's
 * name may be whatever a client sent. False when something stands where it
 * can't, or could be part of such a name.
 */
bool dovecot_elements_read(const char *at, const char *end, bool named_by_client,
    struct dovecot_log_event *event);

#endif
