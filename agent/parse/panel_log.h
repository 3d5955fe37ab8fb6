/*
 * One line of cPanel's login_log or session_log, in the forms before and since
 * version 70. Source: docs.cpanel.net, "The cPanel & WHM Log Files".
 */
#ifndef CPWARD_PARSE_PANEL_LOG_H
#define CPWARD_PARSE_PANEL_LOG_H

#include "parse/log_line.h"

enum panel_log_kind {
	PANEL_LOG_OTHER,
	PANEL_LOG_BROKEN,
	PANEL_LOG_LOGIN,		/* login_log: SUCCESS LOGIN */
	PANEL_LOG_FAILURE,		/* login_log: FAILED LOGIN */
	PANEL_LOG_DEFERRED,		/* login_log: DEFERRED LOGIN, a stale security token */
	PANEL_LOG_SESSION,		/* session_log: NEW, with the way it was made */
	PANEL_LOG_SESSION_END,		/* session_log: PURGE */
};

struct panel_log_event {
	enum panel_log_kind kind;
	struct log_stamp stamp;
	struct slice service;		/* cpaneld whostmgrd webmaild cpdavd, as the line's LOGIN word or app= has it */
	struct slice user;
	struct slice possessor;		/* "(possessor: acct)": root or the account, in another's place */
	struct slice remote;		/* address; empty when "internal" */
	struct slice reason;		/* FAILURE, DEFERRED: text behind the service */
	struct slice method;		/* SESSION: method=; the token behind the user is never given out */
};

void panel_log_read(const char *line, size_t length, struct panel_log_event *ret_event);

#endif
